"""Who signed what: a folder proves itself, and what is unsigned or wrongly signed has no effect and is named."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from agreements.drafts import notice, protocol, text
from comity import signing
from comity.agreements.governing import Timeline
from comity.agreements.loading import parse_agreement
from comity.agreements.roots import with_roots
from comity.agreements.signatures import (
    ActRef,
    card_file_name,
    check_signatures,
    file_name,
    sign_act,
    sign_text,
)
from comity.agreements.status import status
from comity.cards import Card, issue, read_card, signing_entry
from comity.errors import RefusedHere
from comity.keys import SigningKey
from comity.strict import write_base64

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
SIGNED = datetime(2026, 3, 1, 10, tzinfo=UTC)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
PARTIES = ("north.example", "south.example")
ROOTS = {party: SigningKey.from_seed(bytes([index]) * 32) for index, party in enumerate(PARTIES, 1)}
KEYS = {party: SigningKey.from_seed(bytes([index]) * 32) for index, party in enumerate(PARTIES, 11)}
STRANGER = SigningKey.from_seed(b"\x63" * 32)
TEXT = ActRef("text")


def card(party: str, functions=("director",), root: SigningKey | None = None):
    root = root or ROOTS[party]
    said = Card(
        party=party,
        version=1,
        names={"en": party},
        issued=START,
        expires=END,
        endpoints=(),
        root=write_base64(root.public.raw),
        signing=(signing_entry(KEYS[party].public, functions, START, END),),
        sealing=(),
    )
    return read_card(signing.to_bytes(issue(said, root)), root_fingerprint=None)


def folder(term: str = "", more: str = "", **files: bytes) -> dict[str, bytes]:
    """A text with roots and the cards of both Parties, unsigned."""
    base = with_roots(
        {"agreement.en.md": text(term, more)}, {party: ROOTS[party].public.fingerprint for party in PARTIES}
    )
    cards = {card_file_name(card(party)): card(party).signed for party in PARTIES}
    return {**base, **cards, **files}


def signed(
    files: dict[str, bytes], act: ActRef = TEXT, by=PARTIES, at: datetime = SIGNED
) -> dict[str, bytes]:
    agreement = parse_agreement(files)
    marks = {
        file_name(act, party, "director"): sign_act(agreement, act, KEYS[party], party, "director", at)
        for party in by
    }
    return files | marks


def state(files: dict[str, bytes], at: datetime = LATER) -> str:
    return status(parse_agreement(files), at).state


def problems(files: dict[str, bytes]) -> str:
    return "\n".join(status(parse_agreement(files), LATER).without_effect)


def test_it_enters_into_force_with_the_last_signature_and_not_before():
    files = signed(folder(), by=("north.example",))
    assert state(files) == "draft"
    assert "not signed by south.example" in problems(files)
    files = signed(files, by=("south.example",), at=SIGNED + timedelta(hours=5))
    agreement = parse_agreement(files)
    assert status(agreement, SIGNED + timedelta(hours=5, microseconds=-1)).state == "draft"
    found = status(agreement, SIGNED + timedelta(hours=5))
    assert (found.state, found.since) == ("in-force", SIGNED + timedelta(hours=5))
    assert found.without_effect == ()


def test_a_later_day_of_signing_in_the_text_is_waited_for():
    files = signed(folder("signed = 2026-03-10"))
    assert status(parse_agreement(files), datetime(2026, 3, 9, 23, tzinfo=UTC)).state == "draft"
    assert status(parse_agreement(files), datetime(2026, 3, 10, tzinfo=UTC)).state == "in-force"


def test_what_is_known_later_counts_later():
    agreement = parse_agreement(signed(folder()))
    assert status(agreement, LATER, known_at=SIGNED - timedelta(days=1)).state == "draft"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("another text", "signs another text"),
        ("another key", "no signature under a key known for this"),
        ("no card", "no signature under a key known for this"),
        ("another root", "hangs from a root the text does not name"),
        ("damaged", "signatures/south.example-director.dsse"),
    ],
)
def test_a_wrong_signature_counts_for_nothing_and_is_named(spoil, said):
    files = signed(folder())
    name = "signatures/south.example-director.dsse"
    agreement = parse_agreement(files)
    if spoil == "another text":
        other = parse_agreement(folder("signed = 2026-03-02"))
        files[name] = sign_act(other, TEXT, KEYS["south.example"], "south.example", "director", SIGNED)
    elif spoil == "another key":
        files[name] = sign_act(agreement, TEXT, STRANGER, "south.example", "director", SIGNED)
    elif spoil == "no card":
        del files["signatures/south.example-1.card"]
    elif spoil == "another root":
        files["signatures/south.example-1.card"] = card("south.example", root=STRANGER).signed
    else:
        files[name] = files[name].replace(b"e", b"f", 3)
    assert state(files) == "draft"
    assert said in problems(files)


def test_a_function_without_full_powers_cannot_sign():
    agreement = parse_agreement(folder())
    with pytest.raises(RefusedHere, match="signed by director"):
        sign_text(agreement, KEYS["south.example"], "south.example", "clerk", SIGNED)


def test_a_party_may_empower_another_function_by_notice():
    files = folder(
        **{
            "notices/0001-full-powers.toml": notice(
                "full-powers", "south.example", "2026-02-01", function='"head"'
            )
        }
    )
    files["signatures/south.example-1.card"] = card("south.example", ("director", "head")).signed
    files = signed(files, by=("north.example",))
    agreement = parse_agreement(files)
    said = check_signatures(agreement)
    assert said.problems == ()
    head = msgspec.json.decode(signing.from_bytes(files["signatures/north.example-director.dsse"]).payload)
    head |= {"party": "south.example", "function": "head"}
    mark = signing.sign(
        "application/vnd.comity.act+json;version=1", msgspec.json.encode(head), KEYS["south.example"]
    )
    files["signatures/south.example-head.dsse"] = signing.to_bytes(mark)
    assert state(files) == "draft"
    assert "`head`, which has no power" in problems(files)
    files = signed(files, ActRef("notice", 1), by=("south.example",))
    assert state(files) == "in-force"


@pytest.mark.parametrize(
    ("term", "missing"),
    [("", "root"), ("", "language"), ("", "difference")],
)
def test_signing_refuses_what_cannot_be_concluded(term, missing):
    if missing == "root":
        agreement = parse_agreement({"agreement.en.md": text()})
    elif missing == "language":
        agreement = parse_agreement(folder(term, '[languages]\nauthentic = ["en", "pl"]'))
    else:
        base = folder(term, '[languages]\nauthentic = ["en", "pl"]')
        polish = base["agreement.en.md"].replace(b'language = "en"', b'language = "pl"')
        agreement = parse_agreement(
            base | {"agreement.pl.md": polish.replace(b"[term]", b"[term]\nsuspension = true")}
        )
    with pytest.raises(RefusedHere):
        sign_text(agreement, KEYS["north.example"], "north.example", "director", SIGNED)


def test_a_notice_needs_its_authors_signature():
    files = signed(folder('notice = "P6M"'))
    files["notices/0001-denunciation.toml"] = notice("denunciation", "north.example", "2027-01-01")
    assert state(files) == "in-force"
    assert "lacks a signature of north.example" in problems(files)
    by_other = signed(files, ActRef("notice", 1), by=("south.example",))
    assert state(by_other) == "in-force"
    assert state(signed(files, ActRef("notice", 1), by=("north.example",))) == "under-notice"


def test_the_recipient_writes_the_day_of_receipt_without_breaking_the_signature():
    files = signed(folder('notice = "P6M"'))
    name = "notices/0001-denunciation.toml"
    files[name] = b'kind = "denunciation"\nby = "north.example"\ndated = 2027-01-01\n'
    files = signed(files, ActRef("notice", 1), by=("north.example",))
    files[name] += b"received = 2027-01-20T09:00:00Z\n"
    assert state(files, datetime(2027, 1, 20, 8, 59, tzinfo=UTC)) == "in-force"
    assert state(files, datetime(2027, 1, 20, 9, tzinfo=UTC)) == "under-notice"
    files[name] = files[name].replace(b"dated = 2027-01-01", b"dated = 2026-01-01")
    assert state(files) == "in-force"
    assert "signs another notice" in problems(files)


def test_a_protocol_counts_once_every_party_has_approved_it():
    files = signed(folder(more='[protocols]\napproval = ["director"]'))
    files["protocols/0001-more.en.md"] = protocol(1, '[[exchange]]\ncategory = "incident"')
    half = signed(files, ActRef("protocol", 1), by=("north.example",), at=LATER)
    assert "protocol 1 of north-south-2026 is not approved by south.example" in problems(half)
    whole = signed(half, ActRef("protocol", 1), by=("south.example",), at=LATER + timedelta(days=1))
    governing = Timeline(parse_agreement(whole))
    counts = [
        len(governing.at(LATER + timedelta(days=days), *PARTIES).exchange) for days in (0, 0.999, 1, 300)
    ]
    assert counts == [0, 0, 1, 1]


def test_a_succession_may_be_signed_by_the_old_root():
    files = signed(folder())
    act = ActRef("notice", 1)
    files["notices/0001-succession.toml"] = notice(
        "succession", "new.example", "2027-01-01", of='"south.example"'
    )
    assert "new.example" not in Timeline(parse_agreement(files)).life.acts.members(LATER)
    agreement = parse_agreement(files)
    said = msgspec.json.decode(signing.from_bytes(files["signatures/south.example-director.dsse"]).payload)
    said |= {"act": "notice", "number": 1, "digest": agreement.notices[0].digest, "function": "root"}
    mark = signing.sign(
        "application/vnd.comity.act+json;version=1", msgspec.json.encode(said), ROOTS["south.example"]
    )
    files[file_name(act, "south.example", "root")] = signing.to_bytes(mark)
    terms = Timeline(parse_agreement(files)).at(LATER, "north.example", "new.example")
    assert (terms.state, terms.successors) == ("in-force", {"south.example": "new.example"})


def test_an_accession_needs_the_newcomer_and_those_who_approve():
    newcomer_root, newcomer = SigningKey.from_seed(b"\x21" * 32), SigningKey.from_seed(b"\x22" * 32)
    KEYS["east.example"] = newcomer
    files = signed(folder(more='[accession]\nopen_to = ["*.example"]'))
    root = f'"{newcomer_root.public.fingerprint}"'
    files["notices/0001-accession.toml"] = notice(
        "accession", "east.example", "2027-01-01", root=root, signs='["head"]'
    )
    files["signatures/east.example-1.card"] = card("east.example", ("head",), newcomer_root).signed
    act = ActRef("notice", 1)
    files = signed(files, act, by=PARTIES)
    assert "lacks a signature of east.example" in problems(files)
    agreement = parse_agreement(files)
    files[file_name(act, "east.example", "head")] = sign_act(
        agreement, act, newcomer, "east.example", "head", SIGNED
    )
    del KEYS["east.example"]
    assert Timeline(parse_agreement(files)).at(LATER, "north.example", "east.example").state == "in-force"
    one_less = {
        name: data for name, data in files.items() if name != file_name(act, "north.example", "director")
    }
    assert "lacks the approval of north.example" in problems(one_less)


def test_unsigned_reads_texts_without_signature_files_and_leaves_signed_ones_alone():
    files = signed(folder("signed = 2026-03-01"), by=("north.example",))
    assert status(parse_agreement(files), LATER, unsigned=True).state == "draft"
    assert status(parse_agreement(folder("signed = 2026-03-01")), LATER, unsigned=True).state == "in-force"

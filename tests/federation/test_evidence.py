"""What a receiver checks before it decides again: every break in the evidence, each with its own reason."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from comity.errors import ForeignInput, VerificationFailed
from comity.federation import evidence
from comity.federation.card_book import CardBook
from comity.federation.evidence import MAX_HOPS, MAX_SOURCES, copied
from comity.handling.custody import HopTerms, StandingConsent
from comity.signing import from_bytes, to_bytes
from federation.parties import (
    AT,
    EAST,
    NORTH,
    PARTIES,
    SOUTH,
    TERMS,
    WEST,
    Chain,
    consent,
    digest,
    hop,
    known,
    manifest,
    minutes,
    text,
)


def check(chain: Chain) -> evidence.Evidence:
    message = chain.message()
    book = CardBook(known(SOUTH, EAST), offered=(card.encode() for card in message.cards))
    return evidence.check(message, SOUTH, EAST, book)


def test_a_whole_chain_gives_the_question_again() -> None:
    chain = Chain()
    proof = check(chain)
    summary, report = digest(chain.summary), digest(chain.report)
    assert (proof.disclosed.item, [route.item for route in proof.sources]) == (summary, [report])
    assert (proof.hop.by, proof.hop.to, proof.hop.agreement) == (SOUTH, EAST, "south-east-2026")
    items, _ = proof.items_before_hop()
    assert items[summary].hops == ()  # as it stood when South decided
    assert items[summary].made_from == (report,)
    (north_to_south,) = items[report].hops
    assert (north_to_south.from_, north_to_south.to, north_to_south.digest) == (
        NORTH,
        SOUTH,
        digest(chain.report_hop),
    )
    assert north_to_south.terms is not None and north_to_south.terms.article == "north-south-2026 art. 3"
    assert [(given.by, given.item, given.until) for given in proof.consents] == [
        (NORTH, summary, AT + timedelta(minutes=10_000))
    ]
    assert {kept.kind for kept in proof.kept} == {"hop", "manifest", "consent"}
    assert all(from_bytes(kept.signed).payload for kept in proof.kept)


def test_a_long_custody_is_checked_from_its_end_each_hand_vouching_for_the_one_before() -> None:
    chain = Chain()
    chain.summary = manifest(WEST)
    item = digest(chain.summary)
    first = hop(WEST, NORTH, item, at=1)
    second = hop(NORTH, SOUTH, item, at=2, previous=digest(first), vouches=(PARTIES[WEST].vouch,))
    third = hop(SOUTH, EAST, item, at=3, previous=digest(second), vouches=(PARTIES[NORTH].vouch,))
    chain.custody, chain.lineage, chain.consents = (first, second, third), [], ()
    chain.offered = (PARTIES[NORTH].offered, PARTIES[WEST].offered)
    proof = check(chain)
    assert [each.by for each in proof.disclosed.hops] == [WEST, NORTH, SOUTH]
    assert proof.disclosed.custody == (digest(first), digest(second), digest(third))


Break = Callable[[Chain], None]


def no_hop(chain: Chain) -> None:
    chain.custody = ()


def hop_to_somebody_else(chain: Chain) -> None:
    chain.own_hop = hop(SOUTH, WEST, digest(chain.summary), at=3)


def hop_of_somebody_else(chain: Chain) -> None:
    chain.own_hop = hop(EAST, EAST, digest(chain.summary), at=3)


def hop_for_another_item(chain: Chain) -> None:
    chain.own_hop = hop(SOUTH, EAST, digest(chain.report), at=3, vouches=(PARTIES[NORTH].vouch,))


def hop_signed_by_another(chain: Chain) -> None:
    statement = hop(SOUTH, EAST, digest(chain.summary), at=3, vouches=(PARTIES[NORTH].vouch,))
    forged = PARTIES[WEST].key.sign(b"whatever")
    chain.own_hop = msgspec.structs.replace(
        statement, signatures=(msgspec.structs.replace(statement.signatures[0], sig=forged),)
    )


def hop_names_a_previous_one_that_is_not_there(chain: Chain) -> None:
    chain.own_hop = hop(SOUTH, EAST, digest(chain.summary), at=3, previous="ab" * 32)


def custody_with_a_gap(chain: Chain) -> None:
    item = digest(chain.summary)
    first = hop(SOUTH, NORTH, item, at=1)
    second = hop(SOUTH, EAST, item, at=3, previous=digest(first), vouches=(PARTIES[NORTH].vouch,))
    chain.custody = (first, second)


def custody_that_runs_back_in_time(chain: Chain) -> None:
    chain.summary = manifest(NORTH, at=0)
    item = digest(chain.summary)
    first = hop(NORTH, SOUTH, item, at=20)
    second = hop(SOUTH, EAST, item, at=3, previous=digest(first), vouches=(PARTIES[NORTH].vouch,))
    chain.custody, chain.lineage, chain.consents = (first, second), [], ()


def custody_that_does_not_begin_at_the_originator(chain: Chain) -> None:
    chain.summary = manifest(NORTH, at=0)
    chain.own_hop = hop(SOUTH, EAST, digest(chain.summary), at=3, vouches=(PARTIES[NORTH].vouch,))
    chain.lineage, chain.consents = [], ()


def custody_too_long(chain: Chain) -> None:
    chain.custody = (chain.own_hop,) * (MAX_HOPS + 1)


def source_without_its_hop(chain: Chain) -> None:
    chain.lineage = []


def source_that_nothing_names(chain: Chain) -> None:
    chain.lineage.append((manifest(WEST), ()))


def source_altered(chain: Chain) -> None:
    report = manifest(NORTH, category="incident.summaries")
    chain.lineage = [(report, (chain.report_hop,))]


def source_hop_altered(chain: Chain) -> None:
    lighter = msgspec.structs.replace(TERMS, consent_of="sender")
    forged = hop(NORTH, SOUTH, digest(chain.report), at=1, terms=lighter)
    forged = msgspec.structs.replace(forged, signatures=chain.report_hop.signatures)
    chain.lineage = [(chain.report, (forged,))]


def sources_too_many(chain: Chain) -> None:
    chain.lineage = [(chain.report, (chain.report_hop,))] * (MAX_SOURCES + 1)


def upstream_card_not_offered(chain: Chain) -> None:
    chain.offered = ()


def upstream_card_not_vouched_for(chain: Chain) -> None:
    chain.own_hop = hop(SOUTH, EAST, digest(chain.summary), at=3)


def upstream_card_of_another_party(chain: Chain) -> None:
    wrong = msgspec.structs.replace(PARTIES[WEST].vouch, party=NORTH)
    chain.own_hop = hop(SOUTH, EAST, digest(chain.summary), at=3, vouches=(wrong,))
    chain.offered = (PARTIES[WEST].offered,)


def vouching_for_another_root_of_a_party_known_here(chain: Chain) -> None:
    wrong = msgspec.structs.replace(PARTIES[EAST].vouch, root=PARTIES[WEST].card.root_fingerprint)
    chain.own_hop = hop(SOUTH, EAST, digest(chain.summary), at=3, vouches=(PARTIES[NORTH].vouch, wrong))


def consent_signed_by_the_one_who_uses_it(chain: Chain) -> None:
    given = consent(NORTH, digest(chain.summary))
    forged = consent(SOUTH, digest(chain.summary))
    chain.consents = (msgspec.structs.replace(given, signatures=forged.signatures),)


def consent_of_nobody_known(chain: Chain) -> None:
    chain.consents = (consent(WEST, digest(chain.summary)),)


def manifest_in_place_of_a_consent(chain: Chain) -> None:
    chain.consents = (chain.report,)


def hop_in_place_of_the_manifest(chain: Chain) -> None:
    chain.summary = chain.report_hop


@pytest.mark.parametrize(
    ("done", "error", "reason"),
    [
        (no_hop, ForeignInput, "without the sender's own hop"),
        (hop_to_somebody_else, VerificationFailed, "the last hop is not from the sender to this node"),
        (
            hop_of_somebody_else,
            VerificationFailed,
            "the last hop is not from the sender|does not begin at its originator",
        ),
        (hop_for_another_item, VerificationFailed, "hop 1 of item .* does not follow from the one before"),
        (hop_signed_by_another, VerificationFailed, "signature"),
        (
            hop_names_a_previous_one_that_is_not_there,
            VerificationFailed,
            "does not follow from the one before",
        ),
        (custody_with_a_gap, VerificationFailed, "hop 1 of item .* does not lead to the next"),
        (custody_that_runs_back_in_time, VerificationFailed, "hop 1 of item .* does not lead to the next"),
        (
            custody_that_does_not_begin_at_the_originator,
            VerificationFailed,
            "does not begin at its originator",
        ),
        (custody_too_long, ForeignInput, "a custody of more than 64 hops"),
        (source_without_its_hop, ForeignInput, "source .* is named but not evidenced"),
        (source_that_nothing_names, ForeignInput, "evidence of a source that nothing names"),
        (source_altered, ForeignInput, "is named but not evidenced"),
        (source_hop_altered, VerificationFailed, "does not hold"),
        (sources_too_many, ForeignInput, "a lineage of more than 256 sources"),
        (
            upstream_card_not_offered,
            VerificationFailed,
            f"no key of {NORTH} with the function `disclosure` is known",
        ),
        (upstream_card_not_vouched_for, VerificationFailed, f"no key of {NORTH}"),
        (upstream_card_of_another_party, VerificationFailed, f"the card offered for {NORTH} is not the one"),
        (vouching_for_another_root_of_a_party_known_here, VerificationFailed, f"another root of {EAST}"),
        (consent_signed_by_the_one_who_uses_it, VerificationFailed, "signed by none|none of|signature"),
        (
            consent_of_nobody_known,
            VerificationFailed,
            f"no key of {WEST} with the function `consent` is known",
        ),
        (
            manifest_in_place_of_a_consent,
            ForeignInput,
            "a statement of kind `manifest` where `consent` was expected",
        ),
        (
            hop_in_place_of_the_manifest,
            (ForeignInput, VerificationFailed),
            "does not follow|`hop` where `manifest`",
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) and not isinstance(value, type) else "",
)
def test_every_break_is_refused_with_its_reason(
    done: Break, error: type[Exception] | tuple[type[Exception], ...], reason: str
) -> None:
    chain = Chain()
    done(chain)
    with pytest.raises(error, match=reason):
        check(chain)


def test_a_single_byte_changed_anywhere_in_any_statement_is_refused() -> None:
    chain = Chain()
    whole = to_bytes(chain.own_hop)
    for place in range(0, len(whole), 37):
        forged = bytearray(whole)
        forged[place] ^= 1
        message = chain.message()
        book = CardBook(known(SOUTH, EAST), offered=(card.encode() for card in message.cards))
        try:
            changed = msgspec.structs.replace(message, custody=(forged.decode(),))
        except UnicodeDecodeError:
            continue
        with pytest.raises((ForeignInput, VerificationFailed)):
            evidence.check(changed, SOUTH, EAST, book)


def test_a_second_signature_makes_no_second_statement() -> None:
    once = hop(SOUTH, EAST, "ab" * 32, at=3)
    twice = msgspec.structs.replace(once, signatures=(*once.signatures, *once.signatures))
    assert digest(once) == digest(twice)
    assert text(once) != text(twice)


def test_terms_copied_into_a_hop_come_back_the_same() -> None:
    terms = HopTerms(
        article="a-2026 art. 3",
        text="words",
        covers=("information", "materials"),
        consent_of="originator",
        members_exempt=False,
        members=(NORTH, SOUTH),
        standing=(StandingConsent(EAST, ("incident.*",), AT), StandingConsent(WEST, (), None)),
    )
    statement = copied(terms)
    assert evidence._terms_of(statement) == terms
    assert copied(None) is None and evidence._terms_of(None) is None


def test_an_item_with_a_retention_that_cannot_be_read_is_refused() -> None:
    chain = Chain()
    chain.report = manifest(NORTH, retention="three weeks")
    chain.report_hop = hop(NORTH, SOUTH, digest(chain.report), at=1)
    chain.summary = manifest(SOUTH, at=2, made_from=(digest(chain.report),))
    chain.own_hop = hop(SOUTH, EAST, digest(chain.summary), at=3, vouches=(PARTIES[NORTH].vouch,))
    chain.lineage, chain.consents = [(chain.report, (chain.report_hop,))], ()
    with pytest.raises(ForeignInput, match="statement:"):
        check(chain).items_before_hop()
    assert minutes(0) == "2026-03-01T09:00:00Z"

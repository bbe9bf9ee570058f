"""Rare acts at the pages: necessity, a record corrected, keys, an inspector's file, a text tried out and proposed."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from comity.cards.drafts import read_draft, sign_draft, write_draft
from comity.console.views import items
from comity.console.views.year import page_of
from comity.demo.stage import example_agreement
from comity.federation.overseer_file import verify_overseer
from comity.languages.journal_words import letter_in_words
from comity.node.node import Node
from comity.ports import FlagRow, HitRow, InboxRow, KnownTime, Transaction
from comity.storage.key_files import read_signing_key
from console.api.conftest import Bureau, bureau, made_land
from console.browser import ORIGIN, Answer, Browser

__all__ = ["bureau", "made_land"]

PURPOSE = "network-defence"


def enter(bureau: Bureau, handle: str, *roles: str) -> Browser:
    """Come in as an officer of these roles, made where there is none of the name."""
    if handle not in {row["handle"] for row in bureau.tell("officer-list")}:
        bureau.tell("officer-add", handle=handle, name=f"Officer {handle}", roles=list(roles))
    browser = Browser(bureau.app)
    link = bureau.tell("officer-link", handle=handle)["link"]
    assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
    return browser


def upload(
    browser: Browser, path: str, name: str, files: dict[str, bytes], *, back: str = "", token: str = ""
) -> Answer:
    """Send a form with files as a browser does."""
    fields = {"form-token": token or browser.token()} | ({"back": back} if back else {})
    parts = [
        f'--cut\r\ncontent-disposition: form-data; name="{each}"\r\n\r\n{value}\r\n'.encode()
        for each, value in fields.items()
    ]
    for filename, content in files.items():
        head = f'--cut\r\ncontent-disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    kind = "multipart/form-data; boundary=cut"
    return browser.send(
        "POST", path, b"".join(parts) + b"--cut--\r\n", {"origin": ORIGIN, "content-type": kind}
    )


def send(browser: Browser, path: str, **fields: Any) -> Answer:
    return browser.post(path, {"form-token": browser.token(), **fields})


def pending(browser: Browser) -> list[dict[str, Any]]:
    return list(json.loads(browser.get("/second.json").body)["rows"])


# -- necessity ---------------------------------------------------------------------------------------------------
def test_necessity_is_offered_only_where_it_lifts_and_done_by_two(bureau: Bureau) -> None:
    first, second = enter(bureau, "first", "liaison"), enter(bureau, "second", "liaison")
    item = bureau.add("The valves", marking="TLP:GREEN")
    permitted = first.get(f"/items/{item}/share?to=south.example&purpose={PURPOSE}").text
    assert "verdict-permitted" in permitted and "Danger to life" not in permitted
    refused = first.get(f"/items/{item}/share?to=south.example&purpose=statistics").text
    assert "verdict-refused" in refused and "Danger to life" in refused
    nobody = first.get(f"/items/{item}/share?to=west.example&purpose=statistics").text
    assert (
        "verdict-refused" in nobody and "Danger to life" not in nobody
    )  # no agreement lifts anything for them

    said = {"item": item, "to": "south.example", "purpose": "statistics", "because": "the dam breaks tonight"}
    assert send(first, "/act/share", **said).headers["location"] == "/second"
    assert bureau.tell("item-show", item=item)["disclosed"] == []
    (row,) = pending(second)
    assert "the dam breaks tonight" in row["words"]
    assert send(first, f"/second/{row['id']}/confirm").status == 403  # not by the one who wants it
    assert send(second, f"/second/{row['id']}/confirm").status == 303
    assert [each["to"] for each in bureau.tell("item-show", item=item)["disclosed"]] == ["south.example"]
    (notice,) = bureau.tell("necessity-list")
    assert notice["approved_by"] == ["Officer first", "Officer second"]


# -- a record ----------------------------------------------------------------------------------------------------
def test_a_record_is_corrected_and_says_nothing_it_was_not_told(bureau: Bureau) -> None:
    entity = {
        "id": "r1",
        "schema": "Company",
        "properties": {"name": ["Brackwater Holdings", "Brakwater"], "country": ["no"], "notes": ["kept"]},
    }
    bureau.tell(
        "register-add", entity=json.dumps(entity).encode(), basis="Lists Act 2030", review="2099-01-01"
    )
    browser = enter(bureau, "clerk", "case-officer")
    page = browser.get("/register/records/r1").text
    assert re.search(r"<h1>\s*<bdi>Brackwater Holdings</bdi>", page)
    for name in ("p-name", "p-country", "p-notes"):
        assert f'name="{name}"' in page
    fields = {
        "identity": "r1",
        "schema": "Company",
        "p-name": "Brackwater Holding AS\r\nBrakwater\r\n",
        "p-country": "",
        "p-notes": "kept",
        "more": "alias",
        "more-value": "BWH",
    }
    missing = send(browser, "/register/correct", **fields)
    assert missing.status == 422 and "because is missing" in missing.text
    assert send(browser, "/register/correct", **fields, because="misspelt").status == 303
    shown = json.loads(browser.get("/register/records/r1.json").body)
    assert {(row["property"], row["value"]) for row in shown["rows"]} == {
        ("name", "Brackwater Holding AS"),
        ("name", "Brakwater"),
        ("notes", "kept"),
        ("alias", "BWH"),
    }
    assert browser.get("/register/records/r1.csv").text.startswith("property,value,source,since")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"surprise": "1"}, "field `surprise` is unknown"),
        ({"more": "alias"}, "a further property has a name"),
    ],
)
def test_a_correction_that_is_none_is_named(more: dict[str, str], words: str, bureau: Bureau) -> None:
    browser = enter(bureau, "clerk", "case-officer")
    fields = {"identity": "r1", "schema": "Company", "p-name": "x", "because": "y"}
    answer = send(browser, "/register/correct", **{**fields, **more})
    assert answer.status == 422 and words in answer.text


def test_a_correction_of_nothing_and_by_nobody(bureau: Bureau) -> None:
    fields = {"identity": "nothing", "schema": "Company", "p-name": "x", "because": "y"}
    assert send(enter(bureau, "clerk", "case-officer"), "/register/correct", **fields).status == 404
    assert send(enter(bureau, "reads", "reader"), "/register/correct", **fields).status == 403


# -- keys --------------------------------------------------------------------------------------------------------
def test_keys_are_rotated_in_two_steps_and_by_two(bureau: Bureau) -> None:
    first, second = enter(bureau, "runs", "administrator"), enter(bureau, "runs-too", "administrator")
    before = {row["key"] for row in bureau.tell("card-keys")}
    version = bureau.tell("card-show")["version"]
    drafted = send(first, "/keys/draft", role=["everyday", "sealing"])
    assert drafted.status == 200 and drafted.headers["content-disposition"].startswith("attachment")
    assert bureau.tell("card-show")["version"] == version
    root = read_signing_key(bureau.desk.home.folder.path / "keys" / "root.key", lambda: "")
    unsigned = upload(first, "/keys/publish", "draft", {"card.draft": drafted.body})
    assert unsigned.status == 403, unsigned.text[:500]  # nobody who holds the root has signed it
    signed = write_draft(sign_draft(read_draft(drafted.body), root))
    assert upload(first, "/keys/publish", "draft", {"card.draft": signed}).headers["location"] == "/second"
    assert bureau.tell("card-show")["version"] == version
    (row,) = pending(second)
    assert f"north.example, version {version + 1}" in row["words"]
    assert send(second, f"/second/{row['id']}/confirm").status == 303
    assert bureau.tell("card-show")["version"] == version + 1
    after = {row["key"] for row in bureau.tell("card-keys") if row["state"] == "in force"}
    assert len(after - before) == 2
    assert f"card {version + 1} of" in first.get("/keys").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "choose which key"),
        ({"lost": "everyday", "because": "lost"}, "as_of is missing"),
        ({"lost": "everyday", "because": "lost", "as_of": "soon"}, "not a day"),
        ({"lost": "everyday", "because": "mislaid", "as_of": "2031-01-01"}, "lost or stolen"),
    ],
)
def test_what_is_no_draft_of_a_card_is_named(fields: dict[str, str], words: str, bureau: Bureau) -> None:
    answer = send(enter(bureau, "runs", "administrator"), "/keys/draft", **fields)
    assert answer.status == 422 and words in answer.text


def test_who_does_not_run_the_node_changes_no_keys(bureau: Bureau) -> None:
    keeper = enter(bureau, "keeper", "agreement-keeper")
    assert keeper.get("/keys").status == 200 and "Make the draft" not in keeper.get("/keys").text
    assert send(keeper, "/keys/draft", role="everyday").status == 403
    assert upload(keeper, "/keys/publish", "draft", {"x": b"{}"}).status == 403
    assert (
        upload(enter(bureau, "runs", "administrator"), "/keys/publish", "draft", {"x": b"{}"}).status == 422
    )


# -- texts -------------------------------------------------------------------------------------------------------
def narrower() -> dict[str, bytes]:
    """Give the agreement in force without its purposes beside incident response."""
    files = dict(example_agreement("north-south-2026"))
    return {name: data for name, data in files.items() if name.startswith("agreement.")}


def test_a_text_is_looked_over_tried_out_and_proposed(bureau: Bureau) -> None:
    keeper = enter(bureau, "keeper", "agreement-keeper")
    bureau.tell("share", item=bureau.add("Tried"), to="south.example", purpose=PURPOSE)
    files = {
        name: re.sub(rb'(?m)^purposes = .*"network-defence".*$', b'purposes = ["statistics"]', data)
        for name, data in narrower().items()
    }
    kept = upload(keeper, "/texts", "files", files)
    assert kept.status == 303, kept.text[:400]
    path = kept.headers["location"]
    page = keeper.get(path).text
    assert "What lint finds" in page and "Try it on the past" in page and "agreement.pl.md" in page
    tried = json.loads(keeper.get(f"{path}.json?try=1").body)
    assert tried["tried"]["replayed"] >= 1
    assert {(row["before"], row["after"]) for row in tried["rows"]} >= {("permitted", "refused")}
    other = enter(bureau, "keeper-too", "agreement-keeper")
    assert other.get(path).status == 404  # a draft is its officer's own
    before = bureau.size()
    assert keeper.get(path).status == 200 and bureau.size() == before  # looking enters nothing


def test_a_text_with_mistakes_says_which(bureau: Bureau) -> None:
    keeper = enter(bureau, "keeper", "agreement-keeper")
    kept = upload(
        keeper, "/texts", "files", {"agreement.en.md": b"# Nothing\n\n```toml clause\n[surprise]\n```\n"}
    )
    page = keeper.get(kept.headers["location"])
    assert page.status == 200 and "surprise" in page.text and "Propose it" not in page.text
    refused = send(keeper, f"{kept.headers['location']}/propose")
    assert refused.status == 422
    assert keeper.get(kept.headers["location"]).status == 200  # what could not be proposed is still there
    assert send(keeper, f"{kept.headers['location']}/drop").status == 303
    assert keeper.get(kept.headers["location"]).status == 404
    assert upload(keeper, "/texts", "files", {"": b""}).status == 422
    assert upload(enter(bureau, "reads", "reader"), "/texts", "files", {"a.md": b"x"}).status == 403


def test_signing_a_text_waits_for_a_second_who_reads_which(bureau: Bureau) -> None:
    first, second = (
        enter(bureau, "keeper", "agreement-keeper"),
        enter(bureau, "keeper-too", "agreement-keeper"),
    )
    files = {
        name: data.replace(b"north-south-2026", b"north-south-2027")
        for name, data in signable(bureau).items()
    }
    path = upload(first, "/texts", "files", files).headers["location"]
    assert send(first, f"{path}/sign").headers["location"] == "/second"
    (row,) = pending(second)
    assert "north-south-2027" in row["words"]
    confirmed = send(second, f"/second/{row['id']}/confirm")
    assert confirmed.status == 303, confirmed.text[:600]
    assert "north-south-2027" in {each["id"] for each in bureau.tell("agreement-list")}


def signable(bureau: Bureau) -> dict[str, bytes]:
    """Give the files of the agreement held here, without what was signed."""
    import base64

    copy = bureau.tell("agreement-copy", agreement="north-south-2026")["files"]
    return {
        name: base64.b64decode(data)
        for name, data in copy.items()
        if re.fullmatch(r"agreement\.[a-z]+\.md", name)
    }


# -- an inspector's file -----------------------------------------------------------------------------------------
def test_an_inspectors_file_is_made_once_for_whom_an_agreement_names(bureau: Bureau) -> None:
    auditor, named = enter(bureau, "audits", "auditor"), "data-inspectorate.north.example"
    days = {"begin": "2020-01-01", "end": "2099-12-31"}
    page = auditor.get("/journal").text
    assert named in page and "north-south-2026 art. 8(1)" in page
    refused = send(auditor, "/journal/overseer", body="inspectorate.example", **days)
    assert refused.status == 403 and "no agreement names inspectorate.example" in refused.text
    before = bureau.size()
    form = {"form-token": auditor.token(), "once": "1", "body": named, **days}
    made, again = auditor.post("/journal/overseer", form), auditor.post("/journal/overseer", form)
    assert made.status == 200 and made.body == again.body  # a second click makes no second file
    assert made.headers["content-disposition"] == f'attachment; filename="overseer-{named}.json"'
    assert verify_overseer(made.body).body == named
    entries = bureau.tell("journal-page", limit=50)["entries"][: bureau.size() - before]
    assert [row["kind"] for row in entries].count("overseen") == 1
    beyond = {"begin": "2031-01-01", "end": "9999-12-31"}
    for wrong in (
        {"begin": "x", "end": "2099-12-31"},
        {"begin": "2031-01-02", "end": "2031-01-01"},
        {},
        beyond,
    ):
        assert send(auditor, "/journal/overseer", body=named, **wrong).status == 422
    keeper = enter(bureau, "keeper", "agreement-keeper")
    assert named not in keeper.get("/journal").text
    assert send(keeper, "/journal/overseer", body=named, **days).status == 403


# -- the clock ---------------------------------------------------------------------------------------------------
def test_today_says_that_nothing_bears_the_clock_out_and_an_administrator_confirms_it(bureau: Bureau) -> None:
    def forget(_node: Node, transaction: Transaction) -> None:
        transaction.put_known_time(KnownTime(until=datetime(2020, 1, 1, tzinfo=UTC)))

    runs, reads = enter(bureau, "runs", "administrator"), enter(bureau, "reads", "liaison")
    assert "nothing that has run out is erased" not in runs.get("/").text
    bureau.desk.act(forget)
    shown = reads.get("/").text
    assert "nothing that has run out is erased" in shown and "days after 2020-01-01" in shown
    assert "The clock is right" not in shown
    assert send(reads, "/act/time-confirm").status == 403
    assert "The clock is right" in runs.get("/").text
    assert send(runs, "/act/time-confirm").status == 303
    assert "nothing that has run out is erased" not in runs.get("/").text


# -- letters -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("box", ["/inbox", "/sent"])
def test_a_step_in_a_matter_stands_among_letters_by_its_title_with_a_link(box: str, bureau: Bureau) -> None:
    said = {"aid": "check", "purpose": PURPOSE, "words": f"who runs the pumps of {box[1:]}"}
    matter = bureau.tell("matter-open", kind="request", to="south.example", said=said)["matter"]["id"]

    def come(node: Node, transaction: Transaction) -> None:
        """Keep an answer of the other Party as it is kept when it comes."""
        transaction.put_inbox(
            InboxRow(
                message=matter[::-1], peer="south.example", channel="c", sequence=1, envelope_digest=matter,
                kind="act", about=matter, at=node.now(transaction), said_at=node.now(transaction),
                carrier="https", state="accepted", reason="", receipt=b"", receipt_owed=False,
            )
        )  # fmt: skip

    if box == "/inbox":
        bureau.desk.act(come)
    browser = enter(bureau, "liaises", "liaison")
    pattern = f'<a href="/work/{matter}"><bdi>(.*?)</bdi></a> <span class="help">(.*?)</span>'
    link = re.search(pattern, browser.get(box).text)
    assert link is not None and said["words"] in link[1] and link[2] == "step of a matter: request"
    assert f"/items/{matter}" not in browser.get(box).text


# -- titles --------------------------------------------------------------------------------------------------------
def test_a_refusal_names_by_their_titles_what_stands_in_the_way_and_what_to_leave_out(bureau: Bureau) -> None:
    source = bureau.add("Readings of <i>pump</i> four", b"taken back")
    made = bureau.add("What they had in common", b"made of it", made_from=(source,))
    bureau.tell("withdraw", item=source, reason="one was wrong")
    browser = enter(bureau, "liaises", "liaison")
    page = browser.get(f"/items/{made}/share?to=south.example&purpose={PURPOSE}").text
    title = f'<bdi title="{source[:12]}">“Readings of &lt;i&gt;pump&lt;/i&gt; four”</bdi>'
    verdict = page[page.index('class="verdict verdict-refused"') : page.index("</section>")]
    assert f"releasable to south.example without {title} (source: north.example)" in verdict
    assert f"{title}, from which it was made, was withdrawn" in verdict
    assert source[:12] not in verdict.replace(title, "")
    fields = {"item": made, "to": "south.example", "purpose": PURPOSE}
    told = json.loads(send(browser, "/verdict", **fields).body)["verdict"]
    name = "“Readings of <i>pump</i> four”"
    assert told["remedies"] == [f"releasable to south.example without {name} (source: north.example)"]
    ground = f"{name}, from which it was made, was withdrawn; a person must decide"
    assert ground in [each["text"] for each in told["grounds"]]


def test_the_inbox_says_what_a_letter_about_an_item_is_and_leads_to_the_item(bureau: Bureau) -> None:
    held = bureau.add("The weir", b"held")
    bare = bureau.add("Gone", b"gone")

    def come(node: Node, transaction: Transaction) -> None:
        row = transaction.item(bare)
        assert row is not None
        transaction.put_item(msgspec.structs.replace(row, title=""))  # as one that was erased
        for number, (kind, about) in enumerate(
            (("disclosure", held), ("withdrawal", held), ("withdrawal", bare))
        ):
            transaction.put_inbox(
                InboxRow(
                    message=f"{number:02x}" * 32, peer="south.example", channel="d", sequence=number,
                    envelope_digest=f"{number:02x}" * 32, kind=kind, about=about, at=node.now(transaction),
                    said_at=node.now(transaction), carrier="https", state="accepted", reason="", receipt=b"",
                    receipt_owed=False,
                )
            )  # fmt: skip

    bureau.desk.act(come)
    page = enter(bureau, "liaises", "liaison").get("/inbox").text
    words = str(letter_in_words("withdrawal"))
    cells = [each.strip() for each in re.findall(r'<th scope="row">(.*?)</th>', page, re.DOTALL)]
    assert f'<a href="/items/{held}"><bdi>The weir</bdi></a>' in cells
    assert f'<a href="/items/{held}"><bdi>The weir</bdi></a> <span class="help">{words}</span>' in cells
    assert f'<a href="/items/{bare}">{words}</a>' in cells


def test_the_inbox_says_that_there_is_more_only_where_there_is(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter(bureau, "liaises", "liaison")
    assert "older ones are found" not in browser.get("/inbox").text
    monkeypatch.setattr(items, "_LETTERS", 2)
    page = browser.get("/inbox").text
    assert "the newest 2; older ones are found by their item or in the journal" in page
    assert page.count('<th scope="row">') == 2


def test_what_is_due_leads_to_the_page_that_shows_it() -> None:
    cases = {
        "comity register show 0123456789ab": "/register/hits/0123456789ab",
        "comity register review a/b": "/register/records/a%2Fb",
        "comity register flags": "/register/flags",
        "comity request show 0123456789ab": "/work/0123456789ab",
        "comity withdraw 0123456789ab --show": "/items/0123456789ab",
        "comity agreement notice north-south-2026 --help": "/agreements/north-south-2026",
        "comity consent list": "/consents",
        "comity summary draw south.example --begins 2031-01-01 --ends 2031-12-31": "/summary",
        "comity plan next --help": "/new/plan",
    }
    assert {command: page_of(command) for command in cases} == cases


# -- the register on Today -----------------------------------------------------------------------------------------
def test_today_counts_what_is_due_in_the_register_for_whoever_keeps_it(bureau: Bureau) -> None:
    at = bureau.desk.node.clock.now()
    near = (at + timedelta(days=3)).date().isoformat()

    def hit(number: int, **more: Any) -> HitRow:
        said = {"check": "c" * 32, "peer": "south.example", "agreement": "north-south-2026", "register": "",
                "purpose": PURPOSE, "shown": "reference", "band": "", "score": 900, "at": at}  # fmt: skip
        return HitRow(id=f"{number:032x}", **{**said, **more})

    def fill(_node: Node, transaction: Transaction) -> None:
        rows = [
            hit(1, ours=False, owner="north.example", state="asked"),
            hit(2, ours=False, owner="north.example", state="asked"),
            hit(3, ours=False, owner="east.example", state="asked"),  # kept here, and its owner answers
            hit(4, ours=True, owner="south.example", state="released"),
            hit(5, ours=True, owner="south.example", state="told"),
        ]
        for row in rows:
            transaction.put_hit(row)
        for number, (ours, state, until) in enumerate(
            ((False, "raised", at), (False, "acknowledged", at), (True, "raised", at), (False, "settled", at))
        ):
            transaction.put_flag(
                FlagRow(id=f"{number:032x}", ours=ours, peer="south.example", hit="h", key="k", kind="dispute",
                        words="", at=at, acknowledge_by=until, resolve_by=until, state=state)
            )  # fmt: skip

    def shown(browser: Browser) -> dict[str, str]:
        rows = json.loads(browser.get("/index.json").body)["rows"]
        return {row["what"]: row["where"] for row in rows if row["where"].startswith("/register")}

    clerk, reader = enter(bureau, "clerk", "case-officer"), enter(bureau, "reads", "reader")
    assert shown(clerk) == {}
    bureau.desk.act(fill)
    entity = json.dumps({"id": "soon", "schema": "Company", "properties": {"name": ["Grey Heron Lines"]}})
    bureau.tell("register-add", entity=entity.encode(), basis="Lists Act 2030", review=near)
    assert shown(clerk) == {
        "2 follow-ups to answer": "/register/hits?told=1&state=asked",
        "1 hit to look at": "/register/hits?state=told",
        "1 hit to close": "/register/hits?state=released",
        "2 flags to settle": "/register/flags",
        "1 record to review": "/register/quotas",
    }
    assert shown(reader) == {}
    assert '<a href="/register/records/soon">' in clerk.get("/register/quotas").text

    # Once others have closed hits on records here, the same page tells what they came to.
    closed = hit(6, ours=False, owner="north.example", state="closed", outcome="false", sources=("list A",))
    bureau.desk.act(lambda _node, transaction: transaction.put_hit(closed))
    page = clerk.get("/register/quotas")
    assert page.status == 200 and "<bdi>list A</bdi>" in page.text
    thresholds = json.loads(clerk.get("/register/quotas.json").body)["thresholds"]
    assert thresholds == {}  # by agreement, and no register is in force under any

"""What officers do at the pages their programs do, too; and what stays with persons says so (rows W9, W10, D18)."""

import base64
import json
from typing import Any

import pytest

from comity.console.api.operations import OPERATIONS
from comity.console.api.with_persons import ELSEWHERE, PERSONS
from comity.console.permissions import PERMISSIONS, TWO_PERSONS, may
from comity.control.verb import VERBS
from comity.node.roles import Role
from console.api.conftest import Bureau, Program, told
from console.api.test_endpoint import NOBODY, path_of

SOUTH = "south.example"


@pytest.fixture
def officer(bureau: Bureau) -> Program:
    return bureau.programs["case-officer"]


@pytest.fixture
def keeper(bureau: Bureau) -> Program:
    return bureau.programs["agreement-keeper"]


@pytest.fixture
def auditor(bureau: Bureau) -> Program:
    return bureau.programs["auditor"]


@pytest.fixture
def giver(bureau: Bureau) -> Program:
    return bureau.programs["consent-giver"]


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status == status, answer.body[:600]
    return told(answer)


# -- the table ---------------------------------------------------------------------------------------------------
def test_every_verb_of_the_pages_is_an_operation_or_says_why_not() -> None:
    done_here = {each.verb for each in OPERATIONS}
    with_persons = {each.verb for each in PERSONS}
    assert done_here | with_persons | set(ELSEWHERE) == set(PERMISSIONS)
    assert not done_here & with_persons and not (done_here | with_persons) & set(ELSEWHERE)
    assert all(each.why for each in PERSONS) and all(ELSEWHERE.values())


def test_what_needs_two_persons_is_no_operation_nor_a_field_of_one() -> None:
    here = {each.verb: each for each in OPERATIONS}
    for verb, when in TWO_PERSONS.items():
        if verb not in here:
            assert verb in {each.verb for each in PERSONS}
            continue
        assert when, f"{verb} always needs two persons"
        assert not {*when, "approved_by"} & set(here[verb].parameters())


@pytest.mark.parametrize("role", list(Role))
def test_an_act_of_persons_tells_whoever_may_where_it_is_done(role: Role, bureau: Bureau) -> None:
    program, size = bureau.programs[str(role)], bureau.size()
    for act in PERSONS:
        answer = program.post(path_of(act), {})
        problem = told(answer)
        expected = "persons" if may([role], act.verb) else "role"
        assert (answer.status, problem["type"]) == (403, f"urn:comity:problem:{expected}"), act.verb
        if expected == "persons":
            assert problem["detail"] == act.why and act.page in problem["hint"]
        assert program.get(path_of(act)).headers["allow"] == "POST"
    assert bureau.size() == size


@pytest.mark.parametrize(
    "more",
    [
        {"because": "lives are in danger"},
        {"approved_by": ["First Officer", "Second Officer"]},
        {"because": "lives are in danger", "approved_by": ["First Officer", "Second Officer"]},
    ],
)
def test_no_program_names_two_officers_who_would_stand_for_a_necessity(
    more: dict[str, Any], bureau: Bureau, liaison: Program
) -> None:
    item, size = bureau.add(), bureau.size()
    answer = liaison.post(f"/items/{item}/share", {"to": SOUTH, "purpose": "network-defence", **more})
    assert (answer.status, told(answer)["type"]) == (403, "urn:comity:problem:persons")
    assert bureau.size() == size


# -- items -------------------------------------------------------------------------------------------------------
def test_the_lineage_of_an_item(bureau: Bureau, liaison: Program) -> None:
    source = bureau.add("A source")
    made = bureau.add("Made from it", made_from=[source])
    shown = done(liaison.get(f"/items/{made}/lineage"))
    assert shown["made_from"] == [{"source": source, "item": made}]
    assert [(each["depth"], len(each["items"])) for each in shown["generations"]] == [(-1, 1), (0, 1)]
    assert done(liaison.get(f"/items/{source}/lineage"))["generations"][1]["items"][0]["id"] == made


def test_an_item_is_corrected_at_everyone_who_got_it(
    bureau: Bureau, liaison: Program, giver: Program
) -> None:
    old, new = bureau.add("With a mistake"), bureau.add("Without it")
    done(liaison.post(f"/items/{old}/share", {"to": SOUTH, "purpose": "network-defence"}))
    version = giver.get(f"/items/{old}").headers["etag"]
    bureau.add("Something else")
    answer = giver.post(
        f"/items/{old}/correct", {"by": new, "reason": "a wrong address"}, {"if-match": version}
    )
    corrected = done(answer)
    assert corrected["withdrawn"]["replaced_by"] == new
    assert [(each["to"], each["decision"]) for each in corrected["sent"]] == [(SOUTH, "permitted")]
    again = giver.post(f"/items/{old}/correct", {"by": new}, {"if-match": version})
    assert (again.status, told(again)["type"]) == (412, "urn:comity:problem:changed")
    overdue = done(giver.get("/withdrawals/overdue", days=0))["items"]
    assert (old, SOUTH) in [(each["item"], each["party"]) for each in overdue]
    assert giver.get("/withdrawals/overdue", days=10**9).status == 422


def test_a_legal_hold_is_put_on_and_taken_off(bureau: Bureau, officer: Program) -> None:
    item = bureau.add("On hold")
    assert done(officer.post(f"/items/{item}/hold", {"because": "a case in court"}))["on_hold"]
    assert (
        done(officer.post(f"/items/{item}/release", {"because": "the case is over"}, {"if-match": "*"}))[
            "on_hold"
        ]
        is None
    )


# -- drafts ------------------------------------------------------------------------------------------------------
def test_a_draft_is_its_officers_alone_and_no_entry_of_the_journal(
    bureau: Bureau, liaison: Program, officer: Program
) -> None:
    size = bureau.size()
    given = {
        "kind": "share",
        "fields": {"title": "Begun"},
        "files": {"a.txt": base64.b64encode(b"text").decode()},
    }
    kept = liaison.post("/drafts", given, {"idempotency-key": "draft-1"})
    draft = done(kept, 201)["draft"]
    assert kept.headers["location"] == f"/api/v1/drafts/{draft}"
    assert liaison.post("/drafts", given, {"idempotency-key": "draft-1"}).body == kept.body
    assert done(liaison.get(f"/drafts/{draft}"))["fields"] == {"title": "Begun"}
    assert done(liaison.get(f"/drafts/{draft}/files"))["files"] == given["files"]
    assert draft in [each["draft"] for each in done(liaison.get("/drafts"))["items"]]
    assert done(officer.get("/drafts"))["items"] == []
    assert officer.get(f"/drafts/{draft}").status == officer.post(f"/drafts/{draft}/drop").status == 404
    assert done(liaison.post(f"/drafts/{draft}/drop")) == {"dropped": draft}
    assert liaison.get(f"/drafts/{draft}").status == 404
    assert bureau.size() == size


# -- agreements --------------------------------------------------------------------------------------------------
def test_versions_a_copy_and_the_table_of_the_end(keeper: Program, auditor: Program) -> None:
    name = "north-south-2026"
    version, *_older = done(keeper.get(f"/agreements/{name}/versions"))["items"]
    assert version["digest"] == done(keeper.get(f"/agreements/{name}"))["digest"]
    files = done(keeper.get(f"/agreements/{name}/copy"))["files"]
    assert any(each.startswith("certificates/") or "cert" in each for each in files), sorted(files)
    (table,) = done(keeper.get(f"/agreements/{name}/closing"))["items"]
    assert (table["peer"], table["binding"]) == (SOUTH, False)
    assert keeper.get(f"/agreements/{name}/closing/file").status == 403
    assert done(keeper.get("/proposals"))["items"] == []
    missing = auditor.get(f"/agreements/{name}/comparison", digest="0" * 64)
    assert missing.status == 404


def test_a_text_is_looked_over_tried_on_the_past_and_not_kept(bureau: Bureau, keeper: Program) -> None:
    files = done(keeper.get("/agreements/north-south-2026/copy"))["files"]
    text = {
        name: data
        for name, data in files.items()
        if not name.startswith("certificates/") and "cert" not in name
    }
    size = bureau.size()
    looked = done(keeper.post("/texts/look", {"files": text}))
    assert (looked["agreement"], looked["held"], looked["parties"]) == (
        "north-south-2026",
        True,
        ["north.example", SOUTH],
    )
    tried = done(keeper.post("/texts/simulate", {"files": text, "instead_of": "north-south-2026"}))
    assert tried["changes"] == [] and tried["replayed"] >= 0
    assert keeper.post("/texts/look", {"files": {"a": "not base64!"}}).status == 422
    assert bureau.size() == size


# -- register ----------------------------------------------------------------------------------------------------
RECORD = {
    "entity": {
        "id": "by-api",
        "schema": "Person",
        "properties": {"name": ["Maria Novak"], "birthDate": ["1980"]},
    },
    "basis": "court order 12/2026",
    "review": "2027-06-01",
    "role": "suspect",
}


def test_a_record_is_weighed_entered_corrected_renewed_and_withdrawn(
    bureau: Bureau, officer: Program
) -> None:
    weighed = officer.post("/register/records", {**RECORD, "dry_run": True})
    assert done(weighed)["impact"]["false_hits"] == 0 and "location" not in weighed.headers
    entered = officer.post("/register/records", RECORD)
    assert done(entered, 201)["id"] == "by-api"
    path = entered.headers["location"].removeprefix("/api/v1")
    version = officer.get(path).headers["etag"]
    said = {**RECORD["entity"], "properties": {"name": ["Maria Nováková"], "birthDate": ["1980"]}}
    assert done(officer.post("/register/corrections", {"entity": said, "because": "a letter"}))["id"]
    stale = officer.post(f"{path}/renew", {"until": "2027-09-01", "because": "open"}, {"if-match": version})
    assert stale.status == 412
    kept = done(officer.post(f"{path}/renew", {"until": "2027-09-01", "because": "the case is open"}))
    assert kept["runs_out"] == "2027-09-01"
    assert done(officer.post(f"{path}/withdraw", {"because": "acquitted"}))["id"] == "by-api"
    assert officer.post("/register/records", {**RECORD, "review": "soon"}).status == 422
    assert officer.post("/register/records", {**RECORD, "handling": "loud"}).status == 422


def test_what_is_due_counted_and_flagged_in_the_register(officer: Program) -> None:
    assert set(done(officer.get("/register/due"))) == {"reviews", "to_answer", "late", "to_close", "flags"}
    assert done(officer.get("/register/flags"))["items"] == []
    assert done(officer.get("/register/quotas", day="2026-01-01"))["items"] == []
    assert {each["agreement"] for each in done(officer.get("/register/precision"))["thresholds"]} >= set()
    for path in ("hits/x/flag", "flags/x/take-back", "flags/x/settle", "checks/x/end"):
        given = {"kind": "error", "because": "b"} if path.startswith("hits") else {}
        given = {"state": "upheld"} if path.endswith("settle") else given
        program = officer
        answer = program.post(f"/register/{path}", given)
        assert answer.status == (403 if path.endswith("settle") else 404), (path, answer.body)


# -- work and accounts -------------------------------------------------------------------------------------------
def test_work_is_found_counted_and_dated(officer: Program, keeper: Program) -> None:
    assert done(officer.get("/matters", words="nothing like it", all=True)) == {"items": [], "next": None}
    assert done(officer.get("/matters/count")) == {"waiting": 0, "dated": 0}
    assert done(keeper.get("/days"))["items"] == []
    assert officer.get(f"/matters/{NOBODY}/protocol").status == 404
    given = {"period": "2027", "begins": "2027-01-01", "ends": "2027-12-31"}
    assert officer.post(f"/plans/{NOBODY}/next", given).status == 404


def test_accounts_are_read_and_checked(officer: Program, keeper: Program) -> None:
    assert done(officer.get("/ledger", peer=SOUTH)) == {"items": [], "next": None}
    assert done(officer.get("/ledger/balances")) == {"owed": [], "open": []}
    period = {"begins": "2026-01-01", "ends": "2026-12-31"}
    assert done(officer.get("/summaries/figures", peer=SOUTH, **period))["items"] is not None
    assert len(done(officer.get("/flows", **period))["months"]) == 12
    assert officer.get("/flows", begins="2026-02-01", ends="2026-01-01").status == 422
    assert done(keeper.get("/reciprocity"))["items"] is not None
    for path in (f"/charges/{NOBODY}/check", f"/summaries/{NOBODY}/check"):
        assert officer.get(path).status == 404
    weighed = officer.post("/summaries", {"peer": SOUTH, **period, "dry_run": True})
    assert weighed.status in (200, 403), weighed.body
    assert "location" not in weighed.headers


def test_pages_that_the_verb_turns_by_a_place_of_its_own_miss_nothing(
    officer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": str(number), "at": number} for number in range(7)]

    def run(_desk: Any, after: str = "", limit: int = 50, **_more: Any) -> dict[str, Any]:
        start = int(after or "0")
        end = start + limit
        shown = [
            {
                "id": each["id"], "kind": "request", "title": "", "agreement": "", "with": SOUTH,
                "opened_by": "", "state": "", "ours": False, "turn": [], "opened_at": "", "changed_at": "",
                "due": None, "due_by": None, "due_what": None,
            }
            for each in rows[start:end]
        ]  # fmt: skip
        return {"matters": shown, "after": str(end) if end < len(rows) else None}

    monkeypatch.setattr(VERBS["matter-find"], "run", run)
    turned: list[str] = []
    cursor = ""
    for _turn in range(5):
        page = done(officer.get("/matters", limit=3, **({"cursor": cursor} if cursor else {})))
        turned += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert turned == [str(number) for number in range(7)]
    assert officer.get("/matters", after="0").status == 422


# -- journal and Parties -----------------------------------------------------------------------------------------
def test_the_journal_is_found_verified_and_replayed(
    bureau: Bureau, liaison: Program, auditor: Program
) -> None:
    item = bureau.add("Replayed")
    refused = liaison.post(f"/items/{item}/share", {"to": SOUTH, "purpose": "curiosity"})
    act = told(refused)["decision"]
    (entry,) = done(auditor.get("/journal/entries", act=act))["items"]
    assert entry["kind"] == "decided"
    replayed = done(auditor.get("/journal/replay", number=entry["number"]))
    assert (replayed["outcome"], replayed["same"], replayed["again"]["decision"]) == (
        "refused",
        True,
        "refused",
    )
    verified = auditor.post("/journal/verify", {})
    assert done(verified)["ok"] and done(verified)["entries"] > 0
    assert auditor.post("/journal/verify", {}, {"idempotency-key": "a"}).status == 400
    assert done(auditor.get("/journal/inspectors"))["items"] is not None
    assert auditor.get(f"/journal/witnessed/{SOUTH}").status in (200, 404)
    assert auditor.get(f"/journal/equivocations/{SOUTH}").status == 404


def test_a_party_its_card_its_line_and_ones_own_keys(keeper: Program) -> None:
    card = done(keeper.get(f"/parties/{SOUTH}/card/contents"))
    assert {each["use"] for each in card["keys"]} == {"signing", "sealing"}
    assert done(keeper.get(f"/parties/{SOUTH}/line"))["party"] == SOUTH
    assert done(keeper.get("/parties/stopped"))["items"] == []
    assert all(each["held"] for each in done(keeper.get("/keys"))["items"] if each["role"] != "root")


def test_what_went_wrong_is_listed(officer: Program) -> None:
    for path in ("/protests", "/redress", "/necessities"):
        assert done(officer.get(path)) == {"items": [], "next": None}
    assert officer.post("/redress", {"item": NOBODY, "asks": "erase", "why": "w"}).status == 404


def test_letters_are_tried_at_once(liaison: Program) -> None:
    tried = done(liaison.post("/deliver", {"peer": SOUTH}))
    assert set(tried) == {"unreachable", "backlog"}
    assert json.dumps(tried)

"""Who calls, what is asked, what is answered (rows W7, W9, W10, W13, W14)."""

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from comity.console.api.openapi import PARAMETERS, describe
from comity.console.api.operations import BY_ID, OPERATIONS
from comity.console.permissions import may
from comity.control.verb import VERBS
from comity.node import programs
from comity.node.roles import Role
from console.api.conftest import Bureau, Program, told
from console.browser import ORIGIN, Browser

NOBODY = "0" * 64


def path_of(operation: Any, name: str = NOBODY) -> str:
    return re.sub(r"\{\w+\}", name, operation.path)


def call(program: Program, operation: Any, name: str = NOBODY) -> Any:
    if operation.method != "POST":
        return program.call(operation.method, path_of(operation, name), None)
    return program.post(path_of(operation, name), {})


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_every_operation_is_open_to_just_whom_its_verb_is(role: str, bureau: Bureau) -> None:
    program = bureau.programs[role]
    for operation in OPERATIONS:
        answer = call(program, operation)
        problem = told(answer) if answer.status >= 400 else {"type": ""}
        closed = problem["type"] == "urn:comity:problem:role"
        assert closed is not may([role], operation.verb), (operation.id, answer.body[:300])
        assert not closed or answer.status == 403
        assert answer.status < 500, (operation.id, answer.body[:300])


@pytest.mark.parametrize("foreign", [NOBODY, "nothing", "..%2f..%2fnode.toml", "%00", "'--", "a" * 5000, "é"])
def test_a_thing_that_is_not_here_is_not_here_for_anybody(foreign: str, bureau: Bureau) -> None:
    answers: dict[str, set[bytes]] = {}
    for role in Role:
        program = bureau.programs[str(role)]
        for operation in OPERATIONS:
            if not operation.in_path or not may([role], operation.verb) or operation.method != "GET":
                continue
            answer = call(program, operation, foreign)
            assert answer.status in (404, 422), (operation.id, answer.body[:300])
            answers.setdefault(operation.id, set()).add(answer.body)
    assert all(len(each) == 1 for each in answers.values())


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x", "Basic YTpi", f"Bearer comity-{'0' * 48}", "Bearer " + "x" * 5000, "bearer é"],
)
def test_who_has_no_token_that_serves_is_told_nothing(authorization: str, bureau: Bureau) -> None:
    for operation in OPERATIONS:
        answer = Browser(bureau.app).send(
            operation.method, f"/api/v1{path_of(operation)}", b"", {"authorization": authorization}
        )
        assert answer.status == 401, operation.id
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_cookie_lets_nobody_in_and_a_token_lets_nobody_into_the_pages(bureau: Bureau) -> None:
    bureau.tell("officer-add", handle="person", roles=["liaison"])
    link = bureau.tell("officer-link", handle="person")["link"]
    browser = Browser(bureau.app)
    assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
    assert browser.get("/items").status == 200
    assert browser.get("/api/v1/items").status == 401
    token = bureau.programs["liaison"].token
    answer = Browser(bureau.app).get("/items", authorization=f"Bearer {token}")
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=/items")


def test_a_form_of_another_site_acts_for_nobody_though_a_token_stands_beside_it(bureau: Bureau) -> None:
    browser = Browser(bureau.app)
    answer = browser.post("/sign-out", {}, origin="http://evil.example", authorization="Bearer x")
    assert answer.status == 403


def test_a_token_ends_with_its_officer_its_days_and_by_the_administrator(bureau: Bureau) -> None:
    bureau.tell("officer-add", handle="passing", roles=["reader", "liaison"], program=True)
    made = bureau.tell("token-add", handle="passing", label="narrow", roles=["reader"])
    program = Program(bureau.app, made["token"])
    assert program.get("/items").status == 200
    assert program.post(f"/items/{NOBODY}/share", {"to": "a.example", "purpose": "x"}).status == 403
    bureau.tell("officer-roles", handle="passing", roles=["liaison"])
    assert program.get("/items").status == 403, "the role it carried is no more its officer's"
    bureau.tell("officer-roles", handle="passing", roles=["reader"])
    bureau.tell("officer-suspend", handle="passing")
    assert program.get("/items").status == 401
    bureau.tell("officer-resume", handle="passing")
    assert program.get("/items").status == 200
    bureau.tell("token-drop", token=made["id"])
    assert program.get("/items").status == 401


def test_no_token_is_kept_and_its_use_is_entered(bureau: Bureau, liaison: Program) -> None:
    assert liaison.token not in (bureau.desk.home.folder.path / "node.db").read_bytes().decode("latin-1")
    before = bureau.size()
    liaison.post("/items", NEW)
    kinds = [row["kind"] for row in bureau.tell("journal-show", after=before)]
    assert kinds == ["item-added", "officer-acted"]


NEW = {
    "title": "By API",
    "content": "aGVsbG8=",
    "category": "incident.reports",
    "marking": "TLP:GREEN",
    "media_type": "text/plain",
}


def test_an_item_is_taken_in_shown_and_given_back(liaison: Program) -> None:
    added = liaison.post("/items", NEW)
    item = told(added)
    assert added.status == 201 and added.headers["location"] == f"/api/v1/items/{item['id']}"
    shown = liaison.get(added.headers["location"])
    assert told(shown)["title"] == "By API" and told(shown)["custody"] == [[]]
    content = liaison.get(f"/items/{item['id']}/content")
    assert content.body == b"hello"
    assert content.headers["content-type"] == "application/octet-stream"
    assert content.headers["content-disposition"] == (
        "attachment; filename=\"By API.txt\"; filename*=UTF-8''By%20API.txt"
    )
    assert content.headers["x-content-type-options"] == "nosniff"


def test_a_share_that_is_permitted_is_queued_and_says_so(bureau: Bureau, liaison: Program) -> None:
    item = bureau.add()
    weighed = told(liaison.get("/verdict", item=item, to="south.example", purpose="network-defence"))
    assert weighed["decision"] == "permitted" and weighed["grounds"]
    answer = liaison.post(f"/items/{item}/share", {"to": "south.example", "purpose": "network-defence"})
    shared = told(answer)
    assert answer.status == 200, shared
    assert (shared["decision"], shared["delivery"]["state"]) == ("permitted", "owed")
    assert told(liaison.get(f"/sent/{shared['message']}"))["state"] == "owed"
    assert shared["message"] in [row["message"] for row in told(liaison.get("/sent"))["items"]]


def test_a_refusal_cites_the_articles_and_is_in_the_journal(bureau: Bureau, liaison: Program) -> None:
    item, before = bureau.add(), bureau.size()
    answer = liaison.post(f"/items/{item}/share", {"to": "south.example", "purpose": "curiosity"})
    problem = told(answer)
    assert (answer.status, problem["type"]) == (403, "urn:comity:problem:refused")
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(each["ref"].startswith("north-south-2026 art.") for each in problem["articles"])
    entries = bureau.tell("journal-show", after=before)
    assert [row["kind"] for row in entries] == ["decided", "officer-acted"]
    assert problem["decision"] == entries[0]["act"]


@pytest.mark.parametrize("tag", ["cs", "pl", "ru", "ko", "hu"])
def test_a_problem_is_in_the_callers_language_and_its_type_is_not(tag: str, bureau: Bureau) -> None:
    reader, path = bureau.programs["reader"], f"/items/{NOBODY}/share"
    english = told(reader.post(path))
    other = told(reader.post(path, None, {"accept-language": tag}))
    assert other["type"] == english["type"]
    assert other["detail"] != english["detail"]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/items", b"{", "request"),
        ("/items", b'{"title": "a", "title": "b"}', "title"),
        ("/items", b"[" * 40 + b"]" * 40, "deep"),
        ("/items", [], "object"),
        ("/items", {**NEW, "role": "administrator"}, "`role` is unknown"),
        ("/items", {**NEW, "path": "/etc/passwd"}, "`path` is unknown"),
        ("/items", {**NEW, "title": None}, "title"),
        ("/items", {**NEW, "title": ["a"]}, "title"),
        ("/items", {**NEW, "content": "not base64!"}, "content"),
        ("/items", {**NEW, "marking": "TLP:MAUVE"}, "TLP:MAUVE"),
        ("/items", {name: value for name, value in NEW.items() if name != "title"}, "title"),
        ("/items", {f"field-{number}": 1 for number in range(10_000)}, "`field-0` is unknown"),
        ("/register/check", {"questions": []}, "1 to 1000"),
        ("/register/check", {"questions": [{"id": "a"}], "limit": 10**9}, "limit"),
    ],
)
def test_a_body_that_is_not_as_it_must_be_names_each_mistake(
    path: str, body: Any, said: str, bureau: Bureau
) -> None:
    program = bureau.programs["case-officer"]
    before = bureau.size()
    answer = program.post(path, body)
    problem = told(answer)
    assert answer.status == 422, problem
    assert said in problem["detail"] and problem["mistakes"]
    assert bureau.size() == before


def test_a_body_of_another_kind_and_one_that_is_too_large_are_not_read(liaison: Program) -> None:
    assert liaison.post("/items", NEW, {"content-type": "text/plain"}).status == 415
    assert liaison.post("/items", b" " * (13 * 1024 * 1024)).status == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_named_as_such(method: str, liaison: Program) -> None:
    answer = liaison.call(method, "/items", None)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert liaison.post("/status", {}).headers["allow"] == "GET"


def test_an_unknown_address_is_not_found_for_callers_and_closed_to_others(
    bureau: Bureau, liaison: Program
) -> None:
    assert liaison.get("/nowhere").status == 404
    assert Browser(bureau.app).get("/api/v1/nowhere").status == 401


def test_pages_are_turned_to_the_end_and_miss_nothing(bureau: Bureau, liaison: Program) -> None:
    for number in range(7):
        bureau.add(f"Page {number}")
    for path in ("/items", "/sent", "/journal", "/consents", "/events"):
        program = bureau.programs["auditor"] if path == "/journal" else liaison
        whole = told(program.get(path, limit=500))
        assert whole["next"] is None
        turned: list[Any] = []
        answer = program.get(path, limit=3)
        for _turn in range(200):
            page = told(answer)
            assert len(page["items"]) <= 3
            turned += page["items"]
            if page["next"] is None:
                break
            link = re.fullmatch(r'<(/api/v1/\w+\?[^>]+)>; rel="next"', answer.headers["link"])
            assert link is not None
            answer = program.get(link[1])
        assert turned == whole["items"], path


def test_a_row_that_comes_in_between_shifts_no_page(bureau: Bureau, liaison: Program) -> None:
    first = told(liaison.get("/items", limit=2))
    bureau.add("In between")
    second = told(liaison.get("/items", limit=2, cursor=first["next"]))
    assert not {row["id"] for row in first["items"]} & {row["id"] for row in second["items"]}


def test_a_cursor_serves_for_whom_and_what_it_was_given(bureau: Bureau, liaison: Program) -> None:
    bureau.add("One")
    bureau.add("Two")
    cursor = told(liaison.get("/items", limit=1))["next"]
    assert liaison.get("/items", limit=1, cursor=cursor).status == 200
    for program, path, more in (
        (bureau.programs["reader"], "/items", {}),
        (liaison, "/items", {"words": "other"}),
        (liaison, "/sent", {}),
        (liaison, "/items", {"cursor": cursor[:-2] + "AA"}),
        (liaison, "/items", {"cursor": "x"}),
        (liaison, "/items", {"cursor": "é" * 3}),
        (liaison, "/items", {"cursor": "A" * 9000}),
    ):
        answer = program.get(path, **{"limit": 1, "cursor": cursor, **more})
        assert (answer.status, told(answer)["type"]) == (400, "urn:comity:problem:cursor"), path


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1e9", "x", "9" * 40, ""])
def test_a_page_has_a_size(limit: str, liaison: Program) -> None:
    assert liaison.get("/items", limit=limit).status == 422


@pytest.mark.parametrize("query", [{"order": "title;--"}, {"words[]": "x"}, {"role": "administrator"}])
def test_an_unknown_field_of_a_query_is_named(query: dict[str, str], liaison: Program) -> None:
    answer = liaison.get("/items", **query)
    assert answer.status == 422 and "is unknown" in told(answer)["detail"]


def test_what_still_stands_is_not_sent_again(bureau: Bureau, liaison: Program) -> None:
    path = f"/items/{bureau.add()}"
    first = liaison.get(path)
    version = first.headers["etag"]
    again = liaison.get(path, headers={"if-none-match": f'"x", {version}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", version)
    assert liaison.get(path, headers={"if-none-match": '"x"'}).status == 200


@pytest.mark.parametrize("query", [{}, {"limit": 1}], ids=["whole", "a page of several"])
def test_a_list_that_has_not_changed_is_not_sent_again(
    query: dict[str, Any], bureau: Bureau, liaison: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        bureau.add(f"Note {number}")
    hour = bureau.desk.node.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    versions = []
    for second in (0, 1, 90):
        clock = SimpleNamespace(now=lambda second=second: hour + timedelta(seconds=second))
        with monkeypatch.context() as patched:
            patched.setattr(bureau.desk.node, "clock", clock)
            versions.append(liaison.get("/items", **query).headers["etag"])
    assert len(set(versions)) == 1


def test_a_version_that_was_weakened_on_its_way_still_counts(bureau: Bureau, liaison: Program) -> None:
    path = f"/items/{bureau.add()}"
    version = liaison.get(path).headers["etag"]
    assert liaison.get(path, headers={"if-none-match": f"W/{version}"}).status == 304


@pytest.mark.parametrize("header", ["idempotency-key", "if-match"])
def test_a_file_says_that_it_takes_no_key_and_no_version(
    header: str, bureau: Bureau, liaison: Program
) -> None:
    before = bureau.size()
    path = "/files?title=x&category=incident.indicators&marking=TLP:GREEN"
    answer = liaison.call("PUT", path, b"content", {header: '"k"'})
    assert answer.status == 400 and "sent twice, it is taken in twice" in told(answer)["detail"]
    assert bureau.size() == before


def test_a_token_dropped_while_it_is_used_stays_dropped(bureau: Bureau) -> None:
    made = bureau.tell("token-add", handle="program-reader", label="to be dropped")
    now = bureau.desk.node.clock.now()
    found = bureau.desk.read(lambda transaction: programs.whose_token(transaction, made["token"], now))
    assert found is not None
    bureau.tell("token-drop", token=found[0].id)
    later = now + timedelta(minutes=2)  # a call that had looked before notes now that it was in use
    bureau.desk.act(lambda _node, transaction: programs.note_token_used(transaction, found[0], later))
    assert Program(bureau.app, made["token"]).get("/status").status == 401


@pytest.mark.parametrize(
    ("begins", "ends", "status"),
    [
        ("0001-01-01", "0001-01-01", 200),
        ("0001-01-01", "9999-11-30", 200),
        ("0001-01-01", "9999-12-01", 422),
        ("9999-12-31", "9999-12-31", 422),
    ],
)
def test_figures_of_the_first_and_last_days_there_are(
    begins: str, ends: str, status: int, liaison: Program
) -> None:
    assert liaison.get("/flows", begins=begins, ends=ends).status == status


def test_the_document_says_what_the_router_does_and_nothing_else(bureau: Bureau) -> None:
    served = told(Browser(bureau.app).get("/api/openapi.json"))
    assert served == json.loads(json.dumps(describe("north.example", f"{ORIGIN}/api/v1")))
    program = bureau.programs["liaison"]
    described = {
        (method.upper(), path): operation["operationId"]
        for path, methods in served["paths"].items()
        for method, operation in methods.items()
    }
    assert described == {(each.method, each.path): each.id for each in OPERATIONS}
    for _method, path in described:
        allowed = program.call("PATCH", re.sub(r"\{\w+\}", "x", path), None).headers["allow"]
        methods = {method for method, each in described if each == path}
        assert set(allowed.split(", ")) == methods, path


def test_every_operation_is_a_verb_with_roles_and_every_field_is_described() -> None:
    document = describe("north.example", ORIGIN)
    for operation in OPERATIONS:
        assert operation.verb in VERBS and operation.id in BY_ID
        assert not operation.of or BY_ID[operation.of].method == "GET"
        assert {*operation.in_path, *operation.parameters()} <= set(PARAMETERS), operation.id
        assert set(operation.in_path) <= set(VERBS[operation.verb].types) or operation.pick
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name
        for field, held in schema["properties"].items():
            assert held.get("description"), (name, field)


def test_a_fault_of_ours_shows_no_trace(liaison: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("canary-77aa")

    monkeypatch.setattr(VERBS["inbox"], "run", broken)
    with capture_logs():
        answer = liaison.get("/inbox")
    assert (answer.status, told(answer)["type"]) == (500, "urn:comity:problem:fault")
    assert b"canary" not in answer.body


@pytest.mark.parametrize("header", ["x-forwarded-user", "x-comity-officer", "x-http-method-override"])
def test_no_header_makes_anybody_another(header: str, bureau: Bureau) -> None:
    reader = bureau.programs["reader"]
    answer = reader.post(f"/items/{NOBODY}/share", {"to": "a", "purpose": "b"}, {header: "program-liaison"})
    assert answer.status == 403


def test_the_reference_page_is_what_the_table_says() -> None:
    from pathlib import Path

    from comity.console.api.openapi import page

    printed = Path(__file__).parents[3] / "docs" / "reference" / "api.md"
    assert printed.read_text(encoding="utf-8") == page()

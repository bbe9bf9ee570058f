"""The desk: yente's shapes and OpenRefine's, for those with a token, on this machine, journaled as checks are."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from comity.assemble import new_home, open_home
from comity.carriers.postman import Postman
from comity.control import server  # noqa: F401 - registers the verbs
from comity.control.verb import VERBS, Desk
from comity.desk.listening import DeskServer
from comity.errors import BadInput, NotFound
from comity.storage.desks import HEADER, Desks

SUBJECTS = (
    {
        "id": "p1",
        "schema": "Person",
        "properties": {
            "name": ["Tavrin Merezhko", "Мережко Таврін"],
            "birthDate": ["1961-04-23"],
            "nationality": ["ua"],
        },
    },
    {
        "id": "p2",
        "schema": "Person",
        "properties": {"name": ["Ilse van der Zandstra"], "nationality": ["nl"]},
    },
    {
        "id": "o/1",
        "schema": "Company",
        "properties": {"name": ["<b>Brackwater</b> Holdings No. 12"], "country": ["cy"]},
    },
    {"id": "v1", "schema": "Vessel", "properties": {"name": ["Sea Lark"]}},
    {"id": "v2", "schema": "Vessel", "properties": {"name": ["Sea Larke"]}},
    {"id": "i1", "schema": "Person", "properties": {"name": ["Sea Larken"], "nationality": ["is"]}},
    *({"id": f"n{at}", "schema": "Person", "properties": {"name": ["Sea Lark"]}} for at in range(45)),
)


class Asker:
    """Asks the desk as a program would."""

    def __init__(self, address: str, token: str) -> None:
        self._host = address.removeprefix("http://")
        self._token = token

    def __call__(
        self, method: str, path: str, body: bytes | None = None, *, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        link = http.client.HTTPConnection(self._host, timeout=30)
        try:
            sent = {"Authorization": f"Bearer {self._token}"} if headers is None else headers
            link.request(method, path, body, sent)
            answer = link.getresponse()
            raw = answer.read()
            kind = answer.headers.get("content-type", "")
            shown = json.loads(raw) if "json" in kind else raw.decode()
            return answer.status, shown, dict(answer.headers)
        finally:
            link.close()

    def match(self, queries: dict[str, Any], tail: str = "") -> dict[str, Any]:
        status, shown, _ = self("POST", f"/match/default{tail}", json.dumps({"queries": queries}).encode())
        assert status == 200, shown
        found: dict[str, Any] = shown
        return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    new_home(folder / "north", "north.example", names={"en": "North"})
    file = folder / "subjects.jsonl"
    file.write_text("".join(json.dumps(subject) + "\n" for subject in SUBJECTS))
    with open_home(folder / "north") as home:
        desk = Desk(home, Postman(home.node), serving=False)
        begun = VERBS["register-import"](
            desk,
            {
                "path": str(file),
                "basis": "Lists Act s. 4",
                "role": "sanctioned",
                "decision": "LA 30/17",
                "review": "2099-01-01",
            },
        )
        while (
            "import" in begun and not VERBS["register-import-more"](desk, {"name": begun["import"]})["ended"]
        ):
            pass
        yield desk


@pytest.fixture(scope="module")
def ask(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    file = tmp_path_factory.mktemp("tokens") / "screening"
    VERBS["desk-add"](desk, {"name": "screening", "path": str(file)})
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    served = DeskServer(desk, 0)
    yield Asker(served.address, file.read_text().strip().removeprefix(HEADER))
    served.close()


PERSON = {"schema": "Person", "properties": {"name": ["MEREZHKO, Tavrin"], "birthDate": ["1961"]}}


def test_match_answers_each_question_under_its_key_in_yentes_shape(ask: Asker) -> None:
    other = {"schema": "Company", "properties": {"name": "Brackwater Holdings 12", "country": ["cy"]}}
    shown = ask.match({"a": PERSON, "b": other})
    assert set(shown) == {"responses", "matcher", "limit"}
    assert shown["limit"] == 5
    best = shown["responses"]["a"]["results"][0]
    assert {"id", "caption", "schema", "properties", "datasets", "score", "match", "features"} <= set(best)
    assert (best["id"], best["caption"], best["match"]) == ("p1", "Tavrin Merezhko", True)
    assert best["datasets"] == ["north.example"]
    assert 0.7 <= best["score"] <= 1
    assert shown["responses"]["a"]["status"] == 200
    assert shown["responses"]["a"]["query"]["properties"]["name"] == ["MEREZHKO, Tavrin"]
    assert shown["responses"]["b"]["results"][0]["id"] == "o/1"


def test_match_and_the_command_give_the_same_scores(ask: Asker, desk: Desk) -> None:
    line = json.dumps({"id": "a", **PERSON}).encode()
    hits = VERBS["register-check"](desk, {"names": [line]})[0]["hits"]
    found = ask.match({"a": PERSON})["responses"]["a"]["results"]
    assert [(hit["id"], hit["score"]) for hit in hits] == [(each["id"], each["score"]) for each in found]


def test_limit_threshold_cutoff_and_exclusion_are_heeded(ask: Asker) -> None:
    one = ask.match({"a": PERSON}, "?limit=1&threshold=1")["responses"]["a"]
    assert (len(one["results"]), one["results"][0]["match"]) == (1, False)
    assert ask.match({"a": PERSON}, "?cutoff=0.99999&threshold=1")["responses"]["a"]["total"]["value"] in (
        0,
        1,
    )
    assert all(
        each["id"] != "p1"
        for each in ask.match({"a": PERSON}, "?exclude_entity_ids=p1")["responses"]["a"]["results"]
    )


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_whoever_is_left_out_takes_no_ones_place(ask: Asker, limit: int) -> None:
    def best(tail: str) -> list[str]:
        asked = {"a": {"schema": "Vessel", "properties": {"name": ["Sea Lark"]}}}
        return [each["id"] for each in ask.match(asked, tail)["responses"]["a"]["results"]]

    first, *others = best(f"?limit={limit + 1}")
    assert best(f"?limit={limit}&exclude_entity_ids={first}") == others != []


@pytest.mark.parametrize(
    ("asked", "ids", "total"),
    [
        ("schema=Vessel", {"v1", "v2"}, {"value": 2, "relation": "eq"}),
        ("schema=Company", set(), {"value": 0, "relation": "eq"}),
        ("countries=is", {"i1"}, {"value": 1, "relation": "eq"}),
        ("countries=IS&countries=nl", {"i1"}, {"value": 1, "relation": "eq"}),
        ("countries=is&schema=Vessel", set(), {"value": 0, "relation": "eq"}),
        ("limit=2", None, {"value": 40, "relation": "gte"}),
    ],
)
def test_a_search_of_one_schema_or_country_is_not_crowded_out_by_others(
    ask: Asker, asked: str, ids: set[str] | None, total: dict[str, Any]
) -> None:
    _, shown, _ = ask("GET", f"/search/default?q=Sea+Lark&{asked}")
    assert shown["total"] == total
    assert ids is None or {each["id"] for each in shown["results"]} == ids


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not JSON"),
        (b"[]", "no `queries`"),
        (b'{"queries": {}}', "no `queries`"),
        (b'{"queries": {"a": 1}}', "is no entity"),
        (
            b'{"queries": {"a": {"schema": "Person", "properties": {"name": [{}]}}}}',
            "holds what is not a text",
        ),
        (
            b'{"queries": {"a": {"schema": "Ghost", "properties": {"name": ["x"]}}}}',
            "`schema` must be one of",
        ),
        (b'{"queries": {"a": {"schema": "Person", "properties": {}}}}', "neither a name nor an identifier"),
        (b'{"queries": {"a": 1, "a": 2}}', "twice"),
        (json.dumps({"queries": {str(n): PERSON for n in range(101)}}).encode(), "more than 100"),
        (b"[" * 100 + b"]" * 100, "deep"),
    ],
)
def test_a_match_request_that_cannot_be_read_is_told_why(ask: Asker, body: bytes, said: str) -> None:
    status, shown, _ = ask("POST", "/match/default", body)
    assert status == 400
    assert said in shown["detail"]


def test_search_finds_by_a_piece_of_text(ask: Asker) -> None:
    status, shown, _ = ask("GET", f"/search/default?q={quote('Мережко Таврін')}")
    assert status == 200
    assert set(shown) == {"limit", "offset", "total", "results", "facets"}
    assert shown["results"][0]["id"] == "p1"
    assert {"countries", "topics", "datasets"} == set(shown["facets"])
    _, none, _ = ask("GET", "/search/default?q=Tavrin%20Merezhko&countries=nl")
    assert all("nl" in each["properties"]["nationality"] for each in none["results"])
    assert ask("GET", "/search/default?q=x&limit=0")[0] == 400
    assert ask("GET", "/search/default")[1]["total"]["value"] == 0


def test_an_entity_is_given_by_its_id(ask: Asker) -> None:
    assert ask("GET", "/entities/p1")[1]["properties"]["birthDate"] == ["1961-04-23"]
    assert ask("GET", "/entities/o/1")[1]["schema"] == "Company"
    assert ask("GET", "/entities/nobody")[:2] == (404, {"detail": "no such entity"})
    assert ask("GET", "/match/default")[0] == 405
    assert ask("GET", "/search/elsewhere?q=x")[0] == 404


def test_health_needs_no_token_and_everything_else_does(ask: Asker, desk: Desk, tmp_path: Path) -> None:
    assert ask("GET", "/healthz", headers={})[:2] == (200, {"status": "ok"})
    paths = (
        "/catalog",
        "/search/default?q=x",
        "/entities/p1",
        "/reconcile/default",
        "/reconcile/default/preview/p1",
    )
    for path in paths:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp4"}):
            status, shown, answered = ask("GET", path, headers=headers)
            assert (status, answered["www-authenticate"]) == (401, "Bearer"), path
            assert shown == {"detail": "no token, or one that is not of this register"}
    assert ask("POST", "/match/default", b"{}", headers={})[0] == 401
    VERBS["desk-add"](desk, {"name": "gone", "path": str(tmp_path / "gone")})
    token = (tmp_path / "gone").read_text().strip().removeprefix(HEADER)
    assert ask("GET", f"/catalog?api_key={token}", headers={})[0] == 200
    assert ask("GET", "/catalog", headers={"Authorization": f"ApiKey {token}"})[0] == 200
    VERBS["desk-remove"](desk, {"name": "gone"})
    assert ask("GET", f"/catalog?api_key={token}", headers={})[0] == 401


def test_a_page_by_another_name_reaches_nothing(ask: Asker) -> None:
    headers = {"Host": "register.evil.example", "Authorization": f"Bearer {ask._token}"}
    assert ask("GET", "/catalog", headers=headers)[0] == 421
    own = {"Authorization": f"Bearer {ask._token}", "Origin": "http://127.0.0.1:3333"}
    assert ask("GET", "/catalog", headers=own)[2]["access-control-allow-origin"] == "http://127.0.0.1:3333"
    other = {"Authorization": f"Bearer {ask._token}", "Origin": "http://evil.example"}
    assert "access-control-allow-origin" not in ask("GET", "/catalog", headers=other)[2]


def test_a_body_beyond_the_cap_is_not_read(ask: Asker) -> None:
    assert ask("POST", "/match/default", b" " * ((4 << 20) + 1))[0] == 413


def test_openrefine_finds_a_manifest_and_queries_in_a_batch(ask: Asker) -> None:
    _, shown, _ = ask("GET", "/reconcile/default")
    assert shown["versions"] == ["0.2"]
    assert {
        "name",
        "identifierSpace",
        "schemaSpace",
        "view",
        "preview",
        "suggest",
        "extend",
        "defaultTypes",
    } <= set(shown)
    assert shown["preview"]["url"].endswith("/reconcile/default/preview/{{id}}")
    queries = {
        "q0": {
            "query": "Tavrin Merezhko",
            "type": "Person",
            "properties": [{"pid": "birthDate", "v": "1961"}],
        },
        "q1": {"query": "Zandstra Ilse", "type": ["Person"], "limit": 1},
    }
    body = urlencode({"queries": json.dumps(queries)}).encode()
    status, shown, _ = ask("POST", "/reconcile/default", body)
    assert status == 200
    best = shown["q0"]["result"][0]
    assert (best["id"], best["name"], best["match"]) == ("p1", "Tavrin Merezhko", True)
    assert best["type"] == [{"id": "Person", "name": "Person"}]
    assert 70 <= best["score"] <= 100
    assert [each["id"] for each in shown["q1"]["result"]] == ["p2"]
    assert ask("GET", f"/reconcile/default?{body.decode()}")[1] == shown


def test_the_manifest_hands_its_key_on(ask: Asker) -> None:
    _, shown, _ = ask("GET", f"/reconcile/default?api_key={ask._token}", headers={})
    assert shown["suggest"]["entity"]["service_path"] == f"/suggest/entity?api_key={ask._token}"


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ("{", "not JSON"), ("[]", "an object of queries"), ('{"q": 1}', "is no query"),
        ('{"q": {"query": " "}}', "asks for nothing"), ('{"q": {"query": "x", "limit": 0}}', "`limit`"),
        ('{"q": {"query": "x", "properties": [{}]}}', "no `pid`"),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_read_is_told_why(ask: Asker, queries: str, said: str) -> None:
    status, shown, _ = ask("POST", "/reconcile/default", urlencode({"queries": queries}).encode())
    assert status == 400
    assert said in shown["detail"]


def test_suggestions_extension_and_preview(ask: Asker) -> None:
    assert ask("GET", "/reconcile/default/suggest/entity?prefix=Tavrin%20Merez")[1]["result"][0]["id"] == "p1"
    assert ask("GET", "/reconcile/default/suggest/type?prefix=ves")[1] == {
        "result": [{"id": "Vessel", "name": "Vessel"}]
    }
    assert {"id": "birthDate", "name": "Date of birth"} in ask(
        "GET", "/reconcile/default/suggest/property?prefix=birth"
    )[1]["result"]
    assert ask("GET", "/reconcile/default/extend/propose?type=Person")[1]["type"] == "Person"
    asked = {
        "ids": ["p1", "nobody"],
        "properties": [{"id": "name", "settings": {"limit": 1}}, {"id": "nationality"}],
    }
    _, shown, _ = ask("POST", "/reconcile/default", urlencode({"extend": json.dumps(asked)}).encode())
    assert shown["rows"]["p1"] == {"name": [{"str": "Tavrin Merezhko"}], "nationality": [{"str": "ua"}]}
    assert shown["rows"]["nobody"] == {"name": [], "nationality": []}
    status, page, headers = ask("GET", "/reconcile/default/preview/o/1")
    assert (status, "<b>" in page, "&lt;b&gt;" in page) == (200, False, True)
    assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("limit", ["9" * 5000, -1, 0, True, "²", "٣", [], None])
def test_a_limit_that_is_no_number_of_values_stands_for_all(ask: Asker, limit: object) -> None:
    asked = {"ids": ["p1"], "properties": [{"id": "name", "settings": {"limit": limit}}]}
    status, shown, _ = ask("POST", "/reconcile/default", urlencode({"extend": json.dumps(asked)}).encode())
    assert (status, len(shown["rows"]["p1"]["name"])) == (200, 2)


def test_every_question_is_entered_in_the_journal_and_no_name_is(ask: Asker, desk: Desk) -> None:
    before = len(VERBS["journal-show"](desk, {}))
    ask.match({"a": PERSON})
    ask("GET", "/search/default?q=Tavrin")
    entries = VERBS["journal-show"](desk, {})[before:]
    assert [entry["kind"] for entry in entries] == ["register-check", "register-check"]
    assert "Tavrin" not in json.dumps(VERBS["journal-show"](desk, {}))


def test_names_of_desks_are_plain_and_taken_once(tmp_path: Path) -> None:
    desks = Desks(tmp_path)
    desks.add("openrefine", tmp_path / "token")
    with pytest.raises(BadInput, match="has a token already"):
        desks.add("openrefine", tmp_path / "other")
    for name in ("", "Ü", "../x", "a" * 41):
        with pytest.raises(BadInput, match="is not the name of a desk"):
            desks.add(name, tmp_path / "other")
    with pytest.raises(BadInput, match="cannot be written"):
        desks.add("second", tmp_path / "token")
    with pytest.raises(NotFound):
        desks.remove("second")
    assert desks.names() == ["openrefine"]
    token = (tmp_path / "token").read_text().strip().removeprefix(HEADER)
    assert (desks.whose(token), desks.whose(token[:-1]), desks.whose("")) == ("openrefine", None, None)
    assert token not in (tmp_path / "desks.json").read_text()

"""An act over the API is one piece of work with its key, its version and its answer (row W10)."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from comity.console.api import acting
from comity.control.verb import VERBS
from comity.errors import NotFound
from console.api.conftest import Bureau, Program, told

SHARE = {"to": "south.example", "purpose": "network-defence"}


def sent(bureau: Bureau) -> int:
    return len(bureau.tell("outbox", limit=500))


def test_an_act_that_is_sent_twice_is_done_once_and_answered_the_same(
    bureau: Bureau, liaison: Program
) -> None:
    item, before = bureau.add(), sent(bureau)
    key = {"idempotency-key": "share-1"}
    first = liaison.post(f"/items/{item}/share", SHARE, key)
    size = bureau.size()
    again = liaison.post(f"/items/{item}/share", SHARE, key)
    assert (again.status, again.body) == (first.status, first.body)
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    assert sent(bureau) == before + 1 and bureau.size() == size
    without = liaison.post(f"/items/{item}/share", SHARE)
    assert without.status == 200 and sent(bureau) == before + 2


def test_what_was_made_is_found_again_where_it_was(liaison: Program) -> None:
    new = {"title": "t", "content": "eA==", "category": "incident.reports", "marking": "TLP:GREEN"}
    first = liaison.post("/items", new, {"idempotency-key": "add-1"})
    again = liaison.post("/items", new, {"idempotency-key": "add-1"})
    assert first.status == again.status == 201
    assert first.headers["location"] == again.headers["location"]


def test_a_refusal_is_an_answer_and_is_kept(bureau: Bureau, liaison: Program) -> None:
    item, key = bureau.add(), {"idempotency-key": "refused-1"}
    first = liaison.post(f"/items/{item}/share", {**SHARE, "purpose": "curiosity"}, key)
    size = bureau.size()
    again = liaison.post(f"/items/{item}/share", {**SHARE, "purpose": "curiosity"}, key)
    assert (first.status, again.status, again.body) == (403, 403, first.body)
    assert bureau.size() == size


def test_what_could_not_be_done_is_tried_again(bureau: Bureau, liaison: Program) -> None:
    key = {"idempotency-key": "mistake-1"}
    assert liaison.post("/items/nothing/share", SHARE, key).status == 404
    item = bureau.add(label="nothing")
    assert liaison.post("/items/nothing/share", SHARE, key).status == 200, item


def test_a_key_serves_for_one_request_of_one_caller(bureau: Bureau, liaison: Program) -> None:
    item, key = bureau.add(), {"idempotency-key": "one-1"}
    assert liaison.post(f"/items/{item}/share", SHARE, key).status == 200
    other = liaison.post(f"/items/{item}/share", {**SHARE, "carrier": "https"}, key)
    assert (other.status, told(other)["type"]) == (422, "urn:comity:problem:key-used")
    bureau.tell("officer-add", handle="second-program", roles=["liaison"], program=True)
    token = bureau.tell("token-add", handle="second-program", label="another")["token"]
    answer = Program(bureau.app, token).post(f"/items/{item}/share", SHARE, key)
    assert answer.status == 200 and "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize("key", ["x" * 256, "ключ", "a\tb"])
def test_a_key_is_visible_ascii(key: str, liaison: Program) -> None:
    headers = {"idempotency-key": key.encode().decode("latin-1")}
    assert liaison.post("/items/x/share", SHARE, headers).status == 400


def test_a_crash_within_an_act_leaves_neither_act_nor_key(
    bureau: Bureau, liaison: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, before, size = bureau.add(), sent(bureau), bureau.size()
    with monkeypatch.context() as broken, capture_logs():
        broken.setattr(acting, "_keep", lambda *_: 1 / 0)
        answer = liaison.post(f"/items/{item}/share", SHARE, {"idempotency-key": "crash-1"})
        assert answer.status == 500
    assert sent(bureau) == before and bureau.size() == size
    again = liaison.post(f"/items/{item}/share", SHARE, {"idempotency-key": "crash-1"})
    assert again.status == 200 and "idempotency-replayed" not in again.headers
    assert sent(bureau) == before + 1


def test_keys_are_forgotten_in_time_and_are_bounded(
    bureau: Bureau, liaison: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = {"title": "t", "content": "eA==", "category": "incident.reports", "marking": "TLP:GREEN"}
    monkeypatch.setattr(acting, "MOST_KEPT", 3)
    for number in range(6):
        liaison.post("/items", new, {"idempotency-key": f"many-{number}"})
    newest = liaison.post("/items", new, {"idempotency-key": "many-5"})
    oldest = liaison.post("/items", new, {"idempotency-key": "many-0"})
    assert newest.headers.get("idempotency-replayed") == "true"
    assert "idempotency-replayed" not in oldest.headers
    monkeypatch.setattr(acting, "KEPT", timedelta(0))
    liaison.post("/items", new, {"idempotency-key": "short"})
    assert "idempotency-replayed" not in liaison.post("/items", new, {"idempotency-key": "short"}).headers


def test_an_act_meant_for_another_version_does_not_go(bureau: Bureau, liaison: Program) -> None:
    item = bureau.add()
    version = liaison.get(f"/items/{item}").headers["etag"]
    first = liaison.post(f"/items/{item}/share", SHARE, {"if-match": version})
    assert first.status == 200
    before = sent(bureau)
    stale = liaison.post(f"/items/{item}/share", SHARE, {"if-match": version})
    assert (stale.status, told(stale)["type"]) == (412, "urn:comity:problem:changed")
    assert sent(bureau) == before
    now = liaison.get(f"/items/{item}").headers["etag"]
    assert liaison.post(f"/items/{item}/share", SHARE, {"if-match": f'"x", {now}'}).status == 200
    assert liaison.post(f"/items/{item}/share", SHARE, {"if-match": "*"}).status == 200


def test_a_version_is_looked_at_within_the_act(
    bureau: Bureau, liaison: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the caller read, what counts is the row at the moment of the act."""
    item = bureau.add()
    version = liaison.get(f"/items/{item}").headers["etag"]
    seen: list[Any] = []
    look = acting.look

    def watched(operation: Any, ids: Any, desk: Any, given: Any) -> Any:
        seen.append(desk.within)
        return look(operation, ids, desk, given)

    monkeypatch.setattr(acting, "look", watched)
    liaison.post(f"/items/{item}/share", SHARE, {"if-match": version})
    assert seen and all(each is not None for each in seen)


def test_one_row_is_taken_out_of_a_list_by_its_name() -> None:
    from comity.console.api.operations import BY_ID, picked

    rows = [{"id": "a"}, {"id": "b"}]
    assert picked(BY_ID["showRequest"], rows, "b") == {"id": "b"}
    with pytest.raises(NotFound):
        picked(BY_ID["showRequest"], rows, "c")


def test_every_act_of_the_api_is_a_verb_that_is_one_piece_of_work() -> None:
    from comity.console.api.operations import OPERATIONS

    alone = [each.id for each in OPERATIONS if each.method == "POST" and VERBS[each.verb].alone]
    assert set(alone) == {"shareFile", "deliver", "executeClosing", "verifyJournal"}

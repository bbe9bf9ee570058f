"""Verbs at a desk: several as one piece of work, or none of them."""

from collections.abc import Iterator

import pytest

from comity.assemble import new_home, open_home
from comity.carriers.postman import Postman
from comity.control import server as _registers_verbs
from comity.control.verb import VERBS, Desk
from comity.errors import NotFound

assert _registers_verbs.REGISTERED


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("verb") / "home"
    new_home(path, "north.example", names={"en": "North"})
    with open_home(path, threaded=True) as home:
        yield Desk(home, Postman(home.node), serving=False)


def added(desk: Desk, title: str) -> dict[str, object]:
    new = {"content": b"x", "category": "incident.reports", "marking": "TLP:GREEN", "title": title}
    done: dict[str, object] = VERBS["item-add"](desk, new)
    return done


def titles(desk: Desk) -> list[str]:
    return [row["title"] for row in VERBS["item-list"](desk, {})]


def test_what_is_done_together_is_seen_together_before_it_is_durable(desk: Desk) -> None:
    def work(inner: Desk) -> list[str]:
        added(inner, "one")
        added(inner, "two")
        return titles(inner)

    assert {"one", "two"} <= set(desk.together(work))
    assert {"one", "two"} <= set(titles(desk))


def test_what_is_done_together_is_undone_together(desk: Desk) -> None:
    before = desk.read(lambda transaction: transaction.head("").size)

    def work(inner: Desk) -> None:
        added(inner, "half done")
        VERBS["item-show"](inner, {"item": "nothing"})

    with pytest.raises(NotFound):
        desk.together(work)
    assert "half done" not in titles(desk)
    assert desk.read(lambda transaction: transaction.head("").size) == before


def test_what_is_owed_goes_once_the_work_is_durable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(
        desk.postman,
        "run_once",
        lambda *_, **__: sizes.append(len(titles(desk))) or {},
    )

    def work(inner: Desk) -> None:
        added(inner, "to be sent")
        assert inner.send() == {} and not sizes

    before = len(titles(desk))
    desk.together(work)
    assert sizes == [before + 1]


@pytest.mark.parametrize("name", sorted(name for name, verb in VERBS.items() if verb.alone))
def test_what_works_in_several_pieces_is_no_part_of_another(desk: Desk, name: str) -> None:
    given = {
        "agreement-closing-execute": {"agreement": "a"},
        "register-erase": {"identity": "a", "because": "b"},
        "register-import": {"path": "/x", "basis": "b", "review": "2031-01-01"},
        "register-import-more": {"name": "x"},
        "register-export": {"path": "/x"},
        "card-publish": {"signed": b"x"},
        "file-share": {"item": "a", "to": "south.example", "purpose": "x"},
    }.get(name, {})
    with pytest.raises(RuntimeError, match="no part of another"):
        desk.together(lambda inner: VERBS[name](inner, given))

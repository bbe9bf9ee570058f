"""Which tests of a node run on PostgreSQL as well: few, which between them ask of the store all that the others ask.

Every test of this folder can run there (`COMITY_POSTGRESQL=whole`), but a node does the same whatever keeps its rows:
what can differ is a statement. So the tests of this folder were run on SQLite, every statement and every call of the
store port was noted, and the cheapest tests were taken that make each of them three times over. They stand in
`on_postgresql.txt`; a test looks that no call of the port is missing there. To draw the list up anew:

    python tests/node/covering.py
"""

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from comity.ports import Transaction
from comity.storage.prepared import Prepared
from comity.storage.transaction import SqlTransaction

FILE = Path(__file__).with_name("on_postgresql.txt")
_PROJECT = Path(__file__).parents[2]
#: What a test costs on PostgreSQL whatever it does, in the seconds that it would take on SQLite.
_FIXED = 0.3
#: In how many tests each is asked, where so many ask it: what went before it may matter.
_TIMES = 3
_MANY = re.compile(r"(\?|:\w+)(, (\?|:\w+))+")


def chosen() -> list[str]:
    """Give the tests that run on PostgreSQL."""
    return [line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("tests/")]


def called() -> list[str]:
    """Give the calls of the store port that they and the tests of storage make."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("calls ") for line in lines if line.startswith("calls ")]


def port() -> list[str]:
    """Give every call of the store port."""
    return sorted(
        name
        for name in dir(Transaction)
        if not name.startswith("_") and callable(getattr(Transaction, name, None))
    )


class Noting:
    """A plugin that notes what each test asks of the store, and how long it takes."""

    def __init__(self) -> None:
        self.asked: dict[str, set[str]] = {}
        self.took: dict[str, float] = {}
        self._now: set[str] = set()
        event.listen(Engine, "before_cursor_execute", self._statement)
        compiled = Prepared.compiled

        def noted(prepared: Prepared, connection: Any) -> Any:
            found = compiled(prepared, connection)
            self._now.add(found.sql)  # these go to the driver itself
            return found

        Prepared.compiled = noted  # type: ignore[method-assign]
        for name in port():
            setattr(SqlTransaction, name, self._counted(name, getattr(SqlTransaction, name)))

    def _statement(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self._now.add(_MANY.sub("?", statement))

    def _counted(self, name: str, real: Any) -> Any:
        def call(*values: Any, **named: Any) -> Any:
            self._now.add(f"calls {name}")
            return real(*values, **named)

        return call

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note one test, with what it sets up."""
        self._now, began = set(), time.process_time()
        try:
            return (yield)
        finally:
            self.asked[item.nodeid] = self._now
            self.took[item.nodeid] = time.process_time() - began


def cover(asked: Mapping[str, set[str]], took: Mapping[str, float], done: Iterable[str]) -> list[str]:
    """Choose tests that between them ask everything so many times: always the one that adds most for its cost.

    Args:
        done: what others ask already: once less is enough.
    """
    enough = Counter(each for all_ in asked.values() for each in all_)
    missing = {what: min(times, _TIMES) for what, times in enough.items()}
    for what in missing.keys() & set(done):
        missing[what] -= 1
    left, taken = dict(asked), []
    while any(missing.values()):
        best = max(
            left, key=lambda test: sum(missing[each] > 0 for each in left[test]) / (_FIXED + took[test])
        )
        taken.append(best)
        for what in left.pop(best):
            missing[what] = max(0, missing[what] - 1)
    return sorted(taken)


def main() -> int:
    """Run the tests, draw the list up and write it."""
    os.environ["COMITY_POSTGRESQL"] = "whole"
    noting = Noting()
    code = pytest.main(["-p", "no:xdist", "-q", "tests/storage", "tests/node"], plugins=[noting])
    if code:
        return int(code)
    of_storage = set[str]()
    for test, asked in noting.asked.items():
        if test.startswith("tests/storage/") and "[sqlite" in test:
            of_storage |= asked
    of_nodes = {
        test: asked for test, asked in noting.asked.items() if "tests/node/" in test and "[sqlite" in test
    }
    taken = cover(of_nodes, noting.took, of_storage)
    calls = sorted(name for name in set().union(of_storage, *of_nodes.values()) if name.startswith("calls "))
    tests = [test.replace("[sqlite", "[postgresql", 1) for test in taken]
    seconds = sum(noting.took[test] for test in taken)
    FILE.write_text("\n".join([*tests, *calls, ""]), encoding="utf-8")
    print(
        f"{len(taken)} of {len(of_nodes)} tests, {seconds:.0f} s on SQLite; {len(calls)} of {len(port())} calls"
    )
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(_PROJECT / "tests"))
    sys.exit(main())

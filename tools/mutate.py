"""Mutation testing: does a test notice when one place of the code says something else?

    python tools/mutate.py src/comity/decisions src/comity/handling --sample 400

Each mutant differs from the code in one place (`tools/changes.py`). The code on disk is never touched. How it is quick:

    (1) once          pytest collects the tests; nothing is run in this process
    (2) one fork      every test runs over code that notes the statements it reaches
    (3) a fork each   the mutated function gets its code in place; only the tests that reach it run, the quickest
                      first, until one fails. What stands outside functions is imported afresh instead.

A mutant that no test notices *survives*: a test is missing, or the change makes no difference
(`docs/explanation/mutants.md`).
"""

import argparse
import ast
import copy
import gc
import importlib
import importlib.util
import os
import pickle
import random
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from changes import Mutant, mutants_of

_ROOT = Path.cwd()
_SECONDS = 90  # of one core; a mutant that never ends is noticed


class Forks:
    """The pytest plugin that runs the mutants instead of the tests."""

    def __init__(self, mutants: list[Mutant], jobs: int) -> None:
        self.mutants, self.jobs = mutants, jobs
        self.survived: list[Mutant] = []
        self.failed = False
        # Module-level mutants import the code anew, so what is alive here is found by where it was written.
        self.functions: dict[tuple[str, str, int], FunctionType] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure; only ever called in a fork."""
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run (2), then (3)."""
        for path in {mutant.path for mutant in self.mutants}:
            importlib.import_module(".".join(path.relative_to(_ROOT / "src").with_suffix("").parts))
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                code = each.__code__
                self.functions[code.co_filename, code.co_qualname, code.co_firstlineno] = each
        reached = self._reached(session.items)
        running: dict[int, Mutant] = {}
        began, done = time.monotonic(), 0
        for mutant in [*self.mutants, *[None] * self.jobs]:
            while running and (mutant is None or len(running) >= self.jobs):
                pid, status = os.wait()
                gone = running.pop(pid)
                done += 1
                if status == 0:
                    self.survived.append(gone)
                    print(f"\n{gone}", flush=True)
                if done % 20 == 0:
                    print(f"\n{done} of {len(self.mutants)}, {time.monotonic() - began:.0f} s", flush=True)
            if mutant is not None:
                running[_fork(partial(self._try, mutant, session.items, reached))] = mutant
        return True

    def _reached(self, items: list[pytest.Item]) -> list[tuple[float, set[tuple[str, int]]]]:
        """Run every test once over code that notes its statements: seconds and statements of each."""
        notes, pen = os.pipe()

        def note() -> bool:
            hits: set[tuple[str, int]] = set()
            for path, tree in {mutant.path: mutant.tree for mutant in self.mutants}.items():
                self._swap(path, compile(_noting(tree, path), str(path), "exec"), {"_hit": hits.add})
            out: list[tuple[float, set[tuple[str, int]]]] = []
            for place, item in enumerate(items):
                hits.clear()
                began = time.monotonic()
                _run(item, items[place + 1] if place + 1 < len(items) else None)
                if self.failed:
                    return False
                out.append((time.monotonic() - began, set(hits)))
            with os.fdopen(pen, "wb") as into:
                pickle.dump(out, into)
            return True

        pid = _fork(note, quiet=False, seconds=900)
        os.close(pen)
        with os.fdopen(notes, "rb") as found:
            data = found.read()
        if os.waitpid(pid, 0)[1] != 0:
            raise SystemExit("the tests fail before anything is changed")
        told: list[tuple[float, set[tuple[str, int]]]] = pickle.loads(data)  # noqa: S301 - written by our own fork
        return told

    def _try(self, mutant: Mutant, items: list[pytest.Item], reached: list[tuple[float, set[Any]]]) -> bool:
        code = mutant.compiled()
        if mutant.function is None:
            config = items[0].config
            return _anew(mutant, code, config.getoption("keyword"), [str(path) for path in config.args])
        self._swap(mutant.path, code, {})
        key = (str(mutant.path), mutant.statement)
        chosen = [
            item
            for (_, hits), item in sorted(zip(reached, items, strict=True), key=lambda e: e[0][0])
            if key in hits
        ]
        for place, item in enumerate(chosen):
            _run(item, chosen[place + 1] if place + 1 < len(chosen) else None)
            if self.failed:
                return False
        return True

    def _swap(self, path: Path, module: CodeType, names: dict[str, Callable[..., None]]) -> None:
        """Give the living functions of a file their code of another compilation."""
        for code in module.co_consts:
            if isinstance(code, CodeType):
                found = self.functions.get((str(path), code.co_qualname, code.co_firstlineno))
                if found is not None:
                    found.__code__ = code
                    found.__globals__.update(names)
                else:
                    self._swap(path, code, names)


def _noting(tree: ast.Module, path: Path) -> ast.Module:
    """Put a note before every statement inside functions."""
    noted = copy.deepcopy(tree)
    for function in [each for each in ast.walk(noted) if isinstance(each, ast.FunctionDef)]:
        for node in list(ast.walk(function)):
            for field in ("body", "orelse", "finalbody"):
                old = getattr(node, field, None)
                if (
                    isinstance(old, list)
                    and old
                    and not hasattr(old, "noted")
                    and not getattr(node, f"_{field}", False)
                ):
                    setattr(node, f"_{field}", True)
                    new: list[ast.stmt] = []
                    for statement in old:
                        note = ast.parse(f"_hit(({str(path)!r}, {statement.lineno}))").body[0]
                        new += [ast.copy_location(note, statement), statement]
                    setattr(node, field, new)
    return ast.fix_missing_locations(noted)


def _run(item: pytest.Item, following: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _anew(mutant: Mutant, code: CodeType, without: str, args: list[str]) -> bool:
    """Import code and tests once more, with the mutated module in its place, and run everything."""
    loaded = [(name, getattr(module, "__file__", None) or "") for name, module in sys.modules.items()]
    name = next(name for name, file in loaded if file == str(mutant.path))
    for each, file in loaded:
        if file.startswith((str(_ROOT / "src"), str(_ROOT / "tests"))) or each.partition(".")[0] == "comity":
            del sys.modules[each]

    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
            return code

    class Finder:
        @staticmethod
        def find_spec(asked: str, *_: object) -> ModuleSpec | None:
            if asked != name:
                return None
            return importlib.util.spec_from_file_location(
                name, mutant.path, loader=Loader(name, str(mutant.path))
            )

    sys.meta_path.insert(0, Finder)
    return pytest.main(["-x", "-q", "-s", "-p", "no:xdist", "-k", without, *args]) == 0


def _fork(work: Callable[[], bool], quiet: bool = True, seconds: int = _SECONDS) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    resource.setrlimit(
        resource.RLIMIT_CPU, (seconds, seconds)
    )  # not the clock: a busy machine notices nothing
    status = 1
    try:
        if quiet:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
        status = 0 if work() else 1
    finally:
        os._exit(status)


def main() -> None:
    """Count, run, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path, help="files or folders to mutate")
    parser.add_argument("--tests", nargs="+", default=["tests/handling", "tests/decisions", "tests/oracle"])
    parser.add_argument("--without", default="faulty", help="pytest -k: leave these tests out")
    parser.add_argument("--sample", type=int, help="so many mutants, drawn evenly (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--again", type=Path, help="only the mutants this earlier output says survived")
    given = parser.parse_args()
    os.environ.setdefault("COMITY_HISTORIES", "150")
    found = (
        file for path in given.paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])
    )
    files = dict.fromkeys(file.resolve() for file in found)
    mutants = [mutant for file in files for mutant in mutants_of(file)]
    total = len(mutants)
    if given.sample and given.sample < total:
        mutants = random.Random(given.seed).sample(mutants, given.sample)  # noqa: S311
    if given.again:
        earlier = {line.strip() for line in given.again.read_text().splitlines()}
        mutants = [mutant for mutant in mutants if str(mutant) in earlier]
    mutants.sort(key=lambda each: each.function is None)  # the quick ones first
    forks = Forks(mutants, given.jobs)
    print(f"{total} mutants, {len(mutants)} tried")
    status = pytest.main(
        ["-q", "-s", "-x", "-p", "no:xdist", "-k", f"not {given.without}", *given.tests], plugins=[forks]
    )
    if status not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(status)
    killed = len(mutants) - len(forks.survived)
    print(
        f"killed {killed}, survived {len(forks.survived)} of {len(mutants)}: {100 * killed / len(mutants):.1f} %"
    )


if __name__ == "__main__":
    main()

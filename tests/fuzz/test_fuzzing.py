"""The fuzzer itself, and a little of what it does; `make share` gives 200,000 inputs, `make prove` a million."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.errors import ForeignInput
from fuzz import fuzzing
from fuzz.parsers import Parser, parsers

MILLION = 1_000_000


def refuses(data: bytes) -> None:
    raise ForeignInput(f"not {data[:3]!r}")


def falls(data: bytes) -> None:
    if b"[" in data:
        raise RecursionError("too deep")


def hangs(_data: bytes) -> None:
    while True:
        time.monotonic()


@pytest.mark.parametrize(
    ("parse", "fault"), [(refuses, ""), (len, ""), (falls, "RecursionError"), (hangs, "takes more than")]
)
def test_only_taking_and_refusing_are_no_faults(
    parse: Callable[[bytes], object], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzzing, "SECOND", 0.05)
    monkeypatch.setattr(fuzzing, "parsers", lambda: {"it": Parser(parse, (b"{}", b"[]"))})
    report = fuzzing.fuzz("it", 3, "seed")
    assert any(fault in each for each in report.faults) if fault else report.faults == ()


def test_every_good_input_is_taken_by_its_parser_or_refused_for_a_reason() -> None:
    taken = {
        name
        for name, parser in parsers().items()
        if any(fuzzing.tried(parser, seed) == ("", "") for seed in parser.seeds)
    }
    assert taken >= {"strict json", "envelope", "inner message", "signed statement", "statements", "card"}
    assert taken >= {"checkpoint", "pouch", "journal entry", "agreement", "case file", "stix bundle"}


def test_no_parser_falls_over_some_hundred_inputs() -> None:
    reports = fuzzing.run(900, "few", 1)
    assert [fault for each in reports for fault in each.faults] == []
    assert sum(each.inputs for each in reports) >= 900


@pytest.mark.prove
def test_no_parser_falls_over_a_million_inputs(proved: Callable[[str, str], None]) -> None:
    file = str(Path(fuzzing.__file__))
    done = subprocess.run(
        [
            sys.executable,
            file,
            "--inputs",
            str(MILLION),
            "--seed",
            "prove",
            "--jobs",
            str(os.cpu_count() or 1),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    proved("Parsers of foreign bytes", done.stdout.replace("\n", "; "))
    assert done.returncode == 0, done.stdout

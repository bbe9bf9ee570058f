"""A mutating fuzzer: changes good inputs and looks for anything but taking and refusing.

    python tests/fuzz/fuzzing.py --inputs 200000 [--jobs 2] [--seed share]
    python tests/fuzz/fuzzing.py --inputs 1000000 --engine atheris

Its own engine needs nothing and tells the same story for the same seed. What is refused in a new way joins the inputs
that are changed further. With `atheris` installed, coverage leads the way instead. An input over which a parser falls,
or takes longer than a second of CPU, is printed in hexadecimal; growing memory ends the run.
"""

import argparse
import logging
import os
import random
import re
import resource
import signal
import subprocess
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from comity.errors import ComityError
from fuzz.parsers import Parser, parsers

#: Seconds of CPU after which a parser hangs.
SECOND = 1.0
#: Kilobytes by which memory may grow over all inputs of one parser.
GROWTH = 96 * 1024
#: Inputs that are kept to be changed further.
_KEPT = 400
_LONGEST = 64 * 1024

_TOKENS = tuple(
    token.encode() if isinstance(token, str) else token
    for token in (
        *('"', "\\", "[", "]", "{", "}", ",", ":", "null", "true", "-", "1e400", "NaN", "\\ud800", "\\u0000"),
        *(
            "9007199254740993",
            "18446744073709551616",
            "0",
            "+++",
            "```toml clause\n",
            "## Article 1",
            "\n\n",
            "=",
        ),
        *(
            "T",
            "Z",
            "+00:00",
            "9999-12-31T23:59:60Z",
            "0000-00-00",
            "P1D",
            "P99999999999Y",
            "é",
            "\u202e",
            "\ufdfa",
        ),
        *(
            b"\x00",
            b"\xff",
            b"\xed\xa0\x80",
            b"\xc0\x80",
            b"\xef\xbb\xbf",
            b"\xff\xff\xff\xff",
            b"\x7f",
            b"\r\n",
        ),
    )
)


class Hang(BaseException):
    """A parser took longer than a second of CPU."""


class Report(NamedTuple):
    """What came of the inputs of one parser."""

    name: str
    inputs: int
    taken: int
    refused: int
    ways: int
    faults: tuple[str, ...]
    growth: int


def fuzz(name: str, inputs: int, seed: str) -> Report:
    """Give a parser so many changed inputs."""
    parser, chance = parsers()[name], random.Random(f"{seed} {name}")
    corpus, ways, faults = list(parser.seeds), set[str](), []
    taken = refused = 0
    signal.signal(signal.SIGVTALRM, _hangs)
    warm = 0
    for number in range(inputs):
        data = parser.seeds[number] if number < len(parser.seeds) else changed(chance, corpus)
        way, fault = tried(parser, data)
        if fault:
            faults.append(f"{name}: {fault}: {data[:2000].hex()}")
            if len(faults) == 5:
                break
        taken, refused = taken + (way == ""), refused + (way != "")
        if way not in ways:
            ways.add(way)
            if len(corpus) < _KEPT:
                corpus.append(data)
        if number == min(2000, inputs // 2):
            warm = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - warm
    if growth > GROWTH:
        faults.append(f"{name}: memory grew by {growth} KB")
    return Report(name, taken + refused, taken, refused, len(ways), tuple(faults), growth)


def tried(parser: Parser, data: bytes) -> tuple[str, str]:
    """Give how an input was refused (empty where it was taken), and what is wrong with that."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECOND)
    try:
        parser.parse(data)
    except ComityError as error:
        return re.sub(r"`.*?`|[0-9a-f]{6,}|\d+|'.*?'", "?", error.message.splitlines()[0])[:80] or "?", ""
    except Hang:
        return "hang", f"takes more than {SECOND:g} s of CPU"
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__} in {place.filename.rpartition('/')[2]}:{place.lineno}: {str(error)[:120]}"
        return "fault", told
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return "", ""


def _hangs(_signal: int, _frame: object) -> None:
    raise Hang


def changed(chance: random.Random, corpus: list[bytes]) -> bytes:
    """Give a good input with one to six things changed in it."""
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        at, kind = chance.randrange(len(data) + 1), chance.randrange(10)
        end = min(len(data), at + chance.choice((1, 2, 4, 16, 64, 256)))
        if kind == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 2:
            del data[at:end]
        elif kind == 3:
            data[at:at] = data[at:end] * chance.choice((1, 2, 50))
        elif kind in (4, 5):
            data[at:at] = chance.choice(_TOKENS) * chance.choice((1, 1, 1, 40, 2000))
        elif kind == 6:
            data[at:end] = chance.choice(_TOKENS)
        elif kind == 7:
            del data[at:]
        elif kind == 8:
            other = chance.choice(corpus)
            start = chance.randrange(len(other) + 1)
            data[at:end] = other[start : start + chance.choice((4, 16, 64, 256))]
        else:
            numbers = list(re.finditer(rb"\d+", bytes(data)))
            if numbers:
                found = chance.choice(numbers)
                data[found.start() : found.end()] = chance.choice(
                    (b"0", b"-1", b"9007199254740991", b"9007199254740992", b"1" * 400)
                )
    return bytes(data[:_LONGEST])


def shares(inputs: int) -> dict[str, int]:
    """Share inputs out over the parsers."""
    whole = sum(parser.share for parser in parsers().values())
    return {name: -(-inputs * parser.share // whole) for name, parser in parsers().items()}


def run(inputs: int, seed: str, jobs: int) -> list[Report]:
    """Fuzz every parser."""
    work = sorted(shares(inputs).items(), key=lambda each: parsers()[each[0]].share)
    if jobs <= 1:
        return [fuzz(name, count, seed) for name, count in work]
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork"), max_tasks_per_child=None) as pool:
        waiting = [pool.submit(fuzz, name, count, seed) for name, count in work]
        return [each.result() for each in waiting]


def told(reports: list[Report]) -> str:
    """Put what came of it into words."""
    lines = [
        f"{each.name}: {each.inputs} inputs, {each.taken} taken, {each.refused} refused in {each.ways} ways"
        for each in sorted(reports)
    ]
    count, faults = sum(each.inputs for each in reports), sum(len(each.faults) for each in reports)
    return "\n".join([f"{count} inputs over {len(reports)} parsers, {faults} faults", *lines])


def with_coverage(inputs: int) -> int:
    """Let atheris fuzz every parser, each in a process of its own; give how many fell."""
    fell = 0
    for name, count in shares(inputs).items():
        done = subprocess.run([sys.executable, __file__, "--one", name, "--inputs", str(count)], check=False)
        fell += done.returncode != 0
    return fell


def one_with_coverage(name: str, inputs: int) -> None:
    """Fuzz one parser with atheris; ends the process."""
    import atheris

    parser = parsers()[name]
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"comity-corpus-{os.getpid()}"
    folder.mkdir()
    for number, seed in enumerate(parser.seeds):
        (folder / str(number)).write_bytes(seed)

    def once(data: bytes) -> None:
        try:
            parser.parse(data)
        except ComityError:
            return

    atheris.instrument_all()
    atheris.Setup(
        [name, f"-runs={inputs}", "-timeout=5", "-rss_limit_mb=1024", f"-max_len={_LONGEST}", str(folder)],
        once,
    )
    atheris.Fuzz()


def main() -> int:
    """Run the command."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--inputs", type=int, default=200_000)
    given.add_argument("--seed", default="share")
    given.add_argument("--jobs", type=int, default=1)
    given.add_argument("--engine", choices=("own", "atheris"), default="own")
    given.add_argument("--one", default="", help=argparse.SUPPRESS)
    options = given.parse_args()
    logging.disable(logging.CRITICAL)
    if options.one:
        one_with_coverage(options.one, options.inputs)
    if options.engine == "atheris":
        return 1 if with_coverage(options.inputs) else 0
    reports = run(options.inputs, options.seed, options.jobs)
    print(told(reports))
    for each in reports:
        print(*each.faults, sep="\n", end="\n" if each.faults else "")
    return 1 if any(each.faults for each in reports) else 0


if __name__ == "__main__":
    sys.exit(main())

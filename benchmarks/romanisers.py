#!/usr/bin/env python3
"""Measure how names in other scripts come into Latin letters: Comity's spellings beside ICU's and rigour's.

    COMITY_DATA=… python benchmarks/romanisers.py [--words 1500] [--json]

Names whose Latin form is known (`matching/translit_*.jsonl.gz`) are written in Latin letters by each; *alike* is the
mean likeness (rapidfuzz ratio, 0 to 100) of the best writing to the known form, *near* the share that reaches 85, where
a search still finds it. CPU time is of one core, with what loading cost beside. ICU (`PyICU`) and rigour (which stands
on it) are measured where they are installed, by hand or with `comity[register]`; Comity uses neither.

The shipped tables were learned from these very pairs, so Comity's column flatters it; `benchmarks/unseen.py` measures
names it has not seen.
"""

import argparse
import gzip
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

from rapidfuzz import fuzz

SCRIPTS = ("russian", "arabic", "hebrew", "korean", "chinese", "katakana")
#: Words per script put to each before the clock runs.
_WARM = 20
Romaniser = Callable[[str], list[str]]


def comity() -> Romaniser:
    from comity.register.spellings import spellings_of

    return lambda name: [
        " ".join(each) for each in zip(*_even([spellings_of(w) for w in name.split()]), strict=True)
    ]


def _even(words: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Make the lists of spellings equally long, the last of each again and again."""
    most = max(map(len, words), default=0)
    return [(*word, *word[-1:] * (most - len(word))) for word in words if word]


def letter_by_letter() -> Romaniser:
    from anyascii import anyascii

    return lambda name: [anyascii(name)]


def icu() -> Romaniser:
    from icu import Transliterator  # type: ignore[import-not-found]

    to_latin = Transliterator.createInstance("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII")
    return lambda name: [to_latin.transliterate(name)]


def rigour() -> Romaniser:
    from rigour.text.translit import ascii_text  # type: ignore[import-not-found]

    return lambda name: [ascii_text(name)]


ROMANISERS = {"Comity": comity, "anyascii": letter_by_letter, "ICU": icu, "rigour": rigour}


def pairs_of(folder: Path, script: str, count: int) -> list[tuple[str, str]]:
    with gzip.open(folder / f"translit_{script}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    step = max(len(rows) // count, 1)
    return [(row["nat"], row["en"].casefold()) for row in rows[::step]][:count]


def measure(make: Callable[[], Romaniser], pairs: dict[str, list[tuple[str, str]]]) -> dict[str, object]:
    memory, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    romanise = make()
    for script in pairs:
        for name, _ in pairs[script][:_WARM]:
            romanise(name)
    loaded = time.process_time() - start
    found: dict[str, object] = {
        "loading": f"{loaded:.2f} CPU s, {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) >> 10} MB"
    }
    for script, rows in pairs.items():
        start = time.process_time()
        written = [romanise(name) for name, _ in rows]
        each = (time.process_time() - start) / len(rows)
        best = [
            max((fuzz.ratio(way.casefold(), latin) for way in ways), default=0.0)
            for ways, (_, latin) in zip(written, rows, strict=True)
        ]
        near = sum(score >= 85 for score in best) / len(best)
        found[script] = f"alike {sum(best) / len(best):.1f}, near {near:.0%}, {each * 1e6:.0f} µs"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--words", type=int, default=1500, help="names a script")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if "COMITY_DATA" not in os.environ:
        raise SystemExit("COMITY_DATA must name the folder of data")
    folder = Path(os.environ["COMITY_DATA"]) / "matching"
    pairs = {script: pairs_of(folder, script, given.words) for script in SCRIPTS}
    report: dict[str, object] = {}
    for name, make in ROMANISERS.items():
        try:
            report[name] = measure(make, pairs)
        except ImportError:
            report[name] = "not here"
    if given.json:
        print(json.dumps(report, indent=2))
        return
    for name, found in report.items():
        print(f"{name}:", found if isinstance(found, str) else "")
        for what, figure in found.items() if isinstance(found, dict) else ():
            print(f"  {what}: {figure}")


if __name__ == "__main__":
    main()

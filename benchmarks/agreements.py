"""Load and lint the largest example; leak paths over 1,000 agreements among 300 Parties.

Aim: each under a second on one core. Run: `python benchmarks/agreements.py`. Two worlds are searched for leaks: one in
which every text binds, so that the answer is a proof, and one in which a tenth of them bind nobody.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

from comity.agreements.coherence import lint
from comity.agreements.folder import read_files
from comity.agreements.governing import Timeline
from comity.agreements.leaks import find_leaks
from comity.agreements.loading import parse_agreement
from comity.clock import parse_instant

EXAMPLES = Path(__file__).parents[1] / "examples"


def best(action: Callable[[], object], times: int = 5) -> float:
    """Give the best of a few runs, in CPU seconds of this one process."""
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


def small(name: str, parties: tuple[str, ...], rule: str, category: str) -> dict[str, bytes]:
    """Write a small agreement."""
    people = "\n".join(f'[[party]]\nid = "{party}"\nsigns = ["head"]' for party in parties)
    return {
        "agreement.en.md": f"""+++
comity = 1
id = "{name}"
title = "{name}"
language = "en"
+++
## Article 1
```toml clause
{people}
[[exchange]]
category = "{category}"
[[exchange]]
category = "incident.summaries"
{rule}
[term]
signed = 2026-03-01
```
""".encode()
    }


def world(leaky: float) -> list[dict[str, bytes]]:
    """Write 1,000 agreements among 300 Parties, most bilateral, some of several."""
    chance = random.Random(7)
    parties = [f"p{index}.example" for index in range(300)]
    categories = ["incident", "incident.indicators", "finance", "customs.freight"]
    found = []
    for index in range(1000):
        several = 2 if chance.random() < 0.95 else 6
        rule = "" if chance.random() < leaky else "[third_party]"
        found.append(
            small(f"x-{index}", tuple(chance.sample(parties, several)), rule, chance.choice(categories))
        )
    return found


def main() -> None:
    """Measure and print."""
    folders = [path.parent for path in EXAMPLES.glob("*/agreement.*.md")]
    largest = max(set(folders), key=lambda folder: sum(map(len, read_files(folder).values())))
    files = read_files(largest)
    agreement = parse_agreement(files)
    print(
        f"largest example: {largest.name}, {len(agreement.texts)} texts, {sum(map(len, files.values()))} bytes"
    )
    print(f"  load {best(lambda: parse_agreement(files)) * 1000:.1f} ms")
    print(f"  lint {best(lambda: lint(agreement)) * 1000:.1f} ms")
    governing, at = Timeline(agreement, unsigned=True), parse_instant("2030-01-01T00:00:00Z")
    a, b = agreement.parties[:2]
    governing.at(at, a, b)
    asked = best(lambda: [governing.at(at, a, b) for _ in range(100_000)])
    print(f"  Timeline.at, same segment: {asked * 10:.2f} µs")
    for leaky in (0.0, 0.1):
        texts = world(leaky)
        start = time.process_time()
        agreements = [parse_agreement(each) for each in texts]
        read = time.process_time() - start
        found = find_leaks(agreements)
        said = f"proven by {len(found.bounds)} articles" if found.proven else f"{len(found.leaks)} leak paths"
        print(f"leaks, 1,000 agreements among 300 Parties, {leaky:.0%} binding nobody: {said}")
        print(
            f"  search {best(lambda given=agreements: find_leaks(given), 3):.3f} s (texts read in {read:.2f} s)"
        )


if __name__ == "__main__":
    main()

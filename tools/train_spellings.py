#!/usr/bin/env python3
"""Learn the Latin spellings of six scripts from pairs and write `src/comity/register/tables/spellings-*.json`.

    python tools/train_spellings.py DATA [script …]

DATA is the folder with `translit_<language>.jsonl.gz` (`{"en": Latin, "nat": native}`; Merhav & Ash, COLING 2018, MIT;
facts from Wikidata, CC0) and `register.jsonl.gz`, `queries.jsonl.gz` (public lists, see docs/explanation/matching.md),
whose subjects have names in two scripts. Pairs are aligned letter by letter with expectation-maximisation, then
counted as n-grams. The tables keep letters, chunks of letters and counts; `attested.json` keeps single tokens with
spellings that at least two subjects bear. No name of anybody can be read back.

`--half` learns from every second subject only, so that the others can be used to measure (`benchmarks/unseen.py`).
"""

import argparse
import gzip
import hashlib
import itertools
import json
import math
import random
import zlib
from collections import Counter, defaultdict
from pathlib import Path

from rapidfuzz.distance import Indel

from comity.register.characters import clean, plain, script_of
from comity.register.names import parse
from comity.register.sounds import fold
from comity.register.spellings import spellings_of
from comity.register.transliteration import Transliterator, letters_of

SOURCES = {
    "arabic": "translit_arabic",
    "cyrillic": "translit_russian",
    "han": "translit_chinese",
    "hangul": "translit_korean",
    "hebrew": "translit_hebrew",
    "kana": "translit_katakana",
}
LONGEST = {"hangul": 3, "han": 6}
TABLES = Path(__file__).parents[1] / "src/comity/register/tables"
CONSONANTS = str.maketrans("", "", "aeiouyhw")
Pair = tuple[tuple[str, ...], str]
Chances = dict[tuple[str, str], float]


def read_pairs(path: Path, script: str) -> list[Pair]:
    """Read token pairs; where both sides are full names, match their tokens by consonants first."""
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found += token_pairs(row["en"], row["nat"], script)
    return [(u, p) for u, p in found if u and p and len(u) <= 14 and len(p) <= 5 * len(u) + 2]


def token_pairs(latin: str, native: str, script: str) -> list[Pair]:
    """Match the tokens of a name pair one to one; nothing where the counts differ."""
    ours = [p for t in clean(latin).replace("-", " ").split() if (p := plain(t))]
    theirs = [t for t in clean(native).replace("-", " ").split() if letters_of(t, script)]
    if len(ours) != len(theirs) or len(ours) > 4:
        return []
    alike = [
        [Indel.normalized_similarity(a.translate(CONSONANTS), plain(b).translate(CONSONANTS)) for b in theirs]
        for a in ours
    ]
    order = max(
        itertools.permutations(range(len(ours))),
        key=lambda p: (sum(alike[i][j] for i, j in enumerate(p)), -sum(abs(i - j) for i, j in enumerate(p))),
    )
    return [
        (letters_of(theirs[j], script), ours[i])
        for i, j in enumerate(order)
        if len(ours) == 1 or alike[i][j] > 0.15
    ]


def two_script_names(data: Path, *, half: bool) -> list[tuple[str, list[str], list[str]]]:
    """Read the subjects that have names in Latin and in another script: id, Latin names, other names."""
    names: dict[str, set[str]] = defaultdict(set)
    for file, names_of in (
        ("register", lambda row: (row["id"], row["names"])),
        ("queries", lambda row: (row["truth"], [row["name"]])),
    ):
        with gzip.open(data / f"{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row["schema"] == "Person" and row.get("cat", "")[:1] in ("", "a", "b"):
                    subject, its = names_of(row)
                    names[subject].update(its)
    found = []
    for subject, its in sorted(names.items(), key=lambda entry: str(entry[0])):
        if subject is None or (half and zlib.crc32(subject.encode()) % 2):
            continue
        latin = sorted(n for n in its if script_of(clean(n)) == "latin")
        other = sorted(n for n in its if script_of(clean(n)) in SOURCES)
        if latin and other:
            found.append((subject, latin, other))
    return found


def attest(subjects: list[tuple[str, list[str], list[str]]]) -> dict[str, Counter[str]]:
    """Match tokens across scripts within each subject; count for each pair the subjects that bear it."""
    bearers: dict[str, Counter[str]] = defaultdict(Counter)
    for _, latin, other in subjects:
        pairs = set()
        for theirs, ours in itertools.product(other, latin):
            natives = [u.text for u in parse(theirs).units if script_of(u.text) != "latin"]
            spelled = [u.text for u in parse(ours, joins=True).units]
            for native in natives:
                ways = [fold(way) for way in spellings_of(native)]
                alike = [max(Indel.normalized_similarity(fold(plain(s)), w) for w in ways) for s in spelled]
                best = max(range(len(spelled)), key=lambda at: alike[at])
                if alike[best] >= 0.6:
                    pairs.add((native, plain(spelled[best])))
        for native, spelling in pairs:
            bearers[native][spelling] += 1
    return bearers


def expectation_maximisation(pairs: list[Pair], longest: int, rounds: int = 8) -> Chances:
    """Learn how likely a letter stands for a chunk of 0 to `longest` Latin letters."""
    chances: Chances = {}

    def chance(letter: str, chunk: str) -> float:
        if chances:
            return chances.get((letter, chunk), 1e-9)
        return 0.05 if not chunk else 0.5 ** len(chunk) * 26.0 ** -len(chunk)

    for _ in range(rounds):
        counts: dict[tuple[str, str], float] = defaultdict(float)
        for letters, text in pairs:
            n, m = len(letters), len(text)
            if m > n * longest:
                continue
            ahead = [[0.0] * (m + 1) for _ in range(n + 1)]
            ahead[0][0] = 1.0
            for i in range(n):
                for j in range(m + 1):
                    if ahead[i][j]:
                        for k in range(min(longest, m - j) + 1):
                            ahead[i + 1][j + k] += ahead[i][j] * chance(letters[i], text[j : j + k])
            whole = ahead[n][m]
            if whole <= 0:
                continue
            behind = [[0.0] * (m + 1) for _ in range(n + 1)]
            behind[n][m] = 1.0
            for i in range(n - 1, -1, -1):
                for j in range(m + 1):
                    total = 0.0
                    for k in range(min(longest, m - j) + 1):
                        if behind[i + 1][j + k]:
                            part = chance(letters[i], text[j : j + k]) * behind[i + 1][j + k]
                            total += part
                            if ahead[i][j]:
                                counts[letters[i], text[j : j + k]] += ahead[i][j] * part / whole
                    behind[i][j] = total
        totals: dict[str, float] = defaultdict(float)
        for (letter, _), count in counts.items():
            totals[letter] += count
        chances = {key: count / totals[key[0]] for key, count in counts.items() if count > 0.01}
    return {key: value for key, value in chances.items() if value > 0.002}


def align(chances: Chances, pair: Pair, longest: int) -> list[tuple[str, str]] | None:
    """Give the likeliest cutting of the Latin spelling along the letters."""
    letters, text = pair
    n, m = len(letters), len(text)
    best = [[-math.inf] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    came: dict[tuple[int, int], int] = {}
    for i in range(n):
        for j in range(m + 1):
            if best[i][j] == -math.inf:
                continue
            for k in range(min(longest, m - j) + 1):
                value = chances.get((letters[i], text[j : j + k]))
                if value and best[i][j] + math.log(value) > best[i + 1][j + k]:
                    best[i + 1][j + k] = best[i][j] + math.log(value)
                    came[i + 1, j + k] = k
    if best[n][m] == -math.inf:
        return None
    cut, j = [], m
    for i in range(n, 0, -1):
        k = came[i, j]
        cut.append((letters[i - 1], text[j - k : j]))
        j -= k
    return cut[::-1]


def count(cuts: list[list[tuple[str, str]]]) -> dict[str, object]:
    """Count single pairs and runs of two and three; rare choices and runs are dropped."""
    ones = Counter(pair for cut in cuts for pair in cut)
    totals: Counter[str] = Counter()
    for (letter, _), n in ones.items():
        totals[letter] += n
    kept = sorted(pair for pair, n in ones.items() if n >= 2 or n * 20 >= totals[pair[0]])
    ranked: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in sorted(kept, key=lambda pair: (-ones[pair], pair)):
        if len(ranked[pair[0]]) < 14:
            ranked[pair[0]].append(pair)
    kept = sorted(pair for pairs in ranked.values() for pair in pairs)
    number = {pair: at for at, pair in enumerate(kept, start=1)}
    twos: Counter[tuple[int, ...]] = Counter()
    threes: Counter[tuple[int, ...]] = Counter()
    for cut in cuts:
        line = [0, 0, *(number.get(pair, -1) for pair in cut), 0]
        twos.update(run for at in range(2, len(line)) if -1 not in (run := tuple(line[at - 1 : at + 1])))
        threes.update(run for at in range(2, len(line)) if -1 not in (run := tuple(line[at - 2 : at + 1])))
    return {
        "pairs": [["", ""], *map(list, kept)],
        "ones": [len(cuts), *(ones[pair] for pair in kept)],
        "twos": " ".join(f"{a} {b} {n}" for (a, b), n in sorted(twos.items()) if n >= 2),
        "threes": " ".join(f"{a} {b} {c} {n}" for (a, b, c), n in sorted(threes.items()) if n >= 2),
    }


def learn(pairs: list[Pair], script: str) -> dict[str, object]:
    """Go from token pairs to a table."""
    longest = LONGEST.get(script, 4)
    chances = expectation_maximisation(pairs, longest)
    return count([cut for pair in pairs if (cut := align(chances, pair, longest))])


def main() -> None:
    """Learn and write the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("script", nargs="*", default=list(SOURCES))
    arguments.add_argument("--half", action="store_true")
    arguments.add_argument("--out", type=Path, default=TABLES)
    given = arguments.parse_args()
    subjects = two_script_names(given.data, half=given.half)
    bearers = attest(subjects)
    for script in given.script:
        path = given.data / f"{SOURCES[script]}.jsonl.gz"
        pairs = read_pairs(path, script)
        random.Random(1).shuffle(pairs)  # noqa: S311 - a fixed split, not a secret
        tenth = len(pairs) // 10
        known = [
            (letters_of(native, script), spelling)
            for native, spellings in sorted(bearers.items())
            if script_of(native) == script
            for spelling, bearing in sorted(spellings.items())
            for _ in range(min(bearing, 3))
        ]
        trial = Transliterator(learn(pairs[tenth:] + known, script))
        best_of = [
            max((Indel.normalized_similarity(s, p) for s in trial.spellings(u, 4)), default=0.0)
            for u, p in pairs[:tenth]
        ]
        head = {
            "about": "letters of the script, chunks of Latin letters, counts of runs; no names",
            "source": f"{SOURCES[script]}: Merhav & Ash, COLING 2018 (MIT), facts from Wikidata (CC0); public lists",
            "data_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "held_out_similarity_best_of_4": round(sum(best_of) / len(best_of), 3),
        }
        table = json.dumps(head | learn(pairs + known, script), ensure_ascii=False, indent=0)
        (given.out / f"spellings-{script}.json").write_text(table + "\n", encoding="utf-8")
        print(script, len(pairs), "pairs; held out, best of 4:", head["held_out_similarity_best_of_4"])
    tokens = {
        native: [spelling for spelling, bearing in spellings.most_common(3) if bearing >= 2]
        for native, spellings in sorted(bearers.items())
    }
    attested = {
        "about": "single tokens with the Latin spellings that at least two subjects bear",
        "source": "UN, EU, UK and US public lists; see docs/explanation/matching.md",
        "tokens": {native: spellings for native, spellings in tokens.items() if spellings},
    }
    (given.out / "attested.json").write_text(
        json.dumps(attested, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )
    print(len(attested["tokens"]), "attested tokens")


if __name__ == "__main__":
    main()

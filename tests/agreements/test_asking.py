"""Whatever can be read can be asked: lint, status, timeline and leaks answer for every agreement that loads."""

import random
from datetime import UTC, datetime
from pathlib import Path

from agreements.drafts import notice
from comity.agreements.agreement import NOTICE_KINDS
from comity.agreements.coherence import lint
from comity.agreements.leaks import find_leaks
from comity.agreements.lifecycle import STATES
from comity.agreements.loading import parse_agreement
from comity.agreements.status import status, timeline
from comity.errors import BadInput

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXTS = [(path.suffixes[0][1:], path.read_text()) for path in sorted(EXAMPLES.glob("*/agreement.*.md"))]
LINES = [line for _, text in TEXTS for line in text.split("\n")]
DAYS = ("0001-01-01", "1990-01-31", "2026-05-31", "2030-02-28", "9999-12-30")
INSTANTS = [datetime(year, 6, 1, tzinfo=UTC) for year in (1, 1990, 2026, 2040)]
INSTANTS.append(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))


def altered(chance: random.Random) -> dict[str, bytes]:
    """Take an example, exchange a few lines for lines of others, and add notices."""
    language, text = chance.choice(TEXTS)
    lines = text.split("\n")
    for _ in range(chance.randint(0, 2)):
        lines[chance.randrange(len(lines))] = chance.choice(LINES)
    files = {f"agreement.{language}.md": "\n".join(lines).encode()}
    parties = [line.split('"')[1] for line in lines if line.startswith('id = "') and "." in line] or [
        "a.example"
    ]
    for number in range(1, chance.randint(1, 4)):
        kind, day = chance.choice(NOTICE_KINDS), chance.choice(DAYS)
        of = chance.choice(['"0001"', f'"{chance.choice(parties)}"'])
        files[f"notices/{number:04d}-{kind}.toml"] = notice(kind, chance.choice(parties), day, of=of)
    return files


def test_every_agreement_that_loads_answers_every_question():
    chance = random.Random(1989)
    read = 0
    for _ in range(150):
        files = altered(chance)
        try:
            agreement = parse_agreement(files)
        except BadInput:
            continue
        read += 1
        lint(agreement, [agreement])
        find_leaks([agreement])
        for instant in INSTANTS:
            found = status(agreement, instant, unsigned=True)
            assert found.state in STATES
            assert found.since is None or found.since <= instant
            assert found.until is None or instant < found.until
            assert set(found.to_json()) >= {"state", "since", "until", "notice_deadline", "next", "grounds"}
        timeline(agreement, until=INSTANTS[3], unsigned=True)
    assert read > 25

"""What persons ask for and what was done in danger: answered and reviewed at the page, from the first day on."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from comity.clock import Instant, format_instant
from comity.federation.statements import NecessityNotice, Statement, SubjectRequest, make
from comity.node.signed_statements import keep_signed
from console.api.conftest import Bureau, bureau, made_land
from console.test_rare_acts import PURPOSE, enter, send

__all__ = ["bureau", "made_land"]

SOUTH, NORTH = "south.example", "north.example"


def came(bureau: Bureau, word: str, statement: Callable[[str, str, str], Statement], *, days: int) -> None:
    """Let a statement of South about a new item be here, whose answer is due in so many days."""
    item, now = bureau.add(f"Valves {word} {days}"), bureau.desk.node.clock.now()

    def keep(node, transaction) -> None:
        made = statement(item, format_instant(now), format_instant(_day(now, days)))
        key = node.keyring.signer(node.know(transaction).own.card, "disclosure", now)
        keep_signed(transaction, word, item, make(made, key), by=SOUTH, at=now)

    bureau.desk.act(keep)


def _day(now: Instant, days: int) -> Instant:
    return now + timedelta(days=days)


def request(item: str, at: str, until: str) -> Statement:
    return SubjectRequest(
        by=SOUTH,
        at=at,
        of=NORTH,
        item=item,
        asks="erase",
        why="it is not so",
        answer_by=until,
        hands=(NORTH, SOUTH),
    )


def notice(item: str, at: str, until: str) -> Statement:
    return NecessityNotice(
        by=SOUTH, at=at, item=item, to="east.example", purpose=PURPOSE, approved_by=("A", "B"),
        because="the dam breaks", grounds=("north-south-2026 art. 6",), review_by=until,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "statement", "answers", "awaits"),
    [
        ("subject-request", request, ("redress-grant", "redress-refuse"), "1 person's request to answer"),
        ("necessity-notice", notice, ("necessity-review",), "1 act of necessity to review"),
    ],
)
def test_what_waits_can_be_answered_before_it_is_late(
    word: str, statement: Callable[..., Statement], answers: tuple[str, ...], awaits: str, bureau: Bureau
) -> None:
    giver, reader = enter(bureau, "giver", "consent-giver"), enter(bureau, "reads", "reader")
    came(bureau, word, statement, days=30)
    page = giver.get("/redress").text
    for verb in answers:
        assert f'action="/act/{verb}"' in page and verb not in reader.get("/redress").text

    def today(browser) -> dict[str, str]:
        return {row["what"]: row["where"] for row in json.loads(browser.get("/index.json").body)["rows"]}

    assert today(giver)[awaits] == "/redress" and awaits not in today(reader)
    rows = json.loads(giver.get("/redress.json").body)
    found = (rows["rows"] + rows["necessities"])[-1]
    fields = {"request": found["id"]} if word == "subject-request" else {"notice": found["id"], "accept": "1"}
    verb = "redress-refuse" if word == "subject-request" else answers[0]
    assert send(giver, f"/act/{verb}", **fields, because="we looked into it").status == 303
    assert awaits not in today(giver)
    assert f'action="/act/{verb}"' not in giver.get("/redress").text

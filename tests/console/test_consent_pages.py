"""What officers read about consents: whose turn it is, what was answered, and why."""

import json
from datetime import timedelta
from typing import Any

from comity.ports import RequestRow
from console.api.conftest import Bureau, bureau, made_land
from console.test_rare_acts import PURPOSE, enter, send

NORTH, SOUTH, EAST, WEST = ("north.example", "south.example", "east.example", "west.example")


__all__ = ["bureau", "made_land"]


def put(bureau: Bureau, number: int, **more: Any) -> str:
    """Put a request for consent; give its id."""
    now, item = bureau.desk.node.clock.now(), bureau.add(f"Report {number}", marking="TLP:GREEN")
    said = {"ours": False, "asker": SOUTH, "owner": NORTH, "item": item, "to": EAST, "via": SOUTH}
    row = RequestRow(
        id=f"{number:02x}" + "c" * 62, purpose=PURPOSE, why="", at=now,
        answer_by=now + timedelta(days=2), **{"state": "asked", **said, **more},
    )  # fmt: skip
    bureau.desk.act(lambda _node, transaction: transaction.put_request(row))
    return row.id


def test_what_another_party_answers_is_nobodys_turn_here(bureau: Bureau) -> None:
    giver = enter(bureau, "giver", "consent-giver")
    through = put(bureau, 1, asker=EAST, owner=SOUTH, to=WEST)
    assert "to give or refuse" not in giver.get("/").text
    page = giver.get(f"/consents/{through}").text
    assert "east.example</bdi> asks <bdi>south.example</bdi>, through us" in page
    assert "/act/consent-grant" not in page and "/act/consent-refuse" not in page
    put(bureau, 2)
    assert "1 consent to give or refuse" in giver.get("/").text


def test_a_refusal_stands_with_its_reason_and_may_still_become_a_grant(bureau: Bureau) -> None:
    giver, request = enter(bureau, "giver", "consent-giver"), put(bureau, 3)
    answer = send(giver, "/act/consent-refuse", request=request, reason="it would tell who was hit")
    assert answer.status == 303
    assert "refused; queued for the other side" in giver.get("/consents").text
    page = giver.get(f"/consents/{request}").text
    assert "<dt>Why it was refused</dt><dd><bdi>it would tell who was hit</bdi></dd>" in page
    assert "it would tell who was hit" in giver.get("/consents").text
    assert "/act/consent-grant" in page and "/act/consent-refuse" not in page
    (row,) = [each for each in json.loads(giver.get("/consents.json").body)["rows"] if each["id"] == request]
    assert (row["state"], row["reason"]) == ("refused", "it would tell who was hit")


def test_a_consent_is_given_within_limits(bureau: Bureau) -> None:
    giver, request = enter(bureau, "giver", "consent-giver"), put(bureau, 3)
    limits = {"hops": "2", "fresh": "PT24H", "condition": "by telephone first", "begins": "2097-01-01T00:00"}
    fields = {"request": request, "until": "2098-01-01T00:00", **limits}
    assert all(f'name="{name}"' in giver.get(f"/consents/{request}").text for name in limits)
    assert send(giver, "/act/consent-grant", **{**fields, "hops": "x"}).status == 422
    assert send(giver, "/act/consent-grant", **fields).status == 303
    shown = giver.get("/consents").text
    assert "hops: 2, confirmed anew within 24 hours" in shown and "by telephone first" in shown

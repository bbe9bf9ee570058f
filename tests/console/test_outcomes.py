"""What an act is said to have come to: never more than is known, and never done where it was refused."""

import json
from typing import Any

import pytest

from comity.console.outcomes import check_permitted, told
from comity.errors import RefusedHere
from console.api.conftest import Bureau, bureau, made_land
from console.test_rare_acts import PURPOSE, enter, pending, send

__all__ = ["bureau", "made_land"]

MARKED = {"ref": "north-south-2026 art. 3(1)", "text": "nothing stricter than TLP:AMBER passes"}
OWED = {"ref": "north-south-2026 art. 5", "text": "north.example must consent"}


@pytest.mark.parametrize(
    ("verb", "answer", "words"),
    [
        # what the gate said of an item
        (
            "share",
            {"decision": "refused", "grounds": [MARKED]},
            "refused: nothing was sent; north-south-2026 art. 3(1): nothing stricter than TLP:AMBER passes",
        ),
        (
            "share",
            {"decision": "needs-consent", "grounds": [OWED]},
            "needs consent: nothing was sent; north-south-2026 art. 5: north.example must consent",
        ),
        # what it said of a record that was to be released: the decision stands beside the hit
        (
            "register-release",
            {"hit": "a1", "state": "asked", "decision": {"decision": "refused", "grounds": [MARKED]}},
            "refused: nothing was sent; north-south-2026 art. 3(1): nothing stricter than TLP:AMBER passes",
        ),
        # what an article said of a step
        (
            "charge-claim",
            {"decision": "refused", "grounds": [OWED, MARKED]},
            "north-south-2026 art. 5: north.example must consent; "
            "north-south-2026 art. 3(1): nothing stricter than TLP:AMBER passes",
        ),
    ],
)
def test_what_was_refused_is_said_with_its_grounds(verb: str, answer: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedHere) as refused:
        check_permitted(verb, answer)
    assert refused.value.message == words


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("share", {"decision": "permitted", "grounds": [MARKED]}),
        ("register-release", {"hit": "a1", "decision": None}),  # nothing had to be decided anew
        ("consent-ask", {"decision": "needs-consent", "grounds": [OWED]}),  # so it is asked for
        ("item-read", {"id": "a1"}),
        ("register-flags", []),
    ],
)
def test_what_was_not_refused_goes_on(verb: str, answer: Any) -> None:
    check_permitted(verb, answer)


@pytest.mark.parametrize(
    ("verb", "answer", "words"),
    [
        ("share", {"item": {"id": "a1"}, "delivery": None}, "queued"),
        ("consent-ask", {"requests": [{}]}, "1 Party is asked, as soon as it is reached"),
        ("consent-grant", {"state": "granted"}, "granted; queued for the other side"),
        ("consent-refuse", {"state": "refused"}, "refused; queued for the other side"),
        (
            "withdraw",
            {"item": {"id": "a1"}},
            "taken back here; every holder is told as soon as it is reached",
        ),
        ("journal-reconcile", {}, "the question is queued"),
        ("register-follow-up", {"hit": "a1"}, "done, and queued for the other side"),
        ("redress-grant", {"id": "a1"}, "done, and queued for the other side"),
        ("item-read", {"id": "a1"}, "done"),
    ],
)
def test_what_is_only_on_its_way_is_not_said_to_have_arrived(
    verb: str, answer: dict[str, Any], words: str
) -> None:
    assert told(verb, answer)[0].startswith(words) or words in told(verb, answer)[0]


def test_everyone_who_was_told_of_a_withdrawal_stands_in_its_tree(bureau: Bureau) -> None:
    officer = enter(bureau, "both", "liaison", "consent-giver")
    item = bureau.add("Valves")
    sent = send(officer, "/act/share", item=item, to="south.example", purpose=PURPOSE)
    assert sent.status == 303
    send(officer, "/act/withdraw", item=item, reason="the address was ours")
    page = officer.get(f"/items/{item}").text
    assert "told as soon as it is reached" in page
    tree = page.partition('<ul class="tree">')[2].partition("</section>")[0]
    assert "<bdi>south.example</bdi>" in tree and "no answer yet" in tree


def test_what_is_only_on_its_way_is_not_shown_as_passed(bureau: Bureau) -> None:
    officer, item = enter(bureau, "both", "liaison", "consent-giver"), bureau.add("Pumps")
    assert send(officer, "/act/share", item=item, to="south.example", purpose=PURPOSE).status == 303
    page = officer.get(f"/items/{item}").text
    passed = page.partition("<h2>Passed to</h2>")[2].partition("</ul>")[0]
    assert '<span class="state state-owed">owed</span>' in passed
    picture = page.partition("<svg")[2].partition("</svg>")[0]
    assert ">owed</text>" in picture and "north-south-2026" not in picture


def test_what_the_gate_refuses_is_refused_to_the_second_officer_too(bureau: Bureau) -> None:
    first, second = enter(bureau, "first", "liaison"), enter(bureau, "second", "liaison")
    item = bureau.add("The valves")
    wanted = {
        "item": item,
        "to": "west.example",
        "purpose": "statistics",
        "because": "the dam breaks tonight",
    }
    assert send(first, "/act/share", **wanted).headers["location"] == "/second"
    (waiting,) = pending(second)
    page = second.get("/second").text
    assert "<h2>pass an item on by necessity</h2>" in page and "the dam breaks tonight" in page
    answer = send(second, f"/second/{waiting['id']}/confirm")
    assert answer.status == 403 and "refused: nothing was sent; rule 2 in force" in answer.text
    past = json.loads(second.get("/second.json").body)["past"]
    assert [each["state"] for each in past] == ["failed"]
    assert bureau.tell("item-show", item=item)["disclosed"] == []

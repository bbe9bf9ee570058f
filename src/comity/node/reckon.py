"""What this Party's own figures put into an event, where its officer has not said otherwise (`Kind.reckoned`).

The rows in which one's figures differ from a summary; a summary drawn up anew; a charge amended, without what was
contested and set off anew.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, cast

import msgspec

from comity.cooperation.charges import ChargeFacts
from comity.cooperation.currencies import in_units
from comity.cooperation.ledger import balances
from comity.cooperation.matter import Matter
from comity.cooperation.said import MOST
from comity.cooperation.summaries import SummaryFacts
from comity.errors import BadInput
from comity.node.ledger import ledger_of
from comity.node.matter_links import cost_named
from comity.node.node import Node
from comity.node.summarise import check_rows, compare, figures_with
from comity.ports import Transaction

__all__ = ["REPLIES", "reckoned_here"]

_Said = Mapping[str, Any]


def reckoned_here(
    node: Node, transaction: Transaction, matter: Matter, word: str, said: _Said
) -> dict[str, Any]:
    """Give the fields of an event that follow from what this Party holds.

    Raises:
        BadInput: a day that was said is none.
        NotFound: a cost that was named is not here.
    """
    reply = REPLIES.get((matter.kind.name, word))
    return reply(node, transaction, matter, said) if reply is not None else {}


def _differ(node: Node, transaction: Transaction, matter: Matter, _said: _Said) -> dict[str, Any]:
    rows = list(compare(node, transaction, matter.id).rows)
    if len(rows) > MOST:
        rows[MOST - 1 :] = [f"and {len(rows) - MOST + 1} rows more"]
    return {"rows": rows}


def _redraw(node: Node, transaction: Transaction, matter: Matter, said: _Said) -> dict[str, Any]:
    drawn = cast("SummaryFacts", matter.facts).drawn
    begins, ends = _day(said, "begins", drawn.begins), _day(said, "ends", drawn.ends)
    rows = figures_with(node, transaction, _peer(node, matter), matter.agreement, begins, ends)
    check_rows(rows)
    return {
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "figures": msgspec.to_builtins(rows),
        "words": drawn.words,
    }


def _amend(node: Node, transaction: Transaction, matter: Matter, said: _Said) -> dict[str, Any]:
    facts = cast("ChargeFacts", matter.facts)
    claim, peer = facts.claim, _peer(node, matter)
    named = [cost_named(transaction, str(each)) for each in said.get("entries") or ()]
    here = {line.entry.event: line.entry for line in ledger_of(node, transaction, peer).lines}
    entries = named or [each for each in claim.entries if each not in facts.contested and each in here]
    held = [here[each] for each in entries if each in here]
    found = [each for each in balances(held, node.party, peer) if each.currency == claim.currency]
    follows = {
        "begins": claim.begins.isoformat(),
        "ends": claim.ends.isoformat(),
        "currency": claim.currency,
        "entries": entries,
        "debtor": claim.debtor,
        "balance": "0",
    }
    if found:
        follows |= {"debtor": found[0].debtor, "balance": in_units(found[0].amount, found[0].currency)}
    return follows


def _peer(node: Node, matter: Matter) -> str:
    return matter.other if matter.opener == node.party else matter.opener


def _day(said: _Said, name: str, otherwise: date) -> date:
    if name not in said:
        return otherwise
    try:
        return date.fromisoformat(str(said[name]))
    except ValueError:
        raise BadInput(f"`{name}`: {str(said[name])[:40]} is not a day: 2031-06-30") from None


#: Kind and step -> what gives the fields that `Kind.reckoned` names for it.
REPLIES: Final[Mapping[tuple[str, str], Callable[[Node, Transaction, Matter, _Said], dict[str, Any]]]] = {
    ("summary", "differ"): _differ,
    ("summary", "redraw"): _redraw,
    ("charge", "amend"): _amend,
}

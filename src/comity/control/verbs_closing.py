"""Verbs about an agreement's end: what is due, carried out, signed, and written as a file."""

from typing import Any

import msgspec

from comity.control.verb import Desk, verb
from comity.errors import BadInput, NotFound
from comity.federation.closing_file import write_closing
from comity.node import closing, export_closing
from comity.node.closing_table import Table, table
from comity.node.node import Node
from comity.node.questions import find_item
from comity.ports import Transaction

#: Lines of a page at the most.
_MOST = 500


@verb("agreement-closing")
def agreement_closing(
    desk: Desk, agreement: str, peer: str = "", after: str = "", limit: int = 500
) -> list[dict[str, Any]]:
    """Give the duty table of an agreement with each other Party, or with one, page by page.

    `after` is what the page before said to go on with.
    """
    if not 0 <= limit <= _MOST:
        raise BadInput(f"`limit` is a number from 0 to {_MOST}")
    return desk.read(
        lambda transaction: [
            _fields(table(desk.node, transaction, agreement, each, after=after, limit=limit))
            for each in _others(desk.node, transaction, agreement, peer)
        ]
    )


@verb("agreement-closing-execute", alone=True)
def agreement_closing_execute(
    desk: Desk, agreement: str, peer: str = "", handed_over: tuple[str, ...] = (), because: str = ""
) -> list[dict[str, Any]]:
    """Carry out what is due here, with each other Party or with one, and answer; give how it stands then."""

    def work(node: Node, transaction: Transaction) -> list[dict[str, Any]]:
        items = [find_item(transaction, each).digest for each in handed_over]
        return [
            _fields(
                closing.carry_out(
                    node, transaction, agreement, each, handed_over=items, because=because, limit=0
                )
            )
            for each in _others(node, transaction, agreement, peer)
        ]

    done: list[dict[str, Any]] = desk.act(work)
    desk.node.store.scrub()
    desk.send()
    return done


@verb("agreement-closing-sign")
def agreement_closing_sign(desk: Desk, agreement: str, peer: str = "") -> list[dict[str, Any]]:
    """Put the account of an ended agreement forward, or countersign the other Party's; give how it stands then."""
    done: list[dict[str, Any]] = desk.act(
        lambda node, transaction: [
            _fields(closing.sign_closing(node, transaction, agreement, each, limit=0))
            for each in _one_other(node, transaction, agreement, peer)
        ]
    )
    desk.send()
    return done


@verb("agreement-closing-file")
def agreement_closing_file(desk: Desk, agreement: str, peer: str = "") -> bytes:
    """Give the closing statement that both have signed, with everything it is made from, as a file."""
    return desk.read(
        lambda transaction: write_closing(
            export_closing.closing_file(
                desk.node, transaction, agreement, *_one_other(desk.node, transaction, agreement, peer)
            )
        )
    )


def _others(node: Node, transaction: Transaction, agreement: str, peer: str) -> list[str]:
    if peer:
        return [peer]
    held = node.know(transaction).agreements.get(agreement)
    if held is None:
        raise NotFound(f"no agreement `{agreement[:80]}` is held here", hint="comity agreement list")
    return [party for party in held.named if party != node.party]


def _one_other(node: Node, transaction: Transaction, agreement: str, peer: str) -> list[str]:
    found = _others(node, transaction, agreement, peer)
    if len(found) != 1:
        raise BadInput(f"{agreement} has several other Parties: say with whom", hint="--with PARTY")
    return found


def _fields(found: Table) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return {**shown, "binding": found.state == "ended"}

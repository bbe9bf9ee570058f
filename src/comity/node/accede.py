"""Joining an agreement between nodes: what a newcomer asks, who has joined, what proves it to those who have not heard.

A newcomer reads the text, writes an accession that names its root and who signs for it, and sends it to the members
it has the cards of; those whose officers accepted its card by hand take it in, and nothing else of it. Each member
approves by signing the notice (`comity agreement sign AGREEMENT --notice N`), which passes it on to the others with
the newcomer's signature and card. Until the approvals that the `accession` clause asks for are there, nothing is
permitted and the newcomer's card counts for nobody who has not accepted it by hand.

Source: VCLT art. 15; specs/agreement.md, "Notices".
"""

import re
from collections.abc import Mapping
from datetime import date

from comity.agreements.acts import is_open_to
from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Accession
from comity.agreements.governing import Timeline
from comity.agreements.mistakes import Mistakes
from comity.agreements.notices import read_notice
from comity.agreements.signatures import ActRef
from comity.errors import BadInput, RefusedHere
from comity.node.node import Node
from comity.ports import Transaction

#: A signature on a notice, or a card, of the Party whose name was taken out.
_OWN_FILE = re.compile(r"signatures/(notice-[0-9]+-)?-[A-Za-z0-9_.-]+\.(dsse|card)")


def asking_to_join(
    node: Node,
    transaction: Transaction,
    agreement: Agreement,
    fields: Mapping[str, str | date | tuple[str, ...]],
) -> Mapping[str, str | date | tuple[str, ...]]:
    """Complete an accession: this Party's root, and who signs for it where no article says so."""
    if not any(isinstance(each, Accession) and is_open_to(each, node.party) for each in agreement.written):
        raise RefusedHere(f"accession to {agreement.id} is not open to {node.party}")
    if node.party in agreement.signatory_clauses:
        return fields
    if not fields.get("signs"):
        raise BadInput(
            "an accession names in `signs` the functions that sign for the newcomer",
            hint="--field signs=director",
        )
    return {**fields, "root": node.know(transaction).own.root_fingerprint}


def has_joined(party: str, agreement: Agreement) -> bool:
    """Tell whether a Party joined by notice or protocol, whether or not it has left since."""
    return any(each.party == party and each.cause for each in Timeline(agreement).life.acts.memberships)


def asks_to_join(sender: str, name: str, data: bytes) -> bool:
    """Tell whether a file belongs to its sender's own accession: the notice, its signature on it, its card."""
    if name.startswith("notices/"):
        mistakes = Mistakes()
        notice = read_notice(name, data, mistakes)
        return notice is not None and (notice.kind, notice.by) == ("accession", sender)
    return _OWN_FILE.fullmatch(name.replace(f"{sender}-", "-", 1)) is not None


def of_newcomer(agreement: Agreement, files: Mapping[str, bytes], act: ActRef) -> dict[str, bytes]:
    """Give what proves the notice of a newcomer to who has not heard from it: its signature and its cards."""
    for party, notice in agreement.newcomers.items():
        if act == ActRef("notice", notice.number):
            own = (f"signatures/notice-{notice.number:04d}-{party}-", f"signatures/{party}-")
            return {name: data for name, data in files.items() if name.startswith(own)}
    return {}

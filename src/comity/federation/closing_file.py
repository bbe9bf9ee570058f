"""The account of an agreement's end between two Parties: computed alike on both sides, and a file anybody can check.

The account is made from the signed answers of both and from nothing else: one line for each holder and item, the newest
answer, sorted; its digest is what both sign. Source: `specs/evidence.md` §5.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from comity.errors import VerificationFailed
from comity.federation import statements
from comity.federation.card_book import CardBook
from comity.federation.messages import SignedText
from comity.federation.proof_file import check_cards, named, read_exactly
from comity.federation.statements import ClosedItem, ClosingAgreed, ClosingAnswer, ClosingStatement, Tally
from comity.strict import write_json

__all__ = [
    "Closed",
    "ClosingFile",
    "ClosingReport",
    "Newest",
    "account",
    "account_of",
    "read_closing",
    "verify_closing",
    "write_closing",
]


class Closed(msgspec.Struct, frozen=True):
    """An account: a tally for each direction, what is retained, and the digest over every line."""

    tallies: tuple[Tally, ...]
    retained: tuple[ClosedItem, ...]
    lines: str


#: Giver, holder and item -> the newest answer.
Newest = dict[tuple[str, str, str], ClosedItem]


def account(answers: Iterable[ClosingAnswer], parties: tuple[str, str]) -> Closed:
    """Compute the account between two Parties from their answers; those to others are left aside."""
    newest: Newest = {}
    for said in sorted(answers, key=lambda each: each.at):
        if {said.by, said.to} == set(parties):
            for each in said.items:
                newest[(said.to, said.by, each.item)] = each
    return account_of(newest, parties)


def account_of(newest: Newest, parties: tuple[str, str]) -> Closed:
    """Compute it from the newest answers."""
    ordered = sorted(newest.items(), key=lambda each: each[0])
    text = "".join(
        write_json(
            [giver, holder, each.item, each.duty, each.ground, each.answer, each.because, each.backups_until]
        ).decode()
        + "\n"
        for (giver, holder, _), each in ordered
    )
    first, second = sorted(parties)
    tallies = []
    for giver, holder in ((first, second), (second, first)):
        found = [each.answer for (by, to, _), each in ordered if (by, to) == (giver, holder)]
        tallies.append(
            Tally(
                giver=giver,
                holder=holder,
                returned=found.count("returned"),
                destroyed=found.count("destroyed"),
                retained=found.count("retained"),
            )
        )
    retained = tuple(each for _, each in ordered if each.answer == "retained")
    return Closed(tuple(tallies), retained, hashlib.sha256(text.encode()).hexdigest())


class ClosingFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A closing statement, its countersignature, every answer it is made from, and the cards of both Parties."""

    comity: Literal["closing"] = "closing"
    version: Literal[1] = 1
    statement: SignedText
    agreed: SignedText
    answers: tuple[SignedText, ...]
    cards: tuple[SignedText, ...]


class ClosingReport(msgspec.Struct, frozen=True):
    """What the file proves: which agreement was closed between whom, signed when, and what became of what passed."""

    agreement: str
    digest: str
    parties: tuple[str, str]
    event: str
    signed: tuple[tuple[str, str], ...]
    tallies: tuple[Tally, ...]
    retained: tuple[ClosedItem, ...]
    roots: dict[str, str]


def write_closing(file: ClosingFile) -> bytes:
    """Write the file; there is exactly one spelling of it."""
    return write_json(file) + b"\n"


def read_closing(data: bytes) -> ClosingFile:
    """Read the file; nothing in it has been checked yet.

    Raises:
        ForeignInput: it is not one, or spelled otherwise.
    """
    return read_exactly(data, ClosingFile, "closing")


def verify_closing(file: ClosingFile, roots: Mapping[str, str] | None = None) -> ClosingReport:
    """Check everything the file holds.

    (1) the cards, each under its root
    (2) the statement, signed by one of the two Parties; the countersignature over it, by the other
    (3) every answer, signed by its holder; the account made from them is the one both signed

    Raises:
        ForeignInput, VerificationFailed: something does not hold; the message names it.
    """
    # (1)
    cards = check_cards(file.cards, roots or {})
    book = CardBook(cards)
    # (2)
    signed = statements.unpack(file.statement)
    said = named("closing statement", lambda: statements.check(signed, ClosingStatement, book.keys))
    agreed = named(
        "countersignature", lambda: statements.check(statements.unpack(file.agreed), ClosingAgreed, book.keys)
    )
    if {said.by, agreed.by} != set(said.parties) or len(set(said.parties)) != 2:
        raise VerificationFailed("the closing statement is not signed by the two Parties it names")
    if agreed.closing != statements.digest_of(signed) or agreed.lines != said.lines:
        raise VerificationFailed("the countersignature is about another closing statement")
    # (3)
    answers = [
        named(
            f"answer {number}",
            lambda text=text: statements.check(statements.unpack(text), ClosingAnswer, book.keys),
        )
        for number, text in enumerate(file.answers, 1)
    ]
    if any(each.agreement != said.agreement or each.digest != said.digest for each in answers):
        raise VerificationFailed("an answer is about another agreement")
    closed = account(answers, said.parties)
    if closed.lines != said.lines or closed.tallies != said.tallies:
        raise VerificationFailed("the answers do not come to the account that was signed")
    if said.retained != closed.retained[: len(said.retained)]:
        raise VerificationFailed("the statement names other items as retained than the answers do")
    return ClosingReport(
        agreement=said.agreement,
        digest=said.digest,
        parties=said.parties,
        event=said.event,
        signed=((said.by, said.at), (agreed.by, agreed.at)),
        tallies=closed.tallies,
        retained=closed.retained,
        roots={card.party: card.root_fingerprint for card in cards},
    )

"""Acts that the gate weighs, read from the signed statements kept here.

Consents as they stand (taken back, confirmed anew), withdrawals, and a person's decisions about what was made from
withdrawn items. An act counts only from the Party that may do it: its giver takes a consent back or confirms it, its
originator withdraws an item, whatever came first. A decision about what was made from withdrawn items counts for the
withdrawals known when it was taken; a later one asks anew.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from comity.clock import Instant, parse_instant
from comity.federation import statements
from comity.federation.evidence import consent_of
from comity.federation.statements import ConsentConfirmed, ConsentGranted, ConsentRevoked, Withdrawal
from comity.handling.consent import Consent
from comity.ports import StatementRow, Transaction
from comity.signing import from_bytes

#: Kinds of statement that change what the gate answers.
ACTS = ("consent", "consent-revocation", "consent-confirmation", "withdrawal", "review")

S = TypeVar("S", ConsentConfirmed, ConsentRevoked, Withdrawal)

#: By a consent's name: who said something of it, and the instant it says.
Said = Mapping[str, tuple[tuple[str, Instant], ...]]


class Acts(msgspec.Struct, frozen=True):
    """Every act known.

    Attributes:
        granted: consents by name, as they were given.
        revocations: of consents: who took them back, and from when on.
        confirmations: of consents: who confirmed them, and when.
        withdrawn: items withdrawn by their originator, with the instant this node came to know of it.
        withdrawals: item and who withdrew it, also of items that never came here.
        reviewed: items made from withdrawn ones that a person here has decided to keep.
        corrected: items that stand in the place of withdrawn ones, each with those, by their originator's word.
    """

    granted: Mapping[str, Consent]
    revocations: Said
    confirmations: Said
    withdrawn: Mapping[str, Instant]
    withdrawals: frozenset[tuple[str, str]]
    reviewed: frozenset[str]
    corrected: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def consents_at(self, at: Instant | None = None) -> tuple[Consent, ...]:
        """Give the consents as they stand; of confirmations, the newest that is not later than `at`."""
        return tuple(self._standing(consent, at) for consent in self.granted.values())

    def with_consents(
        self, consents: Iterable[Consent], confirmed: Mapping[str, tuple[Instant, ...]]
    ) -> "Acts":
        """Give the same acts with consents and confirmations that came along with a disclosure."""
        granted = {**self.granted, **{consent.digest: consent for consent in consents}}
        confirmations = dict(self.confirmations)
        for name, instants in confirmed.items():
            said = tuple((granted[name].by, instant) for instant in instants)
            confirmations[name] = (*confirmations.get(name, ()), *said)
        return msgspec.structs.replace(self, granted=granted, confirmations=confirmations)

    def newest_confirmation(self) -> Instant | None:
        """Give the instant of the newest confirmation: clocks that stand apart can put it after a decision."""
        return max((instant for said in self.confirmations.values() for _, instant in said), default=None)

    def _standing(self, consent: Consent, at: Instant | None) -> Consent:
        name, giver = consent.digest, consent.by
        revoked = [instant for by, instant in self.revocations.get(name, ()) if by == giver]
        confirmed = [
            instant
            for by, instant in self.confirmations.get(name, ())
            if by == giver and (at is None or instant <= at)
        ]
        if not revoked and not confirmed:
            return consent
        newest = max((*confirmed, *([consent.confirmed_at] if consent.confirmed_at else [])), default=None)
        return msgspec.structs.replace(
            consent, revoked=min(revoked) if revoked else None, confirmed_at=newest
        )


class ActsRead:
    """Reads the statements of acts once each: what was signed never changes, and reading costs more than weighing."""

    def __init__(self) -> None:
        self._consents: dict[str, Consent] = {}
        self._others: dict[str, ConsentConfirmed | ConsentRevoked | Withdrawal] = {}

    def consent(self, row: StatementRow) -> Consent:
        """Give a consent as it was given."""
        if row.digest not in self._consents:
            said = statements.read(from_bytes(row.signed), ConsentGranted)
            self._consents[row.digest] = consent_of(said, row.digest)
        return self._consents[row.digest]

    def other(self, row: StatementRow, kind: type[S]) -> S:
        """Give what a revocation, a confirmation or a withdrawal says."""
        found = self._others.get(row.digest)
        if not isinstance(found, kind):
            found = self._others[row.digest] = statements.read(from_bytes(row.signed), kind)
        return found


def acts_known(transaction: Transaction, read: ActsRead) -> Acts:
    """Read every act kept here, with what has read some of them before."""
    return acts_of(
        transaction.acts(),
        read=read,
        originator=lambda item: row.originator if (row := transaction.item(item)) is not None else None,
        sources=lambda item: sources_of(transaction, item),
    )


def acts_of(
    rows: Sequence[StatementRow],
    *,
    read: ActsRead,
    originator: Callable[[str], str | None],
    sources: Callable[[str], Collection[str]],
) -> Acts:
    """Read acts from their statements.

    Args:
        rows: in the order in which they became known.
        read: reads them.
        originator: gives whose an item is, None where it never came here.
        sources: gives everything an item was made from, directly or not.
    """
    granted: dict[str, Consent] = {}
    revocations: dict[str, tuple[tuple[str, Instant], ...]] = {}
    confirmations: dict[str, tuple[tuple[str, Instant], ...]] = {}
    withdrawals: dict[tuple[str, str], Instant] = {}
    reviewed: dict[str, frozenset[tuple[str, str]]] = {}
    corrected: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in rows:
        if row.kind == "consent":
            granted[row.digest] = read.consent(row)
        elif row.kind == "consent-revocation":
            back = read.other(row, ConsentRevoked)
            entry = (row.by, parse_instant(back.effective))
            revocations[back.consent] = (*revocations.get(back.consent, ()), entry)
        elif row.kind == "consent-confirmation":
            again = read.other(row, ConsentConfirmed)
            confirmations[again.consent] = (
                *confirmations.get(again.consent, ()),
                (row.by, again.instant),
            )
        elif row.kind == "withdrawal":
            withdrawals.setdefault((row.about, row.by), row.known_at)
            new = read.other(row, Withdrawal).replaced_by
            if new:
                corrected[new] = (*corrected.get(new, ()), (row.about, row.by))
        elif row.kind == "review":
            reviewed[row.about] = frozenset(withdrawals)
    own = {pair: at for pair, at in withdrawals.items() if originator(pair[0]) == pair[1]}
    return Acts(
        granted=granted,
        revocations=revocations,
        confirmations=confirmations,
        withdrawn={item: at for (item, _), at in own.items()},
        withdrawals=frozenset(withdrawals),
        reviewed=frozenset(
            item
            for item, seen in reviewed.items()
            if not any(pair[0] in sources(item) and pair not in seen for pair in own)
        ),
        corrected={
            new: tuple(item for item, by in pairs if (item, by) in own) for new, pairs in corrected.items()
        },
    )


def sources_of(transaction: Transaction, item: str) -> set[str]:
    """Give everything an item was made from, directly or not."""
    row = transaction.item(item)
    found: set[str] = set()
    waiting = list(row.made_from) if row is not None else []
    while waiting:
        digest = waiting.pop()
        if digest not in found:
            found.add(digest)
            source = transaction.item(digest)
            waiting.extend(source.made_from if source is not None else ())
    return found

"""When texts and acts were concluded: the base text, each protocol, each notice, from signatures or without them.

`Conclusion` answers three questions and remembers why an act has no effect: when did each Party sign the base text,
from when does a protocol count, and is a notice signed by whom it must be.

With `unsigned`, a text or act for which no signature file exists counts as signed: the base text on the day its term
names, a notice when it was received. That serves drafts, case files and simulation; a node never uses it.

Source: specs/agreement.md, "Signing"; VCLT art. 7, 10, 11, 24.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from comity.agreements.agreement import Agreement, Notice
from comity.agreements.clauses import Term
from comity.agreements.days import beginning, start_of, zone_of
from comity.agreements.signatures import TEXT, ActRef, Evidence, Mark, functions_for
from comity.clock import Instant
from comity.identifiers import ArticleRef

__all__ = ["Conclusion", "received_at"]


def received_at(notice: Notice, term: Term) -> Instant:
    """Give the instant from which a notice can have effect: not before its day, not before its receipt."""
    zone = zone_of(term.zone)
    dated = start_of(notice.dated, zone)
    received = beginning(notice.received, zone)
    return dated if received is None else max(dated, received)


class Conclusion:
    """Who signed what and when.

    Args:
        agreement: the folder.
        evidence: what its signature files prove.
        unsigned: count texts and acts without signature files as signed.
        known_at: leave out what was signed or received later.
        assumed: with `unsigned`, the day on which a text without signature files is taken to have been signed and to
            have entered into force, whatever it says of itself; for trying a draft on the past.
    """

    def __init__(
        self,
        agreement: Agreement,
        evidence: Evidence,
        *,
        unsigned: bool,
        known_at: Instant | None,
        assumed: date | None = None,
    ) -> None:
        self.agreement, self.evidence, self.unsigned = agreement, evidence, unsigned
        self.assumed = assumed if unsigned and TEXT not in evidence.attempted else None
        self.known_at = known_at
        self.term = agreement.term or Term(ref=ArticleRef(agreement.id, "term"))
        self.zone = zone_of(self.term.zone)
        self.without_effect: list[str] = list(evidence.problems)
        self.notices = tuple(notice for notice in agreement.notices if self._is_known(notice))
        self._powers = self._full_powers()
        self.signed: Mapping[str, Instant] = self._signed()

    def _is_known(self, notice: Notice) -> bool:
        received = beginning(notice.received, self.zone) or start_of(notice.dated, self.zone)
        return self.known_at is None or received <= self.known_at

    def marks(self, act: ActRef) -> tuple[Mark, ...]:
        """Give the signatures on an act that hold and are known."""
        found = self.evidence.marks.get(act, ())
        return tuple(mark for mark in found if self.known_at is None or mark.at <= self.known_at)

    def is_taken_as_signed(self, act: ActRef) -> bool:
        """Tell whether `unsigned` stands in for signature files that do not exist."""
        return self.unsigned and act not in self.evidence.attempted

    def _full_powers(self) -> Mapping[str, frozenset[str]]:
        """Give the functions a Party has empowered by notice beside those its clause names (VCLT art. 7)."""
        powers: dict[str, frozenset[str]] = {}
        for notice in self.notices:
            clause = self.agreement.party_clauses.get(notice.by)
            if notice.kind != "full-powers" or clause is None or not notice.function:
                continue
            act = ActRef("notice", notice.number)
            held = any(mark.party == notice.by and mark.function in clause.signs for mark in self.marks(act))
            if held or self.is_taken_as_signed(act):
                powers[notice.by] = powers.get(notice.by, frozenset()) | {notice.function}
        return powers

    def signatures(self, act: ActRef) -> Mapping[str, Instant]:
        """Give each Party's first signature on an act by a function with power to sign it."""
        found: dict[str, Instant] = {}
        for mark in self.marks(act):
            allowed = {*functions_for(self.agreement, act, mark.party), *self._powers.get(mark.party, ())}
            if act.kind == "notice":
                allowed |= self._newcomer(act, mark.party)
            if mark.function in allowed:
                found[mark.party] = min(mark.at, found.get(mark.party, mark.at))
            else:
                said = f"{act} of {self.agreement.id}: {mark.party} signed as `{mark.function}`, which has no power to"
                self._say(said)
        return found

    def _newcomer(self, act: ActRef, party: str) -> set[str]:
        """Give the functions an accession or succession itself names for its author, and the old root of a succession.

        A Party that an article names signs as that article says, whatever its own notice adds.
        """
        notice = next((each for each in self.notices if each.number == act.number), None)
        if notice is None or notice.kind not in ("accession", "succession"):
            return set()
        own = notice.by == party and party not in self.agreement.signatory_clauses
        functions = set(notice.signs) if own else set()
        return functions | ({"root"} if notice.kind == "succession" else set())

    def _signed(self) -> Mapping[str, Instant]:
        if self.agreement.differences:
            self._say(f"{self.agreement.id} cannot be concluded: {self.agreement.differences[0]}")
            return {}
        if self.is_taken_as_signed(TEXT):
            day = self.assumed or self.term.signed or self.term.date
            if day is None:
                self._say(f"{self.agreement.id} is unsigned and its term names no day of signing")
                return {}
            return dict.fromkeys(self.agreement.parties, start_of(day, self.zone))
        found = self.signatures(TEXT)
        for party in self.agreement.parties:
            if party not in found:
                self._say(f"{self.agreement.id} is not signed by {party}")
        first = start_of(self.term.signed, self.zone) if self.term.signed else None
        return {
            party: max(at, first) if first else at
            for party, at in found.items()
            if party in self.agreement.parties
        }

    def signed_by_all(self) -> Instant | None:
        """Give the instant of the last signature on the base text; None while one is missing."""
        if len(self.signed) < len(self.agreement.parties) or len(self.agreement.parties) < 2:
            return None
        return max(self.signed.values())

    def protocol_from(self, number: int, members: Iterable[str]) -> Instant | None:
        """Give the instant from which a protocol counts: when the last member has approved it, None until then."""
        protocol = next(each for each in self.agreement.protocols if each.number == number)
        act = ActRef("protocol", number)
        if protocol.differences:
            self._say(
                f"protocol {number} of {self.agreement.id} cannot be concluded: {protocol.differences[0]}"
            )
            return None
        if self.is_taken_as_signed(act):
            return self.signed_by_all()
        found = self.signatures(act)
        missing = [party for party in members if party not in found]
        if missing or not found:
            self._say(
                f"protocol {number} of {self.agreement.id} is not approved by {', '.join(missing) or 'anybody'}"
            )
            return None
        return max(found.values())

    def is_signed_by(self, notice: Notice, party: str) -> bool:
        """Tell whether a notice carries a Party's signature."""
        act = ActRef("notice", notice.number)
        return self.is_taken_as_signed(act) or party in self.signatures(act)

    def _say(self, said: str) -> None:
        if said not in self.without_effect:
            self.without_effect.append(said)

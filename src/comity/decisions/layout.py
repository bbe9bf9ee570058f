"""Lays out the governing terms of an agreement as `comity.decisions.terms`: each ground built once, nothing decided.

A clause that cannot be evaluated (a text named in `under` is missing or not in force, an office nobody knows) denies
what it would have permitted or, if it restricts, everything it covers (`specs/gate.md`, Inputs and outcome).
"""

from collections.abc import Iterable, Mapping

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import (
    Exchange,
    Handling,
    Protection,
    ThirdParty,
    Transport,
)
from comity.agreements.days import EARLIEST, LATEST, ending, zone_of
from comity.agreements.governing import Terms
from comity.decisions.coverage import StandIn, covers, exchanges, exchanges_in, handles, of_type, stems
from comity.decisions.decision import Ground, Obligation
from comity.decisions.terms import NO_LIMIT, Between, CategoryTerms, Limit, Offer, Onward, Retention
from comity.handling.custody import StandingConsent
from comity.handling.item import KINDS
from comity.handling.markings import TLP_LEVELS, Marking
from comity.identifiers import ArticleRef

__all__ = ["Layout"]

_NO_TRANSPORT = Ground("rule 9 transport", "no transport clause: https and pouch may carry it, no relay", 9)


class Layout:
    """Lays out the terms of one agreement; keeps the grounds and onward terms so that each is built once."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._grounds: dict[tuple[str, int], Ground] = {}
        self._onwards: dict[Onward, Onward] = {}

    def ground(self, ref: ArticleRef, rule: int) -> Ground:
        """Give the ground for an article: its citation as printed and its words in the decisive language."""
        printed = str(ref)
        found = self._grounds.get((printed, rule))
        if found is None:
            found = Ground(printed, self._agreement.text_of(ref), rule)
            self._grounds[printed, rule] = found
        return found

    def between(self, terms: Terms, holder: str, to: str) -> Between:
        """Lay out what governs from `holder` to `to`."""
        transport = terms.transport
        unsent = [self.ground(clause.ref, 9) for clause in of_type(terms.broken, Transport)]
        if transport is not None and not _names_known(transport.via, terms):
            unsent.append(self.ground(transport.ref, 9))
        third = terms.third_party
        broken = of_type(terms.broken, ThirdParty)
        onward = self._onward(third) if third else self._onward(broken[0], broken=True) if broken else None
        members = terms.parties
        standing = tuple(
            StandingConsent(each.to, each.categories, ending(each.until, zone_of(terms.zone)))
            for each in (third.standing if third else ())
        )
        owed = {kind: _owed(onward, kind, holder) for kind in KINDS}
        return Between(
            agreement=terms.agreement_id,
            terms=terms,
            begins=terms.begins or EARLIEST,
            ends=terms.ends or LATEST,
            successors=terms.successors,
            permits=terms.permits and holder in members and to in members,
            members=members,
            state=self._state(terms, holder, to, members),
            rank=terms.in_force_from or EARLIEST,
            categories={
                stem: self._category(stem, terms, holder, to, tuple(dict.fromkeys(unsent)), owed)
                for stem in stems(terms)
            },
            excluded={
                purpose: self.ground(clause.ref, 5)
                for clause in terms.protection
                for purpose in clause.purposes_excluded
            },
            carriers=_carriers(transport),
            suite=transport.suite if transport else "S2",
            transport=self.ground(transport.ref, 9) if transport else _NO_TRANSPORT,
            onward=onward,
            owed=owed,
            necessity=terms.necessity,
            lifted_by=self.ground(terms.necessity.ref, 10) if terms.necessity else None,
            standing=standing,
            may_exempt=members | {each.to for each in standing} | {clause.body for clause in terms.oversight},
        )

    def _state(self, terms: Terms, holder: str, to: str, members: frozenset[str]) -> tuple[Ground, ...]:
        grounds: list[Ground] = []
        if not terms.permits:
            for each in terms.grounds:
                grounds.append(
                    self.ground(each, 2)
                    if isinstance(each, ArticleRef)
                    else Ground(each, f"{terms.agreement_id} is {terms.state}", 2)
                )
            if not grounds:
                grounds.append(Ground("rule 2 in force", f"{terms.agreement_id} is {terms.state}", 2))
        for party in (holder, to):
            if party not in members:
                text = f"{party} is not a Party of {terms.agreement_id}"
                grounds.append(Ground("rule 3 parties and offices", text, 3))
        return tuple(grounds)

    def _onward(self, clause: ThirdParty, *, broken: bool = False) -> Onward:
        """Lay out the third-party terms; the same terms are the same value in every stretch of time."""
        onward = Onward(
            self._agreement.id,
            self.ground(clause.ref, 7),
            frozenset(clause.covers),
            clause.consent_of,
            clause.members_exempt,
            clause.fresh,
            broken,
        )
        return self._onwards.setdefault(onward, onward)

    def _category(
        self,
        stem: str,
        terms: Terms,
        holder: str,
        to: str,
        unsent: tuple[Ground, ...],
        owed: Mapping[str, tuple[Obligation, ...]],
    ) -> CategoryTerms:
        offers: dict[str, list[Offer]] = {kind: [] for kind in KINDS}
        denied: list[Ground] = []
        for clause, pattern, kinds in exchanges(terms):
            if not covers(pattern, stem):
                continue
            directions = clause.directions if isinstance(clause, Exchange) else "both"
            if directions == "both" or (holder, to) in directions:
                offer = self._offer(clause, kinds)
                for kind in kinds:
                    offers[kind].append(offer)
            else:
                denied.append(self.ground(clause.ref, 4))
        denied.extend(
            self.ground(clause.ref, 4)
            for clause, pattern, _ in exchanges_in(terms.broken)
            if covers(pattern, stem)
        )
        handling = [clause for clause in terms.handling if handles(clause, stem)]
        limits = tuple(
            Limit(
                self.ground(clause.ref, 6),
                Marking.read(clause.max_marking).level if clause.max_marking else None,
                clause.judicial_use,
            )
            for clause in handling
            if clause.max_marking or clause.judicial_use
        )
        retentions = self._retentions(handling, terms.protection)
        levels = [limit.level for limit in limits if limit.level is not None]
        kept = tuple(
            Obligation("retention", str(each.length), to, each.ground.ref) for each in retentions[:1]
        )
        caveats = tuple(
            Obligation("read-caveat", self._words(clause.caveat), to, str(clause.ref))
            for clause in handling
            if clause.caveat
        )
        unread = (
            *(self.ground(clause.ref, 5) for clause in of_type(terms.broken, Protection)),
            *(
                self.ground(clause.ref, 6)
                for clause in of_type(terms.broken, Handling)
                if handles(clause, stem)
            ),
        )
        ref = next((limit.ground.ref for limit in limits if limit.level is not None), "rule 6 marking")
        marked = tuple((Obligation("marking", label, to, ref),) for label in TLP_LEVELS)
        return CategoryTerms(
            offers={kind: tuple(found) for kind, found in offers.items()},
            denied=tuple(dict.fromkeys(denied)),
            limits=limits,
            strictest=min(levels, default=NO_LIMIT),
            judicial=any(limit.judicial in ("consent", "never") for limit in limits),
            unread=(*unread, *unsent),
            unkept=tuple(Ground(each.ref, each.text, 8) for each in unread),
            retentions=retentions,
            kept=kept,
            simple={
                kind: tuple((*owed[kind], *kept, *each, *caveats) for each in ((), *marked)) for kind in KINDS
            }
            if len(retentions) < 2
            else {},
            caveats=caveats,
            marked=marked,
        )

    def _offer(self, clause: Exchange | StandIn, kinds: Iterable[str]) -> Offer:
        purposes = clause.purposes if isinstance(clause, Exchange) else None
        return Offer(
            (self.ground(clause.ref, 4),),
            self.ground(clause.ref, 5),
            self.ground(clause.ref, 4),
            None if purposes is None else frozenset(purposes),
            frozenset(kinds),
        )

    def _retentions(
        self, handling: Iterable[Handling], protection: Iterable[Protection]
    ) -> tuple[Retention, ...]:
        clauses: tuple[Handling | Protection, ...] = (*handling, *protection)
        return tuple(
            Retention.of(clause.retention, self.ground(clause.ref, 8))
            for clause in clauses
            if clause.retention is not None
        )

    def _words(self, by_language: Mapping[str, str]) -> str:
        return by_language.get(self._agreement.decisive) or next(iter(by_language.values()))


def _names_known(names: Iterable[str], terms: Terms) -> bool:
    return all(name in terms.offices or name in terms.missions for name in names)


def _carriers(transport: Transport | None) -> frozenset[str | None]:
    """Give what may carry an envelope, each as a question names it. A relay must be named: empty means nobody.

    No carrier chosen yet (None) is no objection as long as there is one to choose.
    """
    if transport is None:
        return frozenset((None, "https", "pouch"))
    means: set[str | None] = {each for each in transport.carriers if each != "relay"}
    if "relay" in transport.carriers and transport.relays:
        means.update(("relay", *(f"relay:{body}" for body in transport.relays)))
    return frozenset((*means, None) if means else ())


def _owed(onward: Onward | None, kind: str, holder: str) -> tuple[Obligation, ...]:
    if onward is None or kind not in onward.covers:
        return ()
    return (Obligation("consent-owed", onward.consent_of, holder, onward.ground.ref),)

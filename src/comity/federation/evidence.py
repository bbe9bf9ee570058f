"""The evidence of a disclosure: from signed statements to the question the gate is asked again.

A receiver checks, offline, that every hop was signed by the hand it names, that the hops join without a gap, that
each source in the lineage has a manifest and a custody of its own, and that every consent was signed by its giver.
What it cannot check: that the sender left out no hop and no source. That can be evidenced only (by the originator, an
overseer, reconciliation), and pages that show a custody say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import msgspec

from comity import signing
from comity.agreements.durations import Duration
from comity.clock import Instant, format_instant, parse_instant
from comity.errors import ForeignInput, VerificationFailed
from comity.federation import statements
from comity.federation.card_book import CardBook
from comity.federation.messages import Disclose, Route, SignedText
from comity.federation.statements import (
    ConsentConfirmed,
    ConsentGranted,
    CopiedNecessity,
    CopiedStanding,
    CopiedTerms,
    HopStatement,
    Manifest,
    NecessityNotice,
    read_duration,
)
from comity.handling.consent import Consent
from comity.handling.custody import Hop, HopTerms, NecessityTerms, StandingConsent
from comity.handling.item import Item
from comity.handling.markings import Marking, Pap

#: Sources a lineage may have, and hops a custody may have: beyond it is a mistake or an attack.
MAX_SOURCES = 256
MAX_HOPS = 64

#: How far two Parties' clocks may stand apart.
SKEW = timedelta(minutes=5)


class Kept(msgspec.Struct, frozen=True):
    """A checked statement, ready to be kept: its name, kind, who made it, what it is about, its bytes."""

    digest: str
    kind: str
    by: str
    about: str
    signed: bytes


class CheckedRoute(msgspec.Struct, frozen=True):
    """An item with one custody whose statements all hold."""

    item: str
    manifest: Manifest
    custody: tuple[str, ...]
    hops: tuple[HopStatement, ...]


class Evidence(msgspec.Struct, frozen=True):
    """What a disclosure proves.

    Attributes:
        disclosed: the item, with the sender's own hop as the last.
        sources: its lineage; one that came by several routes stands there with each.
        consents: consents that came along.
        confirmations: of these, by name, when each was confirmed by its giver.
        necessity: what the sender told everyone upstream, where it invoked imminent danger.
        kept: every checked statement.
    """

    disclosed: CheckedRoute
    sources: tuple[CheckedRoute, ...]
    consents: tuple[Consent, ...]
    confirmations: Mapping[str, tuple[Instant, ...]]
    necessity: NecessityNotice | None
    kept: tuple[Kept, ...]

    @property
    def hop(self) -> HopStatement:
        """The sender's own hop."""
        return self.disclosed.hops[-1]

    def items_before_hop(self) -> tuple[dict[str, Item], tuple[Item, ...]]:
        """Give the items as they stood when the sender decided: the disclosed one without the sender's own hop.

        Returns:
            Them by id, each with its first route; and the sources again that came by further routes.
        """
        route = self.disclosed
        before = item_of(route.item, route.manifest, hops_of(route.hops[:-1], route.custody[:-1]))
        items, others = {route.item: before}, []
        for each in self.sources:
            item = item_of(each.item, each.manifest, hops_of(each.hops, each.custody))
            if items.setdefault(item.id, item) is not item:
                others.append(item)
        return items, tuple(others)


def check(message: Disclose, sender: str, recipient: str, book: CardBook) -> Evidence:
    """Check everything a disclosure carries.

    Args:
        book: the cards known here, with those that came along as offered; vouched ones are added to it.

    Raises:
        ForeignInput: something is not well formed or missing.
        VerificationFailed: a signature or a link does not hold.
    """
    kept: list[Kept] = []
    if not message.custody:
        raise ForeignInput("disclosure: without the sender's own hop")
    disclosed = _check_route(message.manifest, message.custody, book, kept)
    if disclosed.hops[-1].by != sender or disclosed.hops[-1].to != recipient:
        raise VerificationFailed("disclosure: the last hop is not from the sender to this node")
    sources = _check_lineage(disclosed, message.lineage, book, kept)
    consents = tuple(_check_consent(text, book, kept) for text in message.consents)
    confirmations = _check_confirmations(message.confirmations, consents, book, kept)
    necessity = _check_necessity(message.necessity, disclosed, book, kept) if message.necessity else None
    return Evidence(disclosed, sources, consents, confirmations, necessity, tuple(kept))


def _check_lineage(
    disclosed: CheckedRoute, routes: Sequence[Route], book: CardBook, kept: list[Kept]
) -> tuple[CheckedRoute, ...]:
    """Check the sources outward from the disclosed item, so that each hand's cards are vouched for before needed.

    A source that several Parties have made something from comes with a route for each.
    """
    if len(routes) > MAX_SOURCES:
        raise ForeignInput(f"disclosure: a lineage of more than {MAX_SOURCES} sources")
    offered: dict[str, list[Route]] = {}
    for route in routes:
        offered.setdefault(_name(route.manifest), []).append(route)
    found: dict[str, list[CheckedRoute]] = {}
    waiting = list(disclosed.manifest.made_from)
    while waiting:
        source = waiting.pop(0)
        if source in found or source == disclosed.item:
            continue
        if source not in offered:
            raise ForeignInput(f"disclosure: source {source[:12]} is named but not evidenced")
        found[source] = [_check_route(each.manifest, each.custody, book, kept) for each in offered[source]]
        if len({each.custody for each in found[source]}) < len(found[source]):
            raise ForeignInput(f"disclosure: source {source[:12]} is evidenced twice by one route")
        waiting.extend(found[source][0].manifest.made_from)
    if len(found) != len(offered):
        raise ForeignInput("disclosure: evidence of a source that nothing names")
    return tuple(route for checked in found.values() for route in checked)


def _name(text: SignedText) -> str:
    return statements.digest_of(statements.unpack(text))


def _check_route(
    manifest_text: SignedText, custody: Sequence[SignedText], book: CardBook, kept: list[Kept]
) -> CheckedRoute:
    """Check one custody from its end to its beginning: each hand vouches for the keys of the hand before it."""
    if len(custody) > MAX_HOPS:
        raise ForeignInput(f"disclosure: a custody of more than {MAX_HOPS} hops")
    signed_manifest = statements.unpack(manifest_text)
    item = statements.digest_of(signed_manifest)
    signed_hops = [statements.unpack(text) for text in custody]
    names = tuple(statements.digest_of(signed) for signed in signed_hops)
    hops: list[HopStatement] = []
    after: HopStatement | None = None
    for place in range(len(signed_hops) - 1, -1, -1):
        hop = statements.check(signed_hops[place], HopStatement, book.keys)
        if hop.item != item or hop.previous != (names[place - 1] if place else ""):
            raise VerificationFailed(
                f"hop {place + 1} of item {item[:12]} does not follow from the one before"
            )
        if after is not None and (hop.to != after.by or hop.instant > after.instant + SKEW):
            raise VerificationFailed(f"hop {place + 1} of item {item[:12]} does not lead to the next")
        for vouch in hop.vouches:
            book.vouch(vouch)
        kept.append(Kept(names[place], "hop", hop.by, item, signing.to_bytes(signed_hops[place])))
        hops.insert(0, hop)
        after = hop
    manifest = statements.check(signed_manifest, Manifest, book.keys)
    if after is not None and after.by != manifest.by:
        raise VerificationFailed(f"custody of item {item[:12]} does not begin at its originator")
    kept.append(Kept(item, "manifest", manifest.by, item, signing.to_bytes(signed_manifest)))
    return CheckedRoute(item, manifest, names, tuple(hops))


def _check_consent(text: SignedText, book: CardBook, kept: list[Kept]) -> Consent:
    signed = statements.unpack(text)
    granted = statements.check(signed, ConsentGranted, book.keys)
    digest = statements.digest_of(signed)
    kept.append(Kept(digest, "consent", granted.by, granted.item, signing.to_bytes(signed)))
    return consent_of(granted, digest)


def _check_confirmations(
    texts: Sequence[SignedText], consents: Sequence[Consent], book: CardBook, kept: list[Kept]
) -> dict[str, tuple[Instant, ...]]:
    """Check that each confirmation is of a consent that came along, by the one who gave it."""
    givers = {consent.digest: consent for consent in consents}
    found: dict[str, tuple[Instant, ...]] = {}
    for text in texts:
        signed = statements.unpack(text)
        said = statements.check(signed, ConsentConfirmed, book.keys)
        consent = givers.get(said.consent)
        if consent is None or (consent.by, consent.holder) != (said.by, said.holder):
            raise VerificationFailed(f"disclosure: a confirmation by {said.by} of no consent of its own here")
        kept.append(_kept(signed, "consent-confirmation", said.by, said.consent))
        found[said.consent] = (*found.get(said.consent, ()), said.instant)
    return found


def _check_necessity(
    text: SignedText, disclosed: CheckedRoute, book: CardBook, kept: list[Kept]
) -> NecessityNotice:
    """Check that the sender itself says so, of this item and this recipient, at the instant of its hop."""
    signed = statements.unpack(text)
    said = statements.check(signed, NecessityNotice, book.keys)
    hop = disclosed.hops[-1]
    if (said.by, said.item, said.to, said.purpose) != (hop.by, disclosed.item, hop.to, hop.purpose):
        raise VerificationFailed("disclosure: the necessity shown is of another passing")
    if abs(said.instant - hop.instant) > SKEW:
        raise VerificationFailed("disclosure: the necessity shown is of another time than the hop")
    kept.append(_kept(signed, "necessity-notice", said.by, said.item))
    return said


def _kept(signed: signing.Signed, kind: str, by: str, about: str) -> Kept:
    return Kept(statements.digest_of(signed), kind, by, about, signing.to_bytes(signed))


# -- statements as the values the gate knows ---------------------------------------------------------------------


def consent_of(granted: ConsentGranted, digest: str) -> Consent:
    """Give a signed consent as the gate knows it."""
    return Consent(
        by=granted.by,
        holder=granted.holder,
        to=granted.to,
        from_=parse_instant(granted.from_),
        until=parse_instant(granted.until),
        item=granted.item or None,
        agreement=granted.agreement or None,
        category=granted.category or None,
        purpose=granted.purpose or None,
        confirmed_at=granted.instant,
        fresh=read_duration(granted.fresh),
        digest=digest,
        hops=granted.hops,
        condition=granted.condition or None,
    )


def item_of(digest: str, manifest: Manifest, hops: tuple[Hop, ...], *, needs_reading: bool = False) -> Item:
    """Give a manifest and a custody as the gate knows them."""
    return Item(
        id=digest,
        category=manifest.category,
        originator=manifest.by,
        kind=manifest.kind,
        marking=Marking.read(manifest.marking),
        pap=Pap.read(manifest.pap) if manifest.pap else None,
        hops=hops,
        made_from=manifest.made_from,
        retention=read_duration(manifest.retention),
        caveat=manifest.caveat or None,
        judicial=manifest.judicial or None,
        needs_reading=needs_reading,
    )


def hops_of(hops: Iterable[HopStatement], names: Iterable[str]) -> tuple[Hop, ...]:
    """Give hop statements as the gate knows them."""
    return tuple(
        Hop(
            from_=hop.by,
            to=hop.to,
            agreement=hop.agreement,
            at=hop.instant,
            purpose=hop.purpose,
            terms=_terms_of(hop.terms),
            digest=name,
        )
        for hop, name in zip(hops, names, strict=True)
    )


def _terms_of(terms: CopiedTerms | None) -> HopTerms | None:
    if terms is None:
        return None
    return HopTerms(
        article=terms.article,
        text=terms.text,
        covers=terms.covers,
        consent_of=terms.consent_of,
        members_exempt=terms.members_exempt,
        members=terms.members,
        standing=tuple(
            StandingConsent(each.to, each.categories, parse_instant(each.until) if each.until else None)
            for each in terms.standing
        ),
        fresh=read_duration(terms.fresh),
        necessity=_necessity_of(terms.necessity),
    )


def _necessity_of(copy: CopiedNecessity | None) -> NecessityTerms | None:
    if copy is None:
        return None
    within = read_duration(copy.review_within)
    return NecessityTerms(copy.article, copy.text, copy.lifts, copy.officers, within)


def copied(terms: HopTerms | None, answer_within: Duration | None = None) -> CopiedTerms | None:
    """Give onward terms as they are copied into a hop statement, with how long an answer about them may take."""
    if terms is None:
        return None
    return CopiedTerms(
        article=terms.article,
        text=terms.text,
        covers=terms.covers,
        consent_of=terms.consent_of,
        members_exempt=terms.members_exempt,
        members=terms.members,
        standing=tuple(_standing(each) for each in terms.standing),
        fresh=str(terms.fresh) if terms.fresh else "",
        answer_within=str(answer_within) if answer_within else "",
        necessity=_copy_of(terms.necessity),
    )


def _copy_of(clause: NecessityTerms | None) -> CopiedNecessity | None:
    if clause is None:
        return None
    within = str(clause.review_within) if clause.review_within else ""
    return CopiedNecessity(
        article=clause.article,
        text=clause.text,
        lifts=clause.lifts,
        officers=clause.officers,
        review_within=within,
    )


def _standing(each: StandingConsent) -> CopiedStanding:
    return CopiedStanding(
        to=each.to, categories=each.categories, until=format_instant(each.until) if each.until else ""
    )

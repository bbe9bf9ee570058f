"""What is owed before an item may pass, worked out a second time, as plainly as can be.

It asks neither the gate nor `federation.evidence`: it reads the JSON of the signed statements, takes the agreements as
the simulator wrote them (`texts`), and goes through hops and sources with nested loops. Where it and a node disagree,
one of the two is wrong. Source: `specs/gate.md`, Custody, lineage, obligations.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from comity.clock import Instant
from comity.federation.messages import Disclose, SignedText
from comity.federation.statements import digest_of, unpack
from comity.testing.texts import Text

__all__ = ["Given", "Passing", "is_protected", "objections", "read_passing", "said"]

#: Words that no category may bear, whatever Parties sign (DESIGN: safeguards); what the histories try is among them.
_PROTECTED = (
    "religion",
    "belief",
    "ethnicity",
    "orientation",
    "political",
    "opinion",
    "journalist",
    "surveillance",
)


class Given(msgspec.Struct, frozen=True):
    """A consent as somebody signed it, with the instant from which its holder knew it was taken back."""

    by: str
    holder: str
    to: str
    item: str
    purpose: str
    begins: Instant
    until: Instant
    known_revoked: Instant | None = None


class Passing(msgspec.Struct, frozen=True):
    """One disclosure, read from its letter.

    Attributes:
        item: its digest. `manifests`: of it and of all its sources. `hops`: the custody of each, oldest first, without
            the sender's own hop.
        hop: the sender's own hop.
    """

    item: str
    manifests: Mapping[str, Mapping[str, Any]]
    hops: Mapping[str, tuple[Mapping[str, Any], ...]]
    hop: Mapping[str, Any]
    decided_at: Instant

    @property
    def originators(self) -> frozenset[str]:
        """Whose words stand in the item or its sources."""
        return frozenset(manifest["by"] for manifest in self.manifests.values())

    def above(self, item: str) -> frozenset[str]:
        """Give an item and everything it was made from."""
        found = {item}
        for source in self.manifests[item].get("made_from", ()):
            found |= self.above(source)
        return frozenset(found)


def said(text: SignedText) -> dict[str, Any]:
    """Read what a signed statement says."""
    read: dict[str, Any] = json.loads(unpack(text).payload)
    return read


def is_protected(category: str) -> bool:
    """Tell whether a category is one that stands outside every agreement."""
    return any(word in category for word in _PROTECTED)


def read_passing(content: Disclose) -> Passing:
    """Read a disclosure without judging anything."""
    item = digest_of(unpack(content.manifest))
    custody = tuple(said(text) for text in content.custody)
    manifests: dict[str, Mapping[str, Any]] = {item: said(content.manifest)}
    hops: dict[str, tuple[Mapping[str, Any], ...]] = {item: custody[:-1]}
    for route in content.lineage:
        source = digest_of(unpack(route.manifest))
        manifests[source] = said(route.manifest)
        hops[source] = tuple(said(text) for text in route.custody)
    return Passing(item, manifests, hops, custody[-1], _instant(content.decided.at))


def objections(
    passing: Passing,
    texts: Mapping[str, Text],
    consents: Iterable[Given],
    ended: Mapping[str, Instant],
    withdrawn: Mapping[str, Instant],
    reviewed: Mapping[str, Instant],
) -> list[str]:
    """Say everything that stands against a disclosure, by what its sender knew when it decided.

    Args:
        ended: agreements denounced, and when that took effect for the sender.
        withdrawn: items withdrawn, and when the sender knew. `reviewed`: items a person there has decided to keep.
    """
    holder, to = passing.hop["by"], passing.hop["to"]
    return [
        *_against_text(passing, texts, ended, holder, to),
        *_custody(passing, holder),
        *_unmet(passing, texts, list(consents), holder, to),
        *_withdrawn(passing, withdrawn, reviewed),
        *_kept_too_long(passing, texts, holder),
    ]


def _against_text(
    passing: Passing, texts: Mapping[str, Text], ended: Mapping[str, Instant], holder: str, to: str
) -> Iterable[str]:
    text = texts.get(passing.hop["agreement"])
    manifest = passing.manifests[passing.item]
    if text is None or holder not in text.parties or to not in text.parties:
        yield f"no agreement between {holder} and {to}"
        return
    # what was decided in the very instant in which the notice came was decided before it
    if text.id in ended and passing.decided_at > ended[text.id]:
        yield f"{text.id} had ended"
    category, purpose = manifest["category"], passing.hop["purpose"]
    if not any(
        (category == each.category or category.startswith(f"{each.category}.")) and purpose in each.purposes
        for each in (*text.exchange, *text.stands_in)
    ):
        yield f"{text.id} does not let {category} pass for {purpose}"
    if manifest["marking"] not in ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER"):
        yield f"{text.id} does not let {manifest['marking']} pass"


def _custody(passing: Passing, holder: str) -> Iterable[str]:
    for item, manifest in passing.manifests.items():
        place = manifest["by"]
        for hop in passing.hops[item]:
            if hop["by"] != place or hop["item"] != item:
                yield f"custody of {item[:12]} has a gap"
            place = hop["to"]
        makers = (
            {holder}
            if item == passing.item
            else {made["by"] for made in passing.manifests.values() if item in made.get("made_from", ())}
        )
        if place not in makers:
            yield f"custody of {item[:12]} ends at {place}"
        for source in manifest.get("made_from", ()):
            if source not in passing.manifests:
                yield f"source {source[:12]} is not there"


def _unmet(
    passing: Passing, texts: Mapping[str, Text], consents: list[Given], holder: str, to: str
) -> Iterable[str]:
    purpose = passing.hop["purpose"]
    for carrier in passing.manifests:
        parties: list[str] = []
        for hop in passing.hops[carrier]:
            parties.append(hop["by"])
            text = texts[hop["agreement"]]
            if hop["purpose"] != purpose and not any(
                given.by == hop["by"] and given.purpose == purpose and _serves(given, passing, carrier)
                for given in consents
            ):
                yield f"{hop['by']} gave {carrier[:12]} for {hop['purpose']} only"
            for party in _owed(text, parties, to):
                if party in (holder, to):
                    continue
                if not any(given.by == party and _serves(given, passing, carrier) for given in consents):
                    yield f"{party} has not consented for {carrier[:12]}"


def _owed(text: Text, parties: list[str], to: str) -> set[str]:
    if text.consent_of is None or (text.members_exempt and to in text.parties):
        return set()
    if text.consent_of == "sender":
        return {parties[-1]}
    if text.consent_of == "originator":
        return {parties[0]}
    return set(parties)


def _serves(given: Given, passing: Passing, carrier: str) -> bool:
    at = passing.decided_at
    lineage = passing.above(passing.item)
    return (
        given.holder == passing.hop["by"]
        and given.to == passing.hop["to"]
        and given.begins <= at < given.until
        and (given.known_revoked is None or at < given.known_revoked)
        and given.purpose in ("", passing.hop["purpose"])
        and given.item in lineage
        and carrier in passing.above(given.item)
    )


def _withdrawn(
    passing: Passing, withdrawn: Mapping[str, Instant], reviewed: Mapping[str, Instant]
) -> Iterable[str]:
    for item in passing.manifests:
        known = withdrawn.get(item)
        if known is None or known >= passing.decided_at:
            continue
        kept = reviewed.get(passing.item)
        if item == passing.item or kept is None or kept < known or kept > passing.decided_at:
            yield f"{item[:12]} was withdrawn"


def _kept_too_long(passing: Passing, texts: Mapping[str, Text], holder: str) -> Iterable[str]:
    for hop in passing.hops[passing.item]:
        if hop["to"] == holder:
            days = texts[hop["agreement"]].retention_days
            if passing.decided_at >= _instant(hop["at"]) + timedelta(days=days):
                yield f"{holder} may no longer hold it"


def _instant(text: str) -> Instant:
    return datetime.fromisoformat(text)

"""What may pass, to whom it may go on, under which marking, by which road, and who watches."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec

from comity.agreements.clauses.clause import Clause, Force
from comity.agreements.clauses.values import (
    Says,
    category_pattern,
    choice,
    day_or_instant,
    flag,
    length,
    list_of,
    mapping_of,
    marking,
    party,
    text,
    ways,
    whole,
    word,
    words,
)
from comity.agreements.durations import Duration

__all__ = [
    "KINDS_OF_ITEM",
    "Exchange",
    "Handling",
    "Necessity",
    "Notification",
    "Oversight",
    "Protection",
    "Standing",
    "ThirdParty",
    "Transport",
]

#: What an item can be.
KINDS_OF_ITEM: Final = ("information", "materials", "equipment")

_item_kinds = list_of(choice(*KINDS_OF_ITEM))


class Exchange(Clause, frozen=True, kw_only=True):
    """A category that may pass between the Parties. Without one, nothing does."""

    clause_kind: ClassVar[str] = "exchange"
    force: ClassVar[Force] = "enforced"

    category: Annotated[
        str,
        Says(
            category_pattern,
            "dotted; covers what is below it; `*` only where written",
            '"incident.indicators"',
        ),
    ]
    directions: Annotated[
        Literal["both"] | tuple[tuple[str, str], ...],
        Says(ways, "`both`, or pairs of from and to", '[["cert.north.example", "cert.south.example"]]'),
    ] = "both"
    purposes: Annotated[
        tuple[str, ...] | None,
        Says(list_of(word), "absent = any purpose not excluded", '["network-defence"]'),
    ] = None
    duty: Annotated[
        Literal["shall", "may"], Says(choice("shall", "may"), "whether it is owed or allowed")
    ] = "may"
    within: Annotated[
        Duration | None, Says(length, "for `shall`: how soon after the holder has it", '"P3D"')
    ] = None
    charge: Annotated[str | None, Says(word, "`free`, or the id of an expense clause", '"free"')] = None
    kinds: Annotated[tuple[str, ...], Says(_item_kinds, "what may pass", '["information"]')] = (
        "information",
    )


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A consent given in the text itself: to whom, for which categories, until when."""

    to: str
    categories: tuple[str, ...]
    until: date | datetime | None = None


def _standing(value: Any) -> Standing:
    if not isinstance(value, dict) or not {"to", "categories"} <= value.keys() <= {
        "to",
        "categories",
        "until",
    }:
        raise ValueError('a standing consent is { to = "…", categories = ["…"], until = … }')
    until = value.get("until")
    return Standing(
        to=party(value["to"]),
        categories=list_of(category_pattern)(value["categories"]),
        until=None if until is None else day_or_instant(until),
    )


class ThirdParty(Clause, frozen=True, kw_only=True):
    """Whose consent is owed before what was received goes to anyone else."""

    clause_kind: ClassVar[str] = "third_party"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "third-party rule; ISO/IEC 27010; TLP 2.0"

    covers: Annotated[tuple[str, ...], Says(_item_kinds, "kinds of item it binds; absent = all three")] = (
        KINDS_OF_ITEM
    )
    consent_of: Annotated[
        Literal["everyone-upstream", "sender", "originator"],
        Says(choice("everyone-upstream", "sender", "originator"), "whose consent is owed"),
    ] = "everyone-upstream"
    members_exempt: Annotated[bool, Says(flag, "Parties of this agreement are not third parties")] = True
    standing: Annotated[
        tuple[Standing, ...],
        Says(
            list_of(_standing),
            "consents given in the text itself",
            '[{ to = "cert.west.example", categories = ["incident"] }]',
        ),
    ] = ()
    answer_within: Annotated[
        Duration | None, Says(length, "time to answer a request for consent; no answer is no", '"P7D"')
    ] = None
    fresh: Annotated[
        Duration | None,
        Says(length, "how recently a consent must have been confirmed; absent = need not", '"PT24H"'),
    ] = None


class Handling(Clause, frozen=True, kw_only=True):
    """Limits of marking, time and use; of several that match, all bind and the stricter wins."""

    clause_kind: ClassVar[str] = "handling"
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "TLP 2.0; ISO/IEC 27010"

    categories: Annotated[
        tuple[str, ...] | None, Says(list_of(category_pattern), "absent = all", '["incident.*"]')
    ] = None
    max_marking: Annotated[
        str | None, Says(marking, "strictest marking that may pass under this agreement", '"TLP:AMBER"')
    ] = None
    judicial_use: Annotated[
        Literal["free", "consent", "never"] | None,
        Says(choice("free", "consent", "never"), "use in proceedings", '"consent"'),
    ] = None
    retention: Annotated[
        Duration | None, Says(length, "counted from receipt; a shorter term of the item wins", '"P3Y"')
    ] = None
    caveat: Annotated[
        Mapping[str, str], Says(words, "words a person must confirm having read before opening", 'en = "…"')
    ] = msgspec.field(default_factory=dict)


class Transport(Clause, frozen=True, kw_only=True):
    """Sealing, carriers, relays, and how old a decision may be when it arrives."""

    clause_kind: ClassVar[str] = "transport"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"

    sealed: Annotated[bool, Says(flag, "envelopes are sealed for the recipient")] = True
    suite: Annotated[str, Says(choice("S2"), "ML-KEM-768+X25519 and Ed25519; the only one today")] = "S2"
    carriers: Annotated[
        tuple[str, ...],
        Says(list_of(choice("https", "pouch", "relay")), "what may move envelopes; absent = all"),
    ] = ("https", "pouch", "relay")
    relays: Annotated[
        tuple[str, ...], Says(list_of(word), "relays that may be used", '["relay.third.example"]')
    ] = ()
    via: Annotated[
        tuple[str, ...], Says(list_of(word), "offices or missions that carry it", '["north-mission"]')
    ] = ()
    within: Annotated[
        Mapping[str, Duration],
        Says(
            mapping_of(length, "online", "pouch"),
            "how old a decision may be on receipt",
            '{ online = "P1D", pouch = "P30D" }',
        ),
    ] = msgspec.field(default_factory=dict)
    receipt_within: Annotated[
        Mapping[str, Duration],
        Says(
            mapping_of(length, "online", "pouch"),
            "after which a disclosure is shown unreceipted",
            '{ online = "P1D" }',
        ),
    ] = msgspec.field(default_factory=dict)
    stop_after: Annotated[
        int | None,
        Says(whole(1), "unreceipted disclosures after which nothing more is sent; absent = never", "5"),
    ] = None
    max_bytes: Annotated[int, Says(whole(1, 2**40), "largest item, in bytes")] = 104857600


class Necessity(Clause, frozen=True, kw_only=True):
    """What imminent danger to life lifts, and at what price: two officers, and notice to everyone upstream."""

    clause_kind: ClassVar[str] = "necessity"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "specs/agreement.md; GDPR art. 6(1)(d)"

    lifts: Annotated[
        tuple[str, ...],
        Says(
            list_of(choice("purpose", "marking", "third_party")),
            "rules it lifts; absent = none",
            '["third_party"]',
        ),
    ] = ()
    threat: Annotated[str, Says(text, "the danger it takes", '"imminent danger to life"')] = ""
    officers: Annotated[int, Says(whole(2, 9), "distinct officers who must approve")] = 2
    notify: Annotated[str, Says(choice("everyone-upstream"), "who is told in the same transaction")] = (
        "everyone-upstream"
    )
    review_within: Annotated[Duration | None, Says(length, "when it is looked at again", '"P7D"')] = None


class Oversight(Clause, frozen=True, kw_only=True):
    """An inspector who is not a third party, and what it may see."""

    clause_kind: ClassVar[str] = "oversight"
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "LED art. 41, 47; GDPR art. 58"

    body: Annotated[str, Says(party, "the inspector", '"data-inspectorate.north.example"')]
    of: Annotated[str | None, Says(party, "whose inspector; absent = all Parties'")] = None
    sees: Annotated[
        tuple[str, ...],
        Says(
            list_of(choice("journal", "decisions", "counts", "samples", "content")),
            "what it may see; `content` only where written; absent = nothing",
            '["journal", "decisions"]',
        ),
    ] = ()


class Protection(Clause, frozen=True, kw_only=True):
    """Protection of the persons spoken of: purposes, roles, retention, redress, duties at the end."""

    clause_kind: ClassVar[str] = "protection"
    many: ClassVar[bool] = False
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "LED art. 4, 6, 37; GDPR art. 46; EDPB 2/2020"

    purposes_excluded: Annotated[
        tuple[str, ...], Says(list_of(word), "purposes nothing may serve", '["commercial"]')
    ] = ()
    subject_roles: Annotated[
        tuple[str, ...],
        Says(list_of(word), "roles allowed on records about persons; absent = none", '["victim", "witness"]'),
    ] = ()
    retention: Annotated[Duration | None, Says(length, "counted from receipt", '"P3Y"')] = None
    review: Annotated[Duration | None, Says(length, "how often what is held is looked at again", '"P1Y"')] = (
        None
    )
    redress: Annotated[
        str | None,
        Says(choice("any-party"), "a person may ask any Party, and all holders answer", '"any-party"'),
    ] = None
    on_exit: Annotated[
        Literal["return", "destroy", "retain"] | None,
        Says(choice("return", "destroy", "retain"), "what becomes of received items at the end", '"return"'),
    ] = None
    on_exit_ground: Annotated[str, Says(text, "why they are retained; required for `retain`", '"…"')] = ""


class Notification(Clause, frozen=True, kw_only=True):
    """An authority to be told on joining and leaving."""

    clause_kind: ClassVar[str] = "notification"
    force: ClassVar[Force] = "evidenced"
    source: ClassVar[str] = "NIS2 art. 29(4); DORA art. 45(3)"

    to: Annotated[str, Says(party, "the authority", '"authority.north.example"')]
    of: Annotated[str | None, Says(party, "whose duty; absent = every Party's")] = None
    on: Annotated[
        tuple[str, ...],
        Says(list_of(choice("joining", "leaving"), least=1), "when", '["joining", "leaving"]'),
    ] = ("joining", "leaving")

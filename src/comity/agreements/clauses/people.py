"""Parties and people: who signs, who speaks for them, and who sits at the other's door."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec

from comity.agreements.clauses.clause import Clause, Force
from comity.agreements.clauses.values import (
    Says,
    category_pattern,
    choice,
    country_code,
    fingerprint,
    list_of,
    one_of,
    party,
    whole,
    word,
    words,
)

__all__ = ["Mission", "Office", "Party"]


class Party(Clause, frozen=True, kw_only=True):
    """A Party to the agreement and who may sign for it."""

    clause_kind: ClassVar[str] = "party"
    force: ClassVar[Force] = "enforced"
    source: ClassVar[str] = "VCLT art. 2(1)(g), 7"

    id: Annotated[str, Says(party, "the Party: its DNS name", '"cert.north.example"')]
    name: Annotated[Mapping[str, str], Says(words, "its name by language", 'en = "CERT North"')] = (
        msgspec.field(default_factory=dict)
    )
    root: Annotated[
        str | None,
        Says(
            fingerprint,
            "fingerprint of its root key; absent in a draft, needed before signing",
            '"ed25519:…"',
        ),
    ] = None
    signs: Annotated[
        tuple[str, ...],
        Says(list_of(word), "functions with full powers to sign; absent = nobody", '["director"]'),
    ] = ()
    succeeds: Annotated[
        tuple[str, ...],
        Says(list_of(party), "Parties whose rights and duties it has taken over; absent = nobody"),
    ] = ()
    country: Annotated[str | None, Says(country_code, "its country", '"no"')] = None


class Office(Clause, frozen=True, kw_only=True):
    """A unit of a Party with a mandate: a direct contact, liaison cell, territorial or border command."""

    clause_kind: ClassVar[str] = "office"
    force: ClassVar[Force] = "enforced"

    id: Annotated[str, Says(word, "its name", '"north-regional"')]
    party: Annotated[str, Says(party, "the Party it belongs to", '"cert.north.example"')]
    may: Annotated[
        tuple[str, ...],
        Says(
            list_of(one_of(choice("*"), word)),
            'clause kinds it may act under, or `["*"]`; absent = none',
            '["exchange", "aid"]',
        ),
    ] = ()
    categories: Annotated[
        tuple[str, ...] | None,
        Says(list_of(category_pattern), "categories it may handle; absent = all", '["incident.*"]'),
    ] = None
    with_: Annotated[
        tuple[str, ...] | None,
        Says(
            list_of(word),
            "offices, Parties or `kind:…` on the other side; absent = any",
            '["south-regional"]',
        ),
    ] = None
    through: Annotated[
        str | None,
        Says(word, "Party, office or mission that carries its contacts; absent = may talk directly"),
    ] = None
    kind: Annotated[
        str, Says(word, 'a free word; `with = ["kind:…"]` names all of a kind', '"territorial"')
    ] = ""
    coordinated_with: Annotated[
        tuple[str, ...], Says(list_of(word), "offices or missions told of every contact", '["north-mission"]')
    ] = ()


class Mission(Clause, frozen=True, kw_only=True):
    """One Party's representation at the other."""

    clause_kind: ClassVar[str] = "mission"
    force: ClassVar[Force] = "evidenced"

    of: Annotated[str, Says(party, "whose representation", '"cert.north.example"')]
    at: Annotated[str, Says(party, "the Party that receives it", '"cert.south.example"')]
    seats: Annotated[int | None, Says(whole(), "places in it; absent = set by a protocol", "2")] = None
    tasks: Annotated[
        tuple[str, ...], Says(list_of(word), "what it is for", '["communication", "coordination"]')
    ] = ()
    expense: Annotated[
        str | None, Says(word, "id of the expense clause that pays it", '"mission-upkeep"')
    ] = None
    host_provides: Annotated[
        tuple[str, ...], Says(list_of(word), "what the receiving Party provides", '["premises", "transport"]')
    ] = ()

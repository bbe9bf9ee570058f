"""The question put to the gate: may this item pass from this holder to this recipient, for this purpose?"""

from collections.abc import Mapping

import msgspec

from comity.handling.item import Item

__all__ = ["Question"]


class Question(msgspec.Struct, frozen=True, gc=False):
    """One disclosure that somebody wants to make.

    Attributes:
        items: the item to be disclosed and its whole lineage, by id; a source that is missing refuses.
        disclose: id of the item to be disclosed.
        holder: the Party that holds it and would pass it on (X).
        to: the Party that would receive it (Y).
        purpose: what for; empty means unknown, and unknown means no.
        office_from: office or mission that speaks for the holder, None for the Party itself.
        office_to: office or mission that would receive, None for the Party itself.
        carrier: `https`, `pouch`, `relay` or `relay:<body>`; None where none is chosen yet.
        via: offices or missions the contact goes through.
        confirmed: a person has confirmed having read the caveats.
        judicial: the recipient wants to use it before a court.
        necessity: the holder invokes imminent danger (rule 10).
        approved_by: officers who approved that, each named once.
        under: the agreement the sender names, None to let the gate choose.
        holdings: where the same item came by several routes, the holdings to try in order in place of the one in
            `items`; empty for one route.
        suite: suite the envelope would be sealed with.
    """

    items: Mapping[str, Item]
    disclose: str
    holder: str
    to: str
    purpose: str = ""
    office_from: str | None = None
    office_to: str | None = None
    carrier: str | None = None
    via: tuple[str, ...] = ()
    confirmed: bool = False
    judicial: bool = False
    necessity: bool = False
    approved_by: tuple[str, ...] = ()
    under: str | None = None
    holdings: tuple[Item, ...] = ()
    suite: str = "S2"

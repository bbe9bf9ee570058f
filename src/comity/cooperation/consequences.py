"""What follows from a step by itself: for every kind, after which step, and what.

A step is one Party's. What it entails for the rest of the work is not left to be thought of: it is done, or asked of
whoever must, in the same step. This table names all of it; the node carries out what bears a name
(`comity.node.consequences`), the rest follows from the kind's own table, clauses and terms. What is signed on the way
is signed by the Party that took the step, never in another's name.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

__all__ = ["CONSEQUENCES", "OF_ALL", "Consequence", "Deed"]

#: What a node does by itself; each has its function in `comity.node.consequences`.
Deed = Literal["watch-objects", "tell-coordinated", "tell-remarks"]


class Consequence(msgspec.Struct, frozen=True):
    """Something that follows.

    Attributes:
        after: the steps it follows, as the kind's table names them; none for any step that names items.
        follows: what, one sentence.
        deed: what the node does; empty where it follows from the matter's own terms.
    """

    after: tuple[str, ...]
    follows: str
    deed: Deed | Literal[""] = ""


_ITEMS = Consequence(
    (),
    "with `--share-for`, the items it names pass the gate in the same step; where one may not, nothing is done",
)
_NEEDS = Consequence(
    ("needs-protocol",),
    "with `--draft`, the protocol is drafted into the agreement's folder, in every language",
)
_COSTS = (
    Consequence(("cost",), "the ledger has the cost, borne by whom the expense article says"),
    Consequence(
        ("strike-cost",), "the ledger has the cost no longer, and a charge that claims it is not accepted"
    ),
)

#: Of the steps every kind has.
OF_ALL: Final = (
    Consequence(
        ("needs-protocol",),
        "with `--draft`, the protocol is drafted into the agreement's folder, in every language",
    ),
)

CONSEQUENCES: Final[Mapping[str, tuple[Consequence, ...]]] = {
    "request": (
        Consequence(
            ("state-means",),
            "once both have stated their means, `propose` chooses the better placed, or both, and gives the reason",
        ),
        _ITEMS,
        *_COSTS,
    ),
    "measure": (_ITEMS, *_COSTS),
    "plan": (
        Consequence(
            ("adopt", "track", "abandon"),
            "each side watches for the listed objects of common interest until the plan ends, and for no others",
            "watch-objects",
        ),
        Consequence(("report",), "`plan next` drafts the next one from what is left"),
    ),
    "meeting": (
        Consequence(("agree",), "who bears stay, transport and the rest is told, planned or not"),
        Consequence(("minutes",), "with `--share-for`, the minutes pass the gate in the same step"),
        *_COSTS,
    ),
    "mission": (
        Consequence(("accredit",), "a seat is taken, and free again with `recall`, `object` or its last day"),
        *_COSTS,
    ),
    "contact": (
        Consequence(
            ("open", "acknowledge"),
            "whichever mission the office is coordinated with is told, in its own book",
            "tell-coordinated",
        ),
    ),
    "passage": (
        Consequence(("open", "change"), "whether the notice kept to its term is told to both"),
        _ITEMS,
    ),
    "continuity": (
        Consequence(("edition",), "with `--share-for`, the plan passes the gate in the same step"),
        Consequence(("rehearsed",), "the next rehearsal is due by the article's interval"),
    ),
    "delivery": (
        Consequence(("deliver",), "what is lent is out, due back on its day, and goes on to nobody"),
        _ITEMS,
        *_COSTS,
    ),
    "training": (
        Consequence(("admit",), "a place of the year is taken"),
        Consequence(("certify",), "with `--share-for`, the certificate passes the gate in the same step"),
        *_COSTS,
    ),
    "materials": (_ITEMS, *_COSTS),
    "quota": (Consequence(("admit",), "a place of the year is taken"), *_COSTS),
    "charge": (
        Consequence(("open",), "the costs it names stand in no other charge"),
        Consequence(("amend",), "left out, it claims what was not contested, set off anew"),
        Consequence(
            ("accept",), "it is held against one's own ledger, and refused where it comes to another sum"
        ),
    ),
    "summary": (
        Consequence(
            ("open", "redraw"),
            "before its last day is over it is provisional, and countersigned only from the day after",
            "tell-remarks",
        ),
        Consequence(
            ("countersign",),
            "it is held against one's own figures, and refused where they differ; `differ` names the rows",
        ),
    ),
}

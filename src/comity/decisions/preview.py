"""Before a Party consents: what its word would open. And whether a report comes from itself.

`impact` says what a consent would let pass that may not pass now: *this opens 3 items and 2 summaries to East*.
`echoes` tells in which items a Party would read its own words, over any number of hops, without showing any content.
"""

from collections.abc import Iterable, Mapping

import msgspec

from comity.clock import Instant
from comity.decisions.bulk import decide_all
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.handling.consent import Consent
from comity.handling.item import Item

__all__ = ["Impact", "echoes", "impact"]


class Impact(msgspec.Struct, frozen=True):
    """What a consent would open.

    Attributes:
        to: to whom.
        items: ids of items as received or made alone that it would open.
        summaries: ids of items made from others that it would open.
        still_owed: ids of items it bears on that would still wait for somebody else's word.
    """

    to: str
    items: tuple[str, ...]
    summaries: tuple[str, ...]
    still_owed: tuple[str, ...]

    def in_words(self) -> str:
        """Say it in one line."""
        opened = f"this opens {_count(self.items, 'item', 'items')}"
        opened += f" and {_count(self.summaries, 'summary', 'summaries')} to {self.to}"
        if self.still_owed:
            opened += f"; {len(self.still_owed)} more would still wait for another Party's word"
        return opened


def impact(consent: Consent, held: Iterable[Item], question: Question, known: Known, at: Instant) -> Impact:
    """Tell what a consent would let its holder pass on that it may not pass on now.

    Args:
        consent: the consent as it would be given.
        held: what its holder holds, with all sources, as far as the giver knows.
        question: holder, recipient, purpose and means of the passing; its items are not read.
        known: texts and acts as they are without the consent.
    """
    items = sorted(held, key=lambda item: item.id)
    sources = {item.id: item for item in items}
    asked = msgspec.structs.replace(question, holder=consent.holder, to=consent.to)
    before = decide_all(items, asked, known, at, sources)
    acts = known.with_acts((*known.consents, consent), withdrawn=known.withdrawn, reviewed=known.reviewed)
    after = decide_all(items, asked, acts, at, sources)
    opened, waiting = [], []
    for place, item in enumerate(items):
        was, now = before.decision(place), after.decision(place)
        if now.permitted and not was.permitted:
            opened.append(item)
        elif not now.permitted and len(now.ask) < len(was.ask):
            waiting.append(item.id)
    return Impact(
        consent.to,
        tuple(item.id for item in opened if not item.made_from),
        tuple(item.id for item in opened if item.made_from),
        tuple(waiting),
    )


def echoes(items: Mapping[str, Item], party: str) -> tuple[str, ...]:
    """Give the items made, at any remove, from something `party` itself originated or passed on.

    Only what stands upstream is read; an item whose lineage is not at hand is judged by what is.
    """
    own = {
        name
        for name, item in items.items()
        if item.originator == party or any(hop.from_ == party for hop in item.hops)
    }
    found: set[str] = set()
    while True:
        more = {
            name
            for name, item in items.items()
            if name not in found and any(source in own or source in found for source in item.made_from)
        }
        if not more:
            return tuple(sorted(name for name in found if items[name].originator != party))
        found |= more


def _count(names: tuple[str, ...], one: str, many: str) -> str:
    return f"{len(names)} {one if len(names) == 1 else many}"

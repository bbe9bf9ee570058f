"""A matter that is opened a second time, found before it goes: which one stands already, by its id.

Of a series (a plan for a period, a mission, the places of a year) the table lets no second one come about, and says
so in words of its own. A second summary of the same days would come about, and both would wait to be countersigned;
what is to be said anew of them is said in the one that waits (`redraw`), once it is countersigned in another.
"""

from collections.abc import Sequence

from comity.cooperation.event import Event
from comity.cooperation.matter import Matter
from comity.decisions.decision import Ground
from comity.ports import Transaction

_TURN = "matter rule 6 turn"


def stands_already(
    transaction: Transaction, event: Event, held: Matter | None, grounds: Sequence[Ground]
) -> tuple[Ground, ...]:
    """Give what stands against opening a matter, with the one that stands in its place named by its id.

    Args:
        held: of a series, what is here of it. `grounds`: what the table says.
    """
    if held is not None and any(ground.ref == _TURN for ground in grounds):
        row = transaction.matter(held.id)
        title = row.title if row is not None and row.title else event.kind
        named = Ground(
            _TURN, f"{title} stands already: {held.id[:12]}, and is {held.state or 'not opened'}", 6
        )
        return (*(ground for ground in grounds if ground.ref != _TURN), named)
    if event.kind == "summary" and not grounds:
        title = f"{event.said.begins} to {event.said.ends}"
        for row in transaction.matters("summary"):
            if (row.peer, row.agreement, row.opened_by, row.title) != (
                event.to,
                event.agreement,
                event.by,
                title,
            ):
                continue
            if row.state in ("drawn", "differing"):
                text = f"the summary of {title} stands already: {row.id[:12]}; `redraw` says it anew"
                return (Ground(_TURN, text, 6),)
    return tuple(grounds)

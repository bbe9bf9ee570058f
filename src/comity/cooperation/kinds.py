"""Every kind of matter by its name, in the order of the reference page. A new kind is one file and one line here."""

from collections.abc import Mapping
from typing import Final

from comity.cooperation.charges import CHARGE
from comity.cooperation.contacts import CONTACT
from comity.cooperation.continuity import CONTINUITY
from comity.cooperation.deliveries import DELIVERY
from comity.cooperation.kind import EventForm, Kind
from comity.cooperation.materials import MATERIALS
from comity.cooperation.measures import MEASURE
from comity.cooperation.meetings import MEETING
from comity.cooperation.missions import MISSION
from comity.cooperation.passages import PASSAGE
from comity.cooperation.places import QUOTA, TRAINING
from comity.cooperation.plans import PLAN
from comity.cooperation.requests import REQUEST
from comity.cooperation.shared import SHARED
from comity.cooperation.summaries import SUMMARY
from comity.errors import ForeignInput

__all__ = ["KINDS", "form_of"]

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        REQUEST,
        MEASURE,
        PLAN,
        MEETING,
        MISSION,
        CONTACT,
        PASSAGE,
        CONTINUITY,
        DELIVERY,
        TRAINING,
        MATERIALS,
        QUOTA,
        CHARGE,
        SUMMARY,
    )
}


def form_of(kind: str, word: str) -> EventForm:
    """Give what an event says.

    Raises:
        ForeignInput: there is no such kind of matter, or it has no such event.
    """
    found = KINDS.get(kind)
    if found is None:
        raise ForeignInput(f"unknown kind of matter `{kind[:40]}`")
    form = found.events.get(word) or SHARED.get(word)
    if form is None:
        raise ForeignInput(f"a {found.noun} has no event `{word[:40]}`")
    return form

"""Forms whose fields are not those of one verb: each reads what was sent in and says what it came to."""

from collections.abc import Callable, Mapping

from comity.console import notices, register_forms
from comity.console.acts import Done
from comity.console.visit import Visit
from comity.errors import RefusedHere
from comity.languages import _
from comity.node.calendar_address import make_address

#: What a form does: with the parts of its address, and its fields.
Doing = Callable[[Visit, Mapping[str, str], Mapping[str, str]], Done]


def register(visit: Visit, path: Mapping[str, str], fields: Mapping[str, str]) -> Done:
    """Put a question to others, or enter a record."""
    return register_forms.send(visit, path["form"], fields)


def notice(visit: Visit, path: Mapping[str, str], fields: Mapping[str, str]) -> Done:
    """Give a notice."""
    return notices.give(visit, path["id"], fields)


def calendar(visit: Visit, _path: Mapping[str, str], _fields: Mapping[str, str]) -> Done:
    """Make an address for a calendar program; it is shown once.

    Raises:
        RefusedHere: none of the officer's roles shows what is due.
    """
    if not visit.may("due-list"):
        raise RefusedHere(_("none of your roles may do this"))
    token = visit.desk.act(lambda node, transaction: make_address(node, transaction, visit.officer))
    link = f"{visit.desk.home.settings.origin}/calendar/{token}.ics"
    return Done(_("the address for your calendar program, shown once: {link}", link=link), "/work/year", None)

"""A visit: one request of a signed-in officer, with what pages and acts need of it."""

import msgspec

from comity.clock import Instant
from comity.console.permissions import may
from comity.control.verb import VERBS, Desk
from comity.errors import RefusedHere
from comity.languages import _
from comity.ports import OfficerRow, SessionRow


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One request of an officer.

    Attributes:
        desk: where verbs act, in the officer's name.
        officer, session: who, and by which session.
        at: when it came in.
        path: what was asked for, without the query.
        query: the query's fields; of one given twice the last.
        form_token: what a form must bring back, so that no other site can send it.
    """

    desk: Desk
    officer: OfficerRow
    session: SessionRow
    at: Instant
    path: str
    query: dict[str, str]
    form_token: str

    def may(self, verb: str) -> bool:
        """Tell whether the officer may use a verb."""
        return may(self.officer.roles, verb)

    def ask(self, verb: str, **parameters: object) -> object:
        """Use a verb in the officer's name.

        Raises:
            RefusedHere: none of the officer's roles may.
        """
        if not self.may(verb):
            raise RefusedHere(
                _("none of your roles may do this"), hint=_("ask an officer who may, or an administrator")
            )
        return VERBS[verb](self.desk, dict(parameters))

    def asked(self, verb: str, **parameters: object) -> object:
        """Use a verb where the officer may; None where not."""
        return VERBS[verb](self.desk, dict(parameters)) if self.may(verb) else None

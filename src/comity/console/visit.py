"""Who asks: an officer, or a program in an officer's name, with what pages and acts need of one request."""

from typing import Any

import msgspec

from comity.clock import Instant
from comity.console.permissions import may
from comity.control.verb import VERBS, Desk
from comity.errors import RefusedHere
from comity.languages import _
from comity.node import officers
from comity.ports import OfficerRow, SessionRow

#: Field of a query: the page is wanted without the act that the query else is, such as a check entered in the journal.
UNASKED = "unasked"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks.

    Attributes:
        desk: where verbs act, in the officer's name.
        officer: who; the roles are those of this request, of a program's those of its token.
        at: when it came in.
    """

    desk: Desk
    officer: OfficerRow
    at: Instant

    def may(self, verb: str) -> bool:
        """Tell whether the officer may use a verb."""
        return may(self.officer.roles, verb)

    def ask(self, verb: str, **parameters: object) -> object:
        """Use a verb in the officer's name.

        Raises:
            RefusedHere: none of the officer's roles may.
        """
        self.check(verb)
        return VERBS[verb](self.desk, dict(parameters))

    def asked(self, verb: str, **parameters: object) -> object:
        """Use a verb where the officer may; None where not."""
        return VERBS[verb](self.desk, dict(parameters)) if self.may(verb) else None

    def do(self, verb: str, parameters: dict[str, Any]) -> Any:
        """Use a verb, and enter who gave the command; one piece of work, where the verb is one.

        Raises:
            RefusedHere: none of the officer's roles may.
        """
        self.check(verb)
        if VERBS[verb].alone:
            answer = VERBS[verb](self.desk, parameters)
            self.desk.together(lambda desk: self.enter(desk, verb, parameters))
            return answer

        def work(desk: Desk) -> Any:
            done = VERBS[verb](desk, parameters)
            self.enter(desk, verb, parameters)
            return done

        return self.desk.together(work)

    def entries(self) -> int:
        """Count what the journal holds: asked before a page is built, it tells afterwards whether news came."""
        return self.desk.read(lambda transaction: transaction.head("").size)

    def check(self, verb: str) -> None:
        """Let nobody go on whose roles may not.

        Raises:
            RefusedHere: none of them may.
        """
        if not self.may(verb):
            raise RefusedHere(
                _("none of your roles may do this"), hint=_("ask an officer who may, or an administrator")
            )

    def enter(self, desk: Desk, verb: str, parameters: object) -> None:
        """Enter in the journal who gave a command; what it was stands in the commitment alone."""
        detail = msgspec.json.encode(parameters, enc_hook=str, order="sorted")
        desk.act(lambda node, transaction: officers.enter_act(node, transaction, self.officer, verb, detail))


class Visit(Caller, frozen=True, kw_only=True):
    """One request of an officer at the pages.

    Attributes:
        session: by which session.
        path: what was asked for, without the query.
        query: the query's fields; of one given twice the last.
        form_token: what a form must bring back, so that no other site can send it.
        brought: what a form brought that was refused, where its page is shown again; never from an address.
    """

    session: SessionRow
    path: str
    query: dict[str, str]
    form_token: str
    brought: dict[str, str] = {}

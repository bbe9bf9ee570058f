"""The thread that tells: looks what is owed, and sees to it, every few seconds and off everybody's way."""

import threading

import structlog

from comity.carriers.egress import NotThrough, trusting
from comity.clock import Instant
from comity.console.telling import hooks, mail, queueing
from comity.control.verb import Desk
from comity.errors import BadInput, ComityError
from comity.ports import OutgoingRow
from comity.storage.home import Settings

log = structlog.get_logger("comity.telling")

#: Seconds between looks.
LOOK = 5.0


class Teller:
    """Tells people and programs that something awaits them.

    Args:
        desk: whose rows.
        origin: the console's address.

    Raises:
        BadInput: what node.toml says of mail or hooks cannot be read.
    """

    def __init__(self, desk: Desk, origin: str) -> None:
        settings: Settings = desk.home.settings
        self._desk, self._origin = desk, origin
        self._named = settings.webhooks
        self._server = mail.mail_server(
            settings.mail_server, settings.mail_from, settings.mail_user, settings.mail_password_file
        )
        self._context = trusting(settings.trust_file)
        self._seen = -1
        self._hour: tuple[int, int] = (0, 0)
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"comity-teller-{desk.node.party}", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, patience: float) -> None:
        """Finish what is under way."""
        self._ended.set()
        self._thread.join(timeout=patience)

    def _run(self) -> None:
        while not self._ended.wait(LOOK):
            try:
                self.round()
            except ComityError as error:
                log.warning("nobody could be told", reason=error.message)
            except Exception:  # a fault of ours must not end the thread
                log.exception("nobody could be told")

    def round(self) -> None:
        """Look once what is owed, and see to it."""
        at = self._desk.node.clock.now()
        while self._desk.read(queueing.is_behind) and self._desk.act(queueing.owe_events):
            pass
        self._owe_notes(at)
        at = self._desk.node.clock.now()
        due = self._desk.read(lambda transaction: transaction.outgoing_due(at))
        self._send_mail([row for row in due if row.way == "mail"], at)
        for row in due:
            if row.way == "hook" and not self._ended.is_set():
                self._call(row, at)

    def _owe_notes(self, at: Instant) -> None:
        """Ask what awaits whoever wants to be told; only once something has happened, or an hour has begun."""
        size = self._desk.read(lambda transaction: transaction.head("").size)
        hour = (at.toordinal(), at.hour)
        for officer in self._desk.read(queueing.who_wants_to_be_told):
            if officer.notify == "daily" or size != self._seen or hour != self._hour:
                queueing.owe_note(self._desk, officer, at, self._origin)
        self._seen, self._hour = size, hour

    def _send_mail(self, owed: list[OutgoingRow], at: Instant) -> None:
        if not owed:
            return
        wanted = {each.address for each in self._desk.read(queueing.who_wants_to_be_told)}
        rows = [row for row in owed if row.to in wanted]
        for row in owed:
            if row.to not in wanted:  # who has left since, or wants it no more
                self._settle(row, "nobody wants to be told there any more", at, for_good=True)
        if not rows:
            return
        reasons: dict[str, str] = {}
        if self._server is None:
            reasons = {row.id: "node.toml names no mail server" for row in rows}
        else:
            try:
                reasons = mail.send(self._server, rows, self._context)
            except NotThrough as error:
                reasons = {row.id: error.message for row in rows}
        for row in rows:
            self._settle(row, reasons.get(row.id, ""), at)

    def _call(self, row: OutgoingRow, at: Instant) -> None:
        hook = self._desk.read(lambda transaction: transaction.hook(row.to))
        if hook is None or hook.state != "active":
            self._settle(row, "its hook is no more, or was stopped", at, for_good=True)
            return
        try:
            hooks.call(hook, row, at, self._named, self._context)
        except (hooks.Gone, BadInput) as error:
            self._settle(row, error.message, at, for_good=True)
        except NotThrough as error:
            self._settle(row, error.message, at)
        else:
            self._settle(row, "", at)

    def _settle(self, row: OutgoingRow, reason: str, at: Instant, *, for_good: bool = False) -> None:
        if reason:
            log.info("not told", way=row.way, id=row.id, attempts=row.attempts + 1, reason=reason)

        def work(_node: object, transaction: object) -> None:
            if reason:
                queueing.failed(transaction, row, reason, at, for_good=for_good)  # type: ignore[arg-type]
            else:
                queueing.done(transaction, row)  # type: ignore[arg-type]
            transaction.drop_outgoing(before=at - queueing.KEPT)  # type: ignore[attr-defined]

        self._desk.act(work)

"""What one member's store shows, read once for the invariants."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from comity.clock import Instant
from comity.ports import Head, InboxRow, ItemRow, JournalRow, OutboxRow, RequestRow, StatementRow, Transaction
from comity.signing import from_bytes
from comity.testing.members import Member
from comity.testing.naive import Given
from comity.testing.register_views import RegisterView, changes_registers
from comity.testing.texts import Text

__all__ = ["View", "ended_for", "given_to", "stored_journal"]

_EVERYTHING = 1_000_000
#: States in which an item has its content here.
_WITH_BODY = ("held", "source-withdrawn")
_CAME = ("received-", "quarantined-", "waiting-")
_KINDS = ("consent", "consent-revocation", "withdrawal", "withdrawal-answer", "review", "protest")


class View:
    """One member's rows.

    Attributes:
        party: whose.
        journal, heads, inbox, outbox, items: its rows, by their own names.
        bodies: digests of the items whose content is here and opens.
        notices: notice files received or given, by agreement. `requests`: for consent, newest first.
        behind: peers that have kept more of this journal than is here.
        register: what its register shows.
    """

    def __init__(self, party: str) -> None:
        self.party = party
        self.journal: list[JournalRow] = []
        self.heads: list[Head] = []
        self.inbox: dict[str, InboxRow] = {}
        self.outbox: dict[str, OutboxRow] = {}
        self.items: dict[str, ItemRow] = {}
        self.bodies: frozenset[str] = frozenset()
        self.notices: dict[str, list[str]] = {}
        self._statements: dict[str, list[tuple[StatementRow, dict[str, Any]]]] = {}
        self._entries: dict[tuple[str, str], list[JournalRow]] = {}
        self.requests: list[RequestRow] = []
        self.behind: list[str] = []
        self.register = RegisterView()
        self._said: dict[str, dict[str, Any]] = {}
        self._notices: dict[tuple[str, str], list[str]] = {}

    @classmethod
    def of(cls, member: Member, before: "View | None" = None) -> "View":
        """Read a member's store.

        Args:
            before: what was read last time; of the journal then only what came after, and of statements, bodies and
                texts, which never change under their digests, only those that are new.
        """
        view = cls(member.party)
        if before is not None:
            view.journal, view._entries = before.journal, before._entries
            view._said = before._said
        trusted = before is not None and not member.tampered
        opened = before.bodies if before is not None and trusted else frozenset()
        notices = before._notices if before is not None else {}

        def read(transaction: Transaction) -> None:
            new = transaction.journal(after=len(view.journal), limit=_EVERYTHING)
            if before is not None and trusted and not new:  # every act enters the journal
                view.__dict__.update(before.__dict__)
                return
            view.journal.extend(new)
            for row in new:
                view._entries.setdefault((row.kind, row.act), []).append(row)
            view.heads = list(transaction.heads())
            view.inbox = {row.message: row for row in transaction.received(limit=_EVERYTHING)}
            view.outbox = {row.message: row for row in transaction.sent(limit=_EVERYTHING)}
            view.items = {row.digest: row for row in transaction.items(limit=_EVERYTHING)}
            view.bodies = frozenset(
                item
                for item, row in view.items.items()
                if (row.state in _WITH_BODY and item in opened) or transaction.body(item) is not None
            )
            for kind in _KINDS:
                view._statements[kind] = [(row, view._say(row)) for row in transaction.statements(kind)]
            view.requests = list(transaction.requests())
            view.behind = [row.peer for row in transaction.behind()]
            if before is not None and trusted and not any(changes_registers(row) for row in new):
                view.register = before.register
            else:
                view.register = RegisterView.read(transaction, [row.said_at for row in view.inbox.values()])
            view._notices = {
                digest: notices[digest] if digest in notices else _notices_in(agreement.files)
                for agreement in transaction.agreements()
                for digest in [(agreement.id, agreement.acts_digest)]
            }
            view.notices = {name: found for (name, _), found in view._notices.items()}

        member.read(read)
        return view

    def _say(self, row: StatementRow) -> dict[str, Any]:
        if row.digest not in self._said:
            self._said[row.digest] = json.loads(from_bytes(row.signed).payload)
        return self._said[row.digest]

    def entries(self, kind: str, act: str) -> list[JournalRow]:
        """Give the journal's entries of an act."""
        return self._entries.get((kind, act), [])

    def entry(self, kind: str, act: str) -> JournalRow | None:
        """Give the first entry of an act."""
        return next(iter(self.entries(kind, act)), None)

    def sent_to(self, peer: str) -> set[str]:
        """Give the messages the journal says went to a peer."""
        return {row.act for row in self.journal if row.channel == peer and row.kind.startswith("sent-")}

    def came_from(self, peer: str) -> set[str]:
        """Give the messages the journal says came from a peer; what could not be opened has no name in common."""
        return {
            row.act
            for row in self.journal
            if row.channel == peer and row.kind.startswith(_CAME) and row.kind != "quarantined-envelope"
        }

    def said(self, kind: str) -> list[dict[str, Any]]:
        """Give what the statements of a kind say."""
        return [statement for _, statement in self._statements[kind]]

    def rows(self, kind: str) -> list[tuple[StatementRow, dict[str, Any]]]:
        """Give the statements of a kind with what they say."""
        return self._statements[kind]

    def withdrawn(self) -> dict[str, Instant]:
        """Give the items withdrawn by their originators, with the instant this member knew of it first."""
        found: dict[str, Instant] = {}
        for row, statement in self._statements["withdrawal"]:
            item = self.items.get(statement["item"])
            if item is None or item.originator == statement["by"]:
                found.setdefault(statement["item"], row.known_at)
        return found

    def reviewed(self, until: Instant | None = None) -> dict[str, Instant]:
        """Give the items a person here has decided to keep, with when that was last."""
        return {
            statement["item"]: row.known_at
            for row, statement in self._statements["review"]
            if until is None or row.known_at <= until
        }

    def owed(self) -> list[str]:
        """Give the peers to whom something is owed."""
        return sorted({row.peer for row in self.outbox.values() if row.state == "owed"})

    def made_from(self, source: str) -> set[str]:
        """Give everything here that was made from an item, directly or not."""
        direct = {item for item, row in self.items.items() if source in row.made_from}
        return direct.union(*(self.made_from(item) for item in direct))

    def own_withdrawals(self) -> dict[str, str]:
        """Give this member's own withdrawals: item to the statement's digest."""
        return {
            statement["item"]: row.digest
            for row, statement in self._statements["withdrawal"]
            if statement["by"] == self.party
        }

    def took(self, item: str) -> list[str]:
        """Give the messages by which this member accepted an item from others, ever."""
        return [
            row.message
            for row in self.inbox.values()
            if row.kind == "disclosure" and row.state == "accepted" and row.about == item
        ]


def stored_journal(transaction: Transaction) -> tuple[Sequence[JournalRow], Sequence[Head]]:
    """Give the whole journal as it is stored, with the frontiers of its trees."""
    return transaction.journal(limit=_EVERYTHING), transaction.heads()


def _notices_in(files: Mapping[str, bytes]) -> list[str]:
    return [data.decode() for name, data in files.items() if name.startswith("notices/")]


def given_to(views: Iterable[View], holder: View, to: str) -> list[Given]:
    """Give every consent that anyone signed for a holder and a recipient, and when the holder knew it was revoked."""
    revoked = {
        statement["consent"]: max(row.known_at, datetime.fromisoformat(statement["effective"]))
        for row, statement in holder.rows("consent-revocation")
    }
    return [
        Given(
            by=statement["by"],
            holder=statement["holder"],
            to=statement["to"],
            item=statement.get("item", ""),
            purpose=statement.get("purpose", ""),
            begins=datetime.fromisoformat(statement["from"]),
            until=datetime.fromisoformat(statement["until"]),
            known_revoked=revoked.get(row.digest),
        )
        for view in views
        for row, statement in view.rows("consent")
        if statement["by"] == view.party and (statement["holder"], statement["to"]) == (holder.party, to)
    ]


def ended_for(view: View, texts: Mapping[str, Text]) -> dict[str, Instant]:
    """Give the agreements that a notice known to a member has ended, each with the latest instant that can be.

    A notice runs from the day it is dated and ends nothing before it was received; the instant is that of a day's end,
    so that nobody is blamed for hours.
    """
    found: dict[str, Instant] = {}
    for agreement, notices in view.notices.items():
        for notice in notices:
            fields = dict(line.split(" = ", 1) for line in notice.splitlines() if " = " in line)
            if fields.get("kind") != '"denunciation"':
                continue
            dated = datetime.fromisoformat(fields["dated"] + "T00:00:00+00:00")
            received = datetime.fromisoformat(fields["received"])
            ends = max(dated + timedelta(days=texts[agreement].notice_days + 2), received)
            found[agreement] = min(ends, found.get(agreement, ends))
    return found

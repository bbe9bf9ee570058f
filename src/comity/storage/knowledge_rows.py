"""Cards, agreements, signed statements and requests for consent: what this node knows of texts and acts."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

from comity.ports import AgreementRow, CardRow, RequestRow, StatementRow
from comity.storage import tables
from comity.storage.rows import Rows, columns, values_of


def _pack(files: Mapping[str, bytes]) -> bytes:
    text = json.dumps({name: b64encode(data).decode() for name, data in sorted(files.items())})
    return zlib.compress(text.encode())


def _unpack(packed: bytes) -> dict[str, bytes]:
    return {name: b64decode(data) for name, data in json.loads(zlib.decompress(packed)).items()}


class KnowledgeRows(Rows):
    """The part of a transaction that keeps texts and acts."""

    def put_card(self, row: CardRow) -> None:
        """Keep a card; earlier versions stay."""
        self._put(tables.cards, ("party", "version"), values_of(row))

    def card(self, party: str) -> CardRow | None:
        """Give the card of the highest version."""
        t = tables.cards
        return self._one(CardRow, columns(t, CardRow).where(t.c.party == party).order_by(t.c.version.desc()))

    def card_by_digest(self, digest: str) -> CardRow | None:
        """Give one version of a card."""
        t = tables.cards
        return self._one(CardRow, columns(t, CardRow).where(t.c.digest == digest))

    def cards(self) -> Sequence[CardRow]:
        """Give all cards, by Party and version."""
        t = tables.cards
        return self._all(CardRow, columns(t, CardRow).order_by(t.c.party, t.c.version))

    def put_agreement(self, row: AgreementRow) -> None:
        """Keep an agreement's folder in place of what was held under its id."""
        self._put(tables.agreements, ("id",), {**values_of(row), "files": _pack(row.files)})

    def agreements(self) -> Sequence[AgreementRow]:
        """Give all agreements held, by id."""
        t = tables.agreements
        rows = self._connection.execute(columns(t, AgreementRow).order_by(t.c.id)).mappings()
        return [AgreementRow(**{**row, "files": _unpack(row["files"])}) for row in rows]

    def put_statement(self, row: StatementRow) -> bool:
        """Keep a statement; False if it was here already."""
        return self._add(tables.statements, ("digest",), values_of(row))

    def statement(self, digest: str) -> StatementRow | None:
        """Give one statement."""
        t = tables.statements
        return self._one(StatementRow, columns(t, StatementRow).where(t.c.digest == digest))

    def statements(self, kind: str, about: str | None = None) -> Sequence[StatementRow]:
        """Give the statements of a kind, of all or about one digest, in the order they became known."""
        t = tables.statements
        query = columns(t, StatementRow).where(t.c.kind == kind).order_by(t.c.number)
        return self._all(StatementRow, query if about is None else query.where(t.c.about == about))

    def put_request(self, row: RequestRow) -> None:
        """Keep a request or its changed state."""
        self._put(tables.requests, ("id",), values_of(row))

    def request(self, id: str) -> RequestRow | None:
        """Give one request."""
        t = tables.requests
        return self._one(RequestRow, columns(t, RequestRow).where(t.c.id == id))

    def requests(self) -> Sequence[RequestRow]:
        """Give all requests, newest first."""
        t = tables.requests
        return self._all(RequestRow, columns(t, RequestRow).order_by(t.c.number.desc()))

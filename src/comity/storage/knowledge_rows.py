"""Cards, agreements, signed statements and requests for consent: what this node knows of texts and acts."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select

from comity.ports import AgreementRow, CardRow, ProposalRow, RequestRow, StatementRow
from comity.storage import tables
from comity.storage.prepared import Prepared, selecting
from comity.storage.rows import Rows, columns, values_of

_C, _A, _S, _R = tables.cards.c, tables.agreements.c, tables.statements.c, tables.requests.c

#: Kinds of statement that change what the gate answers.
_ACT_KINDS = ("consent", "consent-revocation", "consent-confirmation", "withdrawal", "review")

_cards = columns(tables.cards, CardRow)
_statements = columns(tables.statements, StatementRow)
_requests = columns(tables.requests, RequestRow)

_CARD = selecting(
    _cards.where(_C.party == bindparam("party")).order_by(_C.vouched, _C.version.desc()).limit(1)
)
_DROP_CARD = Prepared(
    lambda _dialect: delete(tables.cards).where(_C.digest == bindparam("digest"), _C.vouched)
)
_CARD_BY_DIGEST = selecting(_cards.where(_C.digest == bindparam("digest")))
_CARDS = selecting(_cards.order_by(_C.party, _C.version))
_AGREEMENTS = selecting(columns(tables.agreements, AgreementRow).order_by(_A.id))
_VERSIONS = selecting(
    columns(tables.agreement_versions, AgreementRow).order_by(tables.agreement_versions.c.number)
)
_ACTS = selecting(_statements.where(or_(*(_S.kind == kind for kind in _ACT_KINDS))).order_by(_S.number))
_STATEMENT = selecting(_statements.where(_S.digest == bindparam("digest")))
_OF_KIND = selecting(_statements.where(_S.kind == bindparam("kind")).order_by(_S.number))
_OF_KIND_ABOUT = selecting(
    _statements.where(_S.kind == bindparam("kind"), _S.about == bindparam("about")).order_by(_S.number)
)
_COUNT_OF = selecting(
    select(func.count())
    .select_from(tables.statements)
    .where(_S.kind == bindparam("kind"), _S.about == bindparam("about"), _S.by == bindparam("by"))
)
_REQUEST = selecting(_requests.where(_R.id == bindparam("id")))
_REQUESTS = selecting(_requests.order_by(_R.number.desc()))
_ANSWERED_BY = selecting(_requests.where(_R.answer == bindparam("answer")).order_by(_R.number.desc()))
_CONFIRMING = selecting(_requests.where(_R.confirms == bindparam("consent")).order_by(_R.number.desc()))
_HANDS = selecting(
    select(_R.via).where(_R.asker == bindparam("asker")).group_by(_R.via).order_by(func.max(_R.number).desc())
)
_open = select(func.count()).select_from(tables.requests).where(_R.state == "asked")
_OPEN_OF = selecting(_open.where(_R.asker == bindparam("asker")))
_OPEN_VIA = selecting(_open.where(_R.via == bindparam("via")))
_PROPOSALS = selecting(
    columns(tables.proposals, ProposalRow).order_by(tables.proposals.c.agreement, tables.proposals.c.by)
)


def _pack(files: Mapping[str, bytes]) -> bytes:
    text = json.dumps({name: b64encode(data).decode() for name, data in sorted(files.items())})
    return zlib.compress(text.encode())


@lru_cache(maxsize=128)
def _files(packed: bytes) -> Mapping[str, bytes]:
    """Unpack a folder once for many acts: texts are few and seldom change."""
    return {name: b64decode(data) for name, data in json.loads(zlib.decompress(packed)).items()}


def _unpack(packed: bytes) -> dict[str, bytes]:
    return dict(_files(packed))


class KnowledgeRows(Rows):
    """The part of a transaction that keeps texts and acts.

    Attributes:
        texts_changed: whether any of what nodes keep in memory was changed: cards, agreements, acts the gate knows.
    """

    texts_changed = False

    def put_card(self, row: CardRow) -> None:
        """Keep a card; earlier versions stay."""
        self.texts_changed = True
        self._put(tables.cards, ("party", "version"), values_of(row))

    def card(self, party: str) -> CardRow | None:
        """Give the card of the highest version; one that was only vouched for where there is no other."""
        return self._one(CardRow, _CARD, party=party)

    def card_by_digest(self, digest: str) -> CardRow | None:
        """Give one version of a card."""
        return self._one(CardRow, _CARD_BY_DIGEST, digest=digest)

    def drop_card(self, digest: str) -> None:
        """Forget a card that was only vouched for: a true one under another root has come."""
        self.texts_changed = True
        self._run(_DROP_CARD, {"digest": digest})

    def cards(self) -> Sequence[CardRow]:
        """Give all cards, by Party and version."""
        return self._all(CardRow, _CARDS)

    def put_agreement(self, row: AgreementRow) -> None:
        """Keep an agreement's folder in place of what was held under its id."""
        self.texts_changed = True
        values = {**values_of(row), "files": _pack(row.files)}
        self._put(tables.agreements, ("id",), values)
        self._insert(tables.agreement_versions, values)

    def agreements(self) -> Sequence[AgreementRow]:
        """Give all agreements held, by id."""
        rows = self._all(AgreementRow, _AGREEMENTS)
        return [msgspec.structs.replace(row, files=_unpack(row.files)) for row in rows]  # type: ignore[arg-type]

    def agreement_versions(self) -> Sequence[AgreementRow]:
        """Give every agreement as it was held at any time, in the order in which that came about."""
        rows = self._all(AgreementRow, _VERSIONS)
        return [msgspec.structs.replace(row, files=_unpack(row.files)) for row in rows]  # type: ignore[arg-type]

    def put_proposal(self, row: ProposalRow) -> None:
        """Keep a proposed text in place of what the same Party proposed under its id."""
        self._put(tables.proposals, ("by", "agreement"), {**values_of(row), "files": _pack(row.files)})

    def proposals(self) -> Sequence[ProposalRow]:
        """Give all proposals, by agreement and Party."""
        rows = self._all(ProposalRow, _PROPOSALS)
        return [msgspec.structs.replace(row, files=_unpack(row.files)) for row in rows]  # type: ignore[arg-type]

    def put_statement(self, row: StatementRow) -> bool:
        """Keep a statement; False if it was here already."""
        self.texts_changed = self.texts_changed or row.kind in _ACT_KINDS
        return self._add(tables.statements, ("digest",), values_of(row))

    def statement(self, digest: str) -> StatementRow | None:
        """Give one statement."""
        return self._one(StatementRow, _STATEMENT, digest=digest)

    def statements(self, kind: str, about: str | None = None) -> Sequence[StatementRow]:
        """Give the statements of a kind, of all or about one digest, in the order they became known."""
        if about is None:
            return self._all(StatementRow, _OF_KIND, kind=kind)
        return self._all(StatementRow, _OF_KIND_ABOUT, kind=kind, about=about)

    def count_statements(self, kind: str, about: str, by: str) -> int:
        """Count the statements of a kind about one digest that one Party signed."""
        return int(self._value(_COUNT_OF, kind=kind, about=about, by=by))

    def acts(self) -> Sequence[StatementRow]:
        """Give the statements that change what the gate answers, in the order they became known."""
        return self._all(StatementRow, _ACTS)

    def put_request(self, row: RequestRow) -> None:
        """Keep a request or its changed state."""
        self._put(tables.requests, ("id",), values_of(row))

    def request(self, id: str) -> RequestRow | None:
        """Give one request."""
        return self._one(RequestRow, _REQUEST, id=id)

    def requests(self) -> Sequence[RequestRow]:
        """Give all requests, newest first."""
        return self._all(RequestRow, _REQUESTS)

    def requests_answered_by(self, answer: str) -> Sequence[RequestRow]:
        """Give the requests that a statement answers, newest first."""
        return self._all(RequestRow, _ANSWERED_BY, answer=answer)

    def requests_confirming(self, consent: str) -> Sequence[RequestRow]:
        """Give the requests that ask for a fresh confirmation of a consent, newest first."""
        return self._all(RequestRow, _CONFIRMING, consent=consent)

    def hands_of(self, asker: str) -> Sequence[str]:
        """Give the Parties that brought requests of an asker here, each once, the one of the newest request first."""
        return [via for (via,) in self._tuples(_HANDS, asker=asker)]

    def count_requests_open(self, *, asker: str = "", via: str = "") -> int:
        """Count the requests that nobody has answered: of one asker, or brought by one Party."""
        if asker:
            return int(self._value(_OPEN_OF, asker=asker))
        return int(self._value(_OPEN_VIA, via=via))

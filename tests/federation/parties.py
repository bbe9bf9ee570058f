"""Four Parties with keys and cards, and a chain of hops between them, for the tests of this folder."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from comity.cards import Card, SignedCard, issue, read_card, sealing_entry, signing_entry
from comity.clock import format_instant
from comity.federation import statements
from comity.federation.messages import Body, Decided, Disclose, Route
from comity.federation.statements import ConsentGranted, CopiedTerms, HopStatement, Manifest, Statement, Vouch
from comity.keys import SealingKey, SigningKey
from comity.signing import Signed, to_bytes
from comity.strict import write_base64

NORTH, SOUTH, EAST, WEST = "north.example", "south.example", "east.example", "west.example"
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
EVERYDAY = ("disclosure", "consent", "control", "journal", "agreement")


class Party:
    """A Party that can sign."""

    def __init__(
        self, party: str, number: int, *, functions: Sequence[str] = EVERYDAY, version: int = 1
    ) -> None:
        self.party = party
        self.root = SigningKey.from_seed(bytes([number]) * 32)
        self.key = SigningKey.from_seed(bytes([number + 100]) * 32)
        self.sealing = SealingKey.from_seed(bytes([number]) * 96)
        until = AT + timedelta(days=365)
        card = Card(
            party=party,
            version=version,
            names={"en": party},
            issued=AT,
            expires=until,
            endpoints=(),
            root=write_base64(self.root.public.raw),
            signing=(signing_entry(self.key.public, functions, AT, until),),
            sealing=(sealing_entry(self.sealing.public, AT, until),),
        )
        self.card: SignedCard = read_card(to_bytes(issue(card, self.root)), root_fingerprint=None)

    def sign(self, statement: Statement) -> Signed:
        return statements.make(statement, self.key)

    @property
    def vouch(self) -> Vouch:
        return Vouch(party=self.party, card=self.card.digest, root=self.card.root_fingerprint)

    @property
    def offered(self) -> str:
        return self.card.signed.decode()


PARTIES = {party: Party(party, number) for number, party in enumerate((NORTH, SOUTH, EAST, WEST), 1)}
TERMS = CopiedTerms(
    article="north-south-2026 art. 3",
    text="Only with consent.",
    covers=("information",),
    consent_of="everyone-upstream",
    members_exempt=True,
    members=(NORTH, SOUTH),
)


def minutes(number: int) -> str:
    return format_instant(AT + timedelta(minutes=number))


def manifest(by: str, *, at: int = 0, **said: Any) -> Signed:
    fields: dict[str, Any] = {"category": "incident.reports", "marking": "TLP:AMBER", "content": "ab" * 32}
    return PARTIES[by].sign(Manifest(by=by, at=minutes(at), **(fields | said)))


def hop(by: str, to: str, item: str, *, at: int, previous: str = "", **said: Any) -> Signed:
    fields: dict[str, Any] = {
        "agreement": f"{by.partition('.')[0]}-{to.partition('.')[0]}-2026",
        "agreement_digest": "cd" * 32,
        "purpose": "network-defence",
        "terms": TERMS,
    }
    statement = HopStatement(by=by, to=to, item=item, at=minutes(at), previous=previous, **(fields | said))
    return PARTIES[said.get("signer", by)].sign(statement)


def digest(signed: Signed) -> str:
    return statements.digest_of(signed)


def text(signed: Signed) -> str:
    return statements.pack(signed)


def consent(by: str, item: str, **said: Any) -> Signed:
    fields: dict[str, Any] = {"holder": SOUTH, "to": EAST, "from_": minutes(0), "until": minutes(10_000)}
    return PARTIES[by].sign(ConsentGranted(by=by, at=minutes(1), item=item, **(fields | said)))


class Chain:
    """North gave South a report; South made a summary of it and gives that to East.

    Every part can be replaced before `message` puts the disclosure together.
    """

    def __init__(self) -> None:
        self.report = manifest(NORTH)
        self.report_hop = hop(NORTH, SOUTH, digest(self.report), at=1)
        self.summary = manifest(SOUTH, at=2, made_from=(digest(self.report),))
        self.own_hop = hop(SOUTH, EAST, digest(self.summary), at=3, vouches=(PARTIES[NORTH].vouch,))
        self.consents: tuple[Signed, ...] = (consent(NORTH, digest(self.summary)),)
        self.offered: tuple[str, ...] = (PARTIES[NORTH].offered,)
        self.lineage: list[tuple[Signed, tuple[Signed, ...]]] = [(self.report, (self.report_hop,))]
        self.custody: tuple[Signed, ...] | None = None

    def message(self) -> Disclose:
        custody = (self.own_hop,) if self.custody is None else self.custody
        return Disclose(
            manifest=text(self.summary),
            custody=tuple(text(each) for each in custody),
            lineage=tuple(
                Route(manifest=text(source), custody=tuple(text(each) for each in hops))
                for source, hops in self.lineage
            ),
            consents=tuple(text(each) for each in self.consents),
            cards=self.offered,
            decided=Decided(
                digest="ef" * 32, at=minutes(3), grounds=("south-east-2026 art. 2",), acts="ab" * 32
            ),
            body=Body(title="t", label="l", media_type="text/plain", key=b"k" * 32),
        )


def known(*parties: str) -> list[SignedCard]:
    return [PARTIES[party].card for party in parties]


def as_known(changes: Mapping[str, Party]) -> list[SignedCard]:
    return [changes.get(party, PARTIES[party]).card for party in (SOUTH, EAST)]

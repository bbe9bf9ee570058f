"""Agreements and items that tests of the gate share."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from comity.agreements.folder import read_folder
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item

NORTH, SOUTH, EAST, WEST = (f"{name}.example" for name in ("north", "south", "east", "west"))
AT = datetime(2030, 5, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FOLDERS = Path(__file__).parent / "agreements"


def texts(*names):
    return [read_folder(FOLDERS / name) for name in names or ("north-south", "south-east", "south-west")]


def known(*consents, names=(), **acts):
    return Known(texts(*names), consents, unsigned=True, **acts)


def hop(sender=NORTH, to=SOUTH, agreement="north-south", at=AT - 30 * DAY, **said):
    return Hop(sender, to, agreement, at, **said)


def received(name="r", **said):
    return Item(name, "incident.reports", NORTH, **({"hops": (hop(),)} | said))


def question(*items, to=EAST, holder=SOUTH, purpose="network-defence", **said):
    return Question({item.id: item for item in items}, items[-1].id, holder, to, purpose, **said)


def consent(item="r", by=NORTH, holder=SOUTH, to=EAST, **said):
    return Consent(by, holder, to, AT - DAY, AT + DAY, item=item, **said)

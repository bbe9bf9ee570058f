"""What the API answers with: one type for each kind of thing, each field described under `Attributes`.

A verb may tell more than stands here; what does not, is no part of the contract and may change.
"""

from comity.console.api.shapes.agreements import (
    Agreement,
    Article,
    Clause,
    Finding,
    Next,
    Status,
    Stretch,
    WholeAgreement,
)
from comity.console.api.shapes.base import Ground, Shape, meanings
from comity.console.api.shapes.consents import Asked, Consent, Opened, Preview, Request
from comity.console.api.shapes.items import (
    AskFor,
    Choice,
    Choices,
    Delivery,
    Hop,
    Item,
    NewItem,
    Passed,
    Shared,
    Verdict,
    WholeItem,
    Withdrawal,
)
from comity.console.api.shapes.journal import Comparison, Entry, Event
from comity.console.api.shapes.letters import About, Received, Sent
from comity.console.api.shapes.parties import Card, House, Party
from comity.console.api.shapes.register import Check, Checked, CheckPart, Hit, Match
from comity.console.api.shapes.work import Due, Matter, MatterRow, Step

__all__ = [
    "About",
    "Agreement",
    "Article",
    "AskFor",
    "Asked",
    "Card",
    "Check",
    "CheckPart",
    "Checked",
    "Choice",
    "Choices",
    "Clause",
    "Comparison",
    "Consent",
    "Delivery",
    "Due",
    "Entry",
    "Event",
    "Finding",
    "Ground",
    "Hit",
    "Hop",
    "House",
    "Item",
    "Match",
    "Matter",
    "MatterRow",
    "NewItem",
    "Next",
    "Opened",
    "Party",
    "Passed",
    "Preview",
    "Received",
    "Request",
    "Sent",
    "Shape",
    "Shared",
    "Status",
    "Step",
    "Stretch",
    "Verdict",
    "WholeAgreement",
    "WholeItem",
    "Withdrawal",
    "meanings",
]

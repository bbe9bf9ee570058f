"""Parties, their cards and lines; and the node itself."""

from comity.console.api import shapes
from comity.console.api.operation import Operation, Pages, op

OPERATIONS: tuple[Operation, ...] = (
    op("listParties", "GET /parties", "peer-list", list[shapes.Party], "Parties",
        "List the Parties known here: card, what is owed, how far both journals are witnessed.",
        pages=Pages("", "party")),
    op("showCard", "GET /parties/{party}/card", "card-show", shapes.Card, "Parties",
        "Give a Party's card."),
    op("house", "GET /status", "status", shapes.House, "Parties",
        "Tell whose node this is, and what is under way.", kept=False),
    op("readCard", "GET /parties/{party}/card/contents", "peer-card", shapes.CardContents, "Parties",
        "Give what a Party's newest card says: names, ways to reach it, keys."),
    op("line", "GET /parties/{party}/line", "peer-line", shapes.Line, "Parties",
        "Tell how the line to a Party is: what is owed, how soon receipts come, how far journals are cosigned."),
    op("listStopped", "GET /parties/stopped", "peer-stopped", list[shapes.StoppedChannel], "Parties",
        "List the channels that wait for a person, and why.", pages=Pages("", "party")),
    op("listKeys", "GET /keys", "card-keys", list[shapes.OwnKey], "Parties",
        "List this Party's own keys, and what is to be known of each.", pages=Pages("", "key")),
)  # fmt: skip

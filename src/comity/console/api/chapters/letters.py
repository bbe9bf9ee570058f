"""Letters: what came, what was sent, and how far it has come."""

from comity.console.api import shapes
from comity.console.api.operation import Operation, Pages, op

OPERATIONS: tuple[Operation, ...] = (
    op("listReceived", "GET /inbox", "inbox", list[shapes.Received], "Letters",
        "List what came in, newest first.", pages=Pages("", "message", bounded=True)),
    op("listSent", "GET /sent", "outbox", list[shapes.Sent], "Letters",
        "List what was sent, newest first, and how far each has come.", pages=Pages("", "message", bounded=True)),
    op("showDelivery", "GET /sent/{message}", "delivery", shapes.Delivery, "Letters",
        "Tell how far a letter has come.", fixed={"reason": ""}),
    op("deliver", "POST /deliver", "deliver", shapes.Tried, "Letters",
        "Try at once what is owed, to one Party or all, whatever its next turn.",
        fixed={"first": True, "batches": 0}),
)  # fmt: skip

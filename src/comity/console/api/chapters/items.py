"""Items: taken in, shown, shared, taken back, corrected, held; and what went wrong with them."""

from typing import Any

from comity.console.api import shapes
from comity.console.api.operation import Operation, Pages, op

_ITEM = "showItem"

OPERATIONS: tuple[Operation, ...] = (
    op("listItems", "GET /items", "item-find", list[shapes.Item], "Items",
        "List items, newest first, by words of their title, Party, category, marking, state and day.",
        pages=Pages("items")),
    op("addItem", "POST /items", "item-add", shapes.NewItem, "Items",
        "Take an item of one's own in; content in base64, up to 8 MiB.", made="/items/{id}"),
    op(_ITEM, "GET /items/{item}", "item-show", shapes.WholeItem, "Items",
        "Show an item with its custody, its sources and to whom it went."),
    op("itemContent", "GET /items/{item}/content", "item-content", None, "Items",
        "Give an item's content, to be kept and never shown by a browser.", name="{id}.bin"),
    op("addFile", "PUT /files", "file-close", shapes.NewItem, "Items",
        "Take a file of up to 1 GiB in: its bytes are the body, streamed; what is said of it stands in the query. What "
        "is larger than 8 MiB is kept and passed on in parts.",
        fixed={"parts": (), "sha256": ""}, made="/items/{id}"),
    op("showFile", "GET /files/{item}", "file-show", dict[str, Any], "Items",
        "Show a file in parts: name, size, digest, and which parts are not here yet."),
    op("shareFile", "POST /files/{item}/share", "file-share", shapes.Verdict, "Items",
        "Share a file in parts: every part, then its list. Sent again, it goes on where it stopped."),
    op("readItem", "POST /items/{item}/read", "item-read", shapes.Item, "Items",
        "Note that a person has read what must be read of an item.", of=_ITEM),
    op("shareItem", "POST /items/{item}/share", "share", shapes.Shared, "Items",
        "Share an item with another Party, or be told the articles against it.", of=_ITEM),
    op("withdrawItem", "POST /items/{item}/withdraw", "withdraw", shapes.Withdrawal, "Items",
        "Take an item back from everyone who holds it.", of=_ITEM),
    op("showWithdrawal", "GET /items/{item}/withdrawal", "withdrawal", shapes.Withdrawal, "Items",
        "Show the withdrawal of an item and the answers so far."),
    op("lineage", "GET /items/{item}/lineage", "item-lineage", shapes.Lineage, "Items",
        "Show what an item was made from and what was made from it, generation by generation."),
    op("correctItem", "POST /items/{item}/correct", "correct", shapes.Corrected, "Items",
        "Put another item in the place of one, at everyone who got it, as the gate permits.", of=_ITEM),
    op("holdItem", "POST /items/{item}/hold", "item-hold", shapes.Item, "Items",
        "Put an item on legal hold: it is not erased whatever comes.", of=_ITEM),
    op("releaseItem", "POST /items/{item}/release", "item-release", shapes.Item, "Items",
        "Release an item from legal hold; what was withdrawn meanwhile is erased.", of=_ITEM),
    op("reviewItem", "POST /items/{item}/review", "review", shapes.Item, "Items",
        "Decide what becomes of an item whose source was withdrawn.", of=_ITEM),
    op("listOverdue", "GET /withdrawals/overdue", "withdrawals-overdue", list[shapes.Overdue], "Items",
        "List the answers to one's own withdrawals that have not come within so many days.", pages=Pages()),
    op("listProtests", "GET /protests", "protest-list", list[shapes.Protest], "Items",
        "List protests received: what came to somebody that should not have.", pages=Pages()),
    op("listRedress", "GET /redress", "redress-list", list[shapes.Redress], "Items",
        "List persons' requests: sent on by this Party, and put to it.", pages=Pages("", "id")),
    op("askRedress", "POST /redress", "redress-ask", shapes.Redress, "Items",
        "Send a person's request about an item received here to its originator."),
    op("grantRedress", "POST /redress/{request}/grant", "redress-grant", shapes.Redress, "Items",
        "Grant a person's request: the item is erased, or replaced, at every holder."),
    op("refuseRedress", "POST /redress/{request}/refuse", "redress-refuse", shapes.Redress, "Items",
        "Refuse a person's request, with a reason."),
    op("listNecessities", "GET /necessities", "necessity-list", list[shapes.Necessity], "Items",
        "List acts of necessity: one's own, and those this Party was told of.", pages=Pages("", "id")),
    op("verdict", "GET /verdict", "share-verdict", shapes.Verdict, "Items",
        "Tell what the gate would say, of an item that is held or of one that is only being written. Nothing is sent.",
        kept=False),
    op("mayPass", "GET /may-pass", "item-may-pass", list[shapes.Weighed], "Items",
        "List items, newest first, each with what the gate would say of sharing it; `only` keeps to one answer. A page "
        "may hold fewer than `limit` where many had to be looked at; the next goes on. Nothing is sent.",
        pages=Pages("items")),
    op("choices", "GET /choices", "share-choices", shapes.Choices, "Items",
        "Give what can be chosen from: Parties, purposes and categories of the agreements in force now."),
)  # fmt: skip

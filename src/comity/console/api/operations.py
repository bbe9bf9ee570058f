"""The one table of what the API can do. The router and the OpenAPI document are both made from it.

An operation is a verb of `comity.control` under a method and a path. Its parameters are those of the verb: the ones in
the path, and the rest in the query (GET) or in a JSON object (POST). Roles are those of the verb
(`comity.console.permissions`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from comity.console.api import shapes
from comity.control.verb import VERBS
from comity.errors import BadInput, NotFound

#: How many rows a page of a list has unless told otherwise, and at the most.
PAGE, MOST = 50, 500
#: Parameters of verbs that a program never gives: files of the machine, and what the API does in its own way.
_NEVER = frozenset({"path", "explained", "limit", "before", "names", "question"})


class Pages(msgspec.Struct, frozen=True):
    """How a list is cut into pages.

    Attributes:
        rows: where the rows stand in the verb's answer; empty where the answer is the rows.
        key: the field that names a row for good; empty where the verb counts by itself (`before`).
        bounded: whether the verb takes a `limit`.
    """

    rows: str = ""
    key: str = ""
    bounded: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the API can do.

    Attributes:
        id: its name in the document.
        method: `GET` or `POST`, and `PUT` for what is streamed. `path`: below `/api/v1`, with `{parameters}`.
        verb: the verb that does it.
        answer: the shape of the answer; None where it is bytes.
        tag: the chapter of the document.
        says: what it does, in one sentence.
        fixed: parameters of the verb that are the same for all.
        body: the shape of the body where it is not simply the verb's parameters.
        given: makes the verb's parameters from such a body.
        pages: how a list is cut; None where it is none.
        pick: takes one row out of what the verb lists; the id stands in the path.
        made: where what was made is found: a path with a field of the answer; empty where nothing was made.
        of: the operation whose version `If-Match` means.
        kept: whether an ETag tells that nothing has changed.
        name: the name of a file; only of bytes.
    """

    id: str
    method: str
    path: str
    verb: str
    answer: Any
    tag: str
    says: str
    fixed: Mapping[str, Any] = msgspec.field(default_factory=dict)
    body: Any = None
    given: Callable[[Any], dict[str, Any]] | None = None
    pages: Pages | None = None
    pick: str = ""
    made: str = ""
    of: str = ""
    kept: bool = True
    name: str = ""

    @property
    def in_path(self) -> tuple[str, ...]:
        """Give the parameters in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    def parameters(self) -> dict[str, Any]:
        """Give what may be given beside the path, by name, with its type."""
        if self.body is not None:
            return {}
        known = VERBS[self.verb].types
        return {
            name: kind
            for name, kind in known.items()
            if name not in _NEVER and name not in self.fixed and name not in self.in_path
        }


class CheckBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Questions to one's own register.

    Attributes:
        questions: FollowTheMoney entities: `{"id", "schema", "properties": {"name": […]}}`.
        limit: how many records are given for each.
        threshold: the score from which a record is a hit.
    """

    questions: list[dict[str, Any]]
    limit: int = 5
    threshold: float = 0.7


class AskBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question to the registers of others.

    Attributes:
        question: a FollowTheMoney entity.
        purpose: for which purpose.
        reference: one's own file.
        to: the Party that is asked; empty for all under the agreement.
        under: the agreement; empty where one alone covers it.
        until: until when it watches; null for a check.
        topic: the list of common interest it belongs to.
    """

    question: dict[str, Any]
    purpose: str
    reference: str
    to: str = ""
    under: str = ""
    until: str | None = None
    topic: str = ""


def _check(body: CheckBody) -> dict[str, Any]:
    if not 1 <= len(body.questions) <= 1000 or not 1 <= body.limit <= 100 or not 0 <= body.threshold <= 1:
        raise BadInput(
            "1 to 1000 questions are put at once, with a limit of 1 to 100 and a threshold of 0 to 1"
        )
    return {
        "names": [msgspec.json.encode(each) for each in body.questions],
        "limit": body.limit,
        "threshold": body.threshold,
    }


def _ask(body: AskBody) -> dict[str, Any]:
    given = msgspec.to_builtins(body)
    return {
        **{name: value for name, value in given.items() if value is not None},
        "question": msgspec.json.encode(body.question),
    }


def _op(id: str, line: str, verb: str, answer: Any, tag: str, says: str, **more: Any) -> Operation:
    method, path = line.split(" ")
    return Operation(id=id, method=method, path=path, verb=verb, answer=answer, tag=tag, says=says, **more)


_ITEM, _REQUEST, _HIT = "showItem", "showRequest", "showHit"

OPERATIONS: tuple[Operation, ...] = (
    # -- items
    _op("listItems", "GET /items", "item-find", list[shapes.Item], "Items",
        "List items, newest first, by words of their title, Party, category, marking, state and day.",
        pages=Pages("items")),
    _op("addItem", "POST /items", "item-add", shapes.NewItem, "Items",
        "Take an item of one's own in; content in base64, up to 8 MiB.", made="/items/{id}"),
    _op(_ITEM, "GET /items/{item}", "item-show", shapes.WholeItem, "Items",
        "Show an item with its custody, its sources and to whom it went."),
    _op("itemContent", "GET /items/{item}/content", "item-content", None, "Items",
        "Give an item's content, to be kept and never shown by a browser.", name="{id}.bin"),
    _op("addFile", "PUT /files", "file-close", shapes.NewItem, "Items",
        "Take a file of up to 1 GiB in: its bytes are the body, streamed; what is said of it stands in the query. What "
        "is larger than 8 MiB is kept and passed on in parts.",
        fixed={"parts": (), "sha256": ""}, made="/items/{id}"),
    _op("showFile", "GET /files/{item}", "file-show", dict[str, Any], "Items",
        "Show a file in parts: name, size, digest, and which parts are not here yet."),
    _op("shareFile", "POST /files/{item}/share", "file-share", shapes.Verdict, "Items",
        "Share a file in parts: every part, then its list. Sent again, it goes on where it stopped."),
    _op("readItem", "POST /items/{item}/read", "item-read", shapes.Item, "Items",
        "Note that a person has read what must be read of an item.", of=_ITEM),
    _op("shareItem", "POST /items/{item}/share", "share", shapes.Shared, "Items",
        "Share an item with another Party, or be told the articles against it.", of=_ITEM),
    _op("withdrawItem", "POST /items/{item}/withdraw", "withdraw", shapes.Withdrawal, "Items",
        "Take an item back from everyone who holds it.", of=_ITEM),
    _op("showWithdrawal", "GET /items/{item}/withdrawal", "withdrawal", shapes.Withdrawal, "Items",
        "Show the withdrawal of an item and the answers so far."),
    _op("verdict", "GET /verdict", "share-verdict", shapes.Verdict, "Items",
        "Tell what the gate would say, of an item that is held or of one that is only being written. Nothing is sent.",
        kept=False),
    _op("choices", "GET /choices", "share-choices", shapes.Choices, "Items",
        "Give what can be chosen from: Parties, purposes and categories of the agreements in force now."),
    _op("listReceived", "GET /inbox", "inbox", list[shapes.Received], "Letters",
        "List what came in, newest first.", pages=Pages("", "message", bounded=True)),
    _op("listSent", "GET /sent", "outbox", list[shapes.Sent], "Letters",
        "List what was sent, newest first, and how far each has come.", pages=Pages("", "message", bounded=True)),
    _op("showDelivery", "GET /sent/{message}", "delivery", shapes.Delivery, "Letters",
        "Tell how far a letter has come.", fixed={"reason": ""}),
    # -- consents
    _op("listRequests", "GET /consent-requests", "consent-list", list[shapes.Request], "Consents",
        "List requests for consent: asked by this Party, and asked of it.", pages=Pages("", "id")),
    _op("askConsent", "POST /consent-requests", "consent-ask", shapes.Asked, "Consents",
        "Ask every Party whose consent is owed before an item may pass."),
    _op(_REQUEST, "GET /consent-requests/{request}", "consent-list", shapes.Request, "Consents",
        "Show one request.", pick="id"),
    _op("previewRequest", "GET /consent-requests/{request}/preview", "consent-preview", shapes.Preview, "Consents",
        "Tell what granting a request would open.",
        fixed=dict.fromkeys(("holder", "to", "item"), "")),
    _op("grantConsent", "POST /consent-requests/{request}/grant", "consent-grant", shapes.Request, "Consents",
        "Grant a request, with its limits.", of=_REQUEST),
    _op("refuseConsent", "POST /consent-requests/{request}/refuse", "consent-refuse", shapes.Request, "Consents",
        "Refuse a request, with a reason.", of=_REQUEST),
    _op("revokeConsent", "POST /consent-requests/{request}/revoke", "consent-revoke", shapes.Request, "Consents",
        "Take the consent back that was granted to a request.", of=_REQUEST),
    _op("listConsents", "GET /consents", "consent-given", list[shapes.Consent], "Consents",
        "List the consents known here: given by this Party, and given to it.", pages=Pages("", "id")),
    _op("giveConsent", "POST /consents", "consent-give", shapes.Consent, "Consents",
        "Give a consent unasked, for an item or a class of them."),
    _op("takeConsentBack", "POST /consents/{consent}/take-back", "consent-take-back", shapes.Consent, "Consents",
        "Take a consent back."),
    # -- agreements
    _op("listAgreements", "GET /agreements", "agreement-list", list[shapes.Agreement], "Agreements",
        "List the agreements held, with their state now.", pages=Pages("", "id")),
    _op("showAgreement", "GET /agreements/{agreement}", "agreement-read", shapes.WholeAgreement, "Agreements",
        "Show an agreement as people read it: articles with their clauses, what governs, its life."),
    # -- register
    _op("checkOwn", "POST /register/check", "register-check", list[shapes.Checked], "Register",
        "Check names against one's own register.", body=CheckBody, given=_check),
    _op("showRecord", "GET /register/records/{identity}", "register-show", dict[str, Any], "Register",
        "Show a record of one's own register."),
    _op("listChecks", "GET /register/checks", "register-checks", list[shapes.CheckPart], "Register",
        "List checks or watches, newest first: this Party's, or those that others put to it.",
        pages=Pages("", "check", bounded=True)),
    _op("askCheck", "POST /register/checks", "register-ask", shapes.Check, "Register",
        "Put a check or a watch to the registers of others.", body=AskBody, given=_ask,
        made="/register/checks/{check}"),
    _op("showCheck", "GET /register/checks/{check}", "register-asked", shapes.Check, "Register",
        "Tell how far a check or watch has come."),
    _op("listHits", "GET /register/hits", "register-hits", list[dict[str, Any]], "Register",
        "List matches, newest first: told to this Party, or met here by others.",
        pages=Pages("", "", bounded=True)),
    _op(_HIT, "GET /register/hits/{hit}", "register-hit", shapes.Hit, "Register",
        "Show a match."),
    _op("followUp", "POST /register/hits/{hit}/follow-up", "register-follow-up", shapes.Hit, "Register",
        "Ask the owner for the record behind a match, with a reason.", of=_HIT),
    _op("releaseHit", "POST /register/hits/{hit}/release", "register-release", shapes.Hit, "Register",
        "Release the record behind a match to who asks for it.", of=_HIT),
    _op("refuseHit", "POST /register/hits/{hit}/refuse", "register-refuse", shapes.Hit, "Register",
        "Refuse the record behind a match, with a reason.", of=_HIT),
    _op("closeHit", "POST /register/hits/{hit}/outcome", "register-outcome", shapes.Hit, "Register",
        "Close a match: confirmed, false or undetermined.", of=_HIT),
    # -- work
    _op("listMatters", "GET /matters", "matter-list", list[shapes.MatterRow], "Work",
        "List matters, last changed first; those that have ended only where asked for.", pages=Pages("", "id")),
    _op("openMatter", "POST /matters", "matter-open", shapes.Step, "Work",
        "Open a matter with another Party, or be told the articles against it.", made="/matters/{matter.id}"),
    _op("showMatter", "GET /matters/{matter}", "matter-show", shapes.Matter, "Work",
        "Show a matter: how it stands, what is due, and its story."),
    _op("takeStep", "POST /matters/{matter}/steps", "matter-act", shapes.Step, "Work",
        "Take the next step in a matter, or be told the articles against it.", of="showMatter"),
    _op("listDue", "GET /due", "due-list", list[shapes.Due], "Work",
        "List what this Party owes, what it is owed, and what it must see to, soonest first.",
        pages=Pages()),
    # -- journal
    _op("listEntries", "GET /journal", "journal-page", list[shapes.Entry], "Journal",
        "List entries of the journal, newest first; of one peer's channel where it is named.",
        pages=Pages("entries")),
    _op("evidence", "GET /journal/{act}/evidence", "journal-evidence", None, "Journal",
        "Give the evidence of one act as a file that `comity verify` checks with nothing else at hand.",
        name="evidence.json"),
    _op("comparison", "GET /journal/comparisons/{peer}", "journal-comparison", shapes.Comparison, "Journal",
        "Give the newest comparison of the channel with a peer's account of it."),
    _op("compare", "POST /journal/comparisons/{peer}", "journal-reconcile", dict[str, Any], "Journal",
        "Begin to compare the channel with a peer's account of it."),
    _op("listEvents", "GET /events", "event-list", list[shapes.Event], "Journal",
        "List what has happened since an entry, oldest first: what hooks are called with, for programs that cannot "
        "be called.", pages=Pages("events")),
    # -- Parties
    _op("listParties", "GET /parties", "peer-list", list[shapes.Party], "Parties",
        "List the Parties known here: card, what is owed, how far both journals are witnessed.",
        pages=Pages("", "party")),
    _op("showCard", "GET /parties/{party}/card", "card-show", shapes.Card, "Parties",
        "Give a Party's card."),
    _op("house", "GET /status", "status", shapes.House, "Parties",
        "Tell whose node this is, and what is under way.", kept=False),
)  # fmt: skip

BY_ID: Mapping[str, Operation] = {each.id: each for each in OPERATIONS}


def picked(operation: Operation, rows: list[dict[str, Any]], id: str) -> dict[str, Any]:
    """Take one row out of a list.

    Raises:
        NotFound: it is not among them.
    """
    for row in rows:
        if row[operation.pick] == id:
            return row
    raise NotFound(f"nothing of the name `{id[:80]}` is here")

"""Bodies of requests that are not simply the parameters of a verb."""

from datetime import date
from typing import Any

import msgspec

from comity.errors import BadInput


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


def check_given(body: CheckBody) -> dict[str, Any]:
    """Give the parameters of `register-check`."""
    if not 1 <= len(body.questions) <= 1000 or not 1 <= body.limit <= 100 or not 0 <= body.threshold <= 1:
        raise BadInput(
            "1 to 1000 questions are put at once, with a limit of 1 to 100 and a threshold of 0 to 1"
        )
    return {
        "names": [msgspec.json.encode(each) for each in body.questions],
        "limit": body.limit,
        "threshold": body.threshold,
    }


def ask_given(body: AskBody) -> dict[str, Any]:
    """Give the parameters of `register-ask`."""
    given = msgspec.to_builtins(body)
    return {
        **{name: value for name, value in given.items() if value is not None},
        "question": msgspec.json.encode(body.question),
    }


class RecordBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record to be entered.

    Attributes:
        entity: a FollowTheMoney entity: `{"id", "schema", "properties": {"name": […]}}`.
        basis: the legal basis it is kept on.
        review: the day by which it must have been reviewed.
        role: what a person is in it; empty for others.
        purpose: for which purpose it is kept.
        offence: the offence it is about.
        decision: the decision it rests on.
        grading: of the source, A to C or X, and of the information, 1 to 4.
        handling: what a match tells another Party: `open`, `reference`, `ask` or `silent`.
        action: what is asked of whoever meets the person or thing.
        kind: the kind of record.
        expires: the day on which it ends whatever the review says.
        under: the agreements whose Parties may ask for it; `*` for all.
        dry_run: whether it is only weighed: what it would cause.
    """

    entity: dict[str, Any]
    basis: str
    review: date
    role: str = ""
    purpose: str = ""
    offence: str = ""
    decision: str = ""
    grading: str = "X4"
    handling: str = "reference"
    action: str = ""
    kind: str = ""
    expires: date | None = None
    under: list[str] = msgspec.field(default_factory=lambda: ["*"])
    dry_run: bool = False


class CorrectionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a subject now.

    Attributes:
        entity: the whole FollowTheMoney entity as it is to be; its id says which record is meant.
        because: why.
    """

    entity: dict[str, Any]
    because: str = ""


def record_given(body: RecordBody) -> dict[str, Any]:
    """Give the parameters of `register-add`."""
    return {**msgspec.structs.asdict(body), "entity": msgspec.json.encode(body.entity)}


def correction_given(body: CorrectionBody) -> dict[str, Any]:
    """Give the parameters of `register-correct`."""
    return {"entity": msgspec.json.encode(body.entity), "because": body.because}

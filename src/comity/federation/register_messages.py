"""What Parties say to each other about the joint register: checks and watches, answers, follow-ups, outcomes, flags.

| message | from | to | says |
|---|---|---|---|
| `register-check` | who asks | the owner, or the host | whom it asks about, for what purpose, under which reference |
| `register-answer` | the owner or host | who asked | a list of matches, or why not; never a record |
| `register-echo` | the host | the owner | that a check met its record |
| `register-follow-up` | who asked | the owner | why it needs what stands in the record |
| `register-release` | the owner | who asked | a person's decision; the record itself travels as an item |
| `register-outcome` | who asked | the owner | what came of the hit |
| `register-flag`, `register-flag-answer` | either | the other | dissent on a record, and what becomes of it |
| `register-end` | who asked | the owner or host | that a watch ends |

A line of a match list is named by a random *hit*; a follow-up names that and nothing else, so that it works without the
asker knowing the record. Whether a question and its answer may pass is decided by the gate, as for an item of category
`register.<id>`. An answer is padded to a whole number of `ANSWER_BYTES`, so that no list and a short list are of one
size; scores are whole thousandths.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from comity.federation.message_parts import Message, Name, Part, Words

__all__ = [
    "ANSWER_BYTES",
    "KINDS",
    "Line",
    "Question",
    "RegisterAnswer",
    "RegisterCheck",
    "RegisterEcho",
    "RegisterEnd",
    "RegisterFlag",
    "RegisterFlagAnswer",
    "RegisterFollowUp",
    "RegisterOutcome",
    "RegisterRelease",
    "padded",
]

#: Answers are of a size that is a multiple of this.
ANSWER_BYTES = 4096
#: Values of one kind in a question.
_MANY = 12

Short = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z", max_length=256)]
#: The same, or nothing.
Said = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z", max_length=4000)]
Values = Annotated[tuple[Short, ...], msgspec.Meta(max_length=_MANY)]
Thousandths = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class Question(Part, frozen=True, kw_only=True):
    """Whom a check is about, in the terms of FollowTheMoney.

    `salt` is random: the commitment that both journals hold to the question is SHA-256 over it and the rest, so that
    nobody can try names against a journal.
    """

    schema: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z]{1,40}\Z")]
    names: Values = ()
    dates: Values = ()
    countries: Values = ()
    identifiers: Values = ()
    sex: Literal["", "male", "female"] = ""
    salt: Name


class RegisterCheck(Message, frozen=True, kw_only=True):
    """Asks whether somebody is registered; with `until` a watch, which stands until then.

    Attributes:
        check: its name, random. `agreement`: under which it is asked.
        purpose, reference: what for, and in which case.
        topic: the list of common interest a watch belongs to.
    """

    check: Name
    agreement: Short
    purpose: Short
    reference: Short
    question: Question
    until: Annotated[str, msgspec.Meta(max_length=40)] = ""
    topic: Annotated[str, msgspec.Meta(max_length=256)] = ""


class Line(Part, frozen=True, kw_only=True):
    """One match.

    Attributes:
        hit: its name, random. `owner`: whose record.
        shown: how much of it: the record itself, which travels as `item`; its reference; or only whom to ask.
        flagged: how many Parties dissent. `caution`: somebody else is known who may be taken for its subject.
        action: what the owner asks to be done, always by a person; with the record only.
    """

    hit: Name
    owner: Short
    band: Literal["hit", "possible"]
    score: Thousandths
    shown: Literal["record", "reference", "owner"]
    reference: Annotated[str, msgspec.Meta(max_length=255)] = ""
    why: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=600)], ...], msgspec.Meta(max_length=16)] = ()
    item: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    flagged: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    caution: bool = False
    action: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class RegisterAnswer(Message, frozen=True, kw_only=True):
    """Answers a check, or says which articles keep it from being answered.

    `lines` are the best matches that may be told, best first; `more`: there were more. `pad` makes its size even.
    """

    check: Name
    state: Literal["answered", "refused"]
    grounds: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=300)], ...], msgspec.Meta(max_length=32)
    ] = ()
    reason: Said = ""
    lines: Annotated[tuple[Line, ...], msgspec.Meta(max_length=20)] = ()
    more: bool = False
    pad: str = ""


class RegisterEcho(Message, frozen=True, kw_only=True):
    """Tells an owner that a check, at the Party that hosts the register, met a record of its."""

    check: Name
    hit: Name
    agreement: Short
    register: Short
    asker: Short
    record: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    purpose: Short
    reference: Short
    band: Literal["hit", "possible"]
    score: Thousandths
    shown: Literal["record", "reference", "owner", "nothing"]


class RegisterFollowUp(Message, frozen=True, kw_only=True):
    """Asks the owner for what stands in the record of a hit, with the facts that make it needed."""

    hit: Name
    because: Words


class RegisterRelease(Message, frozen=True, kw_only=True):
    """A person's decision at the owner: released, by the item that carries it; or refused, with the reason."""

    hit: Name
    released: bool
    item: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    because: Said = ""


class RegisterOutcome(Message, frozen=True, kw_only=True):
    """Closes a hit: it was the same subject, it was not, or nobody can tell."""

    hit: Name
    outcome: Literal["confirmed", "false", "undetermined"]
    words: Said = ""


class RegisterEnd(Message, frozen=True, kw_only=True):
    """Ends a watch."""

    check: Name


class RegisterFlag(Message, frozen=True, kw_only=True):
    """Says what a Party thinks of a record met in a hit; or takes that back."""

    flag: Name
    hit: Name
    kind: Literal["error", "will-not-act", "look-alike", "misused-identity"]
    words: Words
    taken_back: bool = False


class RegisterFlagAnswer(Message, frozen=True, kw_only=True):
    """The owner acknowledges a flag, corrects the record, or upholds it with reasons."""

    flag: Name
    state: Literal["acknowledged", "corrected", "upheld"]
    words: Said = ""


#: word in the head -> kind of message.
KINDS: Mapping[str, type[Message]] = {
    "register-check": RegisterCheck,
    "register-answer": RegisterAnswer,
    "register-echo": RegisterEcho,
    "register-follow-up": RegisterFollowUp,
    "register-release": RegisterRelease,
    "register-outcome": RegisterOutcome,
    "register-end": RegisterEnd,
    "register-flag": RegisterFlag,
    "register-flag-answer": RegisterFlagAnswer,
}


def padded(answer: RegisterAnswer) -> RegisterAnswer:
    """Give an answer the size it has in any case."""
    bare = msgspec.structs.replace(answer, pad="")
    size = len(msgspec.json.encode(bare)) + len(',"pad":""')
    return msgspec.structs.replace(bare, pad="." * (-size % ANSWER_BYTES))

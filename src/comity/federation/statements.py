"""Signed statements: what a Party says under its own key, and anyone can check later.

A statement is DSSE-signed JSON. It is named by the SHA-256 of its payload, so that a second signature does not make a
second statement. An item is named by the digest of its originator's `Manifest`. Statements are acts, not bearer
tokens: a consent names its holder and its recipient and serves nobody else.

| statement | who signs | function of the key |
|---|---|---|
| `Manifest` | originator of an item | disclosure |
| `HopStatement` | Party that passes it on | disclosure |
| `ConsentRequest` | Party that wishes to pass it on | disclosure |
| `ConsentGranted`, `ConsentRefused`, `ConsentRevoked` | Party upstream | consent |
| `ConsentConfirmed` | Party upstream, whenever a consent must be fresh | consent |
| `Withdrawal` | originator | disclosure |
| `WithdrawalAnswer` | each holder | disclosure |
| `Review` | holder of an item whose source was withdrawn | disclosure |
| `Protest` | receiver of what should not have come | disclosure |
| `Certificate` | Party that gives a certified copy of an agreement | disclosure |
| `NecessityNotice` | Party that passes something on in imminent danger | disclosure |
| `NecessityReview` | Party upstream that was told | disclosure |
| `MatterEvent` | Party whose turn it is in a matter | disclosure, or the function it names |
| `SubjectRequest` | holder a person turned to | disclosure |
| `SubjectAnswer` | originator of the item | disclosure |
| `JournalRestored` | Party whose journal was restored from a backup | journal |

Instants are RFC 3339 in UTC, durations ISO 8601. Unknown fields are refused: what is not understood is not believed.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from comity import signing
from comity.agreements.durations import Duration
from comity.clock import Instant, parse_instant
from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.federation.matter_events import MatterEvent
from comity.federation.statement_forms import (
    Certificate,
    ClosedItem,
    ClosingAgreed,
    ClosingAnswer,
    ClosingStatement,
    ConsentConfirmed,
    ConsentGranted,
    ConsentRefused,
    ConsentRequest,
    ConsentRevoked,
    CopiedNecessity,
    CopiedStanding,
    CopiedTerms,
    ExitDuty,
    HopStatement,
    JournalRestored,
    Manifest,
    NecessityNotice,
    NecessityReview,
    Protest,
    Review,
    SignedBy,
    Statement,
    SubjectAnswer,
    SubjectRequest,
    Tally,
    Vouch,
    Withdrawal,
    WithdrawalAnswer,
)
from comity.handling.consent import MOST_HOPS
from comity.identifiers import Digest
from comity.keys import SigningKey, VerifyKey
from comity.strict import read_as, write_json

__all__ = [
    "KINDS",
    "MAX_STATEMENT_BYTES",
    "Certificate",
    "ClosedItem",
    "ClosingAgreed",
    "ClosingAnswer",
    "ClosingStatement",
    "ConsentConfirmed",
    "ConsentGranted",
    "ConsentRefused",
    "ConsentRequest",
    "ConsentRevoked",
    "CopiedNecessity",
    "CopiedStanding",
    "CopiedTerms",
    "ExitDuty",
    "HopStatement",
    "JournalRestored",
    "Manifest",
    "MatterEvent",
    "NecessityNotice",
    "NecessityReview",
    "Protest",
    "Review",
    "SignedBy",
    "Statement",
    "SubjectAnswer",
    "SubjectRequest",
    "Tally",
    "Vouch",
    "Withdrawal",
    "WithdrawalAnswer",
    "check",
    "digest_of",
    "function_for",
    "function_of",
    "make",
    "pack",
    "read",
    "read_duration",
    "unpack",
    "word_in",
    "word_of",
]

S = TypeVar("S", bound="Statement")

#: A statement is small; bodies never stand in one.
MAX_STATEMENT_BYTES = 256 * 1024

_PAYLOAD_TYPE = "application/vnd.comity.{}.v1+json"


#: word -> statement type; the word stands in the payload type.
KINDS: Mapping[str, type[Statement]] = {
    "manifest": Manifest,
    "hop": HopStatement,
    "consent-request": ConsentRequest,
    "consent": ConsentGranted,
    "consent-refusal": ConsentRefused,
    "consent-revocation": ConsentRevoked,
    "consent-confirmation": ConsentConfirmed,
    "withdrawal": Withdrawal,
    "withdrawal-answer": WithdrawalAnswer,
    "review": Review,
    "protest": Protest,
    "certificate": Certificate,
    "necessity-notice": NecessityNotice,
    "necessity-review": NecessityReview,
    "matter": MatterEvent,
    "subject-request": SubjectRequest,
    "subject-answer": SubjectAnswer,
    "journal-restored": JournalRestored,
    "closing-answer": ClosingAnswer,
    "exit-duty": ExitDuty,
    "closing": ClosingStatement,
    "closing-agreed": ClosingAgreed,
}
_WORDS = {kind: word for word, kind in KINDS.items()}
_CONSENT_WORDS = {"consent", "consent-refusal", "consent-revocation", "consent-confirmation"}


def word_of(kind: type[Statement]) -> str:
    """Give the word for a type of statement."""
    return _WORDS[kind]


def function_for(word: str) -> str:
    """Give the function a key must have to make such a statement."""
    if word == "journal-restored":
        return "journal"
    return "consent" if word in _CONSENT_WORDS else "disclosure"


def function_of(statement: Statement) -> str:
    """Give the function the key of this statement must have: an event of a matter may name one of its own."""
    named = statement.function if isinstance(statement, MatterEvent) else ""
    return named or function_for(word_of(type(statement)))


def make(statement: Statement, key: SigningKey) -> signing.Signed:
    """Sign a statement."""
    return signing.sign(_PAYLOAD_TYPE.format(_WORDS[type(statement)]), write_json(statement), key)


def pack(signed: signing.Signed) -> str:
    """Print a statement for a letter."""
    return signing.to_bytes(signed).decode()


def unpack(text: str) -> signing.Signed:
    """Read a statement that stands in a letter.

    Raises:
        ForeignInput: it is not a DSSE file, or too large.
    """
    return signing.from_bytes(text.encode(), max_bytes=2 * MAX_STATEMENT_BYTES, what="statement")


def digest_of(signed: signing.Signed) -> Digest:
    """Give the name of a statement: the SHA-256 of its payload."""
    return Digest(hashlib.sha256(signed.payload).hexdigest())


def word_in(signed: signing.Signed) -> str:
    """Give the word that tells what kind of statement this is.

    Raises:
        ForeignInput: it is none that this Comity knows.
    """
    head, _, rest = signed.payload_type.partition("application/vnd.comity.")
    word, _, tail = rest.partition(".v1")
    if head or tail != "+json" or word not in KINDS:
        raise ForeignInput(f"unknown kind of statement `{signed.payload_type[:80]}`")
    return word


def read(signed: signing.Signed, kind: type[S]) -> S:
    """Read a statement without checking its signature; only for what was checked before it was kept.

    Raises:
        ForeignInput: it is of another kind or not well formed.
    """
    if KINDS[word_in(signed)] is not kind:
        raise ForeignInput(f"a statement of kind `{word_in(signed)}` where `{_WORDS[kind]}` was expected")
    statement = read_as(signed.payload, kind, max_bytes=MAX_STATEMENT_BYTES)
    _check_times(statement)
    return statement


def check(
    signed: signing.Signed, kind: type[S], keys: "Callable[[str, str, Instant], Mapping[str, VerifyKey]]"
) -> S:
    """Read a statement and check that the Party it names has signed it with a key for that function.

    Args:
        keys: gives a Party's keys for a function at an instant, by key id.

    Raises:
        ForeignInput: not well formed.
        VerificationFailed: not signed by whom it says.
    """
    statement = read(signed, kind)
    word = _WORDS[kind]
    function = function_of(statement)
    held = keys(statement.by, function, statement.instant)
    if not held:
        raise VerificationFailed(f"no key of {statement.by} with the function `{function}` is known")
    signing.verify(signed, _PAYLOAD_TYPE.format(word), held)
    return statement


def _check_times(statement: Statement) -> None:
    fields: dict[str, Any] = {name: getattr(statement, name) for name in statement.__struct_fields__}
    for name in ("at", "from_", "until", "effective", "answer_by", "backups_until", "review_by"):
        if fields.get(name):
            try:
                parse_instant(fields[name])
            except BadInput as error:
                raise ForeignInput(f"statement: {name.rstrip('_')}: {error.message}") from None
    if not 1 <= fields.get("hops", 1) <= MOST_HOPS:
        raise ForeignInput(f"statement: hops: {fields['hops']} is not from 1 to {MOST_HOPS}")
    for name in ("fresh", "retention", "answer_within"):
        if fields.get(name):
            read_duration(fields[name])


def read_duration(text: str) -> Duration | None:
    """Read a duration that stands in a statement; None where it says nothing.

    Raises:
        ForeignInput: it is none.
    """
    try:
        return Duration.parse(text) if text else None
    except ValueError as error:
        raise ForeignInput(f"statement: {error}") from None

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
| `JournalRestored` | Party whose journal was restored from a backup | journal |

Instants are RFC 3339 in UTC, durations ISO 8601. Unknown fields are refused: what is not understood is not believed.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from comity import signing
from comity.agreements.durations import Duration
from comity.clock import Instant, parse_instant
from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.identifiers import Digest
from comity.keys import SigningKey, VerifyKey
from comity.strict import read_as, write_json

S = TypeVar("S", bound="Statement")

#: A statement is small; bodies never stand in one.
MAX_STATEMENT_BYTES = 256 * 1024

_PAYLOAD_TYPE = "application/vnd.comity.{}.v1+json"


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all statements. `by` says who speaks, `at` when (RFC 3339, UTC)."""

    by: str
    at: str

    @property
    def instant(self) -> Instant:
        """When it was said."""
        return parse_instant(self.at)


class Manifest(Statement, frozen=True, kw_only=True):
    """What an item is, said once by its originator and carried unchanged by every hand.

    Attributes:
        content: HMAC-SHA256 of the body under a random key that travels only with the body, so that those who may
            see the manifest but not the body learn nothing of it.
        made_from: digests of the items it was made from.
        retention: how long a receiver may hold it (ISO 8601), shortest of its own and its sources'.
        caveat: the originator's free words; a person must confirm having read them before the content opens.
        judicial: its originator's term for use before a court: `free`, `consent`, `never`; empty for unsaid.
    """

    category: str
    marking: str
    content: str
    kind: str = "information"
    pap: str = ""
    made_from: tuple[str, ...] = ()
    retention: str = ""
    caveat: str = ""
    judicial: str = ""


class CopiedTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The `third_party` terms under which a hop was made, copied for holders who are not Parties of the agreement."""

    article: str
    text: str
    covers: tuple[str, ...]
    consent_of: str
    members_exempt: bool
    members: tuple[str, ...]
    standing: tuple["CopiedStanding", ...] = ()
    fresh: str = ""
    answer_within: str = ""


class CopiedStanding(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A standing consent written into the agreement's text. `until` is the exclusive end, RFC 3339."""

    to: str
    categories: tuple[str, ...]
    until: str = ""


class Vouch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names the card under which a Party's statements were checked: its digest and its root's fingerprint."""

    party: str
    card: str
    root: str


class HopStatement(Statement, frozen=True, kw_only=True):
    """One hand passing an item to the next (`specs/gate.md`, What a receiver can check).

    Attributes:
        agreement_digest: the text it was made under.
        terms: the onward terms of that agreement at that instant; None where it has none.
        previous: digest of the hop statement before this one; empty on the first hop.
        vouches: cards of the hands this one received the item, or its sources, from: keys upstream are vouched for
            hop by hop.
        judicial: it was passed for use before a court.
    """

    item: str
    to: str
    agreement: str
    agreement_digest: str
    purpose: str
    terms: CopiedTerms | None = None
    previous: str = ""
    vouches: tuple["Vouch", ...] = ()
    judicial: bool = False


class ConsentRequest(Statement, frozen=True, kw_only=True):
    """Asks `of` to let `by` pass an item to `to`.

    `because` names the items whose terms require it, `grounds` the articles; `manifest` is that of the item to be
    passed, so that whoever is asked sees what it is and what it was made from, without its content. `answer_by` comes
    from those articles: no answer by then is no. `confirms` names a consent given before of which only a fresh
    confirmation is asked; a node gives that by itself as long as the consent stands.
    """

    of: str
    item: str
    to: str
    purpose: str
    manifest: str
    because: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    why: str = ""
    answer_by: str = ""
    confirms: str = ""


class ConsentGranted(Statement, frozen=True, kw_only=True):
    """Lets `holder` pass to `to`: one item, or one class (agreement and category), never both.

    `purpose` is the only one it is for, empty for any; `fresh` how recently it must have been confirmed (ISO 8601);
    `request` the request it answers, empty for one that nobody asked for.
    """

    holder: str
    to: str
    from_: str = msgspec.field(name="from")
    until: str
    item: str = ""
    agreement: str = ""
    category: str = ""
    purpose: str = ""
    request: str = ""
    fresh: str = ""


class ConsentRefused(Statement, frozen=True, kw_only=True):
    """Says no to a request."""

    holder: str
    request: str
    reason: str = ""


class ConsentRevoked(Statement, frozen=True, kw_only=True):
    """Takes a consent back from an instant on; what passed before stays lawfully passed."""

    holder: str
    consent: str
    effective: str


class ConsentConfirmed(Statement, frozen=True, kw_only=True):
    """Says that a consent given before still stands at this instant; who passes something under it shows this."""

    holder: str
    consent: str


class Withdrawal(Statement, frozen=True, kw_only=True):
    """The originator takes an item back, from every holder along the signed hops.

    Attributes:
        mode: empty for taking back; `correct` where `replaced_by` names the corrected item, which goes to the same
            recipients as the gate permits; `erase` on behalf of a person whose data it holds.
    """

    item: str
    reason: str = ""
    mode: str = ""
    replaced_by: str = ""


class WithdrawalAnswer(Statement, frozen=True, kw_only=True):
    """One holder's answer to a withdrawal, for the item itself or for one made from it.

    Attributes:
        answer: `done` (erased), `retained` (with `because`), `cannot` (with `because`) or `source-withdrawn` (an item
            made from it is shown so and awaits a person's decision).
        backups_until: until when a backup might still open it.
        received_from: the hand it had come from; answers form a tree along the hops.
    """

    withdrawal: str
    item: str
    answer: str
    received_from: str
    because: str = ""
    backups_until: str = ""


class Review(Statement, frozen=True, kw_only=True):
    """A person here decided what becomes of an item whose source was withdrawn: `keep` or `erase`, and why."""

    item: str
    decision: str
    because: str


class Protest(Statement, frozen=True, kw_only=True):
    """Tells the sender, and the originator it can name, that something came that should not have."""

    item: str
    message: str
    sender: str
    grounds: tuple[str, ...]


class SignedBy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature under an agreement that holds: whose, in what function, when (RFC 3339)."""

    party: str
    function: str
    at: str


class Certificate(Statement, frozen=True, kw_only=True):
    """Certifies a copy of an agreement: these files, byte for byte, are what this Party holds.

    Attributes:
        digest: the signed base text; `acts` everything known of it.
        files: SHA-256 of each file, by its name in the folder.
        signed_by: the signatures under the base text that hold.
    """

    agreement: str
    digest: str
    acts: str
    files: Mapping[str, str]
    signed_by: tuple[SignedBy, ...]


class NecessityNotice(Statement, frozen=True, kw_only=True):
    """Tells everyone upstream, as it happens, that an item was passed on in imminent danger without their consent.

    The recipient gets the same statement as evidence, and decides again with it.

    Attributes:
        approved_by: the officers who approved, each a different one.
        grounds: the necessity articles that were used.
        review_by: until when those told should say what they think of it.
    """

    item: str
    to: str
    purpose: str
    approved_by: tuple[str, ...]
    because: str
    grounds: tuple[str, ...]
    review_by: str


class NecessityReview(Statement, frozen=True, kw_only=True):
    """What a Party upstream thinks of a necessity it was told of: `accepted` or `contested`, and why."""

    notice: str
    verdict: str
    because: str = ""


class JournalRestored(Statement, frozen=True, kw_only=True):
    """Owns that a journal was restored from a backup older than what its witness has kept of it.

    The entries behind `resumed`, up to `size`, are lost here; the witness holds a signed head with `root` over them. No
    head of a size up to that one is signed again.
    """

    witness: str
    resumed: int
    size: int
    root: str


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
    "journal-restored": JournalRestored,
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
    held = keys(statement.by, function_for(word), statement.instant)
    if not held:
        raise VerificationFailed(
            f"no key of {statement.by} with the function `{function_for(word)}` is known"
        )
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

"""The forms of signed statements: which fields each has, and what they mean. How one is signed and checked stands in
`comity.federation.statements`, with the table of who signs which.
"""

from collections.abc import Mapping

import msgspec

from comity.clock import Instant, parse_instant


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
    necessity: "CopiedNecessity | None" = None


class CopiedStanding(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A standing consent written into the agreement's text. `until` is the exclusive end, RFC 3339."""

    to: str
    categories: tuple[str, ...]
    until: str = ""


class CopiedNecessity(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The necessity clause of that agreement: what imminent danger lifts, and how many officers must approve."""

    article: str
    text: str
    lifts: tuple[str, ...]
    officers: int
    review_within: str = ""


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
    `request` the request it answers, empty for one that nobody asked for; `hops` over how many hops it carries, the
    one from `holder` to `to` and so many that follow it; `condition` words for whoever receives under it.
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
    hops: int = 1
    condition: str = ""


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
        passed_to: to whom the holder had passed it, or something made from it: each of them owes an answer as well.
    """

    withdrawal: str
    item: str
    answer: str
    received_from: str
    because: str = ""
    backups_until: str = ""
    passed_to: tuple[str, ...] = ()


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


class SubjectRequest(Statement, frozen=True, kw_only=True):
    """What a person asks about data that concern them, sent by the holder they turned to, to the item's originator.

    Attributes:
        of: the originator.
        asks: `erase` or `correct`.
        why: what is wrong with it; not who the person is.
        answer_by: until when an answer is due.
        hands: through whom the item came, its originator first, who asks last: the way the answer comes back.
    """

    of: str
    item: str
    asks: str
    why: str
    answer_by: str
    hands: tuple[str, ...]


class SubjectAnswer(Statement, frozen=True, kw_only=True):
    """The originator's answer: `granted`, by the withdrawal it names, which reaches every holder; or `refused`."""

    request: str
    item: str
    answer: str
    because: str = ""
    withdrawal: str = ""
    hands: tuple[str, ...] = ()


class JournalRestored(Statement, frozen=True, kw_only=True):
    """Owns that a journal was restored from a backup older than what its witness has kept of it.

    The entries behind `resumed`, up to `size`, are lost here; the witness holds a signed head with `root` over them. No
    head of a size up to that one is signed again.
    """

    witness: str
    resumed: int
    size: int
    root: str


class ClosedItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What became of one item when the agreement it was given under had ended.

    Attributes:
        duty: `return`, `destroy` or `retain`; `ground` the article, or the rule, that says so.
        answer: `returned`, `destroyed` or `retained`; `because` in words.
        backups_until: after this instant no backup of the holder opens it.
    """

    item: str
    duty: str
    ground: str
    answer: str
    because: str = ""
    backups_until: str = ""


class ClosingAnswer(Statement, frozen=True, kw_only=True):
    """A holder answers to the Party that gave it items under an agreement that has ended, item by item."""

    agreement: str
    digest: str
    to: str
    items: tuple[ClosedItem, ...]


class ExitDuty(Statement, frozen=True, kw_only=True):
    """Tells whom an item was passed on to that the agreement it had come under has ended, and what is to become of it.

    It comes from the hand that gave the item, which itself had it under `agreement`; `grounds` are its articles.
    """

    item: str
    agreement: str
    digest: str
    duty: str
    grounds: tuple[str, ...]


class Tally(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many items `holder` had from `giver`, and what became of them."""

    giver: str
    holder: str
    returned: int
    destroyed: int
    retained: int


class ClosingStatement(Statement, frozen=True, kw_only=True):
    """The account of an agreement's end between two Parties, computed alike on both sides.

    Attributes:
        parties: the two, sorted. `event` how it ended; `tallies` one for each direction.
        lines: SHA-256 over all answers, a line each, sorted (`specs/federation.md`).
        retained: what stays with whom and why, as far as a letter has room; `lines` covers all.
    """

    agreement: str
    digest: str
    parties: tuple[str, str]
    event: str
    tallies: tuple[Tally, ...]
    lines: str
    retained: tuple[ClosedItem, ...] = ()


class ClosingAgreed(Statement, frozen=True, kw_only=True):
    """Countersigns a closing statement: its author comes to the same account."""

    closing: str
    agreement: str
    digest: str
    lines: str

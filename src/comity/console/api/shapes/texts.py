"""Answers about texts: drafts, what was proposed, what a text would change, and files of a folder."""

from comity.console.api.shapes.agreements import Finding
from comity.console.api.shapes.base import Ground, Shape


class DraftFile(Shape, frozen=True, kw_only=True):
    """A file kept with a draft.

    Attributes:
        name: its name.
        size: its bytes.
    """

    name: str
    size: int


class Draft(Shape, frozen=True, kw_only=True):
    """What an officer has begun to write.

    Attributes:
        draft: its id.
        kind: `share` for an item, `text` for an agreement.
        at: when it was last changed.
        fields: what was written, by field.
        files: the files kept with it.
    """

    draft: str
    kind: str
    at: str
    fields: dict[str, str]
    files: list[DraftFile]


class Contents(Shape, frozen=True, kw_only=True):
    """Files, by name.

    Attributes:
        files: their bytes, base64, by name.
    """

    files: dict[str, str]


class Dropped(Shape, frozen=True, kw_only=True):
    """A draft that is gone.

    Attributes:
        dropped: its id.
    """

    dropped: str


class Protocol(Contents, frozen=True, kw_only=True):
    """The draft of a protocol that a matter needs.

    Attributes:
        agreement: the agreement it would change.
        matter: the matter.
    """

    agreement: str
    matter: str


class TextFinding(Finding, frozen=True, kw_only=True):
    """What lint finds in a text that is not held yet.

    Attributes:
        file: in which file; null where it is in none alone.
        line: on which line; null where it is on none alone.
    """

    file: str | None
    line: int | None


class Looked(Shape, frozen=True, kw_only=True):
    """A text that was looked over.

    Attributes:
        agreement: its id.
        digest: the digest of its texts.
        title: what it is called.
        parties: the Parties it names.
        languages: the languages of its texts.
        signed_by: who has signed it.
        held: whether an agreement of that id is held here.
        findings: what lint finds.
    """

    agreement: str
    digest: str
    title: str
    parties: list[str]
    languages: list[str]
    signed_by: list[str]
    held: bool
    findings: list[TextFinding]


class Proposal(Contents, frozen=True, kw_only=True):
    """A text that was proposed to this Party, or by it and declined.

    Attributes:
        agreement: its id.
        digest: the digest of its texts.
        by: who proposed it.
        at: when it came.
        state: `open`, `signed` or `declined`.
        declined: who will not sign it, and why.
        title: what it is called.
        parties: the Parties it names.
        signed_by: who has signed it.
        findings: what lint finds.
    """

    agreement: str
    digest: str
    by: str
    at: str
    state: str
    declined: list[str]
    title: str
    parties: list[str]
    signed_by: list[str]
    findings: list[TextFinding]


class HeldText(Shape, frozen=True, kw_only=True):
    """A text that is held now.

    Attributes:
        id: its id.
        digest: the digest of its texts.
        problems: signatures that do not hold, each in a sentence.
    """

    id: str
    digest: str
    problems: list[str]


class Told(Shape, frozen=True, kw_only=True):
    """Whom a letter about a text goes to.

    Attributes:
        to: the Parties, or the one.
        unreachable: who was not reached at once, and why.
    """

    to: list[str] | str
    unreachable: dict[str, str]


class Change(Shape, frozen=True, kw_only=True):
    """One difference between two versions of a text.

    Attributes:
        kind: `gone`, `new`, `changed` or `moved`.
        said: what differs, in a sentence.
        before: the article before; null where there is none.
        after: the article after; null where there is none.
    """

    kind: str
    said: str
    before: str | None
    after: str | None


class Version(Shape, frozen=True, kw_only=True):
    """A version of an agreement that was held.

    Attributes:
        held_at: since when.
        digest: the digest of its texts.
        files: its files.
        new_files: those the version before did not have.
        changes: what it changed of the version before.
    """

    held_at: str
    digest: str
    files: list[str]
    new_files: list[str]
    changes: list[Change]


class Compared(Shape, frozen=True, kw_only=True):
    """What a proposed text would change of an agreement that is held.

    Attributes:
        agreement: the agreement.
        digest: the text.
        changes: the differences.
    """

    agreement: str
    digest: str
    changes: list[Change]


class Otherwise(Shape, frozen=True, kw_only=True):
    """A decision that would have come out otherwise.

    Attributes:
        number: the entry of the journal.
        at: when it was made.
        item: what was to pass.
        to: to whom.
        purpose: for which purpose.
        before, after: the outcome as it was, and as it would have been.
        grounds: the articles of the draft that it would have rested on.
        ask: who would have had to consent.
    """

    number: int
    at: str
    item: str
    to: str
    purpose: str
    before: str
    after: str
    grounds: list[Ground]
    ask: list[str]


class Simulation(Shape, frozen=True, kw_only=True):
    """What a draft would have changed of the past.

    Attributes:
        draft: its id.
        instead_of: the agreement it was put in place of; empty where it stood beside the others.
        replayed: how many decisions were made again.
        unreadable: how many entries no longer hold what was asked.
        changes: those that would have come out otherwise.
    """

    draft: str
    instead_of: str
    replayed: int
    unreadable: int
    changes: list[Otherwise]


class ClosingLine(Shape, frozen=True, kw_only=True):
    """One item in the table of what is due at an agreement's end.

    Attributes:
        giver: who gave it.
        holder: who holds it.
        item: the item.
        label: by what it is called here.
        duty: what is to become of it.
        ground: the article or rule.
        because: why, in words.
        answer: what its holder has answered; empty while it is open.
        backups_until: from then on no backup opens it.
        onward: what each Party that had it from the holder has answered.
        by_hand: whether a person has to hand it over first.
    """

    giver: str
    holder: str
    item: str
    label: str
    duty: str
    ground: str
    because: str
    answer: str
    backups_until: str
    onward: dict[str, str]
    by_hand: bool


class Closing(Shape, frozen=True, kw_only=True):
    """What is due between this Party and another at an agreement's end.

    Attributes:
        agreement: the agreement.
        digest: the digest of its texts.
        peer: the other Party.
        state: how it stands between the two.
        event: what brought it there.
        grounds: the articles.
        binding: whether it has ended, so that the table binds.
        lines: what passed under it; up to 500.
        after: what goes on behind these lines; empty where nothing does.
        passed: how many items have passed in all.
        open: how many wait for an answer.
        under_way: letters not yet receipted.
        signed_by: who has signed the account as it is now.
    """

    agreement: str
    digest: str
    peer: str
    state: str
    event: str
    grounds: list[str]
    binding: bool
    lines: list[ClosingLine]
    after: str
    passed: int
    open: int
    under_way: int
    signed_by: list[str]

"""Answers about registers: checks, watches and matches."""

from comity.console.api.shapes.base import Shape


class Match(Shape, frozen=True, kw_only=True):
    """A record that a question matches.

    Attributes:
        id: the record.
        score: from 0 to 1, the same for every size of register.
        hit: whether the score reaches the threshold.
        why: what matches, in words.
    """

    id: str
    score: float
    hit: bool
    why: list[str]


class Checked(Shape, frozen=True, kw_only=True):
    """The answer to one question to one's own register.

    Attributes:
        id: the question's id.
        hits: the best records, best first.
    """

    id: str
    hits: list[Match]


class CheckPart(Shape, frozen=True, kw_only=True):
    """A check or watch at one Party.

    Attributes:
        check: the id it shares with its other parts.
        party: who is asked, or asks.
        agreement: under which agreement.
        purpose: for which purpose.
        reference: the asker's file.
        at: when it was put.
        state: `asked`, `answered`, `refused`, `unsent`, …
        grounds: the articles it was answered or refused by.
        reason: why it was refused.
        more: whether more was found than is told.
        watch: whether it is a watch.
        until: until when it watches; null for a check.
        topic: what it is about, as an agreed list names it.
        names: the names asked for.
    """

    check: str
    party: str
    agreement: str
    purpose: str
    reference: str
    at: str
    state: str
    grounds: list[str]
    reason: str
    more: bool
    watch: bool
    until: str | None
    topic: str
    names: list[str]


class Hit(Shape, frozen=True, kw_only=True):
    """A match that one Party told another.

    Attributes:
        hit: its id.
        check: the check it answers.
        party: the other Party.
        owner: whose record it is.
        agreement: under which agreement.
        purpose: for which purpose.
        record: the record, as far as it is told.
        shown: how much was told: `hit`, `reference`, …
        band: how sure it is.
        score: from 0 to 1.
        why: what matches, in words.
        at: when it was told.
        state: `told`, `asked`, `released`, `refused`, …
        item: the item with the record, once it was released; empty until then.
        because: why the record is asked for, or refused.
        due: by when the answer is due; null where none is.
        outcome: `confirmed`, `false`, `undetermined`, or empty while it is open.
        words: what was said with the outcome.
    """

    hit: str
    check: str
    party: str
    owner: str
    agreement: str
    purpose: str
    record: str
    shown: str
    band: str
    score: float
    why: list[str]
    at: str
    state: str
    item: str
    because: str
    due: str | None
    outcome: str
    words: str


class Check(Shape, frozen=True, kw_only=True):
    """A check or watch across agreements.

    Attributes:
        check: its id.
        watch: whether it is a watch.
        complete: whether everybody has answered.
        waiting: who has not.
        parties: each Party's part.
        hits: the matches told so far, best first.
    """

    check: str
    watch: bool
    complete: bool
    waiting: list[str]
    parties: list[CheckPart]
    hits: list[Hit]


class Impact(Shape, frozen=True, kw_only=True):
    """What an entry would cause.

    Attributes:
        look_alikes: others in the register that resemble it, best first: id and score.
        false_hits: of these, how many a check for them would take for it.
        size: subjects in the register.
        volume: checks a day under the agreements it would answer; null where none is agreed.
        a_day: false hits a day to expect; null without a volume.
    """

    look_alikes: list[tuple[str, float]]
    false_hits: int
    size: int
    volume: int | None
    a_day: float | None


class Entered(Shape, frozen=True, kw_only=True):
    """A record that was entered, or would be.

    Attributes:
        id: its id.
        impact: what it would cause.
        to_read: what somebody should look at.
        watches: how many watches of others it was told to.
    """

    id: str
    impact: Impact
    to_read: list[str]
    watches: int


class CorrectedRecord(Shape, frozen=True, kw_only=True):
    """A record that was corrected.

    Attributes:
        id: its id.
        to_read: what somebody should look at.
        watches: how many watches of others it was told to.
    """

    id: str
    to_read: list[str]
    watches: int


class KeptRecord(Shape, frozen=True, kw_only=True):
    """A record with its last day.

    Attributes:
        id: its id.
        runs_out: the day on which it must have been reviewed.
    """

    id: str
    runs_out: str


class WithdrawnRecord(Shape, frozen=True, kw_only=True):
    """A record that was taken out.

    Attributes:
        id: its id.
        item: the item it was shared as; empty where it never was.
    """

    id: str
    item: str


class Flag(Shape, frozen=True, kw_only=True):
    """What a Party says against another's record.

    Attributes:
        flag: its id.
        party: the other Party.
        ours: whether this Party raised it.
        hit: the match it was raised from.
        record: the record.
        kind: `error`, `will-not-act`, `look-alike` or `misused-identity`.
        words: why.
        at: when it was raised.
        acknowledge_by, resolve_by: by when its owner acknowledges and settles it; null where it need not.
        state: `raised`, `acknowledged`, `corrected`, `upheld` or `taken back`.
        answer: what its owner said.
    """

    flag: str
    party: str
    ours: bool
    hit: str
    record: str
    kind: str
    words: str
    at: str
    acknowledge_by: str | None
    resolve_by: str | None
    state: str
    answer: str


class HitToAnswer(Hit, frozen=True, kw_only=True):
    """A match whose record somebody asks for.

    Attributes:
        overdue: whether the answer is late.
    """

    overdue: bool


class RegisterDue(Shape, frozen=True, kw_only=True):
    """What is due in the register.

    Attributes:
        reviews: records whose last day is near.
        to_answer: matches whose record others ask for.
        late: matches others have not answered in time.
        to_close: matches nobody has closed.
        flags: flags that wait for an answer.
    """

    reviews: list[KeptRecord]
    to_answer: list[HitToAnswer]
    late: list[Hit]
    to_close: list[Hit]
    flags: list[Flag]


class Quota(Shape, frozen=True, kw_only=True):
    """Questions of one Party to another on a day, by UTC.

    Attributes:
        agreement: under which agreement.
        asker: who asked.
        holder: who was asked.
        day: the day.
        asked: how many.
        capacity: how many are agreed; null without limit.
    """

    agreement: str
    asker: str
    holder: str
    day: str
    asked: int
    capacity: int | None


class SourcePrecision(Shape, frozen=True, kw_only=True):
    """What the matches of one source's records came to.

    Attributes:
        source: who says what stands in them.
        confirmed: how many were confirmed.
        false: how many were somebody else.
        undetermined: how many could not be told.
        share: confirmed of those decided either way; null where none was.
    """

    source: str
    confirmed: int
    false: int
    undetermined: int
    share: float | None


class Threshold(Shape, frozen=True, kw_only=True):
    """From which score a match is a hit under an agreement.

    Attributes:
        agreement: the agreement.
        agreed: what its text says; null where it says nothing.
        in_force: what is used.
        proposed: what outcomes so far propose; null where they are too few.
        share: how many of the hits were confirmed; null where none was closed.
    """

    agreement: str
    agreed: float | None
    in_force: float | None
    proposed: float | None
    share: float | None


class Precision(Shape, frozen=True, kw_only=True):
    """What matches came to.

    Attributes:
        sources: by source.
        thresholds: by agreement.
    """

    sources: list[SourcePrecision]
    thresholds: list[Threshold]

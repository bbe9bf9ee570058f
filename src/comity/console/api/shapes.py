"""What the API answers with: one type for each kind of thing, each field described under `Attributes`.

A verb may tell more than stands here; what does not, is no part of the contract and may change.
"""

import inspect
import re
from typing import Any

import msgspec

_FIELDS = re.compile(r"^    (\w+(?:, \w+)*): (.*)$")


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all answers."""


def meanings(shape: type) -> dict[str, str]:
    """Give what a shape's docstring says of its fields, those it inherits included."""
    found: dict[str, str] = {}
    for each in reversed(shape.__mro__):
        names: list[str] = []
        for line in (inspect.cleandoc(each.__doc__ or "").partition("Attributes:")[2]).splitlines():
            begun = _FIELDS.match(line)
            if begun:
                names = begun[1].split(", ")
                found.update(dict.fromkeys(names, begun[2].strip()))
            elif names and line.strip():
                found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return found


class Ground(Shape, frozen=True, kw_only=True):
    """An article that a decision rests on.

    Attributes:
        ref: the article, such as `north-south-2026 art. 5(2)`.
        text: what it says to this, in the caller's language.
    """

    ref: str
    text: str


class Item(Shape, frozen=True, kw_only=True):
    """An item.

    Attributes:
        id: its digest.
        label: a short name that its keeper gave it; else the beginning of the digest.
        title: what it is called.
        originator: the Party whose word it is.
        category: the kind of information, a dotted name.
        kind: `information`, `materials` or `equipment`.
        marking: how it is to be handled, such as `TLP:AMBER`.
        made_from: the items it was made from.
        retention: how long it may be kept, an ISO 8601 duration; null without limit.
        media_type: what its content is said to be; never believed.
        size: bytes of its content.
        state: `held`, `source-withdrawn`, `withdrawn`, `retained`, `erased` or `quarantined`.
        needs_reading: whether a person must read it before it can be shared.
        caveats: words of its originator that must be read before it opens.
        caveats_read: whether a person has read them.
        echo_of: items of one's own that it came back from.
        on_hold: why it is kept from erasure; null where it is not.
        added_at: when it came here.
    """

    id: str
    label: str
    title: str
    originator: str
    category: str
    kind: str
    marking: str
    made_from: list[str]
    retention: str | None
    media_type: str
    size: int
    state: str
    needs_reading: bool
    caveats: list[str]
    caveats_read: bool
    echo_of: list[str]
    on_hold: str | None
    added_at: str


class NewItem(Item, frozen=True, kw_only=True):
    """An item that was taken in just now.

    Attributes:
        because: why a person must read it; empty where nobody must.
    """

    because: list[str]


class Hop(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """An item passing from one Party to another.

    Attributes:
        from_: who passed it on.
        to: who received it.
        agreement: under which agreement.
        purpose: for which purpose.
        at: when.
    """

    from_: str
    to: str
    agreement: str
    purpose: str
    at: str


class Passed(Shape, frozen=True, kw_only=True):
    """An item passed on from here.

    Attributes:
        to: to whom.
        agreement: under which agreement.
        at: when.
        message: the letter it went in.
    """

    to: str
    agreement: str
    at: str
    message: str


class WholeItem(Item, frozen=True, kw_only=True):
    """An item with its custody, its sources and to whom it went.

    Attributes:
        custody: every route by which it came, hop by hop.
        sources: the items it was made from, as far as they are here.
        disclosed: to whom it was passed on.
    """

    custody: list[list[Hop]]
    sources: list[Item]
    disclosed: list[Passed]


class AskFor(Shape, frozen=True, kw_only=True):
    """A Party whose consent is owed.

    Attributes:
        party: who must be asked.
        items: for which items.
        grounds: the articles that require it.
    """

    party: str
    items: list[str]
    grounds: list[str]


class Verdict(Shape, frozen=True, kw_only=True):
    """What the gate says.

    Attributes:
        decision: `permitted`, `refused` or `needs-consent`.
        grounds: the articles it rests on, all of them.
        ask: the Parties that would have to consent.
        asked_for: the same, with items and articles.
        obligations: what goes with the item: kind, value, to, ref.
        remedies: what would make it releasable.
        agreement: the agreement it is made under; null where there is none.
        digest: the digest of the decision.
    """

    decision: str
    grounds: list[Ground]
    ask: list[str]
    asked_for: list[AskFor]
    obligations: list[dict[str, Any]]
    remedies: list[str]
    agreement: str | None
    digest: str


class Delivery(Shape, frozen=True, kw_only=True):
    """How far a letter has come.

    Attributes:
        state: `owed`, `receipted`, `quarantined` or `waiting`.
        peer: to whom.
        reason: why it has not arrived, or was set aside there.
    """

    state: str
    peer: str
    reason: str


class Shared(Verdict, frozen=True, kw_only=True):
    """An item that was shared, or would be.

    Attributes:
        item: the item.
        message: the letter it goes in; empty where nothing was sent.
        delivery: how far it has come; null where nothing was sent.
    """

    item: Item
    message: str
    delivery: Delivery | None


class Choice(Shape, frozen=True, kw_only=True):
    """A Party that something can be shared with.

    Attributes:
        party: who.
        agreements: agreements with it that are in force.
    """

    party: str
    agreements: list[str]


class Choices(Shape, frozen=True, kw_only=True):
    """What can be chosen from, by the agreements in force now.

    Attributes:
        parties: Parties that something can be shared with.
        purposes: purposes the agreements name.
        categories: categories they name.
    """

    parties: list[Choice]
    purposes: list[str]
    categories: list[str]


class Withdrawal(Shape, frozen=True, kw_only=True):
    """What became of an item that was taken back.

    Attributes:
        item: the item.
        withdrawn: by whom, when and why; null where nobody took it back.
        sent_to: who was told by this Party.
        unreached: who could not be told, and why.
        answers: the answers so far, hop by hop.
    """

    item: Item
    withdrawn: dict[str, Any] | None
    sent_to: list[str] = []
    unreached: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] | dict[str, Any] | None = None


class About(Shape, frozen=True, kw_only=True):
    """The item that a letter is about, as far as it is known here.

    Attributes:
        id: its digest.
        title: what it is called.
        category: the kind of information.
        marking: how it is to be handled.
        state: as of an item.
        needs_reading: whether a person must read it.
    """

    id: str
    title: str = ""
    category: str = ""
    marking: str = ""
    state: str = ""
    needs_reading: bool = False


class Received(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A letter that came.

    Attributes:
        at: when.
        from_: from whom.
        kind: what it is: `disclosure`, `consent-request`, …
        state: what became of it: `taken`, `quarantined`, `waiting`, …
        reason: why it was set aside.
        carrier: what it came by.
        message: its id.
        flag: a doubt about the key it was signed with; empty where there is none.
        item: the item it is about; null where it is about none.
    """

    at: str
    from_: str
    kind: str
    state: str
    reason: str
    carrier: str
    message: str
    flag: str
    item: About | None


class Sent(Shape, frozen=True, kw_only=True):
    """A letter that was sent.

    Attributes:
        at: when it was sealed.
        to: to whom.
        kind: what it is.
        state: how far it has come: `owed`, `receipted`, `quarantined`, `waiting`.
        reason: why it has not arrived, or was set aside there.
        attempts: how often it was tried.
        message: its id.
        item: the item it is about; empty where it is about none.
    """

    at: str
    to: str
    kind: str
    state: str
    reason: str
    attempts: int
    message: str
    item: str


class Request(Shape, frozen=True, kw_only=True):
    """A request for consent.

    Attributes:
        id: its id.
        ours: whether this Party asked.
        asker: who asks.
        owner: whose consent is asked for.
        item: for which item.
        to: to whom it is to pass.
        purpose: for which purpose.
        why: what the asker says.
        at: when it was asked.
        answer_by: by when an answer is due; null where none is.
        grounds: the articles that require consent.
        confirms: the consent that is to be confirmed; null where a new one is asked for.
        state: `asked`, `granted`, `refused`, `revoked`, `expired`, …
    """

    id: str
    ours: bool
    asker: str
    owner: str
    item: str
    to: str
    purpose: str
    why: str
    at: str
    answer_by: str | None
    grounds: list[str]
    confirms: str | None
    state: str


class Asked(Verdict, frozen=True, kw_only=True):
    """Requests for consent that were sent.

    Attributes:
        requests: one for each Party that is asked.
    """

    requests: list[Request]


class Consent(Shape, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A consent: a signed act of a Party.

    Attributes:
        id: its digest.
        by: who gave it.
        holder: who may pass on.
        to: to whom.
        item: the item; empty where it is for a class.
        agreement: what came under which agreement; empty for any.
        category: what is of which category; empty for any.
        purpose: for which purpose; empty for any the agreement allows.
        from_, until: from when, and until when exclusively.
        fresh: how new its confirmation must be; null where none is needed.
        hops: how many times it may be passed on.
        condition: what it is given under.
        confirmed_at: when it was last confirmed; null where it never was.
        revoked: when it was taken back; null where it was not.
        state: `standing`, `revoked`, `expired`, …
    """

    id: str
    by: str
    holder: str
    to: str
    item: str
    agreement: str
    category: str
    purpose: str
    from_: str
    until: str
    fresh: str | None
    hops: int
    condition: str
    confirmed_at: str | None
    revoked: str | None
    state: str


class Opened(Shape, frozen=True, kw_only=True):
    """An item that a consent would open.

    Attributes:
        id: the item.
        title: what it is called.
        category: the kind of information.
        marking: how it is to be handled.
        summary: whether it is made from the item asked about.
    """

    id: str
    title: str
    category: str
    marking: str
    summary: bool


class Preview(Shape, frozen=True, kw_only=True):
    """What a consent would open, before it is given.

    Attributes:
        holder: who may pass on.
        to: to whom.
        opens: the items.
        words: the same in a sentence.
    """

    holder: str
    to: str
    opens: list[Opened]
    words: str


class Next(Shape, frozen=True, kw_only=True):
    """What happens to an agreement next.

    Attributes:
        event: what.
        at: when.
    """

    event: str
    at: str | None


class Status(Shape, frozen=True, kw_only=True):
    """How an agreement stands.

    Attributes:
        state: `draft`, `signed`, `provisional`, `in-force`, `extended`, `under-notice`, `suspended` or `ended`.
        since, until: from when, and until when exclusively; null without limit.
        notice_deadline: the last day on which notice is in time; null where there is none.
        next: what happens next; null where nothing is foreseen.
        grounds: the articles and notices it follows from.
    """

    state: str
    since: str | None
    until: str | None
    notice_deadline: str | None
    next: Next | None
    grounds: list[str]


class Agreement(Shape, frozen=True, kw_only=True):
    """An agreement that is held here.

    Attributes:
        id: its id.
        title: what it is called.
        parties: the Parties it names.
        digest: the digest of all its texts.
        status: how it stands now.
    """

    id: str
    title: str
    parties: list[str]
    digest: str
    status: Status


class Clause(Shape, frozen=True, kw_only=True):
    """A clause.

    Attributes:
        kind: which kind, such as `third_party`.
        force: `enforced`, `evidenced` or `declared`.
        toml: its terms.
    """

    kind: str
    force: str
    toml: str


class Article(Shape, frozen=True, kw_only=True):
    """An article with its clauses.

    Attributes:
        number: its number.
        heading: its heading.
        text: its words, Markdown.
        clauses: its clauses.
        force: the strongest force of its clauses; empty where it has none.
        allowed, stopped: how many of the newest decisions it allowed, and stopped.
    """

    number: str
    heading: str
    text: str
    clauses: list[Clause]
    force: str
    allowed: int
    stopped: int


class Stretch(Shape, frozen=True, kw_only=True):
    """A stretch of an agreement's life.

    Attributes:
        state: as of a status.
        since, until: from when, and until when exclusively; null without limit.
        grounds: what it follows from.
    """

    state: str
    since: str | None
    until: str | None
    grounds: list[str]


class Finding(Shape, frozen=True, kw_only=True):
    """What lint finds in a text.

    Attributes:
        id: which rule.
        severity: `error`, `warning` or `note`.
        ref: the article; null where it is about the whole.
        message: what is found.
    """

    id: str
    severity: str
    ref: str | None
    message: str


class WholeAgreement(Agreement, frozen=True, kw_only=True):
    """An agreement as people read it.

    Attributes:
        languages: its texts: tag, and whether it is authentic.
        language: the language shown.
        decisive: the decisive language.
        timeline: its life.
        articles: its articles.
        findings: what lint finds.
    """

    languages: list[dict[str, Any]]
    language: str
    decisive: str
    timeline: list[Stretch]
    articles: list[Article]
    findings: list[Finding]


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


class MatterRow(Shape, frozen=True, kw_only=True, rename={"with_": "with"}):
    """A matter, in a list.

    Attributes:
        id: its id.
        kind: which kind, such as `request`.
        title: what it is about.
        agreement: under which agreement.
        with_: the other Party.
        opened_by: who opened it.
        state: how it stands.
        ours: whether it is this Party's turn.
        turn: whose turn it is.
        opened_at: when it was opened.
        changed_at: when it changed last.
        due: by when something is due; null where nothing is.
        due_by: by whom.
        due_what: what.
    """

    id: str
    kind: str
    title: str
    agreement: str
    with_: str
    opened_by: str
    state: str
    ours: bool
    turn: list[str]
    opened_at: str
    changed_at: str
    due: str | None
    due_by: str | None
    due_what: str | None


class Matter(Shape, frozen=True, kw_only=True):
    """A matter: how it stands, what is due, and its story.

    Attributes:
        id: its id.
        kind: which kind.
        title: what it is about.
        agreement: under which agreement.
        opener: who opened it.
        other: the other Party.
        state: how it stands.
        opened_at: when it was opened.
        since: since when it stands so.
        articles: the articles it rests on.
        turn: whose turn it is.
        steps: the steps this Party can take now.
        due: what is due: at, what, by, ref.
        remarks: what an article has to say to how it stands.
        facts: what is known by all that was said; null before it is opened.
        story: what happened, oldest first.
    """

    id: str
    kind: str
    title: str
    agreement: str
    opener: str
    other: str
    state: str
    opened_at: str
    since: str
    articles: list[str]
    turn: list[str]
    steps: list[str]
    due: list[dict[str, Any]]
    remarks: list[Ground]
    facts: dict[str, Any] | None
    story: list[dict[str, Any]]


class Step(Shape, frozen=True, kw_only=True):
    """A step that was taken in a matter, or would be.

    Attributes:
        decision: `permitted`, or `refused`.
        grounds: the articles that stand against it.
        event: the digest of what was said; null where nothing was.
        matter: the matter as it stands now.
    """

    decision: str
    grounds: list[Ground]
    event: str | None
    matter: Matter | None


class Due(Shape, frozen=True, kw_only=True):
    """Something with a day.

    Attributes:
        at: when.
        side: who owes it: `ours` or `theirs`, or `watch` for what only has to be seen to.
        what: what.
        party: the other Party; null where there is none.
        ref: the article.
        see: where it is seen to.
        late: whether the day has passed.
    """

    at: str
    side: str
    what: str
    party: str | None
    ref: str
    see: str
    late: bool


class Entry(Shape, frozen=True, kw_only=True):
    """An entry of the journal.

    Attributes:
        number: its number, in the journal or in the channel asked for.
        channel: whom it concerns: a Party, or `local`.
        at: when it was entered.
        kind: what was done.
        act: the digest of the act.
    """

    number: int
    channel: str
    at: str
    kind: str
    act: str


class Comparison(Shape, frozen=True, kw_only=True):
    """What a comparison of both Parties' journals came to.

    Attributes:
        at: when it was made.
        clean: whether both accounts agree.
        unreceipted: letters that the other side has not receipted for a day.
    """

    at: str
    clean: bool
    unreceipted: list[dict[str, Any]]


class Party(Shape, frozen=True, kw_only=True):
    """A Party known here.

    Attributes:
        party: its DNS name.
        card_version: the version of its card; null where none is known.
        root: the fingerprint of its root key.
        card_ends: when its card expires.
        endpoints: where it is reached.
        agreements: agreements that name it.
        owed: letters that are owed to it.
        stopped: why its channel waits for a person; null where it flows.
        witnessed_by_them, witnessed_by_us: up to which entry each side has cosigned the other's journal.
        last_witnessed: when that was.
    """

    party: str
    card_version: int | None
    root: str | None
    card_ends: str | None
    endpoints: list[str]
    agreements: list[str]
    owed: int
    stopped: str | None
    witnessed_by_them: int
    witnessed_by_us: int
    last_witnessed: str | None


class Card(Shape, frozen=True, kw_only=True):
    """A Party's card.

    Attributes:
        party: whose.
        version: its version.
        digest: its digest.
        signed: the card with its signature, base64.
    """

    party: str
    version: int
    digest: str
    signed: str


class House(Shape, frozen=True, kw_only=True):
    """Whose node this is, and how it is.

    Attributes:
        party: whose.
        deployment: which world: `production`, `exercise`, `demo`.
        now: its clock.
        last_entry: when it last entered anything; null where it never has.
        backlog: letters owed, by Party.
        stopped: channels that wait for a person.
        trouble: why nothing can be written; empty where all is well.
    """

    party: str
    deployment: str
    now: str
    last_entry: str | None
    backlog: dict[str, int]
    stopped: list[dict[str, Any]]
    trouble: str


class Event(Shape, frozen=True, kw_only=True):
    """Something that happened: a CloudEvent (1.0), as hooks are sent it.

    Attributes:
        specversion: `1.0`.
        id: unique, with the source.
        source: the node.
        type: `comity.` and the kind of entry, such as `comity.received-disclosure`.
        subject: the digest of the act.
        time: when it was entered.
        datacontenttype: `application/json`.
        data: number and channel of the entry; never content.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    data: dict[str, Any]

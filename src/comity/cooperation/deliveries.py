"""Equipment and documentation: asked for or offered, agreed, delivered with a note, received, used, returned.

What is on loan from whom is read from these matters, so that an inventory needs no second book. What did not arrive,
or not whole, may arrive later or be delivered again, up to the number agreed; until all of it has arrived, one side
alone does not close the matter. A return is confirmed or contested, a part of it too. Documentation is an
item and passes the gate; equipment goes on to nobody without its provider's word: the third-party rule binds items of
that kind, and here an asked and given word is kept beside the loan. Help in buying and joint development have the
same life with contributions and a result in place of a return. Sources: the agreements of 1989, art. I and VII, and
of 1987, art. 4(1)–(2); `specs/clauses.md`, `delivery`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

import msgspec

from comity.agreements.clauses import Delivery
from comity.agreements.days import end_of, zone_of
from comity.agreements.terms import Terms
from comity.cooperation.event import Event
from comity.cooperation.kind import (
    EITHER,
    OPENER,
    Case,
    Deadline,
    EventForm,
    Facts,
    Found,
    Kind,
    Occasion,
    against,
    day_of,
    step,
    stranger,
    unagreed,
    unprovided,
)
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import (
    Count,
    Day,
    DayPast,
    Items,
    PartyName,
    Remark,
    Said,
    Word,
    WordList,
    Words,
    means,
)
from comity.decisions.decision import Ground

__all__ = ["DELIVERY", "DeliveryFacts", "on_loan"]

Form = Literal["purchase", "loan", "joint-development", "help-in-buying", "gift"]


class Want(Said, frozen=True, kw_only=True):
    """Asks for a delivery, or offers one."""

    form: Annotated[Form, means("how it is given")]
    thing: Annotated[Word, means("what it is, as the article calls it: equipment, documentation")]
    words: Annotated[Words, means("what exactly")]
    giver: Annotated[PartyName, means("the Party that gives it, or helps in buying")]
    count: Annotated[Count, means("how many pieces")] = 1
    until: Annotated[Day | None, means("for a loan: the day of its return")] = None


class OtherTerms(Said, frozen=True, kw_only=True):
    """Proposes other terms."""

    count: Annotated[Count, means("how many pieces")]
    until: Annotated[Day | None, means("for a loan: the day of its return")] = None
    words: Annotated[Remark, means("a remark")] = ""


class Note(Said, frozen=True, kw_only=True):
    """A delivery note."""

    note: Annotated[Word, means("the number of the note")]
    count: Annotated[Count, means("how many pieces")]
    on: Annotated[DayPast, means("the day of the delivery")]
    numbers: Annotated[WordList, means("the numbers on the pieces")] = ()
    items: Annotated[
        Items, means("documentation that went with it, which the other Party has been given")
    ] = ()


class Receipt(Said, frozen=True, kw_only=True):
    """Acknowledges what arrived, or says what is missing."""

    count: Annotated[Count, means("how many pieces arrived whole")]
    on: Annotated[DayPast, means("the day they arrived")]
    words: Annotated[Remark, means("what is missing or damaged")] = ""


class GiveBack(Said, frozen=True, kw_only=True):
    """Returns pieces of a loan."""

    count: Annotated[Count, means("how many pieces go back")]
    on: Annotated[DayPast, means("the day they go back")]
    words: Annotated[Remark, means("a remark")] = ""


class Miss(Said, frozen=True, kw_only=True):
    """Says that less came back than was returned."""

    count: Annotated[Count, means("how many pieces have come back whole in all, since the loan began")]
    on: Annotated[DayPast, means("the day on which that was found")]
    words: Annotated[Remark, means("what is missing or damaged")] = ""


class Progress(Said, frozen=True, kw_only=True):
    """Contributes to what is developed or bought together."""

    words: Annotated[Words, means("what was contributed")]
    items: Annotated[Items, means("items that belong to it, which the other Party has been given")] = ()


class Onward(Said, frozen=True, kw_only=True):
    """Names a third Party."""

    to: Annotated[PartyName, means("the third Party")]
    because: Annotated[Remark, means("the reason")] = ""


class DeliveryFacts(Facts, frozen=True, kw_only=True):
    """What is the case: the terms agreed, what was delivered, what is out, to whom it may go on.

    Attributes:
        delivered: pieces delivered, without those that were delivered in place of others.
        replaced: pieces that were delivered and had not arrived whole when others were delivered in their place.
        received, returned: pieces that arrived whole; those of them that went back, of which the giver has `confirmed`.
        done: who says that it is done, though not all that was agreed has arrived.
        agreed: whether the two have agreed to it.
    """

    proposer: str
    count: int
    until: Day | None
    delivered: int = 0
    delivered_on: Day | None = None
    received_on: Day | None = None
    received: int = 0
    returned: int = 0
    replaced: int = 0
    confirmed: int = 0
    done: tuple[str, ...] = ()
    agreed: bool = False
    numbers: tuple[str, ...] = ()
    asked_onward: tuple[str, ...] = ()
    allowed_onward: tuple[str, ...] = ()
    passed_on: tuple[str, ...] = ()

    @property
    def out(self) -> int:
        """How many pieces are with the receiver."""
        return self.received - self.returned

    @property
    def is_accounted(self) -> bool:
        """Tell whether all that was agreed has arrived."""
        return self.received == self.count


_ONWARD = {
    "ask-onward": step("receiver", "received"),
    "allow-onward": step("giver", "received"),
    "forbid-onward": step("giver", "received", lives_on=True),
    "passed-on": step("receiver", "received"),
}
TABLE = {
    "": {"open": step(OPENER, "proposed")},
    "proposed": {
        "agree": step("answerer", "agreed", upon=("terms",)),
        "terms": step(EITHER, "proposed"),
        "decline": step("answerer", "declined", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "agreed": {
        "contribute": step(EITHER, "agreed"),
        "deliver": step("giver", "delivered", lives_on=True),
        "cancel": step(EITHER, "withdrawn", lives_on=True),
    },
    "delivered": {"receive": step("receiver", "received", lives_on=True)},
    "received": {
        "receive": step("receiver", "received", lives_on=True),
        "deliver": step("giver", "delivered"),
        "return": step("receiver", "returned", lives_on=True),
        "confirm-return": step("giver", "received", lives_on=True),
        "miss": step("giver", "received", lives_on=True),
        "close": step(EITHER, "closed", lives_on=True),
        **_ONWARD,
    },
    "returned": {
        "confirm-return": step("giver", "closed", lives_on=True),
        "miss": step("giver", "received", lives_on=True),
    },
    "declined": {"terms": step(OPENER, "proposed")},
    "withdrawn": {},
    "closed": {},
}
EVENTS = {
    "open": EventForm(
        Want,
        "Ask for a delivery, or offer one.",
        "proposes {form} of {thing} from {giver}, {count}: {words}",
        "proposes {form} of {thing} from {giver}, {count}, to return on {until}: {words}",
    ),
    "agree": EventForm(Nothing, "Agree to it.", "agrees"),
    "terms": EventForm(
        OtherTerms,
        "Propose other terms.",
        "proposes other terms: {count}",
        "proposes other terms: {count}, to return on {until}",
    ),
    "decline": EventForm(Because, "Decline it.", "declines: {because}"),
    "withdraw": EventForm(Because, "Take it back.", "takes it back: {because}"),
    "cancel": EventForm(Because, "Call it off before anything was delivered.", "calls it off: {because}"),
    "contribute": EventForm(
        Progress, "Contribute to what is developed or bought together.", "contributes: {words}"
    ),
    "deliver": EventForm(
        Note,
        "Deliver, with a note.",
        "delivers {count} by note {note}",
        "delivers {count} by note {note}, numbers {numbers}",
    ),
    "receive": EventForm(Receipt, "Acknowledge what arrived.", "has received {count}"),
    "return": EventForm(GiveBack, "Return a loan, or a part of it.", "returns {count}"),
    "confirm-return": EventForm(Nothing, "Confirm that what was returned has come back.", "has them back"),
    "miss": EventForm(Miss, "Say that less came back.", "has {count} back, not all"),
    "ask-onward": EventForm(Onward, "Ask to pass it to a third Party.", "asks to pass it to {to}"),
    "allow-onward": EventForm(Onward, "Let it pass to a third Party.", "lets it pass to {to}"),
    "forbid-onward": EventForm(
        Onward, "Say that it may not pass to a third Party.", "does not let it pass to {to}"
    ),
    "passed-on": EventForm(Onward, "Say that it was passed to a third Party.", "has passed it to {to}"),
    "close": EventForm(
        Nothing,
        "Close it; before all has arrived, once both sides say that it is done.",
        "says that it is done",
    ),
}


def on_loan(facts: DeliveryFacts) -> int:
    """Count the pieces that are on loan: received and not returned."""
    return facts.out if cast("Want", facts.opening).form == "loan" else 0


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    asked = cast("Want", said)
    of_thing = [each for each in terms.delivery if asked.thing in each.kinds]
    fitting = tuple(each for each in of_thing if asked.form in each.forms)
    if fitting:
        return Found(fitting)
    near = next(iter(of_thing or terms.delivery), None)
    if near is None:
        return unprovided(terms, (), asked.thing)
    forms, things = ", ".join(near.forms), ", ".join(near.kinds)
    text = f"the article provides for {forms} of {things}, not for {asked.form} of {asked.thing}"
    return Found(against=(Ground(str(near.ref), text, 4),))


def _may_open(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Want", event.said)
    if said.giver not in (case.opener, case.other):
        yield stranger(case.clauses[0], said.giver)
    yield from _returns(case, event, said.until)


def _may_propose(case: Case, event: Event) -> Iterable[Ground]:
    yield from _returns(case, event, cast("OtherTerms", event.said).until)


def _returns(case: Case, event: Event, until: Day | None) -> Iterable[Ground]:
    if (cast("Want", case.facts.opening).form == "loan") != (until is not None):
        yield against(case.clauses[0], "a loan has a day of return, and nothing else has")
    elif until is not None and until < day_of(case, event):
        yield against(case.clauses[0], f"its day of return, {until}, is over already")


def _may_deliver(case: Case, event: Event) -> Iterable[Ground]:
    said, facts = cast("Note", event.said), case.facts
    if facts.received + said.count > facts.count:
        yield against(case.clauses[0], f"{facts.count} were agreed, {facts.received} have arrived already")
    if said.numbers and len(said.numbers) != said.count:
        yield against(case.clauses[0], f"{said.count} pieces bear {len(said.numbers)} numbers")


def _may_receive(case: Case, event: Event) -> Iterable[Ground]:
    said, facts = cast("Receipt", event.said), case.facts
    if facts.received + said.count > facts.delivered:
        yield against(case.clauses[0], f"{facts.delivered} were delivered, not more")
    if facts.delivered_on is not None and said.on < facts.delivered_on:
        yield against(case.clauses[0], f"they were delivered on {facts.delivered_on}, after {said.on}")


def _may_return(case: Case, event: Event) -> Iterable[Ground]:
    said, facts = cast("GiveBack", event.said), case.facts
    if cast("Want", facts.opening).form != "loan":
        yield against(case.clauses[0], "only a loan is returned")
    if said.count > facts.out:
        yield against(case.clauses[0], f"{facts.out} are out, not more")
    if facts.received_on is not None and said.on < facts.received_on:
        yield against(case.clauses[0], f"they were received on {facts.received_on}, after {said.on}")


def _may_confirm(case: Case, _event: Event) -> Iterable[Ground]:
    if case.facts.returned == case.facts.confirmed:
        yield against(case.clauses[0], "nothing was returned that is not confirmed already")


def _may_miss(case: Case, event: Event) -> Iterable[Ground]:
    count, facts = cast("Miss", event.said).count, case.facts
    if count >= facts.returned:
        yield against(case.clauses[0], f"{facts.returned} were returned: {count} is not less")
    if count < facts.confirmed:
        yield against(case.clauses[0], f"that {facts.confirmed} have come back is confirmed already")


def _may_close(case: Case, event: Event) -> Iterable[Ground]:
    facts: DeliveryFacts = case.facts
    if on_loan(facts):
        yield against(case.clauses[0], f"{case.facts.out} are still on loan")
    elif event.by in facts.done and not facts.is_accounted:
        text = f"{facts.received} of {facts.count} have arrived: it is closed once the other Party says it is done"
        yield against(case.clauses[0], text)


def _may_ask_onward(case: Case, event: Event) -> Iterable[Ground]:
    to = cast("Onward", event.said).to
    clause = next(
        (each for each in case.clauses if isinstance(each, Delivery) and each.retransfer == "never"), None
    )
    if clause is not None:
        yield against(clause, "it is passed on to nobody")
    if to in (case.opener, case.other):
        yield against(case.clauses[0], f"{to} is no third Party")


def _may_allow(case: Case, event: Event) -> Iterable[Ground]:
    to = cast("Onward", event.said).to
    if to not in case.facts.asked_onward:
        yield against(case.clauses[0], f"it was not asked to pass it to {to}")


def _may_pass_on(case: Case, event: Event) -> Iterable[Ground]:
    to = cast("Onward", event.said).to
    if to not in case.facts.allowed_onward:
        ref = case.terms.third_party or case.clauses[0]
        yield against(ref, f"its provider has not let it pass to {to}")


def _roles(facts: DeliveryFacts, opener: str, other: str) -> Mapping[str, str]:
    giver = cast("Want", facts.opening).giver
    receiver = other if giver == opener else opener
    answerer = other if facts.proposer == opener else opener
    return {"giver": giver, "receiver": receiver, "answerer": answerer}


def _opened(event: Event) -> DeliveryFacts:
    said = cast("Want", event.said)
    return DeliveryFacts(opening=said, proposer=event.by, count=said.count, until=said.until)


def _among(field: str) -> Any:
    def apply(facts: DeliveryFacts, event: Event) -> DeliveryFacts:
        to = cast("Onward", event.said).to
        return msgspec.structs.replace(facts, **{field: tuple(sorted({*getattr(facts, field), to}))})

    return apply


def _delivered(facts: DeliveryFacts, event: Event) -> DeliveryFacts:
    said = cast("Note", event.said)
    more = facts.delivered + said.count
    return msgspec.structs.replace(
        facts,
        delivered=min(more, facts.count),
        replaced=facts.replaced + max(0, more - facts.count),
        done=(),
        delivered_on=max(said.on, facts.delivered_on or said.on),
        numbers=(*facts.numbers, *said.numbers),
    )


def _received(facts: DeliveryFacts, event: Event) -> DeliveryFacts:
    said = cast("Receipt", event.said)
    return msgspec.structs.replace(
        facts,
        received=facts.received + said.count,
        done=(),
        received_on=max(said.on, facts.received_on or said.on),
    )


def _returned(facts: DeliveryFacts, event: Event) -> DeliveryFacts:
    count = cast("GiveBack", event.said).count
    return msgspec.structs.replace(facts, returned=facts.returned + count, done=())


def _forbidden(facts: DeliveryFacts, event: Event) -> DeliveryFacts:
    to = cast("Onward", event.said).to
    kept = tuple(each for each in facts.allowed_onward if each != to)
    asked = tuple(each for each in facts.asked_onward if each != to)
    return msgspec.structs.replace(facts, allowed_onward=kept, asked_onward=asked)


def _missed(facts: DeliveryFacts, event: Event) -> DeliveryFacts:
    return msgspec.structs.replace(facts, returned=cast("Miss", event.said).count, done=())


def _done(facts: DeliveryFacts, event: Event) -> DeliveryFacts:
    return msgspec.structs.replace(facts, done=tuple(sorted({*facts.done, event.by})))


def _deadlines(case: Case) -> Iterable[Deadline]:
    facts: DeliveryFacts = case.facts
    said, ref = cast("Want", facts.opening), str(case.clauses[0].ref) if case.clauses else ""
    if facts.until is not None and on_loan(facts) and case.state in ("received", "delivered"):
        receiver = case.counterpart(said.giver)
        yield Deadline(end_of(facts.until, zone_of(case.terms.zone)), "return", receiver, ref)


def _occasion(case: Case) -> Occasion:
    giver = cast("Want", case.facts.opening).giver
    return Occasion("delivery", sending=giver, receiving=case.counterpart(giver), initiator=case.opener)


DELIVERY = Kind(
    name="delivery",
    noun="delivery",
    what="Equipment or documentation: asked for or offered, delivered with a note, received, on loan, returned.",
    clause="delivery",
    table=TABLE,
    events=EVENTS,
    begin=_opened,
    find=_find,
    title=lambda facts: f"{facts.opening.form} of {facts.opening.thing}: {facts.opening.words}",
    apply={
        "terms": lambda facts, event: msgspec.structs.replace(
            facts, proposer=event.by, count=event.said.count, until=event.said.until
        ),
        "agree": lambda facts, _event: msgspec.structs.replace(facts, agreed=True),
        "deliver": _delivered,
        "receive": _received,
        "return": _returned,
        "confirm-return": lambda facts, _event: msgspec.structs.replace(facts, confirmed=facts.returned),
        "miss": _missed,
        "close": _done,
        "ask-onward": _among("asked_onward"),
        "allow-onward": _among("allowed_onward"),
        "forbid-onward": _forbidden,
        "passed-on": _among("passed_on"),
    },
    guards={
        "open": _may_open,
        "terms": _may_propose,
        "deliver": _may_deliver,
        "receive": _may_receive,
        "return": _may_return,
        "confirm-return": _may_confirm,
        "miss": _may_miss,
        "close": _may_close,
        "ask-onward": _may_ask_onward,
        "allow-onward": _may_allow,
        "passed-on": _may_pass_on,
    },
    completes={
        "return": lambda facts, _opener, _other: facts.out == 0 and facts.is_accounted,
        "close": lambda facts, opener, other: facts.is_accounted or {opener, other} <= set(facts.done),
    },
    roles=_roles,
    typed=lambda said: [said.thing] if isinstance(said, Want) else [],
    deadlines=_deadlines,
    occasion=_occasion,
    costless=lambda case, _event: () if case.facts.agreed else unagreed(case),
)

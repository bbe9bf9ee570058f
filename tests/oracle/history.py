"""Histories: acts of a few Parties over a few years, with tries that both the engine and the oracle decide.

`Swarm` draws new weights for every history, so that extremes meet; `Uniform` gives every act the same chance. A
history counts only if three Parties took part under two agreements in fifteen acts, with one try to pass on what was
received. The engine sees acts one by one as a node would; the oracle is given the whole list.
"""

from dataclasses import dataclass, field
from random import Random

from comity.agreements.durations import Duration
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.known import Known, Source
from comity.decisions.question import Question
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item
from comity.handling.markings import UNKNOWN_LEVEL, Marking
from oracle import oracle
from oracle.world import CATEGORIES, DAY, KINDS, PARTIES, PURPOSES, TLP, Deed, instant

ACTS = (
    "make",
    "derive",
    "pass",
    "carry",
    "twins",
    "consent",
    "revoke",
    "confirm",
    "withdraw",
    "review",
    "try",
    "wait",
)


@dataclass
class History:
    """A history as it grows."""

    deeds: dict[str, Deed]
    sources: dict[str, Source]
    random: Random
    weights: dict[str, float]
    hour: int = 0
    acts: list[dict] = field(default_factory=list)
    items: dict[str, dict] = field(default_factory=dict)
    #: (item, holder) -> custody as the holder has it
    held: dict[tuple[str, str], tuple] = field(default_factory=dict)
    consents: dict[int, Consent] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
    reviewed: set[str] = field(default_factory=set)
    tries: list[tuple] = field(default_factory=list)

    def note(self, act: str, **said) -> None:
        self.acts.append({"act": act, "hour": self.hour, **said})

    @property
    def counts(self) -> bool:
        """Three Parties, two agreements, fifteen acts, one onward try."""
        parties = {party for deed in self.deeds.values() for party in deed.parties}
        onward = any(any(question.custody.values()) for question, *_ in self.tries)
        return len(parties) >= 3 and len(self.deeds) >= 2 and len(self.acts) >= 15 and onward


def play(
    deeds: tuple[Deed, ...], sources: dict[str, Source], seed: int, swarm: bool = True, length: int = 44
):
    """Play one history and give it, with every try and both answers."""
    random = Random(seed)
    # Few Parties: agreements that share them, so that what one passes on another may pass further.
    few = set(random.sample(PARTIES, random.choice((3, 4) if swarm else (5,))))
    fitting = [deed for deed in deeds if len(few & set(deed.parties)) >= 2]
    chosen = random.sample(fitting, min(len(fitting), random.choice((2, 3, 4))))
    weights = {act: random.choice((0.2, 1, 3)) if swarm else 1.0 for act in ACTS}
    weights["consent"] = random.choice((1, 3)) if swarm else 1.0
    weights["try"] = random.choice((2, 4)) if swarm else 1.0
    weights["pass"] = random.choice((2, 4)) if swarm else 1.0
    history = History(
        {deed.id: deed for deed in chosen},
        {deed.id: sources[deed.id] for deed in chosen},
        random,
        weights,
        hour=random.choice((0, 50, 100, 300)) * DAY + 1,
    )
    _make(history)
    for _ in range(4):
        _make(history)
        _pass(history)
    if random.random() < 0.5:
        _chain(history)
    while len(history.acts) < length:
        act = random.choices(ACTS, [history.weights[act] for act in ACTS])[0]
        history.hour += random.choice((0, 1, 1, 6, 24, 24 * 9, 24 * 31))
        _PLAYS[act](history)
    return history


def _parties(history: History) -> list[str]:
    return sorted({party for deed in history.deeds.values() for party in oracle.ever(deed)})


def _make(history: History, made_from: tuple[str, ...] = (), maker: str | None = None) -> None:
    random = history.random
    name = f"i{len(history.items)}"
    maker = maker or random.choice(_parties(history))
    history.items[name] = {
        "category": random.choice(CATEGORIES),
        "kind": random.choice(KINDS) if random.random() < 0.3 else "information",
        "originator": maker,
        "marking": random.choice((None, None, 0, 1, 2, 3, 4, UNKNOWN_LEVEL if random.random() < 0.2 else 2)),
        "retention": random.choice((None, None, None, 15, 200)),
        "made_from": made_from,
    }
    history.held[name, maker] = ()
    history.note("make", item=name)


def _derive(history: History) -> None:
    random = history.random
    holders = sorted({holder for _, holder in history.held})
    maker = random.choice(holders)
    own = sorted((name for name, holder in history.held if holder == maker), key=lambda name: int(name[1:]))
    sources = {
        *random.sample(own, min(len(own), random.choice((1, 1, 2)))),
        *own[-1:][: random.choice((0, 1, 1))],
    }
    _make(history, tuple(sorted(sources)), maker)


def _chain(history: History) -> None:
    """Make a summary of what was received, and a summary of that."""
    received = sorted(each for each, custody in history.held.items() if custody)
    if received:
        name, maker = history.random.choice(received)
        _make(history, (name,), maker)
        _make(history, (f"i{len(history.items) - 1}",), maker)


def _pass(history: History) -> None:
    """Pass something on, mostly by the book: hops that no agreement allowed happen too."""
    question = _question(history, onward=history.random.random() < 0.6)
    verdict = oracle.judge(history.acts, history.deeds, question)
    shared = [
        deed.id for deed in history.deeds.values() if {question.holder, question.to} <= oracle.ever(deed)
    ]
    if verdict.outcome != "permitted" and (not shared or history.random.random() < 0.6):
        return
    deed = verdict.deed or history.random.choice(shared)
    purpose = question.purpose if history.random.random() < 0.6 else None
    hop = (question.holder, question.to, deed, history.hour, purpose)
    history.held[question.item, question.to] = (*history.held[question.item, question.holder], hop)
    history.note("pass", item=question.item, hop=hop)


def _consent(history: History) -> None:
    random = history.random
    parties, holders = _parties(history), sorted({holder for _, holder in history.held})
    form = random.random()
    item = random.choice(sorted(history.items)) if form < 0.5 or form > 0.92 else None
    deed = random.choice(sorted(history.deeds)) if 0.5 <= form < 0.9 or form > 0.95 else None
    category = random.choice((*CATEGORIES, "inc", "*")) if 0.5 <= form < 0.88 or form > 0.95 else None
    begins = history.hour + random.choice((0, 0, 0, -24, 24, 300))
    said = {
        "by": random.choice(parties),
        "holder": random.choice(holders),
        "to": random.choice(parties),
        "item": item,
        "deed": deed,
        "category": category,
        "purpose": random.choice((None, None, *PURPOSES)),
        "from": begins,
        "until": begins + random.choice((1, 100, 2000, 9000, 90000)),
        "fresh": random.choice((None, None, None, 10, 100)),
        "hops": random.choice((1, 1, 2, 3)),
    }
    wish = _wish(history)
    if wish is not None and random.random() < 0.85:
        said |= _answer(wish, history)
    _give(history, said)
    if (
        wish is not None and said["from"] > history.hour
    ):  # not yet: what was refused is tried at once all the same
        _put(history, wish[0]._replace(hour=history.hour))


def _give(history: History, said: dict) -> None:
    """Give a consent."""
    number = len(history.acts)
    history.note("consent", number=number, **said)
    history.consents[number] = Consent(
        by=said["by"],
        holder=said["holder"],
        to=said["to"],
        from_=instant(said["from"]),
        until=instant(said["until"]),
        item=said["item"],
        agreement=said["deed"],
        category=said["category"],
        purpose=said["purpose"],
        fresh=Duration(seconds=said["fresh"] * 3600) if said["fresh"] else None,
        hops=said["hops"],
    )


def _carry(history: History) -> None:
    """Pass on, hand by hand, under a consent that carries over several hops, and try at each hand and beyond."""
    random = history.random
    wide = [each for each in history.consents.values() if each.hops > 1]
    if not wide:
        return
    consent = random.choice(wide[-3:])
    held = sorted(
        name
        for name, holder in history.held
        if holder == consent.holder and history.items[name]["originator"] != consent.to
    )
    if not held or consent.holder == consent.to:
        return
    name = consent.item if consent.item in held else random.choice(held)
    holder, to = consent.holder, consent.to
    for _ in range(random.randint(1, consent.hops)):
        shared = [deed.id for deed in history.deeds.values() if {holder, to} <= oracle.ever(deed)]
        if not shared:
            return
        hop = (holder, to, random.choice(shared), history.hour, random.choice((None, None, *PURPOSES)))
        history.held[name, to] = (*history.held[name, holder], hop)
        history.note("pass", item=name, hop=hop)
        if random.random() < 0.2:
            _make(history, (name,), to)
            name = f"i{len(history.items) - 1}"
        history.hour += random.choice((0, 0, 1, 24))
        for _ in range(2):
            _put(history, _question(history, onward=True, about=(name, to)))
        holder, to = to, history.tries[-1][0].to


def _twins(history: History) -> None:
    """Let another item come the way one came, make one of both, and let somebody consent to one of the two."""
    random = history.random
    received = sorted(each for each, custody in history.held.items() if custody)
    if not received:
        return
    name, maker = random.choice(received)
    twin = f"i{len(history.items)}"
    history.items[twin] = {**history.items[name], "made_from": ()}
    history.held[twin, history.items[name]["originator"]] = ()
    history.held[twin, maker] = history.held[name, maker]
    history.note("make", item=twin)
    pair = (name, twin) if random.random() < 0.5 else (twin, name)
    _make(history, pair, maker)
    _put(history, _question(history, onward=True, about=(f"i{len(history.items) - 1}", maker)))
    question, verdict, _ = history.tries[-1]
    if len(verdict.ask) == 1:
        said = _answer(history.tries[-1], history) | {
            "item": random.choice(pair),
            "deed": None,
            "category": None,
        }
        _give(history, said)
        _put(history, question._replace(hour=history.hour))


def _wish(history: History) -> tuple | None:
    """Give a try that needed consent, one of the last."""
    wanting = [each for each in history.tries if each[1].ask]
    return history.random.choice(wanting[-2:]) if wanting else None


def _answer(wish: tuple, history: History) -> dict:
    """Answer what was asked: to the point, or with one thing beside it."""
    random = history.random
    question, verdict, decision = wish
    giver = random.choice(sorted(verdict.ask))
    ask = next((each for each in decision.ask if each.party == giver), None)
    carrier = random.choice(ask.items) if ask is not None else question.item
    hops = question.custody.get(carrier) or ((None, None, random.choice(sorted(history.deeds))),)
    begins = history.hour
    said = {
        "by": giver,
        "holder": question.holder,
        "to": question.to,
        "item": None,
        "deed": None,
        "category": None,
        "purpose": random.choice((None, question.purpose, question.purpose)),
        "from": begins,
        "until": begins + random.choice((48, 24 * 60, 24 * 400)),
        "fresh": random.choice((None, None, None, 24)),
        "hops": random.choice((1, 1, 2, 2, 3)),
    }
    category = history.items[carrier]["category"] if carrier in history.items else "inc"
    if random.random() < 0.5:
        others = sorted(set(question.items) - {question.item, carrier})
        said["item"] = random.choice((question.item, carrier, *others, *others))
    else:
        said["deed"] = random.choice(hops)[2]
        said["category"] = random.choice((category, category.partition(".")[0]))
    beside = random.randrange(14)
    if beside == 0:
        said["by"] = random.choice(_parties(history))
    elif beside == 1:
        said["holder"] = random.choice(_parties(history))
    elif beside == 2:
        said["to"] = random.choice(_parties(history))
    elif beside == 3:
        said["item"] = random.choice(sorted(history.items))
        said["deed"], said["category"] = None, None
    elif beside == 4:
        said |= {"item": carrier, "deed": hops[0][2], "category": category}
    elif beside == 5:
        said |= random.choice(
            (
                {"item": None, "deed": None, "category": category},
                {"item": None, "deed": hops[0][2], "category": None},
                {"item": carrier, "deed": None, "category": category},
            )
        )
    elif beside == 6:
        said["purpose"] = random.choice(PURPOSES)
    elif beside == 7:
        said["from"] = begins + random.choice((1, 24))
    elif beside == 8:
        said |= {"item": None, "deed": random.choice(sorted(history.deeds)), "category": category}
    elif beside == 9:
        disclosed = history.items.get(question.item, {"category": "pub"})["category"]
        said |= {"item": None, "deed": hops[0][2], "category": disclosed}
    return said


def _revoke(history: History) -> None:
    if history.consents:
        number = history.random.choice(sorted(history.consents)[-3:])
        since = history.hour + history.random.choice((0, 1, 24, 200))
        old = history.consents[number]
        if old.revoked is None or instant(since) < old.revoked:
            history.consents[number] = _with(old, revoked=instant(since))
        history.note("revoke", consent=number, **{"from": since})
        if history.random.random() < 0.5:
            history.hour = since
            _again(history)


def _confirm(history: History) -> None:
    if history.consents:
        number = history.random.choice(sorted(history.consents))
        history.consents[number] = _with(history.consents[number], confirmed_at=instant(history.hour))
        history.note("confirm", consent=number)


def _with(consent: Consent, **changed) -> Consent:
    return Consent(**{name: getattr(consent, name) for name in consent.__struct_fields__} | changed)


def _withdraw(history: History) -> None:
    if history.random.random() < 0.3:
        name = history.random.choice(sorted(history.items))
        history.withdrawn.setdefault(name, history.hour)
        history.note("withdraw", item=name)


def _review(history: History) -> None:
    name = history.random.choice(sorted(history.items))
    history.reviewed.add(name)
    history.note("review", item=name)


def _question(history: History, onward: bool, about: tuple[str, str] | None = None) -> oracle.Question:
    random = history.random
    held = sorted(history.held)
    if about is not None:
        held = [about]
    elif onward:
        received = [each for each in held if history.held[each]]
        made = [each for each in held if history.items[each[0]]["made_from"]]
        held = random.choice((received, made, received + made)) or held
    name, holder = random.choice(held)
    partners = [
        party
        for deed in history.deeds.values()
        if holder in oracle.ever(deed)
        for party in sorted(oracle.ever(deed))
        if party != holder
    ]
    to = random.choice(partners if partners and random.random() < 0.92 else _parties(history))
    items, custody = {}, {}
    waiting = [(name, holder)]
    while waiting:
        source, end = waiting.pop()
        if source not in items:
            items[source] = dict(history.items[source])
            custody[source] = history.held[source, end]
            waiting.extend(
                (each, history.items[source]["originator"]) for each in history.items[source]["made_from"]
            )
    need = random.random() < 0.15
    return oracle.Question(
        hour=history.hour,
        item=name,
        holder=holder,
        to=to,
        purpose=random.choice(PURPOSES) if random.random() < 0.97 else "",
        carrier=random.choice((None, None, None, "https", "pouch", "relay")),
        judicial=random.random() < 0.12,
        necessity=need,
        officers=frozenset(random.sample(("one", "two", "three"), random.choice((1, 2, 3))))
        if need
        else frozenset(),
        under=random.choice(sorted(history.deeds)) if random.random() < 0.08 else None,
        items=items,
        custody=custody,
    )


def _spoil(history: History, question: oracle.Question) -> oracle.Question:
    """Now and then, hand in papers that do not hold together."""
    random = history.random
    items = {name: dict(facts) for name, facts in question.items.items()}
    custody = dict(question.custody)
    name = random.choice(sorted(items))
    how = random.randrange(6)
    if how == 0 and custody[name]:
        custody[name] = custody[name][random.choice((0, 1)) :][: random.choice((1, 9))]
    elif how == 1:
        items[name]["originator"] = random.choice(("", *PARTIES))
    elif how == 2 and len(items) > 1:
        del items[name]
    elif how == 3:
        items[name]["made_from"] = (*items[name]["made_from"], random.choice(sorted(items)))
    elif how == 4 and custody[name]:
        custody[name] = (*custody[name][:-1], (*custody[name][-1][:2], "deed-none", *custody[name][-1][3:]))
    elif how == 5 and custody[name]:
        wrong = random.choice(sorted(history.deeds))
        custody[name] = (*custody[name][:-1], (*custody[name][-1][:2], wrong, *custody[name][-1][3:]))
    return question._replace(items=items, custody=custody)


def _turning_point(history: History) -> None:
    """Now and then, stand at the very hour at which something begins or ends."""
    hours = [hour for act in history.acts if act["act"] == "consent" for hour in (act["from"], act["until"])]
    hours += [act["from"] for act in history.acts if act["act"] == "revoke"]
    if history.random.random() < 0.4:
        hours = [
            act["hour"] + length for act in history.acts if act["act"] == "confirm" for length in (24, 48)
        ]
        for (name, _), custody in history.held.items():
            days = [history.items[name]["retention"] or 0, 20, 60, 90, 300]
            hours += [hop[3] + length * DAY for hop in custody for length in days]
    soon = sorted({hour for hour in hours if history.hour <= hour <= history.hour + 90 * DAY})
    if soon:
        history.hour = history.random.choice(soon[:4]) + history.random.choice((0, 0, 0, 1))


def _try(history: History) -> None:
    wish = _wish(history)
    if history.random.random() < 0.3:
        _turning_point(history)
    if wish is not None and history.random.random() < 0.6:
        _again(history)
        return
    question = _question(history, onward=history.random.random() < 0.8)
    if history.random.random() < 0.12:
        question = _spoil(history, question)
    _put(history, question)


def _again(history: History) -> None:
    """Ask again what needed consent before, after whatever has happened since."""
    wish = _wish(history)
    if wish is not None:
        question = wish[0]._replace(hour=history.hour)
        if history.random.random() < 0.1:
            question = question._replace(officers=frozenset(("one", "two", "three")))
        _put(history, question)


def _put(history: History, question: oracle.Question) -> None:
    """Put a question to the oracle and to the engine."""
    verdict = oracle.judge(history.acts, history.deeds, question)
    decision = decide(*asked(history, question))
    history.tries.append((question, verdict, decision))
    history.note("try", item=question.item)


def asked(history: History, question: oracle.Question):
    """Put the same question to the engine."""
    items = {
        name: Item(
            id=name,
            category=facts["category"],
            originator=facts["originator"],
            kind=facts["kind"],
            marking=_marking(facts["marking"]),
            hops=tuple(
                Hop(sender, to, deed, instant(hour), purpose)
                for sender, to, deed, hour, purpose in question.custody.get(name, ())
            ),
            made_from=facts["made_from"],
            retention=Duration(days=facts["retention"]) if facts["retention"] else None,
        )
        for name, facts in question.items.items()
    }
    put = Question(
        items=items,
        disclose=question.item,
        holder=question.holder,
        to=question.to,
        purpose=question.purpose,
        carrier=_carrier(question.carrier),
        judicial=question.judicial,
        necessity=question.necessity,
        approved_by=tuple(sorted(question.officers)),
        under=question.under,
    )
    known = Known(
        history.sources.values(),
        history.consents.values(),
        withdrawn={name: instant(hour) for name, hour in history.withdrawn.items()},
        reviewed=history.reviewed,
    )
    return put, known, instant(question.hour)


def _carrier(carrier: str | None) -> str | None:
    return carrier


def _marking(level: int | None) -> Marking | None:
    if level is None:
        return None
    return Marking.read("TLP:MAUVE" if level == UNKNOWN_LEVEL else TLP[level])


def differences(verdict: oracle.Verdict, decision: Decision) -> list[str]:
    """Say where engine and oracle differ: outcome, every ground, whom to ask, the agreement used."""
    refs = {"state" if ground.rule == 2 else ground.ref for ground in decision.grounds}
    asked_for = {ask.party for ask in decision.ask}
    pairs = (
        ("outcome", verdict.outcome, decision.outcome),
        ("grounds", sorted(verdict.refs), sorted(refs)),
        ("ask", sorted(verdict.ask), sorted(asked_for)),
        ("agreement", verdict.deed, decision.agreement),
    )
    return [f"{what}: oracle {one}, engine {two}" for what, one, two in pairs if one != two]


def _wait(history: History) -> None:
    history.hour += history.random.choice((1, 24, 24 * 60))
    history.note("wait")


_PLAYS = {
    "make": _make,
    "derive": _derive,
    "pass": _pass,
    "carry": _carry,
    "twins": _twins,
    "consent": _consent,
    "revoke": _revoke,
    "confirm": _confirm,
    "withdraw": _withdraw,
    "review": _review,
    "try": _try,
    "wait": _wait,
}
__all__ = ["History", "asked", "differences", "play"]

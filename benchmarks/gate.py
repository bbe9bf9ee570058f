"""Decisions a second: `python benchmarks/gate.py [--questions N]`.

Shapes, each over N distinct questions (default 100,000), every ground built, nothing remembered between them:

    floor      five flat rules as plain Python `if`s over the same questions: what the language itself allows
    own        an item of the holder's own, six agreements at hand
    onward     three hops, a lineage of five, ten consents: everything a decision can look at
    refused    the same without one of the consents: the missing one is named
    bulk       a million items of one holder for one recipient, by classes; a third came each by its own hop

Beside them, where `cedarpy` and `regorus` can be imported, the flat subset (parties, time, category, purpose, marking,
carrier) as Cedar and as Rego policies in the same run, over the same articles of the same six agreements, giving the
same grounds, which is checked; and once more in Rego as a bare yes or no out of sets boiled down beforehand, which is
less than the gate answers. Texts and acts are laid out when they are first asked about; no answer is kept. Questions
are made before the clock starts and are left out of garbage collection, which would charge the gate for the
benchmark's own store of them. Times are CPU seconds of this process, one core, best of three, so that neighbours on a
shared machine weigh less; the ratios are printed.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from comity.agreements.loading import parse_agreement
from comity.decisions.bulk import decide_all
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item
from comity.handling.markings import Marking

START = datetime(2030, 1, 1, tzinfo=UTC)
PARTIES = [f"{name}.example" for name in ("north", "south", "east", "west", "lake", "harbour")]
PURPOSES = ("network-defence", "incident-response")
CATEGORIES = ("incident.indicators", "incident.reports", "incident.samples", "vulnerability", "bulletin")
MARKINGS = tuple(Marking.parse(f"TLP:{label}") for label in ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT"))

TEXT = """+++
comity = 1
id = "{id}"
title = "Arrangement between {a} and {b}"
language = "en"
+++

## Article 1 — Parties

The two.

```toml clause
[[party]]
id = "{a}"
name.en = "A"

[[party]]
id = "{b}"
name.en = "B"

[term]
signed = 2026-01-01
```

## Article 2 — What is shared

1. Incidents.
2. Vulnerabilities and bulletins.

```toml clause
[[exchange]]
category = "incident.*"
purposes = ["network-defence", "incident-response"]
paragraph = "1"

[[exchange]]
category = "vulnerability"
paragraph = "2"

[[exchange]]
category = "bulletin"
purposes = ["network-defence", "incident-response"]
paragraph = "2"
```

## Article 3 — Third parties

Everyone upstream is asked.

```toml clause
[third_party]
consent_of = "everyone-upstream"
```

## Article 4 — Handling

Up to AMBER+STRICT, kept five years.

```toml clause
[[handling]]
max_marking = "TLP:AMBER+STRICT"
retention = "P5Y"

[transport]
carriers = ["https", "pouch"]

[protection]
purposes_excluded = ["commercial"]
```
"""


def agreement_between(a: str, b: str) -> tuple[str, Any]:
    """Make the agreement of two Parties."""
    name = f"{a.partition('.')[0]}-{b.partition('.')[0]}"
    return name, parse_agreement({"agreement.en.md": TEXT.format(id=name, a=a, b=b).encode()})


def agreements() -> dict[str, Any]:
    """Make the agreements of a row of Parties, each with the next, and the first with the last."""
    pairs = [*pairwise(PARTIES), (PARTIES[0], PARTIES[-1])]
    return dict(agreement_between(a, b) for a, b in pairs)


def own_questions(count: int) -> list[tuple[Question, datetime]]:
    """Make questions about items of the holder's own; no two are alike."""
    found = []
    for number in range(count):
        holder, to = PARTIES[number % 5], PARTIES[number % 5 + 1]
        if number % 2:
            holder, to = to, holder
        item = Item(f"item-{number}", CATEGORIES[number % 5], holder, marking=MARKINGS[number % 4])
        question = Question({item.id: item}, item.id, holder, to, PURPOSES[number // 3 % 2], carrier="https")
        found.append((question, START + timedelta(seconds=number * 7)))
    return found


def onward_questions(count: int) -> tuple[list[tuple[Question, datetime]], list[Consent]]:
    """Make questions about items with three hops, made from five with one to three hops each; ten consents on each.

    Every item goes north, south, east, west; west made a summary of five and would pass it to lake.
    """
    row = PARTIES[:4]
    names = [f"{a.partition('.')[0]}-{b.partition('.')[0]}" for a, b in pairwise(row)]
    found = []
    for number in range(count):
        at = START + timedelta(seconds=number * 7)
        hops = tuple(
            Hop(row[step], row[step + 1], names[step], at - timedelta(days=30 - step), "network-defence")
            for step in range(3)
        )
        items = {}
        for part in range(5):
            first = part % 3
            held = hops[first:]
            item = Item(
                f"s-{number}-{part}", CATEGORIES[part % 3], row[first], hops=held, marking=MARKINGS[part % 4]
            )
            items[item.id] = item
        top = Item(
            f"d-{number}",
            "incident.reports",
            row[0],
            hops=hops,
            made_from=(),
            marking=MARKINGS[number % 4],
        )
        summary = Item(f"m-{number}", "incident.reports", row[3], made_from=tuple(items), marking=MARKINGS[1])
        items[summary.id] = summary
        # The disclosed item has three hops of its own and is made by North from North's five.
        whole = {
            top.id: Item(**{**_fields(top), "made_from": tuple(f"n-{number}-{part}" for part in range(5))})
        }
        for part in range(5):
            maker_hops = (
                ()
                if part % 2
                else (Hop("south.example", "north.example", names[0], at - timedelta(days=60)),)
            )
            origin = row[1] if maker_hops else row[0]
            whole[f"n-{number}-{part}"] = Item(
                f"n-{number}-{part}",
                CATEGORIES[part % 3],
                origin,
                hops=maker_hops,
                marking=MARKINGS[part % 4],
            )
        chosen = whole if number % 2 else items
        disclosed = top.id if number % 2 else summary.id
        question = Question(chosen, disclosed, row[3], PARTIES[4], "network-defence", carrier="https")
        found.append((question, at))
    return found, consents()


def _fields(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__struct_fields__}


def consents(without: str = "") -> list[Consent]:
    """Make ten consents to West for Lake: the ones that count stand last."""
    until = START + timedelta(days=4000)
    found = []
    for giver, name in (
        ("north.example", "north-south"),
        ("south.example", "south-east"),
        ("east.example", "east-west"),
    ):
        if giver == without:
            continue
        for number, category in enumerate(("vulnerability", "bulletin", "incident")):
            agreement = name
            found.append(
                Consent(
                    giver,
                    "west.example",
                    "lake.example",
                    START - timedelta(days=100 + number),
                    until,
                    agreement=agreement,
                    category=category,
                )
            )
    # Whoever stands further up is owed under every later text too.
    for giver, name in (
        ("north.example", "south-east"),
        ("north.example", "east-west"),
        ("south.example", "east-west"),
        ("south.example", "north-south"),
    ):
        if giver != without:
            found.append(
                Consent(
                    giver,
                    "west.example",
                    "lake.example",
                    START - timedelta(days=90),
                    until,
                    agreement=name,
                    category="incident",
                )
            )
    return found


def floor(question: Question, at: datetime, rules: dict[tuple[str, str], Any]) -> tuple[str, tuple[str, ...]]:
    """Five flat rules as plain Python: parties, time, category, purpose, marking."""
    terms = rules.get((question.holder, question.to))
    if terms is None:
        return "refused", ("rule 2",)
    begins, categories, purposes, level = terms
    if at < begins:
        return "refused", ("rule 2",)
    item = question.items[question.disclose]
    if item.category not in categories:
        return "refused", ("rule 4",)
    if question.purpose not in purposes:
        return "refused", ("rule 5",)
    if item.marking is not None and item.marking.level > level:
        return "refused", ("rule 6",)
    return "permitted", ("art. 2",)


def timed(ask: Callable[[Question, datetime], Any], questions: Sequence[tuple[Question, datetime]]) -> float:
    """Give questions a second, best of three."""
    best = 0.0
    for _ in range(3):
        gc.collect()
        gc.freeze()
        began = time.process_time()
        for question, at in questions:
            ask(question, at)
        best = max(best, len(questions) / (time.process_time() - began))
        gc.unfreeze()
    return best


def outcomes(known: Known, questions: Sequence[tuple[Question, datetime]]) -> str:
    """Count the outcomes of a sample, to show what was measured."""
    counted: dict[str, int] = {}
    for question, at in questions[:1000]:
        outcome = decide(question, known, at).outcome
        counted[outcome] = counted.get(outcome, 0) + 1
    return ", ".join(f"{count / 10:g} % {outcome}" for outcome, count in sorted(counted.items()))


def engines(
    questions: Sequence[tuple[Question, datetime]], known: Known
) -> dict[str, tuple[str, float | None]]:
    """Ask policy engines the flat subset of the same questions: name -> what was asked of which, answers a second.

    Two shapes: `all grounds`, as the gate answers, over the articles of every agreement at hand; and `yes or no`, for
    which what six agreements say is boiled down beforehand to four sets to look into.
    """
    sample = list(questions[:2000])
    wanted = [sorted(ground.ref for ground in decide(*asked).grounds) for asked in _put(sample, known)]
    return {
        "cedar": ("cedarpy, all grounds", cedar(sample, wanted)),
        "rego": ("gordon-to-regorus (a build of regorus), all grounds", rego(sample, wanted)),
        "rego y/n": ("the same, yes or no", rego_yes_or_no(sample)),
    }


def _put(sample: Sequence[tuple[Question, datetime]], known: Known) -> list[tuple[Question, Known, datetime]]:
    return [(question, known, at) for question, at in sample]


def _articles() -> list[dict[str, Any]]:
    """Give what the flat subset reads of every agreement: one record for each article that lets something pass."""
    pairs = [*pairwise(PARTIES), (PARTIES[0], PARTIES[-1])]
    return [
        {
            "ref": f"{a.partition('.')[0]}-{b.partition('.')[0]} art. 2({paragraph})",
            "parties": [a, b],
            "begins": int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()),
            "category": category,
            "purposes": purposes,
            "excluded": ["commercial"],
            "level": 3,
            "carriers": ["https", "pouch"],
        }
        for a, b in pairs
        for category, purposes, paragraph in (
            ("incident", list(PURPOSES), 1),
            ("vulnerability", None, 2),
            ("bulletin", list(PURPOSES), 2),
        )
    ]


def _flat(question: Question, at: datetime) -> dict[str, Any]:
    """Give what the flat subset reads of a question."""
    item = question.items[question.disclose]
    return {
        "holder": question.holder,
        "to": question.to,
        "at": int(at.timestamp()),
        "category": item.category,
        "purpose": question.purpose,
        "level": item.marking.level if item.marking is not None else 0,
        "carrier": question.carrier,
    }


def cedar(sample: Sequence[tuple[Question, datetime]], wanted: list[list[str]]) -> float | None:
    """Ask Cedar; the policies that permit are its grounds. None where `cedarpy` is not installed."""
    try:
        import cedarpy
    except ImportError:
        return None
    policies = []
    for number, each in enumerate(_articles()):
        a, b = (json.dumps(party) for party in each["parties"])
        covered = f'context.category == "{each["category"]}" || context.category like "{each["category"]}.*"'
        purposes = f" && {json.dumps(each['purposes'])}.contains(context.purpose)" if each["purposes"] else ""
        policies.append(
            f'@id("{number}") permit(principal, action, resource) when {{'
            f" [{a}, {b}].contains(context.holder) && [{a}, {b}].contains(context.to)"
            f" && context.at >= {each['begins']} && ({covered}){purposes}"
            f" && !{json.dumps(each['excluded'])}.contains(context.purpose)"
            f" && context.level <= {each['level']}"
            f" && {json.dumps(each['carriers'])}.contains(context.carrier) }};"
        )
    parsed = cedarpy.PolicySet.from_str("\n".join(policies))  # parsed once, as its documentation advises
    entities = cedarpy.Entities.from_json_str("[]")
    requests = [
        {
            "principal": f'Party::"{question.holder}"',
            "action": 'Action::"disclose"',
            "resource": f'Item::"{question.disclose}"',
            "context": _flat(question, at),
        }
        for question, at in sample
    ]
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        answers = [cedarpy.is_authorized(request, parsed, entities) for request in requests]
        best = max(best, len(sample) / (time.process_time() - began))
    assert all(answer.allowed for answer in answers), "the flat subset should permit the same questions"
    articles = _articles()
    found = [
        sorted(articles[int(name.removeprefix("policy"))]["ref"] for name in answer.diagnostics.reasons)
        for answer in answers
    ]
    assert found == wanted, "the flat subset should give the same grounds"
    return best


_REGO = """package flat
import rego.v1

grounds contains article.ref if {
    some article in data.articles
    input.holder in article.parties
    input.to in article.parties
    input.at >= article.begins
    covers(article.category, input.category)
    agreed(article, input.purpose)
    not input.purpose in article.excluded
    input.level <= article.level
    input.carrier in article.carriers
}

covers(stem, category) if category == stem
covers(stem, category) if startswith(category, concat("", [stem, "."]))
agreed(article, purpose) if article.purposes == null
agreed(article, purpose) if purpose in article.purposes
"""


def rego(sample: Sequence[tuple[Question, datetime]], wanted: list[list[str]]) -> float | None:
    """Ask a Rego engine for the set of articles that permit; None where `regorus` is not installed."""
    try:
        import regorus
    except ImportError:
        return None
    engine = regorus.Engine()
    engine.add_policy("flat.rego", _REGO)
    engine.add_data({"articles": _articles()})
    asked = [_flat(question, at) for question, at in sample]
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        answers = []
        for each in asked:
            engine.set_input(each)
            answers.append(engine.eval_rule("data.flat.grounds"))
        best = max(best, len(sample) / (time.process_time() - began))
    assert [sorted(answer) for answer in answers] == wanted, "the flat subset should give the same grounds"
    return best


def rego_yes_or_no(sample: Sequence[tuple[Question, datetime]]) -> float | None:
    """Ask a Rego engine for a yes or a no out of four sets; None where `regorus` is not installed."""
    try:
        import regorus
    except ImportError:
        return None
    pairs = json.dumps([f"{x}>{y}" for a, b in pairwise(PARTIES) for x, y in ((a, b), (b, a))])
    engine = regorus.Engine()
    engine.add_policy(
        "flat.rego",
        f"""package flat
import rego.v1
default allow := false
allow if {{
    input.pair in {pairs}
    input.category in {json.dumps(CATEGORIES)}
    input.purpose in {json.dumps(PURPOSES)}
    input.level <= 3
}}""",
    )
    asked = [{"pair": f"{question.holder}>{question.to}", **_flat(question, at)} for question, at in sample]
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        answers = []
        for each in asked:
            engine.set_input(each)
            answers.append(engine.eval_rule("data.flat.allow"))
        best = max(best, len(sample) / (time.process_time() - began))
    assert all(answer is True for answer in answers), "the flat subset should permit the same questions"
    return best


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=100_000, help="distinct questions a shape")
    parser.add_argument("--bulk", type=int, default=1_000_000, help="items for the bulk shape")
    given = parser.parse_args()
    texts = agreements()
    own = own_questions(given.questions)
    known = Known(texts.values(), unsigned=True)
    rules = {
        pair: (datetime(2026, 1, 1, tzinfo=UTC), frozenset(CATEGORIES), frozenset(PURPOSES), 3)
        for a, b in pairwise(PARTIES)
        for pair in ((a, b), (b, a))
    }
    print(f"Python {sys.version.split()[0]}, {given.questions:,} distinct questions a shape, best of three")
    base = timed(lambda question, at: floor(question, at, rules), own)
    print(f"floor    {base:>12,.0f}/s   five flat rules, plain Python")
    flat = timed(lambda question, at: decide(question, known, at), own)
    print(
        f"own      {flat:>12,.0f}/s   {outcomes(known, own)}; {base / flat:.1f} times below the floor; aim 250,000"
    )
    for name, (what, engine) in engines(own, known).items():
        if engine is None:
            package = what.partition(" ")[0].rstrip(",")
            print(f"{name:<8}            -     not installed: pip install {package}, run again")
        else:
            print(f"{name:<8} {engine:>12,.0f}/s   {what}; the gate is {flat / engine:.0f} times faster")
    del own
    onward, given_consents = onward_questions(given.questions)
    known = Known(texts.values(), given_consents, unsigned=True)
    deep = timed(lambda question, at: decide(question, known, at), onward)
    print(f"onward   {deep:>12,.0f}/s   {outcomes(known, onward)}; aim 30,000")
    known = Known(texts.values(), consents(without="south.example"), unsigned=True)
    short = timed(lambda question, at: decide(question, known, at), onward)
    print(f"refused  {short:>12,.0f}/s   {outcomes(known, onward)}")
    del onward
    return bulk(texts, given.bulk)


def bulk(texts: dict[str, Any], count: int) -> int:
    """Decide `count` items of one holder for one recipient at once."""
    known = Known(texts.values(), unsigned=True)
    at = START + timedelta(days=1)
    received = START - timedelta(days=90)
    items = [
        Item(
            f"b-{number}",
            CATEGORIES[number % 5],
            "south.example" if number % 3 else "north.example",
            hops=()
            if number % 3
            else (
                Hop(
                    "north.example",
                    "south.example",
                    "north-south",
                    received + timedelta(seconds=number),
                    "network-defence",
                    digest=f"{number:064x}",
                ),
            ),
            marking=MARKINGS[number % 4],
        )
        for number in range(count)
    ]
    question = Question({}, "", "south.example", "east.example", "network-defence", carrier="https")
    best = 0.0
    for _ in range(3):
        gc.collect()
        began = time.process_time()
        answer = decide_all(items, question, known, at)
        best = max(best, count / (time.process_time() - began))
    print(f"bulk     {best:>12,.0f}/s   {len(answer.decisions)} classes; aim 1,000,000")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

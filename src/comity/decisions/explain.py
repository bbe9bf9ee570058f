"""A decision in words: the rules in order, what each saw and what it concluded; grounds; whom to ask; what would help.

The outcome, the citations and who is asked never depend on the language; the words of the articles are given in the
reader's language where the agreement has that text, with the decisive text's citation.
"""

from collections.abc import Iterator

from comity.clock import format_instant
from comity.decisions.decision import Decision, Ground, Remedy
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.decisions.rules.lineage import lineage
from comity.decisions.rules.r10_necessity import officers
from comity.decisions.terms import Between
from comity.errors import BadInput
from comity.handling.item import Item
from comity.identifiers import ArticleRef

__all__ = ["RULES", "explain", "remedy_in_words", "words_of"]

#: Number -> the name under which a rule is cited.
RULES = {
    1: "safeguards",
    2: "in force",
    3: "parties and offices",
    4: "category",
    5: "purpose",
    6: "marking",
    7: "third party and custody",
    8: "retention",
    9: "transport",
    10: "necessity",
}


def explain(decision: Decision, known: Known, language: str | None = None) -> list[str]:
    """Explain a decision to people, line by line.

    Args:
        decision: the answer. `known`: what it was judged by.
        language: the reader's language (BCP 47); None for the decisive one of each agreement.
    """
    question = decision.question
    lines = [
        f"{_plain(decision.outcome)}: `{question.disclose}` from {question.holder} to {question.to}, "
        f"for {question.purpose or 'no stated purpose'}, at {format_instant(decision.at)}"
    ]
    if decision.agreement:
        lines.append(f"the hop would be made under {decision.agreement}")
    lines.extend(_rules(decision, known))
    lines.append("grounds:")
    lines.extend(
        f"  {ground.ref}: {words_of(ground, known, language) or '(no words at hand)'}"
        for ground in decision.grounds
    )
    for ask in decision.ask:
        what = ", ".join(f"`{item}`" for item in ask.items)
        purpose = f", naming the purpose {ask.purpose}" if ask.purpose else ""
        refs = ", ".join(dict.fromkeys(ground.ref for ground in ask.grounds))
        lines.append(f"ask {ask.party} to consent to {what}{purpose} ({refs})")
    lines.extend(remedy_in_words(decision, remedy) for remedy in decision.remedies)
    lines.extend(
        f"goes with it: {_plain(each.kind)} {each.value}, {each.to} ({each.ref})"
        for each in decision.obligations
    )
    return lines


def _plain(word: str) -> str:
    """Say a word of the machine as people do: `needs-consent`, `in-force`."""
    return word.replace("-", " ")


def remedy_in_words(decision: Decision, remedy: Remedy) -> str:
    """Say which sources to leave out: `releasable to east.example without report-17 (source: north.example)`."""
    without = " and ".join(
        f"{source.item} (source: {source.originator or 'unknown'})" for source in remedy.without
    )
    return f"releasable to {decision.question.to} without {without}"


def words_of(ground: Ground, known: Known, language: str | None = None) -> str:
    """Give the words of a ground in the reader's language, else as the decision holds them, on one line."""
    text = ground.text
    if language is not None:
        try:
            ref = ArticleRef.parse(ground.ref)
        except BadInput:
            ref = None
        source = known.sources.get(ref.agreement) if ref is not None else None
        if ref is not None and source is not None and text == source.agreement.text_of(ref):
            text = source.agreement.text_of(ref, language) or text
    return " ".join(text.split())


def _rules(decision: Decision, known: Known) -> Iterator[str]:
    question, at = decision.question, decision.at
    held = [each for each in (question.items.get(question.disclose), *question.holdings) if each is not None]
    item = next((each for number, each in enumerate(held) if number == decision.holding), None)
    between = [
        each
        for each in (track.at(at) for track in known.between(question.holder, question.to))
        if question.under in (None, each.agreement)
    ]
    saw = _seen(question, item, between, known)
    for number, name in RULES.items():
        against = [ground for ground in decision.grounds if ground.rule == number]
        if decision.permitted:
            concluded = _permits(number, against)
        elif against:
            refs = ", ".join(dict.fromkeys(ground.ref for ground in against))
            concluded = f"{'consent is owed' if decision.ask and number != 10 else 'against'}: {refs}"
        else:
            concluded = "nothing against"
        yield f"rule {number} {name}: saw {saw[number]}; {concluded}"


def _permits(number: int, grounds: list[Ground]) -> str:
    if not grounds:
        return "nothing against"
    refs = ", ".join(dict.fromkeys(ground.ref for ground in grounds))
    return f"{'lifts by' if number == 10 else 'permits by'} {refs}"


def _seen(question: Question, item: Item | None, between: list[Between], known: Known) -> dict[int, str]:
    """Say what each rule looked at."""
    if item is None:
        return dict.fromkeys(RULES, f"no item `{question.disclose}`")
    upstream = lineage(question, item).carried
    hops = [hop for holding in upstream for hop in holding.hops]
    into = [hop for hop in item.hops if hop.to == question.holder]
    given = sum(
        (each.holder, each.to) == (question.holder, question.to) and (each.is_item or each.is_class)
        for each in known.consents
    )
    purposes = sorted({hop.purpose for hop in hops if hop.purpose is not None})
    return {
        1: f"category {item.category}, purpose {question.purpose or 'none'}",
        2: ", ".join(f"{each.agreement} {_plain(each.terms.state)}" for each in between)
        or "no agreement between them",
        3: f"{question.office_from or question.holder} and {question.office_to or question.to}",
        4: f"{item.kind} of category {item.category}",
        5: f"purpose {question.purpose or 'none'}"
        + (f", received for {', '.join(purposes)}" if purposes else ""),
        6: (item.marking.label if item.marking else "no marking")
        + (", use before a court" if question.judicial else ""),
        7: f"{len(hops)} hops over {len(upstream)} items, {given} consents given to {question.holder} "
        f"for {question.to}",
        8: f"{len(into)} hops into {question.holder}",
        9: question.carrier or "no carrier chosen",
        10: f"invoked, approved by {officers(question)}" if question.necessity else "not invoked",
    }

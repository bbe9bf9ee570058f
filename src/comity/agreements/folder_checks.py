"""What a single text cannot know: names given once, clauses that stand once, and what a protocol replaces being there.

Source: specs/agreement.md, "The text" and "Protocols".
"""

from collections import defaultdict

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import KINDS, Clause, Term
from comity.agreements.days import EARLIEST, LATEST, beginning, ending, zone_of
from comity.agreements.mistakes import Mistakes, did_you_mean
from comity.clock import Instant

__all__ = ["check_ids", "check_single"]


def _window(clause: Clause, agreement: Agreement) -> tuple[Instant, Instant]:
    """Give the stretch a clause counts for, half open. The dates of a legal basis speak of the law instead."""
    term = next((each for each in agreement.clauses if isinstance(each, Term)), None)
    zone = zone_of(term.zone if term else "UTC")
    return beginning(clause.from_, zone) or EARLIEST, ending(clause.until, zone) or LATEST


def _overlap(one: Clause, two: Clause, agreement: Agreement) -> bool:
    (a, b), (c, d) = _window(one, agreement), _window(two, agreement)
    return a < d and c < b


def _all_clauses(agreement: Agreement) -> list[Clause]:
    return [*agreement.clauses, *(clause for protocol in agreement.protocols for clause in protocol.clauses)]


def check_ids(agreement: Agreement, mistakes: Mistakes) -> None:
    """A name is given once, and what a protocol replaces or repeals is there."""
    seen: dict[str, list[Clause]] = defaultdict(list)
    for clause in _all_clauses(agreement):
        for name in [*([clause.replaces] if clause.replaces else []), *clause.repeals]:
            if name not in seen and not any(
                _is_single(each, name) for group in seen.values() for each in group
            ):
                extra = did_you_mean(name, [known for known in seen if known])
                said = f"`{name}` names no earlier clause{extra}"
                mistakes.add(clause.path, clause.line, said, clause.ref.article)
        for other in seen[clause.id] if clause.id else ():
            if clause.id not in (clause.replaces, *clause.repeals) and _overlap(clause, other, agreement):
                said = f"id `{clause.id}` is given already at {other.path}:{other.line}"
                mistakes.add(clause.path, clause.line, said, clause.ref.article)
        seen[clause.id].append(clause)


def _is_single(clause: Clause, name: str) -> bool:
    return clause.clause_kind == name and not clause.many


def check_single(agreement: Agreement, mistakes: Mistakes) -> None:
    """A clause that may stand once does so at every instant."""
    gone: set[str] = set()
    standing: dict[str, list[Clause]] = defaultdict(list)
    for clause in _all_clauses(agreement):
        gone.update([clause.replaces, *clause.repeals])
        if clause.many or clause.clause_kind not in KINDS:
            continue
        for other in standing[clause.clause_kind]:
            replaced = {other.id, other.clause_kind} & gone - {""}
            if not replaced and _overlap(clause, other, agreement):
                at = f"{other.path}:{other.line}"
                said = f"a second `{clause.clause_kind}` beside {at}; one may be in force at a time"
                mistakes.add(clause.path, clause.line, said, clause.ref.article)
        standing[clause.clause_kind].append(clause)

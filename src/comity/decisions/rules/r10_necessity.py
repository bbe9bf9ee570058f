"""Rule 10, necessity: what imminent danger to life lifts.

Only the text that created an obligation can lift it: an agreement's clause lifts obligations that arose under that
agreement, and its own rules 5 and 6. It needs its distinct officers, two at least, and everyone upstream is told in
the same transaction, or nothing is lifted. It never lifts safeguards, custody, a withdrawal or retention.
"""

from collections.abc import Iterable, Iterator

from comity.decisions.decision import Ground, Obligation
from comity.decisions.question import Question
from comity.decisions.rules.passing import Passing
from comity.decisions.terms import Between
from comity.handling.custody import HopTerms

__all__ = ["lifted", "lifts", "lifts_by_copy", "notices", "officers", "unmet"]

_NOTHING: frozenset[str] = frozenset()
_NO_CLAUSE = Ground("rule 10 necessity", "no necessity clause lifts what stands against it", 10)
#: "Two officers": no clause can ask for fewer.
_LEAST_OFFICERS = 2


def lifted(question: Question, between: Between) -> frozenset[str]:
    """Give what this agreement's clause lifts: some of `purpose`, `marking`, `third_party`."""
    clause = between.necessity
    if not question.necessity or clause is None or not between.permits:
        return _NOTHING
    if officers(question) < max(_LEAST_OFFICERS, clause.officers):
        return _NOTHING
    return frozenset(clause.lifts)


def lifts(what: str, today: Between | None, passing: Passing) -> bool:
    """Lift what a hop's own agreement made, if it can, and note the article for the notices that go with it.

    Where only officers are missing, that is noted too, to be told if the answer is no.
    """
    if today is None or today.lifted_by is None:
        return False
    if what in lifted(passing.question, today):
        passing.used[today.lifted_by] = None
        return True
    if passing.question.necessity and today.necessity is not None and what in today.necessity.lifts:
        passing.short.update(dict.fromkeys(_short(passing.question, (today,))))
    return False


def lifts_by_copy(what: str, copied: HopTerms, passing: Passing) -> bool:
    """Lift what a hop made under an agreement that is not at hand, by the clause its statement carried.

    Whether that agreement is still in force cannot be read here; whoever passed it on answers for that.
    """
    clause = copied.necessity
    if clause is None or not passing.question.necessity or what not in clause.lifts:
        return False
    wanted, present = max(_LEAST_OFFICERS, clause.officers), officers(passing.question)
    if present >= wanted:
        passing.used[Ground(clause.article, clause.text, 10)] = None
        return True
    passing.short[_too_few(clause.article, present, wanted)] = None
    return False


def unmet(question: Question, tried: Iterable[Between], upstream: Iterable[Ground]) -> tuple[Ground, ...]:
    """Give why a necessity that was invoked lifted too little, for a decision that is not permitted.

    Args:
        tried: the agreements between holder and recipient.
        upstream: what was noted hop by hop.
    """
    short = {*upstream, *_short(question, tried)}
    return tuple(sorted(short)) or (_NO_CLAUSE,)


def _short(question: Question, agreements: Iterable[Between]) -> Iterator[Ground]:
    """Give the clauses in force that would have lifted something, had enough officers approved."""
    present = officers(question)
    for each in agreements:
        clause = each.necessity
        if clause is None or each.lifted_by is None or not each.permits:
            continue
        wanted = max(_LEAST_OFFICERS, clause.officers)
        if present < wanted:
            yield _too_few(each.lifted_by.ref, present, wanted)


def _too_few(article: str, present: int, wanted: int) -> Ground:
    return Ground(article, f"{present} of {wanted} officers have approved", 10)


def notices(upstream: Iterable[str], holder: str, used: Iterable[Ground]) -> tuple[Obligation, ...]:
    """Give the notices owed to everyone upstream, in the same transaction, for each clause that was used."""
    told = sorted({party for party in upstream if party != holder})
    return tuple(Obligation("notice", "necessity", party, ground.ref) for ground in used for party in told)


def officers(question: Question) -> int:
    """Count the officers who approved: each name once, blanks left out."""
    return len({name.strip() for name in question.approved_by if name.strip()})

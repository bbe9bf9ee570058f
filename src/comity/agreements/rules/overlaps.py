"""Other agreements between the same Parties on the same matter, and acts that have no effect."""

from collections.abc import Iterator
from datetime import timedelta

from comity.agreements.clauses import Exchange, Supersedes, Term
from comity.agreements.days import beginning, start_of, zone_of
from comity.agreements.governing import Timeline
from comity.agreements.rules.rule import Here, View, rule
from comity.identifiers import category_covers

Found = Iterator[tuple[Here, str]]


@rule(
    "overlap",
    "warning",
    reason="each agreement that permits suffices, an older or laxer one too unless it is superseded",
    source="VCLT art. 30; specs/gate.md, Which agreement",
)
def _overlap(view: View) -> Found:
    ended = {each.agreement for each in view.of(Supersedes)}
    for theirs in view.beside():
        other = theirs.agreement
        shared = view.parties & theirs.parties
        superseded = other.id in ended or view.agreement.id in {
            each.agreement for each in theirs.of(Supersedes)
        }
        if len(shared) < 2 or superseded:
            continue
        for mine in view.of(Exchange):
            for clause in theirs.of(Exchange):
                if category_covers(mine.category, clause.category) or category_covers(
                    clause.category, mine.category
                ):
                    yield (
                        mine,
                        f"`{mine.category}` passes between {' and '.join(sorted(shared))} under {clause.ref} too",
                    )
                    break


@rule(
    "without-effect",
    "warning",
    reason="it changes nothing",
    source="specs/agreement.md, Notices and Signing; VCLT art. 65, 67",
)
def _without_effect(view: View) -> Found:
    agreement = view.agreement
    if agreement.differences:
        return
    # Unsigned drafts are looked over as if signed; what is signed must hold.
    signed = not view.unsigned and any(file.path.endswith(".dsse") for file in agreement.signatures)
    named_day = agreement.term is not None and (agreement.term.signed or agreement.term.date)
    if not signed and not named_day:
        return
    for said in Timeline(agreement, view.others, unsigned=not signed).life.without_effect:
        yield None, said


@rule(
    "notice-dated-long-before",
    "warning",
    reason="the Parties must settle from when it counts",
    source="specs/gate.md, State and knowledge",
)
def _notice_dated_long_before(view: View) -> Found:
    term = view.first(Term)
    zone = zone_of(term.zone if term else "UTC")
    for notice in view.agreement.notices:
        received = beginning(notice.received, zone)
        if received is not None and received - start_of(notice.dated, zone) > timedelta(days=30):
            yield None, f"{notice.path}: dated {notice.dated}, received more than 30 days later"

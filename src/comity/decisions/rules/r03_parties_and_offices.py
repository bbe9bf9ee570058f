"""Rule 3, parties and offices: both ends are Parties, and the offices that speak have the mandate.

Membership is read with the state (rule 2). An office named in the question must stand in the agreement, belong to its
end, be allowed to exchange, handle the category, and be in contact with the other side; one that talks only
`through` a Party, office or mission needs that one on the way. A mission speaks for its Party where it sits.
An office nobody knows has no mandate: unknown means no.
"""

from comity.agreements.clauses import Mission, Office
from comity.agreements.governing import Terms
from comity.decisions.decision import Ground, Obligation
from comity.decisions.question import Question
from comity.identifiers import category_covers

__all__ = ["contacts_to_tell", "mandate", "offices"]

#: Kinds of clause by which an item passes, as a mandate names them.
_MANDATES = frozenset(("*", "exchange", "aid", "register", "materials", "delivery"))
_MISSION_TASKS = frozenset(("communication", "exchange", "*"))


def offices(question: Question, category: str, terms: Terms) -> tuple[Ground, ...]:
    """Give what stands against the offices named; nothing where none is named: then the Parties themselves speak."""
    against: list[Ground] = []
    ends = (
        (question.office_from, question.holder, question.office_to, question.to),
        (question.office_to, question.to, question.office_from, question.holder),
    )
    for name, party, other_name, other_party in ends:
        if name is None:
            continue
        unit = terms.offices.get(name) or terms.missions.get(name)
        reason = (
            f"`{name}` is not an office or mission of {terms.agreement_id}"
            if unit is None
            else _mission_lacks(unit, party, other_party)
            if isinstance(unit, Mission)
            else _office_lacks(unit, party, category, other_name, other_party, question.via, terms)
        )
        if reason:
            ref = "rule 3 parties and offices" if unit is None else str(unit.ref)
            against.append(Ground(ref, reason, 3))
    return tuple(against)


def mandate(name: str, party: str, other: str, clause: str, terms: Terms) -> Ground | None:
    """Give what stands against an office or mission that acts for its Party under a kind of clause; None: it may.

    Args:
        clause: the kind of clause, such as `aid`; empty where the clause itself names the office.
    """
    unit = terms.offices.get(name) or terms.missions.get(name)
    if unit is None:
        return Ground(
            "rule 3 parties and offices", f"`{name}` is not an office or mission of {terms.agreement_id}", 3
        )
    reason = (
        _not_its_mission(unit, party, other)
        if isinstance(unit, Mission)
        else _has_no_mandate(unit, party, other, clause, terms)
    )
    return Ground(str(unit.ref), reason, 3) if reason else None


def _has_no_mandate(office: Office, party: str, other: str, clause: str, terms: Terms) -> str | None:
    if office.party != party:
        return f"office `{office.id}` belongs to {office.party}"
    if clause and "*" not in office.may and clause not in office.may:
        return f"office `{office.id}` has no mandate for `{clause}`"
    if office.with_ is not None and not _in_contact_with(office.with_, other, terms):
        return f"office `{office.id}` has no contact with {other}"
    if office.through not in (None, party):
        return f"office `{office.id}` talks only through {office.through}"
    return None


def _in_contact_with(contacts: tuple[str, ...], other: str, terms: Terms) -> bool:
    """Tell whether one of the contacts is the other Party or an office of it."""
    theirs = [office for office in terms.offices.values() if office.party == other]
    return other in contacts or any(
        office.id in contacts or f"kind:{office.kind}" in contacts for office in theirs
    )


def _not_its_mission(mission: Mission, party: str, other: str) -> str | None:
    if mission.of != party or mission.at != other:
        return f"mission `{mission.id}` speaks for {mission.of} at {mission.at}"
    return None


def _mission_lacks(mission: Mission, party: str, other: str) -> str | None:
    if lacks := _not_its_mission(mission, party, other):
        return lacks
    if _MISSION_TASKS.isdisjoint(mission.tasks):
        return f"mission `{mission.id}` has no task of communication"
    return None


def _office_lacks(
    office: Office,
    party: str,
    category: str,
    other_name: str | None,
    other_party: str,
    via: tuple[str, ...],
    terms: Terms,
) -> str | None:
    if office.party != party:
        return f"office `{office.id}` belongs to {office.party}"
    if not _may_pass(office, category):
        return f"office `{office.id}` may not exchange"
    if office.categories is not None and not any(
        category_covers(each, category) for each in office.categories
    ):
        return f"office `{office.id}` does not handle `{category}`"
    if office.with_ is not None and not _in_contact(office.with_, other_name, other_party, terms):
        return f"office `{office.id}` has no contact with {other_name or other_party}"
    if office.through is not None and (office.through not in via or not _is_known(office.through, terms)):
        return f"office `{office.id}` talks only through {office.through}"
    return None


def _may_pass(office: Office, category: str) -> bool:
    """Tell whether the office may use the clause by which the category passes: `aid` for `aid.check`, else `exchange`.

    Those clauses stand as `exchange` clauses, so that a mandate for exchange covers them too.
    """
    return not {"*", "exchange", category.partition(".")[0]}.isdisjoint(
        kind for kind in office.may if kind in _MANDATES
    )


def _is_known(name: str, terms: Terms) -> bool:
    return name in terms.parties or name in terms.offices or name in terms.missions


def _in_contact(contacts: tuple[str, ...], name: str | None, party: str, terms: Terms) -> bool:
    other = terms.offices.get(name) if name is not None else None
    return (
        party in contacts
        or (name is not None and name in contacts)
        or (other is not None and f"kind:{other.kind}" in contacts)
    )


def contacts_to_tell(question: Question, terms: Terms) -> tuple[Obligation, ...]:
    """Give who must be told of the contact: those an office is coordinated with."""
    told: dict[str, Obligation] = {}
    for name in (question.office_from, question.office_to):
        office = terms.offices.get(name) if name is not None else None
        for each in office.coordinated_with if office is not None else ():
            told[each] = Obligation("notice", "contact", each, str(office.ref) if office else "")
    return tuple(told.values())

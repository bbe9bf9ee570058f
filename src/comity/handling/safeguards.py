"""The door: what no agreement can let in, because the safeguards stand outside agreements.

Four safeguards, cited by number as a decision does (`safeguard 1`):

1. No record or item is about opinion, belief, religion, ethnicity, orientation, press or diplomatic function, or mere
   association.
2. No record without owner, legal basis, data-subject category and review date. No automated adverse action.
3. Purpose stays bound and retention runs out: a purpose is stated, a review lies ahead.
4. Cooperation is coordination only: nothing for covert entry, deception or surveillance.

What is *typed* (a category, a purpose, a field, a role) is refused with its safeguard. What is *free text* is never
refused and never passed over: a suspicion goes to a person (`needs-reading`). Sources: Constitution of INTERPOL,
art. 3; Directive (EU) 2016/680, art. 6 and 10; `specs/handling.md`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from comity.handling.protected_matters import is_about, is_covert_work, words_to_read

__all__ = [
    "ROLES",
    "SAFEGUARDS",
    "Finding",
    "SubjectCategory",
    "check_category",
    "check_item",
    "check_record",
    "check_text",
    "needs_reading",
    "refused",
]

#: Number -> the safeguard in one sentence.
SAFEGUARDS: Mapping[int, str] = {
    1: "no record or item is about opinion, belief, religion, ethnicity, orientation, press or diplomatic function, "
    "or mere association",
    2: "no record without owner, legal basis, data-subject category and review date, and no automated adverse action",
    3: "purpose stays bound, retention runs out by itself, erasure is real",
    4: "cooperation is coordination only: nothing for covert entry, deception or surveillance",
}

#: Data-subject categories (Directive (EU) 2016/680, art. 6) -> what a record in that role must rest on.
ROLES: Mapping[str, str] = {
    "suspect": "offence",
    "convicted": "offence",
    "victim": "offence",
    "witness": "offence",
    "associate": "offence",
    "contact": "offence",
    "sanctioned": "decision",
}

Verdict = Literal["refused", "needs-reading"]


class Finding(msgspec.Struct, frozen=True, gc=False, order=True):
    """What the door found.

    Attributes:
        safeguard: its number; 0 where none asks for it and a person should know.
        place: the field it was found in.
        verdict: `refused`, or `needs-reading`: a person decides.
        message: one sentence; for free text it names the words and not the text around them.
    """

    safeguard: int
    place: str
    verdict: Verdict
    message: str

    @property
    def ref(self) -> str:
        """Cite the safeguard as a decision does."""
        return f"safeguard {self.safeguard}" if self.safeguard else "register"


class SubjectCategory(msgspec.Struct, frozen=True, gc=False):
    """A category of an older scheme of records, restated by what it rests on.

    Attributes:
        label: the name it is loaded under.
        rests_on: `offence`, `decision`, `restriction` (a decision that restricts a person and must expire), or what
            else it was made of (`opinion`, `function`, `association`, …).
        role: data-subject category its records get here.
        offence: code of the offence, in ordinary law.
        decision: reference of the court's or authority's decision.
        expires: last day of that decision, where it must have one.
    """

    label: str
    rests_on: str
    role: str = ""
    offence: str = ""
    decision: str = ""
    expires: date | None = None


def refused(findings: tuple[Finding, ...]) -> bool:
    """Tell whether a finding refuses."""
    return any(finding.verdict == "refused" for finding in findings)


def needs_reading(findings: tuple[Finding, ...]) -> bool:
    """Tell whether a person must read before anything goes on."""
    return any(finding.verdict == "needs-reading" for finding in findings)


def _typed(place: str, name: str) -> Iterator[Finding]:
    matter = is_about(name)
    if matter:
        yield Finding(1, place, "refused", f"{place} `{name[:80]}` is about {matter}")
    if is_covert_work(name):
        yield Finding(4, place, "refused", f"{place} `{name[:80]}` is covert work")


def check_text(texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """Look through free text, by field. Every suspicion goes to a person; nothing is refused here."""
    return tuple(
        Finding(1, place, "needs-reading", f"{place} needs a person's reading: it speaks of `{word[:40]}`")
        for place, text in texts.items()
        for word in dict.fromkeys(found.casefold() for found in words_to_read(text))
    )


def check_item(
    category: str, *, purpose: str = "", texts: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Check an item at the door.

    Args:
        category: its dotted category.
        purpose: what it is to serve, where that is known already.
        texts: its free words by field: title, caveat, description, body.
    """
    found = [*_typed("category", category), *_typed("purpose", purpose)]
    return (*found, *check_text(texts or {}))


def check_category(category: SubjectCategory) -> tuple[Finding, ...]:
    """Check a category of an older scheme: empty where its records may be loaded in the role it names.

    A category is convertible where it rests on an offence of ordinary law, named by its code, or on a decision with
    its reference (and, where it restricts a person, its expiry); everything else is refused with the safeguard.
    """
    place = f"category `{category.label[:60]}`"
    if category.rests_on not in ("offence", "decision", "restriction"):
        return (
            Finding(1, place, "refused", f"{place} rests on {category.rests_on or 'nothing'}, not on an act"),
        )
    found: list[Finding] = []
    if category.role not in ROLES:
        found.append(Finding(2, place, "refused", f"{place} names no data-subject category"))
    if category.rests_on == "offence" and not category.offence:
        found.append(Finding(1, place, "refused", f"{place} names no offence by its code"))
    if category.rests_on != "offence" and not category.decision:
        found.append(Finding(1, place, "refused", f"{place} names no decision by its reference"))
    if category.rests_on == "restriction" and category.expires is None:
        found.append(Finding(3, place, "refused", f"{place} names no day on which the decision expires"))
    return tuple(found)


def check_record(
    fields: Mapping[str, object],
    *,
    owner: str,
    basis: str,
    role: str,
    review: date | None,
    today: date,
    about_person: bool = True,
    offence: str = "",
    decision: str = "",
    texts: Mapping[str, str] | None = None,
    found: bool = True,
) -> tuple[Finding, ...]:
    """Check a record at the door of the register.

    Args:
        fields: its typed fields; names and the values under `topics` are judged, other values are not.
        owner: the Party that answers for it.
        basis: legal basis, in words.
        role: data-subject category, required for persons.
        review: day of the next review.
        today: the day it is entered; the review must lie after it.
        about_person: whether its subject is a natural person.
        offence: code of the offence an associate or contact is linked to: mere association is no ground.
        decision: reference of the decision a listed person is listed by.
        texts: its free words by field.
        found: whether a check can find it, by a name or an identifier.
    """
    findings: list[Finding] = []
    if not found:
        said = (
            "no name of it has a word that can be looked for, and it has no identifier: no check will find it"
        )
        findings.append(Finding(0, "name", "needs-reading", said))
    for name, value in fields.items():
        findings.extend(_typed(f"field `{name}`", name))
        if name == "topics":
            topics = value if isinstance(value, list | tuple) else [value]
            for topic in topics:
                findings.extend(_topic(str(topic)))
    findings.extend(
        Finding(2, place, "refused", f"the record names no {place}")
        for place, said in (("owner", owner), ("legal basis", basis))
        if not said.strip()
    )
    if review is None:
        findings.append(Finding(2, "review date", "refused", "the record names no review date"))
    elif review <= today:
        findings.append(Finding(3, "review date", "refused", f"review on {review} does not lie ahead"))
    if about_person:
        findings.extend(_role(role, offence, decision))
    return (*findings, *check_text(texts or {}))


#: Topics of FollowTheMoney entities that name a protected function.
_TOPICS = {"role.journo": "press function", "role.diplo": "diplomatic function", "gov.religion": "religion"}


def _topic(topic: str) -> Iterator[Finding]:
    if topic in _TOPICS:
        yield Finding(1, "topics", "refused", f"topic `{topic}` is about {_TOPICS[topic]}")
    else:
        yield from _typed("topics", topic)


def _role(role: str, offence: str, decision: str) -> Iterator[Finding]:
    if role not in ROLES:
        yield Finding(
            2, "role", "refused", f"data-subject category `{role[:40]}` is not one of {', '.join(ROLES)}"
        )
    elif role in ("associate", "contact") and not offence:
        yield Finding(1, "role", "refused", f"`{role}` without an offence is mere association")
    elif role == "sanctioned" and not (decision or offence):
        # A listing is a decision; its reference may be the basis itself, so only its absence everywhere is told.
        yield Finding(2, "role", "needs-reading", "a listed person's decision is not named by its reference")

"""Register: check a name here or with others, follow hits up, answer those that others follow up, watches, quotas."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from comity.console.view import View
from comity.console.visit import UNASKED, Visit
from comity.errors import NotFound

#: What a question can be about.
SCHEMAS = ("Person", "Organization", "Company", "Vessel", "Airplane", "LegalEntity")
#: What the register's forms ask for.
FIELDS = ("name", "born", "country", "identifier", "schema")


class Register(View, frozen=True, kw_only=True):
    """A check of one's own register, and the form that puts the same question to others.

    Attributes:
        rows: records found here, best first, each with its score and why.
        fields: what was asked for.
        schemas: what a question can be about.
        asked: whether anything was. `unasked`: whether it stands here without having been asked anew.
        parties, agreements, purposes: whom others can be asked under what, and what for.
        may_ask, may_enter: whether this officer asks others, and enters records.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    fields: dict[str, str]
    schemas: list[str]
    asked: bool
    unasked: bool
    parties: list[str]
    agreements: list[str]
    purposes: list[str]
    may_ask: bool
    may_enter: bool


class Asked(View, frozen=True, kw_only=True):
    """Checks or watches.

    Attributes:
        rows: each Party's part, newest first.
        told: whether these are what others put to this Party.
        watches: whether these are watches.
        may_end: whether this officer ends watches.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    told: bool
    watches: bool
    may_end: bool


class Check(View, frozen=True, kw_only=True):
    """One check or watch.

    Attributes:
        check: its id. `watch`: whether it is one. `complete`: everybody has answered.
        names: whom it is about.
        parties: each Party's part and how far it has come.
        rows: the hits told so far, best first.
        may_end: whether there is a watch that stands, and this officer ends watches.
        entries: entries of the journal when it was looked at; more of them is news.
    """

    table: ClassVar[str] = "rows"

    check: str
    watch: bool
    complete: bool
    names: list[str]
    parties: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    may_end: bool
    entries: int


class Hits(View, frozen=True, kw_only=True):
    """Hits told to this Party, or met here by others.

    Attributes:
        rows: the hits, newest first.
        told: whether others met them here.
        state: the state looked for; empty for all.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    told: bool
    state: str


class Hit(View, frozen=True, kw_only=True):
    """One hit.

    Attributes:
        hit: its facts: score, why, how it stands.
        record: the record, as far as it was released; None where it was not.
        rows: what it says of its subject: property, value, who says so, since when.
        terms: under which terms its owner keeps it.
        ours: whether this Party asked.
        may: what this officer may do with it, by verb.
    """

    hit: dict[str, Any]
    record: dict[str, Any] | None
    rows: list[dict[str, Any]]
    terms: dict[str, Any]
    ours: bool
    may: dict[str, bool]


class Record(View, frozen=True, kw_only=True):
    """One record of this register.

    Attributes:
        record: all that is kept of it.
        name: what it is called.
        identity: its number here.
        rows: what is said of its subject: property, value, who says so, since when.
        terms: under which terms it is kept, each with its value.
        said: the same by property, as a correction begins with it. `schemas`: what it can be about.
        ours: whether it is this Party's own.
        may_renew, may_withdraw, may_correct: whether this officer renews its review, withdraws it, and corrects it.
    """

    table: ClassVar[str] = "rows"

    record: dict[str, Any]
    rows: list[dict[str, Any]]
    terms: dict[str, Any]
    said: dict[str, list[str]]
    schemas: list[str]
    ours: bool
    name: str
    identity: str
    may_renew: bool
    may_withdraw: bool
    may_correct: bool


class Flags(View, frozen=True, kw_only=True):
    """Flags: dissent on others' records, and others' on ours.

    Attributes:
        rows: the flags, newest first.
        may_raise, may_settle: whether this officer takes flags back, and settles those on own records.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    may_raise: bool
    may_settle: bool


class Quotas(View, frozen=True, kw_only=True):
    """Questions of a day against what was agreed, and what closed hits came to.

    Attributes:
        rows: by agreement: who asked whom how often, and how often a day was agreed.
        day: the day.
        precision: of own sources: how many hits were confirmed and how many false.
        thresholds: by agreement the score above which nearly all hits were confirmed; None where too few are closed.
        due: what is due in the register.
        reviews: records to be looked at again, the first first, each with its number and its day.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    day: str
    precision: list[dict[str, Any]]
    thresholds: dict[str, Any]
    due: dict[str, int]
    reviews: list[dict[str, Any]]


def check(visit: Visit) -> Register:
    """Check a name against one's own register."""
    fields = {each: visit.query.get(each, "").strip()[:300] for each in FIELDS}
    fields["schema"] = fields["schema"] or "Person"
    rows: list[dict[str, Any]] = []
    unasked = bool(visit.query.get(UNASKED))
    if fields["name"] and not unasked:
        answers: Any = visit.ask("register-check", names=[question(fields)], limit=10)
        rows = [{**row, "name": name_of(visit, row["id"])} for row in answers[0]["hits"]] if answers else []
    choices: Any = visit.asked("share-choices") or {"parties": [], "purposes": []}
    return Register(
        rows=rows,
        fields=fields,
        schemas=list(SCHEMAS),
        asked=bool(fields["name"]),
        unasked=unasked,
        parties=[row["party"] for row in choices["parties"]],
        agreements=sorted({name for row in choices["parties"] for name in row["agreements"]}),
        purposes=choices["purposes"],
        may_ask=visit.may("register-ask"),
        may_enter=visit.may("register-add"),
    )


def name_of(visit: Visit, identity: str) -> str:
    """Give what the subject of a record is called; empty where this officer may not see it, or it has gone."""
    try:
        found: Any = visit.asked("register-show", identity=identity)
    except NotFound:
        return ""
    names = (
        [each["value"] for each in found["subject"]["statements"] if each["prop"] == "name"] if found else []
    )
    return names[0] if names else ""


def question(fields: dict[str, str]) -> bytes:
    """Put what a form says as the FollowTheMoney entity it stands for."""
    given = {
        "name": fields.get("name", ""),
        "birthDate": fields.get("born", ""),
        "country": fields.get("country", ""),
        "idNumber": fields.get("identifier", ""),
    }
    properties = {name: [value.strip()] for name, value in given.items() if value.strip()}
    return msgspec.json.encode(
        {"id": "question", "schema": fields.get("schema") or "Person", "properties": properties}
    )


def asked(visit: Visit) -> Asked:
    """List checks put to others, or by others."""
    return _asked(visit, watches=False)


def watches(visit: Visit) -> Asked:
    """List watches."""
    return _asked(visit, watches=True)


def _asked(visit: Visit, *, watches: bool) -> Asked:
    told = visit.query.get("told", "") == "1"
    rows: Any = visit.ask("register-checks", watches=watches, told=told, limit=200)
    return Asked(rows=rows, told=told, watches=watches, may_end=visit.may("register-unwatch"))


def one_check(visit: Visit, id: str) -> Check:
    """Show a check or watch.

    Raises:
        NotFound: there is none of that name.
    """
    entries = visit.entries()
    found: Any = visit.ask("register-asked", check=id)
    return Check(
        check=found["check"],
        watch=found["watch"],
        complete=found["complete"],
        names=found["parties"][0]["names"],
        parties=found["parties"],
        rows=found["hits"],
        may_end=visit.may("register-unwatch")
        and any(each["state"] == "standing" for each in found["parties"]),
        entries=entries,
    )


def hits(visit: Visit) -> Hits:
    """List hits."""
    told, state = visit.query.get("told", "") == "1", visit.query.get("state", "")[:40]
    rows: Any = visit.ask("register-hits", told=told, limit=200)
    silent: dict[str, Any] = {"hit": "", "owner": visit.desk.node.party, "why": [], "state": "", "due": None}
    shown = [{**silent, **row} for row in rows]
    return Hits(rows=[row for row in shown if state in ("", row["state"])], told=told, state=state)


def one_hit(visit: Visit, id: str) -> Hit:
    """Show a hit.

    Raises:
        NotFound: there is none of that name.
    """
    found: Any = visit.ask("register-hit", hit=id)
    released = found["record"] if isinstance(found["record"], dict) else None
    facts = {**found, "record": "" if released is not None else found["record"]}
    verbs = (
        "register-follow-up",
        "register-outcome",
        "register-release",
        "register-refuse",
        "register-flag",
    )
    return Hit(
        hit=facts,
        record=released,
        rows=_said_of(released) if released is not None else [],
        terms=_terms_of(released) if released is not None else {},
        ours=found["owner"] != visit.desk.node.party,
        may={verb: visit.may(verb) for verb in verbs},
    )


def _said_of(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give what is said of the subject of a record: property, value, who says so, since when."""
    return [
        {
            "property": each["prop"],
            "value": each["value"],
            "source": each.get("source", ""),
            "since": each.get("first_seen", ""),
        }
        for each in record["subject"]["statements"]
    ]


def _terms_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give the terms a record is kept on that say anything."""
    return {name: value for name, value in record["terms"].items() if value not in ("", None, [], ["*"])}


def record(visit: Visit, id: str) -> Record:
    """Show a record.

    Raises:
        NotFound: there is none of that number.
    """
    found: Any = visit.ask("register-show", identity=id)
    statements: list[dict[str, Any]] = list(found["subject"]["statements"])
    said: dict[str, list[str]] = {}
    for each in statements:
        said.setdefault(each["prop"], []).append(each["value"])
    names = said.get("name") or [id]
    ours = "agreement" not in found
    return Record(
        record=found,
        name=names[0],
        identity=id,
        rows=_said_of(found),
        terms=_terms_of(found),
        said=said,
        schemas=list(dict.fromkeys((found["subject"]["schema"], *SCHEMAS))),
        ours=ours,
        may_renew=ours and visit.may("register-renew"),
        may_withdraw=ours and visit.may("register-withdraw"),
        may_correct=ours and visit.may("register-correct"),
    )


def flags(visit: Visit) -> Flags:
    """List flags."""
    rows: Any = visit.ask("register-flags")
    return Flags(rows=rows, may_raise=visit.may("register-unflag"), may_settle=visit.may("register-settle"))


def quotas(visit: Visit) -> Quotas:
    """Tell a day's questions, and what closed hits came to."""
    day = visit.query.get("day", "").strip()[:10]
    rows: Any = visit.ask("register-quota", **({"day": day} if day else {}))
    precision: Any = visit.ask("register-precision")
    due: Any = visit.ask("register-due")
    return Quotas(
        rows=rows,
        day=day or visit.at.date().isoformat(),
        precision=precision["sources"],
        thresholds={row["agreement"]: row["proposed"] for row in precision["thresholds"]},
        reviews=due["reviews"],
        due={name: len(value) for name, value in due.items() if isinstance(value, list)},
    )

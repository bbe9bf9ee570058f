"""The form of a case file: a table of cases a lawyer can write, read with every mistake named.

```toml
agreements = ["../north-south-2026"]        # folders, relative to this file; unsigned ones are accepted here

[[case]]
name = "what North gave South may not go on to East without North's word"
at = 2031-03-14T09:00:00Z
from = "south.example"
to = "east.example"
purpose = "network-defence"
disclose = "report-18"
expect = "needs-consent"                     # permitted | refused | needs-consent
grounds = ["north-south-2026 art. 5"]        # all of these must be among the grounds given
ask = ["north.example"]                      # exactly these

  [[case.item]]
  id = "report-17"
  …
```

Consents and hops are taken as validly signed. Two items with one id are two holdings of it. Beside the fields of the
contract a case may say `under`, `via`, `withdrawn` and `reviewed`. Source: `specs/gate.md`, The case file.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from comity.clock import Instant
from comity.decisions.fields import REQUIRED, Fields
from comity.decisions.question import Question
from comity.errors import BadInput
from comity.handling.consent import MOST_HOPS, Consent
from comity.handling.custody import Hop
from comity.handling.item import KINDS, Item
from comity.handling.markings import Marking, Pap
from comity.identifiers import is_category
from comity.strict import NotToml, read_toml

__all__ = ["MAX_BYTES", "Case", "CaseFile", "parse_case_file"]

#: Largest case file read.
MAX_BYTES: Final = 16 * 1024 * 1024
OUTCOMES: Final = ("permitted", "refused", "needs-consent")


class Case(msgspec.Struct, frozen=True):
    """One case: a question, the acts it is judged by, and what is expected of the answer (None: nothing)."""

    name: str
    at: Instant
    question: Question
    consents: tuple[Consent, ...]
    withdrawn: Mapping[str, Instant]
    reviewed: tuple[str, ...]
    expect: str | None
    grounds: tuple[str, ...] | None
    ask: tuple[str, ...] | None


class CaseFile(msgspec.Struct, frozen=True):
    """A case file as read: folders of agreements as written, and its cases in order."""

    agreements: tuple[str, ...]
    cases: tuple[Case, ...]


def parse_case_file(data: bytes, name: str) -> CaseFile:
    """Read a case file.

    Args:
        data: its bytes.
        name: what to call it in mistakes.

    Raises:
        BadInput: with every mistake, each naming file and case.
    """
    table = _toml(data, name)
    mistakes: list[str] = []
    top = Fields(table, name, mistakes)
    agreements = top.texts("agreements", REQUIRED) or ()
    tables = top.tables("case")
    if not tables:
        top.wrong("there is no [[case]] in it")
    top.done()
    cases = [_case(each, f"{name}: case {number}", mistakes) for number, each in enumerate(tables, 1)]
    if mistakes:
        raise BadInput(*mistakes, hint="the form is shown in specs/gate.md, The case file")
    return CaseFile(agreements, tuple(case for case in cases if case is not None))


def _toml(data: bytes, name: str) -> Mapping[str, Any]:
    if len(data) > MAX_BYTES:
        raise BadInput(f"{name}: {len(data)} bytes are too many; a case file holds {MAX_BYTES} at most")
    try:
        text = data.decode("utf-8-sig")
        return read_toml(text)
    except UnicodeDecodeError:
        raise BadInput(f"{name}: this is not UTF-8 text") from None
    except NotToml as error:
        raise BadInput(f"{name}: {error}") from None


def _case(table: Any, place: str, mistakes: list[str]) -> Case | None:
    before = len(mistakes)
    called = table.get("name") if isinstance(table, dict) else None
    if isinstance(called, str) and called:
        place = f"{place.rpartition(': case ')[0]}: case `{called}`"
    fields = Fields(table, place, mistakes)
    name, at = fields.text("name"), fields.instant("at")
    holder, to = fields.party("from"), fields.party("to")
    items = _items(fields)
    expect = fields.one_of("expect", OUTCOMES, None)
    grounds, ask = fields.texts("grounds", None), fields.texts("ask", None)
    consents = [_consent(each, place, mistakes) for each in fields.tables("consent")]
    withdrawn, reviewed = fields.texts("withdrawn"), fields.texts("reviewed")
    use = fields.one_of("use", ("judicial",), None)
    disclose = fields.text("disclose") or ""
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.id, item)
    question = Question(
        items=first,
        disclose=disclose,
        holder=holder,
        to=to,
        purpose=fields.text("purpose", "") or "",
        office_from=fields.text("office_from", None),
        office_to=fields.text("office_to", None),
        carrier=fields.text("carrier", None),
        via=fields.texts("via"),
        confirmed=fields.flag("confirmed"),
        judicial=use == "judicial",
        necessity=fields.flag("necessity"),
        approved_by=fields.texts("approved_by"),
        under=fields.text("under", None),
        holdings=tuple(item for item in items if first[item.id] is not item),
    )
    fields.done()
    if len(mistakes) > before:
        return None
    return Case(
        name,
        at,
        question,
        tuple(each for each in consents if each is not None),
        dict.fromkeys(withdrawn, at),
        reviewed,
        expect,
        grounds,
        ask,
    )


def _items(fields: Fields) -> list[Item]:
    found = [_item(each, fields.place, fields.mistakes) for each in fields.tables("item")]
    first: dict[str, Item] = {}
    for item in found:
        other = first.setdefault(item.id, item)
        if msgspec.structs.replace(item, hops=()) != msgspec.structs.replace(other, hops=()):
            fields.wrong(f"item `{item.id[:60]}` stands twice and differs in more than its hops")
    return found


def _item(table: Any, place: str, mistakes: list[str]) -> Item:
    called = table.get("id") if isinstance(table, dict) else None
    fields = Fields(table, f"{place}: item `{str(called)[:60]}`", mistakes)
    name, category = fields.text("id") or "", fields.text("category") or ""
    if category and not is_category(category):
        fields.wrong(f"`{category[:60]}` is not a category such as `incident.indicators`")
    marking, pap = fields.text("marking", None), fields.text("pap", None)
    item = Item(
        id=name,
        category=category,
        originator=fields.party("originator", ""),
        kind=fields.one_of("kind", KINDS, "information") or "",
        marking=Marking.read(marking) if marking else None,
        pap=Pap.read(pap) if pap else None,
        hops=tuple(_hops(fields)),
        made_from=fields.texts("made_from"),
        retention=fields.length("retention"),
        caveat=fields.text("caveat", None),
        judicial=fields.one_of("judicial", ("free", "consent", "never"), None),
    )
    fields.done()
    return item


def _hops(fields: Fields) -> Iterator[Hop]:
    for number, each in enumerate(fields.tables("hops"), 1):
        hop = Fields(each, f"{fields.place}: hop {number}", fields.mistakes)
        found = Hop(
            from_=hop.party("from"),
            to=hop.party("to"),
            agreement=hop.text("agreement") or "",
            at=hop.instant("at"),
            purpose=hop.text("purpose", None),
        )
        hop.done()
        yield found


def _consent(table: Any, place: str, mistakes: list[str]) -> Consent | None:
    before = len(mistakes)
    fields = Fields(table, f"{place}: consent", mistakes)
    found = Consent(
        by=fields.party("by"),
        holder=fields.party("holder"),
        to=fields.party("to"),
        from_=fields.instant("from"),
        until=fields.instant("until"),
        item=fields.text("item", None),
        agreement=fields.text("agreement", None),
        category=fields.text("category", None),
        purpose=fields.text("purpose", None),
        revoked=fields.instant("revoked", None),
        confirmed_at=fields.instant("confirmed_at", None),
        fresh=fields.length("fresh"),
        hops=fields.count("hops", 1, MOST_HOPS),
        condition=fields.text("condition", None),
    )
    fields.done()
    return found if len(mistakes) == before else None

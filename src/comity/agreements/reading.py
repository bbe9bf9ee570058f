"""A table of TOML into a clause, field by field, with every mistake named and what would be right.

Source: specs/agreement.md, "What every clause may carry" and "Extensions".
"""

from typing import Any

from comity.agreements.blocks import RawClause
from comity.agreements.clauses import KINDS, Clause, Extension, fields_of
from comity.agreements.mistakes import Mistakes, did_you_mean
from comity.identifiers import ArticleRef

__all__ = ["read_clause"]

_IN_PROTOCOLS_ONLY = ("replaces", "repeals", "applies_to")


def read_clause(
    raw: RawClause, path: str, agreement: str, protocol: int, mistakes: Mistakes
) -> Clause | None:
    """Read one clause; None where its kind or a required field cannot be read (noted in `mistakes`)."""

    def wrong(said: str, field: str = "") -> None:
        mistakes.add(path, raw.lines.get(field, raw.line), said, raw.article)

    if raw.kind == "repeals" and protocol and isinstance(raw.table, list):
        return _repeal(raw, path, agreement, protocol, wrong)
    if not _form_is_right(raw, wrong):
        return None
    table = dict(raw.table)
    ref = ArticleRef(agreement, raw.article, _paragraph(table, wrong), _indent(table, wrong), protocol)
    if raw.kind.startswith("x_"):
        return Extension(ref=ref, line=raw.line, path=path, name=raw.kind, value=table)
    kind = KINDS[raw.kind]
    known = fields_of(kind)
    given: dict[str, Any] = {}
    complete = True
    for field, value in table.items():
        if field.startswith("x_"):
            continue
        if field not in known:
            extra = did_you_mean(field, [*known, "paragraph", "indent"])
            wrong(f"`{field[:60]}` is not a field of {raw.kind}{extra}", field)
            continue
        if field in _IN_PROTOCOLS_ONLY and not protocol:
            wrong(f"`{field}` stands in protocols only", field)
            continue
        attribute, says, required = known[field]
        try:
            given[attribute] = says.read(value)
        except (ValueError, OverflowError) as error:
            complete = complete and not required
            wrong(f"{raw.kind}.{field}: {error}", field)
    missing = [field for field, (_, _, required) in known.items() if required and field not in table]
    for field in missing:
        wrong(f"{raw.kind} needs `{field}`: {known[field][1].meaning}")
    if missing or not complete:
        return None
    extensions = {field: value for field, value in table.items() if field.startswith("x_")}
    return kind(ref=ref, line=raw.line, path=path, extensions=extensions, **given)


def _repeal(raw: RawClause, path: str, agreement: str, protocol: int, wrong: Any) -> Clause | None:
    """Read `repeals = ["…"]` standing alone at the head of a protocol's block."""
    try:
        names = fields_of(Clause)["repeals"][1].read(raw.table)
    except ValueError as error:
        wrong(f"repeals: {error}")
        return None
    ref = ArticleRef(agreement, raw.article, protocol=protocol)
    return Extension(ref=ref, line=raw.line, path=path, name="repeals", repeals=names)


def _form_is_right(raw: RawClause, wrong: Any) -> bool:
    """Check the word of the clause and whether it stands as `[x]` or `[[x]]`."""
    if raw.kind.startswith("x_"):
        if not isinstance(raw.table, dict):
            wrong(f"an extension is a table: write [{raw.kind[:60]}]")
            return False
        return True
    kind = KINDS.get(raw.kind)
    if kind is None:
        wrong(f"`{raw.kind[:60]}` is not a kind of clause{did_you_mean(raw.kind, KINDS)}")
        return False
    if not isinstance(raw.table, dict):
        header = f"[[{raw.kind}]]" if kind.many else f"[{raw.kind}]"
        wrong(f"`{raw.kind}` should open a table: write {header}")
        return False
    if kind.many and not raw.in_array:
        wrong(f"`{raw.kind}` may stand any number of times: write [[{raw.kind}]]")
        return False
    if raw.in_array and not kind.many:
        wrong(f"`{raw.kind}` stands once: write [{raw.kind}]")
        return False
    return True


def _paragraph(table: dict[str, Any], wrong: Any) -> str:
    value = table.pop("paragraph", "")
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    if not isinstance(value, str) or len(value) > 20 or set(value) & set("() \n"):
        wrong("paragraph should be the number of a paragraph such as `2`", "paragraph")
        return ""
    return value


def _indent(table: dict[str, Any], wrong: Any) -> int:
    value = table.pop("indent", 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 999:
        wrong("indent should be the number of an indent such as 3", "indent")
        return 0
    return value

"""What every clause has, whatever its kind.

A clause is one term of an article in a form machines obey: a frozen value whose fields carry, beside their type, the
reader that takes them from TOML and the sentence that explains them (`Says`). Fields that are words of Python end
in an underscore here (`from_`, `for_`, `with_`).

Source: specs/agreement.md, "What every clause may carry".
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, get_origin, get_type_hints

import msgspec

from comity.agreements.clauses.values import (
    Says,
    article_ref,
    choice,
    day,
    day_or_instant,
    list_of,
    text,
    word,
)
from comity.identifiers import ArticleRef

__all__ = ["Clause", "Extension", "Force", "fields_of", "toml_name"]

Force = Literal["enforced", "evidenced", "declared"]


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """A term of an article. Subclasses are the kinds.

    Attributes:
        ref: the article, with paragraph and indent, the clause belongs to.
        line: line of the file where it stands, from 1.
        path: that file, relative to the agreement's folder.
        extensions: its `x_` fields, kept as written; they permit and deny nothing.
        from_: its first day, `until`: its last day (or the instant it no longer counts).
        under: other texts it depends on; where one is not at hand or not in force, it denies.
        replaces, repeals, applies_to: in a protocol, what it does to earlier clauses and to what is held already.
    """

    clause_kind: ClassVar[str] = ""
    many: ClassVar[bool] = True
    #: What the node does about it, unless a kind says otherwise for some of its fields.
    force: ClassVar[Force] = "declared"
    #: Where the idea comes from, for the reference page.
    source: ClassVar[str] = ""

    ref: ArticleRef
    line: int = 0
    path: str = ""
    extensions: Mapping[str, Any] = msgspec.field(default_factory=dict)

    id: Annotated[str, Says(word, "its name, for other clauses to use")] = ""
    from_: Annotated[date | None, Says(day, "first day it counts; absent = from the agreement's first")] = (
        None
    )
    until: Annotated[
        date | datetime | None,
        Says(day_or_instant, "last day it counts, or the instant from which it no longer does"),
    ] = None
    under: Annotated[
        tuple[ArticleRef, ...],
        Says(
            list_of(article_ref),
            "articles of other texts it depends on; not at hand or not in force = denies",
        ),
    ] = ()
    note: Annotated[
        str, Says(text, "a remark for people; the only field that may differ between languages")
    ] = ""
    replaces: Annotated[str, Says(word, "in a protocol: the id of the clause it takes the place of")] = ""
    repeals: Annotated[
        tuple[str, ...], Says(list_of(word), "in a protocol: ids of clauses that end with it")
    ] = ()
    applies_to: Annotated[
        str, Says(choice("new", "held"), "in a protocol: `held` binds also what is held already")
    ] = "new"


class Extension(Clause, frozen=True, kw_only=True):
    """A clause whose kind begins with `x_`: signed, compared and shown, with no effect."""

    clause_kind: ClassVar[str] = "x_"

    name: str
    value: Mapping[str, Any] = msgspec.field(default_factory=dict)


def toml_name(attribute: str) -> str:
    """Give the name a field has in the text: `from` for `from_`."""
    return attribute.removesuffix("_")


_FIELDS: dict[type[Clause], dict[str, tuple[str, Says, bool]]] = {}


def fields_of(kind: type[Clause]) -> Mapping[str, tuple[str, Says, bool]]:
    """Give the fields an author may write: name in the text -> (attribute, what it says, whether it is required)."""
    found = _FIELDS.get(kind)
    if found is None:
        hints = get_type_hints(kind, include_extras=True)
        required = {field.name for field in msgspec.structs.fields(kind) if field.required}
        found = {
            toml_name(name): (name, says, name in required)
            for name, hint in hints.items()
            if get_origin(hint) is Annotated
            for says in hint.__metadata__
            if isinstance(says, Says)
        }
        _FIELDS[kind] = found
    return found

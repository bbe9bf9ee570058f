"""What an event says: typed values with their meaning beside them.

Every event of a matter has a form of its own, a frozen `Said`. The bounds of each field are part of its type, and so
is the sentence that explains it: the command line asks by it, the reference page is printed from it, and what another
Party says is read by it. People are named by what they do and never by name; what is confidential is an item, named
by its digest after the gate has let it pass.
"""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import msgspec

from comity.errors import ForeignInput

__all__ = [
    "Amount",
    "Count",
    "Currency",
    "Day",
    "DayPast",
    "ItemName",
    "MatterName",
    "PartyName",
    "Remark",
    "Said",
    "Word",
    "Words",
    "Year",
    "days_past",
    "meaning_of",
    "plain",
    "read_said",
]

#: Free words for people on one line; no control characters.
Words = Annotated[
    str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z", min_length=1, max_length=4000)
]
#: The same, or nothing.
Remark = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z", max_length=4000)]
#: A word that is compared letter by letter: an id, a purpose, a function, a ground.
Word = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9._:@+-]{0,127}\Z")]
PartyName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+\Z",
        max_length=253,
    ),
]
#: The digest of an item that has passed the gate, and of a matter.
ItemName = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
MatterName = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Year = Annotated[int, msgspec.Meta(ge=1900, le=9998)]
Day = datetime.date
#: The day of something that has happened: it is said on that day or later, never before (`specs/matter.md` §4, rule 7).
DayPast = Annotated[datetime.date, msgspec.Meta(extra={"past": True})]
#: A sum of money in decimal figures; never a binary fraction.
Amount = Annotated[str, msgspec.Meta(pattern=r"\A(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,4})?\Z")]
#: ISO 4217.
Currency = Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{3}\Z")]

#: Mistakes that are named.
_NAMED = 10

#: Most members a list in an event may hold.
MOST = 500
Items = Annotated[tuple[ItemName, ...], msgspec.Meta(max_length=MOST)]
WordList = Annotated[tuple[Word, ...], msgspec.Meta(max_length=MOST)]
WordsList = Annotated[tuple[Words, ...], msgspec.Meta(max_length=MOST)]


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what events say. A field that is absent has its default."""


def read_said(form: type[Said], values: Mapping[str, Any]) -> Said:
    """Read what an event says, as its form has it.

    Raises:
        ForeignInput: a field is missing, unknown, or not of its form.
    """
    try:
        return msgspec.convert(values, form)
    except msgspec.ValidationError as error:
        from comity.cooperation.wording import mistakes_in

        found = mistakes_in(form, values)[:_NAMED]
        raise ForeignInput(*(found or [f"event: {error}"])) from None


def plain(said: Said) -> dict[str, Any]:
    """Give what an event says as plain values, days as RFC 3339 has them; what is at its default is left out."""
    values: dict[str, Any] = msgspec.to_builtins(said)
    return values


def meaning_of(form: type[Said], field: str) -> str:
    """Give the sentence that explains a field."""
    from typing import get_type_hints

    hint = get_type_hints(form, include_extras=True)[field]
    for each in reversed(getattr(hint, "__metadata__", ())):
        if isinstance(each, msgspec.Meta) and each.description:
            return each.description
    return ""


def days_past(said: Said) -> tuple[datetime.date, ...]:
    """Give the days of what an event says has happened."""
    return tuple(
        day for name in past_fields(type(said)) if isinstance(day := getattr(said, name), datetime.date)
    )


@cache
def past_fields(form: type[Said]) -> tuple[str, ...]:
    """Give the fields of a form that hold the day of something that has happened."""
    from typing import get_type_hints

    return tuple(
        name
        for name, hint in get_type_hints(form, include_extras=True).items()
        for each in getattr(hint, "__metadata__", ())
        if isinstance(each, msgspec.Meta) and (each.extra or {}).get("past")
    )


def means(sentence: str) -> msgspec.Meta:
    """Explain a field: `name: Annotated[Word, means("…")]`."""
    return msgspec.Meta(description=sentence)

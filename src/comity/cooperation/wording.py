"""What is wrong in what an event says, field by field, as people say it: each with an example of what would do.

The types of `cooperation/said.py` bound every field; what the reader of bytes says of them (a pattern, a path) is for
programs.
"""

import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from comity.cooperation import said
from comity.languages.words import N_

__all__ = ["Path", "dotted", "mistakes_in"]

#: Where a value stands: a field, or a field, the number of a row from 1 on, and a field of the row.
Path = tuple[str | int, ...]

#: Characters of a value that are given back.
_SHOWN = 60


def _pattern(hint: Any) -> str:
    return next(each.pattern or "" for each in hint.__metadata__ if isinstance(each, msgspec.Meta))


_NO_AMOUNT = N_("{where}: `{given}` is not an amount such as 310.50")
_NO_CURRENCY = N_("{where}: `{given}` is not a currency of three capitals such as EUR")
_NO_PARTY = N_("{where}: `{given}` is not the name of a Party such as north.example")
_NO_WORD = N_("{where}: `{given}` is not one word of small letters and figures such as sea-north or 2031-1")
_NO_NAME = N_("{where}: `{given}` is not a digest of 64 figures")
_NO_LINE = N_("{where}: `{given}` is not one line of 1 to 4000 characters")
_NO_REMARK = N_("{where}: `{given}` is not one line of at most 4000 characters")
_NO_DAY = N_("{where}: `{given}` is not a day such as 2031-03-14")
_NO_COUNT = N_("{where}: `{given}` is not a whole number from {least} to {most}")
_NO_FLAG = N_("{where}: `{given}` is neither true nor false")
_NO_CHOICE = N_("{where}: `{given}` is not one of {choices}")
_NO_LIST = N_("{where}: a list of at most {most} was expected")
_NO_TABLE = N_("{where}: a table of fields was expected")
_MISSING = N_("{name} is missing")
_UNKNOWN = N_("{where} is not one of {choices}")
_OTHERWISE = N_("{where}: `{given}` is not what was expected")

#: Pattern of a field's type -> what to say of a value that is not of it.
_OF_PATTERN = {
    _pattern(said.Amount): _NO_AMOUNT,
    _pattern(said.Currency): _NO_CURRENCY,
    _pattern(said.PartyName): _NO_PARTY,
    _pattern(said.Word): _NO_WORD,
    _pattern(said.ItemName): _NO_NAME,
    _pattern(said.Words): _NO_LINE,
    _pattern(said.Remark): _NO_REMARK,
}


def dotted(path: Path) -> str:
    """Give where a value stands as `lines[2].until`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def mistakes_in(
    form: type[msgspec.Struct],
    values: Mapping[str, Any],
    where: Callable[[Path], str] = dotted,
    *,
    by_hand: bool = False,
) -> list[str]:
    """Give a sentence for each field that is missing, unknown or not of its type.

    Args:
        where: puts a place into words.
        by_hand: so far it is only typed: what follows by itself may be missing, and items and matters are named by a
            label or the beginning of their digest.
    """
    return list(_in_struct(form, values, (), where, by_hand))


def _in_struct(
    form: type[msgspec.Struct],
    values: Mapping[str, Any],
    at: Path,
    where: Callable[[Path], str],
    by_hand: bool,
) -> Iterator[str]:
    hints = typing.get_type_hints(form, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(form)}
    for name in sorted(set(values) - set(fields), key=str):
        place = where((*at, str(name)[:_SHOWN]))
        yield _UNKNOWN.format(where=place, choices=", ".join(fields))
    for name, field in fields.items():
        if name in values:
            yield from _in_value(hints[field.name], values[name], (*at, name), where, by_hand)
        elif field.required and (at or not by_hand):
            yield _MISSING.format(name=where((*at, name)))


def _in_value(hint: Any, value: Any, at: Path, where: Callable[[Path], str], by_hand: bool) -> Iterator[str]:
    kind, bounds = _unfolded(hint)
    if by_hand and _pattern(said.ItemName) in {each.pattern for each in bounds}:
        return
    if typing.get_origin(kind) is tuple:
        most = next((each.max_length for each in bounds if each.max_length is not None), said.MOST)
        if not isinstance(value, list | tuple) or len(value) > most:
            yield _NO_LIST.format(where=where(at), most=most)
            return
        for number, each in enumerate(value, 1):
            yield from _in_value(typing.get_args(kind)[0], each, (*at, number), where, by_hand)
        return
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if isinstance(value, Mapping):
            yield from _in_struct(kind, value, at, where, by_hand)
        else:
            yield _NO_TABLE.format(where=where(at))
        return
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        yield _sentence(kind, bounds).format(
            where=where(at),
            given=str(value)[:_SHOWN],
            choices=", ".join(map(str, typing.get_args(kind))),
            least=next((each.ge for each in bounds if each.ge is not None), 0),
            most=next((each.le for each in bounds if each.le is not None), ""),
        )


def _unfolded(hint: Any) -> tuple[Any, list[msgspec.Meta]]:
    """Give the type that stands at the heart of a hint, and the bounds on the way to it."""
    bounds: list[msgspec.Meta] = []
    while True:
        members = [each for each in typing.get_args(hint) if each is not type(None)]
        if hasattr(hint, "__metadata__"):
            bounds += [each for each in hint.__metadata__ if isinstance(each, msgspec.Meta)]
        elif type(None) not in typing.get_args(hint):
            return hint, bounds
        hint = members[0]


def _sentence(kind: Any, bounds: list[msgspec.Meta]) -> str:
    if typing.get_origin(kind) is typing.Literal:
        return _NO_CHOICE
    if kind in (int, bool, said.Day):
        return {int: _NO_COUNT, bool: _NO_FLAG, said.Day: _NO_DAY}[kind]
    found = (_OF_PATTERN[each.pattern] for each in bounds if each.pattern in _OF_PATTERN)
    return next(found, _OTHERWISE)

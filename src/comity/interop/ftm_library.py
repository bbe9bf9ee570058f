"""What FollowTheMoney's own library says of an entity, where it is installed (the extra `comity[register]`).

Comity reads and writes the format by itself and lets through what it does not know. The library knows the whole model:
which properties a schema has, and which values a property may take. It is asked only on request (`register import
--validate`), so that no file is good at one Party and bad at another because of what happens to be installed; it never
changes a value. It is loaded only here: a second and some 50 MB.

Source: https://followthemoney.tech/docs (schema model, property types).
"""

from collections.abc import Callable, Iterator
from typing import Any

from comity.errors import ForeignInput, RefusedHere
from comity.register.book import Entity
from comity.register.subjects import Subject, read_subject

__all__ = ["validated"]

_SHOWN = 60


def validated(entities: Iterator[Entity], source: str) -> Iterator[Entity]:
    """Pass entities on; one that the library objects to becomes its mistakes, each with its line.

    Args:
        entities: line and entity, as the readers of files give them.
        source: the file's name, for messages.

    Raises:
        RefusedHere: the library is not installed.
    """
    try:
        from followthemoney import model
    except ImportError:
        raise RefusedHere(
            "validation needs the FollowTheMoney library, which is not installed",
            hint="install it with pip install 'comity[register]', or import without --validate",
        ) from None
    return _each(entities, source, model.get)


def _each(entities: Iterator[Entity], source: str, schema_of: Callable[[str], Any]) -> Iterator[Entity]:
    for number, entity in entities:
        place = f"{source}:{number}"
        try:
            subject = _read(entity, place)
        except ForeignInput as error:
            yield number, error
            continue
        mistakes = tuple(f"{place}: {mistake}" for mistake in _mistakes(subject, schema_of(subject.schema)))
        yield number, ForeignInput(*mistakes) if mistakes else subject


def _read(entity: bytes | Subject | ForeignInput, place: str) -> Subject:
    if isinstance(entity, ForeignInput):
        raise entity
    return entity if isinstance(entity, Subject) else read_subject(entity, what=place)


def _mistakes(subject: Subject, schema: Any) -> Iterator[str]:
    if schema is None:
        yield f"FollowTheMoney has no schema `{subject.schema[:_SHOWN]}`"
        return
    if schema.abstract:
        yield f"`{schema.name}` is only a family of schemas in FollowTheMoney; say which"
    for statement in subject.statements:
        prop = schema.get(statement.prop)
        if prop is None:
            yield f"`{schema.name}` has no property `{statement.prop[:_SHOWN]}` in FollowTheMoney"
        elif not prop.type.validate(statement.value):
            yield f"`{statement.value[:_SHOWN]}` is no {prop.type.name} as FollowTheMoney has it (`{prop.name}`)"

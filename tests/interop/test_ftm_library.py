"""FollowTheMoney's library judges entities on request; here a model of two properties stands for it, and the real one
where it is installed."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from comity.errors import ForeignInput, RefusedHere
from comity.interop.ftm_library import validated
from comity.register.subjects import Statement, Subject


def subject(schema: str = "Person", **values: str) -> Subject:
    return Subject("s-1", schema, tuple(Statement(prop, value) for prop, value in values.items()))


def small_model() -> ModuleType:
    """A Person with a name and a birth date; a family of schemas, LegalEntity."""

    def prop(name: str, kind: str, valid) -> SimpleNamespace:
        return SimpleNamespace(name=name, type=SimpleNamespace(name=kind, validate=valid))

    props = {
        "name": prop("name", "name", bool),
        "birthDate": prop("birthDate", "date", lambda value: value[:2] in ("19", "20")),
    }
    schemata = {
        "Person": SimpleNamespace(name="Person", abstract=False, get=props.get),
        "Thing": SimpleNamespace(name="Thing", abstract=True, get=props.get),
    }
    module = ModuleType("followthemoney")
    module.model = SimpleNamespace(get=schemata.get)
    return module


@pytest.fixture(params=["a small model", "the library"])
def library(request, monkeypatch) -> None:
    if request.param == "a small model":
        monkeypatch.setitem(sys.modules, "followthemoney", small_model())
    else:
        pytest.importorskip("followthemoney")


@pytest.mark.parametrize(
    ("entity", "mistakes"),
    [
        (subject(name="Anna Example", birthDate="1970-02-01"), ()),
        (
            subject(name="Anna Example", birthDate="the spring"),
            ("f:3: `the spring` is no date as FollowTheMoney has it (`birthDate`)",),
        ),
        (
            subject(name="Anna Example", shoeSize="41"),
            ("f:3: `Person` has no property `shoeSize` in FollowTheMoney",),
        ),
        (subject("Being", name="Anna"), ("f:3: FollowTheMoney has no schema `Being`",)),
        (subject("Thing", name="Anna"), ("f:3: `Thing` is only a family of schemas in FollowTheMoney; say which",)),
        (ForeignInput("f:3: not JSON"), ("f:3: not JSON",)),
        (b'{"id": "s-1", "schema": "Person", "properties": {"name": ["Anna"], "birthDate": ["0"]}}',
         ("f:3: `0` is no date as FollowTheMoney has it (`birthDate`)",)),
        (b"{", None),
    ],
)  # fmt: skip
def test_what_the_library_objects_to_is_a_mistake_with_its_line(library, entity, mistakes):
    ((number, found),) = validated(iter([(3, entity)]), "f")
    assert number == 3
    if mistakes == ():
        assert found == entity
    else:
        assert isinstance(found, ForeignInput)
        assert mistakes is None or found.mistakes == mistakes


def test_without_the_library_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "followthemoney", None)
    with pytest.raises(RefusedHere, match="not installed") as refused:
        validated(iter([]), "f")
    assert "comity[register]" in refused.value.hint

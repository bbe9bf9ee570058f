"""Catalogues are complete, keep every value, count as their language counts, and say whether anybody has read them."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from comity.languages import TAGS, is_reviewed

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("catalogues", ROOT / "tools" / "catalogues.py")
assert _SPEC is not None and _SPEC.loader is not None
catalogues = importlib.util.module_from_spec(_SPEC)
sys.modules["catalogues"] = catalogues
_SPEC.loader.exec_module(catalogues)

OTHERS = tuple(tag for tag in TAGS if tag != "en")
MESSAGES = catalogues.messages()
CATALOGUES = [(tag, area) for tag in OTHERS for area in catalogues.AREAS]


def said(tag: str):
    """Give every message of a language's catalogues."""
    return [each for area in catalogues.AREAS for each in catalogues.catalogue_of(tag, area) if each.id]


#: Messages that read the same in a language, and why.
SAME: dict[tuple[str, str], str] = {
    **{
        (tag, message): reason
        for tag in OTHERS
        for message, reason in (
            ("Person, Organization, Vessel, …", "names of schemata, as a file bears them"),
        )
    },
    **{
        (tag, message): "the sign of a unit"
        for tag in ("cs", "pl")
        for message in ("{count} min", "{count} s")
    },
    **{("cs", message): "the sign of a unit" for message in ("{count} h", "{hours} h")},
    **{(tag, "token"): "the same word there" for tag in ("cs", "pl", "hu")},
    **{(tag, "auditor"): "the same word there" for tag in ("cs", "hu")},
    **{("pl", message): "the same word there" for message in ("administrator", "plan")},
    ("cs", "Text"): "the same word there",
}

_PLACEHOLDER = re.compile(r"\{\w+\}")


def forms(message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_there_is_a_catalogue_for_every_language():
    assert set(catalogues.TAGS) == set(OTHERS) == {"cs", "pl", "ru", "ko", "hu"}


@pytest.mark.parametrize("tag", OTHERS)
def test_every_message_is_translated_and_none_is_left_over(tag):
    """New words? `python tools/catalogues.py extract`, then `missing`, `fill` and `compile`."""
    held = {message.id: message for message in said(tag)}
    missing = [key for key in MESSAGES if key not in held or not all(forms(held[key]))]
    left_over = [key for key in held if key not in MESSAGES]
    assert (missing, left_over) == ([], [])
    assert len(said(tag)) == len(MESSAGES)


@pytest.mark.parametrize("tag", OTHERS)
def test_no_value_is_lost_and_none_invented(tag):
    for message in said(tag):
        source = message.id if isinstance(message.id, str) else message.id[1]
        for form in forms(message):
            assert sorted(_PLACEHOLDER.findall(form)) == sorted(_PLACEHOLDER.findall(source)), form
            assert form.count("`") == source.count("`"), form
            assert form == form.strip(), form


@pytest.mark.parametrize("tag", OTHERS)
def test_each_count_has_the_forms_its_language_has(tag):
    forms_here = catalogues.catalogue_of(tag, "house").num_plurals
    for message in said(tag):
        if isinstance(message.id, tuple):
            assert len(forms(message)) == forms_here, message.id


@pytest.mark.parametrize("tag", OTHERS)
def test_what_reads_as_in_english_has_a_reason(tag):
    same = {
        message.id
        for message in said(tag)
        if any(form in (message.id, message.id[0]) for form in forms(message))
    }
    listed = {message for language, message in SAME if language == tag}
    assert same == listed


@pytest.mark.parametrize(("tag", "area"), CATALOGUES)
def test_what_the_program_reads_is_what_people_read(tag, area):
    """After changing a .po: `python tools/catalogues.py compile`."""
    compiled = catalogues.file_of(tag, area).with_suffix(".mo")
    assert compiled.read_bytes() == catalogues.compiled(tag, area)


@pytest.mark.parametrize("tag", OTHERS)
def test_there_is_no_catalogue_of_another_name(tag):
    held = {file.stem for file in (catalogues.LANGUAGES / tag / "LC_MESSAGES").glob("*.?o")}
    assert held == set(catalogues.AREAS)


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalogue_says_whether_a_native_reader_has_gone_through_it(tag):
    readers = []
    for area in catalogues.AREAS:
        text = catalogues.file_of(tag, area).read_text()
        header = re.search(r'^"X-Reviewed: (.+?)(\\n)?"$', text, re.MULTILINE)
        assert header is not None
        readers.append(header[1])
    assert is_reviewed(tag) is all(reader != "no" for reader in readers)


def test_a_sentence_of_the_core_becomes_a_message_with_placeholders():
    module = catalogues.nodes_of(
        "def f():\n    '''Doc string.'''\n    return f'`{a.b}` of {c} is {len(d)} long', 'rule 2 x'\n"
    )
    assert list(catalogues._sentences(module)) == ["`{a_b}` of {c} is {len_d} long"]


def test_every_sentence_of_the_story_is_one_the_story_tells():
    import ast

    from comity.languages.story import STORY

    told: set[str] = set()
    for file in (ROOT / "src" / "comity" / "demo").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            told.add(catalogues.template(node))
    assert [sentence for sentence in STORY if sentence not in told] == []

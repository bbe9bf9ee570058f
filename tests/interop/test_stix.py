"""What a STIX bundle is marked: the strictest of all its objects, on real bundles and on bad ones."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from comity.errors import BadInput
from comity.handling.markings import Marking
from comity.interop import stix
from comity.interop.stix import WELL_KNOWN, is_stix, needs_marking, read_bundle

CLEAR1, GREEN1, AMBER1, RED1 = list(WELL_KNOWN)[:4]
AMBER2, STRICT2 = (
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"),
)
STATEMENT = {"type": "marking-definition", "id": "marking-definition--s", "definition_type": "statement"}


def thing(*refs: str, kind: str = "indicator", **said: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"{kind}--1", "object_marking_refs": list(refs), **said}


def bundle(*objects: Any) -> bytes:
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": list(objects)}).encode()


# -- real data ------------------------------------------------------------


@pytest.fixture
def data() -> Path:
    folder = os.environ.get("COMITY_DATA", "")
    if not folder or not (Path(folder) / "stix").is_dir():
        pytest.skip("set COMITY_DATA to the folder with the real data to run this")
    return Path(folder) / "stix"


def test_attack_for_ics_has_markings_that_say_nothing_of_circles(data: Path) -> None:
    found = read_bundle(gzip.decompress((data / "attack-ics.json.gz").read_bytes()))
    assert found.objects > 1_000
    assert (found.marking, found.unknown) == (None, ())
    assert needs_marking(found)
    assert found.title


def test_the_oasis_example_report_is_read(data: Path) -> None:
    content = (data / "apt1.json").read_bytes()
    assert is_stix(content)
    found = read_bundle(content)
    assert found.objects == len(json.loads(content)["objects"])
    assert found.title


def test_the_interoperability_example_gives_the_strictest_of_its_markings(data: Path) -> None:
    content = (data / "interop-objectmarking-test.json").read_bytes()
    found = read_bundle(content)
    named = [
        Marking.parse(WELL_KNOWN[ref])
        for each in json.loads(content).get("objects", [json.loads(content)])
        for ref in each.get("object_marking_refs", [])
        if ref in WELL_KNOWN
    ]
    assert found.marking == (max(named) if named else None)
    assert named, "the example should carry a well-known marking"


# -- what the markings come to ------------------------------------------------------------


@pytest.mark.parametrize(
    ("objects", "marking"),
    [
        ([thing(GREEN1)], "TLP:GREEN"),
        ([thing(GREEN1), thing(AMBER1), thing(CLEAR1)], "TLP:AMBER"),
        ([thing(CLEAR1), thing(RED1)], "TLP:RED"),
        ([thing(AMBER2), thing(STRICT2)], "TLP:AMBER+STRICT"),
        ([thing(GREEN1, granular_markings=[{"marking_ref": RED1, "selectors": ["name"]}])], "TLP:RED"),
        ([thing(), thing()], None),
        ([STATEMENT, thing("marking-definition--s")], None),
        ([STATEMENT, thing("marking-definition--s", GREEN1)], "TLP:GREEN"),
        (
            [
                {
                    "type": "marking-definition",
                    "id": "marking-definition--own",
                    "definition_type": "tlp",
                    "definition": {"tlp": "amber"},
                },
                thing("marking-definition--own"),
            ],
            "TLP:AMBER",
        ),
        (
            [
                {
                    "type": "marking-definition",
                    "id": "marking-definition--two",
                    "extensions": {
                        stix._TLP2: {"extension_type": "property-extension", "tlp_2_0": "amber+strict"}
                    },
                },
                thing("marking-definition--two"),
            ],
            "TLP:AMBER+STRICT",
        ),
    ],
)
def test_the_strictest_marking_of_any_object_or_part_counts(objects: list[Any], marking: str | None) -> None:
    found = read_bundle(bundle(*objects))
    assert (None if found.marking is None else str(found.marking)) == marking
    assert needs_marking(found) == (marking is None)


def test_an_unknown_marking_asks_for_a_person_unless_nothing_could_be_narrower() -> None:
    found = read_bundle(bundle(thing(GREEN1, "marking-definition--nobody-knows")))
    assert found.unknown == ("marking-definition--nobody-knows",)
    assert needs_marking(found)
    assert not needs_marking(read_bundle(bundle(thing(RED1, "marking-definition--nobody-knows"))))


def test_a_label_that_tlp_does_not_have_is_stricter_than_all() -> None:
    odd = {
        "type": "marking-definition",
        "id": "m--1",
        "definition_type": "tlp",
        "definition": {"tlp": "purple"},
    }
    found = read_bundle(bundle(odd, thing("m--1"), thing(RED1)))
    assert found.marking is not None and not found.marking.known


def test_a_definition_that_borrows_a_well_known_id_means_what_the_standard_says() -> None:
    fake = {
        "type": "marking-definition",
        "id": RED1,
        "definition_type": "tlp",
        "definition": {"tlp": "white"},
    }
    assert str(read_bundle(bundle(fake, thing(RED1))).marking) == "TLP:RED"


def test_a_single_object_counts_as_a_bundle_of_one() -> None:
    found = read_bundle(json.dumps(thing(AMBER1, kind="report", name="A wave")).encode())
    assert (found.title, found.objects, str(found.marking)) == ("A wave", 1, "TLP:AMBER")


def test_a_bundle_without_a_name_is_called_by_what_it_holds() -> None:
    found = read_bundle(bundle(thing(), thing(), thing(kind="malware")))
    assert found.title == "2 × indicator, 1 × malware"
    assert len(read_bundle(bundle(thing(kind="report", name="x" * 900))).title) == 200


# -- bad files ------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'{"type": 7}',
        b'{"objects": []}',
        bundle(),
        b'{"type": "bundle", "objects": {}}',
        b'{"type": "bundle", "objects": "all"}',
        b'{"type": "bundle", "type": "bundle", "objects": [{"type": "x", "id": "x--1"}]}',
        b'{"type": "bundle", "objects": [NaN]}',
        b"\xef\xbb\xbf" + bundle(thing()),
        bundle(thing())[:-1],
        bundle(thing()) + b"x",
        b'{"type": "bundle", "objects": ' + b"[" * 400 + b"]" * 400 + b"}",
        json.dumps({"type": "bundle", "objects": [{"type": "a", "id": "\ud800"}]}).encode(),
    ],
)
def test_a_bad_file_is_refused_and_nothing_of_it_counts(content: bytes) -> None:
    with pytest.raises(BadInput):
        read_bundle(content)


def test_every_object_without_type_or_id_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        read_bundle(bundle(thing(), {"type": "x"}, "text", {"id": "y--1"}, {"type": 1, "id": 2}))
    assert refused.value.mistakes == tuple(
        f"bundle: object {place} has no `type` and `id`" for place in (1, 2, 3, 4)
    )


def test_markings_in_shapes_that_the_standard_does_not_know_never_widen_anything() -> None:
    shapes = [
        {"type": "x", "id": "x--1", "object_marking_refs": RED1},
        {"type": "x", "id": "x--1", "object_marking_refs": [7, None, {"a": 1}]},
        {"type": "x", "id": "x--1", "granular_markings": "all"},
        {"type": "x", "id": "x--1", "granular_markings": [7, {"marking_ref": 8}, {}]},
        {"type": "marking-definition", "id": "m--1", "definition": "tlp", "extensions": [1]},
    ]
    for shape in shapes:
        assert needs_marking(read_bundle(bundle(shape)))


def test_too_large_a_bundle_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stix, "MAX_BUNDLE_BYTES", 50)
    with pytest.raises(BadInput):
        read_bundle(bundle(thing()))


@pytest.mark.parametrize(
    ("head", "looks"),
    [
        (b'{"type": "bundle"', True),
        (b'\n  {"id": "x", "spec_version": "2.1"', True),
        (b'{"hello": 1}', False),
        (b"PK\x03\x04", False),
        (b"", False),
        (b'["bundle"]', False),
    ],
)
def test_a_file_is_taken_for_stix_by_its_beginning(head: bytes, looks: bool) -> None:
    assert is_stix(head) is looks

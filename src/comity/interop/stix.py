"""STIX 2.1 bundles as items: what a bundle is marked, and what to call it.

A bundle travels as one item, byte for byte as it came. Its marking is the strictest TLP marking found on any of its
objects or on a part of one (`granular_markings`); statement markings (copyright lines) say nothing about circles. A
marking that is referenced but neither defined in the bundle nor one of the well-known TLP objects is unknown, and
unknown means no: the bundle is refused until a person names a marking.

Sources: STIX 2.1 (OASIS, 2021) §7.2; TLP 2.0 marking objects published by OASIS as the extension
`extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from comity.errors import BadInput
from comity.handling.markings import Marking, strictest
from comity.strict import read_json

#: A bundle larger than this is not read for markings (the agreement's `max_bytes` bounds it too).
MAX_BUNDLE_BYTES = 100 * 1024 * 1024

#: The TLP marking objects that both versions of the standard fix by id.
WELL_KNOWN: Mapping[str, str] = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
}
_TLP2 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"


class Bundle(msgspec.Struct, frozen=True):
    """What Comity needs to know of a bundle.

    Attributes:
        title: name of its first report or grouping, else how many objects of which types it has.
        marking: the strictest found, None where no object carries a TLP marking.
        objects: how many objects it has.
        unknown: ids of markings that are referenced and known to nobody here.
    """

    title: str
    marking: Marking | None
    objects: int
    unknown: tuple[str, ...]


def is_stix(data: bytes) -> bool:
    """Tell, from the first bytes, whether a file looks like STIX."""
    head = data[:4096]
    return head.lstrip().startswith(b"{") and (b'"bundle' in head or b'"spec_version"' in head)


def needs_marking(bundle: Bundle) -> bool:
    """Tell whether a person must name a marking: none was found, or one that nobody here knows.

    Beside `TLP:RED` an unknown marking changes nothing: no circle is narrower.
    """
    if bundle.marking is None:
        return True
    return bool(bundle.unknown) and bundle.marking != Marking.parse("TLP:RED")


def read_bundle(data: bytes) -> Bundle:
    """Read what matters of a STIX 2.1 bundle, or of a single STIX object, which counts as a bundle of one.

    Raises:
        BadInput: it is not well formed; the message says where.
    """
    content = read_json(data, max_bytes=MAX_BUNDLE_BYTES, floats=True, what="bundle")
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise BadInput("bundle: not STIX 2.1: an object with a `type` was expected")
    objects = content.get("objects") if content["type"] == "bundle" else [content]
    if not isinstance(objects, list) or not objects:
        raise BadInput("bundle: has no `objects`, so there is nothing to share")
    mistakes = [
        f"bundle: object {place} has no `type` and `id`"
        for place, thing in enumerate(objects)
        if not (
            isinstance(thing, dict)
            and isinstance(thing.get("type"), str)
            and isinstance(thing.get("id"), str)
        )
    ]
    if mistakes:
        raise BadInput(*mistakes)
    defined = {thing["id"]: _label(thing) for thing in objects if thing["type"] == "marking-definition"}
    found: list[Marking] = []
    unknown: list[str] = []
    for reference in dict.fromkeys(ref for thing in objects for ref in _references(thing)):
        if reference in WELL_KNOWN:
            found.append(Marking.parse(WELL_KNOWN[reference]))
        elif reference not in defined:
            unknown.append(reference)
        elif defined[reference] is not None:
            found.append(Marking.read(str(defined[reference])))
    return Bundle(
        title=_title(objects), marking=strictest(*found), objects=len(objects), unknown=tuple(unknown)
    )


def _label(definition: Mapping[str, Any]) -> str | None:
    """Give the TLP label a marking definition stands for; None where it is about something else."""
    if definition["id"] in WELL_KNOWN:
        return WELL_KNOWN[definition["id"]]
    extensions = definition.get("extensions")
    second = extensions.get(_TLP2) if isinstance(extensions, dict) else None
    if isinstance(second, dict) and "tlp_2_0" in second:
        return f"TLP:{second['tlp_2_0']}"
    first = definition.get("definition")
    if definition.get("definition_type") == "tlp" and isinstance(first, dict):
        return f"TLP:{first.get('tlp')}"
    return None


def _references(thing: Mapping[str, Any]) -> Iterator[str]:
    whole = thing.get("object_marking_refs")
    yield from (ref for ref in whole if isinstance(ref, str)) if isinstance(whole, list) else ()
    parts = thing.get("granular_markings")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict) and isinstance(part.get("marking_ref"), str):
            yield part["marking_ref"]


def _title(objects: list[dict[str, Any]]) -> str:
    for kind in (
        "report",
        "grouping",
        "incident",
        "campaign",
        "intrusion-set",
        "malware",
        "x-mitre-collection",
    ):
        for thing in objects:
            if thing["type"] == kind and isinstance(thing.get("name"), str):
                return str(thing["name"])[:200]
    if len(objects) == 1 and isinstance(objects[0].get("name"), str):
        return str(objects[0]["name"])[:200]
    counts: dict[str, int] = {}
    for thing in objects:
        counts[thing["type"]] = counts.get(thing["type"], 0) + 1
    return ", ".join(
        f"{count} × {kind}" for kind, count in sorted(counts.items(), key=lambda pair: -pair[1])[:3]
    )

"""The shapes of the reconciliation service API 0.2 (W3C Entity Reconciliation group), as OpenRefine speaks it.

A service has a manifest; queries come in batches under keys; *suggest* completes entities, types and properties as
somebody types; *extend* brings properties of what was chosen back into the table; *preview* is a small page. Scores run
from 0 to 100 there.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from comity.errors import ForeignInput
from comity.interop.yente import MAX_BODY, as_line
from comity.register.subjects import SCHEMATA
from comity.strict import read_json

__all__ = [
    "extended",
    "extension_of",
    "manifest",
    "preview",
    "queries_of",
    "reconciled",
    "suggested_entities",
    "suggested_properties",
    "suggested_types",
]

_MAX_BATCH = 100
#: Digits of a limit that are read.
_DIGITS = 9
_SCHEMA_SPACE = "https://followthemoney.tech/ns#"
#: Properties offered; any other is taken as well where it is named in full.
_PROPERTIES = {
    "name": "Name", "alias": "Other name", "birthDate": "Date of birth", "nationality": "Nationality",
    "citizenship": "Citizenship", "country": "Country", "jurisdiction": "Jurisdiction", "gender": "Gender",
    "idNumber": "Identification number", "passportNumber": "Passport number", "taxNumber": "Tax number",
    "registrationNumber": "Registration number", "imoNumber": "IMO number", "flag": "Flag", "address": "Address",
    "birthPlace": "Place of birth", "position": "Position", "notes": "Notes",
}  # fmt: skip


def manifest(*, base: str, query: str, party: str) -> dict[str, Any]:
    """Give the manifest of the service.

    Args:
        base: its address.
        query: what stands after `?` there, passed on to the addresses in the manifest.
        party: whose register it is.
    """
    tail = f"?{query}" if query else ""

    def at(path: str) -> dict[str, str]:
        return {"service_url": base, "service_path": f"{path}{tail}"}

    return {
        "versions": ["0.2"],
        "name": f"Register of {party}",
        "identifierSpace": f"urn:comity:register:{party}",
        "schemaSpace": _SCHEMA_SPACE,
        "batchSize": 50,
        "view": {"url": f"{base}/preview/{{{{id}}}}{tail}"},
        "preview": {"url": f"{base}/preview/{{{{id}}}}{tail}", "width": 430, "height": 300},
        "suggest": {
            "entity": at("/suggest/entity"),
            "type": at("/suggest/type"),
            "property": at("/suggest/property"),
        },
        "extend": {
            "propose_properties": at("/extend/propose"),
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "Most values a row; 0 for all.",
                }
            ],
        },
        "defaultTypes": [_type(schema) for schema in sorted(SCHEMATA)],
    }


def _type(schema: str) -> dict[str, str]:
    return {"id": schema, "name": schema}


def queries_of(text: str) -> list[tuple[str, bytes, int]]:
    """Read a batch of queries: of each its key, its question as a line of FollowTheMoney's JSON, and its limit.

    Raises:
        ForeignInput: it is not such a batch.
    """
    batch = read_json(text.encode(errors="replace"), max_bytes=MAX_BODY, floats=True, what="queries")
    if not isinstance(batch, Mapping) or not batch:
        raise ForeignInput("queries: an object of queries under keys belongs here")
    if len(batch) > _MAX_BATCH:
        raise ForeignInput(f"queries: more than {_MAX_BATCH} in one batch")
    return [_query(key, asked) for key, asked in batch.items()]


def _query(key: str, asked: object) -> tuple[str, bytes, int]:
    if not isinstance(asked, Mapping):
        raise ForeignInput(f"queries: `{key[:60]}` is no query")
    kind = asked.get("type") or "Thing"
    schema = kind[0] if isinstance(kind, list) and kind else kind
    properties: dict[str, list[str]] = {}
    if isinstance(asked.get("query"), str) and asked["query"].strip():
        properties["name"] = [asked["query"]]
    constraints = asked.get("properties") or []
    if not isinstance(constraints, list):
        raise ForeignInput(f"queries: `properties` of `{key[:60]}` must be a list")
    for each in constraints:
        pid, values = _constraint(key, each)
        properties.setdefault(pid, []).extend(values)
    if not any(properties.values()):
        raise ForeignInput(f"queries: `{key[:60]}` asks for nothing")
    limit = asked.get("limit", 5)
    if not isinstance(limit, int) or not 1 <= limit <= 100:
        raise ForeignInput(f"queries: `limit` of `{key[:60]}` must be 1 to 100")
    return key, as_line(key, str(schema), properties), limit


def _constraint(key: str, each: object) -> tuple[str, list[str]]:
    pid = each.get("pid") if isinstance(each, Mapping) else None
    if not isinstance(each, Mapping) or not isinstance(pid, str):
        raise ForeignInput(f"queries: a property of `{key[:60]}` has no `pid`")
    said = each.get("v")
    listed = said if isinstance(said, list) else [said]
    texts = [
        str(v.get("name") or v.get("id") or "") if isinstance(v, Mapping) else str(v) for v in listed if v
    ]
    return pid.rpartition(":")[2], [text for text in texts if text]


def reconciled(
    answered: Iterable[tuple[str, list[tuple[dict[str, Any], dict[str, Any]]]]],
) -> dict[str, Any]:
    """Put answers in the shape of a batch of results; for each key its hits with the entity of each."""
    return {
        key: {
            "result": [
                {
                    "id": entity["id"],
                    "name": entity["caption"],
                    "score": round(hit["score"] * 100, 2),
                    "match": hit["hit"],
                    "type": [_type(entity["schema"])],
                    "description": "; ".join(hit["why"]),
                }
                for hit, entity in hits
            ]
        }
        for key, hits in answered
    }


def suggested_entities(entities: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Put entities in the shape of suggestions."""
    return {
        "result": [
            {
                "id": entity["id"],
                "name": entity["caption"],
                "description": entity["schema"],
                "notable": [_type(entity["schema"])],
            }
            for entity in entities
        ]
    }


def suggested_types(prefix: str) -> dict[str, Any]:
    """Suggest schemata whose name begins so."""
    low = prefix.strip().lower()
    return {"result": [_type(schema) for schema in sorted(SCHEMATA) if schema.lower().startswith(low)]}


def suggested_properties(prefix: str) -> dict[str, Any]:
    """Suggest properties whose name, or a word of whose label, begins so."""
    low = prefix.strip().lower()
    return {
        "result": [
            {"id": prop, "name": label}
            for prop, label in _PROPERTIES.items()
            if prop.lower().startswith(low) or any(word.lower().startswith(low) for word in label.split())
        ]
    }


def extension_of(text: str) -> tuple[list[str], list[tuple[str, int]]]:
    """Read a request to extend: ids, and properties with how many values each (0 for all).

    Raises:
        ForeignInput: it is not such a request.
    """
    asked = read_json(text.encode(errors="replace"), max_bytes=MAX_BODY, floats=True, what="extend")
    ids = asked.get("ids") if isinstance(asked, Mapping) else None
    named = asked.get("properties") if isinstance(asked, Mapping) else None
    if not isinstance(ids, list) or not isinstance(named, list) or not all(isinstance(i, str) for i in ids):
        raise ForeignInput("extend: `ids` and `properties` belong here")
    if len(ids) > _MAX_BATCH or len(named) > _MAX_BATCH:
        raise ForeignInput(f"extend: more than {_MAX_BATCH} ids or properties")
    properties = []
    for each in named:
        if not isinstance(each, Mapping) or not isinstance(each.get("id"), str):
            raise ForeignInput("extend: a property has no `id`")
        settings = each.get("settings")
        limit = settings.get("limit", 0) if isinstance(settings, Mapping) else 0
        properties.append((each["id"], _most(limit)))
    return ids, properties


def _most(limit: object) -> int:
    """Read how many values are wanted; whatever is no such number stands for all."""
    text = str(limit)
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= _DIGITS else 0


def extended(
    entities: Mapping[str, dict[str, Any] | None], properties: list[tuple[str, int]]
) -> dict[str, Any]:
    """Put properties of entities in the shape of an extension; an id that is not there has empty values."""
    rows = {}
    for identity, entity in entities.items():
        values = entity["properties"] if entity else {}
        rows[identity] = {
            prop: [{"str": value} for value in values.get(prop, [])[: limit or None]]
            for prop, limit in properties
        }
    return {
        "meta": [{"id": prop, "name": _PROPERTIES.get(prop, prop)} for prop, _ in properties],
        "rows": rows,
    }


def preview(entity: Mapping[str, Any]) -> str:
    """Write a small page about an entity; everything in it is escaped, nothing in it runs."""
    lines = "".join(
        f"<dt>{escape(_PROPERTIES.get(prop, prop))}</dt><dd>{escape('; '.join(values))}</dd>"
        for prop, values in sorted(entity["properties"].items())
    )
    return (
        f"<!doctype html><meta charset=utf-8><title>{escape(entity['caption'])}</title>"
        f"<h1>{escape(entity['caption'])}</h1><p>{escape(entity['schema'])}, {escape(entity['id'])}</p><dl>{lines}</dl>"
    )

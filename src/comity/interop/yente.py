"""The shapes of yente's API (OpenSanctions, MIT): what a desk that speaks it asks, and how it is answered.

`POST /match/{dataset}` takes entities by example, `GET /search/{dataset}` a piece of text, `GET /entities/{id}` one id.
Only the shapes are here; who may ask and what is found are others' business. Scores run from 0 to 1 as there; what a
desk adds beyond the shape (weights, an algorithm, topics) is read over, as another version of yente would.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from comity.errors import ForeignInput
from comity.strict import read_json

__all__ = [
    "ALGORITHM",
    "MAX_BATCH",
    "MAX_BODY",
    "as_entity",
    "as_line",
    "match_response",
    "questions_of",
    "search_response",
]

#: Most questions in one request, and most bytes of one.
MAX_BATCH = 100
MAX_BODY = 4 << 20
#: What answers, under the name it has in `matcher` and among `algorithms`.
ALGORITHM = "comity"
_SAYS = "how surely both are one, 0 to 1; 0.7 means the same in a register of any size"


def questions_of(body: bytes) -> list[tuple[str, bytes]]:
    """Read the body of a match request: each question's key, and its entity as a line of FollowTheMoney's JSON.

    Raises:
        ForeignInput: it is not such a request.
    """
    asked = read_json(body, max_bytes=MAX_BODY, floats=True, what="match request")
    queries = asked.get("queries") if isinstance(asked, Mapping) else None
    if not isinstance(queries, Mapping) or not queries:
        raise ForeignInput("match request: no `queries`")
    if len(queries) > MAX_BATCH:
        raise ForeignInput(f"match request: more than {MAX_BATCH} queries in one batch")
    return [(key, _line(key, example)) for key, example in queries.items()]


def _line(key: str, example: object) -> bytes:
    if not isinstance(example, Mapping) or not isinstance(example.get("properties"), Mapping):
        raise ForeignInput(
            f"match request: query `{key[:60]}` is no entity: `schema` and `properties` belong to it"
        )
    properties = {prop: _texts(key, prop, values) for prop, values in example["properties"].items()}
    return as_line(key, str(example.get("schema", "Thing")), properties)


def _texts(key: str, prop: str, values: object) -> list[str]:
    listed = values if isinstance(values, list) else [values]
    texts = [
        str(value) for value in listed if isinstance(value, str | int) and value not in ("", True, False)
    ]
    if len(texts) < sum(value not in (None, "") for value in listed):
        raise ForeignInput(f"match request: query `{key[:60]}`: `{prop[:60]}` holds what is not a text")
    return texts


def as_line(identity: str, schema: str, properties: Mapping[str, list[str]]) -> bytes:
    """Write a question as a line of FollowTheMoney's JSON."""
    entity = {"id": identity or "question", "schema": schema, "properties": dict(properties)}
    return json.dumps(entity, ensure_ascii=False).encode()


def as_entity(record: Mapping[str, Any]) -> dict[str, Any]:
    """Put a record, as `register-show` gives it, in the shape of an entity."""
    subject = record["subject"]
    properties: dict[str, list[str]] = {}
    for said in subject.get("statements", ()):
        values = properties.setdefault(said["prop"], [])
        if said["value"] not in values:
            values.append(said["value"])
    seen = [said["first_seen"] for said in subject.get("statements", ()) if said.get("first_seen")]
    last = [said["last_seen"] for said in subject.get("statements", ()) if said.get("last_seen")]
    return {
        "id": subject["id"],
        "caption": caption_of(subject["id"], properties),
        "schema": subject["schema"],
        "properties": properties,
        "datasets": [record["terms"]["owner"]],
        "referents": [],
        "target": True,
        "first_seen": min(seen, default=None),
        "last_seen": max(last, default=None),
        "last_change": record.get("changed"),
    }


def caption_of(identity: str, properties: Mapping[str, list[str]]) -> str:
    """Give the name people read first."""
    for prop in ("name", "alias", "previousName", "abbreviation"):
        if properties.get(prop):
            return properties[prop][0]
    parts = [*properties.get("firstName", [])[:1], *properties.get("lastName", [])[:1]]
    return " ".join(parts) or identity


def match_response(
    answered: Iterable[tuple[str, bytes, list[tuple[dict[str, Any], dict[str, Any]]]]], *, limit: int
) -> dict[str, Any]:
    """Put answers in the shape of a match response.

    Args:
        answered: for each question its key, its line, and its hits with the entity of each.
        limit: how many at most.
    """
    responses = {
        key: {
            "status": 200,
            "results": [_scored(hit, entity) for hit, entity in hits],
            "total": {"value": len(hits), "relation": "eq"},
            "query": json.loads(line),
        }
        for key, line, hits in answered
    }
    return {"responses": responses, "matcher": {ALGORITHM: {"description": _SAYS}}, "limit": limit}


def _scored(hit: Mapping[str, Any], entity: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **entity,
        "score": hit["score"],
        "match": hit["hit"],
        "features": {ALGORITHM: hit["score"]},
        "explanations": {ALGORITHM: {"score": hit["score"], "detail": "; ".join(hit["why"])}},
    }


def search_response(
    entities: list[dict[str, Any]], *, limit: int, offset: int, more: bool = False
) -> dict[str, Any]:
    """Put what a search found in its shape; facets count what is on this page and the others alike.

    Args:
        more: there may be others, which were not looked at.
    """
    facets = {
        "countries": _facet(
            "Countries", entities, ("country", "nationality", "citizenship", "jurisdiction", "flag")
        ),
        "topics": _facet("Topics", entities, ("topics",)),
        "datasets": {"label": "Data sources", "values": _counted([e["datasets"] for e in entities])},
    }
    return {
        "limit": limit,
        "offset": offset,
        "total": {"value": len(entities), "relation": "gte" if more else "eq"},
        "results": entities[offset : offset + limit],
        "facets": facets,
    }


def _facet(label: str, entities: list[dict[str, Any]], props: tuple[str, ...]) -> dict[str, Any]:
    said = [[v for prop in props for v in entity["properties"].get(prop, [])] for entity in entities]
    return {"label": label, "values": _counted(said)}


def _counted(said: list[list[str]]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for values in said:
        for value in dict.fromkeys(values):
            counts[value] = counts.get(value, 0) + 1
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [{"name": value, "label": value, "count": count} for value, count in ranked]

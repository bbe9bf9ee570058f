"""The OpenAPI document (3.1), made from the same table as the router."""

import inspect
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

from comity.console.api.operation import MOST, PAGE, Operation
from comity.console.api.operations import OPERATIONS
from comity.console.api.parameters import PARAMETERS
from comity.console.api.problems import MEDIA_TYPE, PROBLEMS, URN, Problem
from comity.console.api.shapes import Shape, meanings
from comity.console.api.with_persons import ELSEWHERE, PERSONS
from comity.console.permissions import PERMISSIONS
from comity.control.verb import VERBS
from comity.node.roles import Role

_SAYS_BYTES = {"type": "string", "contentEncoding": "base64"}
_REF = "#/components/schemas/{name}"
#: Verbs that name in their query what may not be here.
_NAMING = ("share-verdict", "journal-replay")
#: Problems an operation can always end in, and those that only some can.
_ALWAYS = ("malformed", "unknown-caller", "role", "mistakes", "fault")


def required(verb: str) -> frozenset[str]:
    """Give the parameters a verb cannot do without."""
    known = list(inspect.signature(VERBS[verb].run).parameters.values())[1:]
    return frozenset(each.name for each in known if each.default is inspect.Parameter.empty)


def document(party: str, server: str) -> bytes:
    """Print the document.

    Args:
        party: whose node this is.
        server: the address below which the operations stand.
    """
    whole = describe(party, server)
    return msgspec.json.format(msgspec.json.encode(whole), indent=1)


def describe(party: str, server: str) -> dict[str, Any]:
    """Give the document as plain values."""
    types = [each.answer for each in OPERATIONS if each.answer is not None] + [Problem]
    types += [each.body for each in OPERATIONS if each.body is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    answers = dict(zip([*_with_answer(), "", *_with_body()], schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, answers)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Comity at {party}",
            "version": "1",
            "summary": "What officers do at the pages of this node, for their programs.",
            "description": "Nothing is decided here: the gate alone decides, and every refusal cites its articles.",
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(each.tag for each in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": _described(components),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "a token that an administrator made: `comity token add`",
                }
            },
        },
    }


def page() -> str:
    """Print the page of the reference: every operation with its roles, and every problem."""
    lines = [
        "# HTTP API",
        "",
        "This page is printed from the program (`python -m comity.console.api.openapi`); `/api/openapi.json` says the "
        "same in full.",
        "How to begin: [let programs act](../how-to/let-programs-act.md).",
    ]
    for tag in dict.fromkeys(each.tag for each in OPERATIONS):
        lines += ["", f"## {tag}", "", "| call | what it does | roles |", "|---|---|---|"]
        for each in OPERATIONS:
            if each.tag == tag:
                roles = ", ".join(str(role) for role in Role if role in PERMISSIONS[each.verb])
                lines.append(f"| `{each.method} {each.path}` | {each.says} | {roles} |")
    lines += _persons()
    lines += ["", "## Problems", "", "| type | status | what it is |", "|---|---|---|"]
    lines += [f"| `{URN}{name}` | {status} | {title} |" for name, (status, title) in PROBLEMS.items()]
    return "\n".join([*lines, ""])


def _persons() -> list[str]:
    """Print what a program does not do, and why."""
    lines = [
        "",
        "## Acts of persons",
        "",
        "No program does these, whatever its roles: each is `403` with the problem `persons`, its reason, and the page "
        "of the console where a person does it. `POST /items/{item}/share` takes no `because` and no `approved_by`: "
        "necessity is invoked there, too.",
        "",
        "| call | page | why |",
        "|---|---|---|",
    ]
    lines += [f"| `POST {each.path}` | `{each.page}` | {each.why} |" for each in PERSONS]
    lines += ["", "Other verbs have no operation:", "", "| verbs | why |", "|---|---|"]
    for why in dict.fromkeys(ELSEWHERE.values()):
        verbs = ", ".join(f"`{verb}`" for verb, its in ELSEWHERE.items() if its == why)
        lines.append(f"| {verbs} | {why} |")
    return lines


def _with_answer() -> list[str]:
    return [f"answer {each.id}" for each in OPERATIONS if each.answer is not None]


def _with_body() -> list[str]:
    return [f"body {each.id}" for each in OPERATIONS if each.body is not None]


def _operation(operation: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    roles = [str(role) for role in Role if role in PERMISSIONS[operation.verb]]
    found: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.says,
        "description": f"Roles: {', '.join(roles)}.",
        "parameters": [*_path(operation), *_headers(operation)],
        "responses": _responses(operation, schemas),
    }
    if operation.method != "POST":
        found["parameters"] += _query(operation)
    if operation.method == "PUT":
        whole = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        found["requestBody"] = {"required": True, "content": whole}
    elif operation.method == "POST":
        found["requestBody"] = _body(operation, schemas)
    return found


def _path(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PARAMETERS.get(name, name),
            "schema": {"type": "string", "minLength": 1},
        }
        for name in operation.in_path
    ]


def _query(operation: Operation) -> list[dict[str, Any]]:
    needed = required(operation.verb)
    found = [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "description": PARAMETERS.get(name, name),
            "schema": _schema(kind),
        }
        for name, kind in operation.parameters().items()
    ]
    if operation.pages is not None:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE}
        found.append(
            {
                "name": "limit",
                "in": "query",
                "description": "rows of a page",
                "schema": limit,
                "required": False,
            }
        )
        found.append(
            {
                "name": "cursor",
                "in": "query",
                "description": "where the page begins: `next` of the page before, with the same other fields",
                "schema": {"type": "string"},
                "required": False,
            }
        )
    return found


def _headers(operation: Operation) -> list[dict[str, Any]]:
    def header(name: str, says: str, **schema: Any) -> dict[str, Any]:
        return {
            "name": name,
            "in": "header",
            "required": False,
            "description": says,
            "schema": {"type": "string", **schema},
        }

    if operation.method == "PUT" or (operation.method == "POST" and VERBS[operation.verb].alone):
        return []
    if operation.method == "GET":
        kept = operation.kept and operation.answer is not None
        return [header("If-None-Match", "a version: 304 where it still stands")] if kept else []
    found = [
        header(
            "Idempotency-Key",
            "a key of one's own for this act: sent again with the same key it is done once, and answered the same",
            maxLength=255,
        )
    ]
    if operation.of:
        found.append(
            header("If-Match", f"the version of `{operation.of}` it is meant for: 412 where it has changed")
        )
    return found


def _body(operation: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    if operation.body is not None:
        schema = schemas[f"body {operation.id}"]
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    needed = [name for name in operation.parameters() if name in required(operation.verb)]
    schema = {
        "type": "object",
        "properties": {
            name: {**_schema(kind), "description": PARAMETERS.get(name, name)}
            for name, kind in operation.parameters().items()
        },
        "required": needed,
        "additionalProperties": False,
    }
    return {"required": bool(needed), "content": {"application/json": {"schema": schema}}}


def _responses(operation: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "shown" if operation.method == "GET" else "done"}
    if operation.answer is None:
        binary = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
        good["content"] = {"application/octet-stream": binary}
    else:
        schema = schemas[f"answer {operation.id}"]
        if operation.pages is not None:
            schema = {
                "type": "object",
                "properties": {
                    "items": schema,
                    "next": {
                        "type": ["string", "null"],
                        "description": "the cursor of the next page; null on the last",
                    },
                },
                "required": ["items", "next"],
            }
        good["content"] = {"application/json": {"schema": schema}}
    found: dict[str, Any] = {"201" if operation.made else "200": good}
    if operation.made and operation.can_be_weighed:
        found["200"] = {**good, "description": "weighed: nothing was made"}
    if operation.method == "GET" and operation.kept and operation.answer is not None:
        found["304"] = {"description": "it still stands as it was read"}
    for name in _problems(operation):
        status, title = PROBLEMS[name]
        entry = found.setdefault(
            str(status),
            {"description": "", "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}},
        )
        entry["description"] = f"{entry['description']}; {title}".removeprefix("; ")
    return found


def _problems(operation: Operation) -> list[str]:
    found = [*_ALWAYS, "refused"]
    if operation.method == "PUT":
        found += ["too-large", "cannot-act"]
    if operation.in_path or operation.method == "POST" or operation.verb in _NAMING:
        found += ["not-found"]
    if operation.pages is not None:
        found += ["cursor", "not-found"]
    if operation.method == "POST":
        found += ["needs-consent", "does-not-hold", "too-large", "media-type", "key-used", "cannot-act"]
        found += ["changed"] if operation.of else []
    return [name for name in PROBLEMS if name in found]


def _schema(kind: Any) -> dict[str, Any]:
    if kind is bytes:
        return dict(_SAYS_BYTES)
    hint = typing.Annotated[kind, msgspec.Meta()] if kind is None else kind
    return dict(msgspec.json.schema(hint))


def _described(components: Mapping[str, Any]) -> dict[str, Any]:
    """Put what docstrings say of fields beside them."""
    shapes = {each.__name__: each for each in _all_shapes()}
    found = {}
    for name, schema in components.items():
        shape = shapes.get(name)
        known = meanings(shape) if shape is not None else {}
        renamed = {field.encode_name: field.name for field in msgspec.structs.fields(shape)} if shape else {}
        properties = {
            field: {**held, "description": known[renamed[field]]} if renamed.get(field) in known else held
            for field, held in schema.get("properties", {}).items()
        }
        first = (inspect.cleandoc(shape.__doc__ or "")).partition("\n")[0] if shape else ""
        found[name] = {**schema, **({"description": first} if first else {}), "properties": properties}
    return dict(sorted(found.items()))


def _all_shapes() -> list[type]:
    waiting: list[type] = [Shape]
    found: list[type] = []
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting.extend(each.__subclasses__())
    bodies = [each.body for each in OPERATIONS if each.body is not None]
    return [*found, *bodies, Problem]


if __name__ == "__main__":
    from comity.control import server

    assert server.REGISTERED
    print(page(), end="")

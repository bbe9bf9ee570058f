"""The API answers just as its OpenAPI document says, whatever is asked of it (schemathesis).

For every operation requests are made up from the document: such as it allows, and such as it does not. They are the
same in every run. Every answer must be one the document names, in its form; none may be a fault of ours.
"""

import json
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks

from comity.console.api.openapi import describe
from comity.console.api.operations import BY_ID
from comity.console.permissions import PERMISSIONS
from console.api.conftest import Bureau
from console.browser import ORIGIN, Browser

#: Requests made up for an operation and a mode.
EXAMPLES = 8
CHECKS = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
DOCUMENT = json.loads(json.dumps(describe("north.example", f"{ORIGIN}/api/v1")))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {each.ok().definition.raw["operationId"]: each.ok() for each in SCHEMA.get_all_operations()}


def asked(bureau: Bureau, case: Case, name: str) -> schemathesis.Response:
    """Send a request to the console in this process, as a program of a role that may."""
    role = sorted(str(each) for each in PERMISSIONS[BY_ID[name].verb])[0]
    prepared = requests.Request(**case.as_transport_kwargs(base_url=f"{ORIGIN}/api/v1")).prepare()
    prepared.headers["authorization"] = f"Bearer {bureau.programs[role].token}"
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
    headers = {
        key.lower(): value for key, value in prepared.headers.items() if key.lower() != "content-length"
    }
    came = Browser(bureau.app).send(prepared.method or "GET", prepared.path_url, bytes(body), headers)
    return schemathesis.Response(
        status_code=came.status,
        headers={name: [value] for name, value in came.headers.items()},
        content=came.body,
        request=prepared,
        elapsed=0.0,
        verify=False,
    )


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda each: each.value
)
@pytest.mark.parametrize("name", sorted(BY_ID))
def test_what_is_answered_is_what_the_document_says(name: str, mode: GenerationMode, bureau: Bureau) -> None:
    @given(case=OPERATIONS[name].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        case.validate_response(asked(bureau, case, name), checks=list(CHECKS))

    ask()


def test_every_operation_is_described() -> None:
    assert OPERATIONS.keys() == BY_ID.keys()


def test_an_answer_that_is_not_described_is_found(bureau: Bureau) -> None:
    """The checks look: a document that says less than the console does is found out."""
    less: Any = json.loads(json.dumps(DOCUMENT))
    (path,) = [
        path for path, of in less["paths"].items() if of.get("get", {}).get("operationId") == "showItem"
    ]
    less["paths"][path]["get"]["responses"].pop("404", None)
    (operation,) = [
        each.ok()
        for each in schemathesis.openapi.from_dict(less).get_all_operations()
        if each.ok().definition.raw["operationId"] == "showItem"
    ]
    case = operation.Case(path_parameters={"item": "0" * 64})
    with pytest.raises(BaseException, match=r"(?i)undocumented|status code"):
        case.validate_response(asked(bureau, case, "showItem"), checks=list(CHECKS))

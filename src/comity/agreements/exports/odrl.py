"""An agreement as an ODRL 2.2 policy of type Agreement (W3C Recommendation, 15 February 2018).

Each direction of an exchange article becomes a permission to use; the third-party rule a permission to distribute whose
duty is the giver's consent; retention and exit duties become duties to delete. Left out, for ODRL has no word for them:
lineage, members exempt, offices, markings, transport, necessity.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Exchange, Handling, Protection, ThirdParty
from comity.identifiers import category_covers

__all__ = ["odrl_policy"]

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"


def odrl_policy(agreement: Agreement) -> Mapping[str, Any]:
    """Give the policy as JSON-LD. It says what the base text says, whatever its state."""
    policy: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Agreement",
        "uid": f"urn:comity:agreement:{agreement.id}:{agreement.digest}",
        "permission": [
            rule for clause in _of(agreement, Exchange) for rule in _permissions(agreement, clause)
        ],
    }
    prohibited = _prohibitions(agreement)
    return policy | {"prohibition": prohibited} if prohibited else policy


def _of(agreement: Agreement, kind: type[Any]) -> list[Any]:
    return [clause for clause in agreement.clauses if isinstance(clause, kind)]


def _permissions(agreement: Agreement, clause: Exchange) -> Iterator[dict[str, Any]]:
    both = isinstance(clause.directions, str)
    pairs = list(permutations(agreement.parties, 2)) if both else list(clause.directions)
    for giver, taker in pairs:
        rule: dict[str, Any] = {
            "uid": f"urn:comity:article:{str(clause.ref).replace(' ', '-')}:{giver}:{taker}",
            "target": f"urn:comity:category:{clause.category}",
            "assigner": _party(str(giver)),
            "assignee": _party(str(taker)),
            "action": "use",
        }
        if clause.purposes is not None:
            rule["constraint"] = [_purposes("isAnyOf", clause.purposes)]
        duties = _deletion(agreement, clause)
        yield rule | ({"duty": duties} if duties else {})
        yield from _onward(agreement, clause, rule)


def _party(party: str) -> str:
    return f"urn:comity:party:{party}"


def _purposes(operator: str, purposes: tuple[str, ...]) -> dict[str, Any]:
    named = [f"urn:comity:purpose:{purpose}" for purpose in purposes]
    return {"leftOperand": "purpose", "operator": operator, "rightOperand": named}


def _onward(agreement: Agreement, clause: Exchange, rule: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for third in _of(agreement, ThirdParty):
        if set(third.covers) & set(clause.kinds):
            consent = {"action": "obtainConsent", "consentingParty": rule["assigner"]}
            kept = {key: rule[key] for key in ("target", "assigner", "assignee")}
            yield {"uid": f"{rule['uid']}:onward", **kept, "action": "distribute", "duty": [consent]}


def _deletion(agreement: Agreement, clause: Exchange) -> list[dict[str, Any]]:
    """Give a duty to delete for every retention that binds the category; all bind, the shortest first reached."""
    terms = [
        each.retention
        for each in _of(agreement, Handling)
        if each.retention
        and (
            each.categories is None or any(category_covers(name, clause.category) for name in each.categories)
        )
    ]
    terms += [each.retention for each in _of(agreement, Protection) if each.retention]
    return [
        {
            "action": "delete",
            "constraint": [
                {
                    "leftOperand": "elapsedTime",
                    "operator": "eq",
                    "rightOperand": {"@value": str(term), "@type": "xsd:duration"},
                }
            ],
        }
        for term in dict.fromkeys(terms)
    ]


def _prohibitions(agreement: Agreement) -> list[dict[str, Any]]:
    return [
        {
            "uid": f"urn:comity:article:{str(each.ref).replace(' ', '-')}",
            "target": f"urn:comity:agreement:{agreement.id}",
            "action": "use",
            "constraint": [_purposes("isAnyOf", each.purposes_excluded)],
        }
        for each in _of(agreement, Protection)
        if each.purposes_excluded
    ]

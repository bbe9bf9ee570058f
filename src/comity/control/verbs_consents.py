"""Verbs about consents: ask, grant, refuse, revoke, give unasked, and what one would open."""

from typing import Any

from comity.clock import format_instant, parse_instant
from comity.control.verb import Desk, verb
from comity.control.verbs_items import decision_fields
from comity.errors import BadInput
from comity.handling.consent import Consent
from comity.node import give_consent as give_use
from comity.node import obtain_consent as consent_use
from comity.node.consent_impact import impact_of
from comity.node.consent_terms import Terms, consent_from
from comity.node.node import Node
from comity.node.obtain_consent import find_request, reason_of, state_at
from comity.ports import RequestRow, Transaction


@verb("consent-ask")
def consent_ask(
    desk: Desk,
    item: str,
    to: str,
    purpose: str,
    why: str = "",
    judicial: bool = False,
    route: int = 0,
) -> dict[str, Any]:
    """Ask every Party whose consent is owed before an item may pass."""
    decision, rows = desk.act(
        lambda node, transaction: consent_use.ask_consent(
            node, transaction, item, to=to, purpose=purpose, why=why, judicial=judicial, route=route
        )
    )
    desk.send()
    return {**decision_fields(decision), "requests": [request_fields(desk, row) for row in rows]}


@verb("consent-list")
def consent_list(desk: Desk) -> list[dict[str, Any]]:
    """List requests for consent: asked by us, and asked of us."""

    def work(transaction: Transaction) -> list[dict[str, Any]]:
        return [
            {
                **request_fields(desk, row, reason_of(transaction, row)),
                "title": _title(transaction, row.item),
            }
            for row in transaction.requests()
        ]

    return desk.read(work)


@verb("consent-given")
def consent_given(desk: Desk) -> list[dict[str, Any]]:
    """List the consents known here: given by us, and given to us."""
    found = desk.act(give_use.consents_known)
    return [consent_fields(desk, each) for each in found]


@verb("consent-grant")
def consent_grant(
    desk: Desk,
    request: str,
    until: str,
    any_purpose: bool = False,
    agreement: str = "",
    category: str = "",
    begins: str = "",
    fresh: str = "",
    hops: int = 1,
    condition: str = "",
) -> dict[str, Any]:
    """Grant a request until an end: the item it names, or a class."""
    end, terms = parse_instant(until), _terms("", agreement, category, begins, fresh, hops, condition)
    purpose = "" if any_purpose else None
    row = desk.act(
        lambda node, transaction: consent_use.grant(
            node, transaction, request, until=end, purpose=purpose, terms=terms
        )
    )
    desk.send()
    return request_fields(desk, row)


@verb("consent-give")
def consent_give(
    desk: Desk,
    holder: str,
    to: str,
    until: str,
    item: str = "",
    agreement: str = "",
    category: str = "",
    purpose: str = "",
    begins: str = "",
    fresh: str = "",
    hops: int = 1,
    condition: str = "",
) -> dict[str, Any]:
    """Let a Party pass something on, unasked."""
    end, terms = parse_instant(until), _terms(item, agreement, category, begins, fresh, hops, condition)
    consent = desk.act(
        lambda node, transaction: give_use.give(
            node, transaction, holder=holder, to=to, until=end, terms=terms, purpose=purpose
        )
    )
    desk.send()
    return consent_fields(desk, consent)


@verb("consent-preview")
def consent_preview(
    desk: Desk,
    request: str = "",
    holder: str = "",
    to: str = "",
    item: str = "",
    agreement: str = "",
    category: str = "",
    purpose: str = "",
    any_purpose: bool = False,
) -> dict[str, Any]:
    """Tell what a consent would open, before it is given: to a request, or unasked."""

    def work(node: Node, transaction: Transaction) -> dict[str, Any]:
        at = node.now(transaction)
        whom, whither, what, why = holder, to, _terms(item, agreement, category), purpose
        if request:
            row = find_request(transaction, request)
            whom, whither, why = row.asker, row.to, purpose or row.purpose
            what = what if category else Terms(item=row.item)
        if not whom or not whither:
            raise BadInput("say which request, or name holder and recipient")
        granted = consent_from(
            node.party,
            at,
            holder=whom,
            to=whither,
            until=at.replace(year=at.year + 1, day=min(at.day, 28)),
            purpose="" if any_purpose else why,
            terms=what,
        )
        impact = impact_of(node, transaction, granted, at)
        return {
            "holder": impact.holder,
            "to": impact.to,
            "opens": [
                {
                    "id": each.item,
                    "title": each.title,
                    "category": each.category,
                    "marking": each.marking,
                    "summary": each.summary,
                }
                for each in impact.opened
            ],
            "words": impact.words,
        }

    found: dict[str, Any] = desk.act(work)
    return found


@verb("consent-refuse")
def consent_refuse(desk: Desk, request: str, reason: str = "") -> dict[str, Any]:
    """Refuse a request."""
    row = desk.act(lambda node, transaction: consent_use.refuse(node, transaction, request, reason=reason))
    desk.send()
    return request_fields(desk, row, reason)


@verb("consent-revoke")
def consent_revoke(desk: Desk, request: str) -> dict[str, Any]:
    """Take the consent given to a request back from now on."""
    row = desk.act(lambda node, transaction: consent_use.revoke(node, transaction, request))
    desk.send()
    return request_fields(desk, row)


@verb("consent-take-back")
def consent_take_back(desk: Desk, consent: str, effective: str = "") -> dict[str, Any]:
    """Take a consent back by its own name, from now on or from a later instant."""
    when = parse_instant(effective) if effective else None
    found = desk.act(
        lambda node, transaction: give_use.revoke_consent(node, transaction, consent, effective=when)
    )
    desk.send()
    return consent_fields(desk, found)


def _title(transaction: Transaction, item: str) -> str | None:
    held = transaction.item(item)
    return held.title if held is not None else None


def request_fields(desk: Desk, row: RequestRow, reason: str = "") -> dict[str, Any]:
    """Put a request as plain values, with why it was refused."""
    return {
        "id": row.id,
        "ours": row.ours,
        "asker": row.asker,
        "owner": row.owner,
        "item": row.item,
        "to": row.to,
        "purpose": row.purpose,
        "why": row.why,
        "at": format_instant(row.at),
        "answer_by": format_instant(row.answer_by) if row.answer_by else None,
        "grounds": list(row.grounds),
        "confirms": row.confirms or None,
        "state": state_at(row, desk.node.clock.now()),
        "reason": reason,
    }


def consent_fields(desk: Desk, consent: Consent) -> dict[str, Any]:
    """Put a consent as plain values."""
    return {
        "id": consent.digest,
        "by": consent.by,
        "holder": consent.holder,
        "to": consent.to,
        "item": consent.item,
        "agreement": consent.agreement,
        "category": consent.category,
        "purpose": consent.purpose,
        "from": format_instant(consent.from_),
        "until": format_instant(consent.until),
        "fresh": str(consent.fresh) if consent.fresh else None,
        "hops": consent.hops,
        "condition": consent.condition,
        "confirmed_at": format_instant(consent.confirmed_at) if consent.confirmed_at else None,
        "revoked": format_instant(consent.revoked) if consent.revoked else None,
        "state": give_use.state_of(consent, desk.node.clock.now()),
    }


def _terms(
    item: str,
    agreement: str,
    category: str,
    begins: str = "",
    fresh: str = "",
    hops: int = 1,
    condition: str = "",
) -> Terms:
    return Terms(
        item=item,
        agreement=agreement,
        category=category,
        begins=parse_instant(begins) if begins else None,
        fresh=fresh,
        hops=hops,
        condition=condition,
    )

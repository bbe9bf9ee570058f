"""Verbs about officers: who may work at this node's pages, and as what."""

from typing import Any

from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.node import officers as use
from comity.ports import OfficerRow, Transaction


@verb("officer-add")
def officer_add(
    desk: Desk, handle: str, roles: tuple[str, ...], name: str = "", program: bool = False
) -> dict[str, Any]:
    """Make an officer, with a link that works once; or the account of a program, without one."""
    if program:
        made = desk.act(
            lambda node, transaction: use.make_program(
                node, transaction, handle, name=name, roles=roles, by=desk.officer
            )
        )
        return officer_fields(made)
    row, token = desk.act(
        lambda node, transaction: use.invite(
            node, transaction, handle, name=name, roles=roles, by=desk.officer
        )
    )
    return {**officer_fields(row), "link": link_to(desk, token)}


@verb("officer-list")
def officer_list(desk: Desk) -> list[dict[str, Any]]:
    """List the officers."""

    def read(transaction: Transaction) -> list[dict[str, Any]]:
        return [
            {
                **officer_fields(row),
                "signs_in_with": sorted({each.kind for each in transaction.credentials(row.id)}),
            }
            for row in transaction.officers()
        ]

    return desk.read(read)


@verb("officer-link")
def officer_link(desk: Desk, handle: str) -> dict[str, Any]:
    """Make a new one-time link for an officer."""

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        row = use.find_officer(transaction, handle)
        token = use.link_for(node, transaction, row, by=desk.officer)
        return {**officer_fields(row), "link": link_to(desk, token)}

    made: dict[str, Any] = desk.act(work)
    return made


@verb("officer-roles")
def officer_roles(desk: Desk, handle: str, roles: tuple[str, ...]) -> dict[str, Any]:
    """Give an officer other roles."""
    return officer_fields(
        desk.act(
            lambda node, transaction: use.give_roles(
                node, transaction, use.find_officer(transaction, handle), roles, by=desk.officer
            )
        )
    )


@verb("officer-suspend")
def officer_suspend(desk: Desk, handle: str) -> dict[str, Any]:
    """Let an officer in no more."""
    return officer_fields(
        desk.act(
            lambda node, transaction: use.suspend(
                node, transaction, use.find_officer(transaction, handle), by=desk.officer
            )
        )
    )


@verb("officer-resume")
def officer_resume(desk: Desk, handle: str) -> dict[str, Any]:
    """Let a suspended officer in again."""
    return officer_fields(
        desk.act(
            lambda node, transaction: use.resume(
                node, transaction, use.find_officer(transaction, handle), by=desk.officer
            )
        )
    )


def officer_fields(row: OfficerRow) -> dict[str, Any]:
    """Put an officer's facts as plain values."""
    return {
        "id": row.id,
        "handle": row.handle,
        "name": row.name,
        "roles": list(row.roles),
        "state": row.state,
        "since": format_instant(row.created_at),
        "program": row.program,
    }


def link_to(desk: Desk, token: str) -> str:
    """Give the address of a one-time link; without a console, its token alone."""
    origin = desk.home.settings.origin
    return f"{origin}/link/{token}" if origin else token

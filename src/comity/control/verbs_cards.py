"""Verbs about cards and keys: shown, accepted, drafted, published; keys whose days are over destroyed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from comity.cards import SignedCard
from comity.cards.drafts import write_draft
from comity.carriers.http_sender import check_endpoint
from comity.carriers.relay_wire import read_address
from comity.clock import Instant, parse_instant
from comity.control.verb import Desk, verb
from comity.control.verbs_house import relay_mailbox
from comity.errors import BadInput, NotFound
from comity.keys import SealingKey, SigningKey, VerifyKey
from comity.node import draft_card, introduce, record
from comity.node.node import Node
from comity.ports import Transaction
from comity.strict import read_base64


@verb("card-show")
def card_show(desk: Desk, party: str = "") -> dict[str, Any]:
    """Give a Party's card, one's own by default."""
    wanted = party or desk.node.party
    row = desk.read(lambda transaction: transaction.card(wanted))
    if row is None:
        raise NotFound(f"no card of {wanted} is known here", hint="comity card accept FILE")
    return {"party": row.party, "version": row.version, "digest": row.digest, "signed": row.signed}


@verb("card-accept")
def card_accept(desk: Desk, signed: bytes) -> dict[str, Any]:
    """Accept a Party's card."""
    card = desk.act(lambda node, transaction: introduce.accept_card(node, transaction, signed))
    return {"party": card.party, "version": card.card.version, "root": card.root_fingerprint}


@verb("card-keys")
def card_keys(desk: Desk) -> list[dict[str, Any]]:
    """List the keys of this Party's card."""
    found = desk.read(lambda transaction: draft_card.own_keys(desk.node, transaction))
    return [
        {
            "role": each.role,
            "key": each.key,
            "functions": list(each.functions),
            "from": each.from_,
            "until": each.until,
            "state": each.state,
            "held": each.held,
        }
        for each in found
    ]


class RevokeParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key to be revoked, as a command says it."""

    key: str
    as_of: str
    because: str


@verb("card-draft")
def card_draft(
    desk: Desk,
    roles: tuple[str, ...] = (),
    revoke: tuple[RevokeParameters, ...] = (),
    replace: bool = True,
    root: tuple[str, ...] = (),
    threshold: int = 1,
    endpoints: tuple[str, ...] | None = None,
    names: dict[str, str] | None = None,
    overlap_days: int = 30,
    version: int | None = None,
) -> dict[str, Any]:
    """Draft the next card with new keys for these roles; their private halves are written into the home.

    `revoke` names keys lost or stolen; where `replace`, what they were present keys for gets new ones.
    """
    for endpoint in endpoints or ():
        _check_endpoint(desk, endpoint)
    said = [draft_card.Revoke(each.key, parse_instant(each.as_of), each.because) for each in revoke]
    wanted = list(roles)
    if said and replace:
        wanted += desk.read(lambda transaction: draft_card.roles_to_replace(desk.node, transaction, said))
    made: dict[str, SigningKey | SealingKey] = {
        role: SealingKey.generate() if role == "sealing" else SigningKey.generate()
        for role in dict.fromkeys(wanted)
    }
    drafted = desk.read(
        lambda transaction: draft_card.draft_card(
            desk.node,
            transaction,
            keys={role: key.public for role, key in made.items()},
            revoke=said,
            root=[VerifyKey(read_base64(each, length=32, what="root")) for each in root],
            threshold=threshold,
            endpoints=endpoints,
            names=names,
            overlap=timedelta(days=overlap_days),
            version=version,
        )
    )
    files: list[Path] = desk.home.add_keys(made)
    return {"draft": write_draft(drafted), "files": [str(file) for file in files]}


def _check_endpoint(desk: Desk, endpoint: str) -> None:
    """Refuse an endpoint at which nothing would ever come in.

    Raises:
        BadInput: it cannot be reached, names no mailbox, or one whose key is not held here.
    """
    if not endpoint.startswith("relay+"):
        check_endpoint(endpoint)
        return
    address = read_address(endpoint)
    relay = str(msgspec.structs.replace(address, mailbox=""))
    if str(address) != relay_mailbox(desk, relay)["endpoint"]:
        raise BadInput(
            f"`{endpoint[:120]}` names no mailbox whose key is held here",
            hint=f"comity relay mailbox {relay}",
        )


@verb("card-publish", alone=True)
def card_publish(desk: Desk, signed: bytes, root_lost: bool = False) -> dict[str, Any]:
    """Take this Party's own new card, tell the peers, and let go of keys whose days are over."""
    desk.home.reload_keys()
    card: SignedCard = desk.act(
        lambda node, transaction: introduce.publish_card(node, transaction, signed, root_lost=root_lost)
    )
    unreachable = desk.send()
    return {
        "party": card.party,
        "version": card.card.version,
        "root": card.root_fingerprint,
        "signed": card.signed,
        "destroyed": destroy_ended(desk),
        "unreachable": unreachable,
    }


def destroy_ended(desk: Desk) -> list[str]:
    """Destroy the private halves of keys whose days are over, and enter that they were."""
    node = desk.node
    at: Instant = node.clock.now()
    over = node.store.read(lambda transaction: draft_card.ended_keys(node, transaction, at))
    gone = desk.home.destroy_keys(over)
    for key in gone:
        desk.act(_enter_destroyed(key))
    return gone


def _enter_destroyed(key: str) -> Callable[[Node, Transaction], int]:
    said = key.encode()
    return lambda node, transaction: record.enter(
        node,
        transaction,
        "key-destroyed",
        channel="",
        act=record.digest_of(said),
        detail=said,
        at=node.now(transaction),
    )

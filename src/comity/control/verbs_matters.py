"""Verbs about matters: open one, take the next step, list, show. Every kind has the same four."""

from typing import Any

import msgspec

from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.cooperation.kind import Deadline
from comity.cooperation.matter import Matter, can_do, functions_of, remarks_on, whose_turn
from comity.cooperation.plans import remainder
from comity.cooperation.protocol_draft import draft_protocol
from comity.cooperation.shared import NeedsProtocol, shared_by
from comity.cooperation.standing import standing_of
from comity.cooperation.story import Line, story_of
from comity.decisions.decision import Ground
from comity.errors import RefusedHere
from comity.node.cooperate import Manner, Step, act_on, open_matter
from comity.node.matter_log import find_matter, log_of, matter_from, matters_listed, read_matter
from comity.node.node import Node
from comity.ports import MatterRow, Transaction


@verb("matter-open")
def matter_open(
    desk: Desk,
    kind: str,
    to: str,
    said: dict[str, Any],
    under: str = "",
    office: str = "",
    function: str = "",
    read: bool = False,
    dry_run: bool = False,
    share_for: str = "",
) -> dict[str, Any]:
    """Open a matter with another Party, or say why not."""
    manner = Manner(office, function, read, dry_run, share_for)
    step: Step = desk.act(
        lambda node, transaction: open_matter(node, transaction, kind, to, said, under=under, manner=manner)
    )
    return step_fields(desk, step)


@verb("matter-act")
def matter_act(
    desk: Desk,
    matter: str,
    word: str,
    said: dict[str, Any],
    kind: str = "",
    office: str = "",
    function: str = "",
    read: bool = False,
    dry_run: bool = False,
    share_for: str = "",
) -> dict[str, Any]:
    """Take the next step in a matter, or say why not."""
    manner = Manner(office, function, read, dry_run, share_for)
    step: Step = desk.act(
        lambda node, transaction: act_on(node, transaction, matter, word, said, kind=kind, manner=manner)
    )
    return step_fields(desk, step)


@verb("matter-list")
def matter_list(desk: Desk, kind: str = "", all: bool = False) -> list[dict[str, Any]]:
    """List matters, last changed first; those that have come to their end only where asked for."""
    rows: list[MatterRow] = desk.act(lambda node, transaction: matters_listed(node, transaction, kind))
    return [row_fields(desk, row) for row in rows if all or row.turn or not row.state]


@verb("matter-show")
def matter_show(desk: Desk, matter: str, kind: str = "") -> dict[str, Any]:
    """Show a matter: how it stands, what is due, and its story."""

    def work(node: Node, transaction: Transaction) -> Matter:
        return read_matter(node, transaction, find_matter(transaction, matter, kind).id)

    return matter_fields(desk, desk.act(work))


@verb("plan-next")
def plan_next(
    desk: Desk, plan: str, period: str, begins: str, ends: str, dry_run: bool = False
) -> dict[str, Any]:
    """Draft the next plan from what is left of one."""

    def work(node: Node, transaction: Transaction) -> Step:
        row = find_matter(transaction, plan, "plan")
        held = matter_from(node.know(transaction), row.id, log_of(transaction, row.id))
        if held.facts is None or held.state == "drafted":
            raise RefusedHere(f"plan {row.id[:12]} was not adopted: there is nothing left of it to take up")
        lines = [msgspec.to_builtins(line) for line in remainder(held.facts)]
        said = {
            "period": period,
            "begins": begins,
            "ends": ends,
            "range": held.facts.opening.range,
            "after": row.id,
            "lines": lines,
        }
        manner = Manner(dry_run=dry_run)
        return open_matter(node, transaction, "plan", row.peer, said, under=held.agreement, manner=manner)

    return step_fields(desk, desk.act(work))


def step_fields(desk: Desk, step: Step) -> dict[str, Any]:
    """Put what came of a step as plain values."""
    if step.event:
        desk.send()
    return {
        "decision": "refused" if step.grounds else "permitted",
        "grounds": [_ground(ground) for ground in step.grounds],
        "event": step.event or None,
        "tried": step.tried,
        "followed": list(step.followed),
        "matter": matter_fields(desk, step.matter) if step.matter is not None else None,
    }


def matter_fields(desk: Desk, matter: Matter) -> dict[str, Any]:
    """Put a matter as plain values."""
    party = desk.node.party
    return {
        "id": matter.id,
        "kind": matter.kind.name,
        "title": matter.title,
        "agreement": matter.agreement,
        "opener": matter.opener,
        "other": matter.other,
        "state": matter.state,
        "opened_at": format_instant(matter.opened_at),
        "since": format_instant(matter.since),
        "articles": list(dict.fromkeys(str(clause.ref) for clause in matter.clauses)),
        "turn": list(whose_turn(matter)),
        "steps": [*can_do(matter, party), *(shared_by(matter.kind) if matter.state else ())],
        "functions": functions_of(matter),
        "refusal_grounds": sorted(
            {each for clause in matter.clauses for each in getattr(clause, "refusal_grounds", ())}
        ),
        "due": [_due(deadline) for deadline in matter.due],
        "remarks": [_ground(ground) for ground in remarks_on(matter)],
        "standing": [msgspec.to_builtins(table) for table in standing_of(matter)],
        "facts": msgspec.to_builtins(matter.facts, enc_hook=str) if matter.facts is not None else None,
        "story": [_line(line) for line in story_of(matter)],
        "early": len(matter.early),
    }


def _line(line: Line) -> dict[str, Any]:
    told = line.told
    return {
        "event": told.event.digest,
        "at": format_instant(told.event.at),
        "by": told.event.by,
        "office": told.event.office or None,
        "function": told.event.function or None,
        "word": told.event.word,
        "tells": line.tells,
        "values": dict(line.values),
        "remark": line.remark or None,
        "words": line.words,
        "state": told.after,
        "counts": told.counts,
        "against": [_ground(ground) for ground in told.against],
        "late": [_due(deadline) for deadline in told.late],
    }


def _ground(ground: Ground) -> dict[str, str]:
    return {"ref": ground.ref, "text": ground.text}


def _due(deadline: Deadline) -> dict[str, str]:
    return {
        "at": format_instant(deadline.at),
        "what": deadline.what,
        "by": deadline.by,
        "ref": deadline.ref,
    }


def row_fields(desk: Desk, row: MatterRow) -> dict[str, Any]:
    """Put a matter as lists show it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "title": row.title,
        "agreement": row.agreement,
        "with": row.peer,
        "opened_by": row.opened_by,
        "state": row.state,
        "ours": desk.node.party in row.turn,
        "turn": list(row.turn),
        "opened_at": format_instant(row.opened_at),
        "changed_at": format_instant(row.changed_at),
        "due": format_instant(row.due) if row.due is not None else None,
        "due_by": row.due_by or None,
        "due_what": row.due_what or None,
        "void": row.void,
        "early": row.early,
    }


@verb("matter-protocol")
def matter_protocol(
    desk: Desk, matter: str, kind: str = "", changes: str = "", because: str = ""
) -> dict[str, Any]:
    """Draft the protocol that a matter was said to need, or that is to be said of it now; give its files."""

    def work(node: Node, transaction: Transaction) -> dict[str, Any]:
        row = find_matter(transaction, matter, kind)
        knowledge = node.know(transaction)
        held = matter_from(knowledge, row.id, log_of(transaction, row.id))
        said: list[Any] = [event.said for event in held.counted if event.word == "needs-protocol"]
        if changes:
            said.append(NeedsProtocol(changes=changes, because=because))
        if not said:
            raise RefusedHere(
                f"nobody has said yet that matter {row.id[:12]} needs a protocol",
                hint=f"comity {row.kind} needs-protocol {row.id[:12]}",
            )
        files = draft_protocol(knowledge.agreements[held.agreement], held, said[-1].changes, said[-1].because)
        return {"agreement": held.agreement, "matter": row.id, "files": files}

    found: dict[str, Any] = desk.act(work)
    return found

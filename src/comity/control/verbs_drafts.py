"""Verbs about drafts: kept, listed, shown, dropped; each of the officer who gives the command, and of nobody else."""

from typing import Any

from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.node import drafts
from comity.node.drafts import Draft


@verb("draft-keep")
def draft_keep(
    desk: Desk,
    kind: str,
    fields: dict[str, str],
    files: dict[str, bytes] | None = None,
    draft: str = "",
) -> dict[str, Any]:
    """Keep what an officer has begun to write; `draft` names the one it changes; its files stay unless others come."""
    kept = desk.act(
        lambda node, transaction: drafts.keep_draft(
            node,
            transaction,
            desk.officer,
            kind,
            fields,
            files=files,
            name=draft,
        )
    )
    return draft_fields(kept)


@verb("draft-list")
def draft_list(desk: Desk, kind: str = "") -> list[dict[str, Any]]:
    """List the officer's own drafts, newest first."""
    rows = desk.read(lambda transaction: drafts.list_drafts(transaction, desk.officer, kind))
    return [draft_fields(row) for row in rows]


@verb("draft-show")
def draft_show(desk: Desk, draft: str) -> dict[str, Any]:
    """Show one of the officer's own drafts."""
    return draft_fields(desk.read(lambda transaction: drafts.show_draft(transaction, desk.officer, draft)))


@verb("draft-files")
def draft_files(desk: Desk, draft: str) -> dict[str, Any]:
    """Give the files kept with one of the officer's own drafts."""
    return {"files": desk.read(lambda transaction: drafts.open_files(transaction, desk.officer, draft))}


@verb("draft-drop")
def draft_drop(desk: Desk, draft: str) -> dict[str, Any]:
    """Let one of the officer's own drafts go, with all that was written."""
    desk.act(lambda _node, transaction: drafts.drop_draft(transaction, desk.officer, draft))
    return {"dropped": draft}


def draft_fields(draft: Draft) -> dict[str, Any]:
    """Put a draft as plain values."""
    return {
        "draft": draft.id,
        "kind": draft.kind,
        "at": format_instant(draft.at),
        "fields": dict(draft.fields),
        "files": [{"name": name, "size": size} for name, size in draft.files.items()],
    }

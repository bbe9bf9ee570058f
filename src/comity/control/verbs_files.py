"""Verbs about files in parts: taking them in part by part, and passing them on."""

from typing import Any

from comity.control.verb import Desk, verb
from comity.control.verbs_items import decision_fields, item_fields, new_item
from comity.node import large_files
from comity.node.disclose import Outcome, disclose
from comity.node.items import confirm_read as confirm
from comity.node.questions import find_item
from comity.ports import Transaction


@verb("file-part")
def file_part(
    desk: Desk,
    content: bytes,
    number: int,
    title: str,
    category: str,
    marking: str,
    pap: str = "",
    retention: str = "",
    caveat: str = "",
    judicial: str = "",
) -> dict[str, Any]:
    """Take one part of a file in; the file is here once its list is (`file-close`)."""
    new = new_item(locals())
    return item_fields(
        desk.act(lambda node, transaction: large_files.add_part(node, transaction, new, number))
    )


@verb("file-close")
def file_close(
    desk: Desk,
    parts: tuple[str, ...],
    sha256: str,
    title: str,
    category: str,
    marking: str,
    media_type: str = "application/octet-stream",
    label: str = "",
    pap: str = "",
    retention: str = "",
    caveat: str = "",
    judicial: str = "",
    made_from: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Take the list of a file's parts in: from then on the file is here."""
    new = new_item(locals())
    row, to_read = desk.act(
        lambda node, transaction: large_files.close_list(node, transaction, new, parts, sha256)
    )
    return {**item_fields(row), "because": list(to_read)}


@verb("file-drop")
def file_drop(desk: Desk, parts: tuple[str, ...]) -> dict[str, Any]:
    """Erase parts whose list will never come."""
    gone = desk.act(lambda node, transaction: large_files.drop_parts(node, transaction, parts))
    return {"erased": gone}


@verb("file-show")
def file_show(desk: Desk, item: str) -> dict[str, Any]:
    """Show a file in parts: name, size, digest, and which parts are not here yet."""

    def read(transaction: Transaction) -> dict[str, Any]:
        row = find_item(transaction, item)
        said = large_files.parts_of(transaction, row)
        return {
            "item": item_fields(row),
            "name": said.name,
            "media_type": said.media_type,
            "size": said.size,
            "sha256": said.sha256,
            "parts": [{"item": part.item, "size": part.size} for part in said.parts],
            "missing": large_files.missing_parts(transaction, said),
        }

    return desk.read(read)


@verb("file-read")
def file_read(desk: Desk, item: str) -> dict[str, Any]:
    """Note that a person has read what must be read of a file: of its list and of all its parts."""

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        row = find_item(transaction, item)
        if row.caveats and not row.caveats_read:
            row = confirm(node, transaction, row.digest)
        for part in large_files.parts_of(transaction, row).parts:
            held = transaction.item(part.item)
            if held is not None and (held.needs_reading or (held.caveats and not held.caveats_read)):
                confirm(node, transaction, held.digest)
        if row.needs_reading:
            row = confirm(node, transaction, row.digest)
        return item_fields(row)

    done: dict[str, Any] = desk.act(work)
    return done


@verb("file-share", alone=True)
def file_share(
    desk: Desk, item: str, to: str, purpose: str, under: str = "", carrier: str = "", dry_run: bool = False
) -> dict[str, Any]:
    """Share a file in parts with another Party: first every part, then the list; or say why not, and send nothing.

    All of it is weighed before the first part goes. Each part is a piece of work of its own, so that others get their
    turn; the list goes last, and only with it the file is there.
    """

    def pass_on(name: str, *, only_weighed: bool) -> Outcome:
        done: Outcome = desk.act(
            lambda node, transaction: disclose(
                node,
                transaction,
                name,
                to=to,
                purpose=purpose,
                under=under or None,
                carrier=carrier or None,
                dry_run=only_weighed,
            )
        )
        return done

    shown = file_show(desk, item)
    parts = [part["item"] for part in shown["parts"]]
    whole = shown["item"]["id"]
    for name in (*parts, whole):
        outcome = pass_on(name, only_weighed=True)
        if outcome.decision.outcome != "permitted" or name == whole:
            break
    if outcome.decision.outcome == "permitted" and not dry_run:
        for name in parts:
            already = desk.read(lambda transaction, name=name: transaction.disclosures(name))  # type: ignore[misc]
            if not any(each.to == to for each in already):
                outcome = pass_on(name, only_weighed=False)
                desk.send()
            if outcome.decision.outcome != "permitted":
                break
        else:
            outcome = pass_on(whole, only_weighed=False)
            desk.send()
    return {
        "item": item_fields(outcome.item),
        **decision_fields(outcome.decision),
        "message": outcome.message,
        "parts": len(parts),
    }

"""Drafts: an officer's own, kept until they are let go; no act, so the journal does not know of them."""

from comity.console.api import shapes
from comity.console.api.operation import Operation, Pages, op

OPERATIONS: tuple[Operation, ...] = (
    op("listDrafts", "GET /drafts", "draft-list", list[shapes.Draft], "Drafts",
        "List the officer's own drafts, newest first.", pages=Pages("", "draft")),
    op("keepDraft", "POST /drafts", "draft-keep", shapes.Draft, "Drafts",
        "Keep what was begun, or, with `draft`, what it has become.", made="/drafts/{draft}", entered=False),
    op("showDraft", "GET /drafts/{draft}", "draft-show", shapes.Draft, "Drafts",
        "Show one of the officer's own drafts."),
    op("draftFiles", "GET /drafts/{draft}/files", "draft-files", shapes.Contents, "Drafts",
        "Give the files kept with one of the officer's own drafts."),
    op("dropDraft", "POST /drafts/{draft}/drop", "draft-drop", shapes.Dropped, "Drafts",
        "Let one of the officer's own drafts go, with all that was written.", entered=False),
)  # fmt: skip

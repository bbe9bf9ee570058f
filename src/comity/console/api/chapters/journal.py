"""The journal: read, compared, verified, proved."""

from comity.console.api import shapes
from comity.console.api.operation import Operation, Pages, op

OPERATIONS: tuple[Operation, ...] = (
    op("listEntries", "GET /journal", "journal-page", list[shapes.Entry], "Journal",
        "List entries of the journal, newest first; of one peer's channel where it is named.",
        pages=Pages("entries")),
    op("evidence", "GET /journal/{act}/evidence", "journal-evidence", None, "Journal",
        "Give the evidence of one act as a file that `comity verify` checks with nothing else at hand.",
        name="evidence.json"),
    op("comparison", "GET /journal/comparisons/{peer}", "journal-comparison", shapes.Comparison, "Journal",
        "Give the newest comparison of the channel with a peer's account of it."),
    op("compare", "POST /journal/comparisons/{peer}", "journal-reconcile", shapes.Asking, "Journal",
        "Begin to compare the channel with a peer's account of it."),
    op("listEvents", "GET /events", "event-list", list[shapes.Event], "Journal",
        "List what has happened since an entry, oldest first: what hooks are called with, for programs that cannot "
        "be called.", pages=Pages("events")),
    op("findEntries", "GET /journal/entries", "journal-find", list[shapes.FoundEntry], "Journal",
        "Find the entries of an act, by its whole digest.", pages=Pages()),
    op("verifyJournal", "POST /journal/verify", "journal-verify", shapes.Verified, "Journal",
        "Read the journal through, or on from where it was found whole; name what is wrong in it."),
    op("listCheckpoints", "GET /journal/witnessed/{peer}", "journal-witnessed", list[str], "Journal",
        "Give the checkpoints kept of a peer's side of the channel.", pages=Pages()),
    op("replay", "GET /journal/replay", "journal-replay", shapes.Replayed, "Journal",
        "Decide an entry of the journal again, on the texts and acts of its day."),
    op("equivocation", "GET /journal/equivocations/{peer}", "journal-equivocation", None, "Journal",
        "Give two heads that a peer signed for one size as a file.", name="equivocation.json"),
    op("listInspectors", "GET /journal/inspectors", "overseer-choices", list[shapes.Mandate], "Journal",
        "List the inspectors that agreements name, and what each may see.", pages=Pages()),
)  # fmt: skip

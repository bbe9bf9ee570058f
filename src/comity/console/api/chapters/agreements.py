"""Agreements: held, compared, proposed, looked over, closed."""

from comity.console.api import shapes
from comity.console.api.operation import Operation, Pages, op

OPERATIONS: tuple[Operation, ...] = (
    op("listAgreements", "GET /agreements", "agreement-list", list[shapes.Agreement], "Agreements",
        "List the agreements held, with their state now.", pages=Pages("", "id")),
    op("showAgreement", "GET /agreements/{agreement}", "agreement-read", shapes.WholeAgreement, "Agreements",
        "Show an agreement as people read it: articles with their clauses, what governs, its life."),
    op("listVersions", "GET /agreements/{agreement}/versions", "agreement-versions", list[shapes.Version], "Agreements",
        "List what was held of an agreement, newest first: each version with what it changed of the one before.",
        pages=Pages()),
    op("compareText", "GET /agreements/{agreement}/comparison", "agreement-compare", shapes.Compared, "Agreements",
        "Tell what a text that was proposed, named by its digest, would change of an agreement."),
    op("copyAgreement", "GET /agreements/{agreement}/copy", "agreement-copy", shapes.Contents, "Agreements",
        "Give a certified copy of an agreement.", kept=False),
    op("listClosing", "GET /agreements/{agreement}/closing", "agreement-closing", list[shapes.Closing], "Agreements",
        "Give what is due at an agreement's end, with each other Party or with one.", pages=Pages("", "peer")),
    op("executeClosing", "POST /agreements/{agreement}/closing/execute", "agreement-closing-execute",
        list[shapes.Closing], "Agreements",
        "Carry out what is due here, and answer."),
    op("closingFile", "GET /agreements/{agreement}/closing/file", "agreement-closing-file", None, "Agreements",
        "Give the closing statement that both have signed, with everything it is made from, as a file.",
        name="closing.json"),
    op("holdText", "POST /agreements", "agreement-hold", shapes.HeldText, "Agreements",
        "Take an agreement's folder in, or what is new in it.", made="/agreements/{id}"),
    op("listProposals", "GET /proposals", "agreement-proposals", list[shapes.Proposal], "Agreements",
        "List the texts proposed to this Party, each looked over, with its files.", pages=Pages("", "digest")),
    op("proposeText", "POST /proposals", "agreement-propose", shapes.Told, "Agreements",
        "Hold a text and send it to the other Parties whose cards are known."),
    op("declineText", "POST /proposals/{name}/decline", "agreement-decline", shapes.Told, "Agreements",
        "Tell who proposed a text that this Party will not sign it."),
    op("lookAtText", "POST /texts/look", "agreement-look", shapes.Looked, "Agreements",
        "Look a text over that nobody holds yet: whose it is, what lint finds. Nothing is kept.", entered=False),
    op("simulateText", "POST /texts/simulate", "agreement-simulate", shapes.Simulation, "Agreements",
        "Decide the journal's past again under a draft. Nothing is kept.", entered=False),
)  # fmt: skip

"""Consents: asked for, granted, refused, taken back."""

from comity.console.api import shapes
from comity.console.api.operation import Operation, Pages, op

_REQUEST = "showRequest"

OPERATIONS: tuple[Operation, ...] = (
    op("listRequests", "GET /consent-requests", "consent-list", list[shapes.Request], "Consents",
        "List requests for consent: asked by this Party, and asked of it.", pages=Pages("", "id")),
    op("askConsent", "POST /consent-requests", "consent-ask", shapes.Asked, "Consents",
        "Ask every Party whose consent is owed before an item may pass."),
    op(_REQUEST, "GET /consent-requests/{request}", "consent-list", shapes.Request, "Consents",
        "Show one request.", pick="id"),
    op("previewRequest", "GET /consent-requests/{request}/preview", "consent-preview", shapes.Preview, "Consents",
        "Tell what granting a request would open.",
        fixed=dict.fromkeys(("holder", "to", "item"), "")),
    op("grantConsent", "POST /consent-requests/{request}/grant", "consent-grant", shapes.Request, "Consents",
        "Grant a request, with its limits.", of=_REQUEST),
    op("refuseConsent", "POST /consent-requests/{request}/refuse", "consent-refuse", shapes.Request, "Consents",
        "Refuse a request, with a reason.", of=_REQUEST),
    op("revokeConsent", "POST /consent-requests/{request}/revoke", "consent-revoke", shapes.Request, "Consents",
        "Take the consent back that was granted to a request.", of=_REQUEST),
    op("listConsents", "GET /consents", "consent-given", list[shapes.Consent], "Consents",
        "List the consents known here: given by this Party, and given to it.", pages=Pages("", "id")),
    op("giveConsent", "POST /consents", "consent-give", shapes.Consent, "Consents",
        "Give a consent unasked, for an item or a class of them."),
    op("takeConsentBack", "POST /consents/{consent}/take-back", "consent-take-back", shapes.Consent, "Consents",
        "Take a consent back."),
)  # fmt: skip

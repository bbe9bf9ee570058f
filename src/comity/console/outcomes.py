"""What an act came to, in words that promise no more than is known: queued, delivered, receipted.

An act that the gate or an article refused is told as refused, with its grounds, whatever else its verb answers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from comity.errors import RefusedHere
from comity.languages import _, ngettext, said

#: Acts that ask for what is refused so far: their answer is a question put, not a refusal.
_ASKS = frozenset({"consent-ask"})
#: Acts whose refusal kept something from being sent.
_SENDS = frozenset({"share", "file-share", "register-release"})
#: Acts that leave a letter to another Party in the queue.
_QUEUED = frozenset(
    {
        "agreement-closing-execute",
        "agreement-closing-sign",
        "agreement-decline",
        "agreement-notice",
        "agreement-sign",
        "agreement-sign-named",
        "agreement-sign-part",
        "card-publish",
        "charge-claim",
        "necessity-review",
        "redress-ask",
        "redress-grant",
        "redress-refuse",
        "register-flag",
        "register-follow-up",
        "register-outcome",
        "register-refuse",
        "register-release",
        "register-renew",
        "register-settle",
        "register-unflag",
        "register-unwatch",
        "register-withdraw",
        "review",
        "summary-draw",
    }
)


def check_permitted(verb: str, answer: Any) -> None:
    """Let nobody be told that something was done which the gate or an article refused.

    Raises:
        RefusedHere: it was refused, with the grounds.
    """
    if not isinstance(answer, dict) or verb in _ASKS:
        return
    decision = answer.get("decision")
    weighed = decision if isinstance(decision, dict) else answer
    outcome = weighed.get("decision")
    if outcome in (None, "permitted"):
        return
    grounds = "; ".join(f"{said(each['ref'])}: {said(each['text'])}" for each in weighed["grounds"])
    nothing = f"{_('{outcome}: nothing was sent', outcome=said(outcome))}; " if verb in _SENDS else ""
    raise RefusedHere(nothing + grounds)


def told(verb: str, answer: Any) -> tuple[str, str]:
    """Say what an act came to, and where to look next; empty for the page it was sent from."""
    teller = _TOLD.get(verb)
    if teller is not None:
        return teller(answer)
    return (_("done, and queued for the other side") if verb in _QUEUED else _("done")), ""


def _added(answer: Any) -> tuple[str, str]:
    return _("taken in: {title}", title=answer["title"]), f"/items/{answer['id']}"


def _shared(answer: Any) -> tuple[str, str]:
    state = answer["delivery"]["state"] if answer["delivery"] else "owed"
    words = {
        "owed": _("permitted and queued: it goes as soon as the other side is reached"),
        "receipted": _("permitted, delivered and receipted"),
        "quarantined": _("permitted and delivered; the other side has put it in quarantine"),
        "waiting": _("permitted and delivered; it waits there for a text"),
    }
    return words.get(state, said(state)), f"/items/{answer['item']['id']}"


def _file_shared(answer: Any) -> tuple[str, str]:
    words = _("permitted and queued in {count} parts; the list goes last", count=answer["parts"])
    return words, f"/items/{answer['item']['id']}"


def _asked(answer: Any) -> tuple[str, str]:
    count = len(answer["requests"])
    return ngettext(
        "{count} Party is asked, as soon as it is reached",
        "{count} Parties are asked, as soon as they are reached",
        count,
    ), "/consents"


def _consent(answer: Any) -> tuple[str, str]:
    return _("{outcome}; queued for the other side", outcome=said(answer["state"])), "/consents"


def _withdrawn(answer: Any) -> tuple[str, str]:
    words = _("taken back here; every holder is told as soon as it is reached, and answers")
    return words, f"/items/{answer['item']['id']}"


def _compared(_answer: Any) -> tuple[str, str]:
    return _("the question is queued; what comes of it will stand here"), ""


def _invited(answer: Any) -> tuple[str, str]:
    if "link" not in answer:
        return _("made: the account of a program"), "/officers"
    return _(
        "link for {handle}, once and for a day: {link}", handle=answer["handle"], link=answer["link"]
    ), "/officers"


def _proposed(answer: Any) -> tuple[str, str]:
    count = len(answer["to"])
    return ngettext("proposed to {count} Party", "proposed to {count} Parties", count), "/agreements"


_TOLD: Mapping[str, Callable[[Any], tuple[str, str]]] = {
    "item-add": _added,
    "share": _shared,
    "file-share": _file_shared,
    "consent-ask": _asked,
    "consent-grant": _consent,
    "consent-refuse": _consent,
    "consent-revoke": _consent,
    "consent-take-back": _consent,
    "withdraw": _withdrawn,
    "journal-reconcile": _compared,
    "agreement-propose": _proposed,
    "officer-add": _invited,
    "officer-link": _invited,
}

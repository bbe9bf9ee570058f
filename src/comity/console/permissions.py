"""What each role may do: one table from verbs to roles. What is not listed, nobody may do here.

A verb that shows or uses content is open to roles that read content; one that speaks for the Party to the officers of
that trade. Four kinds of act need two persons (`TWO_PERSONS`): signing a text, denouncing one, changing keys, and
lifting a rule in an emergency.
"""

from collections.abc import Iterable, Mapping

from comity.node.roles import Role

_READS = (Role.READER, Role.CASE_OFFICER, Role.LIAISON, Role.CONSENT_GIVER)
_CASE = (Role.CASE_OFFICER, Role.LIAISON)
_SENDS = (Role.LIAISON,)
_CONSENTS = (Role.CONSENT_GIVER,)
_KEEPS = (Role.AGREEMENT_KEEPER,)
_TEXTS = (*_READS, Role.AGREEMENT_KEEPER, Role.AUDITOR, Role.OVERSEER)
_AUDITS = (Role.AUDITOR, Role.OVERSEER, Role.AGREEMENT_KEEPER)
_RUNS = (Role.ADMINISTRATOR,)
_ALL = tuple(Role)

#: verb -> roles that may use it.
PERMISSIONS: Mapping[str, frozenset[Role]] = {
    verb: frozenset(roles)
    for roles, verbs in (
        (_ALL, ("status", "peer-list")),
        (
            _READS,
            (
                "item-list",
                "item-find",
                "item-show",
                "item-content",
                "item-read",
                "inbox",
                "outbox",
                "delivery",
            ),
        ),
        (_READS, ("consent-list", "consent-given", "withdrawal", "withdrawals-overdue", "protest-list")),
        (_READS, ("share-verdict", "share-choices", "item-may-pass", "necessity-list", "consent-preview")),
        (_CASE, ("matter-open", "matter-act", "matter-protocol", "plan-next")),
        (
            _READS,
            (
                "matter-list",
                "matter-find",
                "matter-count",
                "matter-show",
                "ledger",
                "charge-check",
                "summary-figures",
                "summary-check",
            ),
        ),
        (_READS, ("item-lineage",)),
        (_TEXTS, ("flow-figures",)),
        (_ALL, ("peer-line", "peer-card")),
        ((*_READS, Role.AGREEMENT_KEEPER), ("due-list", "due-dates", "reciprocity")),
        (_CASE, ("charge-claim", "summary-draw")),
        (
            (*_CASE, Role.AGREEMENT_KEEPER),
            ("draft-keep", "draft-list", "draft-show", "draft-files", "draft-drop"),
        ),
        (_CASE, ("item-add", "consent-ask", "review", "item-hold", "item-release")),
        (_SENDS, ("share", "necessity-verdict", "deliver", "pouch-pack", "pouch-open")),
        (
            _CONSENTS,
            ("consent-grant", "consent-give", "consent-refuse", "consent-revoke", "consent-take-back"),
        ),
        (_CONSENTS, ("withdraw", "correct", "necessity-review", "redress-grant", "redress-refuse")),
        (_CASE, ("redress-ask",)),
        (_READS, ("redress-list",)),
        (_TEXTS, ("agreement-list", "agreement-read", "agreement-proposals", "agreement-copy")),
        (_TEXTS, ("agreement-versions", "agreement-compare")),
        ((*_READS, Role.AGREEMENT_KEEPER), ("agreement-closing",)),
        (_KEEPS, ("agreement-closing-sign", "agreement-closing-file")),
        (_CONSENTS, ("agreement-closing-execute",)),
        (_KEEPS, ("agreement-hold", "agreement-propose", "agreement-decline", "agreement-simulate")),
        (_KEEPS, ("agreement-look",)),
        (_KEEPS, ("agreement-sign", "agreement-sign-named", "agreement-sign-part", "agreement-notice")),
        (
            _AUDITS,
            ("journal-show", "journal-page", "journal-verify", "journal-witnessed", "journal-comparison"),
        ),
        (_AUDITS, ("journal-find",)),
        (_AUDITS, ("journal-reconcile", "journal-replay", "journal-evidence", "journal-equivocation")),
        ((Role.AUDITOR,), ("journal-overseer", "overseer-choices")),
        (_CASE, ("register-check", "register-show", "register-ask", "register-asked", "register-checks")),
        (_CASE, ("register-flags", "register-flag", "register-unflag", "register-unwatch", "register-quota")),
        (
            _CASE,
            ("register-precision", "register-due", "register-add", "register-renew", "register-withdraw"),
        ),
        (_CASE, ("register-correct",)),
        (_SENDS, ("register-settle",)),
        (_CASE, ("register-hits", "register-hit", "register-follow-up", "register-outcome")),
        (_SENDS, ("register-release", "register-refuse")),
        ((Role.CASE_OFFICER,), ("register-import",)),
        (_RUNS, ("officer-add", "officer-list", "officer-link", "officer-roles")),
        (_RUNS, ("officer-suspend", "officer-resume", "duties", "time-confirm")),
        ((*_RUNS, Role.AGREEMENT_KEEPER), ("card-keys",)),
        (_RUNS, ("card-draft", "card-publish")),
        (_RUNS, ("token-add", "token-list", "token-drop", "outgoing-list")),
        (_CASE, ("file-part", "file-close", "file-drop", "file-read")),
        (_READS, ("file-show",)),
        (_SENDS, ("file-share",)),
        (_RUNS, ("hook-add", "hook-list", "hook-drop", "hook-resume")),
        ((*_READS, *_AUDITS), ("event-list",)),
        ((*_RUNS, Role.AGREEMENT_KEEPER), ("card-show", "card-accept", "peer-stopped", "peer-resume")),
    )
    for verb in verbs
}

#: verb -> the parameters by which it needs a second officer, with their values or none for whatever is given; empty for
#: always. Sharing by necessity says why (`because`); plain sharing does not.
TWO_PERSONS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "agreement-sign": {},
    "agreement-sign-named": {},
    "agreement-sign-part": {},
    "agreement-closing-sign": {},
    "card-publish": {},
    "share": {"because": frozenset()},
    "agreement-notice": {"kind": frozenset({"denunciation", "withdrawal", "suspension", "succession"})},
}


def may(roles: Iterable[str], verb: str) -> bool:
    """Tell whether an officer with these roles may use a verb."""
    return not PERMISSIONS.get(verb, frozenset()).isdisjoint(roles)


def needs_second(verb: str, parameters: Mapping[str, object]) -> bool:
    """Tell whether an act needs a second officer."""
    when = TWO_PERSONS.get(verb)
    if when is None:
        return False
    return all(
        parameters.get(name) in values if values else bool(parameters.get(name))
        for name, values in when.items()
    )

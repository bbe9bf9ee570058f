"""Words that stand in rows and answers (outcomes, states, severities, events): marked here, looked up by `said`."""


def N_(word: str) -> str:  # noqa: N802 - the name gettext's tools know
    """Mark a word for the catalogues and give it back as it is."""
    return word


OUTCOMES = (N_("permitted"), N_("refused"), N_("needs-consent"))
STATES = (
    N_("draft"),
    N_("signed"),
    N_("provisional"),
    N_("in-force"),
    N_("extended"),
    N_("under-notice"),
    N_("suspended"),
    N_("ended"),
)
SEVERITIES = (N_("error"), N_("warning"), N_("info"))
FATES = (
    N_("accepted"),
    N_("quarantined"),
    N_("waiting"),
    N_("owed"),
    N_("receipted"),
    N_("abandoned"),
)
ITEM_STATES = (N_("held"), N_("known"), N_("withdrawn"), N_("source-withdrawn"), N_("erased"))
REQUESTS = (N_("asked"), N_("granted"), N_("expired"), N_("open"), N_("ours"))
ANSWERS = (N_("done"), N_("retained"), N_("cannot"))
OBLIGATIONS = (N_("retention"), N_("marking"), N_("notice"), N_("read-caveat"), N_("consent-owed"))
EVENTS = (
    N_("signature"),
    N_("provisional-application"),
    N_("entry-into-force"),
    N_("extension"),
    N_("notice"),
    N_("revocation"),
    N_("suspension"),
    N_("resumption"),
    N_("lapse"),
    N_("revival"),
    N_("expiry"),
    N_("end-by-notice"),
    N_("supersession"),
    N_("withdrawal"),
    N_("too-few-parties"),
    N_("succession"),
)
RULES = (
    N_("safeguards"),
    N_("in force"),
    N_("parties and offices"),
    N_("category"),
    N_("purpose"),
    N_("third party and custody"),
    N_("transport"),
    N_("necessity"),
)
CITED = (
    N_("rule 2 in force"),
    N_("rule 3 parties and offices"),
    N_("rule 4 category"),
    N_("rule 5 purpose"),
    N_("rule 6 marking"),
    N_("rule 7 custody"),
    N_("rule 7 withdrawn"),
    N_("rule 7 source-withdrawn"),
    N_("rule 8 retention"),
    N_("rule 9 transport"),
    N_("rule 10 necessity"),
)

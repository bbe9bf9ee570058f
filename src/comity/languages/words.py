"""Words that stand in rows and answers (outcomes, states, severities, events): marked here, looked up by `said`."""

from collections.abc import Mapping


def N_(word: str) -> str:  # noqa: N802 - the name gettext's tools know
    """Mark a word for the catalogues and give it back as it is."""
    return word


#: Words of the machine (in files, rows and JSON) as people say them; `said` puts the one for the other, in English too.
PLAIN: Mapping[str, str] = {
    "changing": N_("another number proposed"),
    "consent-owed": N_("consent owed"),
    "end-by-notice": N_("end by notice"),
    "entry-into-force": N_("entry into force"),
    "everyone-upstream": N_("everyone upstream"),
    "in-force": N_("in force"),
    "misused-identity": N_("misused identity"),
    "needs-consent": N_("needs consent"),
    "not-admitted": N_("not admitted"),
    "provisional-application": N_("provisional application"),
    "read-caveat": N_("caveat to read"),
    "source-withdrawn": N_("source withdrawn"),
    "too-few-parties": N_("too few Parties"),
    "under-notice": N_("under notice"),
    "under-way": N_("in progress"),
    "will-not-act": N_("will not act"),
}
OUTCOMES = (N_("permitted"), N_("refused"))
STATES = (
    N_("draft"),
    N_("signed"),
    N_("provisional"),
    N_("extended"),
    N_("suspended"),
    N_("ended"),
)
FORCES = (N_("enforced"), N_("evidenced"), N_("declared"))
SEVERITIES = (N_("error"), N_("warning"), N_("info"))
FATES = (
    N_("accepted"),
    N_("quarantined"),
    N_("waiting"),
    N_("owed"),
    N_("receipted"),
    N_("abandoned"),
)
ITEM_STATES = (N_("held"), N_("known"), N_("withdrawn"), N_("erased"))
REQUESTS = (N_("asked"), N_("granted"), N_("expired"), N_("open"), N_("ours"), N_("declined"))
ANSWERS = (N_("done"), N_("retained"), N_("cannot"))
OBLIGATIONS = (N_("retention"), N_("marking"), N_("notice"))
EVENTS = (
    N_("signature"),
    N_("extension"),
    N_("notice"),
    N_("revocation"),
    N_("suspension"),
    N_("resumption"),
    N_("lapse"),
    N_("revival"),
    N_("expiry"),
    N_("supersession"),
    N_("withdrawal"),
    N_("succession"),
    N_("reintroduction"),
    # states of a key
    N_("in force"),
    N_("to come"),
    N_("overlapping"),
    N_("over"),
    N_("lost"),
    N_("stolen"),
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

#: What `explain` puts together from parts, part by part (`comity.decisions.explain`).
EXPLAINED = (
    N_("{outcome}: `{item}` from {holder} to {to}, for {purpose}, at {at}"),
    N_("the hop would be made under {agreement}"),
    N_("grounds:"),
    N_("no stated purpose"),
    N_("rule {number} {name}: saw {saw}; {concluded}"),
    N_("nothing against"),
    N_("permits by {refs}"),
    N_("lifts by {refs}"),
    N_("consent is owed: {refs}"),
    N_("against: {refs}"),
    N_("category {category}, purpose {purpose}"),
    N_("no agreement between them"),
    N_("{holder} and {to}"),
    N_("{kind} of category {category}"),
    N_("purpose {purpose}"),
    N_("purpose {purpose}, received for {purposes}"),
    N_("no marking"),
    N_("no marking, use before a court"),
    N_("{marking}, use before a court"),
    N_("{hops} hops over {items} items, {given} consents given to {holder} for {to}"),
    N_("{hops} hops into {holder}"),
    N_("no carrier chosen"),
    N_("not invoked"),
    N_("invoked, approved by {officers}"),
    N_("no item `{item}`"),
    N_("ask {party} to consent to {what} ({refs})"),
    N_("ask {party} to consent to {what}, naming the purpose {purpose} ({refs})"),
    N_("goes with it: {kind} {value}, {to} ({ref})"),
    N_("releasable to {party} without {sources}"),
    N_("{item} (source: {originator})"),
    N_("(no words at hand)"),
    N_("information"),
    N_("materials"),
    N_("equipment"),
    N_("unknown"),
    N_("none"),
    N_("nobody"),
)
#: What `decide` says of a case that came out other than expected (`comity.decisions.cases`).
DIFFERENCES = (
    N_("{outcome} instead of {expected}"),
    N_("`{ground}` is not among the grounds"),
    N_("asks {asked} instead of {expected}"),
)
#: What two versions of an agreement differ in (`comity.agreements.comparison`).
COMPARED = (
    N_("gone"),
    N_("new"),
    N_("yes"),
    N_("no"),
    N_("{number} {kind} gone"),
    N_("{number} {kind} new"),
    N_("{number} {kind} clauses gone"),
    N_("{number} {kind} clauses new"),
    N_("{number} {kind} clause gone"),
    N_("{number} {kind} clause new"),
    N_("categories"),
    N_("category"),
    N_("Parties"),
    N_("Party"),
    N_("offices"),
    N_("office"),
)
#: The safeguards in one sentence each, and what they are about (`comity.handling.safeguards`).
SAFEGUARDS = (
    N_("safeguard {number}"),
    N_(
        "no record or item is about opinion, belief, religion, ethnicity, orientation, press or diplomatic function, "
        "or mere association"
    ),
    N_("cooperation is coordination only: nothing for covert entry, deception or surveillance: `{name}`"),
    N_("opinion"),
    N_("belief"),
    N_("religion"),
    N_("ethnicity"),
    N_("orientation"),
    N_("press function"),
    N_("diplomatic function"),
    N_("mere association"),
)

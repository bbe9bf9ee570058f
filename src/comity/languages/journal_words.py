"""Kinds of journal entry in plain words: what pages say where the journal says `received-disclosure`.

The kind itself stays in files and JSON. `docs/reference/journal-entries.md` describes each; a test compares.
"""

from collections.abc import Mapping

from comity.languages.reading import _
from comity.languages.words import N_

#: What was done, by kind.
ENTRIES: Mapping[str, str] = {
    "decided": N_("decision of the gate"),
    "receipted": N_("receipt came back"),
    "peer-quarantined": N_("set aside by its receiver"),
    "quarantined-envelope": N_("set aside: it cannot be opened"),
    "necessity": N_("passed on by necessity"),
    "necessity-review": N_("opinion on a necessity"),
    "subject-request": N_("person's request sent on"),
    "subject-answer": N_("person's request answered"),
    "item-added": N_("item taken in"),
    "item-read": N_("item read by a person"),
    "erased": N_("content erased"),
    "retention-erased": N_("content erased: its time had run out"),
    "exit-erased": N_("content erased: its agreement had ended"),
    "exit-duty": N_("duty at an agreement's end passed on"),
    "closing-answer": N_("answer on items at an agreement's end"),
    "closing": N_("closing statement signed"),
    "closing-agreed": N_("closing statement countersigned"),
    "legal-hold": N_("put on legal hold"),
    "legal-hold-released": N_("released from legal hold"),
    "withdrawal": N_("item withdrawn"),
    "review-keep": N_("kept after its source was withdrawn"),
    "review-erase": N_("erased after its source was withdrawn"),
    "consent": N_("consent given"),
    "consent-refusal": N_("consent refused"),
    "consent-revocation": N_("consent revoked"),
    "consent-confirmation": N_("consent confirmed"),
    "matter": N_("step in a matter"),
    "matter-refused": N_("step in a matter refused"),
    "matter-void": N_("step in a matter that does not hold"),
    "card": N_("card taken in"),
    "key-destroyed": N_("key destroyed"),
    "hook-made": N_("webhook added"),
    "hook-dropped": N_("webhook removed"),
    "token-made": N_("token of a program made"),
    "token-dropped": N_("token of a program removed"),
    "time-confirmed": N_("clock confirmed by a person"),
    "agreement": N_("text of an agreement taken in"),
    "overseen": N_("inspector's file made"),
    "duties": N_("day's duties done"),
    "desk": N_("program let in to the register, or no longer"),
    "register-import": N_("records imported"),
    "register-check": N_("names checked"),
    "register-export": N_("records written out"),
    "register-entered": N_("record entered"),
    "register-corrected": N_("record corrected"),
    "register-reviewed": N_("record reviewed"),
    "register-noted": N_("note on a record"),
    "register-withdrawn": N_("record withdrawn"),
    "register-erased": N_("record erased"),
    "register-merged": N_("records merged"),
    "register-unmerged": N_("merge of records undone"),
    "register-threshold": N_("threshold of hits set"),
    "register-watch": N_("watch set"),
    "register-watch-ended": N_("watch ended"),
    "register-outcome": N_("hit closed by its own Party"),
    "register-hosted": N_("contribution taken into the register"),
    "reconciled": N_("journals compared: they agree"),
    "reconciled-differing": N_("journals compared: they differ"),
    "equivocation": N_("peer signed two journals"),
    "channel-stopped": N_("channel stopped"),
    "channel-resumed": N_("channel resumed"),
    "inconsistent": N_("peer's journal does not continue"),
    "rolled-back": N_("peer's journal is shorter than before"),
    "restored": N_("restored from a backup"),
    "peer-restored": N_("peer restored from a backup"),
    "officer-invited": N_("officer added"),
    "officer-link": N_("sign-in link made"),
    "signed-in": N_("officer signed in"),
    "signed-out": N_("officer signed out"),
    "sign-in-failed": N_("sign-in failed"),
    "credential-added": N_("way to sign in added"),
    "credential-dropped": N_("way to sign in removed"),
    "credential-copied": N_("copied passkey shut out"),
    "officer-roles": N_("roles of an officer changed"),
    "officer-suspended": N_("officer suspended"),
    "officer-resumed": N_("officer let in again"),
    "officer-acted": N_("command of an officer"),
}

#: What a message was, by its kind.
MESSAGES: Mapping[str, str] = {
    "disclosure": N_("item"),
    "act": N_("signed act"),
    "card": N_("card"),
    "texts": N_("texts of an agreement"),
    "proposal": N_("proposed text"),
    "decline": N_("refusal to sign a text"),
    "register-check": N_("question to a register"),
    "register-answer": N_("answer of a register"),
    "register-echo": N_("notice of a hit to the record's owner"),
    "register-follow-up": N_("request for a record"),
    "register-release": N_("released record"),
    "register-outcome": N_("outcome of a hit"),
    "register-end": N_("end of a watch"),
    "register-flag": N_("objection to a record"),
    "register-flag-answer": N_("answer to an objection"),
    "reconcile-question": N_("question about the journals"),
    "reconcile-answer": N_("answer about the journals"),
    "reconcile-outcome": N_("outcome of comparing the journals"),
    "consistency-question": N_("question whether a journal continues"),
    "consistency-answer": N_("proof that a journal continues"),
}

#: What became of it: the word before the message's kind.
FATES: Mapping[str, str] = {
    "sent": N_("sent: {what}"),
    "received": N_("received: {what}"),
    "quarantined": N_("set aside: {what}"),
    "waiting": N_("waits for a text: {what}"),
}
#: Only messages that rest on a text can wait for one.
_WAITING = ("disclosure", "texts")

#: Every kind there is, in the order of the tables.
KINDS: tuple[str, ...] = (
    *ENTRIES,
    *(
        f"{fate}-{message}"
        for fate in FATES
        for message in MESSAGES
        if fate != "waiting" or message in _WAITING
    ),
)


def entry_in_words(kind: str) -> str:
    """Say a kind of entry in the reader's language; as it is where it is none that is known here."""
    if kind in ENTRIES:
        return _(ENTRIES[kind])
    fate, _dash, message = kind.partition("-")
    if fate in FATES and message in MESSAGES:
        return _(FATES[fate], what=_(MESSAGES[message]))
    return kind


def letter_in_words(kind: str) -> str:
    """Say a kind of message in the reader's language; as it is where it is none that is known here."""
    return _(MESSAGES[kind]) if kind in MESSAGES else kind


def kinds_like(words: str) -> tuple[str, ...]:
    """Give the kinds that have all these words in their name, or in what the reader's language calls them."""
    wanted = words.casefold().split()
    return tuple(
        kind
        for kind in KINDS
        if wanted and all(word in f"{kind} {entry_in_words(kind)}".casefold() for word in wanted)
    )

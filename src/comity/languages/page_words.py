"""Words that stand in rows, choices and files, as pages say them: tables of words, in the reader's language.

A word of the machine (`case-officer`, `own-nationals`, `at-once`) stays as it is in JSON, files and commands; a page
says it as people do. What stands here goes before what the catalogues know of the same word elsewhere.
"""

import re
from collections.abc import Mapping

from comity.languages.reading import _, said
from comity.languages.words import N_

WORDS: Mapping[str, str] = {
    # kinds of matter
    "charge": N_("charge"),
    "contact": N_("direct contact"),
    "continuity": N_("arrangement for continuity"),
    "delivery": N_("delivery"),
    "measure": N_("joint measure"),
    "meeting": N_("meeting"),
    "mission": N_("mission"),
    "passage": N_("passage"),
    "plan": N_("plan"),
    "quota": N_("year of a quota"),
    "summary": N_("summary"),
    "training": N_("year of training"),
    # states of matters
    "claimed": N_("claimed"),
    "contested": N_("contested"),
    "countersigned": N_("countersigned"),
    "differing": N_("differing"),
    "drawn": N_("drawn up"),
    "paid": N_("paid"),
    "settled": N_("settled"),
    # what can be chosen in a matter
    "advice": N_("advice"),
    "attended": N_("attended"),
    "better-placed": N_("by the better placed"),
    "cadence": N_("of the regular cadence"),
    "horizon": N_("of the longer range"),
    "call": N_("by call"),
    "letter": N_("by letter"),
    "meetings": N_("meetings"),
    "deliveries": N_("deliveries"),
    "measures": N_("joint measures"),
    "quotas": N_("quotas"),
    "rehearsals": N_("rehearsals"),
    "objects-of-interest": N_("objects of interest"),
    "other": N_("other"),
    "dropped": N_("dropped"),
    "moved": N_("moved"),
    "gift": N_("as a gift"),
    "loan": N_("on loan"),
    "purchase": N_("by purchase"),
    "help-in-buying": N_("help in buying"),
    "joint-development": N_("joint development"),
    "joint-measure": N_("a joint measure"),
    "jointly": N_("jointly"),
    "in-part": N_("in part"),
    "not": N_("not"),
    "well": N_("well"),
    "ready": N_("ready"),
    "passed": N_("passed"),
    "not-passed": N_("not passed"),
    "useful": N_("useful"),
    "not-useful": N_("not useful"),
    "normal": N_("normal"),
    "urgent": N_("urgent"),
    "officials": N_("officials"),
    "own-nationals": N_("nationals of one's own"),
    "requesters-nationals-here": N_("nationals of the asker here"),
    "protection": N_("protection"),
    "search": N_("a search"),
    # roles of officers
    "reader": N_("reader"),
    "case-officer": N_("case officer"),
    "liaison": N_("liaison"),
    "consent-giver": N_("consent giver"),
    "agreement-keeper": N_("agreement keeper"),
    "auditor": N_("auditor"),
    "overseer": N_("overseer"),
    "administrator": N_("administrator"),
    # officers, and how pages are shown
    "active": N_("active"),
    "invited": N_("invited"),
    "password": N_("password with a code"),
    "provider": N_("provider of identity"),
    "off": N_("off"),
    "at-once": N_("at once"),
    "daily": N_("once a day"),
    "auto": N_("as the browser says"),
    "light": N_("light"),
    "dark": N_("dark"),
    # keys, and what they sign
    "root": N_("root"),
    "sealing": N_("sealing"),
    "signing": N_("signing"),
    "everyday": N_("everyday"),
    "director": N_("director"),
    "tls": N_("connections"),
    "witness": N_("witness"),
    "disclosure": N_("passing on"),
    "control": N_("control"),
    "journal": N_("journal"),
    # what an inspector sees
    "decisions": N_("decisions"),
    "counts": N_("counts"),
    "samples": N_("samples"),
    # notices
    "denunciation": N_("denunciation"),
    "instrument": N_("instrument of one's own procedures"),
    # what concerns nobody else
    "local": N_("this node alone"),
    # who has not signed
    "every Party": N_("every Party"),
    # consents
    "stands": N_("stands"),
    "not yet": N_("not yet"),
    # persons' requests
    "erase": N_("erase"),
    "correct": N_("correct"),
    # kinds of what is found
    "entry": N_("entry of the journal"),
    # the register
    "silent": N_("silent"),
    "Person": N_("person"),
    "Organization": N_("organization"),
    "Company": N_("company"),
    "Vessel": N_("vessel"),
    "Airplane": N_("aircraft"),
    "LegalEntity": N_("person or organization"),
    "Vehicle": N_("vehicle"),
    "Address": N_("address"),
}
#: Terms that a record is kept on.
TERMS: Mapping[str, str] = {
    "basis": N_("basis"),
    "grading": N_("grading"),
    "handling": N_("handling"),
    "review": N_("review"),
    "role": N_("role"),
    "offence": N_("offence"),
    "action": N_("what is asked for"),
    "kind": N_("kind"),
    "expires": N_("expires"),
    "owner": N_("owner"),
    "under": N_("under"),
    "decision": N_("decision"),
    "purpose": N_("purpose"),
}
#: Properties of a subject, as FollowTheMoney names them; those that are seldom seen keep their names.
PROPERTIES: Mapping[str, str] = {
    "name": N_("name"),
    "alias": N_("alias"),
    "previousName": N_("previous name"),
    "birthDate": N_("born"),
    "nationality": N_("nationality"),
    "country": N_("country"),
    "jurisdiction": N_("jurisdiction"),
    "idNumber": N_("identity number"),
    "passportNumber": N_("passport number"),
    "registrationNumber": N_("registration number"),
    "taxNumber": N_("tax number"),
}
#: What is due in the register.
DUE: Mapping[str, str] = {
    "reviews": N_("records to review"),
    "to_answer": N_("follow-ups to answer"),
    "late": N_("late answers of others"),
    "to_close": N_("hits to close"),
    "flags": N_("flags to settle"),
}
#: An item's digest as sentences name it, by its beginning or whole and in backticks; the group is the beginning.
DIGEST = re.compile(r"`?\b([0-9a-f]{12})(?:[0-9a-f]{52})?\b`?")
#: A word of the machine.
_WORD = re.compile(r"[a-z]+(-[a-z]+)*")
#: What has a day in a matter, with the matter: `answer (request: who runs it)`.
_OF_A_MATTER = re.compile(r"([^()]+) \((\w+): (.*)\)", re.DOTALL)
#: Titles that matters of a kind are given (`cooperation`, `title`), and the same without a word of English; `{kind}`
#: is the kind and `{word}` a word of the machine, both as a page says them; the rest was written by somebody and stays.
_TITLES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "charge": (re.compile(r"(?P<sum>.+), (?P<begins>\S+) to (?P<ends>\S+)"), "{sum}, {begins} – {ends}"),
    "contact": (
        re.compile(r"(?P<one>\S+) and (?P<other>\S+): (?P<rest>.*)", re.DOTALL),
        "{one}, {other}: {rest}",
    ),
    "continuity": (re.compile(r"continuity under (?P<article>.+)"), "{kind}, {article}"),
    "delivery": (
        re.compile(r"(?P<word>\S+) of (?P<thing>\S+): (?P<rest>.*)", re.DOTALL),
        "{thing}, {word}: {rest}",
    ),
    "plan": (re.compile(r"plan (?P<period>.+)"), "{kind} {period}"),
    "quota": (re.compile(r"(?P<word>\S+) (?P<year>\S+) by (?P<by>\S+)"), "{word} {year}, {by}"),
    "summary": (re.compile(r"(?P<begins>\S+) to (?P<ends>\S+)"), "{begins} – {ends}"),
    "training": (re.compile(r"training (?P<year>\S+) by (?P<by>\S+)"), "{kind} {year}, {by}"),
    **dict.fromkeys(
        ("materials", "measure", "meeting", "passage", "request"),
        (re.compile(r"(?P<word>\S+): (?P<rest>.*)", re.DOTALL), "{word}: {rest}"),
    ),
}


def on_a_page(text: str) -> str:
    """Say a word, or a sentence of the core, as a page says it."""
    if text in WORDS:
        return _(WORDS[text])
    of_a_matter = _OF_A_MATTER.fullmatch(text)
    if of_a_matter is not None:
        what, kind, title = of_a_matter.groups()
        return f"{on_a_page(what)} ({on_a_page(kind)}: {title_on_a_page(title, kind)})"
    return said(text)


def title_on_a_page(title: str, kind: str) -> str:
    """Say the title of a matter of a kind: what the program put into it, in the reader's language."""
    pattern, shown = _TITLES.get(kind, (None, ""))
    found = pattern.fullmatch(title) if pattern is not None else None
    if found is None:
        return title
    parts = found.groupdict()
    if "word" in parts:
        parts["word"] = on_a_page(parts["word"])
    return shown.format(kind=on_a_page(kind), **parts)


def named(text: str, titles: Mapping[str, str]) -> str:
    """Say a sentence with the titles of items in place of their digests; without a title, the digest's beginning."""
    return DIGEST.sub(lambda found: f"“{titles[found[1]]}”" if titles.get(found[1]) else found[1], text)


def values_on_a_page(values: Mapping[str, str]) -> dict[str, str]:
    """Say the words among the values of a line of a story; what somebody wrote stays as it is."""
    return {name: on_a_page(value) if _WORD.fullmatch(value) else value for name, value in values.items()}


def term(name: str) -> str:
    """Say a term that a record is kept on."""
    return _(TERMS[name]) if name in TERMS else on_a_page(name)


def subject_property(name: str) -> str:
    """Say a property of a subject; as FollowTheMoney names it where it is seldom seen."""
    return _(PROPERTIES[name]) if name in PROPERTIES else name


def due_in_register(name: str) -> str:
    """Say what is due in the register."""
    return _(DUE[name]) if name in DUE else name

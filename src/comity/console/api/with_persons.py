"""What a program does not do, with the reason: acts that stay with persons, and verbs the API has no use for.

Acts of persons have addresses, so that a program that tries one is told why and where it is done instead.
"""

from collections.abc import Mapping

import msgspec

from comity.languages.words import N_


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An act of persons.

    Attributes:
        verb: what would do it.
        path: where a program would look for it; always a `POST`.
        page: the page of the console where it is done.
        why: why no program does it.
    """

    verb: str
    path: str
    page: str
    why: str


_TWO = N_("it binds the Party, so two officers must want it, each in person")
_TRUST = N_("whom to trust is decided by a person who has asked the other Party by another way")

#: Lifting a rule in imminent danger: sharing with a reason, which two officers stand for.
NECESSITY = Act(
    verb="necessity-verdict",
    path="/items/{item}/necessity",
    page="/items",
    why=N_("necessity is for two officers who stand for it by name, not for a program"),
)

PERSONS: tuple[Act, ...] = (
    Act(verb="agreement-sign", path="/texts/sign", page="/texts", why=_TWO),
    Act(verb="agreement-sign-named", path="/proposals/{name}/sign", page="/agreements", why=_TWO),
    Act(verb="agreement-sign-part", path="/agreements/{agreement}/parts/sign", page="/agreements", why=_TWO),
    Act(verb="agreement-notice", path="/agreements/{agreement}/notices", page="/agreements", why=_TWO),
    Act(
        verb="agreement-closing-sign",
        path="/agreements/{agreement}/closing/sign",
        page="/agreements",
        why=_TWO,
    ),
    Act(
        verb="card-draft",
        path="/keys/draft",
        page="/keys",
        why=N_("new keys are made by a person, who carries the draft to the holder of the root"),
    ),
    Act(verb="card-publish", path="/keys/publish", page="/keys", why=_TWO),
    Act(verb="card-accept", path="/cards", page="/parties", why=_TRUST),
    Act(verb="peer-resume", path="/parties/{party}/resume", page="/parties", why=_TRUST),
    NECESSITY,
    Act(
        verb="time-confirm",
        path="/clock/confirm",
        page="/",
        why=N_("the node's clock is confirmed by a person who has looked at another"),
    ),
    Act(
        verb="necessity-review",
        path="/necessities/{notice}/review",
        page="/",
        why=N_("what a Party thinks of another's necessity is a person's judgement"),
    ),
    Act(
        verb="journal-overseer",
        path="/journal/inspectors/{body}/file",
        page="/journal",
        why=N_("an inspector's file is handed over by a person, and the journal says by whom"),
    ),
)

_HOUSE = (
    "running the house stays with administrators, so that a lost token makes no officers, tokens or hooks"
)
_PIECE = "a piece of `PUT /files`, `GET /items/{item}/content` and `GET /files/{item}`"
_POUCH = "a pouch is carried by hand, in volumes of up to 256 MiB: `comity pouch`"

#: verb -> why the API has no operation for it.
ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("officer-add", "officer-list", "officer-link", "officer-roles"), _HOUSE),
    **dict.fromkeys(("officer-suspend", "officer-resume"), _HOUSE),
    **dict.fromkeys(("token-add", "token-list", "token-drop"), _HOUSE),
    **dict.fromkeys(("hook-add", "hook-list", "hook-drop", "hook-resume", "outgoing-list"), _HOUSE),
    "duties": "the node does the day's duties by itself while it serves; else `comity duties`",
    **dict.fromkeys(("file-part", "file-drop", "file-read"), _PIECE),
    **dict.fromkeys(("pouch-pack", "pouch-open"), _POUCH),
    "item-list": "`GET /items` lists them, and finds",
    "matter-list": "`GET /matters` lists them, and finds",
    "journal-show": "`GET /journal` lists entries; what they commit to leaves as evidence",
    "register-import": "it reads a file of the node's own machine: `comity register import`",
}

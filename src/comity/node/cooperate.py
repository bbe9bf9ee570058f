"""Working together from this side: opening a matter, taking the next step in one.

There is one use case for both and for every kind; the kinds differ in their tables. What the engine has against a step
before it is signed is answered as a refusal with its grounds, and entered in the journal like any other.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from comity.clock import Instant
from comity.cooperation.event import OPEN, Event, series_name
from comity.cooperation.kind import Kind
from comity.cooperation.kinds import KINDS, form_of
from comity.cooperation.matter import Matter, judge
from comity.cooperation.said import Said, read_said
from comity.cooperation.shared import SHARED
from comity.decisions.decision import Ground
from comity.errors import BadInput, ForeignInput, RefusedHere
from comity.federation import statements
from comity.federation.matter_events import statement_of
from comity.handling.safeguards import check_text
from comity.node import record
from comity.node.consequences import follow
from comity.node.matter_links import linked, links_against, share_named
from comity.node.matter_log import find_matter, governing, log_of, matter_from, read_matter
from comity.node.node import Knowledge, Node, own_card
from comity.node.reckon import reckoned_here
from comity.node.routes import send_act
from comity.node.signed_statements import keep_signed, sign
from comity.node.stands_already import stands_already
from comity.node.take_matter import MOST_EVENTS
from comity.ports import Transaction

#: Stands for the digest of an event that is not signed yet.
_UNSIGNED = ""


class Step(msgspec.Struct, frozen=True):
    """What came of a step: the event signed, and the matter after it; or on which grounds it was refused.

    Attributes:
        event: its digest; empty where it was refused or only tried.
        matter: the matter as it stands now; None where one was not opened.
        grounds: why it was refused; nothing where it was not.
        tried: it was only asked whether it could be done.
        followed: what followed by itself, a sentence each (`cooperation/consequences.py`).
    """

    event: str
    matter: Matter | None
    grounds: tuple[Ground, ...] = ()
    tried: bool = False
    followed: tuple[str, ...] = ()


class Manner(msgspec.Struct, frozen=True):
    """How a step is taken.

    Attributes:
        office, function: the office that acts, and the function in which this Party does; empty for the Party itself.
        read: a person has read the words that a safeguard wants read.
        dry_run: only tell whether it could be done.
        share_for: share the items it names that have not passed yet, for this purpose, in the same step; empty not to.
    """

    office: str = ""
    function: str = ""
    read: bool = False
    dry_run: bool = False
    share_for: str = ""


#: By the Party itself, with nothing special about it.
PLAINLY = Manner()


def open_matter(
    node: Node,
    transaction: Transaction,
    kind: str,
    to: str,
    said: Mapping[str, Any],
    *,
    under: str = "",
    manner: Manner = PLAINLY,
) -> Step:
    """Open a matter with another Party.

    Args:
        under: the agreement; by default the one between the two that permits it, by its id the first.

    Raises:
        BadInput: what is said is not of the form this kind has.
        NotFound: an item or matter it names is not here.
    """
    at, made, knowledge = node.now(transaction), _kind(kind), node.know(transaction)
    read = _read(transaction, kind, OPEN, said)
    refused: list[Ground] = []
    for agreement in _agreements(knowledge, node.party, to, under):
        event = _opening(made, node.party, to, agreement, at, read, manner)
        held = _held(knowledge, transaction, event)
        event = _chained(event, held)
        grounds = _against(node, transaction, held, made, event, manner)
        grounds = stands_already(transaction, event, held, grounds)
        if not grounds:
            return _sign(node, transaction, held, event, manner)
        refused.extend(grounds)
    if not refused:
        text = f"there is no agreement `{under}` between {node.party} and {to}"
        if not under:
            text = f"there is no agreement between {node.party} and {to}"
        refused.append(Ground("matter rule 3 in force", text, 3))
    return _refuse(node, transaction, None, kind, OPEN, to, tuple(dict.fromkeys(refused)), manner, at)


def act_on(
    node: Node,
    transaction: Transaction,
    name: str,
    word: str,
    said: Mapping[str, Any],
    *,
    kind: str = "",
    manner: Manner = PLAINLY,
) -> Step:
    """Take the next step in a matter.

    Args:
        name: its id, or the beginning of it.
        kind: of which kind it must be, where said.

    Raises:
        NotFound: no such matter, or something it names is not here.
        BadInput: what is said is not of the form this event has.
    """
    at = node.now(transaction)
    row = find_matter(transaction, name, kind)
    knowledge = node.know(transaction)
    matter = matter_from(knowledge, row.id, log_of(transaction, row.id))
    read = _read(transaction, row.kind, word, _filled(node, transaction, matter, word, said))
    event = _chained(
        Event(
            digest=_UNSIGNED,
            matter=row.id,
            kind=row.kind,
            word=word,
            by=node.party,
            to=row.peer,
            agreement=matter.agreement,
            at=at,
            said=read,
            office=manner.office,
            function=manner.function,
        ),
        matter,
    )
    grounds = _against(node, transaction, matter, matter.kind, event, manner)
    if grounds:
        return _refuse(node, transaction, matter, row.kind, word, row.peer, grounds, manner, at)
    return _sign(node, transaction, matter, event, manner)


def _filled(
    node: Node, transaction: Transaction, matter: Matter, word: str, said: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Put in what follows from the matter by itself; what the officer has said goes before.

    Raises:
        BadInput: something the event needs is not said and does not follow yet.
    """
    if matter.facts is None:
        return said
    follows = dict(matter.kind.fills(word, matter.facts, said)) if word in matter.kind.filled else {}
    follows |= reckoned_here(node, transaction, matter, word, said)
    form = form_of(matter.kind.name, word).form if word in (*matter.kind.events, *SHARED) else Said
    lacking = [
        field.encode_name
        for field in msgspec.structs.fields(form)
        if field.required and field.encode_name not in {**follows, **said}
    ]
    if lacking and set(lacking) <= {*matter.kind.filled.get(word, ())}:
        raise BadInput(
            *(f"`{name}` is not said, and does not follow from the matter yet" for name in lacking)
        )
    return {**follows, **said}


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise BadInput(f"`{name[:40]}` is not a kind of matter: one of {', '.join(KINDS)}")
    return KINDS[name]


def _read(transaction: Transaction, kind: str, word: str, said: Mapping[str, Any]) -> Said:
    try:
        form = form_of(kind, word)
        return read_said(form.form, linked(transaction, form.form, said))
    except ForeignInput as error:  # it is our own officer's
        raise BadInput(*error.mistakes) from None


def _agreements(knowledge: Knowledge, party: str, to: str, under: str) -> list[str]:
    between = [
        name
        for name, source in sorted(knowledge.known.sources.items())
        if party in source.ever_parties and to in source.ever_parties and party != to
    ]
    return [name for name in between if under in ("", name)]


def _opening(
    kind: Kind, party: str, to: str, agreement: str, at: Instant, said: Said, manner: Manner
) -> Event:
    subject = kind.subject
    name = "" if subject is None else series_name(kind.name, agreement, (party, to), subject(said))
    return Event(
        digest=_UNSIGNED,
        matter=name,
        kind=kind.name,
        word=OPEN,
        by=party,
        to=to,
        agreement=agreement,
        at=at,
        said=said,
        office=manner.office,
        function=manner.function,
    )


def _held(knowledge: Knowledge, transaction: Transaction, event: Event) -> Matter | None:
    """Give the matter an opening would meet: of a series, what is here of it already."""
    events = log_of(transaction, event.matter) if event.matter else ()
    return matter_from(knowledge, event.matter, events) if events else None


def _chained(event: Event, matter: Matter | None) -> Event:
    """Let an event continue its author's chain, and name the other Party's last."""
    if matter is None:
        return event
    return msgspec.structs.replace(
        event, previous=matter.tips.get(event.by, ""), seen=matter.tips.get(event.to, "")
    )


def _against(
    node: Node, transaction: Transaction, matter: Matter | None, kind: Kind, event: Event, manner: Manner
) -> tuple[Ground, ...]:
    said = sum(told.event.by == event.by for told in matter.story) if matter is not None else 0
    if said >= MOST_EVENTS:
        raise RefusedHere(f"a matter has {MOST_EVENTS} events of a Party at the most: open another")
    terms_at = governing(node.know(transaction), event.agreement, event.by, event.to)
    grounds = list(judge(matter, kind, event, terms_at))
    if not manner.read:
        grounds.extend(Ground(found.ref, found.message, 2) for found in check_text(dict(_texts(event.said))))
    if manner.share_for:
        grounds.extend(links_against(node, transaction, event, items=False))
        if not grounds:
            grounds.extend(
                share_named(
                    node,
                    transaction,
                    event,
                    purpose=manner.share_for,
                    read=manner.read,
                    dry_run=manner.dry_run,
                )
            )
    else:
        grounds.extend(links_against(node, transaction, event))
    return tuple(grounds)


def _texts(said: Said) -> list[tuple[str, str]]:
    found = []
    for name in said.__struct_fields__:
        value = getattr(said, name)
        if isinstance(value, str) and " " in value.strip():
            found.append((name, value))
        if isinstance(value, tuple):
            found.extend(pair for each in value if isinstance(each, Said) for pair in _texts(each))
    return found


def _sign(node: Node, transaction: Transaction, matter: Matter | None, event: Event, manner: Manner) -> Step:
    """Sign an event that holds, keep it, enter it and send it to the other Party."""
    if manner.dry_run:
        return Step("", matter, tried=True)
    knowledge = node.know(transaction)
    signed = sign(node, transaction, statement_of(event), event.at)
    digest = statements.digest_of(signed)
    about = event.matter or digest
    keep_signed(transaction, "matter", about, signed, by=node.party, at=event.at)
    record.enter(
        node, transaction, "matter", channel=event.to, act=digest, detail=signed.payload, at=event.at
    )
    send_act(
        node,
        transaction,
        statements.pack(signed),
        to=event.to,
        about=about,
        at=event.at,
        cards=(own_card(knowledge),),
    )
    made = read_matter(node, transaction, about)
    followed = follow(node, transaction, made, event.word, act=act_on)
    return Step(digest, made, followed=followed)


def _refuse(
    node: Node,
    transaction: Transaction,
    matter: Matter | None,
    kind: str,
    word: str,
    to: str,
    grounds: tuple[Ground, ...],
    manner: Manner,
    at: Instant,
) -> Step:
    if not manner.dry_run:
        detail = msgspec.json.encode(
            {
                "kind": kind,
                "word": word,
                "to": to,
                "matter": matter.id if matter is not None else "",
                "grounds": [(ground.ref, ground.text) for ground in grounds],
            }
        )
        act = record.digest_of(detail + node.entropy(32))
        record.enter(node, transaction, "matter-refused", channel="", act=act, detail=detail, at=at)
    return Step("", matter, grounds, tried=manner.dry_run)


__all__ = ["PLAINLY", "Manner", "Step", "act_on", "open_matter"]

"""Agreements on this node: holding their texts, signing them, giving and taking notices.

A text this Party has signed is never replaced by another under the same id; signatures, protocols and notices are
added to it. One that it has not signed is a draft, and a later draft may take its place. The day a
notice was received is this node's own to write: nothing changes an instant before its receipt (`specs/gate.md`).
"""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.folder import parse_agreement
from comity.agreements.governing import Timeline
from comity.agreements.notices import HIGHEST, act_of
from comity.agreements.signatures import (
    REINTRODUCTION,
    TEXT,
    ActRef,
    card_file_name,
    check_signatures,
    file_name,
    functions_for,
    sign_act,
    sign_text,
)
from comity.clock import Instant, format_instant
from comity.errors import BadInput, ForeignInput, NotFound, RefusedHere
from comity.federation.messages import Texts
from comity.node import record
from comity.node.accede import asking_to_join, asks_to_join, has_joined, of_newcomer
from comity.node.introduce import bound_roots, hangs_from, take_pinned
from comity.node.new_files import ADDED, check_names, numbered, taken_numbers, worth_adding
from comity.node.node import Node
from comity.node.post import owe
from comity.node.verdict import Verdict
from comity.ports import AgreementRow, Transaction
from comity.sealing.receipts import Ground


def hold_agreement(node: Node, transaction: Transaction, files: Mapping[str, bytes]) -> Agreement:
    """Take an agreement's folder in, or what is new in it.

    Raises:
        BadInput: the folder has mistakes; all are named.
        RefusedHere: another text is held under its id, or a Party's card here is under another root than it pins.
    """
    at = node.now(transaction)
    return hold_at(node, transaction, files, at)


def sign_agreement(
    node: Node, transaction: Transaction, files: Mapping[str, bytes], *, function: str | None = None
) -> dict[str, bytes]:
    """Sign a text for this Party and hold it; give the files to add to its folder: none where it was signed before.

    Args:
        function: in which function; by default one that the text gives full powers to and whose key is here.
    """
    return sign_at(node, transaction, files, function, node.now(transaction))


def sign_at(
    node: Node, transaction: Transaction, files: Mapping[str, bytes], function: str | None, at: Instant
) -> dict[str, bytes]:
    """Sign and hold a text at an instant the caller has read already; see `sign_agreement`."""
    agreement = parse_agreement(files)
    held = next((row for row in transaction.agreements() if row.id == agreement.id), None)
    if held is not None and held.digest == agreement.digest:
        # A folder may lack what was signed from another one.
        agreement = parse_agreement({**files, **held.files})
    added = _signed_by_us(node, transaction, agreement, TEXT, function, at)
    hold_at(node, transaction, {**files, **added}, at)
    return added


def give_notice(
    node: Node,
    transaction: Transaction,
    agreement_id: str,
    fields: Mapping[str, str | date | tuple[str, ...]],
    *,
    files: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Give a notice under an agreement: write it, sign it, hold it, send it to the other Parties.

    Args:
        fields: `kind` and what else the notice says; `by` and `dated` are this Party and today. An accession names
            the functions that sign for this Party (`signs`); its root is put in.
        files: the agreement's folder, for an accession: it need not be held before.

    Returns:
        The files added to the agreement's folder.

    Raises:
        NotFound: the agreement is not held, and this is no accession.
        RefusedHere: it is not open to this Party, or no key here may sign the notice.
    """
    at = node.now(transaction)
    held_files = _folder_for(transaction, agreement_id, str(fields["kind"]), files)
    agreement = parse_agreement(held_files)
    if fields["kind"] == "accession":
        fields = asking_to_join(node, transaction, agreement, fields)
    if fields["kind"] == REINTRODUCTION:
        fields = {**fields, "root": node.know(transaction).own.root_fingerprint}
    number = _next_number(agreement, node.party)
    said = {"kind": str(fields["kind"]), "by": node.party, "dated": at.date(), **fields}
    name = f"notices/{number:04d}-{said['kind']}.toml"
    text = "".join(f"{field} = {_toml(value)}\n" for field, value in said.items())
    written = f"{text}received = {format_instant(at)}\n".encode()
    drafted = parse_agreement({**held_files, name: written})
    added = {
        name: written,
        **_signed_by_us(node, transaction, drafted, ActRef("notice", number), None, at),
    }
    agreement = hold_at(node, transaction, {**held_files, **added}, at)
    for peer in agreement.named:
        if peer != node.party and node.know(transaction).cards.newest(peer) is not None:
            message = Texts(agreement=agreement.id, digest=agreement.digest, files=added)
            owe(node, transaction, peer, message, at=at, kind="texts", detail=written)
    return added


def send_texts(node: Node, transaction: Transaction, agreement_id: str, peer: str, at: Instant) -> None:
    """Send a Party all signatures, protocols and notices of an agreement held here; what it has, it passes over."""
    row = _held(transaction, agreement_id)
    files = {name: data for name, data in row.files.items() if name.startswith(ADDED)}
    detail = "\n".join(sorted(files)).encode()
    message = Texts(agreement=row.id, digest=row.digest, files=files)
    owe(node, transaction, peer, message, at=at, kind="texts", detail=detail)


def _next_number(agreement: Agreement, party: str) -> int:
    """Give the number of a Party's next notice: with n Parties, every (n + 1)th is its own.

    Two Parties that give notice at one moment, without knowing of one another, so never take one number. Of two
    Parties the first by its id has 1, 4, 7 …, the second 2, 5, 8 …, and 3, 6, 9 … are for those the text does not name.
    """
    parties = sorted(agreement.parties)
    own = parties.index(party) if party in parties else len(parties)
    numbers = {notice.number for notice in agreement.notices}
    last = max(numbers, default=0)
    every = len(agreement.parties) + 1
    number = last + 1 + (own - last) % every
    if number <= HIGHEST:
        return number
    # another has used up the numbers above all others: nobody takes away the way to give notice by that
    return next(each for each in range(own + 1, HIGHEST + 1, every) if each not in numbers)


def _folder_for(
    transaction: Transaction, agreement_id: str, kind: str, files: Mapping[str, bytes] | None
) -> Mapping[str, bytes]:
    """Give the folder a notice is written for: the one held, or for an accession the one given."""
    if files and kind == "accession":
        held = next((row.files for row in transaction.agreements() if row.id == agreement_id), {})
        return {**files, **held}
    return _held(transaction, agreement_id).files


def take_texts(node: Node, transaction: Transaction, sender: str, message: Texts, *, at: Instant) -> Verdict:
    """Take in new files of an agreement that a Party of it sent: of one held, or of one proposed and still open."""
    held = next((row for row in transaction.agreements() if row.id == message.agreement), None)
    drafts = [row for row in transaction.proposals() if row.agreement == message.agreement]
    draft = next((row for row in drafts if row.digest == message.digest), None)
    if held is not None and held.digest == message.digest:
        digest, files = held.digest, held.files
    elif draft is not None:
        digest, files = draft.digest, draft.files
    elif held is not None:
        return Verdict("quarantined", grounds=(other_text(message.agreement, held.digest, message.digest),))
    else:
        text = f"{message.agreement} is not held here yet ({message.digest})"
        return Verdict("waiting", grounds=(Ground("agreement", text),))
    agreement = parse_agreement(files)
    if sender not in agreement.parties and not has_joined(sender, agreement):
        strange = [name for name, data in message.files.items() if not asks_to_join(sender, name, data)]
        if strange or held is None:
            return Verdict(
                "quarantined", grounds=(Ground("agreement", f"{sender} is no Party of {message.agreement}"),)
            )
    foreign = [name for name in message.files if not name.startswith(ADDED)]
    if foreign:
        raise ForeignInput(f"texts: `{foreign[0][:80]}` is not a signature, notice or protocol")
    check_names(message.files)
    clash = [name for name, data in message.files.items() if _differs(files.get(name), data)]
    if clash:
        text = f"{clash[0][:80]} is held here with another content"
        return Verdict("quarantined", grounds=(Ground("agreement", text),))
    taken = taken_numbers(files, message.files)
    if taken:
        what = "notice" if taken[0].startswith("notices/") else "protocol"
        text = f"another {what} is held here under the number of {taken[0][:80]}: its author gives it again"
        return Verdict("quarantined", grounds=(Ground("agreement", text),))
    new, idle = worth_adding(files, message.files, at)
    if idle and not new:
        return Verdict("quarantined", grounds=(Ground("agreement", idle[0]),))
    if held is not None and held.digest == digest:
        hold_at(node, transaction, {**files, **new}, at)
    elif draft is not None:
        transaction.put_proposal(msgspec.structs.replace(draft, files={**files, **new}))
    return Verdict("accepted", detail="\n".join(sorted(new)).encode())


def other_text(agreement: str, here: str, there: str) -> Ground:
    """Say that two texts bear one id, with both digests."""
    return Ground("agreement", f"another text of {agreement} is held here: {here}, not {there}")


def has_signed(node: Node, agreement: Agreement) -> bool:
    """Tell whether this Party has put a signature that holds under a text."""
    marks = check_signatures(agreement).marks.get(TEXT, ())
    return any(mark.party == node.party for mark in marks)


def is_committed(node: Node, agreement: Agreement) -> bool:
    """Tell whether this Party has signed a text, joined it, or asked to: another text under its id is refused."""
    return (
        has_signed(node, agreement) or node.party in agreement.newcomers or has_joined(node.party, agreement)
    )


def hold_at(node: Node, transaction: Transaction, files: Mapping[str, bytes], at: Instant) -> Agreement:
    """Take a folder in at an instant the caller has read already; see `hold_agreement`."""
    agreement = parse_agreement(files)
    if node.party not in agreement.named:
        raise RefusedHere(f"{node.party} is not a Party of {agreement.id}")
    held = next((row for row in transaction.agreements() if row.id == agreement.id), None)
    if held is not None and held.digest != agreement.digest:
        if is_committed(node, parse_agreement(held.files)):
            raise RefusedHere(
                f"another text of {agreement.id} is held here: {held.digest}, not {agreement.digest}",
                hint="a changed text needs an id of its own and a `supersedes` clause",
            )
        held = None  # a draft nobody here has signed: another takes its place
    if held is not None:
        agreement = parse_agreement({**files, **held.files})  # what is held keeps the day it was received
        files = {**files, **held.files}
    roots = bound_roots(Timeline(agreement))
    if node.party in agreement.newcomers:
        roots = {**roots, node.party: (agreement.roots[node.party],)}
    for party, pins in roots.items():
        card = node.know(transaction).cards.newest(party)
        if party == node.party and _asks_again(agreement, node.party):
            continue  # its root was lost, and the others have not all signed yet
        if card is not None and not hangs_from(transaction, card, pins):
            raise RefusedHere(
                f"{agreement.id} pins another root of {party} than its card held here",
                hint="compare the fingerprints with that Party by another way: comity card show",
            )
    _take_cards(node, transaction, agreement, roots, at)
    row = AgreementRow(
        id=agreement.id,
        digest=agreement.digest,
        acts_digest=agreement.acts_digest,
        files=dict(files),
        held_at=at,
    )
    if held is None or held.acts_digest != agreement.acts_digest:
        transaction.put_agreement(row)
        record.enter(
            node,
            transaction,
            "agreement",
            channel="",
            act=agreement.acts_digest,
            detail=f"{agreement.id} {agreement.digest}".encode(),
            at=at,
        )
        node.forget()
    return agreement


def _take_cards(
    node: Node,
    transaction: Transaction,
    agreement: Agreement,
    roots: Mapping[str, tuple[str, ...]],
    at: Instant,
) -> None:
    """Take in the cards that lie in the folder and hang from the roots the text pins, each Party's oldest first."""
    for file in sorted(agreement.signatures, key=lambda each: (len(each.path), each.path)):
        if not file.path.endswith(".card"):
            continue
        party = file.path.removeprefix("signatures/").removesuffix(".card").rpartition("-")[0]
        if party in roots and party != node.party:
            take_pinned(node, transaction, party, roots[party], file.data, at)


def _signed_by_us(
    node: Node, transaction: Transaction, agreement: Agreement, act: ActRef, function: str | None, at: Instant
) -> dict[str, bytes]:
    """Sign an act for this Party; give the signature's file and the card that proves it."""
    own = node.know(transaction).own
    wanted = [function] if function else list(functions_for(agreement, act, node.party))
    if node.party not in agreement.named:
        raise RefusedHere(f"{node.party} is not a Party of {agreement.id}")
    for each in wanted:
        try:
            key = node.keyring.signer(own.card, each, at)
        except NotFound:
            continue
        if signed_on(node, agreement, act, each) is not None:
            return {}  # a second signature would differ, and others keep the first
        if act == TEXT:
            data = sign_text(agreement, key, node.party, each, at)
        else:
            data = sign_act(agreement, act, key, node.party, each, at)
        return {file_name(act, node.party, each): data, **_own_cards(node, transaction)}
    raise RefusedHere(
        f"no key here signs as {' or '.join(wanted) or 'anybody'} for {node.party}",
        hint="the `signs` of the party clause, or of a newcomer's notice, name the functions with full powers",
    )


def signed_on(node: Node, agreement: Agreement, act: ActRef, function: str) -> Instant | None:
    """Tell when this Party signed an act in a function (empty for any); None where no signature of it holds."""
    for mark in check_signatures(agreement).marks.get(act, ()):
        if mark.party == node.party and function in ("", mark.function):
            return mark.at
    return None


def _own_cards(node: Node, transaction: Transaction) -> dict[str, bytes]:
    """Give what proves this Party's signatures: its newest card, and those by which one root followed another."""
    cards = [card for card in node.know(transaction).cards.all() if card.party == node.party]
    cards.sort(key=lambda card: card.card.version)
    needed = cards[-1:]
    for before, after in pairwise(cards):
        if before.root_fingerprint != after.root_fingerprint:
            needed += [before, after]
    return {card_file_name(card): card.signed for card in needed}


def _asks_again(agreement: Agreement, party: str) -> bool:
    return any(each.kind == REINTRODUCTION and each.by == party for each in agreement.notices)


def sign_part(
    node: Node,
    transaction: Transaction,
    agreement_id: str,
    files: Mapping[str, bytes],
    act: ActRef,
    *,
    function: str | None = None,
) -> dict[str, bytes]:
    """Sign a protocol or a notice of an agreement held here, and send it with the signature to the other Parties.

    Args:
        files: the protocol's own files where they are new here; what is held already need not come again.

    Returns:
        The files added to the agreement's folder; none where this Party signed it before.

    Raises:
        BadInput: there is no such protocol or notice.
        RefusedHere: the agreement is not signed here, or no key here may sign this.
    """
    at = node.now(transaction)
    held = _held(transaction, agreement_id)
    whole = {**files, **held.files}
    agreement = parse_agreement(whole)
    if not has_signed(node, agreement) and not has_joined(node.party, agreement):
        raise RefusedHere(f"{node.party} has not signed {agreement.id}", hint="comity agreement sign FOLDER")
    added = _signed_by_us(node, transaction, agreement, act, function, at)
    agreement = hold_at(node, transaction, {**whole, **added}, at)
    if not added:
        return added
    sent = {name: data for name, data in whole.items() if _is_of(name, act)} | added
    sent |= of_newcomer(agreement, whole, act)
    message = Texts(agreement=agreement.id, digest=agreement.digest, files=sent)
    for peer in agreement.named:
        if peer != node.party and node.know(transaction).cards.newest(peer) is not None:
            detail = "\n".join(sorted(sent)).encode()
            owe(node, transaction, peer, message, at=at, kind="texts", detail=detail)
    return added


def _is_of(name: str, act: ActRef) -> bool:
    """Tell whether a file of the folder belongs to a protocol or notice, by the number its name begins with."""
    return numbered(name) == (f"{act.kind}s", act.number)


def signature_problems(agreement: Agreement) -> tuple[str, ...]:
    """Name every signature file that does not hold."""
    return check_signatures(agreement).problems


def _held(transaction: Transaction, agreement_id: str) -> AgreementRow:
    for row in transaction.agreements():
        if row.id == agreement_id:
            return row
    raise NotFound(f"no agreement `{agreement_id[:80]}` is held here", hint="comity agreement hold FOLDER")


def _differs(held: bytes | None, came: bytes) -> bool:
    """Tell whether a file held and one that came differ in more than the day of receipt, which is each Party's own."""
    return held is not None and act_of(held) != act_of(came)


def _toml(value: str | date | tuple[str, ...]) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if any(ord(character) < 0x20 or character in '"\\\x7f' for character in value):
        raise BadInput(f"`{value[:60]}` holds a quote, a backslash or a control character")
    return f'"{value}"'

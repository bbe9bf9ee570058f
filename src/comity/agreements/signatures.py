"""Who signed what: the base text, each protocol, each notice.

A signature is a file of its own, `signatures/<what>-<party>-<function>.dsse`: a DSSE envelope over a statement that
names the signed digest, the Party, the function it signs in, and the instant. It counts when its key stands in a card
of that Party under that function, and that card hangs from the root key which the `party` clause names. Cards lie
beside the signatures (`signatures/<party>-<version>.card`), so a folder proves itself; others may be handed in.

One Party's own text is enough to start: nothing here trusts a file name. What is unsigned or wrongly signed has no
effect, and `Evidence.problems` names it.

>>> name = file_name(ActRef("notice", 2), "cert.north.example", "director")
>>> name
'signatures/notice-0002-cert.north.example-director.dsse'

Source: specs/agreement.md, "Signing"; VCLT art. 7, 10, 24, 67.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from comity import signing
from comity.agreements.agreement import Agreement, SignatureFile
from comity.cards import SignedCard, descended, read_card
from comity.clock import Instant
from comity.errors import BadInput, ComityError, RefusedHere, VerificationFailed
from comity.identifiers import Digest
from comity.keys import SigningKey
from comity.strict import read_as, write_json

__all__ = [
    "PAYLOAD_TYPE",
    "REINTRODUCTION",
    "ActRef",
    "Evidence",
    "Mark",
    "Proof",
    "card_file_name",
    "check_signatures",
    "file_name",
    "sign_act",
    "sign_text",
    "signing_bytes",
]

PAYLOAD_TYPE: Final = "application/vnd.comity.act+json;version=1"
MAX_STATEMENT_BYTES: Final = 16 * 1024
#: The notice by which a Party whose root was lost or stolen comes back under another.
REINTRODUCTION: Final = "reintroduction"


class ActRef(msgspec.Struct, frozen=True, gc=False):
    """What is signed: the base text (`text`, 0), a protocol or a notice by its number."""

    kind: Literal["text", "protocol", "notice"]
    number: int = 0

    def __str__(self) -> str:
        return self.kind if self.kind == "text" else f"{self.kind} {self.number}"


TEXT: Final = ActRef("text")


class _Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a signature says, as JSON. `text` is the digest of the base text, `digest` that of the act signed."""

    agreement: str
    text: str
    act: Literal["text", "protocol", "notice"]
    number: int
    digest: str
    party: str
    function: str
    at: datetime


class Mark(msgspec.Struct, frozen=True):
    """A signature that holds: whose, in what function, when."""

    party: str
    function: str
    at: Instant


class Proof(msgspec.Struct, frozen=True):
    """What one signature file proves: an act signed by a Party in a function; of a card, whose it is, and no act."""

    act: ActRef | None
    party: str
    function: str = ""


class Evidence(msgspec.Struct, frozen=True):
    """What the signature files of a folder prove.

    Attributes:
        marks: act -> signatures that hold.
        attempted: acts for which there is any signature file, good or bad.
        problems: one line for each file that does not hold, naming it.
        cards: each Party's cards that hang from its root, oldest first.
        repinned: roots that reintroductions put in the place of the one the text names, in order.
        proofs: by file, what it proves; a file that is missing here proves nothing.
    """

    marks: Mapping[ActRef, tuple[Mark, ...]]
    attempted: frozenset[ActRef]
    problems: tuple[str, ...] = ()
    cards: Mapping[str, Sequence[SignedCard]] = MappingProxyType({})
    repinned: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    proofs: Mapping[str, Proof] = MappingProxyType({})


def signing_bytes(agreement: Agreement) -> bytes:
    """Give the bytes that stand for the base text: id, vocabulary, and the SHA-256 of every authentic language text."""
    return agreement.identity


def digest_of(agreement: Agreement, act: ActRef) -> Digest | None:
    """Give the digest a signature on that act covers; None where there is no such act."""
    if act.kind == "text":
        return agreement.digest
    acts = agreement.protocols if act.kind == "protocol" else agreement.notices
    return next((each.digest for each in acts if each.number == act.number), None)


def file_name(act: ActRef, party: str, function: str) -> str:
    """Give the name a signature file has. It is for people; only the content counts."""
    what = "" if act.kind == "text" else f"{act.kind}-{act.number:04d}-"
    return f"signatures/{what}{party}-{function.replace(':', '_')}.dsse"


def card_file_name(card: SignedCard) -> str:
    """Give the name a card has among the signatures."""
    return f"signatures/{card.party}-{card.card.version}.card"


def sign_text(agreement: Agreement, key: SigningKey, party: str, function: str, at: Instant) -> bytes:
    """Sign the base text and give the content of the signature file.

    Raises:
        RefusedHere: the language texts differ, a root is missing, or the function has no full powers for the Party.
    """
    if agreement.differences:
        raise RefusedHere(
            f"{agreement.id} cannot be concluded: {agreement.differences[0]}",
            hint="make the clauses of all language texts equal, then sign",
        )
    for clause in agreement.party_clauses.values():
        if clause.root is None:
            raise RefusedHere(
                f"{clause.path}:{clause.line}: {clause.id} has no root; it must stand in the text before signing"
            )
    absent = [tag for tag in agreement.languages if tag not in agreement.texts]
    if absent:
        raise RefusedHere(
            f"{agreement.id} has no text in {', '.join(absent)}, which its languages clause names"
        )
    return sign_act(agreement, TEXT, key, party, function, at)


def sign_act(
    agreement: Agreement, act: ActRef, key: SigningKey, party: str, function: str, at: Instant
) -> bytes:
    """Sign the base text, a protocol or a notice, and give the content of the signature file.

    Raises:
        BadInput: there is no such act.
        RefusedHere: the Party gives that function no power to sign this.
    """
    digest = digest_of(agreement, act)
    if digest is None:
        raise BadInput(f"{agreement.id} has no {act}")
    if party in agreement.party_clauses and function not in functions_for(agreement, act, party):
        named = ", ".join(functions_for(agreement, act, party)) or "nobody"
        raise RefusedHere(f"`{function}` has no full powers for {party}; it is signed by {named}")
    said = _Statement(agreement.id, agreement.digest, act.kind, act.number, digest, party, function, at)
    return signing.to_bytes(signing.sign(PAYLOAD_TYPE, write_json(said), key))


def functions_for(agreement: Agreement, act: ActRef, party: str) -> tuple[str, ...]:
    """Give the functions whose signature an act needs from a Party (VCLT art. 7); a newcomer's stand in its notice."""
    clause = agreement.signatory_clauses.get(party) or agreement.newcomers.get(party)
    signs = clause.signs if clause else ()
    if act.kind == "protocol":
        protocols = agreement.protocols_clause
        return (protocols.approval if protocols else ()) or signs
    return signs


def check_signatures(agreement: Agreement, cards: Iterable[SignedCard] = ()) -> Evidence:
    """Check every signature file of the folder against the roots the text names.

    `cards` are added to those that lie in the folder. A card counts only if it hangs from the root of its Party's
    clause (or, for a newcomer, the root its accession or succession notice names), or from one that a reintroduction
    signed by all other Parties puts in its place.
    """
    unread: list[str] = []
    lying = dict(_cards(agreement, unread))
    offered = [*lying.values(), *cards]
    repinned: Mapping[str, tuple[str, ...]] = {}
    while True:
        hanging = {
            party: tuple(
                descended((card for card in offered if card.party == party), root, *repinned.get(party, ()))
            )
            for party, root in agreement.roots.items()
        }
        evidence = _marks(agreement, hanging, offered, repinned, unread)
        again = _reintroduced(agreement, evidence.marks)
        if again == repinned:
            break
        repinned = again
    asked = {notice.root for notice in agreement.notices if notice.kind == REINTRODUCTION}
    known = {card.digest for each in hanging.values() for card in each}
    strange = {
        path
        for path, card in lying.items()
        if card.digest not in known and card.root_fingerprint not in asked
    }
    problems = (
        f"{path}: the card of {card.party} hangs from a root the text does not name"
        for path, card in lying.items()
        if path in strange
    )
    cards_prove = {path: Proof(None, card.party) for path, card in lying.items() if path not in strange}
    return msgspec.structs.replace(
        evidence, problems=(*evidence.problems, *problems), proofs={**evidence.proofs, **cards_prove}
    )


def _marks(
    agreement: Agreement,
    hanging: Mapping[str, Sequence[SignedCard]],
    offered: Sequence[SignedCard],
    repinned: Mapping[str, tuple[str, ...]],
    unread: Sequence[str],
) -> Evidence:
    """Check every signature file by the cards that count."""
    problems = list(unread)
    marks: dict[ActRef, list[Mark]] = {}
    attempted: set[ActRef] = set()
    proofs: dict[str, Proof] = {}
    for file in agreement.signatures:
        if not file.path.endswith(".dsse"):
            continue
        try:
            act, mark = _check(agreement, file, hanging, offered, attempted)
        except ComityError as error:
            problems.append(f"{file.path}: {error.message}")
            continue
        marks.setdefault(act, []).append(mark)
        proofs[file.path] = Proof(act, mark.party, mark.function)
    found = {act: tuple(each) for act, each in marks.items()}
    return Evidence(found, frozenset(attempted), tuple(problems), hanging, repinned, proofs)


def _reintroduced(
    agreement: Agreement, marks: Mapping[ActRef, Sequence[Mark]]
) -> Mapping[str, tuple[str, ...]]:
    """Give the roots that reintroductions put in the place of lost ones.

    Every Party of the text signs one, each in full power, but those that have left.
    """
    left = {each.by for each in agreement.notices if each.kind in ("withdrawal", "denunciation")}
    needed = frozenset(agreement.parties) - (left if len(agreement.parties) > 2 else frozenset())
    found: dict[str, tuple[str, ...]] = {}
    for notice in agreement.notices:
        if notice.kind != REINTRODUCTION or not notice.root or notice.by not in agreement.roots:
            continue
        act = ActRef("notice", notice.number)
        signed = {
            mark.party
            for mark in marks.get(act, ())
            if mark.function in functions_for(agreement, act, mark.party)
        }
        if signed >= {*needed, notice.by}:
            found[notice.by] = (*found.get(notice.by, ()), notice.root)
    return found


def _cards(agreement: Agreement, problems: list[str]) -> Iterator[tuple[str, SignedCard]]:
    for file in agreement.signatures:
        if not file.path.endswith(".card"):
            continue
        try:
            yield file.path, read_card(file.data, root_fingerprint=None)
        except ComityError as error:
            problems.append(f"{file.path}: {error.message}")


def _check(
    agreement: Agreement,
    file: SignatureFile,
    hanging: Mapping[str, Sequence[SignedCard]],
    offered: Iterable[SignedCard],
    attempted: set[ActRef],
) -> tuple[ActRef, Mark]:
    signed = signing.from_bytes(file.data, what="signature")
    said = read_as(signed.payload, _Statement, max_bytes=MAX_STATEMENT_BYTES, what="signature")
    act = ActRef(said.act, said.number)
    attempted.add(act)
    if said.at.tzinfo is None:
        raise VerificationFailed("the instant of signing lacks its offset")
    if said.agreement != agreement.id or said.text != agreement.digest:
        raise VerificationFailed("it signs another text than this one")
    if digest_of(agreement, act) != said.digest:
        raise VerificationFailed(f"it signs another {act.kind} than the one here")
    if said.party not in agreement.roots:
        raise VerificationFailed(f"no root key of {said.party} is named in the text")
    cards = [*hanging[said.party]]
    notice = next((each for each in agreement.notices if act == ActRef("notice", each.number)), None)
    if notice is not None and notice.kind == REINTRODUCTION and notice.by == said.party:
        # Who asks signs under the root it asks for; what that is worth, the other Parties' signatures say.
        cards += [
            each for each in offered if each.party == said.party and each.root_fingerprint == notice.root
        ]
    if notice is not None and notice.kind == "succession" and _is_by_root(signed, hanging[said.party]):
        # The old root itself may sign a succession: its everyday keys may be gone (specs/agreement.md, "Succession").
        return act, Mark(said.party, said.function, said.at)
    keys = {
        keyid: key
        for card in cards
        for function in (said.function, f"{said.act}:{said.function}")
        for keyid, key in card.signing_keys(function, said.at).items()
    }
    signing.verify(signed, PAYLOAD_TYPE, keys)
    return act, Mark(said.party, said.function, said.at)


def _is_by_root(signed: signing.Signed, cards: Sequence[SignedCard]) -> bool:
    """Tell whether enough keys of a Party's present root signed."""
    if not cards:
        return False
    try:
        cards[-1].card.root_rule.verify(signed, PAYLOAD_TYPE)
    except VerificationFailed:
        return False
    return True

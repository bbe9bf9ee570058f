"""What only a simulator can know: every envelope ever handed to a carrier, opened.

The ledger holds every member's keys, so it reads what no carrier and no third node can. The invariants judge by it and
by the stores; the nodes never see it.
"""

from typing import Any

import msgspec

from comity.clock import Instant
from comity.errors import ComityError
from comity.federation import messages, statements
from comity.federation.key_names import find_signer, key_name
from comity.federation.messages import Disclose, Message
from comity.federation.register_messages import RegisterCheck
from comity.sealing.envelope import envelope_digest, peek, verify_envelope
from comity.sealing.inner import Head, open_message
from comity.testing.members import Member

__all__ = ["Ledger", "Letter"]


class Letter(msgspec.Struct, frozen=True):
    """One message, as it first went out.

    Attributes:
        number: place among all letters of the simulation.
        sender, to: whose it is and for whom.
        carrier: `https` or `pouch`.
        at: the world's instant when it was first handed to a carrier.
        id: the message's id. `envelope` the digest of its sealed bytes.
        head, content, body: what stands inside.
        honest: whether its sender was a node that keeps the promises.
        data: the sealed bytes.
    """

    number: int
    sender: str
    to: str
    carrier: str
    at: Instant
    id: str
    envelope: str
    head: Head
    content: Message
    body: bytes
    honest: bool
    data: bytes

    @property
    def kind(self) -> str:
        """The word in its head."""
        return self.head.type

    @property
    def disclosure(self) -> Disclose | None:
        """What it discloses, where it does."""
        return self.content if isinstance(self.content, Disclose) else None


class Ledger:
    """Every letter of a simulation.

    Attributes:
        letters: in the order in which they first went out, each message once.
        canaries: bytes that may stand in no envelope, receipt or pouch: content in clear.
        leaks: where one did.
        names: of whom somebody was asked. `secrets`: words that stand in records and nowhere else.
        hostile: Parties whose nodes keep no promise at present.
        forged: consents that somebody forged, by digest.
        shared: what an officer shared by hand: who, the item, with whom.
    """

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.canaries: list[bytes] = []
        self.leaks: list[str] = []
        self.names: set[str] = set()
        self.secrets: set[str] = set()
        self.forged: set[str] = set()
        self.shared: set[tuple[str, str, str]] = set()
        self.hostile: set[str] = set()
        self._by_id: dict[str, Letter] = {}
        self._checks: dict[tuple[str, str, str], Letter] = {}
        self._seen: set[str] = set()

    def take_over(self, other: "Ledger") -> None:
        """Know what another ledger knows."""
        self.letters, self.canaries = list(other.letters), list(other.canaries)
        self.leaks = list(other.leaks)
        self.forged, self.hostile = set(other.forged), set(other.hostile)
        self.shared = set(other.shared)
        self._by_id, self._seen = dict(other._by_id), set(other._seen)

    def is_shared_by_hand(self, letter: Letter) -> bool:
        """Tell whether a letter passes an item because an officer of its sender shared that item with its recipient."""
        if letter.disclosure is None:
            return False
        item = str(statements.digest_of(statements.unpack(letter.disclosure.manifest)))
        return (letter.sender, item, letter.to) in self.shared

    def rests_on_forged(self, letter: Letter) -> bool:
        """Tell whether consents in a letter are forged: nobody knows then whose hands it went through."""
        consents = letter.disclosure.consents if letter.disclosure is not None and self.forged else ()
        return any(statements.digest_of(statements.unpack(text)) in self.forged for text in consents)

    def note(self, sender: Member, to: Member, data: bytes, carrier: str, at: Instant) -> Letter | None:
        """Note an envelope that goes out; None for what cannot be opened, as hostile bytes cannot."""
        self.look_for_leaks(data, f"{sender.party} to {to.party}")
        digest = envelope_digest(data)
        if digest in self._seen:
            return None
        self._seen.add(digest)
        opened = _open(sender, to, data)
        if opened is None or opened.id in self._by_id:
            return None
        try:
            content = messages.from_content(opened.head.type, opened.head.content)
        except ComityError:
            return None
        letter = Letter(
            len(self.letters) + 1,
            sender.party,
            to.party,
            carrier,
            at,
            opened.id,
            digest,
            opened.head,
            content,
            bytes(opened.body),
            sender.party not in self.hostile,
            data,
        )
        self.letters.append(letter)
        self._by_id[letter.id] = letter
        if isinstance(content, RegisterCheck):
            self._checks.setdefault((content.check, letter.sender, letter.to), letter)
        return letter

    def by_id(self, message: str) -> Letter | None:
        """Give one letter."""
        return self._by_id.get(message)

    def check(self, name: str, sender: str, to: str) -> Letter | None:
        """Give the letter by which a check was put."""
        return self._checks.get((name, sender, to))

    def look_for_leaks(self, data: bytes, where: str) -> None:
        """Note content that stands in clear in what a carrier sees."""
        self.leaks += [f"{where}: content in clear" for canary in self.canaries if canary in data]


def _open(sender: Member, to: Member, data: bytes) -> Any:
    try:
        header = peek(data)
        found = find_signer(header.channel, header.signer, [sender.card])
        if found is None:
            return None
        keys = {key_name(header.channel, key.fingerprint): key for key in to.node.keyring.sealing_keys()}
        return open_message(
            verify_envelope(data, found[1]),
            keys,
            sender=sender.party,
            recipient=to.party,
            deployment=to.node.deployment,
        )
    except ComityError:
        return None

"""What a card holds: names, endpoints, the root, keys with their days and functions, and keys that count no more."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from comity import signing
from comity.errors import RefusedHere, VerificationFailed
from comity.keys import SealingPublic, VerifyKey
from comity.strict import read_base64, write_base64

#: Functions that Comity itself asks for. A Party adds those its agreements name, such as `director`.
FUNCTIONS: Final = (
    "agreement",
    "protocol:minister",
    "consent",
    "disclosure",
    "journal",
    "witness",
    "control",
    "tls",
)

#: The function of the key under which an endpoint answers and a node calls. Such a key exercises no other: a key that
#: answers whoever calls must never be able to speak for its Party.
TLS: Final = "tls"

#: A moment with its offset; cards are written in UTC.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class SigningEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A signing key: its fingerprint, its public bytes (base64), its functions, its days (`until` excluded)."""

    keyid: str
    public: str
    functions: tuple[str, ...]
    from_: Moment
    until: Moment


class SealingEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A sealing key: its fingerprint, its public bytes (base64), its days (`until` excluded)."""

    keyid: str
    public: str
    from_: Moment
    until: Moment


class RootKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A root shared among several keys: `threshold` of them sign a card; fewer than there are, so one may be lost."""

    threshold: Annotated[int, msgspec.Meta(ge=1, le=16)]
    keys: tuple[str, ...]


class Revocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says that a key counts for nothing that is dated `as_of` or later.

    `stolen`: somebody else may sign with it, and may write any day; `lost`: nobody can.
    """

    keyid: str
    as_of: Moment
    because: Literal["lost", "stolen"]


Entry = TypeVar("Entry", SigningEntry, SealingEntry)


class Root:
    """Who signs a Party's cards: one key, or `threshold` of several.

    Its fingerprint is that of the one key, or `root:` and the SHA-256 of the rule: the threshold and the fingerprints
    of all keys, sorted, a line each. An agreement pins it.
    """

    def __init__(self, threshold: int, keys: Sequence[VerifyKey]) -> None:
        self.threshold = threshold
        self.keys: Mapping[str, VerifyKey] = {key.fingerprint: key for key in keys}
        self.fingerprint = next(iter(self.keys))
        if len(self.keys) > 1:
            rule = "\n".join(["comity-root-v1", str(threshold), *sorted(self.keys)]) + "\n"
            self.fingerprint = "root:" + hashlib.sha256(rule.encode()).hexdigest()

    def signers(self, signed: signing.Signed, payload_type: str) -> frozenset[str]:
        """Give which of its keys signed; raises `VerificationFailed` where a signature of one does not hold."""
        return signing.signers(signed, payload_type, self.keys)

    def verify(self, signed: signing.Signed, payload_type: str) -> bytes:
        """Check that enough of its keys signed, and give the payload.

        Raises:
            VerificationFailed: a signature does not hold, or too few signed.
        """
        payload = signing.verify(signed, payload_type, self.keys)
        found = len(self.signers(signed, payload_type))
        if found < self.threshold:
            raise VerificationFailed(f"signed by {found} keys of its root where {self.threshold} are needed")
        return payload


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """What a Party says about itself.

    Attributes:
        party: its DNS name.
        version: 1, 2, …; never goes back.
        names: language tag to name.
        issued, expires: the card speaks from the first up to the second, exclusive.
        endpoints: where envelopes are taken, in order of preference: `https://…`, `relay+https://…`; plain `http` only
            to this machine. May be empty for a Party reached by pouch.
        root: public root key, base64 of 32 bytes; or several with their threshold.
        signing, sealing: its keys. Past ones stay as long as something signed with them must be checked.
        revoked: keys that were lost or stolen, each with its day; a later card never takes one back.
    """

    party: str
    version: Version
    names: dict[str, str]
    issued: Moment
    expires: Moment
    endpoints: tuple[str, ...]
    root: str | RootKeys
    signing: tuple[SigningEntry, ...]
    sealing: tuple[SealingEntry, ...]
    revoked: tuple[Revocation, ...] = ()

    @cached_property
    def root_rule(self) -> Root:
        """Who signs this card: its root."""
        if isinstance(self.root, str):
            return Root(1, [VerifyKey(read_base64(self.root, length=32, what="card: root"))])
        return Root(
            self.root.threshold,
            [VerifyKey(read_base64(key, length=32, what="card: root")) for key in self.root.keys],
        )

    def signing_keys(self, function: str, at: datetime) -> dict[str, VerifyKey]:
        """Give the keys that may exercise `function` at `at`, by fingerprint; none before issue or once expired."""
        return {
            entry.keyid: _verify_key(entry.public)
            for entry in self._in_force((each for each in self.signing if function in each.functions), at)
        }

    def sealing_keys(self, at: datetime) -> dict[str, SealingPublic]:
        """Give the keys to seal for at `at`, by fingerprint.

        Raises:
            RefusedHere: the card has expired or has no sealing key in force: nothing may be sealed.
        """
        if at >= self.expires:
            raise RefusedHere(
                f"card {self.version} of {self.party} expired at {self.expires:%Y-%m-%dT%H:%M:%SZ}",
                hint=f"ask {self.party} for its present card: comity card accept FILE",
            )
        keys = {entry.keyid: _sealing_public(entry.public) for entry in self._in_force(self.sealing, at)}
        if not keys:
            raise RefusedHere(f"card {self.version} of {self.party} has no sealing key in force")
        return keys

    @cached_property
    def revocations(self) -> Mapping[str, Revocation]:
        """Give what it revokes, by key."""
        return {each.keyid: each for each in self.revoked}

    def _in_force(self, entries: Iterable[Entry], at: datetime) -> Iterator[Entry]:
        if at < self.expires:
            yield from (
                entry
                for entry in entries
                if entry.from_ <= at < entry.until and not is_revoked(self.revocations, entry.keyid, at)
            )


def is_revoked(revocations: Mapping[str, Revocation], keyid: str, at: datetime) -> bool:
    """Tell whether what a key signed with the date `at` counts no more."""
    found = revocations.get(keyid)
    return found is not None and at >= found.as_of


@lru_cache(maxsize=4096)
def _verify_key(public: str) -> VerifyKey:
    """Read a key of a card once: every signature under it asks for it again."""
    return VerifyKey(read_base64(public))


@lru_cache(maxsize=1024)
def _sealing_public(public: str) -> SealingPublic:
    """Read a sealing key of a card once."""
    return SealingPublic(read_base64(public))


def signing_entry(key: VerifyKey, functions: Sequence[str], from_: datetime, until: datetime) -> SigningEntry:
    """Make the entry of a signing key."""
    return SigningEntry(key.fingerprint, write_base64(key.raw), tuple(functions), from_, until)


def sealing_entry(key: SealingPublic, from_: datetime, until: datetime) -> SealingEntry:
    """Make the entry of a sealing key."""
    return SealingEntry(key.fingerprint, write_base64(key.raw), from_, until)


def alone(key: VerifyKey) -> str:
    """Write a root of one key."""
    return write_base64(key.raw)

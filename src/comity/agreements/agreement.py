"""An agreement as read: its texts, clauses, protocols, notices and signatures, with the digests that name them.

Two digests matter. `Agreement.digest` names the *signed base text*: it covers every authentic language text of the
agreement itself and is what signatures, hop statements and decisions cite. `Agreement.acts_digest` names everything
known of it (texts, protocols, notices, signatures) and changes with every act.

Source: specs/agreement.md, "The folder" and "Signing".
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Final

import msgspec

from comity.agreements.clauses import Clause, Languages, Party, Protocols, Term
from comity.identifiers import ArticleRef, Digest

__all__ = [
    "NOTICE_KINDS",
    "Agreement",
    "Article",
    "Notice",
    "Paragraph",
    "ProtocolText",
    "SignatureFile",
    "Text",
    "identity",
]

#: What a written act under an agreement can be (VCLT art. 11-15, 54, 57, 65-68, 72).
NOTICE_KINDS: Final = (
    "denunciation",
    "suspension",
    "resumption",
    "withdrawal",
    "accession",
    "instrument",
    "full-powers",
    "succession",
    "revocation",
    "reintroduction",
)


class Paragraph(msgspec.Struct, frozen=True):
    """A numbered paragraph of an article (or a counted one, where the article numbers none)."""

    number: str
    text: str
    line: int
    indents: int = 0


class Article(msgspec.Struct, frozen=True):
    """An article as people read it.

    Attributes:
        number: as printed (`5`, `V`), or the whole heading of an unnumbered closing part.
        heading: the heading's text. `line`: where it stands, from 1.
        text: its words, without the clauses.
    """

    number: str
    heading: str
    line: int
    paragraphs: tuple[Paragraph, ...] = ()
    text: str = ""


class Text(msgspec.Struct, frozen=True):
    """One language text: what people sign. `authentic` is false for a translation, which is only shown."""

    path: str
    language: str
    title: str
    sha256: Digest
    articles: tuple[Article, ...]
    authentic: bool = True
    clauses: tuple[Clause, ...] = ()


class ProtocolText(msgspec.Struct, frozen=True):
    """A subordinate text. Its clauses are cited `<agreement> prot. <number> art. N`."""

    number: int
    texts: Mapping[str, Text]
    clauses: tuple[Clause, ...]
    digest: Digest
    differences: tuple[str, ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """A written act: who, when, and what it answers.

    Attributes:
        number: from the file name; cited `<agreement> notice <number>`.
        received: day or instant it was received; absent = the day it is dated.
        of: file it revokes or answers, or, in a succession, the Party succeeded.
        root, signs: in an accession or succession, the newcomer's root key and signing functions; in a reintroduction
            the root that takes the place of one lost or stolen.
    """

    number: int
    kind: str
    by: str
    dated: date
    received: date | datetime | None = None
    of: str = ""
    from_: date | None = None
    until: date | datetime | None = None
    ground: str = ""
    function: str = ""
    text: str = ""
    root: str | None = None
    signs: tuple[str, ...] = ()
    path: str = ""
    digest: Digest = Digest("")


class SignatureFile(msgspec.Struct, frozen=True):
    """A file of the folder `signatures`, unread: a signature (`.dsse`) or a card (`.card`)."""

    path: str
    data: bytes


class Agreement(msgspec.Struct, frozen=True, dict=True, eq=False):
    """An agreement with everything known of it. Compares and hashes by what its folder holds."""

    id: str
    title: str
    version: int
    languages: tuple[str, ...]
    decisive: str
    texts: Mapping[str, Text]
    clauses: tuple[Clause, ...]
    protocols: tuple[ProtocolText, ...] = ()
    notices: tuple[Notice, ...] = ()
    signatures: tuple[SignatureFile, ...] = ()
    differences: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Agreement) and self.acts_digest == other.acts_digest

    def __hash__(self) -> int:
        return hash(self.acts_digest)

    @cached_property
    def identity(self) -> bytes:
        """Give the bytes whose SHA-256 is `digest`: id and authentic texts (specs/agreement.md, "Signing")."""
        return identity(self.id, self.version, {tag: self.texts[tag].sha256 for tag in self._authentic()})

    @cached_property
    def digest(self) -> Digest:
        """Name the signed base text."""
        return Digest(hashlib.sha256(self.identity).hexdigest())

    @cached_property
    def acts_digest(self) -> Digest:
        """Name everything known of the agreement: texts, protocols, notices, signatures."""
        hasher = hashlib.sha256(self.identity)
        for text in sorted(self.texts.values(), key=lambda each: each.path):
            hasher.update(f"\ntext {text.path} {text.sha256}".encode())
        for protocol in self.protocols:
            hasher.update(f"\nprotocol {protocol.number} {protocol.digest}".encode())
        for notice in self.notices:
            hasher.update(f"\nnotice {notice.number} {notice.digest} {notice.received}".encode())
        for signature in self.signatures:
            found = hashlib.sha256(signature.data).hexdigest()
            hasher.update(f"\nsignature {signature.path} {found}".encode())
        return Digest(hasher.hexdigest())

    @cached_property
    def written(self) -> tuple[Clause, ...]:
        """Give every clause of the base text and of all protocols, whether it counts or not."""
        return (*self.clauses, *(each for part in self.protocols for each in part.clauses))

    @cached_property
    def acts(self) -> Mapping[str, str]:
        """Name every protocol, notice and signature at hand by 16 hex digits, the same at every Party.

        What a Party writes in by itself (the day it received a notice) and cards are left out: by these names two
        Parties can tell who lacks what (specs/federation.md, "Taking an envelope in").
        """
        found = {
            **{f"prot. {each.number}": each.digest for each in self.protocols},
            **{f"notice {each.number}": each.digest for each in self.notices},
            **{
                each.path: hashlib.sha256(each.data).hexdigest()
                for each in self.signatures
                if each.path.endswith(".dsse")
            },
        }
        return {
            hashlib.sha256(f"{what} {digest}".encode()).hexdigest()[:16]: what
            for what, digest in found.items()
        }

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Give the Parties of the base text, in the order it names them."""
        return tuple(dict.fromkeys(clause.id for clause in self.clauses if isinstance(clause, Party)))

    @cached_property
    def party_clauses(self) -> Mapping[str, Party]:
        """Give each Party's clause."""
        return {clause.id: clause for clause in self.clauses if isinstance(clause, Party)}

    @cached_property
    def signatory_clauses(self) -> Mapping[str, Party]:
        """Give the clause of every Party, of those too that protocols bring in; the base text's word goes first."""
        added = (clause for part in self.protocols for clause in part.clauses if isinstance(clause, Party))
        return {**{clause.id: clause for clause in added}, **self.party_clauses}

    @cached_property
    def newcomers(self) -> Mapping[str, Notice]:
        """Give, for each Party that no article names, the notice that does: its accession or succession.

        The first that names a root counts: a later one cannot put another root in its place.
        """
        found: dict[str, Notice] = {}
        for notice in self.notices:
            if (
                notice.kind in ("accession", "succession")
                and notice.root
                and notice.by not in self.signatory_clauses
            ):
                found.setdefault(notice.by, notice)
        return found

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Give every Party that the texts or a notice name: members, former members, and who asks to join."""
        return tuple(dict.fromkeys((*self.parties, *self.signatory_clauses, *self.newcomers)))

    @cached_property
    def roots(self) -> Mapping[str, str]:
        """Give the root key of each Party, as the texts or, for a newcomer, its notice names it."""
        named = {party: notice.root for party, notice in self.newcomers.items()}
        named.update({party: clause.root for party, clause in self.signatory_clauses.items()})
        return {party: root for party, root in named.items() if root}

    @cached_property
    def term(self) -> Term | None:
        """Give the term of the base text."""
        return next((clause for clause in self.clauses if isinstance(clause, Term)), None)

    @cached_property
    def protocols_clause(self) -> Protocols | None:
        """Give the clause on subordinate texts."""
        return next((clause for clause in self.clauses if isinstance(clause, Protocols)), None)

    @cached_property
    def languages_clause(self) -> Languages | None:
        """Give the clause on languages."""
        return next((clause for clause in self.clauses if isinstance(clause, Languages)), None)

    def _authentic(self) -> tuple[str, ...]:
        return tuple(tag for tag in self.languages if tag in self.texts)

    def article(self, ref: ArticleRef, language: str | None = None) -> Article | None:
        """Give the article cited, in a language or else in the decisive one; None where there is none."""
        texts: Mapping[str, Text] = self.texts
        if ref.protocol:
            texts = next((each.texts for each in self.protocols if each.number == ref.protocol), {})
        text = (
            texts.get(language or self.decisive)
            or texts.get(self.decisive)
            or next(iter(texts.values()), None)
        )
        if text is None or ref.agreement != self.id:
            return None
        bare = ArticleRef(ref.agreement, ref.article, protocol=ref.protocol)
        return next(
            (
                article
                for article in text.articles
                if ArticleRef(ref.agreement, article.number, protocol=ref.protocol) == bare
            ),
            None,
        )

    def text_of(self, ref: ArticleRef, language: str | None = None) -> str:
        """Give the words of the article or paragraph cited; empty where the text does not have it."""
        article = self.article(ref, language)
        if article is None:
            return ""
        if not ref.paragraph:
            return article.text
        return next((each.text for each in article.paragraphs if each.number == ref.paragraph), article.text)


def identity(agreement: str, version: int, texts: Mapping[str, str]) -> bytes:
    """Give the bytes that stand for a set of language texts: one line of JSON with sorted keys."""
    said = {"agreement": agreement, "comity": version, "texts": dict(sorted(texts.items()))}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

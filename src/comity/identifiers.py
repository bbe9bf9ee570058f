"""Names of things: Parties, agreements, articles, items.

A Party is a DNS name in lower case; an agreement id is a short word; an article is cited the way lawyers do:

>>> str(ArticleRef("north-south-2026", "5", "2"))
'north-south-2026 art. 5(2)'
>>> ArticleRef.parse("north-south-2026 prot. 1 art. V") == ArticleRef("north-south-2026", "5", protocol=1)
True

Article numbers are kept as printed and compared by value, so that `art. V` and `art. 5` are one article.
"""

import re
from functools import lru_cache
from typing import NewType

import msgspec

from comity.errors import BadInput

PartyId = NewType("PartyId", str)
AgreementId = NewType("AgreementId", str)
#: SHA-256 in lower-case hexadecimal, 64 characters.
Digest = NewType("Digest", str)

_PARTY = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+\Z"
)
_AGREEMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,127}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_CATEGORY = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\Z")
_REF = re.compile(
    r"(?P<agreement>[a-z0-9][a-z0-9-]*)(?: prot\. (?P<protocol>[0-9]+))? art\. (?P<article>[^\s(][^(]*?)"
    r"(?:\((?P<paragraph>[^()]+)\))?(?: indent (?P<indent>[0-9]+))?\Z"
)
_ROMAN = re.compile(r"(?=[MDCLXVI])M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})\Z")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def party_id(text: str) -> PartyId:
    """Check that `text` is a DNS name in lower case with at least one dot.

    Raises:
        BadInput: it is not.
    """
    if not _PARTY.match(text):
        raise BadInput(
            f"`{text[:80]}` is not a Party id: a DNS name in lower case, such as `cert.north.example`"
        )
    return PartyId(text)


def is_party_id(text: str) -> bool:
    """Tell whether `text` is a DNS name in lower case."""
    return bool(_PARTY.match(text))


def agreement_id(text: str) -> AgreementId:
    """Check an agreement id: lower-case letters, digits and hyphens, beginning with a letter or digit."""
    if not _AGREEMENT.match(text):
        raise BadInput(f"`{text[:80]}` is not an agreement id: lower-case letters, digits, hyphens")
    return AgreementId(text)


def digest(text: str) -> Digest:
    """Check a SHA-256 digest in hexadecimal."""
    if not _DIGEST.match(text):
        raise BadInput(f"`{text[:80]}` is not a SHA-256 digest in lower-case hexadecimal")
    return Digest(text)


def is_category(text: str) -> bool:
    """Tell whether `text` is a dotted category such as `incident.indicators`, without a wildcard."""
    return bool(_CATEGORY.match(text))


def category_covers(pattern: str, category: str) -> bool:
    """Tell whether a category as written in a clause covers the category of an item.

    `incident` covers `incident` and `incident.indicators.ip`; `incident.*` covers what is below `incident` and
    itself; `*` covers everything. A wildcard counts only as the last part (`specs/clauses.md`, What may pass).
    """
    if pattern == "*":
        return True
    stem = pattern[:-2] if pattern.endswith(".*") else pattern
    return category == stem or category.startswith(stem + ".")


def roman_value(text: str) -> int | None:
    """Give the value of an upper-case Roman numeral, or None where `text` is not one."""
    if not _ROMAN.match(text):
        return None
    total = 0
    for here, after in zip(text, [*text[1:], ""], strict=True):
        value = _ROMAN_VALUES[here]
        total += -value if after and _ROMAN_VALUES[after] > value else value
    return total


@lru_cache(1024)
def _number_key(text: str) -> str:
    """Reduce a printed number to the form under which equal numbers are equal."""
    value = roman_value(text)
    if value is not None:
        return str(value)
    return text.lstrip("0") or "0" if text.isdecimal() else text.casefold()


class ArticleRef(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A place in a signed text: what a decision rests on.

    Attributes:
        agreement: id of the agreement.
        article: number as printed (`5`, `V`) or the heading of an unnumbered closing part.
        paragraph: number of the paragraph, or empty.
        indent: number of the indent within it, or 0.
        protocol: number of the protocol the article stands in, or 0 for the agreement itself.
    """

    agreement: str
    article: str
    paragraph: str = ""
    indent: int = 0
    protocol: int = 0

    def key(self) -> tuple[str, int, str, str, int]:
        """Give what two references to one place have in common, whatever numerals they are printed in."""
        return (
            self.agreement,
            self.protocol,
            _number_key(self.article),
            _number_key(self.paragraph),
            self.indent,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArticleRef) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def __str__(self) -> str:
        protocol = f" prot. {self.protocol}" if self.protocol else ""
        paragraph = f"({self.paragraph})" if self.paragraph else ""
        indent = f" indent {self.indent}" if self.indent else ""
        return f"{self.agreement}{protocol} art. {self.article}{paragraph}{indent}"

    def covers(self, other: "ArticleRef") -> bool:
        """Tell whether `other` is this article or a part of it (`art. 5` covers `art. 5(2)`)."""
        mine, theirs = self.key(), other.key()
        if mine[:3] != theirs[:3]:
            return False
        return not mine[3] or (mine[3] == theirs[3] and (not mine[4] or mine[4] == theirs[4]))

    @classmethod
    def parse(cls, text: str) -> "ArticleRef":
        """Read a citation such as `north-south-2026 prot. 1 art. 2(1)`.

        Raises:
            BadInput: `text` is not a citation.
        """
        found = _REF.match(text)
        if not found:
            raise BadInput(f"`{text[:120]}` is not a citation such as `north-south-2026 art. 5(2)`")
        return cls(
            found["agreement"],
            found["article"].strip(),
            found["paragraph"] or "",
            int(found["indent"] or 0),
            int(found["protocol"] or 0),
        )

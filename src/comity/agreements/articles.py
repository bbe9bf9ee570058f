"""The text people read: front matter, articles, paragraphs, and the fenced blocks that hold clauses.

Markdown is read by `markdown-it-py`; nothing here looks inside a block. Articles are second-level headings in any
language: the number is the first Arabic or upper-case Roman number before any dash, and an unnumbered closing part is
cited by its heading. A paragraph is an item of an ordered list or a line that begins `5.2`; where an article numbers
none, its paragraphs are counted from 1.

>>> number_of("제5조 — 제3자"), number_of("Статья V"), number_of("Schlussbestimmung")
('5', 'V', '')

Source: specs/agreement.md, "The text".
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

from comity.agreements.agreement import Article, Paragraph
from comity.agreements.mistakes import Mistakes
from comity.identifiers import roman_value
from comity.strict import NotToml, read_toml

__all__ = ["Block", "ReadText", "number_of", "read_text"]

#: Largest text, in bytes, checked before anything is parsed.
MAX_TEXT_BYTES: Final = 256 * 1024

_LETTERS = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
_NUMBER = re.compile(
    rf"(?P<arabic>[0-9]{{1,6}}(?:[a-z](?![{_LETTERS}]))?)|(?<![{_LETTERS}0-9])(?P<roman>[MDCLXVI]+)(?![{_LETTERS}0-9])"
)
_DASH = re.compile(r"[\u2012-\u2015\u2212]|\s-{1,3}\s")
_DOTTED = re.compile(r"(?P<article>[0-9]{1,6})\.(?P<paragraph>[0-9]{1,4})(?=[\s.)])")
_INFO = re.compile(r"toml\s+clause\b")
# Characters that make a text read otherwise than it is stored: controls, and marks that turn the reading direction.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")


class Block(msgspec.Struct, frozen=True):
    """A fenced block of clauses: its content, its first content line, and the article above it."""

    content: str
    line: int
    article: str


class ReadText(msgspec.Struct, frozen=True):
    """A text taken apart: front matter, title heading, articles, blocks."""

    front: dict[str, Any]
    articles: tuple[Article, ...]
    blocks: tuple[Block, ...]


def number_of(heading: str) -> str:
    """Give the number of an article from its heading, as printed, or nothing."""
    before_dash = _DASH.split(heading, maxsplit=1)[0]
    for found in _NUMBER.finditer(before_dash):
        if found["arabic"]:
            return found["arabic"]
        if roman_value(found["roman"]) is not None:
            return found["roman"]
    return ""


def decode(path: str, data: bytes, mistakes: Mistakes) -> str | None:
    """Turn bytes into text, or note why they are none."""
    if len(data) > MAX_TEXT_BYTES:
        mistakes.add(path, 0, f"{len(data)} bytes are too many; a text holds {MAX_TEXT_BYTES} at most")
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        mistakes.add(path, line, "not UTF-8; save the file in UTF-8")
        return None
    text = text.replace("\r\n", "\n")
    hidden = _HIDDEN.search(text) or re.search("\r", text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        mistakes.add(
            path, line, f"hidden character U+{ord(hidden[0]):04X}; take it out, a text reads as it is stored"
        )
        return None
    return text


def read_text(path: str, data: bytes, mistakes: Mistakes) -> ReadText | None:
    """Take one language file apart. What cannot be read is noted in `mistakes`."""
    text = decode(path, data, mistakes)
    if text is None:
        return None
    lines = text.split("\n")
    front, body_from = _front_matter(path, lines, mistakes)
    if front is None:
        return None
    # The front matter is blanked, not cut, so that line numbers stay those of the file.
    body = "\n".join([""] * body_from + lines[body_from:])
    try:
        tokens = _MARKDOWN.parse(body)
    except RecursionError:
        mistakes.add(path, 0, "lists or quotations are nested too deeply")
        return None
    articles, blocks = _Reader(path, mistakes, lines).read(tokens)
    return ReadText(front, articles, blocks)


def _front_matter(path: str, lines: list[str], mistakes: Mistakes) -> tuple[dict[str, Any] | None, int]:
    if lines[0].rstrip() != "+++":
        mistakes.add(path, 1, "the first line should be `+++`, opening the front matter")
        return None, 0
    close = next((index for index, line in enumerate(lines[1:60], 1) if line.rstrip() == "+++"), 0)
    if not close:
        mistakes.add(path, 1, "the front matter is not closed by a second line `+++`")
        return None, 0
    source = "\n".join(lines[1:close])
    if re.search(r"\.[^\"'\n=]*\..*=|[\[{]", source):
        mistakes.add(path, 1, "the front matter holds plain keys and values only")
        return None, 0
    try:
        return read_toml(source), close + 1
    except NotToml as error:
        mistakes.add(path, 1, f"the front matter is not TOML: {str(error)[:120]}")
        return None, 0


def _markdown() -> MarkdownIt:
    """Give a parser of block structure only: what stands inside a line is left as written."""
    parser = MarkdownIt("commonmark").disable(["reference"])
    parser.core.ruler.disable(["inline"])
    return parser


_MARKDOWN = _markdown()


class _Reader:
    """Walks the tokens of one file once, gathering articles and blocks."""

    def __init__(self, path: str, mistakes: Mistakes, lines: Sequence[str]) -> None:
        self.path, self.mistakes, self.lines = path, mistakes, lines
        self.articles: list[Article] = []
        self.blocks: list[Block] = []
        self.numbers: dict[str, int] = {}
        self.heading: tuple[str, str, int] | None = None
        self.paragraphs: list[Paragraph] = []
        self.plain: list[Paragraph] = []
        self.words: list[str] = []

    def read(self, tokens: list[Token]) -> tuple[tuple[Article, ...], tuple[Block, ...]]:
        lists: list[str] = []
        expect_heading = False
        for token in tokens:
            if token.type == "heading_open":
                expect_heading = token.tag == "h2" and token.level == 0
            elif token.type in ("ordered_list_open", "bullet_list_open"):
                lists.append(token.type[0])
            elif token.type in ("ordered_list_close", "bullet_list_close"):
                lists.pop()
            elif token.type == "list_item_open":
                self._item(token, lists)
            elif token.type == "inline":
                if expect_heading:
                    self._heading(token)
                else:
                    self._words(token, bool(lists))
                expect_heading = False
            elif token.type == "fence" and _INFO.match(token.info.strip()):
                self._block(token)
        self._close()
        return tuple(self.articles), tuple(self.blocks)

    def _heading(self, token: Token) -> None:
        self._close()
        heading = " ".join(token.content.split())
        line = _line(token)
        number = number_of(heading)
        name = number or heading.split("(")[0].strip()[:200]
        if not name:
            self.mistakes.add(self.path, line, "the heading has neither number nor words")
            name = "?"
        value = roman_value(number)
        key = str(value) if value is not None else name.lstrip("0")
        if key in self.numbers:
            said = f"article {name} stands already at line {self.numbers[key]}; a number repeats nowhere"
            self.mistakes.add(self.path, line, said, name)
        self.numbers.setdefault(key, line)
        self.heading = (name, heading, line)

    def _item(self, token: Token, lists: list[str]) -> None:
        if lists == ["o"]:
            self.paragraphs.append(Paragraph(token.info or "1", "", _line(token)))
        elif lists[-1] == "b" and self.paragraphs and lists[0] == "o":
            self._indent(self.paragraphs)
        elif lists == ["b"] and (self.plain or self.paragraphs):
            self._indent(self.paragraphs or self.plain)

    @staticmethod
    def _indent(paragraphs: list[Paragraph]) -> None:
        last = paragraphs[-1]
        paragraphs[-1] = msgspec.structs.replace(last, indents=last.indents + 1)

    def _words(self, token: Token, within_list: bool) -> None:
        line, content = _line(token), token.content
        self.words.append(content)
        if within_list:
            if self.paragraphs:
                last = self.paragraphs[-1]
                joined = f"{last.text}\n{content}" if last.text else content
                self.paragraphs[-1] = msgspec.structs.replace(last, text=joined)
            return
        for offset, part in enumerate(content.split("\n")):
            dotted = _DOTTED.match(part)
            if dotted and self.heading and _same_number(dotted["article"], self.heading[0]):
                self.paragraphs.append(Paragraph(dotted["paragraph"], part, line + offset))
            elif offset == 0:
                self.plain.append(Paragraph("", part, line))
            else:
                target = (
                    self.paragraphs if self.paragraphs and self.paragraphs[-1].line >= line else self.plain
                )
                target[-1] = msgspec.structs.replace(target[-1], text=f"{target[-1].text}\n{part}")

    def _block(self, token: Token) -> None:
        line = _line(token)
        if self.heading is None:
            self.mistakes.add(
                self.path, line, "clauses stand under an article; put a heading `## Article 1` above"
            )
            return
        # The fence's content is taken as written, indentation of a list item removed by the parser.
        self.blocks.append(Block(token.content, line + 1, self.heading[0]))

    def _close(self) -> None:
        if self.heading is not None:
            name, heading, line = self.heading
            counted = [
                msgspec.structs.replace(paragraph, number=str(index))
                for index, paragraph in enumerate(self.plain, 1)
            ]
            paragraphs = tuple(self.paragraphs or counted)
            self.articles.append(Article(name, heading, line, paragraphs, "\n\n".join(self.words)))
        self.heading, self.paragraphs, self.plain, self.words = None, [], [], []


def _line(token: Token) -> int:
    return (token.map[0] if token.map else 0) + 1


def _same_number(arabic: str, name: str) -> bool:
    value = roman_value(name)
    return arabic == (str(value) if value is not None else name)

"""Markdown set as PDF: the one place that speaks to the typesetter (typst).

Text never becomes markup: every word of a document goes over as a quoted string, so nothing in an agreement that came
from another Party is ever read as an instruction to the typesetter. The result is PDF/A-2u, made for keeping; that
standard also forbids a character no font can show, so a document is complete or it is refused, never full of boxes.

The same input gives the same bytes: the date in the file is an argument.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import typst
from markdown_it import MarkdownIt
from markdown_it.token import Token

from comity.clock import Instant
from comity.errors import ComityError, RefusedHere

__all__ = ["FONTS", "SET", "body_of", "heading", "quoted", "typeset"]

#: Fonts tried in order. The first two ship with the typesetter; the others are what systems have for Hangul and Han.
FONTS = (
    "Libertinus Serif",
    "DejaVu Serif",
    "Noto Serif CJK KR",
    "Noto Serif KR",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Source Han Serif K",
    "NanumMyeongjo",
    "NanumGothic",
    "Nanum Gothic",
    "UnBatang",
    "Baekmuk Batang",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
)
_MONO = ("DejaVu Sans Mono", *FONTS)

#: How a page looks, in the typesetter's words.
SET = """
#set page(paper: "a4", margin: (x: 25mm, top: 25mm, bottom: 22mm))
#set text(font: (%(fonts)s), size: 10.5pt, hyphenate: true)
#set par(justify: true, leading: 0.62em)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 1): set block(below: 1.1em)
#show heading.where(level: 2): set text(size: 12.5pt)
#show heading.where(level: 2): set block(above: 1.6em, below: 0.8em)
#show raw.where(block: true): it => block(
  stroke: (left: 1.5pt + luma(170)), inset: (left: 7pt, y: 3pt), breakable: true,
  text(font: (%(mono)s), size: 7.2pt, fill: luma(60), it),
)
"""

_MISSING = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark").disable(["html_block", "html_inline", "image"])
#: Lists within lists deeper than this are set as plain text.
_DEEPEST = 8


def quoted(text: str) -> str:
    """Give text as a string of the typesetter's language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{{{ord(found[0]):x}}}", escaped) + '"'


def heading(level: int, text: str) -> str:
    """Give a heading."""
    return f"#heading(level: {level}, {quoted(text)})\n"


def body_of(markdown: str) -> str:
    """Turn Markdown into the typesetter's language: headings, paragraphs, lists, emphasis, code."""
    tokens = _MARKDOWN.parse(markdown)
    return "".join(_blocks(tokens, 0, len(tokens), 0))


def typeset(document: str, *, title: str, language: str, at: Instant, fonts: Sequence[Path] = ()) -> bytes:
    """Set a document as PDF/A-2u.

    Args:
        document: in the typesetter's language, made with `body_of`, `heading` and `quoted`.
        at: the date written into the file.
        fonts: folders with more fonts.

    Raises:
        RefusedHere: a character has no font here; the hint says what to do.
    """
    shown = SET % {
        "fonts": ", ".join(map(quoted, FONTS)),
        "mono": ", ".join(map(quoted, _MONO)),
    }
    head = f"#set document(title: {quoted(title)})\n#set text(lang: {quoted(language[:2])})\n"
    try:
        made = typst.compile(
            (head + shown + document).encode(),
            format="pdf",
            pdf_standards="a-2u",
            timestamp=at.replace(microsecond=0),  # a file is dated to the second
            font_paths=typst.Fonts(font_paths=[str(folder) for folder in fonts]),
        )
    except typst.TypstError as error:
        raise _refusal(str(error)) from None
    assert isinstance(made, bytes)
    return made


def _refusal(said: str) -> ComityError:
    found = _MISSING.search(said)
    if found is None:
        return RefusedHere(f"the document cannot be set: {said.splitlines()[0][:300]}")
    return RefusedHere(
        f"no font here can show `{found['text'][:40]}`",
        hint="install one that can (for Korean: Noto Serif CJK), or name its folder with --fonts",
    )


# -- Markdown, block by block ------------------------------------------------------------------------------------


def _blocks(tokens: Sequence[Token], start: int, end: int, depth: int) -> Iterator[str]:
    index = start
    while index < end:
        token = tokens[index]
        close = _closing(tokens, index)
        if token.type == "heading_open":
            yield f"#heading(level: {min(int(token.tag[1]), 4)})[{_inline(tokens[index + 1])}]\n"
        elif token.type == "paragraph_open":
            yield f"#par[{_inline(tokens[index + 1])}]\n"
        elif token.type in ("fence", "code_block"):
            yield f"#raw(block: true, {quoted(token.content.rstrip())})\n"
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield _list(tokens, index, close, depth)
        elif token.type == "blockquote_open":
            yield f"#quote(block: true)[{''.join(_blocks(tokens, index + 1, close, depth))}]\n"
        elif token.type == "hr":
            yield "#line(length: 100%, stroke: 0.5pt)\n"
        index = close + 1


def _closing(tokens: Sequence[Token], index: int) -> int:
    """Find the token that closes one; itself where it opens nothing."""
    depth = 0
    for place in range(index, len(tokens)):
        depth += tokens[place].nesting
        if depth == 0:
            return place
    return len(tokens) - 1


def _list(tokens: Sequence[Token], index: int, close: int, depth: int) -> str:
    items = []
    place = index + 1
    while place < close:
        end = _closing(tokens, place)
        items.append(f"[{''.join(_blocks(tokens, place + 1, end, depth + 1)) if depth < _DEEPEST else ''}]")
        place = end + 1
    if tokens[index].type == "bullet_list_open":
        return f"#list(tight: false, {', '.join(items)})\n"
    first = tokens[index].attrGet("start") or 1
    return f"#enum(tight: false, start: {int(first)}, {', '.join(items)})\n"


def _inline(token: Token) -> str:
    made: list[str] = []
    for child in token.children or ():
        if child.type == "text":
            made.append(f"#{quoted(child.content)};")
        elif child.type == "code_inline":
            made.append(f"#raw({quoted(child.content)});")
        elif child.type in ("softbreak", "hardbreak"):
            made.append("#linebreak();" if child.type == "hardbreak" else '#" ";')
        elif child.type in ("strong_open", "em_open"):
            made.append("#strong[" if child.type == "strong_open" else "#emph[")
        elif child.type in ("strong_close", "em_close"):
            made.append("];")
        elif child.type == "link_close" and (target := _target(token, child)):
            made.append(f"#{quoted(f' ({target})')};")
    return "".join(made)


def _target(token: Token, close: Token) -> str:
    """Give where a link leads, to be printed: paper has nothing to click on."""
    children = token.children or []
    before = [each for each in children[: children.index(close)] if each.type == "link_open"]
    return str(before[-1].attrGet("href") or "") if before else ""

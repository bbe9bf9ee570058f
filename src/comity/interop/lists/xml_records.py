"""Records of an XML file, one after another, by an expat parser that refuses what lists never need.

A document type is refused outright, and with it every entity of its own, external or not: no expansion, no request to
anywhere. Depth, attributes, text and the size of a record are bounded, and so is what a single token may take.
"""

from collections.abc import Collection, Iterator
from xml.parsers import expat

from comity.errors import BadInput, ForeignInput
from comity.interop.lists.files import Bounded

__all__ = ["Element", "records", "root_of"]

_CHUNK = 1 << 16
_MAX_DEPTH = 32
_MAX_ATTRIBUTES = 64
_MAX_TEXT = 1 << 16
_MAX_RECORD = 1 << 20  # characters of a record, text and attributes together
_MAX_ELEMENTS = 20_000  # of a record
_MAX_TOKEN = 4 << 20  # bytes that may come without anything being recognised in them
_MAX_RECORDS = 5_000_000


class Element:
    """An element of a record: name without namespace, attributes, text, children, and its line."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.attributes, self.line = name, attributes, line
        self.text = ""
        self.children: list[Element] = []

    def all(self, *path: str) -> Iterator["Element"]:
        """Give the descendants at the end of a path of names."""
        found = (child for child in self.children if child.name == path[0])
        for child in found:
            if len(path) == 1:
                yield child
            else:
                yield from child.all(*path[1:])

    def value(self, *path: str) -> str:
        """Give the text of the first descendant at the end of a path; empty where there is none."""
        return next((child.text.strip() for child in self.all(*path)), "")

    def get(self, attribute: str) -> str:
        """Give an attribute; empty where there is none."""
        return self.attributes.get(attribute, "").strip()


class _Refused(Exception):
    """Why the file is not read on; never leaves this module."""


class _Reader:
    """Handlers of the parser, and the records that are complete."""

    def __init__(self, wanted: Collection[str]) -> None:
        self._wanted = wanted
        self._open: list[Element] = []
        self._depth = self._elements = self._characters = self.records = 0
        self.ready: list[Element] = []
        self.root = ""
        self.moved = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._no_doctype
        self.parser.EntityDeclHandler = self._no_doctype
        self.parser.ExternalEntityRefHandler = self._no_outside
        self.parser.ProcessingInstructionHandler = self._seen
        self.parser.CommentHandler = self._seen

    def _no_doctype(self, *_: object) -> None:
        raise _Refused("a document type or entity of its own, which no list needs")

    def _no_outside(self, *_: object) -> int:
        raise _Refused("a reference to something outside, which no list needs")

    def _seen(self, *_: object) -> None:
        self.moved = True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.moved = True
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _Refused(f"deeper than {_MAX_DEPTH} elements")
        if len(attributes) > _MAX_ATTRIBUTES:
            raise _Refused(f"more than {_MAX_ATTRIBUTES} attributes")
        name = name.rpartition(" ")[2]
        self.root = self.root or name
        if not self._open and name not in self._wanted:
            return
        bare = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name, bare, self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._elements = self._characters = 0
        self._open.append(element)
        self._elements += 1
        self._count(sum(map(len, bare.values())))
        if self._elements > _MAX_ELEMENTS:
            raise _Refused(f"a record of more than {_MAX_ELEMENTS:,} elements")

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > _MAX_RECORD:
            raise _Refused(f"a record of more than {_MAX_RECORD >> 20} Mi characters")

    def _text(self, text: str) -> None:
        self.moved = True
        if self._open:
            element = self._open[-1]
            self._count(len(text))
            if len(element.text) + len(text) > _MAX_TEXT:
                raise _Refused(f"a text of more than {_MAX_TEXT:,} characters")
            element.text += text

    def _end(self, _name: str) -> None:
        self.moved = True
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self.records += 1
                if self.records > _MAX_RECORDS:
                    raise _Refused(f"more than {_MAX_RECORDS:,} records")
                self.ready.append(element)


def records(file: Bounded, wanted: Collection[str]) -> Iterator[Element]:
    """Give the outermost elements of some names, as they are complete.

    Raises:
        ForeignInput: it is not well-formed, or is what no list is; with the line.
    """
    reader = _Reader(wanted)
    waiting = 0
    while chunk := file.read(_CHUNK):
        reader.moved = False
        _parse(reader, file.name, chunk, last=False)
        waiting = 0 if reader.moved else waiting + len(chunk)
        if waiting > _MAX_TOKEN:
            raise ForeignInput(
                f"{file.name}:{_line(reader)}: a tag or comment longer than {_MAX_TOKEN >> 20} MiB"
            )
        yield from reader.ready
        reader.ready.clear()
    _parse(reader, file.name, b"", last=True)
    yield from reader.ready


def root_of(head: bytes) -> str:
    """Give the name of the root element as the first bytes of a file have it; empty where that is not XML."""
    reader = _Reader(())
    try:
        reader.parser.Parse(head, False)
    except (expat.ExpatError, _Refused):
        return reader.root
    return reader.root


def _parse(reader: _Reader, name: str, chunk: bytes, *, last: bool) -> None:
    try:
        reader.parser.Parse(chunk, last)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or "not well-formed"
        raise ForeignInput(f"{name}:{error.lineno}: not XML: {reason}") from None
    except _Refused as error:
        raise ForeignInput(f"{name}:{_line(reader)}: {error}") from None
    except (LookupError, ValueError) as error:
        raise BadInput(f"{name}: not XML: {str(error)[:80]}") from None


def _line(reader: _Reader) -> int:
    return reader.parser.CurrentLineNumber

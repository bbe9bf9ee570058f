"""Formats: which one a file has, and its subjects.

A format may be named; else the file tells: the root element of its XML, the columns of its table, or a brace where a
line of FollowTheMoney begins.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from comity.errors import BadInput, ForeignInput
from comity.interop.lists.draft import Found
from comity.interop.lists.eu import EU_COLUMNS, read_eu_csv, read_eu_xml
from comity.interop.lists.files import Bounded, opened
from comity.interop.lists.mapped import read_mapped, read_mapping
from comity.interop.lists.ofac import read_ofac_csv, read_ofac_xml
from comity.interop.lists.statements import STATEMENT_COLUMNS, read_statements
from comity.interop.lists.uk import UK_COLUMNS, read_uk_csv
from comity.interop.lists.un import read_un
from comity.interop.lists.xml_records import root_of
from comity.register.entity_file import read_lines
from comity.register.subjects import Subject, read_subject

__all__ = ["FORMATS", "format_of", "read_list", "read_subjects"]

_READERS = {
    "un-xml": read_un,
    "eu-xml": read_eu_xml,
    "eu-csv": read_eu_csv,
    "uk-csv": read_uk_csv,
    "ofac-xml": read_ofac_xml,
    "ofac-csv": read_ofac_csv,
    "statements": read_statements,
}
#: Every format by its name; `auto` finds out.
FORMATS = ("auto", "ftm", *_READERS, "csv")
_ROOTS = {"CONSOLIDATED_LIST": "un-xml", "export": "eu-xml", "sdnList": "ofac-xml"}
_HEAD = 1 << 14
#: Mistakes told in one go.
_TOLD = 200


def format_of(path: Path) -> str:
    """Find out the format of a file.

    Raises:
        BadInput: it cannot be read, or is of no format known.
    """
    with opened(path) as file:
        head = file.read(_HEAD)
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    if text.startswith("{"):
        return "ftm"
    if text.startswith("<") or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        root = root_of(head)
        if root in _ROOTS:
            return _ROOTS[root]
        raise _unknown(path, f"XML whose root is `{root[:40]}`" if root else "XML that cannot be read")
    for line in text.splitlines()[:20]:
        for separator, columns, name in (
            (";", EU_COLUMNS, "eu-csv"),
            (",", UK_COLUMNS, "uk-csv"),
            (",", STATEMENT_COLUMNS, "statements"),
        ):
            if set(columns) <= {value.strip() for value in next(csv.reader([line], delimiter=separator), [])}:
                return name
    if _looks_like_sdn(text):
        return "ofac-csv"
    raise _unknown(path, "a file")


def _looks_like_sdn(text: str) -> bool:
    row = next(csv.reader(text.splitlines()[:1]), [])
    return len(row) == 12 and row[0].strip().isdecimal()


def _unknown(path: Path, what: str) -> BadInput:
    return BadInput(
        f"{path.name}: {what} of no format known",
        hint=f"name it: --format {'|'.join(FORMATS[1:])}; a table of your own needs --format csv --mapping FILE",
    )


def read_list(path: Path, form: str, *, mapping: Path | None = None) -> Iterator[Found]:
    """Give the subjects of a file in one of the formats besides `ftm` and `auto`.

    Raises:
        BadInput: the file or the mapping cannot be read, or the format is not known.
    """
    if form == "csv":
        if mapping is None:
            raise BadInput("a table of your own needs --mapping FILE", hint="comity register import --help")
        said = read_mapping(mapping)
        with opened(path) as file:
            yield from read_mapped(file, said)
        return
    if form not in _READERS:
        raise BadInput(f"`{form[:40]}` is not one of {', '.join(FORMATS)}")
    with opened(path) as file:
        yield from _read(form, file)


def read_subjects(path: Path, form: str = "auto", *, mapping: Path | None = None) -> list[Subject]:
    """Read all subjects of a file in any format.

    Raises:
        BadInput: the file or some entries of it cannot be read, or an id stands twice; all are named.
    """
    if form == "auto":
        form = "csv" if mapping else format_of(path)
    found = _entities(path) if form == "ftm" else read_list(path, form, mapping=mapping)
    subjects: dict[str, Subject] = {}
    mistakes: list[str] = []
    for line, entry in found:
        if isinstance(entry, ForeignInput):
            mistakes += entry.mistakes
        elif entry.id in subjects:
            mistakes.append(f"{path.name}:{line}: `{entry.id[:60]}` stands twice")
        else:
            subjects[entry.id] = entry
    if mistakes:
        more = [f"{path.name}: and {len(mistakes) - _TOLD:,} more"] if len(mistakes) > _TOLD else []
        raise BadInput(*mistakes[:_TOLD], *more)
    return list(subjects.values())


def _entities(path: Path) -> Iterator[Found]:
    for number, line in read_lines(path):
        try:
            yield number, read_subject(line, what=f"{path.name}:{number}")
        except ForeignInput as error:
            yield number, error


def _read(form: str, file: Bounded) -> Iterator[Found]:
    return _READERS[form](file)

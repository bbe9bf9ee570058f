"""An agreement on paper: whole, archival, the same each time, and refused where a character cannot be shown."""

import re
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.agreements.folder import parse_agreement, read_files
from comity.errors import NotFound, RefusedHere
from comity.interop.agreement_pdf import agreement_pdf, document_pdf
from comity.interop.typesetting import body_of, quoted, typeset

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def pdf_of(name: str, language: str | None = None) -> bytes:
    files = read_files(EXAMPLES / name)
    return agreement_pdf(parse_agreement(files), files, AT, language=language)


def inside(pdf: bytes) -> bytes:
    """Give a PDF with every stream that can be opened opened, as a generic reader sees it."""
    opened = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(opened)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", inside(pdf)))


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("north-south-2026", "en"),
        ("north-south-2026", "pl"),
        ("cs-su-1989", "cs"),
        ("cs-su-1989", "ru"),
        ("isac-multilateral", None),
    ],
)
def test_every_latin_and_cyrillic_text_can_be_set(name, language):
    made = pdf_of(name, language)
    assert made.startswith(b"%PDF-1.7")
    assert b"%%EOF" in made[-16:]
    assert pages(made) >= 3
    shown = inside(made)
    assert b"<pdfaid:part>2</pdfaid:part>" in shown
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in shown


@pytest.mark.service
def test_a_korean_text_is_set_where_the_system_has_a_font_for_it():
    """No font for Hangul comes along (docs/decisions/0030-typst.md); systems have one, or a package of one."""
    try:
        made = pdf_of("pl-kp-1987")
    except RefusedHere as error:
        pytest.skip(f"{error.message}: {error.hint}")
    assert pages(made) >= 9
    shown = inside(made)
    assert re.search(rb"/FontName\s*/[A-Z]{6}\+[A-Za-z]*(CJK|Nanum|Batang|Malgun|Gothic|KR)", shown)
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in shown


def test_both_languages_stand_in_one_original():
    assert pages(pdf_of("north-south-2026")) == pages(pdf_of("north-south-2026", "en")) + pages(
        pdf_of("north-south-2026", "pl")
    )


def test_the_same_text_gives_the_same_bytes():
    assert pdf_of("csirt-bilateral") == pdf_of("csirt-bilateral")


def test_what_no_font_shows_refuses_the_whole_document():
    with pytest.raises(RefusedHere, match="no font here can show"):
        typeset("#" + quoted("a \U000f1234 b"), title="t", language="en", at=AT)


def test_a_language_without_a_text_is_named():
    with pytest.raises(NotFound, match="no text in `fr`"):
        pdf_of("north-south-2026", "fr")


@pytest.mark.parametrize(
    "hostile",
    [
        '#import "x": y',
        '#read("/etc/passwd")',
        '"); #panic("x',
        "$ x $ *bold* _em_ @ref <label> // comment \\ # ` ~",
        "[link](javascript:alert(1)) ![image](file:///etc/passwd) <b>html</b>",
        '\\u{41} \\" \\n',
    ],
)
def test_nothing_in_a_text_is_an_instruction_to_the_typesetter(hostile):
    made = document_pdf(f"# {hostile}\n\n{hostile}\n\n- {hostile}\n\n`{hostile}`\n", AT, title=hostile)
    assert pages(made) == 1


def test_markdown_becomes_headings_lists_and_code():
    made = body_of("# T\n\nA *b* **c** `d`.\n\n3. x\n4. y\n   - z\n\n```toml clause\n[term]\n```\n")
    assert made.startswith('#heading(level: 1)[#"T";]')
    assert '#emph[#"b";];#" ";#strong[#"c";];#" ";#raw("d");#".";' in made
    assert "#enum(tight: false, start: 3, [" in made
    assert '#list(tight: false, [#par[#"z";]' in made
    assert '#raw(block: true, "[term]")' in made


def test_the_text_that_decides_is_named_where_there_is_one():
    files = {
        name: data.replace(b'authentic = ["en", "pl"]', b'authentic = ["en", "pl"]\ndecisive = "pl"')
        for name, data in read_files(EXAMPLES / "north-south-2026").items()
    }
    agreement = parse_agreement(files)
    assert agreement.decisive == "pl"
    assert agreement_pdf(agreement, files, AT) != agreement_pdf(
        parse_agreement(read_files(EXAMPLES / "north-south-2026")),
        read_files(EXAMPLES / "north-south-2026"),
        AT,
    )

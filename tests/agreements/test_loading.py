"""Reading: bad files beside good ones, every mistake named, and nothing but `BadInput` for whatever comes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.drafts import draft, notice, protocol, text
from comity.agreements.articles import number_of
from comity.agreements.clauses import Extension
from comity.agreements.folder import read_folder
from comity.agreements.loading import MAX_FILES, parse_agreement
from comity.errors import BadInput, NotFound

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.md"))
GOOD = sorted((HERE / "good").glob("*.md"))


def expected() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (HERE / "bad" / "expected.txt").read_text().splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = []
        else:
            found[list(found)[-1]].append(line)
    return found


def mistakes(files) -> list[str]:
    with pytest.raises(BadInput) as raised:
        parse_agreement(files)
    return list(raised.value.mistakes)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name.split(".")[0])
def test_a_bad_file_is_refused_with_file_line_and_article(path):
    assert mistakes({"agreement.en.md": path.read_bytes()}) == expected()[path.name.split(".")[0]]


def test_every_bad_file_says_what_is_expected_of_it():
    assert sorted(expected()) == [path.name.split(".")[0] for path in BAD]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name.split(".")[0])
def test_a_good_file_gives_the_same_five_clauses(path):
    agreement = parse_agreement({f"agreement.{path.name.split('.')[1]}.md": path.read_bytes()})
    kinds = [clause.clause_kind for clause in agreement.clauses if not isinstance(clause, Extension)]
    assert kinds == ["party", "party", "exchange", "third_party", "term"]
    exchange = agreement.clauses[2]
    assert agreement.text_of(exchange.ref).endswith("Two.")
    assert (exchange.ref.paragraph, exchange.ref.key()[2]) == ("2", "2")


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        ("Article 5 — Third parties", "5"),
        ("Artykuł 5", "5"),
        ("Статья V", "V"),
        ("5. Third parties", "5"),
        ("제5조 — 제3자", "5"),
        ("제V조", "V"),
        ("第5条", "5"),
        ("§ 12a", "12a"),
        ("Article XIV - Term", "XIV"),
        ("Schlussbestimmung", ""),
        ("Closing provisions — 2026", ""),
        ("Die Parteien", ""),
        ("Article IIII", ""),
        ("Civil matters", ""),
    ],
)
def test_the_number_of_an_article_in_any_language(heading, number):
    assert number_of(heading) == number


def test_extensions_are_kept_and_have_no_effect():
    agreement = draft(more='[third_party]\nx_colour = "blue"\n[[x_archive]]\nshelf = 3')
    rule, archive = agreement.clauses[2:4]
    assert rule.extensions == {"x_colour": "blue"}
    assert (archive.name, archive.value) == ("x_archive", {"shelf": 3})


def test_the_base_texts_digest_covers_texts_and_nothing_that_comes_later():
    files = {"agreement.en.md": text()}
    base = parse_agreement(files)
    later = parse_agreement(
        files | {"notices/0001-d.toml": notice("denunciation", "north.example", "2027-01-01")}
    )
    changed = parse_agreement({"agreement.en.md": text("signed = 2026-03-02")})
    assert base.digest == later.digest != changed.digest
    assert base.acts_digest != later.acts_digest


def test_an_instant_of_receipt_changes_the_acts_but_not_the_notice():
    one = notice("denunciation", "north.example", "2027-01-01", "2027-01-02")
    two = notice("denunciation", "north.example", "2027-01-01", "2027-01-03")
    a, b = (draft(files={"notices/0001-d.toml": each}) for each in (one, two))
    assert a.notices[0].digest == b.notices[0].digest
    assert a.acts_digest != b.acts_digest


def test_a_translation_is_shown_and_never_parsed_for_terms():
    base = text(more='[languages]\nauthentic = ["en"]')
    translation = base.replace(b'language = "en"', b'language = "fr"').replace(b"[term]", b"[terme]")
    agreement = parse_agreement({"agreement.en.md": base, "agreement.fr.md": translation})
    assert (agreement.languages, agreement.texts["fr"].authentic) == (("en",), False)
    assert agreement.digest == parse_agreement({"agreement.en.md": base}).digest
    assert agreement.differences == ()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("agreement.md", b"", "the name should give the language"),
        ("protocols/first.md", b"", "a protocol is a file such as"),
        ("notices/denunciation.toml", b"", "a notice is a file such as"),
        ("signatures/x.txt", b"", "a signature ends in"),
        ("notices/0001-d.toml", b'kind = "denunciation"\n', "a notice needs `by`"),
        ("notices/0001-d.toml", b'kind = "denunciation"\n\n  [more]\n', "plain keys and values only"),
        ("notices/0001-d.toml", b"kind.of = 1\n", "plain keys and values only"),
        ("notices/0001-d.toml", b'text = """x"""\n[x_more]\n', "plain keys and values only"),
        ("notices/0001-d.toml", b'# """\nx_more = {a = 1}\n', "plain keys and values only"),
        ("notices/0001-d.toml", b"x_more = [[1]]\n", "plain keys and values only"),
        ("notices/0001-d.toml", b"kind = " + b"1" * 5000, "a number has too many digits"),
        (
            "notices/0001-d.toml",
            b"".join(b"x_%d = 1\n" % number for number in range(101)),
            "101 fields are too many; a notice holds 100 at most",
        ),
        ("notices/0001-d.toml", b"# to\n\nkind = 4\n", "0001-d.toml:3: kind"),
        (
            "notices/0001-d.toml",
            b'kind = "denounce"\nby = "a.example"\ndated = 2026-01-01\n',
            "should be one of",
        ),
        (
            "notices/0001-d.toml",
            b'kind = "denunciation"\nby = "a.example"\ndated = "x"\nrecieved = 1\n',
            "did you mean",
        ),
        ("notices/0001-d.toml", b"a.b.c = 1\n", "plain keys and values only"),
        ("protocols/0001-x.en.md", protocol(2, "", of="north-south-2026"), "number should be 1"),
        (
            "protocols/0001-x.en.md",
            protocol(1, "", of="other-2026"),
            "protocol_of should be `north-south-2026`",
        ),
        (
            "protocols/0001-x.en.md",
            protocol(1, '[[exchange]]\nreplaces = "gone"\ncategory = "x"'),
            "names no earlier clause",
        ),
        ("protocols/0001-x.en.md", protocol(1, "[term]\nsigned = 2027-01-01"), "a second `term`"),
    ],
)
def test_files_of_the_folder_are_named_with_what_would_be_right(name, data, said):
    found = mistakes({"agreement.en.md": text(), name: data})
    assert any(said in line and line.startswith(name) for line in found), found


def test_a_folder_within_its_caps():
    assert mistakes({f"agreement.{index}": b"" for index in range(MAX_FILES + 1)})
    assert "too many" in mistakes({"agreement.en.md": b"+" * (256 * 1024 + 1)})[0]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(NotFound):
        read_folder(tmp_path / "nothing")
    with pytest.raises(BadInput, match="no text"):
        read_folder(tmp_path)


BASE = text(more='[[exchange]]\ncategory = "incident"\npurposes = ["defence"]\n[third_party]')
NASTY = [
    "[[[[",
    '"""',
    "'''",
    "\x00",
    "\ud7ff",
    "```",
    "+++",
    "## ",
    "9" * 5000,
    "2026-99-99",
    "a." * 50,
    "{" * 50,
    "\\u",
    "]]",
]


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(BASE)), st.integers(0, 40), st.sampled_from(NASTY) | st.text(max_size=8)
        ),
        max_size=6,
    )
)
@settings(max_examples=250, derandomize=True, deadline=None)
def test_whatever_a_text_holds_reading_it_gives_an_agreement_or_says_why_not(edits):
    data = BASE
    for position, length, new in edits:
        data = data[:position] + new.encode("utf-8", "replace") + data[position + length :]
    for files in ({"agreement.en.md": data}, {"agreement.en.md": BASE, "notices/0001-x.toml": data[100:]}):
        try:
            parse_agreement(files)
        except BadInput as error:
            assert all("\n" not in line for line in error.mistakes)


@pytest.mark.parametrize(
    "hostile", [b"> " * 60000, b"- " * 100000, b"[" * 200000, b"`" * 200000, b"1. " * 60000, b"*_" * 100000]
)
def test_hostile_markdown_is_read_in_bounded_time(hostile):
    agreement = parse_agreement({"agreement.en.md": text() + b"\n" + hostile})
    assert len(agreement.clauses) == 3


@pytest.mark.parametrize(
    "hostile",
    [
        "x_a = " + "[" * 9,
        "x_a." * 40 + "b = 1",
        "x_a = {b = {c = {d = {e = {f = {g = {h = {i = {j = 1}}}}}}}}}",
    ],
)
def test_hostile_toml_is_stopped_before_it_is_parsed(hostile):
    assert (
        "too deep" in mistakes({"agreement.en.md": text(more=hostile)})[0]
        or "deeper" in (mistakes({"agreement.en.md": text(more=hostile)})[0])
    )

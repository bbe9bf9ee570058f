import pytest
from rapidfuzz.distance import OSA

from comity.register.characters import MAX_NAME, clean, script_of
from comity.register.checking import check
from comity.register.examination import Query
from comity.register.index import Entry, NameIndex
from comity.register.names import MAX_TOKENS, MAX_UNITS, parse
from comity.register.sounds import fold, skeleton
from comity.register.spellings import spellings_of
from comity.register.words import Kind


def tokens(text: str, *, person: bool = True) -> list[str]:
    name = parse(text, person=person)
    return [unit.text for unit in name.units[: name.tokens]]


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("М\u0065режко", "Мережко"),  # a Latin letter in a Cyrillic word
        ("Tаvrin", "Tavrin"),  # a Cyrillic letter in a Latin word
        ("Mere\u200bzhko", "Merezhko"),  # a space of no width
        ("\u202eTavrin\u202c", "Tavrin"),  # turned direction
        ("Ｔａｖｒｉｎ", "Tavrin"),  # full-width letters
        ("Мари́я", "Мария"),  # a stress mark
        ("نَبْهَان", "نبهان"),  # vowel points
    ],
)
def test_a_disguised_name_is_the_same_name(written: str, same_as: str) -> None:
    assert clean(written) == clean(same_as)


def test_a_name_is_cut_to_256_code_points_before_and_after_it_unfolds() -> None:
    unfolds = "\ufdfa" * 1000  # one ligature is eighteen letters
    assert len(clean(unfolds)) <= MAX_NAME
    assert len(clean("a" * 10_000)) <= MAX_NAME


def test_a_name_of_thousands_of_words_has_a_bounded_number_of_units() -> None:
    name = parse("ab " * 5000, joins=True)
    assert name.tokens <= MAX_TOKENS
    assert len(name.units) <= MAX_UNITS


@pytest.mark.parametrize(
    ("text", "person", "expected"),
    [
        ("AL-QUSHAYRI, Nabhan", True, ["al", "qushayri", "nabhan"]),
        ("O'Quill", True, ["oquill"]),
        ("Полярная Звезда, ООО", False, ["полярная", "звезда", "llc"]),
        ("Brackwater Private Limited", False, ["brackwater", "ltd"]),
        ("S.A. Tenebris", False, ["jsc", "tenebris"]),
        ("홍길동", True, ["홍", "길동"]),
        ("", True, []),
        ("—!?", True, []),
    ],
)
def test_names_are_cut_into_tokens(text: str, person: bool, expected: list[str]) -> None:
    assert tokens(text, person=person) == expected


@pytest.mark.parametrize(
    ("token", "person", "kind"),
    [
        ("Oleksandrovych", True, Kind.PATRONYMIC),
        ("J", True, Kind.INITIAL),
        ("bin", True, Kind.PARTICLE),
        ("Sheikh", True, Kind.TITLE),
        ("Ltd", False, Kind.LEGAL),
        ("12", False, Kind.NUMBER),
        ("Trading", False, Kind.GENERIC),
        ("Quillfeather", True, Kind.CORE),
    ],
)
def test_tokens_have_the_part_they_play(token: str, person: bool, kind: Kind) -> None:
    assert parse(token, person=person).units[0].kind == kind


def test_hyphenated_words_are_also_read_as_one() -> None:
    assert "dongseop" in [unit.text for unit in parse("Pak Dong-seop").units]


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("Мережко", "merezhko"),
        ("ברקוביץ", "berkovitz"),
        ("김", "kim"),
        ("حسين", "hussein"),
        ("マリア", "maria"),
    ],
)
def test_a_likely_latin_spelling_is_found_for_other_scripts(native: str, latin: str) -> None:
    bones = {skeleton(fold(way)) for way in spellings_of(clean(native))}
    assert skeleton(fold(latin)) in bones


def test_spellings_are_ascii_never_empty_and_few() -> None:
    for token in ("ქართული", "ไทย", "אבג", "漢字", "ー", "ß", "ʻ", "x"):
        ways = spellings_of(clean(token) or "x")
        assert 0 < len(ways) <= 5
        assert all(way and way.isascii() and way.isalnum() for way in ways)


def test_rival_romanisations_share_a_skeleton() -> None:
    assert (
        len({skeleton(fold(way)) for way in ("qaddafi", "gadhafi", "kaddafi", "khadafi"[0:1] + "addafi")})
        == 1
    )


def test_scripts_are_told_apart() -> None:
    said = [script_of(word) for word in ("a", "я", "α", "ع", "א", "한", "漢", "カ", "द")]
    assert said == ["latin", "cyrillic", "greek", "arabic", "hebrew", "hangul", "han", "kana", "devanagari"]


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("هدايت الله", "hidayatullah"),
        ("جلال الدين", "jalaluddin"),
        ("عبد الرحمن", "abdurrahman"),
        ("عبد الكريم", "abdulkarim"),
    ],
)
def test_an_arabic_article_within_a_name_is_read_as_it_is_spoken(written: str, latin: str) -> None:
    joined = [unit.text for unit in parse(written).units if unit.cover == 0b11]
    near = [fold(way) for text in joined for way in spellings_of(text)]
    best = max(OSA.normalized_similarity(fold(latin), way) for way in near)
    assert best >= 0.8


def test_what_an_article_belongs_to_is_found_written_as_one_word() -> None:
    index = NameIndex()
    index.add(Entry("p1", "Person", ("Nasimullah",)))
    index.add(Entry("p2", "Person", ("نسيم الدين",)))
    assert [hit.id for hit in check(index, Query("q", "Person", ("نسيم الله",)))][:1] == ["p1"]
    assert [hit.id for hit in check(index, Query("q", "Person", ("Nasimuddin",)))][:1] == ["p2"]

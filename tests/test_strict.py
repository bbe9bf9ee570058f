"""What the one strict reader takes and what it refuses, each refusal with its own reason."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ForeignInput
from comity.strict import MAX_INTEGER, NotToml, read_as, read_base64, read_json, read_toml, write_json


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


REFUSED = [
    ("two equal keys", b'{"to": "a", "to": "b"}', "key 'to' stands twice in one object"),
    ("two equal keys, one escaped", b'{"to": "a", "\\u0074o": "b"}', "key 'to' stands twice in one object"),
    ("two equal keys far down", b'[{"x": [{"k": 1, "j": 2, "k": 1}]}]', "key 'k' stands twice in one object"),
    ("NaN", b"[NaN]", "NaN is not a number here"),
    ("Infinity", b"[Infinity]", "Infinity is not a number here"),
    ("-Infinity", b"[-Infinity]", "-Infinity is not a number here"),
    ("a float", b"[1.0]", "a number with a fraction or exponent"),
    ("an exponent", b"[1e3]", "a number with a fraction or exponent"),
    ("a float too large for a double", b"[1e400]", "a number with a fraction or exponent"),
    ("minus zero", b"[-0]", "-0 is not a number here"),
    ("2**53", b"[9007199254740992]", "an integer beyond 53 bits"),
    ("-(2**53)", b"[-9007199254740992]", "an integer beyond 53 bits"),
    ("2**70", b"[1180591620717411303424]", "an integer beyond 53 bits"),
    ("a number of 100,000 digits", b"9" * 100_000, "an integer beyond 53 bits"),
    ("high surrogate alone", b'["\\ud800"]', "half of a surrogate pair in a string"),
    ("low surrogate alone", b'["\\udc00"]', "half of a surrogate pair in a string"),
    ("surrogates in the wrong order", b'["\\udc00\\ud800"]', "half of a surrogate pair in a string"),
    ("surrogate alone as a key", b'{"\\ud800": 1}', "half of a surrogate pair in a string"),
    ("surrogate written in UTF-8", b'["\xed\xa0\x80"]', "not UTF-8 at byte 2"),
    ("overlong UTF-8", b'["\xc0\xaf"]', "not UTF-8 at byte 2"),
    ("UTF-16", '{"a": 1}'.encode("utf-16"), "not UTF-8 at byte 0"),
    ("UTF-16 without a mark", '{"a": 1}'.encode("utf-16-le"), "not JSON (line 1 column 2)"),
    ("byte order mark", b"\xef\xbb\xbf{}", "starts with a byte order mark"),
    ("NUL, escaped", b'["\\u0000"]', "a control character in a string"),
    ("NUL, in person", b'["\x00"]', "a control character in a string"),
    ("carriage return", b'["\\r"]', "a control character in a string"),
    ("backspace in a key", b'{"\\b": 1}', "a control character in a string"),
    ("newline in person", b'["a\nb"]', "a control character in a string"),
    ("DEL in person", b'["\x7f"]', "a control character in a string"),
    ("DEL in person beside other scripts", '["ż\x7f"]'.encode(), "a control character in a string"),
    ("C1 control in person", '["\x85"]'.encode(), "a control character in a string"),
    ("C1 control, escaped", b'["\\u009f"]', "a control character in a string"),
    ("depth 33", nested(33), "nested deeper than 32, or brackets that do not close"),
    ("depth 100,000", nested(100_000), "nested deeper than 32, or brackets that do not close"),
    (
        "100,000 brackets that do not close",
        b"[" * 100_000,
        "nested deeper than 32, or brackets that do not close",
    ),
    (
        "depth 100,000 behind a stray quote",
        b'"a\\\\" ' + nested(100_000),
        "nested deeper than 32, or brackets that do not close",
    ),
    (
        "depth 40 in objects",
        b'{"a":' * 40 + b"1" + b"}" * 40,
        "nested deeper than 32, or brackets that do not close",
    ),
    ("nothing", b"", "empty"),
    ("white space alone", b" \n\t", "empty"),
    ("data after the end", b"{} {}", "data after the end of the value (line 1 column 4)"),
    ("NUL after the end", b"{}\x00", "data after the end of the value (line 1 column 3)"),
    ("single quotes", b"{'a': 1}", "not JSON (line 1 column 2)"),
    ("a comment", b"{} // done", "data after the end of the value (line 1 column 4)"),
    ("a trailing comma", b"[1,]", "not JSON (line 1 column 4)"),
    ("leading zero", b"[01]", "not JSON (line 1 column 3)"),
    ("plus sign", b"[+1]", "not JSON (line 1 column 2)"),
    ("hexadecimal", b"[0x10]", "not JSON (line 1 column 3)"),
    ("digits of another script", "[١]".encode(), "not JSON (line 1 column 2)"),
    ("unknown escape", b'["\\x41"]', "not JSON (line 1 column 3)"),
    ("string that does not close", b'["a', "not JSON (line 1 column 2)"),
]


@pytest.mark.parametrize(
    ("data", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refuses_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ForeignInput) as refusal:
        read_json(data, max_bytes=1_000_000)
    got = str(refusal.value)
    # Where exactly the parser stumbled differs between Python versions; that it is "not JSON" does not.
    assert got.startswith("message: ")
    if reason.startswith("not JSON"):
        assert got.startswith("message: not JSON (line 1 column ")
    else:
        assert got == f"message: {reason}"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (nested(32), None),
        (b'{"' + b"[" * 100 + b'": "' + b"{" * 100 + b'"}', {"[" * 100: "{" * 100}),
        (b'["\\\\", "\\"[[[[", "\\\\\\""]' + b" " * 10, ["\\", '"[[[[', '\\"']),
        (b"[9007199254740991, -9007199254740991, 0]", [MAX_INTEGER, -MAX_INTEGER, 0]),
        (b'["a\\tb\\nc"]', ["a\tb\nc"]),
        (b'["\\ud83d\\ude00", "\xf0\x9f\x98\x80"]', ["😀", "😀"]),
        ('["e\u0301", "é"]'.encode(), ["e\u0301", "é"]),  # nothing is normalised
        (b" \r\n[true, false, null] \r\n", [True, False, None]),
        (b'"bare"', "bare"),
        (b"{}", {}),
    ],
)
def test_takes_what_is_well_formed(data: bytes, value: Any) -> None:
    got = read_json(data, max_bytes=1_000)
    assert value is None or got == value


def test_the_cap_counts_bytes_and_is_inclusive() -> None:
    data = '["ż"]'.encode()
    assert read_json(data, max_bytes=len(data)) == ["ż"]
    with pytest.raises(ForeignInput, match="6 bytes, more than the 5 allowed"):
        read_json(data, max_bytes=len(data) - 1)


def test_many_siblings_are_not_depth() -> None:
    data = b"[" + b",".join([b'{"a": [[1], {"b": "]"}]}'] * 10_000) + b"]"
    assert len(read_json(data, max_bytes=1_000_000)) == 10_000
    with pytest.raises(ForeignInput, match="nested deeper than 3"):
        read_json(data, max_bytes=1_000_000, max_depth=3)


def test_floats_only_where_asked_for_and_only_finite() -> None:
    assert read_json(b"[1.5, 1e3, -0.25]", max_bytes=100, floats=True) == [1.5, 1000.0, -0.25]
    with pytest.raises(ForeignInput, match="a number beyond what a double holds"):
        read_json(b"[1e400]", max_bytes=100, floats=True)
    with pytest.raises(ForeignInput, match="NaN"):
        read_json(b"[NaN]", max_bytes=100, floats=True)


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    to: str
    sequence: int


class Loose(msgspec.Struct, frozen=True):
    to: str


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"to": "a", "sequence": 1, "more": 2}', "note: object contains unknown field `more`"),
        (b'{"to": "a"}', "note: object missing required field `sequence`"),
        (b'{"to": "a", "sequence": "1"}', "note: expected `int`, got `str` - at `$.sequence`"),
        (b'{"to": "a", "sequence": true}', "note: expected `int`, got `bool` - at `$.sequence`"),
        (b"[]", "note: expected `object`, got `array`"),
        (b'{"to": "a", "to": "b", "sequence": 1}', "note: key 'to' stands twice in one object"),
    ],
)
def test_typed_reading_names_the_field(data: bytes, reason: str) -> None:
    with pytest.raises(ForeignInput) as refusal:
        read_as(data, Note, max_bytes=1000, what="note")
    assert str(refusal.value) == reason


def test_a_type_that_would_drop_unknown_fields_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="Loose must forbid unknown fields"):
        read_as(b'{"to": "a"}', Loose, max_bytes=100)


def test_typed_values_come_back_as_they_went() -> None:
    note = Note("south.example", 7)
    assert write_json(note) == b'{"to":"south.example","sequence":7}'
    assert read_as(write_json(note), Note, max_bytes=1000) == note


@pytest.mark.parametrize(
    "text", ["QQ", "QQ=", "QR==", "Q Q==", "QQ==\n", "_-8=", "QQ==QQ==", "ż", "=", "QQ==="]
)
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ForeignInput):
        read_base64(text)


def test_base64_of_a_fixed_length() -> None:
    assert read_base64("QUI=", length=2) == b"AB"
    assert read_base64("") == b""
    with pytest.raises(ForeignInput, match="key: 2 bytes where 32 belong"):
        read_base64("QUI=", length=32, what="key")


plain = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(values, st.booleans())
def test_every_fit_value_is_read_back_whatever_the_spelling(value: Any, escaped: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=escaped).encode(), max_bytes=100_000) == value


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.binary(max_size=40) | st.text('[]{}",:\\u0d8e19.-tn ', max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused_and_never_break_it(data: bytes) -> None:
    """What is read is also what a plain reader sees; nothing but `ForeignInput` comes out otherwise."""
    try:
        value = read_json(data, max_bytes=1000)
    except ForeignInput:
        return
    assert value == json.loads(data)


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xDBFF, 0xDC00, 0xDFFF])
@pytest.mark.parametrize("form", ["\\u%04x", "\\u%04X"])
def test_no_unfit_character_can_be_spelled_as_an_escape(code: int, form: str) -> None:
    for text in (f'["{form % code}"]', f'{{"\\\\{form % code}": 1}}'):
        if chr(code) in "\t\n":
            assert read_json(text.encode(), max_bytes=100)
        else:
            with pytest.raises(ForeignInput, match=r"control character|surrogate"):
                read_json(text.encode(), max_bytes=100)


def test_an_escaped_backslash_before_a_u_is_no_escape() -> None:
    assert read_json(b'["\\\\ud800", "\\\\u0000"]', max_bytes=100) == ["\\ud800", "\\u0000"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("at = " + "1" * 5000, "a number has too many digits"),
        (".".join("a" * 18) + " = 1", "a key of more than 16 parts is too deep"),
        ("x = {" + ".".join("a" * 18) + " = 1}", "a key of more than 16 parts is too deep"),
        ('"a" . ' * 18 + "b = 1", "a key of more than 16 parts is too deep"),
        ("[" + " . ".join("a" * 18) + "]", "a key of more than 16 parts is too deep"),
        ("a = " + "[" * 40 + "]" * 40, "brackets are nested too deep"),
        ("a = " + "{b = " * 40 + "1" + "}" * 40, "brackets are nested too deep"),
        ("a =", "invalid value (at end of document)"),
    ],
)
def test_toml_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(NotToml) as refused:
        read_toml(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            'a = "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19"',
            "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19",
        ),
        ('a = """[[[[\n' + "[" * 50 + '"""', "[[[[\n" + "[" * 50),
        ("a = '''" + "." * 30 + "''' # " + "." * 30, "." * 30),
        ("a = [" + "0.5, " * 40 + "]", [0.5] * 40),
        ('a = "\\"' + "." * 20 + '"', '"' + "." * 20),
    ],
)
def test_what_stands_in_strings_and_lists_of_toml_is_not_depth(text: str, value: Any) -> None:
    assert read_toml(text) == {"a": value}

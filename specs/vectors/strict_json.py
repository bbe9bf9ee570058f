"""JSON that a strict reader takes and refuses (`specs/envelope.md` §8)."""

from base64 import b64encode

TAKES = {
    "depth-32": b"[" * 32 + b"]" * 32,
    "largest-integers": b"[9007199254740991,-9007199254740991]",
    "surrogate-pair": b'["\\ud83d\\ude00"]',
    "brackets-in-strings": b'{"' + b"[" * 40 + b'":"' + b'\\"{' * 40 + b'"}',
    "tab-and-newline-escaped": b'["\\t\\n"]',
    "two-spellings-of-one-letter": '["e\u0301","é"]'.encode(),
}

REFUSES = {
    "repeated-key": (b'{"to":"a","to":"b"}', "stands twice"),
    "repeated-key-escaped": (b'{"to":"a","\\u0074o":"b"}', "stands twice"),
    "nan": (b"[NaN]", "NaN"),
    "infinity": (b"[-Infinity]", "-Infinity"),
    "fraction": (b"[1.0]", "fraction"),
    "exponent": (b"[1e400]", "fraction or exponent"),
    "minus-zero": (b"[-0]", "-0"),
    "beyond-53-bits": (b"[9007199254740992]", "53 bits"),
    "two-to-the-70": (b"[1180591620717411303424]", "53 bits"),
    "high-surrogate-alone": (b'["\\ud800"]', "surrogate"),
    "low-surrogate-alone": (b'["\\udc00"]', "surrogate"),
    "surrogate-in-utf-8": (b'["\xed\xa0\x80"]', "UTF-8"),
    "overlong-utf-8": (b'["\xc0\xaf"]', "UTF-8"),
    "utf-16": ("{}".encode("utf-16"), "UTF-8"),
    "byte-order-mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "nul-escaped": (b'["\\u0000"]', "control"),
    "nul": (b'["\x00"]', "control"),
    "carriage-return": (b'["\\r"]', "control"),
    "delete": (b'["\x7f"]', "control"),
    "c1-control": ('["\x85"]'.encode(), "control"),
    "depth-33": (b"[" * 33 + b"]" * 33, "deep"),
    "empty": (b"", "empty"),
    "data-after-the-end": (b"{} {}", "after the end"),
    "nul-after-the-end": (b"{}\x00", "after the end"),
    "trailing-comma": (b"[1,]", "not JSON"),
    "leading-zero": (b"[01]", "not JSON"),
    "single-quotes": (b"{'a':1}", "not JSON"),
    "open-string": (b'["a', "not JSON"),
}


def vectors() -> dict[str, dict]:
    """Give every vector by its name."""
    made = {
        f"takes-{name}": {"name": name, "data": b64encode(data).decode(), "expect": "taken"}
        for name, data in TAKES.items()
    }
    made |= {
        f"refuses-{name}": {
            "name": name,
            "data": b64encode(data).decode(),
            "expect": {"refused": "read", "words": words},
        }
        for name, (data, words) in REFUSES.items()
    }
    return made

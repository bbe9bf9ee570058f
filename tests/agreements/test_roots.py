import pytest

from agreements.drafts import text
from comity.agreements.loading import parse_agreement
from comity.agreements.roots import with_roots
from comity.errors import BadInput

ROOTS = {"north.example": "ed25519:" + "1" * 64, "south.example": "ed25519:" + "2" * 64}


def roots_of(files):
    return {party: clause.root for party, clause in parse_agreement(files).party_clauses.items()}


def test_roots_are_written_into_every_language_and_nothing_else_changes():
    files = {
        "agreement.en.md": text(),
        "agreement.pl.md": text(language="pl"),
        "README.md": b'[[party]]\nid = "north.example"\n',
    }
    written = with_roots(files, ROOTS)
    assert roots_of(written) == ROOTS
    assert written["README.md"] == files["README.md"]
    for name in ("agreement.en.md", "agreement.pl.md"):
        kept = [line for line in written[name].split(b"\n") if not line.startswith(b"root")]
        assert kept == files[name].split(b"\n")


def test_a_root_that_stands_there_is_replaced_wherever_it_stands():
    files = with_roots({"agreement.en.md": text()}, ROOTS)
    other = {"north.example": "ed25519:" + "3" * 64}
    assert roots_of(with_roots(files, other)) == ROOTS | other
    swapped = text().replace(
        b'id = "north.example"', b'root = "ed25519:' + b"4" * 64 + b'"\nid = "north.example"'
    )
    assert (
        roots_of(with_roots({"agreement.en.md": swapped}, other))["north.example"] == other["north.example"]
    )


def test_windows_line_ends_are_kept():
    files = with_roots({"agreement.en.md": text().replace(b"\n", b"\r\n")}, ROOTS)
    assert roots_of(files) == ROOTS
    assert b"\n" not in files["agreement.en.md"].replace(b"\r\n", b"")


def test_a_party_without_a_clause_is_named():
    with pytest.raises(BadInput, match=r"agreement.en.md: no \[\[party\]\] clause of west.example"):
        with_roots({"agreement.en.md": text()}, {"west.example": "ed25519:" + "1" * 64})

"""Signed statements: named by their payload, signed by whom they name with a key for just that."""

from typing import Any

import pytest

from comity import signing
from comity.clock import Instant
from comity.errors import ForeignInput, VerificationFailed
from comity.federation import statements
from comity.federation.card_book import CardBook
from comity.federation.statements import (
    KINDS,
    MAX_STATEMENT_BYTES,
    ConsentGranted,
    ConsentRefused,
    Manifest,
    Protest,
    Withdrawal,
)
from federation.parties import (
    AT,
    EAST,
    NORTH,
    PARTIES,
    SOUTH,
    Party,
    consent,
    digest,
    known,
    manifest,
    minutes,
)


def keys(party: str, function: str, at: Instant) -> Any:
    return CardBook(known(NORTH, SOUTH, EAST)).keys(party, function, at)


def test_what_was_signed_is_read_back() -> None:
    signed = manifest(NORTH, made_from=("aa" * 32,), retention="P30D")
    read = statements.check(statements.unpack(statements.pack(signed)), Manifest, keys)
    assert (read.by, read.instant, read.made_from, read.retention) == (NORTH, AT, ("aa" * 32,), "P30D")
    assert statements.word_in(signed) == "manifest"


def test_every_kind_has_its_word_and_its_function() -> None:
    consents = {word for word in KINDS if statements.function_for(word) == "consent"}
    assert consents == {word for word in KINDS if word.startswith("consent")} - {"consent-request"}
    assert {statements.function_for(word) for word in ("manifest", "hop", "withdrawal", "protest")} == {
        "disclosure"
    }
    assert all(statements.word_of(kind) == word for word, kind in KINDS.items())


def test_a_key_signs_only_what_its_card_says() -> None:
    clerk = Party(NORTH, 1, functions=("disclosure",))
    book = CardBook([clerk.card])
    withdrawal = Withdrawal(by=NORTH, at=minutes(1), item="ab" * 32)
    assert statements.check(clerk.sign(withdrawal), Withdrawal, book.keys) == withdrawal
    with pytest.raises(
        VerificationFailed, match=r"no key of north\.example with the function `consent` is known"
    ):
        statements.check(consent(NORTH, "ab" * 32), ConsentGranted, book.keys)


@pytest.mark.parametrize(
    ("at", "reason"), [("2026-02-28T09:00:00Z", "no key of"), ("2027-03-02T09:00:00Z", "no key of")]
)
def test_a_statement_outside_the_days_of_its_key_is_not_believed(at: str, reason: str) -> None:
    signed = PARTIES[NORTH].sign(Withdrawal(by=NORTH, at=at, item="ab" * 32))
    with pytest.raises(VerificationFailed, match=reason):
        statements.check(signed, Withdrawal, keys)


def test_one_party_cannot_speak_for_another() -> None:
    signed = PARTIES[SOUTH].sign(Withdrawal(by=NORTH, at=minutes(1), item="ab" * 32))
    with pytest.raises(VerificationFailed):
        statements.check(signed, Withdrawal, keys)


def test_a_statement_does_not_pass_for_another_kind() -> None:
    signed = PARTIES[NORTH].sign(ConsentRefused(by=NORTH, at=minutes(1), holder=SOUTH, request="ab" * 32))
    with pytest.raises(ForeignInput, match="`consent-refusal` where `consent` was expected"):
        statements.check(signed, ConsentGranted, keys)
    relabelled = signing.Signed(
        statements.make(Withdrawal(by=NORTH, at=minutes(1), item=""), PARTIES[NORTH].key).payload_type,
        signed.payload,
        signed.signatures,
    )
    with pytest.raises((ForeignInput, VerificationFailed)):
        statements.check(relabelled, Withdrawal, keys)


def payload(body: bytes, word: str = "withdrawal") -> signing.Signed:
    return signing.sign(f"application/vnd.comity.{word}.v1+json", body, PARTIES[NORTH].key)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"by": "north.example"}',
        b'{"by":"north.example","at":"2026-03-01T09:00:00Z","item":"x","more":1}',
        b'{"by":"north.example","by":"south.example","at":"2026-03-01T09:00:00Z","item":"x"}',
        b'{"by":"north.example","at":"yesterday","item":"x"}',
        b'{"by":"north.example","at":"2026-03-01T09:00:00","item":"x"}',
        b'{"by":"north.example","at":"2026-03-01T09:00:00Z","item":NaN}',
        b'{"by":"north.example","at":"2026-03-01T09:00:00Z","item":"' + b"x" * MAX_STATEMENT_BYTES + b'"}',
        b'{"by":"north.example","at":"2026-03-01T09:00:00Z","item":"\\ud800"}',
    ],
)
def test_what_is_not_well_formed_is_refused_before_any_signature_counts(body: bytes) -> None:
    with pytest.raises(ForeignInput):
        statements.check(payload(body), Withdrawal, keys)


@pytest.mark.parametrize(
    "payload_type",
    [
        "application/vnd.comity.gossip.v1+json",
        "application/vnd.comity.withdrawal.v2+json",
        "application/vnd.comity.withdrawal.v1+xml",
        "text/application/vnd.comity.withdrawal.v1+json",
        "",
    ],
)
def test_an_unknown_kind_of_statement_is_refused(payload_type: str) -> None:
    signed = signing.Signed(payload_type, b"{}", ())
    with pytest.raises(ForeignInput, match="unknown kind of statement"):
        statements.word_in(signed)


def test_a_statement_is_named_by_what_it_says_and_not_by_who_signed_once_more() -> None:
    said = Protest(by=EAST, at=minutes(1), item="aa" * 32, message="bb" * 32, sender=SOUTH, grounds=("x",))
    one, other = PARTIES[EAST].sign(said), PARTIES[SOUTH].sign(said)
    assert digest(one) == digest(other)


def test_a_letter_holds_no_statement_beyond_the_cap() -> None:
    with pytest.raises(ForeignInput):
        statements.unpack("{" + " " * (2 * MAX_STATEMENT_BYTES) + "}")

"""Kinds of entry in plain words, in every language; found by those words as by their names."""

import pytest

from comity.languages import TAGS, speaking
from comity.languages.journal_words import KINDS, entry_in_words, kinds_like


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "en"])
def test_every_kind_has_words_of_its_own_in_every_language(tag: str) -> None:
    english = {kind: entry_in_words(kind) for kind in KINDS}
    with speaking(tag):
        said = {kind: entry_in_words(kind) for kind in KINDS}
    assert not {kind for kind in KINDS if said[kind] == english[kind]}
    assert len(set(said.values())) == len(KINDS)


@pytest.mark.parametrize(
    ("tag", "kind", "words"),
    [
        ("en", "received-disclosure", "received: item"),
        ("cs", "consent-refusal", "souhlas odepřen"),
        ("pl", "sent-register-check", "wysłano: pytanie do rejestru"),
        ("ru", "legal-hold", "взято на юридическое удержание"),
        ("ko", "waiting-texts", "글을 기다림: 협정문"),
        ("hu", "quarantined-act", "félretéve: aláírt cselekmény"),
        ("pl", "no-such-kind", "no-such-kind"),
    ],
)
def test_a_kind_in_words(tag: str, kind: str, words: str) -> None:
    with speaking(tag):
        assert entry_in_words(kind) == words


@pytest.mark.parametrize(
    ("tag", "words", "found"),
    [
        ("en", "consent refused", ("consent-refusal",)),
        ("en", "Consent-REFUSAL", ("consent-refusal",)),
        ("cs", "souhlas", ("consent", "consent-refusal", "consent-revocation", "consent-confirmation")),
        ("cs", "consent-refusal", ("consent-refusal",)),
        ("en", "nothing is called so", ()),
        ("en", " ", ()),
    ],
)
def test_kinds_are_found_by_their_words_and_by_their_names(
    tag: str, words: str, found: tuple[str, ...]
) -> None:
    with speaking(tag):
        assert kinds_like(words) == found

"""Equal texts: every difference named with both lines."""

import pytest

from agreements.drafts import text
from comity.agreements.loading import parse_agreement

LANGUAGES = '[languages]\nauthentic = ["en", "pl"]\n'
MORE = (
    LANGUAGES
    + '[[exchange]]\nid = "reports"\ncategory = "incident.reports"\npurposes = ["a", "b"]\n[third_party]'
)


def differences(*changes: tuple[str, str]) -> list[str]:
    english = text(more=MORE)
    polish = text(more=MORE, language="pl").decode()
    for old, new in changes:
        assert old in polish
        polish = polish.replace(old, new)
    agreement = parse_agreement({"agreement.en.md": english, "agreement.pl.md": polish.encode()})
    return list(agreement.differences)


def test_equal_texts_have_no_difference_and_notes_may_differ():
    assert differences() == []
    assert differences(("[third_party]", '[third_party]\nnote = "uwaga"')) == []
    assert differences(("## Article 2 — Matter", "## Artykuł II — Treść")) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ('["a", "b"]', '["a"]'),
            "agreement.en.md:32 and agreement.pl.md:32: exchange `reports`.purposes is [a, b] here and [a] there",
        ),
        (('id = "reports"\n', ""), "exchange `reports` has no counterpart in agreement.pl.md"),
        (
            ("[third_party]", "[third_party]\nmembers_exempt = false"),
            "members_exempt is true here and false there",
        ),
        (
            ("[third_party]", '[third_party]\nx_shelf = "3"'),
            "third_party.x_shelf is absent here and `3` there",
        ),
        (
            ('category = "incident.reports"', 'category = "incident.reports"\nparagraph = "2"'),
            "stands under art. 2 here",
        ),
        (
            ("signed = 2026-03-01", "signed = 2026-03-02"),
            "term.signed is `2026-03-01` here and `2026-03-02` there",
        ),
    ],
)
def test_a_difference_is_named_with_both_lines(change, said):
    found = differences(change)
    assert any(said in line for line in found), found
    assert all("agreement.pl.md" in line for line in found)


def test_closing_parts_are_paired_by_their_order():
    english = text(more=MORE).replace(b"## Article 3 \xe2\x80\x94 Term", b"## Closing part")
    polish = text(more=MORE, language="pl").replace(
        b"## Article 3 \xe2\x80\x94 Term", "## Postanowienia końcowe".encode()
    )
    agreement = parse_agreement({"agreement.en.md": english, "agreement.pl.md": polish})
    assert agreement.differences == ()
    assert str(agreement.clauses[-1].ref) == "north-south-2026 art. Closing part"


def test_the_decisive_text_gives_the_words_that_are_cited():
    more = MORE.replace('["en", "pl"]', '["en", "pl"]\ndecisive = "pl"')
    polish = text(more=more, language="pl").replace(b"## Article 2 ", "## Artykuł II ".encode())
    agreement = parse_agreement({"agreement.en.md": text(more=more), "agreement.pl.md": polish})
    assert (agreement.decisive, agreement.differences) == ("pl", ())
    assert str(agreement.clauses[3].ref) == "north-south-2026 art. II"

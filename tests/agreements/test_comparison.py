"""Two versions in legal words."""

from agreements.drafts import draft
from comity.agreements.comparison import compare, in_words, summary
from comity.agreements.durations import Duration

BEFORE = """
[[exchange]]
category = "incident.reports"
purposes = ["incident-response"]
[[exchange]]
category = "incident.indicators"
[[exchange]]
category = "incident.summaries"
[third_party]
"""
TERM = 'signed = 2026-03-01\nnotice = "P6M"'


def changes(after: str, term: str = TERM):
    return compare(draft(TERM, BEFORE), draft(term, after))


def test_a_text_does_not_differ_from_itself():
    assert changes(BEFORE) == ()
    assert summary(changes(BEFORE)) == "no difference"


def test_notice_and_categories_are_said_as_lawyers_do():
    after = '[[exchange]]\ncategory = "incident.reports"\npurposes = ["incident-response"]\n[third_party]'
    found = changes(after, 'signed = 2026-03-01\nnotice = "P3M"')
    assert summary(found) == "notice: six months → three months; 2 categories gone"
    gone = [change for change in found if change.kind == "gone"]
    assert [(change.said, str(change.before), change.after) for change in gone] == [
        ("exchange `incident.indicators`: gone", "north-south-2026 art. 2", None),
        ("exchange `incident.summaries`: gone", "north-south-2026 art. 2", None),
    ]


def test_values_lists_flags_and_new_clauses():
    after = BEFORE.replace('["incident-response"]', '["incident-response", "defence"]')
    after = after.replace("[third_party]", "[third_party]\nmembers_exempt = false\n[necessity]")
    assert [change.said for change in changes(after)] == [
        "exchange `incident.reports`: purposes: incident-response → incident-response, defence",
        "third_party: members_exempt: yes → no",
        "necessity: new",
    ]


def test_a_clause_under_another_paragraph_has_moved():
    after = BEFORE.replace("[third_party]", '[third_party]\nparagraph = "2"')
    assert [(change.kind, change.said) for change in changes(after)] == [
        ("moved", "third_party: art. 2 → art. 2(2)")
    ]


def test_durations_in_words():
    table = {
        "P6M": "six months",
        "P1Y": "one year",
        "P2Y30D": "two years and 30 days",
        "PT48H": "48 hours",
        "P0D": "no time",
    }
    assert {length: in_words(Duration.parse(length)) for length in table} == table

"""Lint: each rule fires where it should, and not where it should not."""

from pathlib import Path

import pytest

from agreements.drafts import draft, notice, protocol, text
from comity.agreements.coherence import RULES, lint
from comity.agreements.folder import read_folder
from comity.agreements.loading import parse_agreement

EXAMPLES = Path(__file__).parents[2] / "examples"

SOUND = """
[[exchange]]
category = "incident.reports"
purposes = ["incident-response"]
[third_party]
[[handling]]
max_marking = "TLP:AMBER"
retention = "P3Y"
[protection]
redress = "any-party"
on_exit = "return"
[[oversight]]
body = "inspectorate.north.example"
[[notification]]
to = "authority.north.example"
[[legal_basis]]
name = "Act"
"""
TERM = 'signed = 2026-03-01\nnotice = "P6M"'

#: rule -> what is added to or replaced in a sound text, so that it fires
CASES = [
    (
        "party-unknown",
        [("", '[[office]]\nid = "o"\nparty = "nrth.example"')],
        "did you mean `north.example`?",
    ),
    ("office-unknown", [("", '[transport]\nvia = ["desk"]')], "`desk`, which is no office"),
    ("expense-unknown", [("", '[[meeting]]\nkind = "visit"\nexpense = "visits"')], "`visits`"),
    (
        "category-undefined",
        [("[[handling]]", '[[handling]]\ncategories = ["fin-intel"]')],
        "refers to category `fin-intel`",
    ),
    ("kind-unknown", [("", '[protocols]\nmay_change = ["exchanges"]')], "did you mean `exchange`?"),
    ("paragraph-absent", [("[third_party]", '[third_party]\nparagraph = "7"')], "no paragraph 7"),
    (
        "text-named-missing",
        [("[third_party]", '[third_party]\nunder = ["other-2020 art. 1"]')],
        "not at hand",
    ),
    ("no-onward-rule", [("[third_party]", "")], "no third_party clause"),
    (
        "nothing-passes",
        [('[[exchange]]\ncategory = "incident.reports"\npurposes = ["incident-response"]', "")],
        "nothing passes",
    ),
    ("no-redress", [('redress = "any-party"', "")], "no redress"),
    ("no-exit-duties", [('on_exit = "return"', "")], "on_exit"),
    ("retained-without-ground", [('on_exit = "return"', 'on_exit = "retain"')], "on_exit_ground"),
    ("no-retention", [('retention = "P3Y"', "")], "no retention"),
    ("no-oversight", [('[[oversight]]\nbody = "inspectorate.north.example"', "")], "no oversight"),
    ("no-purposes", [('purposes = ["incident-response"]', "")], "any purpose"),
    ("no-marking-limit", [('max_marking = "TLP:AMBER"', "")], "max_marking"),
    ("no-legal-basis", [('[[legal_basis]]\nname = "Act"', "")], "legal_basis"),
    ("nobody-notified", [('[[notification]]\nto = "authority.north.example"', "")], "notification"),
    (
        "purpose-both-ways",
        [("[protection]", '[protection]\npurposes_excluded = ["incident-response"]')],
        "excluded",
    ),
    ("persons-unprotected", [("", '[register]\nid = "joint"\nschemas = ["Person"]')], "subject_roles"),
    ("unsealed", [("", "[transport]\nsealed = false")], "sealed"),
    ("relay-unnamed", [("", '[transport]\ncarriers = ["https"]\nrelays = ["relay.third.example"]')], "relay"),
    ("necessity-empty", [("", "[necessity]")], "empty"),
    ("newcomers-see-all", [("", '[accession]\nopen_to = ["*"]\nsees_earlier = true')], "without a word"),
    (
        "never-stands",
        [("[third_party]", "[third_party]\nfrom = 2027-01-01\nuntil = 2026-01-01")],
        "begins on 2027",
    ),
    (
        "revived-too-early",
        [('name = "Act"', 'name = "Act"\nuntil = 2026-01-02\nrevived = 2026-01-02')],
        "revived",
    ),
    (
        "time-without-duty",
        [('category = "incident.reports"', 'category = "incident.reports"\nwithin = "P3D"')],
        "duty = may",
    ),
]
TERM_CASES = [
    ("no-date", 'enters_into_force = "date"', "without `date`"),
    ("no-way-to-end", 'signed = 2026-03-01\nnotice = "P6M"\nnotice_runs = "before-expiry"', "no duration"),
    ("no-way-to-end", 'signed = 2026-03-01\nnotice = "P6M"\nextension = "P1Y"', "extends nothing"),
    ("no-notice", "signed = 2026-03-01", "P12M"),
    (
        "day-does-not-exist",
        'signed = 1989-08-30\nduration = "P15Y"\nnotice = "P6M"\nnotice_runs = "before-expiry"\nextension = "P5Y"',
        "P6M before 2004-08-30 is no day of the calendar; 2004-02-29 is the last day in time",
    ),
    (
        "notice-never-in-time",
        'signed = 2026-03-01\nduration = "P2Y"\nnotice = "P2Y"\nnotice_runs = "before-expiry"\nextension = "P1Y"',
        "longer than an extension",
    ),
    (
        "order-of-dates",
        'signed = 2026-03-01\nenters_into_force = "date"\ndate = 2026-02-01\nnotice = "P6M"',
        "before it is",
    ),
]


def found(agreement, name, others=()):
    return [finding for finding in lint(agreement, others) if finding.id == name]


def test_of_a_sound_text_there_is_nothing_to_say():
    assert lint(draft(TERM, SOUND)) == ()


def test_a_text_with_some_roots_lacks_the_others():
    some = draft(TERM, SOUND, party_more={"north.example": f'root = "ed25519:{"1" * 64}"'})
    assert [finding.message for finding in found(some, "root-absent")] == [
        "south.example has no root key yet"
    ]


@pytest.mark.parametrize(("name", "changes", "said"), CASES, ids=[case[0] for case in CASES])
def test_each_rule_fires_and_says_where(name, changes, said):
    more = SOUND
    for old, new in changes:
        assert old in more
        more = more.replace(old, new, 1) if old else more + new
    findings = found(draft(TERM, more), name)
    assert findings, name
    assert said in findings[0].message
    assert findings[0].reason
    assert findings[0].source
    assert not found(draft(TERM, SOUND), name)


@pytest.mark.parametrize(
    ("name", "term", "said"), TERM_CASES, ids=[f"{case[0]}-{i}" for i, case in enumerate(TERM_CASES)]
)
def test_each_rule_of_dates_fires(name, term, said):
    assert said in found(draft(term, SOUND), name)[0].message


def test_rules_that_need_more_than_one_text():
    other = draft(TERM, SOUND, name="older-2020")
    overlap = found(draft(TERM, SOUND), "overlap", [other])
    assert "older-2020 art. 2" in overlap[0].message
    assert not found(draft(TERM, SOUND + '[[supersedes]]\nagreement = "older-2020"'), "overlap", [other])
    texts = {"agreement.en.md": text(TERM, SOUND), "agreement.pl.md": text(TERM, SOUND, language="pl")}
    assert found(parse_agreement(texts), "languages-unsaid")
    texts["agreement.pl.md"] = texts["agreement.pl.md"].replace(b"P6M", b"P9M")
    assert "P9M" in found(parse_agreement(texts), "texts-differ")[0].message
    missing = draft(TERM, SOUND + '[languages]\nauthentic = ["en", "ko"]')
    assert "agreement.ko.md" in found(missing, "authentic-text-missing")[0].message
    beyond = draft(
        TERM, SOUND, files={"protocols/0001-x.en.md": protocol(1, '[[oversight]]\nbody = "x.example"')}
    )
    assert found(beyond, "beyond-powers")[0].file == "protocols/0001-x.en.md"


def test_rules_about_parties_and_acts():
    alone = draft(TERM, SOUND, parties=("north.example",))
    assert found(alone, "too-few-parties")
    silent = parse_agreement({"agreement.en.md": text(TERM, SOUND).replace(b'signs = ["director"]', b"")})
    assert len(found(silent, "nobody-signs")) == 2
    late = notice("denunciation", "north.example", "2026-06-01", "2026-08-01")
    assert found(draft(TERM, SOUND, files={"notices/0001-d.toml": late}), "notice-dated-long-before")
    stranger = notice("denunciation", "west.example", "2026-06-01")
    assert (
        "not a Party"
        in found(draft(TERM, SOUND, files={"notices/0001-d.toml": stranger}), "without-effect")[0].message
    )
    no_term = parse_agreement({"agreement.en.md": text(TERM, SOUND).replace(b"[term]", b"[x_term]")})
    assert found(no_term, "no-term")


def test_every_rule_is_exercised_here_and_explains_itself():
    named = {case[0] for case in CASES} | {case[0] for case in TERM_CASES}
    source = Path(__file__).read_text()
    assert len({each.id for each in RULES}) == len(RULES)
    for each in RULES:
        assert each.id in named or f'"{each.id}"' in source, each.id
        assert each.reason
        assert each.source


@pytest.mark.parametrize(
    "folder", sorted(EXAMPLES.glob("*/agreement.*.md")), ids=lambda path: path.parent.name
)
def test_examples_have_no_error(folder):
    others = [read_folder(each.parent) for each in EXAMPLES.glob("*/agreement.en.md")]
    findings = lint(read_folder(folder.parent), others)
    assert [str(finding) for finding in findings if finding.severity == "error"] == []

"""`comity agreement`: proposed and signed between two homes, tried on the past, copied, shown, exported."""

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from icalendar import Calendar

EXAMPLES = Path(__file__).parents[2] / "examples"
NORTH_SOUTH = EXAMPLES / "north-south-2026"


def draft_of(land, name: str = "next-2027") -> Path:
    """Write a draft between the two Parties, with their roots, beside what they have signed."""
    folder = land.folder / name
    folder.mkdir()
    for file in NORTH_SOUTH.glob("agreement.*.md"):
        text = file.read_text().replace('id = "north-south-2026"', f'id = "{name}"')
        (folder / file.name).write_text(text)
    return folder


def carry(comity, land, giver: Path, taker: Path) -> None:
    pouch = land.folder / f"{giver.name}-{taker.name}.pouch"
    assert comity("pouch", "pack", f"{taker.name}.example", pouch, "--home", giver).code == 0
    assert comity("pouch", "open", pouch, "--home", taker).code == 0


def test_a_text_is_proposed_read_and_signed_by_pouch(comity, land):
    draft = draft_of(land)
    comity("agreement", "roots", draft, land.north_card, land.south_card)
    proposed = comity("agreement", "propose", draft, "--home", land.north)
    assert (proposed.code, proposed.out) == (
        5,
        "proposed to south.example\n",
    )  # its node is not up: it stays owed
    carry(comity, land, land.north, land.south)

    told = comity("agreement", "proposals", "--home", land.south, "--json")
    (row,) = [json.loads(line) for line in told.out.splitlines()]
    assert (row["agreement"], row["by"], row["state"], row["signed_by"]) == (
        "next-2027",
        "north.example",
        "open",
        [],
    )
    assert not [each for each in row["findings"] if each["severity"] == "error"]
    read = comity(
        "agreement", "proposals", "next-2027", "--out", land.folder / "to-read", "--home", land.south
    )
    assert read.code == 0
    assert (land.folder / "to-read" / "agreement.pl.md").read_bytes() == (
        draft / "agreement.pl.md"
    ).read_bytes()

    for one, other in ((land.south, land.north), (land.north, land.south)):
        assert comity("agreement", "sign", row["digest"][:10], "--home", one).code == 0
        again = comity("agreement", "sign", row["digest"][:10], "--home", one)
        assert again.code == 0 and re.match(r"signed already on 20..-..-..; nothing was sent\n$", again.out)
        carry(comity, land, one, other)
    for home in (land.north, land.south):
        rows = [
            json.loads(line)
            for line in comity("agreement", "list", "--home", home, "--json").out.splitlines()
        ]
        states = {each["id"]: each["status"]["state"] for each in rows}
        assert states["next-2027"] == "in-force"
    told = "this is what the folder holds; a node may hold more signatures\n  next: comity agreement list, "
    status = comity("agreement", "status", draft)
    assert "next-2027: draft" in status.out and told in status.err
    assert comity("agreement", "copy", "next-2027", land.folder / "copy", "--home", land.north).code == 0
    whole = comity("agreement", "status", land.folder / "copy")
    assert "next-2027: in force" in whole.out and whole.err == ""


def test_a_proposal_is_declined_and_its_proposer_reads_why(comity, land):
    draft = draft_of(land, "other-2027")
    comity("agreement", "roots", draft, land.north_card, land.south_card)
    comity("agreement", "propose", draft, "--home", land.north)
    carry(comity, land, land.north, land.south)
    told = comity("agreement", "decline", "other-2027", "--because", "not this year", "--home", land.south)
    assert (told.code, told.out) == (5, "declined; north.example is told\n")
    carry(comity, land, land.south, land.north)
    shown = comity("agreement", "proposals", "--home", land.north)
    assert "  declined by south.example: not this year\n" in shown.out
    (row,) = map(
        json.loads, comity("agreement", "proposals", "--home", land.south, "--json").out.splitlines()
    )
    assert (row["agreement"], row["state"]) == ("other-2027", "declined")


def test_a_certified_copy_is_checked_offline_and_shows_what_was_changed(comity, land):
    copy = land.folder / "copy"
    assert comity("agreement", "copy", "north-south-2026", copy, "--home", land.north).code == 0
    told = json.loads(comity("agreement", "verify", copy, "--json").out)
    assert (told["certified_by"], len(told["signed_by"])) == ("north.example", 2)
    assert comity("agreement", "copy", "north-south-2026", copy, "--home", land.north).code == 1
    (copy / "agreement.en.md").write_bytes((copy / "agreement.en.md").read_bytes() + b" ")
    changed = comity("agreement", "verify", copy)
    assert (changed.code, changed.out) == (6, "")
    assert "agreement.en.md is" in changed.err
    (copy / "certificate.dsse").unlink()
    assert comity("agreement", "verify", copy).code == 3


def test_a_draft_tried_on_the_past_names_what_it_would_have_refused(comity, land):
    draft = draft_of(land, "narrow-2027")
    for file in draft.iterdir():
        file.write_text(
            file.read_text().replace('category = "incident.indicators"', 'category = "incident.other"')
        )
    told = comity("agreement", "simulate", draft, "--home", land.north)
    assert told.code == 1
    assert told.out.splitlines()[:2] == [
        "narrow-2027 instead of north-south-2026: 1 decision decided again",
        "this 1 disclosure would be refused",
    ]
    assert "permitted → refused" in told.out
    shown = json.loads(comity("agreement", "simulate", draft, "--home", land.north, "--json").out)
    assert [(each["before"], each["after"]) for each in shown["changes"]] == [("permitted", "refused")]
    same = comity("agreement", "simulate", land.agreement, "--home", land.north)
    assert (same.code, same.out.splitlines()[-1]) == (0, "nothing would have come out otherwise")


def test_the_life_of_an_agreement_is_told_stretch_by_stretch(comity):
    told = comity(
        "agreement", "timeline", EXAMPLES / "cs-su-1989", "--unsigned", "--until", "2012-01-01", "--json"
    )
    rows = [json.loads(line) for line in told.out.splitlines()]
    assert [(row["state"], (row["since"] or "")[:10]) for row in rows] == [
        ("draft", ""),
        ("in-force", "1989-08-30"),
        ("extended", "2004-08-30"),
        ("extended", "2009-08-30"),
    ]
    assert all(row["grounds"] for row in rows)
    assert [row["until"] for row in rows[:-1]] == [row["since"] for row in rows[1:]]


@pytest.mark.parametrize("form", ["odrl", "iep", "labels", "akn", "ics", "notice", "pdf"])
def test_each_form_can_be_read_back_by_a_program_of_its_kind(comity, form, tmp_path):
    out = tmp_path / f"agreement.{form}"
    made = comity(
        "agreement", "export", NORTH_SOUTH, "--form", form, "--party", "north.example", "--out", out
    )
    assert (made.code, made.out) == (0, "")
    data = out.read_bytes()
    if form in ("odrl", "iep"):
        assert json.loads(data)
    elif form == "labels":
        assert data == b"tlp:amber\n"
    elif form == "akn":
        assert ET.fromstring(data).tag.endswith("akomaNtoso")
    elif form == "ics":
        assert Calendar.from_ical(data).walk("VEVENT")
    elif form == "notice":
        assert data.startswith(b"# Notice of joining")
    else:
        assert data.startswith(b"%PDF-")


def test_a_notice_becomes_a_pdf_where_the_file_says_so(comity, tmp_path):
    out = tmp_path / "notice.pdf"
    words = (
        "agreement",
        "export",
        NORTH_SOUTH,
        "--form",
        "notice",
        "--on",
        "leaving",
        "--effective",
        "2031-01-01",
    )
    assert comity(*words, "--party", "south.example", "--out", out).code == 0
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--form", "pdf"), 2),
        (("--form", "notice"), 2),
        (("--form", "notice", "--party", "east.example"), 3),
        (("--form", "akn", "--text", "fr"), 3),
        (("--form", "docx"), 2),
    ],
)
def test_what_cannot_be_exported_says_why(comity, words, code):
    told = comity("agreement", "export", NORTH_SOUTH, *words)
    assert (told.code, told.out) == (code, "")
    assert told.err


def test_a_changed_text_under_a_signed_id_is_refused_with_both_digests(comity, land):
    other = land.folder / "other"
    shutil.copytree(land.agreement, other)
    shutil.rmtree(other / "signatures")
    file = other / "agreement.en.md"
    file.write_text(file.read_text().replace("warn each other early", "warn each other at once"))
    told = comity("agreement", "propose", other, "--home", land.north)
    assert told.code == 1
    held = json.loads(comity("agreement", "list", "--home", land.north, "--json").out.splitlines()[0])[
        "digest"
    ]
    assert held in told.err
    assert len([word for word in told.err.replace(",", " ").split() if len(word) == 64]) == 2

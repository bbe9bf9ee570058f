"""A summary as a document: every figure is in it, and nothing in it is taken for markup."""

import icalendar

from comity.interop.due_calendar import as_calendar
from comity.interop.summary_document import as_markdown, as_pdf
from comity.interop.summary_plots import plots_of

ROWS = [
    {"what": "cost", "by": "north.example", "under": "EUR stay", "month": "2031-03", "figure": "95.25"},
    {
        "what": "disclosed",
        "by": "south.example",
        "under": 'odd "|" #heading(level: 1)',
        "month": "2031-04",
        "figure": "12",
    },
]
SHOWN = {
    "id": "0" * 64,
    "opener": "north.example",
    "other": "south.example",
    "articles": ["north-south-2030 art. 4"],
    "state": "countersigned",
    "since": "2032-01-10T09:00:00Z",
    "remarks": [],
    "facts": {
        "provisional": False,
        "drawn": {"begins": "2031-01-01", "ends": "2031-12-31", "figures": ROWS, "words": "a full year"},
    },
}


def test_markdown_holds_every_row_once() -> None:
    text = as_markdown(SHOWN)
    assert "| north.example | EUR stay | 2031-03 | 95.25 |" in text
    assert 'odd "\\|" #heading' in text
    assert text.count("| 12 |") == 1 and "a full year" in text


ANSWERED = [
    {"what": what, "by": "south.example", "under": "request", "month": "2031-02", "figure": figure}
    for what, figure in (("answered", "4"), ("answered-hours", "50"))
]
REFUSED = {
    "what": "refused",
    "by": "north.example",
    "under": "request own-law",
    "month": "2031-02",
    "figure": "1",
}


def test_every_plot_stands_beside_the_table_of_its_figures() -> None:
    figures = [*ROWS, *ANSWERED, REFUSED]
    shown = {**SHOWN, "facts": {**SHOWN["facts"], "drawn": {**SHOWN["facts"]["drawn"], "figures": figures}}}
    plots = plots_of(shown)
    assert [chart.name for charts in plots.values() for chart in charts] == [
        *("given-by-south.example", "answer-times", "refusals-by-ground"),
    ]
    text = as_markdown(shown)
    assert "| south.example | request | 2031-02 | 4 | 12.5 |" in text and "## Refusals, by ground" in text
    assert "12.5" not in plots["disclosed"][0].svg and "request own-law: 1" in plots["refused"][0].svg
    assert "#heading" not in plots["disclosed"][0].svg.replace("odd &quot;|&quot; #heading", "")
    assert as_pdf(shown) == as_pdf(shown)


def test_what_is_provisional_says_so_on_the_page() -> None:
    remark = "provisional: the period ends on 2031-12-31, it is countersigned from 2032-01-01 on"
    early = {
        **SHOWN,
        "state": "drawn",
        "remarks": [{"ref": "north-south-2030 art. 4", "text": remark}],
    }
    assert f"\n{remark}  \n" in as_markdown(early) and "provisional" not in as_markdown(SHOWN)
    assert as_pdf(early) != as_pdf({**early, "remarks": []})


def test_the_pdf_is_the_same_bytes_twice_and_runs_nothing_of_the_text() -> None:
    made = as_pdf({**SHOWN, "since": "2032-01-10T09:00:00.688648Z"})
    assert made.startswith(b"%PDF-") and made == as_pdf(SHOWN)


def test_a_summary_of_nothing_is_a_document_too() -> None:
    empty = {**SHOWN, "facts": {**SHOWN["facts"], "drawn": {**SHOWN["facts"]["drawn"], "figures": []}}}
    assert as_pdf(empty).startswith(b"%PDF-") and "Summary of" in as_markdown(empty)


def test_each_line_that_is_due_is_a_to_do_under_a_name_that_stays() -> None:
    row = {
        "at": "2031-03-14T09:00:00Z",
        "side": "ours",
        "what": "answer (request: who, what; and more)",
        "party": "south.example",
        "ref": "north-south-2030 art. 2",
        "see": "comity request show 0123456789ab",
        "late": False,
    }
    one, again = (
        as_calendar("north.example", [row, {**row, "side": "own", "party": None}]) for _ in range(2)
    )
    assert one == again
    todos = icalendar.Calendar.from_ical(one).walk("VTODO")
    assert len({str(each["uid"]) for each in todos}) == 2
    assert str(todos[0]["summary"]) == "answer (request: who, what; and more) (south.example)"


def test_days_of_joint_work_are_events_under_a_name_that_stays_and_stay_when_called_off() -> None:
    row = {
        "begins": "2031-03-10",
        "ends": "2031-03-11",
        "what": "staff: formats",
        "name": "",
        "status": "confirmed",
        "with": "south.example",
        "matter": "a" * 64,
        "kind": "meeting",
        "changed_at": "2031-01-14T09:00:00Z",
    }
    moved = {**row, "begins": "2031-04-10", "ends": "2031-04-10", "status": "cancelled"}
    one, other = (
        icalendar.Calendar.from_ical(as_calendar("north.example", [], [each])).walk("VEVENT")[0]
        for each in (row, moved)
    )
    assert one["uid"] == other["uid"] and other["status"] == "CANCELLED"
    assert (one["dtstart"].dt.isoformat(), one["dtend"].dt.isoformat()) == ("2031-03-10", "2031-03-12")


def test_in_what_words_a_line_is_said_changes_nothing_of_its_name() -> None:
    row = {
        "at": "2031-03-14T09:00:00Z", "side": "ours", "what": "answer about 0123456789ab", "party": None,
        "ref": "art. 2", "see": "comity consent list", "late": False,
    }  # fmt: skip
    plain, said = (
        icalendar.Calendar.from_ical(made).walk("VTODO")[0]
        for made in (as_calendar("north.example", [row]), as_calendar("north.example", [row], say=str.upper))
    )
    assert plain["uid"] == said["uid"]
    assert (str(plain["summary"]), str(said["summary"])) == (
        "answer about 0123456789ab",
        "ANSWER ABOUT 0123456789AB",
    )

"""The pages on working together are true: two offices play them from the first request to the countersigned summary."""

from pathlib import Path

from docs.test_tutorial import play
from docs.walkthrough import PROJECT, Line, Walkthrough, read_page

PAGES = ("work-together", "settle-costs-and-sum-up")
PEOPLE = {"north": 8201, "south": 8202}
_INIT = "comity init home --party {party} --name {name} --function director --port {port} --card {name}.card"
#: What the page asks of whoever tries it: chapters 1 to 3 of the tutorial, with the text that provides for all.
CONCLUDED = (
    ("north", _INIT.format(party="north.example", name="north", port=8201)),
    ("south", _INIT.format(party="south.example", name="south", port=8202)),
    ("north", "cp north.card ../south/; cp ../south/south.card ."),
    ("north", "comity card accept south.card"),
    ("south", "comity card accept north.card"),
    ("north", "comity serve &"),
    ("south", "comity serve &"),
    ("north", "cp -r $COMITY/examples/working-together folder; chmod -R u+w folder"),
    ("north", "comity agreement roots folder north.card south.card"),
    ("north", "comity agreement propose folder"),
    ("south", "comity agreement sign working-together"),
    ("north", "comity agreement sign working-together"),
    ("south", "echo '203.0.113.7 was seen' > sighting.txt; echo 'what was said' > minutes.txt"),
)


def test_the_pages_on_working_together_print_what_they_say(tmp_path: Path) -> None:
    walk = Walkthrough(tmp_path, PEOPLE)
    try:
        for who, command in CONCLUDED:
            code, printed = walk.run(Line(0, who, command, (), 0))
            assert code == 0, f"{command}\n{printed}"
        for name in PAGES:
            page = PROJECT / f"docs/how-to/{name}.md"
            lines = read_page(page)
            assert {line.who for line in lines} == set(PEOPLE)
            play(walk, page, lines)
    finally:
        walk.close()

"""What an officer reads about records: names and words, never numbers alone or what machines pass to each other."""

from collections.abc import Callable

from comity.console.paper import Paper, Printer
from comity.console.views.register import one_hit
from console.browser import Browser
from console.conftest import Office

ENTITY = b'{"id": "c-7", "schema": "Company", "properties": {"name": ["Brackwater Holdings"]}}'


def test_a_check_gives_the_names_of_records(office: Office, enter: Callable[[str], Browser]) -> None:
    office.tell("register-add", entity=ENTITY, basis="Lists Act 2030", review="2099-01-01")
    shown = enter("case-officer").get("/register?name=Brackwater&schema=Company").text
    row = shown.partition("<tbody>")[2].partition("</tr>")[0]
    assert '<a href="/register/records/c-7"><bdi>Brackwater Holdings</bdi></a>' in row


class Seeing:
    """An officer who looks at a hit whose record was released."""

    def __init__(self, office: Office, found: dict) -> None:
        self.desk, self.found = office.desk, found

    def ask(self, _verb: str, **_parameters: object) -> dict:
        return self.found

    def may(self, _verb: str) -> bool:
        return True


def test_a_released_record_is_told_in_words(office: Office) -> None:
    statement = {"prop": "name", "value": "Brackwater Holdings", "source": "south.example"}
    record = {
        "subject": {"id": "c-7", "schema": "Company", "statements": [statement]},
        "terms": {"owner": "south.example", "basis": "Lists Act 2030", "review": "2099-01-01", "offence": ""},
        "entered": "2030-01-01T00:00:00Z",
        "changed": "2030-01-01T00:00:00Z",
    }
    hit = {
        "hit": "a" * 64,
        "owner": "south.example",
        "party": "north.example",
        "state": "released",
        "score": 0.9,
        "why": ["another kind of subject"],
        "purpose": "due-diligence",
        "at": "2030-01-02T00:00:00Z",
        "because": "",
        "due": None,
        "outcome": "",
        "words": "",
        "item": "",
        "record": record,
    }
    view = one_hit(Seeing(office, hit), "a" * 12)  # type: ignore[arg-type]
    shown = Printer().page(
        "hit.html", view, Paper(title="Hit", path="/", party="north.example", deployment="demo"), "UTC"
    )
    assert "<bdi>Brackwater Holdings</bdi>" in shown and "<bdi>Lists Act 2030</bdi>" in shown
    assert "<pre" not in shown and "statements" not in shown and "offence" not in shown


def test_why_a_record_was_not_released_is_read_by_who_asked(office: Office) -> None:
    hit = {
        "hit": "a" * 64, "owner": "south.example", "party": "north.example", "state": "refused", "score": 0.9,
        "why": [], "purpose": "due-diligence", "at": "2030-01-02T00:00:00Z", "because": "they shipped the pumps",
        "due": None, "outcome": "", "words": "the case is closed", "item": "", "record": "c-7",
    }  # fmt: skip
    view = one_hit(Seeing(office, hit), "a" * 12)  # type: ignore[arg-type]
    paper = Paper(title="Hit", path="/", party="north.example", deployment="demo")
    shown = Printer().page("hit.html", view, paper, "UTC")
    assert "<dt>Answer</dt><dd><bdi>the case is closed</bdi></dd>" in shown
    assert "<dt>Why</dt>" not in shown  # nothing was told of it

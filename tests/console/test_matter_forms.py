"""Forms of matters offer what the agreements and the matter itself know, and take nothing else for granted."""

from comity.console.matter_forms import fields_of, said_at_opening, said_in, steps_of
from comity.cooperation.kinds import KINDS

PARTIES = ["north.example", "south.example"]


def field(kind: str, word: str, name: str, **offered):
    return next(each for each in fields_of(kind, word, PARTIES, offered) if each["name"] == name)


def test_a_party_is_chosen_and_never_typed_but_for_a_third_one() -> None:
    assert field("delivery", "open", "giver")["choices"] == PARTIES
    assert field("plan", "line", "by")["choices"] == PARTIES  # where it may be left out, too
    assert field("delivery", "passed-on", "to")["asked"] == "text"


def test_what_an_article_or_the_matter_names_is_offered() -> None:
    assert field("request", "open", "purpose", purpose=["statistics"])["choices"] == ["statistics"]
    assert field("delivery", "open", "thing", purpose=["statistics"])["asked"] == "text"


def test_a_plan_is_chosen_by_its_title() -> None:
    plans = {"a" * 64: "plan 2041 (south.example)"}
    (plan,) = (each for each in fields_of("meeting", "open", PARTIES, {}, plans) if each["name"] == "plan")
    assert (plan["asked"], plan["choices"], plan["labels"]) == ("choice", ["a" * 64], plans)
    (items,) = (each for each in fields_of("request", "open", PARTIES, {}, plans) if each["name"] == "items")
    assert items["asked"] == "several"
    assert field("meeting", "open", "plan")["asked"] == "text"  # where there is none to choose


def test_a_choice_with_a_usual_answer_starts_from_it() -> None:
    assert field("request", "open", "urgency")["value"] == "normal"
    assert field("request", "open", "aid")["value"] == ""


def test_steps_offer_lines_grounds_and_functions() -> None:
    matter = {
        "kind": "plan",
        "opener": "south.example",
        "other": "north.example",
        "steps": ["agree", "adopt"],
        "refusal_grounds": [],
        "functions": {"adopt": ["director"]},
        "story": [],
        "standing": [{"heads": ["line", "kind"], "rows": [["m1", "meetings"], ["t1", "training"]]}],
    }
    agree, adopt = steps_of(matter)
    (line,) = (each for each in agree["fields"] if each["name"] == "line")
    assert (line["asked"], line["choices"], agree["functions"]) == ("offered", ["m1", "t1"], [])
    assert adopt["functions"] == ["director"]
    request = {
        **matter,
        "kind": "request",
        "steps": ["refuse"],
        "refusal_grounds": ["own-law"],
        "functions": {},
    }
    (refuse,) = steps_of(request)
    assert refuse["fields"][0]["choices"] == ["own-law"]


def test_a_cost_to_take_back_is_chosen_by_what_it_was() -> None:
    cost = {"what": "stay", "amount": "2500.00", "currency": "EUR", "on": "2041-03-02", "words": ""}
    told = {"event": "a" * 64, "word": "cost", "counts": True, "values": cost}
    matter = {
        "kind": "meeting",
        "opener": "south.example",
        "other": "north.example",
        "steps": ["note", "strike-cost"],
        "refusal_grounds": [],
        "functions": {},
        "standing": [],
        "story": [told, {**told, "event": "b" * 64, "counts": False}],
    }
    _, strike = steps_of(matter)
    entry = next(each for each in strike["fields"] if each["name"] == "entry")
    assert (entry["asked"], entry["labels"]) == ("choice", {"a" * 64: "stay 2500.00 EUR, 2041-03-02"})
    assert [each["word"] for each in steps_of({**matter, "story": []})] == ["note"]


def test_whatever_is_offered_the_same_is_read() -> None:
    for kind in KINDS:
        for word in KINDS[kind].events:
            plain, offering = fields_of(kind, word), fields_of(kind, word, PARTIES)
            assert (plain is None) == (offering is None)
            assert [each["name"] for each in plain or ()] == [each["name"] for each in offering or ()]
    said = said_in("request", "refuse", {"ground": ["own-law"]})
    assert said == {"ground": "own-law"}


def test_what_was_said_at_the_opening_is_told_in_words() -> None:
    facts = {"opening": {"aid": "joint-measure", "purpose": "statistics", "words": "x", "items": ["a" * 64]}}
    told = {each["name"]: each["value"] for each in said_at_opening("request", facts)}
    assert told == {"aid": "a joint measure", "purpose": "statistics", "words": "x", "items": ["a" * 64]}
    assert said_at_opening("charge", facts) == said_at_opening("request", None) == []

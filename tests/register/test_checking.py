"""What a check finds and what it refuses to find, told with invented names."""

import random

import pytest

from comity.register.checking import check, check_many
from comity.register.index import Entry, NameIndex
from comity.register.scoring import THRESHOLD

from .invented import PEOPLE, ask, crowd, index_of


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return index_of(*PEOPLE, *crowd(400))


@pytest.mark.parametrize(
    ("asked", "schema", "found"),
    [
        ("Tavrin Oleksandrovych Merezhko", "Person", "p1"),
        ("MEREZHKO, Tavrin", "Person", "p1"),
        ("Merezhko T. O.", "Person", "p1"),
        ("Таврин Мережко", "Person", "p1"),
        ("Nabhan Yazeed al Qushairi", "Person", "p2"),
        ("نبهان يزيد القشيري", "Person", "p2"),
        ("Ilse M. van der Zandstra", "Person", "p3"),
        ("Ilze Margerite Vanderzandstra", "Person", "p3"),
        ("박동섭", "Person", "p4"),
        ("Park Dongseop", "Person", "p4"),
        ("Jorvik Quilfeather", "Person", "p5"),
        ("Jorvik Quill Feather", "Person", "p5"),
        ("Jonathan Berkowitz", "Person", "p7"),
        ("OOO Polyarnaya Zvezda Trading", "Organization", "o1"),
        ("Brackwater Holdings No 12 Limited", "Company", "o2"),
        ("SEA LANTERN 7", "Vessel", "v1"),
    ],
)
def test_the_right_subject_stands_on_top(index: NameIndex, asked: str, schema: str, found: str) -> None:
    hits = check(index, ask(asked, schema))
    assert hits[0].id == found


@pytest.mark.parametrize(
    ("asked", "schema"),
    [
        ("Tavrin Oleksandrovych Merezhko", "Person"),
        ("MEREZHKO, Tavrin Oleksandrovych", "Person"),
        ("Jorvik Quilfeather", "Person"),
        ("Brackwater Holdings No 12 Limited", "Company"),
    ],
)
def test_the_same_name_otherwise_written_is_a_hit(index: NameIndex, asked: str, schema: str) -> None:
    assert check(index, ask(asked, schema))[0].hit


@pytest.mark.parametrize(
    "asked",
    ["Olga Brandsma", "Jorvik Halvard", "Greta Quintanar", "علي حسن", "王小明", "Sea Otter", "", "…", "X"],
)
def test_strangers_are_no_hit(index: NameIndex, asked: str) -> None:
    assert not any(hit.hit for hit in check(index, ask(asked)))


def test_a_contradicting_birth_date_counts_against_and_an_absent_one_does_not(index: NameIndex) -> None:
    alone = check(index, ask("Tavrin Oleksandrovych Merezhko"))[0].score
    same = check(index, ask("Tavrin Oleksandrovych Merezhko", dates=("1961-04-23",)))[0].score
    other = check(index, ask("Tavrin Oleksandrovych Merezhko", dates=("1983-10-01",)))[0]
    assert same >= alone > other.score
    assert not other.hit
    assert "birth dates conflict" in other.why


def test_another_number_is_another_vessel_or_company(index: NameIndex) -> None:
    hits = {hit.id: hit for hit in check(index, ask("Brackwater Holdings No. 12 Ltd", "Company"))}
    assert hits["o2"].hit
    assert hits["o2"].score > hits["o3"].score
    assert "numbers differ" in hits["o3"].why


def test_an_identifier_finds_its_bearer_under_any_name(index: NameIndex) -> None:
    hits = check(index, ask("Somebody Else", identifiers=("x 123-4567",)))
    assert hits[0].id == "p5"
    assert hits[0].hit
    assert "identifier" in hits[0].why[0]


def test_every_hit_says_why(index: NameIndex) -> None:
    for hit in check(index, ask("Tavrin Merezhko")):
        assert hit.why
        assert all(reason and reason == reason.strip() and "\n" not in reason for reason in hit.why)


def test_reasons_that_nobody_reads_are_not_worked_out_and_change_nothing(index: NameIndex) -> None:
    question = ask(crowd(400)[7].names[0])
    whole = check(index, question, limit=40)
    spare = check(index, question, limit=40, explain_from=0.5)
    assert [(hit.id, hit.score, hit.hit) for hit in spare] == [(hit.id, hit.score, hit.hit) for hit in whole]
    assert [hit.why for hit in spare] == [hit.why if hit.score >= 0.5 else () for hit in whole]
    assert any(hit.score < 0.5 for hit in whole)


def test_a_batch_answers_as_single_questions_do(index: NameIndex) -> None:
    names = [name for entry in (*PEOPLE, *crowd(60)) for name in entry.names]
    queries = [ask(name) for name in names]
    together = [hits for _, hits in check_many(index, queries)]
    assert together == [check(index, query) for query in queries]


def test_an_answer_holds_at_most_the_limit_best_first(index: NameIndex) -> None:
    for limit in (1, 3, 7):
        scores = [hit.score for hit in check(index, ask("Arne Kolbe"), limit=limit)]
        assert len(scores) <= limit
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_the_threshold_moves_hits_not_scores(index: NameIndex) -> None:
    usual = check(index, ask("Jorvik Quilfeather"))
    strict = check(index, ask("Jorvik Quilfeather"), threshold=1.01)
    assert [hit.score for hit in usual] == [hit.score for hit in strict]
    assert not any(hit.hit for hit in strict)
    assert THRESHOLD == 0.7


def test_withdrawn_subjects_are_found_no_more() -> None:
    index = index_of(*PEOPLE, *crowd(50))
    assert index.withdraw("p5")
    assert not index.withdraw("p5")
    assert "p5" not in [hit.id for hit in check(index, ask("Jorvik Quillfeather", identifiers=("X1234567",)))]


def test_an_index_after_any_edits_answers_as_one_made_from_scratch() -> None:
    rng = random.Random(7)
    everybody = [*PEOPLE, *crowd(150)]
    for round_ in range(6):
        index, present = NameIndex(), {}
        for _ in range(120):
            entry = rng.choice(everybody)
            if entry.id in present and rng.random() < 0.6:
                index.withdraw(entry.id)
                del present[entry.id]
            elif entry.id not in present:
                changed = Entry(
                    entry.id, entry.schema, tuple(rng.sample(entry.names, len(entry.names))), entry.dates
                )
                index.add(changed)
                present[entry.id] = changed
            if rng.random() < 0.1:
                check(index, ask(rng.choice(everybody).names[0]))
        scratch = index_of(*sorted(present.values(), key=lambda entry: entry.id))
        assert index.live_names == scratch.live_names
        for entry in rng.sample(everybody, 25):
            asked = ask(entry.names[0], entry.schema)
            assert check(index, asked) == check(scratch, asked), (round_, entry.id)

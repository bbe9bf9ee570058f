"""Invented people, organisations and ships for the tests of the register; none exists."""

from datetime import UTC, date, datetime

from comity.identifiers import PartyId
from comity.register.examination import Query
from comity.register.index import Entry, NameIndex
from comity.register.record import Terms

AT = datetime(2031, 3, 14, 9, tzinfo=UTC)
NORTH = PartyId("cert.north.example")
TERMS = Terms(
    owner=NORTH,
    basis="Lists Act 2030 s. 4",
    role="sanctioned",
    decision="LA 2030/17",
    review=date(2032, 3, 14),
)

PEOPLE = (
    Entry(
        "p1",
        "Person",
        ("Tavrin Oleksandrovych MEREZHKO", "Мережко Таврін Олександрович"),
        ("1961-04-23",),
        ("ua",),
    ),
    Entry("p2", "Person", ("AL-QUSHAYRI, Nabhan Yazid", "Nabhan Abu Yazid"), ("1970",), ("sy",)),
    Entry("p3", "Person", ("Ilse Marguerite van der Zandstra",), ("1958-11-02", "1958-11-03"), ("nl",)),
    Entry("p4", "Person", ("Pak Dong-seop",), (), ("kp",)),
    Entry("p5", "Person", ("Jorvik Quillfeather",), ("1983-07-09",), ("gb",), ("X1234567",), "male"),
    Entry("p6", "Person", ("Marisol Quintanar Ebreo",), (), ("mx",)),
    Entry("p7", "Person", ("יונתן ברקוביץ",), (), ()),
    Entry("o1", "Organization", ("Limited Liability Company 'Polyarnaya Zvezda Trading'",), (), ("ru",)),
    Entry("o2", "Company", ("Brackwater Holdings No. 12 Ltd",), (), ("cy",), ("HE 449210",)),
    Entry("o3", "Company", ("Brackwater Holdings No. 14 Ltd",), (), ("cy",)),
    Entry("v1", "Vessel", ("SEA LANTERN 7",), (), ("pa",), ("IMO 9074729",)),
)

_GIVEN = [
    "Arne",
    "Beate",
    "Ciro",
    "Dagny",
    "Edda",
    "Falk",
    "Greta",
    "Hanno",
    "Ivo",
    "Jutta",
    "Kaja",
    "Lars",
    "Mette",
    "Nils",
    "Oda",
    "Per",
    "Runa",
    "Sven",
    "Tove",
    "Ulf",
]
_FAMILY = [
    "Albrink",
    "Bostel",
    "Crantz",
    "Dorvik",
    "Ellmann",
    "Fennig",
    "Grothe",
    "Halvard",
    "Ibsrud",
    "Jessel",
    "Kolbe",
    "Lundin",
    "Mowat",
    "Nystad",
]


def crowd(count: int) -> list[Entry]:
    """Give `count` further people, so that rarity has something to be measured against."""
    return [
        Entry(
            f"c{number}",
            "Person",
            (f"{_GIVEN[number % 20]} {_FAMILY[number // 20 % 14]}{'' if number < 280 else number // 280}",),
            (str(1930 + number % 70),),
        )
        for number in range(count)
    ]


def index_of(*entries: Entry) -> NameIndex:
    """Build an index."""
    index = NameIndex()
    for entry in entries:
        index.add(entry)
    return index


def ask(name: str, schema: str = "Person", **more: tuple[str, ...]) -> Query:
    """Make a question by one name."""
    return Query("q", schema, (name,), **more)  # type: ignore[arg-type]

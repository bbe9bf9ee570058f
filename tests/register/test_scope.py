"""Which records answer under an agreement: nothing that its articles do not name."""

from datetime import date
from typing import Any

import msgspec
import pytest

from comity.agreements.clauses import Protection, Register
from comity.errors import BadInput
from comity.identifiers import ArticleRef
from comity.register.record import Handling, Note, Record, strictest
from comity.register.scope import Scope, why_outside
from comity.register.subjects import Statement, Subject

from .invented import AT, TERMS

TODAY = date(2031, 3, 14)
REF = ArticleRef("north-south-2026", "6")
ARTICLE = Register(ref=REF, id="joint", schemas=("Person", "Company"), handling=("reference", "silent"))
PROTECTION = Protection(ref=REF, subject_roles=("sanctioned",))


def record(schema: str = "Person", **terms: Any) -> Record:
    subject = Subject("p1", schema, (Statement("name", "Tavrin Merezhko"),))
    return Record(subject, msgspec.structs.replace(TERMS, **terms), AT, AT)


def scope(article: Register = ARTICLE, *protection: Protection) -> Scope:
    return Scope.of("north-south-2026", article, protection or (PROTECTION,))


@pytest.mark.parametrize(
    ("held", "under", "reason"),
    [
        (record(), scope(), ""),
        (record("Company", role=""), scope(), ""),
        (record("Vessel", role=""), scope(), "names no Vessel"),
        (record(handling=Handling.OPEN), scope(), "does not allow handling `open`"),
        (record(role="suspect"), scope(), "no records about persons as `suspect`"),
        (record(), Scope.of("north-south-2026", ARTICLE, ()), "no records about persons"),
        (record(), scope(ARTICLE, PROTECTION, Protection(ref=REF)), "no records about persons"),
        (record("Company", role=""), Scope.of("north-south-2026", ARTICLE, ()), ""),
        (record(under=()), scope(), "not contributed under"),
        (record(under=("other-2026",)), scope(), "not contributed under"),
        (record(under=("north-south-2026",)), scope(), ""),
        (record(), scope(msgspec.structs.replace(ARTICLE, schemas=())), "names no Person"),
        (record(), scope(msgspec.structs.replace(ARTICLE, handling=())), "does not allow handling"),
        (
            record(),
            scope(msgspec.structs.replace(ARTICLE, record_kinds=("fraud",))),
            "names no kind of record",
        ),
        (record(kind="fraud"), scope(msgspec.structs.replace(ARTICLE, record_kinds=("fraud",))), ""),
        (record(review=TODAY), scope(), "ran out on 2031-03-14"),
        (record(expires=date(2031, 3, 13)), scope(), "ran out on 2031-03-14"),
        (record(expires=TODAY), scope(), ""),
    ],
)
def test_a_record_answers_only_where_every_article_lets_it(held: Record, under: Scope, reason: str) -> None:
    found = why_outside(under, held, TODAY)
    assert reason in found
    assert under.takes(held, TODAY) is (reason == "")


def test_the_strictest_of_what_is_linked_counts() -> None:
    assert strictest(Handling.OPEN, Handling.ASK, Handling.REFERENCE) is Handling.ASK
    assert strictest(*Handling) is Handling.SILENT


@pytest.mark.parametrize(
    ("kind", "text", "consent"),
    [("other", "x", ""), ("look-alike", " ", ""), ("misused-identity", "the bearer has a scar", "")],
)
def test_a_note_without_what_it_needs_is_refused(kind: str, text: str, consent: str) -> None:
    with pytest.raises(BadInput):
        Note.make(kind, text, AT, consent)


def test_a_misused_identity_is_noted_with_its_bearers_consent() -> None:
    assert Note.make("misused-identity", "the bearer has a scar", AT, "file 7").consent == "file 7"

"""Questions to a register as they travel and as they are kept."""

import hashlib

import msgspec

from comity.federation.register_messages import Question
from comity.node.node import Node
from comity.register.examination import Query

__all__ = ["commitment", "query_from", "question_from", "read_question", "stored"]

_SALT = 16
#: Longest value that travels, and how many of a kind (`register_messages.Question`).
_LONGEST, _MANY = 256, 12


def question_from(node: Node, query: Query) -> Question:
    """Put a question as it travels, with a salt of its own."""
    sex = query.sex if query.sex in ("male", "female") else ""
    return Question(
        schema=query.schema,
        names=_values(query.names),
        dates=_values(query.dates),
        countries=_values(query.countries),
        identifiers=_values(query.identifiers),
        sex=sex,  # type: ignore[arg-type]  # one of the three
        salt=node.entropy(_SALT).hex(),
    )


def _values(said: tuple[str, ...]) -> tuple[str, ...]:
    printable = ("".join(letter if letter.isprintable() else " " for letter in text) for text in said)
    return tuple(text[:_LONGEST] for text in printable if text.strip())[:_MANY]


def query_from(question: Question, identity: str = "question") -> Query:
    """Put a question that came as the matcher takes it."""
    return Query(
        identity,
        question.schema,
        question.names,
        question.dates,
        question.countries,
        question.identifiers,
        question.sex,
    )


def stored(question: Question) -> bytes:
    """Give the bytes by which a question is kept."""
    return msgspec.json.encode(question)


def read_question(body: bytes) -> Question | None:
    """Read a question that was kept; None where it is erased."""
    return msgspec.json.decode(body, type=Question) if body else None


def commitment(question: Question) -> str:
    """Give what the journals of both sides hold of a question: nobody can try names against it without the salt."""
    return hashlib.sha256(stored(question)).hexdigest()

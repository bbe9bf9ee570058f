"""A subject under way: what a list says of one entry, statement by statement, and what of it cannot be read."""

from comity.errors import ForeignInput
from comity.interop.lists.countries import country_of
from comity.interop.lists.values import dates_of, one_line
from comity.register.subjects import SCHEMATA, Statement, Subject

__all__ = ["COUNTRIES", "DATES", "Draft", "Found"]

Found = tuple[int, Subject | ForeignInput]
"""The line an entry begins on, and what it is, or why it cannot be read."""

#: Properties whose values are countries or dates, and are put in FollowTheMoney's way.
COUNTRIES = frozenset("nationality citizenship country jurisdiction mainCountry flag birthCountry".split())  # noqa: SIM905
DATES = frozenset("birthDate incorporationDate dissolutionDate buildDate createdAt modifiedAt".split())  # noqa: SIM905
_MAX_VALUE = 16_384
_MAX_VALUES = 5_000
_MAX_ID = 255


class Draft:
    """One entry of a list.

    Args:
        identity: id of the subject.
        schema: FollowTheMoney schema.
        place: file and line, for messages.
        source: who says all this; noted on every statement.
        seen: day on which the list said it, where known.
    """

    def __init__(self, identity: str, schema: str, place: str, source: str, seen: str = "") -> None:
        self._identity, self.schema, self._place, self._source, self._seen = (
            identity,
            schema,
            place,
            source,
            seen,
        )
        self._statements: dict[Statement, None] = {}
        self._mistakes: list[str] = []

    def say(self, prop: str, value: str, *, lang: str = "") -> None:
        """State one value; an empty one says nothing. Dates and countries are read, and kept as written beside."""
        text = one_line(value)
        if not text or text in ("-0-", "N/A", "n/a", "na", "Na", "None"):
            return
        if len(text) > _MAX_VALUE:
            self._mistakes.append(f"`{prop}` is longer than {_MAX_VALUE:,} characters")
            return
        if prop in DATES:
            written = dates_of(text)
            if not written:
                self.say("notes", f"{prop}: {text}")
        elif prop in COUNTRIES:
            written = (country_of(text) or text,)
        else:
            written = (text,)
        for each in written:
            self._add(prop, each, lang, text)

    def _add(self, prop: str, value: str, lang: str, text: str) -> None:
        clean = value if value.isprintable() else "".join(c if c.isprintable() else " " for c in value)
        original = "" if clean == text else text
        self._statements[Statement(prop, clean, lang, original, self._source, self._seen, self._seen)] = None

    def wrong(self, mistake: str) -> None:
        """Note what cannot be read."""
        self._mistakes.append(mistake)

    def done(self) -> Subject | ForeignInput:
        """Give the subject, or all that is wrong with it."""
        mistakes = list(self._mistakes)
        if not 0 < len(self._identity) <= _MAX_ID or not self._identity.isprintable():
            mistakes.append(f"an entry needs an id of 1 to {_MAX_ID} printable characters")
        if self.schema not in SCHEMATA:
            mistakes.append(f"`{self.schema[:40]}` is not one of {', '.join(sorted(SCHEMATA))}")
        if len(self._statements) > _MAX_VALUES:
            mistakes.append(f"more than {_MAX_VALUES:,} values")
        subject = Subject(self._identity, self.schema, tuple(self._statements))
        if not mistakes and not (subject.names or subject.entry().identifiers):
            mistakes.append(f"`{self._identity[:60]}` has neither a name nor an identifier")
        if mistakes:
            return ForeignInput(*(f"{self._place}: {mistake}" for mistake in mistakes))
        return subject

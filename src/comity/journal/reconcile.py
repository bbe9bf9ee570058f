"""Finding what two accounts of a million acts do not share, in some twenty kilobytes.

Both sides hold a set of act digests, divided by first hexadecimal digit into sixteen parts, each of these into sixteen,
and so on down. The asker shows the digests of its parts; the answerer says what it has where its own differ: digests of
the parts below, or the acts themselves where they are few. The asker goes on from there, so that each round comes two
levels down. Acts are hashed already, so parts are of even size and nobody can make the tree lean.

```
asker                                        answerer
part "": my sixteen digests             →
                                        ←    "3": my sixteen digests, "a": mine
parts "3f", "a0": my sixteen digests    →
                                        ←    "3f1": my acts, "a0c": my acts
```

Nothing here sends: `Reconciliation.question` and `take` are driven by a conversation, a pouch or a test alike. What the
other side answers is checked for form; that it is complete is what the digests of the whole say at the end.
Source: `specs/journal.md` §6.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Any, Final

import msgspec
import numpy as np

from comity.errors import BadInput, ForeignInput
from comity.strict import MAX_INTEGER, read_as, read_base64, write_base64, write_json

__all__ = [
    "ActSet",
    "Answer",
    "Part",
    "Progress",
    "Question",
    "Reconciliation",
    "Shown",
    "answer",
    "begin",
    "read_answer",
    "read_question",
    "write",
]

_WIDTH: Final = 32
#: A digest as it is moved when digests are sorted: by the first eight bytes, which decide nearly always.
_ROW: Final = np.dtype("V32")
#: Bytes of a part's digest that are sent: 128 bits tell parts apart, and the whole accounts are held against each other
#: by whole digests at the end.
_CHILD: Final = 16
#: Hexadecimal digits of the 64-bit word by which acts are sorted first.
_WORD: Final = 16
#: A part of at most this many acts is sent as it is: two lists cost less than another round.
LEAF_ACTS: Final = 32
#: Parts shown in one question, and parts described in one answer. A question is so no larger than 45 KB and an answer
#: than 350 KB; where accounts differ in one part of eight, the one fills the other.
MAX_ASKED: Final = 128
MAX_PARTS: Final = 256
MAX_MESSAGE: Final = 1024 * 1024
#: A part of so many acts is worked through once, however often it is asked about.
_LARGE: Final = 4096
#: Two sets of millions with nothing in common need some thousand; whoever needs more is leading us on.
MAX_ROUNDS: Final = 10_000

_DIGITS: Final = "0123456789abcdef"

Prefix = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{0,64}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part the asker wants to know more of, and what it has in it.

    Attributes:
        prefix: the hexadecimal digits its acts begin with.
        children: base64 of the first 16 bytes of sixteen SHA-256 digests, one for each next digit.
    """

    prefix: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{0,63}\Z")]
    children: str


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts the asker wants to know more of."""

    parts: Annotated[tuple[Shown, ...], msgspec.Meta(max_length=MAX_ASKED)]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the answerer has in one part, which is not what the asker has in it.

    Attributes:
        prefix: one digit more than a part of the question.
        count: acts in it.
        children: as in a question; empty where `acts` says it all.
        acts: base64 of the act digests, sorted; only where there are at most 32.
    """

    prefix: Prefix
    count: Count
    children: str = ""
    acts: str = ""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the answerer has where the two differ.

    Attributes:
        answered: how many parts of the question, from its first, this answers; the others are asked about again.
        parts: those of their children that differ, in the order of the question.
    """

    answered: Annotated[int, msgspec.Meta(ge=0, le=MAX_ASKED)]
    parts: Annotated[tuple[Part, ...], msgspec.Meta(max_length=MAX_PARTS)]


class Progress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the asker has come, to be kept between two rounds."""

    open: tuple[Prefix, ...] = ("",)
    missing_here: tuple[bytes, ...] = ()
    missing_there: tuple[bytes, ...] = ()
    rounds: int = 0


class ActSet:
    """A set of act digests, sorted; 32 bytes an act.

    Args:
        acts: SHA-256 digests, 32 bytes each; what stands in it twice counts once.

    Raises:
        BadInput: one has another length.
    """

    def __init__(self, acts: Iterable[bytes]) -> None:
        held = list(acts)
        if any(len(act) != _WIDTH for act in held):
            raise BadInput(f"an act digest has {_WIDTH} bytes")
        self._hold(b"".join(held))

    @classmethod
    def joined(cls, acts: bytes) -> "ActSet":
        """Make a set of digests that stand one after the other.

        Raises:
            BadInput: they are not of 32 bytes each.
        """
        if len(acts) % _WIDTH:
            raise BadInput(f"an act digest has {_WIDTH} bytes")
        made = cls(())
        made._hold(acts)
        return made

    def _hold(self, joined: bytes) -> None:
        """Sort digests by their first words, ten times faster than as bytes, and drop repetitions."""
        order = np.argsort(_first_words(joined))
        rows = np.frombuffer(joined, dtype=_ROW)[order].tobytes()
        words = _first_words(rows)
        alike = np.flatnonzero(words[1:] == words[:-1])
        if len(alike):
            whole = np.frombuffer(rows, dtype=">u8").reshape(-1, 4)
            if (whole[alike] == whole[alike + 1]).all():
                rows = np.delete(np.frombuffer(rows, dtype=_ROW), alike).tobytes()
            else:
                rows = b"".join(sorted(set(_cut(rows))))
            words = _first_words(rows)
        self._bytes, self._first_words = memoryview(rows), words
        self._shown: dict[str, list[bytes]] = {}

    def __len__(self) -> int:
        return len(self._first_words)

    def acts(self, prefix: str = "") -> list[bytes]:
        """Give the acts that begin with these digits, sorted."""
        first, last = self._bounds(prefix)
        return [
            bytes(self._bytes[place : place + _WIDTH])
            for place in range(first * _WIDTH, last * _WIDTH, _WIDTH)
        ]

    def __contains__(self, act: bytes) -> bool:
        return self.count(act.hex()) == 1

    def digest_of_changed(self, *, without: Iterable[bytes], more: Iterable[bytes]) -> tuple[int, bytes]:
        """Give size and digest that the set has without some acts and with some more, without making it."""
        added = set(more)
        gone = {act for act in set(without) - added if act in self}
        new = {act for act in added if act not in self}
        digest, after = sha256(), 0
        for act in sorted(gone | new):
            place, leaves = self._bounds(act.hex())[0], act in gone
            digest.update(self._bytes[after * _WIDTH : place * _WIDTH])
            after = place + leaves
            if not leaves:
                digest.update(act)
        digest.update(self._bytes[after * _WIDTH :])
        return len(self) - len(gone) + len(new), digest.digest()

    def count(self, prefix: str = "") -> int:
        """Give how many acts begin with these digits."""
        first, last = self._bounds(prefix)
        return last - first

    def digest(self, prefix: str = "") -> bytes:
        """Give the SHA-256 over all acts that begin with these digits, sorted and joined."""
        return self._digest(*self._bounds(prefix))

    def _digest(self, first: int, last: int) -> bytes:
        return sha256(self._bytes[first * _WIDTH : last * _WIDTH]).digest()

    def children(self, prefix: str) -> list[bytes]:
        """Give the digests of a part's sixteen parts as they are sent, one for each next digit."""
        if len(prefix) >= _WORD:
            return [self.digest(prefix + digit)[:_CHILD] for digit in _DIGITS]
        first, last = self._bounds(prefix)
        if last - first < _LARGE:
            return self._children(prefix, first, last)
        if prefix not in self._shown:
            self._shown[prefix] = self._children(prefix, first, last)
        return list(self._shown[prefix])

    def _children(self, prefix: str, first: int, last: int) -> list[bytes]:
        borders = np.array([int((prefix + digit).ljust(_WORD, "0"), 16) for digit in _DIGITS[1:]], np.uint64)
        between = np.searchsorted(self._first_words[first:last], borders, side="left") + first
        return [
            self._digest(one, other)[:_CHILD] for one, other in pairwise((first, *between.tolist(), last))
        ]

    def _bounds(self, prefix: str) -> tuple[int, int]:
        lowest, highest = (prefix.ljust(2 * _WIDTH, digit) for digit in "0f")
        first = int(np.searchsorted(self._first_words, np.uint64(int(lowest[:_WORD], 16)), side="left"))
        last = int(np.searchsorted(self._first_words, np.uint64(int(highest[:_WORD], 16)), side="right"))
        if len(prefix) <= _WORD:
            return first, last
        crowd = [bytes(self._bytes[place * _WIDTH : (place + 1) * _WIDTH]) for place in range(first, last)]
        return (
            first + bisect_left(crowd, bytes.fromhex(lowest)),
            first + bisect_right(crowd, bytes.fromhex(highest)),
        )


def begin(acts: ActSet) -> Progress:
    """Give where the asker begins: with the whole, and one level further down where another round is saved by it.

    Two rounds come three levels down from the whole, to a part in 4,096. Where such a part is still too large to be
    sent as it is, the first question costs sixteen times the digests, a few kilobytes, and reaches a part in 65,536.
    """
    return Progress(open=tuple(_DIGITS) if len(acts) > LEAF_ACTS * 16**3 else ("",))


def answer(acts: ActSet, question: Question) -> Answer:
    """Answer one question from our own set, or as much of it as one answer holds.

    Raises:
        ForeignInput: what the asker shows is not sixteen digests a part.
    """
    described: list[Part] = []
    answered = 0
    for shown in question.parts:
        theirs = _read_children(shown.children, shown.prefix)
        ours = acts.children(shown.prefix)
        differing = [digit for digit, one, other in zip(_DIGITS, ours, theirs, strict=True) if one != other]
        if len(described) + len(differing) > MAX_PARTS:
            break
        described += [_describe(acts, shown.prefix + digit) for digit in differing]
        answered += 1
    return Answer(answered, tuple(described))


class Reconciliation:
    """The asker's side: ask until nothing is open.

    >>> ours, theirs = ActSet([bytes([n]) * 32 for n in (1, 2, 3)]), ActSet([bytes([n]) * 32 for n in (2, 3, 4)])
    >>> asking = Reconciliation(ours)
    >>> while question := asking.question():
    ...     asking.take(answer(theirs, question))
    >>> [act[0] for act in asking.missing_here], [act[0] for act in asking.missing_there]
    ([4], [1])

    Attributes:
        missing_here: acts that only the other side has, so far.
        missing_there: acts that only we have, so far.
        rounds: questions answered.
    """

    def __init__(
        self,
        acts: ActSet,
        max_rounds: int = MAX_ROUNDS,
        progress: Progress | None = None,
    ) -> None:
        progress = progress or begin(acts)
        self._acts = acts
        self._max_rounds = max_rounds
        self._open: list[str] = list(progress.open)
        self.missing_here: list[bytes] = list(progress.missing_here)
        self.missing_there: list[bytes] = list(progress.missing_there)
        self.rounds = progress.rounds

    @property
    def progress(self) -> Progress:
        """How far it has come; another `Reconciliation` over the same acts goes on from there."""
        return Progress(tuple(self._open), tuple(self.missing_here), tuple(self.missing_there), self.rounds)

    @property
    def finished(self) -> bool:
        """Whether all differences are known."""
        return not self._open

    def question(self) -> Question | None:
        """Give what to ask next; None where nothing is open."""
        asked = self._open[:MAX_ASKED]
        if not asked:
            return None
        return Question(
            tuple(Shown(prefix, write_base64(b"".join(self._acts.children(prefix)))) for prefix in asked)
        )

    def take(self, answer: Answer) -> None:
        """Take the answer to the question that is open.

        What it opens is asked about before what was open: so a liar who finds a difference in every part cannot make
        the list longer than one answer for every two digits.

        Raises:
            ForeignInput: it does not answer it, contradicts itself, or the answers come to no end. Nothing is taken
                from it.
        """
        asked = self._open[:MAX_ASKED]
        if not min(1, len(asked)) <= answer.answered <= len(asked):
            raise ForeignInput(
                f"reconciliation: {answer.answered} parts answered where {len(asked)} were asked about"
            )
        below = iter([prefix + digit for prefix in asked[: answer.answered] for digit in _DIGITS])
        if any(part.prefix not in below for part in answer.parts):  # each is looked for behind the one before
            raise ForeignInput("reconciliation: the answer is about other parts than the question")
        if self.rounds >= self._max_rounds:
            raise ForeignInput(f"reconciliation: {self.rounds} answers and still no end")
        read = [(part, *_read_part(part)) for part in answer.parts]
        opened: list[str] = []
        for part, theirs, children in read:
            if theirs is not None:
                self._hold_against(part.prefix, theirs)
            else:
                opened += self._differing(part, children)
        self._open[: answer.answered] = opened
        self.rounds += bool(asked)

    def _differing(self, part: Part, children: Sequence[bytes]) -> list[str]:
        """Give what to ask about next of a part: those below it that differ.

        Where most do, and each has few enough acts to come as it is, the part itself: one question for them all.
        """
        ours = self._acts.children(part.prefix)
        below = [
            part.prefix + d for d, one, other in zip(_DIGITS, ours, children, strict=True) if one != other
        ]
        return [part.prefix] if len(below) > 8 and part.count <= 16 * LEAF_ACTS else below

    def _hold_against(self, prefix: str, theirs: Sequence[bytes]) -> None:
        ours, others = self._acts.acts(prefix), set(theirs)
        held = set(ours)
        self.missing_here += [act for act in theirs if act not in held]
        self.missing_there += [act for act in ours if act not in others]


def read_question(data: bytes) -> Question:
    """Read a question from another Party.

    Raises:
        ForeignInput: it is not one, or asks twice about one part.
    """
    question = read_as(data, Question, max_bytes=MAX_MESSAGE, what="reconciliation")
    if len({shown.prefix for shown in question.parts}) != len(question.parts):
        raise ForeignInput("reconciliation: one part is asked about twice")
    return question


def read_answer(data: bytes) -> Answer:
    """Read an answer from another Party; whether it fits the question `Reconciliation.take` says.

    Raises:
        ForeignInput: it is not one.
    """
    return read_as(data, Answer, max_bytes=MAX_MESSAGE, what="reconciliation")


def write(message: Question | Answer) -> bytes:
    """Write a question or an answer to be sent."""
    return write_json(message)


def _first_words(rows: bytes) -> "np.ndarray[Any, np.dtype[np.uint64]]":
    return np.frombuffer(rows, dtype=">u8")[:: _WIDTH // 8].astype(np.uint64)


def _describe(acts: ActSet, prefix: str) -> Part:
    count = acts.count(prefix)
    if count <= LEAF_ACTS:
        return Part(prefix, count, acts=write_base64(b"".join(acts.acts(prefix))))
    return Part(prefix, count, children=write_base64(b"".join(acts.children(prefix))))


def _read_children(children: str, prefix: str) -> list[bytes]:
    place = f"reconciliation: part `{prefix}`"
    return _cut(read_base64(children, length=16 * _CHILD, what=place), _CHILD)


def _read_part(part: Part) -> tuple[list[bytes] | None, list[bytes]]:
    """Give the acts of a part, or None and the digests of its sixteen children."""
    place = f"reconciliation: part `{part.prefix}`"
    if part.count > LEAF_ACTS:
        if part.acts or len(part.prefix) >= 2 * _WIDTH - 1:
            raise ForeignInput(f"{place} is too large to come as it is, or too deep to be divided")
        return None, _read_children(part.children, part.prefix)
    if part.children:
        raise ForeignInput(f"{place} is small and still divided")
    acts = _cut(read_base64(part.acts, length=part.count * _WIDTH, what=place))
    if acts != sorted(set(acts)) or any(not act.hex().startswith(part.prefix) for act in acts):
        raise ForeignInput(f"{place} holds acts out of order or of another part")
    return acts, []


def _cut(joined: bytes, width: int = _WIDTH) -> list[bytes]:
    return [joined[place : place + width] for place in range(0, len(joined), width)]

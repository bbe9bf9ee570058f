"""Markings: TLP 2.0 says how widely an item may be shared, PAP how openly one may act upon it.

>>> Marking.parse("TLP:AMBER") < Marking.parse("tlp:amber+strict")
True
>>> str(strictest(Marking.parse("TLP:WHITE"), Marking.parse("TLP:GREEN")))
'TLP:GREEN'

Sources: Traffic Light Protocol, version 2.0 (FIRST, 2022), whose labels are exactly five and whose CLEAR was called
WHITE in version 1.0; Permissible Actions Protocol (PAP), whose four levels are used the same way. A label that is
not known is kept as written and is stricter than every known one: unknown means no (`specs/gate.md`, rule 6).
"""

from typing import Self

import msgspec

from comity.errors import BadInput

__all__ = ["PAP_LEVELS", "TLP_LEVELS", "UNKNOWN_LEVEL", "Marking", "Pap", "strictest", "strictest_pap"]

#: TLP 2.0 from the widest circle to the narrowest.
TLP_LEVELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
#: PAP from the freest action to none that could be noticed.
PAP_LEVELS = ("PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED")
#: The level of a label that nobody here knows: above all others.
UNKNOWN_LEVEL = 99


class _Label(msgspec.Struct, frozen=True, gc=False, order=True):
    """A label and its place in the order; a higher level is stricter."""

    level: int
    label: str

    def __str__(self) -> str:
        return self.label

    @property
    def known(self) -> bool:
        """Tell whether the label belongs to its scheme."""
        return self.level != UNKNOWN_LEVEL

    @classmethod
    def _labels(cls) -> tuple[str, ...]:
        raise NotImplementedError

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a label; one that is not known is kept as written, stricter than any other."""
        label = text.strip().upper().replace(" ", "").replace(":WHITE", ":CLEAR")
        labels = cls._labels()
        if label in labels:
            return cls(labels.index(label), label)
        return cls(UNKNOWN_LEVEL, text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a label of the scheme.

        Raises:
            BadInput: the label is not one of the scheme's.
        """
        found = cls.read(text)
        if not found.known:
            raise BadInput(f"`{text[:60]}` is not one of {', '.join(cls._labels())}")
        return found


class Marking(_Label, frozen=True, gc=False, order=True):
    """A TLP 2.0 label. `TLP:WHITE` of version 1.0 reads as `TLP:CLEAR`."""

    @classmethod
    def _labels(cls) -> tuple[str, ...]:
        return TLP_LEVELS


class Pap(_Label, frozen=True, gc=False, order=True):
    """A PAP label. `PAP:WHITE` reads as `PAP:CLEAR`."""

    @classmethod
    def _labels(cls) -> tuple[str, ...]:
        return PAP_LEVELS


def strictest(*markings: Marking | None) -> Marking | None:
    """Combine markings so that no restriction is lost: what an item made from several gets (`specs/gate.md`, rule 6).

    None stands for "unmarked" and restricts nothing; without any marking the answer is None.
    """
    return max((marking for marking in markings if marking is not None), default=None)


def strictest_pap(*labels: Pap | None) -> Pap | None:
    """Combine PAP labels as `strictest` does markings."""
    return max((label for label in labels if label is not None), default=None)

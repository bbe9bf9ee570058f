"""One step of the story: what was asked, what came of it, on which grounds, and whether it is as it should be."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec


class Scene(msgspec.Struct, frozen=True):
    """One thing that happens within a step: who asks what, the outcome, the grounds, and what people should see."""

    asked: str
    outcome: str
    grounds: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """A step as played.

    Attributes:
        name: short name, stable for scripts.
        title: one sentence for people.
        ok: whether everything came out as the agreements say it must.
        scenes: what happened, in order.
        wrong: what did not come out as it should, one line each.
    """

    name: str
    title: str
    scenes: tuple[Scene, ...]
    wrong: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether everything is as it should be."""
        return not self.wrong

    def as_json(self) -> dict[str, Any]:
        """Give the object of `comity demo --json`."""
        return {
            "name": self.name,
            "ok": self.ok,
            "detail": "; ".join(
                [f"{scene.asked}: {scene.outcome}" for scene in self.scenes] + list(self.wrong)
            ),
            "grounds": list(dict.fromkeys(ground for scene in self.scenes for ground in scene.grounds)),
        }


class Script:
    """Gathers the scenes of a step, and what is not as it should be."""

    def __init__(self, name: str, title: str) -> None:
        self._name, self._title = name, title
        self._scenes: list[Scene] = []
        self._wrong: list[str] = []

    def scene(self, asked: str, outcome: str, grounds: Iterable[str] = (), lines: Iterable[str] = ()) -> None:
        """Add a scene."""
        self._scenes.append(Scene(asked, outcome, tuple(dict.fromkeys(grounds)), tuple(lines)))

    def decision(self, asked: str, shown: Mapping[str, Any], lines: Iterable[str] = ()) -> None:
        """Add a scene in which the gate answered."""
        words = {"permitted": "Permitted", "refused": "Refused", "needs-consent": "Needs consent"}
        asks = f" of {', '.join(shown['ask'])}" if shown["ask"] else ""
        self.scene(
            asked, words[shown["decision"]] + asks, (ground["ref"] for ground in shown["grounds"]), lines
        )

    def expect(self, holds: object, otherwise: str) -> None:
        """Note what is wrong unless something holds."""
        if not holds:
            self._wrong.append(otherwise)

    def done(self) -> Step:
        """Give the step."""
        return Step(self._name, self._title, tuple(self._scenes), tuple(self._wrong))

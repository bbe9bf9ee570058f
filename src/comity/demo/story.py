"""The story in its order."""

from collections.abc import Callable, Iterator
from pathlib import Path

from comity.demo import aftermath, sharing
from comity.demo.stage import Stage, examples
from comity.demo.step import Script, Step
from comity.errors import ComityError

#: The item that ships with Comity.
DEFAULT_ITEM = "items/water-utility.stix.json"

#: Names of the steps, in order.
STEPS = (
    "conclude",
    "share",
    "refuse",
    "third-party",
    "consent",
    "tampered",
    "withdraw",
    "pouch",
    "journals",
    "denounce",
)


def play(stage: Stage, item: Path | None = None, marking: str = "") -> Iterator[Step]:
    """Play the story on a stage, step by step. A step that cannot be played ends it, and says why.

    Args:
        item: the STIX file that North shares; by default the one that ships with Comity.
        marking: its marking, where it brings none.
    """
    held: dict[str, str] = {}
    file = item or examples() / DEFAULT_ITEM

    def share() -> Step:
        step, held["original"] = sharing.share_item(stage, file, marking)
        return step

    def third_party() -> Step:
        step, held["summary"] = sharing.pass_on(stage, held["original"])
        return step

    plays: dict[str, Callable[[], Step]] = {
        "conclude": lambda: sharing.conclude(stage),
        "share": share,
        "refuse": lambda: sharing.share_uncovered(stage),
        "third-party": third_party,
        "consent": lambda: sharing.obtain_consent(stage, held["original"], held["summary"]),
        "tampered": lambda: aftermath.tamper(stage, held["original"]),
        "withdraw": lambda: aftermath.withdraw(stage, held["original"], held["summary"]),
        "pouch": lambda: aftermath.carry_pouch(stage),
        "journals": lambda: aftermath.compare_journals(stage),
        "denounce": lambda: aftermath.denounce(stage, held["summary"]),
    }
    for name in STEPS:
        try:
            step = plays[name]()
        except ComityError as error:
            failed = Script(name, "This step could not be played.")
            failed.expect(None, error.message)
            yield failed.done()
            return
        yield step
        if not step.ok:
            return

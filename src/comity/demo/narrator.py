"""Telling the story to people, step by step."""

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from comity.demo.stage import NAMES, Stage
from comity.demo.step import Scene, Step
from comity.languages import _, said

_COLOURS = {"Permitted": "green", "Refused": "red", "Needs": "yellow", "needs-consent": "yellow"}


class Narrator:
    """Prints steps as panels. Colour is never the only sign."""

    def __init__(self, steps: int) -> None:
        self._console = Console(highlight=False)
        self._steps = steps
        self._told = 0

    def begin(self, stage: Stage) -> None:
        """Introduce the three nodes."""
        lines = [
            Text.assemble((f"{NAMES[party]}", "bold"), f"  {party}  {node.endpoint}  {stage.home(party)}")
            for party, node in stage.nodes.items()
        ]
        intro = Text(_("Three organisations, three nodes on this machine, and what they agreed."))
        self._console.print(Panel(Group(intro, *lines), title="Comity", box=box.ROUNDED, padding=(0, 2)))

    def tell(self, step: Step) -> None:
        """Tell one step."""
        self._told += 1
        parts: list[RenderableType] = [
            Text(said(step.title), style="bold"),
            *(self._scene(scene) for scene in step.scenes),
        ]
        parts += [
            Text(_("NOT AS IT SHOULD BE: {wrong}", wrong=wrong), style="bold red") for wrong in step.wrong
        ]
        self._console.print(
            Panel(
                Group(*parts),
                title=_("{told} of {steps}", told=self._told, steps=self._steps),
                box=box.ROUNDED,
                padding=(0, 2),
            )
        )

    def end(self, stage: Stage, *, ok: bool, stay: bool) -> None:
        """Say how it ended, and what to try next."""
        if not ok:
            self._console.print(Text(_("The story did not come out as it should."), style="bold red"))
            return
        self._console.print(Text(_("All ten steps came out as the agreements say."), style="bold green"))
        if not stay:
            return
        north, south = stage.home("north.example"), stage.home("south.example")
        self._console.print(
            _("The nodes stay open, on the real clock. In another terminal, with a file of your own:") + "\n"
        )
        for line in (
            f"comity item add FILE --category incident.reports --marking TLP:GREEN --home {north}",
            f"comity share ID --to south.example --purpose network-defence --home {north}",
            f"comity inbox --home {south}",
            f"comity withdraw ID --home {north}",
        ):
            self._console.print(Text(f"  {line}"), soft_wrap=True)
        self._console.print("\n" + _("Or in the browser, each link lets you in once:") + "\n")
        for link in stage.links().values():
            self._console.print(Text(f"  {link}"), soft_wrap=True)
        self._console.print("\n" + _("Ctrl-C stops the nodes."))

    @staticmethod
    def _scene(scene: Scene) -> Padding:
        colour = _COLOURS.get(scene.outcome.split(" ")[0], "cyan")
        heads = [_("asked"), _("answer"), _("grounds")]
        width = max(map(cell_len, heads)) + 2
        asked, answer, grounds = (set_cell_size(head, width) for head in heads)
        lines = [
            Text.assemble((asked, "dim"), said(scene.asked)),
            Text.assemble((answer, "dim"), (said(scene.outcome), colour)),
        ]
        if scene.grounds:
            lines.append(Text.assemble((grounds, "dim"), ", ".join(said(each) for each in scene.grounds)))
        lines += [Text(f"{' ' * width}{said(line)}", style="dim") for line in scene.lines]
        return Padding(Group(*lines), (1, 0, 0, 0))

"""Pictures of the console for the README and the docs, made from the demo: `python tools/pictures.py [FOLDER]`.

Plays the guided story up to its journals, signs in as an officer and keeps a few pages as PNG, below 300 kB in all.
Needs Chromium and what `requirements-browser.in` names.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from comity.cli.quiet import quiet_log
from comity.control import server as _registers_verbs
from comity.demo.stage import Stage
from comity.demo.story import play

assert _registers_verbs.REGISTERED

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
NORTH, SOUTH = "north.example", "south.example"
MOST = 300_000
#: The step of the story after which they are made: the agreements are still in force.
LAST = "journals"


def main(folder: Path) -> None:
    """Make the pictures."""
    quiet_log()
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="comity-pictures-") as temporary,
        Stage(Path(temporary) / "demo", to_stay=True) as stage,
    ):
        for step in play(stage):
            if not step.ok:
                raise SystemExit(f"the story stopped at `{step.name}`")
            if step.name == LAST:
                break
        links = stage.links()
        item = stage.tell(
            SOUTH,
            "item-add",
            content=b"what three of them had in common",
            title="Three waterworks, one hand",
            category="incident.summaries",
            marking="TLP:AMBER",
            made_from=(_received(stage),),
        )["id"]
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            page = chromium.new_page(viewport={"width": 1080, "height": 620})
            page.goto(links[SOUTH])
            page.get_by_role("button").last.click()
            page.wait_for_url("**/me")
            origin = stage.desk(SOUTH).home.settings.origin
            shots = {
                "today": "/",
                "verdict": f"/items/{item}/share?to=east.example&purpose=network-defence",
                "item": f"/items/{item}",
                "agreement": "/agreements/south-east-2026",
            }
            for name, path in shots.items():
                page.goto(origin + path)
                page.screenshot(path=str(folder / f"console-{name}.png"))
            chromium.close()
    heavy = sum(file.stat().st_size for file in folder.glob("console-*.png"))
    print(f"{heavy / 1000:.0f} kB in all")
    if heavy > MOST:
        raise SystemExit(f"more than {MOST / 1000:.0f} kB")


def _received(stage: Any) -> str:
    """Give an item that came to South and is held there still."""
    rows = stage.tell(SOUTH, "item-find", originator=NORTH, state="held", limit=1)["items"]
    if not rows:
        added = stage.tell(
            NORTH,
            "item-add",
            content=b"203.0.113.7",
            title="Indicators from the pumps",
            category="incident.indicators",
            marking="TLP:GREEN",
        )
        stage.share(NORTH, added["id"], to=SOUTH)
        return str(added["id"])
    return str(rows[0]["id"])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "pictures")

"""Put a browser where the tests can find it: Debian's Chromium, and the package that drives it.

`make test-all` runs this first. Where something is missing and cannot be had (no root, no apt, no index), it says so
in one line and ends well: the tests in a browser then skip themselves with the same line.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

LOCK = Path(__file__).resolve().parents[2] / "requirements-browser.lock"
#: Chromium, and fonts in which the six languages can be seen.
PACKAGES = ("chromium", "fonts-noto-core", "fonts-noto-cjk")
MODULES = ("playwright", "axe_playwright_python")


def missing() -> str:
    """Say what is missing for tests in a browser; empty where nothing is."""
    if not browser():
        return "no Chromium here: apt-get install chromium fonts-noto-core fonts-noto-cjk"
    absent = [name for name in MODULES if find_spec(name) is None]
    return f"no {', '.join(absent)} here: pip install --require-hashes -r {LOCK.name}" if absent else ""


def browser() -> str:
    """Give the path of Chromium; empty where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


def install() -> None:
    """Install what is missing, as far as that is possible here."""
    if not browser() and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        update = subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        if update.returncode == 0:
            command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
            subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
    if any(find_spec(name) is None for name in MODULES):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--require-hashes", "-r", str(LOCK)], check=False)


if __name__ == "__main__":
    install()
    lacking = missing()
    if lacking:
        print(f"tests in a browser are skipped: {lacking}", file=sys.stderr)

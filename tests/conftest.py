"""What every test shares: which ones run, and how property tests choose their examples."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("comity", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("comity")

#: marker -> the option that lets such tests run, and why they do not run by default.
_ASKED_FOR = {
    "prove": ("--run-prove", "a long proof: make prove"),
    "service": ("--run-service", "needs a service or a browser: make test-all"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    for marker, (option, why) in _ASKED_FOR.items():
        parser.addoption(option, action="store_true", help=f"run tests marked `{marker}` ({why})")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for marker, (option, why) in _ASKED_FOR.items():
        if config.getoption(option):
            continue
        for item in items:
            if item.get_closest_marker(marker) is not None:
                item.add_marker(pytest.mark.skip(reason=why))


#: What long proofs came to: name -> numbers in words.
_PROOFS = pytest.StashKey[dict[str, str]]()

_PAGE = Path(__file__).parents[1] / "docs" / "proofs.md"


@pytest.fixture
def proved(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Note what a long proof came to: its numbers, and the distribution of what happened in it."""
    kept = request.config.stash.setdefault(_PROOFS, {})

    def note(name: str, numbers: str) -> None:
        kept[name] = numbers

    return note


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """After `make prove`, write date, counts and distributions where readers look for them."""
    kept = session.config.stash.get(_PROOFS, {})
    if not kept or exitstatus != 0 or not session.config.getoption("--run-prove"):
        return
    lines = [
        "# Proofs",
        "",
        f"The last run of `make prove`, {datetime.now(UTC):%Y-%m-%d}; everything held.",
        "",
    ]
    for name, numbers in sorted(kept.items()):
        lines += [f"## {name}", "", numbers, ""]
    _PAGE.write_text("\n".join(lines))

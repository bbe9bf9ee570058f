"""What every test shares: which ones run, and how property tests choose their examples."""

from collections.abc import Generator

import pytest
import structlog
from hypothesis import settings

from proofs import Proof

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


@pytest.fixture(autouse=True)
def _log_as_it_begins() -> Generator[None]:
    """Let no command that set the log up leave it so for the next test."""
    yield
    structlog.reset_defaults()


_PROOF = pytest.StashKey[Proof]()


@pytest.fixture
def proved(request: pytest.FixtureRequest) -> Proof:
    """Note what a long proof came to: its numbers, and the distribution of what happened in it."""
    return request.node.stash.setdefault(_PROOF, Proof())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Once a long proof has held, write where readers look for it what it came to."""
    report = yield
    if report.when == "call" and report.passed and _PROOF in item.stash:
        for note in item.stash[_PROOF].notes:
            note()
    return report

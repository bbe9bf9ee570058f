"""What every test shares: which ones run, and how property tests choose their examples."""

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

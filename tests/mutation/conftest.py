"""The tally of all mutations of a session, and its table at the end."""

from __future__ import annotations

import pytest

from .judge import Tally

TALLY = Tally()


@pytest.fixture(scope="session")
def tally() -> Tally:
    return TALLY


def pytest_terminal_summary(terminalreporter) -> None:
    if TALLY.counts:
        terminalreporter.section("mutations: read right or stopped, never read wrong")
        for line in TALLY.lines():
            terminalreporter.write_line(line)

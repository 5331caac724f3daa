"""The tally of all mutations of a session, and its table at the end, in whichever process the tests ran."""

from __future__ import annotations

import pytest

from .judge import Tally

TALLY = Tally()
HEADING = "mutations: read right or stopped, never read wrong"


@pytest.fixture(scope="session")
def tally() -> Tally:
    return TALLY


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput") and TALLY.counts:
        # tests/conftest.py prints it where the tests run in several processes.
        session.config.workeroutput["report"] = [HEADING, *TALLY.lines()]


def pytest_terminal_summary(terminalreporter) -> None:
    if TALLY.counts:
        terminalreporter.section(HEADING)
        for line in TALLY.lines():
            terminalreporter.write_line(line)

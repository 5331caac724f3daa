"""Which datasets are held, how far they reach, and which are overdue: sidecars, contracts and a day, nothing else.

The one home of that judgement: `status` shows it, the night alerts on it, Dagster's freshness is derived from it. Does
not belong here: reading the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.catalogue.contract import Contract
from pipeline.catalogue.load import Catalogue
from pipeline.ingest.archive import Release
from pipeline.run.sequence import CADENCE_MONTHS, dataset_line

LONGEST_MONTHS = {1: 31, 3: 92, 12: 366}


@dataclass(frozen=True)
class Held:
    """What is held of a dataset. Days are ISO, '' where there is none; `days_late` is 0 unless it is overdue."""

    dataset: str
    cadence: str
    releases: int
    latest_period: str
    next_due: str
    days_late: int

    @property
    def state(self) -> str:
        if not self.releases:
            return "not held"
        if not self.next_due:
            return "held"
        return f"overdue by {self.days_late} days" if self.days_late else "up to date"


def held(known: Catalogue, releases: Iterable[Release], today: date) -> list[Held]:
    """One for each contract, in the catalogue's order, as things stand on `today`."""
    releases = list(releases)
    return [_held(contract, releases, today) for contract in known.contracts.values()]


def _held(contract: Contract, releases: list[Release], today: date) -> Held:
    ends = [release.period_end for release in releases if release.dataset == contract.dataset]
    if not ends:
        return Held(contract.dataset, contract.cadence, 0, "", "", 0)
    line = dataset_line(contract, max(ends))
    late = max((today - date.fromisoformat(line.next_due)).days, 0) if line.next_due else 0
    return Held(contract.dataset, contract.cadence, len(ends), line.latest_period, line.next_due, late)


def longest_wait(contract: Contract) -> tuple[timedelta, timedelta] | None:
    """How long after one release the next is expected, and by when it is late at the latest; None where it never is.

    A release comes after its period's end, so whoever has waited for the second span is past the day that `held` gives.
    """
    months = CADENCE_MONTHS.get(contract.cadence)
    if months is None:
        return None
    cycle = timedelta(days=LONGEST_MONTHS[months])
    return cycle, cycle + timedelta(days=contract.lag_days + 1)

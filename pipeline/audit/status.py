"""What is held, how fresh it is, what the last run did. Reads sidecars and records only, so it answers at once."""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.catalogue.load import Catalogue
from pipeline.ingest.archive import Release, releases
from pipeline.publish.current import current_id
from pipeline.run.record import records
from pipeline.run.sequence import dataset_line
from pipeline.settings import Settings


def status(settings: Settings, catalogue: Catalogue, today: date) -> dict:
    """Per dataset: releases held, latest period, next due, overdue or not on `today`; last run; current edition."""
    held = releases(settings.raw)
    runs = records(settings)
    last = runs[-1] if runs else None
    return {
        "archive": str(settings.raw),
        "datasets": [_dataset(contract, held, today) for contract in catalogue.contracts.values()],
        "last_run": None if last is None else {
            "run_id": last.run_id, "outcome": last.outcome, "started_at": last.started_at, "message": last.message,
            "held": last.held, "seconds": round(sum(last.steps.values()), 1),
        },
        "current_edition": current_id(settings) or "",
    }  # fmt: skip


def _dataset(contract, held: list[Release], today: date) -> dict:
    mine = [release for release in held if release.dataset == contract.dataset]
    facts = {
        "dataset": contract.dataset, "cadence": contract.cadence, "releases": len(mine), "latest_period": "",
        "next_due": "", "state": "not held",
    }  # fmt: skip
    if not mine:
        return facts
    line = dataset_line(contract, max(release.period_end for release in mine))
    facts |= {"latest_period": line.latest_period, "next_due": line.next_due}
    if not line.next_due:
        facts["state"] = "held"
    else:
        late = today - date.fromisoformat(line.next_due)
        facts["state"] = f"overdue by {late.days} days" if late > timedelta(0) else "up to date"
    return facts

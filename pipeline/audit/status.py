"""What is held, how fresh it is, what the last run did. Reads sidecars and records only, so it answers at once."""

from __future__ import annotations

from datetime import date

from pipeline.catalogue.load import Catalogue
from pipeline.ingest.archive import releases
from pipeline.publish.current import current_id
from pipeline.run import freshness
from pipeline.run.record import records
from pipeline.settings import Settings


def status(settings: Settings, catalogue: Catalogue, today: date) -> dict:
    """Per dataset: releases held, latest period, next due, overdue or not on `today`; last run; current edition."""
    runs = records(settings)
    last = runs[-1] if runs else None
    return {
        "archive": str(settings.raw),
        "datasets": [
            {
                "dataset": one.dataset, "cadence": one.cadence, "releases": one.releases,
                "latest_period": one.latest_period, "next_due": one.next_due, "state": one.state,
            }
            for one in freshness.held(catalogue, releases(settings.raw), today)
        ],
        "last_run": None if last is None else {
            "run_id": last.run_id, "outcome": last.outcome, "started_at": last.started_at, "message": last.message,
            "held": last.held, "seconds": round(sum(last.steps.values()), 1),
        },
        "current_edition": current_id(settings) or "",
    }  # fmt: skip

"""The night: fetch, take in what came, make an edition, deliver it, alert. Cron, Task Scheduler and Dagster all call `nightly`.

Belongs here: the order, and what of it a person must be told. Does not belong here: any of the steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipeline.catalogue.load import Catalogue, catalogue
from pipeline.errors import EXIT_DONE, EXIT_PARTLY_REFUSED, Fault, Refused
from pipeline.fetch import datasets as fetching
from pipeline.fetch.datasets import FetchOutcome
from pipeline.fetch.web import Web
from pipeline.gate.ledger import read_checks
from pipeline.ingest import archive
from pipeline.publish.current import current_id
from pipeline.run import alert, freshness, sequence
from pipeline.run import record as records
from pipeline.run.deliver import deliver
from pipeline.run.freshness import Held
from pipeline.run.inbox import Intake, take_in
from pipeline.run.sequence import Progress, RunOutcome, exclusive
from pipeline.settings import Settings


@dataclass(frozen=True)
class NightOutcome:
    """How a night ended. `status` is the process's exit status; `delivered` the folder that holds the edition now.
    `fetched` has an outcome for each dataset, none where the setting `fetch` is off."""

    status: int
    fetched: tuple[FetchOutcome, ...]
    intake: Intake
    run: RunOutcome
    overdue: tuple[Held, ...]
    delivered: Path | None
    delivered_anew: bool


def nightly(
    settings: Settings, *, trigger: str = "nightly", today: date | None = None, progress: Progress = lambda _: None,
    wait: Callable[[float], object] = time.sleep, web: Web | None = None,
) -> NightOutcome:  # fmt: skip
    """Fetches where the setting says so, takes in the inbox, makes an edition of the archive, keeps `deliver_to` at the
    current edition, alerts.

    `today` (default: the clock's) is the day on which datasets are late. What was refused or could not be fetched
    stands in the way of nothing else. Raises Fault for what a person must mend first, after alerting on it.
    """
    try:
        return _night(settings, trigger, today or date.today(), progress, wait, web)
    except Exception as error:
        try:
            _alert(settings, "error", _reason(error))
        except Fault as fault:
            progress(str(fault))
        raise


def _night(settings: Settings, trigger: str, today: date, progress: Progress, wait, web) -> NightOutcome:
    known = catalogue()
    fetched = _fetch(settings, known, progress, web) if settings.fetch else ()
    with exclusive(settings, progress):
        # Also on a night when nothing changed, and before anything is left beside what a dead run left.
        for run_id in records.sweep(settings):
            progress(f"run {run_id} had died; what it left was removed")
        intake = take_in(settings, known, now=datetime.now().astimezone(), wait=wait, progress=progress)
    _alert_refused(settings, intake)
    overdue = _overdue(settings, known, today)
    outcome = sequence.run(settings, trigger=trigger, progress=progress)
    _alert_run(settings, outcome)
    delivered, anew = _deliver(settings, progress)
    status = outcome.status
    if status == EXIT_DONE and (intake.refused or intake.stuck or any(one.faulty for one in fetched)):
        status = EXIT_PARTLY_REFUSED
    return NightOutcome(status, fetched, intake, outcome, overdue, delivered, anew)


def _fetch(settings: Settings, known: Catalogue, progress: Progress, web: Web | None) -> tuple[FetchOutcome, ...]:
    """What is newly published. The night goes on without what cannot be had."""
    try:
        outcomes = tuple(fetching.fetch(settings, known, web=web, progress=progress))
    except Exception as error:
        said = (
            str(error) if isinstance(error, Fault) else f"{type(error).__name__}; `ics-marts fetch --debug` says more"
        )
        outcomes = (FetchOutcome("all datasets", failures=[said]),)
    for event, what, faulty in (
        ("error", "could not be fetched whole", [one.dataset for one in outcomes if one.failures]),
        ("refused", "fetched and refused", [one.dataset for one in outcomes if one.refused]),
    ):
        if faulty:
            message = f"{what}: {alert.named(faulty)}; `ics-marts fetch` says why"
            _alert(settings, event, message, datasets=faulty)
    return outcomes


def _overdue(settings: Settings, known: Catalogue, today: date) -> tuple[Held, ...]:
    late = tuple(one for one in freshness.held(known, archive.releases(settings.raw), today) if one.days_late)
    if late:
        words = alert.named([f"{one.dataset} by {alert.counted(one.days_late, 'day')}" for one in late])
        facts = [{"dataset": one.dataset, "next_due": one.next_due, "days_late": one.days_late} for one in late]
        _alert(settings, "overdue", f"overdue: {words}", datasets=facts)
    return late


def _deliver(settings: Settings, progress: Progress) -> tuple[Path | None, bool]:
    """Whatever became of the run, the share holds the edition that is current."""
    if not settings.deliver_to:
        return None, False
    folder = Path(settings.deliver_to).expanduser()
    # Under the lock: a run that starts meanwhile could prune the edition while it is copied.
    with exclusive(settings, progress):
        edition = current_id(settings)
        if edition is None:
            return None, False
        progress(f"delivering to {folder}")
        anew = deliver(settings.editions / edition, folder, settings)
    if anew:
        _alert(settings, "delivered", f"edition {edition} was delivered", edition_id=edition, folder=str(folder))
    return folder, anew


# --- what is alerted -------------------------------------------------------------------------------------------


def _alert(settings: Settings, event: alert.Event, message: str, **facts: object) -> None:
    if settings.alert_file:
        alert.append(Path(settings.alert_file).expanduser(), event, message, **facts)


def _alert_refused(settings: Settings, intake: Intake) -> None:
    for number, what in (
        (len({one.path for one in intake.refused}), "refused; the reason stands beside it in the inbox"),
        (len(intake.stuck), "taken in and cannot be moved out of the inbox"),
    ):
        if number:
            message = f"{alert.counted(number, 'file')} {what}"
            _alert(settings, "refused", message, files=number, folder=str(intake.folder))


def _alert_run(settings: Settings, outcome: RunOutcome) -> None:
    if outcome.outcome == "blocked":
        gate = (settings.runs / outcome.run_id / "gate.json").read_text("utf-8")
        blocking = [check.check_id for check in read_checks(gate) if check.blocks]
        message = f"the gate blocked run {outcome.run_id}, nothing was published: {alert.named(blocking)}"
        _alert(
            settings,
            "blocked",
            message,
            run_id=outcome.run_id,
            checks=blocking[: alert.MAX_NAMED],
            blocking=len(blocking),
        )
    elif outcome.held:
        # A line of `held` is the release, then why: the reason may quote a cell.
        releases = [line.split(": ", 1)[0] for line in outcome.held]
        message = f"held back, earlier releases stand in: {alert.named(releases)}"
        _alert(settings, "held", message, run_id=outcome.run_id, edition_id=outcome.edition_id, releases=releases)


def _reason(error: Exception) -> str:
    """Why a night broke off, without what a file holds: a refusal quotes cells, an unforeseen error may."""
    if isinstance(error, Fault) and not isinstance(error, Refused):
        return str(error)
    return f"the night broke off ({type(error).__name__}); `ics-marts nightly` says why"

"""The whole graph: the assets with their checks, the one job, its schedule and its sensor.

Belongs here: putting them together. Does not belong here: reading settings (definitions.py), so that a graph can be
made over any archive. Neither an archive nor an earlier run is needed to make one.
"""

from __future__ import annotations

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    Definitions,
    ScheduleDefinition,
    define_asset_job,
    in_process_executor,
)

from pipeline.catalogue.load import catalogue
from pipeline.orchestration.checks import check_specs
from pipeline.orchestration.edition import edition_asset
from pipeline.orchestration.inbox import inbox_sensor
from pipeline.orchestration.ingest import ingest_assets
from pipeline.orchestration.models import parsed_project, run_specs
from pipeline.settings import Settings

NIGHTLY = "nightly"


def definitions(settings: Settings) -> Definitions:
    """The whole graph over an archive and an output folder."""
    known = catalogue()
    manifest = parsed_project(settings)
    specs = run_specs(manifest, known)
    nightly = define_asset_job(
        NIGHTLY,
        # Not the ingest assets: the run reads what is new itself and says so at them.
        selection=AssetSelection.assets(*(spec.key for spec in specs)),
        description="Takes in the inbox, makes an edition of the archive or says that nothing changed, delivers, alerts.",
        executor_def=in_process_executor,
        tags={"ics-marts/trigger": "nightly"},
    )
    schedule = ScheduleDefinition(
        name="nightly_schedule",
        job=nightly,
        description="Every morning at 05:30 in England.",
        # Publishers release at 09:30: what came yesterday is there when people start. 01:00 to 02:00 does not exist on
        # one night a year in Europe/London and comes twice on another; a run then would shift or double.
        cron_schedule="30 5 * * *",
        execution_timezone="Europe/London",
        # A fresh installation has an empty archive, and a run over that fails: starting the clock is the site's decision.
        default_status=DefaultScheduleStatus.STOPPED,
    )
    return Definitions(
        assets=[*ingest_assets(known, settings), edition_asset(settings, specs, check_specs(known, manifest, specs))],
        jobs=[nightly],
        schedules=[schedule],
        sensors=[inbox_sensor(settings, NIGHTLY)],
        # Dagster's default starts a process per step: 12 no-op assets take 19.8 s that way and 0.7 s in this process.
        executor=in_process_executor,
    )

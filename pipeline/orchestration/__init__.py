"""Dagster over the core, and nothing but Dagster: the asset graph, its checks, one job and its schedule.

Belongs here: turning contracts, dbt's manifest and the ledger into Dagster's definitions and events. Does not belong
here: any step of a run or any judgement (pipeline.run and pipeline.gate, which work without Dagster).

Importing this package shuts telemetry: it runs before Dagster, dbt or Great Expectations can be imported by it.
"""

import os

# DAGSTER_DISABLE_TELEMETRY stops the upload only; deploy/dagster.yaml stops the collecting.
TELEMETRY_OFF = {
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}
os.environ.update(TELEMETRY_OFF)

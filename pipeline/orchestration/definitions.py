"""The code location that Dagster loads: `dagster dev -m pipeline.orchestration.definitions`.

Settings are those of the working folder and the environment (ICS_MARTS_RAW, ICS_MARTS_OUT, ...), as for the command
line. Importing this module parses the dbt project; whoever wants a graph over other settings takes graph.py.
"""

from __future__ import annotations

from pipeline.orchestration.graph import definitions
from pipeline.settings import load

defs = definitions(load())

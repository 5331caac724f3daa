"""Where dbt finds the run database: a dbt-duckdb plugin that names the file when dbt connects, and not before.

The profile names it only `build.duckdb`, so that what dbt has parsed holds for every output folder.
"""

from __future__ import annotations

import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from pipeline.transform.dbt import BUILD_DB_VARIABLE


class Plugin(BasePlugin):
    """dbt-duckdb looks for a class of this name in a plugin's module."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Called before the file is opened. A KeyError here means that dbt was not started by `pipeline.transform.dbt`."""
        creds.path = os.environ[BUILD_DB_VARIABLE]

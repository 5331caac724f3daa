"""How this project opens DuckDB: offline, quiet, with the same settings everywhere.

Belongs here: opening connections, quoting. Does not belong here: any query.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# Old drivers open this storage version: Power BI connectors of 2024 carry DuckDB 1.0 (docs/decisions).
STORAGE_VERSION = "v1.0.0"


def connect(path: Path | None = None, *, read_only: bool = False, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """A connection to `path` (None: in memory) that never downloads an extension."""
    import duckdb

    config: dict[str, str | int] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    if threads:
        config["threads"] = threads
    con = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
    con.execute("set enable_progress_bar = false; set timezone = 'UTC'; set preserve_insertion_order = true")
    return con


def text(value: object) -> str:
    """`value` as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(identifier: str) -> str:
    """`identifier` as a quoted SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def text_list(values: object) -> str:
    """An SQL list literal of strings."""
    return "[" + ", ".join(text(value) for value in values) + "]"

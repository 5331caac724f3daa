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


_OFFLINE = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def connect(path: Path | None = None, *, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """A connection to `path` (None: in memory) that never downloads an extension."""
    import duckdb

    config: dict[str, str | int] = {**_OFFLINE, **({"threads": threads} if threads else {})}
    con = duckdb.connect(str(path) if path else ":memory:", config=config)
    con.execute("set enable_progress_bar = false; set timezone = 'UTC'; set preserve_insertion_order = true")
    return con


def connect_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can neither write nor reach the file system, and whose settings are locked.

    All is set at connecting: readers of one file in one process share its instance, which is locked for the second.
    """
    import duckdb

    config = {**_OFFLINE, "enable_external_access": "false", "lock_configuration": "true"}
    return duckdb.connect(str(path), read_only=True, config=config)


def text(value: object) -> str:
    """`value` as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(identifier: str) -> str:
    """`identifier` as a quoted SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def text_list(values: object) -> str:
    """An SQL list literal of strings."""
    return "[" + ", ".join(text(value) for value in values) + "]"

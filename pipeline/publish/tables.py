"""Which tables an edition holds, in which part, by which key, read from dbt's manifest.

A published model declares in its YAML: a description (with its grain), `meta.key`, `meta.owner`, and every column with
type and description. What is not declared there is not published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MARTS_SCHEMA_VERSION = 1
OPEN_SCHEMAS = ("marts", "reference", "analysis", "audit")
# Of these every table that is no view has a suite, expectations/marts_<table>.json.
JUDGED_SCHEMAS = ("marts", "analysis")


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class PublishedTable:
    """One table of one part. `build_schema`.`name` is where the run database has it, `schema`.`name` where readers do."""

    part: Literal["open", "internal"]
    schema: str
    name: str
    build_schema: str
    key: tuple[str, ...]
    owner: str
    description: str
    columns: tuple[Column, ...]
    is_view: bool
    view_sql: str = ""

    @property
    def path(self) -> str:
        return f"{self.schema}/{self.name}.parquet"


def published_tables(manifest) -> list[PublishedTable]:
    """Every published table of both parts, in order of part, schema and name."""
    found = []
    for node in manifest.nodes.values():
        if node.resource_type != "model" or node.schema not in (*OPEN_SCHEMAS, "internal"):
            continue
        internal = node.schema == "internal"
        meta = node.config.meta
        found.append(
            PublishedTable(
                part="internal" if internal else "open",
                schema="marts" if internal else node.schema,
                name=node.alias,
                build_schema=node.schema,
                key=tuple(meta["key"]),
                owner=meta["owner"],
                description=" ".join(node.description.split()),
                columns=tuple(
                    Column(c.name, c.data_type or "", " ".join(c.description.split())) for c in node.columns.values()
                ),
                is_view=meta.get("published_as") == "view",
                view_sql=(getattr(node, "compiled_code", None) or ""),
            )
        )
    return sorted(found, key=lambda table: (table.part, table.schema, table.name))


def internal_keys(manifest) -> dict[str, tuple[str, ...]]:
    """The key columns of each internal mart, by the name that readers know."""
    return {table.name: table.key for table in published_tables(manifest) if table.part == "internal"}

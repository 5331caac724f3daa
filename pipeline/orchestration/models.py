"""What a run builds, as asset specs: every dbt model and seed, what the run puts beside them, and the edition.

Belongs here: keys, groups, owners, columns and lineage of those assets. Does not belong here: how they are made
(pipeline.run), or lineage of columns, which needs SQL as it ran (edition.py).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from dagster import AssetDep, AssetKey, AssetSpec, TableColumn, TableSchema
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, build_dbt_asset_specs

from pipeline.audit.lineage import source_columns
from pipeline.catalogue.contract import Contract, Table
from pipeline.catalogue.load import Catalogue
from pipeline.publish.tables import internal_keys, published_tables
from pipeline.settings import DBT_PROJECT, Settings
from pipeline.transform.build import BUILD_DB
from pipeline.transform.dbt import Dbt
from pipeline.transform.idle import LAYERS
from pipeline.transform.sources import CATALOGUE_TABLES

EDITION = AssetKey(["edition"])
# Whoever answers for the run answers for what no contract and no mart gives an owner.
OF_THE_RUN = "data assurance"


def bronze_key(contract: Contract, table: Table) -> AssetKey:
    return AssetKey(["bronze", f"{contract.dataset}__{table.name}"])


def team(owner: str) -> str:
    """An owner in words, as Dagster writes a team."""
    return "team:" + re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")


def shown(text: str) -> str:
    """A text as Dagster's pages show it, which take `<slug>` for HTML and leave it out."""
    return " ".join(text.split()).replace("<", "\\<")


def parsed_project(settings: Settings):
    """dbt's manifest of the project: 6 s the first time, 1 s from dbt's own partial parse.

    It is parsed in a folder of its own, so that reloading the graph never meets the files of a run that is under way.
    """
    target = settings.work / "dagster"
    return Dbt(target / BUILD_DB, target).parse()


def run_specs(manifest, known: Catalogue) -> list[AssetSpec]:
    """Everything between bronze and readers."""
    written = manifest.writable_manifest().to_dict(omit_none=False)
    models = [
        # A run leaves out what is made of releases that the archive does not hold.
        spec.replace_attributes(skippable=spec.group_name in LAYERS)
        for spec in build_dbt_asset_specs(manifest=written, dagster_dbt_translator=_Translator(known))
    ]
    columns = source_columns(known, internal_keys(manifest))
    return [*models, *_source_specs(written, known, columns), _edition_spec(manifest)]


def depths(specs: Iterable[AssetSpec]) -> dict[AssetKey, int]:
    """How far downstream each asset is: one more than the furthest of those it is made from."""
    parents = {spec.key: {dep.asset_key for dep in spec.deps} for spec in specs}
    found: dict[AssetKey, int] = {}
    for key in TopologicalSorter(parents).static_order():
        found[key] = 1 + max((found[parent] for parent in parents.get(key, ())), default=0)
    return found


class _Translator(DagsterDbtTranslator):
    """dbt's nodes by the names that the run database has: a model's key is its schema and alias, its layer the group."""

    def __init__(self, known: Catalogue) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_metadata=False))
        self.owner_of_bronze = {
            bronze_key(contract, table).path[-1]: contract.owner for contract, table in known.tables()
        }

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props["schema"]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return shown(dbt_resource_props["description"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Its own; else those of the contracts whose bronze it reads; else whoever answers for the run."""
        own = dbt_resource_props["config"]["meta"].get("owner")
        parents = [one.rpartition(".")[2] for one in dbt_resource_props.get("depends_on", {}).get("nodes", ())]
        of_bronze = {self.owner_of_bronze[one] for one in parents if one in self.owner_of_bronze}
        return [team(owner) for owner in ([own] if own else sorted(of_bronze) or [OF_THE_RUN])]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> dict[str, str]:
        return {}

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> dict[str, Any]:
        columns = dbt_resource_props["columns"].values()
        return {
            "file": dbt_resource_props["original_file_path"],
            # dbt's own relation name begins with the run database, which is gone when anyone reads this.
            "dagster/table_name": ".".join(self.get_asset_key(dbt_resource_props).path),
            "dagster/column_schema": TableSchema(
                columns=[
                    TableColumn(c["name"], c["data_type"] or "", description=shown(c["description"])) for c in columns
                ]
                or _seed_columns(dbt_resource_props)
            ),
        }


def _seed_columns(dbt_resource_props: Mapping[str, Any]) -> list[TableColumn]:
    """A seed's header; other models that declare no columns show those of their SQL once they are made."""
    if dbt_resource_props["resource_type"] != "seed":
        return []
    types = dbt_resource_props["config"].get("column_types") or {}
    with (DBT_PROJECT / dbt_resource_props["original_file_path"]).open(encoding="utf-8", newline="") as stream:
        return [TableColumn(name, types.get(name, "")) for name in next(csv.reader(stream))]


def _source_specs(
    written: Mapping[str, Any], known: Catalogue, columns: Mapping[str, Iterable[str]]
) -> list[AssetSpec]:
    """dbt's sources that no file holds: the catalogue's tables, and the masks between the internal and the open marts."""
    bronze = [bronze_key(contract, table) for contract, table in known.tables()]
    specs = []
    for source in written["sources"].values():
        group, name = source["source_name"], source["name"]
        if group == "bronze":
            continue
        if group == "disclosure":
            made_from = [AssetKey(["internal", name])]
        elif name == "metric":
            made_from = []  # metrics are code; the other tables of the catalogue tell of the archive's releases
        else:
            made_from = bronze
        types = CATALOGUE_TABLES[name][1] if group == "catalogue" else {}
        specs.append(
            AssetSpec(
                AssetKey([group, name]),
                deps=made_from,
                description=shown(source["description"] or source["source_description"]),
                group_name=group,
                kinds={"python", "duckdb"},
                owners=[team(OF_THE_RUN)],
                metadata={
                    "dagster/table_name": f"{group}.{name}",
                    "dagster/column_schema": TableSchema(
                        columns=[TableColumn(column, types.get(column, "")) for column in columns[f"{group}.{name}"]]
                    ),
                },
            )
        )
    return specs


def _edition_spec(manifest) -> AssetSpec:
    return AssetSpec(
        EDITION,
        deps=[AssetDep(AssetKey([table.build_schema, table.name])) for table in published_tables(manifest)],
        description="What readers get: Parquet, DuckDB, CSV, workbook and page of one whole, passed run, swapped in at once.",
        group_name="edition",
        kinds={"parquet", "excel", "html"},
        owners=[team(OF_THE_RUN)],
    )

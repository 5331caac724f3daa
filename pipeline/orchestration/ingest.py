"""Ingest assets: one for each table of each contract. Materialising one reads its releases of the archive into bronze.

Each can be materialised alone, because bronze is a cache that no reader sees; nothing after it can be (edition.py). A
run reads bronze itself and reports here only what is new: that is what freshness is measured by.
"""

# No `from __future__ import annotations` here: Dagster compares the annotation of `context` with its class, not a string.
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    DagsterInstance,
    DataVersion,
    Failure,
    FreshnessPolicy,
    MaterializeResult,
    MetadataValue,
    TableColumn,
    TableRecord,
    TableSchema,
    asset,
)

from pipeline.catalogue.contract import Contract, Table
from pipeline.catalogue.load import Catalogue, table_digest
from pipeline.errors import Fault
from pipeline.ingest import archive
from pipeline.ingest.archive import Release
from pipeline.ingest.read import READER_VERSION, ReadReport, bronze_columns
from pipeline.orchestration.models import bronze_key, shown, team
from pipeline.run.freshness import longest_wait
from pipeline.run.sequence import dataset_line, exclusive
from pipeline.settings import Settings

# Dagster's own tag, which it sets for an asset that gives its `data_version`, and has no public name for.
DATA_VERSION_TAG = "dagster/data_version"
FILES = TableSchema(
    columns=[
        TableColumn("release"), TableColumn("sha256"), TableColumn("rows_in", "int"),
        TableColumn("rows_quarantined", "int"),
    ]
)  # fmt: skip


@contextmanager
def faults_shown() -> Iterator[None]:
    """A Fault is what a person must mend: Dagster shows its one line, and trying again would not help."""
    try:
        yield
    except Fault as fault:
        raise Failure(description=str(fault), allow_retries=False) from fault


def ingest_assets(known: Catalogue, settings: Settings) -> list[AssetsDefinition]:
    return [_ingest_asset(contract, table, known, settings) for contract, table in known.tables()]


def _ingest_asset(contract: Contract, table: Table, known: Catalogue, settings: Settings) -> AssetsDefinition:
    @asset(
        key=bronze_key(contract, table),
        group_name=contract.dataset,
        kinds={"python", "duckdb", "parquet"},
        owners=[team(contract.owner)],
        description=shown(f"{table.description} Grain: {table.grain}. {contract.description}"),
        metadata=_of_contract(contract, table),
        code_version=f"{table_digest(table)}-r{READER_VERSION}",
        freshness_policy=freshness_policy(contract),
    )
    def ingest(context: AssetExecutionContext) -> MaterializeResult:
        # A run that starts meanwhile would sweep half-read bronze away: both go through the run's own lock.
        with faults_shown(), exclusive(settings, context.log.info):
            mine = _releases_of(contract, table, archive.releases(settings.raw))
            for release in mine:
                context.log.info(f"reading {release.release_id}")
                archive.bronze_of(release, settings, known)
            return MaterializeResult(
                metadata=_of_releases(contract, mine, settings, known), data_version=DataVersion(_version(mine))
            )

    return ingest


def freshness_policy(contract: Contract) -> FreshnessPolicy | None:
    """Fails only where `ics-marts status` says overdue too; None where no release is ever due.

    Dagster counts from when a release came and `status` from the end of its period, so `status` may say it earlier.
    """
    waits = longest_wait(contract)
    return FreshnessPolicy.time_window(warn_window=waits[0], fail_window=waits[1]) if waits else None


def new_in_bronze(instance: DagsterInstance, known: Catalogue, settings: Settings) -> Iterator[AssetMaterialization]:
    """A materialisation of each table whose releases are not those of its last one.

    What did not change is not reported: a table read again every night would look fresh whatever its publisher does.
    """
    held = archive.releases(settings.raw)
    for contract, table in known.tables():
        key, mine = bronze_key(contract, table), _releases_of(contract, table, held)
        if mine and _version(mine) != _last_version(instance, key):
            yield AssetMaterialization(
                asset_key=key,
                metadata=_of_releases(contract, mine, settings, known),
                tags={DATA_VERSION_TAG: _version(mine)},
            )


def _releases_of(contract: Contract, table: Table, held: Iterable[Release]) -> list[Release]:
    return [release for release in held if (release.dataset, release.table) == (contract.dataset, table.name)]


def _version(mine: list[Release]) -> str:
    return hashlib.sha256("\n".join(release.sha256 for release in mine).encode()).hexdigest()[:16]


def _last_version(instance: DagsterInstance, key: AssetKey) -> str:
    event = instance.get_latest_materialization_event(key)
    made = event.asset_materialization if event else None
    return (made.tags or {}).get(DATA_VERSION_TAG, "") if made else ""


def _of_contract(contract: Contract, table: Table) -> dict[str, Any]:
    """What the contract says, beside the asset: who publishes it, under which licence, how often, and its columns."""
    described = {column.name: shown(column.description) for column in table.columns}
    columns = {"member": "VARCHAR", "source_row": "BIGINT", **bronze_columns(table)}
    described |= {"member": "file within the release", "source_row": "ordinal of the record in that file"}
    return {
        "dataset": contract.title,
        "publisher": contract.publisher,
        "licence": contract.licence,
        **{
            name: MetadataValue.url(address)
            for name, address in (("licence_url", contract.licence_url), ("landing_page", contract.landing_page))
            if address
        },
        "cadence": contract.cadence,
        "grain": table.grain,
        "on_failure": contract.on_failure,
        "dagster/column_schema": TableSchema(
            columns=[TableColumn(name, kind, description=described.get(name)) for name, kind in columns.items()]
        ),
    }


def _of_releases(contract: Contract, mine: list[Release], settings: Settings, known: Catalogue) -> dict[str, Any]:
    read = [(release, archive.bronze_of(release, settings, known).report) for release in mine]
    reports = [report for _, report in read]
    line = dataset_line(contract, max(release.period_end for release in mine)) if mine else None
    return {
        "releases": len(read),
        "rows_in": sum(report.rows_in for report in reports),
        "rows_clean": sum(report.rows_clean for report in reports),
        "rows_quarantined": sum(report.rows_quarantined for report in reports),
        "dagster/row_count": sum(report.rows_clean for report in reports),
        "latest_period": line.latest_period if line else "no release in the archive",
        "next_due": (line and line.next_due) or "no day is known",
        "files": MetadataValue.table([TableRecord(_of_file(*one)) for one in read], schema=FILES),
    }


def _of_file(release: Release, report: ReadReport) -> dict[str, str | int]:
    return {
        "release": release.release_id, "sha256": release.sha256, "rows_in": report.rows_in,
        "rows_quarantined": report.rows_quarantined,
    }  # fmt: skip

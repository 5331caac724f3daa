"""The run database before dbt sees it: bronze views, the catalogue's tables, empty disclosure masks.

A new file for every run, always called build.duckdb: dbt's parsed manifest holds the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline import duck
from pipeline.catalogue.load import Catalogue
from pipeline.ingest.archive import Release
from pipeline.ingest.read import Bronze, bronze_columns
from pipeline.ingest.resolve import Use
from pipeline.transform.sources import CATALOGUE_TABLES

BUILD_DB = "build.duckdb"


def prepare(
    path: Path, catalogue: Catalogue, known: Iterable[Release], uses: Iterable[Use], bronze: Mapping[str, Bronze],
    *, threads: int = 0,
) -> None:  # fmt: skip
    """Writes the run database at `path` with everything that dbt's sources name.

    `known` are all releases of the archive, `uses` those that count, `bronze` their rows by release_id.
    """
    uses = list(uses)
    con = duck.connect(path, threads=threads)
    try:
        for schema in ("bronze", "catalogue", "disclosure"):
            con.execute(f"create schema {schema}")
        for contract, table in catalogue.tables():
            mine = [use for use in uses if (use.release.dataset, use.release.table) == (contract.dataset, table.name)]
            view = f"bronze.{contract.dataset}__{table.name}"
            con.execute(f"create view {view} as {bronze_view_sql(table, mine, bronze)}")
        _insert(con, "metric", [_metric_row(metric, catalogue) for metric in catalogue.metrics])
        _insert(con, "release", _release_rows(catalogue, known, uses, bronze))
        _insert(
            con,
            "quarantine_summary",
            [
                (release.release_id, offence.rule_id, offence.rows)
                for release in known
                for offence in bronze[release.release_id].report.offences
            ],
        )
    finally:
        con.close()


def bronze_view_sql(table, uses: list[Use], bronze: Mapping[str, Bronze]) -> str:
    """All rows that count of a table, one branch a release; no rows, of the right types, where there is none."""
    columns = bronze_columns(table)
    names = ", ".join(duck.name(column) for column in columns)
    branches = []
    for use in uses:
        where = ""
        if use.data_periods is not None:
            wanted = ", ".join(f"date {duck.text(period)}" for period in use.data_periods)
            where = f" where {duck.name(table.window_column)} in ({wanted})"
        branches.append(
            f"select {duck.text(use.release.release_id)} as release_id, member, source_row, {names}"
            f" from ({bronze[use.release.release_id].select(columns)}){where}"
        )
    if not branches:
        typed = ", ".join(f"null::{kind} as {duck.name(column)}" for column, kind in columns.items())
        return f"select null::varchar as release_id, null::varchar as member, null::bigint as source_row, {typed} where false"
    return " union all ".join(branches)


def _insert(con, name: str, rows: list[tuple]) -> None:
    columns = CATALOGUE_TABLES[name][1]
    spec = ", ".join(f"{duck.name(column)} {kind}" for column, kind in columns.items())
    con.execute(f"create table catalogue.{name} ({spec})")
    if rows:
        con.executemany(f"insert into catalogue.{name} values ({', '.join('?' * len(columns))})", rows)


def _metric_row(metric, catalogue: Catalogue) -> tuple:
    caveats = " ".join(catalogue.caveats[caveat] for caveat in metric.caveats)
    target, needs, profile = metric.target, metric.needs, catalogue.profiles[metric.disclosure]
    return (
        metric.key, metric.metric_id, metric.definition_version, metric.name, metric.theme, metric.definition,
        metric.numerator, metric.denominator, metric.unit, metric.direction, metric.method, metric.source,
        metric.proof_grade, metric.proof, caveats, metric.per, " ".join(metric.geographies),
        " ".join(metric.breakdowns), metric.breakdown_denominator, metric.cadence, metric.disclosure,
        target and target.value, target and target.operator, target and target.by, target and target.source,
        needs and needs.dataset, needs and needs.from_whom, metric.detail is None,
        profile.applied_by == "publisher" and profile.rounds_to > 0, profile.country_exact,
    )  # fmt: skip


def _release_rows(catalogue: Catalogue, known, uses: list[Use], bronze: Mapping[str, Bronze]) -> list[tuple]:
    counted = {use.release.release_id: use.data_periods for use in uses}
    rows = []
    for release in sorted(known, key=lambda one: one.release_id):
        contract = catalogue.contracts[release.dataset]
        report = bronze[release.release_id].report
        periods = counted.get(release.release_id)
        counts = release.release_id in counted
        counts_for = "" if not counts else "all its rows" if periods is None else " ".join(day[:7] for day in periods)
        rows.append((
            release.release_id, release.dataset, release.table, release.part, release.period_start, release.period_end,
            release.period_type, contract.title, release.publisher, release.licence, contract.landing_page,
            release.url, release.published_at, release.citation, release.original_name, release.sha256, release.size,
            release.layout, release.origin, contract.table(release.table).maturity, report.rows_in, report.rows_clean,
            report.rows_quarantined, counts, counts_for, contract.kind == "publication", contract.person_level is True,
        ))  # fmt: skip
    return rows

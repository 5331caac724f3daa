"""What models make of real files, without dbt: a run database over releases or over rows of a test, and models over it.

Belongs here: the tables that models read, and stand-ins for areas, which are the business of other models. Does not belong here:
rendering SQL (tests/rendered.py), any expectation of a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from pipeline import duck
from pipeline.catalogue.load import catalogue
from pipeline.ingest.read import bronze_columns
from pipeline.ingest.resolve import resolve
from pipeline.settings import DBT_PROJECT
from pipeline.transform import build
from tests import rendered
from tests.real.read_whole import Taken

OF_A_RECORD = {"release_id": "VARCHAR", "member": "VARCHAR", "source_row": "BIGINT"}
# No area is known but those that a test puts in.
STAND_INS = {
    "int_area": "area_code varchar, area_type varchar, area_name varchar, valid_from date, valid_to date",
    "int_area_ancestor": "area_code varchar, ancestor_code varchar, span_from date, span_to date",
    "int_area_canonical": "published_code varchar, canonical_code varchar, span_from date, span_to date",
    "int_area_deprivation": (
        "area_code varchar, area_type varchar, domain varchar, index_year integer, decile integer, quintile integer,"
        " average_score decimal(18, 6), share_most_deprived decimal(18, 6), release_id varchar"
    ),
}


def database(folder: Path, taken: Taken | None = None) -> duckdb.DuckDBPyConnection:
    """The database of a run over the releases of `taken`, or over none; what other models make of areas is not there."""
    releases = taken.releases if taken else []
    bronze = {one.release_id: taken.bronze(one) for one in releases}
    uses = resolve(releases, catalogue(), {name: one.report.data_periods for name, one in bronze.items()})
    path = folder / "rows.duckdb"
    build.prepare(path, catalogue(), releases, uses, bronze)
    return duckdb.connect(str(path))


def put(con: duckdb.DuckDBPyConnection, staging_model: str, rows: Iterable[Mapping[str, object]], origin: str) -> None:
    """Rows by canonical column, as the reader would have typed them, in the place of what a staging model reads, and releases of
    `origin` that they are of."""
    dataset, table = rendered.source_of(staging_model)
    contract = catalogue().contracts[dataset]
    (typed,) = (bronze_columns(one) for one in contract.tables if one.name == table)
    columns = OF_A_RECORD | typed
    name = f"bronze.{dataset}__{table}"
    con.execute(f"drop view {name}")
    con.execute(f"create table {name} ({', '.join(f'{duck.name(column)} {kind}' for column, kind in columns.items())})")
    values = [[row.get(column) for column in columns] for row in rows]
    con.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", values)
    con.execute(
        f"insert into catalogue.release (release_id, origin) select distinct release_id, ? from {name}", [origin]
    )


def make(con: duckdb.DuckDBPyConnection, *models: str) -> None:
    """Makes models and seeds, and those that they read and `con` has not; those of areas without a row."""
    for name in models:
        if con.execute("select 1 from information_schema.tables where table_name = ?", [name]).fetchone():
            continue
        seed = DBT_PROJECT / "seeds" / f"{name}.csv"
        if name in STAND_INS:
            con.execute(f"create table {name} ({STAND_INS[name]})")
        elif seed.exists():
            con.execute(f"create table {name} as select * from read_csv({duck.text(str(seed))})")
        else:
            model = rendered.model(name)
            make(con, *model.reads)
            con.execute(f"create view {name} as {model.sql}")


def given(
    model: str, taken: Taken, folder: Path, areas: Iterable[tuple[str, str, str]] = ()
) -> duckdb.DuckDBPyConnection:
    """A database with the table `given`: every row of a model over the files of `taken`.

    `areas` are (code, type, name) of the areas that are known.
    """
    con = database(folder, taken)
    make(con, "int_area")
    for area in areas:
        con.execute("insert into int_area (area_code, area_type, area_name) values (?, ?, ?)", area)
    make(con, model)
    con.execute(f"create table given as from {model}")
    return con


def rows_of(con: duckdb.DuckDBPyConnection, model: str) -> list[dict]:
    """The rows of a model over what `con` has."""
    make(con, model)
    found = con.execute(f"from {model}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

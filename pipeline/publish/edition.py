"""Writes an edition aside and swaps it in: Parquet, ics_marts.duckdb, CSV, data dictionary, manifests.

An edition is immutable and named by its content. Readers see it only after `swap`; whoever has the old one open keeps it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import duck
from pipeline.catalogue.metric import THEMES
from pipeline.publish.commitment import committed
from pipeline.publish.tables import MARTS_SCHEMA_VERSION, PublishedTable

ROW_GROUP = 122_880
# Not marts.duckdb: DuckDB names the catalog after the file, and `marts.metric_value` would then be ambiguous between
# the catalog and the schema of that name.
DATABASE = "ics_marts.duckdb"


@dataclass(frozen=True)
class WrittenTable:
    """A table as written. `content_digest` is the same wherever the same rows are written; `sha256` is of the file."""

    table: PublishedTable
    rows: int
    sha256: str
    content_digest: str
    columns: tuple[tuple[str, str], ...]


def write_parquet(con, table: PublishedTable, folder: Path) -> WrittenTable:
    """Writes one table in the order of its tested key, so that the same rows are the same bytes at any thread count."""
    path = folder / table.path
    path.parent.mkdir(parents=True, exist_ok=True)
    relation = f"{table.build_schema}.{table.name}"
    order = ", ".join(duck.name(key) for key in table.key)
    con.execute(
        f"copy (select * from {relation} order by {order}) to {duck.text(path)}"
        f" (format parquet, compression zstd, row_group_size {ROW_GROUP})"
    )
    columns = tuple((row[0], row[1]) for row in con.execute(f"describe {relation}").fetchall())
    rows, digest = con.execute(content_digest_sql(relation, [name for name, _ in columns])).fetchone()
    return WrittenTable(table, rows, sha256_of(path), digest, columns)


def write_unmasked(opened: WrittenTable, table: PublishedTable, aside: Path) -> WrittenTable:
    """The internal table of a mart of which disclosure hid nothing: the very file of the open one.

    Sorting and writing 713,695 rows a second time would cost a second and give the same bytes.
    """
    target = aside / table.part / table.path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(aside / opened.table.part / opened.table.path, target)
    return replace(opened, table=table)


def content_digest_sql(relation: str, columns: Iterable[str]) -> str:
    """Row count and digest of a table's rows, whatever their order: the exclusive or of every row's MD5.

    Rows are unique (the key is tested), so no two cancel out. MD5 and not DuckDB's hash(), which changes by release.
    """
    cells = ", ".join(f"coalesce({duck.name(column)}::varchar, chr(30))" for column in columns)
    return (
        f"select count(*), count(*) || '-' || printf('%s', to_hex(coalesce(bit_xor(md5_number("
        f"concat_ws(chr(31), {cells}))), 0::uhugeint))) from {relation}"
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def results_id(written: Iterable[WrittenTable], key: bytes) -> str:
    """16 hex digits over the sorted (path, digest) of the Parquet files: equal results (and key), equal id.

    An internal file enters by a keyed digest: a plain one would tell whoever guesses a hidden figure that the guess is right.
    """
    lines = sorted(
        f"{one.table.part}/{one.table.path} {one.sha256 if one.table.part == 'open' else committed(one.sha256, key)}"
        for one in written
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def edition_id(results: str, code: str, settings_that_matter: dict[str, str]) -> str:
    """The name of an edition: its results, and the code and settings that made and present them.

    Results alone would not do: a mended page over the same figures must be a new edition, because editions never change.
    """
    content = "\n".join([results, code, repr(sorted(settings_that_matter.items()))])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def write_database(written: Iterable[WrittenTable], aside: Path, *, threads: int = 0) -> None:
    """The open part's database, with the same names as its Parquet folders, in a storage version that old drivers open."""
    con = _attached(aside / "open" / DATABASE, threads)
    try:
        opened = [one.table for one in written if one.table.part == "open"]
        for table in sorted(opened, key=lambda one: one.is_view):
            con.execute(f"create schema if not exists {table.schema}")
            if table.is_view:
                # Compiled SQL names the run database, `"build"."marts"."x"`; a published view stands in its own.
                con.execute(f"create view {table.schema}.{table.name} as {table.view_sql.replace(_RUN_CATALOG, '')}")
            else:
                con.execute(f"create table {table.schema}.{table.name} as {_rows_of(table, aside)}")
    finally:
        con.close()


def write_internal_database(masked: Iterable[PublishedTable], aside: Path, *, threads: int = 0) -> None:
    """The internal part's database: the open one, with the marts that disclosure `masked` as they were before it."""
    path = aside / "internal" / DATABASE
    shutil.copyfile(aside / "open" / DATABASE, path)
    con = _attached(path, threads)
    try:
        for table in masked:
            con.execute(f"create or replace table {table.schema}.{table.name} as {_rows_of(table, aside)}")
    finally:
        con.close()


_RUN_CATALOG = '"build".'


def _attached(path: Path, threads: int):
    con = duck.connect(threads=threads)
    con.execute(f"attach {duck.text(path)} as published (storage_version '{duck.STORAGE_VERSION}')")
    con.execute("use published")
    return con


def _rows_of(table: PublishedTable, aside: Path) -> str:
    return f"select * from read_parquet({duck.text(aside / table.part / table.path)})"


def write_csvs(con, folder: Path, tables: Iterable[PublishedTable]) -> None:
    """One CSV per theme, with the rows of the theme's view in the order of its key."""
    (folder / "csv").mkdir(parents=True, exist_ok=True)
    for table in tables:
        if table.name in THEMES:
            order = ", ".join(duck.name(key) for key in table.key)
            path = folder / "csv" / f"{table.name}.csv"
            con.execute(
                f"copy (select * from {table.build_schema}.{table.name} order by {order}) to {duck.text(path)} (format csv, header)"
            )


def write_dictionary(tables: Iterable[PublishedTable], folder: Path) -> None:
    """data_dictionary.csv: every published column, its type and what it means."""
    with (folder / "data_dictionary.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(
            ["schema", "table", "table_description", "column", "type", "column_description", "key", "owner"]
        )
        for table in tables:
            for column in table.columns:
                writer.writerow([
                    table.schema, table.name, table.description, column.name, column.data_type, column.description,
                    "yes" if column.name in table.key else "", table.owner,
                ])  # fmt: skip


def manifest(part: str, identity: str, written: Iterable[WrittenTable], folder: Path, facts: dict) -> dict:
    """The manifest of one part: its tables and files with their digests, and `facts` on inputs, code and gate."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {
        "edition_id": identity,
        "part": part,
        "marts_schema_version": MARTS_SCHEMA_VERSION,
        **facts,
        "tables": [
            {
                "schema": one.table.schema, "name": one.table.name, "path": one.table.path, "rows": one.rows,
                "sha256": one.sha256, "content_digest": one.content_digest, "key": list(one.table.key),
                "columns": [list(column) for column in one.columns],
            }
            for one in written if one.table.part == part
        ],
        "files": [
            {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256_of(path)}
            for path in files
        ],
    }  # fmt: skip


def write_json(path: Path, content: dict) -> None:
    """Writes JSON whole or not at all."""
    building = path.with_name(path.name + ".tmp")
    building.parent.mkdir(parents=True, exist_ok=True)
    with building.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(content, indent=1) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(building, path)


def place(aside: Path, editions: Path, identity: str) -> Path:
    """Moves a finished edition to its name. An edition of that name is the same edition and stays."""
    target = editions / identity
    if not target.exists():
        for path in aside.rglob("*"):
            if path.is_file():
                path.chmod(0o444)
        editions.mkdir(parents=True, exist_ok=True)
        os.replace(aside, target)
    else:
        shutil.rmtree(aside)
    return target


def swap(current_json: Path, identity: str, edition: Path, run_id: str) -> None:
    """Makes an edition the current one, in one atomic replace."""
    digest = sha256_of(edition / "open" / "manifest.json")
    write_json(current_json, {"edition_id": identity, "manifest_sha256": digest, "run_id": run_id})


def deliver(edition: Path, latest: Path) -> None:
    """Copies the open part to stable file names, each file replaced by rename, the manifest last.

    The name of every file stays the same from edition to edition; what this edition no longer holds is removed.
    """
    source = edition / "open"
    wanted = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    for relative in sorted(wanted, key=lambda path: (path.name == "manifest.json", path.as_posix())):
        target = latest / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        building = target.with_name(f".{target.name}.tmp")
        building.unlink(missing_ok=True)
        shutil.copyfile(source / relative, building)
        os.replace(building, target)
    for path in sorted(latest.rglob("*")):
        if path.is_file() and path.relative_to(latest) not in wanted:
            path.unlink()


def prune(editions: Path, keep: int, wanted: set[str | None]) -> list[str]:
    """Removes all but the newest `keep` editions; never one that is `wanted`. Returns what was removed."""
    held = sorted(
        (path for path in editions.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime, reverse=True
    )
    removed = []
    for path in held[keep:]:
        if path.name not in wanted:
            shutil.rmtree(path)
            removed.append(path.name)
    return removed

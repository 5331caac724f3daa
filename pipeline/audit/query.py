"""SQL on the current edition, read-only, and on the history of runs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from pipeline import duck
from pipeline.errors import Fault
from pipeline.gate.ledger import read_checks
from pipeline.publish.current import edition_folder, open_part
from pipeline.run.record import records
from pipeline.settings import Settings


def edition_connection(settings: Settings, part: str = "open"):
    """A read-only connection to the current edition: schemas marts, reference, analysis, audit."""
    return open_part(edition_folder(settings), part)


def runs_connection(settings: Settings):
    """A connection with the history of runs: runs.run, runs.step, runs.check_result (every outcome of every run)."""
    con = duck.connect()
    con.execute("create schema runs")
    con.execute(
        "create table runs.run (run_id varchar, started_at varchar, finished_at varchar, outcome varchar, edition_id varchar,"
        " message varchar, run_trigger varchar, user_name varchar, git_commit varchar, dirty boolean, peak_memory_mb integer)"
    )
    con.execute("create table runs.step (run_id varchar, step varchar, seconds double)")
    con.execute(
        "create table runs.check_result (run_id varchar, rule_id varchar, scope varchar, kind varchar, severity varchar,"
        " dimension varchar, outcome varchar, message varchar, rows_checked bigint, rows_failed bigint, evidence_run varchar)"
    )
    for record in records(settings):
        con.execute(
            "insert into runs.run values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                record.run_id, record.started_at, record.finished_at, record.outcome, record.edition_id, record.message,
                record.trigger, record.user, record.git.get("commit", ""), record.git.get("dirty", False),
                record.peak_memory_mb,
            ],
        )  # fmt: skip
        for step, seconds in record.steps.items():
            con.execute("insert into runs.step values (?, ?, ?)", [record.run_id, step, seconds])
        _insert_checks(con, record.run_id, record.folder(settings) / "gate.json")
    con.execute("set enable_external_access = false; set lock_configuration = true")
    return con


def _insert_checks(con, run_id: str, gate_json: Path) -> None:
    if not gate_json.is_file():  # a run that ended before its gate
        return
    columns = (
        "rule_id",
        "scope",
        "kind",
        "severity",
        "dimension",
        "outcome",
        "message",
        "rows_checked",
        "rows_failed",
        "evidence_run",
    )
    rows = [[run_id, *(asdict(check)[name] for name in columns)] for check in read_checks(gate_json.read_text("utf-8"))]
    con.executemany(f"insert into runs.check_result values ({', '.join('?' * 11)})", rows)


def execute(con, query: str) -> tuple[list[str], list[tuple]]:
    """Column names and rows of a query. Raises Fault with DuckDB's own words where it does not run."""
    import duckdb

    try:
        cursor = con.execute(query)
        return [column[0] for column in cursor.description or []], cursor.fetchall()
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise Fault(
            first, where="sql", remedy="Tables: `select * from duckdb_tables()`; words: `ics-marts find`"
        ) from error


def as_json(names: list[str], rows: list[tuple]) -> str:
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str, indent=1)

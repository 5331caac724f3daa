"""A run that many tests read, and the marts of a run, which another run over the same takes and does not build again.

Belongs here: what makes tests cheaper without their seeing it. Does not belong here: what a test asserts, or any shortcut past
a step other than dbt's build.
"""

from __future__ import annotations

import hashlib
import pickle
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import duckdb
import pytest

from pipeline.run import sequence
from pipeline.settings import DBT_PROJECT, Settings
from pipeline.transform.dbt import Dbt, NodeResult

Made = tuple[Settings, sequence.RunOutcome]

REALLY_BUILD, REALLY_PARSE = Dbt.build, Dbt.parse
# dbt's manifest of the project, which is the same for every archive: to load it takes 1.2 s of processor time.
MANIFEST: list = []


def run_once(folder: Path, archive: Callable[[Path], None], parsed: Settings, built: Path) -> Made:
    """A run over the archive that `archive` writes, with what dbt built for it kept in `built`."""
    archive(folder / "raw")
    settings = Settings(raw=folder / "raw", out=folder / "out", lock_wait_seconds=1)
    keep_parse(parsed, settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dbt, "build", remembered(built, keep=True))
        outcome = sequence.run(settings)
    assert outcome.status == 0, outcome.message
    return settings, outcome


def keep_parse(made: Settings, settings: Settings) -> None:
    """Gives `settings` what dbt parsed for `made`, for a run and for the graph: to parse the project anew takes 6 s."""
    for folder in ("dbt", "dagster"):
        (settings.work / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(made.work / "dbt" / "partial_parse.msgpack", settings.work / folder)


def remembered(built: Path, *, keep: bool = False):
    """`Dbt.build`, which takes what another run built where it would build the very same, and builds where it would not.

    What it takes stands in `built`: the database, the results and the SQL, under a digest of what they were built from.
    What it builds itself it leaves there where it is told to `keep` it (a database of some 50 MB).

    The same is: the project as it is, the same nodes left out, every table of the run database equal cell by cell, every
    bronze view over the same files (whose names are digests), and for the open part the same internal part before it.
    """

    def build(dbt: Dbt, tag: str, leave_out: Collection[str] = ()) -> list[NodeResult]:
        key = _key(dbt, tag, leave_out) if dbt.project == DBT_PROJECT.resolve() else "another project"
        if not (built / f"{key}.pickle").exists():
            results = REALLY_BUILD(dbt, tag, leave_out)
            if keep and dbt.project == DBT_PROJECT.resolve():
                _keep(dbt, results, built / key)
            dbt.built_from = key
            return results
        results, sql = pickle.loads((built / f"{key}.pickle").read_bytes())
        with duckdb.connect(dbt.build_db, read_only=True) as con:
            views = [text for _, text in _bronze_views(con)]
        shutil.copy(built / f"{key}.duckdb", dbt.build_db)
        with duckdb.connect(dbt.build_db) as con:
            for text in views:  # over this run's own files
                con.execute(text.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
        for unique_id, code in sql.items():
            dbt.parse().nodes[unique_id].compiled_code = code
        dbt.built_from = key
        return results

    return build


def _keep(dbt: Dbt, results: list[NodeResult], place: Path) -> None:
    nodes = dbt.parse().nodes
    sql = {one.unique_id: getattr(nodes[one.unique_id], "compiled_code", None) for one in results}
    place.parent.mkdir(exist_ok=True)
    shutil.copy(dbt.build_db, place.with_suffix(".duckdb"))
    place.with_suffix(".pickle").write_bytes(pickle.dumps((results, sql)))


def parsed_once(dbt: Dbt):
    """`Dbt.parse`, which reads the project once in a process."""
    if dbt.project != DBT_PROJECT.resolve():
        return REALLY_PARSE(dbt)
    if not MANIFEST:
        MANIFEST.append(REALLY_PARSE(dbt))
    dbt._manifest = MANIFEST[0]
    return dbt._manifest


def _bronze_views(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute(
        "select view_name, sql from duckdb_views() where schema_name = 'bronze' order by view_name"
    ).fetchall()


def _key(dbt: Dbt, tag: str, leave_out: Collection[str]) -> str:
    """A digest of all that a build can see."""
    seen = hashlib.sha256(repr((tag, sorted(leave_out), getattr(dbt, "built_from", ""))).encode())
    with duckdb.connect(dbt.build_db, read_only=True) as con:
        for _, text in _bronze_views(con):
            seen.update(re.sub(r"'[^']*/bronze/", "'", text).encode())
        tables = con.execute(
            "select schema_name, table_name, sql from duckdb_tables() where schema_name in ('catalogue', 'disclosure') order by all"
        ).fetchall()
        for schema, table, text in tables:
            seen.update(text.encode())
            seen.update(repr(con.execute(f'from {schema}."{table}" order by all').fetchall()).encode())
    return seen.hexdigest()[:32]

"""One dbt inside this process: parse once, invoke by tag, hand back every node's outcome.

Telemetry is off; the database is released afterwards, so that this process can open it again.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import Fault
from pipeline.settings import DBT_PROJECT

# Names the file of the run database to the plugin that dbt connects by (run_database.py).
BUILD_DB_VARIABLE = "ICS_MARTS_BUILD_DB"
QUIET = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "DBT_VERSION_CHECK": "false",
    "DBT_NO_PRINT": "true",
}


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node. `status` is dbt's: success, pass, fail, warn, error, skipped."""

    unique_id: str
    status: str
    failures: int | None
    message: str
    seconds: float


class Dbt:
    """dbt over one run database. `target` takes dbt's own files (partial parse, compiled SQL, run results)."""

    def __init__(self, build_db: Path, target: Path, *, project: Path = DBT_PROJECT) -> None:
        self.build_db, self.target, self.project = build_db.resolve(), target.resolve(), project.resolve()
        self._manifest = None

    def parse(self):
        """The manifest of the project (dbt's Manifest object). Raises Fault where the project does not parse."""
        if self._manifest is None:
            with self._environment():
                result = self._runner().invoke(self._arguments("parse"))
            if not result.success:
                raise Fault(f"dbt cannot parse the project ({_first_line(result.exception)})", where=str(self.project))
            self._manifest = result.result
        return self._manifest

    def build(self, tag: str, leave_out: Collection[str] = ()) -> list[NodeResult]:
        """Seeds, models and data tests of `tag` in order, but for the nodes `leave_out` (unique_id). A failing test
        stops what depends on its model.

        Tests that look at both parts wait for the open one (`buildable` takes those whose parents are there).

        Failures come back as results: judging them is the gate's business.
        """
        eager = "eager" if tag == "open" else "buildable"
        manifest = without(self.parse(), leave_out)
        # What a model that unites names and this run does not build (idle_nodes).
        named = sorted(manifest.nodes[one].name for one in set(leave_out) & set(manifest.nodes))
        exclude = ["--exclude", *named] if named else []
        return self._invoke(
            "build", "--select", f"tag:{tag}", *exclude, "--indirect-selection", eager, manifest=manifest
        )  # fmt: skip

    def unit_tests(self) -> list[NodeResult]:
        """dbt's unit tests of models. They judge code and not data, so a run leaves them out."""
        return self._invoke("test", "--select", "test_type:unit")

    def _invoke(self, *command: str, manifest=None) -> list[NodeResult]:
        manifest = manifest or self.parse()
        with self._environment():
            result = self._runner(manifest).invoke(self._arguments(*command))
        self.release()
        if result.result is None:
            raise Fault(f"dbt did not run ({_first_line(result.exception)})", where=str(self.project))
        return [
            NodeResult(
                one.node.unique_id, str(one.status), one.failures, one.message or "", round(one.execution_time, 3)
            )
            for one in result.result.results
        ]

    def models(self, leave_out: Collection[str] = ()) -> dict[str, dict]:
        """Every model and seed that was built, by dbt's name: what it is, what it builds on, its SQL as it ran."""
        found = {}
        for node in self.parse().nodes.values():
            if node.resource_type in ("model", "seed") and node.unique_id not in leave_out:
                found[f"{node.schema}.{node.alias}"] = {
                    "name": node.name,
                    "relation": f"{node.schema}.{node.alias}",
                    "file": node.original_file_path,
                    "description": " ".join(node.description.split()),
                    "parents": [self._relation(parent) for parent in sorted(node.depends_on_nodes)],
                    "sql": getattr(node, "compiled_code", None) or node.raw_code,
                }
        return dict(sorted(found.items()))

    def _relation(self, unique_id: str) -> str:
        manifest = self.parse()
        node = manifest.nodes.get(unique_id) or manifest.sources[unique_id]
        return f"{node.schema}.{getattr(node, 'alias', None) or node.identifier}"

    def release(self) -> None:
        """Closes dbt's hold on the database file; without it this process cannot open the file itself."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()

    def _runner(self, manifest=None):
        from dbt.cli.main import dbtRunner

        return dbtRunner(manifest=manifest)

    def _arguments(self, *command: str) -> list[str]:
        return [
            *command,
            "--project-dir", str(self.project), "--profiles-dir", str(self.project), "--target-path", str(self.target),
            "--log-path", str(self.target / "logs"), "--quiet", "--no-use-colors", "--log-level", "none",
            "--no-send-anonymous-usage-stats", "--no-version-check", "--no-write-json",
        ]  # fmt: skip

    @contextmanager
    def _environment(self):
        changes = {**QUIET, BUILD_DB_VARIABLE: str(self.build_db)}
        before = {key: os.environ.get(key) for key in changes}
        os.environ.update(changes)
        try:
            yield
        finally:
            for key, value in before.items():
                os.environ.pop(key, None) if value is None else os.environ.__setitem__(key, value)


def without(manifest, leave_out: Collection[str]):
    """A manifest of the same nodes but for those `leave_out`, their sources that no other node reads, and unit tests.

    Of those `leave_out` a model that unites may name some (`idle_nodes`): they stay, and read nothing. dbt judges every name
    after `--exclude` on every node, thrice a build: for 148 names 5 s of a run's 24 under a profiler (2026-11-21), and it
    grows as their square.
    """
    nodes = {one: node for one, node in manifest.nodes.items() if one not in leave_out}
    read = {parent for node in nodes.values() for parent in node.depends_on_nodes}
    for one in read & set(leave_out):
        named = copy(manifest.nodes[one])
        named.depends_on = type(named.depends_on)()
        nodes[one] = named
    sources = {one: source for one, source in manifest.sources.items() if one in read}
    return replace(manifest, nodes=nodes, sources=sources, unit_tests={})


def _first_line(error: object) -> str:
    lines = [line.strip() for line in str(error or "no reason given").splitlines() if line.strip()]
    return " ".join(lines)[:600]

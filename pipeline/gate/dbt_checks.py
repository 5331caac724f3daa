"""dbt's models and tests in the ledger: planned from the manifest, recorded from the results of the builds.

A test that dbt skipped, or never selected, stays `not_run` and blocks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from pipeline.gate.ledger import Check, Ledger
from pipeline.transform.dbt import NodeResult

SCOPE = "dbt"


def planned(manifest, idle: Collection[str] = ()) -> Iterator[Check]:
    """One check per enabled model, seed and data test of the project, but for those that are `idle` in a run."""
    for node in sorted(manifest.nodes.values(), key=lambda one: one.unique_id):
        if node.unique_id in idle:
            continue
        if node.resource_type in ("model", "seed"):
            yield Check(f"built.{node.name}", SCOPE, "dbt_model", "critical", "validity", f"{node.name} is built")
        elif node.resource_type == "test":
            meta = node.config.meta
            yield Check(
                node.name, SCOPE, "dbt_test", "warning" if node.config.severity.lower() == "warn" else "critical",
                meta.get("dimension", "consistency"), meta.get("why") or node.description or node.name,
            )  # fmt: skip


def execute(ledger: Ledger, manifest, results: Iterable[NodeResult]) -> None:
    """Records the results of the builds. What is planned and not among them stays not run."""
    for result in results:
        node = manifest.nodes[result.unique_id]
        if node.resource_type in ("model", "seed"):
            built = {"success": "passed", "error": "errored"}.get(result.status, "not_run")
            message = "" if built == "passed" else f"{node.original_file_path}: {_one_line(result.message)}"
            ledger.record(f"built.{node.name}", SCOPE, built, message=message)
        elif node.resource_type == "test":
            _record_test(ledger, node, result)


def _record_test(ledger: Ledger, node, result: NodeResult) -> None:
    outcome = {"pass": "passed", "fail": "failed", "warn": "failed", "error": "errored"}.get(result.status, "not_run")
    message = ""
    if outcome == "failed":
        why, remedy = node.config.meta.get("why") or node.name, node.config.meta.get("remedy", "")
        message = f"{why}: {result.failures} rows not so. {remedy}".strip()
    elif outcome != "passed":
        message = (
            f"{node.original_file_path}: {_one_line(result.message) or 'skipped, because something before it failed'}"
        )
    ledger.record(node.name, SCOPE, outcome, message=message, rows_failed=result.failures)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:400]

"""The checks that a contract implies, put in the ledger for each release. The rules themselves stand in the contract."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.catalogue.contract import Contract, Table
from pipeline.gate.ledger import Check, Ledger
from pipeline.ingest.archive import Release
from pipeline.ingest.findings import findings
from pipeline.ingest.read import ReadReport


def planned(contract: Contract, table: Table, release: Release, report: ReadReport) -> Iterator[Check]:
    for finding in findings(contract, table, report, release.original_name):
        yield Check(finding.rule_id, release.release_id, "contract", "critical", finding.dimension, finding.why)


def execute(ledger: Ledger, contract: Contract, table: Table, release: Release, report: ReadReport) -> None:
    for finding in findings(contract, table, report, release.original_name):
        ledger.record(
            finding.rule_id,
            release.release_id,
            "passed" if finding.passed else "failed",
            message=finding.message,
            rows_checked=finding.rows_checked,
            rows_failed=finding.rows_failed,
        )

"""The run as one asset definition, from staging to the edition.

It cannot be subsetted: a part of a run could pass no gate. The core's `nightly` does the work, as for cron; this tells
Dagster of it.
"""

# No `from __future__ import annotations` here: Dagster compares the annotation of `context` with its class, not a string.
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    DagsterInstance,
    DataVersion,
    Failure,
    MaterializeResult,
    MetadataValue,
    Output,
    TableColumn,
    TableColumnDep,
    TableColumnLineage,
    TableSchema,
    multi_asset,
)

from pipeline.audit.lineage import of_edition
from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.gate.ledger import Check, read_checks
from pipeline.orchestration.checks import Rule, check_results
from pipeline.orchestration.ingest import faults_shown, new_in_bronze
from pipeline.orchestration.models import EDITION, depths
from pipeline.privacy.scan import withheld
from pipeline.publish.current import read_manifest, read_models
from pipeline.run import record as records
from pipeline.run.inbox import Intake
from pipeline.run.nightly import NightOutcome, nightly
from pipeline.run.sequence import RunOutcome
from pipeline.settings import Settings

# Dagster's freshness counts from when a release came; this says what `ics-marts status` says.
UP_TO_DATE = AssetCheckSpec(
    "datasets_are_up_to_date",
    asset=EDITION,
    description="no dataset's next release is overdue by its cadence and lag",
    metadata={"rule": "datasets_are_up_to_date", "kind": "status", "severity": "warning", "dimension": "timeliness"},
)
# A run's record names Dagster's own run behind it.
TRIGGER = "dagster "


def edition_asset(settings: Settings, specs: list[AssetSpec], checks: dict[Rule, AssetCheckSpec]) -> AssetsDefinition:
    depth = depths(specs)
    upstream_first = sorted((spec.key for spec in specs), key=lambda key: (depth[key], key))

    # The rules of a contract share one spec.
    shown = [*{spec.key: spec for spec in checks.values()}.values(), UP_TO_DATE]

    @multi_asset(
        name="build_edition", specs=specs, check_specs=shown, can_subset=False,
        description="The night: inbox, gate 1, dbt, disclosure control, gate 2, publication, delivery, alerts.",
    )  # fmt: skip
    def build_edition(context: AssetExecutionContext) -> Iterator[MaterializeResult | AssetCheckResult | Output]:
        try:
            with faults_shown():
                night = nightly(settings, trigger=f"{TRIGGER}{context.run_id}", progress=context.log.info)
        finally:
            fail_the_dead(context.instance, settings)
        outcome = night.run
        context.log.info(outcome.message)
        for one in new_in_bronze(context.instance, catalogue(), settings):
            context.log_event(one)
        gate_json = (settings.runs / outcome.run_id / "gate.json").resolve()
        judged, held = _ledger(gate_json)
        results = check_results(checks, judged, held)
        results[EDITION].append(_up_to_date(night))
        if outcome.outcome == "blocked":
            for found in results.values():
                yield from found
            # No asset is materialised and nothing was published: readers still have the last edition.
            raise Failure(
                description=outcome.message,
                metadata={"run": outcome.run_id, "gate": MetadataValue.path(gate_json)},
                allow_retries=False,
            )
        told = _of_tables(outcome) | {EDITION: (_of_edition(night, judged, gate_json), DataVersion(outcome.edition_id))}
        columns = _of_columns(outcome.folder, specs)
        left_out = _left_out(outcome.folder, specs)
        for key in upstream_first:
            if key in left_out:
                continue
            metadata, version = told.get(key, ({}, None))
            yield MaterializeResult(
                asset_key=key,
                metadata={"edition": outcome.edition_id, "run": outcome.run_id, **metadata, **columns.get(key, {})},
                data_version=version,
                check_results=results.get(key, []),
            )
        yield from _skipped(shown, results)

    return build_edition


def _up_to_date(night: NightOutcome) -> AssetCheckResult:
    late = "; ".join(f"{one.dataset}: due {one.next_due}, {one.days_late} days late" for one in night.overdue)
    return AssetCheckResult(
        passed=not late,
        asset_key=EDITION,
        check_name=UP_TO_DATE.name,
        severity=AssetCheckSeverity.WARN,
        description=late or None,
        metadata={"overdue": len(night.overdue)},
    )


def fail_the_dead(instance: DagsterInstance, settings: Settings) -> None:
    """Dagster's records of runs whose process died say STARTED for ever, and hold up the queue: they failed."""
    for record in records.records(settings):
        if record.outcome == "died" and record.trigger.startswith(TRIGGER):
            run = instance.get_run_by_id(record.trigger.removeprefix(TRIGGER))
            if run is not None and not run.is_finished:
                instance.report_run_failed(run, f"Its process died; {record.message}")


def _skipped(specs: Iterable[AssetCheckSpec], results: Mapping[AssetKey, list[AssetCheckResult]]) -> Iterator[Output]:
    """Checks that no release called for, such as those of a dataset that the archive does not hold.

    Dagster fails a step that leaves the output of a declared check out (DagsterStepOutputNotFoundError). The bare output
    without a result satisfies it and records no outcome: the check is then shown as skipped, neither passed nor failed.
    """
    told = {(key, result.check_name) for key, found in results.items() for result in found}
    for spec in specs:
        if (spec.asset_key, spec.name) not in told:
            yield Output(None, output_name=spec.get_python_identifier())


def _ledger(gate_json: Path) -> tuple[list[Check], list[Check]]:
    """The checks of a run that were judged, and those of the releases that it held back."""
    text = gate_json.read_text("utf-8")
    held = [Check(**{**one, "row_ids": tuple(one["row_ids"])}) for one in json.loads(text)["held"]]
    return read_checks(text), held


def _of_tables(outcome: RunOutcome) -> dict[AssetKey, tuple[dict[str, Any], DataVersion]]:
    """What the edition's two manifests say of each published table."""
    told = {}
    for part in ("open", "internal"):
        for table in read_manifest(outcome.folder, part)["tables"]:
            key = AssetKey(["internal" if part == "internal" else table["schema"], table["name"]])
            metadata = {
                "dagster/row_count": table["rows"],
                "content_digest": table["content_digest"],
                "file": MetadataValue.path((outcome.folder / part / table["path"]).resolve()),
            }
            told[key] = (metadata, DataVersion(table["content_digest"]))
    return told


def _left_out(folder: Path, specs: list[AssetSpec]) -> set[AssetKey]:
    """The models that the run had nothing for, so that it did not build them."""
    built = {AssetKey(relation.split(".")) for relation in read_models(folder)}
    return {spec.key for spec in specs if spec.skippable} - built


def _of_columns(folder: Path, specs: list[AssetSpec]) -> dict[AssetKey, dict[str, Any]]:
    """Which columns each model's columns are made from; all its columns where its YAML declares only some."""
    try:
        found = of_edition(folder, catalogue())
    except Fault as fault:
        # The edition is out and whole: that one picture cannot be drawn is no reason to call its run failed.
        return {EDITION: {"column_lineage": str(fault)}}
    declared = {spec.key: spec.metadata.get("dagster/column_schema") for spec in specs}
    told = {}
    for relation, lineage in found.items():
        key = AssetKey(relation.split("."))
        deps = {
            column: [TableColumnDep(AssetKey(parent.split(".")), name) for parent, name in sources]
            for column, sources in lineage.items()
        }
        told[key] = {"dagster/column_lineage": TableColumnLineage(deps)}
        known = {column.name: column for column in declared[key].columns} if declared.get(key) else {}
        if list(known) != list(lineage):
            columns = [known.get(column) or TableColumn(column, "") for column in lineage]
            told[key]["dagster/column_schema"] = TableSchema(columns)
    return told


def _of_edition(night: NightOutcome, judged: list[Check], gate_json: Path) -> dict[str, Any]:
    outcome, counts = night.run, Counter(check.outcome for check in judged)
    return {
        "outcome": outcome.message,
        "page": MetadataValue.path((outcome.folder / "open" / "index.html").resolve()),
        "folder": MetadataValue.path(outcome.folder.resolve()),
        "gate": MetadataValue.path(gate_json),
        "checks": f"{len(judged)} judged: " + ", ".join(f"{number} {name}" for name, number in sorted(counts.items())),
        "held_back": "\n".join(outcome.held) or "none",
        "inbox": _of_inbox(night.intake),
        "overdue": "\n".join(f"{one.dataset}: due {one.next_due}" for one in night.overdue) or "none",
        "delivered_to": str(night.delivered or "nowhere else"),
        "seconds": outcome.steps,
    }


def _of_inbox(intake: Intake) -> str:
    if not intake.there:
        return "there is none"
    told = [one.message for one in (*intake.taken, *intake.refused)] + intake.stuck
    return (
        "\n".join([*told, *(f"{withheld(path.name)}: somebody is still writing it" for path in intake.waiting)])
        or "was empty"
    )

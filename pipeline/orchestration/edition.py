"""The run as one asset definition, from staging to the edition.

It cannot be subsetted: a part of a run could pass no gate. The core's `run` does the work; this tells Dagster of it.
"""

# No `from __future__ import annotations` here: Dagster compares the annotation of `context` with its class, not a string.
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    DataVersion,
    Failure,
    MaterializeResult,
    MetadataValue,
    Output,
    multi_asset,
)

from pipeline.gate.ledger import Check, read_checks
from pipeline.orchestration.checks import Rule, check_results
from pipeline.orchestration.ingest import faults_shown
from pipeline.orchestration.models import EDITION, depths
from pipeline.publish.current import read_manifest
from pipeline.run import sequence
from pipeline.run.sequence import RunOutcome
from pipeline.settings import Settings


def edition_asset(settings: Settings, specs: list[AssetSpec], checks: dict[Rule, AssetCheckSpec]) -> AssetsDefinition:
    depth = depths(specs)
    upstream_first = sorted((spec.key for spec in specs), key=lambda key: (depth[key], key))

    @multi_asset(
        name="build_edition", specs=specs, check_specs=list(checks.values()), can_subset=False,
        description="One run of the core: gate 1, dbt, disclosure control, gate 2, publication.",
    )  # fmt: skip
    def build_edition(context: AssetExecutionContext) -> Iterator[MaterializeResult | AssetCheckResult | Output]:
        with faults_shown():
            outcome = sequence.run(settings, trigger="dagster", progress=context.log.info)
        context.log.info(outcome.message)
        gate_json = (settings.runs / outcome.run_id / "gate.json").resolve()
        judged, held = _ledger(gate_json)
        results = check_results(checks, judged, held)
        if outcome.outcome == "blocked":
            for found in results.values():
                yield from found
            # No asset is materialised and nothing was published: readers still have the last edition.
            raise Failure(
                description=outcome.message,
                metadata={"run": outcome.run_id, "gate": MetadataValue.path(gate_json)},
                allow_retries=False,
            )
        told = {**_of_tables(outcome), EDITION: _of_edition(outcome, judged, gate_json)}
        for key in upstream_first:
            metadata, version = told.get(key, ({}, None))
            yield MaterializeResult(
                asset_key=key,
                metadata={"edition": outcome.edition_id, "run": outcome.run_id, **metadata},
                data_version=version,
                check_results=results.get(key, []),
            )
        yield from _skipped(checks.values(), results)

    return build_edition


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


def _of_edition(outcome: RunOutcome, judged: list[Check], gate_json: Path) -> tuple[dict[str, Any], DataVersion]:
    counts = Counter(check.outcome for check in judged)
    metadata = {
        "outcome": outcome.message,
        "page": MetadataValue.path((outcome.folder / "open" / "index.html").resolve()),
        "folder": MetadataValue.path(outcome.folder.resolve()),
        "gate": MetadataValue.path(gate_json),
        "checks": f"{len(judged)} judged: " + ", ".join(f"{number} {name}" for name, number in sorted(counts.items())),
        "held_back": "\n".join(outcome.held) or "none",
        "seconds": outcome.steps,
    }
    return metadata, DataVersion(outcome.edition_id)

"""Dagster over the embedded sample: the same edition as the command line makes, and no way past the gate."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest
from dagster import (
    AssetCheckKey,
    AssetCheckSeverity,
    AssetKey,
    DagsterInstance,
    DagsterInvalidSubsetError,
    DagsterRunStatus,
    build_sensor_context,
)

from pipeline.audit.status import status
from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.orchestration.checks import TOGETHER, rule_of, shown_as
from pipeline.orchestration.graph import definitions
from pipeline.publish.current import current_id, read_manifest
from pipeline.run import record
from pipeline.settings import PROJECT_ROOT, Settings
from tests.pipeline.extracts import extract

pytestmark = pytest.mark.usefixtures("graph_parsed_once")

BRONZE = AssetKey(["bronze", "place_measures__measures"])
METRIC_VALUE = AssetKey(["marts", "metric_value"])
EDITION = AssetKey(["edition"])


def with_inbox(settings: Settings) -> Settings:
    """Settings with an inbox of the test's own, which need not be there: the default is the working folder's."""
    return replace(settings, inbox=settings.raw.parent / "inbox")


def nightly(settings: Settings, instance: DagsterInstance | None = None, **chosen):
    """A run of the job in this process, by default on an instance of its own that leaves nothing behind."""
    with nullcontext(instance) if instance else in_memory() as used:
        job = definitions(with_inbox(settings)).resolve_job_def("nightly")
        return job.execute_in_process(instance=used, raise_on_error=False, **chosen)


def in_memory() -> DagsterInstance:
    return DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}})


def materialised(result) -> dict[AssetKey, dict]:
    events = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {one.asset_key: {name: value.value for name, value in one.metadata.items()} for one in events}


def evaluated(result) -> dict[AssetCheckKey, object]:
    return {one.asset_check_key: one for one in result.get_asset_check_evaluations()}


def failure(result) -> str:
    (event,) = [event for event in result.all_events if event.is_step_failure]
    return event.event_specific_data.user_failure_data.description


def add_extract(settings: Settings, folder, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text, "utf-8")
    (outcome,) = archive.add([path], settings, catalogue())
    assert outcome.status == "archived", outcome.message


def persistent(folder) -> DagsterInstance:
    """An instance with the deployed settings, whose records outlive the process."""
    folder.mkdir(exist_ok=True)
    shutil.copy(PROJECT_ROOT / "deploy" / "dagster.yaml", folder)
    return DagsterInstance.from_config(str(folder))


@pytest.fixture(scope="module")
def by_dagster(sample_run, tmp_path_factory):
    """The nightly job over the archive of `sample_run`, with an output folder of its own."""
    made, _ = sample_run
    settings = replace(made, out=tmp_path_factory.mktemp("dagster") / "out")
    return settings, nightly(settings)


def test_both_routes_make_the_same_edition(sample_run, by_dagster):
    (_, outcome), (settings, result) = sample_run, by_dagster
    assert result.success
    assert current_id(settings) == outcome.edition_id
    for part in ("open", "internal"):
        mine = read_manifest(settings.editions / outcome.edition_id, part)
        theirs = read_manifest(outcome.folder, part)
        assert mine["results_id"] == theirs["results_id"]
        assert mine["tables"] == theirs["tables"]


def test_every_check_of_the_ledger_is_shown(sample_run, by_dagster):
    (_, outcome), (_, result) = sample_run, by_dagster
    shown = evaluated(result)
    # two are the graph's own
    whole = shown.pop(AssetCheckKey(EDITION, "ledger_is_whole"))
    late = shown.pop(AssetCheckKey(EDITION, "datasets_are_up_to_date"))
    assert late.passed == (late.metadata["overdue"].value == 0)
    assert late.severity is AssetCheckSeverity.WARN
    assert whole.passed
    failed = [one for one in shown.values() if not one.passed]
    assert all(one.severity is AssetCheckSeverity.WARN for one in failed)
    checks = outcome.ledger.checks
    assert len(failed) == len({shown_as(check) for check in outcome.ledger.warnings})
    assert len(shown) == len({shown_as(check) for check in checks}) < len({rule_of(check) for check in checks}) / 3
    for kind, name in TOGETHER.items():
        mine = {rule_of(check) for check in checks if check.kind == kind}
        tables = {about for _, about in mine}
        results = [one for key, one in shown.items() if key.name.endswith(name)]
        assert len(mine) > len(results) == len(tables)
        assert sum(
            one.metadata["rules_judged"].value if "rules_judged" in one.metadata else 1 for one in results
        ) == len(mine)
    by_rule = {
        (rule, "passed" if words.split()[-1] == "passed" and "," not in words else words)
        for one in shown.values()
        if "by_rule" in one.metadata
        for rule, words in one.metadata["by_rule"].value.items()
    }
    assert {rule for rule, _ in by_rule} == {check.rule_id for check in checks if check.kind == "expectation"}
    not_passed = {rule for rule, words in by_rule if words != "passed"}
    assert not_passed == {
        check.rule_id for check in checks if check.kind == "expectation" and check.outcome != "passed"
    }
    told = {name: value.value for name, value in whole.metadata.items()}
    assert told["checks"] == len(outcome.ledger.checks)
    assert told["shown_as"] == len(shown)
    assert told["not_in_this_graph"] == told["not_run"] == 0


def test_a_contract_rule_that_failed_is_named_by_the_check_of_its_contract(own, tmp_path):
    add_extract(own, tmp_path, "place_measures__spoilt__2025-02.csv", extract("61").replace(",exact,", ",exactly,"))
    result = nightly(own)
    assert not result.success
    shown = evaluated(result)[AssetCheckKey(AssetKey(["staging", "stg_place_measures"]), "contract")]
    assert not shown.passed
    assert shown.severity is AssetCheckSeverity.ERROR
    assert shown.metadata["rules_not_passed"].value.startswith("place_measures.measures.")


def test_assets_tell_what_was_made(sample_run, by_dagster):
    (_, outcome), (settings, result) = sample_run, by_dagster
    assets = materialised(result)
    held = {f"{one.dataset}__{one.table}" for one in archive.releases(settings.raw)}
    not_held = {
        AssetKey(["bronze", name])
        for name in (f"{contract.dataset}__{table.name}" for contract, table in catalogue().tables())
        if name not in held
    }
    graph = definitions(settings).resolve_asset_graph()
    known = set(graph.materializable_asset_keys)
    left_out = known - not_held - set(assets)
    assert left_out
    for key in left_out:  # nothing to read, and nobody who needs it
        assert graph.get(key).parent_keys <= not_held | left_out, key
        assert graph.get(key).child_keys <= left_out, key
    assert set(assets) <= known - not_held
    rows = {one.table.name: one.rows for one in outcome.tables if one.table.part == "open"}
    assert assets[METRIC_VALUE]["dagster/row_count"] == rows["metric_value"]
    assert assets[EDITION]["edition"] == outcome.edition_id
    assert assets[EDITION]["page"].endswith(f"{outcome.edition_id}/open/index.html")
    held = [one for one in archive.releases(settings.raw) if one.dataset == "place_measures"]
    assert assets[BRONZE]["releases"] == len(held) == 5
    assert assets[BRONZE]["rows_in"] == assets[BRONZE]["rows_clean"] + assets[BRONZE]["rows_quarantined"]
    assert {one.data["sha256"] for one in assets[BRONZE]["files"].records} == {one.sha256 for one in held}


def test_a_late_dataset_is_a_warning_at_the_edition_as_status_says_it(by_dagster):
    settings, result = by_dagster
    shown = evaluated(result)[AssetCheckKey(EDITION, "datasets_are_up_to_date")]
    late = [
        one["dataset"] for one in status(settings, catalogue(), date.today())["datasets"] if "overdue" in one["state"]
    ]
    assert [words.split(":")[0] for words in (shown.description or "").split("; ") if words] == late


def test_nothing_changed_is_said_with_the_checks_of_the_run_that_made_it(own):
    before = current_id(own)
    result = nightly(own)
    assert result.success
    assets = materialised(result)
    assert assets[EDITION]["edition"] == before == current_id(own)
    assert assets[EDITION]["outcome"].startswith("nothing changed since run ")
    assert assets[METRIC_VALUE]["dagster/row_count"] > 0
    assert evaluated(result)[AssetCheckKey(EDITION, "ledger_is_whole")].passed
    assert len(list(own.runs.iterdir())) == 1


def test_a_check_that_no_release_called_for_neither_passed_nor_failed(own):
    (gate_json,) = own.runs.glob("*/gate.json")
    gate = json.loads(gate_json.read_text("utf-8"))
    gate["checks"] = [check for check in gate["checks"] if not check["scope"].startswith("place_measures/")]
    gate_json.write_text(json.dumps(gate), "utf-8")
    result = nightly(own)
    assert result.success
    shown = evaluated(result)
    assert AssetCheckKey(AssetKey(["staging", "stg_place_measures"]), "suite") not in shown
    assert shown[AssetCheckKey(EDITION, "ledger_is_whole")].metadata["skipped"].value > 20


def test_a_gate_that_blocks_fails_the_run_and_leaves_the_last_edition(own, tmp_path):
    before = current_id(own)
    add_extract(own, tmp_path, "place_measures__spoilt__2025-02.csv", extract("150"))
    first = nightly(own)
    assert not first.success
    assert "place_measures.percentage_in_range" in failure(first)
    suite = AssetCheckKey(AssetKey(["staging", "stg_place_measures"]), "suite")
    for result in (first, nightly(own)):  # the second time nothing has changed, and that is no way round
        assert not result.success
        assert {key.path[0] for key in materialised(result)} == {"bronze"}
        shown = evaluated(result)[suite]
        assert (shown.passed, shown.severity) == (False, AssetCheckSeverity.ERROR)
        assert shown.metadata["by_rule"].value["place_measures.percentage_in_range"].startswith("1 failed")
        assert current_id(own) == before
    assert "nothing changed since run" in failure(result)


def test_what_a_person_must_mend_is_one_line(tmp_path):
    result = nightly(Settings(raw=tmp_path / "raw", out=tmp_path / "out", lock_wait_seconds=1))
    assert not result.success
    assert failure(result) == f"{tmp_path / 'raw'}: the archive holds no release. Add files with `ics-marts add PATH`"
    assert current_id(Settings(out=tmp_path / "out")) is None


@pytest.mark.parametrize("key", [METRIC_VALUE, EDITION, AssetKey(["staging", "stg_place_measures"])])
def test_nothing_from_staging_on_can_be_made_alone(fresh, key):
    with pytest.raises(DagsterInvalidSubsetError):
        nightly(fresh, asset_selection=[key])


def test_one_ingest_asset_can_be_made_alone(fresh):
    with DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        job = definitions(fresh).resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(instance=instance, asset_selection=[BRONZE])
    assert result.success
    assert set(materialised(result)) == {BRONZE}
    assert evaluated(result) == {}
    assert [path.name for path in (fresh.work / "bronze").iterdir()] == ["place_measures"]
    assert current_id(fresh) is None
    assert not fresh.runs.exists()


def test_bronze_is_reported_when_its_releases_changed_and_not_for_being_looked_at(own, tmp_path):
    implicit = definitions(own).resolve_implicit_global_asset_job_def()
    with in_memory() as instance:
        by_hand = implicit.execute_in_process(instance=instance, asset_selection=[BRONZE])
        first = {key for key in materialised(nightly(own, instance)) if key.path[0] == "bronze"}
        add_extract(own, tmp_path, "place_measures__a-partner__2025-02.csv", extract("61"))
        second = materialised(nightly(own, instance))
    assert set(materialised(by_hand)) == {BRONZE}
    assert first
    assert BRONZE not in first  # it was made by hand from the same releases
    assert {key for key in second if key.path[0] == "bronze"} == {BRONZE}
    assert second[BRONZE]["releases"] == 5 + 1


def test_every_column_of_every_model_says_what_it_is_made_from(by_dagster):
    settings, result = by_dagster
    assets = materialised(result)
    models = [
        spec.key
        for spec in definitions(settings).resolve_all_asset_specs()
        if "dagster_dbt/unique_id" in spec.metadata and spec.key in assets
    ]
    lineage = {key: assets[key]["dagster/column_lineage"].deps_by_column for key in models if key.path[0] != "seeds"}
    specs = {spec.key: spec for spec in definitions(settings).resolve_all_asset_specs()}
    for key, columns in lineage.items():
        schema = assets[key].get("dagster/column_schema") or specs[key].metadata["dagster/column_schema"]
        assert list(columns) == [column.name for column in schema.columns], key
        assert all(parent.asset_key in specs for parents in columns.values() for parent in parents)
    # from a published number back to the column of the file that it was summed from
    wanted, seen = [(METRIC_VALUE, "value")], set()
    while wanted:
        key, column = wanted.pop()
        for parent in lineage.get(key, {}).get(column, ()):
            if (parent.asset_key, parent.column_name) not in seen:
                seen.add((parent.asset_key, parent.column_name))
                wanted.append((parent.asset_key, parent.column_name))
    assert (AssetKey(["bronze", "gp_appointments_regional__regional"]), "count_of_appointments") in seen
    assert (BRONZE, "numerator") in seen
    assert (BRONZE, "quote") not in seen


def test_the_sensor_starts_one_run_for_what_came_and_the_run_takes_it_in(own):
    settings = with_inbox(own)
    defs = definitions(settings)
    sensor = defs.resolve_sensor_def("inbox_sensor")
    cursor = None

    def tick():
        nonlocal cursor
        with in_memory() as instance:
            found = sensor.evaluate_tick(build_sensor_context(instance, cursor=cursor))
        cursor = found.cursor or cursor
        return found

    assert "there is no such folder" in tick().skip_message
    settings.inbox.mkdir()
    assert tick().skip_message == "nothing new"
    for partner, area in (("one", "E54000032,NHS Kent and Medway ICB"), ("two", "E54000029,NHS North East London ICB")):
        (settings.inbox / f"place_measures__{partner}__2025-02.csv").write_text(extract("61", area), "utf-8")
    assert "2 files came or changed" in tick().skip_message
    (request,) = tick().run_requests
    assert request.tags["ics-marts/files"] == "2"
    assert tick().skip_message == "nothing new"
    result = nightly(settings)
    assert result.success, failure(result)
    assert "archived as" in materialised(result)[EDITION]["inbox"]
    assert {one.part for one in archive.releases(settings.raw) if one.dataset == "place_measures"} >= {"one", "two"}
    assert tick().skip_message == "nothing new"


KILLED = """
import os, signal, sys
from pathlib import Path
from dagster import DagsterInstance
from pipeline.orchestration.graph import definitions
from pipeline.settings import Settings
from pipeline.transform.dbt import Dbt

Dbt.build = lambda *chosen: os.kill(os.getpid(), signal.SIGKILL)
settings = Settings(raw=Path({raw!r}), out=Path({out!r}), inbox=Path({inbox!r}))
with DagsterInstance.from_config({storage!r}) as instance:
    definitions(settings).resolve_job_def("nightly").execute_in_process(instance=instance)
"""


def test_the_run_after_one_that_was_killed_fails_it_in_dagster_too_and_succeeds(fresh, tmp_path):
    storage, settings = tmp_path / "dagster", with_inbox(fresh)
    persistent(storage).dispose()
    program = KILLED.format(
        raw=str(settings.raw), out=str(settings.out), inbox=str(settings.inbox), storage=str(storage)
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with persistent(storage) as instance:
        (dead,) = instance.get_runs()
        assert dead.status is DagsterRunStatus.STARTED
    with persistent(storage) as instance:
        result = nightly(fresh, instance)
    assert result.success
    with persistent(storage) as instance:
        assert instance.get_run_by_id(dead.run_id).status is DagsterRunStatus.FAILURE
        said = [log.user_message for log in instance.all_logs(result.run_id)]
    assert any("had died; what it left was removed" in words for words in said)
    assert [one.outcome for one in record.records(fresh)] == ["died", "passed"]

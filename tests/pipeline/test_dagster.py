"""Dagster over the embedded sample: the same edition as the command line makes, and no way past the gate."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from dagster import AssetCheckKey, AssetCheckSeverity, AssetKey, DagsterInstance, DagsterInvalidSubsetError

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.orchestration.graph import definitions
from pipeline.publish.current import current_id, read_manifest
from pipeline.settings import Settings

BRONZE = AssetKey(["bronze", "place_measures__measures"])
METRIC_VALUE = AssetKey(["marts", "metric_value"])
EDITION = AssetKey(["edition"])


def nightly(settings: Settings, **chosen):
    """A run of the job in this process, on an instance that leaves nothing behind."""
    with DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        job = definitions(settings).resolve_job_def("nightly")
        return job.execute_in_process(instance=instance, raise_on_error=False, **chosen)


def materialised(result) -> dict[AssetKey, dict]:
    events = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {one.asset_key: {name: value.value for name, value in one.metadata.items()} for one in events}


def evaluated(result) -> dict[AssetCheckKey, object]:
    return {one.asset_check_key: one for one in result.get_asset_check_evaluations()}


def failure(result) -> str:
    (event,) = [event for event in result.all_events if event.is_step_failure]
    return event.event_specific_data.user_failure_data.description


def add_extract(settings: Settings, folder, name: str, value: str) -> None:
    """An extract of one percentage, of a partner that has sent nothing before."""
    header = "metric_id,definition_version,measure,breakdown_type,breakdown_value,area,area_name,period,numerator,denominator,"
    header += "value,lower,upper,unit,qualifier,source,quote,note"
    row = (
        f"pc_02,,practices rated good,,,E54000032,NHS Kent and Medway ICB,2025-01-31,,,{value},,,percent,exact,a test,,"
    )
    path = folder / name
    path.write_text(f"{header}\n{row}\n", "utf-8")
    (outcome,) = archive.add([path], settings, catalogue())
    assert outcome.status == "archived", outcome.message


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
    assert len(shown) == len(outcome.ledger.checks) + 1  # ledger_is_whole is the graph's own
    assert all(one.passed for one in shown.values())
    whole = shown[AssetCheckKey(EDITION, "ledger_is_whole")]
    assert whole.metadata["not_in_this_graph"].value == whole.metadata["skipped"].value == 0


def test_assets_tell_what_was_made(sample_run, by_dagster):
    (_, outcome), (settings, result) = sample_run, by_dagster
    assets = materialised(result)
    assert set(assets) == set(definitions(settings).resolve_asset_graph().materializable_asset_keys)
    rows = {one.table.name: one.rows for one in outcome.tables if one.table.part == "open"}
    assert assets[METRIC_VALUE]["dagster/row_count"] == rows["metric_value"]
    assert assets[EDITION]["edition"] == outcome.edition_id
    assert assets[EDITION]["page"].endswith(f"{outcome.edition_id}/open/index.html")
    (held,) = [one for one in archive.releases(settings.raw) if one.dataset == "place_measures"]
    assert assets[BRONZE]["releases"] == 1
    assert assets[BRONZE]["rows_in"] == assets[BRONZE]["rows_clean"] + assets[BRONZE]["rows_quarantined"]
    assert [one.data["sha256"] for one in assets[BRONZE]["files"].records] == [held.sha256]


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
    assert AssetCheckKey(AssetKey(["staging", "stg_place_measures"]), "percentage_in_range") not in shown
    assert shown[AssetCheckKey(EDITION, "ledger_is_whole")].metadata["skipped"].value > 20


def test_a_gate_that_blocks_fails_the_run_and_leaves_the_last_edition(own, tmp_path):
    before = current_id(own)
    add_extract(own, tmp_path, "place_measures__spoilt__2025-02.csv", "150")
    first = nightly(own)
    assert not first.success
    assert "place_measures.percentage_in_range" in failure(first)
    rule = AssetCheckKey(AssetKey(["staging", "stg_place_measures"]), "percentage_in_range")
    for result in (first, nightly(own)):  # the second time nothing has changed, and that is no way round
        assert not result.success
        assert {key.path[0] for key in materialised(result)} == {"bronze"}
        assert not evaluated(result)[rule].passed
        assert evaluated(result)[rule].severity is AssetCheckSeverity.ERROR
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
    result = nightly(fresh, asset_selection=[BRONZE])
    assert result.success
    assert set(materialised(result)) == {BRONZE}
    assert evaluated(result) == {}
    assert [path.name for path in (fresh.work / "bronze").iterdir()] == ["place_measures"]
    assert current_id(fresh) is None
    assert not fresh.runs.exists()

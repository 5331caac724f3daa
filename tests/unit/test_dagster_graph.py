"""The Dagster graph as it is known: assets, lineage, checks, job and schedule; and how outcomes become check results.

The graph is kept in dagster_graph.json, so that a change of it is seen in review. To renew it:
`.venv/bin/python tests/unit/test_dagster_graph.py`.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dagster import (
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    DagsterInstance,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    Definitions,
)
from dagster._utils.schedules import schedule_execution_time_iterator
from hypothesis import given
from hypothesis import strategies as st

from pipeline.gate.ledger import Check
from pipeline.orchestration.checks import check_name, check_results, rule_of
from pipeline.orchestration.graph import definitions
from pipeline.settings import PROJECT_ROOT, Settings
from tests.pipeline.built_once import keep_parse

SNAPSHOT = Path(__file__).with_name("dagster_graph.json")
RENEW = ".venv/bin/python tests/unit/test_dagster_graph.py"


def graph_over_nothing(folder: Path) -> Definitions:
    return definitions(Settings(raw=folder / "no-archive", out=folder / "out"))


def as_text(defs: Definitions) -> str:
    """One line an asset, so that a difference is readable."""
    graph = defs.resolve_asset_graph()
    checks = [key.asset_key for key in graph.asset_check_keys]
    assets = {
        node.key.to_user_string(): {
            "group": node.group_name,
            "owners": sorted(node.owners),
            "checks": checks.count(node.key),
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
        }
        for node in sorted(graph.asset_nodes, key=lambda node: node.key)
    }
    jobs = {"nightly": {"executor": defs.resolve_job_def("nightly").executor_def.name}}
    schedule = defs.resolve_schedule_def("nightly_schedule")
    schedules = {
        schedule.name: {
            "job": schedule.job_name, "cron": schedule.cron_schedule, "timezone": schedule.execution_timezone,
            "status": schedule.default_status.value,
        }
    }  # fmt: skip
    sensors = {
        sensor.name: {
            "job": sensor.job_name,
            "seconds": sensor.minimum_interval_seconds,
            "status": sensor.default_status.value,
        }
        for sensor in defs.sensors
    }
    parts = []
    for name, content in (("assets", assets), ("jobs", jobs), ("schedules", schedules), ("sensors", sensors)):
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
        parts.append(f' "{name}": {{\n{lines}\n }}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, parsed) -> Path:
    made = tmp_path_factory.mktemp("graph")
    keep_parse(parsed, Settings(out=made / "out"))
    return made


@pytest.fixture(scope="module")
def defs(folder) -> Definitions:
    return graph_over_nothing(folder)


def test_the_graph_is_the_one_that_was_reviewed(defs):
    kept, now = SNAPSHOT.read_text("utf-8"), as_text(defs)
    difference = "\n".join(
        difflib.unified_diff(kept.splitlines(), now.splitlines(), SNAPSHOT.name, "now", n=0, lineterm="")
    )
    assert kept == now, f"the Dagster graph changed:\n{difference}\nIf that is meant, renew {SNAPSHOT.name}: {RENEW}"


def test_every_asset_says_what_it_is(defs):
    graph = defs.resolve_asset_graph()
    assert not [node.key.to_user_string() for node in graph.asset_nodes if not node.description]
    assert not [node.key.to_user_string() for node in graph.asset_nodes if node.group_name == "default"]
    assert not [node.key.to_user_string() for node in graph.asset_nodes if not node.owners or not node.kinds]
    ingest = [node for node in graph.asset_nodes if node.key.path[0] == "bronze"]
    assert all(node.metadata["publisher"] for node in ingest)
    # Staging and intermediate models declare no columns: theirs are shown once they are made.
    later = {"staging", "intermediate", "edition"}
    bare = [node.key for node in graph.asset_nodes if node.key.path[0] not in later and not columns_of(node)]
    assert not bare
    assert {"python", "duckdb", "parquet"} == ingest[0].kinds


def columns_of(node) -> list[str]:
    return [column.name for column in node.metadata["dagster/column_schema"].columns]


def test_every_check_says_why_and_none_stops_the_run_before_the_gate(defs):
    graph = defs.resolve_asset_graph()
    specs = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    assert all(spec.description and spec.metadata["rule"] for spec in specs)
    assert not any(spec.blocking for spec in specs)


def test_only_ingest_stands_alone(defs):
    alone = {
        node.key.path[0] for node in defs.resolve_asset_graph().asset_nodes if len(node.execution_set_entity_keys) == 1
    }
    assert alone == {"bronze"}
    night = defs.resolve_job_def("nightly").asset_layer.selected_asset_keys
    assert {key.path[0] for key in night} & {"bronze", "edition"} == {"edition"}


def test_the_schedule_is_off_until_a_site_turns_it_on_and_so_is_the_sensor(defs):
    assert defs.resolve_schedule_def("nightly_schedule").default_status is DefaultScheduleStatus.STOPPED
    assert defs.resolve_sensor_def("inbox_sensor").default_status is DefaultSensorStatus.STOPPED


def crontab() -> str:
    """The five fields of the line that the documents give for cron, which runs by the machine's own clock."""
    page = (PROJECT_ROOT / "docs" / "how-to" / "schedule-nightly.md").read_text("utf-8")
    (line,) = re.findall(r"^([0-9*]+ [0-9*]+ \* \* \*) .*ics-marts nightly", page, re.M)
    return line


@pytest.mark.parametrize("clock", ["schedule", "crontab"])
@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)], ids=["clocks go forward", "clocks go back"])
def test_it_comes_once_a_day_on_every_day_around_a_change_of_clocks(defs, clock, change):
    """Dagster's own iterator. Between 01:00 and 02:00 an hour is missing in March and comes twice in October."""
    schedule = defs.resolve_schedule_def("nightly_schedule")
    cron = schedule.cron_schedule if clock == "schedule" else crontab()
    zone = ZoneInfo(schedule.execution_timezone)
    assert schedule.execution_timezone == "Europe/London"
    days = [change + timedelta(days=number) for number in range(-3, 4)]
    start = datetime(days[0].year, days[0].month, days[0].day, tzinfo=zone)
    end = datetime(days[-1].year, days[-1].month, days[-1].day, 23, 59, tzinfo=zone)
    every = schedule_execution_time_iterator(start.timestamp(), cron, schedule.execution_timezone, ascending=True)
    ticks = [tick.astimezone(zone) for tick in takewhile(lambda tick: tick <= end, every)]
    assert [tick.date() for tick in ticks] == days
    assert {(tick.hour, tick.minute) for tick in ticks} == {(5, 30)}
    hours = {
        (later - earlier).total_seconds() / 3600 for earlier, later in pairwise(tick.astimezone(UTC) for tick in ticks)
    }
    assert hours == ({24.0, 23.0} if change.month == 3 else {24.0, 25.0})


@pytest.mark.parametrize("clock", ["schedule", "crontab"])
def test_the_hour_is_there_once_on_every_day_of_a_year(defs, clock):
    schedule = defs.resolve_schedule_def("nightly_schedule")
    minute, hour, *rest = (schedule.cron_schedule if clock == "schedule" else crontab()).split()
    assert rest == ["*", "*", "*"]
    zone = ZoneInfo(schedule.execution_timezone)
    for day in (date(2026, 1, 1) + timedelta(days=number) for number in range(366)):
        tick = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)
        assert tick.utcoffset() == tick.replace(fold=1).utcoffset(), f"{day}: {hour}:{minute} comes twice"
        assert tick.astimezone(UTC).astimezone(zone) == tick, f"{day}: {hour}:{minute} is missing"


def test_the_code_location_loads_without_an_archive_and_with_telemetry_off(defs, folder, tmp_path):
    # The project is the same: what dbt parsed of it is kept, as on every load but the first.
    shutil.copytree(folder / "out", tmp_path / "data" / "marts")
    off = {"DAGSTER_DISABLE_TELEMETRY", "DBT_SEND_ANONYMOUS_USAGE_STATS", "DO_NOT_TRACK", "GX_ANALYTICS_ENABLED"}
    environment = {name: value for name, value in os.environ.items() if name not in off and "ICS_MARTS" not in name}
    program = (
        "import json, os; from pipeline.orchestration.definitions import defs;"
        f"print(json.dumps([len(defs.resolve_all_asset_specs()), {{name: os.environ.get(name) for name in {sorted(off)}}}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    number, telemetry = json.loads(done.stdout.splitlines()[-1])
    assert number > 40
    assert telemetry == {
        "DAGSTER_DISABLE_TELEMETRY": "yes", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }  # fmt: skip
    assert sorted(path.name for path in tmp_path.glob("data/*")) == ["marts"]


def test_the_instance_settings_are_valid_and_collect_nothing(tmp_path):
    shutil.copy(PROJECT_ROOT / "deploy" / "dagster.yaml", tmp_path)
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1


# --- names and results of checks -------------------------------------------------------------------------------


def test_a_check_is_named_after_its_rule():
    assert check_name("place_measures.percentage_in_range") == "place_measures__percentage_in_range"
    assert check_name("metric_value_key_is_unique") == "metric_value_key_is_unique"


@given(st.lists(st.text(alphabet="ab_.- é", min_size=1, max_size=8), unique=True, max_size=30))
def test_no_two_rules_get_one_name(ids):
    names = [check_name(rule_id) for rule_id in ids]
    assert len(set(names)) == len(ids)
    assert all(name.isascii() and name.replace("_", "a").isalnum() for name in names)


def a_check(scope: str, outcome: str = "passed", severity: str = "critical", **more) -> Check:
    return Check("d.rule", scope, "expectation", severity, "validity", "why", outcome, **more)


def results_of(judged: list[Check], held: list[Check] = ()):
    rule = rule_of(a_check("d/t/all/2025-01/aaa"))
    specs = {rule: AssetCheckSpec("rule", asset=AssetKey(["staging", "stg_d"]))}
    found = check_results(specs, judged, held)
    return {one.check_name: one for results in found.values() for one in results}


def told(result) -> dict:
    return {name: value.value for name, value in result.metadata.items()}


def test_the_releases_of_a_rule_become_one_result_with_the_worst_outcome_and_the_sums():
    one = a_check("d/t/all/2025-01/aaa", rows_checked=10, rows_failed=0)
    two = a_check(
        "d/t/all/2025-02/bbb", "failed", message="3 rows not so", rows_checked=20, rows_failed=3, row_ids=("row=7",)
    )
    result = results_of([one, two])["rule"]
    assert (result.passed, result.severity, result.description) == (False, AssetCheckSeverity.ERROR, "3 rows not so")
    assert told(result) == {
        "releases": "d/t/all/2025-02/bbb, d/t/all/2025-01/aaa", "outcomes": "1 failed, 1 passed", "rows_checked": 30,
        "rows_failed": 3, "rows": "row=7", "by_rule": {"d.rule": "1 failed, 1 passed"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "severity", "shown"),
    [
        ("failed", "warning", AssetCheckSeverity.WARN),
        ("failed", "critical", AssetCheckSeverity.ERROR),
        ("errored", "warning", AssetCheckSeverity.ERROR),
        ("not_run", "warning", AssetCheckSeverity.ERROR),
    ],
)
def test_what_blocks_is_an_error_and_what_does_not_is_a_warning(outcome, severity, shown):
    result = results_of([a_check("d/t/all/2025-01/aaa", outcome, severity)])["rule"]
    assert not result.passed
    assert result.severity is shown


def test_a_release_that_was_held_back_is_a_warning_and_not_hidden_by_the_one_in_its_place():
    good, held = a_check("d/t/all/2025-01/aaa"), a_check("d/t/all/2025-02/bbb", "failed", message="bad")
    result = results_of([good], [held])["rule"]
    assert (result.passed, result.severity, result.description) == (False, AssetCheckSeverity.WARN, "bad")
    assert told(result)["held_back"] == "d/t/all/2025-02/bbb"


def test_the_rules_of_a_contract_are_one_result_that_names_those_that_failed():
    spec = AssetCheckSpec("contract", asset=AssetKey(["staging", "stg_d"]))
    rules = [f"d.t.column_{number}.required" for number in range(30)]
    checks = [
        Check(rule, f"d/t/all/2025-{month:02}/aaa", "contract", "critical", "completeness", "never blank", outcome,
              message=f"{rule} is blank" if outcome == "failed" else "", rows_checked=100, rows_failed=outcome == "failed")
        for month, bad in ((1, ()), (2, rules[3:5]))
        for rule in rules
        for outcome in ("failed" if rule in bad else "passed",)
    ]  # fmt: skip
    found = check_results({rule_of(check): spec for check in checks}, checks, [])
    results = {one.check_name: one for mine in found.values() for one in mine}
    assert set(results) == {"contract", "ledger_is_whole"}
    result = results["contract"]
    assert (result.passed, result.severity) == (False, AssetCheckSeverity.ERROR)
    assert result.description == f"{rules[3]} is blank (and 1 more rule)"
    assert told(result) == {
        "rules_judged": 30, "rules_not_passed": f"{rules[3]}, {rules[4]}",
        "releases": "d/t/all/2025-02/aaa, d/t/all/2025-01/aaa", "outcomes": "2 failed, 58 passed", "rows_checked": 200,
        "rows_failed": 2,
    }  # fmt: skip
    assert told(results["ledger_is_whole"])["checks"] == 60
    # a rule that the contract did not have when the graph was loaded is not lost among the others
    late = Check("d.t.column_30.required", checks[0].scope, "contract", "critical", "completeness", "why", "passed")
    whole = check_results({rule_of(check): spec for check in checks}, [*checks, late], [])[AssetKey(["edition"])][0]
    assert not whole.passed


def test_the_rules_of_a_suite_are_one_result_that_says_what_became_of_each():
    spec = AssetCheckSpec("suite", asset=AssetKey(["staging", "stg_d"]))
    outcomes = [("d.a", "warning", "failed"), ("d.b", "critical", "failed"), ("d.c", "critical", "passed")]

    def result(chosen):
        checks = [
            Check(
                rule, f"d/t/all/{month}/aaa", "expectation", severity, "validity", "why", outcome, f"{rule} is not so"
            )
            for rule, severity, outcome in chosen
            for month in ("2025-01", "2025-02")
        ]
        return check_results({rule_of(check): spec for check in checks}, checks, [])[spec.asset_key][0]

    # what blocks comes before what does not, and one critical rule makes the whole an error
    worst = result(outcomes)
    assert (worst.passed, worst.severity) == (False, AssetCheckSeverity.ERROR)
    assert worst.description == "d.b is not so (and 1 more rule)"
    assert told(worst)["by_rule"] == {"d.a": "2 failed", "d.b": "2 failed", "d.c": "2 passed"}
    warned = result([outcomes[0], outcomes[2]])
    assert (warned.passed, warned.severity) == (False, AssetCheckSeverity.WARN)
    # an error outranks a failure, also one of a rule that is only a warning
    errored = result([("d.a", "warning", "errored"), *outcomes[1:]])
    assert (errored.severity, errored.description) == (AssetCheckSeverity.ERROR, "d.a is not so (and 1 more rule)")
    assert result(outcomes[2:]).passed


def test_a_check_that_nothing_called_for_has_no_result_and_is_counted():
    results = results_of([])
    assert set(results) == {"ledger_is_whole"}
    assert results["ledger_is_whole"].passed
    assert told(results["ledger_is_whole"])["skipped"] == 1


def test_a_check_that_the_graph_does_not_know_is_not_lost():
    stranger = Check("other.rule", "edition", "edition", "critical", "validity", "why", "passed")
    whole = results_of([stranger])["ledger_is_whole"]
    assert not whole.passed
    assert "other.rule @ edition" in whole.description


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        SNAPSHOT.write_text(as_text(graph_over_nothing(Path(scratch))), "utf-8")

"""A gate that really holds: what fails, errors or silently does not run never reaches a reader."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.gate import suites
from pipeline.ingest import archive
from pipeline.periods import parse
from pipeline.publish.current import current_id, edition_folder, open_part
from pipeline.run import record, sequence
from pipeline.settings import DBT_PROJECT
from pipeline.transform.dbt import Dbt
from tests.pipeline.conftest import release_file, rewritten_release

SYNTHETIC = archive.Provenance(origin="synthetic", citation="made up for a test")


def spoil_dbt(monkeypatch, tmp_path, name: str, sql: str) -> None:
    """Runs from here on use a copy of the dbt project with one more test."""
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    (project / "tests" / f"{name}.sql").write_text(sql)
    monkeypatch.setattr(sequence, "Dbt", lambda build_db, target: Dbt(build_db, target, project=project))


def with_rule(monkeypatch, suite_name: str, rule: dict) -> None:
    """Runs from here on have one more rule in a suite."""
    load = suites.load_suite

    def loaded(name, *arguments):
        suite = load(name, *arguments)
        return (
            replace(suite, rules=(*suite.rules, suites._rule(rule)), digest="spoiled") if name == suite_name else suite
        )

    monkeypatch.setattr(suites, "load_suite", loaded)


def rule(query: str, severity: str = "critical", table: str = "metric_value") -> dict:
    return {
        "type": "unexpected_rows_expectation",
        "kwargs": {"unexpected_rows_query": query},
        "severity": severity,
        "meta": {"rule_id": "test.rule", "table": table, "dimension": "validity", "why": "a reason", "remedy": "a remedy"},
    }  # fmt: skip


def assert_blocked_and_nothing_published(settings, outcome, before: str, words: str) -> None:
    assert (outcome.status, outcome.outcome) == (2, "blocked")
    assert words in outcome.message
    assert current_id(settings) == before
    assert sorted(path.name for path in settings.editions.iterdir()) == [before]
    assert not list(settings.work.glob("edition-*"))
    assert not (settings.work / "build").exists()


def test_a_failing_dbt_test_leaves_no_bad_table_where_a_reader_can_see_it(own, practices_run, monkeypatch, tmp_path):
    before = practices_run[1].edition_id
    spoil_dbt(monkeypatch, tmp_path, "assert_never", "select 1 from {{ ref('metric_value_internal') }} limit 1")
    outcome = sequence.run(own, full=True)
    assert_blocked_and_nothing_published(own, outcome, before, "assert_never @ dbt failed")
    # what was built on the failing model did not run, and that is not mistaken for passing
    assert {c.outcome for c in outcome.ledger.checks if c.rule_id == "built.metric_value"} == {"not_run"}


def test_a_failing_test_on_the_open_part_blocks_too(own, practices_run, monkeypatch, tmp_path):
    spoil_dbt(monkeypatch, tmp_path, "assert_never", "select 1 from {{ ref('metric_latest') }} limit 1")
    assert_blocked_and_nothing_published(own, sequence.run(own, full=True), practices_run[1].edition_id, "assert_never")


def test_a_model_that_does_not_build_blocks(own, practices_run, monkeypatch, tmp_path):
    project = tmp_path / "broken"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    model = project / "models" / "intermediate" / "int_area_event.sql"
    model.write_text(model.read_text() + "\nwhere no_such_column = 1\n")
    monkeypatch.setattr(sequence, "Dbt", lambda build_db, target: Dbt(build_db, target, project=project))
    outcome = sequence.run(own, full=True)
    assert_blocked_and_nothing_published(
        own, outcome, practices_run[1].edition_id, "built.int_area_event @ dbt errored"
    )
    assert "int_area_event.sql" in outcome.message


@pytest.mark.parametrize(
    ("suite", "table"), [("gp_appointments_regional", "regional"), ("marts_metric_value", "metric_value")]
)
def test_a_rule_that_errors_blocks(own, practices_run, monkeypatch, suite, table):
    with_rule(monkeypatch, suite, rule("select no_such_column from {batch}", severity="warning", table=table))
    outcome = sequence.run(own, full=True)
    assert_blocked_and_nothing_published(own, outcome, practices_run[1].edition_id, "could not be run")
    assert outcome.ledger.blocking[0].outcome == "errored"


def test_a_critical_rule_that_fails_blocks_and_a_warning_is_shown(own, practices_run, monkeypatch):
    with_rule(monkeypatch, "marts_metric_value", rule("select metric_key from {batch} limit 2"))
    assert_blocked_and_nothing_published(
        own, sequence.run(own, full=True), practices_run[1].edition_id, "a reason: 2 rows not so"
    )
    monkeypatch.undo()
    with_rule(monkeypatch, "marts_metric_value", rule("select metric_key from {batch} limit 2", severity="warning"))
    outcome = sequence.run(own, full=True)
    assert outcome.status == 0
    assert {check.check_id for check in outcome.ledger.warnings} == {
        "test.rule @ open.metric_value", "test.rule @ internal.metric_value", "warn_practices_differ @ dbt",
    }  # fmt: skip


def test_a_rule_of_great_expectations_that_silently_did_not_run_blocks(own, practices_run, monkeypatch):
    execute = suites.Validator.execute
    monkeypatch.setattr(
        suites.Validator, "execute", lambda self, ledger, rules, *rest: execute(self, ledger, list(rules)[1:], *rest)
    )
    outcome = sequence.run(own, full=True)
    assert_blocked_and_nothing_published(own, outcome, practices_run[1].edition_id, "not_run")


def test_a_dbt_test_that_silently_did_not_run_blocks(own, practices_run, monkeypatch):
    build = Dbt.build
    monkeypatch.setattr(
        Dbt,
        "build",
        lambda self, *chosen: [
            one for one in build(self, *chosen) if not one.unique_id.startswith("test.ics_marts.assert_areas")
        ],
    )
    outcome = sequence.run(own, full=True)
    assert_blocked_and_nothing_published(own, outcome, practices_run[1].edition_id, "assert_areas_add_up @ dbt not_run")


def test_a_check_that_nobody_planned_blocks(own, practices_run, monkeypatch):
    execute = suites.Validator.execute

    def and_one_more(self, ledger, rules, scope, *rest):
        execute(self, ledger, rules, scope, *rest)
        ledger.record("surprise", scope, "passed")

    monkeypatch.setattr(suites.Validator, "execute", and_one_more)
    assert_blocked_and_nothing_published(
        own, sequence.run(own, full=True), practices_run[1].edition_id, "was never planned"
    )


def test_a_rerun_after_a_failure_cannot_publish_past_it(own, practices_run):
    before = practices_run[1].edition_id
    spoil_extract(own)
    first = sequence.run(own)
    assert_blocked_and_nothing_published(own, first, before, "value_or_marker")
    again = sequence.run(own)
    assert (again.status, again.outcome, again.run_id) == (2, "blocked", first.run_id)
    assert "nothing changed since run" in again.message
    assert_blocked_and_nothing_published(own, sequence.run(own, full=True), before, "value_or_marker")


def spoil_extract(settings) -> None:
    """Adds a later extract in which one figure is blank."""
    good = release_file(settings.raw, "place_measures")
    text = good.read_text("utf-8").replace(",177,,,count,exact,", ",,,,count,exact,", 1)
    assert text != good.read_text("utf-8")
    bad = settings.raw.parent / "place_measures__kent-hosc-briefing__2025-02.csv"
    bad.write_text(text, "utf-8")
    (outcome,) = archive.add([bad], settings, catalogue())
    assert outcome.status == "archived"


def worse_release(settings, tmp_path, change, name="Appointments_GP_Regional_CSV_Dec_25.zip"):
    """Adds a newer appointments release in which `change` was made to every row, its months moved on by one."""

    def later(row):
        months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        year, month = int(row[7][3:]), months.index(row[7][:3]) + 1
        row[7] = f"{months[month % 12]}{year + month // 12}"
        return change(row)

    target = tmp_path / name
    rewritten_release(release_file(settings.raw, "gp_appointments_regional"), target, later)
    (outcome,) = archive.add([target], settings, catalogue(), provenance=SYNTHETIC)
    assert outcome.status == "archived", outcome.message
    return outcome


def negative(row):
    row[12] = "-5" if row[12] == "1" else row[12]
    return row


def test_a_release_with_negative_counts_is_held_back_and_the_previous_one_counts(own, practices_run, tmp_path):
    added = worse_release(own, tmp_path, negative)
    assert any("below" in p or "at least 0" in p for p in added.problems)
    outcome = sequence.run(own)
    assert (outcome.status, outcome.outcome) == (3, "held")
    assert "2025-12" in outcome.held[0]
    assert "count_of_appointments is '-5'" in outcome.held[0]
    con = open_part(outcome.folder)
    (latest,) = con.execute(
        "select max(period_end)::varchar from marts.metric_value where metric_key = 'pc_05.v1'"
    ).fetchone()
    assert latest == "2025-11-30"
    again = sequence.run(own)
    assert (again.status, again.outcome) == (3, "unchanged")


def test_a_bad_release_without_an_earlier_one_blocks(fresh, tmp_path):
    source = release_file(fresh.raw, "gp_appointments_regional")
    bad = rewritten_release(source, tmp_path / "Appointments_GP_Regional_CSV_Nov_25.zip", negative)
    shutil.rmtree(fresh.raw / "gp_appointments_regional")
    archive.add([bad], fresh, catalogue(), provenance=SYNTHETIC)
    outcome = sequence.run(fresh)
    assert (outcome.status, outcome.outcome) == (2, "blocked")
    assert "count_of_appointments is '-5'" in outcome.message
    assert not fresh.current_json.exists()


def test_duplicate_keys_block_with_the_key_named(fresh, tmp_path):
    source = release_file(fresh.raw, "place_measures")
    doubled = tmp_path / "place_measures__kent-hosc-briefing__2025-02.csv"
    lines = source.read_text("utf-8").splitlines()
    doubled.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")
    archive.add([doubled], fresh, catalogue())
    outcome = sequence.run(fresh)
    assert outcome.status == 2
    assert "stand more than once" in outcome.message
    assert "pc_01" in outcome.message


def test_an_edition_without_its_lookups_is_blocked_and_says_what_to_add(fresh):
    shutil.rmtree(fresh.raw / "ons_lookups")
    outcome = sequence.run(fresh)
    assert outcome.status == 2
    assert any("add the ONS lookup" in check.message for check in outcome.ledger.blocking)


def test_synthetic_and_real_releases_of_one_table_are_refused(own, tmp_path):
    source = release_file(own.raw, "gp_appointments_regional")
    same = rewritten_release(source, tmp_path / "Appointments_GP_Regional_CSV_Nov_25.zip", lambda row: row)
    archive.add([same], own, catalogue(), period=parse("2025-10"))
    with pytest.raises(Fault, match="both synthetic and real"):
        sequence.run(own)


def test_a_published_column_that_goes_blocks_unless_readers_were_told(own, practices_run, monkeypatch):
    folder = edition_folder(own)
    manifest = json.loads((folder / "open" / "manifest.json").read_text())
    table = next(one for one in manifest["tables"] if one["name"] == "metric_value")
    table["columns"].append(["gone", "INTEGER"])
    (folder / "open" / "manifest.json").chmod(0o644)
    (folder / "open" / "manifest.json").write_text(json.dumps(manifest))
    outcome = sequence.run(own, full=True)
    assert outcome.status == 2
    assert "gone or of another type: marts.metric_value.gone" in outcome.message
    monkeypatch.setattr("pipeline.gate.edition_checks.MARTS_SCHEMA_VERSION", 2)
    assert sequence.run(own, full=True).status == 0


def test_many_cells_gone_since_the_last_edition_block(own, tmp_path):
    source = release_file(own.raw, "gp_appointments_regional")
    for path in (source, source.with_name(source.name + ".release.json")):
        path.rename(tmp_path / path.name)
    short = rewritten_release(
        tmp_path / source.name,
        tmp_path / "Appointments_GP_Regional_CSV_Nov_25.zip",
        lambda row: row if row[7].endswith("2025") else None,
    )
    archive.add([short], own, catalogue(), provenance=SYNTHETIC)
    outcome = sequence.run(own)
    assert outcome.status == 2
    assert "edition.keys_kept @ edition failed" in outcome.message


def test_an_unchanged_release_is_not_judged_twice_but_its_evidence_stands(own, practices_run):
    outcome = sequence.run(own, full=True)
    on_releases = [check for check in outcome.ledger.checks if check.kind == "expectation" and "/" in check.scope]
    assert on_releases
    assert {check.evidence_run for check in on_releases} == {practices_run[1].run_id}
    assert outcome.ledger.summary()["planned"] == practices_run[1].ledger.summary()["planned"]


def test_a_changed_rule_is_judged_again(own, monkeypatch):
    with_rule(monkeypatch, "gp_appointments_regional", rule("select member from {batch} where false", table="regional"))
    outcome = sequence.run(own, full=True)
    judged = [
        check
        for check in outcome.ledger.checks
        if check.scope.startswith("gp_appointments_regional") and check.kind == "expectation"
    ]
    assert {check.evidence_run for check in judged} == {""}


def test_disclosure_hides_in_the_open_part_what_a_profile_names(fresh, monkeypatch):
    from pipeline.publish import disclosure

    hide = "select {{key}}, 'suppressed' as mask_status{shown} from internal.{mart} where {condition}"
    nothing = ", null::decimal(18, 4) as numerator_shown, null::decimal(18, 4) as denominator_shown"
    of_visits = "metric_key = 'pc_05.v1' and breakdown_value = 'Home Visit'"
    for mart, shown, condition in (
        ("metric_value", nothing, of_visits),
        ("gp_appointments_month", "", "appointment_mode = 'Home Visit'"),
    ):
        monkeypatch.setitem(disclosure.MASKS, mart, hide.format(mart=mart, shown=shown, condition=condition))
    outcome = sequence.run(fresh)
    assert outcome.status == 0, outcome.message
    opened, internal = open_part(outcome.folder), open_part(outcome.folder, "internal")
    hidden = (
        "select count(*), count(value), count(numerator), count(distinct value_status), min(value_status)"
        " from marts.metric_value where metric_key = 'pc_05.v1' and breakdown_value = 'Home Visit'"
    )
    rows, *shown = opened.execute(hidden).fetchone()
    assert rows > 0
    assert shown == [0, 0, 1, "suppressed"]
    assert internal.execute(hidden).fetchone()[1] == rows
    detail = (
        "select count(appointments), count(*) from marts.gp_appointments_month where appointment_mode = 'Home Visit'"
    )
    assert opened.execute(detail).fetchone()[0] == 0
    assert internal.execute(detail).fetchone()[0] == opened.execute(detail).fetchone()[1] > 0


def test_every_run_is_on_record_with_its_outcome(own):
    spoil_extract(own)
    sequence.run(own)
    outcomes = [one.outcome for one in record.records(own)]
    assert outcomes == ["passed", "blocked"]
    gate = json.loads((own.runs / record.records(own)[1].run_id / "gate.json").read_text())
    assert gate["verdict"] == "blocked"
    assert gate["summary"]["planned"] == len(gate["checks"])

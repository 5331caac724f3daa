"""The command line that scripts rely on: exit statuses, --json, one-line errors, as a person would type it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pipeline.sample.extracts import EXTRACTS
from tests.pipeline.conftest import release_file

COMMAND = Path(sys.executable).with_name("ics-marts")


def call(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd)


def places(settings) -> list[object]:
    return ["--raw", settings.raw, "--out", settings.out]


def test_help_names_every_command_of_the_design():
    text = call("--help").stdout
    for command in (
        "add",
        "inspect",
        "fetch",
        "run",
        "nightly",
        "status",
        "find",
        "trace",
        "sql",
        "sample",
        "new-dataset",
    ):
        assert command in text


def test_a_first_run_and_a_second_one(fresh):
    first = call("run", *places(fresh))
    assert first.returncode == 0, first.stderr
    assert "gate:" in first.stdout
    assert "ics_marts.duckdb" in first.stdout
    second = call("run", *places(fresh), "--json")
    assert second.returncode == 0
    assert json.loads(second.stdout)["outcome"] == "unchanged"


def test_add_tells_archived_skipped_and_refused_apart(fresh, tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    extract = release_file(fresh.raw, "place_measures")
    (folder / "place_measures__elsewhere__2025-03.csv").write_bytes(extract.read_bytes())
    (folder / "place_measures__broken__2025-03.csv").write_text("metric_id,measure\n1,2\n")
    done = call("add", folder, *places(fresh), "--json")
    assert done.returncode == 3
    statuses = {Path(one["path"]).name: one["status"] for one in json.loads(done.stdout)}
    assert statuses == {
        "notes.csv": "skipped", "place_measures__elsewhere__2025-03.csv": "archived", "place_measures__broken__2025-03.csv": "refused",
    }  # fmt: skip
    assert call("add", folder / "notes.csv", *places(fresh)).returncode == 3
    assert call("add", folder / "place_measures__elsewhere__2025-03.csv", *places(fresh)).returncode == 0


def test_a_folder_with_only_unknown_files_is_no_failure(fresh, tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    done = call("add", folder, *places(fresh))
    assert done.returncode == 0
    assert "skipped" in done.stdout


def test_a_blocked_gate_is_status_2_and_names_the_cause(own, tmp_path):
    extract = release_file(own.raw, "place_measures").read_text("utf-8")
    bad = tmp_path / "place_measures__kent-hosc-briefing__2025-02.csv"
    bad.write_text(extract.replace(",140,177,79,", ",240,177,79,"), "utf-8")
    assert call("add", bad, *places(own)).returncode == 0
    done = call("run", *places(own))
    assert done.returncode == 2
    assert "the numerator is not above the denominator" in done.stderr
    assert "nothing was published; the last edition stays" in done.stderr
    assert call("run", *places(own)).returncode == 2


def test_inspect_says_what_a_file_is_and_archives_nothing(fresh):
    before = sorted(fresh.raw.rglob("*"))
    done = call("inspect", release_file(fresh.raw, "gp_appointments_regional"), *places(fresh), "--json")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["tables"]
    assert (found["dataset"], found["layout"], found["period"]) == (
        "gp_appointments_regional",
        "zip_of_icb_csvs",
        "2025-11",
    )
    assert found["rows_in"] == found["rows_clean"] == 51_373
    assert all(check["passed"] for check in found["checks"])
    assert {check["rule_id"].split(".")[0] for check in found["checks"]} == {"gp_appointments_regional"}
    assert sorted(fresh.raw.rglob("*")) == before


def test_status_find_trace_and_sql_answer(sample_run):
    settings, outcome = sample_run
    status = json.loads(call("status", *places(settings), "--json").stdout)
    assert status["current_edition"] == outcome.edition_id
    held = {one["dataset"]: one["releases"] for one in status["datasets"] if one["releases"]}
    extracts = {name: releases for name, releases in held.items() if name.startswith("lx_")}
    assert {name: held[name] for name in held.keys() - extracts.keys()} == {
        "ascof": 1, "bcf_plan_document": 2, "cqc_directory": 1, "discharge_sitrep_acute": 2, "eric": 1,
        "fingertips": 1, "gp_appointments_coverage": 1, "gp_appointments_practice": 2,
        "gp_appointments_regional": 1, "gp_registered_patients": 6, "gp_workforce": 2,
        "hchs_workforce_monthly": 1, "imd": 11, "ld_health_checks": 1, "mhsds_lda": 2, "nihr_awards": 1,
        "ods_epcn": 4, "ods_epraccur": 2, "ods_etr": 1, "ods_other": 2, "ons_boundaries": 4,
        "ons_census_households": 3, "ons_lookups": 9, "ons_mye": 1, "ons_nspl": 1, "ons_snpp": 3,
        "pcn_workforce": 2, "place_measures": 5, "qof": 2, "spend_over_25k": 1, "stop_smoking": 1,
    }  # fmt: skip
    # A file for each table, and where change or a sum over organisations is to be seen, one more for each.
    assert len(extracts) == 37
    assert extracts == Counter(one.dataset for one in EXTRACTS)
    assert "pc_06.v1" in call("find", "face", "to", "face", *places(settings)).stdout
    traced = json.loads(call("trace", "pc_05", "QZ1", "2023-12/2024-11", *places(settings), "--json").stdout)
    assert traced["parts"][0]["agrees"] is True
    rows = json.loads(call("sql", "select count(*) as n from marts.metric_value", *places(settings), "--json").stdout)
    assert rows == [{"n": 32_086}]
    runs = json.loads(
        call(
            "sql", "--runs", "select outcome, count(*) as n from runs.run group by all", *places(settings), "--json"
        ).stdout
    )
    assert runs == [{"outcome": "passed", "n": 1}]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trace", "pc_05", "Atlantis", "2024-11"], "no area 'Atlantis'"),
        (["sql", "select nonsense from nowhere"], "nowhere"),
        (["run", "--as-of", "yesterday"], "is not an instant"),
        (["run", "--as-of", "1999-01-01"], "holds no release as of"),
        (["add", "/no/such/file", "--period", "someday"], "is not a period"),
        (["find", "zzzzzzz"], "nothing answers"),
    ],
)
def test_errors_are_one_line_with_what_where_and_what_to_do(own, arguments, words):
    done = call(*arguments, *places(own))
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if not line.startswith("...")]
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert words in errors[0]


def test_a_typing_error_is_not_taken_for_a_blocked_gate(own):
    done = call("run", "--no-such-option", *places(own))
    assert done.returncode == 1
    assert "--no-such-option" in done.stderr


def test_the_version_is_said():
    assert call("--version").stdout.strip()[0].isdigit()


def test_a_traceback_comes_only_with_debug(sample_run):
    settings, _ = sample_run
    plain = call("trace", "pc_05", "Atlantis", "2024-11", *places(settings))
    debug = call("trace", "pc_05", "Atlantis", "2024-11", *places(settings), "--debug")
    assert "Traceback" not in plain.stderr
    assert "Traceback" in debug.stderr


def test_an_empty_archive_says_how_to_fill_it(tmp_path):
    done = call("run", cwd=tmp_path)
    assert done.returncode == 1
    assert "Add files with `ics-marts add PATH`" in done.stderr


def test_settings_of_the_folder_are_taken(sample_run, tmp_path):
    settings, _ = sample_run
    (tmp_path / "ics-marts.toml").write_text(f'raw = "{settings.raw}"\nout = "{settings.out}"\n')
    assert json.loads(call("status", "--json", cwd=tmp_path).stdout)["last_run"]["outcome"] == "passed"
    (tmp_path / "ics-marts.toml").write_text("rwa = 1\n")
    done = call("status", cwd=tmp_path)
    assert done.returncode == 1
    assert "unknown setting rwa" in done.stderr

"""The sample goes the whole way: what a run makes, that it is right, and that it is the same bytes every time."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from pipeline import duck
from pipeline.publish import edition as publishing
from pipeline.publish.current import edition_folder, open_part, read_manifest
from pipeline.run import sequence
from pipeline.sample import ods_registers, world
from pipeline.sample.geography import ICBS
from tests.pipeline import oracle
from tests.pipeline.conftest import release_file


def test_every_planned_check_was_executed_and_recorded(sample_run):
    _, outcome = sample_run
    summary = outcome.ledger.summary()
    assert (outcome.status, outcome.outcome) == (0, "passed")
    assert summary["planned"] == summary["executed"] == summary["recorded"] > 150
    # The sample has practices that open, close and record nothing, so that this is seen to be said.
    warnings = ["warn_practices_differ", "marts_bcf_plan_check.plan_agrees_with_itself"]
    assert [check.rule_id for check in outcome.ledger.warnings] == warnings
    assert summary["passed"] == summary["planned"] - len(warnings)
    assert {check.kind for check in outcome.ledger.checks} == {
        "contract",
        "expectation",
        "dbt_model",
        "dbt_test",
        "edition",
    }


def test_the_manifest_names_every_file_with_its_digest(sample_run):
    _, outcome = sample_run
    for part in ("open", "internal"):
        manifest = read_manifest(outcome.folder, part)
        on_disk = {
            path.relative_to(outcome.folder / part).as_posix()
            for path in (outcome.folder / part).rglob("*")
            if path.is_file()
        }
        assert {one["path"] for one in manifest["files"]} == on_disk - {"manifest.json"}
        for one in manifest["files"]:
            assert publishing.sha256_of(outcome.folder / part / one["path"]) == one["sha256"]
    assert {
        "index.html",
        "ics-marts.xlsx",
        "ics_marts.duckdb",
        "gate.json",
        "data_dictionary.csv",
        "csv/place_primary_care.csv",
    } <= {one["path"] for one in read_manifest(outcome.folder)["files"]}
    assert read_manifest(outcome.folder)["synthetic"] is True
    schemas = {table["schema"]: set() for table in read_manifest(outcome.folder)["tables"]}
    for table in read_manifest(outcome.folder)["tables"]:
        schemas[table["schema"]].add(table["name"])
    assert sorted(schemas) == ["analysis", "audit", "marts", "reference"]
    assert schemas["analysis"] == {"change", "comparison", "funnel", "inequality", "recent_trend", "spc", "what_works"}


def test_every_published_column_is_described(sample_run):
    _, outcome = sample_run
    for one in outcome.tables:
        described = {column.name: column for column in one.table.columns}
        assert [name for name, _ in one.columns] == list(described), one.table.name
        assert all(column.description and column.data_type for column in described.values()), one.table.name
        assert one.table.description
        assert one.table.owner


def test_every_metric_value_equals_the_slow_oracle(sample_run):
    settings, outcome = sample_run
    lookups = settings.raw / "ons_lookups"
    expected = oracle.metric_values(
        release_file(settings.raw, "gp_appointments_regional"),
        release_file(lookups, "sub_icb_to_icb"),
        release_file(lookups, "icb_names"),
        reissued=date(2024, 1, 1),
        country="local:sample:country",
    )
    con = open_part(outcome.folder)
    rows = con.execute(
        """select metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value,
                  numerator, denominator, value, lower_95, upper_95, value_status
           from marts.metric_value where metric_key in ('pc_05.v1', 'pc_06.v1', 'pc_06.v2', 'pc_07.v1', 'pc_07.v2')
             and source = 'gp_appointments_regional'"""
    ).fetchall()
    assert {row[:6] for row in rows} == set(expected)
    for *key, numerator, denominator, value, lower, upper, status in rows:
        cell = expected[tuple(key)]
        assert numerator == cell["numerator"], key
        assert denominator == cell.get("denominator"), key
        if cell["value"] is None:
            assert (value, status) == (None, "not_reproducible"), key
        else:
            assert value == pytest.approx(cell["value"], abs=1e-9), key
        if "lower_95" in cell:
            assert (lower, upper) == (
                pytest.approx(cell["lower_95"], abs=1e-9),
                pytest.approx(cell["upper_95"], abs=1e-9),
            )


def test_every_figure_of_the_kent_briefing_comes_out_as_it_was_printed(sample_run):
    _, outcome = sample_run
    con = open_part(outcome.folder)
    (facts,) = con.execute(
        "select count(*) from marts.place_measure where release_id like '%/kent-hosc-briefing/%'"
    ).fetchone()
    assert facts == 91
    good = con.execute(
        "select value, lower_95, upper_95, value_published, recompute_ok from marts.metric_value where metric_key = 'pc_02.v1'"
    ).fetchone()
    # metrics.md section 5: 140/177 = 79.1%, Wilson 72.5 to 84.4; the briefing prints 79%.
    assert [round(number, 1) for number in good[:3]] == [79.1, 72.5, 84.4]
    assert good[3:] == (79, True)
    assert con.execute(
        "select value from marts.metric_value where metric_key = 'pc_24.v1' and area_code = 'E54000032'"
    ).fetchone() == (578.5,)
    disagreeing = con.execute("select metric_key from marts.metric_value where not recompute_ok").fetchall()
    assert disagreeing == []


def test_no_synthetic_figure_bears_the_code_of_a_real_area(sample_run):
    _, outcome = sample_run
    con = open_part(outcome.folder)
    codes = con.execute(
        """select distinct area_code from marts.metric_value
           join audit.release on list_contains(string_split(metric_value.release_id, ' '), release.release_id)
           where origin = 'synthetic'"""
    ).fetchall()
    made_up = {one.code for one in world.everywhere(ICBS)} | {
        network.code for icb in ICBS for location in icb.locations for network in world.networks(world.SEED, location)
    }
    made_up |= {code for code, *_ in ods_registers.TRUSTS}
    assert made_up & {code for (code,) in codes}
    assert all("999" in code or code.startswith(("local:sample", "local:qz1:")) or code in made_up for (code,) in codes)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.really_builds
def test_the_same_bytes_at_any_thread_count(threads, fresh, practices_run):
    _, reference = practices_run
    outcome = sequence.run(replace(fresh, threads=threads))
    assert {one.table.path: one.sha256 for one in outcome.tables} == {
        one.table.path: one.sha256 for one in reference.tables
    }
    assert outcome.edition_id == reference.edition_id
    for name in ("index.html", "ics-marts.xlsx", "csv/place_primary_care.csv", "data_dictionary.csv"):
        assert publishing.sha256_of(outcome.folder / "open" / name) == publishing.sha256_of(
            reference.folder / "open" / name
        )


def test_a_run_with_nothing_to_do_says_so_and_imports_nothing_heavy(own):
    program = (
        "import sys, json\nfrom pathlib import Path\nfrom pipeline.settings import Settings\nfrom pipeline.run import sequence\n"
        f"outcome = sequence.run(Settings(raw=Path({str(own.raw)!r}), out=Path({str(own.out)!r})))\n"
        "heavy = sorted({'dbt', 'dagster', 'great_expectations', 'pandas'} & set(sys.modules))\n"
        "print(json.dumps([outcome.status, outcome.outcome, outcome.message, heavy]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    status, outcome, message, heavy = json.loads(done.stdout)
    assert (status, outcome, heavy) == (0, "unchanged", [])
    assert "nothing changed since run" in message


def test_a_run_tries_no_connection_at_all(fresh):
    # Telemetry swallows its own errors, so it is not enough that a run succeeds with the network shut: every attempt
    # is written down.
    program = (
        "import json, socket, threading\nfrom pathlib import Path\ntried = []\n"
        "def refuse(*arguments, **named):\n    tried.append(repr(arguments[-1]))\n    raise OSError('no network')\n"
        "socket.getaddrinfo = refuse\nsocket.socket.connect = refuse\nsocket.socket.connect_ex = refuse\nsocket.socket.sendto = refuse\n"
        "from pipeline.settings import Settings\nfrom pipeline.run import sequence\n"
        f"outcome = sequence.run(Settings(raw=Path({str(fresh.raw)!r}), out=Path({str(fresh.out)!r})))\n"
        "[one.join(5) for one in threading.enumerate() if one is not threading.current_thread()]\n"
        "print(json.dumps([outcome.status, tried]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]


@pytest.mark.really_builds
def test_a_lost_bronze_cache_changes_nothing(own, practices_run):
    _, reference = practices_run
    shutil.rmtree(own.work / "bronze")
    assert sequence.run(own, full=True).edition_id == reference.edition_id


def test_the_latest_folder_is_the_open_part_and_nothing_else(sample_run):
    settings, outcome = sample_run

    def content(folder):
        return {
            path.relative_to(folder).as_posix(): publishing.sha256_of(path)
            for path in folder.rglob("*")
            if path.is_file()
        }

    assert content(settings.latest_dir) == content(outcome.folder / "open")


def test_old_drivers_can_open_the_database(sample_run):
    _, outcome = sample_run
    with (outcome.folder / "open" / publishing.DATABASE).open("rb") as stream:
        head = stream.read(20)
    # Storage version 64 is DuckDB 0.9 to 1.1; the checksum takes 8 bytes, the magic 4.
    assert head[8:12] == b"DUCK"
    assert int.from_bytes(head[12:20], "little") == 64


def test_readers_cannot_write_nor_reach_the_file_system(sample_run):
    import duckdb

    _, outcome = sample_run
    con = open_part(outcome.folder)
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        con.execute("create table marts.mine (a integer)")
    with pytest.raises(duckdb.PermissionException):
        con.execute("select * from read_csv('/etc/passwd')")


def test_the_internal_database_joins_like_the_open_one(sample_run):
    _, outcome = sample_run
    sql = "select count(*) from marts.metric_value join reference.metric using (metric_key) join reference.area using (area_key)"
    counts = [open_part(outcome.folder, part).execute(sql).fetchone()[0] for part in ("open", "internal")]
    assert counts[0] == counts[1] > 13_000


def test_content_digest_ignores_order_and_sees_every_cell():
    con = duck.connect()
    con.execute("create table a as select * from (values (1, 'x', null), (2, 'y', 0.5)) as t (k, n, v)")
    con.execute("create table b as select * from a order by k desc")
    con.execute("create table c as select * from (values (1, 'x', 0.5), (2, 'y', null)) as t (k, n, v)")
    digests = [con.execute(publishing.content_digest_sql(name, ["k", "n", "v"])).fetchone()[1] for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


def test_current_json_names_the_edition_and_its_manifest(sample_run):
    settings, outcome = sample_run
    current = json.loads(settings.current_json.read_text())
    assert current["edition_id"] == outcome.edition_id
    assert current["manifest_sha256"] == publishing.sha256_of(edition_folder(settings) / "open" / "manifest.json")

"""The benchmarks' own parts: they time what they say they time, and the plain scripts do the work they are set against."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pytest

from benchmarks import plain_scale, scale, steps
from pipeline.catalogue.contract import Column, Contract
from pipeline.ingest.read import _value_after_first, value_sql
from pipeline.sample import collection


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("made") / "all"


@pytest.fixture(scope="module")
def made(folder) -> collection.Written:
    return collection.write(folder, collection.Plan(practices=14, months=2, seed=7, plain=True))


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_the_plain_scripts_count_every_appointment_and_patient(made, tmp_path, engine):
    plain_scale.main(engine, made.folder, tmp_path)
    con = duckdb.connect()
    count = {"duckdb": "appointments", "pandas": "count_of_appointments"}[engine]
    crosstab = made.totals["datasets"]["gp_appointments_practice"]["crosstab"]
    for kind in ("none", *plain_scale.KINDS):
        query = f"select sum({count}) from '{tmp_path}/practice_month.parquet' where breakdown_type = '{kind}'"
        assert con.execute(query).fetchone() == (crosstab["appointments"],)
    patients = {"duckdb": "patients", "pandas": "number_of_patients"}[engine]
    lists = made.totals["datasets"]["gp_registered_patients"]["practice_totals"].values()
    query = f"select sum({patients})::bigint from '{tmp_path}/lists.parquet'"
    assert con.execute(query).fetchone() == (sum(one["patients"] for one in lists),)


def test_both_plain_scripts_make_the_same_rates(made, tmp_path):
    plain_scale.main("duckdb", made.folder, tmp_path / "duckdb")
    plain_scale.main("pandas", made.folder, tmp_path / "pandas")
    con = duckdb.connect()
    ours, theirs = (
        con.execute(
            f"select area, {month}::date, round(value, 6) from '{tmp_path}/{engine}/metric_value.parquet'"
            " where metric = 'pc_52' order by all"
        ).fetchall()
        for engine, month in (("duckdb", "month"), ("pandas", "day"))
    )
    assert len(ours) > 28
    assert ours == theirs


def test_the_newest_month_is_taken_out_and_nothing_else(made):
    held, newest = scale.newest_apart(made.files)
    assert sorted([*held, *newest]) == sorted(made.files)
    assert {file.parent.name for file in newest} == {"gp_appointments_practice", "gp_registered_patients"}
    assert all("Nov_25" in file.name or "2025-11" in file.name for file in newest)
    assert not any("Crosstab" in file.name and "Nov_25" in file.name for file in held)


def test_the_clock_puts_every_second_in_one_step():
    moments = iter([(0.0, 0.0), (2.0, 1.0), (5.0, 3.0), (6.0, 3.5), (10.0, 4.0)])
    clock = steps.Clock(now=lambda: next(moments))
    clock.on_progress("reading the archive")
    clock.on_progress("checking gp_appointments_practice")
    clock.on_progress("building the marts")
    clock.begin("ingest")
    assert clock.ended() == {
        "start-up": {"wall": 2.0, "cpu": 1.0}, "ingest": {"wall": 7.0, "cpu": 2.5}, "build": {"wall": 1.0, "cpu": 0.5},
    }  # fmt: skip


def test_a_run_reports_every_step_by_the_words_that_the_clock_knows():
    source = (Path(steps.__file__).parents[1] / "pipeline" / "run" / "sequence.py").read_text("utf-8")
    for words, step in steps.STEPS.items():
        assert f'self._step("{step}", "{words}")' in source


def test_the_ratio_leaves_out_start_up_and_gates():
    spent = {"wall": 10.0, "cpu": 8.0}
    found = {
        "plain": {"wall": 20.0, "cpu": 32.0},
        "add": {"facts": {"steps": {"start-up": spent, "copy": spent, "add": spent}}},
        "run": {
            "facts": {"steps": dict.fromkeys(("start-up", "ingest", "gate 1", "build", "gate 2", "publish"), spent)}
        },
    }
    assert scale.ratio(found, "wall") == 50 / 20
    assert scale.ratio(found, "cpu") == 40 / 32


def test_a_command_that_runs_out_of_memory_is_told_and_not_raised():
    cost = scale.cost_of(["benchmarks.plain_scale", "pandas", "nowhere", "/dev/null/nowhere"], allowed_to_fail=True)
    assert cost.failed.startswith("ended with 1")
    with pytest.raises(SystemExit, match="ended with 1"):
        scale.cost_of(["benchmarks.plain_scale", "pandas", "nowhere", "/dev/null/nowhere"])


def test_a_wide_file_is_read_whole(tmp_path):
    import yaml

    Contract.model_validate(scale.wide_contract())
    path, contract = tmp_path / "wide_2026-01.csv", tmp_path / "wide.yml"
    scale.write_wide(path, 30, 25)
    contract.write_text(yaml.safe_dump(scale.wide_contract()), "utf-8")
    facts = steps.wide(steps.Clock(), tmp_path, tmp_path / "out", [path, contract])
    assert facts == {"records": 30, "rows": 450, "clean": 450}


@pytest.mark.parametrize("first", ["01NOV2025", "01Nov2025", "November", "01'25", "02NOV2025"])
def test_a_day_is_the_same_whether_the_first_row_holds_it_or_not(first):
    column = Column(name="month", description="a month, as published", type="month", formats=("%d%b%Y",))
    cells = [first, "01NOV2025", "01DEC2025", "15NOV2025", "", None]
    con = duckdb.connect()
    rows = "(select unnest(?) as t_month)"
    plain, quick = (
        con.execute(f"select {sql} from {rows}", [cells]).fetchall()
        for sql in (value_sql(column, {}), _value_after_first(column, {}, first))
    )
    assert quick == plain
    assert plain[1] == (datetime.date(2025, 11, 1),)
    assert plain[3] == (None,)

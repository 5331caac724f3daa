"""Three downloads of Fingertips, of 26 and 27 columns, whole."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipeline.ingest.archive import Release
from pipeline.settings import Settings
from tests.real.judged_whole import held, not_passed, rows_read, view

EMERGENCY, REGISTER, BACTERIA = "HEEC_ed_under5.csv", "HEEC_ld_qof_prev.csv", "indicators-CountyUA.data.csv"
FILES = (EMERGENCY, REGISTER, BACTERIA)


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("fingertips")
    return Settings(raw=folder / "raw", out=folder / "out")


@pytest.fixture(scope="module")
def releases(shared_data, known) -> list[Release]:
    return held([shared_data / "fingertips" / name for name in FILES], known)


@pytest.fixture(scope="module")
def con(releases, known):
    con = duckdb.connect()
    view(con, "indicators", releases, known)
    yield con
    con.close()


def published(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text, restval=""))


def test_every_download_stands_in_its_part_with_all_its_rows(releases, known, shared_data):
    assert [(one.part, one.period.slug) for one in releases] == [
        ("heec-ed-under5", "2022"), ("heec-ld-qof-prev", "2022"),
        ("indicators-countyua", "2017"),
    ]  # fmt: skip
    rows = [len(published(shared_data / "fingertips" / name)) for name in FILES]
    assert rows == [7610, 464, 852]
    assert [rows_read(one, known) for one in releases] == [(n, n, 0) for n in rows]


def test_great_expectations_finds_nothing_wrong(releases, known):
    assert not_passed(releases, known) == (24, [])


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Value", "value"), ("Lower CI 95.0 limit", "lower_95"), ("Upper CI 95.0 limit", "upper_95"),
        ("Upper CI 99.8 limit", "upper_998"), ("Count", "count"), ("Denominator", "denominator"),
    ],
)  # fmt: skip
def test_every_figure_has_all_its_decimals(name, column, con, shared_data):
    for file in FILES:
        cells = [Decimal(row[name]) for row in published(shared_data / "fingertips" / file) if row[name]]
        assert con.execute(
            f"select count({column}), coalesce(sum({column}), 0) from indicators where file = ?", [file]
        ).fetchone() == (len(cells), sum(cells)), file


def test_england_has_the_printed_rates(con):
    """A&E attendances of children under 5, and learning disability in QOF, as Fingertips prints them."""
    assert con.execute(
        "select count, denominator, value from indicators where file = ? and area_code = 'E92000001'"
        " and sex = 'Male' and time_period = '2021/22'",
        [EMERGENCY],
    ).fetchone() == (1_302_555, 1_565_772, Decimal("831.8931492"))
    assert con.execute(
        "select distinct count, denominator, value from indicators where file = ? and area_code = 'E92000001'"
        " and category is null and time_period = '2014/15'",
        [REGISTER],
    ).fetchall() == [(252_446, 56_817_654, Decimal("0.444309087"))]


def test_the_comparison_with_the_parent_is_kept_under_each_of_its_names(con, shared_data):
    names = {
        EMERGENCY: "Compared to PCNs (v. 27/10/23) value or percentiles", REGISTER: "Compared to percentiles",
        BACTERIA: "Compared to Region value or percentiles",
    }  # fmt: skip
    for file, name in names.items():
        cells = [row[name] for row in published(shared_data / "fingertips" / file)]
        found = con.execute("select compared_with_parent from indicators where file = ? order by source_row", [file])
        assert [cell for (cell,) in found.fetchall()] == cells


def test_a_missing_value_is_never_zero(con):
    assert con.execute(
        "select value_note, count(*), count(value) from indicators where value_status = 'missing' group by 1 order by 1"
    ).fetchall() == [
        ("Value for Cornwall & Isles of Scilly combined", 5, 0), ("Value for Hackney and City of London combined", 5, 0),
        ("Value suppressed for disclosure control reasons", 1, 0),
    ]  # fmt: skip

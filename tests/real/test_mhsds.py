"""The published files of four week waits, April and July 2024, whole; and what stands beside them and is no release."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.archive import Release
from pipeline.settings import Settings
from tests.real.judged_whole import held, not_passed, rows_read, view

APRIL, JULY = "MHSDS Data_4WW_AprPerf_2024_v2.csv", "MHSDS Data_4WW_JulPerf_2024_v2.csv"


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("mhsds")
    return Settings(raw=folder / "raw", out=folder / "out")


@pytest.fixture(scope="module")
def releases(shared_data, known) -> list[Release]:
    return held([shared_data / "mhsds" / name for name in (APRIL, JULY)], known)


@pytest.fixture(scope="module")
def con(releases, known):
    con = duckdb.connect()
    view(con, "measures", releases, known)
    yield con
    con.close()


def published(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="ascii") as text:
        return list(csv.DictReader(text))


def test_both_releases_stand_in_their_months_with_all_their_rows(releases, known, shared_data):
    rows = [len(published(shared_data / "mhsds" / name)) for name in (APRIL, JULY)]
    assert rows == [19_958, 18_912]
    assert [(one.part, one.period.slug, one.period_from, one.period_in_name) for one in releases] == [
        ("4ww", "2024-04", "content", ""), ("4ww", "2024-07", "content", ""),
    ]  # fmt: skip
    assert [rows_read(one, known) for one in releases] == [(n, n, 0) for n in rows]


def test_great_expectations_finds_nothing_wrong(releases, known):
    assert not_passed(releases, known) == (22, [])


def test_every_figure_and_every_star_is_as_published(con, shared_data):
    for name in (APRIL, JULY):
        counted = Counter(row["MEASURE_VALUE"] == "*" for row in published(shared_data / "mhsds" / name))
        total = sum(
            Decimal(row["MEASURE_VALUE"])
            for row in published(shared_data / "mhsds" / name)
            if row["MEASURE_VALUE"] != "*"
        )
        assert con.execute(
            "select count(*) filter (measure_value_status = 'suppressed'),"
            " count(*) filter (measure_value_status = 'exact'), sum(measure_value) from measures where file = ?",
            [name],
        ).fetchone() == (counted[True], counted[False], total)


@pytest.mark.parametrize(
    ("file", "started", "closed", "within_four_weeks"),
    [(APRIL, 178_843, 191_240, Decimal("10.64024")), (JULY, 178_835, 159_638, Decimal("6.368248"))],
)
def test_england_has_the_printed_figures(file, started, closed, within_four_weeks, con):
    found = con.execute(
        "select measure_id, measure_value from measures where file = ? and breakdown = 'England'", [file]
    ).fetchall()
    assert len(found) == 44
    assert [dict(found)[measure] for measure in ("MRS04", "MRS05", "MRS01b")] == [started, closed, within_four_weeks]


def test_icbs_add_up_to_england_but_for_rounding(con):
    """Referrals that started: rounding to 5 moves 43 sums by at most 107.5."""
    assert con.execute(
        "select file, sum(measure_value), count(*) from measures"
        " where measure_id = 'MRS04' and breakdown like 'ICB%' group by 1 order by 1"
    ).fetchall() == [(APRIL, 178_860, 43), (JULY, 178_825, 43)]


def test_metadata_of_a_dashboard_is_no_release(shared_data, known):
    (outcome,) = archive.add([shared_data / "mhsds" / "IPS Dashboard metadata.xlsx"], known, catalogue())
    assert outcome.message.startswith("IPS Dashboard metadata.xlsx: no contract covers this file. ")


@pytest.mark.parametrize("table", ["Monthly", "Published"])
def test_headers_noted_from_code_are_those_of_the_contract_and_no_release(table, shared_data, known):
    """The columns are known, and a header without rows is not taken in."""
    path = shared_data / "formats" / f"LDA_{table}_Mmm_YYYY.header_from_code.csv"
    (outcome,) = archive.add([path], known, catalogue())
    assert (outcome.status, outcome.message) == (
        "refused", f"{path.name}: holds a header and no rows, expected at least one. Download it again",
    )  # fmt: skip

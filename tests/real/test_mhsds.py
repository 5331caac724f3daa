"""The published files of four week waits, April and July 2024, whole; and what stands beside them and is no release."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from tests.real.read_whole import Taken, take

APRIL, JULY = "MHSDS Data_4WW_AprPerf_2024_v2.csv", "MHSDS Data_4WW_JulPerf_2024_v2.csv"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "mhsds" / name for name in (APRIL, JULY)], tmp_path_factory.mktemp("mhsds")).whole()


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, list[dict[str, str]]]:
    return {name: records(shared_data / "mhsds" / name) for name in (APRIL, JULY)}


def records(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="ascii") as text:
        return list(csv.DictReader(text))


def test_both_releases_stand_in_their_months_with_all_their_rows(taken, published):
    rows = [len(published[name]) for name in (APRIL, JULY)]
    assert rows == [19_958, 18_912]
    assert [(one.part, one.period.slug, one.period_from, one.period_in_name) for one in taken.releases] == [
        ("4ww", "2024-04", "content", ""), ("4ww", "2024-07", "content", ""),
    ]  # fmt: skip
    assert taken.counts() == [(n, n, 0) for n in rows]


def test_great_expectations_finds_nothing_wrong(taken):
    assert taken.not_passed() == (22, [])


def test_every_figure_and_every_star_is_as_published(taken, published):
    for name in (APRIL, JULY):
        counted = Counter(row["MEASURE_VALUE"] == "*" for row in published[name])
        total = sum(Decimal(row["MEASURE_VALUE"]) for row in published[name] if row["MEASURE_VALUE"] != "*")
        assert taken.rows(
            "select count(*) filter (measure_value_status = 'suppressed'),"
            " count(*) filter (measure_value_status = 'exact'), sum(measure_value) from measures where file = ?",
            [name],
        ) == [(counted[True], counted[False], total)]


@pytest.mark.parametrize(
    ("file", "started", "closed", "within_four_weeks"),
    [(APRIL, 178_843, 191_240, Decimal("10.64024")), (JULY, 178_835, 159_638, Decimal("6.368248"))],
)
def test_england_has_the_printed_figures(file, started, closed, within_four_weeks, taken):
    found = taken.rows(
        "select measure_id, measure_value from measures where file = ? and breakdown = 'England'", [file]
    )
    assert len(found) == 44
    assert [dict(found)[measure] for measure in ("MRS04", "MRS05", "MRS01b")] == [started, closed, within_four_weeks]


def test_icbs_add_up_to_england_but_for_rounding(taken):
    """Referrals that started: rounding to 5 moves 43 sums by at most 107.5."""
    assert taken.rows(
        "select file, sum(measure_value), count(*) from measures"
        " where measure_id = 'MRS04' and breakdown like 'ICB%' group by 1 order by 1"
    ) == [(APRIL, 178_860, 43), (JULY, 178_825, 43)]


def test_metadata_of_a_dashboard_is_no_release(shared_data, settings):
    (outcome,) = archive.add([shared_data / "mhsds" / "IPS Dashboard metadata.xlsx"], settings, catalogue())
    assert outcome.message.startswith("IPS Dashboard metadata.xlsx: no contract covers this file. ")


@pytest.mark.parametrize("table", ["Monthly", "Published"])
def test_headers_noted_from_code_are_those_of_the_contract_and_no_release(table, shared_data, settings):
    """The columns are known, and a header without rows is not taken in."""
    path = shared_data / "formats" / f"LDA_{table}_Mmm_YYYY.header_from_code.csv"
    (outcome,) = archive.add([path], settings, catalogue())
    assert (outcome.status, outcome.message) == (
        "refused", f"{path.name}: holds a header and no rows, expected at least one. Download it again",
    )  # fmt: skip

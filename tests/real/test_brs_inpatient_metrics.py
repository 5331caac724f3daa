"""From published files to published figures: homes and work of people with a learning disability, and their registers.

What is printed is ASCOF's own outcome of every council, and OHID's own percentage of every practice and of England.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.real.read_whole import take
from tests.real.row_model import database, make, put

FINGERTIPS = "fingertips/HEEC_ld_qof_prev.csv"
QOF = ("qof/PREVALENCE_2021_v2.csv", "qof/MAPPING_NHS_GEOGRAPHIES_2021.csv")


def given_of(taken, folder: Path):
    con = database(folder, taken)
    make(con, "int_row_brs_inpatient")
    con.execute("create table given as from int_row_brs_inpatient")
    return con


def parts(con, metric: str, version: int) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """(area, last day) -> numerator and denominator, of those with both."""
    rows = con.execute(
        "select area_code_published, period_end::varchar, sum(amount) filter (part = 'numerator'),"
        " sum(amount) filter (part = 'denominator') from given where metric_id = ? and definition_version = ? group by all",
        [metric, version],
    ).fetchall()
    return {(area, end): (above, below) for area, end, above, below in rows if above is not None and below}


def percent(above: Decimal, below: Decimal, places: str) -> Decimal:
    return (100 * above / below).quantize(Decimal(places), ROUND_HALF_UP)


@pytest.fixture(scope="module")
def ascof(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("brs_ascof")
    taken = take([shared_data / "ascof" / "meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx"], folder)
    return given_of(taken, folder)


@pytest.fixture(scope="module")
def registers(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("brs_qof")
    return given_of(take([shared_data / name for name in (*QOF, FINGERTIPS)], folder), folder)


def test_paid_employment_of_2020_21_is_what_ascof_prints(ascof):
    found = parts(ascof, "brs_26", 1)
    assert found["E06000034", "2021-03-31"] == (20, 357)
    assert found["E10000016", "2021-03-31"] == (144, 3_942)
    assert found["E92000001", "2021-03-31"] == (6_871, 133_658)
    assert [percent(*found[area, "2021-03-31"], "0.1") for area in ("E06000034", "E10000016", "E92000001")] == [
        Decimal("5.6"), Decimal("3.7"), Decimal("5.1"),
    ]  # fmt: skip


@pytest.mark.parametrize(("metric", "measure"), [("brs_25", "1G"), ("brs_26", "1E")])
def test_every_outcome_of_a_council_a_region_and_england_comes_out(metric, measure, ascof):
    printed = dict(
        ascof.execute(
            "select area_ons_code_published, value from stg_ascof_measures where measure = ? and people = 'Total'"
            " and measure_type = 'outcome' and area_level <> 'council_type' and value is not null",
            [measure],
        ).fetchall()
    )
    found = parts(ascof, metric, 1)
    ours = {area: percent(*both, "0.1") for (area, _), both in found.items()}
    assert len(printed) > 140
    # Of the Isles of Scilly the outcome is printed and its parts are not.
    assert printed.keys() - ours.keys() == {"E06000053"}
    assert ours == {area: printed[area].quantize(Decimal("0.1")) for area in ours}


def test_registers_of_practices_sum_to_what_ohid_prints_for_england(registers):
    practices = parts(registers, "brs_23", 1)
    whole = tuple(sum(one[side] for one in practices.values()) for side in (0, 1))
    assert whole == (324_291, 60_716_244)
    assert parts(registers, "brs_23", 2)["E92000001", "2021-03-31"] == whole


def test_percentages_of_fingertips_are_count_over_denominator(registers, shared_data):
    printed = {
        (row["Area Code"], f"{int(row['Time period'][:4]) + 1}-03-31"): Decimal(row["Value"])
        for row in csv.DictReader((shared_data / FINGERTIPS).read_text("utf-8").splitlines())
        if row["Area Type"] in ("England", "GPs") and not row["Category Type"] and row["Value"]
    }
    found = parts(registers, "brs_23", 2)
    assert found.keys() == printed.keys()
    assert len(found) > 100
    assert all(abs(100 * above / below - printed[key]) < Decimal("0.00001") for key, (above, below) in found.items())
    assert percent(*found["E92000001", "2015-03-31"], "0.000001") == Decimal("0.444309")


def test_populations_of_a_board_are_lists_of_18_and_over_and_the_rest(registers, shared_data, tmp_path):
    """QOF 2020/21: each register of one range of ages bears the same list, which counts once."""
    lists: dict[tuple[str, str], int] = {}
    board = {
        row["PRACTICE_CODE"]: row["STP_ODS_CODE"]
        for row in csv.DictReader((shared_data / QOF[1]).read_text("utf-8-sig").splitlines())
    }
    for row in csv.DictReader((shared_data / QOF[0]).read_text("utf-8-sig").splitlines()):
        lists[row["PRACTICE_CODE"], row["PATIENT_LIST_TYPE"]] = int(row["PRACTICE_LIST_SIZE"])
    sums: dict[str, int] = defaultdict(int)
    for (practice, kind), size in lists.items():
        if board[practice] == "QKS":
            sums[kind] += size
    con = database(tmp_path, take([shared_data / name for name in QOF], tmp_path))
    row = dict.fromkeys(("episode_end", "destination"))
    put(con, "stg_lx_35_assuring_transformation", [row | {
        "release_id": "lx", "member": "", "source_row": 1, "month": "2023-10-01", "person": "synthetic:1", "age_band": "35-49",
        "originating_icb": "QKS", "episode_start": "2023-01-01", "s17_leave": "no", "data_status": "actual", "provider_ods": "RXY",
    }], "synthetic")  # fmt: skip
    make(con, "int_row_brs_inpatient")
    found = con.execute(
        "select metric_id, sum(amount) from int_row_brs_inpatient where part = 'denominator' and definition_version = 1"
        " and metric_id in ('brs_01', 'brs_02') group by 1 order by 1"
    ).fetchall()
    assert found == [("brs_01", sums["18OV"]), ("brs_02", sums["TOTAL"] - sums["18OV"])]
    assert 1_400_000 < sums["18OV"] < 1_700_000


def test_a_board_of_whole_councils_has_residents_by_age_and_one_of_a_part_has_none(tmp_path):
    con = database(tmp_path)
    make(con, "int_area_ancestor", "int_area_canonical")
    always = "date '1900-01-01', date '9999-12-31'"
    for small, council, board in (("E01000001", "E06000001", "E54000001"), ("E01000002", "E07000001", "E54000001"),
                                  ("E01000003", "E07000002", "E54000002"), ("E01000004", "E07000002", "E54000003")):  # fmt: skip
        for above in (council, board):
            con.execute(f"insert into int_area_ancestor values ('{small}', '{above}', {always})")
    for number in (1, 2):
        con.execute(f"insert into int_area_canonical values ('QZ{number}', 'E5400000{number}', {always})")
    con.execute(
        "create table int_area_population as select area_code, year(day) as year, 'persons' as sex, age, people as population,"
        " day as reference_date, 'm' as release_id, '' as member, row_number() over () as source_row from (values"
        " ('E06000001', 17, 100, date '2024-06-30'), ('E06000001', 18, 200, date '2024-06-30'), ('E07000001', 90, 30, date '2024-06-30'),"
        " ('E06000001', 18, 150, date '2023-06-30'), ('E07000002', 40, 900, date '2024-06-30')) as people (area_code, age, people, day)"
    )
    put(con, "stg_lx_35_assuring_transformation", [{
        "release_id": "m", "member": "", "source_row": number, "month": "2025-03-01", "person": f"synthetic:{number}", "age_band": "35-49",
        "originating_icb": f"QZ{number}", "episode_start": "2023-01-01", "s17_leave": "no", "data_status": "actual", "provider_ods": "RXY",
    } for number in (1, 2)], "real")  # fmt: skip
    make(con, "int_row_brs_inpatient")
    found = con.execute(
        "select metric_id, area_code_published, sum(amount)::integer from int_row_brs_inpatient"
        " where part = 'denominator' and definition_version = 2 and metric_id in ('brs_01', 'brs_02') group by all order by all"
    ).fetchall()
    assert found == [("brs_01", "E54000001", 230), ("brs_02", "E54000001", 100)]


def test_services_with_a_rating_are_counted_in_their_board_and_their_council(tmp_path):
    """Rows as public code says the directory has them; no published file is held."""
    con = database(tmp_path)
    make(con, "int_area")
    con.execute(
        "insert into int_area (area_code, area_type, area_name) values ('E10000016', 'upper_tier_local_authority', 'Kent')"
    )
    service = {
        "release_id": "d", "member": "", "dormant": "N", "care_home": "Y", "inspection_directorate": "Adult social care",
        "overall_rating": "Good", "local_authority_name": "Kent", "sub_icb_location_ons_code": "E38000237",
        "band_learning_disability_autism": "Y",
    }  # fmt: skip
    others = [
        {}, {"overall_rating": "Inadequate", "care_home": "N"}, {"overall_rating": None}, {"dormant": "Y"},
        {"band_learning_disability_autism": None}, {"inspection_directorate": "Hospitals"}, {"overall_rating": "Outstanding"},
    ]  # fmt: skip
    put(con, "stg_cqc_directory_locations", [
        service | other | {"source_row": at, "location_id": f"1-{at}"} for at, other in enumerate(others, start=1)
    ], "real")  # fmt: skip
    con.execute("update catalogue.release set period_start = date '2026-03-02', period_end = date '2026-03-02'")
    make(con, "int_row_brs_inpatient")
    found = con.execute(
        "select area_code_published, part, sum(amount)::integer from int_row_brs_inpatient where metric_id = 'brs_35'"
        " group by all order by all"
    ).fetchall()
    assert found == [
        ("E10000016", "denominator", 3), ("E10000016", "numerator", 2), ("E38000237", "denominator", 3), ("E38000237", "numerator", 2),
    ]  # fmt: skip

"""From published files to published figures: staff of England, directors of networks, apprenticeships of young people.

The totals are those of other publications, or of the publisher's own total rows, and no total row is added up on the way to them.
"""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal

import pytest

from pipeline.periods import parse
from tests.real.read_whole import take
from tests.real.row_model import given

# NHS Workforce Statistics, August 2025, England and Organisation: FTE and headcount of England.
FULL_TIMES = {"2017-09-30": "1052963.08865", "2018-06-30": "1061617.05949"}
HEADS = {"2016-03-31": 1_164_471, "2017-03-31": 1_187_125}
# PCNW November 2025 bulletin, Table 2a: directors of all kinds.
DIRECTORS = {"2020-06-30": "71.6633999993", "2021-09-30": "201.9181333147", "2022-09-30": "250.9747999988"}
# Starts by age, rounded to 10: the rows Total (All providers) of the same release.
STARTS = {
    "2023-07-31": {"Under 19": 77_720, "19-24": 98_800, "all": 337_140},
    "2024-07-31": {"Under 19": 78_930, "19-24": 96_130, "all": 339_580},
    "2025-07-31": {"Under 19": 74_990, "19-24": 97_240, "all": 353_500},
}
REGIONS = (
    "North East", "North West", "", "Yorkshire and The Humber", "East Midlands", "West Midlands", "East of England", "London",
    "South East", "South West",
)  # fmt: skip
# Each of 81,603 rows, and of 889 directors, is rounded to four decimals: the sums are off by so much.
NEAR, NEAR_OF_FEW = Decimal("0.02"), Decimal("0.002")


@pytest.fixture(scope="module")
def hospitals(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("es_hchs")
    return given("int_row_employment_skills", take([shared_data / "hchs_workforce"], folder), folder)


@pytest.fixture(scope="module")
def networks(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("es_pcn")
    return given("int_row_employment_skills", take([shared_data / "pcn_workforce"], folder), folder)


@pytest.fixture(scope="module")
def apprenticeships(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("es_dfe")
    taken = take([shared_data / "dfe_apprenticeships" / "provider_breakdowns_0.parquet"], folder, parse("2026-07"))
    areas = [(f"E1200000{number}", "region", name) for number, name in enumerate(REGIONS, start=1) if name]
    return given("int_row_employment_skills", taken, folder, areas)


def test_full_times_of_england_are_those_of_the_workforce_statistics(hospitals):
    found = dict(
        hospitals.execute(
            "select period_end::varchar, sum(amount) from given where metric_id = 'es_01' and definition_version = 3"
            " and geographies = 'country' and area_code_published = 'E92000001' group by 1"
        ).fetchall()
    )
    assert found.keys() == FULL_TIMES.keys()
    assert all(abs(found[day] - Decimal(printed)) < NEAR for day, printed in FULL_TIMES.items())
    by_trust = hospitals.execute(
        "select period_end::varchar, sum(amount), count(distinct area_code_published) from given"
        " where definition_version = 3 and geographies = 'trust' group by 1 order by 1"
    ).fetchall()
    assert [(day, full_times) for day, full_times, _ in by_trust] == sorted(found.items())
    assert all(organisations > 400 for *_, organisations in by_trust)


def test_heads_of_england_are_those_of_the_workforce_statistics(hospitals):
    rows = hospitals.execute(
        "select period_end::varchar, area_code_published, amount, cell from given where definition_version = 4"
    ).fetchall()
    assert sorted(rows) == [(day, "E92000001", heads, heads) for day, heads in HEADS.items()]


def test_directors_of_networks_are_those_of_the_bulletin(networks):
    found = dict(
        networks.execute(
            "select period_end::varchar, sum(amount) from given where definition_version = 6 and geographies <> 'place pcn'"
            " and breakdowns like 'staff_group=Directors;%' group by 1"
        ).fetchall()
    )
    assert found.keys() == DIRECTORS.keys()
    assert all(abs(found[day] - Decimal(printed)) < NEAR_OF_FEW for day, printed in DIRECTORS.items())


def test_a_network_has_the_hours_of_its_rows(networks, shared_data):
    counted: Counter[str] = Counter()
    name = "11.Primary Care Networks – September 2022 Individual Level.csv"
    with (shared_data / "pcn_workforce" / name).open(encoding="cp1252", newline="") as text:
        for record in csv.DictReader(text):
            counted[record["PCN_CODE"]] += Decimal(record["FTE"])
    found = dict(
        networks.execute(
            "select area_code_published, sum(amount) from given where geographies = 'place pcn' and period_end = date '2022-09-30'"
            " group by 1"
        ).fetchall()
    )
    assert found.keys() == counted.keys()
    assert max(abs(found[code] - counted[code]) for code in counted) < NEAR_OF_FEW


def test_starts_of_young_people_are_those_that_the_department_prints(apprenticeships):
    young = apprenticeships.execute(
        "select period_end::varchar, regexp_extract(breakdowns, 'age_group=([^;]*)', 1), sum(amount) from given"
        " where definition_version = 4 and metric_id = 'es_04' group by all"
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for day, age, starts in young:
        found.setdefault(day, {})[age] = round(int(starts), -1)
    for day, starts in apprenticeships.execute(
        "select period_end::varchar, sum(amount) from given where definition_version = 5 and part = 'denominator' group by 1"
    ).fetchall():
        found[day]["all"] = round(int(starts), -1)
    # The year told in part is not there.
    assert found == STARTS


def test_regions_are_all_starts_but_those_from_outside(apprenticeships):
    """1.1% of the starts of 2024/25 are of learners from outside England or of unknown home."""
    regions, inside, whole = apprenticeships.execute(
        "select count(distinct area_code_published) filter (area_code_published like 'E12%'),"
        " sum(amount) filter (area_code_published like 'E12%'), sum(amount)"
        " from given where definition_version = 5 and part = 'denominator'"
        " and period_end = date '2025-07-31'"
    ).fetchone()
    assert (regions, int(whole - inside)) == (9, 3_805)

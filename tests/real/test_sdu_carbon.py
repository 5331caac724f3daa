"""The two organisational summaries of the NHS Sustainable Development Unit, whole, as a public project holds them."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from tests.real.read_whole import Taken, take

EARLIER, LATER = "Organisational_Summary_2017.csv", "2017.18orgsummaryv0.2.csv"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    files = [shared_data / "sdu_carbon" / name for name in (EARLIER, LATER)]
    return take(files, tmp_path_factory.mktemp("sdu_carbon")).whole()


def records(path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as text:
        return list(csv.reader(text))


def test_both_summaries_stand_in_their_years_with_all_their_rows(taken, shared_data):
    earlier, later = (records(shared_data / "sdu_carbon" / name) for name in (EARLIER, LATER))
    header = next(at for at, record in enumerate(later) if record[1] == "Code")
    rows = [len(earlier) - 1, len(later) - header - 1]
    assert rows == [472, 427]
    assert [(one.table, one.period.slug, one.period_from) for one in taken.releases] == [
        ("summary_2016_17", "2016-17", "name"), ("summary_2017_18", "2017-18", "name"),
    ]  # fmt: skip
    assert taken.counts() == [(n, n, 0) for n in rows]


def test_great_expectations_finds_nothing_wrong(taken):
    assert taken.not_passed() == (4, [])


def test_every_figure_is_as_held(taken, shared_data):
    later = records(shared_data / "sdu_carbon" / LATER)[6:]
    carbon = [Decimal(record[7]) for record in later if record[7][:1].isdigit()]
    assert taken.rows(
        "select sum(core_carbon_per_fte), count(core_carbon_per_fte),"
        " count(*) filter (core_carbon_per_fte_status = 'not_applicable') from summary_2017_18"
    ) == [(sum(carbon), len(carbon), 195)]
    earlier = records(shared_data / "sdu_carbon" / EARLIER)[1:]
    energy = [Decimal(record[15]) for record in earlier if record[15][:1].isdigit()]
    assert taken.rows("select sum(energy_carbon_per_fte), count(energy_carbon_per_fte) from summary_2016_17") == [
        (sum(energy), 236)
    ]


def test_the_column_of_waste_holds_the_column_of_water_again(shared_data):
    """Why it is not kept."""
    later = records(shared_data / "sdu_carbon" / LATER)[5:]
    assert (later[0][9].replace("\ufffd", " "), later[0][11]) == (
        "Water usage per FTE change from 2013/14", "2017/18 waste not going directly to landfill",
    )  # fmt: skip
    assert [record[9] for record in later[1:]] == [record[11] for record in later[1:]]


def test_the_sheet_of_carbon_factors_is_no_release(shared_data, settings):
    (outcome,) = archive.add([shared_data / "sdu_carbon" / "CarbonFactors.csv"], settings, catalogue())
    assert outcome.message.startswith("CarbonFactors.csv: no contract covers this file. ")

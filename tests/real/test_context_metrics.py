"""Context from real files: people aged 85 and over as ONS prints them, deprivation as its publisher does, Fingertips by its number."""

from __future__ import annotations

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from tests.real.read_whole import take
from tests.real.row_model import database, make, rows_of

POPULATIONS = "ons_mye/ukpopestimatesmid2020on2021geography.xls"
FILE_11 = "imd/File_11_-_IoD2019_Local_Authority_District_Summaries__upper-tier__.xlsx"
DOWNLOADS = ("HEEC_ed_under5.csv", "HEEC_ld_qof_prev.csv")
STAND_INS = [("context_10", 1, 200, "Persons", "All ages"), ("context_13", 1, 93930, "Persons", "0-4 yrs")]
ENGLAND, KENT, SOUTH_EAST = "E92000001", "E10000016", "E12000008"


def context(con: duckdb.DuckDBPyConnection) -> list[dict]:
    """The rows of int_metric_context over what `con` holds; every code is an area, of the kind that its first letters say."""
    make(con, "int_area_population", "stg_fingertips", "int_area_deprivation")
    con.execute(
        """create table codes as select area_code from int_area_population union select area_code_published from stg_fingertips
           union select area_code from int_area_deprivation"""
    )
    con.execute(
        """create table int_area as select area_code, case left(area_code, 3) when 'E92' then 'country' when 'E12' then 'region'
           when 'E07' then 'lower_tier_local_authority' else 'upper_tier_local_authority' end as area_type
           from codes where left(area_code, 3) in ('E92', 'E12', 'E06', 'E07', 'E08', 'E09', 'E10') group by all"""
    )
    con.execute(
        "create table int_area_canonical as select area_code as published_code, area_code as canonical_code,"
        " date '1900-01-01' as span_from, date '9999-12-31' as span_to from int_area"
    )
    return rows_of(con, "int_metric_context")


@pytest.fixture(scope="module")
def residents(shared_data, tmp_path_factory) -> list[dict]:
    folder = tmp_path_factory.mktemp("context_85")
    return context(database(folder, take([shared_data / POPULATIONS], folder).whole()))


def one(rows: list[dict], metric: str, version: int, area: str, group: str = "all") -> dict:
    (found,) = [
        row
        for row in rows
        if (row["metric_id"], row["definition_version"], row["area_code"], row["breakdown_value"])
        == (metric, version, area, group)
    ]
    return found


def test_england_and_others_have_the_people_of_85_and_over_that_mye1_prints(residents, shared_data):
    """Sheet MYE1 counts the United Kingdom by five years of age: 85 to 89, and 90 and over."""
    rows = CalamineWorkbook.from_path(shared_data / POPULATIONS).get_sheet_by_name("MYE1").to_python()
    names = next(row for row in rows if row[0] == "Country Code")
    printed = {row[0]: row[names.index(ENGLAND)] for row in rows}
    aged = one(residents, "context_09", 1, ENGLAND)
    assert aged["numerator"] == printed["85 to 89"] + printed["90 and over"] == 1_406_410
    assert one(residents, "context_09", 2, ENGLAND)["denominator"] == printed["All Persons"] == 56_550_138
    women, men = (one(residents, "context_09", 1, ENGLAND, sex)["numerator"] for sex in ("female", "male"))
    assert women + men == aged["numerator"]


def test_regions_and_counties_are_those_of_the_estimate(residents):
    assert one(residents, "context_09", 1, SOUTH_EAST)["numerator"] == 260_038
    assert one(residents, "context_09", 1, KENT)["numerator"] == 43_588
    assert not [row for row in residents if row["area_code"][0] in "WSNK"]


def test_councils_have_the_deprivation_that_the_publisher_prints(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("context_imd")
    con = database(folder, take([shared_data / FILE_11], folder).whole())
    make(con, "int_area_deprivation")
    con.execute(
        """insert into int_area_deprivation by name
           select upper_tier_code as area_code, 'upper_tier_local_authority' as area_type, 'imd' as domain, 2019 as index_year,
                  average_score, share_most_deprived, release_id
           from bronze.imd__upper_tier_imd"""
    )
    rows = context(con)
    scores = {row["area_code"]: row["value_stated"] for row in rows if row["definition_version"] == 1}
    shares = {row["area_code"]: row["value_stated"] for row in rows if row["definition_version"] == 2}
    assert (len(scores), len(shares)) == (151, 151)
    blackpool, wokingham, middlesbrough = "E06000009", "E06000041", "E06000002"
    assert (max(scores, key=scores.get), scores[blackpool]) == (blackpool, 45.039)
    assert (min(scores, key=scores.get), scores[wokingham]) == (wokingham, 5.846)
    assert (max(shares, key=shares.get), shares[middlesbrough], shares[KENT]) == (middlesbrough, 48.84, 5.65)


def test_a_real_download_gives_england_and_its_deciles_and_no_practice(shared_data, tmp_path_factory):
    """Neither of the two downloads holds an indicator of context: they stand in for one, to prove form, groups and areas."""
    folder = tmp_path_factory.mktemp("context_fingertips")
    con = database(folder, take([shared_data / "fingertips" / name for name in DOWNLOADS], folder).whole())
    make(con, "context_indicator")
    con.execute("delete from context_indicator")
    con.executemany(
        "insert into context_indicator (metric_id, definition_version, indicator_id, sex, age) values (?, ?, ?, ?, ?)",
        STAND_INS,
    )
    rows = context(con)
    assert {row["area_code"] for row in rows} == {ENGLAND}
    register = [row for row in rows if row["metric_id"] == "context_10" and row["breakdown_type"] == "none"]
    assert len(register) == 9
    first = min(register, key=lambda row: row["period_start"])
    assert (first["numerator"], first["denominator"], first["value_stated"]) == (252_446, 56_817_654, 0.444309087)
    assert first["upper_998_stated"] == 0.447043198
    # Of two geographies of county deciles the later stands, ten a year; those of CCGs beside them.
    deciles = [
        row
        for row in rows
        if row["metric_id"] == "context_10" and row["breakdown_type"] == "deprivation_decile_of_county"
    ]
    assert {row["breakdown_value"] for row in deciles} == {str(tenth) for tenth in range(1, 11)}
    assert len(deciles) == 90
    sexes = [row for row in rows if row["metric_id"] == "context_13" and row["breakdown_type"] == "sex"]
    assert {row["breakdown_value"] for row in sexes} == {"female", "male"}

"""The lookups of small areas, wards and councils: each is told from the others by its header, and its year stands there."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.periods import parse

# table -> (name of the file, header, rows of 2019 as published)
FILES = {
    "lsoa_to_ward": (
        "135_LSOA2011_to_Ward_2019.csv", "FID,LSOA11CD,LSOA11NM,WD19CD,WD19NM,LAD19CD,LAD19NM",
        [["1", "E01012057", "Middlesbrough 009E", "E05009862", "Linthorpe", "E06000002", "Middlesbrough"],
         ["2", "E01012054", "Middlesbrough 009B", "E05009862", "Linthorpe", "E06000002", "Middlesbrough"]],
    ),
    "lsoa_to_upper_tier": (
        "195_LSOA2011_to_UTLA_2019.csv", "FID,LSOA11CD,LSOA11NM,UTLA19CD,UTLA19NM",
        [["1", "E01000205", "Barnet 035A", "E09000003", "Barnet"], ["2", "E01024014", "Ashford 001A", "E10000016", "Kent"]],
    ),
    "lsoa_to_ccg": (
        "LSOA11_CCG21_LAD21.csv", "FID,LSOA11CD,LSOA11NM,CCG19CD,CCG19CDH,CCG19NM,LAD19CD,LAD19NM",
        [["1", "E01007420", "Barnsley 016C", "E38000006", "02P", "NHS Barnsley CCG", "E08000016", "Barnsley"],
         ["2", "E01007317", "Barnsley 018A", "E38000006", "02P", "NHS Barnsley CCG", "E08000016", "Barnsley"]],
    ),
    "ward_to_region": (
        "165_Ward_to_LAD_to_County_to_Region_December_2019.csv",
        "FID,WD19CD,WD19NM,LAD19CD,LAD19NM,CTY19CD,CTY19NM,RGN19CD,RGN19NM,CTRY19CD,CTRY19NM",
        [["1", "E05012456", "South Bank", "E06000003", "Redcar and Cleveland", "", "", "E12000001", "North East", "E92000001", "England"],
         ["2", "E05011042", "Park", "E07000105", "Ashford", "E10000016", "Kent", "E12000008", "South East", "E92000001", "England"],
         ["3", "N08000611", "Derrygonnelly", "N09000006", "Fermanagh and Omagh", "", "", "", "", "N92000002", "Northern Ireland"]],
    ),
    "lower_to_upper_tier": (
        "177_LTLA_to_UTLA_April_2019.csv", "FID,LTLA19CD,LTLA19NM,UTLA19CD,UTLA19NM",
        [["1", "E08000002", "Bury", "E08000002", "Bury"], ["2", "E07000105", "Ashford", "E10000016", "Kent"]],
    ),
    "council_names": (
        "Local_Authority_Districts_December_2022_UK.csv",
        "FID,LAD19CD,LAD19NM,BNG_E,BNG_N,LONG,LAT,Shape__Area,Shape__Length,GlobalID",
        [["1", "E06000001", "Hartlepool", "447160", "531474", "-1.27018", "54.67614", "96607268.5", "50737.9", "0c2caf9e"],
         ["2", "E06000002", "Middlesbrough", "451141", "516887", "-1.21099", "54.54467", "55230925.9", "35500.2", "d8f66fd8"]],
    ),
}  # fmt: skip
# Rules that a file of a few rows of a real country breaks by being a cut.
CUT = {
    "lsoa_to_ward": {"lsoas_of_england_and_wales"},
    "lsoa_to_upper_tier": {"lsoas_of_upper_tiers"},
    "lsoa_to_ccg": {"lsoas_of_england"},
    "ward_to_region": {"regions_of_england"},
    "lower_to_upper_tier": {"councils_of_england_and_wales"},
    "council_names": {"councils_of_the_kingdom"},
}


def file_of(folder: Path, table: str, *, header: str = "", rows=None, name: str = "", year: str = "19", **how) -> Path:
    known, published, found = FILES[table]
    header = (header or published).replace("19CD", f"{year}CD").replace("19NM", f"{year}NM")
    return made(folder / (name or known), csv_bytes(header.split(","), rows or found, **how))


def changed(table: str, row: int, column: int, cell: str) -> list[list[str]]:
    rows = [list(one) for one in FILES[table][2]]
    rows[row][column] = cell
    return rows


@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("table", sorted(FILES))
def test_each_lookup_is_known_by_its_header_whatever_its_name(table, bom, tmp_path, settings):
    release = added(file_of(tmp_path, table, name="lookup.csv", bom=bom, line_end="\r\n" if bom else "\n"), settings)
    assert (release.table, release.period, release.period_from) == (table, parse("2019"), "content")
    found = [
        [cell for name, cell in row.items() if name not in ("member", "source_row") and cell is not None]
        for row in rows_of(bronze_of(release, settings))
    ]
    kept = 3 if table == "council_names" else None
    assert found == [[cell for cell in row[1:kept] if cell] for row in FILES[table][2]]
    assert failed_rules(release, settings) == CUT[table]


def test_the_year_of_small_areas_is_not_the_year_of_the_lookup(tmp_path, settings):
    release = added(file_of(tmp_path, "lsoa_to_ward", year="21"), settings)
    assert (release.period, release.period_in_name) == (parse("2021"), "2019")


def test_names_in_welsh_came_in_2023(tmp_path, settings):
    header = FILES["council_names"][1].replace("LAD19NM", "LAD19NM,LAD19NMW")
    rows = [[*row[:3], " ", *row[3:]] for row in FILES["council_names"][2]]
    release = added(file_of(tmp_path, "council_names", header=header, rows=rows), settings)
    assert release.layout == "boundaries_csv_2023"


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("lsoa_to_ward", "WD19NM", "WARD19NM"), ("lsoa_to_upper_tier", "LSOA11CD", "LSOA21CD"),
        ("lower_to_upper_tier", "LTLA19NM", "LAD19NM"),
    ],
)  # fmt: skip
def test_another_column_in_the_header_is_refused(table, old, new, tmp_path, settings):
    outcome = add(file_of(tmp_path, table, header=FILES[table][1].replace(old, new)), settings)
    assert outcome.status == "refused"
    assert new in outcome.message
    assert "pipeline/catalogue/ons/ons_lookups.yml" in outcome.message


@pytest.mark.parametrize(
    ("table", "old", "new"), [("lsoa_to_upper_tier", "UTLA19NM", "UTLA20NM"), ("ward_to_region", "RGN19CD", "RGN20CD")]
)
def test_two_years_in_one_header_are_refused(table, old, new, tmp_path, settings):
    outcome = add(file_of(tmp_path, table, header=FILES[table][1].replace(old, new)), settings)
    assert outcome.status == "refused"
    assert "19" in outcome.message
    assert "20" in outcome.message


@pytest.mark.parametrize(
    ("table", "column", "cell", "what"),
    [
        ("lsoa_to_ward", 1, "E02000001", "lsoa_code"), ("lsoa_to_ward", 2, "Middlesbrough", "lsoa_name"),
        ("lsoa_to_ward", 3, "E06000002", "ward_code"), ("lsoa_to_upper_tier", 3, "E07000105", "upper_tier_code"),
        ("lsoa_to_ccg", 1, "W01000001", "lsoa_code"), ("ward_to_region", 5, "E12000001", "county_code"),
        ("ward_to_region", 10, "Britain", "country_name"), ("lower_to_upper_tier", 1, "E10000016", "lower_tier_code"),
        ("council_names", 1, "E6000001", "council_code"),
    ],
)  # fmt: skip
def test_a_code_of_another_kind_is_said(table, column, cell, what, tmp_path, settings):
    outcome = add(file_of(tmp_path, table, rows=changed(table, 0, column, cell)), settings)
    assert any(f"{what} is '{cell}'" in one for one in outcome.problems)


@pytest.mark.parametrize(
    ("table", "row", "column", "cell", "rule"),
    [
        ("lsoa_to_ward", 1, 4, "Park", "ward_has_one_name"), ("lsoa_to_ward", 1, 5, "E06000003", "ward_in_one_council"),
        ("lsoa_to_ward", 1, 6, "Hartlepool", "council_of_a_ward_has_one_name"),
        ("lsoa_to_ccg", 1, 4, "02Q", "ccg_codes_one_to_one"), ("lsoa_to_ccg", 1, 7, "Leeds", "council_of_a_ccg_has_one_name"),
        ("ward_to_region", 0, 7, "", "england_has_regions"), ("ward_to_region", 1, 5, "", "england_has_regions"),
        ("ward_to_region", 2, 9, "E92000001", "england_has_regions"),
        ("ward_to_region", 1, 3, "E06000003", "council_in_one_region"),
        ("lower_to_upper_tier", 0, 3, "E10000016", "unitary_is_its_own"),
        ("lower_to_upper_tier", 1, 3, "E08000002", "unitary_is_its_own"),
        ("council_names", 1, 2, "Hartlepool", "names_are_of_one_council"),
    ],
)  # fmt: skip
def test_codes_that_do_not_go_together_break_their_rule(table, row, column, cell, rule, tmp_path, settings):
    release = added(file_of(tmp_path, table, rows=changed(table, row, column, cell)), settings)
    assert rule in failed_rules(release, settings) - CUT[table]

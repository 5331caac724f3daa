"""Population projections (Z1) and households of the Census (TS041): columns that become rows, and a ZIP of three tables."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, all_added, bronze_of, csv_bytes, made, made_zip, rows_of

from pipeline.periods import parse

PERSONS = "2022 SNPP Population persons.csv"
HEADER = ["AREA_CODE", "AREA_NAME", "COMPONENT", "SEX", "AGE_GROUP", "2022", "2023", "2024"]
AGES = [*map(str, range(90)), "90 and over"]


def projected(sex: str = "persons", areas: tuple[str, ...] = ("E06000047", "E10000016")) -> list[list[str]]:
    """Two areas of 10 people at every age and one thousandth more each year."""
    of_age = [[age, "10.000", "10.001", "10.002"] for age in AGES]
    total = ["All ages", "910.000", "910.091", "910.182"]
    return [[code, f"Area {code[-2:]}", "Population", sex, *row] for code in areas for row in (*of_age, total)]


def projection(folder: Path, rows: list[list[str]], header: list[str] = HEADER, name: str = PERSONS) -> Path:
    """As published: quotes round the header alone, CRLF."""
    head = ",".join(f'"{cell}"' for cell in header) + "\r\n"
    body = csv_bytes(rows[0], rows[1:], line_end="\r\n")
    return made(folder / name, head.encode() + body)


def test_every_year_of_a_projection_is_a_row(tmp_path, settings):
    release = added(projection(tmp_path, projected()), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.part, release.period, release.period_from) == (
        "population",
        "persons",
        parse("2022"),
        "name",
    )
    assert len(rows) == 2 * 92 * 3
    people = {(row["area_code"], row["age_group"], row["year"]): row["population"] for row in rows}
    assert people["E06000047", "90 and over", "2024"] == Decimal("10.002")
    assert people["E10000016", "All ages", "2023"] == Decimal("910.091")
    assert failed_rules(release, settings) == set()


def test_each_sex_is_a_part_of_its_own(tmp_path, settings):
    found = [
        added(projection(tmp_path, projected(sex), name=f"2022 SNPP Population {sex}.csv"), settings).part
        for sex in ("males", "females")
    ]
    assert found == ["males", "females"]


def cells(change: Callable[[list[str]], list[str]], at: int = 0) -> list[list[str]]:
    return [change(list(row)) if number == at else row for number, row in enumerate(projected())]


def put(place: int, cell: str) -> Callable[[list[str]], list[str]]:
    return lambda row: [*row[:place], cell, *row[place + 1 :]]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ([*HEADER[:5], "2022", "2023", "mid-2024"], "column 'mid-2024' is unknown"),
        ([*HEADER[:4], "AGE", *HEADER[5:]], "column 'AGE' is unknown"),
        ([*HEADER[:5], "2022", "2023", "2023"], "column '2023' stands twice"),
    ],
)
def test_a_projection_with_another_header_is_refused(header, words, tmp_path, settings):
    outcome = add(projection(tmp_path, projected(), header), settings)
    assert (outcome.status, words in outcome.message) == ("refused", True), outcome.message


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (cells(put(2, "Births")), "component is 'Births'"),
        (cells(put(3, "males")), "sex has more than one value"),
        (cells(put(4, "0-4")), "age_group is '0-4'"),
        (cells(put(0, "W06000015")), "area_code is 'W06000015'"),
        (cells(put(6, "-1.000")), "population is '-1.000'"),
        (cells(put(6, "10.0001")), "population is '10.0001'"),
        ([*projected(), projected()[0]], "of its keys stand"),
    ],
)
def test_a_cell_of_a_projection_that_is_not_what_it_should_be_is_flagged(rows, words, tmp_path, settings):
    outcome = add(projection(tmp_path, rows), settings)
    assert any(words in problem for problem in outcome.problems), outcome


@pytest.mark.parametrize(
    ("rows", "header", "rules"),
    [
        (cells(put(6, "11.001")), HEADER, {"ages_add_up"}),
        (projected()[:-1], HEADER, {"ages_and_years_are_complete"}),
        (projected(), [*HEADER[:6], "2024", "2025"], {"years_follow_each_other"}),
        (cells(put(7, "1910.182"), at=91), HEADER, {"ages_add_up", "no_area_doubles"}),
    ],
)
def test_the_suite_tells_what_no_cell_of_a_projection_can(rows, header, rules, tmp_path, settings):
    release = added(projection(tmp_path, rows, header), settings)
    assert failed_rules(release, settings) == rules


COLUMNS = ("date", "geography", "geography code", "Number of households: Number of households; measures: Value")
TIERS = {
    "ctry": [("England", "E92000001", 23435700)],
    "lsoa": [("Ashford 001A", "E01024001", 640), ("Medway 001A", "E01016001", 702)],
    "ltla": [("Ashford", "E07000105", 54000), ("Medway", "E06000035", 111500)],
    "utla": [("Kent", "E10000016", 650000), ("Medway", "E06000035", 111500)],
}


def households(folder: Path, columns: tuple[str, ...] = COLUMNS, **tiers: list[tuple]) -> Path:
    members = {
        f"census2021-ts041-{tier}.csv": csv_bytes(columns, [("2021", *map(str, row)) for row in rows])
        for tier, rows in (TIERS | tiers).items()
        if rows
    }
    return made_zip(folder / "census2021-ts041.zip", members | {"metadata/ts041-2021-1.txt": b"Number of households"})


def test_small_areas_and_both_tiers_of_councils_are_read_from_the_bulk_download(tmp_path, settings):
    releases = all_added(households(tmp_path), settings)
    counts = {
        table: {row["area_code"]: row["households"] for row in rows_of(bronze_of(release, settings))}
        for table, release in releases.items()
    }
    assert counts == {
        "lsoa": {"E01024001": 640, "E01016001": 702},
        "lower_tier": {"E07000105": 54000, "E06000035": 111500},
        "upper_tier": {"E10000016": 650000, "E06000035": 111500},
    }
    assert {release.period for release in releases.values()} == {parse("2021")}
    assert all(failed_rules(release, settings) == set() for release in releases.values())


def test_a_download_without_a_tier_or_with_another_table_is_refused(tmp_path, settings):
    outcome = add(households(tmp_path / "a", utla=[]), settings)
    assert (outcome.status, "holds no member like census2021-ts041-utla.csv" in outcome.message) == ("refused", True)
    outcome = add(households(tmp_path / "b", (*COLUMNS[:3], "Household composition: Total; measures: Value")), settings)
    assert (outcome.status, "column 'Household composition" in outcome.message) == ("refused", True)


def test_a_small_area_without_households_is_a_question(tmp_path, settings):
    releases = all_added(households(tmp_path, lsoa=[("Ashford 001A", "E01024001", 0)]), settings)
    assert failed_rules(releases["lsoa"], settings) == {"every_small_area_has_households"}

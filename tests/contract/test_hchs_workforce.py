"""Nationality of NHS staff: an Excel 97 workbook, a CSV with two tables below titles and a workbook of rows are known."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from old_workbook import made_xls
from published import add, added, all_added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from sheets import made_xlsx

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.periods import parse

REGIONS = tuple(
    f"Health Education {name}"
    for name in (
        "East Midlands", "East of England", "Yorkshire and the Humber", "Wessex", "Thames Valley", "North West London",
        "South London", "North Central and East London", "Kent, Surrey and Sussex", "North East", "North West",
        "West Midlands", "South West",
    )
)  # fmt: skip
TITLE = (
    "NHS Hospital and Community Health Services (HCHS): HCHS staff with a European Union nationality1 (excluding British) "
    "or UK nationality2, by customer specified staff group, Health Education England region and organisation, in NHS "
    "Trusts and CCGs in England, as at 30 April 2017, headcount"
)
GROUPS = ("All staff", "HCHS Doctors", "Nurses & health visitors", "Other staff")
XLS = "HCHS_staff_with_an_EU_or_UK_nationality__by_staff_group_and_organisation.xls"
SOURCE = "Source: NHS Digital, Provisional NHS Hospital & Community Health Service (HCHS) monthly workforce statistics."

CSV = "Staff_by_nationality_and_Health_Education_England_region__March_2016_and_March_2017.csv"
ABOUT = (
    "NHS Hospital & Community Health Service (HCHS) workforce statistics: All staff by nationality and HEE region in NHS "
    "Trusts and CCGs in England, 31 March 2016 to 31 March 2017, "
)

XLSX = "hchs-staff-by-staff-group-nationality-and-organisation-september-2017-and-june-2018_ah2324.xlsx"
COLUMNS = ["Month", "Organisation code", "Organisation name", "Staff group", "Nationality", "FTE"]


# --- the workbook of April 2017 ----------------------------------------------------------------------------------


def figures(bodies: int) -> list[int]:
    """EU and UK staff: all, doctors, nurses and others, who add up."""
    return [60 * bodies, 10 * bodies, 20 * bodies, 30 * bodies, 600 * bodies, 100 * bodies, 200 * bodies, 300 * bodies]


def organisations() -> list[list[str | int]]:
    """The whole sheet: England, 13 regions of two trusts each, notes."""
    rows: list[list[str | int]] = [[TITLE], [""], [""]]
    rows += [
        ["", "", "", "", "European Union1", "", "", "", "United Kingdom2"],
        ["", "", "", "", *GROUPS, *GROUPS],
        [""],
    ]
    rows += [["England", "", "", "", *figures(26)], [""]]
    for number, region in enumerate(REGIONS, start=21):
        rows.append([f"YDF{number}", region, "", "", *figures(2)])
        rows += [["", "", f"Trust {one}{number}", f"{one}{number}", *figures(1)] for one in "AB"]
        rows.append([""])
    return [*rows, [SOURCE], ["Copyright"], ["'-' denotes zero "]]


def test_the_workbook_gives_a_row_for_each_figure_of_country_region_and_body(tmp_path, settings):
    release = added(made_xls(tmp_path / XLS, {"final": organisations()}), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout, release.period) == (
        "organisation_headcount", "organisations_2017", parse("2017-04-30"),
    )  # fmt: skip
    assert len(rows) == 8 * (1 + 13 + 26)
    assert {name: str(cell) for name, cell in rows[8 * 3 + 5].items()} == {
        "member": "final", "source_row": "4", "as_at": "2017-04-30", "measure": "headcount", "region_code": "YDF21",
        "region_name": "Health Education East Midlands", "organisation_name": "Trust B21", "organisation_code": "B21",
        "nationality_group": "United Kingdom", "staff_group": "HCHS Doctors", "headcount": "100",
    }  # fmt: skip
    kinds = Counter((row["region_code"] == "England", row["organisation_code"] is not None) for row in rows)
    assert kinds == {(True, False): 8, (False, False): 104, (False, True): 208}
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("row", "column", "value", "rule"),
    [
        (6, 4, 26 * 60 + 1, "groups_are_within_their_total"),
        (6, 8, 26 * 600 - 9000, "groups_are_within_their_total"),
        (9, 4, 75, "groups_are_within_their_total"),
        (8, 4, 110, "organisations_add_up"),
        (6, 7, 900, "organisations_add_up"),
        (9, 3, "B33", "rows_are_of_one_kind"),
        (8, 1, "Health Education Wessex", "rows_are_of_one_kind"),
    ],
)
def test_a_wrong_figure_of_the_workbook_breaks_its_rule(row, column, value, rule, tmp_path, settings):
    rows = organisations()
    rows[row][column] = value
    outcome = add(made_xls(tmp_path / XLS, {"final": rows}), settings)
    assert rule in failed_rules(release_of(outcome, settings), settings)


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (0, 0, TITLE.replace("as at 30 April 2017", "April 2017"), "holds nothing for as_at"),
        (3, 4, "EU", "holds no cell like 'European Union[0-9]*'"),
        (4, 6, "Midwives", "staff_group"),
        (9, 12, 5, "column 'United Kingdom2' is unknown"),
        (9, 4, "98*", "headcount"),
        (9, 3, "A2", "organisation_code"),
        (8, 0, "", "keys stand more than once"),
    ],
)
def test_a_workbook_of_another_form_is_refused_or_a_problem(row, column, value, words, tmp_path, settings):
    rows = organisations()
    rows[row] = [*rows[row], *[""] * (column + 1 - len(rows[row]))]
    rows[row][column] = value
    outcome = add(made_xls(tmp_path / XLS, {"final": rows}), settings)
    assert words in " ".join([outcome.message, *outcome.problems])


# --- the CSV of March 2016 and 2017 ------------------------------------------------------------------------------


def nationalities(measure: str) -> list[list[str]]:
    """One of the two tables of the file: regions alike, a hyphen for zero."""
    areas = ["England", *REGIONS]
    top = [[ABOUT + measure], [], ["", "", "March 2016", *[""] * 14, "March 2017"], ["", "", *areas, "", *areas], [""]]

    def line(group: str, nationality: str, each: int) -> list[str]:
        cells = [f"{each * 13:,}", *[f"{each:,}"] * 13] if each else ["-"] * 14
        return [group, nationality, *cells, "", *cells]

    return [
        *top, line("All nationalities", "", 80_000), [""],
        line("United Kingdom", "", 75_000), line("", "British", 75_000), line("", "Welsh", 0), [""],
        line("European Union", "", 3_000), line("", "Irish", 1_000), line("", "Spanish", 2_000), [""],
        line("European Economic Area", "", 500), line("", "Icelandic", 500), [""],
        line("Rest of World", "", 1_000), line("", "Indian", 990), line("", "Unknown", 10), [""],
        line("Unknown", "", 500), [""], [SOURCE], ["Notes:"], [""],
    ]  # fmt: skip


def by_region(**changed: str) -> list[list[str]]:
    """Both tables, one below the other; `r<row>c<column>` changes a cell."""
    rows = [*nationalities("headcount"), *nationalities("full time equivalent")]
    for place, value in changed.items():
        row, column = place.removeprefix("r").split("c")
        rows[int(row)][int(column)] = value
    return rows


def csv_of(folder: Path, rows: list[list[str]]) -> Path:
    """CRLF and rows of all widths, as published."""
    return made(folder / CSV, csv_bytes(rows[0], rows[1:], line_end="\r\n"))


def test_both_tables_of_the_file_are_found_and_a_hyphen_is_zero(tmp_path, settings):
    found = all_added(csv_of(tmp_path, by_region()), settings)
    assert set(found) == {"nationality_headcount", "nationality_fte"}
    for table, release in found.items():
        rows = rows_of(bronze_of(release, settings))
        measure = table.removeprefix("nationality_")
        assert (release.period, len(rows)) == (parse("2017-03"), 13 * 28)
        england = {
            (row["nationality_group"], row["nationality"]): (row[measure], row[f"{measure}_status"])
            for row in rows
            if (str(row["month"]), row["area"]) == ("2016-03-01", "England")
        }
        assert england["United Kingdom", "British"] == (975_000, "exact")
        assert england["United Kingdom", "Welsh"] == (None, "not_applicable")
        assert england["Rest of World", "Unknown"] == (130, "exact")
        assert england["Unknown", None] == (6_500, "exact")
        assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"r8c3": "75,011"}, "headcount_groups_add_up"),
        ({"r5c4": "83,000"}, "headcount_all_add_up"),
        ({"r8c2": "979,000"}, "headcount_regions_add_up"),
        ({"r5c2": "1,040,100"}, "headcount_all_add_up"),
    ],
)
def test_a_wrong_figure_of_the_first_table_breaks_its_rule(changed, rule, tmp_path, settings):
    release = all_added(csv_of(tmp_path, by_region(**changed)), settings)["nationality_headcount"]
    assert rule in failed_rules(release, settings)


def test_a_wrong_figure_of_the_second_table_is_that_tables(tmp_path, settings):
    below = len(nationalities("headcount"))
    found = all_added(csv_of(tmp_path, by_region(**{f"r{below + 8}c3": "75,020"})), settings)
    assert failed_rules(found["nationality_headcount"], settings) == set()
    assert "fte_groups_add_up" in failed_rules(found["nationality_fte"], settings)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"r8c3": "75.000"}, "headcount"),
        ({"r8c3": "75,00"}, "headcount"),
        ({"r8c3": ""}, "headcount"),
        ({"r8c1": "Brittish"}, "nationality"),
        ({"r11c0": "Europe"}, "nationality_group"),
        ({"r3c4": "NHS England North"}, "area"),
        ({"r11c0": ""}, "keys stand more than once"),
    ],
)
def test_a_wrong_cell_of_the_file_is_a_problem_that_names_its_column(changed, words, tmp_path, settings):
    outcomes = archive.add([csv_of(tmp_path, by_region(**changed))], settings, catalogue())
    problems = [problem for one in outcomes for problem in one.problems]
    assert any(words in problem for problem in problems)


# --- the workbook of September 2017 and June 2018 ------------------------------------------------------------------


def posts() -> list[list[str | float]]:
    return [
        [month, code, name, group, nationality, fte]
        for month in ("2017-SEP", "2018-JUN")
        for code, name in (("RVV", "East Kent"), ("RWF", "Maidstone"))
        for group in ("HCHS doctors", "Managers")
        for nationality, fte in (("British", 251.14031), ("Unknown_RoW", 0.00027))
    ]


def workbook_of(folder: Path, rows: list[list[str | float]]) -> Path:
    return made_xlsx(
        folder / XLSX, {"Notes": [["Figures have been adjusted to prevent disclosure."]], "Data": [COLUMNS, *rows]}
    )


def test_the_rows_of_the_workbook_are_read_to_the_fifth_decimal(tmp_path, settings):
    release = added(workbook_of(tmp_path, posts()), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.period) == ("organisation_fte", parse("2018-06"))
    assert [row["fte"] for row in rows[:2]] == [Decimal("251.14031"), Decimal("0.00027")]
    assert (str(rows[0]["month"]), rows[1]["nationality"]) == ("2017-09-01", "Unknown_RoW")
    assert failed_rules(release, settings) == {"staff_of_england"}


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        (0, "2017-SEPT", "month.type"), (1, "RV", "organisation_code.pattern"), (3, "Doctors", "staff_group.allowed"),
        (4, "Klingon", "nationality.allowed"), (5, -1.0, "fte.minimum"), (5, 99999.0, "fte.maximum"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_the_rows_is_quarantined_with_its_rule(column, value, rule, tmp_path, settings):
    rows = posts()
    rows[3][column] = value
    outcome = add(workbook_of(tmp_path, rows), settings)
    ((_, ordinal, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (ordinal, rules) == (4, [f"hchs_workforce.organisation_fte.{rule}"])


def test_an_organisation_of_two_names_breaks_its_rule(tmp_path, settings):
    rows = posts()
    rows[0][2] = "Medway"
    assert "codes_name_one_organisation" in failed_rules(added(workbook_of(tmp_path, rows), settings), settings)

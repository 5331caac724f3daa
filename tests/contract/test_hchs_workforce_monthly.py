"""Staff of trusts by month: the ZIP as its first rows show it, with and without systems, and figures that contradict each other."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, all_added, bronze_of, csv_bytes, made, made_zip, release_of, rows_of

from pipeline.periods import parse

ZIP = "NHS Workforce Statistics, August 2025 csv files.zip"
CSV = "NHS Workforce Statistics, August 2025 Staff Group and {}.csv"
REGION = ["Date", "NHSE_Region_Code", "NHSE_Region_Name"]
SYSTEM = ["ICS code", "ICS name"]
BODY = ["Org Code", "Org Name", "Cluster Group", "Benchmark Group"]
STAFF = ["Staff Group Sort Order", "Staff Group", "Data Type", "Total"]
GROUPS = {
    "Total": 4, "Professionally qualified clinical staff": 2, "Support to clinical staff": 1,
    "NHS infrastructure support": 1, "Other staff or those with unknown classification": 0,
}  # fmt: skip
MONTHS = ("2025-07-31", "2025-08-31")
ICS = {"code": "QKS", "name": "Kent and Medway"}
TRUST = {"org": "RVV", "org_name": "East Kent Hospitals", "cluster": "Acute", "benchmark": "Acute - Large"}


def figures(place: list[str], times: int = 1, region: str = "Y59", name: str = "South East") -> list[list[str]]:
    """Each group in both months: 100 heads and 80.5 full times for every one in GROUPS."""
    return [
        [month, region, name, *place, f"{order:02}", group, measure, str(each * share * times)]
        for month in MONTHS
        for order, (group, share) in enumerate(GROUPS.items(), start=1)
        for measure, each in (("FTE", 80.5), ("HC", 100))
    ]


def organisations(ics: bool = True, **cells: str) -> list[list[str]]:
    body = TRUST | cells
    return figures([*(ICS.values() if ics else ()), *body.values()])


def members() -> dict[str, bytes]:
    """All of the ZIP: the three files that are read, and what lies beside them."""
    england = figures([], 7, "ENG", "England") + [
        row for number, code in enumerate(("Y56", "Y58", "Y59", "Y60", "Y61", "Y62", "Y63"))
        for row in figures([], 1, code, f"Region {number}")
    ]  # fmt: skip
    systems = [row for number in range(40) for row in figures([f"Q{number:02}", f"System {number}"])]
    return {
        CSV.format("Organisation"): csv_bytes([*REGION, *SYSTEM, *BODY, *STAFF], organisations()),
        CSV.format("ICS"): csv_bytes([*REGION, *SYSTEM, *STAFF], systems),
        CSV.format("NHSE region"): csv_bytes([*REGION, *STAFF], england),
        "NHS Workforce Statistics, August 2025 medical staff.csv": b"not read",
        "NHS Workforce Statistics, csv information.xlsx": b"not read",
    }


def test_the_zip_gives_organisations_systems_and_regions(tmp_path, settings):
    found = all_added(made_zip(tmp_path / ZIP, members()), settings)
    assert {table: (one.layout, one.period) for table, one in found.items()} == {
        "organisations": ("ics_zip", parse("2025-08")), "systems": ("systems_zip", parse("2025-08")),
        "regions": ("regions_zip", parse("2025-08")),
    }  # fmt: skip
    first = rows_of(bronze_of(found["organisations"], settings))[0]
    assert {name: str(cell) for name, cell in first.items()} == {
        "member": CSV.format("Organisation"), "source_row": "1", "month_end": "2025-07-31", "region_code": "Y59",
        "region_name": "South East", "icb_code": "QKS", "icb_name": "Kent and Medway", "organisation_code": "RVV",
        "organisation_name": "East Kent Hospitals", "cluster_group": "Acute", "benchmark_group": "Acute - Large",
        "staff_group_order": "1", "staff_group": "Total", "measure": "fte", "value": "322.00000",
    }  # fmt: skip
    assert [failed_rules(one, settings) for one in found.values()] == [set(), set(), set()]


def file_of(folder: Path, rows: list[list[str]], ics: bool = True) -> Path:
    header = [*REGION, *(SYSTEM if ics else ()), *BODY, *STAFF]
    return made(folder / CSV.format("Organisation"), csv_bytes(header, rows))


@pytest.mark.parametrize(("ics", "layout", "code"), [(True, "ics_csv", "QKS"), (False, "region_csv", None)])
def test_files_before_there_were_systems_give_the_same_rows(ics, layout, code, tmp_path, settings):
    release = added(file_of(tmp_path, organisations(ics), ics), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.layout, {row["icb_code"] for row in rows}) == (layout, {code})
    assert sum(row["value"] for row in rows if row["measure"] == "headcount") == Decimal(1600)


@pytest.mark.parametrize(
    ("row", "cell", "value", "words"),
    [
        (0, 0, "31/07/2025", "month_end"), (3, 11, "WTE", "measure"), (3, 12, "1,000", "value"), (3, 12, "*", "value"),
        (3, 12, "", "value"), (3, 5, "RVV - East Kent", "organisation_code"), (3, 3, "E54000032", "icb_code"),
        (2, 10, "Total", "keys stand more than once"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_a_problem_that_names_its_column(row, cell, value, words, tmp_path, settings):
    rows = organisations()
    rows[row][cell] = value
    (problem,) = add(file_of(tmp_path, rows), settings).problems
    assert words in problem


@pytest.mark.parametrize(
    ("row", "cell", "value", "rule"),
    [
        (2, 9, "01", "groups_have_one_place"),
        (2, 10, "NHS infrastructure", "groups_have_one_place"),
        (2, 12, "330", "groups_are_within_their_total"),
        (2, 12, "160", "main_groups_add_up"),
        (2, 12, "300", "full_times_are_within_heads"),
        (3, 12, "161.5", "headcounts_are_whole"),
        (2, 0, "2025-07-30", "last_day_of_a_month"),
        (2, 6, "East Kent", "organisation_has_one_name_a_month"),
        (2, 1, "Y61", "organisation_has_one_name_a_month"),
    ],
)
def test_figures_that_contradict_each_other_break_their_rule(row, cell, value, rule, tmp_path, settings):
    rows = organisations()
    rows[row][cell] = value
    outcome = add(file_of(tmp_path, rows), settings)
    assert rule in failed_rules(release_of(outcome, settings), settings)


def test_a_zip_without_the_file_of_regions_gives_the_others(tmp_path, settings):
    kept = {name: data for name, data in members().items() if "region" not in name}
    assert set(all_added(made_zip(tmp_path / ZIP, kept), settings)) == {"organisations", "systems"}

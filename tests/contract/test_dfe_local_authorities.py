"""DfE's local authorities and their statistical neighbours: both workbooks are read, and wrong ones are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, quarantine_of, release_of, rows_of
from sheets import made_xlsx
from staged import staged

from pipeline.periods import parse

MAY = parse("2025-05")
AREAS = [[970, "England", "NA", "NA"], [986, "London", "NA", "NA"]]
BOROUGHS = [[202, "Camden", "Inner London", "ILB"], [301, "Barking and Dagenham", "Outer London", "OLB"]]
COUNCILS = [[800 + n, f"Council {n}", "South East", "UA"] for n in range(150)]
CLOSE = ["Extremely close", "Very close", "Very close", "Close", "Close", "Close", "Close", "Somewhat close",
         "Somewhat close", "Not close"]  # fmt: skip
HEADER = ["LA num", "LA Name", "LA number", "GOInd", "GOReg"] + [
    name for n in range(1, 11) for name in (f"SN{n}", "SNP")
]


def neighbours() -> list[list]:
    def ten(at: int) -> list:
        return [cell for n, close in enumerate(CLOSE, 1) for cell in (800 + (at + n) % 110, close)]

    return [[800 + at, f"Council {at}", 800 + at, 6, "South East", *ten(at)] for at in range(110)]


def authorities_file(folder: Path, found: list[list]) -> Path:
    return made_xlsx(
        folder / "la_code_list_may_2025.xlsx", {"Sheet1": [["LA Number", "LA Name", "Region", "Type"], *found]}
    )


def neighbours_file(folder: Path, found: list[list], header: list[str] = HEADER) -> Path:
    above = [["A", "B", "C", "D", "E", *range(3, 23)], list(range(1, 26)), header]
    old = [[""], ["", "Old SNs:"], [""], [909, "Cumbria", 909, 5, "North West", *neighbours()[0][5:]]]
    return made_xlsx(folder / "sn_may_2025.xlsx", {"LA SN Groups": [*above, *found, *old]})


def test_numbers_of_councils_and_of_areas_are_told_apart(tmp_path, settings):
    release = added(authorities_file(tmp_path, [*BOROUGHS, *COUNCILS, *AREAS]), settings)
    found = staged("stg_dfe_local_authorities", [release], settings)
    assert (release.table, release.period, len(found)) == ("authorities", MAY, 154)
    assert [(one["dfe_number"], one["region"], one["is_area"]) for one in (found[0], found[-1])] == [
        (202, "Inner London", False), (986, None, True),
    ]  # fmt: skip
    assert failed_rules(release, settings) == set()


def test_neighbours_are_read_down_to_the_old_ones(tmp_path, settings):
    release = added(neighbours_file(tmp_path, neighbours()), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.period, len(rows), rows[-1]["dfe_number"]) == ("neighbours", MAY, 110, 909)
    found = staged("stg_dfe_local_authorities_neighbours", [release], settings)
    assert sorted((one["neighbour_rank"], one["neighbour_number"], one["closeness"]) for one in found[:10]) == [
        (n, 800 + n, close) for n, close in enumerate(CLOSE, 1)
    ]
    assert failed_rules(release, settings) == set()


def test_a_list_without_a_month_is_refused(tmp_path, settings):
    path = authorities_file(tmp_path, [*BOROUGHS, *COUNCILS, *AREAS]).rename(tmp_path / "LAIT_la_code_list.xlsx")
    assert "Give it: --period" in add(path, settings).message
    assert add(path, settings, period=MAY).status == "archived"


@pytest.mark.parametrize(
    ("row", "column", "cell", "rule"),
    [(0, 6, "Near", "closeness_1.allowed"), (0, 5, "", "neighbour_1.required"), (0, 5, 12, "neighbour_1.minimum"),
     (0, 4, "Kent", "region.allowed")],
)  # fmt: skip
def test_a_cell_that_the_contract_does_not_know_is_quarantined(row, column, cell, rule, tmp_path, settings):
    found = neighbours()
    found[row][column] = cell
    outcome = add(neighbours_file(tmp_path, found), settings)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, rules) == (row + 1, [f"dfe_local_authorities.neighbours.{rule}"])


@pytest.mark.parametrize(
    ("column", "cell", "broken"),
    [
        (5, 800, {"neighbours_are_ten_others"}), (5, 802, {"neighbours_are_ten_others"}),
        (5, 949, {"neighbours_are_in_the_list"}), (6, "Not close", {"the_nearest_stands_first"}),
        (4, "London (Inner)", {"one_region_each_number"}),
    ],
)  # fmt: skip
def test_neighbours_that_cannot_be_break_their_rules(column, cell, broken, tmp_path, settings):
    found = neighbours()
    found[0][column] = cell
    release = added(neighbours_file(tmp_path, found), settings)
    assert failed_rules(release, settings) == broken


@pytest.mark.parametrize(
    ("wrong", "broken"),
    [
        ([203, "Greenwich", "Outer London", "ILB"], {"areas_are_marked"}), ([204, "Hackney", "NA", "NA"], {"areas_are_marked"}),
        ([204, "Camden", "Inner London", "ILB"], {"names_are_unique"}),
    ],
)  # fmt: skip
def test_a_wrong_list_breaks_its_rules(wrong, broken, tmp_path, settings):
    release = added(authorities_file(tmp_path, [wrong, *BOROUGHS, *COUNCILS, *AREAS]), settings)
    assert failed_rules(release, settings) == broken


def test_a_renamed_column_is_refused(tmp_path, settings):
    outcome = add(neighbours_file(tmp_path, neighbours(), [*HEADER[:3], "Region number", *HEADER[4:]]), settings)
    assert (outcome.status, "column 'Region number' is unknown" in outcome.message) == ("refused", True), outcome

"""Births of enterprises, known from code only: sheets of several spans of years become rows, and sums say when one is cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import all_added, bronze_of, rows_of
from sheets import made_xlsx

from pipeline.periods import parse

AREAS = [
    ("K02000001", "UNITED KINGDOM", 100), ("E92000001", "ENGLAND", 80), ("E12000008", "SOUTH EAST", 30), ("E10000016", "Kent", 20),
    ("E07000105", "Ashford", 20), ("E06000035", "Medway", 10), ("E06000034", "Thurrock", 50), ("W92000004", "WALES", 10),
    ("S92000003", "SCOTLAND", 5), ("N92000002", "NORTHERN IRELAND", 5),
]  # fmt: skip
SPANS = {"Table 1.1a": (2019,), "Table 1.1b": (2020,), "Table 1.1c": (2021, 2022, 2023), "Table 1.1d": (2024,)}


def workbook(folder: Path, **cells: object) -> Path:
    """Births of so many times an area's size in each year; `cells` replaces those of an area of 2020."""
    sheets: dict[str, list[list]] = {
        "Contents": [["Table", "Title"], ["Table 1.1a", "Count of births of new enterprises for 2019"]]
    }
    for name, years in SPANS.items():
        rows = [
            [code, area, *(cells.get(code, 5 * size) if year == 2020 else 5 * size for year in years)]
            for code, area, size in AREAS
        ]
        title = f"Table 1.1: COUNT OF BIRTHS OF NEW ENTERPRISES FOR {years[0]}"
        sheets[name] = [[title], ["This worksheet contains one table"], [], ["", "", *years], *rows]
    sheets["Table 2.1a"] = [["DEATHS"], [], [], ["", "", 2019], ["E06000035", "Medway", 7]]
    return made_xlsx(folder / "businessdemographyexceltables2024.xlsx", sheets)


def test_every_span_of_years_gives_rows_and_deaths_none(tmp_path, settings):
    found = all_added(workbook(tmp_path, E06000035=":"), settings)
    assert {table: one.period for table, one in found.items()} == {
        f"births_{letter}": parse("2024") for letter in "abcd"
    }
    rows = [row for one in found.values() for row in rows_of(bronze_of(one, settings))]
    assert len(rows) == len(AREAS) * 6
    medway = {row["year"]: (row["births"], row["births_status"]) for row in rows if row["area_code"] == "E06000035"}
    assert medway == dict.fromkeys((2019, 2021, 2022, 2023, 2024), (50, "exact")) | {2020: (None, "not_available")}
    assert [failed_rules(one, settings) for one in found.values()] == [set()] * 4


@pytest.mark.parametrize(
    ("cells", "rule"),
    [(dict(E06000035=51), "b_births_are_rounded"), (dict(W92000004=500), "b_countries_add_up")],
)
def test_figures_that_cannot_be_are_said(cells, rule, tmp_path, settings):
    found = all_added(workbook(tmp_path, **cells), settings)
    assert {table: failed_rules(one, settings) for table, one in found.items()} == {
        "births_a": set(), "births_b": {rule}, "births_c": set(), "births_d": set(),
    }  # fmt: skip

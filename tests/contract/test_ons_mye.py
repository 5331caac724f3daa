"""Mid-year population estimates: sheets of each sex are found in every generation of the workbook, and add up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from judged import failed_rules
from old_workbook import made_xls
from published import add, added, bronze_of, rows_of
from sheets import made_xlsx

from pipeline.periods import parse

AREAS = [
    ("K02000001", "UNITED KINGDOM", "Country", 8), ("K03000001", "GREAT BRITAIN", "Country", 7),
    ("K04000001", "ENGLAND AND WALES", "Country", 6), ("E92000001", "ENGLAND", "Country", 5),
    ("E12000008", "SOUTH EAST", "Region", 5), ("E10000016", "Kent", "County", 3),
    ("E07000105", "Ashford", "Non-metropolitan District", 3), ("E06000035", "Medway", "Unitary Authority", 2),
    ("W92000004", "WALES", "Country", 1), ("W06000015", "Cardiff", "Unitary Authority", 1),
    ("S92000003", "SCOTLAND", "Country", 1), ("S12000033", "Aberdeen City", "Council Area", 1),
    ("N92000002", "NORTHERN IRELAND", "Country", 1), ("N09000003", "Belfast", "Local Government District", 1),
]  # fmt: skip
# People of an area at each age: so many times its size.
SEXES = {"Persons": 5, "Males": 2, "Females": 3}
OF_A_SMALL_COUNTRY = {"people_of_england"}


def sheet(sex: str, *, generation: str = "2019", year: str = "2019") -> list[list]:
    last = {"2016": 90, "2019": "90+", "2020": "90+"}[generation]
    ages = [*range(90), last] if generation != "2020" else [*map(str, range(90)), last]
    kind = {"2016": [], "2019": ["Geography1"], "2020": ["Geography"]}[generation]
    of = "" if generation == "2020" else "Population estimates: "
    title = f"MYE2: {of}{sex} by single year of age and sex for local authorities in the UK, mid-{year}"
    above = {
        "2016": [["Contents"], [], [title], []], "2019": [["Contents"], [], [title], []],
        "2020": [[title], ["This worksheet contains one table. "], ["This met my needs, please produce it next year"]],
    }[generation]  # fmt: skip
    rows = [
        [code, name, *([label] if kind else []), 91 * size * SEXES[sex], *[size * SEXES[sex]] * 91]
        for code, name, label, size in AREAS
    ]
    notes = [[], ["1. Further information, on how the different tiers fit together, is given in Note 4."]]
    return [*above, ["Code", "Name", *kind, "All ages", *ages], *rows, *(notes if generation == "2019" else [])]


def sheets(generation: str = "2019", **how: str) -> dict[str, list[list]]:
    short = {"Persons": "All", "Males": "M", "Females": "F"} if generation == "2016" else {sex: sex for sex in SEXES}
    found = {f"MYE2 - {short[sex]}": sheet(sex, generation=generation, **how) for sex in SEXES}
    return {"Contents ": [["Contents"]], "MYE1": [["Code", "Name"]], **found, "MYE3": [["Code", "Name", "Births"]]}


def workbook(folder: Path, found: dict[str, list[list]], name: str = "ukmidyearestimates20192020ladcodes.xls") -> Path:
    return (made_xls if name.endswith(".xls") else made_xlsx)(folder / name, found)


@pytest.mark.parametrize(
    ("generation", "name", "layout"),
    [
        ("2016", "ukmidyearestimates2019.xls", "mye2_xls"),
        ("2019", "ukmidyearestimates20192020ladcodes.xls", "mye2_xls"),
        ("2020", "ukpopestimatesmid2019on2021geography.xls", "mye2_xls"),
        ("2020", "ukpopulationestimatesmid2019.xlsx", "mye2_xlsx"),
    ],
)
def test_every_generation_gives_the_same_people(generation, name, layout, tmp_path, settings):
    release = added(workbook(tmp_path, sheets(generation), name), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.layout, release.period, release.period_from, release.period_in_name) == (
        layout, parse("2019"), "content", "",
    )  # fmt: skip
    assert len(rows) == 3 * len(AREAS) * 92
    people = {(row["area_code"], row["sex"], row["age"]): row["population"] for row in rows}
    assert {age for _, _, age in people} == {"All ages", *map(str, range(90)), "90+"}
    assert people["E06000035", "persons", "All ages"] == 91 * 10
    assert people["E06000035", "females", "90+"] == people["E06000035", "females", "0"] == 6
    kinds = {row["geography"] for row in rows if row["area_code"] == "E06000035"}
    assert kinds == {None if generation == "2016" else "Unitary Authority"}
    assert failed_rules(release, settings) == OF_A_SMALL_COUNTRY


def changed(name: str, change: Callable[[list[list]], list[list]]) -> dict[str, list[list]]:
    found = sheets()
    return found | {name: change(found[name])}


HEADER = 4


def with_cell(rows: list[list], row: int, column: int, cell: object) -> list[list]:
    return [
        [*one[:column], cell, *one[column + 1 :]] if at == row else one for at, one in enumerate(rows)
    ]  # fmt: skip


def renamed(found: dict, *pairs: tuple[str, str]) -> dict:
    return {dict(pairs).get(name, name): rows for name, rows in found.items()}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (changed("MYE2 - Males", lambda rows: with_cell(rows, 2, 0, "Males, mid-2019")), "holds nothing for title_sex: expected in a cell"),
        (changed("MYE2 - Males", lambda rows: with_cell(rows, HEADER, 1, "Area")), "column 'Area' is unknown"),
        (changed("MYE2 - Males", lambda rows: with_cell(rows, HEADER, 9, "5-9")), "column '5-9' is unknown"),
        (changed("MYE2 - Males", lambda rows: with_cell(rows, HEADER, 9, "4")), "column '4' stands twice"),
        (changed("MYE2 - Males", lambda rows: rows[:HEADER] + rows[HEADER + 1 :]), "holds no cell like 'Code'"),
        (renamed(sheets(), *((f"MYE2 - {sex}", f"MYE 2 {sex}") for sex in SEXES)), "has no sheet like 'MYE2*'"),
        (renamed(sheets(), ("MYE2 - Males", "MYE2 (1)")), "holds nothing for sex: expected in the sheet's name"),
    ],
)  # fmt: skip
def test_a_sheet_that_is_not_as_before_is_refused(found, words, tmp_path, settings):
    outcome = add(workbook(tmp_path, found), settings)
    assert outcome.status == "refused"
    assert words in outcome.message


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (changed("MYE2 - Males", lambda rows: with_cell(rows, 6, 4, 12.5)), "population is '12.5', expected: population is a whole number"),
        (changed("MYE2 - Males", lambda rows: with_cell(rows, 6, 0, "E99000001")), "area_code is 'E99000001', expected"),
        (changed("MYE2 - Males", lambda rows: [*rows[:6], rows[5], *rows[6:]]), "of its keys stand more than once"),
        (changed("MYE2 - Males", lambda rows: with_cell(rows, 2, 0, rows[2][0].replace("2019", "2018"))), "year has more than one value"),
        (renamed(sheets(), ("MYE2 - Males", "MYE2 - Boys")), "sex is 'Boys'"),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_what_it_should_be_is_flagged(found, words, tmp_path, settings):
    outcome = add(workbook(tmp_path, found), settings)
    assert any(words in problem for problem in outcome.problems), outcome


def swapped(found: dict) -> dict:
    return renamed(found, ("MYE2 - Males", "MYE2 - Females"), ("MYE2 - Females", "MYE2 - Males"))


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        (swapped(sheets()), {"sheets_hold_what_they_are_called"}),
        (changed("MYE2 - Males", lambda rows: with_cell(rows, HEADER + 8, 5, 5)),
         {"ages_add_up", "sexes_add_up", "areas_add_up"}),
        ({name: rows for name, rows in sheets().items() if name != "MYE2 - Males"}, {"ages_and_sexes_are_complete", "sexes_add_up"}),
        ({name: rows[:-3] if name.startswith("MYE2") else rows for name, rows in sheets().items()}, {"areas_add_up"}),
    ],
)  # fmt: skip
def test_the_suite_tells_what_no_cell_can(found, rules, tmp_path, settings):
    release = added(workbook(tmp_path, found), settings)
    assert failed_rules(release, settings) - OF_A_SMALL_COUNTRY == rules


def test_columns_in_another_order_on_one_sheet_are_read_by_their_names(tmp_path, settings):
    def change(rows: list[list]) -> list[list]:
        return [[*one[:2], *reversed(one[2:])] if at >= HEADER and len(one) > 2 else one for at, one in enumerate(rows)]

    found = changed("MYE2 - Males", lambda rows: change(with_cell(rows, HEADER + 8, 4, 77)))
    release = added(workbook(tmp_path, found), settings)
    people = {
        (row["area_code"], row["sex"], row["age"]): row["population"] for row in rows_of(bronze_of(release, settings))
    }
    assert people["E06000035", "males", "0"] == 77
    assert people["E06000035", "males", "90+"] == 4


def test_a_column_that_one_sheet_lacks_is_refused(tmp_path, settings):
    found = changed("MYE2 - Males", lambda rows: [one[:-1] if len(one) > 2 else one for one in rows])
    outcome = add(workbook(tmp_path, found), settings)
    assert outcome.status == "refused"
    assert "MYE2 - Males: has other columns than MYE2 - Persons, expected the same in each" in outcome.message

"""Monthly hospital activity by commissioner: three generations, and what is wrong with one."""

from __future__ import annotations

import pytest
from judged import failed_rules
from old_workbook import made_xls
from published import add, all_added, bronze_of, quarantine_of, rows_of
from sheets import Row, title_block, with_cell

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive

FIGURES = (
    "Elective G&A Ordinary Admissions (FFCEs)", "Elective G&A Daycase Admissions (FFCEs)",
    "Elective G&A Total Admissions (FFCEs)", "Elective G&A Planned Ordinary Admissions (FFCEs)",
    "Elective G&A Planned Daycase Admissions (FFCEs)", "Elective G&A Planned Total Admissions (FFCEs)",
    "Elective G&A Admissions (FFCEs) -NHS Treatment Centres (TCs) ", "Total Non-elective G&A Admissions (FFCEs)",
    "GP Referrals Made (All specialties) ", "GP Referrals Seen (All specialties) ", "GP Referrals Made (G&A) ",
    "GP Referrals Seen (G&A) ", "Other Referrals Made (G&A)", "All 1st Outpatient Attendances (G&A)",
)  # fmt: skip
# generation -> kind of area, the second sheet, area, commissioner, month of the rows, national commissioning
GENERATIONS = {
    "sha_2012": ("SHA", "SHA", ("Q37", "SOUTH EAST COAST STRATEGIC HEALTH AUTHORITY"), ("5P9", "WEST KENT PCT"),
                 "APRIL", ("YDD82", "", "")),
    "area_team_2014": ("Area Team", "Area Team", ("Q67", "KENT AND MEDWAY AREA TEAM"), ("99J", "NHS WEST KENT CCG"),
                       "APRIL", ("X24", "XDH", "XDH")),
    "region_2017": ("Region", "Region", ("Y57", "SOUTH OF ENGLAND COMMISSIONING REGION"), ("99J", "NHS WEST KENT CCG"),
                    "April", ("X24", "-", "-")),
}  # fmt: skip
NAME = "Apr_17.xls"
PART = [2, 8, 10, 1, 3, 4, 0, 7, 20, 15, 18, 14, 9, 30]


def sheets(generation: str = "region_2017", month: str = "April 2017") -> dict[str, list[Row]]:
    kind, second, area, commissioner, month_name, (national, national_area, national_row) = GENERATIONS[generation]
    when = ["", f" {month[-4:]}-{int(month[-2:]) + 1}", month_name]
    twice = [2 * figure for figure in PART]
    top = title_block("Monthly Hospital Activity", month, "Commissioner")
    header = ["", "Year", "Period", f"{kind} Code", f"{kind} Name"]
    note = [[""], ["", "Note: Excludes activity that is not commissioned in England"], [""], ["", "A trust estimated."]]
    return {
        "Commissioner": [
            *top, [*header, "Org Code", "Org Name", *FIGURES], [*when, "", "", "", "England", *twice], [""],
            [*when, *area, *commissioner, *PART],
            [*when, national_area, "NHS ENGLAND" if national_area else "", national, "NHS ENGLAND", *PART], *note,
        ],
        second: [
            *top, [*header, *FIGURES], [*when, "", "England", *twice], [""], [*when, *area, *PART],
            [*when, national_row if generation != "sha_2012" else national, "NHS ENGLAND", *PART], *note,
        ],
    }  # fmt: skip


SMALL = {"commissioners_of_england"}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_is_read(generation, tmp_path, settings):
    held = all_added(made_xls(tmp_path / NAME, sheets(generation)), settings)
    assert {table: (one.layout, one.period.slug) for table, one in held.items()} == dict.fromkeys(
        ["commissioner", "area"], (generation, "2017-04")
    )
    assert {table: failed_rules(one, settings) - SMALL for table, one in held.items()} == {
        "commissioner": set(), "area": set(),
    }  # fmt: skip
    rows = rows_of(bronze_of(held["commissioner"], settings))
    assert [(row["commissioner_code"], row["commissioner_name"]) for row in rows] == [
        (None, "England"), GENERATIONS[generation][3], (GENERATIONS[generation][5][0], "NHS ENGLAND"),
    ]  # fmt: skip
    assert [(row["month_name"], row["elective_total"], row["non_elective"], row["first_attendances"]) for row in rows] == [
        ("April", 20, 14, 60), ("April", 10, 7, 30), ("April", 10, 7, 30),
    ]  # fmt: skip
    areas = rows_of(bronze_of(held["area"], settings))
    assert {row["area_type"] for row in areas} == {generation.rpartition("_")[0]}
    assert [row["area_name"] for row in areas] == ["England", GENERATIONS[generation][2][1], "NHS ENGLAND"]


@pytest.mark.parametrize(
    ("at", "column", "cell", "told"),
    [
        (12, 8, "Elective G&A Day cases (FFCEs)", "column 'Elective G&A Day cases (FFCEs)' is unknown (nearest expected"),
        (12, 14, "", "column 'Total Non-elective G&A Admissions (FFCEs)' is missing"),
        (12, 21, "A&E attendances", "column 'A&E attendances' is unknown"),
    ],
)  # fmt: skip
def test_another_header_refuses_the_workbook(at, column, cell, told, tmp_path, settings):
    whole = sheets()
    spoilt = whole | {"Commissioner": with_cell(whole["Commissioner"], at, column, cell)}
    outcome = add(made_xls(tmp_path / NAME, spoilt), settings)
    assert (outcome.status, told in outcome.message, "\n" in outcome.message) == ("refused", True, False)


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        (1, "2017-19", "financial_year.type"), (2, "Avril", "month_name.allowed"), (3, "Q999", "area_code.pattern"),
        (5, "99", "commissioner_code.pattern"), (7, "1,000", "elective_ordinary.type"), (14, "-", "non_elective.type"),
        (14, 7.5, "non_elective.type"),
    ],
)  # fmt: skip
def test_a_cell_that_breaks_a_rule_is_held_back(column, cell, rule, tmp_path, settings):
    whole = sheets()
    path = made_xls(tmp_path / NAME, whole | {"Commissioner": with_cell(whole["Commissioner"], 15, column, cell)})
    archive.add([path], settings, catalogue())
    held = next(one for one in archive.releases(settings.raw) if one.table == "commissioner")
    assert [rules for _, _, rules, _ in quarantine_of(bronze_of(held, settings))] == [
        [f"mar_admissions.commissioner.{rule}"]
    ]


@pytest.mark.parametrize(
    ("column", "cell", "rules"),
    [
        (14, 8, {"england_is_the_sum_of_commissioners"}),
        (9, 40, {"england_is_the_sum_of_commissioners", "elective_totals_of_commissioners"}),
        (5, "", {"england_is_the_sum_of_commissioners", "england_stands_once_among_commissioners"}),
        (2, "May", {"month_of_commissioners"}),
        (3, "-", {"commissioners_have_an_area"}),
    ],
)
def test_figures_that_do_not_fit_break_their_rules(column, cell, rules, tmp_path, settings):
    whole = sheets()
    path = made_xls(tmp_path / NAME, whole | {"Commissioner": with_cell(whole["Commissioner"], 15, column, cell)})
    archive.add([path], settings, catalogue())
    held = next(one for one in archive.releases(settings.raw) if one.table == "commissioner")
    assert failed_rules(held, settings) - SMALL == rules

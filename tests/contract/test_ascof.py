"""The measures of adult social care outcomes: workbook and CSV, markers, and what is wrong with one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, rows_of
from sheets import made_xlsx

from pipeline.ingest import archive

HEADER = (
    "Geographical Code", "Geographical Description", "Geographical Level", "ONS Code", "ASCOF Measure Code",
    "Disaggregation Level", "Measure Type", "Measure Value", "Measure Group", "Measure Group Description",
)  # fmt: skip
NAME = "meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx"
COUNCILS = (("820", "Kent", "Council", "E10000016"), ("821", "Medway Towns", "Council", "E06000035"))
TOTALS = (
    ("SE", "South East", "Region", "E12000008"), ("S", "Shire Counties", "Council Type", ""),
    ("England", "England", "England", "E92000001"),
)  # fmt: skip
NEW_ADMISSIONS = ("2A2", "Total", "2A2", "Long-term support needs of older adults met by admission, per 100,000")
STILL_AT_HOME = ("2B1F", "Female", "2B1", "Proportion of older people who were still at home 91 days after discharge")
SAFE = ("4A65OV", "65 and over", "4A", "Proportion of people who use services who feel safe")


def row(area, measure, kind: str, value: object) -> list[object]:
    code, people, group, name = measure
    return [*area, code, people, kind, value, group, name]


def rows() -> list[list[object]]:
    found = []
    for number, area in enumerate((*COUNCILS, *TOTALS)):
        of = 1 if number < 2 else 2
        found += [
            row(area, NEW_ADMISSIONS, kind, value)
            for kind, value in (("Numerator", 597 * of), ("Denominator", 100_000 * of), ("Outcome", 597))
        ]
        hidden = number == 1
        found += [
            row(area, STILL_AT_HOME, kind, "[c]" if hidden else value)
            for kind, value in (("Numerator", 90), ("Denominator", 120), ("Outcome", 75))
        ]
        kinds = ("Numerator", "Denominator", "Outcome", "Base", "Margin Of Error")
        found += [row(area, SAFE, kind, "[x]") for kind in kinds]
    return found


def file_of(folder: Path, spoilt: list[list[object]] | None = None) -> Path:
    return made_xlsx(folder / NAME, {"in": [list(HEADER), *(rows() if spoilt is None else spoilt)]})


SMALL = {"councils_of_england"}


def test_the_workbook_is_read_with_its_markers(tmp_path, settings):
    release = added(file_of(tmp_path), settings)
    assert (release.layout, release.period.slug, release.period_from) == ("workbook_2021", "2020-21", "name")
    assert failed_rules(release, settings) == SMALL
    found = rows_of(bronze_of(release, settings))
    assert len(found) == 55
    assert [(one["area_code"], one["value"]) for one in found if one["measure_type"] == "outcome"][:2] == [
        ("820", Decimal(597)), ("820", Decimal(75)),
    ]  # fmt: skip
    assert {one["value_status"] for one in found if one["area_code"] == "821" and one["measure"] == "2B1"} == {
        "suppressed"
    }
    assert {(one["value"], one["value_status"]) for one in found if one["measure"] == "4A"} == {(None, "not_available")}
    assert [one["area_level"] for one in found][::11] == ["council", "council", "region", "council_type", "england"]


def test_the_csv_gives_the_same_rows_as_the_workbook(tmp_path, settings):
    plain = [[str(cell) for cell in one] for one in rows()]
    csv = added(made(tmp_path / NAME.replace("xlsx", "csv"), csv_bytes(HEADER, plain, bom=True)), settings)
    assert csv.layout == "csv_2021"
    names = [name for name in rows_of(bronze_of(csv, settings))[0] if name != "member"]
    workbook = added(file_of(tmp_path), settings)
    one, other = (
        [[found[name] for name in names] for found in rows_of(bronze_of(held, settings))] for held in (csv, workbook)
    )
    assert one == other


def test_a_name_without_its_year_is_refused(tmp_path, settings):
    path = made_xlsx(tmp_path / "ascof.xlsx", {"in": [list(HEADER), *rows()]})
    outcome = add(path, settings)
    assert outcome.status == "refused"
    assert "neither its content nor its name says which period it is, expected a financial year" in outcome.message


def test_another_header_is_refused(tmp_path, settings):
    header = [cell.replace("Disaggregation Level", "Disaggregation") for cell in HEADER]
    outcome = add(made_xlsx(tmp_path / NAME, {"in": [header, *rows()]}), settings)
    assert outcome.status == "refused"
    assert "column 'Disaggregation' is unknown (nearest expected: 'Disaggregation Level')" in outcome.message


def test_a_cell_that_breaks_a_rule_is_held_back_with_its_row(tmp_path, settings):
    cells = (
        (0, "82", "area_code.pattern"), (2, "County", "area_level.allowed"), (3, "E38000237", "ons_code.pattern"),
        (4, "2A(2)", "measure_code.pattern"), (5, "65+", "people.allowed"), (6, "Rate", "measure_type.allowed"),
        (7, "[z]", "value.type"), (7, "", "value.required"), (7, -1, "value.minimum"), (8, "A2", "measure.pattern"),
    )  # fmt: skip
    spoilt = rows()
    for row_of, (column, cell, _) in zip(spoilt, cells, strict=False):
        row_of[column] = cell
    assert add(file_of(tmp_path, spoilt), settings).problems
    (held,) = archive.releases(settings.raw)
    assert [(number, rules) for _, number, rules, _ in quarantine_of(bronze_of(held, settings))] == [
        (number, [f"ascof.measures.{rule}"]) for number, (_, _, rule) in enumerate(cells, start=1)
    ]


@pytest.mark.parametrize(
    ("at", "column", "cell", "rules"),
    [
        (0, 7, 598, {"outcomes_are_their_parts"}),
        (22, 7, 1195, {"outcomes_are_their_parts", "england_is_the_sum_of_regions"}),
        (0, 1, "Medway Towns", {"areas_have_one_code"}),
        (0, 3, "E06000035", {"areas_have_one_code"}),
        (3, 5, "Male", {"codes_fit_their_people"}),
        (3, 9, NEW_ADMISSIONS[3], {"measures_have_one_name"}),
        (24, 0, "XX", {"areas_are_complete", "areas_have_one_code"}),
        (22, 2, "Council", {"codes_fit_their_area", "england_is_the_sum_of_regions"}),
    ],
)
def test_what_does_not_fit_breaks_its_rules(at, column, cell, rules, tmp_path, settings):
    spoilt = rows()
    spoilt[at][column] = cell
    assert rules <= failed_rules(added(file_of(tmp_path, spoilt), settings), settings)


def test_an_area_without_one_of_its_figures_is_noticed(tmp_path, settings):
    assert failed_rules(added(file_of(tmp_path, rows()[:-1]), settings), settings) == {"areas_are_complete", *SMALL}

"""Awards of the NIHR, known from code only: the export with field names and with labels, and what a row may hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, made, release_of, rows_of

from pipeline.periods import parse
from pipeline.sample import nihr_awards

NAME = "nihr-summary-view_2026-09.csv"
RIGHT = {
    "project_id": "13/54/03", "project_title": "A trial of two things; and a third", "award_holder_name": "Dr A Nobody",
    "contracted_organisation": "University of Nowhere", "organisation_type": "Higher Education Institution",
    "postcode": "XZ2 2BB", "award_amount_from_dh": "1250000.5", "start_date": "2019-05-01", "end_date": "2023-04-30",
    "programme": "Health Technology Assessment", "programme_type": "Research", "funder": "NIHR", "project_status": "Active",
}  # fmt: skip


def quoted(cell: str, delimiter: str) -> str:
    return f'"{cell}"' if delimiter in cell else cell


def export(folder: Path, *rows: dict[str, str], delimiter: str = ";", labels: dict[str, str] | None = None) -> Path:
    header = [name for name in nihr_awards.HEADER if name in RIGHT]
    names = [(labels or {}).get(name, name) for name in header]
    cells = [names, *([quoted((RIGHT | row)[name], delimiter) for name in header] for row in rows or [{}])]
    return made(folder / NAME, "".join(delimiter.join(line) + "\r\n" for line in cells).encode("utf-8-sig"))


@pytest.mark.parametrize(
    ("delimiter", "layout", "labels"),
    [
        (";", "export_csv", {}),
        (";", "export_csv", {"award_amount_from_dh": "Award_Amount", "project_id": "Project_ID", "start_date": "Start_Date"}),
        (",", "export_comma_csv", {}),
    ],
)  # fmt: skip
def test_field_names_and_labels_give_the_same_row_and_nobodys_name(delimiter, layout, labels, tmp_path, settings):
    release = added(export(tmp_path, delimiter=delimiter, labels=labels), settings)
    assert (release.dataset, release.layout, release.period) == ("nihr_awards", layout, parse("2026-09"))
    (row,) = rows_of(bronze_of(release, settings))
    assert (row["project_id"], row["award_gbp"]) == ("13/54/03", Decimal("1250000.50"))
    assert (row["start_date"], row["end_date"]) == (date(2019, 5, 1), date(2023, 4, 30))
    assert "Dr A Nobody" not in row.values()
    assert failed_rules(release, settings) == set()


def test_the_sample_is_taken_in_whole(tmp_path, settings):
    release = added(nihr_awards.write_awards(tmp_path), settings)
    rows = rows_of(bronze_of(release, settings))
    assert [row["project_id"] for row in rows] == [one["project_id"] for one in nihr_awards.awards()]
    assert [row["project_id"] for row in rows if row["award_gbp"] is None] == ["NIHR999007"]
    assert failed_rules(release, settings) == set()


def test_a_field_that_nobody_knows_is_refused_with_its_name(tmp_path, settings):
    file = export(tmp_path, labels={"funder": "funder_of_record"})
    outcome = add(file, settings)
    assert outcome.status == "refused"
    assert "funder_of_record" in outcome.message


def test_a_project_that_ends_before_it_begins_is_said(tmp_path, settings):
    release = added(export(tmp_path, {}, {"project_id": "NIHR2", "end_date": "2019-04-30"}), settings)
    assert failed_rules(release, settings) == {"ends_after_it_starts"}


@pytest.mark.parametrize(
    ("without", "rule"),
    [
        ("award_amount_from_dh", "values_are_mostly_given"),
        ("postcode", "organisations_have_a_postcode"),
    ],
)
def test_an_export_without_what_counts_is_said(without, rule, tmp_path, settings):
    rows = [{"project_id": f"NIHR{number}"} | ({without: ""} if number % 3 == 0 else {}) for number in range(120)]
    assert failed_rules(added(export(tmp_path, *rows), settings), settings) == {rule}


def test_an_award_that_stands_twice_fails(tmp_path, settings):
    outcome = add(export(tmp_path, {}, {}), settings)
    assert bronze_of(release_of(outcome, settings), settings).report.duplicate_keys == 1
    assert any("13/54/03" in problem or "twice" in problem or "key" in problem for problem in outcome.problems)

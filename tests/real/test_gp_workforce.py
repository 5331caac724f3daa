"""Ten real rows that a third party republished: not a published layout as they are, and consistent once their header is.

The published file has its names in upper case and no columns year and month. What the rows prove is the list of columns, their
values and that these add up; not the order of columns, the encoding or the names of files.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.real.read_whole import Taken, take

DETAILED = "sample__practice_detailed_cols.csv"
HIGH = "sample__practice_high_cols.csv"
# Four columns of each of six kinds are blank in all rows: the sample unites columns of several releases.
NO_LONGER_FILLED = {"DPC_HI_THERA", "DPC_TRAINEE_HI_THERA", "DPC_PSYCH_WELLB_PRAC", "DPC_TRAINEE_PSYCH_WELLB_PRAC"}
OF_A_CUT = {"gp_workforce.practices_of_england", "gp_workforce.high_level_practices_of_england"}


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def as_published(source: Path, target: Path, month: str) -> Path:
    """The rows of one month under the published header."""
    rows = [row for row in records(source) if row["month"] == month]
    names = [name for name in rows[0] if name not in ("year", "month")]
    with target.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(name.upper() for name in names)
        writer.writerows([row[name] for name in names] for row in rows)
    return target


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    folder = tmp_path_factory.mktemp("gp_workforce")
    samples = shared_data / "gp_workforce"
    return take(
        [
            as_published(
                samples / DETAILED, folder / "1 General Practice – July 2025 Practice Level - Detailed.csv", "07"
            ),
            as_published(
                samples / HIGH, folder / "3 General Practice – August 2024 Practice Level - High level.csv", "08"
            ),
        ],
        folder,
    )


def test_samples_and_derived_figures_are_skipped_with_one_line_each(shared_data, tmp_path):
    outcomes = take(sorted((shared_data / "gp_workforce").iterdir()), tmp_path).outcomes
    assert {one.status for one in outcomes} == {"refused"}
    said = {Path(one.path).name: one.message for one in outcomes}
    assert set(said) == {"derived__workforce_year.csv", "sample__individual_cols.csv", DETAILED, HIGH}
    assert all("no contract covers this file" in line and "\n" not in line for line in said.values())


def test_the_rows_are_read_whole_under_the_published_header(taken, shared_data):
    july = [row for row in records(shared_data / "gp_workforce" / DETAILED) if row["month"] == "07"]
    staff = [name for name in july[0] if name.endswith(("_hc", "_fte")) or "_hc_" in name or "_fte_" in name]
    assert (len(july), len(staff)) == (7, 797)
    assert [one.problems for one in taken.outcomes if one.problems or one.status != "archived"] == []
    counted = {table: tuple(found[:2] + found[3:]) for (_, table), found in taken.slots().items()}
    assert counted == {
        "practice_detailed": ("detailed_csv", "2025-07", 7 * 797, 7 * 797, 0, 0),
        "practice_high_level": ("high_level_csv", "2024-08", 10, 10, 0, 0),
    }
    assert taken.broken_rules() == OF_A_CUT


def test_every_figure_stands_under_the_column_that_it_stood_in(taken, shared_data):
    found = taken.rows(
        "select practice_code, gender, role, measure, coalesce(age_band, ''), coalesce(qualified_in, ''), value,"
        " value_status from practice_detailed"
    )
    gender, measure = {"all": "total"}, {"headcount": "hc"}
    rebuilt: dict[tuple[str, str], tuple] = {}
    for practice, sex, role, what, age, country, value, status in found:
        parts = [gender.get(sex, sex), role.lower(), measure.get(what, what), *filter(None, [age.lower()])]
        name = "_".join(parts) + (f"_coq_{country.lower()}" if country else "")
        # The one column whose name the publisher writes in another order.
        name = name.replace("female_dpc_trainee_nurse_assoc_hc", "female_trainee_dpc_nurse_assoc_hc")
        rebuilt[practice, name] = (value, status)
    for row in records(shared_data / "gp_workforce" / DETAILED):
        if row["month"] == "07":
            for name, cell in row.items():
                if (row["prac_code"], name) in rebuilt:
                    value, status = rebuilt.pop((row["prac_code"], name))
                    wanted = {"": "missing", "NA": "not_available"}.get(cell, "exact")
                    assert (status, None if value is None else float(value)) == (
                        wanted, float(cell) if wanted == "exact" else None,
                    ), (row["prac_code"], name)  # fmt: skip
    assert rebuilt == {}


def test_blank_columns_are_of_roles_that_other_columns_replaced(taken):
    blank = taken.rows(
        "select role from practice_detailed group by 1 having count(value) = 0 and min(value_status) = 'missing'"
    )
    assert {role for (role,) in blank} == NO_LONGER_FILLED


def test_a_practice_that_gave_no_nurses_has_none_rather_than_zero(taken):
    assert taken.rows(
        "select practice_code, nurse_source, value, value_status from practice_detailed"
        " where role = 'NURSES' and measure = 'fte' and gender = 'all' and age_band is null and practice_code = 'A81001'"
    ) == [("A81001", "Fully estimated - no data provided", None, "not_available")]

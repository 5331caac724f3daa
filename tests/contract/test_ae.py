"""A&E: the three sheets of the series, both forms of the provider CSV, and what is wrong with one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from old_workbook import made_xls
from published import add, added, all_added, bronze_of, csv_bytes, made, quarantine_of, rows_of
from sheets import Row, title_block, with_cell

from pipeline.ingest import archive

SERIES = "Monthly-AE-Time-Series-June-2025.xls"
TYPES = (
    "Type 1 Departments - Major A&E", "Type 2 Departments - Single Specialty",
    "Type 3 Departments - Other A&E/Minor Injury Unit",
)  # fmt: skip
SHARES = (
    "Percentage in 4 hours or less (all)", "Percentage in 4 hours or less (type 1)",
    "Percentage in 4 hours or less (type 2)", "Percentage in 4 hours or less (type 3)",
)  # fmt: skip
ADMISSIONS = (
    "Emergency Admissions via Type 1 A&E", "Emergency Admissions via Type 2 A&E",
    "Emergency Admissions via Type 3 and 4 A&E", "Total Emergency Admissions via A&E",
    "Other Emergency {a}dmissions (i.e not via A&E)", "Total Emergency Admissions",
    "Number of patients spending >4 hours from decision to admit to admission",
    "Number of patients spending >12 hours from decision to admit to admission",
)  # fmt: skip


def serial(year: int, month: int) -> str:
    """A month as a spreadsheet that was saved as text would have it."""
    return date(year, month, 1).isoformat()


def months(first: tuple[int, int], count: int) -> list[str]:
    return [
        serial(first[0] + (first[1] - 1 + number) // 12, (first[1] - 1 + number) % 12 + 1) for number in range(count)
    ]


def series() -> dict[str, list[Row]]:
    top = title_block("A&E Attendances", "August 2010 - present", "Provider", rows_between=0)
    upper = ("A&E attendances less than 4 hours from arrival to admission, transfer or discharge",
             "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge",
             "Percentage of attendances within 4 hours")  # fmt: skip
    activity = [
        *top, ["", "", "A&E attendances", "", "", "", "Emergency Admissions"],
        ["", "Period", *TYPES, "Total Attendances", *(name.format(a="A") for name in ADMISSIONS), "",
         "Operational standard (Performance)", "", 0.95],
    ]  # fmt: skip
    # Months apportioned from weeks are not whole numbers.
    activity += [
        ["", month, 900_000.5, 40_000.25, 500_000.25, 1_440_001, 200, 5, 5, 210, 90, 300, 30, 2, "", 0.95]
        for month in months((2010, 8), 3)
    ]
    performance = [*top, ["", "", upper[0], "", "", "", upper[1], "", "", "", upper[2]]]
    performance += [
        ["", "Period", *TYPES, "Total Attendances < 4 hours", *TYPES, "Total Attendances > 4 hours", *SHARES],
        *(["", month, 60, 9, 31, 100, 40, 1, 9, 50, 100 / 150, 0.6, 0.9, 31 / 40] for month in months((2010, 11), 3)),
    ]
    booked = [
        *top,
        ["", "", "A&E Booked Appointment attendances", "", "", "",
         "A&E Booked Appointment attendances less than or equal to 4 hours from arrival to admission, transfer or discharge",
         "", "", "",
         "A&E Booked Appointments attendances greater than 4 hours from arrival to admission, transfer or discharge",
         "", "", "", upper[2]],
        ["", "Period", *TYPES, "Total attendances", *TYPES, "Booked Appointment Attendances <= 4 hours", *TYPES,
         "Booked Appointment Attendances > 4 hours", *(f"{share} (Booked Appointments Only)" for share in SHARES)],
        *(["", month, 10, 0, 10, 20, 8, 0, 9, 17, 2, 0, 1, 3, 0.85, 0.8, "-", 0.9] for month in months((2020, 8), 3)),
    ]  # fmt: skip
    return {"Activity": activity, "Performance": performance, "Booking": booked}


def test_the_sheets_of_the_series_are_read_with_equal_names_told_apart(tmp_path, settings):
    held = all_added(made_xls(tmp_path / SERIES, series()), settings)
    assert {table: one.period.slug for table, one in held.items()} == {
        "series_activity": "2010-10", "series_performance": "2011-01", "series_booked": "2020-10",
    }  # fmt: skip
    assert {table: failed_rules(one, settings) for table, one in held.items()} == {table: set() for table in held}
    activity = rows_of(bronze_of(held["series_activity"], settings))[0]
    assert (activity["month"], activity["type_1"], activity["attendances"], activity["admissions_other"]) == (
        date(2010, 8, 1), Decimal("900000.5"), 1_440_001, 90,
    )  # fmt: skip
    performance = rows_of(bronze_of(held["series_performance"], settings))[0]
    assert (performance["within_type_1"], performance["over_type_1"], performance["share"]) == (
        60, 40, Decimal("0.6666666667"),
    )  # fmt: skip
    booked = rows_of(bronze_of(held["series_booked"], settings))[0]
    assert (booked["share_type_2"], booked["share_type_2_status"]) == (None, "not_applicable")


@pytest.mark.parametrize(
    ("sheet", "at", "column", "cell", "rules"),
    [
        ("Activity", -1, 5, 1_440_003, {"attendances_add_up"}),
        ("Activity", -2, 1, serial(2010, 12), {"series_activity_is_unbroken"}),
        ("Performance", -1, 2, 61, {"performance_adds_up", "performance_shares"}),
        ("Performance", -1, 10, 0.67, {"performance_shares"}),
        ("Booking", -1, 5, 21, {"booked_attendances_add_up"}),
    ],
)
def test_a_series_that_does_not_add_up_breaks_its_rules(sheet, at, column, cell, rules, tmp_path, settings):
    whole = series()
    path = made_xls(tmp_path / SERIES, whole | {sheet: with_cell(whole[sheet], at, column, cell)})
    held = all_added(path, settings)
    assert set().union(*(failed_rules(one, settings) for one in held.values())) == rules


@pytest.mark.parametrize(
    ("sheet", "at", "column", "cell", "told"),
    [
        ("Performance", 11, 6, "A&E attendances over 4 hours", "is unknown"),
        ("Activity", 12, 3, "Type 2 Departments", "column 'Type 2 Departments' is unknown"),
        ("Activity", 6, 1, "Counted by:", "Activity: "),
    ],
)
def test_a_series_with_another_header_is_refused(sheet, at, column, cell, told, tmp_path, settings):
    whole = series()
    outcome = add(made_xls(tmp_path / SERIES, whole | {sheet: with_cell(whole[sheet], at, column, cell)}), settings)
    assert (outcome.status, told in outcome.message) == ("refused", True)


# --- providers --------------------------------------------------------------------------------------------------

PROVIDERS = {
    "April-2025-AE.csv": [
        ["RVV", "NHS England South East ", "East Kent Hospitals", "1600", "0", "400", "2000", "900", "0", "400", "1300",
         "700", "0", "0", "700", "65.0", "56.3", "0.0", "100.0", "450", "0", "0", "450", "50", "500", "84", "4"],
    ],
    "December-2025-AE.csv": [
        ["RVV", "NHS England South East ", "East Kent Hospitals", "1,600", "0", "400", "2,000", "900", "0", "400",
         "1,300", "700", "0", "0", "700", "65.00%", "56.30%", "-", "100.00%", "450", "0", "0", "450", "50", "500",
         "84", "4"],
    ],
}  # fmt: skip
SMALL = {"providers_of_england"}


def header(name: str) -> list[str]:
    types = [one.replace(" - ", " 0 ") if name.startswith("April") else one for one in TYPES]
    admissions = [one.format(a="a") for one in ADMISSIONS]
    return ["Code", "Region", "Name", *types, "Total attendances", *types, "Total Attendances < 4 hours", *types,
            "Total Attendances > 4 hours", *SHARES, *admissions]  # fmt: skip


def providers(folder: Path, name: str, at: int = 0, cell: str = "") -> Path:
    rows = [list(row) for row in PROVIDERS[name]]
    if cell:
        rows[0][at] = cell
    return made(folder / name, csv_bytes(header(name), rows))


@pytest.mark.parametrize("name", PROVIDERS)
def test_both_forms_of_the_provider_csv_give_the_same_figures(name, tmp_path, settings):
    release = added(providers(tmp_path, name), settings)
    assert release.period.slug == {"April-2025-AE.csv": "2025-04"}.get(name, "2025-12")
    assert failed_rules(release, settings) == SMALL
    (row,) = rows_of(bronze_of(release, settings))
    assert (row["provider_code"], row["region"]) == ("RVV", "South East")
    assert [row[key] for key in ("type_1", "within_type_1", "over_type_1", "attendances", "over_4_hours")] == [
        1600, 900, 700, 2000, 700,
    ]  # fmt: skip
    assert row["share_published"].startswith("65.0")


def test_a_column_that_stands_once_too_often_is_refused(tmp_path, settings):
    name = "December-2025-AE.csv"
    rows = [[*PROVIDERS[name][0], "9"]]
    outcome = add(made(tmp_path / name, csv_bytes([*header(name), TYPES[0]], rows)), settings)
    assert outcome.status == "refused"
    assert "is unknown" in outcome.message
    assert TYPES[0] in outcome.message


@pytest.mark.parametrize(
    ("at", "cell", "rule"),
    [
        (1, "NHS England Kent", "region.allowed"), (0, "RVV-1", "provider_code.pattern"), (3, "16,00", "type_1.thousands"),
        (15, "65 per cent", "share_published.pattern"), (26, "-", "waits_over_12_hours.type"),
    ],
)  # fmt: skip
def test_a_cell_that_breaks_a_rule_is_held_back(at, cell, rule, tmp_path, settings):
    assert add(providers(tmp_path, "December-2025-AE.csv", at, cell), settings).problems
    (held,) = archive.releases(settings.raw)
    broken = {rule for _, _, rules, _ in quarantine_of(bronze_of(held, settings)) for rule in rules}
    assert f"ae.provider.{rule}" in broken


@pytest.mark.parametrize(
    ("at", "cell", "rule"),
    [
        (3, "1,601", "provider_attendances_add_up"), (7, "901", "provider_attendances_add_up"),
        (15, "66.00%", "provider_shares"), (19, "451", "provider_admissions_add_up"), (26, "85", "waits_are_nested"),
    ],
)  # fmt: skip
def test_a_provider_that_does_not_add_up_breaks_its_rule(at, cell, rule, tmp_path, settings):
    held = added(providers(tmp_path, "December-2025-AE.csv", at, cell), settings)
    assert rule in failed_rules(held, settings)

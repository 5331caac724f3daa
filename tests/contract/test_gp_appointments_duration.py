"""Attended appointments by duration: the published ZIP is known, alone or unpacked, and wrong files are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, made_zip, quarantine_of, release_of, rows_of

from pipeline.periods import parse

HEADER = (
    "SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_ONS_CODE,SUB_ICB_LOCATION_NAME,ICB_ONS_CODE,REGION_ONS_CODE,Appointment_Date,"
    "ACTUAL_DURATION,COUNT_OF_APPOINTMENTS"
)
KENT = ["91Q", "E38000237", "NHS Kent and Medway ICB - 91Q", "E54000032", "E40000005"]
THURROCK = ["07G", "E38000185", "NHS Mid and South Essex ICB - 07G", "E54000026", "E40000007"]
DURATIONS = (
    "1-5 Minutes", "6-10 Minutes", "11-15 Minutes", "16-20 Minutes", "21-30 Minutes", "31-60 Minutes",
    "Unknown / Data Quality",
)  # fmt: skip
NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS = [f"{name}{year}" for year in (2023, 2024, 2025) for name in NAMES][5:35]


def whole(**last: str) -> list[list[str]]:
    """Two locations in thirty months of 24 days; `last` changes cells of the last row."""
    rows = [
        [*area, f"{day:02}{month}", duration, str(200 + day)]
        for area in (KENT, THURROCK)
        for month in MONTHS
        for day in range(1, 25)
        for duration in DURATIONS
    ]
    at = {"location": 0, "ons": 1, "name": 2, "icb": 3, "region": 4, "day": 5, "duration": 6, "count": 7}
    for cell, value in last.items():
        rows[-1][at[cell]] = value
    return rows


def file_of(folder: Path, rows: list[list[str]], name: str = "Actual_Duration_CSV_Nov_25.csv") -> Path:
    return made(folder / name, csv_bytes(HEADER.split(","), rows))


def test_the_zip_and_the_file_in_it_give_the_same_rows(tmp_path, settings):
    data = csv_bytes(HEADER.split(","), whole())
    zipped = made_zip(
        tmp_path / "Appointments_GP_Actual_Duration_CSV_Nov_25.zip", {"Actual_Duration_CSV_Nov_25.csv": data}
    )
    release = added(zipped, settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.layout, release.period, release.period_from) == ("actual_duration_zip", parse("2025-11"), "content")
    assert {name: str(cell) for name, cell in rows[0].items()} == {
        "member": "Actual_Duration_CSV_Nov_25.csv", "source_row": "1", "sub_icb_location_code": "91Q",
        "sub_icb_location_ons_code": "E38000237", "sub_icb_location_name": "NHS Kent and Medway ICB - 91Q",
        "icb_ons_code": "E54000032", "region_ons_code": "E40000005", "appointment_date": "2023-06-01",
        "actual_duration": "1-5 Minutes", "count_of_appointments": "201",
    }  # fmt: skip
    plain = added(file_of(tmp_path / "plain", whole()), settings)
    assert plain.layout == "actual_duration_csv"
    same = [[value for name, value in row.items() if name != "member"] for row in rows_of(bronze_of(plain, settings))]
    assert same == [[value for name, value in row.items() if name != "member"] for row in rows]
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("name", "in_name"),
    [("Actual_Duration_CSV_Nov_25.csv", ""), ("Actual_Duration_CSV__2025-11.csv", ""),
     ("Actual_Duration_CSV_Dec_25.csv", "2025-12"), ("duration.csv", "")],
)  # fmt: skip
def test_the_latest_day_says_the_month_and_not_the_name(name, in_name, tmp_path, settings):
    release = added(file_of(tmp_path, whole(), name), settings)
    assert (release.period, release.period_in_name) == (parse("2025-11"), in_name)


@pytest.mark.parametrize(
    ("cell", "value", "rule"),
    [
        ("duration", "1-5 minutes", "actual_duration.allowed"),
        ("duration", "Unknown / Data Issue", "actual_duration.allowed"),
        ("day", "24/11/2025", "appointment_date.type"),
        ("day", "24NOV25", "appointment_date.type"),
        ("count", "0", "count_of_appointments.minimum"),
        ("count", "1,204", "count_of_appointments.type"),
        ("ons", "E54000026", "sub_icb_location_ons_code.pattern"),
    ],
)
def test_a_wrong_cell_is_quarantined_with_its_rule(cell, value, rule, tmp_path, settings):
    outcome = add(file_of(tmp_path, whole(**{cell: value})), settings)
    assert outcome.problems
    ((_, ordinal, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (ordinal, rules) == (len(whole()), [f"gp_appointments_duration.duration.{rule}"])


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    header = HEADER.replace("ACTUAL_DURATION", "DURATION").split(",")
    outcome = add(made(tmp_path / "Actual_Duration_CSV_Nov_25.csv", csv_bytes(header, whole())), settings)
    assert outcome.status == "refused"
    assert "column 'DURATION' is unknown (nearest expected: 'ACTUAL_DURATION')" in outcome.message
    assert outcome.message.endswith("gp_appointments_duration.yml with `DURATION: actual_duration`")


@pytest.mark.parametrize(
    ("last", "rule"),
    [
        ({"location": "91Q"}, "codes_name_one_area"),
        ({"name": "NHS Kent and Medway ICB - 91Q"}, "codes_name_one_area"),
        ({"icb": "E54000032"}, "codes_name_one_area"),
        ({"region": "E40000005"}, "icb_in_one_region"),
        ({"count": "90000"}, "days_are_plausible"),
    ],
)
def test_a_wrong_row_breaks_its_rule(last, rule, tmp_path, settings):
    """On a Tuesday that has no other row."""
    release = added(file_of(tmp_path, whole(day="25NOV2025", **last)), settings)
    assert rule in failed_rules(release, settings)


@pytest.mark.parametrize(
    ("kept", "rules"),
    [
        (lambda row: row[5][2:] in MONTHS[:12], {"window_is_thirty_months"}),
        (lambda row: row[0] == "91Q" or row[5][2:] != "JUL2024", {"every_area_has_every_month"}),
        (lambda row: row[5][2:] != "NOV2025" or row[5][:2] < "12", {"days_are_complete", "months_are_steady"}),
        (lambda row: row[6].startswith("Unknown") or row[5][:2] == "02", {"unknown_durations_are_few"}),
    ],
)
def test_rows_that_are_missing_are_noticed(kept, rules, tmp_path, settings):
    rows = [row for row in whole() if kept(row)]
    assert failed_rules(added(file_of(tmp_path, rows), settings), settings) == rules

"""Attended appointments by duration of six locations agree with the regional file of the same month, in every month."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter

import pytest

from tests.real.read_whole import Taken, take

NAME = "Actual_Duration_CSV__2025-11__KentMSE.reconstructed.csv"
REGIONAL = "Appointments_GP_Regional_CSV_Nov_25.zip"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "gp_appointments_duration"], tmp_path_factory.mktemp("duration"))


def test_the_file_is_read_to_the_row(taken, shared_data):
    with (shared_data / "gp_appointments_duration" / NAME).open(encoding="utf-8", newline="") as text:
        published = [int(record["COUNT_OF_APPOINTMENTS"]) for record in csv.DictReader(text)]
    rows = len(published)
    assert taken.slots() == {
        (NAME, "duration"): ("actual_duration_csv", "2025-11", "content", 35_842, rows, 0, 0),
    }  # fmt: skip
    assert taken.rows("select sum(count_of_appointments), count(*) from duration") == [(sum(published), rows)]
    assert taken.broken_rules() == set()


def test_durations_add_up_to_the_attended_appointments_of_the_regional_file(taken, shared_data):
    """180 of 180 areas and months, 40,381,827 appointments: two files of the publisher that were made apart."""
    attended: Counter[tuple[str, str]] = Counter()
    with zipfile.ZipFile(shared_data / "gp_appointments_regional" / REGIONAL) as archived:
        for member in ("Regional_CSV_KentMedway.csv", "Regional_CSV_MidSEssex.csv"):
            text = io.StringIO(archived.read(member).decode("utf-8-sig"), newline="")
            for record in csv.DictReader(text):
                if record["APPT_STATUS"] == "Attended":
                    area = record["SUB_ICB_LOCATION_CODE"], record["APPOINTMENT_MONTH"]
                    attended[area] += int(record["COUNT_OF_APPOINTMENTS"])
    found = taken.rows(
        "select sub_icb_location_code, upper(strftime(appointment_date, '%b%Y')), sum(count_of_appointments)"
        " from duration group by all"
    )
    assert {(area, month): count for area, month, count in found} == attended
    assert (len(found), attended.total()) == (180, 40_381_827)

"""`ics-marts sample`: collections at scale, and the totals that are written beside them.

Belongs here: what a collection of a given scale holds and that known_totals.json is what its files add up to.
Does not belong here: the form of a file (test_sample.py, test_sample_files.py).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import Fault
from pipeline.sample import collection
from pipeline.sample.geography import ICBS, PRACTICES_AT_SCALE_1, world


@pytest.fixture(scope="module")
def tripled(tmp_path_factory) -> tuple[Path, dict]:
    """A collection of scale 3 with the crosstabs of two months, and its known totals."""
    out = tmp_path_factory.mktemp("collections") / "tripled"
    written = collection.write(out, collection.plan(scale=3, months=2, practice_rows=None))
    return out, written.totals


def rows_of(file: Path, part: str = "") -> list[dict[str, str]]:
    if file.suffix != ".zip":
        return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8"), newline="")))
    with zipfile.ZipFile(file) as members:
        texts = [members.read(name).decode("utf-8") for name in members.namelist() if part in name]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_a_collection_is_a_folder_per_dataset_with_its_totals_beside(tripled):
    out, totals = tripled
    assert {path.name for path in out.iterdir()} == {*collection.WRITERS, "known_totals.json"}
    assert json.loads((out / "known_totals.json").read_text()) == json.loads(json.dumps(totals))
    assert totals["datasets"].keys() == collection.WRITERS.keys()
    assert 3 * PRACTICES_AT_SCALE_1 <= totals["practices"] < 3 * PRACTICES_AT_SCALE_1 + 75
    assert (totals["icbs"], totals["sub_icb_locations"]) == (4, 11)
    assert {file.name for file in (out / "gp_appointments_practice").iterdir()} == {
        "Practice_Level_Crosstab_Oct_25.zip", "Practice_Level_Crosstab_Nov_25.zip",
    }  # fmt: skip
    lists = {file.name for file in (out / "gp_registered_patients").iterdir()}
    assert lists == {
        f"gp-reg-pat-prac-{which}__2025-{month}.csv"
        for which, months in {"all": ("06", "10", "11"), "map": ("06", "10", "11"), "quin-age": ("06", "11")}.items()
        for month in months
    }


def test_known_totals_of_the_crosstab_are_its_rows(tripled):
    out, totals = tripled
    known = totals["datasets"]["gp_appointments_practice"]
    by_practice, rows = Counter(), 0
    for label, month in (("Oct_25", "2025-10"), ("Nov_25", "2025-11")):
        file = out / "gp_appointments_practice" / f"Practice_Level_Crosstab_{label}.zip"
        found = rows_of(file, part="Crosstab")
        release = known["crosstab"]["releases"][month]
        assert len(found) == release["rows"]
        assert sum(int(row["COUNT_OF_APPOINTMENTS"]) for row in found) == release["appointments"]
        assert len(rows_of(file, part="Mapping")) == known["mapping"][month]["rows"]
        for row in found:
            by_practice[row["GP_CODE"]] += int(row["COUNT_OF_APPOINTMENTS"])
        rows += len(found)
    assert rows == known["crosstab"]["rows"]
    assert by_practice == known["crosstab"]["by_practice"]
    assert by_practice.total() == known["crosstab"]["appointments"]


def test_known_totals_of_the_regional_release_are_its_rows_and_the_crosstabs(tripled):
    out, totals = tripled
    known = totals["datasets"]["gp_appointments_regional"]["regional"]["2025-11"]
    found = Counter()
    for row in rows_of(out / "gp_appointments_regional" / "Appointments_GP_Regional_CSV_Nov_25.zip"):
        found[row["APPT_STATUS"]] += int(row["COUNT_OF_APPOINTMENTS"])
        found[row["APPOINTMENT_MONTH"]] += int(row["COUNT_OF_APPOINTMENTS"])
    assert {status: found[status] for status in known["by_status"]} == known["by_status"]
    crosstab = totals["datasets"]["gp_appointments_practice"]["crosstab"]["releases"]
    assert found["NOV2025"] == known["by_month"]["2025-11"] == crosstab["2025-11"]["appointments"]
    assert found["OCT2025"] == known["by_month"]["2025-10"] == crosstab["2025-10"]["appointments"]
    assert sum(known["by_month"].values()) == known["appointments"]


def test_known_totals_of_lists_and_coverage_are_their_rows(tripled):
    out, totals = tripled
    known = totals["datasets"]["gp_registered_patients"]
    by_location, patients = Counter(), 0
    for row in rows_of(out / "gp_registered_patients" / "gp-reg-pat-prac-all__2025-11.csv"):
        by_location[row["SUB_ICB_LOCATION_CODE"]] += int(row["NUMBER_OF_PATIENTS"])
    assert by_location == known["practice_totals"]["2025-11"]["by_location"]
    for row in rows_of(out / "gp_registered_patients" / "gp-reg-pat-prac-quin-age__2025-11.csv"):
        if row["ORG_TYPE"] == "GP" and row["SEX"] != "ALL" and row["AGE_GROUP_5"] != "ALL":
            patients += int(row["NUMBER_OF_PATIENTS"])
    assert patients == known["quinary_age"]["2025-11"]["patients"] == by_location.total()
    last = [
        row
        for row in rows_of(out / "gp_appointments_coverage" / "APPOINTMENTS_GP_COVERAGE_Nov_25.csv")
        if row["Appointment_Month"] == "01NOV2025"
    ]
    covered = totals["datasets"]["gp_appointments_coverage"]["coverage"]["2025-11"]["last_month"]
    assert (
        sum(int(row["Patients registered at open practices"]) for row in last) == covered["open_patients"] == patients
    )
    assert sum(int(row["Included Practices"]) for row in last) == covered["included_practices"]


def test_a_larger_world_only_adds():
    assert world(PRACTICES_AT_SCALE_1) == ICBS
    small, large = world(1_000), world(2_000)
    assert large[: len(small) - 1] == small[:-1]
    assert large[len(small) - 1].locations[: len(small[-1].locations)] == small[-1].locations
    assert sum(location.practices for icb in large for location in icb.locations) >= 2_000


def test_rows_asked_for_are_about_those_written(tmp_path):
    wanted = collection.plan(scale=None, months=2, practice_rows=150_000)
    written = collection.write(tmp_path / "plain", wanted, ["gp_appointments_practice"])
    rows = written.totals["datasets"]["gp_appointments_practice"]["crosstab"]["rows"]
    assert 0.85 * 150_000 < rows < 1.15 * 150_000
    names = {file.name for file in written.files}
    assert {"Mapping_Oct_25.csv", "Practice_Level_Crosstab_Sampleland_South_Nov_25.csv"} <= names
    assert all(file.suffix == ".csv" for file in written.files)


def test_more_than_thirty_months_take_a_second_regional_release():
    windows = list(collection.plan(scale=None, months=None, practice_rows=50_000_000).windows)
    assert [(window[0], window[-1]) for window in windows] == [
        (date(2023, 6, 1), date(2025, 11, 1)),
        (date(2020, 12, 1), date(2023, 5, 1)),
    ]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"scale": 2, "practice_rows": 100}, "exclude each other"),
        ({"scale": 0}, "--scale 0 is out of range"),
        ({"months": 121}, "--months 121 is out of range"),
        ({"practice_rows": -5}, "--practice-rows -5 is out of range"),
    ],
)
def test_contradictory_wishes_are_refused(asked, message):
    with pytest.raises(Fault, match=message):
        collection.plan(**{"scale": None, "months": None, "practice_rows": None, **asked})


def test_no_folder_is_written_over_and_no_unknown_dataset_skipped(tmp_path):
    wanted = collection.plan(scale=1, months=None, practice_rows=None)
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(Fault, match="not an empty folder"):
        collection.write(tmp_path, wanted)
    with pytest.raises(Fault, match="no synthetic files are made for gp_workforce"):
        collection.write(tmp_path / "new", wanted, ["gp_workforce"])
    with pytest.raises(Fault, match="fictional codes for"):
        collection.write(tmp_path / "new", collection.plan(scale=1_000, months=None, practice_rows=None))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_writes_only_what_is_asked_and_says_what(tmp_path):
    out = tmp_path / "some"
    result = CliRunner().invoke(
        app, ["sample", "--out", str(out), "--dataset", "ons_lookups", "--dataset", "gp_appointments_coverage"]
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {"ons_lookups", "gp_appointments_coverage", "known_totals.json"}
    assert "3 ICBs, 7 sub-ICB locations, 102 practices, all fictional" in result.output


def test_the_command_gives_its_facts_as_json_and_another_seed_gives_other_figures(tmp_path):
    facts = []
    for seed in ("1", "1", "2"):
        arguments = ["sample", "--out", str(tmp_path / f"{len(facts)}"), "--seed", seed]
        result = CliRunner().invoke(app, [*arguments, "--dataset", "gp_appointments_coverage", "--json"])
        facts.append(json.loads(result.stdout))
    first, again, other = ([Path(file).read_bytes() for file in one["files"]] for one in facts)
    assert first == again != other
    assert facts[0]["known_totals"]["seed"] == 1

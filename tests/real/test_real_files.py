"""Proves the ingest room on files that NHS England and ONS really published, where they are on this machine.

Totals are those of the published release; rows are compared with the csv module over the bytes of the file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow
import pytest

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.settings import Settings
from tests.real.read_whole import settings_in

ZIP = "gp_appointments_regional/Appointments_GP_Regional_CSV_Nov_25.zip"
# Plain members, members with quoted commas, the smallest and one of the largest.
WHOLE = (
    "Regional_CSV_KentMedway.csv", "Regional_CSV_BristolNSomSGloucs.csv", "Regional_CSV_BucksOxonBerksW.csv",
    "Regional_CSV_WYorks.csv",
    "Regional_CSV_ShropsTelfordWrekin.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("real_files"))


@pytest.fixture(scope="module")
def outcomes(shared_data, known) -> list[archive.AddOutcome]:
    folders = [shared_data / "gp_appointments_regional", shared_data / "ons_lookups"]
    return archive.add(folders, known, catalogue())


@pytest.fixture(scope="module")
def regional(outcomes, known) -> archive.Bronze:
    release = next(one for one in archive.releases(known.raw) if one.table == "regional")
    return archive.bronze_of(release, known, catalogue())


def test_of_both_folders_what_a_contract_covers_is_archived_and_the_rest_is_skipped(outcomes):
    by_status: dict[str, list[str]] = {}
    for one in outcomes:
        by_status.setdefault(one.status, []).append(Path(one.path).name)
    assert by_status == {
        "archived": [
            "Appointments_GP_Regional_CSV_Nov_25.zip", "028_CCG_to_STPs_April_2019.csv",
            "031_CCG_to_STPs_April_2020.csv", "135_LSOA2011_to_Ward_2019.csv",
            "165_Ward_to_LAD_to_County_to_Region_December_2019.csv", "177_LTLA_to_UTLA_April_2019.csv",
            "195_LSOA2011_to_UTLA_2019.csv", "LOC22_ICB22_NHSER22_EN_LU.csv", "LSOA11_CCG21_LAD21.csv",
            "Local_Authority_Districts_December_2022_UK.csv", "icb_names_codes_dec_2024__2025-12-29_948e14d.csv",
        ],
        "new revision": ["LOC22_ICB22_NHSER22_EN_LU.xlsx"],
        "skipped": ["icb-la-lookup.csv", "subicb-la-lookup.csv"],
    }  # fmt: skip
    assert [one.problems for one in outcomes if one.problems] == []


def test_what_is_archived_is_byte_for_byte_what_was_published(outcomes, known, shared_data):
    published = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (shared_data / "ons_lookups").iterdir()}
    published.add(hashlib.sha256((shared_data / ZIP).read_bytes()).hexdigest())
    for release in archive.releases(known.raw):
        held = (known.raw / release.file).read_bytes()
        assert hashlib.sha256(held).hexdigest() == release.sha256
        assert release.sha256 in published


def test_the_release_of_november_2025_has_the_rows_and_appointments_that_were_published(regional):
    con = duckdb.connect()
    found = con.execute(
        "select count(*), sum(count_of_appointments), count(distinct sub_icb_location_code),"
        " count(distinct icb_ons_code), count(distinct member), min(appointment_month), max(appointment_month)"
        f" from ({regional.select()})"
    ).fetchone()
    con.close()
    assert found[:5] == (713_695, 920_458_838, 106, 42, 42)
    assert [str(day) for day in found[5:]] == ["2023-06-01", "2025-11-01"]
    assert (regional.report.rows_in, regional.report.rows_quarantined, regional.report.duplicate_keys) == (
        713_695,
        0,
        0,
    )
    assert len(regional.report.members) == 42
    assert len(regional.report.data_periods) == 30


@pytest.mark.parametrize("member", WHOLE)
def test_every_row_of_a_member_is_the_csv_modules_record_of_its_ordinal(member, regional, shared_data):
    with zipfile.ZipFile(shared_data / ZIP) as archived:
        text = io.StringIO(archived.read(member).decode("utf-8-sig"), newline="")
    records = [record for record in csv.reader(text) if record][1:]
    columns = list(catalogue().contracts["gp_appointments_regional"].table("regional").layouts[0].columns.values())
    cells = ", ".join(
        "upper(strftime(appointment_month, '%b%Y'))" if name == "appointment_month" else name for name in columns
    )
    con = duckdb.connect()
    rows = con.execute(
        f"select source_row, {cells} from ({regional.select()}) where member = ? order by source_row", [member]
    ).fetchall()
    con.close()
    assert len(rows) == len(records) > 6000
    for (source_row, *found), (ordinal, record) in zip(rows, enumerate(records, start=1), strict=True):
        assert source_row == ordinal
        assert [str(cell) for cell in found] == [" ".join(cell.split()) for cell in record]


def test_the_rows_stand_in_the_order_of_members_and_records(regional):
    rows = in_order(regional)
    order = list(zip(rows["member"].to_pylist(), rows["source_row"].to_pylist(), strict=True))
    assert order == sorted(order)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_lookup_of_2022_has_its_106_locations_in_both_forms(form, outcomes, known):
    release = next(one for one in archive.releases(known.raw) if one.table == "sub_icb_to_icb" and one.format == form)
    bronze = archive.bronze_of(release, known, catalogue())
    con = duckdb.connect()
    found = con.execute(
        "select count(*), count(distinct icb_code), count(distinct region_code), max(source_row),"
        f" max(icb_name) filter (where sub_icb_location_code = '91Q') from ({bronze.select()})"
    ).fetchone()
    con.close()
    assert found == (106, 42, 7, 106, "NHS Kent and Medway Integrated Care Board")
    assert (release.period.slug, release.period_from) == ("2022", "content")


def test_both_forms_of_the_lookup_say_the_same(outcomes, known):
    con = duckdb.connect()
    content = [
        con.execute(
            f"select * exclude (member) from ({archive.bronze_of(one, known, catalogue()).select()}) order by all"
        ).fetchall()
        for one in archive.releases(known.raw)
        if one.table == "sub_icb_to_icb"
    ]
    con.close()
    assert len(content) == 2
    assert content[0] == content[1]


def test_adding_both_folders_again_changes_nothing(outcomes, known, shared_data):
    before = {path: path.stat().st_mtime_ns for path in known.raw.rglob("*") if path.is_file()}
    again = archive.add([shared_data / "gp_appointments_regional", shared_data / "ons_lookups"], known, catalogue())
    assert {one.status for one in again} == {"already held", "skipped"}
    assert {path: path.stat().st_mtime_ns for path in known.raw.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_release_is_read_the_same_at_any_number_of_threads(threads, regional, known, tmp_path):
    release = next(one for one in archive.releases(known.raw) if one.table == "regional")
    other = archive.bronze_of(release, replace(known, out=tmp_path / "out", threads=threads), catalogue())
    assert other.report == regional.report
    assert in_order(other).equals(in_order(regional))


def in_order(bronze: archive.Bronze) -> pyarrow.Table:
    """All rows as they stand: only how they are cut into row groups may depend on the number of threads."""
    con = duckdb.connect()
    rows = con.execute(bronze.select()).to_arrow_table()
    con.close()
    return rows

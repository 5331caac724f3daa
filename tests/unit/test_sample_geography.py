"""Councils, small areas, trusts and commissioners of the fictional region: the files are as published and as their totals say."""

from __future__ import annotations

import csv
import re

import pytest
from python_calamine import CalamineWorkbook

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.sample import local_extracts, ods_registers, ons_councils


def made(folder) -> list:
    return [
        *ons_councils.write_lookups(folder), *ons_councils.write_deprivation(folder), ods_registers.write_trusts(folder),
        ods_registers.write_commissioners(folder), ods_registers.write_memberships(folder),
    ]  # fmt: skip


@pytest.fixture
def outcomes(tmp_path, settings) -> list[archive.AddOutcome]:
    return archive.add(made(tmp_path / "made"), settings, catalogue())


def test_every_file_is_taken_in_whole_with_the_rows_that_its_totals_say(outcomes, settings):
    assert {(one.status, one.problems) for one in outcomes} == {("archived", ())}
    rows = {
        one.table: archive.bronze_of(one, settings, catalogue()).report.rows_clean
        for one in archive.releases(settings.raw)
    }
    expected = ons_councils.known_totals() | ods_registers.known_totals()
    upper_tier = expected.pop("upper_tier")
    memberships = rows.pop("memberships")
    assert rows == expected | {f"upper_tier_{sheet.lower()}": upper_tier for sheet in ons_councils.DOMAINS}
    # Every practice that is open when the two groups merge.
    assert memberships > 90


def test_the_same_bytes_every_time(tmp_path):
    first, second = made(tmp_path / "first"), made(tmp_path / "second")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_two_groups_have_the_practices_of_the_location_that_they_merged_into(tmp_path):
    with ods_registers.write_memberships(tmp_path).open(newline="") as text:
        groups = {row[1] for row in csv.reader(text)}
    assert {"98S", "98T"} <= groups
    assert "99S" not in groups


def test_the_ended_district_is_in_one_lookup_only():
    areas = range(len(ons_councils.LSOAS))
    of_2019, of_2021 = ({ons_councils.council_of(at, year) for at in areas} for year in (2019, 2021))
    assert of_2019 - of_2021 == {ons_councils.ENDED}
    assert of_2021 < of_2019


def test_local_extracts_are_about_the_same_councils_and_small_areas():
    assert set(local_extracts.LSOAS) <= set(ons_councils.LSOAS)
    assert set(local_extracts.DISTRICTS) == {code for code, _ in ons_councils.COUNCILS_2023}
    assert (ons_councils.COUNTY[0], ons_councils.UNITARY[0]) == (local_extracts.COUNTY, local_extracts.UNITARY)


def test_codes_are_none_of_the_real_ones(shared_data, tmp_path):
    real: set[str] = set()
    for folder in ("ods_etr", "ods_other", "ons_lookups", "reference"):
        for path in sorted((shared_data / folder).glob("*.csv")):
            real |= set(re.findall(r"[A-Z0-9]{3,9}", path.read_text("utf-8-sig", errors="replace")))
    ours = {code for code, _ in (*ons_councils.COUNCILS_2019, *ons_councils.WARDS, ons_councils.COUNTY)}
    ours |= (
        set(ons_councils.LSOAS) | {ons_councils.REGION_OF_COUNCILS[0]} | {trust[0] for trust in ods_registers.TRUSTS}
    )
    ours |= {code for code, _ in ods_registers.MERGED}
    assert len(real) > 50_000
    assert not real & ours


def test_the_sheets_of_file_11_are_those_of_the_published_file(shared_data, tmp_path):
    (published,) = (shared_data / "imd").glob("File_11*")
    headers = [
        {name: book.get_sheet_by_name(name).to_python()[:1] for name in book.sheet_names}
        for book in map(CalamineWorkbook.from_path, (published, ons_councils.write_deprivation(tmp_path)[1]))
    ]
    folded = [
        {name: [[" ".join(cell.split()) for cell in row] for row in rows] for name, rows in one.items()}
        for one in headers
    ]
    assert folded[0] == folded[1]

"""The synthetic files about practices: in the published form, adding up to what their generators say, and to each other.

Belongs here: form and totals of every file that pipeline/sample writes about practices, read by nothing but csv, zipfile
and python-calamine, and that its codes belong to nobody. Does not belong here: the regional file, the lookups and the
committed sample (test_sample.py), collections at scale (test_sample_collection.py).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
import python_calamine

from pipeline.sample import (
    gp_appointments_coverage,
    gp_appointments_practice,
    gp_appointments_regional,
    gp_registered_patients,
    ods_epcn,
    ods_epraccur,
    ons_lookups,
    world,
)
from pipeline.sample.files import published
from pipeline.sample.geography import ICBS
from pipeline.sample.geography import world as icbs_of

NOVEMBER = date(2025, 11, 1)
CROSSTAB_HEADER = (
    b"APPOINTMENT_MONTH_START_DATE,GP_CODE,GP_NAME,SUPPLIER,PCN_CODE,PCN_NAME,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME,"
    b"HCP_TYPE,APPT_MODE,NATIONAL_CATEGORY,TIME_BETWEEN_BOOK_AND_APPT,COUNT_OF_APPOINTMENTS,APPT_STATUS\r\n"
)
MAPPING_HEADER = (
    b"GP_CODE,GP_NAME,SUPPLIER,PCN_CODE,PCN_NAME,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME,ICB_CODE,ICB_NAME,REGION_CODE,"
    b"REGION_NAME\r\n"
)
COVERAGE_HEADER = (
    b"SUB_ICB_LOCATION_CODE,ICB_ONS_CODE,REGION_CODE,Appointment_Month,Included Practices,Open Practices,"
    b"Patients registered at included practices,Patients registered at open practices\n"
)
TOTALS_OF_2021 = (
    b"PUBLICATION,EXTRACT_DATE,TYPE,CCG_CODE,ONS_CCG_CODE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS\r\n"
    b"GP_PRAC_PAT_LIST,01JAN2021,GP,99S,E38999001,Z90100,XZ2 "
)
TOTALS_OF_2025 = (
    b"PUBLICATION,EXTRACT_DATE,TYPE,SUB_ICB_LOCATION_CODE,ONS_SUB_ICB_LOCATION_CODE,CODE,POSTCODE,SEX,AGE,"
    b"NUMBER_OF_PATIENTS\r\nGP_PRAC_PAT_LIST,2025-11-01,GP,99S,E38999001,Z90100,XZ2 "
)
MAP_OF_2021 = (
    b"PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,CCG_CODE,CCG_NAME,"
    b"ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME\r\n"
    b"GP_PRAC_PAT_LIST,01Jan2021,Z90100,"
)
MAP_OF_2025 = (
    b"PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_SUB_ICB_LOCATION_CODE,"
    b"SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME,ONS_ICB_CODE,ICB_CODE,ICB_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,"
    b"COMM_REGION_NAME,SUPPLIER_NAME\r\nGP_PRAC_PAT_LIST,01Nov2025,Z90100,"
)
BANDS_HEADER = (
    b"PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS\r\n"
    b"GP_PRAC_PAT_LIST,2025-11-01,Comm Region,YZ9,E40999001,,ALL,ALL,"
)
# As in the crosstab of October 2025 (Kent and Medway, Mid and South Essex).
CATEGORIES = {
    "General Consultation Routine", "Planned Clinical Procedure", "Planned Clinics", "General Consultation Acute",
    "Inconsistent Mapping", "Clinical Triage", "Unmapped", "Unplanned Clinical Activity", "Structured Medication Review",
    "Care Related Encounter but does not fit into any other category", "Patient contact during Care Home Round",
    "Home Visit", "Service provided by organisation external to the practice", "Care Home Visit", "Walk-in",
    "Care Home Needs Assessment & Personalised Care and Support Planning", "Social Prescribing Service",
    "Non-contractual chargeable work", "Group Consultation and Group Education",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.fixture(scope="module")
def release(folder) -> tuple[Path, gp_appointments_practice.Totals]:
    return gp_appointments_practice.write_release(folder)


@pytest.fixture(scope="module")
def crosstab(release) -> list[dict[str, str]]:
    with zipfile.ZipFile(release[0]) as members:
        return [
            row for name in members.namelist() if "Crosstab" in name for row in records(members.read(name))
        ]  # fmt: skip


@pytest.fixture(scope="module")
def mapping(release) -> list[dict[str, str]]:
    with zipfile.ZipFile(release[0]) as members:
        return records(members.read("Mapping.csv"))


@pytest.fixture(scope="module")
def lists(folder) -> list[dict[str, str]]:
    """The totals of practices of November 2025."""
    return records(gp_registered_patients.write_practice_totals(folder, NOVEMBER).read_bytes())


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def practice_map(folder: Path, day: date) -> dict[str, dict[str, str]]:
    made = records(gp_registered_patients.write_practice_map(folder, day).read_bytes())
    return {row["PRACTICE_CODE"]: row for row in made}


# --- the practice-level crosstab -----------------------------------------------------------------------------------


def test_crosstab_has_the_publishers_form(release):
    assert release[0].name == "Practice_Level_Crosstab_Nov_25.zip"
    assert release[0].stat().st_size < 400_000
    with zipfile.ZipFile(release[0]) as members:
        assert members.namelist() == [
            "Mapping.csv", "Practice_Level_Crosstab_Sampleland_North_Nov_25.csv",
            "Practice_Level_Crosstab_Sampleland_South_Nov_25.csv",
        ]  # fmt: skip
        assert {info.date_time for info in members.infolist()} == {(2025, 12, 18, 9, 30, 0)}
        for name in members.namelist():
            content = members.read(name)
            assert content.startswith(MAPPING_HEADER if name == "Mapping.csv" else CROSSTAB_HEADER)
            assert content.endswith(b"\r\n")
            assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
        north = members.read("Practice_Level_Crosstab_Sampleland_North_Nov_25.csv").splitlines()[1]
    assert north.startswith(b"01NOV2025,Z90200,"), "a month as 01NOV2025"
    assert b',99T,"NHS Mockford, Feignton and Dummybury ICB - 99T",' in north, "the comma stays, in quotes"


def test_crosstab_has_the_published_values(crosstab):
    assert {row["NATIONAL_CATEGORY"] for row in crosstab} == CATEGORIES
    assert {row["APPT_MODE"] for row in crosstab} == {
        "Face-to-Face", "Home Visit", "Telephone", "Unknown", "Video Conference/Online",
    }  # fmt: skip
    assert {row["TIME_BETWEEN_BOOK_AND_APPT"] for row in crosstab} == {
        "Same Day", "1 Day", "2 to 7 Days", "8  to 14 Days", "15  to 21 Days", "22  to 28 Days", "More than 28 Days",
        "Unknown / Data Issue",
    }  # fmt: skip
    assert {row["APPT_STATUS"] for row in crosstab} == {"Attended", "DNA", "Unknown"}
    assert {row["HCP_TYPE"] for row in crosstab} == {"GP", "Other Practice staff", "Unknown"}
    assert any('"' not in row["GP_NAME"] and "," in row["GP_NAME"] for row in crosstab), "a name that needs quotes"


def test_crosstab_has_each_combination_once_and_no_zeros(crosstab):
    keys = Counter(tuple(value for name, value in row.items() if name != "COUNT_OF_APPOINTMENTS") for row in crosstab)
    assert max(keys.values()) == 1
    assert min(int(row["COUNT_OF_APPOINTMENTS"]) for row in crosstab) == 1


def test_crosstab_adds_up_to_what_was_said(release, crosstab):
    totals = release[1]
    by_practice, by_category = Counter(), Counter()
    for row in crosstab:
        by_practice[row["GP_CODE"]] += int(row["COUNT_OF_APPOINTMENTS"])
        by_category[row["NATIONAL_CATEGORY"]] += int(row["COUNT_OF_APPOINTMENTS"])
    assert (totals.rows, totals.appointments) == (len(crosstab), by_practice.total())
    assert totals.by_practice == by_practice
    assert totals.by_category == by_category


def test_crosstab_is_the_regional_file_by_location_status_professional_mode_and_time(crosstab, tmp_path):
    def here(row):
        """The regional file's words in the crosstab's."""
        mode = row["APPT_MODE"].replace("Video/Online", "Video Conference/Online")
        time = row["TIME_BETWEEN_BOOK_AND_APPT"].replace("Data Quality", "Data Issue")
        return row["SUB_ICB_LOCATION_CODE"], row["APPT_STATUS"], row["HCP_TYPE"], mode, time

    ours, regional = Counter(), Counter()
    for row in crosstab:
        ours[here(row)] += int(row["COUNT_OF_APPOINTMENTS"])
    release = gp_appointments_regional.write_release(tmp_path, months=[NOVEMBER])
    with zipfile.ZipFile(release) as members:
        for name in members.namelist():
            for row in records(members.read(name)):
                regional[here(row)] += int(row["COUNT_OF_APPOINTMENTS"])
    assert ours == regional
    assert ours == gp_appointments_practice.known_totals()
    assert len({location for location, *_ in ours}) == 7


def test_crosstab_of_another_month_is_the_regional_file_too(tmp_path):
    """In June 2025 a practice is there that closed since, another has not opened yet."""
    june = date(2025, 6, 1)
    written, totals = gp_appointments_practice.write_parts(tmp_path, month=june)
    ours = Counter()
    for file in written:
        for row in records(file.read_bytes()):
            ours[row["SUB_ICB_LOCATION_CODE"], row["APPT_STATUS"]] += int(row["COUNT_OF_APPOINTMENTS"])
    known = gp_appointments_regional.known_totals(months=[june])
    assert ours == {(location, status): count for (location, _, status), count in known.items()}
    assert "Z90101" in totals.by_practice
    assert "Z90202" not in totals.by_practice


def test_two_crosstabs_with_the_same_seed_are_the_same_and_one_with_another_is_not(release, tmp_path):
    again = gp_appointments_practice.write_release(tmp_path / "again")[0]
    other = gp_appointments_practice.write_release(tmp_path / "other", seed=7)[0]
    assert again.read_bytes() == release[0].read_bytes()
    with zipfile.ZipFile(release[0]) as ours, zipfile.ZipFile(other) as theirs:
        assert all(ours.read(name) != theirs.read(name) for name in ours.namelist())


def test_month_after_month_from_one_set_of_shares_is_each_month_alone(tmp_path):
    shares = gp_appointments_practice.Shares(gp_appointments_practice.SEED, ICBS)
    for month in (date(2025, 8, 1), date(2025, 9, 1)):
        together, _ = gp_appointments_practice.write_parts(tmp_path / "together", month=month, shares=shares)
        alone, _ = gp_appointments_practice.write_parts(tmp_path / "alone", month=month)
        assert [file.read_bytes() for file in together] == [file.read_bytes() for file in alone]


def test_a_larger_world_leaves_the_practices_of_a_smaller_as_they_are(crosstab, tmp_path):
    written, _ = gp_appointments_practice.write_parts(tmp_path, icbs=icbs_of(200))
    larger = {tuple(row.values()) for file in written for row in records(file.read_bytes())}
    assert {tuple(row.values()) for row in crosstab} < larger


def test_mapping_names_every_listed_practice_and_the_crosstab_those_that_send(mapping, crosstab, lists):
    mapped = {row["GP_CODE"]: row for row in mapping}
    assert mapped.keys() == {row["CODE"] for row in lists}
    silent = mapped.keys() - {row["GP_CODE"] for row in crosstab}
    assert silent == {"Z90305", "Z90605"}
    for row in crosstab:
        assert all(row[name] == mapped[row["GP_CODE"]][name] for name in mapped["Z90100"] if name in row)
    assert (mapped["Z90404"]["PCN_CODE"], mapped["Z90404"]["PCN_NAME"]) == ("U", "UNALLOCATED")


# --- coverage ------------------------------------------------------------------------------------------------------


def test_coverage_has_the_publishers_form_and_adds_up(folder):
    file = gp_appointments_coverage.write_release(folder)
    content = file.read_bytes()
    assert file.name == "APPOINTMENTS_GP_COVERAGE_Nov_25.csv"
    assert content.startswith(COVERAGE_HEADER + b"99S,E54999001,E40999001,01JUN2023,25,25,")
    assert content.endswith(b"\n")
    assert b"\r" not in content
    known = gp_appointments_coverage.known_totals()
    read = [tuple(row.values()) for row in records(content)]
    assert len(read) == len(known) == 7 * 30
    months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    for code, _, _, day, *counts in read:
        month = date(int(day[5:]), months.index(day[2:5]) + 1, int(day[:2]))
        one = known[code, month]
        assert [one.included_practices, one.open_practices, one.included_patients, one.open_patients] == list(
            map(int, counts)
        )


def test_coverage_is_the_lists_and_the_practices_with_appointments(folder, lists, crosstab):
    sending = {row["GP_CODE"] for row in crosstab}
    expected = defaultdict(lambda: [0, 0, 0, 0])
    for row in lists:
        patients, sends = int(row["NUMBER_OF_PATIENTS"]), row["CODE"] in sending
        for at, count in enumerate((sends, 1, patients * sends, patients)):
            expected[row["SUB_ICB_LOCATION_CODE"]][at] += count
    covered = {
        row["SUB_ICB_LOCATION_CODE"]: list(map(int, list(row.values())[4:]))
        for row in records(gp_appointments_coverage.write_release(folder).read_bytes())
        if row["Appointment_Month"] == "01NOV2025"
    }
    assert covered == expected
    assert sum(included < listed for included, listed, *_ in covered.values()) == 2, "two locations are not whole"


# --- registered patients -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "day", "generation", "start"),
    [
        (gp_registered_patients.write_practice_totals, date(2021, 1, 1), "ccg_2021", TOTALS_OF_2021),
        (gp_registered_patients.write_practice_totals, NOVEMBER, "sub_icb_2025", TOTALS_OF_2025),
        (gp_registered_patients.write_practice_map, date(2021, 1, 1), "ccg_2021", MAP_OF_2021),
        (gp_registered_patients.write_practice_map, NOVEMBER, "sub_icb_2025", MAP_OF_2025),
    ],
)
def test_lists_have_the_form_of_their_generation(tmp_path, write, day, generation, start):
    content = write(tmp_path, day, generation=generation).read_bytes()
    assert content.startswith(start)
    assert content.endswith(b"\r\n")
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
    rows = records(content)
    assert len({tuple(row.values()) for row in rows}) == len(rows) > 95
    if generation == "ccg_2021" and "CCG_NAME" in rows[0]:
        assert {row["CCG_NAME"] for row in rows} == {
            row["CCG20NM"] for row in records(ons_lookups.write_ccg_to_stp(tmp_path).read_bytes())
        }


def test_patients_add_up_to_the_known_totals(lists, tmp_path):
    assert {row["CODE"]: int(row["NUMBER_OF_PATIENTS"]) for row in lists} == gp_registered_patients.known_totals(
        NOVEMBER
    )
    assert {(row["TYPE"], row["SEX"], row["AGE"]) for row in lists} == {("GP", "ALL", "ALL")}
    assert [row["CODE"] for row in lists] == sorted(row["CODE"] for row in lists)


def test_age_bands_add_up_to_the_lists_at_every_level(lists, tmp_path):
    content = gp_registered_patients.write_quinary_age(tmp_path, NOVEMBER).read_bytes()
    assert content.startswith(BANDS_HEADER)
    whole: dict[tuple[str, str, str], int] = {}
    summed: Counter[tuple[str, str, str]] = Counter()
    lines: Counter[tuple[str, str]] = Counter()
    for row in records(content):
        organisation, count = (row["ORG_TYPE"], row["ORG_CODE"]), int(row["NUMBER_OF_PATIENTS"])
        lines[organisation] += 1
        if row["AGE_GROUP_5"] == "ALL":
            whole[(*organisation, row["SEX"])] = count
        else:
            summed[(*organisation, row["SEX"])] += count
            summed[(*organisation, "ALL")] += count
    assert set(lines.values()) == {43}, "forty bands, a total of each sex and one of both"
    assert whole == summed
    of_practices = {code: count for (kind, code, sex), count in whole.items() if (kind, sex) == ("GP", "ALL")}
    assert of_practices == gp_registered_patients.known_totals(NOVEMBER)
    everybody = sum(of_practices.values())
    for kind in ("Comm Region", "ICB", "SUB_ICB_LOCATION_CODE", "PCN", "GP"):
        assert sum(count for (one, _, sex), count in whole.items() if (one, sex) == (kind, "ALL")) == everybody
    assert ("PCN", "U", "ALL") in whole, "practices without a network stand under U"


def test_practices_open_close_and_move_between_the_releases(tmp_path):
    before, after = (practice_map(tmp_path, day) for day in gp_registered_patients.RELEASES)
    assert before.keys() - after.keys() == {"Z90101", "Z90401", "Z90701"}
    assert after.keys() - before.keys() == {"Z90202", "Z90502"}
    moved = {code for code in before.keys() & after.keys() if before[code]["PCN_CODE"] != after[code]["PCN_CODE"]}
    assert moved == {"Z90103", "Z90403", "Z90703"}
    orphans = {code: row["PCN_NAME"] for code, row in after.items() if row["PCN_CODE"] == "U"}
    assert orphans == {"Z90404": "Unallocated"}
    assert {row["SUPPLIER_NAME"] for row in after.values()} == {"EMIS", "TPP"}


# --- ODS -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "generation", "statuses", "practice"),
    [
        (date(2022, 1, 1), "letters", {"A", "C", "D"}, "4"),
        (date(2026, 2, 1), "words", {"ACTIVE", "INACTIVE", "DORMANT"}, "RO76"),
    ],
)
def test_epraccur_has_the_form_of_its_generation_and_adds_up(tmp_path, day, generation, statuses, practice):
    file = ods_epraccur.write_release(tmp_path, day, generation)
    content = file.read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("ascii"), newline="")))
    assert file.name == f"epraccur__{day:%Y-%m}.csv"
    assert content.count(b'"') == 2 * 27 * len(rows), "every cell in quotes"
    assert content.count(b"\r\n") == content.count(b"\n") == len(rows)
    assert {len(row) for row in rows} == {27}
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})
    assert {row[12] for row in rows} == statuses
    assert Counter((row[12], row[25]) for row in rows) == ods_epraccur.known_totals(day, generation)
    assert 0 < sum(row[25] != practice for row in rows) < sum(row[25] == practice for row in rows)
    for row in rows:
        assert (row[12] in ("C", "INACTIVE")) == bool(row[11]) == bool(row[16])
        assert re.fullmatch(r"\d{8}", row[10])


def test_ods_knows_practices_that_no_list_has_and_events_show_in_its_releases(tmp_path):
    releases = {
        day: {row[0]: row for row in csv.reader(io.StringIO(file.read_text("ascii"), newline=""))}
        for day, generation in ods_epraccur.RELEASES.items()
        for file in [ods_epraccur.write_release(tmp_path, day, generation)]
    }
    old, new = releases.values()
    assert new.keys() - old.keys() == {"Z90202", "Z90502"}, "the practices that opened since"
    assert (old["Z90101"][12], new["Z90101"][12], new["Z90101"][11]) == ("A", "INACTIVE", "20250831")
    listed = gp_registered_patients.known_totals(NOVEMBER)
    active = {code for code, row in new.items() if row[12] == "ACTIVE" and row[25] == "RO76"}
    assert listed.keys() < active
    assert len(active - listed.keys()) == 7, "one in each location"


@pytest.mark.parametrize("day", ods_epcn.RELEASES)
def test_networks_workbook_has_the_published_form_and_adds_up(tmp_path, day):
    file = ods_epcn.write_release(tmp_path, day)
    book = python_calamine.CalamineWorkbook.from_path(file)
    assert file.name == f"ePCN__{day:%Y-%m}.xlsx"
    assert book.sheet_names == ["PCNDetails", "PCN Core Partner Details"]
    networks, partners = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert networks[0] == [
        "PCN Code", "PCN Name", "Current Sub ICB Loc Code", "Sub ICB Location", "Open Date", "Close Date",
        "Address Line 1", "Address Line 2", "Address Line 3", "Address Line 4", "Address Line 5", "Postcode",
    ]  # fmt: skip
    assert partners[0] == [
        "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nSub ICB Loc Code",
        "Practice\nParent\nSub ICB Loc Name", "PCN Code", "PCN Name", "PCN Parent\nSub ICB Loc Code",
        "PCN Parent\nSub ICB Loc Name", "Practice to PCN\nRelationship\nStart Date",
        "Practice to PCN\nRelationship\nEnd Date", "Practice Sub ICB Loc and PCN Sub ICB Loc Match ",
    ]  # fmt: skip
    known = ods_epcn.known_totals(day)
    assert (len(networks) - 1, len(partners) - 1) == (known["networks"], known["partners"])
    assert sum(row[9] == "" for row in partners[1:]) == known["current_partners"]
    assert sum(row[9] != "" for row in partners[1:]) == known["ended_partners"]
    assert {row[10] for row in partners[1:]} == {True}
    assert {row[4] for row in partners[1:]} <= {row[0] for row in networks[1:]}
    assert all(isinstance(row[8], str) and re.fullmatch(r"\d{8}", row[8]) for row in partners[1:])
    assert networks[1][3] == "NHS SAMPLESHIRE ICB - 99S"


def test_networks_have_three_practices_or_more_and_agree_with_the_map(tmp_path):
    rows = python_calamine.CalamineWorkbook.from_path(ods_epcn.write_release(tmp_path, date(2026, 2, 1)))
    partners = rows.get_sheet_by_name("PCN Core Partner Details").to_python()[1:]
    current = {row[0]: row[4] for row in partners if row[9] == ""}
    assert current == {
        code: row["PCN_CODE"] for code, row in practice_map(tmp_path, NOVEMBER).items() if row["PCN_CODE"] != "U"
    }
    sizes = Counter(current.values())
    assert sum(3 <= size <= 6 for size in sizes.values()) >= 0.7 * len(sizes)


def test_networks_workbook_is_the_same_each_time_also_in_its_zip(tmp_path):
    first, second = (ods_epcn.write_release(tmp_path / name, date(2026, 2, 1)) for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    packed = ods_epcn.write_zip_of(first)
    assert packed.name == "epcn__2026-02.zip"
    assert packed.read_bytes() == ods_epcn.write_zip_of(second).read_bytes()
    with zipfile.ZipFile(packed) as members:
        assert members.namelist() == ["ePCN.xlsx"]
        assert members.read("ePCN.xlsx") == first.read_bytes()


# --- lookups and codes ---------------------------------------------------------------------------------------------


def test_lookup_of_2020_has_the_portals_form(tmp_path):
    content = ons_lookups.write_ccg_to_stp(tmp_path).read_bytes()
    assert content.startswith(b"FID,CCG20CD,CCG20CDH,CCG20NM,STP20CD,STP20CDH,STP20NM\n1,E38999001,99S,NHS ")
    assert b"\r" not in content
    rows = records(content)
    assert len(rows) == ons_lookups.known_totals()["ccg_to_stp"]
    assert [row["FID"] for row in rows] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [row["STP20CD"] for row in rows] == sorted(row["STP20CD"] for row in rows)
    assert {row["STP20CDH"] for row in rows} == {"QZ1", "QZ2", "QZ3"}


def test_crosstabs_come_out_on_the_third_thursday():
    assert published(date(2025, 11, 1)) == (2025, 12, 18, 9, 30, 0)
    assert published(date(2025, 12, 1)) == (2026, 1, 15, 9, 30, 0)


def test_practice_and_network_codes_belong_to_nobody_here():
    icbs = icbs_of(8_000)
    practices = list(world.everywhere(icbs))
    networks = [one for icb in icbs for location in icb.locations for one in world.networks(world.SEED, location)]
    assert len({one.code for one in practices}) == len(practices) > 8_000
    assert len({one.code for one in networks}) == len(networks) > 1_500
    assert all(re.fullmatch(r"Z[89]\d{4}", one.code) for one in practices)
    assert all(re.fullmatch(r"U\d{5}", one.code) for one in networks)
    assert all(re.fullmatch(r"XZ\d{1,2} \d[ABD-HJLNP-UW-Z]{2}", one.postcode) for one in (*practices, *networks))
    places = [location for icb in icbs for location in icb.locations]
    assert len({one.code for one in places}) == len({one.ons_code for one in places}) == len(places)
    assert len({icb.code for icb in icbs}) == len({icb.ons_code for icb in icbs}) == len(icbs)


def test_codes_are_none_of_the_real_ones(shared_data):
    icbs = icbs_of(9_000)
    real_practices, real_postcode_areas = set(), set()
    for file in sorted((shared_data / "ods_epraccur").glob("epraccur__*.csv")):
        for row in csv.reader(io.StringIO(file.read_text("cp1252"), newline="")):
            real_practices.add(row[0])
            real_postcode_areas.add(re.match("[A-Z]*", row[9])[0])
    real_networks = {
        row[0]
        for file in sorted((shared_data / "ods_epcn").glob("*.xlsx"))
        for row in python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_name("PCNDetails").to_python()
    }
    maps = [*(shared_data / "gp_registered_patients").glob("*map*.csv"), *shared_data.glob("gp_*practice/Mapping.csv")]
    for file in maps:
        real_networks |= {row["PCN_CODE"] for row in records(file.read_bytes())}
    lookup = records((shared_data / "ons_lookups" / ons_lookups.LOOKUP_NAME).read_bytes()[3:])
    real_places = {row[name] for row in lookup for name in ("LOC22CDH", "ICB22CDH", "NHSER22CDH")}
    assert len(real_practices) > 15_000
    assert len(real_networks) > 1_300
    assert len(maps) == 4
    assert not {code[0] for code in real_practices} & {"Z"}
    assert "XZ" not in real_postcode_areas
    assert not real_networks & {
        one.code for icb in icbs for location in icb.locations for one in world.networks(world.SEED, location)
    }
    ours = {code for icb in icbs for code in (icb.code, icb.region.code, *(one.code for one in icb.locations))}
    assert not real_places & ours

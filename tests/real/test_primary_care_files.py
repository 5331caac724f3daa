"""Proves the contracts of primary care on files that were really published, with totals counted by the csv module.

Figures that two files give alike are compared with each other: lists by practice, by area and by age, the crosstab with
the regional file, the register with the lists.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from pipeline.periods import parse
from tests.real.read_whole import Taken, take

FOLDERS = (
    "gp_appointments_coverage", "gp_appointments_practice", "gp_registered_patients", "ods_epraccur", "ods_epcn",
)  # fmt: skip
OCTOBER = "Practice_Level_Crosstab_London_East_South_Oct_25__KentMSE__pub_Nov_25.reconstructed.csv"
AGES = "gp-reg-pat-prac-quin-age__2025-12__GProws_QKS_QH8_only.reconstructed.csv"
DECEMBER = "2025-12-01"

# file name -> (slot without the dataset, where the period is from, what its name says when that differs, rows)
TAKEN_IN = {
    "APPOINTMENTS_GP_COVERAGE aug 2021- jan 2023.csv": [("coverage/all/2023-01", "content", "", 3180)],
    "APPOINTMENTS_GP_COVERAGE feb 2023 - 2025.csv": [("coverage/all/2025-07", "content", "", 3180)],
    "APPOINTMENTS_GP_COVERAGE__2025-11.reconstructed.csv": [("coverage/all/2025-11", "content", "", 3180)],
    "Mapping.csv": [("mapping/all/2025-08", "option", "", 6196)],
    "Practice_Level_Crosstab_Aug_25_NewBankOnly.csv": [("crosstab/all/2025-08", "content", "", 89)],
    OCTOBER: [("crosstab/london-east-south/2025-10", "content", "", 41495)],
    "gp-reg-pat-prac-all__2021-01.csv": [("practice_totals/all/2021-01-01", "content", "", 6658)],
    "gp-reg-pat-prac-all__2025-03.reconstructed.csv": [("practice_totals/all/2025-03-01", "content", "", 6242)],
    "gp-reg-pat-prac-all__2025-12.reconstructed.csv": [("practice_totals/all/2025-12-01", "content", "", 6196)],
    "gp-reg-pat-prac-map__2020-09.csv": [("practice_map/all/2022-01-01", "content", "2020-09", 6527)],
    "gp-reg-pat-prac-map__2022-01.csv": [("practice_map/all/2020-09-01", "content", "2022-01", 6708)],
    "gp-reg-pat-prac-map__2025-12.reconstructed.csv": [("practice_map/all/2025-12-01", "content", "", 6196)],
    AGES: [("quinary_age/all/2025-12-01", "content", "", 76239)],
    "epraccur__2019-10.csv": [("practices/all/2019-10", "name", "", 14303)],
    "epraccur__2022-01.csv": [("practices/all/2022-01", "name", "", 14963)],
    "epraccur__2026-02.csv": [("practices/all/2026-02", "name", "", 15389)],
    "ePCN__2022-02.xlsx": [("networks/all/2022-02", "name", "", 1303), ("partners/all/2022-02", "name", "", 7232)],
    "epcn__2022-03.zip": [("networks/all/2022-03", "name", "", 1307), ("partners/all/2022-03", "name", "", 7259)],
    "ePCN__later.xlsx": [("networks/all/2024-10", "content", "", 1366), ("partners/all/2024-10", "content", "", 7705)],
}


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    """All folders, but for the mapping, whose month nothing but a person knows."""
    return take([shared_data / folder for folder in FOLDERS], tmp_path_factory.mktemp("primary_care"))


@pytest.fixture(scope="module")
def everything(taken, shared_data) -> Taken:
    """Every release, the mapping among them."""
    found = taken.then([shared_data / "gp_appointments_practice" / "Mapping.csv"], parse("2025-08"))
    assert (found.outcomes[-1].status, found.outcomes[-1].problems) == ("archived", ())
    return found


@pytest.fixture(scope="module")
def con(everything):
    return everything.con


@pytest.fixture(scope="module")
def practices(shared_data) -> dict[str, list[list[str]]]:
    """The registers of practices by their slot."""
    folder = shared_data / "ods_epraccur"
    return {slot: records(folder / f"epraccur__{slot}.csv", header=False) for slot in ("2019-10", "2022-01", "2026-02")}


def records(path: Path, *, header: bool = True) -> list[list[str]]:
    """The csv module's records of a file, the oracle of what it holds."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        found = [record for record in csv.reader(text) if record]
    return found[1:] if header else found


def test_every_file_is_taken_in_and_only_a_mapping_without_a_month_is_refused(taken):
    refused = [(Path(one.path).name, one.message) for one in taken.outcomes if one.status != "archived"]
    assert refused == [
        (
            "Mapping.csv",
            "Mapping.csv: neither its content nor its name says which period it is, expected a month. "
            "Give it: --period 2025-11",
        )
    ]
    assert [one.problems for one in taken.outcomes if one.problems] == []


def test_every_release_stands_in_its_slot_with_all_its_rows(everything):
    found: dict[str, list[tuple]] = {}
    for one, report in everything.reports():
        assert (report.rows_clean, report.rows_quarantined, report.duplicate_keys) == (report.rows_in, 0, 0)
        slot = f"{one.table}/{one.part}/{one.period.slug}"
        found.setdefault(one.original_name, []).append((slot, one.period_from, one.period_in_name, report.rows_in))
    assert found == TAKEN_IN


def test_great_expectations_finds_nothing_but_the_cut_of_practices(everything):
    rules, wrong = everything.not_passed()
    assert wrong == [(AGES, "gp_registered_patients.practices_are_complete", "failed")]
    assert rules > 90


def test_practices_areas_and_ages_give_the_same_63936682_patients(con, shared_data):
    published = records(shared_data / "gp_registered_patients" / "gp-reg-pat-prac-all__2025-12.reconstructed.csv")
    total = sum(int(record[9]) for record in published)
    assert total == 63_936_682
    assert con.execute(f"select sum(patients) from practice_totals where slot = '{DECEMBER}'").fetchone() == (total,)
    by_kind = con.execute(
        "select org_type, sum(patients) from quinary_age where sex = 'ALL' group by 1 order by 1"
    ).fetchall()
    assert by_kind == [
        ("icb", total), ("pcn", total), ("practice", 3_342_388), ("region", total), ("sub_icb_location", total),
    ]  # fmt: skip
    assert con.execute(
        "select sum(patients) filter (sex = 'FEMALE'), sum(patients) filter (sex = 'MALE') from quinary_age"
        " where org_type = 'region' and age_group <> 'ALL'"
    ).fetchone() == (31_855_162, 32_081_520)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("region", "region_code"), ("icb", "icb_code"), ("sub_icb_location", "practice_map.sub_icb_location_code"),
        ("pcn", "pcn_code"), ("practice", "practice_code"),
    ],
)  # fmt: skip
def test_the_totals_by_the_map_are_the_published_totals_of_every_area(kind, column, con):
    """An ICB's published patients are those of its practices by the map, not of its sub-ICB locations."""
    differing, compared = con.execute(
        f"""with mine as (
            select {column} as code, sum(patients) as patients
            from practice_totals join practice_map using (slot, practice_code)
            where slot = '{DECEMBER}' group by 1)
        select count(*) filter (mine.patients <> ages.patients), count(*)
        from quinary_age as ages join mine on mine.code = ages.org_code
        where org_type = '{kind}' and sex = 'ALL'"""
    ).fetchone()
    assert (differing, compared) == (
        0, {"region": 7, "icb": 42, "sub_icb_location": 106, "pcn": 1298, "practice": 320}[kind],
    )  # fmt: skip


def test_some_practices_are_of_another_icb_than_their_location(con):
    assert con.execute(
        f"""with most as (
            select sub_icb_location_code, mode(icb_code) as most_icb from practice_map where slot = '{DECEMBER}' group by 1)
        select count(*), sum(patients)
        from practice_map join most using (sub_icb_location_code) join practice_totals using (slot, practice_code)
        where slot = '{DECEMBER}' and icb_code <> most_icb"""
    ).fetchone() == (29, 178_239)


def test_patients_of_january_2021_before_there_were_icbs(con):
    assert con.execute(
        "select sum(patients), count(distinct sub_icb_location_code), max(extract_date)::varchar from practice_totals"
        " where slot = '2021-01-01'"
    ).fetchone() == (60_606_345, 135, "2021-01-01")


def test_the_coverage_of_november_2025_is_what_the_publisher_says_elsewhere(con):
    """6,208 open practices and 98.8724% of them included, as in the summary workbook of that month."""
    included, opened = con.execute(
        "select sum(included_practices), sum(open_practices) from coverage"
        " where slot = '2025-11' and month = date '2025-11-01'"
    ).fetchone()
    assert (included, opened, round(included / opened, 15)) == (6138, 6208, 0.988724226804124)
    assert con.execute(
        "select count(distinct sub_icb_location_code), count(distinct month), sum(patients_open) from coverage"
        " where slot = '2023-01'"
    ).fetchone() == (106, 30, 1_836_873_579)


def test_the_crosstab_of_october_2025_holds_every_published_appointment(con, shared_data):
    published = Counter()
    for record in records(shared_data / "gp_appointments_practice" / OCTOBER):
        published[record[6]] += int(record[12])
    assert published == {"91Q": 1_154_938, "07G": 110_386, "06Q": 249_003}
    found = con.execute(
        "select sub_icb_location_code, sum(count_of_appointments) from crosstab where slot = '2025-10' group by 1"
    ).fetchall()
    assert dict(found) == published


def test_crosstab_and_regional_file_agree_for_whole_locations(con, shared_data):
    """By status, professional, mode and time: the two speak the same words."""
    path = shared_data / "gp_appointments_regional" / "Appointments_GP_Regional_CSV_Nov_25.zip"
    regional: Counter[tuple[str, ...]] = Counter()
    with zipfile.ZipFile(path) as archived:
        for member in ("Regional_CSV_KentMedway.csv", "Regional_CSV_MidSEssex.csv"):
            name = next(one for one in archived.namelist() if one == member)
            text = io.StringIO(archived.read(name).decode("utf-8-sig"), newline="")
            for record in list(csv.reader(text))[1:]:
                if record[0] in ("91Q", "07G") and record[7] == "OCT2025":
                    cell = (record[0], *(" ".join(word.split()) for word in record[8:12]))
                    regional[cell] += int(record[12])
    crosstab = con.execute(
        "select sub_icb_location_code, appointment_status, hcp_type, appointment_mode, time_from_booking,"
        " sum(count_of_appointments) from crosstab"
        " where slot = '2025-10' and sub_icb_location_code in ('91Q', '07G') group by all"
    ).fetchall()
    assert sum(regional.values()) == 1_154_938 + 110_386
    assert {tuple(row[:5]): row[5] for row in crosstab} == regional


def test_every_practice_of_the_crosstab_is_in_the_mapping(con):
    assert con.execute(
        "select count(distinct gp_code), count(distinct gp_code) filter (gp_code not in (select gp_code from mapping))"
        " from crosstab"
    ).fetchone() == (239, 0)
    assert con.execute("select count(*), count(distinct gp_code) from mapping").fetchone() == (6196, 6166)


@pytest.mark.parametrize(
    ("slot", "status", "setting", "active", "welsh"),
    [("2019-10", "A", {"4"}, 6872, 0), ("2022-01", "A", {"4"}, 6965, 406),
     ("2026-02", "ACTIVE", {"RO76", "RO76|RO268"}, 6604, 397)],
)  # fmt: skip
def test_active_practices_are_counted_alike_through_all_codes(slot, status, setting, active, welsh, con, practices):
    chosen = [record[0] for record in practices[slot] if record[12] == status and record[25] in setting]
    assert (len(chosen), sum(code.startswith("W") for code in chosen)) == (active, welsh)
    found = con.execute(
        f"select practice_code from practices where slot = '{slot}' and status = 'active'"
        " and prescribing_setting = 'gp_practice' order by source_row"
    ).fetchall()
    assert [code for (code,) in found] == chosen


def test_each_old_prescribing_setting_became_the_one_that_we_say(con, practices):
    """The aliases of numbers and roles, held against the organisations that both files know."""
    changed = con.execute(
        """select old.prescribing_setting, count(*),
            count(*) filter (new.prescribing_setting = old.prescribing_setting) / count(*) as same
        from practices as old join practices as new using (practice_code)
        where old.slot = '2022-01' and new.slot = '2026-02' group by 1 order by 1"""
    ).fetchall()
    before, after = ({record[0] for record in practices[slot]} for slot in ("2022-01", "2026-02"))
    assert sum(organisations for _, organisations, _ in changed) == len(before & after) == 13_516
    assert len(changed) == 18
    assert {setting: same for setting, _, same in changed if same < 0.93} == {"young_offender_institution": 0.8}


def test_every_practice_with_patients_is_in_the_register(con):
    assert con.execute(
        f"""select count(*), count(*) filter (register.practice_code is null),
            count(*) filter (register.status = 'active' and prescribing_setting = 'gp_practice'),
            count(*) filter (register.commissioner_code = lists.sub_icb_location_code)
        from practice_totals as lists left join practices as register
            on register.practice_code = lists.practice_code and register.slot = '2026-02'
        where lists.slot = '{DECEMBER}'"""
    ).fetchone() == (6196, 0, 6170, 6196)


@pytest.mark.parametrize(
    ("slot", "open_networks", "current_partners"),
    [("2022-02", 1257, 6507), ("2022-03", 1258, 6504), ("2024-10", 1285, 6224)],
)
def test_networks_and_partners_of_each_release(slot, open_networks, current_partners, con):
    (found,) = con.execute(f"select count(*) from networks where slot = '{slot}' and close_date is null").fetchone()
    assert found == open_networks
    assert con.execute(
        "select count(*), count(distinct practice_code),"
        f" count(*) filter (pcn_code not in (select pcn_code from networks where slot = '{slot}'))"
        f" from partners where slot = '{slot}' and end_date is null"
    ).fetchone() == (current_partners, current_partners, 0)

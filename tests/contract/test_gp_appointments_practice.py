"""The practice level crosstab and its mapping: ZIP, parts and mapping are known, and wrong ones are refused or judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, all_added, bronze_of, csv_bytes, made, made_zip, rows_of

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.periods import parse

HEADER = (
    "APPOINTMENT_MONTH_START_DATE,GP_CODE,GP_NAME,SUPPLIER,PCN_CODE,PCN_NAME,SUB_ICB_LOCATION_CODE,"
    "SUB_ICB_LOCATION_NAME,HCP_TYPE,APPT_MODE,NATIONAL_CATEGORY,TIME_BETWEEN_BOOK_AND_APPT,COUNT_OF_APPOINTMENTS,"
    "APPT_STATUS"
)
MAPPING_HEADER = (
    "GP_CODE,GP_NAME,SUPPLIER,PCN_CODE,PCN_NAME,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME,ICB_CODE,ICB_NAME,"
    "REGION_CODE,REGION_NAME"
)
ZIP = "Practice_Level_Crosstab_Oct_25.zip"
PART = "Practice_Level_Crosstab_London_East_South_Oct_25.csv"
NORTH = "Practice_Level_Crosstab_North_East_and_Yorkshire_Oct_25.csv"


def row(**cells: str) -> list[str]:
    right = {
        "APPOINTMENT_MONTH_START_DATE": "01OCT2025", "GP_CODE": "G82808", "GP_NAME": "OAKFIELD HEALTH CENTRE, PRACTICE 2",
        "SUPPLIER": "EMIS", "PCN_CODE": "U08711", "PCN_NAME": "GRAVESEND ALLIANCE PCN", "SUB_ICB_LOCATION_CODE": "91Q",
        "SUB_ICB_LOCATION_NAME": "NHS Kent and Medway ICB - 91Q", "HCP_TYPE": "GP", "APPT_MODE": "Face-to-Face",
        "NATIONAL_CATEGORY": "Planned Clinics", "TIME_BETWEEN_BOOK_AND_APPT": "1 Day", "COUNT_OF_APPOINTMENTS": "500",
        "APPT_STATUS": "Attended",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return list((right | cells).values())


def rows(**cells: str) -> list[list[str]]:
    """A plausible month of one practice."""
    return [
        row(**cells),
        row(**{"APPT_STATUS": "DNA", "COUNT_OF_APPOINTMENTS": "30"} | cells),
        row(**{"APPT_MODE": "Video Conference/Online", "TIME_BETWEEN_BOOK_AND_APPT": "15  to 21 Days"} | cells),
        row(**{"TIME_BETWEEN_BOOK_AND_APPT": "Unknown / Data Issue", "NATIONAL_CATEGORY": "Unmapped",
               "COUNT_OF_APPOINTMENTS": "1"} | cells),
    ]  # fmt: skip


def mapping_row(**cells: str) -> list[str]:
    right = {
        "GP_CODE": "G82808", "GP_NAME": "OAKFIELD HEALTH CENTRE, PRACTICE 2", "SUPPLIER": "EMIS", "PCN_CODE": "U08711",
        "PCN_NAME": "GRAVESEND ALLIANCE PCN", "SUB_ICB_LOCATION_CODE": "91Q",
        "SUB_ICB_LOCATION_NAME": "NHS Kent and Medway ICB - 91Q", "ICB_CODE": "QKS",
        "ICB_NAME": "NHS Kent and Medway Integrated Care Board", "REGION_CODE": "Y59", "REGION_NAME": "South East",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return list((right | cells).values())


OTHER = {"GP_CODE": "F81014", "GP_NAME": "CHURCH LANE SURGERY", "PCN_CODE": "U", "PCN_NAME": "UNALLOCATED"}


def part(content=None) -> bytes:
    """CRLF, as published."""
    return csv_bytes(HEADER.split(","), rows() if content is None else content, line_end="\r\n")


def mapping(content=None) -> bytes:
    return csv_bytes(MAPPING_HEADER.split(","), content or [mapping_row(), mapping_row(**OTHER)], line_end="\r\n")


def zipped(folder: Path, members: dict[str, bytes] | None = None, name: str = ZIP) -> Path:
    return made_zip(folder / name, members or {PART: part(), NORTH: part(rows(**OTHER)), "Mapping.csv": mapping()})


def test_the_zip_holds_both_tables_and_speaks_for_all_parts(tmp_path, settings):
    releases = all_added(zipped(tmp_path), settings)
    assert {table: (one.part, one.period, one.layout) for table, one in releases.items()} == {
        "crosstab": ("all", parse("2025-10"), "zip_of_parts"),
        "mapping": ("all", parse("2025-10"), "in_zip_of_parts"),
    }
    assert (releases["crosstab"].period_from, releases["mapping"].period_from) == ("content", "name")
    assert [len(rows_of(bronze_of(releases[table], settings))) for table in ("crosstab", "mapping")] == [8, 2]
    assert {failed for one in releases.values() for failed in failed_rules(one, settings)} == set()


def test_the_crosstab_speaks_the_words_of_the_regional_file(tmp_path, settings):
    release = all_added(zipped(tmp_path), settings)["crosstab"]
    found = rows_of(bronze_of(release, settings))
    contracts = catalogue().contracts
    regional = contracts["gp_appointments_regional"].table("regional")
    here = contracts["gp_appointments_practice"].table("crosstab")
    for name in ("hcp_type", "appointment_mode", "time_from_booking", "appointment_status"):
        assert here.column(name).allowed == regional.column(name).allowed
        assert {one[name] for one in found} <= set(regional.column(name).allowed)
    assert {one["appointment_mode"] for one in found} == {"Face-to-Face", "Video/Online"}
    assert {one["time_from_booking"] for one in found} == {"1 Day", "15 to 21 Days", "Unknown / Data Quality"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (PART, "london-east-south"),
        (NORTH, "north-east-and-yorkshire"),
        ("Practice_Level_Crosstab_London_East_South_Oct_25__kent.csv", "london-east-south"),
        ("Practice_Level_Crosstab_Oct_25_OnePracticeOnly.csv", "all"),
    ],
)
def test_a_csv_is_the_part_that_its_name_says(name, expected, tmp_path, settings):
    release = added(made(tmp_path / name, part()), settings)
    assert (release.table, release.layout, release.part) == ("crosstab", "part_csv", expected)
    assert (release.period, release.period_in_name) == (parse("2025-10"), "")


def test_a_name_of_another_month_is_recorded(tmp_path, settings):
    release = added(made(tmp_path / PART.replace("Oct", "Sep"), part()), settings)
    assert (release.period, release.period_in_name) == (parse("2025-10"), "2025-09")


def test_a_mapping_on_its_own_needs_its_month(tmp_path, settings):
    path = made(tmp_path / "Mapping.csv", mapping())
    refused = add(path, settings)
    assert refused.status == "refused"
    assert refused.message == (
        "Mapping.csv: neither its content nor its name says which period it is, expected a month. "
        "Give it: --period 2025-11"
    )
    release = added(path, settings, period=parse("2025-08"))
    assert (release.table, release.layout, release.period, release.period_from) == (
        "mapping", "mapping_csv", parse("2025-08"), "option",
    )  # fmt: skip


def test_a_practice_that_changed_its_supplier_stands_twice_in_the_mapping(tmp_path, settings):
    path = made(tmp_path / "Mapping.csv", mapping([mapping_row(), mapping_row(SUPPLIER="EMIS/EVERGREENLIFE")]))
    release = added(path, settings, period=parse("2025-08"))
    assert failed_rules(release, settings) == set()


def test_a_zip_without_its_mapping_is_refused(tmp_path, settings):
    outcome = add(zipped(tmp_path, {PART: part()}), settings)
    assert outcome.status == "refused"
    assert "the ZIP holds no member like Mapping.csv" in outcome.message


def test_two_months_in_one_file_are_not_one_release(tmp_path, settings):
    doubled = part([*rows(), *rows(APPOINTMENT_MONTH_START_DATE="01SEP2025")])
    (problem,) = add(made(tmp_path / PART, doubled), settings).problems
    assert "appointment_month has more than one value" in problem
    assert "2025-09-01 in 4 rows, 2025-10-01 in 4 rows" in problem


def test_a_row_that_stands_twice_is_not_counted_twice_in_silence(tmp_path, settings):
    outcome = add(made(tmp_path / PART, part([*rows(), row()])), settings)
    assert len(outcome.problems) == 1
    assert "1 of its keys stand more than once" in outcome.problems[0]


def test_a_new_category_is_named_with_the_edit_to_make(tmp_path, settings):
    outcome = add(made(tmp_path / PART, part([row(NATIONAL_CATEGORY="Planned Clinic")])), settings)
    (problem,) = [one for one in outcome.problems if "national_category" in one]
    assert "national_category is 'Planned Clinic' (nearest known: 'Planned Clinics')" in problem
    assert (
        "add 'Planned Clinic' to `allowed:` of national_category in"
        " pipeline/catalogue/nhs_england/gp_appointments_practice.yml" in problem
    )


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    data = csv_bytes(HEADER.replace("APPT_MODE", "APPOINTMENT_MODE").split(","), rows(), line_end="\r\n")
    outcome = add(made(tmp_path / PART, data), settings)
    assert outcome.status == "refused"
    assert outcome.message.endswith(
        "add a layout in pipeline/catalogue/nhs_england/gp_appointments_practice.yml with"
        " `APPOINTMENT_MODE: appointment_mode`"
    )


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"PCN_CODE": "U"}, "practice_in_one_place"),
        ({"SUB_ICB_LOCATION_CODE": "07G"}, "practice_in_one_place"),
        ({"GP_NAME": "ANOTHER NAME"}, "practice_in_one_place"),
        ({"PCN_NAME": "ANOTHER PCN"}, "network_has_one_name"),
        ({"COUNT_OF_APPOINTMENTS": "0"}, "counts_are_not_zero"),
        ({"COUNT_OF_APPOINTMENTS": "200000"}, "practice_volume_is_plausible"),
        ({"COUNT_OF_APPOINTMENTS": "900", "APPT_STATUS": "DNA"}, "did_not_attend_is_plausible"),
        ({"COUNT_OF_APPOINTMENTS": "2000", "NATIONAL_CATEGORY": "Inconsistent Mapping"}, "category_is_known"),
    ],
)
def test_a_wrong_row_breaks_its_rule(cells, rule, tmp_path, settings):
    spoilt = row(**{"TIME_BETWEEN_BOOK_AND_APPT": "Same Day"} | cells)
    release = added(made(tmp_path / PART, part([*rows(), spoilt])), settings)
    assert rule in failed_rules(release, settings)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"SUPPLIER": "TPP", "PCN_CODE": "U"}, "mapping_in_one_place"),
        ({"GP_CODE": "G82009", "ICB_CODE": "QH8"}, "location_in_one_icb"),
        ({"GP_CODE": "G82009", "SUB_ICB_LOCATION_CODE": "92Q", "REGION_CODE": "Y61"}, "icb_in_one_region"),
    ],
)
def test_a_wrong_place_breaks_its_rule(cells, rule, tmp_path, settings):
    path = made(tmp_path / "Mapping.csv", mapping([mapping_row(), mapping_row(**cells)]))
    assert rule in failed_rules(added(path, settings, period=parse("2025-08")), settings)


def test_a_file_is_taken_in_whole_or_not_at_all(tmp_path, settings):
    spoilt = mapping().replace(b"GP_NAME", b"PRACTICE")
    outcome = add(zipped(tmp_path, {PART: part(), "Mapping.csv": spoilt}), settings)
    assert outcome.status == "refused"
    assert archive.releases(settings.raw) == []

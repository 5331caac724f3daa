"""CQC's care directory and ratings, as public code knows their headers: read from OpenDocument sheets, people left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from sheets import made_ods
from staged import staged

from pipeline.periods import parse

DIRECTORY = [
    "Location ID", "Location HSCA start date", "Dormant (Y/N)", "Care home?", "Location Name", "Location ODS Code",
    "Location Telephone Number", "Registered manager", "Location Web Address", "Care homes beds",
    "Location Type/Sector", "Location Inspection Directorate", "Location Primary Inspection Category",
    "Location Latest Overall Rating", "Publication Date", "Inherited Rating (Y/N)", "Location Region",
    "Location NHS Region", "Location Local Authority", "Location ONSPD CCG Code", "Location ONSPD CCG",
    "Location Commissioning CCG Code", "Location Commissioning CCG", "Location Street Address",
    "Location Address Line 2", "Location City", "Location County", "Location Postal Code", "Location PAF ID",
    "Location UPRN ID", "Location Latitude", "Location Longitude", "Location Parliamentary Constituency", "Brand ID",
    "Brand Name", "Provider Companies House Number", "Provider Charity Number", "Provider ID", "Provider Name",
    "Provider HSCA start date", "Provider Type/Sector", "Provider Inspection Directorate",
    "Provider Primary Inspection Category", "Provider Ownership Type", "Provider Telephone Number",
    "Provider Web Address", "Provider Street Address", "Provider Address Line 2", "Provider City", "Provider County",
    "Provider Postal Code", "Provider PAF ID", "Provider UPRN ID", "Provider Local Authority", "Provider Region",
    "Provider NHS Region", "Provider Latitude", "Provider Longitude", "Provider Parliamentary Constituency",
    "Provider Nominated Individual Name", "Provider Main Partner Name",
    "Regulated activity - Accommodation for persons who require nursing or personal care",
    "Regulated activity - Accommodation for persons who require treatment for substance misuse",
    "Regulated activity - Assessment or medical treatment for persons detained under the Mental Health Act 1983",
    "Regulated activity - Diagnostic and screening procedures", "Regulated activity - Family planning",
    "Regulated activity - Management of supply of blood and blood derived products",
    "Regulated activity - Maternity and midwifery services", "Regulated activity - Nursing care",
    "Regulated activity - Personal care", "Regulated activity - Services in slimming clinics",
    "Regulated activity - Surgical procedures", "Regulated activity - Termination of pregnancies",
    "Regulated activity - Transport services, triage and medical advice provided remotely",
    "Regulated activity - Treatment of disease, disorder or injury",
    "Service type - Acute services with overnight beds",
    "Service type - Acute services without overnight beds / listed acute services with or without overnight beds",
    "Service type - Ambulance service", "Service type - Blood and Transplant service",
    "Service type - Care home service with nursing", "Service type - Care home service without nursing",
    "Service type - Community based services for people who misuse substances",
    "Service type - Community based services for people with a learning disability",
    "Service type - Community based services for people with mental health needs",
    "Service type - Community health care services - Independent Midwives",
    "Service type - Community health care services - Nurses Agency only",
    "Service type - Community healthcare service", "Service type - Dental service",
    "Service type - Diagnostic and/or screening service",
    "Service type - Diagnostic and/or screening service - single handed sessional providers",
    "Service type - Doctors consultation service", "Service type - Doctors treatment service",
    "Service type - Domiciliary care service", "Service type - Extra Care housing services",
    "Service type - Hospice services", "Service type - Hospice services at home",
    "Service type - Hospital services for people with mental health needs, learning disabilities and problems with substance misuse",
    "Service type - Hyperbaric Chamber", "Service type - Long term conditions services",
    "Service type - Mobile doctors service", "Service type - Prison Healthcare Services",
    "Service type - Rehabilitation services", "Service type - Remote clinical advice service",
    "Service type - Residential substance misuse treatment and/or rehabilitation service",
    "Service type - Shared Lives", "Service type - Specialist college service",
    "Service type - Supported living service", "Service type - Urgent care services",
    "Service user band - Children 0-18 years", "Service user band - Dementia",
    "Service user band - Learning disabilities or autistic spectrum disorder", "Service user band - Mental Health",
    "Service user band - Older People", "Service user band - People detained under the Mental Health Act",
    "Service user band - People who misuse drugs and alcohol", "Service user band - People with an eating disorder",
    "Service user band - Physical Disability", "Service user band - Sensory Impairment",
    "Service user band - Whole Population", "Service user band - Younger Adults", "Location Dual Registered",
    "Primary ID (Dual registration locations)",
]  # fmt: skip
RATINGS = [
    "Location ID", "Location ODS Code", "Location Name", "Care Home?", "Location Type",
    "Location Primary Inspection Category", "Location Street Address", "Location Address Line 2", "Location City",
    "Location Post Code", "Location Local Authority", "Location Region", "Location NHS Region",
    "Location ONSPD CCG Code", "Location ONSPD CCG", "Location Commissioning CCG Code",
    "Location Commissioning CCG Name", "Service / Population Group", "Domain", "Latest Rating", "Publication Date",
    "Report Type", "Inherited Rating (Y/N)", "URL", "Provider ID", "Provider Name", "Brand ID", "Brand Name",
]  # fmt: skip
HOME = {
    "Location ID": "1-1000000001", "Location HSCA start date": "2010-10-01", "Dormant (Y/N)": "N", "Care home?": "Y",
    "Location Name": "A Home", "Registered manager": "Somebody, Ann", "Care homes beds": "8",
    "Location Type/Sector": "Social Care Org", "Location Inspection Directorate": "Adult social care",
    "Location Primary Inspection Category": "Residential social care", "Location Latest Overall Rating": "Good",
    "Publication Date": "2024-03-31", "Inherited Rating (Y/N)": "N", "Location Local Authority": "Kent",
    "Location Postal Code": "CT5 1BQ", "Location Latitude": "51.35", "Location Longitude": "1.02", "Brand ID": "-",
    "Provider ID": "1-1000000002", "Provider Name": "A Provider", "Provider Ownership Type": "Organisation",
    "Service type - Care home service without nursing": "Y",
    "Service user band - Learning disabilities or autistic spectrum disorder": "Y",
}  # fmt: skip
SURGERY = HOME | {
    "Location ID": "1-1000000003", "Location Name": "A Surgery", "Location ODS Code": "G82001", "Care home?": "N",
    "Care homes beds": "", "Location Type/Sector": "Primary Medical Services",
    "Location Inspection Directorate": "Primary medical services", "Location Latest Overall Rating": "",
    "Publication Date": "", "Inherited Rating (Y/N)": "", "Service type - Care home service without nursing": "",
    "Service user band - Learning disabilities or autistic spectrum disorder": "",
}  # fmt: skip
RATED = {
    "Location ID": "1-1000000003", "Location ODS Code": "G82001", "Location Name": "A Surgery", "Care Home?": "N",
    "Location Type": "Primary Medical Services", "Location Post Code": "CT5 1BQ", "Service / Population Group": "Overall",
    "Domain": "Overall", "Latest Rating": "Good", "Publication Date": "31/03/2024", "Report Type": "Location",
    "Inherited Rating (Y/N)": "N", "Provider ID": "1-1000000002", "Provider Name": "A Provider",
}  # fmt: skip


def cells(header: list[str], *rows: dict[str, str]) -> list[list[str]]:
    for row in rows:
        assert set(row) <= set(header)
    return [header, *([row.get(name, "") for name in header] for row in rows)]


def directory_file(folder: Path, *rows: dict[str, str]) -> Path:
    return made_ods(
        folder / "01_October_2026_HSCA_Active_Locations.ods",
        {"README": [["Source: CQC database as at 1 October 2026"]], "HSCA_Active_Locations": cells(DIRECTORY, *rows)},
    )


def ratings_file(folder: Path, *rows: dict[str, str], title: list[list[str]] | None = None) -> Path:
    return made_ods(
        folder / "01_October_2026_Latest_ratings.ods",
        {"Locations": [*(title or []), *cells(RATINGS, *rows)], "Providers": [["Provider ID"], ["1-1000000002"]]},
    )


def test_the_directory_is_read_without_the_people_in_it(tmp_path, settings):
    release = added(directory_file(tmp_path, HOME, SURGERY), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.period, len(DIRECTORY)) == ("locations", parse("2026-10-01"), 122)
    assert not any("Somebody" in str(cell) for row in rows for cell in row.values())
    home, surgery = staged("stg_cqc_directory_locations", [release], settings)
    assert (home["care_home"], home["care_home_beds"], home["band_learning_disability_autism"]) == (True, 8, True)
    assert (surgery["location_ods_code"], surgery["overall_rating"], surgery["rating_published"]) == (
        "G82001",
        None,
        None,
    )
    assert (surgery["care_home"], surgery["band_learning_disability_autism"], surgery["brand_id"]) == (
        False,
        False,
        None,
    )
    assert failed_rules(release, settings) == {"directory_is_whole"}


def test_the_same_directory_as_csv_is_the_same_rows(tmp_path, settings):
    header, *found = cells(DIRECTORY, HOME, SURGERY)
    path = made(tmp_path / "01_October_2026_HSCA_Active_Locations.csv", csv_bytes(header, found))
    sheet = added(directory_file(tmp_path, HOME, SURGERY), settings)
    text = added(path, settings)
    assert rows_of(bronze_of(text, settings)) == [row | {"member": ""} for row in rows_of(bronze_of(sheet, settings))]


@pytest.mark.parametrize("title", [None, [["Latest ratings of locations"]]])
def test_ratings_are_read_with_or_without_a_title(title, tmp_path, settings):
    safe = RATED | {"Domain": "Safe", "Latest Rating": "Requires improvement"}
    release = added(ratings_file(tmp_path, RATED, safe, title=title), settings)
    first, second = staged("stg_cqc_directory_ratings", [release], settings)
    assert (release.table, release.period) == ("ratings", parse("2026-10-01"))
    assert (first["rating_published"], first["is_overall"], second["is_overall"]) == (date(2024, 3, 31), True, False)
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"Location Latest Overall Rating": "Very good"}, "overall_rating.allowed"),
        ({"Care homes beds": "8.5"}, "care_home_beds.type"), ({"Location Latitude": "1.02"}, "latitude.minimum"),
        ({"Service type - Care home service without nursing": "yes"}, "service_residential_home.allowed"),
        ({"Location ID": "G82001 "}, ""),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_known_is_quarantined(wrong, rule, tmp_path, settings):
    outcome = add(directory_file(tmp_path, HOME | wrong, SURGERY), settings)
    found = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert [rules for _, _, rules, _ in found] == ([[f"cqc_directory.locations.{rule}"]] if rule else [])


@pytest.mark.parametrize(
    ("wrong", "broken"),
    [
        ({"Publication Date": ""}, {"a_rating_has_its_day"}), ({"Location Latitude": ""}, {"coordinates_are_a_pair"}),
        ({"Care homes beds": ""}, {"beds_are_of_care_homes"}),
        ({"Service type - Care home service without nursing": ""}, {"care_homes_have_their_service"}),
    ],
)  # fmt: skip
def test_a_location_that_cannot_be_breaks_its_rule(wrong, broken, tmp_path, settings):
    release = added(directory_file(tmp_path, HOME | wrong, SURGERY), settings)
    assert failed_rules(release, settings) == {"directory_is_whole", *broken}


def test_ratings_that_disagree_break_their_rules(tmp_path, settings):
    safe = RATED | {"Domain": "Safe", "Location Name": "Another Surgery"}
    release = added(ratings_file(tmp_path, RATED, safe), settings)
    assert failed_rules(release, settings) == {"a_location_has_one_name"}


def test_a_new_column_is_refused_with_the_line_to_add(tmp_path, settings):
    header, *found = cells(DIRECTORY, HOME, SURGERY)
    header[header.index("Location Region")] = "Location Region Name"
    path = made_ods(tmp_path / "01_October_2026_HSCA_Active_Locations.ods", {"HSCA_Active_Locations": [header, *found]})
    outcome = add(path, settings)
    assert (outcome.status, "`Location Region Name: region_name`" in outcome.message) == ("refused", True), outcome

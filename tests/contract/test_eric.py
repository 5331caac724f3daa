"""Estates returns: items of trusts, sites and PFI schemes become rows, whatever items a year has; sums are controls."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from old_workbook import made_xls
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.periods import parse

YEAR = parse("2016/17")
TRUST = ["RXX", "EXAMPLE NHS FOUNDATION TRUST", "SOUTH OF ENGLAND COMMISSIONING REGION", "ACUTE - LARGE"]
TRUST_HEADER = ["Organisation Code", "Organisation Name", "Commissioning Region", "Organisation Type"]
SITE_HEADER = [*TRUST_HEADER, "Site Code", "Site Name", "Site Type"]
GENERAL = ["RXX01", "EXAMPLE GENERAL", "1. General acute hospital"]
AGGREGATE = ["AGGRE", "AGGREGATE SITE", "Aggregate Site"]
FLOOR = "Gross internal floor area (m²)"
# The larger warnings of a file of one trust.
OF_A_CUT = {"trust_items.trusts_of_england", "site_items.trusts_of_england"}


def trust_sheet(*more: list) -> list[list]:
    return [
        ["", "", "", "", "Trust Profile", "", "Finance"],
        [*TRUST_HEADER, "Number of sites - Other inpatient (No.)", "Healthy transport plan (Yes/No)", "Capital investment (£)"],
        [*TRUST, 3, "Yes", "Not Applicable"],
        *more,
    ]  # fmt: skip


def site_sheet(*rows: list) -> list[list]:
    return [
        ["", "", "", "", "", "", "", "Areas", "", "Laundry & Linen"],
        [*SITE_HEADER, FLOOR, "Site land area (Hectare)", "Laundry and linen service used (Select)"],
        *(rows or ([*TRUST, *AGGREGATE, 200, 0.5, "3. Hybrid"], [*TRUST, *GENERAL, 100, 0.25, "1. Full Service – Contracted"])),
    ]  # fmt: skip


def pfi_sheet() -> list[list]:
    cost = "Waste cost (£)"
    return [
        ["", "", "", "", "", "", "", "", "", "PFI - Contractor Provided Services", "PFI - Trust Provided Services"],
        [*SITE_HEADER, "Post Code", "Scheme Name", cost, cost],
        [*TRUST, *GENERAL, "ME1  1AA", "PFI 1", 10, -20],
    ]


def workbook(folder: Path, *, number: int = 13944, **sheets: list[list]) -> Path:
    """As published in 2016/17: sheets of trusts, sites and PFI schemes, and a disclaimer."""
    found = {"Trust Data": trust_sheet(), "Site Data": site_sheet(), "PFI Data": pfi_sheet()}
    found |= {name.replace("_", " "): rows for name, rows in sheets.items()}
    found = {name: rows for name, rows in found.items() if rows} | {"Disclaimer": [["Disclaimer"]]}
    return made_xls(folder / f"HospitalEstatesAndFacilitiesStatistics_{number}.XLS", found)


def tables_of(path: Path, settings) -> dict[str, archive.Release]:
    outcomes = archive.add([path], settings, catalogue(), period=YEAR)
    assert [(one.message, one.problems) for one in outcomes if one.status != "archived" or one.problems] == []
    return {one.table: one for one in archive.releases(settings.raw)}


def items(release, settings) -> list[tuple]:
    names = ("section", "item", "unit", "occurrence", "value")
    return [tuple(row.get(name) for name in names) for row in rows_of(bronze_of(release, settings))]


def test_every_item_of_a_workbook_becomes_a_row_under_its_heading(tmp_path, settings):
    held = tables_of(workbook(tmp_path), settings)
    assert items(held["trust_items"], settings) == [
        ("Trust Profile", "Number of sites - Other inpatient", "No.", None, "3"),
        ("Trust Profile", "Healthy transport plan", "Yes/No", None, "Yes"),
        ("Finance", "Capital investment", "£", None, "Not Applicable"),
    ]
    sites = rows_of(bronze_of(held["site_items"], settings))
    assert [(row["site_code"], row["site_type"], row["unit"], row["value"]) for row in sites[:4]] == [
        ("AGGRE", "Aggregate site", "m²", "200"), ("AGGRE", "Aggregate site", "Hectares", "0.5"),
        ("AGGRE", "Aggregate site", "Select", "3. Hybrid"), ("RXX01", "General acute hospital", "m²", "100"),
    ]  # fmt: skip
    assert [(row["section"], row["value"], row["postcode"]) for row in rows_of(bronze_of(held["pfi_items"], settings))] == [
        ("PFI - Contractor Provided Services", "10", "ME1 1AA"), ("PFI - Trust Provided Services", "-20", "ME1 1AA"),
    ]  # fmt: skip
    assert {rule for release in held.values() for rule in failed_rules(release, settings)} == OF_A_CUT


def test_a_workbook_does_not_say_its_year(tmp_path, settings):
    (message,) = {one.message for one in archive.add([workbook(tmp_path)], settings, catalogue())}
    assert "neither its content nor its name says which period it is, expected a financial year" in message


@pytest.mark.parametrize(
    ("site_type", "kind"),
    [
        ("General acute hospital", "General acute hospital"),
        ("GENERAL ACUTE HOSPITAL", "General acute hospital"),
        ("COMMUNITY HOSPITAL", "Community hospital"),
        ("7. Community hospital (with inpatient beds)", "Community hospital (with inpatient beds)"),
        ("", None),
    ],
)
def test_kinds_of_site_are_known_with_a_number_in_capitals_and_blank(site_type, kind, tmp_path, settings):
    rows = [*TRUST, "RXX 1", "EXAMPLE", site_type, 1, 1, "3. Hybrid"]
    held = tables_of(workbook(tmp_path, Site_Data=site_sheet(rows)), settings)
    assert {(row["site_code"], row["site_type"]) for row in rows_of(bronze_of(held["site_items"], settings))} == {
        ("RXX 1", kind)
    }


def test_the_workbook_of_2013_has_no_pfi_sheet_and_a_later_one_must(tmp_path, settings):
    held = tables_of(workbook(tmp_path, number=9896, PFI_Data=[]), settings)
    assert set(held) == {"trust_items", "site_items"}
    outcome = add(workbook(tmp_path, PFI_Data=[]), settings, period=YEAR)
    assert outcome.status == "refused"
    assert "has no sheet like 'PFI Data'" in outcome.message


def sums(of_trust: float, total: float) -> list[list]:
    blank = [""] * 6
    first = [*TRUST, *AGGREGATE, 200, 0.5, "3. Hybrid"]
    second = [*TRUST, *GENERAL, 100, 0.25, "3. Hybrid"]
    return site_sheet(
        first, second, ["RXX Result", *blank, of_trust, 0.25, ""], ["Grand Total", *blank, total, 0.25, ""]
    )


# The publisher left the first site out of both sums.
@pytest.mark.parametrize(
    ("of_trust", "total", "failed"),
    [
        (300, 300, set()),
        (100, 100, set()),
        (301, 300, {"site_items.sums_add_up"}),
        (300, 1300, {"site_items.sums_add_up"}),
    ],
)
def test_sums_between_the_sites_are_held_against_the_sites(of_trust, total, failed, tmp_path, settings):
    held = tables_of(workbook(tmp_path, Site_Data=sums(of_trust, total)), settings)
    assert failed_rules(held["site_items"], settings) - OF_A_CUT == failed


CSV_HEADER = [
    "Trust Code", "Trust Name", "Commissioning Region", "Trust Type", "Site Code", "Site Name", "Site Type", "Tenure", "Leased",
    "Post Code", FLOOR, "Water cost (£)", "PFI Contractor (SPV) costs (£)", "Other waste costs (£)", "PFI Contractor (SPV) costs (£)",
]  # fmt: skip
CSV_ROW = [
    *TRUST,
    "RXX\u00a03",
    *GENERAL[1:],
    "1. Freehold",
    "",
    "TQ5 PHW",
    "292,119",
    "0",
    "1.50",
    "Not Applicable",
    "-2,500",
]


def csv_file(
    folder: Path, header=CSV_HEADER, row=CSV_ROW, encoding="utf-8", name="ERIC - 2019_20 - SiteData - v2.csv", above=""
):
    text = above + csv_bytes(header, [row], line_end="\r\n").decode()
    return made(folder / name, text.encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "layout", "above", "name"),
    [
        ("utf-8", "csv", "", "ERIC - 2019_20 - SiteData - v2.csv"),
        ("utf-8-sig", "csv", "", "ERIC_201920_SiteData.csv"),
        ("cp1252", "csv_windows", "", "ERIC-201920-Site Data.csv"),
        ("utf-8", "csv", "Provisional,,\r\n,,\r\n", "ERIC - 2019_20 - Site data.csv"),
    ],
)
def test_items_of_a_csv_that_have_one_name_are_told_apart(encoding, layout, above, name, tmp_path, settings):
    release = added(csv_file(tmp_path, encoding=encoding, above=above, name=name), settings)
    assert (release.table, release.layout, release.period) == ("site_items", layout, parse("2019/20"))
    assert items(release, settings) == [
        (None, "Gross internal floor area", "m²", None, "292,119"), (None, "Water cost", "£", None, "0"),
        (None, "PFI Contractor (SPV) costs", "£", None, "1.50"), (None, "Other waste costs", "£", None, "Not Applicable"),
        (None, "PFI Contractor (SPV) costs", "£", 2, "-2,500"),
    ]  # fmt: skip
    (code,) = {row["site_code"] for row in rows_of(bronze_of(release, settings))}
    assert code == "RXX 3"
    assert failed_rules(release, settings) == {"site_items.trusts_of_england"}


def test_a_csv_of_trusts_is_known_by_its_first_columns(tmp_path, settings):
    path = csv_file(
        tmp_path, [*CSV_HEADER[:4], "Waste cost (£)"], [*TRUST, "1,000"], name="ERIC - 202223 - Trust data.csv"
    )
    release = added(path, settings)
    assert (release.table, release.period) == ("trust_items", parse("2022/23"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({10: "Gross internal floor area"}, "column 'Gross internal floor area' is unknown"),
        ({4: "Site ID"}, "column 'Site ID' is unknown (nearest expected: 'Site Code')"),
        ({13: "Water cost (£)"}, "column 'Water cost (£) [2]' is unknown"),
    ],
)
def test_a_column_that_is_no_item_is_refused(change, words, tmp_path, settings):
    header = [change.get(at, cell) for at, cell in enumerate(CSV_HEADER)]
    outcome = add(csv_file(tmp_path, header), settings)
    assert outcome.status == "refused"
    assert words in outcome.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({10: "29O,119"}, "value is '29O,119', expected: value looks like"),
        ({10: "2921,19"}, "value is '2921,19', expected: value looks like"),
        ({6: "11. Hospital at home"}, "add '11. Hospital at home' to `allowed:` of site_type"),
        ({0: "EXAMPLE"}, "trust_code is 'EXAMPLE', expected"),
    ],
)
def test_a_cell_that_is_not_what_it_should_be_is_flagged(change, words, tmp_path, settings):
    outcome = add(csv_file(tmp_path, row=[change.get(at, cell) for at, cell in enumerate(CSV_ROW)]), settings)
    assert any(words in problem for problem in outcome.problems), outcome


def test_an_item_of_a_unit_that_was_never_seen_is_flagged(tmp_path, settings):
    outcome = add(csv_file(tmp_path, [*CSV_HEADER[:10], "Steam (lb)", *CSV_HEADER[11:]]), settings)
    assert "add 'lb' to `allowed:` of unit" in outcome.problems[0]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({11: "Yes"}, "site_items.values_fit_their_unit"),
        ({11: ""}, "site_items.only_sums_lack_what_sites_have"),
        ({10: "Not Applicable"}, "site_items.floor_area_is_there"),
        ({4: "RYY01"}, "site_items.sites_are_of_their_trust"),
    ],
)
def test_the_suite_tells_what_no_column_can(change, rule, tmp_path, settings):
    path = csv_file(tmp_path, row=[change.get(at, cell) for at, cell in enumerate(CSV_ROW)])
    assert failed_rules(added(path, settings), settings) - OF_A_CUT == {rule}

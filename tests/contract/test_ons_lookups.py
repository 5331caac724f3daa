"""Proves that the ONS lookups are read right, by vintage, and that the XLSX twin of a CSV gives the same rows."""

from __future__ import annotations

import pytest
from published import (
    LOOKUP_NAME,
    LOOKUP_ROWS,
    NAMES_NAME,
    NAMES_ROWS,
    add,
    added,
    bronze_of,
    csv_bytes,
    csv_records,
    lookup_csv,
    lookup_header,
    made,
    made_lookup_xlsx,
    names_csv,
    names_header,
    quarantine_of,
    release_of,
    rows_of,
)  # fmt: skip

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.resolve import resolve
from pipeline.periods import parse

KEPT = catalogue().contracts["ons_lookups"].table("sub_icb_to_icb").layouts[0].columns


def cells_of(rows: list[dict]) -> list[list[str]]:
    return [[row[name] for name in KEPT.values()] for row in rows]


@pytest.mark.parametrize(
    "how",
    [{}, {"bom": False}, {"line_end": "\n"}, {"quote": True}, {"bom": False, "line_end": "\n", "quote": True}],
    ids=str,
)
def test_the_lookup_is_read_as_published(how, tmp_path, settings):
    data = lookup_csv(**how)
    release = added(made(tmp_path / LOOKUP_NAME, data), settings)
    rows = rows_of(bronze_of(release, settings))
    assert cells_of(rows) == csv_records(data) == [list(row) for row in LOOKUP_ROWS]
    assert [(row["member"], row["source_row"]) for row in rows] == [("", 1), ("", 2), ("", 3)]
    assert (release.period, release.period_from, release.period_in_name) == (parse("2022"), "content", "")


def test_the_xlsx_twin_gives_the_same_rows_under_the_name_of_its_sheet(tmp_path, settings):
    csv_release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    xlsx_release = added(made_lookup_xlsx(tmp_path / LOOKUP_NAME.replace(".csv", ".xlsx")), settings)
    from_csv, from_xlsx = (rows_of(bronze_of(one, settings)) for one in (csv_release, xlsx_release))
    assert {row["member"] for row in from_xlsx} == {"LOC22_ICB22_NHSER22_EN_LU"}
    assert [row | {"member": ""} for row in from_xlsx] == from_csv
    assert xlsx_release.slot == csv_release.slot
    assert (xlsx_release.format, xlsx_release.layout) == ("xlsx", "geoportal_xlsx")


def test_of_the_twins_the_csv_counts_whichever_came_last(tmp_path, settings):
    csv_release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    added(made_lookup_xlsx(tmp_path / LOOKUP_NAME.replace(".csv", ".xlsx")), settings)
    used = resolve(archive.releases(settings.raw), catalogue(), {})
    assert [use.release for use in used] == [csv_release]


def test_each_vintage_is_a_period_of_its_own_by_the_year_in_its_header(tmp_path, settings):
    releases = [
        added(made(tmp_path / f"LOC{year}_ICB{year}_NHSER{year}_EN_LU.csv", lookup_csv(year=year)), settings)
        for year in ("22", "23", "24")
    ]
    assert [one.period for one in releases] == [parse("2022"), parse("2023"), parse("2024")]
    assert len(resolve(archive.releases(settings.raw), catalogue(), {})) == 3


def test_where_name_and_header_bear_different_years_the_header_wins(tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv(year="23")), settings)
    assert (release.period, release.period_in_name) == (parse("2023"), "2022")


def test_a_header_of_two_vintages_is_refused(tmp_path, settings):
    header = [*lookup_header("22")[:6], *lookup_header("23")[6:]]
    outcome = add(made(tmp_path / LOOKUP_NAME, csv_bytes(header, LOOKUP_ROWS)), settings)
    assert outcome.status == "refused"
    assert "its column names bear different years (22, 23)" in outcome.message


def test_columns_in_another_order_are_read_by_name(tmp_path, settings):
    order = [8, 0, 4, 2, 6, 1, 3, 7, 5]
    data = csv_bytes([lookup_header()[at] for at in order], [[row[at] for at in order] for row in LOOKUP_ROWS])
    rows = rows_of(bronze_of(added(made(tmp_path / LOOKUP_NAME, data), settings), settings))
    assert cells_of(rows) == [list(row) for row in LOOKUP_ROWS]


def test_names_are_read_and_the_column_that_is_known_and_not_kept_is_left_out(tmp_path, settings):
    release = added(made(tmp_path / NAMES_NAME, names_csv()), settings)
    assert release.table == "icb_names"
    assert release.period == parse("2024")
    rows = rows_of(bronze_of(release, settings))
    assert [list(row.values())[2:] for row in rows] == [list(row[:3]) for row in NAMES_ROWS]


def test_names_under_the_name_of_the_lookup_are_still_names(tmp_path, settings):
    assert added(made(tmp_path / LOOKUP_NAME, names_csv()), settings).table == "icb_names"


def test_a_lookup_under_any_name_is_known_by_its_header(tmp_path, settings):
    release = added(made(tmp_path / "download.csv", lookup_csv()), settings)
    assert (release.table, release.original_name) == ("sub_icb_to_icb", "download.csv")


@pytest.mark.parametrize(("at", "cell", "rule"), [
    (0, "E38237", "sub_icb_location_ons_code.pattern"), (1, "", "sub_icb_location_code.required"),
    (3, "E38000237", "icb_ons_code.pattern"), (4, "Q1", "icb_code.pattern"), (7, "59", "region_code.pattern"),
])  # fmt: skip
def test_a_code_of_the_wrong_form_is_in_quarantine(at, cell, rule, tmp_path, settings):
    bad = [*LOOKUP_ROWS[0][:at], cell, *LOOKUP_ROWS[0][at + 1 :]]
    outcome = add(made(tmp_path / LOOKUP_NAME, lookup_csv([bad, *LOOKUP_ROWS[1:]])), settings)
    bronze = bronze_of(release_of(outcome, settings), settings)
    assert [rules for _, _, rules, _ in quarantine_of(bronze)] == [[f"ons_lookups.sub_icb_to_icb.{rule}"]]
    assert len(outcome.problems) == 1


def test_a_lookup_of_one_row_is_too_small_to_be_whole(tmp_path, settings):
    outcome = add(made(tmp_path / LOOKUP_NAME, lookup_csv(LOOKUP_ROWS[:1])), settings)
    assert outcome.problems == (f"{LOOKUP_NAME}: 1 good row, at least 2 expected. Check that the download is whole",)


def test_the_names_of_another_vintage_have_its_year_in_every_column(tmp_path, settings):
    assert names_header("23")[:3] == ("ICB23CD", "ICB23CDH", "ICB23NM")
    assert added(made(tmp_path / "icb_names_codes.csv", names_csv(year="23")), settings).period == parse("2023")

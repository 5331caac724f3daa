"""Acute and community discharge reports: three tables below one another on a sheet, the series, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from judged import failed_rules
from published import add, all_added, bronze_of, quarantine_of, rows_of
from sheets import ERROR, Row, made_xlsx, with_cell

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive

REGIONS = (
    "EAST OF ENGLAND", "LONDON", "MIDLANDS", "NORTH EAST AND YORKSHIRE", "NORTH WEST", "SOUTH EAST", "SOUTH WEST",
)  # fmt: skip
MEASURES = (
    "Number of patients who no longer meet the criteria to reside", "Number of patients discharged",
    "Number of patients remaining in hospital who no longer meet the criteria to reside",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What differs between the two reports."""

    name: str
    england: str
    organisation: str
    note: str
    stays: tuple[str, ...]
    destinations: tuple[str, ...]
    reasons: tuple[str, ...]
    missing: str
    month: str = ""

    @property
    def dataset(self) -> str:
        return f"discharge_sitrep_{self.name}"

    @property
    def file(self) -> str:
        return f"{self.name}_april2023.xlsx"


ACUTE = Kind(
    "acute", "ENGLAND (Type 1 Trusts)", "trust", "Notes: \n1. Due to disclosure risks, data exclude some patients.",
    ("7", "14", "21"), ("P0 - Domestic home without reablement support", "P2 - Hospice  (short term 24hr support)"),
    ("Awaiting a medical decision/intervention including writing the discharge summary", "No Plan", "Awaiting transport"),
    "Missing organisations (Acute Trust with Type 1)", "April 2023",
)  # fmt: skip
COMMUNITY = Kind(
    "community", "ENGLAND", "provider", "* No data for Bedfordshire, Luton, and Milton Keynes ICB.\n\nNotes: \n1. A note.",
    ("14", "21"), ("P0 - Domestic home, no new support need", "P1 –\u202fHospice at home for end-of-life care."),
    ("Awaiting a medical decision/ intervention including writing the discharge summary", "No Plan", "Awaiting transport"),
    "Missing organisations",
)  # fmt: skip
KINDS = pytest.mark.parametrize("kind", [ACUTE, COMMUNITY], ids=lambda kind: kind.name)
DAYS = [date(2023, 4, 1) + timedelta(days=number) for number in range(30)]
WEEKS = [date(2023, 4, 3) + timedelta(days=7 * number) for number in range(4)]


def blocks(kind: Kind, above: list[Row], labels: list[Row], cells: list[object], *, first: int = 1) -> list[Row]:
    """Titles, header, England and regions (each with `cells`), ICBs, organisations; `first` is the column that begins."""
    left = [""] * first
    times = [cell if cell == "-" else len(REGIONS) * cell for cell in cells]
    return [
        *above, *labels,
        [*left, "", "", kind.england, *times], *([*left, "", "", region, *cells] for region in REGIONS), [""],
        [*left, "Region", "ICB Code", "ICB Name"],
        [*left, "SOUTH EAST", "QKS", "NHS KENT AND MEDWAY INTEGRATED CARE BOARD", *cells],
        [*left, "EAST OF ENGLAND", "QHG", "NHS BEDFORDSHIRE, LUTON AND MILTON KEYNES INTEGRATED CARE BOARD",
         *["-"] * len(cells)], [""],
        [*left, "Region", "Org Code", "Org Name"],
        [*left, "SOUTH EAST", "RVV", "EAST KENT HOSPITALS", *cells],
        [*left, "EAST OF ENGLAND", "RC9", "BEDFORDSHIRE HOSPITALS", *["-"] * len(cells)],
    ]  # fmt: skip


def sheets(kind: Kind) -> dict[str, list[Row]]:
    ahead: Row = ["", kind.note, "", ""]
    above: list[Row] = [["", "A table"], ["", "Contents"]]
    days = [cell for day in DAYS for cell in (day, "", "")]
    weeks = [
        cell for week in WEEKS for cell in (f"w/c {week:%d/%m/%Y} (daily snapshot)", *[""] * (len(kind.stays) - 1))
    ]
    stays = [f"Number of additional bed days, patients with length of stay of {stay}+ days" for stay in kind.stays]
    said = f"{kind.month} - " if kind.month else ""
    return {
        "Table 1": [*above, ["", "Date", kind.missing], *(["", day, 2] for day in DAYS)],
        "Table 2": blocks(kind, above, [["", "", "", "", *days], [*ahead, *MEASURES * 30]], [44, 20, 24] * 30),
        "Table 3": blocks(kind, above, [["", "", "", "", *weeks], [*ahead, *stays * 4]], [90, 80, 70][-len(stays) :] * 4),
        "Table 4": blocks(
            kind, above,
            [[*ahead, f"{said}Total number of patients discharged"], ["", "", "", "", *kind.destinations]], [45, 3],
        ),
        "Table 5": blocks(
            kind, above, [[*ahead, f"{said}Average number of people per day"], ["", "", "", "", *kind.reasons]],
            [11.5, 0, 10 / 3],
        ),
    }  # fmt: skip


SMALL = {"icbs_of_england"}


@KINDS
def test_every_table_of_every_sheet_is_read(kind, tmp_path, settings):
    held = all_added(made_xlsx(tmp_path / kind.file, sheets(kind)), settings)
    topics = ("daily", "bed_days", "pathway", "reason")
    assert set(held) == {"missing_organisations"} | {
        f"{topic}_{level}" for topic in topics for level in ("region", "icb", kind.organisation)
    }
    assert {(one.dataset, one.period.slug) for one in held.values()} == {(kind.dataset, "2023-04")}
    broken = {table: failed_rules(one, settings) - SMALL for table, one in held.items() if table[0] != "m"}
    assert broken == {table: set() for table in broken}
    england = rows_of(bronze_of(held["daily_region"], settings))
    assert len(england) == 8 * 30 * 3
    assert [(row["area_name"], row["day"], row["measure"], row["patients"]) for row in england[:3]] == [
        (kind.england, date(2023, 4, 1), "no_longer_meet_criteria", 308),
        (kind.england, date(2023, 4, 1), "discharged", 140), (kind.england, date(2023, 4, 1), "remaining", 168),
    ]  # fmt: skip
    icbs = rows_of(bronze_of(held["bed_days_icb"], settings))
    assert [(row["icb_code"], row["week"], row["stay"], row["bed_days_status"]) for row in icbs[:: len(kind.stays)]] == [
        *(("QKS", week, kind.stays[0], "exact") for week in WEEKS), *(("QHG", week, kind.stays[0], "missing") for week in WEEKS),
    ]  # fmt: skip
    pathways = rows_of(bronze_of(held[f"pathway_{kind.organisation}"], settings))
    assert [(row[f"{kind.organisation}_code"], row["discharges"]) for row in pathways] == [
        ("RVV", 45), ("RVV", 3), ("RC9", None), ("RC9", None),
    ]  # fmt: skip
    reasons = rows_of(bronze_of(held["reason_icb"], settings))
    assert reasons[2]["patients_per_day"] == Decimal("3.333333")


def test_one_report_is_never_taken_for_the_other(tmp_path, settings):
    """Their tables of days and weeks have the same headers: what is said in their notes tells them apart, not the name."""
    held = all_added(made_xlsx(tmp_path / COMMUNITY.file, sheets(ACUTE)), settings)
    assert {one.dataset for one in held.values()} == {"discharge_sitrep_acute"}


def test_a_sheet_that_begins_in_column_a_is_read_alike(tmp_path, settings):
    """Table 5 of the community report of January 2024 has no empty column before it, and reasons that end in a full stop."""
    moved = sheets(COMMUNITY)
    reasons = ["Awaiting a medical decision/intervention including writing the discharge summary.", "No Plan",
               "Awaiting transport"]  # fmt: skip
    moved["Table 5"] = blocks(
        COMMUNITY, [["A table"], ["Contents"]], [[COMMUNITY.note, "", "", *reasons]], [11.5, 0, 3.25], first=0
    )
    held = all_added(made_xlsx(tmp_path / COMMUNITY.file, moved), settings)
    assert held["reason_region"].layout == "sheet_2024"
    rows = rows_of(bronze_of(held["reason_region"], settings))
    assert (len(rows), rows[0]["area_name"], rows[0]["reason"]) == (24, "ENGLAND", reasons[0])


def test_an_error_cell_is_missing_for_a_trust_and_held_back_for_a_region(tmp_path, settings):
    whole = sheets(ACUTE)
    for find in ("RVV", "LONDON"):
        at = next(number for number, row in enumerate(whole["Table 5"]) if find in row)
        whole["Table 5"] = with_cell(whole["Table 5"], at, 4, ERROR)
    archive.add([made_xlsx(tmp_path / ACUTE.file, whole)], settings, catalogue())
    held = {one.table: one for one in archive.releases(settings.raw)}
    row = rows_of(bronze_of(held["reason_trust"], settings))[0]
    assert (row["patients_per_day"], row["patients_per_day_status"]) == (None, "missing")
    assert failed_rules(held["reason_trust"], settings) == {"averages_of_trust_are_all_or_none"}
    assert [rules for _, _, rules, _ in quarantine_of(bronze_of(held["reason_region"], settings))] == [
        ["discharge_sitrep_acute.reason_region.patients_per_day.required"]
    ]


def test_an_error_cell_where_the_publisher_has_none_stops_the_workbook(tmp_path, settings):
    whole = sheets(ACUTE)
    path = made_xlsx(tmp_path / ACUTE.file, whole | {"Table 2": with_cell(whole["Table 2"], 4, 6, ERROR)})
    outcome = add(path, settings)
    assert outcome.status == "refused"
    assert "Table 2: cell G5 holds an error such as #N/A, expected a value or a blank" in outcome.message


@pytest.mark.parametrize(
    ("sheet", "find", "column", "cell", "told"),
    [
        ("Table 2", MEASURES[0], 5, "Number of patients sent home", "is unknown"),
        ("Table 3", "w/c 03/04/2023 (daily snapshot)", 7, "w/c 2023-04-10 (daily snapshot)", "is unknown"),
        ("Table 4", "P0 - Domestic home without reablement support", 5, "Pathway 2 - Hospice", "is unknown"),
        ("Table 5", "Region", 2, "Board Code", "discharge_sitrep_acute/reason_region"),
        ("Table 1", "Date", 2, "Organisations", "column 'Organisations' is unknown"),
    ],
)
def test_another_header_refuses_the_workbook(sheet, find, column, cell, told, tmp_path, settings):
    whole = sheets(ACUTE)
    at = next(number for number, row in enumerate(whole[sheet]) if find in row)
    outcome = add(
        made_xlsx(tmp_path / ACUTE.file, whole | {sheet: with_cell(whole[sheet], at, column, cell)}), settings
    )
    assert (outcome.status, told in outcome.message, "\n" in outcome.message) == ("refused", True, False)


def test_figures_that_do_not_fit_break_their_rules(tmp_path, settings):
    whole = sheets(ACUTE)
    for sheet, find, column, cell in (
        ("Table 2", ACUTE.england, 5, 141), ("Table 2", "QKS", 4, 45), ("Table 2", "RC9", 5, 0),
        ("Table 2", "QHG", 3, "NHS KENT AND MEDWAY INTEGRATED CARE BOARD"), ("Table 3", "RVV", 5, 91),
        ("Table 4", "LONDON", 4, 46), ("Table 5", "LONDON", 4, 12),
    ):  # fmt: skip
        at = next(number for number, row in enumerate(whole[sheet]) if find in row)
        assert whole[sheet][at][column] != cell
        whole[sheet] = with_cell(whole[sheet], at, column, cell)
    held = all_added(made_xlsx(tmp_path / ACUTE.file, whole), settings)
    broken = {table: failed_rules(one, settings) - SMALL for table, one in held.items() if table[0] != "m"}
    assert {table: rules for table, rules in broken.items() if rules} == {
        "daily_region": {"patients_of_region_add_up", "england_is_the_sum_in_daily"},
        "daily_icb": {"patients_of_icb_add_up", "daily_icb_lies_in_one_region"},
        "daily_trust": {"patients_of_trust_add_up"},
        "bed_days_trust": {"stays_of_trust_are_nested"},
        "pathway_region": {"england_is_the_sum_in_pathway"},
        "reason_region": {"england_is_the_sum_in_reason"},
    }


def test_a_month_without_its_last_days_is_noticed(tmp_path, settings):
    whole = sheets(ACUTE)
    cut = whole | {"Table 2": [row[: 4 + 29 * 3] for row in whole["Table 2"]]}
    held = all_added(made_xlsx(tmp_path / ACUTE.file, cut), settings)
    assert [failed_rules(held[f"daily_{level}"], settings) - SMALL for level in ("region", "icb", "trust")] == [
        {"days_of_region_are_complete"}, {"days_of_icb_are_complete"}, {"days_of_trust_are_complete"},
    ]  # fmt: skip


# --- the series -------------------------------------------------------------------------------------------------


def series(kind: Kind) -> dict[str, list[Row]]:
    since = "from April 2023" if kind is ACUTE else "since April 2023"
    stays = [f"Number of additional bed days, patients with length of stay of {stay}+ days" for stay in kind.stays]
    first = "Week commencing" if kind is ACUTE else "Date (week commencing)"
    weeks: list[object] = [*WEEKS] if kind is ACUTE else [f"{WEEKS[0]:%d/%m/%Y}*", *WEEKS[1:]]
    return {
        "Daily Series": [
            ["", f"Daily Series: National daily metrics {since}"], ["", "Contents"],
            ["", "", "", "", "", "Number of patients discharged"],
            ["", "Date", *MEASURES, kind.destinations[0]], *(["", day, 44, 20, 24, 20] for day in DAYS),
        ],
        "Weekly Series": [
            ["", f"Weekly Series: National weekly metrics {since}"], ["", "Contents"], [""],
            ["", first, *stays, "Awaiting transport"],
            *(["", week, *[90, 80, 70][-len(stays) :], 4] for week in weeks),
        ],
    }  # fmt: skip


@KINDS
def test_the_series_are_read(kind, tmp_path, settings):
    held = all_added(made_xlsx(tmp_path / f"{kind.name}_latest_time_series.xlsx", series(kind)), settings)
    assert {table: (one.dataset, one.period.slug) for table, one in held.items()} == dict.fromkeys(
        ["series_daily", "series_weekly"], (kind.dataset, "2023-04")
    )
    assert [failed_rules(one, settings) for one in held.values()] == [set(), set()]
    weekly = rows_of(bronze_of(held["series_weekly"], settings))
    assert [row["week"] for row in weekly[:: len(kind.stays) + 1]] == WEEKS
    assert {row["measure"] for row in weekly} == {*(f"bed_days_{stay}" for stay in kind.stays), "Awaiting transport"}


def test_a_series_with_a_day_too_few_is_noticed(tmp_path, settings):
    whole = series(ACUTE)
    cut = whole | {"Daily Series": [*whole["Daily Series"][:9], *whole["Daily Series"][10:]]}
    held = all_added(made_xlsx(tmp_path / "acute_latest_time_series.xlsx", cut), settings)
    assert failed_rules(held["series_daily"], settings) == {"series_of_days_is_unbroken"}

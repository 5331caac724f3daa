"""Delayed transfers of care: four generations of the sheets of local authorities, the series, and what is wrong with one."""

from __future__ import annotations

import pytest
from judged import failed_rules
from old_workbook import made_xls
from published import add, all_added, bronze_of, quarantine_of, rows_of
from sheets import Row, title_block, with_cell

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive

REASONS = (
    "A) Awaiting completion of assessment", "B) Awaiting public funding", "C) Awaiting further non-acute NHS care",
    "Di) Awaiting residential home placement or availability",
    "Dii) Awaiting nursing home placement or availability", "E) Awaiting care package in own home",
    "F) Awaiting community equipment and adaptations", "G) Patient or family choice", "H) Disputes",
)  # fmt: skip
LOUD = (
    "A) COMPLETION OF ASSESSMENT", "B) PUBLIC FUNDING", "C) WAITING FURTHER NHS NON-ACUTE CARE",
    "DI) AWAITING RESIDENTIAL HOME PLACEMENT OR AVAILABILITY",
    "DII) AWAITING NURSING HOME PLACEMENT OR AVAILABILITY", "E) AWAITING CARE PACKAGE IN OWN HOME",
    "F) AWAITING COMMUNITY EQUIPMENT AND ADAPTIONS", "G) PATIENT OR FAMILY CHOICE", "H) DISPUTES",
    "I) HOUSING - PATIENTS NOT COVERED BY NHS AND COMMUNITY CARE ACT",
)  # fmt: skip
CARE_ACT, COMMUNITY_CARE_ACT = (
    "I) Housing - patients not covered by Care Act",
    "I) Housing – patients not covered by NHS and Community Care Act",
)
# generation -> the columns before the code, whether people per day are published, the reasons
GENERATIONS = {
    "sha_2011": (("SHA",), "", (*LOUD, "TOTAL")),
    "region_2013": (("Region", ""), "", (*LOUD, "TOTAL")),
    "ons_2015": (("Region", "ONS Geography"), "", (*LOUD, "TOTAL")),
    "beds_2017": (("Region", "ONS Geography"), "DTOC Beds", (*REASONS, COMMUNITY_CARE_ACT, "O) Other", "Total")),
    "per_day_2019": (
        ("Region", "ONS Geography"), "Average Number of People Delayed per Day",
        (*REASONS, CARE_ACT, "O) Other", "Total"),
    ),
}  # fmt: skip
NAME = "DTOC_LA_Dec_19.xls"
# Each has parts that add up to the total; the third is residents of Wales, the fourth submitted nothing.
PLACES = {
    "507": ("Derby UA", "East Midlands", "E06000015"),
    "820": ("Kent", "South East", "E10000016"),
    "9900": ("Resident In Wales", "-", "-"),
    "9901": ("Resident in Scotland", "-", "-"),
}
DAYS = {"507": (62, 31), "820": (310, 93), "9900": (31, 0), "9901": None}


def area_cells(code: str, before: tuple[str, ...]) -> Row:
    name, region, ons = PLACES.get(code, ("England", "-", "-"))
    known = {"SHA": "-", "Region": region, "ONS Geography": ons, "": ""}
    return [*(known[column] for column in before), code, name]


def figures(code: str, parts: int) -> Row:
    """Two parts, further ones 0, and their total; dashes and 0 where nothing was submitted."""
    of = [days for days in DAYS.values() if days] if code == "-" else [DAYS[code]]
    if of == [None]:
        return [*["-"] * parts, 0]
    sums = [sum(days) for days in zip(*of, strict=True)]
    return [*sums, *[0] * (parts - 2), sum(sums)]


def la_sheet(generation: str, columns: tuple[str, ...], month: str, basis: str) -> list[Row]:
    before, per_day, _ = GENERATIONS[generation]
    rows = title_block("Delayed Transfer of Care", month, basis)
    by_reason = len(columns) > 5
    gap = len(before) + 2 + len(columns)
    if per_day and not by_reason:
        rows.append(["", *[""] * (len(before) + 2), "Delayed Days", *[""] * len(columns), per_day])
    rows.append(["", *before, "Code", "Name", *columns, *(["", *columns] if per_day and not by_reason else [])])
    for code in ("-", *PLACES):
        days = figures(code, len(columns) - 1)
        row = ["", *area_cells(code, before), *days]
        if per_day and not by_reason:
            row += ["", *(cell if cell == "-" else cell / 31 for cell in days)]
            assert len(row) == gap + 2 + len(columns)
        rows += [row] if code != "-" else [row, [""]]
    return [*rows, [""], ["", "Notes:"], ["", "1. How it is worked out."]]


def england_sheet(generation: str, month: str, basis: str) -> list[Row]:
    reasons = [(CARE_ACT if reason.startswith("I)") else reason) for reason in (*REASONS, CARE_ACT)]
    acute, other = (sum(days[at] for days in DAYS.values() if days) for at in (0, 1))
    rows = [
        *title_block("DTOC by Reason, England", month, basis),
        ["", "England Level Data", "", "Number of Delayed Days during the reporting period"],
        ["", "Type of Care", "Reason for Delay", "NHS", "Social Care", "Both"],
        ["", "Acute", "-", acute, 0, 0], ["", "Non-Acute", "-", other, 0, 0], [""],
    ]  # fmt: skip
    for kind, days in (("Acute", acute), ("Non-Acute", other)):
        for number, reason in enumerate(reasons):
            absent = "NA" if generation == "sha_2011" and number == 2 else 0
            rows.append(["", kind if number == 0 else "", reason, 0 if number else days, absent, absent])
    return rows


def sheets(generation: str = "per_day_2019", month: str = "December 2019", basis: str = "Local Authority") -> dict:
    care = "LA - by Type of Care" if generation.endswith(("11", "13", "15")) else "LA - by type of care"
    return {
        "England": england_sheet(generation, month, basis),
        care: la_sheet(generation, ("Acute", "Non-Acute", "Total"), month, basis),
        "LA - by responsible org": la_sheet(generation, ("NHS", "Social Care", "Both", "Total"), month, basis),
        "LA - by reason": la_sheet(generation, GENERATIONS[generation][2], month, basis),
    }


SMALL = {"authorities_of_types", "authorities_of_organisations"}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_of_a_month_is_read(generation, tmp_path, settings):
    held = all_added(made_xls(tmp_path / NAME, sheets(generation)), settings)
    assert set(held) == {"england", "la_by_type_of_care", "la_by_responsible_organisation", "la_by_reason"}
    assert {one.period.slug for one in held.values()} == {"2019-12"}
    assert {table: failed_rules(one, settings) - SMALL for table, one in held.items()} == {
        table: set() for table in held
    }
    rows = {row["code"]: row for row in rows_of(bronze_of(held["la_by_type_of_care"], settings))}
    assert list(rows) == ["-", *PLACES]
    kent, england, scotland = rows["820"], rows["-"], rows["9901"]
    assert (kent["name"], kent["acute"], kent["non_acute"], kent["total"]) == ("Kent", 310, 93, 403)
    assert (england["name"], england["total"]) == ("England", 527)
    assert (scotland["acute"], scotland["acute_status"], scotland["total"]) == (None, "missing", 0)
    published = bool(GENERATIONS[generation][1])
    assert (kent["total_per_day"], kent["total_per_day_status"]) == (
        (13, "exact") if published else (None, "not_available")
    )
    assert (kent["region"], kent["ons_code"]) == (
        None if generation == "sha_2011" else "South East",
        "E10000016" if "ONS Geography" in GENERATIONS[generation][0] else None,
    )


def test_reasons_have_one_name_in_all_generations(tmp_path, settings):
    names = []
    for generation in ("sha_2011", "beds_2017"):
        held = all_added(made_xls(tmp_path / generation / NAME, sheets(generation)), settings)
        names.append(
            [row["reason"] for row in rows_of(bronze_of(held["la_by_reason"], settings)) if row["code"] == "-"]
        )
    assert names[1] == [*names[0][:-1], "other", "total"]
    assert names[0][0] == "assessment"


def test_the_sheet_of_england_fills_down_the_type_of_care_and_keeps_what_cannot_be(tmp_path, settings):
    held = all_added(made_xls(tmp_path / NAME, sheets("sha_2011")), settings)
    rows = rows_of(bronze_of(held["england"], settings))
    assert {row["type_of_care"] for row in rows} == {"acute", "non_acute"}
    assert len(rows) == 2 * 11 * 3
    absent = [row for row in rows if row["delayed_days_status"] == "not_applicable"]
    assert {(row["reason"], row["responsible"]) for row in absent} == {
        ("non_acute_nhs_care", "social_care"), ("non_acute_nhs_care", "both"),
    }  # fmt: skip


CARE, BY_REASON = "LA - by type of care", "LA - by reason"


@pytest.mark.parametrize(
    ("sheet", "at", "column", "cell", "told"),
    [
        (CARE, 13, 6, "Non Acute", "column 'Non Acute' is unknown"),
        (BY_REASON, 12, 15, "P) Weather", "column 'P) Weather' is unknown"),
        (BY_REASON, 4, 1, "Month:", f"{NAME} > {BY_REASON}: "),
        (BY_REASON, 15, 20, 7, f"{NAME} > {BY_REASON}: "),
        ("England", 13, 2, "Cause of Delay", "column 'Cause of Delay' is unknown (nearest expected: 'Reason for Delay')"),
    ],
)  # fmt: skip
def test_a_sheet_that_is_not_as_published_refuses_the_workbook_with_one_line(
    sheet, at, column, cell, told, tmp_path, settings
):
    whole = sheets()
    outcome = add(made_xls(tmp_path / NAME, whole | {sheet: with_cell(whole[sheet], at, column, cell)}), settings)
    assert outcome.status == "refused"
    assert told in outcome.message
    assert "\n" not in outcome.message


def test_a_workbook_without_one_of_its_sheets_is_refused(tmp_path, settings):
    some = {name: rows for name, rows in sheets().items() if name != BY_REASON}
    outcome = add(made_xls(tmp_path / NAME, some), settings)
    assert outcome.status == "refused"
    assert "has no sheet like 'LA - by reason'" in outcome.message


def test_a_cell_that_breaks_a_rule_is_held_back_with_its_row(tmp_path, settings):
    whole = sheets()
    care, by_organisation = whole[CARE], whole["LA - by responsible org"]
    for at, column, cell in ((16, 5, "62 days"), (17, 5, -310), (18, 5, 31.5), (19, 3, "Scotland")):
        care = with_cell(care, at, column, cell)
    for at, column, cell in ((16, 1, "Derbyshire"), (17, 2, "E12000008")):
        by_organisation = with_cell(by_organisation, at, column, cell)
    path = made_xls(tmp_path / NAME, whole | {CARE: care, "LA - by responsible org": by_organisation})
    assert sum(bool(one.problems) for one in archive.add([path], settings, catalogue())) == 2
    held = {one.table: bronze_of(one, settings) for one in archive.releases(settings.raw)}
    broken = [(row, rules) for _, row, rules, _ in quarantine_of(held["la_by_type_of_care"])]
    assert broken == [
        (row, [f"dtoc.la_by_type_of_care.{rule}"])
        for row, rule in ((2, "acute.type"), (3, "acute.minimum"), (4, "acute.type"), (5, "code.pattern"))
    ]
    broken = [(row, rules) for _, row, rules, _ in quarantine_of(held["la_by_responsible_organisation"])]
    assert broken == [
        (row, [f"dtoc.la_by_responsible_organisation.{rule}"])
        for row, rule in ((2, "region.allowed"), (3, "ons_code.pattern"))
    ]


def test_a_month_by_provider_is_none_by_local_authority(tmp_path, settings):
    path = made_xls(tmp_path / NAME, sheets(basis="Provider"))
    assert {one.status for one in archive.add([path], settings, catalogue())} == {"archived"}
    for held in archive.releases(settings.raw):
        report = bronze_of(held, settings).report
        assert (report.rows_clean, {offence.column for offence in report.offences}) == (0, {"basis"})


def test_figures_that_do_not_add_up_break_their_rules(tmp_path, settings):
    whole = sheets()
    spoilt = {
        CARE: with_cell(whole[CARE], 17, 5, 311),
        "LA - by responsible org": with_cell(whole["LA - by responsible org"], 14, 4, "Englund"),
        BY_REASON: with_cell(whole[BY_REASON], 16, 5, 311),
        "England": with_cell(whole["England"], 14, 3, 404),
    }
    held = all_added(made_xls(tmp_path / NAME, whole | spoilt), settings)
    assert {table: failed_rules(one, settings) - SMALL for table, one in held.items()} == {
        "la_by_type_of_care": {"england_is_the_sum_of_types", "types_add_up", "people_per_day_of_types"},
        "la_by_responsible_organisation": {"england_has_no_code_of_organisations"},
        "la_by_reason": {"england_is_the_sum_of_reasons", "reasons_add_up"},
        "england": {"reasons_of_england_add_up"},
    }


# --- the series -------------------------------------------------------------------------------------------------

MONTHS = [("2010-11", name, 31 if name in ("August", "October", "December", "January", "March") else 30)
          for name in ("August", "September", "October", "November", "December", "January")]  # fmt: skip


def series(*, until: str = "January 2011") -> dict[str, list[Row]]:
    top = title_block("Delayed Transfer of Care", f"August 2010 - {until}", "Provider")

    def wide(parts: tuple[str, ...]) -> list[Row]:
        columns = (*parts, "Total")
        rows = [*top, ["", "", "", "Delayed Days", *[""] * len(columns), "DTOC Beds"]]
        rows += [["", "Year", "Period", *columns, "", *columns], [""]]
        for year, month, days in MONTHS:
            cells = [days * 3, days * 2, *[0] * (len(parts) - 2), days * 5]
            rows.append(["", year, month, *cells, "", *(cell / days for cell in cells)])
        return [*rows, [""], ["", "Notes:"], ["", "1. A note."]]

    reasons = (*REASONS, CARE_ACT, "O) Other")
    by_reason = [*top, ["", "Year", "Period", *reasons, "Total"], [""]]
    by_reason += [["", year, month, days * 5, *[0] * 10, days * 5] for year, month, days in MONTHS]
    detail = [
        *top,
        ["", "", "", "Acute", *[""] * 29, "Non-Acute", *[""] * 32, "Total"],
        ["", "", "", *(cell for reason in reasons[:-1] for cell in (reason, "", "")),
         *(cell for reason in reasons for cell in (reason, "", ""))],
        ["", "Year", "Period Name", *["NHS", "Social Care", "Both"] * 21], [""],
    ]  # fmt: skip
    detail += [["", year, month, days * 3, *[0] * 29, days * 2, *[0] * 32, days * 5] for year, month, days in MONTHS]
    return {
        "Delayed Days by type": wide(("Acute", "Non-Acute")),
        "Delayed Days by responsible org": wide(("NHS", "Social Care", "Both")),
        "Delayed Days by reason": by_reason,
        "Delayed Days": detail,
    }


def test_the_series_of_england_is_read_to_the_month_in_its_title(tmp_path, settings):
    held = all_added(made_xls(tmp_path / "DTOC-England-Data_Set.xls", series()), settings)
    assert {table: (one.period.slug, one.period_from) for table, one in held.items()} == dict.fromkeys(
        ["series_by_type_of_care", "series_by_responsible_organisation", "series_by_reason", "series_detail"],
        ("2011-01", "content"),
    )
    assert {table: failed_rules(one, settings) for table, one in held.items()} == {table: set() for table in held}
    detail = rows_of(bronze_of(held["series_detail"], settings))
    assert len(detail) == 6 * 63
    assert {row["month_total"] for row in detail if row["month_name"] == "August"} == {155}
    assert sum(row["delayed_days"] for row in detail if row["type_of_care"] == "non_acute") == sum(
        2 * days for _, _, days in MONTHS
    )


def test_a_series_that_ends_before_its_title_says_is_noticed(tmp_path, settings):
    held = all_added(made_xls(tmp_path / "DTOC-England-Data_Set.xls", series(until="February 2011")), settings)
    assert {table: failed_rules(one, settings) for table, one in held.items()} == {
        "series_by_type_of_care": {"series_of_types_is_unbroken"},
        "series_by_responsible_organisation": {"series_of_organisations_is_unbroken"},
        "series_by_reason": {"series_of_reasons_is_unbroken"},
        "series_detail": {"series_of_detail_is_unbroken"},
    }


def test_a_series_of_another_basis_is_refused(tmp_path, settings):
    spoilt = {name: with_cell(rows, 6, 2, "Local Authority") for name, rows in series().items()}
    path = made_xls(tmp_path / "DTOC-England-Data_Set.xls", spoilt)
    assert {one.status for one in archive.add([path], settings, catalogue())} == {"refused"}

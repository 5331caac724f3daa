"""Stop smoking services: people and money by area are read with their three marks, and wrong ones are judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from staged import staged

from pipeline.periods import parse

SERVICES = [
    "FinancialYear", "Quarter", "OrgType", "OrgCode", "OrgName", "RegionCode", "RegionName", "Sex",
    "MonitoringCategoryType", "MonitoringCategory", "Total referred", "Recipients", "Set quit date", "Quit", "Not quit",
    "Not known", "Quit CO", "Unengaged quit", "Quit (%)", "Not quit (%)", "Not known (%)", "Quit CO (%)",
    "Quit CO of quitters (%)",
]  # fmt: skip
FINANCE = [
    "FinancialYear", "OrgType", "OrgCode", "OrgName", "RegionCode", "RegionName", "MonitoringCategoryType",
    "Allocation for smoking cessation for the year (excluding stop smoking aids)",
    "Total spend on delivery of stop smoking services for the year to date",
    "Total cost of stop smoking aids for the year to date", "Other spend on smoking cessation",
]  # fmt: skip
ENGLAND = ["National", "E92000001", "England", "E92000001", "England"]
REGIONS = [["LARegion", f"E1200000{n}", f"Region {n}", f"E1200000{n}", f"Region {n}"] for n in range(1, 10)]
COUNCILS = [["LA", f"E060000{n:02}", f"Council, number {n}", "E12000001", "Region 1"] for n in range(1, 91)]
BASE = ["All persons", "Age band", "All ages"]


def people(quarter: int, area: list[str], times: int = 1) -> list[str]:
    counts = [f"{n * times}.0" for n in (200, 100, 50, 30, 20, 10)]
    referred, quit_date, quits, not_quit, not_known, quit_co = counts
    return [
        "2025-26", str(quarter), *area, *BASE, referred, ":", quit_date, quits, not_quit, not_known, quit_co, ":",
        "50.0", "30.0", "20.0", "10.0", "20.0",
    ]  # fmt: skip


def services(quarters: range = range(1, 5)) -> list[list[str]]:
    return [
        row
        for quarter in quarters
        for row in (
            people(quarter, ENGLAND, 9), *(people(quarter, area) for area in REGIONS), *(people(quarter, area) for area in COUNCILS),
        )
    ]  # fmt: skip


def spoilt(row: int, **cells: str) -> list[list[str]]:
    found = services()
    for name, cell in cells.items():
        found[row][SERVICES.index({"quits": "Quit", "set": "Set quit date"}.get(name, name))] = cell
    return found


def services_file(folder: Path, found: list[list[str]], quarter: int = 4) -> Path:
    return made(folder / f"stat-stop-smok-serv-eng-2025-26-q{quarter}.csv", csv_bytes(SERVICES, found))


def finance() -> list[list[str]]:
    def money(area: list[str], times: int) -> list[str]:
        return ["2025-26", *area, "Finance", *(f"{n * times}.0" for n in (500, 400, 100, 50))]

    return [money(ENGLAND, 90), *(money(area, 10) for area in REGIONS), *(money(area, 1) for area in COUNCILS)]


def test_people_are_read_with_all_three_marks(tmp_path, settings):
    found = services()
    found[5][18:] = ["*", "*", "*", "*", "z"]
    release = added(services_file(tmp_path, found), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.part, release.period) == ("services", "2025-26", parse("2026-01/2026-03"))
    assert (len(rows), rows[0]["org_type"], rows[0]["set_quit_date"], rows[0]["quit_percent"]) == (
        400, "england", Decimal(900), Decimal("50.0"),
    )  # fmt: skip
    assert [rows[5][f"{name}_status"] for name in ("recipients", "quit_percent", "quit_co_of_quitters_percent")] == [
        "not_available", "suppressed", "not_applicable",
    ]  # fmt: skip
    assert failed_rules(release, settings) == set()


def test_a_quarter_has_its_days(tmp_path, settings):
    release = added(services_file(tmp_path, services()), settings)
    rows = staged("stg_stop_smoking_services", [release], settings)
    assert [(one["period_start"], one["period_end"], one["is_total"]) for one in rows[::100]] == [
        (date(2025, 4, 1), date(2025, 6, 30), True), (date(2025, 7, 1), date(2025, 9, 30), True),
        (date(2025, 10, 1), date(2025, 12, 31), True), (date(2026, 1, 1), date(2026, 3, 31), True),
    ]  # fmt: skip


def test_money_is_read_and_a_council_without_a_return_is_marked(tmp_path, settings):
    found = finance()
    found[-1][7:] = ["0.0"] * 4
    path = made(tmp_path / "stat-stop-smok-serv-finance-eng-2025-26-q4.csv", csv_bytes(FINANCE, found))
    release = added(path, settings)
    rows = staged("stg_stop_smoking_finance", [release], settings)
    assert (release.table, release.part, len(rows)) == ("finance", "2025-26", 100)
    assert [(one["delivery_spend"], one["no_return"]) for one in (rows[0], rows[-2], rows[-1])] == [
        (36000, False), (400, False), (0, True),
    ]  # fmt: skip
    assert failed_rules(release, settings) == {"spend_of_regions_adds_up"}


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"quits": "50.5"}, "quit.type"), ({"set": "<5"}, "set_quit_date.type"), ({"Quarter": "5"}, "quarter.maximum"),
        ({"OrgType": "Region"}, "org_type.allowed"), ({"OrgCode": "00AB"}, "org_code.pattern"),
        ({"Quit (%)": "105.0"}, "quit_percent.maximum"), ({"FinancialYear": "2025/26"}, "financial_year.pattern"),
    ],
)  # fmt: skip
def test_a_cell_that_the_contract_does_not_know_is_quarantined(cells, rule, tmp_path, settings):
    outcome = add(services_file(tmp_path, spoilt(20, **cells)), settings)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, rules) == (21, [f"stop_smoking.services.{rule}"])


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (
            lambda: [*services(range(1, 4)), *(people(4, area, 30) for area in (ENGLAND, *COUNCILS))],
            {"quarters_are_discrete"},
        ),
        (lambda: spoilt(1, set="101.0"), {"regions_add_up_to_england", "percentages_agree_with_counts"}),
        (lambda: spoilt(20, quits="120.0"), {"quits_are_within_quit_dates", "percentages_agree_with_counts"}),
        (lambda: spoilt(20, RegionCode="E12000002"), {"codes_name_one_area"}),
        (lambda: spoilt(20, OrgName="Another council"), {"codes_name_one_area"}),
        (lambda: spoilt(20, RegionCode="E92000001"), {"areas_are_whole", "codes_name_one_area"}),
    ],
)
def test_figures_that_disagree_break_their_rules(found, broken, tmp_path, settings):
    release = added(services_file(tmp_path, found()), settings)
    assert failed_rules(release, settings) == broken


def test_a_few_rows_are_not_a_release(tmp_path, settings):
    (problem,) = add(services_file(tmp_path, services()[:15]), settings).problems
    assert "15 good rows, at least 300 expected" in problem


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    path = made(
        tmp_path / "stat-stop-smok-serv-eng-2025-26-q4.csv",
        csv_bytes(["Quit CO confirmed" if name == "Quit CO" else name for name in SERVICES], services()),
    )
    assert "with `Quit CO confirmed: quit_co`" in add(path, settings).message

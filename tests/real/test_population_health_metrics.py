"""Stop smoking: from rows that NHS England published to the percentages and the regions that it printed itself.

The rows are a few of the file of 2025-26, Q4, which is not held whole (14.8 million characters), so that they stand in staging
as they are; what the contract asks of a whole file is tested in tests/contract/test_stop_smoking.py.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.real.row_model import database, put, rows_of

FILE = "stop_smoking/stat-stop-smok-serv-eng-2025-26-q4.sample.csv"
COLUMNS = {
    "OrgCode": "org_code", "OrgName": "org_name", "RegionCode": "region_code", "RegionName": "region_name",
    "Sex": "sex", "MonitoringCategoryType": "group_type", "MonitoringCategory": "group_name", "Total referred": "referred",
    "Recipients": "recipients", "Set quit date": "set_quit_date", "Quit": "quit", "Not quit": "not_quit", "Not known": "not_known",
    "Quit CO": "quit_co", "Unengaged quit": "unengaged_quit", "Quit (%)": "quit_percent", "Not quit (%)": "not_quit_percent",
    "Not known (%)": "not_known_percent", "Quit CO (%)": "quit_co_percent", "Quit CO of quitters (%)": "quit_co_of_quitters_percent",
}  # fmt: skip
WORDS = ("OrgCode", "OrgName", "RegionCode", "RegionName", "Sex", "MonitoringCategoryType", "MonitoringCategory")
KINDS = {"National": "england", "LARegion": "region", "LA": "local_authority"}


@pytest.fixture(scope="module")
def published(shared_data) -> list[dict[str, str]]:
    return list(csv.DictReader((shared_data / FILE).read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def rows(published, tmp_path_factory) -> list[dict]:
    """What the row model makes of them, no other dataset held."""
    con = database(tmp_path_factory.mktemp("stop_smoking"))
    put(con, "stg_stop_smoking_services", [cells(row, at) for at, row in enumerate(published, start=1)], "real")
    return rows_of(con, "int_row_population_health")


def cells(row: dict[str, str], at: int) -> dict[str, object]:
    """A published row by canonical column: figures where they are none of the three marks, and what the marks say."""
    found: dict[str, object] = {
        "release_id": "s", "member": "", "source_row": at, "org_type": KINDS[row["OrgType"]], "quarter": int(row["Quarter"]),
        "financial_year": row["FinancialYear"], "financial_year_start": date(2025, 4, 1), "financial_year_end": date(2026, 3, 31),
    }  # fmt: skip
    for name, column in COLUMNS.items():
        found[column] = row[name]
        if name not in WORDS:
            mark = {":": "not_available", "*": "suppressed", "z": "not_applicable"}.get(row[name])
            found |= {column: None if mark else Decimal(row[name]), f"{column}_status": mark or "exact"}
    return found


def parts(rows, version: int, area: str, kind: str) -> list[tuple]:
    """Start of the period, numerator and denominator, in order."""
    starts = sorted(
        {row["period_start"] for row in rows if (row["period_type"], row["area_code_published"]) == (kind, area)}
    )
    return [
        (start, *(
            sum(
                row["amount"] for row in rows
                if (row["definition_version"], row["area_code_published"], row["period_type"], row["period_start"], row["part"])
                == (version, area, kind, start, part)
            )
            for part in ("numerator", "denominator")
        ))
        for start in starts
    ]  # fmt: skip


def percent(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_quarters_and_year_of_england_are_those_that_were_printed(rows):
    assert [int(count) for _, count, _ in parts(rows, 1, "E92000001", "quarter")] == [63_984, 61_957, 63_585, 75_976]
    assert parts(rows, 1, "E92000001", "financial_year") == [(date(2025, 4, 1), 265_502, 0)]


def test_quarters_are_discrete(rows):
    """Were they cumulative they would rise; the second is below the first."""
    counts = [count for _, count, _ in parts(rows, 1, "E92000001", "quarter")]
    assert counts != sorted(counts)
    assert counts[-1] < sum(counts[:-1])


@pytest.mark.parametrize(("version", "column"), [(2, "Quit (%)"), (3, "Quit CO (%)")])
def test_shares_are_the_percentages_that_the_publisher_prints(version, column, rows, published):
    for area, quarters in (("E92000001", 4), ("E12000001", 1)):
        printed = [
            Decimal(row[column])
            for row in published
            if (row["OrgCode"], row["Sex"], row["MonitoringCategory"]) == (area, "All persons", "All ages")
        ]
        assert [percent(part, whole) for _, part, whole in parts(rows, version, area, "quarter")] == printed
        assert len(printed) == quarters


def test_a_region_of_one_quarter_has_no_year(rows):
    assert parts(rows, 1, "E12000001", "financial_year") == []
    assert {row["geographies"] for row in rows if row["area_code_published"] == "E12000001"} == {"region"}

"""Metrics of research and development (es_05 to es_08) of the sample, held against adding up in plain Python.

The oracle reads the rows that the sample's partners would send, and spreads each award over its days one by one.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest

from pipeline.sample import nihr_awards, ons_councils
from pipeline.sample.geography import REGION
from tests.pipeline.theme_oracle import ICB, Cell, cells_of, of_metrics, rows_by_last_day

INDUSTRIES = {
    "21200": "pharmaceuticals", "26600": "electromedical equipment", "32500": "medical and dental instruments",
    "46460": "wholesale of pharmaceutical goods", "72110": "research in biotechnology",
    "72190": "other research in natural sciences and engineering",
}  # fmt: skip

Row = dict[str, str]


@pytest.fixture(scope="module")
def held(sample_run) -> dict[Cell, Decimal]:
    """The numerator of every cell of the theme."""
    cells = cells_of(sample_run[1], ["es_05", "es_06", "es_07", "es_08"])
    return {cell: numerator for cell, (numerator, _) in cells.items()}


def councils(code: str) -> set[str]:
    """A council and the county that it lies in."""
    return {code, ons_councils.upper_tier_of(next(one for one in ons_councils.COUNCILS_2023 if one[0] == code))[0]}


def three_years_after(day: str) -> str:
    """Of 29 February the 28th, as a database has it."""
    year = int(day[:4]) + 3
    return f"{year}-02-28" if day[5:] == "02-29" and year % 4 else f"{year}{day[4:]}"


def test_companies_and_their_support_are_those_of_the_extracts(held):
    companies: dict[Cell, set] = defaultdict(set)
    pounds: dict[Cell, Decimal] = defaultdict(Decimal)
    for day, rows in rows_by_last_day("lx_03_industry_support"):
        for row in rows:
            industry, code = INDUSTRIES.get(row["sic2007"]), row["company_number"]
            places = {ICB, row["partner_ods"], *councils(row["lad24"])}
            for area in places:
                if industry:
                    companies["es_05", 1, area, day, "none", "all"].add(code)
                    companies["es_05", 1, area, day, "industry", industry].add(code)
                    for kind, value in (("none", "all"), ("industry", industry), ("support_type", row["support_type"])):
                        if row["leveraged_gbp"]:
                            pounds["es_05", 2, area, day, kind, value] += Decimal(row["leveraged_gbp"])
                if row["support_date"] <= three_years_after(row["incorporated"]):
                    companies["es_07", 1, area, day, "none", "all"].add(code)
                    companies["es_07", 1, area, day, "industry", industry or "other"].add(code)
            if row["support_type"] == "trial":
                for area in (ICB, row["partner_ods"]):
                    for kind, value in (("none", "all"), ("industry", industry or "other")):
                        pounds["es_08", 2, area, day, kind, value] += Decimal(row["value_gbp"])
    assert of_metrics(held, ("es_05", 1), ("es_07", 1)) == {cell: len(found) for cell, found in companies.items()}
    assert of_metrics(held, ("es_05", 2), ("es_08", 2)) == pounds
    # Some company was supported twice: companies are fewer than events.
    for day, rows in rows_by_last_day("lx_03_industry_support"):
        events = [row for row in rows if row["sic2007"] in INDUSTRIES]
        assert held["es_05", 1, ICB, day, "none", "all"] < len(events)


def test_rates_and_tax_are_those_of_the_extracts(held):
    expected: dict[Cell, Decimal] = defaultdict(Decimal)
    for day, rows in rows_by_last_day("lx_04_rates_and_tax"):
        for row in rows:
            if row["rates_paid_gbp"]:
                for area in {ICB, row["occupier_ods"], *councils(row["billing_authority"])}:
                    expected["es_06", 1, area, day, "none", "all"] += Decimal(row["rates_paid_gbp"])
            if row["paye_ni_gbp"]:
                for area in (ICB, row["occupier_ods"]):
                    expected["es_06", 2, area, day, "none", "all"] += Decimal(row["paye_ni_gbp"])
    assert of_metrics(held, ("es_06", 1), ("es_06", 2)) == expected


def year_end_of(day: date) -> str:
    return f"{day.year + (day.month > 3)}-03-31"


def test_awards_fall_on_their_days(held):
    """To a hundredth of a penny for each award and year: the value of a year is rounded once."""
    expected: dict[Cell, Fraction] = defaultdict(Fraction)
    places = {name: (council, icb) for name, _, _, council, icb in nihr_awards.ORGANISATIONS if icb}
    for award in nihr_awards.awards():
        if award["award_amount_from_dh"] and award["contracted_organisation"] in places:
            council, icb = places[award["contracted_organisation"]]
            first, last = date.fromisoformat(award["start_date"]), date.fromisoformat(award["end_date"])
            days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
            a_day = Fraction(Decimal(award["award_amount_from_dh"])) / len(days)
            groups = {
                "none": "all", "programme_type": award["programme_type"], "organisation_type": award["organisation_type"],
            }  # fmt: skip
            for day in days:
                # The export is of December 2025.
                if (end := year_end_of(day)) <= "2025-12-31":
                    for area in {
                        icb.ons_code, REGION.ons_code, *councils(council), ons_councils.REGION_OF_COUNCILS[0],
                    }:  # fmt: skip
                        for kind, value in groups.items():
                            expected["es_08", 1, area, end, kind, value] += a_day
    found = of_metrics(held, ("es_08", 1))
    assert found.keys() == expected.keys()
    assert max(abs(Fraction(found[cell]) - expected[cell]) for cell in expected) < Fraction(1, 1000)
    assert {cell[3] for cell in found} == {f"{year}-03-31" for year in range(2022, 2026)}


def test_the_open_part_shows_every_indicator_of_two_years(sample_run):
    _, outcome = sample_run
    con = duckdb.connect(str(outcome.folder / "open" / "ics_marts.duckdb"), read_only=True)
    shown = con.execute(
        "select metric_id, count(distinct period_key) from marts.research_development where value is not null"
        " and breakdown_type = 'none' and area_type = 'icb' group by 1 order by 1"
    ).fetchall()
    estimates = con.execute(
        "select distinct value_status from marts.research_development where metric_key = 'es_06.v2' and value is not null"
    ).fetchall()
    con.close()
    assert [(metric, periods > 1) for metric, periods in shown] == [(f"es_0{number}", True) for number in (5, 6, 7, 8)]
    assert estimates == [("estimated",)]

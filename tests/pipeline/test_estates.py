"""The metrics of estates on the sample: every value against sums over the rows that the sample's files are made of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from pipeline.sample import eric
from tests.pipeline.theme_oracle import COUNTRY, ICB, REGION, Given, extracts_of, summed, values_of

YEAR = "2020-03-31"
QUARTER_OF = {"2024-11": "2024-07/2024-09", "2025-11": "2025-07/2025-09"}
ENDS = {
    "2024-07/2024-09": "2024-09-30",
    "2025-07/2025-09": "2025-09-30",
    "2024-11": "2024-11-30",
    "2025-11": "2025-11-30",
}
RISKS = ("high", "significant", "moderate", "low")


def figure(text: str) -> Decimal | None:
    return None if text in ("", "Not Applicable", "*") else Decimal(text.replace(",", ""))


def kind_of(published: str) -> str:
    """The kind of site without the number before it; that of all others of a trust as earlier years wrote it."""
    return published.split(". ", 1)[-1].replace("Other Reportable Site", "Other reportable site")


def of_eric() -> Iterator[Given]:
    for row in eric.sites():
        areas = (row["Trust Code"], ICB, REGION, COUNTRY)
        kind = {"site_type": kind_of(row["Site Type"])}
        yield Given("es_13.v1", YEAR, areas, figure(row["Gross internal floor area (m²)"]), kind)
        yield Given("es_13.v2", YEAR, areas, figure(row["Land area owned (Hectares)"]))
        if row["Site Name"] != "OTHER REPORTABLE SITES":
            yield Given("es_13.v3", YEAR, areas, Decimal(1), kind)
            yield Given("es_14.v3", YEAR, areas, figure(row["Retail sales area (m²)"]))
            for risk in RISKS:
                backlog = figure(row[f"Cost to eradicate {risk} risk backlog (£)"])
                yield Given("es_13.v5", YEAR, areas, backlog, {"risk": risk})


def of_spaces() -> Iterator[Given]:
    for one in extracts_of("lx_07_estate_use"):
        when = ENDS[one.period]
        for row in one.filled():
            if not row["room_id"]:
                held_as = {"owner": row["owner"], "tenure": row["tenure"]}
                yield Given("es_13.v6", when, (ICB,), Decimal(row["book_value_gbp"]), held_as)
                area, sector = Decimal(row["gia_m2"]), {"occupier_sector": row["occupier_sector"]}
                yield Given("es_13.v7", when, (ICB,), area, held_as)
                yield Given("es_14.v5", when, (ICB,), area, part="denominator")
                if row["occupier_sector"] != "nhs":
                    yield Given("es_14.v5", when, (ICB,), area, sector)
                continue
            used, sector = Decimal(row["used_hours"]), {"occupier_sector": row["occupier_sector"]}
            both = sector | {"owner": row["owner"]}
            yield Given("es_14.v1", when, (ICB,), used, both)
            yield Given("es_14.v1", when, (ICB,), Decimal(row["available_hours"]), both, "denominator")
            yield Given("es_14.v2", when, (ICB,), used, part="denominator")
            if row["occupier_sector"] != "nhs":
                yield Given("es_14.v2", when, (ICB,), used, sector)


def of_hours() -> Iterator[Given]:
    areas_of = {
        one.period: {row["site_code"]: Decimal(row["gia_m2"]) for row in one.filled() if row["gia_m2"]}
        for one in extracts_of("lx_07_estate_use")
    }
    for one in extracts_of("lx_08_footfall"):
        when, rows = ENDS[one.period], one.filled()
        for row in rows:
            people = figure(row["people_est"])
            if people is None:
                movements = figure(row["movements"])
                people = Decimal(0) if movements is None else movements / 2
            how = {"regeneration": "yes" if row["regeneration_scheme_id"] else "no", "count_method": row["method"]}
            yield Given("es_15.v1", when, (ICB,), people, how)
            yield Given("es_15.v2", when, (ICB,), people)
        for site in {row["site_code"] for row in rows}:
            yield Given("es_15.v2", when, (ICB,), areas_of[QUARTER_OF[one.period]][site], part="denominator")


def value_of(metric: str, numerator: Decimal, denominator: Decimal | None) -> float:
    if denominator is None:
        return float(numerator)
    return 100 * float(numerator) / float(denominator)


@pytest.fixture(scope="module")
def expected() -> dict:
    given = [*of_eric(), *of_spaces(), *of_hours()]
    return summed(given, of_the_whole=frozenset({"es_14.v2", "es_14.v5"}))


def test_every_value_is_the_sum_of_its_records(sample_run, expected):
    found = values_of(sample_run[1], ("es_13", "es_14", "es_15"))
    assert {key: row[:2] for key, row in found.items()} == expected
    assert {metric for metric, *_ in found} >= {"es_13.v1", "es_13.v7", "es_14.v1", "es_14.v3", "es_14.v5", "es_15.v2"}
    for key, (numerator, denominator, value, _) in found.items():
        assert value == pytest.approx(value_of(key[0], numerator, denominator), abs=1e-9), key


def test_footfall_with_hidden_hours_is_an_estimate_and_the_little_used_door_is_hidden(sample_run):
    _, outcome = sample_run
    found = values_of(outcome, ("es_15",))
    assert found["es_15.v1", "2025-11-30", ICB, "none", "all"][3] == "estimated"
    shown = duckdb.execute(
        "select breakdown_value, value_status, value is null from"
        f" '{outcome.folder}/open/marts/metric_value.parquet' where metric_key = 'es_15.v1' and breakdown_type = 'count_method'"
        " and period_end = date '2025-11-30' order by 1"
    ).fetchall()
    assert shown == [("beam", "rounded", False), ("manual", "suppressed", True)]


def test_the_detail_of_sites_adds_up_to_the_metrics(sample_run, expected):
    ((area, backlog, sites, rows),) = duckdb.execute(
        "select sum(floor_area_m2), sum(backlog_high_gbp + backlog_significant_gbp + backlog_moderate_gbp + backlog_low_gbp),"
        f" count(*) filter (is_site), count(*) from '{sample_run[1].folder}/open/marts/estate_site.parquet'"
    ).fetchall()
    of_country = {
        metric: expected[metric, YEAR, COUNTRY, "none", "all"][0] for metric in ("es_13.v1", "es_13.v3", "es_13.v5")
    }
    assert {"es_13.v1": area, "es_13.v3": sites, "es_13.v5": backlog} == of_country
    assert rows == len(list(eric.sites()))

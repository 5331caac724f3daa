"""The metrics of net zero on the sample: every value against sums over the rows that the sample's files are made of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest

from pipeline.sample import eric
from tests.pipeline.test_estates import YEAR, figure
from tests.pipeline.theme_oracle import COUNTRY, ICB, REGION, Given, extracts_of, summed, values_of

ENDS = {"2023/24": "2024-03-31", "2024/25": "2025-03-31"}
ACTIVE_OR_PUBLIC = ("walk", "cycle", "bus", "rail")
# Kilograms for a kWh in 2019, of the publication; column of the return, name, fuel, scope.
FACTORS = (
    ("Gas consumed (kWh)", "gas", "gas", "1", "0.18385"),
    ("Oil consumed (kWh)", "oil", "oil", "1", "0.26782"),
    ("Coal consumed (kWh)", "coal", "coal", "1", "0.33183"),
    ("Electricity consumed (kWh)", "electricity_grid", "electricity", "2", "0.2556"),
    ("Electricity consumed - green energy tariff (kWh)", "electricity_green_tariff", "electricity", "2", "0.2556"),
)


def of_lines() -> Iterator[Given]:
    for one in extracts_of("lx_12_travel_and_carbon"):
        when = ENDS[one.period]
        for row in one.filled():
            areas = (row["org_ods"], ICB)
            if row["line_type"] == "journeys":
                trips, miles = Decimal(row["trips"]), Decimal(row["miles"])
                scope = "footprint" if row["group"] == "staff_business" else "footprint_plus"
                short = {"journey_group": row["group"], "footprint": scope}
                whole = short | {"mode": row["mode"], "basis": row["source"]}
                yield Given("es_19.v1", when, areas, trips, whole)
                yield Given("es_19.v2", when, areas, miles, whole)
                yield Given("es_19.v3", when, areas, trips, short, "denominator")
                if row["mode"] in ACTIVE_OR_PUBLIC:
                    yield Given("es_19.v3", when, areas, trips, short)
            elif row["line_type"] == "fleet":
                vehicles, held_as = Decimal(row["vehicle_count"]), {"ownership": row["ownership"]}
                of_fuel = held_as | {"fuel": row["fuel"]}
                yield Given("es_21.v3" if row["ownership"] == "grey" else "es_21.v1", when, areas, vehicles, of_fuel)
                if row["ownership"] != "grey":
                    yield Given("es_21.v2", when, areas, vehicles, held_as, "denominator")
                    if row["fuel"] == "bev":
                        yield Given("es_21.v2", when, areas, vehicles, held_as)
            else:
                yield Given("es_20.v1", when, areas, Decimal(row["tco2e"]), {"scope": row["scope"]})


def of_energy() -> Iterator[Given]:
    for row in eric.sites():
        areas = (row["Trust Code"], ICB, REGION, COUNTRY)
        yield Given("es_20.v3", YEAR, areas, figure(row["Gross internal floor area (m²)"]), part="denominator")
        for column, energy, fuel, scope, factor in FACTORS:
            kwh = figure(row[column])
            if kwh is not None:
                tonnes = (kwh * Decimal(factor) / 1000).quantize(Decimal("0.0001"), ROUND_HALF_UP)
                for metric in ("es_20.v2", "es_20.v3"):
                    yield Given(metric, YEAR, areas, tonnes, {"energy": energy, "fuel": fuel, "scope": scope})


@pytest.fixture(scope="module")
def expected() -> dict:
    return summed([*of_lines(), *of_energy()], of_the_whole=frozenset({"es_20.v3"}))


def test_every_value_is_the_sum_of_its_records(sample_run, expected):
    found = values_of(sample_run[1], ("es_19", "es_20", "es_21"))
    assert {key: row[:2] for key, row in found.items()} == expected
    for (metric, *_), (numerator, denominator, value, _) in found.items():
        per = {"es_19.v3": 100, "es_21.v2": 100, "es_20.v3": 1000}.get(metric, 1)
        assert value == pytest.approx(per * float(numerator) / float(denominator or 1), abs=1e-9)


def test_what_a_model_says_is_an_estimate(sample_run):
    found = values_of(sample_run[1], ("es_19",))
    status = {
        value: found["es_19.v1", "2025-03-31", ICB, "basis", value][3] for value in ("model", "survey", "expense")
    }
    assert status == {"model": "estimated", "survey": "exact", "expense": "exact"}


def test_the_detail_of_travel_and_carbon_adds_up_to_the_metrics(sample_run, expected):
    rows = duckdb.execute(
        "select period_end::varchar, sum(trips), sum(miles), sum(vehicles) filter (ownership <> 'grey'), sum(tco2e), count(*)"
        f" from '{sample_run[1].folder}/open/marts/travel_carbon.parquet' group by 1 order by 1"
    ).fetchall()
    metrics = ("es_19.v1", "es_19.v2", "es_21.v1", "es_20.v1")
    assert [row[:5] for row in rows] == [
        (when, *(expected[metric, when, ICB, "none", "all"][0] for metric in metrics)) for when in sorted(ENDS.values())
    ]
    assert sum(row[5] for row in rows) == sum(len(one.filled()) for one in extracts_of("lx_12_travel_and_carbon"))

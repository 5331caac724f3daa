"""The models analysis.change, comparison, funnel, inequality and recent_trend against examples worked by hand and oracles.

The models are rendered from the very files that dbt uses and run in DuckDB over tables of the test's own.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from tests.unit.small_marts import months, run_model, values

Z_95, Z_998 = 1.959963984540054, 3.090232306167813
UP = {"m_01.v1": "up"}
JANUARY = (date(2024, 1, 1), date(2024, 1, 31))


def limits(lower: float, upper: float, wider: float = 0.0) -> dict:
    return {"lower_95": lower, "upper_95": upper, "lower_998": lower - wider, "upper_998": upper + wider}


# --- change ------------------------------------------------------------------------------------------------------


def change(rows: list[dict], directions=UP) -> dict[tuple, dict]:
    found = run_model("analysis/change", values(rows), directions=directions)
    return {(row["period_start"], row["baseline"]): row for row in found}


def test_a_value_is_set_against_the_year_before_and_the_first_of_its_season():
    rows = change(
        [
            {"period": period, "value": float(at), **limits(at - 1, at + 1, 1)}
            for at, period in enumerate(months(2020, 1, 36))
        ]
    )
    assert len(rows) == 48
    third_march = date(2022, 3, 1)
    assert rows[third_march, "year_before"]["baseline_period_key"] == "2021-03-01/2021-03-31"
    assert rows[third_march, "first"]["baseline_period_key"] == "2020-03-01/2020-03-31"
    assert rows[third_march, "first"]["difference"] == 24
    # Both limits are 1 away: root of two.
    one = rows[third_march, "year_before"]
    assert (one["difference_lower_95"], one["difference_upper_95"]) == pytest.approx(
        (12 - 2**0.5, 12 + 2**0.5), abs=1e-10
    )
    assert one["difference_lower_998"] == pytest.approx(12 - 8**0.5, abs=1e-10)
    assert (one["differs_95"], one["verdict_95"], one["verdict_998"], one["change_status"]) == (
        True,
        "better",
        "better",
        "compared",
    )
    assert one["ratio"] is None


def test_the_end_of_february_is_one_season_in_leap_years_too():
    february, next_february = months(2024, 2, 1)[0], months(2025, 2, 1)[0]
    rows = change([{"period": february, "value": 1.0}, {"period": next_february, "value": 2.0}])
    assert set(rows) == {(date(2025, 2, 1), "first"), (date(2025, 2, 1), "year_before")}
    assert {row["change_status"] for row in rows.values()} == {"no_limits"}
    assert {row["verdict_95"] for row in rows.values()} == {None}


def test_a_missing_year_leaves_the_first_alone():
    rows = change([{"period": months(year, 1, 1)[0], "value": float(year)} for year in (2019, 2020, 2022)])
    assert set(rows) == {(date(2020, 1, 1), "first"), (date(2020, 1, 1), "year_before"), (date(2022, 1, 1), "first")}


def test_weeks_are_compared_with_the_week_364_days_before():
    start = date(2024, 1, 1)
    weeks = [(start + timedelta(days=days), start + timedelta(days=days + 6)) for days in (0, 7, 364, 371)]
    rows = change([{"period": week, "period_type": "week", "value": 1.0} for week in weeks])
    assert rows[weeks[2][0], "year_before"]["baseline_period_key"] == f"{weeks[0][0]}/{weeks[0][1]}"
    assert len(rows) == 4


def test_periods_that_overlap_and_values_that_are_missing_have_no_interval():
    two_years = [(date(year, 1, 1), date(year + 1, 12, 31)) for year in (2020, 2021)]
    (row,) = {
        row["change_status"]: row
        for row in change(
            [{"period": period, "period_type": "interval", "value": 5.0, **limits(4, 6)} for period in two_years]
        ).values()
    }.items()
    assert row[0] == "periods_overlap"
    assert (row[1]["difference"], row[1]["difference_lower_95"]) == (0.0, None)
    pair = [months(year, 1, 1)[0] for year in (2020, 2021)]
    for now, before, status in ((None, 5.0, "value_missing"), (5.0, None, "baseline_missing")):
        rows = change([{"period": pair[0], "value": before}, {"period": pair[1], "value": now}])
        assert {row["change_status"] for row in rows.values()} == {status}


def test_rates_have_a_ratio_and_down_turns_the_verdict():
    pair = [months(year, 1, 1)[0] for year in (2020, 2021)]
    rows = change(
        [
            {"period": pair[0], "value": 100.0, "method": "rate", "unit": "per 1,000", **limits(100 / 1.2, 120)},
            {"period": pair[1], "value": 200.0, "method": "rate", "unit": "per 1,000", **limits(200 / 1.2, 240)},
        ],
        {"m_01.v1": "down"},
    )
    row = rows[pair[1][0], "year_before"]
    assert (row["ratio"], row["verdict_95"]) == (2.0, "worse")
    assert row["ratio_lower_95"] == pytest.approx(2 * math.exp(-math.sqrt(2) * math.log(1.2)), abs=1e-9)


# --- comparison --------------------------------------------------------------------------------------------------

AREAS = [
    {"area_code": "E92", "area_name": "England", "area_type": "country"},
    {"area_code": "E54", "area_name": "The ICB", "area_type": "icb"},
    {"area_code": "E38", "area_name": "The location", "area_type": "sub_icb_location"},
    {"area_code": "E06", "area_name": "Herefordshire, County of", "area_type": "upper_tier_local_authority"},
    {"area_code": "E10", "area_name": "Bath and North East Somerset", "area_type": "upper_tier_local_authority"},
    {"area_code": "E11", "area_name": "Elsewhere", "area_type": "upper_tier_local_authority"},
    {"area_code": "E12", "area_name": "Somerset", "area_type": "upper_tier_local_authority", "valid_to": date(2023, 3, 31)},
    {"area_code": "E13", "area_name": "Somerset", "area_type": "upper_tier_local_authority", "valid_from": date(2023, 4, 1)},
]  # fmt: skip
ALWAYS = {"span_from": date(1900, 1, 1), "span_to": date(9999, 12, 31)}
ANCESTORS = [
    {"area_code": "E38", "ancestor_code": "E54", **ALWAYS},
    {"area_code": "E38", "ancestor_code": "E38", **ALWAYS},
    {"area_code": "E38", "ancestor_code": "E92", **ALWAYS},
    {"area_code": "E92", "ancestor_code": "E92", **ALWAYS},
]
NEIGHBOURS = [
    {"dfe_number": 884, "authority_name": "Herefordshire", "neighbour_rank": 1, "neighbour_number": 800},
    {"dfe_number": 884, "authority_name": "Herefordshire", "neighbour_rank": 2, "neighbour_number": 999},
    {"dfe_number": 884, "authority_name": "Herefordshire", "neighbour_rank": 3, "neighbour_number": 933},
    # A list that names an authority beside itself: it is not compared with itself all the same.
    {"dfe_number": 933, "authority_name": "Somerset", "neighbour_rank": 1, "neighbour_number": 933},
    {"dfe_number": 800, "authority_name": "Bath & North East Somerset", "neighbour_rank": 1, "neighbour_number": 884},
]


def comparison(rows: list[dict], directions=UP, supplied: tuple[dict, ...] = ()) -> dict[tuple, dict]:
    found = run_model(
        "analysis/comparison", values([{"period": JANUARY, **row} for row in rows]), directions=directions, area=AREAS,
        int_area_ancestor=ANCESTORS, stg_dfe_local_authorities_neighbours=NEIGHBOURS,
        council_neighbour=list(supplied),
    )  # fmt: skip
    return {(row["area_code"], row["reference_area_code"]): row for row in found}


def test_an_area_is_compared_with_what_it_is_part_of_and_never_with_itself():
    rows = comparison([
        {"area_code": "E92", "value": 50.0, **limits(49, 51)},
        {"area_code": "E54", "value": 58.0, **limits(53, 63)},
        {"area_code": "E38", "value": 60.0, **limits(52, 68, 5)},
    ])  # fmt: skip
    assert set(rows) == {("E38", "E54"), ("E38", "E92")}
    with_england = rows["E38", "E92"]
    assert (with_england["reference_type"], with_england["difference"]) == ("country", 10.0)
    assert (with_england["verdict_95"], with_england["verdict_998"]) == ("better", "similar")
    assert rows["E38", "E54"]["verdict_95"] == "similar"
    assert with_england["neighbours_source"] is None


def test_councils_are_compared_with_their_neighbours_by_dfes_names():
    rows = comparison(
        [{"area_code": code, "value": value} for code, value in (("E06", 5.0), ("E10", 7.0), ("E11", 9.0))]
    )
    assert set(rows) == {("E06", "E10"), ("E10", "E06")}
    row = rows["E06", "E10"]
    assert (row["reference_type"], row["neighbour_rank"], row["comparison_status"]) == ("neighbour", 1, "no_limits")
    assert row["neighbours_source"] == "DfE children's services statistical neighbours"


def test_a_list_that_is_supplied_takes_the_place_of_dfes_for_the_councils_that_it_is_about():
    cipfa = {"area_code": "E06", "neighbour_code": "E11", "neighbour_rank": 1, "neighbours_source": "CIPFA 2024"}
    rows = comparison(
        [{"area_code": code, "value": value} for code, value in (("E06", 5.0), ("E10", 7.0), ("E11", 9.0))],
        supplied=(cipfa,),
    )
    assert {pair: row["neighbours_source"] for pair, row in rows.items()} == {
        ("E06", "E11"): "CIPFA 2024",
        ("E10", "E06"): "DfE children's services statistical neighbours",
    }


def test_of_a_council_and_its_successor_of_the_same_name_the_one_valid_then_is_the_neighbour():
    both = [{"area_code": code, "value": 5.0} for code in ("E06", "E12", "E13")]
    assert set(comparison(both)) == {("E06", "E13")}
    before = {"period": months(2023, 1, 1)[0]}
    assert set(comparison([{**row, **before} for row in both])) == {("E06", "E12")}


def test_numbers_of_things_breakdowns_and_other_periods_are_not_compared():
    england, location = {"area_code": "E92", "value": 50.0}, {"area_code": "E38", "value": 60.0}
    counted = {"method": "count", "unit": "appointments"}
    assert comparison([{**england, **counted}, {**location, **counted}]) == {}
    of_men = {"breakdown_type": "sex", "breakdown_value": "male"}
    assert comparison([{**england, **of_men}, {**location, **of_men}]) == {}
    assert comparison([{**england, "period": months(2024, 2, 1)[0]}, location]) == {}
    assert comparison([{**england, "source": "another"}, location]) == {}


def test_a_reference_without_a_value_gives_no_verdict_and_says_so():
    rows = comparison([{"area_code": "E92", "value": None}, {"area_code": "E38", "value": 60.0, **limits(52, 68)}])
    assert (rows["E38", "E92"]["comparison_status"], rows["E38", "E92"]["verdict_95"]) == ("reference_missing", None)


# --- funnel ------------------------------------------------------------------------------------------------------


def funnel(counts: list[int], people: int = 100, *, per: int = 1, **row) -> list[dict]:
    share = 100 if row.get("method", "wilson") == "wilson" else per
    found = run_model(
        "analysis/funnel",
        values([
            {"period": JANUARY, "area_code": f"A{at:02}", "numerator": count, "denominator": people, "value": share * count / people, **row}
            for at, count in enumerate(counts)
        ]),
        directions=UP,
        per=per,
    )  # fmt: skip
    return sorted(found, key=lambda one: one["area_code"])


def test_a_funnel_of_percentages_by_hand():
    # Overall 50%, a standard error of 5 at 100 people.
    rows = funnel([50] * 8 + [70, 60])[0:1] + funnel([50] * 8 + [30, 70])
    first, above = rows[1], rows[-1]
    assert first["overall_value"] == 50.0
    assert (first["lower_95"], first["upper_998"]) == pytest.approx((50 - 5 * Z_95, 50 + 5 * Z_998), abs=1e-9)
    assert (above["z_score"], above["position_95"], above["position_998"]) == (4.0, "above", "above")
    assert (rows[-2]["position_998"], first["position_95"]) == ("below", "inside")
    # Winsorised at 10% of [-4, 0, ..., 0, 4]: -0.4 and 0.4, so that phi is 2 * 0.16 / 10.
    assert (first["phi"], first["tau_squared"], first["distribution"], first["limit_method"]) == (
        0.032,
        0.0,
        "binomial",
        "score",
    )


def test_overdispersed_limits_by_hand():
    # Five at 40% and five at 60% of 100: z-scores of 2 either way, phi 4; w = 1/25 each: tau^2 = (40 - 9) / (0.4 - 0.04).
    rows = funnel([40] * 5 + [60] * 5)
    assert rows[0]["phi"] == 4.0
    assert rows[0]["tau_squared"] == pytest.approx(31 / 0.36, abs=1e-9)
    half = Z_95 * math.sqrt(25 + 31 / 0.36)
    assert (rows[0]["overdispersed_lower_95"], rows[0]["overdispersed_upper_95"]) == pytest.approx(
        (50 - half, 50 + half), abs=1e-9
    )
    assert (rows[0]["position_95"], rows[0]["overdispersed_position_95"]) == ("below", "inside")


def test_a_funnel_of_rates_is_poisson():
    rows = funnel([100] * 9 + [130], 10_000, per=1000, method="rate", unit="per 1,000")
    # 103 events expected of 10,000 people; 130 is above what the exact limits of 95% allow (123.9), and inside those of 99.8%.
    assert (rows[0]["distribution"], rows[0]["overall_value"]) == ("poisson", 10.3)
    assert rows[0]["upper_95"] == pytest.approx(12.388, abs=0.01)
    assert (rows[-1]["position_95"], rows[-1]["position_998"]) == ("above", "inside")


def test_fewer_than_ten_areas_parts_of_things_and_numbers_of_things_make_no_funnel():
    assert funnel([50] * 9) == []
    assert funnel([50] * 10, method="count", unit="appointments") == []
    assert funnel([50] * 10, method="ratio", unit="pounds") == []
    assert funnel([50.5] * 10, method="ratio", unit="per 1,000 patients", per=1000) == []
    assert len(funnel([50] * 10, method="ratio", unit="per 1,000 patients", per=1000)) == 10


def test_areas_that_all_have_nothing_have_no_dispersion():
    rows = funnel([0] * 10)
    assert {(row["funnel_status"], row["phi"], row["position_95"]) for row in rows} == {
        ("no_variation", None, "inside")
    }


# --- inequality --------------------------------------------------------------------------------------------------


def inequality(quintiles: list[dict], **row) -> dict:
    (found,) = run_model(
        "analysis/inequality",
        values([
            {"period": JANUARY, "breakdown_type": "imd_quintile", "breakdown_value": str(at), **row, **one}
            for at, one in enumerate(quintiles, start=1)
        ]),
        directions=UP,
    )  # fmt: skip
    return found


def test_a_straight_line_over_equal_quintiles_by_hand():
    # Ranks 0.1, 0.3, 0.5, 0.7, 0.9 and 10 more at each: the line goes from 5 to 55.
    line = [{"value": 10.0 * at, "denominator": 200, **limits(10 * at - Z_95, 10 * at + Z_95)} for at in range(1, 6)]
    row = inequality(line, unit="years", method="stated")
    assert (row["sii"], row["rii"], row["gap"], row["people"]) == (50.0, 11.0, -40.0, 1000)
    # Every standard error is 1; c = 0.2 (rank - 0.5) / 0.08 = -1, -0.5, 0, 0.5, 1: a variance of 2.5.
    half = Z_95 * math.sqrt(2.5)
    assert (row["sii_lower_95"], row["sii_upper_95"]) == pytest.approx((50 - half, 50 + half), abs=1e-9)
    assert (row["gap_lower_95"], row["gap_upper_95"]) == pytest.approx(
        (-40 - Z_95 * 2**0.5, -40 + Z_95 * 2**0.5), abs=1e-9
    )
    assert row["inequality_status"] == "computed"


PEOPLE = [1200, 1000, 2600, 1900, 3300]


def quintiles_of(shares: list[float]) -> list[dict]:
    """Percentages with Wilson limits."""
    found = []
    for share, people in zip(shares, PEOPLE, strict=True):
        p = share / 100
        centre = (p + Z_95**2 / (2 * people)) / (1 + Z_95**2 / people)
        half = Z_95 / (1 + Z_95**2 / people) * math.sqrt(p * (1 - p) / people + Z_95**2 / (4 * people**2))
        found.append({"value": share, "denominator": people, **limits(100 * (centre - half), 100 * (centre + half))})
    return found


def regressed(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SII and fitted start as the package's lm of y root(a) on root(a) and b root(a) without intercept; y may hold many draws."""
    a = np.array(PEOPLE) / sum(PEOPLE)
    b = np.cumsum(a) - a / 2
    design = np.column_stack([np.sqrt(a), b * np.sqrt(a)])
    (start, slope), *_ = np.linalg.lstsq(design, (y * np.sqrt(a)).T, rcond=None)
    return slope, start


@pytest.mark.parametrize("scale", ["logit", "log", "as_is"])
def test_an_index_is_the_packages_regression_and_its_interval_that_of_the_packages_draws(scale):
    shares = [31.0, 27.5, 28.0, 22.0, 18.5]
    quintiles = quintiles_of(shares)
    unit = {"logit": "percent", "log": "per 100", "as_is": "years"}[scale]
    row = inequality(quintiles, unit=unit, method="stated")
    slope, start = regressed(np.array(shares))
    assert row["sii"] == pytest.approx(slope, abs=1e-9)
    assert row["rii"] == pytest.approx((start + slope) / start, abs=1e-9)

    there = {"logit": lambda y: np.log(y / (100 - y)), "log": np.log, "as_is": lambda y: y}[scale]
    back = {"logit": lambda x: 100 / (1 + np.exp(-x)), "log": np.exp, "as_is": lambda x: x}[scale]
    lower, upper = (np.array([one[name] for one in quintiles]) for name in ("lower_95", "upper_95"))
    errors = (there(upper) - there(lower)) / (2 * Z_95)
    draws = back(np.random.default_rng(20251121).normal(there(np.array(shares)), errors, size=(200_000, 5)))
    slopes, starts = regressed(draws)
    for level, tail in (("95", 2.5), ("998", 0.1)):
        width = row[f"sii_upper_{level}"] - row[f"sii_lower_{level}"]
        # 200,000 draws are themselves right to about 0.3% of the width at 95% and 1% at 99.8%.
        sampled = np.percentile(slopes, [tail, 100 - tail])
        assert [row[f"sii_lower_{level}"], row[f"sii_upper_{level}"]] == pytest.approx(list(sampled), abs=0.03 * width)
        ratios = np.percentile((starts + slopes) / starts, [tail, 100 - tail])
        width = row[f"rii_upper_{level}"] - row[f"rii_lower_{level}"]
        assert [row[f"rii_lower_{level}"], row[f"rii_upper_{level}"]] == pytest.approx(list(ratios), abs=0.03 * width)


def test_all_five_quintiles_must_be_there_with_people_and_values():
    whole = quintiles_of([31.0, 27.5, 28.0, 22.0, 18.5])
    spoilt = {
        "quintile_missing": whole[:4],
        "quintile_without_people": [*whole[:4], {**whole[4], "denominator": 0}],
        "quintile_without_value": [*whole[:4], {**whole[4], "value": None}],
        "no_limits": [*whole[:4], {**whole[4], "lower_95": 0.0}],
    }
    for status, quintiles in spoilt.items():
        row = inequality(quintiles)
        assert row["inequality_status"] == status
        assert (row["sii"] is None) == (status != "no_limits")
        assert row["sii_lower_95"] is None
        assert row["rii_upper_998"] is None


# --- recent trend ------------------------------------------------------------------------------------------------


def recent_trend(parts: list[tuple | None], direction: str = "up", **row) -> dict:
    (found,) = run_model(
        "analysis/recent_trend",
        values([
            {"period": period, "numerator": part[0], "denominator": part[1], "value": 100 * part[0] / part[1], **limits(1, 2), **row}
            for part, period in zip(parts, months(2024, 1, len(parts)), strict=True) if part
        ]),
        directions={"m_01.v1": direction},
    )  # fmt: skip
    return found


def test_a_trend_of_proportions_by_hand():
    # N 5,000, R 1,500, sum rt 5,000, sum nt 15,000, sum ntt 55,000: 5000 (25e6 - 22.5e6)^2 / (1500 * 3500 * (275e6 - 225e6)) = 119.05.
    row = recent_trend([(200, 1000), (250, 1000), (300, 1000), (350, 1000), (400, 1000)])
    assert row["chi_squared"] == pytest.approx(5000 * 2.5e6**2 / (1500 * 3500 * 50e6), abs=1e-9)
    assert (row["trend"], row["trend_marker"]) == ("increasing", "increasing_and_getting_better")
    assert (
        recent_trend([(400, 1000), (350, 1000), (300, 1000), (250, 1000), (200, 1000)])["trend_marker"]
        == "decreasing_and_getting_worse"
    )
    assert (
        recent_trend([(400, 1000), (350, 1000), (300, 1000), (250, 1000), (200, 1000)], "context")["trend_marker"]
        == "decreasing"
    )


def test_only_the_five_latest_points_count():
    earlier = [(900, 1000), (10, 1000), (900, 1000)]
    latest = [(200, 1000), (250, 1000), (300, 1000), (350, 1000), (400, 1000)]
    assert recent_trend([*earlier, *latest])["chi_squared"] == recent_trend(latest)["chi_squared"]


def test_a_trend_that_one_point_makes_is_none():
    row = recent_trend([(300, 1000), (298, 1000), (296, 1000), (294, 1000), (600, 1000)])
    assert row["chi_squared"] > 9.54953570608324
    assert row["trend"] == "no_significant_change"


def test_a_small_change_is_no_trend():
    assert recent_trend([(20, 100), (21, 100), (22, 100), (23, 100), (24, 100)])["trend"] == "no_significant_change"


def test_other_values_go_by_their_limits():
    rising = [(at, 1) for at in (10, 11, 12, 13, 14)]
    near = recent_trend(rising, method="rate", unit="per 1,000")
    # Limits 1 apart: se 1/3.92, slope 100 with variance se^2/10.
    assert near["chi_squared"] == pytest.approx(100**2 / (1 / 3.92**2 / 10), rel=1e-9)
    assert near["trend"] == "increasing"
    wide = recent_trend(rising, method="rate", unit="per 1,000", lower_95=0.0, upper_95=5000.0)
    assert wide["trend"] == "no_significant_change"


def test_what_cannot_be_said_says_why():
    whole = [(200, 1000), (250, 1000), (300, 1000), (350, 1000), (400, 1000)]
    assert recent_trend(whole[:4])["trend_status"] == "fewer_than_5_points"
    assert recent_trend([*whole[:2], None, *whole[2:]])["trend_status"] == "gaps_or_overlaps"
    assert recent_trend([(0, 1000), *whole[1:]])["trend_status"] == "no_limits"
    assert recent_trend(whole, method="rate", lower_95=None)["trend_status"] == "no_limits"
    for parts in (whole[:4], [*whole[:2], None, *whole[2:]]):
        assert recent_trend(parts)["trend"] is None

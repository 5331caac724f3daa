"""The model analysis.spc against worked examples and a slow oracle that follows NHSRplotthedots line by line.

The model is rendered from the very file that dbt uses and run in DuckDB over tables of the test's own.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.small_marts import months, run_model, values


def spc(points: list, *, direction: str = "up", target: float | None = None, rebases: list | None = None) -> list[dict]:
    """The rows of spc for one monthly series from January 2020 on, in order of time; None is a month without a value."""
    rows = [
        {"period": period, "value": value}
        for period, value in zip(months(2020, 1, len(points)), points, strict=True)
        if value is not None
    ]
    return spc_of(rows, direction=direction, target=target, rebases=rebases)


def spc_of(
    rows: list[dict], *, direction: str = "up", target: float | None = None, rebases: list | None = None
) -> list[dict]:
    found = run_model(
        "analysis/spc", values(rows), directions={"m_01.v1": direction}, target=target, spc_rebase=rebases or []
    )
    return sorted(found, key=lambda row: (row["area_code"], row["period_start"]))


def column(rows: list[dict], name: str) -> list:
    return [row[name] for row in rows]


# Twelve that go up and down by one: mean 10.5, every moving range 1, limits 10.5 -/+ 2.66, near limits 10.5 -/+ 1.77333.
EVEN = [10, 11] * 6


def test_limits_of_a_worked_example():
    # 12, 15, 11, 14, 13, 16, 12, 15, 14, 13, 11, 16: sum 162, mean 13.5; moving ranges 3 4 3 1 3 4 3 1 1 2 5, sum 30, mean 30/11.
    first, second, *_ = spc([12, 15, 11, 14, 13, 16, 12, 15, 14, 13, 11, 16])
    assert first["mean"] == 13.5
    assert first["mean_moving_range"] == pytest.approx(30 / 11, abs=1e-10)
    assert first["upper_limit"] == pytest.approx(13.5 + 2.66 * 30 / 11, abs=1e-9)
    assert first["lower_limit"] == pytest.approx(13.5 - 2.66 * 30 / 11, abs=1e-9)
    assert first["near_upper_limit"] == pytest.approx(13.5 + 2 / 3 * 2.66 * 30 / 11, abs=1e-9)
    assert first["upper_limit_unscreened"] == first["upper_limit"]
    assert (first["moving_range"], second["moving_range"]) == (None, 3.0)
    assert (first["spc_status"], first["point_type"]) == ("computed", "common_cause")


def test_a_point_outside_is_a_special_cause_by_direction():
    points = [*EVEN, *EVEN, 20]
    for direction, kind, icon in [
        ("up", "special_cause_improvement", "improvement_high"),
        ("down", "special_cause_concern", "concern_high"),
        ("context", "special_cause_neutral", "neutral_high"),
    ]:
        last = spc(points, direction=direction)[-1]
        assert (last["special_cause"], last["point_type"], last["variation_icon"]) == ("above_upper_limit", kind, icon)
        assert last["rule_outside"]
        assert last["is_latest"]
    low = spc([*EVEN, *EVEN, 1], direction="down")[-1]
    assert (low["special_cause"], low["variation_icon"]) == ("below_lower_limit", "improvement_low")


def test_the_assurance_icon_is_where_the_target_lies_to_the_limits():
    for target, icon in ((20, "consistent_fail"), (10, "inconsistent"), (2, "consistent_pass")):
        rows = spc(EVEN, target=target)
        assert {(row["target_value"], row["assurance_icon"]) for row in rows} == {(float(target), icon)}
    assert {row["assurance_icon"] for row in spc(EVEN)} == {None}


def test_a_moving_range_of_more_than_3_267_means_is_screened():
    rows = spc([*EVEN, *EVEN, 20])
    # 23 ranges of 1 and one of 9: mean 32/24, and 9 is above 3.267 times that; what is left is 1.
    assert rows[0]["mean_moving_range"] == 1.0
    assert rows[0]["mean"] == pytest.approx(272 / 25, abs=1e-10)
    assert rows[0]["upper_limit"] == pytest.approx(272 / 25 + 2.66, abs=1e-9)
    assert rows[0]["upper_limit_unscreened"] == pytest.approx(272 / 25 + 2.66 * 32 / 24, abs=1e-9)


def test_a_moving_range_of_just_3_267_means_is_screened():
    # Twelve ranges of 12,000 together, mean 1,000: ten of 800, one of 733 and one of 3,267.
    rows = spc([0, *[800, 0] * 5, 733, 4000])
    assert rows[0]["mean_moving_range"] == pytest.approx(8733 / 11, abs=1e-10)
    assert rows[0]["upper_limit_unscreened"] == pytest.approx(rows[0]["mean"] + 2660, abs=1e-9)


def test_fewer_than_12_points_have_no_limits_and_say_so():
    rows = spc(EVEN[:11])
    assert set(column(rows, "spc_status")) == {"fewer_than_12_points"}
    for name in (
        "mean",
        "lower_limit",
        "upper_limit",
        "mean_moving_range",
        "rule_outside",
        "special_cause",
        "variation_icon",
    ):
        assert set(column(rows, name)) == {None}
    assert column(spc(EVEN), "spc_status") == ["computed"] * 12
    assert spc([10]) == []


def test_a_trend_of_exactly_seven_flags_all_of_it_and_nothing_else():
    rows = spc([11, 10, 11, 10, 9, 10, 11, 12, 13, 14, 15, 11, 12, 11, 12, 11], direction="down")
    assert [at for at, row in enumerate(rows) if row["rule_trend"]] == [4, 5, 6, 7, 8, 9, 10]
    assert {rows[at]["special_cause"] for at in (5, 6, 7, 8)} == {"rising_trend"}
    assert rows[6]["point_type"] == "special_cause_concern"


def test_six_are_no_trend_and_a_tie_breaks_it():
    six = [11, 10, 11, 10, 9, 10, 11, 12, 13, 14, 11, 12, 11, 12, 11, 12]
    tied = [11, 10, 11, 10, 9, 10, 11, 12, 12, 13, 14, 11, 12, 11, 12, 11]
    for points in (six, tied):
        assert not any(column(spc(points), "rule_trend"))


def test_where_two_trends_meet_the_turning_point_belongs_to_the_later():
    # Wide limits from the leaps before; then up from 10 to 16 and down to 10 again.
    rows = spc([*[20, 6] * 5, 20, *range(10, 17), *range(15, 9, -1)])
    assert column(rows[11:], "rule_trend") == [True] * 13
    assert column(rows[11:], "special_cause") == ["rising_trend"] * 6 + ["falling_trend"] * 7


def test_a_run_of_seven_on_one_side_flags_all_of_it():
    points = [9, 11, 9, 11, 9, 11, 9, 10.6, 10.8, 10.6, 10.8, 10.6, 10.8, 10.6, 8, 11, 8, 11]
    rows = spc(points)
    assert rows[0]["mean"] < 10.6
    assert [at for at, row in enumerate(rows) if row["rule_run"]] == [7, 8, 9, 10, 11, 12, 13]
    assert set(column(rows[7:14], "special_cause")) == {"run_above"}


def test_a_point_on_the_mean_breaks_a_run():
    # The mean is 10: six above, one on it, six below, and so on.
    points = [11, 11, 11, 11, 11, 11, 10, 9, 9, 9, 9, 9, 9, 10]
    rows = spc(points)
    assert rows[0]["mean"] == 10.0
    assert not any(column(rows, "rule_run"))


def test_two_of_three_beyond_a_near_limit_must_be_of_one_side():
    quiet = [10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 11]
    same = [*quiet, 12.7, 12.6, 11.5, *quiet]
    opposite = [*quiet, 12.7, 8.4, 12.6, *quiet]
    rows = spc(same)
    assert [at for at, row in enumerate(rows) if row["rule_two_of_three"]] == [20, 21]
    assert rows[20]["special_cause"] == "two_of_three_above"
    # The third is of the same side but not beyond: not flagged.
    assert rows[22]["special_cause"] == "none"
    # In between a point on the other side: three are not of one side, though two are beyond on the same.
    assert not any(column(spc(opposite), "rule_two_of_three"))


def test_a_series_that_never_moves_has_limits_on_its_mean():
    rows = spc([7] * 14)
    assert (rows[0]["lower_limit"], rows[0]["mean"], rows[0]["upper_limit"]) == (7.0, 7.0, 7.0)
    assert set(column(rows, "point_type")) == {"common_cause"}


def test_gaps_are_named_and_do_not_stop_the_limits():
    rows = spc([*EVEN, None, None, *EVEN])
    assert [row["gap_before"] for row in rows if row["gap_before"]] == ["2021-01-01/2021-02-28"]
    assert set(column(rows, "spc_status")) == {"computed_over_gaps"}
    assert rows[12]["moving_range"] == 1.0


def test_periods_that_overlap_have_no_limits():
    starts = [date(2020, 1, 1) + timedelta(days=7 * at) for at in range(14)]
    rows = spc_of([
        {"period": (start, start + timedelta(days=9)), "period_type": "week", "value": at} for at, start in enumerate(starts)
    ])  # fmt: skip
    assert set(column(rows, "spc_status")) == {"periods_overlap"}
    assert set(column(rows, "mean")) == {None}


def test_rolling_periods_and_snapshots_are_no_series():
    rows = [{"period": period, "value": 1, "period_type": "rolling_12_months"} for period in months(2020, 1, 14)]
    assert spc_of(rows) == []


REBASE = {
    "metric_key": "m_01.v1", "area_code": "*", "rebase_from": date(2021, 1, 1), "reason": "a new way of counting",
    "decided_by": "head of performance", "decided_on": date(2021, 3, 1),
}  # fmt: skip


def test_a_decision_begins_limits_anew():
    points = [*EVEN, *(point + 20 for point in EVEN)]
    rows = spc(points, rebases=[REBASE])
    assert column(rows, "segment") == [1] * 12 + [2] * 12
    assert (rows[0]["mean"], rows[12]["mean"]) == (10.5, 30.5)
    # The leap between the segments is no moving range, of the one or of the other.
    assert rows[12]["moving_range"] is None
    assert set(column(rows, "mean_moving_range")) == {1.0}
    assert set(column(rows, "point_type")) == {"common_cause"}
    assert [row["is_latest"] for row in rows].index(True) == 23


def test_a_segment_of_fewer_than_12_points_has_no_limits_while_the_other_has():
    rows = spc([*EVEN, 30, 31], rebases=[REBASE])
    assert column(rows, "spc_status") == ["computed"] * 12 + ["fewer_than_12_points"] * 2
    assert rows[13]["mean"] is None


def test_a_decision_holds_for_its_area_and_metric_only():
    series = [
        {"period": period, "value": value, "area_code": area}
        for area in ("A", "B")
        for period, value in zip(months(2020, 1, 24), EVEN * 2, strict=True)
    ]
    rows = spc_of(series, rebases=[{**REBASE, "area_code": "A"}, {**REBASE, "metric_key": "m_02.v1"}])
    assert {row["segment"] for row in rows if row["area_code"] == "A"} == {1, 2}
    assert {row["segment"] for row in rows if row["area_code"] == "B"} == {1}
    # Two decisions for one day are one.
    both = spc_of(series, rebases=[{**REBASE, "area_code": "A"}, REBASE])
    assert {row["segment"] for row in both} == {1, 2}


# --- the oracle --------------------------------------------------------------------------------------------------


def sign(number: float) -> int:
    return (number > 0) - (number < 0)


def oracle(points: list[float]) -> list[str]:
    """special_cause of every point as ptd_spc_standard.R and ptd_calculate_point_type.R decide it, one point at a time."""
    count = len(points)
    mean = round(sum(points) / count, 10)
    ranges = [abs(points[at] - points[at - 1]) for at in range(1, count)]
    amr = round(sum(ranges) / len(ranges), 10)
    kept = [one for one in ranges if one < 3.267 * amr] or ranges
    amr = round(sum(kept) / len(kept), 10)
    upper, lower = round(mean + 2.66 * amr, 10), round(mean - 2.66 * amr, 10)
    near_upper, near_lower = round(mean + 2 / 3 * 2.66 * amr, 10), round(mean - 2 / 3 * 2.66 * amr, 10)
    outside = [point > upper or point < lower for point in points]
    near = [not out and (point > near_upper or point < near_lower) for out, point in zip(outside, points, strict=True)]
    side = [sign(point - mean) for point in points]

    def in_seven(holds) -> list[bool]:
        return [
            any(holds(range(first, first + 7)) for first in range(max(0, at - 6), min(at, count - 7) + 1))
            for at in range(count)
        ]

    def climbs(window: range) -> bool:
        steps = {sign(points[at + 1] - points[at]) for at in list(window)[:-1]}
        return steps in ({1}, {-1})

    trend = in_seven(climbs)
    run = in_seven(lambda window: {side[at] for at in window} in ({1}, {-1}))
    causes = []
    for at in range(count):
        threes = [range(first, first + 3) for first in range(max(0, at - 2), min(at, count - 3) + 1)]
        two = near[at] and any(
            sum(near[one] for one in three) >= 2 and abs(sum(side[one] for one in three)) == 3 for three in threes
        )
        if outside[at]:
            causes.append("above_upper_limit" if side[at] == 1 else "below_lower_limit")
        elif trend[at]:
            forward = at + 1 < count and trend[at + 1]
            step = sign(points[at + 1] - points[at]) if forward else sign(points[at] - points[at - 1])
            causes.append("rising_trend" if step == 1 else "falling_trend")
        elif two:
            causes.append("two_of_three_above" if side[at] > 0 else "two_of_three_below")
        elif run[at]:
            causes.append("run_above" if side[at] > 0 else "run_below")
        else:
            causes.append("none")
    return causes


# Steps and levels that make runs, trends and ties frequent; whole numbers, so that no sum is rounded.
LEVELS = st.lists(st.integers(0, 12), min_size=12, max_size=40)
WALKS = st.lists(st.integers(-2, 3), min_size=12, max_size=40).map(
    lambda steps: [100 + sum(steps[: at + 1]) for at in range(len(steps))]
)


@given(st.lists(LEVELS | WALKS, min_size=5, max_size=15))
@settings(max_examples=20, deadline=None)
def test_every_point_is_judged_as_the_package_judges_it(many):
    rows = spc_of([
        {"period": period, "value": value, "area_code": f"A{number:02}"}
        for number, points in enumerate(many)
        for period, value in zip(months(2020, 1, len(points)), points, strict=True)
    ])  # fmt: skip
    found = {
        f"A{number:02}": [row["special_cause"] for row in rows if row["area_code"] == f"A{number:02}"]
        for number in range(len(many))
    }
    assert found == {f"A{number:02}": oracle(points) for number, points in enumerate(many)}

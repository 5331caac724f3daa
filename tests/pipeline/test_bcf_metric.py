"""Better Care Fund: every value of the sample against a slow reading of its own files, and what the open part shows of it."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline import periods
from pipeline.catalogue.load import catalogue
from pipeline.publish.current import open_part
from pipeline.sample.better_care_fund import DISCHARGES, OUTCOMES
from pipeline.sample.geography import ICBS
from pipeline.sample.local_extracts import extract
from pipeline.settings import PROJECT_ROOT
from tests.pipeline.theme_oracle import COUNTRY, ICB, extracts_of, of_edition

METRICS = tuple(dict.fromkeys(one.metric_id for one in catalogue().metrics if one.theme == "bcf_metric"))
MINE = tuple(one for one in METRICS if one[4].isdigit() and one != "bcf_22")
LOCATION = ICBS[0].locations[0].ons_code
OLD_CODES = {"2A2": "bcf_01.v1", "2B1": "bcf_02.v1", "2B2": "bcf_03.v1", "3A": "bcf_06.v1", "1A": "bcf_08.v1"}
OF_LX_15 = {
    "bcf_18.v1": ("high_risk", "adults_registered"), "bcf_19.v1": ("with_joint_plan", "high_risk"),
    "bcf_19.v2": ("with_accountable_professional", "high_risk"), "bcf_20.v1": ("records_nhsno_verified", "records_total"),
    "bcf_21.v1": ("packages_telecare", "packages_total"),
}  # fmt: skip

Key = tuple[str, str, date, date]


def value_of(key: str, numerator: float, denominator: float) -> float:
    metric = next(one for one in catalogue().metrics if one.key == key)
    per = {"wilson": 100, "share": 100}.get(metric.method, metric.per)
    return per * numerator / denominator


def area_of(code: str) -> str:
    return ICB if code == ICBS[0].code else code


def supplied() -> dict[Key, tuple]:
    """LX-31: numerator, denominator, value and 95% limits; a row of which a part is hidden has none."""
    found = {}
    for one in extracts_of("lx_31_bcf_indicators"):
        for row in one.filled():
            period = periods.parse(row["figure_period"])
            metric = f"{row['metric_id']}.v{row['definition_version']}"
            key = (metric, area_of(row["area_code"]), period.start, period.end)
            if row["value"]:
                limits = [float(row[name]) if row[name] else None for name in ("lower_95", "upper_95")]
                found[key] = (None, None, float(row["value"]), *limits)
            elif row["numerator"] != "*":
                parts = float(row["numerator"]), float(row["denominator"])
                found[key] = (*parts, value_of(metric, *parts))
    return found


def of_practices() -> dict[Key, tuple]:
    one = extract("lx_15_risk_and_linkage")
    month = periods.parse(one.period)
    sums = defaultdict(lambda: [0, 0])
    for row in one.filled():
        for metric, names in OF_LX_15.items():
            cells = [row[name] for name in names]
            if all(cell.isdigit() for cell in cells):
                for area in (ICB, LOCATION, row["practice_code"]):
                    for at, cell in enumerate(cells):
                        sums[metric, area, month.start, month.end][at] += int(cell)
    return {key: (*parts, value_of(key[0], *parts)) for key, parts in sums.items()}


def held(raw: Path, table: str, name: str) -> list[dict[str, str]]:
    (path,) = (raw / table).rglob(f"*{name}")
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def outcomes(raw: Path) -> dict[Key, tuple]:
    cells = defaultdict(dict)
    for row in held(raw, "ascof", OUTCOMES):
        area, measure = row["ONS Code"].replace("E92000001", COUNTRY), row["ASCOF Measure Code"]
        cells[area, measure][row["Measure Type"]] = row["Measure Value"]
    found = {}
    for (area, measure), figures in cells.items():
        if "[x]" not in figures.values():
            key = (OLD_CODES[measure], area, date(2020, 4, 1), date(2021, 3, 31))
            parts = float(figures["Numerator"]), float(figures["Denominator"])
            if "Base" in figures:
                value, margin = float(figures["Outcome"]), float(figures["Margin Of Error"])
                found[key] = (*parts, value, value - margin, value + margin)
            else:
                found[key] = (*parts, value_of(key[0], *parts))
    return found


def falls(raw: Path) -> dict[Key, tuple]:
    found = {}
    for row in held(raw, "fingertips", "indicators-CountyUA.data.csv"):
        if row["Indicator ID"] == "22401":
            year = int(row["Time period"][:4])
            key = ("bcf_14.v1", row["Area Code"].replace("E92000001", COUNTRY), date(year, 4, 1), date(year + 1, 3, 31))
            limits = [
                float(row[f"{side} CI 95.0 limit"]) for side in ("Lower", "Upper") if row[f"{side} CI 95.0 limit"]
            ]
            found[key] = (None, None, float(row["Value"]), *limits)
    return found


def discharges(raw: Path) -> dict[Key, tuple]:
    """The national series, day by day, of the fictional country."""
    (path,) = (raw / "discharge_sitrep_acute" / "series_daily").rglob(f"*{DISCHARGES}")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Daily Series").to_python(skip_empty_area=False)[4:]
    months = defaultdict(list)
    for _, day, met, discharged, remaining, *_ in rows:
        months[day.year, day.month].append((day, met, discharged, remaining))
    found = {}
    for (year, month), days in months.items():
        period = (date(year, month, 1), days[-1][0])
        weekend = [one[2] for one in days if one[0].weekday() >= 5]
        weekday = [one[2] for one in days if one[0].weekday() < 5]
        met, remaining = (sum(one[at] for one in days) for at in (1, 3))
        means = (sum(round(count / len(kind), 4) for count in kind) for kind in (weekend, weekday))
        for metric, parts in {
            "bcf_04.v5": (remaining, len(days)), "bcf_04.v7": (remaining, met), "bcf_23.v1": tuple(round(one, 4) for one in means),
            "bcf_23.v2": (sum(weekend), None), "bcf_23.v3": (sum(weekday), None),
        }.items():  # fmt: skip
            value = value_of(metric, *parts) if parts[1] else parts[0]
            found[metric, COUNTRY, *period] = (*parts, value)
    return found


@pytest.fixture(scope="module")
def found(sample_run) -> dict[Key, tuple]:
    """key -> numerator, denominator, value, limits, status of every value of the internal mart."""
    rows = of_edition(
        sample_run[1], MINE, "metric_key area_code period_start period_end breakdown_type",
        "numerator denominator value lower_95 upper_95 value_status",
    )  # fmt: skip
    assert {kind for *_, kind in rows} == {"none"}
    return {key[:4]: row for key, row in rows.items()}


def test_every_value_equals_the_slow_oracle_and_there_is_no_other(sample_run, found):
    raw = sample_run[0].raw
    expected = supplied() | of_practices() | outcomes(raw) | falls(raw) | discharges(raw)
    assert set(found) == set(expected)
    assert len(expected) > 150
    for key, (numerator, denominator, value, *limits) in expected.items():
        mine = found[key]
        if numerator is not None:
            assert tuple(one and float(one) for one in mine[:2]) == (numerator, denominator), key
        assert mine[2] == pytest.approx(value, abs=1e-8), key
        if limits and limits[0] is not None:
            assert mine[3:5] == pytest.approx(limits, abs=1e-8), key
        assert mine[5] == "exact", key


def test_each_version_with_a_source_in_the_sample_has_a_value(found):
    """Delayed transfers, activity returns and community discharges are workbooks that the sample does not make."""
    none_in_sample = {
        one.key
        for one in catalogue().metrics
        if one.metric_id in MINE and one.source in ("dtoc", "mar_admissions", "ae", "discharge_sitrep_community")
    }
    not_asked = {"bcf_07.v1"}
    every = {one.key for one in catalogue().metrics if one.metric_id in MINE}
    assert every - none_in_sample - not_asked == {key[0] for key in found}


def test_the_open_part_shows_the_fund_of_the_councils(sample_run):
    con = open_part(sample_run[1].folder)
    rows = con.execute(
        """select metric_id, area_type from marts.bcf_metric
        where value is not null and area_type = 'upper_tier_local_authority' group by all"""
    ).fetchall()
    shares = con.execute(
        """select from_code, basis, round(sum(share), 8) from reference.area_share where basis <> 'published_together'
        group by from_code, basis, valid_from"""
    ).fetchall()
    boards = con.execute(
        f"select to_code, share from reference.area_share where from_code = '{ICB}' and basis = 'residents' and valid_to is null"
    ).fetchall()
    con.close()
    assert {"bcf_01", "bcf_02", "bcf_06", "bcf_08", "bcf_13", "bcf_14", "bcf_16"} <= {metric for metric, _ in rows}
    assert {total for *_, total in shares} == {1.0}
    # The county whole, and of the unitary council what lies in this board.
    assert {code for code, _ in boards} == {"E10999001", "E06999001"}


def test_the_same_code_is_never_one_line_across_2023(sample_run):
    """Each metric of the framework has a version for each side of April 2023, and no version has values on both."""
    con = open_part(sample_run[1].folder)
    spans = con.execute(
        """select metric_key, min(period_end), max(period_end) from marts.bcf_metric
        where metric_id in ('bcf_01', 'bcf_02', 'bcf_03', 'bcf_06', 'bcf_07') and value is not null group by metric_key"""
    ).fetchall()
    con.close()
    assert len(spans) > 4
    for key, first, last in spans:
        assert (first <= date(2023, 3, 31)) == (last <= date(2023, 3, 31)), key


PAGE = (PROJECT_ROOT / "docs" / "explanation" / "better-care-fund.md").read_text("utf-8")


@pytest.mark.parametrize("number", range(3))
def test_each_query_of_the_page_has_an_answer(sample_run, number):
    queries = re.findall(r"^```sql\n(.*?)^```", PAGE, re.M | re.S)
    assert len(queries) == 3
    con = open_part(sample_run[1].folder)
    answer = con.execute(queries[number]).fetchall()
    con.close()
    if number == 0:
        assert [row[0] for row in answer] == ["bcf_01.v2", "bcf_02.v1", "bcf_11.v1", "bcf_13.v1", "bcf_14.v1"]
    elif number == 1:
        assert {row[4] for row in answer if row[7] is not None} == {"bcf_01.v1", "bcf_01.v2", "bcf_01.v3"}
    else:
        assert [row[0] for row in answer] == ["E10999001", "E06999001"]

"""Context: every value against a slow reading of the sample's own files, as their publishers would state it."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline.publish.current import open_part
from pipeline.settings import DBT_PROJECT
from tests.pipeline.test_population_health import COUNTRY, held

Key = tuple[str, str, date, date, str, str]
GSS = ("E06", "E07", "E08", "E09", "E10", "E12", "E92")


def area_of(code: str) -> str:
    """England of a synthetic file is the sample's country."""
    return COUNTRY if code == "E92000001" else code


def period_of(text: str) -> tuple[date, date]:
    """`2022`, `2022/23`, and three years together as `2018 - 20`."""
    year = int(text[:4])
    if "/" in text:
        return date(year, 4, 1), date(year + 1, 3, 31)
    return date(year, 1, 1), date(int(text[:2] + text[-2:]), 12, 31)


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def of_fingertips(raw: Path) -> dict[Key, list]:
    """key -> count, denominator, value and four limits."""
    found = {}
    chosen = list(csv.DictReader((DBT_PROJECT / "seeds" / "context_indicator.csv").read_text("utf-8").splitlines()))
    for path in held(raw, "fingertips", ".csv"):
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines()):
            for one in chosen:
                of_it = (row["Indicator ID"], row["Age"]) == (one["indicator_id"], one["age"])
                if not of_it or row["Category Type"]:
                    continue
                group = ("none", "all") if row["Sex"] == one["sex"] else ("sex", row["Sex"].lower())
                if group[0] == "none" or one["sex"] == "Persons":
                    key = (
                        f"{one['metric_id']}.v{one['definition_version']}", area_of(row["Area Code"]),
                        *period_of(row["Time period"]), *group,
                    )  # fmt: skip
                    found[key] = [
                        number(row[name])
                        for name in (
                            "Count", "Denominator", "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit",
                            "Lower CI 99.8 limit", "Upper CI 99.8 limit",
                        )
                    ]  # fmt: skip
    return found


def of_deprivation(raw: Path) -> dict[Key, list]:
    (path,) = held(raw, "imd/upper_tier_imd", ".xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("IMD").to_python()
    names = [name.strip() for name in rows[0]]
    score, share = (
        names.index(name)
        for name in ("IMD - Average score", "IMD - Proportion of LSOAs in most deprived 10% nationally")
    )
    year = (date(2019, 1, 1), date(2019, 12, 31), "none", "all")
    return {
        key: [None, None, value, None, None, None, None]
        for row in rows[1:]
        for key, value in (
            (("context_08.v1", row[0], *year), row[score]), (("context_08.v2", row[0], *year), 100 * row[share]),
        )
    }  # fmt: skip


def of_residents(raw: Path) -> dict[Key, list]:
    found = {}
    for path in held(raw, "ons_mye", ".xlsx"):
        book = CalamineWorkbook.from_path(path)
        for sheet, group in (("Persons", ("none", "all")), ("Females", ("sex", "female")), ("Males", ("sex", "male"))):
            rows = book.get_sheet_by_name(f"MYE2 - {sheet}").to_python()
            (year,) = {int(str(row[0])[-4:]) for row in rows if str(row[0]).startswith("MYE2: ")}
            at = next(place for place, row in enumerate(rows) if row[0] == "Code")
            names = [str(name) for name in rows[at]]
            old = [names.index(age) for age in ("85", "86", "87", "88", "89", "90+")]
            day = date(year, 6, 30)
            for row in rows[at + 1 :]:
                if str(row[0])[:3] in GSS:
                    people, everybody = sum(row[one] for one in old), row[names.index("All ages")]
                    nothing = [None] * 4
                    key = (area_of(row[0]), day, day, *group)
                    found["context_09.v1", *key] = [people, None, people, *nothing]
                    found["context_09.v2", *key] = [people, everybody, 100 * people / everybody, *nothing]
    return found


def test_every_value_is_what_its_publisher_states_and_there_is_no_other(sample_run):
    settings, outcome = sample_run
    expected = of_fingertips(settings.raw) | of_deprivation(settings.raw) | of_residents(settings.raw)
    rows = (
        open_part(outcome.folder)
        .execute(
            """select metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, value_status, numerator,
                      denominator, value, lower_95, upper_95, lower_998, upper_998
               from marts.context"""
        )
        .fetchall()
    )
    found = {row[:6]: row[7:] for row in rows}
    assert set(found) == set(expected)
    assert len(found) == len(rows) > 60
    assert {row[6] for row in rows} == {"exact"}
    for key, figures in found.items():
        mine = [None if one is None else float(one) for one in figures]
        assert mine == [None if one is None else pytest.approx(one, abs=1e-9) for one in expected[key]], key


def test_every_context_metric_with_a_source_has_a_value_in_the_sample(sample_run):
    """Qualifications and gross value added have no public source here; an ICS can state them."""
    _, outcome = sample_run
    without = (
        open_part(outcome.folder)
        .execute(
            """select metric_key from reference.metric where theme = 'context'
               and metric_key not in (select metric_key from marts.context where value is not null) order by all"""
        )
        .fetchall()
    )
    assert without == [("context_02.v1",), ("context_07.v1",)]

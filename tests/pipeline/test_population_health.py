"""Population health: every value of es_16, es_17 and es_18 against slow and obvious sums over the sample's own rows."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
from PHStatsMethods import ph_dsr
from python_calamine import CalamineWorkbook

from pipeline.publish.current import open_part
from pipeline.sample import ons_councils
from pipeline.sample.geography import ICBS
from tests.pipeline.theme_oracle import COUNTRY, ICB, extracts_of, of_edition

METRICS = ("es_16", "es_17", "es_18")
LOCATION = ICBS[0].locations[0].ons_code
ESP_2013 = dict(zip(range(15, 65, 5), (5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000), strict=True))
AS_A_WHOLE = ("none", "all")

Key = tuple[str, str, date, date, str, str]


class Sums:
    """Parts by metric, area, period and group, and which of them some hidden cell makes an estimate."""

    def __init__(self) -> None:
        self.numerators: dict[Key, int] = defaultdict(int)
        self.denominators: dict[Key, int] = defaultdict(int)
        self.estimated: set[Key] = set()

    def add(self, metric, areas, period, groups, numerator, denominator=None, *, hidden=False) -> None:
        for area in areas:
            for group in (AS_A_WHOLE, *((kind, value) for kind, value in groups.items() if value is not None)):
                key = (metric, area, *period, *group)
                self.numerators[key] += numerator
                if denominator is not None:
                    self.denominators[key] += denominator
                if hidden:
                    self.estimated.add(key)

    def values(self) -> dict[Key, tuple]:
        """key -> numerator, denominator, status; a share of nobody is none."""
        return {
            key: (
                number,
                self.denominators.get(key),
                "estimated" if key in self.estimated else "exact",
            )
            for key, number in self.numerators.items()
            if key not in self.denominators or self.denominators[key] > 0
        }


def period_of(text: str) -> tuple[date, date]:
    """`2024/25`, or a quarter as `2025-07/2025-09`."""
    if len(text) == 7:
        return date(int(text[:4]), 4, 1), date(int(text[:4]) + 1, 3, 31)
    year, month = int(text[8:12]), int(text[13:])
    return date(int(text[:4]), int(text[5:7]), 1), date(year, month, {3: 31, 6: 30, 9: 30, 12: 31}[month])


def number(cell: str) -> int | None:
    return int(cell) if cell.isdigit() else None


def councils_of(lsoa: str) -> tuple[str, ...]:
    """The district and county, or the unitary council, that a small area lies in since 2021."""
    council = ons_councils.council_of(ons_councils.LSOAS.index(lsoa), 2023)
    return tuple(dict.fromkeys((council[0], ons_councils.upper_tier_of(council)[0])))


def deprivation(lsoa: str, decile: str = "") -> dict[str, str]:
    """Groups of deprivation by a decile, that of the indices where none is given; none without a small area."""
    if not lsoa:
        return {}
    at = ons_councils.LSOAS.index(lsoa) + 1
    tenth = int(decile) if decile else -(-10 * at // len(ons_councils.LSOAS))
    return {"imd_quintile": str((tenth + 1) // 2), "core20": "yes" if tenth <= 2 else "no"}


def held(raw: Path, table: str, suffix: str) -> list[Path]:
    return sorted(path for path in (raw / table).rglob(f"*{suffix}") if ".release.json" not in path.name)


# --- operations ---------------------------------------------------------------------------------------------------


def residents(raw: Path) -> dict[tuple[str, int, str, int], int]:
    """Council, year, sex and age -> people, from the workbooks of the archive; none where it holds none."""
    found = {}
    for path in held(raw, "ons_mye", ".xlsx"):
        book = CalamineWorkbook.from_path(path)
        for sheet, sex in (("MYE2 - Females", "female"), ("MYE2 - Males", "male")):
            rows = book.get_sheet_by_name(sheet).to_python()
            (year,) = {int(str(row[0])[-4:]) for row in rows if str(row[0]).startswith("MYE2: ")}
            at = next(place for place, row in enumerate(rows) if row[0] == "Code")
            ages = [str(name) for name in rows[at]]
            for row in rows[at + 1 :]:
                for age in range(16, 65):
                    if str(row[0])[:3] in ("E06", "E07", "E08", "E09"):
                        found[row[0], year, sex, age] = int(row[ages.index(str(age))])
    return found


def band_of(age: int) -> str:
    return "16-19" if age < 20 else f"{age - age % 5}-{age - age % 5 + 4}"


def operations(raw: Path) -> tuple[Sums, dict[Key, list[tuple[int, int, float]]]]:
    """The sums of es_16, and by key of es_16.v3 its strata: events, people and weight."""
    sums, people = Sums(), residents(raw)
    strata: dict[Key, dict[str, list]] = defaultdict(dict)
    for one in extracts_of("lx_09_procedures_working_age"):
        period = period_of(one.period)
        year, events = period[0].year, defaultdict(int)
        known = {council for council, of_year, _, _ in people if of_year == year}
        home = set()
        for row in one.filled():
            spells, councils = number(row["spells"]) or 0, councils_of(row["lsoa21"])
            hidden = row["spells"] == "*"
            groups = {"opcs_chapter": row["opcs_chapter"], "sex": row["sex"], "age_band": row["age_band5"]}
            everywhere = (ICB, LOCATION, *councils)
            sums.add(
                "es_16.v1", (*everywhere, row["provider_ods"]), period,
                groups | deprivation(row["lsoa21"], row["imd_decile"]), spells, hidden=hidden,
            )  # fmt: skip
            sums.add("es_16.v4", everywhere, period, {"opcs_chapter": row["opcs_chapter"]}, int(hidden))
            if councils[0] in known:
                home.add(councils)
                # The same groups have people below; nobody's sex is unknown to the estimates.
                of_sex = row["sex"] if row["sex"] != "unknown" else None
                sums.add(
                    "es_16.v2",
                    councils,
                    period,
                    {"sex": of_sex, "age_band": row["age_band5"]},
                    spells,
                    0,
                    hidden=hidden,
                )
                for council in councils:
                    events[council, row["age_band5"]] += spells
        for councils in home:
            for (council, of_year, sex, age), count in people.items():
                if (council, of_year) == (councils[0], year):
                    sums.add("es_16.v2", councils, period, {"sex": sex, "age_band": band_of(age)}, 0, count)
                    for area in councils:
                        key = ("es_16.v3", area, *period, *AS_A_WHOLE)
                        stratum = strata[key].setdefault(band_of(age), [0, 0, 0.0])
                        rounded = (Decimal(events[area, band_of(age)]) / 5).quantize(Decimal(1), ROUND_HALF_UP) * 5
                        stratum[0], stratum[1] = int(rounded), stratum[1] + count
                        stratum[2] = ESP_2013[age - age % 5] * (0.8 if age < 20 else 1)
    return sums, {key: [tuple(one) for one in bands.values()] for key, bands in strata.items()}


# --- people who quit, prevention, employment support -----------------------------------------------------------------


def quits(raw: Path, sums: Sums) -> None:
    for path in held(raw, "stop_smoking/services", ".csv"):
        rows = [
            row
            for row in csv.DictReader(path.read_text("utf-8").splitlines())
            if (row["Sex"], row["MonitoringCategory"]) == ("All persons", "All ages")
        ]
        areas = defaultdict(list)
        for row in rows:
            areas[row["OrgCode"].replace("E92000001", COUNTRY)].append(row)
        for area, of_area in areas.items():
            year = int(rows[0]["FinancialYear"][:4])
            whole_year = [(date(year, 4, 1), date(year + 1, 3, 31))] if len(of_area) == 4 else []
            for row in of_area:
                first = date(year + (row["Quarter"] == "4"), (4, 7, 10, 1)[int(row["Quarter"]) - 1], 1)
                last = date(first.year, first.month + 2, 30 if first.month in (4, 7) else 31)
                set_date, quit_, confirmed = (int(float(row[name])) for name in ("Set quit date", "Quit", "Quit CO"))
                for period in ((first, last), *whole_year):
                    sums.add("es_17.v1", (area,), period, {}, set_date)
                    sums.add("es_17.v2", (area,), period, {}, quit_, set_date)
                    sums.add("es_17.v3", (area,), period, {}, confirmed, set_date)


def prevention(sums: Sums) -> None:
    for one in extracts_of("lx_10_prevention_services"):
        for row in one.filled():
            areas, period = (ICB, row["utla"]), period_of(one.period)
            groups = {"service": row["service"], "setting": row["setting"]} | deprivation(row["lsoa21"])
            started, outcome = number(row["started"]), number(row["outcome_4w"])
            sums.add("es_17.v4", areas, period, groups, started or 0, hidden=started is None)
            if started is not None and outcome is not None:
                sums.add("es_17.v5", areas, period, groups, outcome, started)


def support(sums: Sums) -> None:
    for one in extracts_of("lx_11_employment_support"):
        for row in one.filled():
            areas, period = (ICB, row["utla"]), period_of(one.period)
            groups = {"programme": row["programme"], "hours_band": row["hours_band"]}
            started, jobs, kept = (number(row[name]) for name in ("started", "job_starts", "sustained_13w"))
            sums.add("es_18.v1", areas, period, groups, started or 0, hidden=started is None)
            sums.add("es_18.v2", areas, period, groups, jobs or 0, hidden=jobs is None)
            if started is not None and jobs is not None:
                sums.add("es_18.v3", areas, period, groups, jobs, started)
            if jobs is not None and kept is not None:
                sums.add("es_18.v4", areas, period, groups, kept, jobs)


# --- against the run --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(sample_run) -> dict[Key, tuple]:
    """key -> numerator, denominator, value, status and limits of the internal mart, what is due and not held left out."""
    key = "metric_key area_code period_start period_end breakdown_type breakdown_value"
    return of_edition(
        sample_run[1],
        METRICS,
        key,
        "numerator denominator value value_status lower_95 upper_95 lower_998 upper_998",
    )


def test_every_sum_equals_the_slow_oracle_and_there_is_no_other(sample_run, found):
    settings, _ = sample_run
    sums, _ = operations(settings.raw)
    quits(settings.raw, sums)
    prevention(sums)
    support(sums)
    expected = sums.values()
    mine = {key: row for key, row in found.items() if key[0] != "es_16.v3"}
    assert set(mine) == set(expected)
    assert len(expected) > 400
    for key, (numerator, denominator, value, status, *_) in mine.items():
        assert (numerator, denominator, status) == expected[key], key
        per = {"es_16.v2": 100_000}.get(key[0], 100)
        whole = per * numerator / denominator if denominator else numerator
        assert value == pytest.approx(float(whole), abs=1e-9), key
    assert {status for *_, status in expected.values()} == {"exact", "estimated"}


def test_standardised_rates_are_those_of_phstatsmethods_over_rounded_bands(sample_run, found):
    settings, _ = sample_run
    _, strata = operations(settings.raw)
    mine = {key: row for key, row in found.items() if key[0] == "es_16.v3"}
    assert set(mine) == set(strata)
    for key, bands in strata.items():
        frame = pd.DataFrame(bands, columns=["events", "people", "weight"]).astype(float)
        assert (len(frame), frame["weight"].sum()) == (10, 63_400)
        expected = ph_dsr(
            frame, "events", "people", ref_denom_col="weight", confidence=[0.95, 0.998], euro_standard_pops=False
        ).iloc[0]
        limits = [expected[name] for name in ("lower_95_ci", "upper_95_ci", "lower_99_8_ci", "upper_99_8_ci")]
        numerator, denominator, value, status, *found_limits = mine[key]
        assert (numerator, denominator, status) == (frame["events"].sum(), frame["people"].sum(), "estimated")
        assert [value, *found_limits] == pytest.approx([expected["Value"], *limits], rel=1e-9)


def test_the_open_part_shows_each_indicator_and_hides_the_few(sample_run):
    """Of every version that counts people of an extract some values are rounded, none is exact, and some are hidden."""
    _, outcome = sample_run
    rows = (
        open_part(outcome.folder)
        .execute(
            f"""select metric_key, value_status, count(value) > 0, bool_and(metric_value.numerator % 5 = 0)
                from marts.metric_value join reference.metric using (metric_key)
                where metric_value.metric_id in {METRICS} and metric.disclosure = 'local' and value_status <> 'missing'
                group by all order by all"""
        )
        .fetchall()
    )
    assert {status for _, status, _, _ in rows} == {"rounded", "suppressed"}
    assert {key for key, status, shown, _ in rows if status == "rounded" and shown} == {
        "es_16.v1", *(["es_16.v2"] if any(key == "es_16.v2" for key, *_ in rows) else []),
        "es_17.v4", "es_17.v5", "es_18.v1", "es_18.v2", "es_18.v3", "es_18.v4",
    }  # fmt: skip
    assert all(in_fives for _, status, _, in_fives in rows if status == "rounded")
    assert all(not shown for _, status, shown, _ in rows if status == "suppressed")

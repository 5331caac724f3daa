"""Metrics of employment and skills (es_01 to es_04) of the sample, held against counting in plain Python.

The oracle reads the rows that the sample's employers would send and the lookups of the fictional region as its generator writes them,
person by person; it shares no code with the models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipeline.sample import hchs_workforce_monthly, local_extracts, ons_councils, places
from tests.pipeline.theme_oracle import ICB, Cell, cells_of, of_metrics, rows_by_last_day

# Small areas from this on are in the next ICB; deciles of thirty ranked areas are three areas each.
FIRST_OUTSIDE = 27
AREA_TYPES = ("icb", "trust", "upper_tier_local_authority", "lower_tier_local_authority", "ward", "lsoa")

Row = dict[str, str]


@pytest.fixture(scope="module")
def held(sample_run) -> dict[Cell, tuple[Decimal, Decimal | None]]:
    return cells_of(sample_run[1], ["es_01", "es_02", "es_03", "es_04"])


def place_of(lsoa: str) -> int | None:
    return ons_councils.LSOAS.index(lsoa) if lsoa in ons_councils.LSOAS else None


def is_local(row: Row) -> bool:
    at = place_of(row["home_lsoa21"])
    return row.get("postcode_valid", "yes") == "yes" and at is not None and at < FIRST_OUTSIDE


def home_areas(lsoa: str, day: str) -> set[str]:
    """The councils, ward and small area of a home; every council but the unitary one lies in the county."""
    at = place_of(lsoa)
    if at is None:
        return set()
    council = ons_councils.council_of(at, date.fromisoformat(day).year)
    return {council[0], ons_councils.upper_tier_of(council)[0], ons_councils.ward_of(at)[0], lsoa}


def home_places(lsoa: str) -> set[str]:
    """The declared places that the ward of a home lies in; the neighbourhood of one lies in it too."""
    at = place_of(lsoa)
    ward = ons_councils.ward_of(at)[0] if at is not None else ""
    return {
        code
        for code, (_, _, _, _, by_role) in places.PLACES.items()
        if any(ward in members for members in by_role.values())
    }


def deprivation(row: Row) -> dict[str, str]:
    at = place_of(row["home_lsoa21"])
    if at is None:
        return {}
    decile = at // 3 + 1
    return {"imd_quintile": str((decile + 1) // 2), "core20": "yes" if decile <= 2 else "no"}


class Tally:
    """Counts of one metric by cell: whole, and by each one-way group."""

    def __init__(self) -> None:
        self.cells: dict[Cell, int] = defaultdict(int)

    def add(self, metric: str, version: int, area: str, day: str, groups: dict[str, str]) -> None:
        for kind, value in {"none": "all", **groups}.items():
            self.cells[metric, version, area, day, kind, value] += 1


def first_of(rows: Iterable[Row], whole: Callable[[Row], object]) -> list[Row]:
    """Of the rows of one person (or what `whole` says) in the order of hours, employer, group and contract the first."""
    found: dict[object, Row] = {}
    for row in sorted(
        rows, key=lambda one: (-Decimal(one["fte"]), one["employer_ods"], one["staff_group"], one["contract"])
    ):
        found.setdefault(whole(row), row)
    return list(found.values())


def people_of_the_extracts() -> tuple[dict, dict]:
    """Numerators and denominators of what is counted from staff records."""
    above, below = Tally(), Tally()
    for day, rows in rows_by_last_day("lx_01_staff_residence"):
        by_icb = [(ICB, row) for row in first_of(rows, lambda row: row["employee_hash"])]
        by_employer = [
            (row["employer_ods"], row)
            for row in first_of(rows, lambda row: (row["employer_ods"], row["employee_hash"]))
        ]
        for area, row in by_icb + by_employer:
            group, away = {"staff_group": row["staff_group"]}, deprivation(row)
            above.add("es_01", 7, area, day, group | {"age_band": row["age_band"]} | away)
            if row["postcode_valid"] == "yes" and place_of(row["home_lsoa21"]) is not None:
                below.add("es_02", 2, area, day, group)
                below.add("es_02", 3, area, day, group)
            if is_local(row):
                above.add("es_02", 1, area, day, group | away)
                above.add("es_02", 2, area, day, group)
                if away["core20"] == "yes":
                    above.add("es_02", 3, area, day, group)
        for _, row in by_icb:
            if is_local(row):
                for area in home_areas(row["home_lsoa21"], day) | home_places(row["home_lsoa21"]):
                    small = area.startswith(("E01", "E05", "local:"))
                    above.add(
                        "es_02", 1, area, day, {} if small else {"staff_group": row["staff_group"]} | deprivation(row)
                    )
        # One household is one small area in the sample, so that any of its people says where it is.
        for _, lsoa in {(row["uprn_hash"], row["home_lsoa21"]) for row in rows if row["uprn_hash"] and is_local(row)}:
            for area in {ICB} | {one for one in home_areas(lsoa, day) if not one.startswith(("E01", "E05"))}:
                above.add("es_03", 1, area, day, deprivation({"home_lsoa21": lsoa}))
    return above.cells, below.cells


def starts_of_the_extracts() -> tuple[dict, dict]:
    above, below = Tally(), Tally()
    for day, rows in rows_by_last_day("lx_02_apprenticeships"):
        for row in rows:
            young = 16 <= int(row["age_at_start"]) <= 24
            councils = {one for one in home_areas(row["home_lsoa21"], day) if not one.startswith(("E01", "E05"))}
            for area in {ICB, row["employer_ods"], *councils}:
                groups = {"scheme": row["scheme"]} | deprivation(row)
                below.add("es_04", 2, area, day, groups)
                if young:
                    above.add("es_04", 1, area, day, groups)
                    above.add("es_04", 2, area, day, groups)
                    if row["end_date"]:
                        below.add("es_04", 3, area, day, groups)
                    if row["end_date"] and row["outcome"] == "employed_here":
                        above.add("es_04", 3, area, day, groups)
    return above.cells, below.cells


def together(above: dict, below: dict, with_share: set[tuple[str, int]]) -> dict:
    """Both parts by cell: of a share every group of its denominator, with a zero where nobody is in the numerator."""
    found = {cell: (Decimal(count), None) for cell, count in above.items() if cell[:2] not in with_share}
    for cell, count in below.items():
        # A group of nobody is shown where its whole has somebody in it.
        if above.get((*cell[:4], "none", "all")):
            found[cell] = (Decimal(above.get(cell, 0)), Decimal(count))
    return found


def test_people_and_households_are_those_of_the_extracts(held):
    shares = {("es_02", 2), ("es_02", 3)}
    expected = together(*people_of_the_extracts(), shares)
    found = of_metrics(held, ("es_01", 7), ("es_02", 1), ("es_03", 1), *shares)
    assert found == expected
    assert len({cell[3] for cell in found}) == 2
    # Somebody has two posts, lives outside, or where no lookup knows: the counts are not all the same.
    day = local_extracts.DAY
    people, local, known = (
        found["es_01", 7, ICB, day, "none", "all"][0], found["es_02", 1, ICB, day, "none", "all"][0],
        found["es_02", 2, ICB, day, "none", "all"][1],
    )  # fmt: skip
    assert local < known < people < sum(found["es_01", 7, code, day, "none", "all"][0] for code in ("RZ1", "RZ2"))


def test_starts_are_those_of_the_extracts(held):
    shares = {("es_04", 2), ("es_04", 3)}
    expected = together(*starts_of_the_extracts(), shares)
    assert of_metrics(held, ("es_04", 1), *shares) == expected


def test_full_times_and_heads_are_those_of_the_workforce_statistics(held):
    expected: dict[Cell, Decimal] = defaultdict(Decimal)
    for row in hchs_workforce_monthly.rows():
        month_end, code, group, measure, figure = row[0], row[5], row[10], row[11], row[12]
        main = group in {name for name, _ in hchs_workforce_monthly.MAIN_GROUPS.values()}
        trusts = {code} & {"RZ1", "RZ2"}
        if measure == "HC" and group == "Total":
            for area in trusts:
                expected["es_01", 2, area, month_end, "none", "all"] += Decimal(figure)
        if measure == "FTE" and main:
            for area in {ICB, *trusts}:
                four = Decimal(figure).quantize(Decimal("0.0001"), "ROUND_HALF_UP")
                expected["es_01", 1, area, month_end, "none", "all"] += four
                expected["es_01", 1, area, month_end, "staff_group", group] += four
    found = of_metrics(held, ("es_01", 1), ("es_01", 2))
    assert {cell: parts[0] for cell, parts in found.items()} == expected


def test_the_open_part_shows_every_indicator_and_hides_some(sample_run):
    _, outcome = sample_run
    con = duckdb.connect(str(outcome.folder / "open" / "ics_marts.duckdb"), read_only=True)
    shown = dict(
        con.execute(
            "select metric_id, list(distinct period_key) from marts.employment_skills where value is not null"
            " and breakdown_type = 'none' group by 1"
        ).fetchall()
    )
    statuses = {
        status for (status,) in con.execute("select distinct value_status from marts.employment_skills").fetchall()
    }
    least, off = con.execute(
        "select min(numerator) filter (numerator > 0), count(*) filter (numerator % 5 <> 0) from marts.employment_skills"
        " where source like 'lx_%'"
    ).fetchone()
    con.close()
    assert {metric for metric, periods in shown.items() if len(periods) > 1} == {"es_01", "es_02", "es_03", "es_04"}
    assert {"rounded", "suppressed", "exact", "missing"} <= statuses
    assert (least, off) == (5, 0)

"""DfE's three files of apprenticeships by provider, whole: they agree with one another and with the printed starts."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from pipeline.periods import parse
from tests.real.read_whole import Taken, take

FILES = ("apprenticeships_demographics_0.parquet", "lad_map_data_0.parquet", "provider_breakdowns_0.parquet")
PART = "2025/26 (Aug to Apr)"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    """The month of the release stands neither in the files nor in their names."""
    files = [shared_data / "dfe_apprenticeships" / name for name in FILES]
    return take(files, tmp_path_factory.mktemp("dfe_apprenticeships"), parse("2026-07")).whole()


def test_every_file_is_its_table_with_all_its_rows(taken, shared_data):
    rows = [pq.read_metadata(shared_data / "dfe_apprenticeships" / name).num_rows for name in FILES]
    assert rows == [195_444, 942_643, 237_056]
    assert [(one.table, one.period.slug) for one in taken.releases] == [
        ("demographics", "2026-07"), ("places", "2026-07"), ("regions", "2026-07"),
    ]  # fmt: skip
    assert taken.counts() == [(n, n, 0) for n in rows]


def test_great_expectations_finds_nothing_wrong(taken):
    assert taken.not_passed() == (12, [])


def test_places_and_regions_give_the_same_starts_as_dfe_prints(taken):
    """DfE prints 337,140, 339,580 and 353,500 starts for the three whole years."""
    years = [
        ("2022/23", 337_136, 796_688, 162_319), ("2023/24", 339_582, 781_662, 178_224),
        ("2024/25", 353_503, 806_660, 198_333), (PART, 308_773, 769_180, 146_206),
    ]  # fmt: skip
    for table in ("places", "regions"):
        assert (
            taken.rows(
                f"select academic_year, sum(starts), sum(enrolments), sum(achievements) from {table} group by 1 order by 1"
            )
            == years
        )
    assert taken.rows(
        "select academic_year, learners from demographics where provider_name like 'Total (%' and group_type = 'age'"
        " and group_name = 'Total' and measure = 'starts' order by 1"
    ) == [(year, round(starts, -1)) for year, starts, _, _ in years]


def test_places_and_regions_agree_for_every_provider_and_year(taken):
    assert taken.rows(
        """with of_place as (select academic_year, provider_name, sum(starts) as s, sum(enrolments) as e, sum(achievements) as a
            from places group by 1, 2),
        of_region as (select academic_year, provider_name, sum(starts) as s, sum(enrolments) as e, sum(achievements) as a
            from regions group by 1, 2)
        select count(*), count(*) filter (p.s is distinct from r.s or p.e is distinct from r.e or p.a is distinct from r.a)
        from of_place as p full join of_region as r using (academic_year, provider_name)"""
    ) == [(5425, 0)]


def test_low_is_under_5_and_the_rest_is_rounded_to_10(taken):
    """Held against the exact starts of the same providers."""
    assert taken.rows(
        """with exact as (select academic_year, provider_name, sum(starts) as starts from regions group by 1, 2)
        select count(*) filter (learners is null), max(starts) filter (learners is null),
            min(starts) filter (learners is not null), max(abs(starts - learners))
        from demographics join exact using (academic_year, provider_name)
        where measure = 'starts' and group_type = 'age' and group_name = 'Total'"""
    ) == [(533, 4, 5, 5)]

"""DfE's three files of apprenticeships by provider, whole: they agree with one another and with the printed starts."""

from __future__ import annotations

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline.ingest.archive import Release
from pipeline.periods import parse
from pipeline.settings import Settings
from tests.real.judged_whole import held, not_passed, rows_read, view

FILES = ("apprenticeships_demographics_0.parquet", "lad_map_data_0.parquet", "provider_breakdowns_0.parquet")
PART = "2025/26 (Aug to Apr)"


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("dfe_apprenticeships")
    return Settings(raw=folder / "raw", out=folder / "out")


@pytest.fixture(scope="module")
def releases(shared_data, known) -> list[Release]:
    """The month of the release stands neither in the files nor in their names."""
    return held([shared_data / "dfe_apprenticeships" / name for name in FILES], known, parse("2026-07"))


@pytest.fixture(scope="module")
def con(releases, known):
    con = duckdb.connect()
    for one in releases:
        view(con, one.table, [one], known)
    yield con
    con.close()


def test_every_file_is_its_table_with_all_its_rows(releases, known, shared_data):
    rows = [pq.read_metadata(shared_data / "dfe_apprenticeships" / name).num_rows for name in FILES]
    assert rows == [195_444, 942_643, 237_056]
    assert [(one.table, one.period.slug) for one in releases] == [
        ("demographics", "2026-07"), ("places", "2026-07"), ("regions", "2026-07"),
    ]  # fmt: skip
    assert [rows_read(one, known) for one in releases] == [(n, n, 0) for n in rows]


def test_great_expectations_finds_nothing_wrong(releases, known):
    assert not_passed(releases, known) == (12, [])


def test_places_and_regions_give_the_same_starts_as_dfe_prints(con):
    """DfE prints 337,140, 339,580 and 353,500 starts for the three whole years."""
    years = [
        ("2022/23", 337_136, 796_688, 162_319), ("2023/24", 339_582, 781_662, 178_224),
        ("2024/25", 353_503, 806_660, 198_333), (PART, 308_773, 769_180, 146_206),
    ]  # fmt: skip
    for table in ("places", "regions"):
        assert (
            con.execute(
                f"select academic_year, sum(starts), sum(enrolments), sum(achievements) from {table} group by 1 order by 1"
            ).fetchall()
            == years
        )
    assert con.execute(
        "select academic_year, learners from demographics where provider_name like 'Total (%' and group_type = 'age'"
        " and group_name = 'Total' and measure = 'starts' order by 1"
    ).fetchall() == [(year, round(starts, -1)) for year, starts, _, _ in years]


def test_places_and_regions_agree_for_every_provider_and_year(con):
    assert con.execute(
        """with of_place as (select academic_year, provider_name, sum(starts) as s, sum(enrolments) as e, sum(achievements) as a
            from places group by 1, 2),
        of_region as (select academic_year, provider_name, sum(starts) as s, sum(enrolments) as e, sum(achievements) as a
            from regions group by 1, 2)
        select count(*), count(*) filter (p.s is distinct from r.s or p.e is distinct from r.e or p.a is distinct from r.a)
        from of_place as p full join of_region as r using (academic_year, provider_name)"""
    ).fetchone() == (5425, 0)


def test_low_is_under_5_and_the_rest_is_rounded_to_10(con):
    """Held against the exact starts of the same providers."""
    assert con.execute(
        """with exact as (select academic_year, provider_name, sum(starts) as starts from regions group by 1, 2)
        select count(*) filter (learners is null), max(starts) filter (learners is null),
            min(starts) filter (learners is not null), max(abs(starts - learners))
        from demographics join exact using (academic_year, provider_name)
        where measure = 'starts' and group_type = 'age' and group_name = 'Total'"""
    ).fetchone() == (533, 4, 5, 5)

"""The metrics of estates on the estates returns as published: their sums are the publisher's, and no item is left out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.periods import parse
from pipeline.settings import DBT_PROJECT
from tests.real.read_whole import Taken, take
from tests.real.row_model import given
from tests.real.test_eric import CSV, WORKBOOK, YEARS
from tests.rendered import rendered

# Measure of the seed, metric and version, and the group that it is.
OF_MEASURE = {
    "floor_area": (("es_13", 1), ""), "retail_area": (("es_14", 3), ""), "retail_income": (("es_14", 4), ""),
    "backlog_high": (("es_13", 5), "risk=high"), "backlog_significant": (("es_13", 5), "risk=significant"),
    "backlog_moderate": (("es_13", 5), "risk=moderate"), "backlog_low": (("es_13", 5), "risk=low"),
}  # fmt: skip


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    folder = shared_data / "eric"
    taken = take([folder / CSV], tmp_path_factory.mktemp("estates"))
    for number, year in YEARS.items():
        taken = taken.then([folder / WORKBOOK.format(number)], parse(year))
    return taken.whole()


@pytest.fixture(scope="module")
def con(taken, tmp_path_factory):
    return given("int_row_estates", taken, tmp_path_factory.mktemp("estates_rows"))


def test_floor_area_of_the_country_is_the_grand_total_and_the_row_that_it_leaves_out(con):
    query = (
        "select sum(amount) from given where metric_id = 'es_13' and definition_version = 1 and geographies = ?"
        " and year(period_end) = ?"
    )
    ((total,),) = con.execute(query, ["country", 2016]).fetchall()
    assert total == Decimal("26793308") + Decimal("20690")
    assert con.execute(query, ["nhs_region", 2020]).fetchall() == con.execute(query, ["country", 2020]).fetchall()


@pytest.mark.parametrize("measure", OF_MEASURE)
def test_sums_by_trust_are_those_that_the_publisher_prints(con, taken, measure):
    (metric, version), group = OF_MEASURE[measure]
    printed = dict(
        taken.rows(
            "select trust_code[:3], try_cast(replace(value, ',', '') as decimal(18, 4)) from site_items where slot = '2015-16'"
            " and trust_code like '% Result' and item = (select published_item from read_csv(?) where year_from = 2015 and measure = ?)",
            [str(DBT_PROJECT / "seeds" / "eric_item.csv"), measure],
        )
    )
    ours = dict(
        con.execute(
            "select area_code_published, sum(amount) from given where metric_id = ? and definition_version = ? and"
            " geographies = 'icb trust' and period_start = date '2015-04-01' and breakdowns like '%' || ? group by 1",
            [metric, version, group],
        ).fetchall()
    )
    # The sum of R1A leaves out the first of its rows.
    wrong = {trust for trust, total in printed.items() if total is not None and ours.get(trust, 0) != total} - {"R1A"}
    assert wrong == set()
    assert sum(total is not None for total in printed.values()) > 200


def test_kinds_of_site_add_up_to_the_total_that_each_trust_states(con):
    rows = con.execute(
        """with ours as (
               select area_code_published as trust_code, sum(amount) as sites from given
               where metric_id = 'es_13' and definition_version = 4 and geographies = 'icb trust' and period_end = date '2014-03-31'
               group by 1
           )
           select count(*), count(*) filter (sites = value), sum(sites) from ours
           join stg_eric_trust_items using (trust_code)
           where item = 'Total number of sites' and period_end = date '2014-03-31'"""
    ).fetchall()
    assert rows == [(251, 251, Decimal("6252"))]


def test_backlog_of_2019_is_the_nine_billion_of_the_founding_document(con):
    """It says: an estimated nine billion pounds, of no year; the return of 2016/17 has 5.5 and that of 2019/20 9.0."""
    ((backlog,),) = con.execute(
        "select sum(amount) from given where metric_id = 'es_13' and definition_version = 5 and geographies = 'country' and"
        " period_end = date '2020-03-31'"
    ).fetchall()
    assert round(backlog) == 9_034_131_047
    assert round(backlog, -9) == 9_000_000_000


def test_sites_that_report_by_themselves(con):
    rows = con.execute(
        "select year(period_start), count(*) from given where metric_id = 'es_13' and definition_version = 3 and"
        " geographies = 'country' group by 1 order by 1"
    ).fetchall()
    assert rows == [(2013, 1246), (2015, 1045), (2016, 1041), (2019, 1085)]


def test_every_item_is_known_and_a_new_part_is_told(con):
    query = rendered((DBT_PROJECT / "tests" / "assert_eric_items_are_known.sql").read_text("utf-8")).sql
    assert con.execute(query).fetchall() == []
    # As the return of 2024/25 has it, by its column of costs.
    con.execute(
        "create temp view stg_eric_site_items as select date '2024-04-01' as period_start, 'Electricity purchased from CHP' as item,"
        " 'kWh' as unit"
    )
    found = con.execute(query).fetchall()
    con.execute("drop view temp.stg_eric_site_items")
    assert found == [("site", 2024, "Electricity purchased from CHP", "kWh")]

"""Proves es_09.v3 on real lists of payments: from the published files to what each body paid in a month, through the models themselves.

The sums to compare with are those of the lists' own cells; nobody publishes a total. Names of bodies are looked up in the real
register of trusts and the real lookups. That every list is read whole is proven in test_spend_over_25k.py.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from pipeline import duck
from tests.real.read_whole import Taken, take
from tests.real.row_model import database, make

FILES = (
    "BART 01 - April.xlsx", "CHWE 01 - April.csv", "CROY 01 - April.csv", "GUYS 05 - August.csv", "IMPC 01 - April.csv",
    "KGST 03 - June.csv", "NEHV 05 - August.csv", "WHIT 01 - April.csv", "Babergh District Council.xlsx",
)  # fmt: skip
APRIL = date(2020, 4, 1)


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "spend_over_25k" / name for name in FILES], tmp_path_factory.mktemp("lists")).whole()


@pytest.fixture(scope="module")
def con(taken, shared_data, tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """The models from staging to int_row_procurement over the lists, and areas of the real register and lookups."""
    con = database(tmp_path_factory.mktemp("list_rows"), taken)
    lookups = shared_data / "ons_lookups"
    con.execute(
        f"""create table int_area as
        select column00 as area_code, 'trust' as area_type, column01 as area_name, try_strptime(column10, '%Y%m%d')::date as valid_from,
               try_strptime(column11, '%Y%m%d')::date as valid_to
        from read_csv({duck.text(str(shared_data / "ods_etr" / "etr__ebmdatalab.csv"))}, header = false, all_varchar = true)
        union all
        select CCG20CD, 'ccg', CCG20NM, null, null from read_csv({duck.text(str(lookups / "031_CCG_to_STPs_April_2020.csv"))})
        union all
        select LTLA19CD, 'lower_tier_local_authority', LTLA19NM, null, null
        from read_csv({duck.text(str(lookups / "177_LTLA_to_UTLA_April_2019.csv"))}, all_varchar = true)"""
    )
    con.execute("create view int_area_vintage as select * from int_area where area_type <> 'trust'")
    con.execute(
        """create view int_area_canonical as
        select area_code as published_code, area_code as canonical_code, date '1900-01-01' as span_from, date '9999-12-31' as span_to
        from int_area"""
    )
    make(con, "int_row_procurement")
    return con


def paid_in_csv(path, at: int = -1) -> Decimal:
    text = path.read_bytes().decode("cp1252" if path.name.startswith("CHWE") else "utf-8-sig")
    return sum(Decimal(row[at].strip().replace(",", "")) for row in list(csv.reader(text.splitlines()))[1:])


def test_each_body_paid_in_a_month_what_its_list_adds_up_to(con, shared_data):
    found = {
        (area, first): amount
        for area, first, amount in con.execute(
            "select area_code_published, period_start, sum(amount) from int_row_procurement where metric_id = 'es_09'"
            " and definition_version = 3 and part = 'numerator' and geographies <> 'lower_tier_local_authority' group by all"
        ).fetchall()
    }
    folder = shared_data / "spend_over_25k"
    barts = CalamineWorkbook.from_path(folder / "BART 01 - April.xlsx").get_sheet_by_index(0).to_python()
    assert found == {
        ("R1H", APRIL): sum(Decimal(str(row[-1])).quantize(Decimal("0.01")) for row in barts[1:]),
        ("RJ1", date(2020, 8, 1)): paid_in_csv(folder / "GUYS 05 - August.csv"),
        ("RYJ", APRIL): paid_in_csv(folder / "IMPC 01 - April.csv"),
        # The list says NHS Trust, the register NHS Foundation Trust.
        ("RAX", date(2020, 6, 1)): paid_in_csv(folder / "KGST 03 - June.csv"),
        ("E38000077", date(2020, 8, 1)): paid_in_csv(folder / "NEHV 05 - August.csv"),
        # No area: the register calls it Chelsea and Westminster Hospital; the other two lists do not say whose they are.
        ("Chelsea & Westminster NHS Foundation Trust", APRIL): paid_in_csv(folder / "CHWE 01 - April.csv"),
        ("croy", APRIL): paid_in_csv(folder / "CROY 01 - April.csv", 6),
        ("whit", APRIL): paid_in_csv(folder / "WHIT 01 - April.csv"),
    }


def test_a_compiled_list_gives_every_month_of_a_council(con, shared_data):
    rows = CalamineWorkbook.from_path(
        shared_data / "spend_over_25k" / "Babergh District Council.xlsx"
    ).get_sheet_by_index(0)
    expected: dict[date, Decimal] = {}
    for _, day, _, amount in rows.to_python()[1:]:
        if amount != "1241,32":
            first = date(day.year, day.month, 1)
            expected[first] = expected.get(first, Decimal(0)) + Decimal(str(amount)).quantize(Decimal("0.01"))
    found = con.execute(
        "select period_start, sum(amount) from int_row_procurement where geographies = 'lower_tier_local_authority'"
        " and area_code_published = 'E07000200' group by all"
    ).fetchall()
    assert dict(found) == expected
    assert len(expected) == 55


def test_lines_of_25_000_pounds_or_less_are_told_apart(con):
    lines = con.execute(
        "select breakdowns, count(*), min(amount) from int_row_procurement where area_code_published = 'RJ1' group by 1 order by 1"
    ).fetchall()
    small, large = lines
    assert small[0] == "line_size=25,000 or less"
    assert large[0] == "line_size=over 25,000"
    assert small[1] + large[1] == 10_187
    assert large[2] > 25_000
    # Its list is all that it paid, not payments above the threshold.
    assert small[1] > 9_000

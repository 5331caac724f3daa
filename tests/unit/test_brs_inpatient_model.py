"""The record of who is in hospital, counted by the row model itself: stock and flows of any history fit each other."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.sample.assuring_transformation import EXTRACTS
from tests.real import row_model

FIRST = date(2025, 1, 1)
MONTHS = [(date(2025, month, 1), date(2025, month, monthrange(2025, month)[1])) for month in range(1, 7)]
A_ROW = {name: cell or None for name, cell in EXTRACTS[0].filled()[0].items()}
TABLE = "bronze.lx_35_assuring_transformation__spells"
KIND_OF_TABLE = (
    "select case table_type when 'VIEW' then 'view' else 'table' end from information_schema.tables"
    f" where table_schema || '.' || table_name = '{TABLE}'"
)
# A spell by the day of its start and its length in days, from before the half year to after it; None: not ended.
SPELL = st.tuples(st.integers(-400, 185), st.none() | st.integers(0, 300))


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    return row_model.database(tmp_path_factory.mktemp("stock"))


def recorded(spells: list[tuple[int, int | None]]) -> list[dict]:
    """What the record says of each spell at the end of every month in which it was open on some day."""
    rows = []
    for number, (starts, lasts) in enumerate(spells):
        start = FIRST + timedelta(days=starts)
        end = None if lasts is None else start + timedelta(days=lasts)
        for month, last_day in MONTHS:
            if start <= last_day and (end is None or end >= month):
                rows.append(
                    A_ROW | {
                        "release_id": "r", "member": "", "source_row": len(rows) + 1, "month": month, "person": f"synthetic:{number}",
                        "age_band": "35-49", "episode_start": start, "episode_end": end if end and end <= last_day else None,
                        "destination": "family_home" if end and end <= last_day else None, "s17_leave": "no",
                    }
                )  # fmt: skip
    return rows


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(spells=st.lists(SPELL, min_size=1, max_size=40))
def test_open_at_the_end_is_open_at_the_start_with_who_came_and_without_who_left(con, spells):
    rows = recorded(spells)
    if not rows:
        return
    # What `put` takes the place of is a view: that of the example before is a table.
    con.execute(f"drop {con.execute(KIND_OF_TABLE).fetchone()[0]} {TABLE}")
    con.execute(f"create view {TABLE} as select 1")
    con.execute("delete from catalogue.release")
    row_model.put(con, "stg_lx_35_assuring_transformation", rows, "synthetic")
    row_model.make(con, "int_row_brs_inpatient")
    found = defaultdict(int)
    for metric, end, count in con.execute(
        "select metric_id, period_end, sum(amount)::integer from int_row_brs_inpatient"
        " where metric_id in ('brs_03', 'brs_05', 'brs_06') and definition_version = 1 group by all"
    ).fetchall():
        found[metric, end] = count
    before = sum(starts < 0 and (lasts is None or starts + lasts >= 0) for starts, lasts in spells)
    for _, end in MONTHS:
        after = before + found["brs_05", end] - found["brs_06", end]
        assert found["brs_03", end] == after
        before = after


def test_a_spell_that_ends_on_the_last_day_has_left_and_one_of_a_day_counts_in_both_flows(tmp_path):
    own = row_model.database(tmp_path)
    row_model.put(own, "stg_lx_35_assuring_transformation", recorded([(-10, 40), (5, 0), (9, None)]), "synthetic")
    row_model.make(own, "int_row_brs_inpatient")
    january = dict(
        own.execute(
            "select metric_id, sum(amount)::integer from int_row_brs_inpatient where definition_version = 1"
            " and metric_id in ('brs_03', 'brs_05', 'brs_06') and period_end = date '2025-01-31' group by 1"
        ).fetchall()
    )
    # The first spell ends on 31 January.
    assert january == {"brs_03": 1, "brs_05": 2, "brs_06": 2}

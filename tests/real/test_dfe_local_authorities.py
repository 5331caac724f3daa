"""DfE's list of local authorities and their statistical neighbours, whole."""

from __future__ import annotations

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from pipeline.ingest.archive import Release
from pipeline.periods import parse
from pipeline.settings import Settings
from tests.real.judged_whole import held, not_passed, rows_read, view

LIST, NEIGHBOURS = "LAIT_la_code_list.xlsx", "LAIT_sn_may_2025.xlsx"
# authority, nearest neighbour, how close, tenth neighbour: row by row from the published sheet
KENT = [
    ("Kent", "Essex", "Very close", "Somerset"),
    ("Medway", "Swindon", "Very close", "Wakefield"),
    ("Thurrock", "Swindon", "Very close", "Suffolk"),
]


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("dfe_local_authorities")
    return Settings(raw=folder / "raw", out=folder / "out")


@pytest.fixture(scope="module")
def releases(shared_data, known) -> list[Release]:
    return [
        *held([shared_data / "reference" / LIST], known, parse("2025-05")),
        *held([shared_data / "reference" / NEIGHBOURS], known),
    ]


@pytest.fixture(scope="module")
def con(releases, known):
    con = duckdb.connect()
    for one in releases:
        view(con, one.table, [one], known)
    yield con
    con.close()


def sheet(path) -> list[list]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_both_workbooks_are_read_whole(releases, known, shared_data):
    listed = [row for row in sheet(shared_data / "reference" / LIST)[1:] if row[0] != ""]
    rows = sheet(shared_data / "reference" / NEIGHBOURS)
    old = next(at for at, row in enumerate(rows) if row[1] == "Old SNs:")
    current = [row for row in rows[3:old] if row[0] != ""]
    assert [(one.table, one.period.slug) for one in releases] == [("authorities", "2025-05"), ("neighbours", "2025-05")]
    assert [rows_read(one, known) for one in releases] == [(n, n, 0) for n in (len(listed), len(current))]
    assert (len(listed), len(current)) == (171, 153)


def test_great_expectations_finds_nothing_wrong(releases, known):
    assert not_passed(releases, known) == (6, [])


def test_kent_medway_and_thurrock_have_their_neighbours(con):
    names = dict(con.execute("select dfe_number, authority_name from authorities").fetchall())
    found = con.execute(
        "select authority_name, neighbour_1, closeness_1, neighbour_10 from neighbours"
        " where authority_name in ('Kent', 'Medway', 'Thurrock') order by 1"
    ).fetchall()
    assert [(name, names[first], close, names[last]) for name, first, close, last in found] == KENT


def test_every_neighbour_bears_a_name(con):
    assert con.execute(
        """with each as (select unnest([neighbour_1, neighbour_2, neighbour_3, neighbour_4, neighbour_5, neighbour_6,
            neighbour_7, neighbour_8, neighbour_9, neighbour_10]) as dfe_number from neighbours)
        select count(*), count(*) filter (dfe_number not in (select dfe_number from authorities where authority_type <> 'NA'))
        from each"""
    ).fetchone() == (1530, 0)

"""DfE's list of local authorities and their statistical neighbours, whole."""

from __future__ import annotations

import pytest
from python_calamine import CalamineWorkbook

from pipeline import duck
from pipeline.periods import parse
from tests.real.read_whole import Taken, take
from tests.rendered import macros

LIST, NEIGHBOURS = "LAIT_la_code_list.xlsx", "LAIT_sn_may_2025.xlsx"
# authority, nearest neighbour, how close, tenth neighbour: row by row from the published sheet
KENT = [
    ("Kent", "Essex", "Very close", "Somerset"),
    ("Medway", "Swindon", "Very close", "Wakefield"),
    ("Thurrock", "Swindon", "Very close", "Suffolk"),
]


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    folder = shared_data / "reference"
    listed = take([folder / LIST], tmp_path_factory.mktemp("dfe_local_authorities"), parse("2025-05"))
    return listed.then([folder / NEIGHBOURS]).whole()


def sheet(path) -> list[list]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_both_workbooks_are_read_whole(taken, shared_data):
    listed = [row for row in sheet(shared_data / "reference" / LIST)[1:] if row[0] != ""]
    rows = sheet(shared_data / "reference" / NEIGHBOURS)
    old = next(at for at, row in enumerate(rows) if row[1] == "Old SNs:")
    current = [row for row in rows[3:old] if row[0] != ""]
    assert [(one.table, one.period.slug) for one in taken.releases] == [
        ("authorities", "2025-05"),
        ("neighbours", "2025-05"),
    ]
    assert taken.counts() == [(n, n, 0) for n in (len(listed), len(current))]
    assert (len(listed), len(current)) == (171, 153)


def test_great_expectations_finds_nothing_wrong(taken):
    assert taken.not_passed() == (6, [])


def test_kent_medway_and_thurrock_have_their_neighbours(taken):
    names = dict(taken.rows("select dfe_number, authority_name from authorities"))
    found = taken.rows(
        "select authority_name, neighbour_1, closeness_1, neighbour_10 from neighbours"
        " where authority_name in ('Kent', 'Medway', 'Thurrock') order by 1"
    )
    assert [(name, names[first], close, names[last]) for name, first, close, last in found] == KENT


def test_every_neighbour_bears_a_name(taken):
    assert taken.rows(
        """with each as (select unnest([neighbour_1, neighbour_2, neighbour_3, neighbour_4, neighbour_5, neighbour_6,
            neighbour_7, neighbour_8, neighbour_9, neighbour_10]) as dfe_number from neighbours)
        select count(*), count(*) filter (dfe_number not in (select dfe_number from authorities where authority_type <> 'NA'))
        from each"""
    ) == [(1530, 0)]


def test_every_authority_is_one_council_of_ons_by_name(taken, shared_data):
    """analysis.comparison finds the council of DfE's number by its name, because DfE gives no GSS code."""
    councils = duck.text(shared_data / "reference" / "LAD_Dec2023_codes.csv")
    counties = duck.text(shared_data / "ons_lookups" / "177_LTLA_to_UTLA_April_2019.csv")
    found = taken.rows(
        f"""with named as (
                select LAD23CD as code, LAD23NM as name from read_csv({councils}) where LAD23CD like 'E%'
                union select UTLA19CD, UTLA19NM from read_csv({counties}) where UTLA19CD like 'E10%'
            ),
            -- Three counties of 2019 are unitary councils of the same name since; on a day one of the two is valid.
            councils as (select name, max(code) as code from named group by name)
            select authority_name, count(code) from neighbours
            left join councils on {macros().council_name_of("name")} = {macros().council_name_of("authority_name")}
            group by authority_name having count(code) <> 1 order by authority_name"""
    )
    assert found == []

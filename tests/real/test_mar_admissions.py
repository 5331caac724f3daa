"""Proves monthly hospital activity on the published workbooks: England, its areas and its commissioners."""

from __future__ import annotations

import pytest
from python_calamine import CalamineWorkbook

from .read_whole import Taken, take

# file -> layout, period, commissioners and areas with England among them
FILES = {
    "Apr_12.xls": ("sha_2012", "2012-04", 153, 12), "Apr_14.xls": ("area_team_2014", "2014-04", 213, 27),
    "Apr_17.xls": ("region_2017", "2017-04", 209, 6), "Apr_19.xls": ("region_2017", "2019-04", 193, 9),
    "Dec_19.xls": ("region_2017", "2019-12", 193, 9),
}  # fmt: skip


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "mar_admissions"], tmp_path_factory.mktemp("mar"))


def test_every_file_is_taken_in_whole(taken, shared_data):
    assert {(one.status, one.problems) for one in taken.outcomes} == {("archived", ())}
    expected = {}
    for file, (layout, period, commissioners, areas) in FILES.items():
        expected[file, "commissioner"] = (layout, period, "content", commissioners, commissioners, 0, 0)
        expected[file, "area"] = (layout, period, "content", areas, areas, 0, 0)
        book = CalamineWorkbook.from_path(shared_data / "mar_admissions" / file)
        counted = [
            sum(
                str(row[1]).strip().startswith("20")
                for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            )
            for sheet in book.sheet_names[:2]
        ]
        assert counted == [commissioners, areas]
    assert taken.slots() == expected


def test_great_expectations_finds_nothing(taken):
    assert taken.broken_rules() == set()


def test_england_is_what_the_publisher_printed(taken):
    assert taken.rows(
        "select slot, non_elective, elective_total, gp_referrals_made_all from commissioner where commissioner_code is null order by 1"
    ) == [
        ("2012-04", 444_233, 570_543, 928_832), ("2014-04", 474_055, 639_942, 1_068_012), ("2017-04", 486_421, 621_156, 1_002_050),
        ("2019-04", 558_288, 691_961, 1_117_323), ("2019-12", 580_666, 651_537, 968_169),
    ]  # fmt: skip


def test_an_area_is_the_sum_of_its_commissioners(taken):
    assert taken.rows(
        """select count(*), count(*) filter (area.non_elective = mine.non_elective and area.first_attendances = mine.first)
        from area join (
            select slot, area_code, sum(non_elective) as non_elective, sum(first_attendances) as first
            from commissioner where area_code <> '-' group by all
        ) as mine using (slot, area_code)"""
    ) == [(54, 54)]


def test_regions_have_other_codes_from_2019_on(taken):
    codes = dict(
        taken.rows(
            "select slot, list_sort(list(area_code)) from area where area_code like 'Y5%' or area_code like 'Y6%' group by 1"
        )
    )
    assert codes["2017-04"] == ["Y54", "Y55", "Y56", "Y57"]
    assert codes["2019-04"] == codes["2019-12"] == ["Y56", "Y58", "Y59", "Y60", "Y61", "Y62", "Y63"]

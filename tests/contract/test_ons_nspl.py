"""The postcode lookup, known from code only: its headers as that code quotes them, and what a row may hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.periods import parse

MAY_2025 = (
    "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa21,cty,ced,laua,ward,nhser,ctry,rgn,pcon,ttwa,itl,park,"
    "lsoa21,msoa21,wz11,sicbl,bua24,ruc21,oac11,lat,long,lep1,lep2,pfa,imd,icb"
)
LATER = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,lad25cd,wd25cd,nhser24cd,ctry25cd,rgn25cd,"
    "pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl24cd,bua24cd,ruc21ind,oac11ind,lat,long,lep21cd1,lep21cd2,"
    "pfa23cd,imd20ind,icb23cd"
)
# Fictional: postcodes in XZ, small areas in E019, councils in E069.
AT = {"postcode": 2, "introduced": 3, "terminated": 4, "user": 5, "quality": 8, "council": 12, "ward": 13, "lsoa": 21,
      "location": 24, "icb": 34}  # fmt: skip
RIGHT = {"introduced": "198001", "user": "0", "quality": "1", "council": "E06900001", "ward": "E05900001", "lsoa": "E01900001",
         "location": "E38999001", "icb": "E54999001"}  # fmt: skip


def row(postcode: str = "XZ1 1AA", **cells: str) -> list[str]:
    found = [""] * 35
    for name, cell in (RIGHT | {"postcode": postcode} | cells).items():
        found[AT[name]] = cell
    return found


def file_of(folder: Path, *rows: list[str], header: str = MAY_2025, name: str = "NSPL_MAY_2025_UK.csv") -> Path:
    return made(folder / name, csv_bytes(header.split(","), rows or [row(), row("XZ1 1AB")], quote=True))


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (MAY_2025, "census_2021_may_2025"), (LATER, "named_by_year_2025"),
        (
            MAY_2025.replace("park", "npark").replace("bua24", "bua22").replace("ruc21", "ru11ind"),
            "census_2021_aug_2024",
        ),
    ],
)  # fmt: skip
def test_every_header_gives_the_same_row(header, layout, tmp_path, settings):
    release = added(file_of(tmp_path, row(terminated="199606"), row("XZ1 1AB"), header=header), settings)
    assert (release.table, release.layout, release.period) == ("postcodes", layout, parse("2025-05"))
    ended, current = rows_of(bronze_of(release, settings))
    assert {name: cell if cell is None else str(cell) for name, cell in ended.items()} == {
        "member": "", "source_row": "1", "postcode": "XZ1 1AA", "introduced": "1980-01-01", "terminated": "1996-06-01",
        "user_type": "0", "grid_quality": "1", "lsoa_code": "E01900001", "ward_code": "E05900001",
        "council_code": "E06900001", "sub_icb_location_ons_code": "E38999001", "icb_ons_code": "E54999001",
    }  # fmt: skip
    assert current["terminated"] is None
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"postcode": "XZ11AA"}, "postcode is 'XZ11AA'"), ({"lsoa": "E02000001"}, "lsoa_code is"),
        ({"council": "E10000016"}, "council_code is"), ({"ward": "E06000001"}, "ward_code is"),
        ({"quality": "0"}, "grid_quality is '0'"), ({"introduced": "1980"}, "introduced is '1980'"),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_what_it_says_is_said(cells, said, tmp_path, settings):
    outcome = add(file_of(tmp_path, row("XZ1 1AB"), row(**cells)), settings)
    assert any(said in one for one in outcome.problems)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"terminated": "197912"}, "ends_after_it_starts"), ({"quality": "9"}, "place_is_whole"),
        ({"council": "W06000001"}, "codes_are_of_one_country"),
    ],
)  # fmt: skip
def test_rows_that_contradict_themselves_break_their_rule(cells, rule, tmp_path, settings):
    assert failed_rules(added(file_of(tmp_path, row(), row("XZ1 1AB", **cells)), settings), settings) == {rule}


def test_a_header_of_another_year_is_refused_with_the_column(tmp_path, settings):
    outcome = add(file_of(tmp_path, header=LATER.replace("lad25cd", "lad27cd")), settings)
    assert outcome.status == "refused"
    assert "lad27cd" in outcome.message

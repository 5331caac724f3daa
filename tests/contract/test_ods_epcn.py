"""The ODS workbook of networks: both generations, alone and in their ZIP, and what is wrong with one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, all_added, bronze_of, rows_of
from sheets import made_xlsx

from pipeline.ingest import archive
from pipeline.periods import parse

NETWORKS = {
    "ccg": [
        "PCN Code", "PCN Name", "Current Clinical \nCommissioning \nGroup Code",
        "Clinical\nCommissioning\nGroup Name", "Open Date", "Close Date", "Address Line 1", "Address Line 2",
        "Address Line 3", "Address Line 4", "Address Line 5", "Postcode",
    ],
    "sub_icb": [
        "PCN Code", "PCN Name", "Current Sub ICB Loc Code", "Sub ICB Location", "Open Date", "Close Date",
        "Address Line 1", "Address Line 2", "Address Line 3", "Address Line 4", "Address Line 5", "Postcode",
    ],
}  # fmt: skip
PARTNERS = {
    "ccg": [
        "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nCCG Code", "Practice\nParent\nCCG Name",
        "PCN Code", "PCN Name", "PCN Parent\nCCG Code", "PCN Parent\nCCG Name",
        "Practice to PCN\nRelationship\nStart Date", "Practice to PCN\nRelationship\nEnd Date",
        "Practice CCG and PCN\nCCG Match ",
    ],
    "sub_icb": [
        "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nSub ICB Loc Code",
        "Practice\nParent\nSub ICB Loc Name", "PCN Code", "PCN Name", "PCN Parent\nSub ICB Loc Code",
        "PCN Parent\nSub ICB Loc Name", "Practice to PCN\nRelationship\nStart Date",
        "Practice to PCN\nRelationship\nEnd Date", "Practice Sub ICB Loc and PCN Sub ICB Loc Match ",
    ],
}  # fmt: skip
PLACE = ("91Q", "NHS KENT AND MEDWAY ICB - 91Q")


def network(code: str = "U12550", **cells: str) -> list[str]:
    right = {"name": "MPA PCN", "location": PLACE[0], "location_name": PLACE[1], "open": "20191001", "close": ""}
    right |= cells
    return [code, *right.values(), "THE SURGERY", "1 MILL LANE", "", "WHITSTABLE", "", "CT5 1BQ"]


def partner(code: str = "G82001", **cells: object) -> list[object]:
    right = {
        "name": "A SURGERY", "location": PLACE[0], "location_name": PLACE[1], "pcn": "U12550", "pcn_name": "MPA PCN",
        "pcn_location": PLACE[0], "pcn_location_name": PLACE[1], "start": "20191001", "end": "",
    }  # fmt: skip
    right |= cells
    return [code, *right.values(), right["location"] == right["pcn_location"]]


def workbook(
    folder: Path, generation: str = "sub_icb", networks=None, partners=None, name: str = "ePCN__2025-02.xlsx",
    sheets: tuple[str, ...] = ("PCNDetails", "PCN Core Partner Details"),
) -> Path:  # fmt: skip
    tables = [NETWORKS[generation], *(networks or [network()])], [PARTNERS[generation], *(partners or [partner()])]
    return made_xlsx(folder / name, dict(zip(sheets, tables, strict=True)))


def zipped(path: Path, *beside: str) -> Path:
    target = path.with_name(path.stem.lower() + ".zip")
    with zipfile.ZipFile(target, "w") as archived:
        archived.write(path, "ePCN.xlsx")
        for name in beside:
            archived.writestr(name, b"%PDF-1.7")
    return target


@pytest.mark.parametrize("form", ["xlsx", "zip"])
@pytest.mark.parametrize("generation", ["ccg", "sub_icb"])
def test_both_sheets_of_both_generations_are_read(generation, form, tmp_path, settings):
    path = workbook(tmp_path, generation)
    if form == "zip":
        path = zipped(path, "ePCN.xlsx Specification.pdf")
    releases = all_added(path, settings)
    assert {table: one.layout for table, one in releases.items()} == {
        "networks": f"{generation}_{form}",
        "partners": f"{generation}_{form}",
    }
    (one,) = rows_of(bronze_of(releases["networks"], settings))
    (two,) = rows_of(bronze_of(releases["partners"], settings))
    inside = "ePCN.xlsx/" if form == "zip" else ""
    assert {name: cell if cell is None else str(cell) for name, cell in one.items()} == {
        "member": inside + "PCNDetails", "source_row": "1", "pcn_code": "U12550", "pcn_name": "MPA PCN",
        "sub_icb_location_code": "91Q", "sub_icb_location_name": PLACE[1], "open_date": "2019-10-01",
        "close_date": None, "postcode": "CT5 1BQ",
    }  # fmt: skip
    assert {name: cell if cell is None else str(cell) for name, cell in two.items()} == {
        "member": inside + "PCN Core Partner Details", "source_row": "1", "practice_code": "G82001",
        "practice_name": "A SURGERY", "practice_sub_icb_location_code": "91Q",
        "practice_sub_icb_location_name": PLACE[1], "pcn_code": "U12550", "pcn_name": "MPA PCN",
        "pcn_sub_icb_location_code": "91Q", "pcn_sub_icb_location_name": PLACE[1], "start_date": "2019-10-01",
        "end_date": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "periods", "source"),
    [
        ("ePCN__2022-02.xlsx", ("2022-02", "2022-02"), "name"),
        ("ePCN.xlsx", ("2022-04", "2019-10"), "content"),
    ],
)
def test_the_name_says_the_month_better_than_openings_that_are_entered_ahead(name, periods, source, tmp_path, settings):
    path = workbook(tmp_path, "ccg", [network(), network("U12551", open="20220401")], name=name)
    releases = all_added(path, settings)
    assert tuple(releases[table].period for table in ("networks", "partners")) == tuple(parse(one) for one in periods)
    assert {one.period_from for one in releases.values()} == {source}


def test_a_workbook_without_one_of_its_sheets_is_refused(tmp_path, settings):
    outcome = add(workbook(tmp_path, sheets=("PCNDetails", "Partners")), settings)
    assert outcome.status == "refused"
    assert "has no sheet like 'PCN Core Partner Details'" in outcome.message
    assert archive.releases(settings.raw) == []


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings, monkeypatch):
    header = [cell.replace("Close Date", "Closed Date") for cell in NETWORKS["sub_icb"]]
    monkeypatch.setitem(NETWORKS, "sub_icb", header)
    outcome = add(workbook(tmp_path), settings)
    assert outcome.status == "refused"
    assert outcome.message.endswith(
        "add a layout in pipeline/catalogue/ods/ods_epcn.yml with `Closed Date: close_date`"
    )


def test_a_zip_with_something_else_in_it_is_refused(tmp_path, settings):
    outcome = add(zipped(workbook(tmp_path), "readme.txt"), settings)
    assert outcome.status == "refused"
    assert "the ZIP holds readme.txt" in outcome.message


def england(**cells: str) -> list[list[object]]:
    return [partner(f"{letter}8{number:04}", **cells) for letter in "ABCDEFG" for number in range(900)]


def networks_of_england() -> list[list[str]]:
    return [network(f"U{10000 + number}") for number in range(1250)]


def test_a_whole_register_breaks_no_rule(tmp_path, settings):
    releases = all_added(workbook(tmp_path, "sub_icb", networks_of_england(), england()), settings)
    assert {rule for one in releases.values() for rule in failed_rules(one, settings)} == set()


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        (lambda: networks_of_england()[:900], "networks_of_england"),
        (lambda: [*networks_of_england(), network("U90000", close="20190930")], "network_closes_after_it_opens"),
        (lambda: [*networks_of_england(), network("U90000", location_name="ANOTHER")], "location_has_one_name"),
    ],
)
def test_wrong_networks_break_their_rule(rows, rule, tmp_path, settings):
    release = all_added(workbook(tmp_path, networks=rows()), settings)["networks"]
    assert failed_rules(release, settings) == {rule}


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        (lambda: england()[:5000], {"partners_of_england"}),
        (lambda: [*england(), partner("Y00001", end="20190930")], {"partner_leaves_after_it_joins"}),
        (lambda: [*england(), partner("A80000", start="20210101")], {"one_current_network"}),
        (
            lambda: [*england(), *(partner(f"A8{at:04}", start="20190901", end="20191231") for at in range(60))],
            {"one_network_at_a_time"},
        ),
        (
            lambda: [*england(), *(partner(f"Y0{at:04}", location="07G") for at in range(400))],
            {"partners_are_near"},
        ),
        (lambda: [*england(), partner("Y00001", pcn_name="ANOTHER PCN")], {"network_has_one_name"}),
        (lambda: [*england(), partner("Y00001", pcn_location="07G")], {"network_has_one_name"}),
    ],
)
def test_wrong_partners_break_their_rule(rows, rules, tmp_path, settings):
    release = all_added(workbook(tmp_path, partners=rows()), settings)["partners"]
    assert failed_rules(release, settings) == rules


def test_a_practice_may_join_a_network_on_the_day_it_leaves_another(tmp_path, settings):
    moved = [
        row
        for number in range(300)
        for row in (
            partner(f"A8{number:04}", end="20210101"),
            partner(f"A8{number:04}", pcn="U12551", pcn_name="OTHER PCN", start="20210101"),
        )
    ]
    release = all_added(workbook(tmp_path, partners=moved), settings)["partners"]
    assert failed_rules(release, settings) == {"partners_of_england"}

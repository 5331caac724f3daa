"""The indices of deprivation: File 1 by small area, File 11 with a sheet a domain, and the lookup of the portal."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, all_added, bronze_of, csv_bytes, made, rows_of
from sheets import made_xlsx

from pipeline.periods import parse

FILE_1 = "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"
FILE_11 = "File_11_-_IoD2019_Local_Authority_District_Summaries__upper-tier__.xlsx"
PORTAL = "IMD_December_2019_Lookup_in_England.csv"
HEADER_1 = [
    "LSOA code (2011)", "LSOA name (2011)", "Local Authority District code (2019)", "Local Authority District name (2019)",
    "Index of Multiple Deprivation (IMD) Rank", "Index of Multiple Deprivation (IMD) Decile",
]  # fmt: skip
DOMAINS = {
    "imd": ("IMD", "IMD"), "income": ("Income", "Income"), "employment": ("Employment", "Employment"),
    "education": ("Education", "Education, Skills and Training"), "health": ("Health", "Health Deprivation and Disability"),
    "crime": ("Crime", "Crime"), "barriers": ("Barriers", "Barriers to Housing and Services"),
    "living": ("Living", "Living Environment"), "idaci": ("IDACI", "IDACI"), "idaopi": ("IDAOPI", "IDAOPI"),
}  # fmt: skip


def workbook(path: Path, sheets: dict[str, list[list]]) -> Path:
    return made_xlsx(path, {"Notes": [], **sheets})


def small_areas(count: int = 20) -> list[list]:
    """Fictional small areas, in E019, with the rank and the decile that go together."""
    return [
        [f"E0190{number:04}", f"Sampleham {number:03}A", "E06900001", "Sampleham", number, -(-10 * number // count)]
        for number in range(1, count + 1)
    ]


def file_1(folder: Path, rows: list[list] | None = None, header: list[str] = HEADER_1) -> Path:
    return workbook(folder / FILE_1, {"IMD2019": [header, *(rows or small_areas())]})


def sheets(councils: int = 3) -> dict[str, list[list]]:
    """The ten sheets with councils in E069, of which the first is the most deprived, as published with stray blanks."""
    found = {}
    for domain, (sheet, words) in DOMAINS.items():
        header = [
            "Upper Tier Local Authority District code (2019)", "Upper Tier Local Authority District name (2019)",
            f"{words} - Average rank ", f"{words} - Rank of average rank ", f"{words} - Average score ",
            f"{words} - Rank of average score ", f"{words} - Proportion  of LSOAs in most deprived 10% nationally ",
            f"{words} - Rank of proportion of LSOAs in most deprived 10% nationally ",
        ]  # fmt: skip
        more: list[str] = []
        if domain == "imd":
            more = ["IMD 2019 - Extent ", "IMD 2019 - Rank of extent ", "IMD 2019 - Local concentration ",
                    "IMD 2019 - Rank of local concentration "]  # fmt: skip
        if domain in ("income", "employment"):
            more = [f"{words} scale", f"Rank of {words} Scale"]
        rows = []
        for at in range(1, councils + 1):
            values = [20000.5 - at, at, 30.25 - at, at, 0.5 - at / 10, at]
            values += {"imd": [0.4 - at / 10, at, 32000.5 - at, at]}.get(domain, [5000.25 - at, at] if more else [])
            rows.append([f"E0690000{at}", f"Council {at}", *values])
        found[sheet] = [[*header, *more], *rows]
    return found


def test_file_1_gives_rank_and_decile(tmp_path, settings):
    release = added(file_1(tmp_path), settings)
    assert (release.table, release.layout, release.period) == ("lsoa", "file_1_2019", parse("2019"))
    assert rows_of(bronze_of(release, settings))[2] == {
        "member": "IMD2019", "source_row": 3, "lsoa_code": "E01900003", "lsoa_name": "Sampleham 003A",
        "council_code": "E06900001", "council_name": "Sampleham", "imd_rank": 3, "imd_decile": 2,
    }  # fmt: skip
    assert failed_rules(release, settings) == set()


def test_file_11_is_a_table_for_each_sheet(tmp_path, settings):
    releases = all_added(workbook(tmp_path / FILE_11, sheets()), settings)
    assert sorted(releases) == sorted(f"upper_tier_{domain}" for domain in DOMAINS)
    row = rows_of(bronze_of(releases["upper_tier_income"], settings))[1]
    assert {name: str(cell) for name, cell in row.items()} == {
        "member": "Income", "source_row": "2", "upper_tier_code": "E06900002", "upper_tier_name": "Council 2",
        "average_rank": "19998.500000", "rank_of_average_rank": "2", "average_score": "28.250000",
        "rank_of_average_score": "2", "share_most_deprived": "0.300000", "rank_of_share_most_deprived": "2",
        "scale": "4998.250000", "rank_of_scale": "2",
    }  # fmt: skip
    assert all(failed_rules(release, settings) == set() for release in releases.values())


def test_the_portal_gives_the_rank_alone(tmp_path, settings):
    rows = [[*row[:5], str(at)] for at, row in enumerate(small_areas())]
    header = ["LSOA11CD", "LSOA11NM", "LAD19CD", "LAD19NM", "IMD19", "FID"]
    release = added(made(tmp_path / PORTAL, csv_bytes(header, rows)), settings)
    assert (release.table, release.period, release.period_from) == ("lsoa_rank", parse("2019"), "content")
    assert [row["imd_rank"] for row in rows_of(bronze_of(release, settings))] == list(range(1, 21))


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        (4, 0, "imd_rank is '0'"), (4, 32845, "imd_rank is '32845'"), (4, "1.5", "imd_rank is '1.5'"),
        (5, 11, "imd_decile is '11'"), (0, "W01000001", "lsoa_code is 'W01000001'"), (2, "E10000016", "council_code is"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_said(column, cell, said, tmp_path, settings):
    rows = small_areas()
    rows[7][column] = cell
    assert said in add(file_1(tmp_path, rows), settings).problems[0]


def test_a_decile_that_does_not_follow_and_a_council_of_two_names_break_their_rules(tmp_path, settings):
    rows = small_areas()
    rows[7][5], rows[8][3] = 9, "Mockford"
    assert failed_rules(added(file_1(tmp_path, rows), settings), settings) == {
        "decile_follows_from_rank", "council_has_one_name",
    }  # fmt: skip


def test_ranks_and_deciles_that_changed_places_are_refused(tmp_path, settings):
    header = [*HEADER_1[:4], HEADER_1[5], HEADER_1[4]]
    outcome = add(file_1(tmp_path, header=header), settings)
    assert "imd_decile is '11'" in outcome.problems[0]


@pytest.mark.parametrize(
    ("sheet", "column"), [("IMD", 3), ("IMD", 5), ("IMD", 9), ("IMD", 11), ("Income", 9), ("Living", 7)]
)
def test_ranks_that_do_not_follow_from_the_values_break_their_rule(sheet, column, tmp_path, settings):
    content = sheets()
    content[sheet][1][column], content[sheet][2][column] = content[sheet][2][column], content[sheet][1][column]
    releases = all_added(workbook(tmp_path / FILE_11, content), settings)
    failed = {rule for release in releases.values() for rule in failed_rules(release, settings)}
    assert failed == {f"{sheet.lower()}_ranks_follow_from_values"}


def test_a_sheet_that_is_missing_refuses_the_whole_file(tmp_path, settings):
    content = sheets()
    del content["Crime"]
    outcome = add(workbook(tmp_path / FILE_11, content), settings)
    assert outcome.status == "refused"
    assert "Crime" in outcome.message


def test_a_sheet_of_another_domain_is_refused(tmp_path, settings):
    content = sheets()
    content["IDACI"] = content["IDAOPI"]
    outcome = add(workbook(tmp_path / FILE_11, content), settings)
    assert outcome.status == "refused"
    assert "IDAOPI - Average rank" in outcome.message

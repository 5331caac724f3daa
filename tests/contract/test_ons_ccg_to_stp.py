"""The ONS lookups of CCGs to STPs, without the ODS code of the STP in 2019 and with it in 2020."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.periods import parse

HEADERS = {
    "19": "FID,CCG19CD,CCG19CDH,CCG19NM,STP19CD,STP19NM",
    "20": "FID,CCG20CD,CCG20CDH,CCG20NM,STP20CD,STP20CDH,STP20NM",
}


def rows(year: str) -> list[list[str]]:
    """42 STPs, of one CCG each but the first, which has two."""
    found = []
    for number in range(43):
        stp = max(number - 1, 0)
        code = [f"Q{stp:02}"] if year == "20" else []
        found.append(
            [str(number + 1), f"E380000{number:02}", f"{number:02}N", f"NHS {number} CCG", f"E540000{stp:02}", *code,
             f"Partnership {stp}"]
        )  # fmt: skip
    return found


def file_of(folder: Path, year: str, content=None, header: str = "") -> Path:
    name = f"CCG{year}_STP{year}_EN_LU.csv"
    return made(folder / name, csv_bytes((header or HEADERS[year]).split(","), content or rows(year)))


@pytest.mark.parametrize(("year", "code"), [("19", None), ("20", "Q00")])
def test_each_vintage_is_read_by_the_year_in_its_header(year, code, tmp_path, settings):
    release = added(file_of(tmp_path, year), settings)
    row = rows_of(bronze_of(release, settings))[0]
    assert (release.table, release.layout) == ("ccg_to_stp", f"geoportal_csv_20{year}")
    assert (release.period, release.period_from) == (parse(f"20{year}"), "content")
    assert row == {
        "member": "", "source_row": 1, "ccg_ons_code": "E38000000", "ccg_code": "00N", "ccg_name": "NHS 0 CCG",
        "stp_ons_code": "E54000000", "stp_code": code, "stp_name": "Partnership 0",
    }  # fmt: skip
    assert failed_rules(release, settings) == set()


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    header = HEADERS["20"].replace("CCG20NM", "CCG20NAME")
    outcome = add(file_of(tmp_path, "20", header=header), settings)
    assert outcome.status == "refused"
    assert "column 'CCG20NAME' is unknown" in outcome.message
    assert "pipeline/catalogue/ons/ons_lookups.yml" in outcome.message


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [(2, "01N", "ccg_ods_code_unique"), (5, "Q99", "stp_codes_one_to_one"), (6, "Another", "stp_codes_one_to_one")],
)
def test_codes_that_do_not_go_together_break_their_rule(column, cell, rule, tmp_path, settings):
    content = rows("20")
    content[0][column] = cell
    assert failed_rules(added(file_of(tmp_path, "20", content), settings), settings) == {rule}


def test_a_lookup_cut_short_is_shown(tmp_path, settings):
    release = added(file_of(tmp_path, "20", rows("20")[:30]), settings)
    assert failed_rules(release, settings) == {"stps_of_england"}

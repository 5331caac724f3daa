"""etr without a header: 24 columns in 2020 and 27 since give the same rows, and codes of three and five characters."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, made, quarantine_of, release_of, rows_of

from pipeline.periods import parse

# As published, but for the telephone number, which is kept for drama.
OLD = (
    "RVV,EAST KENT HOSPITALS UNIVERSITY NHS FOUNDATION TRUST,Y59,QKS,KENT & CANTERBURY HOSPITAL,ETHELBERT ROAD,,CANTERBURY,,"
    "CT1 3NG,19990401,,,,,,,,,,,0,,J"
)
NEW = (
    '"RVV","EAST KENT HOSPITALS UNIVERSITY NHS FOUNDATION TRUST","Y59","QKS","KENT & CANTERBURY HOSPITAL","ETHELBERT ROAD","",'
    '"CANTERBURY","","CT1 3NG","19990401","","","","","","","01632 960001","","","","1","","J","","",""'
)
AT = {"name": 1, "region": 2, "icb": 3, "postcode": 9, "open": 10, "close": 11, "letter": 23}


def line(code: str = "RVV", pattern: str = NEW, **cells: str) -> str:
    fields = next(csv.reader([pattern]))
    fields[0] = code
    for name, cell in cells.items():
        fields[AT[name]] = cell
    return ",".join(f'"{field}"' for field in fields) if pattern is NEW else ",".join(fields)


def file_of(folder: Path, *lines: str, name: str = "etr__2025-12.csv", end: str = "\r\n") -> Path:
    return made(folder / name, "".join(one + end for one in lines).encode())


def register(*more: str) -> list[str]:
    return [*(line(f"R{number // 26}{chr(65 + number % 26)}") for number in range(180)), *more]


@pytest.mark.parametrize(
    ("pattern", "end", "layout"), [(OLD, "\n", "no_header_24"), (NEW, "\r\n", "no_header_27")], ids=["2020", "2025"]
)
def test_both_generations_give_the_same_row(pattern, end, layout, tmp_path, settings):
    release = added(file_of(tmp_path, line(pattern=pattern), end=end), settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout, release.period) == ("trusts", layout, parse("2025-12"))
    assert {name: cell if cell is None else str(cell) for name, cell in row.items()} == {
        "member": "", "source_row": "1", "trust_code": "RVV",
        "trust_name": "EAST KENT HOSPITALS UNIVERSITY NHS FOUNDATION TRUST", "national_grouping_code": "Y59",
        "high_level_geography_code": "QKS", "postcode": "CT1 3NG", "open_date": "1999-04-01", "close_date": None,
        "government_region": "J",
    }  # fmt: skip


def test_new_trusts_and_merged_boards_have_five_characters(tmp_path, settings):
    release = added(file_of(tmp_path, line("G6V2S", icb="Z9B2Z", region="Y56", letter="H")), settings)
    assert [(row["trust_code"], row["high_level_geography_code"]) for row in rows_of(bronze_of(release, settings))] == [
        ("G6V2S", "Z9B2Z")
    ]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"open": "01/04/1999"}, "open_date"), ({"postcode": "CANTERBURY"}, "postcode"), ({"letter": "Z"}, "government_region"),
        ({"icb": "KENT"}, "high_level_geography_code"), ({"region": "SOUTH EAST"}, "national_grouping_code"),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_as_published_is_quarantined(cells, rule, tmp_path, settings):
    outcome = add(file_of(tmp_path, *register(), line("RXX", **cells)), settings)
    assert f"{rule} is " in outcome.problems[0]
    ((_, number, _, found),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (number, found[rule]) == (181, *cells.values())


def test_a_file_of_26_columns_is_refused(tmp_path, settings):
    short = ",".join(f'"{cell}"' for cell in next(csv.reader([NEW]))[:26])
    outcome = add(file_of(tmp_path, short), settings)
    assert outcome.status == "refused"
    assert "26" in outcome.message
    assert "pipeline/catalogue/ods/ods_etr.yml" in outcome.message


def test_a_trust_that_stands_twice_is_said(tmp_path, settings):
    outcome = add(file_of(tmp_path, *register(line("R0A"))), settings)
    assert "trust_code" in outcome.problems[0]


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (register, set()),
        (lambda: register()[:100], {"trusts_of_england"}),
        (lambda: register(line("RXX", close="19980331")), {"closes_after_it_opens"}),
        (lambda: register(line("RXX", icb="")), {"region_and_icb_go_together"}),
        (lambda: register(line("RXX", letter="W")), {"region_and_icb_go_together"}),
        (lambda: register(line("RXX", region="Y58", letter="K")), {"icb_in_one_region"}),
        (lambda: register(*(line(f"RX{one}", letter=one) for one in "ABDE")), {"government_region_is_of_the_region"}),
    ],
)
def test_a_wrong_register_breaks_its_rule(lines, rules, tmp_path, settings):
    assert failed_rules(added(file_of(tmp_path, *lines()), settings), settings) == rules

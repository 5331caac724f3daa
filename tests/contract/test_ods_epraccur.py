"""epraccur without a header: its generations give the same rows, and what its codes never meant is loud."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, made, rows_of

from pipeline.catalogue.load import catalogue
from pipeline.periods import parse

# As published, but for the telephone numbers, which are kept for drama.
LETTERS = (
    '"A81001","THE DENSHAM SURGERY","Y63","QHM","THE HEALTH CENTRE","LAWSON STREET","STOCKTON-ON-TEES","CLEVELAND","",'
    '"TS18 1HU","19740401","","A","B","16C","20200401","","01632 960001","","","","0","","16C","","4",""'
)
WORDS = (
    '"A81001","THE DENSHAM SURGERY","Y63","QHM","HEALTH CENTRE","LAWSON STREET","","STOCKTON-ON-TEES","",'
    '"TS18 1HU","19740401","","ACTIVE","B","16C","20200401","","01632 960001","","","","1","","16C","","RO76",""'
)
AT = {"name": 1, "region": 2, "icb": 3, "postcode": 9, "open": 10, "close": 11, "status": 12, "type": 13,
      "commissioner": 14, "joined": 15, "left": 16, "provider": 23, "setting": 25}  # fmt: skip


def line(code: str = "A81001", pattern: str = LETTERS, **cells: str) -> str:
    fields = next(csv.reader([pattern]))
    fields[0] = code
    for name, cell in cells.items():
        fields[AT[name]] = cell
    return ",".join(f'"{field}"' for field in fields)


def file_of(folder: Path, *lines: str, name: str = "epraccur__2022-01.csv", end: str = "\r\n") -> Path:
    return made(folder / name, "".join(one + end for one in lines).encode())


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("pattern", [LETTERS, WORDS], ids=["letters", "words"])
def test_both_generations_give_the_same_row(pattern, end, tmp_path, settings):
    release = added(file_of(tmp_path, line(pattern=pattern), end=end), settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout) == ("practices", "no_header_27")
    assert {name: cell if cell is None else str(cell) for name, cell in row.items()} == {
        "member": "", "source_row": "1", "practice_code": "A81001", "practice_name": "THE DENSHAM SURGERY",
        "national_grouping_code": "Y63", "high_level_geography_code": "QHM", "postcode": "TS18 1HU",
        "open_date": "1974-04-01", "close_date": None, "status": "active", "organisation_sub_type": "B",
        "commissioner_code": "16C", "joined_commissioner": "2020-04-01", "left_commissioner": None,
        "provider_code": "16C", "prescribing_setting": "gp_practice",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("published", "status"),
    [
        ("A", "active"), ("C", "closed"), ("D", "dormant"), ("P", "proposed"), ("ACTIVE", "active"),
        ("INACTIVE", "closed"), ("DORMANT", "dormant"),
    ],
)  # fmt: skip
def test_letters_and_words_of_the_status_mean_the_same(published, status, tmp_path, settings):
    release = added(file_of(tmp_path, line(status=published)), settings)
    assert [row["status"] for row in rows_of(bronze_of(release, settings))] == [status]


@pytest.mark.parametrize(
    ("number", "role"),
    [
        ("0", "RO72"), ("1", "RO87"), ("2", "RO80"), ("3", "RO80|RO87"), ("4", "RO76"), ("4", "RO76|RO268"),
        ("8", "RO255"), ("9", "RO247"), ("10", "RO250"), ("11", "RO252"), ("12", "RO259"), ("13", "RO249"),
        ("14", "RO246"), ("16", "RO260"), ("17", "RO257"), ("18", "RO256"), ("19", "RO251"), ("22", "RO258"),
        ("25", "RO82"),
    ],
)  # fmt: skip
def test_numbers_and_roles_of_the_setting_mean_the_same(number, role, tmp_path, settings):
    """The pairs are those of the organisations in both the file of January 2022 and that of February 2026."""
    release = added(file_of(tmp_path, line(setting=number), line("A81002", WORDS, setting=role)), settings)
    first, second = (row["prescribing_setting"] for row in rows_of(bronze_of(release, settings)))
    assert first == second


def test_every_setting_is_reached_by_a_code():
    setting = catalogue().contracts["ods_epraccur"].table("practices").column("prescribing_setting")
    assert set(setting.aliases.values()) == set(setting.allowed)


@pytest.mark.parametrize(
    ("cells", "column"),
    [({"setting": "20"}, "prescribing_setting"), ({"setting": "RO254"}, "prescribing_setting"),
     ({"status": "X"}, "status"), ({"status": "Active"}, "status")],
)  # fmt: skip
def test_a_code_that_was_never_seen_is_loud(cells, column, tmp_path, settings):
    outcome = add(file_of(tmp_path, line(), line("A81002", **cells)), settings)
    assert outcome.status == "archived"
    assert len(outcome.problems) == 1
    (code,) = cells.values()
    assert f"row 2 (line 2): {column} is '{code}'" in outcome.problems[0]
    assert f"`allowed:` of {column} in pipeline/catalogue/ods/ods_epraccur.yml" in outcome.problems[0]


@pytest.mark.parametrize("code", ["A81001", "JER795", "GUE070", "K0E995"])
def test_codes_of_every_published_shape_are_codes(code, tmp_path, settings):
    assert [row["practice_code"] for row in rows_of(bronze_of(added(file_of(tmp_path, line(code)), settings), settings))] == [
        code
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "period", "source"),
    [
        ("epraccur__2022-01.csv", "2022-01", "name"),
        ("epraccur.csv", "2021-11", "content"),
    ],
)
def test_the_name_says_the_month_better_than_the_last_opening(name, period, source, tmp_path, settings):
    path = file_of(tmp_path, line(), line("A81002", open="20211104"), name=name)
    release = added(path, settings)
    assert (release.period, release.period_from) == (parse(period), source)


def test_a_file_of_another_width_is_refused(tmp_path, settings):
    outcome = add(file_of(tmp_path, line() + ',""', line("A81002") + ',""'), settings)
    assert outcome.status == "refused"
    assert "row 1 has 28 columns, expected 27" in outcome.message
    assert "pipeline/catalogue/ods/ods_epraccur.yml" in outcome.message


def test_a_file_whose_columns_moved_is_refused(tmp_path, settings):
    moved = line().replace('"A81001","THE DENSHAM SURGERY"', '"THE DENSHAM SURGERY","A81001"')
    outcome = add(file_of(tmp_path, moved), settings)
    assert outcome.status == "refused"
    assert "column 1 (practice_code) is 'THE DENSHAM SURGERY'" in outcome.message


def test_a_file_with_a_header_is_known_and_its_header_is_a_bad_row(tmp_path, settings):
    header = ",".join(f'"C{number}"' for number in range(1, 28))
    lines = [line(f"A81{number:03}") for number in range(20)]
    outcome = add(file_of(tmp_path, header, *lines), settings)
    assert outcome.status == "archived"
    assert any("row 1 (line 1): practice_code is 'C1'" in problem for problem in outcome.problems)


def register(*more: str) -> list[str]:
    """A register of England's size, with a code of every setting."""
    settings = list(catalogue().contracts["ods_epraccur"].table("practices").column("prescribing_setting").aliases)
    practices = [line(f"{letter}8{number:04}") for letter in "BCDEFGH" for number in range(900)]
    return [*practices, *(line(f"Y0{at:04}", setting=code) for at, code in enumerate(settings)), *more]


def test_a_whole_register_breaks_no_rule(tmp_path, settings):
    assert failed_rules(added(file_of(tmp_path, *register()), settings), settings) == set()


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (lambda: [one for one in register() if "B8" not in one], {"practices_of_england"}),
        (lambda: register()[:6300], {"every_common_setting_is_there"}),
        (lambda: register(line("Y90001", status="C", left="20240331")), {"closed_has_a_closing_date"}),
        (
            lambda: register(*(line(f"Y9{at:04}", close="20260331") for at in range(21))),
            {"active_has_no_closing_date"},
        ),
        (lambda: register(line("Y90001", status="C", close="19730101")), {"closes_after_it_opens"}),
        (lambda: register(line("Y90001", left="20190331")), {"closes_after_it_opens"}),
        (lambda: register(line("Y90001", commissioner="")), {"active_practice_has_a_commissioner"}),
        (lambda: register(*(line(f"Y9{at:04}", setting="") for at in range(40))), {"setting_is_known"}),
        (lambda: register(*(line(f"Y9{at:04}", postcode="") for at in range(80))), {"postcode_is_known"}),
    ],
)
def test_a_wrong_register_breaks_its_rule(lines, rules, tmp_path, settings):
    assert failed_rules(added(file_of(tmp_path, *lines()), settings), settings) == rules


def test_codes_that_change_their_meaning_do_not_go_by_in_silence(tmp_path, settings):
    """What the change of 2026 would have done to anybody who filters for A and 4: no practice is left."""
    lines = [one.replace('"4",""', '"0",""') for one in register()]
    assert failed_rules(added(file_of(tmp_path, *lines), settings), settings) >= {"practices_of_england"}

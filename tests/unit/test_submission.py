"""Problems of a submitted file: their level, their place, their words, and the forms in which they are shown."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault, Refused
from pipeline.gate.ledger import Check
from pipeline.gate.suites import load_suite
from pipeline.ingest import layout_diff
from pipeline.ingest.findings import findings
from pipeline.ingest.identify import identify
from pipeline.ingest.read import read
from pipeline.sample import local_extracts
from pipeline.sample.files import csv_text, write_text
from pipeline.submission import problems, report
from pipeline.submission.problems import Problem, Reading

SPEND = local_extracts.extract("lx_05_trust_spend")


def spend(folder: Path, changes: dict[int, dict[str, str]], name: str = "") -> Path:
    """The sample of the spend ledger with other cells in some rows (0 is the first below the header)."""
    rows = SPEND.filled()
    for number, cells in changes.items():
        rows[number] |= cells
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return write_text(folder / (name or SPEND.file_name), csv_text(lines, "\n"))


def reading_of(path: Path, folder: Path) -> Reading:
    (found,) = identify(path, catalogue(), dataset="lx_05_trust_spend")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    bronze = read(path, found, digest, folder / "work", label=path.name, threads=1)
    return Reading(found, bronze, path.name)


def of_contract(tmp_path: Path, changes: dict[int, dict[str, str]]) -> list[Problem]:
    reading = reading_of(spend(tmp_path, changes), tmp_path)
    return list(problems.of_reading(reading, findings(reading.contract, reading.table, reading.report, reading.label)))


def of_suite(tmp_path: Path, changes: dict[int, dict[str, str]]) -> list[Problem]:
    """What the suite says, its rules run as they stand: that Great Expectations agrees is proven elsewhere."""
    reading = reading_of(spend(tmp_path, changes), tmp_path)
    con = duckdb.connect()
    con.execute(f"create table batch as {reading.bronze.select()}")
    rules, checks = load_suite("lx_05_trust_spend").rules, {}
    for rule in rules:
        query = rule.expectation["kwargs"]["unexpected_rows_query"].replace("{batch}", "batch")
        failed = len(con.execute(query).fetchall())
        outcome = "failed" if failed else "passed"
        checks[rule.rule_id] = Check(
            rule.rule_id, "file", "expectation", rule.severity, rule.dimension, rule.why, outcome, rows_failed=failed
        )
    return list(problems.of_suite(con, "batch", reading, rules, checks))


# --- levels and words ---------------------------------------------------------------------------------------------------


def test_a_right_file_has_no_problems(tmp_path):
    assert of_contract(tmp_path, {}) == of_suite(tmp_path, {}) == []


def test_a_bad_cell_is_told_with_its_row_in_the_spreadsheet_what_is_allowed_and_how_to_mend_it(tmp_path):
    (one,) = of_contract(tmp_path, {12: {"amount_gbp": "£1,200"}})
    assert one.level == "record"
    assert one.rule == "lx_05_trust_spend.transactions.amount_gbp.type"
    assert one.sentence == (
        "Row 14, column amount_gbp: found '£1,200', expected a number of pounds with at most two decimals, such as 23881.73. "
        "Write digits only, such as 23881.73: no words, no currency sign, no thousands commas."
    )


@pytest.mark.parametrize(("cells", "found", "remedy"), [
    ({"vat_treatment": "Net"}, "'Net'", "Write net, if that is what is meant"),
    ({"vat_treatment": "12"}, "'12'", "Write one of these exactly as they stand"),
    ({"vat_treatment": ""}, "(blank)", "Fill in the cell, such as net"),
    ({"company_number": "1234567"}, "'1234567'", "a spreadsheet may have dropped zeros in front"),
    ({"payment_date": "03/11/2025"}, "'03/11/2025'", "Write it like 2025-11-03; in a CSV file a spreadsheet may have changed it"),
    ({"supplier_postcode_sector": "XZ1 1AA"}, "'XZ1 1AA'", "Write it like XZ1 1"),
    ({"transaction_id": "a\u200bb"}, "'a\\u200bb'", "Type the cell again"),
])  # fmt: skip
def test_each_kind_of_bad_cell_says_how_to_mend_it(cells, found, remedy, tmp_path):
    told = of_contract(tmp_path, {3: cells})
    assert {one.row for one in told} == {"5"}
    assert any(one.found == found and remedy in one.remedy for one in told), told


def test_a_count_of_people_says_which_markers_may_stand_for_it(tmp_path):
    one = local_extracts.extract("lx_18_dynamic_support_register")
    rows = one.filled()
    rows[0]["people"] = "<5"
    path = write_text(tmp_path / one.file_name, csv_text([list(rows[0]), *(list(row.values()) for row in rows)], "\n"))
    (found,) = identify(path, catalogue(), dataset=one.dataset)
    reading = Reading(found, read(path, found, "b" * 64, tmp_path, label=path.name, threads=1), path.name)
    (told,) = problems.of_reading(reading, findings(reading.contract, reading.table, reading.report, path.name))
    assert "write * where the number is too small to show" in told.remedy


def test_few_bad_rows_are_left_out_and_many_stop_the_submission(tmp_path):
    few = of_contract(tmp_path, {number: {"vat_treatment": "x"} for number in range(2)})
    assert {one.level for one in few} == {"record"}
    many = of_contract(tmp_path, {number: {"vat_treatment": "x"} for number in range(3)})
    assert [one.level for one in many] == ["submission", "record", "record", "record"]
    assert (many[0].found, many[0].allowed) == ("3 of 40 rows are left out", "at most 5% of the rows")


def test_a_key_that_stands_twice_is_told_on_both_rows(tmp_path):
    twice = SPEND.filled()[0]["transaction_id"]
    told = of_contract(tmp_path, {5: {"transaction_id": twice}})
    assert [(one.level, one.row, one.column) for one in told] == [
        ("submission", "2", "org_ods, transaction_id"), ("submission", "7", "org_ods, transaction_id"),
    ]  # fmt: skip
    assert f"'RZ1', '{twice}'" in told[0].found


def test_two_values_where_one_is_expected_stop_the_submission(tmp_path):
    (told,) = of_contract(tmp_path, {0: {"version": "2"}})
    assert (told.level, told.column) == ("submission", "version")
    assert told.found == "'1' in 39 rows and '2' in 1 rows"


def test_a_critical_rule_of_the_suite_stops_the_submission_and_names_rows_columns_and_cells(tmp_path):
    (told,) = of_suite(tmp_path, {7: {"influenceable": "no", "exclusion_reason": "none"}})
    assert (told.level, told.row, told.column) == ("submission", "9", "influenceable, exclusion_reason")
    assert told.found == "influenceable 'no', exclusion_reason 'none'"
    assert told.remedy == "Write the exclusion_reason, or yes or partly as influenceable"


def test_a_warning_of_the_suite_is_a_warning(tmp_path):
    blank = {"supplier_postcode_sector": "", "supplier_lsoa21": ""}
    (told,) = of_suite(tmp_path, dict.fromkeys(range(40), blank))
    assert (told.level, told.row) == ("warning", "")
    assert "four fifths" in told.allowed


def test_a_rule_that_could_not_be_run_is_no_warning(tmp_path):
    reading = reading_of(spend(tmp_path, {}), tmp_path)
    rule = next(one for one in load_suite("lx_05_trust_spend").rules if one.severity == "warning")
    check = Check(
        rule.rule_id, "file", "expectation", "warning", rule.dimension, rule.why, "errored", "could not be run"
    )
    (told,) = problems.of_suite(duckdb.connect(), "batch", reading, [rule], {rule.rule_id: check})
    assert (told.level, told.found) == ("submission", "could not be run")


def test_rows_beyond_those_listed_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(problems, "MOST_ROWS", 3)
    told = of_contract(tmp_path, {number: {"vat_treatment": "x"} for number in range(10)})
    assert [one.more for one in told] == [0, 0, 0, 7]
    assert problems.counts(told) == {"submission": 1, "record": 10, "warning": 0}
    assert told[-1].sentence.endswith("So 7 more rows.")


# --- refusals -----------------------------------------------------------------------------------------------------------


def test_a_header_gone_wrong_is_told_column_by_column_with_the_template(tmp_path):
    path = spend(tmp_path, {})
    text = path.read_text("utf-8")
    header, *lines = text.replace("amount_gbp", "amount", 1).splitlines()
    path.write_text("\n".join([f"{header},remarks", *(f"{line},x" for line in lines)]) + "\n", "utf-8")
    with pytest.raises(Refused) as caught:
        identify(path, catalogue(), dataset="lx_05_trust_spend")
    difference = layout_diff.difference_of(path, catalogue(), dataset="lx_05_trust_spend", threads=1)
    refusal = problems.in_our_words(caught.value, difference)
    assert refusal.remedy == "Mend the columns, or start from the template: ics-marts template lx_05_trust_spend"
    whole, *columns = problems.of_refusal(refusal, difference)
    assert (whole.level, whole.rule, whole.remedy) == ("submission", "file.refused", refusal.remedy)
    assert {(one.rule, one.column, one.remedy) for one in columns} == {
        ("file.column_renamed", "amount", "Name the column amount_gbp"),
        ("file.column_added", "remarks", "Remove the column"),
    }


def test_a_publication_gone_wrong_is_not_for_the_person_who_downloaded_it_to_mend(tmp_path):
    contract = catalogue().contracts["gp_appointments_regional"]
    reading = reading_of(spend(tmp_path, {1: {"vat_treatment": "x"}}), tmp_path)
    published = replace(reading, found=replace(reading.found, contract=contract))
    assert published.remedy("Write net") == "Get a corrected file from the publisher"
    assert reading.remedy("Write net") == "Write net"


def test_an_unknown_part_or_period_of_an_extract_says_what_to_fill_in(tmp_path):
    reading = reading_of(spend(tmp_path, {}), tmp_path)
    told = problems.of_slot(Refused("x"), reading, in_name=True)
    assert told.remedy == "Name it lx_05_trust_spend__<ODS code>.csv"
    told = problems.of_slot(Refused("x"), reading, in_name=False)
    assert told.remedy == "Fill in the column period in every row"


def test_a_name_that_contradicts_the_rows_is_a_warning(tmp_path):
    reading = reading_of(spend(tmp_path, {}), tmp_path)
    assert list(problems.of_name(reading, "rz1")) == []
    (told,) = problems.of_name(reading, "rz2")
    assert (told.level, told.found) == ("warning", "the name says RZ2, the rows say 'RZ1'")


# --- people -------------------------------------------------------------------------------------------------------------


def test_no_cell_of_a_file_about_people_is_shown(tmp_path):
    one = local_extracts.extract("lx_01_staff_residence")
    rows = one.filled()
    rows[0]["staff_group"] = "Maud Okonkwo"
    rows[1]["employee_hash"] = "401 023 2137"
    rows[2]["fte"] = ""
    path = write_text(tmp_path / one.file_name, csv_text([list(rows[0]), *(list(row.values()) for row in rows)], "\n"))
    (found,) = identify(path, catalogue(), dataset=one.dataset)
    reading = Reading(found, read(path, found, "c" * 64, tmp_path, label=path.name, threads=1), path.name)
    told = list(problems.of_reading(reading, findings(reading.contract, reading.table, reading.report, path.name)))
    assert {(one.row, one.column, one.found) for one in told} == {
        ("2", "staff_group", problems.NOT_SHOWN), ("3", "employee_hash", problems.NOT_SHOWN), ("4", "fte", problems.BLANK),
    }  # fmt: skip
    assert not any(cell in one.sentence for one in told for cell in ("Okonkwo", "2137"))


# --- forms --------------------------------------------------------------------------------------------------------------

ODD = Problem(
    "record", "x.y.z", "'=1+1'", "one of <b>, \"c\"", "Write b", table="x/y", row="7", column="=cmd|' /c calc'!A1", more=2
)  # fmt: skip


def test_the_csv_holds_every_problem_and_no_formula():
    records = list(csv.reader(io.StringIO(report.as_csv([ODD]))))
    assert records == [
        list(report.HEADINGS),
        ["record", "7", "'=cmd|' /c calc'!A1", "'=1+1'", "one of <b>, \"c\"", "Write b (and 2 more rows like this)", "x.y.z"],
    ]  # fmt: skip


def test_the_page_is_a_table_with_caption_and_headings_and_escapes_what_it_shows():
    page = report.as_page("a <file>.csv", [ODD])
    assert '<html lang="en-GB">' in page
    assert "<title>Problems of a &lt;file&gt;.csv</title>" in page
    assert page.count('<th scope="col">') == len(report.HEADINGS)
    assert "<caption>" in page
    assert "one of &lt;b&gt;, &#34;c&#34;" in page
    assert "http" not in page.replace("http-equiv", ""), "it needs nothing from elsewhere"
    assert "Nothing to mend" in report.as_page("a.csv", [])


def test_a_terminal_shows_the_first_problems_and_how_to_see_the_rest():
    told = [replace(ODD, row=str(number), column="c", more=0) for number in range(30)]
    text = report.text(told, 120)
    assert all(len(line) <= 120 for line in text.splitlines())
    assert text.splitlines()[0].split() == " ".join(report.HEADINGS).split()
    assert "(and 10 more: --report problems.csv or --report problems.html)" in text
    assert report.text([], 120) == ""


def test_a_problem_as_data_has_its_sentence_and_comes_back(tmp_path):
    (told,) = of_contract(tmp_path, {12: {"amount_gbp": "£1,200"}})
    found = problems.facts(told)
    assert found["sentence"] == told.sentence
    assert problems.from_facts(found) == told


def test_the_summary_counts_by_level():
    assert report.summary([ODD]) == "3 problems: 0 submission, 3 record, 0 warning"
    assert report.summary([]) == "no problems"


def test_problems_of_the_whole_file_come_first():
    levels = ["warning", "record", "submission", "record"]
    assert [one.level for one in problems.in_order(replace(ODD, level=level) for level in levels)] == [
        "submission", "record", "record", "warning",
    ]  # fmt: skip


def test_a_report_is_written_by_its_ending(tmp_path):
    for name in ("p.csv", "p.HTML"):
        report.write(tmp_path / name, "f.csv", [ODD])
    assert (tmp_path / "p.csv").read_bytes().startswith(b"\xef\xbb\xbfLevel,Row,")
    assert (tmp_path / "p.HTML").read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(Fault, match=r"ends in \.pdf, expected \.csv or \.html"):
        report.write(tmp_path / "p.pdf", "f.csv", [ODD])
    with pytest.raises(Fault, match="there is no folder"):
        report.write(tmp_path / "nowhere" / "p.csv", "f.csv", [ODD])

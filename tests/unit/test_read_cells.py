"""Proves that a cell is read as a slow and obvious oracle in Python reads it, or its row is in quarantine by a rule id.

And that no row is ever lost: rows in = clean + quarantined, for any cells at all.
"""

from __future__ import annotations

import re
import sys
import tempfile
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import contract_of, csv_text, read_bytes

from pipeline import periods
from pipeline.ingest.read import WHITE

MARKERS = {"*": "suppressed", "[x]": "not_available", "-": "not_applicable"}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
RULE = "things.all_things.cell"
QUARANTINED = object()
# Signs that younger editions of Unicode made format signs, of which Python and DuckDB may know other ones.
NEW_FORMATS = "".join(map(chr, (0x890, 0x891, *range(0x13430, 0x13460))))

few = settings(max_examples=12, deadline=None)


# --- the oracle: what a cell is, by hand ------------------------------------------------------------------------


def folded(cell: str) -> str:
    return " ".join(cell.split())


def readable(text: str) -> str | object:
    """Text as it is, unless it holds a control sign, a sign without a width or of private use, or a spreadsheet error."""
    unreadable = any(unicodedata.category(letter) in ("Cc", "Cf", "Co") or letter == "\ufffd" for letter in text)
    errors = ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")
    return QUARANTINED if unreadable or text in errors else text


def whole_number(cell: str, *, thousands: bool) -> int | object | None:
    text = folded(cell)
    if not text:
        return None
    if thousands and "," in text:
        if not re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+", text):
            return QUARANTINED
        text = text.replace(",", "")
    if not re.fullmatch(r"[+-]?[0-9]+", text) or not -(2**63) <= int(text) < 2**63:
        return QUARANTINED
    return int(text)


def decimal_number(cell: str, precision: int, scale: int) -> Decimal | object | None:
    text = folded(cell)
    if not text:
        return None
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text):
        return QUARANTINED
    sign, digits, exponent = Decimal(text).as_tuple()
    scaled = int("".join(map(str, digits))) * 10 ** max(exponent + scale, 0)
    if exponent + scale < 0:
        scaled, lost = divmod(scaled, 10 ** -(exponent + scale))
        if lost:
            return QUARANTINED
    return QUARANTINED if scaled >= 10**precision else Decimal((sign, tuple(map(int, str(scaled))), -scale))


def month_of(cell: str) -> date | object | None:
    text = folded(cell)
    if not text:
        return None
    match = re.fullmatch(r"([A-Za-z]{3})([1-9][0-9]{3})", text)
    if not match or match[1].upper() not in MONTHS:
        return QUARANTINED
    return date(int(match[2]), MONTHS.index(match[1].upper()) + 1, 1)


def period_of(cell: str) -> tuple[date, date, str] | object | None:
    text = folded(cell)
    if not text:
        return None
    try:
        period = periods.parse(text)
    except ValueError:
        return QUARANTINED
    return period.start, period.end, period.type


# --- cells that publishers and people write, and cells that nobody should ---------------------------------------

WHITES = st.sampled_from(["", " ", "  ", "\t", "\xa0", "\u2003", "\u202f", " \n", "\r\n", "\x0b", "\x85", "\u3000"])
NUMBERS = st.one_of(
    st.integers(-(2**64), 2**64).map(str),
    st.integers(-(10**9), 10**9).map(lambda n: f"{n:,}"),
    st.integers(-999, 999).map(lambda n: f"{n:+}"),
    st.integers(0, 99999).map(lambda n: f"{n:09}"),
    st.decimals(-(10**13), 10**13, allow_nan=False, places=3).map(lambda n: f"{n:f}"),
    st.decimals(-1, 1, allow_nan=False, places=9).map(lambda n: f"{n:f}"),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.integers(10**18, 10**45).map(str),
    st.text(alphabet="0123456789,.+-eE ", max_size=8),
    st.text(alphabet="٠١٢٣４５६.", min_size=1, max_size=4),
    st.sampled_from([
        "3.7", "1e3", "+5", "-0", "1,23", "12,34,567", ",5", "5,", "1,,000", "1 000", "0x1F", "1_000", "½", "²", "5.",
        ".5", ".",
        "-", "+", "--5", "(5)", "5-", "£5", "5%", "NaN", "nan", "inf", "Infinity", "NULL", "null", "N/A", "TRUE",
        "#N/A", "'5",
        "1,234.5", "0000000000000000000000000000007", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "1,234,567,890", "1.2345670", "1.2345678", "000.100000000",
    ]),
)  # fmt: skip
CELLS = st.builds("{}{}{}".format, WHITES, st.one_of(NUMBERS, WHITES), WHITES)
MONTH_CELLS = st.builds("{}{}{}".format, WHITES, st.one_of(
    st.builds("{}{}".format, st.sampled_from(MONTHS).flatmap(lambda m: st.sampled_from([m, m.lower(), m.title(),
      m[:2]])),
              st.one_of(st.integers(0, 12000).map(str), st.sampled_from(["2023", "23", "0023", "٢٠٢٣"]))),
    st.sampled_from(["13XXX2023", "infinity", "-infinity", "epoch", "today", "JUN 2023", "JUNE2023", "2023JUN",
     "2023-06-01",
                     "JUN2023 00:00", "JUN-2023", "JUN+2023", "SEPT2023", "45078", "JUN2023x"]),
    st.text(max_size=8).filter(lambda text: not set(text) & set("\x00\ud800")),
), WHITES)  # fmt: skip
PERIOD_CELLS = st.builds("{}{}{}".format, WHITES, st.sampled_from([
    "2024/25", "2024-12", "2025-01-31", "2023-12/2024-11", "2025-Q3", "2024", "2024/26", "2024-13", "Nov 2024",
    "2024-25", "-",
    "2023-02-29", "*", "",
]), WHITES)  # fmt: skip


def read_column(cells: list[str], **column: object):
    """Reads `cells` as one column of a file, beside a row number. Surrogates cannot stand in UTF-8 and are left out."""
    cells = [cell.encode("utf-8", "ignore").decode().replace("\x00", "") for cell in cells]
    contract = contract_of([{"name": "row"}, {"name": "cell", "required": False, **column}], markers=MARKERS)
    quote = any(set(cell) & set("\r\n") for cell in cells)
    text = csv_text(["ROW", "CELL"], [[str(n), cell] for n, cell in enumerate(cells, start=1)], quote=quote)
    with tempfile.TemporaryDirectory() as folder:
        outcome = read_bytes(contract, text, Path(folder))
    report = outcome.bronze.report
    assert report.rows_in == len(cells) == report.rows_clean + report.rows_quarantined
    assert len(outcome.rows) == report.rows_clean
    assert len(outcome.quarantine) == report.rows_quarantined
    return cells, outcome


def assert_read_as(cells: list[str], oracle, value=lambda row: row["cell"], **column: object) -> None:
    cells, outcome = read_column(cells, **column)
    for number, cell in enumerate(cells, start=1):
        expected = oracle(cell)
        if expected is QUARANTINED:
            rules = outcome.quarantine.get(("", number), [])
            assert rules, f"{cell!r} was read as {value(outcome.rows['', number])!r}, expected quarantine"
            assert all(rule.startswith(RULE + ".") for rule in rules)
        else:
            assert ("", number) in outcome.rows, f"{cell!r} is in quarantine, expected {expected!r}"
            found = value(outcome.rows["", number])
            assert (found, str(found)) == (expected, str(expected)), (
                f"{cell!r} was read as {found!r}, expected {expected!r}"
            )


many = st.lists(CELLS, min_size=60, max_size=200)


@few
@given(many)
def test_a_whole_number_is_read_exactly_or_not_at_all(cells):
    assert_read_as(cells, lambda cell: whole_number(cell, thousands=False), type="integer")


@few
@given(many)
def test_thousands_commas_are_read_only_where_they_stand_every_three_digits(cells):
    assert_read_as(cells, lambda cell: whole_number(cell, thousands=True), type="integer", thousands=True)


@few
@given(many, st.sampled_from([(18, 6), (38, 10), (5, 2), (4, 0), (9, 9), (38, 38)]))
def test_a_decimal_is_read_to_its_last_digit_or_not_at_all(cells, kept):
    precision, scale = kept

    def value(row):
        return row["cell"] if row["cell"] is None else abs(row["cell"]) if row["cell"] == 0 else row["cell"]

    def oracle(cell):
        expected = decimal_number(cell, precision, scale)
        return abs(expected) if isinstance(expected, Decimal) and expected == 0 else expected

    assert_read_as(cells, oracle, value, type="decimal", precision=precision, scale=scale)


@few
@given(st.lists(MONTH_CELLS, min_size=60, max_size=200))
def test_a_month_is_read_in_any_case_and_only_as_its_format_writes_it(cells):
    assert_read_as(cells, month_of, type="month", formats=["%b%Y"])


@few
@given(st.lists(PERIOD_CELLS, min_size=20, max_size=60))
def test_a_period_is_read_as_the_module_of_periods_reads_it(cells):
    def value(row):
        return (row["cell_start"], row["cell_end"], row["cell_type"]) if row["cell"] is not None else None

    assert_read_as(cells, period_of, value, type="period")


@few
@given(
    st.lists(
        st.text(
            alphabet=st.characters(exclude_categories=["Cs"], exclude_characters=NEW_FORMATS + "\x00"), max_size=12
        ),
        min_size=50,
        max_size=150,
    )
)
def test_any_text_is_kept_with_its_white_space_folded_or_is_not_readable(cells):
    assert_read_as(cells, lambda cell: readable(folded(cell)) or None)


@pytest.mark.parametrize(
    "cell", ["a\u200bb", "\u200b", "a\u00adb", "a\ufffdb", "a\x1ab", "#REF!", "#N/A", "\ue000", "x\ufeff"]
)
def test_text_that_nobody_can_read_is_quarantined(cell, tmp_path):
    outcome = read_bytes(contract_of([{"name": "cell"}]), csv_text(["CELL"], [[cell], ["b"]]), tmp_path)
    assert outcome.quarantine == {("", 1): [f"{RULE}.readable"]}


@few
@given(
    st.lists(
        st.builds("{}{}{}".format, WHITES, st.sampled_from(["a  b", "a\tb", "", "x"]), WHITES), min_size=30, max_size=80
    )
)
def test_text_that_keeps_its_inner_white_space_is_still_trimmed(cells):
    assert_read_as(cells, lambda cell: cell.strip() or None, collapse_spaces=False)


@few
@given(
    st.lists(
        st.builds(
            "{}{}{}".format, WHITES, st.sampled_from(["*", "[x]", "-", "**", "[X]", "5", "-5", "", "1,000"]), WHITES
        ),
        min_size=30,
        max_size=80,
    )
)
def test_a_marker_gives_its_status_a_blank_is_missing_and_neither_is_ever_a_number(cells):
    cells, outcome = read_column(cells, type="integer", status=True, minimum=0)
    for number, cell in enumerate(cells, start=1):
        text = folded(cell)
        if text in MARKERS or not text:
            row = outcome.rows["", number]
            assert (row["cell"], row["cell_status"]) == (None, MARKERS.get(text, "missing"))
        elif text == "5":
            assert outcome.rows["", number] == {"row": str(number), "cell": 5, "cell_status": "exact"}
        else:
            assert outcome.quarantine["", number] == [f"{RULE}.minimum" if text == "-5" else f"{RULE}.type"]


# --- single cells that have been read wrong somewhere -----------------------------------------------------------


@pytest.mark.parametrize(("cell", "column", "rules"), [
    ("1,23", {"type": "integer", "thousands": True}, ["thousands"]),
    ("1,234.5", {"type": "integer", "thousands": True}, ["type"]),
    ("x,y", {"type": "integer", "thousands": True}, ["type", "thousands"]),
    ("3.7", {"type": "integer"}, ["type"]),
    ("1e3", {"type": "integer"}, ["type"]),
    ("1e3", {"type": "decimal"}, ["type"]),
    ("0.1234567", {"type": "decimal"}, ["type"]),
    ("JUN23", {"type": "month", "formats": ["%b%Y"]}, ["type"]),
    ("infinity", {"type": "month", "formats": ["%b%Y"]}, ["type"]),
    ("15/06/2023", {"type": "month", "formats": ["%d/%m/%Y"]}, ["type"]),
    ("1/6/2023", {"type": "date", "formats": ["%d/%m/%Y"]}, ["type"]),
    ("31/02/2023", {"type": "date", "formats": ["%d/%m/%Y"]}, ["type"]),
    ("", {"required": True}, ["required"]),
    ("\xa0 \t", {"required": True}, ["required"]),
    ("\u2003", {"required": True}, ["required"]),
    ("west", {"allowed": ["West"]}, ["allowed"]),
    ("-1", {"type": "integer", "minimum": 0}, ["minimum"]),
    ("0.000001", {"type": "decimal", "maximum": 0}, ["maximum"]),
    ("E5400003", {"pattern": "^E54[0-9]{6}$"}, ["pattern"]),
    ("xE54000032", {"pattern": "^E54[0-9]{6}$"}, ["pattern"]),
    ("bad", {"allowed": ["Good"], "pattern": "^G"}, ["allowed", "pattern"]),
])  # fmt: skip
def test_a_cell_that_breaks_rules_is_quarantined_with_the_ids_of_exactly_those(cell, column, rules):
    _, outcome = read_column([cell, ""] if not column.get("required") else [cell, "x"], **column)
    assert outcome.quarantine == {("", 1): [f"{RULE}.{rule}" for rule in rules]}


@pytest.mark.parametrize(("cell", "column", "value"), [
    ("30/06/2023", {"type": "date", "formats": ["%Y-%m-%d", "%d/%m/%Y"]}, date(2023, 6, 30)),
    ("2023-06-30", {"type": "date", "formats": ["%Y-%m-%d", "%d/%m/%Y"]}, date(2023, 6, 30)),
    ("1/6/2023", {"type": "date", "formats": ["%-d/%-m/%Y"]}, date(2023, 6, 1)),
    ("01/06/2023", {"type": "month", "formats": ["%d/%m/%Y"]}, date(2023, 6, 1)),
    ("June  2023", {"type": "month", "formats": ["%B %Y"]}, date(2023, 6, 1)),
    ("15  to 21 Days", {"allowed": ["15 to 21 Days"]}, "15 to 21 Days"),
    ("N", {"allowed": ["North"], "aliases": {"N": "North"}}, "North"),
    ("=1+1", {}, "=1+1"),
    ("007", {}, "007"),
    ("NULL", {}, "NULL"),
    ("O'Brien; \"x\"", {}, "O'Brien; \"x\""),
    ("x" * 100_000, {}, "x" * 100_000),
])  # fmt: skip
def test_a_cell_that_is_right_is_read_right(cell, column, value):
    _, outcome = read_column([cell, ""], **column)
    assert outcome.rows["", 1]["cell"] == value


def test_a_quarantined_row_keeps_every_cell_as_it_was_published_but_for_white_space():
    _, outcome = read_column(["  1,2  3 "], type="integer", thousands=True)
    assert outcome.cells["", 1] == {"row": "1", "cell": "1,2 3"}


def test_the_first_offence_of_each_rule_is_the_first_row_that_broke_it():
    _, outcome = read_column(["1", "x", "y", "1,1", "-5", "1,2"], type="integer", thousands=True, minimum=0)
    found = {
        one.rule_id.removeprefix(RULE + "."): (one.rows, one.source_row, one.value)
        for one in outcome.bronze.report.offences
    }
    assert found == {"type": (2, 2, "x"), "thousands": (2, 4, "1,1"), "minimum": (1, 5, "-5")}


def test_white_space_is_what_python_says_it_is_in_every_code_point():
    ours = duckdb.execute(
        f"select list(code) from (select unnest(range(1, {sys.maxunicode + 1})) as code) "
        f"where not (code between 55296 and 57343) and regexp_full_match(chr(code::integer), '{WHITE}')"
    ).fetchone()[0]
    assert [chr(code) for code in ours] == [chr(code) for code in range(1, sys.maxunicode + 1) if chr(code).isspace()]

"""Payments over £25,000: each body's own columns, days and names of files are read right, or refused with one line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of
from sheets import made_xlsx

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.resolve import resolve
from pipeline.periods import parse

NAME = "Example Trust spend over 25k April 2020.csv"
USUAL = [
    "Department Family",
    "Entity",
    "Date",
    "Expense Type",
    "Expense Area",
    "Supplier",
    "Transaction Number",
    "Amount",
]
# Header as a body writes it -> what stands in it, by the names of `line`.
FORMS = {
    "as guidance has it": ["family", "entity", "day", "type", "area", "supplier", "number", "amount"],
    "Department family,Entity,Date of payment,Expense type,Expense area,Supplier,Transaction number,amount": None,
    "Department Family,Entity,Date Paid,Expense Type,Expenses Area,Supplier Name,Transaction Reference,Amount": None,
    "Supplier,Department family,Date,Expense area,Expense type,Transaction Number,amount":
        ["supplier", "family", "day", "area", "type", "number", "amount"],
    "Date,Expense Type,Expense Area,Supplier,Transaction Reference, Amount ":
        ["day", "type", "area", "supplier", "number", "amount"],
    "Month,Department Family,Entity,Date,Expsene Type,Supplier,Transaction Number,Amount":
        ["month", "family", "entity", "day", "type", "supplier", "number", "amount"],
    "Department Family,Entity,Payment Number,Invoice Number,Payment Date,Expense Type,Expense Area,Description,Supplier,Amount":
        ["family", "entity", "number", "invoice", "day", "type", "area", "description", "supplier", "amount"],
}  # fmt: skip


def line(names: list[str] = FORMS["as guidance has it"], **cells: str) -> list[str]:
    right = {
        "month": "Apr-20", "family": "Department of Health", "entity": "Example NHS Trust", "day": "16/04/2020", "type": "Drugs",
        "area": "Pharmacy", "supplier": "ALLOGA UK LIMITED", "number": "1456945", "invoice": "SIN39", "description": "MEDICINES",
        "amount": "67,132.60",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return [(right | cells)[name] for name in names]


def list_of(folder: Path, *lines: list[str], name: str = NAME, header: list[str] = USUAL, **how) -> Path:
    return made(folder / name, csv_bytes(header, lines or [line()], **how))


def said(path: Path, settings, **how) -> str:
    """Why a file was refused, or the one problem that the gate will judge."""
    outcome = add(path, settings, **how)
    if outcome.status == "refused":
        return outcome.message
    (problem,) = outcome.problems
    return problem


@pytest.mark.parametrize("form", list(FORMS))
def test_columns_are_known_by_every_name_that_bodies_give_them(form, tmp_path, settings):
    header = form.split(",") if "," in form else USUAL
    names = FORMS[form] or FORMS["as guidance has it"]
    release = added(list_of(tmp_path, line(names), header=header, bom="Entity" in form), settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout, release.part, release.period) == (
        "payments", "csv", "example-trust", parse("2020-04"),
    )  # fmt: skip
    assert (row["payment_date"], row["amount"]) == (date(2020, 4, 16), Decimal("67132.60"))
    assert (row["expense_type"], row["supplier"], row["transaction_number"]) == (
        "Drugs",
        "ALLOGA UK LIMITED",
        "1456945",
    )
    given = {"entity": "entity", "area": "expense_area", "invoice": "invoice_number", "description": "description"}
    assert {kept for kept in given.values() if row[kept]} == {given[name] for name in names if name in given}
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("days", "order"),
    [
        (["02/04/2020", "16/04/2020"], "day, month, year"),
        (["4/2/2020", "4/16/2020"], "month, day, year"),
        (["02-Apr-20", "16-Apr-20"], "month by name"),
        (["2020-04-02", "2020-04-16"], "year, month, day"),
    ],
)
def test_the_order_of_day_and_month_is_the_one_that_reads_every_line(days, order, tmp_path, settings):
    release = added(list_of(tmp_path, *(line(day=day) for day in days)), settings)
    bronze = bronze_of(release, settings)
    assert bronze.report.orders == {"payment_date": order}
    assert [row["payment_date"] for row in rows_of(bronze)] == [date(2020, 4, 2), date(2020, 4, 16)]


def test_days_that_read_in_two_orders_are_refused(tmp_path, settings):
    message = said(list_of(tmp_path, line(day="02/04/2020"), line(day="03/05/2020")), settings)
    assert "column payment_date: its 2 days read in more than one order of day and month" in message
    assert "Ask the publisher which comes first" in message


def test_days_in_two_orders_are_refused(tmp_path, settings):
    message = said(list_of(tmp_path, line(day="16/04/2020"), line(day="4/17/2020")), settings)
    assert "no one order of day and month reads all of its 2 days" in message
    assert "'4/17/2020' is not day, month, year" in message


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ([*USUAL[:5], "Payee", *USUAL[6:]], "column 'Payee' is unknown; column 'Supplier or Supplier Name' is missing"),
        ([*USUAL[:4], "Supplier Name", *USUAL[5:]], "column 'Supplier' stands twice, expected once"),
        ([*USUAL[:7], "Net"], "column 'Net' is unknown; column 'Amount' is missing"),
    ],
)
def test_a_name_that_nobody_is_known_to_use_is_refused(header, words, tmp_path, settings):
    message = said(list_of(tmp_path, header=header), settings)
    assert words in message
    assert "pipeline/catalogue/public_bodies/spend_over_25k.yml" in message


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1241,32", "thousands commas in amount stand every three digits"),
        ("25000.555", "amount is '25000.555', expected: amount looks like"),
        ("£26,000", "amount is '£26,000', expected: amount is a plain decimal number"),
        ("(26,000.00)", "expected: amount is a plain decimal number"),
        ("", "amount is never blank"),
    ],
)
def test_an_amount_that_can_be_read_in_two_ways_is_flagged(amount, words, tmp_path, settings):
    path = list_of(tmp_path, line(), line(amount=amount, number="2"))
    outcome = add(path, settings)
    assert any(words in problem for problem in outcome.problems), outcome


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"type": "Total"}, "expense_type is 'Total', expected: expense_type looks like"),
        (
            {"number": "ALLOGA UK LIMITED"},
            "transaction_number is 'ALLOGA UK LIMITED', expected: transaction_number looks like",
        ),
        ({"supplier": "CAFÃ‰"}, "supplier is 'CAFÃ‰', expected: supplier looks like"),
        ({"day": "Total"}, "no one order of day and month reads all of its 2 days"),
    ],
)
def test_a_sum_a_shifted_line_and_a_broken_letter_are_flagged(cells, words, tmp_path, settings):
    assert words in said(list_of(tmp_path, line(), line(**cells)), settings)


def test_a_credit_and_a_spreadsheets_floating_pence_are_read(tmp_path, settings):
    lines = [line(amount="-13,287.5"), line(amount="159114.61000000002"), line(amount="12.099999999999")]
    release = added(list_of(tmp_path, *lines), settings)
    found = [row["amount"] for row in rows_of(bronze_of(release, settings))]
    assert found == [Decimal("-13287.50"), Decimal("159114.61"), Decimal("12.10")]


def test_a_line_that_stands_twice_is_not_counted_twice_in_silence(tmp_path, settings):
    assert "1 of its keys stand more than once" in said(list_of(tmp_path, line(), line()), settings)


def test_windows_letters_are_read(tmp_path, settings):
    text = csv_bytes(USUAL, [line(supplier="Café – Co")]).decode().encode("cp1252")
    release = added(made(tmp_path / NAME, text), settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.layout, row["supplier"]) == ("csv_windows", "Café – Co")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("NEHV 04 - July.csv", "nehv"),
        ("Royal Marsden April 2020.csv", "royal-marsden"),
        ("NHS Kent and Medway ICB - Over 25k - July 2023.csv", "nhs-kent-and-medway-icb"),
        ("dover-district-council_spend_2020.csv", "dover-district-council"),
        ("St George's (trust) £25k.csv", "st-george-s-trust"),
    ],
)
def test_the_body_is_what_the_files_name_begins_with(name, part, tmp_path, settings):
    assert added(list_of(tmp_path, name=name), settings).part == part


@pytest.mark.parametrize(
    "name", ["spend over 25k April 2020.csv", "April 2020 spend.csv", "2020-04.csv", "Expenditure 25k.csv"]
)
def test_a_name_that_begins_with_no_body_is_refused(name, tmp_path, settings):
    message = said(list_of(tmp_path, name=name), settings)
    assert "its name does not say whose part it is" in message
    assert "Rename it like * spend over 25k *" in message


@pytest.mark.parametrize(
    ("name", "month", "period", "source"),
    [
        ("Trust 04 list.csv", "May-20", "2020-05", "content"),
        ("Trust spend May 2020.csv", "", "2020-05", "name"),
        ("Trust spend 25k May 2020_25k.csv", "", "2020-05", "name"),
    ],
)
def test_days_of_two_months_leave_the_month_to_the_file_or_its_name(name, month, period, source, tmp_path, settings):
    names = ["month", *FORMS["as guidance has it"]]
    lines = [line(names, month=month, day=day) for day in ("16/04/2020", "17/05/2020")]
    release = added(list_of(tmp_path, *lines, name=name, header=["Month", *USUAL]), settings)
    assert (release.period, release.period_from) == (parse(period), source)


@pytest.mark.parametrize("name", ["Trust 01 - April.csv", "Trust spend April 2020-21.csv", "Trust over 25k 2020.csv"])
def test_days_of_two_months_and_a_name_without_one_need_the_month(name, tmp_path, settings):
    path = list_of(tmp_path, line(day="16/04/2020"), line(day="17/05/2020"), name=name)
    assert "neither its content nor its name says which period it is, expected a month. Give it: --period" in said(
        path, settings
    )
    assert added(path, settings, period=parse("2020-05")).period == parse("2020-05")


def test_a_workbook_is_found_below_its_title_whatever_its_sheet_is_called(tmp_path, settings):
    names = FORMS["as guidance has it"]
    rows = [
        ["", *line(names, day=day, amount="")[:-1], amount]
        for day, amount in ((date(2020, 4, 2), 26000), (date(2020, 4, 3), 1.5))
    ]
    path = made_xlsx(
        tmp_path / "Trust spend over 25k.xlsx", {"Final Review ": [["", "Spend over £25k"], [], ["", *USUAL], *rows]}
    )
    release = added(path, settings)
    bronze = bronze_of(release, settings)
    assert (release.layout, bronze.report.members[0].area) == ("workbook", "A3:I5")
    assert [(row["payment_date"], row["amount"]) for row in rows_of(bronze)] == [
        (date(2020, 4, 2), Decimal("26000.00")), (date(2020, 4, 3), Decimal("1.50")),
    ]  # fmt: skip


def test_a_cell_beside_the_table_is_refused(tmp_path, settings):
    path = list_of(tmp_path, line(), [*line(number="2"), "note"], name="Trust spend over 25k.csv")
    assert "column '' is unknown" in said(path, settings)


def test_two_bodies_in_one_file_are_flagged(tmp_path, settings):
    path = list_of(tmp_path, line(), line(entity="Other Trust"))
    assert "entity has more than one value" in said(path, settings)


HISTORY = ["ICB", "Payment Date", "Supplier", "Amount"]


def history(folder: Path, rows: list[list], more: tuple[list, ...] = (), name: str = "South West.xlsx") -> Path:
    sheets = {"NHS A ICB": [HISTORY, *rows], "B": [["Council name", *HISTORY[1:]], *more]}
    return made_xlsx(folder / name, sheets if more else {"NHS A ICB": sheets["NHS A ICB"]})


def test_a_compiled_list_may_say_a_payment_twice_and_is_replaced_by_a_newer_one(tmp_path, settings):
    twice = [["NHS A CCG", date(2022, 6, 30), "CIVICARE", 12]] * 2
    rows = [*twice, *(["NHS A ICB", date(2022, 7, day), "CIVICARE", day] for day in (5, 6, 7, 31))]
    first = added(history(tmp_path, rows), settings)
    assert (first.table, first.part, first.period) == ("payment_history", "south-west", parse("2022-07"))
    assert [row["body"] for row in rows_of(bronze_of(first, settings))] == ["NHS A CCG"] * 2 + ["NHS A ICB"] * 4
    assert failed_rules(first, settings) == set()
    council = (["B Council", date(2022, 8, 1), "PRIVATE LANDLORD", -5.25],)
    second = added(history(tmp_path, [*rows, ["NHS A ICB", date(2022, 8, 31), "X", 1]], council), settings)
    known = archive.releases(settings.raw)
    assert len(known) == 2
    assert [use.release.release_id for use in resolve(known, catalogue(), {})] == [second.release_id]
    last = rows_of(bronze_of(second, settings))[-1]
    assert (last["member"], last["body"], last["amount"]) == ("B", "B Council", Decimal("-5.25"))


def test_a_compiled_list_that_was_pasted_twice_fails_its_suite(tmp_path, settings):
    rows = [["NHS A ICB", date(2022, 7, day), "CIVICARE", day] for day in range(1, 11)]
    assert failed_rules(added(history(tmp_path, rows * 2), settings), settings) == {
        "payment_history.lines_are_not_doubled"
    }


def test_a_compiled_list_with_a_sheet_of_another_form_is_refused(tmp_path, settings):
    rows = [["NHS A ICB", date(2022, 7, 5), "CIVICARE", 5]]
    path = made_xlsx(
        tmp_path / "All payment history.xlsx", {"A": [HISTORY, *rows], "Notes": [["Supplier", "who was paid"]]}
    )
    assert "Notes: header row 1 is not layout workbook of spend_over_25k/payment_history" in said(path, settings)


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        ([line(supplier="1456945")], {"payments.words_stand_in_their_columns"}),
        ([line(), line(supplier="Grand total:", number="2")], {"payments.no_line_is_a_total"}),
        ([line(number="1.46E+06")], {"payments.transaction_numbers_are_whole"}),
        ([line(amount="-67,132.60")], {"payments.spent_more_than_credited"}),
        ([line(day=f"01/{month:02}/2020") for month in range(1, 13)] + [line(day="13/01/2020")],
         {"payments.days_are_of_the_list", "payments.day_and_month_are_not_swapped"}),
    ],
)  # fmt: skip
def test_the_suite_tells_what_no_column_can(lines, rules, tmp_path, settings):
    path = list_of(tmp_path, *lines)
    assert failed_rules(added(path, settings, period=parse("2020-04")), settings) == rules

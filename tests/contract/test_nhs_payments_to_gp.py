"""NHS payments to practices: the columns of 2021/22 and 2022/23 become the same rows, and figures that do not add up are judged."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.periods import parse

# In the order of the published header, blanks at the end of a name and all.
PRACTICE = (
    "Practice Code", "Practice Name", "Practice Address", "Practice Postcode", "Practice Open Date",
    "Practice Close Date", "Contract Type", "Dispensing Practice", "Practice type", "Practice Rurality",
    "Atypical characteristics", "Number of Registered Patients (Last Known Figure)",
    "Number of Weighted Patients (Last Known Figure)", "Average payments per registered patient",
    "Average payments per weighted patient",
)  # fmt: skip
AREAS = {
    "ccg_2022": ("CCG Code", "CCG NAME", "PCN Code", "PCN Name"),
    "sub_icb_2023": ("CCG Code", "Sub ICB NAME", "Code", "CCG NAME"),
}
PAYMENTS = (
    "Global Sum", "MPIG Correction factor", "Balance of PMS Expenditure", "Total QOF Payments",
    "Childhood Vaccination and Immunisation Scheme", "GP Extended Hours Access",
    "Influenza and Pneumococcal Immunisations", "Learning Disabilities", "Meningitis", "Minor Surgery",
    "Out Of Area in Hours Urgent Care", "Pertussis", "Rotavirus and Shingles Immunisation",
    "Services for Violent Patients", "Medical Assessment Reviews", "Weight Management Service", "{local}",
    "Premises Payments", "Seniority", "Doctors Retainer Scheme Payments", "Total Locum Allowances", "{appraisal}",
    "Prolonged Study Leave", "PCO Admin Other", "Information Management and Technology",
    "Non DES Item Pneumococcal Vaccine, Childhood Immunisation Main Programme", "General Practice Transformation",
    "PCN Participation", "Prescribing Fee Payments", "Dispensing Fee Payments", "Reimbursement of Drugs",
    "winter Access Fund", "Other Payments",
)  # fmt: skip
NAMES = {
    "ccg_2022": {"local": "Total Local Incentive Schemes", "appraisal": "Appraisal Costs "},
    "sub_icb_2023": {
        "local": "Local Incentive Schemes", "appraisal": "Appraisal - Appraiser Costs in Respect of Locums",
    },
}  # fmt: skip
TOTAL = "Total NHS Payments to General Practice"
TOTALS = (
    TOTAL, "Deductions for Pensions, Levies and Prescription Charge Income", f"{TOTAL} Minus Deductions",
    f"{TOTAL} including covid vaccination, covid support and long covid payments",
    "Total NHS Payments including PCN Workforce, Leadership and Support",
    f"{TOTAL} including Covid and PCN payments", f"{TOTAL} including Covid and PCN payments minus deductions",
)  # fmt: skip
NETWORK = (
    "PCN Leadership", "PCN Support", "PCN Extended Hours Access", "PCN Workforce", "PCN Investment and impact Fund",
    "PCN Care Home Premium",
)  # fmt: skip
COVID = ("Covid Immunisation", "Covid Support and Expansion", "Long Covid")
# What is said of any file that is not all England.
OF_A_CUT = {"practices_of_england", "total_of_england"}
MORE = tuple(
    f"Average payments per {kind} patient including {what}"
    for what in ("PCN Workforce, Leadership and Support", "covid vaccination, covid support and long covid payments")
    for kind in ("registered", "weighted")
)


def header(layout: str) -> list[str]:
    added_later = ("PCN Enhanced Access",) if layout == "sub_icb_2023" else ()
    payments = [name.format(**NAMES[layout]) for name in PAYMENTS]
    return [
        "NHS England (Region) code", "NHS England (Region) Name", *AREAS[layout], *PRACTICE, *payments, *TOTALS,
        *NETWORK, *added_later, *COVID, *MORE,
    ]  # fmt: skip


def practice(layout: str = "ccg_2022", **cells: str) -> list[str]:
    """A practice of 1,000 patients that was paid 100 pounds for everything, of which 50 were deducted."""
    network = len(NETWORK) + (layout == "sub_icb_2023")
    first = 100 * len(PAYMENTS)
    right = {
        "region": "Y59", "region_name": "SOUTH EAST COMMISSIONING REGION", "location": "91Q",
        "location_name": "NHS KENT AND MEDWAY CCG", "pcn": "U12550", "pcn_name": "MPA PCN", "code": "G82001",
        "name": "A SURGERY", "address": "1 HIGH STREET   KENT", "postcode": "CT5  1BQ", "opened": "01/04/1974",
        "closed": "", "contract": "GMS", "dispensing": "No", "kind": "GP practice", "rurality": "Urban", "atypical": "",
        "registered": "1000", "weighted": "1100.5", "average": f"{first / 1000:.2f}",
        "by_weight": f"{first / 1100.5:.2f}", "amounts": "100",
    }  # fmt: skip
    assert set(cells) <= {*right, "total", "minus"}
    chosen = right | cells
    amounts = [chosen.pop("amounts"), *["100"] * (len(PAYMENTS) - 1)]
    total, minus = chosen.pop("total", str(first)), chosen.pop("minus", str(first - 50))
    sums = [first + 300, first + 100 * network, first + 300 + 100 * network, first + 250 + 100 * network]
    return [*chosen.values(), *amounts, total, "-50", minus, *map(str, sums), *["100"] * (network + 3), *["1.00"] * 4]


def file_of(folder: Path, rows: list[list[str]], layout: str = "ccg_2022", name: str = "") -> Path:
    """UTF-8 with a byte order mark and CRLF, as published."""
    year = {"ccg_2022": "21-22", "sub_icb_2023": "22-23"}[layout]
    data = csv_bytes(header(layout), rows, line_end="\r\n", bom=True)
    return made(folder / (name or f"nhspaymentsgp-{year}-prac-csv.csv"), data)


@pytest.mark.parametrize(("layout", "columns", "year"), [("ccg_2022", 74, "2021/22"), ("sub_icb_2023", 75, "2022/23")])
def test_both_years_give_rows_of_payments(layout, columns, year, tmp_path, settings):
    assert len(header(layout)) == len(practice(layout)) == columns
    release = added(file_of(tmp_path, [practice(layout)], layout), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.layout, release.period, release.period_from) == (layout, parse(year), "name")
    assert len(rows) == columns - 21 - 4
    assert {row["payment"]: row["amount"] for row in rows}[f"{TOTAL} Minus Deductions"] == Decimal("3250.00")
    first = {name: str(cell) for name, cell in rows[0].items()}
    assert first | {"member": ""} == first | {
        "sub_icb_location_code": "91Q", "pcn_code": "U12550", "pcn_name": "MPA PCN", "practice_code": "G82001",
        "postcode": "CT5 1BQ", "open_date": "1974-04-01", "close_date": "None", "registered_patients": "1000.00",
        "weighted_patients": "1100.50", "payment": "Global Sum", "amount": "100.00", "member": "",
    }  # fmt: skip
    assert failed_rules(release, settings) == OF_A_CUT


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("nhspaymentsgp-23-24-prac-csv.csv", "2023/24"),
        ("22-23.csv", "2022/23"),
        ("nhspaymentsgp-22-24-prac-csv.csv", ""),
    ],
)
def test_the_name_says_the_financial_year(name, year, tmp_path, settings):
    outcome = add(file_of(tmp_path, [practice()], name=name), settings)
    assert (f"/{parse(year).slug}/" in outcome.release_id) if year else (outcome.status == "refused")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"amounts": "1,000.00"}, "amount"),
        ({"amounts": "100.005"}, "amount"),
        ({"amounts": ""}, "amount"),
        ({"opened": "1974-04-01"}, "open_date"),
        ({"pcn": "Unknown"}, "pcn_code"),
        ({"contract": "Missing"}, "contract_type"),
        ({"atypical": "No registered patients"}, "atypical"),
        ({"registered": "-1"}, "registered_patients"),
    ],
)
def test_a_wrong_cell_is_a_problem_that_names_its_column(cells, words, tmp_path, settings):
    (problem,) = add(file_of(tmp_path, [practice(), practice(code="G82002", **cells)]), settings).problems
    assert words in problem


def test_a_new_kind_of_payment_is_refused_by_name(tmp_path, settings):
    columns = [name.replace("Seniority", "Digital First") for name in header("ccg_2022")]
    path = made(tmp_path / "nhspaymentsgp-21-22-prac-csv.csv", csv_bytes(columns, [practice()]))
    outcome = add(path, settings)
    assert outcome.status == "refused"
    assert "column 'Digital First' is unknown" in outcome.message


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"amounts": "100.02"}, "totals_add_up"),
        ({"amounts": "-100"}, "totals_add_up"),
        ({"total": "3300.5"}, "totals_add_up"),
        ({"minus": "3350"}, "totals_add_up"),
        ({"registered": "1100"}, "averages_are_totals_by_patients"),
        ({"by_weight": "3.30"}, "averages_are_totals_by_patients"),
        ({"atypical": "| No registered patients |"}, "no_patients_is_said"),
        ({"registered": "0", "average": "0"}, "no_patients_is_said"),
        ({"closed": "31/03/1974"}, "closed_after_opened"),
        ({"location_name": "NHS SURREY CCG"}, "codes_name_one_area"),
        ({"pcn_name": "ANOTHER PCN"}, "codes_name_one_area"),
        ({"region": "Y61"}, "codes_name_one_area"),
    ],
)
def test_figures_that_contradict_each_other_break_their_rule(cells, rule, tmp_path, settings):
    release = added(file_of(tmp_path, [practice(), practice(code="G82002", **cells)]), settings)
    assert rule in failed_rules(release, settings)


def test_a_practice_without_network_or_patients_is_right(tmp_path, settings):
    cells = {"registered": "0", "weighted": "0", "average": "0", "by_weight": "0"}
    rows = [
        practice(pcn="Unknown or no PCN", pcn_name="Unknown or no PCN", atypical="| No registered patients |", **cells)
    ]
    release = added(file_of(tmp_path, rows), settings)
    assert failed_rules(release, settings) == OF_A_CUT

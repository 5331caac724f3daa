"""Better Care Fund: from published files to the figures that their publishers print, through the model of records.

Councils, regions and England are the publisher's own rows; sums of councils are held against them, and each figure printed against
what the records make. Sums are slow and obvious and share no code with the models. That every file is read whole is proven in
test_ascof.py, test_dtoc.py, test_discharge_sitreps.py, test_mar_admissions.py and test_ae.py.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from tests import rendered
from tests.real.read_whole import take
from tests.real.row_model import database, make

ASCOF = "ascof/meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx"
FILES = (
    ASCOF, "dtoc/DTOC_LA_April_11.xls", "dtoc/DTOC_LA_April_17.xls", "dtoc/DTOC_LA_Dec_19.xls", "dtoc/DTOC-England-Data_Set.xls",
    "mar_admissions/Apr_19.xls", "ae/April-2025-AE.csv", "ae/Monthly-AE-Time-Series-June-2025.xls",
    "discharge_sitrep_acute/acute_january2024.xlsx", "ons_mye/ukmidyearestimates20192020ladcodes.xls",
)  # fmt: skip
ENGLAND = "E92000001"
SOUTH_EAST = "E40000005"
DECEMBER, JANUARY = date(2019, 12, 1), date(2024, 1, 1)


@pytest.fixture(scope="module")
def con(shared_data, tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """`given`: all that the files give to metrics. Known areas: commissioners and providers of the files, and one region."""
    taken = take([shared_data / name for name in FILES], tmp_path_factory.mktemp("bcf")).whole()
    con = database(tmp_path_factory.mktemp("bcf_rows"), taken)
    make(con, "int_area")
    con.execute(
        "insert into int_area (area_code, area_type, area_name) values (?, 'nhs_region', 'South East')", [SOUTH_EAST]
    )
    con.execute(
        """create table int_area_canonical as
        select distinct code as published_code, code as canonical_code, date '1900-01-01' as span_from, date '9999-12-31' as span_to
        from (select commissioner_code as code from bronze.mar_admissions__commissioner
              union select provider_code from bronze.ae__provider)
        where code not in ('X24', 'YDD82')"""
    )
    make(con, "int_row_bcf")
    con.execute("create table given as from int_row_bcf")
    return con


def parts(con, metric: str, area: str, start: date, kind: str = "month") -> tuple[Decimal, Decimal | None]:
    """Numerator and denominator of an area, as its own rows give them."""
    metric_id, version = metric.split(".v")
    return con.execute(
        """select sum(amount) filter (part = 'numerator'), sum(amount) filter (part = 'denominator') from given
        where metric_id = ? and definition_version = ? and area_code_published = ? and period_start = ? and period_type = ?""",
        [metric_id, int(version), area, start, kind],
    ).fetchone()


def printed(value: Decimal, places: str = "0.1") -> Decimal:
    return Decimal(value).quantize(Decimal(places), ROUND_HALF_UP)


def workbook_of_outcomes(shared_data) -> dict[tuple[str, str, str], object]:
    """Every published cell of the whole: GSS code, measure and kind -> cell."""
    rows = CalamineWorkbook.from_path(shared_data / ASCOF).get_sheet_by_name("in").to_python()
    return {(row[3], row[8], row[6]): row[7] for row in rows[1:] if row[5] == "Total" and row[3]}


@pytest.mark.parametrize(
    ("metric", "measure", "per", "areas"),
    [("bcf_01.v1", "2A2", 100_000, 160), ("bcf_02.v1", "2B1", 100, 157), ("bcf_03.v1", "2B2", 100, 160)],
)
def test_every_outcome_that_was_printed_comes_out(con, shared_data, metric, measure, per, areas):
    published = {
        area: outcome
        for (area, of, kind), outcome in workbook_of_outcomes(shared_data).items()
        if of == measure and kind == "Outcome" and isinstance(outcome, float)
    }
    found = {}
    for area in published:
        numerator, denominator = parts(con, metric, area, date(2020, 4, 1), "financial_year")
        found[area] = printed(per * numerator / denominator)
    assert len(found) == areas
    assert found == {area: printed(Decimal(str(value))) for area, value in published.items()}


def test_thurrock_and_england_of_2020_21(con):
    year = (date(2020, 4, 1), "financial_year")
    assert parts(con, "bcf_01.v1", "E06000034", *year) == (149, 24_098)
    assert parts(con, "bcf_01.v1", ENGLAND, *year) == (52_133, 10_464_019)
    assert parts(con, "bcf_02.v1", "E06000034", *year) == (57, 66)
    assert parts(con, "bcf_03.v1", "E06000034", *year) == (66, 3_700)


@pytest.mark.parametrize(("metric", "measure"), [("bcf_06", "3A"), ("bcf_08", "1A")])
def test_surveys_are_stated_as_published_with_their_margin(con, shared_data, metric, measure):
    cells = workbook_of_outcomes(shared_data)
    expected = {
        area: (
            outcome,
            outcome - cells[area, measure, "Margin Of Error"],
            outcome + cells[area, measure, "Margin Of Error"],
        )
        for (area, of, kind), outcome in cells.items()
        if (of, kind) == (measure, "Outcome") and isinstance(outcome, float)
    }
    found = defaultdict(dict)
    for area, part, amount in con.execute(
        "select area_code_published, part, amount from given where metric_id = ?", [metric]
    ).fetchall():
        found[area][part] = float(amount)
    assert len(expected) == 18
    assert set(found) == set(expected)
    for area, one in found.items():
        assert (one["value"], one["lower_95"], one["upper_95"]) == pytest.approx(expected[area]), area


def test_carers_were_not_asked(con):
    assert con.execute("select count(*) from given where metric_id = 'bcf_07'").fetchone() == (0,)


@pytest.mark.parametrize(
    ("month", "days"), [(date(2011, 4, 1), 108_064), (date(2017, 4, 1), 176_886), (DECEMBER, 148_101)]
)
def test_days_delayed_are_the_printed_total_and_that_of_councils_and_elsewhere(con, month, days):
    for version in (2, 3, 4):
        assert parts(con, f"bcf_04.v{version}", ENGLAND, month)[0] == days
    (councils,) = con.execute(
        "select sum(amount) from given where metric_id = 'bcf_04' and definition_version = 3 and period_start = ? and"
        " area_code_published <> ?",
        [month, ENGLAND],
    ).fetchone()
    (others,) = con.execute(
        "select coalesce(sum(total), 0) from bronze.dtoc__la_by_responsible_organisation where month = ? and code like '99%'",
        [month],
    ).fetchone()
    assert councils + others == days
    assert others > 0


def test_people_delayed_per_day_are_those_of_the_publisher(con):
    """4,777.5 in December 2019, and of every council what its row prints."""
    numerator, denominator = parts(con, "bcf_04.v2", ENGLAND, DECEMBER)
    assert printed(numerator / denominator) == Decimal("4777.5")
    published = dict(
        con.execute(
            "select ons_code, round(total_per_day, 4) from bronze.dtoc__la_by_responsible_organisation where month = ?"
            " and ons_code like 'E%'",
            [DECEMBER],
        ).fetchall()
    )
    assert len(published) > 145
    for area, per_day in published.items():
        numerator, denominator = parts(con, "bcf_04.v2", area, DECEMBER)
        assert round(numerator / denominator, 4) == per_day, area


def test_councils_of_old_files_are_found_by_the_code_of_later_ones(con):
    """In April 2011 the sheets bear social services codes alone; 622 is Thurrock."""
    (days,) = con.execute(
        "select total from bronze.dtoc__la_by_responsible_organisation where month = '2011-04-01' and code = '622'"
    ).fetchone()
    assert parts(con, "bcf_04.v3", "E06000034", date(2011, 4, 1))[0] == days


def test_delays_are_per_adult_of_the_year(con, shared_data):
    """18 and over in England in mid-2019, from the sheet of ONS itself: 44,263,393."""
    numerator, denominator = parts(con, "bcf_04.v1", ENGLAND, DECEMBER)
    book = CalamineWorkbook.from_path(shared_data / "ons_mye" / "ukmidyearestimates20192020ladcodes.xls")
    sheet = book.get_sheet_by_name("MYE2 - Persons").to_python()
    header = next(row for row in sheet if row[0] == "Code")
    england = next(row for row in sheet if row[0] == ENGLAND)
    adults = sum(
        int(cell) for name, cell in zip(header, england, strict=True) if str(name).replace(".0", "").rstrip("+").isdigit()
        and int(str(name).replace(".0", "").rstrip("+")) >= 18
    )  # fmt: skip
    assert (numerator, denominator) == (148_101, adults)
    assert printed(100_000 * numerator / denominator) == Decimal("334.6")


def test_a_year_of_delays_is_its_average_month(con):
    """2018-19 is whole in the national series; 2019-20 ends with February, so that it has no year."""
    series = dict(
        con.execute(
            "select month_start, total from stg_dtoc_series_month where month_start between '2018-04-01' and '2019-03-01'"
        ).fetchall()
    )
    assert len(series) == 12
    assert parts(con, "bcf_04.v1", ENGLAND, date(2018, 4, 1), "financial_year")[0] == sum(series.values())
    assert parts(con, "bcf_04.v1", ENGLAND, date(2019, 4, 1), "financial_year")[0] is None


def test_emergency_and_non_elective_admissions_of_england_are_printed(con):
    assert parts(con, "bcf_10.v1", ENGLAND, date(2019, 4, 1))[0] == 558_288
    (commissioners, known) = con.execute(
        """select sum(non_elective), sum(non_elective) filter (commissioner_code not in ('X24', 'YDD82'))
        from bronze.mar_admissions__commissioner where commissioner_code is not null"""
    ).fetchone()
    assert commissioners == 558_288
    (given,) = con.execute(
        "select sum(amount) from given where metric_id = 'bcf_10' and definition_version = 1 and geographies = 'icb sub_icb_location'"
    ).fetchone()
    assert given == known


def test_emergency_admissions_of_england_are_the_series_and_of_trusts_their_own(con, shared_data):
    """529,177 in the series of June 2025; the month's own file, older, has 528,230 over all providers."""
    rows = list(csv.reader((shared_data / "ae" / "April-2025-AE.csv").read_text("utf-8-sig").splitlines()))
    at = rows[0].index("Total Emergency Admissions")
    april = date(2025, 4, 1)
    assert sum(int(row[at]) for row in rows[1:]) == 528_230
    assert parts(con, "bcf_10.v2", ENGLAND, april)[0] == 529_177
    (of_providers,) = con.execute(
        "select sum(amount) from given where metric_id = 'bcf_10' and definition_version = 2 and geographies = 'trust'"
    ).fetchone()
    assert of_providers == 528_230


def test_weekend_and_weekday_discharges_are_those_of_the_daily_columns(con, shared_data):
    path = shared_data / "discharge_sitrep_acute" / "acute_january2024.xlsx"
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Table 2").to_python(skip_empty_area=False)
    header = next(
        row for row in rows if sum(isinstance(cell, date) or str(cell).startswith("2024-01") for cell in row) > 20
    )
    labels = rows[rows.index(header) + 1]
    for name, area in (("ENGLAND (Type 1 Trusts)", ENGLAND), ("SOUTH EAST", SOUTH_EAST)):
        mine = next(row for row in rows if name in row)
        days, day = {"weekend": [], "weekday": []}, None
        for place, cell in enumerate(header):
            day = date.fromisoformat(str(cell)[:10]) if str(cell).startswith("2024-01") else day
            if day and str(labels[place]).startswith("Number of patients discharged"):
                days["weekend" if day.weekday() >= 5 else "weekday"].append(int(mine[place]))
        assert (len(days["weekend"]), len(days["weekday"])) == (8, 23)
        assert parts(con, "bcf_23.v2", area, JANUARY)[0] == sum(days["weekend"])
        assert parts(con, "bcf_23.v3", area, JANUARY)[0] == sum(days["weekday"])
        numerator, denominator = parts(con, "bcf_23.v1", area, JANUARY)
        assert float(numerator / denominator) == pytest.approx(
            sum(days["weekend"]) / 8 / (sum(days["weekday"]) / 23), abs=1e-5
        )


def test_england_of_a_month_of_discharges_is_the_sum_of_its_regions(con):
    for measure, metric in (("remaining", "bcf_04.v5"), ("discharged", "bcf_23.v3")):
        weekday = "and isodow(day) < 6" if metric == "bcf_23.v3" else ""
        (regions,) = con.execute(
            f"""select sum(patients) from bronze.discharge_sitrep_acute__daily_region
            where measure = ? and area_name not like 'ENGLAND%' and day >= '2024-01-01' {weekday}""",
            [measure],
        ).fetchone()
        assert parts(con, metric, ENGLAND, JANUARY)[0] == regions


def test_the_plan_of_thurrock_prints_two_figures_that_its_own_parts_give_and_two_that_they_do_not(con, shared_data):
    """February 2014: 135 of 22,600 is the 597 that is printed, 205 of 220 the 93; 180 of 21,090 is not 899, nor 95 of 110 89.8."""
    per = {"bcf_01": 100_000, "bcf_02": 100}
    recomputed = {}
    for fact in csv.DictReader((shared_data / "seed_facts.csv").read_text("utf-8").splitlines()):
        if fact["metric_id"] in per and fact["numerator"] and fact["denominator"]:
            ratio = rendered.macros().ratio(fact["numerator"], fact["denominator"], per[fact["metric_id"]])
            (value,) = con.execute(f"select {ratio}").fetchone()
            recomputed[fact["value"]] = printed(Decimal(value))
    assert recomputed == {
        "899": Decimal("853.5"), "597": Decimal("597.3"), "89.8": Decimal("86.4"), "93": Decimal("93.2"),
    }  # fmt: skip

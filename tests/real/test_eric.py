"""Proves the estates contract on the workbooks and the CSV that NHS Digital published, with sums by another route.

The control totals are the publisher's own: the sums between the sites of the 2015/16 workbook.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.periods import parse
from tests.contract.judged import failed_rules
from tests.real.read_whole import Taken, settings_in, take

WORKBOOK = "HospitalEstatesAndFacilitiesStatistics_{}.XLS"
YEARS = {"9896": "2013/14", "12611": "2015/16", "13944": "2016/17"}
CSV = "ERIC_201920_SiteData.csv"
IDS = {"Trust Data": 4, "Site Data": 7, "PFI Data": 9}
TABLES = {"Trust Data": "trust_items", "Site Data": "site_items", "PFI Data": "pfi_items"}


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    """Every file in its year; `figures` are the items of sites as numbers."""
    folder = shared_data / "eric"
    taken = take([folder / CSV], tmp_path_factory.mktemp("eric"))
    for number, year in YEARS.items():
        taken = taken.then([folder / WORKBOOK.format(number)], parse(year))
    taken.con.execute(
        "create table figures as select *, trust_code like '% Result' or trust_code = 'Grand Total' as is_sum,"
        " try_cast(replace(value, ',', '') as decimal(28, 4)) as figure from site_items"
    )
    return taken.whole()


def sheets(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names if name in IDS}


def test_every_workbook_needs_its_year(shared_data, tmp_path):
    path = shared_data / "eric" / WORKBOOK.format("9896")
    (outcome,) = archive.add([path], settings_in(tmp_path), catalogue())
    assert outcome.message == (
        "HospitalEstatesAndFacilitiesStatistics_9896.XLS: neither its content nor its name says which period it is, "
        "expected a financial year. Give it: --period 2024/25"
    )


def test_every_cell_of_every_item_is_a_row(taken, shared_data):
    found = {}
    for one, report in taken.reports():
        assert (report.rows_clean, report.rows_quarantined, report.duplicate_keys) == (report.rows_in, 0, 0)
        found[one.original_name, one.table] = (one.period.slug, report.rows_in)
    with (shared_data / "eric" / CSV).open(encoding="utf-8-sig", newline="") as text:
        records = list(csv.reader(text))
    expected = {(CSV, "site_items"): ("2019-20", (len(records) - 1) * (len(records[0]) - 10))}
    for number, year in YEARS.items():
        name = WORKBOOK.format(number)
        for sheet, rows in sheets(shared_data / "eric" / name).items():
            items = (len(rows) - 2) * (len(rows[1]) - IDS[sheet])
            expected[name, TABLES[sheet]] = (parse(year).slug, items)
    assert found == expected
    assert sum(rows for _, rows in found.values()) == 625_122


def test_a_figure_is_the_one_under_its_heading(taken):
    """Cells of the workbooks, read by eye."""
    rows = taken.rows(
        "select slot, site_code, section, item, unit, value from site_items where (slot, site_code, item) in"
        " (('2013-14', 'TAJ52', 'Available beds'), ('2015-16', 'RT5KF', 'Gas consumed'), ('2016-17', 'RTD03', 'Water cost'),"
        " ('2019-20', 'R0A01', 'Gross internal floor area')) order by 1"
    )
    assert rows == [
        ("2013-14", "TAJ52", "Function and Space", "Available beds", "No.", "52"),
        ("2015-16", "RT5KF", "Energy", "Gas consumed", "kWh", "3400000"),
        ("2016-17", "RTD03", "Water Services", "Water cost", "£", "24756"),
        ("2019-20", "R0A01", None, "Gross internal floor area", "m²", "292,119"),
    ]


def test_floor_area_adds_up_to_the_publishers_grand_total_but_for_the_first_site(taken):
    """Grand Total of the 2015/16 workbook: 26,793,308 m². It leaves out the first row, the 20,690 m² of R1A's small sites."""
    where = "slot = '2015-16' and item = 'Gross internal floor area'"
    ((sites,),) = taken.rows(f"select sum(figure) from figures where {where} and not is_sum")
    ((total,),) = taken.rows(f"select figure from figures where {where} and trust_code = 'Grand Total'")
    assert total == Decimal("26793308")
    assert sites - total == Decimal("20690")


def test_sums_by_trust_are_the_publishers_in_every_item(taken):
    wrong = taken.rows(
        """with sites as (select trust_code || ' Result' as trust_code, section, item, unit, sum(figure) as ours from figures
                          where slot = '2015-16' and not is_sum group by all)
           select count(*), count(*) filter (abs(figure - coalesce(ours, 0)) > 0.01 and trust_code <> 'R1A Result')
           from figures join sites using (trust_code, section, item, unit)
           where slot = '2015-16' and is_sum and figure is not null and unit <> '%'"""
    )
    assert wrong == [(11_662, 0)]


def test_items_of_one_name_in_the_csv_are_told_apart(taken):
    """Nine of each name: the second to the ninth have their number."""
    found = taken.rows(
        "select item, count(distinct occurrence) from site_items where slot = '2019-20'"
        " and occurrence is not null group by 1 order by 1"
    )
    assert found == [("PFI Contractor (SPV) costs", 8), ("PFI Management (Trust) costs", 8)]


def test_small_sites_together_are_no_site(taken):
    found = taken.rows(
        "select slot, count(distinct trust_code) filter (site_type in ('Aggregate site', 'Other reportable site')),"
        " count(distinct trust_code || site_code) filter (site_type not in ('Aggregate site', 'Other reportable site'))"
        " from figures where not is_sum group by 1 order by 1"
    )
    assert found == [("2013-14", 132, 1244), ("2015-16", 169, 1045), ("2016-17", 172, 1041), ("2019-20", 176, 1085)]


def test_no_release_breaks_a_rule_of_its_suite(taken):
    broken = {one.release_id: failed_rules(one, taken.settings) for one in taken.releases}
    assert {release: rules for release, rules in broken.items() if rules} == {}

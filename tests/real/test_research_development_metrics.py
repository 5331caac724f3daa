"""Business rates of trusts' sites in 2019/20, from the file that NHS Digital published; the publisher prints no total of them."""

from __future__ import annotations

import csv
from collections import Counter

from tests.real.read_whole import take
from tests.real.row_model import given

REGIONS = (
    "East of England", "London", "Midlands", "North East and Yorkshire", "North West", "South East", "South West",
)  # fmt: skip


def test_rates_of_every_trust_are_those_of_its_rows(shared_data, tmp_path):
    file = shared_data / "eric" / "ERIC_201920_SiteData.csv"
    counted: Counter[str] = Counter()
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        for record in csv.DictReader(text):
            counted[record["Trust Code"]] += int(record["Rates (£)"].replace(",", ""))
    regions = [(name, "nhs_region", name) for name in REGIONS]
    con = given("int_row_research_development", take([file], tmp_path), tmp_path, regions)
    rows = con.execute(
        "select area_code_published, sum(amount), min(period_start)::varchar, max(period_end)::varchar, count(*)"
        " from given where metric_id = 'es_06' and geographies = 'trust icb' group by 1"
    ).fetchall()
    assert {trust: int(rates) for trust, rates, *_ in rows} == counted
    assert {(start, end) for _, _, start, end, _ in rows} == {("2019-04-01", "2020-03-31")}
    assert (sum(counted.values()), sum(sites for *_, sites in rows)) == (472_676_891, 1_261)
    above = con.execute(
        "select geographies, sum(amount), list_sort(list(distinct area_code_published)) from given where geographies <> 'trust icb'"
        " and metric_id = 'es_06' group by 1 order by 1"
    ).fetchall()
    # Of the trusts that no register places, 4.7 million pounds, the region and the country have their part.
    assert above == [("country", 472_676_891, ["E92000001"]), ("nhs_region", 472_676_891, list(REGIONS))]

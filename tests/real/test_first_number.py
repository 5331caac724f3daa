"""The real release goes the whole way: the figures the founding document printed, and every cell against the slow oracle.

Source of the figures: the Kent HOSC GP services briefing report (over 11 million appointments from December 2023 to
November 2024, around two-thirds of them face to face or home visits), and the publisher's regional CSV of November 2025.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.audit.trace import Question, trace
from pipeline.audit.trace_text import lines
from pipeline.publish.current import open_part
from pipeline.run import sequence
from tests.pipeline import oracle
from tests.pipeline.built_once import keep_parse
from tests.real.read_whole import take

BASE = (
    "metric_key = '{metric}' and area_code = 'E54000032' and period_start = '2023-12-01' and period_end = '2024-11-30'"
    " and breakdown_type = '{kind}' and breakdown_value = '{value}'"
)


@pytest.fixture(scope="module")
def real(shared_data, parsed, tmp_path_factory):
    """Settings, what `add` said, and the run over the two real folders, as the issue of a first user would be."""
    folders = [shared_data / "gp_appointments_regional", shared_data / "ons_lookups"]
    taken = take(folders, tmp_path_factory.mktemp("first_number"))
    keep_parse(parsed, taken.settings)
    outcome = sequence.run(taken.settings)
    assert outcome.status == 0, outcome.message
    return taken.settings, taken.outcomes, outcome


def kent(outcome, metric="pc_05.v1", kind="none", value="all"):
    con = open_part(outcome.folder)
    sql = "select value, value_status from marts.metric_value where " + BASE.format(
        metric=metric, kind=kind, value=value
    )
    (row,) = con.execute(sql).fetchall()
    return row


def test_kent_and_medway_has_the_appointments_that_councillors_were_told(real):
    _, _, outcome = real
    assert kent(outcome) == (11_077_174, "exact")
    assert kent(outcome, kind="appointment_status", value="Attended")[0] == 9_844_438
    assert kent(outcome, kind="appointment_status", value="DNA")[0] == 498_706
    assert kent(outcome, kind="appointment_status", value="Unknown")[0] == 734_030


def test_around_two_thirds_were_face_to_face_or_home_visits(real):
    _, _, outcome = real
    assert round(kent(outcome, "pc_06.v1")[0], 1) == 65.5
    assert round(kent(outcome, "pc_06.v2")[0], 1) == 66.4


def test_the_comparison_with_earlier_years_cannot_be_reproduced_and_says_so(real):
    settings, _, outcome = real
    for version in ("v1", "v2"):
        assert kent(outcome, f"pc_07.{version}") == (None, "not_reproducible")
    assert "cannot be reproduced" in "\n".join(lines(trace(settings, Question("pc_07", "QKS", "2023-12/2024-11"))))


def test_all_of_england_goes_through(real):
    _, _, outcome = real
    con = open_part(outcome.folder)
    assert con.execute(
        "select rows_in, rows_clean from audit.release where dataset = 'gp_appointments_regional'"
    ).fetchone() == (713_695, 713_695)
    sql = """select count(distinct area_code), sum(value)::bigint from marts.metric_value
             where metric_key = 'pc_05.v1' and breakdown_type = 'none' and period_type = 'month' and area_type = ?"""
    for area_type, areas in (("sub_icb_location", 106), ("icb", 42), ("nhs_region", 7), ("country", 1)):
        assert con.execute(sql, [area_type]).fetchone() == (areas, 920_458_838)
    assert con.execute("select count(*) from audit.unmapped_area").fetchone() == (0,)


def test_reissued_codes_lead_to_the_area_of_their_day(real):
    _, _, outcome = real
    con = open_part(outcome.folder)
    published = dict(
        con.execute(
            "select distinct icb_code_published, any_value(area_code) from marts.gp_appointments_month group by all"
        ).fetchall()
    )
    assert {"E54000052", "E54000053"} <= set(published)
    icbs = {
        code
        for (code,) in con.execute(
            "select distinct area_code from marts.metric_value where area_type = 'icb'"
        ).fetchall()
    }
    assert {"E54000063", "E54000064"} <= icbs
    assert not {"E54000052", "E54000053"} & icbs
    links = con.execute(
        "select from_area_code, to_area_code, valid_from::varchar, method from reference.area_link"
        " where link_type = 'succeeded_by' and from_area_code in ('E54000052', 'E54000053') order by all"
    ).fetchall()
    assert links == [
        ("E54000052", "E54000063", "2023-04-01", "exact"),
        ("E54000053", "E54000064", "2023-04-01", "exact"),
    ]


def test_files_that_no_contract_covers_are_skipped_one_line_each(real):
    _, added, _ = real
    skipped = {Path(one.path).name for one in added if one.status == "skipped"}
    assert skipped == {"icb-la-lookup.csv", "subicb-la-lookup.csv"}  # derived by others; no publisher's file
    assert all("\n" not in one.message for one in added)
    assert {one.status for one in added} == {"archived", "new revision", "skipped"}


def test_the_number_leads_back_to_the_csv_inside_the_zip(real):
    settings, _, _ = real
    way = trace(settings, Question("pc_05", "E54000032", "2023-12/2024-11"))
    (part,) = way["parts"]
    assert (part["rows"], part["agrees"]) == (2_979, True)
    (file,) = way["files"]
    assert file["release"]["sha256"].startswith("d3a948c7cb87")
    assert file["bytes_are_as_published"] is True
    (read,) = file["read_again"]
    assert read["members"] == ["Regional_CSV_KentMedway.csv"]
    assert (read["sum_in_file"], read["agrees"]) == (11_077_174, True)


def test_every_cell_of_england_equals_the_slow_oracle(real, shared_data):
    _, _, outcome = real
    expected = oracle.metric_values(
        next((shared_data / "gp_appointments_regional").glob("*.zip")),
        shared_data / "ons_lookups" / "LOC22_ICB22_NHSER22_EN_LU.csv",
        next((shared_data / "ons_lookups").glob("icb_names_codes*.csv")),
        reissued=date(2023, 4, 1),
        country="E92000001",
    )
    rows = (
        open_part(outcome.folder)
        .execute(
            """select metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, numerator, denominator, value
           from marts.metric_value where source = 'gp_appointments_regional'"""
        )
        .fetchall()
    )
    assert len(rows) == len(expected) == 174_080
    for *key, numerator, denominator, value in rows:
        cell = expected[tuple(key)]
        assert (numerator, denominator) == (cell["numerator"], cell.get("denominator")), key
        assert value == (None if cell["value"] is None else pytest.approx(cell["value"], abs=1e-9)), key

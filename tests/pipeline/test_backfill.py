"""Older releases that come later: they add the periods that nobody held, and leave every newer figure as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from dagster import AssetKey, DagsterInstance

from pipeline import periods
from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.orchestration.graph import definitions
from pipeline.publish.current import current_id, open_part
from pipeline.run import sequence
from pipeline.sample import gp_appointments_regional, ons_lookups
from pipeline.sample.geography import ICBS
from tests.pipeline.built_once import keep_parse

SYNTHETIC = archive.Provenance(origin="synthetic", citation="made up for a test")
# Two months that no release held, and two that the held one restates.
OLDER = [date(2023, 4, 1), date(2023, 5, 1), date(2023, 6, 1), date(2023, 7, 1)]
MONTHS = """
    select period_start, area_code, numerator, release_id from marts.metric_value
    where metric_key = 'pc_05.v1' and period_type = 'month' and breakdown_type = 'none' order by all
"""
ICB_NAMES = "select area_code, area_name from reference.area where area_type = 'icb' order by all"


def answers(settings, sql: str) -> list[tuple]:
    return open_part(settings.editions / current_id(settings)).execute(sql).fetchall()


@pytest.fixture
def with_older(own, tmp_path):
    """Settings over the sample, its edition, and since then an older window and an older list of ICBs."""
    made = tmp_path / "made"
    made.mkdir()
    # Other figures than the held release has for June and July 2023: if they won, it would show.
    window = gp_appointments_regional.write_release(made, seed=7, months=OLDER)
    (added,) = archive.add([window], own, catalogue(), provenance=SYNTHETIC)
    assert (added.status, added.release_id.split("/")[3]) == ("archived", "2023-07")
    # A year earlier no code had been reissued.
    names = ons_lookups.write_icb_names(made, icbs=[replace(icb, ons_code_2024=icb.ons_code) for icb in ICBS])
    older = names.with_name("icb_names_codes_dec_2023.csv")
    names.rename(older)
    (added,) = archive.add(
        [older], own, catalogue(), dataset="ons_lookups", period=periods.parse("2023"), provenance=SYNTHETIC
    )
    assert added.status == "archived", added.message
    return own, added.release_id


def test_older_releases_add_their_periods_and_leave_newer_ones_as_they_were(with_older):
    settings, older_names = with_older
    before = answers(settings, MONTHS)
    names = answers(settings, ICB_NAMES)
    outcome = sequence.run(settings)
    assert outcome.outcome == "passed", outcome.message
    after = answers(settings, MONTHS)
    new = sorted(set(after) - set(before))
    assert set(before) <= set(after)
    assert {month for month, *_ in new} == {date(2023, 4, 1), date(2023, 5, 1)}
    assert {area for _, area, *_ in new if area != "E92000001"}
    totals = gp_appointments_regional.known_totals(7, months=OLDER)
    april = sum(count for (_, month, _), count in totals.items() if month == date(2023, 4, 1))
    assert max(count for month, _, count, _ in new if month == date(2023, 4, 1)) == april
    assert answers(settings, ICB_NAMES) == names
    counts = dict(answers(settings, "select release_id, counts_for from audit.release where counts"))
    assert counts[older_names] == "all its rows"
    assert [periods for one, periods in counts.items() if "/2023-07/" in one] == ["2023-04 2023-05"]


@pytest.mark.usefixtures("graph_parsed_once")
def test_through_dagster_it_is_the_same_edition_and_the_table_says_how_many_releases_it_holds(with_older, tmp_path):
    settings, _ = with_older
    by_dagster = replace(settings, out=tmp_path / "by-dagster", inbox=tmp_path / "no-inbox")
    keep_parse(settings, by_dagster)
    with DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        result = definitions(by_dagster).resolve_job_def("nightly").execute_in_process(instance=instance)
        latest = instance.get_latest_materialization_event(AssetKey(["bronze", "gp_appointments_regional__regional"]))
    assert result.success
    assert latest.asset_materialization.metadata["releases"].value == 2
    assert current_id(by_dagster) == sequence.run(settings).edition_id

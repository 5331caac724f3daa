"""Proves which releases count and for which periods, against a slow and obvious reading of the same rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalogue.load import Catalogue, catalogue
from pipeline.ingest.archive import Release
from pipeline.ingest.resolve import known_at, resolve
from pipeline.periods import parse

KNOWN = catalogue()
REGIONAL, LOOKUP, MEASURES = (
    ("gp_appointments_regional", "regional"), ("ons_lookups", "sub_icb_to_icb"), ("place_measures", "measures"),
)  # fmt: skip


def release(
    table: tuple[str, str], period: str, sha: str = "a", *, part: str = "all", published: str = "",
    archived: str = "2026-01-01T00:00:00+00:00", form: str = "csv",
) -> Release:  # fmt: skip
    span = parse(period)
    return Release(
        dataset=table[0], table=table[1], part=part, period_start=str(span.start), period_end=str(span.end),
        period_type=span.type, period_from="content", period_in_name="", layout="any", format=form,
        sha256=sha * (64 // len(sha)), size=1, original_name="f.csv", publisher="p", licence="l", url="",
        published_at=published, fetched_at="", archived_at=archived, origin="real", citation="", file="f",
    )  # fmt: skip


def used(releases: list[Release], held: dict[str, list[str]] | None = None, known: Catalogue = KNOWN):
    return {use.release.release_id: use.data_periods for use in resolve(releases, known, held or {})}


# --- window ---------------------------------------------------------------------------------------------------


def test_a_newer_window_takes_over_the_periods_it_holds_and_the_older_keeps_the_rest():
    old, new = release(REGIONAL, "2025-10", "a"), release(REGIONAL, "2025-11", "b")
    held = {
        old.release_id: ["2025-08-01", "2025-09-01", "2025-10-01"],
        new.release_id: ["2025-09-01", "2025-10-01", "2025-11-01"],
    }  # fmt: skip
    assert used([new, old], held) == {
        old.release_id: ("2025-08-01",), new.release_id: ("2025-09-01", "2025-10-01", "2025-11-01"),
    }  # fmt: skip


def test_a_window_that_is_wholly_restated_does_not_count_at_all():
    old, new = release(REGIONAL, "2025-10", "a"), release(REGIONAL, "2025-11", "b")
    held = {old.release_id: ["2025-10-01"], new.release_id: ["2025-10-01", "2025-11-01"]}
    assert used([old, new], held) == {new.release_id: ("2025-10-01", "2025-11-01")}


def test_a_gap_in_a_newer_window_leaves_that_period_to_the_older():
    old, new = release(REGIONAL, "2025-10", "a"), release(REGIONAL, "2025-11", "b")
    held = {old.release_id: ["2025-09-01", "2025-10-01"], new.release_id: ["2025-09-01", "2025-11-01"]}
    assert used([old, new], held)[old.release_id] == ("2025-10-01",)


MONTHS = [f"2025-{month:02}" for month in range(1, 13)]


@given(st.lists(
    st.tuples(st.sampled_from(MONTHS), st.sampled_from("abcdef"), st.sampled_from(["", "2025-01-01", "2025-06-01"]),
              st.sets(st.sampled_from(MONTHS), min_size=1)),
    min_size=1, max_size=8, unique_by=lambda one: one[:2],
))  # fmt: skip
def test_every_period_of_a_window_comes_from_the_newest_release_that_holds_it_and_from_one_only(drawn):
    releases = [release(REGIONAL, period, sha, published=published) for period, sha, published, _ in drawn]
    held = {
        one.release_id: sorted(f"{m}-01" for m in months) for one, (*_, months) in zip(releases, drawn, strict=True)
    }
    # Slow and obvious: the winner of each slot, then for each month the latest slot that holds it.
    winners = {}
    for one in releases:
        best = winners.get(one.period_end)
        if best is None or one.revision_order > best.revision_order:
            winners[one.period_end] = one
    expected: dict[str, set[str]] = {}
    for month in {month for one in winners.values() for month in held[one.release_id]}:
        owner = max((one for one in winners.values() if month in held[one.release_id]), key=lambda one: one.period_end)
        expected.setdefault(owner.release_id, set()).add(month)
    found = used(releases, held)
    assert {key: set(months) for key, months in found.items()} == expected
    assert list(found) == sorted(found)
    assert used(releases[::-1], held) == found


# --- series and per_period -------------------------------------------------------------------------------------


def test_in_a_series_the_latest_period_replaces_all_before_it():
    releases = [release(MEASURES, month, part="kent") for month in ("2025-01", "2025-03", "2025-02")]
    assert used(releases) == {releases[1].release_id: None}


def test_parts_of_a_series_do_not_replace_each_other():
    kent, medway = release(MEASURES, "2025-01", part="kent"), release(MEASURES, "2025-03", part="medway")
    assert set(used([kent, medway])) == {kent.release_id, medway.release_id}


def test_per_period_keeps_every_period():
    releases = [release(LOOKUP, year) for year in ("2022", "2023", "2024")]
    assert used(releases) == {one.release_id: None for one in releases}


def test_releases_of_other_tables_do_not_mix():
    lookup, names = release(LOOKUP, "2022"), release(("ons_lookups", "icb_names"), "2022", "b")
    assert set(used([lookup, names])) == {lookup.release_id, names.release_id}


# --- revisions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("loser", "winner"), [
    ({"published": "2025-01-01", "archived": "2026-01-02T00:00:00+00:00"}, {"published": "2025-01-02"}),
    ({"archived": "2026-01-01T00:00:00+00:00"}, {"archived": "2026-01-01T00:00:01+00:00"}),
    ({"published": "2025-01-01", "archived": "2026-01-01T00:00:00+00:00"},
     {"published": "2025-01-01", "archived": "2026-01-02T00:00:00+00:00"}),
    ({"published": "2025-01-01"}, {"published": "2025-01-01T09:30:00+00:00"}),
    ({"published": "2025-01-01"}, {"archived": "2025-01-02T00:00:00+00:00"}),
    ({}, {}),
])  # fmt: skip
def test_of_two_revisions_the_later_published_wins_then_the_later_archived_then_the_greater_digest(loser, winner):
    # The loser has the greater digest wherever an instant decides.
    same = loser == winner
    first, second = (
        release(LOOKUP, "2022", "e" if same else "f", **loser),
        release(LOOKUP, "2022", "f" if same else "e", **winner),
    )
    assert set(used([first, second])) == set(used([second, first])) == {second.release_id}


def test_a_preferred_form_beats_a_later_revision_in_another():
    csv = release(LOOKUP, "2022", "a", archived="2026-01-01T00:00:00+00:00", form="csv")
    xlsx = release(LOOKUP, "2022", "b", archived="2026-02-01T00:00:00+00:00", form="xlsx")
    assert set(used([csv, xlsx])) == set(used([xlsx, csv])) == {csv.release_id}


def test_within_the_preferred_form_the_later_revision_wins():
    early = release(LOOKUP, "2022", "b", archived="2026-01-01T00:00:00+00:00")
    late = release(LOOKUP, "2022", "a", archived="2026-02-01T00:00:00+00:00")
    twin = release(LOOKUP, "2022", "c", archived="2026-03-01T00:00:00+00:00", form="xlsx")
    assert set(used([twin, late, early])) == {late.release_id}


def test_a_form_that_nobody_prefers_counts_where_it_is_all_there_is():
    xlsx = release(LOOKUP, "2022", form="xlsx")
    assert set(used([xlsx])) == {xlsx.release_id}


# --- as of -----------------------------------------------------------------------------------------------------


def test_as_of_knows_what_was_archived_by_then_whatever_was_published_when():
    early = release(LOOKUP, "2022", "a", archived="2026-01-01T12:00:00+00:00", published="2030-01-01")
    late = release(LOOKUP, "2022", "b", archived="2026-01-02T12:00:00+00:00", published="2020-01-01")
    assert known_at([early, late], "2026-01-01T12:00:00+00:00") == [early]
    assert known_at([early, late], "2026-01-01T11:59:59+00:00") == []
    assert known_at([early, late], None) == [early, late]


def test_a_slot_is_told_apart_by_its_days_not_by_the_words_of_its_period():
    month = release(REGIONAL, "2025-11", "a")
    same_days = replace(month, period_type="interval", sha256="b" * 64, archived_at="2027-01-01T00:00:00+00:00")
    held = {month.release_id: ["2025-11-01"], same_days.release_id: ["2025-11-01"]}
    assert set(used([month, same_days], held)) == {same_days.release_id}

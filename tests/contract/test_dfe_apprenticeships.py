"""Apprenticeships by provider: three Parquet files of one release are known by their columns, and wrong ones are judged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, quarantine_of, release_of, rows_of
from sheets import made_parquet
from staged import staged

from pipeline.periods import parse

JULY = parse("2026-07")
PART = "2025/26 (Aug to Apr)"
DEMOGRAPHICS = ["year", "provider_name", "characteristic_type", "characteristic", "measure", "count"]
GROUPS = {
    "Age": ["Under 19", "19-24", "25+"],
    "Sex": ["Female", "Male"],
    "Ethnicity": [
        "Asian / Asian British", "Black / African / Caribbean / Black British", "Mixed / Multiple ethnic groups",
        "Other ethnic group", "White", "Unknown",
    ],
    "Learner with learning difficulties or disabilities (LLDD)": [
        "LLDD - Unknown", "No learning difficulty / disability", "With learning difficulty / disability",
    ],
}  # fmt: skip
PROVIDERS = [f"COLLEGE NUMBER {n} LTD. (1000{n:04})" for n in range(30)]
ALL = "Total (All providers)"
PLACES = ["year", "provider_name", "learner_home_lad", "delivery_lad", "starts", "enrolments", "achievements"]
DISTRICTS = ["Outside of England and unknown", "King's Lynn and West Norfolk"] + [
    f"District {chr(65 + n // 20)}{chr(97 + n % 20)}" for n in range(290)
]


def demographics(providers: list[str] = PROVIDERS) -> list[list[str]]:
    """Every provider has 120 learners in each kind of group, the first group of them all but a few."""

    def of(provider: str, times: int) -> list[list[str]]:
        return [
            [PART, provider, kind, group, measure, str(count)]
            for measure in ("Starts", "Achievements")
            for kind, groups in GROUPS.items()
            for group, count in [
                ("Total", 120 * times),
                (groups[0], 120 * times),
                *((one, "low") for one in groups[1:]),
            ]
        ]

    return [*of(ALL, len(providers)), *(row for provider in providers for row in of(provider, 1))]


def spoilt(row: int, **cells: str) -> list[list[str]]:
    found = demographics()
    for name, cell in cells.items():
        found[row][DEMOGRAPHICS.index(name)] = cell
    return found


def demographics_file(folder: Path, found: list[list[str]]) -> Path:
    return made_parquet(folder / "apprenticeships_demographics_0.parquet", DEMOGRAPHICS, found)


def places(each: int = 300) -> list[list]:
    return [[year, PROVIDERS[n % 30], district, DISTRICTS[0], each, each + 700, 2]
            for year in ("2024/25", PART) for n, district in enumerate(DISTRICTS * 4)]  # fmt: skip


def places_file(folder: Path, found: list[list]) -> Path:
    once = {tuple(row[:4]): row for row in found}
    return made_parquet(folder / "lad_map_data_0.parquet", PLACES, list(once.values()))


def test_demographics_are_read_with_low_as_suppressed(tmp_path, settings):
    release = added(demographics_file(tmp_path, demographics()), settings, period=JULY)
    found = rows_of(bronze_of(release, settings))
    assert (release.table, release.period, len(found)) == ("demographics", JULY, 31 * 36)
    assert (found[0]["group_type"], found[0]["measure"], found[0]["learners"]) == ("age", "starts", 3600)
    assert (found[2]["learners"], found[2]["learners_status"]) == (None, "suppressed")
    assert failed_rules(release, settings) == set()


def test_totals_of_providers_and_groups_are_marked(tmp_path, settings):
    release = added(demographics_file(tmp_path, demographics()), settings, period=JULY)
    found = staged("stg_dfe_apprenticeships_demographics", [release], settings)
    assert [(one["ukprn"], one["provider_name"], one["is_total"]) for one in (found[1], found[36], found[37])] == [
        (None, ALL, True), ("10000000", "COLLEGE NUMBER 0 LTD.", True), ("10000000", "COLLEGE NUMBER 0 LTD.", False),
    ]  # fmt: skip
    assert (found[0]["period_start"], found[0]["year_end"], found[0]["is_part_year"]) == (
        date(2025, 8, 1), date(2026, 7, 31), True,
    )  # fmt: skip


def test_without_a_month_the_release_is_refused(tmp_path, settings):
    outcome = add(demographics_file(tmp_path, demographics()), settings)
    assert (outcome.status, "Give it: --period" in outcome.message) == ("refused", True)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"count": "c"}, "learners.type"), ({"characteristic": "65+"}, "group_name.allowed"),
        ({"year": "2025-26"}, "academic_year.pattern"), ({"provider_name": "A COLLEGE"}, "provider_name.pattern"),
    ],
)  # fmt: skip
def test_a_cell_that_the_contract_does_not_know_is_quarantined(cells, rule, tmp_path, settings):
    outcome = add(demographics_file(tmp_path, spoilt(40, **cells)), settings, period=JULY)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, rules) == (41, [f"dfe_apprenticeships.demographics.{rule}"])


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (lambda: spoilt(37, count="20"), {"groups_add_up"}),
        (lambda: spoilt(37, count="121"), {"learners_are_rounded"}),
        (lambda: spoilt(36, count="20"), {"groups_add_up", "totals_agree"}),
        (lambda: demographics()[:-1], {"groups_are_complete"}),
        (lambda: demographics()[36:], {"providers_add_up"}),
    ],
)  # fmt: skip
def test_groups_that_do_not_add_up_break_their_rules(found, broken, tmp_path, settings):
    outcome = add(demographics_file(tmp_path, found()), settings, period=JULY)
    assert broken <= failed_rules(release_of(outcome, settings), settings)


def test_places_are_read_whole(tmp_path, settings):
    release = added(places_file(tmp_path, places(1300)), settings, period=JULY)
    found = staged("stg_dfe_apprenticeships_places", [release], settings)
    assert (release.table, found[0]["starts"], found[0]["home_district"]) == ("places", 1300, DISTRICTS[0])
    assert failed_rules(release, settings) == {"years_are_of_the_size"}


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda row: [*row[:4], row[5] + 1, *row[5:]], {"starts_are_enrolments"}),
        (
            lambda row: [row[0].replace("2024/25", "2024/25 (Aug to Oct)"), *row[1:]],
            {"only_the_last_year_is_not_whole"},
        ),
        (lambda row: [row[0], row[1], DISTRICTS[1], *row[3:]], {"districts_are_complete"}),
    ],
)
def test_places_that_disagree_break_their_rules(change, broken, tmp_path, settings):
    release_rows = [change(row) for row in places()]
    if broken == {"districts_are_complete"}:
        release_rows = [[*row[:3], DISTRICTS[n % 290], *row[4:]] for n, row in enumerate(release_rows)]
    outcome = add(places_file(tmp_path, release_rows), settings, period=JULY)
    assert broken <= failed_rules(release_of(outcome, settings), settings)


def test_another_column_is_refused_with_the_line_to_add(tmp_path, settings):
    path = made_parquet(tmp_path / "lad_map_data_0.parquet", [*PLACES[:-1], "achieved"], places())
    outcome = add(path, settings, period=JULY)
    assert (outcome.status, "`achieved: achievements`" in outcome.message) == ("refused", True), outcome

"""Volunteers, engagement and mentoring (es_22 to es_24) of the sample against a slow oracle over the rows of its extracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from pipeline.publish.current import open_part
from pipeline.sample import local_extracts, ons_councils
from pipeline.sample.local_extracts import Extract, Row
from tests.pipeline.theme_oracle import ICB, Parts, extracts_of, of_the_whole, parts_of

STAFF = ("staff_volunteer", "mentor", "school_governor")


def extracts(dataset: str) -> Iterator[tuple[Extract, date, list[Row]]]:
    """(extract, first day of its quarter, rows) of every extract of a dataset."""
    for one in extracts_of(dataset):
        yield one, date.fromisoformat(one.period[:7] + "-01"), one.filled()


def areas_of(submitter: str) -> tuple[str, ...]:
    return (ICB,) if submitter == local_extracts.ICB else (submitter, ICB)


def with_hours(rows: list[Row]) -> dict[str, list[Row]]:
    """The rows of each person who gave an hour or more, the role that began first in front."""
    of_person = defaultdict(list)
    for row in sorted(rows, key=lambda one: one["start_date"]):
        of_person[row["person_hash"]].append(row)
    return {person: mine for person, mine in of_person.items() if sum(Decimal(row["hours"]) for row in mine) >= 1}


def rows_by_area(roles: tuple[str, ...]) -> dict[tuple[str, date], list[Row]]:
    found = defaultdict(list)
    for one, first, rows in extracts("lx_13_volunteers_mentoring"):
        for row in rows:
            if row["role_type"] in roles:
                for area in areas_of(one.submitter):
                    found[area, first].append(row)
    return found


def expected_volunteers() -> Parts:
    found: Parts = {}
    for metric, roles in (("es_22.v1", STAFF), ("es_22.v4", ("public_volunteer",))):
        for (area, first), rows in rows_by_area(roles).items():
            people = with_hours(rows)
            groups = defaultdict(set)
            for person, mine in people.items():
                groups["none", "all"].add(person)
                for split in ("sex", "age_band", "religion"):
                    groups[split, mine[0][split]].add(person)
                if metric == "es_22.v1":
                    for row in mine:
                        groups["role_type", row["role_type"]].add(person)
            found |= {(metric, area, first, *group): (Decimal(len(them)), None) for group, them in groups.items()}
            if metric == "es_22.v1" and len(people) >= 5:
                hours = sum(Decimal(row["hours"]) for mine in people.values() for row in mine)
                found["es_22.v2", area, first, "none", "all"] = (hours, None)
    return found


def expected_share() -> Parts:
    """Of the trust alone: of the organisations that submit volunteers it is the one whose staff the board's extract has."""
    headcount = local_extracts.extract("lx_01_staff_residence")
    assert headcount.period == "2025-09-30"
    staff = {row["employee_hash"] for row in headcount.filled() if row["employer_ods"] == "RZ1"}
    (rows,) = (
        rows for one, first, rows in extracts("lx_13_volunteers_mentoring")
        if (one.submitter, first) == ("RZ1", date(2025, 7, 1))
    )  # fmt: skip
    people = with_hours([row for row in rows if row["role_type"] in STAFF])
    share = (Decimal(len(people)), Decimal(len(staff)))
    return {("es_22.v3", area, date(2025, 7, 1), "none", "all"): share for area in ("RZ1", ICB)}


def expected_engagement() -> Parts:
    found: Parts = {}
    for one, first, rows in extracts("lx_14_engagement"):
        assert one.submitter == local_extracts.ICB
        top, below = defaultdict(int), defaultdict(int)
        for row in rows:
            groups = (row["age_band"], row["ethnicity5"], row["imd_quintile"])
            took_part = row["participated"]
            if groups == ("all", "all", "all"):
                for split, group in (("none", "all"), ("method", row["method"])):
                    top["es_23.v1", split, group] += int(took_part)
                    below["es_23.v3", split, group] += 1
                    top["es_23.v3", split, group] += row["changed_decision"] == "yes"
                    if row["invited"].isdigit():
                        top["es_23.v2", split, group] += int(took_part)
                        below["es_23.v2", split, group] += int(row["invited"])
            elif groups[2] != "all" and took_part.isdigit():
                top["es_23.v1", "imd_quintile", groups[2]] += int(took_part)
                if row["invited"].isdigit():
                    top["es_23.v2", "imd_quintile", groups[2]] += int(took_part)
                    below["es_23.v2", "imd_quintile", groups[2]] += int(row["invited"])
        for metric in ("es_23.v1", "es_23.v2"):
            told = sum(count for (name, split, _), count in top.items() if (name, split) == (metric, "imd_quintile"))
            top[metric, "imd_quintile", "not told"] = top[metric, "none", "all"] - told
        asked = sum(count for (name, split, _), count in below.items() if (name, split) == ("es_23.v2", "imd_quintile"))
        below["es_23.v2", "imd_quintile", "not told"] = below["es_23.v2", "none", "all"] - asked
        for (metric, split, group), count in top.items():
            whole = below.get((metric, split, group))
            found[metric, ICB, first, split, group] = (Decimal(count), None if whole is None else Decimal(whole))
    return found


def three_months_after(day: date) -> date:
    year, month = day.year + (day.month + 2) // 12, (day.month + 2) % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def expected_mentoring() -> Parts:
    people, pairs, lasting = defaultdict(set), defaultdict(int), defaultdict(int)
    for one, first, rows in extracts("lx_13_volunteers_mentoring"):
        last = date(first.year, first.month + 3, 1) - timedelta(days=1)
        for row in rows:
            if row["role_type"] != "mentee":
                continue
            council = next(each for each in ons_councils.COUNCILS_2023 if each[0] == row["lad24"])
            for area in {*areas_of(one.submitter), council[0], ons_councils.upper_tier_of(council)[0]}:
                people[area, first, "none", "all"].add(row["person_hash"])
                people[area, first, "beneficiary", row["beneficiary"]].add(row["person_hash"])
                pairs[area, first] += 1
                ended = date.fromisoformat(row["end_date"]) if row["end_date"] else last
                lasting[area, first] += ended >= three_months_after(date.fromisoformat(row["start_date"]))
    found = {("es_24.v1", *key): (Decimal(len(them)), None) for key, them in people.items()}
    return found | {("es_24.v2", *key, "none", "all"): (Decimal(lasting[key]), Decimal(pairs[key])) for key in pairs}


def test_every_value_equals_the_slow_oracle_and_there_is_no_other(sample_run):
    found = parts_of(sample_run[1], ["es_22", "es_23", "es_24"])
    expected = expected_volunteers() | expected_share() | expected_engagement() | expected_mentoring()
    assert of_the_whole(found) == of_the_whole(expected)
    # Of a breakdown with a denominator the oracle knows the groups that nobody is in too.
    assert {key: found.get(key) for key in expected} == expected


def test_who_volunteers_for_trust_and_board_counts_once_in_the_ics(sample_run):
    found = parts_of(sample_run[1], ["es_22"])
    first = date(2025, 7, 1)
    board = with_hours(
        [row for one, day, rows in extracts("lx_13_volunteers_mentoring") if (one.submitter, day) == (local_extracts.ICB, first)
         for row in rows if row["role_type"] in STAFF]
    )  # fmt: skip
    of_trust, of_ics = (found["es_22.v1", area, first, "none", "all"][0] for area in ("RZ1", ICB))
    assert len(board) + of_trust - of_ics == 2


def test_the_open_part_has_every_indicator_and_no_few_people(sample_run):
    con = open_part(sample_run[1].folder)
    try:
        rows = con.execute(
            "select metric_id, numerator, denominator, value, value_status from marts.civic_leadership where value_status <> 'missing'"
        ).fetchall()
    finally:
        con.close()
    assert {row[0] for row in rows if row[3] is not None} == {"es_22", "es_23", "es_24"}
    assert {row[4] for row in rows} == {"rounded", "suppressed", "exact"}
    assert all(row[1:4] == (None, None, None) for row in rows if row[4] == "suppressed")
    assert all(row[1] % 5 == 0 for row in rows if row[4] == "rounded")

"""Thurrock's Better Care Fund plan of 2014 in the sample: every figure stands in the document, and what is wrong in it is found.

Belongs here: the statements against the founding document and its list of figures, and the findings of bcf_plan_check over them alone.
Does not belong here: what a whole run makes of them (tests/pipeline/test_bcf_money.py).
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from pipeline.ingest import archive
from pipeline.publish.disclosure import MASKS
from pipeline.sample.embedded import HOME
from pipeline.settings import PROJECT_ROOT, Settings
from tests import rendered
from tests.real.read_whole import Taken
from tests.real.row_model import database, make, rows_of
from tests.unit.small_marts import METRIC_VALUE

SHARED = PROJECT_ROOT.parent / "shared"
DOCUMENT = SHARED / "seeds" / "001_2a1d2852cc5c7a3e.txt"
FACTS = SHARED / "data" / "seed_facts.csv"
documented = pytest.mark.skipif(
    not DOCUMENT.is_file(), reason=f"the founding document ../shared/seeds/{DOCUMENT.name} is not here"
)
KEY = "board_code, source, plan_start, metric, role, period_start, period_end"


def rows_of_part(part: str) -> list[dict[str, str]]:
    (release,) = (one for one in archive.releases(HOME) if one.part == part)
    return list(csv.DictReader(io.StringIO((HOME / release.file).read_text("utf-8"), newline="")))


@pytest.fixture(scope="module")
def statements() -> list[dict[str, str]]:
    return rows_of_part("thurrock-2014")


@pytest.fixture(scope="module")
def marts(tmp_path_factory):
    """One DuckDB with the marts of plans and money over the documents of the sample."""
    folder = tmp_path_factory.mktemp("thurrock")
    settings = Settings(raw=HOME, out=folder / "out")
    releases = [one for one in archive.releases(HOME) if one.dataset == "bcf_plan_document"]
    con = database(folder, Taken([], releases, settings, None))
    con.execute(
        f"create table metric_value ({', '.join(f'{k} {v}' for k, v in METRIC_VALUE.items())}, metric_id varchar, release_id varchar)"
    )
    con.execute(
        "create table int_area_population (area_code varchar, year integer, sex varchar, age integer, population bigint,"
        " reference_date date, release_id varchar, member varchar, source_row bigint)"
    )
    make(con, "int_area_canonical", "bcf_plan_figure_internal")
    con.execute(
        "create schema if not exists internal; create view internal.bcf_plan_figure as from bcf_plan_figure_internal"
    )
    mask = MASKS["bcf_plan_figure"].format(key=KEY, least=5)
    con.execute(f"create schema if not exists disclosure; create or replace table disclosure.bcf_plan_figure as {mask}")
    con.execute(f"create view main.bcf_plan_figure as {rendered.model('bcf_plan_figure').sql}")
    return con


# --- the document -----------------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>|\*", "", text.replace("\t", " | "))).strip()


@documented
def test_every_quote_stands_in_the_document(statements):
    document = re.sub(r"( \|)+ ", " | ", folded(DOCUMENT.read_text("utf-8")))
    quotes = {row["quote"] for row in (*statements, *rows_of_part("thurrock-bcf-plan"))}
    assert {quote for quote in quotes if re.sub(r"( \|)+ ", " | ", folded(quote)) not in document} == set()


def facts_of_the_document() -> list[dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["seed_file"] == DOCUMENT.name]


@documented
def test_every_figure_of_the_document_is_in_the_sample(statements):
    """125 facts: those of plan, money and risk are statements, the others place measures; one sum is not printed, and computed."""
    facts = facts_of_the_document()
    assert len(facts) == 125
    held = [row for row in (*statements, *rows_of_part("thurrock-bcf-plan")) if row["value"] not in ("", "[x]")]

    def is_held(fact: dict[str, str]) -> bool:
        words, value = fact["quote_fragment"], Decimal(fact["value"])
        return any(
            Decimal(row["value"]) == value
            and (words in row["quote"] or row["quote"] in words or words in row.get("printed", ""))
            for row in held
        )

    missing = [(fact["metric"], fact["value"]) for fact in facts if fact["value"] and not is_held(fact)]
    assert missing == [("sum of BCF01-12 minimum (computed)", "3236000")]
    blank = [fact["metric"] for fact in facts if not fact["value"]]
    not_figures = [row for row in statements if row["value"] == "[x]"]
    # The narrative's TBC of BCF09 are no facts of the list.
    assert len(blank) == len([row for row in not_figures if row["section"] != "schemes"]) == 9


@documented
def test_metrics_bear_the_parts_that_the_document_prints(statements):
    parts = {
        (fact["metric_id"], fact["value"]): (fact["numerator"], fact["denominator"])
        for fact in facts_of_the_document()
        if fact["numerator"]
    }
    ours = {
        (row["subject_id"], row["value"]): (row["numerator"], row["denominator"])
        for row in statements
        if row["numerator"]
    }
    assert ours == parts
    assert len(parts) == 6


# --- what is found in it ----------------------------------------------------------------------------------------------

# (check, subject) -> verdict and, where it is a figure, what is recomputed: the list of shared/docs/metrics.md 9.2.
WRONG = {
    ("value_is_its_parts", "bcf_01 baseline"): ("differs", 853.5),
    ("value_is_its_parts", "bcf_02 baseline"): ("differs", 86.4),
    ("figure_is_stated", "bcf_04 target"): ("not_stated", None),
    ("figure_is_stated", "bcf_05 target"): ("not_stated", None),
    ("change_reaches_its_least", "bcf_07"): ("differs", 3.1),
    ("scheme_has_one_figure", "BCF01"): ("differs", 214000),
    ("scheme_has_one_figure", "BCF07"): ("differs", 435000),
    ("scheme_has_one_figure", "BCF08"): ("differs", 862000),
    ("scheme_has_one_figure", "BCF09"): ("differs", 1388000),
    ("figure_stands_once", "BCF08 and BCF09"): ("differs", 1388000),
    ("amount_is_readable", "bcf required"): ("differs", 10565000),
    ("amount_is_readable", "bcf proposed"): ("differs", 10565000),
    # Not in that list: 10,410,536 in pounds is 10,410 in thousands, cut off and not rounded.
    ("same_money_has_one_amount", "mainstream_asc"): ("differs", 10410000),
}
RIGHT = {
    ("value_is_its_parts", "bcf_01 target"): 597.3,
    ("value_is_its_parts", "bcf_02 target"): 93.2,
    ("change_reaches_its_least", "bcf_06"): 4.9,
    ("change_is_beyond_chance", "bcf_01"): -256.1,
    ("change_is_beyond_chance", "bcf_02"): 6.8,
    ("one_denominator_fits", "bcf_03 baseline and target"): None,
    ("total_is_above_minimum", "bcf"): 2862000,
    ("total_is_minimum_and_a_scheme", "bcf"): 3724000,
    ("same_money_has_one_amount", "nhs_unplanned_care"): 13000000,
    **{("scheme_has_one_figure", f"BCF{number:02}"): None for number in (2, 3, 4, 5, 6, 10)},
}


@pytest.fixture(scope="module")
def findings(marts) -> dict[tuple[str, str], dict]:
    # A document of another area has nothing to be checked.
    return {(row["check_id"], row["subject"]): row for row in rows_of(marts, "bcf_plan_check")}


def test_what_is_wrong_in_the_plan_is_found_and_nothing_else(findings):
    wrong = {key: row for key, row in findings.items() if row["verdict"] in ("differs", "not_stated")}
    assert {key: row["verdict"] for key, row in wrong.items()} == {key: verdict for key, (verdict, _) in WRONG.items()}
    for key, (_, value) in WRONG.items():
        assert wrong[key]["recomputed_value"] == (None if value is None else pytest.approx(value, rel=5e-3)), key


def test_what_agrees_is_said_too(findings):
    assert {key for key, row in findings.items() if row["verdict"] == "agrees"} == set(RIGHT)
    for key, value in RIGHT.items():
        assert value is None or findings[key]["recomputed_value"] == pytest.approx(value, rel=5e-3), key
    assert {row["board_code"] for row in findings.values()} == {"E06000034"}
    assert all(row["remedy"] and row["expectation"] for row in findings.values())


def test_the_amount_that_cannot_be_read_reconciles_with_a_digit_restored(findings):
    """£10,565,00: 3,724 of the year before and 178 + 364 + 481 + 5,818 = 6,841 thousand are 10,565."""
    for subject in ("bcf required", "bcf proposed"):
        row = findings["amount_is_readable", subject]
        assert row["stated"].startswith("£10,565,00")
        assert row["stated_value"] is None
        assert row["finding"] == "reconciles when a missing digit is restored: 3724000 and 6841000"


def test_the_schemes_leave_room_for_two_that_are_to_be_confirmed(findings):
    row = findings["schemes_reach_total", "bcf"]
    assert (row["verdict"], row["recomputed"]) == ("not_judged", "3236000 to 3512000")
    assert row["finding"] == "212000 to 488000 is left for BCF13, BCF14"


def test_between_which_discharges_both_percentages_lie(findings):
    """Note 4: 220 are 7.7% and 110 were 3.8%; 2,857 to 2,876 without regard to whole people."""
    assert findings["one_denominator_fits", "bcf_03 baseline and target"]["recomputed"] == "2858 to 2875"


def test_published_and_recomputed_stand_side_by_side(marts):
    figures = {(row["metric"], row["role"]): row for row in rows_of_view(marts, "main.bcf_plan_figure")}
    baseline = figures["bcf_01", "baseline"]
    assert (baseline["value_stated"], baseline["recompute_ok"]) == (Decimal("899"), False)
    assert baseline["value_recomputed"] == pytest.approx(853.485064)
    assert (round(baseline["lower_95"], 1), round(baseline["upper_95"], 1)) == (733.3, 987.7)
    target = figures["bcf_01", "target"]
    assert (round(target["lower_95"], 1), round(target["upper_95"], 1), target["recompute_ok"]) == (500.8, 707.0, True)
    reablement = figures["bcf_02", "baseline"]
    assert (round(reablement["lower_95"], 1), round(reablement["upper_95"], 1)) == (78.7, 91.6)
    assert (figures["bcf_04", "target"]["value_stated"], figures["bcf_04", "target"]["value_status"]) == (
        None,
        "missing",
    )
    assert {key: figures[key]["value_stated"] for key in figures if key[1] == "comparison"} == {
        ("bcf_01", "comparison"): 708, ("bcf_03", "comparison"): Decimal("3.3"), ("bcf_06", "comparison"): Decimal("63.7"),
        ("bcf_07", "comparison"): Decimal("42.7"), ("bcf_08", "comparison"): Decimal("18.8"),
    }  # fmt: skip


def rows_of_view(con, view: str) -> list[dict]:
    found = con.execute(f"from {view}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_the_reablement_target_overlaps_its_baseline_and_is_just_beyond_chance(marts, findings):
    """Two intervals that overlap are no test of a difference: the interval of the change is."""
    (row,) = (one for one in rows_of(marts, "bcf_attainment") if one["metric"] == "bcf_02")
    assert row["baseline_upper_95"] > row["target_lower_95"]
    assert 0 < row["planned_change_lower_95"] < 0.5
    assert findings["change_is_beyond_chance", "bcf_02"]["finding"].endswith("their own intervals overlap")
    assert findings["change_is_beyond_chance", "bcf_01"]["finding"].endswith("their own intervals lie apart")


def test_twelve_risks_and_what_they_come_to(marts):
    risks = rows_of(marts, "bcf_risk")
    assert [row["score"] for row in sorted(risks, key=lambda row: row["risk_id"])] == [
        3,
        6,
        4,
        4,
        6,
        6,
        4,
        4,
        3,
        6,
        3,
        3,
    ]
    assert {category: sum(row["category"] == category for row in risks) for category in ("strategic", "operational", "implementation")} == {
        "strategic": 5, "operational": 5, "implementation": 2,
    }  # fmt: skip
    assert all(row["consequence"] and row["mitigation"] and row["movement"] == "first_version" for row in risks)


# --- the metrics ------------------------------------------------------------------------------------------------------

# (metric, version, area, year) -> numerator: as the documents print it, but for sums.
PRINTED = {
    ("bcf_f01", 1, "E06000034", 2014): 2862000,
    ("bcf_f02", 1, "E06000034", 2014): 3724000,
    ("bcf_f04", 1, "E06000034", 2015): 13000000,
    ("bcf_f05", 1, "E06000034", 2014): 520000,
    ("bcf_f05", 1, "E06000034", 2015): 178000 + 364000 + 481000 + 5818000,
    ("bcf_f06", 1, "E06000034", 2015): 10410536,
    ("bcf_f08", 4, "E06000034", 2014): 3236000,
    ("bcf_f08", 5, "E06000034", 2014): 3298000,
    ("bcf_f09", 1, "E06000012", 2024): 144000000,
    ("bcf_22", 1, "E06000034", 2014): 52,
    ("bcf_22", 2, "E06000034", 2014): 4,
}


def test_metrics_give_the_figures_that_the_documents_print(marts):
    given = rows_of(marts, "int_row_bcf_money")
    sums: dict[tuple, Decimal] = {}
    for row in given:
        if row["part"] == "numerator":
            key = (row["metric_id"], row["definition_version"], row["area_code_published"], row["period_start"].year)
            sums[key] = sums.get(key, Decimal(0)) + row["amount"]
    assert sums == PRINTED
    whole = [row["amount"] for row in given if row["part"] == "denominator" and row["metric_id"] == "bcf_f09"]
    assert whole == [Decimal(195000000)]
    assert 100 * PRINTED["bcf_f09", 1, "E06000012", 2024] / float(whole[0]) == pytest.approx(73.8, abs=0.05)
    grants = {
        row["breakdowns"]: row["amount"]
        for row in given
        if row["metric_id"] == "bcf_f05" and row["period_start"].year == 2015
    }
    assert grants == {
        "source_of_funding=Carers' Funding": 178000, "source_of_funding=ASC Capital Grant": 364000,
        "source_of_funding=Disabled Facilities Grant": 481000, "source_of_funding=Mainstream NHS Funding": 5818000,
    }  # fmt: skip

"""Plans, money and risk of the Better Care Fund on the sample: every value against sums over the rows that its files are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from pipeline.publish import bcf_return
from pipeline.publish.current import open_part
from pipeline.sample import bcf_extracts
from pipeline.sample.bcf_extracts import BOARD
from pipeline.sample.local_extracts import extract
from pipeline.settings import PROJECT_ROOT
from tests.pipeline.theme_oracle import Given, summed, values_of

METRICS = ("bcf_22", *(f"bcf_f{number:02}" for number in range(1, 11)))
THURROCK, LINCOLNSHIRE = "E06000034", "E06000012"
FEEDS = {
    "Minimum NHS Contribution": "bcf_f03", "Additional NHS Contribution": "bcf_f04", "Disabled Facilities Grant": "bcf_f05",
    "Improved Better Care Fund": "bcf_f05", "Local Authority Discharge Funding": "bcf_f05", "ICB Discharge Funding": "bcf_f05",
    "Additional LA Contribution": "bcf_f06",
}  # fmt: skip
KINDS = ("scheme_type", "area_of_spend", "commissioner", "provider", "source_of_funding")
# What the documents of the sample print; tests/real/test_thurrock_plan.py holds it against them.
PRINTED = {
    ("bcf_f01.v1", "2015-03-31", THURROCK): (2862000, None), ("bcf_f02.v1", "2015-03-31", THURROCK): (3724000, None),
    ("bcf_f04.v1", "2016-03-31", THURROCK): (13000000, None), ("bcf_f05.v1", "2015-03-31", THURROCK): (520000, None),
    ("bcf_f05.v1", "2016-03-31", THURROCK): (6841000, None), ("bcf_f06.v1", "2016-03-31", THURROCK): (10410536, None),
    ("bcf_f08.v4", "2015-03-31", THURROCK): (3236000, None), ("bcf_f08.v5", "2015-03-31", THURROCK): (3298000, None),
    ("bcf_f09.v1", "2024-11-30", LINCOLNSHIRE): (144000000, 195000000), ("bcf_22.v1", "2014-02-28", THURROCK): (52, 12),
    ("bcf_22.v2", "2014-02-28", THURROCK): (4, None),
}  # fmt: skip


def last_day(year: str) -> str:
    return f"{int(year[:4]) + 1}-03-31"


def extracts(table: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The period and each row of every extract of a table of the sample."""
    for one in bcf_extracts.EXTRACTS:
        if one.table == table:
            for row in one.filled():
                yield one.period, row


def of_income() -> Iterator[Given]:
    for year, row in extracts("income"):
        when, source, planned = last_day(year), row["source_of_funding"], Decimal(row["planned_gbp"])
        yield Given("bcf_f02.v1", when, (BOARD,), planned, {"source_of_funding": source})
        group = {"source_of_funding": source} if FEEDS[source] == "bcf_f05" else {}
        yield Given(f"{FEEDS[source]}.v1", when, (BOARD,), planned, group)
        if row["required_gbp"]:
            yield Given("bcf_f01.v1", when, (BOARD,), Decimal(row["required_gbp"]))
        if row["required_social_care_gbp"]:
            yield Given("bcf_f07.v2", when, (BOARD,), Decimal(row["required_social_care_gbp"]), part="denominator")


def of_expenditure() -> Iterator[Given]:
    for year, row in extracts("expenditure"):
        when, planned, actual = last_day(year), Decimal(row["planned_gbp"]), Decimal(row["actual_gbp"])
        kinds = {kind: row[kind] for kind in KINDS if row[kind]}
        yield Given("bcf_f08.v1", when, (BOARD,), planned, kinds)
        yield Given("bcf_f08.v2", when, (BOARD,), actual, kinds)
        yield Given("bcf_f08.v3", when, (BOARD,), actual, kinds)
        yield Given("bcf_f08.v3", when, (BOARD,), planned, kinds, "denominator")
        if row["area_of_spend"] == "Social Care" and row["source_of_funding"] == "Minimum NHS Contribution":
            yield Given("bcf_f07.v1", when, (BOARD,), planned)
            yield Given("bcf_f07.v2", when, (BOARD,), planned)


def of_risks() -> Iterator[Given]:
    for day, row in extracts("risks"):
        if row["status"] == "open":
            score, kind = int(row["probability"]) * int(row["impact"]), {"category": row["category"]}
            yield Given("bcf_22.v1", day, (BOARD,), Decimal(score), kind)
            yield Given("bcf_22.v1", day, (BOARD,), Decimal(1), kind, "denominator")
            if score >= 6:
                yield Given("bcf_22.v2", day, (BOARD,), Decimal(1), kind)


def of_places() -> Iterator[Given]:
    for row in extract("lx_16_place_pound").filled():
        areas, pounds = (row["place_code"],), Decimal(row["gbp"])
        yield Given("bcf_f10.v1", "2025-03-31", areas, pounds, {"payer": row["payer_type"]})
        if row["payer_type"] in ("icb", "la"):
            yield Given("bcf_f09.v2", "2025-03-31", areas, pounds, part="denominator")
            if row["pooled"] == "yes":
                yield Given("bcf_f09.v2", "2025-03-31", areas, pounds)


@pytest.fixture(scope="module")
def found(sample_run) -> dict:
    return values_of(sample_run[1], METRICS)


def test_every_value_is_the_sum_of_its_records(found):
    expected = summed([*of_income(), *of_expenditure(), *of_risks(), *of_places()])
    ours = {
        key: row[:2] for key, row in found.items() if key[2] not in (THURROCK, LINCOLNSHIRE) and key[0] != "bcf_f10.v2"
    }
    assert ours == expected
    assert {key[0] for key in ours} >= {
        "bcf_22.v1",
        "bcf_f01.v1",
        "bcf_f07.v2",
        "bcf_f08.v3",
        "bcf_f09.v2",
        "bcf_f10.v1",
    }


def test_values_of_the_documents_are_those_that_they_print(found):
    ours = {key[:3]: row[:2] for key, row in found.items() if key[2] in (THURROCK, LINCOLNSHIRE) and key[3] == "none"}
    assert ours == PRINTED


def test_ratios_follow_from_their_parts(found):
    for key, (numerator, denominator, value, _) in found.items():
        if key[0] in ("bcf_f07.v2", "bcf_f08.v3", "bcf_f09.v1", "bcf_f09.v2"):
            assert value == pytest.approx(100 * float(numerator / denominator), abs=1e-9), key
        elif key[0] in ("bcf_22.v1", "bcf_f10.v2"):
            assert value == pytest.approx(float(numerator / denominator), abs=1e-9), key


def rows_of(sample_run, mart: str, columns: str, where: str = "true", part: str = "open") -> list[tuple]:
    return duckdb.execute(
        f"select {columns} from '{sample_run[1].folder}/{part}/marts/{mart}.parquet' where {where} order by all"
    ).fetchall()


def test_the_place_pound_is_every_payers_and_its_people_are_those_of_the_metric(sample_run, found):
    rows = rows_of(sample_run, "place_pound", "place_code, payer, spend_gbp, pooled_gbp, population, gbp_per_head")
    pounds: dict[tuple[str, str], Decimal] = {}
    pooled: dict[tuple[str, str], Decimal] = {}
    for row in extract("lx_16_place_pound").filled():
        for payer in (row["payer_type"], "all"):
            key = (row["place_code"], payer)
            pounds[key] = pounds.get(key, Decimal(0)) + Decimal(row["gbp"])
            pooled[key] = pooled.get(key, Decimal(0)) + (Decimal(row["gbp"]) if row["pooled"] == "yes" else 0)
    assert {row[:2]: row[2] for row in rows} == pounds
    assert {row[:2]: row[3] for row in rows} == pooled
    for place, payer, spend, _, people, per_head in rows:
        assert per_head == pytest.approx(float(spend / people), abs=1e-9)
        if payer == "all":
            assert found["bcf_f10.v2", "2025-03-31", place, "none", "all"][:3] == (spend, people, per_head)


def test_risks_move_between_versions(sample_run):
    moves = rows_of(
        sample_run,
        "bcf_risk",
        "risk_id, version_date::varchar, score, previous_score, movement",
        f"board_code = '{BOARD}'",
    )
    expected = []
    for risk, _, _, before, now, status in bcf_extracts.RISKS:
        earlier = before and before[0] * before[1]
        if before:
            expected.append((risk, "2024-09-30", earlier, None, "first_version"))
        score = now[0] * now[1]
        word = (
            "closed"
            if status == "closed"
            else "new"
            if before is None
            else "up"
            if score > earlier
            else "down"
            if score < earlier
            else "same"
        )
        expected.append((risk, "2025-09-30", score, earlier, word))
    assert moves == sorted(expected)
    assert {row[4] for row in moves} == {"first_version", "same", "up", "down", "closed", "new"}


def test_what_is_wrong_in_the_boards_return_is_found(sample_run):
    found = rows_of(
        sample_run, "bcf_plan_check", "check_id, subject, verdict",
        f"board_code = '{BOARD}' and verdict <> 'agrees' and period_start >= date '2024-04-01'",
    )  # fmt: skip
    line = "S-06 Local Authority Discharge Funding Private Sector nhs_share_percent"
    assert found == [
        ("change_is_beyond_chance", "bcf_02", "differs"),
        ("change_is_beyond_chance", "local:at-home", "differs"),
        ("change_reaches_its_least", "bcf_06", "differs"),
        ("income_is_expenditure", "Additional LA Contribution", "differs"),
        ("required_field_is_filled", line, "not_stated"),
        (
            "required_field_is_filled",
            "S-07 Additional LA Contribution Charity / Voluntary Sector area_of_spend",
            "not_stated",
        ),
        ("word_is_of_the_year", "S-08 Additional NHS Contribution NHS Acute Provider scheme_type", "differs"),
    ]
    # 66.0 is stated of 130 of 200, of people: that it differs is said, what is stated is not.
    (parts,) = rows_of(
        sample_run, "bcf_plan_check", "stated, recomputed, verdict, finding", "subject = 'local:at-home baseline'"
    )
    assert parts == ("(not shown)", "65.0", "differs", "130 of 200, rounded")
    (figure,) = rows_of(
        sample_run, "bcf_plan_figure", "recompute_ok, value_stated, value_recomputed", "metric = 'local:at-home' and role = 'baseline'"
    )  # fmt: skip
    assert figure == (False, None, 65.0)


def test_people_of_a_plan_are_rounded_or_hidden_and_its_targets_are_not(sample_run):
    where = "source = 'lx_32_bcf_plan'"
    shown = rows_of(
        sample_run, "bcf_plan_figure", "metric, role, numerator, denominator, value_stated, value_status", where
    )
    exact = rows_of(
        sample_run,
        "bcf_plan_figure",
        "metric, role, numerator, denominator, value_stated, value_status",
        where,
        "internal",
    )
    assert [row[:2] for row in shown] == [row[:2] for row in exact]
    people = [
        (mine, theirs)
        for mine, theirs in zip(shown, exact, strict=True)
        if mine[1] != "target" and theirs[2] is not None
    ]
    assert people
    for mine, theirs in people:
        assert mine[4] is None
        if theirs[2] < 5:
            assert (mine[2], mine[3], mine[5]) == (None, None, "suppressed")
        else:
            assert mine[2] % 5 == 0
            assert abs(mine[2] - theirs[2]) <= Decimal("2.5")
    assert [row for row in shown if row[1] == "target"] == [row for row in exact if row[1] == "target"]
    assert ("local:falls", "baseline", None, None, None, "suppressed") in shown


def test_attainment_and_what_is_paid(sample_run):
    columns = "metric, attainment, actual, baseline, target, payment_gbp, payment_earned_gbp, change_is_beyond_chance"
    rows = {row[0]: row for row in rows_of(sample_run, "bcf_attainment", columns, f"board_code = '{BOARD}'")}
    assert rows["bcf_01"][1] == "reached"
    assert rows["bcf_01"][5] == rows["bcf_01"][6] == Decimal(400000)
    for metric in ("bcf_02", "bcf_10"):
        _, attainment, actual, baseline, target, money, earned, _ = rows[metric]
        assert attainment == "not_reached"
        assert float(earned) == pytest.approx(float(money) * (actual - baseline) / (target - baseline), abs=0.01)
    assert rows["local:falls"][1] == "suppressed"
    assert rows["local:at-home"][1] == "no_actual"
    assert rows["bcf_06"][7] is False


def test_the_return_is_filled_from_the_edition(sample_run, tmp_path):
    made, _ = sample_run
    paths = bcf_return.write(made, board=BOARD, year="2024-25", quarter=4, to=tmp_path)
    assert [path.suffix for path in paths] == [".csv"] * 5 + [".xlsx"]
    filled = bcf_return.fill(made, board=BOARD, year="2024/25", quarter=4)
    names, rows = filled.tables["Expenditure"]
    spend = {
        (row[names.index("scheme")], row[names.index("source_of_funding")]): row[names.index("planned_gbp")]
        for row in rows
    }
    assert spend == {
        (row["scheme_id"], row["source_of_funding"]): Decimal(row["planned_gbp"])
        for year, row in extracts("expenditure")
        if year == "2024/25"
    }
    assert filled.synthetic
    assert filled.to_be_mended == 7


PAGE = PROJECT_ROOT / "docs" / "explanation" / "bcf-plan-and-money.md"


@pytest.mark.parametrize("query", re.findall(r"^```sql\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S))
def test_queries_of_the_page_have_an_answer(sample_run, query):
    con = open_part(sample_run[1].folder)
    try:
        assert con.execute(query).fetchall()
    finally:
        con.close()

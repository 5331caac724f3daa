"""The attack finds what it is made to find: leaks planted in small open tables, one of each kind."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from pipeline.catalogue.load import catalogue
from pipeline.gate import disclosure_checks
from pipeline.gate.ledger import Ledger
from pipeline.publish import attack
from pipeline.publish.statements import events_of_limit, statements, wilson_parts
from tests.unit.small_counts import attacked, catalogue_of, connection, disclosed, metric

KNOWN = catalogue_of(
    metric("es_24.v1"), metric("es_24.v2", "wilson", numerator="numerator of es_24.v1"), metric("es_23.v1", "rate"),
    metric("es_22.v1", "ratio", "local_money"),
)  # fmt: skip


def group(value: str, people: int, **more) -> dict:
    return {"metric_key": "es_24.v1", "breakdown_type": "sex", "breakdown_value": value, "numerator": people, **more}


WHOLE = {"metric_key": "es_24.v1", "numerator": 39}
GROUPS = [WHOLE, group("female", 16), group("male", 21), group("other", 2)]


def leak(con, condition: str, **figures) -> None:
    """Overwrites figures of marts.metric_value, as a fault in a model or a mask would."""
    sets = ", ".join(
        f"{column} = {figure!r}" if figure is not None else f"{column} = null" for column, figure in figures.items()
    )
    assert con.execute(f"update marts.metric_value set {sets} where {condition}").fetchone() == (1,), condition


def masked(rows, part_of=(), known=KNOWN):
    con = connection(rows, part_of)
    disclosed(con, known)
    con.execute("create table reference.metric as select metric_key, 1 as per from attack_metric")
    return con


def test_what_is_masked_gives_nothing_away():
    assert attacked(masked(GROUPS), KNOWN) == []


def test_an_exact_total_beside_rounded_parts():
    rows = [{"metric_key": "es_24.v1", "numerator": 32}, group("female", 13), group("male", 15), group("other", 4)]
    con = masked(rows)
    assert attacked(con, KNOWN) == []
    # Hidden with the small one, so that it cannot be had; shown again, and with the total exact, it gives it away.
    con.execute(
        "update marts.metric_value set value_status = 'rounded', numerator = 15 where numerator is null and breakdown_value <> 'other'"
    )
    leak(con, "breakdown_type = 'none'", numerator=28)
    (found,) = attacked(con, KNOWN)
    assert (found.key[5], found.lower, found.upper) == ("other", 0, 2)
    assert {cell[5] for cell in found.given_away_by} == {"female", "male"}
    assert "es_24.v1 Q1 2025-01-01 to 2025-03-31 sex=other lies in 0 to 2" in str(found)


def test_the_rest_of_a_whole():
    """All but one area of a parent are shown exactly, and so is the parent."""
    rows = [
        {"metric_key": "es_24.v1", "area_code": area, "area_type": kind, "numerator": people}
        for area, kind, people in (("ICB", "icb", 60), ("T1", "trust", 26), ("T2", "trust", 31), ("T3", "trust", 3))
    ]
    con = masked(rows, [("T1", "ICB"), ("T2", "ICB"), ("T3", "ICB")])
    assert attacked(con, KNOWN) == []
    for area, people in (("ICB", 61), ("T1", 26), ("T2", 31)):
        leak(con, f"area_code = '{area}'", numerator=people)
    (found,) = attacked(con, KNOWN)
    assert (found.key[1], found.lower, found.upper) == ("T3", 4, 4)


def test_areas_two_levels_up_and_the_levels_between():
    """The region's total less its other boards' trusts: the board itself is not published."""
    areas = {"R": ("nhs_region", 41), "T1": ("trust", 21), "T2": ("trust", 18), "T3": ("trust", 2)}
    rows = [
        {"metric_key": "es_24.v1", "area_code": area, "area_type": kind, "numerator": people}
        for area, (kind, people) in areas.items()
    ]
    con = masked(rows, [("T1", "I1"), ("T2", "I1"), ("T3", "I2"), ("I1", "R"), ("I2", "R")])
    for area in ("R", "T1", "T2"):
        leak(con, f"area_code = '{area}'", numerator=areas[area][1], value_status="exact")
    (found,) = attacked(con, KNOWN)
    assert (found.key[1], found.lower, found.upper) == ("T3", 2, 2)


def test_months_against_their_quarter():
    months = (("2025-01-01", "2025-01-31", 11), ("2025-02-01", "2025-02-28", 14), ("2025-03-01", "2025-03-31", 1))
    rows = [{"metric_key": "es_24.v1", "numerator": 26}] + [
        {
            "metric_key": "es_24.v1",
            "period_start": first,
            "period_end": last,
            "period_type": "month",
            "numerator": people,
        }
        for first, last, people in months
    ]
    con = masked(rows)
    assert attacked(con, KNOWN) == []
    leak(con, "period_type = 'quarter'", numerator=26)
    leak(con, "period_start = '2025-01-01' and period_type = 'month'", numerator=11, value_status="exact")
    leak(con, "period_start = '2025-02-01'", numerator=14, value_status="exact")
    (found,) = attacked(con, KNOWN)
    assert (str(found.key[2]), found.lower, found.upper) == ("2025-03-01", 1, 1)


def test_two_versions_that_share_their_records():
    """v1 is shown exactly; v2, with the same numerator, is hidden because its rest is small, and its whole is shown in v3."""
    known = catalogue_of(
        metric("es_24.v1"), metric("es_24.v2", "wilson", numerator="numerator of es_24.v1"),
        metric("es_24.v3", numerator="denominator of es_24.v2"),
    )  # fmt: skip
    rows = [
        {"metric_key": "es_24.v1", "numerator": 33}, {"metric_key": "es_24.v2", "numerator": 33, "denominator": 35, "method": "wilson"},
        {"metric_key": "es_24.v3", "numerator": 35},
    ]  # fmt: skip
    con = masked(rows, known=known)
    assert attacked(con, known) == []
    leak(con, "metric_key = 'es_24.v1'", numerator=33, value_status="exact")
    leak(con, "metric_key = 'es_24.v3'", numerator=36, value_status="exact")
    (found,) = attacked(con, known)
    assert (found.part, found.lower, found.upper) == ("rest", 3, 3)


def test_core20_is_the_most_deprived_fifth():
    rows = [
        {"metric_key": "es_24.v1", "breakdown_type": kind, "breakdown_value": value, "numerator": people}
        for kind, value, people in (
            ("imd_quintile", "1", 2), ("imd_quintile", "2", 9), ("core20", "yes", 2), ("core20", "no", 9), ("none", "all", 11),
        )
    ]  # fmt: skip
    con = masked(rows)
    leak(con, "breakdown_type = 'core20' and breakdown_value = 'yes'", numerator=2, value_status="exact")
    assert {(one.key[4], one.lower, one.upper) for one in attacked(con, KNOWN)} == {("imd_quintile", 2, 2)}


def test_a_programme_sees_what_single_sums_do_not():
    """Four inner cells of a 2 by 2 table with exact margins: no sum has fewer than two unknown, and yet one of them is known to 1."""
    rows = []
    for area, kind, groups in (("ICB", "icb", (30, 31)), ("T1", "trust", (1, 30)), ("T2", "trust", (29, 1))):
        for value, people in (("all", sum(groups)), ("a", groups[0]), ("b", groups[1])):
            rows.append({
                "metric_key": "es_24.v1", "area_code": area, "area_type": kind, "numerator": people,
                "breakdown_type": "none" if value == "all" else "sex", "breakdown_value": value,
            })  # fmt: skip
    con = masked(rows, [("T1", "ICB"), ("T2", "ICB")])
    con.execute(
        "update marts.metric_value set value_status = 'suppressed', numerator = null where area_type = 'trust' and breakdown_type = 'sex'"
    )
    for area, value, people in (
        ("ICB", "a", 30),
        ("ICB", "b", 31),
        ("ICB", "all", 61),
        ("T1", "all", 59),
        ("T2", "all", 2),
    ):
        con.execute(
            "update marts.metric_value set value_status = 'exact', numerator = ? where area_code = ? and breakdown_value = ?",
            [people, area, value],
        )
    found = {(one.key[1], one.key[5]): (one.lower, one.upper) for one in attacked(con, KNOWN)}
    assert found == {("T2", "a"): (0, 2), ("T2", "b"): (0, 2)}


# --- limits computed from true counts ------------------------------------------------------------------------


def wilson(counted: float, whole: float) -> tuple[float, float]:
    z = norm.ppf(0.975)
    share = counted / whole
    centre, spread = share + z * z / (2 * whole), z * (share * (1 - share) / whole + z * z / (4 * whole * whole)) ** 0.5
    return tuple((centre + side * spread) / (1 + z * z / whole) for side in (-1, 1))


def upper_limit(events: int) -> float:
    """Exact below ten, Byar's from there, as a rate has it."""
    if events < 10:
        return chi2.ppf(0.975, 2 * events + 2) / 2
    base = events + 1
    return base * (1 - 1 / (9 * base) + norm.ppf(0.975) / (3 * base**0.5)) ** 3


def test_limits_give_the_counts_back():
    parts = [(7, 41), (33, 37), (120, 900)]
    lower, upper = np.array([wilson(*one) for one in parts]).T
    counted, whole = wilson_parts(lower, upper)
    assert counted == pytest.approx([one for one, _ in parts], abs=1e-3)
    assert whole == pytest.approx([one for _, one in parts], abs=1e-3)
    events = [0, 4, 9, 10, 57]
    assert events_of_limit(np.array([upper_limit(one) for one in events])) == pytest.approx(events, abs=1e-3)


def test_an_interval_of_the_true_count_is_a_statement_and_gives_the_hidden_group_away():
    rows = [
        {"metric_key": "es_23.v1", "numerator": 32, "denominator": 1000, "method": "rate"},
        *({"metric_key": "es_23.v1", "breakdown_type": "sex", "breakdown_value": value, "numerator": people, "denominator": 500,
           "method": "rate"} for value, people in (("female", 16), ("male", 14), ("other", 2))),
    ]  # fmt: skip
    con = masked(rows)
    assert statements(con, KNOWN) == []
    leak(con, "breakdown_type = 'none'", value=0.03, lower_95=0.02, upper_95=round(float(upper_limit(32)) / 1000, 10))
    (said,) = statements(con, KNOWN)
    assert (said.column, said.count) == ("upper_95", 32)


def test_a_hidden_row_that_keeps_a_figure():
    con = masked(GROUPS)
    leak(con, "breakdown_value = 'other'", value=2.0)
    (said,) = statements(con, KNOWN)
    assert (said.key[5], said.column, said.count) == ("other", "value", 2)


def test_another_table_that_shows_more():
    con = masked(GROUPS)
    con.execute("create schema analysis")
    con.execute(
        "create table analysis.spc as select * replace (2.0::double as value) from marts.metric_value where breakdown_value = 'other'"
    )
    (said,) = statements(con, KNOWN)
    assert (said.table, said.key[5], said.count) == ("analysis.spc", "other", 2)


def test_money_whose_range_is_a_sliver_of_it():
    """The people behind it are hidden, but the sum of money leaves a tenth of its size open to nobody's doubt."""
    spent = (("none", "all", 50_000, 30), ("sex", "f", 30_000, 13), ("sex", "m", 19_000, 14), ("sex", "o", 1_000, 3))
    rows = [
        {"metric_key": "es_22.v1", "breakdown_type": kind, "breakdown_value": value, "numerator": money, "denominator": people,
         "method": "ratio"}
        for kind, value, money, people in spent
    ]  # fmt: skip
    con = masked(rows)
    assert attacked(con, KNOWN) == []
    hidden = con.execute(
        "select breakdown_value from marts.metric_value where numerator is null order by all"
    ).fetchall()
    assert hidden == [("f",), ("o",)]
    leak(con, "breakdown_value = 'f'", numerator=30_000, denominator=15, value_status="rounded")
    assert {(one.key[5], one.part) for one in attacked(con, KNOWN)} == {("o", "numerator")}


# --- two editions, and the gate ------------------------------------------------------------------------------


def open_edition(con, folder):
    path = folder / "open" / "marts" / "metric_value.parquet"
    path.parent.mkdir(parents=True)
    con.execute(f"copy marts.metric_value to '{path}' (format parquet)")
    return folder


def judged(con, last=None, known=KNOWN) -> dict[str, tuple[str, str]]:
    ledger = Ledger()
    ledger.plan(disclosure_checks.planned())
    con.execute("create table if not exists marts.spend_month (organisation_code varchar, month_start date, supplier_location varchar,"
                " influenceable varchar, value_status varchar)")  # fmt: skip
    disclosure_checks.execute(ledger, con, known, last, "")
    return {check.rule_id.split(".")[1]: (check.outcome, check.message) for check in ledger.checks}


def test_the_edition_before_and_this_one_together(tmp_path):
    """Then the group's neighbour was shown, now it is hidden with it: together they leave one number."""
    then = masked(GROUPS)
    then.execute(
        "update marts.metric_value set numerator = 16, value_status = 'exact' where breakdown_value = 'female'"
    )
    then.execute("update marts.metric_value set numerator = 21, value_status = 'exact' where breakdown_value = 'male'")
    then.execute(
        "update marts.metric_value set numerator = null, value_status = 'suppressed' where breakdown_type = 'none'"
    )
    last = open_edition(then, tmp_path / "last")
    now = masked(GROUPS)
    now.execute(
        "update marts.metric_value set numerator = null, value_status = 'suppressed' where breakdown_type = 'sex'"
    )
    now.execute("update marts.metric_value set numerator = 39, value_status = 'exact' where breakdown_type = 'none'")
    assert judged(now)["nothing_can_be_had"][0] == "passed"
    outcome, message = judged(now, last)["nor_with_last_edition"]
    assert outcome == "failed"
    assert "sex=other lies in 2 to 2" in message
    # Another release is other people: the edition before says nothing of them.
    now.execute("update marts.metric_value set release_id = 'lx/r/2'")
    assert judged(now, last)["nor_with_last_edition"][0] == "passed"


def test_the_gate_names_metric_area_period_range_and_what_gives_it_away():
    con = masked(GROUPS)
    assert {outcome for outcome, _ in judged(con).values()} == {"passed"}
    for value, people in (("female", 16), ("male", 21)):
        con.execute(
            "update marts.metric_value set value_status = 'rounded', numerator = ? where breakdown_value = ?",
            [people, value],
        )
    leak(con, "breakdown_type = 'none'", numerator=39)
    outcome, message = judged(con)["nothing_can_be_had"]
    assert outcome == "failed"
    for word in (
        "marts.metric_value",
        "es_24.v1",
        "Q1",
        "2025-01-01 to 2025-03-31",
        "sex=other",
        "2 to 2",
        "female",
        "male",
    ):
        assert word in message, word


def test_spend_that_stands_alone_is_named():
    con = masked(GROUPS)
    judged(con)
    con.executemany(
        "insert into marts.spend_month values ('R1', '2025-01-01', ?, ?, ?)",
        [("here", "yes", "suppressed"), ("here", "no", "exact"), ("there", "yes", "suppressed")],
    )
    outcome, message = judged(con)["spend_of_few"]
    assert outcome == "failed"
    assert "R1 2025-01-01 supplier_location=here" in message


def test_words_that_versions_share_are_the_same_count_or_the_catalogue_is_wrong():
    """Rules of the catalogue fit the attack: every metric that hides has numerator words, and its profile is one that can be tried."""
    known = catalogue()
    hiding = [one for one in known.metrics if known.profiles[one.disclosure].hides]
    assert hiding
    assert [one.key for one in hiding if not one.numerator] == []


def test_findings_are_the_same_each_time():
    con = masked(GROUPS)
    leak(con, "breakdown_type = 'none'", numerator=39)
    con.execute("update marts.metric_value set value_status = 'rounded', numerator = 21 where breakdown_value = 'male'")
    con.execute(
        "update marts.metric_value set value_status = 'rounded', numerator = 16 where breakdown_value = 'female'"
    )
    first = attack.as_text(attacked(con, KNOWN))
    assert first
    assert {attack.as_text(attacked(con, KNOWN)) for _ in range(3)} == {first}


def test_where_nothing_is_hidden_there_is_nothing_to_find():
    con = masked([{"metric_key": "es_24.v1", "numerator": 39}])
    assert attacked(con, KNOWN) == []
    con.execute("delete from marts.metric_value")
    assert attacked(con, KNOWN) == []
    assert {outcome for outcome, _ in judged(con).values()} == {"passed"}


def test_the_truth_always_lies_in_the_range_that_the_attack_finds():
    """Shares by area and group: numerators, denominators and rests, with small ones among all three."""
    chance = np.random.default_rng(11)
    for _ in range(4):
        inner = {
            (a, g): (int(chance.integers(0, 20)), int(chance.integers(0, 20))) for a in ("T1", "T2") for g in "abc"
        }
        true = {
            (area, value): np.sum(
                [n for (a, g), n in inner.items() if area in ("ICB", a) and value in ("all", g)], axis=0
            )
            for area in ("ICB", "T1", "T2")
            for value in ("all", "a", "b", "c")
        }
        rows = [
            {"metric_key": "es_24.v2", "method": "wilson", "area_code": area, "area_type": "icb" if area == "ICB" else "trust",
             "breakdown_type": "none" if value == "all" else "sex", "breakdown_value": value, "numerator": int(counted),
             "denominator": int(counted + rest)}
            for (area, value), (counted, rest) in true.items() if counted + rest
        ]  # fmt: skip
        con = masked(rows, [("T1", "ICB"), ("T2", "ICB")])
        system = attack.build(con, KNOWN, "marts.metric_value", attack.part_of_links(con, "reference.area_link"))
        held = attack.narrow(system)
        assert attack.found(system, held) == []
        assert held.without_programme == 0
        at = {row: (key[1], key[5]) for row, key in enumerate(system.rows)}
        for row, count, is_numerator in zip(system.part_row, system.part_count, system.part_is_numerator, strict=True):
            counted, rest = true[at[row]]
            assert held.lower[count] <= (counted if is_numerator else counted + rest) <= held.upper[count]
        for row, count in zip(system.rest_row, system.rest_count, strict=True):
            assert held.lower[count] <= true[at[row]][1] <= held.upper[count]

"""Reviews, registers and the way into the community on the sample: every cell against slow and obvious sums over its own rows.

The oracle follows every person by hand from the rows as they were submitted. It reads a rule of the policy where the metric's words do,
and shares no code with the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest

from pipeline.publish.current import open_part
from pipeline.sample import local_extracts, ons_councils, ons_populations, right_support
from pipeline.sample.extracts import EXTRACTS
from pipeline.sample.local_extracts import COUNTY, Extract, Row
from pipeline.settings import PROJECT_ROOT
from tests.pipeline.test_population_health import deprivation
from tests.pipeline.theme_oracle import ICB, Given, of_edition, summed

METRICS = (
    "brs_13", "brs_14", "brs_15", "brs_16", "brs_17", "brs_18", "brs_27", "brs_28", "brs_29", "brs_30", "brs_32", "brs_33", "brs_34",
    "brs_40", "brs_41", "brs_42", "brs_43", "brs_44", "brs_45", "brs_46", "brs_47", "brs_48", "brs_50", "brs_51", "brs_52", "brs_53",
    "brs_54", "brs_55", "brs_56",
)  # fmt: skip
HIDDEN = local_extracts.SUPPRESSED
ONE, NOUGHT = Decimal(1), Decimal(0)
WAGE = {2024: Decimal("11.44"), 2025: Decimal("12.21")}
TOLD_TO = date(2025, 11, 30)
IN_HOSPITAL = ("post_admission", "inpatient")


def extracts(dataset: str, table: str = "") -> list[Extract]:
    return [one for one in EXTRACTS if one.dataset == dataset and table in ("", one.table)]


def days(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def last_of(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def month_end(month: str) -> date:
    return last_of(int(month[:4]), int(month[5:7]))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, its last where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    end = last_of(number // 12, number % 12 + 1)
    return end.replace(day=min(day.day, end.day))


def quarter_end(day: date) -> date:
    return last_of(day.year, (day.month + 2) // 3 * 3)


def quarter_start(end: date) -> date:
    return date(end.year, end.month - 2, 1)


def periods_of(months: list[str]) -> dict[str, list[str]]:
    """Month -> the periods it counts to: itself, and its quarter where all three months are there."""
    found = {}
    for month in months:
        end = quarter_end(month_end(month))
        of_quarter = [f"{end.year}-{number:02}" for number in (end.month - 2, end.month - 1, end.month)]
        found[month] = [f"month/{month_end(month)}"] + ([f"quarter/{end}"] if set(of_quarter) <= set(months) else [])
    return found


REVIEW_PERIODS = periods_of([one.period for one in extracts("lx_17_ctr", "reviews")])
# Nine months in a row, and one alone.
RUNS = ((date(2025, 1, 1), date(2025, 9, 30)), (date(2025, 11, 1), date(2025, 11, 30)))


def run_of(day: date) -> tuple[date, date] | None:
    return next((run for run in RUNS if run[0] <= day <= run[1]), None)


@cache
def reviews() -> list[dict]:
    return [
        row | {
            "month": one.period, "kind": row["ctr_type"].removeprefix("cetr_"), "day": days(row["ctr_date"]),
            "due": days(row["due_date"]), "held": row["review_status"] == "held",
        }
        for one in extracts("lx_17_ctr", "reviews")
        for row in one.filled()
    ]  # fmt: skip


def of_reviews() -> Iterator[Given]:
    for row in reviews():
        groups = {"commissioner": row["commissioner_ods"], "review_type": row["kind"], "age_group": row["age_group"]}
        ready = row["outcome_code"] in "23567"
        decided = row["outcome_code"] in "1234567"
        decision = "ready" if ready else "not_ready" if decided else "no_result"
        for when in REVIEW_PERIODS[row["month"]]:

            def share(metric: str, met: bool, among: bool = True, when=when, groups=groups) -> Iterator[Given]:
                if among:
                    yield Given(metric, when, (ICB,), ONE if met else NOUGHT, groups)
                    yield Given(metric, when, (ICB,), ONE, groups, "denominator")

            if row["held"] and row["kind"] == "community_preadmission":
                yield Given("brs_13.v3", when, (ICB,), ONE, groups)
            was_due = row["review_status"] == "postponed" and row["due"] <= month_end(row["month"])
            yield from share("brs_15.v2", row["held"] and row["day"] <= row["due"], row["held"] or was_due)
            yield from share("brs_16.v1", row["safe"] == "yes", row["held"])
            yield from share("brs_16.v2", row["current_care"] == "yes", row["held"])
            yield from share("brs_16.v3", row["plan_in_place"] == "yes", row["held"])
            yield from share("brs_16.v4", row["needs_hospital"] == "no", row["held"])
            yield from share("brs_16.v5", ready, row["held"] and decided)
            outcome = {"decision": decision, "outcome_code": row["outcome_code"], "review_status": row["review_status"]}
            yield Given("brs_16.v6", when, (ICB,), ONE, groups | outcome)
            if row["held"]:
                questions = ("safe", "current_care", "plan_in_place", "needs_hospital")
                yield Given("brs_16.v7", when, (ICB,), ONE, {one: row[one] for one in questions})
            yield from share("brs_41.v1", row["review_status"] == "refused")
            yield from share("brs_41.v2", row["review_status"] == "postponed")
            yield from share("brs_42.v1", row["ebe_present"] == "yes", row["held"] and row["kind"] != "laep")
            yield from share("brs_42.v2", row["family_present"] == "yes", row["held"])


def of_actions() -> Iterator[Given]:
    commissioners = {(row["person"], row["day"]): row["commissioner_ods"] for row in reviews() if row["held"]}
    for one in extracts("lx_17_ctr", "actions"):
        for row in one.filled():
            agreed, due, done = days(row["ctr_date"]), days(row["due_date"]), days(row["done_date"])
            groups = {"owner": row["owner"], "commissioner": commissioners[row["person"], agreed]}
            for when in REVIEW_PERIODS[one.period]:
                yield Given("brs_40.v1", when, (ICB,), ONE, groups)
                if due <= days(row["supplied_at"]):
                    for metric, met in (
                        ("brs_40.v2", done is not None),
                        ("brs_40.v3", done is not None and done <= due),
                    ):
                        yield Given(metric, when, (ICB,), ONE if met else NOUGHT, groups)
                        yield Given(metric, when, (ICB,), ONE, groups, "denominator")
                if done is not None:
                    yield Given("brs_40.v4", when, (ICB,), Decimal((done - agreed).days), groups)
                    yield Given("brs_40.v4", when, (ICB,), ONE, groups, "denominator")


# --- people -----------------------------------------------------------------------------------------------------------


def age_group(band: str) -> str:
    return "u18" if band in ("0-13", "14-17") else "18+"


@cache
def registers() -> dict[date, dict[str, Row]]:
    """Last day of the month -> person -> what the register says, of everybody in the extracts of that month."""
    return {
        month_end(one.period): {row["person"]: row for row in one.filled()} for one in extracts("lx_22_register_person")
    }


def is_on(row: Row | None) -> bool:
    return row is not None and row["register"] in ("dsr", "both")


def is_inside(row: Row) -> bool:
    return row["in_hospital"] == "yes" or row["risk"] == "blue"


def groups_of_person(row: Row) -> dict[str, str]:
    groups = {
        "risk": row["risk"], "cohort": row["cohort"], "age_group": age_group(row["age_band"]), "complexity": row["complexity"],
    }  # fmt: skip
    return {kind: value for kind, value in groups.items() if value} | deprivation(row["lsoa21"])


def only(groups: dict[str, str], *kinds: str) -> dict[str, str]:
    return {kind: value for kind, value in groups.items() if kind in kinds}


def of_registers() -> Iterator[Given]:
    for end, people in registers().items():
        whens = [f"month/{end}"] + ([f"quarter/{end}"] if end.month % 3 == 0 else [])
        for when in whens:
            for row in (one for one in people.values() if is_on(one)):
                groups = groups_of_person(row)
                need = only(groups, "age_group", "complexity")
                yield Given("brs_17.v5", when, (ICB,), ONE, groups | {"age_band": row["age_band"], "sex": row["sex"]})
                inside = only(groups, "cohort", "age_group", "complexity")
                yield Given("brs_46.v1", when, (ICB,), ONE if is_inside(row) else NOUGHT, inside)
                yield Given("brs_46.v1", when, (ICB,), ONE, inside, "denominator")
                if groups["age_group"] == "u18" and row["turns_18"]:
                    of_age, short = ONE if row["turns_18"] == "yes" else NOUGHT, only(groups, "risk", "cohort")
                    yield Given("brs_47.v1", when, (ICB,), of_age, short)
                    yield Given("brs_47.v2", when, (ICB,), of_age, short)
                    yield Given("brs_47.v2", when, (ICB,), ONE, short, "denominator")
                if row["housing_need"]:
                    needs = row["housing_need"] != "settled"
                    yield Given("brs_48.v2", when, (ICB,), ONE if needs else NOUGHT, need)
                    yield Given("brs_48.v2", when, (ICB,), ONE, need, "denominator")
                    if needs:
                        yield Given("brs_48.v1", when, (ICB,), ONE, need | {"housing_need": row["housing_need"]})
                        if when.startswith("quarter"):
                            yield Given("brs_48.v3", when, (ICB,), ONE, {}, "denominator")


def of_movement() -> Iterator[Given]:
    level = {"green": 1, "amber": 2, "red": 3, "blue": 4}
    held = registers()
    for end in (one for one in held if one.month % 3 == 0 and quarter_start(one) - timedelta(days=1) in held):
        earlier = held[quarter_start(end) - timedelta(days=1)]
        for who, row in held[end].items():
            before = earlier.get(who)
            if not (is_on(row) and is_on(before) and row["risk"] and before["risk"]):
                continue
            when, rise = f"quarter/{end}", level[row["risk"]] - level[before["risk"]]
            groups = only(groups_of_person(row), "cohort", "age_group") | {"risk_before": before["risk"]}
            for metric, met in (("brs_45.v1", rise > 0), ("brs_45.v2", rise < 0)):
                yield Given(metric, when, (ICB,), ONE if met else NOUGHT, groups)
                yield Given(metric, when, (ICB,), ONE, groups, "denominator")
            if rise:
                yield Given("brs_45.v3", when, (ICB,), ONE, {"movement": f"{before['risk']} to {row['risk']}"})


def pathway_quarters() -> list[date]:
    ends = {quarter_end(end) for end in registers() if end.month % 3 == 0}
    return sorted(ends | {quarter_end(end + timedelta(days=1)) for end in ends})


@cache
def spells() -> list[dict]:
    """Spells in units for mental health and learning disability, with what the register of the month next to them says."""
    held = registers()
    found = []
    for one in extracts("lx_24_hospital_spell"):
        for row in one.filled():
            if row["unit_type"] not in ("ld_autism", "mental_health"):
                continue
            admitted = days(row["admission_date"])
            starts = {
                date(end.year, end.month, 1): people[row["person"]]
                for end, people in held.items()
                if row["person"] in people
            }
            before = [day for day in starts if day <= admitted]
            nearest = max(before) if before else min(starts, default=None)
            known = starts[nearest] if nearest else None
            need = {"age_group": age_group(known["age_band"]), "complexity": known["complexity"]} if known else {}
            found.append(row | {
                "admitted": admitted, "left": days(row["discharge_date"]), "method": row["admission_method"],
                "need": {kind: value for kind, value in need.items() if value},
            })  # fmt: skip
    return found


def limit_of(group: str) -> int:
    return 14 if group == "u18" else 28


def of_admissions() -> Iterator[Given]:
    every, held = reviews(), registers()
    for spell in spells():
        admitted, left = spell["admitted"], spell["left"]
        mine = [one for one in every if one["person"] == spell["person"] and one["held"]]
        before = {one["kind"] for one in mine if admitted - timedelta(days=28) <= one["day"] <= admitted}
        had_review = "community_preadmission" in before
        inside = [one for one in mine if admitted <= one["day"] <= (left or TOLD_TO)]
        after = min((one["day"] for one in inside if one["kind"] == "post_admission"), default=None)
        reviewed = min((one["day"] for one in inside if one["kind"] in IN_HOSPITAL), default=None)
        ready_days = [one["day"] for one in inside if one["kind"] in IN_HOSPITAL and one["outcome_code"] in "23567"]
        groups = spell["need"] | {"admission_method": spell["method"]}
        run = run_of(admitted)
        followed_to = min(TOLD_TO, run[1]) if run else None
        whens = REVIEW_PERIODS.get(f"{admitted:%Y-%m}", [])

        def share(metric, met, when, groups) -> Iterator[Given]:
            yield Given(metric, when, (ICB,), ONE if met else NOUGHT, groups)
            yield Given(metric, when, (ICB,), ONE, groups, "denominator")

        for when in whens if spell["method"] != "transfer" else ():
            protocol = spell["method"] == "emergency" and "laep" in before
            yield from share("brs_13.v1", had_review or protocol, when, groups)
            yield from share("brs_13.v2", had_review, when, groups)
            if spell["method"] == "emergency" and not had_review and "age_group" in spell["need"]:
                due = admitted + timedelta(days=limit_of(spell["need"]["age_group"]))
                in_time = after is not None and after <= due
                if due <= followed_to and (in_time or left is None or left >= due):
                    yield from share("brs_14.v1", in_time, when, spell["need"])
            days_of_register = [end for end in held if timedelta(days=1) <= admitted - end <= timedelta(days=92)]
            if days_of_register:
                yield from share("brs_50.v2", is_on(held[max(days_of_register)].get(spell["person"])), when, groups)
            if admitted + timedelta(days=91) <= followed_to:
                reached = reviewed is not None and reviewed <= admitted + timedelta(days=91)
                yield from share("brs_51.v1", reached, when, groups)
                if reached:
                    yield Given("brs_51.v2", when, (ICB,), Decimal((reviewed - admitted).days), groups)
                    yield Given("brs_51.v2", when, (ICB,), ONE, groups, "denominator")
        if ready_days and min(ready_days) + timedelta(days=91) <= TOLD_TO:
            ready = min(ready_days)
            for when in REVIEW_PERIODS[f"{ready:%Y-%m}"]:
                reached = left is not None and left <= ready + timedelta(days=91)
                yield from share("brs_52.v1", reached, when, spell["need"])
                if reached:
                    yield Given("brs_52.v2", when, (ICB,), Decimal((left - ready).days), spell["need"])
                    yield Given("brs_52.v2", when, (ICB,), ONE, spell["need"], "denominator")


def of_inpatients() -> Iterator[Given]:
    every = [one for one in reviews() if one["held"] and one["kind"] in IN_HOSPITAL]
    for when in sorted({when for whens in REVIEW_PERIODS.values() for when in whens}):
        end = date.fromisoformat(when.split("/")[1])
        run = run_of(end)
        for spell in spells():
            if not (spell["admitted"] <= end and (spell["left"] is None or spell["left"] > end)):
                continue
            seen = [
                one for one in every
                if one["person"] == spell["person"] and max(spell["admitted"], run[0]) <= one["day"] <= end
            ]  # fmt: skip
            group = spell["need"].get("age_group")
            if seen:
                last = max(seen, key=lambda one: one["day"])
                group = last["age_group"]
                secure = last["ward_security"] in ("low", "medium", "high")
                due = months_later(last["day"], 3 if group == "u18" else 12 if secure else 6)
            elif group and spell["admitted"] >= run[0]:
                due = spell["admitted"] + timedelta(days=limit_of(group))
            else:
                continue
            groups = only(spell["need"], "complexity") | {"age_group": group}
            yield Given("brs_15.v1", when, (ICB,), ONE if due >= end else NOUGHT, groups)
            yield Given("brs_15.v1", when, (ICB,), ONE, groups, "denominator")


@cache
def packages() -> list[dict]:
    return [
        row
        | {
            "started": days(row["package_start"]),
            "ended": days(row["package_end"]),
            "cost": Decimal(row["weekly_cost_gbp"]),
        }
        for one in extracts("lx_23_care_package")
        for row in one.filled()
    ]


@cache
def need_at(who: str, end: date) -> dict[str, str]:
    """What the newest register up to a day says of a person."""
    found = [people[who] for day, people in sorted(registers().items()) if who in people and day.replace(day=1) <= end]
    if not found:
        return {}
    need = {"age_group": age_group(found[-1]["age_band"]), "complexity": found[-1]["complexity"]}
    return {kind: value for kind, value in need.items() if value}


def of_discharges() -> Iterator[Given]:
    every, of_people = spells(), packages()
    for spell in every:
        left = spell["left"]
        moved_on = any(
            one["person"] == spell["person"] and left <= one["admitted"] <= left + timedelta(days=1) and one is not spell
            and (one["admitted"] > spell["admitted"] or one["provider_ods"] != spell["provider_ods"])
            for one in every if left is not None
        )  # fmt: skip
        if left is None or moved_on or quarter_end(left) not in pathway_quarters() or quarter_end(left) > TOLD_TO:
            continue
        when = f"quarter/{quarter_end(left)}"
        yield Given("brs_54.v1", when, (ICB,), ONE, {}, "denominator")
        if left + timedelta(days=28) > TOLD_TO:
            continue
        open_from = [
            max(one["started"], left) for one in of_people
            if one["person"] == spell["person"] and (one["ended"] is None or one["ended"] >= left)
        ]  # fmt: skip
        reached = bool(open_from) and min(open_from) <= left + timedelta(days=28)
        yield Given("brs_53.v1", when, (ICB,), ONE if reached else NOUGHT, spell["need"])
        yield Given("brs_53.v1", when, (ICB,), ONE, spell["need"], "denominator")
        if reached:
            yield Given("brs_53.v2", when, (ICB,), Decimal((min(open_from) - left).days), spell["need"])
            yield Given("brs_53.v2", when, (ICB,), ONE, spell["need"], "denominator")


def of_those_at_home() -> Iterator[Given]:
    every = spells()
    for end, people in registers().items():
        after = quarter_end(end + timedelta(days=1))
        if end.month % 3 or after > TOLD_TO:
            continue
        for who, row in people.items():
            if is_on(row) and not is_inside(row):
                admitted = any(
                    one["person"] == who and one["method"] != "transfer" and end < one["admitted"] <= after
                    for one in every
                )
                yield Given("brs_50.v1", f"quarter/{after}", (ICB,), ONE if admitted else NOUGHT, groups_of_person(row))
                yield Given("brs_50.v1", f"quarter/{after}", (ICB,), ONE, groups_of_person(row), "denominator")


def of_costs() -> Iterator[Given]:
    for end in (one for one in pathway_quarters() if one <= TOLD_TO):
        when, wage = f"quarter/{end}", WAGE[end.year if end.month > 3 else end.year - 1]
        open_now: dict[str, list[dict]] = {}
        for one in packages():
            if one["started"] <= end and (one["ended"] is None or one["ended"] >= end):
                open_now.setdefault(one["person"], []).append(one)
        for who, mine in open_now.items():
            need, cost = need_at(who, end), sum(one["cost"] for one in mine)
            hours = [Decimal(one["family_support_hours"]) for one in mine if one["family_support_hours"]]
            amounts = {"brs_55.v1": cost}
            if hours:
                amounts |= {"brs_55.v2": sum(hours), "brs_55.v3": cost + sum(hours) * wage}
            for metric, amount in amounts.items():
                yield Given(metric, when, (ICB,), amount, need)
                yield Given(metric, when, (ICB,), ONE, need, "denominator")
        newest: dict[str, dict] = {}
        for spell in sorted(spells(), key=lambda one: one["admitted"]):
            left = spell["left"] or TOLD_TO + timedelta(days=1)
            if (
                spell["admitted"] <= end
                and left > quarter_start(end)
                and spell["cost_gbp"]
                and left > spell["admitted"]
            ):
                newest[spell["person"]] = spell | {"nights": (left - spell["admitted"]).days}
        for who, spell in newest.items():
            week = (7 * Decimal(spell["cost_gbp"]) / spell["nights"]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            yield Given("brs_56.v1", when, (ICB,), week, need_at(who, end))
            yield Given("brs_56.v1", when, (ICB,), ONE, need_at(who, end), "denominator")


# --- counts and figures ---------------------------------------------------------------------------------------------------


def known(cell: str) -> Decimal:
    return NOUGHT if cell == HIDDEN else Decimal(cell)


def of_counts() -> Iterator[Given]:
    held = {one.period: one.filled() for one in extracts("lx_18_dynamic_support_register")}
    flows = periods_of(list(held))
    for month, rows in held.items():
        when = f"month/{month_end(month)}"
        before = month_before(month)
        for row in rows:
            both, council = (ICB, row["utla"]), (row["utla"],)
            groups = {"risk": row["risk"], "age_group": row["age_group"], "cohort": row["cohort"]}
            people, age = known(row["people"]), only(groups, "age_group")
            who = only(groups, "age_group", "cohort")
            yield Given("brs_17.v1", when, both, people, groups | {"consent": "all"})
            yield Given("brs_17.v3", when, council, people, age)
            if row["risk"] != "blue":
                yield Given("brs_17.v2", when, both, people, groups | {"consent": "all"})
                yield Given("brs_17.v4", when, council, people, age)
                yield Given("brs_18.v1", when, both, people, who, "denominator")
            yield Given("brs_18.v1", when, both, known(row["admitted"]), who)
            yield Given("brs_18.v1", when, both, known(row["admitted"]), who, "denominator")
            shares = (("brs_33.v1", "keyworker"), ("brs_33.v2", "ehcp"), ("brs_43.v1", "ctr_in_6m"))
            for metric, column in shares:
                young_only = metric != "brs_43.v1"
                if HIDDEN in (row[column], row["people"]) or (young_only and row["age_group"] == "26+"):
                    continue
                yield Given(metric, when, both, Decimal(row[column]), groups)
                yield Given(metric, when, both, people, groups, "denominator")
            for period in flows[month]:
                yield Given("brs_44.v1", period, both, known(row["added"]), groups)
                yield Given("brs_44.v2", period, both, known(row["removed"]), groups)
            if before in held:
                yield Given("brs_44.v3", when, both, people + known(row["removed"]), who)
                yield Given("brs_44.v3", when, both, known(row["added"]), who, "denominator")
        for row in held.get(before, []):
            who = {"age_group": row["age_group"], "cohort": row["cohort"]}
            yield Given("brs_44.v3", when, (ICB, row["utla"]), known(row["people"]), who, "denominator")
    for utla in sorted({row["utla"] for rows in held.values() for row in rows}):
        for month in held:
            for ages, group in ((range(18), "u18"), (range(18, 26), "18-25"), (range(26, 91), "26+")):
                for metric in ("brs_17.v3", "brs_17.v4"):
                    when = f"month/{month_end(month)}"
                    yield Given(metric, when, (utla,), residents(utla, ages), {"age_group": group}, "denominator")


def month_before(month: str) -> str:
    return f"{date(int(month[:4]), int(month[5:7]), 1) - timedelta(days=1):%Y-%m}"


@cache
def residents(utla: str, ages: range) -> Decimal:
    councils = [utla] if utla != COUNTY else [code for code, _ in ons_councils.DISTRICTS]
    every = ons_populations.residents(ons_populations.YEAR)
    return Decimal(sum(every[code, sex, age] for code in councils for sex in ("males", "females") for age in ages))


ALONE = {
    "brs_27.v1": "phb", "brs_27.v2": "isf", "brs_29.v1": "pooled_gbp", "brs_30.v1": "dwellings", "brs_30.v2": "capital_gbp",
    "brs_30.v3": "dwellings_planned", "brs_32.v1": "ebe_paid", "brs_32.v2": "ebe_board_places",
    "brs_32.v3": "self_advocacy_contracts", "brs_34.v1": "crisis_places", "brs_34.v2": "crisis_episodes",
    "brs_34.v3": "admissions_avoided", "brs_34.v4": "ist_fte", "brs_48.v3": "dwellings_planned",
}  # fmt: skip
OF = {
    "brs_27.v3": ("phb", "cohort_people"), "brs_27.v4": ("isf", "cohort_people"), "brs_28.v1": ("fta_gbp", "fta_people"),
    "brs_28.v2": ("dowry_gbp", "dowry_people"), "brs_28.v3": ("fta_gbp", "fta_people"),
    "brs_28.v4": ("dowry_gbp", "dowry_people"), "brs_29.v2": ("pooled_gbp", "brs_spend_gbp"),
}  # fmt: skip


def of_programme() -> Iterator[Given]:
    for one in extracts("lx_19_brs_programme"):
        when = f"quarter/{month_end(one.period[8:])}"
        figures = {
            row["measure"]: (Decimal(row["value"]), (ICB, row["utla"]) if row["utla"] else (ICB,))
            for row in one.filled() if row["value"] != HIDDEN
        }  # fmt: skip
        for metric, measure in ALONE.items():
            if measure in figures:
                amount, areas = figures[measure]
                yield Given(metric, when, areas if metric != "brs_48.v3" else (ICB,), amount)
        for metric, (part, whole) in OF.items():
            if part in figures and whole in figures:
                yield Given(metric, when, figures[part][1], figures[part][0])
                yield Given(metric, when, figures[whole][1], figures[whole][0], part="denominator")
        for measure in ("fta_gbp", "dowry_gbp"):
            if measure in figures:
                yield Given("brs_54.v1", when, (ICB,), figures[measure][0])


@pytest.fixture(scope="module")
def expected() -> dict:
    ways = (
        of_reviews, of_actions, of_registers, of_movement, of_admissions, of_inpatients, of_discharges, of_those_at_home, of_costs,
        of_counts, of_programme,
    )  # fmt: skip
    found = summed(given for way in ways for given in way())
    counts = {f"{one}.v{version}" for one, versions in COUNTS.items() for version in versions}
    # A share or a ratio of nobody is none.
    return {key: parts for key, parts in found.items() if key[0] in counts or parts[1]}


COUNTS = {
    "brs_13": (3,), "brs_16": (6, 7), "brs_17": (1, 2, 5), "brs_27": (1, 2), "brs_29": (1,), "brs_30": (1, 2, 3), "brs_32": (1, 2, 3),
    "brs_34": (1, 2, 3, 4), "brs_40": (1,), "brs_44": (1, 2), "brs_45": (3,), "brs_47": (1,), "brs_48": (1,),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(sample_run) -> dict:
    key = "metric_key concat_ws('/',period_type,period_end::varchar) area_code breakdown_type breakdown_value"
    return of_edition(sample_run[1], METRICS, key, "numerator denominator value method")


def test_every_cell_is_the_sum_of_its_records(found, expected):
    mine = {key: row[:2] for key, row in found.items()}
    assert sorted(set(mine) ^ set(expected)) == []
    assert {key: (mine[key], expected[key]) for key in mine if mine[key] != expected[key]} == {}


def test_every_metric_has_a_value_of_the_whole_board_and_of_its_groups(found):
    from pipeline.catalogue.load import catalogue

    for metric in (one for one in catalogue().metrics if one.metric_id in METRICS):
        mine = {(area, kind) for key, _, area, kind, _ in found if key == metric.key}
        assert any(kind == "none" for _, kind in mine), metric.key
        assert {kind for _, kind in mine} == {"none", *metric.breakdowns}, metric.key


def test_three_quarters_show_a_change(found):
    for metric in ("brs_16.v6", "brs_40.v2", "brs_17.v5", "brs_50.v1", "brs_53.v1", "brs_55.v3"):
        whens = {
            when
            for key, when, area, kind, _ in found
            if key == metric and kind == "none" and when.startswith("quarter")
        }
        assert len(whens) >= 3, (metric, whens)


def test_the_register_adds_up_from_month_to_month_but_for_what_is_hidden(found):
    """What came and went explains each month to within the cells that the extract hides, each of which is of 1 to 4 people."""
    hidden = sum(
        row[column] == HIDDEN
        for one in right_support.EXTRACTS if one.dataset == "lx_18_dynamic_support_register"
        for row in one.filled() for column in ("people", "added", "removed")
    )  # fmt: skip
    for month in right_support.COUNT_MONTHS[1:]:
        _, _, value, _ = found["brs_44.v3", f"month/{month_end(month)}", ICB, "none", "all"]
        assert abs(value) <= 4 * hidden


def test_numbers_of_people_in_the_open_part_are_masked(sample_run):
    """Counts and shares of people are hidden under five and rounded to five; nothing of a person's record is listed."""
    con = open_part(sample_run[1].folder)
    rows = con.execute(
        "select shown.metric_key, shown.numerator, shown.value_status from marts.metric_value as shown"
        " join reference.metric as metric using (metric_key)"
        " where theme in ('brs_ctr', 'brs_register', 'brs_pathway') and disclosure = 'local' and value_status <> 'missing'"
    ).fetchall()
    con.close()
    assert {status for *_, status in rows} == {"rounded", "suppressed"}
    for _, numerator, status in rows:
        assert (numerator is None) == (status == "suppressed")
        assert numerator is None or (numerator >= 5 and numerator % 5 == 0)


QUERIES = re.findall(
    r"^```sql\n(.*?)^```",
    (PROJECT_ROOT / "docs" / "explanation" / "from-hospital-to-home.md").read_text("utf-8"),
    re.M | re.S,
)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_what_the_page_asks_has_an_answer(sample_run, query):
    con = open_part(sample_run[1].folder)
    found = con.execute(query)
    columns = [column[0] for column in found.description]
    rows = found.fetchall()
    con.close()
    assert len(rows) >= 3
    assert [name for at, name in enumerate(columns) if all(row[at] is None for row in rows)] == []

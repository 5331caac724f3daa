"""Spend and social value (es_09 to es_12) of the sample against a slow oracle over the rows of its extracts, and spend by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pipeline.publish.current import open_part
from pipeline.sample import nihr_awards, ons_councils
from pipeline.sample.geography import ICBS
from pipeline.sample.local_extracts import Row
from tests.pipeline.theme_oracle import ICB, Parts, extracts_of, of_the_whole, parts_of

TARGETS = ("ethnic_minority", "women", "disabled")


def submitted(dataset: str) -> Iterator[tuple[str, Row]]:
    """(trust, row) of every extract of a dataset."""
    for one in extracts_of(dataset):
        for row in one.filled():
            yield one.submitter, row


def place_of(supplier: Row) -> str:
    """By its small area, else by its postcode sector, each of which the sample's lookup has one postcode of."""
    lsoa = supplier["supplier_lsoa21"]
    if lsoa:
        return "within the ICS" if lsoa in ons_councils.LSOAS else "elsewhere"
    icb_of = {postcode[:-2]: icb for _, _, postcode, _, icb in nihr_awards.ORGANISATIONS}
    sector = supplier["supplier_postcode_sector"]
    if sector not in icb_of:
        return "not known"
    return "within the ICS" if icb_of[sector] is ICBS[0] else "elsewhere"


def councils_of(lsoa: str) -> set[str]:
    council = ons_councils.council_of(ons_councils.LSOAS.index(lsoa), 2023)
    return {council[0], ons_councils.upper_tier_of(council)[0]}


def expected_spend() -> Parts:
    """Every value for the whole, and those by place, reason and kind of supplier, payment by payment."""
    top: dict[tuple, Decimal] = defaultdict(Decimal)
    below: dict[tuple, Decimal] = defaultdict(Decimal)
    for trust, row in submitted("lx_05_trust_spend"):
        assert row["exclusion_reason"] != "pay"
        paid, month = Decimal(row["amount_gbp"]), date.fromisoformat(row["period"] + "-01")
        place, flags = place_of(row), row["owner_flags"].split(";")
        target = row["supplier_type"] in ("vcse", "sme") or any(flag in TARGETS for flag in flags)
        kind = {"individual": "individual or not known", "unknown": "individual or not known"}.get(
            row["supplier_type"], row["supplier_type"]
        )
        gives = {
            ("es_09.v1", place == "within the ICS"): ("local_basis", row["local_basis"]),
            ("es_09.v2", place == "within the ICS"): ("supplier_type", kind),
            ("es_09.v4", True): ("supplier_location", place),
            ("es_09.v5", place == "not known"): ("none", "all"),
            ("es_10.v1", row["influenceable"] == "yes"): ("supplier_location", place),
            ("es_10.v2", row["influenceable"] == "yes"): ("none", "all"),
            ("es_10.v3", row["influenceable"] == "partly"): ("exclusion_reason", row["exclusion_reason"]),
            ("es_10.v4", row["influenceable"] == "no"): ("exclusion_reason", row["exclusion_reason"]),
            ("es_12.v1", target): ("led_by_women", "yes" if "women" in flags else "no"),
            ("es_12.v2", target): ("supplier_type", kind),
        }
        for (metric, counts), (split, group) in gives.items():
            areas = {trust, ICB}
            if metric == "es_09.v1" and counts:
                areas |= councils_of(row["supplier_lsoa21"])
            for area in areas:
                if metric in ("es_09.v2", "es_09.v5", "es_10.v2", "es_12.v2"):
                    below[metric, area, month] += paid
                if counts:
                    top[metric, area, month, "none", "all"] += paid
                    if split != "none":
                        top[metric, area, month, split, group] += paid
    # What the trust publishes are its payments over £25,000; the board publishes none, and a trust's are not the board's.
    listed = [Decimal(row["amount_gbp"]) for _, row in submitted("lx_05_trust_spend") if row["period"] == "2025-11"]
    top["es_09.v3", "RZ1", date(2025, 11, 1), "none", "all"] = sum(amount for amount in listed if amount > 25_000)
    return {key: (value, below.get(key[:3])) for key, value in top.items()}


def expected_social_value() -> Parts:
    top: dict[tuple, Decimal] = defaultdict(Decimal)
    below: dict[tuple, Decimal] = defaultdict(Decimal)
    seen = set()
    for trust, row in submitted("lx_06_social_value"):
        first = date(int(row["period"][:4]), 4, 1)
        for area in (trust, ICB):
            for split, group in (("none", "all"), ("framework", row["framework"])):
                for version in (1, 2, 3):
                    top[f"es_11.v{version}", area, first, split, group] += Decimal(row["delivered_gbp"])
                below["es_11.v2", area, first, split, group] += Decimal(row["committed_gbp"])
                if (trust, row["contract_id"], area, split) not in seen:
                    below["es_11.v3", area, first, split, group] += Decimal(row["contract_value_gbp"])
                    seen.add((trust, row["contract_id"], area, split))
    return {key: (value, below.get(key)) for key, value in top.items()}


def test_every_value_of_spend_equals_the_slow_oracle_and_there_is_no_other(sample_run):
    found = parts_of(sample_run[1], ["es_09", "es_10", "es_12"])
    expected = expected_spend()
    assert of_the_whole(found) == of_the_whole(expected)
    assert {key: found.get(key) for key in expected} == expected


def test_every_value_of_social_value_equals_the_slow_oracle_and_there_is_no_other(sample_run):
    found = parts_of(sample_run[1], ["es_11"])
    expected = expected_social_value()
    assert {key: parts for key, parts in found.items() if key[3] in ("none", "framework")} == expected


def test_a_group_without_local_spend_is_nought_and_unknown_place_stays_in_the_denominator(sample_run):
    found = parts_of(sample_run[1], ["es_09"])
    month = date(2025, 11, 1)
    whole = found["es_09.v2", "RZ1", month, "none", "all"][1]
    assert found["es_09.v2", "RZ1", month, "supplier_type", "public"] == (0, whole)
    places = [
        found["es_09.v4", "RZ1", month, "supplier_location", place][0]
        for place in ("within the ICS", "elsewhere", "not known")
    ]
    assert sum(places) == whole == found["es_09.v4", "RZ1", month, "none", "all"][0]
    assert min(places) > 0


def test_spend_by_month_shows_no_few_individuals_in_the_open_part(sample_run):
    con = open_part(sample_run[1].folder)
    try:
        rows = con.execute(
            "select supplier_type, supplier_location, amount_gbp, payments, suppliers, value_status from marts.spend_month"
            " where month_start = date '2025-11-01' order by all"
        ).fetchall()
    finally:
        con.close()
    hidden = {row[:2]: row[2:] for row in rows if row[5] == "suppressed"}
    # The one individual and the next smallest of the same place, since of the sum of the place the two are all; that one would stand
    # alone among what cannot be influenced, and what is hidden with it alone in its place.
    few = [("individual", "not known"), ("large", "not known"), ("large", "elsewhere"), ("public", "elsewhere")]
    assert hidden == dict.fromkeys(few, (None, None, None, "suppressed"))
    payments = [row for _, row in submitted("lx_05_trust_spend") if row["period"] == "2025-11"]
    shown = [row for row in payments if (row["supplier_type"], place_of(row)) not in hidden]
    assert sum(row[3] for row in rows if row[3]) == len(shown)
    assert sum(row[2] for row in rows if row[2]) == sum(Decimal(row["amount_gbp"]) for row in shown)

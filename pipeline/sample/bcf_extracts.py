"""The Better Care Fund extracts LX-32 to LX-34 of the fictional region: a plan with what came of it, its money, its risks.

Belongs here: rows as the board of the made-up county would submit them, with the faults that marts.bcf_plan_check finds: a stated value
that is not its parts, spend that is more than its income, a type of scheme that no list has. The plan that is real, Thurrock's of
2014, stands in the sample archive as it was taken from its document. Does not belong here: the other extracts (local_extracts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from pipeline.sample.chance import between
from pipeline.sample.local_extracts import (
    COUNTY,
    DAY,
    DAY_BEFORE,
    ICB,
    SUPPRESSED,
    YEAR,
    YEAR_BEFORE,
    Extract,
)

BOARD = COUNTY
YEAR_TO = {YEAR: "2025-03-31", YEAR_BEFORE: "2024-03-31"}
# (metric, version, name, direction, unit), then by role (period, numerator, denominator, stated).
ADMISSIONS = ("bcf_01", 1, "Long-term admissions of older people to care homes", "down", "per 100,000")
REABLEMENT = ("bcf_02", 1, "Older people still at home 91 days after discharge", "up", "percent")
SATISFACTION = ("bcf_06", 1, "Satisfaction of people who use services", "up", "percent")
EMERGENCIES = ("bcf_10", 1, "Emergency admissions, general and acute", "down", "count")
FALLS = ("local:falls", None, "People seen within a day of a fall", "up", "percent")
AT_HOME = ("local:at-home", None, "People supported at home", "up", "percent")
QUARTER, QUARTER_BEFORE = "2024-10/2024-12", "2023-10/2023-12"
SOURCES = (
    # (source, who pays, least that it must be, least of that for social care), thousands
    ("Minimum NHS Contribution", ICB, 9400, 3100), ("Additional NHS Contribution", ICB, None, None),
    ("Disabled Facilities Grant", COUNTY, 1250, None), ("Improved Better Care Fund", COUNTY, 2800, None),
    ("Local Authority Discharge Funding", COUNTY, 600, None), ("ICB Discharge Funding", ICB, 700, None),
    ("Additional LA Contribution", COUNTY, None, None),
)  # fmt: skip
# (scheme, name, type, area of spend, commissioner, share of the NHS, provider, source, thousands, unit of its outputs)
SCHEMES = (
    ("S-01", "Reablement at home", "Home-based intermediate care services", "Social Care", "LA", None,
     "Local Authority", "Minimum NHS Contribution", 3250, "packages"),
    ("S-02", "Community nursing", "Community Based Schemes", "Community Health", "NHS", None,
     "NHS Community Provider", "Minimum NHS Contribution", 4350, "contacts"),
    ("S-03", "Beds to recover in", "Bed based intermediate Care Services", "Community Health", "Joint", "60",
     "Private Sector", "Minimum NHS Contribution", 1800, "placements"),
    ("S-04", "Adaptations", "DFG Related Schemes", "Social Care", "LA", None,
     "Private Sector", "Disabled Facilities Grant", 1250, "adaptations"),
    ("S-05", "Home care", "Home Care or Domiciliary Care", "Social Care", "LA", None,
     "Private Sector", "Improved Better Care Fund", 2800, "hours"),
    ("S-06", "Discharge to assess", "High Impact Change Model for Managing Transfer of Care", "Social Care", "Joint", None,
     "Private Sector", "Local Authority Discharge Funding", 600, "packages"),
    ("S-06", "Discharge to assess", "High Impact Change Model for Managing Transfer of Care", "Community Health", "Joint",
     "50", "NHS Community Provider", "ICB Discharge Funding", 700, "placements"),
    ("S-07", "Carers' breaks", "Carers Services", None, "LA", None,
     "Charity / Voluntary Sector", "Additional LA Contribution", 315, "people"),
    ("S-08", "Falls hub", "Falls and Frailty Hub", "Acute", "NHS", None,
     "NHS Acute Provider", "Additional NHS Contribution", 450, "contacts"),
)  # fmt: skip
# The council pays in 300,000 and 315,000 of it are spent.
ADDED = {"Additional NHS Contribution": 450, "Additional LA Contribution": 300}
RISKS = (
    # (risk, kind, what, probability and impact a year before and now, status now)
    ("R-01", "strategic", "Partners leave the pooled fund", (1, 3), (1, 3), "open"),
    ("R-02", "operational", "Home care has no capacity in winter", (2, 3), (3, 3), "open"),
    ("R-03", "financial", "The discharge funds end", (3, 2), (2, 2), "open"),
    ("R-04", "implementation", "Records cannot be shared", (2, 2), (1, 1), "closed"),
    ("R-05", "operational", "Demand for beds is above the plan", None, (2, 2), "open"),
)


def _plan(chance: Random) -> Iterator[dict]:
    over = between(chance, 0, 3)

    def row(metric: tuple, role: str, period: str, parts: tuple = (), stated: str = "", **more: object) -> dict:
        name = ("metric", "definition_version", "metric_name")
        numerator, denominator = parts or (None, None)
        return {
            **dict(zip(name, metric[:3], strict=True)), "hwb_code": BOARD, "role": role, "of_period": period,
            "direction": metric[3], "unit": metric[4], "numerator": numerator, "denominator": denominator,
            "value_stated": stated, "lower_stated": None, "upper_stated": None, "least_change": None,
            "payment_due": None, "payment_gbp": None, "payment_rule": None,
        } | more  # fmt: skip

    def paid(rule: str, pounds: int) -> dict:
        return {"payment_due": "2025-05-01", "payment_gbp": f"{pounds}.00", "payment_rule": rule}

    yield row(ADMISSIONS, "baseline", YEAR_BEFORE, (452, 68200), "662.8")
    yield row(ADMISSIONS, "target", YEAR, (380, 69000), "550.7", **paid("all_or_nothing", 400000))
    yield row(ADMISSIONS, "actual", YEAR, (362 + over, 69000))
    yield row(REABLEMENT, "baseline", YEAR_BEFORE, (410, 500), "82.0")
    yield row(REABLEMENT, "target", YEAR, (435, 510), "85.3", **paid("proportional", 250000))
    yield row(REABLEMENT, "actual", YEAR, (417 + over, 505))
    yield row(EMERGENCIES, "baseline", QUARTER_BEFORE, (8120, None))
    yield row(EMERGENCIES, "target", QUARTER, (7836, None), **paid("proportional", 600000))
    yield row(EMERGENCIES, "actual", QUARTER, (7951 + over, None))
    yield row(SATISFACTION, "baseline", YEAR_BEFORE, (), "62.1", lower_stated="59.0", upper_stated="65.2")
    yield row(SATISFACTION, "target", YEAR, (), "64.9", least_change="3.5")
    yield row(SATISFACTION, "actual", YEAR, (), "64.0", lower_stated="61.1", upper_stated="66.9")
    yield row(FALLS, "baseline", YEAR_BEFORE, (SUPPRESSED, 40))
    yield row(FALLS, "target", YEAR, (), "25.0")
    yield row(FALLS, "actual", YEAR, (3, 44))
    # 130 of 200 are 65.0.
    yield row(AT_HOME, "baseline", YEAR_BEFORE, (130, 200), "66.0")
    yield row(AT_HOME, "target", YEAR, (150, 210), "71.4")


def _income(chance: Random, year: str) -> Iterator[dict]:
    share = 100 if year == YEAR else 94
    for source, who, least, least_social_care in SOURCES:
        planned = (least or ADDED[source]) * share * 10
        yield {
            "hwb_code": BOARD, "source_of_funding": source, "contributor_code": who, "planned_gbp": f"{planned}.00",
            "actual_gbp": f"{planned - between(chance, 0, 9) * 100}.00",
            "required_gbp": least and f"{least * share * 10}.00",
            "required_social_care_gbp": least_social_care and f"{least_social_care * share * 10}.00",
        }  # fmt: skip


def _expenditure(chance: Random, year: str) -> Iterator[dict]:
    share = 100 if year == YEAR else 94
    for scheme, name, kind, area, commissioner, nhs_share, provider, source, thousands, unit in SCHEMES:
        planned = thousands * share * 10
        outputs = thousands * 3 // 10
        yield {
            "hwb_code": BOARD, "scheme_id": scheme, "scheme_name": name, "scheme_type": kind,
            "scheme_sub_type": "Reablement" if scheme == "S-01" else None,
            "area_of_spend": area, "commissioner": commissioner, "nhs_share_percent": nhs_share, "provider": provider,
            "source_of_funding": source, "new_or_existing": "new" if scheme == "S-08" else "existing",
            "planned_gbp": f"{planned}.00", "actual_gbp": f"{planned * between(chance, 93, 104) // 100}.00",
            "actual_to": YEAR_TO[year], "minimum_gbp": f"{planned * 9 // 10}.00" if scheme == "S-02" else None,
            "maximum_gbp": f"{planned * 11 // 10}.00" if scheme == "S-02" else None, "output_unit": unit,
            "output_planned": outputs,
            "output_actual": SUPPRESSED if scheme == "S-07" else outputs * between(chance, 85, 108) // 100,
        }  # fmt: skip


def _benefits(chance: Random) -> Iterator[dict]:
    for scheme, number, what, kind, planned, at_risk in (
        ("S-01", 1, "Fewer packages for life", "saving", 420, 120),
        ("S-01", 2, "People keep doing what they can do", "experience", None, None),
        ("S-03", 1, "Fewer days in hospital beds", "saving", 380, 380),
        ("S-05", 1, "Fewer moves to care homes", "saving", 510, between(chance, 10, 60)),
        ("S-08", 1, "Fewer fractures of the hip", "outcome", None, None),
    ):
        yield {
            "hwb_code": BOARD, "scheme_id": scheme, "benefit_no": number, "benefit": what, "kind": kind,
            "savings_planned_gbp": planned and f"{planned}000.00", "savings_at_risk_gbp": at_risk and f"{at_risk}000.00",
        }  # fmt: skip


def _risks(chance: Random, now: bool) -> Iterator[dict]:
    for risk, category, what, before, scores, status in RISKS:
        if not now and before is None:
            continue
        probability, impact = scores if now else before
        yield {
            "hwb_code": BOARD, "risk_id": risk, "category": category, "risk": what,
            "consequence": "Targets are missed" if risk != "R-03" else "Schemes stop",
            "probability": probability, "impact": impact, "mitigation": f"Reviewed every {between(chance, 2, 6)} weeks",
            "owner_role": "Better care fund manager", "status": status if now else "open",
        }  # fmt: skip


EXTRACTS = (
    # The newest of a dataset first: it is the one that templates quote.
    Extract("lx_32_bcf_plan", "metrics", ICB, YEAR, _plan),
    Extract("lx_33_bcf_finance", "income", ICB, YEAR, partial(_income, year=YEAR), stem="lx_33_bcf_finance_income"),
    Extract("lx_33_bcf_finance", "income", ICB, YEAR_BEFORE, partial(_income, year=YEAR_BEFORE), stem="lx_33_bcf_finance_income",
            number=2, apart="a year before"),
    Extract("lx_33_bcf_finance", "expenditure", ICB, YEAR, partial(_expenditure, year=YEAR), stem="lx_33_bcf_finance_expenditure"),
    Extract("lx_33_bcf_finance", "expenditure", ICB, YEAR_BEFORE, partial(_expenditure, year=YEAR_BEFORE),
            stem="lx_33_bcf_finance_expenditure", number=2, apart="a year before"),
    Extract("lx_33_bcf_finance", "benefits", ICB, YEAR, _benefits, stem="lx_33_bcf_finance_benefits"),
    Extract("lx_34_bcf_risk", "risks", ICB, DAY, partial(_risks, now=True), "as_at"),
    Extract("lx_34_bcf_risk", "risks", ICB, DAY_BEFORE, partial(_risks, now=False), "as_at", number=2, apart="a year before"),
)  # fmt: skip

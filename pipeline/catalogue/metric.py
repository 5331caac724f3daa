"""The form of the metric catalogue: one home for what a metric is, one file for each theme in metrics/.

`reference.metric`, the checks, the pages and the documentation are made from it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

PROOF_GRADES = {
    "A": "reproduces an independently published figure",
    "B": "reproduces the publisher's own total",
    "C": "agrees with an independent oracle on synthetic data",
    "D": "none yet",
}


Determinant = Literal[
    "employment_skills", "research_development", "procurement", "estates", "population_health", "net_zero",
    "civic_leadership",
]  # fmt: skip
Theme = Literal[
    Determinant, "context", "bcf_metric", "brs_inpatient", "brs_ctr", "brs_register", "brs_pathway", "place_primary_care"
]  # fmt: skip
DETERMINANTS: tuple[str, ...] = get_args(Determinant)
THEMES: tuple[str, ...] = get_args(Theme)

AreaType = Literal[
    "country", "nhs_region", "region", "icb", "sub_icb_location", "upper_tier_local_authority",
    "lower_tier_local_authority", "ward", "lsoa", "trust", "pcn", "practice", "place",
]  # fmt: skip

Mart = Literal[
    "gp_appointments_month", "gp_appointments_practice_month", "gp_list_size", "gp_coverage_month", "place_measure"
]


class Detail(BaseModel):
    """The rows that a metric value is made of, so that it can be traced and recomputed.

    `mart` is a mart of detail with area_code, release_id, member and source_row; `measure` the column that is summed,
    `published_column` the canonical column of the contract that it came from,
    `month` the column with the first day of its month ('' where the row has the value's own period). `numerator` and
    `denominator` are SQL conditions on its rows; `denominator_years_before` moves the denominator's period back.
    `breakdowns` gives, by breakdown_type, the condition on rows of that breakdown, where it is no column of the mart.

    A denominator from elsewhere has `denominator_measure`, and where they differ a mart, month, release and published
    column of its own. A mart of sums has no member and source_row: `found_by` (of the denominator:
    `denominator_found_by`) names the canonical column of the release that holds its area_code.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mart: Mart
    measure: str
    published_column: str
    month: str = ""
    numerator: str = "true"
    denominator: str = ""
    denominator_years_before: int = 0
    breakdowns: dict[str, str] = {}
    found_by: str = ""
    release: str = "release_id"
    denominator_mart: Mart | None = None
    denominator_measure: str = ""
    denominator_month: str = ""
    denominator_published_column: str = ""
    denominator_found_by: str = ""
    denominator_release: str = "release_id"


class Target(BaseModel):
    """A value that somebody set for a metric: `value <operator>` is reached, by `by` where a day is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Decimal
    operator: Literal["<=", ">=", "="]
    by: date | None = None
    source: str = Field(min_length=5)


class Needs(BaseModel):
    """What an ICS supplies where nothing is published, or not for it: a dataset of the catalogue, and who holds it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    from_whom: str = Field(min_length=3)


class Metric(BaseModel):
    """One definition version of one metric.

    `method` names how value and interval come from numerator and denominator: `count` (value = numerator, no
    interval), `wilson` (percentage with the Wilson score interval), `rate` (so many for each `per`, with Byar's limits,
    exact below 10), `share` (percentage of a whole that is counted in full or is money, no interval), `difference` (value =
    numerator minus denominator), `ratio` (so many for each `per` of the denominator, no interval), `dsr` (directly
    standardised rate for each `per`, Dobson's limits), `stated` (as the source states it; a percentage with both parts
    is recomputed).

    `geographies` are the types of area it is given for. A metric without `detail` is summed from `metric_row`, the
    records that give to it; its `breakdowns` are those that the records name. `breakdown_denominator` says whether a
    group is set against the same group (`same`) or against the whole (`whole`: a share of the total).

    `disclosure` names a profile of disclosure.yml: `local` for counts of people from a local extract, `local_money` for money
    or days of few people, a publisher's for what it made safe itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric_id: str = Field(pattern=r"^[a-z]+_[a-z]?\d{2}$")
    definition_version: int = Field(ge=1)
    name: str
    theme: Theme
    definition: str = Field(min_length=20)
    numerator: str = ""
    denominator: str = ""
    unit: str
    direction: Literal["up", "down", "context"]
    method: Literal["count", "wilson", "rate", "share", "difference", "ratio", "dsr", "stated"]
    per: int = Field(default=1, ge=1)
    breakdowns: tuple[str, ...] = ()
    breakdown_denominator: Literal["same", "whole"] = "same"
    geographies: tuple[AreaType, ...] = ()
    cadence: Literal["monthly", "quarterly", "annual", "irregular", ""] = ""
    source: str
    needs: Needs | None = None
    disclosure: str = "none"
    target: Target | None = None
    proof_grade: Literal["A", "B", "C", "D"]
    proof: str = Field(min_length=10)
    caveats: tuple[str, ...] = ()
    detail: Detail | None = None

    @model_validator(mode="after")
    def _summed_from_rows(self) -> Metric:
        if self.detail is None and not (self.geographies and self.cadence):
            raise ValueError(f"metric {self.key} is summed from metric_row: it needs geographies and cadence")
        if self.method in ("wilson", "rate", "share", "ratio", "difference", "dsr") and not self.denominator:
            raise ValueError(f"metric {self.key} has method {self.method}: name its denominator")
        return self

    @property
    def key(self) -> str:
        return f"{self.metric_id}.v{self.definition_version}"


class MetricCatalogue(BaseModel):
    """All files of metrics/ together. `caveats` is the controlled list that metrics draw from: id -> sentence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    caveats: dict[str, str]
    metrics: tuple[Metric, ...]

    @model_validator(mode="after")
    def _consistent(self) -> MetricCatalogue:
        keys = [metric.key for metric in self.metrics]
        doubled = sorted({key for key in keys if keys.count(key) > 1})
        if doubled:
            raise ValueError(f"metric {doubled} is defined twice")
        for metric in self.metrics:
            unknown = sorted(set(metric.caveats) - set(self.caveats))
            if unknown:
                raise ValueError(f"metric {metric.key}: caveat {unknown} is not in the controlled list")
        return self

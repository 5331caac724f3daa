"""The Better Care Fund and Building the Right Support of an ICS and its councils, as page and workbook show them.

Belongs here: reading the views of these themes for the home area, the newest period of each metric, and saying a row in words.
Does not belong here: any figure of a metric, whether it may be shown (disclosure), the layout.
"""

from __future__ import annotations

from decimal import Decimal

from pipeline.publish.home import Home, select
from pipeline.publish.words import figure, limits, ours

# Section -> its views in marts, with the words of each. All have the columns of metric_value and a metric's name and direction.
BETTER_CARE_FUND = {"bcf_metric": "Metrics of the Better Care Fund"}
RIGHT_SUPPORT = {
    "brs_inpatient": "In hospital",
    "brs_ctr": "Care and treatment reviews",
    "brs_register": "The dynamic support register",
    "brs_pathway": "Places, packages and programme",
}
NOT_MET = "not met"

# A council is of the ICS where at least half of its small areas are: they follow each other to the board, and to the county.
COUNCILS_SQL = """
with links as (
    select from_area_code, to_area_code from reference.area_link where link_type = 'part_of' and valid_to is null
),

types as (
    select area_code, area_type from reference.area
),

boards as (
    select small.from_area_code as lsoa, up.to_area_code as board
    from links as small
    join types as kind on kind.area_code = small.from_area_code and kind.area_type = 'lsoa'
    join links as up on up.from_area_code = small.to_area_code
    join types as upper on upper.area_code = up.to_area_code and upper.area_type = 'icb'
),

councils as (
    select small.from_area_code as lsoa, small.to_area_code as council from links as small
    union
    select small.from_area_code, up.to_area_code
    from links as small
    join links as up on up.from_area_code = small.to_area_code
)

select councils.council
from boards
join councils using (lsoa)
join types on types.area_code = councils.council and types.area_type = 'upper_tier_local_authority'
group by councils.council
having 2 * count(distinct boards.lsoa) filter (boards.board = $home) >= count(distinct boards.lsoa)
order by councils.council
"""

# What is due and not held does not hide an older figure. Of periods that end on one day the longest.
NEWEST_SQL = """
select
    cell.metric_key, cell.metric_name, cell.direction, cell.proof_grade, cell.area_code, cell.area_name, cell.area_type,
    cell.period_start, cell.period_end, cell.numerator, cell.denominator, cell.value, cell.unit, cell.lower_95, cell.upper_95,
    cell.method, cell.value_status, cell.source, cell.release_id, metric.target_value, metric.target_operator, metric.target_by,
    metric.target_source,
    count(distinct cell.definition_version) over (partition by cell.metric_id, cell.area_code) as definitions
from marts.{view} as cell
join reference.metric as metric using (metric_key)
where cell.breakdown_type = 'none' and cell.area_code in (select unnest($areas)) and cell.value_status <> 'missing'
qualify row_number() over (
    partition by cell.metric_key, cell.area_code
    order by cell.period_end desc, cell.period_start, cell.source <> metric.source, cell.source, cell.period_type
) = 1
order by cell.metric_key, cell.area_type <> 'icb', cell.area_name, cell.area_code
"""

KNOWN_SQL = (
    "select theme, count(*) as metrics from reference.metric where theme in (select unnest($themes)) group by theme"
)


def theme_rows(con, home: Home, views: dict[str, str]) -> list[dict]:
    """One entry a view: its words, its rows in words for the ICS and its councils, and how many metrics have none for them."""
    councils = [row["council"] for row in select(con, COUNCILS_SQL, home=home.code)]
    known = {row["theme"]: row["metrics"] for row in select(con, KNOWN_SQL, themes=list(views))}
    found = []
    for view, title in views.items():
        rows = select(con, NEWEST_SQL.format(view=view), areas=[home.code, *councils])
        held = {row["metric_key"] for row in rows}
        found.append(
            {
                "view": view,
                "title": title,
                "rows": [row | {"figure": figure(row), "limits": limits(row), "target": target(row), "met": met(row)} for row in rows],
                "without": known.get(view, 0) - len(held),
            }
        )  # fmt: skip
    return found


def target(row: dict) -> str:
    """The target in words, '' where nobody set one."""
    if row["target_value"] is None:
        return ""
    words = {"<=": "at most ", ">=": "at least ", "=": ""}[row["target_operator"]]
    by = f" by {row['target_by']}" if row["target_by"] else ""
    return f"{words}{ours(row['target_value'], row['unit'])}{by}"


def met(row: dict) -> str:
    """Whether the value reaches its target, '' where one of them is not there. The interval has no say in it."""
    if row["target_value"] is None or row["value"] is None:
        return ""
    value, aim = Decimal(str(row["value"])), Decimal(row["target_value"])
    reached = {"<=": value <= aim, ">=": value >= aim, "=": value == aim}[row["target_operator"]]
    return "met" if reached else NOT_MET

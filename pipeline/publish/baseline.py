"""The baseline of an ICS: its 24 indicators of social and economic development, as page and workbook show them.

Belongs here: reading marts.indicator_baseline for the home area and saying a row in words. Does not belong here:
choosing which definition speaks for an indicator (the mart's), or any figure of it.
"""

from __future__ import annotations

from pipeline.publish.home import Home, select
from pipeline.publish.words import figure, limits

DETERMINANT_WORDS = {
    "employment_skills": "Employment and skills",
    "research_development": "Research and development",
    "procurement": "Procurement",
    "estates": "Estates",
    "population_health": "Population health",
    "net_zero": "Net zero",
    "civic_leadership": "Civic leadership",
}

BASELINE_SQL = """
select baseline.*, metric.metric_name, metric.definition, metric.caveats, metric.proof
from marts.indicator_baseline as baseline
left join reference.metric as metric using (metric_key)
where baseline.area_code = $home
order by indicator_id
"""


def baseline(con, home: Home) -> list[dict]:
    """The 24 rows of the home area in the order of the document, each with what it says in words; none where the
    edition does not know the area as an ICB."""
    return [row | {"determinant_name": DETERMINANT_WORDS[row["determinant"]], "figure": figure(row), "need": need(row),
                   "limits": limits(row)}
            for row in select(con, BASELINE_SQL, home=home.code)]  # fmt: skip


def need(row: dict) -> str:
    """What would give a value, from whom, and the command that writes its template; '' where there is one."""
    if row["needs_dataset"] is None:
        return ""
    whole = f"{row['needs_dataset']}, from {row['needs_from']}"
    return f"{whole} ({row['needs_how']})" if row["needs_how"] else whole


def held_words(rows: list[dict]) -> str:
    """How many of the indicators have a value, and how sure those are, in one sentence."""
    held = [row for row in rows if row["value"] is not None]
    if not rows:
        return ""
    grades = {grade: sum(row["proof_grade"] == grade for row in held) for grade in "ABCD"}
    named = ", ".join(f"{count} of grade {grade}" for grade, count in grades.items() if count)
    return f"{len(held)} of {len(rows)} indicators have a value" + (f": {named}." if named else ".")

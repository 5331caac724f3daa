"""From what a person types to what an edition holds: metrics, areas and tables by id, code, name or words."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import NotFound
from pipeline.periods import Period


@dataclass(frozen=True)
class Hit:
    """Something that `find` found. `kind` is metric, area or table; `score` 0 to 100."""

    kind: str
    id: str
    name: str
    detail: str
    score: float


def find(con, words: str, limit: int = 20) -> list[Hit]:
    """Metrics, areas and tables that answer to `words`, best first. Codes match whole, names by likeness."""
    from rapidfuzz import fuzz, utils

    pool = [
        *con.execute(
            "select 'metric', metric_key, metric_name, unit || ', grade ' || proof_grade || ': ' || definition from reference.metric"
        ).fetchall(),
        *con.execute(
            "select 'area', area_code, area_name, area_type || coalesce(', ' || ods_code, '')"
            " || case when is_current then '' else ', until ' || valid_to end from reference.area"
        ).fetchall(),
        *con.execute(
            "select 'table', schema_name || '.' || table_name, table_name, string_agg(column_name, ', ' order by column_index)"
            " from duckdb_columns() where not internal and schema_name in ('marts', 'reference', 'analysis', 'audit') group by all"
        ).fetchall(),
    ]
    wanted = words.strip().lower()
    hits = []
    for kind, identity, name, detail in pool:
        codes = {identity.lower(), identity.lower().split(".v")[0], *(part.lower() for part in detail.split(", ")[1:2])}
        if wanted in codes:
            score = 100.0
        else:
            score = max(
                fuzz.token_set_ratio(wanted, name, processor=utils.default_process),
                0.9 * fuzz.partial_ratio(wanted, detail, processor=utils.default_process) if kind == "metric" else 0.0,
            )
        if score >= 65:
            hits.append(Hit(kind, identity, name, detail, round(score, 1)))
    return sorted(hits, key=lambda hit: (-hit.score, hit.kind, hit.id))[:limit]


def metric_key(con, text: str) -> str:
    """The metric_key that `text` names: `pc_05.v2`, `pc_05` (its first version) or a name. Raises NotFound."""
    rows = con.execute("select metric_key, metric_id, metric_name from reference.metric order by metric_key").fetchall()
    for key, metric_id, name in rows:
        if text.lower() in (key.lower(), metric_id.lower(), name.lower()):
            return key
    raise _not_found(con, "metric", text)


def area_code(con, text: str, period: Period) -> str:
    """The canonical area that `text` (GSS or ODS code, or name) means on the last day of `period`. Raises NotFound."""
    rows = con.execute(
        """select area_code from reference.area
           where (upper(area_code) = upper($text) or upper(ods_code) = upper($text) or lower(area_name) = lower($text))
             and coalesce(valid_from, date '1900-01-01') <= $day and coalesce(valid_to, date '9999-12-31') >= $day
           order by area_code""",
        {"text": text, "day": period.end},
    ).fetchall()
    if not rows:  # a code that had ended, or had not begun, on that day: follow it to the one that was valid
        rows = con.execute(
            """with recursive linked as (
                   select area_code from reference.area
                   where upper(area_code) = upper($text) or lower(area_name) = lower($text)
                   union
                   select case when l.from_area_code = linked.area_code then l.to_area_code else l.from_area_code end
                   from linked join reference.area_link as l
                       on l.link_type = 'succeeded_by' and linked.area_code in (l.from_area_code, l.to_area_code)
               )
               select area.area_code from linked join reference.area as area using (area_code)
               where coalesce(valid_from, date '1900-01-01') <= $day and coalesce(valid_to, date '9999-12-31') >= $day
               order by 1""",
            {"text": text, "day": period.end},
        ).fetchall()
    if not rows:  # a code may bear values of days before it began, where no older lookup says what was there
        rows = con.execute("select area_code from reference.area where upper(area_code) = upper(?)", [text]).fetchall()
    if not rows:
        raise _not_found(con, "area", text)
    if len(rows) > 1:
        codes = ", ".join(code for (code,) in rows)
        raise NotFound(f"{text!r} is the name of several areas: {codes}", where="area", remedy="Give the code")
    return rows[0][0]


def _not_found(con, kind: str, text: str) -> NotFound:
    near = [hit for hit in find(con, text) if hit.kind == kind][:3]
    names = "; ".join(f"{hit.id} ({hit.name})" for hit in near)
    return NotFound(
        f"no {kind} {text!r} in this edition",
        where=kind,
        remedy=f"Nearest: {names}" if names else "Try `ics-marts find`",
    )

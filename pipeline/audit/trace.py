"""From a published number back to the bytes it came from.

Nothing is stored for it: the metric catalogue says which rows of which mart of detail a metric is made of, those rows
carry release, member and ordinal, and the archive holds the file. The value is recomputed twice on the way: from the
rows of the edition, and from the very cells of the file.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline import duck, periods
from pipeline.audit import lookup
from pipeline.catalogue.contract import SHEETS, Layout, Table
from pipeline.catalogue.load import catalogue
from pipeline.catalogue.metric import Detail, Metric
from pipeline.errors import Fault, NotFound
from pipeline.ingest import containers, geojson
from pipeline.ingest.find import Located, locate
from pipeline.ingest.header import fit_header
from pipeline.publish.current import edition_folder, open_part, read_manifest, read_models
from pipeline.publish.edition import sha256_of
from pipeline.settings import Settings

# Reading cells again in Python costs 0.15 s a member; 12,000 rows of England lie in 42 members and take 2 s. Beyond
# that the edition's rows must do.
MAX_ROWS_READ_AGAIN = 12_000
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Question:
    """What is asked: a cell of marts.metric_value, in the words of the person who asks."""

    metric: str
    area: str
    period: str
    breakdown: str = ""
    source: str = ""


def trace(settings: Settings, question: Question, *, edition: str | None = None, part: str = "open") -> dict:
    """The whole way of one number, as plain data (JSON-ready). Raises NotFound where the edition has no such cell."""
    folder = edition_folder(settings, edition)
    con = open_part(folder, part)
    try:
        cell = _find_cell(con, question)
        metric = _rows(con, "select * from reference.metric where metric_key = ?", [cell["metric_key"]])[0]
        parts = _parts_of(con, part, cell)
        releases = _releases(con, cell)
        beside = _beside(con, cell)
    finally:
        con.close()
    manifest = read_manifest(folder, part)
    files = [_file(settings, manifest, release, parts) for release in releases]
    return {
        "edition": {
            "edition_id": manifest["edition_id"], "part": part, "synthetic": manifest["synthetic"],
            "code": manifest["code"], "as_of": manifest["as_of"],
        },
        "cell": cell,
        "metric": metric,
        "beside": beside,
        "parts": [{key: value for key, value in one.items() if key not in ("keys", "found_by", "cells")} for one in parts],
        "models": _models(folder, part, cell["source"]),
        "files": files,
        "checks": _checks(folder, part, releases),
    }  # fmt: skip


# What is inside an area on the last day of its period: down the dated links from the area to its parts, and back to the
# codes that they had before they were reissued, because months of the period may stand under those.
_INSIDE = """
with recursive inside as (
    select $area as area_code
    union
    select link.from_area_code
    from inside join reference.area_link as link on link.to_area_code = inside.area_code
    where coalesce(link.valid_from, date '1900-01-01') <= $end
        and coalesce(link.valid_to, date '9999-12-31') >= $end
        -- Through a place nothing counts to a system: only what is in the place itself is found by its members.
        and ('place' not in (select area_type from reference.area where area_code = inside.area_code)
            or 'place' in (select area_type from reference.area where area_code = $area))
        and (inside.area_code = $area or exists (
            select 1 from reference.area where area_code = inside.area_code and area_type in ('pcn', 'place')
        ) or not exists (
            -- A practice that the files count to an ICB is inside that one, whatever its location is inside of.
            select 1 from reference.area_link as own join reference.area as system on system.area_code = own.to_area_code
            where own.from_area_code = link.from_area_code and system.area_type in ('icb', 'stp')
                and own.to_area_code <> inside.area_code
                and exists (select 1 from reference.area where area_code = own.from_area_code and area_type = 'practice')
                and coalesce(own.valid_from, date '1900-01-01') <= $end
                and coalesce(own.valid_to, date '9999-12-31') >= $end
        ))
)
select area_code from inside
"""


# --- the cell -------------------------------------------------------------------------------------------------


def _find_cell(con, question: Question) -> dict:
    try:
        period = periods.parse(question.period)
    except ValueError as error:
        raise NotFound(str(error), where="period") from error
    key = lookup.metric_key(con, question.metric)
    area = lookup.area_code(con, question.area, period)
    breakdown_type, _, breakdown_value = question.breakdown.partition("=")
    rows = _rows(
        con,
        """select * from marts.metric_value
           where metric_key = $key and area_code = $area and period_start = $start and period_end = $end
             and breakdown_type = $type and lower(breakdown_value) = lower($value)
             and ($source = '' or source = $source)
           order by (method = 'stated'), source""",
        {
            "key": key, "area": area, "start": period.start, "end": period.end, "type": breakdown_type or "none",
            "value": breakdown_value or "all", "source": question.source,
        },
    )  # fmt: skip
    if not rows:
        held = con.execute(
            "select min(period_key), max(period_key), count(distinct period_key) from marts.metric_value"
            " where metric_key = ? and area_code = ?",
            [key, area],
        ).fetchone()
        remedy = f"It holds {held[2]} periods, {held[0]} to {held[1]}" if held[2] else "That area has no value of it"
        breakdowns = con.execute(
            "select distinct breakdown_type || '=' || breakdown_value from marts.metric_value where metric_key = ? and area_code = ?"
            " and period_start = ? and period_end = ? and breakdown_type <> 'none' order by 1",
            [key, area, period.start, period.end],
        ).fetchall()
        if question.breakdown and breakdowns:
            remedy = f"Breakdowns of that cell: {', '.join(one for (one,) in breakdowns)}"
        asked = f" with {question.breakdown}" if question.breakdown else ""
        raise NotFound(f"no value of {key} for {area} in {period.key}{asked}", where="trace", remedy=remedy)
    return rows[0]


def _beside(con, cell: dict) -> list[dict]:
    """What the same source says of the same area and period: the outcomes of the appointments, and other metrics."""
    return _rows(
        con,
        """select metric_key, breakdown_type, breakdown_value, value, unit, value_status from marts.metric_value
           where area_code = $area and period_start = $start and period_end = $end and source = $source
             and (breakdown_type = 'none' or (breakdown_type = 'appointment_status' and metric_key = $key))
             and (metric_key, breakdown_type, breakdown_value) <> ($key, $type, $value)
           order by metric_key, breakdown_type, breakdown_value""",
        {
            "area": cell["area_code"], "start": cell["period_start"], "end": cell["period_end"], "source": cell["source"],
            "key": cell["metric_key"], "type": cell["breakdown_type"], "value": cell["breakdown_value"],
        },
    )  # fmt: skip


def _parts_of(con, part: str, cell: dict) -> list[dict]:
    """What the cell is made of: the rows of the metric's mart of detail, or the records that it is summed from."""
    if cell["source"] == "place_measures":
        stated = Detail(mart="place_measure", measure="value_published", published_column="value")
        return [_part(con, one, cell) for one in _parts(cell, stated)]
    metric = next(one for one in catalogue().metrics if one.key == cell["metric_key"])
    if metric.theme == "context":
        return []  # as its source states it
    if metric.detail is not None:
        return [_part(con, one, cell) for one in _parts(cell, metric.detail)]
    return [
        _part_of_records(con, part, metric, name, cell)
        for name in ("numerator", "denominator")
        if cell[name] is not None
    ]


@dataclass(frozen=True)
class _Part:
    """One part of a cell (numerator, denominator, value): the rows of a mart of detail that make it, and their measure.

    `found_by`: the canonical column of the release that holds the area_code of a row, for a mart of sums.
    """

    name: str
    mart: str
    measure: str
    published_column: str
    month: str
    condition: str
    years_before: int = 0
    found_by: str = ""
    release: str = "release_id"


def _parts(cell: dict, detail: Detail) -> Iterator[_Part]:
    """The parts of a cell to find rows for."""
    if detail.mart == "place_measure":
        yield _Part("value", detail.mart, detail.measure, detail.published_column, "", "true")
        return
    breakdown = _breakdown(cell, detail)
    yield _Part(
        "numerator", detail.mart, detail.measure, detail.published_column, detail.month,
        f"({detail.numerator}){breakdown}", 0, detail.found_by, detail.release,
    )  # fmt: skip
    if detail.denominator and cell["denominator"] is not None:
        elsewhere = detail.denominator_mart is not None
        yield _Part(
            "denominator", detail.denominator_mart or detail.mart, detail.denominator_measure or detail.measure,
            detail.denominator_published_column or detail.published_column, detail.denominator_month or detail.month,
            f"({detail.denominator}){'' if elsewhere else breakdown}", detail.denominator_years_before,
            detail.denominator_found_by or ("" if elsewhere else detail.found_by), detail.denominator_release,
        )  # fmt: skip


def _breakdown(cell: dict, detail: Detail) -> str:
    """The condition on rows of detail that a cell's breakdown sets."""
    kind, value = cell["breakdown_type"], duck.text(cell["breakdown_value"])
    if kind not in detail.breakdowns:
        return "" if kind == "none" else f" and {kind} = {value}"
    of_kind = detail.breakdowns[kind]
    if kind == "none":
        return f" and {of_kind}"
    return f" and {of_kind} and {'breakdown_value' if 'breakdown_type' in of_kind else kind} = {value}"


def _part(con, part: _Part, cell: dict) -> dict:
    """The rows of detail behind one part: how many, their sum, and whether it is what the cell says."""
    where, parameters = _where(part, cell)
    relation = f"(select * from marts.{part.mart} where {where})"
    rows, total = con.execute(f"select count(*), sum({part.measure}) from {relation}", parameters).fetchone()
    # A row of a sum is no record of a release: its area tells which records are.
    key = f"{part.release}, area_code, null" if part.found_by else f"{part.release}, member, source_row"
    keys = con.execute(f"select {key} from {relation} order by all", parameters).fetchall()
    expected = cell["value_published"] if part.name == "value" else cell[part.name]
    return {
        "part": part.name, "mart": f"marts.{part.mart}", "measure": part.measure,
        "published_column": part.published_column, "condition": part.condition,
        "years_before": part.years_before, "rows": rows, "recomputed": total, "published": expected,
        "agrees": total == expected, "keys": keys, "found_by": part.found_by,
    }  # fmt: skip


def _part_of_records(con, part: str, metric: Metric, name: str, cell: dict) -> dict:
    """One part of a metric that is summed from records: how many of marts.metric_row give to it, and what they add up to."""
    of_whole = cell["breakdown_type"] == "none" or (name == "denominator" and metric.breakdown_denominator == "whole")
    pair = "" if of_whole else f"{cell['breakdown_type']}={cell['breakdown_value']}"
    where = f"""metric_key = $key and part = $part and period_start = $start and period_end = $end
        and ($pair = '' or list_contains(string_split(breakdowns, ';'), $pair))
        and (geographies = '' or list_contains(string_split(geographies, ' '), $area_type))
        and area_code in ({_INSIDE})"""
    parameters = {
        "key": cell["metric_key"], "part": name, "start": cell["period_start"], "end": cell["period_end"], "pair": pair,
        "area_type": _SINCE_2022.get(cell["area_type"], cell["area_type"]), "area": cell["area_code"],
    }  # fmt: skip
    rows, total = con.execute(
        f"select count(*), sum(amount) from marts.metric_row where {where}", parameters
    ).fetchone()
    columns = con.execute(
        f"""select published_column, release_id, sum(cell), list((release_id, member, source_row) order by member, source_row)
            from marts.metric_row where {where} group by published_column, release_id order by published_column, release_id""",
        parameters,
    ).fetchall()
    return {
        "part": name, "mart": "marts.metric_row", "measure": "amount",
        "published_column": ", ".join(dict.fromkeys(column for column, *_ in columns)),
        "condition": " and ".join(filter(None, [f"part = '{name}'", pair])), "years_before": 0, "rows": rows,
        "recomputed": total, "published": cell[name], "agrees": total == cell[name],
        "note": "" if rows else _why_no_row(con, part, cell), "keys": [], "found_by": "",
        "cells": [
            {"part": f"{name} ({column})", "published_column": column, "release_id": release_id,
             "keys": [tuple(key) for key in keys], "recomputed": of_cells, "found_by": "", "condition": ""}
            for column, release_id, of_cells, keys in columns
        ],
    }  # fmt: skip


# What a record names as the types of area that it counts to (macro type_since_2022).
_SINCE_2022 = {"stp": "icb", "ccg": "sub_icb_location"}
_NOT_LISTED = {
    "open": "its records are of a local extract or of people: the open part shows sums alone; try --internal",
    "internal": "its records are of people and are not listed; the releases below hold them",
}
_NO_RECORD = "no record of the releases below counts to it"


def _why_no_row(con, part: str, cell: dict) -> str:
    """Why a part that is summed from records lists none: they may not be listed, or there is none and the sum is 0."""
    datasets = {release["dataset"] for release in _releases(con, cell)}
    of_people = any(catalogue().contracts[dataset].person_level is True for dataset in datasets)
    return _NOT_LISTED[part] if part == "open" or of_people else _NO_RECORD


def _where(part: _Part, cell: dict) -> tuple[str, dict]:
    if part.mart == "place_measure":
        where = (
            "metric_id = $metric and definition_version = $version and area_code = $area and period_start = $start"
            " and period_end = $end and breakdown_type = $type and breakdown_value = $value"
        )
        return where, {
            "metric": cell["metric_id"], "version": cell["definition_version"], "area": cell["area_code"],
            "start": cell["period_start"], "end": cell["period_end"], "type": cell["breakdown_type"],
            "value": cell["breakdown_value"],
        }  # fmt: skip
    where = f"""{part.condition}
        and {part.month} between $start::date - to_years({part.years_before}) and $end::date - to_years({part.years_before})
        and area_code in ({_INSIDE})"""
    return where, {"area": cell["area_code"], "start": cell["period_start"], "end": cell["period_end"]}


# --- the files ------------------------------------------------------------------------------------------------


def _releases(con, cell: dict) -> list[dict]:
    return _rows(
        con,
        "select * from audit.release where list_contains(string_split($ids, ' '), release_id) order by release_id",
        {"ids": cell["release_id"]},
    )


def _file(settings: Settings, manifest: dict, release: dict, parts: list[dict]) -> dict:
    """The archived file of a release: its digest now, and the very rows, read again from its bytes."""
    entry = next((one for one in manifest["inputs"] if one["release_id"] == release["release_id"]), None)
    path = settings.raw / entry["file"] if entry else None
    facts = {
        "release": release, "path": str(path) if path else "", "counts_for": entry["counts_for"] if entry else "",
        "bytes_are_as_published": None, "rows": [], "read_again": [],
    }  # fmt: skip
    if path is None or not path.is_file():
        facts["note"] = (
            f"the archive at {settings.raw} does not hold the file; what the edition says of it stands above"
        )
        return facts
    facts["bytes_are_as_published"] = sha256_of(path) == release["sha256"]
    table = catalogue().contracts[release["dataset"]].table(release["table_name"])
    for part in parts:
        for cells in part.get("cells", [part]):
            if cells.get("release_id", release["release_id"]) != release["release_id"]:
                continue
            keys = [(member, row) for release_id, member, row in cells["keys"] if release_id == release["release_id"]]
            facts["read_again"].append(_read_again(path, table, release["layout"], cells, keys))
    return facts


def _read_again(path: Path, table: Table, layout_id: str, part: dict, keys: list[tuple[str, int]]) -> dict:
    """Reads the rows named by `keys` from the file's own bytes and adds up the measure: slow, obvious, independent."""
    layout = next(one for one in table.layouts if one.id == layout_id)
    found = {
        "part": part["part"], "rows": len(keys), "members": sorted({member for member, _ in keys}), "sum_in_file": None,
        "first_rows": [],
    }  # fmt: skip
    if not keys:
        return found
    if part["found_by"]:
        return _read_again_by_code(path, table, layout, part, {code for code, _ in keys}, found)
    if len(keys) > MAX_ROWS_READ_AGAIN:
        found["note"] = (
            f"{len(keys):,} rows: too many to read again here; the rows of the edition were added up instead"
        )
        return found
    wanted: dict[str, set[int]] = {}
    for member, row in keys:
        wanted.setdefault(member, set()).add(row)
    numbers: list[Decimal] = []
    header: list[str] = []
    for member in sorted(wanted):
        header, columns, records = _records(path, member, layout)
        # Of a column that was made of many (unpivot) the row is shown, and its figure not picked out again.
        at = columns.index(part["published_column"]) if part["published_column"] in columns else None
        for ordinal, (line, record) in enumerate(records, start=1):
            if ordinal in wanted[member]:
                # A record that counts as one gives no figure to add up.
                numbers += _number(record[at]) if at is not None and part["recomputed"] is not None else []
                if len(found["first_rows"]) < SHOWN_ROWS:
                    found["first_rows"].append({"member": member, "row": ordinal, "line": line, "cells": record})
    total = sum(numbers) if numbers else None
    # Measures have four decimals (decision 0010), a file may have more.
    to_four = sum(number.quantize(Decimal("0.0001"), ROUND_HALF_UP) for number in numbers) if numbers else None
    return {**found, "header": header, "sum_in_file": total, "agrees": part["recomputed"] in (total, to_four)}


def _read_again_by_code(path: Path, table: Table, layout, part: dict, codes: set[str], found: dict) -> dict:
    """As `_read_again`, for rows known by a code in one of their cells: of every member, because any may hold them."""
    if "breakdown_value" in part["condition"]:
        return {**found, "note": "a breakdown of sums: the rows of the edition were added up instead"}
    numbers: list[Decimal] = []
    rows, header, members = 0, [], set()
    for member in _members(path, layout):
        header, columns, records = _records(path, member, layout)
        at, code_at = columns.index(part["published_column"]), columns.index(part["found_by"])
        for ordinal, (line, record) in enumerate(records, start=1):
            if record[code_at].strip() in codes:
                rows += 1
                members.add(member)
                numbers += _number(record[at])
                if len(found["first_rows"]) < SHOWN_ROWS:
                    found["first_rows"].append({"member": member, "row": ordinal, "line": line, "cells": record})
    total = sum(numbers) if numbers else None
    return {
        **found, "rows": rows, "members": sorted(members), "header": header, "sum_in_file": total,
        "agrees": total == part["recomputed"],
    }  # fmt: skip


def _members(path: Path, layout) -> list[str]:
    """The members of a release that are read by a layout: `''` for a file that is not packed."""
    if layout.container != "zip":
        return [""]
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if fnmatchcase(name.rsplit("/", 1)[-1], layout.members)]
    return sorted(names)


def _number(text: str) -> list[Decimal]:
    """The figure in a cell; nothing where it is blank or a marker."""
    try:
        return [Decimal(text.strip().replace(",", ""))]
    except InvalidOperation:
        return []


def _records(
    path: Path, member: str, layout: Layout
) -> tuple[list[str], list[str | None], Iterator[tuple[int, list[str]]]]:
    """The header of a member, what its columns become, and its rows of data, each with its line or row on the sheet."""
    if layout.format == "parquet":
        return _parquet_records(path, layout)
    if layout.format == "geojson":
        header, *features = geojson.rows(path, path.name)
        return header, list(fit_header(header, layout).columns), iter(enumerate(features, 1))
    rows = _all_rows(path, member, layout)
    if layout.find:
        inside, _, sheet = member.rpartition("/")
        located = locate(rows, layout, sheet=sheet, member=inside or member or path.name.partition("-")[2])
        if not isinstance(located, Located):
            raise Fault("no longer holds the table it was read for", where=str(path), remedy="Run `ics-marts inspect`")
        return list(located.header), list(located.columns), iter(located.rows)
    if layout.positions:
        return [name or "" for name in layout.positions], list(layout.positions), iter(enumerate(rows, 1))
    header = [cell.strip() for cell in rows[layout.header_row - 1]]
    below = enumerate(rows[layout.header_row :], layout.header_row + 1)
    return header, list(fit_header(header, layout).columns), iter(below)


def _all_rows(path: Path, member: str, layout: Layout) -> list[list[str]]:
    if layout.format in SHEETS and layout.container == "zip":
        inside, _, sheet = member.rpartition("/")
        with containers.unpacked(path, inside, path.name) as workbook:
            return containers.sheet_rows(workbook, sheet, path.name)
    if layout.format in SHEETS:
        return containers.sheet_rows(path, member, path.name)
    if layout.container == "zip":
        with zipfile.ZipFile(path) as archive:
            data = archive.read(member)
    else:
        data = path.read_bytes()
    text = io.StringIO(data.decode(layout.encoding), newline="")
    if layout.find:
        return containers.text_rows(text.getvalue(), layout.delimiter)
    return [record for record in csv.reader(text, delimiter=layout.delimiter) if record]


def _parquet_records(path: Path, layout: Layout) -> tuple[list[str], list[str | None], Iterator[tuple[int, list[str]]]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    header = list(table.column_names)
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    texts = (["" if cell is None else str(cell) for cell in row] for row in rows)
    return header, list(fit_header(header, layout).columns), iter(enumerate(texts, 1))


# --- what stood between ---------------------------------------------------------------------------------------


def _models(folder: Path, part: str, source: str) -> list[dict]:
    """The models from the bronze rows of `source` to marts.metric_value, in the order in which they build on each other."""
    models = read_models(folder)
    start = "internal.metric_value" if part == "internal" else "marts.metric_value"
    leads: dict[str, bool] = {}

    def leads_to_source(name: str) -> bool:
        if name not in leads:
            leads[name] = name.startswith(f"bronze.{source}__") or any(
                leads_to_source(parent) for parent in models.get(name, {}).get("parents", [])
            )
        return leads[name]

    order: list[str] = []

    def visit(name: str) -> None:
        if name not in models or name in order or not leads_to_source(name):
            return
        for parent in models[name]["parents"]:
            visit(parent)
        order.append(name)

    visit(start)
    return [
        {"model": name, "file": f"dbt_project/{models[name]['file']}", "description": models[name]["description"],
         "sql": f"open/sql/{models[name]['name']}.sql"}
        for name in order
    ]  # fmt: skip


def _checks(folder: Path, part: str, releases: list[dict]) -> dict:
    """The checks between file and cell: those on its releases, on the models, and on the edition."""
    checks = json.loads((folder / part / "gate.json").read_text("utf-8"))["checks"]
    ids = {release["release_id"] for release in releases}
    mine = [
        check for check in checks
        if check["scope"] in ids or check["scope"] in ("dbt", "edition") or check["scope"].endswith(".metric_value")
    ]  # fmt: skip
    outcomes: dict[str, int] = {}
    for check in mine:
        outcomes[check["outcome"]] = outcomes.get(check["outcome"], 0) + 1
    return {
        "outcomes": outcomes,
        "not_passed": [check for check in mine if check["outcome"] != "passed"],
        "checks": mine,
    }


def _rows(con, sql: str, parameters: object) -> list[dict]:
    cursor = con.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

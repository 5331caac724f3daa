"""Writes down what was inferred: the texts of contract, staging model, its description, suite and test.

No cell of the file gets into a text but codes, markers and column names: the file may be restricted, the repository is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.draft.infer import DraftColumn, DraftTable, file_pattern
from pipeline.ingest.layout_diff import literal, pattern_of, yaml_of

UNKNOWN = "to be decided"
MADE_UP_ROWS = 3


@dataclass(frozen=True)
class Facts:
    """What a person knows and a file does not say. '' stands for what nobody has said yet."""

    dataset: str
    table: str = ""
    title: str = ""
    publisher: str = ""
    licence: str = ""
    owner: str = ""
    cadence: str = ""


# --- the contract ------------------------------------------------------------------------------------------------


def contract_yaml(facts: Facts, tables: list[DraftTable], label: str) -> str:
    """The contract, loadable at once, with every open decision marked TO DECIDE."""
    title = facts.title or facts.dataset.replace("_", " ").capitalize()
    lines = [
        f"dataset: {facts.dataset}",
        f"title: {_word(title)}" + _decide(not facts.title, "the publication's own title"),
        f"publisher: {_word(facts.publisher or UNKNOWN)}",
        f"licence: {_word(facts.licence or UNKNOWN)}",
        f"cadence: {facts.cadence or 'irregular'}" + _decide(not facts.cadence, "monthly, quarterly, annual or irregular"),
        "lag_days: 0  # TO DECIDE: days from the end of a period to its release",
        "kind: publication  # TO DECIDE: or extract, where a local partner supplies it",
        "proof: real_file",
        f"owner: {_word(facts.owner or UNKNOWN)}",
        "on_failure: hold  # TO DECIDE: or block, where everything rests on it",
        "# TO DECIDE: say what the columns are; their descriptions only repeat the published names.",
        "description: >-",
        f"  Drafted from one file, {_plain(file_pattern(label))}; to be described.",
        "tables:",
    ]  # fmt: skip
    for table in tables:
        lines += _table_lines(table, tables, label)
    return "\n".join(lines) + "\n"


def _decide(open_: bool, what: str) -> str:
    return f"  # TO DECIDE: {what}" if open_ else ""


def _table_lines(table: DraftTable, tables: list[DraftTable], label: str) -> Iterator[str]:
    yield f"  - name: {table.name}"
    yield f"    description: {_word(f'Rows of {table.pieces[0].name or label}, as published.')}"
    yield f"    grain: {_word('one row per ' + ', '.join(table.keys))}"
    for decision in table.decisions:
        yield f"    # TO DECIDE: {decision}"
    yield f"    resolve: {table.resolve}"
    if table.window_column:
        yield f"    window_column: {table.window_column}"
    yield "    maturity: final  # TO DECIDE: or provisional, revised"
    yield "    disclosure: none"
    yield f"    period: {_flow(table.period)}"
    if table.part != "all":
        yield "    # TO DECIDE: part: releases of several bodies stand side by side"
        yield f"    part: {_word(table.part)}"
    yield f"    file_names: {_flow([file_pattern(label)])}"
    if table.doubled:
        yield f"    # TO DECIDE: no set of columns is unique: {table.doubled:,} of {table.rows:,} rows stand twice, and will fail"
    else:
        yield f"    # TO DECIDE: unique in the {table.rows:,} rows of this file: is it what one row is?"
    yield f"    keys: {_flow(list(table.keys))}"
    if table.markers:
        yield "    # TO DECIDE: what these stand for is the custom; the publication's notes decide"
        yield f"    markers: {_flow(table.markers)}"
    if table.notes_below:
        share = min(1.0, -(-table.notes_below * 1000 // (table.rows + table.notes_below)) / 1000)
        yield f"    # TO DECIDE: {table.notes_below:,} rows are notes or blank; so many may go to quarantine"
        yield f"    max_quarantine_share: {share}"
    yield "    columns:"
    for column in table.columns:
        yield from _column_lines(column)
    yield from _layout_lines(table, tables)


def _column_lines(column: DraftColumn) -> Iterator[str]:
    for decision in column.decisions:
        yield f"      # TO DECIDE: {column.name or 'not kept'}: {decision}"
    if column.name:
        described = {"name": column.name, "description": f"as published: {column.published}"}
        yield f"      - {_flow(described | column.fields)}"


def _layout_lines(table: DraftTable, tables: list[DraftTable]) -> Iterator[str]:
    layout = layout_of(table, tables)
    block = yaml_of([layout]).rstrip("\n").split("\n")
    yield "    layouts:"
    yield from (f"      {line}" for line in block)


def layout_of(table: DraftTable, tables: list[DraftTable]) -> dict:
    """The layout that the table's stretches of rows have, without what is a default."""
    first = table.pieces[0]
    kind = first.format
    layout: dict = {"id": f"published_{kind}"}
    if first.member:
        names = sorted({PurePosixPath(piece.member).name for piece in table.pieces})
        others = {PurePosixPath(piece.member).name for other in tables for piece in other.pieces} - set(names)
        layout |= {"container": "zip", "members": pattern_of(names)}
        if others:
            layout["beside"] = sorted(literal(name) for name in others)
    if first.sheet:
        sheets = sorted({piece.sheet for piece in table.pieces})
        layout |= {"format": kind, "sheet": literal(sheets[0]) if len(sheets) == 1 else pattern_of(sheets)}
    else:
        encodings = {piece.encoding for piece in table.pieces} - {"utf-8-sig"}
        if encodings:
            layout["encoding"] = min(encodings)
        if first.delimiter != ",":
            layout["delimiter"] = first.delimiter
    if table.header_row != 1:
        layout["header_row"] = table.header_row
    layout["columns"] = {column.published: column.name or None for column in table.columns}
    return layout


def _flow(content: object) -> str:
    """YAML in one line, as the columns of a contract stand."""
    import yaml

    text = yaml.safe_dump(content, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9)
    return text.rstrip("\n").removesuffix("\n...")


def _word(text: str) -> str:
    return _flow([text])[1:-1]


def _plain(text: str) -> str:
    return " ".join(text.split())


# --- the staging model -------------------------------------------------------------------------------------------


def model_name(dataset: str, table: DraftTable, tables: list[DraftTable]) -> str:
    return f"stg_{dataset}" if len(tables) == 1 else f"stg_{dataset}_{table.name}"


def staging_sql(dataset: str, table: DraftTable) -> str:
    """The staging model: every column under its canonical name, what is measured last."""
    kept = table.kept
    where = [column for column in kept if not _counted(column)]
    measured = [column for column in kept if _counted(column)]
    parts = [("provenance", ["release_id", "member", "source_row"])]
    parts += [("where, when and what", [line for column in where for line in _columns_of(column)])] if where else []
    parts += [("measures", [line for column in measured for line in _columns_of(column)])] if measured else []
    blocks = [f"        -- {title}\n" + ",\n".join(f"        {line}" for line in lines) for title, lines in parts]
    selected = ",\n\n".join(blocks)
    return (
        f"-- Grain: one row per {', '.join(table.keys)}, as published.\n"
        "with source as (\n"
        f"    select * from {{{{ source('bronze', '{dataset}__{table.name}') }}}}\n"
        "),\n\n"
        "renamed as (\n"
        "    select\n"
        f"{selected}\n"
        "    from source\n"
        ")\n\n"
        "select * from renamed\n"
    )


def _counted(column: DraftColumn) -> bool:
    return column.type in ("integer", "decimal") and column.is_measure


def _columns_of(column: DraftColumn) -> Iterator[str]:
    # A decimal stays what bronze made of it: a cast to fewer decimals would round in silence.
    yield (
        f"{column.name}::decimal(18, 4) as {column.name}"
        if column.type == "integer" and column.is_measure
        else column.name
    )
    if column.type == "period":
        yield from (f"{column.name}_{end}" for end in ("start", "end", "type"))
    if column.fields.get("status"):
        yield f"{column.name}_status"


def staging_yml(dataset: str, tables: list[DraftTable], title: str) -> str:
    lines = ["version: 2", "models:"]
    for table in tables:
        grain = ", ".join(table.keys)
        description = f"{title or dataset.replace('_', ' ').capitalize()}, as published, renamed. One row per {grain}."
        lines += [f"  - name: {model_name(dataset, table, tables)}", f"    description: {_word(description)}"]
    return "\n".join(lines) + "\n"


# --- the suite ---------------------------------------------------------------------------------------------------


def suite_json(dataset: str, tables: list[DraftTable], gx_version: str) -> str:
    """One warning for each table: a release far smaller or larger than the one seen. Judgement is a person's."""
    rules = [
        {
            "type": "expect_table_row_count_to_be_between",
            "kwargs": {"min_value": table.rows // 2, "max_value": 2 * table.rows},
            "severity": "warning",
            "meta": {
                "rule_id": f"{dataset}.{table.name}_has_usual_volume",
                "table": table.name,
                "dimension": "completeness",
                "why": f"a release has between half and twice the rows of the one that was seen ({table.rows:,})",
                "remedy": "Compare with the publisher's page; if releases differ that much, widen the rule",
            },
        }
        for table in tables
    ]
    suite = {"name": dataset, "expectations": rules, "meta": {"great_expectations_version": gx_version}}
    return json.dumps(suite, indent=2, ensure_ascii=False) + "\n"


# --- the test ----------------------------------------------------------------------------------------------------

TEST = '''"""{title}: a file in the published form is known and read whole, and one gone wrong is refused.

The header is as published, the rows are made up.
"""

from __future__ import annotations

import pytest
from written import read_of, written

from pipeline.catalogue.load import catalogue
from pipeline.errors import Refused
from pipeline.ingest.findings import problems
from pipeline.ingest.identify import identify

NAME = {name}
STRETCHES = [
{stretches}]  # fmt: skip
TABLES = [{tables}]  # fmt: skip


def test_the_published_form_is_known_and_every_row_is_read(tmp_path):
    file = written(tmp_path / NAME, STRETCHES)
    found = identify(file, catalogue(), dataset="{dataset}")
    assert [(one.contract.dataset, one.table.name) for one in found] == TABLES
    for one, stretch in zip(found, STRETCHES, strict=True):
        report = read_of(file, one, tmp_path).report
        assert (report.rows_in, report.rows_clean) == (len(stretch["rows"]),) * 2
        assert problems(one.contract, one.table, report, NAME) == []


@pytest.mark.parametrize("at", range(len(STRETCHES)))
def test_a_column_without_its_name_is_refused(at, tmp_path):
    changed = [dict(stretch) for stretch in STRETCHES]
    changed[at]["header"] = ["Not Published", *changed[at]["header"][1:]]
    file = written(tmp_path / NAME, changed)
    with pytest.raises(Refused, match="'Not Published' is unknown"):
        identify(file, catalogue(), dataset="{dataset}")
'''


def test_py(facts: Facts, tables: list[DraftTable], label: str) -> str:
    """The contract test. Its rows are of the types inferred, and none is of the file."""
    stretches = "".join(_stretch(table, tables) for table in tables)
    listed = ", ".join(f'("{facts.dataset}", "{table.name}")' for table in tables)
    title = facts.title or facts.dataset.replace("_", " ").capitalize()
    return TEST.format(
        title=title.replace('"', "'"), name=json.dumps(label, ensure_ascii=False), stretches=stretches,
        dataset=facts.dataset, tables=listed,
    )  # fmt: skip


def _stretch(table: DraftTable, tables: list[DraftTable]) -> str:
    layout = layout_of(table, tables)
    first = table.pieces[0]
    form = {
        "member": PurePosixPath(first.member).name, "sheet": first.sheet, "encoding": layout.get("encoding", "utf-8-sig"),
        "delimiter": layout.get("delimiter", ","), "rows_above": table.header_row - 1,
    }  # fmt: skip
    plain = {"member": "", "sheet": "", "encoding": "utf-8-sig", "delimiter": ",", "rows_above": 0}
    told = "".join(f"        {_py(key)}: {_py(value)},\n" for key, value in form.items() if value != plain[key])
    rows = made_up_rows(table)
    listed = "".join(f"            {_list(row, 16)},\n" for row in rows)
    header = _list([column.published for column in table.columns], 12)
    return f'    {{\n{told}        "header": {header},\n        "rows": [\n{listed}        ],\n    }},\n'


def _py(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _list(cells: Iterable[str], indent: int) -> str:
    """A list of strings, over as many lines as it takes; `indent` is that of its items."""
    lines, line = [], ""
    for cell in map(_py, cells):
        if line and len(line) + len(cell) > 100:
            lines.append(line)
            line = ""
        line += f"{cell}, "
    lines.append(line)
    if len(lines) == 1:
        return f"[{line.removesuffix(', ')}]"
    lead = " " * indent
    return "[\n" + "".join(f"{lead}{one.rstrip()}\n" for one in lines) + lead[4:] + "]"


def made_up_rows(table: DraftTable) -> list[list[str]]:
    """Rows of the same types, each with a key of its own, that the contract finds right."""
    rows: list[list[str]] = []
    seen: set[tuple] = set()
    for number in range(1, MADE_UP_ROWS + 1):
        row = {column.name: made_up(column, number, table.markers) for column in table.kept}
        key = tuple(row[name] for name in table.keys)
        if key in seen:
            continue
        seen.add(key)
        rows.append([row.get(column.name, "") for column in table.columns])
    return rows


def made_up(column: DraftColumn, number: int, markers: dict[str, str]) -> str:
    """The cell of a made-up row, counted from 1; a marker in the last row of a measure that has them."""
    from datetime import date

    fields = column.fields
    at = 1 if fields.get("single") else number
    if column.fields.get("status") and number == MADE_UP_ROWS and markers:
        return next(iter(markers))
    if fields.get("formats") or column.form.startswith("%"):
        day = date(2025, at, 1) if "month" in column.name or column.type == "month" else date(2025, 4, at)
        form = (fields.get("formats") or [column.form])[0]
        return re.sub(r"%-?[A-Za-z]", lambda code: _strftime(day, code[0]), form)
    if column.type == "period":
        return f"{2020 + at}{column.form}{21 + at}" if column.form else f"2025-Q{at}"
    if fields.get("allowed"):
        return fields["allowed"][(at - 1) % len(fields["allowed"])]
    if column.type in ("integer", "decimal"):
        whole = f"{at},000" if fields.get("thousands") else str(at)
        return f"{whole}.5" if fields.get("scale") else whole
    if fields.get("pattern"):
        return code_like(fields["pattern"], at)
    return f"made up {at}"


def _strftime(day, code: str) -> str:
    # `%-d` is no code on every platform.
    return day.strftime(code.replace("-", "")).lstrip("0") if "-" in code else day.strftime(code)


def code_like(pattern: str, number: int) -> str:
    """A code that matches a pattern that evidence.code_pattern made."""
    head = re.match(r"\^(?:\(([A-Z]\d\d)|([A-Z]\d\d)|\[?([A-Z])[A-Z]*\]?(?=\[0-9\]\{8\}))?", pattern)
    lead = next((part for part in head.groups() if part), "") if head else ""
    digits = int(re.search(r"\{(\d+)(?:,\d+)?\}\$$", pattern)[1])
    return lead + f"{number:0{digits}}"

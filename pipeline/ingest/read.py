"""Reads an identified file into bronze: typed canonical columns, each row with its member and ordinal.

Rows that break the contract go to quarantine with the ids of the rules they broke; rows in = clean + quarantined,
always. Bronze is a cache named by file, contract and reader version: it can be deleted and comes back the same.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from pipeline import duck, periods
from pipeline.catalogue.contract import Column, Table
from pipeline.catalogue.load import table_digest
from pipeline.errors import Refused
from pipeline.ingest import containers
from pipeline.ingest.identify import Identified, Member

# Raise when the same bytes and contract would give other rows: it names the cache.
READER_VERSION = 1
RULE_SEPARATOR = ";"


@dataclass(frozen=True)
class Offence:
    """The first row that broke a rule. `value` is the cell as published."""

    rule_id: str
    rows: int
    member: str
    source_row: int
    column: str
    value: str


@dataclass(frozen=True)
class MemberRows:
    """A member and how many rows it gave. `header_row` is the row of its header, counted from 1."""

    name: str
    header_row: int
    rows: int


@dataclass(frozen=True)
class ReadReport:
    """What was found when a file was read. Kept beside the bronze rows as report.json."""

    dataset: str
    table: str
    layout: str
    sha256: str
    rows_in: int
    rows_clean: int
    rows_quarantined: int
    duplicate_keys: int
    duplicate_example: str
    offences: tuple[Offence, ...]
    members: tuple[MemberRows, ...]
    years: tuple[str, ...]
    data_periods: dict[str, int] = field(default_factory=dict)

    @property
    def latest_period(self) -> str:
        """The latest data period (ISO date of its first day), '' where the table has none."""
        return max(self.data_periods, default="")

    @classmethod
    def from_json(cls, text: str) -> ReadReport:
        data = json.loads(text)
        data["offences"] = tuple(Offence(**one) for one in data["offences"])
        data["members"] = tuple(MemberRows(**one) for one in data["members"])
        data["years"] = tuple(data["years"])
        return cls(**data)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True)


@dataclass(frozen=True)
class Bronze:
    """A file's rows on disk: `rows` (Parquet), `quarantine` (Parquet) and the report on how they were read."""

    folder: Path
    report: ReadReport

    @property
    def rows(self) -> Path:
        return self.folder / "rows.parquet"

    @property
    def quarantine(self) -> Path:
        return self.folder / "quarantine.parquet"


def bronze_folder(work: Path, dataset: str, table: Table, sha256: str) -> Path:
    return work / "bronze" / dataset / table.name / f"{sha256[:12]}-{table_digest(table)}-r{READER_VERSION}"


def read(path: Path, found: Identified, sha256: str, work: Path, *, label: str, threads: int = 0) -> Bronze:
    """The bronze of the file at `path`, from the cache or read now. Raises Refused where the file is not whole."""
    folder = bronze_folder(work, found.contract.dataset, found.table, sha256)
    cached = cached_bronze(folder)
    if cached:
        return cached
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        report = _read_into(building, path, found, sha256, label, threads)
        (building / "report.json").write_text(report.to_json(), "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Bronze(folder, report)


def cached_bronze(folder: Path) -> Bronze | None:
    """Bronze that was read before, or None. A folder without a report was not finished and counts as none."""
    report = folder / "report.json"
    if not report.is_file():
        return None
    return Bronze(folder, ReadReport.from_json(report.read_text("utf-8")))


@dataclass(frozen=True)
class RawMember:
    """A member in table `raw`: the file DuckDB read it from, its first rowid and its number of rows."""

    member: Member
    file: str
    first_rowid: int
    rows: int


def _read_into(folder: Path, path: Path, found: Identified, sha256: str, label: str, threads: int) -> ReadReport:
    con = duck.connect(threads=threads)
    try:
        with tempfile.TemporaryDirectory(prefix="unpacked-", dir=folder) as scratch:
            starts = _load_raw(con, path, found, Path(scratch), label)
        return _type_and_write(con, folder, found, sha256, starts, label)
    finally:
        con.close()


# --- raw rows: all text, in file order -------------------------------------------------------------------------


def _load_raw(con, path: Path, found: Identified, scratch: Path, label: str) -> list[RawMember]:
    """Fills table `raw` (canonical names, all text) in file order."""
    if found.layout.format == "xlsx":
        return _load_workbook(con, path, found, label)
    staged = _stage_members(path, found, scratch, label)
    starts: list[RawMember] = []
    total = 0
    for number, group in enumerate(_groups_by_shape(found.members)):
        _load_csv_group(con, [staged[member.name] for member in group], group, found, label, first=number == 0)
        counts = dict(con.execute("select file, count(*) from raw where rowid >= ? group by file", [total]).fetchall())
        for member in group:
            file = str(staged[member.name])
            starts.append(RawMember(member, file, total, counts.get(file, 0)))
            total += counts.get(file, 0)
    if total == 0:
        raise Refused("holds a header and no rows", where=label, remedy="Download it again")
    return starts


def _stage_members(path: Path, found: Identified, scratch: Path, label: str) -> dict[str, Path]:
    """UTF-8 files for DuckDB to read, one per member, after a strict check of every byte."""
    encoding, staged = found.layout.encoding, {}
    utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig")
    for number, member in enumerate(found.members):
        if found.layout.container == "none" and utf8:
            containers.unpack_text(path, None, encoding, None, label)
            staged[member.name] = path
        else:
            target = scratch / f"{number:04}.csv"
            containers.unpack_text(path, member.name or None, encoding, target, label)
            staged[member.name] = target
    return staged


def _groups_by_shape(members: tuple[Member, ...]) -> Iterator[list[Member]]:
    """Runs of members whose columns stand in the same order, so that one scan can read them."""
    group: list[Member] = []
    for member in members:
        if group and member.columns != group[0].columns:
            yield group
            group = []
        group.append(member)
    yield group


def _load_csv_group(con, files: list[Path], members: list[Member], found: Identified, label: str, *, first: bool):
    """One parallel scan over files of one shape. Columns are named by canonical name, so that shapes can differ."""
    import duckdb

    positions = members[0].columns
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(positions)))
    kept = ", ".join(f"c{i} as {duck.name(name)}" for i, name in enumerate(positions) if name)
    verb = "create table raw as select" if first else "insert into raw by name select"
    sql = (
        f"{verb} filename as file, {kept} from read_csv({duck.text_list(files)}, columns = {{{spec}}}, header = false,"
        f" skip = {found.layout.header_row}, delim = {duck.text(found.layout.delimiter)}, quote = '\"', escape = '\"',"
        " auto_detect = false, null_padding = false, ignore_errors = false, strict_mode = true, filename = true)"
    )
    try:
        con.execute(sql)
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise _broken_csv(
            str(error), dict(zip(map(str, files), members, strict=True)), label, len(positions)
        ) from error


def _broken_csv(message: str, members: dict[str, Member], label: str, width: int) -> Refused:
    line = re.search(r"CSV Error on Line: (\d+)", message)
    member = next((member.name for file, member in members.items() if file in message), "")
    found = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    detail = f"has {found[2]} columns, expected {found[1]}" if found else "is not well-formed CSV"
    what = f"line {line[1]} {detail}" if line else f"a line {detail} (expected {width} columns)"
    return Refused(
        what,
        where=f"{label} > {member}" if member else label,
        remedy="Look at that line: an unquoted comma, a stray quote, or a download that was cut short",
    )


def _load_workbook(con, path: Path, found: Identified, label: str) -> list[RawMember]:
    import pyarrow as pa

    starts, total = [], 0
    for number, member in enumerate(found.members):
        rows = containers.sheet_rows(path, member.name, label)[found.layout.header_row :]
        while rows and not any(rows[-1]):
            rows.pop()
        kept = [(i, name) for i, name in enumerate(member.columns) if name]
        sheet = pa.table({name: pa.array([row[i] or None for row in rows], pa.string()) for i, name in kept})
        con.register("sheet", sheet)
        verb = "create table raw as select" if number == 0 else "insert into raw by name select"
        con.execute(f"{verb} {duck.text(member.name)} as file, * from sheet")
        con.unregister("sheet")
        starts.append(RawMember(member, member.name, total, len(rows)))
        total += len(rows)
    if total == 0:
        raise Refused("holds a header and no rows", where=label, remedy="Download it again")
    return starts


# --- typed rows ------------------------------------------------------------------------------------------------
#
# Each canonical column passes three stages of one query: `r_` as it stands in the file, `t_` the published text
# (trimmed, one spelling), `v_` the typed value. Rules look at `t_` and `v_`.


@dataclass(frozen=True)
class CellRule:
    """One contract rule on one column: `breaks` is SQL that is true where the cell breaks it."""

    rule_id: str
    column: str
    breaks: str


def text_sql(column: Column) -> str:
    """The published text: trimmed, runs of white space folded to one blank, blank as null, one spelling."""
    cell = duck.name("r_" + column.name)
    folded = f"trim({cell})"
    if column.collapse_spaces:
        # regexp_replace on every cell costs 3 s on 9 M cells; only cells with such a run need it.
        odd = f"contains({cell}, '  ') or contains({cell}, chr(9)) or contains({cell}, chr(10)) or contains({cell}, chr(160))"
        folded = f"case when {odd} then trim(regexp_replace({cell}, '[\\s\\x{{00A0}}]+', ' ', 'g')) else {folded} end"
    if column.aliases:
        cases = " ".join(f"when {duck.text(old)} then {duck.text(new)}" for old, new in column.aliases.items())
        folded = f"case {folded} {cases} else {folded} end"
    return f"nullif({folded}, '')"


def value_sql(column: Column, markers: dict[str, str]) -> str:
    """The typed value: null where the cell is blank, a marker, or not of the type."""
    cell = duck.name("t_" + column.name)
    if column.type == "text":
        return cell
    if column.type == "period":
        return f"parse_period({cell})"
    if column.type in ("month", "date"):
        return f"try_strptime({cell}, {duck.text_list(column.formats)})::date"
    number = f"replace({cell}, ',', '')" if column.thousands else cell
    # A cast alone would round 3.7 to 4 and read 1e3 as 1000: only plain digits are a number here.
    digits = r"[+-]?\d+" if column.type == "integer" else r"[+-]?(\d+\.?\d*|\.\d+)"
    marked = f"{cell} not in {_tuple(markers)} and " if column.status and markers else ""
    return (
        f"case when {marked}regexp_full_match({number}, '{digits}') then try_cast({number} as {column.duckdb_type}) end"
    )


def status_sql(column: Column, markers: dict[str, str]) -> str:
    """The value_status of a measure: exact, missing (blank), or what its marker stands for."""
    cell = duck.name("t_" + column.name)
    cases = "".join(f" when {cell} = {duck.text(mark)} then {duck.text(status)}" for mark, status in markers.items())
    return f"case when {cell} is null then 'missing'{cases} else 'exact' end"


def cell_rules(prefix: str, column: Column, markers: dict[str, str]) -> list[CellRule]:
    """Every rule that the contract sets on a column."""
    cell, value = duck.name("t_" + column.name), duck.name("v_" + column.name)
    unmarked = f" and {cell} not in {_tuple(markers)}" if column.status and markers else ""
    rules: list[CellRule] = []

    def add(rule: str, breaks: str) -> None:
        rules.append(CellRule(f"{prefix}.{column.name}.{rule}", column.name, breaks))

    if column.required:
        add("required", f"{cell} is null")
    if column.type != "text":
        add("type", f"{cell} is not null{unmarked} and {value} is null")
    if column.thousands:
        well_placed = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
        add("thousands", f"contains({cell}, ',') and not regexp_full_match({cell}, '{well_placed}')")
    if column.allowed:
        add("allowed", f"{cell} not in {_tuple(column.allowed)}")
    if column.pattern:
        add("pattern", f"not regexp_matches({cell}, {duck.text(column.pattern)})")
    if column.minimum is not None:
        add("minimum", f"{value} < {column.minimum}")
    if column.maximum is not None:
        add("maximum", f"{value} > {column.maximum}")
    return rules


def _tuple(values: object) -> str:
    return "(" + ", ".join(duck.text(value) for value in values) + ")"


def _parse_period(text: str) -> str | None:
    """`start|end|type` of a period as text, or None: DuckDB splits it into three columns."""
    try:
        period = periods.parse(text)
    except ValueError:
        return None
    return f"{period.start.isoformat()}|{period.end.isoformat()}|{period.type}"


def kept_sql(column: Column) -> str:
    """What bronze keeps of a column: the value, a status beside a measure, three columns for a period."""
    value, name = duck.name("v_" + column.name), column.name
    if column.type == "period":
        return (
            f"{duck.name('t_' + name)} as {duck.name(name)}, split_part({value}, '|', 1)::date as {duck.name(name + '_start')}, "
            f"split_part({value}, '|', 2)::date as {duck.name(name + '_end')}, split_part({value}, '|', 3) as {duck.name(name + '_type')}"
        )
    status = f", {duck.name(name + '_status')}" if column.status else ""
    return f"{value} as {duck.name(name)}{status}"


def bronze_columns(table: Table) -> dict[str, str]:
    """Name and DuckDB type of every bronze column of a table, in order (member and source_row left out)."""
    columns: dict[str, str] = {}
    for column in table.columns:
        columns[column.name] = column.duckdb_type
        if column.type == "period":
            columns |= {f"{column.name}_start": "DATE", f"{column.name}_end": "DATE", f"{column.name}_type": "VARCHAR"}
        if column.status:
            columns[f"{column.name}_status"] = "VARCHAR"
    return columns


def _typed_sql(found: Identified, present: set[str], rules: list[CellRule]) -> str:
    """The query that types every raw row: member, source_row, `t_` and `v_` columns, statuses, broken_rules."""
    table, constants = found.table, found.layout.constants
    markers = dict(table.markers)
    raw = ", ".join(
        f"{duck.name(c.name) if c.name in present else duck.text(constants[c.name]) if c.name in constants else 'null::varchar'}"
        f" as {duck.name('r_' + c.name)}"
        for c in table.columns
    )
    texts = ", ".join(f"{text_sql(c)} as {duck.name('t_' + c.name)}" for c in table.columns)
    values = ", ".join(f"{value_sql(c, markers)} as {duck.name('v_' + c.name)}" for c in table.columns)
    statuses = "".join(
        f", {status_sql(c, markers)} as {duck.name(c.name + '_status')}" for c in table.columns if c.status
    )
    broken = ", ".join(f"case when {rule.breaks} then {duck.text(rule.rule_id)} end" for rule in rules)
    return f"""
        with located as (
            select m.name as member, (raw.rowid - m.first_rowid + 1)::bigint as source_row, {raw}
            from raw join member as m on raw.file = m.file
        ),
        published as (select member, source_row, {texts} from located),
        typed as (select *, {values}{statuses} from published)
        select *, concat_ws('{RULE_SEPARATOR}', {broken or "null"}) as broken_rules from typed"""


def _type_and_write(
    con, folder: Path, found: Identified, sha256: str, starts: list[RawMember], label: str
) -> ReadReport:
    table = found.table
    prefix = f"{found.contract.dataset}.{table.name}"
    if any(column.type == "period" for column in table.columns):
        con.create_function("parse_period", _parse_period, ["VARCHAR"], "VARCHAR")
    con.execute("create table member (file varchar, name varchar, first_rowid bigint)")
    con.executemany("insert into member values (?, ?, ?)", [(m.file, m.member.name, m.first_rowid) for m in starts])
    rules = [rule for column in table.columns for rule in cell_rules(prefix, column, dict(table.markers))]
    present = {name for one in starts for name in one.member.columns if name}
    con.execute(f"create view typed as {_typed_sql(found, present, rules)}")
    kept = ", ".join(kept_sql(column) for column in table.columns)
    rows_in = sum(one.rows for one in starts)
    clean = folder / "rows.parquet"
    (rows_clean,) = con.execute(
        f"copy (select member, source_row, {kept} from typed where broken_rules = '') to {duck.text(clean)} (format parquet)"
    ).fetchone()
    raw_cells = ", ".join(f"{duck.text(c.name)}: t_{c.name}" for c in table.columns)
    limit = "" if rows_clean < rows_in else "limit 0"
    con.execute(
        f"copy (select member, source_row, string_split(broken_rules, '{RULE_SEPARATOR}') as rule_ids,"
        f" to_json({{{raw_cells}}})::varchar as cells from typed where broken_rules <> '' {limit})"
        f" to {duck.text(folder / 'quarantine.parquet')} (format parquet)"
    )
    offences = _offences(con, folder, rules) if rows_clean < rows_in else ()
    if rows_clean + sum_quarantined(con, folder) != rows_in:
        raise AssertionError(f"{label}: rows in {rows_in} are not clean {rows_clean} + quarantined")
    duplicates, example = _duplicate_keys(con, clean, table)
    return ReadReport(
        dataset=found.contract.dataset,
        table=table.name,
        layout=found.layout.id,
        sha256=sha256,
        rows_in=rows_in,
        rows_clean=rows_clean,
        rows_quarantined=rows_in - rows_clean,
        duplicate_keys=duplicates,
        duplicate_example=example,
        offences=offences,
        members=tuple(MemberRows(m.member.name, found.layout.header_row, m.rows) for m in starts),
        years=found.years,
        data_periods=_data_periods(con, clean, table),
    )


def sum_quarantined(con, folder: Path) -> int:
    """Rows in a quarantine file."""
    return con.execute(f"select count(*) from {duck.text(folder / 'quarantine.parquet')}").fetchone()[0]


def _offences(con, folder: Path, rules: list[CellRule]) -> tuple[Offence, ...]:
    """For each broken rule: how many rows, and the first of them."""
    quarantine = duck.text(folder / "quarantine.parquet")
    found = con.execute(
        f"""select rule_id, count(*), arg_min(member, (member, source_row)), arg_min(source_row, (member, source_row)),
                   arg_min(cells, (member, source_row))
            from (select unnest(rule_ids) as rule_id, * exclude (rule_ids) from {quarantine})
            group by rule_id order by rule_id"""
    ).fetchall()
    column_of = {rule.rule_id: rule.column for rule in rules}
    return tuple(
        Offence(rule, rows, member, row, column_of[rule], str(json.loads(cells)[column_of[rule]] or ""))
        for rule, rows, member, row, cells in found
    )


def _duplicate_keys(con, clean: Path, table: Table) -> tuple[int, str]:
    """How many keys stand more than once, and the first of them in words."""
    keys = ", ".join(duck.name(key) for key in table.keys)
    doubled = con.execute(
        f"select {keys}, count(*) as times from {duck.text(clean)} group by all having count(*) > 1 order by all"
    ).fetchall()
    if not doubled:
        return 0, ""
    pairs = ", ".join(f"{key} {value}" for key, value in zip(table.keys, doubled[0], strict=False))
    return len(doubled), f"{pairs} ({doubled[0][-1]} times)"


def _data_periods(con, clean: Path, table: Table) -> dict[str, int]:
    column = table.window_column or table.period.content_column
    if not column:
        return {}
    rows = con.execute(
        f"select {duck.name(column)}, count(*) from {duck.text(clean)} group by all order by all"
    ).fetchall()
    return {day.isoformat(): count for day, count in rows if isinstance(day, date)}

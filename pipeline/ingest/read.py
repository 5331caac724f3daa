"""Reads an identified file into bronze: typed canonical columns, each row with its member and ordinal.

Rows that break the contract go to quarantine with the ids of the rules they broke; rows in = clean + quarantined,
always. Bronze is a cache named by file, contract and reader version: it can be deleted and comes back the same.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from pipeline import duck, periods
from pipeline.catalogue.contract import Column, Layout, Table
from pipeline.catalogue.load import table_digest
from pipeline.errors import Refused
from pipeline.ingest import containers, staging
from pipeline.ingest.identify import Identified, Member
from pipeline.ingest.staging import Staged

# Raise when the same bytes and contract would give other rows: it names the cache.
READER_VERSION = 2
RULE_SEPARATOR = ";"
BATCH = 50_000

# White space as Python's str.isspace has it, for DuckDB's regular expressions.
WHITE = r"[\s\x{0B}\x{1C}-\x{1F}\x{85}\p{Z}]+"


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
    """A member and how many rows it gave. `header_row` is the row of its header, counted from 1.

    `one_line_each`: every record is one line, so that row n stands on line header_row + n.
    """

    name: str
    header_row: int
    rows: int
    one_line_each: bool


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
    """Bronze that was read before, or None. A folder that is not whole or has a broken report counts as none."""
    try:
        bronze = Bronze(folder, ReadReport.from_json((folder / "report.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return bronze if bronze.rows.is_file() and bronze.quarantine.is_file() else None


@dataclass(frozen=True)
class RawMember:
    """A member in table `raw`: its first rowid, its number of rows, and whether each record is one line."""

    member: Member
    first_rowid: int
    rows: int
    one_line_each: bool


def _read_into(folder: Path, path: Path, found: Identified, sha256: str, label: str, threads: int) -> ReadReport:
    con = duck.connect(threads=threads)
    try:
        with tempfile.TemporaryDirectory(prefix="unpacked-", dir=folder) as scratch:
            members = _load_raw(con, path, found, Path(scratch), label)
        return _type_and_write(con, folder, found, sha256, members, label)
    finally:
        con.close()


# --- raw rows: all text, in file order -------------------------------------------------------------------------


def _load_raw(con, path: Path, found: Identified, scratch: Path, label: str) -> list[RawMember]:
    """Fills table `raw` (member_no, then canonical names, all text) in the order of members and rows."""
    names = [name for name in found.members[0].columns if name]
    spec = ", ".join(f"{duck.name(name)} varchar" for name in names)
    con.execute(f"create table raw (member_no integer, {spec})")
    if found.layout.format == "xlsx":
        return _load_workbook(con, path, found, label)
    staged = [
        staging.stage(path, member, found.layout, scratch / f"{number:04}.csv", label)
        for number, member in enumerate(found.members)
    ]
    for start, group in _groups(staged):
        if group[0].plain:
            _scan(con, start, group, found.layout)
        else:
            _insert(con, start, group[0].member, staging.records(group[0], found.layout))
    return _members_of_raw(con, staged, found)


def _groups(staged: list[Staged]) -> Iterator[tuple[int, list[Staged]]]:
    """Runs of members that one scan can read: plain, of one shape. Any other stands alone. With the first's number."""
    group: list[Staged] = []
    for number, one in enumerate(staged):
        if group and not (one.plain and group[0].plain and _shape(one) == _shape(group[0])):
            yield number - len(group), group
            group = []
        group.append(one)
    yield len(staged) - len(group), group


def _shape(one: Staged) -> tuple:
    return one.member.columns, one.skip


def _scan(con, start: int, group: list[Staged], layout: Layout) -> None:
    """One parallel scan over files of one shape. Raises Refused where DuckDB finds other rows than were counted."""
    import duckdb

    files = duck.text_list(one.file for one in group)
    positions = group[0].member.columns
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(positions)))
    kept = ", ".join(f"c{i} as {duck.name(name)}" for i, name in enumerate(positions) if name)
    try:
        con.execute(
            f"insert into raw by name select ({start - 1} + list_position({files}, filename))::integer as member_no,"
            f" {kept} from read_csv({files}, columns = {{{spec}}}, header = false, skip = {group[0].skip}, filename = true,"
            f" delim = {duck.text(layout.delimiter)}, quote = '\"', escape = '\"', compression = 'none',"
            " auto_detect = false, null_padding = false, ignore_errors = false, strict_mode = true)"
        )
    except duckdb.Error as error:
        for one in group:
            staging.fault_of(one, layout)
        if not isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException):
            raise
        first_line = str(error).splitlines()[0]
        where = group[0].where if len(group) == 1 else group[0].where.split(" > ")[0]
        raise Refused(f"is not CSV that can be read ({first_line})", where=where, remedy="Download it again") from error
    read = dict(
        con.execute("select member_no, count(*) from raw where member_no >= ? group by all", [start]).fetchall()
    )
    for number, one in enumerate(group, start=start):
        if one.rows != read.get(number, 0):
            staging.fault_of(one, layout)
            raise AssertionError(f"{one.where}: {one.rows} rows were counted, {read.get(number, 0)} read")


def _insert(con, number: int, member: Member, rows: Iterable[list[str]]) -> None:
    """Puts records that Python read into `raw`, batch by batch."""
    import pyarrow as pa

    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        cells = list(zip(*batch, strict=True))
        kept = {name: pa.array(cells[i], pa.string()) for i, name in enumerate(member.columns) if name}
        con.register("batch", pa.table(kept))
        con.execute(f"insert into raw by name select {number}::integer as member_no, * from batch")
        con.unregister("batch")


def _load_workbook(con, path: Path, found: Identified, label: str) -> list[RawMember]:
    sheets = []
    for number, member in enumerate(found.members):
        containers.check_workbook(path, member.name, label)
        rows = containers.sheet_rows(path, member.name, label)[found.layout.header_row :]
        while rows and not any(rows[-1]):
            rows.pop()
        _insert(con, number, member, rows)
        lines = found.layout.header_row + len(rows)
        sheets.append(
            Staged(member, path, f"{label} > {member.name}", False, found.layout.header_row, len(rows), lines)
        )
    return _members_of_raw(con, sheets, found)


def _members_of_raw(con, staged: list[Staged], found: Identified) -> list[RawMember]:
    """Where each member lies in `raw`. Raises Refused for one without rows: a part of the file would be missing."""
    lies = {
        number: (first, last, rows)
        for number, first, last, rows in con.execute(
            "select member_no, min(rowid), max(rowid), count(*) from raw group by all"
        ).fetchall()
    }
    members = []
    for number, one in enumerate(staged):
        if number not in lies:
            raise Refused(
                "holds a header and no rows, expected at least one", where=one.where, remedy="Download it again"
            )
        first, last, rows = lies[number]
        if last - first + 1 != rows:
            raise AssertionError(f"{one.where}: its {rows} rows do not lie together")
        members.append(RawMember(one.member, first, rows, one.lines == found.layout.header_row + rows))
    return members


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
    # A regular expression on every cell costs 3 s on 9 M cells; only cells that may hold such white space need it.
    controls = " or ".join(f"contains({cell}, chr({code}))" for code in (9, 10, 11, 12, 13, 28, 29, 30, 31))
    odd = f"contains({cell}, '  ') or strlen({cell}) <> length({cell}) or {controls}"
    clean = (
        f"trim(regexp_replace({cell}, '{WHITE}', ' ', 'g'))"
        if column.collapse_spaces
        else f"regexp_replace({cell}, '^{WHITE}|{WHITE}$', '', 'g')"
    )
    folded = f"case when {odd} then {clean} else trim({cell}) end"
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
        return f"coalesce({', '.join(_date_sql(cell, form, column.type) for form in column.formats)})"
    number = f"replace({cell}, ',', '')" if column.thousands else cell
    # A cast alone would round 3.7 to 4, read 1e3 as 1000 and round what `scale` cannot keep: only plain digits that
    # the type keeps whole are a number here.
    digits = "[0-9]+" if column.type == "integer" else _decimal_digits(column.scale)
    marked = f"{_none_of(cell, markers)} and " if column.status and markers else ""
    plain = f"regexp_full_match({number}, '[+-]?{digits}')"
    return f"case when {marked}{plain} then try_cast({number} as {column.duckdb_type}) end"


def _decimal_digits(scale: int) -> str:
    if scale == 0:
        return "[0-9]+([.]0*)?"
    return f"([0-9]+([.][0-9]{{0,{scale}}}0*)?|[.][0-9]{{1,{scale}}}0*)"


def _date_sql(cell: str, form: str, kind: str) -> str:
    """The date that a cell is in one format, null unless writing it back gives the cell again.

    Reading alone takes JUN23 for June of the year 23 where the format has a four-digit year, and `infinity` for 1900.
    """
    moment = f"try_strptime({cell}, {duck.text(form)})"
    first_day = f" and day({moment}) = 1" if kind == "month" else ""
    return (
        f"case when upper(strftime({moment}, {duck.text(form)})) = upper({cell}) and year({moment}) >= 1000{first_day}"
        f" then {moment}::date end"
    )


def status_sql(column: Column, markers: dict[str, str]) -> str:
    """The value_status of a measure: exact, missing (blank), or what its marker stands for."""
    cell = duck.name("t_" + column.name)
    cases = "".join(f" when {cell} = {duck.text(mark)} then {duck.text(status)}" for mark, status in markers.items())
    return f"case when {cell} is null then 'missing'{cases} else 'exact' end"


def cell_rules(prefix: str, column: Column, markers: dict[str, str]) -> list[CellRule]:
    """Every rule that the contract sets on a column."""
    cell, value = duck.name("t_" + column.name), duck.name("v_" + column.name)
    unmarked = f" and {_none_of(cell, markers)}" if column.status and markers else ""
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
        add("allowed", _none_of(cell, column.allowed))
    if column.pattern:
        add("pattern", f"not regexp_matches({cell}, {duck.text(column.pattern)})")
    if column.minimum is not None:
        add("minimum", f"{value} < {column.minimum}")
    if column.maximum is not None:
        add("maximum", f"{value} > {column.maximum}")
    return rules


def _none_of(cell: str, values: Iterable[str]) -> str:
    """SQL that is true where a cell is none of `values`, null where it is null.

    `not in` becomes a join where there are many values, and a join gives the rows in another order.
    """
    return f"not list_contains({duck.text_list(values)}, {cell})"


def _parse_period(text: str | None) -> str | None:
    """`start|end|type` of a period as text, or None: DuckDB splits it into three columns."""
    if text is None:
        return None
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


def _typed_sql(found: Identified, members: list[RawMember], rules: list[CellRule]) -> str:
    """The query that types every raw row, in order: member, source_row, `t_` and `v_`, statuses, broken_rules."""
    table, constants = found.table, found.layout.constants
    present = {name for name in members[0].member.columns if name}
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
    names = duck.text_list(one.member.name for one in members)
    before = "([" + ", ".join(str(one.first_rowid - 1) for one in members) + "]::bigint[])"
    # No join, which could give the rows in another order.
    return f"""
        with located as (
            select ({names})[member_no + 1] as member, rowid - {before}[member_no + 1] as source_row, {raw} from raw
        ),
        published as (select member, source_row, {texts} from located),
        typed as (select *, {values}{statuses} from published)
        select *, concat_ws('{RULE_SEPARATOR}', {broken or "null"}) as broken_rules from typed"""


def _type_and_write(
    con, folder: Path, found: Identified, sha256: str, members: list[RawMember], label: str
) -> ReadReport:
    table = found.table
    prefix = f"{found.contract.dataset}.{table.name}"
    if any(column.type == "period" for column in table.columns):
        # Without `special` DuckDB allows no null to come back, and a cell that is not a period would end the run.
        con.create_function("parse_period", _parse_period, ["VARCHAR"], "VARCHAR", null_handling="special")
    rules = [rule for column in table.columns for rule in cell_rules(prefix, column, dict(table.markers))]
    con.execute(f"create view typed as {_typed_sql(found, members, rules)}")
    kept = ", ".join(kept_sql(column) for column in table.columns)
    rows_in = sum(one.rows for one in members)
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
        members=tuple(
            MemberRows(one.member.name, found.layout.header_row, one.rows, one.one_line_each) for one in members
        ),
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
    # A period can be written in more than one way: its days count, not its words.
    names = [
        name
        for key in table.keys
        for name in ((f"{key}_start", f"{key}_end") if table.column(key).type == "period" else (key,))
    ]
    keys = ", ".join(duck.name(name) for name in names)
    doubled = con.execute(
        f"select {keys}, count(*) as times from {duck.text(clean)} group by all having count(*) > 1 order by all"
    ).fetchall()
    if not doubled:
        return 0, ""
    pairs = ", ".join(
        f"{name} {'(blank)' if value is None else value}" for name, value in zip(names, doubled[0], strict=False)
    )
    return len(doubled), f"{pairs} ({doubled[0][-1]} times)"


def _data_periods(con, clean: Path, table: Table) -> dict[str, int]:
    column = table.window_column or table.period.content_column
    if not column:
        return {}
    rows = con.execute(
        f"select {duck.name(column)}, count(*) from {duck.text(clean)} group by all order by all"
    ).fetchall()
    return {day.isoformat(): count for day, count in rows if isinstance(day, date)}

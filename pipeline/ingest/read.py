"""Reads an identified file into bronze: typed canonical columns, each row with its member and ordinal.

Text is scanned and typed in one pass, in the file's own order, without a table in memory: the ordinal of a row is its
place in the Parquet file, because numbering rows on the way would let one thread work (12 M rows: 3.9 s for 1.5).
Rows that break the contract go to quarantine with the ids of the rules they broke; rows in = clean + quarantined,
always. Bronze is a cache named by file, contract and reader version: it can be deleted and comes back the same.

What identifies a person is treated in that one pass (door.py), so that nothing of it is written; of a person-level file no
cell is shown or kept in quarantine, whichever column it stood in: an identifier may have slipped into any of them.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import reduce
from itertools import accumulate, islice
from operator import or_
from pathlib import Path

from pipeline import duck, periods
from pipeline.catalogue.contract import Column, Layout, Table, Unpivot, folded
from pipeline.catalogue.load import table_digest
from pipeline.errors import Fault, Refused
from pipeline.ingest import containers, door, evidence, geojson, staging
from pipeline.ingest.door import Door, Persons
from pipeline.ingest.find import Located, locate
from pipeline.ingest.identify import Identified, Member, not_found
from pipeline.ingest.staging import Letters, Staged
from pipeline.privacy.scan import withheld

# Raise when the same bytes and contract would give other rows: it names the cache.
READER_VERSION = 6
RULE_SEPARATOR = ";"
# Below it one query over every row is cheaper than one for each column over its distinct values.
FEW_ROWS = 2000
# Columns of the Parquet file that say where a row stood, and are not of the table.
PLACE = ("member", "source_row", "member_no", "file_row_number", "record_bytes", "broken_rules")
BATCH = 50_000

# What no cell of text can mean to hold: control signs, signs without a width, the sign for an unknown byte, and the
# errors of a spreadsheet. Two names that differ by such a sign look the same to a person and are two to a join.
UNREADABLE = (
    r"[\x00-\x08\x0E-\x1B\x7F-\x{84}\x{86}-\x{9F}\p{Cf}\p{Co}\x{FFFD}]"
    r"|^#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)$"
)

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

    `one_line_each`: every record is one line, so that row n stands on line header_row + n. Of a table that was found,
    `area` is its range on the sheet and `places` where runs of its rows begin: ordinal and row on the sheet.
    """

    name: str
    header_row: int
    rows: int
    one_line_each: bool
    area: str = ""
    places: tuple[tuple[int, int], ...] = ()

    def line(self, ordinal: int) -> int:
        """The line or the row of a sheet that a record stands on, 0 where only reading the file would tell."""
        if self.places:
            first, row = max(place for place in self.places if place[0] <= ordinal)
            return row + ordinal - first
        return self.header_row + ordinal if self.one_line_each else 0


@dataclass(frozen=True)
class ReadReport:
    """What was found when a file was read. Kept beside the bronze rows as report.json.

    `data_periods` gives rows by first day: of every period for a table that restates many, else of the latest only.
    `singles` gives, for each column that should have one value, its most frequent values with their rows. `spread` is
    how many rows each published record became; `orders` the order of day and month that a column was found to have. `rows_removed` are
    rows of people who were removed; they are not among `rows_in`. `pseudonyms` is what the people's pseudonyms begin with.
    """

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
    singles: dict[str, dict[str, int]] = field(default_factory=dict)
    spread: int = 1
    orders: dict[str, str] = field(default_factory=dict)
    rows_removed: int = 0
    pseudonyms: str = ""

    @property
    def latest_period(self) -> str:
        """The latest data period (ISO date of its first day), '' where the table has none."""
        return max(self.data_periods, default="")

    @classmethod
    def from_json(cls, text: str) -> ReadReport:
        data = json.loads(text)
        data["offences"] = tuple(Offence(**one) for one in data["offences"])
        data["members"] = tuple(
            MemberRows(**{**one, "places": tuple(map(tuple, one["places"]))}) for one in data["members"]
        )
        data["years"] = tuple(data["years"])
        return cls(**data)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True)


@dataclass(frozen=True)
class Bronze:
    """A file's rows on disk: `rows` (Parquet), `quarantine` (Parquet) and the report on how they were read.

    Read `rows` through `select`: where no row was quarantined, member and ordinal follow from a row's place in it.
    """

    folder: Path
    report: ReadReport

    @property
    def rows(self) -> Path:
        return self.folder / "rows.parquet"

    @property
    def quarantine(self) -> Path:
        return self.folder / "quarantine.parquet"

    def select(self, columns: Iterable[str] | None = None) -> str:
        """SQL for the good rows: member, source_row (the record's ordinal in its member, from 1), and `columns` or all."""
        names = "".join(f", {duck.name(column)}" for column in columns or ())
        if columns is None:
            names = f", columns(name -> not list_contains({duck.text_list(PLACE)}, name))"
        rows = duck.text(self.rows.resolve())
        if self.report.rows_quarantined or self.report.rows_removed:
            return f"select member, source_row{names} from read_parquet({rows})"
        return f"select {_place_sql(self.report)}{names} from read_parquet({rows}, file_row_number = true)"


def bronze_folder(work: Path, dataset: str, table: Table, sha256: str, treated: Door | None = None) -> Path:
    suffix = f"-{treated.digest}" if treated else ""
    return work / "bronze" / dataset / table.name / f"{sha256[:12]}-{table_digest(table)}-r{READER_VERSION}{suffix}"


def read(
    path: Path, found: Identified, sha256: str, work: Path, *, label: str, threads: int = 0, treated: Door | None = None
) -> Bronze:
    """The bronze of the file at `path`, from the cache or read now. Raises Refused where the file is not whole.

    `treated` says how a person-level file is; without it such a file is read as one that somebody only looks at.
    """
    if found.contract.person_level is True:
        treated = treated or Door.for_looking(found.contract)
    folder = bronze_folder(work, found.contract.dataset, found.table, sha256, treated)
    cached = cached_bronze(folder)
    if cached and (treated is None or cached.report.pseudonyms in ("", treated.expected)):
        return cached
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        report = _read_treated(building, path, found, sha256, label, threads, treated)
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
class Raw:
    """The rows of a file as text, before any rule: `relation` is SQL with member_no and the canonical columns, in order.

    `counted` are the rows of each member, None where only reading them will tell. `cell_bytes`: as staging counted them.
    `spread`: the header cells of the columns that become rows. `first`: the first cell of each column of days.
    """

    relation: str
    staged: list[Staged]
    counted: list[int | None]
    cell_bytes: int | None
    spread: tuple[str, ...]
    letters: Letters
    first: dict[str, str] = field(default_factory=dict)
    located: tuple[Located | None, ...] = ()
    places: bool = False


def _read_treated(
    folder: Path, path: Path, found: Identified, sha256: str, label: str, threads: int, treated: Door | None
) -> ReadReport:
    """Reads a file; of a person-level one whatever goes wrong is said without a word of what stands in it."""
    if found.contract.person_level is not True:
        return _read_into(folder, path, found, sha256, label, threads, treated)
    wrong: Fault
    try:
        return _read_into(folder, path, found, sha256, label, threads, treated)
    except Refused as refusal:
        wrong = Refused(withheld(refusal.what), where=withheld(refusal.where), remedy=refusal.remedy)
    except Fault as fault:
        wrong = fault
    except Exception as error:
        wrong = Refused(
            f"cannot be read ({type(error).__name__}; more would show what stands in it)",
            where=withheld(label),
            remedy="Check that it is a whole file in the form of its template",
        )
    # Outside the handlers: a chain of exceptions would show the rows that DuckDB quotes.
    raise wrong


def _read_into(
    folder: Path, path: Path, found: Identified, sha256: str, label: str, threads: int, treated: Door | None
) -> ReadReport:
    found = replace(found, table=found.table.model_copy(update={"columns": found.table.kept_columns}))
    # Rows that one record becomes are held until they are in order where two threads make them: 5.7 GB for 0.5 on 4.9 M.
    con = duck.connect(threads=1 if found.layout.unpivot else threads)
    try:
        if treated:
            # What does not fit in memory must not lie about in the working folder.
            con.execute(f"set temp_directory = {duck.text(treated.scratch or '')}")
        with tempfile.TemporaryDirectory(prefix="unpacked-", dir=(treated and treated.scratch) or folder) as scratch:
            raw = _raw(con, path, found, Path(scratch), label)
            found, orders = _of_one_order(con, found, raw, label)
            return replace(_type_and_write(con, folder, found, sha256, raw, label, treated), orders=orders)
    finally:
        con.close()


# --- raw rows: all text, in file order -------------------------------------------------------------------------


def _raw(con, path: Path, found: Identified, scratch: Path, label: str) -> Raw:
    """The rows of a file as text: a scan where DuckDB may read all of it, else table `raw`."""
    first = found.members[0]
    spread = _spread(first)
    found = replace(found, members=tuple(_like(member, first, label) for member in found.members))
    if found.layout.by_rows:
        _create_raw(con, first)
        loaded = [_load_rows(con, number, path, member, found, label) for number, member in enumerate(found.members)]
        staged = [one for one, _ in loaded]
        located = tuple(where for _, where in loaded)
        return Raw("raw", staged, [one.rows for one in staged], None, spread, Letters(), located=located)
    if found.layout.format == "parquet":
        return _parquet(con, path, first, label)
    staged = [
        staging.stage(path, member, found.layout, scratch / f"{number:04}.csv", label)
        for number, member in enumerate(found.members)
    ]
    if all(one.scannable and _shape(one) == _shape(staged[0]) for one in staged):
        for one in staged:
            if one.rows is None:
                staging.fault_of(one, found.layout)
                raise AssertionError(f"{one.where}: its delimiters make no whole records, yet each record is whole")
        quoted = any(one.quoted for one in staged)
        relation = _scan_sql(staged, found.layout, count_bytes=quoted)
        return Raw(
            relation, staged, [one.rows for one in staged], sum(one.cell_bytes for one in staged) if quoted else None,
            spread, reduce(or_, (one.letters for one in staged)), _first_days(staged[0], found),
        )  # fmt: skip
    _create_raw(con, first)
    for number, one in enumerate(staged):
        _insert(con, number, one.member, staging.records(one, found.layout))
    return Raw("raw", staged, [None] * len(staged), None, spread, Letters())


def _spread(member: Member) -> tuple[str, ...]:
    """The header cells of the columns that become rows."""
    return tuple(folded(member.header[position]) for position in member.spread)


def _like(member: Member, first: Member, label: str) -> Member:
    """A member with its columns that become rows in the order of the first's. Raises Refused where it has other columns."""
    places = dict(zip(_spread(member), member.spread, strict=True))
    if set(places) != set(_spread(first)) or set(member.columns) - {None} != set(first.columns) - {None}:
        raise Refused(
            f"has other columns than {first.name}, expected the same in each",
            where=f"{label} > {member.name}",
            remedy="Get the file from the publisher again; if it is really like that, read each as a table of its own",
        )
    return replace(member, spread=tuple(places[name] for name in _spread(first)))


def _first_days(staged: Staged, found: Identified) -> dict[str, str]:
    """The cell of the first record, as it stands, of every column of days or months that is read."""
    record = next(staging.records(staged, found.layout), ())
    of_days = {one.name for one in found.table.columns if one.type in ("month", "date") and not one.identifies}
    return {name: cell for name, cell in zip(staged.member.columns, record, strict=False) if name in of_days and cell}


def _shape(one: Staged) -> tuple:
    return one.member.columns, one.member.spread, one.member.header if one.member.spread else (), one.skip


def _raw_names(member: Member) -> dict[int, str]:
    """By position, the columns that are read of a member: canonical names, and `+` before those that become rows."""
    spread = {position: f"+{number}" for number, position in enumerate(member.spread)}
    return {position: name for position, name in enumerate(member.columns) if name} | spread


def _create_raw(con, member: Member) -> None:
    spec = "".join(f", {duck.name(name)} varchar" for name in _raw_names(member).values())
    con.execute(f"create table raw (member_no integer{spec})")


def _scan_sql(staged: list[Staged], layout: Layout, *, count_bytes: bool) -> str:
    """One parallel scan over files of one shape. `record_bytes` is what all cells of a row hold, where asked for."""
    files = duck.text_list(one.file for one in staged)
    filename = ", filename = true" if len(staged) > 1 else ""
    first = staged[0].member
    width = len(first.columns)
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    kept = "".join(f", c{i} as {duck.name(name)}" for i, name in sorted(_raw_names(first).items()))
    number = f"(list_position({files}, filename) - 1)::integer" if len(staged) > 1 else "0"
    every = " + ".join(f"coalesce(strlen(c{i}), 0)" for i in range(width))
    cell_bytes = f", ({every})::integer as record_bytes" if count_bytes else ""
    return (
        f"(select {number} as member_no{kept}{cell_bytes} from read_csv({files}, columns = {{{spec}}}, header = false,"
        f" skip = {staged[0].skip}{filename}, delim = {duck.text(layout.delimiter)}, quote = '\"', escape = '\"',"
        " compression = 'none', auto_detect = false, null_padding = false, ignore_errors = false, strict_mode = true))"
    )


def _insert(con, number: int, member: Member, rows: Iterable[list[str]]) -> int:
    """Puts records that Python read into `raw`, batch by batch; returns how many."""
    import pyarrow as pa

    stream, count = iter(rows), 0
    names = _raw_names(member)
    while batch := list(islice(stream, BATCH)):
        cells = list(zip(*batch, strict=True))
        kept = {name: pa.array(cells[i], pa.string()) for i, name in names.items()}
        con.register("batch", pa.table(kept))
        con.execute(f"insert into raw by name select {number}::integer as member_no, * from batch")
        con.unregister("batch")
        count += len(batch)
    return count


def _load_rows(
    con, number: int, path: Path, member: Member, found: Identified, label: str
) -> tuple[Staged, Located | None]:
    """Puts a sheet, the features of a GeoJSON, or a text in which the table is found, into `raw`."""
    where = f"{label} > {member.name}" if member.name else label
    located, rows = table_rows(path, member, found, label)
    _insert(con, number, member, [cells for _, cells in rows])
    header_row = located.header_rows[-1] if located else found.layout.header_row
    # A feature stands on no line of its own.
    lines = 0 if found.layout.format == "geojson" else header_row + len(rows)
    staged = Staged(member, path, where, False, header_row, len(rows), lines, 0, False, Letters())
    return staged, located


def table_rows(
    path: Path, member: Member, found: Identified, label: str
) -> tuple[Located | None, list[tuple[int, list[str]]]]:
    """The rows of a table that is read row by row, each with its row on the sheet; and where it was found, if it was.

    Raises Refused where the workbook or text is broken, or the table is not where it was when the file was identified.
    """
    layout = found.layout
    if layout.format == "geojson":
        every = geojson.rows(path, label)
    elif layout.format == "csv":
        text = "".join(containers.text_of(path, member.name or None, layout.encoding, label))
        every = _whole_records(text, layout, f"{label} > {member.name}" if member.name else label)
    elif member.inside:
        with containers.unpacked(path, member.inside, label) as workbook:
            every = _sheet(workbook, member.sheet, layout, f"{label} > {member.inside}")
    else:
        every = _sheet(path, member.sheet, layout, label)
    if layout.find:
        located = locate(every, layout, sheet=member.sheet, member=member.inside or member.name or label)
        if not isinstance(located, Located) or located.columns != member.columns:
            raise not_found(label, located, member, found)
        if layout.format == "csv":
            _check_widths(every, located, f"{label} > {member.name}" if member.name else label)
        return located, list(located.rows)
    rows = every[layout.header_row :]
    while rows and not any(rows[-1]):
        rows.pop()
    return None, list(enumerate(rows, layout.header_row + 1))


def _check_widths(every: list[list[str]], located: Located, where: str) -> None:
    """Raises Refused where a record of a table has lost cells: what is left would stand as blanks at its end."""
    widths = Counter(len(every[row - 1]) for row, _ in located.rows)
    width = min([len(every[located.header_rows[-1] - 1]), *(most for most, _ in widths.most_common(1))])
    for row, _ in located.rows:
        if len(every[row - 1]) < width:
            raise Refused(
                f"row {row} has {len(every[row - 1])} cells, expected {width} as in most rows",
                where=where,
                remedy="Look at that line: a delimiter that was lost, or a download that was cut short",
            )


def _whole_records(text: str, layout: Layout, where: str) -> list[list[str]]:
    rows: list[list[str]] = []
    whole = io.StringIO(text.removeprefix("\ufeff"), newline="")
    try:
        rows.extend(
            [cell.strip() for cell in record] for record in csv.reader(whole, delimiter=layout.delimiter, strict=True)
        )
    except csv.Error as error:
        raise Refused(
            f"is not well-formed CSV after row {len(rows)} ({error}), expected whole records",
            where=where,
            remedy="Look at that line: a stray quote, or a download that was cut short",
        ) from error
    return rows


def _sheet(path: Path, sheet: str, layout: Layout, label: str) -> list[list[str]]:
    containers.check_workbook(path, sheet, label, errors_are_blank=layout.error_cells == "blank")
    return containers.sheet_rows(path, sheet, label)


def _parquet(con, path: Path, member: Member, label: str) -> Raw:
    """A scan of a Parquet file with every column as text."""
    import duckdb

    source = f"read_parquet({duck.text(path)})"
    try:
        (rows,) = con.execute(f"select count(*) from {source}").fetchone()
        kept = "".join(
            f", {duck.name(member.header[at])}::varchar as {duck.name(name)}" for at, name in _raw_names(member).items()
        )
    except duckdb.Error as error:
        raise Refused(
            f"is not Parquet that can be read ({str(error).splitlines()[0]})", where=label, remedy="Download it again"
        ) from error
    staged = Staged(member, path, label, True, 0, rows, rows, 0, False, Letters())
    return Raw(f"(select 0 as member_no{kept} from {source})", [staged], [rows], None, (), Letters())


def _of_one_order(con, found: Identified, raw: Raw, label: str) -> tuple[Identified, dict[str, str]]:
    """Settles, for columns of days that may be in several orders of day and month, which one all of their cells are in.

    Raises Refused where no order reads all of them, or two do and read other days.
    """
    chosen: dict[str, tuple[str, tuple[str, ...]]] = {}
    present = {name for name in found.members[0].columns if name}
    for column in found.table.columns:
        if column.one_order and column.name in present:
            chosen[column.name] = _order(con, column, dict(found.table.markers), raw, label)
    if not chosen:
        return found, {}
    columns = tuple(
        column.model_copy(update={"formats": chosen[column.name][1]}) if column.name in chosen else column
        for column in found.table.columns
    )
    settled = replace(found, table=found.table.model_copy(update={"columns": columns}))
    return settled, {name: order for name, (order, _) in chosen.items()}


def _order(con, column: Column, markers: dict[str, str], raw: Raw, label: str) -> tuple[str, tuple[str, ...]]:
    by_order = evidence.formats_by_order(column.formats)
    cell, text = duck.name("t_" + column.name), text_sql(column)
    values = ", ".join(
        f"{value_sql(column.model_copy(update={'formats': formats}), markers)} as v{number}"
        for number, formats in enumerate(by_order.values())
    )
    con.execute(
        f"create or replace temp table days as select {cell}, {values} from (select distinct {text} as {cell} from"
        f" (select {duck.name(column.name)} as {duck.name('r_' + column.name)} from {raw.relation})) where {cell} is not null"
    )
    days, *read = con.execute(
        "select count(*)" + "".join(f", count(v{number})" for number in range(len(by_order))) + " from days"
    ).fetchone()
    whole = [number for number, count in enumerate(read) if count == days]
    orders = list(by_order.items())
    others = " or ".join(f"v{number} is distinct from v{whole[0]}" for number in whole[1:]) if whole else ""
    if whole and (not others or not con.execute(f"select count(*) from days where {others}").fetchone()[0]):
        return orders[whole[0]]
    told = ", ".join(f"{order} reads {count}" for (order, _), count in zip(orders, read, strict=True))
    if whole:
        raise Refused(
            f"column {column.name}: its {days} days read in more than one order of day and month ({told}), expected one",
            where=label,
            remedy="Ask the publisher which comes first, or add a month in which a day is above 12",
        )
    best = read.index(max(read))
    odd = con.execute(f"select min({cell}) from days where v{best} is null").fetchone()[0]
    raise Refused(
        f"column {column.name}: no one order of day and month reads all of its {days} days ({told}; "
        f"{containers.shown(odd)} is not {orders[best][0]}), expected one order in the whole file",
        where=label,
        remedy="Get the file with its days in one form: a cell in another order would be read as another day",
    )


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


def text_sql(column: Column, letters: Letters = Letters()) -> str:
    """The published text: trimmed, runs of white space folded to one blank, blank as null, one spelling.

    `letters` says what the file holds anywhere. Trimming alone costs as much as reading (2 s on 32 M cells).
    """
    cell = duck.name("r_" + column.name)
    # A regular expression on every cell costs 3 s on 9 M cells; only cells that may hold such white space need it.
    suspects = [f"contains({cell}, '  ')"] if letters.runs else []
    suspects += [f"strlen({cell}) <> length({cell})"] if letters.wide else []
    suspects += (
        [f"contains({cell}, chr({code}))" for code in (9, 10, 11, 12, 13, 28, 29, 30, 31)] if letters.controls else []
    )
    odd = " or ".join(suspects)
    clean = (
        f"trim(regexp_replace({cell}, '{WHITE}', ' ', 'g'))"
        if column.collapse_spaces
        else f"regexp_replace({cell}, '^{WHITE}|{WHITE}$', '', 'g')"
    )
    at_edge = f"starts_with({cell}, ' ') or ends_with({cell}, ' ')"
    trimmed = f"case when {at_edge} then trim({cell}) else {cell} end" if letters.edges else cell
    text = f"case when {odd} then {clean} else {trimmed} end" if odd else trimmed
    if column.aliases:
        cases = " ".join(f"when {duck.text(old)} then {duck.text(new)}" for old, new in column.aliases.items())
        text = f"case {text} {cases} else {text} end"
    return f"nullif({text}, '')"


def value_sql(column: Column, markers: dict[str, str]) -> str:
    """The typed value: null where the cell is blank, a marker, or not of the type."""
    cell = duck.name("t_" + column.name)
    if column.type == "text":
        return cell
    if column.type == "period":
        return f"parse_period({cell}, {duck.text(column.reads)})"
    if column.type in ("month", "date"):
        return f"coalesce({', '.join(_date_sql(cell, form, column.type) for form in column.formats)})"
    number = f"replace({cell}, ',', '')" if column.thousands else cell
    # A cast alone would round 3.7 to 4, read 1e3 as 1000 and round what `scale` cannot keep: only plain digits that
    # the type keeps whole are a number here.
    digits = "[0-9]+" if column.type == "integer" else _decimal_digits(column)
    marked = f"{_none_of(cell, markers)} and " if column.status and markers else ""
    plain = f"regexp_full_match({number}, '[+-]?{digits}')"
    cast = f"try_cast({number} as {column.duckdb_type})"
    if column.type == "integer":
        # What is written back as it stood needs no regular expression: 0.1 s for 0.3 on 2.3 M cells.
        plain = f"({cast}::varchar = {number} or {plain})"
    return f"case when {marked}{plain} then {cast} end"


def _decimal_digits(column: Column) -> str:
    scale = column.scale
    if column.rounds:
        return "([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?"
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

    if column.fate == "dropped":
        return []
    if column.required:
        add("required", f"{cell} is null")
    if column.fate:
        breaks = [door.breaks_sql(column)]
        # Any text is somebody's own identifier: one letter more or less, seen or not, would be another person.
        if column.identifies == "local_id":
            breaks.append(f"regexp_matches({cell}, {duck.text(UNREADABLE)})")
        if column.pattern:
            breaks.append(f"not regexp_matches({cell}, {duck.text(column.pattern)})")
        add("type", " or ".join(f"({one})" for one in breaks))
        return rules
    if column.type == "text" and not column.allowed:
        add("readable", f"regexp_matches({cell}, {duck.text(UNREADABLE)})")
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


def _parse_period(text: str | None, reads: str) -> str | None:
    """`start|end|type` of a period as text, or None: DuckDB splits it into three columns."""
    if text is None:
        return None
    try:
        period = periods.parse_as(text, reads)
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
    for column in table.kept_columns:
        columns[column.name] = column.duckdb_type
        if column.type == "period":
            columns |= {f"{column.name}_start": "DATE", f"{column.name}_end": "DATE", f"{column.name}_type": "VARCHAR"}
        if column.status:
            columns[f"{column.name}_status"] = "VARCHAR"
    return columns


def _typed_sql(found: Identified, raw: Raw, rules: list[CellRule], sha256: str) -> str:
    """The query that types every raw row, in order: member_no, `t_` and `v_`, statuses, broken_rules of `rules`."""
    table, constants, unpivot = found.table, found.layout.constants, found.layout.unpivot
    of_file = {name for name in found.members[0].columns if name} | ({unpivot.value} if unpivot else set())
    present = of_file | (set(unpivot.filled) if unpivot else set())
    markers = dict(table.markers)
    cells = ", ".join(
        f"{duck.name(c.name) if c.name in present else duck.text(constants[c.name]) if c.name in constants else 'null::varchar'}"
        f" as {duck.name('r_' + c.name)}"
        for c in table.columns
    )
    texts = ", ".join(
        f"{text_sql(c, _letters(c.name, of_file, raw))} as {duck.name('t_' + c.name)}" for c in table.columns
    )
    values = ", ".join(
        (_treated_sql(c, table, raw, sha256) if c.fate else _value_after_first(c, markers, raw.first.get(c.name)))
        + f" as {duck.name('v_' + c.name)}"
        for c in table.columns
    )
    statuses = "".join(
        f", {status_sql(c, markers)} as {duck.name(c.name + '_status')}" for c in table.columns if c.status
    )
    broken = ", ".join(f"case when {rule.breaks} then {duck.text(rule.rule_id)} end" for rule in rules)
    counted = ", record_bytes" if raw.cell_bytes is not None else ""
    return f"""
        with as_rows as (select * from {_unpivoted(raw, unpivot) if unpivot else raw.relation}),
        located as (select member_no{counted}, {cells} from as_rows),
        published as (select member_no{counted}, {texts} from located),
        typed as (select *, {values}{statuses} from published)
        select *, concat_ws('{RULE_SEPARATOR}', {broken or "null"}) as broken_rules from typed"""


def _treated_sql(column: Column, table: Table, raw: Raw, sha256: str) -> str:
    """What is kept of an identifying cell. An age is that on the last day of a month or period."""
    cell = duck.name("t_" + column.name)
    born = (
        f"coalesce({', '.join(_date_sql(cell, form, 'date') for form in column.formats)})" if column.formats else "null"
    )
    at = "null"
    if column.at:
        day = table.column(column.at)
        value = value_sql(day, dict(table.markers))
        at = {"date": value, "month": f"last_day({value})", "period": f"split_part({value}, '|', 2)::date"}[day.type]
    return door.value_sql(column, f"({born})", f"({at})", raw.places, sha256)


def _birthdays(prefix: str, table: Table) -> list[CellRule]:
    """Rules that a day beside a birth date is not the birth date itself, which slipped into the wrong column."""
    rules = []
    for birth in (column for column in table.columns if column.identifies == "date_of_birth"):
        cell = duck.name("t_" + birth.name)
        born = ", ".join(_date_sql(cell, form, "date") for form in birth.formats)
        rules += [
            CellRule(f"{prefix}.{day.name}.type", day.name, f"{duck.name('v_' + day.name)} = coalesce({born}, null)")
            for day in table.columns
            if day.type == "date" and not day.identifies
        ]
    return rules


def _letters(column: str, of_file: set[str], raw: Raw) -> Letters:
    """What the cells of a column may hold. Header cells that became rows were folded: 2 s less on 5 M cells."""
    if column in of_file:
        return raw.letters
    plain = raw.spread and all(name.isascii() and name.isprintable() for name in raw.spread)
    return Letters(False, False, False, False) if plain else Letters()


def _value_after_first(column: Column, markers: dict[str, str], first: str | None) -> str:
    """The typed value; of days that the first row holds too (one month in a whole file) worked out only once."""
    every = value_sql(column, markers)
    if first is None:
        return every
    cell = duck.name("t_" + column.name)
    return f"case when {cell} = {duck.text(first)} then {every.replace(cell, duck.text(first))} else {every} end"


def _unpivoted(raw: Raw, unpivot: Unpivot) -> str:
    """One row for each cell of the columns that become rows, in the order of the file."""
    cells = ", ".join(duck.name(f"+{number}") for number in range(len(raw.spread)))
    parts = zip(*(unpivot.parts(cell) for cell in raw.spread), strict=True)
    names = "".join(
        f" unnest({duck.text_list(values)}) as {duck.name(name)},"
        for name, values in zip(unpivot.filled, parts, strict=True)
    )
    return f"(select * exclude ({cells}),{names} unnest([{cells}]) as {duck.name(unpivot.value)} from {raw.relation})"


def _place_sql(report: ReadReport) -> str:
    """member and source_row from a row's place in a Parquet file that holds every row of the file."""
    place = f"file_row_number // {report.spread}" if report.spread > 1 else "file_row_number"
    if len(report.members) == 1:
        return f"{duck.text(report.members[0].name)} as member, ({place} + 1)::bigint as source_row"
    before = accumulate((one.rows for one in report.members), initial=0)
    starts = "([" + ", ".join(str(rows) for rows in list(before)[:-1]) + "]::bigint[])"
    names = duck.text_list(one.name for one in report.members)
    return f"({names})[member_no + 1] as member, ({place} + 1 - {starts}[member_no + 1])::bigint as source_row"


def _type_and_write(
    con, folder: Path, found: Identified, sha256: str, raw: Raw, label: str, treated: Door | None
) -> ReadReport:
    """Writes the rows, all of them at first; only where one breaks a rule are good and bad ones told apart."""
    table, personal = found.table, found.contract.person_level is True
    persons = None
    if table.identifying:
        treated = treated or Door.for_looking(found.contract)
        persons = Persons(treated, found.contract.dataset)
        door.register(con, persons)
        places = [one.name for one in table.columns if one.fate == "lsoa" and one.name in found.members[0].columns]
        raw = replace(raw, places=door.look_up_places(con, raw.relation, places, treated))
    prefix = f"{found.contract.dataset}.{table.name}"
    if any(column.type == "period" for column in table.columns):
        # Without `special` DuckDB allows no null to come back, and a cell that is not a period would end the run.
        con.create_function("parse_period", _parse_period, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
    rules = [rule for column in table.columns for rule in cell_rules(prefix, column, dict(table.markers))]
    people = [column.name for column in table.columns if column.identifies in ("nhs_number", "pseudonym")]
    local = [column.name for column in table.columns if column.identifies == "local_id" and column.fate == "pseudonym"]
    rules += _birthdays(prefix, table)
    if treated and treated.removed:
        removed = duck.text_list(sorted(treated.removed))
        rules += [
            CellRule(door.REMOVED, name, f"list_contains({removed}, {duck.name('v_' + name)})") for name in people
        ]
    texts = {column.name for column in table.columns if column.type == "text" and not column.fate}
    of_texts = [rule for rule in rules if rule.column in texts]
    # A text is kept as it is judged, so its rules look at its distinct values later: 40 for 2 million rows.
    every = folder / "every.parquet"
    kept = ", ".join(kept_sql(column) for column in table.columns)
    counted = ", record_bytes" if raw.cell_bytes is not None else ""
    of_others = [rule for rule in rules if rule.column not in texts]
    first = f"select member_no{counted}, {kept}, broken_rules from ({_typed_sql(found, raw, of_others, sha256)})"
    _copy(con, first, every, raw, found.layout, label)
    if persons and persons.fault:
        raise persons.fault
    members = _members(con, every, raw, found, label)
    report = ReadReport(
        dataset=found.contract.dataset, table=table.name, layout=found.layout.id, sha256=sha256,
        rows_in=sum(one.rows for one in members) * max(len(raw.spread), 1), rows_clean=0, rows_quarantined=0,
        duplicate_keys=0, duplicate_example="", offences=(), members=members, years=found.years,
        spread=max(len(raw.spread), 1),
    )  # fmt: skip
    if _all_good(con, every, of_texts, few=report.rows_in < FEW_ROWS):
        os.replace(every, folder / "rows.parquet")
        _no_quarantine(con, folder)
        report = replace(report, rows_clean=report.rows_in)
    else:
        cells = _withheld_cells_sql(table) if personal else _cells_sql(table)
        judged = (
            f"select member_no, {kept}, broken_rules, {cells} as cells from ({_typed_sql(found, raw, rules, sha256)})"
        )
        _copy(con, judged, every, raw, found.layout, label)
        report = _told_apart(con, folder, every, table, rules, report)
        every.unlink()
    if report.rows_in != report.rows_clean + report.rows_quarantined:
        raise AssertionError(f"{label}: rows in {report.rows_in} are not clean {report.rows_clean} + quarantined")
    duplicates, example = _duplicate_keys(con, folder / "rows.parquet", table)
    if duplicates and personal:
        example = _duplicate_places(con, Bronze(folder, report), table)
    rows = duck.text(folder / "rows.parquet")
    return replace(
        report, duplicate_keys=duplicates, duplicate_example=example,
        pseudonyms=door.one_domain(con, rows, people or local, label),
        data_periods=_data_periods(con, folder / "rows.parquet", table),
        singles=_singles(con, folder / "rows.parquet", table, withhold=personal),
    )  # fmt: skip


def _copy(con, query: str, target: Path, raw: Raw, layout: Layout, label: str) -> None:
    """Writes a query over raw rows to Parquet. Raises Refused where DuckDB cannot read the text."""
    import duckdb

    try:
        con.execute(f"copy ({query}) to {duck.text(target)} (format parquet)")
    except duckdb.Error as error:
        if raw.relation == "raw" or layout.format == "parquet":
            raise
        for one in raw.staged:
            staging.fault_of(one, layout)
        if not isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException):
            raise
        first_line = str(error).splitlines()[0]
        where = raw.staged[0].where if len(raw.staged) == 1 else label
        raise Refused(f"is not CSV that can be read ({first_line})", where=where, remedy="Download it again") from error


def _members(con, every: Path, raw: Raw, found: Identified, label: str) -> tuple[MemberRows, ...]:
    """Each member's rows. Raises Refused for one without any: a part of the file would be missing.

    What was read must be what was counted before: the rows of each member, lying together, and every byte of a cell.
    """
    width = max(len(raw.spread), 1)
    lies = {
        number: (first, last, rows)
        for number, first, last, rows in con.execute(
            "select member_no, min(file_row_number), max(file_row_number), count(*)"
            f" from read_parquet({duck.text(every)}, file_row_number = true) group by all"
        ).fetchall()
    }
    members, reached = [], 0
    for number, (one, counted) in enumerate(zip(raw.staged, raw.counted, strict=True)):
        if number not in lies and counted in (0, None):
            raise Refused(
                "holds a header and no rows, expected at least one" if found.layout.rows_above
                else "holds no rows, expected at least one", where=one.where, remedy="Download it again",
            )  # fmt: skip
        first, last, rows = lies.get(number, (reached, reached - 1, 0))
        if counted not in (None, rows // width) or rows % width:
            if not found.layout.by_rows and found.layout.format != "parquet":
                staging.fault_of(one, found.layout)
            raise AssertionError(f"{one.where}: {counted} rows were counted, {rows // width} read")
        if (first, last) != (reached, reached + rows - 1):
            raise AssertionError(f"{one.where}: its {rows} rows do not lie together")
        reached += rows
        where = raw.located[number] if raw.located else None
        if where:
            members.append(
                MemberRows(one.member.name, where.header_rows[-1], rows // width, False, where.area, where.places)
            )
            continue
        lines = found.layout.rows_above + rows // width
        members.append(MemberRows(one.member.name, found.layout.rows_above, rows // width, one.lines == lines))
    if raw.cell_bytes is not None:
        read, longest = con.execute(
            f"select sum(record_bytes) // {width}, max(record_bytes) from read_parquet({duck.text(every)})"
        ).fetchone()
        if read != raw.cell_bytes or longest > csv.field_size_limit():
            for one in raw.staged:
                staging.fault_of(one, found.layout)
        if read != raw.cell_bytes:
            raise AssertionError(f"{label}: its cells hold {raw.cell_bytes} bytes, {read} were read")
    return tuple(members)


def _all_good(con, every: Path, of_texts: list[CellRule], *, few: bool) -> bool:
    """Whether no row of the written file breaks a rule. `few`: it has so few rows that looking at each costs nothing."""
    rows = f"read_parquet({duck.text(every)})"
    (broken,) = con.execute(f"select count(*) from {rows} where broken_rules <> ''").fetchone()
    if broken:
        return False
    columns = list(dict.fromkeys(rule.column for rule in of_texts))
    if few and columns:
        # A look at a column's distinct values costs 0.7 ms, however few rows.
        texts = ", ".join(
            f"{duck.name(one)} as {duck.name('t_' + one)}, {duck.name(one)} as {duck.name('v_' + one)}"
            for one in columns
        )
        breaks = " or ".join(f"coalesce({rule.breaks}, false)" for rule in of_texts)
        return con.execute(f"select count(*) from (select {texts} from {rows}) where {breaks}").fetchone()[0] == 0
    for column in columns:
        breaks = " or ".join(f"coalesce({rule.breaks}, false)" for rule in of_texts if rule.column == column)
        value = duck.name(column)
        # A table, because DuckDB pushes a filter below `distinct`, where it looks at every row: 0.18 s for 0.02 on 223,000.
        con.execute(
            f"create or replace temp table seen as select distinct {value} as {duck.name('t_' + column)},"
            f" {value} as {duck.name('v_' + column)} from {rows}"
        )
        if con.execute(f"select count(*) from seen where {breaks}").fetchone()[0]:
            return False
    return True


def _cells_sql(table: Table) -> str:
    return (
        "to_json({"
        + ", ".join(f"{duck.text(c.name)}: {duck.name('t_' + c.name)}" for c in table.columns)
        + "})::varchar"
    )


def _withheld_cells_sql(table: Table) -> str:
    """What quarantine keeps of a person-level row: which cells were filled, and what was wrong with an NHS Number."""
    said = (
        f"{duck.text(c.name)}: {door.said_sql(c) if c.fate else _filled_sql(c)}" for c in table.columns
    )  # fmt: skip
    return "to_json({" + ", ".join(said) + "})::varchar"


def _filled_sql(column: Column) -> str:
    return f"case when {duck.name('t_' + column.name)} is not null then {duck.text(door.WITHHELD)} end"


def _no_quarantine(con, folder: Path) -> None:
    con.execute(
        "copy (select null::varchar as member, null::bigint as source_row, []::varchar[] as rule_ids, null::varchar as cells"
        f" where false) to {duck.text(folder / 'quarantine.parquet')} (format parquet)"
    )


def _told_apart(con, folder: Path, every: Path, table: Table, rules: list[CellRule], report: ReadReport) -> ReadReport:
    """Writes good rows and quarantine, each row with its member and ordinal, and says what was wrong."""
    placed = f"(select {_place_sql(report)}, * exclude (member_no) from read_parquet({duck.text(every)}, file_row_number = true))"
    names = ", ".join(duck.name(column) for column in bronze_columns(table))
    (clean,) = con.execute(
        f"copy (select member, source_row, {names} from {placed} where broken_rules = '')"
        f" to {duck.text(folder / 'rows.parquet')} (format parquet)"
    ).fetchone()
    rule_ids = f"string_split(broken_rules, '{RULE_SEPARATOR}')"
    gone = f"list_contains({rule_ids}, {duck.text(door.REMOVED)})"
    (quarantined,) = con.execute(
        f"copy (select member, source_row, {rule_ids} as rule_ids, cells"
        f" from {placed} where broken_rules <> '' and not {gone}) to {duck.text(folder / 'quarantine.parquet')} (format parquet)"
    ).fetchone()
    (removed,) = con.execute(f"select count(*) from {placed} where {gone}").fetchone()
    return replace(
        report, rows_in=report.rows_in - removed, rows_clean=clean, rows_quarantined=quarantined, rows_removed=removed,
        offences=_offences(con, folder, rules),
    )  # fmt: skip


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
    """How many keys stand more than once, and the first of them in words; none where lines may repeat."""
    if table.lines_repeat:
        return 0, ""
    # A period can be written in more than one way: its days count, not its words.
    names = [
        name
        for key in table.keys
        for name in ((f"{key}_start", f"{key}_end") if table.column(key).type == "period" else (key,))
    ]
    keys = ", ".join(duck.name(name) for name in names)
    # Equal keys have equal hashes: where no hash stands twice no key does, in half the time.
    hashes = f"select count(*) - count(distinct hash({keys})) from {duck.text(clean)}"
    if con.execute(hashes).fetchone()[0] == 0:
        return 0, ""
    doubled = con.execute(
        f"select {keys}, count(*) as times from {duck.text(clean)} group by all having count(*) > 1 order by all"
    ).fetchall()
    if not doubled:
        return 0, ""
    pairs = ", ".join(
        f"{name} {'(blank)' if value is None else value}" for name, value in zip(names, doubled[0], strict=False)
    )
    return len(doubled), f"{pairs} ({doubled[0][-1]} times)"


def _duplicate_places(con, bronze: Bronze, table: Table) -> str:
    """Where the first key that stands more than once stands, without saying who it is."""
    keys = ", ".join(duck.name(key) for key in table.keys)
    (rows,) = con.execute(
        f"select list(source_row order by source_row)[:3] as places from ({bronze.select()})"
        f" group by {keys} having count(*) > 1 order by places limit 1"
    ).fetchone() or ([],)
    return f"rows {', '.join(map(str, rows))}"


def _data_periods(con, clean: Path, table: Table) -> dict[str, int]:
    """Rows by first day: of every period where the table restates many, else of the latest; where there is none, of the
    first day of a column that may say the period, if all its days lie in one (`content_within`)."""
    found = _days(con, clean, table)
    rule = table.period
    if found or not rule.content_within:
        return found
    column = duck.name(rule.content_within)
    first, last, rows = con.execute(
        f"select min({column}), max({column}), count({column}) from {duck.text(clean)}"
    ).fetchone()
    whole = rows and periods.containing(first, rule.type) == periods.containing(last, rule.type)
    return {first.isoformat(): rows} if whole else {}


def _days(con, clean: Path, table: Table) -> dict[str, int]:
    column = table.window_column or table.period.content_column
    if not column:
        return {}
    latest = "" if table.window_column else " qualify row_number() over (order by day desc) = 1"
    column += "_start" if table.column(column).type == "period" else ""
    rows = con.execute(
        f"select {duck.name(column)} as day, count(*) from {duck.text(clean)} where day is not null group by 1{latest} order by 1"
    ).fetchall()
    return {day.isoformat(): count for day, count in rows if isinstance(day, date)}


def _singles(con, clean: Path, table: Table, *, withhold: bool) -> dict[str, dict[str, int]]:
    """The values of each column that should have one, most frequent first, at most three."""
    found = {}
    for column in (column for column in table.columns if column.single):
        rows = con.execute(
            f"select coalesce({duck.name(column.name)}::varchar, ''), count(*) from {duck.text(clean)}"
            " group by 1 order by 2 desc, 1 limit 3"
        ).fetchall()
        if withhold and len(rows) > 1:
            rows = [(f"[withheld {number}]", times) for number, (_, times) in enumerate(rows, start=1)]
        found[column.name] = dict(rows)
    return found

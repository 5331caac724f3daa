"""Says what the tables of an unknown file are, by all of its cells; what they leave open is a decision, not a guess.

Belongs here: columns, types, codes, markers, keys, period. Does not belong here: writing any of it down (compose.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice
from pathlib import Path

from pipeline import duck
from pipeline.catalogue.contract import RESERVED
from pipeline.errors import Refused
from pipeline.ingest import evidence, sketch
from pipeline.ingest.archive import MONTHS
from pipeline.ingest.sketch import Piece

BATCH = 50_000
# A text with at most this many values, each in ten rows on average, is a list of codes.
MOST_CODES, ROWS_PER_CODE, LONGEST_CODE = 40, 10, 60
# Names of columns that hold codes, whatever their digits, and of those whose values are free words.
OF_CODES = re.compile(r"(^|_)(code|codes|id|uuid|key|ref|reference|number|postcode|cd|ods|ons|gss)($|_)")
OF_WORDS = re.compile(
    r"(^|_)(name|names|nm|description|desc|title|address|note|notes|comment|comments|supplier|surname)($|_)"
)
OF_TIME = re.compile(r"(^|_)(date|day|month|period|dated|time|effective|extract|from|to|start|end)($|_)")
OF_GROUPS = re.compile(r"(^|_)(year|quarter|month|week|day|age|band|decile|quintile|level|line)($|_)")
OF_BODIES = re.compile(r"(^|_)(entity|org|organisation|provider|trust|icb|ccg|region|council|body|area|authority)($|_)")
OF_MEASURES = re.compile(
    r"(^|_)(value|count|total|amount|number_of|numerator|denominator|percent|percentage|pct|rate|sum|gbp|cost|spend)($|_)"
)
# Keys of more columns than this are searched for from the other end.
SMALL_KEY, MOST_TRIALS = 4, 400
NAME_LENGTH = 60

AMBIGUOUS = "every cell reads in more than one way"
MONTH_WORDS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
MONTH_WORD = rf"(?:{MONTH_WORDS})[a-z]*"
# Where a name bears a period: its rule's type, and the pattern. A financial year (2025-26) is none of them.
NAME_PATTERNS = (
    ("snapshot", r"(?P<year>20\d{2})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"),
    ("snapshot", r"(?<!\d)(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)(?!\d)"),
    ("snapshot", r"(?<!\d)(?P<day>[0-3]?\d)[-_ ](?P<month>" + MONTH_WORDS + r")[a-z]*[-_ ](?P<year>20\d{2})(?!\d)"),
    ("month", r"(?<![a-z])(?P<month>" + MONTH_WORDS + r")[a-z]*[-_ ]*(?P<year>20\d{2}|\d{2})(?!\d)"),
    ("month", r"(?<!\d)(?P<year>20\d{2})[-_ ]*(?P<month>" + MONTH_WORDS + r")[a-z]*"),
    ("month", r"(?<!\d)(?P<year>20\d{2})[-_](?P<month>0[1-9]|1[0-2])(?!\d)"),
    ("calendar_year", r"(?<![\d-])(?P<year>20\d{2})(?![-_/ ]?\d)"),
)
FINANCIAL_YEAR = re.compile(r"(?<!\d)(20\d{2})[-_/ ]?(\d{2})(?!\d)")


@dataclass(frozen=True)
class DraftColumn:
    """One published column. `name` is '' where it is not kept; `fields` are the contract's; `form` is how cells look
    that a test makes up (a date's first format, a financial year's separator)."""

    published: str
    name: str
    fields: dict
    decisions: tuple[str, ...] = ()
    form: str = ""
    distinct: int = 0
    constant: str = ""

    @property
    def type(self) -> str:
        return str(self.fields.get("type", "text"))

    @property
    def is_measure(self) -> bool:
        return self.type == "decimal" or (self.type == "integer" and not OF_GROUPS.search(self.name))


@dataclass(frozen=True)
class DraftTable:
    """A table as the file has it. `pieces` are its stretches of rows, alike but for their place."""

    name: str
    pieces: tuple[Piece, ...]
    header_row: int
    columns: tuple[DraftColumn, ...]
    rows: int
    notes_below: int
    keys: tuple[str, ...]
    doubled: int
    markers: dict[str, str]
    period: dict
    resolve: str
    window_column: str
    part: str = "all"
    decisions: tuple[str, ...] = field(default=())

    @property
    def kept(self) -> tuple[DraftColumn, ...]:
        return tuple(column for column in self.columns if column.name)


@dataclass(frozen=True)
class Skipped:
    """A stretch of rows that is no table, and why."""

    name: str
    reason: str


def tables_of(path: Path, label: str, only: str = "") -> tuple[list[DraftTable], list[Skipped]]:
    """The tables of the file at `path`, and what of it is none. `only` names a table that is the only one.

    Raises Refused where it holds no table at all.
    """
    groups: dict[tuple, list[tuple[Piece, int]]] = {}
    skipped: list[Skipped] = []
    for piece in sketch.pieces_of(path, label):
        header = sketch.header_of(piece.first)
        reason = header.reason or _unnameable(piece.first[header.row - 1])
        if reason:
            skipped.append(Skipped(piece.name or label, reason))
            continue
        of_header = tuple(sorted(piece.first[header.row - 1]))
        group = (of_header, header.row, piece.delimiter, bool(piece.sheet), piece.sheet if not piece.member else "")
        groups.setdefault(group, []).append((piece, header.row))
    taken: set[str] = set()
    tables = []
    for pieces in groups.values():
        name = _table_name(pieces[0][0], only if len(groups) == 1 else None, taken)
        try:
            tables.append(_table(path, [piece for piece, _ in pieces], pieces[0][1], name, label))
        except Refused as refusal:
            if len(groups) == 1 and not skipped:
                raise
            skipped.append(Skipped(pieces[0][0].name, refusal.what))
    if not tables:
        first = skipped[0]
        more = f" (and {len(skipped) - 1} more sheets or members are no tables)" if len(skipped) > 1 else ""
        raise Refused(
            f"no table was found: {first.name}: {first.reason}{more}",
            where=label,
            remedy=_remedy(first.reason),
        )
    return tables, skipped


def _remedy(reason: str) -> str:
    if "looks like data" in reason:
        return (
            "It has no header: write the contract by hand with `positions` and `looks_like`, as"
            " pipeline/catalogue/ods/ods_epraccur.yml has them: docs/how-to/add-a-dataset.md"
        )
    return "Columns are found by the names in one header row: ask the publisher for a file that has one, or its CSV"


def _unnameable(header: Sequence[str]) -> str:
    doubled = sorted({cell for cell in header if cell and list(header).count(cell) > 1})
    return f"its header names more than one column {doubled[0]!r}, and columns are found by name" if doubled else ""


def _table_name(piece: Piece, only: str | None, taken: set[str]) -> str:
    if only is not None:
        return only or "published"
    stem = piece.sheet or Path(piece.member).stem
    return _unique(snake(stem) or "sheet", taken)


def snake(text: str) -> str:
    """A published name as a canonical one: small letters, digits and underscores, opening with a letter; '' for none."""
    text = text.replace("%", " pct ").replace("£", " gbp ").replace("&", " and ")
    text = re.sub(r"([A-Z])([A-Z][a-z]{2,})", r"\1_\2", text)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    name = f"n_{name}" if name[:1].isdigit() else name
    return name[:NAME_LENGTH].rstrip("_")


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


# --- one table ---------------------------------------------------------------------------------------------------


def _table(path: Path, pieces: list[Piece], header_row: int, name: str, label: str) -> DraftTable:
    header = pieces[0].first[header_row - 1]
    counts: list[Counter[str]] = [Counter() for _ in header]
    con = duck.connect()
    try:
        spec = ", ".join(f"c{at} varchar" for at in range(len(header)))
        con.execute(f"create table cells ({spec})")
        rows = below = 0
        for piece in pieces:
            order = (
                [list(piece.first[header_row - 1]).index(cell) for cell in header] if piece is not pieces[0] else None
            )
            kept, left_out = _load(con, path, piece, header_row, label, order, counts)
            rows, below = rows + kept, below + left_out
        if below > rows:
            raise Refused(
                f"of {rows + below:,} rows below row {header_row}, taken for the header, {below:,} have few cells or none",
                where=label,
                remedy="It is a report and no table: get the data as CSV, or write the contract by hand",
            )
        if not rows:
            raise Refused(
                "there is no row below its header, expected rows", where=label, remedy="Take a release with rows"
            )
        columns, markers = _columns(header, counts, rows)
        keys, doubled = _keys(con, columns, rows)
    finally:
        con.close()
    period, resolve, window, decisions = _period(columns, keys, label)
    return DraftTable(
        name=name, pieces=tuple(pieces), header_row=header_row, columns=tuple(columns), rows=rows, notes_below=below,
        keys=keys, doubled=doubled, markers=markers, period=period, resolve=resolve, window_column=window,
        part=_part(columns, label), decisions=decisions,
    )  # fmt: skip


def _load(con, path: Path, piece: Piece, header_row: int, label: str, order, counts) -> tuple[int, int]:
    """Puts the rows of a piece into table `cells` and counts the values of each column; (rows, notes left out)."""
    import pyarrow as pa

    kept = left_out = 0
    stream = sketch.rows_below(path, piece, header_row, label)
    while batch := list(islice(stream, BATCH)):
        good = [[" ".join(cell.split()) for cell in record] for record in batch if not sketch.is_sparse(record)]
        left_out += len(batch) - len(good)
        kept += len(good)
        if not good:
            continue
        columns = list(zip(*good, strict=True))
        columns = [columns[at] for at in order] if order else columns
        for count, cells in zip(counts, columns, strict=True):
            count.update(cells)
        con.register("batch", pa.table({f"c{at}": pa.array(cells, pa.string()) for at, cells in enumerate(columns)}))
        con.execute("insert into cells select * from batch")
        con.unregister("batch")
    return kept, left_out


def _columns(header: Sequence[str], counts: list[Counter[str]], rows: int) -> tuple[list[DraftColumn], dict[str, str]]:
    taken = set(RESERVED) | _sql_words()
    judged = [_judged(cell, count, rows, taken) for cell, count in zip(header, counts, strict=True)]
    markers = {cell: stands for _, found in judged for cell, stands in found.items()}
    return _with_hints([column for column, _ in judged]), dict(sorted(markers.items()))


def _with_hints(columns: list[DraftColumn]) -> list[DraftColumn]:
    """Where the order of day and month is open, what another column of the file shows. It decides nothing."""
    shown = next(
        (column for column in columns if re.match(r"%-?[dm]\W%-?[dm]", (column.fields.get("formats") or [""])[0])), None
    )
    if shown is None:
        return columns
    hint = f"; {shown.name} of this file is {shown.fields['formats'][0]}"
    return [
        replace(column, decisions=tuple(one + hint for one in column.decisions))
        if column.form and AMBIGUOUS in "".join(column.decisions)
        else column
        for column in columns
    ]


def _sql_words() -> set[str]:
    con = duck.connect(threads=1)
    try:
        rows = con.execute(
            "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
        ).fetchall()
    finally:
        con.close()
    return {word for (word,) in rows}


def _canonical(published: str, taken: set[str]) -> str:
    name = snake(published)
    name = f"{name}_published" if name in taken and f"{name}_published" not in taken else name
    made = _unique(name or "column", taken)
    taken.update(f"{made}_{ending}" for ending in ("status", "start", "end", "type"))
    return made


def _judged(published: str, count: Counter[str], rows: int, taken: set[str]) -> tuple[DraftColumn, dict[str, str]]:
    """What a column is by all its values, and the markers among them."""
    values = [cell for cell in count if cell]
    if not published or not values:
        why = () if not values else (f"a column without a name holds {len(values)} values and is not kept",)
        return DraftColumn(published, "", {}, why), {}
    name = _canonical(published, taken)
    required = {} if not count[""] else {"required": False}
    constant = values[0] if len(values) == 1 and not count[""] and rows > 1 else ""
    fields, decisions, form, markers = _kind(name, values, count, rows)
    if constant and fields.get("type", "text") not in ("integer", "decimal") and not evidence.markers_among(values):
        fields.pop("allowed", None)
        fields["single"] = True
    column = DraftColumn(published, name, fields | required, tuple(decisions), form, len(values), constant)
    return column, markers


def _kind(name: str, values: list[str], count: Counter[str], rows: int) -> tuple[dict, list[str], str, dict[str, str]]:
    """(fields, decisions, form, markers) of a column."""
    times = evidence.readings(values)
    if times and not (all(cell.isdigit() for cell in values) and not OF_TIME.search(name)):
        return _time(name, values, times)
    if evidence.are_periods(values) and not all(cell.isdigit() for cell in values):
        return {"type": "period"}, [], values[0][4:5] if evidence.FINANCIAL.fullmatch(values[0]) else "", {}
    signs = evidence.markers_among(values)
    figures = [cell for cell in values if cell not in signs]
    number = evidence.number(figures)
    leading_zeros = any(re.fullmatch(r"0\d+", cell) for cell in figures)
    coded = OF_CODES.search(name) and not OF_MEASURES.search(name)
    if number and not leading_zeros and not coded:
        fields = number.fields()
        # A count is never below nought; an amount may be, in the next file.
        if number.type == "integer" and all(not cell.startswith("-") for cell in figures):
            fields["minimum"] = 0
        if signs:
            fields["status"] = True
        return fields, [], "", signs
    if signs and not figures:
        return {}, ["every cell is a marker, so nothing tells what it is: text for now"], "", {}
    return _text(name, values, count, rows)


def _time(name: str, values: list[str], found: list[evidence.Reading]) -> tuple[dict, list[str], str, dict[str, str]]:
    if len(found) > 1:
        ways = " or ".join(f"{{type: {one.type}, formats: [{one.formats[0]!r}]}}" for one in found)
        return {}, [f"{AMBIGUOUS}: replace by {ways}"], found[0].formats[0], {}
    reading = found[0]
    fields: dict = {"type": reading.type, "formats": list(reading.formats)}
    if reading.type == "date" and ("month" in name or len(values) > 2):
        from pipeline.catalogue.contract import Column

        as_month = Column(name=name, description="as published", type="month", formats=reading.formats)
        if evidence.share_kept(as_month, {}, values) == 1.0:
            fields["type"] = "month"
    return fields, [], reading.formats[0], {}


def _text(name: str, values: list[str], count: Counter[str], rows: int) -> tuple[dict, list[str], str, dict[str, str]]:
    pattern = evidence.code_pattern(values)
    if pattern and (OF_CODES.search(name) or re.match(r"\^(\(?[A-Z]\d\d|\[[A-Z]+\]\[0-9\]\{8\})", pattern)):
        return {"pattern": pattern}, [], "", {}
    if pattern and any(re.fullmatch(r"0\d+", cell) for cell in values):
        return {"pattern": pattern}, [], "", {}
    plain = sum(count[cell] for cell in values if evidence.is_number(cell))
    filled = sum(count[cell] for cell in values)
    if plain > 0.9 * filled and not OF_CODES.search(name):
        return {}, [f"{filled - plain:,} of {filled:,} cells are no plain number, so it is text"], "", {}
    few = len(values) <= MOST_CODES and len(values) * ROWS_PER_CODE <= rows
    short = all(len(cell) <= LONGEST_CODE for cell in values)
    if few and short and not OF_WORDS.search(name):
        return {"allowed": sorted(values)}, [], "", {}
    return {}, [], "", {}


# --- key, period, part -------------------------------------------------------------------------------------------


def _keys(con, columns: list[DraftColumn], rows: int) -> tuple[tuple[str, ...], int]:
    """The smallest set of columns that is unique in every row, and how many rows too many there are where none is."""
    places = {column.name: at for at, column in enumerate(columns) if column.name}
    parts = [column for column in columns if column.name and not column.is_measure and column.distinct > 1]
    # Codes first, then times and lists, names last: of sets that are unique the most telling is taken.
    parts.sort(key=lambda column: (bool(OF_WORDS.search(column.name)), not OF_CODES.search(column.name)))

    def distinct(chosen: Sequence[DraftColumn]) -> int:
        cells = ", ".join(f"c{places[column.name]}" for column in chosen)
        return con.execute(f"select count(*) from (select distinct {cells} from cells)").fetchone()[0]

    if not parts or distinct(parts) < rows:
        varying = [column for column in columns if column.name and column.distinct > 1]
        every = varying or [column for column in columns if column.name]
        if distinct(every) < rows:
            return tuple(column.name for column in every), rows - distinct(every)
        parts = [*parts, *(column for column in every if column not in parts)]
        return tuple(column.name for column in _fewer(parts, distinct, rows)), 0
    trials = 0
    for size in range(1, SMALL_KEY + 1):
        for chosen in combinations(parts, size):
            most = 1
            for column in chosen:
                most *= column.distinct
            if most < rows:
                continue
            trials += 1
            if trials > MOST_TRIALS:
                return tuple(column.name for column in _fewer(parts, distinct, rows)), 0
            if distinct(chosen) == rows:
                return tuple(column.name for column in chosen), 0
    return tuple(column.name for column in _fewer(parts, distinct, rows)), 0


def _fewer(parts: list[DraftColumn], distinct, rows: int) -> list[DraftColumn]:
    """A unique set from which no column can be left out: the least telling are left out first."""
    chosen = list(parts)
    for column in reversed(parts):
        rest = [other for other in chosen if other is not column]
        if rest and distinct(rest) == rows:
            chosen = rest
    return chosen


def name_period(label: str) -> tuple[str, str]:
    """(type, pattern) of the period that a file's name bears, ('', '') where it bears none that is sure."""
    for kind, pattern in NAME_PATTERNS:
        match = re.search(pattern, label, re.IGNORECASE | re.ASCII)
        if not match:
            continue
        month = match.groupdict().get("month", "")
        if kind == "month" and month.isdigit() and (int(match["year"]) + 1) % 100 == int(month):
            return "", ""  # 2011-12 may be a month or a financial year
        if month and not month.isdigit() and month[:3].lower() not in MONTHS:
            continue
        return kind, pattern
    return "", ""


def _period(columns: list[DraftColumn], keys: tuple[str, ...], label: str) -> tuple[dict, str, str, tuple[str, ...]]:
    """(rule, resolve, window column, decisions) of a table."""
    times = [column for column in columns if column.type in ("month", "date")]
    several = [column for column in times if column.name in keys and column.distinct > 1 and column.type == "month"]
    ones = [column for column in times if column.constant]
    kind, pattern = name_period(label)
    rule: dict = {"type": kind or "month"}
    decisions: list[str] = []
    if several:
        rule = {"type": "month", "content_column": several[0].name}
        decisions.append("window: a release restates these months; per_period if it only holds its own, series if all")
    elif ones:
        rule = {"type": "month" if ones[0].type == "month" else "snapshot", "content_column": ones[0].name}
        if ones[0].type == "date":
            decisions.append(f"snapshot: it is as of the day in {ones[0].name}; month if that day stands for its month")
    elif times and not kind and len(times) == 1:
        rule = {"type": "month", "content_column": times[0].name}
        decisions.append(f"the latest {times[0].name} says the period: is a release a month?")
    if kind and (not rule.get("content_column") or kind in (rule["type"], "month")):
        rule["name"] = pattern
    if not rule.get("name") and not rule.get("content_column"):
        decisions.append(
            "neither content nor name says the period for sure: write a rule, or give `add --period` each time"
        )
    return rule, "window" if several else "per_period", several[0].name if several else "", tuple(decisions)


def _part(columns: list[DraftColumn], label: str) -> str:
    """`all`, or a pattern with the part where one value that stands in every row stands in the file's name too."""
    for column in columns:
        value = column.constant
        if len(value) < 3 or column.type != "text" or not OF_BODIES.search(column.name):
            continue
        words = r"[-_ ]+".join(re.escape(word) for word in re.findall(r"[A-Za-z0-9]+", value))
        match = re.search(rf"(?<![A-Za-z0-9])({words})(?![A-Za-z0-9])", label, re.IGNORECASE)
        if match:
            before = re.sub(r"\d+", lambda _: r"\d+", re.escape(label[: match.start()]))
            many = r"[-_ ]" in words
            return f"^{before}(?P<part>{'[A-Za-z0-9 _-]+?' if many else '[A-Za-z0-9]+'}){re.escape(label[match.end() : match.end() + 1])}"
    return "all"


def file_pattern(label: str) -> str:
    """A pattern for the names of its releases: days, months and numbers of the name stand for any."""
    stem, dot, ending = label.rpartition(".")
    body = re.sub(r"([*?\[])", r"[\1]", stem)
    body = re.sub(rf"(?<![A-Za-z])({MONTH_WORD})(?![A-Za-z])|\d+", "*", body, flags=re.IGNORECASE)
    body = re.sub(r"\*([-_ .]*\*)+", "*", body)
    return f"{body}{dot}{ending}" if len(re.sub(r"[^A-Za-z]", "", body)) >= 3 else label


def dataset_name(label: str) -> str:
    """A name for the dataset from a file's name without its periods and numbers; '' where too little is left."""
    stem = label.rpartition(".")[0] or label
    stem = re.sub(rf"(?<![A-Za-z])({MONTH_WORD}|q)?\d*(?![A-Za-z])", " ", stem, flags=re.IGNORECASE)
    name = snake(stem)
    return name if len(name) >= 3 else ""

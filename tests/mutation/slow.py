"""The slow reader: what rows a grid of cells holds under a contract, cell by cell, in plain Python.

Belongs here: a second reading of the contract's words that shares no code with pipeline/ingest, so that both can only
agree by being right. Does not belong here: opening files (files.py), what becomes of people (slow_people.py), judging
(judge.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from pipeline import periods
from pipeline.catalogue.contract import Column, Layout, Table

from .slow_find import NoTable, names_of, place
from .slow_people import NotTreated, People, RealPeople, fate, treated, whose

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_CODES = {
    "%Y": r"(?P<Y>[0-9]{4})", "%y": r"(?P<y>[0-9]{2})", "%m": r"(?P<m>[0-9]{2})", "%-m": r"(?P<m>[1-9][0-9]?)",
    "%b": f"(?P<b>{'|'.join(name[:3] for name in MONTH_NAMES)})", "%B": f"(?P<b>{'|'.join(MONTH_NAMES)})",
    "%d": r"(?P<d>[0-9]{2})", "%-d": r"(?P<d>[1-9][0-9]?)", "%H": r"(?:[01][0-9]|2[0-3])", "%M": r"[0-5][0-9]",
    "%S": r"[0-5][0-9]", "%%": "%",
}  # fmt: skip

Row = tuple[object, ...]


class Unreadable(Exception):
    """The grid is not of the layout: whoever reads it must refuse it."""


class BadCell(Exception):
    """The cell breaks a rule of its column."""


@dataclass(frozen=True)
class Reading:
    """The good rows of a grid, and how many rows hold a cell that breaks a rule."""

    rows: Counter[Row]
    bad: int


def canonical_names(table: Table) -> list[str]:
    """The columns of a canonical row: `member`, `source_row`, then what bronze keeps, in the contract's order."""
    names = ["member", "source_row"]
    for column in table.columns:
        if fate(column) != "dropped":
            names += [column.name, *column.derived]
    return names


def reading(
    grid: Sequence[Sequence[str]], member: str, table: Table, layout: Layout, people: People, *, sheet: str = "",
    file: str = "",
) -> Reading:  # fmt: skip
    """Reads a grid of text cells, header and all. Raises Unreadable where its header or its width is not the layout's.

    A record without cells is an empty line of a CSV and is no row. `sheet` and `file` are names that captures look at.
    """
    if layout.find:
        try:
            found = place(grid, layout, sheet, file)
        except NoTable as error:
            raise Unreadable(str(error)) from error
        captured = layout.constants | found.captured
        return _rows_of(found.records, found.names, found.spread, captured, member, table, layout, people)
    records = [list(record) for record in grid if len(record)]
    if layout.positions:
        names: list[str | None] = list(layout.positions)
        spread: dict[int, str] = {}
    else:
        if len(records) < layout.header_row:
            raise Unreadable("no header")
        try:
            names, spread = names_of(records[layout.header_row - 1], layout, {}, set())
        except NoTable as error:
            raise Unreadable(str(error)) from error
    above = 0 if layout.positions else layout.header_row
    return _rows_of(records[above:], names, spread, layout.constants, member, table, layout, people)


def _rows_of(
    records: Sequence[Sequence[str]], names: Sequence[str | None], spread: dict[int, str], constants: dict[str, str],
    member: str, table: Table, layout: Layout, people: People,
) -> Reading:  # fmt: skip
    rows: Counter[Row] = Counter()
    bad = 0
    table = _of_one_order(records, names, table)
    for ordinal, record in enumerate(records, start=1):
        if len(record) != len(names):
            raise Unreadable(f"a row of {len(record)} cells under {len(names)} names")
        for cells in _unpivoted(record, names, spread, constants, layout):
            try:
                rows[(member, ordinal, *_row(cells, table, people))] += 1
            except BadCell:
                bad += 1
            except RealPeople as error:
                raise Unreadable("a number that a person may have among made-up people") from error
    if not rows and not bad:
        raise Unreadable("no rows")
    if len(whose(_pseudonyms(rows, table))) > 1:
        raise Unreadable("people of two kinds of pseudonym")
    return Reading(rows, bad)


def _pseudonyms(rows: Counter[Row], table: Table) -> list[str]:
    """Every pseudonym of a person in the rows; of a submitter's own identifiers where there are no others."""
    by_kind: dict[bool, list[str]] = {True: [], False: []}
    names = canonical_names(table)
    for column in table.columns:
        if fate(column) == "pseudonym":
            at = names.index(column.name)
            by_kind[column.identifies == "local_id"] += [row[at] for row in rows if row[at]]
    persons = any(column.identifies in ("nhs_number", "pseudonym") for column in table.columns)
    return by_kind[not persons]


def _of_one_order(records: Sequence[Sequence[str]], names: Sequence[str | None], table: Table) -> Table:
    """The table with only the formats of the order of day and month that reads every day. Raises Unreadable."""
    columns = []
    for column in table.columns:
        if column.one_order and column.name in names:
            at = list(names).index(column.name)
            days = {_folded(record[at]) for record in records if at < len(record)} - {""}
            column = column.model_copy(update={"formats": _settled(column, days)})
        columns.append(column)
    return table.model_copy(update={"columns": tuple(columns)})


def _settled(column: Column, days: set[str]) -> tuple[str, ...]:
    """The formats of the one order in which all days read."""

    def order(form: str) -> str:
        codes = [part[-1] for part in re.findall(r"%-?.", form) if part[-1] in "dmbBYy"]
        return "named" if set(codes) & set("bB") else "".join(codes).lower()

    found: dict[tuple[str, ...], list[date]] = {}
    for kind in dict.fromkeys(map(order, column.formats)):
        formats = tuple(form for form in column.formats if order(form) == kind)
        try:
            found[formats] = [_day(column.model_copy(update={"formats": formats}), day) for day in sorted(days)]
        except BadCell:
            continue
    if not found or any(read != next(iter(found.values())) for read in found.values()):
        raise Unreadable("days of no one order")
    return next(iter(found))


def _unpivoted(
    record: Sequence[str],
    names: Sequence[str | None],
    spread: dict[int, str],
    constants: dict[str, str],
    layout: Layout,
) -> Iterator[dict[str, str]]:
    cells = {name: cell for name, cell in zip(names, record, strict=True) if name} | constants
    unpivot = layout.unpivot
    if unpivot is None:
        yield cells
        return
    for position, heading in spread.items():
        groups = re.fullmatch(unpivot.columns, heading).groupdict()
        parts = {unpivot.name: heading} if unpivot.name else {name: part or "" for name, part in groups.items()}
        yield cells | parts | {unpivot.value: record[position]}


def _row(cells: dict[str, str], table: Table, people: People) -> list[object]:
    row: list[object] = []
    for column in table.columns:
        cell = cells.get(column.name, "")
        if not fate(column):
            row += values(column, cell, table.markers)
        elif fate(column) != "dropped":
            row.append(_of_person(column, cell, cells, table, people))
    _check_birthdays(cells, table)
    return row


def _of_person(column: Column, cell: str, cells: dict[str, str], table: Table, people: People) -> str | None:
    """What is kept of a cell that identifies a person. Raises BadCell."""
    text = _text(column, cell)
    if not text:
        if column.required:
            raise BadCell("blank")
        return None
    if column.pattern and not re.search(column.pattern, text, re.ASCII):
        raise BadCell("pattern")
    day = table.column(column.at) if column.at else None
    at = _last_day(day, values(day, cells.get(day.name, ""), table.markers)) if day else None
    try:
        return treated(column, text, _birth(column, text), at, people)
    except NotTreated as error:
        raise BadCell(str(error)) from error


def _last_day(column: Column, found: list[object]) -> date | None:
    """The last day of what a column says: the day itself, or the end of its month or period."""
    if column.type == "period":
        return found[2]
    if column.type == "month" and found[0]:
        return (found[0].replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return found[0]


def _birth(column: Column, text: str) -> date | None:
    try:
        return _day(column, text) if column.formats and text else None
    except BadCell:
        return None


def _check_birthdays(cells: dict[str, str], table: Table) -> None:
    """Raises BadCell where another day of the row is the day of birth: it stands in the wrong column."""
    births = [column for column in table.columns if fate(column) == "age_band"]
    for column in table.columns:
        if column.type == "date" and not column.identifies:
            (day, *_) = values(column, cells.get(column.name, ""), table.markers)
            if day and any(day == _birth(one, _text(one, cells.get(one.name, ""))) for one in births):
                raise BadCell("the day of birth")


def _text(column: Column, cell: str) -> str:
    text = cell.strip() if not column.collapse_spaces else _folded(cell)
    return column.aliases.get(text, text)


def values(column: Column, cell: str, markers: dict[str, str]) -> list[object]:
    """What bronze keeps of a cell: its value, and a status or the days of a period. Raises BadCell."""
    text = _text(column, cell)
    marker = markers.get(text) if column.status else None
    if not text:
        if column.required:
            raise BadCell("blank")
        return [None, *([None] * 3 if column.type == "period" else []), *(["missing"] if column.status else [])]
    if column.allowed and text not in column.allowed:
        raise BadCell("not allowed")
    if column.pattern and not re.search(column.pattern, text, re.ASCII):
        raise BadCell("pattern")
    if column.type == "period":
        return [text, *_period(column, text)]
    value = None if marker else _value(column, text)
    if isinstance(value, int | Decimal):
        low, high = column.minimum, column.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise BadCell("out of bounds")
    return [value, marker or "exact"] if column.status else [value]


def _value(column: Column, text: str) -> object:
    if column.type == "text":
        return text
    if column.type in ("month", "date"):
        return _day(column, text)
    number = text
    if column.thousands and "," in number:
        if not re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", number):
            raise BadCell("commas")
        number = number.replace(",", "")
    scientific = "([eE][+-]?[0-9]{1,2})?" if column.rounds else ""
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)" + scientific, number):
        raise BadCell("not a number")
    exact = Decimal(number)
    if column.type == "integer":
        if "." in number or not -(2**63) <= exact < 2**63:
            raise BadCell("not an integer")
        return int(exact)
    if column.rounds:
        exact = exact.quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_UP)
    if exact != round(exact, column.scale) or abs(exact) >= 10 ** (column.precision - column.scale):
        raise BadCell("more digits than are kept")
    return exact


@cache
def _date_pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"(%-?.)", form)
    return re.compile("".join(_CODES.get(part) or re.escape(part) for part in parts), re.IGNORECASE | re.ASCII)


def _day(column: Column, text: str) -> date:
    for form in column.formats:
        match = _date_pattern(form).fullmatch(text)
        if not match:
            continue
        found = match.groupdict()
        year = int(found["Y"]) if "Y" in found else int(found["y"]) + (1900 if int(found["y"]) >= 69 else 2000)
        month = int(found["m"]) if "m" in found else [one[:3] for one in MONTH_NAMES].index(found["b"][:3].lower()) + 1
        try:
            day = date(year, month, int(found.get("d", 1)))
        except ValueError:
            continue
        if year >= 1000 and (column.type == "date" or day.day == 1):
            return day
    raise BadCell("not a day in any of the formats")


def _period(column: Column, text: str) -> list[object]:
    kind = column.reads.removesuffix("_ending")
    if kind in ("financial_year", "academic_year"):
        digits = re.sub("[^0-9]", "", text)
        first = {4: digits[:2], 6: digits[2:4], 8: digits[2:4]}.get(len(digits), "x")
        century = digits[:2] if len(digits) > 4 else "20"
        if column.reads.endswith("_ending") and re.fullmatch("[0-9]{4}", text):
            year = int(text) - 1
        elif first == "x" or not re.fullmatch(r"[0-9]{2,4}( ?[-/–] ?)?[0-9]{2,4}", text):
            raise BadCell("not such a year")
        elif (int(first) + 1) % 100 != int(digits[-2:]):
            raise BadCell("not two years that follow each other")
        else:
            year = int(century + first)
        month = 4 if kind == "financial_year" else 8
        return [date(year, month, 1), date(year + 1, month - 1, 31), kind]
    try:
        period = periods.parse(text)
        if kind and period.type != kind:
            raise ValueError(text)
    except ValueError as error:
        raise BadCell("not a period") from error
    return [period.start, period.end, period.type]


def _folded(cell: str) -> str:
    return " ".join(cell.split())


def disagree(rows: Counter[Row], table: Table) -> bool:
    """Whether a key of the table stands on more than one row, or a column of one value has several."""
    names = canonical_names(table)
    at = [
        names.index(f"{key}_{end}") if end else names.index(key)
        for key in table.keys
        for end in (("start", "end") if table.column(key).type == "period" else ("",))
    ]
    counted: Counter[Row] = Counter()
    for row, times in rows.items():
        counted[tuple(row[position] for position in at)] += times
    singles = [names.index(column.name) for column in table.columns if column.single]
    several = any(len({row[position] for row in rows}) > 1 for position in singles)
    return several or (not table.lines_repeat and max(counted.values(), default=0) > 1)

"""What cells can be, by all of them: numbers, days, months, periods, codes, markers. It proves, and never guesses.

Belongs here: judging a set of published cells. Does not belong here: where they stand (sketch.py), what a contract
makes of the answer (layout_diff.py, the drafts). A date is read here by the reader's own SQL, so that both agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline import duck, periods
from pipeline.catalogue.contract import Column

INTEGER = re.compile(r"[+-]?\d{1,18}")
DECIMAL = re.compile(r"[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
FINANCIAL = re.compile(r"(\d{4})[-/](\d{2})")
MAX_DIGITS = 38

# What publishers of NHS statistics write where there is no figure, and what it mostly means. Their notes decide.
MARKERS = {
    "*": "suppressed", "**": "suppressed", "[c]": "suppressed", "c": "suppressed", "[low]": "suppressed", "#": "suppressed",
    "suppressed": "suppressed", "<5": "suppressed", "<6": "suppressed", "<8": "suppressed", "<10": "suppressed",
    ":": "not_available", "..": "not_available", "[x]": "not_available", "x": "not_available", "[u]": "not_available",
    "u": "not_available", "~": "not_available", "not available": "not_available",
    "-": "missing", "--": "missing", "–": "missing", ".": "missing", "na": "missing", "null": "missing", "[m]": "missing",
    "z": "not_applicable", "[z]": "not_applicable", "n/a": "not_applicable", "not applicable": "not_applicable",
}  # fmt: skip

_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S")
_NAMED = ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d%b%Y", "%d %B %Y", "%-d %b %Y", "%-d-%b-%y", "%-d-%b-%Y", "%-d %B %Y",
          "%d/%b/%Y", "%B %d %Y", "%b %d %Y")  # fmt: skip
MONTH_FORMATS = ("%b%Y", "%b-%y", "%b-%Y", "%b %Y", "%b %y", "%b_%Y", "%B %Y", "%B-%Y", "%B-%y", "%B%Y", "%B_%Y", "%Y-%m",
                 "%Y/%m", "%m/%Y", "%m-%Y", "%Y%m", "%Y %B", "%Y-%b", "%b%y", "%y-%b")  # fmt: skip


@cache
def date_orders() -> dict[str, tuple[str, ...]]:
    """Formats of days by the order of their parts. Only one order can be right for a column."""
    years = ("%Y", "%y")

    def numeric(first: str, second: str) -> tuple[str, ...]:
        pairs = [(f"%{a}{first}", f"%{b}{second}") for a, b in (("", ""), ("-", "-"), ("-", ""), ("", "-"))]
        return tuple(
            f"{one}{sep}{two}{sep}{year}{time}"
            for time in _TIMES for sep in "/-. " for year in years for one, two in pairs
        )  # fmt: skip

    return {
        "day, month, year": numeric("d", "m"),
        "month, day, year": numeric("m", "d"),
        "year, month, day": tuple(
            f"{form}{time}"
            for time in _TIMES
            for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y-%-m-%-d", "%Y/%-m/%-d")
        ),
        "month by name": tuple(f"{form}{time}" for time in _TIMES for form in _NAMED),
    }


def orders_of(formats: Iterable[str]) -> set[str]:
    """The orders of day, month and year that some formats of days have."""
    return {order for order, known in date_orders().items() for form in formats if form in known}


def formats_by_order(formats: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The formats of a column of days, by the order of their parts; a format of no known order is one of its own."""
    grouped: dict[str, list[str]] = {}
    for form in formats:
        order = next((order for order, known in date_orders().items() if form in known), form)
        grouped.setdefault(order, []).append(form)
    return {order: tuple(found) for order, found in grouped.items()}


@dataclass(frozen=True)
class Reading:
    """One way in which all cells read: `type` (date or month) and the fewest formats that do it."""

    type: str
    order: str
    formats: tuple[str, ...]


def readings(cells: Sequence[str]) -> list[Reading]:
    """Every way in which all `cells` are days or months, one for each order of day and month; [] where there is none."""
    if not cells or not all(any(sign.isdigit() for sign in cell) for cell in cells):
        return []
    found = []
    for kind, order, formats in (
        *(("date", order, formats) for order, formats in date_orders().items()),
        ("month", "month", MONTH_FORMATS),
    ):
        likely = [form for form in formats if any(_shape(form).fullmatch(cell) for cell in cells[:50])]
        fewest = _fewest(_read_by(kind, likely, cells), len(cells))
        if fewest:
            found.append(Reading(kind, order, fewest))
    return found


@cache
def _shape(form: str) -> re.Pattern[str]:
    """What cells of a format look like: sorts out most formats without asking DuckDB."""
    signs = {"Y": r"\d{4}", "b": "[A-Za-z]{3}", "B": "[A-Za-z]{3,9}"}
    parts = re.split(r"(%-?[A-Za-z])", form)
    return re.compile(
        "".join(
            re.escape(part) if not part.startswith("%") else r"\d{1,2}" if "-" in part else signs.get(part[1], r"\d{2}")
            for part in parts
        )
    )


def _read_by(kind: str, formats: Sequence[str], cells: Sequence[str]) -> dict[str, frozenset[int]]:
    """For each format, which of the cells it reads, by the reader's own rule."""
    import pyarrow as pa

    from pipeline.ingest.read import value_sql

    if not formats:
        return {}
    values = ", ".join(
        f"({value_sql(Column(name='cell', description='cell', type=kind, formats=(form,)), {})}) is not null"
        for form in formats
    )
    con = duck.connect(threads=1)
    try:
        con.register("published", pa.table({"t_cell": pa.array(cells, pa.string())}))
        rows = con.execute(f"select {values} from published").fetchall()
    finally:
        con.close()
    return {form: frozenset(at for at, row in enumerate(rows) if row[n]) for n, form in enumerate(formats)}


def _fewest(read: dict[str, frozenset[int]], count: int) -> tuple[str, ...]:
    """The fewest formats, at most three, that together read all cells: most cells first."""
    chosen: list[str] = []
    covered: frozenset[int] = frozenset()
    while len(covered) < count and len(chosen) < 3:
        best = max(read, key=lambda form: len(read[form] - covered), default="")
        if not best or not read[best] - covered:
            return ()
        chosen.append(best)
        covered |= read[best]
    return tuple(chosen) if len(covered) == count else ()


@dataclass(frozen=True)
class Number:
    """The narrowest numeric column that reads all cells."""

    type: str
    scale: int = 0
    precision: int = 18
    thousands: bool = False

    def fields(self) -> dict[str, object]:
        """As a contract's column has it."""
        found: dict[str, object] = {"type": self.type}
        if self.type == "decimal":
            found |= {"scale": self.scale} | ({"precision": self.precision} if self.precision != 18 else {})
        return found | ({"thousands": True} if self.thousands else {})


def number(cells: Iterable[str]) -> Number | None:
    """The number that all `cells` are, or None where one is not plain digits or there is no cell."""
    scale = whole = 0
    commas = points = False
    none = True
    for cell in cells:
        none = False
        if "," in cell:
            if not THOUSANDS.fullmatch(cell):
                return None
            commas = True
            cell = cell.replace(",", "")
        found = DECIMAL.fullmatch(cell)
        if not found:
            return None
        decimals = (found[2] or found[3] or "").rstrip("0")
        points = points or "." in cell
        scale, whole = max(scale, len(decimals)), max(whole, len(found[1] or ""))
    if none or scale + whole > MAX_DIGITS:
        return None
    if not points and whole <= 18:
        return Number("integer", thousands=commas)
    return Number("decimal", scale, max(18, scale + whole), commas)


def is_number(cell: str) -> bool:
    return number((cell,)) is not None


def markers_among(cells: Iterable[str]) -> dict[str, str]:
    """Which of `cells` are signs for no figure, with what each mostly stands for."""
    return {cell: MARKERS[cell.lower()] for cell in sorted(cells) if cell.lower() in MARKERS}


def are_periods(cells: Sequence[str]) -> bool:
    """Whether all cells are periods in one sense: 2011-12 alone may be a month or a financial year, so it is none."""
    if any(
        (found := FINANCIAL.fullmatch(cell)) and "-" in cell and int(found[2]) <= 12
        and (int(found[1]) + 1) % 100 == int(found[2])
        for cell in cells
    ):  # fmt: skip
        return False
    try:
        kinds = {periods.parse(cell).type for cell in cells}
    except ValueError:
        return False
    return bool(kinds) and kinds != {"calendar_year"}


def code_pattern(cells: Iterable[str]) -> str:
    """The pattern of codes that all `cells` are (GSS codes, or capitals and digits of few lengths); '' where they are not."""
    seen = sorted(set(cells))
    if not seen:
        return ""
    if all(re.fullmatch(r"[A-Z]\d{8}", cell) for cell in seen):
        heads = sorted({cell[:3] for cell in seen})
        if len(heads) <= 3:
            return f"^{heads[0] if len(heads) == 1 else '(' + '|'.join(heads) + ')'}[0-9]{{6}}$"
        letters = "".join(sorted({cell[0] for cell in seen}))
        return f"^{letters if len(letters) == 1 else f'[{letters}]'}[0-9]{{8}}$"
    if all(re.fullmatch(r"[A-Z0-9]{2,9}", cell) for cell in seen) and any(
        sign.isdigit() for one in seen for sign in one
    ):
        lengths = sorted({len(cell) for cell in seen})
        if lengths[-1] - lengths[0] > 3:
            return ""
        count = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]},{lengths[-1]}"
        signs = "0-9" if all(cell.isdigit() for cell in seen) else "A-Z0-9"
        return f"^[{signs}]{{{count}}}$"
    return ""


def share_kept(column: Column, markers: dict[str, str], cells: Sequence[str]) -> float | None:
    """Which share of `cells` breaks no rule of a contract's column; None where there is no cell that says so."""
    import pyarrow as pa

    from pipeline.ingest.read import cell_rules, text_sql, value_sql

    seen = [cell for cell in cells if cell and cell not in markers]
    if not seen:
        return None
    if column.type == "period":
        return sum(are_periods((cell,)) for cell in seen) / len(seen)
    raw, cell, value = (duck.name(letter + column.name) for letter in ("r_", "t_", "v_"))
    broken = " or ".join(f"coalesce({rule.breaks}, false)" for rule in cell_rules("", column, markers)) or "false"
    con = duck.connect(threads=1)
    try:
        con.register("published", pa.table({"cell": pa.array(seen, pa.string())}))
        (kept,) = con.execute(
            f"select count(*) filter (not ({broken})) from (select *, {value_sql(column, markers)} as {value} from"
            f" (select {text_sql(column)} as {cell} from (select cell as {raw} from published)))"
        ).fetchone()
    finally:
        con.close()
    return kept / len(seen)

"""The quarterly return of the Better Care Fund of one board, filled from an edition: a CSV of each table, and one workbook.

Belongs here: which tables the return has, their columns, and that text of a source never becomes a formula. Does not belong here:
computing a figure (the marts bcf_pooled_fund, bcf_attainment and bcf_plan_check do), national forms, whose cells are locked.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pipeline.errors import Fault, NotFound
from pipeline.publish.current import edition_folder, open_part, read_manifest
from pipeline.settings import Settings

# No clock: every workbook says that it was created then.
CREATED = datetime(2000, 1, 1)
# What makes a spreadsheet take a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
QUARTERS = (1, 2, 3, 4)

# By table: the SELECT of its rows, in the order in which a return asks for them. $board, $first and $last are the board and the year.
TABLES = {
    "Income": """
        select source_of_funding, party as contributor, planned_gbp, actual_gbp, required_gbp, required_social_care_gbp, value_status
        from marts.bcf_pooled_fund
        where version = 'return' and line_type = 'income' and board_code = $board and period_start = $first
        order by source_of_funding, party""",
    "Expenditure": """
        select
            line_id as scheme, line_name as scheme_name, scheme_type, scheme_sub_type, area_of_spend, commissioner, nhs_share_percent,
            party as provider, source_of_funding, new_or_existing, planned_gbp, actual_gbp, actual_to, output_unit, output_planned,
            output_actual, output_actual_status, value_status
        from marts.bcf_pooled_fund
        where version = 'return' and line_type = 'expenditure' and board_code = $board and period_start = $first
        order by line_id, source_of_funding, party""",
    "Metrics": """
        select
            metric, metric_name, unit, target_start as period_from, target_end as period_to, baseline, target, actual, actual_lower_95,
            actual_upper_95, attainment, change_is_beyond_chance, payment_due, payment_gbp, payment_earned_gbp
        from marts.bcf_attainment
        where source = 'lx_32_bcf_plan' and board_code = $board and plan_start = $first and target_start <= $last
        order by metric, target_start, target_end""",
    "Benefits": """
        select
            line_id as scheme, benefit_no, line_name as benefit, benefit_kind as kind, savings_planned_gbp, savings_at_risk_gbp
        from marts.bcf_pooled_fund
        where version = 'return' and line_type = 'benefit' and board_code = $board and period_start = $first
        order by line_id, benefit_no""",
    "Checks": """
        select check_id, subject, verdict, stated, recomputed, finding, expectation, remedy
        from marts.bcf_plan_check
        where source in ('lx_32_bcf_plan', 'lx_33_bcf_finance') and board_code = $board and period_start between $first and $last
        order by verdict = 'agrees', check_id, subject""",
}

Cell = str | int | float | None


@dataclass(frozen=True)
class Return:
    """A filled return: its cover, and by table the names of its columns and its rows."""

    board: str
    year: str
    quarter: int
    edition_id: str
    synthetic: bool
    tables: dict[str, tuple[list[str], list[tuple]]]

    @property
    def stem(self) -> str:
        """`bcf_return__e10999001__2024-25__q4`."""
        return f"bcf_return__{self.board.lower()}__{self.year}__q{self.quarter}"

    @property
    def cover(self) -> list[tuple[str, str]]:
        origin = (
            "made-up figures about fictional areas" if self.synthetic else "figures as boards have handed them over"
        )
        return [
            ("Health and wellbeing board", self.board), ("Year", self.year), ("Quarter", str(self.quarter)),
            ("Edition", self.edition_id), ("Figures", origin), ("Rows that do not agree", str(self.to_be_mended)),
        ]  # fmt: skip

    @property
    def to_be_mended(self) -> int:
        names, rows = self.tables["Checks"]
        at = names.index("verdict")
        return sum(row[at] in ("differs", "not_stated") for row in rows)


def write(settings: Settings, *, board: str, year: str, quarter: int, to: Path) -> list[Path]:
    """Fills the return of `board` (GSS code of its council) of a quarter of `year` (2024-25) and writes it into `to`.

    Raises Fault where year or quarter are none, or the spend held does not count to the end of the quarter; NotFound where
    the current edition has no return of that board and year.
    """
    filled = fill(settings, board=board, year=year, quarter=quarter)
    to.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, (columns, rows) in filled.tables.items():
        path = to / f"{filled.stem}__{name.lower()}.csv"
        path.write_bytes(_csv(filled, columns, rows).encode("utf-8-sig"))
        paths.append(path)
    return [*paths, _workbook(filled, to / f"{filled.stem}.xlsx")]


def fill(settings: Settings, *, board: str, year: str, quarter: int) -> Return:
    """The return as tables; raises as `write`."""
    first = _first_day(year)
    if quarter not in QUARTERS:
        raise Fault(f"there is no quarter {quarter}", where="--quarter", remedy="Give 1, 2, 3 or 4: 1 is April to June")
    folder = edition_folder(settings)
    con = open_part(folder)
    try:
        given = {"board": board, "first": first, "last": date(first.year + 1, 3, 31)}
        tables = {}
        for name, select in TABLES.items():
            wanted = {key: value for key, value in given.items() if f"${key}" in select}
            cursor = con.execute(select, wanted)
            tables[name] = ([column[0] for column in cursor.description], cursor.fetchall())
        held = con.execute(
            "select distinct board_code, year(period_start) from marts.bcf_pooled_fund where version = 'return' order by 1, 2"
        ).fetchall()
    finally:
        con.close()
    if not tables["Expenditure"][1]:
        known = ", ".join(f"{code} {start}-{(start + 1) % 100:02}" for code, start in held) or "none"
        raise NotFound(
            f"the edition has no return of {board} for {year}", where="bcf-return",
            remedy=f"Held: {known}. Add its LX-33 and run again",
        )  # fmt: skip
    _check_quarter(tables["Expenditure"], first, quarter)
    manifest = read_manifest(folder)
    synthetic = any(use["origin"] == "synthetic" for use in manifest["inputs"])
    return Return(board, year, quarter, folder.name, synthetic, tables)


def _first_day(year: str) -> date:
    match = re.fullmatch(r"(20\d{2})[-/](\d{2})", year)
    if not match or (int(match[1]) + 1) % 100 != int(match[2]):
        raise Fault(f"{year!r} is no financial year", where="--year", remedy="Write it as 2024-25")
    return date(int(match[1]), 4, 1)


def _check_quarter(expenditure: tuple[list[str], list[tuple]], first: date, quarter: int) -> None:
    """Spend to another day would be filed as the quarter's. Raises Fault."""
    ends = [date(first.year, 6, 30), date(first.year, 9, 30), date(first.year, 12, 31), date(first.year + 1, 3, 31)]
    names, rows = expenditure
    at = names.index("actual_to")
    others = sorted({row[at] for row in rows if row[at] not in (None, ends[quarter - 1])})
    if others:
        raise Fault(
            f"the spend held counts to {', '.join(map(str, others))}, not to {ends[quarter - 1]}, the end of quarter {quarter}",
            where="bcf-return", remedy="Add the LX-33 of the quarter, or ask for the quarter that is held",
        )  # fmt: skip


def _plain(cell: object) -> Cell:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat() if isinstance(cell, date) else cell  # type: ignore[return-value]


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _csv(filled: Return, columns: list[str], rows: list[tuple]) -> str:
    """The rows of a table, each with the edition that it is of; a text that a spreadsheet would compute has an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns, "edition_id"])
    for row in rows:
        cells = ["" if cell is None else _harmless(_plain(cell)) for cell in row]
        writer.writerow([*cells, filled.edition_id])
    return out.getvalue()


def _workbook(filled: Return, path: Path) -> Path:
    """A sheet for the cover and one for each table; the same return gives the same bytes."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        path,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties(
        {"title": f"{filled.stem}, edition {filled.edition_id}", "author": "ics-marts", "created": CREATED}
    )
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    cover = book.add_worksheet("Cover")
    cover.set_column(0, 0, 30)
    cover.set_column(1, 1, 60)
    for at, (name, value) in enumerate(filled.cover):
        cover.write_string(at, 0, name, heading)
        cover.write_string(at, 1, value)
    for name, (columns, rows) in filled.tables.items():
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(columns) - 1, 22)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns, heading)
        for number, row in enumerate(rows, start=1):
            for at, cell in enumerate(map(_plain, row)):
                if isinstance(cell, str):
                    sheet.write_string(number, at, cell)
                elif cell is not None:
                    sheet.write_number(number, at, cell)
        sheet.set_footer(f"&LEdition {filled.edition_id}")
    book.close()
    return path

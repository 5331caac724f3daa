"""Shows the problems of a file: as a table in a terminal, as CSV for a spreadsheet, as a page for a mail.

Belongs here: columns, headings and escaping. Does not belong here: what is a problem (problems.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.errors import Fault
from pipeline.sample.files import CRLF
from pipeline.submission.problems import LEVELS, Problem, counts

PAGE = Path(__file__).with_name("problems.html.jinja")
HEADINGS = ("Level", "Row", "Column", "What was found", "What is allowed", "How to mend it", "Rule")
# More of them would scroll off a terminal; files hold all.
MOST_IN_TEXT = 20
# What makes a spreadsheet take a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cells(problem: Problem) -> tuple[str, ...]:
    """A problem in the order of HEADINGS."""
    place = ": ".join(filter(None, [problem.member, problem.row]))
    return (
        problem.level, place, problem.column, problem.found, problem.allowed, remedy(problem), problem.rule,
    )  # fmt: skip


def remedy(problem: Problem) -> str:
    return problem.remedy + (f" (and {problem.more:,} more rows like this)" if problem.more else "")


def summary(problems: Iterable[Problem]) -> str:
    """`2 problems: 1 submission, 1 record, 0 warning`."""
    by_level = counts(problems)
    total = sum(by_level.values())
    levels = ", ".join(f"{count:,} {level}" for level, count in by_level.items())
    return f"{total:,} problem{'' if total == 1 else 's'}: {levels}" if total else "no problems"


def text(problems: Sequence[Problem], width: int) -> str:
    """The first problems as a table of at most `width` characters, the columns that they have in common left out."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    if not problems:
        return ""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    for heading, ratio in zip(HEADINGS, (2, 1, 3, 4, 5, 6, 5), strict=True):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for one in problems[:MOST_IN_TEXT]:
        table.add_row(*cells(one))
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, color_system=None)
    console.print(table)
    shown = "\n".join(line.rstrip() for line in console.file.getvalue().splitlines() if line.strip())
    left = len(problems) - MOST_IN_TEXT
    return shown + (f"\n(and {left:,} more: --report problems.csv or --report problems.html)" if left > 0 else "")


def as_csv(problems: Iterable[Problem]) -> str:
    """All problems as CSV, one line each. No cell of it can be taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=CRLF)
    writer.writerow(HEADINGS)
    for one in problems:
        writer.writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells(one))
    return out.getvalue()


def as_page(file: str, problems: Sequence[Problem]) -> str:
    """All problems as one page that needs nothing else: a table with a caption and headings that a screen reader reads."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(PAGE.read_text("utf-8")).render(
        file=file, summary=summary(problems), levels=LEVELS, headings=HEADINGS, rows=[cells(one) for one in problems]
    )


def write(path: Path, file: str, problems: Sequence[Problem]) -> None:
    """Writes the problems to `path`, as CSV or as a page by its ending. Raises Fault for any other."""
    kinds = {".csv": lambda: "\ufeff" + as_csv(problems), ".html": lambda: as_page(file, problems)}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise Fault(f"{path.name} ends in {path.suffix or 'nothing'}, expected .csv or .html", where="--report")
    if not path.parent.is_dir():
        raise Fault(f"there is no folder {path.parent}", where="--report", remedy="Make it, or name another")
    path.write_text(kind(), "utf-8", newline="")

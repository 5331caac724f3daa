"""What all commands share: their common options, progress, JSON, tables, periods as a person writes them."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import Fault

Raw = Annotated[Path | None, typer.Option("--raw", help="the archive (default data/raw)", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", help="editions and runs (default data/marts)", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="print JSON, for scripts")]
Debug = Annotated[bool, typer.Option("--debug", help="show a traceback where something fails")]
Internal = Annotated[
    bool, typer.Option("--internal", help="the internal part (OFFICIAL-SENSITIVE) instead of the open one")
]


@contextmanager
def progressing(quiet: bool):
    """Says on stderr what is being done: one changing line in a terminal, one line each elsewhere."""
    if quiet:
        yield lambda words: None
    elif sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("starting") as status:
            yield status.update
    else:
        yield lambda words: print(f"... {words}", file=sys.stderr, flush=True)


def print_json(content: object) -> None:
    print(json.dumps(content, default=str, indent=1))


def period_of(text: str | None):
    from pipeline import periods

    try:
        return periods.parse(text) if text else None
    except ValueError as error:
        raise Fault(str(error), where="--period") from error


def table(names: list[str], rows: list) -> None:
    """Rows as a table; a record at a time where they are wider than the screen (or 240 characters in a file)."""
    from rich.console import Console
    from rich.table import Table

    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    wide = Console(width=None if sys.stdout.isatty() else 240, highlight=False, markup=False)
    widths = [max(len(name), *(len(row[at]) for row in cells), 0) for at, name in enumerate(names)]
    if sum(widths) + 2 * len(widths) > wide.width:
        longest = max(len(name) for name in names)
        for row in cells:
            for name, cell in zip(names, row, strict=True):
                print(f"{name:<{longest}}  {cell}")
            print()
        return
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=True)
    for row in cells:
        table.add_row(*row)
    wide.print(table)

"""Commands of who reads an edition: find, trace, query, fill a return."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings
from pipeline.commands.common import Debug, Internal, Json, Out, Raw, print_json, table
from pipeline.errors import Fault


def find(
    words: Annotated[list[str], typer.Argument(help="words or codes")],
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Find metrics, areas and tables by words or codes."""
    from pipeline.audit import lookup, query

    con = query.edition_connection(settings.load(raw=raw, out=out))
    hits = lookup.find(con, " ".join(words))
    if as_json:
        print_json([vars(hit) for hit in hits])
        return
    if not hits:
        raise Fault(f"nothing answers to {' '.join(words)!r}", where="find", remedy="Try fewer or other words")
    table(["kind", "id", "name", "detail"], [[hit.kind, hit.id, hit.name, hit.detail[:80]] for hit in hits])


def trace(
    metric: Annotated[str, typer.Argument(help="metric: pc_05, pc_06.v2 or its name")],
    area: Annotated[str, typer.Argument(help="area: GSS code, ODS code or name")],
    period: Annotated[str, typer.Argument(help="period: 2024-11, 2023-12/2024-11, 2024/25 ...")],
    breakdown: Annotated[str, typer.Option(help="e.g. appointment_mode=Telephone")] = "",
    source: Annotated[str, typer.Option(help="dataset, where two sources give the cell")] = "",
    edition: Annotated[str | None, typer.Option(help="an earlier edition")] = None,
    internal: Internal = False, raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """From a number back to the file, its sha256 and its rows, with every check in between."""
    from pipeline.audit import trace as tracing
    from pipeline.audit.trace_text import lines

    known = settings.load(raw=raw, out=out)
    question = tracing.Question(metric, area, period, breakdown, source)
    way = tracing.trace(known, question, edition=edition, part="internal" if internal else "open")
    if as_json:
        print_json(way)
        return
    for line in lines(way):
        print(line)


def bcf_return(
    board: Annotated[str, typer.Option(help="health and wellbeing board: GSS code of its council")],
    year: Annotated[str, typer.Option(help="financial year: 2024-25")],
    quarter: Annotated[int, typer.Option(help="1 to 4; 1 is April to June")],
    to: Annotated[Path, typer.Option("--to", help="the folder to write to")] = Path(),
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Fill the tables of a Better Care Fund return from the current edition: CSV files and a workbook."""
    from pipeline.publish import bcf_return as returns

    paths = returns.write(settings.load(raw=raw, out=out), board=board, year=year, quarter=quarter, to=to)
    if as_json:
        print_json([str(path) for path in paths])
        return
    for path in paths:
        print(f"wrote {path}")


def sql(
    query: Annotated[str | None, typer.Argument(help="the query; without one it is read from standard input")] = None,
    runs: Annotated[bool, typer.Option("--runs", help="query the history of runs instead: runs.run, runs.step, runs.check_result")] = False,
    limit: Annotated[int, typer.Option(help="rows to print at most (JSON gives all)")] = 100,
    internal: Internal = False, raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Query the current edition, read-only."""
    from pipeline.audit import query as querying

    known = settings.load(raw=raw, out=out)
    text = query if query is not None else sys.stdin.read()
    con = (
        querying.runs_connection(known)
        if runs
        else querying.edition_connection(known, "internal" if internal else "open")
    )
    names, rows = querying.execute(con, text)
    if as_json:
        print(querying.as_json(names, rows))
        return
    table(names, rows[:limit])
    if len(rows) > limit:
        print(f"({limit} of {len(rows):,} rows; --limit or --json for more)")

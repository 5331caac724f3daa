"""The `ics-marts` command: what people and scripts call. It parses, calls the core, prints; it has no logic of its own.

Exit status: 0 done or nothing changed, 1 error, 2 the gate blocked and nothing was published, 3 done but something was
refused or held back. Errors are one line; a traceback only with --debug.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipeline import __version__, settings
from pipeline.errors import EXIT_DONE, EXIT_ERROR, EXIT_PARTLY_REFUSED, Fault

app = typer.Typer(
    name="ics-marts", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
    help="From NHS publications to marts an integrated care system can trust: gated, traceable, rebuildable.",
)  # fmt: skip

Raw = Annotated[Path | None, typer.Option("--raw", help="the archive (default data/raw)", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", help="editions and runs (default data/marts)", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="print JSON, for scripts")]
Debug = Annotated[bool, typer.Option("--debug", help="show a traceback where something fails")]
Internal = Annotated[
    bool, typer.Option("--internal", help="the internal part (OFFICIAL-SENSITIVE) instead of the open one")
]


def main() -> None:
    """Runs the command line; every Fault becomes one line and its exit status."""
    try:
        # Outside standalone mode click returns the status of a typer.Exit instead of leaving with it.
        status_of_command = app(standalone_mode=False)
    except Fault as fault:
        _fail(fault)
    except typer.Abort:
        raise SystemExit(EXIT_ERROR) from None
    except Exception as error:  # the last line of defence: one line for the person, the rest with --debug
        if _is_usage_error(error):
            error.show()
            # Not click's 2: that says that the gate blocked, and a typing error in a crontab must not.
            raise SystemExit(EXIT_ERROR) from None
        if "--debug" in sys.argv:
            raise
        name = type(error).__name__
        _fail(
            Fault(f"something unforeseen went wrong ({name}: {error})", remedy="Run again with --debug and report it")
        )
    raise SystemExit(status_of_command or EXIT_DONE)


def _is_usage_error(error: Exception) -> bool:
    return hasattr(error, "show") and hasattr(error, "exit_code")


def _fail(fault: Fault) -> NoReturn:
    if "--debug" in sys.argv:
        raise fault
    if "--json" in sys.argv:
        print(json.dumps({"error": str(fault), "exit_status": fault.exit_status}))
    print(f"error: {fault}", file=sys.stderr)
    raise SystemExit(fault.exit_status)


@contextmanager
def _progress(quiet: bool):
    """Says on stderr what is being done: one changing line in a terminal, one line each elsewhere."""
    if quiet:
        yield lambda words: None
    elif sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("starting") as status:
            yield status.update
    else:
        yield lambda words: print(f"... {words}", file=sys.stderr, flush=True)


def _print_json(content: object) -> None:
    print(json.dumps(content, default=str, indent=1))


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="files or folders to take into the archive")],
    dataset: Annotated[str | None, typer.Option(help="the dataset it is, where the file does not say")] = None,
    period: Annotated[str | None, typer.Option(help="its period: 2025-11, 2024/25, 2023-12/2024-11 ...")] = None,
    url: Annotated[str, typer.Option(help="where it was downloaded")] = "",
    published_at: Annotated[str, typer.Option("--published-at", help="ISO day or instant of its publication")] = "",
    citation: Annotated[str, typer.Option(help="the document that its figures were taken from")] = "",
    publisher: Annotated[str, typer.Option(help="who supplies it, where the contract cannot know")] = "",
    licence: Annotated[str, typer.Option(help="under which licence, where the contract cannot know")] = "",
    synthetic: Annotated[bool, typer.Option("--synthetic", help="its figures are made up")] = False,
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Identify, archive and pre-check files or folders."""
    from pipeline.catalogue.load import catalogue
    from pipeline.ingest import archive

    known = settings.load(raw=raw, out=out)
    given = _period(period)
    provenance = archive.Provenance(
        url=url,
        published_at=published_at,
        origin="synthetic" if synthetic else "real",
        citation=citation,
        publisher=publisher,
        licence=licence,
    )
    with _progress(as_json) as say:
        outcomes = archive.add(
            paths, known, catalogue(), dataset=dataset, period=given, provenance=provenance,
            progress=lambda name: say(f"looking at {name}"),
        )  # fmt: skip
    if as_json:
        _print_json([vars(one) for one in outcomes])
    else:
        for one in outcomes:
            stream = sys.stderr if one.status == "refused" else sys.stdout
            print(f"{one.status:<13} {one.message}", file=stream)
            for problem in one.problems:
                print(f"{'':<13} the gate will stop it: {problem}", file=sys.stderr)
        counts = {
            status: sum(one.status == status for one in outcomes) for status in sorted({o.status for o in outcomes})
        }
        print("; ".join(f"{count} {status}" for status, count in counts.items()) or "nothing to add")
    faulty = any(one.status == "refused" or one.problems for one in outcomes)
    raise typer.Exit(EXIT_PARTLY_REFUSED if faulty else EXIT_DONE)


@app.command()
def fetch(
    datasets: Annotated[list[str] | None, typer.Argument(help="which datasets (default: all that have a fetch block)")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be downloaded; write nothing")] = False,
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Find and download what is newly published: the only command that asks anything of the web."""
    from pipeline.catalogue.load import catalogue
    from pipeline.fetch import datasets as fetching
    from pipeline.ingest.archive import releases
    from pipeline.run import freshness

    known = settings.load(raw=raw, out=out)
    with _progress(as_json) as say:
        outcomes = fetching.fetch(known, catalogue(), datasets or (), dry_run=dry_run, progress=say)
    states = {one.dataset: one.state for one in freshness.held(catalogue(), releases(known.raw), date.today())}
    status_of_fetch = fetching.exit_status(outcomes)
    if as_json:
        _print_json(_fetch_facts(outcomes, states, status_of_fetch))
    else:
        for loud, line in _fetch_lines(outcomes, states):
            print(line, file=sys.stderr if loud else sys.stdout)
    raise typer.Exit(status_of_fetch)


def _fetch_facts(outcomes, states: dict[str, str], status_of_fetch: int) -> dict:
    datasets = [{**asdict(one), "held": states[one.dataset]} for one in outcomes]
    return {"exit_status": status_of_fetch, "datasets": datasets}


def _fetch_lines(outcomes, states: dict[str, str]):
    """(whether it belongs on standard error, line): one for each dataset."""
    for one in outcomes:
        late = f" ({states[one.dataset]})" if states[one.dataset].startswith("overdue") else ""
        yield one.faulty, f"{one.dataset}{late}: {one.state}"


@app.command()
def purge(
    release_ids: Annotated[list[str] | None, typer.Argument(help="releases whose originals are to go")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="delete their rows too, and only keep what they were")] = False,
    due: Annotated[bool, typer.Option("--due", help="every release whose retention is over, rows and all")] = False,
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Delete originals about people from the restricted archive; their pseudonymised rows and hashes are kept."""
    from pipeline.catalogue.load import catalogue
    from pipeline.ingest import purge as purging

    if not release_ids and not due:
        raise Fault("nothing is named", where="purge", remedy="Name releases, or give --due")
    known = settings.load(raw=raw, out=out)
    with _progress(as_json) as say:
        done = purging.purge(
            known, catalogue(), release_ids or (), rows=rows, due=due, now=datetime.now(UTC), progress=say
        )
    if as_json:
        _print_json([asdict(one) for one in done])
        return
    for one in done:
        print(f"{one.release_id}: {one.message}")
    print(f"{len(done)} purged" if done else "nothing to purge")


@app.command()
def forget(raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False) -> None:
    """Take one person out of everything held and to come; who, is read from standard input or ICS_MARTS_PERSON, never an argument."""
    from pipeline.catalogue.load import catalogue
    from pipeline.ingest import purge as purging

    known = settings.load(raw=raw, out=out)
    person = os.environ.get("ICS_MARTS_PERSON") or _asked("NHS Number or pseudonym (not shown): ")
    with _progress(as_json) as say:
        done = purging.forget(known, catalogue(), person, now=datetime.now(UTC), progress=say)
    if as_json:
        _print_json(asdict(done))
        return
    for release_id in done.releases:
        print(f"{release_id}: rewritten without the person")
    print(
        f"{done.rows} rows in {len(done.releases)} releases are gone, {done.originals} originals deleted; the person is left out of "
        "whatever comes. Run `ics-marts run` for an edition without them"
    )


def _asked(words: str) -> str:
    """A line that is not shown while it is typed, or the first of standard input."""
    import getpass

    return getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline().strip()


def _period(text: str | None):
    from pipeline import periods

    try:
        return periods.parse(text) if text else None
    except ValueError as error:
        raise Fault(str(error), where="--period") from error


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="the file to look at")],
    dataset: Annotated[str | None, typer.Option(help="the dataset it should be")] = None,
    period: Annotated[str | None, typer.Option(help="its period, where neither content nor name says it")] = None,
    report: Annotated[list[Path] | None, typer.Option(help="a .csv or .html file for all problems; may be given more than once")] = None,
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Say which contract and layout a file is, how it differs, what its checks say and how to mend it; archives nothing."""
    from pipeline.audit import inspection

    known = settings.load(raw=raw, out=out)
    with _progress(as_json) as say:
        found = inspection.inspect(file, known, dataset=dataset, period=_period(period), progress=say)
    for path in report or ():
        inspection.write_report(found, path)
    if as_json:
        _print_json(found)
    else:
        if "error" in found:
            print(f"error: {found['error']}", file=sys.stderr)
        for line in inspection.lines(found, shutil.get_terminal_size((160, 24)).columns):
            print(line)
    raise typer.Exit(EXIT_PARTLY_REFUSED if found["blocking"] else EXIT_DONE)


@app.command()
def template(
    extract: Annotated[str, typer.Argument(help="LX-05 or the name of its dataset; none: list all", show_default=False)] = "",
    out_dir: Annotated[Path, typer.Option("--out", help="the folder to write to")] = Path(),
    org: Annotated[str, typer.Option(help="ODS code of who submits it: it stands in the file names")] = "",
    example: Annotated[bool, typer.Option("--example", help="filled in with made-up rows")] = False,
    as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Write a CSV and a workbook in which a partner fills in a local extract, with allowed values and help."""
    from pipeline.catalogue.load import catalogue
    from pipeline.submission import template as templates

    if not extract:
        known = [(one.dataset, one.title, one.cadence) for one in templates.extracts(catalogue())]
        if as_json:
            _print_json([dict(zip(("dataset", "title", "cadence"), one, strict=True)) for one in known])
        else:
            _table(["dataset", "title", "cadence"], [list(one) for one in known])
        return
    paths = templates.write(templates.find(extract, catalogue()), out_dir, org=org, example=example)
    if as_json:
        _print_json([str(path) for path in paths])
        return
    for path in paths:
        print(f"wrote {path}")


@app.command()
def new_dataset(
    file: Annotated[Path, typer.Argument(help="a file of the dataset, as published")],
    dataset: Annotated[str, typer.Option(help="its name (default: from the file's name)")] = "",
    table: Annotated[str, typer.Option(help="the name of its table, where it has one (default: published)")] = "",
    title: Annotated[str, typer.Option(help="the publication's title")] = "",
    publisher: Annotated[str, typer.Option(help="who publishes it")] = "",
    licence: Annotated[str, typer.Option(help="under which licence")] = "",
    owner: Annotated[str, typer.Option(help="who answers for it here")] = "",
    cadence: Annotated[str, typer.Option(help="monthly, quarterly, annual or irregular")] = "",
    root: Annotated[Path, typer.Option("--out", help="the project's root")] = Path(),
    as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Draft contract, staging model, suite and test from a file; nothing is overwritten."""
    from pipeline.draft import write
    from pipeline.draft.compose import Facts

    facts = Facts(dataset, table, title, publisher, licence, owner, cadence)
    with _progress(as_json) as say:
        draft = write.new_dataset(file, root, facts, progress=say)
    if as_json:
        _print_json(asdict(draft))
        return
    for line in write.lines(draft):
        print(line)


@app.command()
def run(
    as_of: Annotated[str | None, typer.Option("--as-of", help="use only what the archive held at this ISO instant")] = None,
    full: Annotated[bool, typer.Option("--full", help="run even where nothing changed")] = False,
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Make an edition of what the archive holds: marts, gate, publication."""
    from pipeline.run import sequence

    known = settings.load(raw=raw, out=out)
    with _progress(as_json) as say:
        outcome = sequence.run(known, as_of=sequence.instant(as_of) if as_of else None, full=full, progress=say)
    if as_json:
        _print_json(_outcome_facts(outcome, known))
    else:
        for line in _outcome_lines(outcome, known):
            print(line, file=sys.stderr if outcome.outcome == "blocked" else sys.stdout)
    raise typer.Exit(outcome.status)


def _outcome_facts(outcome, known: settings.Settings) -> dict:
    return {
        "outcome": outcome.outcome, "message": outcome.message, "run_id": outcome.run_id, "edition_id": outcome.edition_id,
        "edition": str(outcome.folder or ""), "latest": str(known.latest_dir), "held": outcome.held, "seconds": outcome.steps,
        "gate": outcome.ledger.summary() if outcome.ledger else None,
        "blocking": [vars(check) for check in outcome.ledger.blocking] if outcome.ledger else [],
        "tables": [
            {"part": one.table.part, "table": f"{one.table.schema}.{one.table.name}", "rows": one.rows} for one in outcome.tables
        ],
    }  # fmt: skip


def _outcome_lines(outcome, known: settings.Settings):
    """What a person wants to know after a run: what was made, where, what was checked."""
    from pipeline.publish.current import read_manifest
    from pipeline.publish.edition import DATABASE

    if outcome.outcome == "blocked":
        yield f"blocked: {outcome.message}"
        for check in (outcome.ledger.blocking if outcome.ledger else [])[1:10]:
            yield f"  {check.outcome:<8} {check.check_id}: {check.message or check.why}"
        stays = "the last edition stays" if known.current_json.exists() else "there is no edition yet"
        yield f"nothing was published; {stays}. All checks: {known.runs / outcome.run_id / 'gate.json'}"
        return
    if outcome.outcome == "unchanged":
        yield f"{outcome.message}; edition {outcome.edition_id} stands"
        return
    for one in outcome.tables:
        if one.table.part == "open":
            yield f"  {one.table.schema + '.' + one.table.name:<34} {one.rows:>10,} rows"
    summary = outcome.ledger.summary()
    yield (
        f"gate: {summary['planned']} checks planned, {summary['executed']} executed, {summary['recorded']} recorded; "
        f"{summary['passed']} passed, {summary['failed']} warnings"
    )
    for check in outcome.ledger.warnings:
        yield f"  warning  {check.check_id}: {check.message}"
    for message in outcome.held:
        yield f"  held back {message}"
    took = ", ".join(f"{name} {seconds:.1f}" for name, seconds in outcome.steps.items())
    if any(use["origin"] == "synthetic" for use in read_manifest(outcome.folder)["inputs"]):
        yield "synthetic: this edition holds made-up figures about fictional areas; every page and sheet says so"
    yield f"edition {outcome.edition_id} in {sum(outcome.steps.values()):.1f} s ({took})"
    folder = known.latest_dir if read_manifest(outcome.folder)["as_of"] == "" else outcome.folder / "open"
    yield f"  page      {folder / 'index.html'}"
    yield f"  workbook  {folder / 'ics-marts.xlsx'}"
    yield f"  database  {folder / DATABASE}"
    yield f"  edition   {outcome.folder}"


@app.command()
def nightly(
    inbox: Annotated[Path | None, typer.Option(help="where files are dropped (default data/inbox)", show_default=False)] = None,
    deliver_to: Annotated[Path | None, typer.Option(help="a folder, such as a share, to hold the current edition")] = None,
    alert_file: Annotated[Path | None, typer.Option(help="the file that gets a line of JSON for each alert")] = None,
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Fetch (where the setting says so), take in the inbox, make an edition, deliver it, alert: one command for every scheduler."""
    from pipeline.run import nightly as night

    known = settings.load(
        raw=raw, out=out, inbox=inbox, deliver_to=None if deliver_to is None else str(deliver_to),
        alert_file=None if alert_file is None else str(alert_file),
    )  # fmt: skip
    with _progress(as_json) as say:
        outcome = night.nightly(known, progress=say)
    if as_json:
        _print_json(_night_facts(outcome, known))
    else:
        for loud, line in _night_lines(outcome, known):
            print(line, file=sys.stderr if loud else sys.stdout)
    raise typer.Exit(outcome.status)


def _night_facts(outcome, known: settings.Settings) -> dict:
    return {
        "exit_status": outcome.status,
        "fetched": [asdict(one) for one in outcome.fetched],
        "inbox": {
            "folder": str(outcome.intake.folder), "there": outcome.intake.there,
            "files": [vars(one) for one in outcome.intake.outcomes],
            "waiting": [str(path) for path in outcome.intake.waiting], "stuck": outcome.intake.stuck,
        },
        "run": _outcome_facts(outcome.run, known),
        "overdue": [vars(one) for one in outcome.overdue],
        "delivered": str(outcome.delivered or ""), "delivered_anew": outcome.delivered_anew,
    }  # fmt: skip


def _night_lines(outcome, known: settings.Settings):
    """(whether it belongs on standard error, line): what was fetched, the inbox, the run, what is late, the delivery."""
    for one in outcome.fetched:
        yield one.faulty, f"fetched       {one.dataset}: {one.state}"
    intake = outcome.intake
    if not intake.there:
        yield False, f"inbox {intake.folder}: there is no such folder, so nothing is taken in"
    for one in intake.outcomes:
        yield one.status == "refused", f"{one.status:<13} {one.message}"
    for path in intake.waiting:
        yield True, f"waits         {path}: somebody is still writing it; the next night takes it in"
    for line in intake.stuck:
        yield True, line
    for line in _outcome_lines(outcome.run, known):
        yield outcome.run.outcome == "blocked", line
    for one in outcome.overdue:
        yield True, f"overdue       {one.dataset}: due {one.next_due}, {one.days_late} days ago"
    if outcome.delivered:
        yield False, f"delivered     {outcome.delivered}" + ("" if outcome.delivered_anew else " holds it already")


@app.command()
def sample(
    out_dir: Annotated[Path, typer.Option("--out", help="a folder that is not there yet, or is empty")],
    scale: Annotated[int | None, typer.Option(help="multiplies the practices, networks and locations (default 1)")] = None,
    months: Annotated[int | None, typer.Option(help="monthly crosstabs, up to November 2025 (default 1)")] = None,
    practice_rows: Annotated[int | None, typer.Option(help="instead of a scale: about so many rows of crosstab, over 36 months")] = None,
    seed: Annotated[int | None, typer.Option(help="another seed gives other figures")] = None,
    dataset: Annotated[list[str] | None, typer.Option(help="only this dataset; may be given more than once")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Write synthetic files in the published formats, about fictional places, and what they add up to."""
    from pipeline.sample import chance, collection

    wanted = collection.plan(
        scale=scale, months=months, practice_rows=practice_rows, seed=chance.SEED if seed is None else seed
    )
    with _progress(as_json) as say:
        written = collection.write(out_dir, wanted, dataset or (), progress=say)
    if as_json:
        _print_json(written.facts())
        return
    for line in written.lines():
        print(line)


@app.command()
def status(raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False) -> None:
    """Per dataset: what is held and whether it is overdue; the last run; the current edition."""
    from pipeline.audit.status import status as status_of
    from pipeline.catalogue.load import catalogue

    facts = status_of(settings.load(raw=raw, out=out), catalogue(), date.today())
    if as_json:
        _print_json(facts)
        return
    _table(
        ["dataset", "releases", "latest period", "next due", "state"],
        [[d["dataset"], d["releases"], d["latest_period"], d["next_due"], d["state"]] for d in facts["datasets"]],
    )
    last = facts["last_run"]
    print(f"last run: {last['run_id']} {last['outcome']}: {last['message']}" if last else "last run: none")
    for message in last["held"] if last else []:
        print(f"  held back {message}")
    print(f"current edition: {facts['current_edition'] or 'none'}")


@app.command()
def find(
    words: Annotated[list[str], typer.Argument(help="words or codes")],
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Find metrics, areas and tables by words or codes."""
    from pipeline.audit import lookup, query

    con = query.edition_connection(settings.load(raw=raw, out=out))
    hits = lookup.find(con, " ".join(words))
    if as_json:
        _print_json([vars(hit) for hit in hits])
        return
    if not hits:
        raise Fault(f"nothing answers to {' '.join(words)!r}", where="find", remedy="Try fewer or other words")
    _table(["kind", "id", "name", "detail"], [[hit.kind, hit.id, hit.name, hit.detail[:80]] for hit in hits])


@app.command()
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
        _print_json(way)
        return
    for line in lines(way):
        print(line)


@app.command()
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
        _print_json([str(path) for path in paths])
        return
    for path in paths:
        print(f"wrote {path}")


@app.command()
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
    _table(names, rows[:limit])
    if len(rows) > limit:
        print(f"({limit} of {len(rows):,} rows; --limit or --json for more)")


def _say_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit()


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="the version, and nothing else")
    ] = False,
) -> None:
    """From NHS publications to marts an integrated care system can trust: gated, traceable, rebuildable."""


def _table(names: list[str], rows: list) -> None:
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


if __name__ == "__main__":
    main()

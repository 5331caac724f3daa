"""Commands of who brings data: take in, fetch, look at, hand out templates, draft a dataset, purge, forget."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings
from pipeline.commands.common import Debug, Json, Out, Raw, period_of, print_json, progressing, table
from pipeline.errors import EXIT_DONE, EXIT_PARTLY_REFUSED, Fault


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
    given = period_of(period)
    provenance = archive.Provenance(
        url=url,
        published_at=published_at,
        origin="synthetic" if synthetic else "real",
        citation=citation,
        publisher=publisher,
        licence=licence,
    )
    with progressing(as_json) as say:
        outcomes = archive.add(
            paths, known, catalogue(), dataset=dataset, period=given, provenance=provenance,
            progress=lambda name: say(f"looking at {name}"),
        )  # fmt: skip
    if as_json:
        print_json([vars(one) for one in outcomes])
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
    with progressing(as_json) as say:
        outcomes = fetching.fetch(known, catalogue(), datasets or (), dry_run=dry_run, progress=say)
    states = {one.dataset: one.state for one in freshness.held(catalogue(), releases(known.raw), date.today())}
    status_of_fetch = fetching.exit_status(outcomes)
    if as_json:
        print_json(_fetch_facts(outcomes, states, status_of_fetch))
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
    with progressing(as_json) as say:
        done = purging.purge(
            known, catalogue(), release_ids or (), rows=rows, due=due, now=datetime.now(UTC), progress=say
        )
    if as_json:
        print_json([asdict(one) for one in done])
        return
    for one in done:
        print(f"{one.release_id}: {one.message}")
    print(f"{len(done)} purged" if done else "nothing to purge")


def forget(raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False) -> None:
    """Take one person out of everything held and to come; who, is read from standard input or ICS_MARTS_PERSON, never an argument."""
    from pipeline.catalogue.load import catalogue
    from pipeline.ingest import purge as purging

    known = settings.load(raw=raw, out=out)
    person = os.environ.get("ICS_MARTS_PERSON") or _asked("NHS Number or pseudonym (not shown): ")
    with progressing(as_json) as say:
        done = purging.forget(known, catalogue(), person, now=datetime.now(UTC), progress=say)
    if as_json:
        print_json(asdict(done))
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
    with progressing(as_json) as say:
        found = inspection.inspect(file, known, dataset=dataset, period=period_of(period), progress=say)
    for path in report or ():
        inspection.write_report(found, path)
    if as_json:
        print_json(found)
    else:
        if "error" in found:
            print(f"error: {found['error']}", file=sys.stderr)
        for line in inspection.lines(found, shutil.get_terminal_size((160, 24)).columns):
            print(line)
    raise typer.Exit(EXIT_PARTLY_REFUSED if found["blocking"] else EXIT_DONE)


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
            print_json([dict(zip(("dataset", "title", "cadence"), one, strict=True)) for one in known])
        else:
            table(["dataset", "title", "cadence"], [list(one) for one in known])
        return
    paths = templates.write(templates.find(extract, catalogue()), out_dir, org=org, example=example)
    if as_json:
        print_json([str(path) for path in paths])
        return
    for path in paths:
        print(f"wrote {path}")


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
    with progressing(as_json) as say:
        draft = write.new_dataset(file, root, facts, progress=say)
    if as_json:
        print_json(asdict(draft))
        return
    for line in write.lines(draft):
        print(line)

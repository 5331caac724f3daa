"""Commands of who makes editions: run, the nightly round, the sample, how things stand."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings
from pipeline.commands.common import Debug, Json, Out, Raw, print_json, progressing, table


def run(
    as_of: Annotated[str | None, typer.Option("--as-of", help="use only what the archive held at this ISO instant")] = None,
    full: Annotated[bool, typer.Option("--full", help="run even where nothing changed")] = False,
    raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Make an edition of what the archive holds: marts, gate, publication."""
    from pipeline.run import sequence

    known = settings.load(raw=raw, out=out)
    with progressing(as_json) as say:
        outcome = sequence.run(known, as_of=sequence.instant(as_of) if as_of else None, full=full, progress=say)
    if as_json:
        print_json(outcome_facts(outcome, known))
    else:
        for line in outcome_lines(outcome, known):
            print(line, file=sys.stderr if outcome.outcome == "blocked" else sys.stdout)
    raise typer.Exit(outcome.status)


def outcome_facts(outcome, known: settings.Settings) -> dict:
    return {
        "outcome": outcome.outcome, "message": outcome.message, "run_id": outcome.run_id, "edition_id": outcome.edition_id,
        "edition": str(outcome.folder or ""), "latest": str(known.latest_dir), "held": outcome.held, "seconds": outcome.steps,
        "gate": outcome.ledger.summary() if outcome.ledger else None,
        "blocking": [vars(check) for check in outcome.ledger.blocking] if outcome.ledger else [],
        "tables": [
            {"part": one.table.part, "table": f"{one.table.schema}.{one.table.name}", "rows": one.rows} for one in outcome.tables
        ],
    }  # fmt: skip


def outcome_lines(outcome, known: settings.Settings):
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
    with progressing(as_json) as say:
        outcome = night.nightly(known, progress=say)
    if as_json:
        print_json(night_facts(outcome, known))
    else:
        for loud, line in night_lines(outcome, known):
            print(line, file=sys.stderr if loud else sys.stdout)
    raise typer.Exit(outcome.status)


def night_facts(outcome, known: settings.Settings) -> dict:
    return {
        "exit_status": outcome.status,
        "fetched": [asdict(one) for one in outcome.fetched],
        "inbox": {
            "folder": str(outcome.intake.folder), "there": outcome.intake.there,
            "files": [vars(one) for one in outcome.intake.outcomes],
            "waiting": [str(path) for path in outcome.intake.waiting], "stuck": outcome.intake.stuck,
        },
        "run": outcome_facts(outcome.run, known),
        "overdue": [vars(one) for one in outcome.overdue],
        "delivered": str(outcome.delivered or ""), "delivered_anew": outcome.delivered_anew,
    }  # fmt: skip


def night_lines(outcome, known: settings.Settings):
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
    for line in outcome_lines(outcome.run, known):
        yield outcome.run.outcome == "blocked", line
    for one in outcome.overdue:
        yield True, f"overdue       {one.dataset}: due {one.next_due}, {one.days_late} days ago"
    if outcome.delivered:
        yield False, f"delivered     {outcome.delivered}" + ("" if outcome.delivered_anew else " holds it already")


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
    with progressing(as_json) as say:
        written = collection.write(out_dir, wanted, dataset or (), progress=say)
    if as_json:
        print_json(written.facts())
        return
    for line in written.lines():
        print(line)


def status(raw: Raw = None, out: Out = None, as_json: Json = False, debug: Debug = False) -> None:
    """Per dataset: what is held and whether it is overdue; the last run; the current edition."""
    from pipeline.audit.status import status as status_of
    from pipeline.catalogue.load import catalogue

    facts = status_of(settings.load(raw=raw, out=out), catalogue(), date.today())
    if as_json:
        print_json(facts)
        return
    table(
        ["dataset", "releases", "latest period", "next due", "state"],
        [[d["dataset"], d["releases"], d["latest_period"], d["next_due"], d["state"]] for d in facts["datasets"]],
    )
    last = facts["last_run"]
    print(f"last run: {last['run_id']} {last['outcome']}: {last['message']}" if last else "last run: none")
    for message in last["held"] if last else []:
        print(f"  held back {message}")
    print(f"current edition: {facts['current_edition'] or 'none'}")

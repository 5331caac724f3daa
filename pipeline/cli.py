"""The `ics-marts` command: what people and scripts call. Each is a function of pipeline/commands;
here they are listed, in the order of the help, and every fault becomes one line.

Exit status: 0 done or nothing changed, 1 error, 2 the gate blocked and nothing was published, 3 done but something was
refused or held back. Errors are one line; a traceback only with --debug.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, NoReturn

import typer

from pipeline import __version__
from pipeline.commands import archive, reading, runs
from pipeline.errors import EXIT_DONE, EXIT_ERROR, Fault

app = typer.Typer(
    name="ics-marts", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
    help="From NHS publications to marts an integrated care system can trust: gated, traceable, rebuildable.",
)  # fmt: skip

# In the order in which the help lists them: what is brought, what is made, what is read.
for command in (
    archive.add, archive.fetch, archive.purge, archive.forget, archive.inspect, archive.template, archive.new_dataset,
    runs.run, runs.nightly, runs.sample, runs.status,
    reading.find, reading.trace, reading.bcf_return, reading.sql,
):  # fmt: skip
    app.command()(command)


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


if __name__ == "__main__":
    main()

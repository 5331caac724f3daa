"""Writes docs/reference from the code: `python docs/generate.py`. A test fails while a page differs.

Belongs here: how the contract models, the contracts, the metric catalogue, dbt's manifest, the suites and the command
line are shown to a reader, and what each field and setting means where the code has no place to say it.
Does not belong here: anything that the code already says (it is read from there), or pages written by hand.
"""

from __future__ import annotations

import csv
import inspect
import re
import tempfile
import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from pydantic import BaseModel

from pipeline import cli, settings
from pipeline.catalogue import contract as contracts
from pipeline.catalogue import fetch_rule
from pipeline.catalogue.contract import Contract, Layout, Table
from pipeline.catalogue.disclosure import Profile
from pipeline.catalogue.load import HERE, catalogue
from pipeline.catalogue.metric import PROOF_GRADES, Metric
from pipeline.errors import EXIT_DONE, EXIT_ERROR, EXIT_GATE_FAILED, EXIT_PARTLY_REFUSED
from pipeline.gate import dbt_checks, disclosure_checks, edition_checks, privacy_checks, suites
from pipeline.gate.ledger import Check
from pipeline.ingest.findings import findings
from pipeline.publish.tables import MARTS_SCHEMA_VERSION, PublishedTable, published_tables
from pipeline.transform.dbt import Dbt

REFERENCE = Path(__file__).parent / "reference"
# What became of every real file: written by benchmarks/every_file.py, held against the files by a test.
REAL_FILES = Path(__file__).parents[1] / "tests" / "real" / "every_file.csv"
MADE = "<!-- Made from the code by `python docs/generate.py`; do not edit by hand. -->"

# What a field means, where the model's docstring alone would leave a reader to guess. A field without words is an error.
WORDS: dict[str, dict[str, str]] = {
    "Contract": {
        "dataset": "name of the dataset and of its file, `<dataset>.yml`",
        "title": "title of the publication",
        "publisher": "who publishes it",
        "landing_page": "page where new releases appear",
        "licence": "licence it is published under",
        "licence_url": "text of the licence",
        "cadence": "how often it is published; `status` counts from it",
        "lag_days": "days from the end of a period to its publication",
        "kind": "a publication, or an extract that a partner hands over",
        "proof": "what the layouts were proven on: a real published file, other people's code only, or a form of our own",
        "owner": "team that answers for it",
        "on_failure": "what a failed critical check does: block the run, or hold the release and use the previous good one",
        "description": "what it is, in a sentence or two",
        "fetch": "how its files are found on the web: [fetch](../how-to/fetch-publications.md)",
        "person_level": "whether its rows are people: `true` for an extract, `published` for what a publisher has put in the open",
        "governance": "who answers for the people in it, why, and for how long",
        "pseudonym_domain": "the domain of ours that its people get their pseudonyms in: `linkage`, or one project's",
        "upstream_domains": "bodies whose pseudonyms it may bring instead of NHS Numbers",
        "tables": "its tables",
    },
    "Governance": {
        "controller": "the organisation that decides, with its ODS code",
        "purpose": "what the data are used for, and nothing else",
        "lawful_basis": "UK GDPR articles 6 and 9",
        "section_251": "`reference: <CAG number>`, or `not needed: <why>`",
        "dpia": "reference of the impact assessment",
        "sharing_agreement": "reference of the sharing agreement",
        "national_data_opt_out": "`applied upstream: <by whom>`, or `exempt: <because>`",
        "retention_months": "how long a release is kept after it was archived",
        "expires": "last day of the agreement",
        "permitted_roles": "who may use the internal part",
    },
    "Table": {
        "name": "name of the table",
        "description": "what its rows are",
        "grain": "what one row stands for",
        "period": "where the period of a release comes from",
        "part": "`all`, or a regular expression on the file's name with the group `part` (region, body): parts never supersede each other; "
        "a name without an optional group is part `all`",
        "resolve": "which releases count (see below)",
        "prefer_formats": "which format wins where the same table comes as CSV and XLSX",
        "file_names": "patterns of the file's name; a file so named is this table or is refused",
        "keys": "columns that name one row; a key that stands twice fails",
        "lines_repeat": "whether lines that are alike are lines of their own, so that nothing is asked of the keys",
        "columns": "canonical columns, as bronze and staging know them",
        "layouts": "forms of the published file, one each",
        "window_column": "with `resolve: window`, the month or date column that cuts a release into slices",
        "disclosure": "disclosure profile that the open part applies",
        "maturity": "what the publisher calls these figures",
        "markers": "cells that stand for no figure, and what they mean",
        "max_quarantine_share": "share of rows that may break the contract before its checks fail",
        "min_rows": "fewest good rows of a whole file",
    },
    "PeriodRule": {
        "type": "a month, quarter, calendar, financial or academic year, or a single day (`snapshot`)",
        "content_column": "the period with the latest day, month or period in this canonical column",
        "content_within": "the one period in which all days of this column lie, where they do and `content_column` says nothing",
        "header_year": "the `{yy}` of the header is the period",
        "name": "regular expression on the file's name with the groups `year` (or `year_end`) and, for months and days, `month` "
        "(and `day`), for quarters `quarter`",
        "quarters": "whether quarter 1 of a name is January to March (`calendar`) or April to June (`financial`)",
        "prefer": "what counts where both say a period; the other is recorded where it contradicts",
    },
    "Column": {
        "name": "canonical name",
        "description": "what it holds",
        "type": "what a cell is",
        "required": "whether it is never blank; a column that is not required may be absent from a layout",
        "formats": "how a month or date is written (strptime)",
        "one_order": "whether its formats have several orders of day and month, of which one must read the whole file",
        "reads": "what a bare year or `2011-12` in a period stands for",
        "rounds": "whether a spreadsheet's floating numbers are rounded to `scale`",
        "precision": "digits of a decimal",
        "scale": "decimals of a decimal",
        "allowed": "the closed list of values",
        "aliases": "other spelling -> allowed value",
        "pattern": "regular expression for the whole cell",
        "minimum": "least value",
        "maximum": "greatest value",
        "collapse_spaces": "whether a run of blanks counts as one",
        "thousands": "whether commas every three digits are allowed",
        "status": "whether `<name>_status` is kept beside it",
        "single": "whether every row of a release has the same value",
        "unit": "unit of a measure",
        "identifies": "how it identifies a person",
        "becomes": "what becomes of it before anything is written, where not what is usual for its kind",
        "at": "of a birth date: the column with the day at which an age is taken",
        "bands": "of a birth date: lower ends of the age bands, where not the usual ones",
    },
    "Layout": {
        "id": "name of the layout",
        "since": "first release that has it, for people",
        "container": "whether the file is a ZIP",
        "members": "pattern of the members of a ZIP; other members are a refusal",
        "one_member": "whether a ZIP holds only one of them: a second is a refusal",
        "beside": "patterns of members that may stand beside them: another table's, or nobody's",
        "format": "CSV, workbook, Parquet or GeoJSON",
        "encoding": "encoding of a CSV; UTF-8 may open with a byte order mark or not",
        "delimiter": "what parts the cells of a CSV",
        "header_row": "row of the header, counted from 1",
        "sheet": "pattern of the sheet's name",
        "find": "how a table is found that has no fixed place",
        "error_cells": "whether a sheet with `#N/A` and the like is refused, or such cells are blank",
        "repeats": "whether header cells stand more than once: the second is called `Name [2]`",
        "alternatives": "whether several published names stand for one column, whatever their case, of which a file has one",
        "optional": "with `alternatives`: canonical columns that a file may lack",
        "columns": "published header cell -> canonical column, or null where it is known and not kept",
        "positions": "of a file without a header: the canonical column, or null, of each column in order",
        "looks_like": "of a file without a header: canonical column -> regular expression that its first cells match whole",
        "unpivot": "columns that become rows",
        "constants": "canonical column -> value, for what this form lacks",
    },
    "Unpivot": {
        "columns": "regular expression that the header cells of these columns match whole",
        "name": "canonical column that receives the header cell; left out where named groups of `columns` fill columns",
        "value": "canonical column that receives the cell below it",
    },
    "Find": {
        "header": "regular expression for each row of the header, from top to bottom; without it, the first row that fits",
        "own_labels": "whether a cell in the last of these rows names its column alone",
        "letters": "letter of a column -> canonical column, or null, whatever its header says",
        "until": "regular expression of a cell in the first row that is no longer of the table",
        "fill_down": "canonical columns whose blank cells take the cell above",
        "captures": "canonical column -> value of the whole table, from beside it",
        "every_sheet": "whether each sheet like `sheet` is a member of the one table",
    },
    "Capture": {
        "from": "where it stands: the sheet's name, the file's (or ZIP member's), or a cell above the data",
        "like": "regular expression, searched for, whose group `value` is taken",
        "label": "regular expression of the cell whose next filled neighbour to the right is taken",
    },
    "FetchRule": {
        "start": "landing page; none where every file has a `url`",
        "hosts": "the only hosts that are asked, pages and files alike",
        "steps": "from the landing page to the page of a publication, in order",
        "not_yet": "regular expression on the text of a page that only announces a publication",
        "published_at": "the day of publication as the page says it, or `last_modified`: what the server says of the file",
        "files": "its files",
        "types": "media types that a file may have",
        "max_bytes": "longest file",
        "proof": "whether the block was run against the publisher's own site",
    },
    "Step": {
        "href": "regular expression on the address of a link, as people read it",
        "text": "regular expression on the text of a link",
        "pick": "what must be found",
        "at_most": "of `all`, how many of the newest; 0 for every one",
    },
    "FileRule": {
        "href": "regular expression on the address of a link, as people read it",
        "text": "regular expression on the text of a link",
        "pick": "what must be found",
        "at_most": "of `all`, how many of the newest; 0 for every one",
        "tables": "tables that the file holds",
        "url": "an address that never changes, instead of a link",
        "name": "name that it is archived under, where the address does not end in it",
        "period": "regular expression with the groups of a table's `period.name`, for files whose links alone say the period",
        "fetched_is_period": "whether it is a report of the day that it is asked for",
    },
    "PageDate": {
        "pattern": "regular expression on the page's text with the group `value`",
        "formats": "how the day is written (strptime)",
    },
    "Settings": {
        "raw": "the archive",
        "out": "editions, runs and the cache",
        "restricted": "the archive of originals about people; empty means `<raw>-restricted` beside the archive",
        "ics": "home ICB, by ODS or GSS code: what the page and workbook open with, never which areas are computed",
        "keep_editions": "how many editions are kept; the current one always is",
        "threads": "threads of DuckDB; 0 leaves it to DuckDB",
        "inbox": "where people drop files that the night takes in",
        "deliver_to": "one more folder that the night keeps like `latest`, such as a share; empty means none",
        "alert_file": "file that gets a line of JSON for whatever a person should know of a night; empty means none",
        "fetch": "whether the night fetches what is newly published",
        "fetch_contact": "an address of a page or of mail that is sent with every request, so that publishers know whom to ask",
        "fetch_proxy": "the proxy that leads out, `http://host:port`; empty means none",
        "fetch_pause_seconds": "seconds between two requests to one host",
        "latest": "the folder of stable file names; empty means `<out>/latest`",
        "lock_wait_seconds": "how long a second run waits for the first",
    },
}  # fmt: skip

RESOLVE = {
    "per_period": "every period's latest revision counts",
    "window": "a release restates many periods: for each part and data period the newest release replaces the whole slice; "
    "rows of two releases are never merged",
    "series": "the release with the latest period replaces all before it",
}
METHODS = {
    "count": "value = numerator; no interval",
    "wilson": "value = 100 × numerator / denominator, with the Wilson score interval at 95% and 99.8%",
    "rate": "value = `per` × numerator / denominator, with Byar's limits of the count, exact below 10",
    "share": "value = 100 × numerator / denominator of what is counted in full, or money; no interval",
    "difference": "value = numerator − denominator; no interval",
    "ratio": "value = `per` × numerator / denominator; no interval",
    "dsr": "directly standardised rate per `per`, European Standard Population 2013, Dobson's limits; none under 10 events",
    "stated": "value and limits as the source states them; a percentage with both parts is checked against them",
}
EXIT_WORDS = {
    EXIT_DONE: "done: an edition was made, or nothing had changed",
    EXIT_ERROR: "error: one line says what, where and what to do",
    EXIT_GATE_FAILED: "the gate blocked; nothing was published and the last edition stays",
    EXIT_PARTLY_REFUSED: "done, but a file was refused or a release was held back; the rest is in",
}


def pages() -> dict[str, str]:
    """Every generated page by file name."""
    check_words()
    makers: dict[str, Callable[[], Iterator[str]]] = {
        "contract.md": contract_page, "datasets.md": datasets_page, "metrics.md": metrics_page, "tables.md": tables_page,
        "checks.md": checks_page, "command-line.md": command_line_page,
    }  # fmt: skip
    return {name: "\n".join([MADE, *make()]).rstrip() + "\n" for name, make in makers.items()}


def main() -> None:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8")
        print(REFERENCE.name, name, sep="/")


# --- words -----------------------------------------------------------------------------------------------------


def cell(text: object) -> str:
    """Text as a table's cell: on one line, with what Markdown would take for markup made harmless."""
    parts = re.split(r"(`[^`]*`)", " ".join(str(text).split()))
    safe = (part if part.startswith("`") else part.replace("<", r"\<").replace("*", r"\*") for part in parts)
    return "".join(safe).replace("|", r"\|")


def code(text: object) -> str:
    return f"`{text}`" if str(text) else ""


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell(one) for one in row) + " |"
    yield ""


def prose(text: str) -> list[str]:
    """A docstring's paragraphs, each on one line."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text))
    return [line for paragraph in paragraphs for line in (" ".join(paragraph.split()), "")]


def words_of(model: str, field: str) -> str:
    if field not in WORDS[model]:
        raise KeyError(f"WORDS in docs/generate.py does not say what {model}.{field} means: add a line to it")
    return WORDS[model][field]


def check_words() -> None:
    """Raises KeyError where WORDS speaks of a field that is no longer there."""
    models = vars(fetch_rule) | vars(contracts)
    known = {
        name: {field.alias or key for key, field in models[name].model_fields.items()}
        for name in WORDS
        if name != "Settings"
    }
    known["Settings"] = {one.name for one in fields(settings.Settings)}
    gone = sorted(f"{model}.{field}" for model, words in WORDS.items() for field in set(words) - known[model])
    if gone:
        raise KeyError(f"WORDS in docs/generate.py explains {', '.join(gone)}, which is gone: take the line out")


def whole(text: object) -> str:
    """A sentence with its full stop, opening with a capital."""
    text = " ".join(str(text).split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


# --- contracts -------------------------------------------------------------------------------------------------


def contract_page() -> Iterator[str]:
    yield "# Reference: dataset contracts"
    yield ""
    yield (
        "A contract is one YAML file, `pipeline/catalogue/<publisher>/<dataset>.yml`. This page gives every field that it"
        " may hold, then what the contracts of this version say. How to write one:"
        " [add a dataset](../how-to/add-a-dataset.md)."
    )
    yield ""
    yield "## Form"
    yield ""
    yield (
        "A field that stands in no table below is an error, and so is a key that stands twice. A *name* is small letters,"
        " digits and underscores; a *pattern* of names is a glob (`*`, `?`, `[0-9]`); a *regular expression* must be one"
        " that both Python and DuckDB understand."
    )
    yield ""
    for model in (
        contracts.Contract,
        contracts.Governance,
        contracts.Table,
        contracts.PeriodRule,
        contracts.Column,
        contracts.Layout,
        contracts.Unpivot,
        contracts.Find,
        contracts.Capture,
        fetch_rule.FetchRule,
        fetch_rule.Step,
        fetch_rule.FileRule,
        fetch_rule.PageDate,
    ):
        yield f"### {model.__name__}"
        yield ""
        yield from prose(model.__doc__ or "")
        yield from table(
            ["field", "form", "default", "meaning"],
            [
                (
                    code(field.alias or name),
                    _form_of(field),
                    _default(field),
                    words_of(model.__name__, field.alias or name),
                )
                for name, field in model.model_fields.items()
            ],
        )
    yield "Which releases count (`resolve`):"
    yield ""
    yield from table(["value", "meaning"], [(code(name), meaning) for name, meaning in RESOLVE.items()])
    yield "## The contracts of this version"
    yield ""
    for one in catalogue().contracts.values():
        yield from _contract(one)


PROOF = {
    "real_file": "proven on real files", "code_only": "known from code only", "own_format": "our own form",
}  # fmt: skip


def datasets_page() -> Iterator[str]:
    """Every dataset with the real files that were read with its layouts: of these the test of every file keeps a list."""
    with REAL_FILES.open(encoding="utf-8", newline="") as stream:
        kept = [row for row in csv.DictReader(stream) if row["dataset"]]
    yield "# Reference: datasets"
    yield ""
    yield (
        "Every dataset that has a contract, how many real published files were read with it, and how many good rows they"
        " hold. *Known from code only*: no published file has been read yet, and nothing that comes of it counts as proven. "
        "The list of files is [tests/real/every_file.csv](../../tests/real/every_file.csv); a test reads them all again."
    )
    yield ""
    yield from table(
        ["dataset", "title", "publisher", "tables", "layouts", "real files", "rows", "status"],
        [
            _dataset_row(one, [row for row in kept if row["dataset"] == one.dataset])
            for one in catalogue().contracts.values()
        ],
    )
    yield "## Layouts"
    yield ""
    yield "A layout without a real file is proven by the tests of its contract alone."
    yield ""
    counts = Counter((row["dataset"], row["table"], row["layout"]) for row in kept)
    yield from table(
        ["dataset", "table", "layout", "form", "real files"],
        [
            (code(contract.dataset), code(one.name), code(layout.id), _layout_form(layout),
             counts[contract.dataset, one.name, layout.id] or "none")
            for contract, one in catalogue().tables()
            for layout in one.layouts
        ],
    )  # fmt: skip


def _dataset_row(contract: Contract, kept: list[dict[str, str]]) -> tuple:
    files = {(row["folder"], row["file"]) for row in kept}
    layouts = sum(len(one.layouts) for one in contract.tables)
    rows = sum(int(row["rows"]) for row in kept)
    link = f"[{contract.dataset}](contract.md#{contract.dataset})"
    return (link, contract.title, contract.publisher, len(contract.tables), layouts, len(files) or "none",
            f"{rows:,}" if files else "", PROOF[contract.proof])  # fmt: skip


def _layout_form(layout: Layout) -> str:
    form = layout.format.upper() if layout.format in ("csv", "xlsx", "xls", "ods") else layout.format.capitalize()
    inside = " in a ZIP" if layout.container == "zip" else ""
    how = ", found by its header" if layout.find else ", without a header" if layout.positions else ""
    return f"{form}{inside}{how}"


def _form_of(field) -> str:
    named = any("a-z0-9_" in (getattr(one, "pattern", None) or "") for one in field.metadata)
    return "name" if named else _form(field.annotation)


def _form(annotation: object) -> str:
    """An annotation in plain words."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return "name" if inner[0] is str else _form(inner[0])
    if origin is typing.Literal:
        return " or ".join(code(one) for one in inner)
    if origin is tuple:
        return f"list of {_form(inner[0])}"
    if origin is dict:
        return f"mapping of {_form(inner[0])} to {_form(inner[1])}"
    if inner:
        return " or ".join(_form(one) for one in inner)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return {
        str: "text", int: "whole number", float: "number", bool: "yes or no", date: "day", type(None): "null",
    }[annotation]  # fmt: skip


def _default(field) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None or value == "" or value == () or value == {}:
        return "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else code(value)


def _contract(one: Contract) -> Iterator[str]:
    yield f"### {one.dataset}"
    yield ""
    yield f"{one.title} ({one.publisher}). {whole(one.description)}"
    yield ""
    path = next(HERE.glob(f"*/{one.dataset}.yml"))
    facts = [
        ("contract", code(f"pipeline/catalogue/{path.parent.name}/{path.name}")),
        ("page", one.landing_page), ("licence", one.licence), ("cadence", f"{one.cadence}, {one.lag_days} days after the period"),
        ("kind", one.kind), ("proven on", code(one.proof)), ("on failure", one.on_failure), ("owner", one.owner),
    ]  # fmt: skip
    yield from table(["", ""], [fact for fact in facts if fact[1]])
    for each in one.tables:
        yield from _table(one, each)


def _table(one: Contract, each: Table) -> Iterator[str]:
    yield f"#### {one.dataset}/{each.name}"
    yield ""
    yield f"{whole(each.description)} {whole('Grain: ' + each.grain)}"
    yield ""
    facts = [
        ("file names", ", ".join(code(name) for name in each.file_names)),
        ("which releases count", f"{code(each.resolve)}: {RESOLVE[each.resolve]}"),
        ("key", ", ".join(code(key) for key in each.keys)),
        ("maturity", each.maturity), ("disclosure", code(each.disclosure)),
        ("markers", ", ".join(f"{code(mark)} {meaning}" for mark, meaning in each.markers.items())),
        ("layouts", "; ".join(_layout(layout) for layout in each.layouts)),
    ]  # fmt: skip
    yield from table(["", ""], [fact for fact in facts if fact[1]])
    yield from table(
        ["column", "published as", "type", "may be", "meaning"],
        [
            (code(column.name), _published_as(each, column.name), column.type, _may_be(column), column.description)
            for column in each.columns
        ],
    )


def _published_as(each: Table, name: str) -> str:
    """The header cells that become a canonical column, of all layouts."""
    cells = [header for layout in each.layouts for header, to in layout.columns.items() if to == name]
    return " or ".join(dict.fromkeys(code(one) for one in cells))


def _layout(layout: Layout) -> str:
    inside = f"ZIP of {code(layout.members)}" if layout.container == "zip" else layout.format.upper()
    sheet = f", sheet {code(layout.sheet)}" if layout.sheet else ""
    since = f", since {layout.since}" if layout.since else ""
    return f"{code(layout.id)} ({inside}{sheet}{since})"


def _may_be(column) -> str:
    rules = [] if column.required else ["blank"]
    rules += [", ".join(code(value) for value in column.allowed)] if column.allowed else []
    rules += [code(column.pattern)] if column.pattern else []
    rules += [f"written {' or '.join(code(form) for form in column.formats)}"] if column.formats else []
    rules += [f"{column.minimum:g} or more"] if column.minimum is not None else []
    rules += [f"{column.maximum:g} or less"] if column.maximum is not None else []
    return "; ".join(rules)


# --- metrics ---------------------------------------------------------------------------------------------------


def metrics_page() -> Iterator[str]:
    known = catalogue()
    yield "# Reference: metrics"
    yield ""
    yield (
        "The metric catalogue, `pipeline/catalogue/metrics/`, one file a theme. A metric is named by id and definition version:"
        " `pc_06.v2` is version 2 of `pc_06`, and its `metric_key`. How to add one: [add a metric](../how-to/add-a-metric.md)."
    )
    yield ""
    yield "Proof says how sure we are. C and D are never called proven."
    yield ""
    yield from table(
        ["grade", "the metric", "in this version"],
        [
            (grade, meaning, sum(one.proof_grade == grade for one in known.metrics))
            for grade, meaning in PROOF_GRADES.items()
        ],
    )
    yield "The method says how value and limits come from numerator and denominator."
    yield ""
    used = {one.method for one in known.metrics}
    yield from table(["method", "meaning"], [(code(name), METHODS[name]) for name in METHODS if name in used])
    for theme in dict.fromkeys(one.theme for one in known.metrics):
        mine = [one for one in known.metrics if one.theme == theme]
        yield f"## {theme}"
        yield ""
        yield from table(
            ["metric", "name", "unit", "proof", "source"],
            [
                (f"[{one.key}](#{one.key.replace('.', '')})", one.name, one.unit, one.proof_grade, code(one.source))
                for one in mine
            ],
        )
        for one in mine:
            yield from _metric(one, known.caveats, known.profiles)


def _metric(one: Metric, caveats: dict[str, str], profiles: dict[str, Profile]) -> Iterator[str]:
    yield f"### {one.key}"
    yield ""
    yield f"**{one.name}.** {whole(one.definition)}"
    yield ""
    target = one.target
    facts = [
        ("numerator", one.numerator), ("denominator", one.denominator), ("unit", one.unit),
        ("better is", {"up": "higher", "down": "lower", "context": "neither"}[one.direction]), ("method", code(one.method)),
        ("given for", ", ".join(one.geographies).replace("_", " ")), ("and by", ", ".join(one.breakdowns).replace("_", " ")),
        ("due", one.cadence), ("source", code(one.source)),
        ("needs", f"{code(one.needs.dataset)}, from {one.needs.from_whom}" if one.needs else ""),
        ("rows it is made of", _rows_of(one)),
        ("disclosure", _profile_words(profiles[one.disclosure])),
        ("target", f"{target.operator} {target.value}{f' by {target.by}' if target.by else ''}: {target.source}" if target else ""),
        ("proof", f"{one.proof_grade}: {one.proof}"),
        ("caveats", " ".join(caveats[caveat] for caveat in one.caveats)),
    ]  # fmt: skip
    yield from table(["", ""], [fact for fact in facts if fact[1]])


def _profile_words(profile: Profile) -> str:
    """A disclosure profile by name and title, nothing of the one that leaves all as published."""
    return "" if profile.name == "none" else f"{code(profile.name)}: {profile.title[0].lower()}{profile.title[1:]}"


def _rows_of(one: Metric) -> str:
    """The rows of detail that a metric is made of, in words."""
    if one.detail is None:
        return f"{code('marts.metric_row')}, sum of {code('amount')}"
    conditions = [
        (part, condition)
        for part, condition in (("numerator", one.detail.numerator), ("denominator", one.detail.denominator))
        if condition not in ("", "true")
    ]
    rows = f"{code('marts.' + one.detail.mart)}, sum of {code(one.detail.measure)}"
    rows += "".join(f"; {part} where {code(condition)}" for part, condition in conditions)
    before = one.detail.denominator_years_before
    return rows + (f"; denominator {before} year{'s' if before > 1 else ''} before" if before else "")


# --- tables ----------------------------------------------------------------------------------------------------


@cache
def manifest():
    """dbt's manifest of the project, parsed aside. Needs no database and no archive."""
    with tempfile.TemporaryDirectory(prefix="docs-") as scratch:
        return Dbt(Path(scratch) / "build.duckdb", Path(scratch) / "target").parse()


def tables_page() -> Iterator[str]:
    order = {"marts": 0, "reference": 1, "analysis": 2, "audit": 3}
    tables = sorted(
        (one for one in published_tables(manifest()) if one.part == "open"),
        key=lambda one: (order[one.schema], one.name != "metric_value", one.name),
    )
    masked = sorted(one.name for one in published_tables(manifest()) if one.part == "internal")
    yield "# Reference: tables"
    yield ""
    yield (
        "What readers query: the same names in `ics_marts.duckdb`, as folders of Parquet and in `data_dictionary.csv`."
        f" `marts_schema_version` is {MARTS_SCHEMA_VERSION}; a column that goes or changes its type without raising it"
        " blocks the gate."
    )
    yield ""
    yield (
        f"The internal part holds {', '.join(code('marts.' + name) for name in masked)} as they are before disclosure"
        " control; its database has everything else too, as in the open part."
    )
    yield ""
    yield from table(
        ["table", "key", "description"],
        [
            (f"[{one.schema}.{one.name}](#{one.schema}{one.name})", ", ".join(code(key) for key in one.key), one.description)
            for one in tables
        ],
    )  # fmt: skip
    shown: list[PublishedTable] = []
    for one in tables:
        yield from _published(one, shown)
        shown.append(one)


def _published(one: PublishedTable, shown: list[PublishedTable]) -> Iterator[str]:
    yield f"## {one.schema}.{one.name}"
    yield ""
    yield f"{whole(one.description)} Owner: {one.owner}." + (" A view." if one.is_view else "")
    yield ""
    # Of tables that begin with the same columns, the first says them.
    base = next((other for other in shown if one.columns[: len(other.columns)] == other.columns), None)
    rest = one.columns[len(base.columns) :] if base else one.columns
    if base:
        more = ", and:" if rest else "."
        yield f"The columns of [{base.schema}.{base.name}](#{base.schema}{base.name}){more}"
        yield ""
    if rest:
        yield from table(
            ["column", "type", "meaning"],
            [(code(column.name), column.data_type, column.description) for column in rest],
        )


# --- checks ----------------------------------------------------------------------------------------------------


def checks_page() -> Iterator[str]:
    yield "# Reference: checks"
    yield ""
    yield (
        "Every check that a run can make. Planned, executed and recorded are the same number, or the gate blocks. A check"
        " that fails and is critical blocks; a warning is shown; one that errors or does not run always blocks. Outcomes"
        " stand in `gate.json` of the edition and of the run, under the rule id and the release, model or edition that"
        " was judged."
    )
    yield ""
    yield "## Contract checks"
    yield ""
    yield "Derived from the contracts, on every release that counts. All are critical."
    yield ""
    for one, each in catalogue().tables():
        yield f"### {one.dataset}/{each.name}"
        yield ""
        yield f"The id is `{one.dataset}.{each.name}.` and:"
        yield ""
        prefix = f"{one.dataset}.{each.name}."
        found = findings(one, each, _clean_report(each), "")
        yield from table(
            ["rule", "dimension", "it holds that"],
            [(code(rule.rule_id.removeprefix(prefix)), rule.dimension, _quoted(rule.why)) for rule in found],
        )
    yield "## Expectations"
    yield ""
    yield "Great Expectations suites in `expectations/`: one per dataset, on each release; one per mart, on both parts."
    yield ""
    for path in sorted(settings.EXPECTATIONS.glob("*.json")):
        rules = suites.load_suite(path.stem).rules
        yield f"### {path.stem}"
        yield ""
        yield from table(
            ["rule", "table", "severity", "dimension", "it holds that", "if not"],
            [
                (code(rule.rule_id.removeprefix(path.stem + ".")), code(rule.table), rule.severity, rule.dimension, rule.why, rule.remedy)
                for rule in rules
            ],
        )  # fmt: skip
    yield from _dbt_checks()
    yield "## Edition"
    yield ""
    yield "The edition as a whole, against the last one. Their ids are `edition.` and:"
    yield ""
    yield from table(
        ["rule", "severity", "dimension", "it holds that"],
        [
            (code(rule_id.removeprefix("edition.")), severity, dimension, why)
            for rule_id, (severity, dimension, why) in edition_checks.RULES.items()
        ],
    )
    yield "Where people's data are in the archive, these look for anybody who could be recognised; each is critical:"
    yield ""
    yield from table(["rule", "it holds that"], [(code(one), why) for one, why in privacy_checks.RULES.items()])
    yield ""
    yield "Disclosure rules, critical: an outsider with all open tables is played ([disclosure control](../explanation/disclosure.md))."
    yield ""
    yield from table(["rule", "it holds that"], [(code(one), why) for one, why in disclosure_checks.RULES.items()])


def _clean_report(each: Table) -> SimpleNamespace:
    """A report on a file without a fault, only to be told what the checks hold."""
    return SimpleNamespace(
        rows_in=each.min_rows, rows_clean=each.min_rows, rows_quarantined=0, duplicate_keys=0, duplicate_example="",
        offences=(), members=(), singles={},
    )  # fmt: skip


def _quoted(why: str) -> str:
    """A pattern within a sentence is code."""
    return re.sub(r"(looks like) (.+)$", r"\1 `\2`", why)


def _dbt_checks() -> Iterator[str]:
    planned: list[Check] = list(dbt_checks.planned(manifest()))
    built = [check for check in planned if check.kind == "dbt_model"]
    yield "## Models"
    yield ""
    yield (
        f"Each of the {len(built)} models and seeds is a check of its own, `built.<name>`: it is built. The tests of"
        " models, all on the run's own database:"
    )
    yield ""
    yield from table(
        ["test", "severity", "dimension", "it holds that"],
        [
            (code(check.rule_id), check.severity, check.dimension, check.why)
            for check in planned
            if check.kind == "dbt_test"
        ],
    )


# --- the command line ------------------------------------------------------------------------------------------


def command_line_page() -> Iterator[str]:
    yield "# Reference: command line"
    yield ""
    yield "`ics-marts COMMAND`. `ics-marts COMMAND --help` says the same as this page."
    yield ""
    yield from table(["exit status", "meaning"], EXIT_WORDS.items())
    yield (
        "Errors are one line on standard error; a command line that cannot be parsed also ends with 2, and its message"
        " begins with `Usage:`. Periods are ISO or the NHS's financial year: `2026-03`, `2026-03-31`,"
        " `2025-Q3` (calendar quarter), `2024`, `2024/25`, `2023-12/2024-11`. An instant is an ISO day (its end) or"
        " instant."
    )
    yield ""
    commands = [one.callback for one in cli.app.registered_commands]
    common = _common(commands)
    yield "Options of most commands:"
    yield ""
    yield from table(["option", "takes", "default", "meaning"], [_option(*one) for one in common.values()])
    for command in commands:
        yield from _command(command, set(common))
    yield from _settings()


def _parameters(command: Callable) -> list[tuple[str, object, typing.Any, object]]:
    """(name, type, Typer's info, default) of each parameter of a command."""
    hints = typing.get_type_hints(command, include_extras=True)
    found = []
    for name, parameter in inspect.signature(command).parameters.items():
        kind, info = typing.get_args(hints[name])[:2]
        found.append((name, kind, info, parameter.default))
    return found


def _common(commands: list[Callable]) -> dict[str, tuple]:
    """The options that more than half of the commands take, and --internal."""
    every = [one for command in commands for one in _parameters(command)]
    names = [one[0] for one in every]
    wanted = {name for name in names if names.count(name) > len(commands) / 2} | {"internal"}
    return {one[0]: one for one in every if one[0] in wanted}


def _is_argument(info: object) -> bool:
    return type(info).__name__ == "ArgumentInfo"


def _option(name: str, kind: object, info, default: object) -> tuple[str, str, str, str]:
    # In `Annotated`, Typer takes the first name of an option for its default.
    named = [one for one in (info.default, *(info.param_decls or ())) if str(one).startswith("--")]
    spelt = named[0] if named else "--" + name.replace("_", "-")
    stands = "" if default in (None, "", False) else code(default)
    return code(spelt), _takes(kind), stands, info.help or ""


def _takes(kind: object) -> str:
    inner = [one for one in typing.get_args(kind) if one is not type(None)] or [kind]
    if typing.get_origin(inner[0]) is list or typing.get_origin(kind) is list:
        listed = typing.get_args(inner[0] if typing.get_origin(inner[0]) is list else kind)
        return "paths" if listed[0] is Path else "text"
    return {bool: "", str: "text", int: "number", Path: "path"}.get(inner[0], getattr(inner[0], "__name__", "text"))


def _command(command: Callable, common: set[str]) -> Iterator[str]:
    every = _parameters(command)
    arguments = [one for one in every if _is_argument(one[2])]
    options = [one for one in every if not _is_argument(one[2])]
    shared = [_option(*one)[0] for one in options if one[0] in common]
    own = [one for one in options if one[0] not in common]
    name = command.__name__.replace("_", "-")
    yield f"## {name}"
    yield ""
    yield from prose(command.__doc__ or "")
    yield "```text"
    usage = [f"ics-marts {name}", *(_usage(*one) for one in arguments), "[OPTIONS]" if options else ""]
    yield " ".join(part for part in usage if part)
    yield "```"
    yield ""
    if arguments:
        yield from table(["argument", "meaning"], [(code(name.upper()), info.help) for name, _, info, _ in arguments])
    if own:
        yield from table(["option", "takes", "default", "meaning"], [_option(*one) for one in own])
    if shared:
        yield f"Also {', '.join(shared)}."
        yield ""


def _usage(name: str, kind: object, info: object, default: object) -> str:
    shown = name.upper() + ("..." if typing.get_origin(kind) is list else "")
    return shown if default is inspect.Parameter.empty else f"[{shown}]"


def _settings() -> Iterator[str]:
    yield "## Settings"
    yield ""
    yield (
        "An argument wins over an environment variable, that over a line `NAME=value` of `.env` in the working folder,"
        " that over `ics-marts.toml` there, that over the default."
    )
    yield ""
    yield from table(
        ["in ics-marts.toml", "environment or .env", "default", "meaning"],
        [
            (code(one.name), code(settings.ENV_PREFIX + one.name.upper()), code(one.default), words_of("Settings", one.name))
            for one in fields(settings.Settings)
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""Problems of a file, one by one: level, rule, row, column, what was found, what is allowed, how to mend it.

Belongs here: turning what the reader, the contract's checks, the suite and a refusal say into problems. Three levels:
`submission` (the whole file is not taken in, or the gate will stop it), `record` (the row is left out, in quarantine),
`warning` (taken in, but somebody should look). Does not belong here: judging, or showing problems (report.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pipeline import duck
from pipeline.catalogue.contract import Contract, Table
from pipeline.errors import Refused
from pipeline.gate.ledger import Check
from pipeline.gate.suites import Rule
from pipeline.ingest.containers import shown
from pipeline.ingest.findings import Finding
from pipeline.ingest.identify import Identified
from pipeline.ingest.layout_diff import Change, Difference
from pipeline.ingest.read import Bronze, ReadReport
from pipeline.submission import words

Level = Literal["submission", "record", "warning"]
LEVELS: dict[Level, str] = {
    "submission": "the file is not taken in, or the gate will stop it",
    "record": "the row is left out",
    "warning": "taken in, but please look",
}
# So many rows of one rule are listed; the last of them says how many more there are.
MOST_ROWS = 200
# The column in which every extract says who submits it.
SUBMITTER = "submitting_org_ods"
BLANK = "(blank)"
NOT_SHOWN = "(not shown)"


@dataclass(frozen=True)
class Problem:
    """One problem. `row` is the row that a spreadsheet shows (`record 7` where only reading the file would tell), '' for
    none; `more` further rows break the same rule in the same way and are not listed.
    """

    level: Level
    rule: str
    found: str
    allowed: str
    remedy: str
    table: str = ""
    member: str = ""
    row: str = ""
    column: str = ""
    more: int = 0

    @property
    def sentence(self) -> str:
        """`Row 14, column weekly_cost: found 'abc', expected a number of pounds. Write digits only.`"""
        row = self.row if self.row.startswith("record") or not self.row else f"row {self.row}"
        column = f"column {self.column}" if self.column else ""
        place = ", ".join(filter(None, [self.member, row, column])) or "the file"
        more = f" So {self.more:,} more rows." if self.more else ""
        return f"{place[0].upper()}{place[1:]}: found {self.found}, expected {self.allowed}. {self.remedy}.{more}"


def facts(problem: Problem) -> dict:
    """A problem as data, for scripts, with its sentence."""
    return asdict(problem) | {"sentence": problem.sentence}


def from_facts(found: dict) -> Problem:
    """The problem that `facts` were made of."""
    return Problem(**{name: value for name, value in found.items() if name != "sentence"})


def counts(problems: Iterable[Problem]) -> dict[str, int]:
    """Problems by level, those that are not listed included."""
    found = dict.fromkeys(LEVELS, 0)
    for one in problems:
        found[one.level] += 1 + one.more
    return found


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop the file first, warnings last; each level in the order in which it was found."""
    places = list(LEVELS)
    return sorted(problems, key=lambda one: places.index(one.level))


# --- of a table that was read ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A table of a file as it was identified and read. `label` is the file's name."""

    found: Identified
    bronze: Bronze
    label: str

    @property
    def contract(self) -> Contract:
        return self.found.contract

    @property
    def table(self) -> Table:
        return self.found.table

    @property
    def report(self) -> ReadReport:
        return self.bronze.report

    @property
    def name(self) -> str:
        return f"{self.contract.dataset}/{self.table.name}"

    def published(self, column: str) -> str:
        """The header cell that a canonical column stands under, its own name where it has none."""
        first = self.found.members[0]
        here = (cell for cell, name in zip(first.header, first.columns, strict=False) if name == column and cell)
        return next(here, column)

    def row(self, member: str, ordinal: int) -> str:
        line = next(one for one in self.report.members if one.name == member).line(ordinal)
        return str(line) if line else f"record {ordinal}"

    def shown(self, cell: str | None) -> str:
        """A cell in quotes. Of a file about people none is: an identifier may have slipped into any column."""
        return NOT_SHOWN if self.contract.person_level is True else _shown(cell)

    def remedy(self, extract: str) -> str:
        """What to do, `extract` where the person who asks made the file."""
        return extract if self.contract.kind == "extract" else "Get a corrected file from the publisher"


def of_reading(reading: Reading, findings: Iterable[Finding]) -> Iterator[Problem]:
    """What the contract says of a table: of the whole file first, then row by row."""
    failed = {one.rule_id.rpartition(".")[2]: one for one in findings if not one.passed}
    if "min_rows" in failed:
        yield Problem(
            "submission", failed["min_rows"].rule_id, f"{reading.report.rows_clean:,} good rows",
            f"at least {reading.table.min_rows:,}", reading.remedy("Send the whole extract"), reading.name,
        )  # fmt: skip
    if "rows_conserved" in failed:
        yield Problem(
            "submission", failed["rows_conserved"].rule_id, failed["rows_conserved"].message,
            "every row read or in quarantine", "Tell the people who look after ics-marts", reading.name,
        )  # fmt: skip
    yield from _too_many_bad(reading)
    if "keys_unique" in failed:
        yield from _doubled(reading, failed["keys_unique"].rule_id)
    yield from _singles(reading, [one for one in findings if not one.passed and one.rule_id.endswith(".single")])
    yield from _bad_cells(reading)


def of_name(reading: Reading, part: str) -> Iterator[Problem]:
    """A warning where the name of an extract says that one organisation submits it, and its rows say another."""
    said = next(iter(reading.report.singles.get(SUBMITTER, ())), "")
    if part and said and said.lower() != part:
        yield Problem(
            "warning", "file.submitter", f"the name says {part.upper()}, the rows say {reading.shown(said)}",
            "one organisation: an extract replaces the one that bears its code in the name",
            "Name the file after the organisation that its rows are of, or mend the column", reading.name,
            column=reading.published(SUBMITTER),
        )  # fmt: skip


def _too_many_bad(reading: Reading) -> Iterator[Problem]:
    report, share = reading.report, reading.table.max_quarantine_share
    if report.rows_quarantined <= share * report.rows_in:
        return
    allowed = f"at most {share:.0%} of the rows" if share else "no row"
    yield Problem(
        "submission", f"{reading.contract.dataset}.{reading.table.name}.quarantine",
        f"{report.rows_quarantined:,} of {report.rows_in:,} rows are left out", allowed,
        reading.remedy("Mend the rows that are listed as records"), reading.name,
    )  # fmt: skip


def _doubled(reading: Reading, rule: str) -> Iterator[Problem]:
    """Every row whose key stands on another row too."""
    table = reading.table
    names = [
        part
        for key in table.keys
        for part in ((f"{key}_start", f"{key}_end") if table.column(key).type == "period" else (key,))
    ]
    keys = ", ".join(duck.name(one) for one in names)
    shown_keys = ", ".join(f"{duck.name(key)}::varchar" for key in table.keys)
    con = duck.connect()
    try:
        rows = con.execute(
            f"select member, source_row, [{shown_keys}], count(*) over () from ({reading.bronze.select()})"
            f" qualify count(*) over (partition by {keys}) > 1 order by {keys}, member, source_row limit {MOST_ROWS}"
        ).fetchall()
    finally:
        con.close()
    columns = ", ".join(reading.published(key) for key in table.keys)
    for at, (member, ordinal, cells, every) in enumerate(rows, start=1):
        held = ", ".join(map(reading.shown, cells))
        yield Problem(
            "submission", rule, f"{held}, which stands on another row too", "each combination once",
            reading.remedy("Remove one of the rows, or mend the cell by which they should differ"), reading.name, member,
            reading.row(member, ordinal), columns, every - len(rows) if at == len(rows) else 0,
        )  # fmt: skip


def _singles(reading: Reading, failed: Sequence[Finding]) -> Iterator[Problem]:
    for one in failed:
        column = one.rule_id.split(".")[-2]
        values = reading.report.singles[column]
        held = " and ".join(f"{reading.shown(value)} in {rows:,} rows" for value, rows in values.items())
        yield Problem(
            "submission", one.rule_id, held, "one value in all rows",
            reading.remedy("Write the same in every row; send rows of another period or organisation as an extract of their own"),
            reading.name, column=reading.published(column),
        )  # fmt: skip


def _bad_cells(reading: Reading) -> Iterator[Problem]:
    """Every cell of a quarantined row that breaks a rule."""
    con = duck.connect()
    try:
        rows = con.execute(
            f"""select rule_id, member, source_row, cells, every from (
                    select *, count(*) over (partition by rule_id) as every,
                           row_number() over (partition by rule_id order by member, source_row) as place
                    from (select unnest(rule_ids) as rule_id, * exclude (rule_ids)
                          from read_parquet({duck.text(reading.bronze.quarantine)})))
                where place <= {MOST_ROWS} order by member, source_row, rule_id"""
        ).fetchall()
    finally:
        con.close()
    last = {rule: (member, ordinal) for rule, member, ordinal, _, _ in rows}
    for rule, member, ordinal, cells, every in rows:
        more = every - MOST_ROWS if every > MOST_ROWS and last[rule] == (member, ordinal) else 0
        yield _bad_cell(
            reading, rule, member, ordinal, str(json.loads(cells or "{}").get(rule.split(".")[-2]) or ""), more
        )


def _bad_cell(reading: Reading, rule: str, member: str, ordinal: int, cell: str, more: int) -> Problem:
    column, kind = reading.table.column(rule.split(".")[-2]), rule.rpartition(".")[2]
    example = words.example_of(reading.contract, reading.table, column)
    return Problem(
        "record", rule, BLANK if kind == "required" else reading.shown(cell), words.expected(column, example),
        reading.remedy(words.to_mend(column, kind, cell, example, reading.table.markers)), reading.name, member,
        reading.row(member, ordinal), reading.published(column.name), more,
    )  # fmt: skip


def _shown(cell: str | None) -> str:
    return shown(cell) if cell else BLANK


# --- of the suite ----------------------------------------------------------------------------------------------------


def of_suite(con, rows: str, reading: Reading, rules: Iterable[Rule], checks: Mapping[str, Check]) -> Iterator[Problem]:
    """The rules of the suite that failed on table `rows` of `con`, row by row where the rule names rows."""
    for rule in rules:
        check = checks[rule.rule_id]
        if check.outcome == "passed":
            continue
        level: Level = "warning" if rule.severity != "critical" and check.outcome == "failed" else "submission"
        whole = Problem(level, rule.rule_id, _outcome(check), rule.why, rule.remedy, reading.name)
        if check.outcome != "failed" or rule.expectation["type"] != "unexpected_rows_expectation":
            yield whole
            continue
        query = rule.expectation["kwargs"]["unexpected_rows_query"].replace("{batch}", rows)
        yield from _rows_of(con, query, rows, reading, rule, level) or [whole]


def _outcome(check: Check) -> str:
    return check.message if check.outcome == "errored" else f"{check.rows_failed or 'some'} rows that are not so"


def _rows_of(con, query: str, rows: str, reading: Reading, rule: Rule, level: Level) -> list[Problem]:
    """A problem for each row that the rule names; none where it names no rows."""
    names = {column[0] for column in con.execute(f"select * from ({query}) limit 0").description}
    if not {"member", "source_row"} <= names:
        return []
    columns = [name for name in rule.expectation["meta"].get("columns", ()) if name]
    cells = ", ".join(f"{duck.name(name)}::varchar" for name in columns) or "null::varchar"
    # Of a table whose columns became rows, a record is one row of the file and many here.
    broken = f"select distinct member, source_row from ({query})"
    (every,) = con.execute(f"select count(*) from ({broken})").fetchone()
    found = con.execute(
        f"select member, source_row, any_value([{cells}]) from ({broken}) join {rows} using (member, source_row)"
        f" group by member, source_row order by member, source_row limit {MOST_ROWS}"
    ).fetchall()
    problems = []
    for at, (member, ordinal, held) in enumerate(found, start=1):
        said = ", ".join(
            f"{reading.published(name)} {reading.shown(cell)}"
            for name, cell in zip(columns, held, strict=bool(columns))
        )
        problems.append(
            Problem(
                level, rule.rule_id, said or "a row that is not so", rule.why, rule.remedy, reading.name, member,
                reading.row(member, ordinal), ", ".join(map(reading.published, columns)),
                every - len(found) if at == len(found) else 0,
            )
        )  # fmt: skip
    return problems


# --- of a file that was not read -------------------------------------------------------------------------------------


def of_refusal(refusal: Refused, difference: Difference | None) -> Iterator[Problem]:
    """Why a file was refused, in the words of in_our_words, then each column that differs from the nearest layout."""
    ours = difference is not None and difference.contract.kind == "extract"
    name = f"{difference.contract.dataset}/{difference.table.name}" if difference else ""
    remedy = refusal.remedy or "Check the file"
    yield Problem("submission", "file.refused", refusal.what, "a file as its contract says", remedy, name)
    for change in difference.changes if difference else ():
        yield from _of_change(change, name, ours, difference)


def in_our_words(refusal: Refused, difference: Difference | None) -> Refused:
    """A refusal with a remedy for the person who made the file, where it is an extract: nobody published it."""
    if difference is None or difference.contract.kind != "extract":
        return refusal
    template = f"ics-marts template {difference.contract.dataset}"
    if difference.changes:
        return Refused(
            refusal.what, where=refusal.where, remedy=f"Mend the columns, or start from the template: {template}"
        )
    if refusal.remedy.startswith("Download it again"):
        return Refused(
            refusal.what, where=refusal.where, remedy=f"Mend the file, or fill in the template again: {template}"
        )
    return refusal


def of_slot(refusal: Refused, reading: Reading, *, in_name: bool) -> Refused:
    """A refusal for a part or a period that is not known, with a remedy for the person who made the file.

    `in_name`: it is the part that only the file's name says.
    """
    column = reading.table.period.content_column
    if reading.contract.kind != "extract" or not (in_name or column):
        return refusal
    if in_name:
        like = reading.table.file_names[0].replace("*", "<ODS code>")
        return Refused("its name does not say who submits it", where=refusal.where, remedy=f"Name it {like}")
    return Refused(
        "no row says which period it is", where=refusal.where,
        remedy=f"Fill in the column {reading.published(column)} in every row",
    )  # fmt: skip


def _of_change(change: Change, name: str, ours: bool, difference: Difference) -> Iterator[Problem]:
    """A column of the header that is not as the layout has it."""
    wanted = next((cell for cell, kept in difference.nearest.columns.items() if kept == change.column and kept), "")
    publisher = "If the publisher changed it, add a layout to the contract; inspect prints the lines"
    found, allowed, remedy = {
        "renamed": (
            f"a column {shown(change.published)}", f"a column {shown(wanted)}" if wanted else f"as before: {change.what}",
            f"Name the column {wanted}" if wanted else "Name the column as before",
        ),
        "added": (f"a column {shown(change.published)}", "no such column", "Remove the column"),
        "gone": ("no such column", f"a column {shown(change.published)}", f"Add a column named {change.published}; see the template"),
        "doubled": (change.what, "each column once", "Remove the second column"),
    }.get(change.kind, ("", "", ""))  # fmt: skip
    if found:
        yield Problem(
            "submission", f"file.column_{change.kind}", found, allowed, remedy if ours else publisher, name,
            column=change.published,
        )  # fmt: skip


def of_unclaimed(reason: str, remedy: str) -> Problem:
    """A file that no contract knows."""
    return Problem("submission", "file.unknown", reason, "a file that a contract describes", remedy)

"""The form of a dataset contract: what a publisher's files look like and what we make of them.

Belongs here: the pydantic models of a contract, with every rule that makes one wrong.
Does not belong here: reading YAML (load.py), looking at files (ingest), judging data (gate).

A contract is dataset -> tables -> layouts. A table has canonical columns; a layout says how one form of the
published file maps onto them. Where a header changes by year, `{yy}` in a published column name stands for
two digits that are the same across the header (`LOC{yy}CD` is LOC22CD in 2022). Runs of white space in a header cell,
line breaks too, count as one blank. A table that stands somewhere on a sheet, below titles and headings of several rows,
is found by what its header says (`find`).
"""

from __future__ import annotations

import codecs
import re
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.catalogue.fetch_rule import FetchRule
from pipeline.catalogue.governance import Governance, PersonLevel
from pipeline.catalogue.identifying import FATES, Becomes, Identifies, why_open

Severity = Literal["critical", "warning"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SHEETS = ("xlsx", "xls", "ods")
# Files of one table that stands for itself.
WHOLE = ("parquet", "geojson")
# How the cells of the rows of a header are joined, and how the second of two columns of one name is called.
JOIN = " > "
NTH = "{name} [{n}]"

# Names that bronze gives to every table itself.
RESERVED = frozenset(
    {"release_id", "member", "source_row", "member_no", "file_row_number", "record_bytes", "broken_rules", "cells"}
)
# What a date may be made of: the strptime codes that DuckDB writes back exactly as it read them.
DATE_CODES = frozenset({"%Y", "%y", "%m", "%-m", "%b", "%B", "%d", "%-d", "%H", "%M", "%S", "%%"})


# Lookaround, atomic groups and references back: Python's regular expressions know them, DuckDB's (RE2) do not.
BEYOND_RE2 = re.compile(r"\(\?(?:[=!>(]|<[=!]|P=)|[*+?}]\+|(?<!\\)(?:\\\\)*\\[1-9Z]")


def _compiled(what: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{what} {pattern!r} is not a regular expression ({error})") from error


def folded(cell: str) -> str:
    """A header cell with its runs of white space, line breaks too, as one blank each."""
    return " ".join(cell.split())


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One canonical column of a table, with all that makes a cell of it right.

    `type` is text, integer, decimal (`precision`, `scale`), month or date (`formats`, strptime) or period. A decimal
    with more digits than `scale` keeps is refused, never rounded; a date must stand exactly as its format writes it
    (in any case of letters), and a month must be its first day. `rounds`: a spreadsheet's floating numbers, also in
    scientific notation, are rounded to `scale`, half away from zero. `one_order`: the formats have several orders of day and
    month, of which the one that reads every cell of the file is used. `reads` settles what a bare year or `2011-12` in
    a period is. `allowed` closes a code list; `aliases` maps other spellings onto it first. `status` keeps, beside a
    measure, a column `<name>_status` that says exact, suppressed, missing, not_available or not_applicable (from
    `markers`). `single` says that every row of a release has the same value, such as the day of an extract.

    `identifies` says how a column identifies a person, and `becomes` what becomes of it before anything is written: a
    pseudonym (of an NHS Number, of an upstream body's pseudonym as it is, of a local identifier), a `file_number` that means
    nothing outside its file, an age band (`bands`, lower ends) on the day that column `at` says, an LSOA; or it is dropped.
    A cell that is already reduced (a band, an LSOA) is taken as it is.
    """

    name: Identifier
    description: str = Field(min_length=3)
    type: Literal["text", "integer", "decimal", "month", "date", "period"] = "text"
    required: bool = True
    formats: tuple[str, ...] = ()
    one_order: bool = False
    reads: Literal["", "financial_year", "financial_year_ending", "academic_year", "calendar_year", "quarter"] = ""
    precision: int = Field(default=18, ge=1, le=38)
    scale: int = Field(default=6, ge=0)
    allowed: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None
    collapse_spaces: bool = True
    thousands: bool = False
    rounds: bool = False
    status: bool = False
    single: bool = False
    unit: str = ""
    identifies: Identifies = ""
    becomes: Becomes = ""
    at: Identifier | Literal[""] = ""
    bands: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Column:
        if self.name in RESERVED:
            raise ValueError(f"column {self.name}: the name is taken, bronze gives it to every row")
        if (self.type in ("month", "date")) != bool(self.formats):
            raise ValueError(f"column {self.name}: a month or date needs `formats`, and only they have them")
        for form in self.formats:
            self._check_format(form)
        if self.one_order and self.type != "date":
            raise ValueError(f"column {self.name}: only a date is of one order")
        if self.rounds and self.type != "decimal":
            raise ValueError(f"column {self.name}: only a decimal rounds")
        if self.reads and self.type != "period":
            raise ValueError(f"column {self.name}: `reads` is for periods")
        if self.pattern:
            _compiled(f"column {self.name}: pattern", self.pattern)
            if BEYOND_RE2.search(self.pattern):
                raise ValueError(
                    f"column {self.name}: pattern {self.pattern!r} holds what DuckDB's regular expressions cannot do"
                )
        measure = self.type in ("integer", "decimal")
        if not measure and (self.minimum is not None or self.maximum is not None or self.thousands):
            raise ValueError(f"column {self.name}: only an integer or decimal has minimum, maximum or thousands")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"column {self.name}: minimum {self.minimum:g} is above maximum {self.maximum:g}")
        if self.scale > self.precision:
            raise ValueError(f"column {self.name}: scale {self.scale} is above precision {self.precision}")
        for limit in (self.minimum, self.maximum):
            if self.type == "decimal" and limit is not None and abs(limit) >= 10 ** (self.precision - self.scale):
                raise ValueError(
                    f"column {self.name}: no decimal of precision {self.precision} and scale {self.scale} reaches {limit:g}"
                )
        strays = sorted(set(self.aliases.values()) - set(self.allowed))
        if self.aliases and strays and not measure:
            raise ValueError(f"column {self.name}: aliases lead to {strays}, which `allowed` does not hold")
        if self.status and not measure:
            raise ValueError(f"column {self.name}: only a measure (integer, decimal) can have a status")
        self._check_identifying()
        return self

    def _check_identifying(self) -> None:
        if not self.identifies:
            if self.becomes or self.at or self.bands:
                raise ValueError(f"column {self.name}: `becomes`, `at` and `bands` go with `identifies`")
            return
        kind = "date" if self.identifies == "date_of_birth" else "text"
        if self.type != kind:
            raise ValueError(f"column {self.name}: what identifies as {self.identifies} is of type {kind}")
        if self.becomes and self.becomes not in FATES[self.identifies]:
            raise ValueError(
                f"column {self.name}: a {self.identifies} becomes {' or '.join(FATES[self.identifies])}, not {self.becomes}"
            )
        if (self.fate == "age_band") != bool(self.at) or (self.bands and not self.at):
            raise ValueError(
                f"column {self.name}: an age band needs `at`, the column with its day, and only it has `bands`"
            )
        if list(self.bands) != sorted(set(self.bands)):
            raise ValueError(f"column {self.name}: `bands` are lower ends, each above the one before")
        if self.single or self.one_order or (self.allowed and self.fate != "kept"):
            raise ValueError(
                f"column {self.name}: what identifies has no `allowed`, is not `single` and not `one_order`"
            )

    @property
    def fate(self) -> str:
        """What becomes of a column that identifies a person, '' for any other."""
        return self.becomes or FATES.get(self.identifies, ("",))[0]

    def _check_format(self, form: str) -> None:
        codes = re.findall(r"%-?.?", form)
        unknown = sorted(set(codes) - DATE_CODES)
        if unknown:
            known = ", ".join(sorted(DATE_CODES))
            raise ValueError(f"column {self.name}: format {form!r} holds {', '.join(unknown)}; known: {known}")
        needed = [("%Y", "%y"), ("%m", "%-m", "%b", "%B")] + ([("%d", "%-d")] if self.type == "date" else [])
        for one_of in needed:
            if not set(one_of) & set(codes):
                raise ValueError(f"column {self.name}: format {form!r} has none of {', '.join(one_of)}")

    @property
    def derived(self) -> tuple[str, ...]:
        """The columns that bronze adds beside this one."""
        period = tuple(f"{self.name}_{end}" for end in ("start", "end", "type")) if self.type == "period" else ()
        return period + ((f"{self.name}_status",) if self.status else ())

    @property
    def duckdb_type(self) -> str:
        if self.fate:
            return "VARCHAR"
        return {
            "text": "VARCHAR", "integer": "BIGINT", "month": "DATE", "date": "DATE", "period": "VARCHAR",
            "decimal": f"DECIMAL({self.precision},{self.scale})",
        }[self.type]  # fmt: skip


class Unpivot(_Strict):
    """Published columns that become rows: those whose header cell matches `columns` (a regular expression, the whole
    cell). The header cell stands in canonical column `name`, the cell below it in `value`. With named groups instead of
    `name`, each group fills the canonical column of its name.
    """

    columns: str
    name: Identifier | Literal[""] = ""
    value: Identifier

    @model_validator(mode="after")
    def _consistent(self) -> Unpivot:
        groups = _compiled("unpivot columns", self.columns).groupindex
        if bool(self.name) == bool(groups):
            raise ValueError(f"unpivot {self.columns!r} has either `name` or named groups, which are columns")
        return self

    @property
    def filled(self) -> tuple[str, ...]:
        """The canonical columns that the header cells fill."""
        return (self.name,) if self.name else tuple(re.compile(self.columns).groupindex)

    def parts(self, cell: str) -> tuple[str, ...]:
        """What a folded header cell puts into each of `filled`."""
        if self.name:
            return (cell,)
        match = re.fullmatch(self.columns, cell)
        return tuple((match[name] or "").strip() for name in self.filled) if match else ()


class Capture(_Strict):
    """A value of a whole table that stands beside it: in its sheet's or member's name, or in a cell above its data.

    `like` is a regular expression, searched for, whose group `value` is taken; `label` one that a whole cell matches: the next
    filled cell to its right is taken, of which `like` then finds the part.
    """

    origin: Literal["sheet", "member", "above"] = Field(alias="from")
    like: str = ""
    label: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Capture:
        if self.like and "value" not in _compiled("capture like", self.like).groupindex:
            raise ValueError(f"capture {self.like!r} lacks the group value")
        if self.label:
            _compiled("capture label", self.label)
        if not self.like and not self.label:
            raise ValueError("a capture has `like`, `label` or both")
        if self.label and self.origin != "above":
            raise ValueError("a capture has a `label` only above the table")
        return self


class Find(_Strict):
    """Where on a sheet, or in a CSV with titles, a table stands: by what its header says, never by counting rows.

    `header` has a regular expression for each row of the header, from top to bottom: each is the first row, below the one
    before, in which some cell matches whole. Without it the header is the first row that fits the layout. The
    cells of a column in several rows are joined with ` > `; above the last row a cell reaches to the right until the next
    filled one. `own_labels`: where the last row has a cell, that alone names the column. `letters` gives
    canonical columns (or null) by their letter. The table ends above the first row in which some cell matches `until`, else
    with the sheet; blank rows are left out. `fill_down`: a blank cell of these columns takes the cell above.
    `captures`: values of the whole table. `every_sheet`: each sheet like the layout's `sheet` is a member of one table.
    """

    header: tuple[str, ...] = ()
    own_labels: bool = False
    letters: dict[Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")], Identifier | None] = {}
    until: str = ""
    fill_down: tuple[Identifier, ...] = ()
    captures: dict[Identifier, Capture] = {}
    every_sheet: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Find:
        for pattern in (*self.header, *filter(None, [self.until])):
            _compiled("find", pattern)
        if self.own_labels and len(self.header) < 2:
            raise ValueError("`own_labels` is for a header of several rows")
        return self


class Layout(_Strict):
    """One form of the published file. `columns` maps each published header cell to a canonical column, or to
    null where the cell is known and not kept. `constants` fills canonical columns that this form lacks.

    `header_row` counts from 1: rows of a sheet, or records of a CSV, where empty lines do not count. A file without a
    header has `positions` instead of `columns`: the canonical column (or null) of each of its columns, in order; and
    `looks_like`, regular expressions that the first cells of some of them match whole, because nothing else tells such
    a file from another. It is known by its name only. UTF-8 may open with a byte order mark or not. In a ZIP,
    `members` are this table's, only one where `one_member` says so (alike rows are not one row, so that a second
    file would count twice); `beside` those of other tables and of nobody (a specification). `unpivot` turns
    columns into rows. `find` says how a table is found that has no fixed place. Of GeoJSON each feature is a row of its
    properties, with `geometry` (its outline as text) and `crs` (WGS84 or BNG) beside them. `error_cells`: what becomes of a sheet
    that holds `#N/A` and the like. `repeats`: of header cells that stand more than once the second is called
    `Name [2]`. `alternatives`: several published names, whatever their case and white space, may become one column: of
    them exactly one stands in the file, or none where the column is `optional`."""

    id: Identifier
    since: str = ""
    container: Literal["none", "zip"] = "none"
    members: str = ""
    one_member: bool = False
    beside: tuple[str, ...] = ()
    format: Literal["csv", "xlsx", "xls", "ods", "parquet", "geojson"] = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = Field(default=",", pattern=r'^[^"\r\n]$')
    header_row: int = Field(default=1, ge=1)
    sheet: str = ""
    find: Find | None = None
    error_cells: Literal["refused", "blank"] = "refused"
    repeats: bool = False
    alternatives: bool = False
    optional: tuple[Identifier, ...] = ()
    columns: dict[str, Identifier | None] = {}
    positions: tuple[Identifier | None, ...] = ()
    looks_like: dict[Identifier, str] = {}
    unpivot: Unpivot | None = None
    constants: dict[Identifier, str] = {}

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            codec = codecs.lookup(encoding).name
            "".encode(codec)
        except LookupError as error:
            raise ValueError(f"{encoding!r} is not an encoding that Python knows") from error
        return "utf-8-sig" if codec == "utf-8" else codec

    @model_validator(mode="after")
    def _consistent(self) -> Layout:
        if (self.container == "zip") != bool(self.members):
            raise ValueError(f"layout {self.id}: a ZIP needs `members` (a pattern), and only a ZIP has them")
        if (self.format in SHEETS) != bool(self.sheet):
            raise ValueError(f"layout {self.id}: a workbook needs `sheet` (a pattern), and only a workbook has one")
        if (self.beside or self.one_member) and self.container != "zip":
            raise ValueError(f"layout {self.id}: only a ZIP has members")
        if bool(self.columns or self.unpivot) == bool(self.positions):
            raise ValueError(f"layout {self.id}: has either `columns` (with a header) or `positions` (without)")
        if self.positions and (self.unpivot or self.format != "csv"):
            raise ValueError(f"layout {self.id}: only a CSV can be without a header, and nothing of it is unpivoted")
        if bool(self.positions) != bool(self.looks_like):
            raise ValueError(f"layout {self.id}: `looks_like` goes with `positions`, and only with them")
        strays = sorted(set(self.looks_like) - set(self.positions))
        if strays:
            raise ValueError(f"layout {self.id}: `looks_like` names {strays}, which `positions` do not")
        for name, pattern in self.looks_like.items():
            _compiled(f"layout {self.id}: looks_like {name}", pattern)
        named = [self.alike(published) for published in self.columns]
        alike = sorted({name for name in named if named.count(name) > 1})
        if alike:
            but_for = "case and white space" if self.alternatives else "white space"
            raise ValueError(f"layout {self.id}: {alike} stands twice but for {but_for}")
        if self.find and (self.positions or self.header_row != 1 or self.format in WHOLE):
            raise ValueError(
                f"layout {self.id}: what is found has no `positions`, no `header_row` and is neither Parquet nor GeoJSON"
            )
        if self.find and self.find.every_sheet and self.format not in SHEETS:
            raise ValueError(f"layout {self.id}: only a workbook has `every_sheet`")
        if self.format in WHOLE and (self.container == "zip" or self.header_row != 1 or self.unpivot):
            kind = {"parquet": "Parquet", "geojson": "GeoJSON"}[self.format]
            raise ValueError(f"layout {self.id}: a {kind} file stands for itself: no ZIP, no header row, no unpivot")
        if self.optional and not self.alternatives:
            raise ValueError(f"layout {self.id}: `optional` goes with `alternatives`")
        strays = sorted(set(self.optional) - set(self.columns.values()))
        if strays:
            raise ValueError(f"layout {self.id}: `optional` names {strays}, which `columns` do not")
        kept = [*self.kept]
        doubled = sorted({name for name in kept if kept.count(name) > 1})
        if doubled:
            raise ValueError(f"layout {self.id}: two published columns both become {doubled}")
        twice = sorted(set(kept) & set(self.constants))
        if twice:
            raise ValueError(f"layout {self.id}: {twice} stands in both `columns` and `constants`")
        return self

    @property
    def kept(self) -> tuple[str, ...]:
        """The canonical columns that the file fills."""
        unpivoted = (*self.unpivot.filled, self.unpivot.value) if self.unpivot else ()
        found = (*self.find.letters.values(), *self.find.captures) if self.find else ()
        named = tuple(dict.fromkeys(self.columns.values())) if self.alternatives else tuple(self.columns.values())
        return (*(name for name in (*named, *self.positions, *found) if name), *unpivoted)

    @property
    def rows_above(self) -> int:
        """How many records stand above the first row of data."""
        return 0 if self.positions or self.format == "parquet" else self.header_row

    @property
    def by_rows(self) -> bool:
        """Whether it is read row by row: sheets, features, and text in which the table is found."""
        return self.format in SHEETS or self.format == "geojson" or self.find is not None

    def alike(self, published: str) -> str:
        """A header cell as it is compared."""
        return folded(published).casefold().replace(" ", "") if self.alternatives else folded(published)

    def header_pattern(self, published: str) -> re.Pattern[str]:
        """Matches one folded header cell; the two digits of `{yy}` are captured as `yy`."""
        return re.compile(re.escape(folded(published)).replace(r"\{yy\}", r"(?P<yy>[0-9]{2})"))


class PeriodRule(_Strict):
    """Where the period of a release comes from. Content wins over the name; both are recorded.

    `content_column` takes the latest day, month or period found in that canonical column, `content_within` the one period
    in which all days of that column lie, where they do and `content_column` says nothing; `header_year` reads `{yy}` of
    the header, `name` is a regular expression with the groups year (2 or 4 digits; the first of a financial or academic
    year) or year_end (its last) and, for months and days, month (name, three letters or number); for quarters, quarter (1 to 4: of the
    calendar, or of the financial year that begins in year: `quarters`); for days (`snapshot`) also day, without which
    a name can only contradict. `prefer: name` is for content that only hints at its period, such as the latest opening
    date in a register.
    """

    type: Literal["month", "quarter", "calendar_year", "financial_year", "academic_year", "snapshot"]
    content_column: str = ""
    content_within: str = ""
    header_year: bool = False
    name: str = ""
    quarters: Literal["calendar", "financial"] = "calendar"
    prefer: Literal["content", "name"] = "content"

    @model_validator(mode="after")
    def _consistent(self) -> PeriodRule:
        if self.name:
            groups = set(_compiled("period name", self.name).groupindex)
            beside = {"month": {"month"}, "snapshot": {"month"}, "quarter": {"quarter"}}.get(self.type, set())
            year = "year_end" if self.type in ("financial_year", "academic_year") and "year_end" in groups else "year"
            missing = sorted(({year} | beside) - groups)
            if missing:
                raise ValueError(f"period name {self.name!r} lacks the group {', '.join(missing)}")
        return self


class Table(_Strict):
    """One table of a dataset: its grain, its slot rule, how its releases resolve, and its layouts.

    `keys` are what one row is: a key that stands twice fails. `lines_repeat`: lines that are alike are lines of their own, as in
    a list of payments without their numbers, so that nothing is asked of the keys.
    """

    name: Identifier
    description: str = Field(min_length=10)
    grain: str = Field(min_length=10)
    period: PeriodRule
    part: str = "all"
    resolve: Literal["per_period", "window", "series"]
    prefer_formats: tuple[str, ...] = ()
    file_names: tuple[str, ...] = Field(min_length=1)
    keys: tuple[Identifier, ...] = Field(min_length=1)
    lines_repeat: bool = False
    columns: tuple[Column, ...] = Field(min_length=1)
    layouts: tuple[Layout, ...] = Field(min_length=1)
    window_column: str = ""
    disclosure: str = Field(pattern=r"^[a-z_]+$")
    maturity: Literal["provisional", "final", "revised"]
    markers: dict[str, Literal["suppressed", "missing", "not_available", "not_applicable"]] = {}
    max_quarantine_share: float = Field(default=0.0, ge=0.0, le=1.0)
    min_rows: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _consistent(self) -> Table:
        names = [column.name for column in self.columns]
        known = set(names)
        if len(known) != len(names):
            raise ValueError(f"table {self.name}: a column stands twice")
        taken = sorted(known & {derived for column in self.columns for derived in column.derived})
        if taken:
            raise ValueError(
                f"table {self.name}: {taken} is a column and also stands beside another (status or period)"
            )
        if "(?P<part>" in self.part:
            _compiled(f"table {self.name}: part", self.part)
        elif not re.fullmatch(r"[a-z0-9-]+", self.part):
            raise ValueError(f"table {self.name}: part {self.part!r} names no group `part` and is not a plain name")
        layouts = [layout.id for layout in self.layouts]
        if len(set(layouts)) != len(layouts):
            raise ValueError(f"table {self.name}: a layout stands twice")
        strays = sorted(set(self.prefer_formats) - {layout.format for layout in self.layouts})
        if strays:
            raise ValueError(f"table {self.name}: prefer_formats names {strays}, which no layout has")
        for label, wanted in (
            ("keys", set(self.keys)),
            ("window_column", {self.window_column} - {""}),
            ("period.content_column", {self.period.content_column} - {""}),
            ("period.content_within", {self.period.content_within} - {""}),
        ):
            if wanted - known:
                raise ValueError(f"table {self.name}: {label} names {sorted(wanted - known)}, not a column")
        for label, name, types in (
            ("window_column", self.window_column, ("month", "date")),
            ("content_column", self.period.content_column, ("month", "date", "period")),
            ("content_within", self.period.content_within, ("month", "date")),
        ):
            if name and self.column(name).type not in types:
                raise ValueError(f"table {self.name}: {label} {name} is none of {', '.join(types)}")
        for column in self.columns:
            if column.at and (column.at not in known or self.column(column.at).type not in ("month", "date", "period")):
                raise ValueError(
                    f"table {self.name}: {column.name} is to be an age at {column.at}, which is no column of days"
                )
        gone = known - {column.name for column in self.kept_columns}
        if gone & {*self.keys, self.window_column, self.period.content_column, self.period.content_within}:
            raise ValueError(f"table {self.name}: {sorted(gone)} is dropped, and keys or periods need it")
        if (self.resolve == "window") != bool(self.window_column):
            raise ValueError(f"table {self.name}: `window_column` goes with resolve: window, and only with it")
        for layout in self.layouts:
            mapped = set(layout.kept) | set(layout.constants)
            if mapped - known:
                raise ValueError(f"layout {layout.id}: maps to {sorted(mapped - known)}, not a column of {self.name}")
            mapped -= set(layout.optional)
            missing = {column.name for column in self.columns if column.required} - mapped
            if missing:
                raise ValueError(f"layout {layout.id}: nothing fills the required column {sorted(missing)}")
        return self

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def kept_columns(self) -> tuple[Column, ...]:
        """The columns that bronze holds: all but those that are dropped at the door."""
        return tuple(column for column in self.columns if column.fate != "dropped")

    @property
    def identifying(self) -> tuple[Column, ...]:
        """The columns that identify a person."""
        return tuple(column for column in self.columns if column.identifies)

    def claims_name(self, file_name: str) -> bool:
        """Whether a file's name says that it is this table."""
        return any(fnmatchcase(file_name.lower(), pattern.lower()) for pattern in self.file_names)


class Contract(_Strict):
    """A dataset: who publishes it, under which licence, how often, and its tables.

    `lag_days` is how long after the end of its period a release is due. `proof` says whether the layouts were
    proven on a real published file or are known from code only. `on_failure`: block the run, or hold the
    release back and go on with the previous good one.

    `person_level` says that its rows are people. `true`: an extract about patients, residents or staff: it has a
    `governance` block, its original goes to the restricted archive, and every column either identifies (and says what becomes
    of it) or is closed to what slips into a wrong column. `published`: individual-level rows that a publisher has put in the
    open, such as a workforce file: no governance, no restricted archive, but the person's identifier is still replaced by a file
    number or dropped, so that nobody is followed from file to file. `pseudonym_domain` is the domain of ours that NHS Numbers and
    local identifiers get a pseudonym of: `linkage`, which all linked extracts share, or one project's. `upstream_domains` are the
    bodies whose pseudonyms an extract may bring instead.
    """

    dataset: Identifier
    title: str
    publisher: str
    landing_page: str = ""
    licence: str
    licence_url: str = ""
    cadence: Literal["monthly", "quarterly", "annual", "irregular"]
    lag_days: int = Field(ge=0)
    kind: Literal["publication", "extract"]
    proof: Literal["real_file", "code_only", "own_format"]
    owner: str
    on_failure: Literal["block", "hold"]
    description: str = Field(min_length=10)
    fetch: FetchRule | None = None
    person_level: PersonLevel = False
    governance: Governance | None = None
    pseudonym_domain: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")] = "linkage"
    upstream_domains: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")], ...] = ()
    tables: tuple[Table, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Contract:
        names = [table.name for table in self.tables]
        if len(set(names)) != len(names):
            raise ValueError("a table stands twice")
        self._check_person_level()
        if self.fetch:
            strays = sorted(set(self.fetch.tables) - set(names))
            if strays:
                raise ValueError(f"`fetch` names {strays}, which are no tables of it")
            if self.kind != "publication" or self.person_level is True:
                raise ValueError("only a publication has a `fetch` block: an extract is handed over")
        return self

    def _check_person_level(self) -> None:
        if (self.governance is not None) != (self.person_level is True):
            raise ValueError("`governance` goes with `person_level: true`, and only with it")
        if self.pseudonym_domain in self.upstream_domains:
            raise ValueError(f"{self.pseudonym_domain} is a domain of ours, not an upstream one")
        identifying = [column for table in self.tables for column in table.identifying]
        if bool(identifying) != bool(self.person_level):
            raise ValueError(
                "`person_level` goes with columns that say what they identify (`identifies`), and only with them"
            )
        for column in identifying:
            if self.person_level == "published" and (column.fate == "pseudonym" or column.identifies == "nhs_number"):
                raise ValueError(
                    f"column {column.name}: what is published gets a file_number or is dropped: a key is for secrets"
                )
        for table in self.tables if self.person_level is True else ():
            self._check_closed(table)

    def _check_closed(self, table: Table) -> None:
        for column in table.columns:
            why = "" if column.identifies else why_open(column.type, column.allowed, column.pattern, column.maximum)
            if why:
                raise ValueError(
                    f"column {column.name}: in a person-level table an identifier in the wrong column must be stopped: {why}"
                )
        for layout in table.layouts:
            if (
                layout.container != "none"
                or layout.find
                or layout.unpivot
                or layout.constants.keys() & {column.name for column in table.identifying}
            ):
                raise ValueError(
                    f"layout {layout.id}: a person-level file is one plain table: no ZIP, `find` or `unpivot`"
                )

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)

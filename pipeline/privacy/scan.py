"""The scanner: finds NHS Numbers, full postcodes and dates of birth in what should hold none.

Belongs here: what counts as a find, and looking through text, Parquet, DuckDB, SQLite, workbooks and folders of them.
Does not belong here: what to do about a find (gate, tests).

How it keeps quiet where nothing is wrong: an NHS Number has ten digits alone or 3-3-4, no letter, digit or decimal point
beside it, a first digit that is issued (or 999, the test range) and the right check digit: of random numbers of ten
digits, which are rare, one in 27 passes, and seconds since 1970 (17...) never do. In a column of numbers, chance would
strike: there, a find counts only where more than a third of the numbers of ten digits pass. A postcode has an area that exists:
fictional places (XZ) and codes of organisations do not. A date is a date of birth only where a word says so, or the name
of its column: there are too many other dates. What a test planted, or a register holds, is found exactly (`Exact`). A
find never shows what was found.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline import duck
from pipeline.privacy import nhs_number, reduce

Kind = Literal["nhs_number", "postcode", "date_of_birth", "exact"]
WITHHELD = "[withheld]"
CHUNK = 4 * 1024 * 1024
OVERLAP = 256  # longer than anything that is looked for
CHANCE = 1 / 3

NUMBER = re.compile(
    r"(?<![A-Za-z0-9.+])(?<![0-9]-)" + nhs_number.WRITTEN.pattern + r"(?![A-Za-z0-9]|[.-][0-9])", re.ASCII
)
AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU "
    "GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH "
    "PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
# One letter is tried last: otherwise S would take SW1A for S and something wrong.
AREA = "|".join(sorted(AREAS.split(), key=lambda area: (-len(area), area)))
POSTCODE = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?:{AREA})[0-9][A-Z0-9]? ?{reduce.INWARD}|(?i:(?:{AREA})[0-9][A-Z0-9]? {reduce.INWARD}))(?![A-Za-z0-9])",
    re.ASCII,
)
BIRTH = r"(?:d\.?o\.?b\b\.?|dob|date[ _]?of[ _]?birth|birth[ _]?da(?:y|te)|person_birth_date|born)"
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DATE = (
    rf"(?:(?:1[89]|20)[0-9]{{2}}[-/.]?[01][0-9][-/.]?[0-3][0-9]|[0-3]?[0-9][-/. ][01]?[0-9][-/. ](?:(?:1[89]|20)[0-9]{{2}}|[0-9]{{2}})"
    rf"|[0-3]?[0-9](?:st|nd|rd|th)?[- ]{MONTH}[-, ]+(?:(?:1[89]|20)[0-9]{{2}}|[0-9]{{2}}))"
)
BORN = re.compile(
    rf"(?<![A-Za-z]){BIRTH}(?![A-Za-z])[^\n0-9]{{0,20}}?(?<![0-9])(?P<date>{DATE})(?![0-9])", re.IGNORECASE | re.ASCII
)
BIRTH_COLUMN = re.compile(rf"(?<![A-Za-z]){BIRTH}(?![A-Za-z])", re.IGNORECASE | re.ASCII)
# What is kept of a birth: bands and years.
NOT_A_DATE = re.compile(r"[0-9]{1,3}(?:-[0-9]{1,3}|\+)|(?:1[89]|20)[0-9]{2}|[A-Za-z ]*")


@dataclass(frozen=True)
class Find:
    """Something that identifies a person, and where; never what. `place` is a line, a member or table.column."""

    kind: Kind
    file: str
    place: str
    times: int

    def __str__(self) -> str:
        words = {"nhs_number": "NHS Number", "postcode": "full postcode", "date_of_birth": "date of birth"}
        what = words.get(self.kind, "value that was looked for")
        return f"{self.file}{' > ' + self.place if self.place else ''}: {self.times:,} times a {what}"


@dataclass(frozen=True)
class Exact:
    """Values that are looked for as they are, whatever they look like: any case of letters, blanks and signs left out.

    `values` are at least four letters or digits long each, or chance would find them.
    """

    values: frozenset[str]
    pattern: re.Pattern[str] | None = field(init=False, default=None)
    bare: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        bare = sorted({re.sub(r"[\W_]", "", value) for value in self.values}, key=lambda one: (-len(one), one))
        if any(len(one) < 4 for one in bare):
            raise ValueError("too short to be looked for")
        object.__setattr__(self, "bare", tuple(one.casefold() for one in bare))
        between = r"[\W_]?"
        either = "|".join(between.join(re.escape(letter) for letter in one) for one in bare)
        # A number within a longer one, such as a digest, is another number.
        object.__setattr__(
            self,
            "pattern",
            re.compile(rf"(?<![0-9A-Za-z])(?:{either})(?![0-9A-Za-z])", re.IGNORECASE) if bare else None,
        )

    def times(self, text: str) -> int:
        """How often any of them stands in a text."""
        if self.pattern is None:
            return 0
        # The pattern tries every value at every letter; nearly all text holds none of them.
        squeezed = re.sub(r"[\W_]+", "", text).casefold()
        return len(self.pattern.findall(text)) if any(one in squeezed for one in self.bare) else 0


NOTHING_EXACT = Exact(frozenset())


def in_text(text: str, exact: Exact = NOTHING_EXACT) -> Counter[Kind]:
    """How many of each kind stand in a text."""
    found: Counter[Kind] = Counter()
    found["nhs_number"] = sum(is_number(hit.group()) for hit in NUMBER.finditer(text))
    found["postcode"] = sum(1 for _ in POSTCODE.finditer(text))
    found["date_of_birth"] = sum(1 for _ in BORN.finditer(text))
    found["exact"] = exact.times(text)
    return +found


def is_number(text: str) -> bool:
    """Whether it is a number that a person, or a test, has."""
    digits = nhs_number.normal(text)
    return nhs_number.is_valid(text) and (digits[0] in nhs_number.FIRST_DIGITS_ISSUED or digits.startswith("999"))


def withheld(text: str) -> str:
    """A text for people to read, with everything that `in_text` finds replaced."""
    text = NUMBER.sub(lambda hit: WITHHELD if is_number(hit.group()) else hit.group(), text)
    text = BORN.sub(lambda hit: hit.group().replace(hit["date"], WITHHELD), text)
    return POSTCODE.sub(WITHHELD, text)


# --- files ---------------------------------------------------------------------------------------------------------


def in_folders(folders: Iterable[Path], exact: Exact = NOTHING_EXACT, *, but: Iterable[Path] = ()) -> list[Find]:
    """Every find in every file below some folders (or in files that are named), names of files and folders too.

    `but` are folders that may hold people's data. Raises OSError where a file cannot be read: what was not seen is not clean.
    """
    left_out = [path.resolve() for path in but]
    found: list[Find] = []
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*"))
        for path in files:
            if any(path.resolve().is_relative_to(one) for one in left_out):
                continue
                named = in_text(path.name, exact)
            shown, named = withheld(path.as_posix()), in_text(path.name, exact)
            found += [Find(kind, shown, "its name", times) for kind, times in sorted(named.items())]
            if path.is_file():
                found += in_file(path, exact)
    return found


def in_file(path: Path, exact: Exact = NOTHING_EXACT) -> list[Find]:
    """Every find in one file, by its first bytes: Parquet, DuckDB, SQLite, ZIP and workbook, gzip, else text."""
    shown = withheld(path.as_posix())
    with path.open("rb") as stream:
        head = stream.read(16)
    if head[:4] == b"PAR1":
        return _in_table(shown, "", f"read_parquet({duck.text(path)})", exact)
    if head[8:12] == b"DUCK":
        return _in_duckdb(path, shown, exact)
    if head == b"SQLite format 3\0":
        return _in_sqlite(path, shown, exact)
    if head[:2] == b"PK":
        return _in_zip(path, shown, exact)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _finds(shown, "", in_text(path.read_bytes().decode("utf-16", "replace"), exact))
    return _in_stream(shown, gzip.open(path) if head[:2] == b"\x1f\x8b" else path.open("rb"), exact)


def _in_stream(shown: str, opened, exact: Exact) -> list[Find]:
    found: Counter[Kind] = Counter()
    with opened as stream:
        before = ""
        while data := stream.read(CHUNK):
            text = before + data.decode("utf-8", "replace")
            # What reaches into the next chunk is counted with it.
            found += in_text(text, exact)
            before = text[-OVERLAP:]
            found -= in_text(before, exact) if len(data) == CHUNK else Counter()
    return _finds(shown, "", found)


def _finds(shown: str, place: str, found: Counter[Kind]) -> list[Find]:
    return [Find(kind, shown, place, times) for kind, times in sorted(found.items()) if times]


def _in_zip(path: Path, shown: str, exact: Exact) -> list[Find]:
    found: list[Find] = []
    with zipfile.ZipFile(path) as members:
        for info in members.infolist():
            found += _finds(shown, withheld(info.filename), in_text(info.filename, exact))
            data = members.read(info)
            if data[:4] == b"PAR1" or data[:2] == b"PK":
                with tempfile.TemporaryDirectory() as scratch:
                    inner = Path(scratch) / "member"
                    inner.write_bytes(data)
                    found += [Find(f.kind, shown, withheld(info.filename), f.times) for f in in_file(inner, exact)]
                continue
            # Cells of a sheet stand between tags.
            text = re.sub(r"<[^>]*>", " | ", data.decode("utf-8", "replace"))
            found += _finds(shown, withheld(info.filename), in_text(text, exact))
    return found


def _in_duckdb(path: Path, shown: str, exact: Exact) -> list[Find]:
    con = duck.connect_read_only(path)
    try:
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        found: list[Find] = []
        for schema, table in names:
            relation = f"{duck.name(schema)}.{duck.name(table)}"
            found += _in_table(shown, f"{schema}.{table}.", relation, exact, con)
        return found
    finally:
        con.close()


def in_relation(con, relation: str, shown: str, exact: Exact = NOTHING_EXACT) -> list[Find]:
    """Every find in the columns of a table or view of an open database; `place` is the column."""
    return _in_table(shown, "", relation, exact, con)


def _in_table(shown: str, prefix: str, relation: str, exact: Exact, con=None) -> list[Find]:
    """Every find in the columns of a relation. Only distinct values that could be one leave the database."""
    own = con is None
    con = con or duck.connect()
    try:
        found: list[Find] = []
        for column, kind, *_ in con.execute(f"describe select * from {relation}").fetchall():
            found += _finds(shown, withheld(f"{prefix}{column}"), in_text(column, exact))
            place = withheld(f"{prefix}{column}")
            found += _finds(shown, place, _in_column(con, relation, column, kind, exact))
        return found
    finally:
        if own:
            con.close()


def _in_column(con, relation: str, column: str, kind: str, exact: Exact) -> Counter[Kind]:
    cell = f"{duck.name(column)}::varchar"
    values = f"select {cell} as cell, count(*) as times from {relation} where {cell} is not null group by 1"
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")) or "INT" in kind:
        found = _in_numbers(con, values)
    else:
        # Without ten digits, the end of a postcode or a word for birth there is nothing to find; a whole pseudonym is one.
        suspect = r"[0-9]{3}.?[0-9]{3}.?[0-9]{4}|[0-9][A-Za-z]{2}([^A-Za-z0-9]|$)|(?i)birth|born|d.?o.?b"
        whole = r"[a-z][a-z0-9-]*:([a-z0-9]+:)?[0-9a-f]{64}"
        wide = f" where regexp_matches(cell, {duck.text(suspect)}) and not regexp_full_match(cell, {duck.text(whole)})"
        wide = "" if exact.pattern else wide
        found = Counter()
        for text, times in con.execute(f"select cell, times from ({values}){wide}").fetchall():
            for one, count in in_text(text, exact).items():
                found[one] += count * times
    if BIRTH_COLUMN.search(column):
        births = con.execute(
            f"select coalesce(sum(times), 0)::bigint from ({values})"
            f" where not regexp_full_match(cell, {duck.text(NOT_A_DATE.pattern)})"
        ).fetchone()[0]
        found["date_of_birth"] = max(found["date_of_birth"], births)
    if exact.pattern and kind.startswith(("DATE", "TIMESTAMP")):
        # A day that was looked for may be written in another way.
        for text, times in con.execute(f"select cell, times from ({values})").fetchall():
            for form in _other_forms(text):
                found["exact"] += times * exact.times(form)
    return +found


def _other_forms(day: str) -> Iterator[str]:
    year, month, rest = (*day.split("-"), "", "")[:3]
    yield f"{rest[:2]}/{month}/{year}"


def _in_numbers(con, values: str) -> Counter[Kind]:
    ten = con.execute(
        f"select cell, times from ({values}) where regexp_full_match(cell, '[0-9]{{10}}([.]0*)?')"
    ).fetchall()
    passing = [times for text, times in ten if is_number(text[:10])]
    return Counter({"nhs_number": sum(passing)}) if len(passing) > CHANCE * len(ten) else Counter()


def _in_sqlite(path: Path, shown: str, exact: Exact) -> list[Find]:
    con = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    con.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        tables = [name for (name,) in con.execute("select name from sqlite_master where type = 'table' order by 1")]
        found: list[Find] = []
        for table in tables:
            count: Counter[Kind] = Counter()
            for row in con.execute(f"select * from {duck.name(table)}"):
                for cell in row:
                    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
                    count += in_text(text, exact)
            found += _finds(shown, table, count)
        return found
    finally:
        con.close()

"""A member's text on its way to rows: as UTF-8 on disk, counted, and told apart by who may read it.

Belongs here: staging, counting, and reading text that needs care. Does not belong here: types and rules (read.py).

DuckDB scans plain text in parallel. It does not say when a row has blank cells beyond the last column (an unquoted
comma before a blank last cell would shift every cell after it), it mends some broken quoting in silence, and it
guesses where a quoted cell runs over the end of its buffer. So text with a quote in it, or with line ends of more
than one kind, is read by Python's csv module, which `trace` reads with too; and of plain text the delimiters are
counted here, so that a row that is too long, or lost, cannot pass.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.catalogue.contract import Layout
from pipeline.errors import Refused
from pipeline.ingest import containers
from pipeline.ingest.identify import Member


@dataclass(frozen=True)
class Staged:
    """A member as UTF-8 text in `file`. `where` names it in messages.

    `plain`: no quotes and one kind of line end. `skip`: the lines down to the header. `rows`: how many records the
    delimiters below the header make, None where their number fits no whole records. `lines`: how many lines there are.
    """

    member: Member
    file: Path
    where: str
    plain: bool
    skip: int
    rows: int | None
    lines: int


@dataclass
class _Count:
    """Quotes, delimiters and line ends of a text that comes in chunks."""

    quotes: int = 0
    delimiters: int = 0
    returns: int = 0
    feeds: int = 0
    pairs: int = 0
    last: str = "\n"

    def add(self, text: str, delimiter: str) -> None:
        self.quotes += text.count('"')
        self.delimiters += text.count(delimiter)
        self.returns += text.count("\r")
        self.feeds += text.count("\n")
        self.pairs += text.count("\r\n") + (self.last == "\r" and text[0] == "\n")
        self.last = text[-1]

    @property
    def uniform(self) -> bool:
        return self.returns == 0 or self.returns == self.feeds == self.pairs

    @property
    def lines(self) -> int:
        return self.returns + self.feeds - self.pairs + (self.last not in "\r\n")


def stage(path: Path, member: Member, layout: Layout, target: Path, label: str) -> Staged:
    """Checks every byte of a member and counts it; writes it as UTF-8 to `target` unless `path` will do as it is."""
    # DuckDB takes a name with these signs for a pattern and would read every file that is like it.
    pattern = set("*?[") & set(str(path))
    as_it_is = layout.container == "none" and layout.encoding == "utf-8-sig" and not pattern
    count = _Count()
    chunks = containers.text_of(path, member.name or None, layout.encoding, label)
    if as_it_is:
        for text in chunks:
            count.add(text, layout.delimiter)
    else:
        with target.open("w", encoding="utf-8", newline="") as out:
            for text in chunks:
                count.add(text, layout.delimiter)
                out.write(text)
    file = path if as_it_is else target
    skip, above = _header_end(file, layout)
    between = len(member.columns) - 1
    whole = between > 0 and (count.delimiters - above) % between == 0
    return Staged(
        member=member,
        file=file,
        where=f"{label} > {member.name}" if member.name else label,
        plain=count.quotes == 0 and count.uniform and between > 0,
        skip=skip,
        rows=(count.delimiters - above) // between if whole else None,
        lines=count.lines,
    )


def _header_end(file: Path, layout: Layout) -> tuple[int, int]:
    """How many lines there are down to the header, empty ones too, and how many delimiters they hold."""
    lines = delimiters = records = 0
    with file.open(encoding="utf-8-sig", newline="") as stream:
        for line in stream:
            lines += 1
            delimiters += line.count(layout.delimiter)
            records += line.strip("\r\n") != ""
            if records == layout.header_row:
                break
    return lines, delimiters


def records(staged: Staged, layout: Layout) -> Iterator[list[str]]:
    """The records below the header, empty lines left out, as the csv module reads them.

    Raises Refused, naming the line, at a record of another width than the header's and at quoting that is broken.
    """
    width, seen, line = len(staged.member.columns), 0, 1
    with staged.file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=layout.delimiter, strict=True)
        try:
            for record in reader:
                if record:
                    seen += 1
                    if seen > layout.header_row:
                        if len(record) != width:
                            raise _broken(staged, line, f"has {len(record)} columns, expected {width}")
                        yield record
                line = reader.line_num + 1
        except csv.Error as error:
            raise _broken(staged, line, f"is not well-formed CSV ({error}), expected {width} columns") from error


def _broken(staged: Staged, line: int, what: str) -> Refused:
    return Refused(
        f"line {line} {what}",
        where=staged.where,
        remedy="Look at that line: an unquoted comma, a stray quote, or a download that was cut short",
    )


def fault_of(staged: Staged, layout: Layout) -> None:
    """Reads a member to its end only to raise Refused at its first broken record."""
    for _ in records(staged, layout):
        pass

"""A member's text on its way to rows: as UTF-8 on disk, counted, and told apart by who may read it.

Belongs here: staging, counting, and reading text that needs care. Does not belong here: types and rules (read.py).

DuckDB scans text in parallel. It does not say when a row has blank cells beyond the last column (an unquoted comma
before a blank last cell would shift every cell after it), it mends some broken quoting in silence, and it guesses
where a quoted cell with a line break begins. So every delimiter, quote and line end is counted here: a row that is too
long, or lost, or a cell that is not whole, cannot pass. Text whose quotes hold line breaks or stand where none should,
or whose line ends are of more than one kind, is read by Python's csv module, which `trace` reads with too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.catalogue.contract import Layout
from pipeline.errors import Refused
from pipeline.ingest import containers
from pipeline.ingest.identify import Member

QUOTE, FEED, RETURN, BLANK = 0x22, 0x0A, 0x0D, 0x20


@dataclass(frozen=True)
class Letters:
    """Whether text holds control characters, letters beyond ASCII, runs of blanks, and blanks at the edge of a cell.

    What a file does not hold anywhere is not looked for in each of its cells.
    """

    controls: bool = True
    wide: bool = True
    runs: bool = True
    edges: bool = True

    def __or__(self, other: Letters) -> Letters:
        return Letters(
            self.controls or other.controls, self.wide or other.wide, self.runs or other.runs, self.edges or other.edges
        )


@dataclass(frozen=True)
class Staged:
    """A member as UTF-8 text in `file`. `where` names it in messages.

    `scannable`: DuckDB may read it. `skip`: the lines down to the header. `rows`: how many records the delimiters below
    the header make, None where their number fits no whole records. `lines`: how many lines there are. `cell_bytes`: how
    many bytes its cells hold below the header. `quoted`: some cell has quotes.
    `letters`: which letters that need care stand anywhere in it.
    """

    member: Member
    file: Path
    where: str
    scannable: bool
    skip: int
    rows: int | None
    lines: int
    cell_bytes: int
    quoted: bool
    letters: Letters


@dataclass
class _Count:
    """Quotes, delimiters and line ends of a text that comes in chunks; what stands inside quotes is not counted.

    `sound`: quotes stand only around whole cells, or doubled within them. `broken_cells`: a quoted cell has a line end.
    """

    delimiter: int
    size: int = 0
    quotes: int = 0
    doubled: int = 0
    delimiters: int = 0
    returns: int = 0
    feeds: int = 0
    pairs: int = 0
    sound: bool = True
    broken_cells: bool = False
    letters: Letters = Letters(False, False, False, False)
    inside: bool = False
    last: int = FEED
    edges: frozenset[int] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        self.edges = frozenset({self.delimiter, FEED, RETURN, QUOTE})

    def add(self, data: bytes) -> None:
        import numpy as np

        # By comparing whole arrays staging takes 2.5 s per GB; by searching for pairs of bytes it took 8.7.
        letters = np.frombuffer(data, np.uint8)
        self.size += len(data)
        if self.last == QUOTE and not self.inside:  # a quote ended the last chunk: only now is seen what follows it
            self._follows_a_close(letters[:1])
        feeds, returns = letters == FEED, letters == RETURN
        line_ends = feeds | returns
        found_delimiters = letters == self.delimiter
        delimiters, ends = int(np.count_nonzero(found_delimiters)), int(np.count_nonzero(line_ends))
        self.feeds += (new_feeds := int(np.count_nonzero(feeds)))
        self.returns += ends - new_feeds
        self.pairs += int(np.count_nonzero(returns[:-1] & feeds[1:])) + (self.last == RETURN and data[0] == FEED)
        quotes = np.flatnonzero(letters == QUOTE) if b'"' in data else np.empty(0, np.intp)
        edges = found_delimiters | line_ends
        edges[quotes] = True
        delimiter_is_control = delimiters if self.delimiter < 0x20 else 0
        self.letters |= Letters(
            controls=int(np.count_nonzero(letters < 0x20)) > ends + delimiter_is_control,
            wide=not data.isascii(),
            runs=self.letters.runs or b"  " in data or (self.last == BLANK and data[0] == BLANK),
            edges=self.letters.edges or self._blank_at_edge(letters, edges, quotes),
        )
        if self.inside or len(quotes):
            delimiters -= self._within_quotes(letters, quotes, found_delimiters, line_ends)
        self.delimiters += delimiters
        self.last = data[-1]

    def _blank_at_edge(self, letters, edges, quotes) -> bool:
        """Whether a blank stands at the edge of a cell: beside a quote, or a delimiter or line end outside quotes."""
        import numpy as np

        blanks = letters == BLANK
        # The last letter of the chunk before, which `inside` speaks of.
        if (self.last == QUOTE and blanks[0]) or (self.last == BLANK and letters[0] == QUOTE):
            return True
        if not self.inside and ((self.last in self.edges and blanks[0]) or (self.last == BLANK and edges[0])):
            return True
        beside = np.concatenate((np.flatnonzero(blanks[1:] & edges[:-1]), np.flatnonzero(blanks[:-1] & edges[1:]) + 1))
        # A comma within a quoted name is followed by a blank in most of them.
        within = (np.searchsorted(quotes, beside) + self.inside) % 2 == 1
        return bool((~within | (letters[beside] == QUOTE)).any())

    def _within_quotes(self, letters, quotes, delimiters, line_ends) -> int:
        """Judges the quotes of a chunk; returns how many delimiters stand between an opening and a closing one."""
        import numpy as np

        self.quotes += len(quotes)
        opens, closes = quotes[int(self.inside) :: 2], quotes[1 - int(self.inside) :: 2]
        before = letters[opens[opens > 0] - 1]
        first_opens = len(opens) > 0 and opens[0] == 0
        if not self._are_edges(before) or (first_opens and self.last not in self.edges):
            self.sound = False
        self._follows_a_close(letters[closes[closes < len(letters) - 1] + 1])
        if self.inside:
            opens = np.concatenate(([-1], opens))
        self.inside = len(opens) > len(closes)
        if self.inside:
            closes = np.concatenate((closes, [len(letters)]))
        self.broken_cells = self.broken_cells or _between(np.flatnonzero(line_ends), opens, closes) > 0
        return _between(np.flatnonzero(delimiters), opens, closes)

    def _are_edges(self, letters) -> bool:
        import numpy as np

        of_edges = np.zeros(256, bool)
        of_edges[list(self.edges)] = True
        return bool(of_edges[letters].all())

    def _follows_a_close(self, letters) -> None:
        import numpy as np

        self.sound = self.sound and self._are_edges(letters)
        self.doubled += int(np.count_nonzero(letters == QUOTE))

    @property
    def uniform(self) -> bool:
        return self.returns == 0 or self.returns == self.feeds == self.pairs

    @property
    def lines(self) -> int:
        return self.returns + self.feeds - self.pairs + (self.last not in (RETURN, FEED))

    @property
    def letters_held(self) -> Letters:
        """The letters of a text that has come to its end, which is the edge of its last cell."""
        return self.letters | Letters(False, False, False, self.last == BLANK)

    @property
    def well_quoted(self) -> bool:
        return self.sound and not self.inside and not self.broken_cells


def _between(positions, opens, closes) -> int:
    import numpy as np

    return int((np.searchsorted(positions, closes) - np.searchsorted(positions, opens)).sum())


def stage(path: Path, member: Member, layout: Layout, target: Path, label: str) -> Staged:
    """Checks every byte of a member and counts it; writes it as UTF-8 to `target` unless `path` will do as it is."""
    # DuckDB takes a name with these signs for a pattern and would read every file that is like it.
    pattern = set("*?[") & set(str(path))
    as_it_is = layout.container == "none" and layout.encoding == "utf-8-sig" and not pattern
    count = _Count(ord(layout.delimiter))
    chunks = (text.encode() for text in containers.text_of(path, member.name or None, layout.encoding, label))
    if as_it_is:
        for data in chunks:
            count.add(data)
    else:
        with target.open("wb") as out:
            for data in chunks:
                count.add(data)
                out.write(data)
    file = path if as_it_is else target
    skip, above, above_bytes, above_line_ends, above_quotes = _header_end(file, layout)
    between = len(member.columns) - 1
    whole = between > 0 and (count.delimiters - above) % between == 0
    line_ends = count.feeds + count.returns - above_line_ends
    # Of a doubled quote one belongs to the cell; every other quote stands around one.
    cell_bytes = (
        (count.size - above_bytes)
        - (count.delimiters - above)
        - line_ends
        - (count.quotes - count.doubled - above_quotes)
    )
    return Staged(
        member=member,
        file=file,
        where=f"{label} > {member.name}" if member.name else label,
        scannable=count.well_quoted and count.uniform and between > 0 and layout.delimiter.isascii(),
        skip=skip,
        rows=(count.delimiters - above) // between if whole else None,
        lines=count.lines,
        cell_bytes=cell_bytes,
        quoted=count.quotes > 0,
        letters=count.letters_held,
    )


def _header_end(file: Path, layout: Layout) -> tuple[int, int, int, int, int]:
    """Down to the header, empty lines too: lines, delimiters, bytes, line ends, and quotes that stand around cells."""
    if layout.rows_above == 0:
        return 0, 0, 0, 0, 0
    delimiters = records = 0
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=layout.delimiter)
        for record in reader:
            records += bool(record)
            delimiters += max(len(record) - 1, 0)
            if records == layout.rows_above:
                break
        skip = reader.line_num
    with file.open(encoding="utf-8-sig", newline="") as stream:
        above = "".join(stream.readline() for _ in range(skip))
    ends = above.count("\n") + above.count("\r")
    count = _Count(ord(layout.delimiter))
    if above:
        count.add(above.encode())
    return skip, delimiters, len(above.encode()), ends, count.quotes - count.doubled


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
                    if seen > layout.rows_above:
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

"""Reads a mutated file as the pipeline would, and says what became of it: read right, refused, flagged, undetectable, wrong.

Belongs here: the verdict and the tally of verdicts. Does not belong here: mutations (mutators.py).

`wrong` is a file whose rows are not the published ones and which nothing stops; a file that must be read and is not; and
anything that ends in a traceback. A failed finding stops a file at the gate; so does a refusal before the archive.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from typing import Literal

from pipeline import duck
from pipeline.catalogue.contract import Contract, Layout
from pipeline.catalogue.load import Catalogue, catalogue
from pipeline.errors import Refused
from pipeline.ingest.door import Door
from pipeline.ingest.findings import findings
from pipeline.ingest.identify import Identified, NotClaimed, identify
from pipeline.ingest.read import Bronze, read

from .files import Case, Part, text_grid
from .mutators import Mutation
from .slow import Reading, Row, Unreadable, canonical_names, disagree, reading
from .slow_people import People

Kind = Literal["right", "refused", "flagged", "undetectable", "wrong"]
Rows = dict[str, Counter[Row]]


@dataclass(frozen=True)
class Outcome:
    """What the pipeline made of a file: good rows by table, how many rows are in quarantine, and the findings that failed."""

    rows: Rows
    quarantined: int
    failed: frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    detail: str = ""


@dataclass
class Tally:
    """Verdicts by dataset, and the undetectable ones by reason. Filled by tests, printed at the end of the session."""

    files: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    unseen: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, case: Case, mutation: Mutation, verdict: Verdict) -> None:
        self.files.setdefault(case.dataset, set()).add(case.name)
        self.counts.setdefault(case.dataset, Counter())[verdict.kind] += 1
        if verdict.kind == "undetectable":
            self.unseen.setdefault((case.dataset, mutation.unseen), Counter())[mutation.place] += 1

    def lines(self) -> list[str]:
        """The table of all datasets, then why what passed unseen could not be seen."""
        kinds = ("right", "refused", "flagged", "undetectable", "wrong")
        head = f"{'dataset':<28}{'files':>6}{'mutations':>11}" + "".join(f"{kind:>14}" for kind in kinds)
        lines = [head]
        total: Counter[str] = Counter()
        for dataset, counted in sorted(self.counts.items()):
            total.update(counted)
            lines.append(self._line(dataset, len(self.files[dataset]), counted, kinds))
        lines.append(self._line("all", sum(map(len, self.files.values())), total, kinds))
        for (dataset, reason), places in sorted(self.unseen.items()):
            named = [f"{place} ({times})" if times > 1 else place for place, times in sorted(places.items()) if place]
            more = f", and {len(named) - 12} more" if len(named) > 12 else ""
            lines.append(f"undetectable in {dataset}: {sum(places.values())} x {reason}")
            if named:
                lines.append(f"    {'; '.join(named[:12])}{more}")
        return lines + self.notes

    @staticmethod
    def _line(name: str, files: int, counted: Counter[str], kinds: tuple[str, ...]) -> str:
        return f"{name:<28}{files:>6}{counted.total():>11}" + "".join(f"{counted[kind]:>14}" for kind in kinds)


@cache
def lenient_catalogue() -> Catalogue:
    """The product's contracts, but for `min_rows`: a file that was cut for a test has fewer rows than a whole one."""
    known = catalogue()
    contracts = {
        name: contract.model_copy(
            update={"tables": tuple(table.model_copy(update={"min_rows": 1}) for table in contract.tables)}
        )
        for name, contract in known.contracts.items()
    }
    return Catalogue(contracts, known.metrics, known.caveats)


@cache
def catalogue_as_written_here() -> Catalogue:
    """The same with every old workbook as XLSX, which is what a mutated one can be written as."""
    known, contracts = lenient_catalogue(), {}
    for name, contract in known.contracts.items():
        tables = tuple(
            table.model_copy(update={"layouts": _once_each(map(_as_xlsx, table.layouts))}) for table in contract.tables
        )
        contracts[name] = contract.model_copy(update={"tables": tables})
    return Catalogue(contracts, known.metrics, known.caveats)


def _once_each(layouts: Iterable[Layout]) -> tuple[Layout, ...]:
    """Layouts that differ in more than their name: an old workbook's may be that of a new one now."""
    return tuple({layout.model_dump_json(exclude={"id", "since"}): layout for layout in layouts}.values())


def found_as_written_here(found: tuple[Identified, ...]) -> tuple[Identified, ...]:
    return tuple(replace(one, layout=_as_xlsx(one.layout)) for one in found)


def _as_xlsx(layout: Layout) -> Layout:
    return layout.model_copy(update={"format": "xlsx"}) if layout.format in ("xls", "ods") else layout


def identified(path: Path, known: Catalogue, name: str, given: str) -> tuple[Identified, ...]:
    """What the file holds; () where no contract claims it. Raises Refused."""
    found = identify(path, known, name=name, dataset=given or None)
    if isinstance(found, NotClaimed):
        return ()
    return (found,) if isinstance(found, Identified) else tuple(found)


# What is kept of made-up people is made with this key everywhere; of real ones with a key of the environment.
OF_NOBODY = ("synthetic", "none", b"made-up people have no secret to keep")
SECRET = bytes(range(32))
# The postcode lookup that all files are read with. The last one is known and lies in no LSOA of England or Wales.
PLACES = {f"XZ{number} 1AB": f"E0199900{number}" for number in range(1, 8)} | {"XZ9 1AB": "S01000001"}


@lru_cache(maxsize=8)
def people_of(case: Case) -> People:
    """What becomes of the people of a case. A mutated file counts as the file itself, so that its numbers stay the same."""
    key = (case.contract.pseudonym_domain, "k1", SECRET) if case.real else OF_NOBODY
    digest = hashlib.sha256(case.data).hexdigest()
    return People(case.real, case.contract.dataset, digest, *key, case.contract.upstream_domains, PLACES)


def door_of(case: Case) -> Door | None:
    """The same for the pipeline; None where it needs no telling."""
    contract: Contract = case.contract
    if contract.person_level is not True:
        return None
    variable = f"ICS_MARTS_KEY_{contract.pseudonym_domain.upper().replace('-', '_')}"
    places = ", ".join(f"('{postcode}', '{area}')" for postcode, area in PLACES.items())
    return Door(
        contract.pseudonym_domain, contract.upstream_domains, "real" if case.real else "synthetic",
        environ={variable: f"k1:{SECRET.hex()}"}, places=f"select * from (values {places}) as known(postcode, lsoa)",
        places_id="made up",
    )  # fmt: skip


class Judge:
    """Judges mutations of files in a folder of its own. Safe to use from several threads."""

    def __init__(self, folder: Path, known: Catalogue) -> None:
        self._folder, self._known = folder, known
        self._numbers, self._lock, self._local = count(), threading.Lock(), threading.local()

    def outcome(self, case: Case, data: bytes) -> Outcome | None:
        """Identifies and reads a file's bytes under the case's name; None where no contract claims it. Raises Refused."""
        with self._lock:
            folder = self._folder / f"{next(self._numbers):06}"
        folder.mkdir(parents=True)
        try:
            path = folder / case.name
            path.write_bytes(data)
            found = identified(path, self._known, case.name, case.given)
            if not found:
                return None
            rows: Rows = {}
            failed: set[tuple[str, int]] = set()
            quarantined = 0
            digest, door = people_of(case).file_sha256, door_of(case)
            for one in found:
                bronze = read(path, one, digest, folder / "work", label=case.name, threads=1, treated=door)
                names = canonical_names(one.table)
                rows[one.table.name] = self._rows(bronze, names)
                quarantined += bronze.report.rows_quarantined
                failed |= {
                    (finding.rule_id, finding.rows_failed)
                    for finding in findings(one.contract, one.table, bronze.report, case.name)
                    if not finding.passed
                }
            return Outcome(rows, quarantined, frozenset(failed))
        finally:
            shutil.rmtree(folder)

    def _rows(self, bronze: Bronze, names: list[str]) -> Counter[Row]:
        # Opening a database takes longer than reading 200 rows: one for each thread.
        if not hasattr(self._local, "con"):
            self._local.con = duck.connect(threads=1)
        return Counter(self._local.con.execute(bronze.select(names[2:])).fetchall())

    def verdict(self, case: Case, pristine: Outcome, mutation: Mutation) -> Verdict:
        try:
            found = self.outcome(case, mutation.data)
        except Refused as refusal:
            return _stopped(mutation, "refused", str(refusal))
        except Exception as error:  # whatever it is: a person would see a traceback
            return Verdict("wrong", f"ended in {type(error).__name__}: {error}")
        if found is None:
            return _stopped(mutation, "refused", "no contract claims it")
        got, published = _comparable(found.rows, mutation), _comparable(pristine.rows, mutation)
        within = all(got[table] <= published.get(table, Counter()) for table in got)
        if mutation.placed and found.quarantined > pristine.quarantined and not within:
            return Verdict("wrong", f"rows beside those in quarantine are other: {_difference(published, got)}")
        if found.failed - pristine.failed:
            return _stopped(mutation, "flagged", ", ".join(rule for rule, _ in sorted(found.failed - pristine.failed)))
        if found.quarantined > pristine.quarantined and within:
            return _stopped(mutation, "flagged", f"{found.quarantined - pristine.quarantined} rows in quarantine")
        if mutation.meant:
            honest = _honest(case, mutation.becomes)
            if honest is not None and got == _comparable(honest, mutation):
                return Verdict("right")
            return Verdict("wrong", f"was read, but not as it stands: {_difference(honest or published, got)}")
        if got == published and found.quarantined == pristine.quarantined:
            if mutation.must == "notice":
                return Verdict("wrong", "was read without a word, though it must be noticed")
            return Verdict("right")
        if mutation.unseen and mutation.must != "notice":
            honest = _honest(case, mutation.becomes)
            if honest is not None and got == _comparable(honest, mutation):
                return Verdict("undetectable", mutation.unseen)
        return Verdict("wrong", f"was read, and nothing said that its rows are other: {_difference(published, got)}")


def _stopped(mutation: Mutation, kind: Kind, detail: str) -> Verdict:
    if mutation.must == "read":
        return Verdict("wrong", f"must be read as it was, but was {kind}: {detail}")
    return Verdict(kind, detail)


def _comparable(rows: Rows, mutation: Mutation) -> Rows:
    """Rows with their ordinal only where no row moved, and without their member where members bear other names."""
    if mutation.placed:
        return rows
    kept = (lambda row: row[2:]) if mutation.renamed else (lambda row: (row[0], *row[2:]))
    bare: Rows = {}
    for table, counted in rows.items():
        bare[table] = Counter()
        for row, times in counted.items():
            bare[table][kept(row)] += times
    return bare


def slow_reading(case: Case, becomes: Mapping[int, list[list[str]] | None]) -> tuple[Rows, int]:
    """What the slow reader makes of a case with some parts' cells changed, and how many rows are bad. Raises Unreadable."""
    rows: Rows = {}
    bad = 0
    for number, part in enumerate(case.parts):
        grid = becomes.get(number, [])
        if grid is None:
            continue
        found = _part_reading(part, people_of(case), grid) if number in becomes else _as_it_is(part, people_of(case))
        rows.setdefault(part.table.name, Counter()).update(found.rows)
        bad += found.bad
    return rows, bad


@lru_cache(maxsize=64)
def _as_it_is(part: Part, people: People) -> Reading:
    """A part that nothing was changed in: it is asked for with each mutation of another, and read once."""
    return _part_reading(part, people, text_grid(part))


def _part_reading(part: Part, people: People, grid: list[list[str]]) -> Reading:
    return reading(grid, part.name, part.table, part.layout, people, sheet=part.sheet, file=part.file)


def _honest(case: Case, becomes: Mapping[int, list[list[str]] | None]) -> Rows | None:
    """The rows of a mutation that is legitimate in the contract's words; None where the contract can tell it."""
    try:
        rows, bad = slow_reading(case, becomes)
        _, bad_before = slow_reading(case, {})  # cheap: parts as they are were read before
    except Unreadable:
        return None
    tables = {part.table.name: part.table for part in case.parts}
    if bad > bad_before or any(disagree(counted, tables[name]) for name, counted in rows.items()):
        return None
    return rows


def _difference(published: Rows, got: Rows) -> str:
    words = []
    for table in sorted({*published, *got}):
        before, after = published.get(table, Counter()), got.get(table, Counter())
        gone, new = before - after, after - before
        example = "; ".join(f"{word} {next(iter(rows))}" for word, rows in (("gone", gone), ("new", new)) if rows)
        words.append(f"{table}: {gone.total()} rows gone, {new.total()} new ({example})"[:900])
    return "; ".join(words)

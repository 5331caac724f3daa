"""Says which dataset, table and layout a file is: by its header first, by its name where the header is wrong.

A file is *identified* (its header is a known layout), *not claimed* (no contract knows it), or *refused* (a contract
claims it, by name or by a nearly right header, but it is not as the contract says).
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.catalogue.contract import Contract, Layout, Table
from pipeline.catalogue.load import HERE, Catalogue
from pipeline.errors import Refused
from pipeline.ingest import containers

# A header that shares this much with a layout (Jaccard) is that layout gone wrong, not another file. Of the ONS
# files that look alike, `subicb-la-lookup.csv` shares 0.57 with sub_icb_to_icb; one renamed column of 13 leaves 0.86.
NEARLY = 0.7
LOOK_DOWN = 25


@dataclass(frozen=True)
class Member:
    """One stretch of rows: a whole CSV (`name` empty), a member of a ZIP, or a sheet.

    `columns` gives, by position, the canonical column of each published column (None: known and not kept).
    """

    name: str
    header: tuple[str, ...]
    columns: tuple[str | None, ...]


@dataclass(frozen=True)
class Identified:
    """A file whose form is known. `years` are the two-digit years found in its header."""

    contract: Contract
    table: Table
    layout: Layout
    members: tuple[Member, ...]
    years: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotClaimed:
    """No contract knows this file. `nearest` is the table that comes closest, with its likeness (0 to 1)."""

    reason: str
    nearest: str = ""
    likeness: float = 0.0


@dataclass(frozen=True)
class HeaderFit:
    """How a header compares with a layout. It fits when there is neither `unknown` nor `missing` nor `doubled`."""

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    years: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not (self.unknown or self.missing or self.doubled) and len(self.years) <= 1

    @property
    def likeness(self) -> float:
        shared = len(self.columns) - len(self.unknown)
        return shared / max(shared + len(self.unknown) + len(self.missing), 1)


def fit_header(header: list[str], layout: Layout) -> HeaderFit:
    """Compares a header with a layout. Order does not matter: columns are found by name."""
    patterns = {published: layout.header_pattern(published) for published in layout.columns}
    columns: list[str | None] = []
    unknown: list[str] = []
    used: list[str] = []
    years: set[str] = set()
    for cell in header:
        found = next((name for name, pattern in patterns.items() if pattern.fullmatch(cell)), None)
        columns.append(layout.columns[found] if found else None)
        if found is None:
            unknown.append(cell)
            continue
        used.append(found)
        match = patterns[found].fullmatch(cell)
        years.update(value for value in match.groupdict().values() if value)
    return HeaderFit(
        columns=tuple(columns),
        unknown=tuple(unknown),
        missing=tuple(name for name in patterns if name not in used),
        doubled=tuple(sorted({name for name in used if used.count(name) > 1})),
        years=tuple(sorted(years)),
    )


def identify(
    path: Path, catalogue: Catalogue, *, name: str | None = None, dataset: str | None = None
) -> Identified | NotClaimed:
    """Which contract, table and layout the file at `path` is.

    `name` is the file's published name (default: its own), `dataset` restricts the search to one contract and makes
    a file that does not fit it a refusal. Raises Refused for a file that a contract claims but that is not right.
    """
    label = name or path.name
    kind = containers.kind_of(path)
    pairs = [pair for pair in catalogue.tables() if dataset in (None, pair[0].dataset)]
    if dataset and not pairs:
        known = ", ".join(sorted(catalogue.contracts))
        raise Refused(f"there is no dataset {dataset!r}", where=label, remedy=f"Known datasets: {known}")
    claims = [pair for pair in pairs if pair[1].claims_name(label)]
    if kind == "empty":
        if claims or dataset:
            raise Refused("the file is empty", where=label, remedy="Download it again")
        return NotClaimed("the file is empty")
    attempts = [attempt for pair in pairs for attempt in _attempts(path, label, kind, *pair, named=pair in claims)]
    fitting = [attempt for attempt in attempts if isinstance(attempt, Identified)]
    if len(fitting) > 1:
        names = ", ".join(f"{one.contract.dataset}/{one.table.name}/{one.layout.id}" for one in fitting)
        raise Refused(f"fits more than one layout: {names}", where=label, remedy="Say which with --dataset")
    if fitting:
        return fitting[0]
    near = sorted((a for a in attempts if isinstance(a, _Misfit)), key=lambda misfit: -misfit.likeness)
    if near and (claims or dataset or near[0].likeness >= NEARLY):
        named = [misfit for misfit in near if misfit.named]
        raise _refusal(label, (named or near)[0])
    if claims or dataset:
        contract, table = (claims or pairs)[0]
        forms = " or ".join(_form(layout) for layout in table.layouts)
        raise Refused(
            f"is a {kind} file, but {contract.dataset}/{table.name} is published as {forms}",
            where=label,
            remedy="Add the file as the publisher gives it, not unpacked or saved again",
        )
    if near:
        table_name = f"{near[0].contract.dataset}/{near[0].table.name}"
        return NotClaimed("no contract covers this file", table_name, near[0].likeness)
    return NotClaimed("no contract covers this file")


@dataclass(frozen=True)
class _Misfit:
    contract: Contract
    table: Table
    layout: Layout
    member: str
    fit: HeaderFit
    header: tuple[str, ...]
    named: bool
    found_lower: int = 0
    stray_members: tuple[str, ...] = ()

    @property
    def likeness(self) -> float:
        return 1.0 if self.found_lower or self.stray_members else self.fit.likeness


def _form(layout: Layout) -> str:
    return f"a ZIP of {layout.members}" if layout.container == "zip" else layout.format.upper()


def _attempts(path: Path, label: str, kind: str, contract: Contract, table: Table, *, named: bool):
    for layout in table.layouts:
        if kind == "zip" and layout.container == "zip":
            yield _try_zip(path, label, contract, table, layout, named)
        elif kind == "text" and layout.container == "none" and layout.format == "csv":
            records = containers.first_records(
                containers.head_of(path, None, label), layout.encoding, layout.delimiter, layout.header_row + LOOK_DOWN
            )
            yield _try_records(records, "", contract, table, layout, named)
        elif kind == "xlsx" and layout.format == "xlsx":
            for sheet in containers.sheet_names(path, label):
                if fnmatchcase(sheet, layout.sheet):
                    rows = containers.sheet_rows(path, sheet, label)[: layout.header_row + LOOK_DOWN]
                    yield _try_records(rows, sheet, contract, table, layout, named)


def _try_records(records: list[list[str]], member: str, contract, table, layout, named) -> Identified | _Misfit:
    """Compares the header row, and where it does not fit looks whether the header stands lower."""
    at = layout.header_row - 1
    header = records[at] if at < len(records) else []
    fit = fit_header(header, layout)
    if fit.fits:
        return Identified(contract, table, layout, (Member(member, tuple(header), fit.columns),), fit.years)
    for row, record in enumerate(records, start=1):
        if fit_header(record, layout).fits:
            return _Misfit(contract, table, layout, member, fit, tuple(header), named, found_lower=row)
    return _Misfit(contract, table, layout, member, fit, tuple(header), named)


def _try_zip(path: Path, label: str, contract, table, layout, named) -> Identified | _Misfit | None:
    infos = containers.zip_members(path, label)
    wanted = [info for info in infos if fnmatchcase(info.name.rsplit("/", 1)[-1], layout.members)]
    strays = tuple(info.name for info in infos if info not in wanted)
    nothing = HeaderFit((), (), tuple(layout.columns), (), ())
    if not wanted:
        return _Misfit(contract, table, layout, "", nothing, (), named) if named else None
    if strays:
        return _Misfit(contract, table, layout, "", nothing, (), named, stray_members=strays)
    found: list[Member] = []
    years: set[str] = set()
    for info in sorted(wanted, key=lambda one: one.name):
        head = containers.head_of(path, info.name, label)
        records = containers.first_records(head, layout.encoding, layout.delimiter, layout.header_row + LOOK_DOWN)
        attempt = _try_records(records, info.name, contract, table, layout, named)
        if isinstance(attempt, _Misfit):
            return attempt
        found.extend(attempt.members)
        years.update(attempt.years)
    return Identified(contract, table, layout, tuple(found), tuple(sorted(years)))


def contract_path(contract: Contract) -> str:
    """Where a contract stands, as a path from the project's root."""
    path = next(HERE.glob(f"*/{contract.dataset}.yml"), None)
    return f"pipeline/catalogue/{path.parent.name}/{path.name}" if path else f"{contract.dataset}.yml"


def nearest_name(name: str, candidates: tuple[str, ...]) -> str:
    """The candidate that looks most like `name`, or '' where none does."""
    from rapidfuzz import fuzz, process

    best = process.extractOne(name, candidates, scorer=fuzz.ratio, processor=str.lower, score_cutoff=55)
    return best[0] if best else ""


def _refusal(label: str, misfit: _Misfit) -> Refused:
    """The one clear message for a file that is nearly right."""
    what, where, remedy = _explain(label, misfit)
    return Refused(what, where=where, remedy=remedy)


def _explain(label: str, misfit: _Misfit) -> tuple[str, str, str]:
    table = f"{misfit.contract.dataset}/{misfit.table.name}"
    row = misfit.layout.header_row
    where = f"{label} > {misfit.member}" if misfit.member else label
    if misfit.stray_members:
        return (
            f"the ZIP holds {', '.join(misfit.stray_members[:3])}, which layout {misfit.layout.id} of {table} "
            f"does not expect (only {misfit.layout.members})",
            label,
            "Check that it is the publisher's file; if a new member is published, extend `members:` in "
            + contract_path(misfit.contract),
        )
    if misfit.found_lower:
        return (
            f"the header of {table} stands on row {misfit.found_lower}, expected on row {row}",
            where,
            f"If the publisher moved it, set `header_row: {misfit.found_lower}` in a new layout of "
            + contract_path(misfit.contract),
        )
    return _explain_columns(where, table, row, misfit)


def _explain_columns(where: str, table: str, row: int, misfit: _Misfit) -> tuple[str, str, str]:
    fit, parts, lines = misfit.fit, [], []
    missing = list(fit.missing)
    for cell in fit.unknown:
        near = nearest_name(cell, tuple(missing)) if cell else ""
        if near:
            missing.remove(near)
            parts.append(f"column {cell!r} is unknown (nearest expected: {near!r})")
            lines.append(f"`{cell}: {misfit.layout.columns[near] or 'null'}`")
        else:
            parts.append(f"column {cell!r} is unknown")
            lines.append(f"`{cell}: null`")
    parts += [f"column {name!r} is missing" for name in missing]
    parts += [f"column {name!r} stands twice" for name in fit.doubled]
    if len(fit.years) > 1:
        parts.append(f"its column names bear different years ({', '.join(fit.years)})")
    more = f" and {len(parts) - 4} more" if len(parts) > 4 else ""
    what = f"header row {row} is not layout {misfit.layout.id} of {table}: {'; '.join(parts[:4])}{more}"
    path = contract_path(misfit.contract)
    if lines and not missing:
        return what, where, f"If the publisher changed it, add a layout in {path} with {', '.join(lines[:4])}"
    return what, where, f"Check that it is the publisher's file; if its form changed, add a layout in {path}"

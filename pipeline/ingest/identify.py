"""Says which dataset, table and layout a file is: by its header first, by its name where the header is wrong.

A file is *identified* (its header is a known layout), *not claimed* (no contract knows it), or *refused* (a contract
claims it, by name or by a nearly right header, but it is not as the contract says).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.catalogue.contract import SHEETS, Contract, Layout, Table, folded
from pipeline.catalogue.load import HERE, Catalogue
from pipeline.errors import Refused
from pipeline.ingest import containers, geojson
from pipeline.ingest.find import Located, NotFound, locate
from pipeline.ingest.header import NO_HEADER, HeaderFit, fit_header

# A header that shares this much with a layout (Jaccard) is that layout gone wrong, not another file. Of the ONS
# files that look alike, `subicb-la-lookup.csv` shares 0.57 with sub_icb_to_icb; one renamed column of 13 leaves 0.86.
NEARLY = 0.7
LOOK_DOWN = 25
# A file without a header is the table when this share of its first records looks like it: the rest is bad rows, which
# are quarantined one by one and do not make another file of it.
LOOKS_RIGHT = 0.8


@dataclass(frozen=True)
class Member:
    """One stretch of rows: a whole CSV (`name` empty), a member of a ZIP, or a sheet.

    `columns` gives, by position, the canonical column of each published column (None: not kept as a column); `spread`
    the positions of those that become rows. `inside` is the member of a ZIP that is a workbook with this sheet.
    Where a table is found, both go on beyond the published columns with what was captured beside it.
    """

    name: str
    header: tuple[str, ...]
    columns: tuple[str | None, ...]
    spread: tuple[int, ...] = ()
    sheet: str = ""
    inside: str = ""


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
    remedy: str = "To take it in, write a contract: docs/how-to/add-a-dataset.md"


def identify(
    path: Path, catalogue: Catalogue, *, name: str | None = None, dataset: str | None = None
) -> tuple[Identified, ...] | NotClaimed:
    """Which contract, layouts and tables the file at `path` holds: several tables where it has a sheet or member of each.

    `name` is the file's published name (default: its own), `dataset` restricts the search to one contract and makes
    a file that does not fit it a refusal. Raises Refused for a file that a contract claims but that is not right: of a
    file that bears the name of several tables, each must be in it.
    """
    label = name or path.name
    kind = containers.kind_of(path)
    pairs = [pair for pair in catalogue.tables() if dataset in (None, pair[0].dataset)]
    if dataset and not pairs:
        raise Refused(f"there is no dataset {dataset!r}", where=label, remedy=_known_datasets(dataset, catalogue))
    claims = [pair for pair in pairs if pair[1].claims_name(label)]
    wanted = claims or (pairs if dataset else [])
    if kind == "empty":
        if wanted:
            raise Refused(
                f"the file is empty, expected {_forms(wanted[0][1])}", where=label, remedy="Download it again"
            )
        return NotClaimed("the file is empty")
    if kind in ("zip", "xlsx", "ods"):
        try:
            containers.zip_members(path, label)
        except Refused as refusal:
            if wanted:
                raise
            return NotClaimed(refusal.what, remedy=refusal.remedy)
    attempts = [attempt for pair in pairs for attempt in _attempts(path, label, kind, *pair, named=pair in wanted)]
    fitting = _by_encoding(path, label, [attempt for attempt in attempts if isinstance(attempt, Identified)])
    near = sorted((a for a in attempts if isinstance(a, _Misfit)), key=lambda misfit: -misfit.likeness)
    if fitting:
        return _each_once(label, fitting, near)
    named = [misfit for misfit in near if misfit.named]
    if named:
        raise _refusal(label, named[0])
    if near and near[0].likeness >= NEARLY:
        raise _refusal(label, near[0])
    if wanted:
        contract, table = wanted[0]
        raise Refused(
            f"is a {kind} file, expected {_forms(table)}: so {contract.dataset}/{table.name} is published",
            where=label,
            remedy="Add the file as the publisher gives it, not unpacked or saved again",
        )
    if near and near[0].likeness > 0:
        table_name = f"{near[0].contract.dataset}/{near[0].table.name}"
        return NotClaimed("no contract covers this file", table_name, near[0].likeness)
    return NotClaimed("no contract covers this file")


def _known_datasets(name: str, catalogue: Catalogue) -> str:
    near = nearest_name(name, tuple(sorted(catalogue.contracts)))
    return f"The nearest is {near}; `ics-marts status` lists all" if near else "`ics-marts status` lists all"


def _by_encoding(path: Path, label: str, fitting: list[Identified]) -> list[Identified]:
    """Of layouts that differ in their encoding only, the first in which every byte reads: a header seldom tells them apart."""
    alike: dict[tuple, list[Identified]] = {}
    for one in fitting:
        plain = one.layout.model_dump(mode="json", exclude={"id", "since", "encoding"})
        form = json.dumps(plain, sort_keys=True)
        members = tuple(member.name for member in one.members)
        alike.setdefault((one.contract.dataset, one.table.name, members, form), []).append(one)
    return [
        next((one for one in ones if len(ones) > 1 and _decodes_whole(path, label, one)), ones[0])
        for ones in alike.values()
    ]


def _decodes_whole(path: Path, label: str, found: Identified) -> bool:
    try:
        for member in found.members:
            for _ in containers.text_of(path, member.name or None, found.layout.encoding, label):
                pass
    except Refused:
        return False
    return True


def _each_once(label: str, fitting: list[Identified], near: list[_Misfit]) -> tuple[Identified, ...]:
    """The tables of one dataset that a file holds. Raises Refused where it is not clear which, or one is missing."""
    tables = Counter((one.contract.dataset, one.table.name) for one in fitting)
    if max(tables.values()) > 1 or len({dataset for dataset, _ in tables}) > 1:
        names = ", ".join(
            f"{one.contract.dataset}/{one.table.name}/{one.layout.id}"
            + (f" ({one.members[0].name})" if one.members[0].name else "")
            for one in fitting
        )
        raise Refused(
            f"fits more than one layout, expected one: {names}", where=label, remedy="Say which with --dataset"
        )
    together = any(one.table.claims_name(label) for one in fitting)
    for misfit in near if together else []:
        here = (misfit.contract.dataset, misfit.table.name)
        if here not in tables and here[0] == fitting[0].contract.dataset and misfit.table.claims_name(label):
            raise _refusal(label, misfit)
    return tuple(fitting)


@dataclass(frozen=True)
class _Misfit:
    """A layout that a file was held against and is not. `said`: what is wrong and what to do, where not the header."""

    contract: Contract
    table: Table
    layout: Layout
    member: str
    fit: HeaderFit
    named: bool
    found_lower: int = 0
    header_row: int = 0
    said: tuple[str, str] = ("", "")
    likeness_if_said: float = 1.0

    @property
    def likeness(self) -> float:
        if self.said[0]:
            return self.likeness_if_said
        return 1.0 if self.found_lower else self.fit.likeness


def _forms(table: Table) -> str:
    return " or ".join(dict.fromkeys(_form(layout) for layout in table.layouts))


def _form(layout: Layout) -> str:
    return f"a ZIP of {layout.members}" if layout.container == "zip" else f"a file of {layout.format.upper()}"


def _attempts(path: Path, label: str, kind: str, contract: Contract, table: Table, *, named: bool):
    for layout in table.layouts:
        if kind == "zip" and layout.container == "zip":
            yield from _try_zip(path, label, contract, table, layout, named)
        elif kind == "text" and layout.container == "none" and layout.format == "csv":
            # Without a header, only a name says what a file is: by width and looks, many registers are alike.
            if not layout.positions or named:
                yield _try_text(containers.head_of(path, None, label), "", label, contract, table, layout, named)
        elif kind in SHEETS and layout.container == "none" and layout.format == kind:
            yield from _try_workbook(path, label, contract, table, layout, named)
        elif kind == "parquet" and layout.format == "parquet":
            yield _try_parquet(path, label, contract, table, layout, named)
        elif kind == "json" and layout.format == "geojson":
            yield _try_geojson(path, label, contract, table, layout, named)


def _try_text(head: bytes, member: str, label: str, contract, table, layout, named) -> Identified | _Misfit:
    wrong = containers.not_text(head) if not layout.encoding.startswith(("utf-16", "utf-32")) else ""
    if wrong:
        said = (
            f"{wrong}, expected {layout.encoding.removesuffix('-sig')} text",
            "Get the file as it was published; if the publisher changed it, set `encoding:` in a layout of "
            + contract_path(contract),
        )
        return _Misfit(contract, table, layout, member, NO_HEADER, named, said=said, likeness_if_said=0.0)
    if layout.find:
        found = locate(containers.head_rows(head, layout.encoding, layout.delimiter), layout, member=member or label)
        return _found(found, Member(member, (), ()), contract, table, layout, named)
    records = containers.first_records(head, layout.encoding, layout.delimiter, layout.rows_above + LOOK_DOWN)
    if layout.positions:
        return _try_positions(records, member, contract, table, layout, named)
    return _try_records(records, Member(member, (), ()), contract, table, layout, named)


def _try_positions(records: list[list[str]], member: str, contract, table, layout, named) -> Identified | _Misfit:
    """Whether the first records of a file without a header are as wide as the layout and look like it."""
    width = len(layout.positions)
    wanted = {layout.positions.index(name): (name, pattern) for name, pattern in layout.looks_like.items()}
    wrong: list[tuple[int, str]] = []
    for row, record in enumerate(records, start=1):
        if len(record) != width:
            wrong.append((row, f"row {row} has {len(record)} columns, expected {width}"))
            continue
        for at, (name, pattern) in wanted.items():
            if not re.fullmatch(pattern, record[at]):
                shown = containers.shown(record[at])
                wrong.append((row, f"row {row}: column {at + 1} ({name}) is {shown}, expected like {pattern}"))
                break
    if records and len(wrong) <= (1 - LOOKS_RIGHT) * len(records):
        return Identified(contract, table, layout, (Member(member, (), tuple(layout.positions)),))
    said = (
        f"{wrong[0][1] if wrong else 'it holds no row'}: so layout {layout.id} of {contract.dataset}/{table.name}, "
        f"which has no header, does not look ({len(wrong)} of its first {len(records)} rows are other)",
        "Check that it is the publisher's file; if its form changed, add a layout in " + contract_path(contract),
    )
    return _Misfit(contract, table, layout, member, NO_HEADER, named, said=said)


def _try_records(records: list[list[str]], member: Member, contract, table, layout, named) -> Identified | _Misfit:
    """Compares the header row, and where it does not fit looks whether the header stands lower."""
    at = layout.header_row - 1
    header = records[at] if at < len(records) else []
    fit = fit_header(header, layout)
    if fit.fits:
        found = replace(member, header=tuple(header), columns=fit.columns, spread=fit.spread)
        return Identified(contract, table, layout, (found,), fit.years)
    for row, record in enumerate(records, start=1):
        if _may_fit(record, layout) and fit_header(record, layout).fits:
            return _Misfit(contract, table, layout, member.name, fit, named, found_lower=row)
    return _Misfit(contract, table, layout, member.name, fit, named)


def _found(located: Located | NotFound, member: Member, contract, table, layout, named) -> Identified | _Misfit:
    """What finding a table came to."""
    if isinstance(located, Located):
        found = replace(member, header=located.header, columns=located.columns, spread=located.spread)
        return Identified(contract, table, layout, (found,), located.years)
    if not located.what:
        return _Misfit(contract, table, layout, member.name, located.fit, named, header_row=located.row)
    said = (
        f"{located.what}: so layout {layout.id} of {contract.dataset}/{table.name} stands on its sheet",
        "Check that it is the publisher's file; if its form changed, add a layout in " + contract_path(contract),
    )
    # Where the header is right, it is this layout and nothing else that the file misses.
    likeness = 1.0 if located.fit.columns and located.fit.fits else 0.0
    return _Misfit(contract, table, layout, member.name, NO_HEADER, named, said=said, likeness_if_said=likeness)


def _may_fit(record: Sequence[str], layout: Layout) -> bool:
    """Whether a record can be a layout's header at all: it has all of its columns, so one that is missing tells at once."""
    if layout.alternatives or layout.repeats:
        return True
    sure = next((folded(name) for name in layout.columns if "{yy}" not in name), None)
    return sure is None or any(folded(cell) == sure for cell in record)


def not_found(label: str, located: Located | NotFound, member: Member, found: Identified) -> Refused:
    """The refusal of a file whose table is not where its first part said, once the whole of it was read."""
    attempt = _found(located, Member(member.name, (), ()), found.contract, found.table, found.layout, True)
    if isinstance(attempt, _Misfit):
        return _refusal(label, attempt)
    return Refused(
        "its header further down is not as in its first part, expected one table",
        where=label,
        remedy="Check that it is the publisher's file",
    )


def _try_parquet(path: Path, label: str, contract, table, layout, named) -> Identified | _Misfit:
    try:
        header = containers.parquet_columns(path, label)
    except Refused as refusal:
        said = (refusal.what, refusal.remedy)
        return _Misfit(contract, table, layout, "", NO_HEADER, named, said=said, likeness_if_said=0.0)
    return _try_records([header], Member("", (), ()), contract, table, layout, named)


def _try_geojson(path: Path, label: str, contract, table, layout, named) -> Identified | _Misfit:
    try:
        header = geojson.rows(path, label)[0]
    except Refused as refusal:
        said = (refusal.what, refusal.remedy)
        return _Misfit(contract, table, layout, "", NO_HEADER, named, said=said, likeness_if_said=0.0)
    return _try_records([header], Member("", (), ()), contract, table, layout, named)


def _try_workbook(
    path: Path, label: str, contract, table, layout, named, inside: str = ""
) -> Iterator[Identified | _Misfit]:
    try:
        sheets = containers.sheet_names(path, label)
        matching = [sheet for sheet in sheets if fnmatchcase(sheet, layout.sheet)]
        attempts = []
        for sheet in matching:
            rows = containers.sheet_rows(path, sheet, label)
            member = Member(f"{inside}/{sheet}" if inside else sheet, (), (), sheet=sheet, inside=inside)
            if layout.find:
                located = locate(rows, layout, sheet=sheet, member=inside or label)
                attempts.append(_found(located, member, contract, table, layout, named))
            else:
                first = rows[: layout.header_row + LOOK_DOWN]
                attempts.append(_try_records(first, member, contract, table, layout, named))
        yield from _as_one(attempts) if layout.find and layout.find.every_sheet else attempts
    except Refused as refusal:
        said = (refusal.what, refusal.remedy)
        yield _Misfit(contract, table, layout, inside, NO_HEADER, named, said=said, likeness_if_said=0.0)
        return
    if not matching:
        said = (
            f"has no sheet like {layout.sheet!r}, expected by layout {layout.id} of {contract.dataset}/{table.name} "
            f"(its sheets: {', '.join(sheets[:5])})",
            f"If the publisher renamed it, change `sheet:` in {contract_path(contract)}",
        )
        yield _Misfit(contract, table, layout, inside, NO_HEADER, named, said=said, likeness_if_said=0.0)


def _as_one(attempts: list[Identified | _Misfit]) -> list[Identified | _Misfit]:
    """Sheets that are all members of one table: together what they are, or what is wrong with one of them."""
    wrong = [one for one in attempts if isinstance(one, _Misfit)]
    if wrong or not attempts:
        return wrong
    members = tuple(member for one in attempts for member in one.members)
    return [
        replace(attempts[0], members=members, years=tuple(sorted({year for one in attempts for year in one.years})))
    ]


def _try_zip(path: Path, label: str, contract, table, layout, named) -> Iterator[Identified | _Misfit]:
    infos = containers.zip_members(path, label)
    wanted = [info for info in infos if _is_like(info.name, (layout.members,))]
    strays = [info.name for info in infos if not _is_like(info.name, (layout.members, *layout.beside))]
    table_name = f"{contract.dataset}/{table.name}"
    if not wanted:
        holds = ", ".join([info.name for info in infos][:3]) or "nothing"
        said = (
            f"the ZIP holds no member like {layout.members}, expected by layout {layout.id} of {table_name} "
            f"(it holds: {holds})",
            "Check that it is the publisher's file; if its members were renamed, change `members:` in "
            + contract_path(contract),
        )
        yield _Misfit(contract, table, layout, "", NO_HEADER, named, said=said, likeness_if_said=0.0)
        return
    if strays:
        said = (
            f"the ZIP holds {', '.join(strays[:3])}, which layout {layout.id} of {table_name} does not expect "
            f"(only {', '.join((layout.members, *layout.beside))})",
            "Check that it is the publisher's file; if a new member is published, extend `members:` or `beside:` in "
            + contract_path(contract),
        )
        yield _Misfit(contract, table, layout, "", NO_HEADER, named, said=said)
        return
    names = sorted(info.name for info in wanted)
    if layout.one_member and len(names) > 1:
        said = (
            f"the ZIP holds {len(names)} members like {layout.members} ({', '.join(names[:3])}), layout {layout.id} of {table_name} "
            "expects one",
            "Take the others out, or get the release from the publisher again",
        )
        yield _Misfit(contract, table, layout, "", NO_HEADER, named, said=said)
        return
    if layout.format in SHEETS:
        for name in names:
            with containers.unpacked(path, name, label) as workbook:
                yield from _try_workbook(workbook, f"{label} > {name}", contract, table, layout, named, inside=name)
        return
    yield _try_texts_of_zip(path, label, names, contract, table, layout, named)


def _is_like(member: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(member.rsplit("/", 1)[-1], pattern) for pattern in patterns)


def _try_texts_of_zip(path: Path, label: str, names: list[str], contract, table, layout, named) -> Identified | _Misfit:
    found: list[Member] = []
    years: set[str] = set()
    for name in names:
        head = containers.head_of(path, name, label)
        attempt = _try_text(head, name, label, contract, table, layout, named)
        if isinstance(attempt, _Misfit):
            return attempt
        found.extend(attempt.members)
        years.update(attempt.years)
    said = ("", "")
    if len(years) > 1:
        said = (
            f"its members bear different years in their headers ({', '.join(sorted(years))}), expected one",
            "Check that it is the publisher's file",
        )
    elif layout.unpivot and len({_spread_names(member) for member in found}) > 1:
        said = (
            "its members have different columns that become rows, expected the same in each",
            f"If the publisher's file is really like that, read them as tables of their own in {contract_path(contract)}",
        )
    if said[0]:
        return _Misfit(contract, table, layout, "", NO_HEADER, named, said=said)
    return Identified(contract, table, layout, tuple(found), tuple(sorted(years)))


def _spread_names(member: Member) -> tuple[str, ...]:
    return tuple(folded(member.header[position]) for position in member.spread)


def contract_path(contract: Contract) -> str:
    """Where a contract stands, as a path from the project's root."""
    path = next(HERE.glob(f"*/{contract.dataset}.yml"), None)
    return f"pipeline/catalogue/{path.parent.name}/{path.name}" if path else f"{contract.dataset}.yml"


def nearest_name(name: str, candidates: tuple[str, ...]) -> str:
    """The candidate that looks most like `name`, or '' where none does."""
    from rapidfuzz import fuzz, process

    best = process.extractOne(name, candidates, scorer=fuzz.ratio, processor=str.lower, score_cutoff=55)
    return best[0] if best else ""


def likeness_of_names(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1, whatever their case."""
    from rapidfuzz import fuzz

    return fuzz.ratio(one.lower(), other.lower()) / 100


def pair_names(unknown: Sequence[str], missing: Sequence[str]) -> dict[str, str]:
    """For each unknown name the missing one that it most likely was, each at most once; those without one are left out.

    The pairs most alike are made first.
    """
    likeness = [
        (likeness_of_names(name, near), name, near)
        for name in dict.fromkeys(unknown)
        if name
        for near in missing
        if nearest_name(name, (near,))
    ]
    pairs: dict[str, str] = {}
    for _, name, near in sorted(likeness, key=lambda one: -one[0]):
        if name not in pairs and near not in pairs.values():
            pairs[name] = near
    return pairs


def _refusal(label: str, misfit: _Misfit) -> Refused:
    """The one clear message for a file that is nearly right."""
    what, where, remedy = _explain(label, misfit)
    return Refused(what, where=where, remedy=remedy)


def _explain(label: str, misfit: _Misfit) -> tuple[str, str, str]:
    table = f"{misfit.contract.dataset}/{misfit.table.name}"
    row = misfit.header_row or misfit.layout.header_row
    where = f"{label} > {misfit.member}" if misfit.member else label
    if misfit.said[0]:
        return misfit.said[0], where, misfit.said[1]
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
    pairs = pair_names(fit.unknown, fit.missing)
    missing = [name for name in fit.missing if name not in pairs.values()]
    for cell in fit.unknown:
        near = pairs.get(cell, "")
        if near:
            parts.append(f"column {containers.shown(cell)} is unknown (nearest expected: {near!r})")
            lines.append(f"`{cell}: {misfit.layout.columns.get(near) or 'null'}`")
        else:
            parts.append(f"column {containers.shown(cell)} is unknown")
            lines.append(f"`{cell[:80]}: null`")
    parts += [f"column {name!r} is missing" for name in missing]
    parts += [f"column {name!r} stands twice, expected once" for name in fit.doubled]
    if len(fit.years) > 1:
        parts.append(f"its column names bear different years ({', '.join(fit.years)})")
    more = f" and {len(parts) - 4} more" if len(parts) > 4 else ""
    header = "list of properties" if misfit.layout.format == "geojson" else f"header row {row}"
    what = f"{header} is not layout {misfit.layout.id} of {table}: {'; '.join(parts[:4])}{more}"
    path = contract_path(misfit.contract)
    if lines and not missing:
        return what, where, f"If the publisher changed it, add a layout in {path} with {', '.join(lines[:4])}"
    return what, where, f"Check that it is the publisher's file; if its form changed, add a layout in {path}"

"""Proves that a file that was changed in any of many ways is read as it was published or stopped, never read wrong.

The files are those of ../shared/data whose folder is named for a contract, where they are on this machine, and those of
the embedded sample. A new contract, or a new file for one, joins by existing. A layout is put through every mutation
once; further files of it through a few of each kind.
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from pipeline.catalogue.load import Catalogue
from pipeline.errors import Refused
from pipeline.ingest import archive, containers
from pipeline.settings import PROJECT_ROOT
from tests.conftest import SHARED

from .files import Case, opened
from .forms import FORMS, catalogue_of, headerless, old_spreadsheet, two_tables
from .judge import (
    Judge,
    Tally,
    as_written_here,
    found_as_written_here,
    identified,
    lenient_catalogue,
    slow_reading,
)  # fmt: skip
from .mutators import MUTATORS, Mutator, awkward_cells, cut_short, delimiters, mutations, spellings

SEED = 20251130
SAMPLE = PROJECT_ROOT / "data" / "raw" / "sample"
# So many files of one layout; what more there are of it prove nothing else.
FILES_OF_A_LAYOUT = 2
# Mutations of one kind: for the first file of a layout, for a made-up form, for further files of a layout. With
# MUTATIONS=all in the environment there is no limit: minutes instead of seconds.
ALL, SOME, FEW = (10_000, 10_000, 40) if os.environ.get("MUTATIONS") == "all" else (10, 5, 2)


@dataclass(frozen=True)
class Source:
    """A file to mutate. `layouts`: dataset, table and layout of each table it holds; `every`: the first of its layout,
    to be put through the most mutations."""

    path: Path
    dataset: str
    name: str
    given: str
    layouts: tuple[tuple[str, str, str], ...]
    every: bool

    def __str__(self) -> str:
        return f"{self.dataset}/{self.name}"


@cache
def sources() -> tuple[Source, ...]:
    """The files of all contracts, smallest first within a dataset: real ones, then those of the sample."""
    known = lenient_catalogue()
    seen: dict[tuple[str, str, str], int] = {}
    found: list[Source] = []
    for dataset in known.contracts:
        sample = [(SAMPLE / one.file, one.original_name) for one in archive.releases(SAMPLE) if one.dataset == dataset]
        for path, name in [*((path, path.name) for path in _real_files(dataset)), *sample]:
            given, layouts = _layouts(path, dataset, name, known)
            times = [seen.get(layout, 0) for layout in layouts]
            if layouts and min(times) < FILES_OF_A_LAYOUT:
                found.append(Source(path, dataset, name, given, tuple(layouts), every=min(times) == 0))
                seen.update({layout: seen.get(layout, 0) + 1 for layout in layouts})
    return tuple(found)


def _real_files(dataset: str) -> list[Path]:
    folder = SHARED / dataset
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    return sorted(files, key=lambda path: (path.stat().st_size, path.name))


def _layouts(path: Path, dataset: str, name: str, known) -> tuple[str, list[tuple[str, str, str]]]:
    """What `identify` must be told to know a file, and the layouts it has; none where it is not of the dataset."""
    for given in ("", dataset):
        try:
            found = identified(path, known, name, given)
        except Refused:
            continue
        layouts = [(dataset, one.table.name, one.layout.id) for one in found if one.contract.dataset == dataset]
        if layouts:
            return given, layouts
    return "", []


def test_every_dataset_that_was_proven_on_a_real_file_has_a_file_here(tally):
    """Prints which layouts no file stands for, and which files of a dataset's folder none of its layouts is."""
    known = lenient_catalogue()
    here = {source.dataset for source in sources()}
    held = {layout for source in sources() for layout in source.layouts}
    for contract, table in known.tables():
        absent = [layout.id for layout in table.layouts if (contract.dataset, table.name, layout.id) not in held]
        tally.notes += [f"no file for {contract.dataset}/{table.name}/{layout}" for layout in absent]
    taken = {source.path for source in sources()}
    for dataset in known.contracts:
        others = [path for path in _real_files(dataset) if path not in taken]
        tally.notes += [f"left out in {dataset}: {path.name}" for path in others]
    if SHARED.is_dir():
        assert {one.dataset for one in known.contracts.values() if one.proof == "real_file"} <= here


def opened_source(source: Source) -> Case:
    known = lenient_catalogue()
    found = found_as_written_here(identified(source.path, known, source.name, source.given))
    return opened(source.path, source.dataset, source.name, source.given, found, random.Random(SEED))


def judge_all(case: Case, judge: Judge, tally: Tally, limit: int, mutators: tuple[Mutator, ...] = MUTATORS) -> None:
    """Puts a case through its mutations; fails, naming each, where one was read wrong."""
    pristine = judge.outcome(case, case.data)
    rows, bad = slow_reading(case, {})
    assert pristine is not None
    assert pristine.rows == rows, "the file as it is: the pipeline and the slow reader read other rows"
    assert pristine.quarantined == bad
    found = list(mutations(case, SEED, limit, mutators))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda mutation: judge.verdict(case, pristine, mutation), found))
    wrong = []
    for mutation, verdict in zip(found, verdicts, strict=True):
        tally.add(case, mutation, verdict)
        if verdict.kind == "wrong":
            wrong.append(f"{case.dataset}/{case.name}: {mutation.name}: {verdict.detail}")
    assert not wrong, "\n".join([f"{len(wrong)} of {len(found)} mutations read wrong", *wrong])


@pytest.mark.parametrize("source", sources(), ids=str)
def test_a_mutated_file_is_read_as_published_or_stopped_and_never_read_wrong(source, tmp_path, tally):
    judge_all(
        opened_source(source),
        Judge(tmp_path, as_written_here(lenient_catalogue())),
        tally,
        ALL if source.every else FEW,
    )


def opened_form(form, folder: Path) -> tuple[Case, Catalogue]:
    contract, name, data = form(random.Random(SEED))
    known = catalogue_of(contract)
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    found = identified(path, known, name, "")
    return opened(path, f"form: {form.__name__}", name, "", found, random.Random(SEED)), known


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_that_a_contract_can_describe_stands_all_mutations(form, tmp_path, tally):
    case, known = opened_form(form, tmp_path)
    judge_all(case, Judge(tmp_path / "judge", known), tally, SOME)


@pytest.mark.parametrize("form", [headerless, old_spreadsheet, two_tables], ids=lambda form: form.__name__)
def test_it_makes_no_difference_where_the_chunks_end_in_which_a_file_is_read(form, tmp_path, tally, monkeypatch):
    """Every byte is counted in chunks before DuckDB reads: quotes and line ends may fall on either side of an edge."""
    monkeypatch.setattr(containers, "CHUNK", 7)
    case, known = opened_form(form, tmp_path)
    case = replace(case, dataset=f"chunks: {form.__name__}")
    judge_all(case, Judge(tmp_path / "judge", known), tally, SOME, (spellings, awkward_cells, delimiters, cut_short))

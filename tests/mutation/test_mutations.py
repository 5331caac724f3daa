"""Proves that a file that was changed in any of many ways is read as it was published or stopped, never read wrong.

The files are the real ones that tests/real/every_file.csv lists, where they are on this machine, and those of the
embedded sample: a new contract, or a new file for one, joins by being listed. The first file of a dataset, and of a format, is
put through every kind of mutation, the first of each further layout through a few kinds, which the seed chooses.
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from benchmarks.every_file import written
from pipeline.catalogue.load import Catalogue
from pipeline.ingest import archive, containers
from pipeline.settings import PROJECT_ROOT
from tests.conftest import SHARED

from .files import Case, opened
from .forms import FORMS, catalogue_of, headerless, old_spreadsheet, two_tables
from .judge import (
    Judge,
    Tally,
    catalogue_as_written_here,
    found_as_written_here,
    identified,
    lenient_catalogue,
    slow_reading,
)  # fmt: skip
from .mutators import MUTATORS, Mutator, awkward_cells, cut_short, delimiters, mutations, spellings

SEED = 20251130
SAMPLE = PROJECT_ROOT / "data" / "raw" / "sample"
# With MUTATIONS=all in the environment there is no limit to mutations: hours of a processor instead of minutes.
WHOLE = os.environ.get("MUTATIONS") == "all"
# So many files of one layout; what more there are of it prove nothing else.
FILES_OF_A_LAYOUT = 2 if WHOLE else 1
# Mutations of one kind: for the first file of a dataset or format, for a made-up form, for the first file of a further layout.
ALL, SOME, FEW = (10_000, 10_000, 10_000) if WHOLE else (1, 3, 1)
# Kinds of mutations for the first file of a further layout.
KINDS = len(MUTATORS) if WHOLE else 4


@dataclass(frozen=True)
class Source:
    """A file to mutate. `layouts`: dataset, table and layout of each table it holds; `every`: the first of its dataset
    or of its format, to be put through every kind of mutation."""

    path: Path
    dataset: str
    name: str
    given: str
    layouts: tuple[tuple[str, str, str], ...]
    every: bool

    def __str__(self) -> str:
        return f"{self.dataset}/{self.name}"

    @property
    def form(self) -> str:
        """csv, xlsx, xls, ods or parquet, or what a ZIP of it is."""
        _, name, of_table = self.layouts[0]
        layout = next(
            one for one in lenient_catalogue().contracts[self.dataset].table(name).layouts if one.id == of_table
        )
        return f"zip of {layout.format}" if layout.container == "zip" else layout.format

    @property
    def mutators(self) -> tuple[Mutator, ...]:
        """The kinds of mutations that it is put through."""
        return MUTATORS if self.every else tuple(random.Random(f"{SEED} {self}").sample(MUTATORS, KINDS))


@cache
def sources() -> tuple[Source, ...]:
    """The files of all contracts, smallest first within a dataset: real ones, then those of the sample."""
    seen: dict[tuple[str, str, str], int] = {}
    found: list[Source] = []
    for (dataset, path, name), layouts in sorted(
        _files().items(), key=lambda one: (one[0][0], SAMPLE in one[0][1].parents)
    ):
        times = [seen.get(layout, 0) for layout in layouts]
        if min(times) < FILES_OF_A_LAYOUT:
            one = Source(path, dataset, name, "", tuple(layouts), every=False)
            first = all(one.dataset != other.dataset or one.form != other.form for other in found)
            found.append(replace(one, every=first))
            seen.update({layout: seen.get(layout, 0) + 1 for layout in layouts})
    return tuple(found)


def _files() -> dict[tuple[str, Path, str], list[tuple[str, str, str]]]:
    """Every file with the layouts of its tables, smallest first: as the list of real files says, and the sample's sidecars.

    To identify them all takes most of a minute, in each process that runs tests.
    """
    real = [(SHARED / fact.folder / fact.file, fact.file, (fact.dataset, fact.table, fact.layout))
            for fact in written() if fact.dataset]  # fmt: skip
    # GeoJSON is no grid of cells that a mutation could change: tests/unit/test_geojson.py breaks it.
    shapes = {(contract.dataset, table.name, layout.id) for contract, table in lenient_catalogue().tables()
              for layout in table.layouts if layout.format == "geojson"}  # fmt: skip
    made = [
        (SAMPLE / one.file, one.original_name, (one.dataset, one.table, one.layout))
        for one in archive.releases(SAMPLE)
        if (one.dataset, one.table, one.layout) not in shapes
    ]
    files: dict[tuple[str, Path, str], list[tuple[str, str, str]]] = {}
    there = [one for one in [*real, *made] if one[0].is_file()]
    for path, name, layout in sorted(there, key=lambda one: (one[0].stat().st_size, one[1])):
        # The embedded archive holds a file of several tables once for each of them.
        key = next((key for key in files if key[2] == name and key[0] == layout[0] and SAMPLE in path.parents), None)
        layouts = files.setdefault(key or (layout[0], path, name), [])
        if layout not in layouts:
            layouts.append(layout)
    return files


def test_every_dataset_that_was_proven_on_a_real_file_has_a_file_here(tally):
    """Prints which layouts no file stands for."""
    known = lenient_catalogue()
    here = {source.dataset for source in sources()}
    held = {layout for source in sources() for layout in source.layouts}
    for contract, table in known.tables():
        absent = [layout.id for layout in table.layouts if (contract.dataset, table.name, layout.id) not in held]
        tally.notes += [f"no file for {contract.dataset}/{table.name}/{layout}" for layout in absent]
    if SHARED.is_dir():
        assert {one.dataset for one in known.contracts.values() if one.proof == "real_file"} <= here


def test_every_kind_of_mutation_is_tried_on_a_file_of_every_format_that_is_here():
    """So that fewer mutations are never fewer kinds: what is left out is more of the same."""
    assert {source.form for source in sources() if source.mutators == MUTATORS} == {one.form for one in sources()}
    assert {source.dataset for source in sources() if source.mutators == MUTATORS} == {one.dataset for one in sources()}


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
        Judge(tmp_path, catalogue_as_written_here()),
        tally,
        ALL if source.every else FEW,
        source.mutators,
    )


def opened_form(form, folder: Path) -> tuple[Case, Catalogue]:
    contract, name, data = form(random.Random(SEED))
    known = catalogue_of(contract)
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    found = identified(path, known, name, "")
    case = opened(path, f"form: {form.__name__}", name, "", found, random.Random(SEED))
    return replace(case, real=True), known


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

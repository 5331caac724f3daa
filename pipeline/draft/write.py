"""Drafts a dataset from a file into a project folder, and proves the draft on that file before anything is written.

Belongs here: which files are written and that none is overwritten. Does not belong here: their texts (compose.py).
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import get_args

from pipeline.catalogue.contract import Contract
from pipeline.catalogue.load import Catalogue, load_catalogue, load_contract
from pipeline.draft import compose, infer
from pipeline.draft.compose import Facts
from pipeline.errors import CatalogueFault, Fault, Refused
from pipeline.ingest.findings import problems
from pipeline.ingest.identify import NotClaimed, identify
from pipeline.ingest.read import read
from pipeline.transform.sources import sources_yml

# What makes a folder the project's root.
HOMES = ("pipeline/catalogue", "dbt_project/models/staging", "expectations", "tests/contract")
NO_PUBLISHER = "to_be_decided"
CADENCES = get_args(Contract.model_fields["cadence"].annotation)


@dataclass(frozen=True)
class Read:
    """How a table of the file reads with the draft: rows, and what its checks would stop."""

    table: str
    rows_in: int
    rows_clean: int
    rows_quarantined: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """What was written, by path from the root; how the file reads with it; what is left for a person."""

    dataset: str
    file: str
    written: tuple[str, ...]
    reads: tuple[Read, ...]
    skipped: tuple[infer.Skipped, ...]
    to_decide: tuple[str, ...]
    note: str = ""


def new_dataset(file: Path, root: Path, facts: Facts, *, progress: Callable[[str], None] = lambda _: None) -> Draft:
    """Drafts contract, staging models, suite and test for `file` below `root`.

    Raises Refused for a file that is known or holds no table, Fault where `root` is no project or a file would be
    overwritten.
    """
    if not file.is_file():
        raise Refused("there is no such file", where=str(file), remedy="Check the path")
    missing = [home for home in HOMES if not (root / home).is_dir()]
    if missing:
        raise Fault(
            f"lacks {', '.join(missing)}, expected the root of a project",
            where=str(root),
            remedy="Run it in the folder of ics-marts, or name that with --out",
        )
    dataset = facts.dataset or infer.dataset_name(file.name)
    for name, what in ((dataset, "dataset"), (facts.table or "published", "table")):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise Fault(
                f"{name!r} is no name for a {what}, expected small letters, digits and underscores",
                where=file.name,
                remedy=f"Give one: --{what} NAME",
            )
    if facts.cadence not in ("", *CADENCES):
        raise Fault(f"{facts.cadence!r} is no cadence, expected {', '.join(CADENCES)}", where="--cadence")
    facts = replace(facts, dataset=dataset)
    known = load_catalogue(root / "pipeline" / "catalogue")
    note = _known_already(file, known, dataset)
    progress(f"looking at every cell of {file.name}")
    tables, skipped = infer.tables_of(file, file.name, facts.table)
    texts = _texts(facts, tables, file.name)
    _refuse_to_overwrite(root, texts)
    contract_path = next(iter(texts))
    progress("reading it with the draft")
    contract, reads = _proven(file, texts[contract_path], dataset)
    texts["dbt_project/models/staging/_sources.yml"] = sources_yml(
        Catalogue(dict(sorted({**known.contracts, dataset: contract}.items())), known.metrics, known.caveats)
    )
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Draft(
        dataset, file.name, tuple(texts), tuple(reads), tuple(skipped), tuple(_open(contract_path, texts[contract_path])),
        note,
    )  # fmt: skip


def _known_already(file: Path, known: Catalogue, dataset: str) -> str:
    """Raises Refused for a file that a contract reads; says where one nearly does."""
    if dataset in known.contracts:
        raise Refused(
            f"there is a dataset {dataset} already",
            where=file.name,
            remedy="Give another name with --dataset; for a new form of it see `ics-marts inspect`",
        )
    try:
        found = identify(file, known)
    except Refused as refusal:
        return f"a known dataset nearly claims it ({refusal}); if it is that one in a new form, use `ics-marts inspect`"
    if isinstance(found, NotClaimed):
        return ""
    names = ", ".join(f"{one.contract.dataset}/{one.table.name}" for one in found)
    raise Refused(
        f"is {names} already, expected a file that no contract reads", where=file.name, remedy="See `ics-marts inspect`"
    )


def _texts(facts: Facts, tables: list[infer.DraftTable], label: str) -> dict[str, str]:
    """Every new file by its path from the root, the contract first."""
    folder = infer.snake(facts.publisher) or NO_PUBLISHER
    staging = "dbt_project/models/staging"
    texts = {f"pipeline/catalogue/{folder}/{facts.dataset}.yml": compose.contract_yaml(facts, tables, label)}
    for table in tables:
        model = compose.model_name(facts.dataset, table, tables)
        texts[f"{staging}/{model}.sql"] = compose.staging_sql(facts.dataset, table)
    texts[f"{staging}/_stg_{facts.dataset}.yml"] = compose.staging_yml(facts.dataset, tables, facts.title)
    texts[f"expectations/{facts.dataset}.json"] = compose.suite_json(
        facts.dataset, tables, version("great-expectations")
    )
    texts[f"tests/contract/test_{facts.dataset}.py"] = compose.test_py(facts, tables, label)
    return texts


def _refuse_to_overwrite(root: Path, texts: dict[str, str]) -> None:
    there = [name for name in texts if (root / name).exists()]
    if there:
        raise Fault(
            f"{', '.join(there)} is there already, and nothing is overwritten",
            where=str(root),
            remedy="Take it away, or give another name with --dataset",
        )


def _proven(file: Path, contract_text: str, dataset: str) -> tuple[Contract, list[Read]]:
    """The contract as it loads, and the file as it reads with it."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{dataset}.yml"
        path.write_text(contract_text, "utf-8")
        try:
            contract = load_contract(path)
        except CatalogueFault as fault:
            raise Refused(
                f"no contract can be made of it ({fault.what})", where=file.name, remedy="Write it by hand"
            ) from fault
        found = identify(file, Catalogue({dataset: contract}, (), {}), dataset=dataset)
        assert not isinstance(found, NotClaimed)  # a file of a named dataset is identified or refused
        reads = []
        for one in found:
            report = read(file, one, "0" * 64, Path(scratch), label=file.name).report
            wrong = tuple(problems(contract, one.table, report, file.name))
            reads.append(Read(one.table.name, report.rows_in, report.rows_clean, report.rows_quarantined, wrong))
    return contract, reads


def _open(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.search(r"to be decided|TO DECIDE", line):
            yield f"{name}:{number}: {line.strip()}"


def lines(draft: Draft) -> Iterator[str]:
    """What was drafted and what to do next, in words."""
    if draft.note:
        yield f"note: {draft.note}"
    for one in draft.reads:
        yield (
            f"{draft.file}: drafted {draft.dataset}/{one.table}; with it {one.rows_in:,} rows read, "
            f"{one.rows_clean:,} clean, {one.rows_quarantined:,} in quarantine"
        )
        yield from (f"  the gate would stop it: {problem}" for problem in one.problems)
    yield from (f"  left out: {one.name}: {one.reason}" for one in draft.skipped)
    yield from (f"wrote {name}" for name in draft.written)
    yield f"{len(draft.to_decide)} to be decided by a person:"
    yield from (f"  {line}" for line in draft.to_decide)
    yield "next:"
    move = f" and move it out of {NO_PUBLISHER}" if f"/{NO_PUBLISHER}/" in draft.written[0] else ""
    yield f"  1. decide what is marked in {draft.written[0]}{move}"
    yield f"  2. write what you would ask of a release into expectations/{draft.dataset}.json"
    yield f"  3. ics-marts inspect {shlex.quote(draft.file)}; python -m pytest tests/contract/test_{draft.dataset}.py"
    yield "  4. ics-marts add FILE; ics-marts run"
    yield "  5. python -m pipeline.transform.sources; python docs/generate.py; python tests/unit/test_dagster_graph.py; make test"

"""Reads the catalogue: every dataset contract (one YAML each, by publisher), the metric catalogue (one YAML a theme) and the
disclosure profiles that both name.

A wrong contract is one clear error at start, with the file and the place in it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from pipeline.catalogue.contract import Contract, Table
from pipeline.catalogue.disclosure import Profile, Profiles
from pipeline.catalogue.metric import Metric, MetricCatalogue
from pipeline.errors import CatalogueFault

HERE = Path(__file__).parent
METRICS = "metrics"
DISCLOSURE = "disclosure.yml"


@dataclass(frozen=True)
class Catalogue:
    """All contracts by dataset name, all metrics in catalogue order, all disclosure profiles by name."""

    contracts: dict[str, Contract]
    metrics: tuple[Metric, ...]
    caveats: dict[str, str]
    profiles: dict[str, Profile] = field(default_factory=lambda: load_profiles())

    def tables(self) -> list[tuple[Contract, Table]]:
        return [(contract, table) for contract in self.contracts.values() for table in contract.tables]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Safe YAML in which no key stands twice: YAML itself would keep the last and drop the rest without a word."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _read_yaml(path: Path) -> object:
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        detail = " ".join(str(error).split())
        raise CatalogueFault(f"not valid YAML ({detail})", where=str(path), remedy="Mend the file") from error


def _validated(model: type, path: Path, data: object):
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors()
        # pydantic also says of a list that it is too short when an item of it is wrong: the item is what counts.
        found = [one for one in found if not any(_is_inside(other["loc"], one["loc"]) for other in found)]
        first = found[0]
        place = ".".join(str(part) for part in first["loc"]) or "top level"
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise CatalogueFault(
            f"{place}: {first['msg']}{more}", where=str(path), remedy="See docs/reference/contract.md"
        ) from error


def _is_inside(place: tuple, outer: tuple) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def load_contract(path: Path) -> Contract:
    """One contract. Raises CatalogueFault naming the file, the place and what is wrong."""
    contract = _validated(Contract, path, _read_yaml(path))
    if path.stem != contract.dataset:
        raise CatalogueFault(
            f"holds dataset {contract.dataset}", where=str(path), remedy="File and dataset bear one name"
        )
    return contract


def load_catalogue(folder: Path = HERE) -> Catalogue:
    """Every `<publisher>/<dataset>.yml` below `folder`, and the metrics of every `metrics/<theme>.yml`."""
    contracts: dict[str, Contract] = {}
    for path in sorted(set(folder.glob("*/*.yml")) - set(folder.glob(f"{METRICS}/*.yml"))):
        contract = load_contract(path)
        if contract.dataset in contracts:
            raise CatalogueFault(f"dataset {contract.dataset} has two contracts", where=str(path))
        contracts[contract.dataset] = contract
    metrics = _load_metrics(folder / METRICS)
    for metric in metrics.metrics:
        named = [metric.source, *([metric.needs.dataset] if metric.needs else [])]
        unknown = [dataset for dataset in named if dataset not in contracts]
        if unknown:
            raise CatalogueFault(
                f"metric {metric.key} names dataset {unknown[0]!r}, which no contract describes",
                where=str(folder / METRICS / f"{metric.theme}.yml"),
                remedy=f"Known datasets: {', '.join(sorted(contracts))}",
            )
    profiles = load_profiles()
    named = [
        (f"table {table.name}", table.disclosure, one.dataset) for one in contracts.values() for table in one.tables
    ]
    named += [(f"metric {metric.key}", metric.disclosure, metric.theme) for metric in metrics.metrics]
    for what, profile, file in named:
        if profile not in profiles:
            raise CatalogueFault(
                f"{what} names disclosure profile {profile!r}, which {DISCLOSURE} does not describe", where=f"{file}.yml",
                remedy=f"Known profiles: {', '.join(profiles)}",
            )  # fmt: skip
    return Catalogue(dict(sorted(contracts.items())), metrics.metrics, metrics.caveats, profiles)


@cache
def load_profiles() -> dict[str, Profile]:
    """The product's disclosure profiles by name."""
    path = HERE / DISCLOSURE
    return {one.name: one for one in _validated(Profiles, path, _read_yaml(path)).profiles}


def _load_metrics(folder: Path) -> MetricCatalogue:
    """The metrics of all themes as one catalogue; a file holds the metrics of the theme that it is named for."""
    caveats: dict[str, str] = {}
    metrics: list[object] = []
    for path in sorted(folder.glob("*.yml")):
        held = _read_yaml(path)
        if not isinstance(held, dict) or not set(held) <= {"caveats", "metrics"}:
            raise CatalogueFault("holds more than caveats and metrics", where=str(path), remedy="Mend the file")
        mine = held.get("caveats") or {}
        doubled = sorted(set(mine) & set(caveats))
        if doubled:
            raise CatalogueFault(f"caveat {doubled[0]} stands in two files", where=str(path), remedy="Keep one")
        caveats |= mine
        strangers = [one for one in held.get("metrics") or [] if one.get("theme") != path.stem]
        if strangers:
            raise CatalogueFault(
                f"metric {strangers[0].get('metric_id')} has theme {strangers[0].get('theme')!r}",
                where=str(path), remedy="A file bears the name of its theme",
            )  # fmt: skip
        metrics += held.get("metrics") or []
    return _validated(MetricCatalogue, folder, {"caveats": caveats, "metrics": metrics})


@cache
def catalogue() -> Catalogue:
    """The product's own catalogue, read once."""
    return load_catalogue()


def table_digest(table: Table) -> str:
    """12 hex digits over all that decides how a file of this table is read: names the bronze cache."""
    content = json.dumps(table.model_dump(mode="json"), sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:12]

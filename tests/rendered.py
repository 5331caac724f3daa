"""Models and macros as dbt would compile them, without dbt: for tests in one DuckDB.

Belongs here: rendering the very files that dbt uses. A `ref` becomes the bare name of a table that the test makes, a `source` its
schema and name. That dbt itself makes the same models is proven in tests/pipeline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import jinja2

from pipeline.settings import DBT_PROJECT

# How dbt makes tables, and its own tests: tags that only dbt knows.
OF_DBT = ("materializations", "tests")
SOURCE = re.compile(r"source\('bronze', '(\w+?)__(\w+)'\)")
_refs: list[str] = []


@dataclass(frozen=True)
class Rendered:
    """SQL for DuckDB, and the models and seeds that it reads, its macros' among them."""

    sql: str
    reads: tuple[str, ...]


@cache
def macros():
    """The project's macros as one jinja2 module: `macros().wilson_lower('o', 'n', '1.96')`."""
    paths = sorted((DBT_PROJECT / "macros").glob("*.sql"))
    text = "\n".join(path.read_text("utf-8") for path in paths if path.stem not in OF_DBT)
    return _environment().from_string(text).module


@cache
def model(name: str) -> Rendered:
    """A model by its name; `analysis/spc` names its folder too."""
    return rendered(_text(name))


def rendered(text: str) -> Rendered:
    """SQL as it is written in the project, with macros, `ref` and `source`."""
    _refs.clear()
    sql = _environment().from_string(text, globals=vars(macros())).render()
    return Rendered(sql, tuple(dict.fromkeys(_refs)))


@cache
def source_of(staging_model: str) -> tuple[str, str]:
    """The dataset and table that a staging model reads: exactly one."""
    (source,) = set(SOURCE.findall(_text(staging_model)))
    return source


def _text(model_name: str) -> str:
    (path,) = (DBT_PROJECT / "models").rglob(f"{model_name}.sql")
    return path.read_text("utf-8")


def _ref(name: str) -> str:
    _refs.append(name)
    return name


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    environment.globals |= {
        "ref": _ref, "source": lambda schema, table: f"{schema}.{table}", "config": lambda **_: "",
    }  # fmt: skip
    return environment

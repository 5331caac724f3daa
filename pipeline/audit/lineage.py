"""Column lineage: which columns of which tables the value of a column is made from, read from SQL as it ran.

Belongs here: the pure function over compiled SQL, and reading an edition's SQL for it. Does not belong here: lineage of
tables (dbt's), lineage of rows (trace.py), or what only filters or joins (a column that decides whether a row is there
is no part of its values).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from pipeline.catalogue.load import Catalogue
from pipeline.errors import Fault
from pipeline.ingest.read import bronze_columns
from pipeline.publish.current import read_manifest, read_models
from pipeline.settings import DBT_PROJECT
from pipeline.transform.sources import CATALOGUE_TABLES, SHOWN_INSTEAD

# A column of a relation: ("staging.stg_area", "area_code").
Source = tuple[str, str]
# For each column of a model, in the order of the model, what it is made from; empty for a constant or a count of rows.
Lineage = dict[str, tuple[Source, ...]]
DIALECT = "duckdb"


def column_lineage(models: Mapping[str, str], columns: Mapping[str, Iterable[str]]) -> dict[str, Lineage]:
    """The lineage of every model, direct parents only, by `schema.name`.

    `models` are compiled SELECTs by `schema.name`; `columns` the column names of every other relation that they read
    (those of models are taken from their SQL). Names are compared in lower case, as DuckDB does. Raises Fault, naming
    the model, where its SQL cannot be parsed, a relation is in neither mapping, or a column cannot be told.
    """
    known = {relation: [name.lower() for name in names] for relation, names in columns.items()}
    parsed = {relation: _parsed(relation, sql) for relation, sql in models.items()}
    try:
        order = list(
            TopologicalSorter({one: _relations(tree) & set(models) for one, tree in parsed.items()}).static_order()
        )
    except CycleError as error:
        raise Fault(
            f"models build on each other in a circle ({' <- '.join(error.args[1])})", where="lineage"
        ) from error
    found = {}
    for relation in order:
        found[relation] = _lineage(relation, parsed[relation], known)
        known[relation] = list(found[relation])
    return {relation: found[relation] for relation in sorted(found)}


def _parsed(relation: str, sql: str):
    import sqlglot

    try:
        tree = sqlglot.parse_one(sql, dialect=DIALECT)
    except sqlglot.errors.SqlglotError as error:
        raise _fault(relation, f"its SQL cannot be parsed ({str(error).splitlines()[0]})") from error
    for table in tree.find_all(sqlglot.exp.Table):
        table.set("catalog", None)  # the run database is gone when anyone reads this
    return tree


def _relations(tree) -> set[str]:
    """The relations that a statement reads; names of its CTEs have no schema."""
    from sqlglot import exp

    return {f"{table.db}.{table.name}".lower() for table in tree.find_all(exp.Table) if table.db}


def _lineage(relation: str, tree, known: Mapping[str, list[str]]) -> Lineage:
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    unknown = sorted(_relations(tree) - set(known))
    if unknown:
        raise _fault(relation, f"it reads {', '.join(unknown)}, whose columns are not known")
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name in _relations(tree):
        database, table = name.split(".", 1)
        schema.setdefault(database, {})[table] = dict.fromkeys(known[name], "unknown")
    try:
        qualified = qualify(tree, schema=schema or None, dialect=DIALECT, identify=False, quote_identifiers=False)
        scope = build_scope(qualified)
        return _Query(scope).lineage(scope)
    except (SqlglotError, KeyError, IndexError) as error:
        raise _fault(relation, f"its columns cannot be told ({str(error).splitlines()[0]})") from error


class _Query:
    """A qualified query. Scopes are read once each, however many columns name them."""

    def __init__(self, scope) -> None:
        # Inside a recursive CTE sqlglot lets its name stand for the first branch by a scope that it never fills.
        self.scopes = {id(one.expression): one for one in scope.traverse()}
        self.read: dict[int, Lineage] = {}

    def lineage(self, scope) -> Lineage:
        """The lineage of a scope's columns, through its CTEs and subqueries down to relations."""
        scope = self.scopes.get(id(scope.expression), scope)
        if id(scope) not in self.read:
            self.read[id(scope)] = {}  # what a recursive CTE takes from itself adds no column of another relation
            self.read[id(scope)] = self._columns(scope)
        return self.read[id(scope)]

    def _columns(self, scope) -> Lineage:
        from sqlglot import exp

        if scope.set_operation_scopes:
            return self._of_set(scope)
        if not isinstance(scope.expression, exp.Select):
            return {}  # VALUES and table functions: constants
        return {
            projection.alias_or_name.lower(): _once(self._sources(projection, scope))
            for projection in scope.expression.selects
        }

    def _of_set(self, scope) -> Lineage:
        """UNION and its kin: columns meet by place, or by name where the query says so."""
        first, *others = [self.lineage(one) for one in scope.set_operation_scopes]
        found = dict(first)
        for other in others:
            by_name = scope.expression.args.get("by_name")
            for name, (theirs, sources) in zip(other if by_name else first, other.items(), strict=False):
                found[theirs if by_name else name] = _once((*found.get(name, ()), *sources))
        return found

    def _sources(self, expression, scope) -> Iterator[Source]:
        """The columns of relations that the value of `expression` is made from."""
        from sqlglot import exp

        for node in expression.walk(prune=lambda one: isinstance(one, exp.Query)):
            if isinstance(node, exp.Query):
                inner = self.scopes.get(id(node.unnest()))
                if inner is None:
                    raise KeyError(f"a subquery is not followed: {node.sql(DIALECT)[:80]}")
                for sources in self.lineage(inner).values():
                    yield from sources
            elif isinstance(node, exp.Column):
                yield from self._of_column(node, scope)

    def _of_column(self, column, scope) -> Iterator[Source]:
        from sqlglot import exp

        source = _source_named(column.table, scope)
        if isinstance(source, exp.Table):
            yield f"{source.db}.{source.name}".lower(), column.name.lower()
        elif source is not None:
            yield from self.lineage(source).get(column.name.lower(), ())
        elif column.table:
            raise KeyError(f"{column.table}.{column.name} stands for no table")


def _source_named(name: str, scope):
    """The table or query that an alias stands for, here or in a query around it (a correlated subquery)."""
    while scope is not None:
        if name in scope.sources:
            return scope.sources[name]
        scope = scope.parent
    return None


def _once(sources: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(sorted(set(sources)))


def _fault(relation: str, what: str) -> Fault:
    return Fault(f"no column lineage: {what}", where=relation, remedy="Write the model so that sqlglot can follow it")


# --- of an edition ---------------------------------------------------------------------------------------------


def of_edition(folder: Path, known: Catalogue) -> dict[str, Lineage]:
    """The column lineage of every model of an edition, from the SQL that travels with it, back to bronze.

    `known` is the catalogue that it was made with. Raises Fault as `column_lineage` does.
    """
    nodes = read_models(folder)
    columns = source_columns(known, {t["name"]: t["key"] for t in read_manifest(folder, "internal")["tables"]})
    models = {}
    for relation, node in nodes.items():
        if node["file"].endswith(".csv"):
            with (DBT_PROJECT / node["file"]).open(encoding="utf-8", newline="") as stream:
                columns[relation] = next(csv.reader(stream))
        else:
            models[relation] = (folder / "open" / "sql" / f"{node['name']}.sql").read_text("utf-8")
    return column_lineage(models, columns)


def source_columns(known: Catalogue, keys_of: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The columns of what a run puts in front of dbt, by `schema.name`; `keys_of` gives the key of each internal mart."""
    found = {
        f"bronze.{contract.dataset}__{table.name}": ["release_id", "member", "source_row", *bronze_columns(table)]
        for contract, table in known.tables()
    }
    found |= {f"catalogue.{name}": list(columns) for name, (_, columns) in CATALOGUE_TABLES.items()}
    return found | {
        f"disclosure.{mart}": [*keys, "mask_status", *SHOWN_INSTEAD.get(mart, ())] for mart, keys in keys_of.items()
    }

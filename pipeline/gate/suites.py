"""Great Expectations suites, pushed down into DuckDB.

Belongs here: reading suites (GX's own JSON in expectations/), running them on tables, telling failed from errored.
Does not belong here: any rule. A rule is an expectation with `meta`: rule_id, table, dimension, why, remedy.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Fault
from pipeline.gate.ledger import DIMENSIONS, MAX_ROW_IDS, Check, Ledger
from pipeline.settings import EXPECTATIONS


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite, as GX's JSON holds it."""

    rule_id: str
    table: str
    severity: str
    dimension: str
    why: str
    remedy: str
    expectation: dict


@dataclass(frozen=True)
class Suite:
    """A suite file. `digest` changes with any rule, so that evidence of an older suite is not carried over."""

    name: str
    rules: tuple[Rule, ...]
    digest: str

    def for_table(self, table: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.table == table)


def load_suite(name: str, folder: Path = EXPECTATIONS) -> Suite:
    """The suite `<folder>/<name>.json`. Raises Fault where it is missing, not a suite, or a rule lacks its meta."""
    path = folder / f"{name}.json"
    if not path.is_file():
        raise Fault(
            "there is no such suite",
            where=str(path),
            remedy="Every dataset and mart has one: docs/how-to/add-a-dataset.md",
        )
    text = path.read_text("utf-8")
    try:
        rules = tuple(_rule(one) for one in json.loads(text)["expectations"])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Fault(
            f"not a suite ({type(error).__name__}: {error})", where=str(path), remedy="See the suites beside it"
        ) from error
    ids = [rule.rule_id for rule in rules]
    doubled = sorted({one for one in ids if ids.count(one) > 1})
    if doubled:
        raise Fault(f"rule {doubled[0]} stands twice", where=str(path))
    return Suite(name, rules, hashlib.sha256(text.encode()).hexdigest()[:12])


def _rule(one: dict) -> Rule:
    meta = one["meta"]
    if meta["dimension"] not in DIMENSIONS:
        raise KeyError(f"dimension {meta['dimension']!r} of {meta['rule_id']}")
    return Rule(meta["rule_id"], meta["table"], one["severity"], meta["dimension"], meta["why"], meta["remedy"], one)


def planned(rules: Iterable[Rule], scope: str) -> Iterator[Check]:
    for rule in rules:
        severity = "critical" if rule.severity == "critical" else "warning"
        yield Check(rule.rule_id, scope, "expectation", severity, rule.dimension, rule.why)


class Validator:
    """Runs rules on tables of one open DuckDB connection. Costs about 3 s to make (importing GX)."""

    def __init__(self, con) -> None:
        gx = import_gx()
        self._gx = gx
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        # A file URL would open the database a second time with other settings, which DuckDB refuses.
        self._source = self._context.data_sources.add_sql(
            name="run", connection_string="duckdb:///:memory:", create_temp_table=False,
            kwargs={"creator": lambda: con.cursor()},
        )  # fmt: skip
        self._made = 0

    def execute(
        self, ledger: Ledger, rules: Iterable[Rule], scope: str, schema: str, table: str, row_keys: list[str]
    ) -> None:
        """Runs `rules` on schema.table and records every outcome under `scope`. `row_keys` name rows, not values."""
        rules = list(rules)
        if not rules:
            return
        self._made += 1
        asset = self._source.add_table_asset(name=f"{scope}#{self._made}", table_name=table, schema_name=schema)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        suite = self._gx.ExpectationSuite(
            name=f"{scope}#{self._made}",
            expectations=[
                {
                    "type": r.expectation["type"],
                    "kwargs": r.expectation["kwargs"],
                    "severity": r.severity,
                    "meta": {"rule_id": r.rule_id},
                }
                for r in rules
            ],
        )
        result = batch.validate(
            suite,
            result_format={
                "result_format": "SUMMARY", "partial_unexpected_count": MAX_ROW_IDS,
                "exclude_unexpected_values": True, "unexpected_index_column_names": row_keys,
            },
        )  # fmt: skip
        by_id = {rule.rule_id: rule for rule in rules}
        for one in result.results:
            _record(ledger, by_id[one.expectation_config.meta["rule_id"]], scope, one)


def _record(ledger: Ledger, rule: Rule, scope: str, one) -> None:
    error = _error_of(one.exception_info)
    result = one.result or {}
    if error or (not one.success and not result):
        # A result without success may be an error and not bad data: it must never pass for either.
        ledger.record(rule.rule_id, scope, "errored", message=f"the rule could not be run: {error or 'no result'}")
        return
    failed = result.get("unexpected_count")
    if failed is None and rule.expectation["type"] == "unexpected_rows_expectation":
        failed = result.get("observed_value")
    message = "" if one.success else f"{rule.why}: {_extent(failed, result)}. {rule.remedy}"
    ledger.record(
        rule.rule_id, scope, "passed" if one.success else "failed", message=message,
        rows_checked=result.get("element_count"), rows_failed=0 if one.success and failed is None else failed,
        row_ids=_row_ids(result),
    )  # fmt: skip


def _extent(failed: object, result: dict) -> str:
    if isinstance(failed, int):
        return f"{failed:,} row{'s' if failed != 1 else ''} not so"
    return f"found {result.get('observed_value')}"


def _error_of(info: dict | None) -> str:
    """The first line of the exception, if any: GX nests it by metric."""
    if not info:
        return ""
    details = [info] if "raised_exception" in info else [one for one in info.values() if isinstance(one, dict)]
    for detail in details:
        if detail.get("raised_exception"):
            lines = str(detail.get("exception_message") or "no message").strip().splitlines()
            return lines[0][:300]
    return ""


def _row_ids(result: dict) -> list[str]:
    rows = result.get("partial_unexpected_index_list") or (result.get("details") or {}).get("unexpected_rows") or []
    return [" ".join(f"{key}={value}" for key, value in row.items()) for row in rows[:MAX_ROW_IDS]]


def import_gx():
    """Great Expectations with analytics off and DuckDB cured. Slow (3 s): call it where its time can overlap.

    As shipped, every expectation on DuckDB errors with `list index out of range`: GX closes the connection before it
    fetches, and DuckDB drops the pending result (great_expectations#10738, #11579). Buffering the rows cures it.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    # This module sets its own level and announces a temporary folder for documentation that we do not make.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.ERROR)
    if not event.contains(Engine, "after_cursor_execute", _buffer_rows):
        event.listen(Engine, "after_cursor_execute", _buffer_rows)
    return gx


def _buffer_rows(connection, cursor, statement, parameters, context, executemany) -> None:
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    if context is not None and connection.dialect.name == "duckdb" and cursor.description:
        rows = cursor.fetchall()
        context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=rows)

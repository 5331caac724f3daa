"""Judgement on an edition as a whole: drift against the last one, and synthetic figures kept apart from real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline import duck
from pipeline.gate.ledger import Check, Ledger
from pipeline.publish.current import read_manifest
from pipeline.publish.tables import MARTS_SCHEMA_VERSION, PublishedTable

SCOPE = "edition"
# Of 174,134 cells a new release of the real family changes the keys of none; a withdrawn extract takes 0.03%.
MANY_KEYS_LOST = 0.10
JUMP = 0.5

RULES: dict[str, tuple[str, str, str]] = {
    "edition.schema_kept": (
        "critical", "consistency", "no published column goes or changes its type unless marts_schema_version is raised",
    ),
    "edition.keys_kept": ("critical", "completeness", f"at most {MANY_KEYS_LOST:.0%} of the last edition's cells are gone"),
    "edition.no_key_lost": ("warning", "completeness", "every cell of the last edition is still there"),
    "edition.no_jump": (
        "warning", "accuracy", f"no ICB, region or country value differs by more than {JUMP:.0%} from the last edition's",
    ),
    "edition.synthetic_apart": (
        "critical", "validity", "no area has both synthetic and real releases behind its figures",
    ),
}  # fmt: skip


def planned() -> Iterator[Check]:
    for rule_id, (severity, dimension, why) in RULES.items():
        yield Check(rule_id, SCOPE, "edition", severity, dimension, why)


def execute(ledger: Ledger, con, tables: list[PublishedTable], last: Path | None) -> None:
    """Runs every edition rule on the run database. `last` is the folder of the last edition, None for the first."""
    _synthetic_apart(ledger, con)
    if last is None:
        for rule_id in ("edition.schema_kept", "edition.keys_kept", "edition.no_key_lost", "edition.no_jump"):
            ledger.record(
                rule_id, SCOPE, "passed", message="the first edition: nothing to compare with", rows_checked=0
            )
        return
    _schema_kept(ledger, con, tables, last)
    _keys_and_values(ledger, con, last)


def _record(ledger: Ledger, rule_id: str, checked: int, failed: int, message: str, passed: bool) -> None:
    ledger.record(
        rule_id, SCOPE, "passed" if passed else "failed", message="" if passed else message, rows_checked=checked,
        rows_failed=failed,
    )  # fmt: skip


def _synthetic_apart(ledger: Ledger, con) -> None:
    mixed = con.execute(
        """select area_code from (
               select m.area_code, unnest(string_split(m.release_id, ' ')) as release_id from internal.metric_value as m
           ) join catalogue.release using (release_id)
           group by area_code having count(distinct origin) > 1 order by area_code"""
    ).fetchall()
    names = ", ".join(code for (code,) in mixed[:3])
    _record(
        ledger, "edition.synthetic_apart", 0, len(mixed),
        f"synthetic and real releases meet in {names}. Keep the sample in an archive of its own (data/raw/sample)", not mixed,
    )  # fmt: skip


def _schema_kept(ledger: Ledger, con, tables: list[PublishedTable], last: Path) -> None:
    before = read_manifest(last)
    lost: list[str] = []
    now = {
        f"{t.schema}.{t.name}": {row[0]: row[1] for row in con.execute(f"describe {t.build_schema}.{t.name}").fetchall()}
        for t in tables if t.part == "open"
    }  # fmt: skip
    for table in before["tables"]:
        name = f"{table['schema']}.{table['name']}"
        for column, kind in table["columns"]:
            if now.get(name, {}).get(column) != kind:
                lost.append(f"{name}.{column}")
    raised = before["marts_schema_version"] < MARTS_SCHEMA_VERSION
    _record(
        ledger, "edition.schema_kept", len(before["tables"]), len(lost),
        f"gone or of another type: {', '.join(lost[:5])}. Raise MARTS_SCHEMA_VERSION if readers were told", not lost or raised,
    )  # fmt: skip


def _keys_and_values(ledger: Ledger, con, last: Path) -> None:
    earlier = f"read_parquet({duck.text(last / 'open' / 'marts' / 'metric_value.parquet')})"
    key = "metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, source"
    before, lost, jumped, example = con.execute(
        f"""with compared as (
                select o.metric_key, o.area_code, o.period_key, o.area_type, o.value as was, n.value as is_now,
                       n.metric_key is null as gone
                from {earlier} as o left join marts.metric_value as n using ({key})
            ),
            judged as (
                select *, not gone and area_type in ('icb', 'nhs_region', 'country') and was <> 0
                       and abs(is_now - was) > {JUMP} * abs(was) as jumped
                from compared
            )
            select count(*), count(*) filter (gone), count(*) filter (jumped),
                   min(metric_key || ' ' || area_code || ' ' || period_key) filter (gone or jumped) from judged"""
    ).fetchone()
    remedy = (
        "Look at what changed in the archive; if it is right, add what is missing or accept the change in a new run"
    )
    share = lost / before if before else 0.0
    _record(
        ledger, "edition.keys_kept", before, lost,
        f"{lost:,} of {before:,} cells of the last edition are gone, e.g. {example}. {remedy}", share <= MANY_KEYS_LOST,
    )  # fmt: skip
    _record(ledger, "edition.no_key_lost", before, lost, f"{lost:,} cells are gone, e.g. {example}", lost == 0)
    _record(ledger, "edition.no_jump", before, jumped, f"{jumped:,} values jumped, e.g. {example}", jumped == 0)

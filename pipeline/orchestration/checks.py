"""Every check of a run as a Dagster asset check, and the ledger's outcomes as their results.

A rule is one asset check, whatever number of releases it judged. Checks never block here (blocking=False): the run's
own gate has decided before Dagster sees a result. Does not belong here: any rule (contracts, expectations, dbt).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from dagster import AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey, AssetSpec

from pipeline.catalogue.load import Catalogue
from pipeline.gate import dbt_checks, edition_checks, suites
from pipeline.gate.ledger import MAX_ROW_IDS, Check
from pipeline.ingest.findings import findings
from pipeline.ingest.read import ReadReport
from pipeline.orchestration.models import EDITION, bronze_key
from pipeline.publish.tables import published_tables

Slot = tuple[str, str]
MAX_SCOPES = 20
WHOLE = Check(
    "ledger.is_whole", "ledger", "edition", "critical", "completeness",
    "every check that was planned was executed and recorded, and this graph knows it",
)  # fmt: skip


def slot_of(check: Check) -> Slot:
    """What the releases of one table share: the rule, and the table (or model, or edition) it is about."""
    return check.rule_id, "/".join(check.scope.split("/")[:2])


def check_name(rule_id: str) -> str:
    """A rule id as Dagster allows names: `a.b` becomes `a__b`.

    Where another id could become the same name, a digest of the id is added; no name depends on which others exist.
    """
    name = re.sub(r"[^A-Za-z0-9_]", "_", rule_id.replace(".", "__"))
    plain = re.fullmatch(r"[A-Za-z0-9_.]+", rule_id) and not re.search(r"__|_\.|\._|\.\.", rule_id)
    return name if plain else f"{name}_{hashlib.sha256(rule_id.encode()).hexdigest()[:8]}"


def check_specs(known: Catalogue, manifest, specs: Iterable[AssetSpec]) -> dict[Slot, AssetCheckSpec]:
    """A spec for everything that a run can plan."""
    homes = _Homes(known, manifest, specs)
    return {
        slot_of(check): AssetCheckSpec(
            check_name(check.rule_id),
            asset=homes.of(check),
            description=check.why,
            metadata={
                "rule": check.rule_id, "kind": check.kind, "severity": check.severity, "dimension": check.dimension,
            },
        )
        for check in planned_checks(known, manifest)
    }  # fmt: skip


def planned_checks(known: Catalogue, manifest) -> Iterator[Check]:
    """Every check that a run can plan, once for each table and not for each release."""
    for contract, table in known.tables():
        scope = f"{contract.dataset}/{table.name}"
        nothing_read = ReadReport(contract.dataset, table.name, "", "", 0, 0, 0, 0, "", (), (), ())
        for one in findings(contract, table, nothing_read, ""):
            yield Check(one.rule_id, scope, "contract", "critical", one.dimension, one.why)
        yield from suites.planned(suites.load_suite(contract.dataset).for_table(table.name), scope)
    yield from dbt_checks.planned(manifest)
    for mart in published_tables(manifest):
        if mart.schema == "marts" and not mart.is_view:
            rules = suites.load_suite(f"marts_{mart.name}").for_table(mart.name)
            yield from suites.planned(rules, f"{mart.part}.{mart.name}")
    yield from edition_checks.planned()
    yield WHOLE


class _Homes:
    """Which asset a check stands at."""

    def __init__(self, known: Catalogue, manifest, specs: Iterable[AssetSpec]) -> None:
        specs = list(specs)
        self._keys = {spec.metadata["dagster_dbt/unique_id"]: spec.key for spec in specs if _is_dbt(spec)}
        self._nodes = {node.name: node for node in manifest.nodes.values()}
        self._parents = {spec.key: {dep.asset_key for dep in spec.deps} for spec in specs}
        self._marts = {
            f"{mart.part}.{mart.name}": AssetKey([mart.build_schema, mart.name]) for mart in published_tables(manifest)
        }
        # Not at the bronze asset: Dagster runs an asset's checks along with it, and these are judged by the whole run.
        # A run checks a release before staging takes it in, so they stand at the staging model that reads it.
        self._readers = {
            f"{contract.dataset}/{table.name}": min(
                (spec.key for spec in specs if _is_dbt(spec) and bronze_key(contract, table) in self._parents[spec.key]),
                default=EDITION,
            )
            for contract, table in known.tables()
        }

    def of(self, check: Check) -> AssetKey:
        if check.kind == "edition":
            return EDITION
        if check.kind == "dbt_model":
            return self._keys[self._nodes[check.rule_id.removeprefix("built.")].unique_id]
        if check.kind == "dbt_test":
            return self._of_test(self._nodes[check.rule_id])
        return self._readers.get(check.scope) or self._marts[check.scope]

    def _of_test(self, node) -> AssetKey:
        """The model that a test is written beside, else the last of the models it reads: there all of them are built."""
        attached = getattr(node, "attached_node", None)
        if attached:
            return self._keys[attached]
        read = [self._keys[one] for one in node.depends_on_nodes if one in self._keys]
        return max(read, key=lambda key: (len(self._ancestors(key)), key), default=EDITION)

    def _ancestors(self, key: AssetKey) -> set[AssetKey]:
        found: set[AssetKey] = set()
        waiting = [key]
        while waiting:
            new = self._parents.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found


def _is_dbt(spec: AssetSpec) -> bool:
    return "dagster_dbt/unique_id" in spec.metadata


def check_results(
    specs: dict[Slot, AssetCheckSpec], judged: Iterable[Check], held: Iterable[Check]
) -> dict[AssetKey, list[AssetCheckResult]]:
    """The outcomes of a run by asset. `held` are the checks of releases that were held back: they failed, and are shown.

    A check that no release called for has no result here: it neither passed nor failed.
    """
    by_slot: dict[Slot, list[tuple[Check, bool]]] = defaultdict(list)
    for checks, is_held in ((judged, False), (held, True)):
        for check in checks:
            by_slot[slot_of(check)].append((check, is_held))
    found: dict[AssetKey, list[AssetCheckResult]] = defaultdict(list)
    for slot, outcomes in by_slot.items():
        if slot in specs:
            found[specs[slot].asset_key].append(_result(specs[slot], outcomes))
    found[EDITION].append(_whole(specs, by_slot))
    return found


def _result(spec: AssetCheckSpec, outcomes: list[tuple[Check, bool]]) -> AssetCheckResult:
    """One result over all scopes of a rule: the worst outcome, the counts added."""
    rank = {"errored": 0, "not_run": 1, "failed": 2, "passed": 3}
    ordered = sorted(outcomes, key=lambda one: (rank[one[0].outcome], one[0].scope))
    checks = [check for check, _ in ordered]
    worst = checks[0]
    counts = Counter(check.outcome for check in checks)
    metadata: dict[str, object] = {
        "outcome": ", ".join(f"{counts[outcome]} {outcome.replace('_', ' ')}" for outcome in rank if counts[outcome]),
        "scopes": [check.scope for check in checks[:MAX_SCOPES]],
    }
    for field in ("rows_checked", "rows_failed"):
        numbers = [getattr(check, field) for check in checks if getattr(check, field) is not None]
        if numbers:
            metadata[field] = sum(numbers)
    rows = [row for check in checks for row in check.row_ids]
    if rows:
        metadata["rows"] = rows[:MAX_ROW_IDS]
    held = [check.scope for check, is_held in ordered if is_held]
    if held:
        metadata["held_back"] = held[:MAX_SCOPES]
    earlier = sorted({check.evidence_run for check in checks if check.evidence_run})
    if earlier:
        metadata["judged_in_run"] = ", ".join(earlier)
    blocks = any(check.blocks and not is_held for check, is_held in ordered)
    return AssetCheckResult(
        passed=worst.outcome == "passed",
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=AssetCheckSeverity.ERROR if blocks else AssetCheckSeverity.WARN,
        description=worst.why if worst.outcome == "passed" else worst.message or f"{worst.outcome}: {worst.why}",
        metadata=metadata,
    )


def _whole(specs: dict[Slot, AssetCheckSpec], by_slot: dict[Slot, list[tuple[Check, bool]]]) -> AssetCheckResult:
    """Planned = executed = recorded = shown: no check may be lost between the ledger and this graph."""
    not_run = [check.check_id for checks in by_slot.values() for check, _ in checks if check.outcome == "not_run"]
    strange = [check.check_id for slot, checks in by_slot.items() if slot not in specs for check, _ in checks]
    skipped = [slot for slot in specs if slot not in by_slot and slot != slot_of(WHOLE)]
    message = WHOLE.why
    if strange:
        message = f"{len(strange)} checks are not in this graph, first: {strange[0]}. Reload the code location"
    elif not_run:
        message = f"{len(not_run)} checks were not run, first: {not_run[0]}"
    return AssetCheckResult(
        passed=not (not_run or strange),
        asset_key=EDITION,
        check_name=check_name(WHOLE.rule_id),
        severity=AssetCheckSeverity.ERROR,
        description=message,
        metadata={
            "checks": sum(len(checks) for checks in by_slot.values()),
            "not_run": len(not_run),
            "not_in_this_graph": len(strange),
            "skipped_for_want_of_a_release": len(skipped),
        },
    )

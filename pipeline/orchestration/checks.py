"""Every check of a run as a Dagster asset check, and the ledger's outcomes as their results.

A rule is one asset check, whatever number of releases it judged; the rules of a table's contract are one together, and
so are those of its suite, because Dagster takes up to 25 ms to store a result and there are thousands. Checks never block here
(blocking=False): the run's own gate has decided before Dagster sees a result. Does not belong here: any rule.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    AssetSpec,
    MetadataValue,
)

from pipeline.catalogue.load import Catalogue
from pipeline.gate import dbt_checks, disclosure_checks, edition_checks, privacy_checks, suites
from pipeline.gate.ledger import MAX_ROW_IDS, Check
from pipeline.ingest.findings import findings
from pipeline.ingest.read import ReadReport
from pipeline.orchestration.models import EDITION, bronze_key, depths
from pipeline.publish.tables import JUDGED_SCHEMAS, published_tables

# What all releases of a table share: the rule's id, and the table (or model, or edition) it is about.
Rule = tuple[str, str]
WORST_FIRST = ("errored", "not_run", "failed", "passed")
MAX_RELEASES = 20
MAX_RULES = 20
# Kinds of which a table's rules are shown as one check of this name.
TOGETHER = {"contract": "contract", "expectation": "suite"}
WHOLE = Check(
    "ledger_is_whole", "ledger", "edition", "critical", "completeness",
    "every check that was planned was executed and recorded, and this graph knows it",
)  # fmt: skip


def rule_of(check: Check) -> Rule:
    return check.rule_id, "/".join(check.scope.split("/")[:2])


# --- what can be checked ---------------------------------------------------------------------------------------


def check_specs(known: Catalogue, manifest, specs: Iterable[AssetSpec]) -> dict[Rule, AssetCheckSpec]:
    """The spec that shows each rule that a run can plan. Where two would bear one name at one asset, both keep their
    whole id."""
    together: dict[Rule, list[tuple[Check, AssetKey]]] = defaultdict(list)
    for check, home in planned_checks(known, manifest, list(specs)):
        together[shown_as(check)].append((check, home))
    bearers = Counter((group[0][1], check_name(_short_id(group[0][0]))) for group in together.values())
    found = {}
    for (whole_id, _), group in together.items():
        check, home = group[0]
        short = check_name(_short_id(check))
        spec = AssetCheckSpec(
            short if bearers[home, short] == 1 else check_name(whole_id),
            asset=home,
            description=_said_of(group),
            metadata={
                "rule": whole_id, "rules": len(group), "kind": check.kind,
                "severity": ", ".join(sorted({one.severity for one, _ in group})),
                "dimension": ", ".join(sorted({one.dimension for one, _ in group})),
            },
        )  # fmt: skip
        found |= {rule_of(one): spec for one, _ in group}
    return found


def _said_of(group: list[tuple[Check, AssetKey]]) -> str:
    """What a check says: of rules that are shown together each, where they are few enough to be read."""
    rules = [check for check, _ in group]
    if rules[0].kind not in TOGETHER:
        return rules[0].why
    whole = f"the {len(rules)} rules of its {TOGETHER[rules[0].kind]} hold"
    return whole if len(rules) > MAX_RULES else f"{whole}: {'; '.join(rule.why for rule in rules)}"


def shown_as(check: Check) -> Rule:
    """The id under which a check is shown, and what it is about: its own rule, or all of the table's contract or suite."""
    rule_id, about = rule_of(check)
    return (f"{about.replace('/', '.')}.{TOGETHER[check.kind]}" if check.kind in TOGETHER else rule_id), about


def check_name(rule_id: str) -> str:
    """A rule id as Dagster allows names: `a.b` becomes `a__b`.

    Where another id could become the same name, a digest of the id is added; no name depends on which others exist.
    """
    name = re.sub(r"[^A-Za-z0-9_]", "_", rule_id.replace(".", "__"))
    plain = re.fullmatch(r"[A-Za-z0-9_.]+", rule_id) and not re.search(r"__|_\.|\._|\.\.", rule_id)
    return name if plain else f"{name}_{hashlib.sha256(rule_id.encode()).hexdigest()[:8]}"


def _short_id(check: Check) -> str:
    """The rule id without what its asset says already: of 37 names that begin alike, the page shows only that."""
    if check.kind == "dbt_model":
        return "built"
    return TOGETHER.get(check.kind) or check.rule_id.removeprefix("edition.")


def planned_checks(known: Catalogue, manifest, specs: list[AssetSpec]) -> Iterator[tuple[Check, AssetKey]]:
    """Every check that a run can plan, once for a table and not for each release, with the asset it stands at."""
    for contract, table in known.tables():
        scope = f"{contract.dataset}/{table.name}"
        # Not at the bronze asset: Dagster runs an asset's checks along with it, and these are judged by the whole run.
        # A run checks a release before staging takes it in, so they stand at the staging model that reads it.
        bronze = bronze_key(contract, table)
        home = min((s.key for s in specs if _is_dbt(s) and bronze in {d.asset_key for d in s.deps}), default=EDITION)
        nothing_read = ReadReport(contract.dataset, table.name, "", "", 0, 0, 0, 0, "", (), (), ())
        for one in findings(contract, table, nothing_read, ""):
            yield Check(one.rule_id, scope, "contract", "critical", one.dimension, one.why), home
        for check in suites.planned(suites.load_suite(contract.dataset).for_table(table.name), scope):
            yield check, home
    homes = _dbt_homes(manifest, specs)
    for check in dbt_checks.planned(manifest):
        yield check, homes[check.rule_id]
    for mart in published_tables(manifest):
        if mart.schema in JUDGED_SCHEMAS and not mart.is_view:
            rules = suites.load_suite(f"marts_{mart.name}").for_table(mart.name)
            for check in suites.planned(rules, f"{mart.part}.{mart.name}"):
                yield check, AssetKey([mart.build_schema, mart.name])
    for check in (*edition_checks.planned(), *privacy_checks.planned(), *disclosure_checks.planned(), WHOLE):
        yield check, EDITION


def _is_dbt(spec: AssetSpec) -> bool:
    return "dagster_dbt/unique_id" in spec.metadata


def _dbt_homes(manifest, specs: list[AssetSpec]) -> dict[str, AssetKey]:
    """Where dbt's checks stand, by rule id: a model's at it; a test's beside the model that it is written for, else at
    the furthest downstream of the models that it reads, where all of them are built."""
    keys = {spec.metadata["dagster_dbt/unique_id"]: spec.key for spec in specs if _is_dbt(spec)}
    depth = depths(specs)
    homes = {}
    for node in manifest.nodes.values():
        if node.unique_id in keys:
            homes[f"built.{node.name}"] = keys[node.unique_id]
        elif node.resource_type == "test":
            read = [keys[one] for one in node.depends_on_nodes if one in keys]
            furthest = max(read, key=lambda key: (depth[key], key), default=EDITION)
            homes[node.name] = keys.get(getattr(node, "attached_node", None), furthest)
    return homes


# --- what became of it -----------------------------------------------------------------------------------------


def check_results(
    specs: Mapping[Rule, AssetCheckSpec], judged: Iterable[Check], held: Iterable[Check]
) -> dict[AssetKey, list[AssetCheckResult]]:
    """The outcomes of a run by asset. `held` are the checks of releases that were held back: they failed, and are shown.

    A check that no release called for has no result here: it neither passed nor failed.
    """
    held = list(held)
    checks = [*judged, *held]
    held_back = {check.scope for check in held}
    shown: dict[AssetCheckKey, tuple[AssetCheckSpec, list[Check]]] = {}
    strange = []
    for check in checks:
        spec = specs.get(rule_of(check))
        if spec is None:
            strange.append(check)
        else:
            shown.setdefault(spec.key, (spec, []))[1].append(check)
    found: dict[AssetKey, list[AssetCheckResult]] = defaultdict(list)
    for spec, mine in shown.values():
        found[spec.asset_key].append(_result(spec, mine, held_back))
    found[EDITION].append(_whole(specs, checks, strange, len(shown)))
    return found


def _result(spec: AssetCheckSpec, checks: list[Check], held_back: set[str]) -> AssetCheckResult:
    """One result over all rules of a spec and all releases that they judged: the worst outcome, the counts added."""
    checks = sorted(
        checks, key=lambda check: (WORST_FIRST.index(check.outcome), not check.blocks, check.scope, check.rule_id)
    )
    worst = checks[0]
    passed = worst.outcome == "passed"
    not_passed = list(dict.fromkeys(check.rule_id for check in checks if check.outcome != "passed"))
    rules = len({check.rule_id for check in checks})
    scopes = list(dict.fromkeys(check.scope for check in checks))
    told = {
        "rules_judged": rules if rules > 1 else None,
        "rules_not_passed": _listed(not_passed, MAX_RULES) if rules > 1 else "",
        "by_rule": _by_rule(checks) if worst.kind == "expectation" else None,
        "releases": _listed([scope for scope in scopes if "/" in scope], MAX_RELEASES),
        "held_back": _listed([scope for scope in scopes if scope in held_back], MAX_RELEASES),
        "outcomes": _counted(checks) if len(checks) > 1 else "",
        "rows_checked": _total(_most_rows(checks, scope) for scope in scopes),
        "rows_failed": _total(check.rows_failed for check in checks),
        "rows": _listed(list(dict.fromkeys(row for check in checks for row in check.row_ids)), MAX_ROW_IDS),
        "judged_in_run": ", ".join(sorted({check.evidence_run for check in checks if check.evidence_run})),
    }
    message = worst.message or f"{worst.outcome.replace('_', ' ')}: {worst.why}"
    others = len(not_passed) - 1
    more = f" (and {others} more rule{'s' if others > 1 else ''})" if others > 0 else ""
    return AssetCheckResult(
        passed=passed,
        asset_key=spec.asset_key,
        check_name=spec.name,
        # A held release failed without stopping the run, because its contract says so: a warning, as for the gate.
        severity=AssetCheckSeverity.ERROR
        if any(check.blocks and check.scope not in held_back for check in checks)
        else AssetCheckSeverity.WARN,
        description=None if passed else message + more,
        metadata={name: value for name, value in told.items() if value not in ("", None)},
    )


def _by_rule(checks: list[Check]) -> MetadataValue:
    """What became of each rule: `passed`, or `1 failed, 2 passed` where it judged several releases."""
    mine: dict[str, list[Check]] = defaultdict(list)
    for check in sorted(checks, key=lambda check: check.rule_id):
        mine[check.rule_id].append(check)
    return MetadataValue.json(
        {
            rule: judged[0].outcome.replace("_", " ") if len(judged) == 1 else _counted(judged)
            for rule, judged in mine.items()
        }
    )


def _most_rows(checks: list[Check], scope: str) -> int | None:
    """The rows that were checked of a release: its rules look at the same ones."""
    return max(
        (check.rows_checked for check in checks if check.scope == scope and check.rows_checked is not None),
        default=None,
    )


def _listed(items: list[str], most: int) -> str:
    return ", ".join([*items[:most], *([f"and {len(items) - most} more"] if len(items) > most else [])])


def _counted(checks: list[Check]) -> str:
    counts = Counter(check.outcome for check in checks)
    return ", ".join(f"{counts[one]} {one.replace('_', ' ')}" for one in WORST_FIRST if counts[one])


def _total(numbers: Iterable[int | None]) -> int | None:
    counted = [number for number in numbers if number is not None]
    return sum(counted) if counted else None


def _whole(
    specs: Mapping[Rule, AssetCheckSpec], checks: list[Check], strange: list[Check], shown: int
) -> AssetCheckResult:
    """Planned = executed = recorded = shown: no check may be lost between the ledger and this graph."""
    not_run = [check.check_id for check in checks if check.outcome == "not_run"]
    message = None
    if strange:
        message = f"{len(strange)} checks are not in this graph, first: {strange[0].check_id}. Reload the code location"
    elif not_run:
        message = f"{len(not_run)} checks were not run, first: {not_run[0]}"
    return AssetCheckResult(
        passed=message is None,
        asset_key=EDITION,
        check_name=check_name(WHOLE.rule_id),
        severity=AssetCheckSeverity.ERROR,
        description=message,
        metadata={
            "checks": len(checks),
            "shown_as": shown,
            "not_run": len(not_run),
            "not_in_this_graph": len(strange),
            "skipped": len(set(specs) - {rule_of(one) for one in checks} - {rule_of(WHOLE)}),
        },
    )

"""The one ledger of a run: every check that was planned, and what became of it.

Planned = executed = recorded, or the gate blocks. Passed, failed, errored and not run are four different things: a
failed critical check blocks, a failed warning is shown, an error or a check that did not run always blocks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

Outcome = Literal["passed", "failed", "errored", "not_run"]
Kind = Literal["contract", "expectation", "dbt_model", "dbt_test", "edition"]
DIMENSIONS = ("completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy")
MAX_ROW_IDS = 20


@dataclass(frozen=True)
class Check:
    """One check on one scope (a release, a model, the edition). `row_ids` name rows, never their values.

    `evidence_run` is the run that executed it, '' for this one: an unchanged release is not judged twice.
    """

    rule_id: str
    scope: str
    kind: Kind
    severity: Literal["critical", "warning"]
    dimension: str
    why: str
    outcome: Outcome = "not_run"
    message: str = ""
    rows_checked: int | None = None
    rows_failed: int | None = None
    row_ids: tuple[str, ...] = ()
    evidence_run: str = ""

    @property
    def check_id(self) -> str:
        return f"{self.rule_id} @ {self.scope}"

    def without_counts(self) -> Check:
        """The check as readers of the open part may see it where its rows may be people: what was judged and how it ended."""
        told = self.message and "how many rows, and which, stands in the internal part"
        return replace(self, message=told, rows_checked=None, rows_failed=None, row_ids=())

    @property
    def blocks(self) -> bool:
        return self.outcome in ("errored", "not_run") or (self.outcome == "failed" and self.severity == "critical")


class Ledger:
    """Checks in the order they were planned. A check is planned once and recorded once."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._recorded: set[str] = set()
        self._unplanned: list[Check] = []
        self._held: list[Check] = []

    def plan(self, checks: Iterable[Check]) -> None:
        for check in checks:
            if check.check_id in self._checks:
                raise ValueError(f"check planned twice: {check.check_id}")
            self._checks[check.check_id] = replace(check, outcome="not_run")

    def record(
        self, rule_id: str, scope: str, outcome: Outcome, *, message: str = "", rows_checked: int | None = None,
        rows_failed: int | None = None, row_ids: Iterable[str] = (), evidence_run: str = "",
    ) -> None:  # fmt: skip
        """Notes the outcome of a planned check. One that was never planned is kept too, and blocks."""
        key = f"{rule_id} @ {scope}"
        planned = self._checks.get(key)
        facts = {
            "outcome": outcome, "message": message, "rows_checked": rows_checked, "rows_failed": rows_failed,
            "row_ids": tuple(row_ids)[:MAX_ROW_IDS], "evidence_run": evidence_run,
        }  # fmt: skip
        if planned is None or key in self._recorded:
            reason = "was never planned" if planned is None else "was recorded twice"
            stray = Check(rule_id, scope, "edition", "critical", "consistency", "planned = executed = recorded")
            self._unplanned.append(replace(stray, **{**facts, "outcome": "errored", "message": f"{key} {reason}"}))
            return
        self._checks[key] = replace(planned, **facts)
        self._recorded.add(key)

    def hold(self, scope: str) -> None:
        """Sets a scope's checks apart: the release left the run, so they are shown and no longer judged."""
        self._held += self.for_scope(scope)
        self._checks = {key: check for key, check in self._checks.items() if check.scope != scope}
        self._recorded = {key for key in self._recorded if key in self._checks}

    @property
    def held(self) -> list[Check]:
        """The checks of releases that were held back."""
        return list(self._held)

    @property
    def checks(self) -> list[Check]:
        return [*self._checks.values(), *self._unplanned]

    @property
    def blocking(self) -> list[Check]:
        return [check for check in self.checks if check.blocks]

    @property
    def warnings(self) -> list[Check]:
        return [check for check in self.checks if check.outcome == "failed" and not check.blocks]

    def for_scope(self, scope: str) -> list[Check]:
        return [check for check in self.checks if check.scope == scope]

    def summary(self) -> dict[str, int]:
        """Counts: planned, executed, recorded and each outcome."""
        counts = {"planned": len(self._checks), "executed": 0, "recorded": len(self._recorded)}
        counts |= {"passed": 0, "failed": 0, "errored": 0, "not_run": 0}
        for check in self.checks:
            counts[check.outcome] += 1
            counts["executed"] += check.outcome != "not_run"
        return counts

    def verdict(self) -> Literal["passed", "blocked"]:
        return "blocked" if self.blocking else "passed"

    def to_json(self, shown: Callable[[Check], Check] = lambda check: check) -> str:
        """The whole ledger; `shown` gives each check as its readers may see it."""
        return json.dumps(
            {
                "verdict": self.verdict(),
                "summary": self.summary(),
                "checks": [asdict(shown(check)) for check in self.checks],
                "held": [asdict(shown(check)) for check in self.held],
            },
            indent=1,
        )


def read_checks(text: str) -> list[Check]:
    """The checks of a gate.json."""
    return [Check(**{**one, "row_ids": tuple(one["row_ids"])}) for one in json.loads(text)["checks"]]

"""The ledger: planned = executed = recorded, and four outcomes that are never taken for each other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.gate.ledger import Check, Ledger, read_checks


def check(rule: str, severity: str = "critical", scope: str = "release") -> Check:
    return Check(rule, scope, "expectation", severity, "validity", "a reason")


def test_a_planned_check_that_is_not_recorded_blocks():
    ledger = Ledger()
    ledger.plan([check("a"), check("b")])
    ledger.record("a", "release", "passed")
    assert ledger.verdict() == "blocked"
    assert [one.rule_id for one in ledger.blocking] == ["b"]
    assert ledger.summary() == {
        "planned": 2, "executed": 1, "recorded": 1, "passed": 1, "failed": 0, "errored": 0, "not_run": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "outcome", "verdict"),
    [
        ("critical", "passed", "passed"), ("critical", "failed", "blocked"), ("critical", "errored", "blocked"),
        ("warning", "passed", "passed"), ("warning", "failed", "passed"), ("warning", "errored", "blocked"),
        ("warning", "not_run", "blocked"),
    ],
)  # fmt: skip
def test_a_failed_warning_is_the_only_fault_that_passes(severity, outcome, verdict):
    ledger = Ledger()
    ledger.plan([check("a", severity)])
    ledger.record("a", "release", outcome)
    assert ledger.verdict() == verdict


def test_a_check_recorded_twice_or_never_planned_blocks():
    ledger = Ledger()
    ledger.plan([check("a")])
    ledger.record("a", "release", "passed")
    ledger.record("a", "release", "passed")
    assert "was recorded twice" in ledger.blocking[0].message
    ledger = Ledger()
    ledger.record("b", "release", "passed")
    assert "was never planned" in ledger.blocking[0].message


def test_a_check_cannot_be_planned_twice():
    ledger = Ledger()
    with pytest.raises(ValueError, match="planned twice"):
        ledger.plan([check("a"), check("a")])


def test_a_held_scope_is_shown_and_no_longer_judged():
    ledger = Ledger()
    ledger.plan([check("a", scope="bad"), check("a", scope="good")])
    ledger.record("a", "bad", "failed")
    ledger.record("a", "good", "passed")
    ledger.hold("bad")
    assert ledger.verdict() == "passed"
    assert [(one.scope, one.outcome) for one in ledger.held] == [("bad", "failed")]
    assert ledger.summary()["planned"] == ledger.summary()["recorded"] == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["critical", "warning"]), st.sampled_from(["passed", "failed", "errored", None])),
        max_size=12,
    )
)
def test_nothing_is_ever_lost_between_plan_and_verdict(pairs):
    ledger = Ledger()
    ledger.plan([check(str(number), severity) for number, (severity, _) in enumerate(pairs)])
    for number, (_, outcome) in enumerate(pairs):
        if outcome:
            ledger.record(str(number), "release", outcome)
    summary = ledger.summary()
    assert summary["planned"] == len(pairs) == sum(summary[name] for name in ("passed", "failed", "errored", "not_run"))
    expected = all(
        outcome == "passed" or (outcome == "failed" and severity == "warning") for severity, outcome in pairs
    )
    assert (ledger.verdict() == "passed") == expected
    assert read_checks(ledger.to_json()) == ledger.checks
    assert json.loads(ledger.to_json())["verdict"] == ledger.verdict()


def test_row_ids_are_kept_to_a_few():
    ledger = Ledger()
    ledger.plan([check("a")])
    ledger.record("a", "release", "failed", row_ids=[f"source_row={n}" for n in range(500)])
    assert len(ledger.checks[0].row_ids) == 20

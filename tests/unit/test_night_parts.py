"""The parts of a night that need no run: what a sensor tick remembers, when a dataset is late, what an alert says."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from dagster import DagsterInstance, FreshnessPolicy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.orchestration.inbox import look, run_key
from pipeline.orchestration.ingest import freshness_policy
from pipeline.run import alert
from pipeline.run.freshness import Held, longest_wait
from pipeline.run.sequence import dataset_line

# --- a tick of the sensor --------------------------------------------------------------------------------------


def ticks(*folders: dict[str, tuple[int, int, str]]):
    """Looks one after the other. A folder maps names to size, when written and content."""
    seen, hashed = {}, []
    for folder in folders:

        def digest(name: str, folder=folder) -> str:
            hashed.append(name)
            return folder[name][2]

        found = look(seen, {name: (size, written) for name, (size, written, _) in folder.items()}, digest)
        # the cursor goes through JSON
        seen = {name: tuple(one) for name, one in json.loads(json.dumps(found.seen)).items()}
        yield found, list(hashed)


def test_a_file_is_new_once_it_stayed_as_it_was_and_is_hashed_once():
    folder = {"a.csv": (10, 1, "aaa")}
    (first, _), (second, _), (third, hashed) = ticks(folder, folder, folder)
    assert (first.new, first.waiting) == ((), 1)
    assert (second.new, second.waiting) == (("aaa",), 0)
    assert (third.new, third.waiting) == ((), 0)
    assert hashed == ["a.csv"]


@pytest.mark.parametrize("grown", [(20, 1, "aab"), (10, 2, "aab")], ids=["size", "time"])
def test_a_file_that_is_being_written_waits(grown):
    half = {"a.csv": (10, 1, "aaa")}
    *_, (changed, hashed), (settled, _) = ticks(half, {"a.csv": grown}, {"a.csv": grown})
    assert changed.new == ()
    assert changed.waiting == 1
    assert hashed == []
    assert settled.new == ("aab",)


def test_all_new_files_of_a_tick_are_one_request_by_content():
    folder = {"a.csv": (1, 1, "aaa"), "b.csv": (2, 1, "bbb"), "copy of a.csv": (1, 1, "aaa")}
    *_, (found, _) = ticks(folder, folder)
    assert found.new == ("aaa", "bbb")
    assert run_key(("aaa",)) == "aaa"
    assert run_key(("aaa", "bbb")) == run_key(("bbb", "aaa")) != run_key(("aaa", "ccc"))


def test_a_renamed_file_is_not_new_and_one_with_other_bytes_under_the_old_name_is():
    first = {"a.csv": (1, 1, "aaa")}
    renamed = {"b.csv": (1, 1, "aaa"), "a.csv": (1, 5, "ccc")}
    *_, (found, _) = ticks(
        first, first, first | {"b.csv": (1, 1, "aaa")}, first | {"b.csv": (1, 1, "aaa")}, renamed, renamed
    )
    assert found.new == ("ccc",)


def test_what_left_the_inbox_is_forgotten():
    first = {"a.csv": (1, 1, "aaa")}
    *_, (found, _) = ticks(first, first, {})
    assert found.seen == {}


# --- late or not -----------------------------------------------------------------------------------------------

# One dataset for each cadence and lag: nothing else of a contract counts here.
DUE = list(
    {(one.cadence, one.lag_days): one for one in catalogue().contracts.values() if one.cadence != "irregular"}.values()
)


def state_in_dagster(policy: FreshnessPolicy, materialised: datetime, now: datetime, monkeypatch) -> str:
    """What Dagster's own evaluator says at `now` of an asset that was last materialised then."""
    from types import SimpleNamespace

    from dagster._core.definitions import freshness_evaluator as evaluator

    async def record(*_):
        event = SimpleNamespace(timestamp=materialised.timestamp())
        return SimpleNamespace(asset_entry=SimpleNamespace(last_materialization=event))

    monkeypatch.setattr(evaluator, "AssetRecord", SimpleNamespace(gen=record))
    monkeypatch.setattr(evaluator, "get_current_timestamp", now.timestamp)
    node = SimpleNamespace(key=None, freshness_policy_or_from_metadata=policy)
    return asyncio.run(evaluator.TimeWindowFreshnessPolicyEvaluator().evaluate_freshness(None, node)).value


@pytest.mark.parametrize("contract", DUE, ids=lambda contract: contract.dataset)
@pytest.mark.parametrize("late", range(0, 40, 13))
@pytest.mark.parametrize("end", ["2025-01-31", "2025-12-31", "2026-06-30"])
def test_dagster_fails_a_dataset_only_where_status_says_overdue_and_never_long_after(contract, late, end, monkeypatch):
    policy = freshness_policy(contract)
    came = datetime.fromisoformat(end).replace(tzinfo=UTC) + timedelta(days=contract.lag_days + late)
    due = date.fromisoformat(dataset_line(contract, end).next_due)
    seen = set()
    for days in (*range(1, 500, 4), *range(500, 1200, 30)):
        now = came + timedelta(days=days)
        state = state_in_dagster(policy, came, now, monkeypatch)
        seen.add(state)
        if state == "FAIL":
            assert now.date() > due
        if now.date() > due + timedelta(days=contract.lag_days + late + 5):
            assert state == "FAIL"
    assert seen == {"PASS", "WARN", "FAIL"}


def test_what_is_never_due_has_no_policy():
    contract = catalogue().contracts["ons_lookups"]
    assert longest_wait(contract) is None
    assert freshness_policy(contract) is None


@pytest.mark.parametrize(
    ("held", "state"),
    [
        (Held("d", "monthly", 0, "", "", 0), "not held"),
        (Held("d", "irregular", 1, "2024-12-31", "", 0), "held"),
        (Held("d", "monthly", 1, "2025-11-30", "2026-01-30", 0), "up to date"),
        (Held("d", "monthly", 1, "2025-11-30", "2026-01-30", 3), "overdue by 3 days"),
    ],
)
def test_states_in_words(held, state):
    assert held.state == state


# --- alerts ----------------------------------------------------------------------------------------------------


def test_an_alert_is_one_line_of_json_after_the_others(tmp_path):
    path = tmp_path / "alerts" / "night.jsonl"
    alert.append(path, "error", "first\nsecond line", run_id="r1")
    alert.append(path, "delivered", "café")
    one, two = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert (one["event"], one["message"], one["run_id"]) == ("error", "first\nsecond line", "r1")
    assert (two["event"], two["message"]) == ("delivered", "café")
    assert datetime.fromisoformat(one["at"]).utcoffset() == timedelta(0)


def test_an_alert_that_cannot_be_written_is_a_fault(tmp_path):
    with pytest.raises(Fault, match="cannot be written"):
        alert.append(tmp_path, "error", "the path is a folder")


@given(st.integers(min_value=0, max_value=60))
def test_many_names_are_a_few_and_a_count(number):
    words = alert.named([f"n{one}" for one in range(number)])
    shown = [word for word in words.replace(" and ", ", ").split(", ") if word.startswith("n")]
    assert len(shown) == min(number, alert.MAX_NAMED)
    assert (f"and {number - alert.MAX_NAMED} more" in words) == (number > alert.MAX_NAMED)


def test_the_deployed_instance_looks_at_freshness(tmp_path):
    import shutil

    from pipeline.settings import PROJECT_ROOT

    shutil.copy(PROJECT_ROOT / "deploy" / "dagster.yaml", tmp_path)
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.get_settings("freshness")["enabled"]

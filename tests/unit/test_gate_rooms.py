"""The rooms of the gate without a run: suites as files, drift, dbt's sources, disclosure, the fingerprint."""

from __future__ import annotations

import json
import os
from datetime import date

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.gate import suites
from pipeline.run import fingerprint as marks
from pipeline.run import record
from pipeline.run.sequence import dataset_line, instant
from pipeline.settings import EXPECTATIONS, Settings
from pipeline.transform import sources


def test_every_dataset_has_a_suite_and_every_rule_names_a_table_of_it():
    for contract in catalogue().contracts.values():
        tables = {table.name for table in contract.tables}
        suite = suites.load_suite(contract.dataset)
        assert suite.rules
        assert {rule.table for rule in suite.rules} == tables


def test_every_rule_says_why_and_what_to_do():
    ids = []
    for path in EXPECTATIONS.glob("*.json"):
        for rule in suites.load_suite(path.stem).rules:
            ids.append(rule.rule_id)
            assert len(rule.why) > 15, rule.rule_id
            assert len(rule.remedy) > 10, rule.rule_id
            assert rule.severity in ("critical", "warning")
            assert rule.rule_id.startswith(path.stem.split(".")[0])
    assert len(ids) == len(set(ids)) > 25


def test_suites_open_with_the_tools_of_great_expectations():
    gx = suites.import_gx()
    gx.get_context(mode="ephemeral")
    for path in EXPECTATIONS.glob("*.json"):
        content = json.loads(path.read_text())
        assert len(gx.ExpectationSuite(name=content["name"], expectations=content["expectations"]).expectations) > 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not a suite"),
        ('{"expectations": [{"type": "x", "kwargs": {}, "severity": "critical", "meta": {}}]}', "not a suite"),
        (json.dumps({"expectations": [{"type": "x", "kwargs": {}, "severity": "critical", "meta": {
            "rule_id": "a", "table": "t", "dimension": "taste", "why": "w", "remedy": "r"}}]}), "taste"),
    ],
)  # fmt: skip
def test_a_wrong_suite_is_a_clear_fault(tmp_path, content, words):
    (tmp_path / "spoiled.json").write_text(content)
    with pytest.raises(Fault, match=words):
        suites.load_suite("spoiled", tmp_path)


def test_a_missing_suite_is_a_clear_fault(tmp_path):
    with pytest.raises(Fault, match="there is no such suite"):
        suites.load_suite("absent", tmp_path)


def test_the_sources_of_dbt_are_those_of_the_contracts():
    assert sources.SOURCES_YML.read_text("utf-8") == sources.sources_yml(catalogue()), (
        "a contract changed: run `python -m pipeline.transform.sources`"
    )


def test_the_fingerprint_follows_archive_settings_and_instant(tmp_path, monkeypatch):
    raw = tmp_path / "raw" / "d" / "t" / "all" / "2024"
    raw.mkdir(parents=True)
    (raw / "a.release.json").write_text("{}")
    monkeypatch.setattr(marks, "code_digest", lambda: "code")
    settings = Settings(raw=tmp_path / "raw", out=tmp_path)
    first = marks.fingerprint(settings, None)
    assert marks.fingerprint(settings, None) == first
    assert marks.fingerprint(settings, "2026-01-01") != first
    assert marks.fingerprint(Settings(raw=tmp_path / "raw", out=tmp_path, ics="QNX"), None) != first
    assert marks.fingerprint(Settings(raw=tmp_path / "raw", out=tmp_path / "elsewhere", threads=4), None) == first
    (raw / "b.release.json").write_text("{}")
    assert marks.fingerprint(settings, None) != first


def test_code_and_rules_enter_the_fingerprint(tmp_path, monkeypatch):
    code = tmp_path / "pipeline"
    code.mkdir()
    (code / "a.py").write_text("one")
    monkeypatch.setattr(marks, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(marks, "CODE_FOLDERS", (code,))
    monkeypatch.setattr(marks, "LOCK_FILE", tmp_path / "requirements.lock")
    first = marks.code_digest()
    (code / "__pycache__").mkdir()
    (code / "__pycache__" / "a.py").write_text("noise")
    assert marks.code_digest() == first
    (tmp_path / "requirements.lock").write_text("pinned")
    second = marks.code_digest()
    (code / "a.py").write_text("two")
    assert len({first, second, marks.code_digest()}) == 3


def test_a_sweep_leaves_what_an_add_is_copying_and_removes_what_was_left_long_ago(tmp_path):
    incoming = tmp_path / "raw" / ".incoming"
    incoming.mkdir(parents=True)
    for name in ("under way", "left over"):
        (incoming / name).write_text("bytes")
    os.utime(incoming / "left over", (0, 0))
    record.sweep(Settings(raw=tmp_path / "raw", out=tmp_path / "out"))
    assert [path.name for path in incoming.iterdir()] == ["under way"]


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2026-03-31", "2026-03-31T23:59:59+00:00"),
        ("2026-03-31T18:00", "2026-03-31T18:00:00+00:00"),
        ("2026-03-31T19:00+01:00", "2026-03-31T18:00:00+00:00"),
    ],
)
def test_instants_are_read_as_the_archive_writes_them(text, stamp):
    assert instant(text) == stamp


def test_a_text_that_is_no_instant_is_refused():
    with pytest.raises(Fault, match="is not an instant"):
        instant("yesterday")


@pytest.mark.parametrize(
    ("latest", "period", "due"),
    [
        ("2025-11-30", "2025-12-31", "2026-01-30"),
        ("2025-12-31", "2026-01-31", "2026-03-02"),
        ("2024-01-31", "2024-02-29", "2024-03-30"),
    ],
)
def test_the_next_release_of_a_monthly_dataset_is_due_by_cadence_and_lag(latest, period, due):
    line = dataset_line(catalogue().contracts["gp_appointments_regional"], latest)
    assert (line.next_period, line.next_due) == (period, due)
    assert date.fromisoformat(due) > date.fromisoformat(period)


def test_an_irregular_dataset_is_never_due():
    assert dataset_line(catalogue().contracts["ons_lookups"], "2024-12-31").next_due == ""

"""`ics-marts new-dataset` in a copy of the project: what it drafts loads, reads its file, and its own test passes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.catalogue.load import load_catalogue
from pipeline.settings import PROJECT_ROOT

TEXT = (
    "ICB_CODE,ICB_NAME,MONTH,HUBS_OPEN,VISITS,NOTES\n"
    "QZ1,NHS Sampleshire Integrated Care Board,NOV2025,14,2310,\n"
    'QZ2,"NHS Mockford, Feignton and Dummybury Integrated Care Board",NOV2025,22,3105,two hubs shut for a week\n'
    "QZ3,NHS Placeholder Vale Integrated Care Board,NOV2025,3,[c],\n"
)


@pytest.fixture
def project(tmp_path) -> Path:
    """A copy of what a draft touches, and of the code."""
    root = tmp_path / "project"
    left_out = shutil.ignore_patterns("__pycache__", "target", "logs", "data")
    for part in ("pipeline", "dbt_project", "expectations", "tests/contract"):
        shutil.copytree(PROJECT_ROOT / part, root / part, ignore=left_out)
    for part in ("pyproject.toml", "requirements.lock"):
        shutil.copy(PROJECT_ROOT / part, root / part)
    return root


@pytest.fixture
def hubs(tmp_path) -> Path:
    path = tmp_path / "warm_hubs_2025-11.csv"
    path.write_text(TEXT, "utf-8")
    return path


def call(root: Path, *arguments: object, module: str = "pipeline.cli") -> subprocess.CompletedProcess:
    """A command in the copy, with the copy's own code."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ICS_MARTS_")}
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], cwd=root, env=environment | {"PYTHONPATH": str(root)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_draft_loads_reads_its_file_and_its_test_passes(project, hubs):
    before = files_of(project)
    done = call(project, "new-dataset", hubs, "--publisher", "Example Council", "--json")
    assert done.returncode == 0, done.stderr
    draft = json.loads(done.stdout)
    assert draft["dataset"] == "warm_hubs"
    assert [(one["rows_in"], one["rows_clean"], one["problems"]) for one in draft["reads"]] == [(3, 3, [])]
    after = files_of(project)
    new = sorted(set(after) - set(before))
    assert new == [
        "dbt_project/models/staging/_stg_warm_hubs.yml",
        "dbt_project/models/staging/stg_warm_hubs.sql",
        "expectations/warm_hubs.json",
        "pipeline/catalogue/example_council/warm_hubs.yml",
        "tests/contract/test_warm_hubs.py",
    ]
    assert [name for name in before if after[name] != before[name]] == ["dbt_project/models/staging/_sources.yml"]
    table = load_catalogue(project / "pipeline" / "catalogue").contracts["warm_hubs"].table("published")
    assert table.keys == ("icb_code",)
    assert table.markers == {"[c]": "suppressed"}
    assert table.column("month").formats == ("%b%Y",)
    assert table.column("visits").status
    tested = call(project, "-q", "-p", "no:cacheprovider", "tests/contract/test_warm_hubs.py", module="pytest")
    assert tested.returncode == 0, tested.stdout
    assert tested.stdout.startswith("..")

    inspected = call(project, "inspect", hubs, "--json")
    assert inspected.returncode == 0, inspected.stderr
    (one,) = json.loads(inspected.stdout)["tables"]
    assert (one["dataset"], one["period"], one["period_from"]) == ("warm_hubs", "2025-11", "content")
    assert any("licence: to be decided" in line for line in one["to_decide"])
    assert all(check["passed"] for check in one["checks"])

    again = call(project, "new-dataset", hubs, "--dataset", "other_hubs")
    assert again.returncode == 3
    assert "is warm_hubs/published already" in again.stderr
    assert files_of(project) == after


def test_nothing_is_overwritten_and_nothing_is_written_half(project, hubs):
    there = project / "expectations" / "warm_hubs.json"
    there.write_text("{}", "utf-8")
    before = files_of(project)
    done = call(project, "new-dataset", hubs)
    assert done.returncode == 1
    assert "expectations/warm_hubs.json is there already, and nothing is overwritten" in done.stderr
    assert files_of(project) == before


def test_a_folder_that_is_no_project_is_an_error_in_one_line(tmp_path, hubs):
    done = call(PROJECT_ROOT, "new-dataset", hubs, "--out", tmp_path)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("...")]
    assert line.startswith(f"error: {tmp_path}: lacks pipeline/catalogue")


def test_inspect_of_a_changed_file_shows_the_lines_and_its_status_is_refused(project, hubs, tmp_path):
    assert call(project, "new-dataset", hubs).returncode == 0
    changed = tmp_path / "warm_hubs_2025-12.csv"
    changed.write_text(TEXT.replace("HUBS_OPEN", "HUBS_OPENED").replace("NOV2025", "2025-12-01"), "utf-8")
    done = call(project, "inspect", changed)
    assert done.returncode == 3
    assert (
        "error: warm_hubs_2025-12.csv: header row 1 is not layout published_csv of warm_hubs/published" in done.stderr
    )
    assert "'HUBS_OPEN' is now 'HUBS_OPENED' (nearest name, 90% alike)" in done.stdout
    assert "HUBS_OPENED: hubs_open" in done.stdout
    assert "formats: ['%b%Y', '%Y-%m-%d']" in done.stdout
    assert "with these lines: 3 rows, 3 clean, 0 in quarantine" in done.stdout

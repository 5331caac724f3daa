"""What an NHS network needs of the package: every package pinned with hashes, no index named, nothing heavy at import."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.settings import LOCK_FILE, PROJECT_ROOT

LOCK = LOCK_FILE.read_text("utf-8")
PROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins() -> dict[str, str]:
    """Package -> the text of its entry in the lock."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK)
    return {
        canonicalize_name(Requirement(entry.split(" \\")[0].split(" ;")[0]).name): entry
        for entry in entries
        if "==" in entry
    }


def test_every_package_is_pinned_with_hashes_and_no_index_is_named():
    found = pins()
    assert len(found) > 100
    assert all("--hash=sha256:" in entry for entry in found.values())
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", LOCK)
    assert not (PROJECT_ROOT / "uv.lock").exists()


def test_the_lock_holds_every_direct_dependency_at_a_version_it_allows():
    found = pins()
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, wanted):
        entry = found[canonicalize_name(requirement.name)]
        version = re.search(r"==([^ ;\\]+)", entry)[1]
        assert requirement.specifier.contains(version), f"{requirement} is pinned at {version}"


def test_the_command_starts_without_anything_heavy():
    program = (
        "import sys, pipeline, pipeline.cli\n"
        "print(sorted({'duckdb', 'dbt', 'dagster', 'great_expectations', 'pandas', 'pyarrow', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_of_the_project_names_a_path_of_a_machine():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:  # a copy without git has nothing to check
        return
    pattern = re.compile(r"(^|[^A-Za-z0-9_.])/(work|home|Users|root)/[a-z]")
    for name in filter(None, tracked.stdout.split("\0")):
        path = PROJECT_ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ".sql", ".json", ".jinja", ""} and path.is_file():
            for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
                assert not pattern.search(line), f"{name}:{number}"

"""The documents: links lead somewhere, generated pages are fresh, every dependency is explained, worked examples are right.

Belongs here: what can be said of the documents without a run. Does not belong here: running their commands
(tests/pipeline/test_docs_examples.py).
"""

from __future__ import annotations

import importlib.util
import re
import tomllib
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from pipeline import duck
from pipeline.catalogue.load import Catalogue, catalogue, load_contract
from pipeline.catalogue.metric import MetricCatalogue
from pipeline.gate.suites import load_suite
from pipeline.ingest.findings import problems
from pipeline.ingest.identify import identify
from pipeline.ingest.read import bronze_columns, read
from pipeline.settings import PROJECT_ROOT
from pipeline.transform.sources import sources_yml

DOCS = PROJECT_ROOT / "docs"
PAGES = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.M | re.S)
# Paths of somebody's machine are no reader's business.
NOT_IN_DOCS = ("/root/", "/home/", "/Users/")


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT_ROOT).as_posix()


def links_of(page: Path) -> list[str]:
    return LINK.findall(FENCE.sub("", page.read_text("utf-8")))


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def block(page: str, language: str, holding: str = "") -> str:
    """The first code block of a language in a page that holds a text, without its indent."""
    text = (DOCS / page).read_text("utf-8")
    for indent, body in re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.M | re.S):
        if holding in body:
            return re.sub(rf"^{indent}", "", body, flags=re.M)
    raise AssertionError(f"docs/{page} has no block of {language} with {holding!r}")


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- all pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for link in links_of(page):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), f"{name_of(page)}: {link} leads nowhere"
        assert not anchor or anchor in anchors_of(target), f"{name_of(page)}: {link} leads to no heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_one_title_and_nothing_of_this_machine(page):
    text = page.read_text("utf-8")
    assert len(re.findall(r"^# .+$", FENCE.sub("", text), re.M)) == 1
    assert [word for word in NOT_IN_DOCS if word in text] == []


def test_every_page_is_reached_from_the_readme():
    reached: set[Path] = set()
    to_read = [PROJECT_ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        to_read += [
            (page.parent / link.partition("#")[0]).resolve()
            for link in links_of(page)
            if not link.startswith("https://")
        ]
    assert [name_of(page) for page in PAGES if page not in reached] == []


def test_generated_pages_are_what_the_code_says(generate):
    for name, text in generate.pages().items():
        committed = (DOCS / "reference" / name).read_text("utf-8")
        assert committed == text, f"docs/reference/{name} is not fresh: run `python docs/generate.py`"


# --- dependencies ------------------------------------------------------------------------------------------------


def asked_for() -> dict[str, set[str]]:
    """The packages that pyproject.toml asks for: to run, to develop."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"run": project["dependencies"], "develop": project["optional-dependencies"]["dev"]}
    return {group: {re.match(r"[A-Za-z0-9_.-]+", one)[0] for one in names} for group, names in groups.items()}


def explained() -> dict[str, set[str]]:
    """The packages in the tables of docs/dependencies.md, by heading."""
    found: dict[str, set[str]] = {}
    heading = ""
    for line in (DOCS / "dependencies.md").read_text("utf-8").splitlines():
        heading = line.removeprefix("## ") if line.startswith("## ") else heading
        row = re.match(r"\| ([a-z0-9-]+) \|", line)
        if row and row[1] != "package":
            found.setdefault(heading, set()).add(row[1])
    return found


def test_every_dependency_is_explained_and_nothing_else():
    said, wanted = explained(), asked_for()
    unused = said.get("Asked for and not used", set())
    assert (said["To run"] | unused) - wanted["develop"] == wanted["run"]
    assert said["To develop"] == wanted["develop"] - unused


def test_what_is_said_not_to_be_used_is_imported_nowhere():
    code = "\n".join(path.read_text("utf-8") for path in (PROJECT_ROOT / "pipeline").rglob("*.py"))
    for package in explained().get("Asked for and not used", set()):
        module = package.replace("-", "_")
        assert not re.search(rf"^\s*(import|from) {module}\b", code, re.M), f"{package} is used: say what for"


# --- worked examples ---------------------------------------------------------------------------------------------


def test_the_worked_example_of_a_dataset_is_read_and_staged(tmp_path):
    page = "how-to/add-a-dataset.md"
    (tmp_path / "warm_hubs.yml").write_text(block(page, "yaml", "dataset: warm_hubs"), "utf-8")
    (tmp_path / "warm_hubs.json").write_text(block(page, "json"), "utf-8")
    file = tmp_path / "warm_hubs_2025-11.csv"
    file.write_text(block(page, "text", "ICB_CODE,ICB_NAME"), "utf-8")
    contract = load_contract(tmp_path / "warm_hubs.yml")
    table = contract.table("monthly")
    known = Catalogue({contract.dataset: contract}, (), {})
    (found,) = identify(file, known)
    bronze = read(file, found, "0" * 64, tmp_path / "work", label=file.name)
    assert (bronze.report.rows_in, bronze.report.rows_clean) == (3, 3)
    assert problems(contract, table, bronze.report, file.name) == []
    (rule,) = load_suite("warm_hubs", tmp_path).for_table("monthly")
    assert "warm_hubs__monthly" in sources_yml(known)
    con = duck.connect()
    con.execute(f"create view warm_hubs as select 'r' as release_id, * from ({bronze.select(bronze_columns(table))})")
    query = rule.expectation["kwargs"]["unexpected_rows_query"].replace("{batch}", "warm_hubs")
    assert con.execute(query).fetchall() == []
    staging = block(page, "sql").replace("{{ source('bronze', 'warm_hubs__monthly') }}", "warm_hubs")
    visits = con.execute(f"select area_code_published, visits, visits_status from ({staging}) order by 1").fetchall()
    assert visits == [("QZ1", 2310, "exact"), ("QZ2", 3105, "exact"), ("QZ3", None, "suppressed")]


@pytest.mark.parametrize("metric_id", ["pc_90", "pc_91", "es_91"])
def test_the_worked_examples_of_metrics_are_metrics(metric_id):
    entry = yaml.safe_load(block("how-to/add-a-metric.md", "yaml", f"metric_id: {metric_id}"))
    known = catalogue()
    made = MetricCatalogue.model_validate({"caveats": known.caveats, "metrics": entry})
    assert made.metrics[0].source in known.contracts
    assert metric_id not in {metric.metric_id for metric in known.metrics}


def test_decisions_are_numbered_without_a_gap_and_dated():
    files = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        lines = path.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {path.name[:4]}. ")
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2} · (accepted|replaced by \d{4})", lines[2])
        headings = [key for key, _ in groupby(line for line in lines if line.startswith("## "))]
        assert headings == ["## Context", "## Decision", "## Consequences"]

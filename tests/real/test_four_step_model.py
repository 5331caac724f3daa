"""The seeds of the four-step model against the founding document: the same words, in the same order, none left out.

Belongs here: the document's lists and its table of tiers, read anew and compared with the seed. Does not belong here:
what holds of the seed without the document (tests/unit/test_four_step_model.py).
"""

from __future__ import annotations

import csv
import re

import pytest

from pipeline.settings import DBT_PROJECT, PROJECT_ROOT

DOCUMENT = PROJECT_ROOT.parent / "shared" / "seeds" / "000_728e9fb533253c1f.txt"
pytestmark = pytest.mark.skipif(
    not DOCUMENT.is_file(), reason="the founding document ../shared/seeds/000_728e9fb533253c1f.txt is not here"
)
TIERS = ("region", "system", "place")


@pytest.fixture(scope="module")
def printed() -> str:
    return DOCUMENT.read_text("utf-8")


@pytest.fixture(scope="module")
def seed() -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / "four_step_model.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def words(seed: list[dict[str, str]], kind: str, belongs_to: str | None = None) -> list[str]:
    return [
        item["words"]
        for item in seed
        if item["item_kind"] == kind and (belongs_to is None or item["belongs_to"] == belongs_to)
    ]


def bullets(text: str) -> list[str]:
    return [one.strip() for one in re.sub(r"<[^>]+>", "", text).split("•")[1:]]


def by_determinant(printed: str, first_item: str) -> list[tuple[str, list[str]]]:
    """(determinant, its bullets) of the table whose first bullet is `first_item`, one a line, up to the first line without any."""
    lines = printed.splitlines()
    start = next(at for at, line in enumerate(lines) if first_item in line)
    rows = []
    for line in lines[start:]:
        name, _, items = line.partition("\t")
        if not bullets(items):
            break
        rows.append((name.strip(), bullets(items)))
    return rows


def dashes(printed: str, heading: str) -> list[str]:
    """The lines that begin with a dash, the first block of them after a heading."""
    after = printed[printed.index(heading) :]
    return [line[2:].strip() for line in re.search(r"(?:^- .*\n?)+", after, re.M)[0].splitlines()]


def columns_of_tiers(printed: str) -> dict[str, dict[str, list[str]]]:
    """Tier -> column -> its filled cells. A cell says nothing of the cells beside it: the grid is ragged."""
    lines = printed.splitlines()
    start = lines.index("Tier\tPartners\tPolicies\tProgrammes")
    found: dict[str, dict[str, list[str]]] = {}
    current = ""
    for line in lines[start + 1 :]:
        if "\t" not in line:
            break
        tier, *cells = (cell.strip() for cell in line.split("\t"))
        current = tier.lower() or current
        kinds = found.setdefault(current, {"partner": [], "policy": [], "funding_programme": []})
        for kind, cell in zip(kinds, cells, strict=True):
            kinds[kind] += [cell] if cell else []
    return found


def test_the_determinants_have_their_indicators(printed, seed):
    rows = by_determinant(printed, "Total employed workforce across ICS")
    assert [name for name, _ in rows] == words(seed, "determinant")
    ids = [item["item_id"] for item in seed if item["item_kind"] == "determinant"]
    assert [items for _, items in rows] == [words(seed, "indicator", one) for one in ids]


def test_the_determinants_have_their_questions(printed, seed):
    rows = by_determinant(printed, "How can we make our place more productive?")
    assert [name for name, _ in rows] == words(seed, "determinant")
    ids = [item["item_id"] for item in seed if item["item_kind"] == "determinant"]
    assert [items for _, items in rows] == [words(seed, "transformational_question", one) for one in ids]


@pytest.mark.parametrize("kind", ["policy", "funding_programme"])
def test_policies_and_funding_programmes_are_the_cells_of_their_tier(kind, printed, seed):
    grid = columns_of_tiers(printed)
    assert tuple(grid) == TIERS
    assert {tier: words(seed, kind, tier) for tier in TIERS} == {tier: grid[tier][kind] for tier in TIERS}


def test_partners_are_the_cells_of_their_tier_one_of_which_names_three(printed, seed):
    grid = columns_of_tiers(printed)
    three = "Northern Powerhouse, Midlands Engine, Western Gateway,"
    assert grid["region"]["partner"] == [three, "DLUHC Regional Directors"]
    assert words(seed, "partner", "region") == [*three.rstrip(",").split(", "), "DLUHC Regional Directors"]
    for tier in ("system", "place"):
        assert words(seed, "partner", tier) == grid[tier]["partner"]


def test_the_checklist_is_the_documents(printed, seed):
    assert dashes(printed, "The ICS social and economic checklist") == words(seed, "checklist_question")


def test_the_interventions_are_the_documents_less_the_and_before_the_last(printed, seed):
    listed = dashes(printed, "What could an ICS target?")
    assert listed[-2].endswith(" and")
    assert [*listed[:-2], listed[-2].removesuffix(" and"), listed[-1]] == words(seed, "target_intervention")

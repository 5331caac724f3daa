"""Every figure of the Kent extract against the briefing it was taken from: its words stand there, and say the figure.

Belongs here: quotes, digits and counts of the extract in data/raw/sample, checked against the founding document.
Does not belong here: what the pipeline makes of the extract.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from pipeline.ingest import archive
from pipeline.sample.embedded import HOME
from pipeline.settings import PROJECT_ROOT

BRIEFING = PROJECT_ROOT.parent / "shared" / "seeds" / "004_09596b34b6bf90b3.txt"
pytestmark = pytest.mark.skipif(
    not BRIEFING.is_file(), reason="the founding document ../shared/seeds/004_09596b34b6bf90b3.txt is not here"
)
# Figures that the briefing writes in words; those counted from its table of partnerships have a test of their own.
IN_WORDS = {"appointments delivered": "over 11million", "services prioritised for self-referral": "seven"}
COUNTED = "PCNs in Health and Care Partnership"


@pytest.fixture(scope="module")
def extract() -> list[dict[str, str]]:
    (release,) = (one for one in archive.releases(HOME) if one.part == "kent-hosc-briefing")
    return list(csv.DictReader(io.StringIO((HOME / release.file).read_text("utf-8"), newline="")))


def folded(text: str) -> str:
    """Text without its markup and line breaks; the break between table cells is ` | `."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>|\*", "", text.replace("\t", " | "))).strip()


def numbers(text: str) -> set[Decimal]:
    found = re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?", text)
    return {Decimal(one.replace(",", "")) for one in found}


def test_the_extract_is_whole(extract):
    assert len(extract) == 91
    assert all(row["quote"] for row in extract)


def test_every_quote_stands_in_the_briefing_once(extract):
    briefing = folded(BRIEFING.read_text("utf-8"))
    times = {row["quote"]: briefing.count(folded(row["quote"])) for row in extract}
    assert {quote: count for quote, count in times.items() if count != 1} == {}


def test_every_figure_stands_in_its_quote(extract):
    """Value and limits; parts have a test of their own, because many of them stand elsewhere or are inferred."""
    silent = []
    for row in extract:
        said = numbers(row["quote"])
        figures = [row[name] for name in ("value", "lower", "upper") if row[name] not in ("", "[x]")]
        if row["measure"] in IN_WORDS:
            assert IN_WORDS[row["measure"]] in row["quote"]
        elif row["measure"] != COUNTED:
            silent += [(row["measure"], figure) for figure in figures if Decimal(figure) not in said]
    assert silent == []


def test_areas_of_a_quote_are_the_rows_own(extract):
    """A row of the table of ICBs quotes the line of its own ICB."""
    rows = [row for row in extract if "INTEGRATED CARE BOARD" in row["quote"]]
    assert len(rows) == 12
    for row in rows:
        assert row["quote"].startswith(row["area_name"].removesuffix("ICB").upper() + "INTEGRATED CARE BOARD")


def test_pcns_of_each_partnership_are_those_its_column_lists(extract):
    lines = BRIEFING.read_text("utf-8").splitlines()
    top = next(at for at, line in enumerate(lines) if line.count("Health & Care Partnership") == 4)
    headings = lines[top].split("\t")
    counted = dict.fromkeys(headings, 0)
    for line in lines[top + 1 :]:
        if "\t" not in line:
            break
        for heading, cell in zip(headings, line.split("\t"), strict=False):
            counted[heading] += bool(cell.strip()) and not cell.endswith("orphan")
    assert {row["area_name"]: int(row["value"]) for row in extract if row["measure"] == COUNTED} == counted
    (whole,) = (row for row in extract if row["measure"] == "PCNs")
    assert sum(counted.values()) == int(whole["value"]) == 43


def test_parts_and_changes_agree_with_the_figures(extract):
    value = {(row["measure"], row["area"], row["period"]): row["value"] for row in extract}
    for row in extract:
        if row["unit"] == "percent" and row["denominator"]:
            percent = 100 * Decimal(row["numerator"]) / Decimal(row["denominator"])
            assert abs(percent - Decimal(row["value"])) <= Decimal("0.5"), row
        if row["measure"] == "self-referral rate difference to region":
            rate = value["community self-referral rate, all services", row["area"], row["period"]]
            region = value["community self-referral rate, all services", "E40000005", row["period"]]
            assert Decimal(rate) - Decimal(region) == Decimal(row["value"])
    for day in ("2023-11-30", "2024-11-30"):
        staff = {
            m: int(v) for (m, _, period), v in value.items() if period == day and m.startswith("general practice FTE")
        }
        whole = staff.pop("general practice FTE: all staff")
        assert sum(staff.values()) == whole
    ratings = [int(row["value"]) for row in extract if row["metric_id"] == "pc_03"]
    assert sum(ratings) == int(value["GP practices", "E54000032", "2025-01-31"]) == 177

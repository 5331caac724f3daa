"""The estates return of the fictional trusts: what metrics read of a published year stands in it, about nobody."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from pipeline.sample import eric
from pipeline.sample.ods_registers import TRUSTS
from pipeline.settings import DBT_PROJECT


def test_every_item_of_its_year_that_metrics_read_is_a_column():
    with (DBT_PROJECT / "seeds" / "eric_item.csv").open(encoding="utf-8", newline="") as text:
        named = [row for row in csv.DictReader(text) if (row["year_from"], row["level"]) == ("2019", "site")]
    columns = {f"{row['published_item']} ({row['unit']})" for row in named}
    assert len(columns) == 24
    assert columns <= set(next(eric.sites()))


def test_its_trusts_are_those_of_the_register_and_a_site_is_of_its_trust():
    rows = list(eric.sites())
    assert {(row["Trust Code"], row["Trust Name"]) for row in rows} <= {(code, name) for code, name, _, _ in TRUSTS}
    assert all(row["Site Code"].startswith(row["Trust Code"]) and row["Trust Code"].startswith("RZ") for row in rows)
    assert len({row["Site Code"] for row in rows}) == len(rows) == 5


def test_figures_are_written_as_published_and_the_same_every_time(tmp_path: Path):
    path = eric.write_sites(tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfTrust Code,Trust Name,Commissioning Region,Trust Type,Site Code")
    cells = [cell for row in eric.sites() for name, cell in row.items() if name.endswith(")")]
    assert all(re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})*([.][0-9]+)?|Not Applicable", cell) for cell in cells)
    assert "Not Applicable" in cells
    assert any("," in cell for cell in cells)
    again = tmp_path / "again"
    assert eric.write_sites(again).read_bytes() == path.read_bytes()

"""A heading that reaches over an empty column to its right does not make that column one that nothing knows."""

from __future__ import annotations

from pipeline.catalogue.contract import Find, Layout
from pipeline.ingest.find import Located, NotFound, locate

LAYOUT = Layout(
    id="two_rows",
    format="xls",
    sheet="A sheet",
    find=Find(header=("Days", "Code"), until="Notes:"),
    columns={"Code": "code", "Days > Acute": "acute", "Days > Total": "total", "Per day > Acute": "acute_per_day"},
)


def rows(gap: str = "") -> list[list[str]]:
    return [
        ["", "", "Days", "", "", "Per day"],
        ["", "Code", "Acute", "Total", "", "Acute"],
        ["", "E1", "3", "4", gap, "0.1"],
        [""],
        ["", "Notes:"],
    ]


def test_an_empty_column_below_a_heading_that_reaches_over_it_is_left_out():
    found = locate(rows(), LAYOUT)
    assert isinstance(found, Located)
    assert found.columns == (None, "code", "acute", "total", None, "acute_per_day")
    assert found.rows == ((3, ["", "E1", "3", "4", "", "0.1"]),)


def test_a_figure_in_that_column_refuses_the_table():
    found = locate(rows(gap="9"), LAYOUT)
    assert isinstance(found, NotFound)
    assert found.fit.unknown == ("Days",)

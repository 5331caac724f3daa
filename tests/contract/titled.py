"""The title block that NHS England sets above its tables in workbooks, as rows of a sheet."""

from __future__ import annotations

Row = list[object]


def title_block(title: str, period: str, basis: str, *, rows_between: int = 1) -> list[Row]:
    """Rows from the top of a sheet down to its header; column A is empty."""
    facts = {
        "Title:": title, "Summary:": "What is counted", "": "", "Period:": period, "Source:": "A data collection",
        "Basis:": basis, "Published:": "13th February 2020", "Revised:": "", "Status:": "Published", "Contact:": "A person",
    }  # fmt: skip
    rows: list[Row] = [[""]]
    rows += [["", label, said] if label else [""] for label, said in facts.items()]
    return [*rows, *[[""] for _ in range(rows_between)]]


def with_cell(rows: list[Row], at: int, column: int, cell: object) -> list[Row]:
    """The rows with another cell in row `at`, column `column`, both counted from 0."""
    changed = [list(row) for row in rows]
    changed[at] += [""] * (column + 1 - len(changed[at]))
    changed[at][column] = cell
    return changed

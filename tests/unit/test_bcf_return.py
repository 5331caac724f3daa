"""The quarterly return of a board: what is asked for wrongly is refused in one line, and a cell stays what it is."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from pipeline.errors import Fault, NotFound
from pipeline.publish import bcf_return
from pipeline.publish.edition import DATABASE
from pipeline.settings import Settings

BOARD, EDITION = "E10999001", "0123456789abcdef"
POOLED = {
    "version": "varchar", "line_type": "varchar", "board_code": "varchar", "period_start": "date", "line_id": "varchar",
    "line_name": "varchar", "source_of_funding": "varchar", "party": "varchar", "scheme_type": "varchar",
    "scheme_sub_type": "varchar", "area_of_spend": "varchar", "commissioner": "varchar", "nhs_share_percent": "decimal(18,4)",
    "new_or_existing": "varchar", "planned_gbp": "decimal(18,4)", "actual_gbp": "decimal(18,4)", "actual_to": "date",
    "required_gbp": "decimal(18,4)", "required_social_care_gbp": "decimal(18,4)", "output_unit": "varchar",
    "output_planned": "decimal(18,4)", "output_actual": "decimal(18,4)", "output_actual_status": "varchar", "benefit_no": "integer",
    "benefit_kind": "varchar", "savings_planned_gbp": "decimal(18,4)", "savings_at_risk_gbp": "decimal(18,4)", "value_status": "varchar",
}  # fmt: skip
ATTAINMENT = {
    "source": "varchar", "board_code": "varchar", "plan_start": "date", "metric": "varchar", "metric_name": "varchar",
    "unit": "varchar", "target_start": "date", "target_end": "date", "baseline": "double", "target": "double", "actual": "double",
    "actual_lower_95": "double", "actual_upper_95": "double", "attainment": "varchar", "change_is_beyond_chance": "boolean",
    "payment_due": "date", "payment_gbp": "decimal(18,4)", "payment_earned_gbp": "decimal(18,4)",
}  # fmt: skip
CHECKS = dict.fromkeys(
    (
        "check_id",
        "source",
        "board_code",
        "subject",
        "verdict",
        "stated",
        "recomputed",
        "finding",
        "expectation",
        "remedy",
    ),
    "varchar",
)
LINE = {
    "version": "return", "line_type": "expenditure", "board_code": BOARD, "period_start": date(2024, 4, 1), "line_id": "S-01",
    "line_name": "=1+1", "source_of_funding": "Minimum NHS Contribution", "party": "NHS", "planned_gbp": Decimal("10.50"),
    "actual_gbp": Decimal("4"), "actual_to": date(2024, 9, 30), "value_status": "exact",
}  # fmt: skip
METRIC = {
    "source": "lx_32_bcf_plan", "board_code": BOARD, "plan_start": date(2024, 4, 1), "metric": "bcf_01", "target_start": date(2024, 4, 1),
    "target_end": date(2025, 3, 31), "target": 550.7, "change_is_beyond_chance": True,
}  # fmt: skip
FOUND = {"source": "lx_33_bcf_finance", "board_code": BOARD, "period_start": date(2024, 4, 1)}


def table(con, name: str, columns: dict[str, str], rows: list[dict]) -> None:
    con.execute(f"create table marts.{name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
    for row in rows:
        con.execute(
            f"insert into marts.{name} values ({', '.join('?' * len(columns))})",
            [row.get(column) for column in columns],
        )


@pytest.fixture
def edition(tmp_path) -> Settings:
    """Settings over one edition, with a board's line of spend, a metric and two checks."""
    settings = Settings(raw=tmp_path / "raw", out=tmp_path / "out")
    folder = settings.editions / EDITION / "open"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"inputs": [{"origin": "real"}]}))
    settings.current_json.write_text(json.dumps({"edition_id": EDITION}))
    con = duckdb.connect(str(folder / DATABASE))
    con.execute("create schema marts")
    table(con, "bcf_pooled_fund", POOLED, [LINE])
    table(con, "bcf_attainment", ATTAINMENT, [METRIC])
    checks = [FOUND | {"check_id": "b", "verdict": "agrees"}, FOUND | {"check_id": "z", "verdict": "differs"}]
    table(con, "bcf_plan_check", CHECKS | {"period_start": "date"}, checks)
    con.close()
    return settings


def filled(settings: Settings, tmp_path: Path, **asked) -> list[Path]:
    return bcf_return.write(
        settings, **{"board": BOARD, "year": "2024-25", "quarter": 2, "to": tmp_path / "to"} | asked
    )


def test_each_table_is_a_csv_that_names_its_edition(edition, tmp_path):
    paths = {path.name: path for path in filled(edition, tmp_path)}
    stem = "bcf_return__e10999001__2024-25__q2"
    names = [f"{stem}__{name}.csv" for name in ("income", "expenditure", "metrics", "benefits", "checks")]
    assert list(paths) == [*names, f"{stem}.xlsx"]
    (row,) = csv.DictReader(io.StringIO(paths[f"{stem}__expenditure.csv"].read_text("utf-8-sig")))
    assert (row["scheme"], row["planned_gbp"], row["actual_gbp"], row["actual_to"]) == (
        "S-01",
        "10.5",
        "4",
        "2024-09-30",
    )
    assert row["edition_id"] == EDITION
    assert row["output_planned"] == ""
    (metric,) = csv.DictReader(io.StringIO(paths[f"{stem}__metrics.csv"].read_text("utf-8-sig")))
    assert (metric["target"], metric["change_is_beyond_chance"]) == ("550.7", "yes")


def test_text_that_would_be_a_formula_stays_text(edition, tmp_path):
    paths = filled(edition, tmp_path)
    assert ",'=1+1," in paths[1].read_text("utf-8-sig")
    book = CalamineWorkbook.from_path(paths[-1])
    assert book.sheet_names == ["Cover", "Income", "Expenditure", "Metrics", "Benefits", "Checks"]
    assert "=1+1" in book.get_sheet_by_name("Expenditure").to_python()[1]


def test_the_cover_says_edition_origin_and_what_is_to_be_mended(edition, tmp_path):
    cover = dict(CalamineWorkbook.from_path(filled(edition, tmp_path)[-1]).get_sheet_by_name("Cover").to_python())
    assert cover["Edition"] == EDITION
    assert cover["Rows that do not agree"] == "1"
    assert "made-up" not in cover["Figures"]


def test_what_does_not_agree_comes_first(edition, tmp_path):
    names, rows = bcf_return.fill(edition, board=BOARD, year="2024-25", quarter=2).tables["Checks"]
    assert [row[names.index("check_id")] for row in rows] == ["z", "b"]


def test_the_same_return_gives_the_same_bytes(edition, tmp_path):
    first = [path.read_bytes() for path in filled(edition, tmp_path)]
    assert [path.read_bytes() for path in filled(edition, tmp_path / "again")] == first


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        ({"year": "2024-26"}, Fault, "'2024-26' is no financial year"),
        ({"year": "2024"}, Fault, "is no financial year"),
        ({"quarter": 5}, Fault, "there is no quarter 5"),
        ({"quarter": 3}, Fault, "counts to 2024-09-30, not to 2024-12-31, the end of quarter 3"),
        ({"board": "E06000034"}, NotFound, "no return of E06000034 for 2024-25.*Held: E10999001 2024-25"),
        ({"year": "2023-24"}, NotFound, "no return of E10999001 for 2023-24"),
    ],
)
def test_what_cannot_be_filled_is_refused_in_one_line(edition, tmp_path, asked, kind, words):
    with pytest.raises(kind, match=words) as refused:
        filled(edition, tmp_path, **asked)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "to").exists()

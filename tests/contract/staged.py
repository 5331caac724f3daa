"""What a staging model makes of releases, without dbt: its SQL is plain but for the names of its sources
and the macros of its dataset.

That dbt builds the models, with or without rows, is proven in tests/pipeline.
"""

from __future__ import annotations

import re

import duckdb
import jinja2

from pipeline import duck
from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.archive import Release
from pipeline.settings import DBT_PROJECT, Settings

# One database for all, for each costs 11 ms.
CON = duckdb.connect(config={"threads": 1})
SOURCE = re.compile(r"\{\{ source\('bronze', '(\w+)__(\w+)'\) \}\}")


def staging_sql(model: str) -> tuple[str, str, str]:
    """The SQL of a staging model over table `bronze`, and the dataset and table that it reads."""
    sql = (DBT_PROJECT / "models" / "staging" / f"{model}.sql").read_text("utf-8")
    ((dataset, table),) = SOURCE.findall(sql)
    file = DBT_PROJECT / "macros" / f"{dataset}.sql"
    macros = file.read_text("utf-8") if file.exists() else ""
    return jinja2.Environment(autoescape=False).from_string(macros + SOURCE.sub("bronze", sql)).render(), dataset, table


def staged(model: str, releases: list[Release], settings: Settings) -> list[dict]:
    """The rows of a staging model over all `releases` of its table, in the order of the releases' own rows."""
    sql, dataset, table = staging_sql(model)
    mine = [one for one in releases if (one.dataset, one.table) == (dataset, table)]
    assert mine
    selects = [
        f"select {duck.text(one.release_id)} as release_id, * from"
        f" ({archive.bronze_of(one, settings, catalogue()).select()})"
        for one in mine
    ]
    CON.execute(f"create or replace table bronze as {' union all '.join(selects)}")
    found = CON.execute(f"select * from ({sql}) order by release_id, source_row")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

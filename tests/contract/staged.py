"""What a staging model makes of releases, without dbt.

That dbt builds the models, with or without rows, is proven in tests/pipeline.
"""

from __future__ import annotations

import duckdb

from pipeline import duck
from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.archive import Release
from pipeline.settings import Settings
from tests import rendered

# One database for all, for each costs 11 ms.
CON = duckdb.connect(config={"threads": 1})
CON.execute("create schema bronze")


def staged(model: str, releases: list[Release], settings: Settings) -> list[dict]:
    """The rows of a staging model over all `releases` of its table, in the order of the releases' own rows."""
    dataset, table = rendered.source_of(model)
    mine = [one for one in releases if (one.dataset, one.table) == (dataset, table)]
    assert mine
    selects = [
        f"select {duck.text(one.release_id)} as release_id, * from"
        f" ({archive.bronze_of(one, settings, catalogue()).select()})"
        for one in mine
    ]
    CON.execute(f"create or replace table bronze.{dataset}__{table} as {' union all '.join(selects)}")
    found = CON.execute(f"select * from ({rendered.model(model).sql}) order by release_id, source_row")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

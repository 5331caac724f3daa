"""dbt's own unit tests of models, run where the models exist. A run of the pipeline leaves them out: they judge code, not data."""

from __future__ import annotations

import pytest
import yaml

from pipeline import duck
from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.resolve import resolve
from pipeline.publish.disclosure import write_masks
from pipeline.publish.tables import internal_keys
from pipeline.settings import DBT_PROJECT
from pipeline.transform import build
from pipeline.transform.dbt import Dbt


def written() -> list[str]:
    """The names of the unit tests in the YAML beside the models."""
    documents = (yaml.safe_load(path.read_text("utf-8")) for path in sorted((DBT_PROJECT / "models").rglob("*.yml")))
    return [test["name"] for document in documents for test in document.get("unit_tests", [])]


@pytest.mark.really_builds
def test_the_unit_tests_beside_the_models_pass(fresh):
    known = archive.releases(fresh.raw)
    bronze = {release.release_id: archive.bronze_of(release, fresh, catalogue()) for release in known}
    uses = resolve(known, catalogue(), {release_id: one.report.data_periods for release_id, one in bronze.items()})
    database = fresh.out / build.BUILD_DB
    database.parent.mkdir(parents=True, exist_ok=True)
    build.prepare(database, catalogue(), known, uses, bronze)
    dbt = Dbt(database, fresh.work / "dbt")
    assert {one.status for one in dbt.build("internal")} <= {"success", "pass", "warn"}
    # Unit tests of open models need the tables that those read, of which some are open.
    con = duck.connect(database)
    write_masks(con, internal_keys(dbt.parse()))
    con.close()
    assert {one.status for one in dbt.build("open")} <= {"success", "pass", "warn"}
    results = dbt.unit_tests()
    assert len(results) >= 9
    assert sorted(one.unique_id.split(".")[-1] for one in results) == sorted(written())
    assert {one.status for one in results} == {"pass"}, [one for one in results if one.status != "pass"]

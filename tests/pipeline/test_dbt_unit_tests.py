"""dbt's own unit tests of models, run where the models exist. A run of the pipeline leaves them out: they judge code, not data."""

from __future__ import annotations

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.resolve import resolve
from pipeline.transform import build
from pipeline.transform.dbt import Dbt


def test_the_unit_tests_beside_the_models_pass(fresh):
    known = archive.releases(fresh.raw)
    bronze = {release.release_id: archive.bronze_of(release, fresh, catalogue()) for release in known}
    uses = resolve(known, catalogue(), {release_id: one.report.data_periods for release_id, one in bronze.items()})
    database = fresh.out / build.BUILD_DB
    database.parent.mkdir(parents=True, exist_ok=True)
    build.prepare(database, catalogue(), known, uses, bronze)
    dbt = Dbt(database, fresh.out / "dbt")
    assert {one.status for one in dbt.build("internal")} <= {"success", "pass", "warn"}
    results = dbt.unit_tests()
    assert [one.unique_id.split(".")[-1] for one in results] == ["a_reissued_code_is_followed_to_the_one_valid_then"]
    assert [one.status for one in results] == ["pass"], [one.message for one in results]

"""What the runs on real files share: dbt's parse of the project, made once."""

from __future__ import annotations

import pytest

from pipeline.settings import Settings
from pipeline.transform.build import BUILD_DB
from pipeline.transform.dbt import Dbt


@pytest.fixture(scope="session")
def parsed(tmp_path_factory) -> Settings:
    """Settings for whose output folder dbt has parsed the project, for `keep_parse` (tests/pipeline/conftest.py)."""
    settings = Settings(out=tmp_path_factory.mktemp("parsed"))
    target = settings.work / "dbt"
    Dbt(target / BUILD_DB, target).parse()
    return settings

"""What a run leaves out: staging of tables that the archive holds nothing of, and nothing that anything else needs."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipeline.transform.idle import idle_nodes

# model or test: what it reads
NODES = {
    "model.stg_held": {"source.held"},
    "model.stg_unheld": {"source.unheld"},
    "model.stg_two": {"source.unheld", "source.other"},
    "model.stg_half": {"source.held", "source.unheld"},
    "model.stg_of_catalogue": {"source.metric"},
    "model.stg_read_on": {"source.unheld"},
    "model.int_sum": {"model.stg_held", "model.stg_read_on"},
    "model.stg_compared": {"source.other"},
    "model.int_of_idle": {"model.stg_unheld_too", "model.stg_two"},
    "model.stg_unheld_too": {"source.other"},
    "model.stg_published": {"source.other"},
    "model.int_published": {"model.stg_published"},
    "model.mart": {"model.int_published"},
    "model.int_rows_of_idle": {"model.stg_given", "seed.codes", "model.stg_held_too"},
    "model.int_rows_of_held": {"model.stg_held", "seed.codes"},
    "model.stg_given": {"source.other"},
    "model.stg_held_too": {"source.unheld"},
    "model.int_united": {"model.int_rows_of_idle", "model.int_rows_of_held", "source.metric"},
    "model.mart_of_united": {"model.int_united"},
    "seed.codes": set(),
    "test.unheld_is_keyed": {"model.stg_unheld"},
    "test.unheld_matches_its_source": {"model.stg_two", "source.unheld"},
    "test.compared_with_held": {"model.stg_compared", "model.stg_held"},
    "test.held_is_keyed": {"model.stg_held"},
    "test.of_nothing": set(),
}
SOURCES = {"held": "bronze", "unheld": "bronze", "other": "bronze", "metric": "catalogue"}


def manifest() -> SimpleNamespace:
    """What `idle_nodes` looks at of dbt's manifest."""
    layers = {"stg": "staging", "int": "intermediate"}
    nodes = {
        name: SimpleNamespace(
            unique_id=name,
            resource_type=name.split(".")[0],
            depends_on_nodes=sorted(parents),
            schema=layers.get(name.split(".")[1][:3], "marts"),
            config=SimpleNamespace(meta={"rows_from_staging": "_rows_" in name, "unites": "united" in name}),
        )
        for name, parents in NODES.items()
    }
    sources = {
        f"source.{name}": SimpleNamespace(unique_id=f"source.{name}", identifier=name, source_name=schema)
        for name, schema in SOURCES.items()
    }
    return SimpleNamespace(nodes=nodes, sources=sources)


def test_what_is_made_of_tables_without_a_release_alone_is_left_out_with_its_tests():
    assert idle_nodes(manifest(), {"held"}) == {
        "model.stg_unheld", "model.stg_two", "model.stg_unheld_too", "model.int_of_idle", "test.unheld_is_keyed",
        "test.unheld_matches_its_source", "model.stg_given", "model.stg_held_too", "model.int_rows_of_idle",
    }  # fmt: skip


@pytest.mark.parametrize(
    "needed", ["model.stg_read_on", "model.stg_compared", "model.stg_published", "model.int_published", "model.mart"]
)
def test_what_another_model_or_a_test_with_more_to_read_needs_is_built(needed):
    assert needed not in idle_nodes(manifest(), {"held"})


def test_a_model_of_records_goes_with_its_staging_whatever_seeds_it_joins():
    assert "model.int_rows_of_held" not in idle_nodes(manifest(), {"held"})
    # One of its two tables is enough; a model that unites what is built calls for nothing.
    assert "model.int_rows_of_idle" not in idle_nodes(manifest(), {"held", "other"})


def test_nothing_is_left_out_where_everything_is_held():
    assert idle_nodes(manifest(), {"held", "unheld", "other"}) == set()


def test_a_release_brings_its_staging_back():
    assert "model.stg_unheld" not in idle_nodes(manifest(), {"held", "unheld"})

"""Which models of the project have nothing to say in a run: what is made of tables without a release alone, for no mart.

A run leaves them and their checks out, so that a run costs what its archive holds and not what the catalogue knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

# A mart is published though it be empty; seeds hold their own rows.
LAYERS = ("staging", "intermediate")


def idle_nodes(manifest, held: Collection[str]) -> set[str]:
    """The models and data tests of dbt's manifest that a run leaves out, by dbt's unique_id.

    `held` are the bronze tables with a release that counts (`gp_workforce__practices`). A model of staging or between is
    idle where it reads nothing but bronze tables without a release, itself or through idle models, and no model or test
    that has something else to read reads it. A model with `meta.rows_from_staging` is idle where all of staging that it
    reads is, whatever seeds and areas it joins; one with `meta.unites` takes what is built and calls for nothing.
    """
    readers: dict[str, set[str]] = defaultdict(set)
    for node in manifest.nodes.values():
        for parent in node.depends_on_nodes:
            readers[parent].add(node.unique_id)
    unheld = {
        source.unique_id
        for source in manifest.sources.values()
        if source.source_name == "bronze" and source.identifier not in held
    }
    models = [
        node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.schema in LAYERS and node.depends_on_nodes
    ]
    staged = {node.unique_id for node in models if node.schema == "staging"}

    def needs(node) -> set[str]:
        parents = set(node.depends_on_nodes)
        return parents & staged if node.config.meta.get("rows_from_staging") else parents

    idle: set[str] = set()
    while more := {node.unique_id for node in models if needs(node) <= unheld | idle} - idle:
        idle |= more
    unites = {node.unique_id for node in models if node.config.meta.get("unites")}
    while True:
        tests = {
            node.unique_id
            for node in manifest.nodes.values()
            if node.resource_type == "test" and node.depends_on_nodes and set(node.depends_on_nodes) <= idle | unheld
        }
        wanted = {model for model in idle if readers[model] - idle - tests - unites}
        if not wanted:
            return idle | tests
        idle -= wanted

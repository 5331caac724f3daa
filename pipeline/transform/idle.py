"""Which models of the project have nothing to say in a run: staging of tables that the archive holds no release of.

A run leaves them and their checks out, so that a run costs what its archive holds and not what the catalogue knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection


def idle_nodes(manifest, held: Collection[str]) -> set[str]:
    """The models and data tests of dbt's manifest that a run leaves out, by dbt's unique_id.

    `held` are the bronze tables with a release that counts (`gp_workforce__practices`). A model is idle where it reads
    nothing but bronze tables without a release, and no model or test that has something else to read reads it.
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
    idle = {
        node.unique_id
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.depends_on_nodes and set(node.depends_on_nodes) <= unheld
    }
    while True:
        tests = {
            node.unique_id
            for node in manifest.nodes.values()
            if node.resource_type == "test" and node.depends_on_nodes and set(node.depends_on_nodes) <= idle | unheld
        }
        wanted = {model for model in idle if readers[model] - idle - tests}
        if not wanted:
            return idle | tests
        idle -= wanted

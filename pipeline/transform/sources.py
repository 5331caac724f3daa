"""dbt's view of what a run puts in front of it: the file models/staging/_sources.yml, made from the contracts.

Run `python -m pipeline.transform.sources` after a contract changes; a test fails while the file differs.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.catalogue.load import Catalogue, catalogue
from pipeline.ingest.read import bronze_columns
from pipeline.settings import DBT_PROJECT

SOURCES_YML = DBT_PROJECT / "models" / "staging" / "_sources.yml"

# Tables that the run writes beside the bronze views. name -> (description, {column: type}).
CATALOGUE_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "metric": (
        "the metric catalogue, one row per metric and definition version",
        {
            "metric_key": "VARCHAR", "metric_id": "VARCHAR", "definition_version": "BIGINT", "metric_name": "VARCHAR",
            "theme": "VARCHAR", "definition": "VARCHAR", "numerator": "VARCHAR", "denominator": "VARCHAR",
            "unit": "VARCHAR", "direction": "VARCHAR", "method": "VARCHAR", "source": "VARCHAR",
            "proof_grade": "VARCHAR", "proof": "VARCHAR", "caveats": "VARCHAR", "per": "BIGINT",
            "geographies": "VARCHAR", "breakdowns": "VARCHAR", "breakdown_denominator": "VARCHAR", "cadence": "VARCHAR",
            "disclosure": "VARCHAR", "target_value": "DECIMAL(18,6)", "target_operator": "VARCHAR", "target_by": "DATE",
            "target_source": "VARCHAR", "needs_dataset": "VARCHAR", "needs_from": "VARCHAR", "is_summed": "BOOLEAN",
            "rounded_by_publisher": "BOOLEAN", "country_exact": "BOOLEAN",
        },
    ),
    "release": (
        "the releases of the archive as known at the run's instant, one row each; `counts` where the edition uses it",
        {
            "release_id": "VARCHAR", "dataset": "VARCHAR", "table_name": "VARCHAR", "part": "VARCHAR",
            "period_start": "DATE", "period_end": "DATE", "period_type": "VARCHAR", "title": "VARCHAR",
            "publisher": "VARCHAR", "licence": "VARCHAR", "landing_page": "VARCHAR", "url": "VARCHAR",
            "published_at": "VARCHAR", "citation": "VARCHAR", "original_name": "VARCHAR", "sha256": "VARCHAR",
            "size_bytes": "BIGINT", "layout": "VARCHAR", "origin": "VARCHAR", "maturity": "VARCHAR",
            "rows_in": "BIGINT", "rows_clean": "BIGINT", "rows_quarantined": "BIGINT", "counts": "BOOLEAN",
            "counts_for": "VARCHAR", "is_published": "BOOLEAN", "is_of_people": "BOOLEAN",
        },
    ),
    "quarantine_summary": (
        "rows that broke a contract rule, one row per release and rule",
        {"release_id": "VARCHAR", "rule_id": "VARCHAR", "rows": "BIGINT"},
    ),
}  # fmt: skip

# What a mask holds beside the key of its mart and mask_status.
SHOWN_INSTEAD = {
    "metric_value": ("numerator_shown", "denominator_shown"),
    "bcf_plan_figure": ("numerator_shown", "denominator_shown"),
}
DISCLOSED_MARTS = (
    "metric_value", "gp_appointments_month", "place_measure", "gp_appointments_practice_month", "gp_list_size",
    "gp_coverage_month", "metric_row", "spend_month", "estate_site", "travel_carbon", "bcf_plan_figure",
)  # fmt: skip


def sources_yml(known: Catalogue) -> str:
    """The content of _sources.yml for a catalogue."""
    lines = [
        "# Made from the contracts by `python -m pipeline.transform.sources`; do not edit by hand.",
        "version: 2",
        "sources:",
        "  - name: bronze",
        "    description: Rows of the releases that count, typed, each with its release, member and ordinal.",
        "    tables:",
    ]
    for contract, table in known.tables():
        lines += [
            f"      - name: {contract.dataset}__{table.name}",
            f"        description: {_quoted(f'{table.description} Grain: {table.grain}.')}",
            "        columns:",
            *_columns({"release_id": "VARCHAR", "member": "VARCHAR", "source_row": "BIGINT"} | bronze_columns(table)),
        ]
    lines += ["  - name: catalogue", "    description: What the run knows before any model is built.", "    tables:"]
    for name, (description, columns) in CATALOGUE_TABLES.items():
        lines += [
            f"      - name: {name}",
            f"        description: {_quoted(description)}",
            "        columns:",
            *_columns(columns),
        ]
    lines += [
        "  - name: disclosure",
        "    description: Cells that the open part may not show, by the key of their mart, with the status to show instead.",
        "    tables:",
        *(f"      - name: {mart}" for mart in DISCLOSED_MARTS),
    ]
    return "\n".join(lines) + "\n"


def _columns(columns: dict[str, str]) -> list[str]:
    return [f"          - {{name: {name}, data_type: {_quoted(kind)}}}" for name, kind in columns.items()]


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def main(path: Path = SOURCES_YML) -> None:
    path.write_text(sources_yml(catalogue()), "utf-8")


if __name__ == "__main__":
    main()

"""From bronze to marts: the run database and one in-process dbt. No model's logic stands here; that is SQL."""

"""ics-marts: from NHS publications to marts that an integrated care system can trust.

This package imports nothing heavy: duckdb, dbt, Great Expectations and Dagster are imported
inside the functions that need them, so that `ics-marts --help` and a run with nothing to do are quick.
"""

__version__ = "0.1.0"

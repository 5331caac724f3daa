"""From passed marts to an edition that readers open: Parquet, ics_marts.duckdb, CSV, workbook, page, manifest, swap."""

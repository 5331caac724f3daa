"""From passed marts to an edition that readers open: Parquet, marts.duckdb, CSV, workbook, page, manifest, swap."""

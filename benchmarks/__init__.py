"""Benchmarks: how long the work takes beside a plain DuckDB script that makes the same tables. No test asserts a time."""

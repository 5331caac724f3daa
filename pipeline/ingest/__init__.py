"""From a publisher's bytes to typed rows: identify, archive, read, quarantine, resolve.

`archive.add` is the only way into RAW. Nothing here knows dbt, the gate or Dagster.
"""

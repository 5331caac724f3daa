"""Drafts of a new dataset from one of its files: contract, staging model, suite and test.

Belongs here: what a file says of itself (infer.py) and how that is written down (compose.py, write.py). Does not belong
here: reading files (ingest) and deciding what a file cannot say; that is marked for a person.
"""

"""Seeded synthetic files in the published formats, about a fictional region, and the embedded sample made of them.

Belongs here: one module per dataset that writes its files and says what they must add up to, the fictional geography
they share, and the building of data/raw/sample. Every file is a pure function of its arguments: no clock, no locale.
Does not belong here: reading or judging files (ingest, gate), or figures of real places (they are extracts).
"""

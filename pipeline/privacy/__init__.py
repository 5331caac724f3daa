"""People's privacy: what identifies a person, what becomes of it at the door, and proof that none of it is anywhere else.

Belongs here: NHS Numbers, pseudonyms, reduction to age bands and areas, the scanner. Imports nothing above the catalogue.
Does not belong here: reading files (ingest), who may hold what and why (catalogue/governance.py).
"""

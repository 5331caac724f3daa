"""All extracts of the embedded sample in one list: what the fictional ICS, its boards and its people's services hand in.

Belongs here: the list and its writing. Does not belong here: what stands in an extract (the module of each subject).
"""

from __future__ import annotations

from pathlib import Path

from pipeline.sample import (
    assuring_transformation,
    bcf_extracts,
    local_extracts,
    person_extracts,
    population_health,
    primary_care,
    right_support,
)
from pipeline.sample.chance import SEED
from pipeline.sample.local_extracts import Extract, write_extract

# One of each table comes first: the one that a template shows.
EXTRACTS: tuple[Extract, ...] = (
    *local_extracts.EXTRACTS,
    *local_extracts.FURTHER_EXTRACTS,
    *bcf_extracts.EXTRACTS,
    *population_health.EXTRACTS,
    *primary_care.EXTRACTS,
    *person_extracts.EXTRACTS,
    *assuring_transformation.EXTRACTS,
    *right_support.EXTRACTS,
)


def write_extracts(folder: Path, seed: int = SEED) -> list[Path]:
    """Writes every extract as the CSV that its submitter would send, and returns the paths."""
    return [write_extract(folder, one, seed) for one in EXTRACTS]

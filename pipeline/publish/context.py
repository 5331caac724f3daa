"""What the human-readable artefacts of an edition (page, workbook) say about it beyond its tables.

No clock stands here: the same edition gives the same page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class CheckLine:
    """One check of the gate as a reader sees it. `outcome`: passed, failed, errored, not_run."""

    rule_id: str
    scope: str
    kind: str
    severity: str
    dimension: str
    outcome: str
    why: str
    message: str
    rows_checked: int | None
    rows_failed: int | None


@dataclass(frozen=True)
class DatasetLine:
    """A dataset as the reader sees it: what is held, and when the next release is due (ISO dates, '' if irregular)."""

    dataset: str
    title: str
    publisher: str
    licence: str
    landing_page: str
    cadence: str
    latest_period: str
    next_period: str
    next_due: str


@dataclass(frozen=True)
class EditionContext:
    """`home_code` is the area the page and workbook open with; `held` are messages on releases held back."""

    edition_id: str
    part: Literal["open", "internal"]
    home_code: str
    synthetic: bool
    code_digest: str
    checks: tuple[CheckLine, ...]
    datasets: tuple[DatasetLine, ...]
    held: tuple[str, ...] = ()

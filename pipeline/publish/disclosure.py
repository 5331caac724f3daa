"""Disclosure control between the internal marts and the open part: which cells may not be seen, and what to show instead.

Belongs here: the profiles (one per publisher's rule) and writing the masks. The open models apply them (macro
`disclosed`), so everything computed further is computed from what a mask leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pipeline import duck

# A profile gives, for a mart, the SQL condition on its internal rows that must be hidden and the status to show.
# NHS England publishes general practice appointments without small-number rules (docs/decisions/0007-disclosure.md).
PROFILES: dict[str, Callable[[str], tuple[str, str]]] = {
    "none": lambda mart: ("false", "suppressed"),
}


def write_masks(con, keys_of: Mapping[str, Iterable[str]], profiles: Iterable[str]) -> dict[str, int]:
    """Writes `disclosure.<mart>` for every mart: its key columns and `mask_status`. Returns masked cells by mart.

    `keys_of` gives each mart's key columns, `profiles` the profiles of the datasets in the run.
    """
    masked: dict[str, int] = {}
    for mart, keys in keys_of.items():
        columns = ", ".join(duck.name(key) for key in keys)
        branches = []
        for profile in sorted(set(profiles)):
            condition, status = PROFILES[profile](mart)
            branches.append(
                f"select {columns}, {duck.text(status)} as mask_status from internal.{mart} where {condition}"
            )
        con.execute(f"create or replace table disclosure.{mart} as {' union '.join(branches)}")
        (masked[mart],) = con.execute(f"select count(*) from disclosure.{mart}").fetchone()
    return masked

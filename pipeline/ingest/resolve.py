"""Which releases count, and for which data periods: pure functions over what the archive holds.

`per_period`: the winning revision of every slot. `series`: of each part, the slot with the latest period replaces all
before it. `window`: a release restates many periods; for each part and data period the newest release that holds it
replaces the whole slice, rows are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.catalogue.contract import Table
from pipeline.catalogue.load import Catalogue
from pipeline.ingest.archive import Release


@dataclass(frozen=True)
class Use:
    """A release that counts. `data_periods` limits it to these (ISO first days); None takes all its rows."""

    release: Release
    data_periods: tuple[str, ...] | None


def known_at(releases: Iterable[Release], as_of: str | None) -> list[Release]:
    """The releases that the archive held at an instant (ISO, UTC); all where None. Looks at archived-at only."""
    return [release for release in releases if as_of is None or release.archived_at <= as_of]


def resolve(
    releases: Iterable[Release],
    catalogue: Catalogue,
    data_periods: Mapping[str, Iterable[str]],
) -> list[Use]:
    """The releases that count, ordered by release_id. `data_periods` gives, by release_id, the periods it holds."""
    pool = list(releases)
    uses: list[Use] = []
    for contract, table in catalogue.tables():
        mine = [one for one in pool if (one.dataset, one.table) == (contract.dataset, table.name)]
        for part in sorted({one.part for one in mine}):
            winners = _slot_winners(table, [one for one in mine if one.part == part])
            if table.resolve == "per_period":
                uses += [Use(one, None) for one in winners]
            elif table.resolve == "series":
                uses.append(Use(winners[-1], None))
            else:
                uses += _window(winners, data_periods)
    return sorted(uses, key=lambda use: use.release.release_id)


def _slot_winners(table: Table, releases: list[Release]) -> list[Release]:
    """The winning revision of each slot, oldest period first. A preferred format beats a later revision."""
    rank = {name: -place for place, name in enumerate(table.prefer_formats)}
    best: dict[tuple, Release] = {}
    for release in releases:
        order = (rank.get(release.format, -len(rank)), *release.revision_order)
        held = best.get(release.slot)
        if held is None or order > (rank.get(held.format, -len(rank)), *held.revision_order):
            best[release.slot] = release
    return sorted(best.values(), key=lambda one: (one.period_end, one.period_start))


def _window(winners: list[Release], data_periods: Mapping[str, Iterable[str]]) -> list[Use]:
    owner: dict[str, Release] = {}
    for release in winners:  # oldest first: a newer release takes over every period it holds
        for period in data_periods[release.release_id]:
            owner[period] = release
    slices: dict[str, list[str]] = {}
    for period, release in owner.items():
        slices.setdefault(release.release_id, []).append(period)
    by_id = {release.release_id: release for release in winners}
    return [Use(by_id[release_id], tuple(sorted(periods))) for release_id, periods in slices.items()]

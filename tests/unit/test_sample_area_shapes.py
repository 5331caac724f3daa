"""Hexagons of the fictional areas: they touch, none lies on another, and the file is what the contract reads."""

from __future__ import annotations

import json
from itertools import combinations, islice, pairwise

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.sample import area_shapes, ons_councils
from pipeline.sample.area_shapes import hexagon, spiral
from pipeline.sample.geography import ICBS

PLACES = list(islice(spiral(), 61))


def steps(one: tuple[int, int], other: tuple[int, int]) -> int:
    """How many hexagons lie between the middles of two places (axial coordinates)."""
    q, r = one[0] - other[0], one[1] - other[1]
    return max(abs(q), abs(r), abs(q + r))


def doubled_area(ring: list[tuple[float, float]]) -> float:
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring))


def parted(one: list, other: list) -> bool:
    """Whether a line along a side of either of two convex rings has them on either side of it, touching at most."""
    for ring in (one, other):
        for (x, y), (next_x, next_y) in pairwise(ring):
            outside = [(next_x - x) * (b - y) - (next_y - y) * (a - x) for a, b in (other if ring is one else one)]
            if all(side <= 1e-12 for side in outside):
                return True
    return False


def test_the_spiral_goes_round_ring_by_ring_and_comes_to_no_place_twice():
    assert len(set(PLACES)) == len(PLACES)
    assert [steps(place, (0, 0)) for place in PLACES] == [0] + [1] * 6 + [2] * 12 + [3] * 18 + [4] * 24
    assert all(steps(one, other) == 1 for one, other in pairwise(PLACES[1:7]))


def test_a_hexagon_is_that_worked_by_hand():
    # Ten-thousandths of a degree: 154 a unit east, 100 a unit north, round (-7.9, 50.3).
    assert hexagon((0, 0)) == [
        (-7.7922, 50.26), (-7.7922, 50.34), (-7.9, 50.38), (-8.0078, 50.34), (-8.0078, 50.26), (-7.9, 50.22), (-7.7922, 50.26),
    ]  # fmt: skip


def test_each_hexagon_is_closed_against_the_clock_and_as_large_as_every_other():
    rings = [hexagon(place) for place in PLACES]
    assert all(ring[0] == ring[-1] and len(ring) == 7 for ring in rings)
    assert {round(doubled_area(ring), 9) for ring in rings} == {round(2 * 14 * 12 * 0.0154 * 0.01, 9)}


def test_neighbours_share_a_side_to_the_digit_and_no_hexagon_lies_on_another():
    for one, other in combinations(PLACES, 2):
        shared = set(hexagon(one)) & set(hexagon(other))
        if steps(one, other) == 1:
            assert len(shared) == 2
        else:
            assert len(shared) <= 1
        assert parted(hexagon(one), hexagon(other))


def test_a_hexagon_moved_half_a_step_would_lie_on_its_neighbour():
    moved = [(x + 0.1, y) for x, y in hexagon((0, 0))]
    assert not parted(moved, hexagon((1, 0)))


@pytest.fixture
def shapes(tmp_path) -> dict[str, dict]:
    return {path.name.split("_")[0]: json.loads(path.read_text("utf-8")) for path in area_shapes.write_shapes(tmp_path)}


def test_every_area_has_one_and_those_of_a_kind_touch(shapes):
    codes = {
        kind: [next(iter(one["properties"].values())) for one in collection["features"]]
        for kind, collection in shapes.items()
    }
    assert codes["Integrated"] == [icb.ons_code for icb in ICBS]
    assert codes["Sub"] == [location.ons_code for icb in ICBS for location in icb.locations]
    assert codes["Counties"] == [ons_councils.COUNTY[0], ons_councils.UNITARY[0]]
    assert sorted(codes["Local"]) == sorted(code for code, _ in ons_councils.COUNCILS_2023)
    for collection in shapes.values():
        places = [(one["properties"]["q"], one["properties"]["r"]) for one in collection["features"]]
        assert all(any(steps(place, other) == 1 for other in places) for place in places)


def test_a_unitary_council_has_one_place_in_both_files(shapes):
    found = {
        json.dumps(one["geometry"])
        for kind in ("Counties", "Local")
        for one in shapes[kind]["features"]
        if ons_councils.UNITARY[0] in one["properties"].values()
    }
    assert len(found) == 1


def test_files_are_taken_in_whole_and_are_the_same_every_time(tmp_path, settings):
    made = area_shapes.write_shapes(tmp_path / "first")
    outcomes = archive.add(made, settings, catalogue())
    assert {(one.status, one.problems) for one in outcomes} == {("archived", ())}
    releases = archive.releases(settings.raw)
    rows = {one.table: archive.bronze_of(one, settings, catalogue()).report.rows_clean for one in releases}
    assert rows == area_shapes.known_totals()
    assert {(one.layout, one.part) for one in releases} == {("hexagons", "hex")}
    again = area_shapes.write_shapes(tmp_path / "second")
    assert [path.read_bytes() for path in made] == [path.read_bytes() for path in again]

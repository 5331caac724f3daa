"""A hexagon for every fictional area, in the form of the Open Geography portal's boundaries (GeoJSON, WGS84).

Belongs here: the place of each area in a grid of hexagons, and the file. Areas of a kind touch and none lies on another, so
that a map of them can be drawn and read, and nobody takes it for a map of anywhere: they lie in the open sea west of
Cornwall, inside the bounds of the United Kingdom and outside every area of it.
Does not belong here: the areas themselves (geography.py, ons_councils.py), any real area. Where no shapes were published to us,
none are made up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.sample.files import LF, write_text
from pipeline.sample.geography import ICBS, Icb
from pipeline.sample.ons_councils import COUNCILS_2023, COUNTY, UNITARY, Named

YEAR = "23"
# The middle of the first hexagon, in degrees.
WEST, SOUTH = -7.9, 50.3
# Axial steps round a hexagon, from east, against the clock.
AROUND = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
# A hexagon that stands on its point, its corners from the right, against the clock, in units of a seventh and a quarter:
# 7/4 is the root of three to 1%, so that corners that touch are the same decimals and not nearly the same.
CORNERS = ((7, -4), (7, 4), (0, 8), (-7, 4), (-7, -4), (0, -8))
ACROSS, UP = 14, 12
# Ten-thousandths of a degree a unit: 15 km across and 18 km high, which at 50 degrees north is regular on the ground.
UNIT_EAST, UNIT_NORTH = 154, 100

Place = tuple[int, int]
Position = tuple[float, float]


def spiral() -> Iterator[Place]:
    """Places (q, r) of a grid of hexagons from its middle outwards: the first seven are a hexagon and all it touches."""
    yield 0, 0
    radius = 1
    while True:
        q, r = radius * AROUND[4][0], radius * AROUND[4][1]
        for step_q, step_r in AROUND:
            for _ in range(radius):
                yield q, r
                q, r = q + step_q, r + step_r
        radius += 1


def hexagon(place: Place) -> list[Position]:
    """The closed ring of a place, in degrees, against the clock: seven positions, the last the same as the first."""
    q, r = place
    middle = ACROSS * q + ACROSS // 2 * r, UP * r
    corners = [(middle[0] + east, middle[1] + north) for east, north in (*CORNERS, CORNERS[0])]
    return [
        (round(WEST + east * UNIT_EAST / 10_000, 4), round(SOUTH + north * UNIT_NORTH / 10_000, 4))
        for east, north in corners
    ]


def write_shapes(out_dir: Path, *, icbs: Sequence[Icb] = ICBS) -> list[Path]:
    """Writes the hexagons of ICBs, sub-ICB locations, upper-tier and lower-tier councils, and returns their paths.

    Locations of one ICB lie beside each other where the spiral leads; the places of a kind say nothing of another kind's.
    """
    # A unitary council stands in both files of councils: in the same place, because it is drawn once.
    first, *others = (one for one in COUNCILS_2023 if one != UNITARY)
    boards = [(icb.ons_code, icb.name) for icb in icbs]
    locations = [(one.ons_code, icb.location_name(one)) for icb in icbs for one in icb.locations]
    return [
        _collection(out_dir / "Integrated_Care_Boards_April_2023_EN_HEX.geojson", "ICB", boards),
        _collection(out_dir / "Sub_Integrated_Care_Board_Locations_April_2023_EN_HEX.geojson", "SICBL", locations),
        _collection(
            out_dir / "Counties_and_Unitary_Authorities_December_2023_UK_HEX.geojson", "CTYUA", (COUNTY, UNITARY)
        ),
        _collection(
            out_dir / "Local_Authority_Districts_December_2023_UK_HEX.geojson", "LAD", (first, UNITARY, *others)
        ),
    ]


def known_totals(icbs: Sequence[Icb] = ICBS) -> dict[str, int]:
    """How many features each table has."""
    return {
        "icb": len(icbs), "sub_icb_location": sum(len(icb.locations) for icb in icbs), "upper_tier_council": 2,
        "lower_tier_council": len(COUNCILS_2023),
    }  # fmt: skip


def _collection(path: Path, prefix: str, areas: Sequence[Named]) -> Path:
    features = []
    for (code, name), (q, r) in zip(areas, spiral(), strict=False):
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [hexagon((q, r))]},
                "properties": {f"{prefix}{YEAR}CD": code, f"{prefix}{YEAR}NM": name, "q": q, "r": r},
            }
        )
    lines = [json.dumps(one, ensure_ascii=False) for one in features]
    head = '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features": ['
    return write_text(path, LF.join([head, f",{LF}".join(lines), "]}", ""]))

"""Opens a GeoJSON collection of area shapes: its features as rows, each with its outline as text, judged first.

Belongs here: from JSON to rows, and what an outline must be before anybody draws it. Does not belong here: what a property
means (the contract), which layout a file is (identify.py), middle points (dbt).

The numbers of an outline are kept digit for digit as published: they are text here and in bronze.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pipeline.errors import Refused
from pipeline.ingest.containers import shown

# The two cells that a feature has beyond its properties.
GEOMETRY, CRS = "geometry", "crs"
OF_DEGREES, OF_THE_GRID = "WGS84", "BNG"
# Of the United Kingdom, with Rockall left out and some kilometres to spare: west, east, south, north. Degrees, then metres.
# No northing is below 5,000, so that degrees the wrong way round are no metres.
BOUNDS = {OF_DEGREES: (-9.0, 2.5, 49.5, 61.5), OF_THE_GRID: (-15_000.0, 672_000.0, 5_000.0, 1_235_000.0)}
# What `crs` of a collection says of either; without one it is in degrees (RFC 7946) or says so by its figures alone.
NAMES = {OF_DEGREES: ("CRS84", "4326"), OF_THE_GRID: ("27700",)}
SHORTEST_RING = 4
AGAIN = "Download it from the portal again, as GeoJSON"

Rings = list[list]


class _Number(str):
    """A number as it stands in the file, which no string in quotes is taken for."""


def rows(path: Path, label: str) -> list[list[str]]:
    """The features of a file as rows of text below a header: its properties, then `geometry` (GeoJSON text) and `crs`.

    `crs` is WGS84 (degrees) or BNG (metres of the British National Grid), by the figures. A property without a value is ''.
    Raises Refused where the file is no JSON, no collection of features, cut off, or has an outline that cannot be drawn:
    other than a polygon, not closed, or outside the United Kingdom.
    """
    return _rows(str(path), path.stat().st_mtime_ns, label)


# Every layout of a contract looks at the same file, one after the other.
@lru_cache(maxsize=2)
def _rows(path: str, _changed: int, label: str) -> list[list[str]]:
    collection = _parsed(Path(path), label)
    features = _features(collection, label)
    names = list(features[0]["properties"])
    taken = [name for name in (GEOMETRY, CRS) if name in names]
    if taken:
        raise Refused(f"has a property named {taken[0]}, which its outline is called here", where=label, remedy=AGAIN)
    found = [[*names, GEOMETRY, CRS]]
    systems: dict[str, int] = {}
    for number, feature in enumerate(features, start=1):
        if list(feature["properties"]) != names:
            other = sorted(set(feature["properties"]) ^ set(names)) or ["their order"]
            raise Refused(
                f"feature {number} has other properties than the first ({', '.join(other)}), expected the same in each",
                where=label,
                remedy=AGAIN,
            )
        place = f"{label} > feature {number}"
        cells = [_cell(name, value, place) for name, value in feature["properties"].items()]
        geometry, system = _outline(feature["geometry"], place)
        systems.setdefault(system, number)
        found.append([*cells, geometry, system])
    _check_system(collection, systems, label)
    return found


def _parsed(path: Path, label: str) -> dict:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = json.loads(
            text, parse_float=_Number, parse_int=_Number, parse_constant=_no_number, object_pairs_hook=_once_each
        )
    except (ValueError, RecursionError) as error:
        words = " ".join(str(error).split())[:160]
        raise Refused(f"is not JSON that can be read ({words}), expected GeoJSON", where=label, remedy=AGAIN) from error
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        kind = found.get("type") if isinstance(found, dict) else type(found).__name__
        raise Refused(
            f"is JSON of type {shown(str(kind))}, expected a FeatureCollection of outlines", where=label, remedy=AGAIN
        )
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found


def _features(collection: dict, label: str) -> list[dict]:
    """The features of a whole collection, each with properties and a geometry."""
    features = collection.get("features")
    if not isinstance(features, list) or not features:
        raise Refused("holds no features, expected one for each area", where=label, remedy=AGAIN)
    more = collection.get("properties")
    # The portal's query service stops at 2,000 features, and says so in one of two places.
    if collection.get("exceededTransferLimit") or (isinstance(more, dict) and more.get("exceededTransferLimit")):
        raise Refused(
            f"is cut off after {len(features):,} features, as it says itself (exceededTransferLimit), expected all of them",
            where=label,
            remedy="Take the file of the portal's download button, not of a query",
        )
    for number, feature in enumerate(features, start=1):
        whole = isinstance(feature, dict) and feature.get("type") == "Feature"
        if not whole or not isinstance(feature.get("properties"), dict) or "geometry" not in feature:
            raise Refused(
                "is no Feature with properties and a geometry", where=f"{label} > feature {number}", remedy=AGAIN
            )
    return features


def _cell(name: str, value: object, place: str) -> str:
    if isinstance(value, dict | list | bool):
        raise Refused(
            f"property {name} holds {shown(str(value))}, expected text or a number", where=place, remedy=AGAIN
        )
    return "" if value is None else str(value)


def _outline(geometry: object, place: str) -> tuple[str, str]:
    """The text of a geometry and the system that its coordinates are in."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise Refused(
            f"its geometry is {shown(str(kind))}, expected a Polygon or MultiPolygon",
            where=place,
            remedy="Download the boundaries, not the points or lines, of the areas",
        )
    coordinates = geometry.get("coordinates")
    polygons = coordinates if kind == "MultiPolygon" else [coordinates]
    _check_list(polygons, "no polygon", place)
    system = ""
    for polygon in polygons:
        _check_list(polygon, "a polygon without a ring", place)
        for ring in polygon:
            system = _checked_ring(ring, system, place)
    return f'{{"type":"{kind}","coordinates":{"".join(_texts(coordinates))}}}', system


def _check_list(found: object, what: str, place: str) -> None:
    if not isinstance(found, list) or not found:
        raise Refused(f"its geometry holds {what}, expected rings of positions", where=place, remedy=AGAIN)


def _checked_ring(ring: object, system: str, place: str) -> str:
    """Raises Refused where a ring is not closed, or a position is none or lies elsewhere; returns its system."""
    _check_list(ring, "a ring without positions", place)
    for position in ring:
        system = _system_of(position, system, place)
    if len(ring) < SHORTEST_RING or [*map(float, ring[0][:2])] != [*map(float, ring[-1][:2])]:
        raise Refused(
            f"a ring of {len(ring)} positions is not closed, expected four or more, the last the same as the first",
            where=place,
            remedy=AGAIN,
        )
    return system


def _system_of(position: object, system: str, place: str) -> str:
    pair = position[:2] if isinstance(position, list) else []
    if len(pair) < 2 or not all(isinstance(one, _Number) for one in pair):
        raise Refused(f"{shown(str(position))} is no position, expected two numbers", where=place, remedy=AGAIN)
    x, y = float(pair[0]), float(pair[1])
    for name in (system,) if system else BOUNDS:
        west, east, south, north = BOUNDS[name]
        if west <= x <= east and south <= y <= north:
            return name
    raise Refused(
        f"position {pair[0]}, {pair[1]} is not in the United Kingdom, expected degrees (east, north: WGS84) or metres "
        "of the British National Grid, the same throughout",
        where=place,
        remedy="Download it as WGS84 or British National Grid; Web Mercator is neither",
    )


def _check_system(collection: dict, systems: dict[str, int], label: str) -> None:
    """Raises Refused where features are in two systems, or in another than the collection says."""
    if len(systems) > 1:
        (one, first), (other, second) = systems.items()
        raise Refused(
            f"feature {first} is in {one} and feature {second} in {other}, expected one system",
            where=label,
            remedy=AGAIN,
        )
    (system,) = systems
    said = collection.get("crs")
    name = said.get("properties", {}).get("name", "") if isinstance(said, dict) else ""
    if name and not any(str(name).endswith(end) for end in NAMES[system]):
        raise Refused(
            f"says that it is in {shown(str(name))}, and its figures are of {system}", where=label, remedy=AGAIN
        )


def _texts(coordinates: object) -> Iterator[str]:
    if isinstance(coordinates, list):
        yield "["
        for number, one in enumerate(coordinates):
            yield "," * (number > 0)
            yield from _texts(one)
        yield "]"
    else:
        yield str(coordinates)

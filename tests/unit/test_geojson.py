"""GeoJSON as rows: each feature its properties and its outline, digit for digit; and what is refused, in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.catalogue.contract import Layout
from pipeline.errors import Refused
from pipeline.ingest import containers, geojson

RING = [[0.5, 51.1], [0.9, 51.1], [0.9, 51.4], [0.5, 51.1]]


def feature(geometry: object = None, **properties: object) -> dict:
    right = {"ICB23CD": "E54000032", "ICB23NM": "NHS Kent and Medway Integrated Care Board"}
    outline = geometry or {"type": "Polygon", "coordinates": [RING]}
    return {"type": "Feature", "properties": right | properties, "geometry": outline}


def collection(*features: dict, **more: object) -> dict:
    return {"type": "FeatureCollection", "features": list(features), **more}


def written(folder: Path, content: object) -> Path:
    path = folder / "shapes.geojson"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, "utf-8")
    return path


def test_a_feature_is_a_row_of_its_properties_and_its_outline_as_published(tmp_path):
    text = (
        '\ufeff{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"geometry":{"type":"Polygon",'
        ' "coordinates":[[[0.50, 51.1], [9e-1,51.1],[0.900,51.4],[0.5,51.1]]]},"properties":'
        '{"FID":1,"ICB23CD":"E54000032","LONG":0.70,"NMW":null}}]}'
    )
    path = written(tmp_path, text)
    assert containers.kind_of(path) == "json"
    assert geojson.rows(path, "shapes") == [
        ["FID", "ICB23CD", "LONG", "NMW", "geometry", "crs"],
        ["1", "E54000032", "0.70", "", '{"type":"Polygon","coordinates":[[[0.50,51.1],[9e-1,51.1],[0.900,51.4],[0.5,51.1]]]}', "WGS84"],
    ]  # fmt: skip


def test_metres_of_the_national_grid_are_told_by_their_figures_and_islands_are_many_polygons(tmp_path):
    hole = [[560_100, 160_100], [560_200, 160_100], [560_200, 160_200], [560_100, 160_100]]
    island = [[[600_000, 170_000, 5], [601_000, 170_000, 5], [601_000, 171_000, 5], [600_000, 170_000, 9]]]
    main = [[[560_000, 160_000], [570_000, 160_000], [570_000, 170_000], [560_000, 160_000]], hole]
    outline = {"type": "MultiPolygon", "coordinates": [main, island]}
    said = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    _, (*_, text, system) = geojson.rows(written(tmp_path, collection(feature(outline), crs=said)), "shapes")
    assert (json.loads(text), system) == (outline, "BNG")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"type": "FeatureCollection", "features": [', "is not JSON that can be read"),
        ('{"type": "FeatureCollection", "type": "x"}', "'type' stands twice"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN is no number"),
        ({"error": {"code": 400, "message": "Invalid URL"}}, "is JSON of type 'None', expected a FeatureCollection"),
        ({"type": "Topology", "objects": {}}, "is JSON of type 'Topology'"),
        (collection(), "holds no features"),
        (collection(feature(), exceededTransferLimit=True), "is cut off after 1 features"),
        (collection(feature(), properties={"exceededTransferLimit": True}), "is cut off after 1 features"),
        (collection(feature(), {"type": "Feature", "properties": {}}), "shapes > feature 2: is no Feature"),
        (collection(feature(), feature(NAME="x")), "feature 2 has other properties than the first (NAME)"),
        (collection(feature(ICB23NM={"en": "x"})), "property ICB23NM holds"),
        (collection(feature(crs="x")), "a property named crs"),
        (collection(feature({"type": "Point", "coordinates": [0.5, 51]})), "geometry is 'Point', expected a Polygon"),
        (collection(feature() | {"geometry": None}), "geometry is 'None', expected a Polygon"),
        (collection(feature({"type": "Polygon", "coordinates": []})), "a polygon without a ring"),
        (collection(feature({"type": "Polygon", "coordinates": [[]]})), "a ring without positions"),
        (collection(feature({"type": "MultiPolygon", "coordinates": []})), "holds no polygon"),
        (collection(feature({"type": "MultiPolygon", "coordinates": [RING]})), "is no position"),
        (collection(feature({"type": "Polygon", "coordinates": [RING[:3]]})), "a ring of 3 positions is not closed"),
        (collection(feature({"type": "Polygon", "coordinates": [[*RING[:3], [0.4, 51.1]]]})), "ring of 4 positions is not closed"),
        (collection(feature({"type": "Polygon", "coordinates": [[["0.5", "51.1"], *RING[1:]]]})), "is no position"),
        (collection(feature({"type": "Polygon", "coordinates": [[[51.1, 0.5], *RING[1:]]]})), "position 51.1, 0.5 is not in"),
        (collection(feature({"type": "Polygon", "coordinates": [[[55_000.0, 6_650_000.0], *RING[1:]]]})), "is not in the United Kingdom"),
        (collection(feature({"type": "Polygon", "coordinates": [[RING[0], [560_000, 160_000], *RING[1:]]]})), "560000, 160000 is not"),
        (
            collection(feature(), feature({"type": "Polygon", "coordinates": [[[x * 1000, y * 1000] for x, y in RING]]})),
            "feature 1 is in WGS84 and feature 2 in BNG, expected one system",
        ),
        (collection(feature(), crs={"type": "name", "properties": {"name": "EPSG:27700"}}), "says that it is in 'EPSG:27700'"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(content, words, tmp_path):
    with pytest.raises(Refused) as refused:
        geojson.rows(written(tmp_path, content), "shapes")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_wherever_a_file_is_cut_short_it_is_refused(tmp_path):
    whole = json.dumps(collection(feature(), feature(ICB23CD="E54000031")))
    for end in range(1, len(whole), 7):
        with pytest.raises(Refused):
            geojson.rows(written(tmp_path, whole[:end]), "shapes")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"container": "zip", "members": "*.geojson"}, "a GeoJSON file stands for itself"),
        ({"header_row": 2}, "a GeoJSON file stands for itself"),
        ({"unpivot": {"columns": "20[0-9]{2}", "name": "year", "value": "people"}}, "a GeoJSON file stands for itself"),
        ({"find": {}}, "neither Parquet nor GeoJSON"),
        ({"sheet": "x"}, "only a workbook has one"),
    ],
)
def test_a_layout_of_geojson_is_one_plain_table(more, words):
    right = {"id": "outlines", "format": "geojson", "columns": {"CODE": "code", "geometry": "geometry"}}
    assert Layout(**right).by_rows
    with pytest.raises(ValueError, match=words):
        Layout(**right, **more)

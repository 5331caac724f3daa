"""Outlines of areas: each kind and vintage of the portal's GeoJSON is known by its properties, and kept as published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, made, rows_of

from pipeline.periods import parse

ICBS = "Integrated_Care_Boards_April_2023_EN_BSC_7929772807133590321.geojson"
SQUARE = [[0.5, 51.1], [0.9, 51.1], [0.9, 51.4], [0.5, 51.4], [0.5, 51.1]]
GRID = [[560000.5, 160000], [570000, 160000], [570000, 170000], [560000.5, 160000]]


def feature(prefix: str, code: str, name: str, ring: list = SQUARE, **more: object) -> dict:
    properties = {
        "FID": 1, f"{prefix}CD": code, f"{prefix}NM": name, "BNG_E": 577000, "BNG_N": 150000, "LONG": 0.5, "LAT": 51.2,
        "Shape__Area": 3.7e9, "Shape__Length": 740000.1, "GlobalID": "x", **more,
    }  # fmt: skip
    return {
        "type": "Feature",
        "id": 1,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }


def shapes(path: Path, *features: dict, **more: object) -> Path:
    return made(path, json.dumps({"type": "FeatureCollection", "features": features, **more}).encode())


def kent(**more: object) -> dict:
    return feature("ICB23", "E54000032", "NHS Kent and Medway Integrated Care Board", **more)


def test_outlines_are_kept_as_published_with_code_and_name(tmp_path, settings):
    sussex = feature("ICB23", "E54000064", "NHS Sussex Integrated Care Board")
    release = added(shapes(tmp_path / ICBS, kent(), sussex), settings)
    first, second = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout, release.part, release.period) == ("icb", "boundaries", "bsc", parse("2023"))
    assert (first["area_code"], first["area_name"]) == ("E54000032", "NHS Kent and Medway Integrated Care Board")
    assert (first["shape"], first["crs"], first["hex_q"]) == ("boundary", "WGS84", None)
    assert json.loads(first["geometry"]) == {"type": "Polygon", "coordinates": [SQUARE]}
    assert second["source_row"] == 2
    assert failed_rules(release, settings) == {"icbs_are_all"}


KENT = ("E10000016", "Kent")
MEDWAY = ("E06000035", "Medway")


@pytest.mark.parametrize(
    ("name", "table", "shape"),
    [
        ("Integrated_Care_Boards_July_2022_EN_BUC_2022", "icb", feature("ICB22", "E54000032", "NHS Kent and Medway")),
        (
            "Sub_Integrated_Care_Board_Locations_April_2023_EN_BSC", "sub_icb_location",
            feature("SICBL23", "E38000237", "NHS Kent and Medway ICB - 91Q"),
        ),
        ("NHS_England_Regions_January_2024_EN_BGC", "nhs_region", feature("NHSER24", "E40000005", "South East")),
        (
            "Counties_and_Unitary_Authorities_December_2023_Boundaries_UK_BUC", "upper_tier_council",
            feature("CTYUA23", *KENT, CTYUA23NMW=""),
        ),
        (
            "Local_Authority_Districts_May_2024_Boundaries_UK_BFC", "lower_tier_council",
            feature("LAD24", *MEDWAY, GRID, LAD24NMW=None),
        ),
        (
            "Wards_December_2023_Boundaries_UK_BSC", "ward",
            feature("WD23", "E05009123", "Beaver", LAD23CD="E07000105", LAD23NM="Ashford"),
        ),
    ],
)  # fmt: skip
def test_each_kind_of_area_is_known_by_its_properties_in_any_vintage(name, table, shape, tmp_path, settings):
    release = added(shapes(tmp_path / f"{name}.geojson", shape), settings)
    (row,) = rows_of(bronze_of(release, settings))
    year = next(word for word in name.split("_") if word.startswith("20"))
    assert (release.table, release.period, row["area_name"]) == (
        table,
        parse(year),
        shape["properties"][[*shape["properties"]][2]],
    )
    assert row["crs"] == ("BNG" if "May_2024" in name else "WGS84")


def test_outlines_of_other_detail_stand_beside_each_other(tmp_path, settings):
    finer = ICBS.replace("BSC", "BGC")
    parts = {added(shapes(tmp_path / name, kent()), settings).part for name in (ICBS, finer)}
    assert parts == {"bsc", "bgc"}


def test_hexagons_are_told_by_their_places(tmp_path, settings):
    places = {
        "type": "Feature",
        "properties": {"ICB23CD": "E54000032", "ICB23NM": "NHS Kent and Medway", "q": -1, "r": 2},
    }
    path = shapes(
        tmp_path / "Integrated_Care_Boards_April_2023_EN_HEX.geojson", places | {"geometry": kent()["geometry"]}
    )
    release = added(path, settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.layout, release.part) == ("hexagons", "hex")
    assert (row["shape"], row["hex_q"], row["hex_r"]) == ("hexagon", -1, 2)
    assert failed_rules(release, settings) == set()


def collection(*features: dict) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"type": "FeatureCollection", "features": [', "is not JSON that can be read"),
        (b"<!DOCTYPE html><html></html>", "is a text file, expected a file of GEOJSON"),
        (b"", "the file is empty"),
        (json.dumps({"error": {"code": 400}}).encode(), "is JSON of type 'None', expected a FeatureCollection"),
        (collection(), "holds no features"),
        (
            collection(kent(POPULATION=1)),
            "list of properties is not layout boundaries of ons_boundaries/icb: column 'POPULATION' is unknown",
        ),
        (collection(feature("ICS23", "E54000032", "x")), "column 'ICS23CD' is unknown"),
        (collection(kent(ring=[[51.1, 0.5], *SQUARE[1:]])), "is not in the United Kingdom"),
    ],
)
def test_what_is_no_file_of_outlines_is_refused(content, words, tmp_path, settings):
    outcome = add(made(tmp_path / ICBS, content), settings)
    assert outcome.status == "refused"
    assert words in outcome.message
    assert "\n" not in outcome.message


def test_a_name_that_does_not_say_how_detailed_is_refused(tmp_path, settings):
    outcome = add(shapes(tmp_path / "Integrated_Care_Boards_April_2023.geojson", kent()), settings)
    assert (outcome.status, "does not say whose part it is" in outcome.message) == ("refused", True)


def test_codes_of_another_kind_and_areas_that_stand_twice_are_flagged(tmp_path, settings):
    outcome = add(shapes(tmp_path / ICBS, kent(), kent(), feature("ICB23", "E38000237", "x")), settings)
    assert any("area_code is 'E38000237'" in problem for problem in outcome.problems)
    assert any("of its keys stand" in problem for problem in outcome.problems)


def test_two_areas_of_one_name_are_two_on_a_map(tmp_path, settings):
    release = added(
        shapes(tmp_path / ICBS, kent(), feature("ICB23", "E54000031", kent()["properties"]["ICB23NM"])), settings
    )
    assert "icb_names_stand_once" in failed_rules(release, settings)

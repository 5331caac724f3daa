"""Proves how a header is held against a layout: order is free, anything else that differs does not fit and is named."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_tables import catalogue_of, contract_of

from pipeline.catalogue.contract import Layout
from pipeline.catalogue.load import catalogue
from pipeline.errors import Refused
from pipeline.ingest.header import fit_header
from pipeline.ingest.identify import identify, nearest_name

REGIONAL = catalogue().contracts["gp_appointments_regional"].table("regional").layouts[0]
LOOKUP = catalogue().contracts["ons_lookups"].table("sub_icb_to_icb").layouts[0]
NAMES = catalogue().contracts["ons_lookups"].table("icb_names").layouts[0]
LAYOUTS = st.sampled_from([REGIONAL, LOOKUP, NAMES])


def header_of(layout: Layout, year: str = "22") -> list[str]:
    return [published.replace("{yy}", year) for published in layout.columns]


def canonical(layout: Layout, cell: str, year: str = "22") -> str | None:
    return {published.replace("{yy}", year): name for published, name in layout.columns.items()}[cell]


@given(st.data(), LAYOUTS)
def test_the_order_of_columns_does_not_matter(data, layout):
    header = data.draw(st.permutations(header_of(layout)))
    fit = fit_header(header, layout)
    assert fit.fits
    assert fit.likeness == 1.0
    assert fit.columns == tuple(canonical(layout, cell) for cell in header)


@given(st.data(), LAYOUTS)
def test_a_dropped_column_does_not_fit_and_is_the_missing_one(data, layout):
    header = header_of(layout)
    dropped = data.draw(st.integers(0, len(header) - 1))
    fit = fit_header(header[:dropped] + header[dropped + 1 :], layout)
    assert not fit.fits
    assert fit.missing == (list(layout.columns)[dropped],)
    assert fit.unknown == ()


@given(st.data(), LAYOUTS, st.text(min_size=0, max_size=12))
def test_a_renamed_column_does_not_fit_and_both_names_are_said(data, layout, name):
    header = header_of(layout)
    if fit_header([name], layout).columns != (None,) or fit_header([name], layout).unknown == ():
        return  # the drawn name is a published one
    renamed = data.draw(st.integers(0, len(header) - 1))
    fit = fit_header([*header[:renamed], name, *header[renamed + 1 :]], layout)
    assert not fit.fits
    assert fit.unknown == (name,)
    assert fit.missing == (list(layout.columns)[renamed],)


@given(st.data(), LAYOUTS)
def test_an_added_column_does_not_fit_wherever_it_stands(data, layout):
    header = header_of(layout)
    at = data.draw(st.integers(0, len(header)))
    fit = fit_header([*header[:at], "A new thing", *header[at:]], layout)
    assert not fit.fits
    assert fit.unknown == ("A new thing",)
    assert fit.missing == ()


@given(st.data(), LAYOUTS)
def test_a_doubled_column_does_not_fit_and_is_named(data, layout):
    header = header_of(layout)
    doubled = data.draw(st.integers(0, len(header) - 1))
    at = data.draw(st.integers(0, len(header)))
    fit = fit_header([*header[:at], header[doubled], *header[at:]], layout)
    assert not fit.fits
    assert fit.doubled == (list(layout.columns)[doubled],)


@given(LAYOUTS, st.integers(0, 99))
def test_the_year_of_a_header_is_found_where_its_names_bear_one(layout, year):
    fit = fit_header(header_of(layout, f"{year:02}"), layout)
    assert fit.fits
    assert fit.years == ((f"{year:02}",) if "{yy}" in "".join(layout.columns) else ())


@given(st.data(), st.sampled_from([LOOKUP, NAMES]))
def test_a_header_with_two_years_does_not_fit_though_every_column_is_known(data, layout):
    header = header_of(layout, "22")
    year_columns = [at for at, published in enumerate(layout.columns) if "{yy}" in published]
    at = data.draw(st.sampled_from(year_columns))
    header[at] = list(layout.columns)[at].replace("{yy}", "23")
    fit = fit_header(header, layout)
    assert not fit.fits
    assert fit.years == ("22", "23")
    assert (fit.unknown, fit.missing, fit.doubled) == ((), (), ())


@given(LAYOUTS)
def test_case_and_inner_white_space_of_a_header_matter(layout):
    assert not fit_header([cell.lower() for cell in header_of(layout)], layout).fits
    assert not fit_header([cell[:2] + " " + cell[2:] for cell in header_of(layout)], layout).fits


def test_members_of_a_zip_that_bear_different_years_are_refused(tmp_path):
    columns = [{"name": "code"}, {"name": "name"}]
    layout = {"container": "zip", "members": "*.csv", "columns": {"LAD{yy}CD": "code", "LAD{yy}NM": "name"}}
    known = catalogue_of(contract_of(columns, layout=layout))
    path = tmp_path / "things_2025-01.zip"
    for years in (("22", "22"), ("22", "23")):
        with zipfile.ZipFile(path, "w") as archived:
            for number, year in enumerate(years):
                archived.writestr(f"{number}.csv", f"LAD{year}CD,LAD{year}NM\nE1,x\n")
        if years[0] == years[1]:
            assert identify(path, known)[0].years == ("22",)
        else:
            with pytest.raises(
                Refused, match=r"its members bear different years in their headers \(22, 23\), expected one"
            ):
                identify(path, known)


def test_a_file_is_explained_by_the_table_that_its_name_claims_though_its_header_is_nearer_to_another(tmp_path):
    path = tmp_path / "icb_names_codes_dec_2024.csv"
    path.write_text(",".join(header_of(LOOKUP)[:8]) + "\n")
    with pytest.raises(Refused, match="is not layout geoportal_csv of ons_lookups/icb_names"):
        identify(path, catalogue())
    with pytest.raises(Refused, match="is not layout geoportal_csv of ons_lookups/sub_icb_to_icb"):
        identify(path, catalogue(), name="download.csv")


def test_likeness_falls_with_every_difference():
    header = header_of(REGIONAL)
    likeness = [fit_header([*header[:n], *(f"x{i}" for i in range(13 - n))], REGIONAL).likeness for n in range(14)]
    assert likeness == sorted(likeness)
    assert likeness[0] == 0.0
    assert likeness[13] == 1.0


@pytest.mark.parametrize(("cell", "nearest"), [
    ("COUNT_OF_APPTS", "COUNT_OF_APPOINTMENTS"), ("appt_mode", "APPT_MODE"), ("ICB_CODE", "ICB_ONS_CODE"),
    ("Population", ""), ("", ""),
])  # fmt: skip
def test_the_nearest_known_name_is_offered_only_where_one_is_near(cell, nearest):
    assert nearest_name(cell, tuple(REGIONAL.columns)) == nearest

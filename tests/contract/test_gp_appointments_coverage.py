"""Coverage of the appointments statistics: files as NHS England publishes them are known, and wrong ones are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, made, rows_of

from pipeline.periods import parse

HEADER = (
    "SUB_ICB_LOCATION_CODE,ICB_ONS_CODE,REGION_CODE,Appointment_Month,Included Practices,Open Practices,"
    "Patients registered at included practices,Patients registered at open practices"
)
MONTHS = [
    f"01{month}{year}"
    for year in (2023, 2024, 2025)
    for month in ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
][1:31]


def line(code: str = "91Q", month: str = "01JUL2025", **cells: object) -> str:
    values = {"icb": "E54000032", "region": "E40000005", "included": 174, "open": 176, "in": 1990000, "all": 2007000}
    values |= cells
    return ",".join(str(cell) for cell in (code, values["icb"], values["region"], month, *list(values.values())[2:]))


def whole(**cells: object) -> list[str]:
    """Two locations by thirty months; `cells` of the last row of the second differ."""
    rows = [line(month=month) for month in MONTHS]
    rows += [line("00L", month, icb="E54000050", region="E40000012") for month in MONTHS[:-1]]
    return [*rows, line("00L", MONTHS[-1], **({"icb": "E54000050", "region": "E40000012"} | cells))]


def file_of(folder: Path, rows: list[str], name: str = "APPOINTMENTS_GP_COVERAGE_Jul_25.csv") -> Path:
    return made(folder / name, "\n".join([HEADER, *rows, ""]).encode())


def test_the_published_file_is_read_and_its_latest_month_is_its_period(tmp_path, settings):
    release = added(file_of(tmp_path, whole()), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.period, release.period_from, release.period_in_name) == (parse("2025-07"), "content", "")
    assert (release.layout, len(rows)) == ("sub_icb_2022", 60)
    assert {key: str(cell) for key, cell in rows[29].items() if key not in ("member", "release_id")} == {
        "source_row": "30", "sub_icb_location_code": "91Q", "icb_ons_code": "E54000032", "region_ons_code": "E40000005",
        "month": "2025-07-01", "included_practices": "174", "open_practices": "176", "patients_included": "1990000",
        "patients_open": "2007000",
    }  # fmt: skip
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("name", "in_name"),
    [
        ("APPOINTMENTS_GP_COVERAGE.csv", ""),
        ("APPOINTMENTS_GP_COVERAGE feb 2023 - 2025.csv", ""),
        ("APPOINTMENTS_GP_COVERAGE_Jul_25.csv", ""),
        ("APPOINTMENTS_GP_COVERAGE__2025-07.csv", ""),
        ("APPOINTMENTS_GP_COVERAGE_Aug_25.csv", "2025-08"),
        ("APPOINTMENTS_GP_COVERAGE__2025-08.csv", "2025-08"),
    ],
)
def test_a_name_may_say_the_month_and_is_recorded_where_it_says_another(name, in_name, tmp_path, settings):
    release = added(file_of(tmp_path, whole(), name), settings)
    assert (release.period, release.period_in_name) == (parse("2025-07"), in_name)


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    path = made(tmp_path / "APPOINTMENTS_GP_COVERAGE_Jul_25.csv",
                "\n".join([HEADER.replace("REGION_CODE", "REGION_ONS_CODE"), line(), ""]).encode())  # fmt: skip
    outcome = add(path, settings)
    assert outcome.status == "refused"
    assert "column 'REGION_ONS_CODE' is unknown (nearest expected: 'REGION_CODE')" in outcome.message
    assert (
        "add a layout in pipeline/catalogue/nhs_england/gp_appointments_coverage.yml with"
        " `REGION_ONS_CODE: region_ons_code`" in outcome.message
    )


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"included": 177}, "included_are_open"),
        ({"in": 2007001}, "included_are_open"),
        ({"icb": "E54000032"}, "codes_name_one_area"),
        ({"in": 1300000}, "coverage_is_high"),
        ({"open": 20, "included": 20}, "patients_per_practice_are_plausible"),
        ({"all": 2400000}, "patients_are_steady"),
    ],
)
def test_a_wrong_figure_breaks_its_rule(cells, rule, tmp_path, settings):
    assert rule in failed_rules(added(file_of(tmp_path, whole(**cells)), settings), settings)


def test_an_icb_in_two_regions_breaks_its_rule(tmp_path, settings):
    rows = [row.replace("E54000050", "E54000032") for row in whole()]
    assert failed_rules(added(file_of(tmp_path, rows), settings), settings) == {"icb_in_one_region"}


def test_a_file_cut_short_lacks_months_of_an_area(tmp_path, settings):
    release = added(file_of(tmp_path, whole()[:45]), settings)
    assert failed_rules(release, settings) == {"every_area_has_every_month"}


def test_a_file_of_other_months_than_thirty_is_shown(tmp_path, settings):
    rows = [row for row in whole() if "2025" in row]
    assert failed_rules(added(file_of(tmp_path, rows), settings), settings) == {"window_is_thirty_months"}

"""Proves that a release of GP appointments is read right: members, order, ordinals, types, months and its period.

Each file is built in exactly the published form; ordinals are checked against the csv module over the member's bytes.
"""

from __future__ import annotations

import zipfile
from datetime import date
from itertools import groupby

import pytest
from published import (
    BRISTOL,
    GPAD_HEADER,
    GPAD_NAME,
    KENT,
    add,
    added,
    bronze_of,
    csv_bytes,
    csv_records,
    gpad_csv,
    gpad_row,
    gpad_rows,
    made_zip,
    quarantine_of,
    release_of,
    rows_of,
)  # fmt: skip

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.read import bronze_columns
from pipeline.periods import parse

TABLE = catalogue().contracts["gp_appointments_regional"].table("regional")


def as_published(row: dict) -> list[str]:
    """A bronze row as the cells of the file, by hand."""
    values = [row[name] for name in TABLE.layouts[0].columns.values()]
    return [f"{cell:%b%Y}".upper() if isinstance(cell, date) else str(cell) for cell in values]


def folded(records: list[list[str]]) -> list[list[str]]:
    return [
        [
            " ".join(cell.split()).replace(",", "") if at == 12 else " ".join(cell.split())
            for at, cell in enumerate(record)
        ]
        for record in records
    ]


def assert_read_as_published(rows: list[dict], members: dict[str, bytes]) -> None:
    """Members in the order of their names, each with the csv module's records under the csv module's ordinals."""
    found = [(member, list(of)) for member, of in groupby(rows, key=lambda row: row["member"])]
    assert [member for member, _ in found] == sorted(members)
    for member, of in found:
        assert [row["source_row"] for row in of] == list(range(1, len(of) + 1))
        assert [as_published(row) for row in of] == folded(csv_records(members[member]))


def test_a_release_is_read_member_by_member_and_row_by_row(tmp_path, settings):
    members = {
        "Regional_CSV_Kent.csv": gpad_csv(gpad_rows(months=["OCT2025", "NOV2025"])),
        "Regional_CSV_BristolNSomSGloucs.csv": gpad_csv(gpad_rows(BRISTOL)),
    }
    release = added(made_zip(tmp_path / GPAD_NAME, members), settings)
    bronze = bronze_of(release, settings)
    assert_read_as_published(rows_of(bronze), members)
    assert [(one.name, one.header_row, one.rows) for one in bronze.report.members] == [
        ("Regional_CSV_BristolNSomSGloucs.csv", 1, 4), ("Regional_CSV_Kent.csv", 1, 8),
    ]  # fmt: skip
    assert bronze.report.data_periods == {"2025-10-01": 4, "2025-11-01": 8}


def test_a_row_has_the_types_of_its_contract_and_every_value_of_its_cells(tmp_path, settings):
    row = gpad_row(month="jun2023", time="15  to 21 Days", count="1,234,567")
    release = added(made_zip(tmp_path / GPAD_NAME, {"Regional_CSV_Kent.csv": gpad_csv([row])}), settings)
    (found,) = rows_of(bronze_of(release, settings))
    assert found == {
        "member": "Regional_CSV_Kent.csv", "source_row": 1, "sub_icb_location_code": "91Q",
        "sub_icb_location_ons_code": "E38000237", "sub_icb_location_name": "NHS Kent and Medway ICB - 91Q",
        "icb_ons_code": "E54000032", "icb_name": "NHS Kent and Medway Integrated Care Board",
        "region_ons_code": "E40000005", "region_name": "South East", "appointment_month": date(2023, 6, 1),
        "appointment_status": "Attended", "hcp_type": "GP", "appointment_mode": "Face-to-Face",
        "time_from_booking": "15 to 21 Days", "count_of_appointments": 1234567,
    }  # fmt: skip
    assert list(found) == ["member", "source_row", *bronze_columns(TABLE)]


@pytest.mark.parametrize("how", [
    dict(line_end="\r\n"), dict(quote=True), dict(quote=True, line_end="\r\n"), dict(bom=True),
    dict(bom=True, quote=True, line_end="\r\n"),
], ids=str)  # fmt: skip
def test_line_ends_quotes_and_a_byte_order_mark_change_nothing(how, tmp_path, settings):
    rows = [*gpad_rows(), *gpad_rows(BRISTOL)]
    members = {"Regional_CSV_South.csv": gpad_csv(rows, **how)}
    plain = {"Regional_CSV_South.csv": gpad_csv(rows)}
    found = rows_of(bronze_of(added(made_zip(tmp_path / "a" / GPAD_NAME, members), settings), settings))
    same = rows_of(bronze_of(added(made_zip(tmp_path / "b" / "Regional_CSV.zip", plain), settings), settings))
    assert_read_as_published(found, members)
    assert found == same


def test_a_quoted_comma_and_a_quoted_line_end_stay_in_their_cell(tmp_path, settings):
    split = (*KENT[:4], "NHS Kent and Medway\nIntegrated Care Board", *KENT[5:])
    members = {"Regional_CSV_Two.csv": gpad_csv([*gpad_rows(BRISTOL), *gpad_rows(split, ["OCT2025"]), *gpad_rows()])}
    rows = rows_of(bronze_of(added(made_zip(tmp_path / GPAD_NAME, members), settings), settings))
    assert_read_as_published(rows, members)
    assert rows[0]["sub_icb_location_name"] == "NHS Bristol, North Somerset and South Gloucestershire ICB - 15C"
    assert rows[4]["icb_name"] == rows[8]["icb_name"] == KENT[4]


def test_empty_lines_do_not_move_the_ordinals_of_the_rows_after_them(tmp_path, settings):
    text = gpad_csv().replace(b"\n", b"\n\n", 3) + b"\n\n"
    members = {"Regional_CSV_Kent.csv": text}
    assert_read_as_published(
        rows_of(bronze_of(added(made_zip(tmp_path / GPAD_NAME, members), settings), settings)), members
    )


def test_a_member_whose_columns_stand_in_another_order_is_read_by_name(tmp_path, settings):
    order = [12, 3, 0, 1, 2, 4, 11, 10, 5, 6, 7, 9, 8]
    turned = csv_bytes([GPAD_HEADER[at] for at in order], [[row[at] for at in order] for row in gpad_rows(BRISTOL)])
    members = {
        "Regional_CSV_A.csv": gpad_csv(gpad_rows(months=["SEP2025"])), "Regional_CSV_B.csv": turned,
        "Regional_CSV_C.csv": gpad_csv(gpad_rows(months=["OCT2025"])),
    }  # fmt: skip
    rows = rows_of(bronze_of(added(made_zip(tmp_path / GPAD_NAME, members), settings), settings))
    assert_read_as_published(rows, members | {"Regional_CSV_B.csv": gpad_csv(gpad_rows(BRISTOL))})


def test_plain_and_quoted_members_in_any_order_keep_their_rows_apart(tmp_path, settings):
    members = {
        f"Regional_CSV_{number:02}.csv": gpad_csv(
            gpad_rows(BRISTOL if number % 3 else KENT, [f"{month}{2000 + number}" for month in ("JAN", "FEB")]),
            line_end="\r\n" if number % 4 == 1 else "\n",
        )
        for number in range(12)
    }
    assert_read_as_published(
        rows_of(bronze_of(added(made_zip(tmp_path / GPAD_NAME, members), settings), settings)), members
    )


def test_the_order_of_members_in_the_zip_does_not_matter(tmp_path, settings):
    members = {f"Regional_CSV_{name}.csv": gpad_csv(gpad_rows(months=[month])) for name, month in
               (("Z", "JAN2025"), ("A", "FEB2025"), ("M", "MAR2025"))}  # fmt: skip
    rows = rows_of(bronze_of(added(made_zip(tmp_path / GPAD_NAME, members), settings), settings))
    assert_read_as_published(rows, members)
    turned = made_zip(tmp_path / "Regional.zip", dict(reversed(members.items())))
    assert rows_of(bronze_of(added(turned, settings), settings)) == rows


def test_members_of_one_name_in_two_folders_are_two_members(tmp_path, settings):
    members = {
        "north/Regional_CSV_X.csv": gpad_csv(gpad_rows(BRISTOL)), "south/Regional_CSV_X.csv": gpad_csv(gpad_rows(KENT)),
    }  # fmt: skip
    assert_read_as_published(
        rows_of(bronze_of(added(made_zip(tmp_path / GPAD_NAME, members), settings), settings)), members
    )


def test_folders_in_the_zip_are_no_members(tmp_path, settings):
    path = made_zip(tmp_path / GPAD_NAME)
    with zipfile.ZipFile(path, "a") as archived:
        archived.writestr("a folder/", b"")
    assert len(bronze_of(added(path, settings), settings).report.members) == 1


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_reading_is_the_same_at_any_number_of_threads(threads, tmp_path, settings):
    months = [f"{month}{year}" for year in range(1990, 2026) for month in ("JAN", "MAY", "SEP")]
    members = {f"Regional_CSV_{n}.csv": gpad_csv(gpad_rows(BRISTOL if n % 2 else KENT, months[n::6])) for n in range(6)}
    path = made_zip(tmp_path / GPAD_NAME, members)
    from dataclasses import replace

    one, other = (
        replace(settings, threads=1),
        replace(settings, threads=threads, raw=tmp_path / "r2", out=tmp_path / "o2"),
    )
    first, second = (bronze_of(added(path, known), known) for known in (one, other))
    assert_read_as_published(rows_of(second), members)
    assert first.rows.read_bytes() == second.rows.read_bytes()
    assert first.report == second.report


@pytest.mark.parametrize(("text", "month"), [
    ("JUN2023", date(2023, 6, 1)), ("jun2023", date(2023, 6, 1)), ("Jun2023", date(2023, 6, 1)),
    (" JUN2023 ", date(2023, 6, 1)),
    ("DEC2025", date(2025, 12, 1)),
])  # fmt: skip
def test_a_month_is_its_first_day_in_any_case_of_letters(text, month, tmp_path, settings):
    release = added(made_zip(tmp_path / GPAD_NAME, {"Regional_CSV_K.csv": gpad_csv([gpad_row(month=text)])}), settings)
    assert rows_of(bronze_of(release, settings))[0]["appointment_month"] == month


@pytest.mark.parametrize("text", ["JUN23", "13XXX2023", "JUN 2023", "2023-06", "JUNE2023", "infinity", ""])
def test_what_is_not_such_a_month_is_in_quarantine(text, tmp_path, settings):
    members = {"Regional_CSV_K.csv": gpad_csv([*gpad_rows(), gpad_row(month=text)])}
    outcome = add(made_zip(tmp_path / GPAD_NAME, members), settings)
    bronze = bronze_of(release_of(outcome, settings), settings)
    rule = "gp_appointments_regional.regional.appointment_month." + ("type" if text else "required")
    assert [(member, row, rules) for member, row, rules, _ in quarantine_of(bronze)] == [
        ("Regional_CSV_K.csv", 5, [rule])
    ]


# --- the period of a release -------------------------------------------------------------------------------------


def release_with(tmp_path, settings, name: str, months: list[str], **how):
    return added(made_zip(tmp_path / name, {"Regional_CSV_K.csv": gpad_csv(gpad_rows(months=months))}), settings, **how)


def test_the_period_is_the_latest_month_inside_and_agrees_with_the_name(tmp_path, settings):
    release = release_with(tmp_path, settings, GPAD_NAME, ["OCT2025", "NOV2025", "SEP2025"])
    assert (release.period, release.period_from, release.period_in_name) == (parse("2025-11"), "content", "")
    assert release.release_id.startswith("gp_appointments_regional/regional/all/2025-11/")


def test_where_the_name_contradicts_the_content_the_content_wins_and_the_sidecar_says_so(tmp_path, settings):
    outcome = add(made_zip(tmp_path / "Appointments_GP_Regional_CSV_Dec_25.zip"), settings)
    release = release_of(outcome, settings)
    assert (release.period, release.period_from, release.period_in_name) == (parse("2025-11"), "content", "2025-12")
    assert "its name says 2025-12, its content 2025-11" in outcome.message


@pytest.mark.parametrize("name", ["Appointments_GP_Regional_CSV_nov_25.ZIP", "Appointments_GP_Regional_CSV_NOV_25.zip"])
def test_the_name_is_read_in_any_case_of_letters(name, tmp_path, settings):
    assert release_with(tmp_path, settings, name, ["NOV2025"]).period_in_name == ""
    assert release_with(tmp_path / "o", settings, name, ["OCT2025"]).period_in_name == "2025-11"


def test_a_name_without_a_period_is_no_matter(tmp_path, settings):
    release = release_with(tmp_path, settings, "download (1).zip", ["NOV2025"])
    assert (release.period_from, release.period_in_name) == ("content", "")
    assert release.original_name == "download (1).zip"


def test_a_period_that_is_given_wins_over_content_and_name(tmp_path, settings):
    release = release_with(tmp_path, settings, GPAD_NAME, ["NOV2025"], period=parse("2025-10"))
    assert (release.period, release.period_from, release.period_in_name) == (parse("2025-10"), "option", "2025-11")


def test_a_release_tells_where_it_stands_and_what_it_is(tmp_path, settings):
    path = made_zip(tmp_path / GPAD_NAME)
    data = path.read_bytes()
    release = added(path, settings)
    assert (settings.raw / release.file).read_bytes() == data
    assert release.size == len(data)
    assert (release.layout, release.format, release.publisher, release.origin) == (
        "zip_of_icb_csvs",
        "csv",
        "NHS England",
        "real",
    )
    assert [one.release_id for one in archive.releases(settings.raw)] == [release.release_id]

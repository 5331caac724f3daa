"""Proves that the scanner finds what identifies a person in every form of file, and keeps quiet about what only looks so."""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
import uuid
import zipfile

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy import nhs_number, scan
from pipeline.privacy.scan import Exact, in_file, in_folders, in_text, withheld

ISSUED = (
    st.one_of(st.integers(300_000_000, 499_999_999), st.integers(600_000_000, 799_999_999))
    .map(nhs_number.made)
    .filter(bool)
)
FORMS = st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "{0}\u00a0{1}\u00a0{2}"])
AROUND = st.sampled_from(
    ["", "NHS Number: ", '{"n": "', "a,", "7,", "row 7 of ", "'", "(", "x\t", "lx_22__", "extract-"]
)
BEHIND = st.sampled_from(["", ".", ",b", ",7", '"}', "'", ")", "\n", "; 12", "__2025-01.csv", "-x"])
NUMBER = "4010232137"


@given(ISSUED, FORMS, AROUND, BEHIND)
def test_a_number_is_found_in_every_form_and_is_withheld(number, form, before, after):
    text = before + form.format(number[:3], number[3:6], number[6:]) + after
    assert in_text(text)["nhs_number"] == 1
    assert number[6:] not in withheld(text)
    assert scan.WITHHELD in withheld(text)
    assert not in_text(withheld(text))


@given(ISSUED, st.integers(1, 9))
def test_a_number_with_a_wrong_check_digit_is_not_one(number, by):
    assert not in_text(f"n {number[:9]}{(int(number[9]) + by) % 10} n")


@given(ISSUED, st.sampled_from(["0{}", "{}1", "a{}", "{}f", "0.{}", "{}.5", "+{}", "12-{}", "{}-1"]))
def test_ten_digits_within_something_longer_are_not_a_number(number, form):
    assert not in_text(form.format(number))


@given(st.binary())
def test_digests_are_not_full_of_numbers_and_postcodes(data):
    digest = hashlib.sha256(data).hexdigest()
    assert not in_text(f"linkage:k1:{digest} {digest[:12]}-name {digest.upper()}")


@given(st.uuids())
def test_identifiers_of_runs_are_no_numbers(one: uuid.UUID):
    assert not in_text(str(one))


@given(st.integers(1_000_000_000, 2_147_483_647))
def test_seconds_since_1970_are_no_numbers(seconds):
    assert not in_text(f'{{"timestamp": {seconds}}}')


@pytest.mark.parametrize("text", [
    "SW1A 1AA", "sw1a 1aa", "SW1A1AA", "of M1 1AE,", "(CR2 6XH)", '"DN55 1PT"', "W1A0AX", "extract_SW1A 1AA.csv", "SW1A1AA.pdf",
    "EC1A 1BB.", "B33 8TH", "zetland ZE1 0AA",
])  # fmt: skip
def test_a_full_postcode_is_found(text):
    assert in_text(text) == {"postcode": 1}
    assert not in_text(withheld(text))


@pytest.mark.parametrize("text", [
    "SW1A", "SW1", "XZ1 1AA", "QK1 1AA", "G82001", "P81002", "91Q", "E54000032", "U12345", "Z90001", "E01004736", "2025-11", "2 to 7 Days",
    "sw1a1aa", "RJ1", "1aa", "Dartford 001A", "v1 2ab3", "07G", "t1_2AB", "PC_05 v1",
    "15 to 21 Days", "CCG22CDH", "LOC22CD", "SHA256", "E38000237", "pc_05.v1", "QKS", "H81 2", "2E part 2",
])  # fmt: skip
def test_codes_of_organisations_and_places_are_no_postcodes(text):
    assert not in_text(text)


@pytest.mark.parametrize("text", [
    "dob: 1961-07-23", "DOB 23/07/1961", "date_of_birth=23.07.1961", "Date of birth: 23 July 1961", "born on 23 Jul 1961",
    '"date_of_birth": "1961-07-23"', "D.O.B. 23-07-61", "patient_dob,19610723", "birthdate: 1961/07/23", "Birth date 23rd July, 1961",
])  # fmt: skip
def test_a_date_of_birth_is_found_where_a_word_says_so(text):
    assert in_text(text)["date_of_birth"] == 1
    assert "61" not in withheld(text)


@pytest.mark.parametrize("text", [
    "published 1961-07-23", "open since 01/04/1974", "period 2025-11-30", "born digital, since 5 releases", "age_band 18-24",
    "dob is dropped; row 3", "stubborn 12", "adobe 2024-01-01",
])  # fmt: skip
def test_other_dates_are_no_dates_of_birth(text):
    assert not in_text(text)


# --- files -------------------------------------------------------------------------------------------------------------

ROWS = [("a", NUMBER, "SW1A 1AA"), ("b", "none", "none")]
EVERY_FORM = ("csv", "utf16", "json", "parquet", "duckdb", "sqlite", "xlsx", "zip of parquet", "log")


def written(tmp_path, form: str):
    folder = tmp_path / "any"
    folder.mkdir()
    path = folder / f"file.{form.split()[0]}"
    text = f"name,number,postcode,born\na,{NUMBER},SW1A 1AA,DOB 1961-07-23\n"
    if form in ("csv", "log"):
        path.write_text("x" * (scan.CHUNK - 30) + "\n" + text, "utf-8")
    elif form == "utf16":
        path.write_text(text, "utf-16")
    elif form == "json":
        path.write_text(json.dumps({"message": text}), "utf-8")
    elif form == "sqlite":
        with sqlite3.connect(path) as con:
            con.execute("create table events (body text, data blob)")
            con.execute("insert into events values (?, ?)", (NUMBER, text.replace(NUMBER, "").encode()))
        con.close()
    elif form == "xlsx":
        import xlsxwriter

        book = xlsxwriter.Workbook(path)
        for at, cell in enumerate((NUMBER, "SW1A 1AA", "DOB 1961-07-23")):
            book.add_worksheet().write(0, at, cell)
        book.close()
    else:
        con = duckdb.connect(str(path) if form == "duckdb" else ":memory:")
        con.execute("create table people (id bigint, place varchar, date_of_birth date)")
        con.execute("insert into people values (?, 'SW1A 1AA', '1961-07-23')", [int(NUMBER)])
        if form != "duckdb":
            con.execute(f"copy people to '{path}' (format parquet)")
        con.close()
    if form == "zip of parquet":
        inner = path.rename(folder / "inner")
        with zipfile.ZipFile(path, "w") as members:
            members.write(inner, "deep/inner.parquet")
        inner.unlink()
    return path


@pytest.mark.parametrize("form", EVERY_FORM)
def test_it_is_found_once_in_a_file_of_every_form_and_never_shown(form, tmp_path):
    found = in_file(written(tmp_path, form))
    assert {one.kind: one.times for one in found} == {"nhs_number": 1, "postcode": 1, "date_of_birth": 1}
    assert NUMBER not in " ".join(map(str, found))
    assert in_folders([tmp_path]) == found


def test_a_folder_that_may_hold_people_is_left_out_and_nothing_else(tmp_path):
    written(tmp_path, "csv")
    assert in_folders([tmp_path], but=[tmp_path / "any"]) == []
    assert in_folders([tmp_path], but=[tmp_path / "an"]) != []


def test_names_of_files_and_folders_are_looked_at(tmp_path):
    (tmp_path / f"care of {NUMBER}").mkdir()
    (tmp_path / "extract_SW1A 1AA.csv").write_text("")
    found = in_folders([tmp_path])
    assert {(one.kind, one.place) for one in found} >= {("nhs_number", "its name"), ("postcode", "its name")}
    assert NUMBER not in " ".join(map(str, found))


def test_a_column_of_measures_is_not_taken_for_numbers_by_chance(tmp_path):
    """Of random numbers of ten digits one in eleven has the right check digit; in a real column of numbers all have."""
    path = tmp_path / "measures.parquet"
    duckdb.connect().execute(
        f"copy (select (4000000000 + i * 7919)::bigint as cost, (4000000000 + i * 31)::decimal(18, 2) as paid from range(5000) t(i))"
        f" to '{path}' (format parquet)"
    )
    numbers = [row[0] for row in duckdb.sql(f"select cost from '{path}'").fetchall()]
    assert sum(nhs_number.is_valid(str(number)) for number in numbers) > 300
    assert in_file(path) == []


def test_a_column_of_numbers_stored_as_numbers_is_found(tmp_path):
    numbers = [int(one) for one in map(nhs_number.made, range(450_000_000, 450_000_050)) if one]
    path = tmp_path / "numbers.parquet"
    duckdb.connect().execute(f"copy (select unnest({numbers}) as identifier) to '{path}' (format parquet)")
    (found,) = in_file(path)
    assert (found.kind, found.place, found.times) == ("nhs_number", "identifier", len(numbers))


def test_an_age_band_or_a_year_in_a_column_of_births_is_no_date(tmp_path):
    path = tmp_path / "bands.parquet"
    cells = "(values ('18-24', 1961), ('85+', 1970)) as t(birth_date_age_band, birth_date_year)"
    duckdb.connect().execute(f"copy (select * from {cells}) to '{path}' (format parquet)")
    assert in_file(path) == []


@given(st.sampled_from(["Maud Okonkwo", "maud-okonkwo", "MAUD  OKONKWO"[:4] + "_Okonkwo", "MaudOkonkwo"]))
def test_what_is_looked_for_is_found_however_it_is_written(text):
    assert in_text(f"({text})", Exact(frozenset({"Maud Okonkwo"})))["exact"] == 1


def test_a_day_that_is_looked_for_is_found_in_a_column_of_dates(tmp_path):
    path = tmp_path / "days.parquet"
    duckdb.connect().execute(f"copy (select date '1961-07-23' as day) to '{path}' (format parquet)")
    assert [one.kind for one in in_file(path, Exact(frozenset({"23/07/1961"})))] == ["exact"]
    assert [one.kind for one in in_file(path, Exact(frozenset({"1961-07-23"})))] == ["exact"]


def test_what_is_too_short_to_be_looked_for_is_an_error():
    with pytest.raises(ValueError, match="too short"):
        Exact(frozenset({"a-b"}))


def test_what_cannot_be_read_is_not_called_clean(tmp_path):
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(duckdb.Error):
        in_file(path)


def test_a_compressed_text_is_looked_into(tmp_path):
    path = tmp_path / "old.log.gz"
    path.write_bytes(gzip.compress(f"row {NUMBER}\n".encode()))
    assert [one.kind for one in in_file(path)] == ["nhs_number"]

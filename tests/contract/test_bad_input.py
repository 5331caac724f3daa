"""Proves that a file that is not what it should be is refused, or its rows quarantined, with one clear message.

A clear message names the file, the place in it, what was expected and what to do. What is refused leaves nothing in the
archive; what is archived with bad rows is stopped by the gate. Nothing that a file holds may end in a traceback.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from published import (
    BRISTOL,
    GPAD_HEADER,
    GPAD_NAME,
    LOOKUP_NAME,
    LOOKUP_ROWS,
    MEASURES_NAME,
    NAMES_NAME,
    add,
    added,
    bronze_of,
    csv_bytes,
    files_below,
    gpad_csv,
    gpad_row,
    gpad_rows,
    lookup_csv,
    lookup_header,
    made,
    made_lookup_xlsx,
    made_zip,
    measures_csv,
    names_csv,
    quarantine_of,
    release_of,
    rows_of,
)  # fmt: skip

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.ingest import archive
from pipeline.ingest import read as reader
from pipeline.ingest.archive import INCOMING, SIDECAR, AddOutcome, Provenance
from pipeline.periods import parse

MEMBER = "Regional_CSV_Kent.csv"
CONTRACT = "pipeline/catalogue/nhs_england/gp_appointments_regional.yml"


def assert_clear(message: str, *, file: str, place: str, expected: str, remedy: str) -> None:
    assert "\n" not in message
    assert len(message) < 900
    for words in (file, place, expected, remedy):
        assert words, "each of the four is asserted"
        assert words in message, f"{words!r} is not in: {message}"


def assert_nothing_archived(settings) -> None:
    assert files_below(settings.raw) == []
    assert list((settings.raw / INCOMING).iterdir()) == []
    assert archive.releases(settings.raw) == []


def assert_refused(outcome: AddOutcome, settings, **said: str) -> None:
    assert outcome.status == "refused", outcome
    assert outcome.release_id == ""
    assert_clear(outcome.message, **said)
    assert_nothing_archived(settings)


def gpad(tmp_path: Path, data: bytes, name: str = GPAD_NAME) -> Path:
    return made_zip(tmp_path / name, {"Regional_CSV_Bristol.csv": gpad_csv(gpad_rows(BRISTOL)), MEMBER: data})


def with_header(*header: str) -> bytes:
    return csv_bytes(header, [[*row, *["x"] * 9][: len(header)] for row in gpad_rows()])


# --- the header ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("header", "expected", "remedy"), [
    ([*GPAD_HEADER[:12], "COUNT_OF_APPTS"],
     "column 'COUNT_OF_APPTS' is unknown (nearest expected: 'COUNT_OF_APPOINTMENTS')",
     f"add a layout in {CONTRACT} with `COUNT_OF_APPTS: count_of_appointments`"),
    ([*GPAD_HEADER, "PCN_CODE"], "column 'PCN_CODE' is unknown", f"add a layout in {CONTRACT} with `PCN_CODE: null`"),
    (GPAD_HEADER[:9] + GPAD_HEADER[10:], "column 'HCP_TYPE' is missing",
     f"if its form changed, add a layout in {CONTRACT}"),
    ([*GPAD_HEADER, "HCP_TYPE"], "column 'HCP_TYPE' stands twice, expected once",
     "Check that it is the publisher's file"),
    ([cell.lower() for cell in GPAD_HEADER], "nearest expected: 'SUB_ICB_LOCATION_CODE'", CONTRACT),
    (["Something", "else"], "column 'Something' is unknown", "Check that it is the publisher's file"),
], ids=["renamed", "added", "dropped", "doubled", "lower case", "another file"])  # fmt: skip
def test_a_header_that_is_not_the_layouts_is_refused(header, expected, remedy, tmp_path, settings):
    outcome = add(gpad(tmp_path, with_header(*header)), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place=f"> {MEMBER}: header row 1", expected=expected, remedy=remedy
    )


def test_a_header_that_stands_a_row_lower_is_refused(tmp_path, settings):
    outcome = add(gpad(tmp_path, b"Appointments in General Practice\n" + gpad_csv()), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place=f"> {MEMBER}: the header",
        expected="stands on row 2, expected on row 1",
        remedy="set `header_row: 2` in a new layout",
    )  # fmt: skip


def test_a_lookup_with_a_renamed_column_is_refused_though_its_name_says_nothing(tmp_path, settings):
    header = [*lookup_header()[:8], "NHSER22NAME"]
    outcome = add(made(tmp_path / "download.csv", csv_bytes(header, LOOKUP_ROWS)), settings)
    assert_refused(
        outcome, settings, file="download.csv", place="header row 1", expected="nearest expected: 'NHSER{yy}NM'",
        remedy="add a layout in pipeline/catalogue/ons/ons_lookups.yml",
    )  # fmt: skip


def test_a_header_of_garbage_is_said_in_a_short_message(tmp_path, settings):
    garbage = bytes(random.Random(1).randrange(128, 256) for _ in range(20_000))
    outcome = add(made(tmp_path / LOOKUP_NAME, garbage), settings)
    assert_refused(
        outcome, settings, file=LOOKUP_NAME, place="header row 1", expected="is missing", remedy="Check that it is"
    )


# --- the wrong file -----------------------------------------------------------------------------------------------


def test_the_wrong_dataset_is_refused(tmp_path, settings):
    outcome = add(made_zip(tmp_path / GPAD_NAME), settings, dataset="ons_lookups")
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="is a zip file", expected="expected a file of CSV or a file of XLSX",
        remedy="Add the file as the publisher gives it",
    )  # fmt: skip


def test_a_dataset_that_does_not_exist_is_refused_with_the_nearest(tmp_path, settings):
    outcome = add(made_zip(tmp_path / GPAD_NAME), settings, dataset="gp_appointment")
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="there is no dataset", expected="'gp_appointment'",
        remedy="The nearest is gp_appointments_coverage; `ics-marts status` lists all",
    )  # fmt: skip


@pytest.mark.parametrize(
    "data", [gpad_csv(), b"<!DOCTYPE html><html><body>Not found</body></html>", b"\xd0\xcf\x11\xe0" + b"\0" * 99]
)
def test_a_release_that_is_no_zip_is_refused(data, tmp_path, settings):
    outcome = add(made(tmp_path / GPAD_NAME, data), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="file, expected", expected="expected a ZIP of Regional_CSV_*.csv",
        remedy="Add the file as the publisher gives it, not unpacked or saved again",
    )  # fmt: skip


def test_a_member_that_was_unpacked_is_refused_for_what_it_is(tmp_path, settings):
    outcome = add(made(tmp_path / MEMBER, gpad_csv()), settings)
    assert_refused(
        outcome, settings, file=MEMBER, place="is a text file", expected="expected a ZIP of Regional_CSV_*.csv",
        remedy="not unpacked or saved again",
    )  # fmt: skip


def test_a_file_that_no_contract_knows_is_refused_where_it_was_named_and_skipped_in_a_folder(tmp_path, settings):
    folder = tmp_path / "folder"
    unknown = made(folder / "minutes.csv", b"when,who\n2025,me\n")
    outcome = add(unknown, settings)
    assert_refused(
        outcome, settings, file="minutes.csv", place="no contract covers this file", expected="write a contract",
        remedy="docs/how-to/add-a-dataset.md",
    )  # fmt: skip
    made(folder / LOOKUP_NAME, lookup_csv())
    statuses = {Path(one.path).name: one.status for one in archive.add([folder], settings, catalogue())}
    assert statuses == {"minutes.csv": "skipped", LOOKUP_NAME: "archived"}


@pytest.mark.parametrize(("name", "data"), [
    ("letter.docx", None), ("broken.zip", b"PK\x03\x04 cut short"), ("empty.csv", b""),
    ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("quote.csv", b'"' + b"x" * 300_000), ("wide.csv", b"x," * 200_000), ("nul.bin", b"\0" * 5000),
    ("cr.txt", b"a\rb\r" * 90_000),
    ("utf16.txt", "some text\n".encode("utf-16")), ("sheet.xlsx", None),
])  # fmt: skip
def test_other_files_in_a_folder_are_skipped_whatever_they_are(name, data, tmp_path, settings):
    if data is None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archived:
            archived.writestr("[Content_Types].xml", "<x/>")
            archived.writestr("word/document.xml" if name == "letter.docx" else "xl/workbook.xml", "<x/>")
        data = packed.getvalue()
    made(tmp_path / "folder" / name, data)
    (outcome,) = archive.add([tmp_path / "folder"], settings, catalogue())
    assert outcome.status == "skipped", outcome
    assert outcome.message.startswith(f"{name}: ")
    assert_nothing_archived(settings)


def test_hidden_files_and_folders_and_sidecars_are_not_looked_at(tmp_path, settings):
    folder = tmp_path / "folder"
    for name in (f".git/{LOOKUP_NAME}", f".{LOOKUP_NAME}", f"x/.incoming/{LOOKUP_NAME}", f"{LOOKUP_NAME}{SIDECAR}"):
        made(folder / name, lookup_csv())
    assert archive.add([folder], settings, catalogue()) == []


def test_one_refusal_does_not_stop_the_other_files(tmp_path, settings):
    folder = tmp_path / "folder"
    made(folder / GPAD_NAME, b"not a zip")
    made(folder / LOOKUP_NAME, lookup_csv())
    made(folder / NAMES_NAME, names_csv())
    outcomes = archive.add([folder, tmp_path / "nowhere"], settings, catalogue())
    assert [one.status for one in outcomes] == ["refused", "archived", "archived", "refused"]
    assert "there is no such file or folder" in outcomes[-1].message


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path, settings):
    import os

    os.mkfifo(tmp_path / "pipe.csv")
    assert add(tmp_path / "pipe.csv", settings).status == "refused"


# --- the ZIP ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [1, 3, 4, 30, 0.1, 0.5, 0.9, -200, -22, -5, -1])
def test_a_zip_that_was_cut_short_anywhere_is_refused(keep, tmp_path, settings):
    data = gpad(tmp_path, gpad_csv()).read_bytes()
    cut = data[: int(len(data) * keep)] if isinstance(keep, float) else data[:keep]
    outcome = add(made(tmp_path / "cut" / GPAD_NAME, cut), settings)
    whole = keep not in (1, 3)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="not a whole ZIP" if whole else "is a text file", expected="expected",
        remedy="Download the file again" if whole else "Add the file as the publisher gives it",
    )  # fmt: skip


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_with_a_damaged_byte_is_refused(packing, tmp_path, settings):
    path = tmp_path / GPAD_NAME
    with zipfile.ZipFile(path, "w", packing) as archived:
        archived.writestr(
            MEMBER, gpad_csv([gpad_row(month=f"JAN{1500 + n}", count=str(n * n * 7919)) for n in range(500)])
        )
        info = archived.getinfo(MEMBER)
    data = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(MEMBER)
    if packing == zipfile.ZIP_STORED:
        data[data.index(b",7919\n", start) + 1] ^= 0x01  # still a number, so that only the checksum knows
    else:
        data[start + info.compress_size // 2] ^= 0x55
    outcome = add(made(path, bytes(data)), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place=f"member {MEMBER} cannot be read", expected="expected a whole one",
        remedy="Download the file again",
    )  # fmt: skip


@pytest.mark.parametrize("name", [
    "../Regional_CSV_Kent.csv", "a/../../Regional_CSV_Kent.csv", "/etc/Regional_CSV_Kent.csv",
    "C:\\x\\Regional_CSV_Kent.csv",
    "C:Regional_CSV_Kent.csv", "..\\Regional_CSV_Kent.csv", "\\\\server\\Regional_CSV_Kent.csv", ".",
])  # fmt: skip
def test_a_zip_that_names_a_path_outside_itself_is_refused(name, tmp_path, settings):
    path = made_zip(tmp_path / GPAD_NAME, {name: gpad_csv()})
    assert_refused(
        add(path, settings), settings, file=GPAD_NAME, place="a path outside itself", expected="expected plain names",
        remedy="Do not unpack it; get the file from the publisher again",
    )  # fmt: skip
    assert not list(tmp_path.parent.glob("Regional_CSV_*"))


@pytest.mark.parametrize(
    "name", ["Regional_CSV_\n.csv", "Regional_CSV_\x1b[31m.csv", "Regional_CSV_" + "x" * 300 + ".csv"]
)
def test_a_member_whose_name_nobody_could_read_is_refused_and_not_printed(name, tmp_path, settings):
    outcome = add(made_zip(tmp_path / GPAD_NAME, {name: gpad_csv()}), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="a member named 'Regional_CSV_",
        expected="expected a name that can be read",
        remedy="Get the file from the publisher again",
    )  # fmt: skip
    assert outcome.message.isprintable()


@pytest.mark.parametrize("name", [b"LOC22_\xff.csv", b"LOC22_\n.csv", b"LOC22_\x1b[2J.csv"])
def test_a_file_whose_name_nobody_could_read_is_refused_and_not_printed(name, tmp_path, settings):
    import os

    outcome = add(made(tmp_path / os.fsdecode(name), lookup_csv()), settings)
    assert_refused(
        outcome, settings, file="LOC22_", place="its name holds signs that cannot be printed",
        expected="expected plain text",
        remedy="Rename it",
    )  # fmt: skip
    assert outcome.message.isprintable()


def test_a_zip_a_thousand_times_its_size_is_refused_before_it_is_unpacked(tmp_path, settings):
    path = made_zip(tmp_path / GPAD_NAME, {MEMBER: gpad_csv() + b"\n" * 8_000_000})
    assert_refused(
        add(path, settings), settings, file=GPAD_NAME, place="times its size", expected="at most 200 times is expected",
        remedy="raise MAX_EXPANSION",
    )  # fmt: skip


def test_a_zip_that_says_it_is_smaller_than_it_is_is_refused(tmp_path, settings):
    data = bytearray(made_zip(tmp_path / GPAD_NAME).read_bytes())
    size = struct.pack("<I", len(gpad_csv()))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", len(gpad_csv()) - 100)
    assert size not in data[directory:]
    outcome = add(made(tmp_path / GPAD_NAME, bytes(data)), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place=MEMBER, expected="expected a whole one", remedy="Download the file"
    )


def test_a_zip_whose_list_of_members_lost_one_is_refused(tmp_path, settings):
    data = bytearray(gpad(tmp_path, gpad_csv()).read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    end = data.index(b"PK\x05\x06")
    data[first + 32 : first + 34] = struct.pack("<H", end - second)  # a comment that swallows the second entry
    path = made(tmp_path / GPAD_NAME, bytes(data))
    assert len(zipfile.ZipFile(path).namelist()) == 1
    assert_refused(
        add(path, settings), settings, file=GPAD_NAME, place="its end says 2 members, its list holds 1",
        expected="not a whole ZIP",
        remedy="Download the file again",
    )  # fmt: skip


def test_an_encrypted_zip_is_refused(tmp_path, settings):
    data = bytearray(made_zip(tmp_path / GPAD_NAME).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert_refused(
        add(made(tmp_path / GPAD_NAME, bytes(data)), settings), settings, file=GPAD_NAME,
        place=f"member {MEMBER} is encrypted",
        expected="expected an open one", remedy="Get an open copy",
    )  # fmt: skip


def test_a_zip_packed_in_an_unknown_way_is_refused(tmp_path, settings):
    data = bytearray(made_zip(tmp_path / GPAD_NAME).read_bytes())
    data[8] = 9  # Deflate64, which Windows Explorer writes for large files
    data[data.index(b"PK\x01\x02") + 10] = 9
    assert_refused(
        add(made(tmp_path / GPAD_NAME, bytes(data)), settings), settings, file=GPAD_NAME,
        place=f"member {MEMBER} is packed",
        expected="expected deflate or stored", remedy="make a plain ZIP",
    )  # fmt: skip


def test_a_zip_with_a_stray_member_is_refused(tmp_path, settings):
    path = made_zip(tmp_path / GPAD_NAME, {MEMBER: gpad_csv(), "Coverage.csv": b"a,b\n"})
    assert_refused(
        add(path, settings), settings, file=GPAD_NAME, place="the ZIP holds Coverage.csv",
        expected="(only Regional_CSV_*.csv)",
        remedy=f"extend `members:` or `beside:` in {CONTRACT}",
    )  # fmt: skip


def test_a_zip_with_one_member_twice_is_refused_instead_of_reading_the_last_one_twice(tmp_path, settings):
    path = made_zip(tmp_path / GPAD_NAME)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archived:
        archived.writestr(MEMBER, gpad_csv(gpad_rows(months=["OCT2025"])))
    assert_refused(
        add(path, settings), settings, file=GPAD_NAME, place=f"member {MEMBER} stands twice", expected="expected once",
        remedy="Get the file from the publisher again",
    )  # fmt: skip


@pytest.mark.parametrize(
    "members", [{"readme.txt": b"x"}, {"regional_csv_kent.csv": gpad_csv()}, {"Regional.zip": b"PK"}]
)
def test_a_zip_without_the_members_that_are_expected_is_refused(members, tmp_path, settings):
    path = made_zip(tmp_path / GPAD_NAME, members)
    assert_refused(
        add(path, settings), settings, file=GPAD_NAME, place=f"it holds: {next(iter(members))}",
        expected="holds no member like Regional_CSV_*.csv, expected by layout zip_of_icb_csvs", remedy=CONTRACT,
    )  # fmt: skip


def test_a_zip_with_a_name_that_is_not_in_its_encoding_is_refused(tmp_path, settings):
    data = made_zip(tmp_path / GPAD_NAME, {"Regional_CSV_Ké.csv": gpad_csv()}).read_bytes()
    outcome = add(made(tmp_path / GPAD_NAME, data.replace("é".encode(), b"\xed\xed")), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="not a whole ZIP", expected="expected a file that opens",
        remedy="Download the file again",
    )  # fmt: skip


def test_an_empty_zip_is_refused(tmp_path, settings):
    with zipfile.ZipFile(tmp_path / GPAD_NAME, "w"):
        pass
    outcome = add(tmp_path / GPAD_NAME, settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="it holds: nothing", expected="expected by layout", remedy=CONTRACT
    )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_to_its_bytes_a_file_is_refused_or_read_as_it_was(seed, tmp_path, settings):
    rng = random.Random(seed)
    made_zip(tmp_path / GPAD_NAME, {MEMBER: gpad_csv(gpad_rows(BRISTOL)), "Regional_CSV_B.csv": gpad_csv()})
    made_lookup_xlsx(tmp_path / LOOKUP_NAME.replace(".csv", ".xlsx"))
    for path in (tmp_path / GPAD_NAME, tmp_path / LOOKUP_NAME.replace(".csv", ".xlsx")):
        whole = replace(settings, raw=tmp_path / f"raw-{path.suffix}", out=tmp_path / f"out-{path.suffix}")
        right = rows_of(bronze_of(added(path, whole), whole))
        data = path.read_bytes()
        for number in range(20):
            damaged = bytearray(data)
            for _ in range(rng.choice([1, 2, 8])):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            if rng.random() < 0.2:
                del damaged[rng.randrange(len(damaged)) :]
            known = replace(settings, raw=tmp_path / f"{path.suffix}{number}", out=tmp_path / f"o{path.suffix}{number}")
            outcome = add(made(tmp_path / "damaged" / path.name, bytes(damaged)), known)
            if outcome.status == "refused":
                assert "\n" not in outcome.message
                assert_nothing_archived(known)
            else:
                assert rows_of(bronze_of(release_of(outcome, known), known)) == right


# --- the bytes of a member ----------------------------------------------------------------------------------------


def test_a_byte_of_windows_1252_where_utf8_was_promised_is_refused_by_its_line(tmp_path, settings):
    data = (
        gpad_csv().replace(b"NHS Kent and Medway ICB - 91Q", b"NHS Kent \x96 Medway ICB", 2).replace(b"\x96", b"-", 1)
    )
    assert_refused(
        add(gpad(tmp_path, data), settings), settings, file=GPAD_NAME, place=f"> {MEMBER}: line 3: byte 0x96",
        expected="(windows-1252 would read it as '–'), expected utf-8 throughout",
        remedy="set `encoding:` in the layout",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_utf16_is_refused_as_what_it_is(encoding, tmp_path, settings):
    data = lookup_csv(bom=False, encoding=encoding)
    outcome = add(made(tmp_path / LOOKUP_NAME, data), settings)
    said = "is UTF-16 text" if encoding == "utf-16" else "is UTF-16" if encoding == "utf-32" else "holds NUL bytes"
    assert_refused(
        outcome, settings, file=LOOKUP_NAME, place=said, expected="expected utf-8 text",
        remedy="Get the file as it was published",
    )  # fmt: skip
    outcome = add(gpad(tmp_path, gpad_csv(encoding=encoding)), settings)
    assert_refused(
        outcome,
        settings,
        file=GPAD_NAME,
        place=f"> {MEMBER}: ",
        expected="expected utf-8 text",
        remedy="Get the file as",
    )


@pytest.mark.parametrize(("rows_before", "line"), [(1, 3), (9000, 9002)])
def test_nul_bytes_are_refused_near_the_start_and_far_down(rows_before, line, tmp_path, settings):
    rows = [gpad_row(count=str(number)) for number in range(rows_before)]
    data = gpad_csv(rows) + b"\0" * 12 + b"\n"
    assert_refused(
        add(gpad(tmp_path, data), settings), settings, file=GPAD_NAME, place=f"> {MEMBER}: line {line} holds NUL bytes",
        expected="expected utf-8 text",
        remedy="Get the file as it was" if line < 100 else "Check that the file is not UTF-16",
    )  # fmt: skip


@pytest.mark.parametrize(("row", "columns"), [
    (",".join(gpad_row()[:12]), 12), (",".join([*gpad_row(), "x"]), 14), (",".join(gpad_row()) + ",", 14),
    (",".join(gpad_row(BRISTOL)), 15), ("Source: NHS England", 1), ("   ", 1),
], ids=["short", "long", "long by a blank", "unquoted comma", "footnote", "white space"])  # fmt: skip
@pytest.mark.parametrize("quote", [True, False])
def test_a_row_of_another_width_is_refused_by_its_line(row, columns, quote, tmp_path, settings):
    data = gpad_csv(quote=quote) + row.encode() + b"\n"
    assert_refused(
        add(gpad(tmp_path, data), settings), settings, file=GPAD_NAME,
        place=f"> {MEMBER}: line 6 has {columns} columns",
        expected="expected 13", remedy="Look at that line: an unquoted comma",
    )  # fmt: skip


def test_a_stray_quote_is_refused_by_its_line(tmp_path, settings):
    data = gpad_csv() + b'91Q,"E38000237,x\n' + gpad_csv()[len(",".join(GPAD_HEADER)) + 1 :]
    assert_refused(
        add(gpad(tmp_path, data), settings), settings, file=GPAD_NAME, place=f"> {MEMBER}: line 6",
        expected="expected 13 columns",
        remedy="a stray quote",
    )  # fmt: skip


def test_an_empty_file_is_refused(tmp_path, settings):
    outcome = add(made(tmp_path / LOOKUP_NAME, b""), settings)
    assert_refused(
        outcome, settings, file=LOOKUP_NAME, place="the file is empty",
        expected="expected a file of CSV or a file of XLSX",
        remedy="Download it again",
    )  # fmt: skip


def test_an_empty_member_is_refused(tmp_path, settings):
    outcome = add(gpad(tmp_path, b""), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place=f"> {MEMBER}: header row 1", expected="is missing", remedy="Check that"
    )


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n\n"])
def test_a_header_and_nothing_below_it_is_refused(end, tmp_path, settings):
    outcome = add(made(tmp_path / LOOKUP_NAME, lookup_csv([]).strip() + end), settings)
    assert_refused(
        outcome, settings, file=LOOKUP_NAME, place="holds a header and no rows", expected="expected at least one",
        remedy="Download it again",
    )  # fmt: skip


@pytest.mark.parametrize("quote", [True, False])
def test_one_member_without_rows_is_refused_because_a_whole_part_of_the_release_is_missing(quote, tmp_path, settings):
    outcome = add(gpad(tmp_path, gpad_csv([], quote=quote)), settings)
    assert_refused(
        outcome, settings, file=GPAD_NAME, place=f"> {MEMBER}: holds a header and no rows",
        expected="expected at least one",
        remedy="Download it again",
    )  # fmt: skip


# --- rows that go to quarantine -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "rule", "expected", "remedy"), [
    (dict(count="1,23"), "count_of_appointments.thousands",
     "thousands commas in count_of_appointments stand every three digits", "corrected file"),
    (dict(count="-1"), "count_of_appointments.minimum", "count_of_appointments is at least 0", "corrected file"),
    (dict(count="3.7"), "count_of_appointments.type", "a whole number in plain digits", "corrected file"),
    (dict(count="1e3"), "count_of_appointments.type", "a whole number in plain digits", "corrected file"),
    (dict(count="*"), "count_of_appointments.type", "a whole number in plain digits", "corrected file"),
    (dict(count=""), "count_of_appointments.required", "count_of_appointments is never blank", "corrected file"),
    (dict(status="Cancelled"), "appointment_status.allowed", "appointment_status is one of Attended, DNA, Unknown",
     f"add 'Cancelled' to `allowed:` of appointment_status in {CONTRACT}"),
    (dict(time="15 to 22 Days"), "time_from_booking.allowed", "(nearest known: '15 to 21 Days')",
     "`allowed:` of time_from_booking"),
    (dict(month="13XXX2023"), "appointment_month.type", "appointment_month is a month written as %b%Y",
     f"extend `formats:` of appointment_month in {CONTRACT}"),
    (dict(location=("91Q", "E3800023", *BRISTOL[2:])), "sub_icb_location_ons_code.pattern", "looks like ^E38[0-9]{6}$",
     "corrected file"),
])  # fmt: skip
def test_a_row_that_breaks_the_contract_is_quarantined_and_the_gate_is_told(
    cells, rule, expected, remedy, tmp_path, settings
):
    outcome = add(gpad(tmp_path, gpad_csv([*gpad_rows(), gpad_row(**cells)])), settings)
    assert outcome.status == "archived"
    (problem,) = outcome.problems
    assert_clear(
        problem,
        file=GPAD_NAME,
        place=f"> {MEMBER} row 5 (line 6): {rule.split('.')[0]} is ",
        expected=expected,
        remedy=remedy,
    )
    bronze = bronze_of(release_of(outcome, settings), settings)
    assert [(member, row, rules) for member, row, rules, _ in quarantine_of(bronze)] == [
        (MEMBER, 5, [f"gp_appointments_regional.regional.{rule}"])
    ]
    assert (bronze.report.rows_in, bronze.report.rows_clean, bronze.report.rows_quarantined) == (9, 8, 1)
    assert list((settings.raw / INCOMING).iterdir()) == []


def test_doubled_keys_are_said_with_the_first_of_them(tmp_path, settings):
    (problem,) = add(gpad(tmp_path, gpad_csv([*gpad_rows(), gpad_row(count="9")])), settings).problems
    assert_clear(
        problem, file=GPAD_NAME, place="sub_icb_location_code 91Q, appointment_month 2025-11-01",
        expected="expected none",
        remedy="get a corrected file from the publisher",
    )  # fmt: skip


def test_a_file_of_nothing_but_bad_rows_is_archived_and_stopped(tmp_path, settings):
    data = csv_bytes(lookup_header(), [[""] * 9] * 3)
    outcome = add(made(tmp_path / LOOKUP_NAME, data), settings)
    assert outcome.status == "archived"
    assert outcome.problems[0] == f"{LOOKUP_NAME}: 0 good rows, at least 2 expected. Check that the download is whole"
    assert len(outcome.problems) == 10


# --- adding -------------------------------------------------------------------------------------------------------


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, settings, monkeypatch):
    path = made(tmp_path / LOOKUP_NAME, lookup_csv())

    class Slow:
        """A digest during whose work somebody goes on writing the file."""

        def __init__(self):
            self.real = hashlib.new("sha256")

        def update(self, chunk):
            with path.open("ab") as writer:
                writer.write(b"E38000010,more\r\n")
            self.real.update(chunk)

        def hexdigest(self):
            return self.real.hexdigest()

    with monkeypatch.context() as patched:
        patched.setattr(archive.hashlib, "sha256", Slow)
        outcome = add(path, settings)
    assert_refused(
        outcome, settings, file=LOOKUP_NAME, place="changed while it was read",
        expected="expected one that stays as it is",
        remedy="add it again",
    )  # fmt: skip


def test_a_file_that_may_not_be_read_is_refused(tmp_path, settings, monkeypatch):
    path = made(tmp_path / LOOKUP_NAME, lookup_csv())
    real_open = Path.open

    def closed(self, *arguments, **how):
        if self == path:
            raise PermissionError(13, "Permission denied")
        return real_open(self, *arguments, **how)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", closed)
        outcome = add(path, settings)
    assert_refused(
        outcome, settings, file=LOOKUP_NAME, place="Permission denied",
        expected="expected a file that this user may read",
        remedy="Close it where it is open",
    )  # fmt: skip


def test_a_period_of_another_kind_than_the_dataset_has_is_refused(tmp_path, settings):
    outcome = add(made_zip(tmp_path / GPAD_NAME), settings, period=parse("2024/25"))
    assert_refused(
        outcome, settings, file=GPAD_NAME, place="2024-25 is a financial year", expected="expected a month",
        remedy="--period 2025-11",
    )  # fmt: skip


def test_a_file_whose_period_nothing_says_is_refused(tmp_path, settings):
    outcome = add(made(tmp_path / "place_measures__kent__.csv", measures_csv()), settings)
    assert_refused(
        outcome, settings, file="place_measures__kent__.csv", place="neither its content nor its name",
        expected="expected a month",
        remedy="Give it: --period 2025-11",
    )  # fmt: skip


@pytest.mark.parametrize("month", ["13", "00"])
def test_a_name_with_a_month_that_is_none_says_no_period(month, tmp_path, settings):
    outcome = add(made(tmp_path / f"place_measures__kent__2025-{month}.csv", measures_csv()), settings)
    assert outcome.status == "refused"


@pytest.mark.parametrize("field", ["published_at", "fetched_at"])
@pytest.mark.parametrize("text", ["18/12/2025", "yesterday", "2025-13-01", "2025-1-1"])
def test_an_instant_that_is_not_iso_is_refused_because_revisions_are_put_in_order_by_it(
    field, text, tmp_path, settings
):
    with pytest.raises(Fault) as fault:
        add(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings, provenance=Provenance(**{field: text}))
    assert_clear(
        str(fault.value), file=field.replace("_", "-"), place=repr(text), expected="is not an ISO day or instant",
        remedy="Write 2025-12-18",
    )  # fmt: skip
    assert archive.releases(settings.raw) == []


@pytest.mark.parametrize(("given", "kept"), [
    ("2025-12-18", "2025-12-18"), ("2025-12-18T09:30:00+01:00", "2025-12-18T08:30:00+00:00"), ("", ""),
    ("2025-12-18T09:30Z", "2025-12-18T09:30:00+00:00"), ("2025-12-18 09:30", "2025-12-18T09:30:00+00:00"),
])  # fmt: skip
def test_an_instant_is_kept_in_utc(given, kept, tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings, provenance=Provenance(published_at=given))
    assert release.published_at == kept


def test_a_name_that_is_too_long_for_the_archive_is_refused(tmp_path, settings):
    name = "place_measures__" + "x" * 205 + "__2025-01.csv"
    outcome = add(made(tmp_path / name, measures_csv()), settings)
    assert outcome.status == "refused"
    assert_clear(
        outcome.message, file=name, place="bytes too long", expected="expected at most 225", remedy="Rename it"
    )
    longest = "place_measures__" + "x" * 196 + "__2025-01.csv"
    assert added(made(tmp_path / longest, measures_csv()), settings).original_name == longest


def test_the_same_bytes_again_are_already_held_under_any_name(tmp_path, settings):
    first = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    for name in (LOOKUP_NAME, "again.csv"):
        outcome = add(made(tmp_path / "again" / name, lookup_csv()), settings)
        assert (outcome.status, outcome.release_id) == ("already held", first.release_id)
    assert len(files_below(settings.raw)) == 2
    assert list((settings.raw / INCOMING).iterdir()) == []


def test_other_bytes_for_the_same_slot_are_a_new_revision_and_the_first_stays_as_it_was(tmp_path, settings):
    first = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    outcome = add(made(tmp_path / LOOKUP_NAME, lookup_csv(LOOKUP_ROWS[:2])), settings)
    assert outcome.status == "new revision"
    second = release_of(outcome, settings)
    assert (first.slot, first.sha256 != second.sha256) == (second.slot, True)
    assert (settings.raw / first.file).read_bytes() == lookup_csv()
    assert (settings.raw / second.file).read_bytes() == lookup_csv(LOOKUP_ROWS[:2])


def test_a_file_taken_from_an_archive_gets_its_published_name_back(tmp_path, settings):
    first = added(made(tmp_path / MEASURES_NAME, measures_csv()), settings)
    held = settings.raw / first.file
    assert held.name == f"{first.sha256[:12]}-{MEASURES_NAME}"
    elsewhere = replace(settings, raw=tmp_path / "elsewhere")
    second = added(held, elsewhere)
    assert second.original_name == MEASURES_NAME
    assert (second.file, second.part, second.period) == (first.file, first.part, first.period)
    assert add(held, settings).status == "already held"


def test_only_the_digest_of_the_file_itself_is_taken_off_its_name(tmp_path, settings):
    name = f"0123456789ab-{LOOKUP_NAME}"
    assert added(made(tmp_path / name, lookup_csv()), settings).original_name == name
    bare = hashlib.sha256(names_csv()).hexdigest()[:12] + "-"
    assert added(made(tmp_path / bare, names_csv()), settings).original_name == bare


# --- the archive --------------------------------------------------------------------------------------------------


def sidecar_of(settings) -> Path:
    (path,) = settings.raw.rglob("*" + SIDECAR)
    return path


def changed_sidecar(settings, **changes: object) -> None:
    path = sidecar_of(settings)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"[1]", b"null", b'"x"', b"{}", b'{"dataset": "ons_lookups"}', b"\xff\xfe", b"\0" * 100]
)
def test_a_sidecar_that_is_none_is_a_fault_naming_it(data, tmp_path, settings):
    added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    path = sidecar_of(settings)
    path.write_bytes(data)
    with pytest.raises(Fault) as fault:
        archive.releases(settings.raw)
    assert_clear(
        str(fault.value), file=str(path), place="not a release sidecar", expected="expected the one that `add` wrote",
        remedy="Restore it from a backup",
    )  # fmt: skip


@pytest.mark.parametrize("changes", [
    {"sha256": "x" * 64}, {"sha256": "0" * 64}, {"sha256": 5}, {"period_start": "2022-13-01"},
    {"period_start": "2023-01-01"},
    {"period_type": "fortnight"}, {"dataset": "place_measures"}, {"table": "icb_names"}, {"part": "kent"},
    {"file": "../../../etc/passwd"}, {"original_name": "other.csv"}, {"colour": "red"}, {"period_end": None},
    {"archived_at": "2026-01-01T00:00:00+01:00"}, {"published_at": "18/12/2025"}, {"archived_at": None},
], ids=str)  # fmt: skip
def test_a_sidecar_that_does_not_fit_its_place_is_a_fault(changes, tmp_path, settings):
    added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    changed_sidecar(settings, **changes)
    with pytest.raises(Fault, match="not a release sidecar"):
        archive.releases(settings.raw)


def test_an_archive_below_the_archive_and_files_without_sidecars_are_no_releases(tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    added(made(tmp_path / NAMES_NAME, names_csv()), replace(settings, raw=settings.raw / "sample"))
    made(settings.raw / "ons_lookups" / "sub_icb_to_icb" / "all" / "2022" / "stray.csv", b"x")
    assert archive.releases(settings.raw) == [release]


def overwritten(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_an_archived_file_that_was_changed_is_detected_by_its_digest(tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    held = settings.raw / release.file
    overwritten(held, lookup_csv().replace(b"South East", b"South West"))
    shutil.rmtree(settings.work)
    with pytest.raises(Fault) as fault:
        bronze_of(release, settings)
    assert_clear(
        str(fault.value), file=str(held), place="the archive was changed",
        expected=f"its sidecar says {release.sha256[:12]}",
        remedy="Restore it from a backup of the archive",
    )  # fmt: skip
    assert not list(settings.work.rglob("rows.parquet"))


def test_an_archived_file_that_is_gone_is_detected(tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    (settings.raw / release.file).unlink()
    shutil.rmtree(settings.work)
    with pytest.raises(Fault, match="the archived file is gone"):
        bronze_of(release, settings)


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_adding_the_published_file_again_puts_the_archived_one_right(damage, tmp_path, settings):
    path = made(tmp_path / LOOKUP_NAME, lookup_csv())
    release = added(path, settings)
    held = settings.raw / release.file
    if damage == "changed":
        overwritten(held, b"something else")
    else:
        held.unlink()
    outcome = add(path, settings)
    assert outcome.status == "already held"
    assert "and was put back" in outcome.message
    assert held.read_bytes() == lookup_csv()
    assert "put back" not in add(path, settings).message


def test_a_release_of_a_dataset_without_a_contract_is_a_fault(tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    with pytest.raises(Fault, match="the archive holds gone/sub_icb_to_icb, which no contract describes"):
        bronze_of(replace(release, dataset="gone"), settings)


# --- the bronze cache ---------------------------------------------------------------------------------------------


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in files_below(folder)}


def test_a_cache_that_was_deleted_comes_back_the_same_byte_for_byte(tmp_path, settings):
    outcome = add(gpad(tmp_path, gpad_csv([*gpad_rows(), gpad_row(count="x")])), settings)
    release = release_of(outcome, settings)
    bronze = bronze_of(release, settings)
    before = content_of(bronze.folder)
    assert set(before) == {"rows.parquet", "quarantine.parquet", "report.json"}
    shutil.rmtree(settings.work)
    again = bronze_of(release, settings)
    assert again.folder == bronze.folder
    assert content_of(again.folder) == before
    assert again.report == bronze.report


@pytest.mark.parametrize("lost", ["rows.parquet", "quarantine.parquet", "report.json"])
def test_a_cache_that_is_not_whole_is_made_again(lost, tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    bronze = bronze_of(release, settings)
    before = content_of(bronze.folder)
    (bronze.folder / lost).unlink()
    assert content_of(bronze_of(release, settings).folder) == before


@pytest.mark.parametrize("report", [b"", b"{", b"{}", b"[]", b"\xff"])
def test_a_cache_with_a_broken_report_is_made_again(report, tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    bronze = bronze_of(release, settings)
    before = content_of(bronze.folder)
    (bronze.folder / "report.json").write_bytes(report)
    assert content_of(bronze_of(release, settings).folder) == before


@pytest.mark.parametrize("where", ["_raw", "_duplicate_keys", "_data_periods"])
def test_a_read_that_is_interrupted_leaves_no_half_cache_and_nothing_in_the_archive(
    where, tmp_path, settings, monkeypatch
):
    path = made(tmp_path / LOOKUP_NAME, lookup_csv())

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(reader, where, interrupt)
        with pytest.raises(KeyboardInterrupt):
            add(path, settings)
    assert files_below(settings.work) == []
    assert not list(settings.work.rglob(".building-*"))
    assert_nothing_archived(settings)
    assert len(rows_of(bronze_of(added(path, settings), settings))) == 3


def test_an_archiving_that_is_interrupted_before_its_sidecar_is_mended_by_adding_again(tmp_path, settings, monkeypatch):
    path = made(tmp_path / LOOKUP_NAME, lookup_csv())

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(archive, "write_sidecar", interrupt)
        with pytest.raises(KeyboardInterrupt):
            add(path, settings)
    assert archive.releases(settings.raw) == []
    release = added(path, settings)
    assert (settings.raw / release.file).read_bytes() == lookup_csv()


def test_a_file_without_problems_in_one_contract_is_read_again_when_the_contract_changes(tmp_path, settings):
    release = added(made(tmp_path / LOOKUP_NAME, lookup_csv()), settings)
    known = catalogue()
    contract = known.contracts["ons_lookups"]
    table = contract.tables[0].model_copy(update={"min_rows": 99})
    stricter = contract.model_copy(update={"tables": (table, *contract.tables[1:])})
    changed = replace(known, contracts=known.contracts | {"ons_lookups": stricter})
    assert archive.bronze_of(release, settings, changed).folder != bronze_of(release, settings).folder

"""Opens what publishers put files in: a plain file, a ZIP, a workbook. Safe against hostile or broken ones.

Belongs here: what kind a file is, its members, strict decoding, unpacking within limits.
Does not belong here: what a member means (identify.py) or its rows (read.py).
"""

from __future__ import annotations

import codecs
import csv
import io
import lzma
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal
from xml.etree import ElementTree

from pipeline.errors import Refused

Kind = Literal["text", "zip", "xlsx", "xls", "ods", "parquet", "json", "empty"]

# The real GPAD release unpacks to 31 times its size; published CSV seldom exceeds 60.
MAX_EXPANSION = 200
MAX_UNPACKED_BYTES = 8 * 1024**3
HEAD_BYTES = 256 * 1024
FIRST_RECORDS = 100
CHUNK = 1024 * 1024
LONGEST_MEMBER = 255
ZIP_END_BYTES = 22 + 0xFFFF  # the end record of a ZIP, with the longest comment

# All that zipfile lets out when a ZIP is broken, cut short, or packed in a way it cannot read.
ZIP_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True)
class MemberInfo:
    """A file inside a ZIP, in the ZIP's own order."""

    name: str
    size: int


def kind_of(path: Path) -> Kind:
    """The kind of a file by its first bytes, never by its name."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        return "empty"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    return "json" if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") else "text"


def _kind_of_zip(path: Path) -> Kind:
    """A workbook is a ZIP too: what it is stands in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
                return "ods"
    except ZIP_FAULTS:
        pass
    return "zip"


def zip_members(path: Path, label: str) -> list[MemberInfo]:
    """The members of a ZIP, directories left out.

    Raises Refused for a ZIP that is broken, encrypted, that names a path outside itself or one path twice, or that
    unpacks to more than MAX_EXPANSION times its size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
        promised = _promised_members(path)
        if promised not in (None, len(listed)):
            raise zipfile.BadZipFile(f"its end says {promised} members, its list holds {len(listed)}")
    except ZIP_FAULTS as error:
        raise Refused(
            f"not a whole ZIP ({_words(error)}), expected a file that opens: the download was probably cut short",
            where=label,
            remedy="Download the file again and compare its size with the publisher's page",
        ) from error
    infos = [info for info in listed if not info.filename.endswith("/")]
    seen: set[str] = set()
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or not parts or ":" in parts[0]:
            raise Refused(
                f"the ZIP holds a path outside itself, {shown(info.filename)}, expected plain names",
                where=label,
                remedy="Do not unpack it; get the file from the publisher again",
            )
        if not info.filename.isprintable() or len(info.filename) > LONGEST_MEMBER:
            raise Refused(
                f"the ZIP holds a member named {shown(info.filename)}, expected a name that can be read",
                where=label,
                remedy="Get the file from the publisher again",
            )
        if info.flag_bits & 0x1:
            raise Refused(
                f"member {info.filename} is encrypted, expected an open one", where=label, remedy="Get an open copy"
            )
        if info.filename in seen:
            raise Refused(
                f"member {info.filename} stands twice in the ZIP, expected once: only one of them could be read",
                where=label,
                remedy="Get the file from the publisher again",
            )
        seen.add(info.filename)
    unpacked, packed = sum(info.file_size for info in infos), path.stat().st_size
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_EXPANSION * packed:
        raise Refused(
            f"unpacks to {unpacked:,} bytes, {unpacked // max(packed, 1):,} times its size "
            f"(at most {MAX_EXPANSION} times is expected)",
            where=label,
            remedy="If the publisher's file is really like that, raise MAX_EXPANSION in pipeline/ingest/containers.py",
        )
    return [MemberInfo(info.filename, info.file_size) for info in infos]


def _promised_members(path: Path) -> int | None:
    """How many members the end of a ZIP says there are, None where it is a ZIP64 and says it elsewhere.

    zipfile does not compare: where a damaged entry swallows the next one, a member would be missing without a word.
    """
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - ZIP_END_BYTES, 0))
        end = stream.read()
    (count,) = struct.unpack_from("<H", end, end.rindex(b"PK\x05\x06") + 10)
    return None if count == 0xFFFF else count


def head_of(path: Path, member: str | None, label: str) -> bytes:
    """The first HEAD_BYTES of a file or of a member of a ZIP."""
    try:
        return _head(str(path), path.stat().st_mtime_ns, member)
    except ZIP_FAULTS as error:
        if member is None:
            raise
        raise _broken_member(label, member, error) from error


# Every layout of every contract looks at the head of a file: it is read, decoded and parsed once for all.
@lru_cache(maxsize=8)
def _head(path: str, _changed: int, member: str | None) -> bytes:
    if member is None:
        with Path(path).open("rb") as stream:
            return stream.read(HEAD_BYTES)
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        return stream.read(HEAD_BYTES)


def _broken_member(label: str, member: str, error: Exception) -> Refused:
    if isinstance(error, NotImplementedError):
        return Refused(
            f"member {member} is packed in a way that cannot be read ({_words(error)}), expected deflate or stored",
            where=label,
            remedy="Unpack it and make a plain ZIP of the same members, or ask the publisher for one",
        )
    return Refused(
        f"member {member} cannot be read ({_words(error)}), expected a whole one: the download was probably cut short",
        where=label,
        remedy="Download the file again",
    )


def _words(error: Exception) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= 160 else words[:160] + "…"


def shown(value: str, length: int = 80) -> str:
    """A value as a message shows it: quoted, escaped, and not longer than a person would read."""
    return repr(value if len(value) <= length else value[:length] + "…")


def parquet_columns(path: Path, label: str) -> list[str]:
    """The names of the columns of a Parquet file. Raises Refused where it is not whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise Refused(
            f"not a whole Parquet file ({_words(error)}), expected one that opens",
            where=label,
            remedy="Download the file again",
        ) from error


def first_records(head: bytes, encoding: str, delimiter: str, count: int) -> list[list[str]]:
    """The first `count` CSV records of a file's head, cells stripped, empty lines left out.

    Undecodable bytes show as U+FFFD; where the head stops being CSV, what came before is all there is.
    """
    return _first_records(head, encoding, delimiter, -(-count // FIRST_RECORDS) * FIRST_RECORDS)[:count]


@lru_cache(maxsize=16)
def _first_records(head: bytes, encoding: str, delimiter: str, count: int) -> list[list[str]]:
    text = head.decode(encoding, errors="replace")
    if len(head) == HEAD_BYTES:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if record:
                records.append([cell.strip() for cell in record])
            if len(records) == count:
                break
    except csv.Error:
        pass
    return records


def not_text(head: bytes) -> str:
    """Why a file's head cannot be text of one byte a sign, in words; '' where it can."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return f"is UTF-16 text (it begins with the bytes {head[:2].hex(' ')})"
    if b"\x00" in head:
        return f"line {head[: head.index(0)].count(10) + 1} holds NUL bytes"
    return ""


def text_of(path: Path, member: str | None, encoding: str, label: str) -> Iterator[str]:
    """The text of a file or member in chunks, decoded strictly. Reading a member to its end also proves its checksum.

    Raises Refused, naming the line, where a byte is not of the encoding, where there are NUL bytes, and where text that
    is promised in an encoding of one byte a letter is UTF-8 and would be misread.
    """
    where = f"{label} > {member}" if member else label
    promised = encoding.removesuffix("-sig")
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    rival = None if promised.startswith("utf") else codecs.getincrementaldecoder("utf-8")(errors="strict")
    line, letters = 1, False
    for chunk in _chunks(path, member, label):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            bad = error.object[error.start : error.start + 1]
            line += error.object[: error.start].count(b"\n")
            raise Refused(
                f"line {line}: byte 0x{bad.hex()} is not {promised}{_likely(bad)}, expected {promised} throughout",
                where=where,
                remedy=f"The contract promises {promised}; if the publisher changed it, set `encoding:` in the layout",
            ) from error
        except UnicodeError as error:  # UTF-16 without its byte order mark is no UnicodeDecodeError
            raise Refused(
                f"is not {promised} ({_words(error)}), expected {promised} throughout",
                where=where,
                remedy=f"The contract promises {promised}; if the publisher changed it, set `encoding:` in the layout",
            ) from error
        if "\x00" in text:
            line += text[: text.index("\x00")].count("\n")
            raise Refused(
                f"line {line} holds NUL bytes, expected {promised} text",
                where=where,
                remedy="Check that the file is not UTF-16 or a binary file under a wrong name",
            )
        letters = letters or not chunk.isascii()
        rival = rival if _decodes(rival, chunk) else None
        if text:
            yield text
            line += text.count("\n")
    if rival and letters:
        raise Refused(
            f"is UTF-8 text, expected {promised}: its letters beyond ASCII would be misread",
            where=where,
            remedy="If the publisher changed it, set `encoding: utf-8` in the layout",
        )


def _chunks(path: Path, member: str | None, label: str) -> Iterator[bytes]:
    """The bytes of a file or member, and an empty chunk at the end."""
    if member is None:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    else:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except ZIP_FAULTS as error:
            raise _broken_member(label, member, error) from error
    yield b""


def _decodes(decoder: codecs.IncrementalDecoder | None, chunk: bytes) -> bool:
    if decoder is None:
        return False
    try:
        decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError:
        return False
    return True


def _likely(bad: bytes) -> str:
    try:
        return f" (windows-1252 would read it as {bad.decode('cp1252')!r})"
    except UnicodeDecodeError:
        return ""


@contextmanager
def unpacked(path: Path, member: str, label: str) -> Iterator[Path]:
    """A member of a ZIP as a file of its own, for as long as it is looked at: workbooks are read from files."""
    with tempfile.TemporaryDirectory(prefix="unpacked-") as folder:
        target = Path(folder) / "member"
        with target.open("wb") as out:
            for chunk in _chunks(path, member, label):
                out.write(chunk)
        if kind_of(target) in ("xlsx", "ods"):
            zip_members(target, f"{label} > {member}")
        yield target


def sheet_names(path: Path, label: str) -> list[str]:
    """The names of a workbook's sheets."""
    from python_calamine import CalamineError

    try:
        return list(_workbook(str(path), path.stat().st_mtime_ns).sheet_names)
    except (CalamineError, OSError) as error:
        raise _broken_workbook(label, error) from error


def sheet_rows(path: Path, sheet: str, label: str) -> list[list[str]]:
    """All rows of a sheet as text: whole numbers without a decimal point, dates in ISO form, blanks as ''."""
    from python_calamine import CalamineError

    try:
        return _sheet_rows(str(path), path.stat().st_mtime_ns, sheet)
    except (CalamineError, OSError) as error:
        raise _broken_workbook(label, error) from error


# Many layouts look at the same sheet of the same file, one after the other.
@lru_cache(maxsize=2)
def _workbook(path: str, _changed: int):
    from python_calamine import CalamineWorkbook

    # By its bytes: `from_path` goes by the extension, which may be another.
    return CalamineWorkbook.from_filelike(io.BytesIO(Path(path).read_bytes()))


@lru_cache(maxsize=16)
def _sheet_rows(path: str, changed: int, sheet: str) -> list[list[str]]:
    rows = _workbook(path, changed).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return [[_cell_text(cell) for cell in row] for row in rows]


@lru_cache(maxsize=4)
def head_rows(head: bytes, encoding: str, delimiter: str) -> list[list[str]]:
    """All rows of a file's head, as `text_rows` gives them."""
    return text_rows(head.decode(encoding, errors="replace"), delimiter)


def text_rows(text: str, delimiter: str) -> list[list[str]]:
    """All records of a CSV with their places: cells stripped, an empty line is a row without cells.

    Where it stops being CSV, what came before is all there is.
    """
    rows: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([cell.strip() for cell in record])
    except csv.Error:
        pass
    return rows


def check_workbook(path: Path, sheet: str, label: str, *, errors_are_blank: bool = False) -> None:
    """Raises Refused where a workbook's checksums do not hold, or a cell of the sheet holds an error (`#N/A`).

    The reader proves no checksum and gives errors as blanks, which would read as missing: where that is meant, the
    contract says so.
    """
    check = {"xls": _check_old_workbook, "ods": _check_open_document}.get(kind_of(path), _check_workbook)
    try:
        check(path, sheet, label)
    except _ErrorCell:
        if not errors_are_blank:
            raise


class _ErrorCell(Refused):
    """A cell of a workbook holds an error."""


def _error_cell(place: str, label: str, sheet: str) -> _ErrorCell:
    return _ErrorCell(
        f"cell {place} holds an error such as #N/A, expected a value or a blank",
        where=f"{label} > {sheet}",
        remedy="Mend the cell, or get a corrected file from the publisher",
    )


def _check_open_document(path: Path, sheet: str, label: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            content = ElementTree.fromstring(archive.read("content.xml")) if not broken else None
    except (*ZIP_FAULTS, KeyError, ElementTree.ParseError) as error:
        raise _broken_workbook(label, error) from error
    if broken:
        raise _broken_workbook(label, zipfile.BadZipFile(f"bad checksum in {broken}"))
    for table in content.iter():
        if table.tag.endswith("}table") and any(
            key.endswith("}name") and value == sheet for key, value in table.items()
        ):
            errors = [cell for cell in table.iter() if any(value == "error" for value in cell.attrib.values())]
            if errors:
                raise _error_cell("".join(errors[0].itertext()) or "without a place", label, sheet)


def _check_workbook(path: Path, sheet: str, label: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            cells = archive.read(_sheet_part(archive, sheet)) if not broken else b""
    except (*ZIP_FAULTS, KeyError, ElementTree.ParseError) as error:
        raise _broken_workbook(label, error) from error
    if broken:
        raise _broken_workbook(label, zipfile.BadZipFile(f"bad checksum in {broken}"))
    for cell in re.finditer(rb"<(?:\w+:)?c\s[^>]*>", cells):
        if re.search(rb"\st=[\"']e[\"']", cell[0]):
            place = re.search(rb"\sr=[\"']([A-Z]+[0-9]+)", cell[0])
            raise _error_cell(place[1].decode() if place else "without a place", label, sheet)


# Records of an Excel 97 workbook (BIFF8): [MS-XLS] 2.4. A cell that holds an error, or a formula that came to one.
_BOUNDSHEET, _BOOLERR, _FORMULA, _EOF = 0x0085, 0x0205, 0x0006, 0x000A
_IS_ERROR, _NO_NUMBER = 1, 0xFFFF


def _check_old_workbook(path: Path, sheet: str, label: str) -> None:
    """Raises Refused where an Excel 97 workbook is cut short, or a cell of the sheet holds an error."""
    import olefile

    try:
        with olefile.OleFileIO(str(path), raise_defects=olefile.DEFECT_INCORRECT) as book:
            name = "Workbook" if book.exists("Workbook") else "Book"
            stream = book.openstream(name).read()
            if len(stream) != book.get_size(name):
                raise ValueError(f"its stream holds {len(stream):,} bytes of {book.get_size(name):,}")
        for row, column in _errors_in(stream, _sheet_start(stream, sheet)):
            raise _error_cell(f"in row {row + 1}, column {column + 1}", label, sheet)
    except (OSError, ValueError, KeyError, struct.error, IndexError) as error:
        raise _broken_workbook(label, error) from error


def _records_from(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while True:
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            raise ValueError("a record goes beyond the end")
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def _sheet_start(stream: bytes, sheet: str) -> int:
    for kind, data in _records_from(stream, 0):
        if kind == _BOUNDSHEET:
            length, wide = data[6], data[7] & 1
            name = data[8 : 8 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1")
            if name == sheet:
                return struct.unpack_from("<I", data, 0)[0]
    raise KeyError(f"no sheet {sheet}")


def _errors_in(stream: bytes, start: int) -> Iterator[tuple[int, int]]:
    for kind, data in _records_from(stream, start):
        is_error = kind == _BOOLERR and data[7] == _IS_ERROR
        if kind == _FORMULA and struct.unpack_from("<H", data, 12)[0] == _NO_NUMBER:
            is_error = data[6] == 2
        if is_error:
            yield struct.unpack_from("<HH", data, 0)


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The path inside a workbook of the XML of a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {link.get("Id"): link.get("Target", "") for link in links}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            found = next((value for key, value in one.items() if key.endswith("}id")), "")
            path = target[found]
            return path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    raise KeyError(f"no sheet {sheet}")


def _broken_workbook(label: str, error: Exception) -> Refused:
    return Refused(
        f"not a whole workbook ({_words(error)}), expected one that opens",
        where=label,
        remedy="Download the file again",
    )


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell).strip()

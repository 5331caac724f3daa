"""Opens what publishers put files in: a plain file, a ZIP, a workbook. Safe against hostile or broken ones.

Belongs here: what kind a file is, its members, strict decoding, unpacking within limits.
Does not belong here: what a member means (identify.py) or its rows (read.py).
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from pipeline.errors import Refused

Kind = Literal["text", "zip", "xlsx", "xls", "empty"]

# The real GPAD release unpacks to 31 times its size; published CSV seldom exceeds 60.
MAX_EXPANSION = 200
MAX_UNPACKED_BYTES = 8 * 1024**3
HEAD_BYTES = 256 * 1024
CHUNK = 1024 * 1024


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
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx" if _is_workbook(path) else "zip"
    return "text"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def zip_members(path: Path, label: str) -> list[MemberInfo]:
    """The members of a ZIP, directories left out.

    Raises Refused for a ZIP that is broken, encrypted, that names a path outside itself, or that unpacks to more
    than MAX_EXPANSION times its size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise Refused(
            f"not a whole ZIP ({error}): the download was probably cut short",
            where=label,
            remedy="Download the file again and compare its size with the publisher's page",
        ) from error
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise Refused(
                f"the ZIP holds a path outside itself, {info.filename!r}",
                where=label,
                remedy="Do not unpack it; get the file from the publisher again",
            )
        if info.flag_bits & 0x1:
            raise Refused(f"member {info.filename} is encrypted", where=label, remedy="Get an unencrypted copy")
    unpacked, packed = sum(info.file_size for info in infos), path.stat().st_size
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_EXPANSION * packed:
        raise Refused(
            f"unpacks to {unpacked:,} bytes, {unpacked // max(packed, 1):,} times its size "
            f"(at most {MAX_EXPANSION} times is expected)",
            where=label,
            remedy="If the publisher's file is really like that, raise MAX_EXPANSION in pipeline/ingest/containers.py",
        )
    return [MemberInfo(info.filename, info.file_size) for info in infos]


def head_of(path: Path, member: str | None, label: str) -> bytes:
    """The first HEAD_BYTES of a file or of a member of a ZIP."""
    if member is None:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            return stream.read(HEAD_BYTES)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise _broken_member(label, member, error) from error


def _broken_member(label: str, member: str, error: Exception) -> Refused:
    return Refused(
        f"member {member} cannot be read ({error}): the download was probably cut short",
        where=label,
        remedy="Download the file again",
    )


def first_records(head: bytes, encoding: str, delimiter: str, count: int) -> list[list[str]]:
    """The first `count` CSV records of a file's head, cells stripped. Undecodable bytes show as U+FFFD."""
    text = head.decode(encoding, errors="replace")
    if len(head) == HEAD_BYTES:
        text = text[: text.rfind("\n") + 1]
    records: list[list[str]] = []
    for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        records.append([cell.strip() for cell in record])
        if len(records) == count:
            break
    return records


def strict_chunks(stream: BinaryIO, encoding: str, where: str) -> Iterator[str]:
    """The text of `stream`, decoded strictly. Raises Refused naming the line and the byte that do not fit."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    line = 1
    while True:
        chunk = stream.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            bad = error.object[error.start : error.start + 1]
            line += error.object[: error.start].count(b"\n")
            raise Refused(
                f"line {line}: byte 0x{bad.hex()} is not {encoding}{_likely(bad)}",
                where=where,
                remedy=f"The contract promises {encoding}; if the publisher changed it, set `encoding:` in the layout",
            ) from error
        if "\x00" in text:
            raise Refused(
                "holds NUL bytes, so it is not the text the contract promises",
                where=where,
                remedy="Check that the file is not UTF-16 or a binary file under a wrong name",
            )
        if text:
            yield text
            line += text.count("\n")
        if not chunk:
            return


def _likely(bad: bytes) -> str:
    try:
        return f" (windows-1252 would read it as {bad.decode('cp1252')!r})"
    except UnicodeDecodeError:
        return ""


def unpack_text(path: Path, member: str | None, encoding: str, target: Path | None, label: str) -> None:
    """Checks that a file or member is wholly in `encoding` and writes it as UTF-8 to `target` (None: check only).

    Reading a member to its end also proves its checksum.
    """
    where = f"{label} > {member}" if member else label
    out = target.open("w", encoding="utf-8", newline="") if target else None
    try:
        if member is None:
            with path.open("rb") as stream:
                for text in strict_chunks(stream, encoding, where):
                    if out:
                        out.write(text)
        else:
            try:
                with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                    for text in strict_chunks(stream, encoding, where):
                        if out:
                            out.write(text)
            except (zipfile.BadZipFile, EOFError, OSError) as error:
                raise _broken_member(label, member, error) from error
    finally:
        if out:
            out.close()


def sheet_names(path: Path, label: str) -> list[str]:
    """The names of a workbook's sheets."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return list(CalamineWorkbook.from_path(str(path)).sheet_names)
    except (CalamineError, OSError) as error:
        raise _broken_workbook(label, error) from error


def sheet_rows(path: Path, sheet: str, label: str) -> list[list[str]]:
    """All rows of a sheet as text: whole numbers without a decimal point, dates in ISO form, blanks as ''."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise _broken_workbook(label, error) from error
    return [[_cell_text(cell) for cell in row] for row in rows]


def _broken_workbook(label: str, error: Exception) -> Refused:
    return Refused(f"not a whole workbook ({error})", where=label, remedy="Download the file again")


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell).strip()

"""How the synthetic files are put on disk: CSV text, ZIPs whose bytes say nothing of when or where they were made.

Belongs here: writing bytes. Does not belong here: what is in them (the module of each dataset).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CRLF, LF = "\r\n", "\n"

Instant = tuple[int, int, int, int, int, int]


def csv_text(rows: Iterable[Iterable], line_end: str, *, quoting: int = csv.QUOTE_MINIMAL) -> str:
    """`rows` as CSV, every line ended by `line_end`."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(rows)
    return text.getvalue()


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Writes `text` as it stands (no change of line ends) and returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def write_zip(path: Path, members: Mapping[str, bytes | Path], when: Instant, *, level: int = 9) -> Path:
    """Writes a ZIP of `members` (bytes, or the file that holds them) in the order of their names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix on every platform, as the publisher's: the same bytes everywhere
            info.external_attr = 0o600 << 16
            member = members[name]
            content = member if isinstance(member, bytes) else member.read_bytes()
            archive.writestr(info, content, compresslevel=level)
    return path


def month_label(month: date) -> str:
    """`Nov_25`, as the names of appointment files have it."""
    return f"{MONTH_NAMES[month.month - 1]}_{month.year % 100:02}"


def published(month: date) -> Instant:
    """When the appointments of `month` come out: the third Thursday of the month after it, half past nine."""
    first = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    third_thursday = first + timedelta(days=(3 - first.weekday()) % 7 + 14)
    return (third_thursday.year, third_thursday.month, third_thursday.day, 9, 30, 0)


def months_ending(last: date, count: int = 30) -> tuple[date, ...]:
    """The first days of `count` months, the last of which is `last`. A release of appointments restates 30."""
    ordinals = range(last.year * 12 + last.month - count, last.year * 12 + last.month)
    return tuple(date(ordinal // 12, ordinal % 12 + 1, 1) for ordinal in ordinals)

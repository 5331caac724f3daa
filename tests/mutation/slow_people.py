"""What becomes of people in a file, said again slowly: pseudonyms, numbers of a file, age bands, small areas.

Belongs here: a second statement of docs/explanation/privacy.md, formulas included, that shares no code with pipeline/privacy
or pipeline/ingest/door.py. Does not belong here: cells that identify nobody (slow.py).

The formulas. A pseudonym: domain, key id and HMAC-SHA-256 of the ten digits, or of `local id`, dataset and cell with NUL
between. A number of a file: `file:` and the first 24 hex digits of SHA-256 over the file's own SHA-256, a colon and the cell.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from pipeline.catalogue.contract import Column

# What becomes of an identifying column whose contract does not say.
UNSAID = {
    "nhs_number": "pseudonym", "pseudonym": "pseudonym", "date_of_birth": "age_band", "postcode": "lsoa", "name": "dropped",
    "free_text": "dropped", "local_id": "pseudonym",
}  # fmt: skip
BANDS = (0, 14, 18, 25, 35, 50, 65, 75, 85)
OLDEST = 120
NOBODY = {"4010232137", "4505577104", "9434765919", "0123456789", "1234567890", "9876543210", "0987654321"}


class NotTreated(Exception):
    """The cell is not of the kind that its column identifies people by."""


class RealPeople(Exception):
    """A file that is said to be of made-up people holds a number that a person may have: it must be refused."""


@dataclass(frozen=True, eq=False)
class People:
    """What decides, beside contract and cells, what becomes of people: whether they are real, whose file it is, the key
    that pseudonyms are made with, the bodies whose pseudonyms are taken, and the LSOA of each postcode that is known."""

    real: bool
    dataset: str
    file_sha256: str
    domain: str
    key_id: str
    secret: bytes
    upstream: tuple[str, ...]
    places: Mapping[str, str]


def fate(column: Column) -> str:
    """What becomes of a column, '' for one that identifies nobody."""
    return column.becomes or UNSAID.get(column.identifies, "")


def treated(column: Column, text: str, born: date | None, at: date | None, people: People) -> str | None:
    """What is kept of a cell that is not blank. `born` is the cell as a day, `at` the day of the age; None where unknown.

    Raises NotTreated, or RealPeople.
    """
    becomes = fate(column)
    if becomes == "pseudonym":
        return _pseudonym(column, text, people)
    if becomes == "file_number":
        return "file:" + hashlib.sha256(f"{people.file_sha256}:{text}".encode()).hexdigest()[:24]
    if becomes == "age_band":
        return _age_band(text, born, at, column.bands or BANDS)
    if becomes == "lsoa":
        return _small_area(text, people.places)
    raise AssertionError(f"{column.name}: nothing is stated here of what is {becomes}")


def _pseudonym(column: Column, text: str, people: People) -> str:
    if column.identifies == "local_id":
        if has_check_digit(digits_of(text)):
            raise NotTreated("a number that somebody may have")
        return _keyed(people, f"local id\0{people.dataset}\0{text}")
    digits = digits_of(text)
    if column.identifies == "nhs_number" and digits:
        if not has_check_digit(digits) or digits in NOBODY or digits == digits[0] * 10:
            raise NotTreated("stands for nobody")
        issued, for_tests = digits[0] in "3467", digits.startswith("999")
        if issued and not people.real:
            raise RealPeople
        if not (issued if people.real else for_tests):
            raise NotTreated("of another range")
        return _keyed(people, digits)
    body, _, value = text.partition(":")
    taken = {one for one in people.upstream if one != "synthetic"} if people.real else {"synthetic"}
    if body not in taken or not re.fullmatch("[A-Za-z0-9+/=_-]{12,128}", value) or has_check_digit(digits_of(value)):
        raise NotTreated("neither a number nor a pseudonym of a body that the contract names")
    return text


def _keyed(people: People, message: str) -> str:
    digest = hmac.new(people.secret, message.encode(), hashlib.sha256).hexdigest()
    return f"{people.domain}:{people.key_id}:{digest}"


def digits_of(text: str) -> str:
    """The ten digits of what is written together or as 3-3-4 with one sign between, '' where it is neither."""
    for between in ("", " ", "\u00a0", "\u2009", "\u202f", "-"):
        parts = (text[:3], text[3 + len(between) : 6 + len(between)], text[6 + 2 * len(between) :])
        digits = "".join(parts)
        if text == between.join(parts) and len(digits) == 10 and digits.isascii() and digits.isdigit():
            return digits
    return ""


def has_check_digit(digits: str) -> bool:
    """Whether ten digits end in the check digit of Modulus 11: with weights 10 to 1 their sum divides by 11."""
    return len(digits) == 10 and sum((10 - at) * int(digit) for at, digit in enumerate(digits)) % 11 == 0


def _age_band(text: str, born: date | None, at: date | None, lower: Sequence[int]) -> str:
    words = [f"{low}-{above - 1}" for low, above in pairwise(lower)] + [f"{lower[-1]}+"]
    if text in words:
        return text
    if born is None or at is None or at < born:
        raise NotTreated("no day of birth before the day of the age")
    birthday_to_come = (at.month, at.day) < (born.month, born.day)
    years = at.year - born.year - (1 if birthday_to_come else 0)
    if years < lower[0] or years > OLDEST:
        raise NotTreated("of no age band")
    return [word for word, low in zip(words, lower, strict=True) if low <= years][-1]


def _small_area(text: str, places: Mapping[str, str]) -> str | None:
    if re.fullmatch("[EW]01[0-9]{6}", text):
        return text
    bare = "".join(text.split()).upper()
    # The last two letters of a postcode are none that could be taken for another.
    if not re.fullmatch("[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][ABDEFGHJLNPQRSTUWXYZ]{2}", bare):
        raise NotTreated("no postcode")
    return places.get(f"{bare[:-3]} {bare[-3:]}")


def whose(pseudonyms: Sequence[str]) -> set[str]:
    """What pseudonyms begin with, up to their last colon. A file has people of one kind."""
    return {one.rpartition(":")[0] for one in pseudonyms}

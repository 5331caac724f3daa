"""NHS Numbers: what is one, and which of them stand for nobody.

Belongs here: the form, the check digit (Modulus 11), the ranges and the numbers that people type when they have none.
Does not belong here: what becomes of a number (pseudonym.py), finding numbers in text (scan.py).

Ranges: England, Wales and the Isle of Man have numbers from 3, 4, 6 and 7; Scotland's CHI numbers lie below them
(0101010000 to 3112999999, of which those from 300 000 0000 cannot be told apart); 999 is kept for tests; what else
begins with 5, 8 or 9 was never issued.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["issued", "test", "not_issued", "sentinel", "not_a_number"]

WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2)
# As people and systems write them: together, or 3-3-4 with one sign between; NFKC is not needed: digits are ASCII only.
WRITTEN = re.compile(r"([0-9]{3})([ \u00a0\u2009\u202f-]?)([0-9]{3})\2([0-9]{4})", re.ASCII)
FIRST_DIGITS_ISSUED = frozenset("3467")
TEST_PREFIX = "999"

# Examples in the NHS's own guidance, which people copy into forms: nobody has them.
EXAMPLES = frozenset({"4010232137", "4505577104", "9434765919"})
RUNS = frozenset({"0123456789", "1234567890", "9876543210", "0987654321"})

WORDS: dict[Kind, str] = {
    "issued": "an NHS Number",
    "test": "a number of the range that is kept for tests (999)",
    "not_issued": "a number of a range that is not issued in England or Wales",
    "sentinel": "a number that stands for nobody, such as 1234567890",
    "not_a_number": "not ten digits with the right check digit",
}


def normal(text: str) -> str:
    """The ten digits of a number as written (`401 023 2137`, `401-023-2137`), '' where it is not of that form."""
    found = WRITTEN.fullmatch(text.strip())
    return found[1] + found[3] + found[4] if found else ""


def check_digit(nine: str) -> int | None:
    """The tenth digit that belongs to nine others, None where no number begins so (Modulus 11 gives 10)."""
    remainder = 11 - sum(weight * int(digit) for weight, digit in zip(WEIGHTS, nine, strict=True)) % 11
    return None if remainder == 10 else remainder % 11


def is_valid(text: str) -> bool:
    """Whether it is ten digits, as written, whose last is the check digit; whoever has it, if anybody."""
    digits = normal(text)
    return bool(digits) and check_digit(digits[:9]) == int(digits[9])


def kind_of(text: str) -> Kind:
    """What a cell holds that should hold an NHS Number."""
    digits = normal(text)
    if not digits:
        return "not_a_number"
    if len(set(digits)) == 1 or digits in EXAMPLES or digits in RUNS:
        return "sentinel"
    if check_digit(digits[:9]) != int(digits[9]):
        return "not_a_number"
    if digits.startswith(TEST_PREFIX):
        return "test"
    return "issued" if digits[0] in FIRST_DIGITS_ISSUED else "not_issued"


def made(nine: int) -> str | None:
    """The number that begins with nine digits, None where there is none: for samples and tests."""
    text = f"{nine:09}"
    digit = check_digit(text)
    return None if digit is None else f"{text}{digit}"

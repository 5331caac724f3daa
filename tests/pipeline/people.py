"""Made-up people for the tests of privacy, and extracts in which they stand where they should and where they should not.

Their NHS Numbers are worked out here, from issued ranges, because a number of the test range is refused; nobody was looked
up, and no list of them is kept anywhere.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.catalogue.governance import Governance
from pipeline.catalogue.load import Catalogue, load_catalogue
from pipeline.privacy import nhs_number
from pipeline.privacy.scan import Exact

GOVERNED = Governance(
    controller="NHS Sampleshire ICB (QZ1)", purpose="the tests of privacy", lawful_basis="6(1)(e), 9(2)(h)",
    section_251="not needed: nobody here exists", dpia="DPIA-0", sharing_agreement="ISA-0",
    national_data_opt_out="exempt: nobody here exists", retention_months=24, expires=date(2099, 3, 31),
    permitted_roles=("tester",),
)  # fmt: skip
KEY = "k1:" + "a1" * 32
OTHER_KEY = "k2:" + "b2" * 32
NAMES = ("Maud Okonkwo", "Idris Featherstonhaugh")


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist, with what would identify them."""

    number: str
    born: date
    postcode: str

    @property
    def spaced(self) -> str:
        return f"{self.number[:3]} {self.number[3:6]} {self.number[6:]}"


def people(count: int = 40) -> list[Person]:
    numbers = [one for one in map(nhs_number.made, range(618_203_500, 618_203_500 + 2 * count)) if one][:count]
    return [
        Person(number, date(1941 + at, 1 + at % 12, 11 + at % 17), f"TN{at + 10} {at % 9}HJ") for at, number in enumerate(numbers)
    ]  # fmt: skip


def planted() -> Exact:
    """Everything that must stand nowhere but in the restricted archive, in every way that it was written."""
    found = set(NAMES)
    for one in people():
        found |= {one.number, one.postcode, one.born.isoformat(), f"{one.born:%d/%m/%Y}"}
    return Exact(frozenset(found))


def governed() -> Catalogue:
    """The product's catalogue with governance filled in, as an ICB would have it."""
    known = load_catalogue()
    contracts = {
        name: contract.model_copy(update={"governance": GOVERNED}) if contract.person_level is True else contract
        for name, contract in known.contracts.items()
    }
    return Catalogue(contracts, known.metrics, known.caveats)


REGISTER_HEADER = (
    "extract_id", "submitting_org_ods", "icb_ods", "month", "supplied_at", "version", "data_status", "person", "age_band", "sex",
    "lsoa21", "practice_ods", "register", "cohort", "risk", "in_hospital", "keyworker",
    "complexity", "housing_need", "turns_18",
)  # fmt: skip


def register_row(who: Person, /, **cells: str) -> dict[str, str]:
    right = {
        "extract_id": "LX-22-QZ1-1", "submitting_org_ods": "QZ1", "icb_ods": "QZ1", "month": "2025-11",
        "supplied_at": "2025-12-05", "version": "1", "data_status": "actual", "person": who.number,
        "age_band": who.born.isoformat(), "sex": "2", "lsoa21": who.postcode, "practice_ods": "Z90001",
        "register": "dsr", "cohort": "ld", "risk": "green", "in_hospital": "no", "keyworker": "",
        "complexity": "", "housing_need": "", "turns_18": "",
    }  # fmt: skip
    unknown = set(cells) - set(right)
    assert not unknown, unknown
    return right | cells


def register_csv(rows: list[dict[str, str]], *, header: bool = True) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, REGISTER_HEADER, lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def good_rows() -> list[dict[str, str]]:
    rows = [register_row(one) for one in people()]
    rows[1] = register_row(people()[1], person=people()[1].spaced, lsoa21=people()[1].postcode.replace(" ", "").lower())
    rows[2] = register_row(people()[2], age_band=f"{people()[2].born:%d/%m/%Y}")
    return rows


def bad_rows() -> list[dict[str, str]]:
    """Rows in which something of a person stands in every column there is, and numbers are wrong in every way."""
    one, *rest = people()
    wrong_digit = one.number[:9] + str((int(one.number[9]) + 1) % 10)
    rows = [register_row(rest[0], person=wrong_digit), register_row(rest[1], person="6666666666")]
    rows += [register_row(rest[2], person=nhs_number.made(999_000_123) or ""), register_row(rest[3], person=NAMES[0])]
    for at, column in enumerate(REGISTER_HEADER):
        who = rest[4 + at % 20]
        values = (who.number, who.spaced, who.postcode, who.born.isoformat(), NAMES[0])
        rows += [register_row(who, **{column: value}) for value in values]
    return rows


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path

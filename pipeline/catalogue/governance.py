"""Information governance as part of a contract: on what ground people's data are held, by whom, and until when.

Belongs here: the fields that every person-level contract states, and what is blank or expired on a given day.
Does not belong here: which columns identify a person (contract.py), reading or refusing files (ingest).

A blank field is no error of the contract: it ships blank, because only the controller can fill it in, and it blocks
the first real file instead.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

# What people write when they mean to come back.
NOT_YET = frozenset(
    {"", "tbc", "tbd", "todo", "to do", "n/a", "na", "none", "x", "xxx", "?", "-", "pending", "unknown"}
)
OPT_OUT = ("applied upstream: ", "exempt: ")
SECTION_251 = ("reference: ", "not needed: ")


class Governance(BaseModel):
    """Who answers for the people in a person-level extract, why they may be in it, and for how long.

    `controller` is the organisation that decides, with its ODS code. `purpose`: what the data are used for, and nothing
    else. `lawful_basis`: UK GDPR articles 6 and 9. `section_251`: `reference: <CAG number>`, or `not needed: <why>`, where
    confidential patient information flows without consent. `dpia` and `sharing_agreement`: references of the impact assessment
    and of the agreement. `national_data_opt_out`: `applied upstream: <by whom>`, or `exempt: <because>`. `retention_months`:
    for how long a release is kept after it was archived. `expires`: the last day of the agreement. `permitted_roles`:
    who may use the internal part.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    controller: str = ""
    purpose: str = ""
    lawful_basis: str = ""
    section_251: str = ""
    dpia: str = ""
    sharing_agreement: str = ""
    national_data_opt_out: str = ""
    retention_months: int | None = Field(default=None, ge=1, le=1200)
    expires: date | None = None
    permitted_roles: tuple[str, ...] = ()

    @field_validator("national_data_opt_out", "section_251")
    @classmethod
    def _says_which(cls, text: str, info) -> str:
        starts = OPT_OUT if info.field_name == "national_data_opt_out" else SECTION_251
        if text and not any(text.startswith(start) and is_said(text.removeprefix(start)) for start in starts):
            raise ValueError(f"{info.field_name} begins with {' or '.join(map(repr, starts))} and says which")
        return text

    def blanks(self) -> tuple[str, ...]:
        """The fields that nobody has filled in yet, in the order of the contract."""
        return tuple(name for name in type(self).model_fields if not _is_filled(getattr(self, name)))

    def faults(self, today: date) -> tuple[str, ...]:
        """Why nothing may be taken in on a day, each in words: what is blank, what has expired."""
        blank = tuple(f"{name} is blank" for name in self.blanks())
        gone = self.expires is not None and self.expires < today
        return (*blank, *((f"expires says {self.expires.isoformat()}, which is past",) if gone else ()))

    def keep_until(self, archived: date) -> date | None:
        """The last day on which a release that was archived on a day may be kept, None where nobody has said."""
        if self.retention_months is None:
            return None
        months = archived.year * 12 + archived.month - 1 + self.retention_months
        year, month = divmod(months, 12)
        for day in range(archived.day, archived.day - 4, -1):
            try:
                return date(year, month + 1, day)
            except ValueError:
                continue
        raise AssertionError("every month has 28 days")


PersonLevel = Literal[False, True, "published"]


def is_said(text: str) -> bool:
    """Whether a text says something: not blank, and none of the words that stand for nothing yet."""
    return text.strip().casefold().rstrip(".") not in NOT_YET


def _is_filled(value: object) -> bool:
    if isinstance(value, str):
        return is_said(value)
    if isinstance(value, tuple):
        return bool(value) and all(is_said(one) for one in value)
    return value is not None

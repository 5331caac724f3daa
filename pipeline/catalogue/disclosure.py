"""The form of a disclosure profile: what of a figure may be seen, who sees to it, and what nobody may work out.

Belongs here: the rules as data (disclosure.yml). Does not belong here: applying them (publish/disclosure.py), trying to break
them (publish/attack.py).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Hidden(BaseModel):
    """The counts of people that are hidden, both ends included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: int = Field(alias="from", ge=0)
    most: int = Field(alias="to", ge=1)


class Profile(BaseModel):
    """One way of making figures safe.

    `applied_by` publisher: figures come as the publisher made them safe. us: the run does it, between internal and open marts.
    A publisher's profile is also applied by us to what a local extract gives to a metric that names it.

    `hides`: the counts that are hidden, nobody where the profile has none; `zero_shown`: whether 0 is shown all the same.
    `rounds_to`: what is shown is the nearest multiple (0: exact), `ties` says where to from the middle. `country_exact`: figures of a
    whole country are neither hidden nor rounded. Shares, rates and limits are computed from the parts as shown.
    `secondary`: other cells are hidden with the small ones where these could be had by subtraction.
    `people`: the part that counts the people behind a figure: `numerator`, or `denominator` where the numerator is money or days.

    `least_width`: of a hidden number that may be small, the numbers that fit with all that is shown must reach this far at least
    (from 0 to 4: 4). `least_share`: of hidden money, its range must be this share of its upper end at least.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z_]+$")
    title: str = Field(min_length=5)
    source: str = Field(min_length=10)
    confirmed: bool
    applied_by: Literal["publisher", "us"]
    hides: Hidden | None = None
    zero_shown: bool = True
    rounds_to: int = Field(default=0, ge=0)
    ties: Literal["up", "even"] = "up"
    country_exact: bool = False
    secondary: bool = False
    people: Literal["numerator", "denominator"] = "numerator"
    least_width: int = Field(default=0, ge=0)
    least_share: Decimal = Decimal(0)

    @model_validator(mode="after")
    def _consistent(self) -> Profile:
        if self.applied_by == "us" and self.hides is None:
            raise ValueError(f"profile {self.name} is applied by us: say what it hides")
        if self.hides and self.least_width > self.hides.most - self.hides.least:
            raise ValueError(f"profile {self.name}: least_width is wider than what it says of a hidden cell")
        if self.hides and not self.least_width:
            raise ValueError(f"profile {self.name} hides: say its least_width")
        if self.hides and self.zero_shown == (self.hides.least == 0):
            raise ValueError(f"profile {self.name}: zero is either shown or among what is hidden")
        return self


class Profiles(BaseModel):
    """All profiles, by name in the order of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profiles: tuple[Profile, ...]

    @model_validator(mode="after")
    def _named_once(self) -> Profiles:
        names = [one.name for one in self.profiles]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"profile {doubled[0]} is defined twice")
        return self

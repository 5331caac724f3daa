"""The form of a contract's `fetch` block: where a dataset's files are published, and how they are found there.

Belongs here: the pydantic models of that block and their consistency. Does not belong here: any request, any page, or
the rest of a contract (contract.py).

A rule leads from a landing page to a publication's page to the files: each step is a pattern on the links of one
page. What a pattern must find is said (`pick`), so that a page that changed is an error, never a guess.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# The groups of a pattern that say how new a link is.
DATED = ("year", "year_end")
# What servers call the files that publishers give: CSV, ZIP, XLSX, XLS, ODS, or bytes they know nothing of.
FILE_TYPES = (
    "text/csv", "application/csv", "text/plain", "application/zip", "application/x-zip-compressed",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet", "application/octet-stream", "binary/octet-stream",
)  # fmt: skip

HostName = Annotated[str, Field(pattern=r"^(::1|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LinkRule(_Strict):
    """What steps and files have in common: which links of a page are meant. See Step."""

    href: str = ""
    text: str = ""
    pick: Literal["only", "newest", "all"] = "only"
    at_most: int = Field(default=0, ge=0)

    @field_validator("href", "text")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression ({error})") from error
        return pattern

    @model_validator(mode="after")
    def _picks(self) -> LinkRule:
        if self.pick == "newest" and not self.dated:
            raise ValueError("`pick: newest` needs a pattern with the group year or year_end")
        if self.at_most and (self.pick != "all" or not self.dated):
            raise ValueError("`at_most` is for `pick: all` and a pattern with the group year or year_end")
        return self

    @property
    def dated(self) -> bool:
        """Whether its patterns say how new a link is."""
        return any(name in re.compile(pattern).groupindex for pattern in (self.href, self.text) for name in DATED)


class Step(LinkRule):
    """From a page to the next one: the links whose address matches `href` and whose text matches `text` (regular
    expressions, searched for in any case of letters; one of them may be left out).

    `pick` says what must be found: `only`, one address and no other; `newest`, the one whose groups say the latest
    time; `all`, every one, of which the newest `at_most` are followed. The groups are year (2 or 4 digits) or year_end,
    quarter or month (name or number), and day; a link whose groups say no time is not meant.
    """

    @model_validator(mode="after")
    def _has_pattern(self) -> Step:
        if not self.href and not self.text:
            raise ValueError("a step needs `href`, `text` or both")
        return self


class FileRule(LinkRule):
    """The files of some tables: links of the page that the last step led to, chosen as a step chooses, or an address that
    never changes (`url`).

    `name` is the name they are archived under, where the address does not end in it. `period` is a regular expression
    with the groups of a contract's `period.name`, searched for in the file's name, its link and then in the
    links that led there; without it, content and name say the period as they do for `add`. `fetched_is_period`: it is a
    report of the day that it is asked for; it is of the period in which that day lies, and asked for once in each.
    """

    tables: tuple[str, ...] = Field(min_length=1)
    url: str = ""
    name: str = ""
    period: str = ""
    fetched_is_period: bool = False

    @field_validator("period")
    @classmethod
    def _period_is_pattern(cls, pattern: str) -> str:
        return cls._is_pattern(pattern)

    @model_validator(mode="after")
    def _consistent(self) -> FileRule:
        if bool(self.url) == bool(self.href or self.text):
            raise ValueError(f"the file of {', '.join(self.tables)} has either `url` or `href` and `text`")
        if self.fetched_is_period and (self.period or not self.url):
            raise ValueError(
                f"the file of {', '.join(self.tables)}: `fetched_is_period` goes with `url`, without `period`"
            )
        if self.name and (self.pick != "only" or not is_file_name(self.name)):
            raise ValueError(f"the file of {', '.join(self.tables)}: `name` is the plain name of one file")
        return self


class PageDate(_Strict):
    """The day of publication as the page says it: `pattern`, a regular expression with the group `value`, is searched for
    in the page's text (white space counts as one blank) and must find one day, written as one of `formats` (strptime).
    """

    pattern: str
    formats: tuple[str, ...] = Field(min_length=1)

    @field_validator("pattern")
    @classmethod
    def _has_value(cls, pattern: str) -> str:
        LinkRule._is_pattern(pattern)
        if "value" not in re.compile(pattern).groupindex:
            raise ValueError(f"published_at {pattern!r} lacks the group value")
        return pattern


class FetchRule(_Strict):
    """How a dataset's files are found on the web.

    `start` is the landing page, `steps` lead from it to the page of a publication, `files` are links there.
    Only `hosts` are ever asked, by https. A page whose text matches `not_yet` announces a publication and is passed
    over. `published_at` says when a file was published: a date on its page, or `last_modified`, what the server says of the file.
    `proof` is `code_only` until the rule was run against the publisher's own site.
    """

    start: str = ""
    hosts: tuple[HostName, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = ()
    not_yet: str = ""
    published_at: PageDate | Literal["last_modified"] | None = None
    files: tuple[FileRule, ...] = Field(min_length=1)
    types: tuple[str, ...] = FILE_TYPES
    max_bytes: int = Field(default=250_000_000, gt=0)
    proof: Literal["real_site", "code_only"] = "code_only"

    @field_validator("not_yet")
    @classmethod
    def _not_yet_is_pattern(cls, pattern: str) -> str:
        return LinkRule._is_pattern(pattern)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that its files are of; a contract has each of them."""
        return tuple(dict.fromkeys(name for file in self.files for name in file.tables))

    @model_validator(mode="after")
    def _consistent(self) -> FetchRule:
        linked = [file for file in self.files if not file.url]
        if bool(linked) != bool(self.start):
            raise ValueError("`start` is for files that are found on a page, and only for them")
        if self.steps and not self.start:
            raise ValueError("`steps` begin at `start`")
        if isinstance(self.published_at, PageDate) and len(linked) != len(self.files):
            raise ValueError("a file with a `url` has no page that says when it was published")
        for address in filter(None, (self.start, *(file.url for file in self.files))):
            self._check_address(address)
        return self

    def _check_address(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError(f"{address} is not an https address")
        if parts.hostname not in self.hosts:
            raise ValueError(f"{address} stands on a host that `hosts` does not name")


def is_file_name(name: str) -> bool:
    """Whether `name` is plain: no folder in it, printable, not hidden."""
    return bool(name) and name.isprintable() and not name.startswith(".") and not re.search(r'[/\\:*?"<>|]', name)

"""From a dataset's landing page to the files that its rule means.

Belongs here: following the steps of a fetch rule from page to page. Does not belong here: which links of one page a
pattern means (links.py), asking for pages (web.py), or downloading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.catalogue.fetch_rule import FetchRule, FileRule, PageDate, Step
from pipeline.errors import Fault
from pipeline.fetch.links import Candidate, Link, Page, ambiguous, candidates, published_on, the_one

GetPage = Callable[[str], Page]


@dataclass(frozen=True)
class Listed:
    """A file that a publisher lists. `page` is where it stands and `trail` the links that led there, '' and none for an address
    that never changes; `published_at` is an ISO day, '' where no page says it."""

    rule: FileRule
    link: Link
    page: str = ""
    trail: tuple[Link, ...] = ()
    published_at: str = ""


@dataclass
class Listing:
    """What was found, and why the rest was not: one fault does not hide another."""

    files: list[Listed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class _At:
    page: Page
    trail: tuple[Link, ...]


def listing(rule: FetchRule, get_page: GetPage) -> Listing:
    """All files that `rule` means now. `get_page` gives a page or raises Fault."""
    found = Listing([Listed(file, Link(file.url, "")) for file in rule.files if file.url])
    if not rule.start:
        return found
    try:
        places = [_At(get_page(rule.start), ())]
        for number, step in enumerate(rule.steps, start=1):
            places = [after for place in places for after in _follow(step, number, place, rule.not_yet, get_page)]
    except Fault as fault:
        found.faults.append(fault)
        return found
    for place in places:
        try:
            found.files += _files(rule, place, found.faults)
        except Fault as fault:
            found.faults.append(fault)
    return found


def _follow(step: Step, number: int, place: _At, not_yet: str, get_page: GetPage) -> Iterator[_At]:
    """The pages that a step leads to from one page. Those that only announce a publication are passed over."""
    what = f"step {number}"
    found = candidates(step, place.page.links)
    if not found or (step.pick == "only" and len(found) > 1):
        raise ambiguous(step, place.page, what, found)
    reached = 0
    for same_time in _by_time(step, found):
        if step.pick == "newest" and len(same_time) > 1:
            raise ambiguous(step, place.page, f"{what}, the newest", same_time)
        for one in same_time:
            page = get_page(one.link.url)
            if not_yet and re.search(not_yet, page.text, re.IGNORECASE):
                continue
            yield _At(page, (*place.trail, one.link))
            reached += 1
            if step.pick == "newest" or reached == step.at_most:
                return
    if not reached:
        raise Fault(
            f"leads only to publications that are announced ({what}: {len(found)} links)",
            where=place.page.url,
            remedy="Look at the page in a browser, and mend `not_yet` or the step in the contract's fetch block",
        )


def _by_time(step: Step, found: list[Candidate]) -> Iterator[list[Candidate]]:
    """Candidates of one time together, the newest first; each alone where the time does not matter."""
    if step.pick != "newest":
        yield from ([one] for one in found)
        return
    for _, same in groupby(found, key=lambda one: one.moment):
        yield list(same)


def _files(rule: FetchRule, place: _At, faults: list[Fault]) -> Iterator[Listed]:
    day = published_on(rule.published_at, place.page).isoformat() if isinstance(rule.published_at, PageDate) else ""
    for file in rule.files:
        if file.url:
            continue
        try:
            links = _links(file, place.page)
        except Fault as fault:
            faults.append(fault)
            continue
        yield from (Listed(file, link, place.page.url, place.trail, day) for link in links)


def _links(file: FileRule, page: Page) -> list[Link]:
    what = f"the file of {', '.join(file.tables)}"
    if file.pick == "only":
        return [the_one(file, page, what)]
    found = candidates(file, page.links)
    if file.pick == "all":
        if not found:
            raise ambiguous(file, page, what, found)
        return [one.link for one in found[: file.at_most or None]]
    newest = [one for one in found if one.moment == found[0].moment]
    if len(newest) != 1:
        raise ambiguous(file, page, f"{what}, the newest", newest)
    return [newest[0].link]

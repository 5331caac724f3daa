"""What a page says: its links and its text, and which of the links a rule means.

Belongs here: reading HTML and choosing links, all of it pure. Does not belong here: asking for a page (web.py), or
where to go from it (find.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from pipeline.catalogue.fetch_rule import LinkRule, PageDate
from pipeline.errors import Fault
from pipeline.ingest.archive import MONTHS

# How many candidates a message names.
NAMED = 6
_UNSEEN = ("script", "style", "noscript", "template")
_LEFT_AS_IS = "/%:@!$&'()*+,;=~-._"

# Year, month and day; 0 where a link does not say it.
Moment = tuple[int, int, int]


@dataclass(frozen=True)
class Link:
    """A link as a page has it: its whole address, without a fragment, and its text on one line."""

    url: str
    text: str

    @property
    def readable(self) -> str:
        """The address with %20 and the like decoded."""
        return unquote(self.url)

    def __str__(self) -> str:
        return f"{self.url} [{self.text[:60]}]"


@dataclass(frozen=True)
class Page:
    """A page: its address, its links in order, and its visible text on one line."""

    url: str
    links: tuple[Link, ...]
    text: str


@dataclass(frozen=True)
class Candidate:
    """A link that a rule means, and the time that its groups say."""

    link: Link
    moment: Moment


def read_page(url: str, body: bytes, charset: str = "") -> Page:
    """A page from its bytes. What is not of its charset (UTF-8 where nobody says) is shown as a replacement sign."""
    try:
        text = body.decode(charset or "utf-8", errors="replace")
    except LookupError as error:
        raise Fault(f"is in {charset!r}, which nobody knows", where=url, remedy="Look at it in a browser") from error
    reader = _Reader(url)
    # The tag has the text before it read. `close` is not called: it would look for the end of every tag or comment that
    # has none from there to the end of the page, and a damaged page of some megabytes would hold up the night.
    reader.feed(text + "<p>")
    reader.end_link()
    return Page(url, tuple(reader.links), on_one_line("".join(reader.words)))


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base, self.links, self.words = url, [], []
        self._unseen = 0
        self._href: str | None = None
        self._label = ""
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "base" and given.get("href"):
            self.base = urljoin(self.base, given["href"])
        elif tag == "a":
            self.end_link()
            self._href = given.get("href")
            self._label = given.get("aria-label") or given.get("title") or ""
        # Cells and paragraphs part words even where no white space does.
        self.words.append(" ")
        self._inside.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag == "a":
            self.end_link()
        self.words.append(" ")
        self._inside.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)
            self._inside.append(data)

    def end_link(self) -> None:
        if self._href is not None:
            url = _address(self.base, self._href)
            if url:
                self.links.append(Link(url, on_one_line("".join(self._inside)) or on_one_line(self._label)))
        self._href, self._inside = None, []


def _address(base: str, href: str) -> str:
    """A link's whole address, as it is asked for; '' for what is not on the web."""
    try:
        url = urldefrag(urljoin(base, href.strip())).url
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts._replace(path=quote(parts.path, _LEFT_AS_IS), query=quote(parts.query, _LEFT_AS_IS + "?")).geturl()


def on_one_line(text: str) -> str:
    return " ".join(text.split())


# --- which links a rule means ----------------------------------------------------------------------------------


def candidates(rule: LinkRule, links: Iterable[Link]) -> list[Candidate]:
    """The links that `rule` means, each address once, in the page's order; of a dated rule the newest first.

    A link whose groups say no time (`special-2024` where a month is expected) is none that a dated rule means.
    """
    found: dict[str, Candidate] = {}
    for link in links:
        by_address = _search(rule.href, link.readable)
        by_text = _search(rule.text, link.text)
        if by_address is None or by_text is None:
            continue
        moment = moment_of({**by_text, **by_address}) if rule.dated else (0, 0, 0)
        if moment is not None:
            found.setdefault(link.url, Candidate(link, moment))
    if not rule.dated:
        return list(found.values())
    return sorted(found.values(), key=lambda one: one.moment, reverse=True)


def _search(pattern: str, text: str) -> dict[str, str] | None:
    """The groups of the first match, None where there is none."""
    match = re.search(pattern, text, re.IGNORECASE)
    return None if match is None else {name: value for name, value in match.groupdict().items() if value is not None}


def moment_of(groups: dict[str, str]) -> Moment | None:
    """The time that the groups of a pattern say, or None. A quarter counts as its last month."""
    year = groups.get("year") or groups.get("year_end") or ""
    if not re.fullmatch(r"\d{2}|\d{4}", year, re.ASCII):
        return None
    month, quarter, day = groups.get("month", ""), groups.get("quarter", ""), groups.get("day", "0")
    if quarter:
        month = str(3 * int(quarter)) if quarter in "1234" else "13"
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].lower(), 13 if month else 0)
    if number > 12 or (month and not number) or not day.isdigit() or int(day) > 31:
        return None
    return int(year) + (2000 if len(year) == 2 else 0), number, int(day)


def the_one(rule: LinkRule, page: Page, what: str) -> Link:
    """The only link of `page` that `rule` means. Raises Fault, naming the candidates, where there are more or none."""
    found = candidates(rule, page.links)
    if len(found) != 1:
        raise ambiguous(rule, page, what, found)
    return found[0].link


def ambiguous(rule: LinkRule, page: Page, what: str, found: list[Candidate]) -> Fault:
    """The fault of a page on which `rule` means several links where it should mean one, or none at all."""
    pattern = " and ".join(
        f"{name} {value!r}" for name, value in (("address", rule.href), ("text", rule.text)) if value
    )
    if found:
        shown = "; ".join(str(one.link) for one in found[:NAMED])
        more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
        said = f"{len(found)} links are {what} ({pattern}), expected one: {shown}{more}"
    else:
        near = nearest_links(rule, page.links)
        shown = "; the nearest: " + "; ".join(map(str, near)) if near else ""
        said = f"none of its {len(page.links)} links is {what} ({pattern}){shown}"
    return Fault(
        said, where=page.url, remedy="Look at the page in a browser, and mend the pattern in the contract's fetch block"
    )


def nearest_links(rule: LinkRule, links: Iterable[Link]) -> list[Link]:
    """The links most like the patterns of `rule`, at most `NAMED`, the nearest first."""
    from rapidfuzz import fuzz, process, utils

    wanted = re.sub(r"\(\?P<\w+>|\[[^]]*\]|\\[a-zA-Z]|\{[\d,]*\}|[\\()?*+^$|.]", " ", rule.href or rule.text)
    by_url = {link.url: link for link in links}
    texts = {url: link.readable if rule.href else link.text for url, link in by_url.items()}
    best = process.extract(wanted, texts, scorer=fuzz.token_set_ratio, processor=utils.default_process, limit=NAMED)
    return [by_url[url] for _, _, url in best]


def published_on(rule: PageDate, page: Page) -> date:
    """The day of publication that the page says. Raises Fault where it says none, or several."""
    said = sorted({match["value"] for match in re.finditer(rule.pattern, page.text, re.IGNORECASE)})
    days = {day for text in said if (day := _day(text, rule.formats))}
    if len(days) == 1:
        return days.pop()
    found = f"says {', '.join(map(repr, said[:NAMED]))}" if said else f"has nothing like {rule.pattern!r}"
    raise Fault(
        f"does not say one day of publication: it {found}",
        where=page.url,
        remedy="Look at the page in a browser, and mend `published_at` of the contract's fetch block",
    )


def _day(text: str, formats: Iterable[str]) -> date | None:
    for form in formats:
        try:
            return datetime.strptime(on_one_line(text), form).date()
        except ValueError:
            continue
    return None

"""Asks web servers, politely, and only those that it was told of.

Belongs here: one request after another, how long to wait between and after them, where redirects may lead, what an
answer must be like. Does not belong here: what a page says (links.py), what becomes of a file (download.py).

Nothing is taken from the surroundings but the system's certificates: no proxy, cookie or password of anybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit

from pipeline import __version__
from pipeline.catalogue.fetch_rule import LOOPBACK
from pipeline.errors import Fault

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

Result = TypeVar("Result")

CHUNK = 64 * 1024
PAGE_TYPES = ("text/html", "application/xhtml+xml")
LONGEST_PAGE = 5_000_000
MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
WITH_BODY = (200, 206)
# Said of a request with a condition or a range: the file is as it was; there is no such range.
UNCHANGED, NO_SUCH_RANGE = 304, 416
# What may be otherwise in a moment.
PASSING = (408, 425, 429, 500, 502, 503, 504)
GONE = (404, 410)
SHUT = (401, 403, 407, 451)


@dataclass(frozen=True)
class Clock:
    """The time, and how to let it pass: `now` (with its zone), `monotonic` and `sleep` (seconds)."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep

    def stamp(self) -> str:
        """This instant, ISO, in UTC."""
        return self.now().astimezone(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Manners:
    """How servers are asked. Times are in seconds, `slowest` is in bytes a second after `patience`.

    `pause` lies between two requests to one host. After a passing failure `first_wait` goes by, then four times as long
    each time, or as long as the server says, but at most `longest_wait`.
    """

    contact: str = ""
    proxy: str = ""
    pause: float = 2
    attempts: int = 4
    first_wait: float = 2
    longest_wait: float = 120
    connect_timeout: float = 10
    read_timeout: float = 60
    patience: float = 30
    slowest: float = 1024

    @property
    def user_agent(self) -> str:
        return f"ics-marts/{__version__}" + (f" (+{self.contact})" if self.contact else "")


class Passing(Exception):
    """A failure that may be over in a moment.

    `wait`: how long the server asks to be left alone, in seconds; `silent`: the host that could not be reached at all, and why.
    """

    def __init__(self, what: str, *, wait: float | None = None, silent: str = "") -> None:
        super().__init__(what)
        self.wait, self.silent = wait, {silent: what} if silent else {}


@dataclass(frozen=True)
class Answer:
    """What a server said before any body: `url` is where redirects ended; headers have names in small letters."""

    url: str
    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def content_type(self) -> str:
        """The media type alone, in small letters."""
        return self.header("content-type").split(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        for part in self.header("content-type").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip('"').lower()
        return ""


@dataclass(frozen=True)
class PageBody:
    """A page as it came. `url` is where redirects ended."""

    url: str
    charset: str
    body: bytes


class Web:
    """Servers, asked one request at a time. `loopback` allows plain http to this machine, for tests; nothing else does."""

    def __init__(self, manners: Manners = Manners(), clock: Clock = Clock(), *, loopback: bool = False) -> None:
        self.manners, self.clock, self.loopback = manners, clock, loopback
        self._asked: dict[str, float] = {}
        self._silent: dict[str, str] = {}
        self._pages: dict[str, PageBody] = {}
        self._pool = None

    def page(self, url: str, hosts: Collection[str]) -> PageBody:
        """A page, asked for once in the life of this object. Raises Fault where there is none to be had."""
        if url not in self._pages:
            self._pages[url] = self.persist(lambda: self._page(url, hosts), url)
        return self._pages[url]

    def persist(self, work: Callable[[], Result], url: str) -> Result:
        """What `work` gives. After a passing failure it is done again, later; raises Fault after the last attempt."""
        host = urlsplit(url).hostname or ""
        if host in self._silent:
            raise Fault(f"not asked: {host} {self._silent[host]}", where=url, remedy="Try again later")
        manners, wait = self.manners, self.manners.first_wait
        for attempt in range(1, manners.attempts + 1):
            try:
                return work()
            except Passing as failure:
                longer = failure.wait is not None and failure.wait > manners.longest_wait
                if attempt == manners.attempts or longer:
                    self._silent.update(failure.silent)
                    asks = f" and asks to be left alone for {failure.wait:.0f} s" if longer else ""
                    tried = f" ({attempt} times)" if attempt > 1 else ""
                    raise Fault(f"{failure}{asks}{tried}", where=url, remedy="Try again later") from failure
                self.clock.sleep(max(min(wait, manners.longest_wait), failure.wait or 0))
                wait *= 4
        raise AssertionError("there is at least one attempt")

    @contextmanager
    def asking(self, url: str, hosts: Collection[str], headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """One request, redirects followed. The body is read within the block or not at all.

        Raises Passing for what may be over in a moment, Fault for what will not: a host or scheme that is not allowed,
        a status that is neither a body nor an answer to a condition.
        """
        address = url
        for _ in range(MOST_REDIRECTS + 1):
            self._check_allowed(address, hosts, url)
            response = self._request(address, headers or {})
            try:
                said = {name.lower(): value for name, value in response.headers.items()}
                if response.status in REDIRECTS:
                    address = urljoin(address, said.get("location", ""))
                    continue
                self._check_status(response.status, said, url)
                yield Answer(address, response.status, said, self._chunks(response))
                return
            finally:
                # Whatever was not read is not wanted: the connection goes with it.
                response.close()
        raise Fault(
            f"redirects more than {MOST_REDIRECTS} times, lastly to {address}",
            where=url,
            remedy="Look at it in a browser",
        )

    def _page(self, url: str, hosts: Collection[str]) -> PageBody:
        with self.asking(url, hosts) as answer:
            if answer.status not in WITH_BODY:
                raise Fault(f"answers {answer.status}, expected a page", where=url, remedy="Look at it in a browser")
            if answer.content_type not in PAGE_TYPES:
                raise Fault(
                    f"is {answer.content_type or 'of no type'}, expected a page ({PAGE_TYPES[0]})",
                    where=url,
                    remedy="Mend `start` or `steps` of the contract's fetch block",
                )
            body = bytearray()
            for chunk in answer.chunks:
                body += chunk
                if len(body) > LONGEST_PAGE:
                    raise Fault(
                        f"is a page of more than {LONGEST_PAGE:,} bytes", where=url, remedy="Look at it in a browser"
                    )
            length = answer.header("content-length")
            if length.isdigit() and len(body) < int(length):
                raise Passing(f"broke off after {len(body):,} of {int(length):,} bytes")
            return PageBody(answer.url, answer.charset, bytes(body))

    def _check_allowed(self, address: str, hosts: Collection[str], asked: str) -> None:
        parts = urlsplit(address)
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError:
            host, port = "", 0
        secure = parts.scheme == "https" and port in (None, 443)
        to_this_machine = self.loopback and parts.scheme == "http" and host in LOOPBACK
        leads = "leads" if address == asked else f"redirects to {address}, which leads"
        if parts.username is not None or not (secure or to_this_machine):
            raise Fault(
                f"{leads} off plain https, which alone is asked",
                where=asked,
                remedy="Look at it in a browser, and mend the contract's fetch block",
            )
        if host not in hosts:
            raise Fault(
                f"{leads} to the host {host}, expected one of {', '.join(hosts)}",
                where=asked,
                remedy="If the publisher moved, add it to `hosts` of the contract's fetch block",
            )

    def _request(self, address: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        import urllib3

        host = urlsplit(address).hostname or ""
        if host in self._asked:
            rest = self._asked[host] + self.manners.pause - self.clock.monotonic()
            if rest > 0:
                self.clock.sleep(rest)
        self._asked[host] = self.clock.monotonic()
        # Identity: the bytes are the publisher's, and a range of them can be asked for.
        sent = {"User-Agent": self.manners.user_agent, "Accept": "*/*", "Accept-Encoding": "identity", **headers}
        try:
            return self._connections().request(
                "GET", address, headers=sent, redirect=False, retries=False, preload_content=False, decode_content=False
            )
        except urllib3.exceptions.SSLError as error:
            raise Fault(
                f"its certificate cannot be trusted ({_in_words(error)})",
                where=address,
                remedy="If your network inspects traffic, have its certificate among the system's (SSL_CERT_FILE)",
            ) from error
        except urllib3.exceptions.LocationParseError as error:
            raise Fault(f"is no address ({_in_words(error)})", where=address, remedy="Look at the page") from error
        except urllib3.exceptions.HTTPError as error:
            raise Passing(_in_words(error), silent=host) from error

    def _connections(self):
        import urllib3

        if self._pool is None:
            manners = self.manners
            timeout = urllib3.Timeout(connect=manners.connect_timeout, read=manners.read_timeout)
            if manners.proxy:
                self._pool = urllib3.ProxyManager(manners.proxy, timeout=timeout)
            else:
                self._pool = urllib3.PoolManager(timeout=timeout)
        return self._pool

    def _check_status(self, status: int, headers: Mapping[str, str], url: str) -> None:
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if status in WITH_BODY and encoding not in ("", "identity"):
            raise Fault(
                f"comes {encoding}-encoded although its plain bytes were asked for", where=url, remedy="Report it"
            )
        if status in (*WITH_BODY, UNCHANGED, NO_SUCH_RANGE):
            return
        said = f"answers {status} {phrase(status)}".strip()
        if status in PASSING:
            raise Passing(said, wait=retry_after(headers.get("retry-after", ""), self.clock.now()))
        if status in SHUT:
            remedy = "Download it in a browser and `ics-marts add` it with --url; set `fetch_contact`, so that publishers know who asks"
        elif status in GONE:
            remedy = "Look in a browser whether it moved, and mend the contract's fetch block"
        else:
            remedy = "Look at it in a browser"
        raise Fault(said, where=url, remedy=remedy)

    def _chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        """The body as it comes. Raises Passing where it breaks off or trickles."""
        import urllib3

        began, got = self.clock.monotonic(), 0
        try:
            while chunk := response.read1(CHUNK):
                got += len(chunk)
                yield chunk
                took = self.clock.monotonic() - began
                if took > self.manners.patience and got / took < self.manners.slowest:
                    raise Passing(f"sends only {got / took:,.0f} bytes a second")
        except urllib3.exceptions.HTTPError as error:
            raise Passing(f"broke off after {got:,} bytes ({_in_words(error)})") from error


def retry_after(said: str, now: datetime) -> float | None:
    """How long a Retry-After header asks to wait, in seconds; None where it says nothing that can be read."""
    if said.strip().isdigit():
        return float(said)
    moment = http_date(said)
    return max((moment - now).total_seconds(), 0.0) if moment else None


def http_date(said: str) -> datetime | None:
    """The instant that a header says, in UTC, or None."""
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _in_words(error: Exception) -> str:
    """What urllib3 says, without the objects that it prints."""
    import urllib3

    known: tuple[tuple[type[Exception], str], ...] = (
        (urllib3.exceptions.NameResolutionError, "its name is not known here"),
        (urllib3.exceptions.ProxyError, "cannot be reached through the proxy"),
        (urllib3.exceptions.NewConnectionError, "cannot be reached"),
        (urllib3.exceptions.ConnectTimeoutError, "does not answer"),
        (urllib3.exceptions.ReadTimeoutError, "says nothing for too long"),
        (urllib3.exceptions.IncompleteRead, "the connection closed too early"),
    )
    for kind, words in known:
        if isinstance(error, kind):
            return words
    inner = error.args[-1] if error.args else error
    return " ".join(str(inner if isinstance(inner, Exception) else error).split())[:200]

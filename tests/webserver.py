"""A web server on this machine that serves pages and files as the publishers do, and fails as they do.

The form of the pages is that of digital.nhs.uk: a series page that lists the latest, the announced and the past
publications, and a publication's page with its date and its files on another host (here: another name of this one).
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = "text/html; charset=utf-8"
CSV = "text/csv"
LAST_MODIFIED = "Thu, 18 Dec 2025 09:30:00 GMT"


@dataclass(frozen=True)
class Asked:
    """A request as it came; header names in small letters."""

    path: str
    headers: Mapping[str, str]
    host: str


@dataclass(frozen=True)
class Said:
    """An answer. `cut` sends only so many bytes of the body, then closes; `pause` waits between chunks of `chunk` bytes."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    pause: float = 0
    chunk: int = 16_384
    length: bool = True


@dataclass
class Site:
    """What the server says. `standing` is said whenever `queued` has nothing left for a path."""

    port: int = 0
    standing: dict[str, Callable[[Asked], Said]] = field(default_factory=dict)
    queued: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, html: str) -> str:
        self.standing[path] = lambda _: Said(body=html.encode(), headers={"Content-Type": HTML})
        return self.url(path)

    def file(
        self, path: str, body: bytes, *, type: str = CSV, etag: str | None = "", last_modified: str = LAST_MODIFIED,
        ranges: bool = True,
    ) -> str:  # fmt: skip
        """A file with an ETag (None: without; default: of its content) that answers conditions and ranges."""
        tag = f'"{hashlib.md5(body).hexdigest()}"' if etag == "" else etag
        facts = {"Content-Type": type, "ETag": tag, "Last-Modified": last_modified}
        headers = {name: value for name, value in facts.items() if value}

        def answer(asked: Asked) -> Said:
            if _unchanged(asked, tag, last_modified):
                return Said(304, headers=headers)
            start = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
            if not start or not ranges or asked.headers.get("if-range", tag) not in (tag, last_modified):
                return Said(body=body, headers=headers)
            offset = int(start[1])
            if offset >= len(body):
                return Said(416, headers={"Content-Range": f"bytes */{len(body)}"})
            span = f"bytes {offset}-{len(body) - 1}/{len(body)}"
            return Said(206, body[offset:], {**headers, "Content-Range": span})

        self.standing[path] = answer
        return self.url(path)

    def next(self, path: str, *said: Said) -> None:
        """What is said of a path first, one after the other."""
        self.queued[path] += said

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def last(self, path: str) -> Asked:
        return [one for one in self.asked if one.path == path][-1]

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        if self.queued[asked.path]:
            return self.queued[asked.path].pop(0)
        standing = self.standing.get(asked.path)
        return standing(asked) if standing else Said(404, b"<h1>Page not found</h1>", {"Content-Type": HTML})


def _unchanged(asked: Asked, tag: str | None, last_modified: str) -> bool:
    if "if-none-match" in asked.headers:
        return tag is not None and asked.headers["if-none-match"] == tag
    since = asked.headers.get("if-modified-since")
    return bool(since and last_modified) and parsedate_to_datetime(last_modified) <= parsedate_to_datetime(since)


@contextmanager
def serving() -> Iterator[Site]:
    """A site at work on a free port of 127.0.0.1."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = site.answer(Asked(self.path, headers, headers.get("host", "").rsplit(":", 1)[0]))
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.length and said.status != 304:
                self.send_header("Content-Length", str(len(said.body)))
            self.close_connection = said.cut is not None or not said.length
            self.end_headers()
            body = said.body if said.cut is None else said.body[: said.cut]
            try:
                for start in range(0, len(body), said.chunk):
                    self.wfile.write(body[start : start + said.chunk])
                    self.wfile.flush()
                    time.sleep(said.pause)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up, as many of these tests make it do, is nothing to report."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- pages as the publishers write them ------------------------------------------------------------------------


def series_page(title: str, publications: Mapping[str, str], announced: Mapping[str, str] | None = None) -> str:
    """A series page: `publications` and `announced` map addresses to names, the latest first."""
    (latest, name), *past = publications.items()
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>{title} - NHS England Digital</title>
<script>var links = '<a href="/appointments/december-2031">December 2031</a>';</script></head>
<body><a href="#main">Skip to main content</a> <a href="/">Home</a> <a href="mailto:enquiries@example.org">Mail</a>
<h1 data-uipath="ps.document.title">{title}</h1>
<div class="nhsd-a-box"><h2>Latest statistics</h2>
<ul data-uipath="ps.series.publications-list.latest"><li><a class="nhsd-a-box-link" href="{latest}" itemprop="url">
  <div><span>Latest statistics</span><h3 itemprop="name">{name}</h3></div></a></li></ul></div>
<h2>Upcoming publications</h2><ul>{_items(announced or {})}</ul>
<h2>Past publications</h2><ul data-uipath="ps.series.publications-list.previous">{_items(dict(past))}</ul>
</body></html>"""


def _items(links: Mapping[str, str]) -> str:
    return "\n".join(f'<li><a href="{href}" itemprop="url"><h4>{name}</h4></a></li>' for href, name in links.items())


def publication_page(title: str, published: str, files: Mapping[str, str]) -> str:
    """A publication's page: `files` maps addresses to what their links say."""
    resources = "\n".join(
        f'<li class="attachment" itemprop="distribution"><a href="{href}" itemprop="contentUrl"><div>'
        f"<p>{name}</p><p>CSV 167.5 KB</p></div></a></li>"
        for href, name in files.items()
    )
    return f"""<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>
<h1>{title}</h1><dl><dt>Publication date:</dt><dd data-uipath="ps.publication.nominal-publication-date">{published}</dd>
<dt>Geographic coverage:</dt><dd>England</dd><dt>Date range:</dt><dd>01 Jun 2023 to 30 Nov 2025</dd></dl>
<p><a href="https://www.gov.uk/ogl">Open Government Licence</a></p>
<h2>Resources</h2><ul data-uipath="ps.publication.resources-attachments">{resources}</ul>
<p>Last edited: 19 December 2025 9:30 am</p></body></html>"""


def announced_page(title: str, published: str) -> str:
    return f"""<!DOCTYPE html><html><body><h1>{title}</h1><dl><dt>Publication date:</dt><dd>{published}</dd></dl>
<p data-uipath="ps.publication.upcoming-disclaimer">(Upcoming, not yet published)</p></body></html>"""

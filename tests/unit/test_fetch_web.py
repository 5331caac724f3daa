"""Requests against a server on this machine: politeness, retries, redirects, conditions, what broke off, limits."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline import __version__
from pipeline.errors import Fault
from pipeline.fetch.download import PART, PART_FACTS, Limits, ask, download, file_name, folder_of
from pipeline.fetch.record import Entry, Facts, Record
from pipeline.fetch.web import LONGEST_PAGE, Clock, Manners, Web, retry_after
from tests.webserver import CSV, HTML, LAST_MODIFIED, Asked, Said, serving

HOSTS = ("127.0.0.1",)
NOW = datetime(2026, 1, 5, 5, 30, tzinfo=UTC)
BODY = b"".join(b"%07d,row\n" % number for number in range(20_000))  # 240,000 bytes
LIMITS = Limits((CSV,), 1_000_000)
PLAINLY = Asked("/file.csv", {}, "")


@dataclass
class Passing:
    """A clock that stands still but for sleeping."""

    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(lambda: NOW, lambda: sum(self.slept), self.slept.append)


@pytest.fixture
def site():
    with serving() as one:
        yield one


@pytest.fixture
def time_passes() -> Passing:
    return Passing()


@pytest.fixture
def web(time_passes) -> Web:
    return Web(Manners(), time_passes.clock(), loopback=True)


def get(web: Web, url: str, folder, **more) -> bytes | None:
    got = download(web, url, HOSTS, more.pop("limits", LIMITS), folder, "file.csv", **more)
    return got.path.read_bytes() if got else None


# --- politeness ------------------------------------------------------------------------------------------------


def test_who_asks_is_said_and_nothing_else_of_this_machine(site, web):
    web.page(site.page("/", "<p>hello"), HOSTS)
    (asked,) = site.asked
    assert asked.headers["user-agent"] == f"ics-marts/{__version__}"
    assert set(asked.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert Manners(contact="https://example.nhs.uk/ics").user_agent.endswith(" (+https://example.nhs.uk/ics)")


def test_requests_to_one_host_keep_their_distance_and_others_do_not_wait(site, web, time_passes):
    for path in ("/a", "/b", "/c"):
        web.page(site.page(path, "<p>"), HOSTS)
    assert time_passes.slept == [2, 2]
    web.page(site.url("/a", "localhost"), ("localhost",))
    assert time_passes.slept == [2, 2]


def test_a_page_is_asked_for_once(site, web):
    url = site.page("/", "<p>hello")
    assert web.page(url, HOSTS) == web.page(url, HOSTS)
    assert site.paths() == ["/"]


# --- retries ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again_later(site, web, time_passes, status):
    url = site.page("/", "<p>hello")
    site.next("/", Said(status), Said(status))
    assert b"hello" in web.page(url, HOSTS).body
    assert time_passes.slept == [2, 8]


def test_after_four_times_it_is_a_fault(site, web, time_passes):
    url = site.page("/", "<p>hello")
    site.next("/", *[Said(500)] * 9)
    with pytest.raises(Fault) as fault:
        web.page(url, HOSTS)
    assert str(fault.value) == f"{url}: answers 500 Internal Server Error (4 times). Try again later"
    assert len(site.asked) == 4
    assert time_passes.slept == [2, 8, 32]


@pytest.mark.parametrize(("status", "said"), [
    (404, "answers 404 Not Found. Look in a browser whether it moved"), (410, "answers 410 Gone. Look in a browser"),
    (403, "answers 403 Forbidden. Download it in a browser"), (401, "answers 401 Unauthorized"), (400, "answers 400 Bad"),
    (204, "answers 204 No Content"), (501, "answers 501 Not Implemented"), (599, "answers 599. Look at it in a browser"),
])  # fmt: skip
def test_what_does_not_pass_is_said_at_once(site, web, time_passes, status, said):
    site.next("/", Said(status))
    with pytest.raises(Fault) as fault:
        web.page(site.url("/"), HOSTS)
    assert f"{site.url('/')}: {said}" in str(fault.value)
    assert time_passes.slept == []


def test_a_server_that_says_how_long_to_wait_is_left_alone_so_long(site, web, time_passes):
    url = site.page("/", "<p>hello")
    site.next("/", Said(429, headers={"Retry-After": "45"}))
    web.page(url, HOSTS)
    assert time_passes.slept == [45]


def test_one_that_asks_for_an_hour_is_not_waited_for(site, web, time_passes):
    site.next("/", Said(503, headers={"Retry-After": "3600"}))
    with pytest.raises(Fault, match="answers 503 Service Unavailable and asks to be left alone for 3600 s"):
        web.page(site.url("/"), HOSTS)
    assert time_passes.slept == []


@pytest.mark.parametrize(("said", "seconds"), [
    ("120", 120), ("Mon, 05 Jan 2026 05:31:00 GMT", 60), ("Mon, 05 Jan 2026 05:00:00 GMT", 0), ("soon", None), ("", None),
])  # fmt: skip
def test_how_long_to_wait_is_seconds_or_an_instant(said, seconds):
    assert retry_after(said, NOW) == seconds


def test_a_host_that_cannot_be_reached_is_not_asked_again(web, time_passes):
    with serving() as gone:
        url = gone.url("/a")
    with pytest.raises(Fault, match=r"cannot be reached \(4 times\)"):
        web.page(url, HOSTS)
    waited = list(time_passes.slept)
    with pytest.raises(Fault, match=r"not asked: 127\.0\.0\.1 cannot be reached"):
        web.page(gone.url("/b"), HOSTS)
    assert time_passes.slept == waited


# --- slow servers ----------------------------------------------------------------------------------------------


def test_a_server_that_says_nothing_is_given_up(site, time_passes):
    web = Web(Manners(read_timeout=0.05, attempts=2), time_passes.clock(), loopback=True)
    site.page("/", "<p>hello")
    site.next("/", *[Said(body=b"x" * 10, headers={"Content-Type": HTML}, chunk=1, pause=0.3)] * 2)
    with pytest.raises(Fault, match=r"says nothing for too long\)? \(2 times\)"):
        web.page(site.url("/"), HOSTS)


def test_a_server_that_trickles_is_given_up_and_gone_on_with(site, tmp_path):
    web = Web(
        Manners(pause=0, first_wait=0, patience=0.05, slowest=100_000), Clock(sleep=lambda _: None), loopback=True
    )
    url = site.file("/file.csv", BODY)
    tag = site.standing["/file.csv"](PLAINLY).headers["ETag"]
    slow = Said(body=BODY, headers={"Content-Type": CSV, "ETag": tag}, chunk=100, pause=0.01)
    site.next("/file.csv", slow)
    began = time.monotonic()
    assert get(web, url, tmp_path) == BODY
    assert time.monotonic() - began < 5
    assert site.last("/file.csv").headers["range"].startswith("bytes=")


# --- where it leads --------------------------------------------------------------------------------------------


def test_a_redirect_on_the_host_is_followed_and_where_it_ended_is_known(site, web):
    site.page("/new/page", "<p>hello")
    site.next("/old", Said(301, headers={"Location": "/new/page"}))
    assert web.page(site.url("/old"), HOSTS).url == site.url("/new/page")


def test_a_redirect_to_another_host_is_refused_and_nothing_is_asked_there(site, web):
    site.page("/page", "<p>hello")
    target = site.url("/page", "localhost")
    site.next("/old", Said(302, headers={"Location": target}))
    with pytest.raises(Fault) as fault:
        web.page(site.url("/old"), HOSTS)
    assert str(fault.value) == (
        f"{site.url('/old')}: redirects to {target}, which leads to the host localhost, expected one of 127.0.0.1. "
        "If the publisher moved, add it to `hosts` of the contract's fetch block"
    )
    assert site.paths() == ["/old"]


@pytest.mark.parametrize("target", [
    "ftp://127.0.0.1/x", "file:///etc/passwd", "http://example.org/x", "https://127.0.0.1:8443/x",
    "https://user:secret@127.0.0.1/x", "https://127.0.0.1:notaport/x",
])  # fmt: skip
def test_nothing_but_plain_https_is_followed(site, web, target):
    site.next("/old", Said(302, headers={"Location": target}))
    with pytest.raises(Fault, match="which leads off plain https, which alone is asked"):
        web.page(site.url("/old"), ("127.0.0.1", "example.org"))


def test_a_redirect_that_never_ends_is_a_fault(site, web):
    site.next("/a", *[Said(302, headers={"Location": "/a"})] * 9)
    with pytest.raises(Fault, match="redirects more than 5 times"):
        web.page(site.url("/a"), HOSTS)
    assert len(site.asked) == 6


def test_without_being_told_so_not_even_this_machine_is_asked_by_http(site, time_passes):
    with pytest.raises(Fault, match="leads off plain https"):
        Web(Manners(), time_passes.clock()).page(site.page("/", "<p>"), HOSTS)
    assert site.asked == []


# --- what a page is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "words"), [
    (Said(body=b"x", headers={"Content-Type": CSV}), "is text/csv, expected a page"),
    (Said(body=b"x"), "is of no type, expected a page"),
    (Said(body=b"x" * (LONGEST_PAGE + 1), headers={"Content-Type": HTML}), "is a page of more than 5,000,000 bytes"),
    (Said(304), "answers 304, expected a page"),
    (Said(body=b"x", headers={"Content-Type": HTML, "Content-Encoding": "br"}), "comes br-encoded although"),
])  # fmt: skip
def test_what_is_not_a_page_is_refused(site, web, said, words):
    site.next("/", said)
    with pytest.raises(Fault, match=words):
        web.page(site.url("/"), HOSTS)


def test_a_page_that_broke_off_is_asked_for_again(site, web, time_passes):
    url = site.page("/", "<p>hello")
    site.next("/", Said(body=b"<p>hello", headers={"Content-Type": HTML}, cut=4))
    assert b"hello" in web.page(url, HOSTS).body
    assert time_passes.slept == [2]


# --- files -----------------------------------------------------------------------------------------------------


def test_a_file_comes_whole_with_what_the_server_said(site, web, tmp_path):
    url = site.file("/a/file.csv", BODY)
    got = download(web, url, HOSTS, LIMITS, tmp_path, "file.csv")
    assert got.path.read_bytes() == BODY
    assert (got.size, len(got.sha256)) == (len(BODY), 64)
    tag = got.facts.etag
    assert got.facts == Facts(url, url, 200, tag, LAST_MODIFIED, CSV, str(len(BODY)), "2026-01-05T05:30:00+00:00")
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]
    assert site.last("/a/file.csv").headers["accept-encoding"] == "identity"


def entry_of(got) -> Entry:
    return Entry(got.facts, "file.csv", got.sha256, got.size, "", "", "")


@pytest.mark.parametrize("etag", ["", None, 'W/"weak"'], ids=["etag", "last modified", "weak etag"])
def test_a_file_that_did_not_change_is_not_sent_again(site, web, tmp_path, etag):
    url = site.file("/file.csv", BODY, etag=etag)
    before = entry_of(download(web, url, HOSTS, LIMITS, tmp_path, "file.csv"))
    assert download(web, url, HOSTS, LIMITS, tmp_path, "file.csv", before) is None
    conditions = {"if-none-match": before.facts.etag, "if-modified-since": LAST_MODIFIED}
    asked = site.last("/file.csv").headers
    assert {name: asked.get(name, "") for name in conditions} == conditions


def test_a_revised_file_at_the_same_address_comes_anew(site, web, tmp_path):
    url = site.file("/file.csv", BODY)
    before = entry_of(download(web, url, HOSTS, LIMITS, tmp_path, "file.csv"))
    site.file("/file.csv", BODY + b"revised\n", last_modified="Fri, 19 Dec 2025 09:30:00 GMT")
    assert get(web, url, tmp_path, before=before) == BODY + b"revised\n"


def test_what_broke_off_is_gone_on_with(site, web, tmp_path):
    url = site.file("/file.csv", BODY)
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", replace(whole, cut=100_000))
    assert get(web, url, tmp_path) == BODY
    asked = site.last("/file.csv").headers
    assert (asked["range"], asked["if-range"]) == ("bytes=100000-", whole.headers["ETag"])


def test_what_broke_off_for_good_is_gone_on_with_by_the_next_call(site, web, tmp_path):
    url = site.file("/file.csv", BODY)
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", replace(whole, cut=100_000), *[Said(500)] * 3)
    with pytest.raises(Fault, match=r"answers 500 Internal Server Error \(4 times\)"):
        get(web, url, tmp_path)
    assert (tmp_path / PART).read_bytes() == BODY[:100_000]
    assert not (tmp_path / "file.csv").exists()
    assert get(Web(Manners(), Passing().clock(), loopback=True), url, tmp_path) == BODY
    assert site.last("/file.csv").headers["range"] == "bytes=100000-"


@pytest.mark.parametrize("cut", [0, 1, 239_999])
def test_a_body_that_always_breaks_off_is_a_fault_and_no_file(site, web, tmp_path, cut):
    url = site.file("/file.csv", BODY, ranges=False)
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", *[replace(whole, cut=cut)] * 4)
    with pytest.raises(Fault, match=r"broke off after .* \(4 times\)"):
        get(web, url, tmp_path)
    assert not (tmp_path / "file.csv").exists()


def test_a_file_that_changed_while_it_broke_off_starts_anew(site, web, tmp_path):
    url = site.file("/file.csv", BODY)
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", replace(whole, cut=100_000))
    other = BODY[::-1] + b"more"
    site.file("/file.csv", other, last_modified="Fri, 19 Dec 2025 09:30:00 GMT")
    assert get(web, url, tmp_path) == other


@pytest.mark.parametrize("answer", [
    Said(206, BODY[:10], {"Content-Range": f"bytes 0-9/{len(BODY)}", "Content-Type": CSV}),
    Said(206, BODY[100_000:], {"Content-Range": f"bytes 100000-{len(BODY)}/{len(BODY) + 1}", "Content-Type": CSV}),
    Said(206, BODY[100_000:], {"Content-Type": CSV}),
    Said(416, b"", {"Content-Range": "bytes */5"}),
], ids=["another start", "another length", "no range", "no such range"])  # fmt: skip
def test_a_server_that_goes_on_elsewhere_is_asked_for_all(site, web, tmp_path, answer):
    url = site.file("/file.csv", BODY)
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", replace(whole, cut=100_000), answer)
    assert get(web, url, tmp_path) == BODY
    assert "range" not in site.last("/file.csv").headers


def test_a_server_that_sends_less_than_the_rest_is_asked_for_what_is_left(site, web, tmp_path):
    url = site.file("/file.csv", BODY)
    whole = site.standing["/file.csv"](PLAINLY)
    span = {**whole.headers, "Content-Range": f"bytes 100000-149999/{len(BODY)}"}
    site.next("/file.csv", replace(whole, cut=100_000), Said(206, BODY[100_000:150_000], span))
    assert get(web, url, tmp_path) == BODY
    assert site.last("/file.csv").headers["range"] == "bytes=150000-"


def test_a_server_without_ranges_is_asked_for_all(site, web, tmp_path):
    url = site.file("/file.csv", BODY, ranges=False)
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", replace(whole, cut=100_000))
    assert get(web, url, tmp_path) == BODY


def test_without_anything_that_tells_versions_apart_nothing_is_gone_on_with(site, web, tmp_path):
    url = site.file("/file.csv", BODY, etag=None, last_modified="")
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", replace(whole, cut=100_000))
    assert get(web, url, tmp_path) == BODY
    assert "range" not in site.last("/file.csv").headers


def test_a_part_that_was_whole_when_the_machine_died_is_taken_without_asking(site, web, tmp_path):
    url = site.file("/file.csv", BODY)
    whole = site.standing["/file.csv"](PLAINLY)
    site.next("/file.csv", replace(whole, cut=len(BODY) - 1), *[Said(500)] * 3)
    with pytest.raises(Fault):
        get(web, url, tmp_path)
    with (tmp_path / PART).open("ab") as stream:
        stream.write(BODY[-1:])
    asked = len(site.asked)
    assert get(web, url, tmp_path) == BODY
    assert len(site.asked) == asked


def test_a_part_of_which_nobody_knows_what_it_is_is_not_gone_on_with(site, web, tmp_path):
    url = site.file("/file.csv", BODY)
    (tmp_path / PART).write_bytes(b"something")
    (tmp_path / PART_FACTS).write_text("{", "utf-8")
    assert get(web, url, tmp_path) == BODY
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.csv"]


@pytest.mark.parametrize(("said", "words"), [
    (Said(body=b"<html>log in", headers={"Content-Type": HTML}), "is text/html, expected one of text/csv"),
    (Said(body=b"x"), "is of no type, expected one of text/csv"),
    (Said(body=b"x" * 1_000_001, headers={"Content-Type": CSV}), "has 1,000,001 bytes, expected at most 1,000,000"),
    (Said(body=b"x", headers={"Content-Type": CSV}, length=False), "comes without its length"),
    (Said(body=b"x", headers={"Content-Type": CSV, "Content-Encoding": "gzip"}), "comes gzip-encoded although"),
    (Said(404), "answers 404 Not Found"),
])  # fmt: skip
def test_what_is_not_expected_is_refused_at_once_and_leaves_nothing(site, web, tmp_path, time_passes, said, words):
    site.next("/file.csv", said)
    with pytest.raises(Fault, match=words):
        get(web, site.url("/file.csv"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert time_passes.slept == []
    site.next("/file.csv", said)
    with pytest.raises(Fault, match=words), ask(web, site.url("/file.csv"), HOSTS, LIMITS, None):
        raise AssertionError("it should not have come to that")


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> Said:
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end
    return Said(
        body=body, headers={"Content-Type": CSV, "Transfer-Encoding": "chunked"}, length=False, chunk=len(body) or 1
    )


def test_a_body_in_chunks_ends_where_the_server_says_and_not_before(site, web, tmp_path):
    site.next("/file.csv", chunked(BODY[:1000], end=b""), chunked(BODY[:1000], BODY[1000:]))
    assert get(web, site.url("/file.csv"), tmp_path) == BODY


def test_a_body_in_chunks_that_does_not_end_is_stopped_at_the_limit(site, web, tmp_path):
    site.next("/file.csv", chunked(*[BODY] * 5))
    with pytest.raises(Fault, match="has more than 1,000,000 bytes, expected at most 1,000,000"):
        get(web, site.url("/file.csv"), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("url", "name"), [
    ("https://a/b/MHSDS%20Data_Nov.csv", "MHSDS Data_Nov.csv"), ("https://a/x.csv?version=2", "x.csv"),
])  # fmt: skip
def test_a_file_is_named_as_its_address_ends(url, name):
    assert file_name(url) == name
    assert file_name(url, "given.csv") == "given.csv"


@pytest.mark.parametrize("url", ["https://a/", "https://a/b/..%2F..%2Fetc", "https://a/.hidden", "https://a/%00.csv"])
def test_an_address_that_ends_in_no_plain_name_is_refused(url):
    with pytest.raises(Fault, match="does not end in a plain file name"):
        file_name(url)


def test_every_address_has_a_folder_of_its_own(tmp_path):
    one, two = (folder_of(tmp_path, "d", f"https://a/{number}/x.csv") for number in (1, 2))
    assert one != two
    assert one == folder_of(tmp_path, "d", "https://a/1/x.csv")


# --- the record ------------------------------------------------------------------------------------------------


def test_the_record_keeps_every_download_and_knows_the_last(tmp_path):
    record = Record(tmp_path, "d")
    facts = Facts("https://a/x", "https://a/x", 200, '"1"', "", CSV, "5", "2026-01-05T05:30:00+00:00")
    first = Entry(facts, "x", "a" * 64, 5, "https://a/", "2025-12-18", "")
    record.add(first)
    record.add(replace(first, sha256="b" * 64))
    record.change(record.last("https://a/x"), releases=("d/t/all/2025-11/bbb",))
    again = Record(tmp_path, "d")
    assert [one.sha256[0] for one in again.entries] == ["a", "b"]
    assert again.last("https://a/x").releases == ("d/t/all/2025-11/bbb",)
    assert again.last("https://a/y") is None
    assert [path.name for path in (tmp_path / ".fetch").iterdir()] == ["d.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"entries": [{}]}', '{"entries": [{"facts": {}, "releases": []}]}'])
def test_a_damaged_record_is_a_fault_that_says_what_deleting_it_costs(tmp_path, text):
    (tmp_path / ".fetch").mkdir()
    (tmp_path / ".fetch" / "d.json").write_text(text)
    with pytest.raises(Fault, match="Delete it: the files are then downloaded once more"):
        Record(tmp_path, "d")


def test_the_clock_of_this_machine_stamps_in_utc():
    stamp = datetime.fromisoformat(Clock().stamp())
    assert stamp.utcoffset() == timedelta(0)
    assert abs(stamp - datetime.now(UTC)) < timedelta(minutes=1)

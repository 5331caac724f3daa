"""Reading pages and choosing links: what is a link, what a pattern means, and what is said where it means two or none."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalogue.fetch_rule import FileRule, PageDate, Step
from pipeline.errors import Fault
from pipeline.fetch.links import Link, Page, candidates, moment_of, published_on, read_page, the_one
from tests.webserver import publication_page, series_page

HERE = "https://example.nhs.uk/data/series"
MONTHLY = Step(href=r"/(?P<month>[a-z]+)-(?P<year>\d{4})$", pick="newest")


def page_of(html: str, url: str = HERE) -> Page:
    return read_page(url, html.encode())


def page_with(*links: tuple[str, str]) -> Page:
    return Page(HERE, tuple(Link(url, text) for url, text in links), "")


# --- reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("html", "url", "text"), [
    ('<a href="november-2025">Nov</a>', "https://example.nhs.uk/data/november-2025", "Nov"),
    ('<a href="/x#part">a &amp; b</a>', "https://example.nhs.uk/x", "a & b"),
    ('<a href="//files.nhs.uk/x">a</a>', "https://files.nhs.uk/x", "a"),
    ("<a HREF=' /x '>\n  two\n  lines </a>", "https://example.nhs.uk/x", "two lines"),
    ('<a href="/MHSDS Data_é.csv">x</a>', "https://example.nhs.uk/MHSDS%20Data_%C3%A9.csv", "x"),
    ('<a href="/MHSDS%20Data.csv?a=b%20c&d=e f">x</a>', "https://example.nhs.uk/MHSDS%20Data.csv?a=b%20c&d=e%20f", "x"),
    ('<a href="/x"><div><p>Regional</p><p>ZIP 8 MB</p></div></a>', "https://example.nhs.uk/x", "Regional ZIP 8 MB"),
    ('<a href="/x" title="the file"><img src="y"></a>', "https://example.nhs.uk/x", "the file"),
    ('<a href="/x" aria-label="label" title="t"> </a>', "https://example.nhs.uk/x", "label"),
    ('<a href="/x">one<a href="/y">', "https://example.nhs.uk/x", "one"),
    ('<base href="https://other.nhs.uk/dir/"><a href="x">one</a>', "https://other.nhs.uk/dir/x", "one"),
])  # fmt: skip
def test_a_link_has_its_whole_address_and_its_text_on_one_line(html, url, text):
    assert page_of(html).links[0] == Link(url, text)


@pytest.mark.parametrize("html", [
    '<a href="mailto:a@b.org">a</a>', '<a href="javascript:void(0)">a</a>', '<a name="x">a</a>', '<a href="tel:1">a</a>',
    '<script>"<a href=/x>a</a>"</script>', '<!-- <a href="/x">a</a> -->', '<a href="http://[bad">a</a>', "<a",
])  # fmt: skip
def test_what_is_not_on_the_web_is_no_link(html):
    assert page_of(html).links == ()


def test_the_text_of_a_page_is_what_a_reader_sees():
    html = "<style>p{}</style><script>no</script><dt>Publication date:</dt><dd>18&nbsp;Dec\n 2025</dd><noscript>no</noscript>"
    assert page_of(html).text == "Publication date: 18 Dec 2025"


def test_bytes_are_read_in_the_charset_that_the_server_says():
    assert read_page(HERE, '<a href="/x">café</a>'.encode("cp1252"), "windows-1252").links[0].text == "café"
    with pytest.raises(Fault, match="is in 'nonsense', which nobody knows"):
        read_page(HERE, b"x", "nonsense")


@pytest.mark.parametrize(
    "part", ["<", "<a ", "<!--", '<a href="', "<?", "<![CDATA[", "</a ", "<!DOCTYPE ", "&#", "<script>", "<p>"]
)
def test_a_damaged_page_is_read_in_a_moment(part):
    began = time.process_time()
    page = page_of('<a href="/x">before</a>' + part * 200_000)
    assert time.process_time() - began < 5
    assert page.links[0] == Link("https://example.nhs.uk/x", "before")


@given(st.text())
def test_no_text_is_too_odd_to_be_read(text):
    read_page(HERE, text.encode("utf-8", "surrogatepass"))


# --- which links are meant -------------------------------------------------------------------------------------


def test_of_a_series_page_the_newest_publication_comes_first_and_each_once():
    html = series_page(
        "Appointments", {"november-2025": "November 2025", "/data/october-2025": "October 2025", "july-2019": "July 2019"},
        {"january-2026": "January 2026", "december-2025": "December 2025"},
    )  # fmt: skip
    found = [one.link.url.rsplit("/", 1)[-1] for one in candidates(MONTHLY, page_of(html).links)]
    assert found == ["january-2026", "december-2025", "november-2025", "october-2025", "july-2019"]


def test_address_and_text_must_both_match_and_case_does_not_matter():
    links = page_with(("https://a/x.CSV", "Totals"), ("https://a/y.csv", "Map"), ("https://a/z.zip", "totals")).links
    rule = FileRule(tables=("t",), href=r"\.csv$", text="totals")
    assert [one.link.url for one in candidates(rule, links)] == ["https://a/x.CSV"]


def test_an_address_is_matched_as_people_read_it():
    links = page_with(("https://a/MHSDS%20Data_Nov.csv", "x")).links
    assert len(candidates(FileRule(tables=("t",), href="/MHSDS Data_"), links)) == 1


def test_one_address_that_stands_twice_is_one():
    page = page_with(("https://a/x.csv", "Download"), ("https://a/x.csv", "Totals"), ("https://a/y.csv", "Map"))
    assert the_one(FileRule(tables=("t",), href=r"x\.csv"), page, "the file").url == "https://a/x.csv"


def test_two_are_an_error_that_names_both():
    page = page_with(("https://a/x.csv", "Totals"), ("https://a/x_v2.csv", "Totals, corrected"), ("https://a/y", "Map"))
    with pytest.raises(Fault) as fault:
        the_one(FileRule(tables=("t",), text="totals"), page, "the file of t")
    assert str(fault.value) == (
        f"{HERE}: 2 links are the file of t (text 'totals'), expected one: https://a/x.csv [Totals]; "
        "https://a/x_v2.csv [Totals, corrected]. Look at the page in a browser, and mend the pattern in the contract's fetch block"
    )


def test_none_is_an_error_that_names_the_nearest():
    page = page_with(
        ("https://a/Practice_Crosstab_Level_Nov_25.zip", "Practice crosstab"), ("https://a/privacy", "Privacy"),
        ("https://a/cookies", "Cookies"),
    )  # fmt: skip
    rule = FileRule(tables=("t",), href=r"/Practice_Level_Crosstab_[A-Za-z]{3}_\d{2}\.zip$")
    with pytest.raises(Fault) as fault:
        the_one(rule, page, "the file of t")
    assert "none of its 3 links is the file of t" in str(fault.value)
    assert "the nearest: https://a/Practice_Crosstab_Level_Nov_25.zip [Practice crosstab]" in str(fault.value)


def test_many_candidates_are_a_few_and_a_count():
    page = page_with(*((f"https://a/{number}.csv", "x" * 200) for number in range(50)))
    with pytest.raises(Fault, match=r"50 links are .*https://a/5\.csv \[x{60}\]; and 44 more\."):
        the_one(FileRule(tables=("t",), href=r"\.csv$"), page, "the file of t")


def test_a_page_without_links_says_so():
    with pytest.raises(Fault, match=r"none of its 0 links is the file \(address 'x'\)\. Look"):
        the_one(FileRule(tables=("t",), href="x"), page_with(), "the file")


# --- times -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("groups", "moment"), [
    ({"year": "2025"}, (2025, 0, 0)), ({"year": "25", "month": "nov"}, (2025, 11, 0)),
    ({"year": "2025", "month": "November", "day": "6"}, (2025, 11, 6)), ({"year": "2025", "month": "11"}, (2025, 11, 0)),
    ({"year_end": "2025"}, (2025, 0, 0)), ({"year": "2025", "quarter": "3"}, (2025, 9, 0)),
    ({"year": "2025", "month": "special"}, None), ({"year": "2025", "month": "13"}, None), ({"year": "2025", "month": "0"}, None),
    ({"year": "202"}, None), ({}, None), ({"month": "may"}, None), ({"year": "2025", "quarter": "5"}, None),
    ({"year": "2025", "month": "1", "day": "32"}, None), ({"year": "2025", "month": "1", "day": "x"}, None),
])  # fmt: skip
def test_the_time_that_groups_say(groups, moment):
    assert moment_of(groups) == moment


def test_a_link_that_says_no_time_is_none_that_a_dated_rule_means():
    links = page_with(("https://a/special-2024", ""), ("https://a/may-2024", "")).links
    assert [one.link.url for one in candidates(MONTHLY, links)] == ["https://a/may-2024"]


DATE = PageDate(pattern=r"Publication date: (?P<value>\d{1,2} \w+ \d{4})", formats=("%d %b %Y", "%d %B %Y"))


@pytest.mark.parametrize("said", ["18 Dec 2025", "18 December 2025", " 18\n Dec  2025 "])
def test_the_day_of_publication_is_read_from_the_page(said):
    assert published_on(DATE, page_of(publication_page("P", said, {}))) == date(2025, 12, 18)


@pytest.mark.parametrize(("text", "said"), [
    ("Publication date: December 2025", "has nothing like"),
    ("Publication date: 31 Feb 2025", "says '31 Feb 2025'"),
    ("Publication date: 1 Feb 2025 ... Publication date: 2 Feb 2025", "says '1 Feb 2025', '2 Feb 2025'"),
])  # fmt: skip
def test_a_page_that_does_not_say_one_day_is_an_error(text, said):
    with pytest.raises(Fault, match=f"does not say one day of publication: it {said}"):
        published_on(DATE, Page(HERE, (), text))

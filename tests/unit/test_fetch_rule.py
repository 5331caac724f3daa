"""The form of a fetch block: what is refused when a contract is read, and that the product's own blocks hold together."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
import yaml
from pydantic import ValidationError

from pipeline.catalogue.fetch_rule import FetchRule, LinkRule, is_file_name
from pipeline.catalogue.load import catalogue
from pipeline.fetch.links import Link, candidates
from pipeline.settings import PROJECT_ROOT, Settings

RIGHT = {
    "start": "https://example.nhs.uk/series", "hosts": ["example.nhs.uk", "files.example.nhs.uk"],
    "steps": [{"href": r"/(?P<month>[a-z]+)-(?P<year>\d{4})$", "pick": "newest"}],
    "published_at": {"pattern": r"Published: (?P<value>\d+ \w+ \d{4})", "formats": ["%d %B %Y"]},
    "files": [{"tables": ["all"], "href": r"all\.csv$"}],
}  # fmt: skip
REPORT = {"hosts": ["example.nhs.uk"], "files": [{"tables": ["all"], "url": "https://example.nhs.uk/r?x=1"}]}
BLOCKS = {name: one.fetch for name, one in catalogue().contracts.items() if one.fetch}


def without(rule: dict, *names: str) -> dict:
    return {name: value for name, value in rule.items() if name not in names}


def test_the_least_that_a_rule_says():
    assert FetchRule(**RIGHT).proof == "code_only"
    assert FetchRule(**without(RIGHT, "steps", "published_at")).tables == ("all",)
    assert FetchRule(**REPORT).start == ""


@pytest.mark.parametrize(("rule", "said"), [
    ({**RIGHT, "start": "http://example.nhs.uk/series"}, "is not an https address"),
    ({**RIGHT, "start": "https://elsewhere.org/series"}, "stands on a host that `hosts` does not name"),
    ({**RIGHT, "start": ""}, "`start` is for files that are found on a page"),
    ({**RIGHT, "hosts": []}, "at least 1 item"),
    ({**RIGHT, "hosts": ["https://example.nhs.uk"]}, "should match pattern"),
    ({**RIGHT, "steps": [{"href": "x", "pick": "newest"}]}, "needs a pattern with the group year"),
    ({**RIGHT, "steps": [{"href": "x", "pick": "all", "at_most": 2}]}, "`at_most` is for"),
    ({**RIGHT, "steps": [{"href": r"(?P<year>\d{4})", "at_most": 2}]}, "`at_most` is for"),
    ({**RIGHT, "steps": [{"pick": "all"}]}, "a step needs `href`"),
    ({**RIGHT, "steps": [{"href": "("}]}, "is not a regular expression"),
    ({**RIGHT, "not_yet": "("}, "is not a regular expression"),
    ({**RIGHT, "published_at": {"pattern": r"\d+", "formats": ["%d"]}}, "lacks the group value"),
    ({**RIGHT, "published_at": {"pattern": r"(?P<value>\d+)", "formats": []}}, "at least 1 item"),
    ({**RIGHT, "files": []}, "at least 1 item"),
    ({**RIGHT, "files": [{"tables": ["all"]}]}, "either `url` or `href` and `text`"),
    ({**RIGHT, "files": [{"tables": ["all"], "href": "x", "url": "https://example.nhs.uk/x"}]}, "either `url` or"),
    ({**RIGHT, "files": [{"tables": [], "href": "x"}]}, "at least 1 item"),
    ({**RIGHT, "files": [{"tables": ["all"], "href": "x", "period": "("}]}, "is not a regular expression"),
    ({**RIGHT, "files": [{"tables": ["all"], "href": "x", "fetched_is_period": True}]}, "`fetched_is_period` goes with"),
    ({**RIGHT, "files": [{"tables": ["all"], "href": "x", "name": "../x.csv"}]}, "`name` is the plain name of one file"),
    ({**RIGHT, "files": [{"tables": ["all"], "href": "x", "pick": "all", "name": "x.csv"}]}, "plain name of one file"),
    ({**RIGHT, "files": [*RIGHT["files"], *REPORT["files"]]}, "has no page that says when it was published"),
    ({**REPORT, "steps": RIGHT["steps"]}, "`steps` begin at `start`"),
    ({**REPORT, "start": "https://example.nhs.uk/"}, "`start` is for files that are found on a page"),
    ({**RIGHT, "max_bytes": 0}, "greater than 0"),
    ({**RIGHT, "surprise": 1}, "Extra inputs"),
])  # fmt: skip
def test_a_wrong_rule_is_refused(rule, said):
    with pytest.raises(ValidationError, match=said):
        FetchRule(**rule)


def test_plain_http_is_for_this_machine_alone():
    assert FetchRule(**{**RIGHT, "start": "http://127.0.0.1:8000/series", "hosts": ["127.0.0.1"]})
    with pytest.raises(ValidationError, match="is not an https address"):
        FetchRule(**{**RIGHT, "start": "http://127.0.0.1.example.org/series", "hosts": ["127.0.0.1.example.org"]})


@pytest.mark.parametrize(("name", "plain"), [
    ("a.csv", True), ("Data file v2 (final).zip", True), ("é.csv", True), ("", False), (".part", False), ("..", False),
    ("a/b.csv", False), ("a\\b.csv", False), ("a\n.csv", False), ("a:b", False), ("a\x00", False),
])  # fmt: skip
def test_a_file_name_is_plain(name, plain):
    assert is_file_name(name) is plain


def test_dated_patterns_have_a_year():
    assert LinkRule(text=r"(?P<year_end>\d\d)").dated
    assert not LinkRule(href=r"(?P<month>\d\d)").dated


def test_the_blocks_of_the_product_name_tables_that_are_there_and_https_alone():
    assert BLOCKS
    for name, rule in BLOCKS.items():
        contract = catalogue().contracts[name]
        assert set(rule.tables) <= {table.name for table in contract.tables}, name
        addresses = [rule.start, *(file.url for file in rule.files)]
        assert all(address.startswith("https://") for address in addresses if address), name
        assert contract.kind == "publication", name
        assert not rule.start or rule.start == contract.landing_page, name


def test_the_names_that_links_are_expected_to_end_in_are_names_that_the_contract_claims():
    # Of each file, one address as the publisher has written it.
    seen = {
        ("gp_appointments_regional", "regional"): "https://files.digital.nhs.uk/3D/ED1EDE/Appointments_GP_Regional_CSV_Aug_23.zip",
        ("gp_appointments_practice", "crosstab"): "https://files.digital.nhs.uk/7D/783CF6/Practice_Level_Crosstab_Nov_25.zip",
        ("gp_registered_patients", "practice_totals"): "https://files.digital.nhs.uk/40/2232E5/gp-reg-pat-prac-all.csv",
        ("gp_registered_patients", "practice_map"): "https://files.digital.nhs.uk/40/2232E5/gp-reg-pat-prac-map.csv",
        ("gp_registered_patients", "quinary_age"): "https://files.digital.nhs.uk/40/2232E5/gp-reg-pat-prac-quin-age.csv",
    }  # fmt: skip
    for (dataset, table), address in seen.items():
        (rule,) = [file for file in BLOCKS[dataset].files if table in file.tables]
        assert candidates(rule, [Link(address, "")]), dataset
        patterns = catalogue().contracts[dataset].table(table).file_names
        assert any(fnmatchcase(address.rsplit("/", 1)[-1], pattern) for pattern in patterns), dataset


def test_the_block_that_the_documents_show_is_that_of_the_contract():
    page = (PROJECT_ROOT / "docs" / "how-to" / "fetch-publications.md").read_text("utf-8")
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.M | re.S)
    assert FetchRule(**yaml.safe_load(shown)["fetch"]) == BLOCKS["gp_registered_patients"]


def test_the_night_does_not_fetch_unless_it_is_told_to():
    assert Settings().fetch is False

"""Fetching from a server on this machine that serves pages and files as the publishers do: the product's own blocks, the
failures of the real web, the command, the night, and that no other socket opens anywhere."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.catalogue import load
from pipeline.catalogue.fetch_rule import FetchRule
from pipeline.catalogue.load import Catalogue, catalogue
from pipeline.commands import runs
from pipeline.errors import Fault, NotFound
from pipeline.fetch import datasets as fetching
from pipeline.fetch.datasets import FetchOutcome, exit_status
from pipeline.fetch.web import Clock, Manners, Web
from pipeline.ingest import archive
from pipeline.run import nightly as night
from pipeline.run.fingerprint import archive_digest
from pipeline.settings import PROJECT_ROOT, Settings
from tests.pipeline.conftest import SAMPLE
from tests.webserver import CSV, HTML, Asked, Said, Site, announced_page, publication_page, series_page, serving

NOW = datetime(2026, 1, 5, 5, 30, tzinfo=UTC)
ZIP = "application/x-zip-compressed"
APPOINTMENTS = "/data-and-information/publications/statistical/appointments-in-general-practice"
PATIENTS = "/data-and-information/publications/statistical/patients-registered-at-a-gp-practice"
REGIONAL = "/3D/ED1EDE/Appointments_GP_Regional_CSV_Nov_25.zip"
CROSSTAB = "/7D/783CF6/Practice_Level_Crosstab_Nov_25.zip"
COVERAGE = "/files/APPOINTMENTS_GP_COVERAGE_Nov_25.csv"


def of_sample(dataset: str, table: str, period: str = "") -> bytes:
    """The bytes of a file of the embedded sample."""
    files = [path for path in sorted((SAMPLE / dataset / table).rglob("*")) if path.suffix in (".csv", ".zip")]
    return next(path for path in files if period in path.parent.name).read_bytes()


@pytest.fixture
def site():
    with serving() as one:
        yield one


@pytest.fixture
def web() -> Web:
    return polite()


def polite(now: datetime = NOW) -> Web:
    """A web that keeps every rule but the waiting."""
    return Web(Manners(pause=0), Clock(now=lambda: now, sleep=lambda _: None), loopback=True)


def on_this_machine(site: Site, dataset: str, rule: FetchRule | None = None) -> Catalogue:
    """The catalogue with one contract that has a fetch block: the product's own (or `rule`) with this machine in place of
    the publisher's hosts. Files stand on `localhost`, pages on 127.0.0.1."""
    known = catalogue()
    text = (rule or known.contracts[dataset].fetch).model_dump_json()
    for host, here in (("digital.nhs.uk", "127.0.0.1"), ("www.odsdatasearchandexport.nhs.uk", "localhost")):
        text = text.replace(f"https://{host}/", f"http://{here}:{site.port}/")
    block = json.loads(text) | {"hosts": ["127.0.0.1", "localhost"]}
    fetched = known.contracts[dataset].model_copy(update={"fetch": FetchRule(**block)})
    others = {name: one.model_copy(update={"fetch": None}) for name, one in known.contracts.items()}
    return replace(known, contracts=others | {dataset: fetched})


def coverage(site: Site, **changes: object) -> Catalogue:
    """A plain block: a page with one file."""
    block = {
        "start": site.url("/coverage"), "hosts": ["127.0.0.1"], "files": [{"tables": ["coverage"], "href": r"COVERAGE.*\.csv$"}],
    }  # fmt: skip
    return on_this_machine(site, "gp_appointments_coverage", FetchRule(**(block | changes)))


def publish_coverage(site: Site, body: bytes | None = None, path: str = COVERAGE) -> str:
    site.page("/coverage", publication_page("Coverage", "18 Dec 2025", {path: "Coverage"}))
    return site.file(path, body or of_sample("gp_appointments_coverage", "coverage"))


def publish_regional(site: Site, month: str = "november-2025", day: str = "18 Dec 2025", path: str = REGIONAL) -> str:
    names = {"november-2025": "November 2025", "october-2025": "October 2025", "july-2019": "July 2019"}
    links = {f"{APPOINTMENTS}/{slug}": f"Appointments in General Practice, {name}" for slug, name in names.items()}
    announced = {f"{APPOINTMENTS}/december-2025": "Appointments in General Practice, December 2025"}
    site.page(APPOINTMENTS, series_page("Appointments in General Practice", links, announced))
    site.page(f"{APPOINTMENTS}/december-2025", announced_page("Appointments, December 2025", "Jan 2026"))
    url = site.file(path, of_sample("gp_appointments_regional", "regional"), type=ZIP)
    files = {
        url.replace("127.0.0.1", "localhost"): "Appointments in General Practice, Regional CSV",
        "/privacy": "Privacy",
    }
    site.page(f"{APPOINTMENTS}/{month}", publication_page("Appointments", day, files))
    return next(iter(files))


def run(settings: Settings, known: Catalogue, web: Web, **how: object) -> FetchOutcome:
    (outcome,) = fetching.fetch(settings, known, web=web, **how)
    return outcome


def record_of(settings: Settings, dataset: str) -> list[dict]:
    return json.loads((settings.raw / ".fetch" / f"{dataset}.json").read_text("utf-8"))["entries"]


def bytes_of(settings: Settings, release: archive.Release) -> bytes:
    return (settings.raw / release.file).read_bytes()


# --- the product's own blocks ----------------------------------------------------------------------------------


def test_the_newest_publication_is_found_downloaded_archived_and_recorded(site, web, settings):
    url = publish_regional(site)
    known = on_this_machine(site, "gp_appointments_regional")
    outcome = run(settings, known, web)
    (release,) = archive.releases(settings.raw)
    assert (outcome.new, outcome.faulty, exit_status([outcome])) == ([release.release_id], False, 0)
    assert outcome.state == f"1 new: {release.release_id}"
    assert bytes_of(settings, release) == of_sample("gp_appointments_regional", "regional")
    assert (release.original_name, release.origin) == ("Appointments_GP_Regional_CSV_Nov_25.zip", "real")
    assert (release.url, release.published_at, release.fetched_at) == (url, "2025-12-18", "2026-01-05T05:30:00+00:00")
    (entry,) = record_of(settings, "gp_appointments_regional")
    assert entry["releases"] == [release.release_id]
    assert (entry["sha256"], entry["page"]) == (release.sha256, site.url(f"{APPOINTMENTS}/november-2025"))
    assert (entry["facts"]["status"], entry["facts"]["content_type"]) == (200, ZIP)
    assert entry["facts"]["content_length"] == str(release.size)
    assert entry["facts"]["etag"]
    assert entry["facts"]["last_modified"]


def test_a_second_fetch_asks_for_nothing_that_is_held(site, settings):
    publish_regional(site)
    known = on_this_machine(site, "gp_appointments_regional")
    run(settings, known, polite())
    site.asked.clear()
    outcome = run(settings, known, polite(datetime(2026, 1, 6, 5, 30, tzinfo=UTC)))
    assert (outcome.state, outcome.unchanged, exit_status([outcome])) == ("nothing new", 1, 0)
    assert "if-none-match" in site.last(REGIONAL).headers
    assert len(archive.releases(settings.raw)) == 1
    (entry,) = record_of(settings, "gp_appointments_regional")
    assert (entry["checked_at"], entry["facts"]["fetched_at"][:10]) == ("2026-01-06T05:30:00+00:00", "2026-01-05")


def test_the_last_three_months_of_a_monthly_file_are_made_good(site, web, settings):
    months = {
        "december-2025": "Dec_25",
        "november-2025": "Nov_25",
        "october-2025": "Oct_25",
        "september-2025": "Sep_25",
    }
    links = {f"{APPOINTMENTS}/{slug}": slug for slug in (*months, "august-2025", "july-2025")}
    site.page(APPOINTMENTS, series_page("A", links))
    site.page(f"{APPOINTMENTS}/december-2025", announced_page("A", "Jan 2026"))
    crosstab = site.file(CROSSTAB, of_sample("gp_appointments_practice", "crosstab"), type=ZIP)
    for slug in ("november-2025", "october-2025", "september-2025"):
        files = {crosstab.replace("Nov_25", months[slug]): "Practice Level Crosstab"}
        site.page(f"{APPOINTMENTS}/{slug}", publication_page("A", "18 Dec 2025", files))
    outcome = run(settings, on_this_machine(site, "gp_appointments_practice"), web)
    assert [one.split("/")[1] for one in outcome.new] == ["crosstab", "mapping"]
    # The files of October and September are not there: each is said, and stands in the way of nothing.
    assert [message.split(", listed on ")[0] for message in outcome.failures] == [
        site.url(CROSSTAB.replace("Nov_25", month)) for month in ("Sep_25", "Oct_25")
    ]
    assert f"{APPOINTMENTS}/august-2025" not in site.paths()
    assert exit_status([outcome]) == 3


def test_a_publication_of_several_files_gives_each_its_table(site, web, settings):
    site.page(PATIENTS, series_page("P", {f"{PATIENTS}/november-2025": "Patients, November 2025"}))
    names = {"practice_totals": "all", "practice_map": "map", "quinary_age": "quin-age"}
    files = {
        site.file(f"/40/2232E5/gp-reg-pat-prac-{name}.csv", of_sample("gp_registered_patients", table, "2025-11")): name
        for table, name in names.items()
    }
    site.page(
        f"{PATIENTS}/november-2025", publication_page("P", "13 November 2025", {**files, "/x/quin-age.pdf": "pdf"})
    )
    outcome = run(settings, on_this_machine(site, "gp_registered_patients"), web)
    assert outcome.state.startswith("3 new: ")
    assert {release.table for release in archive.releases(settings.raw)} == set(names)
    assert {release.published_at for release in archive.releases(settings.raw)} == {"2025-11-13"}


def test_a_report_of_the_day_is_asked_for_once_a_month(site, settings):
    known = on_this_machine(site, "ods_epraccur")
    body = of_sample("ods_epraccur", "practices", "2026-02")
    site.file("/api/getReport?report=epraccur", body, etag=None, last_modified="")
    january, later, february = (
        datetime(2026, month, day, 5, 30, tzinfo=UTC) for month, day in ((1, 5), (1, 31), (2, 1))
    )
    assert run(settings, known, polite(january)).state.startswith("1 new: ods_epraccur/practices/all/2026-01/")
    (release,) = archive.releases(settings.raw)
    assert (release.original_name, release.period_from) == ("epraccur.csv", "option")
    outcome = run(settings, known, polite(later))
    assert (outcome.state, outcome.unchanged, len(site.asked)) == ("nothing new", 1, 1)
    site.file(
        "/api/getReport?report=epraccur", body + body.splitlines(keepends=True)[-1].replace(b"A8", b"A9", 1), etag=None
    )
    assert run(settings, known, polite(february)).state.startswith("1 new: ods_epraccur/practices/all/2026-02/")


# --- what publishers change ------------------------------------------------------------------------------------


def test_a_revised_file_at_the_same_address_is_a_new_revision(site, web, settings):
    first = of_sample("gp_appointments_coverage", "coverage")
    publish_coverage(site, first)
    known = coverage(site)
    run(settings, known, web)
    publish_coverage(site, first + first.splitlines(keepends=True)[-1].replace(b"91Q", b"92Q"))
    outcome = run(settings, known, polite())
    assert len(outcome.new) == 1
    assert len({release.slot for release in archive.releases(settings.raw)}) == 1
    assert len(archive.releases(settings.raw)) == len(record_of(settings, "gp_appointments_coverage")) == 2


def test_the_same_file_at_another_address_is_nothing_new(site, settings):
    known = coverage(site)
    publish_coverage(site)
    run(settings, known, polite())
    publish_coverage(site, path="/moved/APPOINTMENTS_GP_COVERAGE_Nov_25.csv")
    outcome = run(settings, known, polite())
    assert (outcome.state, outcome.unchanged) == ("nothing new", 1)
    assert len(archive.releases(settings.raw)) == 1


def test_a_page_with_two_files_where_one_is_meant_names_both_and_takes_neither(site, web, settings):
    publish_coverage(site)
    other = COVERAGE.replace("Nov_25", "Nov_25_v2")
    site.page("/coverage", publication_page("C", "18 Dec 2025", {COVERAGE: "Coverage", other: "Coverage, corrected"}))
    outcome = run(settings, coverage(site), web)
    (failure,) = outcome.failures
    assert (
        f"{site.url(COVERAGE)} [Coverage CSV 167.5 KB]; {site.url(other)} [Coverage, corrected CSV 167.5 KB]" in failure
    )
    assert outcome.state.startswith(
        f"failed (its fetch block was never run against the publisher's site): {site.url('/coverage')}: 2 links are "
    )
    assert archive.releases(settings.raw) == []
    assert exit_status([outcome]) == 1


def test_a_changed_page_is_an_error_that_names_the_nearest_link(site, web, settings):
    publish_coverage(site)
    site.page("/coverage", publication_page("C", "18 Dec 2025", {"/files/GP_Cover_Nov_25.csv": "Cover", "/x": "Other"}))
    (failure,) = run(settings, coverage(site), web).failures
    assert "none of its 3 links is the file of coverage" in failure
    assert f"the nearest: {site.url('/files/GP_Cover_Nov_25.csv')}" in failure


def test_a_page_that_no_longer_says_when_it_was_published_is_an_error(site, web, settings):
    publish_coverage(site)
    rule = {"pattern": r"Published on (?P<value>\d+ \w+ \d{4})", "formats": ["%d %b %Y"]}
    (failure,) = run(settings, coverage(site, published_at=rule), web).failures
    assert "does not say one day of publication" in failure
    assert COVERAGE not in site.paths()


def test_a_series_that_only_announces_is_an_error(site, web, settings):
    publish_regional(site)
    site.page(APPOINTMENTS, series_page("A", {f"{APPOINTMENTS}/december-2025": "December 2025"}))
    (failure,) = run(settings, on_this_machine(site, "gp_appointments_regional"), web).failures
    assert "leads only to publications that are announced (step 1: 1 links)" in failure


def test_two_publications_of_the_newest_month_are_an_error(site, web, settings):
    publish_regional(site)
    links = {f"{APPOINTMENTS}/november-2025": "November", f"/other{APPOINTMENTS}/november-2025": "November again"}
    site.page(APPOINTMENTS, series_page("A", links))
    (failure,) = run(settings, on_this_machine(site, "gp_appointments_regional"), web).failures
    assert "2 links are step 1, the newest" in failure


def test_the_period_may_stand_in_the_links_alone(site, web, settings):
    publish_coverage(site, path="/files/APPOINTMENTS_GP_COVERAGE.csv")
    site.page("/series", series_page("C", {"/coverage": "Coverage, November 2025"}))
    pattern = r", (?P<month>[A-Za-z]+) (?P<year>\d{4})"
    files = [{"tables": ["coverage"], "href": "COVERAGE", "period": pattern}]
    known = coverage(site, start=site.url("/series"), steps=[{"text": "Coverage"}], files=files)
    run(settings, known, web)
    (release,) = archive.releases(settings.raw)
    assert (release.period.slug, release.period_from) == ("2025-11", "option")
    files[0]["period"] = r"Week (?P<month>\d+) of (?P<year>\d{4})"
    publish_coverage(site, path="/files/APPOINTMENTS_GP_COVERAGE_2.csv")
    (failure,) = run(settings, coverage(site, files=files), polite()).failures
    assert "neither its name nor the links to it say its period" in failure


def test_what_the_server_says_of_its_last_change_can_be_the_publication(site, web, settings):
    publish_coverage(site)
    run(settings, coverage(site, published_at="last_modified"), web)
    (release,) = archive.releases(settings.raw)
    assert release.published_at == "2025-12-18T09:30:00+00:00"


def test_where_the_server_does_not_say_it_the_file_is_not_archived(site, web, settings):
    publish_coverage(site)
    site.file(COVERAGE, of_sample("gp_appointments_coverage", "coverage"), last_modified="")
    outcome = run(settings, coverage(site, published_at="last_modified"), web)
    assert outcome.state == f"refused: {site.url(COVERAGE)}: the server does not say when it was last changed"
    assert archive.releases(settings.raw) == []


# --- what the web does -----------------------------------------------------------------------------------------


def test_an_expired_link_names_the_page_that_still_lists_it(site, web, settings):
    publish_coverage(site)
    del site.standing[COVERAGE]
    outcome = run(settings, coverage(site), web)
    (failure,) = outcome.failures
    assert failure.startswith(
        f"{site.url(COVERAGE)}, listed on {site.url('/coverage')}: answers 404 Not Found. Look in"
    )
    assert exit_status([outcome]) == 1


def test_a_server_that_fails_twice_and_a_body_that_breaks_off_still_give_the_whole_file(site, web, settings):
    publish_coverage(site)
    whole = site.standing[COVERAGE](Asked(COVERAGE, {}, ""))
    site.next("/coverage", Said(500))
    site.next(COVERAGE, Said(503), replace(whole, cut=5_000), Said(500))
    outcome = run(settings, coverage(site), web)
    (release,) = archive.releases(settings.raw)
    assert (len(outcome.new), bytes_of(settings, release)) == (1, whole.body)
    assert site.last(COVERAGE).headers["range"] == "bytes=5000-"


def test_a_fetch_that_was_broken_off_is_gone_on_with_by_the_next(site, web, settings):
    publish_coverage(site)
    whole = site.standing[COVERAGE](Asked(COVERAGE, {}, ""))
    site.next(COVERAGE, replace(whole, cut=5_000), *[Said(500)] * 3)
    assert run(settings, coverage(site), web).failures
    assert archive.releases(settings.raw) == []
    assert len(run(settings, coverage(site), polite()).new) == 1
    assert site.last(COVERAGE).headers["range"] == "bytes=5000-"


@pytest.mark.parametrize(("said", "words"), [
    (Said(body=b"<html>Please log in", headers={"Content-Type": HTML}), "is text/html, expected one of text/csv"),
    (Said(302, headers={"Location": "http://localhost:1/x"}), "leads to the host localhost, expected one of 127.0.0.1"),
    (Said(body=b"x" * 2000, headers={"Content-Type": CSV}), "has 2,000 bytes, expected at most 1,000"),
])  # fmt: skip
def test_what_is_not_the_file_is_not_taken(site, web, settings, said, words):
    publish_coverage(site)
    site.next(COVERAGE, said)
    known = coverage(site, max_bytes=1000)
    alone = known.contracts["gp_appointments_coverage"].fetch.model_copy(update={"hosts": ("127.0.0.1",)})
    contract = known.contracts["gp_appointments_coverage"].model_copy(update={"fetch": alone})
    known = replace(known, contracts=known.contracts | {contract.dataset: contract})
    (failure,) = run(settings, known, web).failures
    assert words in failure
    assert archive.releases(settings.raw) == []


def test_one_dataset_that_fails_stands_in_the_way_of_no_other(site, web, settings):
    publish_coverage(site)
    known = coverage(site)
    lost = on_this_machine(site, "gp_appointments_regional").contracts["gp_appointments_regional"]
    known = replace(known, contracts=known.contracts | {"gp_appointments_regional": lost})
    outcomes = fetching.fetch(settings, known, web=web)
    assert [(one.dataset, bool(one.new), bool(one.failures)) for one in outcomes] == [
        ("gp_appointments_coverage", True, False), ("gp_appointments_regional", False, True),
    ]  # fmt: skip
    assert exit_status(outcomes) == 3


# --- what is refused, kept and lost ----------------------------------------------------------------------------


def test_a_file_that_no_layout_fits_is_kept_and_refused_every_time_without_a_second_download(site, settings):
    publish_coverage(site, b"a,b\n1,2\n")
    known = coverage(site)
    for _ in range(2):
        outcome = run(settings, known, polite())
        (refusal,) = outcome.refused
        assert "APPOINTMENTS_GP_COVERAGE_Nov_25.csv" in refusal
        assert exit_status([outcome]) == 3
    assert "if-none-match" in site.last(COVERAGE).headers
    (entry,) = record_of(settings, "gp_appointments_coverage")
    assert (entry["refused"], entry["releases"]) == (refusal, [])
    # The publisher mends it: what was kept goes, and the file comes in.
    publish_coverage(site)
    assert len(run(settings, known, polite()).new) == 1
    assert not list((settings.raw / ".fetch" / "gp_appointments_coverage").iterdir())


def test_a_kept_file_comes_in_once_the_archive_takes_it(site, settings, monkeypatch):
    publish_coverage(site)
    known = coverage(site)
    refusal = archive.AddOutcome("x", "refused", "x: no layout")
    with monkeypatch.context() as patched:
        patched.setattr(archive, "add", lambda *_, **__: [refusal])
        assert run(settings, known, polite()).refused == ["x: no layout"]
    sent = len([said for said in site.asked if said.path == COVERAGE])
    outcome = run(settings, known, polite())
    assert len(outcome.new) == 1
    assert "if-none-match" in site.last(COVERAGE).headers
    assert len([said for said in site.asked if said.path == COVERAGE]) == sent + 1
    (entry,) = record_of(settings, "gp_appointments_coverage")
    assert (entry["releases"], entry["refused"]) == (outcome.new, "")


def test_what_is_listed_no_more_is_not_kept(site, settings):
    publish_coverage(site, b"a,b\n1,2\n")
    run(settings, coverage(site), polite())
    folder = settings.raw / ".fetch" / "gp_appointments_coverage"
    assert len(list(folder.iterdir())) == 1
    site.page("/coverage", "<p>nothing today")
    run(settings, coverage(site), polite())
    assert len(list(folder.iterdir())) == 1  # a page that cannot be read is no reason to forget
    publish_coverage(site, path="/new/APPOINTMENTS_GP_COVERAGE_Dec_25.csv")
    run(settings, coverage(site), polite())
    assert list(folder.iterdir()) == []


def test_a_lost_record_costs_a_download_and_nothing_else(site, settings):
    publish_coverage(site)
    run(settings, coverage(site), polite())
    (settings.raw / ".fetch" / "gp_appointments_coverage.json").unlink()
    outcome = run(settings, coverage(site), polite())
    assert (outcome.state, len(archive.releases(settings.raw))) == ("nothing new", 1)
    assert "if-none-match" not in site.last(COVERAGE).headers
    assert len(record_of(settings, "gp_appointments_coverage")) == 1


def test_a_damaged_record_is_said_and_nothing_is_asked(site, web, settings):
    publish_coverage(site)
    (settings.raw / ".fetch").mkdir(parents=True)
    (settings.raw / ".fetch" / "gp_appointments_coverage.json").write_text("{")
    (failure,) = run(settings, coverage(site), web).failures
    assert "not a fetch record" in failure
    assert site.asked == []


def test_an_archive_that_lost_the_release_is_given_it_again(site, settings):
    publish_coverage(site)
    run(settings, coverage(site), polite())
    for path in sorted((settings.raw / "gp_appointments_coverage").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert len(run(settings, coverage(site), polite()).new) == 1


def test_a_file_without_an_expected_table_is_said(site, web, settings):
    publish_regional(site)
    rule = catalogue().contracts["gp_appointments_practice"].fetch
    files = (rule.files[0].model_copy(update={"href": r"Regional_CSV_.*\.zip$", "tables": ("crosstab", "mapping")}),)
    known = on_this_machine(site, "gp_appointments_practice", rule.model_copy(update={"files": files}))
    outcome = run(settings, known, web)
    assert outcome.faulty
    assert archive.releases(settings.raw) == []


def test_a_full_disk_is_said_in_one_line(site, web, settings, monkeypatch):
    publish_coverage(site)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    (failure,) = run(settings, coverage(site), web).failures
    assert failure.startswith(f"{settings.raw / '.fetch'}: No space left on device, expected a place to write to")


def test_what_the_gate_will_stop_is_said_at_once(site, web, settings):
    body = of_sample("gp_appointments_coverage", "coverage")
    publish_coverage(site, body + body.splitlines(keepends=True)[-1])
    outcome = run(settings, coverage(site), web)
    assert len(outcome.new) == 1
    assert "the gate will stop it: " in outcome.state
    assert exit_status([outcome]) == 3


def test_what_lies_beside_the_archive_is_no_part_of_it(site, web, settings):
    publish_coverage(site)
    known = coverage(site)
    run(settings, known, web)
    digest = archive_digest(settings.raw)
    publish_coverage(site, b"a,b\n1,2\n", path="/x/APPOINTMENTS_GP_COVERAGE_Dec_25.csv")
    assert run(settings, known, polite()).refused
    assert (archive_digest(settings.raw), len(archive.releases(settings.raw))) == (digest, 1)


# --- how it is asked for ---------------------------------------------------------------------------------------


def test_a_dry_run_says_what_it_would_download_and_writes_nothing(site, web, settings):
    publish_coverage(site)
    size = len(of_sample("gp_appointments_coverage", "coverage"))
    outcome = run(settings, coverage(site), web, dry_run=True)
    assert outcome.state == f"would download 1: {site.url(COVERAGE)} ({size:,} bytes)"
    assert not settings.raw.exists()
    run(settings, coverage(site), polite())
    outcome = run(settings, coverage(site), polite(), dry_run=True)
    assert (outcome.state, outcome.unchanged) == ("nothing new", 1)


def test_a_dataset_that_is_not_known_or_not_published_is_a_fault(site, web, settings):
    with pytest.raises(NotFound, match="no dataset 'gp_apointments'"):
        fetching.fetch(settings, coverage(site), ["gp_apointments"], web=web)
    with pytest.raises(Fault, match="the contract of place_measures has no `fetch` block"):
        fetching.fetch(settings, coverage(site), ["place_measures"], web=web)
    nothing = replace(catalogue(), contracts={"place_measures": catalogue().contracts["place_measures"]})
    with pytest.raises(Fault, match="no contract has a `fetch` block"):
        fetching.fetch(settings, nothing, web=web)


def test_only_what_is_asked_for_is_fetched(site, web, settings):
    publish_coverage(site)
    known = coverage(site)
    assert [one.dataset for one in fetching.chosen(catalogue(), ["ods_epraccur"])] == ["ods_epraccur"]
    assert [one.dataset for one in fetching.fetch(settings, known, web=web)] == ["gp_appointments_coverage"]


def test_two_at_once_do_not_write_into_one_download(site, web, settings):
    publish_coverage(site)
    with fetching._alone(settings.raw, False), pytest.raises(Fault, match="another fetch is at work on this archive"):
        fetching.fetch(settings, coverage(site), web=web)
    assert site.asked == []


@pytest.mark.parametrize(("outcomes", "status"), [
    ([], 0), ([FetchOutcome("a")], 0), ([FetchOutcome("a", new=["x"])], 0), ([FetchOutcome("a", failures=["x"])], 1),
    ([FetchOutcome("a", failures=["x"]), FetchOutcome("b", failures=["x"])], 1),
    ([FetchOutcome("a", failures=["x"]), FetchOutcome("b")], 3), ([FetchOutcome("a", refused=["x"])], 3),
    ([FetchOutcome("a", new=["x"], problems=["y"])], 3), ([FetchOutcome("a", new=["x"], failures=["y"])], 3),
    ([FetchOutcome("a", unchanged=1, failures=["y"])], 3),
])  # fmt: skip
def test_the_exit_status(outcomes, status):
    assert exit_status(outcomes) == status


@pytest.fixture
def command(monkeypatch, capsys):
    """Calls `ics-marts` over a catalogue, on a web of this machine: (status, standard output, standard error)."""

    def call(known: Catalogue, *arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(load, "catalogue", lambda: known)
        monkeypatch.setattr(
            fetching, "Web", partial(Web, clock=Clock(lambda: NOW, sleep=lambda _: None), loopback=True)
        )
        monkeypatch.setattr(sys, "argv", ["ics-marts", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_the_command_prints_a_line_for_each_dataset_and_says_what_is_late(site, settings, command):
    publish_coverage(site)
    places = ["--raw", settings.raw, "--out", settings.out]
    (late,) = [one for one in catalogue().contracts.values() if one.dataset == "gp_appointments_coverage"]
    status, out, _ = command(coverage(site), "fetch", *places)
    (release,) = archive.releases(settings.raw)
    days = (date.today() - date(2025, 12, 31)).days - late.lag_days
    assert (status, out) == (0, f"gp_appointments_coverage (overdue by {days} days): 1 new: {release.release_id}\n")
    status, out, _ = command(coverage(site), "fetch", "gp_appointments_coverage", *places, "--json")
    (facts,) = json.loads(out)["datasets"]
    assert (status, facts["unchanged"], facts["held"]) == (0, 1, f"overdue by {days} days")
    del site.standing[COVERAGE]
    status, out, err = command(coverage(site), "fetch", *places)
    assert (status, out) == (1, "")
    (line,) = [line for line in err.splitlines() if not line.startswith("...")]
    assert line.startswith(f"gp_appointments_coverage (overdue by {days} days): failed")
    status, _, err = command(coverage(site), "fetch", "nonsense", *places)
    assert status == 1
    assert "error: fetch: no dataset 'nonsense'" in err


def test_who_asks_is_a_setting_and_so_is_the_proxy(site, settings, command, monkeypatch):
    publish_coverage(site)
    monkeypatch.setenv("ICS_MARTS_FETCH_CONTACT", "mailto:data@example.nhs.uk")
    command(coverage(site), "fetch", "--raw", settings.raw, "--out", settings.out)
    assert site.last(COVERAGE).headers["user-agent"].endswith(" (+mailto:data@example.nhs.uk)")
    site.asked.clear()
    monkeypatch.setenv("ICS_MARTS_FETCH_PROXY", site.url(""))
    site.next(site.url("/coverage"), Said(body=b"<p>by the proxy", headers={"Content-Type": HTML}))
    command(coverage(site), "fetch", "--raw", settings.raw, "--out", settings.out)
    assert site.paths()[0] == site.url("/coverage")


# --- the night -------------------------------------------------------------------------------------------------


@pytest.fixture
def dark(own, tmp_path) -> Settings:
    """The sample and its edition, an inbox, a file of alerts, and the setting that has the night fetch."""
    (tmp_path / "inbox").mkdir()
    return replace(own, inbox=tmp_path / "inbox", alert_file=str(tmp_path / "alerts.jsonl"), fetch=True)


def alerts(settings: Settings) -> list[dict]:
    path = Path(settings.alert_file)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def test_a_night_fetches_only_where_the_setting_says_so(site, web, dark, monkeypatch):
    publish_coverage(site)
    known = coverage(site)
    monkeypatch.setattr(night, "catalogue", lambda: known)
    outcome = night.nightly(replace(dark, fetch=False), today=date(2020, 1, 1), web=web)
    assert (outcome.status, outcome.fetched, site.asked) == (0, (), [])
    outcome = night.nightly(dark, today=date(2020, 1, 1), web=web)
    # The sample holds that very file.
    assert [(one.dataset, one.unchanged) for one in outcome.fetched] == [("gp_appointments_coverage", 1)]
    assert (outcome.status, outcome.run.outcome) == (0, "unchanged")


def test_a_night_goes_on_without_what_cannot_be_had_and_alerts_on_it(site, web, dark, monkeypatch):
    publish_coverage(site, b"a,b\n1,2\n")
    known = coverage(site)
    lost = on_this_machine(site, "gp_appointments_regional").contracts["gp_appointments_regional"]
    known = replace(known, contracts=known.contracts | {"gp_appointments_regional": lost})
    monkeypatch.setattr(night, "catalogue", lambda: known)
    outcome = night.nightly(dark, today=date(2020, 1, 1), web=web)
    assert (outcome.status, outcome.run.outcome) == (3, "unchanged")
    assert [(one["event"], one["message"]) for one in alerts(dark)] == [
        ("error", "could not be fetched whole: gp_appointments_regional; `ics-marts fetch` says why"),
        ("refused", "fetched and refused: gp_appointments_coverage; `ics-marts fetch` says why"),
    ]
    lines = list(runs.night_lines(outcome, dark))
    assert [loud for loud, line in lines if line.startswith("fetched")] == [True, True]
    facts = runs.night_facts(outcome, dark)["fetched"]
    assert [(one["dataset"], len(one["refused"]), len(one["failures"])) for one in facts] == [
        ("gp_appointments_coverage", 1, 0), ("gp_appointments_regional", 0, 1),
    ]  # fmt: skip


def test_a_night_goes_on_while_another_fetch_is_at_work(site, web, dark, monkeypatch):
    monkeypatch.setattr(night, "catalogue", lambda: coverage(site))
    with fetching._alone(dark.raw, False):
        outcome = night.nightly(dark, today=date(2020, 1, 1), web=web)
    assert (outcome.status, outcome.run.outcome) == (3, "unchanged")
    assert "another fetch is at work" in outcome.fetched[0].failures[0]


def test_a_night_goes_on_after_what_nobody_foresaw(site, web, dark, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("9434765919")

    monkeypatch.setattr(fetching, "fetch", broken)
    outcome = night.nightly(dark, today=date(2020, 1, 1), web=web)
    assert (outcome.status, outcome.run.outcome) == (3, "unchanged")
    assert outcome.fetched[0].failures == ["RuntimeError; `ics-marts fetch --debug` says more"]
    assert "9434765919" not in Path(dark.alert_file).read_text("utf-8")


# --- no other socket -------------------------------------------------------------------------------------------

NETWORK = {
    "socket", "ssl", "http", "urllib3", "requests", "httpx", "aiohttp", "urllib.request", "ftplib", "smtplib", "telnetlib",
    "xmlrpc", "socketserver", "asyncio", "websockets", "httplib2", "pycurl",
}  # fmt: skip
WATCHED = """
import json, sys
seen = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        target = arguments[1] if event == "socket.connect" else arguments[-1] if event == "socket.sendto" else arguments[:2]
        seen.append([event, target if isinstance(target, str) else [str(part) for part in target[:2]]])
sys.addaudithook(watch)
"""


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_one_module_of_the_package_can_open_a_socket():
    able = {
        path.relative_to(PROJECT_ROOT).as_posix()
        for path in (PROJECT_ROOT / "pipeline").rglob("*.py")
        for name in imported(path)
        if name in NETWORK or name.split(".")[0] in NETWORK
    }
    assert able == {"pipeline/fetch/web.py"}


def test_only_the_night_and_the_command_fetch_and_fetch_imports_nothing_above_it():
    above = {
        path.relative_to(PROJECT_ROOT).as_posix()
        for path in (PROJECT_ROOT / "pipeline").rglob("*.py")
        if any(name.startswith("pipeline.fetch") for name in imported(path)) and path.parent.name != "fetch"
    }
    assert above == {"pipeline/commands/archive.py", "pipeline/run/nightly.py"}
    allowed = ("pipeline.fetch", "pipeline.catalogue", "pipeline.settings", "pipeline.errors", "pipeline.ingest.archive",
               "pipeline.ingest", "pipeline.periods", "pipeline.__version__")  # fmt: skip
    for path in (PROJECT_ROOT / "pipeline" / "fetch").glob("*.py"):
        ours = {name for name in imported(path) if name.startswith("pipeline.")}
        assert all(name.startswith(allowed) for name in ours), path.name


def test_nothing_on_the_web_is_loaded_until_it_is_asked():
    program = "import sys, pipeline.fetch.datasets, pipeline.run.nightly; print('urllib3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"


def test_a_whole_run_opens_no_socket(fresh):
    program = WATCHED + (
        "from pathlib import Path\nfrom pipeline.run.nightly import nightly\nfrom pipeline.settings import Settings\n"
        f"outcome = nightly(Settings(raw=Path({str(fresh.raw)!r}), out=Path({str(fresh.out)!r}), inbox=Path('none')))\n"
        "print(json.dumps([outcome.run.outcome, seen]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=300, cwd=fresh.raw.parent
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["passed", []]


def test_a_fetch_opens_sockets_to_the_hosts_of_its_contract_alone(site, settings):
    publish_coverage(site)
    block = coverage(site).contracts["gp_appointments_coverage"].fetch.model_dump_json()
    program = WATCHED + (
        "from dataclasses import replace\nfrom pathlib import Path\nfrom pipeline.catalogue.fetch_rule import FetchRule\n"
        "from pipeline.catalogue.load import catalogue\nfrom pipeline.fetch.datasets import fetch\n"
        "from pipeline.fetch.web import Manners, Web\nfrom pipeline.settings import Settings\n"
        f"block = FetchRule.model_validate_json({block!r})\n"
        "contract = catalogue().contracts['gp_appointments_coverage'].model_copy(update={'fetch': block})\n"
        "known = replace(catalogue(), contracts={contract.dataset: contract})\n"
        f"settings = Settings(raw=Path({str(settings.raw)!r}), out=Path({str(settings.out)!r}))\n"
        "(outcome,) = fetch(settings, known, web=Web(Manners(pause=0), loopback=True))\n"
        "print(json.dumps([outcome.new, seen]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    new, seen = json.loads(done.stdout.splitlines()[-1])
    assert len(new) == 1
    assert {event for event, _ in seen} >= {"socket.connect"}
    assert {tuple(target) for _, target in seen} == {("127.0.0.1", str(site.port))}

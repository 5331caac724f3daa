"""The night as cron calls it: inbox, run, delivery, alerts; what is refused, blocked, late or in the way is said."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.audit.status import status
from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.ingest import archive
from pipeline.publish.current import current_id
from pipeline.publish.edition import sha256_of
from pipeline.run import inbox, record
from pipeline.run.nightly import nightly
from pipeline.settings import Settings
from tests.pipeline.conftest import release_file
from tests.pipeline.extracts import extract

TODAY = date(2020, 1, 1)  # before anything of the sample is due
OLD = time.time() - 3600


@pytest.fixture
def night(own, tmp_path) -> Settings:
    """The sample and its edition, with an inbox, a share and a file of alerts."""
    for name in ("inbox", "share"):
        (tmp_path / name).mkdir()
    return replace(
        own, inbox=tmp_path / "inbox", deliver_to=str(tmp_path / "share"), alert_file=str(tmp_path / "alerts.jsonl")
    )


def dropped(settings: Settings, name: str, text: str | bytes) -> Path:
    """A file that has lain in the inbox for an hour."""
    path = settings.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    os.utime(path, (OLD, OLD))
    return path


def not_waiting(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s for files that are an hour old")


def of_inbox(settings: Settings) -> list[str]:
    return sorted(path.relative_to(settings.inbox).as_posix() for path in settings.inbox.rglob("*") if path.is_file())


def alerts(settings: Settings) -> list[dict]:
    path = Path(settings.alert_file)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def share_of(settings: Settings) -> dict[str, str]:
    folder = Path(settings.deliver_to)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*") if path.is_file()}


def open_part_of(settings: Settings) -> dict[str, str]:
    folder = settings.editions / current_id(settings) / "open"
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*") if path.is_file()}


# --- the whole night -------------------------------------------------------------------------------------------


def test_a_night_takes_in_makes_delivers_and_alerts(night):
    before = current_id(night)
    dropped(night, "place_measures__a-partner__2025-02.csv", extract("61"))
    outcome = nightly(night, today=TODAY, wait=not_waiting)
    assert (outcome.status, outcome.run.outcome) == (0, "passed")
    assert current_id(night) == outcome.run.edition_id != before
    assert of_inbox(night) == [f"taken-in/{date.today()}/place_measures__a-partner__2025-02.csv"]
    assert share_of(night) == open_part_of(night)
    assert [one["event"] for one in alerts(night)] == ["delivered"]
    again = nightly(night, today=TODAY, wait=not_waiting)
    assert (again.status, again.run.outcome, again.delivered_anew) == (0, "unchanged", False)
    assert len(alerts(night)) == 1


def test_a_refused_file_stays_with_its_reason_and_every_night_says_so(night):
    dropped(night, "Jane Doe.txt", "nhs_number\n9434765919\n")
    for _ in range(2):
        outcome = nightly(night, today=TODAY, wait=not_waiting)
        assert (outcome.status, outcome.run.outcome) == (3, "unchanged")
    assert of_inbox(night) == ["Jane Doe.txt", "Jane Doe.txt.refused.txt"]
    note = (night.inbox / "Jane Doe.txt.refused.txt").read_text("utf-8")
    assert "Jane Doe.txt: no contract covers this file" in note
    told = [one for one in alerts(night) if one["event"] == "refused"]
    assert [one["files"] for one in told] == [1, 1]
    assert "9434765919" not in Path(night.alert_file).read_text("utf-8")
    assert "Jane" not in Path(night.alert_file).read_text("utf-8")
    (night.inbox / "Jane Doe.txt").unlink()
    assert nightly(night, today=TODAY, wait=not_waiting).status == 0
    assert of_inbox(night) == []


def test_a_blocked_night_leaves_the_share_at_the_last_edition_and_the_alert_names_the_rule_and_no_value(night):
    assert nightly(night, today=TODAY, wait=not_waiting).delivered_anew
    before = share_of(night)
    dropped(night, "place_measures__spoilt__2025-02.csv", extract("150.123"))
    for _ in range(2):  # the second time nothing has changed
        outcome = nightly(night, today=TODAY, wait=not_waiting)
        assert (outcome.status, outcome.run.outcome) == (2, "blocked")
        assert share_of(night) == before
    told = [one for one in alerts(night) if one["event"] == "blocked"]
    assert len(told) == 2
    assert all("place_measures.percentage_in_range @ place_measures/measures/spoilt" in one["message"] for one in told)
    assert all(one["run_id"] == outcome.run.run_id for one in told)
    assert "150.123" not in Path(night.alert_file).read_text("utf-8")


def test_what_a_person_must_mend_is_alerted_and_raised(tmp_path):
    settings = Settings(
        raw=tmp_path / "raw", out=tmp_path / "out", inbox=tmp_path / "inbox", alert_file=str(tmp_path / "alerts.jsonl"),
        lock_wait_seconds=1,
    )  # fmt: skip
    with pytest.raises(Fault, match="the archive holds no release"):
        nightly(settings)
    (told,) = alerts(settings)
    assert told["event"] == "error"
    assert "the archive holds no release" in told["message"]


def test_late_datasets_are_alerted_as_status_counts_them(night):
    day = date(2030, 1, 1)
    nightly(night, today=day, wait=not_waiting)
    (told,) = [one for one in alerts(night) if one["event"] == "overdue"]
    late = [one for one in status(night, catalogue(), day)["datasets"] if one["state"].startswith("overdue")]
    assert late
    assert [(one["dataset"], one["next_due"], f"overdue by {one['days_late']} days") for one in told["datasets"]] == [
        (one["dataset"], one["next_due"], one["state"]) for one in late
    ]
    assert told["message"].startswith(f"overdue: {late[0]['dataset']} by ")


def test_the_command_ends_with_the_status_and_says_everything(night, monkeypatch, capsys):
    dropped(night, "note.txt", "nothing of ours")
    arguments = ["nightly", "--raw", str(night.raw), "--out", str(night.out), "--inbox", str(night.inbox)]
    arguments += ["--deliver-to", night.deliver_to, "--alert-file", night.alert_file]
    monkeypatch.setattr(sys, "argv", ["ics-marts", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 3
    assert "refused       note.txt: no contract covers this file" in said.err
    assert f"delivered     {night.deliver_to}" in said.out
    monkeypatch.setattr(sys, "argv", ["ics-marts", *arguments, "--json"])
    with pytest.raises(SystemExit):
        cli.main()
    facts = json.loads(capsys.readouterr().out)
    assert (facts["exit_status"], facts["run"]["outcome"]) == (3, "unchanged")
    assert [one["status"] for one in facts["inbox"]["files"]] == ["refused"]


# --- the inbox -------------------------------------------------------------------------------------------------


def test_a_file_that_somebody_is_writing_waits(night):
    path = dropped(night, "place_measures__a-partner__2025-02.csv", extract("61"))
    os.utime(path)

    def goes_on(seconds: float) -> None:
        with path.open("a") as stream:
            stream.write("\n")

    outcome = nightly(night, today=TODAY, wait=goes_on)
    assert (outcome.status, outcome.run.outcome) == (0, "unchanged")
    assert outcome.intake.waiting == [path]
    assert path.is_file()


def test_a_young_file_that_stays_as_it_is_for_a_moment_is_taken_in(night):
    path = dropped(night, "place_measures__a-partner__2025-02.csv", extract("61"))
    os.utime(path)
    waited = []
    outcome = nightly(night, today=TODAY, wait=waited.append)
    assert waited == [inbox.WATCH_SECONDS]
    assert [one.status for one in outcome.intake.taken] == ["archived"]


def test_what_is_held_already_is_cleared_away_and_two_of_one_name_both_stay(night):
    held = release_file(night.raw, "ons_lookups")
    name = held.name.split("-", 1)[1]
    for text in (held.read_bytes(), held.read_bytes()):
        dropped(night, name, text)
        outcome = nightly(night, today=TODAY, wait=not_waiting)
        assert [one.status for one in outcome.intake.outcomes] == ["already held"]
    assert sorted(Path(one).name for one in of_inbox(night)) == sorted([held.name, name])


def test_what_systems_put_there_is_no_file_of_anybody(night):
    for name in (
        "Thumbs.db",
        ".DS_Store",
        "~$report.xlsx",
        "big.zip.crdownload",
        "taken-in/2025-01-01/old.csv",
        ".x/y.csv",
    ):
        dropped(night, name, "x")
    dropped(night, "from-a-partner/real.csv", "a,b\n1,2\n")
    assert [path.name for path in inbox.files(night.inbox)] == ["real.csv"]


@pytest.mark.parametrize("place", ["raw/inbox", "out/inbox", "."])
def test_an_inbox_within_the_archive_or_around_it_is_refused(night, tmp_path, place):
    (tmp_path / place).mkdir(exist_ok=True)
    with pytest.raises(Fault, match="lie within each other"):
        nightly(replace(night, inbox=tmp_path / place))


def test_without_an_inbox_the_night_goes_on_and_says_so(night, capsys):
    night.inbox.rmdir()
    outcome = nightly(night, today=TODAY, wait=not_waiting)
    assert (outcome.status, outcome.intake.there) == (0, False)
    assert not night.inbox.exists()


# --- delivery --------------------------------------------------------------------------------------------------


def test_a_share_with_somebody_elses_files_is_left_alone(night):
    theirs = Path(night.deliver_to) / "report.pbix"
    theirs.write_text("theirs")
    with pytest.raises(Fault, match="holds 1 file that no edition put there, first: report"):
        nightly(night, today=TODAY, wait=not_waiting)
    assert share_of(night) == {"report.pbix": sha256_of(theirs)}
    assert [one["event"] for one in alerts(night)] == ["error"]


def test_a_share_that_is_not_mounted_is_a_fault_and_no_folder_is_made(night):
    shutil.rmtree(night.deliver_to)
    with pytest.raises(Fault, match="there is no such folder to deliver to"):
        nightly(night, today=TODAY, wait=not_waiting)
    assert not Path(night.deliver_to).exists()


def test_a_share_that_was_tampered_with_is_mended_and_what_an_edition_no_longer_holds_goes(night):
    nightly(night, today=TODAY, wait=not_waiting)
    share = Path(night.deliver_to)
    (share / "index.html").write_text("tampered")
    manifest = json.loads((share / "manifest.json").read_text("utf-8"))
    manifest["files"].append({"path": "marts/gone.parquet", "bytes": 1, "sha256": ""})
    (share / "manifest.json").write_text(json.dumps(manifest))
    (share / "marts" / "gone.parquet").write_text("x")
    assert nightly(night, today=TODAY, wait=not_waiting).delivered_anew
    assert share_of(night) == open_part_of(night)


def test_a_copy_that_does_not_hold_what_was_copied_is_a_fault(night, monkeypatch):
    from pipeline.publish import edition as publishing

    copy = publishing.deliver

    def torn(edition: Path, folder: Path) -> None:
        copy(edition, folder)
        (folder / "index.html").write_text("half")

    monkeypatch.setattr(publishing, "deliver", torn)
    # `latest` is delivered by the run; here nothing changed, so only the share is.
    with pytest.raises(Fault, match="1 file does not hold what was copied, first: index"):
        nightly(night, today=TODAY, wait=not_waiting)


@pytest.mark.parametrize("place", ["raw", "out/editions", "out/runs"])
def test_nothing_is_delivered_into_the_archive_or_among_editions(night, tmp_path, place):
    with pytest.raises(Fault, match="lies within"):
        nightly(replace(night, deliver_to=str(tmp_path / place)), today=TODAY, wait=not_waiting)


# --- a night that dies -----------------------------------------------------------------------------------------


def test_the_night_after_one_that_was_killed_sweeps_says_so_and_succeeds(night):
    dropped(night, "place_measures__a-partner__2025-02.csv", extract("61"))
    program = (
        "import os, signal\nfrom pathlib import Path\nfrom pipeline.run.nightly import nightly\n"
        "from pipeline.settings import Settings\nfrom pipeline.transform.dbt import Dbt\n"
        "Dbt.build = lambda *chosen: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"nightly(Settings(raw=Path({str(night.raw)!r}), out=Path({str(night.out)!r}), inbox=Path({str(night.inbox)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    said = []
    outcome = nightly(night, today=TODAY, progress=said.append, wait=not_waiting)
    assert outcome.status == 0
    assert [one.outcome for one in record.records(night)] == ["passed", "died", "passed"]
    assert [words for words in said if "had died" in words]
    # what the dead night had taken in counts
    assert any(one.part == "a-partner" for one in archive.releases(night.raw))
    assert any("/a-partner/" in one for one in record.records(night)[-1].releases)

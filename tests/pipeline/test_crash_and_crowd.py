"""What can go wrong around a run: kill -9 at the worst moments, two runs at once, a reader who stays."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from filelock import FileLock

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.ingest import archive
from pipeline.publish.current import current_id, edition_folder, open_part
from pipeline.publish.edition import sha256_of
from pipeline.run import record, sequence
from pipeline.settings import PROJECT_ROOT
from tests.pipeline.conftest import release_file, rewritten_release

# Many of these runs are over one revised archive.
pytestmark = pytest.mark.keeps_builds
SYNTHETIC = archive.Provenance(origin="synthetic", citation="made up for a test")


def one_more_appointment(row):
    row[12] = str(int(row[12]) + 1)
    return row


def revise(settings, tmp_path, now=None) -> None:
    """Adds a revision of the appointments release: the same slot, one more appointment in every row."""
    source = release_file(settings.raw, "gp_appointments_regional")
    revised = rewritten_release(source, tmp_path / source.name.split("-", 1)[1], one_more_appointment)
    (outcome,) = archive.add([revised], settings, catalogue(), provenance=SYNTHETIC, now=now)
    assert outcome.status == "new revision"


def england(folder) -> int:
    con = open_part(folder)
    sql = (
        "select sum(value) from marts.metric_value where metric_key = 'pc_05.v1' and area_type = 'country'"
        " and breakdown_type = 'none' and period_type = 'month'"
    )
    return int(con.execute(sql).fetchone()[0])


KILL = """
import os, signal
from pathlib import Path
from pipeline.settings import Settings
from pipeline.run import sequence
from pipeline.publish import edition
from pipeline.transform.dbt import Dbt
from tests.pipeline.built_once import remembered

Dbt.build = remembered(Path({built!r}), keep=True)

def die(*arguments, **named):
    os.kill(os.getpid(), signal.SIGKILL)

{spoil}
sequence.run(Settings(raw=Path({raw!r}), out=Path({out!r})))
"""


# In the order in which a run comes to them: each of the runs finds what the one before it left.
MOMENTS = {
    "during build": "build = Dbt.build\nDbt.build = lambda self, tag, *more: die() if tag == 'open' else build(self, tag, *more)",
    "while files are written": "edition.write_csvs = die",
    "before the edition is placed": "edition.place = die",
    "before the swap": "edition.swap = die",
    "before delivery": "edition.deliver = die",
}


def test_kill_9_at_any_moment_leaves_a_whole_edition_and_the_next_run_succeeds(own, practices_run, built, tmp_path):
    before = practices_run[1].edition_id
    digests = {path: sha256_of(path) for path in (own.editions / before).rglob("*") if path.is_file()}
    revise(own, tmp_path)
    for moment, spoil in MOMENTS.items():
        program = KILL.format(spoil=spoil, raw=str(own.raw), out=str(own.out), built=str(built))
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=PROJECT_ROOT
        )
        assert done.returncode == -signal.SIGKILL, (moment, done.stderr)
        assert (current_id(own) == before) == (moment != "before delivery"), moment
        assert {path: sha256_of(path) for path in digests} == digests, moment
        open_part(edition_folder(own)).execute("select count(*) from marts.metric_value")
    outcome = sequence.run(own)
    assert (outcome.status, outcome.outcome) == (0, "passed")
    assert outcome.edition_id == current_id(own) != before
    assert [one.outcome for one in record.records(own)] == ["passed", *["died"] * len(MOMENTS), "passed"]
    assert not list(own.work.glob("edition-*"))
    assert sha256_of(own.latest_dir / "manifest.json") == sha256_of(outcome.folder / "open" / "manifest.json")


def test_a_second_run_waits_says_so_and_gives_up_loudly(own):
    said = []
    own.work.mkdir(parents=True, exist_ok=True)
    with FileLock(own.work / "run.lock"), pytest.raises(Fault, match="another run has been using it"):
        sequence.run(own, progress=said.append)
    assert any("waiting" in words for words in said)


def test_a_second_run_goes_on_when_the_first_has_ended(own, tmp_path):
    hold = (
        "import sys, time\nfrom filelock import FileLock\n"
        f"with FileLock({str(own.work / 'run.lock')!r}):\n    print('held', flush=True)\n    time.sleep(2)\n"
    )
    first = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline().strip() == "held"
    said = []
    outcome = sequence.run(replace(own, lock_wait_seconds=30), progress=said.append)
    first.wait()
    assert outcome.outcome == "unchanged"
    assert any("waiting" in words for words in said)


def test_a_reader_with_the_old_edition_open_is_not_disturbed(own, practices_run, tmp_path):
    reader = open_part(edition_folder(own))
    was = england(edition_folder(own))
    revise(own, tmp_path)
    outcome = sequence.run(own)
    rows = reader.execute("select count(*) from marts.gp_appointments_month").fetchone()
    assert rows == (51_373,)
    assert england(own.editions / practices_run[1].edition_id) == was
    assert england(outcome.folder) == was + 51_373


def test_a_revision_counts_from_the_day_it_was_known(own, practices_run, tmp_path):
    from datetime import UTC, datetime

    was = england(practices_run[1].folder)
    revise(own, tmp_path, now=datetime(2026, 3, 1, tzinfo=UTC))
    assert england(sequence.run(own).folder) == was + 51_373
    now = current_id(own)
    then = sequence.run(own, as_of=sequence.instant("2026-02-28"))
    assert england(then.folder) == was
    # a question about the past leaves what readers see as it is
    assert current_id(own) == now
    assert sequence.run(own).outcome == "unchanged"
    assert sequence.run(own, as_of=sequence.instant("2026-02-28")).outcome == "unchanged"
    # what was made with what was known then is the very edition that was made then
    assert then.edition_id == practices_run[1].edition_id


def test_a_newer_release_takes_over_the_months_it_restates_and_leaves_the_others(own, practices_run, tmp_path):
    source = release_file(own.raw, "gp_appointments_regional")

    def only_2025(row):
        return one_more_appointment(row) if row[7].endswith("2025") and row[7][:3] in ("OCT", "NOV") else None

    newer = rewritten_release(source, tmp_path / "Appointments_GP_Regional_CSV_Dec_25.zip", only_2025)
    from pipeline.periods import parse

    archive.add([newer], own, catalogue(), provenance=SYNTHETIC, period=parse("2025-12"))
    outcome = sequence.run(own)
    con = open_part(outcome.folder)
    by_release = dict(
        con.execute(
            "select part_of.counts_for, release_id from audit.release as part_of where dataset = 'gp_appointments_regional' and counts"
        ).fetchall()
    )
    assert "2025-10 2025-11" in by_release
    assert any(periods.startswith("2023-06") and periods.endswith("2025-09") for periods in by_release)
    rolling = con.execute(
        "select release_id from marts.metric_value where metric_key = 'pc_05.v1' and area_type = 'country' and breakdown_type = 'none'"
        " and period_end = '2025-11-30' and period_type = 'rolling_12_months'"
    ).fetchone()[0]
    assert len(rolling.split()) == 2


def test_only_the_last_n_editions_are_kept_and_never_the_current_one_lost(own, tmp_path):
    keeping = replace(own, keep_editions=1)
    before = current_id(own)
    revise(own, tmp_path)
    outcome = sequence.run(keeping)
    assert [path.name for path in own.editions.iterdir()] == [outcome.edition_id]
    assert outcome.edition_id != before


def test_the_archive_is_never_written_by_a_run(own):
    before = {path: (sha256_of(path), path.stat().st_mtime_ns) for path in own.raw.rglob("*") if path.is_file()}
    sequence.run(own, full=True)
    assert {path: (sha256_of(path), path.stat().st_mtime_ns) for path in own.raw.rglob("*") if path.is_file()} == before


def test_an_archived_file_that_was_changed_is_found_when_its_bronze_is_made_again(own):
    import shutil

    source = release_file(own.raw, "gp_appointments_regional")
    source.write_bytes(source.read_bytes() + b"x")
    shutil.rmtree(own.work / "bronze")
    with pytest.raises(Fault, match="the archive was changed"):
        sequence.run(own, full=True)
    assert record.records(own)[-1].outcome == "error"

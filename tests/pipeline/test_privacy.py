"""People's privacy from end to end: what stands in an extract about people stands nowhere else.

Identifiers are planted in good rows, bad rows, wrong columns and names of files; then everything that was written, printed,
logged, raised or kept by Dagster is looked through for each of them, in every way it was written, and by the scanner's own
rules. Only the folder that a person put the files in and the restricted archive are left out.
"""

from __future__ import annotations

import json
import shutil
import stat
import sys
import traceback
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterInstance, build_sensor_context

from pipeline import cli
from pipeline.catalogue import load
from pipeline.catalogue.load import load_catalogue
from pipeline.errors import Fault, Refused
from pipeline.ingest import archive, purge, restricted
from pipeline.ingest.archive import Provenance
from pipeline.privacy import nhs_number, scan
from pipeline.privacy.pseudonym import Key
from pipeline.publish.current import current_id
from pipeline.run import sequence
from pipeline.sample import local_extracts, person_extracts, right_support
from pipeline.settings import PROJECT_ROOT
from tests.pipeline.people import (
    GOVERNED,
    KEY,
    NAMES,
    OTHER_KEY,
    REGISTER_HEADER,
    bad_rows,
    good_rows,
    governed,
    people,
    planted,
    register_csv,
    register_row,
    written,
)  # fmt: skip

NOW = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
SYNTHETIC = Provenance(origin="synthetic", citation="made up by the tests")
NAME = "lx_22_register_person__qz1__2025-11.csv"


@pytest.fixture(autouse=True)
def keyed(monkeypatch):
    """A catalogue whose governance is filled in, and the key of the linkage domain."""
    known = governed()
    monkeypatch.setenv("ICS_MARTS_KEY_LINKAGE", KEY)
    monkeypatch.setattr(load, "load_catalogue", lambda: known)
    load.catalogue.cache_clear()
    yield known
    load.catalogue.cache_clear()


@pytest.fixture
def settings(tmp_path, settings):
    return replace(settings, inbox=tmp_path / "inbox")


def add(path: Path, settings, known, **how):
    (outcome,) = archive.add([path], settings, known, now=NOW, **how)
    return outcome


def added(settings, known, rows=None, name: str = NAME, folder: str = "from"):
    path = written(settings.raw.parent / folder / name, register_csv(good_rows() if rows is None else rows))
    outcome = add(path, settings, known)
    assert outcome.status in ("archived", "new revision"), outcome.message
    return next(one for one in archive.releases(settings.raw) if one.release_id == outcome.release_id)


def rows_of(release, settings, known) -> list[dict]:
    con = duckdb.connect()
    found = con.execute(archive.bronze_of(release, settings, known).select())
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def nobody_in(*folders: Path, but=()) -> None:
    """Nothing that was planted, and nothing that looks like a person, stands in any file or name below the folders."""
    assert all(folder.exists() for folder in folders)
    assert scan.in_folders(folders, planted(), but=but) == []


def nobody_said(text: str) -> None:
    assert scan.in_text(text, planted()) == {}


# --- the door --------------------------------------------------------------------------------------------------------


def test_people_come_in_as_pseudonyms_age_bands_and_no_address(settings, keyed):
    release = added(settings, keyed)
    rows = rows_of(release, settings, keyed)
    key = Key("linkage", "k1", bytes.fromhex("a1" * 32))
    assert [row["person"] for row in rows] == [key.pseudonym(one.number) for one in people()]
    assert (release.pseudonyms, release.restricted) == ("linkage:k1:", True)
    ages = [2025 - one.born.year - ((one.born.month, one.born.day) > (11, 30)) for one in people()]
    for row, age in zip(rows, ages, strict=True):
        low, _, high = row["age_band"].rstrip("+").partition("-")
        assert int(low) <= age <= int(high or 120)
    # No postcode lookup is held: nothing of an address is kept, not even its district.
    assert {row["lsoa21"] for row in rows} == {None}
    assert {row["sex"] for row in rows} == {"female"}


def test_a_postcode_becomes_its_small_area_where_the_lookup_is_held(settings, keyed, monkeypatch):
    lookup = "select * from (values ('TN10 0HJ', 'E01024000')) as t(postcode, lsoa)"
    monkeypatch.setattr(archive, "_places", lambda *_: (lookup, "ons_nspl/postcodes/all/2025-08/0123456789ab"))
    release = added(settings, keyed)
    found = [row["lsoa21"] for row in rows_of(release, settings, keyed)]
    assert found == ["E01024000"] + [None] * (len(found) - 1)
    assert release.places == "ons_nspl/postcodes/all/2025-08/0123456789ab"


def test_the_original_is_in_the_restricted_archive_alone_and_only_its_owner_can_enter(settings, keyed):
    release = added(settings, keyed)
    original = settings.restricted_dir / release.file
    assert original.read_text("utf-8") == register_csv(good_rows())
    for path in (settings.restricted_dir, *settings.restricted_dir.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert list(settings.restricted_dir.glob(".incoming/*")) == []
    assert list(settings.restricted_dir.glob(".scratch/*")) == []
    assert [path.name for path in settings.raw.rglob("*") if path.is_file()] == [
        f"{Path(release.file).name}.release.json"
    ]
    nobody_in(settings.raw, settings.out)


def test_a_restricted_archive_that_others_can_enter_is_refused(settings, keyed):
    settings.restricted_dir.mkdir(parents=True)
    settings.restricted_dir.chmod(0o750)
    with pytest.raises(Fault, match=r"others may enter the restricted archive \(mode 0750\), expected 0700"):
        add(written(settings.raw.parent / "from" / NAME, register_csv(good_rows())), settings, keyed)


def test_a_restricted_archive_within_another_folder_is_refused(settings, keyed):
    inside = replace(settings, restricted=str(settings.out / "restricted"))
    with pytest.raises(Fault, match="lie within each other"):
        add(written(settings.raw.parent / "from" / NAME, register_csv(good_rows())), inside, keyed)


def test_without_a_key_nothing_is_taken_in_and_one_line_says_which(settings, keyed, monkeypatch):
    monkeypatch.delenv("ICS_MARTS_KEY_LINKAGE")
    with pytest.raises(Fault) as raised:
        add(written(settings.raw.parent / "from" / NAME, register_csv(good_rows())), settings, keyed)
    assert "environment, ICS_MARTS_KEY_LINKAGE: holds no key" in str(raised.value)
    assert archive.releases(settings.raw) == []
    assert [path for path in settings.restricted_dir.rglob("*") if path.is_file()] == []
    nobody_in(settings.raw, settings.out)
    nobody_said("".join(traceback.format_exception(raised.value)))


@pytest.mark.parametrize(("change", "said"), [
    ({"controller": ""}, "controller is blank"), ({"section_251": "", "dpia": "TBC"}, "section_251 is blank; dpia is blank"),
    ({"expires": date(2026, 1, 19)}, "expires says 2026-01-19, which is past"),
])  # fmt: skip
def test_governance_that_is_blank_or_expired_stops_it_and_says_which(change, said, settings, keyed):
    contracts = dict(keyed.contracts)
    contracts["lx_22_register_person"] = contracts["lx_22_register_person"].model_copy(
        update={"governance": GOVERNED.model_copy(update=change)}
    )
    known = replace(keyed, contracts=contracts)
    outcome = add(written(settings.raw.parent / "from" / NAME, register_csv(good_rows())), settings, known)
    assert outcome.status == "refused"
    assert f"in the governance block of lx_22_register_person, {said}" in outcome.message
    assert not settings.restricted_dir.exists()
    assert archive.releases(settings.raw) == []


def test_contracts_ship_with_blanks_that_only_a_controller_can_fill():
    for contract in load_catalogue().contracts.values():
        if contract.person_level is True:
            assert {"controller", "dpia", "sharing_agreement", "expires"} <= set(contract.governance.blanks())


# --- numbers that stand for nobody, and for people in made-up files ----------------------------------------------------


def test_test_numbers_and_sentinels_are_refused_row_by_row_without_being_shown(settings, keyed):
    numbers = [
        nhs_number.made(999_000_123),
        "6666666666",
        "4010232137",
        "1234567890",
        "9000000009",
        people()[0].number[:9] + "x",
    ]
    rows = [*good_rows(), *(register_row(people()[0], person=number) for number in numbers)]
    path = written(settings.raw.parent / "from" / NAME, register_csv(rows))
    outcome = add(path, settings, keyed)
    (problem,) = outcome.problems
    assert "row 41" in problem
    assert "a number of the range that is kept for tests (999)" in problem
    bronze = archive.bronze_of(archive.releases(settings.raw)[0], settings, keyed)
    assert (bronze.report.rows_clean, bronze.report.rows_quarantined) == (40, 6)
    nobody_said(" ".join(outcome.problems))
    assert not any(number in problem for number in numbers if number)


def test_made_up_people_need_no_key_and_are_of_no_domain_of_ours(settings, keyed, monkeypatch):
    monkeypatch.delenv("ICS_MARTS_KEY_LINKAGE")
    numbers = [one for one in map(nhs_number.made, range(999_000_100, 999_000_110)) if one]
    rows = [register_row(people()[at], person=number) for at, number in enumerate(numbers)]
    path = written(settings.raw.parent / "from" / NAME, register_csv(rows))
    assert add(path, settings, keyed, provenance=SYNTHETIC).status == "archived"
    (release,) = archive.releases(settings.raw)
    assert (release.pseudonyms, release.restricted, release.original_name) == ("synthetic:none:", False, NAME)
    assert not settings.restricted_dir.exists()


def test_real_people_cannot_be_passed_off_as_made_up(settings, keyed):
    """One real number among made-up ones is enough: nothing of the file is kept anywhere."""
    made_up = [register_row(people()[at], person=nhs_number.made(999_000_100 + 2 * at) or "") for at in range(3)]
    path = written(settings.raw.parent / "from" / NAME, register_csv([*made_up, good_rows()[5]]))
    outcome = add(path, settings, keyed, provenance=SYNTHETIC)
    assert outcome.status == "refused"
    assert "holds an NHS Number that a person may have, expected none in a file of made-up people" in outcome.message
    nobody_said(outcome.message)
    assert archive.releases(settings.raw) == []
    nobody_in(settings.raw, settings.out)


def test_pseudonyms_of_the_upstream_body_are_taken_as_they_are_and_of_nobody_else(settings, keyed):
    mine, other = (f"{domain}:{'c3' * 16}" for domain in ("learning-disability", "elsewhere"))
    release = added(settings, keyed, [register_row(people()[0], person=mine)])
    assert [row["person"] for row in rows_of(release, settings, keyed)] == [mine]
    rows = [register_row(people()[0], person=mine), register_row(people()[1], person=other)]
    path = written(settings.raw.parent / "x" / NAME, register_csv(rows))
    (problem,) = add(path, settings, keyed).problems
    assert "neither a number nor a pseudonym of a named body" in problem


def test_a_file_with_numbers_and_pseudonyms_is_refused(settings, keyed):
    rows = [register_row(people()[0]), register_row(people()[1], person=f"learning-disability:{'c3' * 16}")]
    outcome = add(written(settings.raw.parent / "from" / NAME, register_csv(rows)), settings, keyed)
    assert outcome.status == "refused"
    assert "more than one kind of pseudonym (learning-disability:, linkage:k1:), expected one" in outcome.message


# --- nothing of it stands anywhere else ----------------------------------------------------------------------------------


def everything_wrong(folder: Path) -> list[Path]:
    """Files that hold people in all the wrong places."""
    one = people()[0]
    rows = register_csv(good_rows())
    return [
        written(folder / "good" / NAME, rows),
        written(folder / "bad rows" / NAME, register_csv([*good_rows(), *bad_rows()])),
        written(folder / "twice" / NAME, register_csv([*good_rows(), *good_rows()[:3]])),
        written(folder / "no header" / NAME, register_csv(good_rows(), header=False)),
        written(folder / "title" / NAME, f"Register of {NAMES[0]} {one.number}\n{rows}"),
        written(folder / "another header" / NAME, rows.replace("person,age_band", f"{one.number},{NAMES[0]}", 1)),
        written(folder / "more columns" / NAME, rows.replace("\n", f",{NAMES[1]}\n")),
        written(folder / "ragged" / NAME, rows + f"{one.number},{NAMES[0]},{one.postcode}\n"),
        written(folder / "quotes" / NAME, rows + f'"{one.number}" x,{NAMES[0]}\n'),
        written(folder / "named" / f"lx_22_register_person__qz1__2025-11 {NAMES[0]} {one.spaced}.csv", rows),
        written(folder / "named" / f"lx_22_register_person__{NAMES[0]}__2025-11.csv", rows),
        written(folder / "unclaimed" / f"care of {one.number} {one.postcode}.csv", f"name,number\n{NAMES[0]},{one.number}\n"),
        written(folder / "unclaimed" / "people.csv", f"{one.number},{one.postcode},dob {one.born.isoformat()}\n1,2,3\n"),
        written(folder / "control" / NAME, rows.replace("Z90001", "Z9\x00001", 1)),
        written(folder / "empty" / NAME, rows.splitlines()[0] + "\n"),
    ]  # fmt: skip


def test_nothing_of_anybody_is_said_or_written_whatever_is_wrong_with_a_file(settings, keyed, tmp_path):
    outcomes = []
    for path in everything_wrong(tmp_path / "from"):
        outcomes += archive.add([path], settings, keyed, now=NOW, progress=nobody_said)
    told = {Path(one.path).parent.name: one.status for one in outcomes}
    assert told["good"] == "archived"
    assert told["bad rows"] == told["twice"] == "new revision"
    assert {told[name] for name in ("no header", "title", "another header", "ragged", "quotes", "empty")} == {"refused"}
    for one in outcomes:
        nobody_said(json.dumps(vars(one)))
        assert "\n" not in one.message
    for release in archive.releases(settings.raw):
        archive.bronze_of(release, settings, keyed)
    nobody_in(settings.raw, settings.out)


def test_every_bad_row_is_in_quarantine_with_its_row_and_rule(settings, keyed, tmp_path):
    path = written(tmp_path / "from" / NAME, register_csv([*good_rows(), *bad_rows()]))
    add(path, settings, keyed)
    bronze = archive.bronze_of(archive.releases(settings.raw)[0], settings, keyed)
    rows = duckdb.sql(f"select source_row, rule_ids, cells from '{bronze.quarantine}' order by source_row").fetchall()
    # What a column holds by right: a number as person, a birth date, a postcode.
    by_right = {("person", 0), ("person", 1), ("age_band", 3), ("lsoa21", 2)}
    expected = [
        41 + 4 + 5 * at + kind
        for at, column in enumerate(REGISTER_HEADER)
        for kind in range(5)
        if (column, kind) not in by_right
    ]
    assert [row for row, _, _ in rows] == [41, 42, 43, 44, *expected]
    for row, rules, cells in rows:
        assert rules
        nobody_said(cells)
        assert set(json.loads(cells).values()) - {None} <= {
            "[withheld]", *(f"[withheld: {words}]" for words in (*nhs_number.WORDS.values(),)),
            "[withheld: neither a number nor a pseudonym of a named body]",
        }, row  # fmt: skip


def test_a_key_that_stands_twice_is_told_by_its_rows(settings, keyed, tmp_path):
    path = written(tmp_path / "from" / NAME, register_csv([*good_rows(), *good_rows()[:3]]))
    (problem,) = add(path, settings, keyed).problems
    assert "3 of its keys stand more than once, expected none, first: rows 1, 41" in problem
    nobody_said(problem)


def test_what_goes_wrong_unforeseen_shows_nobody_not_even_with_a_traceback(settings, keyed, tmp_path, monkeypatch):
    from pipeline.ingest import read

    def broken(*_, **__):
        raise RuntimeError(f"Original Line: {people()[0].number},{NAMES[0]}")

    monkeypatch.setattr(read, "_members", broken)
    path = written(tmp_path / "from" / NAME, register_csv(good_rows()))
    outcome = add(path, settings, keyed)
    assert "cannot be read (RuntimeError; more would show what stands in it)" in outcome.message
    nobody_said(outcome.message)
    with pytest.raises(Refused) as raised:
        read.read(path, archive.identify(path, keyed)[0], "0" * 64, tmp_path / "work", label="x")
    nobody_said("".join(traceback.format_exception(raised.value)))


def call(monkeypatch, capsys, *arguments: object) -> tuple[int, str]:
    """The command line as a person calls it: exit status, and all it prints."""
    monkeypatch.setattr(sys, "argv", ["ics-marts", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out + printed.err


def whole_cohort(settings, known, tmp_path) -> None:
    """The extracts of the linked cohort, of the sample's people: nobody in them exists. What the archive holds, it keeps."""
    folder = tmp_path / "sample"
    reviews = local_extracts.extract("lx_17_ctr", "reviews")
    files = [local_extracts.write_extract(folder, one) for one in (*person_extracts.EXTRACTS, reviews)]
    for outcome in archive.add(files, settings, known, provenance=SYNTHETIC, now=NOW):
        assert outcome.status in ("archived", "already held"), outcome.message


def test_a_run_a_blocked_gate_and_the_command_line_show_nobody(fresh, keyed, tmp_path, monkeypatch, capsys):
    settings = replace(fresh, inbox=tmp_path / "inbox")
    # People with numbers that a person may have are real, and real and made-up figures may not meet in an area: of the
    # sample only what names areas stays.
    for folder in settings.raw.iterdir():
        if folder.is_dir() and folder.name != "ons_lookups":
            shutil.rmtree(folder)
    places = ["--raw", settings.raw, "--out", settings.out]
    bad, good = tmp_path / "from" / "bad" / NAME, tmp_path / "from" / "good" / NAME
    written(bad, register_csv([*good_rows(), *bad_rows()]))
    said = []
    status, text = call(monkeypatch, capsys, "add", bad, *places)
    assert (status, "the gate will stop it" in text) == (3, True), text
    said.append(text)
    status, text = call(monkeypatch, capsys, "run", *places)
    assert status == 2, text
    said.append(text)
    assert list(settings.runs.glob("*/gate.json"))
    written(good, register_csv(good_rows()))
    status, text = call(monkeypatch, capsys, "add", good, "--published-at", "2026-01-20", *places, "--json")
    assert status == 0, text
    said.append(text)
    status, text = call(monkeypatch, capsys, "run", *places)
    # The bad one came last; the contract says to hold it back and to go on with the other.
    assert (status, "held back lx_22_register_person/people/qz1/2025-11/" in text) == (3, True), text
    said.append(text)
    for command in (["status"], ["inspect", bad], ["inspect", bad, "--json"], ["find", "register"]):
        said.append(call(monkeypatch, capsys, *command, *places)[1])
    said.append(call(monkeypatch, capsys, "sql", "select * from marts.cohort_outcome", "--internal", *places)[1])
    for text in said:
        nobody_said(text)
    nobody_in(settings.raw, settings.out)
    assert scan.in_file(good, planted())


@pytest.mark.usefixtures("graph_parsed_once")
def test_dagster_keeps_nobody_in_events_logs_and_cursors(fresh, keyed, tmp_path, monkeypatch):
    from pipeline.orchestration.graph import definitions

    settings = replace(fresh, inbox=tmp_path / "inbox")
    one = people()[0]
    for name in (NAME, f"lx_22_register_person__qz1__2025-11 {NAMES[0]} {one.spaced}.csv"):
        written(settings.inbox / name, register_csv([*good_rows(), *bad_rows()[: len(name) % 7]]))
    written(settings.inbox / "no header" / NAME, register_csv(good_rows(), header=False))
    written(settings.inbox / f"care of {one.number}.csv", f"a\n{one.number}\n")
    home = tmp_path / "dagster"
    home.mkdir()
    shutil.copy(PROJECT_ROOT / "deploy" / "dagster.yaml", home)
    with DagsterInstance.from_config(str(home)) as instance:
        sensor = definitions(settings).resolve_sensor_def("inbox_sensor")
        cursor = None
        for _ in range(3):
            with build_sensor_context(instance=instance, cursor=cursor) as context:
                tick = sensor.evaluate_tick(context)
            cursor = tick.cursor
            nobody_said(json.dumps([cursor, str(tick.skip_message), [str(one) for one in tick.run_requests]]))
        job = definitions(settings).resolve_job_def("nightly")
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        for event in result.all_events:
            nobody_said(str(event))
    nobody_in(settings.raw, settings.out, home)
    assert archive.releases(settings.raw)
    # What was taken in is in the restricted archive, and no copy of it stays where others can read it.
    assert not (settings.inbox / NAME).exists()
    assert not [path for path in settings.inbox.glob("taken-in/**/*") if "lx_22" in path.name]


# --- purge -----------------------------------------------------------------------------------------------------------


def test_a_purge_keeps_rows_hash_and_manifest_and_a_rebuild_gives_the_same_rows(settings, keyed):
    release = added(settings, keyed)
    before = rows_of(release, settings, keyed)
    (done,) = purge.purge(settings, keyed, [release.release_id], now=NOW)
    assert "its original is deleted" in done.message
    (held,) = archive.releases(settings.raw)
    assert (held.release_id, held.sha256, held.purged_at) == (
        release.release_id,
        release.sha256,
        "2026-01-20T09:00:00+00:00",
    )
    assert not (settings.restricted_dir / release.file).exists()
    shutil.rmtree(settings.out)
    assert rows_of(held, settings, keyed) == before
    # Nobody needs the key any more: what is left is pseudonyms.
    assert (
        purge.purge(settings, keyed, [release.release_id], now=NOW)[0].message
        == "its original was purged on 2026-01-20"
    )
    assert scan.in_folders([settings.restricted_dir, settings.raw], planted()) == []


def test_a_purged_release_that_comes_again_is_not_put_back(settings, keyed):
    release = added(settings, keyed)
    purge.purge(settings, keyed, [release.release_id], now=NOW)
    outcome = add(settings.raw.parent / "from" / NAME, settings, keyed)
    assert (outcome.status, outcome.message) == (
        "already held",
        "lx_22_register_person__qz1__2025-11.csv: already held; its original was purged on 2026-01-20 and is not put back",
    )
    assert not (settings.restricted_dir / release.file).exists()


def test_a_purged_release_is_refused_where_the_contract_asks_for_what_it_lacks(settings, keyed):
    release = added(settings, keyed)
    purge.purge(settings, keyed, [release.release_id], now=NOW)
    contract = keyed.contracts["lx_22_register_person"]
    table = contract.tables[0]
    rating = table.column("risk").model_copy(update={"name": "rating"})
    more = contract.model_copy(update={"tables": (table.model_copy(update={"columns": (*table.columns, rating)}),)})
    known = replace(keyed, contracts=keyed.contracts | {contract.dataset: more})
    with pytest.raises(
        Fault, match=r"its original was purged and its kept rows lack what the contract now asks for \(rating\)"
    ):
        archive.bronze_of(archive.releases(settings.raw)[0], settings, known)


def test_what_is_due_goes_with_its_rows_and_leaves_its_manifest(settings, keyed):
    release = added(settings, keyed)
    assert purge.purge(settings, keyed, [], due=True, now=datetime(2028, 1, 20, tzinfo=UTC)) == []
    (done,) = purge.purge(settings, keyed, [], due=True, now=datetime(2028, 1, 21, tzinfo=UTC))
    assert done.release_id == release.release_id
    assert archive.releases(settings.raw) == []
    assert [path for path in settings.restricted_dir.rglob("*") if path.is_file()] == []
    (manifest,) = settings.raw.rglob("*.purged.json")
    assert json.loads(manifest.read_text("utf-8"))["sha256"] == release.sha256
    assert list((settings.work / "bronze").rglob("*.parquet")) == []


def test_a_release_that_is_not_about_people_cannot_be_purged(settings, keyed):
    with pytest.raises(Fault, match="the restricted archive holds no release place_measures/x"):
        purge.purge(settings, keyed, ["place_measures/x"], now=NOW)


# --- one person ------------------------------------------------------------------------------------------------------


def test_one_person_is_taken_out_of_all_that_is_held_and_of_what_comes(settings, keyed):
    gone, stays = people()[3], people()[4]
    first = added(settings, keyed)
    second = added(settings, keyed, [register_row(gone), register_row(stays)], NAME.replace("qz1", "rz1"), "second")
    untouched = added(settings, keyed, [register_row(stays)], NAME.replace("qz1", "rz2"), "third")
    purge.purge(settings, keyed, [second.release_id], now=NOW)
    done = purge.forget(settings, keyed, gone.spaced, now=NOW)
    assert (set(done.releases), done.rows, done.originals) == ({first.release_id, second.release_id}, 2, 1)
    pseudonym = Key("linkage", "k1", bytes.fromhex("a1" * 32)).pseudonym(gone.number)
    held = {one.release_id: one for one in archive.releases(settings.raw)}
    left = {name: rows_of(one, settings, keyed) for name, one in held.items()}
    assert [len(left[one.release_id]) for one in (first, second, untouched)] == [39, 1, 1]
    assert not any(row["person"] == pseudonym for rows in left.values() for row in rows)
    # Rows stay under the ordinals they had in the file.
    assert [row["source_row"] for row in left[first.release_id]] == [row for row in range(1, 41) if row != 4]
    assert held[first.release_id].removals == held[second.release_id].removals == 1
    assert (settings.restricted_dir / untouched.file).is_file()
    assert not (settings.restricted_dir / first.file).exists()
    # The next extract that brings them is taken in without them.
    later = added(
        settings, keyed, [register_row(gone, month="2025-12"), register_row(stays, month="2025-12")], folder="later"
    )
    assert len(rows_of(later, settings, keyed)) == 1
    report = archive.bronze_of(later, settings, keyed).report
    assert (report.rows_in, report.rows_clean, report.rows_removed) == (1, 1, 1)
    found = scan.in_folders(
        [settings.restricted_dir, settings.raw, settings.out], scan.Exact(frozenset({pseudonym, gone.number}))
    )
    assert {Path(one.file).name for one in found if one.kind == "exact"} == {"removed.json", Path(later.file).name}


def test_a_number_that_stands_in_no_row_is_still_looked_for_in_originals(settings, keyed):
    gone = people()[5]
    release = added(settings, keyed, [register_row(people()[4]), register_row(gone, sex="no answer")])
    done = purge.forget(settings, keyed, gone.number, now=NOW)
    assert (done.releases, done.rows, done.originals) == ((release.release_id,), 0, 1)


def test_the_command_takes_the_person_from_the_environment_and_says_nothing_of_them(
    settings, keyed, monkeypatch, capsys
):
    added(settings, keyed)
    monkeypatch.setenv("ICS_MARTS_PERSON", people()[3].spaced)
    status, text = call(monkeypatch, capsys, "forget", "--raw", settings.raw, "--out", settings.out)
    assert status == 0, text
    assert "1 rows in 1 releases are gone, 1 originals deleted" in text
    nobody_said(text)


@pytest.mark.parametrize("person", ["", "Maud Okonkwo", "6182035001"])
def test_what_is_nobody_is_not_shown_either(person, settings, keyed):
    with pytest.raises(Fault, match=r"neither an NHS Number nor a pseudonym|wrong check digit") as raised:
        purge.forget(settings, keyed, person, now=NOW)
    assert not person or person not in str(raised.value)


def test_people_who_were_removed_do_not_come_back_under_another_key(settings, keyed, monkeypatch):
    added(settings, keyed)
    purge.forget(settings, keyed, people()[3].number, now=NOW)
    monkeypatch.setenv("ICS_MARTS_KEY_LINKAGE", OTHER_KEY)
    path = written(settings.raw.parent / "new" / NAME, register_csv([register_row(people()[3], month="2025-12")]))
    outcome = add(path, settings, keyed)
    assert outcome.status == "refused"
    assert (
        "people were removed under linkage:k1: and nobody is known under linkage:k2:: they would come back"
        in outcome.message
    )
    monkeypatch.delenv("ICS_MARTS_KEY_LINKAGE")
    with pytest.raises(Fault, match="holds no key"):
        purge.forget(settings, keyed, people()[4].number, now=NOW)


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_release_read_under_another_key_is_a_fault_that_names_both(settings, keyed, monkeypatch):
    release = added(settings, keyed)
    shutil.rmtree(settings.out)
    monkeypatch.setenv("ICS_MARTS_KEY_LINKAGE", OTHER_KEY)
    with pytest.raises(Fault, match="taken in with pseudonyms linkage:k1:, and would now have linkage:k2:"):
        archive.bronze_of(release, settings, keyed)


def test_what_is_cached_needs_no_key(settings, keyed, monkeypatch):
    release = added(settings, keyed)
    before = rows_of(release, settings, keyed)
    monkeypatch.delenv("ICS_MARTS_KEY_LINKAGE")
    assert rows_of(release, settings, keyed) == before


def test_a_cohort_of_two_keys_is_stopped_at_the_gate(fresh, keyed, tmp_path):
    settings = replace(fresh, inbox=tmp_path / "inbox")
    whole_cohort(settings, keyed, tmp_path)
    assert sequence.run(settings).status == 0
    before = current_id(settings)
    # A real register beside made-up packages: people of two domains.
    shutil.rmtree(settings.raw / "lx_22_register_person")
    added(settings, keyed)
    outcome = sequence.run(settings)
    assert outcome.status == 2
    assert any(check.rule_id == "one_key_in_the_linked_cohort" for check in outcome.ledger.blocking)
    assert current_id(settings) == before


# --- the linked cohort ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cohort(sample_run):
    """The edition of the sample, whose extracts are of people who do not exist."""
    assert sample_run[1].status == 0, sample_run[1].message
    return sample_run


def internal(cohort, query: str) -> list[tuple]:
    _, outcome = cohort
    con = duckdb.connect(str(outcome.folder / "internal" / "ics_marts.duckdb"), read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def test_the_cohort_is_what_the_sample_says_counted_another_way(cohort):
    """The oracle follows every person of the sample by hand, in Python, from the rows as they were submitted."""
    from datetime import timedelta

    every = (*person_extracts.EXTRACTS, *right_support.EXTRACTS)
    spells = [row for one in every if one.dataset == "lx_24_hospital_spell" for row in one.filled()]
    rows = [row for one in every if one.dataset == "lx_23_care_package" for row in one.filled()]
    # Two payers of one package are one intervention.
    packages = sorted({(row["person"], row["package_type"], date.fromisoformat(row["package_start"])) for row in rows})
    half_a_year, end = timedelta(days=182), date(2025, 12, 1)
    expected: dict[str, list[int]] = {}
    people: dict[str, set[str]] = {}
    for person, kind, started in packages:
        if started + half_a_year > end:
            continue
        counts = expected.setdefault(kind, [0, 0, 0, 0, 0])
        people.setdefault(kind, set()).add(person)
        counts[0] = len(people[kind])
        for spell in (one for one in spells if one["person"] == person):
            admitted = date.fromisoformat(spell["admission_date"])
            left = date.fromisoformat(spell["discharge_date"]) if spell["discharge_date"] else end
            counts[1] += started - half_a_year <= admitted < started
            counts[2] += started <= admitted < started + half_a_year
            nights = [admitted + timedelta(days=at) for at in range((left - admitted).days)]
            counts[3] += sum(started - half_a_year <= night < started for night in nights)
            counts[4] += sum(started <= night < started + half_a_year for night in nights)
    rows = internal(
        cohort,
        "select intervention, people, admissions_before, admissions_after, nights_before, nights_after, value_status"
        " from marts.cohort_outcome where breakdown_type = 'none' and intervention_type = 'care_package' order by 1",
    )
    assert {row[0] for row in rows} == set(expected)
    for intervention, *counts, status in rows:
        if expected[intervention][0] < 5:
            assert (status, counts) == ("suppressed", [None] * 5)
        else:
            assert status == "rounded"
            for shown, true in zip(counts, expected[intervention], strict=True):
                assert shown % 5 == 0
                assert abs(shown - true) <= 2.5, (intervention, counts, expected[intervention])


def test_no_group_of_fewer_than_five_can_be_had_by_subtraction(cohort):
    rows = internal(
        cohort,
        "select intervention, breakdown_type, list(people), count(*) filter (people is null) from marts.cohort_outcome group by all",
    )
    for _, kind, shown, hidden in rows:
        assert all(people is None or people >= 5 for people in shown)
        if kind != "none" and len(shown) > 1:
            assert hidden != 1


def test_no_mart_has_a_row_or_a_column_of_people(cohort):
    _, outcome = cohort
    for part in ("open", "internal"):
        con = duckdb.connect(str(outcome.folder / part / "ics_marts.duckdb"), read_only=True)
        columns = con.execute("select table_name, column_name from information_schema.columns").fetchall()
        con.close()
        assert not [one for one in columns if one[1].startswith("person") or one[1] in ("nhs_number", "pseudonym")]
    people_there = scan.Exact(
        frozenset(person_extracts.person(n) for n in range(1, person_extracts.PEOPLE + 1))
        | frozenset(right_support.person(n) for n in right_support.PEOPLE)
    )
    assert scan.in_folders([outcome.folder], people_there) == []


def test_the_cohort_is_in_the_internal_part_alone(cohort):
    _, outcome = cohort
    assert (outcome.folder / "internal" / "marts" / "cohort_outcome.parquet").is_file()
    # The open part tells how every model is made, which says nothing of anybody.
    assert {path.suffix for path in (outcome.folder / "open").rglob("*cohort_outcome*")} <= {".sql"}
    con = duckdb.connect(str(outcome.folder / "open" / "ics_marts.duckdb"), read_only=True)
    assert con.execute("select count(*) from duckdb_tables() where table_name = 'cohort_outcome'").fetchone() == (0,)
    con.close()


def test_the_gate_looked_through_bronze_and_marts(cohort):
    _, outcome = cohort
    looked = {check.rule_id: check for check in outcome.ledger.checks if check.rule_id.startswith("privacy.")}
    assert {one.outcome for one in looked.values()} == {"passed"}
    assert looked["privacy.nobody_in_bronze"].rows_checked >= 3 * 5
    assert looked["privacy.nobody_in_marts"].rows_checked > 5


def test_an_identifier_in_a_mart_is_stopped_at_the_gate():
    from pipeline.gate import privacy_checks
    from pipeline.gate.ledger import Ledger
    from pipeline.ingest.read import Bronze
    from pipeline.publish.tables import Column, PublishedTable

    con = duckdb.connect()
    con.execute("create schema internal")
    con.execute("create table internal.leak as select ? as note, 'TN10 0HJ' as postcode", [people()[0].number])
    table = PublishedTable(
        "internal", "marts", "leak", "internal", ("note",), "o", "d", (Column("person", "varchar", ""),), False
    )
    ledger = Ledger()
    ledger.plan(privacy_checks.planned())
    folder = Path(__file__)
    privacy_checks.execute(ledger, con, [table], [_Here(folder)])
    outcomes = {check.rule_id: check for check in ledger.checks}
    assert outcomes["privacy.nobody_in_marts"].outcome == "failed"
    assert outcomes["privacy.nobody_in_marts"].rows_failed == 1
    assert outcomes["privacy.no_row_is_a_person"].outcome == "failed"
    nobody_said(outcomes["privacy.nobody_in_marts"].message)
    assert issubclass(Bronze, object)


class _Here:
    """Bronze of no rows: three files that hold nobody."""

    def __init__(self, file: Path) -> None:
        self.rows = self.quarantine = PROJECT_ROOT / "LICENSE"
        self.folder = _Folder()


class _Folder:
    def __truediv__(self, _: str) -> Path:
        return PROJECT_ROOT / "LICENSE"


def test_restricted_settings_have_a_home_of_their_own(settings):
    assert settings.restricted_dir == settings.raw.with_name("raw-restricted")
    assert replace(settings, restricted="/elsewhere").restricted_dir == Path("/elsewhere")
    assert restricted.FOLDER_MODE == 0o700

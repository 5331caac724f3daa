"""The synthetic files: in the published form, about nobody, and adding up to what their generator says.

Belongs here: form, totals, determinism and codes of what pipeline/sample writes, and that the committed sample is it.
Does not belong here: what the pipeline makes of the sample (tests/pipeline).
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.ingest import archive
from pipeline.ingest.findings import problems
from pipeline.ingest.identify import identify
from pipeline.ingest.read import read
from pipeline.sample import embedded, ons_lookups
from pipeline.sample import gp_appointments_regional as appointments
from pipeline.sample.geography import ICBS, REGION
from pipeline.settings import PROJECT_ROOT, Settings

SHARED_LOOKUPS = PROJECT_ROOT.parent / "shared" / "data" / "ons_lookups"
BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """Every synthetic file of the sample, by name."""
    return {file.name: file for file in embedded.write_files(tmp_path_factory.mktemp("made"))}


@pytest.fixture
def made_once(made, monkeypatch) -> None:
    """For tests of what is done with the files: they are not generated anew (1 s), but are those of this session."""

    def write_files(folder: Path) -> list[Path]:
        return [Path(shutil.copy2(file, folder)) for file in made.values()]

    monkeypatch.setattr(embedded, "write_files", write_files)


@pytest.fixture
def few(made, monkeypatch) -> None:
    """For tests of what is carried over: two of the synthetic files stand for all, for all take 6 s to be read."""

    def write_files(folder: Path) -> list[Path]:
        names = (ons_lookups.LOOKUP_NAME, ons_lookups.ICB_NAMES_NAME)
        return [Path(shutil.copy2(made[name], folder)) for name in names]

    monkeypatch.setattr(embedded, "write_files", write_files)


@pytest.fixture(scope="module")
def release(made) -> Path:
    return made["Appointments_GP_Regional_CSV_Nov_25.zip"]


@pytest.fixture(scope="module")
def rows(release) -> list[dict[str, str]]:
    """The rows of the appointments release, read by nothing but the csv module."""
    found = []
    with zipfile.ZipFile(release) as members:
        for name in members.namelist():
            found += csv.DictReader(io.StringIO(members.read(name).decode("utf-8"), newline=""))
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A sample archive built where none stood."""
    raw = tmp_path_factory.mktemp("built") / "raw" / "sample"
    embedded.build(raw)
    return raw


def shares(rows: list[dict[str, str]], column: str) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row[column]] += int(row["COUNT_OF_APPOINTMENTS"])
    return {value: 100 * count / counts.total() for value, count in counts.items()}


# --- the contracts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dataset", "table", "layout", "row_count"),
    [
        ("LOC22_ICB22_NHSER22_EN_LU.csv", "ons_lookups", "sub_icb_to_icb", "geoportal_csv", 7),
        ("icb_names_codes_dec_2024.csv", "ons_lookups", "icb_names", "geoportal_csv", 3),
        ("Appointments_GP_Regional_CSV_Nov_25.zip", "gp_appointments_regional", "regional", "zip_of_icb_csvs", None),
    ],
)
def test_files_are_what_their_contract_describes(made, tmp_path, name, dataset, table, layout, row_count):
    (found,) = identify(made[name], catalogue())
    assert (found.contract.dataset, found.table.name, found.layout.id) == (dataset, table, layout)
    report = read(made[name], found, "0" * 64, tmp_path, label=name).report
    assert report.offences == ()
    assert report.rows_quarantined == 0
    assert report.duplicate_keys == 0
    assert problems(found.contract, found.table, report, name) == []
    assert row_count in (None, report.rows_in)


# --- the published form ------------------------------------------------------------------------------------------


def test_lookup_has_the_portals_form(made):
    content = made[ons_lookups.LOOKUP_NAME].read_bytes()
    assert content.startswith(
        BOM + b"LOC22CD,LOC22CDH,LOC22NM,ICB22CD,ICB22CDH,ICB22NM,NHSER22CD,NHSER22CDH,NHSER22NM\r\n"
    )
    lines = content.split(b"\r\n")
    assert len(lines) == 1 + 7
    assert b"\n" not in b"".join(lines), "CRLF between records, none after the last"
    assert lines[1:] == sorted(lines[1:])
    assert b',"NHS Mockford, Feignton and Dummybury ICB - 99T",' in lines[2]
    assert lines[1].count(b'"') == 0


def test_list_of_icbs_has_the_portals_form(made):
    content = made[ons_lookups.ICB_NAMES_NAME].read_bytes()
    assert content.startswith(BOM + b"ICB24CD,ICB24CDH,ICB24NM,ObjectId\n")
    assert content.endswith(b"Board,3\n")
    assert b"\r" not in content
    assert [line.rsplit(b",", 1)[1] for line in content.splitlines()[1:]] == [b"1", b"2", b"3"]


def test_release_has_the_publishers_form(release):
    with zipfile.ZipFile(release) as members:
        infos = members.infolist()
        assert [info.filename for info in infos] == [
            "Regional_CSV_MockfordFeignDummy.csv", "Regional_CSV_PlaceholderVale.csv", "Regional_CSV_Sampleshire.csv",
        ]  # fmt: skip
        for info in infos:
            assert info.date_time == (2025, 12, 18, 9, 30, 0)
            assert info.compress_type == zipfile.ZIP_DEFLATED
            content = members.read(info)
            assert content.startswith(b"SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_ONS_CODE,SUB_ICB_LOCATION_NAME,")
            assert b"\r" not in content
            assert content.endswith(b"\n")
        first = members.read("Regional_CSV_MockfordFeignDummy.csv").decode().splitlines()[1]
    assert first.startswith(
        "99T,E38999002,NHS Mockford Feignton and Dummybury ICB - 99T,E54999002,"
        '"NHS Mockford, Feignton and Dummybury Integrated Care Board",E40999001,Sampleland,'
        "APR2024,Attended,GP,Face-to-Face,1 Day,"
    )
    assert release.stat().st_size < 400_000


def test_rows_stand_in_the_publishers_order_without_zeros(rows):
    for code in {row["SUB_ICB_LOCATION_CODE"] for row in rows}:
        keys = [tuple(row.values())[7:12] for row in rows if row["SUB_ICB_LOCATION_CODE"] == code]
        assert keys == sorted(set(keys)), "in the order of the texts, each once"
    assert min(int(row["COUNT_OF_APPOINTMENTS"]) for row in rows) == 1
    assert {row["TIME_BETWEEN_BOOK_AND_APPT"] for row in rows} == set(appointments.TIMES)
    assert "15  to 21 Days" in appointments.TIMES


# --- the numbers -------------------------------------------------------------------------------------------------


def test_rows_add_up_to_the_known_totals(rows):
    added_up: Counter[tuple[str, date, str]] = Counter()
    for row in rows:
        month = datetime.strptime(row["APPOINTMENT_MONTH"], "%b%Y").date()
        added_up[row["SUB_ICB_LOCATION_CODE"], month, row["APPT_STATUS"]] += int(row["COUNT_OF_APPOINTMENTS"])
    known = appointments.known_totals()
    assert dict(added_up) == known
    assert len(known) == 7 * 30 * 3
    assert min(month for _, month, _ in known) == date(2023, 6, 1)
    assert max(month for _, month, _ in known) == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("APPT_STATUS", {"Attended": 90, "DNA": 4.5, "Unknown": 6}),
        ("APPT_MODE", {"Face-to-Face": 65, "Telephone": 25, "Video/Online": 5, "Home Visit": 1, "Unknown": 3}),
        ("HCP_TYPE", {"GP": 45, "Other Practice staff": 53, "Unknown": 2}),
    ],
)
def test_shares_are_like_englands(rows, column, expected):
    found = shares(rows, column)
    assert found.keys() == expected.keys()
    assert all(abs(found[value] - percent) < 1.5 for value, percent in expected.items()), found


def test_october_is_high_and_august_and_december_are_low():
    by_month: Counter[date] = Counter()
    for (_, month, _), count in appointments.known_totals().items():
        by_month[month] += count
    for year in (2023, 2024):
        ordered = sorted((month for month in by_month if month.year == year), key=by_month.__getitem__)
        assert {month.month for month in ordered[:2]} == {8, 12}
        assert ordered[-1].month == 10


def test_same_seed_same_members_other_seed_others(release, tmp_path):
    (tmp_path / "again").mkdir()
    (tmp_path / "other").mkdir()
    assert members_of(appointments.write_release(tmp_path / "again")) == members_of(release)
    other = members_of(appointments.write_release(tmp_path / "other", seed=appointments.SEED + 1))
    assert other.keys() == members_of(release).keys()
    assert not set(other.values()) & set(members_of(release).values())


def members_of(release: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(release) as members:
        return {name: members.read(name) for name in members.namelist()}


def test_a_part_of_the_release_is_that_part(release, tmp_path):
    """A place and month do not depend on which others are made, so a larger sample only adds to a smaller one."""
    months = appointments.months_ending(date(2025, 9, 1), 2)
    small = appointments.write_release(tmp_path, months=months, icbs=ICBS[:1])
    assert small.name == "Appointments_GP_Regional_CSV_Sep_25.zip"
    lines = members_of(release)["Regional_CSV_Sampleshire.csv"].splitlines()
    wanted = [lines[0]] + [line for line in lines if b",AUG2025," in line or b",SEP2025," in line]
    assert members_of(small) == {"Regional_CSV_Sampleshire.csv": b"\n".join(wanted) + b"\n"}
    known = appointments.known_totals(months=months, icbs=ICBS[:1])
    assert known.items() <= appointments.known_totals().items()
    assert len(known) == 2 * 3


# --- the places --------------------------------------------------------------------------------------------------


COUNCIL_LOOKUPS = (
    "lsoa_to_ward", "lsoa_to_upper_tier", "lsoa_to_ccg", "ward_to_region", "lower_to_upper_tier", "council_names",
)  # fmt: skip


def test_codes_are_outside_every_allocated_range(made):
    """Every GSS code in every file is E..999..., and the places are the fictional ones."""
    codes = set()
    for file in made.values():
        contents = members_of(file).values() if file.suffix == ".zip" else [file.read_bytes()]
        codes.update(code for content in contents for code in re.findall(rb"E\d{8}", content))
    assert {code for code in codes if not re.fullmatch(rb"E\d\d999\d{3}", code)} <= {b"E92000001"}  # England itself
    kinds = Counter(code[:3] for code in codes)
    # Sub-ICB locations, the region, ICBs (one reissued); LSOAs, councils and wards of the lookups and extracts.
    assert (kinds[b"E38"], kinds[b"E40"], kinds[b"E54"]) == (7, 1, 4)
    assert set(kinds) <= {b"E01", b"E05", b"E06", b"E07", b"E10", b"E12", b"E38", b"E40", b"E54", b"E92"}


@pytest.mark.skipif(not SHARED_LOOKUPS.is_dir(), reason="../shared with the real ONS lookups is not here")
def test_ods_codes_are_none_of_the_real_ones():
    lookup = (SHARED_LOOKUPS / ons_lookups.LOOKUP_NAME).read_text("utf-8-sig")
    real = {
        row[column] for row in csv.DictReader(io.StringIO(lookup)) for column in ("LOC22CDH", "ICB22CDH", "NHSER22CDH")
    }
    ours = {REGION.code} | {icb.code for icb in ICBS} | {one.code for icb in ICBS for one in icb.locations}
    assert len(real) > 150
    assert len(ours) == 11
    assert not ours & real


def test_reissued_icb_appears_with_both_codes(made, rows):
    old = {code_of_icb(made[ons_lookups.LOOKUP_NAME], "ICB22", "QZ3")}
    new = {code_of_icb(made[ons_lookups.ICB_NAMES_NAME], "ICB24", "QZ3")}
    assert (old, new) == ({"E54999003"}, {"E54999004"})
    in_release = {row["ICB_ONS_CODE"] for row in rows if "Placeholder Vale" in row["ICB_NAME"]}
    assert in_release == old, "the release still uses the old code in November 2025, as the real one does"
    for other in ("QZ1", "QZ2"):
        assert code_of_icb(made[ons_lookups.LOOKUP_NAME], "ICB22", other) == code_of_icb(
            made[ons_lookups.ICB_NAMES_NAME], "ICB24", other
        )


def code_of_icb(file: Path, vintage: str, ods_code: str) -> str:
    found = csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))
    (code,) = {row[vintage + "CD"] for row in found if row[vintage + "CDH"] == ods_code}
    return code


# --- the archive -------------------------------------------------------------------------------------------------


def test_committed_sample_is_what_the_generator_makes(made_once):
    assert embedded.differences() == [], "run `python -m pipeline.sample.embedded` and commit data/raw/sample"


def test_committed_sample_is_whole_and_says_what_it_is():
    held = archive.releases(embedded.HOME)
    for one in held:
        archive.check_bytes(embedded.HOME / one.file, one)
        assert one.citation
        assert one.archived_at == "2026-01-15T09:00:00+00:00"
    origins = {(one.dataset, one.table): one.origin for one in held}
    geography = {
        "imd", "ods_etr", "ods_other", "ons_boundaries", "ons_census_households", "ons_mye", "ons_nspl", "ons_snpp",
        "fingertips",
    }  # fmt: skip
    of_determinants = {"hchs_workforce_monthly", "nihr_awards", "spend_over_25k", "stop_smoking"}
    of_determinants |= {"cqc_directory", "gp_workforce", "pcn_workforce"}
    of_learning_disability = {"ld_health_checks", "mhsds_lda", "qof"}
    of_the_fund = {"ascof", "discharge_sitrep_acute"}
    published_in_form = geography | of_determinants | of_learning_disability | of_the_fund
    later = {one for one in origins if one[0] in published_in_form or one[0].startswith("lx_")}
    later |= {("ons_lookups", one) for one in COUNCIL_LOOKUPS}
    assert {origins[one] for one in later} == {"synthetic"}
    assert len({dataset for dataset, _ in later if dataset.startswith("lx_")}) == 37
    assert {one: origin for one, origin in origins.items() if one not in later} == {
        ("bcf_plan_document", "statements"): "real",
        ("eric", "site_items"): "synthetic",
        ("gp_appointments_coverage", "coverage"): "synthetic",
        ("gp_appointments_practice", "crosstab"): "synthetic",
        ("gp_appointments_practice", "mapping"): "synthetic",
        ("gp_appointments_regional", "regional"): "synthetic",
        ("gp_registered_patients", "practice_map"): "synthetic",
        ("gp_registered_patients", "practice_totals"): "synthetic",
        ("gp_registered_patients", "quinary_age"): "synthetic",
        ("ods_epcn", "networks"): "synthetic",
        ("ods_epcn", "partners"): "synthetic",
        ("ods_epraccur", "practices"): "synthetic",
        ("ons_lookups", "ccg_to_stp"): "synthetic",
        ("ons_lookups", "icb_names"): "synthetic",
        ("ons_lookups", "sub_icb_to_icb"): "synthetic",
        ("place_measures", "measures"): "real",
    }
    files = {file for file in embedded.HOME.rglob("*") if file.is_file()}
    expected = {embedded.HOME / (one.file + end) for one in held for end in ("", archive.SIDECAR)}
    assert files == expected, "nothing stands in the sample but its releases"


def test_built_from_nothing_holds_the_synthetic_part(built, made, made_once):
    assert embedded.differences(built) == []
    held = archive.releases(built)
    assert {one.original_name for one in held} == made.keys()
    assert {one.origin for one in held} == {"synthetic"}
    assert [path.name for path in built.parent.iterdir()] == ["sample"], "nothing is left beside it"


def of_kent(raw: Path) -> archive.Release:
    """The real release with the figures of the Kent briefing."""
    (real,) = (one for one in archive.releases(raw) if (one.origin, one.part) == ("real", "kent-hosc-briefing"))
    return real


def test_building_again_carries_real_releases_over(few, tmp_path):
    raw = tmp_path / "sample"
    shutil.copytree(embedded.HOME, raw)
    before = {one.release_id: one for one in archive.releases(raw) if one.origin == "real"}
    embedded.build(raw)
    after = {one.release_id: one for one in archive.releases(raw) if one.origin == "real"}
    assert before
    assert after == before
    for one in after.values():
        archive.check_bytes(raw / one.file, one)
        assert (raw / one.file).read_bytes() == (embedded.HOME / one.file).read_bytes()


def test_carried_over_release_keeps_period_and_instants_that_it_was_given(few, tmp_path):
    raw, out = tmp_path / "sample", tmp_path / "out"
    real = of_kent(embedded.HOME)
    file = tmp_path / real.original_name
    shutil.copyfile(embedded.HOME / real.file, file)
    provenance = archive.Provenance(
        "https://example.org/x.csv", "2025-02-01", "2025-02-02T00:00:00+00:00", "real", "a report"
    )
    now = datetime.fromisoformat("2025-02-03T10:11:12+00:00")
    period = archive.periods.parse("2024-12")
    archive.add([file], Settings(raw=raw, out=out), catalogue(), period=period, provenance=provenance, now=now)
    (before,) = archive.releases(raw)
    embedded.build(raw)
    assert [one for one in archive.releases(raw) if one.origin == "real"] == [before]
    assert (before.period.slug, before.period_from, before.archived_at) == ("2024-12", "option", now.isoformat())


def test_a_changed_real_release_stops_the_build_and_leaves_all_as_it_was(few, tmp_path):
    raw = tmp_path / "sample"
    shutil.copytree(embedded.HOME, raw)
    real = of_kent(raw)
    file = raw / real.file
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b",177,", b",178,", 1))
    before = archive.releases(raw)
    with pytest.raises(Fault, match="the archive was changed"):
        embedded.build(raw)
    assert b",178," in file.read_bytes()
    assert archive.releases(raw) == before


def test_an_interrupted_swap_loses_no_real_release(few, tmp_path):
    raw = tmp_path / "sample"
    shutil.copytree(embedded.HOME, tmp_path / ".sample.replaced")
    embedded.build(raw)
    assert {one.origin for one in archive.releases(raw)} == {"real", "synthetic"}


def test_differences_are_named(built, made_once, tmp_path):
    raw = tmp_path / "sample"
    shutil.copytree(built, raw)
    lookup, names, release = (
        next(one for one in archive.releases(raw) if one.table == table)
        for table in ("sub_icb_to_icb", "icb_names", "regional")
    )
    changed = raw / lookup.file
    changed.chmod(0o644)
    changed.write_bytes(changed.read_bytes().replace(b"Sampleland", b"Samplelend"))
    (raw / (names.file + archive.SIDECAR)).unlink()
    repacked = raw / release.file
    members = members_of(repacked)
    repacked.chmod(0o644)
    with zipfile.ZipFile(repacked, "w", zipfile.ZIP_STORED) as archived:
        for name, content in members.items():
            archived.writestr(zipfile.ZipInfo(name, (2025, 12, 18, 9, 30, 0)), content)
    assert embedded.differences(raw) == [
        "icb_names_codes_dec_2024.csv: the generator makes it, the archive does not hold it",
        f"{lookup.file}: its content is not what the generator makes",
    ], "another compression of the same members is no difference"

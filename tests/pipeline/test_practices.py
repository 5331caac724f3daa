"""Lists and appointments by practice: every figure against the slow oracle, and faults planted in the files they come from."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.publish.current import open_part
from pipeline.run import sequence
from tests.pipeline import oracle_practices as oracle
from tests.pipeline.conftest import release_file
from tests.pipeline.test_gate import SYNTHETIC, assert_blocked_and_nothing_published

METRICS = "('pc_05.v2', 'pc_06.v3', 'pc_50.v1', 'pc_51.v1', 'pc_52.v1', 'pc_53.v1')"
CROSSTAB = "Practice_Level_Crosstab_Nov_25.zip"
SOUTH, NORTH = "Practice_Level_Crosstab_Sampleland_South", "Practice_Level_Crosstab_Sampleland_North"
NOVEMBER = "2025-11-01"


def held(raw: Path, table: str) -> list[Path]:
    """The archived files of a table, oldest period first."""
    return [path for path in sorted((raw / table).rglob("*")) if path.is_file() and ".release.json" not in path.name]


def files_of(raw: Path) -> oracle.Files:
    """What the oracle reads of the sample."""
    crosstab = release_file(raw, "gp_appointments_practice/crosstab")
    return oracle.Files(
        totals=held(raw, "gp_registered_patients/practice_totals"),
        ages=held(raw, "gp_registered_patients/quinary_age"),
        maps=held(raw, "gp_registered_patients/practice_map"),
        crosstabs=[crosstab],
        mappings={date(2025, 11, 1): crosstab},
        regional=release_file(raw, "gp_appointments_regional"),
        coverage=held(raw, "gp_appointments_coverage"),
        networks=held(raw, "ods_epcn/partners")[-1],
        networks_known_to=date(2026, 2, 28),
        lookup=release_file(raw, "ons_lookups/sub_icb_to_icb"),
        names=release_file(raw, "ons_lookups/icb_names"),
        ccgs=release_file(raw, "ons_lookups/ccg_to_stp"),
        ccgs_year=2020,
        country="local:sample:country",
        places=release_file(raw, "lx_37_places"),
    )


def spans_of_networks(con) -> dict[str, list[tuple[date, date, str]]]:
    """practice -> (first day, last day, network) as the edition has them."""
    found: dict[str, list] = defaultdict(list)
    for practice, network, start, end in con.execute(
        """select from_area_code, to_area_code, coalesce(link.valid_from, date '1900-01-01'),
                  coalesce(link.valid_to, date '9999-12-31')
           from reference.area_link as link join reference.area on area.area_code = link.to_area_code
           where link_type = 'part_of' and area_type = 'pcn'"""
    ).fetchall():
        found[practice].append((start, end, network))
    return found


def assert_networks_agree(con, world: oracle.World, practices, days) -> None:
    """On each of `days` the edition has every practice in the network that the oracle says, or in none."""
    spans = spans_of_networks(con)
    for day in days:
        for practice in practices:
            current = [network for start, end, network in spans[practice] if start <= day <= end]
            expected = world.network(practice, day)
            assert current == ([expected] if expected else []), (practice, day)


# --- every figure ---------------------------------------------------------------------------------------------


def test_every_value_equals_the_slow_oracle_and_there_is_no_other(sample_run):
    settings, outcome = sample_run
    expected = oracle.metric_values(files_of(settings.raw))
    rows = (
        open_part(outcome.folder)
        .execute(
            f"""select metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, numerator,
                       denominator, value, value_status
                from marts.metric_value where metric_key in {METRICS}"""
        )
        .fetchall()
    )
    assert {row[:6] for row in rows} == set(expected)
    assert len(rows) == len(expected) > 2_500
    for *key, numerator, denominator, value, status in rows:
        assert (numerator, denominator) == expected[tuple(key)], key
        per = 100 if key[0] in oracle.PERCENTAGES else 1000
        assert value == pytest.approx(float(per * numerator / denominator if denominator else numerator), abs=1e-9), key
        assert status == "exact", key


def test_every_kind_of_area_has_every_metric_that_it_should(sample_run):
    _, outcome = sample_run
    found = (
        open_part(outcome.folder)
        .execute(
            f"""select metric_key, list(distinct area_type order by area_type) from marts.metric_value
                where metric_key in {METRICS} group by all order by all"""
        )
        .fetchall()
    )
    assert found == [
        ("pc_05.v2", ["pcn", "place", "practice", "sub_icb_location"]),
        ("pc_06.v3", ["icb", "pcn", "place"]),
        ("pc_50.v1", ["country", "icb", "nhs_region", "pcn", "place", "practice", "sub_icb_location"]),
        ("pc_51.v1", ["country", "icb", "nhs_region", "sub_icb_location"]),
        ("pc_52.v1", ["icb", "pcn", "place", "practice"]),
        ("pc_53.v1", ["icb", "pcn", "place"]),
    ]


def test_every_practice_is_in_its_network_on_every_month_since_networks_began(sample_run):
    settings, outcome = sample_run
    world = oracle.World(files_of(settings.raw))
    days = [date(2019, 9, 1) + timedelta(days=30 * at) for at in range(80)]
    # The days on which a practice of the sample closes, opens, or moves, and those beside them.
    days += [date(2025, 7, 1), date(2025, 8, 31), date(2025, 9, 1), date(2025, 9, 30), date(2025, 10, 1)]
    practices = {practice for by_practice in oracle.lists(world.files).values() for practice in by_practice}
    assert_networks_agree(open_part(outcome.folder), world, practices, days)
    moved = [one for one in practices if world.network(one, date(2025, 9, 30)) != world.network(one, date(2025, 10, 1))]
    assert moved
    assert any(world.network(one, date(2025, 11, 1)) is None for one in practices)


def test_the_files_that_should_agree_do_and_practices_in_one_of_them_only_are_named(sample_run):
    settings, outcome = sample_run
    con = open_part(outcome.folder)
    assert con.execute(
        "select comparison, count(*) > 0, count(*) filter (difference <> 0) from audit.reconciliation group by all order by all"
    ).fetchall() == [("crosstab_is_regional", True, 0), ("lists_are_coverage", True, 0), ("lists_are_printed_totals", True, 0)]  # fmt: skip
    november = date(2025, 11, 1)
    listed = set(oracle.lists(files_of(settings.raw))[november])
    recorded = {
        row["GP_CODE"]
        for row in oracle.records(release_file(settings.raw, "gp_appointments_practice/crosstab"), "Practice_Level*")
    }
    rows = con.execute(
        "select practice_code, in_lists, in_appointments from audit.practice_difference where extract_date = ?", [november]
    ).fetchall()  # fmt: skip
    assert {code for code, in_lists, _ in rows if in_lists} == listed - recorded
    assert listed - recorded
    # The register has practices as active that have no list: they are dormant.
    assert all((in_lists, in_appointments) == (code in listed, code in recorded) for code, in_lists, in_appointments in rows)  # fmt: skip


# --- planted faults -------------------------------------------------------------------------------------------


def changed_csv(source: Path, target: Path, change, header: bool = True) -> Path:
    """The CSV with every data row passed through `change(row)`, which gives the rows to write instead."""
    target.write_text(_changed(source.read_text("utf-8-sig"), change, header), "utf-8")
    return target


def changed_zip(source: Path, target: Path, change=None, *, of: str = "", without: str = "~") -> Path:
    """The ZIP with the rows of members `of...` passed through `change`, and members `without...` left out."""
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in packed.infolist():
            if not info.filename.startswith(without):
                text = packed.read(info).decode("utf-8")
                out.writestr(info, _changed(text, change) if change and info.filename.startswith(of) else text)
    return target


def _changed(text: str, change, header: bool = True) -> str:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(rows[:1] if header else [])
    for row in rows[1:] if header else rows:
        writer.writerows(change(list(row)))
    return out.getvalue()


def with_cells(at: int, code: str, **cells: object):
    """A change of the row whose cell `at` is `code`: `c7="x"` writes x into cell 7."""

    def change(row):
        if row[at] == code:
            for name, value in cells.items():
                row[int(name[1:])] = value(row) if callable(value) else value
        return [row]

    return change


def taken_in(settings, path: Path) -> list[archive.AddOutcome]:
    outcomes = archive.add([path], settings, catalogue(), provenance=SYNTHETIC)
    assert {one.status for one in outcomes} == {"new revision"}, [one.message for one in outcomes]
    return outcomes


def twice(row):
    if row[2] != "Z90100":
        return [row]
    icb = ["NHS Mockford, Feignton and Dummybury ICB - 99T", "E54999002", "QZ2",
           "NHS Mockford, Feignton and Dummybury Integrated Care Board"]  # fmt: skip
    return [row, [*row[:7], "E38999002", "99T", *icb, *row[13:]]]


def redated(row):
    return [[row[0], NOVEMBER, *row[2:]]]


def planted(fault: str, raw: Path, folder: Path) -> Path:
    """The file with the fault, under the name that the publisher gives it."""
    crosstab = release_file(raw, "gp_appointments_practice/crosstab")
    lists, maps = held(raw, "gp_registered_patients/practice_totals"), held(raw, "gp_registered_patients/practice_map")
    if fault == "a practice counted double":
        return changed_zip(
            crosstab, folder / CROSSTAB, with_cells(1, "Z90100", c12=lambda row: str(2 * int(row[12]))), of=SOUTH
        )
    if fault == "a practice in two places in the crosstab":
        return changed_zip(
            crosstab, folder / CROSSTAB,
            lambda row: with_cells(1, "Z90100", c6="99X", c7="NHS Placeholder Vale ICB - 99X")(row) if row[8] == "GP" else [row],
            of=SOUTH,
        )  # fmt: skip
    if fault == "the list of June as that of November":
        return changed_csv(lists[0], folder / "gp-reg-pat-prac-all__2025-11.csv", redated)
    if fault == "a practice in two locations":
        return changed_csv(maps[1], folder / "gp-reg-pat-prac-map__2025-11.csv", twice)
    if fault == "a practice in a location that no file knows":
        unknown = with_cells(2, "Z90100", c7="E38999099", c8="99Q", c9="NHS Sampleshire ICB - 99Q")
        return changed_csv(maps[1], folder / "gp-reg-pat-prac-map__2025-11.csv", unknown)
    if fault == "more included than open":
        return changed_csv(
            release_file(raw, "gp_appointments_coverage"), folder / "APPOINTMENTS_GP_COVERAGE_Nov_25.csv",
            lambda row: with_cells(0, "99S", c4=str(int(row[5]) + 1))(row) if row[3] == "01NOV2025" else [row],
        )  # fmt: skip
    raise ValueError(fault)


@pytest.mark.parametrize(
    ("fault", "rules"),
    [
        ("a practice counted double", {"assert_files_agree"}),
        ("a practice in two places in the crosstab", {"gp_appointments_practice.practice_in_one_place"}),
        ("the list of June as that of November", {"assert_files_agree", "assert_practices_agree"}),
        ("a practice in two locations", {"gp_registered_patients.practice_map.keys_unique"}),
        ("a practice in a location that no file knows", {"assert_files_agree"}),
        ("more included than open", {"gp_appointments_coverage.included_are_open"}),
    ],
)
def test_a_planted_fault_blocks_and_the_rule_is_named(own, practices_run, tmp_path, fault, rules):
    taken_in(own, planted(fault, own.raw, tmp_path))
    outcome = sequence.run(own)
    assert_blocked_and_nothing_published(own, outcome, practices_run[1].edition_id, sorted(rules)[0])
    assert {one.rule_id for one in outcome.ledger.blocking if one.outcome == "failed"} == rules


def test_a_crosstab_without_one_of_its_parts_is_said(own, tmp_path):
    crosstab = release_file(own.raw, "gp_appointments_practice/crosstab")
    taken_in(own, changed_zip(crosstab, tmp_path / CROSSTAB, without=NORTH))
    outcome = sequence.run(own)
    assert (outcome.status, outcome.outcome) == (0, "passed")
    (said,) = [one for one in outcome.ledger.warnings if one.rule_id == "warn_crosstab_is_whole"]
    # 99T, 99U, 99V and 99W are in the north.
    assert "4 rows" in said.message
    con = open_part(outcome.folder)
    assert con.execute(
        "select count(*) from marts.metric_value where metric_key = 'pc_05.v2' and area_type = 'sub_icb_location'"
        " and breakdown_type = 'none'"
    ).fetchone() == (3,)


def test_a_list_of_another_month_under_a_right_name_counts_for_the_month_it_holds(own, practices_run, tmp_path):
    june = held(own.raw, "gp_registered_patients/practice_totals")[0]
    one_more = with_cells(5, "Z90100", c9=lambda row: str(int(row[9]) + 1))
    (added,) = taken_in(own, changed_csv(june, tmp_path / "gp-reg-pat-prac-all__2025-11.csv", one_more))
    assert "its name says 2025-11, its content 2025-06-01" in added.message
    outcome = sequence.run(own)
    assert outcome.status == 0
    assert {"assert_age_lists_agree_with_totals", "warn_files_differ"} <= {
        one.rule_id for one in outcome.ledger.warnings
    }
    sql = """select period_start::varchar, numerator::int from marts.metric_value where metric_key = 'pc_50.v1'
             and area_type = 'country' and breakdown_type = 'none' order by all"""
    before = open_part(practices_run[1].folder).execute(sql).fetchall()
    assert open_part(outcome.folder).execute(sql).fetchall() == [(before[0][0], before[0][1] + 1), before[1]]


def test_a_register_with_a_word_that_nobody_knows_is_held_back(own, tmp_path):
    register = held(own.raw, "ods_epraccur")[-1]
    word = with_cells(0, "Z90100", c12="SUSPENDED")
    (added,) = taken_in(own, changed_csv(register, tmp_path / "epraccur__2026-02.csv", word, header=False))
    assert "status is 'SUSPENDED'" in added.problems[0]
    outcome = sequence.run(own)
    assert (outcome.status, outcome.outcome) == (3, "held")
    assert "status is one of active, closed, dormant, proposed" in outcome.held[0]
    sql = "select status from reference.organisation where organisation_code = 'Z90100'"
    assert open_part(outcome.folder).execute(sql).fetchall() == [("active",)]

"""Lists and appointments by practice on files that were really published: every cell against the slow oracle, and anchors.

Anchors are what the publisher prints (the file by age of December 2025, the regional file of November 2025), sums of the
csv module, and what councillors were told of Kent and Medway in January 2025 (43 networks, four practices in none).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from shutil import copytree

import pytest

from pipeline.audit.trace import Question, trace
from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.periods import parse
from pipeline.publish.current import open_part
from pipeline.run import sequence
from tests.pipeline import oracle_practices as oracle
from tests.pipeline.built_once import keep_parse
from tests.pipeline.test_practices import METRICS, assert_networks_agree
from tests.real.read_whole import settings_in, take

FOLDERS = (
    "gp_appointments_coverage", "gp_appointments_regional", "gp_registered_patients", "ods_epraccur", "ods_epcn", "ons_lookups",
)  # fmt: skip
DECEMBER = date(2025, 12, 1)


@pytest.fixture(scope="module")
def files(shared_data) -> oracle.Files:
    """What the oracle reads. Of the crosstab three locations are held, of October 2025; the mapping is that of August."""
    lists, crosstab, lookups = (
        shared_data / one for one in ("gp_registered_patients", "gp_appointments_practice", "ons_lookups")
    )
    return oracle.Files(
        totals=sorted(lists.glob("*-prac-all__*")),
        ages=sorted(lists.glob("*-quin-age__*")),
        maps=sorted(lists.glob("*-prac-map__*")),
        crosstabs=sorted(crosstab.glob("*London_East_South_Oct_25*")),
        mappings={date(2025, 8, 1): crosstab / "Mapping.csv"},
        regional=next((shared_data / "gp_appointments_regional").glob("*.zip")),
        coverage=sorted((shared_data / "gp_appointments_coverage").glob("*.csv")),
        networks=shared_data / "ods_epcn" / "ePCN__later.xlsx",
        networks_known_to=date(2024, 10, 31),
        lookup=lookups / "LOC22_ICB22_NHSER22_EN_LU.csv",
        names=next(lookups.glob("icb_names_codes*.csv")),
        ccgs=lookups / "031_CCG_to_STPs_April_2020.csv",
        ccgs_year=2020,
        names_from={"E54000063": date(2023, 4, 1), "E54000064": date(2023, 4, 1)},
    )


@pytest.fixture(scope="module")
def real(files, shared_data, parsed, tmp_path_factory):
    """Settings and the run over all primary care folders, but for the extract of one practice's appointments."""
    folder = tmp_path_factory.mktemp("primary_care_run")
    taken = take([*(shared_data / one for one in FOLDERS), *files.crosstabs], folder)
    settings = taken.then(list(files.mappings.values()), parse("2025-08")).settings
    keep_parse(parsed, settings)
    outcome = sequence.run(settings)
    assert outcome.status == 0, outcome.message
    return settings, outcome


@pytest.fixture(scope="module")
def con(real):
    return open_part(real[1].folder)


@pytest.fixture(scope="module")
def world(files) -> oracle.World:
    """The oracle's world, which works out once what a practice of a day counts to."""
    world = oracle.World(files)
    world.above = cache(world.above)
    return world


def patients_of(con, area: str, day: str) -> int:
    (row,) = con.execute(
        "select numerator::bigint from marts.metric_value where metric_key = 'pc_50.v1' and area_code = ?"
        " and period_start = ? and breakdown_type = 'none'",
        [area, day],
    ).fetchall()
    return row[0]


def test_every_cell_of_england_equals_the_slow_oracle_and_there_is_no_other(con, files, world):
    expected = {
        **oracle.registered(files, world), **oracle.scaled(files, world), **oracle.practice_by_practice(files, world),
    }  # fmt: skip
    rows = con.execute(
        f"""select metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, numerator, denominator, value
            from marts.metric_value where metric_key in {METRICS}"""
    ).fetchall()
    assert {row[:6] for row in rows} == set(expected)
    assert len(rows) == len(expected) > 30_000
    for *key, numerator, denominator, value in rows:
        assert (numerator, denominator) == expected[tuple(key)], key
        per = 100 if key[0] in oracle.PERCENTAGES else 1000
        assert value == pytest.approx(float(per * numerator / denominator if denominator else numerator), abs=1e-9), key


@pytest.mark.parametrize(
    ("day", "file", "patients", "practices"),
    [
        ("2021-01-01", "gp-reg-pat-prac-all__2021-01.csv", 60_606_345, 6658),
        ("2025-03-01", "gp-reg-pat-prac-all__2025-03.reconstructed.csv", 63_757_938, 6242),
        ("2025-12-01", "gp-reg-pat-prac-all__2025-12.reconstructed.csv", 63_936_682, 6196),
    ],
)
def test_england_has_the_patients_that_the_file_has(con, shared_data, day, file, patients, practices):
    with (shared_data / "gp_registered_patients" / file).open(encoding="utf-8-sig", newline="") as stream:
        listed = [int(row["NUMBER_OF_PATIENTS"]) for row in csv.DictReader(stream)]
    assert (len(listed), sum(listed)) == (practices, patients)
    assert patients_of(con, "E92000001", day) == patients
    by_level = dict(
        con.execute(
            """select case area_type when 'ccg' then 'sub_icb_location' when 'stp' then 'icb' else area_type end, sum(numerator)::bigint
               from marts.metric_value where metric_key = 'pc_50.v1' and period_start = ? and breakdown_type = 'none' group by all""",
            [day],
        ).fetchall()
    )
    assert {by_level[level] for level in ("practice", "sub_icb_location", "icb", "nhs_region", "country")} == {patients}
    assert by_level["pcn"] < patients


def test_every_printed_total_is_reproduced(con, files):
    with files.ages[0].open(encoding="utf-8-sig", newline="") as stream:
        printed = {
            (row["ORG_TYPE"], row["ONS_CODE"] or row["ORG_CODE"]): int(row["NUMBER_OF_PATIENTS"])
            for row in csv.DictReader(stream)
            if (row["SEX"], row["AGE_GROUP_5"]) == ("ALL", "ALL") and row["ORG_TYPE"] != "GP"
        }
    assert Counter(kind for kind, _ in printed) == {
        "PCN": 1298, "SUB_ICB_LOCATION_CODE": 106, "ICB": 42, "Comm Region": 7,
    }  # fmt: skip
    ours = dict(
        con.execute(
            "select area_code, numerator::int from marts.metric_value where metric_key = 'pc_50.v1'"
            " and period_start = '2025-12-01' and breakdown_type = 'none'"
        ).fetchall()
    )
    in_no_network = printed.pop(("PCN", "U"))
    assert {code: ours[code] for _, code in printed} == {code: number for (_, code), number in printed.items()}
    of_networks = sum(number for (kind, _), number in printed.items() if kind == "PCN")
    assert of_networks + in_no_network == ours["E92000001"]


def test_networks_hold_the_modes_and_statuses_of_the_regional_file(con):
    """Kent and Medway in October 2025, as Regional_CSV_KentMedway.csv has it: 789,617 face to face or home visit, 68,031 not attended."""
    rows = con.execute(
        """select metric_key, numerator::int, denominator::int from marts.metric_value
           where metric_key in ('pc_06.v3', 'pc_53.v1') and area_code = 'E54000032' and period_start = '2025-10-01' order by all"""
    ).fetchall()
    assert rows == [("pc_06.v3", 789_617, 1_154_938), ("pc_53.v1", 68_031, 1_154_938)]


def test_crosstab_and_regional_file_agree_for_the_three_locations_held(con):
    rows = con.execute(
        """select ods_code, ours::int, theirs::int from audit.reconciliation join reference.area using (area_code)
           where comparison = 'crosstab_is_regional' order by all"""
    ).fetchall()
    assert rows == [("06Q", 249_003, 249_003), ("07G", 110_386, 110_386), ("91Q", 1_154_938, 1_154_938)]


def test_reissued_codes_are_followed(con):
    links = con.execute(
        """select from_area_code, to_area_code, valid_from::varchar from reference.area_link
           where link_type = 'succeeded_by' and to_area_code in ('E38000264', 'E38000265') order by all"""
    ).fetchall()
    # The list of March 2025 is the first file here that has the new codes.
    assert links == [("E38000246", "E38000264", "2025-03-01"), ("E38000248", "E38000265", "2025-03-01")]
    rows = con.execute(
        """select area_code, min(period_start)::varchar, max(period_start)::varchar, count(*) from marts.metric_value
           where metric_key = 'pc_51.v1' and area_code in ('E38000246', 'E38000264', 'E38000248', 'E38000265')
           group by all order by all"""
    ).fetchall()
    assert rows == [
        ("E38000246", "2023-06-01", "2025-02-01", 21), ("E38000248", "2023-06-01", "2025-02-01", 21),
        ("E38000264", "2025-03-01", "2025-11-01", 9), ("E38000265", "2025-03-01", "2025-11-01", 9),
    ]  # fmt: skip


def test_the_regions_that_were_reissued_have_their_new_codes(con):
    regions = con.execute(
        """select ods_code, list(area_code order by area_code) from reference.area where area_type = 'nhs_region'
           group by all having count(*) > 1 order by all"""
    ).fetchall()
    assert regions == [("Y61", ["E40000007", "E40000013"]), ("Y62", ["E40000010", "E40000014"])]
    rows = con.execute(
        """select area_code, max(period_start)::varchar, max(metric_key) from marts.metric_value
           where metric_key in ('pc_50.v1', 'pc_51.v1')
             and area_code in ('E40000007', 'E40000010', 'E40000013', 'E40000014') group by all order by all"""
    ).fetchall()
    assert rows == [
        ("E40000007", "2025-11-01", "pc_51.v1"), ("E40000010", "2025-11-01", "pc_51.v1"),
        ("E40000013", "2025-12-01", "pc_50.v1"), ("E40000014", "2025-12-01", "pc_50.v1"),
    ]  # fmt: skip


def test_bassetlaw_counts_to_south_yorkshire_before_icbs_and_to_nottinghamshire_since(con):
    """No file here says the ICB of a practice between January 2022 and August 2025, and the boundary moved between them."""
    sql = """select to_area_code from reference.area_link where link_type = 'part_of' and from_area_code = 'C84013'
             and coalesce(valid_from, date '1900-01-01') <= $day and coalesce(valid_to, date '9999-12-31') >= $day
             and to_area_code like 'E54%'"""
    assert con.execute(sql, {"day": date(2021, 1, 1)}).fetchall() == [("E54000009",)]
    assert con.execute(sql, {"day": date(2025, 3, 1)}).fetchall() == [("E54000060",)]


def test_kent_and_medway_has_the_networks_and_the_orphans_that_councillors_were_told(con):
    def of(day: date) -> tuple[int, set[str]]:
        rows = con.execute(
            """with inside as (
                   select link.from_area_code as area_code, any_value(area.area_name) as area_name
                   from reference.area_link as link join reference.area on area.area_code = link.from_area_code
                   where link.to_area_code = 'E38000237' and area.area_type = 'practice'
                     and coalesce(link.valid_from, date '1900-01-01') <= $day and coalesce(link.valid_to, date '9999-12-31') >= $day
                     and link.from_area_code in (select area_code from marts.gp_list_size where extract_date = $list)
                   group by all
               )
               select inside.area_name, network.to_area_code from inside
               left join (
                   select link.* from reference.area_link as link join reference.area on area.area_code = link.to_area_code
                   where area.area_type = 'pcn' and coalesce(link.valid_from, date '1900-01-01') <= $day
                     and coalesce(link.valid_to, date '9999-12-31') >= $day
               ) as network on network.from_area_code = inside.area_code""",
            {"day": day, "list": max(day, date(2025, 3, 1))},
        ).fetchall()
        networks: dict[str | None, list[str]] = defaultdict(list)
        for name, network in rows:
            networks[network].append(name)
        return len(rows), len(networks) - 1, set(networks[None])

    four = {"PARROCK STREET SURGERY", "OLD ROAD WEST SURGERY", "MOTE", "WALLIS AVENUE"}
    practices, networks, orphans = of(date(2025, 1, 31))
    # The briefing names them as The Mote Medical Practice and Wallis Avenue Surgery; its ratings are of 177 practices.
    assert (practices, networks) == (177, 43)
    assert {name for name in orphans if name.startswith(tuple(four))} == orphans
    assert len(orphans) == 4
    assert of(DECEMBER) == (175, 45, {"OLD ROAD WEST SURGERY"})


def test_practices_are_in_their_networks_on_every_day_that_a_file_dates(con, world):
    practices = {code for by_practice in oracle.lists(world.files).values() for code in by_practice}
    days = [date(2019, 10, 1), date(2021, 1, 1), date(2024, 7, 2), date(2024, 7, 3), date(2025, 3, 1), date(2025, 8, 1)]
    assert len(practices) > 6_600
    assert_networks_agree(con, world, practices, [*days, DECEMBER])


def test_the_extract_of_one_practice_is_no_crosstab_and_blocks(real, shared_data, parsed, tmp_path):
    settings, before = real
    copytree(settings.raw, tmp_path / "raw")
    extract = shared_data / "gp_appointments_practice" / "Practice_Level_Crosstab_Aug_25_NewBankOnly.csv"
    own = settings_in(tmp_path)
    (added,) = archive.add([extract], own, catalogue())
    assert added.status == "archived"
    keep_parse(parsed, own)
    outcome = sequence.run(own)
    assert (outcome.status, outcome.outcome) == (2, "blocked")
    assert "assert_files_agree" in outcome.message
    assert before.status == 0


@pytest.mark.parametrize(
    ("metric", "area", "period", "breakdown", "rows"),
    [
        ("pc_50", "E92000001", "2025-12-01", "", 6196),
        # London has 1,147 practices of its ICBs, which are not quite those of its locations.
        ("pc_50", "E40000003", "2025-12-01", "", 1147),
        ("pc_50", "E40000013", "2025-12-01", "", 632),
        ("pc_50", "E54000055", "2025-03-01", "", 177),
        ("pc_50", "QKS", "2025-12-01", "age_band=0-4", 350),
        ("pc_50", "U12550", "2025-12-01", "sex=female", 2),
        ("pc_51", "QKS", "2025-10", "", 243),
        ("pc_05.v2", "U12550", "2025-10", "", 2),
        ("pc_52", "U12550", "2025-10", "", 2),
    ],
)
def test_a_number_leads_back_to_the_cells_of_the_file(real, metric, area, period, breakdown, rows):
    settings, _ = real
    way = trace(settings, Question(metric, area, period, breakdown))
    assert way["parts"][0]["rows"] == rows
    assert all(part["agrees"] for part in way["parts"])
    read = [one for file in way["files"] for one in file["read_again"] if one["rows"]]
    assert {one["part"] for one in read} == {part["part"] for part in way["parts"]}
    assert all(one["agrees"] for one in read)
    assert all(file["bytes_are_as_published"] for file in way["files"])

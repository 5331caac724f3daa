"""Areas, councils, trusts and deprivation from files that ODS, ONS and MHCLG really published.

Rows are counted by the csv module and calamine. What became of CCGs and councils is held against the lists of two years: what
stands in the older only has ended and leads to what stands in the newer. The four partnerships, 43 networks and four practices
without one are those that councillors of Kent were told of in January 2025.
"""

from __future__ import annotations

import csv
import fnmatch
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.periods import parse
from pipeline.publish.current import open_part
from pipeline.run import sequence
from pipeline.settings import DBT_PROJECT, PROJECT_ROOT
from tests.contract.judged import failed_rules
from tests.pipeline.built_once import keep_parse
from tests.real.read_whole import Taken, take

# The registers bear no month: theirs is the one that the index of the shared files gives.
MONTHS = {
    "ods_etr/etr__ebmdatalab.csv": "2020-04", "ods_etr/etr__nhsx-mirror.csv": "2022-03", "ods_etr/etr__jhau.csv": "2025-12",
    "ods_etr/etr__Riyaburman-analytics.csv": "2026-07", "ods_other/eccg.csv": "2025-12", "ods_other/epcmem.csv": "2019-10",
}  # fmt: skip
SHEETS = 10
BRIEFING = "data/raw/sample/place_measures/measures/kent-hosc-briefing"


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    folder = tmp_path_factory.mktemp("geography")
    (first, month), *registers = MONTHS.items()
    found = take([shared_data / first], folder, parse(month))
    for name, month in registers:
        found = found.then([shared_data / name], parse(month))
    return found.then(
        [shared_data / "ons_lookups", shared_data / "imd", shared_data / "reference" / "LAD_Dec2023_codes.csv"]
    )


@pytest.fixture(scope="module")
def con(taken, shared_data, parsed):
    """The edition of these files, the registers of practices and networks, and the briefing that the sample quotes."""
    briefing = next((PROJECT_ROOT / BRIEFING).rglob("*.csv"))
    registers = [shared_data / "ods_epraccur", shared_data / "ods_epcn" / "ePCN__later.xlsx"]
    added = archive.add([*registers, briefing], taken.settings, catalogue())
    assert {one.status for one in added} == {"archived"}, added
    keep_parse(parsed, taken.settings)
    outcome = sequence.run(taken.settings)
    assert outcome.status == 0, outcome.message
    return open_part(outcome.folder)


def lookup(shared_data: Path, name: str) -> list[dict[str, str]]:
    return records(shared_data / "ons_lookups" / name)


# --- the files ------------------------------------------------------------------------------------------------


def test_all_is_taken_in_but_for_what_others_derived(taken):
    by_status = Counter((one.status, bool(one.problems)) for one in taken.outcomes)
    assert by_status[("archived", False)] == len(MONTHS) + 10 + SHEETS + 3
    assert by_status[("new revision", False)] == 1
    refused = [one.message for one in taken.outcomes if one.status not in ("archived", "new revision")]
    assert [message.partition(" (")[0] for message in refused] == [
        "icb-la-lookup.csv: no contract covers this file", "subicb-la-lookup.csv: no contract covers this file",
    ]  # fmt: skip


def test_every_row_is_read(taken, shared_data):
    folders = ("ods_etr", "ods_other", "ons_lookups", "imd", "reference")
    published = {path.name: path for folder in folders for path in (shared_data / folder).iterdir()}
    paths = {published[one.original_name] for one in taken.releases}
    books = {path: CalamineWorkbook.from_path(path) for path in paths if path.suffix == ".xlsx"}
    for release, report in taken.reports():
        path = published[release.original_name]
        if path.suffix == ".xlsx":
            layouts = {one.id: one for one in catalogue().contracts[release.dataset].table(release.table).layouts}
            (name,) = fnmatch.filter(books[path].sheet_names, layouts[release.layout].sheet)
            rows = len(books[path].get_sheet_by_name(name).to_python()) - 1
        else:
            with path.open(encoding="utf-8-sig", newline="") as text:
                rows = len([row for row in csv.reader(text) if row]) - (not release.dataset.startswith("ods_"))
        assert (report.rows_in, report.rows_clean, report.duplicate_keys) == (rows, rows, 0), release.release_id


def test_no_rule_is_broken(taken):
    broken = {one.release_id: failed_rules(one, taken.settings) for one in taken.releases}
    assert {release: rules for release, rules in broken.items() if rules} == {}


# --- successors -----------------------------------------------------------------------------------------------


def successors(con) -> dict[str, list[tuple]]:
    found = defaultdict(list)
    for old, *new in con.execute(
        """select from_area_code, to_area_code, valid_from, method, weight from reference.area_link
           where link_type = 'succeeded_by' order by all"""
    ).fetchall():
        found[old].append(tuple(new))
    return found


def test_every_ccg_that_closed_went_over_whole_into_one_that_was_open_the_day_after(con, shared_data):
    with (shared_data / "ods_other" / "eccg.csv").open(newline="") as text:
        register = {row[0]: row for row in csv.reader(text)}
    closed = {code: row for code, row in register.items() if row[11] and not row[13]}
    assert Counter(row[11] for row in closed.values()) == {
        "20150331": 3, "20170331": 3, "20180331": 18, "20190331": 6, "20200331": 74, "20210331": 38,
    }  # fmt: skip
    found = con.execute(
        """select old.ods_code, new.ods_code, strftime(link.valid_from - 1, '%Y%m%d'), method, weight::int,
                  strftime(old.valid_from, '%Y%m%d'), strftime(old.valid_to, '%Y%m%d')
           from reference.area_link as link
           join reference.area as old on old.area_code = from_area_code and old.area_type = 'ccg'
           join reference.area as new on new.area_code = to_area_code
           where link_type = 'succeeded_by' and method <> 'exact'"""
    ).fetchall()
    assert {row[0] for row in found} == set(closed)
    assert len(found) == len(closed) == 142
    for old, new, last_day, method, weight, opened, ended in found:
        assert (last_day, method, weight, opened, ended) == (
            closed[old][11],
            "merged",
            1,
            closed[old][10],
            closed[old][11],
        )
        assert register[new][10] <= last_day[:4] + "0401"
        assert not register[new][11] or register[new][11] > last_day
    # NHS Kent and Medway: the eight groups that closed on 31 March 2020 in its ICB, and no other.
    assert {row[0] for row in found if row[1] == "91Q"} == {
        code for code, row in closed.items() if row[3] == "QKS" and row[11] == "20200331"
    }
    assert len({row[0] for row in found if row[1] == "91Q"}) == 8


def test_ccgs_of_2019_lead_to_ccgs_of_2020_that_lie_in_their_partnership(con, shared_data):
    """Two lists of ONS, which name no successor. Five partnerships were cut anew in 2020; East Surrey went to Surrey's, Harrogate
    and Hambleton to the Humber's, with North Yorkshire."""
    first = {row["CCG19CD"]: row["STP19CD"] for row in lookup(shared_data, "028_CCG_to_STPs_April_2019.csv")}
    second = {row["CCG20CD"]: row["STP20CD"] for row in lookup(shared_data, "031_CCG_to_STPs_April_2020.csv")}
    leads_to = successors(con)
    ended = set(first) - set(second)
    assert len(ended) == 74
    partnerships = defaultdict(set)
    for code in ended:
        partnerships[first[code]].add(second[leads_to[code][0][0]])
    assert {old: new for old, new in partnerships.items() if new != {old}} == {
        "E54000005": {"E54000051", "E54000054"}, "E54000006": {"E54000051"}, "E54000033": {"E54000052", "E54000053"},
        "E54000035": {"E54000052"}, "E54000049": {"E54000050", "E54000051"},
    }  # fmt: skip


def test_councils_that_left_the_lists_have_ended_and_lead_to_those_that_came(con, shared_data):
    older = {row["LAD19CD"] for row in lookup(shared_data, "165_Ward_to_LAD_to_County_to_Region_December_2019.csv")}
    newer = {row["LAD23CD"] for row in records(shared_data / "reference" / "LAD_Dec2023_codes.csv")}
    leads_to = successors(con)
    assert len(older - newer) == 28
    assert {new for old in older - newer for new, *_ in leads_to[old]} == newer - older
    days = dict(con.execute("select area_code, valid_to from reference.area").fetchall())
    began = dict(con.execute("select area_code, valid_from from reference.area").fetchall())
    for old in older - newer:
        ((new, day, method, weight),) = leads_to[old]
        assert (method, weight, began[new]) == ("merged", 1, day)
        assert (day - days[old]).days == 1
    assert all(days[code] is None for code in newer)
    assert [(new, day, method, float(weight)) for new, day, method, weight in leads_to["E10000021"]] == [
        ("E06000061", date(2021, 4, 1), "split", 0.459716), ("E06000062", date(2021, 4, 1), "split", 0.540284),
    ]  # fmt: skip


def test_boards_that_merged_in_2026_lead_to_the_codes_that_the_register_has_since(con):
    found = con.execute(
        """select old.ods_code, new.area_code, method, weight::int from reference.area_link
           join reference.area as old on old.area_code = from_area_code
           join reference.area as new on new.area_code = to_area_code
           where link_type = 'succeeded_by' and old.area_type = 'icb' and link_type = 'succeeded_by' and length(new.area_code) = 5
           order by all"""
    ).fetchall()
    assert [row for row in found if row[2] == "merged"] == [
        ("QH8", "D7T5G", "merged", 1), ("QHG", "S1Y5D", "merged", 1), ("QMJ", "Z9B2Z", "merged", 1), ("QMM", "T6Y0W", "merged", 1),
        ("QNX", "S9B9J", "merged", 1), ("QRV", "Z9B2Z", "merged", 1), ("QU9", "S0E4D", "merged", 1), ("QUE", "S1Y5D", "merged", 1),
        ("QXU", "S9B9J", "merged", 1),
    ]  # fmt: skip
    assert {(row[0], row[3]) for row in found if row[2] == "split"} == {("QJG", None), ("QM7", None), ("QNQ", None)}


# --- what lies in what ----------------------------------------------------------------------------------------


def councils_on(con, day: str) -> dict[str, str]:
    return dict(
        con.execute(
            """select from_area_code, to_area_code from reference.area_link as link
               join reference.area as council on council.area_code = to_area_code
               where from_area_code like '_01%' and council.area_type in ('upper_tier_local_authority', 'lower_tier_local_authority')
                 and link_type = 'part_of' and $day::date between coalesce(link.valid_from, date '1900-01-01')
                 and coalesce(link.valid_to, date '9999-12-31')""",
            {"day": day},
        ).fetchall()
    )


@pytest.mark.parametrize(
    ("day", "file", "column"),
    [("2019-12-31", "135_LSOA2011_to_Ward_2019.csv", "LAD19CD"), ("2021-06-30", "LSOA11_CCG21_LAD21.csv", "LAD21CD")],
)
def test_small_areas_lie_in_the_council_of_the_lookup_of_the_day(con, shared_data, day, file, column):
    published = {row["LSOA11CD"]: row[column] for row in lookup(shared_data, file)}
    found = councils_on(con, day)
    assert len(found) == 34_753
    assert {code: found[code] for code in published} == published


@pytest.mark.parametrize("day", ["2020-06-30", "2023-04-01"])
def test_between_and_after_the_lookups_small_areas_lie_in_councils_of_the_day(con, shared_data, day):
    """Buckinghamshire began on 1 April 2020, Cumberland on 1 April 2023; the lookups are of 2019 and 2021."""
    found = councils_on(con, day)
    assert len(found) == 34_753
    newer = {row["LAD23CD"] for row in records(shared_data / "reference" / "LAD_Dec2023_codes.csv")}
    if day > "2023":
        assert set(found.values()) == {code for code in newer if code[0] in "EW"}
    else:
        assert "E06000060" in found.values()
        assert not {"E07000004", "E06000061"} & set(found.values())


def test_upper_tiers_and_regions_of_2019(con, shared_data):
    """Through ward, district and county one arrives where the lookup of upper tiers says."""
    upper = {row["LSOA11CD"]: row["UTLA19CD"] for row in lookup(shared_data, "195_LSOA2011_to_UTLA_2019.csv")}
    council = councils_on(con, "2019-12-31")
    county = dict(
        con.execute(
            """select from_area_code, to_area_code from reference.area_link
               where from_area_code like 'E07%' and to_area_code like 'E10%' and coalesce(valid_to, date '9999-12-31') >= date '2019-12-31'
                 and coalesce(valid_from, date '1900-01-01') <= date '2019-12-31'"""
        ).fetchall()
    )
    assert {code: county.get(found, found) for code, found in council.items()} == upper


def test_trusts_lie_in_their_board_and_closed_ones_are_kept(con):
    assert con.execute(
        """select organisation_name, status, icb_code from reference.organisation where organisation_code in ('RXY', 'RVV', 'G6V2S')
           order by organisation_code"""
    ).fetchall() == [
        ("NORTH LONDON NHS FOUNDATION TRUST", "active", "Z9B2Z"),
        ("EAST KENT HOSPITALS UNIVERSITY NHS FOUNDATION TRUST", "active", "E54000032"),
        ("KENT AND MEDWAY MENTAL HEALTH NHS TRUST", "active", "E54000032"),
    ]
    assert con.execute(
        "select status, count(*) from reference.organisation where organisation_type = 'trust' group by 1 order by 1"
    ).fetchall() == [("active", 202), ("closed", 72)]


# --- places, partnerships, deprivation ------------------------------------------------------------------------


def plain(name: str) -> str:
    return name.upper().removesuffix(" PCN").replace(",", "")


def test_the_partnerships_of_kent_hold_all_its_networks_of_the_register(con, shared_data):
    found = con.execute(
        """select place.area_name, member.area_type, count(*) from reference.area_link as link
           join reference.area as place on place.area_code = to_area_code and place.area_type = 'place'
           join reference.area as member on member.area_code = from_area_code group by all order by all"""
    ).fetchall()
    assert {(name.partition(" Health")[0], kind): count for name, kind, count in found} == {
        ("Dartford Gravesham & Swanley", "pcn"): 7, ("Dartford Gravesham & Swanley", "practice"): 2,
        ("West Kent", "pcn"): 9, ("West Kent", "practice"): 2, ("Medway & Swale", "pcn"): 11, ("East Kent", "pcn"): 16,
    }  # fmt: skip
    assert con.execute(
        "select count(*) from reference.area_link where from_area_code like 'local:qks:%' and to_area_code = 'E54000032'"
    ).fetchone() == (4,)
    book = CalamineWorkbook.from_path(shared_data / "ods_epcn" / "ePCN__later.xlsx")
    networks = book.get_sheet_by_name("PCNDetails").to_python()
    register = {row[0]: row[1] for row in networks if row[2] == "91Q" and not row[5]}
    members = records(DBT_PROJECT / "seeds" / "place_member.csv")
    seed = {row["member_code"]: row for row in members if row["member_type"] == "pcn"}
    assert set(seed) == set(register)
    assert len(seed) == 43
    by_name = {code for code, row in seed.items() if row["basis"].startswith("same name")}
    assert all(plain(seed[code]["member_name"]) == plain(register[code]) for code in by_name)
    assert {seed[code]["member_name"]: register[code] for code in set(seed) - by_name} == {
        "Aspire Health": "ASPIRE MEDICAL PCN", "Margate & Mocketts Wood": "MARGATE PCN",
    }  # fmt: skip


def test_ten_partnerships_of_transforming_care_have_no_weights(con):
    assert con.execute(
        """select count(distinct from_area_code), count(*), count(weight), min(link.method), max(old.valid_to)::varchar
           from reference.area_link as link join reference.area as old on old.area_code = from_area_code
           where old.area_type = 'tcp'"""
    ).fetchone() == (10, 13, 0, "best_fit", "2022-06-30")


def test_deprivation_is_what_both_files_say(con, shared_data):
    published = records(shared_data / "imd" / "IMD_December_2019_Lookup_in_England.csv")
    portal = {row["LSOA11CD"]: int(row["IMD19"]) for row in published}
    rows = con.execute(
        "select area_code, deprivation_rank, decile, quintile from reference.area_deprivation where area_type = 'lsoa'"
    ).fetchall()
    assert {code: rank for code, rank, _, _ in rows} == portal
    book = CalamineWorkbook.from_path(shared_data / "imd" / "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx")
    file_1 = {row[0]: int(row[5]) for row in book.get_sheet_by_name("IMD2019").to_python()[1:]}
    assert {code: decile for code, _, decile, _ in rows} == file_1
    assert all(quintile == (decile + 1) // 2 for _, _, decile, quintile in rows)
    # Middlesbrough has the largest share of small areas among the most deprived tenth, and Blackpool the highest score.
    assert con.execute(
        """select area_name, deprivation_rank, average_score::double, share_most_deprived::double
           from reference.area_deprivation join reference.area using (area_code)
           where domain = 'imd' and area_deprivation.area_type = 'upper_tier_local_authority'
             and (area_code = 'E06000002' or deprivation_rank = 1)
           order by 2"""
    ).fetchall() == [("Blackpool", 1, 45.039, 0.4149), ("Middlesbrough", 5, 40.46, 0.4884)]


def test_what_no_area_answers_to_is_counted(con):
    assert con.execute("select dataset, area_code_published, source_rows, share <= max_share from audit.unmapped_area").fetchall() == [
        ("ods_epraccur", "7A6", 1, True)
    ]  # fmt: skip

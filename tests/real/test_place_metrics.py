"""From published files to figures that somebody printed: practices and networks of Kent and Medway, ratings, staff, its focus areas.

The briefing is that of the health scrutiny committee (2025), whose figures are in the sample; other totals are those of other
publications of the same month.
"""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal

import pytest

from pipeline.periods import parse
from pipeline.settings import DBT_PROJECT
from tests.real.read_whole import take
from tests.real.row_model import database, given, make, put, rows_of
from tests.real.test_gp_workforce import DETAILED, as_published, records

MODEL = "int_row_place_primary_care"
KENT = "91Q"
# The briefing: 43 networks, by partnership 7, 9, 11 and 16.
NETWORKS = {"dartford-gravesham-and-swanley": 7, "west-kent": 9, "medway-and-swale": 11, "east-kent": 16}
# The six focus areas of its strategy: the council whose name they bear (Ebbsfleet lies in Dartford and Gravesham), and networks of
# the register that bear it or the name of a town of it.
FOCUS_AREAS = {
    "Ashford": (["Ashford"], ["U50767", "U07648"]), "Ebbsfleet": (["Dartford", "Gravesham"], ["U04973"]),
    "Maidstone": (["Maidstone"], ["U67133"]),
    "Medway": (["Medway"], ["U78466", "U56757", "U61151", "U21965", "U43072", "U76908"]),
    "Swale": (["Swale"], ["U10128", "U37339"]), "Thanet": (["Thanet"], ["U91844", "U11684"]),
}  # fmt: skip


def lines(path, encoding="utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def register(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("place_epcn")
    return given(MODEL, take([shared_data / "ods_epcn" / "ePCN__later.xlsx"], folder, parse("2024-10")), folder)


def test_networks_of_kent_are_as_many_as_the_briefing_prints(register):
    (open_networks,) = register.execute(
        "select sum(amount) from given where metric_id = 'pc_04' and area_code_published = ? and geographies <> 'place'",
        [KENT],
    ).fetchone()
    assert open_networks == sum(NETWORKS.values()) == 43
    members = {row["member_code"]: row["place_code"] for row in lines(DBT_PROJECT / "seeds" / "place_member.csv")}
    of_places = Counter(
        members[code].rpartition(":")[2]
        for (code,) in register.execute("select area_code_published from given where geographies = 'place'").fetchall()
        if code in members
    )
    assert of_places == NETWORKS


def test_practices_of_every_location_are_those_open_in_the_appointments_publication(shared_data, tmp_path):
    """Lists of 1 December 2025 against practices open in November 2025."""
    lists = shared_data / "gp_registered_patients" / "gp-reg-pat-prac-all__2025-12.reconstructed.csv"
    con = given(MODEL, take([lists], tmp_path), tmp_path)
    found = dict(
        con.execute(
            "select totals.area_code_published, sum(amount) from given"
            " join stg_gp_registered_patients_practice_totals as totals using (release_id, source_row)"
            " where given.metric_id = 'pc_01' group by 1"
        ).fetchall()
    )
    coverage = lines(shared_data / "gp_appointments_coverage" / "APPOINTMENTS_GP_COVERAGE__2025-11.reconstructed.csv")
    opened = {
        row["SUB_ICB_LOCATION_CODE"]: int(row["Open Practices"])
        for row in coverage
        if row["Appointment_Month"] == "01NOV2025"
    }
    assert found[KENT] == opened[KENT] == 175
    assert found.keys() == opened.keys()
    differ = {code: (int(found[code]), opened[code]) for code in opened if found[code] != opened[code]}
    # 6,196 practices have lists and 6,208 are open: the same number in 71 of 106 locations, one more or less in 28.
    assert (sum(found.values()), sum(opened.values()), len(differ)) == (6_196, 6_208, 35)
    assert sum(abs(mine - theirs) == 1 for mine, theirs in differ.values()) == 28


def test_ratings_of_kent_have_the_outstanding_practices_of_the_briefing(shared_data, tmp_path):
    """Ratings of April 2024, as a third party republished those of CQC, in the place of a directory: 8 of 177 are outstanding then
    and in the briefing of January 2025. None is unrated yet; the briefing has 21."""
    ratings = [
        row
        for row in lines(shared_data / "cqc" / "derived__cqc_gp_ratings.csv", "utf-8")
        if row["ICB_NAME"].startswith("Kent")
    ]
    con = database(tmp_path)
    put(
        con,
        "stg_cqc_directory_locations",
        [
            {
                "release_id": "c", "member": "", "source_row": number, "location_id": row["Practice.Code"], "dormant": "N",
                "location_ods_code": row["Practice.Code"], "inspection_category": "GP Practices",
                "overall_rating": row["latest_rating"], "sub_icb_location_name": row["ICB_NAME"],
            }
            for number, row in enumerate(ratings, start=1)
        ],
        "real",
    )  # fmt: skip
    con.execute(
        "create table int_practice_network (practice_code varchar, pcn_code varchar, span_from date, span_to date)"
    )
    counted = rows_of(con, MODEL)
    kent = Counter(row["breakdowns"].partition("=")[2] for row in counted if row["metric_id"] == "pc_03")
    assert kent == {"Outstanding": 8, "Good": 149, "Requires improvement": 19, "Inadequate": 1}
    assert kent.total() == 177
    parts = Counter((row["definition_version"], row["part"]) for row in counted if row["metric_id"] == "pc_02")
    assert parts == {(2, "numerator"): 157, (2, "denominator"): 177, (3, "numerator"): 157, (3, "denominator"): 177}


def test_full_times_of_practices_are_those_of_their_columns(shared_data, tmp_path):
    """Ten real practices, seven of July 2025: each of the four definitions of GPs is the column of that name."""
    folder = shared_data / "gp_workforce"
    file = as_published(
        folder / DETAILED, tmp_path / "1 General Practice – July 2025 Practice Level - Detailed.csv", "07"
    )
    con = given(MODEL, take([file], tmp_path), tmp_path)
    columns = {
        ("pc_09", 2): "total_gp_fte", ("pc_09", 3): "total_gp_extg_fte", ("pc_09", 4): "total_gp_exl_fte",
        ("pc_09", 5): "total_gp_extgl_fte", ("pc_10", 2): "total_nurses_fte", ("pc_11", 2): "total_dpc_fte",
        ("pc_12", 2): "total_admin_fte",
    }  # fmt: skip
    printed = {
        (*metric, row["prac_code"]): Decimal(row[column])
        for row in records(folder / DETAILED)
        if row["month"] == "07"
        for metric, column in columns.items()
        if row[column] not in ("", "NA")
    }
    found = {
        key: amount
        for *key_, amount in con.execute(
            "select metric_id, definition_version, area_code_published, amount from given"
            " where geographies = 'practice' and part = 'numerator' and definition_version in (2, 3, 4, 5)"
            " and metric_id <> 'pc_08' and (metric_id = 'pc_09' or definition_version = 2)"
        ).fetchall()
        for key in [tuple(key_)]
    }
    assert found.keys() == printed.keys()
    assert all(abs(found[key] - value) <= Decimal("0.00005") for key, value in printed.items())
    # A81001 gave no nurses: it has neither nurses nor a sum of all staff.
    assert ("pc_10", 2, "A81001") not in found
    sums = con.execute(
        "select area_code_published from given where metric_id = 'pc_08' and geographies = 'practice' and part = 'numerator'"
    )
    whole = {code for (code,) in sums.fetchall()}
    assert "A81001" not in whole
    assert whole


def test_staff_of_networks_is_all_but_directors_and_administration(shared_data, tmp_path):
    """September 2022: directors are those of the publisher's bulletin (tests/real/test_pcn_workforce.py); the rest is told here."""
    path = shared_data / "pcn_workforce" / "11.Primary Care Networks – September 2022 Individual Level.csv"
    con = given(MODEL, take([path], tmp_path), tmp_path)
    (of_areas,), (of_networks,) = con.execute(
        "select sum(amount) from given where metric_id = 'pc_13' group by geographies order by geographies"
    ).fetchall()
    by_group: Counter[str] = Counter()
    for row in lines(path, "cp1252"):
        by_group[row["STAFF_GROUP"]] += Decimal(row["FTE"])
    care = by_group["Other Direct Patient Care staff"]
    assert of_areas == of_networks
    assert abs(of_areas - care) < Decimal("0.5")
    assert care == by_group.total() - by_group["Directors"] - by_group["Other Admin/Non-clinical staff"]


def test_the_focus_areas_of_the_strategy_can_be_argued_from_what_is_published(shared_data, tmp_path):
    """Growth of lists by network, March to December 2025, and deprivation by council: two of the four grounds that the strategy
    names. Staff and appointments by practice of Kent and Medway are in no file that is held."""
    folder = shared_data / "gp_registered_patients"
    files = [
        folder / "gp-reg-pat-prac-all__2025-03.reconstructed.csv", folder / "gp-reg-pat-prac-all__2025-12.reconstructed.csv",
        folder / "gp-reg-pat-prac-map__2025-12.reconstructed.csv",
        shared_data / "imd" / "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx",
    ]  # fmt: skip
    con = database(tmp_path, take(files, tmp_path))
    make(con, "stg_gp_registered_patients_practice_totals", "stg_gp_registered_patients_practice_map", "stg_imd_lsoa")
    growth, deprived = {}, {}
    for focus, (councils, networks) in FOCUS_AREAS.items():
        (growth[focus],) = con.execute(
            "select 100 * (sum(patients) filter (month(extract_date) = 12) / sum(patients) filter (month(extract_date) = 3) - 1)"
            " from stg_gp_registered_patients_practice_totals where practice_code in"
            " (select practice_code from stg_gp_registered_patients_practice_map where list_contains(?, pcn_code))",
            [networks],
        ).fetchone()
        (deprived[focus],) = con.execute(
            "select 100 * count(*) filter (imd_decile <= 2) / count(*) from stg_imd_lsoa where list_contains(?, council_name)",
            [councils],
        ).fetchone()
    # Thanet's lists grew by a practice of another network that one of its own took over; of the others new homes lead.
    assert max(set(growth) - {"Thanet"}, key=growth.get) == "Ebbsfleet"
    assert {focus: round(value, 1) for focus, value in growth.items()} == {
        "Ashford": 1.5, "Ebbsfleet": 2.0, "Maidstone": -0.3, "Medway": 0.2, "Swale": 1.0, "Thanet": 12.4,
    }  # fmt: skip
    # Kent's most deprived district of the six is Thanet, and Swale is next.
    assert sorted(deprived, key=deprived.get)[-2:] == ["Swale", "Thanet"]
    assert all(value > 0 for value in deprived.values())

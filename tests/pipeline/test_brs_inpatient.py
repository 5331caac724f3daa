"""People in hospital: every value of the sample's whole, and breakdowns, against counting people one by one in plain Python.

The oracle reads the rows that the sample's commissioner and publishers would send, and shares no code with the models.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.publish.current import open_part
from pipeline.sample.assuring_transformation import EXTRACTS
from pipeline.sample.geography import ICBS
from pipeline.sample.local_extracts import extract
from tests.pipeline.theme_oracle import COUNTRY, ICB, REGION, Given, summed, values_of

(RECORD,) = EXTRACTS
METRICS = sorted({metric.metric_id for metric in catalogue().metrics if metric.theme == "brs_inpatient"})
YOUNG = ("0-13", "14-17", "18-24")
AT_HOME = ("independent_living", "supported_housing", "family_home", "residential_care", "residential_school")
SECURE = ("low", "medium", "high")
OF_THE_WHOLE = frozenset(
    ("brs_08.v1", "brs_08.v4", "brs_09.v1", "brs_09.v2", "brs_12.v1", "brs_20.v1", "brs_20.v2", "brs_21.v1", "brs_21.v2",
     "brs_64.v1", "brs_65.v1")
)  # fmt: skip
Row = dict[str, str]


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def month_end(row: Row) -> date:
    year, month = map(int, row["month"].split("-"))
    return date(year, month, monthrange(year, month)[1])


def years_before(end: date, years: int) -> date:
    return date(end.year - years, end.month, min(end.day, monthrange(end.year - years, end.month)[1]))


def months_before(end: date, months: int) -> date:
    ordinal = end.year * 12 + end.month - 1 - months
    year, month = ordinal // 12, ordinal % 12 + 1
    return date(year, month, min(end.day, monthrange(year, month)[1]))


def in_hospital(row: Row) -> bool:
    end, left = month_end(row), day(row["episode_end"])
    on_leave = row["s17_leave"] == "yes" and row["month"] >= "2024-11"
    return day(row["episode_start"]) <= end and (left is None or left > end) and not on_leave


def is_child(row: Row) -> bool:
    return row["age_band"] in ("0-13", "14-17")


def stay(row: Row) -> str:
    for years, name in ((1, "under 1 year"), (2, "1-2 years"), (5, "2-5 years"), (10, "5-10 years")):
        if day(row["episode_start"]) > years_before(month_end(row), years):
            return name
    return "10+ years"


def distance(row: Row) -> str:
    if not row["distance_km"]:
        return "Unknown"
    names = ((10, "Up to 10km"), (20, "11-20km"), (50, "21-50km"), (100, "51-100km"))
    return next((name for most, name in names if float(row["distance_km"]) <= most), "Over 100km")


def admitted(row: Row) -> bool:
    return row["episode_start"][:7] == row["month"]


def gone(row: Row) -> bool:
    return row["episode_end"][:7] == row["month"]


def comes_back(rows: list[Row], row: Row, days: int) -> bool:
    left = day(row["episode_end"])
    return any(
        other["person"] == row["person"] and other["admission_type"] != "transfer"
        and left < day(other["episode_start"]) <= left + timedelta(days=days)
        for other in rows
    )  # fmt: skip


def age(row: Row) -> dict[str, str]:
    return {"age_group": "under 18" if is_child(row) else "18 and over"}


def one(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


def shares(rows: list[Row], last: date) -> dict[str, tuple[Callable, Callable, Callable]]:
    """Metric -> whether a row counts, whether it could, and its groups; those with several reasons are counted apart."""

    def followed(row: Row, days: int) -> bool:
        return (
            gone(row)
            and row["destination"] not in ("hospital_transfer", "died")
            and last >= day(row["episode_end"]) + timedelta(days=days)
        )

    def stayed(row: Row) -> int:
        return (month_end(row) - day(row["episode_start"])).days

    def visit_due(row: Row) -> bool:
        return in_hospital(row) and row["out_of_area"] == "yes" and stayed(row) > (42 if is_child(row) else 56)

    def review_due(row: Row) -> bool:
        return in_hospital(row) and stayed(row) > (14 if is_child(row) else 28)

    def reviewed(row: Row) -> bool:
        months = 3 if is_child(row) else 12 if row["ward_security"] in SECURE else 6
        return bool(row["last_ctr"]) and day(row["last_ctr"]) >= months_before(month_end(row), months)

    def own(row: Row) -> bool:
        return admitted(row) and row["admission_type"] != "transfer"

    def young(row: Row) -> bool:
        return in_hospital(row) and row["age_band"] in YOUNG

    def no_groups(row: Row) -> dict[str, str]:
        return {}

    return {
        "brs_06.v2": (lambda row: row["destination"] in AT_HOME, gone, age),
        "brs_07.v1": (lambda row: comes_back(rows, row, 30), lambda row: followed(row, 30), age),
        "brs_07.v2": (lambda row: comes_back(rows, row, 365), lambda row: followed(row, 365), age),
        "brs_08.v1": (lambda row: stay(row)[:2] in ("2-", "5-", "10"), in_hospital, lambda row: {"length_of_stay": stay(row)}),
        "brs_08.v2": (lambda row: stay(row)[:2] in ("5-", "10"), in_hospital, age),
        "brs_08.v3": (lambda row: stay(row) == "10+ years", in_hospital, age),
        "brs_09.v1": (
            lambda row: float(row["distance_km"]) > 50, lambda row: in_hospital(row) and row["distance_km"] != "",
            lambda row: {"distance": distance(row)},
        ),
        "brs_10.v1": (lambda row: row["planned_discharge"] != "", in_hospital, age),
        "brs_11.v1": (
            lambda row: row["planned_discharge"] != "" and day(row["planned_discharge"]) <= month_end(row), in_hospital, age,
        ),
        "brs_12.v1": (lambda row: row["care_plan"] == "delayed", in_hospital, no_groups),
        "brs_12.v2": (lambda row: row["care_plan"] == "legal_restrictions", in_hospital, age),
        "brs_20.v1": (lambda row: row["ward_security"] in SECURE, in_hospital, lambda row: one("ward_security", row["ward_security"])),
        "brs_21.v1": (lambda row: row["legal_status"] != "informal", in_hospital, lambda row: one("legal_status", row["legal_status"])),
        "brs_60.v1": (lambda row: row["registered"] == "yes", lambda row: own(row) and row["registered"] != "", age),
        "brs_61.v1": (lambda row: row["admission_plan"] == "unplanned", lambda row: own(row) and row["admission_plan"] != "not known", age),
        "brs_62.v1": (lambda row: row["ehcp"] == "yes", lambda row: young(row) and row["ehcp"] != "", age),
        "brs_63.v1": (
            lambda row: row["keyworker"] == "yes",
            lambda row: young(row) and row["keyworker"] != "", age,
        ),
        "brs_64.v1": (lambda row: row["out_of_area"] == "yes", in_hospital, no_groups),
        "brs_65.v1": (lambda row: row["plan_agreed_by"] != "", in_hospital, no_groups),
        "brs_66.v1": (
            lambda row: row["last_visit"] != ""
            and day(row["last_visit"]) >= month_end(row) - timedelta(days=42 if is_child(row) else 56),
            visit_due, age,
        ),
        "brs_67.v1": (reviewed, review_due, age),
        "brs_68.v1": (
            lambda row: row["ctr_outcome"] in "23567", lambda row: in_hospital(row) and row["ctr_outcome"] in [*"1234567"], age,
        ),
    }  # fmt: skip


SEVERAL = {
    "brs_12.v1": ("delay_reason", "delay_reasons"), "brs_64.v1": ("out_of_area_reason", "out_of_area_reasons"),
    "brs_65.v1": ("agreed_by", "plan_agreed_by"),
}  # fmt: skip


def of_the_record(rows: list[Row]) -> Iterator[Given]:
    """What each row gives; a nought for each month, in which nobody may count."""
    last = max(map(month_end, rows))
    counts = {
        "brs_03.v1": (in_hospital, lambda row: age(row) | {
            "length_of_stay": stay(row), "distance": distance(row),
            **{name: row[name] for name in ("sex", "category", "commissioner_type", "ward_security", "legal_status", "care_plan")},
        }),
        "brs_05.v1": (admitted, lambda row: age(row) | {name: row[name] for name in ("admission_type", "admission_plan")}),
        "brs_06.v1": (gone, lambda row: age(row) | {"destination": row["destination"]}),
    }  # fmt: skip
    of_shares = shares(rows, last)
    for row in rows:
        end, nobody = str(month_end(row)), Decimal(0)
        for metric, (counts_row, groups) in counts.items():
            if counts_row(row):
                yield Given(metric, end, (ICB,), Decimal(1), groups(row))
        for metric, (counts_row, could, groups) in of_shares.items():
            yield Given(metric, end, (ICB,), nobody)
            if could(row):
                below = {} if metric in OF_THE_WHOLE else groups(row)
                yield Given(metric, end, (ICB,), Decimal(1), below, part="denominator")
                if counts_row(row):
                    yield Given(metric, end, (ICB,), Decimal(1), groups(row))
                    for group in filter(None, row[SEVERAL[metric][1]].split(";") if metric in SEVERAL else ()):
                        yield Given(f"{metric}/{group}", end, (ICB,), Decimal(1))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return RECORD.filled()


@pytest.fixture(scope="module")
def held(sample_run) -> dict:
    return values_of(sample_run[1], METRICS)


def test_the_record_is_counted_person_by_person(rows, held):
    given = list(of_the_record(rows))
    expected = summed([one for one in given if "/" not in one.metric], of_the_whole=OF_THE_WHOLE)
    several: dict[tuple, Decimal] = defaultdict(Decimal)
    for record in given:
        if "/" in record.metric:
            metric, _, group = record.metric.partition("/")
            several[metric, record.period_end, ICB, SEVERAL[metric][0], group] += record.amount
    counts = ("brs_03.v1", "brs_05.v1", "brs_06.v1")
    # A share of nobody is none.
    expected = {key: parts for key, parts in expected.items() if key[0] in counts or parts[1]}
    expected |= {key: (count, expected[(*key[:3], "none", "all")][1]) for key, count in several.items()}
    found = {key: parts[:2] for key, parts in held.items() if key[0] in {metric for metric, *_ in expected}}
    assert found == expected
    assert len(expected) > 1500
    assert any(key[0] == "brs_07.v1" and parts[0] > 0 for key, parts in found.items())
    assert any(key[0] == "brs_07.v2" and parts[0] > 0 for key, parts in found.items())


def test_people_on_extended_leave_leave_the_count_and_not_the_hospital(rows, held):
    """October 2024 counts them; from November on the stock is lower by them, and no discharge tells so."""
    for month, counted in (("2024-10", True), ("2024-11", False)):
        of_month = [row for row in rows if row["month"] == month]
        (end,) = {str(month_end(row)) for row in of_month}
        open_at_end = sum(row["episode_end"] == "" or row["episode_end"] > end for row in of_month)
        leave = sum(
            row["s17_leave"] == "yes" and (row["episode_end"] == "" or row["episode_end"] > end) for row in of_month
        )
        assert leave > 0
        assert held["brs_03.v1", end, ICB, "none", "all"][0] == open_at_end - (0 if counted else leave)


def test_rates_have_the_lists_of_practices_or_the_residents_below(sample_run, rows, held):
    raw = sample_run[0].raw
    (lists,) = raw.glob("qof/prevalence/**/*PREVALENCE_2324.csv")
    (places,) = raw.glob("qof/practice_map/**/*MAPPING_NHS_GEOGRAPHIES_2324.csv")
    mine = {
        row["PRACTICE_CODE"]
        for row in csv.DictReader(places.read_text().splitlines())
        if row["STP_ODS_CODE"] == ICBS[0].code
    }
    sizes: dict[str, int] = defaultdict(int)
    for row in csv.DictReader(lists.read_text().splitlines()):
        if row["PRACTICE_CODE"] in mine:
            sizes[row["PATIENT_LIST_TYPE"]] += int(row["PRACTICE_LIST_SIZE"])
    for end in sorted({str(month_end(row)) for row in rows}):
        inside = [row for row in rows if str(month_end(row)) == end and in_hospital(row)]
        children = sum(map(is_child, inside))
        adults, under_18 = held["brs_01.v1", end, ICB, "none", "all"], held["brs_02.v1", end, ICB, "none", "all"]
        assert adults[:2] == (len(inside) - children, sizes["18OV"])
        assert under_18[:2] == (children, sizes["TOTAL"] - sizes["18OV"])
        assert adults[2] == pytest.approx(1e6 * (len(inside) - children) / sizes["18OV"])
    # A council lies in two of the sample's boards, so neither has residents by age.
    assert not [key for key in held if key[0] in ("brs_01.v2", "brs_02.v2")]


def test_mhsds_is_as_the_file_states_it_and_never_summed_upwards(sample_run, held):
    raw = sample_run[0].raw
    codes = {"England": COUNTRY, "YZ9": REGION, "QZ1": ICB, "QZ2": "E54999002", "QZ3": "E54999004", "RZ1": "RZ1"}
    columns = {
        "brs_03.v2": "LDA45_Hospital_spells_open_at_the_end_of_the_RP", "brs_05.v2": "LDA27_Hospital_admissions_in_the_RP",
        "brs_06.v3": "LDA28_Hospital_discharges_in_the_RP", "brs_19.v1": "Restraints_Count_of_people",
        "brs_19.v2": "Restraints_Count_of_restraints",
    }  # fmt: skip
    expected, secure, far = {}, defaultdict(int), defaultdict(int)
    for path in raw.glob("mhsds_lda/published/**/*.csv"):
        end = "2025-11-30" if "2025" in path.name else "2024-11-30"
        for row in csv.DictReader(path.read_text().splitlines()):
            area = codes.get(row["OrgCode"])
            if area and row["PrimaryMeasure"] == "Total":
                for metric, column in columns.items():
                    if row[column] != "*" and (metric[:6] != "brs_19" or row["Geography"] != "ICB"):
                        expected[metric, end, area, "none", "all"] = Decimal(row[column])
            spells = row[columns["brs_03.v2"]]
            if (
                area
                and row["PrimarySplit"].endswith("Secure")
                and row["LDA21_Ward_stays_open_at_the_end_of_the_RP"] != "*"
            ):
                secure[end, area] += int(row["LDA21_Ward_stays_open_at_the_end_of_the_RP"])
            if area and row["PrimarySplit"] in ("51-100km", "Over 100km") and spells != "*":
                far[end, area] += int(spells)
    found = {key: parts[0] for key, parts in held.items() if key[0] in columns and key[3] == "none"}
    found = {key: count for key, count in found.items() if key in expected or key[0][:6] != "brs_19"}
    assert found == expected
    assert {
        (end, area): parts[0]
        for (metric, end, area, kind, _), parts in held.items()
        if (metric, kind) == ("brs_20.v2", "none")
    } == secure
    assert {
        (end, area): parts[0]
        for (metric, end, area, kind, _), parts in held.items()
        if (metric, kind) == ("brs_09.v2", "none")
    } == far
    # What boards state is not England, and England is not their sum.
    boards = sum(expected["brs_03.v2", "2025-11-30", codes[icb.code], "none", "all"] for icb in ICBS)
    assert boards != expected["brs_03.v2", "2025-11-30", COUNTRY, "none", "all"]


def test_health_checks_count_from_april_and_have_two_denominators(sample_run, held):
    raw = sample_run[0].raw
    (path,) = raw.glob("ld_health_checks/practices/**/*.csv")
    figures: dict[tuple, int] = defaultdict(int)
    for row in csv.DictReader(path.read_text().splitlines()):
        if row["VALUE"] != "*":
            figures[row["IND_CODE"], row["MEASURE"], row["ICB_CODE"]] += int(row["VALUE"])
    for icb, area in (("QZ1", ICB), ("QZ2", "E54999002")):
        checked = sum(figures[code, "Numerator", icb] for code in ("LDHCMI034", "LDHCMI035"))
        register = figures["LD_REG_1417", "Count", icb] + figures["LD_REG_18OV", "Count", icb]
        assert held["brs_22.v1", "2025-11-30", area, "none", "all"][:2] == (checked, register)
        assert held["brs_22.v1", "2025-11-30", area, "age_group", "14-17"][1] == figures["LD_REG_1417", "Count", icb]
        assert held["brs_22.v3", "2025-11-30", area, "none", "all"][0] == figures["LDHC021", "Count", icb]
        scheme = held["brs_22.v2", "2025-11-30", area, "none", "all"]
        assert scheme[1] == sum(figures[code, "Denominator", icb] for code in ("LDHCMI034", "LDHCMI035")) < register


def test_registers_of_practices_add_up_to_the_country(sample_run, held):
    raw = sample_run[0].raw
    (path,) = raw.glob("qof/prevalence/**/*PREVALENCE_2324.csv")
    rows = [row for row in csv.DictReader(path.read_text().splitlines()) if row["GROUP_CODE"] == "LD"]
    whole = tuple(sum(int(row[name]) for row in rows) for name in ("REGISTER", "PRACTICE_LIST_SIZE"))
    assert held["brs_23.v1", "2024-03-31", COUNTRY, "none", "all"][:2] == whole


def test_intensive_support_is_what_the_programme_reports(held):
    rows = [row for row in extract("lx_19_brs_programme").filled() if row["measure"] == "ist_fte"]
    whole = sum(Decimal(row["value"]) for row in rows)
    assert {key[2:]: parts[0] for key, parts in held.items() if key[0] == "brs_31.v1"} == {(ICB, "none", "all"): whole}


def test_no_value_has_both_sources(sample_run):
    """Assuring Transformation and MHSDS: each version has one, in its numerators and in its denominators."""
    con = open_part(sample_run[1].folder, "internal")
    try:
        mixed = con.execute(
            "select metric_key, list(distinct metric_row.source) from marts.metric_row join reference.metric using (metric_key)"
            " where theme = 'brs_inpatient' group by all having count(distinct case"
            " when metric_row.source in ('lx_35_assuring_transformation', 'mhsds_lda') then metric_row.source end) > 1"
        ).fetchall()
        told = con.execute(
            "select distinct metric_key, source from marts.brs_inpatient where value is not null order by all"
        ).fetchall()
    finally:
        con.close()
    assert mixed == []
    assert len({metric for metric, _ in told}) == len(told)
    assert {source for _, source in told} >= {"lx_35_assuring_transformation", "mhsds_lda", "place_measures"}


def test_published_figures_stand_as_they_were_printed(sample_run):
    con = open_part(sample_run[1].folder)
    try:
        found = con.execute(
            "select metric_key, period_end::varchar, breakdown_value, value_published, value_status, recompute_ok from marts.brs_inpatient"
            " where source = 'place_measures' and area_code = 'E92000001' and period_end in ('2016-09-30', '2023-10-31') order by all"
        ).fetchall()
    finally:
        con.close()
    assert ("brs_03.v3", "2016-09-30", "all", Decimal(2565), "rounded", None) in found
    assert ("brs_03.v3", "2023-10-31", "all", Decimal(2035), "rounded", None) in found
    assert ("brs_07.v3", "2016-09-30", "all", None, "suppressed", None) in found
    # 2,905 in March 2015 and 2,035 in October 2023: the answer says 30%.
    assert ("brs_04.v1", "2023-10-31", "all", Decimal(30), "exact", True) in found
    assert sum(key == "brs_05.v3" and end == "2023-10-31" for key, end, *_ in found) == 4

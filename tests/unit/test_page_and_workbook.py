"""The page and the workbook of an edition: what they show, that they hide nothing, load nothing and never differ."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline import duck
from pipeline.publish import page, practices
from pipeline.publish.context import CheckLine, DatasetLine, EditionContext
from pipeline.publish.page import write_page
from pipeline.publish.workbook import text_cell, write_workbook

DDL = """
create schema marts; create schema reference; create schema audit;
create table marts.metric_value (
    metric_key varchar, area_key varchar, period_key varchar, metric_id varchar, definition_version integer,
    period_start date, period_end date, period_type varchar, area_code varchar, area_name varchar, area_type varchar,
    breakdown_type varchar, breakdown_value varchar, numerator decimal(20, 4), denominator decimal(20, 4), value double,
    unit varchar, lower_95 double, upper_95 double, lower_998 double, upper_998 double, method varchar,
    value_status varchar, value_published decimal(20, 6), recompute_ok boolean, source varchar, maturity varchar,
    release_id varchar
);
create view marts.metric_latest as select * from marts.metric_value qualify row_number() over (
    partition by metric_key, area_code, period_type, breakdown_type, breakdown_value, source order by period_end desc
) = 1;
create table marts.place_measure (
    metric_id varchar, definition_version integer, measure varchar, breakdown_type varchar, breakdown_value varchar,
    area_code varchar, area_name_published varchar, period_start date, period_end date, period_type varchar,
    numerator decimal(20, 4), denominator decimal(20, 4), value_published decimal(20, 6), value_status varchar,
    lower_95 double, upper_95 double, unit varchar, qualifier varchar, stated_in varchar, quote varchar, note varchar,
    area_code_published varchar, release_id varchar, member varchar, source_row bigint
);
create table reference.metric (
    metric_key varchar, metric_id varchar, definition_version integer, metric_name varchar, theme varchar,
    definition varchar, numerator varchar, denominator varchar, unit varchar, direction varchar, method varchar,
    source varchar, proof_grade varchar, proof varchar, caveats varchar, target_value decimal(18, 4), target_operator varchar,
    target_by date, target_source varchar
);
create table reference.area (
    area_key varchar, area_code varchar, ods_code varchar, area_name varchar, area_type varchar, valid_from date,
    valid_to date, is_current boolean, current_area_code varchar, origin varchar, named_by varchar
);
create table marts.indicator_baseline (
    indicator_id varchar, determinant varchar, indicator_name varchar, area_code varchar, area_name varchar,
    metric_key varchar, period_start date, period_end date, numerator decimal(18, 4), denominator decimal(18, 4),
    value double, unit varchar, lower_95 double, upper_95 double, value_status varchar, source varchar,
    proof_grade varchar, definitions_held integer, held_for varchar, needs_dataset varchar, needs_from varchar,
    needs_how varchar);
create table audit.release (
    release_id varchar, dataset varchar, table_name varchar, part varchar, period_start date, period_end date,
    period_type varchar, title varchar, publisher varchar, licence varchar, landing_page varchar, url varchar,
    published_at varchar, citation varchar, original_name varchar, sha256 varchar, size_bytes bigint, layout varchar,
    origin varchar, maturity varchar, rows_in bigint, rows_clean bigint, rows_quarantined bigint, counts boolean,
    counts_for varchar
);
create table audit.unmapped_area (
    dataset varchar, area_code_published varchar, source_rows bigint, first_period_start date, last_period_end date
);
create table audit.quarantine_summary (release_id varchar, rule_id varchar, "rows" bigint);
create table marts.gp_appointments_practice_month (
    area_code varchar, appointment_month date, breakdown_type varchar, breakdown_value varchar,
    appointments decimal(18, 4), list_size decimal(18, 4), list_date date
);
create table reference.area_link (
    link_type varchar, from_area_code varchar, to_area_code varchar, valid_from date, valid_to date
);
create table reference.organisation (
    organisation_code varchar, organisation_name varchar, pcn_code varchar, sub_icb_location_code varchar
);
create table audit.reconciliation (
    comparison varchar, area_code varchar, period date, ours decimal(18, 4), theirs decimal(18, 4),
    difference decimal(18, 4)
);
create table audit.practice_difference (
    practice_code varchar, extract_date date, in_lists boolean, in_register boolean, in_appointments boolean,
    organisation_name varchar
);
create table marts.neighbourhood_profile (
    metric_key varchar, metric_name varchar, direction varchar, area_code varchar, area_name varchar, area_type varchar,
    level varchar, model varchar, is_overlapping boolean, period_start date, period_end date, value double, unit varchar,
    lower_95 double, upper_95 double, value_status varchar, is_comparable boolean, icb_code varchar, icb_value double,
    icb_difference double, icb_verdict varchar, place_code varchar, place_name varchar, place_value double,
    place_verdict varchar, rank_in_icb integer, ranked_in_icb integer, previous_value double, change double,
    change_verdict varchar, source varchar
);
"""
THEMES = ("bcf_metric", "brs_inpatient", "brs_ctr", "brs_register", "brs_pathway")
DDL += "".join(
    f"""create view marts.{theme} as
        select cell.*, metric.metric_name, metric.direction, metric.proof_grade
        from marts.metric_value as cell join reference.metric as metric using (metric_key) where theme = '{theme}';"""
    for theme in THEMES
)

HOME, OTHER, ENGLAND = "E54000032", "E54000019", "E92000001"
YEAR = (date(2024, 12, 1), date(2025, 11, 30))
BOOKS = "gp_appointments_regional"
NAMES = {
    HOME: "NHS Kent and Medway Integrated Care Board",
    OTHER: "NHS Herefordshire and Worcestershire Integrated Care Board",
    ENGLAND: "England",
}
SHEETS = [
    "Cover", "Contents", "Notes", "Headline", "Baseline", "Months", "ICBs", "Patients", "Ages", "Rates", "Networks", "Practices",
    "Neighbourhoods", "Better_Care_Fund", "Right_Support", "Local_figures", "Metrics", "Differing_files", "Missing_practices",
    "Sources", "Checks",
]  # fmt: skip
LISTS, LATER_LISTS = date(2025, 6, 1), date(2025, 12, 1)
LOCATION, ELSEWHERE, NETWORK = "E38000237", "E38000999", "U11111"
CHECK = CheckLine(
    "gp.rows", "gp/regional", "contract", "critical", "completeness", "passed", "no row is lost", "", 713695, 0
)
WARNING = CheckLine(
    "gp.jump", "gp/regional", "expectation", "warning", "accuracy", "failed", "no month jumps",
    "August 2025 fell by 18%", 30, 1,
)  # fmt: skip
CONTEXT = EditionContext(
    edition_id="3f9a1c07be52d484",
    part="open",
    home_code=HOME,
    synthetic=False,
    code_digest="9f31c2aa0b7e",
    checks=(CHECK, WARNING),
    datasets=(
        DatasetLine(BOOKS, "Appointments in General Practice", "NHS England", "OGL v3.0", "https://digital.nhs.uk/x",
                    "monthly", "2025-11-30", "2025-12-31", "2026-01-30"),
    ),
)  # fmt: skip


def metric(metric_id: str, version: int = 1, **given: object) -> dict:
    row = {
        "metric_key": f"{metric_id}.v{version}", "metric_id": metric_id, "definition_version": version,
        "metric_name": f"Name of {metric_id}.v{version}", "theme": "place_primary_care", "definition": "What it means.",
        "numerator": "", "denominator": "", "unit": "percent", "direction": "context", "method": "wilson",
        "source": BOOKS, "proof_grade": "A", "proof": "It was reproduced.", "caveats": "Mind this.",
    }  # fmt: skip
    return row | given


def value(metric_key: str, area: str = HOME, period: tuple[date, date] = YEAR, **given: object) -> dict:
    metric_id, version = metric_key.split(".v")
    month = (period[0].year, period[0].month) == (period[1].year, period[1].month)
    row = {
        "metric_key": metric_key, "area_key": area, "period_key": f"{period[0]}/{period[1]}", "metric_id": metric_id,
        "definition_version": int(version), "period_start": period[0], "period_end": period[1],
        "period_type": "month" if month else "rolling_12_months", "area_code": area, "area_name": NAMES.get(area, area),
        "area_type": "country" if area == ENGLAND else "icb", "breakdown_type": "none", "breakdown_value": "all",
        "unit": "percent", "method": "wilson", "value_status": "exact", "source": BOOKS, "maturity": "provisional",
        "release_id": "gp/regional",
    }  # fmt: skip
    return row | given


def count(area: str, number: float | None, period: tuple[date, date] = YEAR, **given: object) -> dict:
    facts = {"numerator": number, "value": number, "unit": "appointments", "method": "count"}
    return value("pc_05.v1", area, period, **(facts | given))


def share(metric_key: str, area: str, percent: float) -> dict:
    return value(
        metric_key, area, value=percent, lower_95=percent - 0.03, upper_95=percent + 0.03,
        numerator=round(110257.19 * percent), denominator=11025719,
    )  # fmt: skip


def area_row(code: str, name: str, kind: str = "icb", ods: str | None = None, origin: str = "real") -> dict:
    return {
        "area_key": code, "area_code": code, "ods_code": ods, "area_name": name, "area_type": kind, "is_current": True,
        "current_area_code": code, "origin": origin, "named_by": "lookup",
    }  # fmt: skip


def stated(row: int, measure: str, **given: object) -> dict:
    facts = {
        "definition_version": 1, "measure": measure, "breakdown_type": "none", "breakdown_value": "all",
        "area_code": HOME, "area_name_published": "NHS Kent and Medway ICB", "period_start": date(2025, 1, 31),
        "period_end": date(2025, 1, 31), "period_type": "snapshot", "value_status": "exact", "unit": "count",
        "qualifier": "exact", "stated_in": "Briefing report (2025)", "area_code_published": HOME,
        "release_id": "place/measures", "member": "measures.csv", "source_row": row,
    }  # fmt: skip
    return facts | given


def release(release_id: str, dataset: str, **given: object) -> dict:
    facts = {
        "release_id": release_id, "dataset": dataset, "table_name": "t", "part": "all",
        "period_start": date(2025, 11, 1), "period_end": date(2025, 11, 30), "period_type": "month",
        "title": "Appointments in General Practice", "publisher": "NHS England", "licence": "OGL v3.0",
        "landing_page": "https://digital.nhs.uk/x", "url": "", "published_at": "", "citation": "",
        "original_name": "Appointments_Nov_25.zip", "sha256": "d3a948c7cb87" + "0" * 52, "size_bytes": 4381185,
        "layout": "zip", "origin": "real", "maturity": "provisional", "rows_in": 713695, "rows_clean": 713695,
        "rows_quarantined": 0, "counts": True, "counts_for": "all its rows",
    }  # fmt: skip
    return facts | given


def months() -> list[dict]:
    """Fourteen months of home; the third is suppressed. And one of England."""
    starts = [date(2024 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(14)]
    ends = [date.fromordinal(later.toordinal() - 1) for later in [*starts[1:], date(2025, 12, 1)]]
    rows = [count(HOME, 900_000.0 + 1_000 * n, period) for n, period in enumerate(zip(starts, ends, strict=True))]
    rows[2] |= {"value": None, "numerator": None, "value_status": "suppressed"}
    return [*rows, count(ENGLAND, 31_000_000.0, (date(2025, 11, 1), date(2025, 11, 30)))]


def parts() -> list[dict]:
    found = {
        "appointment_status": {"Attended": 9_699_211.0, "DNA": 486_528.0, "Unknown": 839_980.0},
        "time_from_booking": {"1 Day": 800_109.0, "15 to 21 Days": 960_527.0, "2 to 7 Days": 1_942_483.0,
                              "More than 28 Days": 757_626.0, "Same Day": 4_379_852.0, "Unknown / Data Quality": None},
    }  # fmt: skip
    return [
        count(HOME, n, breakdown_type=kind, breakdown_value=label, value_status="suppressed" if n is None else "exact")
        for kind, labels in found.items()
        for label, n in labels.items()
    ]


def month_of(number: int) -> tuple[date, date]:
    """A month of 2025, not December."""
    return date(2025, number, 1), date.fromordinal(date(2025, number + 1, 1).toordinal() - 1)


def patients(area: str, number: float | None, day: date = LATER_LISTS, **given: object) -> dict:
    facts = {"numerator": number, "value": number, "unit": "patients", "method": "count", "period_type": "snapshot"}
    return value("pc_50.v1", area, (day, day), **(facts | {"source": "gp_registered_patients"} | given))


def rate(area: str, number: float | None, month: int, metric_key: str = "pc_51.v1", **given: object) -> dict:
    facts = {"value": number, "unit": "per 1,000 patients", "method": "ratio", "denominator": 1000}
    return value(metric_key, area, month_of(month), **(facts | given))


def of_practice(code: str, listed: float | None, booked: float | None, kind: str = "practice") -> list[dict]:
    """The list, appointments and rate of a practice or network."""
    books = {"area_type": kind, "source": "gp_appointments_practice"}
    counted = {"unit": "appointments", "method": "count"}
    rows = [] if listed is None else [patients(code, listed, area_type=kind)]
    if booked is not None:
        rows.append(value("pc_05.v2", code, month_of(10), value=booked, numerator=booked, **counted, **books))
    return rows if None in (listed, booked) else [*rows, rate(code, 1000 * booked / listed, 10, "pc_52.v1", **books)]


def link(child: str, parent: str, valid_to: date | None = None) -> dict:
    return {"link_type": "part_of", "from_area_code": child, "to_area_code": parent, "valid_to": valid_to}


def primary_care() -> dict[str, list[dict]]:
    """Lists of two days, ages, rates with a gap, one network with a practice of another area, two files that differ."""
    parts_of_home = {"sex": {"female": 605, "male": 495}, "age_band": {"0-4": 220, "5-9": 330, "10-14": 495, "95+": 55}}
    parts_of_england = {
        "sex": {"female": 510, "male": 490},
        "age_band": {"0-4": 250, "5-9": 250, "10-14": 250, "95+": 250},
    }
    names = {
        "P1": "ABBEY SURGERY", "P2": "BRIDGE SURGERY", "P3": "CASTLE SURGERY", "P4": "DEAN SURGERY", "P5": "EAST SURGERY",
    }  # fmt: skip
    return {
        "reference.metric": [
            metric("pc_05", 2, unit="appointments", method="count", source="gp_appointments_practice"),
            metric("pc_50", unit="patients", method="count", source="gp_registered_patients"),
            metric("pc_51", unit="per 1,000 patients", method="ratio"),
            metric("pc_52", unit="per 1,000 patients", method="ratio", source="gp_appointments_practice"),
        ],
        "reference.area": [
            area_row(LOCATION, "NHS Kent and Medway ICB - 91Q", "sub_icb_location"),
            area_row(ELSEWHERE, "NHS Elsewhere ICB - 99X", "sub_icb_location"),
            area_row(NETWORK, "MARSH PCN", "pcn"),
            *(area_row(code, name, "practice") for code, name in names.items()),
        ],
        "reference.area_link": [
            link(LOCATION, HOME), link(ELSEWHERE, OTHER), link("P1", LOCATION), link("P2", LOCATION),
            link("P3", LOCATION), link("P4", ELSEWHERE), link("P5", LOCATION), link("P1", NETWORK),
            link("P2", NETWORK), link("P4", NETWORK), link("P5", NETWORK), link("P3", NETWORK, LISTS),
        ],
        "reference.organisation": [{"organisation_code": "P3", "sub_icb_location_code": LOCATION}],
        "marts.metric_value": [
            patients(HOME, 1000, LISTS), patients(HOME, 1100), patients(ENGLAND, 60_000, LISTS),
            patients(ENGLAND, 61_200), patients(OTHER, 2000),
            *(patients(area, number, breakdown_type=kind, breakdown_value=label)
              for area, kinds in ((HOME, parts_of_home), (ENGLAND, parts_of_england))
              for kind, labels in kinds.items() for label, number in labels.items()),
            *(rate(HOME, number, month) for month, number in ((7, 440.0), (8, 450.0), (10, 569.718))),
            rate(HOME, None, 9, value_status="suppressed"),
            *(rate(area, number, month) for month in (7, 8, 9, 10) for area, number in ((OTHER, 700.0), (ENGLAND, 616.49))),
            *of_practice("P1", 500, 200), *of_practice("P2", 400, None), *of_practice("P3", 200, 90),
            *of_practice("P4", 9000, 7000), *of_practice(NETWORK, 9900, 7200, "pcn"),
        ],
        "marts.gp_appointments_practice_month": [
            {"area_code": "P1", "appointment_month": date(2025, 10, 1), "breakdown_type": "none", "breakdown_value": "all",
             "list_date": date(2025, 9, 1)},
        ],
        "audit.reconciliation": [
            {"comparison": "crosstab_is_regional", "area_code": LOCATION, "period": date(2025, 10, 1), "ours": 290,
             "theirs": 290, "difference": 0},
            {"comparison": "lists_are_coverage", "area_code": LOCATION, "period": LISTS, "ours": 1002, "theirs": 1000,
             "difference": 2},
            {"comparison": "lists_are_coverage", "area_code": ELSEWHERE, "period": LISTS, "ours": 1950, "theirs": 2000,
             "difference": -50},
            {"comparison": "lists_are_coverage", "area_code": ELSEWHERE, "period": LATER_LISTS, "ours": 2000, "theirs": 2000,
             "difference": 0},
        ],
        "audit.practice_difference": [
            {"practice_code": code, "extract_date": day, "in_lists": code == "P3", "in_register": code != "P3",
             "in_appointments": None if code == "X9" else False, "organisation_name": name}
            for code, day, name in (
                ("P3", LATER_LISTS, "CASTLE SURGERY"), ("X1", LATER_LISTS, "GONE SURGERY"),
                ("X9", LATER_LISTS, "FAR SURGERY"), ("X1", LISTS, "GONE SURGERY"))
        ],
    }  # fmt: skip


def without(content: dict[str, list[dict]], *metric_keys: str) -> dict[str, list[dict]]:
    """The edition without the values of these metrics."""
    kept = [row for row in content["marts.metric_value"] if row["metric_key"] not in metric_keys]
    return content | {"marts.metric_value": kept}


def tables() -> dict[str, list[dict]]:
    """A small whole edition: two ICBs and England; printed figures that agree, do not agree, and are out of reach."""
    content, added = appointments_only(), primary_care()
    return {name: [*content.get(name, []), *added.get(name, [])] for name in (*content, *added)}


def appointments_only() -> dict[str, list[dict]]:
    before = (date(2023, 12, 1), date(2024, 11, 30))
    return {
        "reference.metric": [
            metric("pc_02", metric_name="Practices rated good or outstanding", source="place_measures"),
            metric("pc_05", unit="appointments", method="count", metric_name="General practice appointments"),
            metric("pc_06", metric_name="In person"),
            metric("pc_06", 2, metric_name="In person, of known mode"),
            metric("pc_07", unit="appointments", method="difference", metric_name="Change on the year before",
                   denominator="appointments of the twelve months one year before"),
        ],
        "reference.area": [
            area_row(HOME, NAMES[HOME], ods="QKS"), area_row(OTHER, NAMES[OTHER], ods="QGH"),
            area_row(ENGLAND, "England", "country"),
        ],
        "marts.metric_value": [
            count(HOME, 11_025_719.0), count(OTHER, 5_000_000.0), count(ENGLAND, 373_292_690.0),
            share("pc_06.v1", HOME, 63.4240905), share("pc_06.v1", OTHER, 70.25), share("pc_06.v1", ENGLAND, 64.96),
            share("pc_06.v2", HOME, 64.7806648), *months(), *parts(),
            value("pc_07.v1", value=-51455.0, unit="appointments", method="difference", numerator=11_025_719,
                  denominator=11_077_174),
            value("pc_07.v1", period=before, unit="appointments", method="difference", numerator=11_077_174,
                  value_status="not_reproducible", value_published=Decimal(255000)),
            value("pc_07.v1", period=(date(2023, 11, 1), date(2024, 10, 31)), unit="appointments", method="difference",
                  numerator=11_000_000, value_status="not_reproducible"),
            count(HOME, 11_077_174.0, before, value_published=Decimal(11_000_000), recompute_ok=True),
            value("pc_02.v1", period=(date(2025, 1, 31), date(2025, 1, 31)), period_type="snapshot", numerator=140,
                  denominator=177, value=79.0960452, lower_95=72.5194, upper_95=84.4365, value_published=Decimal(97),
                  recompute_ok=False, source="place_measures", maturity="final"),
        ],
        "marts.place_measure": [
            stated(1, "practices rated good", metric_id="pc_02", numerator=140, denominator=177, unit="percent",
                   value_published=Decimal(97)),
            stated(2, "appointments delivered", metric_id="pc_05", period_start=before[0], period_end=before[1],
                   unit="appointments", qualifier="over", value_published=Decimal(11_000_000),
                   quote="over 11million appointments were delivered"),
            stated(3, "increase", metric_id="pc_07", period_start=before[0], period_end=before[1],
                   unit="appointments", qualifier="over", value_published=Decimal(255000)),
            stated(4, "call back functionality", unit="percent", value_published=Decimal("69.57"), quote="=69.57%"),
            stated(5, "PCNs elsewhere", area_code=None, area_code_published="local:x:y",
                   area_name_published="Elsewhere", value_published=Decimal(7)),
            stated(6, "hidden", value_status="suppressed"),
        ],
        "audit.release": [
            release("gp/regional", BOOKS),
            release("place/measures", "place_measures", title="Place measures", publisher="Kent HOSC", landing_page=""),
            release("gp/older", BOOKS, counts=False, counts_for="", original_name="Appointments_Oct_25.zip"),
        ],
        "audit.unmapped_area": [],
        "audit.quarantine_summary": [],
    }  # fmt: skip


def edition(content: dict[str, list[dict]]):
    """An in-memory database of an edition; a column that a row does not give is null."""
    con = duck.connect(threads=1)
    con.execute(DDL)
    for table, rows in content.items():
        if rows:
            names = list(dict.fromkeys(name for row in rows for name in row))
            places = ", ".join([f"({', '.join('?' * len(names))})"] * len(rows))
            cells = [row.get(name) for row in rows for name in names]
            con.execute(f"insert into {table} ({', '.join(map(duck.name, names))}) values {places}", cells)
    return con


def page_of(content: dict[str, list[dict]], tmp_path: Path, context: EditionContext = CONTEXT) -> str:
    path = tmp_path / "index.html"
    write_page(edition(content), context, path)
    return path.read_text("utf-8")


def text_of(html: str) -> str:
    """What a reader sees: no tags, no style, single spaces."""
    import html as entities

    without = re.sub(r"<style>.*?</style>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", without)).split())


def section(html: str, name: str) -> str:
    return text_of(re.search(rf'<section id="{name}".*?</section>', html, flags=re.DOTALL)[0])


def sheets_of(
    content: dict[str, list[dict]], tmp_path: Path, context: EditionContext = CONTEXT
) -> dict[str, list[list]]:
    path = tmp_path / "ics-marts.xlsx"
    write_workbook(edition(content), context, path)
    return read_sheets(path)


def read_sheets(path: Path) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def records(rows: list[list], first_heading: str) -> list[dict]:
    """The table of a sheet as dictionaries by heading (without note and unit)."""
    at = next(n for n, row in enumerate(rows) if str(row[0]).split("\n")[0] == first_heading)
    headings = [str(heading).split("\n")[0] for heading in rows[at]]
    return [dict(zip(headings, row, strict=True)) for row in rows[at + 1 :]]


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the small edition."""
    return page_of(tables(), tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the small edition."""
    path = tmp_path_factory.mktemp("workbook") / "ics-marts.xlsx"
    write_workbook(edition(tables()), CONTEXT, path)
    return path


@pytest.fixture(scope="module")
def sheets(workbook: Path) -> dict[str, list[list]]:
    return read_sheets(workbook)


# --- the page ------------------------------------------------------------------------------------------------------


def test_headline_figures_come_with_interval_period_status_and_caveat(html: str) -> None:
    headline = section(html, "headline")
    for words in ("11,025,719", "63.42%", "95% interval 63.39% to 63.45%", "England 65.0%", "64.78%", "−51,455",
                  "Mind this.", "−0.5% on 11,077,174 a year before", "December 2024 to November 2025",
                  "exact, provisional",
                  "Appointments in General Practice (NHS England)"):  # fmt: skip
        assert words in headline
    assert "Kent and Medway" in text_of(re.search(r"<h1>.*?</h1>", html)[0])
    assert "51,455 fewer than in the same months a year before. 63.42% were face to face" in text_of(html)
    assert "3f9a1c07be52d484" in html


def test_what_a_document_states_is_no_headline_of_ours(tmp_path: Path) -> None:
    content = tables()
    elsewhere = [row for row in content["marts.metric_value"] if row["area_code"] != HOME]
    later = (date(2025, 1, 1), date(2025, 12, 31))
    only_stated = [
        count(HOME, 12_000_000.0, period, source="place_measures", method="stated") for period in (YEAR, later)
    ]
    content["marts.metric_value"] = elsewhere + only_stated
    html = page_of(content, tmp_path)
    assert "holds no figure of general practice appointments for Kent and Medway" in text_of(html)
    assert "Latest twelve months December 2024 to November 2025" in text_of(html)
    assert "12,000,000" not in section(html, "headline")


def test_a_change_that_only_gives_context_is_not_judged(tmp_path: Path) -> None:
    content = tables()
    assert 'class="worse"' not in page_of(content, tmp_path)
    next(row for row in content["reference.metric"] if row["metric_key"] == "pc_07.v1")["direction"] = "up"
    assert '<span class="worse">−0.5%, worse</span>' in page_of(content, tmp_path)


def test_a_change_out_of_reach_says_so_and_why(tmp_path: Path) -> None:
    content = tables()
    change = next(row for row in content["marts.metric_value"] if row.get("value") == -51455.0)
    change |= {"value": None, "denominator": None, "value_status": "not_reproducible"}
    html = page_of(content, tmp_path)
    why = "It needs the appointments of the twelve months one year before; the months held begin in October 2024."
    assert f"Not reproducible {why}" in section(html, "headline")
    assert "fewer than" not in html


def test_printed_figures_stand_beside_ours(html: str) -> None:
    printed = section(html, "printed")
    assert "over 11,000,000 appointments 11,077,174 appointments agrees" in printed
    assert "97% 79.1% 140 of 177 does not agree" in printed
    assert "over 255,000 appointments not reproducible not reproducible" in printed
    assert "the months held begin in October 2024" in printed
    assert "November 2023 to October 2024" not in printed  # nobody printed it


def test_local_figures_keep_their_digits_words_and_verdict(html: str) -> None:
    local = section(html, "local")
    assert "Stated in: Briefing report (2025)" in local
    assert "December 2023 to November 2024 over 11,000,000 appointments agrees" in local
    assert "97% does not agree" in local
    assert "255,000 appointments not reproducible" in local
    assert "69.57% not checked" in local
    assert "Elsewhere local:x:y, unmapped 31 January 2025 7 not checked" in local
    assert "hidden 31 January 2025 suppressed not checked" in local
    in_order = ("increase pc_07.v1", "Other facts about Kent and Medway", "Other areas in the same documents (1)")
    assert [local.index(words) for words in in_order] == sorted(local.index(words) for words in in_order)


def test_month_chart_starts_at_zero_and_shows_a_suppressed_month_as_a_gap(html: str) -> None:
    charts = re.findall(r'<svg class="(wide|narrow)".*?</svg>', html, flags=re.DOTALL)
    assert charts == ["wide", "narrow"] * 3
    months_html = re.search(r'<section id="months".*?</section>', html, flags=re.DOTALL)[0]
    assert months_html.count('<rect class="column') == 2 * 13
    assert months_html.count('<rect class="column latest"') == 2 * 11  # one of the latest twelve is suppressed
    assert re.search(r'<svg class="wide".*?text-anchor="end">0</text>', months_html, flags=re.DOTALL)
    assert "December 2024 suppressed suppressed, provisional" in text_of(months_html)
    assert "November 2025 913,000 exact, provisional" in text_of(months_html)
    for wanted in ("<title id=", "<desc id=", 'role="img"', "<details>"):
        assert wanted in months_html


def test_breakdowns_give_numbers_and_shares_in_a_sensible_order(html: str) -> None:
    made_up = section(html, "breakdown")
    assert "Attended 9,699,211 88.0% Did not attend (DNA) 486,528 4.4% Unknown 839,980 7.6%" in made_up
    order = [
        "Same Day",
        "1 Day",
        "2 to 7 Days",
        "15 to 21 Days",
        "More than 28 Days",
        "Unknown / Data Quality suppressed",
    ]
    assert [made_up.index(label) for label in order] == sorted(made_up.index(label) for label in order)


def test_icbs_are_compared_highest_first_beside_england(html: str) -> None:
    compared = re.search(r'<section id="comparison".*?</section>', html, flags=re.DOTALL)[0]
    assert "Kent and Medway is number 2 of 2" in text_of(compared)
    chart = text_of(re.search(r'<svg class="wide".*?</svg>', compared, flags=re.DOTALL)[0])
    assert chart.index("Herefordshire and Worcestershire 70.3%") < chart.index("Kent and Medway 63.4%")
    assert "England 65.0%" in chart
    assert '<g class="home">' in compared
    assert "The axis starts at 60%, not at zero" in text_of(compared)
    assert "70.22% to 70.28%" in text_of(compared)


def test_registered_patients_come_with_their_day_and_change_beside_england(html: str) -> None:
    registered = section(html, "patients")
    assert "1 December 2025 1,100 Since 1 June 2025, the earliest list held +100 (+10.0%)" in registered
    assert "England in the same time +2.0%" in registered
    assert "Female and male, 1 December 2025 55.0% and 45.0%" in registered
    assert "1,100 patients were registered on 1 December 2025, 10.0% more than on 1 June 2025." in text_of(html)


def test_ages_are_bars_from_zero_on_one_scale_with_england(html: str, tmp_path: Path) -> None:
    registered = section(html, "patients")
    assert (
        "0 to 4 220 20.0% 25.0% 5 to 9 330 30.0% 25.0% 10 to 14 495 45.0% 25.0% 95 and over 55 5.0% 25.0%" in registered
    )
    # The longest bar is the whole width, and England's mark stands on the same scale.
    assert re.findall(r'<i style="width:([\d.]+)%"></i><b style="left:([\d.]+)%">', html) == [
        ("44.4", "55.6"), ("66.7", "55.6"), ("100.0", "55.6"), ("11.1", "55.6"),
    ]  # fmt: skip
    content = tables()
    content["marts.metric_value"] = [
        row for row in content["marts.metric_value"]
        if not (row["area_code"] == ENGLAND and row["breakdown_type"] == "age_band")
    ]  # fmt: skip
    alone = section(page_of(content, tmp_path), "patients")
    assert "England cannot stand beside them" in alone
    assert "0 to 4 220 20.0% 5 to 9" in alone


def test_a_hidden_age_takes_the_shares_with_it(tmp_path: Path) -> None:
    content = tables()
    hidden = next(
        row for row in content["marts.metric_value"] if row["breakdown_value"] == "0-4" and row["area_code"] == HOME
    )
    hidden |= {"value": None, "numerator": None, "value_status": "suppressed"}
    html = page_of(content, tmp_path)
    assert "0 to 4 suppressed not available 25.0% 5 to 9 330 not available 25.0%" in section(html, "patients")
    assert '<i style="width:%' not in html


def test_rates_stand_over_the_spread_of_the_icbs_and_a_gap_stays_one(html: str) -> None:
    found = re.search(r'<section id="rates".*?</section>', html, flags=re.DOTALL)[0]
    assert "October 2025: 570; England had 616, the 2 ICBs had between 570 and 700." in text_of(found)
    wide = re.search(r'<svg class="wide".*?</svg>', found, flags=re.DOTALL)[0]
    assert wide.count('<polyline class="line of-home"') == 1  # July and August; October stands alone
    assert wide.count('<circle class="of-home"') == 1
    assert wide.count('<polyline class="line of-country"') == 1
    assert "Middle half" not in text_of(found).split("Table of")[0]
    assert "September 2025 suppressed 616.5 too few ICBs" in text_of(found)
    assert "October 2025 569.7 616.5 569.7 too few ICBs 700.0 2" in text_of(found)
    assert "not at zero" in text_of(found)


def test_the_middle_half_is_of_icbs_that_there_are() -> None:
    rows = [{"area_code": f"E{n}", "value": float(n)} for n in range(1, 10)]
    spread = practices._spread(list(reversed(rows)))
    assert [spread[name]["value"] for name in ("lowest", "lower", "upper", "highest")] == [1, 3, 7, 9]
    assert practices._spread(rows[:7])["lower"] is None
    assert practices._spread(rows[:1]) is None


def test_networks_have_their_practices_and_those_in_none_are_named(html: str) -> None:
    networks = section(html, "networks")
    assert "3 practices of Kent and Medway in 1 primary care network, as they were on 1 December 2025." in networks
    assert "1 practice is in no network: CASTLE SURGERY (P3)." in networks
    assert "The rate sets the appointments against the lists of 1 September 2025" in networks
    assert "MARSH PCN U11111 and 1 practice of another area, in its figures 2 9,900 7,200 727.3" in networks
    assert "ABBEY SURGERY P1 500 200 400.0 BRIDGE SURGERY P2 400 no figure no figure" in networks
    assert "In no network CASTLE SURGERY P3 200 90 450.0" in networks
    assert "DEAN SURGERY" not in networks  # of another area
    assert "EAST SURGERY" not in networks  # its last link holds, but it has neither list nor appointments


def test_networks_without_appointments_show_their_lists_alone(tmp_path: Path) -> None:
    html = page_of(without(tables(), "pc_05.v2", "pc_52.v1"), tmp_path)
    networks = section(html, "networks")
    assert "holds no appointments by practice for them" in networks
    assert "ABBEY SURGERY P1 500 BRIDGE SURGERY P2 400 In no network" in networks
    assert "Appointments, October" not in networks


def test_files_that_disagree_are_counted_and_the_largest_difference_named(html: str) -> None:
    found = section(html, "agreement")
    assert "month and sub-ICB location, October 2025 1 1 none: all are equal" in found
    assert "1 June 2025 to 1 December 2025 3 1 50 (1,950 beside 2,000, 2.5%): Elsewhere ICB - 99X, 1 June 2025" in found


def test_practices_that_not_all_files_have_are_counted_by_kind_home_first(html: str) -> None:
    found = section(html, "agreement")
    assert "3 practices on 1 December 2025" in found
    assert "in the lists, not in the register or the appointments 1 1 CASTLE SURGERY (P3)" in found
    assert "in the register, not in the lists 1 0 FAR SURGERY (X9)" in found
    assert "in the register, not in the lists or the appointments 1 0 GONE SURGERY (X1)" in found


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("rates", "This edition holds no appointments per 1,000 registered patients for Kent and Medway."),
        ("patients", "This edition holds no lists of registered patients for Kent and Medway."),
        ("networks", "This edition holds neither lists nor appointments of single practices for Kent and Medway."),
        ("neighbourhoods", "This edition holds no figure of a network, ward or declared place of Kent and Medway."),
        ("care-fund", "This edition holds no value of Better Care Fund for Kent and Medway or its councils;"),
        (
            "right-support",
            "This edition holds no value of Building the Right Support for Kent and Medway or its councils;",
        ),
        ("agreement", "This edition holds no two files of practices and areas that could be set side by side."),
    ],
)
def test_what_is_not_held_is_one_sentence_and_no_empty_chart(name: str, sentence: str, tmp_path: Path) -> None:
    html = page_of(appointments_only(), tmp_path)
    assert sentence in section(html, name)
    assert not re.search(rf'<section id="{name}"(?:(?!</section>).)*<(svg|table)', html, flags=re.DOTALL)
    assert "patients were registered" not in text_of(html)


def test_rules_that_ran_on_many_releases_are_one_line_of_the_page(tmp_path: Path) -> None:
    releases = tuple(replace(CHECK, rule_id=f"gp.{n % 3}", scope=f"gp/{n}", rows_checked=10) for n in range(300))
    failed = tuple(replace(WARNING, scope=f"gp/{n}") for n in range(page.SHOWN + 2))
    html = page_of(tables(), tmp_path, replace(CONTEXT, checks=releases + failed))
    gate = section(html, "gate")
    assert "3 rules gp.* on 300 releases or tables, completeness critical passed 3,000 0" in gate
    assert "And 2 more: the sheet Checks of the workbook has them all." in gate
    assert len(html) < 150_000


def test_gate_shows_counts_failed_warnings_and_every_check(html: str) -> None:
    gate = section(html, "gate")
    assert "Checks 2 Passed 1 Failed 1 Ended in error 0 Did not run 0" in gate
    not_passed, every = gate.split("All checks")
    assert "August 2025 fell by 18%" in not_passed
    assert "no row is lost" not in not_passed
    assert "one rule gp.*" in every
    assert "no month jumps" in every


def test_sources_name_the_files_that_count(html: str) -> None:
    sources = section(html, "sources")
    assert "Appointments_Nov_25.zip" in sources
    assert "713,695 real d3a948c7cb87" in sources
    assert f'title="d3a948c7cb87{"0" * 52}"' in html
    assert "1 more release is in the archive and not used" in sources
    assert "Appointments_Oct_25.zip" not in sources
    assert "November 2025 December 2025 30 January 2026" in section(html, "freshness")


def test_what_was_left_out_is_named_or_none(tmp_path: Path) -> None:
    content = tables()
    assert section(page_of(content, tmp_path), "left-out").count("None.") == 2
    unmapped = {
        "dataset": BOOKS,
        "area_code_published": "E54999999",
        "source_rows": 1234,
        "first_period_start": YEAR[0],
    }
    content["audit.unmapped_area"] = [unmapped | {"last_period_end": YEAR[1]}]
    content["audit.quarantine_summary"] = [{"release_id": "gp/regional", "rule_id": "gp.count.type", "rows": 17}]
    left_out = section(page_of(content, tmp_path), "left-out")
    assert "E54999999 gp_appointments_regional 1,234 December 2024 to November 2025" in left_out
    assert "gp.count.type gp/regional 17" in left_out


@pytest.mark.parametrize(("part", "tail"), [("open", ""), ("internal", " --internal")])
def test_trace_names_a_cell_of_this_edition(part: str, tail: str, tmp_path: Path) -> None:
    html = page_of(tables(), tmp_path, replace(CONTEXT, part=part))
    assert f"<code>ics-marts trace pc_05 {HOME} 2024-12/2025-11{tail}</code>" in html


def test_home_may_be_an_ods_code(html: str, tmp_path: Path) -> None:
    assert page_of(tables(), tmp_path, replace(CONTEXT, home_code="QKS")) == html


def test_releases_held_back_are_shown(html: str, tmp_path: Path) -> None:
    message = "gp/regional/2025-12: 3 keys stand more than once"
    held = page_of(tables(), tmp_path, replace(CONTEXT, held=(message,)))
    assert "1 release was held back." in text_of(held)
    assert held.count(message) == 2
    assert "held back." not in text_of(html)
    assert any(message in str(row) for row in sheets_of(tables(), tmp_path, replace(CONTEXT, held=(message,)))["Cover"])


class Loads(HTMLParser):
    """Collects what a browser would fetch or run by itself, and every link that a person may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        self.fetched += [given[name] for name in ("src", "srcset", "data", "poster", "xlink:href") if name in given]
        self.fetched += [name for name in given if name.startswith("on")]
        if tag in ("script", "iframe", "object", "embed", "base", "form"):
            self.fetched.append(tag)
        if "href" in given:
            (self.links if tag == "a" else self.fetched).append(given["href"])


def test_page_loads_and_runs_nothing(html: str) -> None:
    seen = Loads()
    seen.feed(html)
    assert seen.fetched == ["data:,"]
    assert {link for link in seen.links if not link.startswith("#")} == {"https://digital.nhs.uk/x"}
    assert not re.search(r"url\(|@import|@font-face", html)
    assert "default-src 'none'" in html


def test_a_landing_page_that_is_no_web_address_is_no_link(tmp_path: Path) -> None:
    content = tables()
    content["audit.release"][0]["landing_page"] = "javascript:alert(1)"
    assert "javascript:" not in page_of(content, tmp_path)


def test_names_from_files_cannot_become_markup(tmp_path: Path) -> None:
    content, hostile = tables(), "<script>alert('x')</script>"
    content["reference.area"][0]["area_name"] = hostile
    for row in content["marts.metric_value"]:
        row["area_name"] = hostile
    content["marts.place_measure"][0] |= {"measure": hostile, "quote": '"><img src=x>'}
    html = page_of(content, tmp_path, replace(CONTEXT, checks=(replace(WARNING, message=hostile),), held=(hostile,)))
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in html


def test_synthetic_data_is_announced(tmp_path: Path) -> None:
    content = tables()
    assert "ynthetic data" not in text_of(page_of(content, tmp_path))
    content["reference.area"][0]["origin"] = "synthetic"
    content["audit.release"][0]["origin"] = "synthetic"
    html = page_of(content, tmp_path, replace(CONTEXT, synthetic=True))
    assert html.index('class="banner"') < html.index("<h1>")
    assert "Synthetic data. This edition holds made-up figures" in text_of(html)
    assert "Kent and Medway does not exist." in text_of(html)
    assert "Kent and Medway (synthetic)" in section(html, "comparison")
    assert "713,695 synthetic" in section(html, "sources")


def indicator(number: int, determinant: str, **given: object) -> dict:
    row = {
        "indicator_id": f"es_{number:02}", "determinant": determinant, "indicator_name": f"Indicator {number}",
        "area_code": HOME, "area_name": NAMES[HOME], "value_status": "missing", "definitions_held": 0, "held_for": "",
    }  # fmt: skip
    return row | given


def baseline_tables() -> dict[str, list[dict]]:
    held = {
        "metric_key": "es_09.v1", "period_start": date(2025, 11, 1), "period_end": date(2025, 11, 30), "value": 794449.38,
        "unit": "GBP", "value_status": "exact", "source": "lx_05_trust_spend", "proof_grade": "C", "definitions_held": 2,
    }  # fmt: skip
    share_held = held | {
        "metric_key": "es_02.v2",
        "value": 61.25,
        "lower_95": 58.04,
        "upper_95": 64.36,
        "unit": "percent",
        "proof_grade": "A",
    }
    needed = {"needs_dataset": "lx_08_footfall", "needs_from": "estates", "needs_how": "ics-marts template LX-08"}
    return tables() | {
        "marts.indicator_baseline": [
            indicator(2, "employment_skills", **share_held), indicator(9, "procurement", **held),
            indicator(15, "estates", **needed), indicator(3, "employment_skills", area_code=OTHER, **held),
        ],
    }  # fmt: skip


def test_the_baseline_says_what_is_held_how_sure_and_what_is_needed_from_whom(tmp_path: Path) -> None:
    page = page_of(baseline_tables(), tmp_path, CONTEXT)
    section = re.search(r'<section id="indicators".*?</section>', page, flags=re.DOTALL)[0]
    assert "2 of 3 indicators have a value: 1 of grade A, 1 of grade C." in section
    assert re.findall(r'colspan="6">([^<]*)', section) == [
        "Employment and skills",
        "Procurement",
        "Estates",
    ]
    assert "£794,449.4" in section
    assert "58.0 to 64.4" in section
    assert "lx_08_footfall, from estates (ics-marts template LX-08)" in section
    rows = records(sheets_of(baseline_tables(), tmp_path, CONTEXT)["Baseline"], "Determinant")
    assert [row["Value"] for row in rows] == [61.25, 794449.38, "[x]"]
    assert rows[2]["What is needed, from whom"].startswith("lx_08_footfall, from estates")


WEST, HUB = "local:qks:west", "local:qks:hub"


def beside(metric_key: str, area: str, number: float | None, **given: object) -> dict:
    """A row of the profile: of a network in West, beside an ICS of 5%."""
    is_place = area.startswith("local:")
    row = {
        "metric_key": metric_key, "metric_name": f"Name of {metric_key}", "direction": "down", "area_code": area,
        "area_name": f"Area {area}", "area_type": "place" if is_place else "pcn", "level": "place" if is_place else "neighbourhood",
        "model": "nested" if is_place else None, "is_overlapping": False, "period_start": date(2025, 10, 1),
        "period_end": date(2025, 10, 31), "value": number, "unit": "percent", "value_status": "exact", "is_comparable": True,
        "icb_code": HOME, "icb_value": 5.0, "place_code": "none" if is_place else WEST, "rank_in_icb": 1, "ranked_in_icb": 3,
        "place_name": None if is_place else "Area West", "source": "gp_appointments_practice",
    }  # fmt: skip
    return row | given


def profile_tables() -> dict[str, list[dict]]:
    hidden = {"value_status": "suppressed", "rank_in_icb": None, "ranked_in_icb": None}
    counted = {
        "unit": "patients",
        "is_comparable": False,
        "icb_value": 90000.0,
        "rank_in_icb": None,
        "ranked_in_icb": None,
    }
    return tables() | {
        "marts.neighbourhood_profile": [
            beside("pc_53.v1", WEST, 4.6, icb_verdict="similar", rank_in_icb=2),
            beside("pc_53.v1", "U1", 3.24, icb_verdict="better"),
            beside("pc_53.v1", "U2", 7.5, icb_verdict="worse", rank_in_icb=3),
            beside("pc_53.v1", "U2", 7.5, icb_verdict="worse", rank_in_icb=3, place_code=HUB),
            beside("pc_53.v1", HUB, 7.5, model="hub_and_spoke", is_overlapping=True),
            beside("pc_53.v1", "U3", None, place_code="none", **hidden),
            beside("pc_50.v1", "U1", 12345.0, **counted),
            beside("pc_50.v1", "U4", 99.0, icb_code=OTHER, **counted),
            beside("pc_05.v2", "U1", 777.0, **counted),
        ],
    }  # fmt: skip


def test_places_are_shown_with_what_lies_in_them_beside_the_ics(tmp_path: Path) -> None:
    html = page_of(profile_tables(), tmp_path)
    shown = section(html, "neighbourhoods")
    raw = re.search(r'<section id="neighbourhoods".*?</section>', html, flags=re.DOTALL)[0]
    # Places first, nested before hubs, then those in none; a network of two places stands in both.
    assert re.findall(r'scope="rowgroup" colspan="3">([^<]*)', raw) == [
        "Area local:qks:west (nested place)", "Area local:qks:hub (hub and spoke)", "In no declared place",
    ]  # fmt: skip
    assert re.findall(r'<th scope="row">[^<]*<code class="key-code">([^<]*)', raw) == [
        WEST,
        "U1",
        "U2",
        HUB,
        "U2",
        "U3",
    ]
    assert shown.count("shares people with another place of its kind") == 1
    # The order of the metrics is the page's: the size first. What it does not choose is left to the workbook.
    assert shown.index("Name of pc_50.v1") < shown.index("Name of pc_53.v1")
    assert "pc_05.v2" not in shown
    assert "3.2% better, 1 of 3" in shown
    assert "7.5% worse, 3 of 3" in shown
    assert "suppressed" in shown
    assert "12,345" in shown
    assert "5.0%" in shown
    # Another ICS's network is not here.
    assert "U4" not in raw


def test_without_declared_places_networks_stand_alone_and_the_extract_is_named(tmp_path: Path) -> None:
    content = profile_tables()
    rows = [row | {"place_code": "none"} for row in content["marts.neighbourhood_profile"] if row["area_type"] == "pcn"]
    shown = section(page_of(content | {"marts.neighbourhood_profile": rows}, tmp_path), "neighbourhoods")
    assert "The system has declared no places: LX-37" in shown
    assert "In no declared place" in shown


def test_the_sheet_of_neighbourhoods_has_every_metric_and_says_why_there_is_no_number(tmp_path: Path) -> None:
    rows = records(sheets_of(profile_tables(), tmp_path, CONTEXT)["Neighbourhoods"], "Place or neighbourhood")
    assert len(rows) == 8
    by_key = {(row["Code"], row["Metric key"], row["In place"]): row for row in rows}
    assert by_key["U3", "pc_53.v1", "Area West"]["Value"] == "[c]"
    assert by_key["U1", "pc_05.v2", "Area West"]["Value"] == 777
    assert by_key["U1", "pc_05.v2", "Area West"]["Rank in the ICS"] == "[z]"
    assert by_key["U1", "pc_53.v1", "Area West"]["Beside the ICS"] == "better"


COUNCIL, FAR_COUNCIL, DISTRICT = "E10000016", "E10000012", "E07000001"


def theme_tables() -> dict[str, list[dict]]:
    """A metric of each of two themes with targets; a county that is mostly of the ICS, and one that is mostly of another."""
    small_areas = [f"E0100000{number}" for number in range(1, 6)]
    base = tables()
    care = {"theme": "bcf_metric", "unit": "percent", "method": "wilson", "source": "dtoc"}
    aim = {"target_value": Decimal("80"), "target_operator": ">=", "target_source": "A policy of somebody"}
    months_ = [
        (date(2024, month, 1), date.fromordinal(date(2024, month + 1, 1).toordinal() - 1)) for month in (4, 5, 6)
    ]
    given = {"source": "dtoc"}
    return base | {
        "reference.metric": [
            *base["reference.metric"], metric("bcf_01", **care, **aim), metric("bcf_02", **care),
            metric("brs_01", theme="brs_ctr", method="count", unit="people", target_value=Decimal("20"), target_operator="<=",
                   target_by=date(2024, 3, 31), target_source="A plan of somebody"),
        ],
        "reference.area": [
            *base["reference.area"], area_row(COUNCIL, "Kent", "upper_tier_local_authority"),
            area_row(FAR_COUNCIL, "Essex", "upper_tier_local_authority"), area_row(DISTRICT, "Ashford", "lower_tier_local_authority"),
            area_row(LOCATION, "91Q", "sub_icb_location"), area_row(ELSEWHERE, "99X", "sub_icb_location"),
            *(area_row(code, code, "lsoa") for code in small_areas),
        ],
        "reference.area_link": [
            link(LOCATION, HOME), link(ELSEWHERE, OTHER), link(DISTRICT, COUNCIL),
            *(link(code, LOCATION if at < 3 else ELSEWHERE) for at, code in enumerate(small_areas)),
            *(link(code, DISTRICT if at < 2 else FAR_COUNCIL) for at, code in enumerate(small_areas)),
        ],
        "marts.metric_value": [
            *base["marts.metric_value"],
            value("bcf_01.v1", HOME, months_[0], value=81.0, lower_95=70.0, upper_95=90.0, **given),
            value("bcf_01.v1", HOME, months_[1], value=79.5, lower_95=70.0, upper_95=88.0, **given),
            value("bcf_01.v1", HOME, months_[2], value_status="missing", **given),
            value("bcf_01.v1", COUNCIL, months_[0], value=80.0, area_type="upper_tier_local_authority", area_name="Kent", **given),
            value("bcf_01.v1", FAR_COUNCIL, months_[0], value=11.0, area_type="upper_tier_local_authority", area_name="Essex", **given),
            value("brs_01.v1", HOME, months_[0], value=None, value_status="suppressed", unit="people", method="count"),
        ],
    }  # fmt: skip


def test_themes_show_the_newest_value_of_the_ics_and_its_councils_beside_the_target(tmp_path: Path) -> None:
    html = page_of(theme_tables(), tmp_path)
    care = section(html, "care-fund")
    # What is due and not held does not hide May; Essex has two of three small areas elsewhere.
    assert re.findall(r"\d+\.\d%", care) == ["79.5%", "80.0%", "80.0%", "80.0%"]
    assert "May 2024" in care
    assert "April 2024" in care
    assert "Essex" not in care
    assert care.count("not met") == 1
    assert "1 metric has no value for these areas" in care
    right = section(html, "right-support")
    assert "suppressed" in right
    assert "at most 20 people by 2024-03-31" in right
    rows = records(sheets_of(theme_tables(), tmp_path, CONTEXT)["Better_Care_Fund"], "Part")
    assert [(row["Area"], row["Value"], row["Target met"]) for row in rows] == [
        ("NHS Kent and Medway Integrated Care Board", 79.5, "not met"), ("Kent", 80, "met"),
    ]  # fmt: skip
    (hidden,) = records(sheets_of(theme_tables(), tmp_path, CONTEXT)["Right_Support"], "Part")
    assert (hidden["Value"], hidden["Target met"]) == ("[c]", "[z]")


def test_internal_part_is_marked_on_every_section(html: str, tmp_path: Path) -> None:
    assert "OFFICIAL-SENSITIVE" not in html
    internal = page_of(tables(), tmp_path, replace(CONTEXT, part="internal"))
    sections = re.findall(r"<section .*?</section>", internal, flags=re.DOTALL)
    assert len(sections) == 19
    assert all("OFFICIAL-SENSITIVE" in one for one in sections)
    assert internal.index("OFFICIAL-SENSITIVE</p>") < internal.index("<header")


def test_page_stands_without_any_row(tmp_path: Path) -> None:
    html = page_of({}, tmp_path, replace(CONTEXT, checks=(), datasets=()))
    assert f"This edition holds no figure of general practice appointments for {HOME}." in text_of(html)
    assert "is not an area of this edition" in text_of(html)
    assert "<svg" not in html
    assert "no value that could be traced" in text_of(html)


def test_page_stands_where_only_other_areas_have_values(tmp_path: Path) -> None:
    content = tables()
    content["marts.metric_value"] = [row for row in content["marts.metric_value"] if row["area_code"] != HOME]
    html = page_of(content, tmp_path)
    assert "No value" in section(html, "headline")
    assert "Herefordshire and Worcestershire 70.3%" in section(html, "comparison")
    assert f"ics-marts trace pc_05 {OTHER} 2024-12/2025-11" in html


@pytest.mark.parametrize(("write", "name"), [(write_page, "index.html"), (write_workbook, "ics-marts.xlsx")])
def test_same_rows_in_any_order_give_the_same_bytes(write, name: str, tmp_path: Path) -> None:
    backwards = {table: list(reversed(rows)) for table, rows in tables().items()}
    for folder, content in (("first", tables()), ("second", backwards)):
        (tmp_path / folder).mkdir()
        write(edition(content), CONTEXT, tmp_path / folder / name)
    assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2025-11-01", "2025-11-30", "November 2025"),
        ("2024-12-01", "2025-11-30", "December 2024 to November 2025"),
        ("2024-01-01", "2024-12-31", "January to December 2024"),
        ("2025-01-31", "2025-01-31", "31 January 2025"),
        ("2024-01-31", "2024-09-30", "31 January to 30 September 2024"),
        ("2023-12-15", "2024-02-29", "15 December 2023 to 29 February 2024"),
    ],
)
def test_periods_in_words(start: str, end: str, words: str) -> None:
    assert page.period_words(date.fromisoformat(start), date.fromisoformat(end)) == words


@pytest.mark.parametrize(
    ("given", "places", "signed", "text"),
    [
        (11025719.0, None, False, "11,025,719"),
        (Decimal("69.570000"), None, False, "69.57"),
        (Decimal("97.000000"), None, False, "97"),
        (12.25, 1, False, "12.3"),
        (-51455, 0, True, "−51,455"),
        (65754, 0, True, "+65,754"),
        (-0.04, 1, True, "0.0"),
        (0, 0, True, "0"),
    ],
)
def test_numbers_in_words(given: float, places: int | None, signed: bool, text: str) -> None:
    assert page.number(given, places, signed=signed) == text


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [(72.5, 84.4, "72.5% to 84.4%"), (63.396, 63.453, "63.40% to 63.45%"), (64.9551, 64.9648, "64.955% to 64.965%"),
     (None, None, "")],
)  # fmt: skip
def test_limits_close_together_can_be_told_apart(lower: float | None, upper: float | None, words: str) -> None:
    assert page.interval_words(lower, upper) == words


@pytest.mark.parametrize(
    ("highest", "step"), [(1_161_540, 250_000), (5, 1), (73, 20), (0.4, 0.1), (1_000_000, 200_000)]
)
def test_axis_steps_are_round(highest: float, step: float) -> None:
    assert page.nice_step(highest, 5) == pytest.approx(step)


# --- the workbook --------------------------------------------------------------------------------------------------


def test_workbook_has_cover_contents_notes_and_one_sheet_a_table(sheets: dict[str, list[list]]) -> None:
    assert list(sheets) == SHEETS
    assert sheets["Cover"][0][0] == "Kent and Medway: primary care at place"
    assert [row[0] for row in sheets["Contents"]][-len(SHEETS[3:]) :] == SHEETS[3:]
    assert not any("OFFICIAL-SENSITIVE" in str(rows) or "ynthetic data" in str(rows[:4]) for rows in sheets.values())


def test_headline_sheet_gives_the_latest_of_every_metric(sheets: dict[str, list[list]]) -> None:
    rows = records(sheets["Headline"], "Metric")
    latest = {(row["Metric key"], row["Breakdown"], row["Period"]): row for row in rows}
    total = latest["pc_05.v1", "all", "December 2024 to November 2025"]
    assert (total["Value"], total["Lower 95% limit"], total["Denominator"]) == (11025719, "[z]", "[z]")
    good = latest["pc_02.v1", "all", "31 January 2025"]
    assert (good["Value"], good["Printed figure"], good["Agrees"]) == (79.0960452, 97, "does not agree")
    hidden = latest["pc_05.v1", "time from booking: Unknown / Data Quality", "December 2024 to November 2025"]
    assert (hidden["Value"], hidden["Numerator"], hidden["Status"]) == ("[c]", "[c]", "suppressed")
    assert not any(row["Period"] == "December 2023 to November 2024" for row in rows)


def test_shorthand_stands_for_what_is_missing_and_is_explained(sheets: dict[str, list[list]]) -> None:
    by_month = {row["Month"]: row for row in records(sheets["Months"], "Month")}
    assert by_month["December 2024"]["Appointments in Kent and Medway"] == "[c]"
    assert by_month["December 2024"]["Appointments, all of England"] == "[x]"
    assert by_month["November 2025"]["Appointments, all of England"] == 31_000_000
    assert "[c] = confidential: suppressed so that nobody can be identified" in [row[0] for row in sheets["Months"]]
    assert all(key in str(sheets["Notes"]) for key in ("[c] = ", "[x] = ", "[z] = "))


def test_a_change_out_of_reach_is_not_available_in_the_workbook(tmp_path: Path) -> None:
    content = tables()
    change = next(row for row in content["marts.metric_value"] if row.get("value") == -51455.0)
    change |= {"value": None, "denominator": None, "value_status": "not_reproducible"}
    areas = {row["Area code"]: row for row in records(sheets_of(content, tmp_path)["ICBs"], "Area")}
    assert (areas[HOME]["Change on the year before"], areas[HOME]["Status of the change"]) == (
        "[x]",
        "not reproducible",
    )


def test_comparison_sheet_puts_the_country_first(tmp_path: Path) -> None:
    content = tables()
    for row in content["marts.metric_value"]:
        row["area_name"] = {OTHER: "Avon"}.get(row["area_code"], row["area_name"])
    rows = records(sheets_of(content, tmp_path)["ICBs"], "Area")
    assert [row["Area code"] for row in rows] == [ENGLAND, OTHER, HOME]
    assert [row["Home area"] for row in rows] == ["no", "no", "yes"]
    assert rows[2]["In person, % of all"] == 63.4240905
    assert rows[2]["Change on the year before"] == -51455
    assert rows[1]["In person, % of known mode"] == "[x]"


def test_patients_and_rates_of_every_icb_home_and_country_first(sheets: dict[str, list[list]]) -> None:
    rows = records(sheets["Patients"], "Area")
    assert [(row["Area code"], row["ISO day"], row["Registered patients"]) for row in rows] == [
        (HOME, "2025-06-01", 1000), (HOME, "2025-12-01", 1100), (ENGLAND, "2025-06-01", 60_000),
        (ENGLAND, "2025-12-01", 61_200), (OTHER, "2025-12-01", 2000),
    ]  # fmt: skip
    rows = {(row["Area code"], row["Month"]): row for row in records(sheets["Rates"], "Area")}
    assert rows[HOME, "September 2025"]["Per 1,000 patients"] == "[c]"
    assert rows[HOME, "October 2025"]["Per 1,000 patients"] == 569.718
    assert rows[OTHER, "October 2025"]["Per 1,000 patients"] == 700
    ages = {row["Patients who are"]: row for row in records(sheets["Ages"], "Patients who are")}
    assert (ages["10 to 14"]["Registered patients"], ages["10 to 14"]["Share of the country, %"]) == (495, 25)
    assert ages["female"]["Share of all, %"] == pytest.approx(55)


def test_workbook_holds_the_practices_of_home_and_says_where_the_rest_is(sheets: dict[str, list[list]]) -> None:
    (network,) = records(sheets["Networks"], "Network")
    assert (network["Practices of the home area"], network["Practices of other areas"]) == (2, 1)
    assert network["Appointments, October 2025"] == 7200
    rows = {row["Practice code"]: row for row in records(sheets["Practices"], "Practice")}
    assert list(rows) == ["P1", "P2", "P3"]
    assert rows["P1"]["Per 1,000 patients, October 2025"] == 400
    assert (rows["P2"]["Appointments, October 2025"], rows["P2"]["Status"]) == ("[x]", "exact, not available")
    assert rows["P3"]["Network"] == "[z]"
    assert "rows of marts.metric_value in ics_marts.duckdb" in str(sheets["Notes"])
    assert "All others stand in the database" in str(sheets["Cover"])


def test_workbook_lists_what_differs(sheets: dict[str, list[list]]) -> None:
    rows = records(sheets["Differing_files"], "What was compared")
    assert [(row["Area code"], row["Difference"]) for row in rows] == [(ELSEWHERE, -50), (LOCATION, 2)]
    rows = {row["Practice code"]: row for row in records(sheets["Missing_practices"], "Practice")}
    assert list(rows) == ["P3", "X1", "X9"]
    assert (rows["X9"]["In the register"], rows["X9"]["In the appointments"]) == ("yes", "[x]")
    assert (rows["P3"]["Of the home area"], rows["X1"]["Of the home area"]) == ("yes", "no")


def test_local_figures_are_text_and_numbers_never_formulas(workbook: Path, sheets: dict[str, list[list]]) -> None:
    rows = {row["Measure in the words of the source"]: row for row in records(
        sheets["Local_figures"], "Measure in the words of the source")}  # fmt: skip
    assert rows["call back functionality"]["Value"] == 69.57
    assert rows["call back functionality"]["Quote"] == "=69.57%"
    assert rows["hidden"]["Value"] == "[c]"
    assert rows["appointments delivered"]["Agrees"] == "agrees"
    assert rows["increase"]["Agrees"] == "[x]"
    assert rows["PCNs elsewhere"]["Area code"] == "local:x:y"
    with zipfile.ZipFile(workbook) as archive:
        written = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(written) == len(SHEETS)
    assert not any("<f>" in sheet for sheet in written)


def test_metrics_sources_and_checks_are_whole(sheets: dict[str, list[list]]) -> None:
    metrics = {row["Metric key"]: row for row in records(sheets["Metrics"], "Metric")}
    assert (metrics["pc_07.v1"]["Proof grade"], metrics["pc_07.v1"]["Caveats"]) == ("A", "Mind this.")
    sources = {row["Release"]: row for row in records(sheets["Sources"], "Title")}
    assert sources["gp/regional"]["sha256"] == "d3a948c7cb87" + "0" * 52
    assert (sources["gp/regional"]["Counts"], sources["gp/older"]["Counts"]) == ("yes", "no")
    checks = records(sheets["Checks"], "What is checked")
    assert [(row["Rule"], row["Outcome"], row["Rows failed"]) for row in checks] == [
        ("gp.rows", "passed", 0), ("gp.jump", "failed", 1),
    ]  # fmt: skip


def test_every_sheet_is_marked(tmp_path: Path) -> None:
    context = replace(CONTEXT, part="internal", synthetic=True)
    for name, rows in sheets_of(tables(), tmp_path, context).items():
        head = " ".join(str(row[0]) for row in rows[:5])
        assert "OFFICIAL-SENSITIVE" in head, name
        assert "ynthetic data" in head, name


def test_workbook_stands_without_any_row(tmp_path: Path) -> None:
    sheets = sheets_of({}, tmp_path, replace(CONTEXT, checks=(), datasets=()))
    assert list(sheets) == SHEETS
    for name in SHEETS[3:]:
        assert sheets[name][-1][0] == "No rows in this edition", name


def test_names_that_mean_something_to_gptables_stay_names(tmp_path: Path) -> None:
    content, odd = tables(), "$$x$$ [a](b) <script>"
    content["reference.area"][0]["area_name"] = odd
    for row in content["marts.metric_value"]:
        row["area_name"] = odd
    content["marts.place_measure"][0] |= {"measure": odd, "note": "?!"}
    rows = records(sheets_of(content, tmp_path)["Local_figures"], "Measure in the words of the source")
    assert rows[0]["Measure in the words of the source"] == "$ $x$ $ [a] (b) <script>"
    assert rows[0]["Note of the source"] == "[z]"
    assert text_cell("  \n ") == "[x]"


def test_workbook_bears_no_clock(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2000-01-01T00:00:00Z" in archive.read("docProps/core.xml").decode()

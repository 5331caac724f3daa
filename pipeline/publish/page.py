"""The page of an edition: one self-contained HTML file for an ICS leader, a BI analyst and an auditor.

Belongs here: which figures the page shows, in which order and in which words, and the geometry of its charts; the HTML
stands in page.html.jinja. Does not belong here: computing a figure that a mart could hold, any request to anywhere, any
clock. Lists, rates and networks are read by practices.py, places by neighbourhoods.py, the Better Care Fund and Building the Right
Support by themes.py; words (words.py) are the workbook's too.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from pipeline.publish import neighbourhoods, practices, themes
from pipeline.publish.baseline import baseline, held_words
from pipeline.publish.context import CheckLine, DatasetLine, EditionContext
from pipeline.publish.home import APPOINTMENTS, Home, home_area, select
from pipeline.publish.words import (
    MONTHS,
    as_printed,
    day_words,
    interval_places,
    interval_words,
    month_words,
    number,
    ours,
    period_words,
    short_name,
    signed,
    status_words,
)

TEMPLATE = Path(__file__).with_name("page.html.jinja")
MARKING = "OFFICIAL-SENSITIVE"
IN_PERSON, IN_PERSON_KNOWN, CHANGE = "pc_06.v1", "pc_06.v2", "pc_07.v1"
HEADLINES = (APPOINTMENTS, IN_PERSON, IN_PERSON_KNOWN, CHANGE)

PROOF_WORDS = {
    "A": "A: reproduces an independently published figure",
    "B": "B: reproduces the publisher's own total",
    "C": "C: agrees with an independent calculation on synthetic data; not proven on real figures",
    "D": "D: not proven",
}
KIND_WORDS = {
    "contract": "Files against their contract",
    "expectation": "Judgement on the data (Great Expectations)",
    "dbt_model": "Tables built (dbt)",
    "dbt_test": "Keys, relations and logic (dbt tests)",
    "edition": "The edition as a whole",
}
# Kinds of which an edition has thousands: 7,110 contract checks of the sample made 2.2 of the 2.8 MB of its page.
MANY = ("contract", "dbt_model")
OUTCOME_WORDS = {"passed": "passed", "failed": "failed", "errored": "ended in error", "not_run": "did not run"}
BREAKDOWNS = {
    "appointment_status": "What became of the appointment",
    "appointment_mode": "How it took place",
    "hcp_type": "Who saw the patient",
    "time_from_booking": "Time from booking to appointment",
}
# Checks that did not pass: the page shows so many, the workbook all.
SHOWN = 40
LABELS = {"DNA": "Did not attend (DNA)", "Other Practice staff": "Other practice staff"}

# One period for the whole page, so that areas are compared over the same twelve months. What a document merely states
# of the metric (another source) is no figure of ours.
YEAR_SQL = f"""
select cell.period_start, cell.period_end
from marts.metric_value as cell
join reference.metric as metric using (metric_key)
where cell.metric_key = '{APPOINTMENTS}' and cell.period_type = 'rolling_12_months' and cell.source = metric.source
order by cell.area_code = $home desc, cell.period_end desc
limit 1
"""

VALUES_SQL = """
select
    cell.metric_key, cell.area_code, cell.area_name, cell.area_type, area.origin, cell.period_start, cell.period_end,
    cell.breakdown_type, cell.breakdown_value, cell.numerator, cell.denominator, cell.value, cell.unit,
    cell.lower_95, cell.upper_95, cell.value_status, cell.maturity, cell.source,
    metric.metric_name, metric.definition, metric.denominator as denominator_words, metric.direction,
    metric.proof_grade, metric.proof, metric.caveats
from marts.metric_value as cell
join reference.metric as metric using (metric_key)
left join reference.area as area on area.area_key = cell.area_key
where cell.source = metric.source
"""

YEAR_VALUES_SQL = f"""{VALUES_SQL}
    and cell.metric_key in $metrics and cell.breakdown_type in $breakdowns
    and cell.period_start = $start and cell.period_end = $end
    and (cell.area_code = $home or (cell.breakdown_type = 'none' and cell.area_type in ('country', 'icb')))
order by cell.metric_key, cell.area_code, cell.breakdown_type, cell.breakdown_value
"""

MONTHS_SQL = f"""{VALUES_SQL}
    and cell.metric_key = '{APPOINTMENTS}' and cell.period_type = 'month' and cell.breakdown_type = 'none'
    and cell.area_code = $area
order by cell.period_start
"""

# Whether a stated figure agrees with ours stands on the metric's row of the same cell, whichever source it has.
STATED_SQL = """
with checked as (
    select
        metric_id, definition_version, area_code, period_start, period_end, breakdown_type, breakdown_value,
        bool_and(recompute_ok) as agrees, bool_or(value_status = 'not_reproducible') as not_reproducible
    from marts.metric_value
    group by all
)

select
    stated.measure, stated.metric_id, stated.area_code, stated.area_code_published,
    coalesce(area.area_name, stated.area_name_published) as area_name, stated.period_start, stated.period_end,
    stated.value_published, stated.value_status, stated.lower_95, stated.upper_95, stated.unit, stated.qualifier,
    stated.stated_in, stated.quote, stated.note, metric.metric_key, checked.agrees,
    coalesce(checked.not_reproducible, false) as not_reproducible
from marts.place_measure as stated
left join reference.area as area on area.area_code = stated.area_code
left join reference.metric as metric
    on metric.metric_id = stated.metric_id and metric.definition_version = stated.definition_version
left join checked
    on checked.metric_id = stated.metric_id
    and checked.definition_version = stated.definition_version
    and checked.area_code = stated.area_code
    and checked.period_start = stated.period_start
    and checked.period_end = stated.period_end
    and checked.breakdown_type = stated.breakdown_type
    and checked.breakdown_value = stated.breakdown_value
order by stated.stated_in, stated.release_id, stated.member, stated.source_row
"""

PRINTED_SQL = """
with printed as (
    select
        metric_id, definition_version, area_code, period_start, period_end, breakdown_type, breakdown_value,
        min(qualifier) as qualifier, min(quote) as quote, min(stated_in) as stated_in
    from marts.place_measure
    group by all
)

select
    cell.metric_key, metric.metric_name, cell.breakdown_type, cell.breakdown_value, cell.period_start, cell.period_end,
    cell.value_published, cell.value, cell.numerator, cell.denominator, cell.unit, cell.value_status,
    cell.recompute_ok, cell.method, metric.denominator as denominator_words, printed.qualifier, printed.quote,
    printed.stated_in
from marts.metric_value as cell
join reference.metric as metric using (metric_key)
left join printed
    on printed.metric_id = cell.metric_id
    and printed.definition_version = cell.definition_version
    and printed.area_code = cell.area_code
    and printed.period_start = cell.period_start
    and printed.period_end = cell.period_end
    and printed.breakdown_type = cell.breakdown_type
    and printed.breakdown_value = cell.breakdown_value
where cell.area_code = $home and cell.value_published is not null
    and (cell.recompute_ok is not null or cell.value_status = 'not_reproducible')
order by cell.metric_key, cell.period_start, cell.breakdown_type, cell.breakdown_value, cell.source
"""

NAMES_SQL = "select metric_key, metric_name from reference.metric order by metric_key"

RELEASES_SQL = """
select * from audit.release order by counts desc, dataset, table_name, part, period_start, release_id
"""

UNMAPPED_SQL = """
select dataset, area_code_published, source_rows, first_period_start, last_period_end
from audit.unmapped_area
order by dataset, area_code_published
"""

QUARANTINE_SQL = 'select release_id, rule_id, "rows" from audit.quarantine_summary order by release_id, rule_id'

TRACE_SQL = f"""
select metric_id, area_code, area_name, period_start, period_end
from marts.metric_value
where breakdown_type = 'none' and value is not null
order by area_code = $home desc, metric_key = '{APPOINTMENTS}' desc, period_type = 'rolling_12_months' desc,
    period_end desc, metric_key, area_code, source
limit 1
"""


def write_page(con, context: EditionContext, path: Path) -> None:
    """Writes the page of an edition. The same tables and context give the same bytes."""
    path.write_text(render(page_content(con, context)), "utf-8", newline="\n")


def render(content: dict) -> str:
    """The HTML of `content`. Every value is escaped; nothing in the template switches that off."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": number,
        "day": day_words,
        "month": month_words,
        "age": practices.age_words,
        "signed": signed,
        "period": period_words,
        "status": status_words,
        "short": short_name,
        "printed": as_printed,
        "interval": interval_words,
        "ours": ours,
    }
    return environment.from_string(TEMPLATE.read_text("utf-8")).render(content)


def page_content(con, context: EditionContext) -> dict:
    """All that the template shows, in the order of the page."""
    home = home_area(con, context.home_code)
    year = latest_year(con, home)
    values = year_values(con, home, year)
    months = select(con, MONTHS_SQL, area=home.code)
    releases = select(con, RELEASES_SQL)
    first_month = months[0]["period_start"] if months else None
    cards = headline_cards(values, home, first_month, source_names(releases))
    stated = select(con, STATED_SQL)
    registered = practices.patients(con, home)
    rates = practices.rates(con, home)
    indicators = baseline(con, home)
    return {
        "context": context,
        "marking": MARKING if context.part == "internal" else "",
        "home": home,
        "country_name": country_name(con, home),
        "year": year,
        "cards": cards,
        "names": {row["metric_key"]: row["metric_name"] for row in select(con, NAMES_SQL)},
        "lead": " ".join(filter(None, [lead(cards, home), registered_words(registered)])),
        "indicators": indicators,
        "indicators_words": held_words(indicators),
        "months": months,
        "months_words": months_words(months),
        "month_charts": month_charts(months, year),
        "rates": list(reversed(rates)),
        "rates_words": rates_words(rates),
        "rate_charts": rate_charts(rates),
        "breakdowns": breakdowns(values, home),
        "comparison": comparison(values, home),
        "registered": registered,
        "ages": age_rows(registered),
        "sexes": known_sexes(registered),
        "networks": practices.networks(con, home),
        "neighbourhoods": neighbourhoods.strips(con, home),
        "care_fund": themes.theme_rows(con, home, themes.BETTER_CARE_FUND),
        "right_support": themes.theme_rows(con, home, themes.RIGHT_SUPPORT),
        "compared": practices.comparisons(con),
        "missing": practices.missing(con, home),
        "named": practices.NAMED,
        "stated": stated_tiers(stated, home),
        "printed": _by_document([printed_line(row, first_month) for row in select(con, PRINTED_SQL, home=home.code)]),
        "datasets": [freshness(line) for line in context.datasets],
        "gate": gate(context.checks),
        "releases": [row for row in releases if row["counts"]],
        "unused": sum(not row["counts"] for row in releases),
        "unmapped": select(con, UNMAPPED_SQL),
        "quarantine": select(con, QUARANTINE_SQL),
        "trace": trace(con, context, home),
        "licences": licences(releases),
        "proof_words": PROOF_WORDS,
    }


# --- reading the edition -------------------------------------------------------------------------------------------


def latest_year(con, home: Home) -> tuple[date, date] | None:
    """First and last day of the latest twelve months of appointments: the home area's, else any area's."""
    found = select(con, YEAR_SQL, home=home.code)
    return (found[0]["period_start"], found[0]["period_end"]) if found else None


def year_values(con, home: Home, year: tuple[date, date] | None) -> list[dict]:
    """The headline metrics of the latest twelve months: home, country and every ICB; for home with breakdowns."""
    if year is None:
        return []
    return select(
        con,
        YEAR_VALUES_SQL,
        metrics=list(HEADLINES),
        breakdowns=["none", *BREAKDOWNS],
        start=year[0],
        end=year[1],
        home=home.code,
    )


def country_name(con, home: Home) -> str:
    """The name of the country that the home area is compared with, '' where there is none."""
    found = select(con, "select area_name from reference.area where area_code = $code", code=home.country)
    return found[0]["area_name"] if found else ""


def source_names(releases: list[dict]) -> dict[str, str]:
    """Dataset -> its title and publisher, for the releases that count."""
    return {row["dataset"]: f"{row['title']} ({row['publisher']})" for row in releases if row["counts"]}


def licences(releases: list[dict]) -> list[str]:
    """Publisher and licence of each release that counts, once."""
    return sorted({f"{row['publisher']}: {row['licence']}" for row in releases if row["counts"]})


def why_not(row: dict, first_month: date | None) -> str:
    """Why a value is not reproducible; '' where it is."""
    if row["value_status"] != "not_reproducible":
        return ""
    if row["denominator"] is None and row["denominator_words"] and first_month:
        return f"It needs the {row['denominator_words']}; the months held begin in {month_words(first_month)}."
    return "It needs figures that the releases of this edition do not hold."


# --- headline ------------------------------------------------------------------------------------------------------


def headline_cards(
    values: list[dict], home: Home, first_month: date | None, sources: dict[str, str]
) -> dict[str, dict | None]:
    """One card a headline metric; None where the edition has no such row for the home area."""
    totals = {(row["metric_key"], row["area_code"]): row for row in values if row["breakdown_type"] == "none"}
    return {
        key: _card(totals[key, home.code], totals.get((key, home.country)), first_month, sources)
        if (key, home.code) in totals else None
        for key in HEADLINES
    }  # fmt: skip


def _card(row: dict, country: dict | None, first_month: date | None, sources: dict[str, str]) -> dict:
    is_change = row["metric_key"] == CHANGE
    value = row["value"]
    share = 100 * value / float(row["denominator"]) if is_change and value is not None and row["denominator"] else None
    figure = status_words(row["value_status"]).capitalize()
    if value is not None:
        figure = number(value, 0, signed=True) if is_change else ours(value, row["unit"]).removesuffix(" appointments")
    if value is not None and row["lower_95"] is not None and row["unit"] == "percent":
        # In the decimals of its interval: 65.9% beside 65.91% to 65.99% would lie outside of it.
        figure = f"{number(value, interval_places(row['lower_95'], row['upper_95']))}%"
    return row | {
        "figure": figure,
        "known": value is not None,
        "interval": interval_words(row["lower_95"], row["upper_95"]),
        "share": None if share is None else f"{number(share, 1, signed=True)}%",
        "country": country_words(country) if row["unit"] == "percent" else "",
        "why": why_not(row, first_month),
        "tone": tone(row["direction"], value) if is_change else "",
        "source_name": sources.get(row["source"], row["source"]),
    }


def country_words(country: dict | None) -> str:
    """Name and share of the country; '' where it has none."""
    if country is None or country["value"] is None:
        return ""
    return f"{country['area_name']} {ours(country['value'], country['unit'])}"


def tone(direction: str, change: float | None) -> str:
    """Whether a change is for the better. A metric that only gives context is never judged."""
    if direction not in ("up", "down") or not change:
        return ""
    return "better" if (change > 0) == (direction == "up") else "worse"


def lead(cards: dict[str, dict | None], home: Home) -> str:
    """The edition in two sentences, for who reads nothing else."""
    total, in_person, change = cards[APPOINTMENTS], cards[IN_PERSON], cards[CHANGE]
    if total is None or not total["known"]:
        return f"This edition holds no figure of general practice appointments for {home.short}."
    until = month_words(total["period_end"])
    text = f"{total['figure']} general practice appointments were recorded in the twelve months to {until}"
    if change and change["known"]:
        more = "more" if change["value"] > 0 else "fewer"
        moved = f"{number(abs(change['value']), 0)} {more} than" if change["value"] else "as many as"
        text += f", {moved} in the same months a year before"
    text += "."
    if in_person and in_person["known"]:
        text += f" {in_person['figure']} were face to face or a home visit"
        text += f" ({in_person['country']})." if in_person["country"] else "."
    return text


def registered_words(registered: dict | None) -> str:
    """The registered patients in one sentence; '' where there is no number of them."""
    if registered is None or registered["latest"]["value"] is None:
        return ""
    latest = registered["latest"]
    text = f"{number(latest['value'], 0)} patients were registered on {day_words(latest['period_start'])}"
    if registered["change"]:
        since = day_words(registered["earliest"]["period_start"])
        share = registered["change"][1]
        moved = f"{number(abs(share), 1)}% {'more' if share > 0 else 'fewer'} than" if share else "as many as"
        text += f", {moved} on {since}"
    return f"{text}."


def rates_words(rates: list[dict]) -> str:
    """The latest month of which the home area has a rate, in words; '' where there is none."""
    known = [row for row in rates if row["home"] and row["home"]["value"] is not None]
    if not known:
        return ""
    row = known[-1]
    beside = []
    if row["country"] and row["country"]["value"] is not None:
        beside.append(f"{row['country']['area_name']} had {number(row['country']['value'], 0)}")
    if row["spread"]:
        lowest, highest = (number(row["spread"][end]["value"], 0) for end in ("lowest", "highest"))
        beside.append(f"the {row['spread']['count']} ICBs had between {lowest} and {highest}")
    text = f"{month_words(row['period_start'])}: {number(row['home']['value'], 0)}"
    return f"{text}; {', '.join(beside)}." if beside else f"{text}."


# --- charts --------------------------------------------------------------------------------------------------------


def months_words(months: list[dict]) -> str:
    """The highest, lowest and latest month in words; '' where fewer than three months have a value."""
    known = [row for row in months if row["value"] is not None]
    if len(known) < 3:
        return ""
    highest, lowest = max(known, key=lambda row: row["value"]), min(known, key=lambda row: row["value"])
    named = {"Highest": highest, "lowest": lowest, "latest": known[-1]}
    return "; ".join(f"{word}: {_month_figure(row)}" for word, row in named.items()) + "."


def _month_figure(row: dict) -> str:
    return f"{month_words(row['period_start'])}, {number(row['value'], 0)}"


def nice_step(highest: float, ticks: int) -> float:
    """The smallest of 1, 2, 2.5 or 5 times a power of ten that covers `highest` in at most `ticks` steps."""
    least = highest / ticks
    magnitude = 10.0 ** math.floor(math.log10(least))
    return next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= least * (1 - 1e-9))


def month_charts(months: list[dict], year: tuple[date, date] | None) -> list[dict]:
    """The monthly columns, drawn once for wide screens and paper and once for phones; empty without a value."""
    if not any(row["value"] for row in months):
        return []
    return [
        {"name": "wide", **_columns(months, year, width=880, height=310, left=78, letters=True)},
        {"name": "narrow", **_columns(months, year, width=360, height=250, left=66, letters=False)},
    ]


def _columns(
    months: list[dict], year: tuple[date, date] | None, *, width: int, height: int, left: int, letters: bool
) -> dict:
    """Columns from zero. A month without a value keeps its place, so that a gap is seen as one."""
    top, foot, right = 14, 46 if letters else 30, 6
    most = max(row["value"] for row in months if row["value"] is not None)
    tick = nice_step(most, 5)
    ticks = [tick * place for place in range(math.ceil(most / tick) + 1)]
    base, step = height - foot, (width - left - right) / len(months)

    def y(value: float) -> float:
        return base - (base - top) * value / ticks[-1]

    columns = []
    for place, row in enumerate(months):
        start, value, x = row["period_start"], row["value"], left + place * step
        columns.append(
            {
                "x": f"{x + step * 0.14:.1f}",
                "width": f"{step * 0.72:.1f}",
                "y": "" if value is None else f"{y(value):.1f}",
                "height": "" if value is None else f"{base - y(value):.1f}",
                "middle": f"{x + step / 2:.1f}",
                "edge": f"{x:.1f}",
                "letter": MONTHS[start.month - 1][0] if letters and step >= 14 else "",
                "year": str(start.year) if start.month == 1 or place == 0 else "",
                "words": month_words(start),
                "figure": status_words(row["value_status"]) if value is None else number(value, 0),
                "latest": year is not None and year[0] <= start <= year[1],
            }
        )
    # Year labels less than 34 units apart would run into each other; the first, partial year gives way.
    if any(column["year"] for column in columns[1 : 1 + math.ceil(34 / step)]):
        columns[0]["year"] = ""
    return {
        "width": width,
        "height": height,
        "left": left,
        "right": width - right,
        "base": base,
        "letters_y": base + 17,
        "years_y": height - 8,
        "columns": columns,
        "ticks": [{"y": f"{y(value):.1f}", "text": number(value)} for value in ticks],
    }


def rate_charts(rates: list[dict]) -> list[dict]:
    """The monthly rates as lines over the spread of the ICBs, wide and narrow; empty without a value of the home area."""
    if not any(row["home"] and row["home"]["value"] is not None for row in rates):
        return []
    return [
        {"name": "wide", **_lines(rates, width=880, height=330, left=56, right=46, letters=True)},
        {"name": "narrow", **_lines(rates, width=360, height=270, left=40, right=36, letters=False)},
    ]


def _lines(rates: list[dict], *, width: int, height: int, left: int, right: int, letters: bool) -> dict:
    """Lines and areas by month. A month without a value breaks its line, so that a gap is seen as one."""
    top, foot = 14, 46 if letters else 30
    base, first, last = height - foot, _month_number(rates[0]), _month_number(rates[-1])
    step = (width - left - right) / (last - first + 1)

    def series(of) -> list[tuple[int, float | None]]:
        held = {_month_number(row): of(row) for row in rates}
        return [(month, held.get(month)) for month in range(first, last + 1)]

    def edge(name: str) -> list[tuple[int, float | None]]:
        return series(lambda row: row["spread"] and row["spread"][name] and row["spread"][name]["value"])

    lines = {name: series(lambda row, name=name: row[name] and row[name]["value"]) for name in ("country", "home")}
    edges = {name: edge(name) for name in ("lowest", "lower", "upper", "highest")}
    known = [value for points in (*lines.values(), *edges.values()) for _, value in points if value is not None]
    tick = nice_step(max(max(known) - min(known), 1), 6)
    lowest, highest = math.floor(min(known) / tick) * tick, math.ceil(max(known) / tick) * tick
    highest = max(highest, lowest + tick)

    def x(month: int) -> float:
        return left + (month - first + 0.5) * step

    def y(value: float) -> float:
        return base - (base - top) * (value - lowest) / (highest - lowest)

    def path(points: list[tuple[int, float]]) -> str:
        return " ".join(f"{x(month):.1f},{y(value):.1f}" for month, value in points)

    def area(under: str, over: str) -> list[str]:
        return [
            path([*lower, *reversed(upper)])
            for lower, upper in zip(_unbroken(edges[under]), _unbroken(edges[over]), strict=True)
            if len(lower) > 1
        ]

    drawn = {name: _unbroken(points) for name, points in lines.items()}
    months = [
        {
            "middle": f"{x(month):.1f}",
            "edge": f"{x(month) - step / 2:.1f}",
            "letter": MONTHS[month % 12][0] if letters and step >= 14 else "",
            "year": str(month // 12) if month % 12 == 0 or month == first else "",
        }
        for month in range(first, last + 1)
    ]
    # As under the monthly columns: the first, partial year gives way.
    if any(month["year"] for month in months[1 : 1 + math.ceil(34 / step)]):
        months[0]["year"] = ""
    ends = {name: stretches[-1][-1] for name, stretches in drawn.items() if stretches}
    levels = {name: y(value) for name, (_, value) in ends.items()}
    if len(levels) == 2 and abs(levels["home"] - levels["country"]) < 15:
        middle, sign = sum(levels.values()) / 2, 1 if levels["home"] >= levels["country"] else -1
        levels = {"home": middle + 7.5 * sign, "country": middle - 7.5 * sign}
    return {
        "width": width,
        "height": height,
        "left": left,
        "right": width - right,
        "base": base,
        "letters_y": base + 17,
        "years_y": height - 8,
        "months": months,
        "ticks": [
            {"y": f"{y(lowest + place * tick):.1f}", "text": number(lowest + place * tick)}
            for place in range(round((highest - lowest) / tick) + 1)
        ],
        "all": area("lowest", "highest"),
        "half": area("lower", "upper"),
        "lines": {name: [path(points) for points in found if len(points) > 1] for name, found in drawn.items()},
        "dots": {
            name: [(f"{x(points[0][0]):.1f}", f"{y(points[0][1]):.1f}") for points in found if len(points) == 1]
            for name, found in drawn.items()
        },
        "ends": {
            name: {"x": f"{x(month) + 7:.1f}", "y": f"{levels[name]:.1f}", "text": number(value, 0)}
            for name, (month, value) in ends.items()
        },
    }


def _month_number(row: dict) -> int:
    return row["period_start"].year * 12 + row["period_start"].month - 1


def _unbroken(points: list[tuple[int, float | None]]) -> list[list[tuple[int, float]]]:
    """The stretches of months that all have a value."""
    found: list[list[tuple[int, float]]] = [[]]
    for month, value in points:
        if value is not None:
            found[-1].append((month, value))
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]


def age_rows(registered: dict | None) -> list[dict]:
    """Five-year bands as bars, all on one scale: the largest share of the home area or the country is the whole width."""
    found = registered["ages"] if registered else None
    bands = found["bands"] if found else []
    shares = [share for band in bands for share in (band["share"], band["country_share"]) if share is not None]

    def along(share: float | None) -> str:
        return "" if share is None else f"{100 * share / max(shares):.1f}"

    return [band | {"width": along(band["share"]), "mark": along(band["country_share"])} for band in bands]


def known_sexes(registered: dict | None) -> list[dict]:
    """The sexes with their shares; none at all where one of them has no number."""
    found = registered["ages"]["sexes"] if registered and registered["ages"] else []
    return [sex for sex in found if sex["share"] is not None]


def comparison(values: list[dict], home: Home) -> dict:
    """The ICBs by their share of appointments in person, highest first, and the country. Without a value: last."""
    rows = [row for row in values if row["metric_key"] == IN_PERSON and row["breakdown_type"] == "none"]
    country = next((row for row in rows if row["area_code"] == home.country), None)
    icbs = [row | {"is_home": row["area_code"] == home.code} for row in rows if row["area_type"] == "icb"]
    icbs.sort(key=lambda row: (row["value"] is None, -(row["value"] or 0), row["area_name"], row["area_code"]))
    drawn = [row for row in icbs if row["value"] is not None]
    charts = [_dots(drawn, country, wide=True), _dots(drawn, country, wide=False)] if drawn else []
    rank = next((place for place, row in enumerate(drawn, 1) if row["is_home"]), None)
    return {"icbs": icbs, "country": country, "charts": charts, "drawn": len(drawn), "rank": rank}


def _dots(drawn: list[dict], country: dict | None, *, wide: bool) -> dict:
    """Dots with their interval on a common scale. Dots show position, so the scale need not start at zero."""
    # Wide: the name stands beside its dot. Narrow: above it.
    left, right, width, row_height, top = (352, 806, 880, 23, 40) if wide else (10, 296, 360, 38, 40)
    name_at, dot_at = (16, 11.5) if wide else (14, 25.5)
    known = [*drawn, country] if country and country["value"] is not None else drawn
    lows = [row["value"] if row["lower_95"] is None else row["lower_95"] for row in known]
    highs = [row["value"] if row["upper_95"] is None else row["upper_95"] for row in known]
    first, last = max(0, 5 * math.floor((min(lows) - 1) / 5)), min(100, 5 * math.ceil((max(highs) + 1) / 5))

    def x(value: float) -> float:
        return left + (right - left) * (value - first) / (last - first)

    rows = [
        {
            "name": short_name(row["area_name"]),
            "synthetic": row["origin"] == "synthetic",
            "is_home": row["is_home"],
            "top": top + place * row_height,
            "name_y": top + place * row_height + name_at,
            "dot_y": top + place * row_height + dot_at,
            "x": f"{x(row['value']):.1f}",
            "low": f"{x(low):.1f}",
            "high": f"{x(high):.1f}",
            "figure": ours(row["value"], "percent"),
        }
        for place, (row, low, high) in enumerate(zip(drawn, lows, highs, strict=False))
    ]
    words = country_words(country)
    return {
        "name": "wide" if wide else "narrow",
        "width": width,
        "height": top + len(drawn) * row_height + 30,
        "name_x": left - 14 if wide else 3,
        "anchor": "end" if wide else "start",
        "row_height": row_height,
        "top": top,
        "bottom": top + len(drawn) * row_height,
        "rows": rows,
        "start": first,
        "ticks": [
            {"x": f"{x(at):.1f}", "text": f"{at}%"} for at in range(first, last + 1, 5 if last - first <= 40 else 10)
        ],
        # A dot is 10 units wide: what is narrower cannot be seen behind it.
        "hidden_intervals": max(x(high) - x(low) for low, high in zip(lows, highs, strict=True)) < 10,
        "country": {"x": f"{x(country['value']):.1f}", "text": words} if words else None,
    }


def breakdowns(values: list[dict], home: Home) -> list[dict]:
    """The latest twelve months of the home area by each breakdown, with the share of all its appointments."""
    mine = [row for row in values if row["metric_key"] == APPOINTMENTS and row["area_code"] == home.code]
    total = next((row["value"] for row in mine if row["breakdown_type"] == "none"), None)
    return [
        {"title": title, "rows": sorted((_part(row, total) for row in parts), key=_order)}
        for kind, title in BREAKDOWNS.items()
        if (parts := [row for row in mine if row["breakdown_type"] == kind])
    ]


def _part(row: dict, total: float | None) -> dict:
    share = 100 * row["value"] / total if row["value"] is not None and total else None
    return {
        "kind": row["breakdown_type"],
        "label": LABELS.get(row["breakdown_value"], row["breakdown_value"]),
        "value": row["value"],
        "value_status": row["value_status"],
        "share": share,
        "width": "0" if share is None else f"{share:.1f}",
    }


def _order(part: dict) -> tuple:
    """Times in their own order, everything else by size; unknown always last."""
    label = part["label"].lower()
    days = re.search(r"\d+", label)
    waits = (int(days[0]) if days else 0) + label.startswith("more")
    rank = waits if part["kind"] == "time_from_booking" else -(part["value"] or 0)
    return label.startswith("unknown"), rank, label


# --- figures as stated, freshness, gate, trace ---------------------------------------------------------------------


def stated_tiers(stated: list[dict], home: Home) -> list[dict]:
    """Local figures in three tiers: the home area's metrics, other facts about it, and other areas."""
    tiers: dict[str, list[dict]] = {"metrics": [], "facts": [], "others": []}
    for row in stated:
        of_home = "metrics" if row["metric_key"] else "facts"
        tiers[of_home if row["area_code"] == home.code else "others"].append(row)
    titles = {
        "metrics": f"Metrics of {home.short}",
        "facts": f"Other facts about {home.short} in the same documents",
        "others": "Other areas in the same documents",
    }
    return [
        {"key": key, "title": titles[key], "count": len(rows), "documents": _by_document(rows)}
        for key, rows in tiers.items()
        if rows
    ]


def printed_line(row: dict, first_month: date | None) -> dict:
    """A printed figure beside ours; of one that is only stated, ours is the quotient of the parts given with it."""
    why = why_not(row, first_month)
    has_parts = row["unit"] == "percent" and row["numerator"] is not None and bool(row["denominator"])
    value = 100 * row["numerator"] / row["denominator"] if row["method"] == "stated" and has_parts else row["value"]
    unknown = why or value is None
    return row | {
        "why": why,
        "ours": status_words(row["value_status"]) if unknown else ours(value, row["unit"]),
        "parts": f"{number(row['numerator'])} of {number(row['denominator'])}" if has_parts and not unknown else "",
    }


def _by_document(rows: list[dict]) -> list[dict]:
    documents = dict.fromkeys(row["stated_in"] for row in rows)
    return [{"name": name, "rows": [row for row in rows if row["stated_in"] == name]} for name in documents]


def freshness(line: DatasetLine) -> dict:
    """A dataset's periods in words: a month for a monthly one, else the day up to which it reaches."""
    return {
        "line": line,
        "held": _reach(line.latest_period, line.cadence),
        "next": _reach(line.next_period, line.cadence),
        "due": day_words(date.fromisoformat(line.next_due)) if line.next_due else "",
    }


def _reach(text: str, cadence: str) -> str:
    """An ISO date of a period's last day in words; any other text of a period as it stands."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return month_words(day) if cadence == "monthly" else f"to {day_words(day)}"


def gate(checks: tuple[CheckLine, ...]) -> dict:
    """The gate's result: counts, everything that did not pass, and all checks by kind in the order of the ledger."""
    kinds = [*KIND_WORDS, *sorted({check.kind for check in checks} - set(KIND_WORDS))]
    groups = []
    for kind in kinds:
        mine = [check for check in checks if check.kind == kind]
        if mine:
            counts = Counter(check.outcome for check in mine)
            lines = _by_dataset(mine) if kind in MANY else _by_rule(mine)
            groups.append({"title": KIND_WORDS.get(kind, kind), "checks": mine, "lines": lines, "counts": counts})
    not_passed = [check for check in checks if check.outcome != "passed"]
    return {
        "counts": Counter(check.outcome for check in checks),
        "total": len(checks),
        "outcomes": OUTCOME_WORDS,
        "not_passed": [asdict(check) | {"places": 1} for check in not_passed[:SHOWN]],
        "not_shown": len(not_passed[SHOWN:]),
        "groups": groups,
    }


def _by_dataset(checks: list[CheckLine]) -> list[dict]:
    """One line a dataset (or, of tables built, one for all) and outcome: a contract checks each of its columns."""
    groups: dict[tuple, list[CheckLine]] = {}
    for check in checks:
        subject = check.scope.partition("/")[0]
        groups.setdefault((subject, check.severity, check.outcome), []).append(check)
    return [
        asdict(same[0])
        | {
            "rule_id": f"{subject}.*",
            "why": _rules_in_words(len({check.rule_id for check in same})),
            "dimension": ", ".join(sorted({check.dimension for check in same})),
            "scope": subject,
            "places": len({check.scope for check in same}),
            "message": "",
            "rows_checked": _sum(check.rows_checked for check in same),
            "rows_failed": _sum(check.rows_failed for check in same),
        }
        for (subject, *_), same in groups.items()
    ]


def _rules_in_words(number: int) -> str:
    return "one rule" if number == 1 else f"{number:,} rules"


def _by_rule(checks: list[CheckLine]) -> list[dict]:
    """One line a rule and outcome, with all its rows: a rule runs on every release, and the page must stay readable."""
    rules: dict[tuple, list[CheckLine]] = {}
    for check in checks:
        rules.setdefault((check.rule_id, check.why, check.severity, check.dimension, check.outcome), []).append(check)
    return [
        asdict(same[0])
        | {
            "places": len(same),
            "message": same[0].message if len(same) == 1 else "",
            "rows_checked": _sum(check.rows_checked for check in same),
            "rows_failed": _sum(check.rows_failed for check in same),
        }
        for same in rules.values()
    ]


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def trace(con, context: EditionContext, home: Home) -> dict | None:
    """A real cell of this edition and the command that follows it back to its file; None where there is no value."""
    found = select(con, TRACE_SQL, home=home.code)
    if not found:
        return None
    (cell,) = found
    part = " --internal" if context.part == "internal" else ""
    period = period_argument(cell["period_start"], cell["period_end"])
    return cell | {"command": f"ics-marts trace {cell['metric_id']} {cell['area_code']} {period}{part}"}


def period_argument(start: date, end: date) -> str:
    """A period as the command line takes it: `2025-11`, `2024-12/2025-11`, `2025-01-31`."""
    if start == end:
        return start.isoformat()
    if start.day == 1 and (end + timedelta(days=1)).day == 1:
        first, last = f"{start:%Y-%m}", f"{end:%Y-%m}"
        return first if first == last else f"{first}/{last}"
    return f"{start.isoformat()}/{end.isoformat()}"

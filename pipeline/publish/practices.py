"""Patients on lists, appointments per 1,000 of them, practices and networks of the home area; and where files disagree.

Belongs here: reading these figures from an edition and putting them in the order of a reader, for page and workbook
alike. Does not belong here: geometry and HTML (page.py), sheets (workbook.py), any rate that a metric could hold.
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.publish.home import PATIENTS, RATE, Home, select
from pipeline.publish.words import day_words, month_words, number, short_name

PRACTICE_APPOINTMENTS, PRACTICE_RATE = "pc_05.v2", "pc_52.v1"

AREAS_SQL = """
select
    cell.metric_key, cell.area_code, cell.area_name, cell.area_type, area.origin, cell.period_start, cell.period_end,
    cell.numerator, cell.denominator, cell.value, cell.unit, cell.value_status, cell.maturity, cell.source
from marts.metric_value as cell
join reference.metric as metric using (metric_key)
left join reference.area as area on area.area_key = cell.area_key
where cell.source = metric.source and cell.metric_key = $metric and cell.breakdown_type = 'none'
    and (cell.area_code in ($home, $country) or cell.area_type = 'icb')
order by cell.period_start, cell.area_code
"""

AGES_SQL = f"""
select cell.area_code, cell.period_start, cell.breakdown_type, cell.breakdown_value, cell.value, cell.value_status
from marts.metric_value as cell
join reference.metric as metric using (metric_key)
where cell.source = metric.source and cell.metric_key = '{PATIENTS}' and cell.breakdown_type in ('sex', 'age_band')
    and cell.area_code in ($home, $country)
order by cell.period_start, cell.area_code, cell.breakdown_type, cell.breakdown_value
"""

# Links have no first day where nothing older is known, and no last day while they hold.
LINKS_SQL = """
links as (
    select
        from_area_code, to_area_code, coalesce(valid_from, date '0001-01-01') as first_day,
        coalesce(valid_to, date '9999-12-31') as last_day
    from reference.area_link
    where link_type = 'part_of'
)
"""

# The latest month in which any practice of the home area has appointments.
MONTH_SQL = f"""
with {LINKS_SQL}

select cell.period_start, cell.period_end
from marts.metric_value as cell
join reference.metric as metric using (metric_key)
join links as location
    on location.from_area_code = cell.area_code and cell.period_end between location.first_day and location.last_day
left join links as icb
    on icb.from_area_code = location.to_area_code and cell.period_end between icb.first_day and icb.last_day
where cell.metric_key = '{PRACTICE_APPOINTMENTS}' and cell.area_type = 'practice' and cell.source = metric.source
    and cell.breakdown_type = 'none' and $home in (location.to_area_code, icb.to_area_code)
order by cell.period_start desc
limit 1
"""

# Practices of the home area on one day, and those that share a network with one of them.
MEMBERS_SQL = f"""
with {LINKS_SQL},

today as (
    select links.from_area_code, links.to_area_code, area.area_type, area.area_name
    from links
    join reference.area as area on area.area_code = links.to_area_code
    where $day between links.first_day and links.last_day
),

here as (
    select distinct location.from_area_code as area_code
    from today as location
    left join today as icb on icb.from_area_code = location.to_area_code
    where $home in (location.to_area_code, icb.to_area_code)
),

network as (
    select from_area_code as area_code, to_area_code as network_code, area_name as network_name
    from today
    where area_type = 'pcn'
),

networks_here as (
    select distinct network_code from network join here using (area_code)
)

select
    area.area_code, area.area_name, network.network_code, network.network_name,
    area.area_code in (select area_code from here) as is_here
from reference.area as area
left join network using (area_code)
where area.area_type = 'practice'
    and (
        area.area_code in (select area_code from here)
        or network.network_code in (select network_code from networks_here)
    )
order by area.area_name, area.area_code, network.network_code
"""

FIGURES_SQL = f"""
select
    cell.metric_key, cell.area_code, cell.period_start, cell.numerator, cell.denominator, cell.value, cell.value_status
from marts.metric_value as cell
join reference.metric as metric using (metric_key)
where cell.source = metric.source and cell.breakdown_type = 'none' and cell.area_code in $codes
    and (
        (cell.metric_key = '{PATIENTS}' and cell.period_start = $lists)
        or (cell.metric_key in ('{PRACTICE_APPOINTMENTS}', '{PRACTICE_RATE}') and cell.period_start = $month)
    )
order by cell.metric_key, cell.area_code
"""

# The day of the list that most of the appointments of a month are set against.
LIST_OF_MONTH_SQL = """
select list_date
from marts.gp_appointments_practice_month
where appointment_month = $month and breakdown_type = 'none' and list_date is not null
group by list_date
order by count(*) desc, list_date
limit 1
"""

COMPARED_SQL = """
select
    compared.comparison, count(*) as compared, count(*) filter (compared.difference = 0) as equal,
    min(compared.period) as first_period, max(compared.period) as last_period,
    max_by(
        struct_pack(
            area_code := compared.area_code, area_name := area.area_name, period := compared.period,
            ours := compared.ours, theirs := compared.theirs, difference := compared.difference
        ),
        (abs(compared.difference), compared.period, compared.area_code)
    ) as largest
from audit.reconciliation as compared
left join reference.area as area on area.area_code = compared.area_code
group by compared.comparison
order by compared.comparison
"""

DIFFERING_SQL = """
select
    compared.comparison, compared.area_code, area.area_name, compared.period, compared.ours, compared.theirs,
    compared.difference
from audit.reconciliation as compared
left join reference.area as area on area.area_code = compared.area_code
where compared.difference <> 0
order by compared.comparison, compared.period desc, abs(compared.difference) desc, compared.area_code
"""

# The latest day only: an older one speaks of practices that may since have closed.
MISSING_SQL = f"""
with {LINKS_SQL}

select
    differs.practice_code, differs.organisation_name, differs.extract_date, differs.in_lists, differs.in_register,
    differs.in_appointments,
    coalesce($home in (organisation.sub_icb_location_code, icb.to_area_code), false) as is_here
from audit.practice_difference as differs
left join reference.organisation as organisation on organisation.organisation_code = differs.practice_code
left join links as icb
    on icb.from_area_code = organisation.sub_icb_location_code
    and differs.extract_date between icb.first_day and icb.last_day
where differs.extract_date = (select max(extract_date) from audit.practice_difference)
order by is_here desc, differs.practice_code
"""

COMPARISONS = {
    "crosstab_is_regional": (
        "Appointments by practice, added up, beside the regional file",
        "month and sub-ICB location",
    ),
    "lists_are_coverage": (
        "Registered patients by practice, added up, beside the patients that the coverage file gives",
        "day of the lists and sub-ICB location",
    ),
    "lists_are_printed_totals": (
        "Registered patients by practice, added up, beside the totals that the publisher prints with the ages",
        "day of the lists, and network or sub-ICB location",
    ),
}
FILES = {"in_lists": "the lists", "in_register": "the register", "in_appointments": "the appointments"}
# Of fewer ICBs the middle half is no half: its quarter points would be the ends.
QUARTERS_FROM = 8
NAMED = 5


def patients(con, home: Home) -> dict | None:
    """Registered patients of the home area, its ages and sexes, beside the country; None where no list is held.

    `change` and `country_change` are patients since `earliest` and percent of it, None where either end has no value.
    """
    rows = select(con, AREAS_SQL, metric=PATIENTS, home=home.code, country=home.country)
    mine = [row for row in rows if row["area_code"] == home.code]
    if not mine:
        return None
    earliest, latest = mine[0], mine[-1]
    theirs = {row["period_start"]: row for row in rows if row["area_code"] == home.country}
    ends = [theirs.get(row["period_start"]) for row in (earliest, latest)]
    return {
        "days": [row | {"country": theirs.get(row["period_start"])} for row in mine],
        "earliest": earliest,
        "latest": latest,
        "country": theirs.get(latest["period_start"]),
        "change": _change(earliest, latest),
        "country_change": _change(*ends) if all(ends) else None,
        "ages": ages(con, home),
    }


def _change(earliest: dict, latest: dict) -> tuple[float, float] | None:
    """Patients and percent between two days; None where it is one day, or one of them has no value."""
    if earliest["period_start"] == latest["period_start"] or latest["value"] is None or not earliest["value"]:
        return None
    change = latest["value"] - earliest["value"]
    return change, 100 * change / earliest["value"]


def ages(con, home: Home) -> dict | None:
    """The latest day of which the home area has five-year bands: their shares and the country's, and the sexes."""
    rows = select(con, AGES_SQL, home=home.code, country=home.country)
    days = [row["period_start"] for row in rows if row["area_code"] == home.code]
    if not days:
        return None
    rows = [row for row in rows if row["period_start"] == days[-1]]
    found: dict = {"day": days[-1]}
    for name, kind in (("bands", "age_band"), ("sexes", "sex")):
        theirs = {part["label"]: part["share"] for part in _shares(rows, home.country, kind)}
        mine = _shares(rows, home.code, kind)
        found[name] = [part | {"country_share": theirs.get(part["label"])} for part in mine]
    return found | {"has_country": any(band["country_share"] is not None for band in found["bands"])}


def _shares(rows: list[dict], area_code: str, kind: str) -> list[dict]:
    """The parts of a breakdown with their share of all of them; no share where one part is hidden."""
    parts = [row for row in rows if row["area_code"] == area_code and row["breakdown_type"] == kind]
    known = [row["value"] for row in parts if row["value"] is not None]
    total = sum(known) if len(known) == len(parts) else 0
    found = [
        {
            "label": row["breakdown_value"],
            "value": row["value"],
            "value_status": row["value_status"],
            "share": 100 * row["value"] / total if total else None,
        }
        for row in parts
    ]
    return sorted(found, key=lambda part: (_first_year(part["label"]), part["label"]))


def _first_year(band: str) -> int:
    years = re.match(r"\d+", band)
    return int(years[0]) if years else 999


def rates(con, home: Home) -> list[dict]:
    """Appointments per 1,000 patients by month: the home area, the country, and how all ICBs lie.

    `spread` holds the rows of the lowest and highest ICB and of the ICBs at the quarter points between them (None where
    ICBs are few); it is None where fewer than two have a value. Months without a row of home or country are left out.
    """
    months: dict[date, list[dict]] = {}
    for row in select(con, AREAS_SQL, metric=RATE, home=home.code, country=home.country):
        months.setdefault(row["period_start"], []).append(row)
    found = []
    for rows in months.values():
        mine, theirs = (
            next((row for row in rows if row["area_code"] == code), None) for code in (home.code, home.country)
        )
        if mine or theirs:
            icbs = [row for row in rows if row["area_type"] == "icb" and row["value"] is not None]
            found.append(
                {
                    "period_start": rows[0]["period_start"],
                    "period_end": rows[0]["period_end"],
                    "home": mine,
                    "country": theirs,
                    "spread": _spread(icbs),
                }
            )
    return found


def _spread(icbs: list[dict]) -> dict | None:
    if len(icbs) < 2:
        return None
    ranked = sorted(icbs, key=lambda row: (row["value"], row["area_code"]))
    last = len(ranked) - 1
    has_quarters = len(ranked) >= QUARTERS_FROM
    return {
        "count": len(ranked),
        "lowest": ranked[0],
        "lower": ranked[round(last / 4)] if has_quarters else None,
        "upper": ranked[last - round(last / 4)] if has_quarters else None,
        "highest": ranked[-1],
    }


def networks(con, home: Home) -> dict | None:
    """Networks and practices of the home area with their latest list and latest month; None where neither is held.

    Each network and practice has under `patients`, `appointments` and `rate` a row of the metric or None. A network's
    figures are of all its practices; `elsewhere` counts those of another area. `lists` and `month` are days or None.
    """
    held = [
        row["period_start"]
        for row in select(con, AREAS_SQL, metric=PATIENTS, home=home.code, country=home.country)
        if row["area_code"] == home.code
    ]
    month = next(iter(select(con, MONTH_SQL, home=home.code)), None)
    lists = held[-1] if held else None
    days = [day for day in (lists, month and month["period_end"]) if day]
    if not days:
        return None
    members = select(con, MEMBERS_SQL, home=home.code, day=max(days))
    codes = sorted(
        {row["area_code"] for row in members} | {row["network_code"] for row in members if row["network_code"]}
    )
    figures: dict[str, dict] = {}
    names = {PATIENTS: "patients", PRACTICE_APPOINTMENTS: "appointments", PRACTICE_RATE: "rate"}
    first = month["period_start"] if month else None
    for row in select(con, FIGURES_SQL, codes=codes, lists=lists, month=first) if codes else []:
        figures.setdefault(row["area_code"], {})[names[row["metric_key"]]] = row
    nothing = dict.fromkeys(names.values())
    # A practice that closed long ago still has its last link: one without a figure is none of the day's.
    practices = [row | nothing | figures[row["area_code"]] for row in members if row["area_code"] in figures]
    here = [row for row in practices if row["is_here"]]
    if not here:
        return None
    titles = {row["network_code"]: row["network_name"] for row in here if row["network_code"]}
    found = [
        {
            "code": code,
            "name": name,
            "practices": [row for row in here if row["network_code"] == code],
            "elsewhere": sum(row["network_code"] == code and not row["is_here"] for row in practices),
            **nothing,
            **figures.get(code, {}),
        }
        for code, name in sorted(titles.items(), key=lambda item: (item[1], item[0]))
    ]
    return {
        "day": max(days),
        "lists": lists,
        "month": (month["period_start"], month["period_end"]) if month else None,
        "month_lists": _list_of(con, month) if month else None,
        "networks": found,
        "alone": [row for row in here if not row["network_code"]],
        "practices": here,
    }


def _list_of(con, month: dict) -> date | None:
    found = select(con, LIST_OF_MONTH_SQL, month=month["period_start"])
    return found[0]["list_date"] if found else None


def comparisons(con) -> list[dict]:
    """Two files side by side: how many figures, how many equal, and the largest difference in words."""
    found = []
    for row in select(con, COMPARED_SQL):
        title, each = COMPARISONS.get(row["comparison"], (row["comparison"].replace("_", " "), "area and period"))
        first, last = (period_of(row["comparison"], row[end]) for end in ("first_period", "last_period"))
        words = _largest(row["comparison"], row["largest"])
        found.append(row | {"title": title, "each": each, "first": first, "last": last, "words": words})
    return found


def _largest(comparison: str, largest: dict) -> str:
    """The largest difference in words, '' where all figures are equal."""
    if not largest["difference"]:
        return ""
    share = f", {number(round(100 * abs(largest['difference']) / largest['theirs'], 2))}%" if largest["theirs"] else ""
    when = period_of(comparison, largest["period"])
    place = short_name(largest["area_name"] or largest["area_code"])
    return (
        f"{number(abs(largest['difference']))} ({number(largest['ours'])} beside {number(largest['theirs'])}{share}): "
        f"{place}, {when}"
    )


def period_of(comparison: str, period: date) -> str:
    """The period of a comparison in words: a month of appointments, or the day of the lists."""
    return month_words(period) if comparison == "crosstab_is_regional" else day_words(period)


def missing(con, home: Home) -> dict | None:
    """Practices that not all files have on the latest day with such, by which files have them; None where there is none."""
    rows = select(con, MISSING_SQL, home=home.code)
    if not rows:
        return None
    kinds: dict[str, list[dict]] = {}
    for row in rows:
        kinds.setdefault(presence_words(row), []).append(row)
    return {
        "day": rows[0]["extract_date"],
        "rows": rows,
        "kinds": [
            {"words": words, "rows": kinds[words], "here": sum(row["is_here"] for row in kinds[words])}
            for words in sorted(kinds, key=lambda words: (-len(kinds[words]), words))
        ],
    }


def presence_words(row: dict) -> str:
    """Which files have a practice and which do not; a file that cannot speak for it is not mentioned."""
    has = [words for column, words in FILES.items() if row[column]]
    lacks = [words for column, words in FILES.items() if row[column] is False]
    return f"in {' and '.join(has)}, not in {' or '.join(lacks)}" if has else f"not in {' or '.join(lacks)}"


def age_words(band: str) -> str:
    """A five-year band in words: `5 to 9`, `95 and over`. A hyphen would make a date of it for some readers."""
    return band.replace("-", " to ").replace("+", " and over")

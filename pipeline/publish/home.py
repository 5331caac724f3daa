"""The area that page and workbook open with, and how both read an edition.

Belongs here: which area of today a home code means, and the country beside it. Does not belong here: any figure of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.publish.words import short_name

APPOINTMENTS, PATIENTS, RATE = "pc_05.v1", "pc_50.v1", "pc_51.v1"

# The code that answers today to the code (ODS or GSS) that the settings name.
HOME_SQL = """
select today.area_code, today.ods_code, today.area_name, today.origin
from reference.area as named
join reference.area as today on today.area_code = coalesce(named.current_area_code, named.area_code)
where $home in (named.area_code, named.ods_code)
order by named.is_current desc, named.area_code
limit 1
"""

# The country to compare with: one that is as real, or as synthetic, as the home area comes first.
COUNTRY_SQL = f"""
select distinct cell.area_code, area.origin = 'synthetic' as synthetic
from marts.metric_value as cell
left join reference.area as area on area.area_key = cell.area_key
where cell.metric_key in ('{APPOINTMENTS}', '{PATIENTS}', '{RATE}') and cell.area_type = 'country'
order by coalesce(synthetic, false) <> $synthetic, cell.area_code
limit 1
"""


@dataclass(frozen=True)
class Home:
    """The area that page and workbook open with.

    `found` is false where the edition does not know its code; `country` is the code of the country that it is compared
    with, '' where there is none.
    """

    code: str
    ods_code: str
    name: str
    synthetic: bool
    found: bool
    country: str

    @property
    def short(self) -> str:
        return short_name(self.name)


def select(con, sql: str, **parameters: object) -> list[dict]:
    """The rows of a query as dictionaries."""
    cursor = con.execute(sql, parameters) if parameters else con.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def home_area(con, home_code: str) -> Home:
    """The area that a home code (ODS or GSS, current or not) means."""
    found = select(con, HOME_SQL, home=home_code)
    area = found[0] if found else {"area_code": home_code, "ods_code": "", "area_name": home_code, "origin": ""}
    synthetic = area["origin"] == "synthetic"
    countries = select(con, COUNTRY_SQL, synthetic=synthetic)
    return Home(
        code=area["area_code"],
        ods_code=area["ods_code"] or "",
        name=area["area_name"],
        synthetic=synthetic,
        found=bool(found),
        country=countries[0]["area_code"] if countries else "",
    )

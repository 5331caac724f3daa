"""The floor: a plain DuckDB script that writes the same typed bronze and the same sorted marts as a run.

No archive, no contract, no gate, no hashing, no evidence: what an analyst would write in an afternoon. Called with
`python -m benchmarks.plain_duckdb ZIP LOOKUP ICB_NAMES EXTRACT OUT`; prints its seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import duckdb


def main(release: Path, lookup: Path, names: Path, extract: Path, out: Path) -> dict[str, float]:
    """Reads the four files, writes bronze and marts as Parquet below `out`. Returns seconds by step."""
    out.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    con = duckdb.connect(str(out / "plain.duckdb"))
    con.execute("set preserve_insertion_order = true")
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(release) as archive:
            archive.extractall(scratch)
        _bronze(con, scratch, out)
    _lookups(con, lookup, names, extract)
    read = time.perf_counter()
    _marts(con)
    built = time.perf_counter()
    _write(con, out)
    written = time.perf_counter()
    return {"read": read - started, "build": built - read, "write": written - built, "total": written - started}


def _bronze(con, folder: str, out: Path) -> None:
    """Typed rows with their file and ordinal, written as Parquet."""
    con.execute(f"""
        create temp table landed as
        select * from read_csv('{folder}/*.csv', header = true, all_varchar = true, filename = true)
    """)
    con.execute(f"""
        copy (
            with first as (select filename, min(rowid) as first_row from landed group by filename)
            select
                split_part(filename, '/', -1) as member, landed.rowid - first_row + 1 as source_row,
                sub_icb_location_code, sub_icb_location_ons_code, sub_icb_location_name, icb_ons_code, icb_name,
                region_ons_code, region_name, strptime(appointment_month, '%b%Y')::date as appointment_month,
                appt_status as appointment_status, hcp_type, appt_mode as appointment_mode,
                replace(time_between_book_and_appt, '  ', ' ') as time_from_booking,
                count_of_appointments::bigint as count_of_appointments
            from landed join first using (filename)
        ) to '{out}/bronze.parquet' (format parquet)
    """)
    con.execute(f"create view bronze as select * from '{out}/bronze.parquet'")


def _lookups(con, lookup: Path, names: Path, extract: Path) -> None:
    con.execute(f"create table lookup as select * from read_csv('{lookup}', all_varchar = true)")
    con.execute(f"create table names as select * from read_csv('{names}', all_varchar = true)")
    con.execute(f"create table extract as select * from read_csv('{extract}', all_varchar = true)")


def _marts(con) -> None:
    con.execute("""
        create table area as
        select LOC22CD as sub_icb, coalesce(n.ICB24CD, l.ICB22CD) as icb, NHSER22CD as region, LOC22NM as sub_icb_name,
               ICB22NM as icb_name, NHSER22NM as region_name
        from lookup as l left join names as n on n.ICB24CDH = l.ICB22CDH
    """)
    con.execute("""
        create table detail as
        select a.sub_icb as area_code, appointment_month, appointment_status, hcp_type, appointment_mode, time_from_booking,
               count_of_appointments::decimal(18, 4) as appointments, sub_icb_location_ons_code as area_code_published,
               icb_ons_code as icb_code_published, 'release' as release_id, member, source_row
        from bronze as b join area as a on a.sub_icb = b.sub_icb_location_ons_code
    """)
    con.execute("""
        create table monthly as
        with parts as (
            select area_code, appointment_month,
                   case when grouping(appointment_status) = 0 then 'appointment_status'
                        when grouping(appointment_mode) = 0 then 'appointment_mode'
                        when grouping(hcp_type) = 0 then 'hcp_type'
                        when grouping(time_from_booking) = 0 then 'time_from_booking' else 'none' end as breakdown_type,
                   coalesce(appointment_status, appointment_mode, hcp_type, time_from_booking, 'all') as breakdown_value,
                   sum(appointments)::decimal(18, 4) as appointments
            from detail
            group by grouping sets ((area_code, appointment_month), (area_code, appointment_month, appointment_status),
                (area_code, appointment_month, appointment_mode), (area_code, appointment_month, hcp_type),
                (area_code, appointment_month, time_from_booking))
        ),
        up as (
            select sub_icb, sub_icb as code, sub_icb_name as name, 'sub_icb_location' as type from area
            union all select sub_icb, icb, icb_name, 'icb' from area
            union all select sub_icb, region, region_name, 'nhs_region' from area
            union all select sub_icb, 'E92000001', 'England', 'country' from area
        )
        select code as area_code, any_value(name) as area_name, any_value(type) as area_type, appointment_month, breakdown_type,
               breakdown_value, sum(appointments)::decimal(18, 4) as appointments
        from parts join up on up.sub_icb = parts.area_code group by all
    """)
    con.execute("""
        create table periods as
        select area_code, area_name, area_type, breakdown_type, breakdown_value, appointment_month as period_start,
               last_day(appointment_month) as period_end, 'month' as period_type, appointments
        from monthly
        union all
        select m.area_code, any_value(m.area_name), any_value(m.area_type), m.breakdown_type, m.breakdown_value,
               (w.month - interval 11 month)::date, last_day(w.month), 'rolling_12_months', sum(m.appointments)::decimal(18, 4)
        from (select distinct appointment_month as month from monthly
              where appointment_month >= (select min(appointment_month) + interval 11 month from monthly)) as w
        join monthly as m on m.appointment_month between w.month - interval 11 month and w.month
        group by m.area_code, m.breakdown_type, m.breakdown_value, w.month
    """)
    con.execute("""
        create macro wilson(n, d, z, s) as
            round(100 * (2 * n + z * z + s * z * sqrt(z * z + 4 * n * (1 - n / d))) / (2 * (d + z * z)), 10);
        create table metric_value as
        with totals as (select * from periods where breakdown_type = 'none'),
        modes as (
            select area_code, period_start, period_end,
                   sum(appointments) filter (breakdown_value in ('Face-to-Face', 'Home Visit')) as in_person,
                   sum(appointments) filter (breakdown_value = 'Unknown') as unknown
            from periods where breakdown_type = 'appointment_mode' group by all
        ),
        rows as (
            select 'pc_05.v1' as metric_key, * exclude (appointments), appointments as numerator, null::decimal(18, 4) as denominator,
                   'appointments' as unit, 'count' as method, appointments::double as value from periods
            union all
            select 'pc_06.v' || v.v, t.* exclude (appointments), in_person,
                   t.appointments - case v.v when 2 then coalesce(unknown, 0) else 0 end, 'percent', 'wilson',
                   round(100 * in_person::double / (t.appointments - case v.v when 2 then coalesce(unknown, 0) else 0 end), 10)
            from totals as t join modes using (area_code, period_start, period_end) cross join (values (1), (2)) as v (v)
            union all
            select 'pc_07.v' || v.v, l.* exclude (appointments), l.appointments, e.appointments, 'appointments', 'difference',
                   (l.appointments - e.appointments)::double
            from totals as l cross join (values (1), (2)) as v (v)
            left join totals as e on e.area_code = l.area_code and e.period_type = l.period_type
                and e.period_start = l.period_start - to_years(v.v)
            where l.period_type = 'rolling_12_months'
        )
        select metric_key, area_code as area_key, period_start || '/' || period_end as period_key,
               split_part(metric_key, '.', 1) as metric_id, right(metric_key, 1)::integer as definition_version,
               period_start, period_end, period_type, area_code, area_name, area_type, breakdown_type, breakdown_value,
               numerator, denominator, value, unit,
               case method when 'wilson' then wilson(numerator::double, denominator::double, 1.959963984540054, -1) end as lower_95,
               case method when 'wilson' then wilson(numerator::double, denominator::double, 1.959963984540054, 1) end as upper_95,
               case method when 'wilson' then wilson(numerator::double, denominator::double, 3.090232306167813, -1) end as lower_998,
               case method when 'wilson' then wilson(numerator::double, denominator::double, 3.090232306167813, 1) end as upper_998,
               method, case when value is null then 'not_reproducible' else 'exact' end as value_status,
               null::decimal(18, 6) as value_published, null::boolean as recompute_ok, 'gp_appointments_regional' as source,
               'provisional' as maturity, 'release' as release_id
        from rows
    """)


def _write(con, out: Path) -> None:
    """The same tables as an edition, both parts, each sorted by its key."""
    key = "metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, source"
    detail = "area_code, appointment_month, appointment_status, hcp_type, appointment_mode, time_from_booking"
    latest = """select * from metric_value qualify row_number() over (
        partition by metric_key, area_code, period_type, breakdown_type, breakdown_value, source order by period_end desc) = 1"""
    themed = "select *, 'a metric' as metric_name, 'context' as direction, 'A' as proof_grade from metric_value"
    for part in ("open", "internal"):
        (out / part).mkdir(exist_ok=True)
        for name, query, order in (
            ("metric_value", "select * from metric_value", key),
            ("gp_appointments_month", "select * from detail", detail),
            ("place_measure", "select * from extract", "metric_id, measure, area, period"),
            *((("metric_latest", latest, key), ("place_primary_care", themed, key)) if part == "open" else ()),
        ):
            con.execute(
                f"copy ({query} order by {order}) to '{out}/{part}/{name}.parquet' (format parquet, compression zstd)"
            )
    con.execute(f"copy ({themed} order by {key}) to '{out}/open/place_primary_care.csv' (format csv, header)")


if __name__ == "__main__":
    print(json.dumps(main(*(Path(argument) for argument in sys.argv[1:6]))))

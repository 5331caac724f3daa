"""The floor at scale: what an analyst would write in DuckDB over a folder of downloads, and the same in pandas.

`python -m benchmarks.plain_scale {duckdb,pandas} FOLDER OUT` reads the files that `ics-marts sample` writes, with
types, writes them as typed Parquet, makes practice x month x breakdown, list sizes, coverage, the regional detail and the
rates, and writes those. No archive, contract, check, provenance, revision, page or workbook. Prints its seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from pathlib import Path

KINDS = ("national_category", "appt_mode", "hcp_type", "appt_status", "time_between_book_and_appt")
COLUMNS = (
    "appointment_month_start_date", "gp_code", "gp_name", "supplier", "pcn_code", "pcn_name", "sub_icb_location_code",
    "sub_icb_location_name", "hcp_type", "appt_mode", "national_category", "time_between_book_and_appt",
    "count_of_appointments", "appt_status",
)  # fmt: skip


def main(engine: str, folder: Path, out: Path) -> dict[str, float]:
    """Reads below `folder`, writes below `out`. Returns seconds by step: read (and typed Parquet), build, write."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        for release in sorted(folder.glob("gp_appointments_regional/*.zip")):
            with zipfile.ZipFile(release) as archive:
                # Months that two releases share count once: the newer file has the later name in the alphabet of ours.
                archive.extractall(Path(scratch) / release.stem)
        return (in_duckdb if engine == "duckdb" else in_pandas)(folder, Path(scratch), out)


def in_duckdb(folder: Path, unpacked: Path, out: Path) -> dict[str, float]:
    import duckdb

    started = time.perf_counter()
    con = duckdb.connect(str(out / "plain.duckdb"))
    columns = ", ".join(f"'{name}': '{'BIGINT' if name.startswith('count') else 'VARCHAR'}'" for name in COLUMNS)
    con.execute(f"""
        copy (select * replace (strptime(appointment_month_start_date, '%d%b%Y')::date as appointment_month_start_date)
              from read_csv('{folder}/gp_appointments_practice/Practice_Level_Crosstab_*.csv', header = true,
                            auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {{{columns}}}))
        to '{out}/crosstab.parquet' (format parquet);
        copy (select * replace (strptime(appointment_month, '%b%Y')::date as appointment_month)
              from read_csv('{unpacked}/*/*.csv', types = {{'appointment_month': 'VARCHAR'}}))
        to '{out}/regional.parquet' (format parquet);
        create table lists as select code as practice, extract_date::date as day, number_of_patients as patients
            from read_csv('{folder}/gp_registered_patients/gp-reg-pat-prac-all__*.csv');
        create table homes as select practice_code as practice, strptime(extract_date, '%d%b%Y')::date as day,
                pcn_code as pcn, ons_sub_icb_location_code as location, ons_icb_code as icb
            from read_csv('{folder}/gp_registered_patients/gp-reg-pat-prac-map__*.csv',
                          types = {{'extract_date': 'VARCHAR'}}, union_by_name = true);
        create table coverage as select sub_icb_location_code as location, icb_ons_code as icb,
                strptime(appointment_month, '%d%b%Y')::date as month, "Patients registered at included practices" as patients
            from read_csv('{folder}/gp_appointments_coverage/*.csv', types = {{'appointment_month': 'VARCHAR'}}, union_by_name = true)
            qualify row_number() over (partition by location, month) = 1;
    """)
    read = time.perf_counter()
    sets = ", ".join(f"(gp_code, appointment_month_start_date, {kind})" for kind in KINDS)
    con.execute(f"""
        create table practice_month as
        select gp_code as practice, appointment_month_start_date as month, any_value(pcn_code) as pcn,
               any_value(sub_icb_location_code) as location,
               case {" ".join(f"when grouping({kind}) = 0 then '{kind}'" for kind in KINDS)} else 'none' end as breakdown_type,
               coalesce({", ".join(KINDS)}, 'all') as breakdown_value, sum(count_of_appointments)::bigint as appointments
        from '{out}/crosstab.parquet'
        group by grouping sets ((gp_code, appointment_month_start_date), {sets});
        create table of_areas as
        with up as (
            select distinct practice, day as month, unnest([practice, pcn, location, icb, 'country']) as area from homes
        )
        select area, month, breakdown_type, breakdown_value, sum(appointments)::bigint as appointments, sum(patients)::bigint as patients
        from practice_month join up using (practice, month)
        left join lists on lists.practice = practice_month.practice and lists.day = practice_month.month
        where breakdown_type in ('none', 'national_category') group by all;
        create table regional_month as
        select sub_icb_location_ons_code as location, icb_ons_code as icb, appointment_month as month, appt_status, appt_mode,
               hcp_type, time_between_book_and_appt, any_value(count_of_appointments) as appointments
        from '{out}/regional.parquet' group by all;
        create table list_of_areas as
        select area, day, sum(patients)::bigint as patients
        from (select unnest([practice, pcn, location, icb, 'country']) as area, day, patients from lists join homes using (practice, day))
        group by all;
        create table metric_value as
        select 'pc_05' as metric, area, month, breakdown_type, breakdown_value, appointments as numerator,
               null::bigint as denominator, appointments::double as value from of_areas
        union all select 'pc_52', area, month, 'none', 'all', appointments, patients, round(1000 * appointments / patients, 10)
        from of_areas where patients > 0 and breakdown_type = 'none'
        union all select 'pc_50', area, day, 'none', 'all', patients, null, patients from list_of_areas
        union all select 'pc_06', location, month, 'none', 'all',
               sum(appointments) filter (appt_mode in ('Face-to-Face', 'Home Visit')), sum(appointments),
               round(100 * sum(appointments) filter (appt_mode in ('Face-to-Face', 'Home Visit')) / sum(appointments), 10)
        from regional_month group by all
        union all select 'pc_51', icb, month, 'none', 'all', r.appointments, c.patients, round(1000 * r.appointments / c.patients, 10)
        from (select icb, month, sum(appointments) as appointments from regional_month group by all) as r
        join (select icb, month, sum(patients) as patients from coverage group by all) as c using (icb, month);
    """)
    built = time.perf_counter()
    for name, key in TABLES.items():
        con.execute(f"copy (from {name} order by {key}) to '{out}/{name}.parquet' (format parquet, compression zstd)")
    con.execute(
        f"copy (from metric_value order by {TABLES['metric_value']}) to '{out}/metric_value.csv' (format csv, header)"
    )
    return _seconds(started, read, built, time.perf_counter())


TABLES = {
    "practice_month": "practice, month, breakdown_type, breakdown_value",
    "regional_month": "location, month, appt_status, hcp_type, appt_mode, time_between_book_and_appt",
    "lists": "practice, day",
    "coverage": "location, month",
    "metric_value": "metric, area, month, breakdown_type, breakdown_value",
}  # fmt: skip


def in_pandas(folder: Path, unpacked: Path, out: Path) -> dict[str, float]:
    import pandas as pd

    def read(pattern: str, below: Path, dates: dict[str, str]) -> pd.DataFrame:
        whole = pd.concat([pd.read_csv(file) for file in sorted(below.glob(pattern))], ignore_index=True)
        whole.columns = [name.lower() for name in whole.columns]
        for name, form in dates.items():
            whole[name] = pd.to_datetime(whole[name], format=form)
        return whole

    started = time.perf_counter()
    crosstab = read(
        "gp_appointments_practice/Practice_Level_Crosstab_*.csv", folder, {"appointment_month_start_date": "%d%b%Y"}
    )
    crosstab.to_parquet(out / "crosstab.parquet")
    regional = read("*/*.csv", unpacked, {"appointment_month": "%b%Y"})
    regional.to_parquet(out / "regional.parquet")
    lists = read("gp_registered_patients/gp-reg-pat-prac-all__*.csv", folder, {"extract_date": "%Y-%m-%d"})
    homes = read("gp_registered_patients/gp-reg-pat-prac-map__*.csv", folder, {"extract_date": "%d%b%Y"})
    coverage = read("gp_appointments_coverage/*.csv", folder, {"appointment_month": "%d%b%Y"})
    read_in = time.perf_counter()
    key = ["gp_code", "appointment_month_start_date"]
    parts = [
        crosstab.groupby([*key, kind], as_index=False)["count_of_appointments"].sum()
        .rename(columns={kind: "breakdown_value"}).assign(breakdown_type=kind)
        for kind in KINDS
    ]  # fmt: skip
    whole = crosstab.groupby(key, as_index=False)["count_of_appointments"].sum()
    practice_month = pd.concat([whole.assign(breakdown_type="none", breakdown_value="all"), *parts], ignore_index=True)
    lists = lists.rename(columns={"code": "gp_code", "extract_date": "day"})[["gp_code", "day", "number_of_patients"]]
    homes = homes.rename(columns={"practice_code": "gp_code", "extract_date": "day"})
    homes = homes.assign(country="country")
    up = pd.concat(
        homes[["gp_code", "day", level]].rename(columns={level: "area"}).assign(level=level)
        for level in ("pcn_code", "ons_sub_icb_location_code", "ons_icb_code", "country")
    )
    up = pd.concat([up, homes[["gp_code", "day"]].assign(area=homes["gp_code"], level="practice")], ignore_index=True)
    wanted = practice_month[practice_month["breakdown_type"].isin(["none", "national_category"])]
    wanted = wanted.rename(columns={"appointment_month_start_date": "day"}).merge(up, on=["gp_code", "day"])
    wanted = wanted.merge(lists, on=["gp_code", "day"], how="left")
    of_areas = wanted.groupby(["area", "day", "breakdown_type", "breakdown_value"], as_index=False)[
        ["count_of_appointments", "number_of_patients"]
    ].sum()
    rates = of_areas[(of_areas["breakdown_type"] == "none") & (of_areas["number_of_patients"] > 0)].copy()
    rates["value"] = 1000 * rates["count_of_appointments"] / rates["number_of_patients"]
    patients = (
        lists.merge(up, on=["gp_code", "day"]).groupby(["area", "day"], as_index=False)["number_of_patients"].sum()
    )
    regional = regional.drop_duplicates([name for name in regional.columns if name != "count_of_appointments"])
    in_person = regional["appt_mode"].isin(["Face-to-Face", "Home Visit"])
    modes = (
        regional.assign(in_person=regional["count_of_appointments"].where(in_person, 0))
        .groupby(["sub_icb_location_ons_code", "appointment_month"], as_index=False)[
            ["in_person", "count_of_appointments"]
        ]
        .sum()
    )
    modes["value"] = 100 * modes["in_person"] / modes["count_of_appointments"]
    months = ["icb_ons_code", "appointment_month"]
    covered = coverage.drop_duplicates(["sub_icb_location_code", "appointment_month"])
    covered = covered.groupby(months, as_index=False)["patients registered at included practices"].sum()
    per_patient = regional.groupby(months, as_index=False)["count_of_appointments"].sum().merge(covered, on=months)
    per_patient["value"] = 1000 * per_patient.iloc[:, 2] / per_patient.iloc[:, 3]
    metric_value = pd.concat(
        [
            of_areas.assign(metric="pc_05"),
            rates.assign(metric="pc_52"),
            patients.assign(metric="pc_50"),
            modes.assign(metric="pc_06"),
            per_patient.assign(metric="pc_51"),
        ],
        ignore_index=True,
    )
    built = time.perf_counter()
    frames = {
        "practice_month": practice_month, "regional_month": regional, "lists": lists, "coverage": coverage,
        "metric_value": metric_value,
    }  # fmt: skip
    for name, frame in frames.items():
        frame.to_parquet(out / f"{name}.parquet", compression="zstd")
    metric_value.to_csv(out / "metric_value.csv", index=False)
    return _seconds(started, read_in, built, time.perf_counter())


def _seconds(started: float, read: float, built: float, written: float) -> dict[str, float]:
    return {"read": read - started, "build": built - read, "write": written - built, "total": written - started}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))

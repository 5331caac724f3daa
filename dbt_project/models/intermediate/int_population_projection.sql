-- Grain: one row per base year, area, sex, age band (five years, 90+, all) and year. The last band of all is the publisher's own sum.
select
    {{ own_country('area_code_published', 'origin') }} as area_code,
    base_year,
    year,
    make_date(year, 6, 30) as reference_date,
    sex,
    case
        when age_group = 'All ages' then 'all'
        when age_group = '90 and over' then '90+'
        else (age_group::integer // 5 * 5)::varchar || '-' || (age_group::integer // 5 * 5 + 4)::varchar
    end as age_band,
    sum(population)::decimal(18, 4) as population,
    min(origin) as origin,
    min(release_id) as release_id
from {{ ref('stg_ons_snpp') }}
group by all

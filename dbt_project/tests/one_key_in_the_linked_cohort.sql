-- People whose pseudonyms come from two keys, or from two bodies, cannot be told to be the same: they would count as two.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'all linked extracts have pseudonyms of one domain and key',
    'remedy': 'Add the extracts again under one key (docs/how-to/take-person-level-data.md, rotation), or purge those of the earlier one',
}) }}
with everybody as (
    select person from {{ ref('stg_lx_17_ctr_reviews') }}
    union all
    select person from {{ ref('stg_lx_22_register_person') }}
    union all
    select person from {{ ref('stg_lx_23_care_package') }}
    union all
    select person from {{ ref('stg_lx_24_hospital_spell') }}
    union all
    select person from {{ ref('stg_lx_25_risk_score') }}
)
select person_domain, count(*) as people
from (select distinct person, regexp_extract(person, '^(.*:)[^:]*$', 1) as person_domain from everybody)
group by person_domain
having (select count(distinct regexp_extract(person, '^(.*:)[^:]*$', 1)) from everybody) > 1

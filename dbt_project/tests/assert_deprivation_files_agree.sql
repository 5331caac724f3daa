-- The rank of a small area is published twice, by the department and by ONS.
{{ config(meta={
    'dimension': 'accuracy',
    'why': 'File 1 of the indices and the lookup of the Open Geography portal give each LSOA the same rank',
    'remedy': 'Download both again; one of them has been changed',
}) }}
select lsoa_code, file.imd_rank, portal.imd_rank as portal_rank
from {{ ref('stg_imd_lsoa') }} as file
join {{ ref('stg_imd_lsoa_rank') }} as portal using (lsoa_code, index_start)
where file.imd_rank <> portal.imd_rank

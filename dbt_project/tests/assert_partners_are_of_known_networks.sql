-- The two sheets of a release of the register speak of the same networks; a sheet cut short would lose practices.
{{ config(severity='warn', meta={
    'dimension': 'consistency',
    'why': 'every network that a practice is a partner of is in the list of networks of the same release',
    'remedy': 'Download the ePCN workbook again and add it',
}) }}
select distinct partners.vintage_start, partners.pcn_code
from {{ ref('stg_ods_epcn_partners') }} as partners
left join {{ ref('stg_ods_epcn_networks') }} as networks using (vintage_start, pcn_code)
where networks.pcn_code is null

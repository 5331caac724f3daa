-- A published code that no area answers to would silently leave its figures out of every total. How many rows of a dataset may bear
-- such codes is in seeds/unmapped_limit.csv, dataset by dataset; a dataset that is not in it has no such leave.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'the rows of each dataset whose area code is not in the dated area dimension are at most the share that seeds/unmapped_limit.csv leaves it (audit.unmapped_area lists the codes)',
    'remedy': 'Add the ONS lookup that names them: ics-marts add <the LOC.._ICB.._NHSER.. file>',
}) }}
select dataset, sum(source_rows) as source_rows, any_value(dataset_rows) as dataset_rows
from {{ ref('int_unmapped_area') }}
group by dataset
having sum(source_rows) > coalesce(any_value(max_share), 0) * any_value(dataset_rows)

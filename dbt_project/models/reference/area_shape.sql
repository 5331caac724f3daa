-- Grain: one row per area_code and layout (boundary, hexagon).
with shapes as (
    select *, area_code as area_code_published from {{ ref('int_area_shape') }}
),

-- A code that was reissued for the same area has the outline of the other code, where it has none of its own.
reissued as (
    select distinct codes.area_code, codes.known_code
    from (
        select to_area_code as area_code, from_area_code as known_code, method from {{ ref('area_link') }} where link_type = 'succeeded_by'
        union all
        select from_area_code, to_area_code, method from {{ ref('area_link') }} where link_type = 'succeeded_by'
    ) as codes
    where codes.method = 'exact'
),

drawn as (
    select shapes.* from shapes
    union all by name
    select shapes.* replace (reissued.area_code as area_code)
    from shapes
    join reissued on reissued.known_code = shapes.area_code
    qualify row_number() over (partition by reissued.area_code, shapes.shape order by shapes.vintage_start desc, shapes.area_code) = 1
)

select
    area_code || '/' || shape as area_shape_key,
    area_code,
    {{ area_type_of('area_code') }} as area_type,
    area_name,
    shape as layout,
    geometry as geometry_geojson,
    crs,
    centroid_x,
    centroid_y,
    hex_q::integer as hex_q,
    hex_r::integer as hex_r,
    detail,
    year(vintage_start)::integer as vintage,
    area_code_published,
    origin,
    release_id
from drawn
qualify row_number() over (partition by area_code, shape order by area_code = area_code_published desc, area_code_published) = 1

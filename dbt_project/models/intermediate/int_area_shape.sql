-- Grain: one row per area code and layout (boundary, hexagon), the newest vintage; of one vintage the most detailed outline that is held.
-- The middle is that of the area within the outline, by the shoelace formula: each ring is cut into triangles from its first corner,
-- whose areas and middles are added up in the order of the corners. Holes count against it, whichever way round a ring is written.
with newest as (
    select * from {{ ref('stg_ons_boundaries') }}
    qualify row_number() over (
        partition by area_code, shape
        order by vintage_start desc, list_position(['bfc', 'bfe', 'bgc', 'bsc', 'buc', 'hex'], detail), release_id desc, source_row
    ) = 1
),

outlines as (
    select
        area_code, shape,
        case geometry::json ->> '$.type'
            when 'Polygon' then [(geometry::json -> '$.coordinates')::double[][][]]
            else (geometry::json -> '$.coordinates')::double[][][][]
        end as polygons
    from newest
),

polygons as (
    select area_code, shape, unnest(polygons) as polygon, unnest(range(1, len(polygons) + 1)) as polygon_no
    from outlines
),

rings as (
    select area_code, shape, polygon_no, unnest(polygon) as ring, unnest(range(1, len(polygon) + 1)) as ring_no
    from polygons
),

corners as (
    select
        area_code, shape, polygon_no, ring_no, ring[1][1] as first_x, ring[1][2] as first_y, ring,
        unnest(range(2, len(ring))) as corner
    from rings
),

triangles as (
    select
        area_code, shape, polygon_no, ring_no, corner, first_x, first_y,
        ring[corner][1] - first_x as x, ring[corner][2] - first_y as y,
        ring[corner + 1][1] - first_x as next_x, ring[corner + 1][2] - first_y as next_y
    from corners
),

-- Twice the area of a ring, and for each axis six times the area times how far its middle lies from the first corner.
ring_sums as (
    select
        area_code, shape, polygon_no, ring_no, first_x, first_y,
        sum(x * next_y - next_x * y order by corner) as doubled_area,
        sum((x * next_y - next_x * y) * (x + next_x) order by corner) as moment_x,
        sum((x * next_y - next_x * y) * (y + next_y) order by corner) as moment_y
    from triangles
    group by area_code, shape, polygon_no, ring_no, first_x, first_y
),

ring_middles as (
    select
        area_code, shape, polygon_no, ring_no,
        case when ring_no = 1 then abs(doubled_area) else -abs(doubled_area) end as weight,
        first_x + moment_x / (3 * doubled_area) as x,
        first_y + moment_y / (3 * doubled_area) as y
    from ring_sums
    -- A line there and back encloses nothing and has no middle.
    where doubled_area <> 0
),

middles as (
    select
        area_code, shape,
        round(sum(weight * x order by polygon_no, ring_no) / nullif(sum(weight order by polygon_no, ring_no), 0), 10) as centroid_x,
        round(sum(weight * y order by polygon_no, ring_no) / nullif(sum(weight order by polygon_no, ring_no), 0), 10) as centroid_y
    from ring_middles
    group by area_code, shape
)

select
    newest.area_code, newest.area_name, newest.shape, newest.geometry, newest.crs, middles.centroid_x, middles.centroid_y, newest.hex_q,
    newest.hex_r, newest.detail, newest.vintage_start, newest.origin, newest.release_id
from newest
left join middles using (area_code, shape)

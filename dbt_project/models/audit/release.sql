-- Grain: one row per release in the archive, as known at the run's instant.
select * from {{ source('catalogue', 'release') }}

-- Grain: one row per release in the archive, as known at the run's instant.
select * exclude (is_published, is_of_people) from {{ source('catalogue', 'release') }}

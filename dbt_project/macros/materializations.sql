{# Tables and views of a run database, which is new in every run: nothing stands under a name yet, so one statement makes
   a relation. dbt's own materializations make it under a name of passage, rename it, and look for backups to drop:
   under a profiler 4 s of the build of 188 models (2026-11-21). #}
{% materialization table, adapter='duckdb' %}
    {{ return(only_statement(create_table_as(False, this.incorporate(type='table'), compiled_code), 'table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(only_statement(create_view_as(this.incorporate(type='view'), compiled_code), 'view')) }}
{% endmaterialization %}

{% macro only_statement(statement_sql, type) %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}{{ statement_sql }}{% endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this.incorporate(type=type)]}) }}
{% endmacro %}

"""An outsider with the open folder of the sample's edition: nothing hidden can be had from it, and leaks planted in a copy are found."""

from __future__ import annotations

import hashlib
import json

import pytest

from pipeline import duck
from pipeline.catalogue.load import catalogue
from pipeline.gate import disclosure_checks
from pipeline.gate.ledger import Ledger
from pipeline.publish import attack
from pipeline.publish.commitment import NOTHING_TO_KEEP, committed

# Staging and intermediate tables that open models read beside a mask: published by others, or statements that organisations make
# about themselves in an extract that has no counts of people.
READ_DIRECTLY = {
    "intermediate.int_area", "intermediate.int_area_ancestor", "intermediate.int_area_canonical", "intermediate.int_area_deprivation",
    "intermediate.int_area_event", "intermediate.int_area_part_of", "intermediate.int_area_shape", "intermediate.int_organisation",
    "intermediate.int_population_projection", "intermediate.int_practice_area", "intermediate.int_practice_network",
    "intermediate.int_practice_presence", "intermediate.int_reconciliation", "intermediate.int_unmapped_area",
    "staging.stg_dfe_local_authorities_neighbours", "staging.stg_lx_26_plan_priorities", "staging.stg_lx_26_plan_programmes",
    "staging.stg_lx_27_anchors_commitments", "staging.stg_lx_27_anchors_institutions", "staging.stg_lx_28_checklist",
    "staging.stg_lx_29_partner_views", "staging.stg_lx_30_points", "staging.stg_ons_census_households", "staging.stg_ons_nspl",
    # Populations that others publish, places as declared; money and risks of boards, and plans as they were printed.
    "intermediate.int_area_population", "intermediate.int_place_member", "intermediate.int_place_overlap",
    "staging.stg_bcf_plan_document", "staging.stg_lx_16_place_pound", "staging.stg_lx_33_bcf_finance_benefits",
    "staging.stg_lx_33_bcf_finance_expenditure", "staging.stg_lx_33_bcf_finance_income", "staging.stg_lx_34_bcf_risk",
}  # fmt: skip


def outsider(folder):
    """The open tables of an edition as a database of their own."""
    con = duck.connect()
    for schema in ("marts", "reference", "analysis"):
        con.execute(f"create schema {schema}")
        for path in sorted((folder / "open" / schema).glob("*.parquet")):
            con.execute(f"create table {schema}.{path.stem} as from read_parquet({duck.text(path)})")
    return con


def judged(con) -> dict[str, tuple[str, str, int]]:
    ledger = Ledger()
    ledger.plan(disclosure_checks.planned())
    disclosure_checks.execute(ledger, con, catalogue(), None, "")
    return {one.rule_id.split(".")[1]: (one.outcome, one.message, one.rows_checked) for one in ledger.checks}


@pytest.fixture
def opened(sample_run):
    return outsider(sample_run[1].folder)


def test_from_the_open_folder_alone_nothing_hidden_can_be_had(opened):
    found = judged(opened)
    assert {name: (outcome, message) for name, (outcome, message, _) in found.items() if outcome != "passed"} == {}
    # There is something to hide, and it is attacked.
    assert found["nothing_can_be_had"][2] > 200
    assert found["shown_as_profile"][2] > 1_000
    assert found["spend_of_few"][2] > 1


def test_the_sample_is_not_hidden_away(opened):
    """4,142 of 6,912 counts of people were shown when this was written; people at risk of admission are few."""
    hidden, counts = opened.execute(
        "select count(*) filter (value_status = 'suppressed'), count(*) from marts.metric_value join reference.metric using (metric_key)"
        " where metric.disclosure = 'local' and value_status in ('suppressed', 'rounded')"
    ).fetchone()
    assert hidden / counts < 0.45


def hidden_group(con, internal: str):
    """A hidden group of a whole that is shown, both no multiple of five in truth, so that true figures look like none that is rounded."""
    return con.execute(
        f"""select v.metric_key, v.area_code, v.period_start, v.breakdown_type, v.breakdown_value
            from marts.metric_value as v
            join {internal} as t using ({", ".join(attack.KEY)})
            join marts.metric_value as whole using (metric_key, area_code, period_start, period_end, source)
            join {internal} as w
                on {" and ".join(f"w.{key} = whole.{key}" for key in attack.KEY)}
            where v.value_status = 'suppressed' and v.method = 'count' and v.breakdown_type not in ('none', 'core20', 'imd_quintile')
              and t.numerator between 1 and 4 and whole.breakdown_type = 'none' and whole.numerator is not null
              and w.numerator % 5 <> 0
            order by all
            limit 1"""
    ).fetchone()


def test_true_figures_around_a_hidden_group_are_caught(opened, sample_run):
    """A mask that forgot to round, and to hide the others with the small one."""
    internal = f"read_parquet({duck.text(sample_run[1].folder / 'internal' / 'marts' / 'metric_value.parquet')})"
    metric, area, start, kind, group = hidden_group(opened, internal)
    opened.execute(
        f"""update marts.metric_value as v set numerator = t.numerator, value = t.value, value_status = 'rounded'
            from {internal} as t
            where ({" and ".join(f"t.{key} = v.{key}" for key in attack.KEY)})
              and v.metric_key = ? and v.area_code = ? and v.period_start = ? and v.breakdown_type in ('none', ?)
              and v.breakdown_value <> ?""",
        [metric, area, start, kind, group],
    )
    system = attack.build(
        opened, catalogue(), "marts.metric_value", attack.part_of_links(opened, "reference.area_link")
    )
    found = {one.key[:3] + one.key[4:6]: one for one in attack.found(system, attack.narrow(system))}
    known = found[metric, area, start, kind, group]
    assert known.upper - known.lower < 4
    assert all(cell[0] == metric for cell in known.given_away_by)


def test_a_figure_that_another_table_keeps_is_caught(opened):
    opened.execute(
        "update marts.metric_latest set numerator = 3, value = 3 where rowid = (select min(rowid) from marts.metric_latest"
        " where value_status = 'suppressed' and method = 'count')"
    )
    found = judged(opened)
    assert found["shown_as_profile"][0] == "failed"
    assert "marts.metric_latest" in found["shown_as_profile"][1]
    assert found["nothing_can_be_had"][0] == "failed"


def test_versions_that_use_the_same_words_count_the_same(sample_run):
    """Else the attack would take two counts for one: give the narrower its own words in the catalogue."""
    con = outsider(sample_run[1].folder)
    internal = f"read_parquet({duck.text(sample_run[1].folder / 'internal' / 'marts' / 'metric_value.parquet')})"
    attack.build(con, catalogue(), "marts.metric_value", attack.part_of_links(con, "reference.area_link"), internal)
    differing = con.execute(
        """select distinct metric_id, words
           from attack_part
           where judged is not null
           group by metric_id, words, source, area_code, period_start, period_end, kind, group_value
           having max(judged) > min(judged)
           order by all"""
    ).fetchall()
    assert differing == []


def test_no_open_file_holds_a_digest_of_what_was_masked(sample_run):
    _, outcome = sample_run
    opened = {one.table.path: one for one in outcome.tables if one.table.part == "open"}
    secret = [
        one
        for one in outcome.tables
        if one.table.part == "internal"
        and (one.table.path not in opened or opened[one.table.path].sha256 != one.sha256)
    ]
    assert {"metric_value", "metric_row", "spend_month", "cohort_outcome"} <= {one.table.name for one in secret}
    texts = [
        path.read_text("utf-8")
        for path in (outcome.folder / "open").rglob("*")
        if path.suffix in {".json", ".html", ".csv", ".sql"}
    ]
    for one in secret:
        assert not any(one.sha256 in text or one.content_digest in text for text in texts), one.table.name
    # The name of the results depends on them all the same.
    manifest = json.loads((outcome.folder / "open" / "manifest.json").read_text("utf-8"))
    lines = sorted(
        f"{one.table.part}/{one.table.path} "
        + (one.sha256 if one.table.part == "open" else committed(one.sha256, NOTHING_TO_KEEP))
        for one in outcome.tables
    )
    assert manifest["results_id"] == hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def test_open_files_do_not_count_the_rows_of_extracts(sample_run):
    _, outcome = sample_run
    extracts = {one.dataset for one in catalogue().contracts.values() if one.kind != "publication"}
    checks = json.loads((outcome.folder / "open" / "gate.json").read_text("utf-8"))["checks"]
    mine = [one for one in checks if one["scope"].split("/")[0] in extracts or one["scope"].startswith("internal.")]
    assert len(mine) > 100
    assert {(one["rows_checked"], one["rows_failed"], tuple(one["row_ids"])) for one in mine} == {(None, None, ())}
    inside = json.loads((outcome.folder / "internal" / "gate.json").read_text("utf-8"))["checks"]
    assert any(one["rows_checked"] for one in inside if one["scope"].split("/")[0] in extracts)
    con = duck.connect()
    audit = outcome.folder / "open" / "audit"
    told = con.execute(
        f"select distinct dataset from read_parquet({duck.text(audit / 'release.parquet')}) where rows_in is not null"
    ).fetchall()
    assert {dataset for (dataset,) in told} & extracts == set()
    assert len(told) > 10


def test_open_models_read_nothing_that_was_not_disclosed(sample_run):
    """By the lineage in the edition: each parent of an open table is open, a mart behind a mask, or known to hold no people."""
    lineage = json.loads((sample_run[1].folder / "open" / "lineage.json").read_text("utf-8"))
    direct = {
        (name, parent)
        for name, node in lineage.items()
        if name.split(".")[0] in ("marts", "reference", "analysis", "audit")
        for parent in node["parents"]
        if parent.split(".")[0] in ("staging", "intermediate")
    }
    assert len(direct) > 10
    assert sorted(pair for pair in direct if pair[1] not in READ_DIRECTLY) == []

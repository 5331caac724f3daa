"""Proves which contracts about people are wrong, and that the wrong ones do not load."""

from __future__ import annotations

import copy

import pytest
from pydantic import ValidationError

from pipeline.catalogue.contract import Contract
from pipeline.ingest.read import bronze_columns, cell_rules

RIGHT = {
    "dataset": "people", "title": "People", "publisher": "p", "licence": "l", "cadence": "monthly", "lag_days": 1,
    "kind": "extract", "proof": "own_format", "owner": "o", "on_failure": "hold", "description": "people of a test",
    "person_level": True, "governance": {},
    "tables": [{
        "name": "rows", "description": "rows of a test", "grain": "one row per person", "resolve": "per_period",
        "maturity": "final", "disclosure": "none", "period": {"type": "month", "content_column": "month"},
        "file_names": ["people*.csv"], "keys": ["person"],
        "columns": [
            {"name": "person", "description": "number", "identifies": "nhs_number"},
            {"name": "month", "description": "month", "type": "month", "formats": ["%Y-%m"]},
            {"name": "band", "description": "birth", "type": "date", "formats": ["%Y-%m-%d"], "identifies": "date_of_birth", "at": "month"},
            {"name": "kind", "description": "kind", "allowed": ["a", "b"]},
            {"name": "notes", "description": "notes", "identifies": "free_text", "required": False},
            {"name": "cost", "description": "cost", "type": "integer", "maximum": 100},
        ],
        "layouts": [{"id": "csv", "columns": {name: name for name in ("person", "month", "band", "kind", "notes", "cost")}}],
    }],
}  # fmt: skip


def contract(**changes) -> Contract:
    return Contract.model_validate(RIGHT | changes)


def with_column(**changes) -> dict:
    """The right contract with the column `kind` changed, or another one of its name."""
    data = copy.deepcopy(RIGHT)
    columns = data["tables"][0]["columns"]
    at = next(number for number, one in enumerate(columns) if one["name"] == changes.get("name", "kind"))
    columns[at] = {"name": "kind", "description": "kind"} | changes
    return data


def test_what_is_right_loads_and_bronze_has_neither_a_birth_date_nor_notes():
    found = contract()
    assert bronze_columns(found.tables[0]) == {
        "person": "VARCHAR", "month": "DATE", "band": "VARCHAR", "kind": "VARCHAR", "cost": "BIGINT",
    }  # fmt: skip
    assert cell_rules("x", found.tables[0].column("notes"), {}) == []
    assert [column.fate for column in found.tables[0].identifying] == ["pseudonym", "age_band", "dropped"]


@pytest.mark.parametrize(("changes", "said"), [
    ({"governance": None}, "`governance` goes with `person_level: true`"),
    ({"person_level": False}, "`governance` goes with `person_level: true`"),
    ({"person_level": False, "governance": None}, "`person_level` goes with columns that say what they identify"),
    ({"person_level": "published", "governance": None}, "gets a file_number or is dropped"),
    ({"upstream_domains": ["linkage"]}, "linkage is a domain of ours"),
    ({"upstream_domains": ["With Blank"]}, "upstream_domains"),
    ({"pseudonym_domain": "X"}, "pseudonym_domain"),
])  # fmt: skip
def test_what_does_not_go_together_is_said(changes, said):
    with pytest.raises(ValidationError, match=said):
        contract(**changes)


@pytest.mark.parametrize(("column", "said"), [
    ({}, "a text needs `allowed`, a `pattern`, or `identifies`"),
    ({"pattern": "^[0-9 ]+$"}, "its pattern lets '4010232137' through"),
    ({"pattern": "^[A-Z0-9 ]{6,8}$"}, "its pattern lets 'SW1A 1AA' through"),
    ({"pattern": "^[0-9-]{10}$"}, "its pattern lets '4010232137' through"),
    ({"pattern": "^[0-9]{4}-[0-9-]+$"}, "its pattern lets '1961-07-23' through"),
    ({"pattern": "^[A-Za-z ]+$"}, "its pattern lets 'Okonkwo' through"),
    ({"pattern": "code"}, ""),
    ({"type": "integer"}, "a number needs a `maximum` of at most 999999999"),
    ({"type": "decimal", "maximum": 1e11}, "a number needs a `maximum`"),
    ({"identifies": "name", "becomes": "kept"}, "a name becomes dropped, not kept"),
    ({"identifies": "nhs_number", "becomes": "dropped"}, "a nhs_number becomes pseudonym"),
    ({"identifies": "date_of_birth"}, "is of type date"),
    ({"identifies": "postcode", "at": "month"}, "an age band needs `at`"),
    ({"identifies": "postcode", "type": "integer", "maximum": 9}, "is of type text"),
    ({"identifies": "postcode", "single": True}, "is not `single`"),
    ({"becomes": "dropped", "allowed": ["a"]}, "`becomes`, `at` and `bands` go with `identifies`"),
    ({"name": "band", "type": "date", "formats": ["%Y-%m-%d"], "identifies": "date_of_birth", "at": "cost"}, "no column of days"),
    ({"name": "band", "type": "date", "formats": ["%Y-%m-%d"], "identifies": "date_of_birth", "at": "month", "bands": [18, 0]},
     "lower ends"),
    ({"name": "person", "identifies": "name"}, "is dropped, and keys or periods need it"),
])  # fmt: skip
def test_a_column_that_could_let_somebody_through_does_not_load(column, said):
    if not said:
        assert Contract.model_validate(with_column(**column)).person_level is True
        return
    with pytest.raises(ValidationError, match=said):
        Contract.model_validate(with_column(**column))


@pytest.mark.parametrize("layout", [
    {"container": "zip", "members": "*.csv"}, {"find": {"header": ["person"]}},
    {"unpivot": {"columns": "x.*", "name": "kind", "value": "cost"}},
])  # fmt: skip
def test_a_person_level_file_is_one_plain_table(layout):
    data = copy.deepcopy(RIGHT)
    data["tables"][0]["layouts"][0] |= layout
    if "unpivot" in layout:
        del data["tables"][0]["layouts"][0]["columns"]["kind"], data["tables"][0]["layouts"][0]["columns"]["cost"]
    with pytest.raises(ValidationError, match="a person-level file is one plain table"):
        Contract.model_validate(data)


def test_a_published_file_of_individuals_needs_no_governance_and_no_closed_columns():
    data = copy.deepcopy(RIGHT) | {"person_level": "published", "governance": None}
    columns = data["tables"][0]["columns"]
    columns[0] = {
        "name": "person",
        "description": "UNIQUE_IDENTIFIER",
        "identifies": "local_id",
        "becomes": "file_number",
    }
    columns[2] = {"name": "band", "description": "age band"}
    columns[3] = {"name": "kind", "description": "anything"}
    columns[4] = {"name": "notes", "description": "notes"}
    found = Contract.model_validate(data)
    assert (found.governance, [one.fate for one in found.tables[0].identifying]) == (None, ["file_number"])

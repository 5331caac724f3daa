"""Proves that a wrong contract is refused at start, with the file, the place in it and what is wrong.

Each case takes a right contract, breaks one thing, writes it as YAML and loads it.
"""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import pytest
import yaml

from pipeline.catalogue.contract import DATE_CODES, Contract, Layout
from pipeline.catalogue.load import HERE, catalogue, load_catalogue, load_contract, table_digest
from pipeline.catalogue.metric import Metric
from pipeline.errors import CatalogueFault

RIGHT = {
    "dataset": "visits",
    "title": "Visits",
    "publisher": "A publisher",
    "licence": "OGL",
    "cadence": "monthly",
    "lag_days": 30,
    "kind": "publication",
    "proof": "code_only",
    "owner": "somebody",
    "on_failure": "block",
    "description": "Visits to places, monthly.",
    "tables": [
        {
            "name": "monthly",
            "description": "Visits to places, monthly.",
            "grain": "one row per place and month",
            "resolve": "window",
            "window_column": "month",
            "maturity": "final",
            "disclosure": "none",
            "period": {"type": "month", "content_column": "month", "name": r"_(?P<year>\d{4})-(?P<month>\d{2})\.zip$"},
            "file_names": ["visits_*.zip"],
            "keys": ["place", "month"],
            "markers": {"*": "suppressed"},
            "columns": [
                {"name": "place", "description": "the place", "allowed": ["North", "South"], "aliases": {"N": "North"}},
                {"name": "month", "description": "the month", "type": "month", "formats": ["%b%Y"]},
                {"name": "visits", "description": "how many", "type": "integer", "minimum": 0, "status": True},
            ],
            "layouts": [
                {
                    "id": "zip_of_csvs",
                    "container": "zip",
                    "members": "visits_*.csv",
                    "columns": {"PLACE": "place", "MONTH": "month", "VISITS": "visits"},
                }
            ],
        }
    ],
}
TABLE = ("tables", 0)
COLUMN = ("tables", 0, "columns")
LAYOUT = ("tables", 0, "layouts", 0)


def changed(place: tuple, value: object) -> dict:
    """The right contract with one thing set; `...` takes it out."""
    content = copy.deepcopy(RIGHT)
    target = content
    for step in place[:-1]:
        target = target[step]
    if value is ...:
        del target[place[-1]]
    else:
        target[place[-1]] = value
    return content


def written(folder: Path, content: object, name: str = "visits.yml") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False), "utf-8")
    return path


def test_the_right_contract_is_right(tmp_path):
    contract = load_contract(written(tmp_path, RIGHT))
    assert contract.table("monthly").column("visits").duckdb_type == "BIGINT"


@pytest.mark.parametrize(("place", "value", "said_at", "said"), [
    (("colour",), "red", "colour", "Extra inputs are not permitted"),
    ((*TABLE, "colour"), "red", "tables.0.colour", "Extra inputs"),
    ((*COLUMN, 0, "colour"), "red", "tables.0.columns.0.colour", "Extra inputs"),
    ((*LAYOUT, "colour"), "red", "tables.0.layouts.0.colour", "Extra inputs"),
    (("publisher",), ..., "publisher", "Field required"),
    (("cadence",), "fortnightly", "cadence", "monthly"),
    (("lag_days",), -1, "lag_days", "greater than or equal to 0"),
    (("dataset",), "Visits", "dataset", "pattern"),
    (("tables",), [], "tables", "at least 1"),
    (("tables",), [RIGHT["tables"][0]] * 2, "top level", "a table stands twice"),
    ((*TABLE, "keys"), ["place", "week"], "tables.0", "keys names ['week'], not a column"),
    ((*TABLE, "keys"), [], "tables.0.keys", "at least 1"),
    ((*TABLE, "window_column"), "week", "tables.0", "window_column names ['week'], not a column"),
    ((*TABLE, "window_column"), "visits", "tables.0", "window_column visits is none of month, date"),
    ((*TABLE, "window_column"), "", "tables.0", "`window_column` goes with resolve: window"),
    ((*TABLE, "resolve"), "series", "tables.0", "`window_column` goes with resolve: window"),
    ((*TABLE, "period", "content_column"), "week", "tables.0", "content_column names ['week']"),
    ((*TABLE, "period", "content_column"), "visits", "tables.0", "content_column visits is none of month, date, period"),
    ((*TABLE, "period", "name"), "_(?P<year>[0-9]{4})", "tables.0.period", "lacks the group month"),
    ((*TABLE, "period", "name"), "_(?P<year>[0-9]{4", "tables.0.period", "not a regular expression"),
    ((*TABLE, "part"), "(?P<part>[a-z", "tables.0", "not a regular expression"),
    ((*TABLE, "part"), "../elsewhere", "tables.0", "not a plain name"),
    ((*TABLE, "prefer_formats"), ["csv", "xlsx"], "tables.0", "prefer_formats names ['xlsx'], which no layout has"),
    ((*TABLE, "max_quarantine_share"), 1.5, "tables.0.max_quarantine_share", "less than or equal to 1"),
    ((*TABLE, "markers"), {"*": "hidden"}, "tables.0.markers.*", "suppressed"),
    ((*TABLE, "layouts"), [RIGHT["tables"][0]["layouts"][0]] * 2, "tables.0", "a layout stands twice"),
    ((*COLUMN, 1), RIGHT["tables"][0]["columns"][0], "tables.0", "a column stands twice"),
    ((*COLUMN, 0, "aliases"), {"N": "Nowhere"}, "tables.0.columns.0",
     "aliases lead to ['Nowhere'], which `allowed` does not"),
    ((*COLUMN, 0, "allowed"), ..., "tables.0.columns.0", "aliases lead to ['North']"),
    ((*COLUMN, 0, "status"), True, "tables.0.columns.0", "only a measure"),
    ((*COLUMN, 0, "minimum"), 0, "tables.0.columns.0", "only an integer or decimal has minimum"),
    ((*COLUMN, 0, "thousands"), True, "tables.0.columns.0",
     "only an integer or decimal has minimum, maximum or thousands"),
    ((*COLUMN, 0, "pattern"), "[A-Z", "tables.0.columns.0", "not a regular expression"),
    ((*COLUMN, 0, "pattern"), "(?=North)", "tables.0.columns.0", "DuckDB's regular expressions"),
    ((*COLUMN, 0, "pattern"), r"(North)\1", "tables.0.columns.0", "DuckDB's regular expressions"),
    ((*COLUMN, 0, "formats"), ["%Y"], "tables.0.columns.0", "only they have them"),
    ((*COLUMN, 0, "name"), "member", "tables.0.columns.0", "the name is taken"),
    ((*COLUMN, 0, "name"), "visits_status", "tables.0", "['visits_status'] is a column and also stands beside another"),
    ((*COLUMN, 1, "formats"), [], "tables.0.columns.1", "a month or date needs `formats`"),
    ((*COLUMN, 1, "formats"), ["%b%Q"], "tables.0.columns.1", "holds %Q; known: "),
    ((*COLUMN, 1, "formats"), ["%b"], "tables.0.columns.1", "has none of %Y, %y"),
    ((*COLUMN, 1, "formats"), ["%Y"], "tables.0.columns.1", "has none of %m, %-m, %b, %B"),
    ((*COLUMN, 2, "type"), "date", "tables.0.columns.2", "needs `formats`"),
    ((*COLUMN, 2, "maximum"), -1, "tables.0.columns.2", "minimum 0 is above maximum -1"),
    ((*COLUMN, 2), {"name": "visits", "description": "how many", "type": "decimal", "precision": 4, "scale": 2,
      "maximum": 100},
     "tables.0.columns.2", "no decimal of precision 4 and scale 2 reaches 100"),
    ((*COLUMN, 2, "scale"), 19, "tables.0.columns.2", "scale 19 is above precision 18"),
    ((*COLUMN, 2, "precision"), 39, "tables.0.columns.2.precision", "less than or equal to 38"),
    ((*LAYOUT, "members"), ..., "tables.0.layouts.0", "a ZIP needs `members`"),
    ((*LAYOUT, "container"), "none", "tables.0.layouts.0", "only a ZIP has them"),
    ((*LAYOUT, "sheet"), "Data", "tables.0.layouts.0", "only a workbook has one"),
    ((*LAYOUT, "format"), "xlsx", "tables.0.layouts.0", "a workbook needs `sheet`"),
    ((*LAYOUT, "encoding"), "latin-99", "tables.0.layouts.0.encoding", "not an encoding that Python knows"),
    ((*LAYOUT, "encoding"), "hex", "tables.0.layouts.0.encoding", "not an encoding that Python knows"),
    ((*LAYOUT, "delimiter"), '"', "tables.0.layouts.0.delimiter", "pattern"),
    ((*LAYOUT, "delimiter"), "||", "tables.0.layouts.0.delimiter", "pattern"),
    ((*LAYOUT, "header_row"), 0, "tables.0.layouts.0.header_row", "greater than or equal to 1"),
    ((*LAYOUT, "columns", "OTHER"), "visits", "tables.0.layouts.0", "two published columns both become ['visits']"),
    ((*LAYOUT, "columns", "OTHER"), "others", "tables.0", "maps to ['others'], not a column of monthly"),
    ((*LAYOUT, "columns", "MONTH"), ..., "tables.0", "nothing fills the required column ['month']"),
    ((*LAYOUT, "constants"), {"place": "North"}, "tables.0.layouts.0",
     "['place'] stands in both `columns` and `constants`"),
])  # fmt: skip
def test_a_wrong_contract_is_refused_with_its_file_the_place_and_what_is_wrong(tmp_path, place, value, said_at, said):
    path = written(tmp_path, changed(place, value))
    with pytest.raises(CatalogueFault) as refused:
        load_contract(path)
    assert refused.value.where == str(path)
    assert refused.value.what.startswith(f"{said_at}: ")
    assert said in refused.value.what
    assert refused.value.remedy


def test_a_format_of_a_date_needs_its_day(tmp_path):
    column = {"name": "month", "description": "the day", "type": "date", "formats": ["%m/%Y"]}
    with pytest.raises(CatalogueFault, match="has none of %d, %-d"):
        load_contract(written(tmp_path, changed((*COLUMN, 1), column)))


def test_yaml_that_is_not_yaml_is_refused_with_file_and_line(tmp_path):
    path = written(tmp_path, "dataset: visits\ntables: [\n  oops")
    with pytest.raises(CatalogueFault, match=r"not valid YAML .*line [0-9]"):
        load_contract(path)


def test_bytes_that_are_not_utf8_are_refused(tmp_path):
    path = tmp_path / "visits.yml"
    path.write_bytes(b"dataset: visits\ntitle: caf\xe9\n")
    with pytest.raises(CatalogueFault, match="not valid YAML"):
        load_contract(path)


def test_a_key_that_stands_twice_is_refused_instead_of_the_last_one_winning(tmp_path):
    text = yaml.safe_dump(RIGHT, sort_keys=False).replace("MONTH: month\n", "MONTH: month\n      MONTH: place\n")
    assert yaml.safe_load(text)["tables"][0]["layouts"][0]["columns"]["MONTH"] == "place"
    with pytest.raises(CatalogueFault, match=r"'MONTH' stands twice"):
        load_contract(written(tmp_path, text))


def test_an_empty_contract_is_refused(tmp_path):
    with pytest.raises(CatalogueFault, match="top level"):
        load_contract(written(tmp_path, ""))


def test_more_than_one_fault_is_said_to_be_more(tmp_path):
    content = changed(("colour",), "red")
    content["lag_days"] = -1
    with pytest.raises(CatalogueFault, match=r"\(and 1 more\)"):
        load_contract(written(tmp_path, content))


def test_one_fault_deep_inside_is_one_fault(tmp_path):
    with pytest.raises(CatalogueFault) as refused:
        load_contract(written(tmp_path, changed((*TABLE, "markers"), {"*": "hidden"})))
    assert "more)" not in refused.value.what


def test_a_contract_under_another_file_name_is_refused(tmp_path):
    with pytest.raises(CatalogueFault, match=r"others\.yml: holds dataset visits\. File and dataset bear one name"):
        load_contract(written(tmp_path, RIGHT, "others.yml"))


def product_metrics(folder: Path) -> None:
    shutil.copytree(HERE / "metrics", folder / "metrics")


def test_one_dataset_cannot_have_two_contracts(tmp_path):
    for publisher in ("a", "b"):
        (tmp_path / publisher).mkdir()
        written(tmp_path / publisher, RIGHT)
    product_metrics(tmp_path)
    with pytest.raises(CatalogueFault, match="dataset visits has two contracts"):
        load_catalogue(tmp_path)


def test_a_metric_of_a_dataset_without_a_contract_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    written(tmp_path / "a", RIGHT)
    product_metrics(tmp_path)
    with pytest.raises(
        CatalogueFault, match=r"names dataset '\w+', which no contract describes.*Known datasets: visits"
    ):
        load_catalogue(tmp_path)


def themed(folder: Path, theme: str, **content: object) -> None:
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics" / f"{theme}.yml").write_text(yaml.safe_dump(content), "utf-8")


def test_a_metric_stands_in_the_file_of_its_theme(tmp_path):
    themed(tmp_path, "estates", metrics=[{"metric_id": "es_19", "theme": "net_zero"}])
    with pytest.raises(
        CatalogueFault, match=r"estates\.yml: metric es_19 has theme 'net_zero'. A file bears the name of its"
    ):
        load_catalogue(tmp_path)


def test_a_caveat_has_one_home(tmp_path):
    themed(tmp_path, "estates", caveats={"partial": "Of trusts alone."})
    themed(tmp_path, "net_zero", caveats={"partial": "Of trusts only."})
    with pytest.raises(CatalogueFault, match="caveat partial stands in two files"):
        load_catalogue(tmp_path)


def test_a_metric_that_is_summed_says_for_what_areas_and_how_often():
    given = {
        "metric_id": "es_13", "definition_version": 1, "name": "Size", "theme": "estates", "unit": "m2",
        "definition": "Floor area of all sites of trusts.", "direction": "context", "method": "count", "source": "eric",
        "proof_grade": "D", "proof": "none as yet",
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"es_13\.v1 is summed from metric_row: it needs geographies and cadence"):
        Metric.model_validate(given)
    whole = given | {"geographies": ["trust"], "cadence": "annual"}
    assert Metric.model_validate(whole).detail is None
    with pytest.raises(ValueError, match=r"es_13\.v1 has method share: name its denominator"):
        Metric.model_validate(whole | {"method": "share"})


def test_the_products_own_contracts_are_right_and_stand_under_their_names():
    known = catalogue()
    assert {"gp_appointments_regional", "ons_lookups", "place_measures"} <= set(known.contracts)
    assert all(contract.dataset == name for name, contract in known.contracts.items())


@pytest.mark.parametrize("said", ["utf-8", "UTF8", "utf_8", "utf-8-sig"])
def test_utf8_may_open_with_a_byte_order_mark_however_it_is_named(said):
    assert Layout(id="x", columns={"A": "a"}, encoding=said).encoding == "utf-8-sig"


def test_the_year_in_a_header_is_two_plain_digits():
    pattern = Layout(id="x", columns={"LOC{yy}CD": "a"}).header_pattern("LOC{yy}CD")
    assert pattern.fullmatch("LOC22CD")["yy"] == "22"
    assert not any(pattern.fullmatch(cell) for cell in ("LOC2CD", "LOC222CD", "LOC٢٢CD", "LOC{yy}CD", "loc22cd"))


def test_a_special_sign_in_a_published_header_stands_for_itself():
    pattern = Layout(id="x", columns={"Rate (%) [{yy}]": "a"}).header_pattern("Rate (%) [{yy}]")
    assert pattern.fullmatch("Rate (%) [24]")
    assert not pattern.fullmatch("Rate (%) 24")


def test_the_digest_of_a_table_changes_with_anything_that_decides_how_it_is_read():
    digests = {
        table_digest(Contract.model_validate(content).tables[0])
        for content in (
            RIGHT, changed((*LAYOUT, "encoding"), "cp1252"), changed((*COLUMN, 2, "minimum"), 1),
            changed((*COLUMN, 0, "aliases"), {"S": "South"}), changed((*TABLE, "markers"), {"-": "suppressed"}),
        )
    }  # fmt: skip
    assert len(digests) == 5
    assert table_digest(Contract.model_validate(RIGHT).tables[0]) in digests


def test_every_date_code_is_one_that_duckdb_reads_and_writes_back():
    import duckdb

    text = {"%Y": "2024", "%y": "24", "%m": "09", "%-m": "9", "%b": "Sep", "%B": "September", "%d": "07", "%-d": "7",
            "%H": "05", "%M": "06", "%S": "08", "%%": "%"}  # fmt: skip
    assert set(text) == DATE_CODES
    for code, written_so in text.items():
        form = f"%Y-%m-%d|{code}"
        cell = f"2024-09-07|{written_so}"
        assert duckdb.execute("select strftime(try_strptime($c, $f), $f)", {"c": cell, "f": form}).fetchone() == (cell,)

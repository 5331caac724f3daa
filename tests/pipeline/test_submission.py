"""The way of a person who submits an extract: template, inspect, report, mend, add; and inspect of any other file."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

from pipeline.audit import inspection
from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.archive import Provenance
from pipeline.sample import gp_appointments_regional, local_extracts
from pipeline.submission import template
from tests.pipeline.test_command_line import call


def changed(path: Path, old: str, new: str, times: int = 1) -> Path:
    path.write_text(path.read_text("utf-8-sig").replace(old, new, times), "utf-8")
    return path


@pytest.fixture
def ledger(tmp_path) -> Path:
    return local_extracts.write_extract(tmp_path, local_extracts.extract("lx_05_trust_spend"))


def test_from_the_template_to_the_archive(tmp_path, settings):
    told = call("template", "LX-05", "--org", "RZ1", "--out", tmp_path, "--example", "--json")
    text, book = (Path(path) for path in json.loads(told.stdout))
    changed(text, ",net,", ",nett,")
    reports = [tmp_path / "problems.csv", tmp_path / "problems.html"]
    done = call("inspect", text, *(part for path in reports for part in ("--report", path)))
    assert done.returncode == 0, done.stderr
    assert "1 problem: 0 submission, 1 record, 0 warning" in done.stdout
    assert "in pipeline/catalogue" not in done.stdout, "the form of an extract is not for the submitter to change"
    _, told = csv.reader(reports[0].read_text("utf-8-sig").splitlines())
    assert told[:4] == ["record", "2", "vat_treatment", "'nett'"]
    assert "<td>vat_treatment</td>" in reports[1].read_text("utf-8")
    outcomes = archive.add([text, book], settings, catalogue(), provenance=Provenance(origin="synthetic"))
    assert [one.status for one in outcomes] == ["archived", "new revision"]


def test_all_templates_are_listed():
    listed = call("template").stdout
    assert all(contract.dataset in listed for contract in template.extracts(catalogue()))
    assert call("template", "LX-99").returncode == 1


def test_what_the_suite_says_has_rows_and_blocks(ledger, settings):
    changed(ledger, ",yes,none", ",yes,pfi")
    found = inspection.inspect(ledger, settings)
    assert found["blocking"] is True
    (told,) = inspection.problems_of(found)
    assert (told.level, told.row, told.column) == ("submission", "2", "influenceable, exclusion_reason")
    assert told.rule == "lx_05_trust_spend.no_reason_where_influenceable"


def test_a_name_without_a_code_hides_no_problem_of_the_rows(ledger, settings):
    path = changed(ledger.rename(ledger.with_name("lx_05_trust_spend__template.csv")), ",net,", ",nett,")
    found = inspection.inspect(path, settings)
    assert found["error"].endswith("Name it lx_05_trust_spend__<ODS code>.csv")
    assert [one.level for one in inspection.problems_of(found)] == ["submission", "record"]
    assert "period or part unknown: it would be refused" in "\n".join(inspection.lines(found))


def test_a_file_that_cannot_be_read_is_told_like_any_other(tmp_path, settings):
    path = tmp_path / "lx_05_trust_spend__rz1.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    found = inspection.inspect(path, settings)
    (told,) = inspection.problems_of(found)
    assert (found["blocking"], told.level, told.rule) == (True, "submission", "file.refused")
    assert "refused" in "\n".join(inspection.lines(found))


def test_a_file_that_nobody_knows_is_one_problem(tmp_path, settings):
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    (told,) = inspection.problems_of(inspection.inspect(path, settings))
    assert (told.level, told.rule) == ("submission", "file.unknown")


def test_a_publication_is_told_row_by_row_too_and_is_for_the_publisher_to_mend(tmp_path, settings):
    published = gp_appointments_regional.write_release(tmp_path)
    bad = tmp_path / "bad" / published.name
    bad.parent.mkdir()
    with zipfile.ZipFile(published) as held, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as out:
        for number, name in enumerate(held.namelist()):
            data = held.read(name)
            out.writestr(name, data if number else data.replace(b"Telephone", b"Telegraph", 1))
    found = inspection.inspect(bad, settings)
    level = {one.level: one for one in inspection.problems_of(found)}
    assert set(level) == {"submission", "record"}
    told = level["record"]
    assert (told.column, told.found) == ("APPT_MODE", "'Telegraph'")
    assert told.member.endswith(".csv")
    assert told.row.isdigit()
    assert told.remedy == "Get a corrected file from the publisher"


def test_no_cell_of_a_file_about_people_is_printed(tmp_path, settings):
    one = local_extracts.extract("lx_17_ctr", "reviews")
    path = local_extracts.write_extract(tmp_path, one)
    person = one.filled()[0]["person"]
    changed(path, person, "401 023 2137")
    changed(path, ",held,", ",Maud Okonkwo,")
    found = inspection.inspect(path, settings)
    said = json.dumps(found, default=str) + "\n".join(inspection.lines(found))
    assert len(inspection.problems_of(found)) >= 2
    assert not any(cell in said for cell in ("401 023", "4010232137", "Okonkwo", person))

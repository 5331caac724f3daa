"""Proves that the mutation harness can fail: an engine that reads wrong, in ways that real ones do, is found out."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace

import pytest

from pipeline.ingest import containers, identify, read, staging
from pipeline.privacy import nhs_number, pseudonym, reduce

from .files import text_bytes, text_of
from .forms import headerless, old_spreadsheet, people, spread, two_tables
from .judge import Judge, Verdict, slow_reading
from .mutators import CELL_FITS, MUTATORS, ROWS_GONE, Mutation, changed, mutations
from .test_mutations import SEED, opened_form


def verdicts(form, folder, wanted: str) -> list[Verdict]:
    """The verdicts of the mutations of a form whose name holds `wanted`."""
    case, known = opened_form(form, folder)
    judge = Judge(folder / "judge", known)
    pristine = judge.outcome(case, case.data)
    chosen = [one for one in mutations(case, SEED, 10_000) if wanted in one.name]
    assert chosen
    return [judge.verdict(case, pristine, one) for one in chosen]


def kinds(found: list[Verdict]) -> set[str]:
    return {verdict.kind for verdict in found}


def test_a_reader_that_takes_columns_by_place_is_found_out(tmp_path, monkeypatch):
    fit = identify.fit_header

    def by_place(header, layout):
        found = fit(header, layout)
        return replace(found, columns=tuple(layout.columns.values()), unknown=(), missing=(), doubled=())

    assert kinds(verdicts(old_spreadsheet, tmp_path, "columns shuffled")) == {"right"}
    monkeypatch.setattr(identify, "fit_header", by_place)
    assert "wrong" in kinds(verdicts(old_spreadsheet, tmp_path / "again", "columns shuffled"))


def test_a_reader_that_forgets_a_rule_is_found_out(tmp_path, monkeypatch):
    rules = read.cell_rules
    monkeypatch.setattr(
        read, "cell_rules", lambda *of: [rule for rule in rules(*of) if not rule.rule_id.endswith(".pattern")]
    )
    assert "wrong" in kinds(verdicts(old_spreadsheet, tmp_path, "code: "))


def test_a_reader_that_rounds_is_found_out(tmp_path, monkeypatch):
    typed = read.value_sql

    def rounding(column, markers):
        if column.type != "decimal":
            return typed(column, markers)
        return f"try_cast(t_{column.name} as {column.duckdb_type})"

    case, known = opened_form(old_spreadsheet, tmp_path)
    judge = Judge(tmp_path / "judge", known)
    pristine = judge.outcome(case, case.data)
    (part,) = case.parts
    finer = [*part.grid[:-1], [*part.grid[-1][:-1], "12.34567"]]
    mutation = changed(case, part, "more decimals than are kept", finer, unseen=CELL_FITS)
    assert judge.verdict(case, pristine, mutation).kind == "flagged"
    monkeypatch.setattr(read, "value_sql", rounding)
    assert judge.verdict(case, pristine, mutation).kind == "wrong"


def test_a_reader_that_counts_no_doubled_keys_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "_duplicate_keys", lambda *of: (0, ""))
    assert kinds(verdicts(headerless, tmp_path, "the body twice")) == {"wrong"}


def test_a_reader_that_loses_the_last_row_in_silence_is_found_out(tmp_path, monkeypatch):
    records = staging.records
    monkeypatch.setattr(staging, "records", lambda *of: iter(list(records(*of))[:-1]))
    assert "wrong" in kinds(verdicts(headerless, tmp_path, "a line end in"))


def test_a_reader_that_mends_encodings_is_found_out(tmp_path, monkeypatch):
    def lenient(path, member, encoding, label):
        yield b"".join(containers._chunks(path, member, label)).decode(encoding, errors="replace")

    monkeypatch.setattr(containers, "text_of", lenient)
    monkeypatch.setattr(read, "UNREADABLE", "^$", raising=False)
    assert "wrong" in kinds(verdicts(spread, tmp_path, "a dash of windows-1252"))


def test_findings_that_tell_nobody_are_found_out(tmp_path, monkeypatch):
    case, known = opened_form(headerless, tmp_path)
    judge = Judge(tmp_path / "judge", known)
    pristine = judge.outcome(case, case.data)
    doubled = next(one for one in mutations(case, SEED, 10_000) if one.name == "the body twice")
    assert judge.verdict(case, pristine, doubled).kind == "flagged"
    monkeypatch.setattr("tests.mutation.judge.findings", lambda *of: [])
    assert judge.verdict(case, pristine, doubled).kind == "wrong"


def test_a_door_that_lets_any_ten_digits_through_is_found_out(tmp_path, monkeypatch):
    assert kinds(verdicts(people, tmp_path, "another last digit")) == {"flagged"}
    monkeypatch.setattr(nhs_number, "kind_of", lambda text: "issued")
    monkeypatch.setattr(nhs_number, "is_valid", lambda text: True)
    assert "wrong" in kinds(verdicts(people, tmp_path / "again", "another last digit"))


def test_an_identifier_of_a_local_system_with_an_unseen_sign_is_flagged(tmp_path, monkeypatch):
    case, known = opened_form(people, tmp_path)
    judge = Judge(tmp_path / "judge", known)
    pristine = judge.outcome(case, case.data)
    (part,) = case.parts
    at = part.grid[0].index("Worker")
    other = [*part.grid[:-1], [*part.grid[-1][:at], part.grid[-1][at] + "\u200b", *part.grid[-1][at + 1 :]]]
    mutation = changed(case, part, "an unseen sign in a worker", other, placed=True)
    assert judge.verdict(case, pristine, mutation).kind == "flagged"
    monkeypatch.setattr(read, "UNREADABLE", "^$")
    assert judge.verdict(case, pristine, mutation).kind == "wrong"


@pytest.mark.parametrize("fault", ["a hash without a key", "the age at another time", "the place of another postcode"])
def test_people_that_become_something_else_are_found_out(fault, tmp_path, monkeypatch):
    case, known = opened_form(people, tmp_path)
    rows, bad = slow_reading(case, {})
    assert bad == 0

    def read_again(folder: str):
        return Judge(tmp_path / folder, known).outcome(case, case.data).rows

    assert read_again("right") == rows
    if fault == "a hash without a key":
        unkeyed = lambda key, digits: key.prefix + hashlib.sha256(digits.encode()).hexdigest()  # noqa: E731
        monkeypatch.setattr(pseudonym.Key, "pseudonym", unkeyed)
    elif fault == "the age at another time":
        aged = reduce.age_band_sql
        monkeypatch.setattr(reduce, "age_band_sql", lambda born, at, bounds: aged(born, f"({at} + 400)", bounds))
    else:
        written = reduce.postcode_sql
        monkeypatch.setattr(reduce, "postcode_sql", lambda cell: f"replace({written(cell)}, 'XZ1', 'XZ2')")
    assert read_again("wrong") != rows


def test_a_traceback_is_wrong_and_a_needless_refusal_too(tmp_path, monkeypatch):
    case, known = opened_form(two_tables, tmp_path)
    judge = Judge(tmp_path / "judge", known)
    pristine = judge.outcome(case, case.data)
    same = Mutation("the same bytes", case.data, must="read")
    assert judge.verdict(case, pristine, same) == Verdict("right")
    assert judge.verdict(case, pristine, replace(same, made=b"PK\x05\x06" + bytes(18))).kind == "wrong"
    monkeypatch.setattr(read, "_duplicate_keys", lambda *of: 1 / 0)
    assert judge.verdict(case, pristine, same) == Verdict("wrong", "ended in ZeroDivisionError: division by zero")


def test_what_is_undetectable_must_still_be_read_as_it_stands(tmp_path):
    """A reason why a change cannot be seen excuses that change, and no other beside it."""
    case, known = opened_form(headerless, tmp_path)
    judge = Judge(tmp_path / "judge", known)
    pristine = judge.outcome(case, case.data)
    (part,) = case.parts
    shorter = text_bytes(part.grid[:-1], part.dialect)
    honest = Mutation("a row gone", shorter, unseen=ROWS_GONE, becomes={0: part.grid[:-1]})
    assert judge.verdict(case, pristine, honest) == Verdict("undetectable", ROWS_GONE)
    assert judge.verdict(case, pristine, replace(honest, becomes={0: part.grid[:-2]})).kind == "wrong"
    assert judge.verdict(case, pristine, replace(honest, unseen="")).kind == "wrong"


@pytest.mark.parametrize("form", [headerless, old_spreadsheet, two_tables], ids=lambda form: form.__name__)
def test_a_case_is_written_as_it_was_read(form, tmp_path):
    """Cutting and writing back changes neither cells nor dialect, so that a mutation differs in one thing only."""
    case, _ = opened_form(form, tmp_path)
    for part in case.parts:
        how = part.dialect
        text = case.bytes_of(part).decode(how.encoding)
        assert list(csv.reader(io.StringIO(text, newline=""), delimiter=how.delimiter)) == part.grid
        assert text == text_of(part.grid, how)


def test_the_same_seed_gives_the_same_mutations_and_each_differs_from_the_file(tmp_path):
    case, _ = opened_form(old_spreadsheet, tmp_path)
    first, again = (list(mutations(case, SEED, 10_000)) for _ in range(2))
    assert [(one.name, one.data) for one in first] == [(one.name, one.data) for one in again]
    assert [one.name for one in first if one.data == case.data] == []
    assert len(first) > 5 * len(MUTATORS)
    assert [one.name for one in mutations(case, SEED, 3)] != [one.name for one in mutations(case, SEED + 1, 3)]

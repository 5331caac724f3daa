"""Proves what becomes of every published file on this machine: each is read, to the row, or refused with one line.

`python -m benchmarks.every_file ../shared/data --write` writes the list anew after a contract was added or changed: look
at what changed before it is kept.
"""

from __future__ import annotations

from benchmarks.every_file import facts, written
from tests.real.read_whole import settings_in


def test_every_file_is_read_to_the_row_or_refused_with_one_line(shared_data, tmp_path):
    settings = settings_in(tmp_path)
    found = facts(shared_data, settings.raw, settings.out)
    assert found == written()


def test_every_contract_that_says_a_real_file_proved_it_has_one(shared_data):
    from pipeline.catalogue.load import catalogue

    read = {fact.dataset for fact in written() if fact.became == "read"}
    proven = {contract.dataset for contract in catalogue().contracts.values() if contract.proof == "real_file"}
    assert proven <= read
    assert all("\n" not in fact.said and fact.said for fact in written() if fact.became in ("refused", "skipped"))

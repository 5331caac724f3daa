"""The key of commitments: where it comes from, and that a name without it tells nothing."""

from __future__ import annotations

import hashlib
import stat
from types import SimpleNamespace

import pytest

from pipeline.errors import Fault
from pipeline.publish import commitment
from pipeline.publish.edition import results_id


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv(commitment.VARIABLE, raising=False)


def test_the_output_folder_keeps_one_key_for_its_owner_alone(tmp_path):
    first = commitment.key(tmp_path / "marts")
    file = tmp_path / "marts" / commitment.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (len(first), commitment.key(tmp_path / "marts")) == (64, first)
    assert commitment.key(tmp_path / "others") != first


def test_the_environment_comes_first_and_a_short_key_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(commitment.VARIABLE, "k" * 32)
    assert commitment.key(tmp_path) == b"k" * 32
    assert not (tmp_path / commitment.FILE).exists()
    monkeypatch.setenv(commitment.VARIABLE, "short")
    with pytest.raises(Fault, match=r"ICS_MARTS_COMMITMENT_KEY: a key of 5 characters, at least 32 expected"):
        commitment.key(tmp_path)


def test_results_are_named_by_open_files_and_by_what_internal_ones_are_committed_to():
    def written(internal: str):
        return [
            SimpleNamespace(table=SimpleNamespace(part=part, path="marts/a.parquet"), sha256=digest)
            for part, digest in (("open", "0" * 64), ("internal", internal))
        ]

    key, other = b"a" * 32, b"b" * 32
    name = results_id(written("1" * 64), key)
    assert name == results_id(written("1" * 64), key)
    assert len({name, results_id(written("2" * 64), key), results_id(written("1" * 64), other)}) == 3
    plain = "\n".join(sorted(f"{one.table.part}/{one.table.path} {one.sha256}" for one in written("1" * 64)))
    assert name != hashlib.sha256(plain.encode()).hexdigest()[:16]

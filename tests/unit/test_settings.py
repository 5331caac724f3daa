"""Proves where settings come from and in which order, and that a wrong one is refused with the place it came from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.errors import Fault
from pipeline.settings import Settings, load


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in [name for name in os.environ if name.startswith("ICS_MARTS_")]:
        monkeypatch.delenv(name)


def test_without_anything_the_defaults_hold(tmp_path):
    assert load(tmp_path) == Settings()


def test_an_argument_beats_the_environment_beats_dotenv_beats_toml_beats_the_default(tmp_path, monkeypatch):
    def ics(**given):
        return load(tmp_path, **given).ics

    assert ics() == "QKS"
    (tmp_path / "ics-marts.toml").write_text('ics = "TOML"')
    assert ics() == "TOML"
    (tmp_path / ".env").write_text("ICS_MARTS_ICS=DOTENV\n")
    assert ics() == "DOTENV"
    monkeypatch.setenv("ICS_MARTS_ICS", "ENVIRONMENT")
    assert ics() == "ENVIRONMENT"
    assert ics(ics="ARGUMENT") == "ARGUMENT"
    assert ics(ics=None) == "ENVIRONMENT"


def test_one_source_does_not_hide_what_another_says_of_other_settings(tmp_path, monkeypatch):
    (tmp_path / "ics-marts.toml").write_text('raw = "r"\nkeep_editions = 3')
    (tmp_path / ".env").write_text("ICS_MARTS_OUT=o")
    monkeypatch.setenv("ICS_MARTS_THREADS", "2")
    found = load(tmp_path, ics="QE1")
    assert found == Settings(raw=Path("r"), out=Path("o"), keep_editions=3, threads=2, ics="QE1")


@pytest.mark.parametrize(("line", "ics"), [
    ("ICS_MARTS_ICS=QE1", "QE1"), ("  ICS_MARTS_ICS = QE1  ", "QE1"), ('ICS_MARTS_ICS="QE1"', "QE1"),
    ("ICS_MARTS_ICS='Q=1'", "Q=1"), ("export ICS_MARTS_ICS=QE1", "QE1"), ("# ICS_MARTS_ICS=QE1", "QKS"),
    ("  #ICS_MARTS_ICS=QE1", "QKS"), ("ICS_MARTS_ICS=", "QKS"), ("ICS_MARTS_ICS", "QKS"),
    ("OTHER=1\n\nICS_MARTS_ICS=QE1", "QE1"),
    ("\ufeffICS_MARTS_ICS=QE1", "QE1"), ("ICS_MARTS_ICS=it's", "it's"), ("ics_marts_ics=QE1", "QKS"),
])  # fmt: skip
def test_a_line_of_dotenv_is_read_as_shells_read_it(line, ics, tmp_path):
    (tmp_path / ".env").write_text(line + "\n", "utf-8")
    assert load(tmp_path).ics == ics


def test_an_empty_variable_is_not_set_so_that_no_path_becomes_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ICS_MARTS_RAW", "")
    assert load(tmp_path).raw == Settings().raw


def test_a_home_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere/home")
    (tmp_path / "ics-marts.toml").write_text('raw = "~/archive"')
    assert load(tmp_path).raw == Path("/somewhere/home/archive")


@pytest.mark.parametrize(("toml", "said"), [
    ('ics = ["QKS"]', "setting ics holds ['QKS'], expected a text"),
    ("ics = 5", "setting ics holds 5, expected a text"),
    ("raw = 5", "setting raw holds 5, expected a path"),
    ('raw = ""', "setting raw holds '', expected a path"),
    ("raw = true", "setting raw holds True, expected a path"),
    ('keep_editions = "3"', "setting keep_editions holds '3', expected a whole number"),
    ("keep_editions = 3.0", "setting keep_editions holds 3.0, expected a whole number"),
    ("keep_editions = true", "setting keep_editions holds True, expected a whole number"),
    ("keep_editions = 0", "setting keep_editions holds 0, expected at least 1"),
    ("threads = -1", "setting threads holds -1, expected at least 0"),
    ("lock_wait_seconds = -5", "setting lock_wait_seconds holds -5, expected at least 0"),
    ('fetch = "true"', "setting fetch holds 'true', expected true or false"),
    ("fetch = 1", "setting fetch holds 1, expected true or false"),
    ("fetch_pause_seconds = 0", "setting fetch_pause_seconds holds 0, expected at least 1"),
    ('colour = "red"', "unknown setting colour. Known settings: raw, out, ics"),
    ("ics = ", "not valid TOML"),
])  # fmt: skip
def test_a_wrong_toml_is_refused_naming_the_file_and_what_was_expected(toml, said, tmp_path):
    path = tmp_path / "ics-marts.toml"
    path.write_text(toml)
    with pytest.raises(Fault) as fault:
        load(tmp_path)
    assert str(fault.value).startswith(f"{path}: {said}")
    assert fault.value.remedy


def test_toml_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "ics-marts.toml").write_bytes(b'ics = "\xe9"')
    with pytest.raises(Fault, match="not valid TOML"):
        load(tmp_path)


def test_dotenv_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / ".env").write_bytes(b"ICS_MARTS_ICS=\xe9")
    with pytest.raises(Fault, match=r"\.env: not UTF-8 text"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["two", "2.5", "1_000", "٢", "0x2", "2 3", "--2"])
def test_a_number_in_the_environment_is_plain_digits(text, tmp_path, monkeypatch):
    monkeypatch.setenv("ICS_MARTS_THREADS", text)
    with pytest.raises(Fault) as fault:
        load(tmp_path)
    assert str(fault.value).startswith("environment, ICS_MARTS_THREADS: setting threads holds")


@pytest.mark.parametrize(("text", "fetch"), [
    ("true", True), ("Yes", True), (" on ", True), ("1", True), ("false", False), ("NO", False), ("off", False), ("0", False),
])  # fmt: skip
def test_yes_and_no_in_the_environment_are_words_or_digits(text, fetch, tmp_path, monkeypatch):
    (tmp_path / "ics-marts.toml").write_text(f"fetch = {'false' if fetch else 'true'}")
    monkeypatch.setenv("ICS_MARTS_FETCH", text)
    assert load(tmp_path).fetch is fetch


@pytest.mark.parametrize("text", ["y", "2", "truee", "none"])
def test_what_is_neither_yes_nor_no_is_refused(text, tmp_path, monkeypatch):
    monkeypatch.setenv("ICS_MARTS_FETCH", text)
    with pytest.raises(
        Fault, match=f"environment, ICS_MARTS_FETCH: setting fetch holds '{text}', expected true or false"
    ):
        load(tmp_path)


def test_a_wrong_line_of_dotenv_is_refused_naming_the_file(tmp_path):
    (tmp_path / ".env").write_text("ICS_MARTS_KEEP_EDITIONS=many")
    with pytest.raises(
        Fault, match=r"\.env, ICS_MARTS_KEEP_EDITIONS: setting keep_editions holds 'many', expected a whole number"
    ):
        load(tmp_path)


def test_a_number_in_the_environment_may_have_blanks_around_it(tmp_path, monkeypatch):
    monkeypatch.setenv("ICS_MARTS_THREADS", " 4 ")
    assert load(tmp_path).threads == 4


def test_every_whole_number_has_a_least_value():
    numbers = {name for name, default in vars(Settings()).items() if type(default) is int}
    assert set(settings.LEAST) == numbers


def test_folders_hang_together():
    known = Settings(out=Path("o"))
    assert (known.work, known.editions, known.runs, known.current_json, known.latest_dir) == (
        Path("o/work"), Path("o/editions"), Path("o/runs"), Path("o/current.json"), Path("o/latest"),
    )  # fmt: skip
    assert Settings(latest="/share/marts").latest_dir == Path("/share/marts")


def test_only_what_can_change_an_edition_enters_the_fingerprint():
    assert Settings(ics="A").that_matter() != Settings(ics="B").that_matter()
    elsewhere = Settings(raw=Path("x"), out=Path("y"), threads=3, keep_editions=2, latest="z", lock_wait_seconds=1)
    assert elsewhere.that_matter() == Settings().that_matter()

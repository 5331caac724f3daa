"""Proves that a pseudonym is the HMAC that anybody with the key gets, that nobody else can, and that keys stay unseen.

The oracle is HMAC by its definition (RFC 2104) over the standard library's SHA-256, and openssl where it is there.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Fault
from pipeline.privacy import nhs_number
from pipeline.privacy.pseudonym import (
    LINKAGE,
    OURS,
    Key,
    is_upstream,
    key_of,
    keys_in,
    prefix_of,
    variable,
)

SECRETS = st.binary(min_size=32, max_size=128)
NUMBERS = st.integers(0, 999_999_999).map(nhs_number.made).filter(bool)
SECRET = bytes(range(32))
LINKAGE_KEY = Key(LINKAGE, "k1", SECRET)


def rfc_2104(secret: bytes, message: bytes) -> str:
    block = (hashlib.sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


@given(SECRETS, NUMBERS)
def test_a_pseudonym_is_the_hmac_of_the_ten_digits_and_names_domain_and_key(secret, number):
    found = Key(LINKAGE, "k1", secret).pseudonym(number)
    assert found == f"linkage:k1:{rfc_2104(secret, number.encode())}"
    assert OURS.fullmatch(found)
    assert prefix_of(found) == "linkage:k1:"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_openssl_gives_the_same():
    shown = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{SECRET.hex()}"], input=b"4010232137",
        capture_output=True, check=True, timeout=20,
    ).stdout.decode()  # fmt: skip
    assert LINKAGE_KEY.pseudonym("4010232137") == f"linkage:k1:{shown.split()[-1]}"


@given(NUMBERS)
def test_however_a_number_is_written_its_pseudonym_is_the_same(number):
    assert LINKAGE_KEY.pseudonym(f"{number[:3]} {number[3:6]} {number[6:]}") == LINKAGE_KEY.pseudonym(number)


@given(NUMBERS, SECRETS, SECRETS)
def test_another_key_key_id_or_domain_gives_another_pseudonym(number, one, other):
    found = {
        Key("linkage", "k1", one).pseudonym(number), Key("linkage", "k2", one).pseudonym(number),
        Key("project-a", "k1", one).pseudonym(number),
        *([Key("linkage", "k1", other).pseudonym(number)] if one.ljust(64, b"\0") != other.ljust(64, b"\0") else []),
    }  # fmt: skip
    assert len(found) == (3 if one.ljust(64, b"\0") == other.ljust(64, b"\0") else 4)


@given(NUMBERS)
def test_the_pseudonym_of_a_number_and_of_a_local_identifier_are_never_equal(number):
    mine = {
        LINKAGE_KEY.pseudonym(number),
        LINKAGE_KEY.of_local_id("a", number),
        LINKAGE_KEY.of_local_id("b", number),
    }
    assert len(mine) == 3


@pytest.mark.parametrize("text", ["", "4010232138", "SMITH", "12345"])
def test_what_is_no_number_has_no_pseudonym_and_is_not_shown(text):
    with pytest.raises(ValueError, match=r"^not a valid NHS Number$"):
        LINKAGE_KEY.pseudonym(text)


# --- keys from the environment -----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [SECRET.hex(), SECRET.hex().upper(), base64.b64encode(SECRET).decode()])
def test_a_key_is_read_from_hex_or_base64(written):
    assert key_of("linkage", {"ICS_MARTS_KEY_LINKAGE": f"2026a:{written}"}) == Key("linkage", "2026a", SECRET)


def test_a_domain_with_a_dash_has_a_variable_that_a_shell_can_set():
    assert variable("falls-project") == "ICS_MARTS_KEY_FALLS_PROJECT"


def test_a_missing_key_is_one_line_that_says_which_variable_and_how_to_make_one():
    with pytest.raises(Fault) as raised:
        key_of("linkage", {})
    line = str(raised.value)
    assert line.startswith("environment, ICS_MARTS_KEY_LINKAGE: holds no key, expected one of domain linkage")
    assert "secrets.token_hex(32)" in line
    assert "\n" not in line


@pytest.mark.parametrize("text", [
    SECRET.hex(), "K1:" + SECRET.hex(), ":" + SECRET.hex(), "k1:" + SECRET.hex()[:-2], "k1:" + SECRET.hex()[:-1] + "!", "k1:é" * 20,
    "k1:",
])  # fmt: skip
def test_what_is_not_a_key_is_refused_and_nothing_of_it_is_shown(text):
    with pytest.raises(Fault) as raised:
        key_of("linkage", {"ICS_MARTS_KEY_LINKAGE": text})
    assert "ICS_MARTS_KEY_LINKAGE: is not a key" in str(raised.value)
    assert SECRET.hex()[:16] not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_a_key_does_not_show_its_secret():
    assert "secret" not in repr(LINKAGE_KEY)
    assert SECRET.hex() not in repr(LINKAGE_KEY)


def test_every_key_of_the_environment_is_found_linkage_first():
    environ = {
        "ICS_MARTS_KEY_FALLS_PROJECT": "k1:" + "ab" * 32, "ICS_MARTS_KEY_LINKAGE": "k1:" + "cd" * 32, "ICS_MARTS_RAW": "x",
    }  # fmt: skip
    assert [key.domain for key in keys_in(environ)] == ["linkage", "falls-project"]


# --- pseudonyms of others ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "upstream"), [
    ("dscro-kent:9f86d081884c7d659a2feaa0", True), ("dscro-essex:9f86d081884c7d659a2feaa0", False), ("dscro-kent:short", False),
    ("9f86d081884c7d659a2feaa0", False), ("dscro-kent:9f86 d081884c7d659a2feaa0", False), ("dscro-kent:401-023-2137", False),
    ("", False),
])  # fmt: skip
def test_only_a_named_upstream_domain_may_bring_its_pseudonyms(text, upstream):
    assert is_upstream(text, ("dscro-kent",)) is upstream


def test_the_prefix_of_an_upstream_pseudonym_is_its_domain():
    assert prefix_of("dscro-kent:9f86d081884c7d659a2feaa0") == "dscro-kent:"
    assert prefix_of("4010232137") == ""

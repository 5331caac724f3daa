"""Keyed commitments: a name for internal results that changes when they do and tells nobody without the key what they are.

Belongs here: the key and the digest. Does not belong here: what is committed to (edition.py). The key is no pseudonym's key: it may be
shared with whoever is to make the same edition elsewhere, and a new one does no harm but a new name for the same results.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from pipeline.errors import Fault

VARIABLE = "ICS_MARTS_COMMITMENT_KEY"
FILE = "commitment.key"
LEAST_LENGTH = 32
# Of synthetic and of published figures alone there is nothing to guess, and everybody is to get the same name.
NOTHING_TO_KEEP = b"nothing to keep"


def committed(digest: str, key: bytes) -> str:
    """64 hex digits: HMAC-SHA256 of a digest."""
    return hmac.digest(key, digest.encode(), "sha256").hex()


def key(out: Path) -> bytes:
    """The key of the environment, else that of the output folder, made there by the first run that needs one."""
    given = os.environ.get(VARIABLE, "")
    if given:
        return _long_enough(given, VARIABLE)
    path = out / FILE
    if not path.is_file():
        out.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_hex(LEAST_LENGTH) + "\n")
    return _long_enough(path.read_text("utf-8").strip(), str(path))


def _long_enough(text: str, where: str) -> bytes:
    if len(text) < LEAST_LENGTH:
        raise Fault(
            f"a key of {len(text)} characters, at least {LEAST_LENGTH} expected", where=where,
            remedy="Make one with `openssl rand -hex 32`",
        )  # fmt: skip
    return text.encode()

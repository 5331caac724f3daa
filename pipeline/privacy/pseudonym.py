"""Pseudonyms: HMAC-SHA-256 of an NHS Number with a key that only the environment holds.

Belongs here: keys, their ids and domains, and how a pseudonym is written. Does not belong here: which column of a file
holds numbers (the contract), applying this to rows (ingest/read.py).

A salted hash is no protection: there are a thousand million NHS Numbers, which a laptop hashes in minutes, and the salt
lies beside the data. With a keyed HMAC nobody without the key can try them. A pseudonym is written
`<domain>:<key id>:<64 hex digits>`, so that pseudonyms of two domains, or of two keys of one domain, are never equal
and cannot be joined by accident. Domain `linkage` links extracts within the ICS; every project that only needs its own
data has a domain, and a key, of its own. Pseudonyms that an upstream body made keep its name: `<domain>:<value>`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.errors import Fault
from pipeline.privacy import nhs_number

LINKAGE = "linkage"
# Upstream domain of made-up people; a real extract cannot bear it, and a made-up one no other.
SYNTHETIC = "synthetic"
DOMAIN = re.compile(r"[a-z][a-z0-9-]{1,30}")
KEY_ID = re.compile(r"[a-z0-9]{1,16}")
LEAST_KEY_BYTES = 32
KEY_VARIABLE = "ICS_MARTS_KEY_{domain}"
HOW_TO_MAKE = "Make one with `python -c \"import secrets; print('k1:' + secrets.token_hex(32))\"` and keep it where secrets are kept"

OURS = re.compile(rf"(?P<domain>{DOMAIN.pattern}):(?P<key_id>{KEY_ID.pattern}):[0-9a-f]{{64}}")
# A value without white space; a number that a person could have is no pseudonym of anybody.
UPSTREAM = re.compile(rf"(?P<domain>{DOMAIN.pattern}):(?P<value>[A-Za-z0-9+/=_-]{{12,128}})")


@dataclass(frozen=True)
class Key:
    """A secret of one domain. `key_id` names it without telling it: it stands in every pseudonym made with it."""

    domain: str
    key_id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not DOMAIN.fullmatch(self.domain):
            raise ValueError(f"domain {self.domain!r} is not like {DOMAIN.pattern}")
        if not KEY_ID.fullmatch(self.key_id):
            raise ValueError(f"key id {self.key_id!r} is not like {KEY_ID.pattern}")
        if len(self.secret) < LEAST_KEY_BYTES:
            raise ValueError(f"a key has at least {LEAST_KEY_BYTES} bytes")

    @property
    def prefix(self) -> str:
        """What every pseudonym made with this key begins with."""
        return f"{self.domain}:{self.key_id}:"

    def pseudonym(self, digits: str) -> str:
        """The pseudonym of ten digits. Raises ValueError, without the digits, where they are no valid NHS Number."""
        if not nhs_number.is_valid(digits):
            raise ValueError("not a valid NHS Number")
        return self.prefix + hmac.digest(self.secret, nhs_number.normal(digits).encode(), "sha256").hex()

    def of_local_id(self, dataset: str, value: str) -> str:
        """The pseudonym of an identifier that a submitter gave; apart from those of NHS Numbers and of other datasets."""
        message = f"local id\0{dataset}\0{value}".encode()
        return self.prefix + hmac.digest(self.secret, message, "sha256").hex()


def variable(domain: str) -> str:
    """The environment variable that holds the key of a domain."""
    return KEY_VARIABLE.format(domain=domain.upper().replace("-", "_"))


def key_of(domain: str, environ: Mapping[str, str]) -> Key:
    """The key of a domain from the environment: `<key id>:<hex or base64 of at least 32 bytes>`.

    Raises Fault, which names the variable and never what it holds, where there is none or it is not of that form.
    """
    name = variable(domain)
    text = environ.get(name, "").strip()
    if not text:
        raise Fault(
            f"holds no key, expected one of domain {domain}: NHS Numbers cannot be replaced without it",
            where=f"environment, {name}",
            remedy=HOW_TO_MAKE,
        )
    key_id, _, written = text.partition(":")
    secret = _bytes_of(written)
    wrong = "" if KEY_ID.fullmatch(key_id) else f"its key id is not like {KEY_ID.pattern}"
    wrong = wrong or ("what follows the key id is neither hex nor base64" if secret is None else "")
    wrong = wrong or (f"it has {len(secret)} bytes" if len(secret) < LEAST_KEY_BYTES else "")
    if wrong:
        # What it holds may be a key without its id: nothing of it is shown.
        raise Fault(
            f"is not a key ({wrong}), expected <key id>:<hex or base64 of at least {LEAST_KEY_BYTES} bytes>",
            where=f"environment, {name}",
            remedy=HOW_TO_MAKE,
        )
    return Key(domain, key_id, secret)


def _bytes_of(written: str) -> bytes | None:
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", written):
        return bytes.fromhex(written)
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):  # not ASCII
        return None


def keys_in(environ: Mapping[str, str]) -> tuple[Key, ...]:
    """Every key that the environment holds, linkage first, then by domain. Raises Fault as `key_of` does."""
    stem = KEY_VARIABLE.format(domain="")
    domains = sorted(name.removeprefix(stem).lower().replace("_", "-") for name in environ if name.startswith(stem))
    return tuple(key_of(domain, environ) for domain in sorted(domains, key=lambda one: (one != LINKAGE, one)))


def prefix_of(pseudonym: str) -> str:
    """Whose pseudonym it is: `linkage:k1:`, or of an upstream domain `dscro-kent:`; '' where it is none."""
    ours = OURS.fullmatch(pseudonym)
    if ours:
        return f"{ours['domain']}:{ours['key_id']}:"
    upstream = UPSTREAM.fullmatch(pseudonym)
    return f"{upstream['domain']}:" if upstream else ""


def is_upstream(text: str, domains: tuple[str, ...]) -> bool:
    """Whether it is a pseudonym of one of these upstream domains. A number that a person could have never is."""
    found = UPSTREAM.fullmatch(text)
    return bool(found) and found["domain"] in domains and not nhs_number.is_valid(found["value"])

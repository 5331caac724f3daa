"""Settings: where the archive and the editions are, which ICS is home, how many editions to keep.

Order of precedence: an argument, an environment variable (ICS_MARTS_RAW, ICS_MARTS_OUT, ...), a line of
`.env` in the working folder, `ics-marts.toml` in the working folder, the default below. Secrets come from
the environment only.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.errors import Fault

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
EXPECTATIONS = PROJECT_ROOT / "expectations"
LOCK_FILE = PROJECT_ROOT / "requirements.lock"
ENV_PREFIX = "ICS_MARTS_"


@dataclass(frozen=True)
class Settings:
    """All that a command needs to know of its surroundings.

    `ics` is the home ICB (ODS or GSS code): it decides what the page and workbook open with, never which
    areas are computed. `threads` is DuckDB's; 0 leaves it to DuckDB. `latest` is the folder of stable file
    names that BI tools point at; empty means `<out>/latest`. `inbox` is where people drop files for the night to take
    in. `deliver_to` is one more folder, such as a share, that the night keeps like `latest`; `alert_file` gets a line
    of JSON for whatever a person should know of a night; empty means none. `fetch` has the night fetch what is newly
    published; `fetch_contact` tells publishers whom to ask about it (an address of a page or of mail), `fetch_proxy` is the proxy
    that leads out (`http://host:port`), `fetch_pause_seconds` lies between two requests to one host. `restricted` is the
    archive of originals about people, apart from all else; empty means `<raw>-restricted` beside the archive.
    """

    raw: Path = Path("data/raw")
    out: Path = Path("data/marts")
    ics: str = "QKS"
    keep_editions: int = 10
    threads: int = 0
    latest: str = ""
    lock_wait_seconds: int = 600
    inbox: Path = Path("data/inbox")
    deliver_to: str = ""
    alert_file: str = ""
    fetch: bool = False
    fetch_contact: str = ""
    fetch_proxy: str = ""
    fetch_pause_seconds: int = 2
    restricted: str = ""

    @property
    def work(self) -> Path:
        return self.out / "work"

    @property
    def editions(self) -> Path:
        return self.out / "editions"

    @property
    def runs(self) -> Path:
        return self.out / "runs"

    @property
    def latest_dir(self) -> Path:
        return Path(self.latest) if self.latest else self.out / "latest"

    @property
    def restricted_dir(self) -> Path:
        return Path(self.restricted) if self.restricted else self.raw.with_name(f"{self.raw.name}-restricted")

    @property
    def current_json(self) -> Path:
        return self.out / "current.json"

    def that_matter(self) -> dict[str, str]:
        """The settings that can change an edition's bytes (they enter the fingerprint)."""
        return {"ics": self.ics}


# The least that each whole number may be.
LEAST = {"keep_editions": 1, "threads": 0, "lock_wait_seconds": 0, "fetch_pause_seconds": 1}
# How the environment says yes and no.
YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def _dotenv(path: Path) -> dict[str, str]:
    """The settings in a `.env`: `NAME=value` lines, with or without `export` and quotes; `#` opens a comment line."""
    if not path.is_file():
        return {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Fault(f"not UTF-8 text ({error})", where=str(path), remedy="Save it as UTF-8") from error
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {key.strip().removeprefix("export ").strip(): _unquoted(value.strip()) for key, value in pairs}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def secrets() -> dict[str, str]:
    """The keys that pseudonyms are made with (ICS_MARTS_KEY_...): from the environment only, and never part of Settings."""
    return {name: value for name, value in os.environ.items() if name.startswith(ENV_PREFIX + "KEY_")}


def load(folder: Path | None = None, **given: object) -> Settings:
    """Settings of `folder` (default: the working folder), with `given` arguments that are not None on top.

    An empty environment variable or line of `.env` counts as not set. Raises Fault, naming the place, where
    `ics-marts.toml` is not TOML or holds an unknown setting, and where a value is of the wrong kind.
    """
    folder = folder or Path.cwd()
    toml_path, dotenv_path = folder / "ics-marts.toml", folder / ".env"
    known = {field.name: field.default for field in fields(Settings)}
    values: dict[str, object] = {}
    for name, value in _toml(toml_path, set(known)).items():
        values[name] = _as_kind(name, value, known[name], str(toml_path))
    for source, where in ((_dotenv(dotenv_path), str(dotenv_path)), (os.environ, "environment")):
        for name in known:
            variable = ENV_PREFIX + name.upper()
            if source.get(variable):
                values[name] = _as_kind(name, source[variable], known[name], f"{where}, {variable}", of_text=True)
    for name, value in given.items():
        if value is not None:
            values[name] = _as_kind(name, value, known[name], "argument")
    return Settings(**values)


def _toml(path: Path, known: set[str]) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Fault(f"not valid TOML ({error})", where=str(path), remedy="Mend the file or remove it") from error
    unknown = sorted(set(values) - known)
    if unknown:
        raise Fault(
            f"unknown setting {', '.join(unknown)}",
            where=str(path),
            remedy=f"Known settings: {', '.join(field.name for field in fields(Settings))}",
        )
    return values


def _as_kind(name: str, value: object, default: object, where: str, *, of_text: bool = False) -> object:
    """`value` as a setting of the default's kind: a path, a text, a whole number, yes or no. `of_text`: it came as text."""
    kinds = {Path: "a path", str: "a text", int: "a whole number", bool: "true or false"}
    kind = kinds[Path if isinstance(default, Path) else type(default)]
    whole = isinstance(value, int) and not isinstance(value, bool)
    word = str(value).strip().lower()
    made: object = None
    if kind == "a path" and isinstance(value, (str, Path)) and str(value):
        made = Path(value).expanduser()
    elif (kind == "a text" and isinstance(value, str)) or (kind == "a whole number" and whole):
        made = value
    elif kind == "a whole number" and of_text and re.fullmatch(r"\s*[+-]?[0-9]+\s*", str(value)):
        made = int(str(value))
    elif kind == "true or false" and (isinstance(value, bool) or (of_text and word in (*YES, *NO))):
        made = word in YES
    if made is None:
        raise Fault(f"setting {name} holds {value!r}, expected {kind}", where=where, remedy="Mend it or take it out")
    if kind == "a whole number" and made < LEAST[name]:
        raise Fault(
            f"setting {name} holds {made}, expected at least {LEAST[name]}",
            where=where,
            remedy="Mend it or take it out",
        )
    return made

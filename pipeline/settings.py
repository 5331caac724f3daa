"""Settings: where the archive and the editions are, which ICS is home, how many editions to keep.

Order of precedence: an argument, an environment variable (ICS_MARTS_RAW, ICS_MARTS_OUT, ...), a line of
`.env` in the working folder, `ics-marts.toml` in the working folder, the default below. Secrets come from
the environment only.
"""

from __future__ import annotations

import os
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
    names that BI tools point at; empty means `<out>/latest`.
    """

    raw: Path = Path("data/raw")
    out: Path = Path("data/marts")
    ics: str = "QKS"
    keep_editions: int = 10
    threads: int = 0
    latest: str = ""
    lock_wait_seconds: int = 600

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
    def current_json(self) -> Path:
        return self.out / "current.json"

    def that_matter(self) -> dict[str, str]:
        """The settings that can change an edition's bytes (they enter the fingerprint)."""
        return {"ics": self.ics}


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line)
    return {key.strip(): value.strip().strip("'\"") for key, value in pairs if not key.lstrip().startswith("#")}


def load(folder: Path | None = None, **given: object) -> Settings:
    """Settings of `folder` (default: the working folder), with `given` arguments that are not None on top.

    Raises Fault where `ics-marts.toml` is not TOML, holds an unknown setting or a value of the wrong kind.
    """
    folder = folder or Path.cwd()
    toml_path = folder / "ics-marts.toml"
    known = {field.name: field for field in fields(Settings)}
    values: dict[str, object] = {}
    if toml_path.is_file():
        try:
            values.update(tomllib.loads(toml_path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Fault(
                f"not valid TOML ({error})", where=str(toml_path), remedy="Mend the file or remove it"
            ) from error
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise Fault(
            f"unknown setting {', '.join(unknown)}", where=str(toml_path), remedy=f"Known settings: {', '.join(known)}"
        )
    environment = {**_dotenv(folder / ".env"), **os.environ}
    for name in known:
        text = environment.get(ENV_PREFIX + name.upper())
        if text is not None:
            values[name] = text
    values.update({key: value for key, value in given.items() if value is not None})
    return Settings(**{key: _as_kind(key, value, known[key].default) for key, value in values.items()})


def _as_kind(name: str, value: object, default: object) -> object:
    kind = Path if isinstance(default, Path) else type(default)
    if isinstance(value, bool) or (kind is int and not isinstance(value, (int, str))):
        raise Fault(f"setting {name} holds {value!r}, expected {kind.__name__}", where="settings")
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise Fault(f"setting {name} holds {value!r}, expected {kind.__name__}", where="settings") from error

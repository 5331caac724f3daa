"""What is made once for all processes of a session of tests. Does not belong here: what is made, or how."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of a session. Under xdist a process's own stands in it, without xdist it is the process's."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once"
    folder.mkdir(exist_ok=True)
    return folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Any:
    """What `make` returns, which is given a folder; the first process to ask makes it, and the others read it from there."""
    shared = shared_folder(factory)
    folder, made = shared / name, shared / f"{name}.pickle"
    with FileLock(shared / f"{name}.lock"):
        if not made.exists():
            # A process that was ended in the middle may have left half of it.
            shutil.rmtree(folder, ignore_errors=True)
            made.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(made.read_bytes())

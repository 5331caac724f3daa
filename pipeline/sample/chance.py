"""Chance for the synthetic files: streams that depend on their key alone, and sharing a total out by weight.

Belongs here: the draws and the one rule of sharing out that every generator uses. `random()` of a seeded Random is the
one method that Python promises to keep; every other step is in integers, so the same arguments give the same bytes.
Does not belong here: what is drawn (the module of each dataset).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

SEED = 2026

Key = TypeVar("Key")


def draws(*key: object) -> random.Random:
    """A stream that depends on its key alone, so that a place or month can be made without the others."""
    return random.Random("/".join(map(str, key)))


def between(stream: random.Random, low: int, high: int) -> int:
    """The next number of `stream` from `low` to `high`, both included."""
    return low + int(stream.random() * (high - low + 1))


def shared_out(total: int, weights: Sequence[tuple[Key, int]], stream: random.Random) -> Iterator[tuple[Key, int]]:
    """Shares `total` out by weight, each share rounded up or down by chance, so that the shares add up to it.

    The shares are the steps of floor((cumulative weight * total + start) / all weights) with one random start: a
    key that expects a third of an appointment has one in every third month. The weights add up to more than zero.
    """
    all_weights = sum(weight for _, weight in weights)
    reached = int(stream.random() * all_weights)
    for key, weight in weights:
        before = reached // all_weights
        reached += weight * total
        yield key, reached // all_weights - before

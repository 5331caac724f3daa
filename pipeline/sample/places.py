"""The places and neighbourhoods of the fictional system, as it declares them in LX-37.

Belongs here: which networks, practices, wards and hubs make up which place, in both models. Two nested places of three networks
each, with a neighbourhood in one of them that takes a practice of each of two networks; and two frailty hubs of one trust that
share a network, across the border of the nested places.
Does not belong here: the networks (world.py), the wards (ons_councils.py), the file (local_extracts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from pipeline.sample import ons_councils, world
from pipeline.sample.chance import SEED
from pipeline.sample.geography import ICBS

SINCE, HUBS_SINCE = "2019-07-01", "2025-04-01"
NETWORKS = tuple(one.code for location in ICBS[0].locations for one in world.networks(SEED, location))
WARDS = tuple(code for code, _ in ons_councils.WARDS)
TRUST = "RZ2"
SAMPLEFORD, MOCKMERE, HARBOUR = "local:qz1:sampleford", "local:qz1:mockmere", "local:qz1:harbour"
EAST, WEST = "local:qz1:frailty-hub-east", "local:qz1:frailty-hub-west"

# Place -> (name, level, model, first day, members by role).
PLACES: dict[str, tuple[str, str, str, str, dict[str, tuple[str, ...]]]] = {
    SAMPLEFORD: ("Sampleford", "place", "nested", SINCE, {"member": (*NETWORKS[:3], *WARDS[:4], HARBOUR)}),
    MOCKMERE: ("Mockmere", "place", "nested", SINCE, {"member": (*NETWORKS[3:6], *WARDS[4:8])}),
    # A practice of each of two networks of Sampleford, and a ward: it counts to Sampleford once, whichever way it is reached.
    HARBOUR: ("Harbour", "neighbourhood", "nested", SINCE, {"member": ("Z90100", "Z90107", WARDS[0])}),
    EAST: ("Frailty hub East", "place", "hub_and_spoke", HUBS_SINCE, {"hub": (TRUST,), "spoke": (NETWORKS[1], NETWORKS[3])}),
    WEST: ("Frailty hub West", "place", "hub_and_spoke", HUBS_SINCE, {"hub": (TRUST,), "spoke": (NETWORKS[3], NETWORKS[5])}),
}  # fmt: skip


def members(chance: Random) -> Iterator[dict[str, object]]:
    """The rows of LX-37 without the columns that all extracts have. Nothing of it is left to chance."""
    for code, (name, level, model, since, by_role) in PLACES.items():
        for role, codes in by_role.items():
            for member in codes:
                yield {
                    "place_code": code,
                    "place_name": name,
                    "level": level,
                    "model": model,
                    "member_code": member,
                    "role": role,
                    "valid_from": since,
                    "valid_to": None,
                    "share": None,
                }

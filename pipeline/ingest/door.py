"""The door: what the rows of a person-level file pass through, in memory, before anything of them is written.

Belongs here: which key, lookup and removals count for a file, the functions that DuckDB calls, the SQL of each reduction,
what may be said of a cell that was stopped. Does not belong here: reading (read.py), where originals are kept
(restricted.py), what identifies (the contract).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline import duck
from pipeline.catalogue.contract import Column, Contract
from pipeline.errors import Fault, Refused
from pipeline.privacy import nhs_number, pseudonym, reduce, scan
from pipeline.privacy.pseudonym import SYNTHETIC, Key

# Made-up people have no secret to keep: their pseudonyms are the same everywhere, and of no other domain.
NO_SECRET = Key(SYNTHETIC, "none", b"made-up people have no secret to keep")
REFUSED = "!"
# The mark of a row whose person was removed; no rule has such a name.
REMOVED = "!removed"
WITHHELD = scan.WITHHELD

WHY = {
    **{f"{REFUSED}{kind}": words for kind, words in nhs_number.WORDS.items() if kind != "issued"},
    f"{REFUSED}no_key": "an NHS Number, and there is no key",
    f"{REFUSED}for_pseudonym": "an NHS Number, expected a pseudonym",
    f"{REFUSED}not_known": "neither a number nor a pseudonym of a named body",
}


@dataclass(frozen=True)
class Door:
    """What decides how one person-level file is treated, beside its bytes and its contract.

    `origin` is the release's; `looked_at` where somebody only looks at a file and nothing of it is kept. `places` is SQL of
    rows (postcode with one blank, lsoa), '' where no lookup is held, and `places_id` the release it comes from. `removed` are
    pseudonyms of people whose rows are left out. `expected` is what its pseudonyms begin with, where that is known.
    `scratch` is a folder that may hold people's data, None where none may.
    """

    domain: str
    upstream: tuple[str, ...]
    origin: Literal["real", "synthetic", "looked_at"]
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    places: str = ""
    places_id: str = ""
    removed: frozenset[str] = frozenset()
    expected: str = ""
    scratch: Path | None = None

    @classmethod
    def for_looking(cls, contract: Contract) -> Door:
        """The door of a file that is only looked at: its pseudonyms are made with a key that nobody keeps."""
        return cls(contract.pseudonym_domain, contract.upstream_domains, "looked_at")

    @property
    def digest(self) -> str:
        """8 hex digits over what of this decides the rows, but for the key, whose id stands in them; names the bronze cache."""
        facts = [self.domain, list(self.upstream), self.origin, self.places_id, sorted(self.removed)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:8]

    def key(self) -> Key:
        """The key of this file. Raises Fault where it needs one and the environment holds none."""
        if self.origin == "synthetic":
            return NO_SECRET
        if self.origin == "looked_at":
            return Key("looked-at", "once", secrets.token_bytes(32))
        return pseudonym.key_of(self.domain, self.environ)


class Persons:
    """Replaces what names a person, cell by cell. `fault` says why a file cannot be treated, whatever else is in it: no key
    was there when one was needed, or it holds real people and is said to be made up.
    """

    def __init__(self, door: Door, dataset: str) -> None:
        self.door, self.dataset = door, dataset
        self.fault: Fault | None = None
        self._key: Key | None = None
        self._upstream = {
            "real": tuple(one for one in door.upstream if one != SYNTHETIC), "synthetic": (SYNTHETIC,),
            "looked_at": (*door.upstream, SYNTHETIC),
        }[door.origin]  # fmt: skip

    def _key_or_none(self) -> Key | None:
        if self._key is None and self.fault is None:
            try:
                self._key = self.door.key()
            except Fault as fault:
                self.fault = fault
        return self._key

    def of_number(self, cell: str) -> str:
        """A pseudonym, or REFUSED and why: never the cell."""
        if not nhs_number.normal(cell):
            return self.of_pseudonym(cell)
        kind = nhs_number.kind_of(cell)
        wanted = {"real": ("issued",), "synthetic": ("test",), "looked_at": ("issued", "test")}[self.door.origin]
        if kind == "issued" and self.door.origin == "synthetic":
            self.fault = Refused(
                "holds an NHS Number that a person may have, expected none in a file of made-up people (--synthetic)",
                where=self.dataset,
                remedy="Add it as what it is, without --synthetic",
            )
        if kind not in wanted:
            return REFUSED + kind
        key = self._key_or_none()
        return key.pseudonym(cell) if key else f"{REFUSED}no_key"

    def of_pseudonym(self, cell: str) -> str:
        """An upstream pseudonym as it is, or REFUSED and why."""
        if pseudonym.is_upstream(cell, self._upstream):
            return cell
        return REFUSED + ("for_pseudonym" if nhs_number.is_valid(cell) else "not_known")

    def of_local_id(self, cell: str) -> str:
        """The pseudonym of a submitter's own identifier. A number that a person may have is none."""
        if nhs_number.is_valid(cell):
            return f"{REFUSED}for_pseudonym"
        key = self._key_or_none()
        return key.of_local_id(self.dataset, cell) if key else f"{REFUSED}no_key"


def register(con, persons: Persons) -> None:
    """Gives a connection the functions that the SQL below calls: text to text, null to null."""
    for name, of_cell in (
        ("person_of_number", persons.of_number),
        ("person_of_pseudonym", persons.of_pseudonym),
        ("person_of_local_id", persons.of_local_id),
    ):
        con.create_function(name, _batched(of_cell), ["VARCHAR"], "VARCHAR", type="arrow", null_handling="special")
    con.create_function(
        "holds_identifier", lambda text: text is not None and bool(scan.in_text(text)), ["VARCHAR"], "BOOLEAN",
        null_handling="special",
    )  # fmt: skip


def _batched(of_cell):
    # DuckDB works an expression out again wherever a query refers to it: six times for a person of a good row.
    known: dict[str | None, str | None] = {None: None}

    def whole(cells):
        import pyarrow as pa

        texts = cells.to_pylist()
        for cell in texts:
            if cell not in known:
                known[cell] = of_cell(cell)
        return pa.array([known[cell] for cell in texts], pa.string())

    return whole


def value_sql(column: Column, born: str, at: str, places: bool, file_sha256: str) -> str:
    """What is kept of an identifying cell, from `t_`: null where it could not be treated, or is not known.

    `born` is SQL of the cell as a day, `at` of the day of the age, `places` whether table `lsoa_of_postcode` is there.
    """
    cell = duck.name("t_" + column.name)
    if column.fate == "pseudonym":
        made = f"person_of_{ {'nhs_number': 'number'}.get(column.identifies, column.identifies) }({cell})"
        return f"case when not starts_with({made}, '{REFUSED}') then {made} end"
    if column.fate == "file_number":
        return f"case when {cell} is not null then 'file:' || left(sha256({duck.text(file_sha256 + ':')} || {cell}), 24) end"
    if column.fate == "age_band":
        bounds = column.bands or reduce.AGE_BANDS
        known = f"list_contains({duck.text_list(reduce.bands(bounds))}, {cell})"
        return f"case when {known} then {cell} else {reduce.age_band_sql(born, at, bounds)} end"
    if column.fate == "lsoa":
        found = f"lsoa_of_postcode({reduce.postcode_sql(cell)})" if places else "null"
        return f"case when {_is_lsoa(cell)} then {cell} else {found} end"
    return cell  # free text that a contract keeps


def breaks_sql(column: Column) -> str:
    """True where a cell is neither blank nor of a kind that can be treated."""
    cell, value = duck.name("t_" + column.name), duck.name("v_" + column.name)
    if column.fate == "lsoa":
        # A postcode that the lookup does not hold is unknown, not wrong.
        return f"{cell} is not null and not {_is_lsoa(cell)} and {reduce.postcode_sql(cell)} is null"
    if column.fate == "kept":
        return f"holds_identifier({cell})"
    return f"{cell} is not null and {value} is null"


def said_sql(column: Column) -> str:
    """What may be said of a cell that was stopped: that it was there, and of an NHS Number what was wrong with it."""
    cell = duck.name("t_" + column.name)
    words = duck.text(WITHHELD)
    if column.fate == "pseudonym":
        made = f"person_of_{ {'nhs_number': 'number'}.get(column.identifies, column.identifies) }({cell})"
        cases = " ".join(f"when {duck.text(why)} then {duck.text(f'[withheld: {said}]')}" for why, said in WHY.items())
        words = f"case {made} {cases} else {words} end"
    return f"case when {cell} is not null then {words} end"


def _is_lsoa(cell: str) -> str:
    return f"regexp_full_match({cell}, {duck.text(reduce.LSOA.pattern)})"


def look_up_places(con, relation: str, columns: list[str], door: Door) -> bool:
    """Gives the connection `lsoa_of_postcode`, filled with the postcodes of the file alone; False where there is no lookup.

    A join would give the rows in another order, and their order is what says where they stood.
    """
    if not door.places or not columns:
        return False
    either = " union ".join(
        f"select {reduce.postcode_sql(duck.name(name))} as postcode from {relation}" for name in columns
    )
    found = dict(
        con.execute(
            f"select postcode, any_value(lsoa) from ({either}) join ({door.places}) using (postcode) group by 1"
        ).fetchall()
    )
    # A function of Python's own: DuckDB asks for a signature, which `found.get` has not.
    con.create_function(
        "lsoa_of_postcode", lambda postcode: found.get(postcode), ["VARCHAR"], "VARCHAR", null_handling="special"
    )
    return True


def one_domain(con, rows: str, columns: list[str], label: str) -> str:
    """Whose pseudonyms a file holds (`linkage:k1:`), '' for none. Raises Refused where they are of more than one."""
    if not columns:
        return ""
    either = " union ".join(
        f"select regexp_extract({duck.name(name)}, '^(.*:)[^:]*$', 1) as prefix from {rows}"
        f" where {duck.name(name)} is not null"
        for name in columns
    )
    prefixes = [prefix for (prefix,) in con.execute(f"select distinct prefix from ({either}) order by 1").fetchall()]
    if len(prefixes) > 1:
        raise Refused(
            f"holds people of more than one kind of pseudonym ({', '.join(prefixes)}), expected one: NHS Numbers, or "
            "pseudonyms of one upstream body",
            where=label,
            remedy="Send a file for each: people of two domains cannot be told to be the same",
        )
    return prefixes[0] if prefixes else ""

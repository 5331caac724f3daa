"""Proof, before an edition is published, that nobody stands in it or in what it was made from.

Belongs here: which files and tables of a run are looked through, and the checks. Does not belong here: what identifies a
person (privacy/scan.py), how identifiers are treated (ingest/door.py).

Runs only where people's data are in the archive: public registers have postcodes of organisations in bronze, which identify
nobody, and reading them every night would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.gate.ledger import Check, Ledger
from pipeline.ingest.read import Bronze
from pipeline.privacy import scan
from pipeline.publish.tables import PublishedTable

SCOPE = "edition"
ROWS, MARTS, NOBODY = "privacy.nobody_in_bronze", "privacy.nobody_in_marts", "privacy.no_row_is_a_person"
RULES = {
    ROWS: "no NHS Number, full postcode or date of birth stands in the rows or the quarantine of an extract about people",
    MARTS: "no NHS Number, full postcode or date of birth stands in a mart",
    NOBODY: "no mart has a column of people",
}
# Columns in which registers give the postcode of an organisation's premises.
OF_PREMISES = frozenset({"postcode", "organisation_postcode", "practice_postcode"})


def planned() -> Iterator[Check]:
    for rule_id, why in RULES.items():
        yield Check(rule_id, SCOPE, "edition", "critical", "validity", why)


def execute(ledger: Ledger, con, tables: Iterable[PublishedTable], people: Iterable[Bronze]) -> None:
    """Looks through the bronze of person-level releases (`people`) and, where there are any, through all marts."""
    bronze = list(people)
    files = [file for one in bronze for file in (one.rows, one.quarantine, one.folder / "report.json")]
    _record(ledger, ROWS, len(files), [find for file in files for find in scan.in_file(file)])
    looked = [table for table in tables if not table.is_view] if bronze else []
    finds = []
    for table in looked:
        relation = f"{table.build_schema}.{table.name}"
        finds += [
            one
            for one in scan.in_relation(con, relation, relation)
            if not (one.kind == "postcode" and one.place in OF_PREMISES)
        ]
    _record(ledger, MARTS, len(looked), finds)
    named = [
        f"{table.schema}.{table.name}.{column.name}"
        for table in looked
        for column in table.columns
        if column.name in ("person", "person_domain", "nhs_number")
    ]
    ledger.record(
        NOBODY, SCOPE, "failed" if named else "passed", rows_checked=len(looked), rows_failed=len(named),
        message=f"{', '.join(named[:3])}: a row for each person. Publish sums over people only" if named else "",
    )  # fmt: skip


def _record(ledger: Ledger, rule_id: str, checked: int, finds: list[scan.Find]) -> None:
    told = "; ".join(map(str, finds[:3]))
    remedy = "Look at how the contract treats that column; nothing was published"
    ledger.record(
        rule_id, SCOPE, "failed" if finds else "passed", message=f"{told}. {remedy}" if finds else "", rows_checked=checked,
        rows_failed=sum(one.times for one in finds),
    )  # fmt: skip

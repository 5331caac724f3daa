"""Proof, before an edition is published, that nothing hidden can be had from what it shows, nor with what the last edition showed.

Belongs here: which open tables are attacked, and the checks. Does not belong here: the attack (publish/attack.py), hiding
(publish/disclosure.py). Nothing here reads an internal table but to tell which versions of a metric count the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline import duck
from pipeline.catalogue.load import Catalogue
from pipeline.gate.ledger import Check, Ledger
from pipeline.publish import attack
from pipeline.publish.statements import Statement, statements

SCOPE = "edition"
SHOWN, HIDDEN, BEFORE, MONEY = (
    "disclosure.shown_as_profile", "disclosure.nothing_can_be_had", "disclosure.nor_with_last_edition", "disclosure.spend_of_few",
)  # fmt: skip
RULES = {
    SHOWN: "of what a profile hides no figure stands anywhere, and every figure follows from the parts that are shown",
    HIDDEN: "no hidden count can be worked out, from all open tables together, to a range narrower than its profile asks",
    BEFORE: "nor from this edition and the last one together",
    MONEY: "no hidden spend stands alone in a sum that is published",
}
REMEDY = "Look at the metric's profile (pipeline/catalogue/disclosure.yml) and at docs/explanation/disclosure.md; nothing was published"
LAST_REMEDY = "The last edition is out: hold the new release back, or withdraw that edition, delete it and run again"


def planned() -> Iterator[Check]:
    for rule_id, why in RULES.items():
        yield Check(rule_id, SCOPE, "edition", "critical", "validity", why)


def execute(
    ledger: Ledger, con, known: Catalogue, last: Path | None, true_values: str = "internal.metric_value"
) -> None:
    """Attacks the open tables that `con` has, alone and with the edition in `last` (None: there is none).

    `true_values` tells which versions of a metric use the same words of different counts; '' for an outsider, who has none.
    """
    links = attack.part_of_links(con, "reference.area_link")
    now = attack.build(con, known, "marts.metric_value", links, true_values)
    said = statements(con, known)
    _record(ledger, SHOWN, len(now.rows), [*map(str, said)], REMEDY)
    attack.add_facts(now, ((one.key, "numerator", one.count) for one in said if one.count is not None))
    held = attack.narrow(now) if now.has_hidden else None
    found = attack.found(now, held) if held else []
    _record(
        ledger, HIDDEN, int(now.row_hidden.sum()), [*_named(found, said)], REMEDY, held.without_programme if held else 0
    )
    _record(ledger, MONEY, *_spend_alone(con), "Look at spend_month_internal: what is hidden beside a payment to few")
    _with_last(ledger, con, known, last, now, {one.key for one in found}, links)


def _with_last(
    ledger: Ledger, con, known: Catalogue, last: Path | None, now: attack.System, already: set, links: str
) -> None:
    path = last / "open" / "marts" / "metric_value.parquet" if last else None
    if path is None or not path.is_file() or not now.has_hidden:
        message = "the first edition: nothing to compare with" if path is None else "nothing is hidden"
        ledger.record(BEFORE, SCOPE, "passed", message=message, rows_checked=0)
        return
    before = attack.build(con, known, f"read_parquet({duck.text(path)})", links)
    both = attack.together(now, before)
    _, mine = now.targets(now.row_hidden)
    held = attack.narrow(both, wide=set(both.targets(both.row_hidden)[1].tolist()) - set(mine.tolist()))
    # What the last edition gave away by itself, no later one can take back.
    known_since = {one.key for one in attack.found(before, attack.narrow(before))} if before.has_hidden else set()
    new = set(now.rows) - already - known_since
    found = [one for one in attack.found(both, held) if one.key in new]
    _record(ledger, BEFORE, int(now.row_hidden.sum()), [*map(str, dict.fromkeys(found))], LAST_REMEDY)


def _named(found: list[attack.Found], said: list[Statement]) -> Iterator[str]:
    tables: dict[tuple, str] = {one.key: one.table for one in said}
    for one in found:
        by = next((tables[cell] for cell in (one.key, *one.given_away_by) if cell in tables), "")
        yield f"marts.metric_value: {one}" + (f", stated in {by}" if by else "")


def _record(
    ledger: Ledger, rule_id: str, checked: int, faults: list[str], remedy: str, without_programme: int = 0
) -> None:
    """`without_programme`: counts in hierarchies too large for one, judged sum by sum only."""
    note = f"{without_programme} of them judged sum by sum only" if without_programme else ""
    message = (
        f"{'; '.join(faults[:3])}{f' (and {len(faults) - 3} more)' if len(faults) > 3 else ''}. {remedy}"
        if faults
        else note
    )
    ledger.record(
        rule_id, SCOPE, "failed" if faults else "passed", message=message, rows_checked=checked, rows_failed=len(faults)
    )


def _spend_alone(con) -> tuple[int, list[str]]:
    """Sums of spend that metrics publish (by place of the supplier, by whether it can be influenced) with one hidden part."""
    faults: list[str] = []
    (checked,) = con.execute("select count(*) from marts.spend_month where value_status = 'suppressed'").fetchone()
    for whole in ("supplier_location", "influenceable"):
        rows = con.execute(
            f"""select organisation_code, month_start, {whole}
                from marts.spend_month
                group by all
                having count(*) filter (value_status = 'suppressed') = 1 and count(*) > 1
                order by all"""
        ).fetchall()
        faults += [
            f"marts.spend_month: {code} {month} {whole}={value} has one hidden part" for code, month, value in rows
        ]
    return checked, faults

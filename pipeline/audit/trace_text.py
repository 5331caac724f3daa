"""A trace in words, for the person who asked. The facts come from trace.py; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal


def lines(way: dict) -> Iterator[str]:
    """The lines of a trace, from the number down to the rows of the file."""
    cell, metric = way["cell"], way["metric"]
    yield f"{metric['metric_name']} ({cell['metric_key']}), {cell['area_name']} ({cell['area_code']})"
    breakdown = "" if cell["breakdown_type"] == "none" else f", {cell['breakdown_type']} = {cell['breakdown_value']}"
    yield f"  {cell['period_start']} to {cell['period_end']} ({cell['period_type']}){breakdown}"
    yield ""
    yield from _value(cell)
    yield f"  defined as  {metric['definition']}"
    yield f"  proof       {metric['proof_grade']}: {metric['proof']}"
    if metric["caveats"]:
        yield f"  caveats     {metric['caveats']}"
    if way["beside"]:
        yield "beside it, same area, period and source"
    for other in way["beside"]:
        which = other["metric_key"] + ("" if other["breakdown_type"] == "none" else f" {other['breakdown_value']}")
        shown = number(other["value"]) if other["value"] is not None else "no value"
        yield f"  {which:<24} {shown} {other['unit']} ({other['value_status']})"
    yield ""
    edition = way["edition"]
    synthetic = "; holds synthetic releases" if edition["synthetic"] else ""
    code = edition["code"]
    commit = (code["commit"][:12] or "none") + (", with changes not committed" if code["dirty"] else "")
    yield f"edition {edition['edition_id']} ({edition['part']} part{synthetic}), code {code['digest'][:12]}, commit {commit}"
    for model in way["models"]:
        yield f"  {model['model']:<44} {model['file']}"
    yield ""
    for part in way["parts"]:
        before = f", {part['years_before']} years before" if part["years_before"] else ""
        agrees = "as published" if part["agrees"] else f"NOT as published ({number(part['published'])})"
        where = "" if part["condition"] in ("true", "(true)") else f" where {part['condition']}"
        yield f"{part['part']}: {rows(part['rows'])} of {part['mart']}{where}{before}"
        yield (
            f"  {part['note']}"
            if part.get("note")
            else f"  sum of {part['measure']} {number(part['recomputed'])}: {agrees}"
        )
    for file in way["files"]:
        yield ""
        yield from _file(file)
    yield ""
    yield from _checks(way["checks"])


def number(value: object) -> str:
    """A number as people write it, without the zeros of its storage."""
    if value is None:
        return "none"
    if isinstance(value, Decimal | float | int):
        text = f"{value:,.10f}" if isinstance(value, float) else f"{value:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _value(cell: dict) -> Iterator[str]:
    shown = number(cell["value"]) if cell["value"] is not None else "no value"
    yield f"  value       {shown} {cell['unit']} ({cell['value_status']}, {cell['maturity']})"
    if cell["value_status"] == "not_reproducible":
        yield "              cannot be reproduced: the releases held do not reach back to the period it is compared with"
    if cell["lower_95"] is not None:
        yield f"  95% limits  {number(cell['lower_95'])} to {number(cell['upper_95'])} ({cell['method']})"
    for part in ("numerator", "denominator"):
        if cell[part] is not None:
            yield f"  {part:<11} {number(cell[part])}"
    if cell["value_published"] is not None:
        stated = cell["source"] == "place_measures"
        agrees, differs = (
            ("its parts agree", "ITS PARTS DO NOT AGREE") if stated else ("ours agrees", "OURS DOES NOT AGREE")
        )
        verdict = {True: agrees, False: differs, None: "nothing to compare it with"}
        yield f"  printed     {number(cell['value_published'])}{'' if stated else ' elsewhere'}: {verdict[cell['recompute_ok']]}"


def _file(file: dict) -> Iterator[str]:
    release = file["release"]
    yield f"release {release['release_id']} ({release['origin']})"
    yield f"  {release['title']}, {release['publisher']}, {release['licence']}"
    for label, name in (
        ("from", "url"),
        ("published", "published_at"),
        ("cited", "citation"),
        ("page", "landing_page"),
    ):
        if release[name]:
            yield f"  {label:<11} {release[name]}"
    yield f"  file        {file['path'] or release['original_name']} ({release['size_bytes']:,} bytes, layout {release['layout']})"
    state = {True: "holds now", False: "DOES NOT HOLD NOW: the archive was changed", None: "could not be looked at"}
    yield f"  sha256      {release['sha256']} ({state[file['bytes_are_as_published']]})"
    if release["rows_in"] is None:
        yield "  rows        not told in the open part: they may be people"
    else:
        yield f"  rows        {release['rows_in']:,} in, {release['rows_clean']:,} clean, {release['rows_quarantined']:,} in quarantine"
    if file.get("note"):
        yield f"  {file['note']}"
    for part in file["read_again"]:
        members = (
            f" in {', '.join(part['members'][:3])}{' ...' if len(part['members']) > 3 else ''}"
            if any(part["members"])
            else ""
        )
        yield f"  {part['part']}: {rows(part['rows'])}{members}"
        if part.get("note"):
            yield f"    {part['note']}"
        if part["sum_in_file"] is not None:
            verdict = "agrees" if part["agrees"] else "DOES NOT AGREE"
            yield f"    read again from the file they add up to {number(part['sum_in_file'])}: {verdict}"
        for row in part["first_rows"]:
            yield f"    line {row['line']}: {','.join(row['cells'])}"
        if part["rows"] > len(part["first_rows"]) > 0:
            yield f"    and {part['rows'] - len(part['first_rows']):,} more (--json)"


def _checks(checks: dict) -> Iterator[str]:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(checks["outcomes"].items()))
    yield f"checks between file and number: {counts}"
    for check in checks["not_passed"]:
        yield f"  {check['severity']} {check['outcome']}: {check['rule_id']} @ {check['scope']}: {check['message']}"

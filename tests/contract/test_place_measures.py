"""Proves that the extract of place measures is read right: values and what stands for one, periods and parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from published import (
    MEASURES_NAME,
    add,
    added,
    bronze_of,
    csv_records,
    made,
    measure_row,
    measures_csv,
    quarantine_of,
    release_of,
    rows_of,
)  # fmt: skip

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.resolve import resolve
from pipeline.periods import parse

PREFIX = "place_measures.measures"


def one_row(tmp_path, settings, **cells: str) -> dict:
    release = added(made(tmp_path / MEASURES_NAME, measures_csv(measure_row(**cells))), settings)
    (row,) = rows_of(bronze_of(release, settings))
    return row


def broken_rules(tmp_path, settings, **cells: str) -> list[str]:
    data = measures_csv(measure_row(**cells), measure_row(measure="another"))
    outcome = add(made(tmp_path / MEASURES_NAME, data), settings)
    ((_, _, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    return rules


def test_a_row_is_read_with_all_its_cells(tmp_path, settings):
    row = one_row(
        tmp_path, settings, definition_version="2", numerator="140", denominator="177", value="79.1", lower="72.5",
        upper="84.7",
        unit="percent", breakdown_type="sex", breakdown_value="Female", quote='As of January, "79%" of them,\nor so',
        note="x",
    )  # fmt: skip
    assert row == {
        "member": "", "source_row": 1, "metric_id": "pc_01", "definition_version": 2, "measure": "GP practices",
        "breakdown_type": "sex", "breakdown_value": "Female", "area": "E54000032",
        "area_name": "NHS Kent and Medway ICB",
        "period": "2025-01-31", "period_start": date(2025, 1, 31), "period_end": date(2025, 1, 31),
        "period_type": "snapshot",
        "numerator": Decimal("140"), "denominator": Decimal("177"), "value": Decimal("79.1"), "value_status": "exact",
        "lower": Decimal("72.5"), "upper": Decimal("84.7"), "unit": "percent", "qualifier": "exact",
        "source": "a briefing",
        "quote": 'As of January, "79%" of them, or so', "note": "x",
    }  # fmt: skip


@pytest.mark.parametrize(("value", "status"), [
    ("*", "suppressed"), ("[c]", "suppressed"), ("[x]", "not_available"), ("[z]", "not_applicable"), ("", "missing"),
    (" * ", "suppressed"),
])  # fmt: skip
def test_what_stands_for_a_value_is_kept_as_its_status_and_is_never_zero(value, status, tmp_path, settings):
    row = one_row(tmp_path, settings, value=value)
    assert (row["value"], row["value_status"]) == (None, status)


@pytest.mark.parametrize("value", ["0", "-0.5", ".5", "+3", "0.000001", "123456789012", "1.50000000"])
def test_a_figure_is_read_exactly(value, tmp_path, settings):
    row = one_row(tmp_path, settings, value=value)
    assert (row["value"], row["value_status"]) == (Decimal(value), "exact")


@pytest.mark.parametrize("value", ["0.1234567", "79%", "1,234", "1e3", "1234567890123", "n/a", "[d]", "over 90"])
def test_what_is_neither_a_figure_nor_a_marker_is_in_quarantine(value, tmp_path, settings):
    assert broken_rules(tmp_path, settings, value=value) == [f"{PREFIX}.value.type"]


@pytest.mark.parametrize(("cells", "rule"), [
    (dict(numerator="-1"), "numerator.minimum"), (dict(numerator="*"), "numerator.type"),
    (dict(area="kent"), "area.pattern"),
    (dict(area="local:QKS:west-kent"), "area.pattern"), (dict(period="Jan 2025"), "period.type"),
    (dict(period=""), "period.required"),
    (dict(qualifier="about"), "qualifier.allowed"), (dict(metric_id="PC_01"), "metric_id.pattern"),
    (dict(definition_version="1.0"), "definition_version.type"),
    (dict(definition_version="0"), "definition_version.minimum"),
    (dict(unit=" "), "unit.required"), (dict(breakdown_type="Age band"), "breakdown_type.pattern"),
])  # fmt: skip
def test_a_cell_that_breaks_the_contract_is_in_quarantine_by_its_rule(cells, rule, tmp_path, settings):
    assert broken_rules(tmp_path, settings, **cells) == [f"{PREFIX}.{rule}"]


@pytest.mark.parametrize(("text", "kind"), [
    ("2025-01-31", "snapshot"), ("2024-12", "month"), ("2024/25", "financial_year"),
    ("2023-12/2024-11", "rolling_12_months"),
    ("2025-Q3", "quarter"), ("2024", "calendar_year"),
])  # fmt: skip
def test_a_period_is_kept_as_written_and_as_days(text, kind, tmp_path, settings):
    row = one_row(tmp_path, settings, period=text)
    assert (row["period"], row["period_start"], row["period_end"], row["period_type"]) == (
        text, parse(text).start, parse(text).end, kind,
    )  # fmt: skip


def test_an_area_of_an_ics_of_its_own_is_an_area(tmp_path, settings):
    assert one_row(tmp_path, settings, area="local:qks:west-kent")["area"] == "local:qks:west-kent"


@pytest.mark.parametrize("how", [{}, {"quote": True}, {"bom": True, "line_end": "\r\n"}], ids=str)
def test_rows_stand_in_the_order_and_under_the_ordinals_of_the_file(how, tmp_path, settings):
    rows = [measure_row(measure=f"measure {n}", quote="a, b" if n % 3 else "two\nlines", note="") for n in range(20)]
    data = measures_csv(*rows, **how)
    found = rows_of(bronze_of(added(made(tmp_path / MEASURES_NAME, data), settings), settings))
    assert [(row["source_row"], row["measure"]) for row in found] == [
        (number, record[2]) for number, record in enumerate(csv_records(data), start=1)
    ]


def test_an_unquoted_comma_before_a_blank_last_cell_is_refused_and_does_not_shift_the_cells_after_it(
    tmp_path, settings
):
    row = ",".join(measure_row(measure="GP practices~ all", note="")).replace("~", ",")
    data = measures_csv(measure_row()) + row.encode() + b"\n"
    outcome = add(made(tmp_path / MEASURES_NAME, data), settings)
    assert outcome.status == "refused"
    assert f"{MEASURES_NAME}: line 3 has 19 columns, expected 18" in outcome.message


def test_one_measure_may_have_a_row_for_each_breakdown(tmp_path, settings):
    rows = [measure_row(breakdown_type="sex", breakdown_value=value) for value in ("Female", "Male")]
    assert add(made(tmp_path / MEASURES_NAME, measures_csv(measure_row(), *rows)), settings).problems == ()


def test_one_measure_of_one_period_in_two_spellings_stands_twice(tmp_path, settings):
    rows = [measure_row(period="2024/25"), measure_row(period="2024-04/2025-03", value="178")]
    (problem,) = add(made(tmp_path / MEASURES_NAME, measures_csv(*rows)), settings).problems
    assert "1 of its keys stand more than once" in problem


# --- parts, periods and revisions ---------------------------------------------------------------------------------


def test_the_name_says_whose_part_it_is_and_of_which_month(tmp_path, settings):
    release = added(made(tmp_path / MEASURES_NAME, measures_csv()), settings)
    assert (release.part, release.period, release.period_from) == ("kent-and-medway", parse("2025-01"), "name")


def test_the_name_is_read_in_any_case_of_letters(tmp_path, settings):
    release = added(made(tmp_path / "Place_Measures__Kent-and-Medway__2025-01.CSV", measures_csv()), settings)
    assert (release.part, release.period) == ("kent-and-medway", parse("2025-01"))


def test_a_later_month_of_one_place_replaces_the_earlier_and_leaves_other_places_alone(tmp_path, settings):
    names = ["kent__2025-01", "kent__2025-03", "kent__2025-02", "medway__2024-12"]
    releases = [
        added(made(tmp_path / f"place_measures__{name}.csv", measures_csv(measure_row(note=name))), settings)
        for name in names
    ]
    used = {use.release.release_id for use in resolve(archive.releases(settings.raw), catalogue(), {})}
    assert used == {releases[1].release_id, releases[3].release_id}


def test_a_file_whose_name_does_not_say_its_month_needs_one_given(tmp_path, settings):
    path = made(tmp_path / "place_measures__kent__january.csv", measures_csv())
    outcome = add(path, settings)
    assert outcome.status == "refused"
    assert "neither its content nor its name says which period it is, expected a month" in outcome.message
    assert "--period 2025-11" in outcome.message
    assert added(path, settings, period=parse("2025-01")).period_from == "option"


def test_a_file_whose_name_does_not_say_whose_part_it_is_is_refused(tmp_path, settings):
    outcome = add(made(tmp_path / "figures.csv", measures_csv()), settings, period=parse("2025-01"))
    assert outcome.status == "refused"
    assert "its name does not say whose part it is" in outcome.message
    assert "Rename it like place_measures__*.csv" in outcome.message

"""Adult social care activity and finance: the wide form of 2013-14, the words of 2015-16, the keys of 2016-17."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, rows_of

from pipeline.ingest import archive

ITEMS = "Annex_Final_CASSR_Level_Activity_Data_2013_14.csv"
WORDS, KEYS = "pss-exp-eng-15-16-fin-act.csv", "CSV ASCFR Activity.csv"
MORE_WORDS, MORE_KEYS, TOTALS = "pss-exp-eng-15-16-fin-add-data.csv", "CSV ASCFR Additional.csv", "CSV ASCFR Totals.csv"
WORDS_HEADER = (
    "UUID", "Council Code", "Council Name", "Care Type", "Activity Provision", "Age Bands", "Primary support reason",
    "Long Term Support Setting", "Short Term Purpose", "Data Type", "Value", "Notes",
)  # fmt: skip
KEYS_HEADER = (
    "UUID", "FY_Ending", "CASSR_CODE", "GEOGRAPHY_CODE", "REGION_GO_CODE", "DataType_KEY", "AgeBand_KEY",
    "PrimarySupportReason_KEY", "CareType_KEY", "SupportSetting_KEY", "Purpose_KEY", "ActivityProvision_KEY", "ItemValue",
)  # fmt: skip
MORE_WORDS_HEADER = (
    "UUID", "Council Code", "Council Name", "Data Type", "Data Source", "Age Band", "Finance Type", "Comparative totals",
    "Value",
)  # fmt: skip
MORE_KEYS_HEADER = (
    "UUID", "FY_Ending", "CASSR_CODE", "GEOGRAPHY_CODE", "REGION_GO_CODE", "DataSource_KEY", "Datatype_KEY",
    "AgeBand_KEY", "FinanceType_KEY", "PrimarySupportReason_KEY", "ComparativeTotals_KEY", "ItemValue",
)  # fmt: skip
TOTALS_HEADER = (
    "FY_Ending", "CASSR_CODE", "GEOGRAPHY_CODE", "REGION_GO_CODE", "CareType_KEY", "AgeBand_KEY",
    "PrimarySupportReason_KEY", "SupportSetting_KEY", "Purpose_KEY", "CarerSupportType_KEY", "DataType_KEY",
    "TOTALEXPENDITURE", "TOTALINCOME", "NETTOTALEXPENDITURE", "GROSSTOTALEXPENDITURE", "NETCURRENTEXPENDITURE",
    "GROSSCURRENTEXPENDITURE",
)  # fmt: skip
# Two councils of one region, the region, England.
PLACES = (
    ("820", "E10000016", "E12000008"),
    ("821", "E06000035", "E12000008"),
    ("", "", "E12000008"),
    ("", "", "E92000001"),
)


def words() -> list[list[str]]:
    rows = []
    for code, name in (("820", "Kent"), ("821", "Medway Towns")):
        here = [code, name]
        rows += [
            ["8610101", *here, "Long term", "In house", "Age 18 to 64", "Physical support", "Residential", "-", "Mandatory",
             "253.14", ""],
            ["8630205", *here, "Short term", "External", "Age 85 and over", "Mental health support", "-",
             "To maximise independence", "Voluntary", "", "Estimate"],
        ]  # fmt: skip
    return rows


def keys() -> list[list[str]]:
    rows = []
    for number, place in enumerate(PLACES):
        of = 1 if number < 2 else 2
        rows += [
            ["8610101", "2017", *place, "1", "1", "6", "2", "7", "", "3", str(295.5 * of)],
            ["8630205", "2017", *place, "2", "5", "5", "4", "", "2", "2", ":"],
        ]
    return rows


def more_keys() -> list[list[str]]:
    return [
        ["8326110", "2017", *place, "1", "2", "", "", "", "7", str(-120 * (1 if number < 2 else 2))]
        for number, place in enumerate(PLACES)
    ]


def totals() -> list[list[str]]:
    rows = []
    for number, place in enumerate(PLACES):
        money = [str(figure * (1 if number < 2 else 2)) for figure in (100.5, 30, 70.5, 71, 70.5, 71)]
        rows.append(["2017", *place, "2", "1", "4", "3", "", "", "1", *money])
        rows.append(["2017", *place, "3", "", "12", "", "", "2", "1", "1.54E-09", "0", "1.54E-09", "0", "0", "0"])
    return rows


def wide(**changes: str) -> bytes:
    """Titles, five rows of headings that reach to the right, codes of items, councils, England, notes."""
    text = {
        "title": '"Personal Social Services: Expenditure and Unit Costs, England - 2013-14, Final Release: Activity Data by CASSR",,,',
        "codes": ",A1.1,A2.1,D1.10", "medway": "821 - Medway Towns ,5,0,..",
    } | changes  # fmt: skip
    lines = [
        text["title"], ',"ASSESSMENTS, REVIEWS AND SERVICES",,SUPPORTED RESIDENTS', ",Overall total,Reviews completed,Weeks",
        ",,Of clients aged 65 and over,", ",,,", text["codes"], '820 - Kent,"11,845",20,5', text["medway"],
        'TOTAL England,"11,850",20,10', "..  data not available,,,", "All data are rounded to the nearest 5,,,", ",,,",
        "Copyright © 2014,,,",
    ]  # fmt: skip
    return "\n".join(lines).encode("cp1252")


FEW = {"councils_of_2013", "councils_of_activity", "councils_of_additional"}


def test_the_wide_form_becomes_one_row_for_each_item_of_a_council(tmp_path, settings):
    release = added(made(tmp_path / ITEMS, wide()), settings)
    assert (release.period.slug, release.period_from) == ("2013-14", "content")
    assert failed_rules(release, settings) == {"councils_of_2013"}
    rows = rows_of(bronze_of(release, settings))
    assert [(row["council"], row["item"], row["value"], row["value_status"]) for row in rows] == [
        ("820 - Kent", "A1.1", 11845, "exact"), ("820 - Kent", "A2.1", 20, "exact"), ("820 - Kent", "D1.10", 5, "exact"),
        ("821 - Medway Towns", "A1.1", 5, "exact"), ("821 - Medway Towns", "A2.1", 0, "exact"),
        ("821 - Medway Towns", "D1.10", None, "not_available"), ("TOTAL England", "A1.1", 11850, "exact"),
        ("TOTAL England", "A2.1", 20, "exact"), ("TOTAL England", "D1.10", 10, "exact"),
    ]  # fmt: skip


def test_words_and_keys_come_to_the_same_terms(tmp_path, settings):
    one = added(made(tmp_path / WORDS, csv_bytes(WORDS_HEADER, words())), settings)
    other = added(made(tmp_path / KEYS, csv_bytes(KEYS_HEADER, keys())), settings)
    assert [held.period.slug for held in (one, other)] == ["2015-16", "2016-17"]
    assert [failed_rules(held, settings) for held in (one, other)] == [{"councils_of_activity"}] * 2
    terms = ("item_code", "care_type", "provision", "age_band", "primary_support_reason", "data_type")
    found = [
        {tuple(row[term] for term in terms) for row in rows_of(bronze_of(held, settings))} for held in (one, other)
    ]
    assert found[0] == found[1] == {
        ("8610101", "long_term", "in_house", "18_to_64", "physical", "mandatory"),
        ("8630205", "short_term", "external", "85_and_over", "mental_health", "voluntary"),
    }  # fmt: skip
    statuses = [[row["value_status"] for row in rows_of(bronze_of(held, settings))][1] for held in (one, other)]
    assert statuses == ["missing", "not_available"]


def test_additional_items_and_totals_are_read(tmp_path, settings):
    more = [["8328110", "820", "Kent", "Voluntay", "Additional Data", "-", "Income", "Income from Better Care Fund", "36013"],
            ["8328110", "821", "Medway Towns", "Voluntay", "Additional Data", "-", "Income", "Income from Better Care Fund",
             ""]]  # fmt: skip
    one = added(made(tmp_path / MORE_WORDS, csv_bytes(MORE_WORDS_HEADER, more)), settings)
    assert [(row["data_type"], row["heading"], row["value"]) for row in rows_of(bronze_of(one, settings))] == [
        ("voluntary", "better_care_fund_income", 36013), ("voluntary", "better_care_fund_income", None),
    ]  # fmt: skip
    other = added(made(tmp_path / MORE_KEYS, csv_bytes(MORE_KEYS_HEADER, more_keys())), settings)
    assert [row["value"] for row in rows_of(bronze_of(other, settings))] == [-120, -120, -240, -240]
    money = added(made(tmp_path / TOTALS, csv_bytes(TOTALS_HEADER, totals())), settings)
    assert [row["total_expenditure"] for row in rows_of(bronze_of(money, settings))][:2] == [
        Decimal("100.5"), Decimal("0.000000002"),
    ]  # fmt: skip
    assert [failed_rules(held, settings) - FEW for held in (one, other, money)] == [set(), set(), set()]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (ITEMS, wide(codes=",A1.2,A2.1,D1.10"), "holds no cell like 'A1[.]1', by which its header is found"),
        (ITEMS, wide(codes=",A1.1,A2.1,Weeks"), "column 'Weeks' is unknown"),
        (WORDS, csv_bytes([*WORDS_HEADER[:-1], "Footnotes"], words()), "column 'Footnotes' is unknown (nearest expected: 'Notes')"),
        (KEYS, csv_bytes([cell.replace("_KEY", "_Key") for cell in KEYS_HEADER], keys()), "column 'DataType_Key' is unknown"),
        (TOTALS, csv_bytes(TOTALS_HEADER[:-1], [row[:-1] for row in totals()]),
         "column 'GROSSCURRENTEXPENDITURE' is missing"),
    ],
)  # fmt: skip
def test_another_form_is_refused(name, data, told, tmp_path, settings):
    outcome = add(made(tmp_path / name, data), settings)
    assert (outcome.status, told in outcome.message, outcome.message) == ("refused", True, outcome.message)


def spoilt(rows: list[list[str]], at: int, column: int, cell: str) -> list[list[str]]:
    changed = [list(row) for row in rows]
    changed[at][column] = cell
    return changed


def test_a_cell_that_breaks_a_rule_is_held_back_with_its_row(tmp_path, settings):
    cells = (
        (0, "8710101", "item_code.pattern"), (2, "8200", "council_code.pattern"), (3, "E38000016", "ons_code.pattern"),
        (4, "E12000010", "region_code.pattern"), (6, "6", "age_band.allowed"), (8, "3", "care_type.allowed"),
        (12, "x", "value.type"), (12, "-1", "value.minimum"),
    )  # fmt: skip
    rows = [*keys(), *([*row[:2], "822", *row[3:]] for row in keys()[:2])]
    for row, (column, cell, _) in zip(rows, cells, strict=False):
        row[column] = cell
    assert add(made(tmp_path / KEYS, csv_bytes(KEYS_HEADER, rows)), settings).problems
    (held,) = archive.releases(settings.raw)
    assert [(number, rules) for _, number, rules, _ in quarantine_of(bronze_of(held, settings))] == [
        (number, [f"asc_fr.activity.{rule}"]) for number, (_, _, rule) in enumerate(cells, start=1)
    ]


def released(folder: Path, settings, name: str, header: tuple[str, ...], rows: list[list[str]]):
    return added(made(folder / name, csv_bytes(header, rows)), settings)


@pytest.mark.parametrize(
    ("at", "column", "cell", "rules"),
    [
        (0, 12, "295.6", {"england_is_the_sum_in_activity"}),
        (4, 12, "592", {"england_is_the_sum_in_activity"}),
        (0, 6, "2", {"items_mean_one_thing"}),
        (0, 9, "", {"settings_fit_the_care", "items_mean_one_thing"}),
        (0, 3, "E06000035", {"codes_name_one_council_in_activity"}),
    ],
)
def test_activity_that_does_not_fit_breaks_its_rules(at, column, cell, rules, tmp_path, settings):
    held = released(tmp_path, settings, KEYS, KEYS_HEADER, spoilt(keys(), at, column, cell))
    assert failed_rules(held, settings) - FEW == rules


def test_activity_without_an_item_of_a_council_is_noticed(tmp_path, settings):
    held = released(tmp_path, settings, KEYS, KEYS_HEADER, keys()[1:])
    assert failed_rules(held, settings) - FEW == {"items_of_activity_are_complete", "england_is_the_sum_in_activity"}


@pytest.mark.parametrize(
    ("column", "cell", "rules"),
    [
        (11, "101", {"net_is_total_less_income", "england_is_the_sum_in_totals"}),
        (14, "72", {"england_is_the_sum_in_totals"}),
    ],
)
def test_money_that_does_not_add_up_breaks_its_rules(column, cell, rules, tmp_path, settings):
    held = released(tmp_path, settings, TOTALS, TOTALS_HEADER, spoilt(totals(), 0, column, cell))
    assert failed_rules(held, settings) == rules


def test_figures_that_are_not_rounded_are_noticed(tmp_path, settings):
    held = added(made(tmp_path / ITEMS, wide(medway="821 - Medway Towns ,7,0,..")), settings)
    assert failed_rules(held, settings) - FEW == {"figures_are_rounded"}

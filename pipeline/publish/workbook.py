"""The workbook of an edition: one accessible XLSX after the government's guidance on statistics in spreadsheets.

Belongs here: which tables the workbook holds, their columns, notes and shorthand; gptables lays them out (cover,
contents, notes, one table a sheet). Does not belong here: computing a figure, words that the page has too (page.py),
any clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pipeline.publish import neighbourhoods, practices, themes
from pipeline.publish.baseline import baseline
from pipeline.publish.context import EditionContext
from pipeline.publish.home import APPOINTMENTS, PATIENTS, RATE, Home, home_area, select
from pipeline.publish.page import (
    CHANGE,
    IN_PERSON,
    IN_PERSON_KNOWN,
    KIND_WORDS,
    MARKING,
    MONTHS_SQL,
    OUTCOME_WORDS,
    PROOF_WORDS,
    RELEASES_SQL,
    STATED_SQL,
    latest_year,
    licences,
    year_values,
)
from pipeline.publish.words import day_words, month_words, period_words, short_name, status_words

# No clock: every workbook says that it was created then.
CREATED = datetime(2000, 1, 1)
SUPPRESSED, NOT_AVAILABLE, NOT_APPLICABLE = "[c]", "[x]", "[z]"
SHORTHAND = {
    SUPPRESSED: "[c] = confidential: suppressed so that nobody can be identified",
    NOT_AVAILABLE: "[x] = not available: not given by the source, or not reproducible from the releases held",
    NOT_APPLICABLE: "[z] = not applicable",
}
WHOLE, ONE_DECIMAL, TWO_DECIMALS, SIGNED = "#,##0", "#,##0.0", "#,##0.00", "+#,##0;-#,##0;0"

# Reference -> the note's text. gptables numbers them in the order in which the sheets refer to them.
NOTES = {
    "shorthand": f"Shorthand in place of a number or text: {'; '.join(SHORTHAND.values())}.",
    "status": "Exact: counted, or computed from exact parts. Rounded: people of a local extract, to the nearest 5; shares and "
    "limits are computed from that. Approximate: the source says over, under or around. "
    "Suppressed, not available, not applicable and missing: there is no number, and the shorthand says why. "
    "Not reproducible: the metric needs figures that the releases of this edition do not hold.",
    "interval": "95% confidence interval. Of shares that are computed here it is the Wilson score interval, of rates "
    "Byar's, exact below 10; of figures that are only stated it is the source's own. All recorded appointments are "
    "counted, so their interval speaks of chance variation, not of sampling.",
    "printed": "A figure that a document prints of the same metric, area and period. Ours is never overwritten by it. "
    "Agrees: ours rounds to it, or lies on the stated side of it.",
    "year": "All areas are shown for the same twelve months: the latest that the home area has.",
    "mode": "Appointments face to face or a home visit. The mode of some appointments is unknown; the share is given "
    "with these in the denominator, and without them.",
    "change": "Appointments of the twelve months minus those of the same twelve months one year before. Neither more "
    "nor fewer is better in itself.",
    "stated": "In the digits of the source. Over, under and around are its own words.",
    "proof": f"How sure a metric is. {'. '.join(PROOF_WORDS.values())}.",
    "lists": "Patients on the lists of general practices. They need not live in the area, and its residents may be "
    "registered elsewhere.",
    "rate": "Recorded appointments of a month for each 1,000 patients. Of areas: patients of the practices whose "
    "appointments are included, as the coverage file gives them. Of practices and networks: patients on the list "
    "nearest to the first day of the month.",
    "network": "All figures of a network are of all its practices, those of another area included.",
    "rest": "Practices and networks of the home area only, and their latest list and month. All others and all earlier "
    "ones are rows of marts.metric_value in ics_marts.duckdb, and of csv/place_primary_care.csv, of the same edition.",
    "compared": "Ours is added up from practices; theirs is the figure of the other file. Neither is corrected by the "
    "other. Figures that are equal are counted on the page and stand in audit.reconciliation.",
    "presence": "The register and the appointments are those nearest to the day of the lists, at most 92 days off. [x]: "
    "no such file of its area is held.",
    "beside": "Beside the ICS, or the place. Better, worse, higher and lower: its value lies outside the 95% interval; similar: "
    "within it. Numbers of things are not compared: they are larger where more people live.",
    "rank": "Among those of one kind, level and model in the ICS and period; 1 is the best, or the highest where no direction is "
    "better. Equal values share a rank.",
    "place": "A neighbourhood of several places has a row for each. Places of one kind that share people do not add up to the ICS.",
    "target": "Whether the value reaches the target; its interval has no say in it.",
    "digest": "The sha256 of the file as it was received; trace says whether the archived file still has it.",
    "outcome": "An edition is published only when every planned check ran and no critical one failed. A failed warning "
    "does not block.",
}

KINDS = {"pcn": "network", "ward": "ward"}

HEADLINE_SQL = """
select latest.*, metric.metric_name, metric.proof_grade
from marts.metric_latest as latest
join reference.metric as metric using (metric_key)
where latest.area_code = $home
order by latest.metric_key, latest.period_type, latest.source, latest.breakdown_type, latest.breakdown_value
"""

METRICS_SQL = "select * from reference.metric order by metric_key"

Cell = str | int | float


@dataclass(frozen=True)
class Column:
    """`cell` makes the cell of a record, `note` refers to NOTES.

    `number_format` is Excel's, or makes it from a record where the rows of the column differ in unit.
    """

    heading: str
    width: int
    cell: Callable[[dict], Cell]
    number_format: str | Callable[[dict], str] = ""
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table on one sheet, one row a record."""

    label: str
    title: str
    source: str
    columns: tuple[Column, ...]
    records: list[dict]

    @property
    def rows(self) -> list[list[Cell]]:
        """The cells; without a record one row that says so, because gptables accepts no table without a row."""
        if not self.records:
            return [["No rows in this edition", *[NOT_APPLICABLE] * (len(self.columns) - 1)]]
        return [[column.cell(record) for column in self.columns] for record in self.records]

    @property
    def shorthand(self) -> list[str]:
        """The explanations of the shorthand that stands in the table."""
        cells = {cell for row in self.rows for cell in row if isinstance(cell, str)}
        return [text for key, text in SHORTHAND.items() if key in cells]

    @property
    def notes(self) -> set[str]:
        return {column.note for column in self.columns if column.note} | ({"shorthand"} if self.shorthand else set())


def write_workbook(con, context: EditionContext, path: Path) -> None:
    """Writes the workbook of an edition. The same tables and context give the same bytes."""
    import gptables
    import pandas

    home = home_area(con, context.home_code)
    sheets = workbook_sheets(con, context, home)
    statements = edition_statements(context)
    referred = set().union(*(sheet.notes for sheet in sheets))
    book = gptables.produce_workbook(
        path,
        {sheet.label: _table(sheet, statements) for sheet in sheets},
        cover=_cover(con, context, home, statements),
        contentsheet_options={"title": marked("Contents", context), "subtitles": statements},
        notes_table=pandas.DataFrame(
            [(reference, text) for reference, text in NOTES.items() if reference in referred],
            columns=["Reference", "Note"],
        ),
        notesheet_options={"title": marked("Notes", context)},
        auto_width=False,
        workbook_options={
            # Without temporary files xlsxwriter gives every member of the ZIP the same date.
            "in_memory": True,
            # Text of a source never becomes a formula, a link or a number.
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": marked(f"{home.short}, edition {context.edition_id}", context),
            "author": "ics-marts",
            "comments": " ".join(statements),
            "created": CREATED,
        }
    )
    # gptables would make a column as wide as its longest text; these wrap instead. The cover has a width of its own.
    widths = {"Contents": [18, 95], "Notes": [14, 110]}
    widths |= {sheet.label: [column.width for column in sheet.columns] for sheet in sheets}
    for worksheet in book.worksheets():
        _set_print(worksheet, context)
        for place, width in enumerate(widths.get(worksheet.get_name(), [])):
            worksheet.set_column(place, place, width)
    book.close()


def workbook_sheets(con, context: EditionContext, home: Home) -> list[Sheet]:
    """The tables of the workbook, in its order."""
    return [
        headline_sheet(con, home),
        baseline_sheet(con, home),
        months_sheet(con, home),
        comparison_sheet(con, home),
        patients_sheet(con, home),
        ages_sheet(con, home),
        rates_sheet(con, home),
        *practice_sheets(con, home),
        neighbourhoods_sheet(con, home),
        theme_sheet(con, home, "Better_Care_Fund", "Better Care Fund", themes.BETTER_CARE_FUND),
        theme_sheet(con, home, "Right_Support", "Building the Right Support", themes.RIGHT_SUPPORT),
        stated_sheet(con),
        metrics_sheet(con),
        differing_sheet(con),
        missing_sheet(con, home),
        sources_sheet(con),
        checks_sheet(context),
    ]


def marks(context: EditionContext) -> list[str]:
    """What every sheet must be marked with."""
    found = {MARKING: context.part == "internal", "synthetic data": context.synthetic}
    return [mark for mark, holds in found.items() if holds]


def marked(title: str, context: EditionContext) -> str:
    return " ".join([title, *(f"[{mark}]" for mark in marks(context))])


def edition_statements(context: EditionContext) -> list[str]:
    """What stands under the title of every sheet."""
    statements = [MARKING] if context.part == "internal" else []
    if context.synthetic:
        statements.append("Synthetic data: made-up figures about a fictional area. Use none of them for a decision.")
    return [*statements, f"Edition {context.edition_id}, {context.part} part."]


# --- cells ---------------------------------------------------------------------------------------------------------


def shorthand(value_status: str, otherwise: str = NOT_AVAILABLE) -> str:
    """What stands in place of a number, by the status of its value."""
    return {"suppressed": SUPPRESSED, "not_applicable": NOT_APPLICABLE}.get(value_status, otherwise)


def number_cell(value: float | Decimal | None, missing: str) -> Cell:
    """A number that Excel takes as one, or the shorthand. Whole decimals become whole numbers."""
    if value is None:
        return missing
    return int(value) if value == int(value) else float(value)


def text_cell(value: object, missing: str = NOT_AVAILABLE) -> str:
    """Text that stays text: gptables reads `$$` as a reference and `](` as a link, and refuses mere symbols."""
    text = " ".join(str(value).split()) if value is not None else ""
    if not any(character.isascii() and character.isalnum() for character in text):
        return missing
    return text.replace("$$", "$ $").replace("](", "] (")


def day_cell(day: date | None) -> str:
    return day.isoformat() if day else NOT_APPLICABLE


def agreement_cell(agrees: bool | None, not_reproducible: bool) -> str:
    """Whether a printed figure agrees with ours: [x] where ours cannot be made, [z] where nothing is to be compared."""
    if agrees is None:
        return NOT_AVAILABLE if not_reproducible else NOT_APPLICABLE
    return "agrees" if agrees else "does not agree"


def stated_format(value: float | Decimal | None) -> str:
    """Excel's format of a figure in the digits that it has, at most two decimals."""
    if value is None:
        return ""
    digits = -Decimal(str(value)).normalize().as_tuple().exponent
    return WHOLE if digits <= 0 else ONE_DECIMAL if digits == 1 else TWO_DECIMALS


def value_format(record: dict) -> str:
    """Percentages and ratios that are computed here have one decimal; everything else shows the digits that it has."""
    ours = (record["unit"] == "percent" and record["method"] != "stated") or record["method"] == "ratio"
    return ONE_DECIMAL if ours else stated_format(record["value"])


def limit_cell(record: dict, limit: str) -> Cell:
    """A limit of an interval. Counts, differences and ratios have none; a share or a stated figure may lack one."""
    otherwise = NOT_APPLICABLE if record["method"] in ("count", "difference", "ratio") else NOT_AVAILABLE
    return number_cell(record[limit], shorthand(record["value_status"], otherwise))


def breakdown_words(record: dict) -> str:
    if record["breakdown_type"] == "none":
        return "all"
    return text_cell(f"{record['breakdown_type'].replace('_', ' ')}: {record['breakdown_value']}")


# --- columns that several tables have ------------------------------------------------------------------------------


def text_column(heading: str, width: int, field: str, missing: str = NOT_AVAILABLE, note: str = "") -> Column:
    return Column(heading, width, lambda record: text_cell(record[field], missing), note=note)


def count_column(heading: str, width: int, field: str, missing: str = NOT_AVAILABLE) -> Column:
    return Column(heading, width, lambda record: number_cell(record[field], missing), WHOLE)


def status_column(note: str = "status") -> Column:
    return Column("Status", 17, lambda record: status_words(record["value_status"]), note=note)


def period_columns() -> tuple[Column, ...]:
    return (
        Column("Period", 30, lambda record: period_words(record["period_start"], record["period_end"])),
        *day_columns(),
    )


def day_columns() -> tuple[Column, ...]:
    return (
        Column("First day", 12, lambda record: day_cell(record["period_start"])),
        Column("Last day", 12, lambda record: day_cell(record["period_end"])),
    )


# --- the tables ----------------------------------------------------------------------------------------------------


def headline_sheet(con, home: Home) -> Sheet:
    def part(field: str, missing: str = NOT_AVAILABLE) -> Callable[[dict], Cell]:
        return lambda record: number_cell(record[field], shorthand(record["value_status"], missing))

    def denominator(record: dict) -> Cell:
        return part("denominator", NOT_APPLICABLE if record["method"] == "count" else NOT_AVAILABLE)(record)

    def agrees(record: dict) -> str:
        compared = record["value_published"] is not None
        return agreement_cell(record["recompute_ok"], compared and record["value_status"] == "not_reproducible")

    columns = (
        text_column("Metric", 34, "metric_name"),
        text_column("Metric key", 11, "metric_key"),
        Column("Breakdown", 26, breakdown_words),
        *period_columns(),
        Column("Value", 15, part("value"), value_format),
        text_column("Unit", 15, "unit"),
        Column("Lower 95% limit", 12, lambda record: limit_cell(record, "lower_95"), TWO_DECIMALS, "interval"),
        Column("Upper 95% limit", 12, lambda record: limit_cell(record, "upper_95"), TWO_DECIMALS),
        Column("Numerator", 15, part("numerator"), WHOLE),
        Column("Denominator", 15, denominator, WHOLE),
        status_column(),
        Column(
            "Printed figure",
            15,
            lambda record: number_cell(record["value_published"], NOT_APPLICABLE),
            lambda record: stated_format(record["value_published"]),
            "printed",
        ),
        Column("Agrees", 14, agrees),
        text_column("Dataset", 26, "source"),
        text_column("Maturity", 12, "maturity"),
        text_column("Proof grade", 9, "proof_grade", note="proof"),
    )
    title = f"Headline figures of {home.short}: latest value of every metric"
    records = select(con, HEADLINE_SQL, home=home.code)
    return Sheet("Headline", title, "Releases on the sheet Sources.", columns, records)


def baseline_sheet(con, home: Home) -> Sheet:
    def part(field: str, missing: str) -> Callable[[dict], Cell]:
        return lambda record: number_cell(record[field], shorthand(record["value_status"], missing))

    columns = (
        text_column("Determinant", 24, "determinant_name"),
        text_column("Indicator", 44, "indicator_name"),
        text_column("Metric key", 11, "metric_key"),
        Column("Value", 15, part("value", NOT_AVAILABLE), lambda record: stated_format(record["value"])),
        text_column("Unit", 15, "unit"),
        Column("Lower 95% limit", 12, part("lower_95", NOT_APPLICABLE), TWO_DECIMALS, "interval"),
        Column("Upper 95% limit", 12, part("upper_95", NOT_APPLICABLE), TWO_DECIMALS),
        *day_columns(),
        status_column(),
        text_column("Dataset", 26, "source"),
        text_column("Proof grade", 9, "proof_grade", NOT_APPLICABLE, note="proof"),
        text_column("What is needed, from whom", 60, "need", NOT_APPLICABLE),
    )
    title = f"The 24 indicators of social and economic development of {home.short}"
    return Sheet("Baseline", title, "marts.indicator_baseline of this edition.", columns, baseline(con, home))


def months_sheet(con, home: Home) -> Sheet:
    ours, theirs = (
        {(row["period_start"], row["period_end"]): row for row in select(con, MONTHS_SQL, area=area)}
        for area in (home.code, home.country)
    )
    here, country = text_cell(home.short), next((row["area_name"] for row in theirs.values()), "the country")
    absent = {"value": None, "value_status": "not_available"}
    records = [
        {"period_start": start, "period_end": end} | {"home": ours.get((start, end), absent)}
        | {"country": theirs.get((start, end), absent)}
        for start, end in sorted(ours.keys() | theirs.keys())
    ]  # fmt: skip

    def value(whose: str) -> Callable[[dict], Cell]:
        return lambda record: number_cell(record[whose]["value"], shorthand(record[whose]["value_status"]))

    def status(whose: str) -> Callable[[dict], Cell]:
        return lambda record: status_words(record[whose]["value_status"])

    columns = (
        Column("Month", 20, lambda record: period_words(record["period_start"], record["period_end"])),
        *day_columns(),
        Column(f"Appointments in {here}", 24, value("home"), WHOLE),
        Column(f"Status in {here}", 20, status("home"), note="status"),
        Column(f"Appointments, all of {country}", 24, value("country"), WHOLE),
        Column(f"Status, all of {country}", 20, status("country")),
    )
    title = f"General practice appointments by month in {here} and all of {country}"
    return Sheet("Months", title, f"Metric {APPOINTMENTS}; releases on the sheet Sources.", columns, records)


def comparison_sheet(con, home: Home) -> Sheet:
    year = latest_year(con, home)
    areas: dict[str, dict] = {}
    for row in year_values(con, home, year):
        if row["breakdown_type"] == "none":
            areas.setdefault(row["area_code"], dict(row))[row["metric_key"]] = row
    # The country first, then the areas by name.
    records = sorted(
        areas.values(), key=lambda area: (area["area_code"] != home.country, area["area_name"], area["area_code"])
    )

    def figure(metric_key: str, field: str = "value") -> Callable[[dict], Cell]:
        def cell(area: dict) -> Cell:
            row = area.get(metric_key)
            return NOT_AVAILABLE if row is None else number_cell(row[field], shorthand(row["value_status"]))

        return cell

    def name(area: dict) -> str:
        return text_cell(area["area_name"] + (" (synthetic)" if area["origin"] == "synthetic" else ""))

    def change_status(area: dict) -> str:
        return status_words(area[CHANGE]["value_status"] if CHANGE in area else "not_available")

    columns = (
        Column("Area", 62, name),
        text_column("Area code", 12, "area_code"),
        Column("Home area", 10, lambda area: "yes" if area["area_code"] == home.code else "no"),
        Column("Appointments", 16, figure(APPOINTMENTS), WHOLE, "year"),
        Column("In person, % of all", 14, figure(IN_PERSON), ONE_DECIMAL, "mode"),
        Column("Lower 95% limit, % of all", 13, figure(IN_PERSON, "lower_95"), TWO_DECIMALS, "interval"),
        Column("Upper 95% limit, % of all", 13, figure(IN_PERSON, "upper_95"), TWO_DECIMALS),
        Column("In person, % of known mode", 14, figure(IN_PERSON_KNOWN), ONE_DECIMAL),
        Column("Lower 95% limit, % of known mode", 13, figure(IN_PERSON_KNOWN, "lower_95"), TWO_DECIMALS),
        Column("Upper 95% limit, % of known mode", 13, figure(IN_PERSON_KNOWN, "upper_95"), TWO_DECIMALS),
        Column("Change on the year before", 15, figure(CHANGE), SIGNED, "change"),
        Column("Status of the change", 17, change_status, note="status"),
    )
    when = f", {period_words(*year)}" if year else ""
    title = f"Appointments, share face to face or home visit, and change: every ICB{when}"
    source = f"Metrics {APPOINTMENTS}, {IN_PERSON}, {IN_PERSON_KNOWN} and {CHANGE}; releases on the sheet Sources."
    return Sheet("ICBs", title, source, columns, records)


def area_records(con, home: Home, metric_key: str) -> list[dict]:
    """A metric by period of the home area, then the country, then every other ICB by name."""
    rows = select(con, practices.AREAS_SQL, metric=metric_key, home=home.code, country=home.country)
    first = {home.code: 0, home.country: 1}
    return sorted(
        rows,
        key=lambda row: (first.get(row["area_code"], 2), row["area_name"], row["area_code"], row["period_start"]),
    )


def area_columns() -> tuple[Column, ...]:
    def name(record: dict) -> str:
        return text_cell(record["area_name"] + (" (synthetic)" if record["origin"] == "synthetic" else ""))

    return Column("Area", 62, name), text_column("Area code", 14, "area_code")


def known_column(heading: str, width: int, field: str, number_format: str = WHOLE, note: str = "") -> Column:
    """A number of a record that has a status, or the shorthand for why there is none."""
    return Column(
        heading,
        width,
        lambda record: number_cell(record[field], shorthand(record["value_status"])),
        number_format,
        note,
    )


def patients_sheet(con, home: Home) -> Sheet:
    columns = (
        *area_columns(),
        Column("Day", 20, lambda record: day_words(record["period_start"])),
        Column("ISO day", 12, lambda record: day_cell(record["period_start"])),
        known_column("Registered patients", 16, "value", note="lists"),
        status_column(),
        text_column("Maturity", 12, "maturity"),
    )
    title = f"Registered patients by day of the lists: {text_cell(home.short)} and every ICB"
    source = f"Metric {PATIENTS}; releases on the sheet Sources."
    return Sheet("Patients", title, source, columns, area_records(con, home, PATIENTS))


def ages_sheet(con, home: Home) -> Sheet:
    found = practices.ages(con, home)
    records = (
        [{"kind": "sex"} | part for part in found["sexes"]] + [{"kind": "age"} | part for part in found["bands"]]
        if found
        else []
    )
    columns = (
        Column("Patients who are", 18, lambda record: text_cell(practices.age_words(record["label"]))),
        text_column("By", 8, "kind"),
        known_column("Registered patients", 16, "value", note="lists"),
        known_column("Share of all, %", 14, "share", ONE_DECIMAL),
        Column(
            "Share of the country, %",
            16,
            lambda record: number_cell(record["country_share"], NOT_AVAILABLE),
            ONE_DECIMAL,
        ),
        status_column(),
    )
    when = f", {day_words(found['day'])}" if found else ""
    title = f"Registered patients of {text_cell(home.short)} by sex and five-year age band{when}"
    return Sheet("Ages", title, f"Metric {PATIENTS}; releases on the sheet Sources.", columns, records)


def rates_sheet(con, home: Home) -> Sheet:
    columns = (
        *area_columns(),
        Column("Month", 20, lambda record: month_words(record["period_start"])),
        *day_columns(),
        known_column("Appointments", 16, "numerator"),
        known_column("Patients of included practices", 16, "denominator"),
        known_column("Per 1,000 patients", 14, "value", ONE_DECIMAL, "rate"),
        status_column(),
        text_column("Maturity", 12, "maturity"),
    )
    title = f"Appointments per 1,000 registered patients by month: {text_cell(home.short)} and every ICB"
    source = f"Metric {RATE}; releases on the sheet Sources."
    return Sheet("Rates", title, source, columns, area_records(con, home, RATE))


def practice_sheets(con, home: Home) -> tuple[Sheet, Sheet]:
    """The networks and the practices of the home area, with their latest list and month."""
    found = practices.networks(con, home) or {"networks": [], "practices": [], "lists": None, "month": None}

    def figure(name: str) -> Callable[[dict], Cell]:
        def cell(record: dict) -> Cell:
            row = record[name]
            return NOT_AVAILABLE if row is None else number_cell(row["value"], shorthand(row["value_status"]))

        return cell

    def status(record: dict) -> str:
        rows = (record[name] for name in ("patients", "appointments", "rate"))
        words = (status_words(row["value_status"] if row else "not_available") for row in rows)
        return ", ".join(dict.fromkeys(words))

    lists = f", {day_words(found['lists'])}" if found["lists"] else ""
    month = f", {month_words(found['month'][0])}" if found["month"] else ""
    figures = (
        Column(f"Registered patients{lists}", 20, figure("patients"), WHOLE, "lists"),
        Column(f"Appointments{month}", 18, figure("appointments"), WHOLE),
        Column(f"Per 1,000 patients{month}", 18, figure("rate"), ONE_DECIMAL, "rate"),
        Column("Status", 22, status, note="status"),
    )
    of_networks = (
        text_column("Network", 50, "name", note="rest"),
        text_column("Network code", 12, "code"),
        Column("Practices of the home area", 14, lambda record: len(record["practices"]), WHOLE, "network"),
        count_column("Practices of other areas", 14, "elsewhere"),
        *figures,
    )
    of_practices = (
        text_column("Practice", 50, "area_name", note="rest"),
        text_column("Practice code", 12, "area_code"),
        text_column("Network", 50, "network_name", NOT_APPLICABLE),
        text_column("Network code", 12, "network_code", NOT_APPLICABLE),
        *figures,
    )
    here = text_cell(home.short)
    source = (
        f"Metrics {PATIENTS}, {practices.PRACTICE_APPOINTMENTS} and {practices.PRACTICE_RATE}; releases on the sheet "
        "Sources."
    )
    return (
        Sheet("Networks", f"Primary care networks of {here}", source, of_networks, found["networks"]),
        Sheet("Practices", f"General practices of {here}", source, of_practices, found["practices"]),
    )


def neighbourhoods_sheet(con, home: Home) -> Sheet:
    def part(field: str, missing: str = NOT_AVAILABLE) -> Callable[[dict], Cell]:
        return lambda record: number_cell(record[field], shorthand(record["value_status"], missing))

    def beside(field: str) -> Callable[[dict], Cell]:
        return lambda record: number_cell(record[field], NOT_AVAILABLE if record["is_comparable"] else NOT_APPLICABLE)

    def figure_format(record: dict) -> str:
        return ONE_DECIMAL if record["is_comparable"] else stated_format(record["value"])

    columns = (
        text_column("Place or neighbourhood", 44, "area_name", note="place"),
        text_column("Code", 26, "area_code"),
        Column("Kind", 14, lambda record: text_cell(KINDS.get(record["area_type"]) or record["level"])),
        text_column("In place", 32, "place_name", NOT_APPLICABLE),
        Column(
            "Shares people with another of its kind", 14, lambda record: "yes" if record["is_overlapping"] else "no"
        ),
        text_column("Metric", 40, "metric_name"),
        text_column("Metric key", 11, "metric_key"),
        *period_columns(),
        Column("Value", 15, part("value"), figure_format),
        text_column("Unit", 15, "unit"),
        Column("Lower 95% limit", 12, part("lower_95", NOT_APPLICABLE), TWO_DECIMALS, "interval"),
        Column("Upper 95% limit", 12, part("upper_95", NOT_APPLICABLE), TWO_DECIMALS),
        status_column(),
        Column("Value of the ICS", 15, lambda record: number_cell(record["icb_value"], NOT_AVAILABLE), figure_format),
        Column("Less the ICS", 12, beside("icb_difference"), TWO_DECIMALS),
        text_column("Beside the ICS", 12, "icb_verdict", NOT_APPLICABLE, note="beside"),
        Column(
            "Value of the place", 15, lambda record: number_cell(record["place_value"], NOT_AVAILABLE), figure_format
        ),
        text_column("Beside the place", 12, "place_verdict", NOT_APPLICABLE),
        Column("Rank in the ICS", 9, beside("rank_in_icb"), WHOLE, "rank"),
        Column("Of", 6, beside("ranked_in_icb"), WHOLE),
        Column(
            "Previous value", 15, lambda record: number_cell(record["previous_value"], NOT_AVAILABLE), figure_format
        ),
        Column("Change", 12, lambda record: number_cell(record["change"], NOT_AVAILABLE), TWO_DECIMALS),
        text_column("Beyond chance", 14, "change_verdict", NOT_APPLICABLE),
        text_column("Dataset", 26, "source"),
    )
    title = f"Places and neighbourhoods of {text_cell(home.short)}: every metric, latest period, beside place and ICS"
    source = "marts.neighbourhood_profile of this edition."
    return Sheet("Neighbourhoods", title, source, columns, neighbourhoods.profile(con, home))


def theme_sheet(con, home: Home, label: str, title: str, views: dict[str, str]) -> Sheet:
    def part(field: str, missing: str = NOT_AVAILABLE) -> Callable[[dict], Cell]:
        return lambda record: number_cell(record[field], shorthand(record["value_status"], missing))

    def denominator(record: dict) -> Cell:
        return part("denominator", NOT_APPLICABLE if record["method"] == "count" else NOT_AVAILABLE)(record)

    columns = (
        text_column("Part", 30, "title"),
        text_column("Metric", 44, "metric_name"),
        text_column("Metric key", 12, "metric_key"),
        text_column("Area", 40, "area_name"),
        text_column("Area code", 14, "area_code"),
        *period_columns(),
        Column("Value", 15, part("value"), value_format),
        text_column("Unit", 15, "unit"),
        Column("Lower 95% limit", 12, part("lower_95", NOT_APPLICABLE), TWO_DECIMALS, "interval"),
        Column("Upper 95% limit", 12, part("upper_95", NOT_APPLICABLE), TWO_DECIMALS),
        Column("Numerator", 15, part("numerator"), WHOLE),
        Column("Denominator", 15, denominator, WHOLE),
        status_column(),
        text_column("Target", 20, "target", NOT_APPLICABLE),
        text_column("Target met", 10, "met", NOT_APPLICABLE, note="target"),
        text_column("Source of the target", 40, "target_source", NOT_APPLICABLE),
        text_column("Dataset", 26, "source"),
        text_column("Proof grade", 9, "proof_grade", note="proof"),
    )
    records = [
        row | {"title": theme["title"]} for theme in themes.theme_rows(con, home, views) for row in theme["rows"]
    ]
    here = text_cell(home.short)
    source = f"{', '.join(f'marts.{view}' for view in views)} of this edition."
    return Sheet(label, f"{title}: newest value of every metric, {here} and its councils", source, columns, records)


def differing_sheet(con) -> Sheet:
    def title_of(record: dict) -> str:
        return text_cell(practices.COMPARISONS.get(record["comparison"], (record["comparison"],))[0])

    columns = (
        Column("What was compared", 60, title_of, note="compared"),
        Column("Area", 50, lambda record: text_cell(short_name(record["area_name"] or record["area_code"]))),
        text_column("Area code", 14, "area_code"),
        Column("Period", 20, lambda record: practices.period_of(record["comparison"], record["period"])),
        count_column("Ours", 16, "ours"),
        count_column("Theirs", 16, "theirs"),
        Column("Difference", 14, lambda record: number_cell(record["difference"], NOT_AVAILABLE), SIGNED),
    )
    title = "Figures that two files give and that are not equal, every area of the edition"
    records = select(con, practices.DIFFERING_SQL)
    return Sheet("Differing_files", title, "audit.reconciliation of this edition.", columns, records)


def missing_sheet(con, home: Home) -> Sheet:
    found = practices.missing(con, home)

    def presence(field: str) -> Callable[[dict], str]:
        return lambda record: NOT_AVAILABLE if record[field] is None else "yes" if record[field] else "no"

    columns = (
        text_column("Practice", 50, "organisation_name"),
        text_column("Practice code", 12, "practice_code"),
        Column("Day of the lists", 14, lambda record: day_cell(record["extract_date"])),
        Column("Of the home area", 10, lambda record: "yes" if record["is_here"] else "no"),
        Column("In the lists", 10, presence("in_lists")),
        Column("In the register", 10, presence("in_register"), note="presence"),
        Column("In the appointments", 14, presence("in_appointments")),
    )
    title = "Practices that lists, register and appointments do not all have, every area of the edition"
    source = "audit.practice_difference of this edition, its latest day."
    return Sheet("Missing_practices", title, source, columns, found["rows"] if found else [])


def stated_sheet(con) -> Sheet:
    def figure(field: str) -> tuple[Callable[[dict], Cell], Callable[[dict], str]]:
        return (
            lambda record: number_cell(record[field], shorthand(record["value_status"])),
            lambda record: stated_format(record[field]),
        )

    columns = (
        text_column("Measure in the words of the source", 42, "measure"),
        text_column("Metric key", 11, "metric_key", NOT_APPLICABLE),
        text_column("Area", 40, "area_name"),
        Column("Area code", 14, lambda record: text_cell(record["area_code"] or record["area_code_published"])),
        *period_columns(),
        text_column("Qualifier", 10, "qualifier", note="stated"),
        Column("Value", 14, *figure("value_published")),
        text_column("Unit", 15, "unit"),
        Column("Lower 95% limit", 12, *figure("lower_95"), note="interval"),
        Column("Upper 95% limit", 12, *figure("upper_95")),
        status_column(),
        Column(
            "Agrees", 14, lambda record: agreement_cell(record["agrees"], record["not_reproducible"]), note="printed"
        ),
        text_column("Stated in", 36, "stated_in"),
        text_column("Quote", 42, "quote"),
        text_column("Note of the source", 42, "note", NOT_APPLICABLE),
    )
    title = "Local figures as their sources state them"
    return Sheet("Local_figures", title, "The documents named in the table.", columns, select(con, STATED_SQL))


def metrics_sheet(con) -> Sheet:
    better = {"up": "higher", "down": "lower"}
    columns = (
        text_column("Metric", 34, "metric_name"),
        text_column("Metric key", 11, "metric_key"),
        text_column("Definition", 52, "definition"),
        text_column("Numerator", 30, "numerator", NOT_APPLICABLE),
        text_column("Denominator", 30, "denominator", NOT_APPLICABLE),
        text_column("Unit", 15, "unit"),
        Column("Better when", 13, lambda record: better.get(record["direction"], NOT_APPLICABLE)),
        text_column("Method", 12, "method"),
        text_column("Dataset", 26, "source"),
        text_column("Proof grade", 9, "proof_grade", note="proof"),
        text_column("Proof", 48, "proof"),
        text_column("Caveats", 60, "caveats", NOT_APPLICABLE),
    )
    title = "Definitions of the metrics, how sure they are and what to know"
    return Sheet("Metrics", title, "The metric catalogue.", columns, select(con, METRICS_SQL))


def sources_sheet(con) -> Sheet:
    columns = (
        text_column("Title", 44, "title"),
        text_column("Publisher", 26, "publisher"),
        text_column("Licence", 28, "licence"),
        text_column("File", 46, "original_name"),
        text_column("sha256", 68, "sha256", note="digest"),
        count_column("Bytes", 13, "size_bytes"),
        *day_columns(),
        text_column("Layout", 20, "layout"),
        text_column("Data", 11, "origin"),
        text_column("Maturity", 12, "maturity"),
        count_column("Rows in", 12, "rows_in"),
        count_column("Rows clean", 12, "rows_clean"),
        count_column("Rows quarantined", 13, "rows_quarantined"),
        Column("Counts", 8, lambda record: "yes" if record["counts"] else "no"),
        text_column("Counts for", 40, "counts_for", NOT_APPLICABLE),
        text_column("Published", 14, "published_at"),
        Column("Address", 60, lambda record: text_cell(record["url"] or record["landing_page"])),
        text_column("Citation", 40, "citation", NOT_APPLICABLE),
        text_column("Release", 66, "release_id"),
    )
    title = "Releases in the archive and which of them count"
    return Sheet("Sources", title, "The archive of this installation.", columns, select(con, RELEASES_SQL))


def checks_sheet(context: EditionContext) -> Sheet:
    columns = (
        text_column("What is checked", 60, "why"),
        text_column("Rule", 52, "rule_id"),
        text_column("Scope", 52, "scope"),
        Column("Kind", 26, lambda record: text_cell(KIND_WORDS.get(record["kind"], record["kind"]))),
        text_column("Severity", 10, "severity"),
        text_column("Dimension", 14, "dimension"),
        Column(
            "Outcome",
            15,
            lambda record: text_cell(OUTCOME_WORDS.get(record["outcome"], record["outcome"])),
            note="outcome",
        ),
        text_column("Message", 60, "message", NOT_APPLICABLE),
        count_column("Rows checked", 13, "rows_checked", NOT_APPLICABLE),
        count_column("Rows failed", 12, "rows_failed", NOT_APPLICABLE),
    )
    records = [asdict(check) for check in context.checks]
    return Sheet("Checks", "Every check of the gate and its outcome", "The ledger of the run.", columns, records)


# --- gptables ------------------------------------------------------------------------------------------------------


def _table(sheet: Sheet, statements: list[str]):
    """The sheet as gptables takes it."""
    import gptables
    import pandas

    # Headings may hold an area's name, and gptables would refuse one with `$$` in it.
    headings = [text_cell(column.heading) for column in sheet.columns]
    used = sheet.shorthand
    return gptables.GPTable(
        table=pandas.DataFrame(sheet.rows, columns=headings, dtype=object),
        table_name=f"{sheet.label.lower()}_table",
        title=text_cell(sheet.title),
        subtitles=list(statements),
        source=f"Source: {sheet.source}",
        legend=["Some shorthand is used in this table: $$shorthand$$", *used] if used else [],
        table_notes={place: f"$${column.note}$$" for place, column in enumerate(sheet.columns) if column.note},
        index_columns={2: 0},
        additional_formatting=list(_formats(sheet)),
    )


def _formats(sheet: Sheet):
    """Number formats as gptables takes them: by column, or by cell where the rows of a column differ."""
    for place, column in enumerate(sheet.columns):
        if callable(column.number_format):
            for row, record in enumerate(sheet.records, 1):  # row 0 is the heading
                if number_format := column.number_format(record):
                    # One entry a cell: of a list of cells gptables formats only the last.
                    yield {"cell": {"cells": (row, place), "format": {"num_format": number_format}}}
        elif column.number_format:
            form = {"num_format": column.number_format}
            yield {"column": {"columns": [place], "format": form, "include_names": False}}


def _cover(con, context: EditionContext, home: Home, statements: list[str]):
    import gptables

    year = latest_year(con, home)
    passed = sum(check.outcome == "passed" for check in context.checks)
    intro = [
        *statements,
        f"Home area: {text_cell(home.name)}, {text_cell(home.code)}{f' ({home.ods_code})' if home.ods_code else ''}.",
        f"Latest twelve months: {period_words(*year)}." if year else "Appointments over twelve months: none held.",
        "Of practices and networks the workbook holds those of the home area. All others stand in the database and the "
        "CSV file of the same edition.",
        "Every number here stands in the tables of the same edition, and can be traced from metric, area and period: "
        "ics-marts trace METRIC AREA PERIOD.",
    ]
    about = [
        f"Checks: {passed:,} of {len(context.checks):,} passed. The sheet Checks lists them all.",
        *(f"Held back: {text_cell(message)}" for message in context.held),
        *(f"Contains information of {text_cell(line)}." for line in licences(select(con, RELEASES_SQL))),
        *(f"Shorthand: {text}." for text in SHORTHAND.values()),
        f"Made by code {context.code_digest}. The same releases and code give the same workbook, to the byte; its date "
        "of creation is fixed for that.",
    ]
    title = marked(f"{text_cell(home.short)}: primary care at place", context)
    return gptables.Cover(title=title, intro=intro, about=about)


def _set_print(worksheet, context: EditionContext) -> None:
    """A4 across, as wide as the table, with the marking and the edition on every printed page."""
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_footer(f"&LEdition {context.edition_id}&RPage &P of &N")
    if found := marks(context):
        worksheet.set_header(f"&C{', '.join(found)}")

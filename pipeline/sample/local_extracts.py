"""The local extracts that count, LX-01 to LX-21, LX-26 to LX-31 and LX-37, of the fictional region: one filled-in template of each table.

Belongs here: rows as organisations of the fictional ICS would submit them, with blanks and markers where real ones have
them, and their files. Codes are outside every allocated range: trusts RZ1 and RZ2 (trust codes end with RYY), council
9Z1, LSOAs E01999nnn, authorities E..999nnn, companies 99nnnnnn, properties of eleven digits that begin with 999. Points
lie in the North Sea.
Does not belong here: what a template looks like (pipeline/submission), which column an extract has (its contract).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random

from pipeline.errors import NotFound
from pipeline.privacy.pseudonym import SYNTHETIC
from pipeline.sample import better_care_fund, places, world
from pipeline.sample.chance import SEED, between, draws, shared_out
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.geography import ICBS

ICB = ICBS[0].code
ACUTE, COMMUNITY, COUNCIL = "RZ1", "RZ2", "9Z1"
SITES = ("RZ101", "RZ102", "RZ201", "9Z1A1")
COUNTY, UNITARY = "E10999001", "E06999001"
DISTRICTS = ("E07999001", "E07999002", "E07999003", UNITARY)
LSOAS = tuple(f"E01999{number:03}" for number in range(1, 25))
# Of the unitary council, in the next ICB; and one that no lookup knows.
LSOAS_OUTSIDE = ("E01999028", "E01999029", "E01999030")
LSOA_UNKNOWN = "E01999901"
# In the fifth quintile of deprivation.
LEAST_DEPRIVED = "E01999027"
PLACES = ("E07999001", "local:qz1:sampleford")
# Places that the population estimates have, to divide by.
PLACES_WITH_RESIDENTS = ("E07999001", "E07999002")
# A small area of Wales that does not exist: it is in no ICS.
ABROAD = "W01999001"
ROLES = ("staff_volunteer", "public_volunteer", "mentor", "mentee", "school_governor")
# Of the trust: mentees enough that some pairs have lasted and some have not.
ROLES_OF_TRUST = ("staff_volunteer", "mentee", "public_volunteer", "mentee", "mentor", "mentee")
# Two of the people of the board volunteer with the trust too.
VOLUNTEERS_OF_TRUST = (4, 10, *range(101, 159))
MONTH, QUARTER, YEAR, DAY = "2025-11", "2025-07/2025-09", "2024/25", "2025-09-30"
YEAR_BEFORE, DAY_BEFORE = "2023/24", "2024-09-30"
SUPPLIED_AT = "2025-12-10"
SUPPRESSED, NOT_AVAILABLE, NOT_APPLICABLE = "*", "[x]", "[z]"
# The least deprived fifth takes part so rarely that its number is hidden at the source.
QUINTILES = (("1", 40), ("2", 30), ("3", 18), ("4", 11), ("5", 1))
# Fewer people than this are written as suppressed.
SMALL = 5

Row = dict[str, str]


@dataclass(frozen=True)
class Extract:
    """One table of an extract as one organisation submits it. `period` fills the column `period_column`."""

    dataset: str
    table: str
    submitter: str
    period: str
    rows: Callable[[Random], Iterator[dict[str, object]]]
    period_column: str = "period"
    stem: str = ""
    number: int = 1
    # Sets the draws of a further extract of the same table apart from those of the first.
    apart: str = ""

    @property
    def file_name(self) -> str:
        """`lx_05_trust_spend__rz1__2025-11.csv`."""
        when = self.period.replace("/", "_") if len(self.period) > 7 else self.period.replace("/", "-")
        return f"{self.stem or self.dataset}__{self.submitter.lower()}__{when}.csv"

    def filled(self, seed: int = SEED) -> list[Row]:
        """Its rows by column, the columns that all extracts have included; a blank is ''."""
        return [
            {
                "extract_id": f"{self.dataset.upper()[:5].replace('_', '-')}-{self.submitter}-{self.number}",
                "submitting_org_ods": self.submitter,
                "icb_ods": ICB,
                self.period_column: self.period,
                "supplied_at": SUPPLIED_AT,
                "version": "1",
                "data_status": "actual",
                **{name: "" if cell is None else str(cell) for name, cell in row.items()},
            }
            for row in self.rows(draws(seed, self.dataset, self.table, *filter(None, [self.apart])))
        ]


def extract(dataset: str, table: str = "") -> Extract:
    """The sample of a dataset's table, of its first where none is named. Raises NotFound."""
    for one in EXTRACTS:
        if one.dataset == dataset and table in ("", one.table):
            return one
    raise NotFound(f"there is no sample of {dataset}{'/' + table if table else ''}", where="sample")


def write_extract(folder: Path, one: Extract, seed: int = SEED) -> Path:
    rows = one.filled(seed)
    header = list(rows[0])
    lines = [header, *([row[name] for name in header] for row in rows)]
    return write_text(folder / one.file_name, csv_text(lines, CRLF), "utf-8-sig")


def known_totals(seed: int = SEED) -> dict[str, int]:
    """Rows by dataset, table and period as the extract states it."""
    return {f"{one.dataset}/{one.table}/{one.period}": len(one.filled(seed)) for one in EXTRACTS}


# --- what rows are made of ------------------------------------------------------------------------------------------


def _pounds(chance: Random, low: int, high: int) -> str:
    """An amount between whole pounds, with pence."""
    return f"{between(chance, low, high)}.{between(chance, 0, 99):02}"


def _one_of(chance: Random, values: tuple) -> object:
    return values[between(chance, 0, len(values) - 1)]


def _some_of(chance: Random, whole: int, low: int, high: int) -> int:
    """A part of `whole`, between `low` and `high` per cent of it."""
    return whole * between(chance, low, high) // 100


def _people(number: int) -> str:
    return SUPPRESSED if 0 < number < SMALL else str(number)


def _day(chance: Random, first: date, last: date) -> str:
    return (first + timedelta(days=between(chance, 0, (last - first).days))).isoformat()


# --- social and economic determinants -------------------------------------------------------------------------------


def _industry_support_of(first_april: date, companies: int) -> Callable[[Random], Iterator[dict[str, object]]]:
    """Events of a year that begins on `first_april`. Each fifth company is supported twice, by another partner then."""

    def rows(chance: Random) -> Iterator[dict]:
        kinds = ("advice", "testbed", "trial", "grant", "space", "procurement", "advice", "spin_out")
        # The stream is that of the table: each year begins elsewhere in it.
        for _ in range(first_april.year % 10):
            chance.random()
        for number in range(1, companies + 1):
            company = {
                "company_number": f"99{number:06}",
                "sic2007": _one_of(chance, ("21200", "26600", "32500", "46460", "72110", "72190", "62020")),
                "incorporated": _day(chance, date(first_april.year - 5, 1, 7), first_april),
                "lad24": DISTRICTS[number % len(DISTRICTS)],
            }
            for at in range(2 if number % 5 == 0 else 1):
                kind = kinds[(number + at) % len(kinds)]
                yield company | {
                    "support_type": kind,
                    "support_date": first_april + timedelta(days=7 + 13 * number + 30 * at),
                    "value_gbp": "0" if kind == "advice" else _pounds(chance, 2_000, 90_000),
                    "partner_ods": COMMUNITY if (number + at) % 3 == 0 else ACUTE,
                    "leveraged_gbp": _pounds(chance, 5_000, 250_000) if kind in ("grant", "testbed") else None,
                }

    return rows


def _rates_and_tax_at(pounds_of_thousand: int) -> Callable[[Random], Iterator[dict[str, object]]]:
    """Properties with rates of so many pounds for each thousand of rateable value: the multiplier of the year."""

    def rows(chance: Random) -> Iterator[dict]:
        for occupier, properties in ((ACUTE, 4), (COMMUNITY, 3)):
            for number in range(1, properties + 1):
                value = between(chance, 40, 2_400) * 1_000
                relief = value // 50 if number == properties else 0
                yield {
                    "voa_uarn": f"999{occupier[-1]}{number:07}",
                    "billing_authority": DISTRICTS[number % len(DISTRICTS)],
                    "occupier_ods": occupier,
                    "rateable_value_gbp": value,
                    "rates_paid_gbp": f"{value * pounds_of_thousand // 1000 - relief}.00",
                    "relief_gbp": f"{relief}.00",
                    "paye_ni_gbp": None,
                }
            yield {
                "voa_uarn": None, "billing_authority": DISTRICTS[0], "occupier_ods": occupier, "rateable_value_gbp": None,
                "rates_paid_gbp": None, "relief_gbp": None, "paye_ni_gbp": f"{between(chance, 31, 74) * pounds_of_thousand}000.00",
                "data_status": "estimate",
            }  # fmt: skip

    return rows


def _trust_spend(chance: Random, month: date = date(2025, 11, 1), percent: int = 100) -> Iterator[dict]:
    """Payments of a month; `percent` is what the amounts are of those of the sample's newest month."""
    suppliers = (
        # number, kind, company, charity, sector, LSOA, address, owners, category, influenceable, reason
        ("S-1001", "large", "99000101", None, "XZ1 1", LSOAS[0], "registered", "none", "F", "yes", "none"),
        ("S-1002", "sme", "99000102", None, "XZ2 4", LSOAS[3], "trading", "women", "K12", "yes", "none"),
        (
            "S-1003",
            "vcse",
            "99000103",
            "9900003",
            "XZ1 3",
            LSOAS[5],
            "registered",
            "ethnic_minority;women",
            "R",
            "yes",
            "none",
        ),
        ("S-1004", "public", None, None, "XZ9 9", None, "registered", "unknown", "Z", "no", "inter_nhs"),
        ("S-1005", "large", "99000105", None, "XZ4 2", ABROAD, "registered", "none", "D", "no", "drugs_tariff"),
        ("S-1006", "individual", None, None, None, None, "unknown", "unknown", "P", "partly", "none"),
        ("S-1007", "sme", "99000107", None, "XZ1 7", LSOAS[7], "trading", "disabled", "M3", "yes", "none"),
        ("S-1008", "large", "99000108", None, None, None, "unknown", "none", "L", "no", "pfi"),
    )
    for number in range(40):
        supplier = suppliers[number % len(suppliers)]
        credit = number % 19 == 18
        yield {
            "transaction_id": f"PAY-{number + 20251 + 100 * (month.year - 2025):06}",
            "org_ods": ACUTE,
            "payment_date": month + timedelta(days=2 + number % 26),
            "amount_gbp": ("-" if credit else "")
            + _pounds(chance, 90, (900 if supplier[0] == "S-1008" else 48_000) * percent // 100),
            "vat_treatment": "net",
            "supplier_id": supplier[0],
            "company_number": supplier[2],
            "charity_number": supplier[3],
            "supplier_postcode_sector": supplier[4],
            "supplier_lsoa21": supplier[5],
            "local_basis": supplier[6],
            "supplier_type": supplier[1],
            "owner_flags": supplier[7],
            "category_eclass": supplier[8],
            "influenceable": supplier[9],
            "exclusion_reason": supplier[10],
        }


def _social_value(chance: Random) -> Iterator[dict]:
    themes = ("Jobs: promote local skills", "Growth: support local business", "Social: healthier communities")
    for contract in range(1, 6):
        awarded, value = _day(chance, date(2023, 5, 1), date(2025, 2, 28)), _pounds(chance, 150_000, 4_000_000)
        for theme in themes[: contract % 3 + 1]:
            committed = between(chance, 8, 90) * 1_000
            yield {
                "contract_id": f"C-{contract:04}",
                "award_date": awarded,
                "contract_value_gbp": value,
                "framework": "TOMs" if contract % 2 else "PPN002",
                "theme": theme,
                "committed_gbp": f"{committed}.00",
                "delivered_gbp": f"{_some_of(chance, committed, 0, 110)}.00",
                "evidence": _one_of(chance, ("self_reported", "verified", "audited")),
                "beneficiaries_lad24": _one_of(chance, (*DISTRICTS, None)),
            }


def _estate_use(chance: Random) -> Iterator[dict]:
    owners = (("trust", "freehold"), ("NHSPS", "lease"), ("GP", "freehold"), ("LA", "licence"))
    for site, (owner, tenure) in zip(SITES, owners, strict=True):
        place = {"site_code": site, "owner": owner, "tenure": tenure}
        yield place | {
            "gia_m2": _pounds(chance, 900, 60_000),
            "land_ha": f"{between(chance, 0, 9)}.{between(chance, 10, 99)}",
            "book_value_gbp": f"{between(chance, 1, 120)}000000.00",
            "valuation_date": "2025-03-31",
            "room_id": None, "available_hours": None, "used_hours": None,
            "occupier_sector": "la" if owner == "LA" else "nhs", "service": None,
        }  # fmt: skip
        for room in range(1, 4):
            available = between(chance, 400, 780)
            yield place | {
                "gia_m2": None, "land_ha": None, "book_value_gbp": None, "valuation_date": None,
                "room_id": f"ROOM-{room}",
                "available_hours": available,
                "used_hours": f"{_some_of(chance, available, 15, 95)}.5",
                "occupier_sector": _one_of(chance, ("nhs", "nhs", "la", "vcse")),
                "service": _one_of(chance, ("physiotherapy", "phlebotomy", "social prescribing", "audiology")),
            }  # fmt: skip


def _footfall(chance: Random, month: str = MONTH) -> Iterator[dict]:
    """A main door that belongs to a regeneration scheme, and one at another site where hardly anybody goes in."""
    for day in range(3, 5):
        for hour in range(7, 20):
            movements = between(chance, 0, 12) if hour in (7, 19) else between(chance, 40, 420)
            people = movements // 2
            hidden = 0 < people < SMALL
            yield {
                "site_code": SITES[0],
                "sensor_id": "MAIN-DOOR",
                "hour_start": f"{month}-{day:02}T{hour:02}:00",
                "movements": SUPPRESSED if hidden or 0 < movements < SMALL else movements,
                "people_est": _people(people),
                "method": "beam",
                "regeneration_scheme_id": "HIGH-STREET-1",
            }
        for hour, people in ((9, 2), (10, 0), (11, between(chance, 1, 4))):
            yield {
                "site_code": SITES[2],
                "sensor_id": "SIDE-DOOR",
                "hour_start": f"{month}-{day:02}T{hour:02}:00",
                "movements": _people(people),
                "people_est": _people(people),
                "method": "manual",
                "regeneration_scheme_id": None,
            }


def procedures_working_age(chance: Random, percent: int = 100) -> Iterator[dict]:
    """Each small area has a count of each band of age; of every third the decile is left to the indices. `percent` scales them."""
    bands = ("16-19", *(f"{age}-{age + 4}" for age in range(20, 65, 5)))
    for at, lsoa in enumerate(LSOAS):
        for number, band in enumerate(bands):
            spells = between(chance, 0, 40) * percent // 100
            yield {
                "lsoa21": lsoa,
                "age_band5": band,
                "sex": "unknown" if (at, number) == (0, 0) else ("female", "male")[(at + number) % 2],
                "opcs_chapter": _one_of(chance, ("A", "B", "C", "H", "K", "W")),
                "spells": SUPPRESSED if 0 < spells < 8 else spells,
                "provider_ods": COMMUNITY if number % 5 == 4 else ACUTE,
                "imd_decile": None if at % 3 == 2 else -(-10 * (at + 1) // 30),
            }


def prevention_services(chance: Random, percent: int = 100) -> Iterator[dict]:
    """Weight and alcohol by small area, the rest by council. `percent` scales who is referred."""
    services = ("smoking", "weight", "alcohol", "drugs", "physical_activity")
    for utla, lsoas in ((COUNTY, LSOAS[1:18:4]), (UNITARY, (*LSOAS[18:24:2], LEAST_DEPRIVED))):
        for at, service in enumerate(services):
            for lsoa in lsoas if service in ("weight", "alcohol") else (None,):
                referred = between(chance, 4, 480) * percent // 100
                started = _some_of(chance, referred, 40, 80)
                outcome = _some_of(chance, started, 30, 60)
                yield {
                    "service": service,
                    "setting": ("community", "acute", "maternity", "mh", "workplace")[at],
                    "referred": _people(referred),
                    "started": _people(started),
                    "completed": _people(_some_of(chance, started, 50, 90)),
                    "outcome_4w": _people(outcome),
                    "outcome_verified": _people(_some_of(chance, outcome, 20, 80)),
                    "utla": utla,
                    "lsoa21": lsoa,
                }


def employment_support(chance: Random, year: int = 2025, percent: int = 100) -> Iterator[dict]:
    """Of the newest year, 13 weeks are over for July's referrals only; of earlier ones for all. `percent` scales who is referred."""
    programmes = ("ips_smi", "ips_primary_care", "tt_employment_adviser", "workwell", "ips_drug_alcohol")
    for utla, programme in ((utla, programme) for utla in (COUNTY, UNITARY) for programme in programmes):
        for month in (f"{year}-07", f"{year}-08", f"{year}-09"):
            for hours in ("<16", "16+") if programme == "workwell" else ("all",):
                started = between(chance, 2 if programme == "ips_drug_alcohol" else 18, 60) * percent // 100
                jobs = _some_of(chance, started, 20, 50)
                kept = _some_of(chance, jobs, 50, 90)
                yield {
                    "programme": programme,
                    "referral_month": month,
                    "started": _people(started),
                    "job_starts": _people(jobs),
                    "sustained_13w": _people(kept) if year < 2025 or month == "2025-07" else NOT_AVAILABLE,
                    "sustained_26w": NOT_AVAILABLE,
                    "hours_band": hours,
                    "utla": utla,
                }


def _travel_and_carbon(chance: Random, org: str = ACUTE, year: int = 2024) -> Iterator[dict]:
    columns = ("group", "mode", "trips", "miles", "vehicle_count", "fuel", "ownership", "scope", "tco2e", "factor_year")
    blank = dict.fromkeys(columns)
    head = {"org_ods": org}
    for group, source, modes in (
        ("staff_commute", "survey", ("walk", "cycle", "bus", "rail", "car_petrol", "car_bev")),
        ("staff_business", "expense", ("car_diesel", "rail")),
        ("patient", "survey", ("bus", "car_petrol", "taxi")),
        ("visitor", "model", ("walk", "car_petrol")),
        ("supplier", "telemetry", ("van", "hgv")),
    ):
        for mode in modes:
            trips = between(chance, 2_000, 90_000)
            yield head | {"line_type": "journeys"} | blank | {
                "group": group, "mode": mode, "trips": trips, "miles": f"{trips * between(chance, 1, 12)}.0", "source": source,
            }  # fmt: skip
    for fuel, ownership in (
        ("diesel", "owned"),
        ("petrol", "leased"),
        ("bev", "owned"),
        ("bev", "leased"),
        ("petrol", "grey"),
    ):
        yield head | {"line_type": "fleet"} | blank | {
            "vehicle_count": between(chance, 3, 90), "fuel": fuel, "ownership": ownership, "source": "telemetry",
        }  # fmt: skip
    for scope in ("1", "2", "3"):
        yield head | {"line_type": "carbon"} | blank | {
            "scope": scope, "tco2e": f"{between(chance, 900, 9_000)}.{between(chance, 0, 999):03}", "factor_year": year,
            "source": "model",
        }  # fmt: skip


def _engagement(chance: Random, fewer: int = 0) -> Iterator[dict]:
    """Three activities with their totals, two ages and five quintiles; `fewer` is by how many per cent fewer take part."""
    activities = (("ppg", "opening hours"), ("survey", "access by telephone"), ("event", "new health centre"))
    for number, (method, topic) in enumerate(activities, start=1):
        head = {"activity_id": f"E-{number:03}", "method": method}
        invited = between(chance, 200, 900)
        took_part = _some_of(chance, invited, 10, 40) * (100 - fewer) // 100
        older = _some_of(chance, took_part, 30, 60)
        changed = {"topic": topic, "changed_decision": "yes" if number % 2 else "no"}
        for age, asked, came in (
            ("all", invited, took_part), ("35-49", NOT_AVAILABLE, took_part - older), ("65+", NOT_AVAILABLE, older),
        ):  # fmt: skip
            yield head | {
                "invited": NOT_APPLICABLE if method == "event" else asked, "participated": _people(came),
                "age_band": age, "ethnicity5": "all", "imd_quintile": "all",
            } | changed  # fmt: skip
        asked_of, came_of = (dict(shared_out(whole, QUINTILES, chance)) for whole in (invited - took_part, took_part))
        for quintile, _ in QUINTILES:
            yield head | {
                "invited": NOT_APPLICABLE if method == "event" else asked_of[quintile] + came_of[quintile],
                "participated": _people(came_of[quintile]),
                "age_band": "all", "ethnicity5": "all", "imd_quintile": quintile,
            } | changed  # fmt: skip


def _staff_residence_of(people: int) -> Callable[[Random], Iterator[dict[str, object]]]:
    """Posts of so many people, some of whom share a household or have a second post with the other trust."""

    def rows(chance: Random) -> Iterator[dict]:
        groups = (
            ("nursing_midwifery", "5"), ("support_clinical", "3"), ("medical", "medical"), ("ahp", "6"), ("infrastructure", "4"),
            ("sci_tech", "8a"),
        )  # fmt: skip
        for number in range(1, people + 1):
            group, band = groups[number % len(groups)]
            known = number % 20 != 0
            household = number - number % 9 // 8
            away = draws(SEED, "home of a household", household)
            home = _one_of(away, LSOAS_OUTSIDE) if household % 6 == 0 else _one_of(away, LSOAS)
            post = {
                "employee_hash": pseudonym_of("employee", number),
                "employer_ods": COMMUNITY if number % 4 == 0 else ACUTE,
                "staff_group": group,
                "afc_band": band,
                "fte": _one_of(chance, ("1.00", "1.00", "0.80", "0.60")),
                "contract": _one_of(chance, ("permanent", "permanent", "fixed", "apprentice")),
                "age_band": _one_of(chance, ("16-24", "25-34", "35-49", "50-64", "65+")),
                "home_lsoa21": (LSOA_UNKNOWN if household == 7 else home) if known else None,
                "uprn_hash": _hexadecimal("household", household) if known else None,
                "postcode_valid": "yes" if known else "no",
            }
            yield post
            if number % 25 == 1:
                yield post | {
                    "employer_ods": COMMUNITY, "contract": "bank", "fte": "0.20", "staff_group": "support_clinical", "afc_band": "3",
                }  # fmt: skip

    return rows


def _apprenticeships_of(year: int, starts: int) -> Callable[[Random], Iterator[dict[str, object]]]:
    """So many starts of the financial year that begins in `year`."""

    def rows(chance: Random) -> Iterator[dict]:
        for number in range(1, starts + 1):
            scheme = ("apprenticeship", "apprenticeship", "t_level", "project_search", "internship")[number % 5]
            outcome = ("in_progress", "completed", "employed_here", "withdrawn", "employed_here")[number % 7 % 5]
            begun = date(year, 4, 8) + timedelta(days=4 * number)
            apprentice = scheme == "apprenticeship"
            yield {
                "start_hash": pseudonym_of(f"start of {year}", number),
                "employer_ods": ACUTE if number % 3 else COMMUNITY,
                "scheme": scheme,
                "level": _one_of(chance, ("2", "3", "5")) if apprentice else None,
                "standard_code": _one_of(chance, ("ST0216", "ST0217", "ST0070")) if apprentice else None,
                "start_date": begun,
                "end_date": None if outcome == "in_progress" else begun + timedelta(days=between(chance, 60, 240)),
                "age_at_start": between(chance, 16, 30),
                "outcome": outcome,
                "levy_gbp": _pounds(chance, 1_500, 12_000) if apprentice else None,
                "home_lsoa21": _one_of(chance, LSOAS),
            }

    return rows


def _volunteers(
    chance: Random,
    year: int = 2025,
    numbers: Iterable[int] = range(1, 25),
    roles: tuple[str, ...] = ROLES,
    from_month: int = 1,
) -> Iterator[dict]:
    """People by their number, each in one role, which began from the sixth of `from_month` on."""
    unknown = ("prefer_not_say", "unknown")
    for number in numbers:
        role = roles[number % len(roles)]
        yield {
            "person_hash": pseudonym_of("volunteer", number),
            "role_type": role,
            "age_band": _one_of(chance, ("16-24", "25-34", "35-49", "50-64", "65+")),
            "sex": _one_of(chance, ("female", "male", "prefer_not_say")),
            "gender_reassignment": _one_of(chance, ("no", "no", *unknown)),
            "ethnicity5": _one_of(chance, ("asian", "black", "mixed", "white", "white", "other")),
            "disability": _one_of(chance, ("yes", "no", "no", "prefer_not_say")),
            "religion": _one_of(chance, ("christian", "muslim", "none", "prefer_not_say")),
            "sexual_orientation": _one_of(chance, ("heterosexual", "gay_lesbian", "prefer_not_say")),
            "marital_status": _one_of(chance, ("married_civil_partnership", "single", "unknown")),
            "pregnancy_maternity": _one_of(chance, ("no", "no", "prefer_not_say")),
            "hours": f"{between(chance, 1, 60)}.5",
            "start_date": _day(chance, date(year, from_month, 6), date(year, 7, 31)),
            "end_date": f"{year}-09-12" if number % 6 == 0 else None,
            "beneficiary": _one_of(chance, ("school", "college", "community_group", "nhs_service")),
            "lad24": _one_of(chance, DISTRICTS),
        }  # fmt: skip


# --- Better Care Fund and place ------------------------------------------------------------------------------------


def _risk_and_linkage(chance: Random) -> Iterator[dict]:
    for practice in world.practices(SEED, ICBS[0], ICBS[0].locations[0])[:10]:
        adults = between(chance, 4_000, 14_000)
        high = _some_of(chance, adults, 2, 5)
        records = between(chance, 300, 900)
        packages = between(chance, 20, 120)
        yield {
            "practice_code": practice.code,
            "tool": "Sample Score 2.1",
            "threshold": "0.35",
            "adults_registered": adults,
            "high_risk": _people(high),
            "with_joint_plan": _people(_some_of(chance, high, 30, 80)),
            "with_accountable_professional": _people(_some_of(chance, high, 40, 95)),
            "records_total": records,
            "records_nhsno_verified": _some_of(chance, records, 88, 100),
            "packages_total": packages,
            "packages_telecare": _some_of(chance, packages, 25, 50),
        }


def _place_pound(chance: Random) -> Iterator[dict]:
    lines = (
        ("icb", "acute care", None, "weighted"), ("icb", "community care, pooled", "S75-01", "direct"),
        ("la", "adult social care, pooled", "S75-01", "direct"), ("la", "public health", None, "direct"),
        ("police", "neighbourhood policing", None, "population"), ("fire", "prevention", None, "population"),
        ("dwp", "employment support", None, "population"), ("school", "delegated budgets", None, "direct"),
    )  # fmt: skip
    for place in PLACES_WITH_RESIDENTS:
        for payer, line, agreement, method in lines:
            yield {
                "payer_type": payer,
                "budget_line": line,
                "gbp": f"{between(chance, 1, 190)}{between(chance, 0, 999):03}000.00",
                "pooled": "yes" if agreement else "no",
                "s75_agreement_id": agreement,
                "place_code": place,
                "allocation_method": method,
            }


# --- Building the Right Support -------------------------------------------------------------------------------------


def _dynamic_support_register(chance: Random) -> Iterator[dict]:
    for utla in (COUNTY, UNITARY):
        for age in ("u18", "18-25", "26+"):
            for cohort in ("ld", "autism", "both"):
                for risk in ("red", "amber", "green", "blue"):
                    people = between(chance, 0, 14) if risk in ("red", "blue") else between(chance, 6, 60)
                    with_plan = people if age == "u18" else _some_of(chance, people, 30, 80)
                    young = age != "26+"
                    yield {
                        "utla": utla,
                        "age_group": age,
                        "cohort": cohort,
                        "risk": risk,
                        "consent": "all",
                        "people": _people(people),
                        "admitted": _people(_some_of(chance, people, 0, 15) if risk == "blue" else 0),
                        "ehcp": _people(with_plan) if young else NOT_APPLICABLE,
                        "keyworker": _people(_some_of(chance, people, 20, 90)) if young else NOT_APPLICABLE,
                        "ctr_in_6m": _people(_some_of(chance, people, 30, 100)),
                        "added": _people(_some_of(chance, people, 0, 12)),
                        "removed": _people(_some_of(chance, people, 0, 8)),
                    }


def brs_programme(chance: Random) -> Iterator[dict]:
    measures = (
        ("phb", "people", 45), ("isf", "people", 9), ("cohort_people", "people", 160), ("fta_gbp", "gbp", 2_400_000),
        ("fta_people", "people", 14), ("dowry_gbp", "gbp", 610_000), ("dowry_people", "people", 6),
        ("pooled_gbp", "gbp", 18_000_000), ("brs_spend_gbp", "gbp", 31_000_000), ("dwellings", "count", 11),
        ("dwellings_planned", "count", 9),
        ("capital_gbp", "gbp", 1_750_000), ("crisis_places", "count", 6), ("crisis_episodes", "count", 22),
        ("admissions_avoided", "count", 13), ("ist_fte", "fte", 24), ("ebe_paid", "people", 7),
        ("ebe_board_places", "count", 3), ("self_advocacy_contracts", "count", 2),
    )  # fmt: skip
    for measure, unit, about in measures:
        value = max(about * between(chance, 85, 115) // 100, 1)
        yield {
            "measure": measure,
            "value": _people(value) if unit == "people" else f"{value}.4" if unit == "fte" else value,
            "unit": unit,
            "utla": COUNTY if measure in ("dwellings", "crisis_places") else None,
            "source_note": "programme board report",
        }


def _reviews(chance: Random) -> Iterator[dict]:
    kinds = ("community_preadmission", "post_admission", "inpatient", "inpatient", "laep")
    for number in range(1, 21):
        young = number % 4 == 0
        kind = kinds[number % len(kinds)]
        in_hospital = kind in ("post_admission", "inpatient")
        held = date(2025, 11, 3) + timedelta(days=number)
        status = "refused" if number % 10 == 9 else "held"
        answered = status == "held"
        yield {
            "person": pseudonym_of("person", number),
            "age_group": "u18" if young else "18+",
            "ctr_type": f"cetr_{kind}" if young else kind,
            "review_status": status,
            "ctr_date": held,
            "scheduled_date": held + timedelta(days=90 if young else 182) if in_hospital else None,
            "due_date": held + timedelta(days=between(chance, -20, 30)),
            "admission_date": held - timedelta(days=between(chance, 10, 700)) if in_hospital else None,
            "admission_plan": _one_of(chance, ("planned", "unplanned")) if in_hospital else None,
            "ward_security": ("general", "general", "low", "medium")[number % 4] if in_hospital else None,
            "safe": _one_of(chance, ("yes", "yes", "partly", "no")) if answered else None,
            "current_care": _one_of(chance, ("yes", "partly", "no")) if answered else None,
            "plan_in_place": _one_of(chance, ("yes", "partly", "no")) if answered else None,
            "needs_hospital": _one_of(chance, ("yes", "no", "unclear")) if answered else None,
            "outcome_code": _one_of(chance, ("1", "2", "3", "4", "5", "6", "7")) if answered else "8",
            "ebe_present": "no" if kind == "laep" else _one_of(chance, ("yes", "yes", "no")),
            "family_present": _one_of(chance, ("yes", "no")),
            "commissioner_ods": ICB,
        }


def _actions(chance: Random) -> Iterator[dict]:
    reviews = extract("lx_17_ctr", "reviews").filled()
    for review in (one for one in reviews if one["review_status"] == "held"):
        held = date.fromisoformat(review["ctr_date"])
        for number in range(1, between(chance, 1, 3) + 1):
            done = between(chance, 5, 25)
            yield {
                "person": review["person"],
                "ctr_date": held,
                "action_no": number,
                "owner": _one_of(chance, ("provider", "commissioner", "local_authority", "housing", "community_team")),
                "due_date": held + timedelta(days=28 * number),
                "done_date": held + timedelta(days=done) if done % 3 == 0 else None,
            }


# --- primary care ----------------------------------------------------------------------------------------------------


def _workforce_development(chance: Random) -> Iterator[dict]:
    programmes = (
        ("new_to_practice", "gp", "people", 60), ("new_to_practice", "nurse", "people", 34),
        ("mentors", "all", "people", 47), ("mental_health_first_aiders", "all", "people", 120),
        ("clinical_supervisors", "gp", "people", 93), ("educational_supervisors", "gp", "people", 160),
        ("nurse_assessors", "nurse", "people", 204), ("nurse_supervisors", "nurse", "people", 90),
        ("gp_trainees", "gp", "practices", 11), ("student_placements", "all", "practices", 13),
    )  # fmt: skip
    for programme, role, counted, about in programmes:
        number = max(about * between(chance, 80, 120) // 100, 1)
        active = NOT_AVAILABLE if programme == "educational_supervisors" else _some_of(chance, number, 60, 100)
        yield {
            "programme": programme, "role": role, "counted": counted, "people": number, "active": active, "pcn_code": None,
        }  # fmt: skip
    for network in world.networks(SEED, ICBS[0].locations[0]):
        yield {
            "programme": "learning_environment", "role": "all", "counted": "networks", "people": 1,
            "active": between(chance, 0, 1), "pcn_code": network.code,
        }  # fmt: skip


def _self_referral(chance: Random) -> Iterator[dict]:
    services = ("msk", "audiology", "weight_t2", "podiatry", "wheelchair", "equipment", "falls")
    for place in DISTRICTS[:2]:
        for at, service in enumerate(services):
            is_open = at != 4 or place == DISTRICTS[0]
            referrals = between(chance, 30, 700)
            yield {
                "service": service,
                "place_code": place,
                "self_referral_open": "yes" if is_open else "no",
                "opened": f"2024-{at + 4:02}-01" if is_open else None,
                "referrals": _people(referrals),
                "self_referrals": _people(_some_of(chance, referrals, 5, 45)) if is_open else "0",
            }


# --- the four-step model -----------------------------------------------------------------------------------------------


def _priorities(chance: Random) -> Iterator[dict]:
    chosen = (
        ("PR-1", "More of our people in good work", None, "employment_skills_2", ICB),
        ("PR-2", "Empty rooms to community use", "estates", "estates_1", ICB),
        ("PR-3", "Money that stays in our towns", "procurement", None, ACUTE),
        ("PR-4", "Cleaner air on the way to hospital", None, "net_zero_1", COUNTY),
    )
    for number, (priority, title, determinant, question, lead) in enumerate(chosen, start=1):
        yield {
            "priority_id": priority,
            "priority": title,
            "determinant": determinant,
            "question_id": question,
            "proposition": f"If we act on {title.lower()}, its metrics move by {2026 + number}",
            "lead_org_code": lead,
        }


def _programmes(chance: Random) -> Iterator[dict]:
    others = f"{ICBS[1].code};{ICBS[2].code}"
    programmes = (
        # programme, name, priority, intervention, lead, source of money, pounds, first day, last day, status
        ("PG-1", "Work starts here", "PR-1", "labour_market_participation", ICB, "UK Shared Prosperity Fund",
         "240000.00", "2024-04-01", "2027-03-31", "under_way"),
        ("PG-2", "Open rooms", "PR-2", "vcse_growth", COMMUNITY, None, None, "2025-01-06", None, "under_way"),
        ("PG-3", "Buy near", "PR-3", "social_value", ACUTE, "own budget", "85000.00", "2025-10-01", "2028-09-30", "proposed"),
        ("PG-4", "Care closer to the high street", "PR-2", "other_public_services", COUNTY, "One Public Estate",
         "1200000.00", "2024-06-03", "2025-09-30", "completed"),
    )  # fmt: skip
    # Baselines of es_14, es_18 and pc_05 are what the sample adds up to, as a plan would state them.
    aims = {
        # metric, version, area, direction, baseline, value, target, day, areas to compare with
        "PG-1": (("es_18", 3, COUNTY, "up", "2024-07/2024-09", "33.9", 40, "2027-03-31", UNITARY),
                 ("es_04", 1, COUNTY, "up", "2023/24", between(chance, 14, 22), 40, "2027-03-31", None)),
        "PG-2": (("es_14", 1, ICB, "up", "2024-07/2024-09", "53.3", 75, "2026-12-31", ICBS[1].code),),
        "PG-3": (("es_12", 1, ICB, "up", None, None, 18, "2028-09-30", f"{others};{UNITARY}"),),
        "PG-4": (("pc_05", 1, ICB, "up", "2023-06/2024-05", 4_981_463, 5_100_000, "2025-09-30", others),),
    }  # fmt: skip
    for programme, name, priority, intervention, lead, source, pounds, first, last, status in programmes:
        for number, (metric, version, area, direction, period, value, target, day, compared) in enumerate(
            aims[programme]
        ):
            yield {
                "programme_id": programme, "programme_name": name, "priority_id": priority,
                "proposition": f"{name} moves its metrics {direction} more than in areas without it",
                "intervention": intervention, "metric_id": metric, "definition_version": version, "area_code": area,
                "direction": direction, "baseline_period": period, "baseline_value": value, "target_value": target,
                "target_date": day, "comparison_areas": compared, "lead_org_code": lead, "funding_source": source,
                "funding_gbp": None if number else pounds, "start_date": first, "end_date": last, "status": status,
            }  # fmt: skip


ANCHORS = (
    # reference, name, kind, code, determinants it is committed to: net zero has nobody, procurement has three
    ("AN-1", "Sampleshire Hospitals NHS Trust", "nhs", ACUTE, ("employment_skills", "procurement")),
    ("AN-2", "Sampleshire County Council", "council", COUNTY, ("employment_skills", "procurement", "civic_leadership")),
    ("AN-3", "University of Sampleford", "university", None, ("research_development", "employment_skills")),
    ("AN-4", "Sampleford College", "college", None, ("employment_skills",)),
    ("AN-5", "Sampleshire Voluntary Action", "vcse", None, ("population_health", "procurement")),
    ("AN-6", "Sampleshire Chamber of Commerce", "business", None, ("estates",)),
)


def _degrees(chance: Random, whole: int, low: int, high: int) -> str:
    """Degrees with five decimals, between `low` and `high` thousandths beyond `whole`."""
    return f"{whole}.{between(chance, low, high):03}{between(chance, 0, 99):02}"


def _in_the_sea(chance: Random) -> dict[str, str]:
    """A point in the North Sea, where no institution stands."""
    return {"latitude": _degrees(chance, 54, 500, 899), "longitude": _degrees(chance, 1, 100, 599)}


def _institutions(chance: Random) -> Iterator[dict]:
    for anchor, name, kind, code, _ in ANCHORS:
        yield {
            "anchor_id": anchor, "organisation_name": name, "organisation_type": kind, "organisation_code": code,
        } | _in_the_sea(chance)  # fmt: skip


def _commitments(chance: Random) -> Iterator[dict]:
    metrics = {
        "employment_skills": ("es_04", between(chance, 10, 30)),
        "procurement": ("es_12", between(chance, 15, 25)),
    }
    for anchor, name, _, _, determinants in ANCHORS:
        for determinant in determinants:
            metric, target = metrics.get(determinant, (None, None))
            yield {
                "anchor_id": anchor, "determinant": determinant, "commitment_no": 1,
                "commitment": f"{name} will do its part for {determinant.replace('_', ' and ')}",
                "metric_id": metric, "definition_version": 1 if metric else None, "target_value": target,
                "target_date": "2027-03-31" if metric else None,
            }  # fmt: skip


def _checklist(chance: Random) -> Iterator[dict]:
    # PG-3 has not begun its checklist, the others left questions open.
    for programme, questions in (("PG-1", 10), ("PG-2", 6), ("PG-4", 8)):
        for question in range(1, questions + 1):
            answer = _one_of(chance, ("yes", "yes", "partly", "no", "not_known"))
            yield {
                "programme_id": programme,
                "question_id": f"checklist_{question:02}",
                "answer": answer,
                "evidence_reference": f"board paper {between(chance, 1, 40)}" if answer == "yes" else None,
                "answered_on": _day(chance, date(2025, 7, 1), date(2025, 9, 26)),
            }


def _partner_views(chance: Random) -> Iterator[dict]:
    dimensions = ("trust", "communication", "understanding", "shared_priorities", "joint_work", "access_to_decisions")
    roles = ("executive", "manager", "practitioner", "manager", "practitioner", "trustee")
    for at, (anchor, name, _, _, _) in enumerate(ANCHORS[1:]):
        for dimension in dimensions:
            # Of the college so few answered that nothing is shown.
            for number in range(between(chance, 6, 9) if at != 2 else between(chance, 2, 4)):
                yield {
                    "partner_id": anchor,
                    "partner_name": name,
                    "dimension": dimension,
                    "respondent_role": roles[number % len(roles)],
                    "answer_no": number + 1,
                    "score": between(chance, 1, 5),
                    "answered_on": _day(chance, date(2025, 6, 2), date(2025, 9, 12)),
                }


def _points(chance: Random) -> Iterator[dict]:
    places = (
        ("PT-1", "intervention", "Work starts here, drop-in", "PG-1", None),
        ("PT-2", "intervention", "Work starts here, college", "PG-1", None),
        ("PT-3", "intervention", "Open rooms, health centre", "PG-2", None),
        ("PT-4", "intervention", "Health on the high street", "PG-4", None),
        ("PT-5", "anchor", "Second hospital", None, "AN-1"),
        ("PT-6", "anchor", "Town campus", None, "AN-3"),
    )
    for point, kind, name, programme, anchor in places:
        yield {
            "point_id": point, "kind": kind, "point_name": name, "programme_id": programme, "anchor_id": anchor,
        } | _in_the_sea(chance)  # fmt: skip


def pseudonym_of(kind: str, number: int) -> str:
    """The pseudonym of nobody, of the domain that made-up people have."""
    return f"{SYNTHETIC}:{_hexadecimal(kind, number)}"


def _hexadecimal(kind: str, number: int) -> str:
    # Eight digits at a time: of a Random only `random()` is promised to stay as it is.
    chance = draws(SEED, kind, number)
    return "".join(f"{between(chance, 0, 0xFFFFFFFF):08x}" for _ in range(8))


EXTRACTS = (
    # The newest of a dataset first: it is the one that templates quote.
    Extract("lx_01_staff_residence", "staff", ICB, DAY, _staff_residence_of(150)),
    Extract("lx_01_staff_residence", "staff", ICB, DAY_BEFORE, _staff_residence_of(130)),
    Extract("lx_02_apprenticeships", "starts", ICB, YEAR, _apprenticeships_of(2024, 80)),
    Extract("lx_02_apprenticeships", "starts", ICB, YEAR_BEFORE, _apprenticeships_of(2023, 60)),
    Extract("lx_03_industry_support", "support_events", ACUTE, YEAR, _industry_support_of(date(2024, 4, 1), 24)),
    Extract("lx_03_industry_support", "support_events", ACUTE, YEAR_BEFORE, _industry_support_of(date(2023, 4, 1), 18)),
    Extract("lx_04_rates_and_tax", "payments", ICB, YEAR, _rates_and_tax_at(546)),
    Extract("lx_04_rates_and_tax", "payments", ICB, YEAR_BEFORE, _rates_and_tax_at(512)),
    Extract("lx_05_trust_spend", "transactions", ACUTE, MONTH, _trust_spend),
    Extract("lx_06_social_value", "commitments", ACUTE, YEAR, _social_value),
    Extract("lx_07_estate_use", "spaces", ICB, QUARTER, _estate_use),
    Extract("lx_08_footfall", "hours", ACUTE, MONTH, _footfall),
    Extract("lx_09_procedures_working_age", "spells", ICB, YEAR, procedures_working_age),
    Extract("lx_10_prevention_services", "activity", COUNCIL, QUARTER, prevention_services),
    Extract("lx_11_employment_support", "referrals", COMMUNITY, QUARTER, employment_support),
    Extract("lx_12_travel_and_carbon", "lines", ACUTE, YEAR, _travel_and_carbon),
    Extract("lx_13_volunteers_mentoring", "people", ICB, QUARTER, _volunteers),
    Extract("lx_14_engagement", "activities", ICB, QUARTER, _engagement),
    Extract("lx_15_risk_and_linkage", "practices", ICB, MONTH, _risk_and_linkage, "month"),
    Extract("lx_16_place_pound", "lines", ICB, YEAR, _place_pound),
    Extract("lx_17_ctr", "reviews", ICB, MONTH, _reviews, "month", "lx_17_ctr_reviews"),
    Extract("lx_17_ctr", "actions", ICB, MONTH, _actions, "month", "lx_17_ctr_actions"),
    Extract("lx_18_dynamic_support_register", "register", ICB, MONTH, _dynamic_support_register, "month"),
    Extract("lx_19_brs_programme", "measures", ICB, QUARTER, brs_programme),
    Extract("lx_20_workforce_development", "programmes", ICB, DAY, _workforce_development, "as_at"),
    Extract("lx_21_self_referral", "pathways", ICB, MONTH, _self_referral),
    Extract("lx_26_plan", "priorities", ICB, DAY, _priorities, "as_at", "lx_26_plan_priorities"),
    Extract("lx_26_plan", "programmes", ICB, DAY, _programmes, "as_at", "lx_26_plan_programmes"),
    Extract("lx_27_anchors", "institutions", ICB, DAY, _institutions, "as_at", "lx_27_anchors_institutions"),
    Extract("lx_27_anchors", "commitments", ICB, DAY, _commitments, "as_at", "lx_27_anchors_commitments"),
    Extract("lx_28_checklist", "answers", ICB, DAY, _checklist, "as_at"),
    Extract("lx_29_partner_views", "views", ICB, DAY, _partner_views, "as_at"),
    Extract("lx_30_points", "points", ICB, DAY, _points, "as_at"),
    Extract("lx_31_bcf_indicators", "figures", ICB, QUARTER, partial(better_care_fund.figures, quarter=QUARTER)),
    Extract("lx_37_places", "places", ICB, DAY, places.members, "as_at"),
)

# The same tables again: a year before, or of another organisation, so that change and sums over organisations can be seen.
BEFORE, QUARTER_BEFORE = "2024-11", "2024-07/2024-09"
_volunteers_of_trust = partial(_volunteers, numbers=VOLUNTEERS_OF_TRUST, roles=ROLES_OF_TRUST, from_month=5)
FURTHER_EXTRACTS = (
    Extract(
        "lx_05_trust_spend",
        "transactions",
        ACUTE,
        BEFORE,
        partial(_trust_spend, month=date(2024, 11, 1), percent=85),
        number=2,
    ),
    Extract("lx_13_volunteers_mentoring", "people", ICB, QUARTER_BEFORE, partial(_volunteers, year=2024), number=2),
    Extract("lx_13_volunteers_mentoring", "people", ACUTE, QUARTER, _volunteers_of_trust),
    Extract("lx_14_engagement", "activities", ICB, QUARTER_BEFORE, partial(_engagement, fewer=20), number=2),
    Extract("lx_07_estate_use", "spaces", ICB, "2024-07/2024-09", _estate_use, apart="a year before"),
    Extract("lx_08_footfall", "hours", ACUTE, "2024-11", partial(_footfall, month="2024-11"), apart="a year before"),
    Extract(
        "lx_12_travel_and_carbon",
        "lines",
        ACUTE,
        "2023/24",
        partial(_travel_and_carbon, year=2023),
        apart="a year before",
    ),
    Extract(
        "lx_12_travel_and_carbon", "lines", COMMUNITY, YEAR, partial(_travel_and_carbon, org=COMMUNITY), apart=COMMUNITY
    ),
    Extract(
        "lx_12_travel_and_carbon",
        "lines",
        COMMUNITY,
        "2023/24",
        partial(_travel_and_carbon, org=COMMUNITY, year=2023),
        apart=f"{COMMUNITY} a year before",
    ),
    Extract(
        "lx_31_bcf_indicators",
        "figures",
        ICB,
        QUARTER_BEFORE,
        partial(better_care_fund.figures, quarter=QUARTER_BEFORE, percent=93),
        number=2,
        apart="a year before",
    ),
    # Figures of a year stand in the extract of the quarter in which it ends.
    Extract(
        "lx_31_bcf_indicators", "figures", ICB, "2025-01/2025-03", partial(better_care_fund.figures_of_year, year=YEAR), number=3,
        apart=YEAR,
    ),
    Extract(
        "lx_31_bcf_indicators", "figures", ICB, "2024-01/2024-03", partial(better_care_fund.figures_of_year, year=YEAR_BEFORE),
        number=4, apart=YEAR_BEFORE,
    ),
)  # fmt: skip

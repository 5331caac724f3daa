"""The estates return of the fictional trusts: the site file of 2019/20, whose columns are known from the published one.

Belongs here: the sites that report by themselves and, of each trust, all others in one line, in UTF-8 with thousands commas
and Not Applicable where a published file has them. Of its 165 columns those that metrics read stand here, and some beside.
Does not belong here: the trust file and later years, whose columns were never seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.sample import geography
from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.ods_registers import TRUSTS

NAME = "ERIC_201920_SiteData.csv"
NOT_APPLICABLE = "Not Applicable"
REGION = f"{geography.REGION.name.upper()} COMMISSIONING REGION"
TRUST_TYPES = {"RZ1": "ACUTE - LARGE", "RZ2": "COMMUNITY"}
OTHERS = "Other Reportable Site"
# Site code, name and type. A trust's small sites together are no site.
SITES = {
    "RZ1": (
        ("RZ101", "SAMPLESHIRE GENERAL HOSPITAL", "1. General acute hospital"),
        ("RZ102", "MOCKFORD INFIRMARY", "3. Mixed service hospital"),
        ("RZ1ORS", "OTHER REPORTABLE SITES", OTHERS),
    ),
    "RZ2": (
        ("RZ201", "FEIGNFORD COMMUNITY HOSPITAL", "7. Community hospital (with inpatient beds)"),
        ("RZ2ORS", "OTHER REPORTABLE SITES", OTHERS),
    ),
}  # fmt: skip
RISKS = ("high", "significant", "moderate", "low")

Row = dict[str, str]


def write_sites(out_dir: Path, seed: int = SEED) -> Path:
    """Writes the site file of 2019/20 and returns its path."""
    rows = list(sites(seed))
    return write_text(out_dir / NAME, csv_text([list(rows[0]), *(row.values() for row in rows)], CRLF), "utf-8-sig")


def sites(seed: int = SEED) -> Iterator[Row]:
    """The lines of the site file by column, as they stand in it."""
    names = {code: name for code, name, _, _ in TRUSTS}
    for trust, listed in SITES.items():
        for number, (code, name, kind) in enumerate(listed):
            chance = draws(seed, "eric", code)
            whole = kind != OTHERS
            area = between(chance, 900, 9_000) * (12 if kind.startswith("1.") else 1)
            yield {
                "Trust Code": trust,
                "Trust Name": names[trust],
                "Commissioning Region": REGION,
                "Trust Type": TRUST_TYPES[trust],
                "Site Code": code,
                "Site Name": name,
                "Site Type": kind,
                "Tenure": "1. Freehold" if whole else "",
                "Leased": "",
                "Post Code": f"XZ{number + 1} {number + 1}AA" if whole else "",
                "Rates (£)": _figure(area * between(chance, 8, 15)),
                "Gross internal floor area (m²)": _figure(area),
                "Land area owned (Hectares)": f"{area / 4_000:.2f}",
                "Land area not delivering services (Hectares)": "0.5" if number == 1 else "0",
                "Retail sales area (m²)": _figure(area // 60) if whole else NOT_APPLICABLE,
                **{
                    f"Cost to eradicate {risk} risk backlog (£)": _figure(area * between(chance, 2, 90))
                    if whole
                    else NOT_APPLICABLE
                    for risk in RISKS
                },
                **{
                    column: _figure(kwh) if whole or kwh else NOT_APPLICABLE
                    for column, kwh in _energy(chance, area, whole)
                },
            }


def _energy(chance, area: int, whole: bool) -> Iterator[tuple[str, int]]:
    gas = area * between(chance, 180, 320)
    yield "Fossil energy input to CHP system/s (kWh)", gas // 3 if area > 20_000 else 0
    yield "Electrical energy output of CHP system/s (kWh)", gas // 9 if area > 20_000 else 0
    yield "Thermal energy output of CHP system/s (kWh)", gas // 8 if area > 20_000 else 0
    yield "Exported electricity (kWh)", 0
    yield "Exported thermal energy (kWh)", 0
    yield "How many kWh were discharged to waste (kWh)", 0
    yield "Electricity consumed (kWh)", area * between(chance, 60, 130)
    yield "Electricity consumed - green energy tariff (kWh)", area * between(chance, 0, 20) if whole else 0
    yield "Electricity consumed - third party owned renewable (kWh)", area * between(chance, 0, 2) if whole else 0
    yield "Gas consumed (kWh)", gas
    yield "Oil consumed (kWh)", area * between(chance, 0, 12) if whole else 0
    yield "Coal consumed (kWh)", 0
    yield "Steam consumed (kWh)", 0
    yield "Hot water consumed (kWh)", 0
    yield "Non-fossil fuel consumed - renewable (kWh)", 0
    yield "Electrical energy output of owned onsite renewables (kWh)", area * between(chance, 0, 3) if whole else 0


def _figure(number: int) -> str:
    return f"{number:,}"

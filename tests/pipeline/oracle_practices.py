"""A slow and obvious oracle of lists and appointments by practice: plain Python over the cells of the files.

It shares no code with the pipeline. Places go by their ODS code, as a person would follow them, because that stays when
a GSS code is reissued; the GSS code that a figure is published under is looked up last, by the day. Where a practice
belongs is what the newest file says that is not younger than the day; of its network the register (ePCN) is asked first,
because it dates joining and leaving. A practice counts to the board (ICB, before July 2022 STP) that files say of the
practice itself, and to that of its location where none does; what was said of STPs says nothing of ICBs.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from python_calamine import CalamineWorkbook

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
BOARDS_BEGAN = date(2022, 7, 1)
NEAR = 92
# All other ratios are for each 1,000.
PERCENTAGES = ("pc_06.v3", "pc_53.v1")

Cells = dict[tuple, tuple]


@dataclass(frozen=True)
class Files:
    """The files that the figures are in. `mappings` by month, `ccgs` by the year of the lookup, `networks`: the newest ePCN."""

    totals: list[Path]
    ages: list[Path]
    maps: list[Path]
    crosstabs: list[Path]
    mappings: dict[date, Path]
    regional: Path
    coverage: list[Path]
    networks: Path
    networks_known_to: date
    lookup: Path
    names: Path
    ccgs: Path
    ccgs_year: int
    names_from: dict[str, date] = field(default_factory=dict)
    country: str = "E92000001"
    places: Path | None = None


def records(path: Path, members: str = "*") -> Iterator[dict[str, str]]:
    """The rows of a CSV, or of the CSVs in a ZIP whose names match, by the words of their header."""
    if path.suffix != ".zip":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream)
        return
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if fnmatchcase(name, members):
                yield from csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig"), newline=""))


def day_of(text: str) -> date:
    """2025-06-01, 01Jun2025, 01JAN2021, 01-Sep-20 or 20191001."""
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    day, month, year = re.fullmatch(r"(\d\d)-?([A-Za-z]{3})-?(\d\d|\d{4})", text).groups()
    return date(int(year) + (2000 if len(year) == 2 else 0), MONTHS.index(month.upper()) + 1, int(day))


def last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def newest(said: dict[date, str], day: date) -> str:
    """What was said last up to `day`; before anything was said, what was said first."""
    before = [one for one in said if one <= day]
    return said[max(before)] if before else said[min(said)]


class World:
    """Where practices, locations and boards belong on a day, and what they are called then."""

    def __init__(self, files: Files):
        self.files = files
        # ODS code -> day on which it was first seen -> GSS code
        self.gss: dict[str, dict[date, str]] = defaultdict(dict)
        self.board_gss: dict[str, dict[date, str]] = defaultdict(dict)
        self.board: dict[str, str] = {}
        self.region: dict[str, str] = {}
        self.region_gss: dict[str, dict[date, str]] = defaultdict(dict)
        # practice -> day -> (rank of the file, what it says); the lowest rank speaks
        self._location: dict[str, dict[date, tuple[int, str]]] = defaultdict(dict)
        self._network: dict[str, dict[date, tuple[int, str]]] = defaultdict(dict)
        self._board: dict[str, dict[date, tuple[int, str]]] = defaultdict(dict)
        self.partners: dict[str, list[tuple[date, date, str]]] = defaultdict(list)
        # place -> what belongs to it: (code, first day, last day)
        self.members: dict[str, list[tuple[str, date, date]]] = defaultdict(list)
        self._read_lookups()
        self._read_places()
        self._read_practices()
        self._read_register()

    def _read_lookups(self) -> None:
        for row in records(self.files.ccgs):
            year = date(self.files.ccgs_year, 1, 1)
            self.board[row["CCG20CDH"]] = row["STP20CDH"]
            self.gss[row["CCG20CDH"]][year] = row["CCG20CD"]
            self.board_gss[row["STP20CDH"]][year] = row["STP20CD"]
        for row in records(self.files.lookup):
            self.board[row["LOC22CDH"]] = row["ICB22CDH"]
            self.region[row["ICB22CDH"]] = row["NHSER22CDH"]
            self.region_gss[row["NHSER22CDH"]][BOARDS_BEGAN] = row["NHSER22CD"]
            self.gss[row["LOC22CDH"]][BOARDS_BEGAN] = row["LOC22CD"]
            self.board_gss[row["ICB22CDH"]][BOARDS_BEGAN] = row["ICB22CD"]
        for row in records(self.files.names):
            if row["ICB24CD"] not in self.board_gss[row["ICB24CDH"]].values():
                since = self.files.names_from.get(row["ICB24CD"], date(2024, 1, 1))
                self.board_gss[row["ICB24CDH"]][since] = row["ICB24CD"]

    def _read_places(self) -> None:
        for row in records(self.files.places) if self.files.places else ():
            until = day_of(row["valid_to"]) if row["valid_to"] else date(9999, 12, 31)
            self.members[row["place_code"]].append((row["member_code"], day_of(row["valid_from"]), until))

    def _read_practices(self) -> None:
        for path in self.files.maps:
            for row in records(path):
                day, code = day_of(row["EXTRACT_DATE"]), row["PRACTICE_CODE"]
                self._says(self._location, code, day, 1, self._named(row, day))
                if (
                    row["ONS_COMM_REGION_CODE"] not in self.region_gss[row["COMM_REGION_CODE"]].values()
                    and day > BOARDS_BEGAN
                ):
                    self.region_gss[row["COMM_REGION_CODE"]][day] = row["ONS_COMM_REGION_CODE"]
                self._says(self._network, code, day, 1, row["PCN_CODE"])
                self._says(self._board, code, day, 1, row.get("ICB_CODE") or row["STP_CODE"])
        for day, path in self.files.mappings.items():
            for row in records(path, "Mapping*.csv"):
                self._says(self._location, row["GP_CODE"], day, 2, row["SUB_ICB_LOCATION_CODE"])
                self._says(self._network, row["GP_CODE"], day, 2, row["PCN_CODE"])
                self._says(self._board, row["GP_CODE"], day, 2, row["ICB_CODE"])
        for path in self.files.totals:
            for row in records(path):
                day = day_of(row["EXTRACT_DATE"])
                self._says(self._location, row["CODE"], day, 3, self._named(row, day))

    @staticmethod
    def _says(about: dict, code: str, day: date, rank: int, what: str) -> None:
        held = about[code].get(day)
        if held is None or rank < held[0]:
            about[code][day] = (rank, what)

    def _named(self, row: dict[str, str], day: date) -> str:
        """The ODS code of a row's location, whose GSS code is noted."""
        ods = row.get("SUB_ICB_LOCATION_CODE") or row["CCG_CODE"]
        gss = row.get("ONS_SUB_ICB_LOCATION_CODE") or row["ONS_CCG_CODE"]

        first = min((since for since, code in self.gss[ods].items() if code == gss), default=None)
        if first is None or first > day:
            self.gss[ods].pop(first, None)
            self.gss[ods][day] = gss
        return ods

    def _read_register(self) -> None:
        sheet = CalamineWorkbook.from_path(self.files.networks).get_sheet_by_name("PCN Core Partner Details")
        for row in sheet.to_python()[1:]:
            end = day_of(str(row[9])) if row[9] else date(9999, 12, 31)
            self.partners[row[0]].append((day_of(str(row[8])), end, row[4]))

    def location(self, practice: str, day: date) -> str:
        return newest({on: what for on, (_, what) in self._location[practice].items()}, day)

    def network(self, practice: str, day: date) -> str | None:
        """The network of a practice on a day; None where it is in none."""
        partners = self.partners.get(practice, [])
        said = {on: what for on, (_, what) in self._network[practice].items()}
        if partners:
            said = {on: what for on, what in said.items() if self.files.networks_known_to < on <= day}
            if not said:
                # In two networks at once it counts for the one it joined last, and then for the one it stayed in.
                current = [one for one in partners if one[0] <= day <= one[1]]
                return max(current)[2] if current else None
        code = newest(said, day) if said else "U"
        return None if code == "U" else code

    def above(self, practice: str, day: date) -> list[str]:
        """The codes of all that a practice counts to on a day: location, board, region, country, and network if it has one."""
        location, network = self.location(practice, day), self.network(practice, day)
        said = {
            on: what for on, (_, what) in self._board[practice].items() if (on < BOARDS_BEGAN) == (day < BOARDS_BEGAN)
        }
        levels = self.levels(location, day, newest(said, day) if said else "")
        return levels + ([network] if network else []) + self.places(practice, day)

    def places(self, practice: str, day: date) -> list[str]:
        """The places that a practice lies in on a day: by itself, through its network, or through another place of these."""
        found: list[str] = []
        reached = [practice, self.network(practice, day)]
        while reached:
            code = reached.pop()
            for place, members in self.members.items():
                if place not in found and any(one == code and start <= day <= end for one, start, end in members):
                    found.append(place)
                    reached.append(place)
        return found

    def levels(self, location: str, day: date, board: str = "") -> list[str]:
        """The GSS codes of a location, of its board (or the one given), the board's region and the country on a day."""
        board = board or self.board[location]
        return [
            newest(self.gss[location], day), newest(self.board_gss[board], day),
            newest(self.region_gss[self.region[board]], day), self.files.country,
        ]  # fmt: skip


def lists(files: Files) -> dict[date, dict[str, int]]:
    """Patients by day and practice: from the files of totals, by age only where a day has none."""
    found: dict[date, dict[str, int]] = {}
    for path in files.totals:
        for row in records(path):
            found.setdefault(day_of(row["EXTRACT_DATE"]), {})[row["CODE"]] = int(row["NUMBER_OF_PATIENTS"])
    with_totals = set(found)
    for path in files.ages:
        for row in records(path):
            day = day_of(row["EXTRACT_DATE"])
            if day not in with_totals and (row["ORG_TYPE"], row["SEX"], row["AGE_GROUP_5"]) == ("GP", "ALL", "ALL"):
                found.setdefault(day, {})[row["ORG_CODE"]] = int(row["NUMBER_OF_PATIENTS"])
    return found


def registered(files: Files, world: World) -> Cells:
    """pc_50: lists of practices, networks, locations, boards, regions and the country, by sex and age above practices."""
    cells: Cells = {}
    by_age = [
        (day_of(row["EXTRACT_DATE"]), row["ORG_CODE"], row["SEX"].lower(), row["AGE_GROUP_5"], int(row["NUMBER_OF_PATIENTS"]))
        for path in files.ages
        for row in records(path)
        if row["ORG_TYPE"] == "GP" and (row["SEX"], row["AGE_GROUP_5"]) != ("ALL", "ALL")
    ]  # fmt: skip

    for day, by_practice in lists(files).items():
        whole: dict[str, int] = defaultdict(int)
        for practice, patients in by_practice.items():
            for area in (practice, *world.above(practice, day)):
                whole[area] += patients
        parts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for on, practice, sex, age, patients in by_age:
            if on == day:
                kind, value = ("sex", sex) if age == "ALL" else ("age_band", age.replace("_", "-"))
                for area in world.above(practice, day):
                    parts[area, kind][value] += patients
        for area, patients in whole.items():
            cells["pc_50.v1", area, day, day, "none", "all"] = (patients, None)
        for (area, kind), values in parts.items():
            if sum(values.values()) == whole[area]:
                for value, patients in values.items():
                    cells["pc_50.v1", area, day, day, kind, value] = (patients, None)
    return cells


def scaled(files: Files, world: World) -> Cells:
    """pc_51: appointments of the regional file for each 1,000 patients of the practices that the coverage file includes."""
    appointments: dict[tuple[date, str], int] = defaultdict(int)
    for row in records(files.regional):
        month = day_of("01" + row["APPOINTMENT_MONTH"])
        appointments[month, row["SUB_ICB_LOCATION_CODE"]] += int(row["COUNT_OF_APPOINTMENTS"])
    # Every file gives thirty months again; of a month the file that ends last is believed.
    last: dict[date, tuple[date, dict[str, int]]] = {}
    for path in files.coverage:
        by_month: dict[date, dict[str, int]] = defaultdict(dict)
        for row in records(path):
            patients = int(row["Patients registered at included practices"])
            by_month[day_of(row["Appointment_Month"])][row["SUB_ICB_LOCATION_CODE"]] = patients
        for month, patients_by_location in by_month.items():
            if month not in last or last[month][0] < max(by_month):
                last[month] = (max(by_month), patients_by_location)
    cells: Cells = {}
    for month in {month for month, _ in appointments} & set(last):
        counted: dict[str, dict[str, int]] = defaultdict(dict)
        covered: dict[str, dict[str, int]] = defaultdict(dict)
        end = last_day(month)
        for (of_month, location), count in appointments.items():
            if of_month == month:
                for area in world.levels(location, end):
                    counted[area][location] = count
        for location, patients in last[month][1].items():
            for area in world.levels(location, end):
                covered[area][location] = patients
        for area, counts in counted.items():
            if counts.keys() == covered[area].keys() and sum(covered[area].values()) > 0:
                cells["pc_51.v1", area, month, end, "none", "all"] = (
                    sum(counts.values()),
                    sum(covered[area].values()),
                )
    return cells


def practice_by_practice(files: Files, world: World) -> Cells:
    """pc_05.v2, pc_06.v3, pc_52 and pc_53: the crosstab by practice, network, place and location, also set against the nearest list."""
    by_practice: dict[tuple[date, str], int] = defaultdict(int)
    of_kind: dict[tuple[date, str, str], int] = defaultdict(int)
    by_category: dict[tuple[date, str, str], int] = defaultdict(int)
    for path in files.crosstabs:
        for row in records(path, "Practice_Level_Crosstab*.csv"):
            month, count = day_of(row["APPOINTMENT_MONTH_START_DATE"]), int(row["COUNT_OF_APPOINTMENTS"])
            by_practice[month, row["GP_CODE"]] += count
            of_kind[month, row["GP_CODE"], "pc_06.v3"] += count * (row["APPT_MODE"] in ("Face-to-Face", "Home Visit"))
            of_kind[month, row["GP_CODE"], "pc_53.v1"] += count * (row["APPT_STATUS"] == "DNA")
            for category in ("all", " ".join(row["NATIONAL_CATEGORY"].split())):
                by_category[month, row["SUB_ICB_LOCATION_CODE"], category] += count
    held = lists(files)
    cells: Cells = {}
    for (month, location, category), count in by_category.items():
        end = last_day(month)
        kind = "none" if category == "all" else "national_category"
        cells["pc_05.v2", world.levels(location, end)[0], month, end, kind, category] = (count, None)
    counts: dict[tuple, int] = defaultdict(int)
    whole: dict[tuple, int] = defaultdict(int)
    kinds: dict[tuple, int] = defaultdict(int)
    with_list: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for (month, practice), count in by_practice.items():
        near = [day for day in held if abs((day - month).days) <= NEAR]
        patients = held[min(near, key=lambda day: (abs((day - month).days), day))].get(practice, 0) if near else 0
        # Of all that a practice counts to, location, region and country have their figures from the regional file.
        _, board, _, _, *close = world.above(practice, last_day(month))
        for area in (practice, board, *close):
            if area != board:
                counts[area, month] += count
            if area != practice:
                whole[area, month] += count
                for metric in ("pc_06.v3", "pc_53.v1"):
                    kinds[metric, area, month] += of_kind[month, practice, metric]
            if patients:
                with_list[area, month][0] += count
                with_list[area, month][1] += patients
    for (area, month), count in counts.items():
        cells["pc_05.v2", area, month, last_day(month), "none", "all"] = (count, None)
    for (area, month), (count, patients) in with_list.items():
        cells["pc_52.v1", area, month, last_day(month), "none", "all"] = (count, patients)
    for (metric, area, month), count in kinds.items():
        cells[metric, area, month, last_day(month), "none", "all"] = (count, whole[area, month])
    return cells


def metric_values(files: Files) -> Cells:
    """Every cell of pc_05.v2, pc_06.v3, pc_50 to pc_53: (metric_key, area, first, last day, breakdown) -> (numerator, denominator)."""
    world = World(files)
    return {**registered(files, world), **scaled(files, world), **practice_by_practice(files, world)}

"""The embedded sample: builds the archive data/raw/sample, and says whether it still is what the generator makes.

Belongs here: which synthetic files stand in the sample, their provenance, and carrying over the real extracts, whose
only home is the sample archive itself. `python -m pipeline.sample.embedded` builds it again in place.
Does not belong here: making a file (the module of each dataset), what an archive is (ingest/archive.py).
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from pipeline import periods
from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault
from pipeline.ingest import archive
from pipeline.ingest.archive import Provenance, Release
from pipeline.sample import (
    area_shapes,
    better_care_fund,
    chance,
    eric,
    extracts,
    fingertips,
    gp_appointments_coverage,
    gp_appointments_practice,
    gp_appointments_regional,
    gp_registered_patients,
    hchs_workforce_monthly,
    learning_disability,
    nihr_awards,
    ods_epcn,
    ods_epraccur,
    ods_registers,
    ons_councils,
    ons_lookups,
    ons_populations,
    population_health,
    primary_care,
    spend_over_25k,
)
from pipeline.settings import PROJECT_ROOT, Settings

HOME = PROJECT_ROOT / "data" / "raw" / "sample"
ARCHIVED_AT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
SYNTHETIC = Provenance(
    origin="synthetic",
    citation=f"made up by pipeline/sample (seed {chance.SEED}) in the published format, about a "
    "fictional region: no figure in it is a real place's, and no publisher issued it",
)

Contents = dict[str, tuple[tuple[int, ...], bytes]]


def write_files(folder: Path) -> list[Path]:
    """Writes every synthetic file of the sample into `folder` and returns their paths."""
    return [
        ons_lookups.write_sub_icb_to_icb(folder),
        ons_lookups.write_icb_names(folder),
        ons_lookups.write_ccg_to_stp(folder),
        *(ods_epraccur.write_release(folder, day, generation) for day, generation in ods_epraccur.RELEASES.items()),
        *(ods_epcn.write_release(folder, day) for day in ods_epcn.RELEASES),
        *(
            write(folder, day)
            for day in gp_registered_patients.RELEASES
            for write in (
                gp_registered_patients.write_practice_totals,
                gp_registered_patients.write_practice_map,
                gp_registered_patients.write_quinary_age,
            )
        ),
        gp_appointments_coverage.write_release(folder),
        gp_appointments_regional.write_release(folder),
        gp_appointments_practice.write_release(folder)[0],
        *ons_councils.write_lookups(folder),
        *ons_councils.write_deprivation(folder),
        *area_shapes.write_shapes(folder),
        *ons_populations.write_estimates(folder),
        *ons_populations.write_projections(folder),
        ons_populations.write_households(folder),
        fingertips.write_download(folder),
        ods_registers.write_trusts(folder),
        ods_registers.write_commissioners(folder),
        ods_registers.write_memberships(folder),
        hchs_workforce_monthly.write_organisations(folder),
        nihr_awards.write_awards(folder),
        nihr_awards.write_postcodes(folder),
        eric.write_sites(folder),
        *extracts.write_extracts(folder),
        *learning_disability.write_files(folder),
        better_care_fund.write_outcomes(folder),
        better_care_fund.write_discharges(folder),
        *population_health.write_files(folder),
        *primary_care.write_files(folder),
        spend_over_25k.write_release(folder),
    ]


def build(raw: Path) -> None:
    """Makes the sample archive at `raw`: synthetic files anew, the real releases it holds carried over as they are.

    Builds aside and swaps, so that a failure leaves `raw` as it was. Raises Fault where a file is not taken in whole,
    or a real release no longer holds the bytes that its sidecar names.
    """
    aside = raw.with_name(f".{raw.name}.building")
    replaced = raw.with_name(f".{raw.name}.replaced")
    if replaced.exists() and not raw.exists():
        # A build ended between the two renames below: what it set aside is the only copy of the real releases.
        replaced.rename(raw)
    for left_over in (aside, replaced):
        shutil.rmtree(left_over, ignore_errors=True)
    real = [release for release in archive.releases(raw) if release.origin == "real"]
    with tempfile.TemporaryDirectory(prefix="sample-") as scratch:
        settings = Settings(raw=aside, out=Path(scratch) / "out")
        made = Path(scratch) / "made"
        made.mkdir()
        for file in write_files(made):
            _add(file, settings, SYNTHETIC, ARCHIVED_AT)
        # A file of several tables is a release of each, and is carried over once.
        for number, release in enumerate({(one.dataset, one.sha256): one for one in real}.values()):
            _carry_over(release, raw, Path(scratch) / f"real-{number}", settings)
    (aside / archive.INCOMING).rmdir()
    if raw.exists():
        raw.rename(replaced)
    aside.rename(raw)
    shutil.rmtree(replaced, ignore_errors=True)


def _carry_over(release: Release, raw: Path, folder: Path, settings: Settings) -> None:
    """Adds a real release again under its original name, with the instants and the source it was archived with."""
    held = raw / release.file
    archive.check_bytes(held, release)
    folder.mkdir()
    file = folder / release.original_name
    file.write_bytes(held.read_bytes())
    provenance = Provenance(
        release.url, release.published_at, release.fetched_at, release.origin, release.citation, release.publisher,
        release.licence,
    )  # fmt: skip
    given = release.period if release.period_from == "option" else None
    _add(file, settings, provenance, datetime.fromisoformat(release.archived_at), release.dataset, given)


def _add(
    file: Path,
    settings: Settings,
    provenance: Provenance,
    now: datetime,
    dataset: str | None = None,
    period: periods.Period | None = None,
) -> None:
    outcomes = archive.add(
        [file], settings, catalogue(), dataset=dataset, period=period, provenance=provenance, now=now
    )
    for outcome in outcomes:
        if outcome.status not in ("archived", "new revision") or outcome.problems:
            raise Fault(
                "; ".join((outcome.message, *outcome.problems)),
                where=f"sample file {file.name}",
                remedy="Mend its generator in pipeline/sample or its contract in pipeline/catalogue, and build again",
            )


def differences(raw: Path = HOME) -> list[str]:
    """How the synthetic releases at `raw` differ from what the generator makes, one line each; none where they agree.

    Members are compared by name, time and content, not the ZIP's bytes: zlib versions compress differently.
    """
    held = [release for release in archive.releases(raw) if release.origin == "synthetic"]
    with tempfile.TemporaryDirectory(prefix="sample-") as scratch:
        made = {file.name: _contents(file) for file in write_files(Path(scratch))}
    missing = sorted(set(made) - {release.original_name for release in held})
    found = [f"{name}: the generator makes it, the archive does not hold it" for name in missing]
    for release in held:
        if release.original_name not in made:
            found.append(f"{release.file}: the generator does not make it")
        elif _contents(raw / release.file) != made[release.original_name]:
            found.append(f"{release.file}: its content is not what the generator makes")
    return found


def _contents(file: Path) -> Contents:
    """Name -> (time, bytes) of each member; a file that is no ZIP is one member without a name or time."""
    if not zipfile.is_zipfile(file):
        return {"": ((), file.read_bytes())}
    with zipfile.ZipFile(file) as members:
        return {info.filename: (info.date_time, members.read(info)) for info in members.infolist()}


def main() -> None:
    build(HOME)
    for release in archive.releases(HOME):
        print(f"{release.origin:<9} {release.size:>9,} bytes  {release.release_id}")


if __name__ == "__main__":
    main()

"""Samples and files that others derived: each is held or refused with one line, and none is taken for a publication."""

from __future__ import annotations

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive

REMEDY = "To take it in, write a contract: docs/how-to/add-a-dataset.md"


@pytest.mark.parametrize(
    "path",
    [
        "cqc/derived__cqc_gp_ratings.csv", "ons_business_demography/derived__births_to_2022.csv",
        "bcf_derived/HF_derived_BCF.csv", "reference/HEEC_CCG_ICB_code.csv", "reference/edwardchede_System-Mapping.csv",
        "reference/mysociety_lookup_gss_to_registry.csv", "reference/openinnovations_trust_ccg_lookup.csv",
        "reference/psychty_icd_10_falls_relevant_groupings.csv", "reference/uk_local_authorities_future.csv",
        "formats/LDA_split_values_from_code.json",
    ],
)  # fmt: skip
def test_a_derived_file_is_claimed_by_no_contract(path, shared_data, settings):
    file = shared_data / path
    (outcome,) = archive.add([file], settings, catalogue())
    assert outcome.status == "refused"
    # A contract that is somewhat alike may be named between.
    assert outcome.message.startswith(f"{file.name}: no contract covers this file")
    assert outcome.message.endswith(REMEDY)
    assert archive.releases(settings.raw) == []


@pytest.mark.parametrize(
    ("name", "rows", "least"),
    [
        ("stat-stop-smok-serv-eng-2025-26-q4.sample.csv", 15, 300),
        ("stat-stop-smok-serv-finance-eng-2025-26-q4.sample.csv", 10, 100),
    ],
)
def test_a_few_rows_of_stop_smoking_are_read_and_do_not_count_as_a_release(name, rows, least, shared_data, settings):
    """They have the published header; that they are not all rows is the one thing that is wrong with them."""
    (outcome,) = archive.add([shared_data / "stop_smoking" / name], settings, catalogue())
    assert outcome.problems == (
        f"{name}: {rows} good rows, at least {least} expected. Check that the download is whole",
    )
    (release,) = archive.releases(settings.raw)
    report = archive.bronze_of(release, settings, catalogue()).report
    assert (release.part, report.rows_clean, report.rows_quarantined) == ("2025-26", rows, 0)

"""What the publisher's code repository holds beside the scheme's figures is not taken for them."""

from __future__ import annotations

from pathlib import Path

from tests.real.read_whole import take


def test_metadata_and_a_synthetic_status_report_are_skipped_with_one_line_each(shared_data, tmp_path):
    outcomes = take(sorted((shared_data / "ld_health_checks").iterdir()), tmp_path).outcomes
    remedy = "no contract covers this file. To take it in, write a contract: docs/how-to/add-a-dataset.md"
    assert {Path(one.path).name: one.message.partition(": ")[2] for one in outcomes} == {
        "LDHC Data Dictionary_Python_only.xlsx": remedy,
        "indicator_to_measure_map.csv": remedy,
        "synthetic-LDHC_QS Part Status-LDHC.csv": remedy,
    }
    assert not any("\n" in one.message for one in outcomes)

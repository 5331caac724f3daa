"""Any published number leads back to the bytes it came from, and adds up again from them."""

from __future__ import annotations

import random

import pytest

from pipeline.audit import lookup
from pipeline.audit.trace import Question, trace
from pipeline.audit.trace_text import lines
from pipeline.catalogue.load import catalogue
from pipeline.errors import NotFound
from pipeline.periods import parse
from pipeline.publish.current import open_part
from tests.pipeline.conftest import release_file


def cells(folder, number: int, *, summed: bool = False, part: str = "open") -> list[tuple]:
    """Some cells of every metric, the same ones every time: of those with a mart of detail, or those summed from records."""
    known = {metric.key for metric in catalogue().metrics if (metric.detail is None) == summed}
    rows = (
        open_part(folder, part)
        .execute(
            "select metric_key, area_code, period_key, breakdown_type, breakdown_value, source from marts.metric_value"
            " where value_status <> 'missing' and list_contains($known, metric_key) order by all",
            {"known": sorted(known)},
        )
        .fetchall()
    )
    by_metric: dict[tuple, list] = {}
    for row in rows:
        by_metric.setdefault((row[0], row[3], row[5]), []).append(row)
    chosen = random.Random(2026)
    return [row for group in by_metric.values() for row in chosen.sample(group, min(number, len(group)))]


def test_cells_of_every_metric_and_breakdown_add_up_again_from_the_rows_of_the_file(sample_run):
    settings, outcome = sample_run
    checked = cells(outcome.folder, 4)
    assert len({metric for metric, *_ in checked}) == 42
    for metric, area, period, kind, value, source in checked:
        way = trace(settings, Question(metric, area, period, f"{kind}={value}" if kind != "none" else "", source))
        assert way["parts"], metric
        for part in way["parts"]:
            assert part["agrees"], (metric, area, period, kind, value, part["recomputed"], part["published"])
        for part in way["parts"]:
            read = [one for file in way["files"] for one in file["read_again"] if one["part"] == part["part"]]
            # A row of appointments by practice is a sum of many rows of the crosstab.
            of_sums = (part["mart"], part["measure"]) == ("marts.gp_appointments_practice_month", "appointments")
            found = sum(one["rows"] for one in read)
            assert found >= part["rows"] if of_sums else found == part["rows"]
            for one in read:
                assert one.get("note") or not one["rows"] or one["agrees"], (metric, area, period, kind, value, one)
        assert all(file["bytes_are_as_published"] for file in way["files"])
        # The sample has practices that open, close and record nothing, of which a warning says so.
        assert {check["rule_id"] for check in way["checks"]["not_passed"]} <= {"warn_practices_differ"}
        assert way["checks"]["outcomes"]["passed"] > 50
        assert way["models"][-1]["model"] == "marts.metric_value"


def test_cells_that_are_summed_from_records_add_up_again_from_the_cells_of_the_files(sample_run):
    settings, outcome = sample_run
    known = {metric.key: metric for metric in catalogue().metrics}
    seen = set()
    for key, area, period, kind, value, source in cells(outcome.folder, 2, summed=True, part="internal"):
        question = Question(key, area, period, f"{kind}={value}" if kind != "none" else "", source)
        if catalogue().contracts[source].person_level is True:
            way = trace(settings, question, part="internal")
            assert "of people" in way["parts"][0]["note"]
            of_people = [one for one in way["files"] if catalogue().contracts[one["release"]["dataset"]].person_level]
            assert of_people
            assert all(not one["read_again"] or not one["read_again"][0]["rows"] for one in of_people)
            continue
        if known[key].method in ("dsr", "stated"):
            continue
        way = trace(settings, question, part="internal")
        for part in way["parts"]:
            # A part may be of people where the other is not: homes planned for people on the register.
            if "of people" in part.get("note", ""):
                of_people = [one["release"]["dataset"] for one in way["files"]]
                assert any(catalogue().contracts[one].person_level for one in of_people), (question, part, of_people)
                continue
            # A group that nobody is counted in has no record.
            assert part["agrees"] or (part["rows"] == 0 and part["published"] == 0), (question, part)
            read = [one for file in way["files"] for one in file["read_again"] if one["part"].startswith(part["part"])]
            assert sum(one["rows"] for one in read) >= part["rows"]
            assert all(one["agrees"] for one in read if one["sum_in_file"] is not None), (question, read)
        assert all(file["bytes_are_as_published"] for file in way["files"])
        seen.add(key[:5])
    assert len(seen) >= 15


def test_the_open_part_says_where_the_records_of_an_extract_stand(sample_run):
    settings, _ = sample_run
    way = trace(settings, Question("es_09", "QZ1", "2025-11"))
    assert "--internal" in way["parts"][0]["note"]
    assert "the open part shows sums alone" in "\n".join(lines(way))


KINDS_OF_PRIMARY_CARE = (
    *(
        ("pc_50.v1", kind, "none")
        for kind in ("country", "nhs_region", "icb", "sub_icb_location", "pcn", "practice", "place")
    ),
    *(("pc_50.v1", kind, "sex") for kind in ("country", "icb", "sub_icb_location", "pcn")),
    *(("pc_50.v1", kind, "age_band") for kind in ("nhs_region", "icb", "pcn")),
    *(("pc_51.v1", kind, "none") for kind in ("country", "nhs_region", "icb", "sub_icb_location")),
    *(("pc_05.v2", kind, "none") for kind in ("sub_icb_location", "pcn", "practice", "place")),
    *(("pc_06.v3", kind, "none") for kind in ("pcn", "place", "icb")),
    *(("pc_53.v1", kind, "none") for kind in ("pcn", "place", "icb")),
    ("pc_05.v2", "sub_icb_location", "national_category"),
    *(("pc_52.v1", kind, "none") for kind in ("pcn", "practice", "place", "icb")),
)


@pytest.mark.parametrize(("metric", "area_type", "breakdown"), KINDS_OF_PRIMARY_CARE)
def test_lists_and_appointments_by_practice_are_read_again_from_the_file(sample_run, metric, area_type, breakdown):
    settings, outcome = sample_run
    rows = (
        open_part(outcome.folder)
        .execute(
            "select area_code, period_key, breakdown_value, numerator, denominator from marts.metric_value"
            " where metric_key = ? and area_type = ? and breakdown_type = ? order by all",
            [metric, area_type, breakdown],
        )
        .fetchall()
    )
    area, period, value, numerator, denominator = random.Random(2026).choice(rows)
    way = trace(settings, Question(metric, area, period, f"{breakdown}={value}" if breakdown != "none" else ""))
    expected = {"numerator": numerator, "denominator": denominator} if denominator else {"numerator": numerator}
    assert {part["part"]: part["recomputed"] for part in way["parts"]} == expected
    read = [one for file in way["files"] for one in file["read_again"] if one["rows"]]
    assert {one["part"] for one in read} == set(expected)
    for one in read:
        # Categories of sums cannot be told from the rows by code alone, and 12,000 rows are enough to read.
        is_of_sums = breakdown == "national_category" or (
            metric in ("pc_06.v3", "pc_53.v1") and one["part"] == "numerator"
        )
        if is_of_sums or one["rows"] > 12_000:
            assert one["note"]
        else:
            assert (one["sum_in_file"], one["agrees"]) == (expected[one["part"]], True)
    assert all(file["bytes_are_as_published"] for file in way["files"])


def test_a_network_is_traced_to_the_rows_of_the_practices_that_it_has_that_day(sample_run):
    """Z90103 moves to another network on 1 October 2025."""
    settings, outcome = sample_run
    links = (
        open_part(outcome.folder)
        .execute(
            "select to_area_code, valid_from::varchar, valid_to::varchar from reference.area_link"
            " where from_area_code = 'Z90103' and link_type = 'part_of' and to_area_code like 'U%' order by valid_from"
        )
        .fetchall()
    )
    (before, _, until), (after, since, _) = links
    assert (until, since) == ("2025-09-30", "2025-10-01")
    for network, june, november in ((before, True, False), (after, False, True)):
        for day, is_in in (("2025-06-01", june), ("2025-11-01", november)):
            (file,) = trace(settings, Question("pc_50", network, day))["files"]
            codes = {row["cells"][5] for one in file["read_again"] for row in one["first_rows"]}
            assert ("Z90103" in codes) == is_in, (network, day)


def test_a_rolling_year_across_a_reissued_code_is_traced_to_months_under_both(sample_run):
    settings, _ = sample_run
    way = trace(settings, Question("pc_05", "E54999004", "2023-07/2024-06"))
    assert way["parts"][0]["agrees"]
    assert way["files"][0]["read_again"][0]["agrees"]


def test_words_say_value_file_digest_and_rows(sample_run):
    settings, outcome = sample_run
    text = "\n".join(lines(trace(settings, Question("pc_05", "QZ1", "2023-12/2024-11"))))
    source = release_file(settings.raw, "gp_appointments_regional")
    for words in (
        "2023-12-01 to 2024-11-30",
        source.name,
        "sha256",
        "holds now",
        "line ",
        "add up to",
        outcome.edition_id,
        "beside it",
        "Attended",
        "synthetic",
    ):
        assert words in text, words


def test_a_change_that_cannot_be_reproduced_says_so(sample_run):
    settings, _ = sample_run
    text = "\n".join(lines(trace(settings, Question("pc_07", "QZ1", "2023-12/2024-11"))))
    assert "no value appointments (not_reproducible" in text
    assert "cannot be reproduced" in text


def test_an_archive_that_was_changed_is_called_out(own):
    source = release_file(own.raw, "place_measures")
    source.write_bytes(source.read_bytes().replace(b",177,", b",178,"))
    way = trace(own, Question("pc_01", "E54000032", "2025-01-31"))
    assert way["files"][0]["bytes_are_as_published"] is False
    assert "DOES NOT HOLD NOW" in "\n".join(lines(way))
    assert way["files"][0]["read_again"][0]["agrees"] is False


def test_without_the_archive_the_edition_still_answers(own):
    import shutil

    shutil.rmtree(own.raw)
    way = trace(own, Question("pc_05", "QZ1", "2024-11"))
    assert way["parts"][0]["agrees"]
    assert "does not hold the file" in way["files"][0]["note"]


def test_the_internal_part_can_be_traced(sample_run):
    settings, _ = sample_run
    way = trace(settings, Question("pc_06", "QZ2", "2024-11"), part="internal")
    assert way["edition"]["part"] == "internal"
    assert all(part["agrees"] for part in way["parts"])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("pc_99", "QZ1", "2024-11"), "no metric 'pc_99'"),
        (Question("pc_05", "Atlantis", "2024-11"), "no area 'Atlantis'"),
        (Question("pc_05", "QZ1", "someday"), "is not a period"),
        (Question("pc_05", "QZ1", "2031-01"), "It holds"),
        (Question("pc_05", "QZ1", "2024-11", "appointment_mode=Carrier pigeon"), "no value of pc_05.v1"),
    ],
)
def test_what_is_not_there_is_said_with_a_way_on(sample_run, question, words):
    settings, _ = sample_run
    with pytest.raises(NotFound, match=words):
        trace(settings, question)


def test_an_area_is_found_by_gss_code_ods_code_name_and_the_code_it_had_before(sample_run):
    _, outcome = sample_run
    con = open_part(outcome.folder)
    november = parse("2024-11")
    for text in ("E54999004", "e54999004", "QZ3", "NHS Placeholder Vale Integrated Care Board", "E54999003"):
        assert lookup.area_code(con, text, november) == "E54999004", text
    assert lookup.area_code(con, "E54999004", parse("2023-11")) == "E54999003"


def test_find_answers_to_codes_and_words(sample_run):
    _, outcome = sample_run
    con = open_part(outcome.folder)
    assert lookup.find(con, "QZ3")[0].kind == "area"
    assert lookup.find(con, "pc_06")[0].id == "pc_06.v1"
    assert {hit.id for hit in lookup.find(con, "face to face")} >= {"pc_06.v1", "pc_06.v2"}
    assert any(hit.kind == "table" for hit in lookup.find(con, "gp appointments month"))
    assert lookup.find(con, "zzzzzz") == []

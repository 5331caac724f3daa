"""Counting a text on its way to rows: the same however it comes in chunks, and what it says is not held is not."""

from __future__ import annotations

import csv
import io
import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.ingest.staging import Letters, _Count

TEXTS = st.text(alphabet='ab ,"\r\n\té', min_size=1, max_size=60)
COUNTS = ("size", "quotes", "doubled", "delimiters", "returns", "feeds", "pairs", "sound", "broken_cells", "lines")


def counted(text: str, cuts: list[int] = ()) -> _Count:
    data, count = text.encode(), _Count(ord(","))
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(edges):
        count.add(data[start:end])
    return count


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 60), max_size=6))
@example('"a, b",c\n', [3])
@example('"a, b",c\n', [4])
@example('a, "b"\n', [2])
@example('"a" ,b\n', [3])
def test_the_chunks_that_a_text_comes_in_change_nothing(text, cuts):
    whole, parts = counted(text), counted(text, cuts)
    if not whole.well_quoted:
        assert not parts.well_quoted
        return
    assert {name: getattr(parts, name) for name in COUNTS} == {name: getattr(whole, name) for name in COUNTS}
    assert parts.letters_held == whole.letters_held


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab ,"é', max_size=6), min_size=2, max_size=3), min_size=1, max_size=5),
    st.data(),
)
def test_what_is_not_held_stands_in_no_cell(rows, data):
    stream = io.StringIO()
    csv.writer(stream, lineterminator=data.draw(st.sampled_from(["\n", "\r\n"]))).writerows(rows)
    held = counted(stream.getvalue(), data.draw(st.lists(st.integers(0, 200), max_size=4))).letters_held
    cells = [cell for row in rows for cell in row]
    assert held.edges or not any(cell != cell.strip(" ") for cell in cells)
    assert held.runs or not any("  " in cell for cell in cells)
    assert held.wide == any(not cell.isascii() for cell in cells)
    assert not held.controls


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ('"Surgery, High Street",x\n', False),
        ("a b,c\n", False),
        ("a ,b\n", True),
        ("a, b\n", True),
        ('" a",b\n', True),
        ('"a ",b\n', True),
        ("a,b ", True),
        (" a,b", True),
        ("a,b\n c,d\n", True),
    ],
)
def test_a_comma_within_quotes_is_no_edge_of_a_cell(text, edges):
    for cut in range(len(text) + 1):
        assert counted(text, [cut]).letters_held == Letters(False, False, False, edges)

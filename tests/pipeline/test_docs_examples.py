"""The commands in the documents, run as they stand on the embedded sample: they work, and show what is shown.

In a page, a comment before a code block says what to do with it. `<!-- test: sample -->` runs it in the folder that the
page before it in CHAINS left behind, `<!-- test: save NAME -->` saves it there, `<!-- test: output -->` holds its lines
against what the block before it printed, in their order; `…` stands for anything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.publish.current import open_part
from pipeline.settings import PROJECT_ROOT
from tests.pipeline.conftest import SAMPLE, copy_archive

BIN = Path(sys.executable).parent
BLOCK = re.compile(r"<!-- test: (sample|output|save \S+) -->\n```\w+\n(.*?)^```$", re.M | re.S)
# The pages of a chain share a folder and a shell, one after the other.
CHAINS = (
    ("README.md", "docs/how-to/answer-an-auditor.md"),
    ("docs/tutorial.md", "docs/how-to/connect-power-bi.md", "docs/how-to/schedule-nightly.md"),
)


@dataclass
class Example:
    """A block that was run: its page, its commands, what it printed, what the page shows of that."""

    page: str
    commands: str
    printed: str = ""
    shown: list[str] = field(default_factory=list)


def examples_of(page: str) -> tuple[list[Example], str]:
    """The blocks of a page that run, and the shell script that runs them, each printing into `$PRINTED/<page>.<n>`."""
    examples: list[Example] = []
    script = ""
    for what, text in BLOCK.findall((PROJECT_ROOT / page).read_text("utf-8")):
        if what == "sample":
            script += f'{{\n{text}}} > "$PRINTED/{Path(page).name}.{len(examples)}"\n'
            examples.append(Example(page, text))
        elif what == "output":
            examples[-1].shown += text.splitlines()
        else:
            script += f"cat > {what.removeprefix('save ')} <<'END-OF-BLOCK'\n{text}END-OF-BLOCK\n"
    return examples, script


def make_command(folder: Path) -> None:
    """A `make` that knows `run`, by the Makefile's own recipe, in the environment that is there."""
    makefile = (PROJECT_ROOT / "Makefile").read_text("utf-8")
    recipe = re.search(r"^run: setup\n\t@?(.+)$", makefile, re.M)[1]
    places = re.search(r"^SAMPLE := (.+)$", makefile, re.M)[1]
    command = folder / "make"
    command.write_text(
        f'#!/bin/sh\n[ "$1" = run ] || exit 2\n{recipe.replace("$(BIN)/", "").replace("$(SAMPLE)", places)}\n'
    )
    command.chmod(0o755)


@pytest.fixture(scope="module")
def run_chains(tmp_path_factory) -> list[Example]:
    """Every chain, run side by side, each in a folder of its own with the sample and `make`."""
    started = []
    for chain in CHAINS:
        folder = tmp_path_factory.mktemp("docs")
        copy_archive(SAMPLE, folder / "data" / "raw" / "sample")
        printed, tools = folder / ".printed", folder / ".tools"
        printed.mkdir()
        tools.mkdir()
        make_command(tools)
        parts = [examples_of(page) for page in chain]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ICS_MARTS_")}
        environment |= {"PRINTED": str(printed), "PATH": os.pathsep.join([str(tools), str(BIN), os.environ["PATH"]])}
        shell = subprocess.Popen(
            ["bash", "-eu", "-c", "".join(script for _, script in parts)], cwd=folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        started.append((shell, printed, [example for examples, _ in parts for example in examples]))
    for shell, printed, examples in started:
        said, _ = shell.communicate(timeout=300)
        for example in examples:
            number = sum(other.page == example.page for other in examples[: examples.index(example)])
            path = printed / f"{Path(example.page).name}.{number}"
            example.printed = path.read_text("utf-8") if path.is_file() else ""
        assert shell.returncode == 0, f"{examples[0].page} and what follows: {said}"
    return [example for _, _, examples in started for example in examples]


def squeezed(line: str) -> str:
    return " ".join(line.split())


@pytest.mark.parametrize("page", [page for chain in CHAINS for page in chain])
def test_commands_work_and_print_what_the_page_shows(page, run_chains):
    mine = [example for example in run_chains if example.page == page]
    assert mine
    for example in mine:
        printed = iter([squeezed(line) for line in example.printed.splitlines()])
        for line in example.shown:
            if squeezed(line) in ("", "…"):
                continue
            pattern = re.compile(".*".join(re.escape(part.strip()) for part in squeezed(line).split("…")))
            assert any(pattern.fullmatch(one) for one in printed), (
                f"{page}: after\n{example.commands}comes no line like\n{line}\nbut\n{example.printed}"
            )


QUESTIONS = re.findall(
    r"^## (\d+)\. .*?^```sql\n(.*?)^```",
    (PROJECT_ROOT / "docs" / "how-to" / "answer-questions.md").read_text("utf-8"),
    re.M | re.S,
)


@pytest.mark.parametrize(("number", "query"), QUESTIONS, ids=[number for number, _ in QUESTIONS])
def test_each_question_has_an_answer_in_one_query(sample_run, number, query):
    con = open_part(sample_run[1].folder)
    cursor = con.execute(query)
    columns = [column[0] for column in cursor.description]
    answer = cursor.fetchall()
    con.close()
    # Every column says something of the sample, but for those that say what is needed: of all 24 indicators it has a value.
    silent = {name for at, name in enumerate(columns) if all(row[at] is None for row in answer)}
    assert answer
    assert silent <= {"needs_dataset", "needs_from", "needs_how"}


def test_the_page_asks_ten_questions_or_more():
    assert [int(number) for number, _ in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))
    assert len(QUESTIONS) >= 10

"""Every notebook is a chapter to learn from: the same parts, in the same order, with what a reader needs in each."""

import ast
import itertools
import re
from pathlib import Path

import nbformat
import pytest

from pipeline.notebooks.execution import check_parameters

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ENDING = ["How to read it", "What it cannot show", "Try it", "Exercises"]
NAMES = ["first", "second", "third"]
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def number_of(path: Path) -> int:
    return int(path.stem.partition("-")[0])


def texts(path: Path) -> str:
    """All texts of a chapter, without blocks of code in them."""
    joined = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    return re.sub(r"^```.*?^```", "", joined, flags=re.DOTALL | re.MULTILINE)


def headings(path: Path) -> list[tuple[int, str]]:
    return [(len(marks), text) for marks, text in re.findall(r"^(#+) (.+)$", texts(path), re.MULTILINE)]


def section(path: Path, title: str) -> str:
    return re.split(r"^## ", texts(path).partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


def parameters(path: Path) -> list[str]:
    source = next(cell.source for cell in read(path).cells if "parameters" in cell.metadata.get("tags", []))
    return [node.targets[0].id for node in ast.parse(source).body]


def test_the_chapters_are_numbered_without_a_gap():
    assert [number_of(path) for path in CHAPTERS] == list(range(1, len(CHAPTERS) + 1))


@every_chapter
def test_a_chapter_begins_with_its_number_question_data_and_method(path):
    notebook = read(path)
    nbformat.validate(notebook)
    first = notebook.cells[0]
    assert first.cell_type == "markdown" and re.match(rf"# {number_of(path)}\. \S", first.source)
    assert re.findall(r"^\*\*(Question|Data|Method)\.\*\* \S", first.source, re.MULTILINE) == [
        "Question",
        "Data",
        "Method",
    ]


@every_chapter
def test_a_chapter_writes_its_method_as_a_formula_too(path):
    assert re.search(r"(?<!\\)\$[^$]*\S[^$]*\$", texts(path).partition("\n## Exercises\n")[0])


@every_chapter
def test_the_parameters_come_first_and_each_is_explained(path):
    code = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert [at for at, cell in enumerate(code) if "parameters" in cell.metadata.get("tags", [])] == [0]
    assert all(re.fullmatch(r"\w+ = \S.*  # \S.*", line) for line in code[0].source.splitlines())
    check_parameters(path, dict.fromkeys(parameters(path)))


@every_chapter
def test_the_headings_are_in_order_under_one_title(path):
    levels = [level for level, _ in headings(path)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(deeper <= above + 1 for above, deeper in itertools.pairwise(levels))
    titles = [text for _, text in headings(path)]
    assert len(titles) == len(set(titles))


@every_chapter
def test_a_chapter_ends_with_reading_limits_something_to_try_and_exercises(path):
    assert [text for level, text in headings(path) if level == 2][-len(ENDING) :] == ENDING
    assert all(section(path, title).strip() for title in ENDING[:-1])


@every_chapter
def test_what_to_try_names_a_parameter_of_the_chapter(path):
    in_code = " ".join(re.findall(r"`([^`]+)`", section(path, "Try it")))
    assert [name for name in parameters(path) if re.search(rf"\b{name}\b", in_code)]


@every_chapter
def test_three_exercises_wait_for_an_answer_and_say_how_hints_are_had(path):
    notebook, number = read(path), number_of(path)
    start = next(at for at, cell in enumerate(notebook.cells) if "## Exercises" in cell.source)
    ending = notebook.cells[start:]
    assert "three dots" in ending[0].source and ".hint()" in ending[0].source
    code = [cell.source for cell in ending if cell.cell_type == "code"]
    assert f"first, second, third = chapter_{number:02d}.exercises(" in code[0]
    assert [line for line in code if ".check(" in line] == [f"{name}.check(...)" for name in NAMES]
    told = "\n".join(cell.source for cell in ending)
    order = [
        told.find(part)
        for at, name in enumerate(NAMES, start=1)
        for part in (f"**Exercise {number}.{at}.** ", f"{name}.check(...)")
    ]
    assert -1 not in order and order == sorted(order)
    imports = next(cell.source for cell in notebook.cells if "from pipeline.exercises import" in cell.source)
    assert f"from pipeline.exercises import chapter_{number:02d}\n" in imports + "\n"


@every_chapter
def test_every_link_in_a_chapter_leads_somewhere(path):
    for address in re.findall(r"\]\(([^)\s]+)\)", texts(path)):
        if address.startswith(("http://", "https://", "#")):
            continue
        file, _, term = address.partition("#")
        target = path.parent / file
        assert target.is_file(), address
        anchors = {
            re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
            for heading in re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        }
        assert not term or term in anchors, address

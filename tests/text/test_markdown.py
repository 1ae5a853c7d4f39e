"""Any text becomes Markdown that shows exactly its characters, in every reader of Markdown that the project meets."""

import ast
import json
import subprocess
from pathlib import Path

import pypandoc
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.markdown import Markdown, attribute, escaped, md, plain
from pipeline.notebooks.pages import MARKDOWN as NOTEBOOKS
from pipeline.publishing import pipe_table
from tests.text.samples import FAR, NASTY, texts

ROOT = Path(__file__).resolve().parents[2]
QUARTO = "markdown+autolink_bare_uris+emoji+mark+hard_line_breaks+lists_without_preceding_blankline"
READERS = ("markdown", QUARTO, NOTEBOOKS, "commonmark_x")
MAY_CALL_OWN = {
    "pipeline/passages.py",
    "pipeline/markdown.py",
    "pipeline/publishing.py",
    "pipeline/rendering/values.py",
    "pipeline/rendering/table_list.py",
    "pipeline/chapters/authorities/further_sections.py",
}
BATCH = st.lists(texts(), min_size=15, max_size=40)
few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def read(text, reader):
    """pandoc's blocks."""
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), f"--from={reader}", "--to=json"],
        input=text,
        text=True,
        encoding="utf-8",
        capture_output=True,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    return json.loads(done.stdout)["blocks"]


def letters(inlines):
    """The characters of inline elements; anything but words and blanks, such as a link, is named and so differs."""
    shown = {"Space": " ", "SoftBreak": "\n"}
    return "".join(each["c"] if each["t"] == "Str" else shown.get(each["t"], f"<{each['t']}>") for each in inlines)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
@few
@example(batch=[*NASTY, *FAR])
@given(batch=BATCH)
def test_any_text_is_itself_in_the_cells_of_a_table(reader, batch):
    (table,) = read(pipe_table(["text"], [[text] for text in batch], [False], None), reader)
    assert table["t"] == "Table"
    cells = [row[1][0][4] for row in table["c"][4][0][3]]
    assert [letters(cell[0]["c"]) for cell in cells] == batch


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
@few
@example(batch=[*NASTY, *FAR])
@given(batch=BATCH)
def test_any_text_is_itself_as_a_paragraph_and_within_a_sentence(reader, batch):
    alone = read("\n\n".join(map(escaped, batch)), reader)
    assert [letters(block["c"]) if block["t"] == "Para" else block["t"] for block in alone] == batch
    within = read(
        Markdown("\n\n").join(md("Of “{}”, {}: {} ({:.1f}).", text, text, text, 0.5) for text in batch), reader
    )
    assert [letters(block["c"]) for block in within] == [f"Of “{text}”, {text}: {text} (0.5)." for text in batch]


@pytest.mark.slow
@few
@example(batch=[*NASTY, *FAR])
@given(batch=BATCH)
def test_any_text_is_itself_as_an_attribute(batch):
    divisions = Markdown("\n\n").join(md('::: {{title="{}"}}\nx\n:::', attribute(text)) for text in batch)
    assert [dict(block["c"][0][2])["title"] for block in read(divisions, "markdown")] == batch


@given(text=texts())
def test_escapes_can_be_taken_back_and_hold_no_mark_that_a_search_looks_for(text):
    marked = escaped(text)
    assert plain(marked) == text and escaped(marked) is marked
    assert not set("*_`[]<>{}@$~^|\\\"'") & set(marked)


def test_line_ends_become_blanks_and_control_characters_are_replaced():
    assert escaped("two\r\nlines\tand\x1b[31m") == "two lines and\ufffd&#91;31m"


def calls(path, names):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def literal(node):
    """Whether an expression is a text that stands in the code, or a choice between two."""
    if isinstance(node, ast.IfExp):
        return literal(node.body) and literal(node.orelse)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.slow
def test_only_texts_that_stand_in_the_code_are_called_markdown():
    modules = sorted((ROOT / "pipeline").rglob("*.py"))
    checked = [
        (path, call)
        for path in modules
        if path.name != "markdown.py" and not path.as_posix().endswith("commands/provenance.py")
        for call in calls(path, ("Markdown", "md"))
    ]
    assert len(checked) > 20
    wrong = [
        f"{path.relative_to(ROOT)}, line {call.lineno}"
        for path, call in checked
        if call.args and not literal(call.args[0])
    ]
    assert wrong == []


@pytest.mark.slow
def test_sentences_composed_otherwise_are_declared_in_a_few_modules():
    callers = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "pipeline").rglob("*.py") if any(calls(path, ("own",)))
    }
    assert callers == MAY_CALL_OWN

"""The documentation is held to the code: tables, parameters, commands, links, terms."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
import typer
import yaml

from pipeline.commands.main import app

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [ROOT / "README.md", *PAGES, *sorted((ROOT / "data" / "raw").rglob("README.md"))]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DICTIONARY = (DOCS / "reference" / "data-dictionary.md").read_text(encoding="utf-8")
PARAMETERS = (DOCS / "reference" / "parameters.md").read_text(encoding="utf-8")
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
TABLES = sorted(
    Path(out).name
    for stage in STAGES.values()
    for out in stage.get("outs", [])
    if isinstance(out, str) and out.endswith(".csv")
)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as readers of Markdown make them."""
    headings = re.findall(r"^#+ +(.+)$", FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", TABLES)
def test_every_table_for_readers_is_in_the_data_dictionary(name):
    described = "answers-<subject>.csv" if name.startswith("answers-") else name
    assert f"`{described}`" in DICTIONARY


def test_every_parameter_has_a_comment():
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    knobs = [line for line in lines if line.startswith("  ")]
    alone = [line.split(":")[0].strip() for line in knobs if "#" not in line]
    # A knob may share the comment of the one above it: the pairs of a range or of one intraclass correlation.
    assert alone == ["team_icc", "authority_icc"]


def test_every_parameter_of_the_pipeline_is_documented_with_its_default():
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    knobs = {
        (f"{part}.{key}", value)
        for part, keys in params.items()
        if isinstance(keys, dict)
        for key, value in keys.items()
    }
    rows = dict(re.findall(r"^\| `([\w.]+)` \| ([^|]+) \|", PARAMETERS, re.MULTILINE))
    undocumented = sorted(key for key, value in knobs if rows.get(key, "").strip(" `") != str(value))
    assert undocumented == [] and "surveys" in rows


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_parameter_of_a_notebook_is_documented(path):
    own = PARAMETERS.partition("## Parameters of the notebooks")[2].partition("\n## ")[0]
    assert [name for name in papermill.inspect_notebook(str(path)) if f"`{name}`" not in own] == []


def test_every_environment_variable_of_ours_is_documented():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(GOLDEN_THREAD_\w+|SOURCE_DATE_EPOCH)\"", code))
    assert read == {"GOLDEN_THREAD_ENGINE", "SOURCE_DATE_EPOCH"} and all(f"`{name}`" in PARAMETERS for name in read)


@pytest.mark.slow
def test_the_reference_of_commands_is_what_the_commands_say():
    written = subprocess.run(
        [
            sys.executable,
            "-m",
            "typer",
            "pipeline.commands.main",
            "utils",
            "docs",
            "--name",
            "golden-thread",
            "--title",
            "Commands",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    kept = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    assert kept.strip() == written.strip(), "Run 'make docs'."


def told_commands() -> list[tuple[str, str]]:
    """Each command line that a text tells a reader to type: (text, line)."""
    found = []
    for path in TEXTS:
        if path.name == "broken-files.md":  # written from what the commands say
            continue
        text = path.read_text(encoding="utf-8")
        lines = [line for block in FENCED.findall(text) for line in block.splitlines()]
        lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", FENCED.sub("", text))
        found += [(relative(path), line.strip()) for line in lines if re.match(r"\s*golden-thread\s", line)]
    return found


@pytest.mark.parametrize(("where", "line"), told_commands())
def test_every_command_that_is_told_is_there_with_these_options(where, line):
    words = shlex.split(line.partition("  ")[0].partition(" #")[0].strip(" …."))[1:]
    command = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands or words[0] == "--help", f"{where}: {line}"
        if words[0] == "--help":
            return
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert [word for word in words if word.startswith("-") and word.split("=")[0] not in known] == [], (
        f"{where}: {line}"
    )


@pytest.mark.parametrize("path", TEXTS, ids=relative)
def test_every_link_leads_to_a_page_and_a_heading_that_are_there(path):
    broken = []
    for target in LINK.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        page = (path.parent / file).resolve() if file else path
        if not page.exists() or (anchor and anchor not in anchors(page)):
            broken.append(target)
    assert broken == []


def test_every_page_has_one_title_its_own_name_and_a_way_to_it():
    index = (
        (DOCS / "README.md").read_text(encoding="utf-8")
        + (DOCS / "quality" / "statement.md").read_text(encoding="utf-8")
        + (DOCS / "quality" / "verification.md").read_text(encoding="utf-8")
    )
    for path in PAGES:
        titles = re.findall(r"^# .+$", FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
        assert len(titles) == 1, relative(path)
        assert path.name == "README.md" or f"{path.name})" in index, relative(path)
    stems = [path.stem for path in PAGES]
    assert len(stems) == len(set(stems))  # on the site they lie in one folder


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_term_that_a_chapter_links_is_in_the_glossary(path):
    cells = nbformat.read(path, as_version=4).cells
    linked = {
        anchor
        for cell in cells
        if cell.cell_type == "markdown"
        for anchor in re.findall(r"\(\.\./docs/explanation/glossary\.md#([\w-]+)\)", cell.source)
    }
    assert sorted(linked - anchors(DOCS / "explanation" / "glossary.md")) == []


def test_the_glossary_explains_each_term_once_in_order():
    text = (DOCS / "explanation" / "glossary.md").read_text(encoding="utf-8")
    for section in text.split("\n## ")[1:]:
        terms = re.findall(r"^### (.+)$", section, re.MULTILINE)
        assert terms == sorted(terms, key=str.casefold), section.splitlines()[0]
    terms = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert len(terms) == len(set(terms))

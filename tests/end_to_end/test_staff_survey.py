"""A council's own survey from its export to its report, and an attacker who reads whatever was published of it."""

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from pipeline.workflow.running import stage_names
from pipeline.workflow.verification import fresh_copy, shared_stages

from .staff_attack import MINIMUM_CELL, MINIMUM_GROUP, breaches, read_published, truth
from .staff_files import STATEMENTS, correct, write_export, write_ready_table

ROOT = Path(__file__).resolve().parents[2]
NAME, TITLE = "riverside-2031", "Riverside asks its staff"
KINDS = ("html", "docx", "pdf", "xlsx", "ods")
pytestmark = pytest.mark.slow


def golden_thread(folder, *words):
    """Run a command as a person does; its output must not be an error."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "GOLDEN_THREAD_ENGINE": "embedded"},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout + done.stderr


def made(folder, name=NAME):
    """The five files of a survey's report."""
    return [folder / "reports/site/survey" / name / f"survey.{kind}" for kind in KINDS]


def outputs(folder, name=NAME):
    """The hash of everything that was made from a survey, by its path."""
    places = [
        folder / each / name for each in ("data/processed/surveys", "reports/published/survey", "reports/site/survey")
    ]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for place in places
        for path in place.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return write_export(tmp_path_factory.mktemp("export") / "export.xlsx")


@pytest.fixture(scope="module")
def runs(export, tmp_path_factory):
    """Two copies after their runs, side by side, and what the three commands printed in the first."""
    with fresh_copy(ROOT) as one, fresh_copy(ROOT) as two, ThreadPoolExecutor(2) as both:
        said = both.submit(run_one, one, export)
        there = both.submit(run_four, two, export, tmp_path_factory.mktemp("tables"))
        there.result()
        yield one, two, said.result()


def run_one(copy, export):
    """The three commands for one survey; what they print."""
    words = [golden_thread(copy, "survey", "new", NAME, export.path)]
    correct(copy / "data/raw/surveys" / NAME, title=TITLE)
    words.append(golden_thread(copy, "survey", "check", NAME))
    return [*words, golden_thread(copy, "run", "--stage", f"survey-report@{NAME}")]


def run_four(copy, export, tables):
    """The same survey with others: two that came as totals, and a small one that is simulated."""
    for name, file in (
        (NAME, export.path),
        ("counts", write_ready_table(tables / "counts.csv")),
        ("percentages", write_ready_table(tables / "percentages.csv", percentages=True)),
    ):
        golden_thread(copy, "survey", "new", name, file)
    correct(copy / "data/raw/surveys" / NAME, title=TITLE)
    golden_thread(copy, "survey", "simulate", "practice", "--respondents", 60, "--clusters", 12)
    names = (NAME, "counts", "percentages", "practice")
    golden_thread(copy, "run", *(f"--stage=survey-report@{name}" for name in names))


@pytest.fixture(scope="module")
def folder(runs):
    return runs[0]


@pytest.fixture(scope="module")
def other(runs):
    """Another copy, elsewhere, with the same survey and three others."""
    return runs[1]


@pytest.fixture(scope="module")
def said(runs):
    """What the three commands printed."""
    return runs[2]


@pytest.fixture(scope="module")
def published(folder):
    return read_published(folder, NAME)


def pdf_pages(path):
    return [page.extract_text() for page in PdfReader(path).pages]


def docx_text(path):
    document = Document(path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def sheets(path):
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


# The whole chain


def test_the_report_is_there_in_five_formats_with_its_title(folder):
    html, docx, pdf, xlsx, ods = made(folder)
    assert TITLE in re.search(r"<title>(.*?)</title>", html.read_text(encoding="utf-8"), re.DOTALL)[1]
    assert TITLE in docx_text(docx) and Document(docx).core_properties.title == TITLE
    assert TITLE in "".join(pdf_pages(pdf)) and PdfReader(pdf).metadata.title == TITLE
    for path in (xlsx, ods):
        assert sheets(path)["Cover"][0][0] == TITLE
    text = docx_text(docx)
    assert "300 people answered" in text and "Do support and outcomes go together?" in text
    assert "{{<" not in text + html.read_text(encoding="utf-8") + repr(sheets(xlsx)) + repr(sheets(ods))


def readable(path):
    """The bytes of a file, of what is packed in it, and its text where it has a form that packs that."""
    yield path.read_bytes()
    if path.suffix in (".docx", ".xlsx", ".ods"):
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    if path.suffix == ".pdf":
        yield ("\n".join(pdf_pages(path)) + repr(PdfReader(path).metadata)).encode()


def test_what_tells_who_somebody_is_stays_in_the_raw_data(folder, export):
    cells = "\n".join(str(cell) for row in sheets(export.path)["Responses"] for cell in row)
    assert all(secret in cells for secret in export.secrets)  # so that they can be found, were they elsewhere
    secrets = [secret.encode() for secret in export.secrets]
    places = [folder / "data/processed", folder / "reports", folder / ".dvc", folder / "dvc.lock"]
    files = [path for place in places for path in (place.rglob("*") if place.is_dir() else [place]) if path.is_file()]
    kinds = {".csv", ".md", ".svg", ".ipynb", ".html", ".lock", *(f".{kind}" for kind in KINDS)}
    assert {path.suffix for path in files} >= kinds
    found = [
        (path.relative_to(folder).as_posix(), secret)
        for path in files
        for content in readable(path)
        for secret in secrets
        if secret in content
    ]
    assert found == []


def test_no_command_prints_what_tells_who_somebody_is(said, export):
    small = {"Student on placement", "Edge of care"}  # names of groups: the check says that they will be joined
    assert [secret for secret in export.secrets if secret in said[0] + said[2]] == []
    assert {secret for secret in export.secrets if secret in said[1]} <= small


def test_a_second_run_does_nothing(folder):
    before = outputs(folder)
    assert " done in " not in golden_thread(folder, "run", "--stage", f"survey-report@{NAME}")
    assert outputs(folder) == before


def test_another_copy_gives_the_same_bytes(folder, other):
    here, there = outputs(folder), outputs(other)
    assert len(here) > 60 and {path for path in here | there if here.get(path) != there.get(path)} == set()


# The attack


@pytest.fixture(scope="module")
def true(export, published):
    return truth(export.people, published)


def test_the_published_counts_are_the_true_ones(published, true):
    """So that the attack below is on the survey that it takes itself to be on."""
    both = published.answers.merge(true, on=["item", "grouping", "group", "category"], suffixes=("", "_true"))
    shown = both[both["count"].notna()]
    assert len(both) == len(published.answers) and 100 < len(shown) < len(both) - 100
    assert (shown["count"] == shown["count_true"]).all()
    small = true["count"].between(1, 4)
    assert small.sum() > 80 and not both.loc[both["count_true"].between(1, 4), "count"].notna().any()


def test_nobody_who_reads_everything_published_learns_a_suppressed_count(published, true):
    assert breaches(published, true) == []


def test_the_same_attacker_breaks_primary_suppression(published, true):
    """The control: were only what is small taken out, the attacker would find it."""
    keys = ["item", "grouping", "group"]
    naive = published.answers.drop(columns=["base", "count"]).merge(true, on=[*keys, "category"])
    naive["base"] = naive.groupby(keys)["count"].transform("sum").astype(float)
    hidden = naive["count"].between(1, MINIMUM_CELL - 1) | (naive["base"] < MINIMUM_GROUP)
    naive["count"] = naive["count"].astype(float).mask(hidden)
    naive["base"] = naive["base"].mask(naive["base"] < MINIMUM_GROUP)
    naive = naive.assign(percent=np.nan, count_low=0, count_high=300)
    items = list(dict.fromkeys(true["item"]))[:3]
    found = breaches(dataclasses.replace(published, answers=naive), true, items)
    assert len(found) > 10 and sum(re.search(r"known to be (\d+) to \1,", line) is not None for line in found) > 5


def test_the_workbooks_tell_nothing_that_the_csv_does_not(folder):
    """Number by number, so that what withstands the attack on the tables withstands it in the workbooks."""
    site = folder / "reports/site/survey" / NAME
    described = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))["headings"]
        for path in (folder / "reports/published/survey" / NAME).glob("*/data/*.yaml")
    }
    for path in made(folder)[3:]:
        found = sheets(path)
        assert set(found) == {*described, "Cover", "Contents"}
        for name, headings in described.items():
            named = list(headings.values())
            top = next(line for line, cells in enumerate(found[name]) if cells[: len(named)] == named)
            table = pd.read_csv(site / "data" / f"{name}.csv", keep_default_na=False, na_values=[""])[list(headings)]
            assert len(found[name]) - top - 1 == len(table), name
            for cells, row in zip(found[name][top + 1 :], table.itertuples(index=False), strict=True):
                for cell, value in zip(cells, row, strict=True):
                    if pd.isna(value) or value == "–":
                        assert cell in ("[c]", "[x]", "none")
                    else:
                        assert str(cell) == str(value) or float(cell) == value


def test_no_mean_of_few_people_follows_from_the_others(published):
    """Everybody's mean less the shown groups' is the mean of the rest: so it is never that of a single group."""
    scores = published.scores
    hidden_groups = []
    for _, part in scores[scores["grouping"] != "all"].groupby(["grouping", "score"]):
        hidden = part[part["mean"].isna()]
        assert part.loc[part["mean"].notna(), "respondents"].ge(MINIMUM_GROUP).all()
        assert hidden[["respondents", "low", "high"]].isna().all(axis=None)
        hidden_groups.append(len(hidden))
    assert 1 not in hidden_groups
    assert any(hidden_groups)  # the domain of the one statement that few managers answered


def test_a_difference_is_shown_only_where_all_four_counts_behind_it_are_large_enough(published, export):
    items = dict(zip(dict.fromkeys(published.answers["item"]), STATEMENTS, strict=True))
    agree = {"Strongly agree", "Agree", "Very satisfied", "Fairly satisfied"}
    smallest = []
    for pair in published.pairs.itertuples():
        both = export.people[[items[pair.support], items[pair.outcome]]]
        both = both[~both.isin(["", "Don't know", "N/A"]).any(axis=1)].isin(agree)
        counts = [int((both == list(signs)).all(axis=1).sum()) for signs in ((1, 1), (1, 0), (0, 1), (0, 0))]
        smallest.append(min(counts))
        shown = not np.isnan([pair.difference, pair.difference_low, pair.difference_high]).all()
        assert not (shown and min(counts) < MINIMUM_CELL), (pair.support, pair.outcome, counts)
    assert published.pairs["difference"].notna().sum() == sum(least >= MINIMUM_CELL for least in smallest) > 5
    assert any(0 < least < MINIMUM_CELL for least in smallest)


# Other surveys, beside it


def test_a_simulated_survey_says_so_everywhere(other):
    html, docx, pdf, *workbooks = made(other, "practice")
    pages = pdf_pages(pdf)
    assert len(pages) > 3 and ["simulated" in page.lower() for page in pages] == [True] * len(pages)
    text = html.read_text(encoding="utf-8")
    assert "simulated" in re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1].lower()
    assert "simulated" in Document(docx).core_properties.title.lower()
    assert "Nobody gave these answers" in text and "Nobody gave these answers" in docx_text(docx)
    for path in workbooks:
        tops = {name: rows[0][0].lower() for name, rows in sheets(path).items() if name != "Contents"}
        assert len(tops) > 8 and [name for name, top in tops.items() if "simulated" not in top] == []
    notebook = other / "reports/site/survey/practice/notebooks/09-staff-survey.html"
    assert "simulated survey" in notebook.read_text(encoding="utf-8").lower()
    folder = other / "reports/published/survey/practice/09-staff-survey"
    titles = [yaml.safe_load(path.read_text(encoding="utf-8"))["title"] for path in sorted(folder.glob("data/*.yaml"))]
    assert len(titles) > 12 and [title for title in titles if not title.startswith("Simulated answers.")] == []
    captions = [
        line
        for path in folder.glob("*/*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith((": ", "![")) and "#" in line
    ]
    assert len(captions) > 12 and [line for line in captions if "Simulated answers&#46;" not in line] == []


def test_a_real_survey_never_says_that_it_is_simulated(folder):
    assert "simulated" not in docx_text(made(folder)[1]).lower()


def test_a_small_survey_has_a_report_without_models_and_with_the_reason(other):
    _, docx, pdf, *_ = made(other, "practice")
    text = docx_text(docx)
    assert "60 people answered" in text and "No model was fitted: " in text and "150" in text
    assert "Odds of a more favourable answer" not in text
    assert "No model was fitted" in " ".join("".join(pdf_pages(pdf)).split())
    models = pd.read_csv(other / "reports/site/survey/practice/data/models.csv")
    assert len(models) and models["odds_ratio"].isna().all() and models["reason"].notna().all()


@pytest.mark.parametrize("name", ["counts", "percentages"])
def test_a_ready_table_has_a_report_in_every_format(other, name):
    html, docx, pdf, *workbooks = made(other, name)
    text = docx_text(docx)
    assert "120 people answered" in text and "shown as it came" in text
    assert "85%" in text and "85%" in html.read_text(encoding="utf-8") and "85%" in "".join(pdf_pages(pdf))
    for path in workbooks:
        (cells,) = [row for row in sheets(path)["answers"] if "colleagues" in str(row[0]).lower()]
        assert 120.0 in cells and 85.0 in cells


def test_a_survey_taken_off_the_list_leaves_the_others_alone(other):
    params = other / "params.local.yaml"
    whole = params.read_text(encoding="utf-8")
    before = outputs(other)
    names = yaml.safe_load(whole)["surveys"]
    assert names == [NAME, "counts", "percentages", "practice"]
    params.write_text(whole.replace("counts, ", ""), encoding="utf-8")
    try:
        left = [f"survey-report@{name}" for name in names if name != "counts"]
        assert [stage for stage in stage_names(other) if stage.startswith("survey-report")] == left
        printed = golden_thread(other, "run", "--stage", "clean-survey", *(f"--stage={stage}" for stage in left))
        assert set(re.findall(r"(\S+) +done in", printed)) <= {"clean-survey"}
        assert (other / "data/processed/surveys/ofsted-2011/answers.csv").exists()
        assert outputs(other) == before
    finally:
        params.write_text(whole, encoding="utf-8")


def test_what_is_shared_is_verified_without_the_surveys_of_councils(other):
    assert shared_stages(other) == [stage for stage in stage_names(ROOT) if "@" not in stage]
    with fresh_copy(other) as again:
        assert {path.name for path in (again / "data/raw/surveys").iterdir()} == {"ofsted-2011"}

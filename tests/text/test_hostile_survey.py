"""A council's survey in which every wording means something to some program, from its export to its finished report."""

import os
import re
import subprocess
import sys
from pathlib import Path

import lxml.html
import pytest
import yaml
from docx import Document
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from pipeline.characters import named_where, not_in_pdf
from pipeline.workflow.verification import fresh_copy
from tests.text.samples import FAR, NASTY, bare

ROOT = Path(__file__).resolve().parents[2]
NAME = "hostile"
TITLE = '"Staff" *survey*: <b>R&D</b> {{< var x >}} 🦄 @North'
pytestmark = pytest.mark.slow


def golden_thread(folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "GOLDEN_THREAD_ENGINE": "embedded"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def make_hostile(folder):
    """Give the simulated survey's statements, domains, groups and answers other wordings; returns its codebook."""
    path = folder / "data/raw/surveys" / NAME / "survey.yaml"
    survey = yaml.safe_load(path.read_text(encoding="utf-8"))
    survey["title"] = TITLE
    wordings = [f"{text} {number}" for number, text in enumerate((*FAR, *NASTY))]
    for item, wording in zip(survey["items"], wordings, strict=False):
        item["label"] = wording
    for domain, wording in zip(survey["domains"], reversed(wordings), strict=False):
        domain["label"] = wording
    for group in survey["groups"]:
        group["label"] = "Your <role> *now* @x [^1]"
        group["levels"] = {"Managers": "<b>Managers</b> | *x*", "Social workers": "=1+1 ![w](x.png)"}
    for scale in survey["scales"]:
        for category in scale["categories"]:
            category["answers"] = [*category.get("answers", []), category["label"]]
            category["label"] = f"*{category['label']}* <b>|"
    path.write_text(yaml.safe_dump(survey, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return survey


@pytest.fixture(scope="module")
def made():
    with fresh_copy(ROOT) as folder:
        golden_thread(folder, "survey", "simulate", NAME, "--respondents", "300", "--clusters", "20")
        survey = make_hostile(folder)
        golden_thread(folder, "survey", "check", NAME)
        golden_thread(folder, "run", "--stage", f"survey-report@{NAME}")
        yield survey, folder / "reports" / "site" / "survey" / NAME


@pytest.fixture(scope="module")
def page(made):
    return lxml.html.document_fromstring((made[1] / "survey.html").read_bytes())


def texts_of(made):
    _survey, site = made
    document = Document(str(site / "survey.docx"))
    yield "docx", "".join(each.text or "" for each in document.element.body.iter(qn("w:t")))
    pdf = subprocess.run(
        ["pdftotext", "-raw", str(site / "survey.pdf"), "-"], capture_output=True, encoding="utf-8", check=True
    )
    yield "pdf", pdf.stdout


def test_nothing_that_somebody_wrote_runs_loads_or_leads_anywhere(page):
    assert not list(page.iter("script")) and not [
        each for each in page.iter("sup") if "footnote" in (each.get("class") or "")
    ]
    assert all(each.get("src").startswith("data:image/svg") for each in page.iter("img"))
    assert not [each for each in page.iter("a") if "example.org" in (each.get("href") or "")]
    assert page.find(".//title").text == f"{TITLE} (simulated answers)"


def test_the_same_wordings_stand_in_the_page_the_document_and_the_pdf(made, page):
    survey, _ = made
    labels = [each["label"] for key in ("items", "domains") for each in survey[key]]
    words = bare(page.text_content())
    told = [label for label in labels if bare(label) in words]
    assert len(told) >= 12  # those at the ends of the answers, and the domains; the others are drawn
    for kind, text in texts_of(made):
        shown = bare(text)
        for label in [*told, TITLE, "=1+1 ![w](x.png)", "<b>Managers</b> | *x*", "Your <role> *now* @x [^1]"]:
            named = bare(named_where(label, not_in_pdf) if kind == "pdf" else label)
            assert named in shown, (kind, label)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_every_wording_stands_in_the_workbooks_without_an_apostrophe_before_it(made, kind):
    survey, site = made
    book = CalamineWorkbook.from_path(site / f"survey.{kind}")
    cells = {str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    assert {each["label"] for each in survey["items"]} <= cells
    assert "=1+1 ![w](x.png)" in cells and not [each for each in cells if re.match("'[=+@-]", each)]


def test_charts_were_drawn_and_the_notebook_kept_no_warning_of_a_missing_letter(made):
    _, site = made
    kept = (site / "notebooks" / "09-staff-survey.ipynb").read_text(encoding="utf-8")
    assert "missing from" not in kept and kept.count("image/png") >= 4

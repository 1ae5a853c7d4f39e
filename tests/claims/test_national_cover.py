"""Whether claims.yaml leaves out a number of the documents, held against their text where it is at hand.

The rule is stricter than looking near words about the workforce: every number in the four later documents, in digits or
as a word from two to twelve, is a figure of an entry or of not_claims, in the paragraph where it stands. Left to the
reader are `one`, which is seldom a number, and statements without any number. The report of 2012 is a book of numbers
on its own survey, which data/raw/surveys/ofsted-2011/claims.yaml covers: here only what an entry cites is looked up.
"""

import os
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = ROOT / "data" / "raw" / "authorities" / "claims.yaml"
SOURCES = Path(os.environ.get("GOLDEN_THREAD_SOURCES") or ROOT.parent / "shared" / "seeds")
KNOWN_BY = {
    "ofsted-2012": "Annex B: List of local authorities",
    "impower-2013": "iMPOWER is a values led",
    "ofsted-2016": "Published 3 November 2016",
    "community-care-2018": "Donna Chapman, workforce",
    "community-care-2023": "consultancy Ipsos Partnership",
}
LATER = [document for document in KNOWN_BY if document != "ofsted-2012"]
WORDS = (
    "two three four five six seven eight nine ten eleven twelve second third thirds half quarter quarters twice "
    "double doubled dozen hundred thousand million"
).split()
NUMBER = re.compile(rf"£?\d(?:[\d.,]*\d)?%?|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
LIST_NUMBER = re.compile(r"^\d+\.\s")


@pytest.fixture(scope="module")
def texts():
    found = {}
    for path in sorted(SOURCES.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        found |= {document: text for document, phrase in KNOWN_BY.items() if phrase in text}
    if set(found) != set(KNOWN_BY):
        pytest.skip("the documents are not at hand: set GOLDEN_THREAD_SOURCES to the folder that holds them")
    return found


@pytest.fixture(scope="module")
def content():
    return yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))


def paragraphs(text):
    """Lines of text counted from the title, blank ones left out."""
    return dict(enumerate((line.strip() for line in text.splitlines() if line.strip()), start=1))


def numbers(paragraph):
    """Numbers as printed; the number before an item of a list is not one."""
    return {number.lower() for number in NUMBER.findall(LIST_NUMBER.sub("", paragraph))}


def listed(content, document):
    """Paragraph → figures that claims.yaml names there."""
    figures = {}
    for claim in content["claims"]:
        if claim["document"] == document:
            figures.setdefault(claim["place"]["paragraph"], set()).update(claim.get("figures", ()))
    for each in content["not_claims"]:
        if each["document"] == document:
            figures.setdefault(each["paragraph"], set()).update(each["figures"])
    return figures


def printed_paragraphs(report):
    """Number → text of the report's printed paragraphs, each with the boxes up to the next."""
    body = report[report.index("\nIntroduction") : report.index("\nConclusion")]
    parts = re.split(r"\n(\d{1,3})\. (?=\S)", body)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize("document", LATER)
def test_every_number_is_a_claim_or_has_a_reason(document, texts, content):
    found = {n: numbers(paragraph) for n, paragraph in paragraphs(texts[document]).items() if numbers(paragraph)}
    assert found == {n: figures for n, figures in listed(content, document).items() if figures}


@pytest.mark.parametrize("document", LATER)
def test_every_place_is_there(document, texts, content):
    there = paragraphs(texts[document])
    for claim in content["claims"]:
        if claim["document"] == document:
            assert 1 <= claim["place"]["sentence"] <= sentences(there[claim["place"]["paragraph"]]), claim["id"]


def sentences(paragraph):
    return len(re.findall(r"[.?!][’”'\"]*(?=\s|$)", paragraph)) or 1


def test_the_figures_and_places_of_the_report_of_2012_are_there(texts, content):
    there = printed_paragraphs(texts["ofsted-2012"])
    assert list(there) == list(range(1, 112))
    for paragraph, figures in listed(content, "ofsted-2012").items():
        assert figures <= numbers(there[paragraph]), paragraph


def test_a_missing_or_moved_figure_would_be_noticed(texts, content):
    """The detector itself: it finds the numbers of the paragraph that states most of them."""
    there = paragraphs(texts["community-care-2023"])
    assert numbers(there[13]) == {"21%", "2022", "20%"} == listed(content, "community-care-2023")[13]
    assert numbers("1. Between 7 and 34 cases, £2.5 million, half of 1,200 and 17.6%.") == {
        "7",
        "34",
        "£2.5",
        "million",
        "half",
        "1,200",
        "17.6%",
    }


def test_what_a_number_checks_is_the_figure_that_is_printed(content):
    """The number of a check, and no other, stands among the figures of its entry."""
    for claim in content["claims"]:
        number = claim.get("check", {}).get("number")
        if number is not None:
            assert f"{number}%" in claim["figures"], claim["id"]


def test_the_wording_is_ours(texts):
    """No six words in a row are those of a document."""

    def runs(text):
        words = re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))
        return {tuple(words[k : k + 6]) for k in range(len(words) - 5)}

    ours = runs(CLAIMS.read_text(encoding="utf-8"))
    for document, text in texts.items():
        assert sorted(ours & runs(text)) == [], document

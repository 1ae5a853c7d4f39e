"""Beside the documents themselves: nothing is copied, and no number of the report of 2012 is overlooked."""

import csv
import re

import pytest
import yaml

from pipeline.evidence.uncheckable_figures import read_figures
from tests.evidence.conftest import FOLDER, REPORT, ROOT

WORDS = 6  # in a row that would be the documents'; the project's rule is stricter than the ten that are asked for
NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve second third thirds half quarter quarters twice "
    "double doubled dozen hundred thousand million"
).split()
NUMBER = re.compile(rf"£?\d(?:[\d.,]*\d)?%?|\b(?:{'|'.join(NUMBERS)})\b", re.IGNORECASE)
SURVEYED = {5, 6, 7, 8, 97}  # paragraphs that the survey's claims cover sentence by sentence


def words(text: str) -> list[str]:
    joined = re.sub(r"[-–—/\s]+", " ", re.sub(r"[’'‘]", "", text.lower()))
    return re.sub(r"[^a-z0-9 ]", "", joined).split()


def runs(text: str) -> set[tuple[str, ...]]:
    spoken = words(text)
    return {tuple(spoken[start : start + WORDS]) for start in range(len(spoken) - WORDS + 1)}


def texts(content: object) -> list[str]:
    """Every text in a YAML file but the documents' own titles, which are names."""
    if isinstance(content, dict):
        return [
            text
            for key, part in content.items()
            if not (key == "title" and "publisher" in content)
            for text in texts(part)
        ]
    if isinstance(content, list):
        return [text for part in content for text in texts(part)]
    return [content] if isinstance(content, str) else []


def written() -> dict[str, list[str]]:
    """All that the folder says in words, by file."""
    found = {
        path.name: texts(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.yaml"))
    }
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = [cell for row in csv.DictReader(file) for cell in row.values()]
    return found | {path.name: [path.read_text(encoding="utf-8")] for path in sorted(FOLDER.glob("*.md"))}


@pytest.mark.slow
def test_nothing_is_copied(sources):
    theirs = set().union(*map(runs, sources))
    copied = {
        name: sorted(" ".join(run) for text in pieces for run in runs(text) & theirs)
        for name, pieces in written().items()
    }
    assert {name: found for name, found in copied.items() if found} == {}


def test_the_test_finds_a_copy(sources):
    """It would notice words of the documents, whatever their punctuation."""
    theirs = set().union(*map(runs, sources))
    line = next(line for line in sources[0].splitlines() if len(words(line)) > 20)
    assert runs(line.upper().replace(" ", "  ")) & theirs
    assert not runs("Entirely our own words stand here, and nobody else ever wrote them.") & theirs


@pytest.fixture(scope="module")
def paragraphs(sources):
    """The printed paragraphs of the report of 2012 by number, each with the boxes up to the next."""
    report = next(text for text in sources if REPORT in text)
    body = report[report.index("\nIntroduction") : report.index("\nConclusion")]
    parts = re.split(r"\n(\d{1,3})\. (?=\S)", body)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def paragraph_of(evidence) -> dict[str, int]:
    """The numbered paragraph that each paragraph and case study of the report stands in."""
    last, found = 0, {}
    for place in evidence.documents[0].places:
        if place.startswith("paragraph "):
            last = int(place.split()[1])
        if place.startswith(("paragraph ", "case study ")):
            found[place] = last
    return found


def test_every_number_of_the_report_is_a_claim_or_listed_with_a_reason(paragraphs, evidence):
    national = yaml.safe_load((ROOT / "data" / "raw" / "authorities" / "claims.yaml").read_text(encoding="utf-8"))
    known: dict[int, set[str]] = {}
    for each in national["claims"]:
        if each["document"] == "ofsted-2012":
            known.setdefault(each["place"]["paragraph"], set()).update(map(str, each.get("figures", ())))
    for each in national["not_claims"]:
        if each["document"] == "ofsted-2012":
            known.setdefault(each["paragraph"], set()).update(map(str, each["figures"]))
    places = paragraph_of(evidence)
    for row in read_figures(evidence).itertuples():
        known.setdefault(places[row.section], set()).add(row.figure)
    missing = {
        n: sorted({number.lower() for number in NUMBER.findall(text)} - known.get(n, set()))
        for n, text in paragraphs.items()
        if n not in SURVEYED
    }
    assert {n: numbers for n, numbers in missing.items() if numbers} == {}


def test_every_listed_figure_stands_in_its_paragraph(paragraphs, evidence):
    places = paragraph_of(evidence)
    for row in read_figures(evidence).itertuples():
        assert row.figure in {number.lower() for number in NUMBER.findall(paragraphs[places[row.section]])}, row.section


def test_paragraphs_and_boxes_are_counted_as_the_report_counts_them(paragraphs, evidence):
    assert sorted(paragraphs) == sorted(set(paragraph_of(evidence).values())) == list(range(1, 112))

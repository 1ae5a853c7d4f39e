"""The survey of 2011 as the pipeline reads it, and the publication's text where it is at hand."""

import os
from pathlib import Path

import pytest

from pipeline.surveys.codebook import read_codebook
from pipeline.surveys.published import count_tables, read_published

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def folder() -> Path:
    return ROOT / "data" / "raw" / "surveys" / "ofsted-2011"


@pytest.fixture(scope="session")
def codebook(folder):
    return read_codebook(folder / "survey.yaml")


@pytest.fixture(scope="session")
def published(folder, codebook):
    return read_published(folder, codebook)


@pytest.fixture(scope="session")
def answers(published, codebook):
    return count_tables(published, codebook)[0]


@pytest.fixture(scope="session")
def report() -> str:
    """The report's text: the file that holds both tables and the list of authorities, whatever its name."""
    sources = Path(os.environ.get("GOLDEN_THREAD_SOURCES") or ROOT.parent / "shared" / "seeds")
    for path in sorted(sources.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        if "Questionnaire response from social workers" in text and "Annex B" in text:
            return text
    pytest.skip("the report's text is not at hand: set GOLDEN_THREAD_SOURCES to the folder that holds it")

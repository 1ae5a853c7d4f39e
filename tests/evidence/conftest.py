"""The evidence map of the repository, the sources where they are at hand, a small made-up map that can be broken."""

import os
from pathlib import Path

import pytest

from pipeline.evidence.reading import read_evidence
from pipeline.evidence.second_coding import read_second_coding
from tests.evidence import made_up

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "raw" / "evidence"
REPORT = "Questionnaire response from social workers"  # which of the sources is the report of 2012


@pytest.fixture(scope="session")
def evidence():
    return read_evidence()


@pytest.fixture(scope="session")
def second(evidence):
    return read_second_coding(evidence)


@pytest.fixture(scope="session")
def sources() -> list[str]:
    folder = Path(os.environ.get("GOLDEN_THREAD_SOURCES") or ROOT.parent / "shared" / "seeds")
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    if not any(REPORT in text for text in texts):
        pytest.skip("the documents are not at hand: set GOLDEN_THREAD_SOURCES to the folder that holds them")
    return texts


@pytest.fixture
def small(tmp_path):
    """The made-up map in a folder of its own, as text files that a test can spoil."""
    made_up.write(tmp_path)
    return tmp_path


@pytest.fixture
def small_evidence(small):
    return made_up.read(small)

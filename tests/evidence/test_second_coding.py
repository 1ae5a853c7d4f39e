"""The second coding beside the first: what does not fit together is refused, what was decided is carried out."""

import shutil

import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.evidence.coder_agreement import VARIABLES, disagreements
from pipeline.evidence.second_coding import decided_for, read_second_coding
from tests.evidence import made_up
from tests.evidence.conftest import FOLDER

SECOND = (
    made_up.HEADER
    + """\
c-1,report-a,paragraph 1,,workers,caseloads,time,safety,better,case_tracking,shows,One.
c-2,article-b,paragraph 2,,workers,supervision,none_stated,wellbeing,worse,opinion,claims,Nine.
c-3,article-b,paragraph 2,,workers,praise,none_stated,none_stated,not_stated,opinion,claims,Another.
"""
)
FIRST = made_up.HEADER + "".join(
    line for line in made_up.PASSAGES.splitlines(keepends=True) if line.startswith(("a-1,", "a-2,", "b-3,"))
)
SETTLED = """document,section,variable,first,second,decided,rule,reason
report-a,paragraph 1,outcome,health; safety,safety,health; safety,unit,Two results.
article-b,paragraph 2,feature,supervision,praise; supervision,supervision,unit,One statement.
article-b,paragraph 2,outcome,wellbeing,none_stated; wellbeing,wellbeing,unit,One statement.
article-b,paragraph 2,direction,worse,not_stated; worse,worse,aims,One statement.
"""


@pytest.fixture
def coded(small):
    """The made-up map with a second coding of three places, one of which holds nothing."""
    (small / "first-coding.csv").write_text(FIRST, encoding="utf-8")
    (small / "second-coding.csv").write_text(SECOND, encoding="utf-8")
    (small / "second-nothing.csv").write_text("document,section,why\nreport-a,title,A title.\n", encoding="utf-8")
    (small / "settled.csv").write_text(SETTLED, encoding="utf-8")
    return small


def refusal(folder) -> str:
    with pytest.raises(DataError) as raised:
        read_second_coding(made_up.read(folder), folder)
    return str(raised.value)


def test_places_are_those_of_the_second_coder_in_reading_order(coded):
    second = read_second_coding(made_up.read(coded), coded)
    assert second.places == (("report-a", "title"), ("report-a", "paragraph 1"), ("article-b", "paragraph 2"))
    assert decided_for(second.settled).tolist() == ["first"] * 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "settled.csv",
            "report-a,paragraph 1,outcome,health; safety,safety,health; safety,unit,Two results.\n",
            "",
            "report-a, paragraph 1, outcome: not settled; first health; safety, second safety",
        ),
        (
            "settled.csv",
            "article-b,paragraph 2,direction,worse",
            "article-b,paragraph 2,direction,better",
            "line 5, column second: the two codings do not differ like this",
        ),
        (
            "settled.csv",
            "safety,health; safety,unit",
            "safety,safety,unit",
            "line 2, column decided: found 'safety', but passages.csv has 'health; safety'",
        ),
        ("settled.csv", "unit,Two", "whim,Two", "line 2, column rule: found 'whim', expected a rule of codebook.yaml"),
        ("settled.csv", "unit,Two results.", "unit,", "line 2, column reason"),
        ("settled.csv", "1,outcome", "1,colour", "line 2, column variable: found 'colour'"),
        ("second-coding.csv", "c-1,report-a,paragraph 1", "c-1,report-a,paragraph 9", "line 2, column section"),
        (
            "first-coding.csv",
            "b-3,article-b,paragraph 2",
            "b-3,article-b,paragraph 1",
            "article-b, paragraph 1: not among the places of the second coding",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(coded, name, old, new, said):
    made_up.spoil(coded, name, (old, new))
    assert said in refusal(coded)


def test_a_fifth_of_the_real_places_was_coded_twice(evidence, second):
    places = sum(len(document.sections) for document in evidence.documents)
    annex = sum(section.kind == "annex" for document in evidence.documents for section in document.sections)
    assert 0.19 < len(second.places) / (places - annex) < 0.21
    assert {document for document, _ in second.places} == {document.id for document in evidence.documents}
    assert len(second.settled) == len(disagreements(second.first, second.second, second.places))
    assert set(second.settled["variable"]) == set(VARIABLES)


def test_both_coders_are_right_at_times(second):
    taken = decided_for(second.settled).value_counts()
    assert taken.sum() == len(second.settled) and (taken[["first", "second", "neither"]] > 0).all()


@pytest.mark.slow
def test_a_decision_that_is_undone_is_noticed(tmp_path):
    """A decision that passages.csv does not carry out is refused for the real files, too."""
    for path in FOLDER.glob("*"):
        shutil.copy(path, tmp_path)
    table = pd.read_csv(tmp_path / "passages.csv", dtype=str, keep_default_na=False)
    row = table.index[(table["section"] == "paragraph 24") & (table["document"] == "ofsted-2012")][-1]
    table.loc[row, ["outcome", "direction"]] = ["wellbeing", "better"]
    table.to_csv(tmp_path / "passages.csv", index=False)
    with pytest.raises(DataError, match="paragraph 24|column decided: found 'none_stated'"):
        read_second_coding(made_up.read(tmp_path), tmp_path)

"""The claims of the report on its own survey: verdicts that are known, and files that are refused."""

from pathlib import Path

import pytest

from pipeline.claims.checking import COLUMNS, sort_by_verdict
from pipeline.claims.survey import check_claims, read_claims
from pipeline.claims.verdicts import VERDICTS
from pipeline.errors import CodebookError, DataError
from pipeline.surveys.codebook import read_codebook
from pipeline.surveys.published import count_tables, read_published

FOLDER = Path(__file__).resolve().parents[2] / "data" / "raw" / "surveys" / "ofsted-2011"


@pytest.fixture(scope="module")
def codebook():
    return read_codebook(FOLDER / "survey.yaml")


@pytest.fixture(scope="module")
def answers(codebook):
    return count_tables(read_published(FOLDER, codebook), codebook)[0]


@pytest.fixture(scope="module")
def claims(codebook):
    return read_claims(FOLDER / "claims.yaml", codebook)


@pytest.fixture(scope="module")
def checked(claims, answers, codebook):
    return check_claims(claims, answers, codebook).set_index("id", drop=False)


def test_every_claim_has_a_verdict_and_a_note(checked, claims):
    assert list(checked.columns) == COLUMNS
    assert list(checked["id"]) == [claim.id for claim in claims.claims]
    assert checked["verdict"].isin(VERDICTS).all()
    assert checked["note"].str.endswith(".").all()


@pytest.mark.parametrize(
    ("claim", "found", "verdict"),
    [
        ("effectiveness-social-workers", "76%", "reproduced"),
        ("effectiveness-managers", "74%", "not reproduced"),
        ("effectiveness-word-managers", "74%", "reproduced"),
        ("vital-disagree-social-workers", "4%", "reproduced"),
        ("vital-disagree-managers", "2%", "reproduced"),
        ("vital-consensus-managers", "78%", "not reproduced"),
        ("new-ideas-managers", "77%", "reproduced"),
        ("qualifications-disagree-social-workers", "12%", "reproduced"),
        ("qualifications-disagree-managers", "19%", "reproduced"),
        ("views-fewer-social-workers", "48% against 75%", "reproduced"),
        ("supervision-priority-managers", "74%", "reproduced literally only"),
        ("time-enough-social-workers", "21%", "reproduced literally only"),
        ("diversity-social-workers", "73%", "reproduced literally only"),
        ("method-respondents-managers", "163", "reproduced"),
        ("annex-respondents", "646", "reproduced"),
        ("annex-authority-out", "1", "reproduced"),
        ("method-questions-skipped-managers", "38", "reproduced"),
        ("experience-managers", "", "not checkable"),
        ("summary-parents", "", "not checkable"),
    ],
)
def test_known_verdicts(claim, found, verdict, checked):
    assert (checked.loc[claim, "found"], checked.loc[claim, "verdict"]) == (found, verdict)


def test_the_failures_are_these_and_no_others(checked):
    failed = checked[checked["verdict"].isin(VERDICTS[:3])].groupby("verdict")["id"].agg(set).to_dict()
    assert failed == {
        "not reproduced": {"effectiveness-managers", "vital-consensus-social-workers", "vital-consensus-managers"},
        "reproduced literally only": {
            "supervision-priority-social-workers",
            "supervision-priority-managers",
            "supervision-policy-social-workers",
            "registration-social-workers",
            "registration-managers",
            "time-enough-social-workers",
            "diversity-social-workers",
        },
    }


def test_the_range_is_what_rounding_allows(checked):
    """104 of 141 managers is the only number that the row on effective work allows: 73.76 per cent."""
    low, high = checked.loc["effectiveness-managers", ["found_low", "found_high"]]
    assert low == high == pytest.approx(100 * 104 / 141)
    views = checked.loc["views-fewer-social-workers"]
    assert views["found_low"] <= 48 - 75 <= views["found_high"] < 0


def test_the_likely_cause_of_the_wrong_figure_is_there(checked, answers):
    row = answers.query("item == 'support-vital-to-outcomes' and group == 'managers'").set_index("category")["percent"]
    assert row["strongly_agree"] + row["agree"] == 78
    assert "next row" in checked.loc["effectiveness-managers", "note"]


def test_readings_are_shown_for_words_only(checked):
    readings = checked[["literal", "convention"]]
    assert tuple(readings.loc["effectiveness-social-workers"]) == ("", "")
    assert tuple(readings.loc["supervision-priority-managers"]) == ("true", "false")
    assert tuple(readings.loc["views-managers"]) == ("true", "")


def test_failures_come_first_and_places_stay_in_order(checked, claims):
    ordered = sort_by_verdict(checked)
    assert ordered["verdict"].map(VERDICTS.index).is_monotonic_increasing
    assert ordered["id"].iloc[0] == "effectiveness-managers"
    places = ordered["section"].map(claims.sections.index) * 1000 + ordered["sentence"]
    assert places.groupby(ordered["verdict"]).apply(lambda place: place.is_monotonic_increasing).all()


def test_a_table_without_a_row_is_refused(claims, answers, codebook):
    without = answers[answers["item"] != "support-vital-to-outcomes"]
    with pytest.raises(DataError, match="(?s)answers.csv.*support-vital-to-outcomes.*fix:"):
        check_claims(claims, without, codebook)


def refusal(text: str, tmp_path, codebook) -> str:
    path = tmp_path / "claims.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError) as error:
        read_claims(path, codebook)
    assert str(path) in str(error.value)
    return str(error.value)


SMALL = """
words:
  most: {literal: {above: 50}, convention: [80, 96], note: More than half.}
sections: [One]
claims:
  - id: first
    place: {section: One, sentence: 1}
    claim: Most managers know.
    check: {statistic: percent, item: senior-managers-visible, group: managers, categories: agree, word: most}
  - id: second
    place: {section: One, sentence: 2}
    claim: Fewer workers than managers know.
    check:
      statistic: comparison
      left: {item: senior-managers-visible, group: social_workers, categories: agree}
      relation: less
      right: {item: senior-managers-visible, group: managers, categories: agree}
"""


def test_the_small_file_is_right(tmp_path, codebook, answers):
    (tmp_path / "claims.yaml").write_text(SMALL, encoding="utf-8")
    checked = check_claims(read_claims(tmp_path / "claims.yaml", codebook), answers, codebook)
    assert checked["verdict"].tolist() == ["reproduced literally only", "reproduced"]


def test_all_problems_are_named_at_once(tmp_path, codebook):
    text = (
        SMALL.replace("id: second", "id: first")
        .replace("word: most", "word: nearly all")
        .replace("section: One, sentence: 1", "section: Two, sentence: 1")
        .replace("left: {item: senior-managers-visible", "left: {item: senior-managers-hidden")
    )
    message = refusal(text, tmp_path, codebook)
    for part in (
        "claims.yaml has 4 problems",
        "claims, first, id: stands 2 times",
        "claims, first, place, section: 'Two' is not listed",
        "claims, first, check, word: 'nearly all' is not under words; use one of most",
        "claims, first, check, left, item: 'senior-managers-hidden' is not in survey.yaml",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "group: managers, categories: agree, word",
            "group: parents, categories: agree, word",
            "first, check, group: 'parents' was not asked senior-managers-visible; use one of social_workers, managers",
        ),
        ("word: most}", "word: most, number: 76}", "give either number or word"),
        ("categories: agree, word: most", "categories: sure, word: most", "categories"),
        ("sentence: 1}", "sentence: 0}", "claims, first, place, sentence"),
        (
            "claim: Most managers know.",
            "claim: Most managers know.\n    not_checkable: No table.",
            "give either check or not_checkable",
        ),
        (
            "claim: Most managers know.",
            "claim: Most managers know.\n    verdict: fine",
            "claims, first, verdict: extra",
        ),
        ("statistic: comparison", "statistic: correlation", "claims, second, check"),
        ("group: social_workers", "group: managers", "left and right are the same row"),
        ("convention: [80, 96]", "convention: [96, 80]", "words, most, convention [96, 80]"),
        ("literal: {above: 50}", "literal: {}", "no limit; give above, at_least, at_most or below"),
    ],
)
def test_a_single_fault_is_named(old, new, said, tmp_path, codebook):
    assert old in SMALL
    assert said in refusal(SMALL.replace(old, new, 1), tmp_path, codebook)

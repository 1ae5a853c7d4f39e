"""Exports that were read wrong in silence: what is asked of each, and the figures after the answer that a person gives."""

import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.surveys.staff.responses import read_responses
from tests.surveys.deciding.conftest import CASES, with_cases

pytestmark = with_cases


def cells(file, header=0):
    """The statements of an export, as text."""
    frame = pd.read_csv(CASES / file, dtype=str, keep_default_na=False)
    return frame.iloc[header:, -5:]


@pytest.mark.parametrize(
    ("file", "unsure", "none"), [("c02-codes-8-9.csv", "8", "9"), ("c03-codes-minus.csv", "-1", "-8")]
)
def test_numbers_beside_a_scale_are_asked_for(drafted, file, unsure, none):
    """25 of 50 valid answers agree, and 25 of 56 with those who do not know in the base."""
    made = drafted(CASES / file)
    code = {
        number: f"numbers-5-code-{'minus-' * number.startswith('-')}{number.lstrip('-')}" for number in (unsure, none)
    }
    assert sorted(made.open) == sorted(["numbers-5-points", *code.values()])
    assert [scale.points for scale in made.survey.scales] == [5]
    made.answer({code[unsure]: "dont-know", code[none]: "no-answer"})
    shares = made.shares()
    for item, answered in zip(shares.index, cells(file).items(), strict=True):
        given = answered[1][answered[1] != none]
        right = [len(given), *(100 * given.isin(levels).mean() for levels in (["4", "5"], ["3"], ["1", "2"], [unsure]))]
        assert shares.loc[item].tolist() == pytest.approx(right)
    assert shares["respondents"].tolist() == [56] * 5
    assert shares["agree"].tolist() == pytest.approx([100 * 25 / 56] * 5)


def test_all_codes_may_be_no_answers(drafted):
    made = drafted(CASES / "c02-codes-8-9.csv").answer(
        {"numbers-5-code-8": "not-applicable", "numbers-5-code-9": "no-answer"}
    )
    assert made.shares()["respondents"].tolist() == [50] * 5 and made.shares()["agree"].tolist() == pytest.approx(
        [50] * 5
    )
    assert (read_responses(made.folder, made.survey).codes == -3).sum() == 30  # the reason is kept


@pytest.mark.parametrize(
    ("answer", "agree", "neutral", "disagree"),
    [
        ("5-points-high", ["5", "6"], ["4"], ["1", "2"]),
        ("1-to-6-high", ["4", "5", "6"], [], ["1", "2", "3"]),
        ("5-points-low", ["1", "2"], ["4"], ["5", "6"]),
    ],
)
def test_a_gap_in_the_codes_is_asked_for(drafted, answer, agree, neutral, disagree):
    made = drafted(CASES / "c01-qualtrics-gap.csv")
    assert made.open == ["numbers-5-points"]
    shares = made.answer({"numbers-5-points": answer}).shares()
    for item, (_, column) in zip(shares.index, cells("c01-qualtrics-gap.csv", 2).items(), strict=True):
        right = [100 * column.isin(levels).mean() for levels in (agree, neutral, disagree)]
        assert shares.loc[item, ["agree", "neutral", "disagree"]].fillna(0).tolist() == pytest.approx(right)


def test_a_range_that_the_question_states_holds_for_what_nobody_chose(drafted):
    made = drafted(CASES / "c07-seven-reversed.csv")
    assert made.open == ["i-am-thinking-of-leaving-my-direction"]  # by its words: nothing in these answers says so
    survey = made.answer().survey
    assert [scale.points for scale in survey.scales] == [7] and [item.reversed for item in survey.items] == [
        False
    ] * 4 + [True]
    frame = cells("c07-seven-reversed.csv")
    agree = [100 * column.isin(["5", "6", "7"]).sum() / column.ne("").sum() for _, column in frame.items()]
    assert made.shares()["agree"].tolist() == pytest.approx(agree)


@pytest.mark.parametrize("file", ["c08-unknown-order.csv", "c08b-only-unknown.csv"])
def test_the_order_of_labels_is_asked_for(drafted, file):
    made = drafted(CASES / file)
    (question,) = made.survey.decide
    assert question.counts == ("1 Coping: 75", "2 Struggling: 45", "3 Close to burnout: 30", "4 Thriving: 30")
    shares = made.answer({question.id: "4 1 2 3"}).shares()
    scale = made.survey.scale(made.survey.items[0].id)
    assert [category.label for category in scale.categories] == ["Thriving", "Coping", "Struggling", "Close to burnout"]
    for item in made.survey.items[:3]:
        column = pd.read_csv(CASES / file, dtype=str)[item.column]
        right = [
            100 * column.isin(labels).mean() for labels in (["Thriving", "Coping"], ["Struggling", "Close to burnout"])
        ]
        assert shares.loc[item.id, ["agree", "disagree"]].tolist() == pytest.approx(right)


def test_labels_may_have_no_order(drafted):
    made = drafted(CASES / "c08-unknown-order.csv").answer({"order-4-order": "0"})
    assert len(made.survey.items) == 3 and {scale.id for scale in made.survey.scales} == {"agreement_5"}
    assert "How is your team doing?" in [part.column for part in made.survey.left_out]


def test_answers_in_two_languages_are_paired_and_no_statement_is_lost(drafted):
    made = drafted(CASES / "c16-welsh.csv")
    assert made.open == ["agreement-5-language"] and len(made.survey.items) == 5
    assert "Cytuno'n gryf = Strongly agree" in made.survey.decide[0].answers[0].label
    shares, frame = made.answer().shares(), cells("c16-welsh.csv")
    for item, (_, column) in zip(shares.index, frame.items(), strict=True):
        right = [
            100 * column.isin(labels).mean()
            for labels in (
                ["Strongly agree", "Agree", "Cytuno'n gryf", "Cytuno"],
                ["Neither agree nor disagree", "Ddim yn cytuno nac yn anghytuno"],
                ["Disagree", "Strongly disagree", "Anghytuno", "Anghytuno'n gryf"],
            )
        ]
        assert shares.loc[item].tolist()[:4] == pytest.approx([80, *right])


@pytest.mark.parametrize("answer", ["leave-out", "one", "no-weights"])
def test_blank_weights_are_asked_for(drafted, answer):
    made = drafted(CASES / "c18b-weights-blank.csv").answer({"weight-blank": answer})
    frame = pd.read_csv(CASES / "c18b-weights-blank.csv", dtype=str, keep_default_na=False)
    weights = pd.to_numeric(frame["Weight"]).fillna({"leave-out": 0, "one": 1}.get(answer, 1))
    weights = weights if answer != "no-weights" else weights * 0 + 1
    agree = [100 * weights[frame[item.column] == "Agree"].sum() / weights.sum() for item in made.survey.items]
    assert made.shares()["agree"].tolist() == pytest.approx(agree)
    responses = read_responses(made.folder, made.survey)
    assert len(responses) == 100 - 2 * (answer == "leave-out")
    assert made.survey.weight == (None if answer == "no-weights" else "Weight")


def test_a_weight_is_never_dropped_without_a_word(drafted):
    made = drafted(CASES / "c18b-weights-blank.csv").answer({"weight-blank": "leave-out"})
    made.path.write_text(
        made.path.read_text(encoding="utf-8").replace("without_weight: leave_out\n", ""), encoding="utf-8"
    )
    with pytest.raises(DataError, match="no usable weight"):
        read_responses(made.folder, made.survey)


def test_an_item_that_is_stored_backwards_is_asked_for(drafted):
    made = drafted(CASES / "c24-direction.csv")
    assert made.open == ["numbers-5-points", "q5-direction"]
    assert "(correlation with them -0.6" in made.survey.decide[1].question
    column = cells("c24-direction.csv").iloc[:, -1]
    shares = made.answer({"q5-direction": "turned"}).shares()
    assert shares.loc["q5", ["agree", "neutral", "disagree"]].tolist() == pytest.approx(
        [100 * column.isin(levels).mean() for levels in (["1", "2"], ["3"], ["4", "5"])]
    )
    assert made.survey.item("q5").turned and not made.survey.item("q5").reversed


def test_a_question_that_names_the_council_is_an_item_where_its_numbers_say_so(drafted):
    made = drafted(CASES / "c31-ms-forms.xlsx")
    (item,) = [item for item in made.survey.items if "recommend" in item.wording]
    assert [made.survey.scale(item.id).points, made.open] == [11, []]
    frame = pd.read_excel(CASES / "c31-ms-forms.xlsx", engine="calamine")
    numbers = frame[item.column].dropna()
    assert made.shares().loc[item.id, ["respondents", "agree"]].tolist() == pytest.approx(
        [len(numbers), 100 * (numbers > 5).mean()]
    )
    assert made.survey.cluster == "Which team do you work in?"


def test_two_number_scales_have_the_shares_of_pandas(drafted):
    made = drafted(CASES / "k01-two-number-scales.csv")
    assert made.open == ["numbers-5-points", "numbers-11-points"]
    shares, frame = made.answer().shares(), pd.read_csv(CASES / "k01-two-number-scales.csv")
    for item in made.survey.items:
        middle = 3 if "(1-5)" in item.column else 5
        right = [
            100 * share.mean()
            for share in (frame[item.column] > middle, frame[item.column] == middle, frame[item.column] < middle)
        ]
        assert shares.loc[item.id, ["agree", "neutral", "disagree"]].tolist() == pytest.approx(right)
    supported = shares.loc[made.survey.items[0].id]
    assert [supported["agree"], supported["disagree"]] == pytest.approx([35.5, 43.25])


def test_only_agreement_is_compared_with_2011(drafted):
    survey = drafted(CASES / "c32-other-scales.csv").survey
    assert [item.matches is not None for item in survey.items] == [False] * 4 + [True] and not survey.decide
    assert [survey.scale(item.id).kind for item in survey.items] == ["frequency"] * 2 + [
        "ease",
        "likelihood",
        "agreement",
    ]


def test_a_file_with_a_row_an_answer_is_refused(drafted):
    with pytest.raises(DataError, match="one row an answer"):
        drafted(CASES / "c14-long.csv")

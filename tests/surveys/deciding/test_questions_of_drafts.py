"""What drafts of made-up exports ask, and what they settle by themselves."""

import random

import pandas as pd
import pytest

from pipeline.surveys.drafting.number_scales import ways
from tests.surveys.projects import AGREEMENT, answers, write_columns

EXTREMELY = ["Extremely confident", "Moderately confident", "Neutral", "Slightly confident", "Not at all confident"]


def grid(labels, columns=3, rows=60, wording="I am asked about thing"):
    return {f"{wording} {number}": answers(labels, rows, number) for number in range(columns)}


def related(rows=120, seed=1, columns=3):
    """Columns of numbers 1 to 5 that go together, and the mood behind them."""
    draw = random.Random(seed)
    mood = [draw.randint(1, 5) for _ in range(rows)]
    near = [[min(5, max(1, each + draw.choice([-1, 0, 0, 1]))) for each in mood] for _ in range(columns)]
    return near, [min(5, max(1, 6 - each + draw.choice([-1, 0, 0, 1]))) for each in mood]


def test_a_point_of_a_ladder_that_nobody_chose_is_asked_for(tmp_path, drafted):
    file = write_columns(tmp_path / "a.csv", grid(["Always", "Often", "Sometimes", "Rarely"]))
    made = drafted(file, "one")
    assert made.open == ["frequency-5-points"] and "Never" in made.survey.decide[0].question
    shares = made.answer({"frequency-5-points": "not-offered"}).shares()
    frame = pd.read_csv(file)
    assert [scale.points for scale in made.survey.scales] == [4]
    assert shares["disagree"].tolist() == pytest.approx(
        [100 * frame[each].isin(["Sometimes", "Rarely"]).mean() for each in frame]
    )
    offered = drafted(file, "two").answer()
    assert [category.label for category in offered.survey.scales[0].categories][-1] == "Never"
    assert offered.shares()["neutral"].tolist() == pytest.approx(
        [100 * (frame[each] == "Sometimes").mean() for each in frame]
    )


def test_a_whole_ladder_and_an_end_of_agreement_are_not_asked_for(tmp_path, drafted):
    columns = grid(["Always", "Often", "Sometimes", "Rarely", "Never"]) | grid(
        AGREEMENT[:4], wording="We agree on thing"
    )
    made = drafted(write_columns(tmp_path / "a.csv", columns))
    assert "chosen by nobody: strongly disagree" in made.path.read_text(encoding="utf-8")
    assert made.open == [] and [scale.points for scale in made.survey.scales] == [5, 5]


def test_a_neutral_answer_is_no_phantom(tmp_path, drafted):
    file = write_columns(tmp_path / "a.csv", grid(EXTREMELY))
    made = drafted(file)
    (question,) = made.survey.decide
    assert list(question.order.labels) == EXTREMELY  # the likely order; "Very confident" is none of them
    shares, frame = made.answer().shares(), pd.read_csv(file)
    assert [category.label for category in made.survey.scales[0].categories] == EXTREMELY
    assert shares["neutral"].tolist() == pytest.approx([100 * (frame[each] == "Neutral").mean() for each in frame])
    assert shares["agree"].tolist() == pytest.approx([100 * frame[each].isin(EXTREMELY[:2]).mean() for each in frame])


def test_two_scales_with_other_ends_stay_two(tmp_path, drafted):
    numbers = list(map(str, range(11)))
    made = drafted(
        write_columns(
            tmp_path / "a.csv",
            {
                "How satisfied are you? (0 = not at all satisfied, 10 = completely satisfied)": answers(numbers, 80, 1),
                "How likely are you to stay? (0 = very unlikely, 10 = very likely)": answers(numbers, 80, 2),
            },
        )
    )
    assert [scale.points for scale in made.survey.scales] == [11, 11] and made.open == []


@pytest.mark.parametrize(("numbers", "points"), [("01234", 5), ("1234", 4), ("12345", 5), ("1234567", 7)])
def test_the_points_are_those_that_were_chosen(tmp_path, drafted, numbers, points):
    made = drafted(write_columns(tmp_path / "a.csv", grid(list(numbers))))
    assert [scale.points for scale in made.survey.scales] == [points] and made.open == [f"numbers-{points}-points"]
    assert [answer.key for answer in made.survey.decide[0].answers] == ["high", "low"]


@pytest.mark.parametrize(
    "numbers", [(2, 3, 4, 5), (1, 2, 3), (0, 1, 2, 3), (1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4, 5), (1, 2, 4, 5)]
)
def test_other_points_are_asked_for(numbers):
    found = [way.points for way in ways(dict.fromkeys(numbers, 30))]
    assert len(found) > 1 and tuple(range(min(numbers), max(numbers) + 1)) in found


@pytest.mark.parametrize(
    ("codes", "asked"),
    [
        (["7", "8", "9"], ["7", "8", "9"]),
        (["99"], ["99"]),
        (["97", "98", "99"], ["97", "98", "99"]),
        (["-9", "-99"], ["minus-9", "minus-99"]),
        (["999"], ["999"]),
        (["77", "88"], ["77", "88"]),
    ],
)
def test_each_code_is_asked_for(tmp_path, drafted, codes, asked):
    file = write_columns(tmp_path / "a.csv", grid([*"12345", *codes]))
    made = drafted(file)
    assert sorted(made.open) == sorted([f"numbers-5-code-{code}" for code in asked] + ["numbers-5-points"])
    shares, frame = made.answer({f"numbers-5-code-{code}": "no-answer" for code in asked}).shares(), pd.read_csv(file)
    valid = [frame[each][frame[each].between(1, 5)] for each in frame]
    assert shares["respondents"].tolist() == [len(each) for each in valid]
    assert shares["agree"].tolist() == pytest.approx([100 * (each > 3).mean() for each in valid])


def test_a_number_is_no_answer_on_one_scale_and_a_point_of_another(tmp_path, drafted):
    columns = grid([*"12345", "9"]) | {
        f"Rate {each} from 0 to 10": answers(list(map(str, range(11))), 60, each) for each in range(3)
    }
    file = write_columns(tmp_path / "a.csv", columns)
    made = drafted(file).answer()
    shares, frame = made.shares(), pd.read_csv(file)
    rated = [item.id for item in made.survey.items if item.column.startswith("Rate")]
    assert len(rated) == 3 and shares.loc[rated, "respondents"].tolist() == [60] * 3
    assert shares.loc[rated, "agree"].tolist() == pytest.approx(
        [100 * (frame[f"Rate {each} from 0 to 10"] > 5).mean() for each in range(3)]
    )


@pytest.mark.parametrize(("answer", "agree"), [("middle", ["About right"]), ("from-too-low", ["Too low"])])
def test_the_best_answer_may_be_in_the_middle(tmp_path, drafted, answer, agree):
    file = write_columns(
        tmp_path / "a.csv", grid(AGREEMENT) | {"My workload is": answers(["Too high", "About right", "Too low"], 60)}
    )
    made = drafted(file)
    assert made.open == ["bipolar-2-middle"] and made.survey.scale("my-workload-is").kind == "bipolar"
    shares, cells = made.answer({"bipolar-2-middle": answer}).shares(), pd.read_csv(file)["My workload is"]
    assert shares.loc["my-workload-is", "agree"] == pytest.approx(100 * cells.isin(agree).mean())


def test_a_scale_with_the_best_in_the_middle_can_be_left_out(tmp_path, drafted):
    file = write_columns(
        tmp_path / "a.csv", grid(AGREEMENT) | {"My workload is": answers(["Too high", "About right", "Too low"], 60)}
    )
    made = drafted(file).answer({"bipolar-2-middle": "leave-out"})
    assert len(made.survey.items) == 3 and len(made.survey.scales) == 1
    assert [part.column for part in made.survey.left_out] == ["My workload is"]


@pytest.mark.parametrize(
    "wording", ["I intend to leave this council", "I would rather work somewhere else", "I often feel exhausted"]
)
def test_a_statement_against_support_is_asked_for_unless_the_answers_say_so(tmp_path, drafted, wording):
    near, backwards = related()
    columns = {f"I am asked about thing {number}": cells for number, cells in enumerate(near)}
    agreeing = drafted(write_columns(tmp_path / "a.csv", columns | {wording: near[0][::-1]}), "one")
    assert [item.reversed for item in agreeing.survey.items] == [False] * 3 + [True]
    assert len(agreeing.open) == 2 and agreeing.open[1].endswith("-direction")
    assert drafted(write_columns(tmp_path / "b.csv", columns | {wording: backwards}), "two").open == [
        "numbers-5-points"
    ]


def test_an_item_that_goes_with_the_others_is_not_asked_for(tmp_path, drafted):
    near, _ = related(columns=5)
    columns = {f"I am asked about thing {number}": cells for number, cells in enumerate(near)}
    made = drafted(write_columns(tmp_path / "a.csv", columns))
    assert made.open == ["numbers-5-points"]
    assert "goes with the rest of its scale by +0." in made.path.read_text(encoding="utf-8")


def test_labels_that_people_gave_are_named_and_single_remarks_are_not(tmp_path, drafted):
    columns = grid(AGREEMENT, rows=100)
    for number, cells in enumerate(columns.values()):
        cells[:6] = ["Unsettled"] * 6 if number < 2 else cells[:6]
    columns["I am asked about thing 2"][0] = "my cousin"
    made = drafted(write_columns(tmp_path / "a.csv", columns))
    text = " ".join(question.question for question in made.survey.decide)
    assert (
        '"Unsettled" stands 12 times' in text
        and "cousin" not in text
        and "an answer of 9 characters stands 1 times" in text
    )
    assert made.answer().shares()["respondents"].tolist() == [94, 94, 99]


def test_counts_stand_beside_what_is_proposed(tmp_path, drafted):
    cells = ["Agree"] * 30 + ["Disagree"] * 10 + ["N/A"] * 5 + [""] * 5
    text = drafted(
        write_columns(tmp_path / "a.csv", {"I am well supported": cells, "Role": answers(["A", "B"], 50)})
    ).path.read_text(encoding="utf-8")
    assert "# Agree 30, Disagree 10, N/A 5; blank 10%" in text and "# of 1 statement" in text

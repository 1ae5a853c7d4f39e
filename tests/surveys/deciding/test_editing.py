"""Edits of survey.yaml: what they change, and that they change nothing else."""

import random

import pytest
import yaml

from pipeline.errors import CodebookError, ParameterError
from pipeline.surveys.deciding.editing import decide, edited
from pipeline.surveys.deciding.questions import Edit, Question
from tests.surveys.projects import AGREEMENT, answers, write_columns

TEXT = """# kept: 2024_25
name: ours   # the name
file: {name: a.csv}
years: [2024_25, 1_000]
scales:
  # of numbers
  - id: s
    categories:
      - {id: a, label: 'It''s', role: agree, answers: ["1", "01"]}   # one
      - id: b
        label: B
        role: disagree
items:
  - id: x
    column: X

  # the second
  - {id: y, column: Y}
left_out:
- {column: Z, why: other}
"""


@pytest.mark.parametrize(
    ("edit", "lines", "content"),
    [
        (("set", ("items", "x", "turned"), True), 1, {"id": "x", "column": "X", "turned": True}),
        (("set", ("items", "y", "turned"), True), 1, {"id": "y", "column": "Y", "turned": True}),
        (("set", ("items", "x", "column"), "A: b"), 1, {"id": "x", "column": "A: b"}),
        (
            ("add", ("scales", "s", "missing"), {"reason": "no_answer", "answers": ["9"]}),
            1,
            {"reason": "no_answer", "answers": ["9"]},
        ),
        (("add", ("scales", "s", "categories"), {"id": "a", "answers": ["1", "5"]}), 1, ["1", "01", "5"]),
        (
            ("add", ("scales", "s", "categories"), {"id": "dk", "label": "DK", "role": "dont_know"}),
            1,
            {"id": "dk", "label": "DK", "role": "dont_know"},
        ),
        (("add", ("left_out",), {"column": "W", "why": "other"}), 1, {"column": "W", "why": "other"}),
        (("set", ("weight",), "W"), 1, "W"),
        (("set", ("decided", "q"), "so"), 2, {"q": "so"}),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_an_edit_changes_its_own_line_only(edit, lines, content, newline, mark):
    before = mark + TEXT.replace("\n", newline)
    after = edited(before, [Edit(do=edit[0], at=edit[1], to=edit[2])])
    assert str(content) in str(yaml.safe_load(after))
    kept = [line for line in before.split(newline) if line in after.split(newline)]
    assert len(before.split(newline)) - len(kept) <= lines and (newline == "\n") == ("\r" not in after)
    assert all(line.endswith("\r") for line in after.split("\n")[:-1]) == (newline == "\r\n")
    assert "2024_25, 1_000" in after and "# the second" in after and after.startswith(mark + "# kept: 2024_25")


@pytest.mark.parametrize(
    ("at", "gone"),
    [
        (("items", "x"), ["  - id: x", "    column: X"]),
        (("items", "y"), ["  # the second", "  - {id: y, column: Y}"]),
        (("left_out", "Z"), ["left_out:", "- {column: Z, why: other}"]),
        (("years",), ["years: [2024_25, 1_000]"]),
        (("scales", "s", "categories", "b", "label"), ["        label: B"]),
        (("items", "nobody"), []),
        (("nowhere", "x"), []),
    ],
)
def test_what_is_removed_goes_with_its_comment(at, gone):
    after = edited(TEXT, [Edit(do="remove", at=at)])
    left = TEXT.split("\n")
    for line in gone:
        left.remove(line)
    assert after.split("\n") == left


def test_entries_in_braces_are_removed_with_their_commas():
    text = "a: [{id: x}, {id: y}, {id: z}]\n"
    found = [edited(text, [Edit(do="remove", at=("a", each))]) for each in "xyz"]
    assert found == ["a: [{id: y}, {id: z}]\n", "a: [{id: x}, {id: z}]\n", "a: [{id: x}, {id: y}]\n"]


def test_dont_know_stays_where_the_points_of_a_scale_are_set():
    text = "scales:\n  - id: s\n    categories: [{id: a, role: agree}, {id: dk, role: dont_know}]\n"
    after = yaml.safe_load(
        edited(text, [Edit(do="set", at=("scales", "s", "categories"), to=[{"id": "b", "role": "agree"}])])
    )
    assert [each["id"] for each in after["scales"][0]["categories"]] == ["b", "dk"]


def mixed(tmp_path):
    """An export that is asked about all there is: numbers, codes, labels, another language, a middle, a weight."""
    numbers = {
        f"I am asked about thing {number}": answers([*"12456", "8", "99", "-9"], 90, number) for number in range(3)
    }
    moods = {f"How is {each}?": answers(["Thriving", "Coping", "Struggling"], 90, each) for each in range(3)}
    often = {
        f"How often is it {each}?": answers(["Always", "Often", "Sometimes", "Rarely"], 90, each) for each in range(2)
    }
    welsh = {
        f"We agree on thing {each}": answers([*AGREEMENT * 3, "Cytuno", "Anghytuno"], 90, each) for each in range(3)
    }
    return write_columns(
        tmp_path / "mixed.csv",
        numbers
        | moods
        | often
        | welsh
        | {
            "My workload is": answers(["Too high", "About right", "Too low", "Don't know"], 90),
            "I intend to leave": answers(AGREEMENT, 90),
            "Weight": answers(["1", "2", ""], 90),
            "Role": answers(["A", "B"], 90),
        },
    )


@pytest.mark.parametrize("seed", range(4))
def test_answers_in_any_order_give_the_same_valid_codebook(tmp_path, drafted, seed):
    """Whatever is answered, each state on the way is valid, every comment stays, and the order makes no difference."""
    made, draw = drafted(mixed(tmp_path)), random.Random(seed)
    before = made.path.read_text(encoding="utf-8")
    questions = made.survey.decide
    assert len(questions) >= 9
    chosen = {
        question.id: question.likely if question.order else draw.choice(question.answers).key for question in questions
    }
    results = []
    for _ in range(2):
        made.path.write_text(before, encoding="utf-8")
        for question in draw.sample(questions, len(questions)):
            decide(made.path, {question.id: chosen[question.id]})
        text = made.path.read_text(encoding="utf-8")
        assert not made.open and set(made.survey.decided) == set(chosen)
        lost = [line for line in before.split("\n") if line.startswith("  # ") and line not in text.split("\n")]
        assert all(
            "the middle" in line or "About right" in line or "says weight" in line or "of 1 statement" in line
            for line in lost
        )  # their entries are gone
        results.append(normal(yaml.safe_load(text)))
    assert results[0] == results[1]


def normal(part):
    """A codebook without the order of what stands in lists and mappings, but for the points of scales."""
    if isinstance(part, dict):
        return {
            key: [each["id"] for each in value] if key == "categories" else normal(value)
            for key, value in sorted(part.items())
        }
    return sorted(map(normal, part), key=str) if isinstance(part, list) else part


def test_an_answer_that_would_break_the_codebook_changes_nothing(tmp_path, drafted):
    made = drafted(
        write_columns(
            tmp_path / "a.csv",
            {f"How is {each}?": answers(["Thriving", "Coping", "Struggling"], 60, each) for each in range(3)},
        )
    )
    before = made.path.read_bytes()
    with pytest.raises(CodebookError, match="items"):  # there would be no item left
        decide(made.path, {"order-3-order": "0"})
    for wrong in ("1", "1 1 2", "4 1", "best first", "1 2 / 2"):
        with pytest.raises(ParameterError, match="That is no order"):
            decide(made.path, {"order-3-order": wrong})
    with pytest.raises(ParameterError, match="no such open question"):
        decide(made.path, {"nobody": "1"})
    assert made.path.read_bytes() == before


def test_labels_behind_the_stroke_are_no_points():
    question = Question(id="q", question="?", order={"scale": "s", "labels": ["Low", "Other", "High"]})
    assert [edit.to for edit in question.edits("3 1 / 2")][1] == [{"reason": "no_answer", "answers": ["Other"]}]
    assert question.edits("3 1 / 2") == question.edits("3, 1")

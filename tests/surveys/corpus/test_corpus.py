"""Of what drafts take as certain, how much is right; of what is wrong or open, how much is asked; how many questions that makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import pytest

from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.deciding.editing import decide
from pipeline.surveys.staff.codebook import StaffSurvey, read_staff_survey
from pipeline.surveys.staff.responses import answer_codes
from pipeline.workflow.survey_adding import new_survey
from tests.surveys.corpus.exports import EXPORTS, NONE, Made
from tests.surveys.projects import make_project, write_columns

MOST_QUESTIONS = 5  # of the export in the middle


@dataclass
class Found:
    """What came of one export: facts taken as certain and how many of them are right, the others and whether they are asked."""

    name: str
    certain: int
    right: int
    other: int
    asked: int
    questions: int
    wrong_at_last: list[str]


def facts(survey: StaffSurvey, made: Made) -> dict[tuple[str, str], str]:
    """What a codebook says of each column's use, and of what each of its answers counts as."""
    items = {item.column: item for item in survey.items}
    uses = (
        dict.fromkeys(made.columns, "left out")
        | dict.fromkeys(items, "item")
        | {group.column: "group" for group in survey.groups}
    )
    uses |= {column: use for use in ("cluster", "weight", "respondent") if (column := getattr(survey, use))}
    found = {(column, "use"): use for column, use in uses.items()}
    for column, item in items.items():
        scale, codes = survey.scale(item.id), answer_codes(survey.scale(item.id), survey)
        for text in set(made.columns[column]):
            code = codes.get(label_key(text))
            if code is not None and code >= 0 and item.turned and code < scale.points:
                code = scale.points - 1 - code
            found[column, text] = (
                NONE if code is not None and code < 0 else scale.categories[code].role if code is not None else "?"
            )
        found[column, "reversed"] = str(item.reversed)
    return found


def right_facts(made: Made) -> dict[tuple[str, str], str]:
    found = {}
    for column, truth in made.right.items():
        found[column, "use"] = "item" if isinstance(truth, Mapping) else truth
        if isinstance(truth, Mapping):
            found |= {(column, text): truth[text] for text in set(made.columns[column])}
            found[column, "reversed"] = str(column in made.reversed)
    return found


def asked_columns(survey: StaffSurvey) -> dict[str, set[str]]:
    """The columns that a question is about: all of their answers, or their direction only."""
    about: dict[str, set[str]] = {}
    for question in survey.decide:
        edits = [edit for answer in question.answers for edit in answer.edits]
        scales = {edit.at[1] for edit in edits if edit.at[0] == "scales"} | (
            {question.order.scale} if question.order else set()
        )
        slugs = {edit.at[1] for edit in edits if edit.at[0] == "items"}
        named = {edit.at[1] for edit in edits if edit.at[0] == "left_out" and len(edit.at) > 1}
        for item in survey.items:
            if item.scale in scales or item.id in slugs:
                about.setdefault(item.column, set()).add(question.id)
        for column in named:
            about.setdefault(column, set()).add(question.id)
    return about


def answer_of(question, made: Made) -> str:
    wanted = made.answers.get(question.id, question.likely)
    if question.order and isinstance(wanted, Mapping):
        return " ".join(str(question.order.labels.index(label) + 1) for label in wanted)
    return wanted


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    results = []
    root = make_project(tmp_path_factory.mktemp("corpus") / "project")
    for number, made in enumerate(EXPORTS):
        new_survey(
            root, f"s{number}", write_columns(tmp_path_factory.mktemp("file") / "export.csv", dict(made.columns))
        )
        path = root / f"data/raw/surveys/s{number}/survey.yaml"
        survey, right = read_staff_survey(path), right_facts(made)
        drafted, about = facts(survey, made), asked_columns(survey)
        certain = [fact for fact in right if fact[0] not in about]
        good = [fact for fact in certain if drafted.get(fact) == right[fact]]
        other = [fact for fact in right if fact[0] in about or drafted.get(fact) != right[fact]]
        decide(path, {question.id: answer_of(question, made) for question in survey.decide})
        last = facts(read_staff_survey(path), made)
        wrong = [
            f"{column}, {text!r}: {last.get((column, text))} and not {truth}"
            for (column, text), truth in right.items()
            if last.get((column, text)) != truth
        ]
        results.append(
            Found(
                made.name,
                len(certain),
                len(good),
                len(other),
                sum(fact[0] in about for fact in other),
                len(survey.decide),
                wrong,
            )
        )
    return results


def test_there_are_many_exports(found):
    assert len(found) == len({each.name for each in found}) >= 60


def test_what_is_certain_is_right_and_what_is_not_is_asked(found, capsys):
    with capsys.disabled():
        print(f"\n{'export':<30}{'certain':>9}{'right':>7}{'open or wrong':>15}{'asked':>7}{'questions':>11}")
        for each in found:
            print(f"{each.name:<30}{each.certain:>9}{each.right:>7}{each.other:>15}{each.asked:>7}{each.questions:>11}")
        certain, right, other, asked = (
            sum(getattr(each, part) for each in found) for part in ("certain", "right", "other", "asked")
        )
        print(
            f"{len(found)} exports: of {certain:,} facts drafted as certain {right:,} are right; of {other:,} that are open or wrong "
            f"{asked:,} are asked; questions: {median(each.questions for each in found):g} in the middle, "
            f"{max(each.questions for each in found)} at most"
        )
    assert [each.name for each in found if each.certain > each.right] == []
    assert [each.name for each in found if each.other > each.asked] == []


def test_few_questions_are_asked(found):
    assert median(each.questions for each in found) <= MOST_QUESTIONS


def test_the_answers_of_somebody_who_knows_give_the_right_codebook(found):
    assert {each.name: each.wrong_at_last for each in found if each.wrong_at_last} == {}

"""A draft as a user gets it: from files of each platform to a codebook that passes its check."""

import csv

import pandas as pd
import pytest
import yaml

from pipeline.errors import CodebookError, DataError, ParameterError
from pipeline.surveys.drafting.known_scales import read_labels, smallest_scale
from pipeline.surveys.drafting.number_scales import read_numbers
from pipeline.surveys.staff.checking import check_survey
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.surveys.staff.ready_tables import read_ready_table
from pipeline.surveys.staff.responses import read_responses
from pipeline.surveys.staff.simulation import simulate_survey
from pipeline.surveys.staff.tabulation import tabulate, tabulate_ready
from pipeline.workflow.survey_adding import new_survey
from pipeline.workflow.survey_list import with_survey
from tests.surveys.projects import (
    AGREEMENT,
    REAL,
    SECRETS,
    answers,
    make_project,
    qualtrics,
    surveymonkey,
    write_columns,
    write_rows,
)

SEVEN = [
    "Strongly agree",
    "Agree",
    "Somewhat agree",
    "Neither agree nor disagree",
    "Somewhat disagree",
    "Disagree",
    "Strongly disagree",
]


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


@pytest.fixture
def drafted(project):
    """Draft a file and give the codebook read back, the use of each column and the reasons; it must pass its check."""

    def draft(path, name="made-up", checked=True):
        made = new_survey(project, name, path)
        folder = project / "data/raw/surveys" / name
        if checked:
            check_survey(folder)
        return (
            read_staff_survey(folder / "survey.yaml"),
            {guess.column: guess.use for guess in made.guesses},
            {guess.column: guess for guess in made.guesses},
        )

    return draft


def test_a_qualtrics_export(tmp_path, drafted):
    survey, uses, guesses = drafted(qualtrics(tmp_path / "export.csv"))
    assert uses == {
        "StartDate": "date",
        "Status": "not_counted",
        "IPAddress": "contact",
        "Progress": "progress",
        "Finished": "progress",
        "ResponseId": "respondent",
        "RecipientLastName": "contact",
        "RecipientEmail": "contact",
        "LocationLatitude": "contact",
        "Q1_1": "item",
        "Q1_2": "item",
        "Q1_3": "item",
        "Q2": "item",
        "Q3": "free_text",
        "Q4": "group",
        "Q5": "cluster",
        "Q6": "contact",
        "Weight": "weight",
    }
    assert [(item.id, item.wording, item.may_match) for item in survey.items] == [
        ("q1-1", "My line manager helps me to manage my workload", "manager-helps-manage-workload"),
        ("q1-2", "Senior leaders are visible and approachable", "senior-managers-visible"),
        ("q1-3", "The canteen is good", None),
        ("q2", "Overall, how satisfied are you?", None),
    ]
    assert survey.scale("q1-1") == survey.scale("q1-3")  # nobody disagreed: the grid's scale all the same
    assert survey.scale("q1-1").ordered == ("strongly_agree", "agree", "neither", "disagree", "strongly_disagree")
    assert survey.scale("q1-1").categories[-1].label == "Don’t know" and survey.scale("q2").points == 4
    assert [(each.reason, each.answers) for each in survey.missing] == [("not_applicable", ("N/A",))]
    assert (survey.respondent, survey.cluster, survey.weight) == ("ResponseId", "Q5", "Weight")
    assert survey.benchmark.survey == "ofsted-2011"
    assert not any(item.matches for item in survey.items)  # near is not the same: a person confirms it
    assert guesses["Q1_2"].confidence == guesses["Q1_3"].confidence == "low"
    assert '"Senior managers can be seen and reached"' in guesses["Q1_2"].reason


def test_a_surveymonkey_export(tmp_path, drafted):
    survey, uses, _ = drafted(surveymonkey(tmp_path / "export.csv"))
    tick, often = "Which of these help you? Tick all that apply. - ", "How often is this so? - "
    assert uses == {
        "Respondent ID": "respondent",
        "Collector ID": "progress",
        "Date Created": "date",
        "IP Address": "contact",
        "Email Address": "contact",
        "First Name": "contact",
        "Custom Data 1": "identifier",
        f"{tick}Training": "multi_select",
        f"{tick}Supervision": "multi_select",
        f"{tick}Other (please specify)": "multi_select",
        f"{often}My supervision is cancelled": "item",
        f"{often}My team colleagues support each other": "item",
        f"{often}I am praised for good work": "item",
        "Gender": "group",
    }
    assert {item.scale for item in survey.items} == {"frequency_5"}
    assert [category.role for category in survey.scales[0].categories] == [
        "agree",
        "agree",
        "neutral",
        "disagree",
        "disagree",
    ]


def test_the_draft_holds_nobodys_data_and_says_why(tmp_path, project):
    for name, make in (("one", qualtrics), ("two", surveymonkey)):
        path = make(tmp_path / f"{name}.csv")
        new_survey(project, name, path)
        folder = project / "data/raw/surveys" / name
        text = (folder / "survey.yaml").read_text(encoding="utf-8")
        assert not any(secret in text for secret in (*SECRETS, "R_0001", "10000001", "ref3", "Team A", "Student"))
        assert (folder / path.name).read_bytes() == path.read_bytes()
        assert sorted(each.name for each in folder.iterdir()) == sorted([path.name, "survey.yaml"])
        lines = text.split("\n")
        entries = [number for number, line in enumerate(lines) if line.startswith(("  - id: q", "  - {column:"))]
        assert entries and all(lines[number - 1].startswith("  # ") for number in entries)
        assert "  # please check: " in text


def test_the_same_file_gives_the_same_text(tmp_path):
    texts = set()
    for number in range(2):
        project = make_project(tmp_path / str(number))
        new_survey(project, "made-up", qualtrics(tmp_path / "export.csv"))
        texts.add((project / "data/raw/surveys/made-up/survey.yaml").read_bytes())
    assert len(texts) == 1


@pytest.mark.parametrize(
    "labels",
    [
        AGREEMENT,
        SEVEN,
        [each for each in SEVEN if "Neither" not in each],
        ["Strongly agree", "Agree", "Disagree", "Strongly disagree"],
        ["Strongly agree", "Tend to agree", "Neither", "Tend to disagree", "Strongly disagree"],
        ["Very satisfied", "Satisfied", "Neither satisfied nor dissatisfied", "Dissatisfied", "Very dissatisfied"],
        ["Always", "Very often", "Often", "Sometimes", "Never"],
        ["Always", "Usually", "Sometimes", "Rarely", "Never"],
        ["Excellent", "Good", "Fair", "Poor"],
        ["Very good", "Good", "Fair", "Poor", "Very poor"],
        ["To a very great extent", "To a great extent", "To some extent", "To a small extent", "Not at all"],
        ["Very likely", "Likely", "Neither likely nor unlikely", "Unlikely", "Very unlikely"],
        ["Very confident", "Fairly confident", "Not very confident", "Not at all confident"],
        ["Extremely helpful", "Very helpful", "Moderately helpful", "Slightly helpful", "Not at all helpful"],
        ["Yes, definitely", "Yes, to some extent", "No"],
        ["Outstanding", "Good", "Requires improvement", "Inadequate"],
        ["5 - Strongly agree", "4 - Agree", "3 - Neither", "2 - Disagree", "1 - Strongly disagree"],
    ],
)
def test_known_scales_are_put_in_order_whatever_the_order_in_the_file(tmp_path, drafted, labels):
    survey, _, _ = drafted(
        write_columns(
            tmp_path / "a.csv", {f"Statement {k} of mine": answers(labels[k:] + labels[:k], 40, k) for k in range(3)}
        )
    )
    (scale,) = survey.scales
    assert len(survey.items) == 3 and scale.points == len(labels)
    responses = read_responses(tmp_path / "project/data/raw/surveys/made-up", survey)
    with (tmp_path / "a.csv").open(encoding="utf-8") as file:
        cells = [row["Statement 1 of mine"] for row in csv.DictReader(file)]
    assert responses.codes[:, 1].tolist() == [labels.index(cell) for cell in cells]


def test_spellings_go_to_answers_and_slips_are_marked(tmp_path, drafted):
    column = answers(AGREEMENT, 60)
    column[:4] = ["STRONGLY AGREE", "strongly  agree ", "Neither", "Strongley agree"]
    survey, _, guesses = drafted(write_columns(tmp_path / "a.csv", {"Q1": column, "Q2": answers(AGREEMENT, 60, 3)}))
    strongly, _, neither, *_ = survey.scale("q1").categories
    assert "Strongley agree" in strongly.answers and neither.answers == ("Neither",)
    assert guesses["Q1"].confidence == "low" and "misspelt" in guesses["Q1"].reason


def test_several_scales_in_one_file(tmp_path, drafted):
    four = ["Strongly agree", "Agree", "Disagree", "Strongly disagree"]
    survey, _, _ = drafted(
        write_columns(
            tmp_path / "a.csv",
            {
                "A": answers(AGREEMENT, 60, 1),
                "B": answers(four, 60, 2),
                "C": answers(four, 60, 3),
                "D": answers(["Always", "Often", "Sometimes", "Rarely", "Never"], 60, 4),
                "E": answers(AGREEMENT[:2], 60, 5),
            },
        )
    )
    assert [item.scale for item in survey.items] == [
        "agreement_5",
        "agreement_4",
        "agreement_4",
        "frequency_5",
        "agreement_4",
    ]


def test_two_number_scales_name_their_points_apart(tmp_path, drafted):
    """Each point has a name of its own, and each share is that of pandas."""
    columns = {
        "I feel supported (1-5)": answers(["1", "2", "3", "4", "5"], 200),
        "My manager listens (1-5)": answers(["5", "4", "4", "3", "1"], 200),
        "How satisfied are you with your team (0-10)": answers([str(each) for each in range(11)], 200),
    }
    codebook, uses, _ = drafted(write_columns(tmp_path / "two.csv", columns))
    assert list(uses.values()) == ["item"] * 3
    names = [category.id for scale in codebook.scales for category in scale.categories]
    assert len(codebook.scales) == 2 and len(set(names)) == len(names) == 16
    folder = tmp_path / "project/data/raw/surveys/made-up"
    shares = tabulate(read_responses(folder, codebook)).shares.set_index(["item", "grouping"])
    for item, cells in zip(codebook.items, columns.values(), strict=True):
        middle = 3 if "1-5" in item.column else 5
        numbers = pd.Series(cells).astype(int)
        right = [100 * (numbers > middle).mean(), 100 * (numbers == middle).mean(), 100 * (numbers < middle).mean()]
        assert shares.loc[(item.id, "all"), ["agree", "neutral", "disagree"]].tolist() == pytest.approx(right)


def test_unknown_labels_are_not_put_in_order_but_asked_for(tmp_path, drafted):
    colours = ["Red", "Amber", "Green"]
    survey, uses, guesses = drafted(
        write_columns(
            tmp_path / "a.csv",
            {
                "Supervision": answers(colours, 60, 1),
                "Workload": answers(colours, 60, 2),
                "Training": answers(colours, 60, 3),
                "I am well supported": answers(AGREEMENT, 60, 4),
            },
        )
    )
    assert [uses[each] for each in ("Supervision", "Workload", "Training")] == ["item"] * 3
    assert "order is not known" in guesses["Workload"].reason and guesses["Workload"].confidence == "low"
    (question,) = survey.decide
    assert sorted(question.order.labels) == sorted(colours) and question.order.scale == survey.item("workload").scale


@pytest.mark.parametrize(
    ("heading", "high", "confidence"),
    [
        ("My manager listens to me", True, "low"),
        ("My manager listens to me (1 = strongly agree, 5 = strongly disagree)", False, "medium"),
        ("My manager listens to me (1 = strongly disagree, 5 = strongly agree)", True, "medium"),
    ],
)
def test_numbers_say_which_end_is_agreement_or_it_is_assumed(tmp_path, drafted, project, heading, high, confidence):
    survey, _, guesses = drafted(
        write_columns(
            tmp_path / "a.csv",
            {heading: answers(["1", "2", "3.0", "4", "5", "99"], 60), "Gender": answers(["Female", "Male"], 60)},
        )
    )
    order = [category.id for category in survey.scales[0].categories]
    assert order == [f"point_{number}" for number in (range(5, 0, -1) if high else range(1, 6))]
    assert [category.role for category in survey.scales[0].categories] == [
        "agree",
        "agree",
        "neutral",
        "disagree",
        "disagree",
    ]
    asked = [
        question.id for question in survey.decide
    ]  # what 99 means; and which end is the best, where nothing says it
    assert asked == ["numbers-5-points"] * (confidence == "low") + [f"{survey.scales[0].id.replace('_', '-')}-code-99"]
    assert not survey.missing and not survey.scales[0].missing
    reason = guesses[heading].reason
    assert ("is assumed" in reason) == (confidence == "low") and "from 1 to 5" in reason


def test_scales_of_which_only_the_ends_have_labels(tmp_path, drafted):
    labels = ["0 - Not at all satisfied", *map(str, range(1, 10)), "10 - Completely satisfied"]
    survey, _, _ = drafted(write_columns(tmp_path / "a.csv", {f"Q{k}": answers(labels, 60, k) for k in range(3)}))
    (scale,) = survey.scales
    assert scale.points == 11 and scale.categories[0].label == "10 - Completely satisfied"
    assert [category.role for category in scale.categories].count("neutral") == 1


def test_numbers_that_are_no_scale_are_left_out(tmp_path, drafted):
    orders = answers(["123", "132", "213", "231", "312", "321"], 60)
    columns = {
        f"Rank these - {name}": [order[k] for order in orders] for k, name in enumerate(("Pay", "Hours", "Team"))
    }
    columns |= {
        "How many children do you work with?": answers(list(map(str, range(1, 6))), 60),
        "Age": answers(list(map(str, range(25, 60))), 60),
        "Mean score": answers(["3.25", "4.5", "2.75"], 60),
        "I am well supported": answers(AGREEMENT, 60),
    }
    survey, uses, _ = drafted(write_columns(tmp_path / "a.csv", columns))
    assert {use for column, use in uses.items() if column != "I am well supported"} == {"other"}
    assert len(survey.items) == 1


def test_yes_and_no_is_no_scale_and_a_group_only_for_a_trait_that_is_asked_so(tmp_path, drafted):
    survey, uses, guesses = drafted(
        write_columns(
            tmp_path / "a.csv",
            {
                "I am well supported": answers(AGREEMENT, 60),
                "Do you hold cases?": answers(["Yes", "No"], 60),
                "Is this your first job?": answers(["Yes", "No", "Not sure"], 60),
                "Do you have a disability?": answers(["Yes", "No"], 60),
            },
        )
    )
    assert [group.column for group in survey.groups] == ["Do you have a disability?"]
    for column in ("Do you hold cases?", "Is this your first job?"):
        assert uses[column] == "other" and "could be a group" in guesses[column].reason


def test_only_the_five_most_useful_traits_become_groups(tmp_path, drafted):
    headings = [
        "Disability",
        "Age band",
        "Second job",
        "Gender",
        "Length of service",
        "Are you full-time or part-time?",
        "Pay grade",
        "Which role best describes you?",
    ]
    columns = {text: answers([f"A {k}", f"B {k}", f"C {k}"], 60, k) for k, text in enumerate(headings)}
    survey, uses, guesses = drafted(
        write_columns(tmp_path / "a.csv", {"I am well supported": answers(AGREEMENT, 60)} | columns)
    )
    # the role that stands first in the file comes first; a second column of a trait stands behind the first of others
    assert [group.column for group in survey.groups] == [
        "Second job",
        "Pay grade",
        "Length of service",
        "Are you full-time or part-time?",
        "Gender",
    ]
    assert {guesses[group.column].confidence for group in survey.groups} <= {"high", "medium"}
    left = [text for text in headings if uses[text] == "other"]
    assert left == ["Disability", "Age band", "Which role best describes you?"]
    assert all(
        guesses[text].reason == "could be a group; move it to groups to report by it (each further group hides "
        "more small counts)"
        for text in left
    )


@pytest.mark.parametrize(
    "heading",
    [
        "Favourite colour",
        "What was your previous role?",
        "Who helps you in your role?",
        "Salary",
        "Which area of work should we improve?",
    ],
)
def test_what_names_no_trait_that_is_reported_by_is_left_out(tmp_path, drafted, heading):
    survey, uses, guesses = drafted(
        write_columns(
            tmp_path / "a.csv", {"I am well supported": answers(AGREEMENT, 60), heading: answers(["A one", "B"], 60)}
        )
    )
    assert uses[heading] == "other" and "could be a group" in guesses[heading].reason and not survey.groups


def test_a_second_unit_of_work_is_a_group_if_it_is_coarse(tmp_path, drafted):
    survey, _, _ = drafted(
        write_columns(
            tmp_path / "a.csv",
            {
                "I am well supported": answers(AGREEMENT, 60),
                "Which area is it?": answers(["North", "South", "West"], 60),
                "Team": answers([f"T{k}" for k in range(9)], 60),
                "Role": answers(["Worker", "Lead"], 60),
            },
        )
    )
    assert survey.cluster == "Team" and [group.column for group in survey.groups] == ["Role", "Which area is it?"]


FREQUENCY = ["Always", "Often", "Sometimes", "Rarely", "Never"]
EASE = ["Very easy", "Easy", "Neither easy nor difficult", "Difficult", "Very difficult"]


def test_only_agreement_to_the_same_words_is_compared_with_2011(tmp_path, drafted):
    """The same words asked for a frequency, or other words about the same thing, are another question."""
    wordings = {
        "My line manager notices and praises good work.": AGREEMENT,
        "My team colleagues support one another well": FREQUENCY,
        "How difficult is it to get a decision?": EASE,
        "My workload is manageable": AGREEMENT,
        "I can take up training when it is offered": ["5", "4", "3", "2", "1"],
        "My caseload was manageable when I was newly qualified": AGREEMENT,
    }
    survey, _, _ = drafted(
        write_columns(
            tmp_path / "a.csv",
            {wording: answers(labels, 60, k) for k, (wording, labels) in enumerate(wordings.items())},
        )
    )
    assert [(item.matches, item.may_match) for item in survey.items] == [
        ("manager-praises-performance", None),
        (None, None),
        (None, None),
        (None, None),
        ("able-to-take-up-training", None),
        (None, "caseload-managed-when-new"),
    ]
    report = check_survey(tmp_path / "project/data/raw/surveys/made-up")
    unconfirmed, numbers = report.warnings
    assert "1 statements may ask what ofsted-2011 asked, and are not compared with it" in unconfirmed
    assert "(5, 4, 3, 2, 1) are on another kind of scale" in numbers and "kind: agreement" in numbers


def test_numbers_whose_question_asks_for_agreement_are_agreement(tmp_path, drafted):
    stem = "How far do you agree? (1 = strongly disagree, 5 = strongly agree) - "
    survey, _, _ = drafted(
        write_columns(
            tmp_path / "a.csv",
            {
                stem + wording: answers([1, 2, 3, 4, 5], 60, k)
                for k, wording in enumerate(["I can take up training when it is offered", "The canteen is good"])
            },
        )
    )
    assert survey.scales[0].kind == "agreement" and survey.items[0].matches == "able-to-take-up-training"
    assert check_survey(tmp_path / "project/data/raw/surveys/made-up").warnings == ()


@pytest.mark.slow
def test_a_simulated_export_matches_every_statement_of_2011(project, drafted, codebook):
    folder = simulate_survey(project, "practice", 400, correlation=0.4, clusters=40, seed=1)
    survey, uses, guesses = drafted(folder / "export.csv")
    assert [(item.matches, item.wording, item.domain, item.measures) for item in survey.items] == [
        (item.id, item.wording, item.domain, item.measures) for item in codebook.items
    ]
    assert len(survey.items) == 38 and not any(item.reversed for item in survey.items)
    assert {guesses[item.column].confidence for item in survey.items} == {"high"}
    assert (uses["Role"], survey.cluster, survey.respondent) == ("group", "Team", "Respondent")
    known = read_responses(folder, read_staff_survey(folder / "survey.yaml"))
    assert (read_responses(project / "data/raw/surveys/made-up", survey).codes == known.codes).all()


@pytest.mark.parametrize(
    ("heading", "cells", "use"),
    [
        ("Staff number", [str(4000 + row) for row in range(60)], "identifier"),
        ("column", [f"AB{row:03d}" for row in range(60)], "identifier"),
        ("Line manager", answers(["Ann Other", "Bob Someone", "Cas Third"], 60), "contact"),
        ("Who helps you most?", answers(["Ann Other", "Bob Someone", "Cas Third"], 60), "contact"),
        ("How can we reach you?", ["", "ann.other@example.org", *[""] * 58], "contact"),
        ("Where?", answers(["LS1 4AP", "YO10 5DD", "B1 1BB"], 60), "contact"),
        ("Date of birth", answers(["01/02/1980", "03/04/1990"], 60), "contact"),
        ("Team name", answers([f"T{k}" for k in range(6)], 60), "cluster"),
        ("Length of service", answers(["Under 2 years", "2-5 years", "Over 5 years"], 60), "group"),
        ("Which tools? ", answers(["Laptop;Phone", "Phone", "Laptop;Car;Phone"], 60), "multi_select"),
        ("Country", ["England"] * 60, "other"),
        ("Empty", [""] * 60, "other"),
        ("Your thoughts", [f"I have thought {row} times about it" for row in range(60)], "free_text"),
    ],
)
def test_other_columns(tmp_path, drafted, heading, cells, use):
    _, uses, _ = drafted(
        write_columns(tmp_path / "a.csv", {"I am well supported": answers(AGREEMENT, 60), heading: cells})
    )
    assert uses[heading.strip()] == use


def test_an_identifier_that_stands_twice_is_kept_once_and_said(tmp_path, drafted):
    ids = [f"R{row}" for row in range(59)] + ["R0"]
    survey, _, _ = drafted(write_columns(tmp_path / "a.csv", {"ResponseId": ids, "Q1": answers(AGREEMENT, 60)}))
    assert survey.duplicates == "last"


def test_answers_off_the_scale_are_left_for_a_person(tmp_path, drafted):
    column = answers(AGREEMENT, 60)
    column[5] = "see my other answer"
    _survey, uses, guesses = drafted(
        write_columns(tmp_path / "a.csv", {"Q1": column, "Q2": answers(AGREEMENT, 60)}), checked=False
    )
    assert uses["Q1"] == "item"
    assert guesses["Q1"].confidence == "low" and "1 other answers are not" in guesses["Q1"].reason


def _table(path, rows, head=("Statement", "Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree", "n")):
    return write_columns(path, {name: [row[k] for row in rows] for k, name in enumerate(head)})


def test_a_ready_table_of_counts(tmp_path, drafted):
    survey, uses, _ = drafted(
        _table(
            tmp_path / "t.csv",
            [
                ("My induction prepared me well for my role", 10, 20, 5, 4, 1, 40),
                ("The canteen is good", 1, 2, 3, 4, 5, 15),
            ],
        )
    )
    assert survey.kind == "counts" and (survey.table.statement, survey.table.base) == ("Statement", "n")
    assert survey.items[0].may_match == "induction-prepared-for-role" and uses["Agree"] == "counts"


@pytest.mark.parametrize(
    "row",
    [
        (31, 8, 25, 29, 5),
        (0.31, 0.08, 0.25, 0.29, 0.05),
        ("31%", "8%", "25%", "29%", "5%"),
        (0.35, 0.33, 0.16, 0.13, 0.05),
        (35, 33, 16, 13, 5),
    ],
)
def test_shares_that_rounding_leaves_two_points_off_are_percentages_in_every_form(tmp_path, drafted, row):
    """In floating point 0.98 less 1 is a little more than 0.02 away."""
    survey, _, _ = drafted(
        _table(tmp_path / "t.csv", [("I am supported", *row, 200), ("I am heard", *row, 200)]), checked=False
    )
    assert survey.kind == "percentages" and survey.table.base == "n" and survey.table.decimals == 0


def test_a_ready_table_of_percentages_by_group(tmp_path, drafted):
    head = (
        "Role",
        "Statement",
        "% Strongly agree",
        "% Agree",
        "% Disagree",
        "% Strongly disagree",
        "Responses",
        "% positive",
    )
    rows = [
        (role, text, *cells)
        for role, cells in (
            ("Worker", ("25.0", "50.0", "12.5", "12.5", 40, 75)),
            ("Manager", ("50.0", "50.0", "0", "0", 20, 100)),
        )
        for text in ("My team colleagues support each other", "The canteen is good")
    ]
    survey, uses, _ = drafted(_table(tmp_path / "t.csv", rows, head), checked=False)
    assert survey.kind == "percentages" and uses["% positive"] == "other" and len(survey.items) == 2
    assert (survey.table.base, survey.table.group, survey.table.decimals) == ("Responses", "Role", 1)


def test_a_ready_table_of_shares_of_one(tmp_path, drafted):
    head = ("Statement", "Agree", "Neither", "Disagree", "Base")
    survey, _, _ = drafted(
        _table(tmp_path / "t.csv", [("One thing", 0.25, 0.625, 0.125, 40), ("Another", 0.5, 0.5, 0, 20)], head),
        checked=False,
    )
    assert (survey.kind, survey.table.base, survey.table.decimals) == ("percentages", "Base", 1)


@pytest.mark.slow
def test_a_ready_table_by_group_finds_the_rows_of_everybody(tmp_path, drafted):
    head = ("Statement", "Role", "Strongly agree", "Agree", "Disagree", "Strongly disagree", "n")
    rows = [
        (statement, role, 10, 20, 10, 10, 50)
        for statement in ("I am heard", "I am supported")
        for role in ("Social worker", "Manager", "All staff")
    ]
    survey, _, _ = drafted(_table(tmp_path / "t.csv", rows, head))
    assert (survey.table.group, survey.table.everybody) == ("Role", ("All staff",)) and survey.groupings() == {
        "group": "Role"
    }
    assert check_survey(tmp_path / "project/data/raw/surveys/made-up").warnings == ()
    survey, _, _ = drafted(_table(tmp_path / "u.csv", [row for row in rows if row[1] != "All staff"], head), "summed")
    (caution,) = check_survey(tmp_path / "project/data/raw/surveys/summed").warnings
    assert "everybody is the sum of the groups in column Role" in caution
    shares = tabulate_ready(read_ready_table(tmp_path / "project/data/raw/surveys/summed", survey), survey).shares
    assert shares.query("grouping == 'all'")[["respondents", "agree"]].to_numpy().tolist() == [[100, 60], [100, 60]]


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["<5", "*", "[c]", "≤ 10", "supp", ".."])
def test_marks_in_a_ready_table_are_named_by_row_and_column(tmp_path, project, mark):
    path = _table(
        tmp_path / "t.csv", [("I am heard", 20, 30, 10, 8, mark, 71), ("I am supported", 22, mark, 12, 4, 3, 69)]
    )
    with pytest.raises(DataError, match="Some numbers of the table are not shown") as error:
        new_survey(project, "made-up", path)
    assert f"line 2, column 6 (Strongly disagree): {mark}; line 3, column 3 (Agree): {mark}" in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((25.5, 50, 12.5, 12, 0, ""), "without the number of people"),
        ((25, 30, 5, 5, 5, 90), "add up neither to their base nor to 100"),
    ],
)
def test_a_ready_table_that_cannot_be_used_is_refused(tmp_path, project, cells, said):
    head = (
        "Statement",
        "Strongly agree",
        "Agree",
        "Neither",
        "Disagree",
        "Strongly disagree",
        "n" if cells[-1] else "remark",
    )
    with pytest.raises(DataError, match=said):
        new_survey(project, "made-up", _table(tmp_path / "t.csv", [("One thing", *cells), ("Another", *cells)], head))


@pytest.mark.slow
def test_a_file_without_any_scale_is_refused_and_nothing_is_left(tmp_path, project):
    before = sorted(project.rglob("*"))
    params = (project / "params.yaml").read_bytes()
    path = write_columns(tmp_path / "a.csv", {"Email": [SECRETS[0]] * 20, "Role": answers(["Worker", "Manager"], 20)})
    with pytest.raises(DataError, match="No column of the file holds answers on a scale") as error:
        new_survey(project, "made-up", path)
    assert SECRETS[0] not in str(error.value)
    assert sorted(project.rglob("*")) == before and (project / "params.yaml").read_bytes() == params


@pytest.mark.slow
@pytest.mark.parametrize(
    "failing",
    [
        "pipeline.workflow.survey_adding.shutil.copyfile",
        "pipeline.workflow.survey_adding.read_staff_survey",
        "pipeline.workflow.survey_adding.write_list",
    ],
)
def test_a_failure_half_way_leaves_nothing(tmp_path, project, monkeypatch, failing):
    before, params = sorted(project.rglob("*")), (project / "params.yaml").read_bytes()

    def fail(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(failing, fail)
    with pytest.raises(OSError, match="disk"):
        new_survey(project, "made-up", qualtrics(tmp_path / "a.csv"))
    assert sorted(project.rglob("*")) == before and (project / "params.yaml").read_bytes() == params


@pytest.mark.parametrize("name", ["Leeds", "leeds 2026", "../leeds", "2026", "", "leeds_2026", "ofsted-2011"])
def test_a_name_that_cannot_be_used_is_refused(tmp_path, project, name):
    with pytest.raises((ParameterError, DataError), match="fix: +(Take another name)"):
        new_survey(project, name, qualtrics(tmp_path / "a.csv"))


def test_without_the_survey_of_2011_nothing_is_drafted(tmp_path, project):
    (project / "data/raw/surveys/ofsted-2011/survey.yaml").unlink()
    with pytest.raises(CodebookError, match="ofsted-2011"):
        new_survey(project, "made-up", qualtrics(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\nsurveys: []   # ours\nb: [1,   2]\n", "a: 1\nsurveys: [new-one]   # ours\nb: [1,   2]\n"),
        ("surveys: [one]  # ours\n", "surveys: [one, new-one]  # ours\n"),
        ("surveys: [ one,\n  two ]\nb: 'x'\n", "surveys: [ one,\n  two, new-one ]\nb: 'x'\n"),
        (
            "surveys:   # ours\n  - one  # first\n  - two\n\n# next\nb: 1\n",
            "surveys:   # ours\n  - one  # first\n  - two\n  - new-one\n\n# next\nb: 1\n",
        ),
        ("surveys:\n- one", "surveys:\n- one\n- new-one\n"),
        ("surveys:\nb: 1\n", "surveys: [new-one]\nb: 1\n"),
        ("surveys: ~  # none\nb: 1\n", "surveys: [new-one]  # none\nb: 1\n"),
        ("surveys:  # none\n", "surveys: [new-one]  # none\n"),
        ("a: 1\r\nsurveys:\r\n  - one\r\nb: 2\r\n", "a: 1\r\nsurveys:\r\n  - one\r\n  - new-one\r\nb: 2\r\n"),
        ("surveys: [new-one]\n", "surveys: [new-one]\n"),
        ("a: 1\n", "a: 1\nsurveys: [new-one]\n"),
        ("a: 1", "a: 1\nsurveys: [new-one]\n"),
        ("", "surveys: [new-one]\n"),
        ("# mine\n", "# mine\nsurveys: [new-one]\n"),
    ],
)
def test_params_keep_every_other_byte(tmp_path, before, after):
    path = tmp_path / "params.yaml"
    path.write_bytes(before.encode())
    assert with_survey(path, "new-one").decode() == after
    assert "new-one" in yaml.safe_load(after)["surveys"]


@pytest.mark.parametrize("text", ["surveys: 3\n", "surveys: leeds\n", "a: [\n", "surveys: {a: 1}\n"])
def test_params_whose_surveys_are_no_list_are_refused(tmp_path, text):
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError):
        with_survey(tmp_path / "params.yaml", "new-one")


def test_two_labels_of_one_level_are_no_known_scale_and_their_order_is_asked(tmp_path, drafted):
    labels = ["Always", "All of the time", "Often", "Never"]
    survey, uses, _ = drafted(
        write_columns(tmp_path / "a.csv", {"Q1": answers(labels, 60), "Q2": answers(AGREEMENT, 60)})
    )
    (question,) = survey.decide
    assert (
        uses["Q1"] == "item"
        and sorted(question.order.labels) == sorted(labels)
        and question.order.labels[-1] == "Never"
    )


def test_labels_and_numbers_that_are_none():
    assert read_labels(["Yes", "No"]) is None and read_labels([]) is None and read_labels(["Red", "Amber"]) is None
    assert read_numbers(["1", "one"]) is None and read_numbers(["3"]) is None and read_numbers(["1", "250"]) is None
    assert smallest_scale("frequency", {"always", "unheard"}) is None


@pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not at hand")
def test_a_real_limesurvey_export(drafted, project):
    survey, uses, _ = drafted(REAL / "rse-2016-uk" / "rse_2016_uk_public_data.csv")
    items = {item.id: item for item in survey.items}
    agreement = [f"affrec{k}" for k in range(1, 6)] + [f"affsat{k}" for k in range(1, 5)]
    assert {items[each].scale for each in agreement} == {"agreement_5"}
    assert survey.scale("affrec1").ordered == ("strongly_agree", "agree", "neither", "disagree", "strongly_disagree")
    assert {survey.scale(f"perfcheck{k}").ordered for k in (1, 2, 4, 5, 6, 7)} == {
        ("always", "very_often", "often", "sometimes", "never")
    }
    assert (
        items["turnover3"].reversed
        and not items["turnover2"].reversed
        and not any(items[each].reversed for each in agreement)
    )
    assert uses["column 1"] == "identifier" and survey.respondent is None
    assert [group.id for group in survey.groups] == ["currentemp10", "socio2", "socio3", "currentemp12"]
    codes = read_responses(project / "data/raw/surveys/made-up", survey).codes
    of = [[item.id for item in survey.items].index(each) for each in agreement]
    scores = 5 - codes[(codes[:, of] >= 0).all(axis=1)][:, of]
    assert len(scores) == 270 and scores[:, :5].mean() == pytest.approx(3.536, abs=0.0006)
    assert scores[:, 5:].mean() == pytest.approx(3.644, abs=0.0006)  # means that are known of this file


@pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not at hand")
def test_a_real_surveymonkey_export(drafted):
    survey, uses, guesses = drafted(REAL / "star-wars" / "StarWars.csv")
    by_use = {use: [column for column in uses if uses[column] == use] for use in set(uses.values())}
    assert len(by_use["multi_select"]) == 6 and len(by_use["item"]) == 14 and by_use["respondent"] == ["RespondentID"]
    assert {scale.points for scale in survey.scales} == {5} and len(by_use["group"]) == 3
    assert sum("a place in a ranking" in guesses[column].reason for column in by_use["other"]) == 6
    assert survey.missing[0].answers == ("Unfamiliar (N/A)",)


def test_previews_and_tests_are_no_answers_but_show_what_was_on_offer(tmp_path, drafted):
    imports = [f'{{"ImportId":"{name}"}}' for name in ("Status", "Q1", "Q2")]
    real = [["0", label, "Social worker"] for label in ["Agree"] * 30 + ["Disagree"] * 40]
    nobody = [[status, "Strongly disagree", "Somebody trying it"] for status in ("1", "2", "17") for _ in range(4)]
    path = write_rows(
        tmp_path / "a.csv",
        [["Status", "Q1", "Q2"], ["Response Type", "I am supported", "Role"], imports, *nobody[:6], *real, *nobody[6:]],
    )
    survey, uses, _ = drafted(path)
    assert uses["Status"] == "not_counted" and survey.not_counted[0].answers == ("1", "17", "2")
    folder = tmp_path / "project/data/raw/surveys/made-up"
    responses = read_responses(folder, survey)
    assert (len(responses), responses.in_file, responses.set_aside) == (70, 82, 12)
    shares = tabulate(responses).shares
    assert shares["agree"].iloc[0] == pytest.approx(100 * 30 / 70) and survey.scale("q1").points == 4
    said = [row for part in check_survey(folder).parts for row in part.rows]
    assert ("no answers, by column Status", "12") in said and ("in the file", "82 rows") in said


def test_rows_that_only_say_test_are_shown_to_a_person(tmp_path, drafted):
    names = [f"N {row}" for row in range(58)] + ["TEST", "test"]
    drafted(write_columns(tmp_path / "a.csv", {"Name": names, "Q1": answers(AGREEMENT, 60)}))
    (caution,) = check_survey(tmp_path / "project/data/raw/surveys/made-up").warnings
    assert "column 1 (Name): 2 rows have nothing but 'TEST', 'test' there" in caution and "not_counted" in caution


@pytest.mark.parametrize(
    "header",
    [
        ["Respondent", "Role", "Question", "Answer"],
        ["Person", "Role", "Asked", "Said"],
        ["Where", "Role", "Statement", "Response"],
    ],
)
def test_a_file_with_one_row_an_answer_is_told_so(tmp_path, project, header):
    statements = ["I am well supported", "My manager listens to me", "The office is a good place"]
    people = [f"P{row}" for row in range(20)] if header[0] != "Where" else ["Here"] * 20
    rows = [
        [person, "Worker", statement, AGREEMENT[(k + len(person)) % 5]]
        for k, person in enumerate(people)
        for statement in statements
    ]
    with pytest.raises(DataError, match="one row an answer, not one row a person") as error:
        new_survey(project, "made-up", write_rows(tmp_path / "a.csv", [header, *rows]))
    assert "3 questions below each other in 60 rows" in str(error.value)
    assert not (project / "data/raw/surveys/made-up").exists()


def test_a_third_of_all_rows_sent_again_is_no_such_thing(tmp_path, drafted):
    ids = [f"R{row % 40}" for row in range(60)]
    drafted(write_columns(tmp_path / "a.csv", {"ResponseId": ids, "Q1": answers(AGREEMENT, 60)}), checked=False)
    with pytest.raises(DataError, match="20 of 60 rows of respondents who have one already"):
        check_survey(tmp_path / "project/data/raw/surveys/made-up")


@pytest.mark.parametrize(
    "head",
    [
        [
            ["Respondent ID", "How well are you supported?", "", "Team?"],
            ["Respondent ID", "By my manager", "By colleagues", "Team?"],
        ],
        [
            ["Respondent ID", "How well are you supported?", "", "Team?"],
            ["", "By my manager", "By colleagues", "Team?"],
        ],
        [
            ["Respondent ID", "I am supported", "I am heard", "Team?"],
            ["Respondent ID", "I am supported", "I am heard", "Team?"],
        ],
    ],
)
def test_a_question_may_stand_in_both_header_rows(tmp_path, drafted, head):
    rows = [[str(row), AGREEMENT[row % 5], AGREEMENT[row % 4], ("North", "South")[row % 2]] for row in range(60)]
    survey, _, _ = drafted(write_rows(tmp_path / "a.csv", [*head, *rows]))
    wordings = [item.wording for item in survey.items]
    assert wordings in (["By my manager", "By colleagues"], ["I am supported", "I am heard"])
    responses = read_responses(tmp_path / "project/data/raw/surveys/made-up", survey)
    assert len(responses) == 60 and (survey.groups[0].column if survey.groups else survey.cluster) == "Team?"

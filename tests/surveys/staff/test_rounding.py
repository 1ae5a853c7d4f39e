"""Where a survey rounds its counts, nothing that is published of counts tells more of them than the rounded ones do."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from pipeline.chapters.staff_survey import sections as chapter
from pipeline.chapters.staff_survey.page import read_chapter, write_tables
from pipeline.publishing import Publication
from pipeline.statistics.intervals import wilson
from pipeline.surveys.disclosure import Policy
from pipeline.surveys.disclosure.guard import Guard
from tests.surveys.made_up import HEADER, write_survey
from tests.surveys.staff.test_tabulation import AGREEMENT, SATISFACTION, made_up_rows, tabulated

WEIGHTED = [*HEADER, "Weight"]


def published(folder, rows, header, **changes):
    """What the chapter publishes of counts, by its path: tables, charts, texts and files for readers."""
    survey = write_survey(folder / "raw" / "made-up", rows, header, **changes)
    guard = Guard(survey.disclosure)
    page = read_chapter(
        folder / "raw",
        "made-up",
        survey,
        guard,
        Publication("09-staff-survey", root=folder / "out", edition="survey/made-up", guard=guard),
    )
    write_tables(page, folder / "out")
    chapter.who_answered(page)
    chapter.statements(page)
    chapter.agreement(page)
    chapter.comparison(page)
    chapter.suppressed(page, folder / "out")
    return {
        path.relative_to(folder / "out").as_posix(): path.read_bytes()
        for path in sorted((folder / "out").rglob("*"))
        if path.is_file()
    }


def even_rows(step):
    """Rows of which every count is a multiple of the step, in the middle of its range."""
    rows = []
    for role, size in (("Social worker", 6), ("Manager", 3)):
        each = np.repeat(np.arange(12), size * step)  # twelve kinds of people, as many of each
        rows += [
            [AGREEMENT[kind % 6], AGREEMENT[(kind + 1) % 6], SATISFACTION[kind % 4], AGREEMENT[(kind + 2) % 6], role]
            for kind in each.tolist()
        ]
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize(("step", "people"), [(5, 1), (5, 2), (5, -2), (10, 4), (10, -5)])
def test_surveys_with_the_same_rounded_counts_cannot_be_told_apart(tmp_path, step, people, weighted):
    """A few more or fewer managers, within the range of every rounded count: not a byte of what is published changes."""
    rows = even_rows(step)
    others = [*rows, *rows[-1:] * people] if people > 0 else rows[:people]
    header = HEADER
    if weighted:
        rows, others, header = [[*row, "1"] for row in rows], [[*row, "1"] for row in others], WEIGHTED
    changes = {"disclosure": {"round_to": step}, "invited": 1203, "weight": "Weight" if weighted else None}
    here, there = (
        published(tmp_path / "a", rows, header, **changes),
        published(tmp_path / "b", others, header, **changes),
    )
    assert {path for path in here | there if here.get(path) != there.get(path)} == set()
    assert {path.rsplit(".", 1)[1] for path in here} >= {"csv", "md", "svg", "yaml"} and len(here) > 15
    exact = {**changes, "disclosure": {}}
    unlike = published(tmp_path / "c", rows, header, **exact), published(tmp_path / "d", others, header, **exact)
    told = {path for path in unlike[0] if unlike[0][path] != unlike[1][path]}
    assert {"groups.csv", "answers.csv"} <= told  # the control: without rounding they can be


@pytest.mark.slow
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("step", [5, 10])
@pytest.mark.parametrize("people", [405, 335, 142, 115])
def test_every_figure_follows_from_rounded_counts(tmp_path, people, step, weighted):
    policy, rows = Policy(round_to=step), made_up_rows(people, seed=people)
    rows = [
        ["" if number % 40 == 0 else row[0], *row[1:], *["0.7" if number % 3 else "1.9"] * weighted]
        for number, row in enumerate(rows)
    ]
    found = tabulated(
        tmp_path,
        rows,
        WEIGHTED if weighted else HEADER,
        disclosure={"round_to": step},
        weight="Weight" if weighted else None,
    )
    sizes = found.groups.set_index("group")["respondents"]
    assert sizes["all"] == policy.rounded(people) == step * ((2 * people + step) // (2 * step))
    answers, shares = found.answers.dropna(subset=["percent"]), found.shares.dropna(subset=["share"])
    assert len(answers) > 20 and len(shares) > 3
    counts = [
        sizes,
        found.answers["base"],
        found.answers["count"],
        shares["respondents"],
        shares["effective_size"],
        found.missing["count"],
        answers["percent"] / 100 * answers["base"].astype(float),
    ]
    counts += [shares[role] / 100 * shares["respondents"].astype(float) for role in ("agree", "neutral", "disagree")]
    for numbers in counts:
        known = numbers.dropna().astype(float).to_numpy()
        np.testing.assert_allclose(known, step * np.round(known / step), atol=1e-9)
    low, high = wilson(shares["share"] * shares["effective_size"], shares["effective_size"])
    np.testing.assert_allclose(shares["low"].astype(float), low)
    np.testing.assert_allclose(shares["high"].astype(float), high)
    whole = found.shares[(found.shares["group"] == "all") & (found.shares["item"] != "regular")]  # everybody answered
    assert set(whole["respondents"].dropna()) == {sizes["all"]}
    regular = found.missing.set_index(["item", "reason"])["count"]["regular"]
    assert pd.isna(regular["any"]) or regular["any"] == sizes["all"] - whole.iloc[0]["respondents"] + regular["any"]
    hidden = found.answers[found.answers["count"].isna()]
    highest = [policy.range(sizes[group])[1] for group in hidden["group"]]
    assert (hidden["count_high"] <= highest).all()


def test_bounds_of_a_withheld_item_tell_no_exact_number(tmp_path):
    """Two answers of 405 only: the item is withheld, and its bound is that of the rounded respondents."""
    rows = [["Agree", *row[1:]] for row in made_up_rows(405)]
    found = tabulated(tmp_path, rows, disclosure={"round_to": 10, "zeros_are_disclosive": True})
    highest = found.answers.loc[found.answers["rule"] != "", "count_high"]
    assert len(highest) and 405 not in set(highest) and highest.max() <= 414


@pytest.mark.parametrize(("minimum", "step", "instead"), [(12, 10, 20), (12, 5, 15), (7, 5, 10)])
def test_a_minimum_that_is_no_whole_number_of_steps_is_refused_in_a_sentence(minimum, step, instead):
    with pytest.raises(ValidationError, match=f"{minimum} is no multiple of round_to, {step}.*give {instead}"):
        Policy(minimum_group=minimum, round_to=step)


@pytest.mark.parametrize(("minimum", "step"), [(10, 5), (10, 10), (15, 5), (20, 10)])
def test_the_guard_says_the_same_of_exact_and_of_rounded_numbers(minimum, step):
    guard = Guard(Policy(minimum_group=minimum, round_to=step))
    people = pd.Series(range(60))
    once = guard.table("sizes", pd.DataFrame({"respondents": people}))["respondents"]
    assert once.notna().tolist() == (people >= minimum).tolist()
    assert guard.table("sizes-again", once.to_frame())["respondents"].equals(once)


@pytest.mark.parametrize("statements", [1, 3])
@pytest.mark.parametrize("step", [5, 10])
def test_a_mean_score_fits_every_number_of_people_that_the_rounded_one_allows(step, statements):
    """Scores of statements with five answers: whoever knows the mean cannot leave out a single number of people."""
    policy = Policy(round_to=step)
    for people in range(policy.minimum_group, 130):
        rounded = policy.rounded(people)
        apart = policy.score_step(rounded, statements)
        for told in np.arange(0, 100 + apart / 2, apart)[:-1]:
            low, high = policy.range(rounded)
            for number in range(max(low, policy.minimum_group), high + 1):
                possible = np.arange(4 * statements * number + 1) * 100 / (4 * statements * number)
                assert (abs(possible - told) <= apart / 2 + 1e-9).any()


def test_a_ready_table_is_not_rounded_in_part():
    from tests.surveys.made_up import staff_survey

    with pytest.raises(ValidationError, match="a ready table is shown as it came"):
        staff_survey(kind="counts", table={"statement": "S", "base": "N"}, groups=[], disclosure={"round_to": 5})

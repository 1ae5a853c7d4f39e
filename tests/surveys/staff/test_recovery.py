"""Do the methods find what simulated surveys were made with? Bias, and how often 95% intervals hold the truth.

Run with -s to see the figures. Everything is seeded: the figures are the same on every run.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.copulas import gaussian_table
from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.polychoric import polychoric_matrix
from pipeline.surveys.staff.simulation import draw_answers

SUPPORT, OUTCOME, GROUP = "sufficient-time", "manager-helps-improve-outcomes", "social_workers"
SURVEYS = 800
POINTS = 5
ERROR = np.sqrt(0.95 * 0.05 / SURVEYS)  # Monte-Carlo error of a coverage of 95%
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Setting:
    """How surveys are drawn; `alike` is whether teams matter little enough to be ignored."""

    name: str
    correlation: float
    people: int
    teams: int
    team_icc: float
    alike: bool


SETTINGS = [
    Setting("like 2011", 0.4, 480, 80, 0.1, True),
    Setting("no link", 0.0, 480, 80, 0.1, True),
    Setting("strong teams", 0.4, 960, 80, 0.5, False),
]


@pytest.fixture(scope="module")
def two_items(codebook, answers):
    """One support and one outcome item, asked of social workers: all respondents have the same thresholds."""
    asked = codebook.model_copy(
        update={"items": (codebook.item(SUPPORT), codebook.item(OUTCOME)), "groups": (codebook.group(GROUP),)}
    )
    return asked, answers[answers["item"].isin([SUPPORT, OUTCOME]) & (answers["group"] == GROUP)]


def drawn(two_items, setting, surveys, seed):
    """Positions from the strongest agreement on (surveys × people × 2), -1 where somebody did not answer or know.

    One large survey, cut between teams into as many as asked for.
    """
    codebook, answers = two_items
    draw = draw_answers(
        answers,
        codebook,
        surveys * setting.people,
        setting.correlation,
        surveys * setting.teams,
        seed,
        team_icc=setting.team_icc,
    )
    return np.where(draw.codes < POINTS, draw.codes, -1).reshape(surveys, setting.people, 2)


@pytest.fixture(scope="module", params=SETTINGS, ids=lambda setting: setting.name)
def surveys(request, two_items):
    """The setting, the answers of all surveys, and the teams, which are the same in each."""
    setting = request.param
    teams = np.repeat(np.arange(setting.teams), setting.people // setting.teams)
    return setting, drawn(two_items, setting, SURVEYS, seed=SETTINGS.index(setting)), teams


def ordinal(codes, teams=None):
    """The outcome on the support item's position, both rising with agreement: effect and 95% limits, log odds."""
    both = (codes >= 0).all(axis=1)
    support, outcome = (POINTS - 1 - codes[both]).T
    fit = CumulativeLink().fit(
        np.eye(POINTS)[outcome], pd.DataFrame({"support": support}), clusters=None if teams is None else teams[both]
    )
    return np.log(fit.odds_ratios().loc["support"].to_numpy())


def true_effect(answers, correlation):
    """What the model finds in the exact joint distribution of both items."""
    margins = [answers[answers["item"] == item]["count"].to_numpy()[:POINTS] for item in (SUPPORT, OUTCOME)]
    table = gaussian_table(*margins, correlation)[::-1, ::-1]
    return CumulativeLink().fit(table, pd.DataFrame({"support": range(POINTS)})).params["support"]


def summary(what, setting, truth, clustered, ignoring):
    """Bias with its Monte-Carlo error, and coverage with and without teams, of estimates with their limits (n × 3)."""
    estimates = clustered[:, 0]
    error = estimates.std(ddof=1) / np.sqrt(SURVEYS)
    held, held_ignoring = (
        float(((low <= truth) & (truth <= high)).mean()) for _, low, high in (clustered.T, ignoring.T)
    )
    print(
        f"\n{what}, {setting.name} ({SURVEYS} surveys of {setting.people} people in {setting.teams} teams, "
        f"intraclass correlation {setting.team_icc:g}): truth {truth:.4f}, mean {estimates.mean():.4f}, bias "
        f"{estimates.mean() - truth:+.4f} (± {error:.4f}), standard deviation {estimates.std(ddof=1):.4f}, coverage "
        f"{held:.1%} with teams, {held_ignoring:.1%} ignoring them (± {ERROR:.1%})"
    )
    return estimates.mean() - truth, error, held, held_ignoring


def check(bias, error, held, held_ignoring, setting):
    assert abs(bias) < 3.5 * error
    assert abs(held - 0.95) < 3.5 * ERROR
    if setting.alike:
        assert abs(held_ignoring - 0.95) < 3.5 * ERROR
    else:
        assert held_ignoring < 0.85  # the control: intervals that ignore teams are visibly too narrow


def test_polychoric_correlations(surveys):
    setting, codes, teams = surveys
    pairs = [(2 * survey, 2 * survey + 1) for survey in range(SURVEYS)]
    side_by_side = np.hstack(codes)
    found = [
        polychoric_matrix(side_by_side, [POINTS] * 2 * SURVEYS, pairs, clusters)[
            ["correlation", "low", "high"]
        ].to_numpy()
        for clusters in (teams, None)
    ]
    check(*summary("Latent correlation", setting, setting.correlation, *found), setting)


def test_ordinal_effects(surveys, two_items):
    setting, codes, teams = surveys
    truth = true_effect(two_items[1], setting.correlation)
    found = [np.array([ordinal(each, clusters) for each in codes]) for clusters in (teams, None)]
    check(*summary("Ordinal effect", setting, truth, *found), setting)


@pytest.mark.parametrize("correlation", [0.0, 0.4])
def test_the_true_effect_is_that_of_a_very_large_survey(two_items, correlation):
    codes = drawn(two_items, Setting("large", correlation, 400_000, 400_000, 0.1, True), surveys=1, seed=1)
    effect, low, high = ordinal(codes[0])
    assert abs(effect - true_effect(two_items[1], correlation)) < high - low  # about 4 standard errors
    assert high - low < 0.02

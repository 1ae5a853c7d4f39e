"""Every wording of the report on a council's survey is read in each of its branches, and reads as English in all."""

import pytest

from pipeline.errors import PublishingError
from pipeline.passages import passage
from tests.passages_told import fillings, telling

CHAPTER = "staff_survey"
COUNTS = [0, 1, 2, 14]


def share(label, share=61.5):
    return {"label": label, "share": share, "low": share - 4.5, "high": share + 4.5}


SHARES = [[], [share("Regular supervision")], [share("Regular supervision"), share("Good meetings", 8)]]
FALLEN = [{"label": label, "difference": -12.5, "low": -18, "high": -0.4} for label in ("Time", "Help")]
PAIRS = [{"domain": "Supervision", "outcome": "Better outcomes"}, {"domain": "Training", "outcome": "Safety"}]
APART = [
    {"score": "supervision", "highest": "Managers", "highest_mean": 71.5, "lowest": "Agency", "lowest_mean": 60.2},
    {"score": "training", "highest": "Agency", "highest_mean": 50, "lowest": "Managers", "lowest_mean": 40},
]
FIRST = {
    "domain": "supervision",
    "share": 31,
    "low": 20,
    "high": 42.5,
    "resamples": 64,
    "mean": 61.5,
    "mean_low": 58,
    "mean_high": 64,
    "against": False,
}
SCALES = [
    {"points": 5, "first": "strongly agree", "last": "strongly disagree"},
    {"points": 4, "first": "very satisfied", "last": "very dissatisfied"},
]
NOT_FITTED = [
    {"estimates": 1, "reason": "everybody gave the same answer"},
    {"estimates": 3, "reason": "too few people"},
]
NOT_COMPARED = [
    {"statements": 1, "reason": "Its share is not published."},
    {"statements": 4, "reason": "Another scale."},
]


def some(whole):
    """None of them, one, and all."""
    return [whole[:0], whole[:1], whole]


OPTIONS = {
    "banner": {},
    "findings": {
        "respondents": [10, 1204],
        "invited": [None, 2000],
        "rate": [60.2],
        "top": [None, share("Help")],
        "bottom": [share("Time", 20.5)],
        "link": ["A link."],
        "comparison": ["A comparison."],
    },
    "link-in-short": {
        "pairs": COUNTS,
        "together": COUNTS,
        "against": COUNTS,
        "complete": some(PAIRS),
        "reason": ["too few people"],
    },
    "no-link": {"totals": [True, False]},
    "comparison-in-short": {"compared": COUNTS, "higher": COUNTS, "lower": COUNTS, "alike": COUNTS},
    "comparison": {"benchmark": [True, False], "in_short": ["In short."], "not_compared": some(NOT_COMPARED)},
    "answers": {"most": SHARES, "fewest": SHARES[1:], "bad_news": SHARES},
    "groups": {
        "totals": [True, False],
        "shown": some(["Role", "Service"]),
        "hidden": some(["Team", "Office"]),
        "minimum": [10],
    },
    "domains": {
        "scores": [0, 3],
        "reliable": [0.7],
        "weak": some(["supervision", "training"]),
        "single": some(["workload", "time"]),
    },
    "scores-by-group": {"apart": some(APART)},
    "link": {
        "estimates": COUNTS,
        "people": [240, 1240],
        "clusters": [0, 1, 20],
        "not_fitted": some(NOT_FITTED),
        "fails": COUNTS,
        "notes": some(["people count as independent", "a random half"]),
    },
    "importance": {"reason": ["", "too few people"], "share": [30.5], "people": [1240], "resamples": [500]},
    "pairs": {
        "shown": [0, 5],
        "tested": COUNTS,
        "complete": some(["Time – Help", "Help – Time"]),
        "more_complete": [0, 3],
        "together": COUNTS,
        "against": COUNTS,
        "lowest": [-0.25],
        "highest": [-0.25, 0.5],
    },
    "next-steps": {
        "low": SHARES,
        "fallen": some(FALLEN),
        "first": [None, FIRST, {**FIRST, "resamples": 91}, {**FIRST, "mean": None}, {**FIRST, "against": True}],
    },
    "method": {
        "scales": [SCALES[:1], SCALES],
        "whole_answers": [True, False],
        "answered": [50],
        "weighted": [True, False],
        "minimum_group": [10],
        "largest_hidden": [0, 1, 4],
        "zeros": [True, False],
        "round_to": [None, 5],
    },
    "suppression": {"totals": [True, False], "figures": COUNTS},
    "captions": {
        "shown": [
            "response",
            "groups",
            "answers",
            "agreement",
            "scores-by-group",
            "scores",
            "reliability",
            "group-scores",
            "models",
            "link",
            "importance",
            "pairs",
            "pairs-in-bounds",
            "comparison",
            "against-2011",
            "suppression",
            "disclosure",
        ],
        "bases": ["", "Bases: respondents 12."],
        "rounding": ["", "Percentages may not add up."],
    },
    "alternatives": {
        "shown": ["answers", "scores", "link", "pairs-in-bounds", "against-2011"],
        "rows": [1, 12],
        "lowest": [-4.4],
        "highest": [12.5],
        "above": COUNTS,
        "higher": COUNTS,
        "lower": COUNTS,
    },
}
NOTHING_SHOWN = {"shown": ["answers", "scores"], "rows": [1, 12], "lowest": [None], "highest": [None]}
ALL = {name: [options, *[NOTHING_SHOWN] * (name == "alternatives")] for name, options in OPTIONS.items()}


@pytest.fixture(scope="module")
def told():
    """Every passage with every combination of its values."""
    with telling() as told:
        for name in OPTIONS:
            for values in fillings(*ALL[name]):
                passage(f"{CHAPTER}/{name}", **values)
        for name in ("caption", "alternative"):
            with pytest.raises(PublishingError, match=f"no_{name}_of_this_name"):
                passage(f"{CHAPTER}/{name}s", shown="nothing-known")
    return told


def test_every_branch_of_every_passage_is_read(told):
    assert told.not_told(CHAPTER) == []


def test_every_passage_reads_as_english(told):
    assert len(told.texts) > 15 and told.faults() == []

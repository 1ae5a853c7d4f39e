"""Every wording of a profile is read in each of its branches, and reads as English in all."""

import pytest

from pipeline.errors import PublishingError
from pipeline.markdown import md
from pipeline.passages import passage
from tests.passages_told import fillings, telling

CHAPTER = "profiles"
COUNTS = [0, 1, 2, 14]


def some(*whole):
    """None of them, one, and all."""
    return [list(whole[:0]), list(whole[:1]), list(whole)]


FIGURES = some(md("vacancy rate (18.2%; England 16.2%)"), md("turnover rate (9%)"))
LAST = some(
    {"name": "Northshire", "grade": "Good", "month": "May 2022"},
    {"name": "Southshire", "grade": "Outstanding", "month": "June 2023"},
)
DONE = [
    {
        "policy": policy,
        "figures": figures,
        "authorities": [md("Southshire (`E1`)")],
        "first": 2014,
        "last": last,
        "note": note,
    }
    for policy, figures, last, note in (
        ("recode", 1, 2014, ""),
        ("aggregate", 8, 2020, "It was split."),
        ("exclude", 2, 2015, ""),
    )
]
TESTED = [
    None,
    *(
        {"tested": tested, "standing": standing}
        for tested in (1, 12)
        for standing in some(
            md("agency rate with repeat plans (higher together)"), md("absence with long plans (higher together)")
        )
    ),
]
OPTIONS = {
    "not-fetched": {},
    "index": {},
    "introduction": {"joint": [True, False], "name": ["Northshire"], "region": ["North"]},
    "findings": {
        "judgement": ["Good."],
        "workforce": ["", "Few."],
        "outcomes": ["", "Many."],
        "gaps": ["Some are missing."],
    },
    "judgement-in-short": {"last": LAST, "former": some("Southshire", "Westshire")},
    "figure": {"title": ["vacancy rate"], "here": ["18.2%"], "england": ["", "16.2%"]},
    "workforce-in-short": {
        "highest": FIGURES,
        "middle": FIGURES,
        "lowest": FIGURES,
        "missing": some({"title": "caseload", "why": "not collected"}, {"figure": md("absence (3%)"), "why": ""}),
    },
    "outcomes-in-short": {
        "above": FIGURES,
        "below": FIGURES,
        "unclear": FIGURES,
        "untested": FIGURES,
        "missing": some(
            {"titles": ["long plans"], "why": "not collected"}, {"titles": ["a", "b"], "why": "left blank"}
        ),
    },
    "gaps-in-short": {"missing": COUNTS, "figures": [72]},
    "small-number": {"title": ["repeat plans"], "count": [None, 1, 3], "of": [12], "points": [8.3]},
    "small-numbers": {"few": [50], "workforce": [True, False], "rates": [each for each in FIGURES if each]},
    "lineage": {
        "codes": [["`E1`"], ["`E1`", "`E2`"]],
        "old_codes": some("984", "985"),
        "happened": some({"day": "1 April 2019", "note": "It was split."}),
        "done": [[], DONE],
    },
    "figures": {
        "dates": [
            [
                {"period": True, "reference": "year to 31 March", "titles": ["a", "b"]},
                {"period": False, "reference": "30 September", "titles": ["c"]},
            ]
        ],
        "small_numbers": ["", "Few."],
    },
    "context": {"shown": [True, False]},
    "shares": {"shown": [True, False], "small_numbers": ["", "Few."]},
    "change": {"shown": [True, False]},
    "neighbours": {"shown": [True, False]},
    "judgements": {
        "shown": [True, False],
        "last": some(
            {"name": "Northshire", "month": "May 2022", "parts": [{"of": "leaders", "grade": "good"}]},
            {"name": "Southshire", "month": "June 2023", "parts": [{"of": "leaders", "grade": "good"}] * 2},
        ),
    },
    "gaps": {"shown": [True, False]},
    "association": {"support": ["agency rate"], "outcome": ["repeat plans"], "together": [True, False]},
    "national": {"within": TESTED, "between": TESTED, "authorities": [0, 1, 150], "adjusted": [True, False]},
    "captions": {
        "shown": [
            "over-time",
            "newest",
            "context",
            "shares",
            "change",
            "neighbours",
            "spread",
            "judgements",
            "national",
            "gaps",
            "definitions",
        ],
        "title": ["Workforce"],
    },
    "alternatives": {
        "indicators": [1, 5],
        "first": [2017],
        "last": [2024],
        "newest": [
            [{"title": "vacancy rate", "figure": md("vacancy rate (18%)")}, {"title": "caseload", "figure": ""}]
        ],
    },
}


@pytest.fixture(scope="module")
def told():
    """Every passage with every combination of its values."""
    with telling() as told:
        for name in OPTIONS:
            for values in fillings(OPTIONS[name]):
                passage(f"{CHAPTER}/{name}", **values)
        with pytest.raises(PublishingError, match="no_caption_of_this_name"):
            passage(f"{CHAPTER}/captions", shown="nothing-known")
    return told


def test_every_branch_of_every_passage_is_read(told):
    assert told.not_told(CHAPTER) == []


def test_every_passage_reads_as_english(told):
    assert len(told.texts) > 15 and told.faults() == []

"""Small tables for the charts, and every chart drawn from them: what the tests of all charts look at."""

from itertools import product

import numpy as np
import pandas as pd

from pipeline.authorities.models.declared import STEPS
from pipeline.charts.answers import agreement_dots
from pipeline.charts.authorities import effect_panels, specification_choices, specification_curves, yearly_panels
from pipeline.charts.evidence import agreement_chart, documents_chart, matrix_chart, theory_chart
from pipeline.charts.gaps import forest
from pipeline.charts.likert import likert_bars
from pipeline.charts.link import bounds_ladder, bounds_of_pairs, copula_curves
from pipeline.charts.profiles import trends
from pipeline.charts.staff_survey import answer_bars, differences_in_bounds, estimates
from pipeline.surveys.codebook import AnswerScale, Scale

SCALE = Scale(
    categories=[
        {"id": "strongly_agree", "label": "Strongly agree", "role": "agree"},
        {"id": "agree", "label": "Agree", "role": "agree"},
        {"id": "neither", "label": "Neither", "role": "neutral"},
        {"id": "disagree", "label": "Disagree", "role": "disagree"},
        {"id": "strongly_disagree", "label": "Strongly disagree", "role": "disagree"},
        {"id": "dont_know", "label": "Don't know", "role": "dont_know"},
    ]
)
ITEMS, GROUPS = {"time": "Enough time", "views": "Can give views"}, {"sw": "Social workers", "m": "Managers"}
SECTIONS = {"Workload": ["time"], "Culture": ["views"]}


def shares():
    return pd.DataFrame(
        [("time", "sw", 3, 18, 22, 38, 19, 1), ("time", "m", 8, 38, 24, 25, 4, 1), ("views", "m", 21, 54, 18, 6, 1, 0)],
        columns=["item", "group", *SCALE.ids],
    )


def dots():
    return pd.DataFrame(
        [("time", "sw", 0.21, 0.17, 0.25), ("time", "m", 0.46, 0.38, 0.54), ("views", "m", 0.75, 0.67, 0.81)],
        columns=["item", "group", "share", "interval_low", "interval_high"],
    )


def rungs():
    return pd.DataFrame(
        {
            "support": "time",
            "assumption": ["none", "some"],
            "low": [-0.2, 0.0],
            "high": [0.9, 0.3],
            "confidence_low": [-0.3, 0.0],
            "confidence_high": [1.0, 0.4],
        }
    )


SUPPORTS = {support: step.words[0].upper() + step.words[1:] for support, step in STEPS.items()}
OUTCOMES = {
    "repeat_plans": "Repeat child protection plans",
    "long_plans": "Child protection plans of two years or more",
    "re_referrals": "Re-referrals within 12 months",
}
YEARLY = {
    "vacancy_rate": "Vacancy rate (per cent), 30 September",
    "absence_rate": "Sickness absence rate (per cent), year to 30 September",
    "caseload": "Average caseload (cases per worker), 30 September",
}


def effects(series=("within", "between"), ratio=False):
    generator = np.random.default_rng(3)
    rows = [
        (row, column, name, value, value - 0.4, value + 0.4, 0.5)
        for row, column, name in product(SUPPORTS, OUTCOMES, series)
        for value in [generator.normal(scale=0.5)]
    ]
    table = pd.DataFrame(rows, columns=["row", "column", "series", "value", "low", "high", "mde"])
    return table.assign(**{name: np.exp(table[name]) for name in ("value", "low", "high")}) if ratio else table


def specifications():
    rows = [
        (support, outcome, 0.1 * at, 0.1 * at - 0.25, 0.1 * at + 0.25, model, timing, str(weighted))
        for support, outcome in product(SUPPORTS, OUTCOMES)
        for at, (model, timing, weighted) in enumerate(
            product(("linear", "binomial"), ("before", "within"), (True, False))
        )
    ]
    return pd.DataFrame(rows, columns=["support", "outcome", "effect", "low", "high", "model", "timing", "weighted"])


def yearly(indicators=tuple(YEARLY), gap=()):
    rows = [
        (indicator, year, np.nan if (indicator, year) in gap else 10 + place + year % 7, 5, 8, 14, 22)
        for place, indicator in enumerate(indicators)
        for year in range(2017, 2025)
    ]
    return pd.DataFrame(rows, columns=["indicator", "year", "england", "p10", "p25", "p75", "p90"])


CHOICES = {
    "model": {"linear": "Percentages", "binomial": "Counts (logit)"},
    "timing": {"before": "Workforce before", "within": "Workforce in the middle"},
    "weighted": {"False": "Each authority alike", "True": "Weighted by children"},
}

FEATURES = {
    "team": "Support in the team",
    "time": "A name that is far too long to stand in a single line of the chart",
    "praise": "Recognition and praise",
}
TARGETS = {"Staff": ["morale", "skills"], "Children": ["safety"]}


def matrix():
    return pd.DataFrame(
        [
            ("team", "morale", 3, 10),
            ("team", "skills", 2, 0),
            ("team", "safety", 0, 1),
            ("time", "none_stated", 7, 0),
            ("praise", "safety", 12, 2),
        ],
        columns=["feature", "outcome", "claims", "shows"],
    )


def by_document():
    return pd.DataFrame(
        [
            (feature, document, count, says)
            for feature, document, count, says in [
                ("team", "a", 4, "better"),
                ("team", "b", 0, "silent"),
                ("time", "a", 1, "named"),
                ("time", "b", 2, "worse"),
                ("praise", "a", 3, "differs"),
                ("praise", "b", 1, "no change"),
            ]
        ],
        columns=["feature", "document", "passages", "says"],
    )


def graph(count=3):
    nodes = pd.DataFrame(
        [
            (f"{kind}:{n}", kind, f"A rather long name of the {kind} number {n}")
            for kind in ("feature", "mechanism", "outcome")
            for n in range(count)
        ],
        columns=["node", "kind", "title"],
    )
    links = pd.DataFrame(
        [
            ("feature:0", "mechanism:0", 5, 0, "feature-mechanism"),
            ("mechanism:0", "outcome:1", 3, 1, "mechanism-outcome"),
            ("feature:1", "mechanism:1", 2, 2, "feature-mechanism"),
            ("feature:2", "outcome:2", 9, 9, "feature-outcome"),
        ],
        columns=["source", "target", "passages", "shows", "kind"],
    )
    return nodes, links


YEARS = range(2017, 2025)
TRENDS = {
    "vacancy": "Vacancy rate (%)",
    "caseload": "Average caseload",
    "plans": "Child protection plans of two years or more (%)",
}


def trend_figures(**changed):
    rows = [
        {
            "indicator": name,
            "year": year,
            "value": 10.0 * (at + 1) + year % 5,
            "england": 12.0 * (at + 1),
            "region": 11.0 * (at + 1),
            "with_figures": 10,
            "lowest": 4.0,
            "lower_quartile": 8.0,
            "upper_quartile": 14.0,
            "highest": 20.0 * (at + 1),
        }
        for at, name in enumerate(TRENDS)
        for year in YEARS
    ]
    return pd.DataFrame(rows).assign(**changed)


def gaps():
    return pd.DataFrame(
        {
            "item": ["time", "views"],
            "odds_ratio": [3.3, 0.8],
            "odds_ratio_low": [2.3, 0.5],
            "odds_ratio_high": [4.7, 1.2],
            "shrunken": [3.2, 0.9],
            "shrunken_low": [2.2, 0.6],
            "shrunken_high": [4.5, 1.3],
        }
    )


def sweep():
    rows = [
        (family, at, at * end if at > 0 else 0.2 * at)
        for family, end in {"gaussian": 0.9, "frank": 0.86, "clayton": 0.7, "survival": 0.95}.items()
        for at in (-1, -0.5, 0, 0.5, 1)
    ]
    return pd.DataFrame(rows, columns=["family", "latent_correlation", "risk_difference"])


def staff_shares():
    return pd.DataFrame(
        [
            ("time", 51.2, 21.4, 25.3, 2.1),
            ("views", 77, np.nan, np.nan, 3),
            ("praise", *4 * [np.nan]),
            ("culture", 60, 25, 15, np.nan),
        ],
        columns=["item", "agree", "neutral", "disagree", "dont_know"],
    )


STAFF = {
    "time": "Enough time",
    "views": "Can give views on the service, and is told what became of them",
    "praise": "Praised for good work",
    "culture": "Open to new ideas",
}


def coders():
    return pd.DataFrame(
        [
            ("outcomes", "sections", 0.65, 0.5, 0.76),
            ("features", "sections", 0.71, 0.6, 0.82),
            ("features", "matched rows", -0.1, -0.2, 0.1),
            ("who", "sections", 0.4, 0.2, 0.5),
            ("strength", "sections", None, None, None),
        ],
        columns=["variable", "unit", "alpha", "low", "high"],
    )


SEVEN = AnswerScale(
    categories=[
        {"id": f"a{at}", "label": label, "role": role}
        for at, (label, role) in enumerate(
            [
                ("Agree completely", "agree"),
                ("Agree", "agree"),
                ("Rather agree", "agree"),
                ("Undecided", "neutral"),
                ("Rather disagree", "disagree"),
                ("Disagree", "disagree"),
                ("Disagree completely", "disagree"),
                ("Cannot say", "dont_know"),
            ]
        )
    ]
)
FOUR = AnswerScale(
    categories=[
        {"id": f"a{at}", "label": label, "role": role}
        for at, (label, role) in enumerate(
            [("Always", "agree"), ("Often", "agree"), ("Seldom", "disagree"), ("Never", "disagree")]
        )
    ]
)


def on_scale(scale, count=4):
    """Shares of `count` items that add up to 100, and a base."""
    generator = np.random.default_rng(11)
    shares = 100 * generator.dirichlet(np.ones(len(scale.ids)), count)
    table = pd.DataFrame(shares, columns=list(scale.ids)).assign(base=generator.integers(90, 2000, count))
    return table.assign(item=[f"item{at}" for at in range(count)])


LONG = {
    f"item{at}": f"Statement number {at} that says rather a lot about the support that staff get" for at in range(40)
}


# Every public function of the package at least once.
DRAWN = {
    "likert-groups": lambda: likert_bars(shares().assign(base=[449, 146, 147]), SCALE, ITEMS, GROUPS),
    "likert-facets": lambda: likert_bars(shares(), SCALE, ITEMS, GROUPS, facet="group", neutral="apart"),
    "likert-seven": lambda: likert_bars(
        on_scale(SEVEN),
        SEVEN,
        LONG,
        sort="mean",
        neutral="split",
        sections={"First": ["item0", "item1"], "Second": ["item2", "item3"]},
    ),
    "likert-four": lambda: likert_bars(on_scale(FOUR), FOUR, LONG, sort="agreement", ends=("Seldom", "Often")),
    "likert-forty": lambda: likert_bars(on_scale(SCALE, 40), SCALE, LONG),
    "staff-answers": lambda: answer_bars(staff_shares(), STAFF, {"Workload": ["time"], "Culture": list(STAFF)[1:]}),
    "dots": lambda: agreement_dots(dots(), ITEMS, GROUPS, SECTIONS),
    "forest": lambda: forest(gaps(), ITEMS, SECTIONS, "Odds ratio (above 1: managers agree more)"),
    "ladder": lambda: bounds_ladder(rungs(), {"none": "Nothing assumed", "some": "Something"}),
    "pairs": lambda: bounds_of_pairs(rungs(), ITEMS, SECTIONS, {"none": "Nothing", "some": "Something"}),
    "copulas": lambda: copula_curves(
        sweep(),
        {
            "gaussian": "Normal",
            "frank": "Frank: even over the scale",
            "clayton": "Clayton: stronger where both agree",
            "survival": "Survival Clayton: stronger where both disagree",
        },
    ),
    "estimates": lambda: estimates(
        gaps(),
        ITEMS,
        SECTIONS,
        key="item",
        value="odds_ratio",
        low="odds_ratio_low",
        high="odds_ratio_high",
        xlabel="Odds ratio and 95% interval",
        reference=1,
        ratio=True,
    ),
    "in-bounds": lambda: differences_in_bounds(
        pd.DataFrame(
            {
                "pair": ["time", "views"],
                "difference": [0.5, 0.2],
                "difference_low": [0.3, 0.0],
                "difference_high": [0.7, 0.4],
                "bound_low_2011": [-0.3, np.nan],
                "bound_high_2011": [0.8, np.nan],
            }
        ),
        ITEMS,
        "Points",
    ),
    "evidence-map": lambda: matrix_chart(matrix(), FEATURES, TARGETS),
    "evidence-documents": lambda: documents_chart(
        by_document(), FEATURES, {"a": "Community Care 2018", "b": "Beta 2016"}
    ),
    "theory": lambda: theory_chart(*graph()),
    "coders": lambda: agreement_chart(coders(), {"features": "Support", "outcomes": "Outcome", "strength": "Strength"}),
    "trends": lambda: trends(trend_figures(), TRENDS),
    "effects": lambda: effect_panels(
        effects(),
        SUPPORTS,
        OUTCOMES,
        {"within": "Same authority over time", "between": "Between authorities of the same deprivation"},
        "Percentage points, with 95% intervals",
        smallest="Smallest that would show",
    ),
    "timing": lambda: effect_panels(
        effects(("before", "within", "after")),
        SUPPORTS,
        OUTCOMES,
        {"before": "Workforce before", "within": "In the middle", "after": "Afterwards"},
        "Percentage points",
    ),
    "odds": lambda: effect_panels(
        effects(("all", "held"), ratio=True).query("column == 'long_plans'"),
        SUPPORTS,
        {"long_plans": "Odds of a worse judgement"},
        {"all": "All inspections", "held": "Same deprivation"},
        "Odds ratio",
        ratio=True,
    ),
    "curves": lambda: specification_curves(
        specifications(), SUPPORTS, OUTCOMES, "Percentage points; lowest to highest"
    ),
    "choices": lambda: specification_choices(
        specifications().query("support == 'caseload' and outcome == 'long_plans'"),
        CHOICES,
        "Percentage points, with 95% intervals",
    ),
    "years": lambda: yearly_panels(yearly(), YEARLY),
}

"""Answers of single people for the tests: from codes, simulated, or the stored ones that R has been given too."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.responses import Groups, Responses

FOLDER = Path(__file__).with_name("r")
FIVE = [("sa", "agree"), ("a", "agree"), ("n", "neutral"), ("d", "disagree"), ("sd", "disagree"), ("dk", "dont_know")]
LABELS = {
    "sa": "Strongly agree",
    "a": "Agree",
    "n": "Neither",
    "d": "Disagree",
    "sd": "Strongly disagree",
    "dk": "Don't know",
}
SCALES = {"five": FIVE, "four": [FIVE[0], FIVE[1], FIVE[3], FIVE[4]]}
DONT_KNOW = 5


def item(slug: str, domain: str, measures: str = "support", **changes: Any) -> dict[str, Any]:
    """One item of the codebook."""
    return {
        "id": slug,
        "column": slug,
        "wording": slug,
        "label": slug,
        "domain": domain,
        "measures": measures,
        "scale": "five",
        **changes,
    }


def responses_of(
    items: list[dict[str, Any]],
    codes: np.ndarray,
    *,
    role: np.ndarray | None = None,
    clusters: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    **changes: Any,
) -> Responses:
    """Responses with these items and codes (n × items); `role` are labels, `changes` keys of the codebook."""
    scales = [
        {"id": name, "categories": [{"id": one, "label": LABELS[one], "role": part} for one, part in scale]}
        for name, scale in SCALES.items()
    ]
    survey = StaffSurvey.model_validate(
        {
            "name": "made-up",
            "title": "A made-up survey",
            "kind": "responses",
            "file": {"name": "export.csv"},
            "scales": scales,
            "items": items,
            "groups": [{"id": "role", "column": "Role", "label": "Role"}],
            "domains": [{"id": each, "label": each} for each in dict.fromkeys(one["domain"] for one in items)],
            **changes,
        }
    )
    codes = np.asarray(codes, dtype=np.int8)
    labels, role = np.unique(["worker"] * len(codes) if role is None else role, return_inverse=True)
    return Responses(
        survey,
        codes,
        {"role": Groups(role.astype(np.int32), tuple(labels.tolist()))},
        clusters,
        weights,
        len(codes),
        0,
        0,
    )


def simulated(
    people: int,
    effect: float,
    *,
    seed: int,
    domains: int = 2,
    clusters: int | None = None,
    between: float = 0.0,
    **changes: Any,
) -> Responses:
    """Two items a domain and two outcome items.

    The outcomes are a proportional-odds model of domain 0: a log odds ratio of `effect` for 10 points of its score.
    Domains beyond the first have none. `between` is the standard deviation of clusters in outcomes and in domain 0.
    """
    rng = np.random.default_rng(seed)
    number = rng.integers(0, clusters, people) if clusters else np.zeros(people, dtype=int)
    shared = between * rng.normal(size=clusters or 1)
    latent = rng.normal(size=(people, domains)) + np.outer(shared[number], np.eye(domains)[0])
    cuts = [-1.2, -0.4, 0.3, 1.1]
    columns, items = [], []
    for domain in range(domains):
        for place in range(2):
            columns.append(4 - np.digitize(latent[:, domain] + 0.5 * rng.normal(size=people), cuts))
            items.append(item(f"s{domain}{place}", f"d{domain}"))
    score = 100 * (1 - (columns[0] + columns[1]) / 8)
    for place in range(2):
        noise = rng.logistic(size=people) + shared[number]
        columns.append(4 - np.digitize(effect * (score - 50) / 10 + noise, [-2, -0.7, 0.5, 1.8]))
        items.append(item(f"o{place}", "d0", "outcome"))
    numbers = number.astype(np.int32) if clusters else None
    return responses_of(items, np.column_stack(columns), clusters=numbers, **changes)


def stored(**changes: Any) -> Responses:
    """The answers of r/joint_answers.csv, with which r/joint_models.R was run."""
    answers = pd.read_csv(FOLDER / "joint_answers.csv")
    items = [
        *(item(f"s{place}", "support", reversed=place == 3) for place in (1, 2, 3)),
        *(item(f"s{place}", "workload") for place in (4, 5, 6)),
        *(item(f"o{place}", "support", "outcome") for place in (1, 2)),
    ]
    codes = answers[[one["id"] for one in items]].fillna(0).to_numpy().astype(int) - 1
    return responses_of(
        items,
        codes,
        role=answers["role"].to_numpy(),
        clusters=(answers["team"].to_numpy() - 1).astype(np.int32),
        **{"models": {"covariates": ["role"]}, **changes},
    )

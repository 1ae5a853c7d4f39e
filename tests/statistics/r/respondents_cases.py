"""Writes respondents_cases.json, the answers that respondents.R and the tests read. Run: python respondents_cases.py

Answers of 240 people in 16 teams, drawn with a fixed seed: six items from 1 to 5 of one factor and an outcome. The
items' skews and strengths differ, and so do the sizes and levels of the teams. `weights` are one a team. `model` is the
table of 20,000 that two cut normal variables with a correlation of 0.5 are expected to give, rounded.
"""

import json
from pathlib import Path

import numpy as np

from pipeline.statistics.copulas import gaussian_table

random = np.random.default_rng(1979)
teams = np.sort(random.choice(16, size=240, p=np.arange(1, 17) / 136))
factor = 0.5 * random.normal(size=16)[teams] + random.normal(size=240)
strengths, shifts = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.3]), np.array([0.0, 0.4, 0.8, -0.5, -1.0, 0.2])
latent = factor[:, None] * strengths + shifts + random.normal(size=(240, 6)) * np.sqrt(1 - strengths**2)
items = 1 + (latent[:, :, None] > [-1.5, -0.5, 0.5, 1.5]).sum(axis=2)
outcome = items @ [0.5, 0.3, 0.0, 0.2, 0.1, -0.2] + random.normal(size=240) * 1.5

if __name__ == "__main__":
    case = {
        "items": items.tolist(),
        "outcome": outcome.round(4).tolist(),
        "teams": teams.tolist(),
        "weights": random.uniform(0.5, 2.0, size=16).round(3).tolist(),
        "model": (20_000 * gaussian_table([0.1, 0.2, 0.4, 0.3], [0.3, 0.5, 0.2], 0.5)).round().tolist(),
    }
    lines = ",\n".join(f'"{name}": {json.dumps(values)}' for name, values in case.items())
    Path(__file__).with_name("respondents_cases.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8", newline="\n")

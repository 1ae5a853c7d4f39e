"""Writes panel_cases.json, the panel that panel.R and the tests read. Run: python panel_cases.py

A made-up unbalanced panel, drawn with a fixed seed: 10 units, up to 6 years, an exposure x with an effect of 0.8 on the
outcome y, a covariate z, weights w, and counts of events in trials.
"""

import json
from pathlib import Path

import numpy as np

random = np.random.default_rng(1986)
unit, year = (grid.ravel() for grid in np.meshgrid(np.arange(10), np.arange(2018, 2024), indexing="ij"))
kept = random.random(len(unit)) > 0.12
unit, year = unit[kept], year[kept]
level = random.normal(size=10)[unit]
x = (level + 0.2 * (year - 2018) + random.normal(size=len(unit))).round(3)
z = random.normal(size=len(unit)).round(3)
y = (20 + 3 * level + 0.8 * x - 0.5 * z + random.normal(size=len(unit)) * (1 + 0.3 * unit)).round(3)
trials = random.integers(40, 400, size=len(unit))
events = random.binomial(trials, 1 / (1 + np.exp(1.2 - 0.3 * level - 0.15 * x + 0.2 * random.normal(size=len(unit)))))

if __name__ == "__main__":
    case = {
        "unit": [f"u{code}" for code in unit],
        "year": year.tolist(),
        "x": x.tolist(),
        "z": z.tolist(),
        "y": y.tolist(),
        "w": random.uniform(0.5, 3.0, size=len(unit)).round(3).tolist(),
        "events": events.tolist(),
        "trials": trials.tolist(),
    }
    lines = ",\n".join(f'"{name}": {json.dumps(values)}' for name, values in case.items())
    Path(__file__).with_name("panel_cases.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8", newline="\n")

"""Writes ordinal_cases.json, the tables that ordinal.R and the tests read. Run: python ordinal_cases.py

Counts that come from a model are drawn with a fixed seed; the others are written out.
"""

import json
from pathlib import Path

import numpy as np

random = np.random.default_rng(2012)
two = {"role": [0, 1]}
links = ("logit", "probit", "cloglog")


def case(group, name, counts, design, link="logit", nominal=(), clusters=None):
    rounded = {term: [round(float(value), 6) for value in values] for term, values in design.items()}
    return {
        "group": group,
        "name": name,
        "link": link,
        "counts": np.asarray(counts).tolist(),
        "design": rounded,
        "nominal": list(nominal),
        "clusters": clusters,
    }


def drawn(rows, thresholds, effects, size):
    """Design and multinomial counts of a logistic model: a 0/1 term, then continuous ones."""
    x = random.normal(size=(rows, len(effects)))
    x[:, 0] = np.arange(rows) % 2
    x = x.round(6)
    edges = np.r_[-np.inf, thresholds, np.inf]
    shares = np.diff(1 / (1 + np.exp(-(edges - (x @ effects)[:, None]))), axis=1)
    counts = np.array([random.multinomial(size, share / share.sum()) for share in shares])
    return dict(zip("abcdefg", x.T, strict=False)), counts


respect = [[41, 98, 118, 180, 46], [6, 21, 30, 77, 29]]
cases = [case("two rows", f"2 x 5, {link}", respect, two, link) for link in links]
cases += [
    case("two rows", f"2 x {j}", [list(range(3, 3 + j)), [j, 2, 9, 4, 7, 5, 8][:j]], two) for j in (2, 3, 4, 6, 7)
]

design, counts = drawn(40, [-1, 0, 1, 2], [0.6, -0.4, 0.2], 12)
cases += [case("many rows", f"40 rows, three terms, {link}", counts, design, link) for link in links]
design, counts = drawn(60, [-0.5, 0.8], [-0.3, 1.1], 1)
cases += [case("many rows", f"60 single answers, {link}", counts, design, link) for link in links]
design, counts = drawn(30, [-2, -1, 0, 1, 1.5, 2.5], [0.4, 0.3, -0.2, 0.1, 0.05], 25)
cases += [case("many rows", "30 rows, five terms, seven categories", counts, design)]
years = {
    "role": [0, 1] * 8,
    "year": [2005 + i // 2 for i in range(16)],
    "thousands": [150 + 0.977 * i * i for i in range(16)],
}
_, counts = drawn(16, [-1, 0.5, 1.5], [0.5], 30)
cases += [
    case("many rows", f"terms of very different size, {link}", counts, years, link) for link in ("logit", "cloglog")
]

design, counts = drawn(20, [-1, 0, 1], [0.5, 0.3], 10)
weighted = counts * random.uniform(0.05, 3.0, size=counts.shape).round(4)
cases += [case("weights", f"weights that are not whole, {link}", weighted, design, link) for link in links]
cases += [case("weights", "tiny weights", (np.array(respect) * 1e-4).round(6), two)]
cases += [case("weights", "huge weights", np.array(respect) * 10_000, two, "probit")]
cases += [
    case(
        "weights",
        "a row without answers",
        [*respect, [0] * 5, [9, 9, 9, 9, 3]],
        {"role": [0, 1, 1, 0], "late": [0, 0, 5, 1]},
    )
]

empty = {"inner": [[12, 0, 30, 8], [5, 0, 22, 11]], "first and last": [[0, 12, 30, 8, 0], [0, 5, 22, 11, 0]]}
cases += [
    case("empty categories", f"{where}, {link}", table, two, link) for link in links for where, table in empty.items()
]
cases += [case("empty categories", "inner, in one row only", [[12, 0, 30, 8], [5, 7, 22, 11]], two)]

cases += [case("nominal", f"2 x 5 saturated, {link}", respect, two, link, ["role"]) for link in links]
design, counts = drawn(40, [-1, 0.2, 1.4], [0.7, 0.5, -0.3], 15)
cases += [case("nominal", f"one of three terms, {link}", counts, design, link, ["a"]) for link in links]
cases += [case("nominal", "two of three terms", counts, design, "logit", ["c", "a"])]
cases += [case("nominal", "an empty category", np.insert(counts, 2, 0, axis=1), design, "logit", ["b"])]
cases += [case("nominal", "two categories", [[3, 7], [6, 4]], two, "logit", ["role"])]

near = [[200, 50, 1, 0], [0, 1, 60, 300]]
cases += [case("near-separation", f"one answer either way, {link}", near, two, link) for link in links]
cases += [
    case("near-separation", f"a {part} of an answer either way", [[200, 50, share, 0], [0, share, 60, 300]], two)
    for part, share in (("hundredth", 1e-2), ("ten-thousandth", 1e-4))
]
steep = {"x": np.linspace(-2, 2, 24)}
counts = np.array([[4, 0, 0]] * 8 + [[3, 1, 0], [1, 3, 0]] + [[0, 4, 0]] * 4 + [[0, 3, 1], [0, 1, 3]] + [[0, 0, 4]] * 8)
cases += [case("near-separation", f"a steep slope, {link}", counts, steep, link) for link in links]

# R has no limits for these: it stops somewhere far out. What stays finite, and the log-likelihood, agree none the less.
cases += [
    case("separation", f"one answer between, {link}", [[200, 50, 0, 0], [0, 1, 60, 300]], two, link) for link in links
]
cases += [case("separation", "all of a row in the last category", [[4, 3, 3], [0, 0, 9]], two)]
cases += [case("separation", "an empty last cell, nominal", [[4, 3, 3], [5, 4, 0]], two, "logit", ["role"])]

design, counts = drawn(48, [-1, 0, 1, 2], [0.6, -0.4], 6)
teams = [f"team {i % 9}" for i in range(48)]
cases += [case("clusters", f"nine teams, {link}", counts, design, link, (), teams) for link in links]
cases += [case("clusters", "nine teams, nominal", counts, design, "logit", ["a"], teams)]
same = {"role": [i % 2 for i in range(48)]}
crossed = [f"team {i // 5}" for i in range(48)]
cases += [case("clusters", "equal rows in different teams", counts, same, "logit", (), crossed)]

if __name__ == "__main__":
    lines = ",\n".join(json.dumps(one) for one in cases)
    Path(__file__).with_name("ordinal_cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8", newline="\n")

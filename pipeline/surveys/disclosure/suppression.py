"""Secondary suppression: the cheapest cells to suppress so that no primary cell can be narrowed down.

The model is that of Fischetti and Salazar-González (2001), Management Science 47: 1008-1027. A binary variable a cell
says whether it is suppressed. A primary cell is protected if some table that fits the published cells holds no more
than `low` people in it, and another at least `high`. Neither table enters the model: by duality, a pattern that does
not allow one breaks an inequality in the binary variables alone (a capacity constraint), which is added when it is met.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from pipeline.surveys.disclosure.attack import EPSILON, extremes, whole_extreme
from pipeline.surveys.disclosure.linked_tables import LinkedTables
from pipeline.surveys.disclosure.policy import Primary

CLEARLY = 0.01  # less is left to whole numbers: a cut must be broken by more than the solver tolerates


class _Aim(NamedTuple):
    """One side of a primary cell: the count must be able to move by `distance` upwards (sign 1) or downwards (-1)."""

    cell: int
    sign: int
    distance: int


class _Problem(NamedTuple):
    tables: LinkedTables
    matrix: np.ndarray
    weights: np.ndarray
    primary: np.ndarray  # a truth value a cell
    aims: tuple[_Aim, ...]


def suppress(tables: LinkedTables, primaries: Mapping[int, Primary], weights: np.ndarray) -> frozenset[int] | None:
    """The cells to suppress, primary ones included, of minimal total weight; None if no pattern protects them all.

    ``weights`` are positive, one a cell; a cell of infinite weight is public and never suppressed. Against somebody who
    knows what `attack` says, no primary cell can be narrowed to less than its interval, and no suppressed cell can be
    computed exactly: publishing one that could would save its weight and tell nothing.

    >>> tables = LinkedTables(("yes", "no", "no answer", "all"), np.array([9, 2, 8, 19]), ((3, (0, 1, 2)),))
    >>> sorted(suppress(tables, {1: Primary("threshold", 0, 5)}, np.array([9, 2, 8, np.inf])))
    [1, 2]
    """
    if not primaries:
        return frozenset()
    weights = np.asarray(weights, dtype=float)
    primary = np.isin(np.arange(len(tables.counts)), list(primaries))
    if np.isinf(weights[primary]).any():
        return None
    problem = _Problem(tables, tables.matrix.toarray(), weights, primary, _aims(tables, primaries))
    cuts = [*_one_sum_cuts(problem), *_no_bridges(problem)]
    while (pattern := _cheapest(problem, cuts)) is not None:
        violated = _violated(problem, pattern)
        if not violated:
            return frozenset(np.flatnonzero(pattern).tolist())
        cuts += violated
    return None


def _aims(tables: LinkedTables, primaries: Mapping[int, Primary]) -> tuple[_Aim, ...]:
    both = (
        (cell, sign, sign * (bound - int(tables.counts[cell])))
        for cell, primary in sorted(primaries.items())
        for sign, bound in ((-1, primary.low), (1, primary.high))
    )
    return tuple(_Aim(*aim) for aim in both if aim[2] > 0)


def _cheapest(problem: _Problem, cuts: Sequence[np.ndarray]) -> np.ndarray | None:
    """The pattern of minimal weight that satisfies the cuts: a cut's last number is the least that the rest must give.

    None if there is no such pattern.
    """
    lines = np.unique(np.reshape(cuts, (len(cuts), len(problem.weights) + 1)), axis=0)
    public = np.isinf(problem.weights)
    solved = milp(
        np.where(public, 0, problem.weights),
        integrality=np.ones(len(public)),
        bounds=Bounds(problem.primary.astype(float), (~public).astype(float)),
        constraints=LinearConstraint(sparse.csr_array(lines[:, :-1]), lines[:, -1], np.inf),
        options={"mip_rel_gap": 0},
    )
    return None if solved.x is None else solved.x > 0.5


def _cut(problem: _Problem, aim: _Aim, duals: np.ndarray) -> np.ndarray:
    """The capacity constraint of an aim for any multipliers of the sums: coefficients, and what they must reach.

    A change d of a table keeps the sums, so sign x d[cell] = Σ r d with r = sign x e[cell] + duals x matrix. A cell
    can change by -count to most - count if it is suppressed, and else not at all, which bounds the right side
    by Σ capacity x suppressed. Primary cells are suppressed: their capacity is taken off what must be reached, and no
    other cell needs to count for more than that. (All zeros, which is always kept, if nothing more must be reached.)
    """
    rates = duals @ problem.matrix
    rates[aim.cell] += aim.sign
    counts = problem.tables.counts
    rates[np.abs(rates) < EPSILON] = 0
    capacity = np.where(rates > 0, rates * (problem.tables.most - counts), -rates * counts)
    remaining = aim.distance - capacity[problem.primary].sum()
    if remaining < EPSILON:
        return np.zeros(len(counts) + 1)
    return np.append(np.where(problem.primary, 0, np.minimum(capacity / remaining, 1)), 1)


def _one_sum_cuts(problem: _Problem) -> list[np.ndarray]:
    """The capacity constraints of single sums: what a primary cell gains, the others of the sum must lose."""
    cuts = []
    for aim in problem.aims:
        for line in np.flatnonzero(problem.matrix[:, aim.cell]):
            duals = np.zeros(len(problem.matrix))
            duals[line] = -aim.sign / problem.matrix[line, aim.cell]
            cuts.append(_cut(problem, aim, duals))
    return [cut for cut in cuts if cut.any()]


def _no_bridges(problem: _Problem) -> list[np.ndarray]:
    """No suppressed cell is alone in a sum: it could be computed, and so need not be suppressed."""
    cuts = []
    for total, parts in problem.tables.sums:
        members = [total, *parts]
        for cell in members:
            cut = np.zeros(len(problem.weights) + 1)
            cut[members], cut[cell] = 1, -1
            cuts.append(cut)
    return cuts


def _violated(problem: _Problem, pattern: np.ndarray) -> list[np.ndarray]:
    """Cuts that a pattern breaks, for each aim that it misses; empty if it protects every primary cell."""
    lower, upper = _ranges(problem, pattern)
    found = extremes(problem.tables, lower, upper, [aim[:2] for aim in problem.aims])
    moved = found.solutions - problem.tables.counts
    missed = [
        line for line, aim in enumerate(problem.aims) if aim.sign * moved[line, aim.cell] < aim.distance - CLEARLY
    ]
    if missed:
        aims = [problem.aims[line] for line in missed]
        multipliers = [found.duals[missed], _sparse_duals(problem, pattern, aims)]
        return [_cut(problem, aim, duals) for each in multipliers for aim, duals in zip(aims, each, strict=True)]
    return [
        _cover(problem, aim, pattern)
        for aim, solution in zip(problem.aims, found.solutions, strict=True)
        if _reach(problem, aim, pattern, solution) < aim.distance
    ]


def _sparse_duals(problem: _Problem, pattern: np.ndarray, aims: Sequence[_Aim]) -> np.ndarray:
    """Multipliers whose cuts count few of the published cells, so that fewer rounds are needed.

    Many multipliers explain why an aim is missed. If published cells may move a little, those that call for the fewest
    of them are best (the idea of Magnanti and Wong 1981, Operations Research 29: 464-484).
    """
    little = np.where(np.isfinite(problem.weights), 1e-3, 0)
    lower, upper = (bound.astype(float) for bound in _ranges(problem, pattern))
    lower = np.where(pattern, lower, np.maximum(lower - little, 0))
    return extremes(problem.tables, lower, np.where(pattern, upper, upper + little), [aim[:2] for aim in aims]).duals


def _ranges(problem: _Problem, pattern: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    counts = problem.tables.counts
    return np.where(pattern, 0, counts), np.where(pattern, problem.tables.most, counts)


def _reach(problem: _Problem, aim: _Aim, pattern: np.ndarray, solution: np.ndarray) -> int:
    """How far the aim's cell can move over whole tables."""
    whole = whole_extreme(problem.tables, *_ranges(problem, pattern), aim.cell, aim.sign, solution)
    return aim.sign * (whole - int(problem.tables.counts[aim.cell]))


def _cover(problem: _Problem, aim: _Aim, pattern: np.ndarray) -> np.ndarray:
    """At least one cell more must be suppressed, where only tables that are not whole reach an aim.

    Suppressing more never harms: cells that do not help, even all together, are left out of the inequality.
    """
    useless = pattern.copy()
    for cell in np.flatnonzero(~pattern & np.isfinite(problem.weights)):
        tried = useless.copy()
        tried[cell] = True
        solution = extremes(problem.tables, *_ranges(problem, tried), [(aim.cell, aim.sign)]).solutions[0]
        if _reach(problem, aim, tried, solution) < aim.distance:
            useless = tried
    return np.append(~useless & np.isfinite(problem.weights), 1).astype(float)

"""What somebody can conclude about suppressed counts: integer programmes over all tables that fit what is published."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from pipeline.surveys.disclosure.linked_tables import LinkedTables

EPSILON = 1e-6  # of the solver: counts are whole, so that nothing smaller is a difference


def attack(tables: LinkedTables, suppressed: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    """For each cell the fewest and the most people that it can hold, as two arrays of whole numbers.

    The intruder knows every other cell, the sums, that counts are whole and not negative, and that none exceeds its
    group (`LinkedTables.most`). A published cell has its own count twice. This is the attacker's problem of Fischetti and
    Salazar-González (2001), Management Science 47: 1008-1027, over whole numbers.

    >>> tables = LinkedTables(("yes", "no", "no answer", "all"), np.array([9, 2, 3, 14]), ((3, (0, 1, 2)),))
    >>> lows, highs = attack(tables, {1, 2})
    >>> lows.tolist(), highs.tolist()
    ([9, 0, 0, 14], [9, 5, 5, 14])
    """
    lower, upper = tables.counts.copy(), tables.counts.copy()
    hidden = sorted(suppressed)
    lower[hidden], upper[hidden] = 0, tables.most[hidden]
    return attack_ranges(tables, lower, upper, hidden)


def attack_ranges(
    tables: LinkedTables, lower: np.ndarray, upper: np.ndarray, targets: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """As `attack`, if each cell is known to hold ``lower`` to ``upper`` people; only ``targets`` are narrowed."""
    lows, highs = lower.copy(), upper.copy()
    aims = [(cell, sign) for cell in targets for sign in (-1, 1)]
    for (cell, sign), solution in zip(aims, extremes(tables, lower, upper, aims).solutions, strict=True):
        (lows if sign < 0 else highs)[cell] = whole_extreme(tables, lower, upper, cell, sign, solution)
    return lows, highs


class Extremes(NamedTuple):
    """A line an aim: the table at its extreme (aims x cells), and what the sums are worth there (aims x sums)."""

    solutions: np.ndarray
    duals: np.ndarray


def extremes(tables: LinkedTables, lower: np.ndarray, upper: np.ndarray, aims: Sequence[tuple[int, int]]) -> Extremes:
    """The tables, whole or not, with the most (sign 1) or the fewest (sign -1) people in a cell, for each aim.

    The linear programmes of all aims are solved as one, since they share nothing: a call costs more than a programme.
    """
    free = np.flatnonzero(lower < upper)
    column = {cell: place for place, cell in enumerate(free.tolist())}
    matrix = tables.matrix
    active = np.flatnonzero(np.diff(matrix[:, free].tocsr().indptr))
    solutions = np.tile(lower.astype(float), (len(aims), 1))
    duals = np.zeros((len(aims), matrix.shape[0]))
    movable = np.array([line for line, (cell, _) in enumerate(aims) if cell in column], dtype=int)
    if movable.size:
        fixed = np.where(lower < upper, 0, lower)
        costs = np.zeros((len(movable), len(free)))
        for line, aim in enumerate(movable.tolist()):
            cell, sign = aims[aim]
            costs[line, column[cell]] = -sign
        blocks = sparse.kron(sparse.eye_array(len(movable)), matrix[active][:, free], "csr")
        solved = linprog(
            costs.ravel(),
            A_eq=blocks,
            b_eq=np.tile(-(matrix @ fixed)[active], len(movable)),
            method="highs-ds",
            bounds=np.tile(np.column_stack([lower[free], upper[free]]), (len(movable), 1)),
        )
        solutions[np.ix_(movable, free)] = solved.x.reshape(len(movable), len(free))
        duals[np.ix_(movable, active)] = solved.eqlin.marginals.reshape(len(movable), len(active))
    return Extremes(solutions, duals)


def whole_extreme(
    tables: LinkedTables, lower: np.ndarray, upper: np.ndarray, cell: int, sign: int, solution: np.ndarray
) -> int:
    """The extreme over whole numbers. The linear programme's answer stands where its table is whole already."""
    if (np.abs(solution - solution.round()) < EPSILON).all():
        return int(solution[cell].round())
    cost = np.zeros(len(lower))
    cost[cell] = -sign
    solved = milp(
        cost,
        integrality=np.ones(len(lower)),
        bounds=Bounds(lower, upper),
        constraints=LinearConstraint(tables.matrix, 0, 0),
        options={"mip_rel_gap": 0},
    )
    return int(solved.x[cell].round())

"""An intruder who has the published cells and knows how survey tables are made, and nothing of this project's code."""

from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag


class Intruder:
    """Solves for the cells of one item: a line of `cells` is a variable, and sums are what everybody knows of them."""

    def __init__(self, cells, roles):
        self.cells = cells.reset_index(drop=True)
        self.sums = []  # (total, parts), each a line of the cells
        place = {
            tuple(key): line
            for line, key in enumerate(self.cells[["grouping", "group", "kind", "category"]].to_numpy().tolist())
        }
        rows = defaultdict(dict)
        for (grouping, group, kind, category), line in place.items():
            rows[grouping, group][kind, category] = line
        for row in rows.values():
            categories = [key[1] for key in row if key[0] == "category"]
            for kind, role in row:
                if kind == "subtotal":
                    self.sums.append(
                        (row[kind, role], [row["category", each] for each in categories if roles[each] == role])
                    )
            self.sums.append((row["base", "base"], [row["category", each] for each in categories]))
        everybody = rows["all", "all"]
        self.sums.append(
            (
                everybody["respondents", "respondents"],
                [line for (kind, _), line in everybody.items() if kind in ("base", "missing")],
            )
        )
        for grouping in {grouping for grouping, _ in rows} - {"all"}:
            for key, line in everybody.items():
                if key[0] in ("category", "subtotal", "base"):
                    self.sums.append((line, [row[key] for (each, _), row in rows.items() if each == grouping]))
        matrix = np.zeros((len(self.sums), len(self.cells)))
        for line, (total, parts) in enumerate(self.sums):
            matrix[line, total] -= 1
            np.add.at(matrix[line], parts, 1)
        people = self.cells.loc[self.cells["kind"] == "respondents", "count"].iloc[0]
        published = self.cells["count"].fillna(0).to_numpy(float)
        self.people = float(people)
        self.hidden = np.flatnonzero(self.cells["count"].isna())
        self.links = matrix[:, self.hidden]
        self.rest = -matrix @ published

    def conclusions(self, lines=None):
        """The fewest and the most people in each suppressed cell (or those of some lines): line -> (fewest, most).

        One integer programme holds a table of its own for each of these questions: their sum is least when each is.
        """
        asked = [line for line in self.hidden if lines is None or line in lines]
        if not asked:
            return {}
        aims = np.array([sign * (self.hidden == line) for line in asked for sign in (1, -1)])
        links = LinearConstraint(block_diag([self.links] * len(aims), "csr"), *[np.tile(self.rest, len(aims))] * 2)
        solved = milp(
            aims.ravel(),
            integrality=np.ones(aims.size),
            bounds=Bounds(0, self.people),
            constraints=links,
            options={"mip_rel_gap": 0},
        )
        assert solved.success, "no table fits what is published"
        ends = (aims * solved.x.reshape(aims.shape)).sum(axis=1).round().astype(int)
        return {line: (int(low), int(-high)) for line, low, high in zip(asked, ends[::2], ends[1::2], strict=True)}

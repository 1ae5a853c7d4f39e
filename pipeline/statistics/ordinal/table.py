"""The input of a cumulative-link model, checked, and how its parameters are laid out."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.errors import DataError, ParameterError

DEPENDENT = 1e-9  # a standardised term this close to a combination of others is taken for one


@dataclass(frozen=True)
class Table:
    """A checked table: R distinct rows of p terms with answers in J categories that hold any.

    `clustered` is (counts M × J, row of each among the R, cluster code of each) before identical rows were merged.
    """

    categories: tuple[str, ...]  # all, in order; `answered` says which hold answers
    answered: np.ndarray
    terms: tuple[str, ...]
    counts: np.ndarray  # R × J
    design: np.ndarray  # R × p
    centre: np.ndarray  # p: mean of each term over the rows
    scale: np.ndarray  # p: its standard deviation
    clustered: tuple[np.ndarray, np.ndarray, np.ndarray] | None
    notes: tuple[str, ...]

    @cached_property
    def total(self) -> float:
        """The number of answers (the sum of the weights)."""
        return float(self.counts.sum())

    @cached_property
    def thresholds(self) -> tuple[str, ...]:
        """Names of the J − 1 thresholds, such as 1|2."""
        kept = [name for name, answered in zip(self.categories, self.answered, strict=True) if answered]
        return tuple(f"{below}|{above}" for below, above in itertools.pairwise(kept))


@dataclass(frozen=True)
class Layout:
    """Which parameter stands where: the thresholds, then the terms, a nominal term with one effect for each threshold.

    Inside, terms are centred and scaled, which keeps Newton's method well conditioned; `back` (K × K) turns
    standardised parameters into those of the terms as they were given.
    """

    table: Table
    nominal: tuple[str, ...]

    @cached_property
    def columns(self) -> list[np.ndarray]:
        """Where each term's effect on each of the J − 1 thresholds stands among the parameters."""
        width = len(self.table.thresholds)
        columns, start = [], width
        for term in self.table.terms:
            own = np.arange(width) if term in self.nominal else np.zeros(width, dtype=int)
            columns.append(start + own)
            start += own[-1] + 1
        return columns

    @cached_property
    def size(self) -> int:
        """K, the number of parameters."""
        return int(self.columns[-1][-1]) + 1 if self.columns else len(self.table.thresholds)

    @cached_property
    def names(self) -> list[str]:
        """Names of the K parameters: 1|2, 2|3, role, or 1|2:role where the effect of role differs by threshold."""
        thresholds = self.table.thresholds
        names = list(thresholds)
        for term in self.table.terms:
            names += [f"{threshold}:{term}" for threshold in thresholds] if term in self.nominal else [term]
        return names

    def rows(self, design: np.ndarray) -> np.ndarray:
        """A one and the terms, standardised, negative, for `design` (R × p) in its own units: R × p+1."""
        rows = np.ones((len(design), len(self.table.terms) + 1))
        rows[:, 1:] = (self.table.centre - design) / self.table.scale
        return rows

    @cached_property
    def effects(self) -> np.ndarray:
        """Which standardised parameter is which term's effect on which threshold: J−1 × p+1 × K.

        η = rows · effects · parameters.
        """
        width = len(self.table.thresholds)
        effects = np.zeros((width, len(self.table.terms) + 1, self.size))
        each = np.arange(width)
        effects[each, 0, each] = 1
        for k, columns in enumerate(self.columns, start=1):
            effects[each, k, columns] = 1
        return effects

    @cached_property
    def back(self) -> np.ndarray:
        """Parameters in the terms' own units = back · standardised parameters: K × K."""
        back = np.eye(self.size)
        each = np.arange(len(self.table.thresholds))
        for columns, centre, scale in zip(self.columns, self.table.centre, self.table.scale, strict=True):
            back[each, columns] = centre / scale
            back[columns, columns] = 1 / scale
        return back


def read_table(counts: pd.DataFrame | np.ndarray, design: pd.DataFrame, clusters: Sequence | None = None) -> Table:
    """Check the input of a fit; leave out empty rows and categories, merge rows that are equal in every term.

    counts: rows × categories, any non-negative numbers; design: the same rows × terms; clusters: a label per row.
    DataError or ParameterError says what is wrong and where.

    >>> table = read_table(np.array([[3, 0, 1], [2, 0, 2]]), pd.DataFrame({"role": [0, 1]}))
    >>> table.thresholds, table.notes
    (('1|3',), ("No answers in category '2': it is left out, its probability is nought.",))
    """
    values, categories = _read_counts(counts)
    terms, x = _read_design(design, len(values))
    if isinstance(counts, pd.DataFrame) and not counts.index.equals(design.index):
        raise DataError(
            "The rows of the counts and of the design do not carry the same labels.",
            where="design",
            fix="Give both the same index, in the same order.",
        )
    codes = None if clusters is None else _read_clusters(clusters, design.index)
    answered = values.sum(axis=0) > 0
    if np.count_nonzero(answered) < 2:
        raise DataError(
            "All answers are in one category: there is nothing to model.",
            where="counts",
            found=f"{np.count_nonzero(answered)} of {len(categories)} categories with answers",
            expected="answers in two categories or more",
        )
    asked = values.sum(axis=1) > 0
    if not (answered.all() and asked.all()):
        values, x = values[np.ix_(asked, answered)], x[asked]
        codes = None if codes is None else codes[asked]
    merged, distinct, row = _merge(values, x)
    centre, scale = _scale_terms(distinct, terms)
    notes = [
        f"No answers in category {name!r}: it is left out, its probability is nought."
        for name, held in zip(categories, answered, strict=True)
        if not held
    ]
    clustered = None
    if codes is not None:
        groups, codes = np.unique(codes, return_inverse=True)
        if len(groups) < 2:
            raise ParameterError(
                "Cluster-robust errors need clusters.",
                where="clusters",
                found="one cluster with answers",
                expected="two or more",
            )
        clustered = values, row, codes
        notes.append(f"Standard errors allow for {len(groups)} clusters G, with the factor G / (G − 1).")
    return Table(categories, answered, terms, merged, distinct, centre, scale, clustered, tuple(notes))


def _read_counts(counts: pd.DataFrame | np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Counts as floats, and the categories' names: the columns', or 1, 2, … of an array."""
    try:
        values = np.asarray(counts, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError("Counts must be numbers.", where="counts", found=str(error)) from error
    if values.ndim != 2 or values.shape[1] < 2 or not len(values):
        raise DataError(
            "Counts must be a table of rows and categories.",
            where="counts",
            found=f"shape {values.shape}",
            expected="one row or more, two categories or more",
        )
    categories = tuple(map(str, counts.columns if isinstance(counts, pd.DataFrame) else range(1, values.shape[1] + 1)))
    if len(set(categories)) < len(categories):
        raise DataError("Two categories have the same name.", where="counts", found=", ".join(categories))
    if not values.min() >= 0 or values.max() == np.inf:
        row, column = np.argwhere(~((values >= 0) & np.isfinite(values)))[0]
        raise DataError(
            "A count is missing, infinite or negative.",
            where=f"counts, row {row + 1}, category {categories[column]!r}",
            found=str(values[row, column]),
            expected="a number from 0 up",
        )
    return values, categories


def _read_design(design: pd.DataFrame, rows: int) -> tuple[tuple[str, ...], np.ndarray]:
    if not isinstance(design, pd.DataFrame):
        raise ParameterError(
            "The design must be a table with named terms.",
            where="design",
            found=type(design).__name__,
            expected="a pandas DataFrame",
        )
    if len(design) != rows:
        raise DataError(
            "Counts and design must have the same rows.",
            where="design",
            found=f"{len(design)} rows",
            expected=f"{rows} rows",
        )
    terms = tuple(map(str, design.columns))
    if len(set(terms)) < len(terms):
        raise DataError("Two terms have the same name.", where="design", found=", ".join(terms))
    return terms, design_values(design)


def design_values(design: pd.DataFrame) -> np.ndarray:
    """The terms as floats, R × p; DataError where a value is not a finite number (or a truth value)."""
    try:
        x = design.to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(
            "Terms must be numbers.",
            where="design",
            found=str(error),
            fix="Turn a text column into 0/1 terms, one for each level but the first.",
        ) from error
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise DataError(
            "A term is missing or infinite.",
            found=str(x[row, column]),
            where=f"design, row {row + 1}, term {str(design.columns[column])!r}",
            expected="a finite number",
            fix="Leave the row out, or fill the term by a stated rule.",
        )
    return x


def _read_clusters(clusters: Sequence, index: pd.Index) -> np.ndarray:
    """A code for each row's cluster."""
    if len(clusters) != len(index):
        raise ParameterError(
            "Give one cluster label for each row.",
            where="clusters",
            found=f"{len(clusters)} labels",
            expected=f"{len(index)} labels",
        )
    if isinstance(clusters, pd.Series) and not clusters.index.equals(index):
        raise DataError(
            "The clusters and the design do not carry the same row labels.",
            where="clusters",
            fix="Give both the same index, in the same order.",
        )
    codes, _ = pd.factorize(pd.Series(clusters).to_numpy())
    if (codes < 0).any():
        raise DataError("A cluster label is missing.", where=f"clusters, row {np.argmax(codes < 0) + 1}")
    return codes


def _merge(counts: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows equal in every term become one: counts R × J, design R × p, and where each given row went (M)."""
    order = np.lexsort((*design.T, np.zeros(len(design))))
    ordered = design[order]
    first = np.concatenate(([True], (ordered[1:] != ordered[:-1]).any(axis=1)))
    row = np.empty(len(order), dtype=int)
    row[order] = np.cumsum(first) - 1
    return np.add.reduceat(counts[order], np.flatnonzero(first), axis=0), ordered[first], row


def _scale_terms(design: np.ndarray, terms: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each term.

    DataError when a term is constant or a linear combination of the terms before it (and the thresholds).
    """
    constant = np.flatnonzero((design == design[0]).all(axis=0))
    if constant.size:
        raise DataError(
            "A term is the same in all rows with answers: the thresholds already hold it.",
            where=f"design, term {terms[constant[0]]!r}",
            fix="Leave the term out.",
        )
    centre = design.mean(axis=0)
    centred = design - centre
    scale = np.sqrt((centred * centred).mean(axis=0))
    if len(terms) > 1:
        triangle = np.asarray(np.linalg.qr(centred / scale, mode="r"))
        own = np.zeros(len(terms))
        own[: len(triangle)] = np.abs(triangle.diagonal())
        dependent = np.flatnonzero(own < DEPENDENT * np.sqrt(len(design)))
        if dependent.size:
            before = ", ".join(terms[: dependent[0]])
            raise DataError(
                "A term is a linear combination of others.",
                where=f"design, term {terms[dependent[0]]!r}",
                found=f"it follows from {before} and a constant",
                fix="Leave one of them out.",
            )
    return centre, scale

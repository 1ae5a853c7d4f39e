"""Routes through a questionnaire: one question in several columns, questions put to some, and who stopped half-way."""

from collections.abc import Sequence

import numpy as np

from pipeline.inputs.exports.table import Export
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.staff.codebook import REASONS, AskedIf

STOPPED_SHARE = 0.25  # blanks from a place to the end are a questionnaire given up where they are a quarter of it


def missing_code(reason: str) -> int:
    """The code of a reason for which an answer is missing.

    >>> missing_code("no_answer"), missing_code("stopped")
    (-1, -2)
    """
    return -1 - REASONS.index(reason)


def merged(routes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The answers (respondents,) of one question that stands in several columns, and who answered in more than one.

    What is blank on one route is taken from the next.

    >>> [found.tolist() for found in merged([np.array([0, -1, -1, 2]), np.array([-1, 1, -1, 1])])]
    [[0, 1, -1, 2], [False, False, False, True]]
    """
    codes, blank = routes[0].copy(), missing_code("no_answer")
    twice = np.zeros(len(codes), dtype=bool)
    for other in routes[1:]:
        twice |= (codes != blank) & (other != blank)
        codes = np.where(codes == blank, other, codes)
    return codes, twice


def not_asked(export: Export, asked: AskedIf) -> np.ndarray:
    """Who (respondents,) was not asked."""
    column, keys = export.column(asked.column), set(map(label_key, asked.answers))
    return np.array([label_key(text) not in keys for text in column.texts])[column.codes]


def mark_stopped(codes: np.ndarray, positions: Sequence[int]) -> None:
    """Blanks from somewhere to the end of the questionnaire get their own reason, in place.

    What somebody was not asked is no blank, and no answer either: the end of a questionnaire is the last question that was
    put to them.
    """
    order = np.argsort(positions, kind="stable")
    blank, beside = codes[:, order] == missing_code("no_answer"), codes[:, order] == missing_code("not_asked")
    trailing = np.logical_and.accumulate((blank | beside)[:, ::-1], axis=1)[:, ::-1] & blank
    put = (~beside).sum(axis=1)
    stopped = trailing & (trailing.sum(axis=1) >= np.maximum(2, STOPPED_SHARE * put))[:, None]
    codes[:, order] = np.where(stopped, np.int8(missing_code("stopped")), codes[:, order])


def stopping_place(codes: np.ndarray, items: Sequence[str]) -> tuple[str, int]:
    """The item (of those in the order of the codes) from which on most people stopped, and how many did."""
    stopped = codes == missing_code("stopped")
    first = stopped.argmax(axis=1)[stopped.any(axis=1)]
    counts = np.bincount(first, minlength=len(items))
    return items[int(counts.argmax())], int(counts.max())

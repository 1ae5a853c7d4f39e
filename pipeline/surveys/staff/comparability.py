"""Whether the answers of two surveys can be set beside each other: the same kind of scale, with the same points.

"Often" is no agreement, and "difficult" no disagreement, even where a scale of them has as many points as the other.
"""

from collections.abc import Sequence

from pipeline.surveys.codebook import AnswerScale, listed
from pipeline.surveys.drafting.known_scales import level_in
from pipeline.surveys.drafting.vocabularies import VOCABULARIES
from pipeline.surveys.staff.codebook import StaffScale


def why_not_comparable(ours: StaffScale, theirs: AnswerScale) -> str:
    """Why answers on a council's scale cannot be compared with those on a published one; "" where they can.

    >>> def scale(*labels):
    ...     roles = ("agree", "agree", "neutral", "disagree", "disagree")
    ...     return StaffScale(id="s", categories=[{"id": f"c{k}", "label": label, "role": role}
    ...                                           for k, (label, role) in enumerate(zip(labels, roles))])
    >>> theirs = scale("Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree")
    >>> why_not_comparable(scale("Fully agree", "Agree", "Neutral", "Disagree", "Fully disagree"), theirs)
    ''
    >>> why_not_comparable(scale("Always", "Often", "Sometimes", "Rarely", "Never"), theirs)
    'Its answers (Always, Often, Sometimes, Rarely, Never) are on another kind of scale.'
    """
    if not _kinds(ours) & _kinds(theirs):
        return f"Its answers ({listed(_labels(ours))}) are on another kind of scale."
    if _roles(ours) != _roles(theirs):
        return f"Its answers are on {_worded(ours)}, against {_worded(theirs)}."
    return ""


def _kinds(scale: AnswerScale) -> set[str]:
    """The kinds of scale that the answers can be of: all kinds that have every label, or the one that is stated."""
    stated = getattr(scale, "kind", None)
    if stated:
        return {stated}
    return {kind for kind in VOCABULARIES if all(level_in(kind, label) for label in _labels(scale))}


def _labels(scale: AnswerScale) -> list[str]:
    return [category.label for category in scale.categories if category.role != "dont_know"]


def _roles(scale: AnswerScale) -> Sequence[str]:
    """What the points of a scale count as, in order, without "don't know"."""
    return [category.role for category in scale.categories if category.role != "dont_know"]


def _worded(scale: AnswerScale) -> str:
    """How a scale is built, for a reader."""
    roles = _roles(scale)
    neutral = "" if "neutral" in roles else " without a neutral one"
    return f"a scale of {len(roles)} answers{neutral}, {roles.count('agree')} of agreement"

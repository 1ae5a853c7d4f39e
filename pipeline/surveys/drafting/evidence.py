"""What the answers themselves say about a draft: counts, blanks, and whether a statement goes with those beside it."""

from collections.abc import Collection, Sequence

import numpy as np

from pipeline.numerals import printed
from pipeline.surveys.drafting.items import ItemColumn, counts_of

LEAST_PEOPLE, LEAST_ITEMS = 30, 3  # of whom a correlation says something, and in a block
AGAINST, ERRORS = -0.2, 3  # a statement goes against the rest whose correlation is this low, by three standard errors
SHOWN = 12  # values with their counts


def item_rest(items: Sequence[ItemColumn], against: Collection[str] = ()) -> dict[str, tuple[float, int]]:
    """How each item correlates with the mean of the others on its scale, and of how many people, by its column's name.

    Those `against` are turned before.

    Items of blocks that are too small are not told.
    """
    found: dict[str, tuple[float, int]] = {}
    for block in _blocks(items):
        told = correlations_with_rest(_standardised(block, against))
        found |= {item.column.name: each for item, each in zip(block, told, strict=True) if each}
    return found


def correlations_with_rest(answers: np.ndarray) -> list[tuple[float, int] | None]:
    """How each column of `answers` (people × items, NaN where there is none) correlates with the mean of the others.

    And of how many people; None where they are too few, or all alike.

    >>> answers = np.repeat(np.arange(5.0), 10)
    >>> found = correlations_with_rest(np.column_stack([answers, answers, 4 - answers, answers]))
    >>> [(round(correlation, 12), people) for correlation, people in found[1:3]]
    [(1.0, 50), (-1.0, 50)]
    """
    found: list[tuple[float, int] | None] = []
    sums, present = np.nansum(answers, axis=1), np.isfinite(answers).sum(axis=1)
    for own in answers.T:
        with np.errstate(invalid="ignore", divide="ignore"):
            rest = (sums - np.nan_to_num(own)) / (present - np.isfinite(own))
        both = np.isfinite(own) & np.isfinite(rest)
        told = both.sum() >= LEAST_PEOPLE and np.ptp(own[both]) > 0 and np.ptp(rest[both]) > 0
        found.append((float(np.corrcoef(own[both], rest[both])[0, 1]), int(both.sum())) if told else None)
    return found


def is_against(correlation: float, people: int) -> bool:
    """Whether a correlation is clearly negative, by Fisher's transformation.

    >>> is_against(-0.3, 60), is_against(-0.3, 200), is_against(-0.1, 5000)
    (False, True, False)
    """
    return correlation <= AGAINST and bool(np.arctanh(max(correlation, -0.999)) * np.sqrt(people - 3) <= -ERRORS)


def going_against(items: Sequence[ItemColumn], against: Collection[str] = ()) -> dict[str, float]:
    """The items that go clearly against the rest of their block, those `against` turned before, and how they correlate.

    The worst is turned first, for it pulls the others down; where most of a block would be turned, it is the rest that goes
    against.
    """
    found: dict[str, float] = {}
    for block in _blocks(items):
        turned = {item.column.name for item in block} & set(against)
        told: dict[str, float] = {}
        for _ in block:
            name, (worst, people) = min(
                item_rest(block, turned ^ set(told)).items(), key=lambda each: each[1], default=("", (0.0, 0))
            )
            if name in told or not is_against(worst, people):
                break
            told[name] = worst
        if len(told) > len(block) / 2:
            others = item_rest(block, turned ^ set(told))
            told = {name: -abs(rest) for name, (rest, _) in others.items() if name not in told}
        found |= told
    return found


def told_counts(item: ItemColumn) -> str:
    """How often each answer of an item was given, and the share of blank cells.

    >>> from pipeline.inputs.exports.table import Column
    >>> from pipeline.surveys.drafting.items import labelled_items
    >>> column = Column(name="Q1", question="Q1", position=1, texts=("", "Agree", "Disagree"),
    ...                 codes=np.array([1, 1, 2, 0]))
    >>> told_counts(labelled_items([column])[0])
    'Agree 2, Disagree 1; blank 25%'
    """
    counts = counts_of(item.column)
    order = {level: place for place, level in enumerate(item.scale.levels)}
    texts = sorted(
        (text for text in counts if text and counts[text] and text in item.reading.levels | item.reading.missing),
        key=lambda text: (order.get(item.reading.levels.get(text, ""), len(order)), text),
    )
    shown = ", ".join(f"{text} {counts[text]:,}" for text in texts[:SHOWN])
    more = f", and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return f"{shown}{more}; blank {printed(100 * counts.get('', 0) / max(sum(counts.values()), 1), '.0f')}%"


def told_unused(sharing: Sequence[ItemColumn]) -> str:
    """How many statements are on a scale, and which of its points nobody chose in any of them."""
    used = {
        level for item in sharing for text, level in item.reading.levels.items() if counts_of(item.column).get(text)
    }
    unused = [level.replace("_", " ") for level in sharing[0].scale.levels if level not in used]
    said = f"of {len(sharing)} statement{'s' * (len(sharing) > 1)}"
    return f"{said}; chosen by nobody: {', '.join(unused)}" if unused else said


def _blocks(items: Sequence[ItemColumn]) -> list[list[ItemColumn]]:
    blocks: dict[object, list[ItemColumn]] = {}
    for item in items:
        blocks.setdefault(item.scale, []).append(item)
    return [block for block in blocks.values() if len(block) >= LEAST_ITEMS]


def _standardised(block: Sequence[ItemColumn], against: Collection[str]) -> np.ndarray:
    """The places of the answers on the scale (people, items), the best the highest, NaN where there is none."""
    levels = {level: float(-place) for place, level in enumerate(block[0].scale.levels)}
    columns = [
        np.array([levels.get(item.reading.levels.get(text, ""), np.nan) for text in item.column.texts])[
            item.column.codes
        ]
        for item in block
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack(
            [
                (-1 if item.column.name in against else 1) * (column - np.nanmean(column)) / np.nanstd(column)
                if np.isfinite(column).any() and np.nanstd(column) > 0
                else np.full(len(column), np.nan)
                for item, column in zip(block, columns, strict=True)
            ]
        )

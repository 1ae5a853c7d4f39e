"""Labels that are on no known scale: whose order is to be asked, and those with the good answer in the middle."""

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.inputs.exports.table import Column
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.drafting.columns import LOW, answered, heading
from pipeline.surveys.drafting.items import MOST_TEXTS, Doubt, ItemColumn, ScaleKey, counts_of
from pipeline.surveys.drafting.known_scales import Reading, is_unsure, missing_reason, plain_key, read_labels
from pipeline.surveys.drafting.traits import trait
from pipeline.surveys.drafting.vocabularies import DONT_KNOW, VOCABULARIES

ORDER, BIPOLAR = "order", "bipolar"
MOST_LABELS, LONGEST, FAMILY, COMMON = 11, 60, 3, 2 / 3  # of a family's labels, so many are a column's own
_TOO = re.compile(r"((much|far|way|a bit|a little|slightly|somewhat) )?(too \w+|not \w+ enough|not enough)\b.*")
_RIGHT = re.compile(
    r"(about|just|roughly|exactly)? ?(the )?right( (amount|level|size|number|length))?|as (it|they) should be"
)
_MIDDLE = {"neutral", "neither", "undecided", "mixed", "so so", "ok", "okay", "average"}


def unknown_items(columns: Sequence[Column]) -> list[ItemColumn]:
    """The columns of labels that look like a scale, though none that is known; the order that is drafted is a guess.

    They are three columns or more with the same few labels, or hold part of a known scale's.
    """
    labels = {column.name: _labels(column) for column in columns}
    candidates = [column for column in columns if 3 <= len(labels[column.name]) <= MOST_LABELS]
    middle = [column for column in candidates if _is_bipolar(labels[column.name])]
    rest = [column for column in candidates if column not in middle]
    items = [_bipolar(column, labels[column.name]) for column in middle]
    for family in _families(rest, labels):
        traits = sum(bool(trait(heading(column.question))) for column in family)
        if 2 * traits < len(family) and (len(family) >= FAMILY or any(map(_half_known, family))):
            items += _ordered(family)
    return items


def _labels(column: Column) -> set[str]:
    """The answers of a column, as keys, if they may be labels."""
    if len(column.texts) > MOST_TEXTS:
        return set()
    texts = [text for text in answered(column)[0] if not is_unsure(text)]
    wordy = all(len(text) <= LONGEST and re.search(r"[^\W\d]", text) for text in texts)
    return set(map(label_key, texts)) if wordy else set()


def _families(columns: Sequence[Column], labels: dict[str, set[str]]) -> list[list[Column]]:
    """Columns that have most of their labels in common."""
    families: list[list[Column]] = []
    for column in sorted(columns, key=lambda column: (-len(labels[column.name]), column.position)):
        for family in families:
            theirs = set().union(*(labels[each.name] for each in family))
            if (
                len(labels[column.name] & theirs) >= COMMON * len(labels[column.name] | theirs)
                and len(labels[column.name] | theirs) <= MOST_LABELS
            ):
                family.append(column)
                break
        else:
            families.append([column])
    return [sorted(family, key=lambda column: column.position) for family in families]


def _half_known(column: Column) -> bool:
    """Whether most labels are of one known scale, though not one as it is known."""
    reading = read_labels(column.texts)
    return bool(reading) and len(reading.ordered) >= 3 and len(reading.unknown) <= len(reading.ordered) / 2


def _ordered(family: Sequence[Column]) -> list[ItemColumn]:
    counts: Counter[str] = Counter()
    for column in family:
        counts.update(counts_of(column))
    texts = [text for text in counts if text and not missing_reason(text) and not is_unsure(text)]
    spelt: dict[str, str] = {}
    for text in sorted(texts, key=lambda text: (-counts[text], text)):
        spelt.setdefault(label_key(text), text)
    key = ScaleKey(ORDER, tuple(_likely_order(list(spelt.values()))))
    return [
        ItemColumn(
            column,
            _read(column, {text: spelt[label_key(text)] for text in column.texts if label_key(text) in spelt}),
            key,
            "labels whose order is not known",
            LOW,
            Doubt(order=True),
        )
        for column in family
    ]


def _likely_order(labels: list[str]) -> list[str]:
    """Labels of a known scale in its order, a middle one in the middle, and behind them the others, the most frequent first."""
    reading = read_labels(labels)
    if not reading:
        return labels
    order = [level[0] for level in VOCABULARIES[reading.kind]]
    known = sorted(
        (text for text in labels if reading.levels.get(text) in order),
        key=lambda text: order.index(reading.levels[text]),
    )
    middle = [text for text in labels if text not in known and plain_key(text).split(" ")[0] in _MIDDLE]
    half = (len(known) + 1) // 2
    return [*known[:half], *middle, *known[half:], *(text for text in labels if text not in (*known, *middle))]


def _is_bipolar(keys: set[str]) -> bool:
    """Whether labels go from too much to too little, with what is right between them."""
    plain = list(map(plain_key, keys))
    right = [key for key in plain if _RIGHT.fullmatch(key)]
    return len(right) == 1 and sum(bool(_TOO.fullmatch(key)) for key in plain) == len(plain) - 1 >= 2


def _bipolar(column: Column, keys: set[str]) -> ItemColumn:
    texts = [text for text in column.texts if label_key(text) in keys]
    right = next(text for text in texts if _RIGHT.fullmatch(plain_key(text)))
    ends = sorted(
        {label_key(text): text for text in texts if label_key(text) != label_key(right)}.values(), key=str.lower
    )
    other = " or ".join([ends[0], *(end[0].lower() + end[1:] for end in ends[1:])])
    levels = {text: right if label_key(text) == label_key(right) else other for text in texts}
    return ItemColumn(
        column,
        _read(column, levels),
        ScaleKey(BIPOLAR, (right, other)),
        "the right answer is in the middle: both ends speak against it",
        LOW,
        Doubt(order=True),
    )


def _read(column: Column, levels: dict[str, str]) -> Reading:
    missing = {text: reason for text in column.texts if (reason := missing_reason(text))}
    return Reading(ORDER, levels | {text: DONT_KNOW for text in column.texts if is_unsure(text)}, missing)

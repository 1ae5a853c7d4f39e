"""The kinds of questions that a draft asks: each names the answers that fit, and what each would change in survey.yaml.

Two questions never write the same place, or an entry that both add to: they can be answered in any order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.inputs.exports.table import Column
from pipeline.numerals import printed
from pipeline.surveys.deciding.questions import in_order, role_of
from pipeline.surveys.drafting.evidence import is_against
from pipeline.surveys.drafting.items import Doubt, ItemColumn, ScaleKey, counts_of
from pipeline.surveys.drafting.number_scales import NUMBERS, Way
from pipeline.surveys.drafting.other_languages import likely_level
from pipeline.surveys.drafting.scales import Written, categories_of, suffix_of, written
from pipeline.surveys.drafting.unknown_scales import BIPOLAR, ORDER
from pipeline.surveys.drafting.vocabularies import DONT_KNOW
from pipeline.surveys.drafting.wordings import split_heading
from pipeline.surveys.private import is_label

REASONS = {"no_answer": "no answer", "not_applicable": "it does not apply", "prefer_not_to_say": "prefers not to say"}
MOST_NAMED = 3  # columns that a question names
Question = Entry = dict[str, Any]


def scale_questions(
    items: Sequence[ItemColumn], ids: Mapping[ScaleKey, str], entries: Mapping[str, Entry]
) -> Iterator[Question]:
    """The questions about the scales of the items; `entries` are those of the items by their columns."""
    for key, scale in ids.items():
        sharing = [item for item in items if item.scale == key]
        doubt = _together(sharing)
        spelt = written(sharing)
        if key.kind == NUMBERS and (doubt.ways or doubt.end):
            yield _numbers(key, scale, sharing, doubt, spelt, suffix_of(key, scale, ids))
        for number in doubt.codes:
            yield _code(number, scale, sharing, spelt)
        if doubt.absent:
            yield _absent(key, scale, sharing, doubt, spelt)
        if doubt.strange:
            yield from _strange(key, scale, sharing, doubt, spelt)
        if key.kind == ORDER:
            yield _order(key, scale, sharing, entries)
        if key.kind == BIPOLAR:
            yield _bipolar(key, scale, sharing, spelt, entries)


def direction_questions(
    items: Sequence[ItemColumn],
    entries: Mapping[str, Entry],
    correlations: Mapping[str, tuple[float, int]],
    against: Mapping[str, float],
    by_words: Iterable[str],
) -> Iterator[Question]:
    """The questions about statements that go against their block, and those of which the words alone do.

    `against` says how much those do that go clearly against the rest (those that speak against support by their words,
    `by_words`, turned before), `correlations` how each goes with the rest as it is.
    """
    words = set(by_words)
    for item in items:
        name, slug = item.column.name, entries[item.column.name]["id"]
        known = correlations.get(name)
        if name not in against and (name not in words or (known and is_against(*known))):
            continue
        place = ("items", slug)
        keep = _answer("as-it-is", "no: it is counted as it is written", _set((*place, "reversed"), False))
        turn = _answer(
            "reversed", "yes: who agrees speaks against support (reversed: true)", _set((*place, "reversed"), True)
        )
        stored = _answer(
            "turned",
            "its numbers run the other way than those of the others, the lowest is the best (turned: true)",
            [*_set((*place, "reversed"), name in words), *_set((*place, "turned"), True)],
        )
        answers = [turn, keep] if name in words else [keep, turn]
        if name in against and item.scale.kind == NUMBERS:
            answers = [stored, turn, keep] if name not in words else [keep, turn, stored]
        elif name in against:  # labels say what people meant
            answers = [keep, turn]
        said = (
            ""
            if name not in against
            else (
                " Its words do, but its answers go with the others' on its scale"
                if name in words
                else " Its answers go against the others' on its scale"
            )
            + f" (correlation with them {printed(known[0], '+.2f')})."
        )
        asked = f'Does agreement to "{_wording(item)}" speak against support or outcomes?{said}'
        yield {"id": f"{slug}-direction", "question": asked, "counts": _counts([item]), "answers": answers}


def weight_question(column: Column) -> Question:
    """What becomes of the rows without a weight."""
    blank = counts_of(column).get("", 0)
    use = [*_set(("weight",), column.name), {"do": "remove", "at": ["left_out", column.name]}]

    def weighed(without: str) -> list[dict[str, Any]]:
        return [*use, *_set(("without_weight",), without)]

    return {
        "id": "weight-blank",
        "question": f"The column {column.name} looks like a weight, but {blank:,} of {len(column.codes):,} "
        "rows have none. What becomes of them?",
        "answers": [
            _answer("leave-out", "the rows without a weight are left out", weighed("leave_out")),
            _answer("one", "the rows without a weight count as one person each", weighed("one")),
            _answer("no-weights", "no weights: everybody counts as one", []),
        ],
    }


def _together(sharing: Sequence[ItemColumn]) -> Doubt:
    """What is not certain of a scale, of all its items."""
    doubts = [item.doubt for item in sharing]
    codes = sorted(
        {code for doubt in doubts for code in doubt.codes} - {int(each) for each in _numbers_on(sharing[0].scale)}
    )
    strange: Counter[str] = Counter()
    for item in sharing:
        counts = counts_of(item.column)
        strange.update({text: counts[text] for text in item.doubt.strange})
    common = set.intersection(*(set(doubt.absent) for doubt in doubts))
    return Doubt(
        ways=next((doubt.ways for doubt in doubts if doubt.ways), ()),
        end=any(doubt.end for doubt in doubts),
        codes=tuple(codes),
        absent=tuple(level for level in sharing[0].scale.levels if level in common),
        strange=tuple(sorted(strange, key=lambda text: (-strange[text], text))),
    )


def _numbers_on(key: ScaleKey) -> Iterable[str]:
    return key.levels if key.kind == NUMBERS else ()


def _numbers(
    key: ScaleKey, scale: str, sharing: Sequence[ItemColumn], doubt: Doubt, spelt: Written, suffix: str
) -> Question:
    """How many points numbers are, and which end of them is agreement."""
    low_first = tuple(sorted(map(int, key.levels)))
    found = doubt.ways or (Way(low_first, f"the points {low_first[0]} to {low_first[-1]}"),)
    ends = (True, False) if doubt.end else (key.levels[0] == str(max(low_first)),)
    answers = []
    for high in ends:
        for way in found:
            points = way.points[::-1] if high else way.points
            categories = categories_of(key._replace(levels=tuple(map(str, points))), _points(spelt), suffix)
            edits = _set(("scales", scale, "categories"), categories)
            edits += [
                _add(("scales", scale, "missing"), {"reason": reason, "answers": _texts(number, sharing)})
                for reason, number in way.missing
            ]
            said = [way.label] * (len(found) > 1) + [f"{points[0]} is the strongest agreement, or the best"] * doubt.end
            key_parts = [way.key] * (len(found) > 1) + ["high" if high else "low"] * doubt.end
            answers.append(_answer("-".join(key_parts), "; ".join(said), edits))
    asked = ["which points the scale has"] * (len(found) > 1) + ["which end is agreement"] * doubt.end
    return {
        "id": f"{_slug(scale)}-points",
        "question": f"People answered in numbers ({_columns(sharing)}), and the file does "
        f"not say {' and '.join(asked)}. How is it?",
        "counts": _counts(sharing),
        "answers": answers,
    }


def _code(number: int, scale: str, sharing: Sequence[ItemColumn], spelt: Written) -> Question:
    """What a number beside the points means."""
    texts, count = _texts(number, sharing), sum(spelt[str(number)].values())
    unsure = _answer(
        "dont-know",
        "don't know: it stands beside the scale, and in the base of its shares",
        [
            _add(
                ("scales", scale, "categories"),
                {"id": DONT_KNOW, "label": "Don't know", "role": DONT_KNOW, "answers": texts},
            )
        ],
    )
    missing = [
        _answer(
            reason.replace("_", "-"),
            f"{told}: who gave it is not in the base",
            [_add(("scales", scale, "missing"), {"reason": reason, "answers": texts})],
        )
        for reason, told in REASONS.items()
    ]
    habit = abs(number) % 10
    first = unsure if habit == 8 else missing[2] if habit == 7 else missing[0]  # as SPSS and public surveys have them
    answers = [first, *(answer for answer in (unsure, *missing) if answer is not first)]
    return {
        "id": f"{_slug(scale)}-code-{'minus-' * (number < 0)}{abs(number)}",
        "question": f"{number} stands {count:,} times beside the points {_span(sharing[0].scale)} ({_columns(sharing)}). "
        "What does it mean?",
        "counts": _counts(sharing),
        "answers": answers,
    }


def _absent(key: ScaleKey, scale: str, sharing: Sequence[ItemColumn], doubt: Doubt, spelt: Written) -> Question:
    """Whether points of a known scale that nobody chose were on offer."""
    known = categories_of(key, _points(spelt))
    labels = {level: category["label"] for level, category in zip(key.levels, known, strict=False)}
    offered = tuple(level for level in key.levels if level not in doubt.absent)
    fewer = categories_of(key._replace(levels=offered), _points(spelt), scale)
    for place, category in enumerate(fewer[: len(offered)]):
        category["role"] = role_of(place, len(offered))
    told = " > ".join(labels[level] for level in offered)
    missing = ", ".join(labels[level] for level in doubt.absent)
    place = ("scales", scale, "categories")
    return {
        "id": f"{_slug(scale)}-points",
        "question": f"Nobody chose {missing} ({_columns(sharing)}). Was it on offer?",
        "counts": _counts(sharing),
        "answers": [
            _answer("offered", f"yes, and nobody chose it: {' > '.join(labels.values())}", _set(place, known)),
            _answer("not-offered", f"no, the scale is: {told}", _set(place, fewer)),
        ],
    }


def _strange(
    key: ScaleKey, scale: str, sharing: Sequence[ItemColumn], doubt: Doubt, spelt: Written
) -> Iterator[Question]:
    """What labels mean that are not on the scale: those of another language together, where they are known."""
    categories = categories_of(key, spelt)
    of_level = dict(zip(key.levels, categories, strict=False)) | {
        DONT_KNOW: {"id": DONT_KNOW, "label": "Don't know", "role": DONT_KNOW}
    }
    counts: Counter[str] = Counter()
    for item in sharing:
        counts.update(counts_of(item.column))
    known = {text: level for text in doubt.strange if (level := likely_level(key.kind, text))}

    def means(text: str, level: str) -> dict[str, Any]:
        if level in of_level:
            known_as = {part: of_level[level][part] for part in ("id", "label", "role")}
            return _add(("scales", scale, "categories"), known_as | {"answers": [text]})
        return _add(("scales", scale, "missing"), {"reason": level, "answers": [text]})

    def drop(texts: Sequence[str]) -> list[dict[str, Any]]:
        return [_add(("scales", scale, "missing"), {"reason": "no_answer", "answers": list(texts)})]

    if known:
        pairs = ", ".join(
            f"{text} = {of_level[level]['label'] if level in of_level else level.replace('_', ' ')}"
            for text, level in known.items()
        )
        yield {
            "id": f"{_slug(scale)}-language",
            "question": f"{sum(counts[text] for text in known):,} answers are in another language, Welsh as it seems "
            f"({_columns(sharing)}). How do they pair with those of the scale?",
            "counts": [f"{text} {counts[text]:,}" for text in known],
            "answers": [
                _answer("paired", pairs, [means(text, level) for text, level in known.items()]),
                _answer("no-answer", "they are not counted, as if these people had given no answer", drop(list(known))),
            ],
        }
    for number, text in enumerate((text for text in doubt.strange if text not in known), 1):
        named = f'"{text}"' if _told_openly(text, counts[text], sharing) else f"an answer of {len(text)} characters"
        yield {
            "id": f"{_slug(scale)}-label-{number}",
            "question": f"{named} stands {counts[text]:,} times and is not on the scale ({_columns(sharing)}). Which answer is it?",
            "answers": [
                _answer("no-answer", "none: it is counted as no answer", drop([text])),
                *(
                    _answer(level.replace("_", "-"), category["label"], [means(text, level)])
                    for level, category in of_level.items()
                ),
            ],
        }


def _told_openly(text: str, count: int, sharing: Sequence[ItemColumn]) -> bool:
    """Whether so many gave an answer that it is no remark of one person."""
    return is_label(text) and (count >= 5 or sum(text in item.column.texts for item in sharing) > 1)


def _order(key: ScaleKey, scale: str, sharing: Sequence[ItemColumn], entries: Mapping[str, Entry]) -> Question:
    counts: Counter[str] = Counter()
    for item in sharing:
        for text, count in counts_of(item.column).items():
            counts[item.reading.levels.get(text, "")] += count
    return {
        "id": f"{_slug(scale)}-order",
        "question": f"In which order are these answers, from the best to the worst ({_columns(sharing)})?",
        "counts": [f"{number} {label}: {counts[label]:,}" for number, label in enumerate(key.levels, 1)],
        "order": {"scale": scale, "labels": list(key.levels), "otherwise": _left_out(scale, sharing, entries)},
    }


def _bipolar(
    key: ScaleKey, scale: str, sharing: Sequence[ItemColumn], spelt: Written, entries: Mapping[str, Entry]
) -> Question:
    """How a scale with its best point in the middle is counted."""
    right, other = key.levels
    ends = sorted(spelt[other], key=str.lower)
    place = ("scales", scale, "categories")

    def straight(order: Sequence[str]) -> dict[str, Any]:
        kind = _set(("scales", scale, "kind"), "other")
        return _answer(
            f"from-{_slug(order[0])}",
            f"a straight scale: {' > '.join(order)}",
            [*_set(place, in_order(order, scale)), *kind],
        )

    answers = [
        _answer(
            "middle",
            f"{right} is the good answer, the others speak against it alike",
            _set(place, categories_of(key, _points(spelt), scale)),
        )
    ]
    if len(ends) == 2:
        answers += [straight([ends[0], right, ends[1]]), straight([ends[1], right, ends[0]])]
    answers.append(_answer("leave-out", "leave it out of the report", _left_out(scale, sharing, entries)))
    return {
        "id": f"{_slug(scale)}-middle",
        "question": f"The middle answer seems to be the best ({_columns(sharing)}). How is it counted?",
        "counts": _counts(sharing),
        "answers": answers,
    }


def _left_out(scale: str, sharing: Sequence[ItemColumn], entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """The edits that leave the items of a scale out."""
    edits = []
    for entry in (entries[item.column.name] for item in sharing):
        edits.append({"do": "remove", "at": ["items", entry["id"]]})
        edits += [
            _add(("left_out",), {"column": column, "why": "other"})
            for column in (entry["column"], *entry.get("also", ()))
        ]
    return [*edits, {"do": "remove", "at": ["scales", scale]}]


def _points(spelt: Written) -> Written:
    """What is written for points, without "don't know", which stays as it is."""
    return {level: texts for level, texts in spelt.items() if level != DONT_KNOW}


def _answer(key: str, label: str, edits: list[dict[str, Any]]) -> dict[str, Any]:
    return {"key": key, "label": label, "edits": edits}


def _set(at: Sequence[str], to: Any) -> list[dict[str, Any]]:
    return [{"do": "set", "at": list(at), "to": to}]


def _add(at: Sequence[str], to: Any) -> dict[str, Any]:
    return {"do": "add", "at": list(at), "to": to}


def _texts(number: int, sharing: Sequence[ItemColumn]) -> list[str]:
    """The ways in which the file writes a number."""
    return sorted({text for item in sharing for text, level in item.reading.levels.items() if level == str(number)})


def _counts(sharing: Sequence[ItemColumn]) -> list[str]:
    """How often each answer was given, in all columns of a scale together."""
    counts: Counter[str] = Counter()
    for item in sharing:
        counts.update(
            {text: count for text, count in counts_of(item.column).items() if text in item.reading.levels and count}
        )
    numbers = sharing[0].scale.kind == NUMBERS
    order = {level: place for place, level in enumerate(sharing[0].scale.levels)}
    levels = {text: level for item in sharing for text, level in item.reading.levels.items()}
    texts = sorted(
        counts,
        key=lambda text: (
            (int(levels[text]) if levels[text] != DONT_KNOW else 10**6)
            if numbers
            else order.get(levels[text], len(order)),
            text,
        ),
    )
    return [f"{text}: {counts[text]:,}" for text in texts]


def _columns(sharing: Sequence[ItemColumn]) -> str:
    names = [item.column.name for item in sharing]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"column{'s' * (len(names) > 1)} " + ", ".join(map(_shortened, names[:MOST_NAMED])) + more


def _wording(item: ItemColumn) -> str:
    return _shortened(split_heading(item.column.question)[2], 90)


def _shortened(text: str, length: int = 60) -> str:
    half = (length - 1) // 2
    return text if len(text) <= length else f"{text[:half].rstrip()}…{text[-half:].lstrip()}"


def _span(key: ScaleKey) -> str:
    points = sorted(map(int, key.levels))
    return f"{points[0]} to {points[-1]}"


def _slug(text: str) -> str:
    return (
        "-".join("".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text.lower()).split())
        or "answer"
    )

"""The scales of a draft as survey.yaml has them: their categories, what they count as, and how the file writes them."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.deciding.questions import in_order, role_of
from pipeline.surveys.drafting.items import ItemColumn, ScaleKey, counts_of
from pipeline.surveys.drafting.number_scales import NUMBERS
from pipeline.surveys.drafting.unknown_scales import BIPOLAR, ORDER
from pipeline.surveys.drafting.vocabularies import DONT_KNOW, VOCABULARIES

AGREEMENT = "agreement"
_ASKS_AGREEMENT = re.compile(r"\bstrongly (dis)?agree\b|\b(do|far|much|extent)\b.*\bagree\b", re.IGNORECASE)
Written = dict[str, Counter[str]]  # how often the file writes a level in each of its ways


def draft_scales(items: Sequence[ItemColumn]) -> tuple[list[dict[str, Any]], dict[ScaleKey, str]]:
    """The scales of the items as survey.yaml has them, and the identifier of each."""
    scales, ids, named = [], {}, {}
    keys = list(dict.fromkeys(item.scale for item in items))
    for key in keys:
        sharing = [item for item in items if item.scale == key]
        base = f"{key.kind}_{len(key.levels)}"
        ids[key] = base if base not in ids.values() else f"{base}_{len(ids) + 1}"
        categories = categories_of(key, written(sharing), suffix_of(key, ids[key], keys))
        for category in categories:  # one name, one meaning
            if named.setdefault(category["id"], category["role"]) != category["role"]:
                category["id"] = f"{category['id']}_{ids[key]}"
        scales.append({"id": ids[key], "kind": _kind(key, sharing), "categories": categories})
    return scales, ids


def suffix_of(key: ScaleKey, scale: str, keys: Collection[ScaleKey]) -> str:
    """What tells a scale's categories apart from those of the others: the 3 of 1 to 5 is not the 3 of 0 to 10."""
    several = key.kind == NUMBERS and sum(each.kind == NUMBERS for each in keys) > 1
    return scale if several or key.kind in (ORDER, BIPOLAR) else ""


def _kind(key: ScaleKey, sharing: Sequence[ItemColumn]) -> str:
    """What the points are degrees of: numbers are agreement where the question says so."""
    if key.kind == NUMBERS and all(_ASKS_AGREEMENT.search(item.column.question) for item in sharing):
        return AGREEMENT
    return "other" if key.kind == ORDER else key.kind


def written(sharing: Sequence[ItemColumn]) -> Written:
    """How often the file writes each level in each way, a misspelt one never naming it."""
    found: Written = {}
    for item in sharing:
        for text, count in counts_of(item.column).items():
            if text in item.reading.levels:
                found.setdefault(item.reading.levels[text], Counter())[text] += (
                    0 if text in item.reading.typos else count
                )
    return found


def categories_of(key: ScaleKey, spelt: Written, suffix: str = "") -> list[dict[str, Any]]:
    """The categories of a scale in order, "don't know" last where somebody gave it."""
    if key.kind in (ORDER, BIPOLAR):
        points = [
            category | _answers(category["label"], spelt.get(category["label"], {}))
            for category in in_order(key.levels)
        ]
    else:
        points = [
            _category(key.kind, level, place, len(key.levels), spelt.get(level, Counter()))
            for place, level in enumerate(key.levels)
        ]
    points = [category | {"id": f"{category['id']}_{suffix}"} if suffix else category for category in points]
    unsure = [_category(key.kind, DONT_KNOW, 0, 1, spelt[DONT_KNOW])] if DONT_KNOW in spelt else []
    return points + unsure


def _category(kind: str, level: str, place: int, points: int, spelt: Counter[str]) -> dict[str, Any]:
    """One category: labelled as most people's cells have it, or as the known scale has it where nobody chose it."""
    if level == DONT_KNOW:
        identifier, known, role = DONT_KNOW, "Don't know", DONT_KNOW
    elif kind == NUMBERS:
        identifier, known, role = f"point_{level}", level, role_of(place, points)
    else:
        identifier, known, role, _ = next(each for each in VOCABULARIES[kind] if each[0] == level)
    spellings = sorted(spelt, key=lambda text: (-spelt[text], text))
    plain = [text for text in spellings if kind == NUMBERS or not text[0].isdigit()]
    name = (max(plain, key=len) if kind == NUMBERS else plain[0]) if plain and spelt[plain[0]] else known
    name = known if kind == NUMBERS and name.replace(".", "").isdigit() else name[0].upper() + name[1:]
    return {"id": identifier, "label": name, "role": role} | _answers(name, spellings)


def _answers(label: str, texts: Sequence[str]) -> dict[str, list[str]]:
    """The ways to write an answer that are not its label."""
    others = {label_key(text): text for text in reversed(list(texts)) if label_key(text) != label_key(label)}
    return {"answers": sorted(others.values())} if others else {}

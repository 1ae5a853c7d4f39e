"""The answer scales that staff surveys use: which labels belong to which scale, in which order and with which role.

A set of labels is read as a scale only if every one of them stands in one vocabulary. Nothing is ordered by guesswork:
labels that are not known are handed back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.drafting.vocabularies import DONT_KNOW, MISSING_WORDS, UNSURE, VARIANTS, VOCABULARIES

SEEN = 1 << 16  # texts of which it is remembered what they are: most columns of a file have the same
LONGEST_WORD = 60  # letters: no word for a missing answer is longer
TYPO = 90  # of 100, rapidfuzz's ratio: a text as near as this to a label of the scale is that label mistyped


@dataclass(frozen=True)
class Reading:
    """What the distinct texts of one column are: text to level of the scale `kind`, text to reason, and the rest.

    `typos` are the texts that were read as the level they come near to. Of numbers (see number_scales.py) `high` says
    whether the highest is agreement, and is None where nothing tells; `ends` is what the file calls its points.
    """

    kind: str
    levels: dict[str, str]
    missing: dict[str, str]
    typos: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    high: bool | None = None
    ends: tuple[tuple[int, str], ...] = ()

    @property
    def ordered(self) -> set[str]:
        """The levels on the scale that somebody chose."""
        return set(self.levels.values()) - {DONT_KNOW}


def plain_key(text: str) -> str:
    """What two ways to write one label have in common: no number before it, no brackets behind, no punctuation.

    >>> plain_key("5 - Strongly Agree"), plain_key("Neither favorably nor unfavorably (neutral)")
    ('strongly agree', 'neither favourably nor unfavourably')
    """
    text = re.sub(r"^\(?-?\d+\s*(?:[-–—=:.)]|\s)\s*(?=[^\W\d])", "", label_key(text).replace("’", "'"))
    text = re.sub(r"(?<=\w)\s*\((?!n/a)[^()]*\)$", "", text).replace("favorabl", "favourabl")
    return " ".join(re.sub(r"[',.!;:*\"]", " " if "'" not in text else "", text).split())


@lru_cache(SEEN)
def missing_reason(text: str) -> str | None:
    """The reason for which an answer is missing, if the text is one of the words for it.

    >>> missing_reason("N/A"), missing_reason("Prefer not to say"), missing_reason("No")
    ('not_applicable', 'prefer_not_to_say', None)
    """
    if len(text) > LONGEST_WORD:
        return None
    return _MISSING.get(plain_key(text)) or _MISSING.get(label_key(text))


@lru_cache(SEEN)
def is_unsure(text: str) -> bool:
    """Whether the text is a way to say "don't know"."""
    return plain_key(text.replace("%", " ")) in _UNSURE


_MISSING = {
    key: reason
    for reason, words in MISSING_WORDS.items()
    for word in words
    for key in (plain_key(word), label_key(word))
    if key
}
_UNSURE = {plain_key(word) for word in UNSURE}
_LEVELS = {
    kind: {plain_key(way): identifier for identifier, label, _, ways in levels for way in (label, *ways)}
    for kind, levels in VOCABULARIES.items()
}


def read_labels(texts: Iterable[str]) -> Reading | None:
    """The known scale that the texts of a column belong to; None if no vocabulary holds at least two of them.

    >>> reading = read_labels(["Strongly Agree", "agree", "Stongly agree", "N/A", "Don’t know"])
    >>> reading.kind, reading.levels["agree"], reading.missing, reading.typos
    ('agreement', 'agree', {'N/A': 'not_applicable'}, ('Stongly agree',))
    """
    texts = [text for text in texts if text]
    missing = {text: reason for text in texts if (reason := missing_reason(text))}
    keys = {text: plain_key(text) for text in texts if text not in missing}
    readings = [_in_vocabulary(kind, keys, missing) for kind in VOCABULARIES if kind != "intensity"]
    readings.append(_in_vocabulary("intensity", _without_last_word(keys), missing))
    best = max(readings, key=lambda reading: (-len(reading.unknown), len(reading.ordered)))
    return best if len(best.ordered) >= 2 else None


def _in_vocabulary(kind: str, keys: dict[str, str], missing: dict[str, str]) -> Reading:
    known, levels, typos, unknown = _LEVELS[kind], {}, [], []
    for text, key in keys.items():
        if is_unsure(text):
            levels[text] = DONT_KNOW
        elif key in known:
            levels[text] = known[key]
        elif near := process.extractOne(key, list(known), score_cutoff=TYPO, scorer=fuzz.ratio):
            levels[text] = known[near[0]]
            typos.append(text)
        else:
            unknown.append(text)
    return Reading(kind, levels, missing, tuple(typos), tuple(unknown))


def _without_last_word(keys: dict[str, str]) -> dict[str, str]:
    """Labels without the word that at least three of them end in."""
    last = [key.rsplit(" ", 1)[1] for key in keys.values() if " " in key and key not in _UNSURE]
    word = max(sorted(set(last)), key=last.count, default="")
    if last.count(word) < 3 or word in ("all", "extent"):
        return dict.fromkeys(keys, "?")
    return {text: key.removesuffix(f" {word}") for text, key in keys.items()}


def level_in(kind: str, text: str) -> str | None:
    """The level of a vocabulary that a text is, "don't know" included; None if it is none.

    >>> level_in("agreement", "Strongly agree (%)"), level_in("agreement", "Never")
    ('strongly_agree', None)
    """
    key = plain_key(text.replace("%", " "))
    return DONT_KNOW if is_unsure(text) else _LEVELS[kind].get(key)


def smallest_scale(kind: str, levels: set[str]) -> tuple[str, ...] | None:
    """The shortest known scale of a vocabulary that holds all the levels, in order; None if there is none.

    >>> smallest_scale("agreement", {"strongly_agree", "agree", "neither"})
    ('strongly_agree', 'agree', 'neither', 'disagree', 'strongly_disagree')
    """
    return next((variant for variant in VARIANTS[kind] if levels <= set(variant)), None)


def clashes(reading: Reading) -> bool:
    """Whether two different labels of one column are the same level, which a questionnaire would not do."""
    seen: dict[str, str] = {}
    for text, level in reading.levels.items():
        judged = text not in reading.typos and level not in (DONT_KNOW, "neither")
        if judged and seen.setdefault(level, plain_key(text)) != plain_key(text):
            return True
    return False

"""The answer scales that staff surveys use: which labels belong to which scale, in which order and with which role.

A set of labels is read as a scale only if every one of them stands in one vocabulary. Nothing is ordered by guesswork:
labels that are not known are handed back.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from rapidfuzz import fuzz, process

from pipeline.inputs.exports.texts import label_key

DONT_KNOW = "dont_know"
SEEN = 1 << 16  # texts of which it is remembered what they are: most columns of a file have the same
LONGEST_WORD = 60  # letters: no word for a missing answer is longer
TYPO = 90  # of 100, rapidfuzz's ratio: a text as near as this to a label of the scale is that label mistyped

Level = tuple[str, str, str, tuple[str, ...]]  # identifier, label, role, other ways to write it

UNSURE = (
    "don't know",
    "dont know",
    "do not know",
    "not sure",
    "unsure",
    "no opinion",
    "can't say",
    "cannot say",
    "don't know / not sure",
    "don't know/not sure",
    "don't know / can't say",
    "unable to say",
    "dk",
)
MISSING_WORDS = {
    "not_applicable": (
        "n/a",
        "na",
        "not applicable",
        "not applicable to me",
        "does not apply",
        "doesn't apply",
        "not relevant",
        "not applicable (n/a)",
        "not applicable / n/a",
        "unfamiliar (n/a)",
    ),
    "prefer_not_to_say": (
        "prefer not to say",
        "prefer not to answer",
        "rather not say",
        "refused",
        "would rather not say",
        "decline to answer",
        "i prefer not to say",
        "i'd rather not say",
        "undisclosed",
    ),
    "not_asked": (
        "not asked",
        "logic skipped",
        "skipped by logic",
        "not shown",
        "not displayed",
        "question not asked",
        "filtered out",
        "skipped",
        "not seen",
    ),
    "no_answer": ("no answer", "no response", "not answered", "unanswered", "blank", "missing", "-", "--", ".", "null"),
}


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


def _two_poles(
    name: str,
    positive: str,
    negatives: Sequence[str],
    strong: Sequence[str],
    slight: Sequence[str],
    neutral: Sequence[str] = (),
) -> list[Level]:
    """Levels from "strongly" on the positive side to "strongly" on the negative one."""

    def side(poles: Sequence[str], role: str) -> dict[str, Level]:
        def ways(adverbs: Sequence[str]) -> tuple[str, ...]:
            return tuple(
                text for pole in poles for adverb in adverbs for text in (f"{adverb} {pole}", f"{pole} {adverb}")
            )

        word = poles[0].replace(" ", "_")
        return {
            "strong": (f"{strong[0]}_{word}", f"{strong[0]} {poles[0]}".capitalize(), role, ways(strong)),
            "plain": (word, poles[0].capitalize(), role, (*poles, *ways(("mostly", "generally", "moderately")))),
            "slight": (f"{slight[0]}_{word}", f"{slight[0]} {poles[0]}".capitalize(), role, ways(slight)),
        }

    agree, disagree = side([positive], "agree"), side(negatives, "disagree")
    middle = tuple(
        f"{neither} {positive} {joint} {negative}"
        for neither in ("neither", "not")
        for negative in negatives
        for joint in ("nor", "or", "and")
    )
    middle += tuple(f"neither {negative} {joint} {positive}" for negative in negatives for joint in ("nor", "or"))
    return [
        agree["strong"],
        agree["plain"],
        agree["slight"],
        (
            "neither",
            f"Neither {positive} nor {negatives[0]}",
            "neutral",
            ("neither", "neutral", "undecided", "neither / nor", "neither/nor", "indifferent", *middle, *neutral),
        ),
        disagree["slight"],
        disagree["plain"],
        disagree["strong"],
    ]


_STRONG = ("very", "extremely", "completely", "totally", "highly")
_SLIGHT = ("somewhat", "fairly", "quite", "slightly", "rather", "a little")
_TWO_POLES = {
    "agreement": _two_poles(
        "agreement",
        "agree",
        ["disagree"],
        ("strongly", "completely", "totally", "fully"),
        ("slightly", "somewhat", "tend to", "partly", "a little", "mildly"),
    ),
    "satisfaction": _two_poles("satisfaction", "satisfied", ["dissatisfied", "unsatisfied"], _STRONG, _SLIGHT),
    "likelihood": _two_poles("likelihood", "likely", ["unlikely"], _STRONG, _SLIGHT),
    "favour": _two_poles("favour", "favourably", ["unfavourably"], _STRONG, _SLIGHT),
    "ease": _two_poles("ease", "easy", ["difficult", "hard"], _STRONG, _SLIGHT),
    "positivity": _two_poles("positivity", "positive", ["negative"], _STRONG, _SLIGHT, ("mixed", "no impact")),
}
_LADDERS: dict[str, tuple[list[Level], list[str]]] = {  # levels, and which of them stand together in one questionnaire
    "frequency": (
        [
            ("always", "Always", "agree", ("all the time", "all of the time", "every time")),
            (
                "very_often",
                "Very often",
                "agree",
                ("usually", "mostly", "most of the time", "almost always", "nearly always", "very frequently"),
            ),
            ("often", "Often", "agree", ("frequently",)),
            ("sometimes", "Sometimes", "neutral", ("some of the time", "occasionally", "about half the time")),
            (
                "rarely",
                "Rarely",
                "disagree",
                ("seldom", "hardly ever", "almost never", "not very often", "not often", "infrequently", "very rarely"),
            ),
            ("never", "Never", "disagree", ("none of the time", "not at all")),
        ],
        [
            "often sometimes never",
            "always sometimes never",
            "often sometimes rarely never",
            "always sometimes rarely never",
            "always often sometimes never",
            "always very_often sometimes never",
            "always often sometimes rarely never",
            "always very_often sometimes rarely never",
            "very_often often sometimes rarely never",
            "always very_often often sometimes never",
            "always very_often often sometimes rarely never",
        ],
    ),
    "quality": (
        [
            ("excellent", "Excellent", "agree", ()),
            ("very_good", "Very good", "agree", ()),
            ("good", "Good", "agree", ()),
            (
                "fair",
                "Fair",
                "neutral",
                (
                    "average",
                    "adequate",
                    "satisfactory",
                    "acceptable",
                    "ok",
                    "okay",
                    "neither",
                    "neither good nor poor",
                    "neither good nor bad",
                    "neither poor nor good",
                ),
            ),
            ("poor", "Poor", "disagree", ("bad",)),
            ("very_poor", "Very poor", "disagree", ("very bad", "terrible")),
        ],
        [
            "good fair poor",
            "very_good good poor very_poor",
            "excellent good fair poor",
            "very_good good fair poor very_poor",
            "excellent very_good good fair poor",
            "excellent good fair poor very_poor",
            "excellent very_good good fair poor very_poor",
        ],
    ),
    "grades": (
        [
            ("outstanding", "Outstanding", "agree", ()),
            ("good", "Good", "agree", ()),
            ("requires_improvement", "Requires improvement", "disagree", ("requires improvement to be good",)),
            ("inadequate", "Inadequate", "disagree", ()),
        ],
        ["outstanding good requires_improvement inadequate"],
    ),
    "extent": (
        [
            (
                "very_great",
                "To a very great extent",
                "agree",
                ("to a very large extent", "completely", "entirely", "fully", "a great deal"),
            ),
            (
                "great",
                "To a great extent",
                "agree",
                ("to a large extent", "to a considerable extent", "largely", "mostly", "a lot"),
            ),
            (
                "some",
                "To some extent",
                "neutral",
                (
                    "to a moderate extent",
                    "to a certain extent",
                    "partly",
                    "moderately",
                    "somewhat",
                    "a moderate amount",
                    "partially",
                ),
            ),
            (
                "small",
                "To a small extent",
                "disagree",
                (
                    "to a little extent",
                    "to a limited extent",
                    "to a slight extent",
                    "a little",
                    "slightly",
                    "to a very small extent",
                ),
            ),
            ("not_at_all", "Not at all", "disagree", ("none at all", "to no extent")),
        ],
        [
            "great some not_at_all",
            "very_great some not_at_all",
            "great some small not_at_all",
            "very_great some small not_at_all",
            "very_great great some not_at_all",
            "very_great great small not_at_all",
            "very_great great some small not_at_all",
        ],
    ),
    "yes_to_some_extent": (
        [
            ("definitely", "Yes, definitely", "agree", ("yes definitely", "yes completely", "yes always", "yes fully")),
            ("partly", "Yes, to some extent", "agree", ("yes to some extent", "yes sometimes", "yes partly", "partly")),
            ("no", "No", "disagree", ("no not at all", "not at all", "no never")),
        ],
        ["definitely partly no"],
    ),
    "intensity": (
        [  # of labels that end in one word, as "very confident" does
            ("extremely", "Extremely", "agree", ("completely", "totally")),
            ("very", "Very", "agree", ()),
            ("fairly", "Fairly", "agree", ("quite", "reasonably")),
            ("moderately", "Moderately", "neutral", ("somewhat",)),
            ("slightly", "Slightly", "disagree", ("not very", "not so", "not particularly", "a little", "not that")),
            ("not_at_all", "Not at all", "disagree", ("not",)),
        ],
        [
            "very fairly not_at_all",
            "very moderately not_at_all",
            "very fairly slightly not_at_all",
            "very moderately slightly not_at_all",
            "extremely very moderately slightly not_at_all",
            "extremely very fairly slightly not_at_all",
            "extremely fairly slightly not_at_all",
        ],
    ),
}


def _variants(levels: list[Level]) -> list[tuple[str, ...]]:
    """Every scale of two poles that is the same on both sides, with and without a middle, the shortest first."""
    ids = [level[0] for level in levels]
    sides = [chosen for size in (1, 2, 3) for chosen in combinations(range(3), size)]
    found = [
        tuple(ids[k] for k in range(7) if k in side or 6 - k in side or (k == 3 and middle))
        for side in sides
        for middle in (False, True)
    ]
    return sorted(found, key=len)


LADDERS = tuple(_LADDERS)  # the scales whose two sides are not alike
VOCABULARIES = _TWO_POLES | {kind: levels for kind, (levels, _) in _LADDERS.items()}
VARIANTS = {kind: _variants(levels) for kind, levels in _TWO_POLES.items()} | {
    kind: [tuple(each.split()) for each in sets] for kind, (_, sets) in _LADDERS.items()
}


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

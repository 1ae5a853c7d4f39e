"""Which statement of the survey of 2011 a council's wording asks again, and which subject it belongs to.

Wordings are compared by their content words: lower case, without stop words, a few words of the trade made one
("council" and "authority"), endings cut. A word counts the more, the fewer statements it stands in. Whatever is not
near enough to a statement is left unmatched: a wrong match would compare two different questions with each other. So
only a wording that is all but the same is taken for the same question; what is merely near is for a person to confirm.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz, process
from scipy.optimize import linear_sum_assignment

from pipeline.surveys.codebook import Codebook

THRESHOLD = 0.6  # see tests/surveys/test_matching.py: no wrong match among wordings that were not used to find it
SAME_WORD = 86  # of 100, rapidfuzz's ratio: "prioritis" and "priorit"
OTHER = "other"
DOMAIN_SCORE = 0.3  # of a statement that is not matched: its subject is the nearest statement's, if this near

STOP_WORDS = set(
    """
    a able about all also am an and any are as at be been being by can could do does each for from get gets getting
    given gives had has have having he her here his how i if in into is it its itself just like made make makes me
    my of on or our out over own put she so some such than that the their them there these they this those through
    to too up us was we were what when where which while who will with within would you your much very feel felt
    think believe during across both other using used use way ways main currently current always often usually
    please statement extent agree
    """.split()
)
SAME = {  # a word of councils to the word of the 2011 statements
    "supervisor": "manager",
    "supervisors": "manager",
    "boss": "manager",
    "council": "authority",
    "organisation": "authority",
    "organization": "authority",
    "employer": "authority",
    "department": "authority",
    "leaders": "senior manager",
    "leadership": "senior manager",
    "directors": "senior manager",
    "director": "senior manager",
    "sufficient": "enough",
    "adequate": "enough",
    "appropriate": "suitable",
    "appropriately": "suitable",
    "coworkers": "colleagues",
    "peers": "colleagues",
    "accessible": "reached",
    "approachable": "reached",
    "visible": "seen",
    "understands": "understand",
    "caseload": "workload",
    "cases": "workload",
    "caseloads": "workload",
    "manageable": "control",
    "pressures": "workload",
    "professionally": "professional",
    "career": "professional",
    "reflect": "critically look",
    "reflective": "critically look",
    "reflection": "critically look",
    "critical": "critically",
    "emotional": "emotion",
    "emotionally": "emotion",
    "feelings": "emotion",
    "praised": "praise",
    "recognises": "praise notice",
    "recognition": "praise notice",
    "appreciates": "praise",
    "thanks": "praise",
    "acknowledges": "notice praise",
    "weaknesses": "weakness",
    "strengths": "strength",
    "results": "outcomes",
    "partners": "partner agencies",
    "agency": "agencies",
    "listened": "views say",
    "voice": "views say",
    "opinion": "views say",
    "suggestions": "ideas",
    "innovation": "new ideas",
    "experienced": "qualified",
    "recruited": "staff",
    "workers": "staff",
    "employees": "staff",
    "new": "new",
    "fairly": "equal",
    "equally": "equal",
    "diversity": "diverse",
    "backgrounds": "background",
    "law": "legislation",
    "up-to-date": "current",
    "courses": "training",
    "attend": "take",
    "attending": "take",
    "join": "take",
    "appraisals": "appraisal",
    "appraised": "appraisal",
    "induct": "induction",
    "onboarding": "induction",
    "quality": "good",
    "checked": "monitored",
    "reviewed": "monitored",
    "audited": "monitored",
    "uninterrupted": "protected",
    "priority": "prioritise",
    "evidence": "research",
    "expected": "expectations",
    "responsibilities": "duties",
    "disagreements": "disagree",
    "dispute": "disagree",
    "encouraged": "urged",
    "encourages": "urged",
    "assessing": "assessments",
    "newly": "new",
}
_PASSED_OVER = {"a", "an", "the", "line", "please"}  # words that make no other question of a wording
_CONDITION = re.compile(r"^when (.+?),", re.IGNORECASE)  # "When I was new, …" asks those only who have been
OUTCOME_WORDS = re.compile(
    r"outcomes?\b.*\b(child|famil|young|people|service user)|\b(child|famil|young people)\w*\b.*\boutcomes?"
    r"|needs? (are|is|were|being) met|meets? (the )?(\w+ )?needs of (\w+ ){0,3}(child|famil|young)"
    r"|(difference|improv\w+|better|safer)\b.{0,40}\b(child|famil|young people)|(child|famil|young people)\w*"
    r".{0,40}\bsafer"
    r"|practice (is|has|was|became|become)\b.{0,30}\b(effective|better|improved)|(improved|improves) (my|our) practice"
    r"|(more|my work is|work) effective\b",
    re.IGNORECASE,
)
REVERSED_WORDS = re.compile(
    r"\b(frustrat\w+|leaving|(intend|plan|want|likely|hope|expect) to (leave|quit|resign)|(would|'d) rather (work|be|have)|leave (my|this|the) (job|post|role|team|council|authority|organisation)"
    r"|look(ing)? for (a |an)?(other|new) job|another job|stress\w*|burn\w* ?out|exhaust\w*|overwhelm\w*"
    r"|too (much|many|high|little|few)|unmanageable|lacks?|lacking|unable|rarely|never|seldom|worr(y|ied)|anxious"
    r"|unsafe|bull(y|ied|ying)|harass\w*|discriminat\w+|unfair\w*|prevents? me|isolated|unsupported|undervalued"
    r"|(difficult|hard|impossible) to|very difficult)\b",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"\b(do|does|did|is|are|was|were|has|have|had|would|will|can|could|am)( not|n't)\b|\bcannot\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Match:
    """The statement of 2011 that a wording asks again, how near it is (0 to 1), and whether it is all but the same."""

    item: str
    score: float
    same: bool


def content_words(text: str) -> list[str]:
    """The words that carry the meaning, each once, in a common form and order of first use.

    >>> content_words("Senior leaders in our organisation are visible to staff")
    ['senior', 'manager', 'authorit', 'seen', 'staff']
    """
    words = re.findall(r"[a-z][a-z\-]*", text.lower().replace("'", "").replace("’", ""))
    same = [part for word in words for part in SAME.get(word, word).split()]
    return list(dict.fromkeys(_stem(word) for word in same if word not in STOP_WORDS and len(word) > 2))


@lru_cache(maxsize=1024)
def _words(text: str) -> list[str]:
    """The content words of a statement of 2011, which every wording is held against; not to be changed."""
    return content_words(text)


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    for ending in (
        "ations",
        "ation",
        "ments",
        "ment",
        "ising",
        "ings",
        "ing",
        "ness",
        "ally",
        "ives",
        "ive",
        "ised",
        "ises",
        "ise",
        "ies",
        "ied",
        "ed",
        "es",
        "ly",
        "s",
        "e",
        "y",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word.removesuffix("s") if len(word) > 4 else word


def match_items(wordings: Sequence[str], codebook: Codebook) -> list[Match | None]:
    """The best one-to-one assignment of wordings to statements; None where no statement is near enough.

    >>> from pipeline.files import project_root
    >>> from pipeline.surveys.codebook import read_codebook
    >>> codebook = read_codebook(project_root() / "data/raw/surveys/ofsted-2011/survey.yaml")
    >>> [match and match.item for match in match_items(["Senior leaders are visible and approachable",
    ...                                                 "The canteen is good"], codebook)]
    ['senior-managers-visible', None]
    """
    scores = scores_against(wordings, codebook)
    scores[[speaks_against(wording) for wording in wordings]] = 0  # all statements of 2011 speak for support
    rows, columns = linear_sum_assignment(np.where(scores >= THRESHOLD, scores, 0), maximize=True)
    matches: list[Match | None] = [None] * len(wordings)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if scores[row, column] >= THRESHOLD:
            item = codebook.items[column]
            matches[row] = Match(
                item.id, round(float(scores[row, column]), 2), _bare_words(wordings[row]) == _bare_words(item.wording)
            )
    return matches


def _bare_words(wording: str) -> list[str]:
    """The words in order, without case, punctuation, articles, and the "line" of managers."""
    words = re.findall(r"[^\W_]+", wording.casefold().replace("'", "").replace("’", ""))
    return [word for word in words if word not in _PASSED_OVER]


def scores_against(wordings: Sequence[str], codebook: Codebook) -> np.ndarray:
    """How near each wording is to each statement, by its wording or its label: (wordings, statements), 0 to 1."""
    weights = _weights(codebook)
    statements = [[_words(item.wording), _words(item.label)] for item in codebook.items]
    conditions = [
        set(content_words(found[1])) if (found := _CONDITION.match(item.wording)) else set() for item in codebook.items
    ]
    ours = [content_words(wording) for wording in wordings]
    scores = np.array(
        [
            [
                max(_overlap(words, each, weights) for each in (wording, label, [*dict.fromkeys(wording + label)]))
                for wording, label in statements
            ]
            for words in ours
        ]
    ).reshape(len(ours), len(statements))
    elsewhere = [[bool(condition) and condition.isdisjoint(words) for condition in conditions] for words in ours]
    scores[np.array(elsewhere, dtype=bool).reshape(scores.shape)] = 0
    return scores


def _weights(codebook: Codebook) -> dict[str, float]:
    """How much a word tells: the logarithm of how rare it is among the statements."""
    counts = Counter(word for item in codebook.items for word in set(_words(f"{item.wording} {item.label}")))
    return {word: math.log(1 + len(codebook.items) / count) for word, count in counts.items()}


def _overlap(left: Sequence[str], right: Sequence[str], weights: dict[str, float]) -> float:
    """Dice's coefficient of two sets of words, weighted; words that no statement uses weigh like a middling one."""
    if not left or not right:
        return 0.0
    middling = 2.0
    shared, rest = 0.0, list(right)
    for word in left:
        near = process.extractOne(word, rest, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
        if near:
            rest.remove(near[0])
            shared += 2 * weights.get(near[0], middling)
    # fsum is exact: what sum() makes of floats differs between Python 3.11 and 3.12.
    whole = math.fsum(weights.get(word, middling) for word in (*left, *right))
    return shared / whole if shared else 0.0


def likely_domain(wording: str, codebook: Codebook) -> str:
    """The 2011 subject whose statements share most words with the wording; "other" if none shares enough.

    >>> from pipeline.files import project_root
    >>> from pipeline.surveys.codebook import read_codebook
    >>> codebook = read_codebook(project_root() / "data/raw/surveys/ofsted-2011/survey.yaml")
    >>> likely_domain("My induction was useful", codebook), likely_domain("I cycle to the office", codebook)
    ('induction', 'other')
    """
    scores = scores_against([wording], codebook)[0]
    best = int(scores.argmax())
    return codebook.items[best].domain if scores[best] >= DOMAIN_SCORE else OTHER


def likely_measure(wording: str) -> str:
    """Whether a statement names a result of support (outcome) or the support itself.

    >>> likely_measure("We make a difference to children and families"), likely_measure("I am supervised monthly")
    ('outcome', 'support')
    """
    return "outcome" if OUTCOME_WORDS.search(wording) else "support"


def speaks_against(wording: str) -> bool:
    """Whether agreement to the wording seems to speak against support or outcomes; a complaint that is denied does not.

    >>> speaks_against("I am thinking of leaving my job"), speaks_against("I like my job")
    (True, False)
    """
    wording = wording.replace("’", "'")
    return bool(REVERSED_WORDS.search(wording)) != bool(NEGATION.search(wording))

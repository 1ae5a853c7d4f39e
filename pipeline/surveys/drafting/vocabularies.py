"""The words of staff surveys: known scales by kind, each point with its role and the ways to write it, and words for no answer."""

from collections.abc import Sequence
from itertools import combinations

DONT_KNOW = "dont_know"

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

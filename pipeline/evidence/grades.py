"""How sure one can be that a form of support makes things better: four grades, by rules that are written down.

In the spirit of GRADE (Guyatt et al. 2008, BMJ 336: 924-926) and GRADE-CERQual (Lewin et al. 2015, PLoS Medicine 12:
e1001895), with rules of our own that suit passages of reports: how many places show it, who looked, whether anything
was compared, whether anything speaks against it. What a source only claims does not count, however often it is said.
The survey of 2011 does not enter at all: its joint distribution is not identified, so it can say how many feel
supported, but not whether these do better.
"""

from dataclasses import dataclass

from pipeline.numerals import printed

GRADES = ("very low", "low", "moderate", "high")
PLACES = 2  # places that show it, below which it is an anecdote
PUBLISHERS = 2  # who looked independently
CONTRARY = 0.25  # of the places that show a direction
AGREES, CONTRADICTS, UNCLEAR, MIXED = "agrees", "contradicts", "no clear link", "differs by outcome"
NOT_DOWNLOADED, NO_STATISTIC = "not downloaded", "none"
STATISTICS = (AGREES, CONTRADICTS, MIXED, UNCLEAR, NOT_DOWNLOADED, NO_STATISTIC)

RULES = {
    "start": (
        "Places",
        f"Very low. Low if at least {PLACES} places (paragraphs or case studies) show a better result.",
    ),
    "publishers": (
        "Publishers",
        f"One grade up if documents of at least {PUBLISHERS} publishers show a better result.",
    ),
    "statistics": (
        "Statistics agree",
        "One grade up if a statistic over all authorities that measures the support goes with better outcomes in "
        "notebook 7: before in time, within authorities, allowing for the number of pairs.",
    ),
    "contrary": (
        "Other results",
        f"One grade down if {printed(CONTRARY, '.0%')} or more of the places that show a direction show no change, a "
        "mixed or a worse result.",
    ),
    "statistics_against": ("Statistics contradict", "One grade down if such a statistic goes with worse outcomes."),
    "claims_only": ("Only claimed", "At most low if no place shows a better result, however often it is said."),
    "chosen": (
        "Chosen for success",
        "At most low if every document that shows it chose its places because they did well, and no statistic agrees: "
        "whether others did the same and fared worse is unknown.",
    ),
    "survey": ("Survey", "The survey of 2011 moves nothing: how its answers go together is not identified."),
}


@dataclass(frozen=True)
class Lines:
    """What speaks for and against one support. Places are counted, not passages: one case counts once.

    `shown` places show a better result, `contrary` places show none, a mixed or a worse one; `publishers` are those of
    the documents that show a better one; `chosen` says that every one of these documents chose its places for doing
    well.
    """

    shown: int
    contrary: int
    publishers: int
    chosen: bool
    statistic: str


@dataclass(frozen=True)
class Grade:
    """A grade of GRADES, and the keys of the RULES that made it, in order."""

    grade: str
    rules: tuple[str, ...]


def grade(lines: Lines) -> Grade:
    """The grade by the rules.

    >>> grade(Lines(shown=5, contrary=0, publishers=1, chosen=True, statistic="not downloaded"))
    Grade(grade='low', rules=('start', 'chosen'))
    >>> grade(Lines(shown=5, contrary=0, publishers=2, chosen=True, statistic="agrees")).grade
    'high'
    """
    level, rules = int(lines.shown >= PLACES), ["start"]
    steps = {
        "publishers": (lines.publishers >= PUBLISHERS, 1),
        "statistics": (lines.statistic == AGREES, 1),
        "contrary": (bool(lines.contrary) and lines.contrary >= CONTRARY * (lines.shown + lines.contrary), -1),
        "statistics_against": (lines.statistic == CONTRADICTS, -1),
    }
    for rule, (applies, step) in steps.items():
        if applies:
            level += step
            rules.append(rule)
    caps = {"claims_only": not lines.shown, "chosen": lines.chosen and bool(lines.shown) and lines.statistic != AGREES}
    for rule, applies in caps.items():
        if applies:
            level = min(level, GRADES.index("low"))
            rules.append(rule)
    return Grade(GRADES[min(max(level, 0), len(GRADES) - 1)], tuple(rules))


def reason(lines: Lines) -> str:
    """What made the grade, in a few words.

    >>> reason(Lines(shown=5, contrary=0, publishers=1, chosen=True, statistic="not downloaded"))
    'shown in 5 places, all chosen because they did well'
    >>> reason(Lines(shown=0, contrary=2, publishers=0, chosen=False, statistic="agrees"))
    'nowhere shown; no change, mixed or worse in 2; statistics agree'
    """
    shown = f"shown in {lines.shown} place{'s' * (lines.shown != 1)}" if lines.shown else "nowhere shown"
    if lines.publishers >= PUBLISHERS:
        shown += f", by {lines.publishers} publishers"
    if lines.chosen and lines.shown:
        shown += ", all chosen because they did well" if lines.shown > 1 else ", chosen because it did well"
    words = [
        shown,
        f"no change, mixed or worse in {lines.contrary}" if lines.contrary else "",
        f"statistics {'agree' if lines.statistic == AGREES else 'contradict'}"
        if lines.statistic in (AGREES, CONTRADICTS)
        else "",
    ]
    return "; ".join(word for word in words if word)

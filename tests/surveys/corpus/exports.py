"""Made-up exports, each with what is right of it: what each column is for, and what each answer counts as.

Nobody gave these answers. An export with a trap says which answers a person who knows the questionnaire would give.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

AGREE, NEUTRAL, DISAGREE, UNSURE, NONE = "agree", "neutral", "disagree", "dont_know", "none"
ROWS = 120
ROLE = {"Role": "group"}


@dataclass(frozen=True)
class Made:
    """An export: its columns, what each is for (of an item, what its answers count as), and a person's answers."""

    name: str
    columns: Mapping[str, Sequence[str]]
    right: Mapping[str, str | Mapping[str, str]]
    answers: Mapping[str, str] = field(default_factory=dict)  # those that are not the likely ones, by the question
    reversed: Sequence[str] = ()


def drawn(texts: Sequence[str], seed: object, rows: int = ROWS) -> list[str]:
    """So many cells, each text at least three times."""
    draw = random.Random(str(seed))
    cells = [*texts * 3, *draw.choices(texts, k=rows - 3 * len(texts))]
    draw.shuffle(cells)
    return cells


def scale(*labels: str, middle: bool | None = None) -> dict[str, str]:
    """What labels in order count as, the best first."""
    middle = len(labels) % 2 == 1 if middle is None else middle
    half = len(labels) // 2
    return {
        label: AGREE if place < half else NEUTRAL if middle and place == half else DISAGREE
        for place, label in enumerate(labels)
    }


def numbers(low: int, high: int, best_high: bool = True) -> dict[str, str]:
    points = list(map(str, range(low, high + 1)))
    return scale(*(points[::-1] if best_high else points))


def survey(
    name: str,
    counts: Mapping[str, str],
    columns: int = 3,
    wording: str = "I am asked about thing {}",
    given: Sequence[str] = (),
    answers: Mapping[str, str] = {},
    more: Mapping[str, tuple[Sequence[str], str | Mapping[str, str]]] = {},
    against: Sequence[str] = (),
) -> Made:
    """An export of a few statements on one scale, a role, and `more` columns with what is right of them."""
    headings = [wording.format(number) for number in range(columns)]
    cells = {heading: drawn(list(given or counts), (name, heading)) for heading in headings}
    cells |= {"Role": drawn(["Social worker", "Manager"], name)} | {
        heading: column for heading, (column, _) in more.items()
    }
    right = dict.fromkeys(headings, counts) | ROLE | {heading: truth for heading, (_, truth) in more.items()}
    return Made(name, cells, right, answers, against)


AGREEMENT = scale("Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree")
FREQUENCY = scale("Always", "Often", "Sometimes", "Rarely", "Never")
WELSH = scale("Cytuno'n gryf", "Cytuno", "Ddim yn cytuno nac yn anghytuno", "Anghytuno", "Anghytuno'n gryf")
WEIGHTS = drawn(["0.5", "1", "2"], "weights")
OUT = "left out"


def _labels() -> list[Made]:
    known = {
        "agreement of five": AGREEMENT,
        "agreement of seven": scale(
            "Strongly agree",
            "Agree",
            "Slightly agree",
            "Neither agree nor disagree",
            "Slightly disagree",
            "Disagree",
            "Strongly disagree",
        ),
        "agreement of four": scale("Strongly agree", "Agree", "Disagree", "Strongly disagree"),
        "tend to": scale("Strongly agree", "Tend to agree", "Neither", "Tend to disagree", "Strongly disagree"),
        "satisfaction": scale(
            "Very satisfied",
            "Fairly satisfied",
            "Neither satisfied nor dissatisfied",
            "Fairly dissatisfied",
            "Very dissatisfied",
        ),
        "frequency": FREQUENCY,
        "frequency of four": scale("Always", "Sometimes", "Rarely", "Never") | {"Sometimes": NEUTRAL},
        "quality": scale("Very good", "Good", "Fair", "Poor", "Very poor"),
        "excellent": scale("Excellent", "Good", "Fair", "Poor") | {"Fair": NEUTRAL},
        "extent": scale(
            "To a very great extent", "To a great extent", "To some extent", "To a small extent", "Not at all"
        ),
        "likelihood": scale("Very likely", "Likely", "Neither likely nor unlikely", "Unlikely", "Very unlikely"),
        "ease": scale("Very easy", "Easy", "Neither easy nor difficult", "Difficult", "Very difficult"),
        "helpful": scale(
            "Extremely helpful", "Very helpful", "Moderately helpful", "Slightly helpful", "Not at all helpful"
        ),
        "important": scale("Very important", "Fairly important", "Not very important", "Not at all important"),
        "yes definitely": {"Yes, definitely": AGREE, "Yes, to some extent": AGREE, "No": DISAGREE},
        "grades": scale("Outstanding", "Good", "Requires improvement", "Inadequate"),
        "with numbers": scale(
            "5 - Strongly agree", "4 - Agree", "3 - Neither agree nor disagree", "2 - Disagree", "1 - Strongly disagree"
        ),
        "small letters": scale("strongly agree", "agree", "neutral", "disagree", "strongly disagree"),
        "with don't know": AGREEMENT | {"Don't know": UNSURE},
        "with reasons": AGREEMENT | {"N/A": NONE, "Prefer not to say": NONE},
        "blanks": AGREEMENT | {"": NONE},
    }
    return [survey(name, counts, given=list(counts)) for name, counts in known.items()]


def _open_labels() -> list[Made]:
    extremely = scale(
        "Extremely confident", "Moderately confident", "Neutral", "Slightly confident", "Not at all confident"
    )
    moods = scale("Thriving", "Coping", "Struggling", "Close to burnout")
    lights = scale("Green", "Amber", "Red")
    return [
        survey(
            "frequency without never",
            scale("Always", "Often", "Sometimes", "Rarely"),
            answers={"frequency-5-points": "not-offered"},
        ),
        survey("nobody chose never", {text: role for text, role in FREQUENCY.items() if text != "Never"}),
        survey("neutral among degrees", extremely),
        survey("moods", moods, answers={"order-4-order": moods}),
        survey("lights", lights, answers={"order-3-order": lights}),
        survey("two languages", AGREEMENT | WELSH, given=[*list(AGREEMENT) * 3, *WELSH]),
        survey(
            "too high too low",
            AGREEMENT,
            more={
                "My workload is": (
                    drawn(["Too high", "About right", "Too low"], "load"),
                    {"Too high": DISAGREE, "About right": AGREE, "Too low": DISAGREE},
                )
            },
        ),
        survey(
            "a label of their own",
            AGREEMENT | {"Cannot be answered yet": NONE},
            given=[*list(AGREEMENT) * 4, "Cannot be answered yet"],
        ),
        survey(
            "against by words",
            AGREEMENT,
            more={"I am thinking of leaving my job": (drawn(list(AGREEMENT), "leaving"), AGREEMENT)},
            against=["I am thinking of leaving my job"],
        ),
    ]


def _numbers() -> list[Made]:
    five, ten = numbers(1, 5), numbers(0, 10)
    stem = "How far do you agree? (1 = strongly disagree, 5 = strongly agree) - thing {}"
    end = {"numbers-5-points": "low"}
    return [
        survey("numbers that say their ends", five, wording=stem),
        survey("numbers, high is good", five),
        survey("numbers, low is good", numbers(1, 5, False), answers=end),
        survey("nought to four", numbers(0, 4)),
        survey("one to four", numbers(1, 4)),
        survey("one to seven", numbers(1, 7)),
        survey("nought to ten", ten),
        survey("one to ten", numbers(1, 10)),
        survey("codes 8 and 9", five | {"8": UNSURE, "9": NONE}),
        survey("codes 98 and 99", five | {"98": UNSURE, "99": NONE}),
        survey("codes below nought", five | {"-9": NONE, "-8": UNSURE}),
        survey("code 999", five | {"999": NONE}),
        survey("seven points and 99", numbers(1, 7) | {"99": NONE}),
        survey("9 does not apply", five | {"9": NONE}, answers={"numbers-5-code-9": "not-applicable"}),
        survey("a gap of codes", scale("6", "5", "4", "2", "1")),
        survey(
            "a gap that nobody chose",
            {text: role for text, role in numbers(1, 6).items() if text != "3"},
            answers={"numbers-5-points": "1-to-6-high"},
        ),
        survey("six points", numbers(1, 6)),
        survey("6 does not apply", five | {"6": NONE}, answers={"numbers-6-points": "1-to-5-high"}),
        survey("0 does not apply", five | {"0": NONE}, answers={"numbers-6-points": "1-to-5-high"}),
        survey(
            "nobody chose 1",
            {text: role for text, role in five.items() if text != "1"},
            given=["2", "3", "4", "5"],
            answers={"numbers-4-points": "1-to-5-high", "numbers-5-points": "1-to-5-high"},
        ),
        survey(
            "two number scales",
            five,
            more={f"Rate {each} from 0 to 10": (drawn(list(ten), each), ten) for each in range(2)},
        ),
        survey(
            "9 twice",
            five | {"9": NONE},
            more={f"Rate {each} from 0 to 10": (drawn(list(ten), each), ten) for each in range(2)},
        ),
        survey(
            "recommend the council",
            AGREEMENT,
            more={
                "How likely are you to recommend this council as a place to work, from 0 to 10?": (
                    drawn(list(ten), "enps"),
                    ten,
                )
            },
        ),
        _backwards(),
    ]


def _backwards() -> Made:
    draw = random.Random(5)
    mood = [draw.randint(1, 5) for _ in range(ROWS)]
    near = {
        f"I am asked about thing {number}": [str(min(5, max(1, each + draw.choice([-1, 0, 1])))) for each in mood]
        for number in range(4)
    }
    last = "I am asked about thing 3"
    near[last] = [str(6 - int(cell)) for cell in near[last]]
    right = dict.fromkeys(near, numbers(1, 5)) | {last: numbers(1, 5, False)} | ROLE
    return Made("stored backwards", near | {"Role": drawn(["A", "B"], "back")}, right)


def _columns() -> list[Made]:
    ids = [f"{number:04d}" for number in range(ROWS)]
    return [
        survey("weights", AGREEMENT, more={"Weight": (WEIGHTS, "weight")}),
        survey("blank weights", AGREEMENT, more={"Weight": (["", "", *WEIGHTS[2:]], "weight")}),
        survey(
            "teams",
            AGREEMENT,
            more={"Which team do you work in?": (drawn([f"Team {each}" for each in "ABCDEFGH"], "t"), "cluster")},
        ),
        survey(
            "personal",
            AGREEMENT,
            more={
                "Respondent ID": (ids, "respondent"),
                "Email address": ([f"x{each}@example.org" for each in ids], OUT),
                "Anything else you would like to say?": ([f"remark number {each}" for each in ids], OUT),
                "Start time": ([f"2026-03-{1 + int(each) % 28:02d} 10:00" for each in ids], OUT),
            },
        ),
        survey(
            "traits",
            AGREEMENT,
            more={
                "Age band": (drawn(["Under 30", "30 to 49", "50 and over"], "a"), "group"),
                "Gender": (drawn(["Female", "Male"], "g"), "group"),
                "Do you have a disability?": (drawn(["Yes", "No"], "d"), "group"),
            },
        ),
        survey(
            "ticks",
            AGREEMENT,
            more={
                f"Which help you? Tick all. - {each}": (drawn([each, ""], each), OUT) for each in ("Pay", "Car", "Desk")
            },
        ),
        survey(
            "counts",
            AGREEMENT,
            more={
                "How many children do you work with?": (drawn(list(map(str, range(3, 25))), "c"), OUT),
                "Age": (drawn(list(map(str, range(25, 60))), "age"), OUT),
            },
        ),
    ]


EXPORTS: Sequence[Made] = (*_labels(), *_open_labels(), *_numbers(), *_columns())

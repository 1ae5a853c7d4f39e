"""The header rows of an export: how many there are, what each column is called, and what people were asked."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import DataError

Layout = Literal["one", "qualtrics", "surveymonkey"]
ROWS = {
    "one": 1,
    "surveymonkey": 3,
    "qualtrics": 3,
}  # at most; Qualtrics' older layout has two, and so may SurveyMonkey's
_OF_QUALTRICS = {
    "responseid",
    "responseset",
    "startdate",
    "enddate",
    "recordeddate",
    "ipaddress",
    "progress",
    "finished",
    "status",
    "duration (in seconds)",
    "externaldatareference",
    "distributionchannel",
    "userlanguage",
}
_IMPORT_ID = re.compile(r"""\{\s*["']ImportId["']\s*:""")
_ANSWER = {"response", "open-ended response"}
_PERSONAL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}|\d{1,3}(\.\d{1,3}){3}")  # e-mail and IP addresses


@dataclass(frozen=True)
class Header:
    """The header of a table: rows ``first`` up to (not including) ``body`` of those at its top.

    ``names`` and ``questions`` are one a column. ``blank`` are the indices of columns without any header text,
    ``repeated`` those of columns that share their header with another.
    """

    layout: Layout
    first: int
    body: int
    names: tuple[str, ...]
    questions: tuple[str, ...]
    blank: frozenset[int]
    repeated: tuple[tuple[int, ...], ...]


def find_header(rows: Sequence[Sequence[str]], layout: Layout | None, where: str) -> Header:
    """The header among the first rows of a table (tidied texts, none without any), of a stated layout or the one found.

    Qualtrics: names, questions and ImportIds, which its older layout has not. SurveyMonkey: each question once, then blanks,
    above the options or "Response", or above the question once more where there are no options; a third row where each option
    is a question of its own. Else one row. A title, a single text, may stand above. A stated layout is taken at its word.
    Raises DataError if there are too few rows for it, a Qualtrics header lacks a row, or the header is somebody's answers.

    >>> rows = [["id", "Team?", "Which apply?", ""], ["", "Response", "Pay", "Hours"], ["1", "North", "Pay", ""]]
    >>> header = find_header(rows, None, "a.csv")
    >>> header.layout, header.names
    ('surveymonkey', ('id', 'Team?', 'Which apply? - Pay', 'Which apply? - Hours'))
    """
    first = int(_is_title(rows))
    top = rows[first:]
    if layout not in (None, "one") and not _may_be_header(top):
        raise DataError(
            f"The header is not {layout}'s.",
            where=where,
            found="a second row with numbers, or none",
            expected="names, questions and ImportIds"
            if layout == "qualtrics"
            else 'questions above options or "Response"',
            fix="Correct the key header of the survey, or export the file again.",
        )
    layout = layout or _layout(top)
    if layout != "qualtrics" and any(map(_IMPORT_ID.match, (cell for row in top[:3] for cell in row))):
        raise DataError(
            "Qualtrics' header is not whole: its ImportIds are not in the third row.",
            where=where,
            expected="three rows: names, questions, ImportIds",
            fix="Export the file again.",
        )
    width = len(top[0])  # rows of other lengths are refused by those who know their lines
    count = _count(top, layout)
    titles, questions = _titles([[*row[:width], *[""] * (width - len(row))] for row in top[:count]], layout)
    _refuse_person(titles, where)
    wanted = [title or f"column {position}" for position, title in enumerate(titles, start=1)]
    return Header(
        layout,
        first,
        first + count,
        _unique(wanted),
        tuple(question or name for question, name in zip(questions, wanted, strict=True)),
        frozenset(index for index, title in enumerate(titles) if not title),
        _repeated(wanted),
    )


def named_header(names: Sequence[str], questions: Sequence[str]) -> Header:
    """The header of a file that has no rows of headers: names and questions ("" where it is the name), one a column."""
    wanted = [name or f"column {position}" for position, name in enumerate(names, start=1)]
    return Header(
        "one",
        0,
        0,
        _unique(wanted),
        tuple(question or name for question, name in zip(questions, wanted, strict=True)),
        frozenset(),
        _repeated(wanted),
    )


def _is_title(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a title: a single text above a row of several."""
    return len(rows) > 1 and sum(map(bool, rows[0])) == 1 and sum(map(bool, rows[1])) > 1


def _layout(rows: Sequence[Sequence[str]]) -> Layout:
    if (len(rows) > 2 and any(map(_IMPORT_ID.match, rows[2]))) or (
        len(rows) > 1 and _names_over_questions(rows[0], rows[1])
    ):
        return "qualtrics"
    if len(rows) > 1 and _over_options(rows[0], rows[1]):
        return "surveymonkey"
    if len(rows) > 3 and len(rows[2]) == len(rows[1]) and _under_options(rows):
        whole = [option or part for option, part in zip(rows[1], rows[2], strict=True)]
        return "surveymonkey" if _over_options(rows[0], whole) else "one"
    return "one"


def _may_be_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the second row may belong to the header, as a stated layout has it: no question or option is a number."""
    return len(rows) > 1 and not any(re.fullmatch(r"[\d.,:/ -]+", text) for text in rows[1])


def _count(rows: Sequence[Sequence[str]], layout: Layout) -> int:
    """How many rows a header of a layout has."""
    if layout == "one":
        return 1
    if layout == "qualtrics":
        return 3 if len(rows) > 2 and any(map(_IMPORT_ID.match, rows[2])) else 2
    return 3 if len(rows) > 3 and _under_options(rows) else 2


def _names_over_questions(names: Sequence[str], questions: Sequence[str]) -> bool:
    """Whether two rows are those of Qualtrics' older layout, or of one whose ImportIds were deleted.

    Its own columns are called V1, V2, … above what they are, or StartDate above Start Date.
    """
    pairs = [
        (name.casefold(), question.casefold().replace(" ", ""))
        for name, question in zip(names, questions, strict=False)
    ]
    own = [(name, question) for name, question in pairs if question in _OF_QUALTRICS or name in _OF_QUALTRICS]
    return (
        sum(bool(re.fullmatch(r"v\d+", name)) for name, _ in own) >= 2
        or sum(name == question for name, question in own) >= 2
    )


def _under_options(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the third row of SurveyMonkey's header belongs to it: options have parts, and the respondent's columns none.

    The columns before the first option say who answered and when; each respondent has a text in the first of them.
    """
    leading = next((index for index, option in enumerate(rows[1]) if option), 0)
    third = rows[2]
    return bool(
        leading
        and any(third)
        and not any(third[:leading])
        and all(row[0] for row in rows[3:])
        and not any(text.replace(".", "").isdigit() for text in third)
    )


def _over_options(questions: Sequence[str], options: Sequence[str]) -> bool:
    """Whether two rows are SurveyMonkey's: an option wherever no question stands, and "Response" where one answers.

    A survey of nothing but grids has no "Response": then columns about the respondent must come first, which have no
    option, and no option may be a number, as answers are.
    """
    pairs = list(zip(questions, options, strict=False))
    if len(questions) == len(options) and _twice(pairs):
        return True
    if len(questions) != len(options) or not all(question or option for question, option in pairs):
        return False
    if any(question and option.casefold() in _ANSWER for question, option in pairs):
        return True
    return (
        bool(questions[0])
        and not options[0]
        and sum(not question for question in questions) > 1
        and not any(option.replace(".", "").isdigit() for option in options)
    )


def _twice(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether questions stand in both rows: nobody answers each with its own words.

    All of them do, or, beside grids, all but the grids' own, below which their first options stand.
    """
    if all(_repeats(*pair) for pair in pairs):
        return True
    following = [*(question for question, _ in pairs[1:]), "-"]
    return (
        any(_repeats(*pair) for pair in pairs)
        and not all(question for question, _ in pairs)
        and all(
            _repeats(question, option) or not question or not option or not after
            for (question, option), after in zip(pairs, following, strict=True)
        )
    )


def _repeats(question: str, option: str) -> bool:
    """Whether both header rows have the same text, which is a question's or a column's name."""
    return bool(question) and question.casefold() == option.casefold()


def _refuse_person(titles: Sequence[str], where: str) -> None:
    """Without a header the first respondent would be taken for it, and shown as the names of columns."""
    for position, title in enumerate(titles, start=1):
        if _PERSONAL.fullmatch(title):
            raise DataError(
                "The header is missing: what stands in its place is somebody's answers.",
                where=where,
                found=f"an e-mail or IP address above column {position}",
                expected="names of columns",
                fix="Export the file again with its header.",
            )


def _titles(rows: Sequence[Sequence[str]], layout: Layout) -> tuple[list[str], list[str]]:
    """What the header says of each column: its name ("" if nothing), and the question ("" if it is the name)."""
    if layout == "qualtrics":
        return list(rows[0]), list(rows[1])
    if layout == "surveymonkey":
        titles, question, option = [], "", ""
        for asked, below, *further in zip(*rows, strict=True):
            option = below or (option if not asked and any(further) else "")
            question = asked or (question if option or any(further) else "")
            parts = (
                question,
                "" if option.casefold() == "response" or _repeats(question, option) else option,
                *further,
            )
            titles.append(" - ".join(part for part in parts if part))
        return titles, titles
    return list(rows[0]), [""] * len(rows[0])


def _repeated(names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """The indices of columns of the same name, a group a name."""
    return tuple(
        tuple(index for index, name in enumerate(names) if name == shared)
        for shared, count in Counter(names).items()
        if count > 1
    )


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names that differ: the second of a name gets the suffix (2), the third (3), or the next that is free.

    >>> _unique(["a", "b", "a", "a (2)"])
    ('a', 'b', 'a (3)', 'a (2)')
    """
    taken, unique = set(names), {}
    for name in names:
        free, number = name, 2
        while free in unique or (number > 2 and free in taken):
            free, number = f"{name} ({number})", number + 1
        unique[free] = None
    return tuple(unique)

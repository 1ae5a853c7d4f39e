"""From a column's heading to a statement: codes, numbers and the question above a grid taken off."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.inputs.exports.table import Column

_CODE = re.compile(
    r"^\s*((?:[A-Za-z]{1,14}[ _-]?)?\d{1,3}[A-Za-z]?(?:[-_.](?:\d+|[a-z](?=[.:)])))*(?:\[[^\]]+\])?"
    r"|[A-Za-z]\w{0,14}\[[^\]]+\])\s*[.:)]\s+(?=\S)"
)
LABEL_LENGTH = 48


def split_heading(question: str) -> tuple[str, str, str]:
    """A heading's code, the question above its grid, and the wording; "" for what it lacks.

    >>> split_heading("recog1. My manager says thank you")
    ('recog1', '', 'My manager says thank you')
    >>> split_heading("How far do you agree? - My manager listens"), split_heading("Q2. Agree? [My manager listens]")
    (('', 'How far do you agree?', 'My manager listens'), ('Q2', 'Agree?', 'My manager listens'))
    """
    found = _CODE.match(question)
    code, rest = (found[1], question[found.end() :]) if found else ("", question)
    if grid := re.fullmatch(r"(.+?)\s*\[([^\[\]]+)\]", rest):
        return code, grid[1].strip(), grid[2].strip()
    stem, dash, last = rest.rpartition(" - ")
    return (code, stem.strip(), last.strip()) if dash else (code, "", rest.strip())


def shared_stems(columns: Sequence[Column]) -> dict[str, str]:
    """The question above each column that shares it with another, by the column's name."""
    stems = {column.name: split_heading(column.question)[1] for column in columns}
    counts = Counter(stems.values())
    return {name: stem for name, stem in stems.items() if stem and counts[stem] > 1}


def statement(column: Column, stems: dict[str, str]) -> str:
    """The wording of an item: of a grid's column the part that is its own."""
    if column.question == column.name and " " not in column.name:  # a code, such as sup[SQ001]: there is no wording
        return column.name
    if column.name in stems:
        return split_heading(column.question)[2]
    return _CODE.sub("", column.question, count=1).strip()


def is_statement(text: str) -> bool:
    """Whether a wording reads like a statement that people agree to."""
    return (
        len(text.split()) >= 4
        and not text.endswith("?")
        and re.match(
            r"(i|i'm|i've|my|our|we|the|there|this|senior|managers?|staff|people|colleagues|training|"
            r"supervision|support|children|families|partner\w*|good)\b",
            text.lower(),
        )
        is not None
    )


def slug(text: str, taken: Iterable[str] = (), words: int = 6) -> str:
    """A slug of the first words, not among those taken.

    >>> slug("Q5_1"), slug("My manager's door is open", ["my-managers-door-is-open"]), slug("3 wishes")
    ('q5-1', 'my-managers-door-is-open-2', 'item-3-wishes')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    parts = re.findall(r"[a-z0-9]+", plain)[:words]
    base = "-".join(parts if parts and parts[0][0].isalpha() else ["item", *parts])
    return _free(base, taken, "-")


def label(text: str, taken: Iterable[str]) -> str:
    """A short label: the wording, or as many of its words as fit, not among those taken."""
    short = text
    while len(short) > LABEL_LENGTH and " " in short:
        short = short.rsplit(" ", 1)[0]
    return _free((short[:LABEL_LENGTH] + " …") if short != text else text, taken, " ")


def _free(base: str, taken: Iterable[str], joint: str) -> str:
    taken, free, number = set(taken), base, 2
    while free in taken:
        free, number = f"{base}{joint}{number}", number + 1
    return free

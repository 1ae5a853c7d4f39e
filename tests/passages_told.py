"""For tests of wordings: which templates were rendered, in which of their branches, and what they said.

A branch is what an `if` with its `elif` and `else` chooses, the choice of nothing among them, and what a `for` repeats.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product

from jinja2.ext import Extension

from pipeline import passages
from pipeline.files import project_root
from pipeline.passages import FOLDER, SUFFIX
from pipeline.publishing import Publication

MARK = re.compile(r"({%[-+]?\s*(if|elif|else|endif|for|endfor)\b.*?[-+]?%})", re.DOTALL)
# What no sentence may hold, whatever was found.
FAULTS = {
    "a plural of one": re.compile(
        r"(?<![\d.,+−–-])\b1 (?!per|plus|in|is)(?:other |more )?(?:pairs|passages|places|measures|models|authorities|"
        r"statements|points|figures|clusters|intervals|indicators|associations|percentages|inspections|documents|people|answers|questions|groups|subjects|estimates)\b"
    ),
    "a number without a thing": re.compile(
        r"(?<![\d.,−–])\b0 (?:with|more|lower|higher|go|goes|clearly|intervals|in the)\b|[+−]0(?:\.0+)?(?![\d.])"
    ),
    "what was not filled": re.compile(
        r"(?<!:   )\bNone\b(?! of| goes| is| yet|: all)|\bnan\b|\bTrue\b|\bFalse\b|[{}]%|%[{}]|\{\{|\}\}"
    ),
    "a blank too many": re.compile(r"(?<![\n: ])  |(?<!\n) [.,;:)]|\( | $", re.MULTILINE),
    "a stop too many": re.compile(r"\.\.|,,|;;|: ?[.;]|, ?[.;]|\(\)"),
    "two sentences in one": re.compile(r"[a-z)][.;!?][A-Z]"),
    "a list without an end": re.compile(r"\band[.,;]"),
    "nothing after a colon": re.compile(r"(?<!:):\s*$"),
}


def templates(chapter: str) -> list[str]:
    """The names of the chapter's templates."""
    folder = project_root() / FOLDER
    return sorted(path.relative_to(folder).as_posix() for path in (folder / chapter).glob(f"*{SUFFIX}"))


def fillings(*options: dict[str, list]) -> Iterator[dict[str, object]]:
    """Every combination of one value for each name, of each of the options."""
    for each in options:
        for values in product(*each.values()):
            yield dict(zip(each, values, strict=True))


def marked(source: str, name: str) -> tuple[str, set[str]]:
    """The template with a mark in each branch, and what the marks are called: "<name>:<line> <what>"."""
    found: set[str] = set()
    opened: list[tuple[str, int, bool]] = []

    def mark(place: int, what: str) -> str:
        found.add(f"{name}:{place} {what}")
        return f'{{% set _ = reached("{name}:{place} {what}") %}}'

    def with_mark(match: re.Match) -> str:
        tag, kind = match[1], match[2]
        line = source.count("\n", 0, match.start()) + 1
        if kind in ("if", "for"):
            opened.append((kind, line, kind == "for"))
            return _behind(tag, mark(line, kind))
        of, began, otherwise = opened[-1]
        if kind in ("elif", "else"):
            opened[-1] = (of, began, otherwise or kind == "else")
            return _behind(tag, mark(line, kind))
        opened.pop()
        return tag if otherwise else f"{tag[: -len(tag.lstrip('{%-+'))]} else %}}{mark(began, f'no {of}')}{tag}"

    return MARK.sub(with_mark, source), found


def _behind(tag: str, mark: str) -> str:
    """A tag with a mark behind it, which takes over how the tag treats the blanks that follow."""
    end = re.search(r"[-+]?%}$", tag)[0]
    return f"{tag[: -len(end)]}%}}{mark[:-2]}{end}"


class Unwritten(Publication):
    """Writes nothing: what is said is noted while it is rendered."""

    def value(self, *_, **__):
        """Of no interest here."""

    def table(self, name, table, *_, **__):
        return table

    def passage(self, *_):
        """Nothing to write."""

    def figure(self, *_, **__):
        return "a picture"


class Told:
    """What was rendered: `texts` by template, and the marks that were reached."""

    def __init__(self) -> None:
        self.texts: dict[str, set[str]] = {}
        self.reached: set[str] = set()

    def faults(self) -> list[str]:
        """What is wrong with what was said, with the template."""
        return sorted(
            f"{name}: {what} in {text!r}"
            for name, said in self.texts.items()
            for text in said
            for what, fault in FAULTS.items()
            if fault.search(text)
        )

    def not_told(self, chapter: str) -> list[str]:
        """The chapter's branches that were never reached."""
        folder = project_root() / FOLDER
        every = {
            mark
            for name in templates(chapter)
            for mark in {f"{name}:1 template"} | marked((folder / name).read_text("utf-8"), name)[1]
        }
        return sorted(every - self.reached)


@contextmanager
def telling():
    """Within it, what `passage` and `wording` render is noted."""
    told, environment = Told(), passages._environment

    class Marks(Extension):
        def preprocess(self, source, name, filename=None):
            return f'{{% set _ = reached("{name}:1 template") %}}' + marked(source, name)[0]

    class Noting:
        """A template that notes what it gives."""

        def __init__(self, template):
            self.template = template

        def render(self, values):
            text = self.template.render(values)
            told.texts.setdefault(self.template.name, set()).add(passages._in_paragraphs(text))
            return text

    class Watched:
        """An environment whose templates note what they give; what they include is marked, not noted."""

        def __init__(self, folder):
            self.made = environment.__wrapped__(folder)
            self.made.add_extension(Marks)
            self.made.globals["reached"] = told.reached.add

        def get_template(self, name):
            return Noting(self.made.get_template(name))

    passages._environment = cache(Watched)
    try:
        yield told
    finally:
        passages._environment = environment

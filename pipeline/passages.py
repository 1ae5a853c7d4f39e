"""Wordings that depend on what was found: templates in reports/passages, filled with published values.

A passage is a Jinja template, `reports/passages/<chapter>/<name>.md.j2`. Whoever edits a report edits its words there,
without code. It gets values by name and may choose between wordings; it computes nothing that is not a choice of words.
A name that nobody handed over, a number that no filter prints and an empty list stop with the file and the line, so
that no figure comes from anywhere but the tables.

Texts of others are escaped as everywhere (pipeline/markdown); Markdown stays. Filters print numbers, halves up:

| in a template | prints |
| --- | --- |
| `{{ share | form(".0f") }}%` | a format specification of Python |
| `{{ change | signed }}`, `{{ change | signed(2) }}` | with its sign, a true minus; nothing before a zero |
| `{{ change | estimate(low, high) }}` | with its interval: +0.3 (−0.4 to +0.9); a third value is a form |
| `{{ people | count }}` | 1,204 |
| `{{ pairs | counted("pair") }}` | 1 pair, 2 pairs |
| `{{ names | listed }}` | a, b and c |
| `{{ name | lower_first }}` | a title inside a sentence |
| `{{ text | quoted }}` | “text” |

Lines of a paragraph are joined, so that each sentence can have its own; an empty line begins a new paragraph, `- ` a
point of a list, `:   ` what a term means. A mark of Jinja at the end of a line takes the line's end with it, as ` +%}`
does not. What `{## … ##}` holds is for editors and printed nowhere.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from numbers import Integral, Real
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)

from pipeline.errors import PublishingError
from pipeline.files import project_root
from pipeline.markdown import Markdown, escaped, md, own, plain
from pipeline.numerals import printed
from pipeline.phrases import counted, estimate, listed, lower_first, number, true_minus
from pipeline.suggestions import suggestion

FOLDER = Path("reports/passages")
SUFFIX = ".md.j2"
_UNKNOWN = re.compile(r"^'(\w+)' is undefined$")
_OWN_LINE = re.compile(r"(- |:   |[0-9]+\. )")


_below: ContextVar[Path | None] = ContextVar("below", default=None)


@contextmanager
def passages_below(root: Path) -> Iterator[None]:
    """Within it, passages are those of the project at `root`: a worker may run elsewhere."""
    token = _below.set(root)
    try:
        yield
    finally:
        _below.reset(token)


def passage(name: str, /, root: Path | None = None, **values: object) -> Markdown:
    """The passage `name` ("<chapter>/<name>") with its values, as Markdown.

    Raises PublishingError where the template is not there, cannot be read, or names a value that was not handed over.
    """
    folder = (root or _below.get() or project_root()) / FOLDER
    path = f"{name}{SUFFIX}"
    try:
        text = _environment(folder).get_template(path).render(values)
    except TemplateNotFound as error:
        raise PublishingError(
            "There is no such passage.", where=f"{FOLDER}/{path}", fix="Write it, or correct its name."
        ) from error
    except TemplateSyntaxError as error:
        raise PublishingError(
            "The passage cannot be read.",
            where=f"{FOLDER}/{error.name}, line {error.lineno}",
            found=str(error.message),
            fix="Correct the mark of Jinja in that line.",
        ) from error
    except UndefinedError as error:
        raise _unpublished(error, path, values) from error
    except (TemplateError, PublishingError, TypeError, ValueError) as error:
        raise PublishingError(
            "The passage cannot be filled.", where=_place(error, path), found=getattr(error, "what", str(error))
        ) from error
    return own(_in_paragraphs(text))


def wording(name: str, /, root: Path | None = None, **values: object) -> str:
    """The same as text without Markdown: a caption, a text alternative, a cell of a table. Raises as `passage` does."""
    return plain(passage(name, root, **values))


def _in_paragraphs(text: str) -> str:
    """What a template gave, an empty line between two paragraphs and nothing where one is empty."""
    return "\n\n".join(filter(None, map(_joined, re.split(r"\n\s*\n", text))))


def _joined(paragraph: str) -> str:
    """A paragraph with its lines joined, a point of a list in a line of its own."""
    lines: list[str] = []
    for line in filter(None, map(str.strip, paragraph.splitlines())):
        if lines and not _OWN_LINE.match(line):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _unpublished(error: UndefinedError, path: str, values: dict[str, object]) -> PublishingError:
    named = _UNKNOWN.match(str(error.message))
    return PublishingError(
        "The passage names a value that is not published." if named else "The passage cannot be filled.",
        where=_place(error, path),
        found=named[1] + suggestion(named[1], values) if named else str(error.message),
        expected=f"one of: {', '.join(sorted(values)) or 'nothing'}",
        fix="Correct the name in the passage.",
    )


def _place(error: BaseException, path: str) -> str:
    """The template and the line that raised `error`."""
    place, trace = f"{FOLDER}/{path}", error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith(SUFFIX):
            file = Path(trace.tb_frame.f_code.co_filename)
            place = f"{FOLDER}/{file.parent.name}/{file.name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _shown(value: object) -> object:
    """What a template prints: Markdown as it is, a whole number as its digits, text escaped."""
    if isinstance(value, StrictUndefined | Markdown) or (isinstance(value, Integral) and not isinstance(value, bool)):
        return value
    if isinstance(value, str):
        return escaped(value)
    if value is None or isinstance(value, bool | Real):
        raise PublishingError(f"A filter has to say how {value!r} is printed.")
    raise PublishingError(f"A {type(value).__name__} is not a value that can be printed.")


def _listed(texts: Sequence[str]) -> str:
    if not texts:
        raise PublishingError("There is nothing to list.")
    return listed(list(texts))


@cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        comment_start_string="{##",
        comment_end_string="##}",
    )  # {#sec-…} names a heading
    environment.filters |= {
        "form": lambda value, form: own(true_minus(printed(value, form))),
        "signed": lambda value, places=1: own(number(value, f"{{:+.{places}f}}")),
        "estimate": lambda value, low, high, form="+.1f": own(estimate(value, low, high, f"{{:{form}}}")),
        "count": lambda value: own(printed(value, ",")),
        "counted": lambda value, one, many="": own(counted(value, one, many)),
        "listed": _listed,
        "lower_first": lower_first,
        "quoted": lambda text: md("“{}”", text),
    }
    return environment

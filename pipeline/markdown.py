"""Text of others and Markdown, kept apart: what people write enters a document here, and comes out as it was written.

A label, a statement, a caption or a name is text: `*`, `$`, `<b>`, `{{< var x >}}` and `@North` are characters in it. Our
own sentences are `Markdown`. Text becomes Markdown in one way only, `escaped`, which `Markdown.format` and
`Markdown.join` do by themselves, as a database's driver does with the values of a query:

>>> print(md("**{}** of {:,}", "*R&D*", 1204))
**&#42;R&#38;D&#42;** of 1,204

Character references are used, not backslashes: pandoc, Quarto, CommonMark and HTML all read them, in running text, table
cells and quoted attributes, and none of the marks that a filter, a shortcode or a search for references looks for is left.
"""

import html
import re
from collections.abc import Iterable
from typing import LiteralString, SupportsIndex

from pipeline.characters import harmless
from pipeline.numerals import HalvesUp

_LINE_END = re.compile(r"\r\n|[\r\n\t]")
# What begins a numbered list where it stands at the start of a line: "1.", "a)", "(iv) ", also if what follows adds the dot.
_LIST_MARK = re.compile(r"(?:[0-9]+|[A-Za-z]|[ivxlcdmIVXLCDM]+)(?:[.)](?: |$)|$)")
_MARKS = re.compile(
    r"""[\\`*_{}\[\]<>|#@$~^"'&+=]"""  # each means something somewhere
    r"|(?<![0-9A-Za-z])[-.]|[-.](?![0-9A-Za-z]|$)"  # dashes, dots in a row, abbreviations; not 1.5 or non-profit
    r"|(?<=[Ww])\."  # addresses without a scheme
    r"|(?<![0-9A-Za-z)]):|:(?! \w)"  # definitions, divisions, addresses, emoji; not "Bases: 12"
    r"|^[!-/:-@]"  # whatever could begin a block
    r"|^ | $|(?<= ) |[^\S ]"
)  # blanks that would be dropped


class Markdown(str):
    """Text that is read as Markdown: written in this repository, or made from text by `escaped`.

    It is called with a literal only (a test holds the repository to that); what varies goes in by `format`.
    """

    def __new__(cls, text: LiteralString = "") -> "Markdown":
        return super().__new__(cls, text)

    def format(self, *values: object, **named: object) -> "Markdown":
        """The template with its values: a text is escaped, Markdown and numbers go in as they are.

        >>> Markdown("{name} {:+.1f}").format(0.5, name="<i>")
        '&#60;i&#62; +0.5'
        """
        return own(_Filling().vformat(str(self), values, named))

    def join(self, parts: Iterable[str]) -> "Markdown":
        """The parts with this between them, each escaped if it is a text.

        >>> Markdown("; ").join(["a|b", Markdown("*c*")])
        'a&#124;b; *c*'
        """
        return own(str.join(self, [escaped(part) for part in parts]))

    def __add__(self, other: str) -> "Markdown":
        return own(str.__add__(self, escaped(other)))

    def __radd__(self, other: str) -> "Markdown":
        return own(str.__add__(escaped(other), self))

    def __mul__(self, times: SupportsIndex) -> "Markdown":
        return own(str.__mul__(self, times))

    def strip(self, characters: str | None = None) -> "Markdown":
        """Without blanks, or `characters`, around it."""
        return own(str.strip(self, characters))


def md(template: LiteralString, *values: object) -> Markdown:
    """`Markdown(template).format(*values)`: a sentence of ours with what varies in it.

    >>> md("**{}** ({:.0f}%)", "Support & care", 71.4)
    '**Support &#38; care** (71%)'
    """
    return Markdown(template).format(*values)


class _Filling(HalvesUp):
    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, Markdown) and not format_spec:
            return value
        text = super().format_field(value, format_spec)
        return escaped(text) if isinstance(value, str) else text


def own(text: str) -> Markdown:
    """Sentences that were composed from numbers and words of this repository, as Markdown.

    Never with a text that somebody else wrote in it: that goes through `Markdown.format`. A test lists the modules that
    may call this.
    """
    return str.__new__(Markdown, text)


def escaped(text: str, *, in_cell: bool = False) -> Markdown:
    """`text` in one line as Markdown that shows its characters; what is Markdown already stays as it is.

    A line end or tab becomes a blank, a control character U+FFFD. Letters, digits and punctuation that means nothing
    where it stands are left alone: `in_cell`, a number does not begin a list.

    >>> escaped("1. Is it *good*, e.g. at [this](x)? Cost: 1.5")
    '&#49;&#46; Is it &#42;good&#42;, e.g&#46; at &#91;this&#93;(x)? Cost: 1.5'
    """
    if isinstance(text, Markdown):
        return text
    line = harmless(_LINE_END.sub(" ", text))
    marked = _MARKS.sub(lambda mark: _reference(mark[0]), line)
    return own(_reference(line[0]) + marked[1:] if _LIST_MARK.match(line) and not in_cell else marked)


def _reference(character: str) -> str:
    return f"&#{ord(character)};"


class Cell:
    """Markdown in a table of pandas, which makes a column of its own kind of all texts, and of what is Markdown too.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"row": ["a", "a"], "column": ["x", "y"], "cell": [Cell(md("**bold**")), Cell(md("c"))]})
    >>> print(table.pivot(index="row", columns="column", values="cell").loc["a", "x"].markdown)
    **bold**
    """

    __slots__ = ("markdown",)

    def __init__(self, markdown: Markdown):
        self.markdown = markdown

    def __str__(self) -> str:
        return str(self.markdown)

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cell) and self.markdown == other.markdown

    def __hash__(self) -> int:
        return hash(self.markdown)


def attribute(text: str) -> Markdown:
    """`text`, or Markdown, as the value of a quoted attribute: it gives back exactly these characters.

    >>> print(Markdown('title="{}"').format(attribute('the "best"')))
    title="the &#34;best&#34;"
    """
    return escaped(str(text))


def code(text: str) -> Markdown:
    """`text` in the letters of code: within backticks, where it has none of its own.

    >>> print(code("odds_ratio"), code("a`b"))
    `odds_ratio` a&#96;b
    """
    return own(f"`{harmless(text)}`") if re.fullmatch(r"[^`\s][^`\n{}]*", text) else escaped(text)


def plain(text: str) -> str:
    """The text behind `escaped`; of our own Markdown, its source.

    >>> plain(escaped("a *b*")), plain("a *b*")
    ('a *b*', 'a *b*')
    """
    return html.unescape(str(text))

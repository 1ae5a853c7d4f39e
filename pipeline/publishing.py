"""How a notebook hands values, tables and figures to the reports.

Everything that a report shows passes through a `Publication`; a report refers to it by name and never holds a number
of its own. What is published lies where the reports find it (`reports/published/<notebook>/`); the data behind every
table and figure lies on the site for readers (`reports/site/data/<name>.csv`). A notebook that runs once for each
survey publishes an edition: it has folders of its own in both places (`<report>/<name>/`). Notebooks whose tables depend
on what was downloaded keep them together in a collection (`reports/site/<collection>/data/`). Where the data are answers
of single people, a guard (pipeline/surveys/disclosure) stands in between: nothing is published that it has not passed.

Every text that is handed in is text, and comes out as its characters; only a `Markdown` (pipeline/markdown) is read as
Markdown.
"""

import math
import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import pandas as pd
import typst
import yaml
from IPython.display import Image

from pipeline.characters import drawable
from pipeline.errors import PublishingError
from pipeline.files import SIGNIFICANT_DIGITS, project_root, replacing, write_csv, write_text
from pipeline.markdown import Cell, Markdown, attribute, escaped, own, plain
from pipeline.numerals import filled, half_up
from pipeline.phrases import true_minus

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS = 200  # an inch, in a PNG
SPARE = 0.01  # dots
WIDTH_ON_SCREEN = 560  # CSS pixels of a figure in a notebook
TABLE_WIDTH = 100  # characters in the line that tells pandoc a table's relative column widths
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Guard(Protocol):
    """What has to pass whatever is published about people."""

    def table(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        """`table` without what cannot be published."""

    def value(self, name: str, respondents: int | None) -> None:
        """Raise PublishingError for a value that rests on too few people, or does not say on how many."""


class Publication:
    """What one notebook publishes.

    `edition` is "<report>/<name>" where a report is made once for each survey; `collection` is the folder of the site
    for the readers' CSVs of several notebooks. With a `guard`, each table and figure is
    about people and has a column `respondents`, or says `people=False`; each value says how many `respondents` it
    rests on, or `people=False`. `mark` stands before every caption, such as that the answers are simulated.

    >>> import tempfile
    >>> publish = Publication("03-support", root=Path(tempfile.mkdtemp()))
    >>> publish.value("answers.total", 27184, "{:,}")
    >>> print((publish.folder / "values.yaml").read_text(), end="")
    answers.total:
      number: 27184.0
      text: 27,184
    >>> _ = publish.table("bases", pd.DataFrame({"group": ["Managers"], "base": [163]}), caption="Who answered.")
    >>> print((publish.folder / "tables" / "bases.md").read_text())
    | group    | base |
    |:---------|-----:|
    | Managers | 163  |
    <BLANKLINE>
    : Who answered. {#tbl-bases}
    <BLANKLINE>
    """

    def __init__(
        self,
        notebook: str,
        root: Path | None = None,
        edition: str = "",
        guard: Guard | None = None,
        mark: str = "",
        collection: str = "",
    ):
        reports = (root or project_root()) / "reports"
        self.notebook = notebook
        self.folder = reports / "published" / edition / notebook
        self.data = reports / "site" / (edition or collection) / "data"
        self.address = f"{collection}/" if collection and not edition else ""  # of the data, from the report's page
        self.guard = guard
        self.mark = mark
        self._values: dict[str, dict[str, object]] = {}
        self._names: set[str] = set()

    def value(
        self, name: str, value: float | str, form: str = "{}", *, respondents: int | None = None, people: bool = True
    ) -> None:
        """Publish one value under a dotted `name`, as a report prints it (`form`, a format string).

        Raises PublishingError for a name that is taken or not of lower-case words, for a missing number, and for one
        that the guard does not let pass.
        """
        if self.guard and people:
            self.guard.value(name, respondents)
        if not _NAME.fullmatch(name):
            raise PublishingError("A value's name is lower-case words joined by dots.", where=self.notebook, found=name)
        if name in self._values:
            raise PublishingError("The value is published twice.", where=self.notebook, found=name)
        if not isinstance(value, str) and pd.isna(value):
            raise PublishingError("A missing number cannot be published.", where=self.notebook, found=name)
        number = None if isinstance(value, str) else float(f"{value:.{SIGNIFICANT_DIGITS}g}")
        self._values[name] = {"text": _text(value, form), "number": number}
        write_text(
            self.folder / "values.yaml",
            yaml.dump(self._values, Dumper=yaml.CSafeDumper, sort_keys=True, allow_unicode=True),
        )

    def table(
        self,
        name: str,
        table: pd.DataFrame,
        caption: str,
        *,
        headings: Mapping[str, str] | None = None,
        forms: Mapping[str, str] | None = None,
        widths: Sequence[int] | None = None,
        data: pd.DataFrame | None = None,
        places: Mapping[str, int] | None = None,
        people: bool = True,
    ) -> pd.DataFrame:
        """Publish `table` under `name`: its columns as `headings` call them, its cells as `forms` print them.

        `widths` are the columns' relative widths; without them a column takes what its text needs. `data` (the table
        itself, if not given) is the CSV for readers. `places` are the digits after the point of a column in the CSV, and
        in print where there is no form for it; both are rounded from `table`, so that nothing is rounded twice. Returns
        the table as it is in the CSV.
        """
        self._claim_name(name)
        caption = self._marked(caption)
        table = self._passed(name, table, people)
        headings = dict(headings or {column: str(column) for column in table.columns})
        shown = table[list(headings)]
        forms = {column: f"{{:.{digits}f}}" for column, digits in (places or {}).items()} | dict(forms or {})
        cells = [
            [_cell(value, forms.get(column, "{}")) for column, value in zip(shown.columns, row, strict=True)]
            for row in shown.itertuples(index=False)
        ]
        right = [pd.api.types.is_numeric_dtype(shown[column]) for column in shown.columns]
        text = f"{pipe_table(list(headings.values()), cells, right, widths)}\n\n: {escaped(caption)} {{#tbl-{name}}}\n"
        write_text(self.folder / "tables" / f"{name}.md", text)
        table = half_up(table, places or {})
        if data is None:
            self._write_data(name, table, caption, headings)
        else:  # other columns than those printed: each by its own name
            self._write_data(name, self._passed(name, data, people), caption, None)
        return table

    def passage(self, name: str, text: Markdown | str, *shown: str) -> None:
        """Publish what a report includes where what there is to say and to show depends on what was found.

        `shown` are published tables and figures that follow the text.
        """
        self._claim_name(name, "passage ")
        parts = [
            (self.folder / kind / f"{each}.md").read_text(encoding="utf-8")
            for each in shown
            for kind in ("tables", "figures")
            if (self.folder / kind / f"{each}.md").exists()
        ]
        write_text(
            self.folder / "passages" / f"{name}.md",
            "\n\n".join(part.strip() for part in [escaped(text), *parts]) + "\n",
        )

    def figure(
        self,
        name: str,
        figure: "Figure | Callable[[pd.DataFrame], Figure]",
        caption: str,
        alt: str,
        data: pd.DataFrame,
        *,
        headings: Mapping[str, str] | None = None,
        places: Mapping[str, int] | None = None,
    ) -> Image:
        """Publish `figure` as SVG and PNG with its caption, a text alternative that states the finding, and its data.

        `places` are the digits after the point of a column in the CSV; the figure, which may print numbers as well, is
        drawn from the data as they are.

        With a guard, `figure` is a function that draws the data: it gets what the guard let pass and nothing else.
        Closes the figure and returns its picture, which a notebook shows with the text alternative.
        """
        self._claim_name(name)
        if self.guard and not callable(figure):
            raise PublishingError(
                "With a guard, a figure is drawn from the data that it let pass.",
                where=self.notebook,
                found=f"{name}: a finished figure",
                expected="a function of the data",
                fix="Give the drawing function itself.",
            )
        caption = self._marked(caption)
        data = self._passed(name, data, people=True)
        figure = figure(data) if callable(figure) else figure
        if not alt.strip() or alt.strip() == caption.strip():
            raise PublishingError(
                "A figure needs a text alternative of its own, stating what it shows.", where=self.notebook, found=name
            )
        folder = self.folder / "figures"
        save_figure(figure, folder / name)
        alt = true_minus(alt)
        link = own(f"[{name}.csv]({self.address}data/{name}.csv){{.web-only}}")  # elsewhere the name alone
        text = (
            f"![{escaped(caption)} Data: {link}.](published/{self.notebook}/figures/{name})"
            f'{{#fig-{name} fig-alt="{attribute(alt)}"}}\n'
        )
        write_text(folder / f"{name}.md", text)
        self._write_data(name, half_up(data, places or {}), caption, headings)
        _pyplot().close(figure)
        return Image(filename=str(folder / f"{name}.png"), alt=alt, width=WIDTH_ON_SCREEN)

    def _marked(self, caption: str) -> str:
        if isinstance(caption, Markdown):
            return Markdown("{} {}").format(self.mark, caption).strip()
        return f"{self.mark} {caption}".strip()

    def _passed(self, name: str, table: pd.DataFrame, people: bool) -> pd.DataFrame:
        return self.guard.table(name, table) if self.guard and people else table

    def _write_data(self, name: str, table: pd.DataFrame, caption: str, headings: Mapping[str, str] | None) -> None:
        """The table for readers as CSV, and what it and its columns are called, for the spreadsheets.

        These show the columns that have a heading: all of them, where none is given.
        """
        write_csv(self.data / f"{name}.csv", table)
        named = {column: heading for column, heading in (headings or {}).items() if column in table}
        described = {
            "title": plain(caption) if isinstance(caption, Markdown) else caption,
            "headings": named or {column: column for column in table},
        }
        write_text(
            self.folder / "data" / f"{name}.yaml",
            yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=1000),
        )

    def _claim_name(self, name: str, kind: str = "") -> None:
        if not _SLUG.fullmatch(name):
            raise PublishingError("A name is lower-case words joined by hyphens.", where=self.notebook, found=name)
        if kind + name in self._names:
            raise PublishingError("The name is published twice.", where=self.notebook, found=name)
        self._names.add(kind + name)


def save_figure(figure: "Figure", stem: Path) -> None:
    """Write `figure` as `<stem>.svg` and `<stem>.png` (200 dots an inch), without dates, versions or random ids.

    It is drawn once: typst, which sets the reports, makes the PNG from the SVG in a third of the time of a second
    drawing. typst draws a picture in dots of its own, and repeats or drops a row of them where rounding gives it one
    more than the page has. So the picture is a hundredth of a dot less high than whole dots, and the page a little more.
    """
    _name_what_the_font_lacks(figure)
    box = figure.get_tightbbox().padded(0.04)  # inches
    width, height = (math.ceil(round(DOTS * length, 6)) for length in (box.width, box.height))
    box = type(box).from_bounds(box.x0, box.y0, width / DOTS, (height - SPARE) / DOTS)
    drawn, picture = (stem.with_name(stem.name + suffix) for suffix in (".svg", ".png"))
    with replacing(drawn) as beside, _pyplot().rc_context({"svg.hashsalt": "golden-thread"}):
        figure.savefig(beside, metadata={"Date": None, "Creator": None}, bbox_inches=box)
    page = (
        f"#set page(width: {(width - SPARE) / DOTS}in, height: {(height - 2 * SPARE) / DOTS}in, margin: 0in, fill: white)\n"
        f'#image("{drawn.name}", width: 100%, height: 100%, fit: "stretch")'
    )
    with replacing(picture) as beside:
        made = typst.compile(page.encode(), root=drawn.parent, format="png", ppi=float(DOTS))  # type: ignore[call-overload]
        beside.write_bytes(_with_density(made))


def _name_what_the_font_lacks(figure: "Figure") -> None:
    """Labels wrapped by the charts have it already; this is for the others, such as the keys'."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if (shown := drawable(text.get_text())) != text.get_text():
            text.set_text(shown)


def _with_density(png: bytes) -> bytes:
    """`png` with its dots a metre, which tell a word processor how large it is; typst leaves them out."""
    density = b"pHYs" + struct.pack(">IIB", *2 * [round(DOTS / 0.0254)], 1)
    header = 33  # bytes: the signature and the first chunk, after which this one has to stand
    return png[:header] + struct.pack(">I", 9) + density + struct.pack(">I", zlib.crc32(density)) + png[header:]


def _pyplot() -> ModuleType:
    """matplotlib's pyplot, which takes a second to import: a notebook without a chart does not wait for it."""
    from matplotlib import pyplot

    return pyplot


def _text(value: object, form: str) -> str:
    """`value` as `form` prints it; a negative number has a true minus sign."""
    text = filled(form, value)
    return text if isinstance(value, str) else text.replace("-", "−")


def _cell(value: object, form: str) -> str:
    """A cell as it is shown: a text, unless it is Markdown or a number."""
    if isinstance(value, Cell):
        return value.markdown
    if isinstance(value, str):
        return value if isinstance(value, Markdown) else form.format(value)
    return own("–" if pd.isna(value) else _text(value, form))


def pipe_table(
    headings: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool], widths: Sequence[int] | None
) -> str:
    """A Markdown pipe table of texts, which are escaped, or Markdown.

    pandoc takes relative column widths from the dashes where a line is long enough; they follow the texts as they are
    shown.

    >>> print(pipe_table(["item", "n"], [["a|b", "1.5"]], [False, True], None))
    | item | n   |
    |:-----|----:|
    | a&#124;b  | 1.5 |
    """
    rows = [[escaped(text, in_cell=True) for text in row] for row in [headings, *cells]]
    needed = [max(len(plain(text)) for text in column) for column in zip(*rows, strict=True)]
    total = sum(widths) if widths else 0
    dashes = [max(3, round(TABLE_WIDTH * width / total)) for width in widths] if widths else needed
    rule = "|".join("-" * (n + 1) + ":" if r else ":" + "-" * (n + 1) for n, r in zip(dashes, right, strict=True))
    lines = [
        " | ".join(f"{text}{' ' * (n - len(plain(text)))}" for text, n in zip(row, needed, strict=True)) for row in rows
    ]
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])

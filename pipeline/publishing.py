"""How a notebook hands values, tables and figures to the reports.

Everything that a report shows passes through a `Publication`; a report refers to it by name and never holds a number
of its own. What is published lies where the reports find it (`reports/published/<notebook>/`); the data behind every
table and figure lies on the site for readers (`reports/site/data/<name>.csv`).
"""

import re
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import pandas as pd
import yaml

from pipeline.errors import PublishingError
from pipeline.files import project_root, replacing, write_csv, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLE_WIDTH = 100  # characters in the line that tells pandoc a table's relative column widths
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Publication:
    """What one notebook publishes.

    >>> import tempfile
    >>> publish = Publication("03-support", root=Path(tempfile.mkdtemp()))
    >>> publish.value("answers.total", 27184, "{:,}")
    '27,184'
    >>> print(publish.table("bases", pd.DataFrame({"group": ["Managers"], "base": [163]}), caption="Who answered."))
    | group    | base |
    |:---------|-----:|
    | Managers | 163  |
    <BLANKLINE>
    : Who answered. {#tbl-bases}
    <BLANKLINE>
    """

    def __init__(self, notebook: str, root: Path | None = None):
        root = root or project_root()
        self.notebook = notebook
        self.folder = root / "reports" / "published" / notebook
        self.data = root / "reports" / "site" / "data"
        self._values: dict[str, dict[str, object]] = {}
        self._names: set[str] = set()

    def value(self, name: str, value: Real | str, form: str = "{}") -> str:
        """Publish one value under a dotted `name`, as a report prints it (`form`, a format string), and return that.

        Raises PublishingError for a name that is taken or not of lower-case words, and for a missing number.
        """
        if not _NAME.fullmatch(name):
            raise PublishingError("A value's name is lower-case words joined by dots.", where=self.notebook, found=name)
        if name in self._values:
            raise PublishingError("The value is published twice.", where=self.notebook, found=name)
        if not isinstance(value, str) and pd.isna(value):
            raise PublishingError("A missing number cannot be published.", where=self.notebook, found=name)
        text = form.format(value)
        self._values[name] = {"text": text, "number": None if isinstance(value, str) else float(value)}
        write_text(self.folder / "values.yaml", yaml.safe_dump(self._values, sort_keys=True, allow_unicode=True))
        return text

    def table(self, name: str, table: pd.DataFrame, caption: str, *, headings: Mapping[str, str] | None = None,
              forms: Mapping[str, str] | None = None, widths: Sequence[int] | None = None,
              data: pd.DataFrame | None = None) -> str:
        """Publish `table` under `name`: its columns as `headings` call them, its cells as `forms` print them.

        `widths` are the columns' relative widths; without them a column takes what its text needs. `data` (the table
        itself, if not given) is the CSV for readers. Returns the Markdown that the reports include.
        """
        self._claim_name(name)
        headings = dict(headings or {column: column for column in table.columns})
        shown = table[list(headings)]
        cells = [[_cell(value, (forms or {}).get(column, "{}")) for column, value in zip(shown.columns, row)]
                 for row in shown.itertuples(index=False)]
        right = [pd.api.types.is_numeric_dtype(shown[column]) for column in shown.columns]
        text = f"{pipe_table(list(headings.values()), cells, right, widths)}\n\n: {caption} {{#tbl-{name}}}\n"
        write_text(self.folder / "tables" / f"{name}.md", text)
        write_csv(self.data / f"{name}.csv", table if data is None else data)
        return text

    def figure(self, name: str, figure: "Figure", caption: str, alt: str, data: pd.DataFrame) -> str:
        """Publish `figure` as SVG and PNG with its caption, a text alternative that states the finding, and its data.

        Returns the Markdown that the reports include.
        """
        self._claim_name(name)
        if not alt.strip() or alt.strip() == caption.strip():
            raise PublishingError("A figure needs a text alternative of its own, stating what it shows.",
                                  where=self.notebook, found=name)
        folder = self.folder / "figures"
        save_figure(figure, folder / name)
        alt = alt.replace('"', "'")
        text = (f"![{caption} Data: {name}.csv.](published/{self.notebook}/figures/{name})"
                f'{{#fig-{name} fig-alt="{alt}"}}\n')
        write_text(folder / f"{name}.md", text)
        write_csv(self.data / f"{name}.csv", data)
        return text

    def _claim_name(self, name: str) -> None:
        if not _SLUG.fullmatch(name):
            raise PublishingError("A name is lower-case words joined by hyphens.", where=self.notebook, found=name)
        if name in self._names:
            raise PublishingError("The name is published twice.", where=self.notebook, found=name)
        self._names.add(name)


def save_figure(figure: "Figure", stem: Path) -> None:
    """Write `figure` as `<stem>.svg` and `<stem>.png` (200 dots an inch), without dates, versions or random ids."""
    for suffix, metadata in ((".svg", {"Date": None, "Creator": None}), (".png", {"Software": None})):
        with (replacing(stem.with_name(stem.name + suffix)) as beside,
              matplotlib.rc_context({"svg.hashsalt": "golden-thread"})):
            figure.savefig(beside, dpi=200, metadata=metadata, bbox_inches="tight", pad_inches=0.04)


def _cell(value: object, form: str) -> str:
    if not isinstance(value, str) and pd.isna(value):
        return "–"
    return form.format(value).replace("|", "\\|").replace("\n", " ")


def pipe_table(headings: list[str], cells: list[list[str]], right: list[bool], widths: Sequence[int] | None) -> str:
    """A Markdown pipe table. pandoc takes relative column widths from the dashes where a line is long enough.

    >>> print(pipe_table(["item", "n"], [["a", "1"]], [False, True], None))
    | item | n |
    |:-----|--:|
    | a    | 1 |
    """
    needed = [max(len(text) for text in column) for column in zip(headings, *cells)]
    total = sum(widths) if widths else 0
    dashes = [max(3, round(TABLE_WIDTH * width / total)) for width in widths] if widths else needed
    rule = "|".join("-" * (n + 1) + ":" if r else ":" + "-" * (n + 1) for n, r in zip(dashes, right))
    lines = [" | ".join(text.ljust(n) for text, n in zip(row, needed)) for row in [headings, *cells]]
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])

"""The HTML edition of an executed notebook: a chapter in the frame of the site, in one file that loads nothing.

Texts go through pandoc, which writes formulas as MathML; pandas' tables get the headers that a screen reader needs; the
rest is reports/styles/notebook.html.j2, a template of nbconvert, with report.css and notebook.css.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

import jinja2
import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import Highlight2HTML

from pipeline.errors import NotebookError
from pipeline.files import write_text
from pipeline.machine.isolation import environment
from pipeline.rendering.frame import footer, navigation
from pipeline.rendering.pandoc import pandoc

STYLES = Path(__file__).resolve().parents[2] / "reports" / "styles"
MARKDOWN = "gfm+tex_math_dollars-yaml_metadata_block-emoji-task_lists"  # what JupyterLab shows, and no more
STYLE_SHEETS = ("report.css", "notebook.css")
BETWEEN = "<!-- the next text -->"
MADE_FOR_EDITIONS = {"09-staff-survey"}  # made once for each survey: no page of the study to link to
NO_ALTERNATIVE = "A chart without a description; the code above draws it."
MANY_ROWS = 20  # a longer table scrolls in a box of its own height
UNTITLED = "Row"  # over row labels that pandas has no name for
TITLE = re.compile(r"# (?:(?P<number>\d+)\. )?(?P<title>.+)\n*")
HEADING = re.compile(r'<h([23]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
DOCUMENT, CHAPTER = re.compile(r"\.\./docs/(?:.+/)?([^/]+)\.md(#.*)?"), re.compile(r"(?:\./)?([^/]+)\.ipynb(#.*)?")
NUMBER = re.compile(r"[-−+]?[\d,]*\.?\d+(e[-+]?\d+)?%?|NaN|-?inf|\.\.\.|")
NO_ROWS = re.compile(r"<tbody>\s*</tbody>")
Element = ElementTree.Element
NAMED = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w*;"
)  # pandas writes a no-break space so; XML knows five names


@dataclass(frozen=True)
class Heading:
    """A section of the page, and those within it."""

    anchor: str
    text: str
    parts: "list[Heading]"


def write_pages(root: Path, edition: str = "") -> list[Path]:
    """Write the page of each executed notebook beside it: of those of the study, or of an edition (`survey/leeds-2026`).

    Raises NotebookError where none was executed.
    """
    folder = root / "reports" / "site" / edition / "notebooks"
    chapters = sorted(path.stem for path in (root / "notebooks").glob("*.ipynb"))
    made = [
        name
        for name in chapters
        if (folder / f"{name}.ipynb").is_file() and bool(edition) == (name in MADE_FOR_EDITIONS)
    ]
    if not made:
        raise NotebookError(
            "There is no executed notebook to make a page of.",
            where=folder.relative_to(root).as_posix(),
            fix="Run it first: golden-thread notebook NAME.",
        )
    for name in made:
        executed = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        write_text(folder / f"{name}.html", to_html(executed, name, chapters, "../" * (1 + len(Path(edition).parts))))
    return [folder / f"{name}.html" for name in made]


def to_html(notebook: nbformat.NotebookNode, name: str, chapters: Sequence[str] = (), to_site: str = "../") -> str:
    """The page of `notebook`, called `name`, which is one of `chapters` (names in reading order).

    `to_site` is the way from the page to the site's first folder.

    >>> cells = [nbformat.v4.new_markdown_cell("# 2. Claims\\n\\n**Question.** Is $x = 1$?")]
    >>> page = to_html(nbformat.v4.new_notebook(cells=cells), "02-claims", ["01-clean", "02-claims", "03-link"])
    >>> "<title>Chapter 2: Claims</title>" in page, "<math" in page, 'href="../notebooks/03-link.html"' in page
    (True, True, True)
    """
    page = nbformat.from_dict(notebook)
    title = _take_title(page) or name
    _write_texts(page, name, to_site)
    _write_charts(page)
    _box_tables_and_charts(page, escape(title))
    study = [chapter for chapter in chapters if chapter == name or chapter not in MADE_FOR_EDITIONS]
    at = study.index(name) if name in study else 0
    frame = {
        "title": title,
        "name": name,
        "to_site": to_site,
        "contents": _contents(page),
        "navigation": navigation(to_site, "notebooks", STYLES),
        "footer": footer(to_site, STYLES),
        "styles": "".join((STYLES / sheet).read_text(encoding="utf-8") for sheet in STYLE_SHEETS),
        "previous": [(each, _in_words(each)) for each in study[:at][-1:]],
        "next": [(each, _in_words(each)) for each in study[at + 1 :][:1]],
    }
    exporter = TemplateExporter(
        template_file="notebook.html.j2",
        extra_loaders=[jinja2.FileSystemLoader(STYLES)],
        filters={"highlighted": Highlight2HTML(pygments_lexer="python")},
    )
    return exporter.from_notebook_node(page, resources={"page": frame})[0]


def _take_title(page: nbformat.NotebookNode) -> str:
    """The chapter's title, "Chapter 3: What staff said about support", which leaves the text that it stands in."""
    for cell in page.cells:
        if cell.cell_type == "markdown" and (found := TITLE.match(cell.source)):
            cell.source = cell.source[found.end() :]
            return f"Chapter {found['number']}: {found['title']}" if found["number"] else found["title"]
    return ""


def _in_words(name: str) -> str:
    """What a chapter is called by the name of its file: its title is not this page's to know.

    >>> _in_words("04-support-and-outcomes")
    'Chapter 4: support and outcomes'
    """
    number, _, words = name.partition("-")
    return f"Chapter {int(number)}: {words.replace('-', ' ')}" if number.isdigit() else name


def _write_texts(page: nbformat.NotebookNode, name: str, to_site: str) -> None:
    """Turn every text, and every output that is a text, into HTML: all in one run of pandoc, for it starts slowly."""
    texts = [(cell, "source") for cell in page.cells if cell.cell_type == "markdown"]
    texts += [
        (output.data, "text/markdown")
        for output in _outputs(page)
        if "text/markdown" in output.get("data", {}) and "text/html" not in output.data
    ]
    joined = f"\n\n{BETWEEN}\n\n".join(node[key] for node, key in texts)
    done = subprocess.run(
        [pandoc(), f"--from={MARKDOWN}", "--to=html5", "--mathml", "--wrap=none"],
        input=joined,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
    )
    written = done.stdout.split(BETWEEN)
    if done.returncode or done.stderr.strip() or len(written) != max(len(texts), 1):
        raise NotebookError(
            "A text of the notebook cannot be made a page.",
            where=f"notebooks/{name}.ipynb",
            found=done.stderr.strip() or "a block of code or HTML that does not end in its cell",
            expected="Markdown, with formulas that pandoc reads",
            fix="Correct the text cell.",
        )
    for (node, key), html in zip(texts, written, strict=True):
        html = LINK.sub(lambda link: _link(*link.groups(), to_site), html.strip())
        html = html.replace('<math display="block"', '<math display="block" class="formula" tabindex="0"')
        if key == "text/markdown":
            node["text/html"] = f'<div class="output">\n{html}\n</div>'
        else:
            node[key] = html


def _link(address: str, attributes: str, text: str, to_site: str) -> str:
    """A link as it has to be on the site: to the page of a document or chapter; a file that has none is only named."""
    if found := DOCUMENT.fullmatch(address):
        address = f"{to_site}docs/{found[1]}.html{found[2] or ''}"
    elif (found := CHAPTER.fullmatch(address)) and found[1] not in MADE_FOR_EDITIONS:
        address = f"{to_site}notebooks/{found[1]}.html{found[2] or ''}"
    elif not address.startswith(("#", "http://", "https://", "mailto:")):
        return text
    return f'<a href="{address}"{attributes}>{text}</a>'


def _outputs(page: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in page.cells for output in cell.get("outputs", [])]


def _html_parts(page: nbformat.NotebookNode) -> Iterator[tuple[nbformat.NotebookNode, str]]:
    """Where HTML stands in the page, from top to bottom: a node and its key."""
    for cell in page.cells:
        if cell.cell_type == "markdown":
            yield cell, "source"
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                yield output.data, "text/html"


def _write_charts(page: nbformat.NotebookNode) -> None:
    """Turn pictures into HTML, with the text alternative that was published."""
    for output in _outputs(page):
        if picture := output.get("data", {}).get("image/png"):
            shown = output.metadata.get("image/png", {})
            width = f' width="{shown["width"]}"' if "width" in shown else ""
            alternative = escape(shown.get("alt", NO_ALTERNATIVE))
            address = "data:image/png;base64," + picture.replace("\n", "")
            output.data["text/html"] = f'<figure><img src="{address}" alt="{alternative}"{width}></figure>'


def _box_tables_and_charts(page: nbformat.NotebookNode, title: str) -> None:
    """Put each table and chart into a box that scrolls, also by keyboard, and is named after its section."""
    section, tables, charts = title, count(1), count(1)
    for node, key in _html_parts(page):
        html = re.sub(r"<style scoped>.*?</style>", "", node[key], flags=re.DOTALL)
        pieces = re.split(r"(<table.*?</table>|<figure>.*?</figure>)", html, flags=re.DOTALL)
        for at, piece in enumerate(pieces):
            if piece.startswith("<table"):
                pieces[at] = _boxed_table(piece, f"Table {next(tables)}: {section}")
            elif piece.startswith("<figure>"):
                pieces[at] = f"<figure>{_box(piece[8:-9], f'Chart {next(charts)}: {section}')}</figure>"
            elif headings := HEADING.findall(piece):
                section = _plain(headings[-1][2])
        node[key] = "".join(pieces)


def _boxed_table(table: str, name: str) -> str:
    if NO_ROWS.search(table):
        return "<p>(A table without rows.)</p>"
    table = _with_headers(table) if 'class="dataframe"' in table else table.replace("<th", '<th scope="col"')
    table = table.replace("<table", f'<table aria-label="{_quotable(name)}"', 1)
    return _box(table, name, "scroll long" if table.count("<tr") > MANY_ROWS else "scroll")


def _box(content: str, name: str, classes: str = "scroll") -> str:
    return f'<div class="{classes}" role="region" aria-label="{_quotable(name)}" tabindex="0">{content}</div>'


def _quotable(html: str) -> str:
    return html.replace('"', "&quot;")


def _plain(html: str) -> str:
    """The text of a heading, without its formatting; still HTML."""
    return re.sub(r"<annotation.*?</annotation>|<[^>]+>", "", html)


def _contents(page: nbformat.NotebookNode) -> list[Heading]:
    """The sections of the page with the subsections of each."""
    sections: list[Heading] = []
    for level, anchor, text in (found for node, key in _html_parts(page) for found in HEADING.findall(node[key])):
        within = sections[-1].parts if level == "3" and sections else sections
        within.append(Heading(anchor, _plain(text), []))
    return sections


def _with_headers(table: str) -> str:
    """A table as pandas shows it, with headers that say what they head.

    pandas writes the names of row labels into a line of their own that is empty otherwise, the name of the columns
    among the labels, and nothing where there is no name.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"share": [0.5]}, index=["all"])
    >>> print(_with_headers(frame.to_html()))
    <table>
    <thead>
    <tr><th scope="col">Row</th><th scope="col" class="number">share</th></tr>
    </thead>
    <tbody>
    <tr><th scope="row">all</th><td class="number">0.5</td></tr>
    </tbody>
    </table>
    """
    given = ElementTree.fromstring(NAMED.sub(lambda entity: unescape(entity[0]), table))
    lines, rows = ([list(line) for line in given.find(part)] for part in ("thead", "tbody"))
    labels = sum(cell.tag == "th" for cell in rows[0])
    columns = sum(int(cell.get("colspan", 1)) for cell in lines[0]) - labels
    names = [""] * labels
    if len(lines) > 1 and not any(cell.text for cell in lines[-1][labels:]):
        names = [cell.text for cell in lines.pop()[:labels]]
    numeric = [all(NUMBER.fullmatch(row[at].text or "") for row in rows) for at in range(-columns, 0)]
    head = _head(lines, labels, columns, [name or UNTITLED for name in names])
    for cells in [lines[-1], *rows]:
        for cell, number in zip(cells[-columns:], numeric, strict=False):
            cell.attrib |= {"class": "number"} if number else {}
    for cell in (cell for row in rows for cell in row if cell.tag == "th"):
        rows_headed = cell.get("rowspan")
        cell.attrib = {"scope": "rowgroup", "rowspan": rows_headed} if rows_headed else {"scope": "row"}
    return f"<table>\n<thead>\n{_lines(head)}\n</thead>\n<tbody>\n{_lines(rows)}\n</tbody>\n</table>"


def _head(lines: list[list[Element]], labels: int, columns: int, names: list[str]) -> list[list[Element]]:
    """The lines of a table's head: `names` of the row labels; over all `columns` their name, then their labels."""
    together = " / ".join(line[labels - 1].text for line in lines if line[labels - 1].text)
    over = [[_header(together, "colgroup", colspan=columns)]] if together else []
    for line in lines:
        scope = "col" if line is lines[-1] else "colgroup"
        line[:] = [_header(cell.text, scope, colspan=int(cell.get("colspan", 1))) for cell in line[labels:]]
    depth = len(over) + len(lines)
    first, *others = over + lines
    return [[_header(name, "col", rowspan=depth) for name in names] + first, *others]


def _header(text: str | None, scope: str, **spans: int) -> Element:
    """A cell of a head; one without a text heads nothing."""
    wide = {name: str(span) for name, span in spans.items() if span > 1}
    cell = Element("th", {"scope": scope, **wide}) if text else Element("td", wide)
    cell.text = text
    return cell


def _lines(rows: list[list[Element]]) -> str:
    return "\n".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)


def _cell(cell: Element) -> str:
    cell.tail = None
    return ElementTree.tostring(cell, encoding="unicode", method="html")

"""The documentation as pages of the site: docs/**/*.md become site/docs/<name>.html, in the frame of the reports.

docs/README.md becomes index.html and ends in a list of all pages, so that none is missing. A link from page to page
stays one; a link to a file of the project that is not on the site becomes the file's name in code.
"""

import posixpath
import re
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.errors import RenderError
from pipeline.files import replacing
from pipeline.rendering import embedded
from pipeline.rendering.frame import write_frame
from pipeline.rendering.reports import FIXED_EPOCH
from pipeline.rendering.sources import CODE, blanked

KINDS = {"how-to": "How to", "explanation": "Explanation", "reference": "Reference", "quality": "Quality"}
LINK = re.compile(r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")  # an address with a scheme, or a place on the same page


def render_documentation(root: Path) -> list[Path]:
    """Write a page for each Markdown file below docs/ to reports/site/docs and return their paths.

    Pages of files that are no longer there are removed.

    Raises RenderError where a file does not start with its title, two files have the same name, or a link leads to a
    page that is not there.
    """
    docs, folder = root / "docs", root / "reports" / "site" / "docs"
    pages = _pages(docs)
    texts = {source: (docs / source).read_text(encoding="utf-8") for source in pages}
    titles = {source: _title(source, text) for source, text in texts.items()}
    if "README.md" in texts:
        texts["README.md"] += _list_of_pages(titles)
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as temporary:
        staged = Path(temporary).resolve()
        shutil.copytree(root / "reports" / "styles", staged / "styles")
        shutil.copytree(docs, staged / "docs")
        write_frame(staged, "../", "documentation")

        def make(source: str) -> Path:
            made = staged / f"{pages[source]}.html"
            body = _for_the_site(texts[source].partition("\n")[2], source, pages)
            metadata = {"title": titles[source], "lang": "en-GB", "toc": source != "README.md", "toc-depth": 2}
            embedded.render(staged, pages[source], metadata, body, "html", made, FIXED_EPOCH, reader="gfm")
            return made

        with ThreadPoolExecutor(2) as side_by_side:
            finished = list(side_by_side.map(make, pages))
        for made in finished:
            with replacing(folder / made.name) as beside:
                shutil.copyfile(made, beside)
    written = [folder / made.name for made in finished]
    for old in set(folder.glob("*.html")) - set(written):
        old.unlink()
    return written


def _pages(docs: Path) -> dict[str, str]:
    """The name of each page by its source, such as "how-to/cite.md": "cite"."""
    pages: dict[str, str] = {}
    for path in sorted(docs.rglob("*.md")):
        source = path.relative_to(docs).as_posix()
        name = "index" if source == "README.md" else path.stem
        twin = next((other for other, taken in pages.items() if taken == name), None)
        if twin:
            raise RenderError(
                "Two pages of the documentation have the same name.",
                where=f"docs/{twin} and docs/{source}",
                found=name,
                fix="Rename one of both: they become one folder on the site.",
            )
        pages[source] = name
    return pages


def _title(source: str, text: str) -> str:
    first = text.partition("\n")[0]
    if not first.startswith("# "):
        raise RenderError(
            "A page of the documentation has no title.",
            where=f"docs/{source}, line 1",
            found=first or "nothing",
            expected="# and the title",
            fix="Let the file start with its title.",
        )
    return first.removeprefix("# ").strip()


def _list_of_pages(titles: Mapping[str, str]) -> str:
    """All pages by kind: the folder that they lie in."""
    parts = []
    for folder in dict.fromkeys([*KINDS, *(posixpath.dirname(source) for source in titles)]):
        listed = [
            f"- [{title}]({source})"
            for source, title in titles.items()
            if posixpath.dirname(source) == folder and source != "README.md"
        ]
        if listed:
            parts += [f"## {KINDS.get(folder, 'Other pages')}", "\n".join(listed)]
    return "\n\n" + "\n\n".join(parts) + "\n"


def _for_the_site(text: str, source: str, pages: Mapping[str, str]) -> str:
    """`text` with each link outside code as it has to be on the site."""
    parts, end = [], 0
    for match in LINK.finditer(blanked(CODE, text)):
        words = text[match.start("text") : match.end("text")]
        parts += [text[end : match.start()], _linked(match, words, source, pages)]
        end = match.end()
    return "".join([*parts, text[end:]])


def _linked(match: re.Match, words: str, source: str, pages: Mapping[str, str]) -> str:
    target, hash_sign, place = match["target"].partition("#")
    if ELSEWHERE.match(match["target"]):
        return f"{match['image']}[{words}]({match['target']})"
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(source), target))
    if match["image"]:
        return f"![{words}]({path})"
    page = path.removeprefix("docs/")
    if page in pages:
        return f"[{words}]({pages[page]}.html{hash_sign}{place})"
    if path.startswith("docs/") and path.endswith(".md"):
        raise RenderError(
            "A page of the documentation links to one that is not there.",
            where=f"docs/{source}",
            found=match["target"],
            fix="Correct the link.",
        )
    if path.startswith("reports/site/"):
        return f"[{words}](../{path.removeprefix('reports/site/')}{hash_sign}{place})"
    return words if "`" in words else f"`{words}`"

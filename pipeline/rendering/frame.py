"""What makes pages a site: the navigation above and the footer below each of them.

Both are files in reports/styles that a department can change: navigation.html and footer.html. A page may lie in a
folder, so links start with `{root}`, the way from the page to the site's first folder.
"""

from pathlib import Path

from pipeline.files import project_root, write_text

# The links of the navigation by the name of the page they lead to.
PAGES = {
    "index": "home",
    "brief": "brief",
    "study": "study",
    "authorities": "authorities",
    "evidence": "evidence",
    "notebooks": "notebooks",
    "data": "data",
    "documentation": "documentation",
}
BEFORE, AFTER = "site-before.html", "site-after.html"  # as _quarto.yml and embedded.py name them


def navigation(root: str, current: str, styles: Path | None = None) -> str:
    """The links to all parts of the site, as they stand on one page.

    Args:
        root: the way to the site's first folder: "" there, "../" in docs/ or notebooks/, "../../" for an edition.
        current: the link that leads to the page itself ("home", "study", "documentation" …), "" for none.
        styles: the folder with navigation.html; the project's reports/styles by default.

    >>> '<a href="../study.html" aria-current="page">' in navigation("../", "study")
    True
    """
    marks = {key: ' aria-current="page"' if key == current else "" for key in PAGES.values()}
    return _frame_part("navigation.html", styles).format(root=root, **marks)


def footer(root: str, styles: Path | None = None) -> str:
    """The foot of a page: licence, how it was made, how to cite.

    >>> '<a href="../docs/cite.html">' in footer("../")
    True
    """
    return _frame_part("footer.html", styles).format(root=root)


def _frame_part(name: str, styles: Path | None) -> str:
    return ((styles or project_root() / "reports" / "styles") / name).read_text(encoding="utf-8").strip()


def write_frame(staged: Path, root: str, current: str) -> None:
    """Write what stands above and below the next page into `staged`, where both engines look for it."""
    styles = staged / "styles"
    write_text(staged / BEFORE, f'<header class="site-header">\n{navigation(root, current, styles)}\n</header>\n')
    write_text(staged / AFTER, f"{footer(root, styles)}\n")

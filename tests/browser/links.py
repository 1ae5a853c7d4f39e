"""Follows every link of a folder of pages, without a browser."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ADDRESSES = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "iframe": "src",
    "form": "action",
}
ELSEWHERE = {"http", "https", "mailto"}  # nobody follows them here: that other sites are there is not ours to test


class Links(HTMLParser):
    """The links of a page, and the places in it that a link can lead to."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        if (address := given.get(ADDRESSES.get(tag, ""))) is not None:
            self.links.append(address)


def read_pages(site: Path) -> dict[Path, Links]:
    """Each page of `site`, by its path."""
    return {path: Links(path.read_text(encoding="utf-8")) for path in sorted(site.resolve().rglob("*.html"))}


def broken_links(site: Path) -> list[str]:
    """Each link of a page of `site` to a file or a place in a page that is not there, or to a file outside of it."""
    pages = read_pages(site)
    return [
        f"{page.relative_to(site.resolve())}: {link}"
        for page, read in pages.items()
        for link in dict.fromkeys(read.links)
        if not _leads_somewhere(page, link, pages, site.resolve())
    ]


def reachable(site: Path, start: str) -> set[str]:
    """The pages of `site` that a reader comes to from `start` by links alone, by their path in it."""
    pages = read_pages(site)
    todo, found = [site.resolve() / start], set()
    while todo:
        page = todo.pop()
        if page in pages and page not in found:
            found.add(page)
            todo += [_target(page, link) for link in pages[page].links if not urlsplit(link).scheme]
    return {page.relative_to(site.resolve()).as_posix() for page in found}


def _leads_somewhere(page: Path, link: str, pages: dict[Path, Links], site: Path) -> bool:
    parts = urlsplit(link)
    if parts.scheme in ELSEWHERE or parts.scheme == "data":
        return True
    if parts.scheme or parts.netloc or not link:
        return False
    target = _target(page, link)
    if not target.is_file() or not target.is_relative_to(site):
        return False
    return not parts.fragment or (target in pages and unquote(parts.fragment) in pages[target].places)


def _target(page: Path, link: str) -> Path:
    path = unquote(urlsplit(link).path)
    return (page.parent / path).resolve() if path else page

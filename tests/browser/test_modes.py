"""With a reader's own colours, without movement, and on paper nothing vanishes."""

import io
import unicodedata
from collections import defaultdict

import pytest
from pypdf import PdfReader

from .visiting import listed, visit

pytestmark = pytest.mark.slow
USUAL = {"media": "screen", "color_scheme": "light", "reduced_motion": "no-preference", "forced_colors": "none"}
MODES = {
    "dark": {"color_scheme": "dark"},
    "no movement": {"reduced_motion": "reduce"},
    "forced colours": {"forced_colors": "active"},
    "paper": {"media": "print"},
}
SCREEN_ONLY = ("nav[aria-label=Site]", "a.skip", "form")


@pytest.fixture(scope="module")
def lost(chromium, site, pages):
    """What each mode takes away from each page, or leaves that it should not."""
    found = defaultdict(dict)
    for name in pages:
        with visit(chromium, site / name) as visited:
            visited.page.emulate_media(**USUAL)
            lines, on_paper, images = visited.look("read"), visited.look("readOnPaper"), visited.look("images")
            for mode, settings in MODES.items():
                visited.page.emulate_media(**{**USUAL, **settings})
                there = set(visited.look("read"))
                wanted = on_paper if mode == "paper" else lines
                found[mode][name] = [f"gone: {line}" for line in wanted if line not in there]
                if visited.look("images") != images:
                    found[mode][name].append("gone: a picture")
                if mode == "no movement":
                    found[mode][name] += visited.look("moving")
                if mode == "paper":
                    found[mode][name] += [
                        f"still there: {what}"
                        for what in SCREEN_ONLY
                        if visited.page.locator(what).locator("visible=true").count()
                    ]
    return found


@pytest.mark.parametrize("mode", MODES)
def test_no_mode_takes_content_away(lost, mode):
    assert not listed(lost[mode]), listed(lost[mode])


def bare(text):
    """A text without blanks and without ligatures: where a line breaks is the paper's choice."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def printed(visited):
    """The page on paper, by Chromium itself: its bare text, and how many links can be followed."""
    sheets = PdfReader(io.BytesIO(visited.page.pdf(prefer_css_page_size=True))).pages
    links = [note for sheet in sheets for note in sheet.get("/Annots", []) if note.get_object()["/Subtype"] == "/Link"]
    return bare(" ".join(sheet.extract_text() for sheet in sheets)), len(links)


@pytest.mark.parametrize(
    "name",
    ["index.html", "brief.html", "authorities.html", "survey/practice/survey.html", "notebooks/02-check-claims.html"],
)
def test_a_printed_page_holds_its_tables_and_its_links(chromium, site, name):
    with visit(chromium, site / name) as visited:
        text, links = printed(visited)
        cells = visited.page.locator("h1, main td, main th").all_inner_texts()
        assert [cell for cell in cells if bare(cell) not in text] == []
        assert bool(links) == bool(visited.page.locator("main a[href]").count())

"""The checks themselves: each finds its fault in a small page that has it, and nothing in the same page without it."""

import pytest

from .axe import violations
from .links import broken_links, reachable
from .test_keyboard import faults_of_the_skip_link, faults_of_the_way
from .test_layout import LARGE_TEXT, faults_of_layout
from .test_modes import printed
from .test_structure import faults_of_headings, faults_of_landmarks
from .visiting import DESK, PHONE, listed, visit

SOUND = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Sound</title>
<meta name="viewport" content="width=device-width"><style>
header a {{ display: inline-block; padding: 0.5rem; }} :focus-visible {{ outline: 3px solid #0b0c0c; }} {style}
</style></head><body><header><a href="#content">Skip to the content</a>
<nav aria-label="Site"><a href="page.html">Home</a></nav></header><main id="content" tabindex="-1"><h1>Sound</h1>
<p>Text with <a href="page.html#content">a link</a>.</p>
{body}</main><footer><a href="page.html">Licence</a></footer></body></html>"""


@pytest.fixture
def look(chromium, tmp_path):
    """What `question` finds in the page with `body` and `style` added to it."""

    def ask(question, body="", style="", width=DESK, **settings):
        path = tmp_path / "page.html"
        path.write_text(SOUND.format(body=body, style=style), encoding="utf-8")
        with visit(chromium, path, width, **settings) as visited:
            return question(visited) if callable(question) else visited.look(question)

    return ask


def axe(visited):
    return violations(visited.page)


@pytest.mark.parametrize(
    "question",
    [
        axe,
        faults_of_the_way,
        faults_of_the_skip_link,
        faults_of_layout,
        "unseenFocus",
        "badScrollBoxes",
        "positiveTabIndex",
        "badTables",
        "badImages",
        "chartsWithoutData",
        "repeatedIds",
        "moving",
    ],
)
def test_nothing_is_found_in_a_sound_page(look, question):
    assert look(question) == []


@pytest.mark.parametrize(
    ("rule", "body", "style"),
    [
        ("color-contrast", "<p style='color: #999'>Too pale to read.</p>", ""),
        (
            "color-contrast",
            "<p>Too pale in the dark.</p>",
            "@media (prefers-color-scheme: dark) { html { color: #333; background: #111; } a { color: #fff; } }",
        ),
        ("image-alt", "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", ""),
        (
            "target-size",
            "<button style='padding: 0; width: 12px; height: 12px'>a</button>"
            "<button style='padding: 0; width: 12px; height: 12px'>b</button>",
            "",
        ),
        ("heading-order", "<h4>Two levels down</h4>", ""),
    ],
)
def test_axe_finds_what_breaks_a_rule(look, rule, body, style):
    scheme = "dark" if "dark" in style else "light"
    assert any(found.startswith(rule) for found in look(axe, body, style, color_scheme=scheme))


@pytest.mark.parametrize(
    ("told", "body"),
    [
        ("stop", "<button id='one' tabindex='5'>First for no reason</button>"),
        ("stop", "<input onkeydown='if (event.key === \"Tab\") event.preventDefault()'><button>Never reached</button>"),
        ("stop", "<button onfocus='this.blur()'>Cannot be held</button>"),
        ("out of sight", "<div style='position: absolute; left: -999px'><a href='page.html'>Far off</a></div>"),
        ("out of sight", "<div style='position: fixed; inset: 0; background: #fff'></div>"),
    ],
)
def test_a_wrong_way_of_the_tab_key_is_found(look, told, body):
    assert any(fault.startswith(told) for fault in look(faults_of_the_way, body))


@pytest.mark.parametrize(
    ("style", "settings"),
    [
        ("a:focus-visible { outline: none; }", {}),
        ("a:focus-visible { outline-color: #eee; }", {}),
        ("html { color-scheme: dark; background: #111; }", {"color_scheme": "dark"}),
        ("a:focus-visible { outline: none; box-shadow: 0 0 0 4px #000; }", {"forced_colors": "active"}),
    ],
)
def test_a_focus_that_nobody_sees_is_found(look, style, settings):
    assert look("unseenFocus", "", style, **settings) != []


@pytest.mark.parametrize(
    "body",
    [
        "<script>document.querySelector('header a').remove()</script>",
        "<script>document.querySelector('main').removeAttribute('tabindex')</script>",
        "<style>header a { position: absolute; left: -99rem; }</style>",
    ],
)
def test_a_first_stop_that_does_not_lead_to_the_content_is_found(look, body):
    assert look(faults_of_the_skip_link, body) != []


def test_a_box_that_scrolls_without_a_name_or_out_of_reach_is_found(look):
    wide = "<table style='width: 90rem'><tr><td>Wide</td></tr></table>"
    assert len(look("badScrollBoxes", f"<div style='overflow-x: auto'>{wide}</div>")) == 3
    sound = f"<div style='overflow-x: auto' role='region' tabindex='0' aria-label='Wide'>{wide}</div>"
    assert look("badScrollBoxes", sound) == [] == look(faults_of_layout, sound)


@pytest.mark.parametrize(
    ("told", "body", "width", "rules"),
    [
        ("the page scrolls", "<p style='width: 40rem'>Wider than a phone.</p>", PHONE, ""),
        ("sticks out", "<p style='width: 4rem; background: #eee'>Incomprehensibilities</p>", DESK, ""),
        ("cut off", "<p style='width: 4rem; height: 2rem; overflow: hidden'>More than two lines of it</p>", DESK, ""),
        ("cut off", "<p style='height: 24px; overflow: hidden'>High enough at the usual size.</p>", DESK, LARGE_TEXT),
        ('p "One', "<p>One line of text</p><p style='margin-top: -2rem'>Another on it</p>", DESK, ""),
    ],
)
def test_what_does_not_fit_is_found(look, told, body, width, rules):
    assert any(told in fault for fault in look(lambda visited: faults_of_layout(visited, width, rules), body))


def test_a_text_that_only_fits_as_long_as_it_is_is_found(look):
    def doubled(visited):
        visited.look("doubleTexts")
        return faults_of_layout(visited)

    body = "<p style='white-space: nowrap; width: 12rem'>Just fits in here</p>"
    assert look(faults_of_layout, body) == [] and look(doubled, body) != []


@pytest.mark.parametrize(
    ("question", "told", "body"),
    [
        ("badTables", "no caption, no name", "<table><tr><th scope='col'>a</th></tr></table>"),
        ("badTables", "1 header cells without scope", "<table aria-label='t'><tr><th>a</th></tr></table>"),
        ("badTables", "1 empty header", "<table aria-label='t'><tr><th scope='col'></th></tr></table>"),
        ("badTables", "no header cell", "<table aria-label='t'><tr><td>a</td></tr></table>"),
        ("badImages", "img", "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' alt=''>"),
        ("chartsWithoutData", "figure", "<figure><img src='data:,' alt='Chart'>Data: a.csv</figure>"),
        ("repeatedIds", "content", "<p id='content'>Twice</p>"),
    ],
)
def test_what_a_reader_of_screens_would_miss_is_found(look, question, told, body):
    assert any(told in fault for fault in look(question, body))


def test_headings_out_of_order_and_missing_landmarks_are_found(look):
    assert faults_of_headings(look("headings")) == [] == faults_of_landmarks(look("landmarks"))
    wrong = faults_of_headings(look("headings", "<h3>Jump</h3><h3 hidden>Not shown</h3><h1>Second</h1><h2></h2>"))
    assert [fault.split(":")[0] for fault in wrong] == [
        "levels [1, 3, 1, 2]",
        "level 3 after level 1",
        "an empty heading of level 2",
    ]
    wrong = faults_of_landmarks(look("landmarks", "<nav></nav><header>Of the content</header></main><footer></footer>"))
    assert wrong == ["2 contentinfo, not one", "navigation named ['Site', '']"]


def test_faults_are_listed_by_page_and_not_without_end():
    assert listed({"a": [], "b": []}) == ""
    assert listed({"a": [], "b": ["one", "two", "three"]}, most=2) == "\nb: one\nb: two\nb: and 1 more"


@pytest.mark.parametrize(
    "body",
    [
        "<img src='http://elsewhere.invalid/a.png' alt='a'>",
        "<script>fetch('http://elsewhere.invalid/')</script>",
        "<style>@import url('http://elsewhere.invalid/a.css');</style>",
        "<script src='beside.js'></script>",
    ],
)
def test_a_page_that_asks_for_more_than_itself_is_found(look, body):
    assert look(lambda visited: visited.page.wait_for_timeout(200) or visited.asked[1:], body) != []


@pytest.mark.parametrize("body", ["<script>throw new Error('x')</script>", "<script>console.warn('x')</script>"])
def test_a_page_that_complains_is_found(look, body):
    assert look(lambda visited: visited.said, body) != []


def test_what_only_a_script_shows_or_a_setting_hides_is_not_read(look):
    body = "<p id='late' hidden>Late</p><script>late.hidden = false</script><p class='moving'>Moving</p>"
    style = "@media (prefers-reduced-motion: reduce) { .moving { display: none; } }"
    assert {"Late", "Moving"} <= set(look("read", body, style))
    assert "Moving" not in look("read", body, style, reduced_motion="reduce")
    assert look("moving", "", "@keyframes a { to { opacity: 0; } } h1 { animation: a 9s infinite; }") != []


def test_what_is_not_on_paper_is_not_found_there(look):
    text, links = look(
        printed,
        "<p>On paper</p><p class='screen'>On screens</p>",
        "@media print { .screen { display: none; } nav { display: none; } }",
    )
    assert "Onpaper" in text and "Onscreens" not in text and "Home" not in text and links >= 2


def test_links_that_lead_nowhere_or_out_of_the_site_are_found(tmp_path):
    site = tmp_path / "site"
    (site / "sub").mkdir(parents=True)
    (tmp_path / "outside.html").touch()
    (site / "index.html").write_text(
        "<p id='here'></p><a href='#here'>1</a><a href='#there'>2</a><a href='sub/a%20b.html'>3</a>"
        "<a href='none.csv'>4</a><a href='../outside.html'>5</a><a href='https://example.org'>6</a>"
        "<a href='file:///etc'>7</a><a href=''>8</a>"
    )
    (site / "sub" / "a b.html").write_text("<a href='../index.html#here'>1</a><a href='../index.html#gone'>2</a>")
    (site / "alone.html").touch()
    wrong = [f"index.html: {link}" for link in ("#there", "none.csv", "../outside.html", "file:///etc", "")]
    assert broken_links(site) == [*wrong, "sub/a b.html: ../index.html#gone"]
    assert reachable(site, "index.html") == {"index.html", "sub/a b.html"}

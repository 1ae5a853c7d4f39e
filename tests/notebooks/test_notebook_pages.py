"""The HTML edition of a notebook: a page of the site that everybody can read, with nothing loaded and nothing lost."""

import base64
import re

import nbformat
import pandas as pd
import pytest
from lxml import html as parser

from pipeline.errors import NotebookError
from pipeline.notebooks.pages import STYLES, to_html
from tests.charts.contrast import contrast

CHAPTERS = ["01-clean-survey", "02-check-claims", "08-profile", "09-staff-survey"]
TEXT = "# 2. Claims & counts\n\n**Question.** Of $n$ people, $$x = \\frac{a}{b}$$ said so."
PIXEL = base64.b64encode(b"picture").decode()


def markdown(text):
    return nbformat.v4.new_markdown_cell(text)


def code(source, *outputs, tags=()):
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)}, execution_count=1)


def shown(**data):
    kinds = {"html": "text/html", "plain": "text/plain", "text": "text/markdown", "png": "image/png"}
    return nbformat.v4.new_output("execute_result", {kinds[kind]: content for kind, content in data.items()})


def frame(table):
    return shown(html=table._repr_html_(), plain=repr(table))


def page(*cells, name="02-check-claims", to_site="../"):
    written = to_html(nbformat.v4.new_notebook(cells=[markdown(TEXT), *cells]), name, CHAPTERS, to_site)
    return parser.document_fromstring(written)


def hrefs(element):
    return [link.get("href") for link in element.iter("a")]


def read_out(table):
    """Each cell of the body with the headers that a screen reader reads out for it, row by row."""
    grid = {}
    for y, line in enumerate(table.iter("tr")):
        x = 0
        for cell in line:
            while (y, x) in grid:
                x += 1
            for down in range(int(cell.get("rowspan", 1))):
                for right in range(int(cell.get("colspan", 1))):
                    grid[y + down, x + right] = cell
            x += int(cell.get("colspan", 1))
    head = len(table.find("thead"))
    told = {}
    for (y, x), cell in sorted(grid.items(), key=lambda entry: entry[0]):
        if y >= head and cell.tag == "td":
            above = [grid[up, x].text for up in range(head) if grid[up, x].get("scope") in ("col", "colgroup")]
            before = [grid[y, left].text for left in range(x) if (grid[y, left].get("scope") or "").startswith("row")]
            told[tuple(dict.fromkeys(before)), tuple(dict.fromkeys(above))] = cell.text
    return told


def test_a_page_has_the_frame_of_the_site():
    made = page(code("1 + 1"))
    assert made.get("lang") == "en-GB" and made.find(".//meta[@charset]").get("charset") == "utf-8"
    assert made.findtext(".//title") == "Chapter 2: Claims & counts"
    assert [title.text for title in made.iter("h1")] == ["Chapter 2: Claims & counts"]
    skip = made.find(".//body")[0]
    assert skip.get("href") == "#content" and made.get_element_by_id("content").tag == "main"
    site = made.xpath("//nav[@aria-label='Site']")[0]
    assert [link.text for link in site.iter("a") if link.get("aria-current") == "page"] == ["Notebooks"]
    assert made.xpath("//footer") and made.xpath("//main//a[@href='02-check-claims.ipynb'][@download]")


def test_a_page_loads_nothing_and_runs_no_script():
    made = page(code("1 + 1", frame(pd.DataFrame({"n": [1]})), shown(png=PIXEL, plain="<Image>")))
    assert made.xpath("//script | //link | //iframe | //*[@onclick]") == []
    assert [source for source in made.xpath("//@src") if not source.startswith("data:")] == []
    assert "@import" not in made.findtext(".//style") and "url(" not in made.findtext(".//style")


def test_formulas_are_mathml():
    made = page()
    assert [formula.get("display") for formula in made.xpath("//math")] == ["inline", "block"]
    assert made.xpath("//math[@display='block']/@tabindex") == ["0"]
    assert "$" not in made.get_element_by_id("content").xpath("string(p[1])")


def test_the_contents_lead_to_every_section_as_deep_as_it_lies():
    made = page(markdown("## The $n$ of `rows`\n\n### A part\n\n## How to read it"))
    contents = made.get_element_by_id("TOC")
    assert [made.get_element_by_id(href[1:]).tag for href in hrefs(contents)] == ["h2", "h3", "h2"]
    assert [link.xpath("string()") for link in contents.xpath("ul/li/a")] == ["The n of rows", "How to read it"]
    assert [link.text for link in contents.xpath("ul/li/ul/li/a")] == ["A part"]


def test_code_is_folded_but_whole_and_the_values_of_the_run_stay_in_sight():
    source = "for n in range(3):\n    print(f\"{n} < 3 & 'so on'\")  # a comment"
    made = page(
        code("rounding = 'half_up'", tags=["parameters"]),
        code("rounding = 'down'", tags=["injected-parameters"]),
        code(source, nbformat.v4.new_output("stream", text="\x1b[31m0 < 3\x1b[0m & so on\n")),
    )
    folded = made.xpath("//details")
    assert [part.get("open") is not None for part in folded] == [False, True, False]
    assert [part.find("summary").text.partition(":")[2] for part in folded] == [
        " the parameters as the notebook has them",
        " the parameters of this page",
        "",
    ]
    assert folded[2].find(".//pre").text_content().rstrip("\n") == source
    assert made.xpath("string(//pre[@class='output'])").strip() == "0 < 3 & so on"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (pd.DataFrame({"share": [0.5]}, index=["all"]), {(("all",), ("share",)): "0.5"}),
        (
            pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="group")),
            {(("a",), ("n",)): "1", (("b",), ("n",)): "2"},
        ),
        (
            pd.DataFrame({99: [1], 100: [2]}, index=pd.Index(["a"], name="group")).rename_axis(columns="adds up to"),
            {(("a",), ("adds up to", "99")): "1", (("a",), ("adds up to", "100")): "2"},
        ),
        (pd.DataFrame({99: [1]}).rename_axis(columns="adds up to"), {(("0",), ("adds up to", "99")): "1"}),
        (
            pd.DataFrame(
                {"n": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")], names=["group", "item"])
            ),
            {(("a", "x"), ("n",)): "1", (("a", "y"), ("n",)): "2"},
        ),
        (
            pd.DataFrame(
                [[1, 2]], index=["a"], columns=pd.MultiIndex.from_tuples([("share", "low"), ("share", "high")])
            ),
            {(("a",), ("share", "low")): "1", (("a",), ("share", "high")): "2"},
        ),
        (
            pd.DataFrame(
                [[1, 2]],
                index=pd.Index(["a"], name="group"),
                columns=pd.MultiIndex.from_tuples([("s", "low"), ("s", "high")], names=["what", "end"]),
            ),
            {(("a",), ("what / end", "s", "low")): "1", (("a",), ("what / end", "s", "high")): "2"},
        ),
    ],
)
def test_every_cell_of_a_table_is_read_out_with_its_headers(table, told):
    made = page(code("table", frame(table))).xpath("//table")[0]
    assert read_out(made) == told
    assert [header for header in made.iter("th") if not (header.text and header.get("scope"))] == []


def test_row_labels_are_headed_by_their_name():
    table = pd.DataFrame({"n": [1.5], "what": ["x"]}, index=pd.Index(["a"], name="group"))
    named, bare = (page(code("table", frame(each))).xpath("//thead//th") for each in (table, table.rename_axis(None)))
    assert [header.text for header in named] == ["group", "n", "what"]
    assert [header.text for header in bare] == ["Row", "n", "what"]
    assert [header.get("class") for header in named] == [None, "number", None]


def test_each_table_and_chart_scrolls_in_a_box_with_a_name_of_its_own():
    long = pd.DataFrame({"n": range(40)})
    made = page(
        markdown('## Who "answered"'),
        code("t", frame(long)),
        code("t", frame(long.head(3))),
        markdown("| a | b |\n|---|---|\n| 1 | 2 |\n\n## Drawn"),
        code("c", shown(png=PIXEL, plain="<Image>")),
    )
    boxes = made.xpath("//*[@role='region']")
    assert [box.get("aria-label") for box in boxes] == [
        'Table 1: Who "answered"',
        'Table 2: Who "answered"',
        'Table 3: Who "answered"',
        "Chart 1: Drawn",
    ]
    assert {box.get("tabindex") for box in boxes} == {"0"}
    assert [box.get("class") for box in boxes] == ["scroll long", "scroll", "scroll", "scroll"]
    assert {header.get("scope") for header in boxes[2].iter("th")} == {"col"}
    assert [table.get("aria-label") for table in made.iter("table")] == [box.get("aria-label") for box in boxes[:3]]


def test_a_table_without_rows_is_said_to_have_none():
    made = page(code("table", frame(pd.DataFrame({"n": []}))))
    assert made.xpath("//table") == [] and "without rows" in made.text_content()


def test_a_picture_keeps_its_text_alternative_or_says_that_it_has_none():
    described = shown(png=PIXEL, plain="<Image>")
    described["metadata"] = {"image/png": {"alt": 'Dots, from 2 to "9" < 10', "width": 560}}
    pictures = page(code("chart", described), code("chart", shown(png=PIXEL, plain="<Image>"))).xpath("//img")
    assert [picture.get("alt") for picture in pictures] == [
        'Dots, from 2 to "9" < 10',
        "A chart without a description; the code above draws it.",
    ]
    assert pictures[0].get("width") == "560" and pictures[0].get("src") == f"data:image/png;base64,{PIXEL}"


def test_an_output_that_is_a_text_is_set_as_one():
    reply = page(code("first.check(...)", shown(text="**Exercise 2.1:** no answer yet. Call `.hint()`.", plain="no")))
    assert reply.xpath("string(//p[strong='Exercise 2.1:'])") == "Exercise 2.1: no answer yet. Call .hint()."


@pytest.mark.parametrize("to_site", ["../", "../../../"])
def test_links_lead_to_pages_of_the_site_from_wherever_the_page_lies(to_site):
    text = (
        "[base](../docs/explanation/glossary.md#base), [chapter 1](01-clean-survey.ipynb), [below](#try-it), "
        "[GOV.UK](https://www.gov.uk/), [chapter 9](09-staff-survey.ipynb), [the codebook](../data/survey.yaml)"
    )
    paragraph = page(markdown(text), to_site=to_site).xpath("//p[a='base']")[0]
    assert hrefs(paragraph) == [
        f"{to_site}docs/glossary.html#base",
        f"{to_site}notebooks/01-clean-survey.html",
        "#try-it",
        "https://www.gov.uk/",
    ]
    assert paragraph.text_content().endswith("chapter 9, the codebook")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("01-clean-survey", [], ["02-check-claims"]),
        ("02-check-claims", ["01-clean-survey"], ["08-profile"]),
        ("08-profile", ["02-check-claims"], []),
        ("09-staff-survey", ["08-profile"], []),
    ],
)
def test_a_chapter_leads_to_the_chapters_of_the_study_before_and_after_it(name, before, after):
    foot = page(name=name, to_site="../../../").xpath("//nav[@aria-label='Chapters']")[0]
    for relation, chapters in (("prev", before), ("next", after)):
        assert [link.get("href") for link in foot.xpath(f".//a[@rel='{relation}']")] == [
            f"../../../notebooks/{chapter}.html" for chapter in chapters
        ]
    assert "../../../index.html#notebooks" in hrefs(foot)


def test_a_text_that_does_not_end_in_its_cell_is_refused():
    with pytest.raises(NotebookError, match=r"(?s)notebooks/02-check-claims.ipynb.*does not end in its cell"):
        page(markdown("```python\nx = 1"), markdown("## More"))


def test_the_notebook_itself_stays_as_it_was_and_the_same_notebook_gives_the_same_page():
    notebook = nbformat.v4.new_notebook(cells=[markdown(TEXT), code("t", frame(pd.DataFrame({"n": [1]})))])
    before = nbformat.writes(notebook)
    assert to_html(notebook, "02-check-claims", CHAPTERS) == to_html(notebook, "02-check-claims", CHAPTERS)
    assert nbformat.writes(notebook) == before


def colours(sheet, scheme):
    """The colours that a style sheet defines for one colour scheme."""
    blocks = re.findall(r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root \{(.*?)\}", sheet, re.DOTALL)
    chosen = [block for dark, block in blocks if bool(dark) == (scheme == "dark")]
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", chosen[0]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_code_stand_out_from_their_background(scheme):
    panel = colours((STYLES / "report.css").read_text(encoding="utf-8"), scheme)["panel"]
    used = colours((STYLES / "notebook.css").read_text(encoding="utf-8"), scheme)
    assert set(used) == {"keyword", "string", "constant", "builtin"}
    assert {name: contrast(colour, panel) for name, colour in used.items() if contrast(colour, panel) < 4.5} == {}

"""Everything that a report asks for and does not get is named with its file and line before an engine runs."""

from pathlib import Path

import pytest

from pipeline.errors import RenderError
from pipeline.rendering.reports import render
from pipeline.rendering.source_checks import check_report
from pipeline.rendering.sources import alternative_texts, expanded, read_report
from pipeline.rendering.values import published_values


def check(project: Path) -> None:
    reports = project / "reports"
    check_report(read_report(reports, "sample"), reports, published_values(reports))


def write(project: Path, text: str) -> int:
    """Put `text` into the sample, below a heading of level 2, and return its line."""
    path = project / "reports" / "sample.qmd"
    lines = path.read_text(encoding="utf-8").split("\n")
    at = lines.index("### By role {#sec-role}") + 2
    path.write_text("\n".join([*lines[:at], text, "", *lines[at:]]), encoding="utf-8")
    return at + 1


def test_the_sample_has_no_problem(project: Path) -> None:
    check(project)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{< var support.agreed >}} agreed.", "no published value support.agreed. Nearest: support.agree"),
        ("{{< meta publisher >}}", "no text publisher in the header"),
        ("{{< video clip.mp4 >}}", "an unknown shortcode {{< video clip.mp4 >}}"),
        ("{{< pagebreak now >}}", "an unknown shortcode"),
        (
            "{{< include published/03-support/tables/none.md >}}",
            "no file published/03-support/tables/none.md to include. Run the notebook 03-support",
        ),
        ("See {{< include published/03-support/tables/wide.md >}}", "Put the include on a line of its own."),
        ("See @fig-agrement.", "no fig-agrement to refer to. Nearest: fig-agreement"),
        ("See [-@tbl-none].", "no tbl-none to refer to"),
        ("See @Sec-none.", "no sec-none to refer to"),
        ("See @eq-mean.", "@eq-mean: a kind of reference that reports do not use"),
        ("Shown before [see @munro2012, p. 3].", "no source munro2012 in the bibliography. Nearest: munro2011"),
        ("See [the rows](#sec-row).", "a link to #sec-row, which is not there. Nearest: sec-rows"),
        ("As said.[^other]", "no footnote [^other]"),
        ('![Trend](published/trend){#fig-trend fig-alt="Rises."}', "no image published/trend.svg"),
        ('![Trend](chart.png){fig-alt="Rises."}', "no image chart.png"),
        ('![Trend](https://example.org/a.png){fig-alt="Rises."}', "an image from elsewhere"),
        ("![Trend](published/03-support/figures/agreement){#fig-trend}", "no alternative text for"),
        ('![Trend](published/03-support/figures/agreement){#fig-trend fig-alt=" "}', "no alternative text for"),
        ("#### By age {#sec-role}", "a second #sec-role"),
        ("# Part two", "a heading of level 1: Part two"),
        ("##### Detail", "a heading of level 5 below one of level 3: Detail"),
        ("```{python}\n1 + 1\n```", "an executable cell {python}"),
        ("```{r, echo=FALSE}\n1 + 1\n```", "an executable cell {r}"),
        ("Staff <b class=x>agree.", "a mark of a single format: <b class=x>"),
        ("`<b>`{=html}", "a mark of a single format: {=html}"),
        ("```{=typst}\n#pagebreak()\n```", "a mark of a single format: ```{=typst}"),
    ],
)
@pytest.mark.parametrize("engine", ["embedded", "quarto"])
def test_a_problem_is_named_with_its_line(project: Path, quarto_on_path, text: str, found: str, engine: str) -> None:
    line = write(project, text)
    with pytest.raises(RenderError) as caught:
        render(project, ["sample"], engine=engine)
    assert f"sample.qmd, line {line}: " in str(caught.value)
    assert found in str(caught.value)
    assert "asks for a thing" in str(caught.value) or found.startswith("no image published")  # .svg and .png
    assert not (project / "reports" / "site").exists()
    assert not quarto_on_path.calls("render")


def test_all_problems_are_told_at_once_in_reading_order(project: Path) -> None:
    first = write(project, "{{< var none >}} and @fig-none")
    second = write(project, "@nobody2000")
    with pytest.raises(RenderError, match="asks for 3 things") as caught:
        check(project)
    message = str(caught.value)
    assert message.index(f"line {second}: no source") < message.index(f"line {first + 2}: no published value")


def test_a_problem_inside_an_include_is_named_there(project: Path) -> None:
    table = project / "reports" / "published" / "03-support" / "tables" / "wide.md"
    table.write_text(table.read_text(encoding="utf-8") + "\nSee @fig-none.\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"published/03-support/tables/wide\.md, line 8: no fig-none"):
        check(project)


def test_an_include_inside_an_include_is_refused(project: Path) -> None:
    table = project / "reports" / "published" / "03-support" / "tables" / "wide.md"
    table.write_text("{{< include rows.md >}}\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"wide\.md, line 1: an include inside an included file"):
        check(project)


def test_a_problem_in_the_header_is_named_there(project: Path) -> None:
    path = project / "reports" / "sample.qmd"
    path.write_text(
        path.read_text(encoding="utf-8").replace("support.agree >}} times", "support.none >}} times"), encoding="utf-8"
    )
    with pytest.raises(RenderError, match="sample.qmd, header: no published value support.none"):
        check(project)


def test_a_header_that_is_not_yaml_is_named_with_its_line(project: Path) -> None:
    (project / "reports" / "sample.qmd").write_text('---\ntitle: "A\nlang: [en\n---\n\nText.\n', encoding="utf-8")
    with pytest.raises(RenderError, match=r"sample\.qmd, line \d"):
        check(project)


@pytest.mark.parametrize(
    "text",
    [
        "`@nobody2000`, ``{.x} @fig-none``, staff@example.org, <https://example.org/@nobody> and \\@nobody.",
        "```\n@fig-none ![x](none.png)\n# not a heading\n```",
        "```{.python}\n@nobody2000\n```",
        "<!-- @nobody2000 [^none] <b>not shown</b> -->",
        "Write to <staff@example.org>, see <https://example.org/a>; `<b>`; a \\<b> and 3 < 4 > 2.",
        "`{{{< var none >}}}`",
        "[a link](https://example.org/@nobody)",
    ],
)
def test_code_comments_addresses_and_escapes_are_no_references(project: Path, text: str) -> None:
    write(project, text)
    check(project)


def test_a_reference_to_a_section_without_a_number_is_refused(project: Path) -> None:
    path = project / "reports" / "sample.qmd"
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace("{#sec-role}", "{#sec-role .unnumbered}"), encoding="utf-8")
    with pytest.raises(RenderError, match="@sec-role: that section has no number"):
        check(project)
    path.write_text(source.replace("date: July 2012", "number-sections: false"), encoding="utf-8")
    with pytest.raises(RenderError, match="@sec-support: that section has no number"):
        check(project)


def test_values_reach_text_header_and_tables(project: Path) -> None:
    reports = project / "reports"
    metadata, body = expanded(read_report(reports, "sample"), published_values(reports))
    assert metadata["subtitle"] == "Staff said 76 times that they agreed"
    assert "Of 483 social workers, 76 agreed" in body
    assert '"Support & outcomes: a sample"' in body
    assert "`{{< var name >}}`" in body and "{{<" not in body.replace("`{{< var name >}}`", "")
    assert alternative_texts(body) == ["Managers agree more often (88) than social workers (76)."]


def publish(project: Path, notebook: str, *names: str) -> None:
    folder = project / "reports" / "published" / notebook
    folder.mkdir(exist_ok=True)
    (folder / "values.yaml").write_text(
        "".join(f"{name}: {{text: '1', number: 1}}\n" for name in names), encoding="utf-8"
    )


def test_a_value_published_by_two_notebooks_is_an_error(project: Path) -> None:
    publish(project, "04-link", "support.agree")
    with pytest.raises(RenderError, match="support.agree is published twice") as caught:
        check(project)
    assert "published/03-support/values.yaml and published/04-link/values.yaml" in str(caught.value)


def test_a_name_that_begins_another_is_an_error(project: Path) -> None:
    publish(project, "04-link", "support.agree.managers")
    with pytest.raises(RenderError, match="support.agree and support.agree.managers cannot both"):
        check(project)


def test_an_unknown_report_is_told_with_those_that_are_there(project: Path) -> None:
    with pytest.raises(RenderError, match="There is no report studdy") as caught:
        render(project, ["studdy"], engine="embedded")
    assert "sample" in str(caught.value)


STAGES = """\
stages:
  clean:
    cmd: python -m pipeline notebook 01-clean
    outs: [reports/published/01-clean, reports/site/data/a.csv]
  support:
    cmd: python -m pipeline notebook 03-support
    outs: [reports/published/03-support]
  link:
    cmd: python -m pipeline notebook 04-link
    outs: [reports/published/04-link]
  gaps:
    cmd: python -m pipeline notebook 05-gaps
    outs: [reports/published/05-gaps]
"""


@pytest.fixture
def broken_off(project: Path) -> Path:
    """The sample after a run that ended behind its first stages: two notebooks have published nothing."""
    (project / "dvc.yaml").write_text(STAGES, encoding="utf-8")
    (project / "notebooks").mkdir(exist_ok=True)
    (project / "reports/published/01-clean").mkdir()
    for name, code in (
        ("04-link", 'publish.value("link.pairs", 3)'),
        ("05-gaps", 'publish.value(f\\"gaps.{name}\\", 3)'),
    ):
        (project / "notebooks" / f"{name}.ipynb").write_text(
            f'{{"cells": [{{"source": [{code!r}]}}]}}', encoding="utf-8"
        )
    return project


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("{{< var link.pairs >}} pairs.", "link (notebook 04-link)"),
        ("{{< var gaps.clear >}} and {{< var link.pairs >}}.", "link (notebook 04-link) and gaps (notebook 05-gaps)"),
        ("{{< var nothing.known >}}.", "link (notebook 04-link) and gaps (notebook 05-gaps)"),
        ("See @fig-bounds.\n\n{{< include published/04-link/figures/bounds.md >}}", "link (notebook 04-link)"),
        ('![Trend](published/05-gaps/trend){fig-alt="Rises."}', "gaps (notebook 05-gaps)"),
    ],
)
def test_what_no_run_has_made_yet_is_told_by_its_stage_and_command(broken_off: Path, text: str, stages: str) -> None:
    write(broken_off, text)
    with pytest.raises(RenderError) as caught:
        render(broken_off, ["sample"], engine="embedded")
    names = [part.split(" (")[0] for part in stages.split(" and ")]
    assert str(caught.value) == (
        "The report sample.qmd shows what has not been made yet.\n  where:    reports/published\n"
        f"  found:    nothing from {stages}\n"
        f"  fix:      Make it: golden-thread run {' '.join(f'--stage {name}' for name in names)}. "
        "Everything that is missing: golden-thread run. Nothing was rendered."
    )
    assert not (broken_off / "reports" / "site").exists()


def test_a_mistake_in_a_text_stays_one_where_everything_that_it_asks_for_was_made(broken_off: Path) -> None:
    line = write(broken_off, "{{< include published/03-support/tables/none.md >}}")
    with pytest.raises(RenderError, match=f"sample.qmd, line {line}: no file published/03-support/tables/none.md"):
        render(broken_off, ["sample"], engine="embedded")
    (broken_off / "reports/published/04-link").mkdir()
    (broken_off / "reports/published/05-gaps").mkdir()
    write(broken_off, "{{< var link.pears >}} pairs.")
    with pytest.raises(
        RenderError,
        match="no published value link.pears. .*If the text is right and newer than the last run: golden-thread run",
    ):
        render(broken_off, ["sample"], engine="embedded")

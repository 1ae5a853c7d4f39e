"""Characters that a font lacks are named in that format; controls are refused by the check and never printed raw."""

import csv
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import typst
import yaml
from matplotlib import rc_context
from matplotlib.figure import Figure

from pipeline.characters import first_control, for_terminal, not_in_pdf
from pipeline.errors import CodebookError, DataError
from pipeline.files import project_root
from pipeline.publishing import save_figure
from pipeline.surveys.staff.checking import check_survey
from pipeline.surveys.staff.simulation import simulate_survey
from tests.text.samples import FAR

CONTROLS = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u202e", "\u2066"]


def test_typst_shows_every_character_that_is_left_as_it_is():
    kept = [chr(code) for code in range(0xA0, 0x10000) if not 0xD800 <= code < 0xE000 and not not_in_pdf(chr(code))]
    kept = [each for each in kept if unicodedata.category(each)[0] not in "CMZ"]
    assert len(kept) > 2000
    page = '#set document(title: "x")\n#set text(font: "Libertinus Serif", lang: "en")\n' + "\n\n".join(
        f'#"\\u{{{ord(each):x}}}" *#"\\u{{{ord(each):x}}}"*' for each in kept
    )
    typst.compile(page.encode(), ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", FAR)
def test_a_chart_names_what_its_font_lacks(tmp_path, text):
    with rc_context({"svg.fonttype": "none", "text.parse_math": False, "font.family": "DejaVu Sans"}):
        figure = Figure()
        figure.text(0.1, 0.5, text)
        save_figure(figure, tmp_path / "chart")
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert (tmp_path / "chart.png").stat().st_size > 500
    lacking = [each for each in text if each in "日本チのームทีม팀하나🦄👩💻"]
    assert all(f"[{unicodedata.name(each)}]" in drawn for each in lacking if each not in "👩💻") and "日" not in drawn


@pytest.mark.parametrize("control", CONTROLS)
def test_no_control_character_reaches_a_terminal(control):
    told = str(DataError(f"Not{control}so.", where=f"a{control}.csv", found=control, fix="Take it out."))
    assert first_control(told.replace("\n", "")) == "" and control not in told
    assert for_terminal(f"a{control}b").startswith("a\\")


@pytest.fixture
def survey(tmp_path):
    """A simulated survey in a project of its own."""
    surveys = tmp_path / "data" / "raw" / "surveys"
    surveys.mkdir(parents=True)
    (surveys / "ofsted-2011").symlink_to(project_root() / "data" / "raw" / "surveys" / "ofsted-2011")
    return simulate_survey(tmp_path, "practice", 60, 0.4, 10, 1)


def test_a_control_character_in_the_codebook_is_refused_with_its_key(survey):
    path = survey / "survey.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["items"][2]["label"] = "red \x1b[31m"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(CodebookError, match=r"items, [a-z-]+, label.*U\+001B") as refused:
        check_survey(survey)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "name", "place"), [(2, "Role", "line 3, column 2 (Role)"), (0, "Role", "the header of column 2")]
)
def test_a_control_character_in_the_export_is_refused_with_row_and_column(survey, line, name, place):
    path = survey / "export.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[line][rows[0].index(name)] += "\x1b[2J"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(DataError, match=r"U\+001B") as refused:
        check_survey(survey)
    told = str(refused.value)
    assert place in told and "\x1b" not in told


@pytest.mark.slow
def test_the_command_prints_no_escape_of_a_file(survey, tmp_path):
    (survey / "survey.yaml").write_text('name: "\\e[31mred"\n', encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from pipeline.errors import GoldenThreadError\n"
        "from pipeline.surveys.staff.checking import check_survey\n"
        "try: check_survey(Path(sys.argv[1]))\nexcept GoldenThreadError as mistake: print(mistake)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(survey)], capture_output=True, cwd=Path(project_root()))
    assert b"red" in done.stdout and b"\x1b" not in done.stdout

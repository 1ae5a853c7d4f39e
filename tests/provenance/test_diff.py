"""`golden-thread diff`: what changed between two runs, in words, with the reasons, and without a council's figures."""

import shutil

import pytest

from pipeline.workflow.running import reproduce
from tests.provenance.conftest import commit, git, golden_thread

pytestmark = pytest.mark.slow
NOTHING = "**Nothing that a reader sees has changed.**"


def rewrite(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def diff(root, *words):
    done = golden_thread(root, "diff", "--format", "markdown", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_run_that_changed_nothing_is_told_in_one_line(project):
    told = diff(project)
    assert NOTHING in told and "No parameter, input, text, notebook, code or package differs." in told
    assert "## Tables" not in told


def test_a_changed_figure_is_told_as_sentences_verdicts_figures_and_the_line_that_changed(project):
    rewrite(project / "data/raw/figures.csv", "time,21", "time,31")
    reproduce(project, record=True)
    told = diff(project)
    assert "**1 sentence, 1 verdict and 1 figure in 1 table differ.**" in told
    assert "- Social workers with time (%): was 21, now **31**" in told
    assert "- Few had time: was reproduced, now **not reproduced**" in told
    assert "was: Of social workers **21%** agree" in told and "now: Of social workers **31%** agree" in told
    assert "This sentence stays" not in told
    assert "### Who agrees\n" in told and "| time | Per cent | 21 | 31 |" in told and "views" not in told
    assert "Drawn otherwise: shares." in told
    assert "- The data in data/raw/figures.csv (1 line)" in told
    commit(project, "two")
    assert NOTHING in diff(project)
    assert diff(project, "first", "HEAD").partition("\n\n**")[2] == told.partition("\n\n**")[2]


def test_parameters_packages_code_and_texts_are_named_as_causes(project):
    rewrite(project / "params.yaml", "half_up", "down")
    rewrite(project / "requirements.lock", "scipy==1.14", "scipy==1.15")
    rewrite(project / "reports/brief.qmd", "This sentence stays.", "This sentence stays.\n\nAnd here is another one.")
    reproduce(project)
    told = diff(project)
    assert "- The parameter rule: was half\\_up, now **down**" in told
    assert "- 1 package: scipy 1.14 → 1.15" in told
    assert "- New, under “Findings”: And here is another one." in told


def test_of_a_council_s_survey_no_figure_is_told(project):
    (project / "data/raw/surveys/leeds/answers.csv").write_text("who,answer\n1,agree\n2,strongly disagree\n")
    reproduce(project)
    told = diff(project)
    assert "No sentence, verdict or figure has changed, but: 1 report on a council's survey." in told
    assert "- The report on leeds changed. Tables that are not the same: workload.csv." in told
    before, after = (len(text) for text in ("who,answer\n1,agree\n", "who,answer\n1,agree\n2,strongly disagree\n"))
    assert str(before) not in told.partition("\n\n**")[2] and str(after) not in told.partition("\n\n**")[2]
    assert "agree," not in told and "design.csv" not in told
    assert "- The data in data/raw/surveys/leeds\n" in told


def test_a_revision_that_the_cache_has_lost_is_told_and_made_again(project):
    rewrite(project / "data/raw/figures.csv", "time,21", "time,31")
    shutil.rmtree(project / ".dvc/cache")
    reproduce(project)
    done = golden_thread(project, "diff")
    assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr
    assert "DVC's cache does not hold what this revision published." in done.stderr and "--make" in done.stderr
    told = diff(project, "--make")
    assert "made again" in told and "**1 sentence, 1 verdict and 1 figure in 1 table differ.**" in told
    assert not list(project.glob("**/made"))
    assert "1 sentence" in diff(project)  # what was made is in the cache now


def test_the_text_goes_to_a_file_or_to_the_terminal(project):
    done = golden_thread(project, "diff", "--output", "changes.md")
    assert done.stdout == "" and NOTHING in (project / "changes.md").read_text()
    assert "Nothing that a reader sees has changed." in golden_thread(project, "diff").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "There is no such revision."),
        (["HEAD", "nowhere"], "There is no such revision."),
        (["--format", "word"], "There is no such format."),
        (["empty"], "This revision holds no record of a run."),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(project, words, message):
    git(project, "checkout", "--quiet", "--orphan", "empty")
    git(project, "rm", "--quiet", "--cached", "dvc.lock")
    git(project, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "no run")
    git(project, "checkout", "--quiet", "--force", "first")
    done = golden_thread(project, "diff", *words)
    assert (done.returncode == 2 and message in done.stderr and "fix:" in done.stderr) or "--format" in words
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_without_git_or_without_a_run_it_says_what_to_do(project):
    shutil.rmtree(project / "reports/published")
    assert "golden-thread run" in golden_thread(project, "diff").stderr
    shutil.rmtree(project / ".git")
    done = golden_thread(project, "diff")
    assert done.returncode == 2 and "not under git" in done.stderr and "Clone the project" in done.stderr

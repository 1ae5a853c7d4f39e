"""The commands `golden-thread survey …`: a council's own survey, from its export to a checked codebook."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.errors import ParameterError
from pipeline.files import project_root

if TYPE_CHECKING:
    from pipeline.surveys.drafting.columns import Guess

EXAMPLES = "**Examples**\n\n"
survey_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="A council's own staff survey: take in an export, check it, or make one up.",
)
console = Console(highlight=False, soft_wrap=True)
LEFT_OUT = ("other", "multi_select", "free_text", "date", "progress", "identifier", "contact")
USES = (
    "item",
    "statements",
    "counts",
    "percentages",
    "base",
    "group",
    "cluster",
    "weight",
    "respondent",
    "not_counted",
    *LEFT_OUT,
)
CONFIDENCE = ("high", "medium", "low")
NAME_WIDTH, MOST_NAMES = 30, 4  # letters of a column's name, and names beside one reason for leaving columns out
Name = Annotated[str, typer.Argument(help="The survey's name: small letters, digits and hyphens, such as leeds-2026.")]


@survey_app.command(
    epilog=EXAMPLES + "`golden-thread survey new leeds-2026 export.csv`\n\n"
    "`golden-thread survey new leeds-2026 results.xlsx --sheet Responses`"
)
def new(
    name: Name,
    file: Annotated[
        Path, typer.Argument(help="The export: CSV, XLSX, ODS, SPSS or Stata, as it came from the survey platform.")
    ],
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook with several.")] = None,
) -> None:
    """Take in an export: draft its codebook, and say what each column is thought to be."""
    from pipeline.workflow.survey_adding import SURVEYS, new_survey

    draft = new_survey(project_root(), name, file, sheet)
    _print_guesses(draft.guesses)
    doubtful = sum(guess.confidence == "low" for guess in draft.guesses)
    questions = len(draft.content.get("decide", ()))
    steps = [f"golden-thread survey decide {name}   ({questions} question{'s' * (questions != 1)} for you)"] * bool(
        questions
    )
    steps += [
        "Read the draft against the questionnaire and correct it: subjects, what\n"
        "     each statement measures, and that no column tells who somebody is.",
        f"golden-thread survey check {name}",
        f"golden-thread survey preview {name}",
        "golden-thread run",
    ]
    console.print(
        f"\nDrafted {SURVEYS / name / 'survey.yaml'}; it lists every column.\n"
        f'{doubtful} entries say "please check". What to do next:\n'
        + "\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1)),
        markup=False,
    )


def _print_guesses(guesses: Sequence["Guess"]) -> None:
    """A part for each use and confidence, the columns of one reason together; what is left out comes last."""
    parts: dict[tuple[str, str], dict[str, list[str]]] = {}
    for guess in guesses:
        parts.setdefault((guess.use, guess.confidence), {}).setdefault(guess.reason, []).append(guess.column)
    for use, confidence in sorted(
        parts, key=lambda part: (part[0] in LEFT_OUT, USES.index(part[0]), CONFIDENCE.index(part[1]))
    ):
        rows = parts[use, confidence]
        console.print(
            f"{'left out: ' * (use in LEFT_OUT)}{use.replace('_', ' ')}, {confidence} confidence "
            f"({sum(map(len, rows.values()))})",
            style="bold",
            markup=False,
        )
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(width=NAME_WIDTH + 2)
        for reason, columns in rows.items():
            shown = columns[:MOST_NAMES] if use in LEFT_OUT else columns
            more = len(columns) - len(shown)
            names = [*map(_short, shown), *([f"… and {more} more"] if more else [])]
            table.add_row(Text("\n".join(f"  {name}" for name in names)), Text(reason))
        console.print(table)


def _short(name: str) -> str:
    """A column's name in NAME_WIDTH letters: of a grid's columns only the ends differ."""
    half = (NAME_WIDTH - 1) // 2
    return name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - half - 1].rstrip()}…{name[-half:].lstrip()}"


@survey_app.command(epilog=EXAMPLES + "`golden-thread survey check leeds-2026`")
def check(name: Name) -> None:
    """Check a survey's codebook against its file: questions for you, every problem, or a summary of what will be reported."""
    from pipeline.workflow.survey_adding import survey_folder
    from pipeline.workflow.survey_checking import check_in_short

    lines, waiting = check_in_short(survey_folder(project_root(), name))
    console.print("\n".join(lines), markup=False)
    if waiting:
        raise typer.Exit(1)


@survey_app.command(
    epilog=EXAMPLES + "`golden-thread survey decide leeds-2026`\n\n"
    "`golden-thread survey decide leeds-2026 --answer numbers-5-code-9=no-answer`"
)
def decide(
    name: Name,
    answer: Annotated[
        list[str] | None, typer.Option(help="ID=KEY: answer this question and ask nothing; may be repeated.")
    ] = None,
) -> None:
    """Answer what the draft of a survey is not sure of: one question after the other, the likely answer first."""
    from pipeline.surveys.deciding.asking import ask_all
    from pipeline.surveys.deciding.editing import decide as write_answers
    from pipeline.workflow.survey_adding import survey_folder

    path = survey_folder(project_root(), name) / "survey.yaml"
    if answer:
        left = len(write_answers(path, dict(map(_answer, answer))).decide)
    else:
        left = ask_all(path, input, lambda text: console.print(text, markup=False))
    console.print(
        f"\n{left} still open: golden-thread survey decide {name} goes on with them."
        if left
        else f"Everything is decided. Next: golden-thread survey check {name}",
        markup=False,
    )


def _answer(text: str) -> tuple[str, str]:
    question, sign, key = text.partition("=")
    if not sign:
        raise ParameterError("An answer names its question.", where="--answer", found=repr(text), expected="ID=KEY")
    return question.strip(), key.strip()


@survey_app.command(epilog=EXAMPLES + "`golden-thread survey preview leeds-2026`")
def preview(name: Name) -> None:
    """Show how each column was understood, with its answers, on a private page beside the export."""
    from pipeline.rendering.survey_preview import write_preview
    from pipeline.workflow.survey_adding import SURVEYS, survey_folder

    page = write_preview(survey_folder(project_root(), name))
    console.print(
        f"{SURVEYS / name / page.name}: each column as it was understood, with exact counts.\nOpen it in a browser. It is "
        "for those who may see the answers, and no others.",
        markup=False,
    )


@survey_app.command(
    epilog=EXAMPLES + "`golden-thread survey simulate example-2026 --respondents 400 --correlation 0.4`"
)
def simulate(
    name: Name,
    respondents: Annotated[int, typer.Option(help="How many people answer.")] = 400,
    correlation: Annotated[
        float, typer.Option(help="The latent correlation between any two statements, 0 or more and below 1.")
    ] = 0.4,
    clusters: Annotated[int, typer.Option(help="How many teams the people are in.")] = 40,
    seed: Annotated[int, typer.Option(help="The same seed gives the same answers.")] = 1,
) -> None:
    """Make up a survey, to try the report before there are answers; it is marked as simulated."""
    from pipeline.surveys.staff.simulation import simulate_survey
    from pipeline.workflow.survey_adding import SURVEYS
    from pipeline.workflow.survey_list import add_survey, listed_too

    root = project_root()
    listed_too(root, name)  # refuses parameters that cannot be read before anything is written
    folder = simulate_survey(root, name, respondents, correlation, clusters, seed)
    try:
        add_survey(root, name)
    except BaseException:
        shutil.rmtree(folder)
        raise
    console.print(
        f"Made up {respondents:,} respondents in {SURVEYS / name}. What to do next:\n"
        f"  1. golden-thread survey check {name}\n  2. golden-thread run",
        markup=False,
    )


@survey_app.command(
    epilog=EXAMPLES + "`golden-thread survey remove leeds-2026`\n\n"
    "`golden-thread survey remove leeds-2026 --yes`  (without being asked)"
)
def remove(name: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove a survey: its answers, all that was made of them, and DVC's copies and notes. It cannot be taken back."""
    from pipeline.workflow.survey_removing import find_traces, remove_survey, size_of

    root = project_root()
    traces = find_traces(root, name)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for folder, what in traces.folders.items():
        table.add_row("", Text(folder.relative_to(root).as_posix()), Text(what), _told_size(*size_of([folder])))
    kept = [*traces.objects, *traces.runs]
    if kept:
        table.add_row("", "DVC's cache", "copies of what was made, and records of runs", _told_size(*size_of(kept)))
    if traces.stages:
        table.add_row("", "DVC's records", f"what is noted of {len(traces.stages)} stages", "")
    if traces.listed:
        table.add_row("", ", ".join(traces.listed), "its name in the list of surveys", "")
    console.print(f"There is this of the survey {name}:", markup=False)
    console.print(table)
    if not yes and not _agreed():
        console.print("Nothing was removed.")
        raise typer.Exit(1)
    remove_survey(root, traces)
    console.print(
        f"The survey {name} was removed. What you copied elsewhere stays: the export as you got it, a site that you "
        "published, and what was committed to git (its name, and hashes).",
        markup=False,
    )


def _told_size(files: int, size: int) -> str:
    return f"{files:,} file{'s' * (files != 1)}, {size / 1024:,.0f} KB"


def _agreed() -> bool:
    try:
        return typer.confirm("Remove all of it? It cannot be taken back.")
    except typer.Abort:  # nobody there to be asked
        console.print()
        return False

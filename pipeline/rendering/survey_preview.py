"""The page that shows those who may see a survey's answers how its columns were understood, before anything is run."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.files import project_root, write_text
from pipeline.numerals import printed
from pipeline.phrases import number
from pipeline.surveys.private import close
from pipeline.surveys.staff.preview import look

PAGE = "preview.html"  # beside the export; .dvcignore keeps it out of what a stage depends on
TEMPLATE = "preview.html.j2"
SHOWN_AS_BARS = ("Scales", "Groups")  # parts of the check that the page shows with their answers instead
ROLES = {"neutral": "middle", "dont_know": "not on the scale", "joined": "counted together", "not shown": "not shown"}


def write_preview(folder: Path) -> Path:
    """Write preview.html into the survey's `folder`, for its owner's eyes only, and return its path.

    Raises what `check_survey` raises where codebook and file do not fit; an earlier page stays then.
    """
    preview = look(folder)
    styles = project_root() / "reports" / "styles"
    template = Environment(
        loader=FileSystemLoader(styles),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(TEMPLATE)
    shown = SHOWN_AS_BARS if preview.items else ()
    page = template.render(
        survey=preview.report.survey,
        warnings=preview.report.warnings,
        names=ROLES,
        questions=preview.report.questions,
        parts=[part for part in preview.report.parts if part.title not in shown],
        scales=preview.scales,
        groups=preview.groups,
        items=preview.items,
        css=(styles / "report.css").read_text(encoding="utf-8"),
        whole=lambda percent: printed(percent, ".0f"),
        signed=lambda value: number(value, "{:+.2f}"),
    )
    write_text(folder / PAGE, page)
    close(folder)
    return folder / PAGE

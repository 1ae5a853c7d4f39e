"""A small evidence map that is made up: two documents, eight places, ten passages. Nothing in it is from a document."""

from pathlib import Path

from pipeline.evidence.reading import Evidence, read_evidence

DOCUMENTS = """
documents:
  - id: report-a
    short: Report A
    title: Made-up report
    publisher: First publisher
    author: null
    date: "2012"
    kind: report
    sample: Two places
    chosen_for_results: They did well.
    licence: none
    quoted: nothing
    sections:
      - {section: title, kind: title, label: title}
      - {section: paragraph 1, kind: paragraph, label: one}
      - {section: paragraph 2, kind: paragraph, label: two}
      - {section: paragraph 3, kind: paragraph, label: three}
      - {section: case study 1, kind: case study, label: case, authority: Northshire}
  - id: article-b
    short: Article B
    title: Made-up article
    publisher: Second publisher
    author: null
    date: "2018-02"
    kind: article
    sample: One place
    chosen_for_results: null
    licence: none
    quoted: nothing
    sections:
      - {section: paragraph 1, kind: paragraph, label: one}
      - {section: paragraph 2, kind: paragraph, label: two}
      - {section: reader comment 1, kind: reader comment, label: comment}
"""

CODEBOOK = """
rules: {unit: One statement a row., aims: What is aimed at has no direction.}
employer_standards: [{id: workloads, title: Safe workloads}]
features:
  - {id: caseloads, title: Caseloads, definition: d, include: i, leave_out: l, heading: h, survey_domains: [challenges],
     survey_items: [sufficient-time], employer_standards: [workloads], indicators: [caseload]}
  - {id: supervision, title: Supervision, definition: d, include: i, leave_out: l, heading: h,
     survey_domains: [supervision], survey_items: [], employer_standards: [], indicators: []}
  - {id: praise, title: Praise, definition: d, include: i, leave_out: l, heading: h, survey_domains: [],
     survey_items: [], employer_standards: [], indicators: []}
  - {id: none_stated, title: No support stated, definition: d, include: i, leave_out: l, heading: h, survey_domains: [],
     survey_items: [], employer_standards: [], indicators: []}
mechanisms:
  - {id: calm, title: Calm, definition: d, include: i, leave_out: l}
  - {id: time, title: Time, definition: d, include: i, leave_out: l}
  - {id: none_stated, title: No mechanism stated, definition: d, include: i, leave_out: l}
outcomes:
  - {id: wellbeing, title: Wellbeing, target: staff, definition: d, include: i, leave_out: l, indicators: [],
     survey_items: []}
  - {id: safety, title: Safety, target: children, definition: d, include: i, leave_out: l, indicators: [],
     survey_items: []}
  - {id: health, title: Health, target: children, definition: d, include: i, leave_out: l, indicators: [],
     survey_items: []}
  - {id: none_stated, title: No outcome stated, target: none, definition: d, include: i, leave_out: l, indicators: [],
     survey_items: []}
who:
  - {id: workers, title: Workers, definition: d}
  - {id: families, title: Families, definition: d}
  - {id: none_stated, title: Nobody, definition: d}
direction:
  - {id: better, title: Better, definition: d}
  - {id: worse, title: Worse, definition: d}
  - {id: mixed, title: Mixed, definition: d}
  - {id: none, title: No change, definition: d}
  - {id: not_stated, title: Not stated, definition: d}
evidence:
  - {id: case_tracking, title: Case, definition: d}
  - {id: description, title: Description, definition: d}
  - {id: opinion, title: Opinion, definition: d}
strength:
  - {id: claims, title: Claims, definition: d}
  - {id: shows, title: Shows, definition: d}
"""

HEADER = "id,document,section,authority,who,feature,mechanism,outcome,direction,evidence,strength,summary\n"
PASSAGES = (
    HEADER
    + """\
a-1,report-a,paragraph 1,,workers,caseloads,time,safety,better,case_tracking,shows,One.
a-2,report-a,paragraph 1,,workers,caseloads,time,health,better,case_tracking,shows,Two.
a-3,report-a,paragraph 2,,workers,caseloads,none_stated,safety,better,case_tracking,claims,Three.
a-4,report-a,paragraph 2,,workers,supervision,calm,wellbeing,better,case_tracking,shows,Four.
a-5,report-a,case study 1,Northshire,workers,supervision,calm,wellbeing,none,case_tracking,shows,Five.
a-6,report-a,case study 1,Northshire,families,none_stated,none_stated,safety,better,case_tracking,shows,Six.
b-1,article-b,paragraph 1,,workers,caseloads,none_stated,wellbeing,better,case_tracking,shows,Seven.
b-2,article-b,paragraph 1,,workers,praise,none_stated,none_stated,not_stated,description,claims,Eight.
b-3,article-b,paragraph 2,,workers,supervision,none_stated,wellbeing,worse,opinion,claims,Nine.
b-4,article-b,reader comment 1,,workers,praise,none_stated,none_stated,not_stated,opinion,claims,Ten.
"""
)
NOTHING = """document,section,why
report-a,title,A title.
report-a,paragraph 3,Method.
"""
FILES = {"documents.yaml": DOCUMENTS, "codebook.yaml": CODEBOOK, "passages.csv": PASSAGES, "nothing.csv": NOTHING}


def write(folder: Path) -> None:
    """All files of the map."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")


def read(folder: Path) -> Evidence:
    """The map as the pipeline reads it, beside the survey of 2011 and the project's indicators."""
    return read_evidence(folder)


def spoil(folder: Path, name: str, *replacements: tuple[str, str]) -> None:
    """Replace pieces of a file, each of which has to be there."""
    text = (folder / name).read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, encoding="utf-8")

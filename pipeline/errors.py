"""One hierarchy for every mistake that a user can mend.

A message says what is wrong, where, what was found, what was expected and what to do. The command line prints it
without a traceback and ends with exit code 2. Anything else that is raised is a defect of the project. A control
character in a message is shown by its escape, so that no file can give orders to a terminal.
"""

from pipeline.characters import for_terminal


class GoldenThreadError(Exception):
    """A mistake that the user can mend.

    >>> print(GoldenThreadError("Unknown rounding rule.", where="survey.yaml, rounding",
    ...                         found="'up'", expected="half_up or half_even", fix="Correct the value."))
    Unknown rounding rule.
      where:    survey.yaml, rounding
      found:    'up'
      expected: half_up or half_even
      fix:      Correct the value.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", found: str = "", expected: str = "", fix: str = ""):
        details = {"where": where, "found": found, "expected": expected, "fix": fix}
        lines = [f"  {label + ':':<9} {text}" for label, text in details.items() if text]
        super().__init__(for_terminal("\n".join([what, *lines])))
        self.what = for_terminal(what)
        self.where = where
        self.details = details


class DataError(GoldenThreadError):
    """A data file does not hold what it should: the place is a file, a row and a column."""


class InfeasibleRow(DataError):
    """No counts of answers round to the printed percentages of a row.

    ``cells`` holds the indices of the categories that clash. ``gap`` is by how many answers their total misses the
    base: positive if the fewest possible exceed it, negative if the most possible fall short of it, and 0 if a cell
    clashes with the base on its own.
    """

    def __init__(self, what: str, *, cells: tuple = (), gap: int = 0, **details: str):
        super().__init__(what, **details)
        self.cells = tuple(cells)
        self.gap = gap


class Unpublished(DataError):
    """The statistics have no number to hold a statement against; the text says why, as a sentence."""


class CodebookError(DataError):
    """survey.yaml or claims.yaml is not as it should be: the place is a file and a key."""


class ParameterError(GoldenThreadError):
    """A parameter of the pipeline or of a notebook is missing, unknown or out of range."""


class PublishingError(GoldenThreadError):
    """A notebook hands something to the reports that they could not show."""


class NotebookError(GoldenThreadError):
    """A notebook cannot be found or stopped half-way."""


class RenderError(GoldenThreadError):
    """A report refers to something that is not there, or an engine could not render it."""


class PipelineError(GoldenThreadError):
    """The pipeline stopped: a stage failed, or another run holds the lock."""


class StoppedError(PipelineError):
    """Somebody stopped the run; `number` is the signal's, and the exit code 128 more, as shells have it."""

    def __init__(self, what: str, number: int = 2, **details: str):
        super().__init__(what, **details)
        self.exit_code = 128 + number


class MachineError(GoldenThreadError):
    """The machine refuses: the disk is full, a file may not be written, memory is too small."""


class SetUpError(GoldenThreadError):
    """The environment could not be built."""

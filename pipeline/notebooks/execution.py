"""Runs one notebook through papermill: strict parameters, nothing half-written, the same bytes every time.

A notebook writes its results itself. What this module keeps is the executed notebook, for readers: normalised (no
timings, no paths of a machine, stable cell ids). Only its page (pages.py) and the description of the site are made of
it, by stages of their own: how a page looks is nothing to what a notebook computes.
"""

import logging
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from pipeline import errors
from pipeline.errors import NotebookError, ParameterError
from pipeline.files import project_root, write_text
from pipeline.machine.isolation import isolated
from pipeline.machine.memory import MEMORY, told
from pipeline.suggestions import suggestion

KERNEL = "python3"


def run_notebook(name: str, parameters: dict[str, Any], root: Path | None = None, edition: str = "") -> Path:
    """Run `notebooks/<name>.ipynb` and keep it, executed, as `reports/site/notebooks/<name>.ipynb`: the path of that.

    One that runs once for each survey is kept under `reports/site/<edition>/notebooks/`. `parameters` must name exactly
    the parameters that the notebook declares in its cell tagged "parameters".

    Raises ParameterError before anything runs when one is unknown or missing, NotebookError when the notebook is not
    there or stops. A failed run leaves the kept copy as it was.
    """
    root = root or project_root()
    source = find_notebook(name, root)
    check_parameters(source, parameters)
    executed = _execute(source, parameters, root)
    tell_warnings(executed)
    normalise(executed, root)
    kept = root / "reports" / "site" / edition / "notebooks" / f"{name}.ipynb"
    write_text(kept, nbformat.writes(executed) + "\n")
    return kept


def find_notebook(name: str, root: Path) -> Path:
    """The source of notebook `name`; NotebookError names the ones that there are."""
    source = root / "notebooks" / f"{name}.ipynb"
    if not source.is_file():
        known = sorted(path.stem for path in source.parent.glob("*.ipynb"))
        raise NotebookError(
            f"There is no notebook {name!r}{suggestion(name, known) or '.'}",
            where="notebooks/",
            expected=f"one of: {', '.join(known) or 'none'}",
            fix="Give the file's name without .ipynb.",
        )
    return source


def check_parameters(source: Path, parameters: dict[str, Any]) -> None:
    """Refuse parameters that `source` does not declare, and declared ones that are not given.

    papermill itself only warns about an unknown parameter, and lets the notebook's own value stand for a missing one.
    """
    notebook = nbformat.read(source, as_version=4)
    tagged = sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells)
    if not tagged:
        raise ParameterError(
            "The notebook has no cell tagged 'parameters'.",
            where=f"notebooks/{source.name}",
            fix="Tag the cell that holds the parameters' values for interactive use.",
        )
    if tagged > 1:  # papermill puts the given values behind the first; a later one would set its own again
        raise ParameterError(
            "The notebook has several cells tagged 'parameters'.",
            where=f"notebooks/{source.name}",
            found=f"{tagged} cells",
            expected="one",
            fix="Leave the tag on one of them.",
        )
    declared = set(papermill.inspect_notebook(str(source)))
    unknown, missing = sorted(set(parameters) - declared), sorted(declared - set(parameters))
    if unknown or missing:
        found = [f"unknown: {', '.join(unknown)}"] * bool(unknown) + [f"missing: {', '.join(missing)}"] * bool(missing)
        raise ParameterError(
            "The parameters are not those of the notebook.",
            where=f"notebooks/{source.name}",
            found="; ".join(found),
            expected=", ".join(sorted(declared)) or "no parameters",
            fix="Correct the stage's command in dvc.yaml or the call.",
        )


def _execute(source: Path, parameters: dict[str, Any], root: Path) -> nbformat.NotebookNode:
    """Run it in a kernel that knows the project's code, this Python, and nothing of a reader's settings."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with isolated(root), tempfile.TemporaryDirectory() as folder:
        try:
            return papermill.execute_notebook(
                str(source),
                str(Path(folder) / source.name),
                parameters=parameters,
                kernel_name=KERNEL,
                cwd=str(source.parent),
                progress_bar=False,
            )
        except PapermillExecutionError as failure:
            raise _explain(failure, source) from None
        except DeadKernelError:
            raise NotebookError(
                "The notebook's process was ended by the machine.",
                where=f"notebooks/{source.name}",
                found="no answer any more, as when memory runs out",
                fix=MEMORY,
            ) from None


def _explain(failure: PapermillExecutionError, source: Path) -> Exception:
    """A user's mistake raised inside a notebook keeps its own words; anything else comes with its traceback."""
    kind = getattr(errors, failure.ename.rpartition(".")[2], None)
    if isinstance(kind, type) and issubclass(kind, errors.GoldenThreadError):
        return kind(failure.evalue)
    if of_machine := told(failure.ename, failure.evalue):
        return of_machine
    traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(failure.traceback))
    return NotebookError(
        f"The notebook stopped: {failure.ename}: {failure.evalue}",
        where=f"notebooks/{source.name}, code cell {failure.exec_count}",
        found=f"\n{traceback}",
        fix="Open it in JupyterLab (make lab) and run it up to there.",
    )


def tell_warnings(notebook: nbformat.NotebookNode) -> None:
    """Pass on what libraries wrote to stderr, to whoever runs the notebook: the copy for readers does without it."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                print(output.text, end="", file=sys.stderr)


def normalise(notebook: nbformat.NotebookNode, root: Path) -> None:
    """Take out of an executed notebook whatever differs between two runs or two machines, in place."""
    notebook.metadata = {
        "kernelspec": {"name": KERNEL, "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
    }
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02d}"
        cell.metadata = {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        for output in cell.get("outputs", []):
            for key in ("text", "traceback"):
                if isinstance(output.get(key), str):
                    output[key] = output[key].replace(str(root), ".")
            for mimetype, content in output.get("data", {}).items():
                if isinstance(content, str):
                    output["data"][mimetype] = content.replace(str(root), ".")

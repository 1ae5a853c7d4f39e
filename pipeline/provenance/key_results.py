"""The key results of the study as one small file: what `dvc metrics show` lists and `dvc metrics diff` compares."""

from pathlib import Path

import yaml

from pipeline.errors import PublishingError
from pipeline.files import write_json

DECLARED = Path("reports/key-results.yaml")
METRICS = Path("reports/published/key-results.json")


def write_key_results(root: Path) -> Path:
    """Write the published values that reports/key-results.yaml names, under their plain labels.

    Raises PublishingError where a named value was not published, or where two have one label.
    """
    write_json(root / METRICS, key_results(root / "reports", declared_results(root)))
    return root / METRICS


def key_results(reports: Path, declared: dict[str, dict[str, str]]) -> dict[str, float | str]:
    """The value of each label; `declared` gives, for each notebook, the label of each published name.

    >>> import tempfile
    >>> from pipeline.files import write_text
    >>> reports = Path(tempfile.mkdtemp())
    >>> write_text(reports / "published/02-claims/values.yaml", "claims.total: {number: 130.0, text: '130'}")
    >>> key_results(reports, {"02-claims": {"claims.total": "Claims"}})
    {'Claims': 130}
    """
    results: dict[str, float | str] = {}
    for notebook, labels in declared.items():
        published = published_by(reports, notebook)
        for name, label in labels.items():
            if name not in published:
                raise PublishingError(
                    "A key result was not published.",
                    where=f"{DECLARED}, {notebook}",
                    found=name,
                    fix=f"Correct the name, or publish it in the notebook {notebook}.",
                )
            if label in results:
                raise PublishingError(
                    "Two key results have one label.",
                    where=f"{DECLARED}, {notebook}",
                    found=label,
                    fix="Give one of both another label.",
                )
            results[label] = _plain(published[name])
    return results


def _plain(value: dict) -> float | str:
    """A whole number without a fraction; the text where there is no number."""
    number = value.get("number")
    if number is None:
        return value["text"]
    return int(number) if float(number).is_integer() else number


def published_by(reports: Path, notebook: str) -> dict[str, dict]:
    """The values that a notebook published, each with its `number` and its `text`; none where it was not run."""
    path = reports / "published" / notebook / "values.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}


def declared_results(root: Path) -> dict[str, dict[str, str]]:
    """By notebook, the label of each published name that is a key result."""
    return yaml.safe_load((root / DECLARED).read_text(encoding="utf-8"))

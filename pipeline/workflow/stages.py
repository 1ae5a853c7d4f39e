"""The stages of dvc.yaml and their commands: what each takes, what it makes, with which parameters."""

import itertools
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.inputs.parameters import KNOBS, texts_of
from pipeline.inputs.survey_names import SHARED_SURVEY

_PLACEHOLDER = re.compile(r"\$\{([\w.]+)\}")
OWN = ("pipeline/", "notebooks/", "requirements.lock")  # dependencies that are code


@dataclass(frozen=True)
class Stage:
    """A stage: its command, the paths that it takes and makes, in dvc.yaml's order."""

    name: str
    description: str
    command: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]
    parameters: Mapping[str, str]

    @property
    def notebook(self) -> str:
        """The name of the notebook that it runs, or nothing."""
        return _notebook(self.command)

    @property
    def data(self) -> tuple[str, ...]:
        """What it takes that is no code."""
        return tuple(path for path in self.deps if not path.startswith(OWN))


def read_stages(root: Path) -> list[Stage]:
    """The stages that need nothing but what the project shares, with the values of params.yaml in place.

    Those that run for each survey of a council's own are not among them.
    """
    values = texts_of(root)
    stages = yaml.safe_load(filled((root / "dvc.yaml").read_text(encoding="utf-8"), values))["stages"]
    return [
        Stage(
            name,
            stage.get("desc", name),
            stage["cmd"],
            tuple(map(_path, stage["deps"])),
            tuple(map(_path, stage["outs"])),
            parameters(stage["cmd"], {key: _value(values, key) for key in stage.get("params", ())}),
        )
        for name, stage in stages.items()
        if "foreach" not in stage
    ]


def parameters(command: str, tracked: Mapping[str, object]) -> dict[str, str]:
    """What a stage was given: in its command, and of params.yaml, by the names that its notebook has for it.

    >>> parameters("python -m pipeline notebook 08-profile", {"authorities.example": "E10000016"})
    {'authority': 'E10000016'}
    >>> parameters("python -m pipeline render --engine auto", {})
    {'engine': 'auto'}
    """
    words = shlex.split(command)
    pairs = {}
    for option, value in itertools.pairwise(words):
        if option == "-p" and "=" in value:
            name, _, pairs[name] = value.partition("=")
        elif option.startswith("--"):
            pairs[option.removeprefix("--")] = value
    names = {key: name for name, key in KNOBS.get(_notebook(command), {}).items()}
    return pairs | {names.get(key, key): str(value) for key, value in tracked.items()}


def _notebook(command: str) -> str:
    words = command.split()
    return words[words.index("notebook") + 1] if "notebook" in words else ""


def _value(values: Mapping, key: str) -> object:
    """The value of a dotted key; nothing, where there is none."""
    node: object = values
    for step in key.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def filled(text: str, values: Mapping) -> str:
    """`text` with each ${name} that `values` has in its place; others, such as ${item}, stay.

    >>> filled("data/${survey.name}/${item}", {"survey": {"name": "ofsted-2011"}})
    'data/ofsted-2011/${item}'
    """

    def value(match: re.Match) -> str:
        node = _value(values, match[1])
        return match[0] if node is None or isinstance(node, (Mapping, list)) else str(node)

    return _PLACEHOLDER.sub(value, text)


def is_shared(path: str) -> bool:
    """Whether a file of data/raw is part of the project, by the rules of .gitignore: others stay on their machine.

    >>> is_shared("data/raw/surveys/ofsted-2011/managers.csv"), is_shared("data/raw/surveys/leeds-2026/survey.yaml")
    (True, False)
    >>> is_shared("data/raw/authorities/sources.yaml"), is_shared("data/raw/authorities/files/workforce.csv")
    (True, False)
    """
    folder, _, rest = path.removeprefix("data/raw/").partition("/")
    if folder == "surveys":
        return rest.startswith(f"{SHARED_SURVEY}/")
    if folder == "authorities":
        return "/" not in rest and (rest == "README.md" or (rest.endswith(".yaml") and rest != "manifest.yaml"))
    return True


def title_of(root: Path, file: Path, stage: Stage) -> str:
    """What a file of the site is called: a report's title, a table's title, or its notebook's name."""
    for published in (path for path in stage.outs if path.startswith("reports/published/")):
        described = root / published / "data" / f"{file.stem}.yaml"
        if file.suffix == ".csv" and described.is_file():
            return yaml.safe_load(described.read_text(encoding="utf-8"))["title"]
    source = root / "reports" / f"{file.stem}.qmd"
    if file.parent == root / "reports" / "site" and source.is_file():
        return yaml.safe_load(source.read_text(encoding="utf-8").split("---\n")[1])["title"]
    if file.parent == root / "reports" / "site" / "notebooks":
        return f"The notebook {file.stem}, {'executed' if file.suffix == '.ipynb' else 'as a page'}"
    return file.name


def _path(entry: str | Mapping) -> str:
    return entry if isinstance(entry, str) else next(iter(entry))

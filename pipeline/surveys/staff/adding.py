"""A new survey in the project: its folder below data/raw/surveys, whole or not at all, and its name in params.yaml."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from pipeline.errors import DataError, ParameterError
from pipeline.files import replacing, write_text
from pipeline.surveys.codebook import read_codebook
from pipeline.surveys.drafting.codebook_text import codebook_text
from pipeline.surveys.drafting.responses import Draft, draft_responses
from pipeline.surveys.drafting.tables import draft_table
from pipeline.surveys.exports import read_export
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.yaml_models import Slug

SURVEYS = Path("data/raw/surveys")
PUBLISHED = "ofsted-2011"


def new_survey(root: Path, name: str, file: Path, sheet: str | None = None) -> Draft:
    """Draft the codebook of an export, and put both into data/raw/surveys/NAME of the project at `root`.

    The export is copied as it is; NAME is added to `surveys` of params.yaml. Raises ParameterError for a name that
    cannot be used, DataError for a folder that is there or a file that cannot be read; nothing is left behind then.
    """
    _check_name(root, name)
    params = with_survey(root / "params.yaml", name)
    kept = _kept_name(file)
    export = read_export(file, sheet=sheet)
    codebook = read_codebook(root / SURVEYS / PUBLISHED / "survey.yaml")
    draft = draft_table(export, codebook) or draft_responses(export, codebook)
    content = {"name": name, "title": f"Staff survey {name.replace('-', ' ').title()}",
               "file": {"name": kept} | ({"sheet": sheet} if sheet else {}), **draft.content}
    with _new_folder(root / SURVEYS / name) as folder:
        shutil.copyfile(file, folder / kept)
        write_text(folder / "survey.yaml", codebook_text(_in_order(content), draft.guesses))
        read_staff_survey(folder / "survey.yaml")
    try:
        _write_bytes(root / "params.yaml", params)
    except BaseException:
        shutil.rmtree(root / SURVEYS / name)
        raise
    return draft


def _in_order(content: dict) -> dict:
    """The keys in the order in which people read them."""
    order = ("name", "title", "kind", "file", "table", "scales", "missing", "domains", "items", "benchmark", "groups",
             "cluster", "weight", "respondent", "duplicates", "left_out")
    return {key: content[key] for key in order if content.get(key)}


def _kept_name(file: Path) -> str:
    """What the export is called in the survey's folder, beside its codebook."""
    name = file.name.strip()
    if name.lower() == "survey.yaml":
        raise DataError("An export cannot be called survey.yaml: that is the name of its codebook.", where=str(file),
                        fix="Give the export's own file, or another name to it.")
    return name


def _check_name(root: Path, name: str) -> None:
    try:
        TypeAdapter(Slug).validate_python(name)
    except ValidationError:
        raise ParameterError("The name of a survey cannot be used.", where="NAME", found=repr(name),
                             expected="small letters, digits and single hyphens, such as leeds-2026",
                             fix="Take another name.") from None
    if (root / SURVEYS / name).exists():
        raise DataError("There is a survey of this name already.", where=str(SURVEYS / name),
                        fix=f"Take another name; or, to draft it anew, remove the folder and {name} from surveys in "
                            "params.yaml first.")


def survey_folder(root: Path, name: str) -> Path:
    """The folder of a survey that is there; ParameterError names those that are, if it is not."""
    known = sorted(path.parent.name for path in (root / SURVEYS).glob("*/survey.yaml") if path.parent.name != PUBLISHED)
    if name not in known:
        raise ParameterError("There is no such survey.", where=str(SURVEYS), found=repr(name),
                             expected=", ".join(known) or "none is there yet",
                             fix=f"Correct the name, or take the export in: golden-thread survey new {name} FILE")
    return root / SURVEYS / name


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside `folder`; put it in its place when the block ends well, remove it when not."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    beside.mkdir(parents=True)
    try:
        yield beside
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def add_to_params(root: Path, name: str) -> None:
    """Add a survey to the list `surveys` of params.yaml; every other byte stays."""
    _write_bytes(root / "params.yaml", with_survey(root / "params.yaml", name))


def _write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as beside:
        beside.write_bytes(content)


def with_survey(path: Path, name: str) -> bytes:
    """The content of params.yaml with one name more in its list `surveys`; as it is, if the name is there.

    Raises ParameterError if the file has no such list.
    """
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    key, found = _surveys(path, text)
    names = [entry.value for entry in found.value] if isinstance(found, SequenceNode) else []
    if name in names:
        return text.encode()
    if isinstance(found, ScalarNode):  # nothing behind the colon
        colon = text.index(":", key.end_mark.index) + 1
        return f"{text[:colon]} [{name}]{text[found.end_mark.index if found.value else colon:]}".encode()
    if not names:
        return f"{text[:found.start_mark.index]}[{name}]{text[found.end_mark.index:]}".encode()
    last = found.value[-1].end_mark.index
    if found.flow_style:
        return f"{text[:last]}, {name}{text[last:]}".encode()
    line = text.find("\n", last)
    line, ending = (len(text), "\n") if line < 0 else (line + 1, "")
    newline = "\r\n" if "\r\n" in text else "\n"
    return f"{text[:line]}{ending}{' ' * found.start_mark.column}- {name}{newline}{text[line:]}".encode()


def _surveys(path: Path, text: str) -> tuple[ScalarNode, SequenceNode | ScalarNode]:
    """The nodes of the key `surveys` and of its list; their marks say where they stand in the text."""
    try:
        root = YAML().compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ParameterError("The file is not valid YAML.",
                             where=f"{path.name}" + (f", line {mark.line + 1}" if mark else ""),
                             fix="Look for wrong indentation or a colon in unquoted text.") from None
    nodes = {key.value: (key, value) for key, value in root.value} if isinstance(root, MappingNode) else {}
    key, found = nodes.get("surveys", (None, None))
    empty = isinstance(found, ScalarNode) and found.tag.endswith(":null")
    if not (empty or isinstance(found, SequenceNode) and all(isinstance(each, ScalarNode) for each in found.value)):
        raise ParameterError("The list of a council's own surveys is not in the file.", where=f"{path.name}, surveys",
                             expected="surveys: []", fix="Add this line, and run the command again.")
    return key, found

"""What was made of each profile, so that a rerun makes only what changed: a small JSON file beside the profiles."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pipeline.chapters.profiles.content import REPORT
from pipeline.files import write_json
from pipeline.imports import modules
from pipeline.rendering.engines import choose_engine

JOURNAL = Path("reports/published") / REPORT / "journal.json"
SITE = Path("reports/site") / REPORT
TEMPLATES = (
    f"reports/{REPORT}.qmd",
    "reports/_quarto.yml",
    "reports/references.bib",
    "reports/styles/*",
    "reports/passages/profiles/*",
    "reports/_extensions/*/*",
)
CODE = "import pipeline.chapters.profiles.jobs"  # makes profiles: with what it imports, all that can change one
PACKAGES = ("matplotlib", "numpy", "pandas", "pypandoc_binary", "typst", "python-docx", "lxml")

Entry = Mapping[str, object]  # "fingerprint", and "outputs": their paths from the project's root with their hashes


def shared_fingerprint(root: Path, engine: str) -> str:
    """A hash of what all profiles have in common: templates, code, versions of the tools, and the engine."""
    chosen = choose_engine(engine)
    digest = hashlib.sha256(repr((str(chosen and chosen.version), _code_hash())).encode())
    for path in sorted(path for pattern in TEMPLATES for path in root.glob(pattern) if path.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def _code_hash() -> str:
    """Of the code that this process has loaded, and of the versions of its tools."""
    project = Path(__file__).resolve().parents[3]
    digest = hashlib.sha256(repr([(name, version(name)) for name in PACKAGES]).encode())
    for path in sorted(modules(CODE, project)):
        digest.update(path.encode() + (project / path).read_bytes())
    return digest.hexdigest()


def fingerprint(content: str, shared: str) -> str:
    """Of one profile: `content` is the profile's own fingerprint, `shared` that of all."""
    return hashlib.sha256(f"{content} {shared}".encode()).hexdigest()


def read_journal(root: Path) -> dict[str, Entry]:
    """What was made, by the profile's slug; nothing where there is no journal, or one that cannot be read."""
    try:
        return json.loads((root / JOURNAL).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def write_journal(root: Path, journal: Mapping[str, Entry]) -> None:
    write_json(root / JOURNAL, journal)


def hashes(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """The path from the root of each file that is there, with its hash."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path.is_file()
    }


def intact(root: Path, entry: Entry) -> dict[str, str]:
    """Those of an entry's outputs that are still as they were made."""
    found = hashes(root, [root / path for path in entry["outputs"]])
    return {path: made for path, made in entry["outputs"].items() if found.get(path) == made}


def up_to_date(root: Path, entry: Entry | None, wanted: str, suffixes: Iterable[str]) -> bool:
    """Whether an entry has the fingerprint `wanted` and a file with each suffix, all of them as they were made."""
    if not entry or entry["fingerprint"] != wanted:
        return False
    whole = intact(root, entry)
    return len(whole) == len(entry["outputs"]) and {
        Path(path).suffix for path in whole if Path(path).stem == REPORT
    } >= set(suffixes)


def remove_outdated(root: Path, old: Entry | None, kept: Iterable[str] = ()) -> None:
    """Remove the files of an old entry that are not `kept`: no edition of older figures stays beside new ones."""
    for path in set(old["outputs"] if old else ()) - set(kept):
        if Path(path).is_relative_to(SITE):
            (root / path).unlink(missing_ok=True)

"""A stand-in for Quarto: what the real one (1.9.38 and 1.11.0, looked at in November 2026) does that reports depend on.

It expands the includes of every source of the project, whichever is rendered; runs the filters that _quarto.yml puts at
`pre-ast`; makes callouts, tables and figures its own where it still finds any (own_kinds.lua); says when no veraPDF is
there; and exits with 0 where a reference is left unresolved. `settings.json` beside it overrules what it does, and
`calls.jsonl` tells how it was called.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pypandoc
import typst
import yaml

HERE = Path(__file__).parent
INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+)\s*>\}\}")
TO = {"html": "html5", "docx": "docx", "typst": "typst"}
SUFFIX = {"html": ".html", "docx": ".docx", "typst": ".pdf"}
NO_VALIDATOR = (
    "(WARN) PDF standard validation requested but verapdf is not installed.\n"
    "Install with: quarto install verapdf\nStandards requested: ua-1\n"
)


def main() -> None:
    settings = json.loads((Path(os.environ["STAND_IN"]) / "settings.json").read_text())
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(settings["version"])
        return
    options = dict(zip(arguments[2::2], arguments[3::2], strict=True))
    tell(arguments)
    log = Path(options["--log"])
    missing = include_that_is_missing()
    if missing:
        log.write_text(missing)
        sys.exit(1)
    made = Path(options["--output-dir"]) / Path(arguments[1]).with_suffix(SUFFIX[options["--to"]])
    if settings.get("output", True):
        made.parent.mkdir(exist_ok=True)
        said = render(Path(arguments[1]), options["--to"], made)
        if "html" in settings and made.suffix == ".html":
            made.write_text(settings["html"])
        log.write_text(said + settings.get("log", ""))
    else:
        log.write_text(settings.get("log", ""))
    sys.stderr.write(settings.get("stderr", ""))
    sys.exit(settings.get("code", 0))


def tell(arguments: list[str]) -> None:
    environment = {name: os.environ.get(name) for name in ("QUARTO_PYTHON", "SOURCE_DATE_EPOCH")}
    call = {
        "arguments": arguments,
        "cwd": os.getcwd(),
        "files": sorted(path.name for path in Path().iterdir()),
        "environment": environment,
    }
    with open(Path(os.environ["STAND_IN"]) / "calls.jsonl", "a") as file:
        file.write(json.dumps(call) + "\n")


def include_that_is_missing() -> str:
    for source in sorted(Path().rglob("*.qmd")):
        for target in INCLUDE.findall(source.read_text(encoding="utf-8")):
            if not Path(target).is_file():
                return (
                    f"(ERROR) Include directive failed.\n  in file {source.resolve()}, \n"
                    f"  could not find file {Path(target).resolve()}.\n\nStack trace:\n    at retrieveInclude\n"
                )
    return ""


def render(source: Path, to: str, made: Path) -> str:
    """Write `made`; returns what the log says."""
    project = yaml.safe_load(Path("_quarto.yml").read_text(encoding="utf-8"))
    header = yaml.safe_load(source.read_text(encoding="utf-8").split("---\n")[1])
    own = project["format"].get(to, {})
    named = ("template", "css", "reference-doc", "default-image-extension", "include-before-body", "include-after-body")
    options = [f"--{name}={own[name]}" for name in named if name in own]
    options += ["--embed-resources"] * bool(own.get("embed-resources")) + ["--mathml", "--section-divs"] * (
        to == "html"
    )
    filters = [f"--lua-filter={each['path']}" for each in project.get("filters", []) if each["at"] == "pre-ast"]
    contents = ["--toc", f"--toc-depth={header.get('toc-depth', 3)}"] if header.get("toc") else []
    written = made if to != "typst" else source.with_suffix(".typ")
    if to == "typst":
        options.append("--template=styles/report.typ")
    done = subprocess.run(
        [
            pypandoc.get_pandoc_path(),
            "--from=markdown-table_attributes",
            source,
            f"--to={TO[to]}",
            "--standalone",
            "--wrap=none",
            *contents,
            *filters,
            f"--lua-filter={HERE / 'own_kinds.lua'}",
            "--citeproc",
            *options,
            "-o",
            written,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return f"(ERROR) {done.stderr}\n"
    if to == "typst":
        made.write_bytes(typst.compile(str(written), root=".", pdf_standards=["ua-1"], ignore_system_fonts=True))
        return done.stderr + NO_VALIDATOR
    return done.stderr


if __name__ == "__main__":
    main()

"""The values that notebooks published, gathered for the reports, as Markdown: a text in them is text."""

from pathlib import Path

import yaml

from pipeline.errors import RenderError
from pipeline.markdown import Markdown, escaped, own


def published_values(reports: Path) -> dict[str, Markdown]:
    """The text of every published value by its dotted name, from published/<notebook>/values.yaml under `reports`.

    Raises RenderError where two notebooks publish the same name, or where one name is the beginning of another
    (`support` and `support.share`): no nesting could hold both.
    """
    texts: dict[str, Markdown] = {}
    sources: dict[str, str] = {}
    for path in sorted(reports.glob("published/*/values.yaml")):
        place = path.relative_to(reports).as_posix()
        for name, value in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if name in texts:
                raise RenderError(
                    f"The value {name} is published twice.",
                    where=f"{sources[name]} and {place}",
                    expected="each name once",
                    fix="Rename one of both in its notebook.",
                )
            text = str(value["text"])
            texts[name] = escaped(text) if value["number"] is None else own(text)
            sources[name] = place
    for name in texts:
        parent = name
        while "." in parent:
            parent = parent.rpartition(".")[0]
            if parent in texts:
                raise RenderError(
                    f"The values {parent} and {name} cannot both be published.",
                    where=f"{sources[parent]} and {sources[name]}",
                    expected="no name that is the beginning of another",
                    fix=f"Rename {parent}, for instance to {parent}.total.",
                )
    return texts

"""What tests ask of wordings: is every branch of a template taken, and does every filling read as English?"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from jinja2 import Template, nodes

from pipeline.files import project_root
from pipeline.markdown import plain
from pipeline.passages import FOLDER, SUFFIX, _environment

MARK = re.compile(r"Qtaken(\d+)Q")
FAULTS = {
    "one of many": re.compile(r"(?<![\w.,−–+])1 (?!is|goes|stands|lies|does|rests|odds)[a-z]+s\b"),
    "a zero with a sign": re.compile(r"[+−-]0(?![.\d])"),
    "an empty clause": re.compile(r"(?<![\w.,−–])0 (?!for|to)[a-z]+"),
    "a blank too many": re.compile(r"[^:\s]  +\S|\( | [,.;:)](?!\w)"),
    "a mark too many": re.compile(r"[,;:]\s*[,.;]|\.\s*\.|\(\)|[,;] ?$"),
    "no number": re.compile(r"\bnan\b|\bTrue\b|\bFalse\b|\binf\b|\{[{%]|\bQ"),
}


def templates(chapter: str) -> set[str]:
    """The names of a chapter's passages."""
    return {path.name.removesuffix(SUFFIX) for path in (project_root() / FOLDER / chapter).glob(f"*{SUFFIX}")}


def fillings(*options: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Every combination of one value for each name, of each of the options."""
    for each in options:
        for values in product(*each.values()):
            yield dict(zip(each, values, strict=True))


def not_taken(name: str, *options: dict[str, list[Any]]) -> list[str]:
    """The branches of the passage `name` that no filling takes, by their lines."""
    environment = _environment(project_root() / FOLDER)
    source = (project_root() / FOLDER / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    tree = environment.parse(source)
    lines = _marked(tree)
    template = Template.from_code(environment, environment.compile(tree), environment.globals)
    taken = {int(found) for values in fillings(*options) for found in MARK.findall(template.render(values))}
    return [line for number, line in enumerate(lines) if number not in taken]


def _marked(tree: nodes.Template) -> list[str]:
    """Put a mark into each branch of the tree; the lines in which they stand."""
    lines: list[str] = []

    def mark(where: str) -> str:
        lines.append(where)
        return f"Qtaken{len(lines) - 1}Q"

    for node in list(tree.find_all((nodes.If, nodes.For, nodes.CondExpr))):
        if isinstance(node, nodes.CondExpr):
            node.expr1, node.expr2 = (
                nodes.Concat([nodes.Const(mark(f"line {node.lineno}: {part}")), expr])
                for part, expr in (("if", node.expr1), ("else", node.expr2)))
            continue
        bodies = [("body", node.body)] + ([("else", node.else_)] if node.else_ else [])
        for part, body in bodies:
            body.insert(0, nodes.Output([nodes.TemplateData(mark(f"line {node.lineno}: {part}"))]))
    return lines


def faults(text: str) -> list[str]:
    """What does not read as English in a filled passage."""
    text = plain(text)
    return [f"{fault}: {found[0]!r} in {text!r}" for fault, pattern in FAULTS.items() if (found := pattern.search(text))]

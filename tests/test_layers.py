"""The modules lie in layers, and imports go downwards only: docs/explanation/how-it-is-made.md tells the order.

import-linter would say the same in a few lines. But its engine, grimp, has no wheels for ARM Linux and Python 3.14, and
the lock holds a file for every supported machine.
"""

import re
from pathlib import Path

import pytest

from pipeline.imports import imported

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "explanation" / "how-it-is-made.md"
ENTRY = "pipeline/__main__.py"  # calls the command line from outside
Graph = dict[str, set[str]]  # of each module: those that it imports anywhere, in functions and for types too


def layers(text: str) -> list[set[str]]:
    """The layers from the top down, each with its modules or packages."""
    section = text.partition("\n## Layers\n")[2].partition("\n## ")[0]
    return [set(re.findall(r"`(\w+)`", line)) for line in re.findall(r"^\d+\. (.*)$", section, re.MULTILINE)]


def imports(root: Path) -> Graph:
    paths = [path.relative_to(root).as_posix() for path in sorted(root.glob("pipeline/**/*.py"))]
    return {
        path: {
            other
            for other in imported((root / path).read_text(encoding="utf-8"), root) - {path}
            if not other.endswith("__init__.py")
        }
        for path in paths
        if path != ENTRY
    }


def upwards(graph: Graph, order: list[set[str]]) -> list[str]:
    """The imports of a module from a higher layer, in words."""
    at = {name: number for number, names in enumerate(order) for name in names}
    place = {path: at[Path(path).parts[1].removesuffix(".py")] for path in graph if path != "pipeline/__init__.py"}
    return [
        f"{path} imports {other}, which lies above it"
        for path in sorted(place)
        for other in sorted(graph[path])
        if place[other] < place[path]
    ]


def circles(graph: Graph) -> list[str]:
    """The circles, each once, in words: what is left when modules that import nothing else of it are taken away."""
    left, found = dict(graph), []
    while left:
        gone = {path for path, others in left.items() if not others & left.keys()}
        if not gone:
            way = [min(left)]
            while (following := min(left[way[-1]] & left.keys())) not in way:
                way.append(following)
            gone = circle = way[way.index(following) :]
            found.append(" imports ".join([*circle, following]))
        left = {path: others for path, others in left.items() if path not in gone}
    return found


def test_every_module_has_one_layer():
    named = [name for names in layers(DOCUMENT.read_text(encoding="utf-8")) for name in names]
    there = {
        path.stem
        for path in (ROOT / "pipeline").iterdir()
        if (path.suffix == ".py" and not path.stem.startswith("__")) or (path / "__init__.py").is_file()
    }
    assert len(named) == len(set(named)) and set(named) == there


def test_imports_go_downwards_only_and_never_in_a_circle():
    graph = imports(ROOT)
    assert len(graph) > 150
    assert upwards(graph, layers(DOCUMENT.read_text(encoding="utf-8"))) == []
    assert circles(graph) == []


SOURCES = {
    "pipeline/__init__.py": "",
    "pipeline/charts/__init__.py": "",
    "pipeline/charts/bars.py": "from pipeline import ground\n",
    "pipeline/ground.py": "def later():\n    import pipeline.charts.bars\n",
    "pipeline/sides.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pipeline.others import x\n",
    "pipeline/others.py": "from pipeline.sides import y\nfrom pipeline import ground\n",
}


@pytest.fixture
def small(tmp_path):
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return imports(tmp_path)


def test_an_import_upwards_is_told_with_both_modules_even_inside_a_function(small):
    told = upwards(small, [{"charts"}, {"sides", "others"}, {"ground"}])
    assert told == ["pipeline/ground.py imports pipeline/charts/bars.py, which lies above it"]


def test_circles_are_told_even_where_a_type_alone_closes_one(small):
    assert circles(small) == [
        "pipeline/charts/bars.py imports pipeline/ground.py imports pipeline/charts/bars.py",
        "pipeline/others.py imports pipeline/sides.py imports pipeline/others.py",
    ]

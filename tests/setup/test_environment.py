"""environment.yml gives conda users the packages of pyproject.toml at the versions of requirements.lock."""

import re

import yaml
from packaging.utils import canonicalize_name

from pipeline.setup.environment import ROOT
from pipeline.setup.lockfile import conda_python, direct_dependencies, locked_versions, with_versions

TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
PINNED = {
    canonicalize_name(name.removesuffix("-base")): version for name, version in re.findall(r"- ([\w.-]+)==(\S+)", TEXT)
}
LOCKED = locked_versions((ROOT / "requirements.lock").read_text(encoding="utf-8"), conda_python(TEXT))


def test_every_direct_dependency_has_exactly_the_locked_version():
    names = [canonicalize_name(requirement.name) for requirement in direct_dependencies()]
    assert {name: LOCKED[name] for name in names} == PINNED


def test_nothing_else_is_in_it_but_the_named_few():
    *packages, by_pip = yaml.safe_load(TEXT)["dependencies"]
    pinned = set(PINNED)
    others = [line for line in (*packages, *by_pip["pip"]) if "==" not in line]
    assert others == ["python=3.12", "pip", "make", "quarto>=1.9", "--editable ."]
    assert len(packages) + len(by_pip["pip"]) == len(others) + len(pinned)


def test_its_name_is_the_one_that_make_knows():
    assert yaml.safe_load(TEXT)["name"] == "golden-thread"
    assert "ifeq ($(CONDA_DEFAULT_ENV),golden-thread)" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_writing_versions_changes_versions_only():
    assert with_versions(TEXT, LOCKED) == TEXT
    changed = with_versions(TEXT, {**LOCKED, "matplotlib": "99.1"})
    different = [(old, new) for old, new in zip(TEXT.splitlines(), changed.splitlines(), strict=True) if old != new]
    assert different == [(f"  - matplotlib-base=={LOCKED['matplotlib']}", "  - matplotlib-base==99.1")]

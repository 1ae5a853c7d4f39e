"""requirements.lock: whole, hash-checked, in step with pyproject.toml, and tied to no machine."""

import re
from collections import Counter

import pytest
from packaging.utils import canonicalize_name

from pipeline.environment import ROOT, entry
from pipeline.errors import SetUpError
from pipeline.lockfile import direct_dependencies, locked_versions, requirements

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_every_entry_is_one_exact_version_with_hashes():
    entries = requirements(LOCK)
    assert len(entries) > 100
    for requirement, hashes in entries:
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


def test_no_host_is_named():
    assert "://" not in LOCK
    assert not re.search(r"^\s*-", LOCK.replace("    --hash=", ""), flags=re.MULTILINE), "an option for the installer"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_each_python_gets_one_version_of_each_direct_dependency_and_it_fits(python):
    versions = locked_versions(LOCK, python)
    for requirement in direct_dependencies():
        locked = versions.get(canonicalize_name(requirement.name))
        assert locked and requirement.specifier.contains(locked), f"{requirement} is locked at {locked}"


def test_a_package_has_several_versions_only_for_different_machines():
    names = Counter(canonicalize_name(requirement.name) for requirement, _ in requirements(LOCK))
    for requirement, _ in requirements(LOCK):
        if names[canonicalize_name(requirement.name)] > 1:
            assert requirement.marker is not None, requirement


def test_what_the_lock_holds_for_the_project_is_what_the_project_names():
    asked_for = re.findall(r"^([\w.-]+)==[^\n]*\n(?:    --hash[^\n]*\n)*    # via(?:\n    #  )? golden-thread",
                           LOCK, flags=re.MULTILINE)
    named = {canonicalize_name(requirement.name) for requirement in direct_dependencies()}
    assert {canonicalize_name(name) for name in asked_for} == named


def test_the_installer_is_fetched_by_the_lock_s_own_entry():
    [(requirement, hashes)] = requirements(entry(LOCK, "uv"))
    assert requirement.name == "uv" and len(hashes) > 5


def test_a_lock_without_the_installer_is_refused():
    with pytest.raises(SetUpError, match="The lock holds no uv"):
        entry("rich==15.0 \\\n    --hash=sha256:aa\n    # via uv\nuvicorn==1.0\n", "uv")

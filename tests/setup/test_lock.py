"""requirements.lock: whole, hash-checked, in step with pyproject.toml, and tied to no machine."""

import csv
import re
import subprocess
import sys
from collections import Counter

import pytest
from packaging.utils import canonicalize_name

from pipeline.errors import SetUpError
from pipeline.setup.environment import ROOT, entry, machine_settings
from pipeline.setup.lockfile import (
    compiled,
    direct_dependencies,
    hashes_by_version,
    index_only,
    locked_versions,
    requirements,
)
from pipeline.setup.wheels import MACHINES, PYTHONS, gaps, table

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
TABLE = list(csv.DictReader((ROOT / "requirements.wheels.csv").read_text(encoding="utf-8").splitlines()))


def test_every_entry_is_one_exact_version_with_hashes():
    entries = requirements(LOCK)
    assert len(entries) > 100
    for requirement, hashes in entries:
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


def test_no_host_is_named():
    assert "://" not in LOCK
    assert not re.search(r"^\s*-", LOCK.replace("    --hash=", ""), flags=re.MULTILINE), "an option for the installer"


@pytest.mark.parametrize("python", PYTHONS)
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
    asked_for = re.findall(
        r"^([\w.-]+)==[^\n]*\n(?:    --hash[^\n]*\n)*    # via(?:\n    #  )? golden-thread", LOCK, flags=re.MULTILINE
    )
    named = {canonicalize_name(requirement.name) for requirement in direct_dependencies()}
    assert {canonicalize_name(name) for name in asked_for} == named


def test_every_package_has_a_file_for_each_python_on_each_machine():
    assert list(MACHINES) == ["linux-x86_64", "linux-arm64", "macos-arm64", "macos-x86_64", "windows-amd64"]
    assert PYTHONS == ("3.11", "3.12", "3.13", "3.14")
    assert gaps(TABLE) == []
    rows = {row["package"]: row for row in TABLE}
    everywhere = " ".join(PYTHONS)
    for package in ("greenlet", "rapidfuzz", "pyarrow", "pypandoc-binary", "typst"):
        assert {rows[package][machine] for machine in MACHINES} == {everywhere}, package


def test_the_lock_holds_as_many_hashes_as_when_the_index_was_asked():
    """A package that lost some would be refused on the machines whose files they were of."""
    assert {(row["package"], row["version"]): int(row["hashes"]) for row in TABLE} == {
        key: len(hashes) for key, hashes in hashes_by_version(LOCK).items()
    }


@pytest.mark.slow
def test_the_index_has_a_file_of_the_lock_for_each_machine(package_index):
    """Its own list, asked now. What it came to have since the lock was written does not count."""
    assert table(compiled(ROOT, LOCK)[1], hashes_by_version(LOCK)) == TABLE


@pytest.mark.slow
@pytest.mark.parametrize(
    "platform",
    [
        "x86_64-manylinux_2_28",
        "aarch64-manylinux_2_28",
        "aarch64-apple-darwin",
        "x86_64-apple-darwin",
        "x86_64-pc-windows-msvc",
    ],
)
def test_the_installer_would_take_the_lock_on_each_machine(platform, tmp_path, package_index):
    """uv's own choice of files, their hashes checked, without a compiler; antlr4 has a source only, of pure Python."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "sync",
            "--no-config",
            "--dry-run",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--no-binary",
            "antlr4-python3-runtime",
            "--python-platform",
            platform,
            "--python-version",
            PYTHONS[-1],
            "--target",
            tmp_path,
            "requirements.lock",
        ],
        cwd=ROOT,
        env=index_only(machine_settings(sys.executable)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and re.search(r"Would install 2\d\d packages", done.stderr), done.stderr


def test_the_installer_is_fetched_by_the_lock_s_own_entry():
    [(requirement, hashes)] = requirements(entry(LOCK, "uv"))
    assert requirement.name == "uv" and len(hashes) > 5


def test_a_lock_without_the_installer_is_refused():
    with pytest.raises(SetUpError, match="The lock holds no uv"):
        entry("rich==15.0 \\\n    --hash=sha256:aa\n    # via uv\nuvicorn==1.0\n", "uv")


def test_the_guide_names_the_systems_that_the_lock_is_for():
    guide = (ROOT / "docs" / "how-to" / "set-up.md").read_text(encoding="utf-8")
    systems = re.findall(r"^\| (Linux|macOS|Windows) \| ([^|]+) \| ([^|]*)\| ([^|]+) \|$", guide, flags=re.MULTILINE)
    words = {
        "x86-64": {"linux": "x86_64", "macos": "x86_64", "windows": "amd64"},
        "ARM": {"linux": "arm64"},
        "Apple silicon": {"macos": "arm64"},
        "Intel": {"macos": "x86_64"},
    }
    named = [
        f"{system.lower()}-{words[processor][system.lower()]}"
        for system, processors, _, _ in systems
        for processor in processors.strip().split(", ")
    ]
    assert sorted(named) == sorted(MACHINES)
    assert {pythons.strip() for *_, pythons in systems} == {", ".join(PYTHONS)}
    assert max(int(tag.split("_")[2]) for tag in MACHINES["linux-arm64"].platforms if "_2_" in tag) == 28
    assert "glibc 2.28" in guide and MACHINES["macos-arm64"].platforms[0] == "macosx_12_0_arm64" and "macOS 12" in guide

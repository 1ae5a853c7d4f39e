"""Exports written for a test."""

import pytest


@pytest.fixture
def written(tmp_path):
    """Write a file of bytes, or of text in an encoding."""

    def write(content: str | bytes, encoding: str = "utf-8", name: str = "survey.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write

"""A page is one file: it asks for nothing, complains of nothing, and needs no script."""

import pytest

from .visiting import LOOKING, listed, visit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loaded(chromium, site, pages):
    """Of each page: what else it asked for, what it complained of, and what is to be read with scripts and without."""
    found = {}
    for name in pages:
        with visit(chromium, site / name) as visited:
            scripted = visited.look("read")
            asked = [url for url in visited.asked[1:] if not url.startswith("data:")]
            found[name] = {"asked": asked, "said": visited.said, "scripted": scripted}
        with visit(chromium, site / name, java_script_enabled=False) as visited:
            found[name]["plain"] = visited.page.evaluate(f"{LOOKING}; looking.read()")
    return found


def test_no_page_asks_for_anything_beside_itself(loaded):
    wrong = {name: found["asked"] for name, found in loaded.items()}
    assert not listed(wrong), listed(wrong)


def test_no_page_complains(loaded):
    wrong = {name: found["said"] for name, found in loaded.items()}
    assert not listed(wrong), listed(wrong)


def test_without_a_script_the_content_is_all_there(loaded):
    wrong = {
        name: [line for line in found["scripted"] if line not in set(found["plain"])] or ["in another order"]
        for name, found in loaded.items()
        if found["plain"] != found["scripted"] or not found["plain"]
    }
    assert not listed(wrong), listed(wrong)

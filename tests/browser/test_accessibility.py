"""axe-core finds nothing on any page: on a phone and on a desk, light and dark."""

from collections import defaultdict

import pytest

from .axe import violations
from .visiting import DESK, PHONE, listed, visit

pytestmark = pytest.mark.slow
VIEWS = [(width, scheme) for width in (PHONE, DESK) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def broken(chromium, site, pages):
    """The rules that each page breaks, by width and colour scheme."""
    found = defaultdict(dict)
    for name in pages:
        with visit(chromium, site / name) as visited:
            for width, scheme in VIEWS:
                visited.page.set_viewport_size({"width": width, "height": 800})
                visited.page.emulate_media(color_scheme=scheme)
                found[width, scheme][name] = violations(visited.page)
    print("\n| page |" + "".join(f" {width} px, {scheme} |" for width, scheme in VIEWS))  # for the record: pytest -s
    for name in pages:
        print(f"| {name} |" + "".join(f" {len(found[view][name])} |" for view in VIEWS))
    return found


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_no_page_breaks_a_rule_of_wcag_2_2_aa_or_of_good_practice(broken, width, scheme):
    assert not listed(broken[width, scheme]), listed(broken[width, scheme])

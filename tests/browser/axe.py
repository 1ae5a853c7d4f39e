"""Asks axe-core what is wrong with a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]  # everything up to WCAG 2.2, level AA
OPTIONS = {"runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}, "resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """One line for each rule that `page` breaks: the rule, how many elements break it, and the first three."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']} ({len(rule['nodes'])}): " + "; ".join(_place(node) for node in rule["nodes"][:3])
        for rule in found
    ]


def _place(node: dict) -> str:
    told = [check["message"] for check in [*node["any"], *node["all"], *node["none"]]]
    return f"{' '.join(map(str, node['target']))} [{told[0] if told else node['html'][:80]}]"

#!/usr/bin/env bash
# pandoc: the legend of a table's markers disappears, and the markers become links
#
# Expected: a line such as "[c]: confidential" under a table is a paragraph that explains the marker [c].
# What happens: it is a link's definition: the line is gone from the output, and each [c] in the table is the text "c",
# linked to a page called "confidential". In DOCX and plain text the brackets are gone. A line of several words goes
# the same way.
# Versions: pandoc 3.9 (pypandoc_binary 1.17).
# Where it meets users: statistics with the shorthand that government analysts recommend ([c], [x], [z], [low]),
# written into a Markdown report.
# What to do: write the legend as a definition in another form ("[c] = confidential"), or escape the brackets. The
# product escapes all text that it puts into Markdown (pipeline/markdown.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install pypandoc_binary==1.17

env/bin/python - <<'END'
import sys

import pypandoc


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


report = """
| Authority | Vacancies |
|-----------|-----------|
| North     | [c]       |
| South     | 12 [low]  |

[c]: confidential
[low]: rounds to zero

Source: made up.
"""
version = str(pypandoc.get_pandoc_version())
plain, html = (pypandoc.convert_text(report, to, format="markdown") for to in ("plain", "html"))
print("pandoc", version)
print(plain)
print([line for line in html.splitlines() if "href" in line])
still("confidential" not in plain and "rounds to zero" not in plain, "the legend is no longer eaten.")
still("[c]" not in plain and "12 low" in plain, "the markers keep their brackets now.")
still('<a href="confidential">c</a>' in html, "the marker is no longer a link.")
escaped = pypandoc.convert_text(report.replace("[", r"\["), "plain", format="markdown")
still("[c]: confidential" in escaped and "12 [low]" in escaped, "escaped brackets do not keep the legend.")
END

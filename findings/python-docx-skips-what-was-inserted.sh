#!/usr/bin/env bash
# python-docx: words inserted with tracked changes, and whole paragraphs of a form, are not in the text
#
# Expected: `paragraph.text` is what the reader of the document sees, or its original state; pandoc's plain text says
# the same.
# What happens: inserted words are left out and deleted words too: a text that no version ever had. Content controls
# (fields of a form) and all that is in them are left out as well. "Staff are [+not+] well supported" reads "Staff are
# well supported".
# Versions: python-docx 1.2.0; pandoc 3.9 (pypandoc_binary 1.17) accepts the changes.
# Where it meets users: coding passages of reports and policies that colleagues reviewed in Word.
# What to do: accept all changes in Word first, or read with pandoc, which says which version it takes
# (--track-changes). The product reads no passages from DOCX; it writes DOCX by pandoc and uses python-docx on its own
# files.
# See also: python-docx issues 340 (open since 2016) and 1123.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install python-docx==1.2.0 pypandoc_binary==1.17

env/bin/python - <<'END'
import sys

import docx
import pypandoc
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


def run(text, kind="t"):
    return f'<w:r><w:{kind} xml:space="preserve">{text}</w:{kind}></w:r>'


change = 'w:author="Reviewer" w:date="2026-01-05T09:00:00Z"'
document = docx.Document()
end = document.element.body[-1]
for paragraph in (
    f'<w:p {nsdecls("w")}>{run("Staff are ")}<w:ins w:id="1" {change}>{run("not ")}</w:ins>'
    f'<w:del w:id="2" {change}>{run("very ", "delText")}</w:del>{run("well supported.")}</w:p>',
    f'<w:sdt {nsdecls("w")}><w:sdtContent><w:p>{run("Answer in a field of the form.")}</w:p></w:sdtContent></w:sdt>',
):
    end.addprevious(parse_xml(paragraph))
document.save("reviewed.docx")
by_docx = [paragraph.text for paragraph in docx.Document("reviewed.docx").paragraphs]
by_pandoc = {way: pypandoc.convert_file("reviewed.docx", "plain", extra_args=[f"--track-changes={way}"]).split("\n\n")
             for way in ("accept", "reject")}
print("python-docx:    ", by_docx)
print("pandoc, accept: ", [text.strip() for text in by_pandoc["accept"]])
print("pandoc, reject: ", [text.strip() for text in by_pandoc["reject"]])
still(by_docx == ["Staff are well supported."], "python-docx reads another text.")
still([text.strip() for text in by_pandoc["accept"]] ==
      ["Staff are not well supported.", "Answer in a field of the form."], "pandoc accepts changes otherwise.")
still(by_pandoc["reject"][0] == "Staff are very well supported.", "pandoc reads another text with rejected changes.")
END

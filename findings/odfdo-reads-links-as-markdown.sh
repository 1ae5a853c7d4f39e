#!/usr/bin/env bash
# odfdo: a cell with a link reads as Markdown
#
# Expected: `Table.get_values` gives the text that a spreadsheet program shows, as other readers do.
# What happens: a link inside the text comes back as [text](address). Spreadsheet programs make a link of every address
# that somebody types, so "see example.org" becomes another text, and a label with a link is no longer equal to itself
# elsewhere.
# Versions: odfdo 3.27.3; python-calamine 0.9.1 gives the text.
# Where it meets users: answers or notes with addresses in ODS files, compared with a codebook or with the CSV of the
# same export.
# What to do: read values with calamine, or take the cell's own attributes. The product reads with calamine and uses
# odfdo for writing (pipeline/inputs/exports/spreadsheets.py, pipeline/rendering/workbook_ods.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install odfdo==3.27.3 python-calamine==0.9.1

env/bin/python - <<'END'
import sys

import odfdo
from python_calamine import load_workbook


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


document = odfdo.Document("spreadsheet")
document.body.clear()
table = odfdo.Table("Answers")
cell = odfdo.Cell()
cell.type = "string"
cell.append(odfdo.Element.from_tag(
    '<text:p>see <text:a xlink:type="simple" xlink:href="https://example.org/">example.org</text:a> for more</text:p>'))
row = odfdo.Row()
row.append(cell)
table.append(row)
document.body.append(table)
document.save("answers.ods")
by_odfdo = odfdo.Document("answers.ods").body.get_table(0).get_values()[0][0]
by_calamine = load_workbook("answers.ods").get_sheet_by_index(0).to_python()[0][0]
print("odfdo:   ", by_odfdo)
print("calamine:", by_calamine)
still(by_calamine == "see example.org for more", "calamine reads another text.")
still(by_odfdo == "see [example.org](https://example.org/) for more", "odfdo reads another text.")
END

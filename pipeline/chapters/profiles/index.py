"""The page that leads to every profile: a plain list, which a small script in the page lets a reader search."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from pipeline.chapters.profiles.assembly import Profile
from pipeline.chapters.profiles.content import REPORT
from pipeline.chapters.profiles.journal import SITE, Entry
from pipeline.chapters.profiles.words import last_judgements, month, own_figures, said
from pipeline.files import replacing
from pipeline.passages import passages_below
from pipeline.phrases import counted
from pipeline.rendering import embedded
from pipeline.rendering.frame import write_frame
from pipeline.rendering.reports import FIXED_EPOCH

TITLE = "Profiles of local authorities"
WORDS = {".html": "web page", ".docx": "Word", ".pdf": "PDF"}
STYLE = """<style>
.search { margin: 0 0 1.25rem; }
.search label { display: block; font-weight: 600; margin-bottom: 0.3rem; }
.search input { width: 100%; max-width: 30rem; padding: 0.5rem 0.6rem; font: inherit; color: var(--text);
  background: var(--page); border: 2px solid var(--text); }
.search p { margin: 0.5rem 0 0; color: var(--quiet); }
.profiles { list-style: none; padding: 0; max-width: none; }
.profiles li { padding: 0.6rem 0; margin: 0; border-bottom: 1px solid var(--line); }
.profiles li[hidden] { display: none; }
.profiles .name { font-weight: 600; }
.profiles .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.profiles p { margin: 0.15rem 0 0; max-width: none; font-size: 0.95rem; color: var(--quiet); }
@media print { .search { display: none; } }
</style>"""
SCRIPT = """<script>
(() => {
  const form = document.querySelector(".search"), input = form.querySelector("input"), said = form.querySelector("p");
  const entries = [...document.querySelectorAll(".profiles li")];
  const plain = text => text.normalize("NFD").replace(/[\\u0300-\\u036f]/g, "").toLowerCase();
  const texts = entries.map(entry => plain(entry.textContent + " " + entry.dataset.codes));
  const search = () => {
    const words = plain(input.value).split(/\\s+/).filter(Boolean);
    let shown = 0;
    entries.forEach((entry, at) => {
      entry.hidden = !words.every(word => texts[at].includes(word));
      shown += !entry.hidden;
    });
    said.textContent = shown + " of " + entries.length + (entries.length === 1 ? " profile" : " profiles");
  };
  input.addEventListener("input", search);
  form.addEventListener("submit", event => {
    event.preventDefault();
    const first = entries.find(entry => !entry.hidden);
    if (first) first.querySelector("a").focus();
  });
  form.hidden = false;
  search();
})();
</script>"""
FORM = """<form class="search" role="search" hidden>
<label for="search">Search by name, code, region or judgement</label>
<input id="search" type="search" autocomplete="off" spellcheck="false" aria-describedby="found">
<p id="found" role="status"></p>
</form>"""


def write_index(root: Path, profiles: Sequence[Profile], journal: Mapping[str, Entry]) -> Path:
    """Write reports/site/profile/index.html, a list of the profiles in `journal` by name, and return its path."""
    made = sorted(
        (each for each in profiles if each.slug in journal), key=lambda each: (each.name.casefold(), each.unit)
    )
    entries = "\n".join(_entry(each, [Path(path) for path in journal[each.slug]["outputs"]]) for each in made)
    with passages_below(root):
        introduction = said("index")
    body = f'{introduction}\n\n```{{=html}}\n{STYLE}\n{FORM}\n<ul class="profiles">\n{entries}\n</ul>\n{SCRIPT}\n```\n'
    page = root / SITE / "index.html"
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as temporary:
        staged = Path(temporary)
        shutil.copytree(root / "reports" / "styles", staged / "styles")
        write_frame(staged, "../", "")
        with replacing(page) as beside:
            embedded.render(
                staged,
                "index",
                {"title": TITLE, "lang": "en-GB", "author": "Golden Thread"},
                body,
                "html",
                beside,
                FIXED_EPOCH,
                reader="markdown",  # with its own HTML
            )
    return page


def _entry(profile: Profile, outputs: Sequence[Path]) -> str:
    files = {path.suffix: f"{profile.slug}/{path.name}" for path in outputs if path.stem == REPORT}
    order = [suffix for suffix in WORDS if suffix in files]
    others = " · ".join(
        f'<a href="{escape(files[suffix])}">{WORDS[suffix]}<span class="sr"> of {escape(profile.name)}</span></a>'
        for suffix in order[1:]
    )
    figures = own_figures(profile)
    gaps = int((figures["value"].isna() & (figures["reason"] != "not_yet")).sum())
    facts = [
        escape(profile.region),
        *_judgement(profile),
        f"{counted(gaps, 'figure') if gaps else 'no figures'} missing",
        *([others] if others else []),
    ]
    codes = " ".join([profile.unit, *profile.unit.split("+"), *profile.old_codes])
    return (
        f'<li data-codes="{escape(codes)}"><a class="name" href="{escape(files[order[0]])}">{escape(profile.name)}</a>'
        f"<p>{' · '.join(facts)}</p></li>"
    )


def _judgement(profile: Profile) -> list[str]:
    last = last_judgements(profile)
    return [
        escape(f"{f'{name}: ' if len(last) > 1 else ''}{grade} ({month(inspected)})")
        for name, grade, inspected in zip(last["name"], last["overall_grade"], last["inspected"], strict=True)
    ] or ["No judgement yet"]

"""Texts that people could write, each of which means something to some program that reads documents."""

import re
import unicodedata

from hypothesis import strategies as st

NASTY = (
    "My <line manager> supports me well", "<b>bold</b> & <i>italic</i>", "<script>alert('x')</script>",
    '<img src="data:,x" onerror="alert(1)">', "![a picture](secret.png)", "![fetched](https://example.org/x.png)",
    "[a link](https://example.org)", "https://example.org/a_b_c", "www.example.org", "staff@example.org", "@North team",
    "[@ofsted2012]", "@fig-answers", "?@fig-answers", "See [^1]", "[^1]: a footnote", "*one* **two** _three_ __four__",
    "~~gone~~ H~2~O x^2^", "$x^2$ and $$y$$", "costs $5 or $6", "`code` and ``more``", "```", "~~~", "{{< var x >}}",
    "{{< include secret.md >}}", "{{{< var x >}}}", "{{< pagebreak >}}", "`{=html}`", "[span]{.class #id}", "::: {.note}",
    ":::", ": a caption {#tbl-x}", "# A heading", "## A heading {#sec-x}", "- a list", "+ another", "* third", "1. first",
    "1) first", "(a) first", "a. first", "iv. fourth", "#. numbered", "(@) example", "> quoted", "| a | b |", "|", "||",
    "a|b|c", "+---+---+", "=====", "-----", "***", "___", "a -- b --- c", "wait...", "\"double\" 'single' don't",
    "back\\slash", "ends in \\", "\\\\", "\\n \\t \\textbf{x}", "\\begin{x}", "&amp; &lt; &#42; &copy;", "R&D", ":smile:",
    "term : definition", "e.g. this, i.e. that, Mr. X vs. Y", "50% of 3/4", "=1+1", "+1", "-1", "@SUM(A1)", "'quoted",
    "'=1+1", "=HYPERLINK(\"x\")", "<!-- comment -->", "<!-- the next text -->", "#import \"x\"", "#set page()", "$ E = m $",
    "<label>", "@label", "//comment", "/* comment */", "a\u00a0b", "two  blanks", "–—‘’“”…", "é ñ ß Ø Ł", "Ωμέγα", "Жук",
    "≥ 5 → ∞", "null", "true", "[x] done", "%", "% title", "---", "...", "(c) (tm)", "a_b_c", "__init__", "$$", "${x}",
    "{x}", "{", "}", "%s {0}", "<", ">", "<>", "]]>", "&", ";", "!", "?", "NaN", "1e5", "<a href='x'>y</a>", "^", "~", "`",
    "[x]: https://example.org", "[[wiki]]", "==mark==", "//", "http:", "http: ", "http: &",
    "a:b:c", "<https://example.org>", "!!python/x")
# Letters of scripts, and emoji, that not every font has.
FAR = ("日本のチーム", "Great 🦄 team", "ทีม", "팀 하나", "𝔸 bold", "👩‍💻")

PRINTABLE = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S"), max_codepoint=0x2FF)
ZOO = st.sampled_from("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ")


def texts() -> st.SearchStrategy[str]:
    """Any printable text of one line: punctuation of all kinds, pieces of NASTY, letters; not blank."""
    piece = ZOO | st.sampled_from(NASTY) | st.text(PRINTABLE, min_size=1, max_size=6) | st.sampled_from("ab 1")
    return st.lists(piece, min_size=1, max_size=8).map("".join).filter(lambda text: text.strip())


def squeezed(text: str) -> str:
    """`text` with every run of blanks as one, for formats whose readers cannot tell how many there are."""
    return " ".join(text.split())


def bare(text: str) -> str:
    """`text` without any blank, for texts that a page breaks into lines; letters as Unicode joins them."""
    return unicodedata.normalize("NFKC", re.sub(r"[\s\u00ad\u200b]+", "", text))

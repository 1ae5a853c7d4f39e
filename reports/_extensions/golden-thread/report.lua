--[[ What a report is beyond plain Markdown: numbers for sections, figures and tables, references to them, callouts, page
breaks, alternative texts, tables and charts that scroll, citations. Both engines run this one filter on the source as
pandoc read it; Quarto at `pre-ast`, before it looks for any of these itself. What comes out holds nothing that Quarto
knows: no callout, no identifier of a float on a block of its own, no reference and no citation.
So both engines write the same document. The filter belongs to the pipeline, not to reports/styles: a department changes
styles, never this. Every reference has been checked by checks.py before; error() guards against a gap between both. ]]

local NAMES = { fig = "Figure", tbl = "Table", sec = "Section" }
local CALLOUTS = { note = "Note", tip = "Tip", important = "Important", warning = "Warning", caution = "Caution" }
local LONG_LINE = 80 -- characters
local READER = "markdown-raw_html-raw_tex-raw_attribute-native_divs-native_spans"
local NBSP, EN_SPACE = "\u{a0}", "\u{2002}"
local is = { html = FORMAT:match("html") ~= nil, docx = FORMAT == "docx", typst = FORMAT == "typst" }

local numbers = {} -- identifier -> "2" or "3.1"
local section, count = {}, { fig = 0, tbl = 0 }
local number_sections = false

local function kind(identifier)
  local prefix = identifier:match("^(%l+)%-")
  return NAMES[prefix] and prefix
end

-- "Figure 2: " before a caption; the caption itself stays formatted.
local function prefix_caption(element, name, number)
  local first = element.caption.long[1]
  if not first then
    element.caption.long = { pandoc.Plain({}) }
    first = element.caption.long[1]
  end
  local label = pandoc.Inlines({ pandoc.Strong({ pandoc.Str(name .. NBSP .. number .. ":") }), pandoc.Space() })
  first.content = label .. first.content
end

local function number_float(element, prefix)
  if kind(element.identifier) ~= prefix then return nil end
  count[prefix] = count[prefix] + 1
  numbers[element.identifier] = tostring(count[prefix])
  prefix_caption(element, NAMES[prefix], count[prefix])
end

-- Sources start at "##" (the title is the only heading of level 1), so "##" is the first level of numbering.
local function number_section(header)
  if not number_sections or header.level < 2 or header.classes:includes("unnumbered") then return nil end
  local depth = header.level - 1
  for level = 1, depth do section[level] = section[level] or 0 end
  section[depth] = section[depth] + 1
  for level = depth + 1, #section do section[level] = nil end
  numbers[header.identifier] = table.concat(section, ".")
  header.content:insert(1, pandoc.Str(EN_SPACE))
  header.content:insert(1, pandoc.Span(numbers[header.identifier], { class = "section-number" }))
end

-- Whether the first column is text, without a gap, beside numbers.
local function has_row_headings(element)
  local numeric = element.colspecs:find_if(function(column) return column[1] == pandoc.AlignRight end)
  if not numeric or element.colspecs[1][1] == pandoc.AlignRight then return false end
  for _, body in ipairs(element.bodies) do
    for _, row in ipairs(body.body) do
      if #row.cells[1].contents == 0 then return false end
    end
  end
  return true
end

-- Every header cell says what it heads.
local function with_scopes(element)
  for _, row in ipairs(element.head.rows) do
    for _, cell in ipairs(row.cells) do cell.attr.attributes.scope = "col" end
  end
  if not has_row_headings(element) then return element end
  for _, body in ipairs(element.bodies) do
    body.row_head_columns = 1
    for _, row in ipairs(body.body) do row.cells[1].attr.attributes.scope = "row" end
  end
  return element
end

local numbering = {
  traverse = "topdown",
  Header = function(header) number_section(header); return header end,
  Table = function(element)
    number_float(element, "tbl")
    return is.html and with_scopes(element) or element
  end,
  Figure = function(element) number_float(element, "fig"); return element end,
}

-- [@fig-a; @tbl-b] -> "Figure 1, Table 2", each a link; [-@fig-a] -> "1"; [Chart @fig-a] -> "Chart 1".
local function reference(cite)
  local inlines = pandoc.Inlines({})
  for index, citation in ipairs(cite.citations) do
    local identifier = citation.id:sub(1, 1):lower() .. citation.id:sub(2)
    local prefix = kind(identifier)
    if not prefix then return nil end
    local number = numbers[identifier] or error("unresolved reference @" .. citation.id)
    local text
    if #citation.prefix > 0 then
      text = pandoc.utils.stringify(citation.prefix) .. NBSP .. number
    elseif citation.mode == "SuppressAuthor" then
      text = number
    else
      text = NAMES[prefix] .. NBSP .. number
    end
    if index > 1 then inlines:extend({ pandoc.Str(","), pandoc.Space() }) end
    inlines:insert(pandoc.Link(text, "#" .. identifier))
  end
  return inlines
end

-- A table of one cell, as in Quarto: paragraph borders would break at every list.
local function boxed(blocks)
  local body = { attr = pandoc.Attr(), body = { pandoc.Row({ pandoc.Cell(blocks) }) }, head = {}, row_head_columns = 0 }
  return pandoc.Table({}, { { pandoc.AlignLeft, 1.0 } }, pandoc.TableHead({}), { body }, pandoc.TableFoot({}),
    { ["custom-style"] = "Callout" })
end

local function raw(text) return pandoc.RawInline(is.html and "html" or "typst", text) end
local function raw_block(text) return pandoc.RawBlock(is.html and "html" or "typst", text) end

-- `opening` and `closing` around `blocks`, with `inlines` between the two halves of `opening`.
local function framed(opening, inlines, middle, blocks, closing)
  local first = pandoc.Plain(pandoc.Inlines({ raw(opening) }) .. pandoc.Inlines(inlines) .. { raw(middle) })
  return pandoc.Blocks({ first }) .. pandoc.Blocks(blocks) .. { raw_block(closing) }
end

local function callout(div, type)
  local title = pandoc.Inlines(CALLOUTS[type])
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, READER).blocks)
  elseif div.content[1] and div.content[1].t == "Header" then
    title = div.content:remove(1).content
  end
  if is.docx then return boxed(pandoc.Blocks({ pandoc.Para({ pandoc.Strong(title) }) }) .. div.content) end
  if is.typst then return framed('#report-callout("' .. type .. '", [', title, "])[", div.content, "]") end
  return framed('<div class="callout callout-' .. type .. '" role="note">\n<div class="callout-title">\n<p>',
    pandoc.Inlines({ pandoc.Strong(title) }), '</p>\n</div>\n<div class="callout-body">', div.content, "</div>\n</div>")
end

local BREAKS = {
  html = pandoc.RawBlock("html", '<div class="page-break"></div>'),
  typst = pandoc.RawBlock("typst", "#pagebreak(weak: true)"),
  docx = pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'),
}

-- Attributes are given as lists: a Lua table has no order, and the same input must give the same bytes.
-- A wide table or chart scrolls in its own box on a small screen, also by keyboard.
local function scroll_box(content, naming)
  return pandoc.Div(content, pandoc.Attr("", { "scroll" }, { { "role", "region" }, naming, { "tabindex", "0" } }))
end

local heading = "" -- the text of the heading above; before the first, the title
local without_caption = { Table = 0, Code = 0 }

-- "Table 2: Results": what has no caption is called by its number and its section.
local function name_by_place(kind)
  without_caption[kind] = without_caption[kind] + 1
  return { "aria-label", kind .. " " .. without_caption[kind] .. ": " .. heading }
end

-- In Word a caption is a paragraph of its style, and its span the place that links lead to.
local function word_caption(style, identifier, inlines)
  local place = pandoc.Span(inlines, pandoc.Attr(identifier))
  return pandoc.Div({ pandoc.Para({ place }) }, pandoc.Attr("", {}, { ["custom-style"] = style }))
end

local function typst_float(kind, position, identifier, caption, content)
  local opening = string.format("#figure(kind: %s, caption: figure.caption(position: %s)[", kind, position)
  return framed(opening, caption, "])[", content, "]" .. (identifier ~= "" and " <" .. identifier .. ">" or ""))
end

local counter = 0
local function table_float(element)
  local identifier, caption = element.identifier, pandoc.utils.blocks_to_inlines(element.caption.long)
  element.identifier, element.caption.long = "", {}
  if is.typst then
    element.classes:insert("typst:no-figure")
    if #caption == 0 then return nil end
    return typst_float("table", "top", identifier, caption, { element }), false
  elseif is.docx then
    if #caption == 0 then return nil end
    return { word_caption("Table Caption", identifier, caption), element }, false
  end
  counter = counter + 1
  if #caption == 0 then
    local name = name_by_place("Table")
    element.attributes[name[1]] = name[2]
    return scroll_box({ element }, name), false
  end
  local label = (identifier ~= "" and identifier or "table-" .. counter) .. "-caption"
  element.attributes["aria-labelledby"] = label
  local place = identifier ~= "" and ' id="' .. identifier .. '"' or ""
  return framed('<div' .. place .. ' class="table-figure">\n<div id="' .. label .. '" class="table-caption">\n', caption,
    "\n</div>", { scroll_box({ element }, { "aria-labelledby", label }) }, "</div>"), false
end

local function figure_float(figure)
  local identifier, caption = figure.identifier, pandoc.utils.blocks_to_inlines(figure.caption.long)
  if is.typst then
    return typst_float("image", "bottom", identifier, caption, figure.content), false
  elseif is.docx then
    local picture = pandoc.Div(figure.content, pandoc.Attr("", {}, { ["custom-style"] = "Captioned Figure" }))
    return { picture, word_caption("Image Caption", identifier, caption) }, false
  end
  counter = counter + 1
  local label = (identifier ~= "" and identifier or "figure-" .. counter) .. "-caption"
  local box = scroll_box(figure.content, { "aria-labelledby", label })
  local place = identifier ~= "" and ' id="' .. identifier .. '"' or ""
  return pandoc.Blocks({ raw_block("<figure" .. place .. ">"), box })
    .. framed('<figcaption>\n<div id="' .. label .. '">\n', caption, "\n</div>\n</figcaption>", {}, "</figure>"), false
end

-- Code wraps on a small screen; what is drawn in long lines keeps them, and scrolls.
local function code_block(block)
  for line in block.text:gmatch("[^\n]+") do
    if utf8.len(line) > LONG_LINE then return scroll_box({ block }, name_by_place("Code")), false end
  end
end

-- pandoc 3.9 writes no alternative texts for typst, which PDF/UA asks for.
local function quoted(text) return '"' .. text:gsub("[\\\"]", "\\%0") .. '"' end

-- A formula is read out as its TeX source.
local function typst_formula(formula)
  local written = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ formula }) }), "typst"):gsub("%s+$", "")
  return pandoc.RawInline("typst", string.format("#math.equation(alt: %s, block: %s, %s.body)", quoted(formula.text),
    formula.mathtype == "DisplayMath", written))
end

local function typst_image(image)
  return pandoc.RawInline("typst", string.format("#report-image(%s, alt: %s, width: %s)", quoted(image.src),
    quoted(image.attributes["fig-alt"]), image.attributes.width or "auto"))
end

local MIME = { svg = "image/svg+xml", png = "image/png", jpg = "image/jpeg", jpeg = "image/jpeg", css = "text/css",
  js = "text/javascript" }

-- Nothing but the report's own files: no other folder's, and nothing from the network.
local function check(source)
  local elsewhere = source:match("^%a[%w+.-]*:") or source:match("^[/\\]") or ("/" .. source .. "/"):find("/../", 1, true)
  if elsewhere then error("a file from elsewhere: " .. source) end
end

-- pandoc runs sandboxed in the embedded engine: it reads no file by itself, and gets what it puts into a page from here.
local function take(source)
  check(source)
  if quarto then return end
  local file = io.open(source, "rb")
  if not file then error("no file " .. source) end
  pandoc.mediabag.insert(source, MIME[source:match("%.(%w+)$")] or "application/octet-stream", file:read("a"))
  file:close()
end

local function accessible_image(image)
  if not is.typst then take(image.src) else check(image.src) end
  if is.typst then return typst_image(image) end
  image.attributes.alt = image.attributes["fig-alt"]
  image.attributes["fig-alt"] = nil
  return image
end

-- The data of a chart lie beside the page; in Word and PDF the file's name alone is left.
local function web_only(link)
  if not link.classes:includes("web-only") then return nil end
  if not is.html then return link.content end
  link.classes = {}
  return link
end

local references = { Cite = reference }

local finishing = {
  traverse = "topdown",
  Link = web_only,
  Image = accessible_image,
  Math = is.typst and typst_formula or nil,
  Div = function(div)
    if div.classes:includes("page-break") then return BREAKS[is.html and "html" or FORMAT] end
    for _, class in ipairs(div.classes) do
      local type = class:match("^callout%-(%l+)$")
      if type and class ~= "callout-title" and class ~= "callout-body" and not div.classes:includes("callout") then
        return callout(div, type)
      end
    end
  end,
}

local floats = {
  traverse = "topdown",
  Header = function(header) heading = pandoc.utils.stringify(header.content) end,
  Table = table_float,
  CodeBlock = is.html and code_block or nil,
  Figure = figure_float,
}

-- HTML keeps "##" as <h2> below the title; in DOCX and PDF the title is no heading and "##" becomes level 1.
local function first_level(header)
  header.level = math.max(header.level - 1, 1)
  return header
end

-- Quarto reads a source with a reader of its own, which finds shortcodes, fences and code cells in any text. So its
-- source is a header that names the text, which pandoc's own reader reads here, as in the embedded engine.
local function read_text(file)
  local opened = assert(io.open(file, "r"))
  local text = opened:read("a")
  opened:close()
  return pandoc.read(text, READER, PANDOC_READER_OPTIONS).blocks
end

-- Citations are set here, after references and before anything is framed; a span is left, which nobody sets again.
local function with_citations(document)
  if not document.meta.bibliography or #document.meta.bibliography == 0 then return document end
  document = pandoc.utils.citeproc(document)
  document.meta.bibliography = nil
  return document:walk({ Cite = function(cite)
    local keys = cite.citations:map(function(citation) return citation.id end)
    return pandoc.Span(cite.content, pandoc.Attr("", { "citation" }, { { "data-cites", table.concat(keys, " ") } }))
  end })
end

-- Quarto takes ":::" in any text for a division that its author forgot to close, and warns; and it looks for shortcodes,
-- "{{<", in the header's texts. In pieces both are text.
local function in_pieces(element)
  local text = element.text
  for _, pair in ipairs({ { "::", ":\0:" }, { "{{", "{\0{" } }) do
    text = text:gsub(pair[1], pair[2]):gsub(pair[1], pair[2])
  end
  if text == element.text then return nil end
  local pieces = pandoc.Inlines({})
  for piece in text:gmatch("%Z+") do pieces:insert(pandoc.Str(piece)) end
  return pieces
end

function Pandoc(document)
  if document.meta["report-text"] then
    document.blocks = read_text(pandoc.utils.stringify(document.meta["report-text"]))
    document.meta["report-text"] = nil
  end
  for _, file in ipairs(is.html and document.meta["embedded-files"] or {}) do take(pandoc.utils.stringify(file)) end
  document.meta["embedded-files"] = nil
  number_sections = document.meta["section-numbers"] == true -- Quarto and pandoc would number "number-sections" themselves
  heading = document.meta.title and pandoc.utils.stringify(document.meta.title) or ""
  document.blocks = document.blocks:walk(numbering):walk(references)
  document = with_citations(document)
  document.blocks = document.blocks:walk(finishing)
  document.blocks = document.blocks:walk(floats)
  if not is.html then document.blocks = document.blocks:walk({ Header = first_level }) end
  if quarto then
    document.blocks = document.blocks:walk({ Str = in_pieces })
    if is.html then
      local title = pandoc.utils.stringify(document.meta.title):gsub("[&<>{]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ["{"] = "&#123;" })
      document.meta.pagetitle = pandoc.Inlines({ raw(title) })
    end
    for _, key in ipairs({ "title", "subtitle", "author" }) do
      local text = document.meta[key]
      if pandoc.utils.type(text) == "Inlines" then document.meta[key] = text:walk({ Str = in_pieces }) end
    end
  end
  return document
end

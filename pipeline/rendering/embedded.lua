--[[ What Quarto does to a report beyond plain pandoc, for the embedded engine: numbers for sections, figures and
tables, references to them, callouts, page breaks, alternative texts. Run before --citeproc, so that "@fig-x" is
resolved here and only citations are left. It belongs to the engine, not to reports/styles: a department changes
styles, never this. Every reference has been checked by sources.py before; error() guards against a gap between both. ]]

local NAMES = { fig = "Figure", tbl = "Table", sec = "Section" }
local CALLOUTS = { note = "Note", tip = "Tip", important = "Important", warning = "Warning", caution = "Caution" }
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

local numbering = {
  traverse = "topdown",
  Header = function(header) number_section(header); return header end,
  Table = function(element)
    number_float(element, "tbl")
    if is.html then
      for _, row in ipairs(element.head.rows) do
        for _, cell in ipairs(row.cells) do cell.attr.attributes.scope = "col" end
      end
    end
    return element
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

local function callout(div, type)
  local title = pandoc.Inlines(CALLOUTS[type])
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, "markdown").blocks)
  elseif div.content[1] and div.content[1].t == "Header" then
    title = div.content:remove(1).content
  end
  if is.typst then
    local open = pandoc.Inlines({ pandoc.RawInline("typst", '#report-callout("' .. type .. '", [') })
    local blocks = pandoc.Blocks({ pandoc.Plain(open .. title .. { pandoc.RawInline("typst", "])[") }) })
    return blocks .. div.content .. { pandoc.RawBlock("typst", "]") }
  end
  local heading = pandoc.Para({ pandoc.Strong(title) })
  if is.docx then return boxed(pandoc.Blocks({ heading }) .. div.content) end
  return pandoc.Div({ pandoc.Div({ heading }, { class = "callout-title" }),
    pandoc.Div(div.content, { class = "callout-body" }) },
    pandoc.Attr("", { "callout", "callout-" .. type }, { { "role", "note" } }))
end

local BREAKS = {
  html = pandoc.RawBlock("html", '<div class="page-break"></div>'),
  typst = pandoc.RawBlock("typst", "#pagebreak(weak: true)"),
  docx = pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'),
}

-- Attributes are given as lists: a Lua table has no order, and the same input must give the same bytes.
-- A wide table or chart scrolls in its own box on a small screen, also by keyboard.
local function scroll_box(content, label)
  local naming = label and { "aria-labelledby", label } or { "aria-label", "Table" }
  return pandoc.Div(content, pandoc.Attr("", { "scroll" }, { { "role", "region" }, naming, { "tabindex", "0" } }))
end

local counter = 0
local function scrolling_table(element)
  counter = counter + 1
  local label = (element.identifier ~= "" and element.identifier or "table-" .. counter) .. "-caption"
  local caption = element.caption.long
  if #caption == 0 then return scroll_box({ element }), false end
  local identifier = element.identifier
  element.identifier = ""
  element.caption.long = {}
  element.attributes["aria-labelledby"] = label
  local heading = pandoc.Div(caption, pandoc.Attr(label, { "table-caption" }))
  return pandoc.Div({ heading, scroll_box({ element }, label) }, pandoc.Attr(identifier, { "table-figure" })), false
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

local function accessible_image(image)
  if is.typst then return typst_image(image) end
  image.attributes.alt = image.attributes["fig-alt"]
  image.attributes["fig-alt"] = nil
  return image
end

local finishing = {
  traverse = "topdown",
  Cite = reference,
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

local boxes = {
  traverse = "topdown",
  Table = scrolling_table,
  Figure = function(figure)
    if not figure.identifier:match("^fig%-") then return nil end
    figure.content = { scroll_box(figure.content, figure.identifier .. "-caption") }
    figure.caption.long = { pandoc.Div(figure.caption.long, { id = figure.identifier .. "-caption" }) }
    return figure, false
  end,
}

-- HTML keeps "##" as <h2> below the title; in DOCX and PDF the title is no heading and "##" becomes level 1.
local function first_level(header)
  header.level = math.max(header.level - 1, 1)
  return header
end

function Pandoc(document)
  number_sections = document.meta["number-sections"] == true
  document.blocks = document.blocks:walk(numbering):walk(finishing)
  document.blocks = is.html and document.blocks:walk(boxes) or document.blocks:walk({ Header = first_level })
  return document
end

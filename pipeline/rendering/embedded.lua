--[[ What Quarto does to a report beyond plain pandoc, for the embedded engine: numbers for sections, figures and
tables, references to them, callouts, page breaks, alternative texts. Run before --citeproc, so that "@fig-x" is
resolved here and only citations are left. It belongs to the engine, not to reports/styles: a department changes
styles, never this. Every reference has been checked by sources.py before; error() guards against a gap between both. ]]

local NAMES = { fig = "Figure", tbl = "Table", sec = "Section" }
local CALLOUTS = { note = "Note", tip = "Tip", important = "Important", warning = "Warning", caution = "Caution" }
local LONG_LINE = 80 -- characters
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

local counter = 0
local function scrolling_table(element)
  counter = counter + 1
  local label = (element.identifier ~= "" and element.identifier or "table-" .. counter) .. "-caption"
  local caption = element.caption.long
  if #caption == 0 then
    local name = name_by_place("Table")
    element.attributes[name[1]] = name[2]
    return scroll_box({ element }, name), false
  end
  local identifier = element.identifier
  element.identifier = ""
  element.caption.long = {}
  element.attributes["aria-labelledby"] = label
  local above = pandoc.Div(caption, pandoc.Attr(label, { "table-caption" }))
  local box = scroll_box({ element }, { "aria-labelledby", label })
  return pandoc.Div({ above, box }, pandoc.Attr(identifier, { "table-figure" })), false
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
  Header = function(header) heading = pandoc.utils.stringify(header.content) end,
  Table = scrolling_table,
  CodeBlock = code_block,
  Figure = function(figure)
    if not figure.identifier:match("^fig%-") then return nil end
    figure.content = { scroll_box(figure.content, { "aria-labelledby", figure.identifier .. "-caption" }) }
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
  heading = document.meta.title and pandoc.utils.stringify(document.meta.title) or ""
  document.blocks = document.blocks:walk(numbering):walk(finishing)
  document.blocks = is.html and document.blocks:walk(boxes) or document.blocks:walk({ Header = first_level })
  return document
end

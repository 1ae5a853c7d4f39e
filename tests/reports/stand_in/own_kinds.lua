--[[ What Quarto makes of the things that it knows, where a document still holds any: in DOCX a callout is a table without
a grid and with its own picture, and a table or figure that can be referred to stands in a table of one cell; in HTML a
callout is a quotation in a division of its own, and a float is a figure in a division. ]]
local word = FORMAT == "docx"

local function is_float(element) return element.identifier:match("^fig%-") or element.identifier:match("^tbl%-") end

local function in_one_cell(blocks)
  local body = { attr = pandoc.Attr(), body = { pandoc.Row({ pandoc.Cell(blocks) }) }, head = {}, row_head_columns = 0 }
  return pandoc.Table({}, { { pandoc.AlignDefault, 1.0 } }, pandoc.TableHead({}), { body }, pandoc.TableFoot({}))
end

local function float(element)
  if not is_float(element) then return nil end
  element.identifier = ""
  if word then return in_one_cell({ element }), false end
  return pandoc.Div({ element }, pandoc.Attr("", { "quarto-float" })), false
end

local OPEN = '<w:tbl><w:tblPr><w:tblStyle w:val="Table"/></w:tblPr><w:tr><w:tc><w:tcPr/>'
local CLOSE = "</w:tc></w:tr></w:tbl>"

return { {
  traverse = "topdown",
  Table = float,
  Figure = float,
  Div = function(div)
    for _, class in ipairs(div.classes) do
      if class:match("^callout%-") then
        if not word then return pandoc.Div({ pandoc.BlockQuote(div.content) }) end
        return pandoc.Blocks({ pandoc.RawBlock("openxml", OPEN) }) .. div.content .. { pandoc.RawBlock("openxml", CLOSE) }
      end
    end
    return float(div)
  end,
  Cite = function(cite)
    local name = cite.citations[1].id
    if not name:match("^%l+%-") then return nil end
    io.stderr:write("WARNING (main.lua:14840) Unable to resolve crossref @" .. name .. "\n")
    return pandoc.Strong("?@" .. name)
  end,
} }

--[[ Quotation marks, dashes and hyphens in a PDF as they were written. pandoc 3.9 writes them for typst as ' " -- and ---,
or leaves them, and typst reads them again by its own rules: “–—” would come out as “—–”, “-1” with a minus, and “-?” as a
soft hyphen. ]]

if FORMAT ~= "typst" then return {} end

local CODES = { ["‘"] = "2018", ["’"] = "2019", ["“"] = "201c", ["”"] = "201d", ["–"] = "2013", ["—"] = "2014" }

-- The code of a letter that typst would change; a hyphen only where it would not stay one.
local function code_of(letter, before, after)
  if letter == "-" and (after == "?" or not before:match("%w") and after:match("%d")) then return "2d" end
  return CODES[letter]
end

function Str(element)
  local text = element.text
  if not text:find("\xe2\x80", 1, true) and not text:find("-?", 1, true) and not text:find("-%d") then return nil end
  local found, plain, before = pandoc.Inlines({}), "", ""
  for at, number in utf8.codes(text) do
    local letter = utf8.char(number)
    local code = code_of(letter, before, text:sub(at + #letter, at + #letter))
    if code then
      if plain ~= "" then found:insert(pandoc.Str(plain)) end
      found:insert(pandoc.RawInline("typst", "\\u{" .. code .. "}"))
      plain = ""
    else
      plain = plain .. letter
    end
    before = letter
  end
  if plain ~= "" then found:insert(pandoc.Str(plain)) end
  return found
end

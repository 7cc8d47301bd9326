-- A text as JSON. Bytes that are no UTF-8 would make the JSON unreadable; such a text is written byte by byte,
-- as if it were Latin-1.
local function is_utf8(text)
  if not string.find(text, '[\128-\255]') then return true end
  local tail = '[\128-\191]'
  local rest = string.gsub(text, '[\194-\223]' .. tail, ' ')
  rest = string.gsub(rest, '\224[\160-\191]' .. tail, ' ')
  rest = string.gsub(rest, '\237[\128-\159]' .. tail, ' ')
  rest = string.gsub(rest, '[\225-\236\238\239]' .. tail .. tail, ' ')
  rest = string.gsub(rest, '\240[\144-\191]' .. tail .. tail, ' ')
  rest = string.gsub(rest, '\244[\128-\143]' .. tail .. tail, ' ')
  rest = string.gsub(rest, '[\241-\243]' .. tail .. tail .. tail, ' ')
  return not string.find(rest, '[\128-\255]')
end

local function json_text(text)
  local json = cjson.encode(text)
  if is_utf8(text) then return json end
  local function escaped(byte) return string.format('\\u%04x', string.byte(byte)) end
  return (string.gsub(json, '[\128-\255]', escaped))
end

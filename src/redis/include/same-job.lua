-- Whether a payload is a job of this class, with these args when some are given. What counts is the value, not
-- the bytes: key order, escapes and 1.0 or 1 do not matter, and [] is the same as {}, which PHP cannot tell apart.

local function is_same(a, b)
  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b end
  for key, value in pairs(a) do
    if not is_same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

-- Missing and null args are none; args that are no array are one.
local function args_of(job)
  local args = job.args
  if args == nil or args == cjson.null then return {} end
  if type(args) ~= 'table' or (next(args) ~= nil and args[1] == nil) then return { args } end
  return args
end

-- `class` is a text, `class_json` the same as JSON, to see soon what is no candidate; `args` a table or nil.
local function is_same_job(payload, class, class_json, args)
  local plain = string.match(payload, '^{"class":("[^"\\]+"),')
  if plain and plain ~= class_json and not string.find(class_json, '\\', 1, true) then return false end
  local ok, job = pcall(cjson.decode, payload)
  if not ok or type(job) ~= 'table' or job.class ~= class then return false end
  return args == nil or is_same(args_of(job), args)
end

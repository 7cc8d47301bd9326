-- Reads what a script needs to know of a payload, without decoding the payloads we and Ruby write. It is
-- the twin of job/codec.ts, which explains why looking at the end of the text is sound. Needs now.lua.
--
-- read_payload(payload) -> kind, class (as JSON text), queue, id, seconds, prefix
--   kind     'ours'    written by this library: "queue", "id" of 32 hex digits and "queue_time" at its end
--            'ruby'    class, args, queue and nothing else, in this order: Ruby's delayed payload
--            'foreign' anything else that is a JSON object with a class
--            nil       not a job at all; the second value is the reason
--   seconds  whole seconds of "queue_time", as text
--   queue    nil when the payload names none;   id, seconds, prefix: nil when it has none

local function text_or_nil(value)
  return type(value) == 'string' and value ~= '' and value or nil
end

-- PHP may write the same fields, but not in this order and to the millisecond.
local function has_our_tail(payload)
  local id = string.match(payload, '"id":"([0-9a-f]+)","queue_time":%d+%.%d%d%d}$')
  return id and #id == 32
end

local function is_ruby_form(payload, job)
  for name in pairs(job) do
    if name ~= 'class' and name ~= 'args' and name ~= 'queue' then return false end
  end
  return string.find(payload, '^{"class":"') and string.find(payload, '%],"queue":".+"}$')
end

local function read_decoded(payload)
  local ok, job = pcall(cjson.decode, payload)
  if not ok then return nil, 'the payload is not JSON' end
  if type(job) ~= 'table' or not text_or_nil(job.class) then return nil, 'the payload names no class' end
  local class, queue, id = cjson.encode(job.class), text_or_nil(job.queue), text_or_nil(job.id)
  local seconds = type(job.queue_time) == 'number' and string.format('%.0f', math.floor(job.queue_time)) or nil
  if queue and is_ruby_form(payload, job) then return 'ruby', class, queue end
  local kind = queue and has_our_tail(payload) and 'ours' or 'foreign'
  return kind, class, queue, id, seconds, text_or_nil(job.prefix)
end

-- Names with escapes and very long queue names take the slower way. Looking from 200 characters before the end
-- cuts no string off: every string made in a script costs as much as a small command.
local function read_payload(payload)
  local class = string.match(payload, '^{"class":("[^"\\]+"),"args":')
  if class then
    local queue, id, seconds =
      string.match(payload, ',"queue":"([^"\\]+)","id":"([0-9a-f]+)","queue_time":(%d+)%.%d%d%d}$', -200)
    if queue and #id == 32 then return 'ours', class, queue, id, seconds end
    queue = string.match(payload, '%],"queue":"([^"\\]+)"}$', -200)
    if queue and string.find(payload, '^{"class":"[^"]+","args":%b[],"queue":"[^"]+"}$') then
      return 'ruby', class, queue
    end
  end
  return read_decoded(payload)
end

-- Ids of ours say in their first digit whether the job is tracked (see job/id.ts).
local function is_tracked(id)
  return string.byte(id, 1) < 56 -- '8'
end

-- What goes into the queue for a delayed payload: Ruby's loses its "queue" again, as Ruby does it, so that
-- Ruby's dequeue finds the job; all others stay as they are, byte for byte.
local function queued_form(kind, payload)
  if kind ~= 'ruby' then return payload end
  return string.match(payload, '^(.*%]),"queue":".+"}$') .. '}'
end

-- The name under which attempts and deaths of a job are counted.
local function count_field(id, payload)
  return id or redis.sha1hex(payload)
end

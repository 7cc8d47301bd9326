-- Reads what a script needs to know of a payload, without decoding the payloads we and Ruby write. It is
-- the twin of job/codec.ts, which explains why looking at the end of the text is sound.
--
-- read_payload(payload) -> kind, class (as JSON text), queue, id, seconds, prefix
--   kind     'ours'    written by this library: tail "queue","id","queue_time"; id is 32 hex digits
--            'ruby'    class, args, queue and nothing else: Ruby's delayed payload
--            'foreign' anything else that is a JSON object with a class
--            nil       not a job at all; the second value is the reason
--   queue    nil when the payload names none;   id, seconds, prefix: nil when it has none
local function read_foreign(payload)
  local ok, job = pcall(cjson.decode, payload)
  if not ok then return nil, 'the payload is not JSON' end
  if type(job) ~= 'table' or type(job.class) ~= 'string' or job.class == '' then
    return nil, 'the payload names no class'
  end
  local queue = type(job.queue) == 'string' and job.queue ~= '' and job.queue or nil
  local id = type(job.id) == 'string' and job.id ~= '' and job.id or nil
  local prefix = type(job.prefix) == 'string' and job.prefix ~= '' and job.prefix or nil
  return 'foreign', cjson.encode(job.class), queue, id, tonumber(job.queue_time), prefix
end

local function read_payload(payload)
  local class = string.match(payload, '^{"class":("[^"\\]+"),"args":')
  if class then
    local tail = string.sub(payload, -200)
    local queue, id, seconds =
      string.match(tail, ',"queue":"([^"\\]+)","id":"(%x+)","queue_time":([%d.]+)}$')
    if queue and #id == 32 then return 'ours', class, queue, id, tonumber(seconds) end
    queue = string.match(tail, '%],"queue":"([^"\\]+)"}$')
    if queue then return 'ruby', class, queue end
  end
  return read_foreign(payload)
end

-- Ids of ours say in their first digit whether the job is tracked (see job/id.ts).
local function is_tracked(id)
  return string.byte(id, 1) < 56 -- '8'
end

-- What goes into the queue for a delayed payload: Ruby's loses its "queue" again, as Ruby does it, so that
-- Ruby's dequeue finds the job; all others stay as they are, byte for byte.
local function queued_form(kind, payload, queue)
  if kind ~= 'ruby' then return payload end
  return string.sub(payload, 1, -(#queue + 13)) .. '}'
end

-- The name under which attempts and deaths of a job are counted.
local function count_field(id, payload)
  return id or redis.sha1hex(payload)
end

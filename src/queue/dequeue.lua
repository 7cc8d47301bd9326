-- Takes jobs of a class out of a queue, with these args or with any, and writes their status "cancelled". Looks
-- at a bounded number of entries, from the tail; call again with the reply's second value until the third is 0.
-- KEYS[1] the queue   KEYS[2] attempts   KEYS[3] deaths
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] the queue's name   ARGV[3] the class, as JSON
-- ARGV[4] the args, as JSON, or '' for any   ARGV[5] entries to pass over   ARGV[6] entries to look at
-- ARGV[7] text before a job's id   ARGV[8] seconds that a final status is kept
-- ARGV[9] channel that tells who waits for the end of a job   ARGV[10] '1' only counts
-- reply: { number of jobs, entries to pass over next, 1 when the queue goes on else 0 }
-- @include now
-- @include payload
-- @include status
-- @include same-job
local now_ms, now_s = now(ARGV[1])
local class = cjson.decode(ARGV[3])
local args = ARGV[4] ~= '' and cjson.decode(ARGV[4]) or nil
local skip, limit = tonumber(ARGV[5]), tonumber(ARGV[6])
local removed_mark = '\0removed'
local ended = {}

local function note(payload)
  local kind, class_json, _, id, seconds, prefix = read_payload(payload)
  local field = count_field(id, payload)
  redis.call('HDEL', KEYS[2], field)
  redis.call('HDEL', KEYS[3], field)
  if not id then return end
  local key = status_key(ARGV[7], id, prefix)
  if kind ~= 'ours' then return update_foreign_status(key, 64, ARGV[8], now_s) end
  if not is_tracked(id) then return end
  redis.call('SET', key, status_record(64, class_json, ARGV[2], seconds, '', now_ms, now_s), 'EX', ARGV[8])
  ended[#ended + 1] = id
end

local payloads = redis.pcall('LRANGE', KEYS[1], -(skip + limit), -(skip + 1))
if payloads.err then return { 0, 0, 0 } end -- no list: nothing waits there
local found = {}
for position, payload in ipairs(payloads) do
  if is_same_job(payload, class, ARGV[3], args) then found[#found + 1] = position end
end
local goes_on = #payloads == limit and 1 or 0
if ARGV[10] == '1' then return { #found, skip + #payloads, goes_on } end
for _, position in ipairs(found) do
  redis.call('LSET', KEYS[1], position - 1 - #payloads - skip, removed_mark)
  note(payloads[position])
end
if #found > 0 then redis.call('LREM', KEYS[1], -#found, removed_mark) end
if #ended > 0 then redis.pcall('PUBLISH', ARGV[9], table.concat(ended, ',')) end
return { #found, skip + #payloads - #found, goes_on }

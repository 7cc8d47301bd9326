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
-- @include cancel-waiting
-- @include same-job
local now_ms, now_s = now(ARGV[1])
local class = cjson.decode(ARGV[3])
local args = ARGV[4] ~= '' and cjson.decode(ARGV[4]) or nil
local skip, limit = tonumber(ARGV[5]), tonumber(ARGV[6])
local removed_mark = '\0removed'
local out = {
  attempts = KEYS[2], deaths = KEYS[3], status_prefix = ARGV[7], queue = ARGV[2], keep_seconds = ARGV[8],
  now_ms = now_ms, now_s = now_s, ended = {},
}

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
  cancel_waiting(out, payloads[position])
end
if #found > 0 then redis.call('LREM', KEYS[1], -#found, removed_mark) end
tell_ended(out, ARGV[9])
return { #found, skip + #payloads - #found, goes_on }

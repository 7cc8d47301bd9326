-- Drops the next jobs of a queue, a bounded number of them: what is tracked is cancelled. Once the queue is empty
-- its name is forgotten as well, when that is asked for.
-- KEYS[1] queues   KEYS[2] the queue   KEYS[3] paused_queues   KEYS[4] attempts   KEYS[5] deaths
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] the queue's name   ARGV[3] '1' to forget the name
-- ARGV[4] how many jobs at the most   ARGV[5] text before a job's id   ARGV[6] seconds that a final status is kept
-- ARGV[7] channel for who waits for an end
-- reply: number of jobs dropped
-- @include now
-- @include payload
-- @include status
-- @include cancel-waiting
local now_ms, now_s = now(ARGV[1])
local out = {
  attempts = KEYS[4], deaths = KEYS[5], status_prefix = ARGV[5], queue = ARGV[2], keep_seconds = ARGV[6],
  now_ms = now_ms, now_s = now_s, ended = {},
}

local is_list = redis.call('TYPE', KEYS[2]).ok == 'list'
local payloads = is_list and redis.call('LPOP', KEYS[2], ARGV[4]) or {}
for _, payload in ipairs(payloads) do cancel_waiting(out, payload) end
tell_ended(out, ARGV[7])
if ARGV[3] == '1' and #payloads < tonumber(ARGV[4]) then
  redis.call('UNLINK', KEYS[2]) -- whatever it held, if it was no list
  redis.call('SREM', KEYS[1], ARGV[2])
  redis.call('SREM', KEYS[3], ARGV[2])
end
return #payloads

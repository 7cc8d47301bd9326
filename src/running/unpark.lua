-- Takes parked jobs back to the heads of their queues: as many as their limits have room for, or all of those
-- that nobody limits any more.
-- KEYS[1] queues
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before the limits' keys   ARGV[3] text before a queue's
-- name   ARGV[4] text before a job's id   ARGV[5] text before a worker's id   ARGV[6] channel that wakes workers
-- ARGV[7], … for each limit: name, concurrency, count, window in ms (0: no limit), 'all' or ''
-- reply: milliseconds until a rate allows the next parked job, or 0
-- @include now
-- @include payload
-- @include status
local now_ms, now_s = now(ARGV[1])
-- @include ./include/in-hand
-- @include ./include/limits

local limits = new_limits(ARGV[2], KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
local opens_ms = 0
for at = 7, #ARGV, 5 do
  local limit = { ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]) }
  local in_ms = unpark(limits, limit, ARGV[at + 4] == 'all')
  if in_ms > 0 and (opens_ms == 0 or in_ms < opens_ms) then opens_ms = in_ms end
end
return opens_ms

-- Disables an entry, for good or until a time, or enables it again, and tells the schedulers. What would have run
-- while it was disabled is not made up.
-- KEYS[1] recurring_disabled:<app>   KEYS[2] recurring_definitions:<app>   KEYS[3] recurring_entries:<app>
-- KEYS[4] persistent_schedules   KEYS[5] recurring_version:<app>
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] entry   ARGV[3] until when, in milliseconds, 0 for good, or
--         '' to enable it   ARGV[4] channel that tells of changes
-- reply: 1, or 0 when there is no such entry
-- @include now
-- @include anchor
local name = ARGV[2]
if redis.call('HEXISTS', KEYS[3], name) == 0 and redis.call('HEXISTS', KEYS[4], name) == 0 then return 0 end

local function enable()
  local paused = tonumber(redis.call('HGET', KEYS[1], name) or -1)
  if paused < 0 then return end
  local now_ms = now(ARGV[1])
  local since = (paused > 0 and paused < now_ms) and paused or now_ms
  anchor_later(KEYS[2], name, digits(since))
  redis.call('HDEL', KEYS[1], name)
end

if ARGV[3] == '' then enable() else redis.call('HSET', KEYS[1], name, ARGV[3]) end
redis.pcall('PUBLISH', ARGV[4], redis.call('INCR', KEYS[5]) .. ' ' .. name)
return 1

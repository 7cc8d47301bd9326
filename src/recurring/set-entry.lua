-- Stores a dynamic entry as Ruby does, and tells the schedulers. It runs from now on, unless a schedule file has
-- an entry of the same name, which wins.
-- KEYS[1] persistent_schedules   KEYS[2] schedules_changed   KEYS[3] recurring_last:<app>
-- KEYS[4] recurring_definitions:<app>   KEYS[5] recurring_counts:<app>   KEYS[6] recurring_entries:<app>
-- KEYS[7] recurring_version:<app>
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] entry   ARGV[3] its JSON   ARGV[4] its timing
-- ARGV[5] channel that tells of changes
-- reply: 1 when it is new else 0
-- @include now
-- @include anchor
local name = ARGV[2]
local is_new = redis.call('HSET', KEYS[1], name, ARGV[3])
redis.call('SADD', KEYS[2], name)
if redis.call('HEXISTS', KEYS[6], name) == 0 then
  anchor(KEYS[3], KEYS[4], KEYS[5], name, ARGV[4], digits((now(ARGV[1]))))
end
redis.pcall('PUBLISH', ARGV[5], redis.call('INCR', KEYS[7]) .. ' ' .. name)
return is_new

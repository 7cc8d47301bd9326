-- Removes a dynamic entry as Ruby does, and tells the schedulers. From here on it is not in force: not even a
-- scheduler that has not heard of it yet fires it.
-- KEYS[1] persistent_schedules   KEYS[2] schedules_changed   KEYS[3] recurring_definitions:<app>
-- KEYS[4] recurring_disabled:<app>   KEYS[5] recurring_entries:<app>   KEYS[6] recurring_version:<app>
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] entry   ARGV[3] channel that tells of changes
-- reply: 1 when it was there else 0
-- @include now
local name = ARGV[2]
if redis.call('HDEL', KEYS[1], name) == 0 then return 0 end
redis.call('SADD', KEYS[2], name)
if redis.call('HEXISTS', KEYS[5], name) == 0 then
  redis.call('HSET', KEYS[3], name, '-' .. digits((now(ARGV[1]))))
  redis.call('HDEL', KEYS[4], name)
end
redis.pcall('PUBLISH', ARGV[3], redis.call('INCR', KEYS[6]) .. ' ' .. name)
return 1

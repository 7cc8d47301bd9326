-- Drops all jobs of a queue, and with them its name when that is asked for.
-- KEYS[1] queues   KEYS[2] the queue   KEYS[3] paused_queues
-- ARGV[1] the queue's name   ARGV[2] '1' to forget the name
-- reply: number of jobs dropped
local dropped = redis.call('LLEN', KEYS[2])
redis.call('UNLINK', KEYS[2])
if ARGV[2] == '1' then
  redis.call('SREM', KEYS[1], ARGV[1])
  redis.call('SREM', KEYS[3], ARGV[1])
end
return dropped

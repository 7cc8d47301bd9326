-- Adds one new tracked job of ours to the delayed set: what delay.lua does for any jobs, for the commonest of them
-- at half the price. It is left out when it is known already.
-- KEYS[1] delayed_queue_schedule   KEYS[2] the bucket   KEYS[3] the job's status   KEYS[4] its set in our index
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] due second   ARGV[3] payload   ARGV[4] its hint in our index
-- reply: milliseconds of Redis; '' when its second has come: then nothing was added
local now_ms = tonumber(ARGV[1])
if not now_ms then
  local time = redis.call('TIME')
  now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
end
if ARGV[2] * 1000 <= now_ms then return '' end
if redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('RPUSH', KEYS[2], ARGV[3])
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[2])
  redis.call('SADD', KEYS[4], ARGV[4])
end
return now_ms

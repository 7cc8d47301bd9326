-- Puts one tracked job of ours into its queue: what push.lua does for any jobs, for the commonest of them at half
-- the price. It is left out when it is known already.
-- KEYS[1] queues   KEYS[2] the queue   KEYS[3] the job's status
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] the queue's name   ARGV[3] payload
-- ARGV[4] the status record's members between "updated" and the milliseconds of "updated_ms"
-- ARGV[5] channel that wakes workers
-- reply: milliseconds of Redis
local now_ms = tonumber(ARGV[1])
if not now_ms then
  local time = redis.call('TIME')
  now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
end
local text = string.format('%.0f', now_ms)
local record = '{"status":1,"updated":' .. string.format('%.0f', math.floor(now_ms / 1000)) .. ARGV[4] .. text .. '}'
if not redis.call('SET', KEYS[3], record, 'NX') then return now_ms end
local length = redis.pcall('RPUSH', KEYS[2], ARGV[3])
if type(length) == 'table' then
  redis.call('DEL', KEYS[3])
  return redis.error_reply(length.err)
end
redis.call('SADD', KEYS[1], ARGV[2])
if length == 1 then redis.pcall('PUBLISH', ARGV[5], ARGV[2]) end
return now_ms

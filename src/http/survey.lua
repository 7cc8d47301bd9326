-- Looks over delayed jobs and some queues for who watches from outside: one moment, and bounded work.
-- KEYS[1] delayed_queue_schedule   KEYS[2] paused_queues   KEYS[3] failed   KEYS[4] workers
-- KEYS[5] stat:processed   KEYS[6] stat:failed   KEYS[7] pause-all-workers
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before a queue's name   ARGV[3] text before a due second
-- ARGV[4] how many due seconds are looked at   ARGV[5] the longest payload that is sent   ARGV[6], … queues
-- reply: { milliseconds of Redis, first due second or '', due seconds, jobs in those looked at, jobs of them overdue,
--   failed jobs, workers, processed, failed so far, pause-all,
--   then for each queue: jobs, 1 when paused else 0, oldest payload or '' }
-- @include now
local now_ms, now_s = now(ARGV[1])

-- A key that somebody has used for something else must not hide the rest.
local function length(key)
  local jobs = redis.pcall('LLEN', key)
  return type(jobs) == 'number' and jobs or 0
end

local delayed, overdue, first = 0, 0, ''
local most_seconds = tonumber(ARGV[4])
local seconds = most_seconds > 0 and redis.call('ZRANGE', KEYS[1], 0, most_seconds - 1, 'WITHSCORES') or {}
for index = 1, #seconds, 2 do
  local due = tonumber(seconds[index + 1])
  local jobs = length(ARGV[3] .. seconds[index])
  if index == 1 then first = seconds[index + 1] end
  if due <= now_s then overdue = overdue + jobs end
  delayed = delayed + jobs
end

local reply = {
  digits(now_ms), first, redis.call('ZCARD', KEYS[1]), delayed, overdue,
  redis.call('LLEN', KEYS[3]), redis.call('SCARD', KEYS[4]),
  redis.call('GET', KEYS[5]) or '0', redis.call('GET', KEYS[6]) or '0', redis.call('GET', KEYS[7]) or '',
}
for index = 6, #ARGV do
  local key = ARGV[2] .. ARGV[index]
  local jobs = length(key)
  local oldest = jobs > 0 and redis.call('LINDEX', key, 0) or ''
  if not oldest or #oldest > tonumber(ARGV[5]) then oldest = '' end
  local count = #reply
  reply[count + 1] = jobs
  reply[count + 2] = redis.call('SISMEMBER', KEYS[2], ARGV[index])
  reply[count + 3] = oldest
end
return reply

-- Adds new jobs of ours to the delayed set, each in the bucket of its second: what delay-any.lua does for any jobs, for
-- a third of the price. Nothing is cut out of a payload here: what is needed of a job comes beside it.
-- Jobs are known already when the first one is: a call that is made again is made for the same jobs, and notes all of
-- them before it adds one (see delay-any.lua).
-- KEYS[1] delayed_queue_schedule   KEYS[2] the first job's status   KEYS[3] hints that are to be sorted
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before a second in a bucket's key
-- ARGV[3] the hints of all these jobs, see include/sort-hints.lua   ARGV[4] how many seconds there are
-- ARGV[5], ARGV[6], … pairs: due second, number of its jobs; then the payloads, in the order of these seconds
-- reply: milliseconds of Redis; '' when one of the seconds has come: then nothing was added
local now_ms = tonumber(ARGV[1])
if not now_ms then
  local time = redis.call('TIME')
  now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
end
local first = 5 + 2 * ARGV[4]
for at = 5, first - 1, 2 do
  if ARGV[at] * 1000 <= now_ms then return '' end
end
if redis.call('EXISTS', KEYS[2]) == 1 then return now_ms end

redis.call('RPUSH', KEYS[3], ARGV[3]) -- first of all: a hint without a job does no harm
local next_job = first
for at = 5, first - 1, 2 do
  local due, count = ARGV[at], tonumber(ARGV[at + 1])
  redis.call('RPUSH', ARGV[2] .. due, unpack(ARGV, next_job, next_job + count - 1))
  redis.call('ZADD', KEYS[1], due, due)
  next_job = next_job + count
end
return now_ms

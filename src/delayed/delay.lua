-- Adds new jobs of ours to the delayed set, each in the bucket of its second: what delay-any.lua does for any jobs, for
-- a third of the price. Nothing is cut out of a payload here: what is needed of a job comes beside it.
-- Jobs are known already when the first one is: a call that is made again is made for the same jobs, and notes all of
-- them before it adds one (see delay-any.lua).
-- KEYS[1] delayed_queue_schedule   KEYS[2] the first job's status
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before a second in a bucket's key
-- ARGV[3] text before the digits in the key of our index   ARGV[4] the digests of the jobs, 8 digits each
-- ARGV[5] how many seconds there are
-- ARGV[6], ARGV[7], … pairs: due second, number of its jobs; then the payloads, in the order of these seconds
-- reply: milliseconds of Redis; '' when one of the seconds has come: then nothing was added
local now_ms = tonumber(ARGV[1])
if not now_ms then
  local time = redis.call('TIME')
  now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
end
local call, sub, bucket_prefix, index_prefix, digests = redis.call, string.sub, ARGV[2], ARGV[3], ARGV[4]
local first = 6 + 2 * ARGV[5]
for at = 6, first - 1, 2 do
  if ARGV[at] * 1000 <= now_ms then return '' end
end
if call('EXISTS', KEYS[2]) == 1 then return now_ms end

local next_job, digit = first, 1
for at = 6, first - 1, 2 do
  local due, count = ARGV[at], tonumber(ARGV[at + 1])
  call('RPUSH', bucket_prefix .. due, unpack(ARGV, next_job, next_job + count - 1))
  call('ZADD', KEYS[1], due, due)
  next_job = next_job + count
  for _ = 1, count do -- the hint that include/delayed-index.lua tells of
    call('SADD', index_prefix .. sub(digests, digit, digit + 3), '1' .. sub(digests, digit + 4, digit + 7) .. due)
    digit = digit + 8
  end
end
return now_ms

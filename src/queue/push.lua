-- Puts jobs into their queues. Tracked jobs that are known already are left out: after a broken connection the
-- call is made again, and the first one may still come later than the second.
-- KEYS[1] queues   KEYS[2] the queue of the first job
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before a queue's name in its key
-- ARGV[3] text before a job's id in its keys   ARGV[4] channel that wakes workers
-- ARGV[5], ARGV[6], … pairs: queue, its payloads, one a line
-- reply: { milliseconds of Redis, number of jobs pushed }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include known
local now_ms, now_s = now(ARGV[1])
local batch = new_batch(ARGV[3], now_ms, now_s)
local pushed = 0
for _, job in ipairs(read_lines(ARGV, 5, 2, ARGV[3])) do
  if not job.is_known then
    local kind, class, _, id, seconds, prefix = read_payload(job.payload)
    add_to_batch(batch, ARGV[job.at], queued_form(kind, job.payload), kind, class, id, seconds, prefix)
    pushed = pushed + 1
  end
end
local refusal
enqueue_batch(batch, KEYS[1], ARGV[2], ARGV[4], function(_, reason) refusal = reason end)
if refusal then return redis.error_reply(refusal) end
return { digits(now_ms), pushed }
